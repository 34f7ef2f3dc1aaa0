"""A digest beside every row whose facts never change: a snapshot, a version, a rendition that was altered is named.

It is held against accidents and careless hands: whoever knows it can make it anew. What nobody can make anew is fixed by the
ledger and its published roots.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

from sqlite_utils import Database

from tracker.models import canonical_json

#: Table -> what of a row never changes, and what a row is called.
SEALED: Final = {
    "snapshots": ("source", "url", "status", "headers", "digest", "size", "first_seen", "via"),
    "versions": (
        *("document_id", "part", "source", "edition", "number", "position", "label", "observed_at", "snapshot_id"),
        *("digest", "readable", "unread_reason", "url", "cause"),
    ),
    "renditions": ("version_id", "extractor", "pinned", "made_at", "digest"),
}
#: Entries of feeds are sealed as they are written, by `of_entry`.
ENTRIES: Final = "ALTER TABLE entries ADD COLUMN seal BLOB NOT NULL DEFAULT x''"
_ENTRIES: Final = "SELECT entries.*, ledger.id FROM entries JOIN ledger USING (seq)"
SCHEMA: Final = tuple(f"ALTER TABLE {table} ADD COLUMN seal BLOB NOT NULL DEFAULT x''" for table in SEALED)


def put(db: Database, table: str, row_id: int) -> None:
    """Seal a row that was just written."""
    row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()  # noqa: S608 - constants
    db.execute(f"UPDATE {table} SET seal = ? WHERE id = ?", (_seal(table, row), row_id))  # noqa: S608 - constants


def fill(db: Database) -> None:
    """Seal what an older store holds."""
    for table in SEALED:
        for row in db.execute(f"SELECT id FROM {table}").fetchall():  # noqa: S608 - constants
            put(db, table, row["id"])


def problems(db: Database, table: str, name: Callable[[sqlite3.Row], str]) -> Iterator[str]:
    """Rows of a table that are not as they were written, in plain words."""
    for row in db.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608 - constants
        if row["seal"] != _seal(table, row):
            yield f"{name(row)}: tampered: the row was altered, its seal says otherwise"


def of_entry(event_id: str, language: str, *, atom: bytes, rss: bytes, json: bytes) -> bytes:
    """The seal of an entry as it was rendered."""
    facts = [event_id, language, *(hashlib.sha256(body).hexdigest() for body in (atom, rss, json))]
    return hashlib.sha256(canonical_json(facts).encode()).digest()[:20]


def fill_entries(db: Database) -> None:
    """Seal the entries that an older store holds."""
    for key in db.execute("SELECT seq, language FROM entries").fetchall():
        row = db.execute(f"{_ENTRIES} WHERE seq = ? AND language = ?", tuple(key)).fetchone()
        db.execute("UPDATE entries SET seal = ? WHERE seq = ? AND language = ?", (_of_row(row), *key))


def entry_problems(db: Database) -> Iterator[str]:
    """Entries that are not as they were rendered, in plain words."""
    for row in db.execute(f"{_ENTRIES} ORDER BY seq, language"):
        if row["seal"] != _of_row(row):
            name = f"event {row['id']} (line {row['seq']})"
            yield f"{name}: tampered: its entry in the feeds ({row['language']}) was altered, its seal says otherwise"


def _of_row(row: sqlite3.Row) -> bytes:
    return of_entry(row["id"], row["language"], atom=row["atom"], rss=row["rss"], json=row["json"])


def _seal(table: str, row: sqlite3.Row) -> bytes:
    facts = [row["id"], *(row[column] for column in SEALED[table])]
    return hashlib.sha256(canonical_json(facts).encode()).digest()[:20]
