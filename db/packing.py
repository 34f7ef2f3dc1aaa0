"""Small things, compressed with dictionaries that the code brings along: payloads of events, entries of feeds.

They repeat field names and phrases of ours far more than each other's words, and each must be readable, and erasable, for
itself: what is struck must not live on in the dictionary of something else. So the dictionaries are made of the invented
history of the demonstration (`bench/dictionaries.py`). A frame names its dictionary by number; a store keeps frames for ever,
so a dictionary that was ever used is never changed or taken away.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib import resources
from typing import Final

import zstandard

from tracker.errors import StoreError

PAYLOADS: Final = 40_001
ENTRIES: Final = 40_002

_FILES: Final = {PAYLOADS: "40001-payloads.zdict", ENTRIES: "40002-entries.zdict"}
_LEVEL: Final = 12
#: Compressors and decompressors serve one thread at a time, and to make one costs more than what it does for an entry.
_OF_THREAD: Final = threading.local()
_LARGEST: Final = 256 * 1024 * 1024  # bytes; what claims to be larger is damaged


def pack(raw: bytes, dictionary: int) -> bytes:
    """One zstd frame with its size and checksum."""
    return _compressor(dictionary).compress(raw)


def unpack(frame: bytes) -> bytes:
    """The reverse of `pack`. Raises `StoreError` for bytes that it has not made."""
    try:
        parameters = zstandard.get_frame_parameters(frame)
        if parameters.dict_id not in _FILES or parameters.content_size > _LARGEST:
            raise StoreError("something packed is damaged or was packed by a newer version; restore it from a backup")
        return _decompressor(parameters.dict_id).decompress(frame)
    except zstandard.ZstdError as error:
        raise StoreError("something packed is damaged and cannot be unpacked; restore it from a backup") from error


def text_of(stored: str | bytes) -> str:
    """A text as it was before it was packed; plain text, as older stores hold it, stays as it is."""
    if isinstance(stored, str):
        return stored
    try:
        return unpack(stored).decode()
    except UnicodeDecodeError as error:
        raise StoreError("something packed is damaged: it is no text; restore it from a backup") from error


def plain(stored: str | bytes | None) -> str | None:
    """`text_of` for SQL: None also for what is damaged, which `verify` names."""
    try:
        return None if stored is None else text_of(stored)
    except StoreError:
        return None


def _compressor(number: int) -> zstandard.ZstdCompressor:
    known: dict[int, zstandard.ZstdCompressor] = _OF_THREAD.__dict__.setdefault("compressors", {})
    if number not in known:
        known[number] = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(number), write_checksum=True)
    return known[number]


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    known: dict[int, zstandard.ZstdDecompressor] = _OF_THREAD.__dict__.setdefault("decompressors", {})
    if number not in known:
        known[number] = zstandard.ZstdDecompressor(dict_data=_dictionary(number))
    return known[number]


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    content = (resources.files("db") / "dictionaries" / _FILES[number]).read_bytes()
    dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)
    dictionary.precompute_compress(level=_LEVEL)  # its tables are made once, for all threads
    return dictionary
