"""What a bill or an act changes: as relations between documents, and as evidence of its topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from diffs import amendments
from diffs.amended import AmendedUnit
from scrapers import acts
from tracker.errors import ConfigError
from tracker.models import Relation, Section

_REPEALS: Final = frozenset({"repeal"})


def units_of(sections: Sequence[Section]) -> tuple[AmendedUnit, ...]:
    """The units of other acts that a text changes, with the ids of those acts where the text names them whole."""
    return amendments.amended(sections, identify=_identify)


def units_of_title(title: str) -> tuple[AmendedUnit, ...]:
    """The same, as far as a title tells it."""
    return amendments.amended_by_title(title, identify=_identify)


def relations(document_id: str, units: Sequence[AmendedUnit]) -> tuple[Relation, ...]:
    """``amends`` and ``repeals``, from the clause that says so to the unit it speaks of."""
    found = (
        Relation(
            kind="repeals" if unit.kind in _REPEALS and not unit.path else "amends",
            from_document=document_id,
            from_path=unit.from_path,
            to_document=unit.act,
            to_path=unit.path,
            words=unit.words,
        )
        for unit in units
        if unit.act and unit.act != document_id
    )
    return tuple(dict.fromkeys(found))


def _identify(kind: str, day: str, number: str) -> str:
    word, authority = acts.split_kind(kind)
    try:
        return acts.act_id(word, authority, day, number)
    except ConfigError:  # an act whose kind we cannot name has no id, and is told by its words
        return ""
