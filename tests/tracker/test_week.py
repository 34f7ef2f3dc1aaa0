"""A small week of the whole service, as `bench/week.py` lives a large one: everything fails, everything changes, people read.

The service is a process of its own. Its clock waits for it, so nothing here depends on the speed of the machine.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.tracker import week_judge
from tests.tracker.week_life import Life, live
from tests.tracker.week_sites import make_plan

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "bench" / "week_service.py"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Life:
    if not SERVICE.exists():
        pytest.skip("bench/week_service.py is missing: it is in the repository, and not in its source archive")
    command = [sys.executable, "-P", str(SERVICE), "--tick", "1200", "--deadline", "0.25"]
    return live(
        make_plan(24, slow=("page",)),
        tmp_path_factory.mktemp("week"),
        command,
        {**os.environ, "PYTHONPATH": str(ROOT)},
        speed=20_000,
        readers=5,
        pause=0.4,
        every=2.0,
    )


def test_every_change_is_told_once_and_no_failure_is_told_as_a_change(week: Life) -> None:
    assert sum(kinds.total() for kinds in week.plan.told.values()) > 20
    assert week_judge.news(week) == []


def test_readers_hear_of_blindness_once(week: Life) -> None:
    assert week_judge.blindness(week) == []


def test_no_reader_meets_an_error(week: Life) -> None:
    assert week_judge.readers(week) == []


def test_every_receiver_gets_every_event_and_none_holds_up_another(week: Life) -> None:
    assert week_judge.receivers(week) == []


def test_health_tells_the_truth(week: Life) -> None:
    assert week_judge.health(week) == []


def test_the_operator_hears_of_every_end_and_of_the_receiver_that_is_dead(week: Life) -> None:
    assert week_judge.operator(week) == []


def test_the_store_is_whole_and_a_quiet_day_leaves_nothing_in_it(week: Life) -> None:
    assert week_judge.evidence(week) == []


def test_nothing_grows_without_bound(week: Life) -> None:
    assert len(week.samples) > 40
    assert week_judge.growth(week) == []


def test_it_ends_when_it_is_told_to_and_has_no_faults(week: Life) -> None:
    assert week_judge.end(week) == []
