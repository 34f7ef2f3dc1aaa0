"""Backups of a store at work, and everything that is no backup, refused with nothing left behind."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner
from sqlite_utils import Database

from db import ledger, schema
from db.store import FILE_NAME, Store
from tests.db.conftest import Clock, Make
from tests.receivers import subscription
from tracker import backups
from tracker.backups import NO_ADDRESS
from tracker.cli import cli
from tracker.errors import BusyError, ConfigError, StoreError
from tracker.models import Event, Observation
from tracker.schedule import Lease
from tracker.subscriptions import enable

ADDRESS = "https://hooks.example/secret-path"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def store(tmp_path: Path, clock: Clock, make: Make) -> Iterator[Store]:
    with Store(tmp_path / "var", clock=clock) as opened:
        opened.keep(source="sozd", response=make.response(b"<html>one</html>"))
        opened.record(
            Observation(
                observed_at=make.at(),
                document=make.document(),
                versions=(make.text("Первая.", "Вторая."),),
                events=(make.draft("step-1"), make.draft("step-2")),
            )
        )
        opened.put_subscription(subscription(ADDRESS, name="ngo"))
        yield opened


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "copy.tar.zst"
    store.backup(path, with_secrets=False)
    return path


def events_of(store: Store) -> tuple[Event, ...]:
    return store.events(oldest_first=True, limit=1000)


def restored(archive: Path, directory: Path, clock: Clock) -> Store:
    backups.restore(archive, directory, clock=clock)
    return Store(directory, clock=clock)


def test_what_is_restored_is_what_was(store: Store, archive: Path, tmp_path: Path, clock: Clock) -> None:
    with restored(archive, tmp_path / "there", clock) as again:
        assert events_of(again) == events_of(store)
        assert again.verify_ledger() == again.verify_evidence() == ()
        version = again.versions(Make.bill)[0]
        assert again.sections(version.id) == store.sections(version.id)
    assert {path.name for path in (tmp_path / "there").iterdir()} == {FILE_NAME, "secrets.json"}
    assert (tmp_path / "there").stat().st_mode & 0o077 == 0
    assert (tmp_path / "there" / FILE_NAME).stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {"var", "copy.tar.zst", "there"}


def test_a_plain_tar_opens_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0
    with tarfile.open(fileobj=BytesIO(content(archive))) as tar:
        assert tar.getnames() == ["manifest.json", FILE_NAME]
        file = tar.extractfile("manifest.json")
        assert file is not None
        manifest = json.load(file)
    assert manifest["kind"] == "duma-tracker-backup"
    assert manifest["tables"]["ledger"] == manifest["ledger"]["seq"] == 2


def test_no_address_leaves_the_house_unasked(store: Store, archive: Path, tmp_path: Path, clock: Clock) -> None:
    assert ADDRESS.encode() not in content(archive)
    with restored(archive, tmp_path / "there", clock) as again:
        there = again.subscription("ngo")
        assert there is not None
        assert (there.enabled, there.disabled_reason, there.url.value) == (False, NO_ADDRESS, "")
        with pytest.raises(ConfigError, match="remove it and add it again"):
            enable(again, "ngo")
    whole = tmp_path / "whole.tar.zst"
    assert store.backup(whole, with_secrets=True).with_secrets
    with restored(whole, tmp_path / "elsewhere", clock) as again:
        assert again.subscriptions() == store.subscriptions()


def test_backups_while_others_write(store: Store, tmp_path: Path, clock: Clock, make: Make) -> None:
    """Every copy is of one moment: the events of one observation are in it all or not at all."""
    done = threading.Event()

    def write() -> None:
        for number in range(60):
            drafts = (make.draft(f"a{number}"), make.draft(f"b{number}"))
            store.record(Observation(observed_at=make.at(number), events=drafts))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    counts: list[int] = []
    while not counts or not done.is_set():
        name = f"{len(counts)}"
        store.backup(tmp_path / name, with_secrets=False)
        with restored(tmp_path / name, tmp_path / f"r{name}", clock) as again:
            counts.append(again.event_count())
    writer.join()
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)


def test_the_lease_of_the_living_is_not_restored(store: Store, tmp_path: Path, clock: Clock) -> None:
    with Lease(store):
        store.backup(tmp_path / "copy", with_secrets=False)
        with pytest.raises(BusyError, match="at work there"):
            backups.restore(tmp_path / "copy", tmp_path / "var", clock=clock)
        with restored(tmp_path / "copy", tmp_path / "there", clock) as again, Lease(again):
            assert again.event_count() == 2


def test_a_store_is_never_overwritten(store: Store, archive: Path, tmp_path: Path, clock: Clock) -> None:
    before = events_of(store)
    with pytest.raises(StoreError, match="holds a store already"):
        backups.restore(archive, tmp_path / "var", clock=clock)
    assert events_of(store) == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("keep me")
    with pytest.raises(StoreError, match="is not empty"):
        backups.restore(archive, tmp_path / "full", clock=clock)
    (tmp_path / "empty").mkdir()
    restored(archive, tmp_path / "empty", clock).close()


# ---------------------------------------------------------------- what is no backup


def content(archive: Path) -> bytes:
    with archive.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file).read()


def packed(*members: tuple[str, bytes], form: int = tarfile.GNU_FORMAT, kind: bytes = tarfile.REGTYPE) -> bytes:
    """An archive of these files, as anybody could make one."""
    raw = BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as tar:
        for name, body in members:
            about = tarfile.TarInfo(name)
            about.size, about.type = len(body), kind
            tar.addfile(about, BytesIO(body))
    return zstandard.ZstdCompressor(write_checksum=True).compress(raw.getvalue())


def manifest_of(archive: Path) -> dict[str, object]:
    with tarfile.open(fileobj=BytesIO(content(archive))) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        found: dict[str, object] = json.load(file)
        return found


def database_of(archive: Path) -> bytes:
    with tarfile.open(fileobj=BytesIO(content(archive))) as tar:
        file = tar.extractfile(FILE_NAME)
        assert file is not None
        return file.read()


def remade(archive: Path, database: bytes | None = None, **changes: object) -> bytes:
    """The archive with another database, well described, or with other words in its manifest."""
    body = database_of(archive) if database is None else database
    files = {FILE_NAME: {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}}
    manifest = {**manifest_of(archive), "files": files, **changes}
    return packed(("manifest.json", json.dumps(manifest).encode()), (FILE_NAME, body))


def altered(archive: Path, tmp_path: Path, *statements: str) -> bytes:
    """The database of the archive after somebody wrote into it."""
    path = tmp_path / "altered.sqlite"
    path.write_bytes(database_of(archive))
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    body = path.read_bytes()
    path.unlink()
    return body


LINK = b"../../../../tmp/elsewhere"
BAD: dict[str, tuple[str, Callable[[Path, Path], bytes]]] = {
    "nothing": ("no whole archive|cut short", lambda _a, _t: b""),
    "a text": ("no whole archive", lambda _a, _t: b"this is no archive" * 99),
    "another archive": ("something else where manifest.json", lambda _a, _t: packed(("a.txt", b"hello"))),
    "not a tar": ("not a backup", lambda _a, _t: zstandard.ZstdCompressor().compress(b"x" * 4096)),
    "cut short": ("cut short|no whole archive", lambda a, _t: a.read_bytes()[: a.stat().st_size // 2]),
    "a flipped byte": (
        "no whole archive|damaged|cut short|not a backup|something else|holds more",
        lambda a, _t: a.read_bytes()[:3000] + bytes([a.read_bytes()[3000] ^ 0x41]) + a.read_bytes()[3001:],
    ),
    "another kind": ("not a backup", lambda a, _t: remade(a, kind="tarball")),
    "a newer format": ("upgrade Duma Tracker", lambda a, _t: remade(a, format=2)),
    "newer tables": ("made by a newer version", lambda a, _t: remade(a, migrations=["m001_first", "m999_next"])),
    "a path": (
        "files that no backup holds",
        lambda a, _t: remade(a, files={"../../evil": {"size": 3, "sha256": ""}}),
    ),
    "an absolute path": ("files that no backup holds", lambda a, _t: remade(a, files={"/etc/evil": {"size": 1, "sha256": ""}})),
    "another name in the tar": (
        "something else where tracker.sqlite",
        lambda a, _t: packed(("manifest.json", json.dumps(manifest_of(a)).encode()), ("../evil", database_of(a))),
    ),
    "a link": ("something else where manifest.json", lambda _a, _t: packed(("manifest.json", b""), kind=tarfile.SYMTYPE)),
    "a long header": (
        "something else where manifest.json",
        lambda _a, _t: packed(("manifest.json" * 20, b""), form=tarfile.PAX_FORMAT),
    ),
    "a manifest without end": ("larger than it can be", lambda _a, _t: packed(("manifest.json", b" " * 2**21))),
    "a manifest of nonsense": ("manifest that cannot be read", lambda _a, _t: packed(("manifest.json", b"[" * 100_000))),
    "a bomb": (
        "more than any backup",
        lambda a, _t: remade(a, files={FILE_NAME: {"size": 2**40, "sha256": ""}}),
    ),
    "a size below nothing": (
        "files that no backup holds",
        lambda a, _t: remade(a, files={FILE_NAME: {"size": -1, "sha256": ""}}),
    ),
    "a false size": (
        "not of the size",
        lambda a, _t: remade(a, files={FILE_NAME: {"size": 1, "sha256": ""}}),
    ),
    "a false digest": (
        "is damaged",
        lambda a, _t: remade(a, files={FILE_NAME: {"size": len(database_of(a)), "sha256": "0" * 64}}),
    ),
    "more behind": (
        "holds more than it says",
        lambda a, _t: packed(
            ("manifest.json", json.dumps(manifest_of(a)).encode()), (FILE_NAME, database_of(a)), ("evil", b"x")
        ),
    ),
    "no database": ("cannot be read", lambda a, _t: remade(a, b"not a database at all" * 999)),
    "a damaged database": (
        "damaged|cannot be read|not the one",
        lambda a, _t: remade(a, database_of(a)[:8192] + bytes(4096) + database_of(a)[12288:]),
    ),
    "a row too many": (
        "not the one its manifest describes",
        lambda a, t: remade(a, altered(a, t, "INSERT INTO aliases VALUES ('x', 'y', 'bill/100001-99')")),
    ),
    "a broken reference": (
        "name others that are missing",
        lambda a, t: remade(a, altered(a, t, "PRAGMA foreign_keys = OFF", "UPDATE versions SET document_id = 'bill/none'")),
    ),
    "a forged event": (
        "payload",
        lambda a, t: remade(a, altered(a, t, "UPDATE payloads SET payload = '{}' WHERE seq = 1")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_backup_is_refused(name: str, archive: Path, tmp_path: Path, clock: Clock) -> None:
    pattern, spoil = BAD[name]
    bad = tmp_path / "bad"
    bad.write_bytes(spoil(archive, tmp_path))
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(StoreError, match=pattern) as refused:
        backups.restore(bad, tmp_path / "there", clock=clock)
    assert "\n" not in str(refused.value)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_an_older_store_is_brought_up_to_date(archive: Path, tmp_path: Path, clock: Clock) -> None:
    """A backup of the version before search existed."""
    path = tmp_path / "older.sqlite"
    older = Database(path)
    schema.MIGRATIONS.apply(older, stop_before="m005_search")
    names = [name for name in older.table_names() if not name.startswith("sqlite_")]
    about = {
        "tables": {name: older[name].count for name in names},
        "migrations": [migration.name for migration in schema.MIGRATIONS.applied(older)],
        "ledger": {"seq": 0, "hash": ledger.GENESIS},
    }
    older.close()
    old = tmp_path / "old"
    old.write_bytes(remade(archive, path.read_bytes(), **about))
    with (
        restored(old, tmp_path / "there", clock) as again,
        sqlite3.connect(tmp_path / "there" / FILE_NAME) as connection,
    ):
        assert events_of(again) == ()
        assert connection.execute("SELECT count(*) FROM search_mark").fetchone() == (1,)
    connection.close()


def test_a_backup_that_cannot_be_written_leaves_the_one_before(store: Store, archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(StoreError, match="cannot be written"):
        store.backup(tmp_path / "missing" / "copy", with_secrets=False)
    store.backup(archive, with_secrets=False)
    assert database_of(archive)[:16] == b"SQLite format 3\0"
    assert len(before) > 0
    assert {path.name for path in tmp_path.iterdir()} == {"var", archive.name}


@pytest.mark.usefixtures("store")
def test_the_commands(tmp_path: Path) -> None:
    config = tmp_path / "tracker.toml"
    config.write_text(f'[storage]\ndirectory = "{tmp_path / "var"}"\n')
    copy, there = str(tmp_path / "copy"), str(tmp_path / "there")
    made = CliRunner().invoke(cli, ["--config", str(config), "backup", copy])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["ledger"]["seq"] == 2
    back = CliRunner().invoke(cli, ["restore", copy, "--to", there])
    assert back.exit_code == 0, back.output
    assert json.loads(back.stdout) == json.loads(made.stdout)
