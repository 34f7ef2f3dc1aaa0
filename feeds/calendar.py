"""Entries into force as a calendar (iCalendar, RFC 5545): whole days in Moscow, for a lawyer's diary.

Only days that a text itself gives stand here. Where its words leave two days open both stand here, each as tentative; a draft
never does. The same record gives the same file to the last byte: a UID names the document and its clause, not the moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from feeds import labels, subject
from feeds.formats import epoch
from feeds.languages import Speech, prefix
from feeds.library import Library
from feeds.places import shown
from feeds.textual import clean
from tracker.models import Document, Language, SiteInfo

#: Where the conductor keeps the days on which acts begin to work, by document.
_KEY: Final = "effective/"
_OF_THE_PAST: Final = frozenset({"retroactive", "not_retroactive"})
_LINE: Final = 75  # octets, RFC 5545, 3.1


def render(library: Library, info: SiteInfo, language: Language) -> tuple[bytes, datetime]:
    """The calendar, and when the newest event behind it was seen."""
    say = Speech(language)
    newest = library.events(limit=1)
    modified = newest[0].observed_at if newest else epoch(info)
    title = f"{say.of(labels.DEMO)}. {info.title}" if info.invented else info.title
    name = say("{site}: вступление в силу", site=title)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Duma Tracker//NONSGML//RU",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(name)}",
        "X-WR-TIMEZONE:Europe/Moscow",
    ]
    for document, row, day in _days(library):
        lines += _event(document, row, day, info=info, say=say, stamp=modified)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode(), modified


def _days(library: Library) -> Iterator[tuple[Document, Mapping[str, Any], date]]:
    """Every day of every clause of every followed act, in order."""
    found = []
    for key, entry in library.states(_KEY).items():
        document = library.document(key.removeprefix(_KEY))
        if document is None or not document.id.startswith("act/") or not isinstance(entry, Mapping):
            continue
        rows = entry.get("dates")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and row.get("rule") not in _OF_THE_PAST:
                found += [(document, row, date.fromisoformat(str(day))) for day in row.get("dates") or ()]
    yield from sorted(found, key=lambda one: (one[2], one[0].id, str(one[1].get("scope") or "")))


def _event(
    document: Document, row: Mapping[str, Any], day: date, *, info: SiteInfo, say: Speech, stamp: datetime
) -> Iterator[str]:
    about = subject.of_document(document)
    name = about.full_name if say.language == "ru" else about.english_name
    scope = shown(str(row.get("scope") or ""))
    days = [str(value) for value in row.get("dates") or ()]
    what = f"{name}, {scope}" if scope else name
    open_day = len(days) > 1
    summary = say("Может вступить в силу: {what}", what=what) if open_day else say("Вступает в силу: {what}", what=what)
    if about.invented and not info.invented:
        summary = f"{say.of(labels.DEMO)}. {summary}"
    if info.invented:
        summary = f"{say.of(labels.DEMO)}. {summary}"
    words = [about.quoted_title, str(row.get("clause") or "")]
    if open_day:
        words.append(say("Текст допускает две даты: {days}.", days=", ".join(days)))
    words.append(say("Дата вычислена по словам самого текста. Это не официальное разъяснение."))
    mark = hashlib.sha256("|".join([document.id, scope, *days, day.isoformat()]).encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{mark}@{info.authority}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(summary)}"
    yield f"DESCRIPTION:{_escaped(' '.join(part for part in words if part))}"
    yield f"URL:{info.base_url}{prefix(say.language)}/{document.id}"
    yield f"STATUS:{'TENTATIVE' if open_day else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11; foreign text cannot begin a line of its own."""
    flat = " ".join(clean(text).split())
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """A line folded at 75 octets, never inside a character."""
    pieces: list[str] = []
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE:
            pieces.append(piece)
            piece, size = "", 1  # the blank that opens a continuation counts
        piece += character
        size += octets
    return "\r\n ".join([*pieces, piece]) + "\r\n"
