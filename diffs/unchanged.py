"""What two texts share article by article, left out before anything is read.

A new edition of a code touches one article in ten. Articles that are equal to the last character, notes included, hold no
change, so their bodies are neither cleaned nor structured nor compared: their units are only counted, because the places of
all others must be those of the whole text. Headings stay, which keeps every path what it is in the whole text.

Where that would be a guess (wrapped lines, quoted wordings, headings told twice) nothing is left out: the caller then
compares the texts as wholes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diffs.align import in_order
from diffs.labels import Label, label_of
from diffs.normalise import Cleaned, cleaned, normalise, published_lines
from diffs.profile import Opening, profile_of
from diffs.structure import structure
from diffs.typography import HIDDEN
from tracker.models import Section

_ARTICLE: Final = re.compile(r"(?:Статья|СТАТЬЯ)\s(\d+(?:[.\-^_]\d+)*)(?:\.(?=\s|$)|(?=\s[А-ЯЁA-Z(«\"])|$)")
_CONTAINER: Final = ("Глава", "ГЛАВА", "Раздел", "РАЗДЕЛ", "Часть", "ЧАСТЬ", "§", *"IVXLCХ")
_CONTAINERS: Final = frozenset({"gl", "razd", "chast", "par", "head"})
_APPENDIX: Final = ("Приложени", "ПРИЛОЖЕНИ", "Утвержд", "УТВЕРЖД")
# The beginnings, in small letters, of all lines that cleaning may leave nothing of; any other line is law without a look.
_MAY_VANISH: Final = frozenset(
    [f"({second}" for second in " вдс"] + "см те на ст по вн пр ко до ре мо __ -- hy pa".split()  # noqa: SIM905 - a table
)
_SIGNATURE: Final = "Президент"
_LABELLED: Final = frozenset("0123456789СГРЧ§IVXLCХПУ")  # first characters of the labels that are longer than "1)"
_ITEM: Final = Label(shape="paren", number="1", length=2)
_LETTERED: Final = Label(shape="letter", number="а", length=2)
_HEAD: Final = 80  # characters; every label fits in them
_BLANKS: Final = re.compile(r"\s+")
_ITSELF: Final = "настоящей статьи"
_REACH: Final = 80  # characters in which a reference to "this article" begins
_QUOTES: Final = ("«", '"', "„", "“", "”")
_LONG_LINE: Final = 200  # characters; no wrapped text has lines of that length
_LONG_LINES: Final = 0.05  # their share in a text with one paragraph a line
_LOST_BREAKS: Final = 800  # characters a line on average; more than that, and line breaks were lost


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Two texts without the articles they share: place -> unit on either side, and what was left out between them.

    `same` are runs of units left out: (old place, new place, number). `noise` is what cleaning did on either side to the lines
    that were read; in the others it did the same on both.
    """

    old: dict[int, Section]
    new: dict[int, Section]
    same: list[tuple[int, int, int]]
    noise: tuple[Counter[str], Counter[str]]
    left_out: list[str]

    @cached_property
    def words_left_out(self) -> int:
        """The words of the articles left out, in one of the texts, by their blanks."""
        texts = (cleaned(line).text for line in self.left_out)
        return sum(text.count(" ") + 1 for text in texts if text)


def shared_by(old: str, new: str) -> Shared | None:
    """Two published texts without what they share, or None when they are to be compared as wholes."""
    if any(mark in old or mark in new for mark in HIDDEN):
        return None
    lines = published_lines(old), published_lines(new)
    if not all(map(_in_paragraphs, lines)):
        return None
    pairs = _equal_articles(*lines)
    if not pairs:
        return None
    memory: dict[str, Cleaned] = {}
    outlines = {(start, start_new): _Outline(lines[0][start:end]) for start, end, start_new, _ in pairs}
    before = _Side(lines[0], {start: (end, outlines[start, other]) for start, end, other, _ in pairs}, memory)
    after = _Side(lines[1], {start: (end, outlines[other, start]) for other, _, start, end in pairs}, memory)
    profile = profile_of([*_openings(before.read.values()), *_openings(lines[1])])
    sections = [structure(list(side.read.values()), profile) for side in (before, after)]
    if any(len(made) != len(side.read) for made, side in zip(sections, (before, after), strict=True)):
        return None
    same = [
        (before.places[start] + offset, after.places[other] + offset, count)
        for start, _, other, _ in pairs
        for offset, count in outlines[start, other].gaps
    ]
    return Shared(
        old=dict(zip(before.read, sections[0], strict=True)),
        new=dict(zip(after.read, sections[1], strict=True)),
        same=same,
        noise=(before.noise, after.noise),
        left_out=[line for outline in outlines.values() for line in outline.left_out],
    )


