from __future__ import annotations

import pytest

from diffs import lemmas


@pytest.mark.parametrize("form", ["учёт", "учета", "УЧЕТОМ", "учётах", "y\u0447\u0435та", "уч\u00adету"])
def test_forms_of_a_word_have_its_lemma(form: str) -> None:
    assert lemmas.lemmas(form)[0] == "учет"
    assert lemmas.plain(form) in lemmas.forms("учёт")


def test_a_form_of_two_words_is_both() -> None:
    assert {"сталь", "стать"} <= set(lemmas.lemmas("стали"))


def test_participles_are_forms_of_their_verb() -> None:
    assert {"призванный", "призванным", "призвал", "призвать"} <= lemmas.forms("призвать")
    assert lemmas.lemmas("призванных")[0] == "призвать"


def test_tokens_are_lemmas_in_order() -> None:
    assert lemmas.tokens("О призыве, воинском учёте; № 138-ФЗ") == ["призыв", "воинский", "учет", "138-фз"]
    assert lemmas.tokens("  …  ") == []


def test_any_form_finds_the_others_in_an_index() -> None:
    index = set(lemmas.tokens("Повестки вручались призывникам."))
    assert all(
        index & set(lemmas.lemmas(form)) for form in ("повесток", "повестка", "вручаться", "призывник", "призывнику")
    )


@pytest.mark.parametrize(("word", "function"), [("в", True), ("и", True), ("не", True), ("служба", False), ("о", True)])
def test_function_words(word: str, function: bool) -> None:
    assert lemmas.is_function_word(word) is function


def test_only_words_of_a_sane_length_are_kept() -> None:
    endless = "ы" * 100_000
    assert lemmas.lemmas(endless) == (endless,)
    before = lemmas.kept_words()
    assert lemmas.lemmas(endless + "а") == (endless + "а",)
    assert lemmas.lemmas("\u00ad" * 60 + "повесткой") == ("повестка",)  # long by what is invisible
    assert lemmas.kept_words() == before
