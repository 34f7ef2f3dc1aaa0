"""What the page of one event shows: the change itself, why it is called what it is called, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feeds import diffview, labels, phrases, subject, times, views, wording
from feeds.entries import event_url, tag_uri
from feeds.library import Library
from feeds.textual import outward
from tracker.models import Event, SiteInfo


def context(event: Event, row: views.EventRow, rows: views.Rows, library: Library, info: SiteInfo) -> dict[str, Any]:
    """The names that the template of an event prints, except those that depend on other pages."""
    about = subject.of_event(event)
    diff = rows.diff(event)
    payload = event.payload
    wrong = library.event(str(payload.get("event"))) if payload.get("event") else None
    invented = info.invented or row.demo
    return {
        "row": row,
        "event": event,
        "about": about,
        "english": wording.english(event),
        "level_en": labels.LEVELS[event.level].en,
        "reasons": diff.significance.reasons if diff else (),
        "notices": payload.get("notices") or (),
        "notice_line": phrases.notice_line,
        "diff": diffview.view(diff) if diff else None,
        "compared": _compared(event),
        "fields": payload.get("fields") or (),
        "steps": _steps_of(event),
        "files": _files_of(event, invented=invented),
        "matches": payload.get("reasons") or (),
        "captures": views.captures(event),
        "source_name": labels.source_name(event.source),
        # A watched page has an address of its own, which is not that of the document.
        "source": outward(payload.get("url") or (about.url if about else ""), invented=invented),
        "seen": times.both(event.observed_at),
        "mates": [rows.row(mate) for mate in rows.mates(event)],
        "wrong": rows.row(wrong) if wrong else None,
        "entry_id": tag_uri(info, f"event/{event.id}"),
        "permanent": event_url(info, event.id),
        "field_names": labels.CARD_FIELDS,
        "topic_names": labels.topic_name,
    }


def _compared(event: Event) -> tuple[str, str]:
    """The names of the two texts of a comparison: older, newer; of two sources, theirs."""
    sides = event.payload.get("sources")
    if isinstance(sides, list) and len(sides) == 2:
        first, second = (labels.source_name(str(side.get("source"))) for side in sides)
        return first, second
    against = event.payload.get("compared_with")
    new = phrases.edition_label(event.payload)
    if not isinstance(against, Mapping):
        return "", new
    old = phrases.edition_label(against)
    return (f"{old}, прежний текст" if old == new else old), new


def _steps_of(event: Event) -> list[tuple[str, str]]:
    """(name, line) of the steps that an event carries."""
    names = (("before", "Было"), ("after", "Стало"), ("step", "Запись"))
    found = []
    for key, name in names:
        step = event.payload.get(key)
        if isinstance(step, Mapping) and "step" in step and "decisions" in step:
            found.append((name, phrases.step_line(step)))
    return found


def _files_of(event: Event, *, invented: bool) -> list[tuple[str, views.FileRow]]:
    """(name, file) of the files that an event carries."""
    found = []
    for key, name in (("before", "Был файл"), ("file", "Файл")):
        file = event.payload.get(key)
        if isinstance(file, Mapping) and "url" in file and "role" in file:
            found.append((name, views.file_row(file, invented=invented)))
    return found
