"""Numbers in Russian legal text, in digits and in words, with the unit they count.

Laws write "в возрасте восемнадцати лет", "от пятисот до трех тысяч рублей", "полутора месяцев", "тридцатидневный срок": a
detector of digits sees none of them. The tables below are the declensions of the simple numerals; compounds are put
together by the grammar (hundreds, tens, units, then thousands). Text is expected in canonical form; ё is read as е.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

_HALF: Final = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number met in a text: value, unit (a key of `UNIT_FORMS` or empty), place (``text[start:end]``, unit included).

    `words` is the number as written, without its unit; `ordinal` marks "первого января", "часть вторая"; `compound` a
    number inside an adjective ("тридцатидневный").
    """

    value: Decimal
    unit: str
    start: int
    end: int
    words: str
    ordinal: bool = False
    compound: bool = False


# ---------------------------------------------------------------- cardinal and collective numerals, all cases


def _table() -> dict[str, int]:
    table: dict[str, int] = {}

    def put(value: int, forms: str) -> None:
        table.update(dict.fromkeys(forms.split(), value))

    put(0, "ноль нуль ноля нуля нолю нулю нолем нулем ноле нуле")
    put(1, "один одна одно одного одной одному одну одним одною одном")
    put(2, "два две двух двум двумя двое двоих двоим двоими")
    put(3, "три трех трем тремя трое троих троим троими")
    put(4, "четыре четырех четырем четырьмя четверо четверых четверым четверыми")
    put(5, "пятеро пятерых пятерым пятерыми")
    put(6, "шестеро шестерых шестерым шестерыми")
    put(7, "семеро семерых семерым семерыми")
    put(8, "восемь восьми восемью восьмью")
    put(40, "сорок сорока")
    put(90, "девяносто девяноста")
    put(100, "сто ста")
    for value, stem in {5: "пят", 6: "шест", 7: "сем", 9: "девят", 10: "десят", 20: "двадцат", 30: "тридцат"}.items():
        put(value, f"{stem}ь {stem}и {stem}ью")
    teens = "одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат"
    for value, stem in enumerate(teens.split(), start=11):
        put(value, f"{stem}ь {stem}и {stem}ью")
    for value, (first, oblique, instrumental) in {
        50: ("пять", "пяти", "пятью"),
        60: ("шесть", "шести", "шестью"),
        70: ("семь", "семи", "семью"),
        80: ("восемь", "восьми", "восемью"),
    }.items():
        put(value, f"{first}десят {oblique}десяти {instrumental}десятью")
    put(80, "восьмьюдесятью")
    for value, (first, genitive, dative, instrumental, prepositional) in {
        200: ("двести", "двухсот", "двумстам", "двумястами", "двухстах"),
        300: ("триста", "трехсот", "тремстам", "тремястами", "трехстах"),
        400: ("четыреста", "четырехсот", "четыремстам", "четырьмястами", "четырехстах"),
        500: ("пятьсот", "пятисот", "пятистам", "пятьюстами", "пятистах"),
        600: ("шестьсот", "шестисот", "шестистам", "шестьюстами", "шестистах"),
        700: ("семьсот", "семисот", "семистам", "семьюстами", "семистах"),
        800: ("восемьсот", "восьмисот", "восьмистам", "восемьюстами", "восьмистах"),
        900: ("девятьсот", "девятисот", "девятистам", "девятьюстами", "девятистах"),
    }.items():
        put(value, f"{first} {genitive} {dative} {instrumental} {prepositional}")
    return table


CARDINALS: Final = _table()
_THOUSANDS: Final = "тысяча тысячи тысяче тысячу тысячей тысячью тысяч тысячам тысячами тысячах тыс"
_CASES: Final = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")
_MULTIPLIERS: Final = (
    dict.fromkeys(_THOUSANDS.split(), 1_000)
    | {f"миллион{case}": 10**6 for case in _CASES}
    | {f"миллиард{case}": 10**9 for case in _CASES}
    | {"млн": 10**6, "млрд": 10**9}
)
_FRACTIONS: Final = {
    **dict.fromkeys(["полтора", "полторы", "полутора"], Decimal("1.5")),
    **dict.fromkeys(["полугода", "полгода", "полугоду", "полугодом", "полугоде"], _HALF),
}

