"""The file itself: opening, locking, filling up, sharing between threads and processes, dying in the middle."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db import schema
from db.store import FILE_NAME, Store
from tracker.errors import StoreError
from tracker.models import Observation

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make

_CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.store import Store
from tracker.models import Document, EditionKey, EventDraft, EventKind, Level, NewVersion, Observation, Part, Section

NOW = datetime(2099, 3, 1, tzinfo=UTC)
BILL = "bill/100001-99"

def observation():
    return Observation(
        observed_at=NOW,
        document=Document(id=BILL, kind="bill", number="100001-99", date=None, title="t", invented=True),
        versions=(NewVersion(
            key=EditionKey(document_id=BILL, part=Part.TEXT, source="sozd", edition="introduced"), position="1", label="",
            snapshot_id=None, digest="d", url="https://bills.example", extractor="x/1",
            sections=(Section(path="st-1", address="", text="text"),)),),
        events=tuple(EventDraft(
            kind=EventKind.BILL_STEP, document_id=BILL, source="sozd", key=key, digests=(), occurred_at=None,
            level=Level.KEY, payload={"n": 1}, scopes=("topic:a",)) for key in "ab"),
    )
"""
_RECORD_MANY = """
with Store(Path(sys.argv[1]), clock=lambda: NOW) as store:
    for _ in range(int(sys.argv[2])):
        store.record(observation())
"""
_OPEN_MANY = """
sys.stdin.read(2)
for number in range(15):
    Store(Path(sys.argv[1]) / str(number), clock=lambda: NOW).close()
"""
# The salt of the second event is drawn when the document, the version and the first event are already written.
_HANG_IN_RECORD = """
drawn = []
def salt():
    drawn.append(1)
    if len(drawn) == 2:
        print("in the middle", flush=True)
        sys.stdin.read()
    return b"salt"
store = Store(Path(sys.argv[1]), clock=lambda: NOW, salt=salt)
store.record(observation())
"""


