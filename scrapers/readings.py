"""A Reading as JSON, and back: what ``duma-tracker read`` prints and what the store keeps of a card.

`to_json` follows the documented contract (keys ``source page document events files sections editions items``) and adds
``note``, ``votes``, ``total``, ``text`` and ``remarks``, so that nothing is lost: ``from_json(to_json(reading)) == reading``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tracker.models import (
    DocumentFacts,
    EditionRef,
    EditorialNote,
    File,
    Force,
    Item,
    PageKind,
    Publication,
    Reading,
    Role,
    Section,
    Status,
    Step,
    Vote,
)


def to_json(reading: Reading) -> dict[str, Any]:
    """Plain dicts, lists, strings, numbers and None, ready for `json.dumps`; absent lists are empty, an absent document None."""
    plain: dict[str, Any] = _plain(reading)
    return plain


def from_json(data: Mapping[str, Any]) -> Reading:
    """The Reading that `to_json` wrote. Missing keys take the defaults of the record; KeyError when a required one is absent."""
    document = data.get("document")
    return Reading(
        source=data["source"],
        page=PageKind(data["page"]),
        document=None if document is None else _document(document),
        events=tuple(_step(step) for step in data.get("events", ())),
        files=tuple(file_from_json(file) for file in data.get("files", ())),
        sections=tuple(Section(**section) for section in data.get("sections", ())),
        editions=tuple(EditionRef(**edition) for edition in data.get("editions", ())),
        items=tuple(Item(**item) for item in data.get("items", ())),
        note=data.get("note", ""),
        votes=tuple(Vote(**vote) for vote in data.get("votes", ())),
        total=data.get("total"),
        text=data.get("text", ""),
        remarks=tuple(EditorialNote(**{**remark, "acts": tuple(remark["acts"])}) for remark in data.get("remarks", ())),
    )


def step_json(step: Step) -> dict[str, Any]:
    """One step in the form that it has inside a Reading."""
    plain: dict[str, Any] = _plain(step)
    return plain


def file_json(file: File) -> dict[str, Any]:
    """One file in the form that it has inside a Reading."""
    plain: dict[str, Any] = _plain(file)
    return plain


def file_from_json(data: Mapping[str, Any]) -> File:
    """The File that `file_json` wrote."""
    return File(**{**data, "role": Role(data["role"])})


def _plain(value: Any) -> Any:
    """Records become dicts, tuples lists and enumerations their words; everything else is plain already.

    In one walk: `dataclasses.asdict` copies every value by its own rules first, which took as long as reading the card.
    """
    if value is None or type(value) is str:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _document(data: Mapping[str, Any]) -> DocumentFacts:
    status = data.get("status")
    return DocumentFacts(
        **{
            **data,
            "status": None if status is None else Status(status),
            "force": Force(data.get("force", Force.UNKNOWN)),
        }
    )


def _step(data: Mapping[str, Any]) -> Step:
    return Step(
        **{
            **data,
            "decisions": tuple(data.get("decisions", ())),
            "publication": tuple(Publication(**row) for row in data.get("publication", ())),
        }
    )
