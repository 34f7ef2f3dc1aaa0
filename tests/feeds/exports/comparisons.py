"""Comparisons to export: an invented bill between two readings, an invented law in three editions, hostile words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diffs.compare import compare
from feeds.diffview import Sides
from feeds.exports import comparison
from feeds.exports.comparison import Comparison
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tests.feeds.texts import shelf
from tracker.models import Document, EventKind, Language, Section, Status

#: Characters that XML forbids, that turn a line around, that end an element, a cell or a string.
HOSTILE = "<script>alert(1)</script> ]]> &amp; \x00\x07\x1b \u202eобратно\u202c \ufffe \x0b\x0c \"'=1+1 \r\n\tконец"


def section(text: str, number: int = 1) -> Section:
    return Section(path=f"st-1.ch-{number}", address=f"ст. 1 ч. {number}", text=text)


def sections(*texts: str) -> tuple[Section, ...]:
    return tuple(section(text, number) for number, text in enumerate(texts, 1))


def of_event(language: Language = "ru", *, invented: bool = True) -> Comparison:
    """The text for the second reading, as its event tells it."""
    library = newsroom()
    event = next(row for row in library.kept_events if row.kind is EventKind.TEXT_ADDED and row.diff_id)
    if not invented:
        facts = {**event.payload["document"], "invented": False}
        event = replace(event, payload={**event.payload, "document": facts})
    diff = library.kept_diffs[str(event.diff_id)]
    sides = Sides(before="Внесённый текст", after="Текст ко 2-му чтению")
    return comparison.of_event(event, diff, INFO, sides, language)


def of_editions(
    old: int = 0, new: int = 1, language: Language = "ru"
) -> tuple[Comparison, Sequence[Section], Sequence[Section]]:
    """Two editions of an invented law, with their texts."""
    kept = shelf()
    before, after = kept.versions[old], kept.versions[new]
    texts = kept.library.sections(before.id), kept.library.sections(after.id)
    made = comparison.of_versions((kept.document, before), (kept.document, after), compare(*texts), INFO, language)
    return made, *texts


def of_texts(old: Sequence[Section], new: Sequence[Section], document: Document | None = None) -> Comparison:
    """Any two texts of an invented bill."""
    library, about = FakeLibrary(), document or bill(Status.FIRST_READING)
    before = library.keep_version(about, "introduced", old)
    after = library.keep_version(about, "second-reading", new)
    return comparison.of_versions((about, before), (about, after), compare(old, new), INFO, "ru")
