"""What events carry. The shapes are a contract, written out in `docs/events.md`; every payload is plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Any, Final
from zoneinfo import ZoneInfo

from diffs import summary
from tracker.models import (
    Classification,
    Diff,
    Document,
    EventDraft,
    EventKind,
    Level,
    Notice,
    Snapshot,
)

MOSCOW: Final = ZoneInfo("Europe/Moscow")


def of_document(document: Document) -> dict[str, Any]:
    """The document as every payload names it: enough for a title that stands alone."""
    return {
        "id": document.id,
        "kind": document.kind,
        "number": document.number,
        "date": document.date,
        "title": document.title,
        "comment": document.comment,
        "url": document.url,
        "status": document.status,
        "force": document.force,
        "topics": list(document.topics),
        "invented": document.invented,
    }


def of_change(diff: Diff) -> dict[str, Any]:
    """A diff in figures and in one line; the diff itself stands beside the event."""
    line = summary.summary(diff)
    counts = {name: sum(name in operation.ops for operation in diff.operations) for name in _OPERATIONS}
    return {
        "operations": len(diff.operations),
        **counts,
        "words_added": diff.stats.words_added,
        "words_removed": diff.stats.words_removed,
        "level": int(diff.significance.level),
        "similarity": round(diff.similarity, 4),
        "summary": {"ru": line.ru, "en": line.en},
    }


_OPERATIONS: Final = ("added", "removed", "modified", "renumbered", "moved")


def of_notices(notices: Sequence[Notice]) -> list[dict[str, str]]:
    """What a reader must be told about a text: closed items, gaps in numbering."""
    return [{"kind": notice.kind, "address": notice.address, "text": notice.text} for notice in notices]


def of_reasons(classification: Classification) -> list[dict[str, str]]:
    """The words that put a document under its topics."""
    return [{"topic": match.topic, "term": match.term, "text": match.text} for match in classification.matches]


def of_snapshot(snapshot: Snapshot | None) -> dict[str, Any] | None:
    """The evidence behind a text: digest of the bytes and when they were first seen."""
    if snapshot is None:
        return None
    return {"digest": snapshot.digest, "first_seen": snapshot.first_seen.isoformat(), "via": snapshot.via}


def moment(occurred_at: str) -> datetime:
    """The latest moment that a source's time may mean: a date-only fact may have happened at any time of its Moscow day."""
    if len(occurred_at) == 10:
        return datetime.combine(date.fromisoformat(occurred_at), time_of_day(23, 59, 59), MOSCOW)
    found = datetime.fromisoformat(occurred_at)
    return found if found.tzinfo else found.replace(tzinfo=MOSCOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Makes the events of one observation of one document.

    On a first read, what happened before `silent_before` is history (`backfilled`): it stands in the record and wakes
    nobody. On later reads nothing is history. `confirmed` marks what was first doubted and then seen again.
    """

    document: Document
    source: str
    silent_before: datetime | None
    confirmed: bool = False

    def draft(
        self,
        kind: EventKind,
        *,
        key: str,
        level: Level,
        payload: Mapping[str, Any],
        digests: Sequence[str] = (),
        occurred_at: str | None = None,
        diff: Diff | None = None,
        always_news: bool = False,
    ) -> EventDraft:
        """One event with the document's name, its feeds and its place before or after the silence.

        On a first read, what bears no date is history; `always_news` is for the word that we begin to watch.
        """
        history = (
            self.silent_before is not None
            and not always_news
            and (occurred_at is None or moment(occurred_at) < self.silent_before)
        )
        extra: dict[str, Any] = {"confirmed": True} if self.confirmed else {}
        return EventDraft(
            kind=kind,
            document_id=self.document.id,
            source=self.source,
            key=key,
            digests=tuple(digests),
            occurred_at=occurred_at,
            level=level,
            payload={"document": of_document(self.document), **payload, **extra},
            scopes=scopes_of(self.document, self.source),
            backfilled=history,
            diff=diff,
        )


def of_this(draft: EventDraft, document: Document) -> EventDraft:
    """The same event about the document as it is known now: under its topics, in their feeds."""
    payload = {**draft.payload, "document": of_document(document)}
    return replace(draft, payload=payload, scopes=scopes_of(document, draft.source))


def scopes_of(document: Document, source: str) -> tuple[str, ...]:
    """The feeds an event of this document belongs to."""
    return (f"document:{document.id}", *(f"topic:{topic}" for topic in document.topics), f"source:{source}")
