"""Whether a bill that a search has listed is ours. The list never decides: the card does, and behind it the text.

A card's title and comment are classified, then its note, then the newest text that can be read: its words, and the units of acts
that it changes. A title may hide what a bill does, and so may a note. What no words have decided yet - a title that says nothing,
while at registration there is only a scan - is looked at again daily for two months; what then is still not known is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from diffs import topics
from scrapers import sozd
from tracker import bill_texts, bills, cards, retrying
from tracker.desk import Desk, good_key
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Classification, File, OperatorKind, Reading, Role, Watch
from tracker.outages import OPEN_AFTER, is_of_host
from tracker.searching import TRIED_FOR

LOOK_EVERY: Final = timedelta(days=1)
LASTING: Final = 6  # failures in a row: most of a day
_TEXTS_TRIED: Final = 3  # the newest may be a scan while the one before it can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A bill to decide on. What happened to it after `silent_before` is news."""

    number: str
    listed_at: datetime
    silent_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A bill as one look saw it.

    `text`: the newest text that was read, or was read before; `unread`: why a newer one, or the only one, cannot be;
    `failed`: the fault of the host that kept the texts back this time.
    """

    url: str
    reading: Reading
    found: Classification
    text: File | None = None
    unread: str = ""
    failed: SourceError | None = None


def is_known(desk: Desk, number: str) -> bool:
    """Whether the bill is followed already, or was: what an operator follows, has muted or dropped is the operator's."""
    target = sozd.document_id(number)
    return desk.store.document(target) is not None or desk.store.watch(target, sozd.NAME) is not None


def look(desk: Desk, number: str, *, known_text: str | None = None) -> Seen:
    """Read a card and, unless it decides alone, the newest text. `known_text`: a file that was read before and decided nothing.

    FetchError or PageError when the card cannot be had.
    """
    url = sozd.card_url(desk.base_urls[sozd.NAME], number)
    page = desk.get(url, source=sozd.NAME)
    reading = sozd.read(page.body, url=url, status=page.status, content_type=page.content_type)
    desk.store.set_state(good_key(url), page.snapshot.digest)
    seen = Seen(url=url, reading=reading, found=bills.classified(desk, reading))
    return seen if seen.found.topics else _with_newest_text(desk, seen, known_text)


def _with_newest_text(desk: Desk, seen: Seen, known: str | None) -> Seen:
    """The same bill by the newest text that can be read, and what stood in the way of a newer one."""
    linked = [file for file in seen.reading.files if file.role is Role.BILL_TEXT and file.edition]
    linked.sort(key=lambda file: (cards.position_of(file.edition), file.uploaded_at or ""), reverse=True)
    for file in linked[:_TEXTS_TRIED]:
        if file.id == known:
            return replace(seen, text=file)
        try:
            page, read = bill_texts.fetched(desk, file, sozd.NAME)
        except (FetchError, PageError) as error:
            if is_of_host(error):
                return replace(seen, failed=error)
            seen = replace(seen, unread=seen.unread or f"{file.label or file.id}: {error}")
            continue
        if read.unread_reason is None:
            desk.store.set_state(good_key(page.snapshot.url), page.snapshot.digest)
            return replace(seen, text=file, found=bills.classified(desk, seen.reading, read))
        seen = replace(seen, unread=seen.unread or f"{file.label or file.id}: {read.unread_reason}")
    return seen


def follow(desk: Desk, candidate: Candidate, seen: Seen, now: datetime) -> Watch:
    """Follow a bill that is ours; its first look, and the word about it, are the pipeline's."""
    watch = Watch(
        target=sozd.document_id(candidate.number),
        source=sozd.NAME,
        url=seen.url,
        selector=None,
        origin="discovery",
        added_at=now,
        silent_before=candidate.silent_before,
    )
    with desk.store.transaction():
        desk.store.set_state(_undecided(candidate.number), None)
        desk.store.put_watch(watch)
    return watch


def tell_unread(desk: Desk, number: str, words: str, now: datetime) -> None:
    """One line for the operator about a bill whose topic is not known."""
    hint = f"its topic is not known; `duma-tracker watch add {number}` follows it"
    desk.store.tell_operator(
        OperatorKind.DOCUMENT_QUARANTINED,
        source=sozd.NAME,
        subject=sozd.document_id(number),
        at=now,
        message=f"bill {number}: {words}; {hint}",
    )


# ---------------------------------------------------------------- bills that were just registered


