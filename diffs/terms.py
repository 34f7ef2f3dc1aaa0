"""Terms of law as days: "по истечении 180 дней после дня его официального опубликования" read and counted.

The counting is that of the acts themselves, with no weekend moving anything. "После дня" leaves that day out: 180 days after
28.04.2023 are over on 25.10.2023, and the act works from 26.10.2023. Whether "со дня" counts its day is not settled, so
both days are candidates; so are both when a month has no day of that number.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from diffs.numerals import quantities

Base = Literal["publication", "signing", "entry", "other"]
Count = Literal["after", "from", "on", "next", "behind"]

MONTHS: Final = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_DAY: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:-го)? (?P<name>{'|'.join(MONTHS)}) (?P<year>\d{{4}})\b"
    r"|\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b",
    re.IGNORECASE,
)
_EVENT: Final = (
    r"(?:(?:его|ее|их)\s+)?(?:(?:первого|официального)\s+)*"
    r"(?:(?P<publication>опубликования)|(?P<signing>подписания)"
    r"|(?P<entry>вступления\s+(?:его\s+|ее\s+)?в\s+силу(?:\s+настоящ\w+)?)|(?P<other>[а-я]+))"
)
_TERM: Final = re.compile(
    r"\b(?:по\s+истечении|через|спустя)\s+(?P<amount>[^,;]{1,90}?)\s+"
    rf"(?P<how>после\s+дня|после|со\s+дня|с\s+даты|с\s+момента)\s+{_EVENT}",
    re.IGNORECASE,
)
_POINT: Final = re.compile(
    rf"\b(?:(?P<next>со\s+дня,\s+следующего\s+за\s+днем|на\s+следующий\s+день\s+после(?:\s+дня)?|после\s+дня)"
    rf"|(?P<on>со\s+дня|с\s+даты|с\s+момента)|(?P<behind>после))\s+{_EVENT}",
    re.IGNORECASE,
)
_FROM_DAY: Final = re.compile(rf"\bсо?\s+(?={_DAY.pattern})", re.IGNORECASE)
_FLOOR: Final = re.compile(r"\bне\s+ранее\b(?:,?\s+чем)?", re.IGNORECASE)
_GENITIVE_DAY: Final = re.compile(r"^\s*дня\b")  # "не ранее дня его опубликования"
_BARE: Final = {"месяца": (1, "month"), "года": (1, "year"), "недели": (1, "week")}
_UNITS: Final = {"day": "days", "calendar day": "days", "week": "days", "month": "months", "year": "months"}
_IN_ONE: Final = {"day": 1, "calendar day": 1, "week": 7, "month": 1, "year": 12}
_LONGEST: Final = 36_600  # days or months; a longer term is a misreading


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """When something begins: on a `day`, or `amount` days or months `count`-ed from a `base`; not before `floor`.

    `amount` is None when the number or its unit cannot be counted in a calendar (working days). `count`: ``after`` the day
    of the base, ``from`` it, ``on`` it, the ``next`` day, or somewhere ``behind`` it.
    """

    rule: str
    base: Base | None = None
    count: Count = "on"
    amount: int | None = None
    unit: str = "days"
    day: date | None = None
    floor: Term | None = None


OTHER: Final = Term(rule="other", base="other")


def days_in(text: str) -> tuple[date, ...]:
    """The days that a text names, in order, each once; one that no calendar has is left out."""
    return tuple(dict.fromkeys(day for found in _DAY.finditer(text) if (day := _date(found)) is not None))


def _date(found: re.Match[str]) -> date | None:
    try:
        if found["name"]:
            return date(int(found["year"]), MONTHS.index(found["name"].lower()) + 1, int(found["day"]))
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:  # 31 февраля
        return None


def read(words: str) -> Term:
    """The term that canonical words name; `OTHER` when they name none that is known here."""
    floor = _FLOOR.search(words)
    if floor is None:
        return _one(words)
    least = _one(_GENITIVE_DAY.sub(" со дня", words[floor.end() :]), bare_day=True)
    main = _one(words[: floor.start()])
    if main is OTHER:
        return Term(rule="not_before", base="other")  # some later day that this text does not name
    return Term(
        rule=f"{main.rule}_not_before",
        base=main.base,
        count=main.count,
        amount=main.amount,
        unit=main.unit,
        day=main.day,
        floor=least,
    )


def _one(words: str, *, bare_day: bool = False) -> Term:
    term = _TERM.search(words)
    if term is not None:
        return _counted(term)
    begins = _FROM_DAY.search(words)
    named = _DAY.search(words, begins.end() if begins else 0) if begins or bare_day else None
    if named is not None:
        day = _date(named)
        return Term(rule="date", day=day) if day is not None else OTHER
    point = _POINT.search(words)
    if point is None:
        return OTHER
    base = _base(point)
    if base == "other":
        return OTHER
    count: Count = "next" if point["next"] else "on" if point["on"] else "behind"
    rule = {"next": f"day_after_{base}", "on": f"{base}_day", "behind": f"after_{base}"}[count]
    return Term(rule=rule, base=base, count=count)


def _counted(term: re.Match[str]) -> Term:
    base = _base(term)
    count: Count = "after" if term["how"].lower().startswith("после") else "from"
    found = quantities(term["amount"])
    value, unit = (found[0].value, found[0].unit) if found else _BARE.get(term["amount"].lower(), (0, ""))
    if unit == "working day":
        return Term(rule=f"working_days_{count}_{base}", base=base, count=count)
    if unit not in _UNITS:
        return OTHER
    exact = Decimal(value) * _IN_ONE[unit]
    whole = int(exact) if exact == exact.to_integral_value() and 0 < exact <= _LONGEST else None
    return Term(rule=f"{_UNITS[unit]}_{count}_{base}", base=base, count=count, amount=whole, unit=_UNITS[unit])


def _base(found: re.Match[str]) -> Base:
    if found["publication"]:
        return "publication"
    if found["signing"]:
        return "signing"
    # Only this act's own entry ("настоящего", "его") can be known here.
    own = re.search(r"\b(?:настоящ\w+|его|ее)\b", found[0], re.IGNORECASE)
    return "entry" if found["entry"] and own else "other"


# ---------------------------------------------------------------- counting


def candidates(term: Term, bases: Mapping[str, Sequence[date]]) -> tuple[date, ...]:
    """Every day that the term may mean, sorted; empty when a base is not known. `bases`: the days of each event."""
    days = _days(term, bases)
    if term.floor is not None:
        least = _days(term.floor, bases)
        days = {max(day, floor) for day in days for floor in least}
    return tuple(sorted(days))


def _days(term: Term, bases: Mapping[str, Sequence[date]]) -> set[date]:
    if term.day is not None:
        return {term.day}
    try:
        return {day for base in bases.get(term.base or "", ()) for day in _from(term, base)}
    except OverflowError:  # past the end of the calendar
        return set()


_ONE_DAY: Final = timedelta(days=1)


def _from(term: Term, base: date) -> set[date]:
    if term.count == "on":
        return {base}
    if term.count == "next":
        return {base + _ONE_DAY}
    if term.count == "behind":
        return {base, base + _ONE_DAY}
    if term.amount is None:
        return set()
    ends = _months_later(base, term.amount) if term.unit == "months" else {base + timedelta(days=term.amount)}
    after = {day + _ONE_DAY for day in ends}
    return after if term.count == "after" else ends | after


def _months_later(day: date, months: int) -> set[date]:
    """The same day of a later month; where the month has none, its last day and the first of the next."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return set()
    last = calendar.monthrange(year, month + 1)[1]
    if day.day <= last:
        return {date(year, month + 1, day.day)}
    end = date(year, month + 1, last)
    return {end, end + _ONE_DAY}
