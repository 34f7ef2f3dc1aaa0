"""PDF to plain text, by its text layer; a PDF that shows pictures of pages is a scan, whatever text lies under them.

Scanners add a layer of words that a machine recognised, and it must not pass for the law. So a page that is covered by
pictures is a scanned page, and one scanned page makes the whole file a scan: half a law would read as a law from which
articles were removed. Recognition (tesseract) is done only when asked for, over all pages, and the text is flagged ``ocr``.
ocrmypdf is not used: it hands the file to Ghostscript, one more reader for a hostile file to fool, for the same words.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Final, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from scrapers.extract import programs
from scrapers.extract.readable import is_mojibake
from scrapers.superscript import raised
from tracker.errors import ExtractError
from tracker.models import Problem

EXTRACTOR: Final = "pdf/1"
OCR_EXTRACTOR: Final = "pdf/1+tesseract"
MAX_PAGES: Final = 3_000
MAX_OCR_PAGES: Final = 150

_TAIL: Final = 4096
_COVERED: Final = 0.5  # of the page, by pictures: born-digital pages carry a coat of arms or a stamp
_OBJECTS: Final = 20_000  # of one page that are looked at
_DEPTH: Final = 5  # of forms in each other
_DPI: Final = 300
_MAX_PIXELS: Final = 40_000_000
_PAGE_SECONDS: Final = 60
_HYPHENS: Final = "\ufffe\x02"  # pdfium's signs for a hyphen at the end of a line
_RAISABLE: Final = "0123456789-−."
_PAGE_NUMBER: Final = re.compile(r"^\W*([0-9]{1,4})\W*$")


def read(body: bytes, folder: Path, *, ocr: bool) -> tuple[str, frozenset[str], str]:
    """The text, its flags (``pictures``, ``superscripts-lost``, ``ocr``) and the name of what made it. Scripts are never run.

    Raises ExtractError: `broken` for damaged and encrypted files, `scan` when pages are pictures (or, with `ocr`, when
    tesseract is missing), `empty` when all pages are blank.
    """
    with contextlib.closing(_opened(body)) as document:
        pages = len(document)
        if not 0 < pages <= MAX_PAGES:
            raise ExtractError(Problem.BROKEN, f"a PDF of {pages} pages: not read")
        lines, scanned, flags = [], [], set()
        for number, page in enumerate(_pages(document), 1):
            layout = _Page(page)
            if layout.has_pictures:
                flags.add("pictures")
            lines.append(layout.lines)
            if layout.turned:
                flags.add("superscripts-lost")
            if layout.is_scan or is_mojibake("".join(lines[-1])):
                scanned.append(number)
        if scanned and ocr:
            text = "\n".join(filter(None, _recognised(document, folder)))
            if not text:
                raise ExtractError(Problem.SCAN, "a scan in which no words were recognised: not read")
            return text, frozenset({"ocr"}), OCR_EXTRACTOR
        if scanned:
            raise ExtractError(Problem.SCAN, _said(scanned, pages))
    text = "\n".join(line for page in _without_numbers(lines) for line in page)
    if not text:
        raise ExtractError(Problem.EMPTY, "a PDF of blank pages")
    return text, frozenset(flags), EXTRACTOR


def _opened(body: bytes) -> pypdfium2.PdfDocument:
    # pdfium mends what is cut short, and would give a shorter law without a word.
    tail = body.rstrip(b"\0\r\n \t")[-_TAIL:]
    if b"startxref" not in tail or b"%%EOF" not in tail:
        raise ExtractError(Problem.BROKEN, "a PDF that is cut short: fetch it again")
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            message = "the PDF is encrypted: it cannot be read without its password"
        else:
            message = "a PDF that is damaged: fetch it again"
        raise ExtractError(Problem.BROKEN, message) from error


def _pages(document: pypdfium2.PdfDocument) -> Iterator[pypdfium2.PdfPage]:
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError as error:
            raise ExtractError(Problem.BROKEN, f"page {number + 1} of the PDF is damaged: fetch it again") from error
        with contextlib.closing(page):
            yield page


def _said(scanned: Sequence[int], pages: int) -> str:
    if len(scanned) == pages:
        return "a PDF whose pages are pictures (or hold no letters): a scan, not read"
    named = ", ".join(str(number) for number in scanned[:5]) + ("..." if len(scanned) > 5 else "")
    return f"a PDF of {pages} pages of which some are pictures ({named}): a scan, not read, for a part is not the text"


class _Page:
    """One page: its pictures and its lines."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        width, height = page.get_size()
        objects = list(islice(page.get_objects(max_depth=_DEPTH), _OBJECTS))
        pictures = [found for found in objects if found.type == pdfium.FPDF_PAGEOBJ_IMAGE]
        area = sum(_area(picture) for picture in pictures)
        with contextlib.closing(page.get_textpage()) as words:
            made = _Lines()
            for place in range(words.count_chars()):
                made.add(chr(pdfium.FPDFText_GetUnicode(words.raw, place)), words.raw, place)
        self.lines = made.end()
        self.turned = made.turned
        self.has_pictures = bool(pictures)
        #: Covered by pictures, or words hidden behind some, or painted without a word (letters as outlines); no blank page.
        self.is_scan = (
            area >= _COVERED * width * height
            or (self.has_pictures and any(_is_invisible(found) for found in objects))
            or (bool(objects) and not self.lines)
        )


