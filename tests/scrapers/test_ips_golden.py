"""Genuine captures of IPS, read and compared with readings that were checked by eye. Skipped without the captures.

A golden reading holds everything but the text itself: of that its digest, the number of its lines, its headings, the lines it
begins and ends with, and every note that stayed in it. Set ``UPDATE_GOLDEN=1`` to write them anew, and check every
difference against the page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from scrapers import ips
from scrapers.page import decoded
from scrapers.readings import from_json, to_json
from scrapers.superscript import raised
from tests.golden import golden
from tracker.errors import PageError
from tracker.models import PageKind, Problem, Reading

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "sources" / "real"
GOLDEN = ROOT / "tests" / "data" / "ips" / "golden"
TEXTS = {
    path.name.partition(".")[0]: path
    for folder, names in (("ips", ("*_real.html.gz", "*.body.html")), ("editions", ("*/*.body.html", "*/*.html.gz")))
    for name in names
    for path in sorted((REAL / folder).glob(name))
}
PAGES = [*TEXTS, "shell", "rows"]

pytestmark = pytest.mark.skipif(not TEXTS, reason=f"genuine captures are not here: {REAL.name} beside the repository")

# (articles, lines, notes, act), counted on the pages by other means.
COUNTED = {
    "mrot_82fz_real": (9, 32, 12, "act/fz/2000-06-19/82-fz"),
    "sout_426fz_real": (28, 347, 99, "act/fz/2013-12-28/426-fz"),
    "decree-166-2022": (0, 25, 3, "act/ukaz/2022-03-30/166"),
    "decree-250-2022": (0, 29, 6, "act/ukaz/2022-05-01/250"),
    "152-fz_rdk33": (29, 380, 132, "act/fz/2006-07-27/152-fz"),
    "152-fz_rdk37": (30, 403, 134, "act/fz/2006-07-27/152-fz"),
    "tk_2023-11-25_konard": (529, 3351, 1210, "act/fz/2001-12-30/197-fz"),
    "tk_current_2026-06-11": (538, 3446, 1269, "act/fz/2001-12-30/197-fz"),
}
_HEADING = re.compile(r"(?:Статья|СТАТЬЯ|Глава|ГЛАВА|Раздел|РАЗДЕЛ|ЧАСТЬ)\s[\w.⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_KEPT = re.compile(r"(?:(?:Часть|[Аа]бзац)[.;]\s)?(?P<note>\((?:[^()]|\([^()]*\))*\))(?:(?<=ФЗ\))\.)?")
_GROUP = re.compile(r"\((?:[^()]|\([^()]*\))*(?:\)|$)")


@cache
def body_of(name: str) -> bytes:
    """A capture. The shell and the rows are excerpts of frames whose end was not kept."""
    if name == "shell":
        return (REAL / "ips" / "ips_docbody_102039276_EXCERPT.utf8.html").read_bytes() + b"</body></html>"
    if name == "rows":
        return (REAL / "ips" / "ips_list_itself_EXCERPT.utf8.html").read_bytes()
    raw = TEXTS[name].read_bytes()
    return gzip.decompress(raw) if TEXTS[name].suffix == ".gz" else raw


@cache
def reading_of(name: str) -> Reading:
    return ips.read(body_of(name))


def derived(name: str) -> list[str] | None:
    """The plain text that somebody else made of a capture, where there is one."""
    for path in (REAL / "editions").glob(f"*/{name}.txt*"):
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode().splitlines()
    return None


def projected(reading: Reading) -> dict[str, Any]:
    data = to_json(reading)
    text, remarks = data.pop("text"), data.pop("remarks")
    if not text:
        return data
    lines = text.split("\n")
    held = {remark["text"] for remark in remarks}
    return data | {
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "lines": len(lines),
        "begins": [line[:90] for line in lines[:8]],
        "ends": [line[:90] for line in lines[-5:]],
        "headings": [found[0] for line in lines if (found := _HEADING.match(line))],
        "kept_notes": [group for line in lines for group in _GROUP.findall(squeezed(line)) if group in held],
        "pictures": sum(line.count("[рисунок") for line in lines),
        "remarks": len(remarks),
        "remarks_sha256": hashlib.sha256(json.dumps(remarks, ensure_ascii=False).encode()).hexdigest(),
        "first_remarks": remarks[:4],
        "newest_remarks": [remark for remark in remarks if remark["newest"]],
    }


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_it_did(name: str) -> None:
    read = projected(reading_of(name))
    assert read == golden(GOLDEN / f"{name}.json", read)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_known_and_survives_json(name: str) -> None:
    assert ips.recognises(body_of(name), "")
    assert from_json(json.loads(json.dumps(to_json(reading_of(name))))) == reading_of(name)


@pytest.mark.parametrize("name", TEXTS)
def test_counts_and_names(name: str) -> None:
    reading = reading_of(name)
    articles, lines, notes, act = COUNTED[name]
    text = reading.text.split("\n")
    headed = [line for line in text if re.match(r"Статья\s\d", line)]
    assert (len(headed), len(text), len(reading.remarks)) == (articles, lines, notes)
    assert reading.document is not None
    assert reading.document.id == act


@pytest.mark.parametrize("name", TEXTS)
def test_no_letter_of_the_law_is_lost(name: str) -> None:
    """Another parser, another way: the letters of the body without its notes are those of the text without its notes."""
    soup = BeautifulSoup(decoded(body_of(name)), "html.parser")
    content = soup.select_one("#text_content") or soup.select_one("div.pravo-doc") or soup.body
    assert content is not None
    for gone in content.select("title, style, head, .mark, .markx"):
        gone.decompose()
    for picture in content.select("img"):
        picture.replace_with("")
    for small in content.select(".W9"):
        small.replace_with(raised(small.get_text()))
    notes = {remark.text for remark in reading_of(name).remarks}

    def unkept(found: re.Match[str]) -> str:
        return "" if found["note"] in notes else found[0]

    lines = [_KEPT.sub(unkept, squeezed(line)) for line in reading_of(name).text.split("\n")]
    text = re.sub(r"\[рисунок: [^]]*\]", "", "".join(lines))
    assert "".join(text.split()) == "".join(content.get_text().split())


@pytest.mark.parametrize("name", [name for name in TEXTS if derived(name)])
def test_a_text_made_by_others_says_the_same(name: str) -> None:
    theirs = derived(name)
    assert theirs is not None
    reading = reading_of(name)
    notes = sorted({remark.text for remark in reading.remarks}, key=len, reverse=True)
    lifted = re.compile(" ?(?:" + "|".join(map(re.escape, notes)) + ")")

    def plain(line: str) -> str:
        line = re.sub(r"\^([0-9-]+)", lambda found: raised(found[1]), squeezed(line))
        return squeezed(lifted.sub("", line))

    assert [line for line in map(plain, theirs) if line] == [
        line for line in map(plain, reading.text.split("\n")) if line
    ]
    gone = re.compile(r"утратил[аи]?\s+силу\s+-", re.IGNORECASE)
    assert len(gone.findall(reading.text)) == len(gone.findall("\n".join(theirs)))


def test_every_note_of_the_markup_is_a_remark() -> None:
    for name in TEXTS:
        soup = BeautifulSoup(decoded(body_of(name)), "html.parser")
        linked = [
            re.search(r"[?&]nd=(\d+)", str(link["href"]))
            for span in soup.select(".mark, .markx")
            for link in span.select("a")
        ]
        inside = [span for span in soup.select(".mark, .markx") if not span.find_parent(class_=["mark", "markx"])]
        assert Counter("".join(span.get_text() for span in inside))["№"] == sum(
            remark.text.count("№") for remark in reading_of(name).remarks
        )
        assert {found[1] for found in linked if found} == {act for r in reading_of(name).remarks for act in r.acts}


@pytest.mark.parametrize("name", [name for name in TEXTS if name.endswith("_real") or name == "tk_current_2026-06-11"])
def test_a_genuine_page_cut_in_its_text_is_refused(name: str) -> None:
    body = body_of(name)
    for share in (0.5, 0.9, 0.999):
        with pytest.raises(PageError) as caught:
            ips.read(body[: int(len(body) * share)])
        assert caught.value.problem is Problem.TRUNCATED


def test_the_excerpt_of_a_shell_is_what_it_is() -> None:
    shell, rows = reading_of("shell"), reading_of("rows")
    assert [e.id for e in shell.editions if not e.available] == ["rdk-41", "rdk-68", "rdk-70"]
    assert [e.id for e in shell.editions if e.current] == ["rdk-84"]
    assert rows.page is PageKind.LIST
    with pytest.raises(PageError) as caught:
        ips.read(body_of("shell").removesuffix(b"</body></html>"))
    assert caught.value.problem is Problem.TRUNCATED
