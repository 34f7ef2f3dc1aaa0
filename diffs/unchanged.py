"""What two texts share article by article, left out before anything is read.

A new edition of a code touches one article in ten. Articles that are equal to the last character, notes included, hold no
change, so their bodies are neither cleaned nor structured nor compared: their units are only counted, because the places of
all others must be those of the whole text. Headings of chapters stay, which keeps every path and address what it is in the
whole text.

Where that would be a guess (wrapped lines, quoted wordings, articles numbered twice) nothing is left out: the caller then
compares the texts as wholes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress
from operator import itemgetter
from typing import Final, NamedTuple

from diffs.labels import label_of
from diffs.normalise import MAY_VANISH, Cleaned, cleaned, cleaned_lines, normalise, published_lines
from diffs.order import Run, in_order
from diffs.profile import Evidence, Profile, cited_in, judged
from diffs.structure import structure_editions
from diffs.typography import DECOMPOSED, HIDDEN
from tracker.models import Section

_NUMBER: Final = r"\d{1,4}(?:[.\-^_]\d{1,3})*"  # as in a label: "34811" is no article, but 348¹¹ that lost its mark
_HEADING: Final = re.compile(rf"(?:Статья|СТАТЬЯ)\s({_NUMBER})(?:\.(?=\s|\Z)|(?=\s[А-ЯЁA-Z(«\"])|\Z)")
_DOT: Final = re.compile(rf"{_NUMBER}\.(?:\s|\Z)")
_APPENDIX: Final = ("Приложени", "ПРИЛОЖЕНИ", "Утвержд", "УТВЕРЖД")
_CONTAINER: Final = re.compile(r"Глава|ГЛАВА|Раздел|РАЗДЕЛ|Часть|ЧАСТЬ|§|[IVXLCХ]")
_CONTAINERS: Final = frozenset({"gl", "razd", "chast", "par", "head"})
_MAY_BE_REMARKABLE: Final = re.compile(rf"{_CONTAINER.pattern}|{MAY_VANISH.pattern}")
_DIGITS: Final = "0123456789"
#: The first characters of what that can match.
_REMARKABLE: Final = f"ГРЧ§IVXLCХ(СсТтНнПпВвКкДдрPpHh_-{_DIGITS}"
_SIGNED: Final = "Президент"
_AMENDS: Final = re.compile(r"нести\s+(?:изменени[ея]\s+)?в\s")
_QUOTES: Final = '«"„“”'
_HEAD: Final = 80  # characters; every label fits in them
_LONG_LINE: Final = 200  # characters; no wrapped text has lines of that length
_LONG_LINES: Final = 0.05  # their share in a text with one paragraph a line
_LOST_BREAKS: Final = 800  # characters a line on average; more than that, and line breaks were lost


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Two texts without the articles they share: place -> unit on either side, and what was left out between them.

    `same` are runs of units left out: (old place, new place, number). `noise` is what cleaning did on either side to the lines
    that were read; in the others it did the same on both. `left_out`: the lines of the articles themselves;
    `containers`: the headings of chapters in them, which are read.
    """

    old: Mapping[int, Section]
    new: Mapping[int, Section]
    same: Sequence[Run]
    noise: tuple[Counter[str], Counter[str]]
    left_out: Sequence[str]
    containers: Sequence[str]

    @cached_property
    def words_left_out(self) -> int:
        """The words of the articles left out, in one of the texts, by their blanks; without the headings that stay."""
        texts = [text for line in self.left_out if (text := cleaned(line).text)]
        return _words(texts) - _words(self.containers)


def _words(texts: Sequence[str]) -> int:
    return "\n".join(texts).count(" ") + len(texts)


