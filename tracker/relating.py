"""From a clause of today's law back to the bill, and the text of it, that wrote the clause.

Four records are joined, each with words of its source behind it: the texts of an act (where did the unit get its present
words?), the list of its editions (which act made that one? ``amends``), the card of a bill (which bill became that act?
``enacts``), the texts of the bill (which of them said it first?).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from db.store import Store
from diffs import compare
from diffs.labels import split_label
from diffs.typography import canonical
from feeds.relations import Origin
from scrapers import acts
from tracker import amending
from tracker.desk import Keys
from tracker.models import Operation, Part, Section, Version

#: The amending act in the label of an edition: ``37 - от 31.07.2025 № 281-ФЗ (изм.)``.
_NAMED: Final = re.compile(r"от (?P<day>\d\d\.\d\d\.\d{4}) № (?P<number>[^\s,;()]+)")
#: What an amending text does when it gives the new words of a unit whole.
_WRITES_WHOLE: Final = frozenset({"restate", "add"})
_RAISED: Final = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_WORD: Final = re.compile(r"\w+(?:[.,]\d+)*")


def origin_of(store: Store, document_id: str, path: str, edition: str) -> Origin | None:
    """Where the unit at `path` of an edition (``rdk-37``) of an act got its present words; None when there is no such unit."""
    texts = _line(store, document_id, edition)
    place = max((index for index, text in enumerate(texts) if text.key.edition == edition), default=-1)
    unit = _unit(store.sections(texts[place].id), path) if place >= 0 else None
    if unit is None:
        return None
    place, unit, operation = _written(store, texts[: place + 1], unit)
    version = texts[place]
    act = _amending_act(store, version) if operation is not None else _itself(store, version)
    bill = _bill(store, act) if act else ""
    found = _first_text(store, bill, document_id, unit, operation) if bill else None
    reading, clause, words = found if found is not None else (None, "", "")
    return Origin(
        version=version,
        path=unit.path,
        oldest=operation is None and act != document_id,
        unread=_unread(store, version, texts[place - 1] if place else None),
        act=act,
        bill=bill,
        reading=reading,
        clause=clause,
        words=words,
    )


# ---------------------------------------------------------------- the act


def _line(store: Store, document_id: str, edition: str) -> list[Version]:
    """The readable texts of an act at the source that has this edition, oldest state first."""
    versions = [row for row in store.versions(document_id, part=Part.TEXT) if row.readable]
    source = next((row.key.source for row in versions if row.key.edition == edition), None)
    return sorted(
        (row for row in versions if row.key.source == source),
        key=lambda row: (row.position, row.key.edition, row.number),
    )


def _unit(sections: Sequence[Section], path: str) -> Section | None:
    return next((section for section in sections if section.path == path), None)


def _written(store: Store, texts: Sequence[Version], unit: Section) -> tuple[int, Section, Operation | None]:
    """The first of these texts that has the unit in its present words, the unit there, and how it got them.

    No operation: it stands so in the oldest text that is kept.
    """
    newer = store.sections(texts[-1].id)
    for place in range(len(texts) - 1, 0, -1):
        older = store.sections(texts[place - 1].id)
        before = _unit(older, unit.path)
        if before is None or canonical(before.text) != canonical(unit.text):
            diff = compare.compare(older, newer)
            operation = next((row for row in diff.operations if row.new_path == unit.path), None)
            if operation is not None and {"added", "modified"} & set(operation.ops):
                return place, unit, operation
            before = _unit(older, operation.old_path or unit.path) if operation is not None else before
        if before is None:
            return place, unit, None
        unit, newer = before, older
    return 0, unit, None


def _amending_act(store: Store, version: Version) -> str:
    """The act that made an edition, as the source's list of editions names it."""
    named = _NAMED.search(version.label)
    if named is None:
        return ""
    day, number = "-".join(reversed(named["day"].split("."))), acts.number_slug(named["number"])
    made = {
        row.from_document
        for row in store.relations(version.key.document_id)
        if row.to_document == version.key.document_id
        and row.kind in {"amends", "repeals"}
        and row.from_document.split("/")[2:] == [day, number]
    }
    return made.pop() if len(made) == 1 else ""


