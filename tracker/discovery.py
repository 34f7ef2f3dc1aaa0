"""Finding what nobody told us to follow: the day's registrations at the Duma, the day's publications on the portal.

A pass is complete when everything up to now was read to its end; only then does the mark of the last pass move. What
happened after the last complete pass is news, however late it is found: the moment goes with every bill that is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from diffs import topics
from scrapers import publication, sozd
from tracker import publications
from tracker.desk import Desk, good_key
from tracker.errors import FetchError, PageError
from tracker.models import Event, Item, Problem, Watch
from tracker.payloads import MOSCOW

#: A bill whose title and note decide nothing is looked at again daily for so long.
UNDECIDED_FOR: Final = timedelta(days=60)
UNDECIDED_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one discovery pass brought. `trouble` is empty when it was complete."""

    source: str
    events: tuple[Event, ...] = ()
    followed: tuple[Watch, ...] = ()
    trouble: str = ""


# ---------------------------------------------------------------- the portal of official publication


def discover_publications(desk: Desk, now: datetime) -> Pass:
    """Walk every block of the portal day by day since its last pass. One block that fails holds up no other."""
    events: list[Event] = []
    trouble: list[str] = []
    for block in publication.BLOCKS:
        try:
            for event_or_fault in _walk(desk, block, now):
                if isinstance(event_or_fault, str):
                    trouble.append(event_or_fault)
                else:
                    events.extend(event_or_fault)
        except (FetchError, PageError) as error:
            trouble.append(f"{block}: {error}")
    marks = [desk.store.discovery_pass(_block(block)) for block in publication.BLOCKS]
    reached = [mark for mark in marks if mark is not None]
    if len(reached) == len(marks):
        desk.store.set_discovery_pass(publication.NAME, min(reached))
    return Pass(source=publication.NAME, events=tuple(events), trouble="; ".join(dict.fromkeys(trouble)))


def _walk(desk: Desk, block: str, now: datetime) -> Iterator[tuple[Event, ...] | str]:
    """The events of one block, and in words the rows that could not be read."""
    for day in publications.days_to_walk(desk.store.discovery_pass(_block(block)), now):
        items = list(publications.published_on(desk, block, day))
        yield from (f"{block}, {day}: {item.fields['fault']}" for item in items if "fault" in item.fields)
        for item, found in publications.wanted(desk, items):
            yield desk.store.record(publications.announce(desk, item, found, now))
        desk.store.set_discovery_pass(_block(block), min(now, _end_of(day)))


def _block(block: str) -> str:
    return f"{publication.NAME}/{block}"


def _end_of(day: date) -> datetime:
    """The first moment after a Moscow day."""
    return datetime(day.year, day.month, day.day, tzinfo=MOSCOW) + timedelta(days=1)


