"""A word that stands in struck events alone is nowhere afterwards: not on any page, in any file, row, message or backup."""

from __future__ import annotations

import io
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from db import blobs, packing
from db.connection import Connections
from db.store import FILE_NAME, Store
from feeds import app
from feeds.site import Site
from tests.tracker.test_api import Live
from tests.tracker.trust.conftest import INFO
from tests.tracker.trust.test_commands import CONFIG, run
from tracker import alerting, publishing
from tracker.alerts import Channel, Filter, Secret, Subscription
from tracker.commands import trust
from tracker.errors import StoreError
from tracker.finding import Finder
from tracker.insight import LawInsight
from tracker.models import Diff, Event, EventDraft, EventKind, Observation

WORD = "Zabudkina7Q"


@pytest.fixture
def struck_later(archive: Store, tmp_path: Path) -> tuple[Event, ...]:
    """A change of a text and a step of the same bill, told in one bundle, that both name somebody; and what was sent of them."""
    archive.put_subscription(
        Subscription(
            name="ngo",
            channel=Channel.WEBHOOK,
            url=Secret("https://receiver.example/hook"),
            secrets=(Secret("whsec_dGVzdA=="),),
            created_at=archive.events(limit=1)[0].observed_at,
            filter=Filter(every_event=True),
        )
    )
    now = archive.events(limit=1)[0].observed_at + timedelta(minutes=1)
    events = archive.record(Observation(observed_at=now, events=tuple(_drafts(archive))))
    site = _live(archive)
    publishing.render_entries(archive, site)
    assert alerting.prepare(archive, INFO, now) > 0
    publishing.publish_site(archive, Site(archive, INFO, insight=LawInsight(archive)), tmp_path / "public")
    return events


def _drafts(store: Store) -> Iterator[EventDraft]:
    changed = next(row for row in store.events(kinds=[EventKind.TEXT_CHANGED], limit=500) if row.diff_id)
    diff = store.diff(changed.diff_id or "")
    assert diff is not None
    first = replace(diff.operations[0], new_text=WORD, old_text=WORD, spans=(("-", WORD), ("+", f"{WORD}s")))
    summary = {"ru": f"назван {WORD}", "en": f"{WORD} is named"}
    step = next(iter(store.events(kinds=[EventKind.BILL_STEP], limit=1)))
    for event, changes, comparison in (
        (changed, {"change": {**changed.payload["change"], "summary": summary}}, replace(diff, operations=(first,))),
        (step, {"step": {**step.payload["step"], "title": WORD, "decisions": [WORD]}}, None),
    ):
        yield _like(event, store, {**event.payload, **changes}, comparison)


def _like(event: Event, store: Store, payload: Mapping[str, Any], diff: Diff | None) -> EventDraft:
    """The same fact once more, told with other words."""
    line: Any = store.ledger_line(event.id)
    return EventDraft(
        kind=event.kind,
        document_id=event.document_id,
        source=event.source,
        key=line["key"],
        digests=tuple(line["digests"]),
        occurred_at=None,
        level=event.level,
        payload=payload,
        scopes=tuple(line["scopes"]),
        diff=diff,
    )


def _live(store: Store) -> Site:
    return Site(store, replace(INFO, live=True), insight=LawInsight(store), finder=Finder(store))


# ------------------------------------------------------------ everywhere a word may stand


def on_pages(store: Store, events: tuple[Event, ...]) -> set[str]:
    """The addresses of the live site that show the word. What a static copy holds as well is looked through there, whole."""
    site = _live(store)
    live = Live(store, app.create_app(site))
    paths = ["/", "/feeds/all.atom", "/en/feeds/all.json", "/calendar.ics", "/api/v1/events?limit=100"]
    for event in events:
        below = [f"/event/{event.id}{end}" for end in ("", "/diff.docx", "/diff.html", "/diff.png", "/card.png")]
        api = [f"/api/v1/events/{event.id}{end}" for end in ("", "/diff", "/evidence")]
        paths += [*below, *api, f"/en/event/{event.id}", f"/evidence/{event.id}.zip", f"/{event.document_id}"]
        paths += [f"/{event.document_id}/events.csv", f"/api/v1/documents/{event.document_id}"]
    shown = {path for path in paths if _holds(live.ask(path).body)}
    found = live.get(f"/api/v1/search?q={WORD}")["items"]
    return shown | ({"/search"} if found else set())


def in_files(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file() and _holds(path.read_bytes())
    }


