"""`verify`: everything in the store is recomputed, and whatever does not agree is named, one line each.

The chain of the ledger fixes lines and payloads; payloads name versions, differences and the SHA-256 of what servers returned;
those name their contents. What no event names is held against the digests and counts that were noted when it was written.

Rows are streamed, contents are unpacked family by family with a few kept at hand: time grows with the size of the store, memory
does not. A problem is a sentence that names the thing; ``tampered`` where nothing of ours can have done it, ``damaged`` where
bytes cannot be read. What was struck is neither.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import zstandard
from sqlite_utils import Database

from db import blobs, codec, events, references, roots, seals, tallies, texts
from tracker.errors import StoreError
from tracker.roots import Root

#: Told at the beginning of each part: what it looks at, and over how many rows it goes.
Begin = Callable[[str, int], None]
#: Told after each row.
Advance = Callable[[], None]

_AT_HAND: Final = blobs.MAX_CHAIN + 2
_UNITS: Final = "temp.verified_texts"


class _Recent(dict[int, bytes]):
    """The contents that were unpacked last: what `blobs.get` takes as its cache, with an end to it."""

    def __setitem__(self, blob_id: int, content: bytes) -> None:
        while len(self) >= _AT_HAND:
            del self[next(iter(self))]
        super().__setitem__(blob_id, content)


def problems(db: Database, *, published: Iterable[Root], begin: Begin, advance: Advance) -> Iterator[str]:
    """Everything that is wrong with a store. Call it inside one read, which it needs to the end."""
    parts: tuple[tuple[str, str, Callable[[], Iterator[str]]], ...] = (
        ("database", "", lambda: _database(db)),
        ("ledger", "ledger", lambda: _ledger(db, advance)),
        ("roots", "roots", lambda: roots.problems(db, published)),
        ("blobs", "blobs", lambda: _blobs(db, advance)),
        ("bodies", "bodies", lambda: _bodies(db, advance)),
        ("texts", "packs", lambda: _texts(db, advance)),
        ("renditions", "renditions", lambda: _renditions(db, advance)),
        ("cards", "versions", lambda: _cards(db, advance)),
        ("differences", "diffs", lambda: _differences(db, advance)),
        ("references", "ledger", lambda: references.problems(db, advance)),
        ("counts", "", lambda: tallies.problems(db)),
    )
    for name, table, part in parts:
        begin(name, db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] if table else 0)  # noqa: S608 - constants
        try:
            yield from part()
        except (StoreError, sqlite3.Error, ValueError, KeyError, TypeError, MemoryError) as error:
            yield f"{name}: damaged: cannot be checked to the end ({type(error).__name__}: {error})"


def _database(db: Database) -> Iterator[str]:
    """SQLite's own word: pages, indexes, constraints, and rows that name others."""
    for (found,) in db.execute("PRAGMA integrity_check"):
        if found != "ok":
            yield f"database: damaged: {found}"
    for row in db.execute("PRAGMA foreign_key_check"):
        where = f"row {row[1]} of {row[0]}" if row[1] is not None else f"a row of {row[0]}"
        yield f"{where}: tampered: it names a row of {row[2]} that is missing"


def _ledger(db: Database, advance: Advance) -> Iterator[str]:
    """Lines, order, payloads, strikes, scopes, bundles."""
    for row in db.execute("SELECT seq, id FROM ledger WHERE NOT (json_valid(digests) AND json_valid(scopes))"):
        yield f"event {row['id']} (line {row['seq']}): tampered: the line was altered, its lists are none"
    yield from events.verify(db, advance=advance)
    yield from references.unrendered(db)
    yield from events.damaged_entries(db)


def _blobs(db: Database, advance: Advance) -> Iterator[str]:
    """Frames and their places in a family, without unpacking; and blobs that nothing refers to."""
    rows = db.execute(
        """SELECT blobs.*, parents.depth AS parent_depth, coalesce(parents.root, parents.id) AS parent_root,
             parents.size AS parent_size
           FROM blobs LEFT JOIN blobs AS parents ON parents.id = blobs.parent ORDER BY blobs.id"""
    )
    for row in rows:
        advance()
        name = f"blob {row['id']}"
        keyframe = row["parent"] is None
        expected = (None, 0) if keyframe else (row["parent_root"], (row["parent_depth"] or 0) + 1)
        shared = row["prefix"] + row["suffix"]
        if (row["root"], row["depth"]) != expected or shared > min(row["size"], row["parent_size"] or 0):
            yield f"{name}: tampered: its place behind its parent was altered"
        try:
            frame = zstandard.get_frame_parameters(row["data"])
        except zstandard.ZstdError:
            yield f"{name}: damaged: it is no compressed frame"
            continue
        if not frame.has_checksum or frame.content_size != row["size"] - shared:
            yield f"{name}: damaged: its frame was altered"
    unused = db.execute(
        """SELECT id FROM blobs EXCEPT SELECT blob FROM bodies EXCEPT SELECT blob FROM packs EXCEPT SELECT blob FROM diffs
           EXCEPT SELECT sections FROM renditions EXCEPT SELECT data FROM versions"""
    )
    for row in unused:
        yield f"blob {row['id']}: tampered: what it was the content of is gone"


