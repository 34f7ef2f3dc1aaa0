from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.numerals import UNIT_FORMS, compound, plural, quantities, written

# nominative, genitive, dative, instrumental, prepositional
DECLENSIONS = {
    2: "два двух двум двумя двух",
    3: "три трех трем тремя трех",
    4: "четыре четырех четырем четырьмя четырех",
    5: "пять пяти пяти пятью пяти",
    8: "восемь восьми восьми восемью восьми",
    11: "одиннадцать одиннадцати одиннадцати одиннадцатью одиннадцати",
    18: "восемнадцать восемнадцати восемнадцати восемнадцатью восемнадцати",
    20: "двадцать двадцати двадцати двадцатью двадцати",
    40: "сорок сорока сорока сорока сорока",
    50: "пятьдесят пятидесяти пятидесяти пятьюдесятью пятидесяти",
    60: "шестьдесят шестидесяти шестидесяти шестьюдесятью шестидесяти",
    80: "восемьдесят восьмидесяти восьмидесяти восемьюдесятью восьмидесяти",
    90: "девяносто девяноста девяноста девяноста девяноста",
    100: "сто ста ста ста ста",
    200: "двести двухсот двумстам двумястами двухстах",
    300: "триста трехсот тремстам тремястами трехстах",
    400: "четыреста четырехсот четыремстам четырьмястами четырехстах",
    500: "пятьсот пятисот пятистам пятьюстами пятистах",
    900: "девятьсот девятисот девятистам девятьюстами девятистах",
}


@pytest.mark.parametrize(
    ("value", "form"), [(value, form) for value, forms in DECLENSIONS.items() for form in forms.split()]
)
def test_every_case_of_a_numeral_is_read(value: int, form: str) -> None:
    found = quantities(f"в течение {form} дней")
    assert [(quantity.value, quantity.unit) for quantity in found] == [(Decimal(value), "day")]


PHRASES = [
    ("в возрасте восемнадцати лет", [("18", "year")]),
    ("по истечении ста восьмидесяти дней", [("180", "day")]),
    ("ста двадцатью пятью днями", [("125", "day")]),
    ("от пятисот до трех тысяч рублей", [("500", "rouble"), ("3000", "rouble")]),
    ("двадцати пяти тысяч семисот сорока рублей", [("25740", "rouble")]),
    ("одним миллионом двумястами тысячами рублей", [("1200000", "rouble")]),
    ("тысяча рублей", [("1000", "rouble")]),
    ("полутора лет", [("1.5", "year")]),
    ("полутора тысяч человек", [("1500", "person")]),
    ("не ранее полугода", [("0.5", "year")]),
    ("10 (десяти) рабочих дней", [("10", "working day")]),
    ("тридцати календарных дней", [("30", "calendar day")]),
    ("в количестве 120 000 человек", [("120000", "person")]),
    ("500 тыс. рублей", [("500000", "rouble")]),
    ("1,5 года", [("1.5", "year")]),
    ("от 18 до 27 лет", [("18", "year"), ("27", "year")]),
    ("десять - пятнадцать суток", [("10", "day"), ("15", "day")]),
    ("тридцатидневный срок", [("30", "day")]),
    ("восемнадцатилетнего возраста", [("18", "year")]),
    ("двадцатипятилетний стаж", [("25", "year")]),
    ("двухмесячного срока", [("2", "month")]),
    ("в годичный срок", [("1", "year")]),
    ("в трехкратном размере", [("3", "time")]),
    ("с первого января", [("1", "")]),
    ("двадцать первого числа", [("21", "")]),
    ("трёх лет", [("3", "year")]),
]


@pytest.mark.parametrize(("text", "expected"), PHRASES)
def test_phrases_of_law(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(str(quantity.value.normalize()), quantity.unit) for quantity in quantities(text)] == [
        (str(Decimal(value).normalize()), unit) for value, unit in expected
    ]


@pytest.mark.parametrize(
    "text", ["семьи военнослужащего", "сотрудник", "статьи 22.1", "№ 138-ФЗ", "28.04.2099", "летний период", "стать"]
)
def test_look_alikes_are_not_numbers(text: str) -> None:
    assert quantities(text) == ()


@pytest.mark.parametrize("word", ["ежегодный", "летний", "часовой", "сторонний", "столичный"])
def test_ordinary_adjectives_are_not_compounds(word: str) -> None:
    assert compound(word) is None


def test_places_cover_number_and_unit() -> None:
    text = "не позднее десяти рабочих дней со дня"
    (quantity,) = quantities(text)
    assert text[quantity.start : quantity.end] == "десяти рабочих дней"
    assert quantity.words == "десяти"


UNITS = [
    "ноль",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
]
UNITS += ["четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"]
TENS = ["", "", *["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]]
HUNDREDS = ["", *["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]]


def spell(number: int) -> str:
    parts = [HUNDREDS[number // 100]]
    rest = number % 100
    parts += (
        [UNITS[rest]]
        if rest < 20 and (rest or not number)
        else [TENS[rest // 10], UNITS[rest % 10] if rest % 10 else ""]
    )
    return " ".join(filter(None, parts))


@given(st.integers(0, 999), st.integers(0, 999))
def test_what_is_spelled_is_read_back(thousands: int, rest: int) -> None:
    words = f"{spell(thousands)} тысяч {spell(rest) if rest else ''}" if thousands else spell(rest)
    (quantity,) = quantities(f"{words} человек")
    assert quantity.value == thousands * 1000 + rest
    assert quantity.unit == "person"


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "год"), (2, "года"), (5, "лет"), (11, "лет"), (21, "год"), (112, "лет"), (Decimal("1.5"), "года")],
)
def test_plural(number: Decimal | int, word: str) -> None:
    assert plural(number, UNIT_FORMS["year"]) == word


def test_written() -> None:
    assert [written(Decimal(value)) for value in ("5", "1000", "10000", "1200000", "1.50")] == [
        "5",
        "1000",
        "10 000",
        "1 200 000",
        "1,5",
    ]