_HARD: Final = ["ый", "ая", "ое", "ые", "ого", "ой", "ому", "ую", "ым", "ом", "ых", "ыми", "ою"]
_SOFT: Final = ["ий", "ья", "ье", "ьи", "ьего", "ьей", "ьему", "ью", "ьим", "ьем", "ьих", "ьими"]


def _ordinals() -> dict[str, int]:
    stems = {
        1: "перв", 4: "четверт", 5: "пят", 9: "девят", 10: "десят", 11: "одиннадцат", 12: "двенадцат", 13: "тринадцат",
        14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат", 17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат",
        20: "двадцат", 30: "тридцат", 50: "пятидесят", 60: "шестидесят", 70: "семидесят", 80: "восьмидесят",
        90: "девяност", 100: "сот", 200: "двухсот", 300: "трехсот", 400: "четырехсот", 500: "пятисот",
        600: "шестисот", 700: "семисот", 800: "восьмисот", 900: "девятисот", 1000: "тысячн", 2000: "двухтысячн",
    }  # fmt: skip
    table = {stem + ending: value for value, stem in stems.items() for ending in _HARD}
    for value, stem in {2: "втор", 6: "шест", 7: "седьм", 8: "восьм", 40: "сороков"}.items():
        table.update({stem + ending: value for ending in [*_HARD, "ой"]})
    table.update({"трет" + ending: 3 for ending in _SOFT})
    return {word: value for word, value in table.items() if word not in CARDINALS}


ORDINALS: Final = _ordinals()

# ---------------------------------------------------------------- adjectives such as "тридцатидневный"

_STEMS: Final = {
    "одно": 1, "двух": 2, "дву": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9,
    "десяти": 10, "одиннадцати": 11, "двенадцати": 12, "тринадцати": 13, "четырнадцати": 14, "пятнадцати": 15,
    "шестнадцати": 16, "семнадцати": 17, "восемнадцати": 18, "девятнадцати": 19, "двадцати": 20, "тридцати": 30,
    "сорока": 40, "пятидесяти": 50, "шестидесяти": 60, "семидесяти": 70, "восьмидесяти": 80, "девяносто": 90,
    "сто": 100, "двухсот": 200, "трехсот": 300, "четырехсот": 400, "пятисот": 500,
}  # fmt: skip
_STEM: Final = re.compile("|".join(sorted(_STEMS, key=len, reverse=True)))
_ENDING: Final = r"(?:о|ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ую|юю|ым|им|ом|ем|ых|их|ыми|ими)"
_BASES: Final = {
    "летн": "year", "годичн": "year", "годовал": "year", "годов": "year", "месячн": "month", "недельн": "week",
    "дневн": "day", "суточн": "day", "часов": "hour", "минутн": "minute", "процентн": "percent", "рублев": "rouble",
    "кратн": "time",
}  # fmt: skip
_TIMES: Final = {"дважды": Decimal(2), "трижды": Decimal(3), "четырежды": Decimal(4)}
_COMPOUND: Final = re.compile(rf"([а-я]+?)({'|'.join(_BASES)}){_ENDING}")
_ALONE: Final = {"годичн": "year", "годовал": "year", "месячн": "month", "недельн": "week", "суточн": "day"}
_SINGLE: Final = re.compile(rf"({'|'.join(_ALONE)}){_ENDING}")


def _stems_value(text: str) -> Decimal | None:
    if text == "полутора":
        return Decimal("1.5")
    if text == "полу":
        return _HALF
    total, rank, position = 0, 10_000, 0
    while position < len(text):
        found = _STEM.match(text, position)
        if found is None:
            return None
        value = _STEMS[found[0]]
        size = 100 if value >= 100 else 10 if value >= 20 else 1
        if size >= rank or (rank == 10 and value >= 10):
            return None
        total, rank, position = total + value, size, found.end()
    return Decimal(total) if total else None


