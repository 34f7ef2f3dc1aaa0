"""Texts of law: every distinct unit text once, and for each rendition one compressed list that puts them in order.

New texts of a rendition go into one *pack*, compressed against the first pack of the same part of the same document: most
words of a unit that was amended stand there already. A rendition is then a list of (path, address, text number) in three
columns, compressed against the list before it. There is no row per section and version.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final

from sqlite_utils import Database

from db import blobs, seals
from db.connection import from_text, to_text
from tracker.errors import StoreError
from tracker.models import Rendition, Section, canonical_json

_DIGEST_BYTES: Final = 20  # 160 bits tell any two texts apart, at a third less index than 256


def add_rendition(
    db: Database, version_id: int, *, extractor: str, sections: Sequence[Section], made_at: datetime
) -> None:
    """Store what an extractor made of a version. The first is pinned; what equals the latest one is not stored again."""
    version = db.execute(
        "SELECT document_id, part, source, edition FROM versions WHERE id = ?", (version_id,)
    ).fetchone()
    if version is None:
        raise StoreError(f"there is no version {version_id} to add a text to; check the number")
    latest = _latest(db, version_id)
    if latest is not None and latest.extractor == extractor and latest.sections == tuple(sections):
        return
    before = _predecessor(db, version)
    previous_list, base = (None, None) if before is None else (before["sections"], before["pack"])
    numbers, base = _number_texts(db, [section.text for section in sections], base)
    steps = [number - earlier for earlier, number in zip([0, *numbers], numbers, strict=False)]
    columns = [[section.path for section in sections], [section.address for section in sections], steps]
    listed = blobs.put(db, canonical_json(columns).encode(), previous=previous_list)
    digest = rendition_digest((section.path, section.address, text_digest(section.text)) for section in sections)
    row = db.execute(
        """INSERT INTO renditions (version_id, extractor, sections, pack, pinned, made_at, digest)
           VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (version_id, extractor, listed, base, latest is None, to_text(made_at), digest),
    ).fetchone()
    seals.put(db, "renditions", row["id"])


def text_digest(text: str) -> bytes:
    """What tells the text of a unit from any other."""
    return hashlib.sha256(text.encode()).digest()[:_DIGEST_BYTES]


def rendition_digest(units: Iterable[tuple[str, str, bytes]]) -> str:
    """SHA-256 (hex) over (path, address, `text_digest`) of every unit in order: of which texts a rendition consists."""
    found = hashlib.sha256()
    for path, address, digest in units:
        found.update(canonical_json([path, address, digest.hex()]).encode() + b"\n")
    return found.hexdigest()


def fill_digests(db: Database) -> None:
    """Give the renditions of an older store their digests. One that cannot be read gets none: `verify` names it."""
    digests = {row["id"]: row["digest"] for row in db.execute("SELECT id, digest FROM texts")}
    for row in db.execute("SELECT id, sections FROM renditions WHERE digest = ''").fetchall():
        with contextlib.suppress(StoreError, KeyError):
            units = ((path, address, digests[number]) for path, address, number in numbered(db, row["sections"]))
            db.execute("UPDATE renditions SET digest = ? WHERE id = ?", (rendition_digest(units), row["id"]))


def sections_of(db: Database, version_id: int) -> tuple[Section, ...]:
    """The text as the latest rendition gives it; empty when the version has none."""
    latest = _latest(db, version_id)
    return () if latest is None else latest.sections


def renditions_of(db: Database, version_id: int) -> tuple[Rendition, ...]:
    """All renditions of a version, the pinned one first."""
    rows = db.execute("SELECT * FROM renditions WHERE version_id = ? ORDER BY id", (version_id,)).fetchall()
    return tuple(_rendition(db, row) for row in rows)


def numbered(db: Database, listed: int) -> Iterator[tuple[str, str, int]]:
    """The units of a rendition by the blob of its list: path, address, number of the text."""
    return units_of(blobs.get(db, listed))


def units_of(listed: bytes) -> Iterator[tuple[str, str, int]]:
    """The same from the unpacked list."""
    paths, addresses, steps = json.loads(listed)
    return zip(paths, addresses, accumulate(steps), strict=True)


