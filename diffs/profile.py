"""How one act numbers its units. In one act ``1.`` is a часть, in another a пункт, in a third parts are counted and not numbered.

Two editions of one act have one profile: the words of both say what it is, and whoever compares them hands it to `structure`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from diffs.labels import Label

_ITSELF: Final = re.compile("настоящей статьи")
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


def profile_of(lines: Sequence[Opening]) -> Profile:
    """The profile of an act by the words it uses of itself; часть is the default of today's drafting guide."""
    labels = [line.label for line in lines if line.label is not None]
    articles = [label for label in labels if label.shape == "st"]
    if not articles:
        return Profile(articles=False, first="p")
    cited: Counter[str] = Counter()
    for line in lines:
        if "настоящей статьи" in line.view:
            cited.update(_cited(line.view))
    ordinals = cited["words"] > cited["ch"]
    dots = sum(label.shape == "dot" for label in labels)
    return Profile(
        articles=True,
        first=_first(labels, points=cited["p"], parts=cited["ch"] + cited["words"]),
        counted=ordinals and dots < 0.1 * len(articles),
        ordinals=ordinals,
        dotted=sum("." in label.number for label in articles) > 0.5 * len(articles),
    )


def _cited(view: str) -> list[str]:
    """What a line calls units of its own article: ``p`` and ``ch`` by figures, ``words`` parts by words."""
    found = []
    for itself in _ITSELF.finditer(view):
        reference = _CITED.search(view[max(0, itself.start() - _REACH) : itself.start()])
        if reference is not None:
            point = reference["unit"].lower() == "пункт"
            found.append("p" if point else "ch" if reference["digits"] else "words")
    return found


def _first(labels: Sequence[Label], *, points: int, parts: int) -> Literal["ch", "p"]:
    if points != parts:
        return "p" if points > parts else "ch"
    below = Counter(there.shape for here, there in pairwise(labels) if here.shape == "dot")
    return "p" if below["letter"] > below["paren"] else "ch"
