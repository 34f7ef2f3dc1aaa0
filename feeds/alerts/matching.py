"""Which events a subscription lets through. Pure: everything that is looked at is handed in.

Filters fail open: what could not be read, or cannot be located, is delivered. Blindness of a source goes to everybody whose
documents it touches, whatever kinds they asked for; a correction goes to whoever had the event that it corrects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tracker.alerts import Clause, Filter
from tracker.models import Diff, Event, EventKind, Operation, Relation

#: Dictionary forms that a word may belong to; handed in by the conductor.
Lemmas = Callable[[str], Iterable[str]]

COVERAGE: Final = frozenset({EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED})
_TEXTS: Final = frozenset(
    {EventKind.TEXT_ADDED, EventKind.TEXT_CHANGED, EventKind.TEXT_UNEXPLAINED, EventKind.EDITION_ADDED}
    | {EventKind.SOURCES_DISAGREE}
)
_CHANGES: Final = frozenset({"amends", "repeals"})
_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_SPLIT: Final = re.compile(r"\.(?=[a-z])")  # the dot of an inserted number, ``st-22.1``, separates nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One event with what the filters look at.

    `scopes` are the feeds it belongs to. `relations` are those of its document. `paths`: for each clause of a subscription, the
    paths that it has had in the texts that this event compares (see `way_of`). `level_known` is False where nobody said
    how much it matters.
    """

    event: Event
    diff: Diff | None = None
    scopes: frozenset[str] = frozenset()
    relations: tuple[Relation, ...] = ()
    paths: Mapping[Clause, frozenset[str]] = field(default_factory=dict)
    level_known: bool = True

    @property
    def unread(self) -> bool:
        """Whether its text could not be read, or could not be compared with anything."""
        payload = self.event.payload
        if payload.get("readable") is False or payload.get("scan_only") or payload.get("needs_body"):
            return True
        return self.event.kind in _TEXTS and self.diff is None


def lets_through(wanted: Filter, matter: Matter, lemmas: Lemmas, *, had_it: bool = False) -> bool:
    """Whether a subscription with this filter is told of an event. `had_it`: it was told of the event that this one corrects."""
    event = matter.event
    if event.kind is EventKind.CORRECTION:
        return had_it
    if event.kind in COVERAGE:
        return _is_affected(wanted, matter)
    if wanted.kinds and event.kind not in wanted.kinds:
        return False
    if not _is_in_place(wanted, matter):
        return False
    level_unknown = not matter.level_known or event.payload.get("readable") is False
    if event.level > wanted.at_least and not level_unknown:
        return False
    return _has_words(wanted.words_added, matter, lemmas, added=True) and _has_words(
        wanted.words_removed, matter, lemmas, added=False
    )


# ---------------------------------------------------------------- what it is about


def _is_affected(wanted: Filter, matter: Matter) -> bool:
    """Whether the silence of this source would mislead the subscriber."""
    if not (wanted.topics or wanted.documents or wanted.clauses):
        return True
    if wanted.clauses and matter.event.payload.get("search"):
        return True  # a bill about the clause may be what is not found
    followed = {f"topic:{topic}" for topic in wanted.topics}
    followed |= {f"document:{document}" for document in wanted.documents}
    followed |= {f"document:{clause.document}" for clause in wanted.clauses}
    return bool(followed & matter.scopes)


def _is_in_place(wanted: Filter, matter: Matter) -> bool:
    if not (wanted.topics or wanted.documents or wanted.clauses):
        return True
    return (
        any(f"topic:{topic}" in matter.scopes for topic in wanted.topics)
        or matter.event.document_id in wanted.documents
        or any(_touches_clause(clause, matter) for clause in wanted.clauses)
    )


def _touches_clause(clause: Clause, matter: Matter) -> bool:
    """An event of the document that does not pass the clause by, or of a document that amends it."""
    paths = matter.paths.get(clause, frozenset({clause.path}))
    if matter.event.document_id == clause.document:
        if matter.diff is None:
            return True
        return any(_touches(operation, paths) for operation in matter.diff.operations)
    return any(
        relation.kind in _CHANGES
        and relation.to_document == clause.document
        and relation.from_document == matter.event.document_id
        and any(is_within(relation.to_path, path) or is_within(path, relation.to_path) for path in paths)
        for relation in matter.relations
    )


def _touches(operation: Operation, paths: Iterable[str]) -> bool:
    sides = [side for side in (operation.old_path, operation.new_path) if side is not None]
    return any(not side or is_within(side, path) for side in sides for path in paths)


def is_within(path: str, around: str) -> bool:
    """Whether a unit is another one or stands below it; every unit is within "", the whole text."""
    outer, inner = components(around), components(path)
    return inner[: len(outer)] == outer


def components(path: str) -> list[str]:
    """A path cut into its units; a repeated path (``st-22~2``) is the same unit to a subscriber."""
    return [unit.partition("~")[0] for unit in _SPLIT.split(path)] if path else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a clause has stood: in the two texts of each comparison, by the event's id, and ever."""

    at: Mapping[str, frozenset[str]]
    ever: frozenset[str]

    def paths(self, event: Event) -> frozenset[str]:
        """Its paths in the texts that an event compares; of an event that is not on the way, all there ever were."""
        return self.at.get(event.id, self.ever)


