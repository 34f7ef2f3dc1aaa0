"""Backups: one file that holds a consistent copy of the store, taken while it is at work, and the way back from it.

The file is a tar compressed by zstd (``tar --zstd -xf`` opens it without this code): ``manifest.json`` first, then the
database and, only when asked for, the secrets of subscriptions. SQLite's online backup makes the copy, in one read
transaction: writers go on meanwhile and the copy is of one moment.

An archive comes from outside and is believed in nothing. Headers are read one by one instead of by `tarfile.open`, which
takes long names and extended headers into memory whole, whatever size they claim; only the expected names, as plain files
of the sizes that the manifest gives, are let in.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, Protocol

import zstandard
from sqlite_utils import Database

from db import events, schema, vault
from db.connection import to_text
from tracker.errors import BusyError, StoreError

KIND: Final = "duma-tracker-backup"
FORMAT: Final = 1
DATABASE: Final = "tracker.sqlite"
_MANIFEST: Final = "manifest.json"
_END: Final = bytes(2 * tarfile.BLOCKSIZE)  # of a tar
_PIECE: Final = 2**20
_LARGEST_MANIFEST: Final = 2**20
# Most of a store is compressed already: a real one shrinks by half to five times. More than this is a bomb.
_MOST_RATIO: Final = 200
_SMALL: Final = 64 * 2**20
_LARGEST_WINDOW: Final = 2**27
# What SQLite says when the copy cannot grow: the disk is full, or (as under a quota) a write fails.
_NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself.

    `tables`: rows of each table; `ledger`: the last line (number, hash); `files`: size in bytes and SHA-256 of each member.
    """

    created_at: str
    migrations: tuple[str, ...]
    tables: Mapping[str, int]
    ledger: tuple[int, str]
    files: Mapping[str, tuple[int, str]]

    @property
    def with_secrets(self) -> bool:
        """Whether the addresses of channels and the signing secrets are in it."""
        return vault.FILE_NAME in self.files

    def to_json(self) -> dict[str, Any]:
        """As it stands in the archive."""
        return {
            "kind": KIND,
            "format": FORMAT,
            "created_at": self.created_at,
            "migrations": list(self.migrations),
            "tables": dict(self.tables),
            "ledger": {"seq": self.ledger[0], "hash": self.ledger[1]},
            "files": {name: {"size": size, "sha256": digest} for name, (size, digest) in self.files.items()},
        }


# ---------------------------------------------------------------- writing


def write(db: Database, target: Path, *, secrets: Path | None, created_at: datetime) -> Manifest:
    """Write an archive of the open database at `target`, whole or not at all; `secrets`: the vault's file, to take it in.

    Raises `StoreError` when it cannot be written, `BusyError` when another backup to the same file is under way.
    """
    try:
        with _working(target) as (copy, fresh):
            _copy(db, copy)
            manifest = _described(copy, secrets, created_at)
            with fresh.open("wb") as file:
                with _compressing(file) as packed:
                    _put(packed, _MANIFEST, json.dumps(manifest.to_json(), ensure_ascii=False, indent=1).encode())
                    for name, path in _members(copy, secrets):
                        _put_file(packed, name, path, manifest.files[name])
                    packed.write(_END)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
            _sync_directory(target.parent)
            return manifest
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error.strerror}); no backup was made") from error
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) not in _NO_ROOM:  # of the database, which is only read
            raise
        raise StoreError(
            f"{target}: there is no room for it: a copy of the database is made beside it first; no backup was made"
        ) from error


@contextlib.contextmanager
def _working(target: Path) -> Iterator[tuple[Path, Path]]:
    """Names beside the target for the copy and for the archive, for one process at a time.

    They are always the same: what a killed backup left there is overwritten by the next one.
    """
    copy, fresh = (target.with_name(f".{target.name}.{end}") for end in ("copy", "new"))
    lock = os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"{target}: another backup is being written there; wait for it to end") from error
        copy.unlink(missing_ok=True)
        try:
            yield copy, fresh
        finally:
            copy.unlink(missing_ok=True)
            fresh.unlink(missing_ok=True)
    finally:
        os.close(lock)


