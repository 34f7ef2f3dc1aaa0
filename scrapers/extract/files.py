"""A downloaded file as plain text: the one door of this package. Magic bytes decide what it is (`reading`).

Files come from the network and may be built to hurt. What takes a parser worth the name is read in a child process with
limits (`worker`): a bomb, a hang or a crash there is an ExtractError here, and the next file is read as if nothing had been.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scrapers.extract.programs import tools
from scrapers.extract.reading import Extracted, Job, Kind, kind_of, read
from scrapers.extract.worker import Workers
from tracker.errors import ExtractError

__all__ = ["Extracted", "extract", "tools"]

_SMALL_PAGE: Final = 2**20
_NOWHERE: Final = Path()  # pages and plain text need no program
_WORKERS: Final = Workers()


def extract(body: bytes, *, name: str = "", content_type: str = "", ocr: bool = False) -> Extracted:
    """The text of a file. `name` and `content_type` only tell what was promised: HTML in place of a document is an error page.

    `ocr` lets a machine recognise a scanned PDF (about two seconds a page); its text is flagged. Safe from several threads.

    Raises ExtractError (`empty`, `scan`, `format`, `broken`) for a file that holds no text this version reads, PageError for
    a page of the server where a file was promised, and PageError (`broken`) when no child process can be started: then nothing
    is known of the file, and nothing may be said of it.
    """
    where = f"{' '.join(name.split())[:80]}: " if name else ""
    job = Job(body=body, name=name, content_type=content_type, ocr=ocr)
    try:
        return read(job, _NOWHERE) if _is_harmless(body) else _WORKERS.read(job)
    except ExtractError as error:
        raise ExtractError(error.problem, f"{where}{error}") from error


def _is_harmless(body: bytes) -> bool:
    kind = kind_of(body)
    return kind is Kind.OTHER or (kind is Kind.HTML and len(body) <= _SMALL_PAGE)
