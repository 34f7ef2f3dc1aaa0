"""Genuine texts of kremlin.ru, read and compared with readings that were checked by eye. Skipped without the captures.

A capture of an act is what stood inside its `<pre>`; the page around it is made here. The golden readings hold what is said
about an act; of its text only the length and the digest. Set ``UPDATE_GOLDEN=1`` to write them anew, and check every difference.
"""

from __future__ import annotations

import hashlib
import html
from pathlib import Path
from typing import Any

import pytest

from scrapers.kremlin import BASE_URL, print_url, read
from scrapers.readings import to_json
from tests.golden import golden
from tracker.models import Reading

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "sources" / "real" / "kremlin"
GOLDEN = ROOT / "tests" / "data" / "kremlin" / "golden"
NAMES = sorted(path.name for path in REAL.glob("*")) if REAL.is_dir() else []
ACTS = [name.removesuffix(".txt") for name in NAMES if name.endswith(".txt")]

pytestmark = pytest.mark.skipif(not NAMES, reason=f"genuine captures are not here: {REAL.name} beside the repository")

# (lines taken out as notes, notes, day and number of the signature), counted in the captures.
COUNTED = {
    "18376": (0, 1, "2002-08-05 369-рп"),
    "18440": (0, 0, "2002-07-29 798"),
    "18441": (2, 1, "2002-07-31 817"),
    "18447": (0, 0, "2002-08-01 359-рп"),
    "18458": (6, 2, "2002-08-12 885"),
    "18517": (2, 2, "2002-09-09 974"),
    "18588": (0, 0, "2002-09-23 1036"),
    "18643": (0, 0, "2002-10-03 1112"),
    "18656": (0, 0, "2002-10-08 484-рп"),
    "18833": (5, 2, "2002-11-14 1318"),
}


def captured(name: str) -> str:
    return (REAL / f"{name}.txt").read_text(encoding="utf-8")


def reading_of(name: str) -> Reading:
    """The capture in a page. Its quotation marks stand as `&#34;` in it: as in markup."""
    page = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><link rel="canonical" href="http://kremlin.ru/acts/bank/{name}"></head>
<body><pre id="special_pre">{captured(name)}</pre></body></html>"""
    return read(page.encode(), url=print_url(BASE_URL, name))


def projected(name: str) -> dict[str, Any]:
    if name in ACTS:
        data = to_json(reading_of(name))
        text = data["text"]
        digest = hashlib.sha256(text.encode()).hexdigest()
        data["text"] = {"lines": text.count("\n") + 1, "characters": len(text), "sha256": digest}
        return data
    return to_json(read((REAL / name).read_bytes()))


@pytest.mark.parametrize("name", [name.removesuffix(".txt") for name in NAMES])
def test_a_capture_reads_as_it_did(name: str) -> None:
    read = projected(name)
    assert read == golden(GOLDEN / f"{name.partition('.')[0]}.json", read)


@pytest.mark.parametrize("name", ACTS)
def test_the_text_is_the_capture_line_by_line_without_its_notes(name: str) -> None:
    lines = [line.rstrip() for line in html.unescape(captured(name)).rstrip().splitlines()]
    reading = reading_of(name)
    kept = reading.text.split("\n")
    taken, notes, signed = COUNTED[name]
    remaining = iter(lines)
    assert all(line in remaining for line in kept), "every line stands in the capture, in its order"
    assert (len(lines) - len(kept), len(reading.remarks)) == (taken, notes)
    assert reading.document is not None
    assert f"{reading.document.date} {reading.document.number}" == signed


def test_every_capture_has_a_golden_reading_and_no_golden_is_left_over() -> None:
    assert {name.partition(".")[0] for name in NAMES} == {path.stem for path in GOLDEN.glob("*.json")}
    assert set(COUNTED) == set(ACTS)
