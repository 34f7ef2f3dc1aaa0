"""A digest beside every row whose facts only this code may change: a snapshot, a version, a document that was altered is named.

It is held against accidents and careless hands: whoever knows it can make it anew. What nobody can make anew is fixed by the
ledger and its published roots.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from sqlite_utils import Database

from tracker.models import canonical_json

#: Table -> what of a row is sealed. All but documents never change; these are sealed anew whenever they are recorded.
SEALED: Final = {
    "snapshots": ("source", "url", "status", "headers", "digest", "size", "first_seen", "via"),
    "versions": (
        *("document_id", "part", "source", "edition", "number", "position", "label", "observed_at", "snapshot_id"),
        *("digest", "readable", "unread_reason", "url", "cause"),
    ),
    "renditions": ("version_id", "extractor", "pinned", "made_at", "digest"),
    "documents": ("kind", "number", "date", "title", "comment", "status", "force", "url", "topics", "invented"),
}


def schema(*tables: str) -> tuple[str, ...]:
    """The statements that give some tables a place for seals."""
    return tuple(f"ALTER TABLE {table} ADD COLUMN seal BLOB NOT NULL DEFAULT x''" for table in tables)


def put(db: Database, table: str, row_id: int | str) -> None:
    """Seal a row that was just written."""
    row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()  # noqa: S608 - constants
    db.execute(f"UPDATE {table} SET seal = ? WHERE id = ?", (_seal(table, row), row_id))  # noqa: S608 - constants


def fill(db: Database, *tables: str) -> None:
    """Seal what an older store holds in some tables."""
    for table in tables:
        for row in db.execute(f"SELECT id FROM {table}").fetchall():  # noqa: S608 - constants
            put(db, table, row["id"])


def problems(db: Database, table: str, name: Callable[[sqlite3.Row], str]) -> Iterator[str]:
    """Rows of a table that are not as they were written, in plain words."""
    for row in db.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608 - constants
        if row["seal"] != _seal(table, row):
            yield f"{name(row)}: tampered: the row was altered, its seal says otherwise"


def of_entry(seq: int, bodies: Mapping[str, Sequence[bytes]]) -> bytes:
    """The seal of the entries of an event as they were rendered: language -> Atom, RSS, JSON."""
    facts = [
        seq,
        *([language, *(hashlib.sha256(body).hexdigest() for body in bodies[language])] for language in bodies),
    ]
    return hashlib.sha256(canonical_json(facts).encode()).digest()[:20]


def _seal(table: str, row: sqlite3.Row) -> bytes:
    facts = [row["id"], *(row[column] for column in SEALED[table])]
    return hashlib.sha256(canonical_json(facts).encode()).digest()[:20]