@lru_cache(maxsize=8_192)  # the words of a law recur
def compound(word: str) -> tuple[Decimal, str] | None:
    """``пятидневный`` -> (5, ``day``); None for any other word."""
    word = word.lower().replace("ё", "е")
    if word in _TIMES:
        return _TIMES[word], "time"
    single = _SINGLE.fullmatch(word)
    if single:
        return Decimal(1), _ALONE[single[1]]
    found = _COMPOUND.fullmatch(word)
    value = _stems_value(found[1]) if found else None
    return (value, _BASES[found[2]]) if found and value is not None else None


# ---------------------------------------------------------------- units

# Genitive singular (for fractions), then the forms after 1, 2-4 and 5.
UNIT_FORMS: Final[dict[str, tuple[str, str, str]]] = {
    "year": ("год", "года", "лет"),
    "month": ("месяц", "месяца", "месяцев"),
    "week": ("неделя", "недели", "недель"),
    "day": ("день", "дня", "дней"),
    "working day": ("рабочий день", "рабочих дня", "рабочих дней"),
    "calendar day": ("календарный день", "календарных дня", "календарных дней"),
    "hour": ("час", "часа", "часов"),
    "minute": ("минута", "минуты", "минут"),
    "rouble": ("рубль", "рубля", "рублей"),
    "person": ("человек", "человека", "человек"),
    "percent": ("процент", "процента", "процентов"),
    "time": ("раз", "раза", "раз"),
    "third": ("треть", "трети", "третей"),
    "quarter": ("четверть", "четверти", "четвертей"),
    "minimum wage": ("МРОТ", "МРОТ", "МРОТ"),
}
_UNIT: Final = re.compile(
    r"\.?\s*(?:\([^()]{1,40}\)\s*)?(?P<kind>(?:рабоч|календарн|полн|последовательн)\w+\s+)?(?:"
    r"(?P<year>лет|год(?:а|у|ом|е|ы|ов|ам|ами|ах)?|г\.)|(?P<month>месяц\w*)|(?P<week>недел\w+)"
    r"|(?P<day>день|дн(?:я|ю|ем|е|и|ей|ям|ями|ях)|сут(?:ки|ок|кам|ками|ках))|(?P<hour>час(?:а|у|ом|е|ы|ов|ам|ами|ах)?)"
    r"|(?P<minute>минут\w*)|(?P<rouble>руб(?:л\w+|\.))|(?P<person>человек\w*)|(?P<percent>процент\w*|%)|(?P<time>раза?)"
    r"|(?P<third>трет(?:ь|и|ью|ей|ям|ями|ях))|(?P<quarter>четверт(?:ь|и|ью|ей|ям|ями|ях))"
    r"|(?P<minimum_wage>МРОТ|минимальн\w+\s+размер\w*\s+оплаты\s+труда)"
    r")(?!\w)",
    re.IGNORECASE,
)


def _unit_at(text: str, position: int) -> tuple[str, int]:
    found = _UNIT.match(text, position)
    if found is None:
        return "", position
    unit = next(name for name, words in found.groupdict().items() if words and name != "kind").replace("_", " ")
    kind = (found["kind"] or "").lower()
    if unit == "day" and kind.startswith("рабоч"):
        unit = "working day"
    elif unit == "day" and kind.startswith("календарн"):
        unit = "calendar day"
    return unit, found.end()


def plural(number: Decimal | int, forms: tuple[str, str, str]) -> str:
    """The Russian form after a number: 1 год, 2 года, 5 лет; fractions take the second form (1,5 года)."""
    value = Decimal(number)
    if value != value.to_integral_value():
        return forms[1]
    whole = int(abs(value))
    if whole % 10 == 1 and whole % 100 != 11:
        return forms[0]
    return forms[1] if 2 <= whole % 10 <= 4 and not 12 <= whole % 100 <= 14 else forms[2]


def written(value: Decimal) -> str:
    """A value in digits as Russians write it: ``10 000``, ``1,5``."""
    whole = value.to_integral_value()
    if value != whole:
        return format(value.normalize(), "f").replace(".", ",")
    digits = str(int(whole))
    return f"{int(whole):,}".replace(",", " ") if len(digits) > 4 else digits


# ---------------------------------------------------------------- the scanner

