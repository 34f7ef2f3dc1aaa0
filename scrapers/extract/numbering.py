"""Automatic numbers of Word lists: the "1)", "а)", "II." that a reader sees and that no run of text holds.

Word stores a numbered paragraph as a reference (list, level); the label exists only on screen and on paper. A bill read
without them loses the numbers of its points. Rules: ECMA-376 part 1, 17.9 (numbering) and 17.18.59 (ST_NumberFormat).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
# Word and LibreOffice leave out ё, й, ъ and ь.
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_PLACE: Final = re.compile(r"%([1-9])")
_LEVELS: Final = 9
_LABEL_LENGTH: Final = 100  # of the pattern; labels of people are a few characters
_BULLET: Final = "•"


def _letters(alphabet: str) -> Callable[[int], str]:
    """After the last letter the first one stands twice, then thrice."""

    def letter(number: int) -> str:
        times, place = divmod(number - 1, len(alphabet))
        # Word stops at thirty letters; a hostile file must not make a label of millions.
        return alphabet[place] * (times + 1) if 0 <= times < 30 else str(number)

    return letter


def _roman(number: int) -> str:
    if not 0 < number < 32_768:  # where Word stops
        return str(number)
    out = []
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        out.append(letters * count)
    return "".join(out)


_FORMATS: Final[Mapping[str, Callable[[int], str]]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letters(_LATIN),
    "upperLetter": _letters(_LATIN.upper()),
    "russianLower": _letters(_RUSSIAN),
    "russianUpper": _letters(_RUSSIAN.upper()),
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperRoman": _roman,
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One level of a list: how it counts and what its label looks like (`%1.%2)`)."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    spaced: bool = True
    legal: bool = False  # every number of the label in plain digits
    restarts: bool = True
    style: str | None = None  # the paragraph style that stands for this level

    @staticmethod
    def of(level: etree._Element) -> _Level:
        return _Level(
            start=number_of(value_of(level, "start"), 1),
            format=value_of(level, "numFmt") or "decimal",
            text=(value_of(level, "lvlText") or "")[:_LABEL_LENGTH],
            spaced=value_of(level, "suff") != "nothing",
            legal=level.find(f"{W}isLgl") is not None and value_of(level, "isLgl") not in {"0", "false"},
            restarts=value_of(level, "lvlRestart") != "0",
            style=value_of(level, "pStyle"),
        )


class Numbering:
    """Counts the lists of one document; paragraphs must come in document order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # by numId
        self._abstract: dict[str, str] = {}  # numId -> abstractNumId: lists of one definition count on together
        self._begins: dict[str, set[int]] = {}  # levels that start anew when the list first appears, by numId
        self._counters: dict[str, list[int | None]] = {}
        if root is not None:
            self._load(root)

    def _load(self, root: etree._Element) -> None:
        definitions, by_style, links = {}, {}, {}
        for each in root.iter(f"{W}abstractNum"):
            abstract = str(each.get(f"{W}abstractNumId"))
            definitions[abstract] = {_level_number(level): _Level.of(level) for level in each.iter(f"{W}lvl")}
            by_style[value_of(each, "styleLink")] = abstract
            links[abstract] = value_of(each, "numStyleLink")
        for each in root.iter(f"{W}num"):
            num_id, abstract = str(each.get(f"{W}numId")), value_of(each, "abstractNumId") or ""
            if links.get(abstract) is not None:  # a list defined by a style stands elsewhere
                abstract = by_style.get(links[abstract], abstract)
            levels, begins = dict(definitions.get(abstract, {})), set()
            for override in each.iter(f"{W}lvlOverride"):
                place = _level_number(override)
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[place] = _Level.of(own)
                if (start := value_of(override, "startOverride")) is not None:
                    levels[place] = replace(levels.get(place, _Level()), start=number_of(start, 1))
                    begins.add(place)
            self._levels[num_id], self._abstract[num_id], self._begins[num_id] = levels, abstract, begins

    def level_of(self, num_id: str, style: str) -> int:
        """The level that a paragraph style stands for in a list; the first one when it stands for none."""
        levels = self._levels.get(num_id, {})
        return next((place for place, level in levels.items() if level.style == style), 0)

    def label(self, num_id: str, place: int) -> str:
        """The label of the next paragraph at level `place` (from 0) of a list, with the space behind it; empty if none."""
        levels = self._levels.get(num_id, {})
        level = levels.get(place)
        if level is None:
            return ""
        counters = self._counters.setdefault(self._abstract[num_id], [None] * _LEVELS)
        for anew in self._begins.pop(num_id, ()):
            counters[anew] = None
        current = counters[place]
        counters[place] = level.start if current is None else current + 1
        for deeper in range(place + 1, _LEVELS):
            if levels.get(deeper, _Level()).restarts:
                counters[deeper] = None
        if level.format == "bullet":
            # Bullets live in the private range of symbol fonts: there the character means nothing elsewhere.
            label = _BULLET if not level.text or "\ue000" <= level.text[0] <= "\uf8ff" else level.text
        else:
            label = _PLACE.sub(
                lambda found: self._number(levels, counters, int(found[1]) - 1, legal=level.legal), level.text
            )
        return f"{label} " if label and level.spaced else label

    @staticmethod
    def _number(levels: Mapping[int, _Level], counters: list[int | None], place: int, *, legal: bool) -> str:
        level = levels.get(place, _Level())
        current = counters[place]
        if current is None:  # a level that was skipped counts as begun
            current = counters[place] = level.start
        return _FORMATS.get("decimal" if legal else level.format, str)(current)


def value_of(parent: etree._Element, name: str) -> str | None:
    """The `w:val` of a child; None without the child or the value."""
    child = parent.find(f"{W}{name}")
    value = None if child is None else child.get(f"{W}val")
    return None if value is None else str(value)


def number_of(value: str | None, default: int) -> int:
    """A whole number of at most nine digits; the default for anything else."""
    return int(value) if value is not None and re.fullmatch(r"-?[0-9]{1,9}", value) else default


def _level_number(element: etree._Element) -> int:
    place = number_of(element.get(f"{W}ilvl"), 0)
    return place if 0 <= place < _LEVELS else 0
