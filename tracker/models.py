"""The words of the project: frozen records, one type per stage of the pipeline. Standard library only.

Order of appearance follows the data: what a server returned (`Response`, `Snapshot`), what a page says (`Reading` and its
parts), what a text is made of (`Section`), how two texts differ (`Diff`), what is kept (`Document`, `Version`, `Event`).

Times: `datetime` values are always aware; observed times are UTC. What a source says about time stays a string in ISO form:
``2026-02-02`` for a date-only fact, ``2026-02-02T16:31:00+03:00`` (Europe/Moscow) for a moment.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Final, Literal, TypeAlias

#: The languages of the interface. The texts of the law stay Russian in both.
Language: TypeAlias = Literal["ru", "en"]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def canonical_json(value: Any) -> str:
    """The one JSON form that is hashed: sorted keys, no spaces, UTF-8 characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


# ---------------------------------------------------------------- what a server returned


class Problem(StrEnum):
    """Why an answer or a file is not what was asked for. Operators read these words, readers never do."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"
    CAPTCHA = "captcha"
    MAINTENANCE = "maintenance"
    LOGIN = "login"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    SERVER_ERROR = "server_error"
    LAYOUT_CHANGED = "layout_changed"
    WRONG_DOCUMENT = "wrong_document"
    IMPLAUSIBLE = "implausible"
    UNFILTERED = "unfiltered"  # a list that ignored the question it was asked
    SCAN = "scan"  # a picture of a text
    FORMAT = "format"  # a file format this version does not read
    BROKEN = "broken"  # a damaged, encrypted or dangerous file


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What makes the next request for a URL conditional."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of a server. `body` is decoded from transfer and content encodings, never from its charset.

    `not_modified` is a 304: then `body` is empty and means nothing. `via` says how the bytes travelled:
    ``direct`` or ``proxy``, followed by the scheme (``direct+http``); never an address.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    via: str
    not_modified: bool = False

    def header(self, name: str) -> str | None:
        """The first header of that name, case-insensitively."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty when the server gave none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A body that a URL served from `first_seen` to `last_seen`, `count` times in a row. The body itself is kept by digest."""

    id: int
    source: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    digest: str
    size: int
    first_seen: datetime
    last_seen: datetime
    count: int
    via: str


# ---------------------------------------------------------------- what a page says (the Reading contract)


class PageKind(StrEnum):
    """What sort of page a source read."""

    DOCUMENT = "document"
    LIST = "list"
    DICTIONARY = "dictionary"
    ERROR = "error"


class Status(StrEnum):
    """Where a bill or an act stands, derived from its dated events."""

    REGISTERED = "registered"
    UNDER_CONSIDERATION = "under_consideration"
    FIRST_READING = "first_reading"
    SECOND_READING = "second_reading"
    SECOND_READING_RETURNED = "second_reading_returned"
    ADOPTED = "adopted"
    SF_APPROVED = "sf_approved"
    SF_REJECTED = "sf_rejected"
    SIGNED = "signed"
    VETOED = "vetoed"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class Force(StrEnum):
    """Whether the text binds anyone. Printed on every title, page, image and payload."""

    DRAFT = "draft"
    ADOPTED_NOT_PUBLISHED = "adopted_not_published"
    PUBLISHED_NOT_IN_FORCE = "published_not_in_force"
    IN_FORCE = "in_force"
    REPEALED = "repealed"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


_FORCE_BY_STATUS: Final = {
    Status.REGISTERED: Force.DRAFT,
    Status.UNDER_CONSIDERATION: Force.DRAFT,
    Status.FIRST_READING: Force.DRAFT,
    Status.SECOND_READING: Force.DRAFT,
    Status.SECOND_READING_RETURNED: Force.DRAFT,
    Status.ADOPTED: Force.ADOPTED_NOT_PUBLISHED,
    Status.SF_APPROVED: Force.ADOPTED_NOT_PUBLISHED,
    Status.SF_REJECTED: Force.ADOPTED_NOT_PUBLISHED,
    Status.SIGNED: Force.ADOPTED_NOT_PUBLISHED,
    Status.VETOED: Force.ADOPTED_NOT_PUBLISHED,
    # The day a published act takes effect stands in its text; until that has been read nobody may be told either way.
    Status.PUBLISHED: Force.UNKNOWN,
    Status.REJECTED: Force.DROPPED,
    Status.WITHDRAWN: Force.DROPPED,
    Status.RETURNED: Force.DROPPED,
}


def force_of(status: Status | None) -> Force:
    """What a status alone says about force; `unknown` when it does not decide."""
    return _FORCE_BY_STATUS[status] if status is not None else Force.UNKNOWN


