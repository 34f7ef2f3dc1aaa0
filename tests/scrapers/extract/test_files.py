from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract import archive
from scrapers.extract.files import Extracted, extract
from scrapers.extract.reading import Job, read
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

MakeDocx: TypeAlias = Callable[..., bytes]
Pack: TypeAlias = Callable[[Mapping[str, str | bytes]], bytes]

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = "<w:p><w:r><w:t>Статья 1</w:t></w:r></w:p>"


def refused(body: bytes, **told: Any) -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        extract(body, **told)
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- what a file is


@pytest.mark.parametrize(
    ("body", "problem", "words"),
    [
        (b"", Problem.EMPTY, "empty"),
        (b" \r\n", Problem.EMPTY, "empty"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Problem.SCAN, "JPEG"),
        (b"\x89PNG\r\n\x1a\n", Problem.SCAN, "PNG"),
        (b"II*\0", Problem.SCAN, "TIFF"),
        (b"Rar!\x1a\x07\x01\0", Problem.FORMAT, "RAR"),
        (b"7z\xbc\xaf\x27\x1c", Problem.FORMAT, "7z"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", Problem.FORMAT, "MHTML"),
        (b'<?xml version="1.0"?><w:wordDocument/>', Problem.FORMAT, "XML"),
        (b"\0\x01\x02\x03", Problem.FORMAT, "unknown"),
        (b"\x98\x98\x98", Problem.FORMAT, "unknown"),
    ],
)
def test_formats_that_are_not_read_say_so(body: bytes, problem: Problem, words: str) -> None:
    error = refused(body)
    assert error.problem is problem
    assert words in str(error)


@pytest.mark.parametrize("name", ["law.pdf", "law.txt", "", "law"])
def test_the_bytes_decide_and_not_the_label(docx: MakeDocx, name: str) -> None:
    assert extract(docx(BODY), name=name, content_type="application/pdf").format == "docx"
    assert refused(b"%PDF-1.4", name="law.docx").problem is Problem.BROKEN
    assert extract(rb"{\rtf1 x}", name="law.doc", content_type="application/msword").format == "rtf"


def test_an_error_names_the_file(docx: MakeDocx) -> None:
    assert (
        str(refused(b"GIF89a", name="Текст\nзакона.docx"))
        == "Текст закона.docx: a picture (GIF), taken as a scan: not read"
    )
    assert str(refused(b"%PDF-1.4", name="закон.pdf")) == "закон.pdf: a PDF that is cut short: fetch it again"
    assert len(str(refused(b"%PDF-1.4", name="x" * 5000))) < 200
    assert extract(docx(BODY), name="x.docx").text == "Статья 1"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}, "Excel"),
        ({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"}, "PowerPoint"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, "OpenDocument"),
        ({"content.xml": "<x/>"}, "OpenDocument"),
        ({"law.txt": "x"}, "ZIP"),
        ({}, "ZIP"),
        (
            {
                "[Content_Types].xml": "<x/>",
                "word/document.xml": '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body/></w:document>',
            },
            "strict",
        ),
    ],
)
def test_other_packages_say_what_they_are(pack: Pack, parts: Mapping[str, str], words: str) -> None:
    error = refused(pack(parts))
    assert error.problem is Problem.FORMAT
    assert words in str(error)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Статья 1\r\n\r\n  отступ  \rконец".encode(), "Статья 1\n  отступ\nконец"),
        ("\ufeffСтатья".encode(), "Статья"),
        ("Статья № 1 — «а»".encode("cp1251"), "Статья № 1 — «а»"),
        ("Статья\nвторая".encode("utf-16"), "Статья\nвторая"),
    ],
)
def test_plain_text_in_its_encodings(body: bytes, expected: str) -> None:
    assert extract(body) == Extracted(text=expected, format="text", extractor="text/1")