def shared_by(old: str, new: str, *, assessed: bool = True) -> Shared | None:
    """Two published texts without what they share, or None when they are to be compared as wholes.

    `assessed`: the significance of the difference will be asked for; which acts are amended is told of a text as a whole then.
    """
    here, there = _plain(old), _plain(new)
    if here is None or there is None:
        return None
    remarkable = here.remarkable()
    gone = {line for line in {here.lines[at] for at in remarkable} if not is_law(line)}
    outlined = [
        (pair, outline)
        for pair in _equal_articles(here, there, assessed=assessed)
        if (outline := _outline(here.lines, pair[0], pair[1], remarkable, gone)) is not None
    ]
    if not outlined:
        return None
    equal, outlines = [pair for pair, _ in outlined], [outline for _, outline in outlined]
    own = [_between(here.lines, [pair[:2] for pair in equal]), _between(there.lines, [pair[2:] for pair in equal])]
    read = list(dict.fromkeys(chain.from_iterable(chain(*own))))
    memory = dict(zip(read, cleaned_lines(read), strict=True))
    before, after = (_Side(stretches, outlines, memory) for stretches in own)
    sections = structure_editions(
        *(list(side.read.values()) for side in (before, after)), profile=_profile(here, there, own)
    )
    if any(len(made) != len(side.read) for made, side in zip(sections, (before, after), strict=True)):
        return None
    return Shared(
        old=dict(zip(before.read, sections[0], strict=True)),
        new=dict(zip(after.read, sections[1], strict=True)),
        same=[
            (place, other, outline.units)
            for place, other, outline in zip(before.places, after.places, outlines, strict=True)
        ],
        noise=(before.noise, after.noise),
        left_out=[line for start, end, _, _ in equal for line in here.lines[start:end]],
        containers=[heading for outline in outlines for heading in outline.containers],
    )


class _Text:
    """The published lines of a text, looked up by how they begin: most questions concern few of them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._begin = "".join(map(itemgetter(0), lines))
        self.headings = [
            (found[1], at) for at in self.beginning_with("С") if (found := _HEADING.match(lines[at])) is not None
        ]

    def beginning_with(self, characters: str) -> list[int]:
        """The places of the lines that begin with one of some characters, in order."""
        return list(map(re.Match.start, re.finditer(f"[{re.escape(characters)}]", self._begin)))

    def matching(self, pattern: re.Pattern[str], characters: str) -> list[int]:
        """The places of the lines that a pattern matches, of those that begin with one of some characters."""
        places = self.beginning_with(characters)
        return list(compress(places, map(pattern.match, map(self.lines.__getitem__, places))))

    def remarkable(self) -> list[int]:
        """The places of lines that may open a chapter, or of which cleaning may leave nothing."""
        return self.matching(_MAY_BE_REMARKABLE, _REMARKABLE)


def _plain(text: str) -> _Text | None:
    """A text by its published lines; None unless it surely has one paragraph a line.

    Nor is a text plain that quotes new wording in lines of its own: there an article may be somebody else's.
    """
    lines = published_lines(text)
    lengths = list(map(len, lines))
    if sum(map(_LONG_LINE.__le__, lengths)) <= _LONG_LINES * len(lines):
        return None
    if sum(lengths) >= _LOST_BREAKS * len(lines) or any(mark in text for mark in HIDDEN + DECOMPOSED):
        return None
    plain = _Text(lines)
    return None if plain.beginning_with(_QUOTES) else plain


def _articles(text: _Text) -> dict[str, tuple[int, int]]:
    """Number -> where the article begins and ends, of those before any appendix; of none where a number is used twice."""
    appendices = (at for at in text.beginning_with("ПУ") if _is_appendix(text.lines[at]))
    end = next(appendices, len(text.lines))
    found = [(number, start) for number, start in text.headings if start < end]
    ends = [*(start for _, start in found[1:]), end]
    articles = {number: (start, until) for (number, start), until in zip(found, ends, strict=False)}
    return articles if len(articles) == len(found) else {}


def _equal_articles(old: _Text, new: _Text, *, assessed: bool) -> list[tuple[int, int, int, int]]:
    """Where articles stand that are equal in both texts and in order: begin and end, old and new."""
    here, there = _articles(old), _articles(new)
    equal = [
        (start, end, *there[number])
        for number, (start, end) in here.items()
        if number in there and old.lines[start:end] == new.lines[slice(*there[number])]
    ]
    # What stands below a signature is judged by it.
    as_whole = [at for at in old.beginning_with("П") if old.lines[at].startswith(_SIGNED)]
    if assessed:
        as_whole += [at for at, line in enumerate(old.lines) if "нести" in line and _AMENDS.search(line)]
        as_whole.sort()
    if as_whole:
        equal = [pair for pair in equal if not _within(as_whole, *pair[:2])]
    equal.sort()
    others = [other for _, _, other, _ in equal]
    if others == sorted(others):
        return equal
    rank = {other: at for at, other in enumerate(sorted(others))}
    kept = in_order((at, rank[other], 1) for at, (_, _, other, _) in enumerate(equal))
    return [pair for first, _, count in kept for pair in equal[first : first + count]]


def _within(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of some places, which are in order, that lie in a stretch."""
    at = bisect_left(places, start)
    return places[at : bisect_left(places, end, at)] if at < len(places) and places[at] < end else ()


