from __future__ import annotations

import contextlib
import http.server
import shutil
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from scrapers.extract import doc, programs
from scrapers.extract import ole as container
from scrapers.extract.files import extract, tools
from tracker.errors import ExtractError
from tracker.models import Problem

Convert: TypeAlias = Callable[[bytes, str], bytes]
MakeDocx: TypeAlias = Callable[..., bytes]
MakeOle: TypeAlias = Callable[[Mapping[str, bytes]], bytes]
Pack: TypeAlias = Callable[[Mapping[str, str | bytes]], bytes]

RUN = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
HIGH = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>'
GONE = '<w:del w:id="2" w:author="x"><w:r><w:delText>27</w:delText></w:r></w:del>'
NEW = f'<w:ins w:id="1" w:author="x" w:date="2099-01-01T00:00:00Z">{RUN.format("30")}</w:ins>'
ITEM = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>' + RUN + "</w:p>"
LIST = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/>'
    '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
CELL = "<w:tc><w:p>" + RUN + "</w:p></w:tc>"
LAW = (
    f"<w:p>{RUN.format('Статья 22')}{HIGH}{RUN.format('. Цели')}</w:p>"
    f"<w:p>{RUN.format('до ')}{GONE}{NEW}{RUN.format(' лет')}</w:p>"
    f"{ITEM.format('первый')}{ITEM.format('второй')}"
    f"<w:tbl><w:tblPr/><w:tr>{CELL.format('№')}{CELL.format('Срок')}</w:tr><w:tr>{CELL.format('1')}{CELL.format('год')}</w:tr></w:tbl>"
    f"<w:p>{RUN.format('Президент')}</w:p>"
)
READ = "Статья 22¹. Цели\nдо 30 лет\n1) первый\n2) второй\n№ | Срок\n1 | год\nПрезидент"


@pytest.fixture(scope="module")
def law(docx: MakeDocx) -> bytes:
    return docx(LAW, numbering=LIST)


def refused(body: bytes, name: str = "") -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        extract(body, name=name)
    assert "\n" not in str(caught.value)
    return caught.value


def word_header(flags: int) -> bytes:
    return struct.pack("<HHIHH", 0xA5EC, 0xC1, 0, 0, flags).ljust(4096, b"\0")


# ---------------------------------------------------------------- one law in all formats


def test_the_word_file_itself(law: bytes) -> None:
    got = extract(law)
    assert (got.text, got.flags) == (READ, ("tracked-changes",))


@pytest.mark.parametrize(
    ("suffix", "extractor"), [("doc", "doc/1+libreoffice"), ("odt", "odt/1+libreoffice"), ("rtf", "rtf/1")]
)
def test_other_formats_give_the_same_text(law: bytes, convert: Convert, suffix: str, extractor: str) -> None:
    got = extract(convert(law, suffix), name="law.docx")
    assert (got.text, got.format, got.extractor, got.flags) == (READ, suffix, extractor, ("tracked-changes",))


def test_the_printed_page(law: bytes, convert: Convert) -> None:
    lines = extract(convert(law, "pdf")).text.split("\n")
    assert lines[0] == "Статья 22¹. Цели"
    assert lines[2:] == ["1) первый", "2) второй", "№ Срок", "1 год", "Президент"]


