"""What the portal of official publication brings: a search of every block of it, day by day.

The walk goes on past a day that cannot be read, and comes back to it; a search that leaves something out for a day is told to
readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from scrapers import publication
from tracker import publications, searching
from tracker.desk import Desk
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Event, Item
from tracker.payloads import MOSCOW
from tracker.searching import NO_ANSWER, Days, Pass

#: The portal's last days are walked again, to notice files that were replaced and acts that came in late.
SEEN_AGAIN_DAYS: Final = 14
SEEN_AGAIN_EVERY: Final = timedelta(days=1)


def discover(desk: Desk, now: datetime) -> Pass:
    """Walk every block of the portal day by day since its last pass. A block or a day that fails holds up no other."""
    events: list[Event] = []
    trouble: list[str] = []
    failure: SourceError | None = None
    for block in publication.BLOCKS:
        days = Days(desk, f"{publication.NAME}/{block}", now)
        try:
            for recorded in _walk(desk, block, days, now):
                events.extend(recorded)
        except (FetchError, PageError) as error:  # the portal does not answer: what is left of the walk waits
            trouble.append(f"{block}: {error}")
            failure = error
        trouble.extend(f"{block}, {words}" for words in days.trouble)
    searching.note_complete(desk, publication.NAME, now, complete=not trouble)
    return Pass(search=publication.NAME, events=tuple(events), trouble=searching.said(trouble), failure=failure)


def _walk(desk: Desk, block: str, days: Days, now: datetime) -> Iterator[tuple[Event, ...]]:
    """Record what one block published: on the days to try again, then day by day since its last pass."""
    mark = f"{publication.NAME}/{block}"
    since = desk.store.discovery_pass(mark) or desk.began(publication.NAME, now)
    walked = publications.days_to_walk(since, now)
    again = _to_see_again(desk, mark, now)
    earlier = dict.fromkeys(day for day in (*days.retried, *again) if day not in walked)
    for day in (*earlier, *walked):
        items: list[Item] = []
        try:
            items.extend(publications.published_on(desk, block, day))
            faults = [item.fields["fault"] for item in items if "fault" in item.fields]
        except PageError as error:
            if error.problem in NO_ANSWER:
                raise
            faults = [str(error)]
        if faults:
            days.failed(day, f"{day}: {'; '.join(faults)}", since=since)
        for item, found in publications.wanted(desk, items):
            with desk.store.transaction():
                for watch in publications.texts_of(desk, item, now, since=since):
                    desk.store.put_watch(watch)
                # What the operator follows is not discovered, whichever look sees it first.
                asked_for = desk.store.watch(item.id, publication.NAME)
                recorded = desk.store.record(publications.announce(desk, item, found, now, asked_for=asked_for))
            yield recorded
        for item in items:
            noted = publications.replaced(desk, item, now)
            if noted is not None:
                yield desk.store.record(noted)
        if not faults:
            days.whole(day)
        if day in walked:
            desk.store.set_discovery_pass(mark, min(now, _end_of(day)))
    if again:
        desk.store.set_state(f"again/{mark}", now.isoformat())


def _to_see_again(desk: Desk, mark: str, now: datetime) -> tuple[date, ...]:
    """Once a day the last days are walked anew: a file may have been replaced, an act may have come in late."""
    known = desk.store.state(f"again/{mark}")
    last = datetime.fromisoformat(known) if isinstance(known, str) else None
    if last is None:
        desk.store.set_state(f"again/{mark}", now.isoformat())
        return ()
    if timedelta(0) <= now - last < SEEN_AGAIN_EVERY:
        return ()
    today = now.astimezone(MOSCOW).date()
    began = desk.began(publication.NAME, now).astimezone(MOSCOW).date()
    days = (today - timedelta(days=back) for back in range(SEEN_AGAIN_DAYS, 0, -1))
    return tuple(day for day in days if day >= began)


def _end_of(day: date) -> datetime:
    """The first moment after a Moscow day."""
    return datetime(day.year, day.month, day.day, tzinfo=MOSCOW) + timedelta(days=1)
