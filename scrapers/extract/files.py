"""One door for every file: bytes in, plain text out, or the reason why not.

What a file is, its first bytes say; names and media types are often wrong (SOZD calls every download a stream). PDF is
taken as a scan: the state's PDFs hold pictures, and a text layer made by a machine must not pass for the law.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrapers.extract import docx
from scrapers.extract.archive import Archive
from scrapers.page import text_of
from scrapers.pages import is_html, refuse_non_page
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREAD: Final = (
    (b"{\\rtf", Problem.FORMAT, "an RTF file: this format is not read yet"),
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
    ("content.xml", "an OpenDocument file: this format is not read yet"),
)
_DOCUMENT_LABEL: Final = re.compile(
    r"\.(?:docx?|docm|rtf|pdf|odt|xlsx?|zip)$|^application/(?!xhtml|xml|octet-stream)|^image/", re.IGNORECASE
)
_FRAGMENT: Final = re.compile(rb"<(?:!--|meta|title|div|p|table|h[1-6])\b", re.IGNORECASE)
_MISSING: Final = re.compile(r"не\s+найден|не\s+существует|not\s+found|\b404\b", re.IGNORECASE)
_NOTICE_CHARACTERS: Final = 1000
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file. `format`: ``docx`` ``html`` ``text``; `extractor` names the code and its version (``docx/1``).

    `flags`, sorted: ``tracked-changes``, ``hidden-text``, ``pictures``, ``formulas`` - what the text alone does not show.
    """

    text: str
    format: str
    extractor: str
    flags: tuple[str, ...] = ()


def extract(body: bytes, *, name: str = "", content_type: str = "") -> Extracted:
    """The text of a file. `name` and `content_type` only tell what was promised: HTML in place of a document is an error page.

    Raises ExtractError (`empty`, `scan`, `format`, `broken`) for a file that holds no text this version reads, PageError for
    a page of the server where a file was promised.
    """
    where = f"{' '.join(name.split())[:80]}: " if name else ""
    try:
        return _extract(body, name, content_type)
    except ExtractError as error:
        raise ExtractError(error.problem, f"{where}{error}") from error
    except RecursionError as error:
        raise ExtractError(Problem.BROKEN, f"{where}the document is nested too deeply to be genuine") from error


def _extract(body: bytes, name: str, content_type: str) -> Extracted:
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body.strip():
        raise ExtractError(Problem.EMPTY, "the file is empty: fetch it again")
    if b"%PDF-" in body[:1024]:
        raise ExtractError(Problem.SCAN, "a PDF, taken as a scan: not read")
    for magic, problem, words in _UNREAD:
        if start.startswith(magic):
            raise ExtractError(problem, words)
    if body.startswith(_OLE):
        _refuse_ole(body)
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(body)
    if is_html(body) or _FRAGMENT.match(start):
        return _html(body, name, content_type)
    if start.startswith(b"<?xml"):
        raise ExtractError(Problem.FORMAT, "an XML file: this format is not read")
    return _plain(body)


def _refuse_ole(body: bytes) -> None:
    """Old Office files, and new ones behind a password, share one container; its directory names are UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in body:
        raise ExtractError(Problem.BROKEN, "the file is encrypted: it cannot be read without its password")
    kind = "an old Word file (DOC)" if "WordDocument".encode("utf-16-le") in body else "an old Office file"
    raise ExtractError(Problem.FORMAT, f"{kind}: this format is not read yet")


def _package(body: bytes) -> Extracted:
    archive = Archive(body)
    for part, words in _OTHER_PACKAGES:
        if part in archive:
            raise ExtractError(Problem.FORMAT, words)
    if "[Content_Types].xml" not in archive:
        raise ExtractError(Problem.FORMAT, "a ZIP archive that is no Word document: its files are not read")
    text, flags = docx.read(archive)
    return Extracted(text=text, format="docx", extractor=docx.EXTRACTOR, flags=tuple(sorted(flags)))


def _html(body: bytes, name: str, content_type: str) -> Extracted:
    refuse_non_page(body, status=200, content_type="", url="")
    # A label of another format is dealt with below, in words of its own; here it could only name an encoding.
    text = text_of(body, selector=None, content_type=content_type if "html" in content_type.lower() else "")
    if len(text) <= _NOTICE_CHARACTERS and _MISSING.search(text):
        raise PageError(Problem.NOT_FOUND, "the server answered with a page that says the file does not exist")
    promised = next((label for label in (name.strip(), content_type.strip()) if _DOCUMENT_LABEL.search(label)), "")
    if promised:
        message = f"an HTML page came where a file ({promised[-40:]}) was promised"
        raise PageError(Problem.LAYOUT_CHANGED, message)
    return Extracted(text=text, format="html", extractor="html/1")


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
