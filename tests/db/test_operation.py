"""Watches, sources, quarantine, state, leases and jobs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from db.store import Store
from tracker.errors import StoreError
from tracker.models import Observation, Problem, Quarantined, SourceState, Watch

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make


@pytest.fixture
def watch(make: Make) -> Watch:
    return Watch(
        target=make.bill,
        source="sozd",
        url=make.url,
        selector=None,
        origin="config",
        added_at=make.at(),
        silent_before=make.at(),
    )


def test_a_watch_comes_back_and_goes(store: Store, make: Make, watch: Watch) -> None:
    other = dataclasses.replace(
        watch, source="sozd-rss", muted=True, selector="#main", title="Реестр", next_due=make.at(5)
    )
    store.put_watch(watch)
    store.put_watch(other)

    assert store.watch(make.bill, "sozd") == watch
    assert store.watch(make.bill, "sozd-rss") == other
    assert store.watch(make.bill, "ips") is None
    assert store.watches() == (watch,)
    assert store.watches(include_muted=True) == (watch, other)
    assert store.remove_watch(make.bill, "ips") == 0
    assert store.remove_watch(make.bill, "sozd") == 1
    assert store.remove_watch(make.bill) == 1
    assert store.watches(include_muted=True) == ()


def test_checks_are_noted_and_survive_a_restart_from_settings(store: Store, make: Make, watch: Watch) -> None:
    store.put_watch(watch)
    store.mark_checked(make.bill, "sozd", at=make.at(1), next_due=make.at(61), success=True)
    store.mark_checked(make.bill, "sozd", at=make.at(2), next_due=make.at(62), success=False)
    store.put_watch(dataclasses.replace(watch, muted=True))
    noted = store.watch(make.bill, "sozd")
    assert noted is not None
    assert (noted.last_checked, noted.last_success, noted.next_due) == (make.at(2), make.at(1), make.at(62))
    assert noted.muted


def test_a_source_fails_since_its_first_failure(store: Store, make: Make) -> None:
    assert store.source_state("sozd") is None
    store.mark_source("sozd", at=make.at(0), success=True)
    store.mark_source("sozd", at=make.at(1), success=False, error="timeout")
    store.mark_source("sozd", at=make.at(2), success=False, error="blocked")
    store.set_gap("sozd", make.at(3))
    failing = SourceState(
        name="sozd",
        last_attempt=make.at(2),
        last_success=make.at(0),
        failing_since=make.at(1),
        last_error="blocked",
        gap_since=make.at(3),
    )
    assert store.source_state("sozd") == failing
    store.mark_source("sozd", at=make.at(4), success=True)
    store.set_gap("sozd", None)
    store.mark_source("ips", at=make.at(4), success=False)
    well = dataclasses.replace(
        failing, last_attempt=make.at(4), last_success=make.at(4), failing_since=None, last_error=None, gap_since=None
    )
    assert [state.name for state in store.source_states()] == ["ips", "sozd"]
    assert store.source_state("sozd") == well


def _quarantine(store: Store, make: Make, minutes: int, digest: str | None = None) -> Quarantined:
    return store.quarantine(
        document_id=make.bill,
        source="sozd",
        url=make.url,
        snapshot_id=None,
        problem=Problem.IMPLAUSIBLE,
        reason="текст стал вдвое короче",
        reading_digest=digest,
        at=make.at(minutes),
    )


@pytest.mark.parametrize("digest", [None, "d"])
def test_the_same_case_is_lengthened_while_it_is_open(store: Store, make: Make, digest: str | None) -> None:
    first = _quarantine(store, make, 0, digest)
    second = _quarantine(store, make, 60, digest)
    other = _quarantine(store, make, 60, "another reading")

    assert (second.id, second.count, second.first_seen, second.last_seen) == (first.id, 2, make.at(0), make.at(60))
    assert store.quarantined() == (second, other)
    store.settle_quarantine(first.id, "accepted", "проверено по номеру газеты")
    third = _quarantine(store, make, 120, digest)
    assert third.id != first.id
    assert store.quarantined() == (other, third)
    assert [case.state for case in store.quarantined(state=None)] == ["accepted", "open", "open"]
    assert len(store.quarantined(state="accepted")) == 1


def test_a_case_is_settled_once_and_in_known_words(store: Store, make: Make) -> None:
    case = _quarantine(store, make, 0)
    with pytest.raises(StoreError, match="cannot become 'gone'"):
        store.settle_quarantine(case.id, "gone")
    store.settle_quarantine(case.id, "rejected")
    with pytest.raises(StoreError, match="no open quarantine case"):
        store.settle_quarantine(case.id, "accepted")


def test_state_is_kept_by_key_and_prefix(store: Store, make: Make) -> None:
    store.set_state("pending:a", {"x": [1, None, "ё"]})
    store.set_state("pending:b", 0)
    store.record(Observation(observed_at=make.at(), state={"pending:c": "c", "pending:b": None, "other%": True}))
    assert store.state("pending:a") == {"x": [1, None, "ё"]}
    assert store.state("pending:b") is None
    assert store.states("pending:") == {"pending:a": {"x": [1, None, "ё"]}, "pending:c": "c"}
    assert store.states("other%") == {"other%": True}
    assert store.states("%") == {}
    assert len(store.states("")) == 3
    store.set_state("pending:a", None)
    assert store.state("pending:a") is None


def test_discovery_jobs_and_meta_are_remembered(store: Store, make: Make) -> None:
    assert store.discovery_pass("sozd") is None
    for minute in (1, 2):
        store.set_discovery_pass("sozd", make.at(minute))
    assert store.discovery_pass("sozd") == make.at(2)

    assert store.job("publish") == (None, None, None)
    store.mark_job("publish", last_run=make.at(1), next_due=None, outcome="failed")
    store.mark_job("publish", last_run=make.at(2), next_due=make.at(3), outcome=None)
    assert store.job("publish") == (make.at(2), make.at(3), None)

    assert store.meta("authority") is None
    for value in ("a.example", "b.example"):
        store.set_meta("authority", value)
    assert store.meta("authority") == "b.example"


def test_a_lease_has_one_holder_until_it_runs_out(store: Store, clock: Clock) -> None:
    assert store.acquire_lease("run", owner="a", seconds=60)
    assert store.acquire_lease("run", owner="a", seconds=60)
    assert not store.acquire_lease("run", owner="b", seconds=60)
    assert store.acquire_lease("other", owner="b", seconds=60)
    clock.move(seconds=59)
    assert store.renew_lease("run", owner="a", seconds=60)
    assert not store.renew_lease("run", owner="b", seconds=60)
    clock.move(seconds=59)
    assert not store.acquire_lease("run", owner="b", seconds=60)
    clock.move(seconds=1)
    assert store.acquire_lease("run", owner="b", seconds=60)
    assert not store.renew_lease("run", owner="a", seconds=60)
    store.release_lease("run", "a")
    assert not store.acquire_lease("run", owner="a", seconds=60)
    store.release_lease("run", "b")
    assert store.acquire_lease("run", owner="a", seconds=60)


def test_a_clock_that_jumps_back_neither_robs_a_holder_nor_locks_out_for_long(store: Store, clock: Clock) -> None:
    assert store.acquire_lease("run", owner="a", seconds=60)
    clock.move(seconds=-86_400)
    assert not store.acquire_lease("run", owner="b", seconds=60)
    clock.move(seconds=30)
    assert store.renew_lease("run", owner="a", seconds=60)  # the holder is alive and goes on
    clock.move(seconds=59)
    assert not store.acquire_lease("run", owner="b", seconds=60)
    clock.move(seconds=1)  # it is not alive any more
    assert store.acquire_lease("run", owner="b", seconds=60)


def test_a_time_without_a_zone_is_refused(store: Store, make: Make) -> None:
    with pytest.raises(StoreError, match="no zone"):
        store.set_discovery_pass("sozd", make.at().replace(tzinfo=None))
