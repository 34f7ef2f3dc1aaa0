from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.quotes import split_closing
from diffs.structure import structure

BILL = """Статья 1
Внести в статью 54 Федерального закона от 2 марта 2098 года № 5-ФЗ "О реестре" (Собрание, ст. 1475) следующие изменения:
1) дополнить пунктом 1.1 следующего содержания:
"1.1. Текст.";
2) в пункте 16:
а) абзац второй изложить в следующей редакции:
"Новый второй.";
б) дополнить подпунктом "в" следующего содержания:
"в) слово.";
в) дополнить абзацем следующего содержания:
"И ещё.".
Статья 2
1) часть 2 статьи 21 изложить в следующей редакции: "2. Срок:
1) первый;
2) второй.";
2) часть третью статьи 5 изложить в следующей редакции:
"Текст без номера.";
3) подпункт "б" пункта 1 статьи 4 дополнить новыми абзацами седьмым - десятым следующего содержания:
"раз;
два;";
4) абзац первый частей 2 и 3 статьи 3 изложить в следующей редакции:
"2. Иное.";
5) главу 2 дополнить статьями 9^1 и 9^2 следующего содержания:
"Статья 9^1. Раз
1. Норма.";
6) наименование статьи 7 изложить в следующей редакции:
"Статья 7. Новое".
Статья 3
Норма."""


def test_an_address_names_the_unit_of_the_amended_act() -> None:
    quoted = {section.path: section.address for section in structure(BILL) if ".q." in section.path}
    assert quoted == {
        "st-1.p-1.q.p-1.1": "ст. 1 п. 1 («ст. 54 п. 1.1»)",
        "st-1.p-2.pp-a.q.abz-2": "ст. 1 п. 2 пп. «а» («ст. 54 п. 16 абз. 2»)",
        "st-1.p-2.pp-b.q.pp-v": "ст. 1 п. 2 пп. «б» («ст. 54 п. 16 пп. „в“»)",
        "st-1.p-2.pp-v.q.abz-1": "ст. 1 п. 2 пп. «в» («абз. 1»)",  # which абзац it will be the clause does not say
        "st-2.p-1.q.ch-2.p-1": "ст. 2 п. 1 («ст. 21 ч. 2 п. 1»)",
        "st-2.p-1.q.ch-2.p-2": "ст. 2 п. 1 («ст. 21 ч. 2 п. 2»)",
        "st-2.p-2.q.abz-1": "ст. 2 п. 2 («ст. 5 ч. 3 абз. 1»)",
        "st-2.p-3.q.abz-7": "ст. 2 п. 3 («ст. 4 п. 1 пп. „б“ абз. 7»)",
        "st-2.p-3.q.abz-8": "ст. 2 п. 3 («ст. 4 п. 1 пп. „б“ абз. 8»)",
        "st-2.p-4.q.ch-2": "ст. 2 п. 4 («ст. 3 ч. 2»)",
        "st-2.p-5.q.st-9.1": "ст. 2 п. 5 («ст. 9.1»)",
        "st-2.p-5.q.st-9.1.ch-1": "ст. 2 п. 5 («ст. 9.1 ч. 1»)",
        "st-2.p-6.q.st-7": "ст. 2 п. 6 («ст. 7»)",
    }


def test_a_frame_that_holds_the_change_names_the_unit_too() -> None:
    decree = """1. Внести в Указ от 24 мая 2098 г. № 664 (Собрание, ст. 6598) изменение, изложив пункт 4 в следующей редакции:
"4. Предоставить:
а) одним;
б) другим.".
2. Настоящий Указ вступает в силу со дня подписания."""
    assert [(section.path, section.address) for section in structure(decree)] == [
        ("p-1", "п. 1"),
        ("p-1.q.p-4", "п. 1 («п. 4»)"),
        ("p-1.q.p-4.pp-a", "п. 1 («п. 4 пп. „а“»)"),
        ("p-1.q.p-4.pp-b", "п. 1 («п. 4 пп. „б“»)"),
        ("p-2", "п. 2"),
    ]


def test_a_clause_without_a_label_stands_in_the_item_above_it() -> None:
    text = (
        "Статья 1\n1) в статье 22:\nчасть 2 изложить в следующей редакции:\n«2. Да.»;\n"
        "дополнить частью 3 следующего содержания:\n"
        "«3. Иное.»;\n2) статью 5 исключить."
    )
    addresses = [section.address for section in structure(text) if ".q." in section.path]
    assert addresses == ["ст. 1 п. 1 («ст. 22 ч. 2»)", "ст. 1 п. 1 («ст. 22 ч. 3»)"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3. Срок.».", ("3. Срок.", "».")),
        ("«3. Срок.»;", ("«3. Срок.", "»;")),
        ('"7. Закон "О почте" применяется.".', ('"7. Закон "О почте" применяется.', '".')),
        ('по закону "О почте".', ('по закону "О почте".', "")),
        ("по закону «О почте».", ("по закону «О почте».", "")),
        ("по закону «О почте»».", ("по закону «О почте»", "».")),
        ('конец цитаты"', ("конец цитаты", '"')),
        ("слово;", ("слово;", "")),
        ("", ("", "")),
    ],
)
def test_the_marks_that_close_a_block_are_not_the_units(text: str, parts: tuple[str, str]) -> None:
    assert split_closing(text) == parts


@given(st.text(alphabet='аб «»"„“.;,:)', max_size=20))
def test_closing_marks_are_cut_off_and_nothing_else(text: str) -> None:
    assert "".join(split_closing(text)) == text
    assert len(split_closing(text)[1]) <= 2


@pytest.mark.parametrize(
    "formula",
    [
        "часть 2 статьи 21 изложить в следующeй редакции:",  # a Latin e
        "часть 2 cтатьи 21 излoжить в следующей редaкции:",  # c, o, a
        "статью 21 дополнить чaстью 2 следующего cодержания:",
    ],
)
@pytest.mark.parametrize("between", ["\n", " "])
def test_latin_letters_in_a_formula_hide_no_quoted_wording(formula: str, between: str) -> None:
    text = f'Статья 1\n1) {formula}{between}"2. Срок:\n1) первый.";\n2) статью 22 исключить.'
    quoted = [(section.path, section.address) for section in structure(text) if ".q" in section.path]
    assert quoted[-1] == ("st-1.p-1.q.ch-2.p-1", "ст. 1 п. 1 («ст. 21 ч. 2 п. 1»)")
    assert structure(text)[-1].path == "st-1.p-2"
