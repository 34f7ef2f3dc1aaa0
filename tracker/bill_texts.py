"""The texts that a bill card links: which to fetch now, what changed in them, when to try again what could not be had.

What was fetched is remembered by file (its GUID): the digest of its bytes and its upload time as the card gave it. A file
is compared with its own last bytes; a new file with the text that stands before it by position. Other bytes under an
unchanged entry of the card have nothing to explain them, and wait for a second look.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from scrapers import readings, sozd
from tracker import cards, retrying, texts
from tracker.desk import Desk, Keys, Page, doubt_key, good_key
from tracker.errors import FetchError, PageError
from tracker.holding import Held, text_doubt
from tracker.models import (
    EditionKey,
    EventDraft,
    EventKind,
    File,
    NewVersion,
    Part,
    Problem,
    Reading,
    Role,
    Snapshot,
    Version,
    Watch,
)
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf, Standing
from tracker.texts import ReadText

#: The newest text is fetched again this often: the same address may come to serve other bytes.
RECHECK: Final = timedelta(hours=24)
_SUFFIXES: Final = {"msword": "docx", "rtf": "rtf", "pdf": "pdf", "html": "html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What the texts of a card brought.

    `files`: what was fetched, by file; `due`: what could not be, with the number of failures and the moment to try again;
    `state`: further state of the store about bodies that were read well; `well`: their addresses. `read`: the texts that this
    look has read, each with its event, in the order of the procedure.
    """

    versions: tuple[NewVersion, ...]
    events: tuple[EventDraft, ...]
    files: dict[str, Any] | None
    due: dict[str, Any] | None
    state: dict[str, str | None]
    well: tuple[str, ...]
    trouble: str
    read: tuple[tuple[EventDraft, ReadText], ...] = ()


def texts_due(desk: Desk, watch: Watch, now: datetime) -> bool:
    """Whether the card must be looked at, though it did not change: a text is due to be fetched again."""
    keys = Keys.of(watch)
    if any(retrying.is_due(entry, now) for entry in desk.mapping(keys.due).values()):
        return True
    looked = [datetime.fromisoformat(entry["at"]) for entry in desk.mapping(keys.files).values()]
    return bool(looked) and not timedelta(0) <= now - max(looked) < RECHECK


