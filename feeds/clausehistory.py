"""How each clause came to be: one unit followed through the recorded comparisons, from today's text back to where it was added.

A path is not identity: "часть 3" of today may be "часть 2" of last year. Every recorded comparison says where a unit that it
touched stood before; a unit that it does not touch kept its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from feeds.library import Library
from tracker.models import Diff, Event, Operation, Version

#: A chain of editions longer than this is followed no further: no act has so many.
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One recorded comparison of neighbouring texts: the event that told it, and the path of the version before."""

    event: Event
    diff: Diff
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What one comparison did to a unit, or below it; `path` is where the unit stood after it."""

    event: Event
    path: str
    operations: tuple[Operation, ...]


class Chain:
    """The comparisons that lead to one version, the newest first, and what they say of its units."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.links = tuple(links)

    def history(self, path: str) -> Iterator[Touch]:
        """What became of the unit at `path` and of the units below it, back to where it was added."""
        for link in self.links:
            earlier = _before(link.diff, path)
            touched = [
                row
                for row in link.diff.operations
                if row.new_path == path
                or _is_below(path, row.new_path)
                or (row.new_path is None and earlier is not None and _is_below(earlier, row.old_path))
            ]
            if touched:
                yield Touch(event=link.event, path=path, operations=tuple(touched))
            if earlier is None:
                return
            path = earlier

    @cached_property
    def changed(self) -> Mapping[str, int]:
        """Path of a unit of today's text -> how many comparisons touched that very unit; units that none touched are absent."""
        counts: dict[str, int] = {}
        stands: dict[str, str] = {}  # path in the text we have walked back to -> path today, where they differ
        strangers: set[str] = set()  # paths of that text which belong to no unit of today's
        for link in self.links:
            kept = [row for row in link.diff.operations if row.new_path is not None and row.new_path not in strangers]
            today = {row.new_path: stands.get(row.new_path, row.new_path) for row in kept if row.new_path is not None}
            for path in today.values():
                counts[path] = counts.get(path, 0) + 1
            came = {
                row.old_path: today[row.new_path]
                for row in kept
                if row.old_path is not None and row.new_path is not None
            }
            touched = {row.new_path for row in link.diff.operations}
            added = {row.new_path for row in link.diff.operations if row.old_path is None and row.new_path is not None}
            removed = {
                row.old_path for row in link.diff.operations if row.new_path is None and row.old_path is not None
            }
            stands = {path: now for path, now in stands.items() if path not in touched} | came
            strangers = ((strangers | added) - came.keys()) | removed
        return counts


def _is_below(path: str, other: str | None) -> bool:
    """Whether a unit is part of another: ``st-2.ch-1`` is of ``st-2``; article 2.1, which is ``st-2.1``, is not."""
    return other is not None and re.match(re.escape(path) + r"\.[a-z]", other) is not None


def _before(diff: Diff, path: str) -> str | None:
    """Where the unit stood in the older text; None when the comparison says that it was added."""
    for operation in diff.operations:
        if operation.new_path == path:
            return operation.old_path
    return path


def chain(version_path: str, events: Sequence[Event], library: Library) -> Chain:
    """The recorded comparisons that lead to a version. `events` are those of its document."""
    told: dict[str, Event] = {}
    for event in events:
        where = str(event.payload.get("version_path") or "")
        if event.diff_id and not event.struck and where:
            told.setdefault(where, event)
    links: list[Link] = []
    at = version_path
    while at in told and len(links) < _LONGEST:
        event = told.pop(at)
        diff = library.diff(event.diff_id) if event.diff_id else None
        before = path_before(event)
        if diff is None or not before:
            break
        links.append(Link(event=event, diff=diff, before=before))
        at = before
    return Chain(links)


def path_before(event: Event) -> str:
    """The path of the version that the text of an event was compared with; empty when it names none."""
    against = event.payload.get("compared_with")
    if not isinstance(against, Mapping) or event.document_id is None:
        return ""
    return _path_of(event.document_id, against)


def _path_of(document_id: str, facts: Mapping[str, Any]) -> str:
    parts = [str(facts.get(name) or "") for name in ("part", "source", "edition", "version")]
    return f"/{document_id}/{'/'.join(parts)}" if all(parts) else ""


def newest_text(versions: Sequence[Version]) -> Version | None:
    """The text of a document that stands last by procedure and can be read; None when none can."""
    readable = [version for version in versions if version.key.part == "text" and version.readable]
    return max(readable, key=lambda version: (version.position, version.observed_at, version.id), default=None)
