"""Roots of the ledger: one for each UTC day on which something was recorded, chained to each other, append-only.

A root stands for the lines (previous.last, last]: no line is ever without one for longer than a day, none has two. What day
a line belongs to is its `observed_at`, but a clock that jumps must neither hold roots up nor open a closed one: a line from
the future belongs to the day of the line before it, and one that goes back in time stays behind what was recorded before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from db import merkle
from tracker.errors import StoreError
from tracker.models import Json, digest_of
from tracker.roots import GENESIS, Proof, Root

SCHEMA: Final = (
    """CREATE TABLE roots (
        number INTEGER PRIMARY KEY, authority TEXT NOT NULL, day TEXT NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL UNIQUE REFERENCES ledger (seq), head TEXT NOT NULL, tree TEXT NOT NULL,
        previous_hash TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT""",
    *(
        f"CREATE TRIGGER roots_no_{verb} BEFORE {verb} ON roots BEGIN SELECT RAISE(ABORT, 'roots is append-only'); END"
        for verb in ("update", "delete")
    ),
)


def seal(db: Database, *, authority: str, now: datetime) -> tuple[Root, ...]:
    """Make the roots of the days that are over; those that were made. Call it inside one write."""
    made = []
    for day, first, last in _days(db, now):
        before = latest(db)
        made.append(_append(db, before, authority=authority, day=day, first=first, last=last))
    return tuple(made)


def is_due(db: Database, now: datetime) -> bool:
    """Whether a day with lines is over and has no root yet."""
    return next(_days(db, now), None) is not None


def latest(db: Database) -> Root | None:
    """The newest root."""
    row = db.execute("SELECT * FROM roots ORDER BY number DESC LIMIT 1").fetchone()
    return None if row is None else _root(row)


def every(db: Database) -> Iterator[Root]:
    """All roots, oldest first."""
    return (_root(row) for row in db.execute("SELECT * FROM roots ORDER BY number"))


def of_line(db: Database, seq: int) -> Root | None:
    """The root that stands for a line."""
    row = db.execute("SELECT * FROM roots WHERE last >= ? ORDER BY last LIMIT 1", (seq,)).fetchone()
    return None if row is None or row["first"] > seq else _root(row)


class Trees:
    """Ways from lines to their roots. The tree of the root that was asked for last is kept: packs of a day come together."""

    def __init__(self) -> None:
        self._last: tuple[str, merkle.Tree] | None = None

    def proof(self, db: Database, line: dict[str, Json]) -> Proof:
        """The way from a line (with its ``hash`` and ``salt``) to its root."""
        seq = int(str(line["seq"]))
        root = of_line(db, seq)
        if root is None:
            return Proof(line=line, root=None)
        last = self._last  # one reference: threads may ask at once
        if last is None or last[0] != root.hash:
            last = self._last = (root.hash, merkle.Tree(leaves(db, root.first, root.last)))
        beside = last[1].proof(seq - root.first)
        return Proof(line=line, root=root, index=seq - root.first, beside=tuple(step.hex() for step in beside))


def leaves(db: Database, first: int, last: int) -> list[bytes]:
    """The hashes of some lines, in order."""
    rows = db.execute("SELECT hash FROM ledger WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last))
    try:
        return [bytes.fromhex(row["hash"]) for row in rows]
    except ValueError as error:
        raise StoreError(
            f"lines {first} to {last} of the ledger are damaged: a hash is none; run `duma-tracker verify`"
        ) from error


def problems(db: Database, published: Iterable[Root] = ()) -> Iterator[str]:
    """What is wrong with the roots, in plain words. `published`: roots as they were seen elsewhere, which must be ours."""
    before: Root | None = None
    for root in every(db):
        yield from _problems_of(db, root, before)
        before = root
    for root in published:
        yield from _problems_of_published(db, root)


def _problems_of(db: Database, root: Root, before: Root | None) -> Iterator[str]:
    name = f"root {root.number} of {root.day} (lines {root.first} to {root.last})"
    number, last, previous = (before.number, before.last, before.hash) if before else (0, 0, GENESIS)
    if not root.is_whole:
        yield f"{name}: tampered: it was altered, its hash says otherwise"
    if (root.number, root.first, root.previous_hash) != (number + 1, last + 1, previous):
        yield f"{name}: tampered: it does not continue root {number}, so roots between them were replaced or taken out"
    yield from _problems_of_lines(db, root, name)


def _problems_of_lines(db: Database, root: Root, name: str) -> Iterator[str]:
    row = db.execute("SELECT hash FROM ledger WHERE seq = ?", (root.last,)).fetchone()
    if row is None or row["hash"] != root.head:
        yield f"{name}: tampered: line {root.last} of the ledger is not the one that it ends with"
    try:
        tree = merkle.root(leaves(db, root.first, root.last)).hex()
    except StoreError:  # a hash that is no hexadecimal number
        tree = ""
    if tree != root.tree:
        yield f"{name}: tampered: the lines of the ledger are not those that it stands for"


def _problems_of_published(db: Database, root: Root) -> Iterator[str]:
    name = f"published root {root.hash} of {root.day} (lines {root.first} to {root.last})"
    if not root.is_whole:
        yield f"{name}: is not whole: its hash is not that of its record; check where it was copied from"
    elif db.execute("SELECT 1 FROM roots WHERE hash = ?", (root.hash,)).fetchone() is None:
        yield f"{name}: tampered: this store has no such root, so its ledger was written anew since then"
        yield from _problems_of_lines(db, root, name)


def _days(db: Database, now: datetime) -> Iterator[tuple[str, int, int]]:
    """(day, first line, last line) of what is to be sealed, in order: the days before that of `now`."""
    today = now.astimezone(UTC).date()
    newest = latest(db)
    first = last = 0 if newest is None else newest.last
    day = ""
    rows = db.execute("SELECT seq, substr(observed_at, 1, 10) AS day FROM ledger WHERE seq > ? ORDER BY seq", (first,))
    for row in rows:
        own = row["day"] if row["day"] <= str(today) else day or str(today - timedelta(days=1))
        own = max(own, day)
        if day and own != day:
            yield day, first + 1, last
            first = last
        if own == str(today):
            return
        day, last = own, row["seq"]
    if day:
        yield day, first + 1, last


def _append(db: Database, before: Root | None, *, authority: str, day: str, first: int, last: int) -> Root:
    hashes = leaves(db, first, last)
    unhashed = Root(
        number=1 if before is None else before.number + 1,
        authority=authority,
        day=day,
        first=first,
        last=last,
        head=hashes[-1].hex(),
        tree=merkle.root(hashes).hex(),
        previous_hash=GENESIS if before is None else before.hash,
        hash="",
    )
    row = db.execute(
        """INSERT INTO roots (number, authority, day, first, last, head, tree, previous_hash, hash)
           VALUES (:number, :authority, :day, :first, :last, :head, :tree, :previous_hash, :hash) RETURNING *""",
        {**unhashed.record, "number": unhashed.number, "hash": digest_of(unhashed.record)},
    ).fetchone()
    return _root(row)


def _root(row: sqlite3.Row) -> Root:
    return Root(**dict(row))
