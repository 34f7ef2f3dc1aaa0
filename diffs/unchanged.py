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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diffs.labels import Label, label_of
from diffs.normalise import Cleaned, cleaned, normalise, published_lines
from diffs.order import Run, in_order
from diffs.profile import Opening, profile_of
from diffs.structure import structure
from diffs.typography import HIDDEN
from tracker.models import Section

# Texts are searched as one string in which every line is opened by a line feed: a pattern that begins with it costs nothing.
_NUMBER: Final = r"\d+(?:[.\-^_]\d+)*"
_HEADING: Final = rf"(?:Статья|СТАТЬЯ)\s(?P<st>{_NUMBER})(?:\.(?=\s|\Z)|(?=\s[А-ЯЁA-Z(«\"])|(?=\n|\Z))"
_ARTICLE: Final = re.compile(rf"\n{_HEADING}")
_APPENDIX: Final = re.compile(r"\n(?:Приложени|ПРИЛОЖЕНИ|Утвержд|УТВЕРЖД)")
_CONTAINER: Final = r"(?:Глава|ГЛАВА|Раздел|РАЗДЕЛ|Часть|ЧАСТЬ|§|[IVXLCХ])"
_CONTAINERS: Final = frozenset({"gl", "razd", "chast", "par", "head"})
# How lines begin that cleaning may leave nothing of; no other line needs a look to be counted as law.
_MAY_VANISH: Final = re.compile(
    r"\(|смотрите|см\.|текст |начать |страница|поделиться|вносится|проект|президент|консультант|документ с|подготовлена"
    r"|редакция|_{3}|-{5}|\d{12}|pageref|hyperlink",
    re.IGNORECASE,
)
_REMARKABLE: Final = re.compile(rf"\n(?:{_CONTAINER}|(?i:{_MAY_VANISH.pattern}))")
_OPENING: Final = re.compile(
    rf"\n(?:(?P<paren>\d+\))|(?P<letter>[а-я]\))|(?P<dot>{_NUMBER}\.)\s|{_HEADING}|(?P<other>{_CONTAINER}|П|У))"
)
_ITSELF: Final = "настоящей статьи"
_REACH: Final = 60  # characters in which a reference to "this article" begins
_AMENDS: Final = re.compile(r"нести\s+(?:изменени[ея]\s+)?в\s")
_QUOTED: Final = re.compile('\n[«"„“”]')
_HEAD: Final = 80  # characters; every label fits in them
_LONG_LINE: Final = 200  # characters; no wrapped text has lines of that length
_LONG_LINES: Final = 0.05  # their share in a text with one paragraph a line
_LOST_BREAKS: Final = 800  # characters a line on average; more than that, and line breaks were lost


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Two texts without the articles they share: place -> unit on either side, and what was left out between them.

    `same` are runs of units left out: (old place, new place, number). `noise` is what cleaning did on either side to the lines
    that were read; in the others it did the same on both. `left_out`: the articles themselves;
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
        texts = (cleaned(line).text for article in self.left_out for line in article.split("\n"))
        return _words(filter(None, texts)) - _words(self.containers)


def _words(texts: Iterable[str]) -> int:
    return sum(text.count(" ") + 1 for text in texts)


def shared_by(old: str, new: str) -> Shared | None:
    """Two published texts without what they share, or None when they are to be compared as wholes."""
    here, there = _plain(old), _plain(new)
    if here is None or there is None:
        return None
    outlined = [(pair, outline) for pair in _equal_articles(here, there) if (outline := _outline(here, *pair[:2]))]
    if not outlined:
        return None
    equal, outlines = [pair for pair, _ in outlined], [outline for _, outline in outlined]
    memory: dict[str, Cleaned] = {}
    before = _Side(here, [pair[:2] for pair in equal], outlines, memory)
    after = _Side(there, [pair[2:] for pair in equal], outlines, memory)
    profile = profile_of([*_openings(here), *_openings(there)])
    sections = [structure(list(side.read.values()), profile) for side in (before, after)]
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
        left_out=[here[start:end] for start, end, _, _ in equal],
        containers=[heading for outline in outlines for heading in outline.containers],
    )


def _plain(text: str) -> str | None:
    """A text as its published lines, each opened by a line feed; None unless it surely has one paragraph a line.

    Nor is a text plain that quotes new wording in lines of its own: there an article may be somebody else's.
    """
    lines = published_lines(text)
    lengths = list(map(len, lines))
    if sum(length >= _LONG_LINE for length in lengths) <= _LONG_LINES * len(lines):
        return None
    if sum(lengths) >= _LOST_BREAKS * len(lines) or any(mark in text for mark in HIDDEN):
        return None
    plain = "\n" + "\n".join(lines)
    return None if _QUOTED.search(plain) else plain


