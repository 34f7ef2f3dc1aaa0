"""Bills found by the words of their titles, once a day: a search of its own, for those that the registrations have missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from scrapers import sozd
from tracker import candidates, searching
from tracker.candidates import Candidate
from tracker.desk import Desk
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Item
from tracker.outages import is_of_host
from tracker.payloads import MOSCOW
from tracker.registrations import RECESS
from tracker.searching import Pass

SEARCH: Final = f"{sozd.NAME}/keywords"

#: What is asked for, by topic: stems as a Russian stemmer gives them, so that they find whether the site compares stems or parts
#: of words. Topics of a user's own have none, and rely on the other searches.
STEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "citizenship": ("гражданств", "присяг"),
    "conscription": ("воинск", "призыв", "мобилизац", "повестк"),
}
#: Each pass asks for the days before the last one, too: a search engine may come to know a bill days after the calendar.
_OVERLAP: Final = timedelta(days=7)
#: In no month is there no bill with one of the words in its title.
PATIENCE: Final = 20  # working days
#: So many followed bills with a word in their titles, none of them listed: then the search does not find what is there.
_ENOUGH: Final = 3


def discover(desk: Desk, now: datetime) -> Pass:
    """Search the titles of the bills registered of late, and follow those that are ours and that nobody has seen yet."""
    mark = searching.mark_of(desk, SEARCH, now)
    began = desk.began(SEARCH, now).astimezone(MOSCOW).date()
    today = now.astimezone(MOSCOW).date()
    first = max(min(mark.astimezone(MOSCOW).date(), today) - _OVERLAP, min(began, today))
    trouble: list[str] = []
    failure: SourceError | None = None
    items: dict[str, Item] = {}
    stems = [stem for topic in desk.rules.topics for stem in STEMS.get(topic, ())]
    for stem in stems:
        try:
            listed = searching.listed(desk, partial(_address, desk, stem, first, today))
        except (FetchError, PageError) as error:
            if is_of_host(error):
                return Pass(search=SEARCH, trouble=str(error), failure=error)
            trouble.append(f"{stem}: {error}")
            failure = error
            break
        if listed.short:
            trouble.append(f"{stem}: {listed.short}")
        items |= {item.native_id: item for item in listed.items}
    since = max(desk.began(SEARCH, now), datetime(first.year, first.month, first.day, tzinfo=MOSCOW))
    new = [
        Candidate(number=number, listed_at=now, silent_before=since)
        for number in items
        if candidates.is_new(desk, number)
    ]
    decided = candidates.decide(desk, new, now)
    days = (item.date or decided.registered.get(item.native_id, "") for item in items.values())
    missed = "" if trouble else _not_listed(desk, items, stems, first)
    if not (trouble or missed) and any(day >= first.isoformat() for day in days):
        desk.store.set_discovery_pass(SEARCH, now)
    quiet = searching.silence(desk, SEARCH, now, patience=PATIENCE, recess=RECESS) if stems else ""
    words, doubt = searching.said((*trouble, *decided.trouble)), searching.said(filter(None, (missed, quiet)))
    searching.note_complete(desk, SEARCH, now, complete=not (words or doubt))
    failure = failure or decided.failure
    return Pass(search=SEARCH, followed=decided.followed, trouble=words, doubt=doubt, failure=failure)


def _address(desk: Desk, stem: str, first: date, today: date, page: int) -> str:
    # The end asked for is the day after: whether the site counts its last day in is not known.
    until = today + timedelta(days=1)
    return sozd.search_url(desk.base_urls[sozd.NAME], title=stem, since=first, until=until, page=page)


def _not_listed(desk: Desk, items: Mapping[str, Item], stems: Iterable[str], first: date) -> str:
    """What to say when none of the bills is listed that are known to be registered on these days under such words."""
    known = []
    for watch in desk.store.watches():
        document = desk.store.document(watch.target) if watch.source == sozd.NAME else None
        if document is None or not document.date or document.date < first.isoformat():
            continue
        if any(stem in document.title.casefold() for stem in stems):
            known.append(document.number)
    if len(known) < _ENOUGH or any(number in items for number in known):
        return ""
    return f"none of {len(known)} bills is listed that have the words in their titles, {known[0]} among them"
