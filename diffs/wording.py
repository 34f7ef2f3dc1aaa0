"""Addresses of law as people say them: «подпункт «в» пункта 2 части 1 статьи 22».

A section's address runs from the largest unit to the smallest (``ст. 22 ч. 1 п. 2 пп. «в»``); Russian speech runs the other way,
each unit after the first in the genitive, абзацы in words. A place inside a wording that an amending act quotes is named first
in the act it goes into, then where the amending act brings it: «пункт 7 в тексте, который вносит пункт 2 статьи 1».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class _Unit:
    """How a kind of unit is called."""

    name: str
    genitive: str
    gender: Literal["m", "f", "n"]
    english: str
    short_english: str


_UNITS: Final = {
    "разд.": _Unit("раздел", "раздела", "m", "section", "sec."),
    "гл.": _Unit("глава", "главы", "f", "chapter", "ch."),
    "§": _Unit("параграф", "параграфа", "m", "§", "§"),
    "ст.": _Unit("статья", "статьи", "f", "article", "art."),
    "ч.": _Unit("часть", "части", "f", "part", "part"),
    "п.": _Unit("пункт", "пункта", "m", "item", "item"),
    "пп.": _Unit("подпункт", "подпункта", "m", "sub-item", "sub-item"),
    "абз.": _Unit("абзац", "абзаца", "m", "paragraph", "para."),
    "предл.": _Unit("предложение", "предложения", "n", "sentence", "sentence"),
    "прим.": _Unit("примечание", "примечания", "n", "note", "note"),
    "прил.": _Unit("приложение", "приложения", "n", "appendix", "appendix"),
    "наим.": _Unit("наименование", "наименования", "n", "title", "title"),
    "табл.": _Unit("таблица", "таблицы", "f", "table", "table"),
    "стр.": _Unit("строка", "строки", "f", "row", "row"),
    "строка": _Unit("строка", "строки", "f", "row", "row"),
    "позиция": _Unit("позиция", "позиции", "f", "entry", "entry"),
    "поз.": _Unit("позиция", "позиции", "f", "entry", "entry"),
}
# Acts that another act approves are parts of its addresses by their own names.
_NAMED: Final = {
    "Положение": _Unit("Положение", "Положения", "n", "the Regulation", "Regulation"),
    "Порядок": _Unit("Порядок", "Порядка", "m", "the Procedure", "Procedure"),
    "Правила": _Unit("Правила", "Правил", "n", "the Rules", "Rules"),
    "Инструкция": _Unit("Инструкция", "Инструкции", "f", "the Instruction", "Instruction"),
    "Регламент": _Unit("Регламент", "Регламента", "m", "the Rules of procedure", "Rules of procedure"),
    "Устав": _Unit("Устав", "Устава", "m", "the Charter", "Charter"),
}
_LEVEL: Final = re.compile(
    rf"\s*(?:(?P<unit>{'|'.join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))})"
    r"(?: (?P<number>«[^«»]{1,40}»|[0-9IVXLC][^\s«»]*))?"
    rf"|(?P<named>{'|'.join(_NAMED)})|(?P<word>часть) (?P<ordinal>[а-я]+))(?=\s|$)"
)
_QUOTED: Final = re.compile(r" \(«([^«»]*)»\)")

_ORDINALS: Final = (
    *("", "первый", "второй", "третий", "четвертый", "пятый", "шестой", "седьмой", "восьмой", "девятый", "десятый"),
    *("одиннадцатый", "двенадцатый", "тринадцатый", "четырнадцатый", "пятнадцатый", "шестнадцатый", "семнадцатый"),
    *("восемнадцатый", "девятнадцатый"),
)
_CODE_PARTS: Final = ("первая", "вторая", "третья", "четвертая", "пятая", "шестая", "седьмая", "восьмая")
_TENS: Final = (
    "",
    "",
    *("двадцат", "тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност"),
)
_ROUND: Final = (
    "",
    "",
    *("двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One unit of an address with its number as written there; `ordinal` is a number that stands in words."""

    unit: _Unit
    short: str
    number: str = ""
    ordinal: str = ""

    @property
    def short_genitive(self) -> str:
        """An abbreviation has no cases; a name has."""
        return self.short if "." in self.short or self.short.startswith("§") else self.genitive

    @property
    def nominative(self) -> str:
        return " ".join(filter(None, (self.unit.name, self.ordinal or self.number)))

    @property
    def genitive(self) -> str:
        number = _genitive(self.ordinal) if self.ordinal else self.number
        return " ".join(filter(None, (self.unit.genitive, number)))

    @property
    def english(self) -> str:
        return " ".join(filter(None, (self.unit.english, self.number)))


