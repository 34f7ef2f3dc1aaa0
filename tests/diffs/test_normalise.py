from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs import typography
from diffs.normalise import (
    RULES,
    Cleaned,
    canonical,
    canonicals,
    cleaned,
    cleaned_lines,
    explain,
    folded,
    normalise,
    published_lines,
)
from tracker.models import Noise

SAME = [
    ("space", "от\u00a027.05.2098\u00a0№\u00a077-ФЗ", "от 27.05.2098 № 77-ФЗ"),
    ("number-sign", "от 27.05.2098 N 77-ФЗ", "от 27.05.2098 № 77-ФЗ"),
    ("number-sign", "от 27.05.2098 №77-ФЗ", "от 27.05.2098 № 77-ФЗ"),
    ("quote", "закон «О реестре»", 'закон "О реестре"'),
    ("quote", "закон „О реестре“", "закон «О реестре»"),
    ("dash", "в октябре — декабре", "в октябре - декабре"),
    ("dash", "в октябре–декабре", "в октябре - декабре"),
    ("dash", "в апреле – июле", "в апреле - июле"),
    ("space", "Дополнение статьей\u00a0- норма", "Дополнение статьей - норма"),
    ("space", "в  течение   срока", "в течение срока"),
    ("space", "закон №\u00a0 5", "закон № 5"),
    ("number-sign", "закон No. 5-ФЗ", "закон № 5-ФЗ"),
    ("quote", "закон “О реестре”", 'закон "О реестре"'),
    ("invisible", "\ufeffСтатья 1", "Статья 1"),
    ("unicode", "и\u0306од", "йод"),
    ("superscript", "статья 341¹⁻¹", "статья 341.1.1"),
    ("superscript", "статья 22<sup>1</sup>", "статья 22¹"),
    ("superscript", "глава VIII¹", "глава VIII-1"),
    ("superscript", 'подпункт "а¹"', 'подпункт "а^1"'),
    ("superscript", "часть 1_1", "часть 1¹"),
    ("letter-spaced", "у с т а н о в и л:", "установил:"),
    ("letter-spaced", "Р Е Ш Е Н И Е", "РЕШЕНИЕ"),
    ("letter-spaced", "П О Л О Ж Е Н И Е о реестре", "ПОЛОЖЕНИЕ о реестре"),
    ("yo", "утверждённый перечень", "утвержденный перечень"),
    ("invisible", "граж\u00adдан\u200bство", "гражданство"),
    ("look-alike", "глaва ХIII", "глава XIII"),
    ("superscript", "статья 22¹", "статья 22.1"),
    ("superscript", "статью 22-1 изложить", "статью 22^1 изложить"),
    ("abbreviation", "ст.26", "ст. 26"),
    ("letter-spaced", "п о с т а н о в л я ю:", "постановляю:"),
    ("letter-spaced", "п о с т ан о в л я ю:", "постановляю:"),
    ("letter-spaced", "У К А З", "УКАЗ"),
    ("editorial-note", "2. Срок. (В редакции Федерального закона от 31.07.2098 № 4-ФЗ)", "2. Срок."),
    ("editorial-note", "1^1. Срок. (Дополнение частью - Федеральный закон от 31.07.2098 № 4-ФЗ)", "1^1. Срок."),
    ("editorial-note", "(п. 1 в ред. Федерального закона от 04.08.2098 N 4-ФЗ) текст", "текст"),
    ("editorial-note", "текст (введена Федеральным законом от 14.04.2098 N 1-ФЗ)", "текст"),
    (
        "citation-list",
        "Внести в закон (Собрание законодательства Российской Федерации, 2098, № 1, ст. 5) изменение",
        "Внести в закон (Собрание законодательства Российской Федерации, 2098, № 1, ст. 5; 2099, № 2, ст. 7) изменение",
    ),
]