@contextlib.contextmanager
def _outside(directory: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open."""
    connection = sqlite3.connect(directory / FILE_NAME, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def test_the_file_is_opened_as_safely_as_it_can_be(store: Store) -> None:
    with store._connections.bare() as db:
        settings = {
            name: db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_new_directory_is_closed_to_other_users(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path / "data", clock=clock):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_what_was_written_is_there_after_opening_again(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as first:
        first.record(Observation(observed_at=make.at(), document=make.document(), events=(make.draft(),)))
    with Store(tmp_path, clock=clock) as second, Store(tmp_path, clock=clock, read_only=True) as reader:
        assert second.documents() == reader.documents() == (make.document(),)
        assert reader.verify_ledger() == ()
        with pytest.raises(StoreError, match="cannot be written"):
            reader.set_meta("a", "b")


def test_reading_what_is_not_there_says_what_to_do(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(StoreError, match=r"no database at .* run `duma-tracker check`"):
        Store(tmp_path, clock=clock, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_a_file_is_an_error(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="cannot be made a directory"):
        Store(tmp_path / "data", clock=clock)


def test_a_newer_schema_is_refused(tmp_path: Path, clock: Clock) -> None:
    Store(tmp_path, clock=clock).close()
    with _outside(tmp_path) as other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tracker', 'm999_later', '2099')"
        )
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"newer version of Duma Tracker \(m999_later\); upgrade"):
            Store(tmp_path, clock=clock, read_only=read_only)


def test_an_older_schema_is_not_migrated_by_a_reader(tmp_path: Path, clock: Clock) -> None:
    sqlite3.connect(tmp_path / FILE_NAME).close()
    with pytest.raises(StoreError, match="older version"):
        Store(tmp_path, clock=clock, read_only=True)
    with Store(tmp_path, clock=clock) as store, store._read() as db:
        assert {migration.name for migration in schema.MIGRATIONS.applied(db)} == schema.KNOWN


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / FILE_NAME).write_text("a letter to a friend " * 100)
    with pytest.raises(StoreError, match="not a database; move it away"):
        Store(tmp_path, clock=clock)


def test_a_damaged_file_is_an_error(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as store:
        store.record(Observation(observed_at=make.at(), document=make.document()))
        root = store._connections
        with root.read() as db:
            page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()[0]
            size = db.execute("PRAGMA page_size").fetchone()[0]
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with Store(tmp_path, clock=clock) as store, pytest.raises(StoreError, match="damaged; restore it from a backup"):
        store.documents()


def test_a_locked_database_is_one_clear_line(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock, busy_seconds=0.05) as store, _outside(tmp_path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process; wait for it to finish") as caught:
            store.record(Observation(observed_at=make.at(), document=make.document()))
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert store.documents() == ()  # readers go on
        other.execute("ROLLBACK")
        store.record(Observation(observed_at=make.at(), document=make.document()))
        assert len(store.documents()) == 1


def test_a_full_disk_records_nothing(store: Store, make: Make) -> None:
    with store._connections.bare() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
    texts = [f"{number} {'текст ' * 200}" for number in range(2000)]
    with pytest.raises(StoreError, match="disk is full and nothing was recorded"):
        store.record(
            Observation(
                observed_at=make.at(), document=make.document(), versions=(make.text(*texts),), events=(make.draft(),)
            )
        )
    assert store.documents() == ()
    assert store.events() == ()


def test_a_failed_record_leaves_nothing(store: Store, make: Make) -> None:
    def fail() -> bytes:
        raise OSError("no randomness")

    store._salt = fail
    with pytest.raises(OSError, match="no randomness"):
        store.record(Observation(observed_at=make.at(), document=make.document(), events=(make.draft(),)))
    assert store.documents() == ()
    assert store.verify_ledger() == ()


def test_calls_in_a_transaction_stand_or_fall_together(store: Store, make: Make) -> None:
    lost = dataclasses.replace(make.text("А"), snapshot_id=17)
    with store.transaction():
        store.set_meta("a", "1")
        assert store.meta("a") == "1"
        with pytest.raises(StoreError, match="breaks a rule"):
            store.record(Observation(observed_at=make.at(), document=make.document(), versions=(lost,)))
    assert store.meta("a") == "1"
    assert store.documents() == ()  # the failed call was undone alone

    with pytest.raises(StoreError, match="cannot become"), store.transaction():  # noqa: PT012 - the block is the subject
        store.set_meta("a", "2")
        store.settle_quarantine(1, "gone")
    assert store.meta("a") == "1"


def test_a_closed_store_says_so(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path, clock=clock)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed; open it again"):
        store.documents()


def test_threads_share_a_store(store: Store, make: Make) -> None:
    store.record(Observation(observed_at=make.at(), document=make.document()))
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for turn in range(10):
            store.record(Observation(observed_at=make.at(), events=(make.draft("same"),)))
            store.keep(source="sozd", response=make.response(f"{number} {turn}".encode()))
            store.events(limit=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert store.event_count() == 40
    assert store.verify_ledger() == ()
    assert store.verify_evidence() == ()
    assert len(store.snapshots(make.url)) == 40


def test_connections_of_ended_threads_are_closed(store: Store) -> None:
    for _ in range(20):
        thread = threading.Thread(target=store.documents)
        thread.start()
        thread.join()
    assert len(store._connections._open) <= 2


def test_four_processes_lose_nothing(tmp_path: Path, clock: Clock) -> None:
    """Each counts earlier events before it writes one: with a deferred BEGIN most of these fail."""
    command = [sys.executable, "-c", _CHILD + _RECORD_MANY, str(tmp_path), "25"]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    for child in children:
        _, errors = child.communicate()
        assert child.returncode == 0, errors.decode()
    with Store(tmp_path, clock=clock) as store:
        assert store.event_count() == 200
        assert store.verify_ledger() == ()
        assert [version.number for version in store.versions("bill/100001-99")] == list(range(1, 101))


def test_a_process_killed_in_the_middle_leaves_nothing_half_done(tmp_path: Path, clock: Clock) -> None:
    command = [sys.executable, "-c", _CHILD + _HANG_IN_RECORD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"in the middle\n"
        child.kill()
    with Store(tmp_path, clock=clock) as store:
        assert store.documents() == ()
        assert store.versions("bill/100001-99") == ()
        assert store.events() == ()
        assert store.outbox("feeds") == ()
        assert store.verify_ledger() == ()
        subprocess.run([sys.executable, "-c", _CHILD + _RECORD_MANY, str(tmp_path), "1"], check=True)
        assert store.event_count() == 2
        assert store.verify_ledger() == ()


def test_a_new_file_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CHILD + _OPEN_MANY, str(tmp_path)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"go")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate()
        assert child.returncode == 0, errors.decode()
