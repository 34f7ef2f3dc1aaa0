"""Dates as people read them: Moscow time and UTC, both printed, never hidden in a hover."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = ZoneInfo("Europe/Moscow")

_MONTHS: Final = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905 - a calendar reads better as one line
)
_MONTH_NAMES: Final = (
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()  # noqa: SIM905 - the same
)


def both(moment: datetime) -> str:
    """``14.05.2026 14:05 МСК (11:05 UTC)``; the UTC date is printed when it is another day."""
    here, there = moment.astimezone(MOSCOW), moment.astimezone(UTC)
    utc = f"{there:%H:%M}" if here.date() == there.date() else f"{there:%d.%m.%Y %H:%M}"
    return f"{here:%d.%m.%Y %H:%M} МСК ({utc} UTC)"


def checked(moment: datetime) -> str:
    """``22.11 в 14:05 МСК (11:05 UTC)``: for the line about freshness, beside which the page's own date stands."""
    here, there = moment.astimezone(MOSCOW), moment.astimezone(UTC)
    utc = f"{there:%H:%M}" if here.date() == there.date() else f"{there:%d.%m %H:%M}"
    return f"{here:%d.%m} в {here:%H:%M} МСК ({utc} UTC)"


def short(moment: datetime) -> str:
    """``12.11 09:10 МСК``: for titles."""
    return f"{moment.astimezone(MOSCOW):%d.%m %H:%M} МСК"


def clock(moment: datetime) -> str:
    """``14:05 МСК (11:05 UTC)``: under a heading that names the Moscow day."""
    here, there = moment.astimezone(MOSCOW), moment.astimezone(UTC)
    utc = f"{there:%H:%M}" if here.date() == there.date() else f"{there:%d.%m %H:%M}"
    return f"{here:%H:%M} МСК ({utc} UTC)"


def moscow_day(moment: datetime) -> date:
    """The Moscow calendar day of a moment."""
    return moment.astimezone(MOSCOW).date()


def day(value: date) -> str:
    """``14 мая 2026``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """``май 2026``."""
    return f"{_MONTH_NAMES[value.month - 1]} {value.year}"


def parse(text: str | None) -> datetime | None:
    """An ISO moment of a payload; Moscow time when it names no zone; None for a date-only fact or anything else."""
    if not text or len(text) <= 10:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=MOSCOW)


def of_source(text: str | None) -> str:
    """What a source says about time: a date stays ``02.02.2026``, a moment gets both zones, the rest stays as it is."""
    if not text:
        return ""
    if moment := parse(text):
        return both(moment)
    return date_only(text)


def date_only(text: str | None) -> str:
    """The Moscow date of what a source says: ``02.02.2026``; the text itself when it is not ISO."""
    if not text:
        return ""
    if moment := parse(text):
        return f"{moment.astimezone(MOSCOW):%d.%m.%Y}"
    try:
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: ``2026-05-14T11:05:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
