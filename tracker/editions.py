"""A look at an act in the state's legal system (IPS): the list of its editions, and the text of each one that is new.

An edition is a state of the act that its source names; it stands where the list has it, whatever its number and date say. A
new one is news, also before its text can be had. The text of the newest edition is fetched again once a day: other words
under the same name, with no amending act to explain them, wait for a second look. `import_history` brings the older editions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from scrapers import acts, ips
from tracker import act_documents, effective, lookups, retrying, texts
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, good_key, told_value
from tracker.errors import FetchError, PageError
from tracker.holding import Held, text_doubt
from tracker.models import (
    Document,
    DocumentFacts,
    EditionKey,
    EditionRef,
    EventDraft,
    EventKind,
    Item,
    Json,
    NewVersion,
    Observation,
    PageKind,
    Part,
    Problem,
    Reading,
    Relation,
    Snapshot,
    Version,
    Watch,
    digest_of,
)
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf
from tracker.texts import KEPT, ReadText

#: The text of the newest edition is fetched again this often.
RECHECK: Final = timedelta(hours=24)
#: Why an edition that is listed has no text.
NOT_READY: Final = "not_ready"

_FIRST_PLACE: Final = "5000"  # with room before it

# What became of an edition, in the memory of a watch.
_HISTORY: Final = "history"  # listed before we looked; its text was not fetched
_AWAITED: Final = "awaited"  # told, and its text is not there yet
_READ: Final = "read"


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """Read the list of editions, fetch the texts that are new, tell of both."""
    reading = _reading(page, watch.url)
    if reading.page is PageKind.LIST:
        return lookups.follow(desk, watch, page, reading, now, address=_address(desk, watch), look=look)
    if not reading.editions:
        raise PageError(Problem.LAYOUT_CHANGED, f"{watch.target}: the page lists no editions", url=watch.url)
    keys = Keys.of(watch)
    looked = _Editions(desk, watch, reading, page.snapshot, now).look()
    document = looked.document
    state: dict[str, Json] = {
        good_key(watch.url): page.snapshot.digest,
        keys.told: told_value(watch, page.snapshot.digest),
        keys.held: looked.held.after,
        keys.editions: looked.memory,
        keys.due: looked.due or None,
        **looked.state,
    }
    if document is not None and looked.current is not None:
        state |= effective.noted(desk, document, looked.current[1].sections)
    observation = Observation(
        observed_at=now,
        document=document,
        aliases={watch.source: _native(watch, reading)} if document is not None else {},
        versions=looked.shelf.new,
        events=tuple(looked.events),
        relations=relations_of(reading.editions, watch.target) if document is not None else (),
        state=state,
    )
    return Finding(
        observation=observation,
        well=(watch.url, *looked.well),
        waiting=looked.held.after is not None,
        trouble="; ".join(looked.trouble),
        current=looked.current,
    )


def editions_due(desk: Desk, watch: Watch, now: datetime) -> bool:
    """Whether the list must be looked at though it did not change: a text is due to be fetched (again)."""
    keys = Keys.of(watch)
    if any(retrying.is_due(entry, now) for entry in desk.mapping(keys.due).values()):
        return True
    fetched = [entry["at"] for entry in desk.mapping(keys.editions).values() if entry.get("at")]
    return bool(fetched) and now - datetime.fromisoformat(max(fetched)) >= RECHECK


def relations_of(editions: Sequence[EditionRef], target: str) -> tuple[Relation, ...]:
    """Which federal laws amended the act, as far as the list names them whole. The kind of any other act is not said there."""
    found = []
    for edition in editions:
        suffix = edition.act.rpartition("-")[2].upper()
        if edition.date is None or suffix not in {"ФЗ", "ФКЗ"}:
            continue
        amending = acts.act_id(suffix.lower(), "", edition.date, edition.act)
        if amending:
            found.append(
                Relation(
                    kind="amends",
                    from_document=amending,
                    from_path="",
                    to_document=target,
                    to_path="",
                    words=edition.label,
                )
            )
    return tuple(dict.fromkeys(found))


def _reading(page: Page, url: str) -> Reading:
    return ips.read(page.body, url=url, status=page.status, content_type=page.content_type)


def _address(desk: Desk, watch: Watch) -> Callable[[Item], str]:
    return lambda item: ips.document_url(desk.base_urls[watch.source], item.native_id)


def _native(watch: Watch, reading: Reading) -> str:
    named = reading.document.fields.get("nd", "") if reading.document else ""
    return named or parse_qs(urlsplit(watch.url).query).get("nd", [""])[0]


# ---------------------------------------------------------------- one look at a list of editions


class _Editions:
    """The work of one look. `memory` says of every edition where it stands and what became of it."""

    def __init__(self, desk: Desk, watch: Watch, reading: Reading, shell: Snapshot, now: datetime) -> None:
        keys = Keys.of(watch)
        self._desk, self._watch, self._reading, self._shell, self._now = desk, watch, reading, shell, now
        self._known = desk.store.document(watch.target)
        self._before = desk.mapping(keys.editions)
        self._due_before = desk.mapping(keys.due)
        # Until one text was had, what the list holds is where the watch begins.
        self._begins = not any(entry.get("what") in {_READ, _AWAITED} for entry in self._before.values())
        self.shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, reread)
        self.held = Held(before=desk.mapping(keys.held), now=now)
        self.memory = placed(self._before, reading.editions)
        self.due: dict[str, Any] = {}
        self.events: list[EventDraft] = []
        self.trouble: list[str] = []
        self.state: dict[str, str | None] = {}
        self.well: list[str] = []
        self.document: Document | None = self._known
        self.current: tuple[EditionKey, ReadText] | None = None

    def look(self) -> _Editions:
        """Bring in what is new; in the order of the list, so that each text finds the one before it."""
        title = self._reading.document.title if self._reading.document else ""
        act_documents.require_same(self._watch, self._known, None, title=title)
        readable = [edition for edition in self._reading.editions if edition.available]
        current = next((edition for edition in readable if edition.current), readable[-1] if readable else None)
        for edition in self._reading.editions:
            is_current = edition is current
            if self._begins and not is_current:
                self.memory[edition.id]["what"] = _HISTORY
                continue
            what = self._before.get(edition.id, {}).get("what")
            if what is None and not edition.available:
                self._announce(edition)
            elif self._is_wanted(edition, what, is_current=is_current):
                self._try(edition, what, is_current=is_current)
            else:
                self.held.keep(f"text:{edition.id}")
        return self

    def _is_wanted(self, edition: EditionRef, what: str | None, *, is_current: bool) -> bool:
        failed = self._due_before.get(edition.id)
        if failed is not None:
            if not retrying.is_due(failed, self._now):
                self.due[edition.id] = failed
                return False
            return edition.available
        if what == _READ:
            fetched = datetime.fromisoformat(self._before[edition.id]["at"])
            again = f"text:{edition.id}" in self.held.before
            return edition.available and (again or (is_current and self._now - fetched >= RECHECK))
        return edition.available and (what in {None, _AWAITED} or (is_current and what == _HISTORY))

    def _try(self, edition: EditionRef, what: str | None, *, is_current: bool) -> None:
        try:
            self._read(edition, what, is_current=is_current)
        except (FetchError, PageError) as error:
            # The list is told without this text, which is tried again ever more rarely: failure is not change.
            if isinstance(error, PageError) and error.problem is Problem.WRONG_DOCUMENT:
                raise
            self.trouble.append(f"{edition.id}: {error}")
            self.due[edition.id] = retrying.later(self._due_before.get(edition.id), self._now)
            self.held.keep(f"text:{edition.id}")
            if what is None and not self._begins:
                self._announce(edition)

    def _read(self, edition: EditionRef, what: str | None, *, is_current: bool) -> None:
        fetched = fetch(self._desk, self._watch, self._reading, edition)
        read = fetched.read
        act_documents.require_same(self._watch, self._known, fetched.facts)
        key = key_of(self._watch, edition)
        standing = self.shelf.latest_of(key, cause=None)
        own = standing if standing is not None and standing.readable else None
        known = self.shelf.read(own)[0] if own is not None else None
        if is_current:
            self.current = (key, read)
        if known is not None and known.digest == read.digest:
            self._settle(edition, fetched)
            return
        explained = known is None or (
            known.extractor != KEPT and bool(set(read.amending_acts) - set(known.amending_acts))
        )
        if not explained and not self.held.seen_twice(f"text:{edition.id}", read.digest):
            self.memory[edition.id] = {**self.memory[edition.id], **self._before.get(edition.id, {})}
            return
        doubt = text_doubt(known.plain, read.plain) if known is not None else None
        confirmed = self._desk.believe(self._watch, fetched.page, read.digest, doubt, self._now)
        self._settle(edition, fetched)
        if self.document is None or self.document is self._known:
            self.document = act_documents.document_of(
                self._desk, self._watch, read.plain, _facts_of(fetched, self._reading)
            )
        kind = EventKind.TEXT_CHANGED if explained else EventKind.TEXT_UNEXPLAINED
        if known is None:
            kind = EventKind.TEXT_ADDED if what == _AWAITED or self._begins else EventKind.EDITION_ADDED
        self._tell(kind, edition, fetched, confirmed=confirmed, changed=known is not None)

    def _tell(
        self, kind: EventKind, edition: EditionRef, fetched: FetchedText, *, confirmed: bool, changed: bool
    ) -> None:
        """Record a text and tell of it. The first text of a watch is where it begins, unless the act itself is news."""
        history = self._begins and self._watch.origin != "discovery"
        document = self.document
        assert document is not None  # a text was read  # noqa: S101
        drafter = Drafter(document=document, source=self._watch.source, silent_before=None, confirmed=confirmed)
        version = version_of(self._watch, edition, self.memory[edition.id]["position"], fetched)
        before = (
            self.shelf.latest_of(version.key, cause=None)
            if changed
            else self.shelf.before(version.key, version.position, readable=True)
        )
        compared = self.shelf.predecessor(before)
        number = self.shelf.add(version, fetched.read, fetched.page.snapshot)
        if self._begins and self._known is None:
            listed = [{"edition": row.id, "label": row.label} for row in self._reading.editions if row.available]
            self.events.append(act_documents.started(drafter, listed[-5:]))
        event = texts.text_event(
            drafter,
            kind,
            version,
            number,
            fetched.read,
            snapshot=fetched.page.snapshot,
            before=compared,
            occurred_at=None if changed else edition.date,
            extra={"amended_by": amended_by(edition)},
        )
        self.events.append(replace(event, backfilled=history))

    def _announce(self, edition: EditionRef) -> None:
        """An edition that is listed and cannot be read yet: its amending act is news, whatever the text will be."""
        document = self.document
        self.memory[edition.id]["what"] = _AWAITED
        if document is None:
            return
        read = ReadText(digest=digest_of([edition.id, NOT_READY]), extractor="none", unread_reason=NOT_READY)
        fetched = FetchedText(
            page=Page(snapshot=self._shell, status=200, content_type="", load=bytes), read=read, facts=None
        )
        version = version_of(self._watch, edition, self.memory[edition.id]["position"], fetched)
        number = self.shelf.add(version, read, self._shell)
        drafter = Drafter(document=document, source=self._watch.source, silent_before=None)
        self.events.append(
            texts.text_event(
                drafter,
                EventKind.EDITION_ADDED,
                version,
                number,
                read,
                snapshot=self._shell,
                before=None,
                occurred_at=edition.date,
                extra={"amended_by": amended_by(edition)},
            )
        )

    def _settle(self, edition: EditionRef, fetched: FetchedText) -> None:
        url = fetched.page.snapshot.url
        self.state[good_key(url)] = fetched.page.snapshot.digest
        self.state[doubt_key(self._watch, url)] = None
        self.well.append(url)
        self.memory[edition.id] = {
            "position": self.memory[edition.id]["position"],
            "what": _READ,
            "at": self._now.isoformat(),
        }


# ---------------------------------------------------------------- texts of editions


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedText:
    """The text of one edition with the page it came on, and what the page says of the act it holds."""

    page: Page
    read: ReadText
    facts: DocumentFacts | None


def fetch(desk: Desk, watch: Watch, listed: Reading, edition: EditionRef) -> FetchedText:
    """The whole text of one edition."""
    url = ips.edition_url(desk.base_urls[watch.source], _native(watch, listed), edition.id.removeprefix("rdk-"))
    page = desk.get(url, source=watch.source)
    reading = _reading(page, url)
    if not reading.text.strip():
        raise PageError(Problem.EMPTY, f"{watch.target}: the page of {edition.id} holds no text", url=url)
    return FetchedText(page=page, read=texts.read_act(reading), facts=reading.document)


def _facts_of(fetched: FetchedText, listed: Reading) -> DocumentFacts | None:
    """What the text says of its act, and the title from the list of editions where the text gives none."""
    facts, shell = fetched.facts, listed.document
    if facts is None or shell is None:
        return facts or shell
    return facts if facts.title else replace(facts, title=shell.title)


def key_of(watch: Watch, edition: EditionRef) -> EditionKey:
    """The name of an edition's text."""
    return EditionKey(document_id=watch.target, part=Part.TEXT, source=watch.source, edition=edition.id)


