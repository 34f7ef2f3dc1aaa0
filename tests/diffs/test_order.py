from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from diffs.order import in_order

PIECES = st.lists(st.integers(1, 3), max_size=7).flatmap(
    lambda sizes: st.permutations(range(len(sizes))).map(lambda order: (sizes, order))
)


@given(PIECES)
def test_the_fewest_units_are_called_moved(pieces: tuple[list[int], list[int]]) -> None:
    sizes, order = pieces
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    new_starts = {piece: sum(sizes[other] for other in order[:at]) for at, piece in enumerate(order)}
    runs = [(starts[at], new_starts[at], size) for at, size in enumerate(sizes)]
    kept = in_order(runs)
    places = [place for first, _, count in kept for place in range(first, first + count)]
    new_of = {old + at: new + at for old, new, size in runs for at in range(size)}
    assert places == sorted(set(places))
    assert all(new_of[here] < new_of[there] for here, there in pairwise(places))
    best = max(
        sum(size for _, _, size in some)
        for count in range(len(runs) + 1)
        for some in combinations(runs, count)
        if all(a[1] < b[1] for a, b in pairwise(some))
    )
    assert len(places) == best
    assert in_order(reversed([(old + at, new + at, 1) for old, new, size in runs for at in range(size)])) == kept


def test_nothing_moves_where_order_is_kept() -> None:
    assert in_order([(0, 0, 2), (2, 5, 1), (3, 6, 4)]) == [(0, 0, 2), (2, 5, 5)]
    assert in_order([]) == []
