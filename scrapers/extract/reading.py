"""Bytes of any supported format to text, in this process: what the child does, and what is harmless enough for the parent.

Magic bytes decide what a file is; labels are often wrong (SOZD calls every download a stream).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from scrapers.extract import docx, ole
from scrapers.extract.archive import Archive
from scrapers.pages import is_html, refuse_non_page
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

_UNREAD: Final = (
    (b"\xff\xd8\xff", Problem.SCAN, "a picture (JPEG), taken as a scan: not read"),
    (b"\x89PNG\r\n", Problem.SCAN, "a picture (PNG), taken as a scan: not read"),
    (b"GIF8", Problem.SCAN, "a picture (GIF), taken as a scan: not read"),
    (b"II*\x00", Problem.SCAN, "a picture (TIFF), taken as a scan: not read"),
    (b"MM\x00*", Problem.SCAN, "a picture (TIFF), taken as a scan: not read"),
    (b"AT&TFORM", Problem.SCAN, "a picture (DjVu), taken as a scan: not read"),
    (b"Rar!\x1a\x07", Problem.FORMAT, "a RAR archive: its files are not read"),
    (b"7z\xbc\xaf\x27\x1c", Problem.FORMAT, "a 7z archive: its files are not read"),
    (b"MIME-Version:", Problem.FORMAT, "a web archive (MHTML): this format is not read yet"),
)
_OTHER_PACKAGES: Final = (
    ("xl/workbook.xml", "an Excel workbook: this format is not read"),
    ("ppt/presentation.xml", "a PowerPoint file: this format is not read"),
)
_ODT: Final = b"application/vnd.oasis.opendocument.text"
_MACROS: Final = "word/vbaProject.bin"
_DOCUMENT_LABEL: Final = re.compile(
    r"\.(?:docx?|docm|rtf|pdf|odt|xlsx?|zip)$|^application/(?!xhtml|xml|octet-stream)|^image/", re.IGNORECASE
)
_FRAGMENT: Final = re.compile(rb"<(?:!--|meta|title|div|p|table|h[1-6])\b", re.IGNORECASE)
_MISSING: Final = re.compile(r"не\s+найден|не\s+существует|not\s+found|\b404\b", re.IGNORECASE)
_NOTICE_CHARACTERS: Final = 1000
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class Kind(StrEnum):
    """What the first bytes say."""

    PDF = "pdf"
    RTF = "rtf"
    OLE = "ole"
    ZIP = "zip"
    HTML = "html"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to read. `name` and `content_type` only tell what was promised; `ocr` asks for scans to be recognised."""

    body: bytes
    name: str = ""
    content_type: str = ""
    ocr: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file. `format`: ``docx`` ``doc`` ``odt`` ``rtf`` ``pdf`` ``html`` ``text``.

    `extractor` names the code, its version and the outside program: ``docx/1``, ``doc/1+libreoffice``. `flags`, sorted, say what
    the text alone does not show:

    - ``tracked-changes`` (read as if accepted), ``hidden-text`` (left out), ``pictures``, ``formulas``, ``macros`` (never run);
    - ``ocr``: a machine recognised the words, and some may be wrong;
    - ``list-numbers-lost``, ``superscripts-lost``: the text has fewer marks than the page; ``encoding-guessed``;
    - ``tracked-changes-unknown`` (deleted words may stand beside inserted ones), ``hidden-text-shown``: of antiword.
    """

    text: str
    format: str
    extractor: str
    flags: tuple[str, ...] = ()


def kind_of(body: bytes) -> Kind:
    """What a file is, by its bytes alone."""
    if b"%PDF-" in body[:1024]:
        return Kind.PDF
    start = _start(body)
    if start.startswith(b"{\\rtf"):
        return Kind.RTF
    if body.startswith(ole.MAGIC):
        return Kind.OLE
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    return Kind.HTML if is_html(body) or _FRAGMENT.match(start) else Kind.OTHER


def read(job: Job, folder: Path) -> Extracted:
    """The text of a file; programs that are needed for it work in `folder`.

    Raises ExtractError (`empty`, `scan`, `format`, `broken`), PageError for a page of the server where a file was promised.
    """
    try:
        return _read(job, folder)
    except RecursionError as error:
        raise ExtractError(Problem.BROKEN, "the document is nested too deeply to be genuine") from error


# Parsers are imported where they are used: PDF and RTF are not the daily bread, and the child starts sooner without them.
def _read(job: Job, folder: Path) -> Extracted:
    match kind_of(job.body):
        case Kind.PDF:
            from scrapers.extract import pdf  # noqa: PLC0415 - see above

            return _made("pdf", *pdf.read(job.body, folder, ocr=job.ocr))
        case Kind.RTF:
            from scrapers.extract import rtf  # noqa: PLC0415 - see above

            return _made("rtf", *rtf.read(job.body), rtf.EXTRACTOR)
        case Kind.OLE:
            from scrapers.extract import doc  # noqa: PLC0415 - see above

            return _made("doc", *doc.read(job.body, folder))
        case Kind.ZIP:
            return _package(job.body, folder)
        case Kind.HTML:
            return _html(job)
        case _:
            return _other(job.body)


def _made(form: str, text: str, flags: frozenset[str], extractor: str) -> Extracted:
    return Extracted(text=text, format=form, extractor=extractor, flags=tuple(sorted(flags)))


def _start(body: bytes) -> bytes:
    return body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")


def _package(body: bytes, folder: Path) -> Extracted:
    archive = Archive(body)
    for part, words in _OTHER_PACKAGES:
        if part in archive:
            raise ExtractError(Problem.FORMAT, words)
    if "content.xml" in archive:
        if "mimetype" not in archive or archive.read("mimetype").strip() != _ODT:
            raise ExtractError(Problem.FORMAT, "an OpenDocument file that is no text: this format is not read")
        from scrapers.extract import doc  # noqa: PLC0415 - see above

        return _made("odt", *doc.read_odt(archive, body, folder))
    if "[Content_Types].xml" not in archive:
        raise ExtractError(Problem.FORMAT, "a ZIP archive that is no Word document: its files are not read")
    text, flags = docx.read(archive)
    return _made("docx", text, flags | {"macros"} if _MACROS in archive else flags, docx.EXTRACTOR)


def _html(job: Job) -> Extracted:
    from scrapers.page import text_of  # noqa: PLC0415 - see above

    refuse_non_page(job.body, status=200, content_type="", url="")
    # A label of another format is dealt with below, in words of its own; here it could only name an encoding.
    told = job.content_type if "html" in job.content_type.lower() else ""
    text = text_of(job.body, selector=None, content_type=told)
    if len(text) <= _NOTICE_CHARACTERS and _MISSING.search(text):
        raise PageError(Problem.NOT_FOUND, "the server answered with a page that says the file does not exist")
    labels = (job.name.strip(), job.content_type.strip())
    promised = next((label for label in labels if _DOCUMENT_LABEL.search(label)), "")
    if promised:
        message = f"an HTML page came where a file ({promised[-40:]}) was promised"
        raise PageError(Problem.LAYOUT_CHANGED, message)
    return Extracted(text=text, format="html", extractor="html/1")


def _other(body: bytes) -> Extracted:
    start = _start(body)
    if not body.strip():
        raise ExtractError(Problem.EMPTY, "the file is empty: fetch it again")
    for magic, problem, words in _UNREAD:
        if start.startswith(magic):
            raise ExtractError(problem, words)
    if start.startswith(b"<?xml"):
        raise ExtractError(Problem.FORMAT, "an XML file: this format is not read")
    return _plain(body)


def _plain(body: bytes) -> Extracted:
    """Text without markup: UTF-16 with its mark, UTF-8, else windows-1251. Control characters mean that it is no text."""
    try:
        text = body.decode("utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = body.decode("cp1251")
        except UnicodeDecodeError:
            text = "\x00"
    if _CONTROL.search(text):
        raise ExtractError(Problem.FORMAT, "an unknown format: neither a document nor text")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(line for line in (line.rstrip() for line in lines) if line)
    if not text:
        raise ExtractError(Problem.EMPTY, "the file holds no text")
    return Extracted(text=text, format="text", extractor="text/1")
