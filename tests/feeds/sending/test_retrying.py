from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.sending.retrying import LONGEST_WAIT, after, hopeless, retry_after
from tests.receivers import NOON, delivery
from tracker.alerts import RETRIES, DeliveryState, Outcome

FAILED = Outcome(delivered=False, status=500)
CHANCE = Random(0)  # noqa: S311 - it only spreads waits


def test_the_waits_are_those_of_the_specification_with_a_longer_tail() -> None:
    minutes, hours = timedelta(minutes=1), timedelta(hours=1)
    waits = [timedelta(seconds=5), 5 * minutes, 30 * minutes, *(hours * each for each in (2, 5, 10, 14, 20, 24))]
    assert list(RETRIES) == waits
    for made, wait in enumerate(waits):
        state, due = after(delivery(attempts=made), FAILED, NOON, CHANCE)
        assert state is DeliveryState.WAITING
        assert due is not None
        assert wait <= due - NOON <= wait * 1.1


def test_the_tenth_failure_is_the_last() -> None:
    assert after(delivery(attempts=9), FAILED, NOON, CHANCE) == (DeliveryState.EXHAUSTED, None)


def test_delivered_and_gone_are_final() -> None:
    assert after(delivery(), Outcome(delivered=True), NOON, CHANCE) == (DeliveryState.DELIVERED, None)
    gone = Outcome(delivered=False, status=410, gone=True)
    assert after(delivery(), gone, NOON, CHANCE) == (DeliveryState.EXHAUSTED, None)


@given(made=st.integers(0, 8), asked=st.floats(0, 86400))
def test_never_earlier_than_asked_nor_than_planned(made: int, asked: float) -> None:
    outcome = Outcome(delivered=False, status=429, retry_after=asked)
    _, due = after(delivery(attempts=made), outcome, NOON, CHANCE)
    assert due is not None
    longest = max(RETRIES[made], timedelta(seconds=asked))
    assert longest <= due - NOON <= longest * 1.1 + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("99999999999999999999999", LONGEST_WAIT.total_seconds()),
        (format_datetime(NOON + timedelta(minutes=3), usegmt=True), 180),
        (format_datetime(NOON - timedelta(minutes=3), usegmt=True), 0),
        (format_datetime(NOON + timedelta(days=9), usegmt=True), 86400),
        ("Mon, 02 Nov 2026 12:00:09 -0000", 9),
        ("", None),
        (None, None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("Mon, 99 Nov 2026 99:00:00 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOON) == seconds


@given(st.text())
def test_any_retry_after_is_read_or_ignored(value: str) -> None:
    seconds = retry_after(value, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT.total_seconds()


def test_five_days_of_nothing_but_failures_are_enough_but_not_at_a_first_attempt() -> None:
    since = NOON - timedelta(days=5)
    assert hopeless(delivery(attempts=1), failing_since=since, now=NOON)
    assert not hopeless(delivery(attempts=0), failing_since=since, now=NOON)
    assert not hopeless(delivery(attempts=1), failing_since=since + timedelta(seconds=1), now=NOON)
    assert not hopeless(delivery(attempts=1), failing_since=None, now=NOON)
