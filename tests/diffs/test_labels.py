from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs import labels
from diffs.labels import Label, components, label_of, ordinal, ordinal_word, slug, split_label, succeeds


def number(line: str) -> str | None:
    label = label_of(line)
    return label.number if label is not None else None


@pytest.mark.parametrize(
    "line",
    [
        "Статья 25.6. Порядок",
        "Статья 25-6. Порядок",
        "Статья 25⁶. Порядок",
        "Статья 25^6. Порядок",
        "Статья 25_6. Порядок",
        "Статья 25<sup>6</sup>. Порядок",
        "СТАТЬЯ 25⁶",
        "Cтaтья 25.6. Латинские C и a",
    ],
)
def test_each_rendering_of_an_inserted_number_is_one_number(line: str) -> None:
    assert number(line) == "25.6"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Статья 341¹⁻¹. Особенности", "341.1.1"),
        ("Статья 8.2.3. Нарушение", "8.2.3"),
        ("Статья 8.2³. Нарушение", "8.2.3"),
        ("Статья 256. Порядок", "256"),  # a flattened number is never guessed at
        ("Статья З", "3"),
        ("Глава VIII¹. Надзор", "VIII.1"),
        ("Глава ХIII. Надзор", "XIII"),
        ("ЧАСТЬ ПЕРВАЯ", "1"),
        ("а¹) дело", "а.1"),
        ("а1) дело", "а.1"),
        ("a) с латинской буквой", "а"),
        ("1.2.1. Пункт положения", "1.2.1"),
        ("3_1) пункт", "3.1"),
        ("§ 2. Сделки", "2"),
    ],
)
def test_numbers_in_their_one_form(line: str, expected: str) -> None:
    assert number(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Статья 15 настоящего Закона применяется с января.",
        "Статьи 25-6 и 25-7 применяются",
        "12 дней",
        "ЧАСТЬ СУММЫ",
        "з. без скобки",
        "Утверждено постановлением",
        "",
    ],
)
def test_running_text_is_no_label(line: str) -> None:
    assert label_of(line) is None


def test_a_label_is_cut_off_as_it_is_printed() -> None:
    assert split_label("2) жалобы;") == ("2)", "жалобы;")
    assert split_label('"1. Норма') == ('"1.', "Норма")
    assert split_label("Статья 22<sup>1</sup>. Порядок") == ("Статья 22<sup>1</sup>.", "Порядок")
    assert split_label("12 дней") == ("", "12 дней")


def test_places_in_lists() -> None:
    assert [ordinal(name) for name in ("7", "а", "ж", "22.1", "ё")] == [7, 1, 7, None, None]
    words = ["первая", "второй", "третьей", "пятого", "девятнадцатом", "двадцать первый", "пятьдесят", "часть"]
    assert [ordinal_word(word) for word in words] == [1, 2, 3, 5, 19, 21, None, None]


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("2) да", "3) да", True),
        ("2) да", "4) да", False),
        ("2) да", "3. да", False),
        ("ж) да", "з) да", True),
        ("и) да", "к) да", True),
        ("Статья 7.19. О", "Статья 7.20. О", True),
        ("Статья 7.19. О", "Статья 8.20. О", False),
    ],
)
def test_the_next_of_a_list(here: str, there: str, expected: bool) -> None:
    label = label_of(here)
    assert label is not None
    assert succeeds(label, label_of(there)) is expected


def test_paths() -> None:
    assert components("st-22.1.ch-1.p-2.1") == ["st-22.1", "ch-1", "p-2.1"]
    assert slug("ж.1") == "zh.1"


@given(st.text(alphabet='Статья Глв12.-^_¹⁻)абzeo<sup>/«"', max_size=30))
def test_any_line_is_read_and_its_label_is_its_beginning(line: str) -> None:
    label = label_of(line)
    assert label is None or (isinstance(label, Label) and 0 < label.length <= len(line))
    own, body = split_label(line)
    assert line.startswith(own)
    assert line.endswith(body)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Статья 5. Реестр",
            "СТАТЬЯ 5",
            "Глава 5. Дела",
            "ГЛАВА IV",
            "Раздел II",
            "РАЗДЕЛ I",
            "Часть первая",
            "ЧАСТЬ ВТОРАЯ",
        ),
        *("§ 5. Дела", "Приложение", "ПРИЛОЖЕНИЕ", "УТВЕРЖДЕНО", "Утверждён", "Примечание.", "ПРИМЕЧАНИЯ.", "IV. Дела"),
        *("ХII. Дела", "1. Дело", "1) дело", "а) дело", "a) дело", "ё) дело"),
    ],
)
def test_every_beginning_of_a_label_is_known(line: str) -> None:
    """Lines that begin otherwise are not looked at: neither plain labels nor those in mixed letters are lost by that."""
    assert label_of(line) is not None
    mixed = line.translate(str.maketrans("атАТРЕ", "aтATPE"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "_MAY_BEGIN", re.compile(""))
        slowly = label_of(mixed)
    assert label_of(mixed) == slowly


@given(st.text(alphabet="СтГлРаЧПрУХtTaPIXабв1.)<sup> ", max_size=12))
def test_the_cheap_look_loses_no_label(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "_MAY_BEGIN", re.compile(""))
        slowly = label_of(line)
    assert slowly is None or label_of(line) == slowly
