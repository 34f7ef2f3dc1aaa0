"""What this room needs to know, as a Protocol. The store satisfies it without knowing this room; tests bring their own.

Methods are called from several threads, one call at a time per thread. Nothing is ever written through it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias

from tracker.models import (
    Diff,
    Document,
    EditionKey,
    Event,
    EventKind,
    Force,
    Json,
    Language,
    Part,
    Relation,
    Rendition,
    Section,
    Snapshot,
    SourceState,
    Status,
    Version,
    Watch,
)
from tracker.roots import Proof, Root

FeedFormat: TypeAlias = Literal["atom", "rss", "json"]


class Library(Protocol):
    """Everything that pages and feeds are made of. Unknown keys give None or an empty tuple, never an error."""

    def document(self, document_id: str, /) -> Document | None:
        """One followed act by its id."""

    def documents(self) -> tuple[Document, ...]:
        """Every followed act."""

    def newest_documents(self, *, topic: str = "", limit: int, offset: int = 0) -> tuple[Document, ...]:
        """Followed acts by their own date, the newest first; all, or those of a topic."""

    def document_count(self, topic: str = "", /) -> int:
        """How many acts are followed, in all or under a topic."""

    def topics(self) -> tuple[str, ...]:
        """Every topic that a followed act is under."""

    def document_page(
        self, *, topic: str, kind: str, force: Force | None, status: Status | None, after: str, limit: int
    ) -> tuple[Document, ...]:
        """Followed acts by id, behind `after`, that meet every condition given; `kind` is the first word of an id."""

    def versions(self, document_id: str, /, *, part: Part | None = None) -> tuple[Version, ...]:
        """The versions of a document, of one part or of all."""

    def version(self, key: EditionKey, number: int, /) -> Version | None:
        """One version by its public name."""

    def version_by_id(self, version_id: int, /) -> Version | None:
        """One version by its row."""

    def sections(self, version_id: int, /) -> tuple[Section, ...]:
        """The text of a version in document order; empty when it could not be read."""

    def renditions(self, version_id: int, /) -> tuple[Rendition, ...]:
        """Every reading of a version, the first one first."""

    def data(self, version_id: int, /) -> Mapping[str, Any] | None:
        """The card's Reading as JSON; None for texts."""

    def diff(self, diff_id: str, /) -> Diff | None:
        """A stored comparison; None for one that was struck."""

    def diff_json(self, diff_id: str, /) -> bytes | None:
        """The canonical JSON of a comparison: what its id is made of."""

    def relations(self, document_id: str, /) -> tuple[Relation, ...]:
        """What a document amends, enacts, publishes, repeals, and what does so to it."""

    def event(self, event_id: str, /) -> Event | None:
        """One event by its id."""

    def events(
        self,
        *,
        scope: str | None = None,
        kinds: tuple[EventKind, ...] = (),
        leads_only: bool = False,
        backfilled: bool | None = None,
        after_seq: int | None = None,
        before_seq: int | None = None,
        limit: int = 100,
        oldest_first: bool = False,
    ) -> tuple[Event, ...]:
        """Events of one scope or of all, newest first.

        A scope is ``document:<id>``, ``topic:<name>``, ``source:<name>``, or ``significant``: what may have to be told to
        everybody (levels 1 and 2, what was not read, interruptions, corrections); who asks decides about each.
        """

    def seqs(self, scope: str | None, /, *, leads_only: bool, after_seq: int, before_seq: int) -> tuple[int, ...]:
        """The `seq` of what was news between two places of the ledger, newest first: what is divided into pages."""

    def ledger_line(self, event_id: str, /) -> Mapping[str, Json] | None:
        """The hashed line of an event with its ``hash`` and ``salt``: a proof that others can check."""

    def proof(self, event_id: str, /) -> Proof | None:
        """The line of an event and the way up to the root of its day."""

    def roots(self) -> tuple[Root, ...]:
        """All roots of the ledger, oldest first."""

    def strike_count(self) -> int:
        """How many events the operator has erased."""

    def latest_root(self) -> Root | None:
        """The newest root of the ledger."""

    def bundle(self, bundle_id: str, /) -> tuple[Event, ...]:
        """The events of one observation."""

    def corrections_of(self, event_id: str, /) -> tuple[Event, ...]:
        """The corrections that name an event."""

    def scopes(self, prefix: str = "", /) -> tuple[str, ...]:
        """Every scope that has an event, or those that begin so."""

    def months(self, after_seq: int = 0, /) -> Mapping[str, tuple[int, int]]:
        """The Moscow months (``2026-05``) of events behind a place of the ledger, with the first and last of each."""

    def entries(
        self,
        scope: str | None,
        fmt: FeedFormat,
        /,
        *,
        leads_only: bool,
        limit: int = 100,
        language: Language = "ru",
        after_seq: int | None = None,
        before_seq: int | None = None,
    ) -> tuple[tuple[Event, bytes], ...]:
        """Events with their fragments as they were rendered once, newest first."""

    def states(self, prefix: str, /) -> Mapping[str, Json]:
        """Small facts by the beginning of their key; here only ``effective/``: the days on which acts begin to work."""

    def source_states(self) -> tuple[SourceState, ...]:
        """How each source has been answering."""

    def watches(self, *, include_muted: bool = False, target: str | None = None) -> tuple[Watch, ...]:
        """What is followed, with the times of the last checks; only one target when it is given."""

    def snapshot(self, snapshot_id: int, /) -> Snapshot | None:
        """The record of a stored body; never the body."""
