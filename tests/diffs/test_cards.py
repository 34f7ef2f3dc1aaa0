"""What two readings of one card differ in: steps, files, the passport, the stage."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.cards import CardChange, FieldsChange, FileChange, StageChange, StepChange, compare_cards
from tracker.models import DocumentFacts, EventKind, File, Level, PageKind, Reading, Role, Status, Step

TEXT = "7CEF4FCB-C185-4DFA-834F-DC9466108658"
ANYTHING = "D463C512-E120-4612-8896-A1C463F3629A"


def a_step(key: str, number: str = "3.1", at: str | None = "2026-03-01", **changes: object) -> Step:
    step = Step(id=key, step=number, stage="", at=at, planned=False, title="Решение", decisions=("предложить",))
    return replace(step, **changes)  # type: ignore[arg-type]  # the names are checked by replace itself


def a_file(key: str, slot: str | None = TEXT, label: str = "Текст", **changes: object) -> File:
    file = File(
        id=key,
        event_id="S",
        slot=slot,
        step="1.1",
        role=Role.BILL_TEXT,
        edition="introduced",
        label=label,
        format="msword",
        url=f"https://sozd.duma.gov.ru/download/{key}",
        uploaded_at="2026-02-02T16:31:33+03:00",
    )
    return replace(file, **changes)  # type: ignore[arg-type]  # the names are checked by replace itself


def card(
    *, steps: tuple[Step, ...] = (), files: tuple[File, ...] = (), status: Status | None = None, **facts: object
) -> Reading:
    document = DocumentFacts(
        id="bill/100001-99", kind="bill", number="100001-99", date="2026-02-02", title="О выдумке", status=status
    )
    document = replace(document, **facts)  # type: ignore[arg-type]  # the names are checked by replace itself
    return Reading(source="sozd", page=PageKind.DOCUMENT, document=document, events=steps, files=files)


def told(changes: tuple[CardChange, ...]) -> list[tuple[str, str | None, str | None]]:
    """Kind, and the ids before and after."""
    return [
        (str(change.kind), change.before.id if change.before else None, change.after.id if change.after else None)
        for change in changes
        if isinstance(change, StepChange | FileChange)
    ]


def files_told(old: tuple[File, ...], new: tuple[File, ...]) -> list[tuple[str, str | None, str | None]]:
    return sorted(told(compare_cards(card(files=old), card(files=new))), key=str)


# ---------------------------------------------------------------- files


def test_nothing_happened() -> None:
    reading = card(steps=(a_step("S"),), files=(a_file("A"), a_file("B", None)), status=Status.REGISTERED)
    assert compare_cards(reading, reading) == ()


def test_a_file_in_the_place_of_another_is_a_replacement() -> None:
    assert files_told((a_file("A"),), (a_file("B"),)) == [("file.replaced", "A", "B")]
    assert files_told((a_file("A", None),), (a_file("B", None),)) == [("file.replaced", "A", "B")]
    assert files_told((a_file("A", label="Текст"),), (a_file("B", label="Текст (уточненный)"),)) == [
        ("file.replaced", "A", "B")
    ], "the slot decides, not the label"
    assert files_told((a_file("A", TEXT.lower()),), (a_file("B"),)) == [("file.replaced", "A", "B")]


@pytest.mark.parametrize(
    "other",
    [
        a_file("B", step="1.3"),
        a_file("B", ANYTHING),
        a_file("B", None),
        a_file("B", role=Role.NOTE),
    ],
)
def test_a_file_in_another_place_is_none(other: File) -> None:
    assert files_told((a_file("A"),), (other,)) == [("file.added", None, "B"), ("file.removed", "A", None)]


def test_without_a_slot_the_label_is_the_place() -> None:
    old, new = a_file("A", None, "Решение комитета"), a_file("B", None, "Письмо в Совет ГД")
    assert files_told((old,), (new,)) == [("file.added", None, "B"), ("file.removed", "A", None)]


def test_a_slot_that_holds_anything_replaces_only_like_by_like() -> None:
    table = a_file("A", ANYTHING, "Таблица поправок", step="5.1", role=Role.AMENDMENTS, edition=None)
    draft = a_file("B", ANYTHING, "Проект постановления", step="5.1", role=Role.DECISION, edition=None)
    assert files_told((table,), (draft,)) == [("file.added", None, "B"), ("file.removed", "A", None)]
    newer = replace(draft, id="C")
    assert files_told((table, draft), (table, newer)) == [("file.replaced", "B", "C")]


def test_equal_ids_are_paired_before_anything_is_a_replacement() -> None:
    """Two texts in one slot, as on real cards: one stays, the other is exchanged."""
    stays, goes, comes = a_file("A"), a_file("B"), a_file("C")
    for old in permutations((stays, goes)):
        for new in permutations((stays, comes)):
            assert files_told(old, new) == [("file.replaced", "B", "C")]
    assert files_told((stays,), (stays, comes)) == [("file.added", None, "C")]
    assert files_told((stays, goes), (stays,)) == [("file.removed", "B", None)]


@pytest.mark.parametrize(("gone", "come"), [("AB", "C"), ("A", "CD"), ("AB", "CD")])
def test_more_than_one_leftover_on_a_side_is_no_replacement(gone: str, come: str) -> None:
    kinds = [kind for kind, _, _ in files_told(tuple(map(a_file, gone)), tuple(map(a_file, come)))]
    assert kinds == ["file.added"] * len(come) + ["file.removed"] * len(gone)


def test_a_new_upload_under_the_same_id_is_a_replacement() -> None:
    newer = a_file("A", uploaded_at="2026-02-05T10:00:00+03:00")
    assert files_told((a_file("A"),), (newer,)) == [("file.replaced", "A", "A")]


@pytest.mark.parametrize(("before", "after"), [(None, "2026-02-05"), ("2026-02-05", None), (None, None)])
def test_a_time_of_upload_that_the_page_does_not_show_is_no_upload(before: str | None, after: str | None) -> None:
    assert files_told((a_file("A", uploaded_at=before),), (a_file("A", uploaded_at=after),)) == []


def test_what_a_clerk_renames_or_moves_is_the_same_file() -> None:
    moved = a_file("A", label="Текст (уточненный)", step="1.3", event_id=None, slot=None, format="rtf")
    assert files_told((a_file("A"),), (moved,)) == []


def test_levels_of_files() -> None:
    (added,) = compare_cards(card(), card(files=(a_file("A"),)))
    (letter,) = compare_cards(card(), card(files=(a_file("A", role=Role.LETTER),)))
    (removed,) = compare_cards(card(files=(a_file("A"),)), card())
    assert [change.level for change in (added, letter, removed)] == [Level.NOTABLE, Level.TECHNICAL, Level.MAJOR]


FILES = st.lists(
    st.builds(
        a_file,
        st.sampled_from("ABCDEF"),
        st.sampled_from([TEXT, ANYTHING, None]),
        st.sampled_from(["Текст", "Письмо"]),
        step=st.sampled_from(["1.1", "1.3"]),
        role=st.sampled_from([Role.BILL_TEXT, Role.LETTER]),
    ),
    unique_by=lambda file: file.id,
    max_size=6,
).map(tuple)


@given(FILES, FILES)
def test_every_file_is_told_once(old: tuple[File, ...], new: tuple[File, ...]) -> None:
    changes = [change for change in compare_cards(card(files=old), card(files=new)) if isinstance(change, FileChange)]
    before, after = {file.id for file in old}, {file.id for file in new}
    assert sorted(change.before.id for change in changes if change.before) == sorted(before - after)
    assert sorted(change.after.id for change in changes if change.after) == sorted(after - before)
    for change in changes:
        if change.before and change.after:
            assert (change.before.step, change.before.role) == (change.after.step, change.after.role)
            assert change.before.slot == change.after.slot
            assert change.before.slot or change.before.label == change.after.label


# ---------------------------------------------------------------- steps


def test_steps_come_go_and_are_edited() -> None:
    old = card(steps=(a_step("A"), a_step("B", "4.3", "2026-04-01")))
    edited = a_step("A", decisions=("предложить отклонить",))
    new = card(steps=(edited, a_step("C", "5.3", "2026-04-02")))
    changes = compare_cards(old, new)
    assert told(changes) == [
        ("bill.step_changed", "A", "A"),
        ("bill.step", None, "C"),
        ("bill.step_removed", "B", None),
    ]
    assert [change.level for change in changes] == [Level.NOTABLE, Level.MAJOR, Level.MAJOR]
    assert isinstance(changes[0], StepChange)
    assert changes[0].changed == ("decisions",)


def test_a_step_created_anew_is_the_same_step() -> None:
    assert compare_cards(card(steps=(a_step("A"),)), card(steps=(a_step("B"),))) == ()
    edited = a_step("B", decisions=())
    assert told(compare_cards(card(steps=(a_step("A"),)), card(steps=(edited,)))) == [("bill.step_changed", "A", "B")]


def test_of_twins_created_anew_only_equal_ones_are_paired() -> None:
    """Two steps may share number and moment to the second."""
    first, second = a_step("A", decisions=("а",)), a_step("B", decisions=("б",))
    old = card(steps=(first, second))
    for new in permutations((replace(first, id="C"), replace(second, id="D"))):
        assert compare_cards(old, card(steps=new)) == ()
    other = card(steps=(replace(first, id="C"), a_step("D", decisions=("в",))))
    assert told(compare_cards(old, other)) == [("bill.step_changed", "B", "D")]
    both = card(steps=(a_step("C", decisions=("в",)), a_step("D", decisions=("г",))))
    kinds = [kind for kind, _, _ in told(compare_cards(old, both))]
    assert kinds == ["bill.step", "bill.step", "bill.step_removed", "bill.step_removed"]


def test_planned_steps_did_not_happen() -> None:
    planned = Step(id=None, step="3.1", stage="", at=None, planned=True, title="Решение")
    assert compare_cards(card(), card(steps=(planned,))) == ()
    assert compare_cards(card(steps=(planned,)), card()) == ()


# ---------------------------------------------------------------- stage and passport


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, Status.REGISTERED, None),
        (None, Status.FIRST_READING, EventKind.BILL_STAGE),
        (Status.REGISTERED, Status.REGISTERED, None),
        (Status.REGISTERED, None, None),
        (Status.REGISTERED, Status.REJECTED, EventKind.BILL_REJECTED),
        (Status.REGISTERED, Status.WITHDRAWN, EventKind.BILL_WITHDRAWN),
        (Status.REGISTERED, Status.RETURNED, EventKind.BILL_RETURNED),
        (Status.ADOPTED, Status.SF_REJECTED, EventKind.BILL_SF_REJECTED),
        (Status.SF_APPROVED, Status.VETOED, EventKind.BILL_VETOED),
        (Status.SIGNED, Status.PUBLISHED, EventKind.BILL_STAGE),
    ],
)
def test_the_stage(before: Status | None, after: Status | None, kind: EventKind | None) -> None:
    changes = compare_cards(card(status=before), card(status=after))
    assert [change.kind for change in changes] == ([] if kind is None else [kind])
    assert all(isinstance(change, StageChange) and change.level is Level.KEY for change in changes)


def test_the_step_that_decided_it() -> None:
    vote, letter = a_step("V", "3.3", "2026-03-10"), a_step("L", "1.3", "2026-03-12")
    old, new = card(status=Status.REGISTERED), card(steps=(vote, letter), status=Status.FIRST_READING)
    (stage,) = (change for change in compare_cards(old, new) if isinstance(change, StageChange))
    assert stage.step == vote
    assert compare_cards(None, new)[0] == replace(stage, before=None)


def test_the_passport() -> None:
    before = {"Ответственный комитет": "Первый", "Пакет": "https://sozd.duma.gov.ru/download/A"}
    after = {"Ответственный комитет": "Второй", "Профильный комитет": "Третий", "Пакет": "https://x/download/B"}
    (change,) = compare_cards(card(fields=before), card(fields=after))
    assert isinstance(change, FieldsChange)
    assert change.fields == (("Ответственный комитет", "Первый", "Второй"), ("Профильный комитет", "", "Третий"))
    assert change.level is Level.TECHNICAL
    (renamed,) = compare_cards(card(), card(title="О другой выдумке", comment="в части"))
    assert (renamed.kind, renamed.level) == (EventKind.FIELDS_CHANGED, Level.NOTABLE)


def test_a_first_reading_is_all_new() -> None:
    reading = card(steps=(a_step("S"),), files=(a_file("A"),), status=Status.REGISTERED)
    assert told(compare_cards(None, reading)) == [("bill.step", None, "S"), ("file.added", None, "A")]
