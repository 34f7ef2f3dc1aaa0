"""Fifty tamperings behind the store's back, each found and named; what is honest passes."""
# ruff: noqa: S608 - statements are made of constants here

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from db import ledger, packing
from db.store import FILE_NAME, Store
from tests.db.conftest import START, Clock, Make
from tracker.models import (
    Diff,
    EventDraft,
    EventKind,
    NewVersion,
    Observation,
    Operation,
    Part,
    Relation,
    RenderedEntry,
    Snapshot,
    canonical_json,
    digest_of,
)
from tracker.roots import Root

DAYS = 6
#: One entry, packed, that was never rendered.
ALTERED = packing.pack(b"1 1 1\nxyz", packing.ENTRIES)
Tamper = Callable[[sqlite3.Connection], None]


def told(version: NewVersion, number: int, snapshot: Snapshot, make: Make, diff: Diff | None) -> EventDraft:
    """An event of a text, as the pipeline tells it."""
    key = version.key
    path = f"{key.part}/{key.source}/{key.edition}/{number}"
    payload = {
        "document": {"id": key.document_id},
        "label": version.label,
        "readable": version.readable,
        "unread_reason": version.unread_reason,
        "url": version.url,
        "version_path": f"/{key.document_id}/{path}",
        "snapshot": {"digest": snapshot.digest, "first_seen": snapshot.first_seen.isoformat(), "via": snapshot.via},
    }
    draft = make.draft(path, kind=EventKind.TEXT_CHANGED, payload=payload, diff=diff)
    return dataclasses.replace(draft, digests=(version.digest,))