def _latest(db: Database, version_id: int) -> Rendition | None:
    row = db.execute("SELECT * FROM renditions WHERE version_id = ? ORDER BY id DESC LIMIT 1", (version_id,)).fetchone()
    return None if row is None else _rendition(db, row)


def _rendition(db: Database, row: sqlite3.Row) -> Rendition:
    units = list(numbered(db, row["sections"]))
    texts = by_number(db, (number for _, _, number in units))
    return Rendition(
        version_id=row["version_id"],
        extractor=row["extractor"],
        sections=tuple(Section(path=path, address=address, text=texts[number]) for path, address, number in units),
        pinned=bool(row["pinned"]),
        made_at=from_text(row["made_at"]),
    )


def _predecessor(db: Database, version: sqlite3.Row) -> sqlite3.Row | None:
    """The rendition whose list and texts are most like those to come: of the same edition, or else of the same part."""
    row: sqlite3.Row | None = db.execute(
        """SELECT renditions.sections, renditions.pack FROM renditions JOIN versions ON versions.id = renditions.version_id
           WHERE document_id = :document_id AND part = :part
           ORDER BY (source = :source AND edition = :edition) DESC, renditions.id DESC LIMIT 1""",
        dict(version),
    ).fetchone()
    return row


def latest_pack(db: Database, document_id: str) -> int | None:
    """The blob that texts of a document lean on: most words of what is recorded of it now stand there."""
    row = db.execute(
        """SELECT pack FROM renditions JOIN versions ON versions.id = renditions.version_id
           WHERE document_id = ? AND pack IS NOT NULL ORDER BY renditions.id DESC LIMIT 1""",
        (document_id,),
    ).fetchone()
    return None if row is None else int(row["pack"])


def _number_texts(db: Database, texts: Sequence[str], base: int | None) -> tuple[list[int], int | None]:
    """The number of every text, new ones stored; and the pack that the next rendition of the line leans on."""
    digests = [text_digest(text) for text in texts]
    numbers: dict[bytes, int] = {}
    new: dict[bytes, str] = {}
    for digest, text in zip(digests, texts, strict=True):
        if digest in numbers or digest in new:
            continue
        row = db.execute("SELECT id FROM texts WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            new[digest] = text
        else:
            numbers[digest] = row["id"]
    if new:
        last = db.execute("SELECT first + count AS next FROM packs ORDER BY first DESC LIMIT 1").fetchone()
        first = 1 if last is None else last["next"]
        blob, base = _put_pack(db, canonical_json(list(new.values())).encode(), base)
        db.execute("INSERT INTO packs (first, count, blob) VALUES (?, ?, ?)", (first, len(new), blob))
        rows = [(digest, number) for number, digest in enumerate(new, start=first)]
        db.conn.executemany("INSERT INTO texts (digest, id) VALUES (?, ?)", rows)
        numbers.update(rows)
    return [numbers[digest] for digest in digests], base


def _put_pack(db: Database, raw: bytes, base: int | None) -> tuple[int, int]:
    """Store a pack; its blob, and the blob that later packs of the line lean on."""
    if base is None:
        blob = blobs.put(db, raw)
        return blob, blob
    if len(raw) * 2 < blobs.size_of(db, base):  # a few amended units
        return blobs.insert(db, blobs.pack_beside(db, raw, base=base)), base
    packed = blobs.pack(db, raw, previous=base)
    blob = blobs.insert(db, packed)
    return blob, blob if packed.parent is None else base


def by_number(db: Database, numbers: Iterable[int], *, cache: dict[int, bytes] | None = None) -> dict[int, str]:
    """Texts by their numbers. `cache`, by blob, spares repeated work of one reader."""
    wanted = sorted(set(numbers))
    found: dict[int, str] = {}
    cache = {} if cache is None else cache
    while len(found) < len(wanted):
        number = wanted[len(found)]
        row = db.execute(
            "SELECT first, count, blob FROM packs WHERE first <= ? ORDER BY first DESC LIMIT 1", (number,)
        ).fetchone()
        if row is None or number >= row["first"] + row["count"]:
            raise StoreError(f"text {number} is missing; restore the database from a backup")
        packed = json.loads(blobs.get(db, row["blob"], cache=cache))
        for number in wanted[len(found) :]:
            if number >= row["first"] + row["count"]:
                break
            found[number] = packed[number - row["first"]]
    return found
