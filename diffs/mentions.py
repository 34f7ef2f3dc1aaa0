"""Units of law as clauses name them, smallest first: «подпункты "а" - "в" пункта 2 части 1 статьи 22».

What they give is a place: (unit, number) pairs, largest first, in the words of section paths. Several numbers, ranges and
several chains («абзац первый пункта 7 и пункт 8») give several places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod
from typing import Final

from diffs.labels import LIST_LETTERS, NUMBER, label_of, ordinal_word, slug

Place = tuple[tuple[str, str], ...]

_HARD: Final = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")
_NEUTER: Final = ("е", "я", "ю", "ем", "и", "й", "ям", "ями", "ях")
_FORMS: Final = {
    "pril": ("приложени", _NEUTER),
    "razd": ("раздел", _HARD),
    "gl": ("глав", ("а", "ы", "е", "у", "ой", "", "ам", "ами", "ах")),
    "par": ("параграф", _HARD),
    "st": ("стат", ("ья", "ьи", "ье", "ью", "ьей", "ей", "ьям", "ьями", "ьях")),
    "prim": ("примечани", _NEUTER),
    "ch": ("част", ("ь", "и", "ью", "ей", "ям", "ями", "ях")),
    "p": ("пункт", _HARD),
    "pp": ("подпункт", _HARD),
    "abz": ("абзац", ("", "а", "у", "ем", "е", "ы", "ев", "ам", "ами", "ах")),
}
_RUNG: Final = {unit: rung for rung, unit in enumerate(_FORMS)}
_UNIT_OF: Final = {stem + ending: unit for unit, (stem, endings) in _FORMS.items() for ending in endings}
# The case that says what a clause makes ("дополнить частью 3", "считать абзацем девятым"), and the plurals.
_MADE: Final = re.compile(r".*(?:ом|ем|ой|ьей|ами|ями)|частью")
_PLURAL: Final = re.compile(r".*(?:[ая]м|[ая]ми|[ая]х|[ое]в|[тлфц]ы|статей|частей|ий)|глав")
_EITHER: Final = re.compile(r"(?:стать|част)и|главы|(?:приложени|примечани)я")  # "статьи": of one, or several
_HEADINGS: Final = ("razd", "gl", "par")
_BELOW_HEADINGS: Final = frozenset({"st", "prim", "ch", "p", "pp"})  # units whose paths do not name the chapter

_ORDINAL: Final = (
    r"(?:(?:двадцать|тридцать)\s+)?"
    r"(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|[а-я]{0,6}десят|[а-я]{2,9}надцат|двадцат|тридцат)[а-я]{1,4}"
)
_RAISED: Final = r"(?:[\^_.]\d{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})"
_ITEM_FORM: Final = (
    rf"(?:(?:№|n)\s*)?(?:(?P<digits>{NUMBER})(?![\w])|(?P<roman>[ivxlcх]+(?:[.\-^]\d{{1,2}})?)(?!\w)|\"(?P<letter>[а-я][^\"\s]{{0,3}})\""
    rf"|(?P<word>{_ORDINAL})(?P<raised>{_RAISED})?(?!\w))"
)
_ITEM: Final = re.compile(_ITEM_FORM)
_FIRST: Final = re.compile(r"\s+" + _ITEM_FORM)
_NOUN: Final = re.compile(r"(?<!\w)(?:" + "|".join(sorted(_UNIT_OF, key=len, reverse=True)) + r")(?!\w)")
_ORDINAL_BEFORE: Final = re.compile(rf"(?<!\w)({_ORDINAL})\s+$")
_AND: Final = re.compile(r"\s*,\s*(?:(?:и|а\s+также)\s+)?|\s+(?:и|а\s+также)\s+")
_TO: Final = re.compile(r"\s+-\s+|\s*–\s*")
_HYPHEN: Final = re.compile(r"(\d+)-(\d+)")
_JOINED: Final = re.compile(r",|;|(?<!\w)и(?!\w)|а\s+также")
_ROMANS: Final = [
    tens + ones
    for tens in ("", "X", "XX", "XXX", "XL", "L")
    for ones in ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
]
_NOUNS: Final = 2_000  # units that are read in one clause
_MOST: Final = 100  # places that one list may name; no drafter needs more, a hostile text gets the unit around them


@dataclass(frozen=True, slots=True)
class Mention:
    """One noun with its numbers; `made` is what the clause makes, not what it finds. No numbers: it names none we can tell."""

    start: int
    end: int
    unit: str
    numbers: tuple[str, ...]
    made: bool


def mentions(bare: str) -> list[Mention]:
    """Every unit that a clause names, in order."""
    found: list[Mention] = []
    for noun in islice(_NOUN.finditer(bare), _NOUNS):
        unit = _UNIT_OF[noun[0]]
        start = noun.start()
        of_the_last = bool(found) and bare[found[-1].end : start].isspace()  # "часть 2 статьи 25-6"
        several = bool(_PLURAL.fullmatch(noun[0]) or (_EITHER.fullmatch(noun[0]) and not of_the_last))
        numbers, end = _numbers(bare, noun.end(), several=several)
        if end == noun.end():
            before = _ORDINAL_BEFORE.search(bare[max(0, start - 40, found[-1].end if found else 0) : start])
            place = ordinal_word(" ".join(before[1].split())) if before is not None else None
            if before is not None and place is not None:
                numbers, start = (str(place),), start - len(before[0])
        if unit == "p" and numbers and numbers[0][0] in LIST_LETTERS:
            unit = "pp"  # "пункт «г» части первой": structure calls whatever bears a letter so
        found.append(Mention(start, end, unit, numbers, made=bool(_MADE.fullmatch(noun[0]))))
    return found


def _numbers(bare: str, position: int, *, several: bool) -> tuple[tuple[str, ...], int]:
    """The numbers behind a noun, ranges written out, and where they end."""
    numbers: list[str] = []
    item = _FIRST.match(bare, position)
    last: str | None = None
    ranging = False
    while item is not None:
        number = _number(item, several=several)
        if number is None and item["word"]:
            break
        if number is not None:
            numbers += _between(last, number) if ranging and last is not None else [number]
        last, position = number, item.end()
        to, more = _TO.match(bare, position), _AND.match(bare, position)
        ranging = to is not None
        separator = to or more
        item = _ITEM.match(bare, separator.end()) if separator is not None else None
    return tuple(dict.fromkeys(numbers)), position


def _number(item: re.Match[str], *, several: bool) -> str | None:
    """A number in its one form; None for what may be one inserted unit or a range ("статьи 5-7") and for no ordinal."""
    if item["word"]:
        place = ordinal_word(" ".join(item["word"].split()))
        return None if place is None else _one_form(f"{place}{item['raised'] or ''}")
    if item["roman"]:
        return item["roman"].upper().replace("Х", "X").replace("-", ".").replace("^", ".")
    hyphen = _HYPHEN.fullmatch(item["digits"] or "")
    if several and hyphen is not None and int(hyphen[1]) < int(hyphen[2]):
        return None
    return _one_form(item["letter"] or item["digits"])


def _one_form(number: str) -> str | None:
    label = label_of(f"{number})")
    return label.number if label is not None and label.shape in {"paren", "letter"} else None


def _between(first: str, last: str) -> list[str]:
    """The numbers behind `first`, up to `last`: 2 - 4, 2.1 - 2.4, а - в, V - VII. What cannot be counted is only `last`."""
    if not first[0].isdecimal():
        row = next((row for row in (LIST_LETTERS, _ROMANS) if first in row and last in row), [last])
        return [*islice(row, row.index(first) + 1 if first in row else 0, row.index(last) + 1)] or [last]
    head, _, tail = first.rpartition(".")
    head_last, _, tail_last = last.rpartition(".")
    if head == head_last and tail.isdecimal() and tail_last.isdecimal():
        count = range(int(tail) + 1, int(tail_last) + 1)
        dotted = f"{head}." if head else ""
        return [f"{dotted}{number}" for number in count] if len(count) < _MOST else [last]
    whole, whole_last = first.partition(".")[0], last.partition(".")[0]
    if (head == "") != (head_last == "") and whole.isdecimal() and whole_last.isdecimal():  # 5 - 7.1, 5.1 - 7
        whole_numbers = range(int(whole) + 1, int(whole_last) + bool(head_last))
        return [*map(str, whole_numbers[:_MOST]), last]
    return [last]


# ---------------------------------------------------------------- places


def within(around: Place, inner: Place) -> Place:
    """A place inside another: of what is around it only what is larger than itself."""
    if not inner:
        return around
    rung = _RUNG[inner[0][0]]
    return (*(part for part in around if _RUNG[part[0]] < rung), *inner)


def path_of(place: Place) -> str:
    """A place as a section path: ``st-22.ch-1.p-2``. Articles and what is in them are cited without their chapter."""
    units = {unit for unit, _ in place}
    passed = set(_HEADINGS) if units & _BELOW_HEADINGS else {"razd"} if "gl" in units else set()
    return ".".join(f"{unit}-{slug(number)}" if number else unit for unit, number in place if unit not in passed)


def places(found: Sequence[Mention], bare: str, around: Sequence[Place]) -> list[Place]:
    """The places that a run of mentions names, inside the places `around`.

    «пункт 1 части 1 и часть 3 статьи 22» shares its article; «в части 1 статьи 5 пункт 3» goes from the outside in.
    """
    result: list[Place] = []
    latest: list[Place] = []
    chains = _chains(found, bare)
    for index, chain in enumerate(chains):
        inside = index > 0 and not chain.joined
        if inside:
            del result[len(result) - len(latest) :]
        units = chain.units if inside or index + 1 == len(chains) else _with_shared(chain, chains[index + 1])
        latest = _limited(latest if inside else around, units)
        result += latest
    return result or list(around)


@dataclass(frozen=True, slots=True)
class _Chain:
    units: list[Mention]  # smallest first
    joined: bool  # by a comma or "и" to the chain before it


def _chains(found: Iterable[Mention], bare: str) -> list[_Chain]:
    chains: list[_Chain] = []
    for mention in found:
        last = chains[-1].units[-1] if chains else None
        joined = last is not None and bool(_JOINED.search(bare, last.end, mention.start))
        if last is not None and not joined and _RUNG[mention.unit] < _RUNG[last.unit]:
            chains[-1].units.append(mention)
        else:
            chains.append(_Chain([mention], joined))
    return chains


def _with_shared(chain: _Chain, following: _Chain) -> list[Mention]:
    """A chain with the larger units that it shares with the next: "пункт 1 и часть 3 статьи 5"."""
    rung = _RUNG[chain.units[-1].unit]
    if not following.joined or rung <= _RUNG["st"]:
        return chain.units
    return [*chain.units, *(unit for unit in following.units[1:] if _RUNG[unit.unit] < rung)]


def _limited(around: Sequence[Place], units: Sequence[Mention]) -> list[Place]:
    """All places of one chain; where they are too many for any drafter, the unit around them."""
    numbered = [unit if unit.unit != "prim" else replace(unit, numbers=()) for unit in reversed(units)]
    parts = [
        [(unit.unit, number) for number in unit.numbers or ("",)]
        for unit in numbered
        if unit.numbers or unit.unit in {"prim", "pril"}
    ]
    while parts and len(around) * prod(map(len, parts)) > _MOST:
        parts.pop()
    return [within(place, inner) for place in around for inner in product(*parts)]