def spoken(address: str) -> str:
    """``ст. 22 ч. 1 п. 2 пп. «в»`` -> «подпункт «в» пункта 2 части 1 статьи 22»; an address of unknown units stays as it is."""
    texts = _texts(address)
    if texts is None:
        return address
    chains = [_chain(levels) for levels in reversed(texts)]
    return " в тексте, который вносит ".join(chains)


def spoken_en(address: str) -> str:
    """The same in English: "sub-item «в» of item 2 of part 1 of article 22"."""
    texts = _texts(address)
    if texts is None:
        return address
    chains = [" of ".join(level.english for level in reversed(levels)) for levels in reversed(texts)]
    return " in the text brought by ".join(chains)


def short(address: str) -> str:
    """``ст. 22 ч. 1 п. 2`` -> ``п. 2 ч. 1 ст. 22``, the order in which a place is spoken of."""
    texts = _texts(address)
    return address if texts is None else " в тексте ".join(map(_shortened, reversed(texts)))


def short_en(address: str) -> str:
    """``ст. 22 ч. 1 п. 2`` -> ``item 2, part 1, art. 22``."""
    texts = _texts(address)
    return address if texts is None else " in the text of ".join(map(_shortened_en, reversed(texts)))


def gender(address: str) -> Literal["m", "f", "n"]:
    """The grammatical gender of the innermost unit, for "изменён", "изменена", "изменено"."""
    texts = _texts(address)
    return texts[-1][-1].unit.gender if texts else "n"


def _chain(levels: list[_Level]) -> str:
    inner, *outer = reversed(levels)
    return " ".join([inner.nominative, *(level.genitive for level in outer)])


def _shortened(levels: list[_Level]) -> str:
    inner, *outer = reversed(levels)
    return " ".join([inner.short, *(level.short_genitive for level in outer)])


def _shortened_en(levels: list[_Level]) -> str:
    return ", ".join(" ".join(filter(None, (level.unit.short_english, level.number))) for level in reversed(levels))


# ---------------------------------------------------------------- reading an address


def _texts(address: str) -> list[list[_Level]] | None:
    """The levels of an address, a list for each text it runs through, outermost first; None when it is not understood."""
    bare = _QUOTED.sub("", address)
    quoted = (words.replace("„", "«").replace("“", "»") for words in _QUOTED.findall(address))
    texts = [_levels(words) for words in chain([bare], quoted)]
    return None if any(not levels for levels in texts) else texts


def _levels(words: str) -> list[_Level]:
    levels: list[_Level] = []
    position = 0
    while position < len(words):
        found = _LEVEL.match(words, position)
        if found is None:
            return []
        levels.append(_level(found))
        position = found.end()
    return levels


def _level(found: re.Match[str]) -> _Level:
    written = found[0].strip()
    if found["named"]:
        return _Level(unit=_NAMED[found["named"]], short=written)
    if found["word"]:
        number = str(_CODE_PARTS.index(found["ordinal"]) + 1) if found["ordinal"] in _CODE_PARTS else found["ordinal"]
        return _Level(unit=_UNITS["ч."], short=written, number=number, ordinal=found["ordinal"])
    number = found["number"] or ""
    words = _in_words(int(number)) if found["unit"] == "абз." and re.fullmatch("[0-9]{1,2}", number) else ""
    return _Level(unit=_UNITS[found["unit"]], short=written, number=number, ordinal=words)


def _in_words(number: int) -> str:
    """The ordinal of a paragraph, masculine: 21 -> «двадцать первый»."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ten, one = divmod(number, 10)
    if one:
        return f"{_ROUND[ten]} {_ORDINALS[one]}"
    return _TENS[ten] + ("ой" if ten == 4 else "ый")


def _genitive(ordinal: str) -> str:
    """«третий» -> «третьего», «двадцать первый» -> «двадцать первого», «первая» -> «первой»."""
    if ordinal.endswith("ья"):
        return ordinal.removesuffix("я") + "ей"
    if ordinal.endswith("ая"):
        return ordinal.removesuffix("ая") + "ой"
    if ordinal.endswith("третий"):
        return ordinal.removesuffix("ий") + "ьего"
    return ordinal[:-2] + "ого"