class Role(StrEnum):
    """What a file of a bill card is, whatever its clerk called it."""

    BILL_TEXT = "bill_text"
    NOTE = "note"
    SCAN = "scan"
    FINANCE = "finance"
    AMENDMENTS = "amendments"
    CONCLUSION = "conclusion"
    OPINION = "opinion"
    DECISION = "decision"
    LETTER = "letter"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """The header and passport of a document as one page gives them."""

    id: str
    kind: str
    number: str
    date: str | None
    title: str
    comment: str = ""
    status: Status | None = None
    force: Force = Force.UNKNOWN
    archived: bool = False
    url: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where an act was officially published, one source of publication each."""

    source: str
    number: str | None = None
    date: str | None = None
    url: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One dated event of a procedure (`events` of the Reading). `step` is the number, as ``3.3``; `stage` the stage's name.

    `planned` steps have no id and no date: they did not happen.
    """

    id: str | None
    step: str
    stage: str
    at: str | None
    planned: bool
    title: str
    decisions: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    publication: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that a card links. `slot` is the source's own name for its place; `edition` only for texts of the bill."""

    id: str
    event_id: str | None
    slot: str | None
    step: str
    role: Role
    edition: str | None
    label: str
    format: str | None
    url: str
    uploaded_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One roll call shown on a card."""

    at: str | None
    subject: str
    passed: bool | None
    ayes: int | None
    noes: int | None
    abstained: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One addressable unit of law: path ``st-22.ch-1.p-2.pp-v``, address ``ст. 22 ч. 1 п. 2 пп. «в»``, its own text.

    `text` is as published and holds the unit's own words only, not those of the units below it. Sections come in document
    order; joined with newlines they give the text back.
    """

    path: str
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRef:
    """An edition (редакция) that a source lists, in the source's order, whether or not its text can be had.

    `date` (``YYYY-MM-DD``) and `act` (the number, ``110-ФЗ``) name the amending act that made it, where the source says so.
    """

    id: str
    label: str
    current: bool
    available: bool
    date: str | None = None
    act: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialNote:
    """A publisher's note inside a consolidated text, such as "(В редакции Федерального закона от ... № ...)": not law.

    `line` is the index of the line of `Reading.text` behind which it stood (-1: before the first); `acts` are the native ids
    of the acts that it links. `newest`: the source marks it as belonging to the newest change of the edition.
    """

    line: int
    text: str
    acts: tuple[str, ...] = ()
    newest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of a list: enough to decide whether to look at the document itself."""

    id: str  # document id; empty when the row does not give a whole key
    native_id: str  # the source's own key: bill number, eoNumber
    kind: str
    number: str
    date: str | None
    title: str
    comment: str
    url: str
    published: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one saved page says. A page that lacks something leaves it empty; nothing is invented.

    `total` is the number of rows a list claims to have over all its pages, None when it claims nothing. `text` is the text of
    an act, a line for each paragraph, as published; its `sections` are made by whoever knows law, not by the source.
    """

    source: str
    page: PageKind
    document: DocumentFacts | None = None
    events: tuple[Step, ...] = ()
    files: tuple[File, ...] = ()
    sections: tuple[Section, ...] = ()
    editions: tuple[EditionRef, ...] = ()
    items: tuple[Item, ...] = ()
    note: str = ""
    votes: tuple[Vote, ...] = ()
    total: int | None = None
    text: str = ""
    remarks: tuple[EditorialNote, ...] = ()


# ---------------------------------------------------------------- how two texts differ

Span: TypeAlias = tuple[Literal["=", "-", "+"], str]


