"""How one clause came to be: every recorded change of a unit and of what stands below it, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feeds import addresses, clausehistory, diffview, places, relations, subject, views
from feeds.frame import Frame
from feeds.pages import Page
from tracker.models import Document, Version


def page(frame: Frame, document: Document, unit: str) -> Page | None:
    """The history of the unit at a path of the newest text; None when that text has no such unit."""
    found = _chain(frame, document)
    if found is None:
        return None
    newest, chain = found
    section = next((row for row in frame.library.sections(newest.id) if row.path == unit), None)
    if section is None:
        return None
    about = subject.of_document(document)
    touches = list(chain.history(unit))
    steps = [
        {
            "row": frame.rows.row(touch.event),
            "label": views.event_label(touch.event, frame.say),
            "units": [diffview.unit(operation, frame.say) for operation in touch.operations],
        }
        for touch in touches
    ]
    first = touches[-1] if touches else None
    return frame.html(
        f"/{document.id}/history/{unit}",
        "history.html",
        max((touch.event.observed_at for touch in touches), default=newest.observed_at),
        demo=document.invented,
        heading=places.shown(section.address) or frame.say("Текст"),
        about=about,
        section=section,
        steps=steps,
        is_whole=bool(first and any(row.new_path == first.path and row.old_path is None for row in first.operations)),
        version=f"{addresses.version_path(newest)}#{unit}",
        version_label=views.version_label(newest, frame.say),
        way=_way(frame, newest, unit),
        oldest=frame.both(chain.links[-1].event.observed_at) if chain.links else "",
    )


def links(version: Version, frame: Frame) -> Callable[[str | None], str | None]:
    """Path of a unit -> the page of its history; None for a unit that today's text has not, whatever it was once."""
    document_id = version.key.document_id
    known: set[str] = set()
    if clausehistory.newest_text(frame.library.versions(document_id)) == version:
        known = {section.path for section in frame.library.sections(version.id)}
        if not frame.info.live:  # a static site holds the histories of those units only that a comparison touched
            events = frame.library.events(scope=f"document:{document_id}", limit=views.DOCUMENT_EVENTS)
            known &= clausehistory.chain(addresses.version_path(version), events, frame.library).changed.keys()
    return lambda unit: f"/{document_id}/history/{unit}" if unit in known else None


def paths(document: Document, frame: Frame) -> Iterator[str]:
    """The histories that a static site holds: of every unit of the newest text that a comparison touched."""
    found = _chain(frame, document)
    if found is not None:
        newest, chain = found
        known = {row.path for row in frame.library.sections(newest.id)}
        yield from (f"/{document.id}/history/{unit}" for unit in sorted(chain.changed) if unit in known)


def _way(frame: Frame, newest: Version, unit: str) -> tuple[relations.Stop, ...]:
    """The way from the clause back to the bill and the reading that wrote it, as far as it is known."""
    if frame.insight is None:
        return ()
    origin = frame.insight.origin(newest.key.document_id, unit, newest.key.edition)
    return relations.way(origin, frame.library, frame.language) if origin else ()


def _chain(frame: Frame, document: Document) -> tuple[Version, clausehistory.Chain] | None:
    newest = clausehistory.newest_text(frame.library.versions(document.id))
    if newest is None:
        return None
    events = frame.library.events(scope=f"document:{document.id}", limit=views.DOCUMENT_EVENTS)
    return newest, clausehistory.chain(addresses.version_path(newest), events, frame.library)
