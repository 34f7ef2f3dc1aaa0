"""kill -9 while messages are made: none is missing, none is doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.tracker.test_alerting import TERM, Scene, draft
from tracker.alerts import Digest, Filter

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("alerting_child.py")
EVENTS, KILLS = 400, 5


def begun(directory: Path) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(directory)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    return child


def test_whoever_is_killed_at_any_moment_tells_everybody_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for number in range(8):
        scene.subscribe(f"now{number}", filter=Filter(every_event=bool(number % 2)))
    scene.subscribe("later", digest=Digest(every="day"))
    recorded = [event.id for number in range(EVENTS) for event in scene.happens(draft(str(number), comparison=TERM))]
    chance = random.Random(7)  # noqa: S311 - the moments of death are no secret
    killed = 0
    for _ in range(KILLS):
        child = begun(tmp_path)
        time.sleep(chance.uniform(0.0, 0.5))
        killed += child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate()
    child = begun(tmp_path)
    child.communicate(timeout=120)
    assert child.returncode == 0
    assert killed > 0
    assert scene.store.outbox("alerts") == ()
    rows = scene.store.deliveries(limit=1_000_000)
    for name in (*(f"now{number}" for number in range(8)), "later"):
        told = [event for row in rows if row.subscription == name for event in row.events]
        assert sorted(told) == sorted(recorded)
    assert len({row.message_id for row in rows}) == len(rows)
    scene.store.close()
