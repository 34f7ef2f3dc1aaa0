from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffs.compare import apply, compare, compare_texts, revert
from diffs.normalise import canonical, normalise
from diffs.structure import structure
from tracker.models import Diff, Noise, Section

LIST = """Статья 5. Перечень
1. К документам относятся:
а) паспорт гражданина;
б) справка с места жительства;
в) военный билет установленного образца;
г) свидетельство о рождении ребенка.
2. Срок рассмотрения составляет десять дней."""


def told(diff: Diff) -> list[tuple[str, str | None, str | None]]:
    return [("+".join(op.ops), op.old_path, op.new_path) for op in diff.operations]


def check_both_ways(old: str, new: str) -> Diff:
    before, after = structure(old), structure(new)
    diff = compare(before, after)
    assert apply(before, diff) == after
    assert revert(after, diff) == before
    return diff


def test_equal_texts() -> None:
    diff = compare_texts(LIST, LIST)
    assert diff == Diff(same=True)


def test_typography_is_the_same_text_and_the_rules_are_counted() -> None:
    other = LIST.replace("паспорт гражданина", "паспорт\u00a0гражданина").replace("ребенка", "ребёнка")
    other += " (В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"
    diff = compare_texts(LIST, other)
    assert diff.same
    assert diff.operations == ()
    assert diff.noise == (
        Noise(rule="editorial-note", count=1),
        Noise(rule="space", count=1),
        Noise(rule="yo", count=1),
    )


def test_wrapped_text_is_the_same_text() -> None:
    old = "\n".join(
        f"{n}. Норма номер {n} действует в течение одного года со дня опубликования и не применяется далее."
        for n in range(1, 6)
    )
    lines = [
        part
        for line in old.splitlines()
        for part in (line[:49].rsplit(" ", 1)[0], line[len(line[:49].rsplit(" ", 1)[0]) + 1 :])
    ]
    diff = compare_texts(old, "\n".join(lines))
    assert diff.same
    assert Noise(rule="hard-wrap", count=5) in diff.noise


def test_an_item_put_into_a_list_renumbers_the_rest_and_modifies_nothing() -> None:
    new = LIST.replace("в) военный", "в) согласие второго родителя;\nг) военный").replace(
        "г) свидетельство", "д) свидетельство"
    )
    diff = check_both_ways(LIST, new)
    assert told(diff) == [
        ("added", None, "st-5.p-1.pp-v"),
        ("renumbered", "st-5.p-1.pp-v", "st-5.p-1.pp-g"),
        ("renumbered", "st-5.p-1.pp-g", "st-5.p-1.pp-d"),
    ]
    assert [(group.kind, group.text, group.text_en) for group in diff.groups] == [
        ("renumbering", "Подпункты «в»–«г» стали подпунктами «г»–«д».", "Sub-items «в»–«г» became «г»–«д»."),
    ]
    assert [op.group for op in diff.operations] == [None, "g1", "g1"]
    assert diff.stats.words_added == 4 - 1  # the letter of an item is not a word of it
    assert diff.stats.words_removed == 0
    assert diff.stats.renumbered == 2


def test_a_number_changed_in_a_renumbered_item() -> None:
    old = "1. Раздел ведет реестр дел.\n2. Срок хранения дела составляет пять лет.\n3. Реестр открыт для всех граждан."
    new = (
        "1. Раздел ведет реестр дел.\n"
        "2. Дела хранятся в архиве суда.\n"
        "3. Срок хранения дела составляет десять лет.\n"
        "4. Реестр открыт для всех граждан."
    )
    diff = check_both_ways(old, new)
    assert told(diff) == [
        ("added", None, "p-2"),
        ("modified+renumbered", "p-2", "p-3"),
        ("renumbered", "p-3", "p-4"),
    ]
    assert diff.operations[1].spans == (
        ("-", "2"), ("+", "3"), ("=", ". Срок хранения дела составляет "), ("-", "пять"), ("+", "десять"), ("=", " лет."),
    )  # fmt: skip
    assert [group.text for group in diff.groups] == ["Пункты 2–3 стали пунктами 3–4."]


def test_end_punctuation_of_the_former_last_item_is_shown_and_is_form() -> None:
    new = LIST.replace("ребенка.", "ребенка;\nд) заявление.")
    diff = check_both_ways(LIST, new)
    assert told(diff) == [("modified", "st-5.p-1.pp-g", "st-5.p-1.pp-g"), ("added", None, "st-5.p-1.pp-d")]
    assert diff.operations[0].spans[1:] == (("-", "."), ("+", ";"))
    (group,) = diff.groups
    assert (group.kind, group.text, group.text_en) == (
        "punctuation",
        "Изменилась только пунктуация в конце: ст. 5 п. 1 пп. «г».",
        "Only the end punctuation changed: ст. 5 п. 1 пп. «г».",
    )
    assert [op.group for op in diff.operations] == [group.id, None]
    assert diff.stats.words_removed == 0


