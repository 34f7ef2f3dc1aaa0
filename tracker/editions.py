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
from tracker.engines import Call
from tracker.errors import FetchError, PageError, SourceError
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
    OperatorKind,
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
from tracker.outages import is_of_host
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf, Standing
from tracker.texts import KEPT, ReadText

#: The text of the newest edition is fetched again this often.
RECHECK: Final = timedelta(hours=24)
#: Why an edition that is listed has no text: the source has none yet, or it could not be had.
NOT_READY: Final = "not_ready"
NOT_FETCHED: Final = "not_fetched"

#: A list that lost more than half of its editions is doubted.
_SHRUNK: Final = 0.5
_SHORT_LIST: Final = 3

_FIRST_PLACE: Final = "5000.5"  # with room before it

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
    desk.believe(
        watch,
        page,
        [edition.id for edition in reading.editions],
        _list_doubt(desk.mapping(keys.editions), reading),
        now,
    )
    looked = _Editions(desk, watch, reading, page.snapshot, now).look()
    document = looked.document
    state: dict[str, Json] = {
        good_key(watch.url): page.snapshot.digest,
        doubt_key(watch, watch.url): None,
        keys.told: told_value(watch, page.snapshot.digest),
        keys.begun: lookups.begun_value(watch),
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
        blind=looked.blind,
    )


def _list_doubt(before: Mapping[str, Any], reading: Reading) -> str | None:
    """Why a list of editions that was read well is still not believed."""
    listed = {edition.id for edition in reading.editions}
    known = {name for name, entry in before.items() if entry.get("listed")}
    left = len(listed & known)
    if len(known) >= _SHORT_LIST and left < len(known) * _SHRUNK:
        return f"of {len(known)} editions only {left} are listed"
    return None


def editions_due(desk: Desk, watch: Watch, now: datetime) -> bool:
    """Whether the list must be looked at though it did not change: a text is due to be fetched (again)."""
    keys = Keys.of(watch)
    if any(retrying.is_due(entry, now) for entry in desk.mapping(keys.due).values()):
        return True
    fetched = [entry["at"] for entry in desk.mapping(keys.editions).values() if entry.get("at")]
    return bool(fetched) and _is_old(max(fetched), now)


