"""What a reader must be told about one text: items published without their content, holes in numbering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from diffs.labels import LIST_LETTERS, OPENING_QUOTES, components, label_of, ordinal
from tracker.models import Notice, Section

_CLOSED: Final = re.compile(r"[\"«(]?\s*для\s+служ(?:ебного|\.)\s+польз(?:ования|\.)\s*[\"»)]?", re.IGNORECASE)
_STEPS: Final = {"ch": "ч.", "p": "п.", "pp": "пп."}


def find_notices(sections: Sequence[Section]) -> tuple[Notice, ...]:
    """Items that were published without their content, and holes in numbering. Facts to show, never parse errors."""
    notices: list[Notice] = []
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for section in sections:
        closed = _CLOSED.search(section.text)
        if closed:
            words = closed[0].strip(' \u00a0"«»()')
            notices.append(Notice(kind="closed_item", address=section.address, text=f"«{words}»"))
        parts = components(section.path)
        unit, _, _ = parts[-1].partition("-") if parts else ("", "", "")
        quoted_root = len(parts) >= 2 and parts[-2] == "q"  # a quoted part begins with whatever number it has
        if unit not in _STEPS or quoted_root:
            continue
        text = section.text.strip()
        label = label_of(text[text[:1] in OPENING_QUOTES :])
        place = ordinal(label.number.split(".")[0]) if label is not None else None
        if label is None or place is None:
            continue
        key = (".".join(parts[:-1]), unit)
        previous = last.get(key)
        if previous is not None and place > previous[0] + 1:
            notices.append(_gap(section, unit, label.number, previous, place))
        last[key] = (place, label.number)
    return tuple(notices)


def _gap(section: Section, unit: str, number: str, previous: tuple[int, str], place: int) -> Notice:
    letters = not number[0].isdigit()

    def name(at: int) -> str:
        return f"«{LIST_LETTERS[at - 1]}»" if letters else str(at)

    word = _STEPS[unit]
    missing = name(previous[0] + 1) if place == previous[0] + 2 else f"{name(previous[0] + 1)}–{name(place - 1)}"
    before = f"«{previous[1]}»" if letters else previous[1]
    here = f"«{number}»" if letters else number
    own = f"{word} {here}"
    stem = section.address.removesuffix(own) if section.address.endswith(own) else ""
    return Notice(kind="gap", address=f"{stem}{word} {missing}", text=f"После {word} {before} идёт {word} {here}.")
