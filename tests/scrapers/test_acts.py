from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.acts import act_id, kind_slug, number_slug, parse_act, split_kind
from tracker.errors import ConfigError


@pytest.mark.parametrize(
    ("kind", "authority", "date", "number", "expected"),
    [
        ("Федеральный закон", "Президент Российской Федерации", "2023-04-28", "138-ФЗ", "act/fz/2023-04-28/138-fz"),
        ("Федеральный конституционный закон", "", "2022-10-04", "5-ФКЗ", "act/fkz/2022-10-04/5-fkz"),
        ("Указ", "Президента Российской Федерации", "2022-09-21", "647", "act/ukaz/2022-09-21/647"),
        ("Указ", "", "2022-09-21", "647", "act/ukaz/2022-09-21/647"),
        ("Указ", "Губернатора Омской области", "2023-02-01", "4", "act/ukaz-gubernatora-omskoy-oblasti/2023-02-01/4"),
        (
            "Указ",
            "Президент Республики Татарстан",
            "2020-02-01",
            "4",
            "act/ukaz-prezident-respubliki-tatarstan/2020-02-01/4",
        ),
        (
            "Распоряжение",
            "Президент Российской Федерации",
            "2023-02-01",
            "12-рп",
            "act/rasporyazhenie-prezidenta/2023-02-01/12-rp",
        ),
        ("Распоряжение", "Правительства РФ", "2026-01-17", "28-р", "act/rasporyazhenie-pravitelstva/2026-01-17/28-r"),
        (
            "Постановление",
            "Правительство Российской Федерации",
            "2020-02-06",
            "103",
            "act/postanovlenie-pravitelstva/2020-02-06/103",
        ),
        (
            "Постановление",
            "Государственной Думы Федерального Собрания Российской Федерации",
            "2025-02-01",
            "2345-8 ГД",
            "act/postanovlenie-gd/2025-02-01/2345-8gd",
        ),
        (
            "Приказ",
            "Министерство внутренних дел Российской Федерации",
            "2023-02-01",
            "45",
            "act/prikaz-mvd/2023-02-01/45",
        ),
        ("приказ", "МВД России", "2023-02-01", "45", "act/prikaz-mvd/2023-02-01/45"),
        ("Приказ", "Министра обороны Российской Федерации", "2023-02-01", "5", "act/prikaz-minoborony/2023-02-01/5"),
        ("Приказ", "ФНС", "2023-02-01", "ММВ-7-11/435@", "act/prikaz-fns/2023-02-01/mmv-7-11_435"),
        (
            "Закон Российской Федерации о поправке к Конституции Российской Федерации",
            "",
            "2020-03-14",
            "1-ФКЗ",
            "act/zakon-o-popravke/2020-03-14/1-fkz",
        ),
        ("Закон Российской Федерации", "", "1993-02-19", "4528-1", "act/zakon-rf/1993-02-19/4528-1"),
        ("prikaz-mvd", "", "2023-02-01", "45", "act/prikaz-mvd/2023-02-01/45"),
    ],
)
def test_the_slug_names_the_issuer_when_the_word_does_not(
    kind: str, authority: str, date: str, number: str, expected: str
) -> None:
    assert act_id(kind, authority, date, number) == expected


def test_an_unknown_ministry_has_one_id_in_both_cases() -> None:
    nominative = "Министерство природных ресурсов и экологии Российской Федерации"
    genitive = "Министерства природных ресурсов и экологии Российской Федерации"
    assert kind_slug("Приказ", nominative) == kind_slug("Приказ", genitive)
    assert kind_slug("Приказ", genitive) == "prikaz-ministerstva-prirodnykh-resursov-i-ekologii"


@pytest.mark.parametrize(
    ("kind", "authority", "date", "number"),
    [
        ("", "МВД России", "2023-02-01", "45"),
        ("Приказ", "", "2023-02-01", "45"),
        ("prikaz", "", "2023-02-01", "45"),
        ("Приказ", "МВД России", "", "45"),
        ("Приказ", "МВД России", "01.02.2023", "45"),
        ("Приказ", "МВД России", "2023-02-30", "45"),
        ("Приказ", "МВД России", "2023-02-01", ""),
        ("Приказ", "МВД России", "2023-02-01", "б/н"),
    ],
)
def test_an_incomplete_key_is_no_id(kind: str, authority: str, date: str, number: str) -> None:
    assert act_id(kind, authority, date, number) == ""


def test_one_number_is_three_laws() -> None:
    days = ("2024-08-08", "2025-07-31", "2026-08-04")
    assert len({act_id("Федеральный закон", "", day, "281-ФЗ") for day in days}) == 3


