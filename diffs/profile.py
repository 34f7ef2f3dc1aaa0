"""How one act numbers its units. In one act ``1.`` is a часть, in another a пункт, in a third parts are counted and not numbered.

Two editions of one act have one profile: the words of both say what it is, and whoever compares them hands it to `structure`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from diffs.labels import Label

_ITSELF: Final = "настоящей статьи"
_CITED: Final = re.compile(
    r"\b(?P<unit>пункт|част)[а-яё]*\s+(?:(?P<digits>\d[\d.,\s\-–—и¹²³⁴⁵⁶⁷⁸⁹^]*)"
    r"|(?P<words>(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят)[а-яё]+)[а-яё,\s\-–—]*?)\s*$"
)
_REACH: Final = 60  # characters before the words in which a reference can begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the labels of an act mean.

    `articles`: it has them. `first`: what ``1.`` under an article is, часть (``ch``) or пункт (``p``). `counted`: parts bear no
    number, the paragraphs of an article are counted (ТК). `ordinals`: the act calls its parts by words, "часть первая"
    (УК, УПК, ТК). `dotted`: a dot in the number of an article is real and not a superscript (КоАП).
    """

    articles: bool
    first: Literal["ch", "p"]
    counted: bool = False
    ordinals: bool = False
    dotted: bool = False


class Opening(NamedTuple):
    """A line as the profile sees it: its label and its words."""

    label: Label | None
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the lines of an act say about its numbering; what few acts have to be asked for is counted when asked.

    `articles`: the numbers of the articles. `cited`: what lines call units of their own article, see `cited_in`. `dots`: how
    many lines have a label such as ``1.``. `shapes`: the shapes of all labels, in order.
    """

    articles: Sequence[str]
    cited: Counter[str]
    dots: Callable[[], int]
    shapes: Callable[[], Sequence[str]]


def profile_of(lines: Sequence[Opening]) -> Profile:
    """The profile of an act by the words it uses of itself; часть is the default of today's drafting guide."""
    labels = [line.label for line in lines if line.label is not None]
    shapes = [label.shape for label in labels]
    return judged(
        Evidence(
            articles=[label.number for label in labels if label.shape == "st"],
            cited=cited_in("\n".join(line.view for line in lines)),
            dots=lambda: shapes.count("dot"),
            shapes=lambda: shapes,
        )
    )


def judged(evidence: Evidence) -> Profile:
    """The profile that the evidence of an act speaks for."""
    articles, cited = evidence.articles, evidence.cited
    if not articles:
        return Profile(articles=False, first="p")
    ordinals = cited["words"] > cited["ch"]
    return Profile(
        articles=True,
        first=_first(evidence.shapes, points=cited["p"], parts=cited["ch"] + cited["words"]),
        counted=ordinals and evidence.dots() < 0.1 * len(articles),
        ordinals=ordinals,
        dotted=sum("." in number for number in articles) > 0.5 * len(articles),
    )


def cited_in(text: str) -> Counter[str]:
    """What the lines of a text call units of their own article: ``p`` and ``ch`` by figures, ``words`` parts by words."""
    cited: Counter[str] = Counter()
    at = text.find(_ITSELF)  # five times as fast as a pattern
    while at >= 0:
        before = text[max(text.rfind("\n", 0, at) + 1, at - _REACH) : at]
        reference = _CITED.search(before) if "пункт" in before or "част" in before else None
        if reference is not None:
            point = reference["unit"].lower() == "пункт"
            cited["p" if point else "ch" if reference["digits"] else "words"] += 1
        at = text.find(_ITSELF, at + 1)
    return cited


def _first(shapes: Callable[[], Sequence[str]], *, points: int, parts: int) -> Literal["ch", "p"]:
    if points != parts:
        return "p" if points > parts else "ch"
    below = Counter(there for here, there in pairwise(shapes()) if here == "dot")
    return "p" if below["letter"] > below["paren"] else "ch"
