from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.dates import EffectiveDate, effective, speaks_of_time, to_json
from diffs.structure import structure

PUBLISHED = date(2099, 7, 31)
SIGNED = date(2099, 7, 29)
LAW = "Настоящий Федеральный закон"


def told(
    text: str, *, kind: str | None = None, published: date | None = PUBLISHED
) -> list[tuple[str, str, str | None]]:
    found = effective(text, published=published, signed=SIGNED, kind=kind)
    return [(one.scope, one.rule, one.date) for one in found]


def only(text: str, *, published: date | None = PUBLISHED, signed: date | None = SIGNED) -> EffectiveDate:
    (found,) = effective(text, published=published, signed=signed)
    return found


# (published, what the act says, kind, the day known from a public source): drafting.md, section 5
VECTORS = [
    ("2023-04-28", f"{LAW} вступает в силу по истечении 180 дней после дня его официального опубликования.", "fz", "2023-10-26"),
    ("2025-07-31", "Статья 1. Ведется реестр.", "fz", "2025-08-11"),
    ("2018-04-23", "1. Утвердить порядок.", "prikaz-minprirody", "2018-05-04"),
    ("2016-10-10", "1. Утвердить порядок.", "prikaz-minobrnauki", "2016-10-21"),
    ("2016-11-11", "1. Утвердить порядок.", "prikaz-fts", "2016-11-22"),
]  # fmt: skip


@pytest.mark.parametrize(("published", "text", "kind", "day"), VECTORS)
def test_checked_vectors(published: str, text: str, kind: str, day: str) -> None:
    (found,) = effective(text, published=date.fromisoformat(published), kind=kind)
    assert (found.scope, found.date, found.dates) == ("", day, (day,))


RULES = [
    ("вступает в силу со дня его официального опубликования", "publication_day", ["2099-07-31"]),
    ("вступает в силу с момента опубликования", "publication_day", ["2099-07-31"]),
    ("вступает в силу со дня его подписания", "signing_day", ["2099-07-29"]),
    ("вступает в силу по истечении десяти дней после дня его официального опубликования", "days_after_publication",
     ["2099-08-11"]),
    ("вступает в силу по истечении ста двадцати дней после дня официального опубликования настоящего Федерального закона",
     "days_after_publication", ["2099-11-29"]),
    ("вступает в силу через 10 дней после его официального опубликования", "days_after_publication", ["2099-08-11"]),
    ("вступает в силу по истечении десяти дней после дня его первого официального опубликования",
     "days_after_publication", ["2099-08-11"]),
    ("вступает в силу по истечении 10 дней со дня его официального опубликования", "days_from_publication",
     ["2099-08-10", "2099-08-11"]),
    ("вступает в силу через десять дней с даты опубликования", "days_from_publication", ["2099-08-10", "2099-08-11"]),
    ("вступает в силу по истечении пяти месяцев после дня его официального опубликования", "months_after_publication",
     ["2100-01-01"]),
    ("вступает в силу по истечении одного года после дня его официального опубликования", "months_after_publication",
     ["2100-08-01"]),
    ("вступает в силу по истечении месяца после дня его официального опубликования", "months_after_publication", ["2099-09-01"]),
    ("вступает в силу по истечении шести месяцев со дня его официального опубликования", "months_from_publication",
     ["2100-01-31", "2100-02-01"]),
    # February 2100 and September have no 31st: the term ends on their last day, or with the day after it
    ("вступает в силу по истечении семи месяцев после дня его официального опубликования", "months_after_publication",
     ["2100-03-01", "2100-03-02"]),
    ("вступает в силу по истечении двух месяцев со дня его официального опубликования", "months_from_publication",
     ["2099-09-30", "2099-10-01", "2099-10-02"]),
    ("вступает в силу со дня, следующего за днем его официального опубликования", "day_after_publication", ["2099-08-01"]),
    ("вступает в силу после его официального опубликования", "after_publication", ["2099-07-31", "2099-08-01"]),
    ("вступает в силу с 1 января 2100 года", "date", ["2100-01-01"]),
    ("вступает в силу со 2 июля 2100 г.", "date", ["2100-07-02"]),
    ("вступает в силу с 01.09.2099", "date", ["2099-09-01"]),
    ("вводится в действие с 1 февраля 2100 года", "date", ["2100-02-01"]),
    # the later of the two, whichever it is
    ("вступает в силу с 1 января 2100 года, но не ранее чем по истечении одного месяца со дня его официального опубликования",
     "date_not_before", ["2100-01-01"]),
    ("вступает в силу с 1 августа 2099 года, но не ранее чем по истечении десяти дней после дня его официального опубликования",
     "date_not_before", ["2099-08-11"]),
    ("вступает в силу со дня официального опубликования, но не ранее 1 сентября 2099 года",
     "publication_day_not_before", ["2099-09-01"]),
    # what no calendar of ours decides is said to be so
    ("вступает в силу по истечении 10 рабочих дней после дня его официального опубликования",
     "working_days_after_publication", []),
    ("вступает в силу не ранее 1 января 2100 года", "not_before", []),
    ("вступает в силу одновременно с вступлением в силу закона о реестре", "other", []),
    ("вступает в силу со дня вступления в силу Федерального закона «О реестре»", "other", []),
    ("вступает в силу по истечении месяца со дня опубликования и не ранее 1-го числа очередного налогового периода",
     "months_from_publication_not_before", []),
    ("вступает в силу с 31 февраля 2100 года", "other", []),
    ("вступает в силу по истечении 999999999999 дней после дня его официального опубликования", "days_after_publication", []),
    ("вступает в силу по истечении 36000 лет после дня его официального опубликования", "months_after_publication", []),
]  # fmt: skip


