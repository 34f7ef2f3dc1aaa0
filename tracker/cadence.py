"""How often a document is worth a look. Pure: a bill that is on its way often, one that lies still less, one that is over rarely.

No document waits longer than six hours, so that a day without a look is always a fault, and a night's outage is none yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from tracker.models import Reading, Status
from tracker.payloads import moment

LONGEST: Final = timedelta(hours=6)

_ENDS: Final = frozenset({Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.RETURNED})
_ON_ITS_WAY: Final = timedelta(days=45)  # what is on an agenda is decided in weeks
_LYING: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often to look.

    `stretch`: the source's interval is multiplied by it. `whole`: the whole page is read at the latest after so long, whatever
    a cheap poll says.
    """

    stretch: float
    whole: timedelta

    def to_json(self) -> dict[str, float]:
        """For the store."""
        return {"stretch": self.stretch, "whole": self.whole.total_seconds()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        return cls(stretch=float(data["stretch"]), whole=timedelta(seconds=float(data["whole"])))


#: What is known of nothing yet is looked at closely.
LIVELY: Final = Pace(stretch=1, whole=timedelta(hours=2))
_WARM: Final = Pace(stretch=2, whole=timedelta(hours=6))
_STILL: Final = Pace(stretch=8, whole=timedelta(hours=12))
_OVER: Final = Pace(stretch=24, whole=timedelta(hours=24))


def of_bill(reading: Reading, now: datetime) -> Pace:
    """How lively a bill is, by its card: a planned step, the day of its last one, whether it has ended."""
    held = [moment(step.at) for step in reading.events if step.at and not step.planned]
    age = now - max(held) if held else timedelta(0)
    status = reading.document.status if reading.document else None
    if status in _ENDS:
        return _OVER if age > _ON_ITS_WAY else LIVELY
    planned = any(step.planned for step in reading.events)
    if age <= _ON_ITS_WAY or (planned and age <= _LYING):
        return LIVELY
    return _WARM if age <= _LYING else _STILL


def interval(every: timedelta, pace: Pace) -> timedelta:
    """The interval of one document, where its source is asked every `every`."""
    return max(every, min(every * pace.stretch, LONGEST))
