"""Addresses in words: quoted wording is set apart by a sign and explained with a real example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import places


@pytest.mark.parametrize(
    ("stored", "readable"),
    [
        ("ст. 1 п. 1 пп. «а» («п. 2 пп. „в“»)", "ст. 1 п. 1 пп. «а» › п. 2 пп. «в»"),
        ("ст. 1 п. 1 («ч. 2.3 п. 2»)", "ст. 1 п. 1 › ч. 2.3 п. 2"),
        ("Новое основание: ст. 1 («ч. 3»), ст. 2 («ст. 4.1»).", "Новое основание: ст. 1 › ч. 3, ст. 2 › ст. 4.1."),
        ("ст. 1 («п. 1») («п. 2»)", "ст. 1 › п. 1 › п. 2"),
        ("ст. 22 ч. 1 п. 2 пп. «в»", "ст. 22 ч. 1 п. 2 пп. «в»"),
        ("Закон («О гражданстве»)", "Закон («О гражданстве»)"),
    ],
)
def test_quoted_wording_stands_behind_a_sign(stored: str, readable: str) -> None:
    assert places.shown(stored) == readable
    assert places.shown(readable) == readable


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ст. 5 п. 3", "новый п. 3 в ст. 5"),
        ("ст. 5", "новая ст. 5"),
        ("ст. 1 п. 1 пп. «в» («ч. 2.4»)", "новая ч. 2.4, ст. 1 п. 1 пп. «в»"),
        ("ст. 1 п. 2 («п. 7 пп. „в“»)", "новый пп. «в», ст. 1 п. 2 › п. 7"),
        ("Положение п. 3", "новый п. 3 (Положение)"),
        ("преамбула", "добавлено: преамбула"),
    ],
)
def test_a_new_unit_agrees_in_gender_and_names_its_place(address: str, said: str) -> None:
    assert places.added(address) == said


def test_the_note_spells_out_the_first_address_that_needs_it() -> None:
    note = places.note([None, "ст. 2", "ст. 1 п. 1 пп. «а» («п. 2 пп. „в“»)", "ст. 1 («ч. 3»)"])
    assert note is not None
    assert note.address == "ст. 1 п. 1 пп. «а» › п. 2 пп. «в»"
    assert note.words == (
        "подпункт «в» пункта 2 в тексте, который подпункт «а» пункта 1 статьи 1 вносит в изменяемый акт"
    )
    assert places.note(["ст. 1", None]) is None


@given(st.text(alphabet="стпчаб. «»„“()›12", max_size=40))
def test_any_text_is_shown_without_an_error(text: str) -> None:
    assert places.shown(places.shown(text)) == places.shown(text)
    assert isinstance(places.added(text), str)
    assert isinstance(places.inside_out(text), str)
    places.note([text])
