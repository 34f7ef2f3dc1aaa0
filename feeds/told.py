"""An event on its way to words: what wording in either language starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from feeds import labels, times
from feeds.languages import Speech
from feeds.subject import Subject
from tracker.models import Diff, Event, EventKind, Language

TEXT_KINDS: Final = frozenset({EventKind.TEXT_ADDED, EventKind.TEXT_CHANGED, EventKind.TEXT_UNEXPLAINED})

#: Kinds whose reader may not know the document yet, or needs its name to know what moved.
TITLED: Final = frozenset(
    {
        EventKind.WATCH_STARTED,
        EventKind.DOCUMENT_DISCOVERED,
        EventKind.BILL_STAGE,
        EventKind.ACT_PUBLISHED,
    }
)

#: Kinds whose own time says nothing beside the time when we saw it.
DATED_BY_US: Final = frozenset({EventKind.DOCUMENT_ABSENT, EventKind.DOCUMENT_RESTORED, EventKind.WATCH_STARTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in its three parts, so that pages can set them apart. `where` belongs to the subject: ``ст. 24 ч. 1``."""

    state: str
    subject: str
    what: str
    demo: bool = False
    language: Language = "ru"

    def __str__(self) -> str:
        mark = f"{Speech(self.language).of(labels.DEMO)}. " if self.demo else ""
        head = f"{mark}[{self.state}] {self.subject}".rstrip()
        return f"{head}: {self.what}" if self.what else head


@dataclass(frozen=True, slots=True)
class Told:
    """One event, its document and its comparison; whatever its payload lacks is empty here."""

    event: Event
    about: Subject | None
    diff: Diff | None

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the event says."""
        return self.event.payload

    def mapping(self, key: str) -> Mapping[str, Any]:
        """An object of the payload."""
        value = self.payload.get(key)
        return value if isinstance(value, Mapping) else {}

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """A list of objects of the payload."""
        value = self.payload.get(key)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return []
        return [row for row in value if isinstance(row, Mapping)]

    def names(self, key: str) -> list[str]:
        """A list of words of the payload."""
        value = self.payload.get(key)
        return [str(row) for row in value] if isinstance(value, Sequence) and not isinstance(value, str) else []

    def text(self, key: str) -> str:
        """A word of the payload."""
        value = self.payload.get(key)
        return "" if value is None else str(value)

    def occurred(self, said: str, language: Language) -> str:
        """The source's own time, unless the words `said` have given it: an entry is dated by when we saw it."""
        if self.event.occurred_at is None or self.event.kind in DATED_BY_US:
            return ""
        at = times.of_source(self.event.occurred_at, language=language)
        return "" if at in said else at
