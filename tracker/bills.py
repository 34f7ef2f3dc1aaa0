"""A look at a bill: its card and the texts that the card links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from diffs import topics
from scrapers import readings, sozd
from tracker import cards, texts
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, good_key
from tracker.errors import FetchError, PageError
from tracker.holding import Held, card_doubt, text_doubt
from tracker.models import (
    Classification,
    Document,
    EditionKey,
    EventDraft,
    EventKind,
    File,
    NewVersion,
    Observation,
    Part,
    Problem,
    Reading,
    Role,
    Snapshot,
    Version,
    Watch,
    digest_of,
)
from tracker.payloads import Drafter
from tracker.shelf import Shelf
from tracker.texts import ReadText

CARD_EDITION: Final = "current"
#: A text is fetched again this often, for as long as it is the newest: the same address may come to serve other bytes.
RECHECK: Final = timedelta(hours=24)

_SUFFIXES: Final = {"msword": "docx", "rtf": "rtf", "pdf": "pdf", "html": "html"}


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """Read a card, compare it with the last one, fetch the texts it links that are new."""
    keys = Keys.of(watch)
    reading = sozd.read(page.body, url=watch.url, status=page.status, content_type=page.content_type)
    data = readings.to_json(reading)
    key = EditionKey(document_id=watch.target, part=Part.CARD, source=watch.source, edition=CARD_EDITION)
    version = desk.store.latest_version(key)
    held = Held(before=desk.mapping(keys.held), now=now)
    old = _card_before(desk, version, watch)
    confirmed = desk.believe(watch, page, data, card_doubt(old, reading), now)
    document, found = describe(desk, reading, watch.target)
    drafter = Drafter(
        document=document,
        source=watch.source,
        silent_before=watch.silent_before if old is None else None,
        confirmed=confirmed,
    )
    texts_found = _Texts(desk, watch, drafter, held, now).collect(reading, page.snapshot)
    events = (
        *(_greeting(watch, drafter, reading, found) if old is None else ()),
        *texts_found.events,
        *cards.card_news(drafter, cards.with_held_files(old, held), reading, held),
    )
    versions = texts_found.versions
    if version is None or desk.store.data(version.id) != data:
        versions = (*versions, _card_version(key, data, page, watch))
    observation = Observation(
        observed_at=now,
        document=document,
        aliases={watch.source: document.number},
        versions=versions,
        events=events,
        relations=cards.relations_of(reading, document, desk.store.document_by_alias),
        state={
            good_key(watch.url): page.snapshot.digest,
            keys.held: held.after,
            doubt_key(watch.url): None,
            keys.files: texts_found.files,
            keys.due: texts_found.due,
            **texts_found.settled,
        },
    )
    return Finding(observation=observation, waiting=held.after is not None, trouble=texts_found.trouble)


def texts_due(desk: Desk, watch: Watch, now: datetime) -> bool:
    """Whether the newest text of an unchanged card is due to be fetched again."""
    looked = [datetime.fromisoformat(entry["at"]) for entry in desk.mapping(Keys.of(watch).files).values()]
    return bool(looked) and now - max(looked) >= RECHECK


def describe(desk: Desk, reading: Reading, target: str) -> tuple[Document, Classification]:
    """The document that a card describes, and its topics. A topic once found stays: the words may go, the matter does not."""
    facts = reading.document
    if facts is None:
        raise PageError(Problem.LAYOUT_CHANGED, f"{target}: the page describes no document")
    found = topics.classify(desk.rules, facts.title, comment=facts.comment, body=reading.note)
    known = desk.store.document(target)
    merged = tuple(dict.fromkeys((*(known.topics if known else ()), *found.topics)))
    document = Document(
        id=target,
        kind=facts.kind,
        number=facts.number,
        date=facts.date,
        title=facts.title,
        comment=facts.comment,
        status=facts.status,
        force=facts.force,
        url=facts.url,
        topics=merged,
    )
    return desk.mark(document), found


def _greeting(watch: Watch, drafter: Drafter, reading: Reading, found: Classification) -> tuple[EventDraft, ...]:
    if watch.origin == "discovery":
        return (cards.discovered(drafter, reading, found),)
    return (cards.started(drafter, reading),)


def _card_before(desk: Desk, version: Version | None, watch: Watch) -> Reading | None:
    """The card as last seen, read again by today's code: a better parser must not look like a change of the page."""
    if version is None:
        return None
    kept = readings.from_json(desk.store.data(version.id) or {})
    if version.snapshot_digest is None:
        return kept
    try:
        return sozd.read(desk.store.body(version.snapshot_digest), url=watch.url)
    except PageError:  # today's parser is stricter than the one that read it then
        return kept


