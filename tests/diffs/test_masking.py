from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.masking import BLOT, clause_of


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Слово «Ёж» исключить", 'слово "·" исключить'),
        ('подпункт "в" пункта 2', 'подпункт "в" пункта 2'),
        ('слова ", а также" (приложение № 2) (иное)', 'слова "·" (приложение № 2) (·)'),
        ('Закон "О том, что "Раз" и статья 5', 'закон "·" и статья 5'),  # one mark closes two quotes
        ('Закон "О "Раз" и "Два"" и статья 5', 'закон "·" и статья 5'),
        ('в редакции: "1. О "Раз" и', 'в редакции: "·'),  # a new wording that does not end here
        ("1) раз (два (три)) (четыре", "1) раз (·) (четыре"),
        ("статья 5<sup>1</sup>", "статья 5^1"),
        ("части 3—5", "части 3–5"),
    ],
)
def test_what_is_blotted_out(text: str, bare: str) -> None:
    assert re.sub(f"{BLOT}+", BLOT, clause_of(text).bare) == bare


@given(st.text(alphabet=st.one_of(st.sampled_from('«»„“"()абв :\n\u00a0'), st.characters())))
def test_both_forms_have_the_same_places(text: str) -> None:
    clause = clause_of(text)
    assert len(clause.text) == len(clause.bare)
