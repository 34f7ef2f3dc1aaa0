"""How documents, versions and pairs of versions are named in paths, read and written in one place."""

from __future__ import annotations

from typing import Final, NamedTuple

from feeds.library import Library
from tracker.models import Document, EditionKey, Part, Version

#: Documents have ids of different lengths; the first word says how long.
ID_LENGTHS: Final = {"bill": 2, "page": 2, "act": 4}

_VERSION_LENGTH: Final = 4
_SHOWN: Final = frozenset({Part.TEXT, Part.NOTE})


class Place(NamedTuple):
    """A document and what stands behind it in the path."""

    document: Document
    rest: tuple[str, ...]


def place(path: str, library: Library) -> Place | None:
    """``/bill/100001-99/text/...``: the document and the segments behind its id."""
    parts = path.strip("/").split("/")
    length = ID_LENGTHS.get(parts[0], 0)
    document = library.document("/".join(parts[:length])) if 0 < length <= len(parts) else None
    return Place(document, tuple(parts[length:])) if document else None


def version_of(document_id: str, segments: tuple[str, ...], library: Library) -> Version | None:
    """``("text", "sozd", "introduced", "1")``: that state of a text or a note."""
    if len(segments) != _VERSION_LENGTH or segments[0] not in _SHOWN:
        return None
    part, source, edition, number = segments
    if not (number.isascii() and number.isdigit()) or number != str(int(number)):
        return None
    key = EditionKey(document_id=document_id, part=Part(part), source=source, edition=edition)
    return library.version(key, int(number))


def version_at(path: str, library: Library) -> tuple[Document, Version] | None:
    """The version at its path; None for anything else, whoever wrote it."""
    found = place(path, library)
    version = version_of(found.document.id, found.rest, library) if found else None
    return (found.document, version) if found and version else None


def version_path(version: Version) -> str:
    """``/bill/100001-99/text/sozd/introduced/1``."""
    return f"/{version.key.document_id}/{segments_of(version)}"


def segments_of(version: Version) -> str:
    """``text/sozd/introduced/1``: a version inside its document."""
    key = version.key
    return f"{key.part}/{key.source}/{key.edition}/{version.number}"


def pair_path(old: Version, new: Version) -> str:
    """The page that compares two versions of one document."""
    return f"/{new.key.document_id}/compare/{segments_of(old)}/{segments_of(new)}"


def pair_of(found: Place, library: Library) -> tuple[Version, Version] | None:
    """The two versions behind ``<document>/compare/``."""
    if len(found.rest) != 1 + 2 * _VERSION_LENGTH or found.rest[0] != "compare":
        return None
    old = version_of(found.document.id, found.rest[1 : 1 + _VERSION_LENGTH], library)
    new = version_of(found.document.id, found.rest[1 + _VERSION_LENGTH :], library)
    return (old, new) if old and new else None


def is_number(text: str) -> bool:
    """Whether a segment of a path is the number of a page of a list."""
    return text.isascii() and text.isdigit() and len(text) < 8 and not text.startswith("0")
