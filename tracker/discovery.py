"""Finding what nobody told us to follow: the day's registrations at the Duma, the day's publications on the portal.

A pass is complete when every day up to now was read to its end; only then does the mark of the last pass move. What
happened after the last complete pass is news, however late it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from diffs import topics
from scrapers import publication, sozd
from tracker import publications
from tracker.desk import Desk, good_key
from tracker.errors import FetchError, PageError
from tracker.models import Event, Item, Watch
from tracker.payloads import MOSCOW

#: A bill whose title and note decide nothing is looked at again daily for so long.
UNDECIDED_FOR: Final = timedelta(days=60)
UNDECIDED_EVERY: Final = timedelta(days=1)

#: Looks at one watch; the pipeline's own `check`.
Check = Callable[[Watch], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one discovery pass brought. `trouble` is empty when it was complete."""

    source: str
    events: tuple[Event, ...] = ()
    followed: tuple[Watch, ...] = ()
    trouble: str = ""


def discover_publications(desk: Desk, now: datetime) -> Pass:
    """Walk the portal day by day since the last pass."""
    events: list[Event] = []
    last = desk.store.discovery_pass(publication.NAME)
    try:
        for day in publications.days_to_walk(last, now):
            for item, found in publications.wanted(desk, publications.published_on(desk, day)):
                events.extend(desk.store.record(publications.announce(desk, item, found, now)))
            reached = min(now, _end_of(day))
            desk.store.set_discovery_pass(publication.NAME, reached)
    except (FetchError, PageError) as error:
        return Pass(source=publication.NAME, events=tuple(events), trouble=str(error))
    return Pass(source=publication.NAME, events=tuple(events))


def _end_of(day: Any) -> datetime:
    """The first moment after a Moscow day."""
    return datetime(day.year, day.month, day.day, tzinfo=MOSCOW) + timedelta(days=1)


def discover_bills(desk: Desk, now: datetime) -> Pass:
    """Read the registrations since the last pass and follow the bills that are on our topics.

    The card decides, not the list: its title, comment and explanatory note are classified. Gives the bills to follow; the
    first look at them is the pipeline's.
    """
    last = desk.store.discovery_pass(sozd.NAME)
    today = now.astimezone(MOSCOW).date()
    since = min((last or now).astimezone(MOSCOW).date(), today)
    url = sozd.registrations_url(desk.base_urls[sozd.NAME], since, today)
    followed: list[Watch] = []
    trouble: list[str] = []
    try:
        page = desk.get(url, source=sozd.NAME)
        reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
        desk.store.set_state(good_key(url), page.snapshot.digest)
    except (FetchError, PageError) as error:
        return Pass(source=sozd.NAME, trouble=str(error))
    for number, first_seen in _candidates(desk, reading.items, now):
        try:
            watch = _decide(desk, number, first_seen, now, silent_before=last or now)
        except (FetchError, PageError) as error:
            trouble.append(f"bill {number}: {error}")
            desk.store.set_state(_undecided(number), _memory(first_seen, None))
            continue
        if watch is not None:
            followed.append(watch)
    desk.store.set_discovery_pass(sozd.NAME, now)
    return Pass(source=sozd.NAME, followed=tuple(followed), trouble="; ".join(trouble))


def _candidates(desk: Desk, items: tuple[Item, ...], now: datetime) -> Iterator[tuple[str, datetime]]:
    """Bills to decide on: new ones of the list, and those that were left undecided and are due again."""
    waiting = desk.store.states("undecided/")
    for key, memory in waiting.items():
        if not isinstance(memory, Mapping):
            continue
        first_seen = datetime.fromisoformat(str(memory["first_seen"]))
        looked = memory.get("looked")
        if now - first_seen > UNDECIDED_FOR:
            desk.store.set_state(key, None)
        elif looked is None or now - datetime.fromisoformat(str(looked)) >= UNDECIDED_EVERY:
            yield key.removeprefix("undecided/"), first_seen
    for item in items:
        if _undecided(item.native_id) in waiting or desk.store.state(_decided(item.native_id)) is not None:
            continue
        if desk.store.document(item.id) is None:
            yield item.native_id, now


def _decide(desk: Desk, number: str, first_seen: datetime, now: datetime, *, silent_before: datetime) -> Watch | None:
    """Follow a bill, drop it as off topic, or leave it undecided until its note or text says more."""
    url = sozd.card_url(desk.base_urls[sozd.NAME], number)
    page = desk.get(url, source=sozd.NAME)
    reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
    desk.store.set_state(good_key(url), page.snapshot.digest)
    facts = reading.document
    title, comment = (facts.title, facts.comment) if facts else ("", "")
    found = topics.classify(desk.rules, title, comment=comment, body=reading.note)
    if not found.topics:
        if found.needs_body or not reading.note:
            desk.store.set_state(_undecided(number), _memory(first_seen, now))
        else:
            desk.store.set_state(_undecided(number), None)
            desk.store.set_state(_decided(number), "off topic")
        return None
    desk.store.set_state(_undecided(number), None)
    watch = Watch(
        target=sozd.document_id(number),
        source=sozd.NAME,
        url=url,
        selector=None,
        origin="discovery",
        added_at=now,
        silent_before=silent_before,
    )
    desk.store.put_watch(watch)
    return watch


def _undecided(number: str) -> str:
    return f"undecided/{number}"


def _decided(number: str) -> str:
    return f"decided/{number}"


def _memory(first_seen: datetime, looked: datetime | None) -> dict[str, str | None]:
    return {"first_seen": first_seen.isoformat(), "looked": looked.isoformat() if looked else None}