# ---------------------------------------------------------------- registrations at the Duma


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A bill to decide on. `silent_before` is the last complete pass before it was listed."""

    number: str
    listed_at: datetime
    silent_before: datetime


def discover_bills(desk: Desk, now: datetime) -> Pass:
    """Read the registrations since the last pass and follow the bills that are on our topics.

    The card decides, not the list: its title, comment and explanatory note are classified. Gives the bills to follow; the
    first look at them is the pipeline's.
    """
    last = desk.store.discovery_pass(sozd.NAME)
    today = now.astimezone(MOSCOW).date()
    since = min((last or now).astimezone(MOSCOW).date(), today)
    trouble: list[str] = []
    items: list[Item] = []
    try:
        for item in _registered(desk, since, today):
            items.append(item)  # noqa: PERF402  # what was listed before a day failed is still decided on
    except (FetchError, PageError) as error:
        trouble.append(str(error))
    complete = not trouble
    followed: list[Watch] = []
    for candidate in _candidates(desk, items, now, silent_before=last or now):
        try:
            watch = _decide(desk, candidate, now)
        except (FetchError, PageError) as error:
            trouble.append(f"bill {candidate.number}: {error}")
            desk.store.set_state(_undecided(candidate.number), _memory(candidate, None))
            continue
        if watch is not None:
            followed.append(watch)
    if complete:
        desk.store.set_discovery_pass(sozd.NAME, now)
    return Pass(source=sozd.NAME, followed=tuple(followed), trouble="; ".join(trouble))


def _registered(desk: Desk, first: date, last: date) -> Iterator[Item]:
    """The bills registered from one Moscow day to another. A list shorter than it claims is asked for day by day.

    The end asked for is the day after: whether the site counts its last day in is not known.
    """
    url = sozd.registrations_url(desk.base_urls[sozd.NAME], first, last + timedelta(days=1))
    page = desk.get(url, source=sozd.NAME)
    reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
    desk.store.set_state(good_key(url), page.snapshot.digest)
    if (reading.total or 0) <= len(reading.items):
        yield from reading.items
    elif first < last:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            yield from _registered(desk, day, day)
    else:
        yield from reading.items
        message = f"the registrations of {first} are {reading.total}, and {len(reading.items)} of them are on the page"
        raise PageError(Problem.TRUNCATED, message, url=url)


def _candidates(desk: Desk, items: list[Item], now: datetime, *, silent_before: datetime) -> Iterator[_Candidate]:
    """Bills to decide on: those left undecided that are due again, then the new ones of the list."""
    waiting = desk.store.states("undecided/")
    for key, memory in waiting.items():
        number = key.removeprefix("undecided/")
        if not isinstance(memory, Mapping) or _is_known(desk, number):
            desk.store.set_state(key, None)
            continue
        listed_at = datetime.fromisoformat(str(memory["listed_at"]))
        looked = memory.get("looked")
        if now - listed_at > UNDECIDED_FOR:
            desk.store.set_state(key, None)
        elif looked is None or now - datetime.fromisoformat(str(looked)) >= UNDECIDED_EVERY:
            since = datetime.fromisoformat(str(memory["silent_before"]))
            yield _Candidate(number=number, listed_at=listed_at, silent_before=since)
    for item in items:
        number = item.native_id
        decided = _undecided(number) in waiting or desk.store.state(_decided(number)) is not None
        if not decided and not _is_known(desk, number):
            yield _Candidate(number=number, listed_at=now, silent_before=silent_before)


def _is_known(desk: Desk, number: str) -> bool:
    """Whether the bill is followed already, or was: what an operator follows or has dropped is the operator's."""
    target = sozd.document_id(number)
    return desk.store.document(target) is not None or desk.store.watch(target, sozd.NAME) is not None


def _decide(desk: Desk, candidate: _Candidate, now: datetime) -> Watch | None:
    """Follow a bill, drop it as off topic, or leave it undecided until its note or text says more."""
    number = candidate.number
    url = sozd.card_url(desk.base_urls[sozd.NAME], number)
    page = desk.get(url, source=sozd.NAME)
    reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
    desk.store.set_state(good_key(url), page.snapshot.digest)
    facts = reading.document
    title, comment = (facts.title, facts.comment) if facts else ("", "")
    found = topics.classify(desk.rules, title, comment=comment, body=reading.note)
    if found.topics:
        watch = Watch(
            target=sozd.document_id(number),
            source=sozd.NAME,
            url=url,
            selector=None,
            origin="discovery",
            added_at=now,
            silent_before=candidate.silent_before,
        )
        with desk.store.transaction():
            desk.store.set_state(_undecided(number), None)
            desk.store.put_watch(watch)
        return watch
    if found.needs_body or not reading.note:
        desk.store.set_state(_undecided(number), _memory(candidate, now))
    else:
        with desk.store.transaction():
            desk.store.set_state(_undecided(number), None)
            desk.store.set_state(_decided(number), "off topic")
    return None


def _undecided(number: str) -> str:
    return f"undecided/{number}"


def _decided(number: str) -> str:
    return f"decided/{number}"


def _memory(candidate: _Candidate, looked: datetime | None) -> dict[str, str | None]:
    return {
        "listed_at": candidate.listed_at.isoformat(),
        "silent_before": candidate.silent_before.isoformat(),
        "looked": looked.isoformat() if looked else None,
    }