def _is_old(fetched: str, now: datetime) -> bool:
    """Whether a text must be fetched again; one from the future, when the clock was ahead, must."""
    return not timedelta(0) <= now - datetime.fromisoformat(fetched) < RECHECK


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
        # What stands in the list at the source's first answer, or when the watch is taken up anew, is the past.
        self._begins = desk.store.state(keys.begun) != lookups.begun_value(watch)
        self._last_current = next((name for name, entry in self._before.items() if entry.get("current")), None)
        # An act that was not listed when the watch began: its first text is news, what its list holds besides is not.
        self._first_list = not self._before
        self._named = desk.store.state(keys.named) is not None
        self.shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, reread, workers=desk.workers)
        self.held = Held(before=desk.mapping(keys.held), now=now)
        self.memory = placed(self._before, reading.editions)
        self.due: dict[str, Any] = {}
        self.events: list[EventDraft] = []
        self.trouble: list[str] = []
        self.state: dict[str, str | None] = {}
        self.well: list[str] = []
        self.document: Document | None = self._known
        self.current: tuple[EditionKey, ReadText] | None = None
        self.blind: SourceError | None = None

    def look(self) -> _Editions:
        """Bring in what is new; in the order of the list, so that each text finds the one before it."""
        if not self._named:  # a law may be given another title; its first one only tells which act this is
            title = self._reading.document.title if self._reading.document else ""
            act_documents.require_same(self._watch, self._known, None, title=title)
        readable = [edition for edition in self._reading.editions if edition.available]
        current = next((edition for edition in readable if edition.current), readable[-1] if readable else None)
        passed = False
        for edition in self._reading.editions:
            is_current = edition is current
            entry = self.memory[edition.id]
            passed = passed or is_current
            if entry["what"] is None and (self._begins or (self._first_list and not is_current)):
                # What is listed behind the current one and has no text yet is still to come.
                entry["what"] = _HISTORY if edition.available or not passed or is_current else _AWAITED
            what = entry["what"]
            if what is None and not edition.available:
                self._announce(edition, NOT_READY)
            elif self._is_wanted(edition, what, is_current=is_current):
                self._try(edition, what, is_current=is_current)
            else:
                self.held.keep(f"text:{edition.id}")
        self._note_lists(current)
        return self

    def _note_lists(self, current: EditionRef | None) -> None:
        """What is listed now, and which edition is the current one; an edition that is listed no more is told to the operator."""
        listed = {edition.id for edition in self._reading.editions}
        for name, entry in self.memory.items():
            if name not in listed and entry.get("listed"):
                self._desk.store.tell_operator(
                    OperatorKind.DOCUMENT_QUARANTINED,
                    source=self._watch.source,
                    subject=self._watch.target,
                    at=self._now,
                    message=f"the edition {name} is listed no more",
                )
            entry["listed"] = name in listed
            entry["current"] = current is not None and name == current.id

    def _is_wanted(self, edition: EditionRef, what: str | None, *, is_current: bool) -> bool:
        failed = self._due_before.get(edition.id)
        if failed is not None:
            if not retrying.is_due(failed, self._now):
                self.due[edition.id] = failed
                return False
            return edition.available
        if what == _READ:
            again = f"text:{edition.id}" in self.held.before
            return edition.available and (again or (is_current and _is_old(self._before[edition.id]["at"], self._now)))
        return edition.available and (what in {None, _AWAITED} or is_current)

    def _try(self, edition: EditionRef, what: str | None, *, is_current: bool) -> None:
        try:
            self._read(edition, what, is_current=is_current)
        except (FetchError, PageError) as error:
            wrong = isinstance(error, PageError) and error.problem is Problem.WRONG_DOCUMENT
            if wrong and self._known is None and not self.shelf.new:
                raise  # nothing was ever read here: it is another act
            # The list is told without this text, which is tried again ever more rarely: failure is not change.
            self.trouble.append(f"{edition.id}: {error}")
            self.due[edition.id] = retrying.later(self._due_before.get(edition.id), self._now)
            self.held.keep(f"text:{edition.id}")
            if is_current:
                self.blind = error
            if what is None:
                self._announce(edition, NOT_FETCHED)

    def _read(self, edition: EditionRef, what: str | None, *, is_current: bool) -> None:
        fetched = fetch(self._desk, self._watch, self._reading, edition)
        read = fetched.read
        act_documents.require_same(self._watch, self._known, fetched.facts)
        if fetched.facts is not None and fetched.facts.id == self._watch.target:
            self.state[Keys.of(self._watch).named] = "named"
        key = key_of(self._watch, edition)
        standing = self.shelf.latest_of(key, cause=None)
        own = standing if standing is not None and standing.readable else None
        known = self.shelf.read(own)[0] if own is not None else None
        if known is not None and known.digest == read.digest:
            self._settle(edition, fetched)
            if is_current:
                self.current = (key, read)
            return
        explained = known is None or (
            known.extractor != KEPT and bool(set(read.amending_acts) - set(known.amending_acts))
        )
        if not explained and not self.held.seen_twice(f"text:{edition.id}", read.digest):
            return
        before = self._predecessor(edition, is_current=is_current) if known is None else None
        last = known or (self.shelf.read(before)[0] if before is not None and is_current else None)
        doubt = text_doubt(last.plain, read.plain) if last is not None else None
        confirmed = self._desk.believe(self._watch, fetched.page, read.digest, doubt, self._now)
        self._settle(edition, fetched)
        if is_current:
            self.current = (key, read)
        if self.document is None or self.document is self._known:
            self.document = act_documents.document_of(
                self._desk, self._watch, read.plain, _facts_of(fetched, self._reading)
            )
        kind = EventKind.TEXT_CHANGED if explained else EventKind.TEXT_UNEXPLAINED
        if known is None:
            kind = EventKind.EDITION_ADDED if what is None and not self._first_list else EventKind.TEXT_ADDED
        history = what == _HISTORY and self._watch.origin != "discovery"
        standing = own if known is not None else before
        self._tell(kind, edition, fetched, standing, confirmed=confirmed, changed=known is not None, history=history)

    def _predecessor(self, edition: EditionRef, *, is_current: bool) -> Standing | None:
        """What a new edition is compared with: the current one before it; another, with the one that the list has before it."""
        if is_current and self._last_current is not None and self._last_current != edition.id:
            key = replace(key_of(self._watch, edition), edition=self._last_current)
            last = self.shelf.latest_of(key, cause=None)
            if last is not None and last.readable:
                return last
        return self.shelf.before(key_of(self._watch, edition), self.memory[edition.id]["position"], readable=True)

    def _tell(
        self,
        kind: EventKind,
        edition: EditionRef,
        fetched: FetchedText,
        standing: Standing | None,
        *,
        confirmed: bool,
        changed: bool,
        history: bool,
    ) -> None:
        """Record a text and tell of it. What stood there when the watch began is where it begins, and no news."""
        document = self.document
        assert document is not None  # a text was read  # noqa: S101
        drafter = Drafter(document=document, source=self._watch.source, silent_before=None, confirmed=confirmed)
        version = version_of(self._watch, edition, self.memory[edition.id]["position"], fetched)
        compared = self.shelf.predecessor(standing)
        number = self.shelf.add(version, fetched.read, fetched.page.snapshot)
        if self._known is None and not self.events:
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
            workers=self._desk.workers,
        )
        self.events.append(replace(event, backfilled=history))
        if not history:  # what was told as news needs no telling as history
            self.memory[edition.id]["compared"] = True

    def _announce(self, edition: EditionRef, reason: str) -> None:
        """An edition that is listed and cannot be read yet: its amending act is news, whatever the text will be."""
        document = self.document
        self.memory[edition.id]["what"] = _AWAITED
        if document is None:
            return
        read = ReadText(digest=digest_of([edition.id, reason]), extractor="none", unread_reason=reason)
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
                workers=self._desk.workers,
            )
        )

    def _settle(self, edition: EditionRef, fetched: FetchedText) -> None:
        url = fetched.page.snapshot.url
        self.state[good_key(url)] = fetched.page.snapshot.digest
        self.state[doubt_key(self._watch, url)] = None
        self.well.append(url)
        self.memory[edition.id] |= {"what": _READ, "at": self._now.isoformat()}


