"""A diff as JSON (the contract of `duma-tracker diff --format json`) and as text for a terminal.

JSON keys beyond the contract are additions that readers may ignore: `similarity`, `old_index`, `new_index` and `text_en` make
the round trip whole, `place` (an address in words) and `summary` are for people.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diffs.summary import summary
from diffs.wording import spoken, spoken_en
from tracker.errors import StoreError
from tracker.models import Diff, DiffStats, Group, Level, Noise, Operation, Reason, Significance


def to_json(diff: Diff) -> dict[str, Any]:
    """The diff as the JSON object that people script against."""
    line = summary(diff)
    return {
        "same": diff.same,
        "operations": [
            {
                "ops": list(op.ops),
                "old_path": op.old_path,
                "new_path": op.new_path,
                "old_address": op.old_address,
                "new_address": op.new_address,
                "place": _in_words(op.new_address or op.old_address or ""),
                "old_text": op.old_text,
                "new_text": op.new_text,
                "spans": [list(span) for span in op.spans],
                "group": op.group,
                "old_index": op.old_index,
                "new_index": op.new_index,
            }
            for op in diff.operations
        ],
        "groups": [
            {"id": group.id, "kind": group.kind, "text": group.text, "text_en": group.text_en} for group in diff.groups
        ],
        "stats": {
            "words_added": diff.stats.words_added,
            "words_removed": diff.stats.words_removed,
            "moved": diff.stats.moved,
            "renumbered": diff.stats.renumbered,
        },
        "significance": {
            "level": int(diff.significance.level),
            "name": diff.significance.level.name.lower(),
            "reasons": [
                {"rule": reason.rule, "text": reason.text, "text_en": reason.text_en}
                for reason in diff.significance.reasons
            ],
        },
        "noise": [{"rule": noise.rule, "count": noise.count} for noise in diff.noise],
        "similarity": diff.similarity,
        "summary": {"ru": line.ru, "en": line.en},
    }


def _in_words(address: str) -> dict[str, str]:
    return {"ru": spoken(address), "en": spoken_en(address)}


def from_json(data: Mapping[str, Any]) -> Diff:
    """The diff that `to_json` wrote. Raises StoreError when something in it is missing or of another type."""
    try:
        return Diff(
            same=bool(data["same"]),
            operations=tuple(_operation(item) for item in data["operations"]),
            groups=tuple(
                Group(id=item["id"], kind=item["kind"], text=item["text"], text_en=item.get("text_en", ""))
                for item in data["groups"]
            ),
            stats=DiffStats(**{name: int(data["stats"][name]) for name in _STATS}),
            significance=Significance(
                level=Level(data["significance"]["level"]),
                reasons=tuple(
                    Reason(rule=item["rule"], text=item["text"], text_en=item.get("text_en", ""))
                    for item in data["significance"]["reasons"]
                ),
            ),
            noise=tuple(Noise(rule=item["rule"], count=int(item["count"])) for item in data["noise"]),
            similarity=float(data.get("similarity", 1.0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"a stored comparison cannot be read ({error!r}): compare the two versions again") from error


_STATS: Final = ("words_added", "words_removed", "moved", "renumbered")


def _operation(item: Mapping[str, Any]) -> Operation:
    return Operation(
        ops=tuple(item["ops"]),
        old_path=item["old_path"],
        new_path=item["new_path"],
        old_address=item["old_address"],
        new_address=item["new_address"],
        old_text=item["old_text"],
        new_text=item["new_text"],
        spans=tuple((sign, text) for sign, text in item["spans"]),
        group=item["group"],
        old_index=item.get("old_index"),
        new_index=item.get("new_index"),
    )


# ---------------------------------------------------------------- for a terminal

_LEVELS: Final = {
    Level.KEY: "ключевое изменение",
    Level.MAJOR: "важное изменение",
    Level.NOTABLE: "заметное изменение",
    Level.TECHNICAL: "техническое изменение",
    Level.TYPOGRAPHIC: "оформление",
}
_OPS: Final = {
    "added": "добавлено",
    "removed": "исключено",
    "modified": "изменено",
    "moved": "перенесено",
    "renumbered": "изменён номер",
}
_RED, _GREEN, _BOLD, _OFF = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def to_text(diff: Diff, *, colour: bool = False, noise: Mapping[str, str] | None = None) -> str:
    """The diff for people, in Russian: address, what happened, the words as ``[-было-]{+стало+}``, the reasons.

    `noise` says what rules of typography are called; without it they go by their names.
    """
    called = noise or {}
    lines = list(_head(diff, colour=colour))
    texts = {group.id: group.text for group in diff.groups}
    punctuation = {group.id for group in diff.groups if group.kind == "punctuation"}
    told: set[str] = set()
    for operation in diff.operations:
        pure = set(operation.ops) <= {"moved", "renumbered"}
        if operation.group is not None and operation.group not in told:
            told.add(operation.group)
            lines += ["", _plain(texts.get(operation.group, ""))]
        if operation.group is not None and (pure or operation.group in punctuation):
            continue  # the group's sentence has said it
        lines += ["", *_told(operation, colour=colour)]
    if diff.noise:
        listed = ", ".join(f"{called.get(row.rule, row.rule)} × {row.count}" for row in diff.noise)
        lines += ["", f"Не считается изменением: {listed}."]
    return "\n".join(lines) + "\n"


def _head(diff: Diff, *, colour: bool) -> Iterator[str]:
    if diff.same:
        yield "Изменений в тексте нет."
        return
    yield _marked(
        f"Значимость: {int(diff.significance.level)}, {_LEVELS[diff.significance.level]}.", _BOLD, colour=colour
    )
    line = summary(diff).ru
    yield _plain(f"{line[:1].upper()}{line[1:]}.")
    for reason in diff.significance.reasons:
        yield f"- {_plain(reason.text)} [{reason.rule}]"


def _told(operation: Operation, *, colour: bool) -> Iterator[str]:
    done = ", ".join(_OPS.get(op, op) for op in operation.ops)
    old, new = operation.old_address, operation.new_address
    place = f"{old} → {new}" if old and new and old != new else new or old or ""
    yield _marked(f"{_plain(place)}: {done}", _BOLD, colour=colour)
    shown = []
    for sign, text in operation.spans:
        plain = _plain(text)
        if sign == "-":
            shown.append(_marked(f"[-{plain}-]", _RED, colour=colour))
        elif sign == "+":
            shown.append(_marked(f"{{+{plain}+}}", _GREEN, colour=colour))
        else:
            shown.append(plain)
    if shown:
        yield "  " + "".join(shown)


def _marked(text: str, mark: str, *, colour: bool) -> str:
    return f"{mark}{text}{_OFF}" if colour else text


def _plain(text: str) -> str:
    """Foreign text without characters that steer a terminal."""
    return "".join(char if unicodedata.category(char) not in {"Cc", "Cf"} else " " for char in text)