def _unpacked(
    db: Database, select: str, what: Callable[[sqlite3.Row], str]
) -> Iterator[tuple[sqlite3.Row, bytes | None, str]]:
    """(row, content of its blob or None, problem) for the rows of a query that names a ``blob``, family by family."""
    cache = _Recent()
    # The order in which a family was written: a parent was read just before its child, or is one step from the keyframe.
    rows = db.execute(
        f"SELECT named.*, blobs.size AS unpacked FROM ({select}) AS named JOIN blobs ON blobs.id = named.blob"  # noqa: S608 - constants
        " ORDER BY coalesce(blobs.root, blobs.id), blobs.id"
    )
    for row in rows:
        try:
            content = blobs.get(db, row["blob"], cache=cache)
        except (StoreError, MemoryError, ValueError) as error:
            cache.clear()
            yield row, None, f"{what(row)}: damaged: {error or 'it cannot be unpacked'}"
            continue
        if len(content) != row["unpacked"]:
            yield row, None, f"{what(row)}: tampered: it unpacks to {len(content)} bytes instead of {row['unpacked']}"
            continue
        yield row, content, ""


def _bodies(db: Database, advance: Advance) -> Iterator[str]:
    """What servers returned, and the snapshots that name it."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS body_sizes (digest TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID")
    db.execute("DELETE FROM body_sizes")
    for row, content, problem in _unpacked(db, "SELECT digest, blob FROM bodies", lambda row: f"body {row['digest']}"):
        advance()
        if content is None:
            yield problem
            continue
        db.execute("INSERT INTO body_sizes VALUES (?, ?)", (row["digest"], len(content)))
        if hashlib.sha256(content).hexdigest() != row["digest"]:
            yield f"body {row['digest']}: tampered: its bytes have another SHA-256"
    yield from seals.problems(db, "snapshots", lambda row: f"snapshot {row['id']} of {row['url']}")
    odd = db.execute(
        """SELECT id, url FROM snapshots LEFT JOIN body_sizes USING (digest)
           WHERE body_sizes.size != snapshots.size OR first_seen > last_seen OR count < 1 ORDER BY id"""
    )
    for row in odd:
        yield f"snapshot {row['id']} of {row['url']}: tampered: it is not of the body that it names"


def _texts(db: Database, advance: Advance) -> Iterator[str]:
    """The texts of units: every pack unpacked, every text held against its digest."""
    db.execute(f"CREATE TABLE IF NOT EXISTS {_UNITS} (id INTEGER PRIMARY KEY, digest BLOB)")
    db.execute(f"DELETE FROM {_UNITS}")  # noqa: S608 - constants
    following = 1
    for row in db.execute("SELECT first, count FROM packs ORDER BY first"):
        if row["first"] != following:
            yield f"pack of texts {row['first']}: tampered: it does not follow on text {following - 1}"
        following = row["first"] + row["count"]
    packs = _unpacked(db, "SELECT first, count, blob FROM packs", lambda row: f"pack of texts {row['first']}")
    for row, content, problem in packs:
        advance()
        listed = None if content is None else _strings(content)
        if listed is None or len(listed) != row["count"]:
            yield problem or f"pack of texts {row['first']}: tampered: it does not hold {row['count']} texts"
            continue
        yield from _units(db, row["first"], listed)
    lost = db.execute(
        f"SELECT id FROM texts WHERE NOT EXISTS (SELECT 1 FROM {_UNITS} AS units WHERE units.id = texts.id)"  # noqa: S608 - constants
    )
    for row in lost:
        yield f"text {row['id']}: tampered: the pack that held it is gone or damaged"


def _units(db: Database, first: int, listed: list[str]) -> Iterator[str]:
    for number, text in enumerate(listed, start=first):
        digest = texts.text_digest(text)
        known = db.execute("SELECT id FROM texts WHERE digest = ?", (digest,)).fetchone()
        if known is None or known["id"] != number:
            yield f"text {number}: tampered: its words are not those that were recorded under this number"
        db.execute(f"INSERT INTO {_UNITS} VALUES (?, ?)", (number, digest))  # noqa: S608 - constants


def _strings(content: bytes) -> list[str] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(text, str) for text in found) else None


def _renditions(db: Database, advance: Advance) -> Iterator[str]:
    """The lists that put texts in order, of which the first of each version is pinned."""
    select = "SELECT id, version_id, digest, sections AS blob FROM renditions"

    def name(row: sqlite3.Row) -> str:
        return f"rendition {row['id']} of {_version_name(db, row['version_id'])}"

    for row, content, problem in _unpacked(db, select, name):
        advance()
        if content is None:
            yield problem
        elif _digest_of_list(db, content) != row["digest"]:
            yield f"{name(row)}: tampered: its units are not those that were recorded"
    yield from seals.problems(db, "renditions", name)
    for row in db.execute("SELECT version_id FROM renditions GROUP BY version_id HAVING sum(pinned) != 1"):
        yield f"{_version_name(db, row['version_id'])}: tampered: not one of its renditions is the first"


def _digest_of_list(db: Database, content: bytes) -> str:
    units: list[tuple[str, str, bytes]] = []
    try:
        for path, address, number in texts.units_of(content):
            row = db.execute(f"SELECT digest FROM {_UNITS} WHERE id = ?", (number,)).fetchone()  # noqa: S608 - constants
            units.append((path, address, b"" if row is None else row["digest"]))
    except (ValueError, TypeError):
        return ""
    return texts.rendition_digest(units)


def _cards(db: Database, advance: Advance) -> Iterator[str]:
    """What cards said, and the numbers of versions."""
    select = "SELECT id, digest, data AS blob FROM versions WHERE data IS NOT NULL"
    for row, content, problem in _unpacked(db, select, lambda row: _version_name(db, row["id"])):
        advance()
        if content is None:
            yield problem
        elif hashlib.sha256(content).hexdigest() != row["digest"]:
            yield f"{_version_name(db, row['id'])}: tampered: what the card said is not what its digest stands for"
    yield from seals.problems(db, "versions", lambda row: _version_name(db, row["id"]))
    yield from seals.problems(db, "documents", lambda row: f"document {row['id']}")
    gaps = db.execute(
        """SELECT document_id, part, source, edition FROM versions GROUP BY document_id, part, source, edition
           HAVING min(number) != 1 OR max(number) != count(*) ORDER BY 1, 2, 3, 4"""
    )
    for row in gaps:
        yield f"edition {'/'.join(row)}: tampered: the numbers of its versions have gaps"
    for row in db.execute("SELECT id FROM versions WHERE last_seen < observed_at"):
        yield f"{_version_name(db, row['id'])}: tampered: it was last seen before it was first seen"


def _version_name(db: Database, version_id: int) -> str:
    row = db.execute(
        "SELECT document_id, part, source, edition, number FROM versions WHERE id = ?", (version_id,)
    ).fetchone()
    return f"version {version_id}" if row is None else f"version /{'/'.join(str(part) for part in row)}"


def _differences(db: Database, advance: Advance) -> Iterator[str]:
    """Stored comparisons, named by their content; of those that were told by struck events only, nothing is left."""
    erased = {
        row["diff_id"]
        for row in db.execute(
            """SELECT diff_id FROM ledger JOIN strikes USING (seq)
               EXCEPT SELECT diff_id FROM ledger LEFT JOIN strikes USING (seq) WHERE strikes.seq IS NULL"""
        )
    }
    for row, content, problem in _unpacked(db, "SELECT id, blob FROM diffs", lambda row: f"difference {row['id']}"):
        advance()
        if content is None:
            yield problem
        elif row["id"] in erased:
            if content:
                yield f"difference {row['id']}: struck, but its content is still there; strike its event again"
        elif _id_of_difference(content) != row["id"]:
            yield f"difference {row['id']}: tampered: its content has another id"


def _id_of_difference(content: bytes) -> str:
    try:
        return codec.diff_id(codec.diff_unfold(content))
    except (ValueError, TypeError):  # neither of our ways to store one
        return ""
