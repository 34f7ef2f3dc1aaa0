from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
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
    ("1 миллион 200 тысяч рублей", [("1200000", "rouble")]),
    ("2 тыс. 500 рублей, 3 тысячи 7 человек", [("2500", "rouble"), ("3007", "person")]),
    ("2 тысячи, 500 рублей", [("2000", "rouble"), ("500", "rouble")]),
    ("1 тысяча 5000 рублей", [("1000", ""), ("5000", "rouble")]),
    ("1,5 года", [("1.5", "year")]),
    ("30 (шестьдесят) дней", [("30", "day"), ("60", "day")]),
    ("в течение месяца", [("1", "month")]),
    ("В течение рабочего дня", [("1", "working day")]),
    ("не позднее суток", [("1", "day")]),
    ("через год, но не более недели", [("1", "year"), ("1", "week")]),
    ("не позднее дня подачи; в течение года и двух месяцев", [("1", "year"), ("2", "month")]),
    ("дважды, а затем однократно", [("2", "time"), ("1", "time")]),
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
    ("18-летнего возраста", [("18", "year")]),
    ("в течение 3-х месяцев", [("3", "month")]),
    ("с 1-го числа", [("1", "")]),
    ("10-15 суток", [("10", "day"), ("15", "day")]),
    ("10 000-30 000 рублей", [("10000", "rouble"), ("30000", "rouble")]),
    ("не менее двух третей голосов", [("2", "third")]),
    ("ста минимальных размеров оплаты труда", [("100", "minimum wage")]),
]


@pytest.mark.parametrize(("text", "expected"), PHRASES)
def test_phrases_of_law(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(str(quantity.value.normalize()), quantity.unit) for quantity in quantities(text)] == [
        (str(Decimal(value).normalize()), unit) for value, unit in expected
    ]


