"""Lists as CSV and JSON Lines: what a spreadsheet or a script wants instead of a page. Columns: docs/exports.md.

CSV is RFC 4180 in UTF-8: commas, quotes where needed, lines end in CR LF. A cell that a spreadsheet would run as a formula
gets an apostrophe in front; so does a cell that begins with an apostrophe itself, so that taking one away is always right.
JSON Lines holds the same columns with their types, untouched.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from feeds import addresses, labels, subject, times, wording
from feeds.exports.comparison import absolute
from feeds.languages import Speech
from feeds.subject import Subject
from feeds.textual import clean, web_address
from tracker.models import Diff, Document, Event, Language, SiteInfo, Version

Cell: TypeAlias = str | int | bool | tuple[str, ...] | None
Row: TypeAlias = Mapping[str, Cell]

CSV_TYPE: Final = "text/csv; charset=utf-8; header=present"
JSON_LINES_TYPE: Final = "application/jsonl; charset=utf-8"

_BOM: Final = "\ufeff"
_APOSTROPHE: Final = "'"
#: What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), full-width forms too.
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t")

EVENT_COLUMNS: Final = (
    "seq",
    "id",
    "kind",
    "kind_name",
    "level",
    "level_name",
    "document_id",
    "document",
    "document_title",
    "state",
    "title",
    "force",
    "force_name",
    "invented",
    "source",
    "occurred_at",
    "observed_at",
    "observed_moscow",
    "backfilled",
    "lead",
    "bundle",
    "struck",
    "url",
    "source_url",
)
DOCUMENT_COLUMNS: Final = (
    "id",
    "kind",
    "number",
    "date",
    "title",
    "comment",
    "status",
    "status_name",
    "force",
    "force_name",
    "topics",
    "invented",
    "url",
    "source_url",
)
VERSION_COLUMNS: Final = (
    "document_id",
    "part",
    "source",
    "edition",
    "number",
    "label",
    "position",
    "first_seen",
    "first_seen_moscow",
    "last_seen",
    "readable",
    "unread_reason",
    "sha256",
    "force",
    "force_name",
    "invented",
    "url",
    "source_url",
)


# ---------------------------------------------------------------- rows


def event_rows(
    events: Iterable[Event], diff_of: Callable[[Event], Diff | None], info: SiteInfo, language: Language
) -> Iterable[Row]:
    """One row for each event, in the order given, made as it is asked for. `diff_of` gives its comparison, where it has one."""
    say = Speech(language)
    for event in events:
        about = subject.of_event(event)
        title = wording.title(event, diff_of(event), language=language)
        yield {
            "seq": event.seq,
            "id": event.id,
            "kind": str(event.kind),
            "kind_name": say.of(labels.EVENTS[event.kind]),
            "level": int(event.level),
            "level_name": say.of(labels.LEVELS[event.level]),
            "document_id": event.document_id,
            "document": _name(about, language),
            "document_title": about.title if about and not event.struck else None,
            "state": title.state,
            "title": f"{title.subject}: {title.what}" if title.what else title.subject,
            **_force(about, say),
            "invented": info.invented or title.demo,
            "source": event.source,
            "occurred_at": event.occurred_at,
            "observed_at": times.iso(event.observed_at),
            "observed_moscow": times.both(event.observed_at, language=language),
            "backfilled": event.backfilled,
            "lead": event.lead,
            "bundle": event.bundle,
            "struck": event.struck,
            "url": absolute(info, language, f"/event/{event.id}"),
            "source_url": web_address(event.payload.get("url") or (about.url if about else "")),
        }


def document_rows(documents: Iterable[Document], info: SiteInfo, language: Language) -> Iterable[Row]:
    """One row for each document, in the order given."""
    say = Speech(language)
    for document in documents:
        about = subject.of_document(document)
        yield {
            "id": document.id,
            "kind": document.kind,
            "number": document.number,
            "date": document.date,
            "title": document.title,
            "comment": document.comment or None,
            "status": str(document.status) if document.status else None,
            "status_name": say.of(labels.STAGES[document.status]) if document.status else None,
            **_force(about, say),
            "topics": document.topics,
            "invented": info.invented or document.invented,
            "url": absolute(info, language, f"/{document.id}"),
            "source_url": web_address(document.url),
        }


def version_rows(document: Document, versions: Iterable[Version], info: SiteInfo, language: Language) -> Iterable[Row]:
    """One row for each text of one document, in the order given. A text of an earlier stage stays a draft."""
    say = Speech(language)
    about = subject.of_document(document)
    for version in versions:
        force = None if about.kind == "page" else subject.force_of_text(about, version)
        yield {
            "document_id": document.id,
            "part": str(version.key.part),
            "source": version.key.source,
            "edition": version.key.edition,
            "number": version.number,
            "label": version.label or None,
            "position": version.position,
            "first_seen": times.iso(version.observed_at),
            "first_seen_moscow": times.both(version.observed_at, language=language),
            "last_seen": times.iso(version.last_seen),
            "readable": version.readable,
            "unread_reason": version.unread_reason,
            "sha256": version.snapshot_digest,
            "force": str(force) if force else None,
            "force_name": say.of(labels.FORCE_NAMES[force]) if force else None,
            "invented": info.invented or document.invented,
            "url": absolute(info, language, addresses.version_path(version)),
            "source_url": web_address(version.url),
        }


def _force(about: Subject | None, say: Speech) -> dict[str, Cell]:
    """What binds anyone; empty for an event about a source and for a page, which is no act."""
    if about is None or about.kind == "page":
        return {"force": None, "force_name": None}
    return {"force": str(about.force), "force_name": say.of(about.force_name)}


def _name(about: Subject | None, language: Language) -> str | None:
    if about is None:
        return None
    return about.full_name if language == "ru" else about.english_name


# ---------------------------------------------------------------- files


def csv_bytes(columns: tuple[str, ...], rows: Iterable[Row], *, bom: bool = False) -> bytes:
    """A table with a header. `bom` is for Excel, which takes UTF-8 without it for the encoding of the country."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe(_text(row[name])) for name in columns] for row in rows)
    return (_BOM * bom + out.getvalue()).encode()


def json_lines(columns: tuple[str, ...], rows: Iterable[Row]) -> bytes:
    """One JSON object on each line, keys in the order of the columns; what is absent is null."""
    made = (json.dumps({name: _json(row[name]) for name in columns}, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in made).encode()


def safe(cell: str) -> str:
    """A cell that no spreadsheet runs. The inverse takes one apostrophe away from the beginning, where there is one."""
    begins = cell.lstrip(" \n\u00a0")
    return _APOSTROPHE + cell if begins.startswith(_FORMULA) or cell.startswith(_APOSTROPHE) else cell


def _text(cell: Cell) -> str:
    """A value as a cell: absent is empty, several words stand with blanks between, a line ends in a single newline."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, tuple):
        return " ".join(cell)
    return clean(str(cell)).replace("\r\n", "\n").replace("\r", "\n")


def _json(cell: Cell) -> Cell | list[str]:
    if isinstance(cell, tuple):
        return [clean(word) for word in cell]
    return clean(cell) if isinstance(cell, str) else cell
