"""What a comparison called noise can be looked at, to the last character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diffs.compare import compare
from diffs.forms import forms
from diffs.structure import structure

OLD = ["Статья 1. Предмет", '1. Настоящий закон "о реестре" действует 10 лет.', "2. Суд ведет реестр."]
NEW = ["Статья 1. Предмет", "1. Настоящий закон «о реестре» действует 5 лет.", "2. Суд ведёт реестр."]


def test_a_unit_that_differs_in_form_only_is_shown_and_a_changed_one_is_not() -> None:
    old, new = structure(OLD), structure(NEW)
    diff = compare(old, new)
    (shown,) = forms(old, new, diff)
    assert shown.new_path == "st-1.ch-2"
    assert shown.spans == (("=", "2. Суд "), ("-", "ведет"), ("+", "ведёт"), ("=", " реестр."))


def test_equal_texts_have_nothing_to_show() -> None:
    old = structure(OLD)
    assert forms(old, old, compare(old, old)) == ()


@given(st.lists(st.sampled_from(["«", '"', "ё", "е", " ", "–", "-", "Суд", "10"]), max_size=30))
def test_the_spans_hold_both_texts_to_the_last_character(pieces: list[str]) -> None:
    text = "1. Суд " + "".join(pieces) + " реестр."
    old, new = structure(["1. Суд " + "".join(pieces).replace("ё", "е") + " реестр."]), structure([text])
    for shown in forms(old, new, compare(old, new)):
        assert "".join(words for kind, words in shown.spans if kind != "+") == shown.old_text
        assert "".join(words for kind, words in shown.spans if kind != "-") == shown.new_text
