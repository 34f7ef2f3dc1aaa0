"""Filters: every condition, words by lemma, one clause through renumbering, and what passes when nothing is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.lemmas import lemmas
from feeds.alerts.matching import Matter, is_within, lets_through, way_of
from tests.feeds.alerts.events import BILL, LAW, added, changed, diff, event, removed, renumbered
from tracker.alerts import Clause, Filter
from tracker.models import Diff, Event, EventKind, Level, Relation

SCOPES = frozenset({f"document:{BILL}", "topic:citizenship", "source:sozd"})
CLAUSE = Clause(document=LAW, path="st-22.ch-1")
TERM = diff(changed("st-22.ch-1", ("=", "в течение "), ("-", "десяти"), ("+", "пяти"), ("=", " лет")))


def passes(wanted: Filter, about: Event, comparison: Diff | None = None, **matter: Any) -> bool:
    return lets_through(wanted, Matter(event=about, diff=comparison, **{"scopes": SCOPES, **matter}), lemmas)


def test_a_filter_without_conditions_lets_everything_through() -> None:
    for kind in EventKind:
        if kind is not EventKind.CORRECTION:
            assert passes(Filter(), event(kind), TERM)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(topics=("citizenship",)), True),
        (Filter(topics=("conscription",)), False),
        (Filter(documents=(BILL,)), True),
        (Filter(documents=("bill/100002-99",)), False),
        (Filter(topics=("conscription",), documents=(BILL,)), True),
        (Filter(kinds=(EventKind.TEXT_CHANGED,)), True),
        (Filter(kinds=(EventKind.BILL_STAGE,)), False),
        (Filter(topics=("citizenship",), kinds=(EventKind.BILL_STAGE,)), False),
        (Filter(at_least=Level.MAJOR), True),
        (Filter(at_least=Level.KEY), False),
    ],
)
def test_conditions(wanted: Filter, expected: bool) -> None:
    assert passes(wanted, event(), TERM) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(words_added=("пять",)), True),
        (Filter(words_added=("ПЯТЬЮ",)), True),
        (Filter(words_added=("десять",)), False),
        (Filter(words_removed=("десятью",)), True),
        (Filter(words_added=("лет",)), False),  # stood there before
        (Filter(words_added=("пять лет",)), True),  # a phrase that ends in what stood there
        (Filter(words_added=("течение пяти",)), True),
        (Filter(words_added=("пять дней",)), False),
        (Filter(words_added=("пять",), words_removed=("год",)), False),
        (Filter(words_added=("присяга", "пять")), True),
    ],
)
def test_words_are_found_in_any_form_and_only_where_they_changed(wanted: Filter, expected: bool) -> None:
    assert passes(wanted, event(), TERM) is expected


def test_words_of_whole_units_count() -> None:
    both = diff(added("st-23", "Решение о прекращении гражданства"), removed("st-24", "Присяга приносится"))
    assert passes(Filter(words_added=("прекращение гражданства",)), event(), both)
    assert passes(Filter(words_removed=("присягу",)), event(), both)
    assert not passes(Filter(words_added=("присяга",)), event(), both)
    assert not passes(Filter(words_added=("слово",)), event(), diff(renumbered("st-1", "st-2")))


def test_words_of_cards_count() -> None:
    step = event(EventKind.BILL_STEP, step={"title": "Рассмотрение", "decisions": ["отклонить законопроект"]})
    assert passes(Filter(words_added=("отклонение", "отклонить")), step)
    assert not passes(Filter(words_added=("принять",)), step)
    gone = event(EventKind.BILL_STEP_REMOVED, step={"title": "отклонить"})
    assert passes(Filter(words_removed=("отклонить",)), gone)
    assert not passes(Filter(words_added=("отклонить",)), gone)
    fields = event(EventKind.FIELDS_CHANGED, fields=[{"name": "title", "before": "О паспорте", "after": "О присяге"}])
    assert passes(Filter(words_added=("присяга",)), fields)
    assert passes(Filter(words_removed=("паспорт",)), fields)
    assert not passes(Filter(words_removed=("присяга",)), fields)
    found = event(EventKind.DOCUMENT_DISCOVERED)
    assert passes(Filter(words_added=("статьи",)), found)
    assert not passes(Filter(words_added=("присяга",)), found)


@pytest.mark.parametrize(
    "unread",
    [
        event(EventKind.TEXT_ADDED, readable=False, unread_reason="scan", level=Level.TYPOGRAPHIC),
        event(EventKind.EDITION_ADDED, readable=False, unread_reason="not_ready", level=Level.TYPOGRAPHIC),
    ],
)
def test_what_could_not_be_read_passes_every_condition_about_its_content(unread: Event) -> None:
    assert passes(Filter(at_least=Level.KEY, words_added=("присяга",), words_removed=("срок",)), unread)
    assert not passes(Filter(topics=("conscription",)), unread)  # what it is about is known
    assert not passes(Filter(kinds=(EventKind.BILL_STAGE,)), unread)


def test_what_nobody_weighed_passes_and_what_has_no_comparison_passes_words() -> None:
    assert passes(Filter(at_least=Level.KEY), event(level=Level.NOTABLE), TERM, level_known=False)
    assert passes(Filter(words_added=("присяга",)), event(EventKind.TEXT_ADDED, readable=True))
    assert passes(Filter(words_added=("присяга",)), event(EventKind.DOCUMENT_DISCOVERED, needs_body=True))
    assert passes(Filter(words_added=("присяга",)), event(EventKind.DOCUMENT_DISCOVERED, scan_only=True))


# ---------------------------------------------------------------- blindness, corrections


@pytest.mark.parametrize("kind", [EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED])
def test_blindness_goes_to_everybody_it_affects_whatever_they_asked_for(kind: EventKind) -> None:
    gap = event(kind, about=None, source="sozd", level=Level.NOTABLE)
    narrow: dict[str, Any] = {"kinds": (EventKind.BILL_STAGE,), "at_least": Level.KEY, "words_added": ("присяга",)}
    assert passes(Filter(**narrow), gap)
    assert passes(Filter(topics=("citizenship",), **narrow), gap)
    assert passes(Filter(documents=(BILL,), **narrow), gap)
    assert passes(Filter(clauses=(Clause(document=BILL, path="st-1"),), **narrow), gap)
    assert not passes(Filter(topics=("conscription",)), gap)
    assert not passes(Filter(documents=(LAW,)), gap)
    assert not passes(Filter(clauses=(CLAUSE,)), gap)
    assert passes(Filter(clauses=(CLAUSE,)), event(kind, about=None, search=True))


def test_a_correction_goes_to_whoever_had_what_it_corrects() -> None:
    wrong = Matter(event=event(EventKind.CORRECTION, event="abc"), scopes=SCOPES)
    assert lets_through(Filter(topics=("conscription",)), wrong, lemmas, had_it=True)
    assert not lets_through(Filter(), wrong, lemmas, had_it=False)


# ---------------------------------------------------------------- one clause


def law(key: str, comparison: Diff | None, **payload: Any) -> tuple[Event, Diff | None]:
    return event(about=LAW, key=key, source="ips", **payload), comparison


def edition(name: str, before: str | None) -> dict[str, Any]:
    against = {"edition": before, "version": 1, "source": "ips"} if before else None
    return {"part": "text", "edition": name, "version": 1, "compared_with": against}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (changed("st-22.ch-1", ("+", "слово")), True),
        (changed("st-22.ch-1.p-2", ("+", "слово")), True),
        (removed("st-22.ch-1.p-2", "слово"), True),
        (added("st-22.ch-1.p-4", "слово"), True),
        (changed("st-22.ch-2", ("+", "слово")), False),
        (changed("st-22", ("+", "слово")), False),
        (changed("st-22.1.ch-1", ("+", "слово")), False),  # ст. 22.1 is another article
        (changed("st-22.ch-1.1", ("+", "слово")), False),  # and ч. 1.1 another part
        (changed("st-22.ch-12", ("+", "слово")), False),
        (changed("st-22.ch-1~2", ("+", "слово")), True),
        (renumbered("st-22.ch-1", "st-22.ch-2"), True),
        (renumbered("st-22.ch-3", "st-22.ch-1"), True),
        (changed("", ("+", "слово")), True),  # nobody knows where
    ],
)
def test_a_clause_is_touched_by_what_happens_in_it(operation: Any, expected: bool) -> None:
    wanted = Filter(clauses=(CLAUSE,))
    assert passes(wanted, event(about=LAW), diff(operation), scopes=frozenset()) is expected


def test_events_about_the_whole_document_pass_and_other_documents_do_not() -> None:
    wanted = Filter(clauses=(CLAUSE,))
    assert passes(wanted, event(EventKind.DOCUMENT_ABSENT, about=LAW), scopes=frozenset())
    assert not passes(wanted, event(EventKind.BILL_STAGE, about=BILL), scopes=frozenset())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("st-22.ch-1", True),
        ("st-22", True),
        ("", True),
        ("st-22.ch-1.p-2", True),
        ("st-22.ch-2", False),
        ("st-2", False),
    ],
)
def test_a_bill_that_amends_the_clause_is_caught(path: str, expected: bool) -> None:
    relation = Relation(
        kind="amends", from_document=BILL, from_path="st-1.p-1", to_document=LAW, to_path=path, words="изложить"
    )
    wanted = Filter(clauses=(CLAUSE,))
    assert passes(wanted, event(EventKind.DOCUMENT_DISCOVERED), relations=(relation,)) is expected
    # The same relation says nothing of a third document's events.
    assert not passes(wanted, event(EventKind.BILL_STAGE, about="bill/100002-99"), relations=(relation,))


def test_a_clause_is_followed_through_renumbering() -> None:
    moved = diff(added("st-22.ch-1", "Новая часть"), renumbered("st-22.ch-1", "st-22.ch-2"))
    first = law("1", moved, **edition("rdk-2", "rdk-1"))
    in_old = law("2", diff(changed("st-22.ch-1", ("+", "слово"))), **edition("rdk-3", "rdk-2"))
    in_new = law("3", diff(changed("st-22.ch-2", ("+", "слово"))), **edition("rdk-4", "rdk-3"))
    story = [first, in_old, in_new]
    wanted = Filter(clauses=(CLAUSE,))

    def reaches(row: tuple[Event, Diff | None]) -> bool:
        paths = {CLAUSE: way_of(CLAUSE, story).paths(row[0])}
        return passes(wanted, row[0], row[1], paths=paths)

    assert reaches(first)
    assert not reaches(in_old)  # that is another part now
    assert reaches(in_new)


def test_two_sources_are_followed_each_by_its_own_editions() -> None:
    moved = diff(renumbered("st-22.ch-1", "st-22.ch-2"))
    at_ips = law("1", moved, **edition("rdk-2", "rdk-1"))
    other = {"edition": "current", "version": 1, "source": "publication"}
    at_portal = law("2", moved, part="text", edition="current", version=2, compared_with=other)
    paths = way_of(CLAUSE, [at_ips, at_portal]).paths(at_portal[0])
    assert paths == {"st-22.ch-1", "st-22.ch-2"}
    later = law("3", moved, **edition("rdk-3", "rdk-2"))
    assert way_of(CLAUSE, [at_ips, at_portal, later]).paths(later[0]) == {"st-22.ch-2"}


def test_where_the_way_is_lost_every_path_counts() -> None:
    gone = law("1", diff(removed("st-22.ch-1", "слова")), **edition("rdk-2", "rdk-1"))
    back = law("2", diff(added("st-22.ch-1", "слова")), **edition("rdk-3", "rdk-2"))
    assert way_of(CLAUSE, [gone, back]).paths(gone[0]) == {"st-22.ch-1"}
    assert way_of(CLAUSE, [gone, back]).paths(back[0]) == {"st-22.ch-1"}
    moved = law("3", diff(renumbered("st-22.ch-1", "st-22.ch-5")), **edition("rdk-2", "rdk-1"))
    unnamed = law("4", diff(changed("st-22.ch-5", ("+", "слово"))))
    assert way_of(CLAUSE, [moved, unnamed]).paths(unnamed[0]) == {"st-22.ch-1", "st-22.ch-5"}
    first_text = law("5", None, **edition("rdk-9", None))
    after = law("6", diff(changed("st-22.ch-5", ("+", "слово"))), **edition("rdk-10", "rdk-9"))
    assert "st-22.ch-5" in way_of(CLAUSE, [moved, first_text, after]).paths(after[0])
    # Of a bill that amends the clause: its text cites some edition, nobody knows which.
    assert way_of(CLAUSE, [moved]).paths(event(about=BILL)) == {"st-22.ch-1", "st-22.ch-5"}


numbers = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@given(st.lists(st.permutations(range(1, 6)), max_size=6))
def test_a_clause_that_is_renumbered_again_and_again_is_never_lost(steps: list[list[int]]) -> None:
    where, story = 1, []
    for step, order in enumerate(steps):
        operations = [
            renumbered(f"st-22.ch-{old}", f"st-22.ch-{new}") for old, new in enumerate(order, 1) if old != new
        ]
        story.append(law(str(step), diff(*operations), **edition(f"rdk-{step + 2}", f"rdk-{step + 1}")))
        before, where = where, order[where - 1]
        assert way_of(CLAUSE, story).paths(story[-1][0]) == {f"st-22.ch-{before}", f"st-22.ch-{where}"}


@given(numbers, numbers)
def test_units_within_units(outer: Iterable[int], inner: Iterable[int]) -> None:
    one, two = ".".join(f"p-{number}" for number in outer), ".".join(f"p-{number}" for number in inner)
    assert is_within(f"{one}.{two}", one)
    assert is_within(one, "")
    assert not is_within(one, f"{one}.{two}")
