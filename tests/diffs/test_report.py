from __future__ import annotations

import json
from typing import Any

import pytest

from diffs.compare import compare_texts
from diffs.report import from_json, to_json, to_text
from tracker.errors import StoreError

OLD = "1. Срок хранения дела составляет десять лет.\n2. Суд ведет реестр дел.\n3. Архив открыт для граждан."
NEW = (
    "1. Срок хранения дела составляет пять лет.\n"
    "2. Прокурор проверяет записи.\n"
    "3. Суд ведет реестр «дел».\n"
    "4. Архив открыт для граждан."
)
DIFF = compare_texts(OLD, NEW)


def test_json_has_the_keys_of_the_contract() -> None:
    data = to_json(DIFF)
    assert {"same", "operations", "groups", "stats", "significance", "noise"} <= set(data)
    operation = data["operations"][0]
    assert {
        "ops", "old_path", "new_path", "old_address", "new_address", "old_text", "new_text", "spans", "group",
    } <= set(operation)  # fmt: skip
    assert operation["place"] == {"ru": "пункт 1", "en": "item 1"}
    assert data["summary"]["ru"].startswith("изменён п. 1: «десять» → «пять»"), data["summary"]
    assert data["summary"]["en"].startswith("changed: item 1: «десять» → «пять»"), data["summary"]
    assert operation["spans"] == [
        ["=", "1. Срок хранения дела составляет "],
        ["-", "десять"],
        ["+", "пять"],
        ["=", " лет."],
    ]
    assert data["significance"]["level"] == 2
    assert data["significance"]["name"] == "major"
    assert set(data["stats"]) == {"words_added", "words_removed", "moved", "renumbered"}


def test_json_round_trip_through_text() -> None:
    assert from_json(json.loads(json.dumps(to_json(DIFF)))) == DIFF


@pytest.mark.parametrize("damage", [{}, {"same": True}, {**to_json(DIFF), "significance": {"level": 9, "reasons": []}}])
def test_damaged_json_is_named(damage: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        from_json(damage)


def test_text_for_a_terminal() -> None:
    text = to_text(DIFF)
    assert "Значимость: 2, важное изменение." in text
    assert "п. 1: изменено\n  1. Срок хранения дела составляет [-десять-]{+пять+} лет." in text
    assert "п. 2: добавлено" in text
    assert "Пункты 2–3 стали пунктами 3–4." in text
    assert "\x1b" not in text
    assert "\x1b[31m[-десять-]\x1b[0m" in to_text(DIFF, colour=True)


def test_equal_texts_name_the_noise() -> None:
    text = to_text(compare_texts("1. Реестр «дел».", '1. Реестр "дел".'))
    assert text == "Изменений в тексте нет.\n\nНе считается изменением: quote × 2.\n"
    named = to_text(compare_texts("1. Реестр «дел».", '1. Реестр "дел".'), noise={"quote": "вид кавычек"})
    assert "Не считается изменением: вид кавычек × 2." in named


def test_foreign_text_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in to_text(compare_texts("1. Норма.", "1. Норма \x1b[2Jиная \u202eкруто."))
    assert "\u202e" not in to_text(compare_texts("1. Норма.", "1. Норма \u202eкруто."))