class _Outline(NamedTuple):
    """An article that is left out: how many units it has, and the headings of chapters and the like that stand below it."""

    units: int
    containers: Sequence[str] = ()


def _between(lines: Sequence[str], articles: Sequence[tuple[int, int]]) -> list[Sequence[str]]:
    """The lines before, between and behind some articles."""
    starts, ends = [0, *(end for _, end in articles)], [*(start for start, _ in articles), len(lines)]
    return [lines[start:end] for start, end in zip(starts, ends, strict=True)]


def _outline(lines: Sequence[str], start: int, end: int, remarkable: Sequence[int], gone: set[str]) -> _Outline | None:
    """None for an article with units below such a heading: their paths are not the article's. `gone`: lines that vanish."""
    containers: list[str] = []
    first, vanished, vanished_before = end, 0, 0
    for at in _within(remarkable, start, end):
        if lines[at] in gone:
            vanished += 1
        elif _is_container(lines[at]):
            if not containers:
                first, vanished_before = at, vanished
            containers.append(cleaned(lines[at]).text)
    if not containers:
        return _Outline(end - start - vanished)
    if len(containers) + vanished - vanished_before < end - first:
        return None
    return _Outline(first - start - vanished_before, containers)


def is_law(line: str) -> bool:
    """Whether cleaning leaves anything of a published line; most lines are told by their beginning."""
    return MAY_VANISH.match(line) is None or bool(cleaned(line).text)


def _head(line: str) -> str:
    return " ".join(line[:_HEAD].split())


def _is_appendix(line: str) -> bool:
    """Whether a line ends the articles; without a label of its own it would be a paragraph of the last one."""
    return line.startswith(_APPENDIX) and label_of(_head(cleaned(line).text)) is not None


def _is_container(line: str) -> bool:
    if _CONTAINER.match(line) is None:
        return False
    label = label_of(_head(line))
    return label is not None and label.shape in _CONTAINERS


class _Side:
    """One text without the articles left out: place -> line of law, and the places where those articles begin."""

    def __init__(
        self, stretches: Sequence[Sequence[str]], outlines: Sequence[_Outline], memory: dict[str, Cleaned]
    ) -> None:
        self.read: dict[int, str] = {}
        self.places: list[int] = []
        self.noise: Counter[str] = Counter()
        self._memory = memory
        place = 0
        for stretch, outline in zip(stretches, outlines, strict=False):
            place = self._add(stretch, place)
            self.places.append(place)
            place += outline.units
            if outline.containers:
                self.read.update(enumerate(outline.containers, place))
                place += len(outline.containers)
        self._add(stretches[-1], place)

    def _add(self, lines: Sequence[str], place: int) -> int:
        """Clean the lines of a stretch that is read; its first place -> the place after its last line."""
        for at, line in enumerate(lines):
            if line.startswith(_SIGNED):  # what follows may belong to a signature: only the whole rule knows
                rest = normalise("\n".join(lines[at:]))
                self.noise.update({noise.rule: noise.count for noise in rest.noise})
                texts = rest.text.splitlines()
                self.read.update(enumerate(texts, place))
                return place + len(texts)
            clean = self._memory[line]
            if clean.rules:
                self.noise.update(clean.rules)
            if clean.text:
                self.read[place] = clean.text
                place += 1
        return place


def _profile(old: _Text, new: _Text, own: Sequence[Sequence[Sequence[str]]]) -> Profile:
    """How the act numbers its units, by the whole of both texts; `own` is what either has outside the shared articles."""
    texts = old, new
    numbers = " ".join(number for text in texts for number, _ in text.headings)
    # What the new text says is what the old one says, but for the lines that are not shared.
    cited = cited_in("\n".join(old.lines))
    here, there = (cited_in("\n".join(chain.from_iterable(stretches))) for stretches in own)
    return judged(
        Evidence(
            articles=_LIKE_A_LABEL.sub(".", numbers).split(),
            cited=Counter({unit: 2 * cited[unit] - here[unit] + there[unit] for unit in cited | there}),
            dots=lambda: sum(len(text.matching(_DOT, _DIGITS)) for text in texts),
            shapes=lambda: [
                label.shape for text in texts for line in text.lines if (label := label_of(_head(line))) is not None
            ],
        )
    )


_LIKE_A_LABEL: Final = re.compile(r"[\-^_]")
