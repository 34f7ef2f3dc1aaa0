from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import merkle
from db.store import FILE_NAME, Store
from tests.db.conftest import START, Clock, Make
from tracker import roots
from tracker.errors import StoreError
from tracker.models import Observation, digest_of

AUTHORITY = "tracker.example"
DAY = 86_400


def write(store: Store, make: Make, clock: Clock, *keys: str) -> None:
    for key in keys:
        store.record(Observation(observed_at=clock.now, document=make.document(), events=(make.draft(key),)))


def days(store: Store) -> list[tuple[str, int, int]]:
    return [(root.day, root.first, root.last) for root in store.roots()]


def test_the_root_of_a_day_is_made_when_the_day_is_over(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a", "b")
    assert store.seal(AUTHORITY) == ()
    clock.move(seconds=DAY)
    (root,) = store.seal(AUTHORITY)
    assert (root.number, root.day, root.first, root.last, root.count) == (1, "2099-03-01", 1, 2, 2)
    assert store.seal(AUTHORITY) == ()
    assert store.latest_root() == root


def test_a_root_says_what_its_format_says(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a", "b", "c")
    clock.move(seconds=DAY)
    (root,) = store.seal(AUTHORITY)
    lines = list(store.ledger())
    assert root.record == {
        "format": "duma-tracker-root/1",
        "authority": AUTHORITY,
        "day": "2099-03-01",
        "first": 1,
        "last": 3,
        "count": 3,
        "head": lines[-1]["hash"],
        "tree": merkle.root([bytes.fromhex(str(line["hash"])) for line in lines]).hex(),
        "previous_hash": "0" * 64,
    }
    assert root.hash == digest_of(root.record)
    assert root.published == {**root.record, "hash": root.hash}


def test_days_that_were_missed_get_a_root_each_and_quiet_days_none(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a")
    clock.move(seconds=DAY)
    write(store, make, clock, "b", "c")
    clock.move(seconds=3 * DAY)
    write(store, make, clock, "d")
    made = store.seal(AUTHORITY)
    assert days(store) == [("2099-03-01", 1, 1), ("2099-03-02", 2, 3)]
    assert made[1].previous_hash == made[0].hash


def test_a_clock_that_was_ahead_holds_nothing_up(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a")
    clock.move(seconds=400 * DAY)
    write(store, make, clock, "from the future")
    clock.now = START
    write(store, make, clock, "b")
    clock.move(seconds=DAY)
    store.seal(AUTHORITY)
    assert days(store) == [("2099-03-01", 1, 3)]
    assert list(store.verify()) == []


def test_a_root_made_by_a_clock_that_was_ahead_stands(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a")
    clock.move(seconds=400 * DAY)
    store.seal(AUTHORITY)
    clock.now = START + timedelta(hours=1)
    write(store, make, clock, "b")
    assert store.seal(AUTHORITY) == ()
    clock.move(seconds=DAY)
    store.seal(AUTHORITY)
    assert days(store) == [("2099-03-01", 1, 1), ("2099-03-01", 2, 2)]


@given(steps=st.lists(st.integers(min_value=-30, max_value=30), max_size=25))
def test_however_the_clock_jumps_every_line_gets_one_root(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    clock, make = Clock(), Make()
    with Store(tmp_path_factory.mktemp("jumps"), clock=clock) as store:
        for number, hours in enumerate(steps):
            clock.move(seconds=hours * 3_600)
            write(store, make, clock, f"fact {number}")
            store.seal(AUTHORITY)
        clock.now = max(clock.now, START) + timedelta(days=60)
        store.seal(AUTHORITY)
        made = store.roots()
        covered = [number for root in made for number in range(root.first, root.last + 1)]
        assert covered == list(range(1, len(steps) + 1))
        assert all(root.day <= str((clock.now - timedelta(days=1)).date()) for root in made)
        for event in store.events(limit=100):
            proof = store.proof(event.id)
            assert proof is not None
            assert proof.root is not None
            leaf, beside = bytes.fromhex(event.hash), [bytes.fromhex(step) for step in proof.beside]
            assert merkle.root_from(leaf, proof.index, proof.root.count, beside).hex() == proof.root.tree
        assert list(store.verify()) == []


def test_a_line_of_today_has_no_root_yet(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a")
    (event,) = store.events()
    proof = store.proof(event.id)
    assert proof is not None
    assert proof.root is None
    assert proof.line["hash"] == event.hash
    assert store.proof("nothing") is None


def test_roots_cannot_be_altered(store: Store, make: Make, clock: Clock, tmp_path: Path) -> None:
    write(store, make, clock, "a")
    clock.move(seconds=DAY)
    store.seal(AUTHORITY)
    for statement in ("UPDATE roots SET tree = ''", "DELETE FROM roots"):
        with (
            closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="roots is append-only"),
        ):
            connection.execute(statement)


def test_a_line_whose_hash_is_none_stops_the_root(store: Store, make: Make, clock: Clock, tmp_path: Path) -> None:
    write(store, make, clock, "a")
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute("UPDATE ledger SET hash = 'no hash'")
    clock.move(seconds=DAY)
    with pytest.raises(StoreError, match="run `duma-tracker verify`"):
        store.seal(AUTHORITY)


def test_a_published_root_is_read_back(store: Store, make: Make, clock: Clock) -> None:
    write(store, make, clock, "a")
    clock.move(seconds=DAY)
    (root,) = store.seal(AUTHORITY)
    read = roots.from_published(root.published)
    assert (read.record, read.hash) == (root.record, root.hash)
    assert read.is_whole


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"format": "duma-tracker-root/2"},
        {"format": "duma-tracker-root/1", "first": 1, "last": 2, "count": 2},
        {"format": "duma-tracker-root/1", "first": True, "last": 1, "count": 1},
        {"format": "duma-tracker-root/1", "first": 1, "last": 2, "count": 3},
    ],
)
def test_what_is_no_root_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"is no |does not say"):
        roots.from_published(value)


def test_the_day_is_that_of_utc(store: Store, make: Make, clock: Clock) -> None:
    clock.now = datetime(2099, 3, 1, 23, 59, 59, tzinfo=UTC)  # already the next day in Moscow
    write(store, make, clock, "a")
    clock.move(seconds=1)
    assert [root.day for root in store.seal(AUTHORITY)] == ["2099-03-01"]
