from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.normalise import published_lines
from diffs.structure import find_notices, profile_of_text, structure

LAW = """ФЕДЕРАЛЬНЫЙ ЗАКОН
О реестре вымышленных дел
Раздел II. Общее
Глава 4. Порядок
Статья 22. Основания
1. Основаниями являются:
1) заявление;
2) сообщение сведений, выразившееся в:
а) подделке;
в) обмане.
Иное не допускается.
1¹. Срок составляет
Второй абзац части.
Статья 22¹. Особый порядок
Решение принимает суд.
Он извещает лицо:
а) письменно;
б) устно.
"""


def units(text: str) -> list[tuple[str, str]]:
    return [(section.path, section.address) for section in structure(text)]


def test_units_of_a_law() -> None:
    assert units(LAW) == [
        ("abz-1", "абз. 1"),
        ("abz-2", "абз. 2"),
        ("razd-II", "разд. II"),
        ("gl-4", "гл. 4"),
        ("st-22", "ст. 22"),
        ("st-22.ch-1", "ст. 22 ч. 1"),
        ("st-22.ch-1.p-1", "ст. 22 ч. 1 п. 1"),
        ("st-22.ch-1.p-2", "ст. 22 ч. 1 п. 2"),
        ("st-22.ch-1.p-2.pp-a", "ст. 22 ч. 1 п. 2 пп. «а»"),
        ("st-22.ch-1.p-2.pp-v", "ст. 22 ч. 1 п. 2 пп. «в»"),
        ("st-22.ch-1.abz-2", "ст. 22 ч. 1 абз. 2"),
        ("st-22.ch-1.1", "ст. 22 ч. 1.1"),
        ("st-22.ch-1.1.abz-2", "ст. 22 ч. 1.1 абз. 2"),
        ("st-22.1", "ст. 22.1"),
        ("st-22.1.abz-1", "ст. 22.1 абз. 1"),
        ("st-22.1.abz-2", "ст. 22.1 абз. 2"),
        ("st-22.1.pp-a", "ст. 22.1 пп. «а»"),
        ("st-22.1.pp-b", "ст. 22.1 пп. «б»"),
    ]


def test_a_sentence_about_an_article_is_not_an_article() -> None:
    assert units("Статья 15 настоящего Закона применяется с января.") == [("abz-1", "абз. 1")]


DECREE = """У К А З
В целях учета постановляю:
1. Утвердить:
а) Положение;
б) перечень.
2. Настоящий Указ вступает в силу со дня подписания.
УТВЕРЖДЕНО
Указом Президента
ПОЛОЖЕНИЕ
о порядке
I. Общие положения
5. Комиссия ведет:
б) журнал;
"""


def test_a_decree_has_points_and_its_regulation_is_cited_by_name() -> None:
    assert units(DECREE)[2:] == [
        ("p-1", "п. 1"),
        ("p-1.pp-a", "п. 1 пп. «а»"),
        ("p-1.pp-b", "п. 1 пп. «б»"),
        ("p-2", "п. 2"),
        ("pril-1", "Положение"),
        ("pril-1.abz-1", "Положение абз. 1"),
        ("pril-1.abz-2", "Положение абз. 2"),
        ("pril-1.abz-3", "Положение абз. 3"),
        ("pril-1.razd-I", "Положение разд. I"),
        ("pril-1.p-5", "Положение п. 5"),
        ("pril-1.p-5.pp-b", "Положение п. 5 пп. «б»"),
    ]


BILL = """Статья 1
Внести в Федеральный закон от 1 марта 2099 года № 7-ФЗ «О реестре» следующие изменения:
1) в статье 22:
а) пункт 2 части 1 дополнить подпунктом «в» следующего содержания:
«в) неисполнение обязанности, установленной Федеральным законом «О службе»;»;
б) дополнить частью 1¹ следующего содержания:
«1¹. Решение принимается в течение тридцати дней.
Решение направляется лицу.»;
2) дополнить статьей 22¹ следующего содержания:
«Статья 22¹. Порядок
1. Заявление подается:
1) лично;
2) по правилам Федерального закона «О почте».
2. Срок не может превышать десяти дней.»;
3) дополнить пунктом 7 следующего содержания:
"7. Закон "О почте" применяется.".
Статья 2
1. Настоящий Федеральный закон вступает в силу со дня его официального опубликования.
"""