def test_html_is_text_where_nothing_else_was_promised() -> None:
    page = "<html><body><p>Статья 22<sup>1</sup></p><p>Часть</p></body></html>"
    promises: tuple[dict[str, Any], ...] = ({}, {"name": "law.html"}, {"content_type": "text/html"})
    for told in promises:
        assert extract(page.encode(), **told) == Extracted(text="Статья 22¹\nЧасть", format="html", extractor="html/1")
    cyrillic = page.replace("<html>", '<html><head><meta charset="windows-1251"></head>').encode("cp1251")
    assert extract(cyrillic).text == "Статья 22¹\nЧасть"
    assert extract("<p>Статья 1</p>".encode()).format == "html"


@pytest.mark.parametrize(
    "told", [{"name": "Текст законопроекта.docx"}, {"content_type": "application/msword"}, {"name": "a.pdf"}]
)
def test_html_in_place_of_a_file_is_an_error_page(told: dict[str, Any]) -> None:
    with pytest.raises(PageError) as caught:
        extract("<html><body><p>Добро пожаловать</p></body></html>".encode(), **told)
    assert caught.value.problem is Problem.LAYOUT_CHANGED


@pytest.mark.parametrize("told", [{}, {"name": "a.docx"}])
@pytest.mark.parametrize("words", ["Файл не найден", "404 Not Found", "Документ не существует", "Страница не найдена"])
def test_a_page_that_says_not_found_is_not_found(words: str, told: dict[str, Any]) -> None:
    with pytest.raises(PageError) as caught:
        extract(f"<html><body><h1>{words}</h1></body></html>".encode(), **told)
    assert caught.value.problem is Problem.NOT_FOUND


# ---------------------------------------------------------------- damaged and dangerous files


@given(data=st.data())
def test_a_cut_file_is_broken_never_a_shorter_text(docx: MakeDocx, data: st.DataObject) -> None:
    whole = docx(BODY)
    size = data.draw(st.integers(4, len(whole) - 1))
    assert refused(whole[:size]).problem in {Problem.BROKEN, Problem.FORMAT}


@given(data=st.data())
def test_a_file_with_a_wrong_byte_is_read_right_or_refused(docx: MakeDocx, data: st.DataObject) -> None:
    damaged = bytearray(docx(BODY))
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] ^= data.draw(st.integers(1, 255))
    try:
        got = extract(bytes(damaged))
    except (ExtractError, PageError):
        return
    assert got.text == "Статья 1"


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_a_clear_error(body: bytes) -> None:
    try:
        got = extract(body)
    except (ExtractError, PageError):
        return
    assert got.text.strip()


def test_an_encrypted_archive_is_named(docx: MakeDocx) -> None:
    body = bytearray(docx(BODY))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = body.find(mark)
        while place >= 0:
            body[place + offset] |= 1
            place = body.find(mark, place + 4)
    error = refused(bytes(body))
    assert error.problem is Problem.BROKEN
    assert "encrypted" in str(error)


