"""Alive, ready, fresh: three questions of machines, each with a status code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feeds.health import Health
from tests.feeds.fake_library import FakeLibrary, newsroom
from tracker.errors import StoreError
from tracker.models import SourceState

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)


def state(name: str, *, seen: float | None, asked: float = 0.1) -> SourceState:
    """How a source answered; `seen` and `asked` are hours ago."""
    return SourceState(
        name=name,
        last_attempt=NOW - timedelta(hours=asked),
        last_success=None if seen is None else NOW - timedelta(hours=seen),
        failing_since=None,
        last_error="proxy secret.example:1080 refused",
        gap_since=None,
    )


def ask(path: str, *states: SourceState, **query: str) -> tuple[int, dict[str, Any]]:
    library = FakeLibrary()
    library.kept_sources = list(states)
    answer = Health(library, lambda: 7, lambda: NOW).answer(path, query)
    assert answer is not None
    assert b"secret" not in answer.body
    return answer.status, json.loads(answer.body)


def test_ready_is_the_store_and_nothing_else() -> None:
    assert ask("/health/ready", state("sozd", seen=None)) == (200, {"status": "ready", "events": 7})


def test_a_stale_source_makes_the_tracker_stale_and_not_unready() -> None:
    states = state("sozd", seen=1), state("ips", seen=30)
    assert ask("/health", *states) == (200, {"status": "ok", "events": 7, "stale": ["ips"]})
    code, said = ask("/health/fresh", *states)
    assert (code, said["status"]) == (503, "stale")
    assert {name: row["stale"] for name, row in said["sources"].items()} == {"sozd": False, "ips": True}
    assert ask("/health/fresh", *states, hours="31")[0] == 200


def test_one_who_never_saw_anything_is_not_fresh() -> None:
    assert ask("/health/fresh")[0] == 503
    assert ask("/health/fresh", state("sozd", seen=None))[1]["sources"]["sozd"] == {"last_success": None, "stale": True}


def test_a_source_that_nobody_asks_any_more_makes_nothing_stale() -> None:
    assert ask("/health/fresh", state("sozd", seen=1), state("page", seen=300, asked=300))[0] == 200
    # When nothing at all was asked for long, everything is old.
    assert ask("/health/fresh", state("sozd", seen=300, asked=300), state("page", seen=300, asked=300))[0] == 503


def test_a_source_that_is_followed_counts_however_long_ago_it_was_asked() -> None:
    library = newsroom()
    name = library.watches()[0].source
    library.kept_sources = [state(name, seen=90, asked=90), state("other", seen=1)]
    answer = Health(library, lambda: 7, lambda: NOW).answer("/health/fresh", {})
    assert answer is not None
    assert answer.status == 503


@pytest.mark.parametrize("hours", ["0", "-1", "721", "a", "1.5", "9" * 5000])
def test_hours_that_are_none(hours: str) -> None:
    assert ask("/health/fresh", hours=hours)[0] == 400


def test_a_store_that_does_not_answer_says_so_without_its_words() -> None:
    def broken() -> int:
        raise StoreError("the database /home/ops/secret.sqlite is locked")

    for path in ("/health", "/health/ready"):
        answer = Health(FakeLibrary(), broken, lambda: NOW).answer(path, {})
        assert answer == (503, b'{"status": "store unavailable"}\n')


def test_other_paths_have_no_answer() -> None:
    assert Health(FakeLibrary(), lambda: 7, lambda: NOW).answer("/health/secret", {}) is None
