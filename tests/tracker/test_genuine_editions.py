"""Genuine editions from the source to the comparison: the changed articles are those that the publisher itself says changed.

The publisher's notes are an independent witness: they name, unit by unit, the acts that changed it, so a unit whose notes
differ between two editions was changed between them. The reader lifts the notes out before anything is compared.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from diffs.compare import compare_texts
from diffs.structure import structure
from scrapers import ips
from tracker.models import Diff, Reading

EDITIONS = Path(__file__).parents[3] / "shared" / "sources" / "real" / "editions"
LAW = tuple(EDITIONS / "152-FZ" / f"152-fz_rdk{rdk}.body.html" for rdk in (33, 37))
CODE = tuple(EDITIONS / "TK-197-FZ" / f"tk_{name}.html.gz" for name in ("2023-11-25_konard", "current_2026-06-11"))

pytestmark = pytest.mark.skipif(
    not all(path.is_file() for path in LAW + CODE), reason=f"the genuine captures are not here: {EDITIONS.name}"
)

# Law 152-ФЗ, editions 33 and 37, read beside each other by eye: what changed, and in which way.
CHANGED = {
    "st-6.ch-1.p-9.1": "modified",
    "st-9.ch-1": "modified",
    "st-10.ch-2.p-7": "modified",
    "st-10.ch-2.1": "modified",
    "st-11.ch-2": "modified",
    "st-13.1": "added",
    "st-23.ch-12": "added",
}


@cache
def reading_of(path: Path) -> Reading:
    body = path.read_bytes()
    return ips.read(gzip.decompress(body) if path.suffix == ".gz" else body)


@cache
def compared(old: Path, new: Path) -> Diff:
    return compare_texts(reading_of(old).text, reading_of(new).text)


def article(path: str) -> str:
    found = re.search(r"st-\d+(?:\.\d+)*", path)
    return found[0] if found else "heading"


def noted(reading: Reading) -> Counter[tuple[str, str]]:
    """(path of the unit that a note stands behind, what it says) of every note."""
    paths = [section.path for section in structure(reading.text) for _ in section.text.split("\n")]
    assert len(paths) == len(reading.text.split("\n"))
    return Counter((paths[remark.line], remark.text) for remark in reading.remarks if remark.line >= 0)


def witnessed(old: Path, new: Path) -> list[tuple[str, str]]:
    """The notes that one of two editions has and the other has not; spelling of the notes themselves is nothing."""
    sides = []
    for path in (old, new):
        told = noted(reading_of(path))
        sides.append(Counter({(unit, text.lower()): count for (unit, text), count in told.items()}))
    return sorted(((sides[0] - sides[1]) + (sides[1] - sides[0])).keys())


def test_the_changed_units_of_a_law_are_found_and_no_others() -> None:
    diff = compared(*LAW)
    found: dict[str, str] = {}
    for operation in diff.operations:
        path = operation.new_path or operation.old_path or ""
        whole = "st-13.1" if path.startswith("st-13.1") else path
        found.setdefault(whole, "+".join(operation.ops))
        assert found[whole] == "+".join(operation.ops)
    assert found == CHANGED
    (heading,) = (op.new_text or "" for op in diff.operations if op.new_path == "st-13.1")
    assert heading.startswith("Статья 13¹.\xa0Особенности обработки персональных данных")


def test_every_change_of_the_law_is_witnessed_by_a_note() -> None:
    units = {unit for unit, text in witnessed(*LAW) if "дополнение статьей" not in text}
    articles = {article(unit) for unit, text in witnessed(*LAW) if "дополнение статьей" in text}
    heading = {unit for unit in units if article(unit) == "heading"}
    assert (units - heading) | articles == set(CHANGED)
    assert len(heading) == 1  # the list of all amending acts, which grows with each edition


def test_the_newest_marks_of_the_edition_stand_in_changed_units() -> None:
    """`.edx` and `.markx` belong to the act that made edition 37 alone; the other changes came with editions between."""
    reading = reading_of(LAW[1])
    paths = [section.path for section in structure(reading.text) for _ in section.text.split("\n")]
    newest = {paths[remark.line] for remark in reading.remarks[1:] if remark.newest}
    assert newest == {"st-9.ch-1"}
    soup = BeautifulSoup(LAW[1].read_text(encoding="utf-8"), "html.parser")
    inserted = [" ".join(span.get_text().split()) for span in soup.select(".edx")]
    added = {
        operation.new_path: " ".join("".join(text for sign, text in operation.spans if sign == "+").split())
        for operation in compared(*LAW).operations
    }
    assert [added["st-9.ch-1"]] == inserted


def test_every_changed_article_of_a_code_is_witnessed_by_a_note() -> None:
    changed = {article(operation.new_path or operation.old_path or "") for operation in compared(*CODE).operations}
    told = {article(unit) for unit, _ in witnessed(*CODE)}
    assert len(told) > 50
    # The editions come from two forms of the page, three years apart. Corrected in between without any act: a comma in
    # article 64, a full stop behind a note in 234. In 365 only the note itself was corrected ("федеральных законов" for one).
    assert changed - told == {"st-64", "st-234"}
    assert told - changed == {"heading", "st-365"}
