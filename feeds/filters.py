"""The timeline as a reader narrows it: topic, kind, significance, source, dates, and how far back the page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from urllib.parse import urlencode

from feeds import times
from feeds.library import Library
from tracker.models import Event, EventKind, Level

PAGE: Final = 60
_BATCH: Final = 300
#: How many events one request may look through; the next page goes on from there.
_REACH: Final = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a query string asks for. What it asks that we do not know is left out, never an error: links live long."""

    topic: str = ""
    kind: EventKind | None = None
    at_least: Level = Level.TYPOGRAPHIC
    source: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read a query string."""
        kind, level, before = query.get("kind", ""), query.get("level", ""), query.get("before", "")
        return cls(
            topic=query.get("topic", "")[:100],
            kind=EventKind(kind) if kind in set(EventKind) else None,
            at_least=next((row for row in Level if row.name.lower() == level), Level.TYPOGRAPHIC),
            source=query.get("source", "")[:100],
            since=_day(query.get("from", "")),
            until=_day(query.get("to", "")),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == type(self)(before=self.before)

    def query(self, *, before: int | None) -> str:
        """The same as a query string that begins further back."""
        asked = {
            "topic": self.topic,
            "kind": str(self.kind or ""),
            "level": "" if self.at_least is Level.TYPOGRAPHIC else self.at_least.name.lower(),
            "source": self.source,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "before": str(before or ""),
        }
        return urlencode({name: value for name, value in asked.items() if value})

    def lets_in(self, event: Event) -> bool:
        """Whether an event of the right topic, source or kind passes the rest. What was not read passes: filters fail open."""
        day = times.moscow_day(event.observed_at)
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if self.kind and event.kind is not self.kind:
            return False
        if self.source and event.source != self.source:
            return False
        return event.level <= self.at_least or event.payload.get("readable") is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of the timeline: leads, newest first, and where the next page begins (None: there is no more)."""

    events: Sequence[Event]
    before: int | None


def found(filters: Filters, library: Library) -> Found:
    """The leads that filters let in. With a kind or a source every event counts, not only the strongest of its bundle."""
    scope = f"topic:{filters.topic}" if filters.topic else f"source:{filters.source}" if filters.source else None
    kept: list[Event] = []
    before, seen = filters.before, 0
    while seen < _REACH:
        rows = library.events(
            scope=scope,
            kinds=(filters.kind,) if filters.kind else (),
            leads_only=not (filters.kind or filters.source),
            backfilled=False,
            before_seq=before,
            limit=_BATCH,
        )
        for row in rows:
            before, seen = row.seq, seen + 1
            if filters.since and times.moscow_day(row.observed_at) < filters.since:
                return Found(events=kept, before=None)
            if filters.lets_in(row):
                kept.append(row)
            if len(kept) == PAGE:
                return Found(events=kept, before=before)
        if len(rows) < _BATCH:
            return Found(events=kept, before=None)
    return Found(events=kept, before=before)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