def version_of(watch: Watch, edition: EditionRef, position: str, fetched: FetchedText) -> NewVersion:
    """The version that the text of an edition makes."""
    return texts.version_of(
        key_of(watch, edition),
        fetched.read,
        position=position,
        label=edition.label,
        snapshot=fetched.page.snapshot,
        url=fetched.page.snapshot.url,
        cause=None,
    )


def amended_by(edition: EditionRef) -> dict[str, Any]:
    """The amending act that made an edition, as the source names it."""
    return {"label": edition.label, "date": edition.date, "number": edition.act}


def rereader(watch: Watch) -> Rereader:
    """How the kept texts of a watch are read again."""
    del watch
    return reread


def reread(version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    """A kept text, read by today's code."""
    del version
    return texts.read_act(ips.read(body, url=snapshot.url, status=snapshot.status))


def placed(before: Mapping[str, Any], editions: Sequence[EditionRef]) -> dict[str, Any]:
    """The memory of every listed edition, new ones with a place of their own: behind the one that the list has before them.

    A place once given stays, so that a late entry in the middle moves no other.
    """
    memory: dict[str, Any] = {}
    later = [before[edition.id]["position"] if edition.id in before else None for edition in editions]
    last = ""
    for index, edition in enumerate(editions):
        if edition.id in before:
            memory[edition.id] = dict(before[edition.id])
        else:
            following = next((place for place in later[index:] if place is not None and place > last), None)
            memory[edition.id] = {"position": _between(last, following), "what": None}
        last = memory[edition.id]["position"]
    return memory


def _between(last: str, following: str | None) -> str:
    """A string that sorts behind `last` and before `following` (None: at the end)."""
    if following is None:
        return f"{int(last[:4].ljust(4, '0')) + 1:04d}" if last else _FIRST_PLACE
    zeros = ""
    while (place := f"{last}{zeros}5") >= following:
        zeros += "0"
    return place


# ---------------------------------------------------------------- the past


def import_history(desk: Desk, watch: Watch, now: Callable[[], datetime]) -> Iterator[Observation | str]:
    """Every edition that the source has and we have not, in the order of the list: an observation of each, or why it has none.

    The caller records each observation before it asks for the next. What it tells is history and wakes nobody.
    """
    page = desk.get(watch.url, source=watch.source)
    reading = _reading(page, watch.url)
    if reading.page is PageKind.LIST:
        raise PageError(
            Problem.NOT_FOUND, f"{watch.target}: not found at {watch.source} yet; run check first", url=watch.url
        )
    keys = Keys.of(watch)
    for edition in reading.editions:
        memory = placed(desk.mapping(keys.editions), reading.editions)
        entry = memory[edition.id]
        if not edition.available or entry.get("compared"):
            continue
        try:
            yield _imported(desk, watch, reading, edition, memory=memory, now=now())
        except (FetchError, PageError) as error:
            yield f"{edition.id}: {error}"


def _imported(
    desk: Desk, watch: Watch, reading: Reading, edition: EditionRef, *, memory: dict[str, Any], now: datetime
) -> Observation:
    """One edition with its difference from the one before it, as history."""
    keys = Keys.of(watch)
    shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, reread)
    fetched = fetch(desk, watch, reading, edition)
    known = desk.store.document(watch.target)
    act_documents.require_same(watch, known, fetched.facts)
    document = act_documents.document_of(desk, watch, fetched.read.plain, _facts_of(fetched, reading))
    position = memory[edition.id]["position"]
    version = version_of(watch, edition, position, fetched)
    standing = shelf.latest_of(version.key, cause=None)
    held = standing is not None and standing.readable and shelf.read(standing)[0].digest == fetched.read.digest
    before = shelf.predecessor(shelf.before(version.key, position, readable=True, other_than=version.key))
    number = (
        standing.number if held and standing is not None else shelf.add(version, fetched.read, fetched.page.snapshot)
    )
    drafter = Drafter(document=document, source=watch.source, silent_before=now)
    event = texts.text_event(
        drafter,
        EventKind.EDITION_ADDED,
        version,
        number,
        fetched.read,
        snapshot=fetched.page.snapshot,
        before=before,
        occurred_at=edition.date,
        extra={"amended_by": amended_by(edition)},
    )
    done = {**memory[edition.id], "what": _READ, "at": now.isoformat(), "compared": True}
    return Observation(
        observed_at=now,
        document=document,
        aliases={watch.source: _native(watch, reading)},
        versions=shelf.new,
        events=(replace(event, backfilled=True),),
        relations=relations_of((edition,), watch.target),
        state={
            keys.editions: {**memory, edition.id: done},
            good_key(fetched.page.snapshot.url): fetched.page.snapshot.digest,
        },
    )