def test_end_punctuation_of_a_renumbered_item_is_told_with_the_others() -> None:
    new = LIST.replace("в) военный", "в) согласие второго родителя;\nг) военный").replace(
        "г) свидетельство о рождении ребенка.", "д) свидетельство о рождении ребенка;\nе) заявление."
    )
    diff = check_both_ways(LIST, new)
    assert told(diff) == [
        ("added", None, "st-5.p-1.pp-v"),
        ("renumbered", "st-5.p-1.pp-v", "st-5.p-1.pp-g"),
        ("modified+renumbered", "st-5.p-1.pp-g", "st-5.p-1.pp-d"),
        ("added", None, "st-5.p-1.pp-e"),
    ]
    assert [group.text for group in diff.groups] == [
        "Подпункты «в»–«г» стали подпунктами «г»–«д».",
        "Изменилась только пунктуация в конце: ст. 5 п. 1 пп. «д».",
    ]
    assert [op.group for op in diff.operations] == [None, "g1", "g2", None]


def test_an_article_put_in_front_renumbers_articles_with_their_units() -> None:
    old = (
        "Статья 1\n"
        "Суд ведет реестр вымышленных дел.\n"
        "Статья 2\n"
        "1. Срок составляет три года со дня записи.\n"
        "2. Дело хранится вечно в архиве."
    )
    new = "Статья 1\nСуд ведет реестр вымышленных дел.\nСтатья 2\nПрокурор проверяет реестр раз в год.\n" + old[
        old.index("Статья 2") :
    ].replace("Статья 2", "Статья 3")
    diff = check_both_ways(old, new)
    assert told(diff) == [
        ("added", None, "st-2"),
        ("added", None, "st-2.abz-1"),
        ("renumbered", "st-2", "st-3"),
        ("renumbered", "st-2.ch-1", "st-3.ch-1"),
        ("renumbered", "st-2.ch-2", "st-3.ch-2"),
    ]
    assert [group.text for group in diff.groups] == ["Статья 2 стала статьёй 3."]
    assert {op.group for op in diff.operations[2:]} == {"g1"}


def test_a_moved_unit_is_a_move_without_words() -> None:
    text = (
        "Статья 1. Реестр\n"
        "1. Суд ведет реестр вымышленных дел.\n"
        "2. Прокурор проверяет записи реестра.\n"
        "Статья 2. Архив\n"
        "1. Архив хранит дела вечно и без изъятий."
    )
    moved = (
        "Статья 1. Реестр\n"
        "1. Суд ведет реестр вымышленных дел.\n"
        "Статья 2. Архив\n"
        "1. Архив хранит дела вечно и без изъятий.\n"
        "2. Прокурор проверяет записи реестра."
    )
    diff = check_both_ways(text, moved)
    assert told(diff) == [("moved", "st-1.ch-2", "st-2.ch-2")]
    assert diff.operations[0].spans == (("=", "2. Прокурор проверяет записи реестра."),)
    assert (diff.stats.words_added, diff.stats.words_removed, diff.stats.moved) == (0, 0, 1)
    assert diff.similarity == 1.0


def test_items_that_change_places() -> None:
    old = "1. Первая норма закона о суде.\n2. Вторая норма закона о реестре.\n3. Третья норма закона об архиве."
    new = "1. Вторая норма закона о реестре.\n2. Первая норма закона о суде.\n3. Третья норма закона об архиве."
    diff = check_both_ways(old, new)
    assert sorted(op.ops for op in diff.operations) == [("moved", "renumbered"), ("renumbered",)]
    assert all(sign == "=" for op in diff.operations for sign, text in op.spans if len(text) > 2)


def test_a_rewritten_unit_keeps_its_number() -> None:
    old = "1. Решение принимает начальник отдела по заявлению гражданина.\n2. Срок года."
    new = "1. Суд рассматривает жалобу в порядке, который установлен кодексом.\n2. Срок года."
    diff = check_both_ways(old, new)
    assert told(diff) == [("modified", "p-1", "p-1")]
    assert [sign for sign, _ in diff.operations[0].spans] == ["=", "-", "+"]


def test_removed_units_stand_at_their_old_place() -> None:
    old = "1. Первая норма о суде.\n2. Вторая норма о деле.\n3. Третья норма об архиве."
    new = "1. Первая норма о суде.\n3. Третья норма об архиве и реестре."
    diff = check_both_ways(old, new)
    assert told(diff) == [("removed", "p-2", None), ("modified", "p-3", "p-3")]