class BillTexts:
    """Fetches the texts of one bill that are new or due again, in the order of the procedure."""

    def __init__(
        self, desk: Desk, watch: Watch, drafter: Drafter, held: Held, now: datetime, *, unread: frozenset[str]
    ) -> None:
        self._desk = desk
        self._watch = watch
        self._drafter = drafter
        self._held = held
        self._now = now
        self._unread = unread
        self._shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, rereader(desk), workers=desk.workers)
        self._seen = desk.mapping(Keys.of(watch).files)
        self._due = desk.mapping(Keys.of(watch).due)
        self._settled: dict[str, str | None] = {}
        self._well: list[str] = []
        self._read: list[tuple[EventDraft, ReadText]] = []

    def collect(self, reading: Reading) -> Collected:
        """Look at every text that the card links and that is due."""
        wanted = [file for file in reading.files if file.role is Role.BILL_TEXT and file.edition]
        wanted.sort(key=_place)
        linked = {file.id for file in wanted}
        seen_before = dict(self._seen)
        self._seen = {guid: entry for guid, entry in seen_before.items() if guid in linked}
        newest = next((file.id for file in reversed(wanted) if file.id in seen_before), None)
        still_due: dict[str, Any] = {}
        events: list[EventDraft] = []
        trouble: list[str] = []
        for file in wanted:
            explained = file.id not in seen_before or seen_before[file.id]["uploaded"] != file.uploaded_at
            failed = self._due.get(file.id)
            if failed and not retrying.is_due(failed, self._now):
                still_due[file.id] = failed
                self._held.keep(f"text:{file.id}")
                continue
            if not explained and not failed and not self._is_due(file, newest=file.id == newest):
                self._held.keep(f"text:{file.id}")
                continue
            try:
                events.extend(self._look_at_file(file, linked, explained=explained))
            except (FetchError, PageError) as error:
                # The card is told without this text, which is tried again ever more rarely: failure is not change.
                trouble.append(f"{file.label or file.id}: {error}")
                still_due[file.id] = retrying.later(failed, self._now)
                self._held.keep(f"text:{file.id}")
        return Collected(
            versions=self._shelf.new,
            events=tuple(events),
            files=self._seen or None,
            due=still_due or None,
            state=self._settled,
            well=tuple(self._well),
            trouble="; ".join(trouble),
            read=tuple(self._read),
        )

    def _is_due(self, file: File, *, newest: bool) -> bool:
        if f"text:{file.id}" in self._held.before:
            return True
        checked = datetime.fromisoformat(self._seen[file.id]["at"])
        return newest and not timedelta(0) <= self._now - checked < RECHECK

    def _look_at_file(self, file: File, linked: set[str], *, explained: bool) -> tuple[EventDraft, ...]:
        page, read = fetched(self._desk, file, self._watch.source)
        key = EditionKey(
            document_id=self._watch.target, part=Part.TEXT, source=self._watch.source, edition=file.edition or ""
        )
        position = self._position(key, file)
        neighbour = self._shelf.before(key, position)
        before = (
            self._shelf.latest_of(key, cause=file.id)
            or self._shelf.latest_gone(key, linked)
            or (neighbour if neighbour is not None and neighbour.key == key else None)
        )
        known = self._shelf.read(before)[0] if before is not None else None
        # The same file, which could not be read before and can be now, is a text that was not told yet.
        read_now = before is not None and not before.readable and before.cause == file.id and bool(read.sections)
        explained = explained or read_now
        unchanged = known is not None and known.digest == read.digest and not read_now
        confirmed = False
        if not unchanged:
            if not explained and not self._held.seen_twice(f"text:{file.id}", read.digest):
                return ()  # nothing explains it: told when it has been seen again
            doubt = text_doubt(known.plain, read.plain) if known is not None and read.sections else None
            confirmed = self._desk.believe(self._watch, page, read.digest, doubt, self._now)
        self._settle(file, page)
        if unchanged:
            return ()
        compared = (
            before if before is not None and before.readable else self._shelf.before(key, position, readable=True)
        )
        kind = EventKind.TEXT_ADDED
        if not read_now:
            kind = _kind(explained=explained, before=before, file=file, linked=linked)
        event = self._event(
            kind, key, file, read, position=position, snapshot=page.snapshot, compared=compared, confirmed=confirmed
        )
        return (event,)

    def _position(self, key: EditionKey, file: File) -> str:
        """The place of a text: its step of the procedure, then its upload. One without a time stands last in its edition."""
        step = cards.position_of(file.edition)
        return f"{step} {file.uploaded_at}" if file.uploaded_at else self._shelf.last_place(key) or step

    def _settle(self, file: File, page: Page) -> None:
        url = page.snapshot.url
        self._settled[good_key(url)] = page.snapshot.digest
        self._settled[doubt_key(self._watch, url)] = None
        self._well.append(url)
        self._seen[file.id] = {
            "at": self._now.isoformat(),
            "uploaded": file.uploaded_at,
            "digest": page.snapshot.digest,
        }

    def _event(
        self,
        kind: EventKind,
        key: EditionKey,
        file: File,
        read: ReadText,
        *,
        position: str,
        snapshot: Snapshot,
        compared: Standing | None,
        confirmed: bool,
    ) -> EventDraft:
        version = texts.version_of(
            key, read, position=position, label=file.label, snapshot=snapshot, url=file.url, cause=file.id
        )
        before = self._shelf.predecessor(compared)
        number = self._shelf.add(version, read, snapshot)
        drafter = replace(self._drafter, confirmed=confirmed)
        if file.id in self._unread and kind is not EventKind.TEXT_UNEXPLAINED:
            drafter = replace(drafter, silent_before=self._watch.silent_before)
        event = texts.text_event(
            drafter,
            kind,
            version,
            number,
            read,
            snapshot=snapshot,
            before=before,
            file=readings.file_json(file),
            occurred_at=file.uploaded_at,
            workers=self._desk.workers,
        )
        if read.sections:
            self._read.append((event, read))  # files come in the order of the procedure
        return event


def _kind(*, explained: bool, before: Standing | None, file: File, linked: set[str]) -> EventKind:
    """Unexplained; or another wording in place of one that is no longer linked; or one more text."""
    if not explained:
        return EventKind.TEXT_UNEXPLAINED
    replaced = before is not None and (before.cause == file.id or before.cause not in linked)
    return EventKind.TEXT_CHANGED if replaced else EventKind.TEXT_ADDED


def _place(file: File) -> tuple[str, str, str]:
    return cards.position_of(file.edition), file.uploaded_at or "", file.edition or ""


def fetched(desk: Desk, file: File, source: str) -> tuple[Page, ReadText]:
    """A file that a card links, and its text. PageError when something else came in its place."""
    page = desk.get(desk.absolute(file.url, source), source=source)
    if page.status != 200:
        problem = Problem.NOT_FOUND if page.status in {404, 410} else Problem.SERVER_ERROR
        raise PageError(problem, f"the server answered {page.status} instead of the file", url=page.snapshot.url)
    # The name says what was promised: a page of the site in place of a document is then refused, not read as law.
    promised = f"{file.label}.{_SUFFIXES.get(file.format or '', 'file')}"
    body = page.body
    return page, desk.workers.call(len(body), _read, promised, body, page.snapshot, page.content_type, ocr=desk.ocr)


def _read(name: str, body: bytes, snapshot: Snapshot, content_type: str, *, ocr: bool) -> ReadText:
    return texts.read_file(body, name=name, content_type=content_type, body_digest=snapshot.digest, ocr=ocr)


def rereader(desk: Desk) -> Rereader:
    """How kept texts and notes of bills are read again, by today's code."""
    return partial(_reread, desk.ocr)


def _reread(ocr: bool, version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    if version.key.part is Part.NOTE:
        return texts.read_plain(sozd.read(body, url=snapshot.url).note)
    content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
    return _read(version.label, body, snapshot, content_type, ocr=ocr)
