"""What befalls a store besides death: no room, no right to write, a clock that jumps, others at work on it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing

from db import connection
from db.store import FILE_NAME, Store
from tests.crash.zygote import ROOT
from tests.db.conftest import Clock, Make
from tracker.errors import BusyError, StoreError
from tracker.models import Observation
from tracker.schedule import Lease

WRITERS, WRITES = 4, 60


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make() -> Make:
    return Make()


def observation(make: Make, number: int) -> Observation:
    text = make.text(os.urandom(20_000).hex())
    return Observation(
        observed_at=make.at(number), document=make.document(), versions=(text,), events=(make.draft(f"step-{number}"),)
    )


def assert_whole(store: Store, events: int) -> None:
    assert store.verify_ledger() == store.verify_evidence() == ()
    assert store.event_count() == events
    assert len(store.versions(Make.bill)) == events


# ---------------------------------------------------------------- no room


@contextlib.contextmanager
def smallest_files(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: what a full disk does to a database, without a disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_file_that_cannot_grow(tmp_path: Path, clock: Clock, make: Make) -> None:
    recorded, refusal = 0, ""
    with Store(tmp_path, clock=clock) as store:
        with smallest_files(2**20):
            while not refusal:
                try:
                    store.record(observation(make, recorded))
                    recorded += 1
                except StoreError as error:
                    refusal = str(error)
        assert "disk" in refusal
        assert "\n" not in refusal
        assert_whole(store, recorded)
        store.record(observation(make, recorded))  # there is room again
        assert_whole(store, recorded + 1)
    with Store(tmp_path, clock=clock) as store:
        assert_whole(store, recorded + 1)
    assert recorded > 0


def test_a_full_database_says_so(tmp_path: Path, clock: Clock, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path, clock=clock) as store:
        store.record(observation(make, 0))
        pages = store.size() // 4096 + 4
    original = connection.Connections._connect

    def narrow(self: connection.Connections) -> object:
        database = original(self)
        database.conn.execute(f"PRAGMA max_page_count = {pages}")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(connection.Connections, "_connect", narrow)
        with Store(tmp_path, clock=clock) as store, pytest.raises(StoreError, match="the disk is full and nothing was"):
            store.record(observation(make, 1))
    with Store(tmp_path, clock=clock) as store:
        assert_whole(store, 1)


def test_no_room_for_a_backup(tmp_path: Path, clock: Clock, make: Make) -> None:
    """The backup of yesterday stands, nothing is left behind, and the store does not notice."""
    with Store(tmp_path / "var", clock=clock) as store:
        store.record(observation(make, 0))
        store.backup(tmp_path / "copy", with_secrets=False)
        before = (tmp_path / "copy").read_bytes()
        with smallest_files(50_000), pytest.raises(StoreError, match=rf"^{tmp_path / 'copy'}: there is no room for it"):
            store.backup(tmp_path / "copy", with_secrets=False)
        assert (tmp_path / "copy").read_bytes() == before
        assert {path.name for path in tmp_path.iterdir()} == {"var", "copy"}
        assert_whole(store, 1)


# ---------------------------------------------------------------- no right to write


def test_a_store_that_only_may_be_read(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as store:
        store.record(observation(make, 0))
    with Store(tmp_path, clock=clock, read_only=True) as store:
        with pytest.raises(StoreError, match="cannot be written"):
            store.record(observation(make, 1))
        assert_whole(store, 1)


def test_a_file_without_the_right_to_write(tmp_path: Path, clock: Clock, make: Make) -> None:
    if os.geteuid() == 0:
        pytest.skip("the administrator may write everywhere: run the tests as a user")
    with Store(tmp_path, clock=clock) as store:
        store.record(observation(make, 0))
    (tmp_path / FILE_NAME).chmod(0o400)
    with pytest.raises(StoreError, match="cannot be written"), Store(tmp_path, clock=clock) as store:
        store.record(observation(make, 1))


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=4)])
def test_a_clock_that_jumps_back(back: timedelta, tmp_path: Path, clock: Clock, make: Make) -> None:
    """Events are in the order in which they were recorded, whatever the clock said, and nothing is recorded twice."""
    with Store(tmp_path, clock=clock) as store:
        for number in range(3):
            store.record(observation(make, number))
        clock.move(seconds=-back.total_seconds())
        late = Observation(observed_at=clock.now, events=(make.draft("step-9"),))
        assert len(store.record(late)) == 1
        assert [event.seq for event in store.events(oldest_first=True)] == [1, 2, 3, 4]
        assert store.verify_ledger() == ()
        kept, fresh = store.keep(source="sozd", response=make.response(b"one"))
        assert fresh
        again = store.touch(url=make.url, at=clock.now)
        assert again is None or again.last_seen >= kept.first_seen


# ---------------------------------------------------------------- others at work


def test_two_instances(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as one, Store(tmp_path, clock=clock) as other:
        with Lease(one), pytest.raises(BusyError, match="another instance"), Lease(other):
            pass
        with Lease(other):
            other.record(observation(make, 0))


WRITES_OF_A_LOSER: dict[str, Callable[[Store, Make], object]] = {
    "record": lambda store, make: store.record(observation(make, 1)),
    "keep": lambda store, make: store.keep(source="sozd", response=make.response(b"one")),
    "touch": lambda store, make: store.touch(url=make.url, at=make.at()),
    "set_state": lambda store, _: store.set_state("key", 1),
    "mark_job": lambda store, make: store.mark_job("job", last_run=make.at(), next_due=None, outcome="ok"),
    "mark_source": lambda store, make: store.mark_source("sozd", at=make.at(), success=True),
    "finish_outbox": lambda store, _: store.finish_outbox("feeds", ["E"]),
    "fan_out": lambda store, _: store.fan_out((), ()),
    "set_meta": lambda store, _: store.set_meta("a", "b"),
    "add_rendition": lambda store, _: store.add_rendition(1, extractor="x", sections=()),
    "transaction": lambda store, _: store.transaction().__enter__(),
}


@pytest.mark.parametrize("name", WRITES_OF_A_LOSER)
def test_whoever_lost_the_lease_writes_nothing(name: str, tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as slept, Store(tmp_path, clock=clock) as other:
        slept.record(observation(make, 0))
        with Lease(slept):
            clock.move(seconds=3600)
            with Lease(other):
                with pytest.raises(BusyError, match="stops writing"):
                    WRITES_OF_A_LOSER[name](slept, make)
                assert slept.event_count() == 1  # it may look
                other.set_state("key", 2)
            slept.note_attempts(())  # what was sent may be noted


def test_four_processes_write_and_none_is_lost(tmp_path: Path, clock: Clock) -> None:
    names = [f"writer{number}" for number in range(WRITERS)]
    command = [sys.executable, "-m", "tests.crash.writer", str(tmp_path)]
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(subprocess.Popen([*command, name, str(WRITES)], cwd=ROOT)) for name in names]
        assert [child.wait(120) for child in children] == [0] * WRITERS
    with Store(tmp_path, clock=clock) as store:
        assert store.verify_ledger() == store.verify_evidence() == ()
        keys = Counter((store.ledger_line(event.id) or {})["key"] for event in store.events(limit=10_000))
        expected = {f"{name}-{number}-{end}" for name in names for number in range(WRITES) for end in "ab"}
        assert keys == Counter(expected)
        numbers = Counter(version.key.edition for version in store.versions(Make.bill))
        assert numbers == dict.fromkeys(names, WRITES)
        assert len(store.snapshots(Make.url)) == WRITERS * WRITES


def test_a_locked_database_is_not_waited_for_in_silence(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE_SECONDS", 0.05)
    with Store(tmp_path, clock=clock, busy_seconds=0.2) as store:
        with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with structlog.testing.capture_logs() as logged, pytest.raises(StoreError, match="is locked"):
                store.set_state("key", 1)
            other.execute("ROLLBACK")
        assert [line["event"] for line in logged] == ["database.locked"]
        store.set_state("key", 1)
