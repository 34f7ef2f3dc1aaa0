from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.compare import compare_texts
from diffs.layout import Laid, agreed, laid_out_like

SUBJECTS = ["Суд", "Архив", "Прокурор", "Гражданин", "Орган учета", "Палата"]
LAW = "\n".join(
    f"Статья {number}. {subject} и вымышленный реестр\n"
    f"{subject} вправе получить выписку из вымышленного реестра в течение {number + 3} дней со дня подачи заявления по форме "
    f"номер {number}, если иное не установлено договором сторон, при этом выписка выдается без взимания платы.\n"
    f"Отказ в выдаче выписки по заявлению, которое подает {subject.lower()}, может быть обжалован в порядке надзора или в суде "
    f"номер {number}, в том числе через законного представителя, действующего на основании доверенности.\n"
    f"Срок рассмотрения жалобы номер {number} не может превышать месяца."
    for number, subject in enumerate(SUBJECTS * 4, start=1)
)


def wrapped(text: str, width: int) -> str:
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return "\n".join(lines)


@given(st.integers(50, 110))
def test_a_wrapped_copy_is_the_same_law(width: int) -> None:
    assert compare_texts(LAW, wrapped(LAW, width)).same
    assert compare_texts(wrapped(LAW, width), LAW).same


@given(st.integers(50, 110), st.integers(50, 110))
def test_two_wrapped_copies_show_only_what_changed(first: int, second: int) -> None:
    diff = compare_texts(wrapped(LAW, first), wrapped(LAW.replace("номер 17 не может", "номер 17 может"), second))
    assert (diff.stats.words_removed, diff.stats.words_added) == (1, 0)


def test_a_copy_in_one_line_is_the_same_law() -> None:
    assert compare_texts(LAW, " ".join(LAW.split())).same
    assert compare_texts(" ".join(LAW.split()), LAW).same
    assert compare_texts(" ".join(LAW.split()), " ".join(LAW.split()) + " ").same


@pytest.mark.parametrize("sides", ["old", "new", "both"])
def test_a_change_is_found_in_a_text_without_line_breaks(sides: str) -> None:
    changed = LAW.replace("номер 9 не может", "номер 9 может").replace("в течение 15 дней", "в течение 51 дня")
    old = LAW if sides == "new" else " ".join(LAW.split())
    new = changed if sides == "old" else " ".join(changed.split())
    diff = compare_texts(old, new)
    assert (diff.stats.words_removed, diff.stats.words_added) == (3, 2)
    assert len(diff.operations) == 2


def test_breaks_of_the_model_are_taken_over_and_other_words_keep_theirs() -> None:
    model = ["Суд ведет реестр вымышленных дел в порядке надзора.", "Архив хранит дела.", "Палата открыта для граждан."]
    lines = [
        "Суд ведет реестр вымышленных",
        "дел в порядке надзора. Архив хранит дела.",
        "Новая норма",
        "Палата открыта для граждан.",
    ]
    assert laid_out_like(lines, model) == [model[0], model[1], "Новая норма", model[2]]


def test_edges_of_a_reworded_line_are_breaks() -> None:
    model = [
        "Гражданин вправе обжаловать решение палаты в суде в течение десяти дней со дня его получения по почте.",
        "Палата рассматривает жалобу на решение в течение месяца и уведомляет заявителя о принятом решении письмом.",
    ]
    changed = " ".join(model).replace("десяти", "пяти").replace("месяца и уведомляет", "двух месяцев и уведомляет")
    assert laid_out_like([changed], model) == [
        model[0].replace("десяти", "пяти"),
        model[1].replace("месяца и", "двух месяцев и"),
    ]


@given(
    st.lists(st.sampled_from(["суд.", "дело", "архив и суд", "реестр;"]), max_size=9),
    st.lists(st.sampled_from(["суд. дело", "архив", "и суд"]), max_size=6),
)
def test_no_word_is_lost(lines: list[str], model: list[str]) -> None:
    assert " ".join(laid_out_like(lines, model)).split() == " ".join(lines).split()


def test_texts_that_agree_are_left_alone() -> None:
    lines = LAW.splitlines()
    old = Laid(published=LAW, lines=lines, mended=0)
    new = Laid(published=LAW, lines=[*lines, "Новая норма."], mended=0)
    assert agreed(old, new) == (lines, [*lines, "Новая норма."])
    other = [f"Совсем другая норма номер {number} о другом предмете." for number in range(90)]
    assert agreed(old, Laid(published="\n".join(other), lines=other, mended=0)) == (lines, other)
