"""Genuine bill cards, read and compared with readings that were checked by eye. Skipped without the captures.

The golden readings hold what the cards say, except the prose of the explanatory note: of that only length and digest are kept.
Set ``UPDATE_GOLDEN=1`` to write them anew, and check every difference against the page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from scrapers import sozd
from scrapers.pages import refuse_non_page
from scrapers.readings import from_json, to_json
from scrapers.sozd_slots import classify
from tests.golden import golden
from tracker.errors import PageError
from tracker.models import Problem, Reading, Role

ROOT = Path(__file__).resolve().parents[2]
CARDS = ROOT.parent / "shared" / "sources" / "real" / "sozd" / "cards"
GOLDEN = ROOT / "tests" / "data" / "sozd" / "golden"
NAMES = sorted(path.name.partition(".")[0] for path in CARDS.glob("*.html*")) if CARDS.is_dir() else []

pytestmark = pytest.mark.skipif(not NAMES, reason=f"genuine captures are not here: {CARDS.name} beside the repository")

# (steps, planned steps, files, votes, status), counted on the pages.
COUNTED = {
    "1001390-6": (46, 0, 35, 6, "published"),
    "125874-8": (29, 0, 21, 0, "rejected"),
    "134824-8": (11, 1, 27, 0, "under_consideration"),
    "137906-8": (18, 0, 37, 3, "published"),
    "160451-6": (30, 0, 47, 7, "published"),
    "204628-7": (26, 0, 60, 9, "published"),
    "259246-6": (19, 1, 36, 5, "published"),
    "97023448-2": (8, 0, 0, 0, "published"),
}


@cache
def body_of(name: str) -> bytes:
    (path,) = CARDS.glob(f"{name}.*")
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


@cache
def reading_of(name: str) -> Reading:
    return sozd.read(body_of(name), url=f"https://sozd.duma.gov.ru/bill/{name}")


def projected(reading: Reading) -> dict[str, Any]:
    data = to_json(reading)
    note = data.pop("note")
    return data | {"note_sha256": hashlib.sha256(note.encode()).hexdigest(), "note_length": len(note)}


@pytest.mark.parametrize("name", NAMES)
def test_a_card_reads_as_it_did(name: str) -> None:
    read = projected(reading_of(name))
    assert read == golden(GOLDEN / f"{name}.json", read)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_survives_json(name: str) -> None:
    assert from_json(json.loads(json.dumps(to_json(reading_of(name))))) == reading_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_or_told_twice(name: str) -> None:
    """Counts of plain searches in the markup of the one pane that counts, and of BeautifulSoup over the whole page."""
    page = body_of(name).decode()
    pane = page[page.index('id="bh_histras"') : page.index('id="bh_hron"')]
    reading = reading_of(name)
    assert reading.document is not None
    planned = sum(step.planned for step in reading.events)
    assert (len(reading.events), planned, len(reading.files), len(reading.votes), reading.document.status) == COUNTED[
        name
    ]
    guids = re.findall(r'data-fileid="([^"]+)"', pane)
    assert [file.id for file in reading.files] == guids
    assert len(set(guids)) == len(guids)
    dated = re.findall(r'<div id="([0-9A-F-]{36})" class="oz_event', pane)
    assert [step.id for step in reading.events if not step.planned] == dated
    assert planned == pane.count("future_event")
    events = {step.id for step in reading.events}
    assert all(file.event_id in events for file in reading.files)

    soup = BeautifulSoup(page, "lxml")
    assert reading.document.title == " ".join(soup.select_one("#oz_name").get_text().split())  # type: ignore[union-attr]
    assert len(reading.document.fields) == len(soup.select("#opc_hild tr"))
    assert len(reading.votes) == len(soup.select("#bh_votes tr"))
    histras = soup.find(id="bh_histras")
    assert isinstance(histras, Tag)
    said = [" ".join(item.get_text().split()) for item in histras.select(".algstname .name li")]
    assert ["; ".join(step.decisions) for step in reading.events if step.decisions] == said


@pytest.mark.parametrize("name", NAMES)
def test_what_a_card_prints_beside_a_step_is_what_is_told(name: str) -> None:
    soup = BeautifulSoup(body_of(name), "lxml")
    for step in reading_of(name).events:
        if step.planned:
            continue
        block = soup.find(id=step.id or False)
        assert isinstance(block, Tag)
        shown = block.select_one(".bh_etap_date .mob_not")
        clock = block.select_one(".bh_etap_date_time")
        assert shown is not None
        assert step.at is not None
        assert step.at[:10] == "-".join(reversed(shown.get_text().strip().split(".")))
        assert (clock.get_text().strip() if clock else "") == step.at[11:16]
        assert bool(clock) == ("with_datatime" in (block.get("class") or []))


@pytest.mark.parametrize("name", NAMES)
def test_nobody_who_typed_a_card_in_is_named(name: str) -> None:
    page = body_of(name).decode()
    people = set(re.findall(r"разместил пользователь\s+([А-ЯЁ][^(\"<]*?)\s*(?:\(|\")", page))
    people |= {found.strip() for found in re.findall(r"Автор события:\s*([^\"<]+?)\s*\"", page)}
    people = {person for person in people if len(person.split()) >= 3}
    assert people, "every capture names somebody in its tooltips"
    shown = json.dumps(to_json(reading_of(name)), ensure_ascii=False)
    for person in people:
        assert person not in shown
        assert person.split()[0] + " " + person.split()[1] not in shown
    assert "разместил" not in shown
    assert "Автор события" not in shown


@pytest.mark.parametrize("name", NAMES)
def test_every_cut_is_told_and_no_word_of_a_script_is_a_notice(name: str) -> None:
    body = body_of(name)
    refuse_non_page(body, status=200, content_type="text/html; charset=utf-8", url="")
    for share in (1, 2, 4, 6, 8, 9):
        with pytest.raises(PageError) as caught:
            sozd.read(body[: len(body) * share // 10])
        assert caught.value.problem is Problem.TRUNCATED


def test_editions_of_a_law_in_the_order_of_the_procedure() -> None:
    texts = [file for file in reading_of("204628-7").files if file.role is Role.BILL_TEXT and file.edition]
    order = [sozd.EDITION_ORDER.index(file.edition or "") for file in texts]
    assert order == sorted(order)
    assert {file.edition for file in texts} == set(sozd.EDITION_ORDER) - {"revised"}
    planned = [file for file in reading_of("259246-6").files if file.event_id is None]
    assert [(file.role, file.edition) for file in planned if file.edition] == [
        (Role.BILL_TEXT, "third-reading-committee")
    ]
    assert "revised" in {file.edition for file in reading_of("134824-8").files}


SLOTS = CARDS.parent / "derived" / "doctypes_formdatafield.tsv"
# "Иной документ", which holds anything, and incoming letters whose labels are names of files.
HOLD_ANYTHING = {"554EFA09", "D463C512", "F3F89BC5", "9E37F012", "AB03E3A8"}


def test_every_slot_that_was_ever_seen_is_decided() -> None:
    rows = [line.split("\t")[:3] for line in SLOTS.read_text(encoding="utf-8").splitlines()[1:]]
    steps: dict[str, set[str]] = {}
    for slot, step, label in rows:
        role, edition = classify(step, "" if slot == "-" else slot, label)
        is_text = label.startswith(("Текст", "Text of the bill"))
        assert (role is Role.BILL_TEXT) == is_text, (slot, label)
        if is_text and slot[:8] not in HOLD_ANYTHING:
            assert edition in sozd.EDITION_ORDER, (slot, label)
        if slot != "-":
            steps.setdefault(slot, set()).add(step)
            by_slot = classify("9.9", slot, "") == (role, edition)
            assert by_slot != (slot[:8] in HOLD_ANYTHING) or (role, edition) == (Role.OTHER, None), (slot, label)
    assert len(steps) == 66
    assert all(len(seen) == 1 for seen in steps.values()), "a slot belongs to one step"


def test_every_capture_has_its_golden_reading() -> None:
    assert sorted(COUNTED) == NAMES
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES
