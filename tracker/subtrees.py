"""Which operations of a diff belong together as one unit that came or went with all that stands in it."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.models import Operation


def subtree_of(operations: Iterable[Operation]) -> dict[Operation, tuple[str, str]]:
    """("added" or "removed", path of the topmost unit) of every operation whose unit came or went whole.

    A new article with its parts has one topmost unit: readers are told of one change.
    """
    paths = {operation: named for operation in operations if (named := _came_or_went(operation))}
    whole = set(paths.values())
    return {operation: _top(named, whole) for operation, named in paths.items()}


def _came_or_went(operation: Operation) -> tuple[str, str] | None:
    if "added" in operation.ops and operation.new_path:
        return "added", operation.new_path
    if "removed" in operation.ops and operation.old_path:
        return "removed", operation.old_path
    return None


def _top(named: tuple[str, str], whole: set[tuple[str, str]]) -> tuple[str, str]:
    verb, path = named
    # "st-2.1" is no part of "st-2": the dot of an inserted number is followed by a digit.
    ends = (at for at, char in enumerate(path) if char == "." and not path[at + 1 : at + 2].isdecimal())
    return next(((verb, path[:end]) for end in ends if (verb, path[:end]) in whole), named)
