"""The door to the database file: one connection per thread, one way to read, one way to write.

Every write goes through `Connections.write`, which opens ``BEGIN IMMEDIATE``: the deferred transaction that SQLite (and
sqlite-utils' ``atomic()``) opens by default takes its lock at the first write, when another writer may already have changed
what this one has read, and then fails with "database is locked" however long it was willing to wait.

What SQLite raises is turned into `StoreError` here and nowhere else.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from sqlite_utils import Database

from db import packing
from tracker.errors import StoreError

#: How long a locked database is waited for in silence.
PATIENCE_SECONDS: Final = 3.0

log = structlog.get_logger("db.connection")

_ADVICE: Final = {
    sqlite3.SQLITE_BUSY: "the database is locked by another process; wait for it to finish or stop it, then try again",
    sqlite3.SQLITE_LOCKED: "the database is locked by another connection of this process; try again",
    sqlite3.SQLITE_READONLY: "the database cannot be written; check the owner and the permissions of the file and its directory",
    sqlite3.SQLITE_IOERR: "the disk answered with an error; check the disk, then run `duma-tracker doctor`",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore it from a backup",
    sqlite3.SQLITE_NOTADB: "the file is not a database; move it away or restore it from a backup",
    sqlite3.SQLITE_FULL: "the disk is full and nothing was recorded; free some space, then try again",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; check that its directory exists and may be read and written",
    sqlite3.SQLITE_CONSTRAINT: "the data breaks a rule of the store and was not recorded",
}


def to_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and ``Z``: of constant width, so that text order is time order."""
    if moment.tzinfo is None:
        raise StoreError(f"the time {moment.isoformat()} has no zone; pass an aware datetime")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_optional_text(moment: datetime | None) -> str | None:
    """`to_text`, where the time may be unknown."""
    return None if moment is None else to_text(moment)


def from_text(text: str) -> datetime:
    """The reverse of `to_text`: an aware datetime in UTC."""
    return datetime.fromisoformat(text)


def from_optional_text(text: str | None) -> datetime | None:
    """The reverse of `to_optional_text`."""
    return None if text is None else from_text(text)


class Connections:
    """Connections to one database file, one for each thread that asks; closed together by `close`.

    `busy_seconds` is how long a statement waits for another process to let go of the database. `guard` is asked at the
    beginning of every write, inside its transaction, and raises when this process may not write any more.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool,
        busy_seconds: float,
        guard: Callable[[Database], None] = lambda _: None,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._busy_seconds = busy_seconds
        self._guard = guard
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._closed = False

    @contextlib.contextmanager
    def read(self) -> Iterator[Database]:
        """One consistent view of the database for as long as the block lasts."""
        with self._translated():
            database = self._database()
            if database.conn.in_transaction:
                yield database
                return
            database.conn.execute("BEGIN")
            try:
                yield database
            finally:
                database.rollback()

    @contextlib.contextmanager
    def write(self, *, guarded: bool = True) -> Iterator[Database]:
        """The only way to write: all of the block is committed, or, when it raises, nothing of it.

        A block within a block of the same thread belongs to the outer one and is undone alone when it raises. `guarded`
        False: for the few writes that are right whoever holds the store.
        """
        with self._translated():
            database = self._database()
            if database.conn.in_transaction:
                with database.atomic():  # a savepoint
                    yield database
                return
            self._begin_write(database)
            try:
                if guarded:
                    self._guard(database)
                yield database
                database.commit()
            except BaseException:
                database.rollback()
                raise

    def _begin_write(self, database: Database) -> None:
        """Wait for the other writer, if there is one; a wait that people would notice is told in the log."""
        if self._busy_seconds <= PATIENCE_SECONDS:
            database.conn.execute("BEGIN IMMEDIATE")
            return
        database.conn.execute(f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000)}")
        try:
            database.conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            rest = self._busy_seconds - PATIENCE_SECONDS
            log.warning("database.locked", database=self.path.name, waiting_seconds=int(rest))
            database.conn.execute(f"PRAGMA busy_timeout = {int(rest * 1000)}")
            database.conn.execute("BEGIN IMMEDIATE")
        finally:
            database.conn.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")

    @contextlib.contextmanager
    def bare(self) -> Iterator[Database]:
        """A connection outside any transaction, for pragmas that refuse to run in one."""
        with self._translated():
            yield self._database()

    def close(self) -> None:
        """Close the connections of all threads. Call it when none of them is at work any more."""
        with self._lock:
            self._closed = True
            for _, connection in self._open:
                connection.close()
            self._open.clear()

    def _database(self) -> Database:
        if self._closed:
            raise StoreError(f"{self.path}: the store is closed; open it again")
        database: Database | None = getattr(self._local, "database", None)
        if database is None:
            database = self._local.database = self._connect()
        return database

    def _connect(self) -> Database:
        mode = "ro" if self.read_only else "rwc"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # no transaction but those opened above
            check_same_thread=False,  # closed by whichever thread closes the store, used by its own only
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            # plain(payload): the JSON of a payload, packed or not; NULL for what cannot be read.
            connection.create_function("plain", 1, packing.plain, deterministic=True)
            if not self.read_only:
                _use_write_ahead_log(connection)
            database = Database(connection, execute_plugins=False)  # plugins of the environment have no say here
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._forget_dead_threads()
            self._open.append((threading.current_thread(), connection))
        return database

    def _forget_dead_threads(self) -> None:
        alive = []
        for thread, connection in self._open:
            if thread.is_alive():
                alive.append((thread, connection))
            else:
                connection.close()
        self._open = alive

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = _ADVICE.get(primary_code, "the database refused a request")
            raise StoreError(f"{self.path}: {advice} ({error})") from error
        except UnicodeEncodeError as error:
            raise StoreError(
                f"{self.path}: a text holds half a character (U+D800..U+DFFF) and was not recorded"
            ) from error


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Readers do not wait for the writer.

    The change needs the file for itself, and SQLite does not wait for that: of eight processes that opened one new file at
    once some failed. Waiting is left to a write transaction, which does.
    """
    for last_attempt in (*[False] * 50, True):
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if last_attempt or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