def _area(picture: pypdfium2.PdfObject) -> float:
    """What a picture takes of the page, in square points; forms around it scale what they hold."""
    left, bottom, right, top = picture.get_bounds()
    area = float(max(0.0, right - left) * max(0.0, top - bottom))
    form = picture.container
    while form is not None:
        matrix = form.get_matrix()
        area *= abs(matrix.a * matrix.d - matrix.b * matrix.c)
        form = form.container
    return area


def _is_invisible(found: pypdfium2.PdfObject) -> bool:
    if found.type != pdfium.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(found.raw) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


class _Glyph(NamedTuple):
    """A letter on the page, in points."""

    left: float
    right: float
    height: float  # of its font, not of its shape
    base: float


class _Lines:
    """Lines in the making. pdfium's own line breaks are not used: it breaks before a superscript and joins rows of tables."""

    def __init__(self) -> None:
        self.turned = False  # digits stand in turned text, where a superscript cannot be told
        self._lines: list[str] = []
        self._pieces: list[tuple[str, bool]] = []  # of the open line, and whether they stand above it
        self._first = self._last = _Glyph(0, 0, 1, 0)  # of the open line; the first one is no superscript
        self._apart = ""  # what pdfium put before the letter in hand: a space, a line break

    def add(self, letter: str, words: pdfium.FPDF_TEXTPAGE, place: int) -> None:
        """The next letter of the page."""
        if letter.isspace():
            if pdfium.FPDFText_IsGenerated(words, place):
                self._apart += letter
            else:
                self._pieces.append((letter, False))
        elif letter != "\0":
            self._letter("-" if letter in _HYPHENS else letter, _measure(words, place))
            self._apart = ""

    def _letter(self, letter: str, glyph: _Glyph | None) -> None:
        if glyph is None:
            self.turned |= letter.isdigit()
            if "\n" in self._apart:
                self._end_line()
            elif self._apart:
                self._space()
            self._pieces.append((letter, False))
            return
        gap, rise = glyph.left - self._last.right, (glyph.base - self._first.base) / self._first.height
        above = bool(self._pieces) and _is_above(glyph, self._first) and abs(gap) < self._first.height
        if not above and self._is_mark_of(glyph):  # the number of a note, before the first word of its line
            self._pieces = [(piece, True) for piece, _ in self._pieces]
            self._first = glyph
        elif not above and (abs(rise) > 0.3 or gap < -2 * glyph.height or not self._pieces):
            self._end_line()
            self._first = glyph
        elif not above and (" " in self._apart or ("\n" in self._apart and gap > 0.15 * glyph.height)):
            self._space()
        self._pieces.append((letter, above and letter in _RAISABLE))
        self._last = glyph

    def _space(self) -> None:
        if self._pieces and not self._pieces[-1][0].isspace():
            self._pieces.append((" ", False))

    def _is_mark_of(self, glyph: _Glyph) -> bool:
        near = _is_above(self._first, glyph) and abs(glyph.left - self._last.right) < glyph.height
        return near and bool(self._pieces) and all(piece.isdigit() for piece, _ in self._pieces)

    def _end_line(self) -> None:
        groups = groupby(self._pieces, key=lambda piece: piece[1])
        texts = ((high, "".join(letter for letter, _ in group)) for high, group in groups)
        line = "".join(raised(text) if high else text for high, text in texts).strip()
        self._lines.extend([line] if line else [])
        self._pieces = []

    def end(self) -> list[str]:
        """All lines; none is blank."""
        self._end_line()
        return self._lines


