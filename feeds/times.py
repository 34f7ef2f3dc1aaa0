"""Dates as people read them: Moscow time and UTC, both printed, never hidden in a hover."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from tracker.models import Language

MOSCOW: Final = ZoneInfo("Europe/Moscow")

_MONTHS: Final = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905 - a calendar reads better as one line
)
_MONTH_NAMES: Final = (
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()  # noqa: SIM905 - the same
)


_ENGLISH: Final = "January February March April May June July August September October November December".split()  # noqa: SIM905 - the same


def both(moment: datetime, *, language: Language = "ru") -> str:
    """``14.05.2026 14:05 МСК (11:05 UTC)``; the UTC date is printed when it is another day."""
    here = moment.astimezone(MOSCOW)
    return f"{_date(here.date(), language)} {clock(moment, language=language, dated=True)}"


def checked(moment: datetime, *, language: Language = "ru") -> str:
    """``22.11 в 14:05 МСК (11:05 UTC)``: for the line about freshness, beside which the page's own date stands."""
    here = moment.astimezone(MOSCOW)
    at = f"{here:%d.%m} в" if language == "ru" else f"{here.day} {_ENGLISH[here.month - 1][:3]} at"
    return f"{at} {clock(moment, language=language)}"


def short(moment: datetime, *, language: Language = "ru") -> str:
    """``12.11 09:10 МСК``: for titles."""
    here = moment.astimezone(MOSCOW)
    if language == "en":
        return f"{here.day} {_ENGLISH[here.month - 1][:3]} {here:%H:%M} MSK"
    return f"{here:%d.%m %H:%M} МСК"


def clock(moment: datetime, *, language: Language = "ru", dated: bool = False) -> str:
    """``14:05 МСК (11:05 UTC)``: under a heading that names the Moscow day. `dated`: a UTC date is given with its year."""
    here, there = moment.astimezone(MOSCOW), moment.astimezone(UTC)
    utc = f"{there:%H:%M}"
    if here.date() != there.date():
        day_of = f"{there:%d.%m}" if language == "ru" else f"{there.day} {_ENGLISH[there.month - 1][:3]}"
        utc = f"{_date(there.date(), language)} {utc}" if dated else f"{day_of} {utc}"
    return f"{here:%H:%M} {'МСК' if language == 'ru' else 'MSK'} ({utc} UTC)"


def _date(value: date, language: Language) -> str:
    """``14.05.2026``, ``14 May 2026``."""
    return f"{value:%d.%m.%Y}" if language == "ru" else day(value, language=language)


def moscow_day(moment: datetime) -> date:
    """The Moscow calendar day of a moment."""
    return moment.astimezone(MOSCOW).date()


def day(value: date, *, language: Language = "ru") -> str:
    """``14 мая 2026``."""
    names = _MONTHS if language == "ru" else _ENGLISH
    return f"{value.day} {names[value.month - 1]} {value.year}"


def month(value: date, *, language: Language = "ru") -> str:
    """``май 2026``."""
    names = _MONTH_NAMES if language == "ru" else _ENGLISH
    return f"{names[value.month - 1]} {value.year}"


def parse(text: str | None) -> datetime | None:
    """An ISO moment of a payload; Moscow time when it names no zone; None for a date-only fact or anything else."""
    if not text or len(text) <= 10:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=MOSCOW)


def of_source(text: str | None, *, language: Language = "ru") -> str:
    """What a source says about time: a date stays ``02.02.2026``, a moment gets both zones, the rest stays as it is."""
    if not text:
        return ""
    if moment := parse(text):
        return both(moment, language=language)
    return date_only(text, language=language)


def date_only(text: str | None, *, language: Language = "ru") -> str:
    """The Moscow date of what a source says: ``02.02.2026``; the text itself when it is not ISO."""
    if not text:
        return ""
    if moment := parse(text):
        return _date(moment.astimezone(MOSCOW).date(), language)
    try:
        return _date(date.fromisoformat(text), language)
    except ValueError:
        return text


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: ``2026-05-14T11:05:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
