"""kill -9 at a random moment of a random seam, a hundred times: nothing lost, nothing doubled, nothing half written.

The seed is printed, and taken from CRASH_SEED when that is set: it gives the same seams and moments, as far as one machine's
moments are another's.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash import seams
from tests.crash.seams import Seam
from tests.crash.zygote import Zygote, mother
from tests.tracker.test_delivering_killed import running

ROUNDS = 100
#: How often each seam is met; the slowest least.
SHARES = {"check": 34, "deliver": 22, "publish": 8, "backup": 14, "restore": 10, "migrate": 12}
AGAIN = 0.3  # so many of those that begin again are killed as well


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    with mother() as made:
        yield made


def test_a_hundred_kills(tmp_path: Path, zygote: Zygote, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(2**32))
    chance = random.Random(seed)  # noqa: S311 - decides what dies when
    order = [name for name, share in SHARES.items() for _ in range(share)]
    assert len(order) == ROUNDS
    chance.shuffle(order)
    found: list[str] = []
    killed: Counter[str] = Counter()
    with ExitStack() as stack:
        world = stack.enter_context(seams.sites(tmp_path, zygote))
        receivers = stack.enter_context(running())
        made: tuple[Seam, ...] = (
            seams.Checking(world),
            seams.Publishing(world, tmp_path, zygote),
            seams.Delivering(receivers),
            seams.BackingUp(world, zygote),
            seams.Restoring(world, tmp_path, zygote),
            seams.Migrating(tmp_path),
        )
        by_name = {seam.name: seam for seam in made}
        lengths = {
            name: _undisturbed(seam, tmp_path / f"whole-{name}", zygote, found) for name, seam in by_name.items()
        }
        for number, name in enumerate(order):
            directory = tmp_path / f"round{number}"
            directory.mkdir()
            first, again, last = by_name[name].prepare(directory)
            moments = [chance.uniform(0.0, lengths[name]) for _ in range(2)]
            twice = chance.random() < AGAIN
            kills = int(zygote.killed_after(first, moments[0]))
            if twice:
                kills += zygote.killed_after(again, moments[1])
            zygote.whole(last)
            killed[name] += kills > 0
            found += [
                f"round {number} ({name}, seed {seed}): {what}" for what in by_name[name].violations(directory, kills)
            ]
            shutil.rmtree(directory)
    with capsys.disabled():
        met = ", ".join(f"{name} {killed[name]} of {SHARES[name]}" for name in SHARES)
        print(f"\ncrash suite: {ROUNDS} rounds, {len(found)} violations; killed at work: {met}; seed {seed}")  # noqa: T201
    assert found == []
    assert all(killed[name] > 0 for name in SHARES)


def _undisturbed(seam: Seam, directory: Path, zygote: Zygote, found: list[str]) -> float:
    """How many seconds the work of a seam takes when nobody is killed; and then nothing is wrong, either."""
    directory.mkdir()
    first, _, last = seam.prepare(directory)
    begun = time.monotonic()
    zygote.whole(first)
    length = time.monotonic() - begun
    zygote.whole(last)
    found += [f"undisturbed {seam.name}: {what}" for what in seam.violations(directory, 0)]
    return length
