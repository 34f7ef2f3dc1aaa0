"""Genuine answers of the portal, read and compared with readings that were checked by eye. Skipped without the captures."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scrapers.publication import keep_day, read
from scrapers.readings import to_json
from tracker.errors import PageError
from tracker.models import Problem

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "sources" / "real" / "publication"
GOLDEN = ROOT / "tests" / "data" / "publication" / "golden"
ERRORS = "api_Documents_error_bodies.json"
# Dictionaries and the help page are no lists of acts and no cards; `read` refuses them.
OTHER = {
    "api_help.html.gz",
    "document_types_sample.json",
    "public_blocks_sample.json",
    "signatory_authorities_sample.json.gz",
}

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"genuine captures are not here: {REAL.name} beside the repository"
)


def outcome(body: bytes, status: int = 200) -> dict[str, Any]:
    try:
        return to_json(read(body, status=status))
    except PageError as error:
        return {"problem": str(error.problem), "message": str(error)}


def golden(name: str) -> dict[str, Any]:
    wanted: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return wanted


def captures() -> list[str]:
    return sorted(path.name for path in REAL.glob("*") if path.name not in OTHER | {ERRORS}) if REAL.is_dir() else []


@pytest.mark.parametrize("name", captures())
def test_a_capture_reads_as_it_did(name: str) -> None:
    assert outcome((REAL / name).read_bytes()) == golden(name.partition(".")[0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_error_body_is_told_apart(place: int) -> None:
    probe = json.loads((REAL / ERRORS).read_text(encoding="utf-8"))[place]
    body = json.dumps(probe["body"], ensure_ascii=False).encode()
    wanted = golden(f"error_body_{place}")
    assert outcome(body, probe["status"]) == wanted
    assert outcome(body) == wanted, "a saved body without its status is told by its words"


def test_the_fourth_probe_is_a_list_that_ignored_its_question() -> None:
    probe = json.loads((REAL / ERRORS).read_text(encoding="utf-8"))[3]
    assert (probe["status"], probe["body"].partition(" ")[0]) == (200, "unfiltered")
    reading = read((REAL / "documents_search_sample.json").read_bytes())
    with pytest.raises(PageError) as caught:
        keep_day(reading, date(2026, 1, 17))
    assert caught.value.problem is Problem.UNFILTERED


@pytest.mark.parametrize("name", sorted(OTHER))
def test_dictionaries_are_not_lists_of_acts(name: str) -> None:
    body = (REAL / name).read_bytes()
    assert outcome(gzip.decompress(body) if name.endswith(".gz") else body)["problem"] == "layout_changed"


def test_every_capture_has_a_golden_reading_and_no_golden_is_left_over() -> None:
    named = {name.partition(".")[0] for name in captures()} | {f"error_body_{place}" for place in range(3)}
    assert named == {path.stem for path in GOLDEN.glob("*.json")}