@pytest.mark.parametrize(("words", "rule", "dates"), RULES)
def test_every_class_of_clause(words: str, rule: str, dates: list[str]) -> None:
    found = only(f"Статья 9\n{LAW} {words}.")
    assert (found.clause, found.scope) == (f"{LAW} {words}.", "")
    assert (found.rule, list(found.dates)) == (rule, dates)
    assert found.date == (dates[0] if len(dates) == 1 else None)


def test_without_the_day_of_publication_the_rule_stands_alone() -> None:
    found = only(f"{LAW} вступает в силу со дня его официального опубликования.", published=None)
    assert (found.rule, found.date, found.dates) == ("publication_day", None, ())


def test_exceptions_have_dates_of_their_own() -> None:
    text = f"""Статья 3
1. {LAW} вступает в силу по истечении тридцати дней после дня его официального опубликования, за исключением пункта 4 статьи 1.
2. Пункт 4 статьи 1 настоящего Федерального закона вступает в силу со 2 июля 2100 года.
3. Пункты 1, 2, подпункты «г» - «и» пункта 3 статьи 1 и статья 2 настоящего Федерального закона вступают в силу с 1 января
2101 года, но не ранее чем по истечении одного месяца со дня его официального опубликования."""
    assert told(text.replace("января\n", "января ")) == [
        ("", "days_after_publication", "2099-08-31"),
        ("пункт 4 статьи 1", "date", "2100-07-02"),
        ("пункты 1, 2, подпункты «г» - «и» пункта 3 статьи 1 и статья 2", "date_not_before", "2101-01-01"),
    ]


@pytest.mark.parametrize(
    "which", ["вступающего в силу с 1 января 2100 года", "который вступает в силу с 1 января 2100 года"]
)
def test_an_exception_told_inside_the_sentence(which: str) -> None:
    text = f"3. Настоящий Указ вступает в силу со дня его официального опубликования, за исключением пункта 2, {which}."
    assert told(text, kind="ukaz") == [("", "publication_day", "2099-07-31"), ("пункт 2", "date", "2100-01-01")]


def test_exceptions_for_which_another_term_is_set_need_no_clause_here() -> None:
    text = f"""{LAW} вступает в силу со дня его официального опубликования, за исключением положений, для которых настоящей \
статьей установлены иные сроки вступления их в силу."""
    assert told(text) == [("", "publication_day", "2099-07-31")]


def test_terms_told_without_the_verb() -> None:
    text = "Статьи 1 и 3 настоящего Федерального закона вступают в силу с 1 января 2100 года, статья 2 - с 1 июля 2100 года."
    assert told(text) == [("статьи 1 и 3", "date", "2100-01-01"), ("статья 2", "date", "2100-07-01")]


