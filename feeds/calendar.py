"""Entries into force as a calendar (iCalendar, RFC 5545): whole days in Moscow, for a lawyer's diary.

Only days that a text itself gives stand here. Where its words leave two days open both stand here, each as tentative; a draft
never does. The same record gives the same file to the last byte: a UID names the document and its clause, not the moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias

from feeds import labels, places, subject, times
from feeds.formats import epoch, page_url
from feeds.languages import Speech
from feeds.library import Library
from feeds.textual import bounded, clean
from tracker.models import Document, Language, SiteInfo

#: Where the conductor keeps the days on which acts begin to work, by document.
_KEY: Final = "effective/"
_OF_THE_PAST: Final = frozenset({"retroactive", "not_retroactive"})
_LONGEST_CLAUSE: Final = 1_000  # characters
_LINE: Final = 75  # octets, RFC 5545, 3.1


def render(library: Library, info: SiteInfo, language: Language) -> tuple[bytes, datetime]:
    """The calendar, and when the newest event behind it was seen."""
    say = Speech(language)
    title = f"{say.of(labels.DEMO)}. {info.title}" if info.invented else info.title
    name = say("{site}: вступление в силу", site=title)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Duma Tracker//NONSGML//{language.upper()}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(name)}",
        "X-WR-TIMEZONE:Europe/Moscow",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    modified = epoch(info)
    for mark, (document, row, day) in _days(library).items():
        newest = library.events(scope=f"document:{document.id}", limit=1)
        stamp = newest[0].observed_at if newest else epoch(info)
        modified = max(modified, stamp)
        lines += _event(document, row, day, uid=f"{mark}@{info.authority}", info=info, say=say, stamp=stamp)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode(), modified


_Day: TypeAlias = tuple[Document, Mapping[str, Any], date]


def _days(library: Library) -> dict[str, _Day]:
    """Every day of every clause of every followed act, in order, by a mark that names it in both languages."""
    found: dict[str, _Day] = {}
    for key, entry in library.states(_KEY).items():
        document = library.document(key.removeprefix(_KEY))
        if document is None or not document.id.startswith("act/") or not isinstance(entry, Mapping):
            continue
        rows = entry.get("dates")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and row.get("rule") not in _OF_THE_PAST:
                days = [str(day) for day in row.get("dates") or ()]
                for day in days:
                    named = "|".join([document.id, clean(str(row.get("scope") or "")), *days, day])
                    mark = hashlib.sha256(named.encode()).hexdigest()[:32]
                    found.setdefault(mark, (document, row, date.fromisoformat(day)))
    return dict(sorted(found.items(), key=lambda one: (one[1][2], one[1][0].id, one[0])))


def _event(
    document: Document, row: Mapping[str, Any], day: date, *, uid: str, info: SiteInfo, say: Speech, stamp: datetime
) -> Iterator[str]:
    about = subject.of_document(document)
    scope = bounded(str(row.get("scope") or ""))
    if say.language == "ru":
        name, where = about.full_name, places.shown(scope)
    else:
        name, where = about.english_name, places.english(scope)
    what = bounded(f"{name}, {where}" if where else name)
    days = [date.fromisoformat(str(value)) for value in row.get("dates") or ()]
    is_open = len(days) > 1
    summary = say("Может вступить в силу: {what}", what=what) if is_open else say("Вступает в силу: {what}", what=what)
    if info.invented or about.invented:
        summary = f"{say.of(labels.DEMO)}. {summary}"
    said = [say("Дата вычислена по словам самого текста. Это не официальное разъяснение.")]
    if is_open:
        both = ", ".join(times.day(value, language=say.language) for value in days)
        said.insert(0, say("Текст допускает две даты: {days}.", days=both))
    law = [about.quoted_title and f"{about.quoted_title}.", bounded(str(row.get("clause") or ""), _LONGEST_CLAUSE)]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(summary)}"
    words = [*law, *said] if say.language == "ru" else [*said, *law]
    yield f"DESCRIPTION:{_escaped(' '.join(part for part in words if part))}"
    yield f"URL:{page_url(f'/{document.id}', info, say.language)}"
    yield f"STATUS:{'TENTATIVE' if is_open else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11; foreign text cannot begin a line of its own."""
    flat = " ".join(clean(text).split())
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """A line folded at 75 octets, never inside a character."""
    octets = line.encode()
    pieces: list[bytes] = []
    room = _LINE
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[:end])
        octets, room = octets[end:], _LINE - 1  # the blank that opens a continuation counts
    return b"\r\n ".join([*pieces, octets]).decode() + "\r\n"