def _copy(db: Database, path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
        db.conn.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        copy.execute("DELETE FROM leases")  # whoever holds the store now does not hold what is restored


def _described(copy: Path, secrets: Path | None, created_at: datetime) -> Manifest:
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        db = Database(connection, execute_plugins=False)
        return Manifest(
            created_at=to_text(created_at),
            migrations=tuple(migration.name for migration in schema.MIGRATIONS.applied(db)),
            tables=_counted(db),
            ledger=events.head(db),
            files={name: _measured(path) for name, path in _members(copy, secrets)},
        )


def _members(copy: Path, secrets: Path | None) -> Iterable[tuple[str, Path]]:
    yield DATABASE, copy
    if secrets is not None and secrets.is_file():
        yield vault.FILE_NAME, secrets


def _counted(db: Database) -> dict[str, int]:
    """Rows of every table of ours; those that the search index keeps for itself are made anew, not counted."""
    rows = db.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
    names = [row["name"] for row in rows if not row["name"].startswith("sqlite_")]
    return {name: int(db.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0]) for name in names}  # noqa: S608 - names of tables


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


class _Writer(Protocol):
    def write(self, data: bytes, /) -> int: ...


def _compressing(file: IO[bytes]) -> contextlib.AbstractContextManager[_Writer]:
    # The checksum tells a damaged archive from a whole one before anything of it is looked at.
    return zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(file, closefd=False)


def _header(name: str, size: int) -> bytes:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o600
    return about.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> int:
    return -size % tarfile.BLOCKSIZE


def _put(packed: _Writer, name: str, body: bytes) -> None:
    packed.write(_header(name, len(body)) + body + bytes(_padding(len(body))))


def _put_file(packed: _Writer, name: str, path: Path, expected: tuple[int, str]) -> None:
    size, digest = expected
    seen = hashlib.sha256()
    packed.write(_header(name, size))
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seen.update(piece)
            packed.write(piece)
    if seen.hexdigest() != digest:
        raise StoreError(f"{name}: was changed while the backup was made; make it again")
    packed.write(bytes(_padding(size)))


# ---------------------------------------------------------------- restoring


def unpack(archive: Path, directory: Path) -> Manifest:
    """Unpack an archive into an empty directory, every byte checked against the manifest.

    Raises `StoreError` for whatever is not a whole archive of ours, and leaves files in the directory then.
    """
    try:
        size = archive.stat().st_size
        with archive.open("rb") as file:
            reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).stream_reader(file, closefd=False)
            with reader as packed:
                manifest = _manifest(archive, _whole(archive, packed, _MANIFEST, most=_LARGEST_MANIFEST))
                _require_room(archive, manifest, size, directory)
                for name, expected in manifest.files.items():
                    _take(archive, packed, name, expected, directory / name)
                # Other programs end a tar with more zeros than we do.
                if _exactly(archive, packed, len(_END)) != _END or packed.read(tarfile.RECORDSIZE).strip(b"\0"):
                    raise _bad(archive, "holds more than it says")
                return manifest
    except zstandard.ZstdError as error:
        raise _bad(archive, f"is no whole archive ({error})") from error
    except OSError as error:
        raise StoreError(f"{archive}: cannot be unpacked ({error.strerror}); nothing was restored") from error


def _bad(archive: Path, what: str) -> StoreError:
    return StoreError(f"{archive}: {what}; nothing was restored, use another backup")


def _next(archive: Path, packed: IO[bytes], name: str) -> int:
    """The size of the next member, which must be a plain file of that name."""
    header = _exactly(archive, packed, tarfile.BLOCKSIZE)
    try:
        about = tarfile.TarInfo.frombuf(header, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError) as error:
        raise _bad(archive, "is not a backup of Duma Tracker") from error
    if about.type != tarfile.REGTYPE or about.name != name or about.size < 0:
        raise _bad(archive, f"holds something else where {name} should be")
    return about.size


