"""The container of old Office files (DOC, XLS, and new files behind a password): its streams by name. Format: MS-CFB."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tracker.errors import ExtractError
from tracker.models import Problem

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST_REGULAR: Final = 0xFFFFFFFA
_FREE: Final = 0xFFFFFFFF
_NONE: Final = 0xFFFFFFFF
_ENTRY: Final = 128
_MINI_STREAM: Final = 4096  # smaller streams lie together in one stream, that of the root
_MINI_SECTOR: Final = 64
_WORD_IDENT: Final = 0xA5EC
_ENCRYPTED: Final = 0x0100


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The streams and storages at the top of a file, and of `WordDocument` whether it is encrypted."""

    names: frozenset[str]
    encrypted_word: bool


def read(body: bytes) -> Container:
    """What an old Office file holds. Raises ExtractError (broken) for a container that is damaged or cut short."""
    try:
        return _read(body)
    except (struct.error, IndexError, ValueError) as error:
        message = "an old Office file that is damaged or cut short: fetch it again"
        raise ExtractError(Problem.BROKEN, message) from error


def _read(body: bytes) -> Container:
    (shift,) = struct.unpack_from("<H", body, 30)
    if shift not in {9, 12}:
        raise ValueError("sectors of an unknown size")
    size = 1 << shift
    table = _table(body, size)
    used = max((place for place, entry in enumerate(table) if entry != _FREE), default=0)
    if (used + 1) * size >= len(body):  # sector 0 follows the header; the last one may be shorter
        raise ValueError("sectors lie beyond the end")
    (first,) = struct.unpack_from("<I", body, 48)
    directory = b"".join(_sector(body, size, place) for place in _chain(table, first))
    top = dict(_top(directory))
    word = top.get("WordDocument")
    if word is None:
        return Container(names=frozenset(top), encrypted_word=False)
    start, length = struct.unpack_from("<II", word, 116)
    place, offset = start, 0
    if length < _MINI_STREAM:  # a text of a few lines, saved by LibreOffice
        (root,) = struct.unpack_from("<I", directory, 116)
        at, offset = divmod(start * _MINI_SECTOR, size)
        place = list(_chain(table, root))[at]
    return Container(names=frozenset(top), encrypted_word=_is_encrypted(body, (place + 1) * size + offset))


def _sector(body: bytes, size: int, place: int) -> bytes:
    return body[(place + 1) * size : (place + 2) * size]


def _table(body: bytes, size: int) -> tuple[int, ...]:
    """The allocation table: for each sector the next one of its stream."""
    (count,), (following,) = struct.unpack_from("<I", body, 44), struct.unpack_from("<I", body, 68)
    sectors = list(struct.unpack_from("<109I", body, 76))
    each = size // 4
    seen: set[int] = set()
    while following < _LAST_REGULAR and following not in seen:
        seen.add(following)
        *more, following = struct.unpack(f"<{each}I", _sector(body, size, following))
        sectors.extend(more)
    parts = (struct.unpack(f"<{each}I", _sector(body, size, place)) for place in sectors[:count])
    return tuple(entry for part in parts for entry in part)


def _chain(table: tuple[int, ...], place: int) -> Iterator[int]:
    seen: set[int] = set()
    while place < _LAST_REGULAR:
        if place in seen:
            raise ValueError("a stream that runs in a circle")
        seen.add(place)
        yield place
        place = table[place]


def _top(directory: bytes) -> Iterator[tuple[str, bytes]]:
    """The entries right under the root; what lies deeper belongs to embedded objects."""
    seen: set[int] = set()
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    while waiting:
        number = waiting.pop()
        if number == _NONE or number in seen:
            continue
        seen.add(number)
        entry = directory[number * _ENTRY : (number + 1) * _ENTRY]
        length, left, right = (*struct.unpack_from("<H", entry, 64), *struct.unpack_from("<II", entry, 68))
        waiting += [left, right]
        yield entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), entry


def _is_encrypted(body: bytes, place: int) -> bool:
    """The flag of Word's own header, which opens its stream (MS-DOC 2.5.2, FibBase) and stands at `place`."""
    (ident,), (flags,) = struct.unpack_from("<H", body, place), struct.unpack_from("<H", body, place + 10)
    return bool(ident == _WORD_IDENT and flags & _ENCRYPTED)