class Level(IntEnum):
    """Significance, best first."""

    KEY = 1
    MAJOR = 2
    NOTABLE = 3
    TECHNICAL = 4
    TYPOGRAPHIC = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that fired: its name, the sentence for people in Russian and in English."""

    rule: str
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """How much a change matters, with every rule that says so."""

    level: Level
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What happened to one unit. `ops`: of ``added removed modified moved renumbered``, one or several.

    Texts as published; spans over canonical text (``=`` + ``-`` give the old unit, ``=`` + ``+`` the new one).
    The side that does not exist is None. `old_index` and `new_index` are positions in the two section lists, so that
    applying the operations to the old text gives the new one, and back.
    """

    ops: tuple[str, ...]
    old_path: str | None
    new_path: str | None
    old_address: str | None
    new_address: str | None
    old_text: str | None
    new_text: str | None
    spans: tuple[Span, ...] = ()
    group: str | None = None
    old_index: int | None = None
    new_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Several operations that are one statement: a chain of renumbering, an article that moved as a whole."""

    id: str
    kind: str
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffStats:
    """Counts for titles: words in ``+`` and ``-`` spans, units moved and renumbered."""

    words_added: int = 0
    words_removed: int = 0
    moved: int = 0
    renumbered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """A rule that called a difference noise, and how often."""

    rule: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Two texts compared. `same` is about law: typographic differences leave it True and are counted in `noise`.

    `similarity` is 0..1 over canonical words.
    """

    same: bool
    operations: tuple[Operation, ...] = ()
    groups: tuple[Group, ...] = ()
    stats: DiffStats = field(default_factory=DiffStats)
    significance: Significance = field(default_factory=lambda: Significance(level=Level.TYPOGRAPHIC))
    noise: tuple[Noise, ...] = ()
    similarity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a reader must be told about one text: a closed item (``closed_item``), a gap in numbering (``gap``)."""

    kind: str
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMatch:
    """The words that put a text under a topic."""

    topic: str
    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Topics of a text. `needs_body`: the title says too little; only the body can decide."""

    topics: tuple[str, ...] = ()
    needs_body: bool = False
    matches: tuple[TopicMatch, ...] = ()


# ---------------------------------------------------------------- what is kept


class Part(StrEnum):
    """The parts of a document that are followed separately."""

    CARD = "card"
    TEXT = "text"
    NOTE = "note"
    FILES = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An act that is followed (an FRBR work). `invented` documents are marked everywhere they are shown."""

    id: str
    kind: str
    number: str
    date: str | None
    title: str
    comment: str = ""
    status: Status | None = None
    force: Force = Force.UNKNOWN
    url: str = ""
    topics: tuple[str, ...] = ()
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionKey:
    """Names one edition of one part of one document at one source."""

    document_id: str
    part: Part
    source: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One observed state of one edition, numbered from 1. `position` orders editions by procedure, never by arrival.

    `digest` is of the content (canonical), not of the bytes. `readable` is False for a scan or an unread format: then
    `unread_reason` says why. `cause` names the file or step that brought it.
    """

    id: int
    key: EditionKey
    number: int
    position: str
    label: str
    observed_at: datetime
    last_seen: datetime
    snapshot_id: int | None
    snapshot_digest: str | None
    digest: str
    readable: bool
    unread_reason: str | None
    url: str
    cause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """The text our code made of a version. The first is pinned to what was published; later ones become the baseline silently."""

    version_id: int
    extractor: str
    sections: tuple[Section, ...]
    pinned: bool
    made_at: datetime


