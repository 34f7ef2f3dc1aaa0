"""Compressed bytes, kept against their predecessor.

A blob is a zstd frame, alone (a *keyframe*) or with the content of an earlier blob, its *parent*, as a raw dictionary. Two
bounds hold, so that reading stays cheap and damage stays small: a chain from a blob to its keyframe has at most `MAX_CHAIN`
blobs, and at most `MAX_FAMILY` states of one thing in a row lean on one keyframe.

What a state has in common with its parent at its beginning and at its end is not compressed again but counted: of a page of
2.5 MB that is changed in the middle only the middle is looked at.

A chain that is full goes on from its keyframe instead of making a new one: a page of which only a date moves is then paid
for once in `MAX_FAMILY` times, not once in eight. A new keyframe is made where the difference is no longer small.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import zstandard
from sqlite_utils import Database

from tracker.errors import StoreError

MAX_CHAIN: Final = 8
MAX_FAMILY: Final = 256

# Measured on a page of 2.5 MB: level 6 with its smaller tables does not find the old content, level 12 takes 3x the time.
_LEVEL: Final = 9
_SMALLEST_DICTIONARY: Final = 64  # bytes; below this nothing is won, and none is used on either way
_LARGEST_HASH_LOG: Final = 24  # 64 MB of tables
_LARGEST_WINDOW_LOG: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Bytes made ready to be stored. A parent never changes, so this may be made before the write transaction opens."""

    parent: int | None
    root: int | None
    depth: int
    kin: int
    size: int
    data: bytes
    prefix: int = 0
    suffix: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a blob stands in its family."""

    id: int
    root: int
    depth: int
    kin: int
    size: int
    stored: int


def pack(db: Database, raw: bytes, *, previous: int | None = None) -> Packed:
    """Compress `raw` against the blob `previous`, an earlier state of the same thing."""
    if previous is None:
        return _keyframe(raw)
    place = _place(db, previous)
    if place.kin + 1 >= MAX_FAMILY:
        return _keyframe(raw)
    parent = place if place.depth + 1 < MAX_CHAIN else _place(db, place.root)
    dictionary = get(db, parent.id)
    if len(dictionary) < _SMALLEST_DICTIONARY:
        return _keyframe(raw)
    prefix, suffix = _common(raw, dictionary)
    delta = _compress(raw[prefix : len(raw) - suffix], dictionary[prefix : len(dictionary) - suffix])
    root = _place(db, place.root)
    if len(delta) * 2 * root.size > root.stored * len(raw):  # perhaps more than half of what it would cost alone
        keyframe = _keyframe(raw)
        if len(delta) * 2 > len(keyframe.data):
            return keyframe
    return Packed(
        parent=parent.id,
        root=root.id,
        depth=parent.depth + 1,
        kin=place.kin + 1,
        size=len(raw),
        data=delta,
        prefix=prefix,
        suffix=suffix,
    )


def pack_beside(db: Database, raw: bytes, *, base: int) -> Packed:
    """Compress `raw`, a fragment, against the keyframe `base`, of which it repeats some parts."""
    dictionary = get(db, base)
    if len(dictionary) < _SMALLEST_DICTIONARY:
        return _keyframe(raw)
    return Packed(parent=base, root=base, depth=1, kin=1, size=len(raw), data=_compress(raw, dictionary))


def insert(db: Database, packed: Packed) -> int:
    """Store what `pack` made; the id of the new blob."""
    row = db.execute(
        """INSERT INTO blobs (parent, root, depth, kin, size, data, prefix, suffix) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           RETURNING id""",
        (
            packed.parent,
            packed.root,
            packed.depth,
            packed.kin,
            packed.size,
            packed.data,
            packed.prefix,
            packed.suffix,
        ),
    ).fetchone()
    return int(row["id"])


def put(db: Database, raw: bytes, *, previous: int | None = None) -> int:
    """`pack` and `insert` in one step."""
    return insert(db, pack(db, raw, previous=previous))


def rewrite(db: Database, blob_id: int, raw: bytes) -> None:
    """Give a blob another content, which stands alone. Only for one that no other leans on."""
    db.execute(
        """UPDATE blobs SET parent = NULL, root = NULL, depth = 0, kin = 0, size = ?, data = ?, prefix = 0, suffix = 0
           WHERE id = ?""",
        (len(raw), _compress(raw, b""), blob_id),
    )


def get(db: Database, blob_id: int, *, cache: dict[int, bytes] | None = None) -> bytes:
    """The bytes of a blob. `cache`, by blob id, spares repeated work when blobs of one family are read together."""
    known = {} if cache is None else cache
    frames: list[tuple[int, sqlite3.Row]] = []
    current: int | None = blob_id
    while current is not None and current not in known:
        row = db.execute("SELECT parent, data, prefix, suffix FROM blobs WHERE id = ?", (current,)).fetchone()
        if row is None or len(frames) == MAX_CHAIN:
            raise StoreError(f"blob {blob_id} is damaged: its chain is broken; restore the database from a backup")
        frames.append((current, row))
        current = row["parent"]
    content = known[current] if current is not None else b""
    for frame_id, frame in reversed(frames):
        try:
            content = _restored(content, frame["data"], prefix=frame["prefix"], suffix=frame["suffix"])
        except zstandard.ZstdError as error:
            raise StoreError(
                f"blob {frame_id} is damaged and cannot be unpacked; restore the database from a backup"
            ) from error
        known[frame_id] = content
    return content


def size_of(db: Database, blob_id: int) -> int:
    """The unpacked size of a blob in bytes."""
    return _place(db, blob_id).size


def _place(db: Database, blob_id: int) -> _Place:
    row = db.execute(
        "SELECT id, coalesce(root, id) AS root, depth, kin, size, length(data) AS stored FROM blobs WHERE id = ?",
        (blob_id,),
    ).fetchone()
    if row is None:
        raise StoreError(f"blob {blob_id} is missing; restore the database from a backup")
    return _Place(**dict(row))


def _keyframe(raw: bytes) -> Packed:
    return Packed(parent=None, root=None, depth=0, kin=0, size=len(raw), data=_compress(raw, b""))


def _compress(raw: bytes, dictionary: bytes) -> bytes:
    """One zstd frame with its content size and checksum. The window spans the dictionary and the content."""
    if len(dictionary) < _SMALLEST_DICTIONARY:
        return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(raw)
    span = (len(raw) + len(dictionary)).bit_length()
    size = {"source_size": len(raw), "dict_size": len(dictionary)}
    usual = zstandard.ZstdCompressionParameters.from_level(_LEVEL, **size).hash_log
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        **size,
        window_log=min(max(span, zstandard.WINDOWLOG_MIN), _LARGEST_WINDOW_LOG),
        # The table of a level has a fixed size; a dictionary of 12 MB pushes its own beginning out of it (measured: the
        # difference then takes 6.8 MB, with this table 1.4 kB).
        hash_log=max(usual, min(span - 2, _LARGEST_HASH_LOG)),
        enable_ldm=True,
        write_content_size=True,
        write_checksum=True,
    )
    return zstandard.ZstdCompressor(dict_data=_raw_dictionary(dictionary), compression_params=parameters).compress(raw)


def _common(one: bytes, other: bytes) -> tuple[int, int]:
    """How many bytes two states share at the beginning and at the end, never counting one twice."""
    shortest = min(len(one), len(other))
    prefix = _equal(shortest, lambda start, end: one[start:end] == other[start:end])
    left = shortest - prefix
    first, second = len(one), len(other)
    suffix = _equal(left, lambda start, end: one[first - end : first - start] == other[second - end : second - start])
    return prefix, suffix


def _equal(limit: int, same: Callable[[int, int], bool]) -> int:
    """The largest number of leading bytes, up to `limit`, that are the same. Halving: comparing slices is what is fast here."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _restored(parent: bytes, frame: bytes, *, prefix: int, suffix: int) -> bytes:
    """A state out of its parent and its frame."""
    end = len(parent) - suffix
    return parent[:prefix] + _decompress(frame, parent[prefix:end]) + parent[end : end + suffix]


def _decompress(frame: bytes, dictionary: bytes) -> bytes:
    raw_dictionary = _raw_dictionary(dictionary) if len(dictionary) >= _SMALLEST_DICTIONARY else None
    return zstandard.ZstdDecompressor(dict_data=raw_dictionary, max_window_size=1 << _LARGEST_WINDOW_LOG).decompress(
        frame
    )


def _raw_dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