def _itself(store: Store, version: Version) -> str:
    """The act itself, when its text is the original one: first in the list of its editions, and made by no other act."""
    is_first = _listed(store, version)[:1] == [version.key.edition]
    return version.key.document_id if is_first and not _amending_act(store, version) else ""


def _unread(store: Store, version: Version, before: Version | None) -> tuple[str, ...]:
    """The editions listed between two texts: they were not read."""
    listed = _listed(store, version)
    if version.key.edition not in listed:
        return ()
    last = listed.index(version.key.edition)
    first = listed.index(before.key.edition) + 1 if before is not None and before.key.edition in listed else 0
    return tuple(listed[first:last])


def _listed(store: Store, version: Version) -> list[str]:
    """The editions that the source has listed, in order; empty for a source without such a list."""
    watch = store.watch(version.key.document_id, version.key.source)
    memory = store.state(Keys.of(watch).editions) if watch is not None else None
    if not isinstance(memory, dict):
        return []
    return sorted(memory, key=lambda name: str(memory[name]["position"]))


# ---------------------------------------------------------------- the bill


def _bill(store: Store, act: str) -> str:
    found = (row.from_document for row in store.relations(act) if row.kind == "enacts" and row.to_document == act)
    return next(found, "")


def _first_text(
    store: Store, bill: str, act: str, unit: Section, operation: Operation | None
) -> tuple[Version, str, str] | None:
    """The first text of a bill that brings the words, the clause that does, and what it says."""
    versions = [row for row in store.versions(bill, part=Part.TEXT) if row.readable]
    for version in sorted(versions, key=lambda row: (row.position, row.key.edition, row.number)):
        sections = store.sections(version.id)
        found = _own_clause(sections, unit) if operation is None else _clause(sections, act, operation)
        if found is not None:
            return version, *found
    return None


def _own_clause(sections: Sequence[Section], unit: Section) -> tuple[str, str] | None:
    """The unit in the text of a bill that is itself the act."""
    words = _words(unit.text)
    same = [section for section in sections if _words(section.text) == words]
    best = next((section for section in same if section.path == unit.path), same[0] if same else None)
    return (best.path, "") if best is not None else None


def _clause(sections: Sequence[Section], act: str, operation: Operation) -> tuple[str, str] | None:
    """The clause of an amending text that makes the change: it speaks of the unit, and brings the words (or takes them out)."""
    paths = {path for path in (operation.old_path, operation.new_path) if path}
    whole, changed = [_words(operation.new_text or "")], _changed(operation)
    for change in amending.units_of(sections):
        if change.act == act and any(_is_around(change.path, path) or _is_around(path, change.path) for path in paths):
            said = [_words(row.text) for row in sections if _is_around(change.from_path, row.path)]
            wanted = whole if change.kind in _WRITES_WHOLE or not changed else changed
            if all(any(words in one for one in said) for words in wanted):
                return change.from_path, change.words
    return None


def _changed(operation: Operation) -> list[str]:
    """The stretches of words that a change brings; where it brings none, those that it takes out."""
    for mark in "+", "-":
        found = [words for sign, text in operation.spans if sign == mark and (words := _words(text)).strip()]
        if found:
            return found
    return []


def _words(text: str) -> str:
    """The words of a unit with a blank on both sides: one stretch is then in another as whole words or not at all.

    Its number is left out, and numbers of inserted units (2¹, 2.1) are written in one way.
    """
    body = _RAISED.sub(lambda found: "." + found[0].translate(_DIGITS), split_label(canonical(text))[1])
    return f" {' '.join(_WORD.findall(body.lower()))} "


def _is_around(outer: str, inner: str) -> bool:
    """Whether a path is another one, or holds it; the act as a whole ("") holds all."""
    return not outer or inner == outer or inner.startswith(f"{outer}.")