def test_quoted_wording_is_a_tree_of_its_own() -> None:
    assert units(BILL) == [
        ("st-1", "ст. 1"),
        ("st-1.abz-1", "ст. 1 абз. 1"),
        ("st-1.p-1", "ст. 1 п. 1"),
        ("st-1.p-1.pp-a", "ст. 1 п. 1 пп. «а»"),
        ("st-1.p-1.pp-a.q.pp-v", "ст. 1 п. 1 пп. «а» («ст. 22 ч. 1 п. 2 пп. „в“»)"),
        ("st-1.p-1.pp-b", "ст. 1 п. 1 пп. «б»"),
        ("st-1.p-1.pp-b.q.ch-1.1", "ст. 1 п. 1 пп. «б» («ст. 22 ч. 1.1»)"),
        ("st-1.p-1.pp-b.q.ch-1.1.abz-2", "ст. 1 п. 1 пп. «б» («ст. 22 ч. 1.1 абз. 2»)"),
        ("st-1.p-2", "ст. 1 п. 2"),
        ("st-1.p-2.q.st-22.1", "ст. 1 п. 2 («ст. 22.1»)"),
        ("st-1.p-2.q.st-22.1.ch-1", "ст. 1 п. 2 («ст. 22.1 ч. 1»)"),
        ("st-1.p-2.q.st-22.1.ch-1.p-1", "ст. 1 п. 2 («ст. 22.1 ч. 1 п. 1»)"),
        ("st-1.p-2.q.st-22.1.ch-1.p-2", "ст. 1 п. 2 («ст. 22.1 ч. 1 п. 2»)"),
        ("st-1.p-2.q.st-22.1.ch-2", "ст. 1 п. 2 («ст. 22.1 ч. 2»)"),
        ("st-1.p-3", "ст. 1 п. 3"),
        ("st-1.p-3.q.p-7", "ст. 1 п. 3 («п. 7»)"),
        ("st-2", "ст. 2"),
        ("st-2.ch-1", "ст. 2 ч. 1"),
    ]


def test_a_swallowed_closing_quote_does_not_swallow_the_bill() -> None:
    text = """Статья 1
1) статью 5 изложить в следующей редакции:
«Статья 5. О применении закона
1. Закон «О внесении изменений в закон «О почте» применяется.»;
2) статью 6 исключить.
Статья 2
Вступает в силу сразу."""
    assert [path for path, _ in units(text)] == [
        "st-1",
        "st-1.p-1",
        "st-1.p-1.q.st-5",
        "st-1.p-1.q.st-5.ch-1",
        "st-1.p-2",
        "st-2",
        "st-2.abz-1",
    ]


def test_straight_quotes_with_a_title_at_the_end_of_a_line() -> None:
    text = """Статья 1
1) дополнить частью 3 следующего содержания:
"3. Порядок устанавливает закон "О почте".
Он применяется во всех случаях.".
Статья 2
Норма."""
    assert [path for path, _ in units(text)] == [
        "st-1",
        "st-1.p-1",
        "st-1.p-1.q.ch-3",
        "st-1.p-1.q.ch-3.abz-2",
        "st-2",
        "st-2.abz-1",
    ]


def test_repeated_paths_and_second_lists() -> None:
    assert [path for path, _ in units("1. Раз.\n1. Два.\n1. Три.")] == ["p-1", "p-1~2", "p-1~3"]
    text = "Статья 9. Работа\nЗапрещено:\n1) одно;\n2) другое.\nРазрешено:\n1) третье."
    assert [path for path, _ in units(text)][-2:] == ["st-9.abz-2", "st-9.abz-2.p-1"]


