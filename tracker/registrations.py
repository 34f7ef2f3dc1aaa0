"""The bills that are registered at the Duma: a search of the calendar several times a day, for some bills live less than one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

from scrapers import sozd
from tracker import candidates, searching
from tracker.candidates import Candidate
from tracker.desk import Desk
from tracker.errors import FetchError, PageError
from tracker.models import Item
from tracker.payloads import MOSCOW
from tracker.searching import NO_ANSWER, Days, Pass, Recess

SEARCH: Final = sozd.NAME
#: Bills are registered every week, also while deputies are in their regions; few in January, in May and in August.
RECESS: Final[Recess] = (((1, 1), (1, 12)), ((5, 1), (5, 11)), ((8, 1), (8, 31)))
PATIENCE: Final = 7  # working days
#: Letters and papers may be dated long before the bill is registered: so far a bill may stand outside of the days asked for.
_SLACK: Final = timedelta(days=31)
#: After so many lists in a row that cannot be read the days that are left are not asked for: the page looks another way.
_ENOUGH: Final = 3


def discover(desk: Desk, now: datetime) -> Pass:
    """Read the registrations since the last pass and follow the bills that are on our topics."""
    mark = searching.mark_of(desk, SEARCH, now)
    today = now.astimezone(MOSCOW).date()
    first = min(mark.astimezone(MOSCOW).date(), today)
    days = Days(desk, SEARCH, now)
    items: list[tuple[Item, datetime]] = []
    try:
        items.extend((item, mark) for item in _registered(desk, first, today, days, since=mark))
        for day in days.retried:
            if day not in days.again:  # else it has just failed
                since = days.since(day)
                items.extend((item, since) for item in _registered(desk, day, day, days, since=since))
    except (FetchError, PageError) as error:
        return Pass(search=SEARCH, trouble=str(error), failure=error)  # nothing was read, and nothing is forgotten
    new = (
        Candidate(number=item.native_id, listed_at=now, silent_before=searching.news_since(desk, SEARCH, since, now))
        for item, since in items
        if candidates.is_new(desk, item.native_id)
    )
    decided = candidates.decide(desk, chain(candidates.undecided(desk, now), new), now)
    for day in days.retried:
        if day not in days.again:
            days.whole(day)  # only now: a crash before its bills were decided on must not lose them
    early = (first - _SLACK).isoformat()
    # Only bills of these lists say that the calendar answers: others are looked at again whatever it says.
    if any((item.date or decided.registered.get(item.native_id, "")) >= early for item, _ in items):
        desk.store.set_discovery_pass(SEARCH, now)
    quiet = searching.silence(desk, SEARCH, now, patience=PATIENCE, recess=RECESS)
    trouble = searching.said((*days.trouble, *decided.trouble))
    searching.note_complete(desk, SEARCH, now, complete=not (trouble or quiet))
    return Pass(search=SEARCH, followed=decided.followed, trouble=trouble, doubt=quiet, failure=decided.failure)


def _registered(desk: Desk, first: date, last: date, days: Days, *, since: datetime) -> tuple[Item, ...]:
    """The bills registered from one Moscow day to another.

    A list that cannot be read, or is shorter than it claims, is asked for day by day; a day that fails is tried again. The
    end asked for is the day after: whether the site counts its last day in is not known.
    """
    if days.unreadable >= _ENOUGH:
        days.failed(first, f"{first}: not asked for, the days before it cannot be read", since=since)
        return ()
    base = desk.base_urls[sozd.NAME]
    items: tuple[Item, ...] = ()
    try:
        found = searching.listed(
            desk, lambda page: sozd.registrations_url(base, first, last + timedelta(days=1), page=page)
        )
        items, short = found.items, found.short
        days.unreadable = 0
    except PageError as error:
        if error.problem in NO_ANSWER:
            raise
        short = str(error)
        days.unreadable += 1
    each = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if short and len(each) > 1:
        return tuple(item for day in each for item in _registered(desk, day, day, days, since=since))
    if short:
        days.failed(first, f"{first}: {short}", since=since)
    return items
