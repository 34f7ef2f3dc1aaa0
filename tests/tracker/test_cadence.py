"""A bill on its way is asked often, one that lies still less, one that is over rarely, none less than every six hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker import cadence
from tracker.cadence import LONGEST, Pace
from tracker.models import DocumentFacts, PageKind, Reading, Status, Step

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def bill(days_ago: float | None, status: Status = Status.UNDER_CONSIDERATION, *, planned: bool = False) -> Reading:
    at = (NOW - timedelta(days=days_ago)).isoformat() if days_ago is not None else None
    steps = (Step(id="G", step="3.3", stage="", at=at, planned=False, title=""),) if at else ()
    if planned:
        steps = (*steps, Step(id=None, step="4.3", stage="", at=None, planned=True, title=""))
    document = DocumentFacts(id="bill/100001-99", kind="bill", number="100001-99", date=None, title="", status=status)
    return Reading(source="sozd", page=PageKind.DOCUMENT, document=document, events=steps)


def test_the_longer_a_bill_lies_the_longer_the_interval() -> None:
    every = timedelta(minutes=30)
    ages = [1, 40, 60, 170, 400]
    waits = [cadence.interval(every, cadence.of_bill(bill(age), NOW)) for age in ages]
    assert waits == sorted(waits)
    assert waits[0] == every
    assert waits[-1] > waits[0]


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.RETURNED])
def test_a_bill_that_ended_is_watched_closely_for_weeks_and_then_rarely(status: Status) -> None:
    every = timedelta(minutes=30)
    assert cadence.interval(every, cadence.of_bill(bill(3, status), NOW)) == every
    assert cadence.interval(every, cadence.of_bill(bill(90, status), NOW)) == LONGEST


def test_no_interval_exceeds_six_hours_unless_the_operator_says_so() -> None:
    still = cadence.of_bill(bill(1000), NOW)
    assert cadence.interval(timedelta(hours=6), still) == LONGEST
    assert cadence.interval(timedelta(days=3), still) == timedelta(days=3)


def test_a_planned_step_keeps_a_bill_lively() -> None:
    assert cadence.of_bill(bill(100, planned=True), NOW) == cadence.LIVELY
    assert cadence.of_bill(bill(100), NOW) != cadence.LIVELY


def test_a_bill_without_steps_is_lively() -> None:
    assert cadence.of_bill(bill(None), NOW) == cadence.LIVELY


def test_a_pace_survives_the_store() -> None:
    pace = Pace(stretch=8, whole=timedelta(hours=12))
    assert Pace.from_json(pace.to_json()) == pace