# ---------------------------------------------------------------- texts of editions


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedText:
    """The text of one edition with the page it came on, and what the page says of the act it holds."""

    page: Page
    read: ReadText
    facts: DocumentFacts | None


def fetch(desk: Desk, watch: Watch, listed: Reading, edition: EditionRef) -> FetchedText:
    """The whole text of one edition."""
    page = _page_of(desk, watch, listed, edition)
    body = page.body
    facts, read = desk.workers.call(len(body), _read_text, body, *_answer(watch, edition, page))
    return FetchedText(page=page, read=read, facts=facts)


def _page_of(desk: Desk, watch: Watch, listed: Reading, edition: EditionRef) -> Page:
    url = ips.edition_url(desk.base_urls[watch.source], _native(watch, listed), edition.id.removeprefix("rdk-"))
    return desk.get(url, source=watch.source)


def _answer(watch: Watch, edition: EditionRef, page: Page) -> tuple[str, str, int, str]:
    """What a reader has to know of an answer beside its bytes: what it should be, address, status, content type."""
    return f"{watch.target}: the page of {edition.id}", page.snapshot.url, page.status, page.content_type


def _read_text(
    body: bytes, name: str, url: str, status: int, content_type: str
) -> tuple[DocumentFacts | None, ReadText]:
    """What a page says of the act it holds, and the text of the act."""
    reading = ips.read(body, url=url, status=status, content_type=content_type)
    if not reading.text.strip():
        raise PageError(Problem.EMPTY, f"{name} holds no text", url=url)
    return reading.document, texts.read_act(reading)


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


def current_of(desk: Desk, watch: Watch) -> str | None:
    """The id of the edition that the source holds for the present one, by the last look."""
    memory = desk.mapping(Keys.of(watch).editions)
    return next((name for name, entry in memory.items() if entry.get("current")), None)


def rereader(watch: Watch) -> Rereader:
    """How the kept texts of a watch are read again."""
    del watch
    return reread


