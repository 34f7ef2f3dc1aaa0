"""Records to JSON and back, for what is stored whole: differences, headers, small lists."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
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


def diff_from_json(text: str | bytes) -> Diff:
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
