"""Finding what nobody told us to follow: the day's registrations at the Duma, the day's publications on the portal.

The walk goes on past a day that cannot be read, and comes back to it; a search that leaves something out for a day is told to
readers. What happened after the last pass is news, however late it is found: the moment goes with every bill that is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from diffs.amended import AmendedUnit
from scrapers import publication, sozd
from tracker import amending, bills, cards, publications, texts
from tracker.desk import Desk, good_key
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Event, Item, Problem, Reading, Role, Watch
from tracker.payloads import MOSCOW

#: A bill whose title and note decide nothing is looked at again daily for so long.
UNDECIDED_FOR: Final = timedelta(days=60)
UNDECIDED_EVERY: Final = timedelta(days=1)
MAX_PAGES: Final = 40
#: The portal's last days are walked again, to notice files that were replaced and acts that came in late.
SEEN_AGAIN_DAYS: Final = 14
SEEN_AGAIN_EVERY: Final = timedelta(days=1)

#: Pages that a site sends in place of any answer: asking for another day would bring the same.
NO_ANSWER: Final = frozenset(
    {Problem.BLOCKED, Problem.CAPTCHA, Problem.LOGIN, Problem.MAINTENANCE, Problem.SERVER_ERROR, Problem.EMPTY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one discovery pass brought. `trouble` is empty when it was complete.

    `failure`: the fault of the source's host that ended it; `paused`: the host was not asked at all.
    """

    source: str
    events: tuple[Event, ...] = ()
    followed: tuple[Watch, ...] = ()
    trouble: str = ""
    failure: SourceError | None = None
    paused: bool = False


# ---------------------------------------------------------------- days that could not be read


class _Days:
    """The days of one search: those since its last pass, and those that could not be read then and are tried again."""

    def __init__(self, desk: Desk, name: str, now: datetime) -> None:
        self._desk = desk
        self._key = f"retry/{name}"
        today = now.astimezone(MOSCOW).date()
        known = {date.fromisoformat(day): dict(row) for day, row in desk.mapping(self._key).items()}
        self._bad = {day: row for day, row in known.items() if today - day <= UNDECIDED_FOR}
        self.retried = tuple(self._bad)
        self.again: set[date] = set()
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


# ---------------------------------------------------------------- the portal of official publication


def discover_publications(desk: Desk, now: datetime) -> Pass:
    """Walk every block of the portal day by day since its last pass. A block or a day that fails holds up no other."""
    events: list[Event] = []
    trouble: list[str] = []
    failure: SourceError | None = None
    for block in publication.BLOCKS:
        days = _Days(desk, f"{publication.NAME}/{block}", now)
        try:
            for recorded in _walk(desk, block, days, now):
                events.extend(recorded)
        except (FetchError, PageError) as error:  # the portal does not answer: what is left of the walk waits
            trouble.append(f"{block}: {error}")
            failure = error
        trouble.extend(f"{block}, {words}" for words in days.trouble)
    _note_complete(desk, publication.NAME, now, trouble)
    return Pass(
        source=publication.NAME, events=tuple(events), trouble="; ".join(dict.fromkeys(trouble)), failure=failure
    )


def _walk(desk: Desk, block: str, days: _Days, now: datetime) -> Iterator[tuple[Event, ...]]:
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


def _note_complete(desk: Desk, source: str, now: datetime, trouble: list[str]) -> None:
    """Readers are told of a search that has left something out for a day (see `coverage`)."""
    if not trouble:
        desk.store.set_state(f"searched/{source}", now.isoformat())