_NUMBER: Final = re.compile(
    r"(?P<word>[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*)"
    r"|(?=\d)(?:"  # only a digit is worth trying all of these
    rf"(?P<date>\b\d{{1,2}}\.\d{{1,2}}\.\d{{4}}\b)"
    rf"|(?P<mixed>\b(?P<amount>\d+)-(?P<base>{'|'.join(_BASES)}){_ENDING}\b)"  # 18-летний
    r"|(?P<ended>\b(?P<stem>\d+)-(?P<ending>х|ти|и|ми|ю|й|я|е|го|му|м)\b)"  # 3-х, 1-го
    r"|(?P<range>\b\d+-\d+\b(?![.\-/]\w))|(?P<id>\b\d+(?:[.\-/]\w+)+)"
    r"|(?P<digits>\b\d{1,3}(?: \d{3})+(?!\d)|\b\d+(?:,\d+)?)(?![\w]))"
)
_NUMBER_WORDS: Final = frozenset([*CARDINALS, *ORDINALS, *_MULTIPLIERS, *_FRACTIONS])
# How words begin that may be numbers: one word in ten does, and no other is looked up.
_BEGINNINGS: Final = frozenset(word[:3] for word in [*_NUMBER_WORDS, *_STEMS, *_ALONE, "полутора"])
_CARDINAL_ENDINGS: Final = frozenset({"х", "ти", "и", "ми"})
_RANGE: Final = re.compile(r"\s*(?:до|-|и|или|,)\s*")


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    word: str
    value: Decimal | None  # of digits
    unit: str = ""  # of "18-летний"
    ordinal: bool = False  # "1-го"


