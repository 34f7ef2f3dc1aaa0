"""What is kept in memory is bounded in bytes, whatever the size of one thing."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from feeds.kept import Kept, Size, bytes_of

BIG = 10_000


def letters(number: int) -> bytes:
    return bytes([number]) * BIG


@pytest.fixture
def kept() -> Kept[str, bytes]:
    """Room for three values of `BIG` bytes, and not for four."""
    return Kept("things", int(3.5 * BIG))


def test_what_was_asked_for_longest_ago_goes_first(kept: Kept[str, bytes]) -> None:
    for number, key in enumerate("abc"):
        kept.put(key, letters(number))
    assert kept.get("a") == letters(0)
    kept.put("d", letters(3))
    assert kept.get("b") is None
    assert [kept.get(key) for key in "acd"] == [letters(0), letters(2), letters(3)]


def test_its_bytes_are_what_stands_in_it(kept: Kept[str, bytes]) -> None:
    assert kept.size() == Size("things", 0, 0, int(3.5 * BIG))
    kept.put("a", letters(1))
    kept.put("a", letters(2)[:100])
    kept.put("b", letters(3))
    assert kept.size() == Size("things", 2, sum(map(sys.getsizeof, (letters(2)[:100], letters(3)))), int(3.5 * BIG))
    for number in range(1000):
        kept.put(str(number), letters(number % 7))
    assert kept.size().entries == 3
    assert kept.size().bytes == 3 * sys.getsizeof(letters(0))


def test_what_is_larger_than_the_bound_is_not_kept_and_what_was_there_is_gone(kept: Kept[str, bytes]) -> None:
    kept.put("a", letters(1))
    kept.put("b", letters(2))
    kept.put("a", letters(1) * 4)
    assert kept.get("a") is None
    assert kept.get("b") == letters(2)
    assert kept.size().bytes == sys.getsizeof(letters(2))


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    parts: tuple[object, ...]


def test_a_record_weighs_as_much_as_all_that_stands_in_it_once() -> None:
    long = "б" * BIG
    record = Record(long, (long, [{"key": long + "."}]))
    assert 4 * BIG < bytes_of(record) < 4 * BIG + 1000  # two strings of two bytes a letter
