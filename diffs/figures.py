"""Numbers and dates that a change touches: values with their units, in digits and in words.

A number is paired with the one that took its place: the same unit in the same role, or a bare number at the same spot of the
sentence. Numbers that only name something (an article, a part, an act, a date, the label of an item) are not quantities;
their digits are shown all the same, at a lower level.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from diffs.findings import Change, Finding, finding
from diffs.numerals import UNIT_FORMS, Quantity, plural, written
from diffs.words import words
from tracker.models import Level

_ORDINAL: Final = r"[а-я]+(?:ый|ой|ий|ая|ья|ого|его|ей|ым|им|ом|ем|ую|ью|ых|их|ыми|ими)"
_NAMED: Final = r"(?:стать|част|пункт|подпункт|абзац|глав|раздел|параграф|приложени|примечани|предложени|чтени)"
_REFERENCE: Final = re.compile(
    rf"(?:\b{_NAMED}\w*|№|\b(?:ст|ч|п|пп|абз|гл)\.)(?:\s*(?:[\d.,\-]+|\b{_ORDINAL}\b)(?:\s*(?:,|и|или|-))?)*\s*$",
    re.IGNORECASE,
)
_NAMED_AFTER: Final = re.compile(rf"\s+(?:(?:и|или)\s+{_ORDINAL}\s+)?{_NAMED}", re.IGNORECASE)
_LONGEST_LEAD: Final = 120  # characters
_REACH: Final = 80  # characters before a number in which its "статьи" may stand
_MONTHS: Final = {
    "января": "January", "февраля": "February", "марта": "March", "апреля": "April", "мая": "May", "июня": "June",
    "июля": "July", "августа": "August", "сентября": "September", "октября": "October", "ноября": "November",
    "декабря": "December",
}  # fmt: skip
_DATE: Final = re.compile(
    rf"\b\d{{1,2}}\.\d{{2}}\.\d{{4}}\b|\b\d{{1,2}} ({'|'.join(_MONTHS)})\b(?: \d{{4}}(?: (?:года\b|г\.))?)?",
    re.IGNORECASE,
)
_ACT_NUMBER: Final = re.compile(r"\s*,?\s*№")
_TIME: Final = frozenset({"year", "month", "week", "day", "working day", "calendar day", "hour", "minute"})


@dataclass(frozen=True, slots=True)
class _Spot:
    """A quantity that an edit reaches."""

    quantity: Quantity
    edit: int
    lead: tuple[str, ...] | None  # words between the beginning of the edit and the quantity, if these are not many
    role: tuple[str, ...]  # the two words before it, up to the number before it: "до" in "от 500 до 3000 рублей"


def numbers(change: Change) -> Iterator[Finding]:
    """What became of the quantities, dates and other digits of a reworded unit."""
    gone, come = _touched(change, sign="-"), _touched(change, sign="+")
    pairs, left_old, left_new = _paired(change, gone, come)
    for old, new in pairs:
        yield from _changed(change, old.quantity, new.quantity)
    for quantity in filter(_counts, (spot.quantity for spot in left_new)):
        shown, shown_en = _one(quantity), _one_en(quantity)
        text, text_en = f"В тексте появилось число: {shown}.", f"A number appeared in the text: {shown_en}."
        yield finding(Level.MAJOR, "number", text, text_en, where=change.address)
    for quantity in filter(_counts, (spot.quantity for spot in left_old)):
        shown, shown_en = _one(quantity), _one_en(quantity)
        text, text_en = f"Из текста исключено число: {shown}.", f"A number was struck from the text: {shown_en}."
        yield finding(Level.MAJOR, "number", text, text_en, where=change.address)
    dates_gone, dates_come = _touched_dates(change, sign="-"), _touched_dates(change, sign="+")
    yield from _dates_changed(dates_gone, dates_come, where=change.address)
    told = [spot.quantity.words for spot in (*gone, *come)] + [day for _, day in (*dates_gone, *dates_come)]
    yield from _signs(change)
    yield from _digits(change, set(_DIGITS.findall(" ".join(told))))


def _changed(change: Change, old: Quantity, new: Quantity) -> Iterator[Finding]:
    if old.value == new.value and old.unit == new.unit:
        return
    shown = _shown(old, new)
    if new.unit == "person" and re.search(r"\bпризыв\w*|\bпризва\w+", change.new, re.IGNORECASE):
        text = f"Изменена численность призыва: {shown}."
        text_en = f"The size of a call-up changed: {_shown_en(old, new)}."
        yield finding(Level.KEY, "call-up-size", text, text_en, where=change.address)
    text_en = f"A number in the text changed: {_shown_en(old, new)}."
    yield finding(Level.MAJOR, "number", f"В тексте изменено число: {shown}.", text_en, where=change.address)


# ---------------------------------------------------------------- where the edits are

_Range = tuple[int, int, int]  # where an edit begins and ends on one side, and its number


def _ranges(change: Change, sign: str) -> list[_Range]:
    ranges: list[_Range] = []
    position = edit = 0
    after_equal = True
    for mark, piece in change.body_spans:
        if mark == "=":
            after_equal = True
            position += len(piece)
            continue
        edit += after_equal
        after_equal = False
        length = len(piece) if mark == sign else 0
        ranges.append((position, position + length, edit))
        position += length
    return ranges


def _reaching(ranges: Sequence[_Range], first: int, last: int) -> _Range | None:
    """The first edit that reaches a stretch of text.

    One that only adds to the other side has a place here too: "дней" -> "рабочих дней" touches the number before it.
    """
    at = bisect_right(ranges, first, key=itemgetter(1))
    return ranges[at] if at < len(ranges) and ranges[at][0] < last else None


def _touched(change: Change, *, sign: str) -> list[_Spot]:
    text = change.old if sign == "-" else change.new
    ranges = _ranges(change, sign)
    spots = []
    dates = [(*found.span(), 0) for found in _DATE.finditer(text)]
    before = 0
    for quantity in change.quantities[0 if sign == "-" else 1]:
        # "не позднее[ двух] суток": what went stood beside the blank.
        first = quantity.start if quantity.words else quantity.start - 2
        found = _reaching(ranges, first, quantity.end)
        if found is not None and _says_how_much(text, quantity, dates):
            role = tuple(words(text[max(before, quantity.start - _REACH) : quantity.start].lower())[-2:])
            near = quantity.start - found[0] <= _LONGEST_LEAD
            lead = tuple(words(text[found[0] : quantity.start])) if near else None
            spots.append(_Spot(quantity, found[2], lead, role))
        before = quantity.start + len(quantity.words)
    return spots


def _touched_dates(change: Change, *, sign: str) -> list[tuple[int, str]]:
    """(edit, day as written) of every day that an edit reaches, but not of those by which an act is cited."""
    text = change.old if sign == "-" else change.new
    ranges = _ranges(change, sign)
    found = []
    for day in _DATE.finditer(text):
        cited = text.endswith("от ", 0, day.start()) and _ACT_NUMBER.match(text, day.end())
        edit = _reaching(ranges, *day.span())
        if edit is not None and not cited:
            found.append((edit[2], day[0]))
    return found


def _says_how_much(text: str, quantity: Quantity, dates: Sequence[_Range]) -> bool:
    """Whether a number counts something and does not only name a unit of law, an act, an item or one of the `dates`."""
    first, last = quantity.start, quantity.start + len(quantity.words)
    before = text[max(0, first - _REACH) : first]
    if _reaching(dates, first, last) is not None:
        return False
    if not quantity.unit and text[last : last + 1] == ")" and before.rfind("(") <= before.rfind(")"):
        return False  # the label of an item
    return not (_REFERENCE.search(before) or (quantity.ordinal and _NAMED_AFTER.match(text, last)))


# ---------------------------------------------------------------- what took whose place


def _paired(
    change: Change, gone: Sequence[_Spot], come: Sequence[_Spot]
) -> tuple[list[tuple[_Spot, _Spot]], list[_Spot], list[_Spot]]:
    """Pairs in the order of the old text, then what is left on each side."""
    left_old, left_new = dict.fromkeys(gone), dict.fromkeys(come)  # in order
    pairs: list[tuple[_Spot, _Spot]] = []

    def settle(key: Callable[[_Spot], Hashable]) -> None:
        waiting: dict[Hashable, deque[_Spot]] = defaultdict(deque)
        for spot in left_new:
            waiting[key(spot)].append(spot)
        for old in list(left_old):
            wanted = key(old)
            if wanted is not None and waiting[wanted]:
                new = waiting[wanted].popleft()
                pairs.append((old, new))
                del left_old[old], left_new[new]

    settle(lambda spot: (*_kind(spot), spot.role) if spot.quantity.unit else None)
    settle(lambda spot: (*_kind(spot), spot.lead) if spot.lead is not None else None)
    if any(sign == "=" for sign, _ in change.body_spans):  # in a rewritten unit nothing shows what replaced what
        crowds = Counter(map(_kind, gone)) | Counter(map(_kind, come))
        settle(lambda spot: _kind(spot) if spot.quantity.unit and crowds[_kind(spot)] == 1 else None)
    # The same quantity elsewhere in the unit only changed its place.
    settle(lambda spot: (spot.quantity.value, spot.quantity.unit, spot.quantity.ordinal))
    pairs.sort(key=lambda pair: pair[0].quantity.start)
    return pairs, list(left_old), list(left_new)


def _kind(spot: _Spot) -> tuple[int, str, bool]:
    """What may take each other's place: quantities of one edit that count one thing; all measures of time are one."""
    quantity = spot.quantity
    unit = "time" if quantity.unit in _TIME and not _is_year(quantity) else quantity.unit
    return spot.edit, unit, quantity.ordinal


