"""When a message leaves: the next digest, the end of quiet hours. Clocks on the wall, with all that they do to time.

An hour that a clock skips in spring is taken as the moment just after it; one that it shows twice in autumn, as the first.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tracker.alerts import Digest, Quiet

_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 7


def next_digest(digest: Digest, now: datetime) -> datetime:
    """The first moment after `now` at which a digest is made, in UTC."""
    here = now.astimezone(ZoneInfo(digest.zone))
    if digest.every == "hour":
        # Full hours of that place: some zones are half an hour off UTC.
        passed = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
        return now.astimezone(UTC) - passed + _HOUR
    for ahead in range(_WEEK + 2):
        day = here.date() + timedelta(days=ahead)
        moment = datetime.combine(day, digest.at, here.tzinfo).astimezone(UTC)
        if moment > now and (digest.every == "day" or day.weekday() == digest.weekday):
            return moment
    raise AssertionError("every weekday occurs within nine days")


def after_quiet(quiet: Quiet | None, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls in, in UTC."""
    if quiet is None or not _is_quiet(quiet, moment):
        return moment.astimezone(UTC)
    here = moment.astimezone(ZoneInfo(quiet.zone))
    for ahead in range(3):
        end = datetime.combine(here.date() + timedelta(days=ahead), quiet.ends, here.tzinfo).astimezone(UTC)
        if end > moment and not _is_quiet(quiet, end):
            return end
    raise AssertionError("quiet hours end every day")


def _is_quiet(quiet: Quiet, moment: datetime) -> bool:
    clock: time = moment.astimezone(ZoneInfo(quiet.zone)).time()
    if quiet.begins <= quiet.ends:
        return quiet.begins <= clock < quiet.ends
    return clock >= quiet.begins or clock < quiet.ends
