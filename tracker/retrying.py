"""When to try again what could not be had: ever more rarely, and never given up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

FIRST: Final = timedelta(minutes=15)
LAST: Final = timedelta(hours=24)


def later(failed: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """What to remember of one more failure: how many there were, and when to try again. `failed` is what was remembered."""
    failures = int(failed["failures"]) + 1 if failed else 1
    wait = min(FIRST * 2 ** min(failures - 1, 10), LAST)
    return {"failures": failures, "next": (now + wait).isoformat()}


def is_due(failed: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is time to try again; a moment further away than any wait was set by a clock that was ahead."""
    return not timedelta(0) < datetime.fromisoformat(failed["next"]) - now <= LAST