def test_a_term_without_the_verb_names_its_act_in_full() -> None:
    text = "Статья 1 вступает в силу с 1 мая 2100 года, статья 2 Закона «О суде» - с 1 июля 2100 года."
    assert told(text)[1] == ('статья 2 Закона "О суде"', "date", "2100-07-01")


def test_terms_told_in_a_list() -> None:
    text = f"""Статья 5
{LAW} вступает в силу в следующие сроки:
1) статья 1 - со дня его официального опубликования;
2) статьи 2 - 4 — с 1 января 2100 года.
Реестр ведется в отделе."""
    assert told(text)[1:] == [("статья 1", "publication_day", "2099-07-31"), ("статьи 2 - 4", "date", "2100-01-01")]


def test_a_term_from_the_entry_of_the_act_itself() -> None:
    text = f"""1. {LAW} вступает в силу с 1 сентября 2099 года.
2. Статья 2 настоящего Федерального закона вступает в силу по истечении одного года после дня вступления в силу настоящего \
Федерального закона."""
    assert told(text)[1] == ("статья 2", "months_after_entry", "2100-09-02")


def test_retroactivity_is_a_rule_of_its_own() -> None:
    text = f"""1. {LAW} вступает в силу со дня его официального опубликования и распространяется на правоотношения, возникшие \
с 1 января 2098 года.
2. Действие положений пункта 3 части 2 статьи 5 настоящего Федерального закона распространяется на правоотношения, возникшие с \
1 июля 2097 года.
3. Положения статьи 7 Федерального закона «О реестре» (в редакции настоящего Федерального закона) применяются к \
правоотношениям, возникшим до дня вступления в силу настоящего Федерального закона."""
    assert told(text) == [
        ("", "publication_day", "2099-07-31"),
        ("", "retroactive", "2098-01-01"),
        ("положения пункта 3 части 2 статьи 5", "retroactive", "2097-07-01"),
        (
            'положения статьи 7 Федерального закона "О реестре" (в редакции настоящего Федерального закона)',
            "retroactive",
            None,
        ),
    ]


def test_a_clause_may_say_that_nothing_is_retroactive() -> None:
    text = "Действие настоящего Закона не распространяется на правоотношения, возникшие до 1 мая 2099 года."
    assert told(text) == [("", "not_retroactive", "2099-05-01")]


NOT_OF_THIS_ACT = [
    "Действие настоящего Федерального закона не распространяется на отношения, возникающие при ведении реестра.",
    "Действие закона или иного акта распространяется на отношения, возникшие до введения его в действие.",
    "Статья 2 настоящего Федерального закона не вступает в силу, если реестр закрыт.",
    "Статья 9. Договор вступает в силу со дня его подписания сторонами.",
    "Трудовой договор вступает в силу с 1 января 2100 года, если иное не установлено настоящим Кодексом.",
    "Закон или иной акт вступает в силу со дня, указанного в этом законе.",
    "Решение суда вступает в законную силу по истечении 10 дней.",
    "1) часть 2 дополнить словами «Настоящий Федеральный закон вступает в силу с 1 января 2100 года»;",
    "1) дополнить частью 3 следующего содержания:\n«3. Часть 7 настоящей статьи вступает в силу с 1 сентября 2099 года.».",
    '1) дополнить частью 3 следующего содержания: "3. Часть 7 статьи 1 Закона "О суде" вступает в силу с 1 мая 2099 года.".',
    "1. Одобрить соглашение.\nПриложение № 1\nСОГЛАШЕНИЕ\nНастоящее Соглашение вступает в силу со дня его подписания.",
    "УТВЕРЖДЕНО\nПОЛОЖЕНИЕ\n1. Настоящий приказ вступает в силу со дня его подписания.",
]


@pytest.mark.parametrize("text", NOT_OF_THIS_ACT)
def test_what_is_not_said_of_this_act_is_left_out(text: str) -> None:
    assert told(text) == []


def test_the_name_of_an_act_whose_quotes_do_not_close_hides_nothing() -> None:
    text = """Положения Федерального закона "О внесении изменений в Федеральный закон "О реестре" (в редакции настоящего \
Федерального закона) вступают в силу с 1 сентября 2099 года."""
    assert [(rule, day) for _, rule, day in told(text)] == [("date", "2099-09-01")]


