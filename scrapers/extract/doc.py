"""Old Word files (DOC) and OpenDocument texts, through programs that read them.

LibreOffice turns them into DOCX, which our own reader takes: numbers of lists, superscripts, notes and tracked changes come
out right. antiword is quick but glues deleted and inserted words (`до 2730 лет`), sets superscripts on the line (22 with a
raised 1 is 221) and forgets the numbers of lists; a text of its making says so in its flags.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from scrapers.extract import docx, ole, programs
from scrapers.extract.archive import Archive
from tracker.errors import ExtractError
from tracker.models import Problem

EXTRACTOR: Final = "doc/1"
ODT_EXTRACTOR: Final = "odt/1"
#: What a text made by antiword does not tell.
ROUGH: Final = frozenset({"tracked-changes-unknown", "superscripts-lost", "list-numbers-lost", "hidden-text-shown"})

_ANTIWORD_SECONDS: Final = 30
_PICTURE: Final = "[pic]"
_ROW: Final = re.compile(r"^\|(.*)\|$")
_ODT_ENCRYPTED: Final = b"encryption-data"


def read(body: bytes, folder: Path) -> tuple[str, frozenset[str], str]:
    """The text of a DOC, its flags and the name of what made it. Raises ExtractError (`broken`, `format`, `empty`, `scan`)."""
    container = ole.read(body)
    if container.encrypted_word or "EncryptedPackage" in container.names:
        raise _encrypted()
    if "WordDocument" not in container.names:
        raise ExtractError(Problem.FORMAT, "an old Office file that is no Word file: this format is not read")
    if programs.office() is not None:
        text, flags = docx.read(Archive(programs.to_docx(body, suffix=".doc", folder=folder)))
        return text, flags, f"{EXTRACTOR}+libreoffice"
    antiword = shutil.which("antiword")
    if antiword is None:
        raise ExtractError(Problem.FORMAT, "an old Word file: install LibreOffice (or antiword) to read it")
    text, flags = _antiword(antiword, body, folder)
    return text, flags, f"{EXTRACTOR}+antiword"


def read_odt(archive: Archive, body: bytes, folder: Path) -> tuple[str, frozenset[str], str]:
    """The same of an OpenDocument text. Raises ExtractError (`broken`, `format`, `empty`, `scan`)."""
    if "META-INF/manifest.xml" in archive and _ODT_ENCRYPTED in archive.read("META-INF/manifest.xml"):
        raise _encrypted()
    if programs.office() is None:
        raise ExtractError(Problem.FORMAT, "an OpenDocument text: install LibreOffice to read it")
    text, flags = docx.read(Archive(programs.to_docx(body, suffix=".odt", folder=folder)))
    return text, flags, f"{ODT_EXTRACTOR}+libreoffice"


def _antiword(program: str, body: bytes, folder: Path) -> tuple[str, frozenset[str]]:
    given = folder / "given.doc"
    given.write_bytes(body)
    # A width of 0 keeps paragraphs on one line; hidden text stays in, or a page could lose words without a trace.
    command = [program, "-m", "UTF-8.txt", "-w", "0", "-s", str(given)]
    raw = programs.run(command, folder=folder, seconds=_ANTIWORD_SECONDS).decode("utf-8", "replace")
    flags = ROUGH | {"pictures"} if _PICTURE in raw else ROUGH
    lines = (_row(line.strip()) for line in raw.replace(_PICTURE, docx.PICTURE).split("\n"))
    text = "\n".join(line for line in lines if line)
    if not text.replace(docx.PICTURE, "").strip():
        if "pictures" in flags:
            raise ExtractError(Problem.SCAN, "an old Word file of pictures without text: taken as a scan, not read")
        raise ExtractError(Problem.EMPTY, "an old Word file without any text")
    return text, flags


def _row(line: str) -> str:
    """A row of a table as antiword draws it (`|1   |пять лет  |`) as our other readers write it."""
    found = _ROW.match(line)
    return docx.CELLS.join(cell.strip() for cell in found[1].split("|")) if found else line


def _encrypted() -> ExtractError:
    return ExtractError(Problem.BROKEN, "the file is encrypted: it cannot be read without its password")