@given(st.text(max_size=40), st.text(max_size=40), st.dates(), st.text(max_size=20))
def test_ids_are_clean_addresses(kind: str, authority: str, date: object, number: str) -> None:
    made = act_id(kind, authority, str(date), number)
    assert made == "" or re.fullmatch(r"act/[a-z0-9]+(-[a-z0-9]+)*/\d{4}-\d\d-\d\d/[a-z0-9][a-z0-9._-]*", made)


@given(st.text(alphabet="0123456789абвгдежзийклмнопрстуфхцчшщъыьэюяАФЗРПСтр-/._ ", max_size=15))
def test_a_slug_of_a_slug_is_itself(number: str) -> None:
    assert number_slug(number_slug(number)) == number_slug(number)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Указ Президента Российской Федерации", ("Указ", "Президента Российской Федерации")),
        ("Постановление губернатора Амурской области", ("Постановление", "губернатора Амурской области")),
        ("Федеральный закон", ("Федеральный закон", "")),
        ("Апелляционное определение Верховного Суда РФ", ("Апелляционное определение", "Верховного Суда РФ")),
        (
            "Официальное сообщение Министерства иностранных дел",
            ("Официальное сообщение", "Министерства иностранных дел"),
        ),
        (
            "Приказ Министерства развития, связи и коммуникаций Российской Федерации, Федеральной службы безопасности",
            ("Приказ", "Министерства развития, связи и коммуникаций Российской Федерации"),
        ),
    ],
)
def test_words_of_a_title_are_parted_into_kind_and_main_signatory(words: str, expected: tuple[str, str]) -> None:
    assert split_kind(words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("федеральный закон от 28.04.2023 № 138-ФЗ", ("fz", "2023-04-28", "138-ФЗ")),
        ("Федеральный закон от 28 апреля 2023 года № 138-ФЗ «О гражданстве…»", ("fz", "2023-04-28", "138-ФЗ")),
        ("Федеральный закон № 138-ФЗ от 28.04.2023", ("fz", "2023-04-28", "138-ФЗ")),
        ("138-ФЗ от 28.04.2023", ("fz", "2023-04-28", "138-ФЗ")),
        ("ФЗ от 28.04.2023 N 138-ФЗ", ("fz", "2023-04-28", "138-ФЗ")),
        ("закон от 28.04.2023 № 138-ФЗ", ("fz", "2023-04-28", "138-ФЗ")),
        ("Указ Президента РФ от 21 сентября 2022 г. № 647", ("ukaz", "2022-09-21", "647")),
        ("Указ\u00a0Президента РФ от 1\u00a0мая\u00a02022 г. №\u00a0250", ("ukaz", "2022-05-01", "250")),
        ("распоряжение Правительства РФ от 17.01.2026 №28-р", ("rasporyazhenie-pravitelstva", "2026-01-17", "28-р")),
        ("приказ МВД России от 1.2.2023 № 45", ("prikaz-mvd", "2023-02-01", "45")),
        ("постановление ГД ФС РФ от 01.02.2025 № 2345-8 ГД", ("postanovlenie-gd", "2025-02-01", "2345-8 ГД")),
        ("act/fz/2023-04-28/138-fz", ("fz", "2023-04-28", "138-fz")),
        ("act/prikaz-mvd/2023-02-01/247_04", ("prikaz-mvd", "2023-02-01", "247_04")),
    ],
)
def test_people_name_acts_in_many_ways(text: str, expected: tuple[str, str, str]) -> None:
    assert parse_act(text) == expected
    kind, date, number = expected
    assert parse_act(act_id(kind, "", date, number)) == (kind, date, number_slug(number))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "138-ФЗ",
        "№ 138-ФЗ",
        "федеральный закон № 138-ФЗ",
        "постановление от 01.02.2023 № 45",
        "от 01.02.2023 № 45",
        "abc от 01.02.2023 № 45",
        "закон о гражданстве от 28.04.2023 № 138-ФЗ",
        "приказ об учете от 01.02.2023 № 45",
        "федеральный закон от 31.02.2023 № 138-ФЗ",
        "федеральный закон от 28.04.2023 № б/н",
        "act/fz/2023-02-30/138-fz",
        "act/prikaz/2023-02-01/45",
        "act/fz/2023-04-28",
        "968530-8",
        "x" * 500,
    ],
)
def test_what_names_no_act_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigError, match="does not name an act") as caught:
        parse_act(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=80))
def test_any_text_is_an_act_or_a_clear_error(text: str) -> None:
    try:
        kind, date, number = parse_act(text)
    except ConfigError:
        return
    assert act_id(kind, "", date, number)