DEFAULTS = [
    ("fz", "default_federal_law", "2099-08-11", ("2099-08-11",)),
    ("bill", "default_federal_law", "2099-08-11", ("2099-08-11",)),
    ("fkz", "default_constitutional_law", "2099-08-11", ("2099-08-11",)),
    ("ukaz", "default_decree", None, ("2099-07-29", "2099-08-08")),
    ("postanovlenie-pravitelstva", "default_government", None, ("2099-07-29", "2099-08-08")),
    ("prikaz-mvd", "default_ministry", "2099-08-11", ("2099-08-11",)),
]


@pytest.mark.parametrize(("kind", "rule", "day", "dates"), DEFAULTS)
def test_the_default_of_a_kind(kind: str, rule: str, day: str | None, dates: tuple[str, ...]) -> None:
    found = effective("1. Ведется реестр.", published=PUBLISHED, signed=SIGNED, kind=kind)
    assert found == (EffectiveDate(clause="", rule=rule, date=day, dates=dates),)


def test_one_known_day_of_two_is_not_the_day() -> None:
    (found,) = effective("1. Ведется реестр.", published=PUBLISHED, kind="ukaz")
    assert (found.date, found.dates) == (None, ("2099-08-08",))


def test_nothing_is_concluded_from_silence_without_a_known_kind() -> None:
    assert effective("1. Ведется реестр.", published=PUBLISHED) == ()
    assert effective("1. Ведется реестр.", published=PUBLISHED, kind="page") == ()


def test_what_is_not_excepted_has_the_default() -> None:
    text = "Статья 2\nСтатья 1 настоящего Федерального закона вступает в силу с 1 января 2100 года."
    assert told(text, kind="fz") == [("", "default_federal_law", "2099-08-11"), ("статья 1", "date", "2100-01-01")]


def test_the_clause_is_told_as_published_and_alone() -> None:
    text = "2. Признать утратившим силу указ от 1 мая 2098 г. № 7. Настоящий\u00a0Указ вступает в силу со дня его подписания."
    found = only(text)
    assert found.clause == "Настоящий Указ вступает в силу со дня его подписания."
    assert found.date == "2099-07-29"


def test_sections_give_what_the_text_gives() -> None:
    text = f"Статья 1. Реестр\n1. Ведется реестр.\n2. {LAW} вступает в силу с 1 января 2100 года."
    assert effective(structure(text), published=PUBLISHED) == effective(text, published=PUBLISHED)


def test_json() -> None:
    clause = f"{LAW} вступает в силу по истечении 10 дней со дня его официального опубликования."
    assert to_json(effective(clause, published=PUBLISHED)) == [
        {
            "clause": clause,
            "rule": "days_from_publication",
            "scope": "",
            "date": None,
            "dates": ["2099-08-10", "2099-08-11"],
        }
    ]


def test_sentences_that_speak_of_time() -> None:
    own = "Настоящий Указ вступает в силу с 1 января 2100 года."
    assert speaks_of_time(f"4. Ведется реестр. {own}") == (own,)
    assert speaks_of_time("4. Договор вступает в силу со дня подписания.") == ()


@given(st.integers(1, 400), st.dates(date(1990, 1, 1), date(2150, 1, 1)))
def test_days_after_leave_out_the_day_of_publication(days: int, published: date) -> None:
    found = only(
        f"{LAW} вступает в силу по истечении {days} дней после дня его официального опубликования.", published=published
    )
    assert found.date == (published + timedelta(days=days + 1)).isoformat()


@given(st.text('абвНнстояшийзаконФедерльывупт силудня0123456789.,;:"«»()- \n', max_size=300))
def test_no_text_is_refused(text: str) -> None:
    effective(text + "вступает в силу " + text, published=PUBLISHED, signed=SIGNED, kind="fz")


@pytest.mark.parametrize(
    "exceptions",
    [
        "статьи 2, которая вступает в силу с 1 марта 2100 года, и статьи 3, которая вступает в силу с 1 июня 2100 года",
        "статьи 2, вступающей в силу с 1 марта 2100 года, и статьи 3, вступающей в силу с 1 июня 2100 года",
        "статьи 2, вступающей в силу с 1 марта 2100 года, а также статьи 3, вступающей в силу с 1 июня 2100 года",
        "статьи 2, вступающей в силу с 1 марта 2100 года, статьи 3, вступающей в силу с 1 июня 2100 года",
    ],
)
def test_every_exception_of_a_sentence_has_its_own_day(exceptions: str) -> None:
    assert told(f"{LAW} вступает в силу с 1 января 2100 года, за исключением {exceptions}.") == [
        ("", "date", "2100-01-01"),
        ("статья 2", "date", "2100-03-01"),
        ("статья 3", "date", "2100-06-01"),
    ]


