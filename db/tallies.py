"""How many rows were ever written into the tables from which nothing is taken: a row that was taken out is missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlite_utils import Database

#: What a missing row of a table is called. Nothing of ours deletes from these.
KEPT: Final = {
    "blobs": "blob",
    "bodies": "body",
    "snapshots": "snapshot",
    "documents": "document",
    "aliases": "alias of a document",
    "versions": "version",
    "packs": "pack of texts",
    "renditions": "rendition",
    "diffs": "difference",
    "relations": "relation",
    "quarantine": "case of the quarantine",
    "roots": "root",
}

TABLE: Final = "CREATE TABLE tallies (name TEXT PRIMARY KEY, written INTEGER NOT NULL) STRICT, WITHOUT ROWID"


def schema(*names: str) -> tuple[str, ...]:
    """The statements from which on the rows of some tables are counted."""
    return (
        *(f"INSERT INTO tallies SELECT '{name}', count(*) FROM {name}" for name in names),  # noqa: S608 - constants
        *(
            f"""CREATE TRIGGER {name}_tallied AFTER INSERT ON {name}
                BEGIN UPDATE tallies SET written = written + 1 WHERE name = '{name}'; END"""  # noqa: S608 - constants
            for name in names
        ),
    )


def problems(db: Database) -> Iterator[str]:
    """Tables that hold fewer rows, or more, than were written, in plain words."""
    written = {row["name"]: row["written"] for row in db.execute("SELECT name, written FROM tallies")}
    for name, what in KEPT.items():
        there = db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - constants
        if there != written.get(name):
            yield f"{what}: tampered: {there} are there, {written.get(name, 'an unknown number')} were recorded"
