"""The history of one unit of law over many texts. A path is not identity: "часть 3" of today may be "часть 2" of last year.

A `Diff` holds an operation for every unit whose text, path, number or place changed; all other units kept their path. So
the way of a unit from text to text can be read off the operations alone (`walk`), and all ways at once off the operations and
the two texts (`edges`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.models import Diff, Operation, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One unit in two texts: `old` is None when it was added, `new` when it was removed. Places count from 0."""

    old: str | None
    new: str | None
    old_index: int | None
    new_index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a unit stands after one comparison, and what happened to it on the way; `path` is None once it is gone.

    `operation` is None when nothing happened to the unit itself (what happened below it has operations of its own).
    """

    path: str | None
    operation: Operation | None


def edges(diff: Diff, old: Sequence[Section], new: Sequence[Section]) -> tuple[Edge, ...]:
    """Every unit of both texts exactly once: new units in their order, then the removed ones in theirs.

    Raises ValueError when the operations were made for other texts.
    """
    from_old = {op.old_index: op for op in diff.operations if op.old_index is not None}
    from_new = {op.new_index: op for op in diff.operations if op.new_index is not None}
    untouched = (index for index in range(len(old)) if index not in from_old)
    found: list[Edge] = []
    for index, section in enumerate(new):
        operation = from_new.get(index)
        before = operation.old_index if operation else next(untouched, None)
        if operation is None and (before is None or old[before].path != section.path):
            raise ValueError(f"the operations were made for another text: nothing became of unit {section.path}")
        found.append(_edge(old, before, new, index))
    found += [_edge(old, index, new, None) for index, op in sorted(from_old.items()) if op.new_index is None]
    if next(untouched, None) is not None:
        raise ValueError("the operations were made for another text: units are left over")
    return tuple(found)


def _edge(old: Sequence[Section], before: int | None, new: Sequence[Section], after: int | None) -> Edge:
    return Edge(
        old=None if before is None else old[before].path,
        new=None if after is None else new[after].path,
        old_index=before,
        new_index=after,
    )


def walk(path: str, diffs: Sequence[Diff], *, back: bool = False) -> Iterator[Step]:
    """What became of the unit at `path`, a step for each comparison, until it is gone.

    `diffs` compare neighbouring texts, oldest first, and `path` is a path of the first text. With `back` it is one of the last
    text, and the way leads from the newest comparison to the oldest, ending where the unit was added.
    """
    for diff in reversed(diffs) if back else diffs:
        operation = next((op for op in diff.operations if (op.new_path if back else op.old_path) == path), None)
        following = path if operation is None else operation.old_path if back else operation.new_path
        yield Step(path=following, operation=operation)
        if following is None:
            return
        path = following
