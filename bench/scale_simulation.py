"""How long a backfill takes, and how many documents can be followed, on more machines and at more hosts: a simulation.

    python bench/scale_simulation.py

It plays the rules of `tracker.ahead` (one conductor that fetches, begins in order and records in order; readings elsewhere; so
many in flight) with the costs that `bench/backfill.py` and `bench/checking.py` have measured. What was not measured is an
assumption, and stands below as one. The same seed gives the same figures.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

SEED = 1993
#: Seconds, by bench/backfill.py: CPU of the conductor with two readers for a bill; CPU of readers for one of its two texts.
RECORD = 0.032
READING = 0.0097


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
) -> tuple[float, float]:
    """Seconds for `count` documents, spread over hosts in turns; how busy the conductor was (0..1)."""
    dice = random.Random(SEED)  # noqa: S311 - the same world every time
    width = 1 if readers == 0 else in_flight or 2 * readers
    free_host = [0.0] * hosts
    free_reader = [0.0] * max(readers, 1)
    now = busy = 0.0
    waiting: list[_Waiting] = []
    recording: dict[int, float] = {}
    turn = begun = 0
    while turn < count:
        while begun < count and begun - turn < width:
            waiting.append(_Waiting(now, begun, document(costs, dice), begun % hosts))
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
        if readers == 0:
            now += seconds
            busy += seconds
            look.ready = now
        else:
            place = min(range(readers), key=free_reader.__getitem__)
            free_reader[place] = max(now, free_reader[place]) + seconds
            look.ready = free_reader[place]
        waiting.append(look)
    return now, busy / now


def followed(costs: Costs, *, share_lively: float, share_warm: float, changed_a_day: float) -> float:
    """How many bills the pause of one host lets one instance follow, by the cadence of `tracker.cadence`, every half hour."""
    lively = 48.0 + 12.0  # RSS each half hour, the card every two hours
    warm = 24.0 + 4.0
    still = 6.0 + 2.0  # stretch 8: every four hours; the card every twelve
    requests = share_lively * lively + share_warm * warm + (1 - share_lively - share_warm) * still
    requests += changed_a_day * (1 + costs.texts / 4)
    return 86_400 / max(costs.pause, costs.answer) / requests


def hours(seconds: float) -> str:
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 72 * 3600 else f"{seconds / 86_400:.1f} d"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", type=float, default=RECORD, help="seconds of the conductor for a document")
    parser.add_argument("--reading", type=float, default=READING, help="seconds of a reader for a text")
    asked = parser.parse_args()
    costs = Costs(record=asked.record, reading=asked.reading)
    scans = replace(costs, outside=0.5)
    measured = replace(costs, pause=0.0, answer=0.0, texts=2, outside=0.0)
    rows = (
        ("2,000 bills as in bench/backfill.py, each process on a core of its own", 2_000, 1, measured),
        ("36,400 bills, one host, politely", 36_400, 1, costs),
        ("the same, half of the texts by LibreOffice or recognition", 36_400, 1, scans),
        ("36,400 bills out of an archive", 36_400, 1, replace(costs, pause=0.0, answer=0.0)),
        ("the same, half of the texts by LibreOffice or recognition", 36_400, 1, replace(scans, pause=0.0, answer=0.0)),
        ("364,000 bills of ten hosts, one conductor, politely", 364_000, 10, costs),
    )
    print(
        f"conductor {costs.record * 1000:.0f} ms a document, readers {costs.reading * 1000:.1f} ms a text; seed {SEED}\n"
    )
    print("| what | inline | 1 reader | 2 | 8 | 32 |\n|---|---|---|---|---|---|")
    for what, count, hosts, cost in rows:
        sample = min(count, 4_000)
        cells = []
        for readers in (0, 1, 2, 8, 32):
            seconds, conductor = backfill(sample, readers=readers, hosts=hosts, costs=cost)
            cells.append(f"{hours(seconds * count / sample)} / {conductor:.0%}")
        print(f"| {what} | {' | '.join(cells)} |")
    print("\nA cell: how long it takes / how busy the conductor is.")
    for lively in (0.01, 0.05, 0.2):
        bills = followed(costs, share_lively=lively, share_warm=0.1, changed_a_day=0.02)
        print(f"followed at one host, {lively:.0%} of them lively: {bills:,.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