def _atoms(text: str) -> Iterator[_Atom]:
    for found in _NUMBER.finditer(text):
        if found["word"]:
            if found[0][:3].lower().replace("ё", "е") not in _BEGINNINGS:
                continue
            word = found[0].lower().replace("ё", "е")
            if word in _NUMBER_WORDS or compound(word) is not None:
                yield _Atom(*found.span(), word, None)
            continue
        start, end = found.span()
        if found["digits"]:
            value = Decimal(found[0].replace(" ", "").replace(",", "."))
            yield _Atom(start, end, "", value)
        elif found["mixed"]:
            yield _Atom(start, end, "", Decimal(found["amount"]), unit=_BASES[found["base"]])
        elif found["ended"]:
            yield _Atom(start, end, "", Decimal(found["stem"]), ordinal=found["ending"] not in _CARDINAL_ENDINGS)
        elif found["range"] and _unit_at(text, end)[0]:
            middle = start + found["range"].index("-")
            yield _Atom(start, middle, "", Decimal(text[start:middle]))
            yield _Atom(middle + 1, end, "", Decimal(text[middle + 1 : end]))
        # dates and identifiers (22.1, 138-ФЗ, статьи 16-22) are names, not quantities


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of a text, in order. Identifiers (``22.1``, ``138-ФЗ``) and dates in digits are not numbers."""
    atoms = list(_atoms(text))
    found: list[Quantity] = []
    index = 0
    while index < len(atoms):
        quantity, index = _read(text, atoms, index)
        if quantity is None:
            continue
        if found and quantity.end <= found[-1].end:  # inside the brackets of the number before it
            if quantity.value == found[-1].value:
                continue  # "10 (десяти) дней" is one number
            quantity = replace(quantity, unit=quantity.unit or found[-1].unit)
        found.append(quantity)
    bare = list(_bare_units(text))
    if bare:
        found = sorted([*found, *bare], key=lambda quantity: quantity.start)
    return tuple(_shared_units(text, found))


_LEADS: Final = ("течение ", "истечении ", "через ", "не более ", "не менее ", "не позднее ")
_BARE_UNIT: Final = re.compile(
    r"\b(?:в течение|по истечении|через|не (?:более|менее|позднее)) (?=(?:(?:рабоч|календарн)\w+ )?"
    r"(?:месяца?|года?|недел[юи]|сутки|суток|часа?|(?<=течение )(?:рабочего )?дня)(?!\w))",
    re.IGNORECASE,
)


def _bare_units(text: str) -> Iterator[Quantity]:
    """One of a unit without the word for it: "в течение месяца", "не позднее суток"."""
    if not any(map(text.__contains__, _LEADS)):
        return
    for lead in _BARE_UNIT.finditer(text):
        unit, end = _unit_at(text, lead.end())
        if unit:
            yield Quantity(value=Decimal(1), unit=unit, start=lead.end(), end=end, words="")


def _read(text: str, atoms: Sequence[_Atom], index: int) -> tuple[Quantity | None, int]:
    atom = atoms[index]
    adjective = compound(atom.word) if atom.word else (atom.value, atom.unit) if atom.value and atom.unit else None
    if adjective is not None:
        value, unit = adjective
        word = text[atom.start : atom.end]
        return Quantity(value=value, unit=unit, start=atom.start, end=atom.end, words=word, compound=True), index + 1
    value_end = _value(text, atoms, index)
    if value_end is None:
        return None, index + 1
    amount, after, is_ordinal = value_end
    end = atoms[after - 1].end
    half_year = atoms[after - 1].word in _FRACTIONS and "год" in atoms[after - 1].word
    unit, unit_end = ("year", end) if half_year else ("", end) if is_ordinal else _unit_at(text, end)
    quantity = Quantity(
        value=amount, unit=unit, start=atom.start, end=unit_end, words=text[atom.start : end], ordinal=is_ordinal
    )
    return quantity, after


def _adjacent(text: str, left: _Atom, right: _Atom) -> bool:
    return text[left.end : right.start].strip(" .") == ""


def _value(text: str, atoms: Sequence[_Atom], index: int) -> tuple[Decimal, int, bool] | None:
    """The longest number that begins at an atom: value, index after it, whether it ends in an ordinal."""
    first = atoms[index]
    if first.value is not None:
        value, at = first.value, index + 1
        if at < len(atoms) and atoms[at].word in _MULTIPLIERS and _adjacent(text, first, atoms[at]):
            multiplier = _MULTIPLIERS[atoms[at].word]
            rest = _rest(text, atoms, at + 1, below=multiplier)  # "1 миллион 200 тысяч"
            return (value * multiplier + rest[0], rest[1], False) if rest else (value * multiplier, at + 1, False)
        return value, at, first.ordinal
    if first.word in _FRACTIONS:
        value, at = _FRACTIONS[first.word], index + 1
        if at < len(atoms) and atoms[at].word in _MULTIPLIERS and _adjacent(text, first, atoms[at]):
            return value * _MULTIPLIERS[atoms[at].word], at + 1, False
        return value, at, False
    total, group, rank, top, at = 0, 0, 10_000, 10**12, index
    while at < len(atoms) and (at == index or _adjacent(text, atoms[at - 1], atoms[at])):
        word = atoms[at].word
        if word in _MULTIPLIERS and _MULTIPLIERS[word] < top:
            top = _MULTIPLIERS[word]
            total, group, rank = total + (group or 1) * top, 0, 10_000
        elif word in CARDINALS:
            value_here = CARDINALS[word]
            size = 100 if value_here >= 100 else 10 if value_here >= 20 else 1
            if size >= rank or (rank == 10 and 10 <= value_here < 20):
                break
            group, rank = group + value_here, size
        elif word in ORDINALS and _magnitude(ORDINALS[word]) < rank:
            return Decimal(total + group + ORDINALS[word]), at + 1, True
        else:
            break
        at += 1
    return (Decimal(total + group), at, False) if at > index else None


def _rest(text: str, atoms: Sequence[_Atom], index: int, *, below: int) -> tuple[Decimal, int] | None:
    """What in digits follows a multiplier and belongs to its number, with the index after it."""
    if index >= len(atoms) or atoms[index].value is None or atoms[index].unit or atoms[index].ordinal:
        return None
    if not _adjacent(text, atoms[index - 1], atoms[index]):
        return None
    found = _value(text, atoms, index)
    return found[:2] if found is not None and 1 <= found[0] < below else None


def _magnitude(value: int) -> int:
    return 100 if value >= 100 else 10 if value >= 20 else 1


def _shared_units(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Units of ranges: in "от пятисот до трех тысяч рублей" the unit at the end counts for the beginning too."""
    shared = list(found)
    for index in range(len(shared) - 2, -1, -1):
        here, following = shared[index], shared[index + 1]
        if not here.unit and not here.ordinal and following.unit and _RANGE.fullmatch(text, here.end, following.start):
            shared[index] = replace(here, unit=following.unit)
    return shared
