from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diffs import words as module
from diffs.normalise import canonical
from diffs.words import TOKEN, bare_end, spans, words
from tracker.models import Span

SENTENCES = st.lists(
    st.sampled_from(
        [
            "не",
            "и",
            "или",
            "лицо",
            "гражданин",
            "обязан",
            "22.1",
            "№",
            "138-ФЗ",
            "10,5",
            ",",
            ";",
            ".",
            "(",
            ")",
            '"',
            "-",
        ]
    ),
    max_size=25,
).map(lambda tokens: canonical(" ".join(tokens)))


def old_of(parts: tuple[Span, ...]) -> str:
    return "".join(text for sign, text in parts if sign != "+")


def new_of(parts: tuple[Span, ...]) -> str:
    return "".join(text for sign, text in parts if sign != "-")


def boundaries(text: str) -> set[int]:
    found = {0, len(text)}
    for match in TOKEN.finditer(text):
        found |= {match.start(), match.start(2), match.end()}
    return found


def cuts(parts: tuple[Span, ...], skipped: str) -> set[int]:
    position, found = 0, {0}
    for sign, text in parts:
        if sign != skipped:
            position += len(text)
            found.add(position)
    return found


@given(SENTENCES, SENTENCES)
@example("слово ,", "слово,")
@example("", "лицо")
def test_spans_rebuild_both_sides_and_cut_no_word(old: str, new: str) -> None:
    parts = spans(old, new)
    assert old_of(parts) == old
    assert new_of(parts) == new
    assert cuts(parts, "+") <= boundaries(old)
    assert cuts(parts, "-") <= boundaries(new)
    assert all(text for _, text in parts)
    assert spans(old, new) == parts


@given(st.text(max_size=40), st.text(max_size=40))
def test_spans_rebuild_any_text(old: str, new: str) -> None:
    parts = spans(old, new)
    assert (old_of(parts), new_of(parts)) == (old, new)


def test_a_replaced_word_is_whole() -> None:
    assert spans("не старше десяти лет", "не старше пяти лет") == (
        ("=", "не старше "),
        ("-", "десяти"),
        ("+", "пяти"),
        ("=", " лет"),
    )


def test_numbers_are_whole() -> None:
    assert ("-", "22.1") in spans("в статье 22.1 закона", "в статье 22.2 закона")


def test_an_insertion_stands_at_the_edge_of_its_clause() -> None:
    assert spans("а; б", "а; в; б") == (("=", "а;"), ("+", " в;"), ("=", " б"))
    assert spans("лица, указанные в части 1", "лица, члены семей, указанные в части 1") == (
        ("=", "лица"),
        ("+", ", члены семей"),
        ("=", ", указанные в части 1"),
    )


def test_an_insertion_at_the_end_that_stands_before_a_repeated_word_loses_none() -> None:
    found = spans("Лица могут. работать", "Лица могут. работать могут. работать")
    assert found == (("=", "Лица могут."), ("+", " работать могут."), ("=", " работать"))


REPEATING = st.lists(st.sampled_from(["лицо", "и", "не", "суд", ",", ";", "10"]), min_size=40, max_size=80)


@given(REPEATING, st.integers(0, 60), st.integers(0, 9), REPEATING, st.integers(0, 9))
def test_equal_surroundings_that_are_left_out_change_nothing(
    text: list[str], at: int, gone: int, other: list[str], come: int
) -> None:
    old, new = " ".join(text), " ".join([*text[:at], *other[:come], *text[at + gone :]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SHORT", len(old) + len(new))
        whole = spans(old, new)
    assert spans(old, new) == whole


def test_a_rewritten_unit_is_one_old_and_one_new_wording() -> None:
    old = "решение принимается начальником отдела по заявлению гражданина"
    new = "суд рассматривает жалобу в порядке, установленном процессуальным законом"
    assert spans(old, new) == (("-", old), ("+", new))


def test_negation_between_edits_is_never_swallowed() -> None:
    parts = spans("лицо явное право не имеет долга здесь", "орган тайный не имеет спора здесь")
    assert any(sign == "=" and "не имеет" in text for sign, text in parts)


@pytest.mark.parametrize("kept", ["не", "и", "или", "22.1", "десяти"])
def test_words_that_turn_a_norm_are_never_swallowed(kept: str) -> None:
    old = f"суд выносит письменное решение {kept} тайное определение присяжных заседателей по делу"
    new = f"суд выносит устный вердикт {kept} явное постановление коллегии арбитров по делу"
    assert any(sign == "=" and text.strip() == kept for sign, text in spans(old, new))


def test_scraps_between_long_edits_are_joined() -> None:
    old = "формы договоров утверждаются в порядке, устанавливаемом палатой страны"
    new = "формы договоров утверждаются ведомством, ведущим дела в сфере труда, с учетом мнения страны"
    assert spans(old, new) == (
        ("=", "формы договоров утверждаются "),
        ("-", "в порядке, устанавливаемом палатой"),
        ("+", "ведомством, ведущим дела в сфере труда, с учетом мнения"),
        ("=", " страны"),
    )


def test_more_distinct_words_than_private_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "один два в три четыре здесь", "пять шесть в семь восемь здесь"
    monkeypatch.setattr(module, "_PRIVATE_SIZE", 3)
    parts = spans(old, new)
    assert (old_of(parts), new_of(parts)) == (old, new)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("суда;", "суда.", True),
        ('суда;";', "суда;", True),
        ('подпункт "а".', 'подпункт "а";', True),
        ('подпункт "а"', "подпункт а", False),
        ("суда (дела)", "суда (дела", False),
    ],
)
def test_marks_at_the_end(old: str, new: str, *, same: bool) -> None:
    assert (bare_end(old) == bare_end(new)) is same


def test_a_text_too_long_for_the_matrix_is_still_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    old = " ".join(f"Норма {n} действует; срок {n} дней." for n in range(60))
    new = old.replace("срок 30 дней", "срок 31 день").replace("Норма 7 действует;", "")
    monkeypatch.setattr(module, "_MATRIX", 40_000)
    parts = spans(old, new)
    assert (old_of(parts), new_of(parts)) == (old, new)
    assert sum(len(re.findall(r"\w+", text)) for sign, text in parts if sign != "=") <= 12


def test_a_run_of_marks_is_walked_once() -> None:
    """It would take minutes if every mark of it were a beginning."""
    assert words("(" * 300_000 + "слово" + " ." * 150_000) == ["слово"]
