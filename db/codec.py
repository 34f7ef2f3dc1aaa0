"""Records to JSON and back, for what is stored whole: differences, headers, small lists."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from tracker.models import (
    Diff,
    DiffStats,
    Group,
    Level,
    Noise,
    Operation,
    Reason,
    Significance,
    canonical_json,
)

_OPERATION_FIELDS: Final = (
    "old_path",
    "new_path",
    "old_address",
    "new_address",
    "old_text",
    "new_text",
    "group",
    "old_index",
    "new_index",
)
_ROW: Final = ("ops", *_OPERATION_FIELDS)
_PLAIN: Final = ("same", "similarity")
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "reasons": ("rule", "text", "text_en"),
    "groups": ("id", "kind", "text", "text_en"),
    "noise": ("rule", "count"),
}
_STATS: Final = ("words_added", "words_removed", "moved", "renumbered")
_SPAN: Final = re.compile(r"([-=+])(\d+)")


def diff_to_json(diff: Diff) -> str:
    """The canonical JSON of a difference: equal differences give equal text."""
    return canonical_json(
        {
            "same": diff.same,
            "operations": [_operation_to_json(operation) for operation in diff.operations],
            "groups": [asdict(group) for group in diff.groups],
            "stats": asdict(diff.stats),
            "significance": {
                "level": int(diff.significance.level),
                "reasons": [asdict(reason) for reason in diff.significance.reasons],
            },
            "noise": [asdict(noise) for noise in diff.noise],
            "similarity": float(diff.similarity),
        }
    )


def diff_from_json(text: str) -> Diff:
    """The reverse of `diff_to_json`."""
    value: dict[str, Any] = json.loads(text)
    return Diff(
        same=value["same"],
        operations=tuple(_operation_from_json(operation) for operation in value["operations"]),
        groups=tuple(Group(**group) for group in value["groups"]),
        stats=DiffStats(**value["stats"]),
        significance=Significance(
            level=Level(value["significance"]["level"]),
            reasons=tuple(Reason(**reason) for reason in value["significance"]["reasons"]),
        ),
        noise=tuple(Noise(**noise) for noise in value["noise"]),
        similarity=value["similarity"],
    )


def diff_fold(text: str) -> bytes:
    """The canonical JSON of a difference as it is stored: without names of fields, and without the words that spans repeat.

    Spans over a unit whose canonical text is the published one, as most are, say nothing new but where they end.
    """
    value = json.loads(text)
    try:
        folded = canonical_json(
            [
                *(value[name] for name in _PLAIN),
                value["significance"]["level"],
                *(
                    _rows(value["significance"]["reasons"] if name == "reasons" else value[name], name)
                    for name in _TABLES
                ),
                [value["stats"][name] for name in _STATS],
                [[_fold_spans(row), *(row[name] for name in _ROW)] for row in value["operations"]],
            ]
        ).encode()
        return folded if diff_unfold(folded) == text else text.encode()
    except KeyError:  # of a shape that this code does not know
        return text.encode()


def diff_unfold(stored: bytes) -> str:
    """The reverse of `diff_fold`; what was stored before differences were folded is the canonical JSON itself."""
    if not stored.startswith(b"["):
        return stored.decode()
    same, similarity, level, *tables, stats, operations = json.loads(stored)
    named = {
        name: [_named(fields, row) for row in rows]
        for (name, fields), rows in zip(_TABLES.items(), tables, strict=True)
    }
    return canonical_json(
        {
            "same": same,
            "similarity": similarity,
            "significance": {"level": level, "reasons": named.pop("reasons")},
            **named,
            "stats": _named(_STATS, stats),
            "operations": [_unfold_operation(spans, _named(_ROW, row)) for spans, *row in operations],
        }
    )


def _rows(values: list[dict[str, Any]], name: str) -> list[list[Any]]:
    return [[value[field] for field in _TABLES[name]] for value in values]


def _named(fields: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(fields, values, strict=True))


def _fold_spans(operation: Mapping[str, Any]) -> Any:
    """Spans as signs and lengths, ``=14-5+7``, where they are pieces of the texts; as they are where they are not."""
    spans = operation["spans"]
    old = "".join(text for sign, text in spans if sign != "+")
    new = "".join(text for sign, text in spans if sign != "-")
    if (old, new) != (operation["old_text"] or "", operation["new_text"] or ""):
        return spans
    return "".join(f"{sign}{len(text)}" for sign, text in spans)


def _unfold_operation(spans: Any, operation: dict[str, Any]) -> dict[str, Any]:
    if isinstance(spans, str):
        old, new, cut = operation["old_text"] or "", operation["new_text"] or "", []
        before = after = 0
        for sign, digits in _SPAN.findall(spans):
            length = int(digits)
            cut.append([sign, new[after : after + length] if sign == "+" else old[before : before + length]])
            before += length if sign != "+" else 0
            after += length if sign != "-" else 0
        spans = cut
    return {"spans": spans, **operation}


def diff_id(text: str) -> str:
    """The content id of a difference, from its canonical JSON: base32 of 100 bits of SHA-256, like the ids of events."""
    return base64.b32encode(hashlib.sha256(text.encode()).digest())[:20].decode().lower()


def headers_to_json(headers: tuple[tuple[str, str], ...]) -> str:
    """Response headers in the order they came in, repeated names included."""
    return canonical_json([list(header) for header in headers])


def headers_from_json(text: str) -> tuple[tuple[str, str], ...]:
    """The reverse of `headers_to_json`."""
    return tuple((name, value) for name, value in json.loads(text))


def _operation_to_json(operation: Operation) -> dict[str, Any]:
    # By hand: `asdict` copies every span of a rewritten code, which costs more than writing it.
    return {
        "ops": list(operation.ops),
        "spans": [list(span) for span in operation.spans],
        **{name: getattr(operation, name) for name in _OPERATION_FIELDS},
    }


def _operation_from_json(value: Mapping[str, Any]) -> Operation:
    return Operation(
        ops=tuple(value["ops"]),
        spans=tuple((sign, text) for sign, text in value["spans"]),
        **{name: value[name] for name in _OPERATION_FIELDS},
    )
