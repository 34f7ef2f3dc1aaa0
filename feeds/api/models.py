"""The shapes of the API as its description shows them. Answers are made in `shapes`; tests hold the two together."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from tracker.models import EventKind, Force, Part, Status

LevelName = Literal["key", "major", "notable", "technical", "typographic"]

_DOCUMENT: Final = "bill/100001-99"
_VERSION: Final = "bill/100001-99/text/sozd/introduced/1"
_EVENT: Final = "mzxw6ytboi5a2b3c4d5e"
_MOMENT: Final = "2026-05-14T11:05:00Z"


class Both(BaseModel):
    """The same in Russian and in English."""

    ru: str
    en: str


class Named(BaseModel):
    """A document as events and search name it."""

    id: str = Field(description="The permanent id; also its path on the site.", examples=[_DOCUMENT])
    kind: str = Field(examples=["bill"])
    number: str = Field(examples=["100001-99"])
    date: str | None = Field(description="The date of the act or of the bill's registration, where it is known.")
    title: str = Field(examples=["О внесении изменений в Федеральный закон «О гражданстве»"])
    force: Force = Field(description="Whether the text binds anyone. A draft is not in force.")
    status: Status | None = Field(description="Where a bill stands.")
    topics: list[str] = Field(examples=[["citizenship"]])
    invented: bool = Field(description="True: this document does not exist, it is a demonstration.")


class Document(Named):
    """A document that is followed."""

    comment: str
    url: str = Field(description="Where the state shows it. State sites see the address of whoever follows the link.")
    page: str = Field(description="Its page on this site.")
    api: str = Field(description="Its address in this API.", examples=[f"/api/v1/documents/{_DOCUMENT}"])


class Relation(BaseModel):
    """One document acting on another."""

    kind: str = Field(examples=["amends"])
    from_document: str
    from_path: str = Field(description="The unit that says so; empty for the whole document.")
    to_document: str
    to_path: str
    words: str = Field(description="The words that say so.")


class VersionLine(BaseModel):
    """One observed state of a text, a note or a card."""

    path: str = Field(description="Its permanent name, and its path on the site.", examples=[_VERSION])
    part: Part
    source: str = Field(examples=["sozd"])
    edition: str = Field(description="The state of the text that its source names.", examples=["introduced"])
    number: int = Field(description="The number of the observed state of that edition, from 1.", examples=[1])
    label: str
    observed_at: str = Field(description="When it was first seen, UTC.", examples=[_MOMENT])
    last_seen: str = Field(examples=[_MOMENT])
    digest: str = Field(description="SHA-256 of the canonical content: typography does not change it.")
    body_digest: str | None = Field(description="SHA-256 of the bytes that the source served, where one body holds it.")
    readable: bool
    unread_reason: str | None = Field(description="Why there is no text: a scan, a format that is not read.")
    url: str


class DocumentWhole(Document):
    """A document with its versions in the order of procedure and its relations."""

    versions: list[VersionLine]
    relations: list[Relation]


class Unit(BaseModel):
    """One addressable unit of law, with its own words only."""

    path: str = Field(examples=["st-22.ch-1"])
    address: str = Field(examples=["ст. 22 ч. 1"])
    text: str


class Version(VersionLine):
    """One observed state with the units of its text."""

    document: Named
    sections: list[Unit] = Field(description="Empty when the text could not be read, and for cards.")


class Sections(BaseModel):
    """The units of a version, in the order of the text."""

    version: str = Field(examples=[_VERSION])
    sections: list[Unit]


class Operation(BaseModel):
    """What happened to one unit. The side that does not exist is null."""

    ops: list[Literal["added", "removed", "modified", "moved", "renumbered"]]
    old_path: str | None
    new_path: str | None
    old_address: str | None
    new_address: str | None
    place: Both = Field(description="The new address in words, or the old one of what is gone.")
    old_text: str | None
    new_text: str | None
    spans: list[tuple[Literal["=", "-", "+"], str]] = Field(
        description="`=` and `-` give the old unit, `=` and `+` the new."
    )
    group: str | None
    old_index: int | None = None
    new_index: int | None = None


class Group(BaseModel):
    """Several operations that are one statement."""

    id: str
    kind: str
    text: str
    text_en: str = ""


class Stats(BaseModel):
    """Counts of a difference."""

    words_added: int
    words_removed: int
    moved: int
    renumbered: int


class Reason(BaseModel):
    """A rule that says how much a change matters."""

    rule: str
    text: str
    text_en: str = ""


class Significance(BaseModel):
    """How much a change matters, and why."""

    level: int = Field(ge=1, le=5, description="1 is the most significant.")
    name: LevelName
    reasons: list[Reason]


class Noise(BaseModel):
    """A rule that called a difference noise, and how often."""

    rule: str
    count: int


class Diff(BaseModel):
    """Two texts compared, in the shape of `duma-tracker diff --format json`."""

    same: bool = Field(description="About law: typographic differences leave it true.")
    operations: list[Operation]
    groups: list[Group]
    stats: Stats
    significance: Significance
    noise: list[Noise]
    similarity: float = Field(ge=0, le=1)
    summary: Both = Field(description="One line, empty when nothing of law changed.")


class Comparison(BaseModel):
    """Two versions and how they differ."""

    a: str = Field(examples=[_VERSION])
    b: str
    page: str = Field(description="The same for people.")
    diff: Diff


class EventLinks(BaseModel):
    """Where an event is read."""

    page: str
    page_en: str
    json_: str = Field(alias="json")
    evidence: str
    diff: str | None = Field(description="What changed in the text; null when nothing was compared.")


class Event(BaseModel):
    """One line of the append-only ledger."""

    seq: int = Field(description="Its place in the ledger of this instance: the cursor.", examples=[42])
    id: str = Field(
        description="Permanent, and the same on every instance that saw the same history.", examples=[_EVENT]
    )
    kind: EventKind
    document: Named | None
    source: str = Field(examples=["sozd"])
    bundle: str = Field(description="Equal for all events of one observation.")
    lead: bool = Field(description="The strongest event of its bundle.")
    level: LevelName
    occurred_at: str | None = Field(description="The source's own time: a date, or a moment with the Moscow offset.")
    observed_at: str = Field(description="When this tracker saw it, UTC.", examples=[_MOMENT])
    backfilled: bool = Field(description="History that was there before this tracker looked. It wakes nobody.")
    struck: bool = Field(description="The operator has erased its content; the line stands.")
    title: Both
    summary: Both
    payload: dict[str, Any] = Field(description="What happened, by kind: see docs/events.md.")
    links: EventLinks
    hash: str = Field(description="SHA-256 of the ledger line.")
    previous_hash: str = Field(description="The hash of the line before it: the chain.")


class Capture(BaseModel):
    """A body behind an event: its digest and when it was first had. Never a header, an address of ours or of a proxy."""

    side: Literal["before", "after"]
    digest: str = Field(description="SHA-256 of the bytes.")
    first_seen: str
    via: str = Field(description="How the bytes travelled.", examples=["direct+https"])


class EventWhole(Event):
    """An event with what changed in the text, the evidence behind it, the rest of its bundle, its corrections."""

    diff: Diff | None
    captures: list[Capture]
    others: list[str] = Field(description="The other events of the same observation.")
    corrections: list[str] = Field(description="Events that say that this one was wrong.")


class Evidence(BaseModel):
    """What proves an event: the line whose canonical JSON (sorted keys, no spaces, UTF-8) has this SHA-256.

    `payload_digest` in the line is SHA-256 over the salt and the canonical JSON of the payload.
    """

    event: str
    line: dict[str, Any]
    hash: str
    salt: str | None = Field(description="Hex; null when the content was erased.")
    captures: list[Capture]


class Events(BaseModel):
    """Events by the ledger."""

    items: list[Event]
    next: int | None = Field(
        description="The cursor: give it as `after` (when you asked with `after`; it is never null then) or as `before`."
    )


class Documents(BaseModel):
    """Documents by id."""

    items: list[Document]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


class Run(BaseModel):
    """A piece of text, marked when it is what was looked for."""

    text: str
    marked: bool


class Fragment(BaseModel):
    """Found words in their unit."""

    version: str = Field(description="The newest version that holds them.", examples=[_VERSION])
    path: str = Field(examples=["st-22.ch-1"])
    address: str = Field(examples=["ст. 22 ч. 1"])
    stands: bool = Field(description="False: the words have gone from the newest version of that text.")
    page: str = Field(description="The unit on the page of that version.")
    runs: list[Run]


class Match(BaseModel):
    """A document that was found."""

    document: Named
    title: list[Run]
    fragments: list[Fragment]
    more: bool = Field(description="There are further places in this document: search in it alone.")


class Sought(BaseModel):
    """One thing that was looked for."""

    text: str
    also: list[str] = Field(description="What means the same and was looked for, too.")


class Asked(BaseModel):
    """How the query was understood."""

    words: list[Sought]
    address: str = Field(description="The unit that was looked for.", examples=["ст. 22 ч. 1"])
    numbers: list[str] = Field(description="Numbers of documents.")
    left_out: list[str] = Field(description="Words that mean nothing alone, or were too many.")


class Search(BaseModel):
    """What was found, by document, the newest first."""

    asked: Asked
    items: list[Match]
    next: int | None = Field(description="Give it as `before` for the next page; null at the end.")
    complete: bool = Field(description="False: the search was ended early because it found too much; narrow it.")


class Source(BaseModel):
    """How fresh a source is. "No change" means something only beside `last_success`."""

    name: str = Field(examples=["sozd"])
    title: Both
    last_success: str | None = Field(description="The last successful check, UTC.")
    blind_since: str | None = Field(description="Set while readers have been told that the source is not seen.")


class Sources(BaseModel):
    """All sources."""

    items: list[Source]


class Topic(BaseModel):
    """A topic that is followed."""

    id: str = Field(examples=["citizenship"])
    title: Both
    page: str


class Topics(BaseModel):
    """All topics."""

    items: list[Topic]


class FeedLinks(BaseModel):
    """A feed in its three formats."""

    atom: str
    rss: str
    json_: str = Field(alias="json")


class Feed(BaseModel):
    """A feed to subscribe to. Documents have one each, at `/feeds/<document>.atom`."""

    name: str = Field(examples=["all"])
    title: str
    description: str
    links: FeedLinks


class Feeds(BaseModel):
    """The feeds of everything, of topics and of sources."""

    items: list[Feed]


class Index(BaseModel):
    """Where to go from here."""

    title: str
    description: str
    invented: bool = Field(description="True: everything here is a demonstration.")
    documentation: str
    links: dict[str, str]