def test_editorial_lines_belong_to_the_unit_before_them() -> None:
    text = "Статья 5. Порядок\n1. Норма.\n(Статья в редакции Федерального закона от 25.07.2098 № 2-ФЗ)\n2. Норма."
    sections = structure(text)
    assert [section.path for section in sections] == ["st-5", "st-5.ch-1", "st-5.ch-2"]
    assert sections[1].text.endswith("№ 2-ФЗ)")


def test_rows_of_a_table_are_units() -> None:
    text = (
        "Приложение № 1 к указу\n1. Перечень должностей:\nДолжность | Оклад\nНачальник | 100\n1. | Отдел | 5\n2 | Бюро | 6\n"
        "Примечание. Оклады округлены.\nИтого | 11\nСтатья | без номера"
    )
    assert units(text) == [
        ("pril-1", "прил. 1"),
        ("pril-1.p-1", "прил. 1 п. 1"),
        ("pril-1.p-1.tabl-1.str-1", "прил. 1 п. 1 табл. 1 строка 1"),
        ("pril-1.p-1.tabl-1.str-2", "прил. 1 п. 1 табл. 1 строка 2"),
        ("pril-1.p-1.tabl-1.poz-1", "прил. 1 п. 1 табл. 1 позиция 1"),
        ("pril-1.p-1.tabl-1.poz-2", "прил. 1 п. 1 табл. 1 позиция 2"),
        ("pril-1.prim", "прил. 1 прим."),
        ("pril-1.prim.tabl-1.str-1", "прил. 1 прим. табл. 1 строка 1"),
        ("pril-1.prim.tabl-1.str-2", "прил. 1 прим. табл. 1 строка 2"),
    ]


def test_two_tables_of_one_unit_are_two() -> None:
    paths = [path for path, _ in units("1. Оклады:\nа | 1\nДоплаты:\nб | 2")]
    assert paths == ["p-1", "p-1.tabl-1.str-1", "p-1.abz-2", "p-1.tabl-2.str-1"]


def test_a_regulation_numbers_its_points_in_levels() -> None:
    text = (
        "УТВЕРЖДЕН\nУказом\nРЕГЛАМЕНТ\nведения реестра\n1. Общее.\n1.1. Цель:\nа) одна;\n1.1.1. Подробности.\n2. Иное."
    )
    assert units(text)[-5:] == [
        ("pril-1.p-1", "Регламент п. 1"),
        ("pril-1.p-1.1", "Регламент п. 1.1"),
        ("pril-1.p-1.1.pp-a", "Регламент п. 1.1 пп. «а»"),
        ("pril-1.p-1.1.1", "Регламент п. 1.1.1"),
        ("pril-1.p-2", "Регламент п. 2"),
    ]


def test_an_article_with_its_text_on_the_line_of_its_label() -> None:
    text = "Статья 7. Гражданин вправе подать заявление.\nСтатья 7¹. Решение:\nа) удовлетворить;\nб) отказать."
    assert [path for path, _ in units(text)] == ["st-7", "st-7.1", "st-7.1.pp-a", "st-7.1.pp-b"]


def test_lines_may_be_handed_in_and_a_part_of_a_text_keeps_its_paths() -> None:
    lines = LAW.splitlines()
    assert structure(lines) == structure(LAW)
    profile = profile_of_text(LAW)
    kept = [
        section for section in structure(LAW) if not section.path.startswith("st-22.ch") and section.path != "abz-2"
    ]
    part = [line for line in lines if line in {section.text for section in kept}]
    assert structure(part, profile) == tuple(kept)


def test_labels_are_recognised_through_typography() -> None:
    text = "Статья\u00a022. Порядок\n1.\u00a0 Срок:\n\u00ad1) один;\n2)\u00a0два."
    assert [path for path, _ in units(text)] == ["st-22", "st-22.ch-1", "st-22.ch-1.p-1", "st-22.ch-1.p-2"]


def test_unknown_shapes_are_paragraphs() -> None:
    assert units("просто\nстроки") == [("abz-1", "абз. 1"), ("abz-2", "абз. 2")]
    assert structure("") == ()


