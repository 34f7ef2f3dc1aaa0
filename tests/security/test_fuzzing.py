"""Hostile documents: our own samples, damaged in every way that hypothesis thinks of, through everything that reads and writes.

A reader gives a reading that can be stored, or one of our own errors on one line; nothing else. A writer gives well-formed
bytes whatever stands in the words. About 20 seconds here; `DUMA_TRACKER_FUZZ=50` tries fifty times as much, with other seeds.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from feeds.site import Site
from scrapers import ips, kremlin, page, publication, sozd
from scrapers.extract.files import extract
from scrapers.extract.reading import Job, read
from scrapers.readings import to_json
from tests.feeds.hostile import hostile
from tests.scrapers import ips_pages, sozd_pages
from tests.scrapers import test_kremlin as kremlin_pages
from tests.scrapers import test_publication as portal_pages
from tests.scrapers import test_sozd_feed as bill_feeds
from tests.scrapers.extract import test_pdf as pdfs
from tests.scrapers.extract import test_rtf as rtfs
from tests.scrapers.extract.conftest import HEAD, SPACES, relationships, zipped
from tracker.errors import TrackerError

LONGER: Final = int(os.environ.get("DUMA_TRACKER_FUZZ", "1"))


def effort(examples: int) -> settings:
    """So many examples, the same ones every time; `LONGER` times as many new ones where that is asked for."""
    return settings(
        max_examples=examples * LONGER, derandomize=LONGER == 1, suppress_health_check=[*HealthCheck], database=None
    )


# ---------------------------------------------------------------- damage

#: Pieces of what attackers and broken servers send.
POISON: Final = (
    *(b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script>", b"</pre>", b"</html>", b"<table><tr><td>"),
    *(b"&#0;", b"&#x110000;", b"&#xD800;", b"&lt;", b"&e;", b"&" + b"amp;" * 50, b"\x00", b"\xff\xfe", b"\xed\xa0\x80"),
    *(b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"<!DOCTYPE x [<!ENTITY e '&e;&e;'>]>", b"<b>" * 400),
    *(
        b"<div>" * 3000,
        b"{" * 3000,
        b"[" * 3000,
        b'"',
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\\u" + b"9" * 5000,
        b"\\bin99999999 ",
    ),
    *(
        b"\\'",
        b"\\*",
        b"{\\rtf1 ",
        b"\\uc-1 ",
        b"\\uc999999999 ",
        b"\\ansicpg0 ",
        b"\\fcharset-7 ",
        b"{\\footnote ",
        b"}" * 9,
    ),
    *(
        b"9" * 5000,
        b"-1",
        b"1e999",
        b"NaN",
        b"null",
        b"99.99.9999",
        b"0000-00-00T99:99:99",
        b"\xe2\x80\xae",
        b"\r",
        b"\n\n",
    ),
    *(b"PK\x05\x06", b"PK\x01\x02", b"endobj", b"stream\n", b"/Kids [2 0 R]", b"/Prev 0", b"<< " * 500, b"%PDF-"),
)
_AT = st.floats(0, 1)
_DAMAGE = st.lists(
    st.tuples(st.just("put"), _AT, st.sampled_from(POISON) | st.binary(min_size=1, max_size=8))
    | st.tuples(st.just("over"), _AT, st.sampled_from(POISON) | st.binary(min_size=1, max_size=4))
    | st.tuples(st.sampled_from(["cut", "drop", "twice", "move"]), _AT, _AT),
    min_size=1,
    max_size=6,
)


def damaged(body: bytes, damage: list[tuple[str, float, Any]]) -> bytes:
    """Bytes put in or over, the end cut off, a piece dropped, repeated, or moved to the front."""
    for way, at, what in damage:
        here = int(at * len(body))
        if way == "put":
            body = body[:here] + what + body[here:]
        elif way == "over":
            body = body[:here] + what + body[here + len(what) :]
        elif way == "cut":
            body = body[:here]
        else:
            there = here + int(what * (len(body) - here))
            piece, rest = body[here:there], body[:here] + body[there:]
            body = {"drop": rest, "twice": body[:there] + piece + body[there:], "move": piece + rest}[way]
    return body


def survived(reader: Callable[[bytes], Any], body: bytes) -> Any:
    """What a reader made of it; None for one of our own errors, which says what was wrong on one line."""
    try:
        return reader(body)
    except TrackerError as error:
        said = str(error)
    assert said
    assert "\n" not in said
    return None


# ---------------------------------------------------------------- pages

_CARD = sozd_pages.FakeCard(steps=(sozd_pages.REGISTERED, sozd_pages.COUNCIL, sozd_pages.FIRST, sozd_pages.SECOND))
_PAGE = "<h1>Правила</h1><main><p>" + "Слова о правилах вымышленного ведомства. " * 9 + "</p><ol><li>раз</ol></main>"
PAGES: Final[Mapping[str, tuple[Callable[..., Any], bytes]]] = {
    "card": (sozd.read, _CARD.body()),
    "list": (sozd.read, sozd_pages.listing(sozd_pages.listing_row("100001-99", "О вымысле"), total="1")),
    "bill feed": (bill_feeds.read, bill_feeds.feed(bill_feeds.FIRST, bill_feeds.THIRD, bill_feeds.LAST)),
    "ips shell": (
        ips.read,
        ips_pages.shell([ips_pages.option(1, "первая"), ips_pages.option(2, "вторая", selected=True)]),
    ),
    "ips text": (
        ips.read,
        ips_pages.frame(
            "<p>Статья 1. О порядке</p><p>1. Слова" + ips_pages.note("(В редакции", ("1-ФЗ", "1")) + "</p>"
        ),
    ),
    "ips print": (ips.read, ips_pages.printed("<p>Статья 1</p>", name="Федеральный закон от 01.02.2099 г. № 1-ФЗ")),
    "ips rows": (ips.read, ips_pages.rows(ips_pages.row("Указ от 01.02.2099 г. № 1", nd="102", title="О порядке"))),
    "kremlin print": (kremlin.read, kremlin_pages.print_page(kremlin_pages.OLD)),
    "kremlin page": (kremlin.read, kremlin_pages.view_page(kremlin_pages.NEW, heading="Указ от 31.07.2099 г. № 817")),
    "kremlin list": (kremlin.read, kremlin_pages.list_page(kremlin_pages.entry(), kremlin_pages.entry())),
    "kremlin feed": (kremlin.read, kremlin_pages.feed(kremlin_pages.FEED_ENTRY)),
    "portal list": (publication.read, portal_pages.a_list(portal_pages.row(), portal_pages.row(eoNumber="0002"))),
    "portal card": (publication.read, json.dumps(portal_pages.row(), ensure_ascii=False).encode()),
}


@pytest.mark.parametrize("name", PAGES)
@effort(40)
@given(damage=_DAMAGE)
def test_a_page_of_a_source_is_read_or_refused(name: str, damage: list[tuple[str, float, Any]]) -> None:
    reader, body = PAGES[name]
    reading = survived(reader, damaged(body, damage))
    if reading is not None:  # it can be kept
        json.loads(json.dumps(to_json(reading), ensure_ascii=False, allow_nan=False).encode())


@pytest.mark.parametrize("name", PAGES)
def test_each_sample_is_read_when_it_is_whole(name: str) -> None:
    reader, body = PAGES[name]
    reader(body)


@effort(40)
@given(damage=_DAMAGE, selector=st.sampled_from([None, "main", "p"]))
def test_a_page_of_anybody_is_read_or_refused(damage: list[tuple[str, float, Any]], selector: str | None) -> None:
    body = f"<!doctype html><html><body>{_PAGE}</body></html>".encode()
    got = survived(lambda given: page.read(given, selector=selector), damaged(body, damage))
    if got is not None:
        assert got.text.encode()


# ---------------------------------------------------------------- files

_INNER = (
    '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Статья</w:t></w:r></w:p>'
    '<w:tbl><w:tr><w:tc><w:p><w:ins><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r></w:ins></w:p>'
    '</w:tc></w:tr></w:tbl><w:p><w:r><w:sym w:char="F0B7"/><w:footnoteReference w:id="2"/></w:r></w:p>'
)
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/>'
    '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
_PARTS: Final[Mapping[str, bytes]] = {
    "_rels/.rels": relationships({"officeDocument": "word/document.xml"}).encode(),
    "word/_rels/document.xml.rels": relationships(
        {"numbering": "numbering.xml", "footnotes": "footnotes.xml"}
    ).encode(),
    "word/document.xml": f"{HEAD}<w:document {SPACES}><w:body>{_INNER}</w:body></w:document>".encode(),
    "word/numbering.xml": f"{HEAD}<w:numbering {SPACES}>{_NUMBERING}</w:numbering>".encode(),
    "word/footnotes.xml": f'{HEAD}<w:footnotes {SPACES}><w:footnote w:id="2"><w:p><w:r><w:t>сноска</w:t></w:r></w:p>'
    "</w:footnote></w:footnotes>".encode(),
}
_RTF = rtfs.document(
    rtfs.hexed("Статья 1. ") + r"{\super 1}{\footnote\pard " + rtfs.coded("сноска") + r"}\par\trowd\intbl "
    r"\cell\row{\listtext 1.\tab}\ls1 \deleted " + rtfs.hexed("слова") + r"\par{\*\generator x}{\pict\bin4 ABCD}"
)
_PDF = pdfs.written(pdfs.words("Статья 1. О порядке") + pdfs.outline(), pdfs.words("2") + pdfs.picture())


def read_here(body: bytes) -> Any:
    """In this process, as the child does it: nothing is caught on the way."""
    return read(Job(body=body), Path())


def stored(extracted: Any) -> None:
    assert extracted is None or extracted.text.encode()


@effort(150)
@given(part=st.sampled_from(sorted(_PARTS)), damage=_DAMAGE)
def test_a_word_file_with_a_damaged_part_is_read_or_refused(part: str, damage: list[tuple[str, float, Any]]) -> None:
    stored(survived(read_here, zipped({**_PARTS, part: damaged(_PARTS[part], damage)})))


@effort(150)
@given(damage=_DAMAGE)
def test_a_damaged_archive_is_read_or_refused(damage: list[tuple[str, float, Any]]) -> None:
    stored(survived(read_here, b"PK\x03\x04" + damaged(zipped(_PARTS), damage)[4:]))


@effort(60)
@given(number=st.integers(-(10**9), 10**9), size=st.integers(0, 2**22), method=st.sampled_from([0, 8, 12, 14]))
@example(number=10**12, size=0, method=8)
def test_a_bomb_or_a_lie_in_an_archive_is_read_or_refused(number: int, size: int, method: int) -> None:
    """Numbers of lists beyond all bounds, a part of nothing but spaces, packed in ways that Word never uses."""
    numbering = _PARTS["word/numbering.xml"].replace(b'w:start w:val="1"', b'w:start w:val="%d"' % number)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**_PARTS, "word/numbering.xml": numbering + b" " * size}.items():
            archive.writestr(name, content, compress_type=method)
    stored(survived(read_here, out.getvalue()))


@effort(200)
@given(damage=_DAMAGE)
@example(damage=[("put", 0.5, b"\\u" + b"9" * 5000)])
@example(damage=[("put", 0.5, b"\\f" + b"9" * 5000)])
def test_a_damaged_rtf_file_is_read_or_refused(damage: list[tuple[str, float, Any]]) -> None:
    stored(survived(read_here, b"{\\rtf" + damaged(_RTF, damage)[5:]))


@effort(60)
@given(damage=_DAMAGE)
def test_a_damaged_pdf_file_is_read_or_refused_and_the_child_lives_on(damage: list[tuple[str, float, Any]]) -> None:
    stored(survived(extract, b"%PDF-" + damaged(_PDF, damage)[5:]))


# ---------------------------------------------------------------- what goes out

_WORDS = st.lists(
    st.sampled_from([piece.decode("utf-8", "surrogateescape")[:40] for piece in POISON])
    | st.text(st.characters(exclude_categories=()), max_size=6),
    min_size=1,
    max_size=6,
).map("".join)


def well_formed(path: str, body: bytes) -> None:
    if path.endswith((".atom", ".rss", ".opml")):
        etree.fromstring(body)
    elif path.endswith(".json"):
        json.loads(body)
    elif path.endswith(".ics"):
        assert all(line.decode() or True for line in body.split(b"\r\n"))
        assert b"\n" not in body.replace(b"\r\n", b"")
    elif body.startswith(b"<!doctype html>"):
        tree = html.fromstring(body)
        assert not [script for script in tree.iter("script") if script.text]
        assert not tree.xpath("//iframe | //object | //embed | //base | //@onerror | //@onload | //@style")
        assert not tree.xpath("//a[starts-with(normalize-space(@href), 'javascript:')]")


@effort(4)
@given(words=_WORDS)
def test_whatever_stands_in_the_words_what_goes_out_is_well_formed(words: str) -> None:
    site = Site(hostile(words, ours="слова"), hostile().info)
    for path in (
        "/feeds/all.atom",
        "/feeds/all.rss",
        "/feeds/all.json",
        "/feeds/index.opml",
        "/calendar.ics",
        "/",
        "/documents",
    ):
        found = site.page(path)
        if found is not None:
            well_formed(path, found.body)