@pytest.mark.parametrize(("rule", "one", "other"), SAME)
def test_typography_is_folded_and_its_rule_is_named(rule: str, one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
    assert explain(one, other)[rule] >= 1


DIFFERENT = [
    ("жалоба и заявление", "жалоба или заявление"),
    ("может быть", "не может быть"),
    ("лица, указанные", "лица указанные"),
    ('слово "срок"', 'слова "срок"'),
    ("Реестр", "реестр"),
    ("30 дней", "31 день"),
    ("тридцати дней", "двадцати дней"),
    ("глава VIII", "глава VII"),
    ("статья 22¹", "статья 22"),
    ("статья 22¹", "статья 221"),
    ("з) жалоба", "3) жалоба"),
    ("вправе", "обязан"),
    ("не менее трех", "не более трех"),
    ("срок (не более трех раз)", "срок"),
    ("орган направляет лицу", "лицу направляет орган"),
    ("статьи 16 - 22", "статьи 16-22"),
    ("статьи 16-22", "статьи 16.22"),
    ("слово;", "слово."),
    ("(в редакции Федерального закона от 2 июля 2098 года № 3-ФЗ)", ""),  # a norm may cite another act's wording
    ("3) (Пункт утратил силу - Федеральный закон от 25.07.2098 № 2-ФЗ)", "3)"),
    ("А Б В Г", "АБВГ"),
    ("и в с к о", "ивско"),
    ("жалоба и (или) заявление", "жалоба или заявление"),
    ("законное решение", "незаконное решение"),
    ("может", "обязан"),
    ("подлежит", "не подлежит"),
    ("не ранее срока", "не позднее срока"),
    ("статья 22¹", "статья 22²"),
    ("глава VIII¹", "глава VIII"),
    ('подпункт "а¹"', 'подпункт "а"'),
    ('слова "3-8"', 'слова "3.8"'),
    ("статьи 25-6", "статьи 25.6"),
    ("статьи 25-6", "статьи 256"),
    ("лиц, органов и судов", "лиц органов и судов"),
    ("а) да", "б) да"),
    ("десяти лет", "пяти лет"),
    ("социально-экономический", "социальноэкономический"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_carries_meaning_is_never_folded(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_canonical_keeps_the_digits_of_a_superscript_apart() -> None:
    assert canonical("часть 1² статьи 25⁶") == "часть 1.2 статьи 25.6"


@given(st.text(alphabet='абвё ЯЖNо№oXIV«»"–-—¹0123456789().,;\u00a0\u00ad\n', max_size=60))
def test_canonical_is_stable(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert not set(once) & set("«»„“ё\u00a0\u00ad—–\n")


@given(st.text(alphabet='абвё ЯЖNо№oXIV«»"–-—¹0123456789().,;\u00a0\u00ad\n', max_size=60))
def test_folded_is_canonical(text: str) -> None:
    result = folded(text)
    assert result.text == canonical(text)
    assert canonical(result.published(0, len(result.text))) == result.text


@given(st.text(alphabet="абвё «»—\u00a0\u00ad\n", max_size=60))
def test_folded_knows_where_each_word_was_published(text: str) -> None:
    result = folded(text)
    for word in re.finditer(r"\w+", result.text):
        assert canonical(result.published(*word.span())) == word[0]


def test_folded_passes_over_what_was_taken_out() -> None:
    result = folded("«Об учёте»  (В редакции Федерального закона от 01.02.2099 № 3-ФЗ) —\u00a0Реестр №5")
    assert result.text == '"Об учете" - Реестр № 5'
    assert result.published(0, 10) == "«Об учёте»"
    assert result.published(13, 23) == "Реестр №5"


def test_every_rule_is_named() -> None:
    names = set(RULES)
    assert len(names) == len(RULES)
    noisy = "и\u0306\u00ad п о с т а н о в л я ю «а» — ё oн N 5 ст.5 5¹ (В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"
    assert set(explain(noisy, "")) <= names
    assert {
        noise.rule for noise in normalise(noisy + "\nСмотрите также\nПрезидент Российской Федерации").noise
    } <= names


def test_notes_are_lifted_and_acts_listed_once() -> None:
    text = (
        "О ведении реестра\n"
        "(В редакции федеральных законов от 25.11.2097 № 2-ФЗ, от 31.07.2098 № 4-ФЗ)\n"
        "1. Срок. (В редакции Федерального закона от 31.07.2098 № 4-ФЗ)\n"
        "КонсультантПлюс: примечание.\n"
        "2) (Пункт утратил силу - Федеральный закон от 31.07.2098 № 4-ФЗ)\n"
    )
    result = normalise(text)
    assert result.text == (
        "О ведении реестра\n1. Срок.\n2) (Пункт утратил силу - Федеральный закон от 31.07.2098 № 4-ФЗ)"
    )
    assert result.amending_acts == ("25.11.2097 № 2-ФЗ", "31.07.2098 № 4-ФЗ")
    assert len(result.editorial) == 3
    assert Noise(rule="editorial-note", count=3) in result.noise


def test_signature_and_furniture_are_lifted() -> None:
    text = (
        "Проект № 100001-99\nВносится депутатами Государственной Думы\n1. Норма.\nСмотрите также\n2. Норма вторая.\n"
        "Президент Российской Федерации А.Вымышленный\nМосква, Кремль\n27 июля 2099 года\n№ 15-ФЗ\n____________\n"
    )
    result = normalise(text)
    assert result.text == "1. Норма.\n2. Норма вторая."
    counts = {noise.rule: noise.count for noise in result.noise}
    assert counts == {"furniture": 3, "signature": 5}


def test_what_word_and_sites_leave_in_a_text_is_lifted() -> None:
    text = (
        'Текст Указа:\nСтраница 3\n460123456789012\nСогласно закону HYPERLINK \\l "_x1" о реестре.\n'
        "Подробнее PAGEREF _Toc12 \\h\nНачать дискуссию\nПоделиться\n"
    )
    result = normalise(text)
    assert result.text == "Согласно закону о реестре.\nПодробнее"
    assert result.noise == (Noise(rule="furniture", count=7),)


def test_one_line_by_itself() -> None:
    assert cleaned("1. Норма.") == Cleaned("1. Норма.")
    assert cleaned("Смотрите также") == Cleaned("", rules=("furniture",))
    assert cleaned("п о с т а н о в л я ю:") == Cleaned("постановляю:", rules=("letter-spaced",))
    note = "(В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"
    assert cleaned(f"1. Норма. {note}") == Cleaned("1. Норма.", notes=(note,), rules=("editorial-note",))


def test_published_lines_drop_blank_lines_only() -> None:
    assert published_lines(" а \r\n\n\tб в\u00a0г\n") == ("а", "б в\u00a0г")


MARKS = [
    "«",
    "»",
    "„",
    "“",
    "”",
    "‟",
    "''",
    "'",
    "–",
    "—",
    "-",
    "−",
    "№",
    "N",
    "No.",
    "^",
    "_",
    "<",
    "¹",
    "⁻",
    ".",
    "(",
    ")",
]
BLANKS = [" ", "  ", "\u00a0", "\u2003", "\t", "\ufeff", "\u00ad"]
WORDS = [
    "a",
    "c",
    "X",
    "I",
    "ё",
    "Ё",
    "1",
    "2",
    "ст.",
    "п.",
    "<sup>2</sup>",
    "статьи",
    "5-1",
    "и\u0306",
    "п о с т а н о в и л",
]
NOTES = ["(Собрание законодательства 2099)", "(В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"]
ODDITIES = st.lists(
    st.one_of(*map(st.sampled_from, (MARKS, BLANKS, WORDS, NOTES)), st.text("абвСтХ 12.-(", max_size=4)), max_size=12
).map("".join)


@given(ODDITIES)
def test_a_rule_that_is_passed_over_would_have_changed_nothing(text: str) -> None:
    whole = typography.composed(text)
    for rule in typography._RULES:
        whole = rule.pattern.sub(rule.replacement, whole)
    assert canonical(text) == folded(text).text == whole


PIECES = st.sampled_from(
    [
        *"аяСN .,-^_№«ё1(|\n",
        "  ",
        "\u00a0",
        " а б в",
        "22<sup>1</sup>",
        "ст.5",
        "статьи 25-6",
        "(Собрание законодательства, 2098, № 1)",
        "(В редакции Федерального закона от 01.02.2098 № 5-ФЗ)",
        "Президент Российской Федерации",
        "Текст закона:",
        "КонсультантПлюс: примечание.",
        "Страница 5",
        'HYPERLINK "x"',
    ]
)
MANY = st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=6)


@given(MANY)
def test_many_units_are_made_canonical_like_each(texts: list[str]) -> None:
    assert canonicals(texts) == [canonical(text) for text in texts]


@given(MANY)
def test_many_lines_are_cleaned_like_each(texts: list[str]) -> None:
    lines = published_lines("\n".join(texts))
    assert cleaned_lines(lines) == [cleaned(line) for line in lines]


@pytest.mark.parametrize(
    "norm", ["Вносится плата за пять дней.", "Вносится в реестр запись:", "Вносится залог;", "18210102010011000110"]
)
def test_a_norm_that_looks_like_furniture_stays(norm: str) -> None:
    text = f"1. Порядок таков:\n{norm}\n2. Реестр ведется вечно."
    assert normalise(text).text == text