def _is_year(quantity: Quantity) -> bool:
    """Whether it is the number of a year and not a count of years."""
    return quantity.unit == "year" and quantity.value >= 1900


def _counts(quantity: Quantity) -> bool:
    """Whether a number that came or went alone says something."""
    return bool(quantity.unit) and not _is_year(quantity)


# ---------------------------------------------------------------- in words


def _forms(quantity: Quantity) -> tuple[str, str, str] | None:
    return ("год", "год", "год") if _is_year(quantity) else UNIT_FORMS.get(quantity.unit)


def _one(quantity: Quantity) -> str:
    forms = _forms(quantity)
    return f"{written(quantity.value)} {plural(quantity.value, forms)}" if forms else written(quantity.value)


def _shown(old: Quantity, new: Quantity) -> str:
    first = written(old.value) if old.unit == new.unit else _one(old)
    return f"{first} → {_one(new)}"


def _written_en(quantity: Quantity) -> str:
    return written(quantity.value).replace(",", ".")


def _one_en(quantity: Quantity) -> str:
    if not _counts(quantity):
        return _written_en(quantity)
    plural_s = {"person": "people", "percent": "percent"}.get(quantity.unit, quantity.unit + "s")
    return f"{_written_en(quantity)} {quantity.unit if quantity.value == 1 else plural_s}"