def test_notes_appendices_and_code_parts() -> None:
    text = (
        "ЧАСТЬ ПЕРВАЯ\n"
        "Статья 3. Кража\n"
        "Кража наказывается.\n"
        "Примечания. 1. Первое.\n"
        "2. Второе.\n"
        "Приложение № 2 к закону\n"
        "1. Форма."
    )
    assert units(text) == [
        ("chast-1", "часть первая"),
        ("st-3", "ст. 3"),
        ("st-3.abz-1", "ст. 3 абз. 1"),
        ("st-3.prim", "ст. 3 прим."),
        ("st-3.prim.p-2", "ст. 3 прим. п. 2"),
        ("pril-2", "прил. 2"),
        ("pril-2.p-1", "прил. 2 п. 1"),
    ]


LINES = st.lists(
    st.sampled_from(
        [
            "Статья 1. Цели",
            "Статья 2",
            "Статья 3¹. Иное",
            "Глава 1. Общее",
            "Раздел I",
            "§ 2. Сделки",
            "1. Часть.",
            "2. Часть:",
            "1) пункт;",
            "2) пункт.",
            "а) подпункт;",
            "б) подпункт.",
            "абзац",
            "Абзац с точкой.",
            "",
            "  ",
            "Приложение № 1",
            "УТВЕРЖДЕНО",
            "ПОЛОЖЕНИЕ",
            "Примечание. Норма.",
            "дополнить частью следующего содержания:",
            "«3. Новое.»;",
            "«Статья 9. Новая",
            "Конец новой.».",
            '"4. Прямые "кавычки" внутри.";',
            "(В редакции Федерального закона от 01.01.2099 № 1-ФЗ)",
            "12.",
            "»",
            "7. ДСП",
        ]
    ),
    max_size=30,
)


@given(LINES)
def test_round_trip_and_unique_paths(lines: list[str]) -> None:
    text = "\n".join(lines)
    sections = structure(text)
    assert "\n".join(section.text for section in sections) == "\n".join(published_lines(text))
    assert len({section.path for section in sections}) == len(sections)
    assert all(section.address for section in sections)
    assert structure(text) == sections


@given(st.text())
def test_round_trip_of_any_text(text: str) -> None:
    assert "\n".join(section.text for section in structure(text)) == "\n".join(published_lines(text))


def test_closed_items_and_gaps_are_told() -> None:
    sections = structure(
        "5. Норма.\n"
        "6. Норма.\n"
        "8. Норма.\n"
        "9. Для служебного пользования.\n"
        "10. Пункт (для служ. польз.).\n"
        "11. Да:\n"
        "а) одно;\n"
        "г) два."
    )
    assert [(notice.kind, notice.address, notice.text) for notice in find_notices(sections)] == [
        ("gap", "п. 7", "После п. 6 идёт п. 8."),
        ("closed_item", "п. 9", "«Для служебного пользования»"),
        ("closed_item", "п. 10", "«для служ. польз.»"),
        ("gap", "п. 11 пп. «б»–«в»", "После пп. «а» идёт пп. «г»."),
    ]


@pytest.mark.parametrize("text", [LAW.replace("в) обмане", "б) обмане"), BILL, "1. Раз.\n1.1. Два.\n2. Три."])
def test_quotes_and_inserted_numbers_are_no_gaps(text: str) -> None:
    assert find_notices(structure(text)) == ()


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("Статья 5. Реестр\nВ реестр вносятся:\n1) дела.\nРеестр открыт для всех.", "Статья 6. Плата"),
        ("Статья 5. Реестр\n5. В реестр вносятся:\n1) дела.\nРеестр открыт для всех.", "6. Плата вносится."),
    ],
)
def test_what_follows_a_list_does_not_take_its_last_paragraph_along(text: str, following: str) -> None:
    """The next article or part continues no list: the line behind the last item is whose it is without them."""
    assert units(f"{text}\n{following}")[:-1] == units(text)
    assert units(text)[-1][0].endswith("-2")