def fill(store: Store, clock: Clock, make: Make) -> None:
    """Some days of an invented bill: pages that change a little, texts, cards, steps, a correction, a strike, roots."""
    filler = "".join(f"<p>Строка {number} страницы, которая не меняется.</p>" for number in range(200))
    words = [f"Статья {number} говорит о предмете {number * number}." for number in range(1, 30)]
    for day in range(DAYS):
        clock.now = make.at(day * 24 * 60)
        page = f"<html><p>День {day}</p>{filler}</html>".encode()
        snapshot, _ = store.keep(source="sozd", response=make.response(page, minutes=day * 24 * 60))
        words[day] = f"Статья {day} изменена в день {day}."
        text = dataclasses.replace(make.text(*words), snapshot_id=snapshot.id)
        data = {"day": day, "steps": list(range(day))}
        card = NewVersion(
            key=make.key("current", part=Part.CARD),
            position="0",
            label="",
            snapshot_id=snapshot.id,
            digest=digest_of(data),
            url=make.url,
            data=data,
        )
        operation = Operation(
            ops=("modified",),
            old_path=f"st-{day}",
            new_path=f"st-{day}",
            old_address=None,
            new_address=None,
            old_text="",
            new_text=words[day],
        )
        diff = Diff(same=False, operations=(operation,))
        store.record(
            Observation(
                observed_at=clock.now,
                document=make.document(),
                aliases={"sozd": "100001-99"},
                versions=(text, card),
                events=(
                    told(text, day + 1, snapshot, make, diff),
                    make.draft(f"step-{day}", payload={"title": f"Событие {day}"}),
                ),
                relations=(
                    Relation(
                        kind="amends",
                        from_document=make.bill,
                        from_path=f"st-{day}",
                        to_document="act/fz/2099-04-28/938-fz",
                        to_path="",
                        words="внести",
                    ),
                ),
            )
        )
        store.seal("tracker.example")
    first = store.events(oldest_first=True, limit=1)[0]
    correction = dataclasses.replace(
        make.draft("fix"), kind=EventKind.CORRECTION, payload={"event": first.id, "reason": "ошибка"}
    )
    store.record(Observation(observed_at=clock.now, events=(correction,)))
    for event in store.outbox("feeds"):
        for language in ("ru", "en"):
            store.save_entry(RenderedEntry(event_id=event.id, language=language, atom=b"a", rss=b"r", json=b"{}"))
    store.finish_outbox("feeds", [event.id for event in store.outbox("feeds")])
    for event in store.events(oldest_first=True, limit=4)[1:4:2]:
        store.strike(event.id, "личные данные")
    clock.move(seconds=86_400)
    store.seal("tracker.example")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a store in which nothing is wrong. Tests take copies."""
    directory, clock = tmp_path_factory.mktemp("honest"), Clock()
    with Store(directory, clock=clock, salt=lambda: bytes(16)) as store:
        fill(store, clock, Make())
    return directory


def copied(honest: Path, directory: Path) -> Path:
    shutil.copy(honest / FILE_NAME, directory / FILE_NAME)
    return directory


def found(directory: Path, published: tuple[Root, ...] = ()) -> list[str]:
    with Store(directory, clock=lambda: START, read_only=True) as store:
        return list(store.verify(published=published))


def tamper(directory: Path, change: Tamper | str) -> None:
    """Change the file behind the store's back, as somebody with the file and time would: triggers are no obstacle."""
    with closing(sqlite3.connect(directory / FILE_NAME, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        triggers = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        if callable(change):
            change(connection)
        else:
            connection.executescript(change)


def test_an_honest_store_passes(honest: Path, tmp_path: Path) -> None:
    with Store(copied(honest, tmp_path), clock=lambda: START) as store:
        assert len(store.roots()) == DAYS
        assert len(store.strikes()) == 2
        assert list(store.verify(published=store.roots())) == []


def test_progress_is_told(honest: Path) -> None:
    parts: list[tuple[str, int]] = []
    rows = []
    with Store(honest, clock=lambda: START, read_only=True) as store:
        assert not list(store.verify(begin=lambda *part: parts.append(part), advance=lambda: rows.append(parts[-1][0])))
    assert ("ledger", 2 * DAYS + 1) in parts
    assert {part: rows.count(part) for part, _ in parts if part == "ledger"} == {"ledger": 2 * DAYS + 1}


# ------------------------------------------------------------ tamperings

EVENT = r"event [a-z2-7]{20} \(line {}\)"
SQL: dict[str, tuple[str, str]] = {
    # the ledger
    "level of a line": ("UPDATE ledger SET level = 1 WHERE seq = 3", r"\(line 3\): tampered: the line was altered"),
    "time of a line": (
        "UPDATE ledger SET observed_at = '2099-03-02T09:00:01.000000Z' WHERE seq = 3",
        r"\(line 3\): tampered: the line was altered",
    ),
    "kind of a line": ("UPDATE ledger SET kind = 'bill.stage' WHERE seq = 4", r"\(line 4\): tampered: the line was"),
    "history made of news": ("UPDATE ledger SET backfilled = 1 WHERE seq = 5", r"\(line 5\): tampered: the line was"),
    "lists of a line": (
        "UPDATE ledger SET digests = 'x' WHERE seq = 3",
        r"\(line 3\): tampered: .* its lists are none",
    ),
    "scopes of a line": (
        "UPDATE ledger SET scopes = '[]' WHERE seq = 3",
        r"\(line 3\): tampered: the line was altered",
    ),
    "a line taken out": (
        ";".join(f"DELETE FROM {table} WHERE seq = 5" for table in ("event_scopes", "payloads", "entries", "ledger")),
        r"\(line 6\): tampered: it follows line 4",
    ),
    "the last line taken out": (
        ";".join(f"DELETE FROM {table} WHERE seq = 13" for table in ("event_scopes", "payloads", "entries", "ledger")),
        r"the ledger ends with line 12, but line 13 was written last",
    ),
    "all lines taken out": (
        "DELETE FROM event_scopes; DELETE FROM payloads; DELETE FROM entries; DELETE FROM strikes; DELETE FROM ledger",
        r"the ledger ends with line 0",
    ),
    "two lines swapped": (
        (
            "UPDATE ledger SET seq = -1 WHERE seq = 7; UPDATE ledger SET seq = 7 WHERE seq = 8;"
            "UPDATE ledger SET seq = 8 WHERE seq = -1"
        ),
        r"\(line 7\): tampered",
    ),
    "the noted end": ("UPDATE meta SET value = '12 ' || value WHERE key = 'ledger_head'", r"line 12 was written last"),
    "a payload": (
        'UPDATE payloads SET payload = \'{"title":"x"}\' WHERE seq = 6',
        r"\(line 6\): .* payload was altered",
    ),
    "a payload that is none": (
        "UPDATE payloads SET payload = 'x' WHERE seq = 6",
        r"\(line 6\): .* payload was altered",
    ),
    "a salt": ("UPDATE payloads SET salt = x'00' WHERE seq = 6", r"\(line 6\): tampered: the payload was altered"),
    "a payload taken out": ("DELETE FROM payloads WHERE seq = 6", r"\(line 6\): tampered: the payload is gone"),
    "a feed less": ("DELETE FROM event_scopes WHERE seq = 6", r"line 6: tampered: it is listed in other feeds"),
    "a feed more": ("INSERT INTO event_scopes VALUES ('topic:x', 6)", r"line 6: tampered: it is listed in other feeds"),
    "an entry taken out": (
        "DELETE FROM entries WHERE seq = 6",
        r"\(line 6\): tampered: its entry in the feeds is gone",
    ),
    "words of an entry": (
        f"UPDATE entries SET languages = 'en', data = x'{ALTERED.hex()}' WHERE seq = 6",
        r"\(line 6\): tampered: its entry in the feeds was altered",
    ),
    # strikes
    "reason of a strike": ("UPDATE strikes SET reason = 'x' WHERE number = 1", r"strike 1: tampered: the line was"),
    "a strike taken out": (
        "DELETE FROM strikes WHERE number = 2",
        r"\(line 4\): .* payload is gone and was never struck",
    ),
    "what was struck is back": ("INSERT INTO payloads VALUES (2, '{}', x'00')", r"\(line 2\): struck, but its payload"),
    "an entry of what was struck": (
        "INSERT INTO entries VALUES (2, 'ru', x'', x'')",
        r"\(line 2\): tampered: struck, but its entry is still there",
    ),
    # roots
    "tree of a root": (
        "UPDATE roots SET tree = head WHERE number = 2",
        r"root 2 of 2099-03-02 .*: tampered: it was altered",
    ),
    "day of a root": (
        "UPDATE roots SET day = '2098-01-01' WHERE number = 2",
        r"root 2 of 2098-01-01 .*: tampered: it was",
    ),
    "the newest root taken out": (
        f"DELETE FROM roots WHERE number = {DAYS}",
        r"root: tampered: \d+ are there, \d+ were",
    ),
    "a root taken out": ("DELETE FROM roots WHERE number = 3", r"root 4 of 2099-03-04 .*: it does not continue root 2"),
    # evidence
    "digest of a snapshot": (
        "UPDATE snapshots SET digest = (SELECT digest FROM snapshots WHERE id = 1) WHERE id = 3",
        r"snapshot 3 of https://bills\.example/bill/100001-99: tampered: the row was altered",
    ),
    "digest of a snapshot, of nothing": (
        f"UPDATE snapshots SET digest = '{'0' * 64}' WHERE id = 3",
        r"row 3 of snapshots: tampered: it names a row of bodies that is missing",
    ),
    "time of a snapshot": (
        "UPDATE snapshots SET first_seen = '2098-01-01T00:00:00.000000Z' WHERE id = 3",
        r"snapshot 3 of .*: tampered: the row was altered",
    ),
    "address of a snapshot": (
        "UPDATE snapshots SET url = 'https://a.example/' WHERE id = 3",
        r"snapshot 3 of .*: the row",
    ),
    "way of a snapshot": (
        "UPDATE snapshots SET via = 'proxy+http' WHERE id = 3",
        r"snapshot 3 of .*: the row was altered",
    ),
    "interval of a snapshot": (
        "UPDATE snapshots SET count = 0 WHERE id = 3",
        r"snapshot 3 of .*: it is not of the body",
    ),
    "a snapshot taken out": ("DELETE FROM snapshots WHERE id = 6", r"names a row of snapshots that is missing"),
    "a body taken out": (
        "DELETE FROM bodies WHERE digest = (SELECT digest FROM snapshots WHERE id = 4)",
        r"names a row of bodies that is missing",
    ),
    "name of a body": (
        f"UPDATE bodies SET digest = '{'1' * 64}' WHERE digest = (SELECT digest FROM snapshots WHERE id = 4)",
        rf"body {'1' * 64}: tampered: its bytes have another SHA-256",
    ),
    "two bodies swapped": (
        (
            "UPDATE bodies SET blob = (SELECT sum(blob) FROM bodies AS both WHERE digest IN (SELECT digest FROM snapshots"
            " WHERE id IN (2, 3))) - blob WHERE digest IN (SELECT digest FROM snapshots WHERE id IN (2, 3))"
        ),
        r"body [0-9a-f]{64}: tampered: its bytes have another SHA-256",
    ),
    "size of a blob": ("UPDATE blobs SET size = size + 1 WHERE id = 1", r"blob 1: damaged: its frame was altered"),
    "place of a blob": ("UPDATE blobs SET depth = 9 WHERE id = 1", r"blob 1: tampered: its place behind its parent"),
    "ends of a blob": (
        (
            "UPDATE blobs SET prefix = prefix - 1, suffix = suffix + 1 WHERE id = (SELECT blob FROM bodies JOIN snapshots"
            " USING (digest) WHERE snapshots.id = 3)"
        ),
        r"body [0-9a-f]{64}: (damaged|tampered)",
    ),
    # facts
    "digest of a text": (
        "UPDATE versions SET digest = 'x' WHERE part = 'text' AND number = 2",
        r"\(line 3\): tampered: the version /bill/100001-99/text/sozd/introduced/2 has another digest",
    ),
    "digest of a card": (
        "UPDATE versions SET digest = 'x' WHERE part = 'card' AND number = 2",
        r"version /bill/100001-99/card/sozd/current/2: tampered: what the card said",
    ),
    "label of a version": (
        "UPDATE versions SET label = 'x' WHERE part = 'text' AND number = 2",
        r"version /bill/100001-99/text/sozd/introduced/2: tampered: the row was altered",
    ),
    "title of a document": (
        "UPDATE documents SET title = 'x'",
        r"document bill/100001-99: tampered: the row was altered",
    ),
    "a draft made law": (
        "UPDATE documents SET status = 'published', force = 'in-force'",
        r"document bill/100001-99: tampered: the row was altered",
    ),
    "a version taken out": (
        "DELETE FROM renditions WHERE version_id = 3; DELETE FROM versions WHERE id = 3",
        r"the version /bill/100001-99/text/sozd/introduced/2 is missing",
    ),
    "a card taken out": (
        "DELETE FROM versions WHERE part = 'card' AND number = 3",
        r"edition bill/100001-99/card/sozd/current: tampered: the numbers of its versions have gaps",
    ),
    "the last card taken out": (
        f"DELETE FROM versions WHERE part = 'card' AND number = {DAYS}",
        r"version: tampered: 11 are there, 12 were recorded",
    ),
    "a rendition taken out": (
        "DELETE FROM renditions WHERE id = 2",
        r"rendition: tampered: 5 are there, 6 were recorded",
    ),
    "reader of a rendition": (
        "UPDATE renditions SET extractor = 'x' WHERE id = 2",
        r"rendition 2 of version /bill/100001-99/text/sozd/introduced/2: tampered: the row was altered",
    ),
    "text of another version": (
        "UPDATE renditions SET sections = (SELECT sections FROM renditions WHERE id = 1) WHERE id = 2",
        r"rendition 2 of version .*/2: tampered: its units are not those that were recorded",
    ),
    "numbers of two texts swapped": (
        "UPDATE texts SET id = 11 - id WHERE id IN (5, 6)",
        r"text 5: tampered: its words are not those",
    ),
    "a text taken out": ("DELETE FROM texts WHERE id = 5", r"text 5: tampered: its words are not those"),
    "a pack taken out": ("DELETE FROM packs WHERE first = 30", r"text 30: tampered: the pack that held it is gone"),
    "a document taken out": ("DELETE FROM documents", r"the document bill/100001-99 is missing"),
    "a difference taken out": (
        "DELETE FROM diffs WHERE id = (SELECT diff_id FROM ledger WHERE seq = 5)",
        r"row 5 of ledger: tampered: it names a row of diffs that is missing",
    ),
    "two differences swapped": (
        (
            "UPDATE diffs SET blob = (SELECT sum(blob) FROM diffs AS both WHERE id IN (SELECT diff_id FROM ledger WHERE seq IN"
            " (3, 5))) - blob WHERE id IN (SELECT diff_id FROM ledger WHERE seq IN (3, 5))"
        ),
        r"difference [a-z2-7]{20}: tampered: its content has another id",
    ),
    "a relation taken out": (
        "DELETE FROM relations WHERE from_path = 'st-1'",
        r"relation: tampered: 5 are there, 6 were",
    ),
    "an alias taken out": ("DELETE FROM aliases", r"alias of a document: tampered: 0 are there, 1 were recorded"),
}


@pytest.mark.parametrize("name", SQL)
def test_a_tampering_is_found_and_named(name: str, honest: Path, tmp_path: Path) -> None:
    statement, says = SQL[name]
    tamper(copied(honest, tmp_path), statement)
    problems = found(tmp_path)
    assert any(re.search(says, problem) for problem in problems), problems
    assert all("\n" not in problem for problem in problems)


@pytest.mark.parametrize("seed", range(20))
def test_a_byte_anywhere_in_the_archive_is_missed_by_nobody(seed: int, honest: Path, tmp_path: Path) -> None:
    """A byte of a compressed blob, somewhere."""
    rng = random.Random(seed)  # noqa: S311 - guards nothing

    def flip(connection: sqlite3.Connection) -> None:
        row = rng.choice(connection.execute("SELECT id, data FROM blobs").fetchall())
        data = bytearray(row["data"])
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        connection.execute("UPDATE blobs SET data = ? WHERE id = ?", (bytes(data), row["id"]))

    tamper(copied(honest, tmp_path), flip)
    problems = found(tmp_path)
    assert any(re.search(r"damaged|tampered", problem) for problem in problems)
    assert all(
        re.match(r"(blob|body|pack of texts|text|rendition|version|difference|snapshot) ", row) for row in problems
    )


def test_every_byte_of_a_blob_counts(honest: Path, tmp_path: Path) -> None:
    """Each byte of some small blobs in turn."""
    copied(honest, tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        frames = connection.execute(
            "SELECT id, data FROM blobs WHERE length(data) < 400 ORDER BY id LIMIT 3"
        ).fetchall()
    unnamed = 0
    for blob_id, data in frames:
        for place in range(len(data)):
            altered = bytearray(data)
            altered[place] ^= 0xFF
            tamper(tmp_path, lambda connection: put(connection, blob_id, bytes(altered)))  # noqa: B023 - called at once
            unnamed += not found(tmp_path)
        tamper(tmp_path, lambda connection: put(connection, blob_id, data))  # noqa: B023 - called at once
    assert not found(tmp_path)
    assert unnamed == 0


def put(connection: sqlite3.Connection, blob_id: int, data: bytes) -> None:
    connection.execute("UPDATE blobs SET data = ? WHERE id = ?", (data, blob_id))


# ------------------------------------------------------------ whoever knows how it is made


def test_a_payload_with_a_digest_to_match(honest: Path, tmp_path: Path) -> None:
    def change(connection: sqlite3.Connection) -> None:
        payload = canonical_json({"title": "ничего не было"})
        digest = hashlib.sha256(bytes(16) + payload.encode()).hexdigest()
        connection.execute("UPDATE payloads SET payload = ? WHERE seq = 6", (payload,))
        connection.execute("UPDATE ledger SET payload_digest = ? WHERE seq = 6", (digest,))

    tamper(copied(honest, tmp_path), change)
    assert [row for row in found(tmp_path) if "(line 6): tampered: the line was altered" in row]


def rewritten(connection: sqlite3.Connection, seq: int) -> None:
    """Another payload, and the chain made anew from there to its end."""
    payload = canonical_json({"title": "ничего не было"})
    connection.execute("UPDATE payloads SET payload = ? WHERE seq = ?", (payload, seq))
    digest = ledger.payload_digest(payload.encode(), bytes(16))
    connection.execute("UPDATE ledger SET payload_digest = ? WHERE seq = ?", (digest, seq))
    last = connection.execute("SELECT previous_hash FROM ledger WHERE seq = ?", (seq,)).fetchone()[0]
    for row in connection.execute("SELECT * FROM ledger WHERE seq >= ? ORDER BY seq", (seq,)).fetchall():
        line = {name: row[name] for name in row.keys() if name != "hash"}  # noqa: SIM118 - a Row iterates over values
        line |= {name: json.loads(row[name]) for name in ("digests", "scopes")}
        line |= {name: bool(row[name]) for name in ("lead", "backfilled")} | {"previous_hash": last}
        last = ledger.line_hash(line)
        connection.execute(
            "UPDATE ledger SET previous_hash = ?, hash = ? WHERE seq = ?", (line["previous_hash"], last, row["seq"])
        )
    end = connection.execute("SELECT max(seq) FROM ledger").fetchone()[0]
    connection.execute("UPDATE meta SET value = ? WHERE key = 'ledger_head'", (f"{end} {last}",))


def test_a_chain_written_anew_does_not_fit_its_roots(honest: Path, tmp_path: Path) -> None:
    tamper(copied(honest, tmp_path), lambda connection: rewritten(connection, 6))
    problems = found(tmp_path)
    assert [row for row in problems if "root 3 of 2099-03-03 (lines 5 to 6): tampered: the lines" in row]
    assert not [row for row in problems if row.startswith("root 2")]


def test_roots_written_anew_are_not_those_that_were_published(honest: Path, tmp_path: Path) -> None:
    with Store(honest, clock=lambda: START, read_only=True) as store:
        published = store.roots()

    def change(connection: sqlite3.Connection) -> None:
        rewritten(connection, 6)
        connection.execute("DELETE FROM roots")

    tamper(copied(honest, tmp_path), change)
    with Store(tmp_path, clock=lambda: START.replace(month=4)) as store:
        store.seal("tracker.example")
    assert found(tmp_path) == []  # alone, it is a whole ledger
    problems = found(tmp_path, published)
    assert len([row for row in problems if "this store has no such root" in row]) == 4
    assert [
        row
        for row in problems
        if "of 2099-03-03 (lines 5 to 6): tampered: the lines of the ledger are not those" in row
    ]
    assert not [row for row in problems if "2099-03-02" in row]


def test_a_published_root_that_was_altered_proves_nothing(honest: Path) -> None:
    with Store(honest, clock=lambda: START, read_only=True) as store:
        bad = dataclasses.replace(store.roots()[1], tree="0" * 64)
        (problem,) = store.verify(published=[bad])
    assert "is not whole" in problem


def test_a_file_that_is_damaged_is_said_to_be(honest: Path, tmp_path: Path) -> None:
    content = bytearray((copied(honest, tmp_path) / FILE_NAME).read_bytes())
    page = len(content) // 2 // 4096 * 4096
    content[page : page + 4096] = random.Random(7).randbytes(4096)  # noqa: S311 - guards nothing
    (tmp_path / FILE_NAME).write_bytes(content)
    problems = found(tmp_path)
    assert problems[0].startswith("database: damaged: ")


def test_an_older_store_is_sealed_as_it_is(honest: Path, tmp_path: Path) -> None:
    """A store from before there were roots, seals and counts is brought to the same state as one that always had them."""

    def older(connection: sqlite3.Connection) -> None:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_tallied'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for table in ("snapshots", "versions", "renditions"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN seal")
        connection.execute("ALTER TABLE documents DROP COLUMN seal")
        connection.execute("ALTER TABLE renditions DROP COLUMN digest")
        for table in ("roots", "tallies"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name IN ('m006_roots', 'm009_documents')")

    copied(honest, tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as connection:
        older(connection)
    with Store(tmp_path, clock=lambda: START.replace(month=4)) as store:
        assert list(store.verify()) == []
        assert store.seal("tracker.example") != ()
        assert list(store.verify()) == []