def test_a_bomb_is_not_unpacked(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refused(pack({"[Content_Types].xml": "<x/>", "word/document.xml": b"a" * 8_000_000}))
    assert error.problem is Problem.BROKEN
    assert "bomb" in str(error)
    monkeypatch.setattr(archive, "MAX_TOTAL", 100)
    with pytest.raises(ExtractError, match="bomb"):
        read(Job(body=pack({"[Content_Types].xml": "<x/>" * 100})), tmp_path)


def test_archives_inside_an_archive_are_never_opened(docx: MakeDocx, pack: Pack) -> None:
    inner = pack({"zeros": bytes(100_000_000)})
    with zipfile.ZipFile(io.BytesIO(docx(BODY))) as word:
        parts = {name: word.read(name) for name in word.namelist()}
    assert extract(pack({**parts, "word/embeddings/bomb.zip": inner})).text == "Статья 1"


def test_macros_are_told_and_never_run(docx: MakeDocx, pack: Pack) -> None:
    with zipfile.ZipFile(io.BytesIO(docx(BODY))) as word:
        parts = {name: word.read(name) for name in word.namelist()}
    got = extract(pack({**parts, "word/vbaProject.bin": b"Shell"}), name="law.docm")
    assert (got.text, got.flags) == ("Статья 1", ("macros",))


def test_parts_elsewhere_are_not_fetched(pack: Pack) -> None:
    """A main part on another server is no part; the one in the archive is read."""
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    elsewhere = 'Type="x/officeDocument" Target="http://127.0.0.1:9/document.xml" TargetMode="External"'
    relations = f'<Relationships xmlns="{package}"><Relationship Id="r" {elsewhere}/></Relationships>'
    document = f"<w:document {W}><w:body>{BODY}</w:body></w:document>"
    body = pack({"[Content_Types].xml": "<x/>", "_rels/.rels": relations, "word/document.xml": document})
    assert extract(body).text == "Статья 1"


def test_thousands_of_parts_are_a_bomb(pack: Pack) -> None:
    error = refused(pack({f"word/media/{number}": "" for number in range(archive.MAX_MEMBERS + 1)}))
    assert error.problem is Problem.BROKEN


def test_a_part_too_large_is_not_read(docx: MakeDocx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_XML", 300)
    with pytest.raises(ExtractError, match="larger than 300") as caught:
        read(Job(body=docx(BODY * 100)), tmp_path)
    assert caught.value.problem is Problem.BROKEN


def test_declared_sizes_bind(pack: Pack) -> None:
    """A part that is longer than its header says is cut there by the reader, and its checksum then fails."""
    body = bytearray(
        pack({"[Content_Types].xml": "<x/>", "word/document.xml": f"<w:document {W}><w:body/></w:document>"})
    )
    place = body.rfind(b"PK\x01\x02")
    body[place + 24 : place + 28] = struct.pack("<I", 5)
    assert refused(bytes(body)).problem is Problem.BROKEN


def test_two_parts_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<x/>")
        made.writestr("word/document.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("word/document.xml", "<b/>")
    assert refused(out.getvalue()).problem is Problem.BROKEN


def test_a_method_that_documents_do_not_use_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("[Content_Types].xml", "<x/>")
    assert refused(out.getvalue()).problem is Problem.BROKEN


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY e "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_and_dtds_are_refused(pack: Pack, dtd: str) -> None:
    reference = "&e;" if "ENTITY" in dtd else ""
    document = f"{dtd}<w:document {W}><w:body><w:p><w:r><w:t>x{reference}</w:t></w:r></w:p></w:body></w:document>"
    error = refused(pack({"[Content_Types].xml": "<x/>", "word/document.xml": document}))
    assert error.problem is Problem.BROKEN


@pytest.mark.parametrize("document", ["", "<w:document", "<a><b></a>", f"<w:document {W}><w:body>" + "<w:sdt>" * 3000])
def test_damaged_xml_is_broken(pack: Pack, document: str) -> None:
    assert refused(pack({"[Content_Types].xml": "<x/>", "word/document.xml": document})).problem is Problem.BROKEN


@pytest.mark.parametrize("depth", [50, 240, 2000, 20_000])
def test_deep_nesting_is_read_or_refused(docx: MakeDocx, depth: int) -> None:
    nested = "<w:sdt><w:sdtContent>" * depth + BODY + "</w:sdtContent></w:sdt>" * depth
    try:
        assert extract(docx(nested)).text == "Статья 1"
    except ExtractError as error:
        assert error.problem is Problem.BROKEN  # noqa: PT017 - either outcome is right
        assert depth > 50


def test_a_huge_label_does_not_multiply(docx: MakeDocx) -> None:
    pattern = "%1" * 100_000
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="999999999"/><w:numFmt w:val="lowerLetter"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    numbered = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    assert len(extract(docx(numbered, numbering=numbering)).text) < 1000


def test_the_function_and_its_result_travel_between_processes(docx: MakeDocx) -> None:
    made = pickle.loads(pickle.dumps(extract))(docx(BODY))  # noqa: S301 - our own bytes
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - the same
