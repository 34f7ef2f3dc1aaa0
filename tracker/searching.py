"""What the searches for new documents have in common: their names and marks, lists of several pages, days that failed, silence.

A search is named by its source, and by what it asks for when the source has more than one: ``sozd`` (registrations),
``sozd/readings``, ``sozd/keywords``. Each keeps marks of its own, so that none is blinded by another.

A list that names nothing proves nothing: it may be a quiet week, or a question that the site no longer understands. The mark
of a search of bills moves only with a pass that has seen a bill of the days it asked for; until then each pass asks from the
old mark on. A search that saw none for more working days than ever pass without one has gone blind, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from scrapers import sozd
from tracker.desk import Desk, good_key
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Event, Item, OperatorKind, Problem, Watch
from tracker.payloads import MOSCOW

#: What could not be read or decided is tried again for so long.
TRIED_FOR: Final = timedelta(days=60)
MAX_PAGES: Final = 40

#: Pages that a site sends in place of any answer: asking for another day would bring the same.
NO_ANSWER: Final = frozenset(
    {Problem.BLOCKED, Problem.CAPTCHA, Problem.LOGIN, Problem.MAINTENANCE, Problem.SERVER_ERROR, Problem.EMPTY}
)

#: Days of a year, both included, as (month, day).
Recess: TypeAlias = tuple[tuple[tuple[int, int], tuple[int, int]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one pass of a search brought. `trouble` is empty when it left nothing out.

    `doubt`: why it may see nothing although it is answered; asking again soon would not help. `failure`: the fault of the
    source's host that ended it; `paused`: the host was not asked at all.
    """

    search: str
    events: tuple[Event, ...] = ()
    followed: tuple[Watch, ...] = ()
    trouble: str = ""
    doubt: str = ""
    failure: SourceError | None = None
    paused: bool = False


def source_of(search: str) -> str:
    """The source that a search asks."""
    return search.partition("/")[0]


def said(trouble: Iterable[str]) -> str:
    """Troubles of a pass as one line."""
    return "; ".join(dict.fromkeys(trouble))


def mark_of(desk: Desk, search: str, now: datetime) -> datetime:
    """The last pass of a search that saw anything, or when it was first tried."""
    return desk.store.discovery_pass(search) or desk.began(search, now)


def news_since(desk: Desk, search: str, mark: datetime, now: datetime) -> datetime:
    """From when on the steps of a bill that a search lists for the first time are news.

    From the first day that it asks for: a step may show on the site hours after the moment it bears, when the pass of that
    day was over. Never from before the search began.
    """
    day = mark.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(day, desk.began(search, now))


def note_complete(desk: Desk, search: str, now: datetime, *, complete: bool) -> None:
    """Readers are told of a search that has left something out for a day (see `coverage`)."""
    if complete:
        desk.store.set_state(f"searched/{search}", now.isoformat())


# ---------------------------------------------------------------- days that could not be read


class Days:
    """The days of one search: those since its last pass, and those that could not be read then and are tried again."""

    def __init__(self, desk: Desk, search: str, now: datetime) -> None:
        self._desk = desk
        self._key = f"retry/{search}"
        today = now.astimezone(MOSCOW).date()
        known = {date.fromisoformat(day): dict(row) for day, row in desk.mapping(self._key).items()}
        self._bad = {day: row for day, row in known.items() if today - day <= TRIED_FOR}
        self.retried = tuple(self._bad)
        self.again: set[date] = set()
        self.unreadable = 0  # days in a row of which no page could be read
        self.trouble: list[str] = []

    def failed(self, day: date, words: str, *, since: datetime) -> None:
        """Note a day that was not read whole; it is tried again for two months, and the search is not complete till then.

        `since`: the last pass before the day first failed. What happened after it is news, however late the day is read.
        """
        self.trouble.append(words)
        self.again.add(day)
        self._bad[day] = {"words": words, "since": self._bad.get(day, {}).get("since") or since.isoformat()}
        self._keep()

    def since(self, day: date) -> datetime:
        """The last pass before a day that is tried again first failed."""
        return datetime.fromisoformat(self._bad[day]["since"])

    def whole(self, day: date) -> None:
        """Note a day that was read to its end."""
        if self._bad.pop(day, None) is not None:
            self._keep()

    def _keep(self) -> None:
        # At once, before any mark moves past the day: a crash in between must not lose it.
        self._desk.store.set_state(self._key, {day.isoformat(): row for day, row in self._bad.items()} or None)


# ---------------------------------------------------------------- lists of bills


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The bills of a list, each once. `short` says what is missing, and is empty when it holds all that it claims."""

    items: tuple[Item, ...]
    short: str


def listed(desk: Desk, url_of: Callable[[int], str]) -> Listed:
    """Walk a list of bills; `url_of` gives the address of a page by its number, from 1. Raises what the first page raises."""
    items: dict[str, Item] = {}
    short = ""
    for number in range(1, MAX_PAGES + 1):
        url = url_of(number)
        try:
            page = desk.get(url, source=sozd.NAME)
            reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
        except (FetchError, PageError):
            if number == 1:
                raise
            break  # what was listed before stands, and is known to be short
        desk.store.set_state(good_key(url), page.snapshot.digest)
        known, claimed = len(items), reading.total or 0
        items |= {item.native_id: item for item in reading.items}
        short = f"{claimed} bills are claimed, {len(items)} are listed" if claimed > len(items) else ""
        # Whether the site pages a list is not known for certain: a page that brings nothing new is the last one.
        if not short or len(items) == known:
            break
    return Listed(items=tuple(items.values()), short=short)


# ---------------------------------------------------------------- silence


def silence(desk: Desk, search: str, now: datetime, *, patience: int, recess: Recess) -> str:
    """What to say of a search that has seen nothing for more than `patience` working days; empty while that may be so.

    The operator is told once, readers by `coverage` when it has lasted a day. An invented history registers as few bills as
    its story needs.
    """
    mark = mark_of(desk, search, now)
    days = 0 if desk.invented else working_days(mark, now, recess=recess)
    key = f"silent/{search}"
    if days <= patience:
        desk.store.set_state(key, None)
        return ""
    since = mark.astimezone(MOSCOW).date()
    words = f"no bill was listed in {days} working days, since {since}: look whether the site understands the question"
    if desk.store.state(key) is None:
        source = source_of(search)
        with desk.store.transaction():
            desk.store.set_state(key, now.isoformat())
            desk.store.tell_operator(
                OperatorKind.SOURCE_LAYOUT_CHANGED, source=source, subject=search, at=now, message=f"{search}: {words}"
            )
    return words


def working_days(since: datetime, now: datetime, *, recess: Recess) -> int:
    """The Mondays to Fridays outside of a recess that have passed whole between two moments."""
    first, today = since.astimezone(MOSCOW).date(), now.astimezone(MOSCOW).date()
    between = (first + timedelta(days=offset) for offset in range(1, (today - first).days))
    return sum(day.weekday() < 5 and not _in_recess(day, recess) for day in between)


def _in_recess(day: date, recess: Recess) -> bool:
    return any(begins <= (day.month, day.day) <= ends for begins, ends in recess)