def _articles(text: str) -> dict[str, tuple[int, int]]:
    """Number -> where the article begins and ends, of those before any appendix; of none where a number is used twice."""
    appendix = _APPENDIX.search(text)
    end = appendix.start() if appendix else len(text)
    found = [(article[1], article.start()) for article in _ARTICLE.finditer(text, 0, end)]
    ends = [*(start for _, start in found[1:]), end]
    articles = {number: (start, until) for (number, start), until in zip(found, ends, strict=False)}
    return articles if len(articles) == len(found) else {}


def _equal_articles(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """Where articles stand that are equal in both texts and in order: begin and end, old and new."""
    here, there = _articles(old), _articles(new)
    equal: list[tuple[int, int, int, int]] = []
    for number in here.keys() & there.keys():
        start, end, other, other_end = *here[number], *there[number]
        article = old[start:end]
        # What stands below a signature is judged by it, and which acts are amended is told of a text as a whole.
        if article == new[other:other_end] and "\nПрезидент" not in article and not _AMENDS.search(article):
            equal.append((start, end, other, other_end))
    equal.sort()
    rank = {other: at for at, other in enumerate(sorted(other for _, _, other, _ in equal))}
    kept = in_order((at, rank[other], 1) for at, (_, _, other, _) in enumerate(equal))
    return [pair for first, _, count in kept for pair in equal[first : first + count]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """An article that is left out: how many units it has, and the headings of chapters and the like that stand below it."""

    units: int
    containers: Sequence[str] = ()


def _outline(text: str, start: int, end: int) -> _Outline | None:
    """None for an article with units below such a heading: their paths are not the article's."""
    if _REMARKABLE.search(text, start, end) is None:
        return _Outline(units=text.count("\n", start, end))
    containers: list[str] = []
    units = 0
    for line in text[start + 1 : end].split("\n"):
        if not is_law(line):
            continue
        if _is_container(line):
            containers.append(cleaned(line).text)
        elif containers:
            return None
        else:
            units += 1
    return _Outline(units=units, containers=containers)


def is_law(line: str) -> bool:
    """Whether cleaning leaves anything of a published line; most lines are told by their beginning."""
    return _MAY_VANISH.match(line) is None or bool(cleaned(line).text)


def _head(text: str) -> str:
    return " ".join(text.partition("\n")[0][:_HEAD].split())


def _is_container(line: str) -> bool:
    if re.match(_CONTAINER, line) is None:
        return False
    label = label_of(_head(line))
    return label is not None and label.shape in _CONTAINERS


class _Side:
    """One text without the articles left out: place -> line of law, and the places where those articles begin."""

    def __init__(
        self,
        text: str,
        articles: Sequence[tuple[int, int]],
        outlines: Sequence[_Outline],
        memory: dict[str, Cleaned],
    ) -> None:
        self.read: dict[int, str] = {}
        self.places: list[int] = []
        self.noise: Counter[str] = Counter()
        self._memory = memory
        at = place = 0
        for (start, end), outline in zip(articles, outlines, strict=True):
            place = self._add(text[at + 1 : start], place)
            self.places.append(place)
            place += outline.units
            self.read.update(enumerate(outline.containers, place))
            place, at = place + len(outline.containers), end
        self._add(text[at + 1 :], place)

    def _add(self, text: str, place: int) -> int:
        """Clean the lines of a stretch that is read; its first place -> the place after its last line."""
        lines = text.split("\n") if text else []
        for at, line in enumerate(lines):
            if line.startswith("Президент"):  # what follows may belong to a signature: only the whole rule knows
                rest = normalise("\n".join(lines[at:]))
                self.noise.update({noise.rule: noise.count for noise in rest.noise})
                texts = rest.text.splitlines()
                self.read.update(enumerate(texts, place))
                return place + len(texts)
            clean = self._memory.get(line)
            if clean is None:
                clean = self._memory[line] = cleaned(line)
            self.noise.update(clean.rules)
            if clean.text:
                self.read[place] = clean.text
                place += 1
        return place


# ---------------------------------------------------------------- how the act numbers its units

_LABELS: Final = {shape: Label(shape=shape, number="1", length=2) for shape in ("paren", "letter", "dot", "st")}
_INSERTED: Final = Label(shape="st", number="1.1", length=2)


def _openings(text: str) -> Iterator[Opening]:
    """What of a text says how it numbers its units: the shapes of its labels, and its words about "this article"."""
    for found in _OPENING.finditer(text):
        shape = found.lastgroup or ""
        if shape == "other":
            yield Opening(label_of(_head(text[found.start() + 1 : found.start() + _HEAD])), "")
            continue
        inserted = shape == "st" and not found[shape].isdecimal()
        yield Opening(_INSERTED if inserted else _LABELS[shape], "")
    for found in re.finditer(_ITSELF, text):
        at = found.start()
        before = text[max(text.rfind("\n", 0, at) + 1, at - _REACH) : at]
        yield Opening(None, before.replace(_ITSELF, "настоящей  статьи") + _ITSELF)  # each is counted once