def reread(version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    """A kept text, read by today's code."""
    del version
    return texts.read_act(ips.read(body, url=snapshot.url, status=snapshot.status))


def placed(before: Mapping[str, Any], editions: Sequence[EditionRef]) -> dict[str, Any]:
    """The memory of every edition, new ones with a place of their own: behind the one that the list has before them.

    A place once given stays, so that a late entry in the middle moves no other; and an edition that a list leaves out is not
    forgotten, or it would be news when it is listed again.
    """
    memory: dict[str, Any] = {name: dict(entry) for name, entry in before.items()}
    later = [before[edition.id]["position"] if edition.id in before else None for edition in editions]
    last = ""
    for index, edition in enumerate(editions):
        if edition.id not in before:
            following = next((place for place in later[index:] if place is not None and place > last), None)
            if following is None:  # at the end, and behind what is listed no more
                last = max((entry["position"] for entry in memory.values()), default="")
            memory[edition.id] = {"position": _between(last, following), "what": None}
        last = memory[edition.id]["position"]
    return memory


def _between(last: str, following: str | None) -> str:
    """A place behind `last` (empty: at the beginning) and before `following` (None: at the end).

    Places are decimals written with four digits and a fraction that never ends in 0: so there is always room between two.
    """
    if following is None:
        return f"{int(last[:4]) + 1:04d}.5" if last else _FIRST_PLACE
    if not last:
        return f"{int(following[:4]) - 1:04d}.5"
    zeros = ""
    while (place := f"{last}{zeros}5") >= following:
        zeros += "0"
    return place


# ---------------------------------------------------------------- the past


def import_history(desk: Desk, watch: Watch, now: Callable[[], datetime]) -> Iterator[Observation | SourceError]:
    """Every edition of the past that the source has and we have not, in the order of the list: an observation of each.

    Or the error that kept it from us; one that any other page of the host would meet is the last. The caller has just had a
    good look, and records each observation before it asks for the next. What it tells is history and wakes nobody; what is
    news (an edition that came since, other words under a known name) is left to the next look.
    """
    try:
        page = desk.get(watch.url, source=watch.source)
        reading = _reading(page, watch.url)
    except (FetchError, PageError) as error:
        yield error
        return
    if reading.page is PageKind.LIST:
        yield PageError(Problem.NOT_FOUND, f"{watch.target}: {watch.source} does not list it yet", url=watch.url)
        return
    for (edition, found), text in desk.workers.in_order(_past(desk, watch, reading)):
        if isinstance(found, SourceError):
            yield found
            continue
        try:
            facts, read = text()
            fetched = FetchedText(page=found, read=read, facts=facts)
            observation = _imported(desk, watch, reading, edition, fetched, now=now())
        except PageError as error:
            yield error
            if is_of_host(error):
                return
            continue
        if observation is not None:
            yield observation


def _past(
    desk: Desk, watch: Watch, reading: Reading
) -> Iterator[tuple[tuple[EditionRef, Page | SourceError], Call | None]]:
    """The page of every edition to bring in, or why it could not be had, with the call that reads it."""
    for edition in reading.editions:
        entry = desk.mapping(Keys.of(watch).editions).get(edition.id)
        if not edition.available or entry is None or entry.get("compared") or entry["what"] not in {_HISTORY, _READ}:
            continue
        try:
            page = _page_of(desk, watch, reading, edition)
        except (FetchError, PageError) as error:
            yield (edition, error), None
            if is_of_host(error):
                return
            continue
        body = page.body
        yield (edition, page), Call(function=_read_text, args=(body, *_answer(watch, edition, page)), size=len(body))


def _imported(
    desk: Desk, watch: Watch, reading: Reading, edition: EditionRef, fetched: FetchedText, *, now: datetime
) -> Observation | None:
    """One edition with its difference from the one before it, as history; None when it is not what was read of it before."""
    keys = Keys.of(watch)
    shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, reread, workers=desk.workers)
    memory = desk.mapping(keys.editions)
    entry = memory[edition.id]
    known = desk.store.document(watch.target)
    act_documents.require_same(watch, known, fetched.facts)
    document = act_documents.document_of(desk, watch, fetched.read.plain, _facts_of(fetched, reading))
    version = version_of(watch, edition, entry["position"], fetched)
    standing = shelf.latest_of(version.key, cause=None)
    if standing is not None and (not standing.readable or shelf.read(standing)[0].digest != fetched.read.digest):
        return None
    before = shelf.predecessor(shelf.before(version.key, version.position, readable=True, other_than=version.key))
    number = shelf.add(version, fetched.read, fetched.page.snapshot) if standing is None else standing.number
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
        workers=desk.workers,
    )
    done = {**entry, "what": _READ, "at": now.isoformat(), "compared": True}
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
