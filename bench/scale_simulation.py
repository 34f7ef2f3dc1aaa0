"""How long a backfill takes, and how many documents can be followed, on more machines and at more hosts: a simulation.

    python bench/scale_simulation.py

It plays the rules of `tracker.ahead` (one conductor that fetches, begins in order and records in order; readings elsewhere; so
many in flight) with the costs that `bench/backfill.py` and `bench/checking.py` have measured. What was not measured is an
assumption, and stands below as one. The same seed gives the same figures.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

SEED = 1993


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Seconds for each thing. Measured ones name their benchmark; the rest is assumed."""

    record: float  # bench/backfill.py: the conductor's own work for a document of three pages, storage included
    reading: float  # bench/backfill.py: CPU of readers for a text, comparison included
    spread: float = 0.8  # assumed: sigma of the log-normal law of reading times; some texts are codes
    answer: float = 0.5  # assumed: a server far away answers, and a card of 2.5 MB travels packed
    pause: float = 1.0  # [sources] delay: the default
    texts: int = 3  # assumed: texts of a bill that a card links, on average
    outside: float = 0.05  # assumed: the share of texts that need LibreOffice or the recognition of a scan
    outside_seconds: float = 2.0  # of those: measured 1.1 s for DOC (LibreOffice), some 2 s for a page of a scan


@dataclass(order=True)
class _Waiting:
    ready: float
    number: int
    steps: Iterator[tuple[str, float]] = field(compare=False)
    host: int = field(compare=False)


def document(costs: Costs, dice: random.Random) -> Iterator[tuple[str, float]]:
    """What a look does: fetches, readings, and the record in its turn."""
    share = costs.record / (costs.texts + 1)
    yield "fetch", share
    for _ in range(costs.texts):
        yield "fetch", share
        seconds = costs.reading * dice.lognormvariate(-(costs.spread**2) / 2, costs.spread)
        if dice.random() < costs.outside:
            seconds += costs.outside_seconds
        yield "read", seconds
    yield "record", share


def backfill(
    count: int, *, readers: int, hosts: int = 1, in_flight: int | None = None, costs: Costs
) -> tuple[float, float, float]:
    """Seconds for `count` documents, spread over hosts in turns; how busy the conductor and the readers were (0..1)."""
    dice = random.Random(SEED)  # noqa: S311 - the same world every time
    width = 1 if readers == 0 else in_flight or 2 * readers
    free_host = [0.0] * hosts
    free_reader = [0.0] * max(readers, 1)
    now = busy = read = 0.0
    waiting: list[_Waiting] = []
    recording: dict[int, float] = {}
    turn = begun = 0
    while turn < count:
        while begun < count and begun - turn < width:
            heapq.heappush(waiting, _Waiting(now, begun, document(costs, dice), begun % hosts))
            begun += 1
        if turn in recording:  # its turn has come: the floor goes to the first
            now += recording.pop(turn)
            turn += 1
            continue
        able = [look for look in waiting if look.ready <= now] or [min(waiting)]
        look = min(able, key=lambda one: one.number)
        waiting.remove(look)
        now = max(now, look.ready)
        kind, seconds = next(look.steps)
        while kind == "fetch":  # the floor is kept from one fetch to the first reading
            began = max(now, free_host[look.host])
            free_host[look.host] = began + costs.pause
            now = began + costs.answer + seconds
            busy += seconds
            kind, seconds = next(look.steps)
        if kind == "record":
            recording[look.number] = seconds
            busy += seconds
            continue
        read += seconds
        if readers == 0:
            now += seconds
            busy += seconds
            look.ready = now
        else:
            place = min(range(readers), key=free_reader.__getitem__)
            free_reader[place] = max(now, free_reader[place]) + seconds
            look.ready = free_reader[place]
        waiting.append(look)
    return now, busy / now, read / now / max(readers, 1)


def followed(costs: Costs, *, share_lively: float, share_warm: float, changed_a_day: float) -> float:
    """How many bills the pause of one host lets one instance follow, by the cadence of `tracker.cadence`, every half hour."""
    lively = 48.0 + 12.0  # RSS each half hour, the card every two hours
    warm = 24.0 + 4.0
    still = 6.0 + 2.0  # stretch 8: every four hours; the card every twelve
    requests = share_lively * lively + share_warm * warm + (1 - share_lively - share_warm) * still
    requests += changed_a_day * (1 + costs.texts / 4)
    return 86_400 / max(costs.pause, costs.answer) / requests


def hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds < 72 * 3600 else f"{seconds / 86_400:.1f} d"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", type=float, default=0.035, help="seconds of the conductor for a document")
    parser.add_argument("--reading", type=float, default=0.012, help="seconds of a reader for a text")
    asked = parser.parse_args()
    costs = Costs(record=asked.record, reading=asked.reading)
    heavy = replace(costs, reading=10 * costs.reading, outside=0.5)
    local = replace(costs, pause=0.0, answer=0.005)
    print(f"record {costs.record * 1000:.0f} ms, reading {costs.reading * 1000:.0f} ms a text (measured); seed {SEED}")
    print(f"{'what':<58}{'readers':>8}{'takes':>9}{'conductor':>10}{'readers':>8}")
    rows = (
        ("2,000 bills, no pause, a local server", 2_000, 1, local),
        ("36,400 bills, one host, polite", 36_400, 1, costs),
        ("36,400 bills, half of the texts by LibreOffice or OCR", 36_400, 1, heavy),
        ("36,400 bills from an archive on disk (replay)", 36_400, 1, replace(costs, pause=0.0, answer=0.0)),
        ("the same, half by LibreOffice or OCR", 36_400, 1, replace(heavy, pause=0.0, answer=0.0)),
        ("364,000 bills of ten hosts by one conductor, polite", 364_000, 10, costs),
    )
    for what, count, hosts, cost in rows:
        sample = min(count, 4_000)
        for readers in (0, 1, 2, 8, 32):
            seconds, conductor, busy = backfill(sample, readers=readers, hosts=hosts, costs=cost)
            named = "inline" if readers == 0 else str(readers)
            print(
                f"{what:<58}{named:>8}{hours(seconds * count / sample):>9}{conductor:>10.0%}{busy if readers else 0:>8.0%}"
            )
    runs = [followed(costs, share_lively=lively, share_warm=0.1, changed_a_day=0.02) for lively in (0.01, 0.05, 0.2)]
    print(
        "followed at one host and one request a second, 1 %, 5 %, 20 % of them lively:",
        *(f"{run:,.0f}" for run in runs),
    )
    print(f"(median {statistics.median(runs):,.0f}; ten instances, a host each: ten times that)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