def _in_paragraphs(lines: Sequence[str]) -> bool:
    """Whether a text surely has one paragraph a line, and no wording quoted in lines of its own."""
    long_lines = sum(len(line) >= _LONG_LINE for line in lines)
    return (
        long_lines > _LONG_LINES * len(lines)
        and sum(map(len, lines)) < _LOST_BREAKS * len(lines)
        and not any(line.startswith(_QUOTES) for line in lines)
    )


def _openings(lines: Iterable[str]) -> Iterator[Opening]:
    """What of a text says how it numbers its units: its labels, and its words about "this article"."""
    for line in lines:
        if line[1:2] == ")":
            yield Opening(_ITEM if line[0].isdecimal() else _LETTERED, "")
        elif line[0] in _LABELLED:
            yield Opening(label_of(_head(line)), "")
        at = line.find(_ITSELF)
        while at >= 0:
            yield Opening(None, line[max(0, at - _REACH) : at + len(_ITSELF)])
            at = line.find(_ITSELF, at + 1)


def _head(line: str) -> str:
    return _BLANKS.sub(" ", line[:_HEAD])


def _articles(lines: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Number -> first line and the one after the last, of the articles before any appendix; not of numbers told twice."""
    end = next((at for at, line in enumerate(lines) if line.startswith(_APPENDIX)), len(lines))
    starts = [(at, found[1]) for at in range(end) if (found := _ARTICLE.match(lines[at]))]
    told = Counter(number for _, number in starts)
    ends = [*(at for at, _ in starts[1:]), end]
    return {number: (at, until) for (at, number), until in zip(starts, ends, strict=False) if told[number] == 1}


def _equal_articles(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Articles that are equal in both texts and in order: first line and the one after the last, old and new."""
    here, there = _articles(old), _articles(new)
    equal: list[tuple[int, int, int, int]] = []
    for number, (start, end) in here.items():
        if number in there:
            other, other_end = there[number]
            lines = old[start:end]
            # What stands below a signature is judged by it: such an end of a text is read.
            if lines == new[other:other_end] and not any(line.startswith(_SIGNATURE) for line in lines):
                equal.append((start, end, other, other_end))
    kept = in_order((start, other, end - start) for start, end, other, _ in equal)
    starts = {start for first, end in kept for start in range(first, end)}
    return [pair for pair in equal if pair[0] in starts]  # one that moved has something to tell


class _Outline:
    """An article that is left out: its headings, by their places in it, and the runs of units between them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.headings: dict[int, str] = {}
        self.gaps: list[tuple[int, int]] = []
        self.left_out: list[str] = []
        self.units = gap = 0
        for line in lines:
            label = label_of(_head(line)) if line.startswith(_CONTAINER) else None
            if label is not None and label.shape in _CONTAINERS:
                text = cleaned(line).text
                if not text:
                    continue
                self.headings[self.units] = text
                if gap:
                    self.gaps.append((self.units - gap, gap))
                gap = 0
            elif line[:2].lower() not in _MAY_VANISH or cleaned(line).text:
                self.left_out.append(line)
                gap += 1
            else:
                continue
            self.units += 1
        if gap:
            self.gaps.append((self.units - gap, gap))


class _Side:
    """One text without the articles left out: place -> line of law."""

    def __init__(self, lines: Sequence[str], left_out: dict[int, tuple[int, _Outline]], memory: dict[str, Cleaned]) -> None:
        self.read: dict[int, str] = {}
        self.places: dict[int, int] = {}  # number of the first line of an article left out -> place of its first unit
        self.noise: Counter[str] = Counter()
        at = place = 0
        while at < len(lines):
            line = lines[at]
            if at in left_out:
                self.places[at] = place
                at, outline = left_out[at]
                self.read.update((place + offset, text) for offset, text in outline.headings.items())
                place += outline.units
                continue
            if line.startswith(_SIGNATURE):  # what follows may belong to a signature: only the whole rule knows
                end = next((below for below in range(at, len(lines)) if below in left_out), len(lines))
                rest = normalise("\n".join(lines[at:end]))
                self.noise.update({noise.rule: noise.count for noise in rest.noise})
                texts, at = rest.text.splitlines(), end
            else:
                clean = memory.get(line)
                if clean is None:
                    clean = memory[line] = cleaned(line)
                self.noise.update(clean.rules)
                texts, at = [clean.text] if clean.text else [], at + 1
            self.read.update(enumerate(texts, place))
            place += len(texts)
