"""Digests and quiet hours on clocks that jump, in zones that are half an hour off, over midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.alerts.timing import after_quiet, next_digest
from tracker.alerts import Digest, Quiet

ZONES = (
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
moments = st.datetimes(datetime(2009, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("digest", "now", "expected"),
    [
        (Digest(every="day"), at("2026-05-14T08:59", "Europe/Moscow"), at("2026-05-14T09:00", "Europe/Moscow")),
        (Digest(every="day"), at("2026-05-14T09:00", "Europe/Moscow"), at("2026-05-15T09:00", "Europe/Moscow")),
        (Digest(every="week", weekday=0), at("2026-05-14T12:00"), at("2026-05-18T09:00", "Europe/Moscow")),
        (Digest(every="week", weekday=3), at("2026-05-14T05:59"), at("2026-05-14T06:00")),
        (Digest(every="hour"), at("2026-05-14T11:05:09"), at("2026-05-14T12:00")),
        (Digest(every="hour", zone="Asia/Kolkata"), at("2026-05-14T11:05"), at("2026-05-14T11:30")),
        # Berlin, 29 March 2026: 02:30 does not exist; the digest leaves just after the gap.
        (Digest(every="day", at=time(2, 30), zone="Europe/Berlin"), at("2026-03-29T00:00"), at("2026-03-29T01:30")),
        # Berlin, 25 October 2026: 02:30 comes twice; the first counts, and the second is no other digest.
        (Digest(every="day", at=time(2, 30), zone="Europe/Berlin"), at("2026-10-25T00:00"), at("2026-10-25T00:30")),
        (Digest(every="day", at=time(2, 30), zone="Europe/Berlin"), at("2026-10-25T00:30"), at("2026-10-26T01:30")),
    ],
)
def test_the_next_digest(digest: Digest, now: datetime, expected: datetime) -> None:
    assert next_digest(digest, now) == expected


@given(moments, clocks, st.sampled_from(ZONES), st.sampled_from(["hour", "day", "week"]), st.integers(0, 6))
def test_a_digest_is_always_ahead_and_never_far(
    now: datetime, clock: time, zone: str, every: Any, weekday: int
) -> None:
    digest = Digest(every=every, at=clock, weekday=weekday, zone=zone)
    found = next_digest(digest, now)
    longest = {"hour": timedelta(hours=1), "day": timedelta(days=2, hours=2), "week": timedelta(days=9)}[every]
    assert timedelta(0) < found - now <= longest
    assert found.tzinfo is UTC


@given(moments, clocks, st.sampled_from(ZONES))
def test_there_is_one_digest_a_day(now: datetime, clock: time, zone: str) -> None:
    digest = Digest(every="day", at=clock, zone=zone)
    first = next_digest(digest, now)
    second = next_digest(digest, first)
    here = ZoneInfo(zone)
    days = (second.astimezone(here).date() - first.astimezone(here).date()).days
    assert days >= 1 or second - first > timedelta(hours=20)
    assert next_digest(digest, first - timedelta(seconds=1)) == first


@pytest.mark.parametrize(
    ("quiet", "moment", "expected"),
    [
        (
            Quiet(begins=time(22), ends=time(7)),
            at("2026-05-14T23:00", "Europe/Moscow"),
            at("2026-05-15T07:00", "Europe/Moscow"),
        ),
        (
            Quiet(begins=time(22), ends=time(7)),
            at("2026-05-15T06:59", "Europe/Moscow"),
            at("2026-05-15T07:00", "Europe/Moscow"),
        ),
        (
            Quiet(begins=time(22), ends=time(7)),
            at("2026-05-15T07:00", "Europe/Moscow"),
            at("2026-05-15T07:00", "Europe/Moscow"),
        ),
        (
            Quiet(begins=time(13), ends=time(14)),
            at("2026-05-15T13:30", "Europe/Moscow"),
            at("2026-05-15T14:00", "Europe/Moscow"),
        ),
        # Berlin, 29 March 2026: they would end at 02:30, which does not exist.
        (
            Quiet(begins=time(22), ends=time(2, 30), zone="Europe/Berlin"),
            at("2026-03-29T00:30"),
            at("2026-03-29T01:30"),
        ),
        # Berlin, 25 October 2026: in the second 02:15 it is quiet again, until the next evening's hours it is not.
        (
            Quiet(begins=time(22), ends=time(2, 30), zone="Europe/Berlin"),
            at("2026-10-25T00:10"),
            at("2026-10-25T00:30"),
        ),
    ],
)
def test_quiet_hours_cross_midnight_and_clocks(quiet: Quiet, moment: datetime, expected: datetime) -> None:
    assert after_quiet(quiet, moment) == expected


def test_without_quiet_hours_nothing_waits() -> None:
    assert after_quiet(None, at("2026-05-14T23:00")) == at("2026-05-14T23:00")


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_what_leaves_leaves_outside_the_quiet_hours(now: datetime, begins: time, ends: time, zone: str) -> None:
    if begins == ends:
        return
    found = after_quiet(Quiet(begins=begins, ends=ends, zone=zone), now)
    clock = found.astimezone(ZoneInfo(zone)).time()
    loud = not (begins <= clock < ends) if begins < ends else ends <= clock < begins
    assert loud
    assert timedelta(0) <= found - now <= timedelta(days=2, hours=2)