def undecided(desk: Desk, now: datetime) -> tuple[Candidate, ...]:
    """The bills that were left undecided and are due again. Those that nothing has decided in time are told and forgotten."""
    due: list[Candidate] = []
    for key, memory in desk.store.states("undecided/").items():
        number = key.removeprefix("undecided/")
        if not isinstance(memory, Mapping) or is_known(desk, number):
            desk.store.set_state(key, None)
            continue
        candidate = Candidate(
            number=number,
            listed_at=datetime.fromisoformat(str(memory["listed_at"])),
            silent_before=datetime.fromisoformat(str(memory["silent_before"])),
        )
        looked, failed = memory.get("looked"), memory.get("failed")
        if now - candidate.listed_at > TRIED_FOR:
            with desk.store.transaction():
                desk.store.set_state(key, None)
                if not memory.get("said"):
                    tell_unread(desk, number, f"neither a note nor a text has decided in {TRIED_FOR.days} days", now)
        elif isinstance(failed, Mapping):
            if retrying.is_due(failed, now):
                due.append(candidate)
        elif looked is None or not timedelta(0) <= now - datetime.fromisoformat(str(looked)) < LOOK_EVERY:
            due.append(candidate)
    return tuple(due)


def is_new(desk: Desk, number: str) -> bool:
    """Whether a bill that is listed was not looked at yet."""
    states = (_undecided(number), _decided(number))
    return all(desk.store.state(key) is None for key in states) and not is_known(desk, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of some candidates. `registered`: the days of registration that their cards gave, by number.

    `failure`: the fault of the host that ended it; those after it were not asked.
    """

    followed: tuple[Watch, ...]
    registered: Mapping[str, str]
    trouble: tuple[str, ...]
    failure: SourceError | None


def decide(desk: Desk, candidates: Iterable[Candidate], now: datetime) -> Decided:
    """Follow bills, drop them as off topic, or leave them undecided until their note or text says more."""
    followed: list[Watch] = []
    registered: dict[str, str] = {}
    trouble: list[str] = []
    failure: SourceError | None = None
    failed = 0
    for candidate in candidates:
        if failure is not None:  # not asked, and not forgotten
            _leave(desk, candidate, looked=None)
            continue
        try:
            seen = look(desk, candidate.number)
        except (FetchError, PageError) as error:
            trouble.append(f"bill {candidate.number}: {error}")
            _fail(desk, candidate, error, now)
            failed = failed + 1 if is_of_host(error) else 0
            failure = error if failed >= OPEN_AFTER else None
            continue
        failed = 0
        if seen.reading.document is not None and seen.reading.document.date:
            registered[candidate.number] = seen.reading.document.date
        if seen.found.topics:
            followed.append(follow(desk, candidate, seen, now))
        elif seen.failed is not None:
            trouble.append(f"bill {candidate.number}: its text: {seen.failed}")
            _fail(desk, candidate, seen.failed, now)
        elif _is_off_topic(desk, seen):
            with desk.store.transaction():
                desk.store.set_state(_undecided(candidate.number), None)
                desk.store.set_state(_decided(candidate.number), "off topic")
        else:
            _leave(desk, candidate, looked=now, unread=seen.unread)
    return Decided(followed=tuple(followed), registered=registered, trouble=tuple(trouble), failure=failure)


def _is_off_topic(desk: Desk, seen: Seen) -> bool:
    """Whether enough was read to drop a bill: a text of it, or a note under a title that says what it is about."""
    facts = seen.reading.document
    if seen.text is not None:
        return True
    named = facts is not None and not topics.says_nothing(desk.rules, facts.title)
    return bool(seen.reading.note) and named and not seen.found.needs_body


def _leave(desk: Desk, candidate: Candidate, *, looked: datetime | None, unread: str = "") -> None:
    """Remember a bill to look at again. That its text is there and cannot be read is told once."""
    said = bool(desk.mapping(_undecided(candidate.number)).get("said"))
    with desk.store.transaction():
        _remember(desk, candidate, looked=looked.isoformat() if looked else None, said=said or bool(unread))
        if unread and looked is not None and not said:
            tell_unread(desk, candidate.number, f"its text cannot be read ({unread})", looked)


def _fail(desk: Desk, candidate: Candidate, error: SourceError, now: datetime) -> None:
    """Remember a bill whose card could not be had: it is tried again ever more rarely, and told once when that goes on."""
    before = desk.mapping(_undecided(candidate.number))
    failed, said = retrying.later(before.get("failed"), now), bool(before.get("said"))
    lasting = failed["failures"] >= LASTING
    with desk.store.transaction():
        _remember(desk, candidate, looked=before.get("looked"), said=said or lasting, failed=failed)
        if lasting and not said:
            tell_unread(desk, candidate.number, f"it cannot be read ({error})", now)


def _remember(
    desk: Desk, candidate: Candidate, *, looked: str | None, said: bool, failed: Mapping[str, Any] | None = None
) -> None:
    memory = {
        "listed_at": candidate.listed_at.isoformat(),
        "silent_before": candidate.silent_before.isoformat(),
        "looked": looked,
        "said": said,
        "failed": failed,
    }
    desk.store.set_state(_undecided(candidate.number), memory)


def _undecided(number: str) -> str:
    return f"undecided/{number}"


def _decided(number: str) -> str:
    return f"decided/{number}"