def _is_above(glyph: _Glyph, word: _Glyph) -> bool:
    """Whether a letter is a superscript of a word: smaller, and above its base line but not a line higher."""
    return glyph.height < 0.9 * word.height and 0.12 < (glyph.base - word.base) / word.height < 0.7


def _measure(words: pdfium.FPDF_TEXTPAGE, place: int) -> _Glyph | None:
    """Where a letter stands; None for turned text, where up is elsewhere."""
    if abs(pdfium.FPDFText_GetCharAngle(words, place)) > 0.01:
        return None
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    if not pdfium.FPDFText_GetLooseCharBox(words, place, box) or not pdfium.FPDFText_GetCharOrigin(words, place, x, y):
        return None
    return _Glyph(box.left, box.right, box.top - box.bottom, y.value) if box.top > box.bottom else None


def _without_numbers(pages: list[list[str]]) -> list[list[str]]:
    """The pages without their numbers: first or last lines that hold only a number and count up with the pages."""
    for end in (0, -1):
        shown = {
            place: int(found[1])
            for place, lines in enumerate(pages)
            if lines and (found := _PAGE_NUMBER.match(lines[end])) is not None
        }
        offsets = {number - place for place, number in shown.items()}
        if len(shown) >= 2 and len(offsets) == 1:
            for place in shown:
                del pages[place][end]
    return pages


def _recognised(document: pypdfium2.PdfDocument, folder: Path) -> Iterator[str]:
    """The words of every page as tesseract sees them."""
    tesseract = shutil.which("tesseract")
    if tesseract is None or not programs.tools()["tesseract-rus"]:
        message = "a PDF whose pages are pictures: install tesseract with Russian (tesseract-ocr-rus) to recognise them"
        raise ExtractError(Problem.SCAN, message)
    if len(document) > MAX_OCR_PAGES:
        raise ExtractError(Problem.SCAN, f"a scan of more than {MAX_OCR_PAGES} pages: not recognised")
    for page in _pages(document):
        width, height = page.get_size()
        scale = min(_DPI / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        with contextlib.closing(page.render(scale=scale, grayscale=True)) as picture:
            rows = bytes(picture.buffer)
            pixels = b"".join(
                rows[y * picture.stride : y * picture.stride + picture.width] for y in range(picture.height)
            )
            given = folder / "page.pgm"
            given.write_bytes(b"P5 %d %d 255\n" % (picture.width, picture.height) + pixels)
        raw = programs.run([tesseract, str(given), "stdout", "-l", "rus"], folder=folder, seconds=_PAGE_SECONDS)
        yield "\n".join(line for line in (line.strip() for line in raw.decode("utf-8", "replace").split("\n")) if line)
