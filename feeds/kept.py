"""What was made once and is asked for again: kept up to a number of bytes, and what was asked for longest ago goes first.

A bound in entries is no bound in memory: one comparison of two codes weighs as much as a thousand of two bills.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from cachetools import LRUCache

MB: Final = 1_000_000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Size(NamedTuple):
    """What is kept under a name, for the operator: how much, how many bytes, and how many at most."""

    name: str
    entries: int
    bytes: int
    limit: int


class Kept(Generic[Key, Value]):
    """Values by key, `limit` bytes of them at most. Threads may share it."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._values: LRUCache[Key, Value] = LRUCache(limit, getsizeof=bytes_of)
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """What is kept under a key; None when nothing is."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value in place of the one before. One that is larger than the limit is not kept."""
        with self._lock:
            self._values.pop(key, None)
            with suppress(ValueError):  # it is too large
                self._values[key] = value

    def size(self) -> Size:
        """How much is kept now."""
        with self._lock:
            return Size(self._name, len(self._values), int(self._values.currsize), int(self._values.maxsize))


def bytes_of(value: object) -> int:
    """Bytes of memory that records, containers and what stands in them take; what stands there twice counts once."""
    counted: set[int] = set()
    waiting, total = [value], 0
    while waiting:
        one = waiting.pop()
        if id(one) in counted:
            continue
        counted.add(id(one))
        total += sys.getsizeof(one)
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, set, frozenset)):
            waiting += one
        elif is_dataclass(one):
            waiting += [getattr(one, each.name) for each in fields(one)]
    return total
