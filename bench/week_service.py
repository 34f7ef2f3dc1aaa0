"""`duma-tracker run` in a world whose days are short: the real service, with the clock of that world handed in.

    python -P bench/week_service.py tracker.toml CLOCK --start 2026-03-02T06:00:00+00:00 --days 7 --speed 600

It imports nothing but what is installed (`-P`: not even its neighbours here), and builds the instance as `run` does, except for:
the clock; waits between retries, and ticks, which are as much shorter as its days are; and policies without a polite pause that
allow servers of this machine.

CLOCK is a file of eight bytes in which the world reads what time it is (a double, seconds since 1970). Time runs evenly but for
two things: it stands still while the tracker is at one pass for longer than a pass may take, so that a slow machine sees the
same week as a quick one; and it ends with the last day.
"""

from __future__ import annotations

import argparse
import mmap
import random
import struct
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scrapers.http import SourcePolicy
from tracker import config, logs, service
from tracker.instance import Instance, open_instance
from tracker.models import Watch
from tracker.parts import BASE_URLS
from tracker.pipeline import Pipeline, Result
from tracker.schedule import Rhythm

LONGEST_PASS = 1800.0  # simulated seconds: no document waits longer for its turn because of the simulation
BEAT = 0.005  # real seconds between two movements of the clock


class FastClock:
    """Simulated time. `speed`: its seconds in one real second."""

    def __init__(self, path: Path, start: datetime, days: float, speed: float) -> None:
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 8)
        self._now, self._end = start.timestamp(), (start + timedelta(days=days)).timestamp()
        self.speed = speed
        self._pass_began: float | None = (
            self._now
        )  # until the first pass has ended: nothing may happen before it is seen
        self._write()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._now, UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for so many simulated seconds."""
        time.sleep(seconds / self.speed)

    def passing(self, *, at_work: bool) -> None:
        """A pass of the tracker begins or ends."""
        self._pass_began = self._now if at_work else None

    def run(self) -> None:
        """Move time on for ever: in a thread that ends with the process."""
        before = time.monotonic()
        while True:
            time.sleep(BEAT)
            after = time.monotonic()
            began = self._pass_began
            if began is None or self._now - began < LONGEST_PASS:
                self._now = min(self._now + min(after - before, 10 * BEAT) * self.speed, self._end)
                self._write()
            before = after

    def _write(self) -> None:
        self._shared[:] = struct.pack("<d", self._now)


class ToldPipeline(Pipeline):
    """The pipeline; the clock is told when it is at work."""

    def __init__(self, clock: FastClock, instance: Instance, every: dict[str, float]) -> None:
        super().__init__(instance.desk, every=every, rng=random.Random(1))  # noqa: S311 - spreads looks over time
        self._clock = clock

    def run(
        self,
        watches: Collection[Watch],
        *,
        discover: Collection[str] = (),
        searches: Collection[str] | None = None,
        progress: Callable[[Result], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Result, ...]:
        self._clock.passing(at_work=True)
        try:
            return super().run(watches, discover=discover, searches=searches, progress=progress, stopped=stopped)
        finally:
            self._clock.passing(at_work=False)


def main() -> None:
    given = arguments()
    logs.set_up("json")
    settings = config.load(given.config)
    clock = FastClock(given.clock, given.start, given.days, given.speed)
    policies = {
        name: SourcePolicy(delay=0, deadline=given.deadline, retries=0, max_bytes=2**20, allow_private=True)
        for name in BASE_URLS
    }
    every = {name: found for name in BASE_URLS if (found := settings.source(name).every) is not None}
    with open_instance(settings, clock=clock, sleep=clock.sleep, policies=policies) as opened:
        instance = replace(opened, pipeline=ToldPipeline(clock, opened, every))
        threading.Thread(target=clock.run, name="clock", daemon=True).start()
        service.run(
            instance,
            ("127.0.0.1", 0),
            operator=("127.0.0.1", 0),
            rhythm=Rhythm(tick=given.tick / given.speed, alerts=given.tick / given.speed),
            tell=lambda line: print(line, file=sys.stderr, flush=True),
        )


def arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("clock", type=Path)
    parser.add_argument("--start", type=datetime.fromisoformat, required=True)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--speed", type=float, default=600.0, help="simulated seconds in a real one")
    parser.add_argument("--tick", type=float, default=300.0, help="simulated seconds between two ticks")
    parser.add_argument(
        "--deadline", type=float, default=1.0, help="real seconds for the answer of a site on this machine"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