def _exactly(archive: Path, packed: IO[bytes], size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = packed.read(size - len(found))
        if not piece:
            raise _bad(archive, "is cut short")
        found += piece
    return bytes(found)


def _whole(archive: Path, packed: IO[bytes], name: str, *, most: int) -> bytes:
    size = _next(archive, packed, name)
    if size > most:
        raise _bad(archive, f"{name} in it is larger than it can be")
    return _exactly(archive, packed, size + _padding(size))[:size]


def _manifest(archive: Path, body: bytes) -> Manifest:
    try:
        found = json.loads(body)
        if found["kind"] != KIND:
            raise _bad(archive, "is not a backup of Duma Tracker")
        if found["format"] != FORMAT:
            raise StoreError(
                f"{archive}: is a backup of format {found['format']!r:.20}, this version reads {FORMAT}; upgrade Duma Tracker"
            )
        files = {str(name): (int(about["size"]), str(about["sha256"])) for name, about in found["files"].items()}
        if list(files) not in ([DATABASE], [DATABASE, vault.FILE_NAME]) or min(size for size, _ in files.values()) < 0:
            raise _bad(archive, "holds files that no backup holds")
        if unknown := set(map(str, found["migrations"])) - schema.KNOWN:
            named = ", ".join(sorted(unknown))
            raise StoreError(f"{archive}: made by a newer version of Duma Tracker ({named:.200}); upgrade this one")
        return Manifest(
            created_at=str(found["created_at"]),
            migrations=tuple(map(str, found["migrations"])),
            tables={str(name): int(count) for name, count in found["tables"].items()},
            ledger=(int(found["ledger"]["seq"]), str(found["ledger"]["hash"])),
            files=files,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _bad(archive, "has a manifest that cannot be read") from error


def _require_room(archive: Path, manifest: Manifest, packed_size: int, directory: Path) -> None:
    size = sum(size for size, _ in manifest.files.values())
    if size > max(_SMALL, packed_size * _MOST_RATIO):
        raise _bad(archive, f"would unpack to {size} bytes, more than any backup of its size")
    if size > shutil.disk_usage(directory).free:
        raise StoreError(f"{archive}: unpacks to {size} bytes, for which the disk has no room; nothing was restored")


def _take(archive: Path, packed: IO[bytes], name: str, expected: tuple[int, str], target: Path) -> None:
    size, digest = expected
    if _next(archive, packed, name) != size:
        raise _bad(archive, f"{name} in it is not of the size that the manifest gives")
    seen = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        left = size
        while left:
            piece = _exactly(archive, packed, min(left, _PIECE))
            seen.update(piece)
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    _exactly(archive, packed, _padding(size))
    if seen.hexdigest() != digest:
        raise _bad(archive, f"{name} in it is damaged")


def check(path: Path, manifest: Manifest) -> None:
    """Whether an unpacked database is sound by SQLite's own rules and is the one of the manifest. Raises `StoreError`."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA trusted_schema = OFF")
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(
                    f"the database in the backup is damaged ({' '.join(found.split()):.200}); use another backup"
                )
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreError("rows of the database in the backup name others that are missing; use another backup")
            db = Database(connection, execute_plugins=False)
            if (_counted(db), events.head(db)) != (dict(manifest.tables), manifest.ledger):
                raise StoreError("the database in the backup is not the one its manifest describes; use another backup")
    except sqlite3.Error as error:
        raise StoreError(f"the database in the backup cannot be read ({error}); use another backup") from error


@contextlib.contextmanager
def placing(directory: Path) -> Iterator[Path]:
    """A directory to restore into, which becomes `directory` when the block ends well and vanishes when it does not.

    It stands beside it, so that one rename puts it in place: nobody ever sees half a store there.
    """
    try:
        if directory.is_dir() and any(directory.iterdir()):
            raise StoreError(f"{directory}: is not empty; restore into a new directory, then point [storage] there")
        directory.absolute().parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=directory.absolute().parent, prefix=f".{directory.name}-restoring-"))
        try:
            yield scratch
            _sync_directory(scratch)
            scratch.rename(directory)  # onto nothing, or onto an empty directory
            _sync_directory(directory.absolute().parent)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise StoreError(f"{directory}: cannot be restored into ({error.strerror}); nothing was restored") from error


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
