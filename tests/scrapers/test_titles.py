from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.titles import FullName, bare_title, day_of, unwrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("О порядке учета", "О порядке учета"),
        ('"О порядке учета"', "О порядке учета"),
        ("«О порядке учета»", "О порядке учета"),
        ('"О законе "Об учете""', 'О законе "Об учете"'),
        ('"О мерах для общества "Акрон"', 'О мерах для общества "Акрон"'),
        ("«О мерах для общества «Акрон»", "О мерах для общества «Акрон»"),
        ('О статье 3 закона "Об изменении закона "Об учете"', 'О статье 3 закона "Об изменении закона "Об учете"'),
        ('"Акрон" и "Вымпел"', '"Акрон" и "Вымпел"'),
        ('Об обществе "Акрон"', 'Об обществе "Акрон"'),
        ('"', '"'),
        ("", ""),
    ],
)
def test_only_quotes_around_the_whole_are_dropped(text: str, expected: str) -> None:
    assert unwrapped(text) == expected


@given(st.text(alphabet='абв "«»', max_size=20))
def test_unwrapping_never_touches_the_words(text: str) -> None:
    kept = unwrapped(text)
    assert kept in text
    assert [letter for letter in kept if letter.isalpha()] == [letter for letter in text if letter.isalpha()]


def test_a_full_name_is_taken_apart() -> None:
    name = FullName.of('Указ Президента Российской Федерации от 16.01.2026 № 17\n "О порядке учета"')
    assert (name.kind, name.authority) == ("Указ", "Президента Российской Федерации")
    assert (name.date, name.number) == ("2026-01-16", "17")
    assert bare_title("", name) == "О порядке учета"


def test_a_date_and_number_inside_the_title_are_not_the_header() -> None:
    name = FullName.of('Соглашение о займе\n "О постановлении от 01.09.2015 № 223"')
    assert (name.kind, name.date, name.number) == ("", None, "")


def test_a_name_that_repeats_the_header_loses_it() -> None:
    full = 'Федеральный закон от 02.07.2013 № 185-ФЗ "О внесении изменений в закон от 01.09.2012 № 5-ФЗ"'
    assert bare_title(full, FullName.of(full)) == "О внесении изменений в закон от 01.09.2012 № 5-ФЗ"


def test_a_title_that_ends_like_a_header_stays_whole() -> None:
    title = "О внесении изменений в постановление от 01.09.2015 № 223"
    full = FullName.of(f'Постановление Правительства Российской Федерации от 13.01.2026 № 3\n "{title}"')
    assert bare_title(title, full) == title


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-17T00:00:00", "2026-01-17"),
        ("17.01.2026", "2026-01-17"),
        ("2026-02-30T00:00:00", None),
        ("", None),
        (None, None),
        (20260117, None),
    ],
)
def test_days_are_calendar_days(value: object, expected: str | None) -> None:
    assert day_of(value) == expected


def test_spaces_without_end_cost_no_more_than_reading_them() -> None:
    """Tried from each space they would take hours."""
    name = f"Указ{' ' * 10**6}Президента Российской Федерации от 16.01.2099 № 17"
    assert FullName.of(name).line == "Указ Президента Российской Федерации от 16.01.2099 № 17"