@pytest.mark.parametrize(
    "text",
    [
        "семьи военнослужащего",
        "сотрудник",
        "статьи 22.1",
        "№ 138-ФЗ",
        "28.04.2099",
        "статьи 16-22",
        "цифры 3-8",
        "летний период",
        "стать",
    ],
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


# A small grammar of Russian numerals, written apart from the tables under test: nominative, genitive, dative, accusative,
# instrumental, prepositional.
CASES = range(6)
ONE = {
    "m": "один одного одному один одним одном",
    "f": "одна одной одной одну одной одной",
    "n": "одно одного одному одно одним одном",
}
TWO = {"m": "два двух двум два двумя двух", "f": "две двух двум две двумя двух", "n": "два двух двум два двумя двух"}
THOUSAND = ("тысяча тысячи тысяче тысячу тысячей тысяче", "тысячи тысяч тысячам тысячи тысячами тысячах")
MILLION = (
    "миллион миллиона миллиону миллион миллионом миллионе",
    "миллионы миллионов миллионам миллионы миллионами миллионах",
)


def soft(stem: str) -> str:
    return " ".join(stem + ending for ending in ("ь", "и", "и", "ь", "ью", "и"))


def tens(first: str, oblique: str, instrumental: str) -> str:
    return f"{first}десят {oblique}десяти {oblique}десяти {first}десят {instrumental}десятью {oblique}десяти"


def hundreds(first: str, genitive: str, dative: str, instrumental: str, prepositional: str) -> str:
    return f"{first} {genitive}сот {dative}стам {first} {instrumental}стами {prepositional}стах"


STEMS = ("пят", "шест", "сем", "девят", "десят", "двадцат", "тридцат")
TEENS = (
    "одиннадцат",
    "двенадцат",
    "тринадцат",
    "четырнадцат",
    "пятнадцат",
    "шестнадцат",
    "семнадцат",
    "восемнадцат",
    "девятнадцат",
)
SIMPLE = {
    0: "ноль ноля нолю ноль нолем ноле",
    3: "три трех трем три тремя трех",
    4: "четыре четырех четырем четыре четырьмя четырех",
    8: "восемь восьми восьми восемь восемью восьми",
    40: "сорок сорока сорока сорок сорока сорока",
    90: "девяносто девяноста девяноста девяносто девяноста девяноста",
    100: "сто ста ста сто ста ста",
    50: tens("пять", "пяти", "пятью"),
    60: tens("шесть", "шести", "шестью"),
    70: tens("семь", "семи", "семью"),
    80: tens("восемь", "восьми", "восемью"),
    200: hundreds("двести", "двух", "двум", "двумя", "двух"),
    300: hundreds("триста", "трех", "трем", "тремя", "трех"),
    400: hundreds("четыреста", "четырех", "четырем", "четырьмя", "четырех"),
    500: hundreds("пятьсот", "пяти", "пяти", "пятью", "пяти"),
    600: hundreds("шестьсот", "шести", "шести", "шестью", "шести"),
    700: hundreds("семьсот", "семи", "семи", "семью", "семи"),
    800: hundreds("восемьсот", "восьми", "восьми", "восемью", "восьми"),
    900: hundreds("девятьсот", "девяти", "девяти", "девятью", "девяти"),
    **{value: soft(stem) for value, stem in zip((5, 6, 7, 9, 10, 20, 30), STEMS, strict=True)},
    **{11 + place: soft(stem) for place, stem in enumerate(TEENS)},
}


def parts_of(number: int) -> list[int]:
    parts = [number // 100 * 100, number % 100 if number % 100 < 20 else number % 100 // 10 * 10]
    parts += [number % 10] if number % 100 >= 20 else []
    return [part for part in parts if part]


def spell(number: int, case: int, gender: str) -> str:
    forms = {**SIMPLE, 1: ONE[gender], 2: TWO[gender]}
    return " ".join(forms[part].split()[case] for part in parts_of(number) or [0])


def headed(number: int, case: int, gender: str, head: tuple[str, str]) -> str:
    """A number of thousands or millions with the head in its form: "двух тысяч", "двадцати одной тысячи"."""
    last = number % 10 if number % 100 // 10 != 1 else 0
    direct = case in {0, 3}
    if last == 1:
        word = head[0].split()[case]
    elif direct and last in {2, 3, 4}:
        word = head[0].split()[1]
    else:
        word = head[1].split()[1 if direct else case]
    return f"{spell(number, case, gender)} {word}"


def whole(number: int, case: int, gender: str) -> str:
    million, thousand, rest = number // 10**6, number // 1000 % 1000, number % 1000
    parts = [headed(million, case, "m", MILLION)] if million else []
    parts += [headed(thousand, case, "f", THOUSAND)] if thousand else []
    parts += [spell(rest, case, gender)] if rest or not number else []
    return " ".join(parts)


@settings(max_examples=400)
@given(st.integers(0, 999_999_999), st.sampled_from(CASES), st.sampled_from("mfn"))
def test_what_is_spelled_in_any_case_and_gender_is_read_back(number: int, case: int, gender: str) -> None:
    (quantity,) = quantities(f"до {whole(number, case, gender)} человек")
    assert (quantity.value, quantity.unit, quantity.ordinal) == (Decimal(number), "person", False)


def test_every_number_up_to_a_thousand_is_read_in_every_form() -> None:
    for number in range(1000):
        for case in CASES:
            for gender in "mfn":
                said = spell(number, case, gender)
                assert [one.value for one in quantities(f"до {said} человек")] == [number], said


HARD = ("ый", "ого", "ому", "ым", "ом", "ая", "ой", "ую", "ое", "ые", "ых", "ыми")
SOFT = ("ий", "ьего", "ьему", "ьим", "ьем", "ья", "ьей", "ью", "ье", "ьи", "ьих", "ьими")
ORDINAL_STEMS = {
    1: "перв", 4: "четверт", 5: "пят", 9: "девят", 10: "десят", 14: "четырнадцат", 19: "девятнадцат", 20: "двадцат",
    30: "тридцат", 50: "пятидесят", 80: "восьмидесят", 90: "девяност", 100: "сот", 200: "двухсот", 500: "пятисот",
}  # fmt: skip
ORDINAL_FORMS = {value: [stem + ending for ending in HARD] for value, stem in ORDINAL_STEMS.items()} | {
    2: ["второй", *("втор" + ending for ending in HARD[1:])],
    3: ["трет" + ending for ending in SOFT],
    6: ["шестой", *("шест" + ending for ending in HARD[1:])],
    7: ["седьмой", *("седьм" + ending for ending in HARD[1:])],
    8: ["восьмой", *("восьм" + ending for ending in HARD[1:])],
    40: ["сороковой", *("сороков" + ending for ending in HARD[1:])],
}


@given(
    st.sampled_from(sorted(ORDINAL_FORMS)),
    st.integers(0, 11),
    st.sampled_from([0, 20, 30, 50, 100, 120, 340, 1000, 2020]),
)
def test_ordinals_in_every_form_are_read_back(last: int, form: int, before: int) -> None:
    room = next(size for size in (10, 100, 1000) if last < size)
    before -= before % room  # only a smaller number may stand behind a greater one
    said = f"{whole(before, 0, 'm')} " if before else ""
    (quantity,) = quantities(f"с {said}{ORDINAL_FORMS[last][form]} числа")
    assert (quantity.value, quantity.ordinal) == (Decimal(before + last), True)


ADJECTIVES = {"дневный": "day", "летний": "year", "месячный": "month", "процентный": "percent", "кратный": "time"}


@given(st.integers(1, 399), st.sampled_from(sorted(ADJECTIVES)))
def test_adjectives_of_any_number_are_read_back(number: int, head: str) -> None:
    stems = {1: "одно", 2: "двух", 3: "трех", 4: "четырех", 90: "девяносто", 100: "сто"}
    word = "".join(stems.get(part) or SIMPLE[part].split()[1] for part in parts_of(number)) + head
    assert [(one.value, one.unit) for one in quantities(f"{word} срок")] == [(Decimal(number), ADJECTIVES[head])]
    assert [(one.value, one.unit) for one in quantities(f"{number}-{head} срок")] == [
        (Decimal(number), ADJECTIVES[head])
    ]


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