def _shown_en(old: Quantity, new: Quantity) -> str:
    first = _written_en(old) if old.unit == new.unit else _one_en(old)
    return f"{first} → {_one_en(new)}"


# ---------------------------------------------------------------- dates and other digits


def _dates_changed(
    gone: Sequence[tuple[int, str]], come: Sequence[tuple[int, str]], *, where: str
) -> Iterator[Finding]:
    left_new = list(come)
    for edit, old in gone:
        partner = next((day for day in left_new if day[0] == edit), None)
        if partner is None:
            text, text_en = f"Из текста исключена дата: {old}.", f"A date was struck from the text: {_day_en(old)}."
        else:
            left_new.remove(partner)
            new = partner[1]
            text, text_en = f"Изменена дата: {old} → {new}.", f"A date changed: {_day_en(old)} → {_day_en(new)}."
        if partner is None or partner[1] != old:
            yield finding(Level.MAJOR, "date", text, text_en, where=where)
    for _, new in left_new:
        text_en = f"A date appeared in the text: {_day_en(new)}."
        yield finding(Level.MAJOR, "date", f"В тексте появилась дата: {new}.", text_en, where=where)


def _day_en(day: str) -> str:
    return " ".join(_MONTHS.get(word.lower(), word) for word in day.split(" ") if word not in {"года", "г."})


# A hyphen between two numbers is a range, however it is spaced.
_BELOW_ZERO: Final = re.compile(r"(?:^|(?<=[\s(\"]))(?<!\d )-\d+(?:,\d+)?")


def _signs(change: Change) -> Iterator[Finding]:
    """A number that went below zero, or came back."""
    if "-" not in change.struck and "-" not in change.added:
        return
    old, new = (Counter(_BELOW_ZERO.findall(side)) for side in (change.old, change.new))
    if old.total() == new.total():
        return  # another number is told as such
    appeared = new.total() > old.total()
    shown = ", ".join(((new - old) if appeared else (old - new)).elements())
    word, word_en = ("появился", "appeared before") if appeared else ("снят", "was struck from")
    text, text_en = f"Перед числом {word} минус: {shown}.", f"A minus {word_en} a number: {shown}."
    yield finding(Level.MAJOR, "number", text, text_en, where=change.address)


_DIGITS: Final = re.compile(r"\d+(?:[.,/\-]\w+)*")


def _digits(change: Change, told: set[str]) -> Iterator[Finding]:
    """Any digit that changed is shown: numbers of articles and acts too. `told` are those that a rule above named."""
    for edit in change.edits:
        old, new = Counter(_DIGITS.findall(edit.struck)), Counter(_DIGITS.findall(edit.added))
        gone = ", ".join(digit for digit in (old - new).elements() if digit not in told)
        come = ", ".join(digit for digit in (new - old).elements() if digit not in told)
        if gone and come:
            text, text_en = f"Изменены цифры: {gone} → {come}.", f"Digits changed: {gone} → {come}."
        elif gone:
            text, text_en = f"Исключены цифры: {gone}.", f"Digits struck out: {gone}."
        elif come:
            text, text_en = f"Появились цифры: {come}.", f"Digits appeared: {come}."
        else:
            continue
        yield finding(Level.NOTABLE, "digits", text, text_en, where=change.address)