def test_quoted_wording_of_a_bill() -> None:
    old = """Статья 1
Внести в Федеральный закон «О реестре» следующие изменения:
1) статью 5 дополнить частью 3 следующего содержания:
«3. Срок составляет десять дней.»;
2) статью 6 исключить."""
    diff = check_both_ways(old, old.replace("десять", "пять"))
    assert told(diff) == [("modified", "st-1.p-1.q.ch-3", "st-1.p-1.q.ch-3")]
    assert diff.operations[0].new_address == "ст. 1 п. 1 («ч. 3»)"


WORDS = st.sampled_from(["суд", "дело", "не", "срок", "пять", "лет", "реестр", "и", "или", "гражданин", "статья", "7"])
BODIES = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: " ".join(words) + ".")
LABELS = st.sampled_from(
    [
        "Статья 1. Суд",
        "Статья 2. Дела",
        "Статья 2",
        "Статья 3",
        "Глава 1. Общее",
        "1. ",
        "2. ",
        "3. ",
        "1) ",
        "2) ",
        "3) ",
        "а) ",
        "б) ",
        "в) ",
        "",
    ]
)
LINE = st.tuples(LABELS, BODIES).map(
    lambda pair: pair[0] if pair[0].startswith(("Статья", "Глава")) else pair[0] + pair[1]
)
TEXT = st.lists(LINE, max_size=14)


@given(TEXT, TEXT)
@example(
    ["Статья 2", "3) суд.", "Статья 2. Дела", "3) суд."],  # two units that could become one: a removed one was hidden
    ["Статья 2. Дела", "3. суд суд суд.", "а) суд."],
)
@settings(max_examples=300)
def test_any_two_texts_there_and_back(old: list[str], new: list[str]) -> None:
    diff = check_both_ways("\n".join(old), "\n".join(new))
    assert compare(structure("\n".join(old)), structure("\n".join(new))) == diff
    assert diff.same == (structure("\n".join(old)) == structure("\n".join(new)))
    for op in diff.operations:
        assert "".join(text for sign, text in op.spans if sign != "+") == canonical(op.old_text or "")
        assert "".join(text for sign, text in op.spans if sign != "-") == canonical(op.new_text or "")


@given(TEXT, st.data())
def test_an_edited_text_there_and_back(lines: list[str], data: st.DataObject) -> None:
    new = list(lines)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(new)))
        what = data.draw(st.sampled_from(["insert", "delete", "move"]))
        if what == "insert" or not new:
            new.insert(at, data.draw(LINE))
        elif what == "delete":
            del new[min(at, len(new) - 1)]
        else:
            new.insert(at, new.pop(min(at, len(new) - 1)))
    check_both_ways("\n".join(lines), "\n".join(new))


@given(st.lists(st.tuples(st.sampled_from(["p-1", "p-2", "st-1", "st-1.ch-1", "x"]), BODIES), max_size=8), st.data())
def test_foreign_section_lists_there_and_back(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    old = tuple(Section(path=path, address=path, text=text) for path, text in dict(rows).items())
    new = tuple(data.draw(st.permutations(old)))[: data.draw(st.integers(0, len(old)))]
    diff = compare(old, new)
    assert apply(old, diff) == new
    assert revert(new, diff) == old


def test_operations_of_another_text_are_refused() -> None:
    diff = compare_texts("1. Раз два.\n2. Три четыре.", "1. Раз два.\n2. Три пять.")
    with pytest.raises(ValueError, match="another text"):
        apply(structure("Совсем другое"), diff)


EDITIONS = Path(__file__).resolve().parents[3] / "shared" / "sources" / "real" / "editions"


@pytest.mark.skipif(not EDITIONS.is_dir(), reason="the shared captures (../shared/sources/real/editions) are not here")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("152-FZ/152-fz_rdk33.txt", "152-FZ/152-fz_rdk37.txt"),
        ("TK-197-FZ/tk_2023-11-25_konard.txt.gz", "TK-197-FZ/tk_current_2026-06-11.txt.gz"),
    ],
)
def test_real_editions_there_and_back(first: str, second: str) -> None:
    texts = []
    for name in (first, second):
        raw = (EDITIONS / name).read_bytes()
        texts.append(normalise((gzip.decompress(raw) if name.endswith(".gz") else raw).decode()).text)
    before, after = structure(texts[0]), structure(texts[1])
    diff = compare(before, after)
    assert not diff.same
    assert [(s.path, s.address, canonical(s.text)) for s in apply(before, diff)] == [
        (s.path, s.address, canonical(s.text)) for s in after
    ]
    assert [(s.path, s.address, canonical(s.text)) for s in revert(after, diff)] == [
        (s.path, s.address, canonical(s.text)) for s in before
    ]
