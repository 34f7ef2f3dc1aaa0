"""What kept its order between two texts, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Run = tuple[int, int, int]  # old place, new place, number: units that stand side by side in both texts


def in_order(runs: Iterable[Run]) -> list[Run]:
    """The runs that kept their order, so that the fewest units moved; `runs` may come in any order, in any pieces.

    That is the heaviest increasing subsequence; of equally heavy ones always the same.
    """
    whole = _whole_runs(runs)
    news = [new for _, new, _ in whole]
    return whole if all(map(int.__lt__, news, news[1:])) else _heaviest(whole)


def _whole_runs(runs: Iterable[Run]) -> list[Run]:
    whole: list[Run] = []
    old_end = new_end = -1
    for old, new, count in sorted(runs):
        if old == old_end and new == new_end:
            whole[-1] = (*whole[-1][:2], whole[-1][2] + count)
        else:
            whole.append((old, new, count))
        old_end, new_end = old + count, new + count
    return whole


def _heaviest(runs: Sequence[Run]) -> list[Run]:
    """The heaviest increasing subsequence: a tree of prefix maxima over the ranks of the new places (Fenwick)."""
    rank = {new: at for at, new in enumerate(sorted(new for _, new, _ in runs), start=1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(runs) + 1)  # weight so far, number of the last run
    previous: list[int] = []
    last = (0, -1)
    for number, (_, new, count) in enumerate(runs):
        before, at = (0, -1), rank[new] - 1
        while at > 0:
            before = max(before, best[at])
            at -= at & -at
        previous.append(before[1])
        here, at = (before[0] + count, number), rank[new]
        last = max(last, here)
        while at <= len(runs):
            best[at] = max(best[at], here)
            at += at & -at
    kept, number = [], last[1]
    while number >= 0:
        kept.append(runs[number])
        number = previous[number]
    return kept[::-1]
