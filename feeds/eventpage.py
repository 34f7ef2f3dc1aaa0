"""What the page of one event shows: the change itself, why it is called what it is called, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from feeds import (
    addresses,
    channels,
    clausehistory,
    diffview,
    historypage,
    labels,
    phrases,
    sides,
    subject,
    views,
    wording,
)
from feeds.entries import tag_uri
from feeds.exports import citations
from feeds.frame import Frame
from feeds.pages import Page
from feeds.pictures import fonts, share
from feeds.textual import outward
from tracker.models import Diff, Event


def page(frame: Frame, event_id: str) -> Page | None:
    """One event."""
    library, say = frame.library, frame.say
    event = library.event(event_id)
    if event is None:
        return None
    row = frame.rows.row(event)
    corrections = library.corrections_of(event.id)
    about = subject.of_event(event)
    known = event.document_id is not None and library.document(event.document_id) is not None
    diff = frame.rows.diff(event)
    payload = event.payload
    wrong = library.event(str(payload.get("event"))) if payload.get("event") else None
    invented = frame.info.invented or row.demo
    names = sides.called(event, frame.say)
    mark = f"{say.of(labels.DEMO)}. "
    return frame.html(
        f"/event/{event.id}",
        "event.html",
        max([event.observed_at, *(correction.observed_at for correction in corrections)]),
        demo=row.demo,
        heading=str(row.title).removeprefix(mark),
        document_path=f"/{event.document_id}" if known else None,
        corrections=[(frame.rows.row(found), str(found.payload.get("reason") or "")) for found in corrections],
        autodiscovery=frame.alternates(channels.document_channel(about, language=frame.language))
        if known and about
        else (),
        row=row,
        event=event,
        about=about,
        english=wording.english(event) if frame.language == "ru" else "",
        level=labels.LEVELS[event.level],
        reasons=diff.significance.reasons if diff else (),
        notices=payload.get("notices") or (),
        notice_line=phrases.notice_line,
        diff=diffview.view(diff, say, sides=names) if diff else None,
        sides=names,
        fields=payload.get("fields") or (),
        steps=_steps_of(event, frame),
        files=_files_of(event, frame, invented=invented),
        matches=payload.get("reasons") or (),
        captures=views.captures(event, say),
        source_name=labels.source_name(event.source, language=frame.language),
        # A watched page has an address of its own, which is not that of the document.
        source=outward(payload.get("url") or (about.url if about else ""), invented=invented),
        sources=_sources_of(event, frame, invented=invented),
        seen=frame.both(event.observed_at),
        mates=[frame.rows.row(mate) for mate in frame.rows.mates(event)],
        wrong=frame.rows.row(wrong) if wrong else None,
        entry_id=tag_uri(frame.info, f"event/{event.id}"),
        permanent=frame.layout.absolute(f"/event/{event.id}"),
        field_names=labels.card_field,
        topic_names=partial(labels.topic_name, own=frame.info.topic_names),
        picture=_picture(event, diff, frame),
        files_of=_downloads(event, diff, live=frame.info.live),
        citation=citations.of_event(event, diff, frame.info, None),
        **_texts_of(event, frame),
    )


def _picture(event: Event, diff: Diff | None, frame: Frame) -> dict[str, str] | None:
    """The picture that stands beside a link to this page elsewhere, and the same in words."""
    if event.struck or not frame.info.live or not fonts.available():
        return None
    return {"path": f"/event/{event.id}/card.png", "words": share.alternative(event, diff, frame.say)}


def _downloads(event: Event, diff: Diff | None, *, live: bool) -> list[tuple[str, str]]:
    """(what it is called, path) of the files that a newsroom takes away."""
    names = [("Word", "diff.docx"), ("HTML", "diff.html")] if diff is not None else []
    if diff is not None and live and fonts.available():
        names.append(("PNG", "diff.png"))
    return [(label, f"/event/{event.id}/{name}") for label, name in names]


def _texts_of(event: Event, frame: Frame) -> dict[str, Any]:
    """The pages of the texts behind an event: the new one, and its comparison with the old one in context."""
    path = str(event.payload.get("version_path") or "")
    new = addresses.version_at(path, frame.library)
    old = addresses.version_at(clausehistory.path_before(event), frame.library)
    pair = addresses.pair_path(old[1], new[1]) if old and new and frame.insight and old[0].id == new[0].id else None
    past = historypage.links(new[1], frame) if new else None
    return {"version_path": path if new else None, "pair_path": pair, "past": past}


def _sources_of(event: Event, frame: Frame, *, invented: bool) -> list[dict[str, Any]]:
    """The two sources of a disagreement, each with its own page and address."""
    rows = event.payload.get("sources")
    if not isinstance(rows, list):
        return []
    return [
        {
            "name": labels.source_name(str(row.get("source")), language=frame.language),
            "path": path
            if (path := str(row.get("path") or "")) and addresses.version_at(path, frame.library)
            else None,
            "link": outward(row.get("url"), invented=invented),
        }
        for row in rows
        if isinstance(row, Mapping)
    ]


def _steps_of(event: Event, frame: Frame) -> list[tuple[str, str]]:
    """(name, line) of the steps that an event carries."""
    names = (("before", frame.say("Было")), ("after", frame.say("Стало")), ("step", frame.say("Запись")))
    found = []
    for key, name in names:
        step = event.payload.get(key)
        if isinstance(step, Mapping) and "step" in step and "decisions" in step:
            found.append((name, phrases.step_line(step, language=frame.language)))
    return found


def _files_of(event: Event, frame: Frame, *, invented: bool) -> list[tuple[str, views.FileRow]]:
    """(name, file) of the files that an event carries."""
    found = []
    for key, name in (("before", frame.say("Был файл")), ("file", frame.say("Файл"))):
        file = event.payload.get(key)
        if isinstance(file, Mapping) and "url" in file and "role" in file:
            found.append((name, views.file_row(file, frame.say, invented=invented)))
    return found
