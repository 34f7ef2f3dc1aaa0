"""What readers type, and fragments of what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs import fragments, queries
from tracker.queries import Asked, Term


def said(asked: Asked) -> list[str]:
    return [term.said for term in asked.terms]


def marked(text: str, query: str) -> list[str]:
    return [run for run, found in fragments.fragment(text, queries.understand(query).terms) if found]


@pytest.mark.parametrize(
    ("typed", "address", "left"),
    [
        ("ст. 22 ч. 1", ("st-22", "ch-1"), []),
        ("ч. 1 ст. 22 гражданство", ("st-22", "ch-1"), ["гражданство"]),
        ("статья 22", ("st-22",), []),
        ("статьи 22 дети", ("st-22",), ["дети"]),
        ("ст.13.1", ("st-13.1",), []),
        ("ст. 13¹", ("st-13.1",), []),
        ("ст 22-1", ("st-22.1",), []),
        ("п. в ч. 1 ст. 22", ("st-22", "ch-1", "pp-v"), []),
        ("подпункт «а» пункта 2", ("p-2", "pp-a"), []),
        ("часть первая статьи 59", ("st-59", "ch-1"), []),
        ("гл. IV § 3", ("gl-IV", "par-3"), []),
        ("о статье закона", (), ["статье", "закона"]),
        ("п. 2 силы", ("p-2",), ["силы"]),
    ],
)
def test_addresses(typed: str, address: tuple[str, ...], left: list[str]) -> None:
    asked = queries.understand(typed)
    assert asked.address == address
    assert said(asked) == left


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("138-ФЗ", ("138-ФЗ",)),
        ("№ 138-fz", ("138-ФЗ",)),
        ("1-ФКЗ и 53-фз", ("1-ФКЗ", "53-ФЗ")),
        ("123456-99", ("123456-99",)),
        ("2023", ()),
        ("военно-учётный", ()),
        ("138 ФЗ, 138фз, 138–фз", ("138-ФЗ",)),
        ("ФЗ-138", ("138-ФЗ",)),
        ("фз № 53", ("53-ФЗ",)),
        ("закон 138", ("138-ФЗ",)),
        ("закон 2023 года", ()),
        ("Указ Президента РФ 889", ("889",)),
        ("указ № 889", ("889",)),
        ("постановление Правительства Российской Федерации N 719", ("719",)),
        ("законопроект 123456-99", ("123456-99",)),
        ("№ 31/2", ("31/2",)),
    ],
)
def test_numbers(typed: str, numbers: tuple[str, ...]) -> None:
    assert queries.understand(typed).numbers == numbers


@pytest.mark.parametrize(
    ("typed", "dates", "left"),
    [
        ("Федеральный закон от 28.04.2023 № 138-ФЗ", ("2023-04-28",), []),
        ("Федерального закона от 28 апреля 2023 года N 138-ФЗ дети", ("2023-04-28",), ["дети"]),
        ("138-ФЗ от 28.04.2023 г. ст. 22", ("2023-04-28",), []),
        ("138-ФЗ от 99.99.2023", ("",), []),
        ("от 28.04.2023", (), ["28", "04", "2023"]),
        ("Указ Президента Российской Федерации от 14.11.2002 № 1325", ("2002-11-14",), []),
    ],
)
def test_a_citation_names_a_document_and_its_day(typed: str, dates: tuple[str, ...], left: list[str]) -> None:
    asked = queries.understand(typed)
    assert asked.dates == dates
    assert said(asked) == left


@given(st.text(alphabet="от 0123456789.-фзn№ законуказапреля", max_size=80))
def test_every_number_has_a_date_or_none(typed: str) -> None:
    asked = queries.understand(typed)
    assert len(asked.numbers) == len(asked.dates)


def test_phrases_words_and_what_is_left_out() -> None:
    asked = queries.understand('о «прекращении гражданства» для Ребёнка и детей "и в"')
    assert said(asked) == ["«прекращении гражданства»", "ребенка", "детей"]
    assert asked.left_out == ("и в", "о", "для", "и")
    assert asked.terms[0].options[0].exact


@pytest.mark.parametrize(
    "typed", ["", '"', "«", "и", "...", "AND", "NEAR(", "*", "\x00", "'; DROP TABLE", "ё" * 9000, '"' * 99]
)
def test_nothing_is_an_error(typed: str) -> None:
    asked = queries.understand(typed)
    assert len(asked.terms) <= queries.MOST_TERMS


def test_too_many_words_are_named() -> None:
    many = [f"слово{number}" for number in range(20)]
    asked = queries.understand(" ".join(many))
    assert said(asked) == many[:12]
    assert asked.left_out == tuple(many[12:])


def test_the_words_of_the_press_mean_those_of_the_law() -> None:
    term: Term = queries.understand("лишение").terms[0]
    assert "прекращение гражданства" in term.also
    text = "Прекращение гражданства Российской Федерации допускается; лишение прав — нет; прекращение действия не значит ничего."
    assert marked(text, "лишение") == ["Прекращение", "гражданства", "лишение"]
    assert marked("Гражданство прекращается по заявлению.", "лишить") == ["Гражданство", "прекращается"]
    assert marked("в течение десяти лет", "10 лет") == ["десяти", "лет"]
    assert marked("в военный комиссариат по месту учёта", "военкомат") == ["военный", "комиссариат"]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Гражданами, призванными на службу", "призвать", ["призванными"]),
        ("о при\u00adзыве", "призыв", ["при\u00adзыве"]),
        ("Воинский УЧЁТ", "учета", ["УЧЁТ"]),
        ("по 138-ФЗ", "138-фз", []),  # a number of a document is no word of a query by itself
        ("нет такого", "гражданство", []),
    ],
)
def test_marks(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


def test_phrases_are_looked_for_word_by_word() -> None:
    terms = queries.understand('"не может быть лишен гражданства"').terms
    assert fragments.holds("Гражданин не может быть лишён гражданства.", terms)
    assert not fragments.holds("Гражданин может быть не лишён гражданства.", terms)
    assert not fragments.holds("не может быть лишен своего гражданства", terms)
    assert fragments.holds("что угодно", queries.understand("слово").terms)


def test_a_fragment_shows_where_most_was_found() -> None:
    text = (
        "Гражданство. " + "Иные слова стоят здесь. " * 40 + "Прекращение гражданства ребёнка. " + "И ещё слова. " * 40
    )
    runs = fragments.fragment(text, queries.understand("прекращение гражданства ребенка").terms)
    shown = "".join(run for run, _ in runs)
    assert [run for run, found in runs if found] == ["Прекращение", "гражданства", "ребёнка"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= fragments.WIDTH + 4
    assert shown.strip("… ") in text


def test_a_fragment_shows_different_words_rather_than_one_of_them_often() -> None:
    text = "Гражданство, гражданства, гражданству. " + "Иные слова стоят здесь. " * 40 + "Гражданство через десять лет."
    runs = fragments.fragment(text, queries.understand("гражданства десяти").terms)
    assert [run for run, found in runs if found] == ["Гражданство", "десять"]


@given(st.text(max_size=400), st.text(max_size=60), st.integers(10, 80))
def test_a_fragment_is_a_part_of_its_text(text: str, query: str, width: int) -> None:
    terms = queries.understand(query).terms
    runs = fragments.fragment(text, terms, width=width)
    shown = "".join(run for run, _ in runs)
    inner = shown.removeprefix("… ") if not text.startswith(shown[:2]) else shown
    assert inner in text or inner.removesuffix(" …") in text
    fragments.holds(text, terms)


def test_a_unit_of_megabytes_is_cut() -> None:
    text = "слово " * 1_000_000
    assert len("".join(run for run, _ in fragments.fragment(text, queries.understand("слово").terms))) < 400
