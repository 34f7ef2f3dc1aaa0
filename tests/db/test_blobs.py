"""Whatever the states of a thing are, each comes back byte for byte, and what did not change costs nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import blobs, schema
from db.connection import Connections

edits = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 300), st.binary(max_size=300)), max_size=12)


@given(seed=st.integers(0, 5), length=st.integers(0, 4000), changes=edits)
def test_every_state_comes_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int, length: int, changes: list[tuple[int, int, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("blobs")
    states = [random.Random(seed).randbytes(length // 3).hex().encode()]  # noqa: S311 - the same bytes every time
    for at, cut, new in changes:
        last = states[-1]
        states.append(last[:at] + new + last[at + cut :])
    connections = Connections(path / "blobs.sqlite", read_only=False, busy_seconds=5)
    schema.prepare(connections)
    with connections.write() as db:
        previous = None
        ids = []
        for state in states:
            previous = blobs.put(db, state, previous=previous)
            ids.append(previous)
        assert [blobs.get(db, blob) for blob in ids] == states
    connections.close()


def test_a_change_at_both_ends_of_a_large_page_costs_its_own_size(tmp_path: Path) -> None:
    middle = random.Random(1).randbytes(1_000_000)  # noqa: S311 - the same bytes every time
    connections = Connections(tmp_path / "blobs.sqlite", read_only=False, busy_seconds=5)
    schema.prepare(connections)
    with connections.write() as db:
        first = blobs.put(db, b"<a>2026-02-02</a>" + middle + b"<b>1</b>")
        packed = blobs.pack(db, b"<a>2026-02-03</a>" + middle + b"<b>2</b>", previous=first)
        assert len(packed.data) < 2_000
        inner = blobs.pack(
            db, b"<a>2026-02-02</a>" + middle[:500_000] + b"!" + middle[500_000:] + b"<b>1</b>", previous=first
        )
        assert (inner.prefix, inner.suffix) == (500_017, 500_008)
        assert len(inner.data) < 100
    connections.close()