def in_rows(directory: Path) -> set[str]:
    """The tables of a database in which it stands, packed content included."""
    found = set()
    connections = Connections(directory / FILE_NAME, read_only=True, busy_seconds=1)
    with closing(sqlite3.connect(directory / FILE_NAME)) as plain, connections.read() as db:
        for (name,) in plain.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        ).fetchall():
            for row in plain.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - the names of our own tables
                if any(WORD.encode() in _said(value) for value in row):
                    found.add(name)
        if any(WORD.encode() in blobs.get(db, row["id"]) for row in db.execute("SELECT id FROM blobs")):
            found.add("blobs")
    connections.close()
    return found


def _said(value: object) -> bytes:
    """What stands in a field, unpacked where it is packed."""
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return packing.unpack(value)
    except StoreError:
        return value


def _holds(body: bytes) -> bool:
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return any(_holds(packed.read(name)) for name in packed.namelist())
    return WORD.encode() in body


def test_a_struck_word_is_nowhere(
    archive: Store, struck_later: tuple[Event, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(struck_later) == 2
    shown = on_pages(archive, struck_later)
    for event in struck_later:  # the test sees what there is to see
        assert {f"/event/{event.id}", f"/evidence/{event.id}.zip", f"/api/v1/events/{event.id}"} <= shown
    assert {"/feeds/all.atom", "/en/feeds/all.json", "/"} <= shown
    assert len(in_files(tmp_path / "public")) > 20
    assert in_rows(tmp_path / "var") == {"payloads", "entries", "deliveries", "blobs"}

    config = tmp_path / "tracker.toml"
    config.write_text(CONFIG.replace("[storage]", 'publish = "public"\n[storage]'))
    for event in struck_later:
        assert run(trust.strike_command, config, event.id, "--reason", "личные данные") == 0
    assert "its correction" not in capsys.readouterr().err

    assert on_pages(archive, struck_later) == set()
    assert in_files(tmp_path / "public") == set()
    assert in_rows(tmp_path / "var") == set()
    assert [path.name for path in (tmp_path / "var").iterdir() if _holds(path.read_bytes())] == []
    assert list(archive.verify()) == []
    archive.backup(tmp_path / "backup", with_secrets=True)
    assert not _holds(unpacked(tmp_path / "backup"))
    for event in struck_later:
        assert _live(archive).page(f"/event/{event.id}/card.png") is None
        assert _live(archive).page(f"/evidence/{event.id}.zip") is None


def unpacked(backup: Path) -> bytes:
    content = backup.read_bytes()
    if tarfile.is_tarfile(backup):
        with tarfile.open(backup) as archive:
            return b"".join(file.read() for member in archive if (file := archive.extractfile(member)))
    return zstandard.ZstdDecompressor().decompressobj().decompress(content)


def test_a_comparison_that_another_event_tells_of_stays_until_that_is_struck(archive: Store) -> None:
    event = next(event for event in archive.events(limit=500) if event.diff_id)
    diff_id, diff = event.diff_id or "", archive.diff(event.diff_id or "")
    draft = _like(event, archive, event.payload, diff)
    (twin,) = archive.record(Observation(observed_at=event.observed_at, events=(draft,)))
    publishing.render_entries(archive, _live(archive))
    archive.strike(event.id, "личные данные")
    assert archive.diff(diff_id) == diff
    archive.strike(twin.id, "личные данные")
    assert archive.diff(diff_id) is None
    assert list(archive.verify()) == []
    (again,) = archive.record(Observation(observed_at=event.observed_at, events=(draft,)))
    publishing.render_entries(archive, _live(archive))
    assert again.diff_id == diff_id
    assert archive.diff(diff_id) == diff  # it happened again, and is told again
    assert list(archive.verify()) == []


def test_the_salt_is_gone_with_the_payload(archive: Store) -> None:
    """Whoever guesses what was said cannot check the guess: the digest in the line was made with 16 bytes that nobody has now."""
    event = archive.events(limit=1)[0]
    salts = {row["salt"] for row in archive.ledger()}
    assert len(salts) == archive.event_count()
    assert {len(str(salt)) for salt in salts} == {32}
    archive.strike(event.id, "личные данные")
    line = archive.ledger_line(event.id)
    assert line is not None
    assert line["salt"] is None


def test_a_database_that_others_read_is_not_called_clean(archive: Store, tmp_path: Path) -> None:
    now = archive.events(limit=1)[0].observed_at
    with (
        closing(sqlite3.connect(tmp_path / "var" / FILE_NAME, isolation_level=None)) as reader,
        Store(tmp_path / "var", clock=lambda: now, busy_seconds=0.2) as store,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ledger").fetchone()
        store.strike(archive.events(limit=1)[0].id, "личные данные")
        with pytest.raises(StoreError, match="strike the same event again"):
            store.wipe()
        reader.execute("COMMIT")
        store.wipe()