class EventKind(StrEnum):
    """Everything that is ever published. English in data; people read the words of the site."""

    WATCH_STARTED = "watch.started"
    DOCUMENT_DISCOVERED = "document.discovered"
    BILL_STEP = "bill.step"
    BILL_STEP_CHANGED = "bill.step_changed"
    BILL_STEP_REMOVED = "bill.step_removed"
    BILL_STAGE = "bill.stage"
    BILL_REJECTED = "bill.rejected"
    BILL_WITHDRAWN = "bill.withdrawn"
    BILL_RETURNED = "bill.returned"
    BILL_SF_REJECTED = "bill.sf_rejected"
    BILL_VETOED = "bill.vetoed"
    TEXT_ADDED = "text.added"
    TEXT_CHANGED = "text.changed"
    TEXT_UNEXPLAINED = "text.unexplained"
    TEXT_EXPLAINED = "text.explained"
    EDITION_ADDED = "edition.added"
    FILE_ADDED = "file.added"
    FILE_REPLACED = "file.replaced"
    FILE_REMOVED = "file.removed"
    FIELDS_CHANGED = "fields.changed"
    ACT_PUBLISHED = "act.published"
    DOCUMENT_ABSENT = "document.absent"
    DOCUMENT_RESTORED = "document.restored"
    SOURCES_DISAGREE = "sources.disagree"
    EFFECTIVE_APPROACHING = "effective.approaching"
    COVERAGE_GAP = "coverage.gap"
    COVERAGE_RESTORED = "coverage.restored"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """An event before it is recorded: what happened, keyed by its content. See `docs/events.md` for payloads.

    `key` and `digests` name the fact (step GUID, edition and version; digests before and after); they make the id.
    `scopes` are the feeds it belongs to: ``document:<id>``, ``topic:<name>``, ``source:<name>``.
    """

    kind: EventKind
    document_id: str | None
    source: str
    key: str
    digests: tuple[str, ...]
    occurred_at: str | None
    level: Level
    payload: Mapping[str, Any]
    scopes: tuple[str, ...]
    backfilled: bool = False
    diff: Diff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the append-only ledger. `seq` is the cursor; `lead` marks the strongest event of its bundle.

    `struck` payloads were erased by the operator: `payload` is then empty.
    """

    seq: int
    id: str
    kind: EventKind
    document_id: str | None
    source: str
    bundle: str
    lead: bool
    occurred_at: str | None
    observed_at: datetime
    backfilled: bool
    level: Level
    payload: Mapping[str, Any]
    diff_id: str | None
    struck: bool
    hash: str
    previous_hash: str


def event_id(
    *, document_id: str | None, source: str, kind: EventKind, key: str, digests: Sequence[str], occurrence: int
) -> str:
    """Base32 of 100 bits of SHA-256 over what the event says: the same history gives the same ids anywhere.

    `occurrence` counts earlier events with the same content in the same history (A -> B -> A -> B), so that a repeated
    fact is a new event and a repeated observation of one fact is not.
    """
    named = [document_id, source, str(kind), key, list(digests), occurrence]
    raw = hashlib.sha256(canonical_json(named).encode()).digest()
    return base64.b32encode(raw)[:20].decode().lower()


def bundle_id(event_ids: Sequence[str]) -> str:
    """The id of an observation: made of the ids of its events."""
    raw = hashlib.sha256("\n".join(sorted(event_ids)).encode()).digest()
    return base64.b32encode(raw)[:20].decode().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """From (document, path) to (document, path): ``amends enacts publishes repeals``, with the words that say so."""

    kind: str
    from_document: str
    from_path: str
    to_document: str
    to_path: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source has been answering. Readers see `last_success`; operators see the rest."""

    name: str
    last_attempt: datetime | None
    last_success: datetime | None
    failing_since: datetime | None
    last_error: str | None
    gap_since: datetime | None  # set while readers have been told that the source is blind


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is followed. What happened before `silent_before` is history: it stands in the record and wakes nobody.

    `target` is the document id; `source` the module that reads it; `url` where; `selector` only for plain pages.
    `origin`: ``config`` ``cli`` ``discovery``.
    """

    target: str
    source: str
    url: str
    selector: str | None
    origin: str
    added_at: datetime
    silent_before: datetime
    title: str = ""  # as the operator calls it, where the source does not say
    next_due: datetime | None = None
    last_checked: datetime | None = None
    last_success: datetime | None = None
    muted: bool = False
    remove: tuple[str, ...] = ()  # CSS selectors of what is no text on this page
    ignore: tuple[str, ...] = ()  # regular expressions of lines that are no text


class OperatorKind(StrEnum):
    """What operators are told, and readers never: our own trouble with the sources."""

    SOURCE_FAILING = "source.failing"
    SOURCE_RECOVERED = "source.recovered"
    SOURCE_LAYOUT_CHANGED = "source.layout_changed"
    DOCUMENT_QUARANTINED = "document.quarantined"
    SUBSCRIPTION_DISABLED = "subscription.disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEvent:
    """One word to the operator. `subject` is what it is about: a host, or a document id; `message` is one line."""

    id: int
    kind: OperatorKind
    source: str
    subject: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A page that was kept and not believed. `reason` in plain words."""

    id: int
    document_id: str | None
    source: str
    url: str
    snapshot_id: int | None
    problem: Problem
    reason: str
    reading_digest: str | None
    first_seen: datetime
    last_seen: datetime
    count: int
    state: str  # open, released, healed, accepted, rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version before it is recorded. A text brings `sections`, a card brings `data` (its Reading as JSON).

    `digest` is of the canonical content; `extractor` names the code and its version (``docx/1``), for the rendition.
    """

    key: EditionKey
    position: str
    label: str
    snapshot_id: int | None
    digest: str
    url: str
    readable: bool = True
    unread_reason: str | None = None
    cause: str | None = None
    extractor: str = ""
    sections: tuple[Section, ...] = ()
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Everything one look at a document brought. It is recorded in one transaction or not at all.

    `state` holds small JSON values that the conductor keeps beside the facts (what waits for a second look); None deletes.
    """

    observed_at: datetime
    document: Document | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)  # source -> native id
    versions: tuple[NewVersion, ...] = ()
    events: tuple[EventDraft, ...] = ()
    relations: tuple[Relation, ...] = ()
    state: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """What every page and feed needs to know about this instance. `authority` and `year` are frozen: ids are made of them."""

    title: str
    base_url: str  # without a trailing slash
    authority: str
    year: int
    contact: str = ""
    invented: bool = False
    live: bool = True
    topic_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # the operator's topics: Russian, English


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEntry:
    """One event rendered once for every feed format, in one language: fragments that feeds join."""

    event_id: str
    language: Language = "ru"
    atom: bytes
    rss: bytes
    json: bytes