def _card_version(key: EditionKey, data: Mapping[str, Any], page: Page, watch: Watch) -> NewVersion:
    return NewVersion(
        key=key,
        position="00",
        label="",
        snapshot_id=page.snapshot.id,
        digest=digest_of(data),
        url=watch.url,
        extractor="sozd",
        data=data,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collected:
    """What the texts of a card brought. `settled` is state about bodies that were read well; `due`: fetch again."""

    versions: tuple[NewVersion, ...]
    events: tuple[EventDraft, ...]
    files: dict[str, Any] | None
    due: dict[str, Any] | None
    settled: dict[str, str | None]
    trouble: str


class _Texts:
    """Fetches the texts of one bill that are new or due again, in the order of the procedure."""

    def __init__(self, desk: Desk, watch: Watch, drafter: Drafter, held: Held, now: datetime) -> None:
        self._desk = desk
        self._watch = watch
        self._drafter = drafter
        self._held = held
        self._now = now
        self._shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, partial(_reread, watch))
        self._seen = desk.mapping(Keys.of(watch).files)
        self._settled: dict[str, str | None] = {}

    def collect(self, reading: Reading, card: Snapshot) -> _Collected:
        wanted = [file for file in reading.files if file.role is Role.BILL_TEXT and file.edition]
        wanted.sort(key=lambda file: (cards.position_of(file.edition), file.edition or "", file.uploaded_at or ""))
        uploads = {guid: entry["uploaded"] for guid, entry in self._seen.items()}
        explained = {file.id for file in wanted if file.id not in uploads} | cards.reuploaded(uploads, wanted)
        events: list[EventDraft] = []
        trouble: list[str] = []
        for file in wanted:
            if file.id not in explained and not self._is_due(file, newest=file is wanted[-1]):
                self._held.keep(f"text:{file.id}")
                continue
            try:
                events.extend(self._look_at_file(file, explained=file.id in explained))
            except (FetchError, PageError) as error:
                # The card is told without this text, which is fetched again at the next look: failure is not change.
                trouble.append(f"{file.label or file.id}: {error}")
                self._held.keep(f"text:{file.id}")
        note_events, note_versions = self._note(reading, card)
        return _Collected(
            versions=(*self._shelf.new, *note_versions),
            events=(*events, *note_events),
            files=self._seen or None,
            due={"texts": True} if trouble else None,
            settled=self._settled,
            trouble="; ".join(trouble),
        )

    def _is_due(self, file: File, *, newest: bool) -> bool:
        if f"text:{file.id}" in self._held.before:
            return True
        checked = datetime.fromisoformat(self._seen[file.id]["at"])
        return newest and self._now - checked >= RECHECK

    def _look_at_file(self, file: File, *, explained: bool) -> tuple[EventDraft, ...]:
        page = self._desk.get(self._desk.absolute(file.url, self._watch.source), source=self._watch.source)
        if page.status != 200:
            problem = Problem.NOT_FOUND if page.status in {404, 410} else Problem.SERVER_ERROR
            raise PageError(problem, f"the server answered {page.status} instead of the file", url=page.snapshot.url)
        # The name says what was promised: a page of the site in place of a document is then refused, not read as law.
        promised = f"{file.label}.{_SUFFIXES.get(file.format or '', 'file')}"
        read = _read_file(promised, page.body, page.snapshot, page.content_type)
        key = EditionKey(
            document_id=self._watch.target, part=Part.TEXT, source=self._watch.source, edition=file.edition or ""
        )
        current = self._shelf.current(key)
        unchanged = current is not None and current.digest == read.digest
        if not unchanged:
            if not explained and not self._held.seen_twice(f"text:{file.id}", read.digest):
                return ()  # nothing explains it: told when it has been seen again
            self._refuse_shrunk(current, read, page)
        self._settled[good_key(page.snapshot.url)] = page.snapshot.digest
        self._settled[doubt_key(page.snapshot.url)] = None
        self._seen[file.id] = {
            "at": self._now.isoformat(),
            "uploaded": file.uploaded_at,
            "digest": page.snapshot.digest,
        }
        if unchanged:
            return ()
        kind = EventKind.TEXT_ADDED if current is None else EventKind.TEXT_CHANGED
        return (self._event(kind if explained else EventKind.TEXT_UNEXPLAINED, key, file, read, page.snapshot),)

    def _refuse_shrunk(self, current: ReadText | None, read: ReadText, page: Page) -> None:
        """A text that lost half of itself inside one edition is believed only when it has been seen again."""
        doubt = text_doubt(current.plain, read.plain) if current and read.sections else None
        self._desk.believe(self._watch, page, read.digest, doubt, self._now)

    def _event(self, kind: EventKind, key: EditionKey, file: File, read: ReadText, snapshot: Snapshot) -> EventDraft:
        position = cards.position_of(file.edition)
        version = texts.version_of(
            key, read, position=position, label=file.label, snapshot=snapshot, url=file.url, cause=file.id
        )
        before = self._shelf.predecessor(key, position)
        number = self._shelf.add(version, read, snapshot)
        return texts.text_event(
            self._drafter,
            kind,
            version,
            number,
            read,
            snapshot=snapshot,
            before=before,
            file=readings.file_json(file),
            occurred_at=file.uploaded_at,
        )

    def _note(self, reading: Reading, card: Snapshot) -> tuple[tuple[EventDraft, ...], tuple[NewVersion, ...]]:
        """The explanatory note, which the card itself holds. With the bill's first reading it is no news of its own."""
        if not reading.note:
            return (), ()
        shelf = Shelf(
            self._desk.store, self._watch.target, Part.NOTE, self._watch.source, partial(_reread, self._watch)
        )
        key = EditionKey(
            document_id=self._watch.target, part=Part.NOTE, source=self._watch.source, edition=CARD_EDITION
        )
        read = texts.read_plain(reading.note)
        current = shelf.current(key)
        if current is not None and current.digest == read.digest:
            return (), ()
        version = texts.version_of(key, read, position="00", label="", snapshot=card, url=self._watch.url, cause=None)
        before = shelf.predecessor(key, "00")
        number = shelf.add(version, read, card)
        if self._drafter.silent_before is not None:
            return (), shelf.new
        kind = EventKind.TEXT_ADDED if current is None else EventKind.TEXT_CHANGED
        event = texts.text_event(self._drafter, kind, version, number, read, snapshot=card, before=before)
        return (event,), shelf.new


def _read_file(label: str, body: bytes, snapshot: Snapshot, content_type: str) -> ReadText:
    return texts.read_file(body, name=label, content_type=content_type, body_digest=snapshot.digest)


def _reread(watch: Watch, version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    """A kept text, read by today's code."""
    if version.key.part is Part.NOTE:
        return texts.read_plain(sozd.read(body, url=watch.url).note)
    content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
    return _read_file(version.label, body, snapshot, content_type)