def way_of(clause: Clause, texts: Iterable[tuple[Event, Diff | None]]) -> Way:
    """The way of a clause by the edges of all comparisons since the subscription.

    `texts` are the events about texts of the clause's document, oldest first. A comparison leads from one version to another;
    in a version that none of them made the clause stands at its own path. Where the way is lost (the unit was removed, a text
    was compared with nothing), every path it had until then counts: the filter fails open.
    """
    stands: dict[tuple[str, ...], str | None] = {}
    at: dict[str, frozenset[str]] = {}
    ever = {clause.path}
    for event, diff in texts:
        before, after = _versions(event)
        old = stands.get(before, clause.path) if before and diff is not None else None
        new = None if old is None or diff is None else _moved(old, diff)
        if after:
            stands[after] = new
        if diff is not None:
            ever |= {path for known in ever for path in (_moved(known, diff),) if path is not None}
        at[event.id] = frozenset(ever) if old is None else frozenset({old} if new is None else {old, new})
    return Way(at=at, ever=frozenset(ever))


def _moved(path: str, diff: Diff) -> str | None:
    """Where the unit stands in the new text; None when it is gone."""
    operation = next((op for op in diff.operations if op.old_path == path), None)
    return path if operation is None else operation.new_path


def _versions(event: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the two texts that an event compares: before, after; empty where the payload does not say."""
    payload = event.payload
    against = payload.get("compared_with")
    after = _version(payload, event.source, str(payload.get("part") or "text"))
    if not isinstance(against, Mapping):
        return (), after
    return _version(against, event.source, str(payload.get("part") or "text")), after


def _version(facts: Mapping[str, Any], source: str, part: str) -> tuple[str, ...]:
    if facts.get("edition") is None:
        return ()
    return (
        str(facts.get("part") or part),
        str(facts.get("source") or source),
        str(facts["edition"]),
        str(facts.get("version") or 1),
    )


# ---------------------------------------------------------------- words


def _has_words(wanted: Sequence[str], matter: Matter, lemmas: Lemmas, *, added: bool) -> bool:
    """Whether one of the words, or phrases, stands in what was added (or removed); a phrase must at least begin or end in it."""
    if not wanted or matter.unread:
        return True
    phrases = [[frozenset(lemmas(word)) for word in _WORD.findall(phrase)] for phrase in wanted]
    for text in _texts(matter, added=added):
        forms = [(frozenset(lemmas(word)), is_new) for word, is_new in _words(text)]
        if any(_stands(phrase, forms) for phrase in phrases if phrase):
            return True
    return False


def _stands(phrase: Sequence[frozenset[str]], words: Sequence[tuple[frozenset[str], bool]]) -> bool:
    for start in range(len(words) - len(phrase) + 1):
        found = words[start : start + len(phrase)]
        if any(is_new for _, is_new in found) and all(
            wanted & forms for wanted, (forms, _) in zip(phrase, found, strict=True)
        ):
            return True
    return False


#: A text in pieces, each with whether it is new (or, of an old text, gone).
_Pieces = Sequence[tuple[str, bool]]


def _words(text: _Pieces) -> Iterator[tuple[str, bool]]:
    for piece, is_new in text:
        for word in _WORD.findall(piece):
            yield word, is_new


def _texts(matter: Matter, *, added: bool) -> Iterator[_Pieces]:
    """The texts of one side: of a comparison, the units it touches; of other events, what their payload says."""
    if matter.diff is not None:
        for operation in matter.diff.operations:
            whole = operation.new_text if added else operation.old_text
            if not operation.spans and {"added" if added else "removed"} & set(operation.ops):
                yield ((whole or "", True),)
            else:
                sign = "+" if added else "-"
                yield [(text, mark == sign) for mark, text in operation.spans if mark in {"=", sign}]
        return
    payload = matter.event.payload
    for key in _ADDED if added else _REMOVED:
        if key == "step" and matter.event.kind is EventKind.BILL_STEP_REMOVED:
            continue
        yield from (((text, True),) for text in _strings(payload.get(key)))
    if not added and matter.event.kind is EventKind.BILL_STEP_REMOVED:
        yield from (((text, True),) for text in _strings(payload.get("step")))
    for row in payload.get("fields") or ():
        if isinstance(row, Mapping):
            yield ((str(row.get("after" if added else "before") or ""), True),)
    if added and matter.event.kind in _NAMING:
        facts = payload.get("document")
        if isinstance(facts, Mapping):
            yield ((f"{facts.get('title') or ''} {facts.get('comment') or ''}", True),)


_ADDED: Final = ("step", "after", "file", "notices", "reasons", "clause")
_REMOVED: Final = ("before",)
#: Kinds that bring a document's name, which is then all that is known of its text.
_NAMING: Final = frozenset({EventKind.DOCUMENT_DISCOVERED, EventKind.ACT_PUBLISHED, EventKind.WATCH_STARTED})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _strings(inner)
