from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.compare import compare
from diffs.history import Edge, edges, walk
from diffs.structure import structure
from tracker.models import Diff

A = structure("""Статья 1. Реестр
1. Суд ведет реестр вымышленных дел.
2. Срок хранения дела составляет пять лет.
Статья 2. Архив
1. Архив хранит дела вечно и без изъятий.""")
B = structure("""Статья 1. Реестр
1. Суд ведет реестр вымышленных дел.
2. Прокурор проверяет записи реестра раз в год.
3. Срок хранения дела составляет пять лет.
Статья 2. Архив
1. Архив хранит дела вечно и без изъятий.""")
C = structure("""Статья 1. Начало
Закон говорит о вымышленных делах.
Статья 2. Реестр
1. Суд ведет реестр вымышленных дел.
2. Прокурор проверяет записи реестра раз в год.
3. Срок хранения дела составляет десять лет.
Статья 3. Архив
1. Архив хранит дела вечно и без изъятий.""")
DIFFS = (compare(A, B), compare(B, C))


def test_a_clause_is_followed_through_renumbering() -> None:
    steps = list(walk("st-1.ch-2", DIFFS))
    assert [step.path for step in steps] == ["st-1.ch-3", "st-2.ch-3"]
    assert [step.operation.ops for step in steps if step.operation] == [("renumbered",), ("modified", "renumbered")]
    assert [step.path for step in walk("st-2.ch-3", DIFFS, back=True)] == ["st-1.ch-3", "st-1.ch-2"]


def test_a_unit_that_only_its_article_carried_away() -> None:
    steps = list(walk("st-2.ch-1", DIFFS))
    assert [step.path for step in steps] == ["st-2.ch-1", "st-3.ch-1"]
    assert steps[0].operation is None


def test_the_walk_ends_where_the_unit_begins_and_where_it_is_gone() -> None:
    assert [step.path for step in walk("st-2.ch-2", DIFFS, back=True)] == ["st-1.ch-2", None]
    gone = (compare(B, A), compare(A, B))
    assert [step.path for step in walk("st-1.ch-2", gone)] == [None]


def test_edges_hold_every_unit_once() -> None:
    found = edges(DIFFS[0], A, B)
    assert Edge(old="st-1.ch-2", new="st-1.ch-3", old_index=2, new_index=3) in found
    assert [edge.new for edge in found] == [section.path for section in B]
    assert sorted(edge.old_index for edge in found if edge.old_index is not None) == list(range(len(A)))
    removed = edges(compare(B, A), B, A)[-1]
    assert (removed.old, removed.new) == ("st-1.ch-2", None)


def test_operations_of_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        edges(DIFFS[0], B, C)
    with pytest.raises(ValueError, match="another text"):
        edges(Diff(same=True), A, A[:-1])


LINES = st.lists(
    st.sampled_from(
        ["1. Суд ведет дела.", "2. Суд ведет дела.", "2. Срок года.", "3. Архив открыт.", "а) дело;", "б) суд;"]
    ),
    max_size=8,
)


@given(LINES, LINES)
def test_walks_are_the_edges(old: list[str], new: list[str]) -> None:
    before, after = structure("\n".join(old)), structure("\n".join(new))
    diff = compare(before, after)
    for edge in edges(diff, before, after):
        if edge.old is not None:
            assert [step.path for step in walk(edge.old, [diff])] == [edge.new]
        if edge.new is not None:
            assert [step.path for step in walk(edge.new, [diff], back=True)] == [edge.old]
