from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffs.compare import apply, compare, compare_texts, operations_of_texts, revert
from diffs.normalise import canonical
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


SIGNED = "Президент Российской Федерации А.Вымышленный\nМосква, Кремль\n1 мая 2099 года\n№ 5-ФЗ"
NOTED = "(В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (f"{LIST}\n{SIGNED}", f"{LIST}\n{SIGNED.replace('1 мая', '2 мая')}", ["signature"]),
        (f"{LIST}\n{NOTED}", f"{LIST}\n{NOTED.replace('3-ФЗ', '4-ФЗ')}", ["editorial-note"]),
        (LIST, LIST.replace("\n", "\r\n"), ["space"]),
        (LIST, f"\n{LIST}  \n\n", ["space"]),
        (f"{LIST}\n{NOTED}", f"{LIST}\n\n{NOTED}", ["space"]),
    ],
    ids=["signature", "note", "line ends", "empty lines", "blanks beside a note"],
)
def test_what_is_told_the_same_names_its_rule(old: str, new: str, rules: list[str]) -> None:
    diff = compare_texts(old, new)
    assert diff.same
    assert [noise.rule for noise in diff.noise] == rules


def test_letters_taken_apart_are_the_same_letters() -> None:
    """Files of macOS and texts taken from a PDF have й as two characters; a label and a quote are known all the same."""
    old = "Статья 1\n1) часть 2 изложить в следующей редакции:\n«2. Срок явки — десятидневный.»;\n2) часть 3 исключить."
    new = unicodedata.normalize("NFD", old)
    assert new != old
    diff = compare_texts(old, new)
    assert diff.same
    assert [noise.rule for noise in diff.noise] == ["unicode"]
    assert told(compare_texts(old, new.replace("десяти", "пяти"))) == [
        ("modified", "st-1.p-1.q.ch-2", "st-1.p-1.q.ch-2")
    ]


def test_a_new_number_is_no_noise() -> None:
    """Nor are the quotes and dashes beside it, which are what they were."""
    old = "Статья 5. О «Вымышленном» реестре — предмет\nСуд ведет реестр вымышленных дел."
    diff = compare_texts(old, old.replace("Статья 5", "Статья 6"))
    assert [op.ops for op in diff.operations] == [("renumbered",), ("renumbered",)]
    assert diff.noise == ()


def test_operations_keep_the_texts_as_published() -> None:
    """The spans are canonical (``2.1``); what an act prints as 2¹ stays so in the texts of the operation."""
    old = "Статья 2¹. О «Вымышленном» реестре\nСуд ведет реестр — вымышленных — дел."
    (heading, body) = compare_texts(old, old.replace("О «", "Об «").replace("вымышленных", "новых")).operations
    assert (heading.old_text, heading.new_text) == (
        "Статья 2¹. О «Вымышленном» реестре",
        "Статья 2¹. Об «Вымышленном» реестре",
    )
    assert heading.spans[0] == ("=", "Статья 2.1. ")
    assert body.new_text == "Суд ведет реестр — новых — дел."


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
        (
            "renumbering",
            "Подпункты «в»–«г» стали подпунктами «г»–«д» (ст. 5 п. 1).",
            "Sub-items «в»–«г» became «г»–«д» (ст. 5 п. 1).",
        ),
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
        "Подпункты «в»–«г» стали подпунктами «г»–«д» (ст. 5 п. 1).",
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
    assert diff.operations[0].new_address == "ст. 1 п. 1 («ст. 5 ч. 3»)"


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


def test_a_text_beside_itself() -> None:
    assert compare_texts(LIST, LIST) == Diff(same=True)
    assert compare_texts("", "") == Diff(same=True)
    assert operations_of_texts(LIST, LIST) == ()


def test_operations_alone_are_those_of_the_whole_comparison() -> None:
    new = LIST.replace("десять", "пять")
    assert operations_of_texts(LIST, new) == compare_texts(LIST, new).operations


def test_a_repeated_sentence_stays_with_its_article_when_articles_are_renumbered() -> None:
    def article(number: int, words: str) -> str:
        return f"Статья {number}. {words}\n1. Норма о предмете: {words}.\n2. Утратила силу по иному закону."

    names = ["Суд", "Дело", "Реестр", "Архив"]
    old = "\n".join(article(number, name) for number, name in enumerate(names, start=1))
    new = "\n".join(article(number, name) for number, name in enumerate(["Новое", *names], start=1))
    diff = check_both_ways(old, new)
    assert diff.stats.moved == 0
    assert [group.text for group in diff.groups] == ["Статьи 1–4 стали статьями 2–5."]
    assert {op.ops for op in diff.operations} == {("added",), ("renumbered",)}


def test_inserted_numbers_are_in_the_chain_and_a_removed_unit_breaks_it() -> None:
    def law(*numbers: str) -> str:
        return "\n".join(f"Статья {number}. {titles[number]}" for number in numbers)

    names = ["Суд ведет реестр", "Дело хранится вечно", "Архив открыт", "Прокурор надзирает", "Гражданин жалуется"]
    titles = dict(zip(["1", "2", "2.1", "3", "4"], names, strict=True))
    old = law("1", "2", "2.1", "3", "4")
    shifted = [("1", "2"), ("2", "3"), ("2.1", "3.1"), ("3", "4"), ("4", "5")]
    new = "Статья 1. Вымышленное начало\n" + "\n".join(f"Статья {new}. {titles[old]}" for old, new in shifted)
    assert [group.text for group in check_both_ways(old, new).groups] == ["Статьи 1–4 стали статьями 2–5."]
    without = "\n".join(line for line in new.splitlines() if "Архив" not in line)
    diff = check_both_ways(old, without)
    assert [op.ops for op in diff.operations if "removed" in op.ops] == [("removed",)]
    assert [group.text for group in diff.groups] == ["Статьи 1–2 стали статьями 2–3.", "Статьи 3–4 стали статьями 4–5."]
