"""An event on its way to words: what wording in either language starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from feeds import labels, times
from feeds.languages import Speech
from feeds.subject import Subject
from feeds.textual import bounded
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

_LONGEST: Final = 4_000  # characters of one fact


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

    @property
    def acts(self) -> dict[str, str]:
        """Clause of the text -> number of the law that it amends: ``st-1`` -> ``138-ФЗ``. Other acts need more than a number."""
        named = {str(row.get("clause")): str(row.get("number")) for row in self.rows("amends")}
        return {clause: number for clause, number in named.items() if number.endswith(("-ФЗ", "-ФКЗ"))}

    def occurred(self, said: str, language: Language) -> str:
        """The source's own time, unless the words `said` have given it: an entry is dated by when we saw it."""
        if self.event.occurred_at is None or self.event.kind in DATED_BY_US:
            return ""
        at = times.of_source(self.event.occurred_at, language=language)
        return "" if at in said else at


def modest(event: Event) -> Event:
    """The event with every text in it short enough to be worded: a source may send a title of megabytes."""
    payload, at = _cut(event.payload), _cut(event.occurred_at)
    is_modest = payload is event.payload and at is event.occurred_at
    return event if is_modest else replace(event, payload=payload, occurred_at=at)


def _cut(value: Any) -> Any:
    """The value itself when nothing in it is too long."""
    if isinstance(value, str):
        return bounded(value, _LONGEST)
    if isinstance(value, Mapping):
        cut = {key: _cut(item) for key, item in value.items()}
        return value if all(cut[key] is item for key, item in value.items()) else cut
    if isinstance(value, Sequence):
        rows = [_cut(item) for item in value]
        return value if all(new is old for new, old in zip(rows, value, strict=True)) else rows
    return value
