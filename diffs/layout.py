"""One text laid out like another: the last resort where the line breaks of two copies of a law do not agree.

`diffs.reflow` mends line breaks by what one text shows of itself. Where that is not enough (paragraphs without numbers, wrapped
at one width or run together in one line) the other text knows: blanks and line breaks are ignored, its lines are looked
up in the running words, and the words are broken where its lines end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_MENDED: Final = 0.05  # breaks made or undone for each line
_UNBROKEN: Final = 1_000  # characters a line on average
_SENTENCE: Final = re.compile(r"(?<=[;:]) |(?<=\.) (?=[А-ЯЁ])")
_SHARED: Final = 0.5  # of the shorter text in equal lines: then the layouts agree
_PROBES: Final = 24
_PROBE: Final = range(30, 400)  # characters of a line that is looked up to see whether the words are the same
_EDGE: Final = 40  # characters by which the beginning and the end of a reworded line are known
_KNOWN: Final = 60  # characters from which on a line is known wherever it stands
_NEAR: Final = 200  # characters within which a shorter line is looked for
_FAR: Final = 50_000
_LOST: Final = 8  # lines in a row not found; then a long one is looked for in all that follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The lines of one text: as published, as its own layout was understood, and how many breaks that took."""

    published: str
    lines: list[str]
    mended: int

    @property
    def is_mended(self) -> bool:
        """Whether line breaks were so far from paragraphs that what was made of them may be wrong."""
        return self.mended > _MENDED * len(self.lines)

    @property
    def is_unbroken(self) -> bool:
        """Whether its line breaks were lost."""
        return self.is_mended and len(self.published) > _UNBROKEN * (1 + self.published.count("\n"))


def agreed(old: Laid, new: Laid) -> tuple[list[str], list[str]]:
    """The lines of two texts in one layout: that of the text whose paragraphs are the surer or the finer ones."""
    if old.is_unbroken and new.is_unbroken:  # neither knows where a paragraph ends: then every sentence is one
        return _sentences(old.lines), _sentences(new.lines)
    mended = old.is_mended or new.is_mended
    if (not mended and _agree(old.lines, new.lines)) or not _tell_the_same(old.lines, new.lines):
        return old.lines, new.lines
    if old.is_mended and new.is_mended:  # each may know a break that the other does not
        lines = laid_out_like(new.lines, old.lines)
        return laid_out_like(old.lines, lines), lines
    if old.is_mended or (not new.is_mended and len(old.lines) < len(new.lines)):
        return laid_out_like(old.lines, new.lines), new.lines
    return old.lines, laid_out_like(new.lines, old.lines)


def _sentences(lines: Iterable[str]) -> list[str]:
    return [sentence for line in lines for sentence in _SENTENCE.split(line)]


def _agree(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether much of one text stands in lines that the other has too."""
    here = set(old)
    shared = sum(len(line) for line in new if line in here)
    return shared >= _SHARED * min(sum(map(len, old)), sum(map(len, new)))


def _tell_the_same(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether lines of the text that has more of them are found among the words of the other."""
    words, lines = (_running(old), new) if len(old) < len(new) else (_running(new), old)
    candidates = [line for line in lines if len(line) in _PROBE]
    probes = candidates[:: max(1, len(candidates) // _PROBES)]
    return 2 * sum(_running([probe]) in words for probe in probes) > len(probes)


def laid_out_like(lines: Sequence[str], model: Sequence[str]) -> list[str]:
    """The words of `lines`, broken where the lines of `model` end; where these say nothing the breaks stay as they are."""
    text = _running(lines)
    own = _ends(lines)
    cuts: set[int] = set()
    at = 0
    unmatched: list[str] = []
    for line in map(_running, zip(model)):
        start = _found(text, line, at, lost=len(unmatched) >= _LOST)
        if start < 0:
            unmatched.append(line)
            continue
        cuts.update(_in_gap(text, at, start, unmatched, own))
        cuts |= {start, start + len(line)}
        at, unmatched = start + len(line), []
    cuts.update(_in_gap(text, at, len(text), unmatched, own))
    places = sorted({0, *cuts, len(text)})
    parts = (text[start:end].strip() for start, end in pairwise(places))
    return [part for part in parts if part]


def _running(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


def _ends(lines: Sequence[str]) -> list[int]:
    """Where lines end in their running words."""
    ends, at = [], -1
    for line in lines:
        words = _running([line])
        if words:
            at += len(words) + 1
            ends.append(at)
    return ends


def _found(text: str, line: str, at: int, *, lost: bool) -> int:
    """Where a line stands in the words from `at` on; -1 when it does not, or only farther away than one can be sure of."""
    if not line:
        return -1
    at += text[at : at + 1] == " "
    if text.startswith(line, at):
        start = at
    elif len(line) < _KNOWN:
        start = text.find(line, at, at + len(line) + _NEAR)
    else:
        start = text.find(line, at, len(text) if lost else at + len(line) + _FAR)
    whole = start >= 0 and text[start + len(line) : start + len(line) + 1] in {" ", ""}
    return start if whole and (start == 0 or text[start - 1] == " ") else -1


def _in_gap(text: str, start: int, end: int, unmatched: Sequence[str], own: Sequence[int]) -> Iterator[int]:
    """Breaks between two lines that were found: those there were, and the edges of reworded lines."""
    yield from own[bisect_left(own, start) : bisect_right(own, end)]
    at = start
    for line in unmatched:
        if len(line) <= _EDGE:
            continue
        begins = text.find(line[:_EDGE], at, end)
        if begins >= 0 and (begins == 0 or text[begins - 1] == " "):
            yield begins
            at = begins
        ends = text.find(line[-_EDGE:], at, end)
        if ends >= 0 and text[ends + _EDGE : ends + _EDGE + 1] in {" ", ""}:
            yield ends + _EDGE
            at = ends + _EDGE
