from __future__ import annotations

from dataclasses import replace

import pytest

from diffs.compare import compare_texts
from diffs.summary import Summary, summary
from feeds.headline import headline
from tracker.models import Operation

LAW = """Статья 22. Основания прекращения гражданства
1. Гражданство Российской Федерации прекращается по следующим основаниям:
1) заявление лица;
2) проживание не старше десяти лет вне реестра:
а) в отделе;
б) в архиве.
2. Решение может быть обжаловано в течение 30 дней."""

LINES = [
    (
        [("десяти", "пяти")],
        "изменён п. 2 ч. 1 ст. 22: «десяти» → «пяти» лет; +1/−1 слово",
        "changed: item 2, part 1, art. 22: «десяти» → «пяти» лет; +1/−1 word",
    ),
    (
        [("30 дней", "30 рабочих дней"), ("в отделе", "в секторе")],
        "изменена ч. 2 ст. 22: добавлено «рабочих»; ещё 1 изменение; +2/−1 слово",
        "changed: part 2, art. 22: added «рабочих»; 1 more change; +2/−1 word",
    ),
    (
        [("в архиве.", "в архиве;\nв) в суде.")],
        "новое основание: пп. «в» п. 2 ч. 1 ст. 22; +2/−0 слов",
        "new ground: sub-item «в», item 2, part 1, art. 22; +2/−0 words",
    ),
    (
        [("\n2. Решение", "\n3. Решение")],
        "изменён номер: ч. 2 ст. 22 → ч. 3 ст. 22",
        "renumbered: part 2, art. 22 → part 3, art. 22",
    ),
    (
        [("30 дней.", "30 дней.\n3. Архив хранит дела вечно.")],
        "добавлена ч. 3 ст. 22; +4/−0 слов",
        "added: part 3, art. 22; +4/−0 words",
    ),
    (
        [("\n2. Решение может быть обжаловано в течение 30 дней.", "")],
        "исключена ч. 2 ст. 22; +0/−8 слов",
        "removed: part 2, art. 22; +0/−8 words",
    ),
    (
        [("заявление лица;", "утратил силу;")],
        "исключено основание: п. 1 ч. 1 ст. 22; +2/−2 слова",
        "ground struck out: item 1, part 1, art. 22; +2/−2 words",
    ),
    (
        [("Решение может быть обжаловано в течение 30 дней.", "Утратила силу.")],
        "утратила силу ч. 2 ст. 22; +2/−8 слов",
        "repealed: part 2, art. 22; +2/−8 words",
    ),
    (
        [("обжаловано в течение", "обжаловано через «Отдел дел» в течение")],
        "изменена ч. 2 ст. 22: добавлено «через „Отдел дел“»; +3/−0 слов",
        "changed: part 2, art. 22: added «через „Отдел дел“»; +3/−0 words",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "ru", "en"), LINES)
def test_one_line(edits: list[tuple[str, str]], ru: str, en: str) -> None:
    new = LAW
    for old_words, new_words in edits:
        assert old_words in new
        new = new.replace(old_words, new_words)
    assert summary(compare_texts(LAW, new)) == Summary(ru=ru, en=en)


def test_nothing_of_law_changed() -> None:
    assert summary(compare_texts(LAW, LAW.replace("заявление лица", "заявление\u00a0лица"))) == Summary()


def test_a_chain_of_renumbering_is_one_statement() -> None:
    old = "Статья 1\n" + "\n".join(f"{number}. Отдел ведет опись дел года {2090 + number}." for number in range(1, 9))
    head, tail = old.split("\n2. ", 1)
    later = "\n".join(f"{int(line[0]) + 1}{line[1:]}" for line in f"2. {tail}".split("\n"))
    line = summary(compare_texts(old, f"{head}\n2. Суд хранит иное.\n{later}"))
    assert line.ru.startswith("добавлена ч. 2 ст. 1; ещё 1 изменение; ")
    assert line.en.startswith("added: part 2, art. 1; 1 more change; ")


NEW_ARTICLE = "\nСтатья 22.1. Реестр\n1. Суд ведет реестр:\n1) дел;\n2) жалоб.\n2. Архив открыт."


@pytest.mark.parametrize(
    ("others", "ru", "en"),
    [
        ("", "", ""),
        ("\nСтатья 23. Иное\nАрхив закрыт.", "ещё 1 изменение; ", "1 more change; "),
    ],
)
def test_a_unit_that_came_or_went_with_its_parts_is_one_change(others: str, ru: str, en: str) -> None:
    came = compare_texts(LAW, LAW + NEW_ARTICLE + others)
    went = compare_texts(LAW + NEW_ARTICLE + others, LAW)
    assert summary(came).ru.startswith(f"добавлена ст. 22.1; {ru}+")
    assert summary(came).en.startswith(f"added: art. 22.1; {en}+")
    assert summary(went).ru.startswith(f"исключена ст. 22.1; {ru}+")
    for diff, words in ((came, "новая ст. 22.1"), (went, "исключено: ст. 22.1")):
        assert headline(diff) == words + (f"; {ru.rstrip('; ')}" if ru else "")
    assert ("more" in headline(came, language="en")) is bool(en)


def test_a_row_of_a_table_has_its_gender() -> None:
    operation = Operation(
        ops=("modified",), old_path="st-1", new_path="st-1", old_text="Сбор взят.", new_text="Сбор дан.",
        old_address="ст. 1 ч. 1 табл. 1 строка 2", new_address="ст. 1 ч. 1 табл. 1 строка 2",
        spans=(("=", "Сбор "), ("-", "взят"), ("+", "дан"), ("=", ".")),
    )  # fmt: skip
    line = summary(replace(compare_texts("1. А.", "1. Б."), operations=(operation,), groups=()))
    assert line.ru.startswith("изменена строка 2 табл. 1 ч. 1 ст. 1: ")
    assert line.en.startswith("changed: row 2, table 1, part 1, art. 1: ")


def test_line_and_title_call_a_repeal_by_its_name() -> None:
    old = (
        "Статья 22. Основания прекращения гражданства\n1. Гражданство прекращается вследствие:\n1) выхода из гражданства;\n"
        "2) неисполнения обязанности.\n2. Решение принимается в течение десяти дней."
    )
    ground = compare_texts(old, old.replace("неисполнения обязанности.", "утратил силу."))
    assert summary(ground).ru.startswith("исключено основание: п. 2 ч. 1 ст. 22")
    assert headline(ground) == "утратило силу: п. 2 ч. 1 ст. 22"
    part = compare_texts(old, old.replace("Решение принимается в течение десяти дней.", "Утратила силу."))
    assert summary(part).ru.startswith("утратила силу ч. 2 ст. 22")
    assert headline(part) == "утратило силу: ч. 2 ст. 22"
    assert headline(part, language="en") == "repealed: art. 22 part 2"