def test_antiword_says_what_it_does_not_know(
    law: bytes, convert: Convert, needs: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("antiword")
    body = convert(law, "doc")
    monkeypatch.setattr(programs, "office", lambda: None)
    text, flags, extractor = doc.read(body, tmp_path)
    assert extractor == "doc/1+antiword"
    assert flags == {"tracked-changes-unknown", "superscripts-lost", "list-numbers-lost", "hidden-text-shown"}
    assert text.split("\n") == [
        "Статья 221. Цели",
        "до 2730 лет",
        "первый",
        "второй",
        "№ | Срок",
        "1 | год",
        "Президент",
    ]


def test_without_programs_the_error_says_what_to_install(
    ole: MakeOle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools() == {"soffice": False, "antiword": False, "tesseract": False, "tesseract-rus": False}
    with pytest.raises(ExtractError, match=r"install LibreOffice \(or antiword\)") as caught:
        doc.read(ole({"WordDocument": word_header(0)}), tmp_path)
    assert caught.value.problem is Problem.FORMAT


def test_tools_are_found_where_they_are() -> None:
    assert {name: tools()[name] for name in ("soffice", "antiword", "tesseract")} == {
        "soffice": shutil.which("soffice") is not None or shutil.which("libreoffice") is not None,
        "antiword": shutil.which("antiword") is not None,
        "tesseract": shutil.which("tesseract") is not None,
    }


def test_a_text_of_one_line_lies_elsewhere_in_its_file(docx: MakeDocx, convert: Convert) -> None:
    body = convert(docx(f"<w:p>{RUN.format('Отложен.')}</w:p>"), "doc")
    assert extract(body).text == "Отложен."
    header = body.index(word_header(0)[:2])
    (flags,) = struct.unpack_from("<H", body, header + 10)
    encrypted = body[: header + 10] + struct.pack("<H", flags | 0x0100) + body[header + 12 :]
    assert "encrypted" in str(refused(encrypted))


# ---------------------------------------------------------------- damaged and dangerous files


def test_an_encrypted_word_file_is_named(ole: MakeOle) -> None:
    for body in (ole({"WordDocument": word_header(0x0100)}), ole({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})):
        error = refused(body, "law.docx")
        assert error.problem is Problem.BROKEN
        assert "encrypted" in str(error)


def test_another_old_office_file_is_another_format(ole: MakeOle) -> None:
    error = refused(ole({"Workbook": b"x" * 5000}))
    assert error.problem is Problem.FORMAT
    assert "no Word file" in str(error)


def test_a_container_is_read_by_its_directory(ole: MakeOle) -> None:
    got = container.read(ole({f"stream {number}": b"x" for number in range(20)}))
    assert got.names == {f"stream {number}" for number in range(20)}


def test_a_cut_container_is_broken(ole: MakeOle) -> None:
    body = ole({"1Table": b"x" * 3000, "WordDocument": word_header(0) * 3})
    for size in (8, 100, 512, 600, 1100, 2000, len(body) // 2, len(body) - 512):
        assert refused(body[:size]).problem is Problem.BROKEN


@pytest.mark.parametrize("place", [30, 48, 68, 76, 512, 516, 520, 1024 + 76])
def test_a_lying_container_is_refused(ole: MakeOle, place: int) -> None:
    body = bytearray(ole({"WordDocument": word_header(0x0100)}))
    for value in (0, 1, 2, 3, 0x7FFFFFFF, 0xFFFFFFFD):
        body[place : place + 4] = struct.pack("<I", value)
        with contextlib.suppress(ExtractError):
            container.read(bytes(body))


def test_a_word_file_of_nonsense_is_broken(ole: MakeOle, needs: Callable[[str], str]) -> None:
    needs("soffice")
    assert refused(ole({"WordDocument": word_header(0) + b"nonsense" * 500})).problem in {Problem.BROKEN, Problem.EMPTY}


def test_an_encrypted_opendocument_is_named(pack: Pack) -> None:
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    error = refused(pack({"mimetype": ODT, "content.xml": b"\x01\x02", "META-INF/manifest.xml": manifest}))
    assert error.problem is Problem.BROKEN
    assert "encrypted" in str(error)


ODT = "application/vnd.oasis.opendocument.text"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = (
    f'xmlns:office="{OPEN}:office:1.0" xmlns:text="{OPEN}:text:1.0" xmlns:draw="{OPEN}:drawing:1.0"'
    f' xmlns:svg="{OPEN}:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:manifest="{OPEN}:manifest:1.0"'
)


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815 - the names of the methods

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def linking(pack: Pack, url: str) -> bytes:
    """An OpenDocument text with a picture on another server."""
    content = (
        f'<office:document-content {SPACES} office:version="1.2"><office:body><office:text><text:p>Статья 1</text:p><text:p>'
        '<draw:frame draw:name="a" text:anchor-type="as-char" svg:width="2cm" svg:height="2cm">'
        f'<draw:image xlink:href="{url}/picture.png" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame>'
        "</text:p></office:text></office:body></office:document-content>"
    )
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    entries = entry.format("/", ODT) + entry.format("content.xml", "text/xml")
    manifest = f"<manifest:manifest {SPACES}>{entries}</manifest:manifest>"
    return pack({"mimetype": ODT, "content.xml": content, "META-INF/manifest.xml": manifest})


def test_nothing_that_a_document_links_is_fetched(pack: Pack, needs: Callable[[str], str]) -> None:
    needs("soffice")
    with listening() as (url, asked):
        got = extract(linking(pack, url))
    assert got.text.startswith("Статья 1")
    assert asked == []


def test_our_settings_alone_keep_links_from_being_fetched(
    pack: Pack, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Where the system gives no network of its own, LibreOffice itself must not ask."""
    needs("soffice")
    with listening() as (url, asked):
        programs.to_docx(linking(pack, url), suffix=".odt", folder=tmp_path)
    assert asked == []