def test_two_exceptions_in_the_plural() -> None:
    text = f"{LAW} вступает в силу со дня официального опубликования, за исключением пунктов 1 и 2 статьи 4, вступающих в силу с 1 мая 2100 года, и частей 5 и 6 статьи 7, вступающих в силу с 1 июня 2100 года."  # noqa: E501 - one sentence
    assert told(text)[1:] == [
        ("пункты 1 и 2 статьи 4", "date", "2100-05-01"),
        ("части 5 и 6 статьи 7", "date", "2100-06-01"),
    ]


@pytest.mark.parametrize(
    ("floor", "day"),
    [
        ("дня его официального опубликования", "2099-07-31"),
        ("дня, следующего за днем его официального опубликования", "2099-08-01"),
        ("1 октября 2099 года", "2099-10-01"),
    ],
)
def test_not_before_a_day(floor: str, day: str) -> None:
    assert only(f"{LAW} вступает в силу с 1 июля 2099 года, но не ранее {floor}.").date == day


def test_an_act_that_will_come_into_force_has_no_default() -> None:
    assert told(f"{LAW} вступит в силу с 1 мая 2100 года.", kind="fz") == [("", "date", "2100-05-01")]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("fz", "Ввести в действие настоящий Федеральный закон с 1 января 2100 года.", ("", "date", "2100-01-01")),
        ("fz", "Ввести в действие с 1 января 2100 года настоящий Федеральный закон.", ("", "date", "2100-01-01")),
        ("fz", f"{LAW} ввести в действие с 1 января 2100 года.", ("", "date", "2100-01-01")),
        ("fz", f"{LAW} вступает в силу с 1 января 2100 года.".upper(), ("", "date", "2100-01-01")),
        ("fz", f"{LAW} вступает в силу со дня его официального опубликования.".upper(), ("", "publication_day", "2099-07-31")),
        ("fz", f"{LAW} не вступает в силу до 1 марта 2100 года.", ("", "not_before", None)),
        ("fz", f"{LAW} не вступает в силу ранее 1 марта 2100 года.", ("", "not_before", None)),
        ("fz", "Федеральный закон вступает в силу с 1 января 2100 года.", ("", "date", "2100-01-01")),
        ("ukaz", "Указ вступает в силу со дня его подписания.", ("", "signing_day", "2099-07-29")),
        ("ukaz", "3. Указ вступает в силу со дня его официального опубликования.", ("", "publication_day", "2099-07-31")),
        ("postanovlenie-pravitelstva", "Постановление вступает в силу с 1 мая 2100 года.", ("", "date", "2100-05-01")),
        ("prikaz-mvd", "Приказ вступает в силу с 1 мая 2100 года.", ("", "date", "2100-05-01")),
    ],
)  # fmt: skip
def test_clauses_in_other_words_are_no_silence(kind: str, text: str, said: tuple[str, str, str | None]) -> None:
    assert told(f"Статья 3\n{text}", kind=kind) == [said]


def test_a_unit_put_into_force_by_an_order() -> None:
    text = "Ввести в действие статью 2 настоящего Федерального закона с 1 января 2100 года."
    assert told(text) == [("статья 2", "date", "2100-01-01")]


@pytest.mark.parametrize(
    "text",
    [
        "Указ вступает в силу со дня его подписания.",
        "Указ вступает в силу со дня его подписания и распространяется на правоотношения, возникшие с 1 мая 2099 года.",
        "Ввести в действие с 1 января 2100 года Федеральный закон «О суде».",
        "Ввести в действие реестр, который ведется настоящим Федеральным законом, с 1 января 2100 года.",
    ],
)
def test_what_a_law_says_of_other_acts_is_not_its_own(text: str) -> None:
    assert told(f"Статья 3\n{text}", kind="fz") == [("", "default_federal_law", "2099-08-11")]
