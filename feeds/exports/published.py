"""Two texts as they were published, aligned word by word: what tracked changes are made of.

The spans of a `Diff` are canonical (one kind of quotation mark, one kind of dash), which is right for reading and wrong for
a file whose accepted text must be the new one to the letter. Where they do not give the published text back, words are
aligned once more, as published.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Indel

from feeds.textual import clean
from tracker.models import Diff, Operation, Section, Span

#: A word with the blanks before it; a date and the number of an act are one word.
_WORD: Final = re.compile(r"\s*(?:\w+(?:[.\-/]\w+)*|[^\w\s])|\s+")
_MATRIX: Final = 100_000_000  # words times words that may be aligned, in bits of memory; a larger unit is written anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One unit of the merged text. A side that does not stand at this place is None; `operation` is what the diff says of it."""

    old: str | None
    new: str | None
    operation: Operation | None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """``=`` and ``-`` give the old text back, ``=`` and ``+`` the new one, letter by letter."""
        return aligned(self.old or "", self.new or "", self.operation.spans if self.operation else ())


def plain(text: str) -> str:
    """Text that a file may hold: what XML forbids is dropped, a line ends in one way."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def unit(operation: Operation) -> Row:
    """One operation by itself, as published."""
    old = plain(operation.old_text) if operation.old_text is not None else None
    new = plain(operation.new_text) if operation.new_text is not None else None
    return Row(old=old, new=new, operation=operation)


def aligned(old: str, new: str, spans: Sequence[Span] = ()) -> tuple[Span, ...]:
    """The words of two published texts, aligned; `spans` are taken when they give both back."""
    if old == new:
        return (("=", new),) if new else ()
    given = tuple((kind, plain(text)) for kind, text in spans)
    kept = (
        "".join(text for kind, text in given if kind != "+"),
        "".join(text for kind, text in given if kind != "-"),
    )
    if given and kept == (old, new):
        return given
    return tuple(_words(old, new))


def _words(old: str, new: str) -> Iterator[Span]:
    """The longest common run of words stays; between two of its words what went stands before what came."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    at_old = at_new = 0
    for until_old, until_new, length in [*_common(a, b), (len(a), len(b), 0)]:
        struck, added = "".join(a[at_old:until_old]), "".join(b[at_new:until_new])
        kept = "".join(a[until_old : until_old + length])
        at_old, at_new = until_old + length, until_new + length
        yield from (span for span in (("-", struck), ("+", added), ("=", kept)) if span[1])


def _common(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(place in the one, place in the other, how many) of the words that stay."""
    if len(a) * len(b) > _MATRIX:
        return
    for block in Indel.opcodes(a, b).as_matching_blocks():
        if block.size:
            yield block.a, block.b, block.size


def merged(old: Sequence[Section], new: Sequence[Section], diff: Diff) -> list[Row]:
    """Both texts as one list of rows: the new sides in order are the new text, the old sides in order the old one.

    That holds whatever the diff says: it only decides which units stand on one row. A unit that moved stands twice.
    """
    pairs = _in_order(_pairs(old, new, diff))
    by_old = {row.old_index: row for row in diff.operations if row.old_index is not None}
    by_new = {row.new_index: row for row in diff.operations if row.new_index is not None}
    rows: list[Row] = []
    at_old = at_new = 0
    for until_old, until_new in [*pairs, (len(old), len(new))]:
        rows += [Row(old=plain(old[i].text), new=None, operation=by_old.get(i)) for i in range(at_old, until_old)]
        rows += [Row(old=None, new=plain(new[i].text), operation=by_new.get(i)) for i in range(at_new, until_new)]
        if until_old < len(old) and until_new < len(new):
            told = by_new.get(until_new)
            rows.append(Row(old=plain(old[until_old].text), new=plain(new[until_new].text), operation=told))
        at_old, at_new = until_old + 1, until_new + 1
    return rows


def _pairs(old: Sequence[Section], new: Sequence[Section], diff: Diff) -> list[tuple[int, int]]:
    """(old place, new place) of the units that stand in both texts, in the order of the new one."""
    touched_old = {row.old_index for row in diff.operations}
    touched_new = {row.new_index for row in diff.operations}
    kept_old = (index for index in range(len(old)) if index not in touched_old)
    kept_new = (index for index in range(len(new)) if index not in touched_new)
    pairs = dict(zip(kept_new, kept_old, strict=False))
    for row in diff.operations:
        if row.old_index is None or row.new_index is None or "moved" in row.ops:
            continue
        if 0 <= row.old_index < len(old) and 0 <= row.new_index < len(new):
            pairs[row.new_index] = row.old_index
    return [(pairs[place], place) for place in sorted(pairs)]


def _in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose old places rise too (patience): the others have moved past each other."""
    tails: list[int] = []  # old place that ends the best run of each length
    ends: list[int] = []  # and its pair
    before: list[int] = []
    for index, (place, _) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [index]
    found: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
