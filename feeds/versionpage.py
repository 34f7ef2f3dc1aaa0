"""The page of one observed text: every unit with an anchor of its own, its neighbours, and what each unit has been through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feeds import addresses, clausehistory, labels, places, subject, views
from feeds.exports import citations
from feeds.frame import Frame
from feeds.pages import Page
from tracker.models import Document, Force, Version

#: Paths of units that open a part of a text and not of one that it quotes: chapters, articles, appendices.
_HEADED: Final = re.compile(r"(?:(?:razd|gl|par|st|pril)-[^.]+(?:\.\d+)?(?:\.|$))+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One text that this one can be compared with."""

    label: str
    path: str


def page(frame: Frame, document: Document, version: Version) -> Page:
    """One text, whole."""
    library, say = frame.library, frame.say
    about = subject.of_document(document)
    events = library.events(scope=f"document:{document.id}", limit=views.DOCUMENT_EVENTS)
    versions = library.versions(document.id)
    rows = views.text_rows(versions, events, say, invented=frame.is_invented(document))
    path = addresses.version_path(version)
    index = next(number for number, row in enumerate(rows) if row.path == path)
    force = subject.force_of_text(about, version)
    sections = library.sections(version.id) if version.readable else ()
    chain = clausehistory.chain(path, events, library)
    return frame.html(
        path,
        "version.html",
        version.last_seen,
        demo=document.invented,
        heading=f"{about.full_name if frame.language == 'ru' else about.english_name}: {rows[index].label}",
        about=about,
        version=rows[index],
        force=labels.FORCE_SENTENCES[Force.DRAFT] if force is Force.DRAFT else about.force_sentence,
        force_class=force,
        digest=version.snapshot_digest or "",
        sections=sections,
        headings={section.path for section in sections if _HEADED.fullmatch(section.path)},
        note=places.note(section.address for section in sections),
        earlier=rows[index - 1] if index else None,
        later=rows[index + 1] if index + 1 < len(rows) else None,
        touched=chain.changed if clausehistory.newest_text(versions) == version else {},
        choices=_choices(version, versions, frame),
        citation=citations.of_version(document, version, frame.info, None),
    )


def _choices(version: Version, versions: Sequence[Version], frame: Frame) -> list[Choice]:
    """The other readable texts of the same part, as the older or the newer side of a comparison, in the order of procedure."""
    if frame.insight is None or not version.readable:
        return []
    ordered = comparable(versions, version.key.part)
    if version not in ordered:
        return []
    at = ordered.index(version)
    found = []
    for other, row in enumerate(ordered):
        if other == at or (not frame.info.live and (min(at, other), max(at, other)) not in published(ordered)):
            continue
        old, new = (row, version) if other < at else (version, row)
        found.append(Choice(label=labelled(row, frame), path=addresses.pair_path(old, new)))
    return found


def labelled(version: Version, frame: Frame) -> str:
    """A text as a list of choices names it: with its source, and with its number where there are several states."""
    state = frame.say("состояние {number}", number=version.number)
    name = views.version_label(version, frame.say)
    source = labels.source_name(version.key.source, language=frame.language)
    return f"{name}, {state} ({source})" if version.number > 1 else f"{name} ({source})"


def comparable(versions: Sequence[Version], part: str, *, readable: bool = True) -> list[Version]:
    """The versions of one part in the order of procedure: the readable ones, or all."""
    return sorted(
        (version for version in versions if version.key.part == part and (version.readable or not readable)),
        key=lambda version: (version.position, version.key.source, version.number),
    )


def published(ordered: Sequence[Version]) -> set[tuple[int, int]]:
    """Which pairs a static site holds, by their places: neighbours, the first state with the last, and reading with reading."""
    last = len(ordered) - 1
    pairs = {(at, at + 1) for at in range(last)} | ({(0, last)} if last > 0 else set())
    readings = [at for at, version in enumerate(ordered) if version.key.edition in _READINGS]
    return pairs | {(old, new) for old in readings for new in readings if old < new}


_READINGS: Final = frozenset({"introduced", "first-reading", "second-reading-committee", "second-reading", "adopted"})