# ---------------------------------------------------------------- registrations at the Duma


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A bill to decide on. `silent_before` is the last pass before it was listed."""

    number: str
    listed_at: datetime
    silent_before: datetime


def discover_bills(desk: Desk, now: datetime) -> Pass:
    """Read the registrations since the last pass and follow the bills that are on our topics.

    The card decides, not the list: its title, comment and explanatory note are classified. Gives the bills to follow; the
    first look at them is the pipeline's.
    """
    last = desk.store.discovery_pass(sozd.NAME) or desk.began(sozd.NAME, now)
    today = now.astimezone(MOSCOW).date()
    days = _Days(desk, sozd.NAME, now)
    items: list[tuple[Item, datetime]] = []
    trouble: list[str] = []
    try:
        for day in days.retried:
            since = days.since(day)
            items.extend((item, since) for item in _registered(desk, day, day, days, since=since))
        first = min(last.astimezone(MOSCOW).date(), today)
        items.extend((item, last) for item in _registered(desk, first, today, days, since=last))
    except (FetchError, PageError) as error:
        return Pass(source=sozd.NAME, trouble=str(error), failure=error)  # nothing was read, and nothing is forgotten
    trouble.extend(days.trouble)
    followed: list[Watch] = []
    for candidate in _candidates(desk, items, now):
        try:
            watch = _decide(desk, candidate, now)
        except (FetchError, PageError) as error:
            trouble.append(f"bill {candidate.number}: {error}")
            desk.store.set_state(_undecided(candidate.number), _memory(candidate, None))
            continue
        if watch is not None:
            followed.append(watch)
    for day in days.retried:
        if day not in days.again:
            days.whole(day)  # only now: a crash before its bills were decided on must not lose them
    desk.store.set_discovery_pass(sozd.NAME, now)
    _note_complete(desk, sozd.NAME, now, trouble)
    return Pass(source=sozd.NAME, followed=tuple(followed), trouble="; ".join(dict.fromkeys(trouble)))


def _registered(desk: Desk, first: date, last: date, days: _Days, *, since: datetime) -> tuple[Item, ...]:
    """The bills registered from one Moscow day to another, page by page.

    A list that cannot be read, or is shorter than it claims, is asked for day by day; a day that fails is tried again. The
    end asked for is the day after: whether the site counts its last day in is not known.
    """
    items: dict[str, Item] = {}
    short = ""
    for number in range(1, MAX_PAGES + 1):
        url = sozd.registrations_url(desk.base_urls[sozd.NAME], first, last + timedelta(days=1), page=number)
        try:
            page = desk.get(url, source=sozd.NAME)
            reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
        except (FetchError, PageError) as error:
            if number > 1:
                break  # what was listed before stands, and is known to be short
            if isinstance(error, FetchError) or error.problem in NO_ANSWER:
                raise
            short = str(error)
            break
        desk.store.set_state(good_key(url), page.snapshot.digest)
        known, claimed = len(items), reading.total or 0
        items |= {item.native_id: item for item in reading.items}
        # Whether the site pages this list is not known: a page that brings nothing new is the last one.
        short = f"{claimed} registrations are claimed, {len(items)} are listed" if claimed > len(items) else ""
        if not short or len(items) == known:
            break
    each = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if short and len(each) > 1:
        return tuple(item for day in each for item in _registered(desk, day, day, days, since=since))
    if short:
        days.failed(first, f"{first}: {short}", since=since)
    return tuple(items.values())


def _candidates(desk: Desk, items: list[tuple[Item, datetime]], now: datetime) -> Iterator[_Candidate]:
    """Bills to decide on: those left undecided that are due again, then the new ones of the lists, each with the pass before."""
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
    for item, silent_before in items:
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
    found = bills.classified(desk, reading)
    if not found.topics:
        found = bills.classified(desk, reading, _amended_by_text(desk, reading))
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


def _amended_by_text(desk: Desk, reading: Reading) -> tuple[AmendedUnit, ...]:
    """What the newest text of a bill changes, where it can be read: a title may hide it, and so may a note."""
    texts_of = [file for file in reading.files if file.role is Role.BILL_TEXT and file.edition]
    if not texts_of:
        return ()
    newest = max(texts_of, key=lambda file: (cards.position_of(file.edition), file.uploaded_at or ""))
    try:
        page = desk.get(desk.absolute(newest.url, sozd.NAME), source=sozd.NAME)
        if page.status != 200:
            return ()
        read = texts.read_file(
            page.body, name=newest.label, content_type=page.content_type, body_digest=page.snapshot.digest, ocr=desk.ocr
        )
    except (FetchError, PageError):
        return ()  # it stays undecided, and is looked at again
    return amending.units_of(read.sections)


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
