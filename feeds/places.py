"""Addresses of law as people read them.

An address that runs into the wording which a bill quotes is exact and hard to read: ``ст. 1 п. 2 («п. 7 пп. „в“»)``. Readers get
``ст. 1 п. 2 › п. 7 пп. «в»``: before the sign a place in the document itself, behind it a place in the text that this place
writes into the act it amends. An arrow would not do: it already says that a unit moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

#: Unit -> its name, its name in the genitive, and the form of "новый" that agrees with it.
_UNITS: Final = {
    "разд.": ("раздел", "раздела", "новый"),
    "гл.": ("глава", "главы", "новая"),
    "§": ("параграф", "параграфа", "новый"),
    "ст.": ("статья", "статьи", "новая"),
    "ч.": ("часть", "части", "новая"),
    "п.": ("пункт", "пункта", "новый"),
    "пп.": ("подпункт", "подпункта", "новый"),
    "абз.": ("абзац", "абзаца", "новый"),
    "предл.": ("предложение", "предложения", "новое"),
    "прим.": ("примечание", "примечания", "новое"),
    "прил.": ("приложение", "приложения", "новое"),
    "наим.": ("наименование", "наименования", "новое"),
}
_ABBREVIATION: Final = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_LEVEL: Final = re.compile(rf"(?:{_ABBREVIATION})(?=\s|$)")
_QUOTED: Final = re.compile(rf" \(«((?:{_ABBREVIATION})[^«»]*)»\)")
_SIGN: Final = " › "


#: The same units in English; numbers and letters stay as the act has them.
_ENGLISH: Final = {
    "разд.": "sec.", "гл.": "ch.", "§": "§", "ст.": "art.", "ч.": "part", "п.": "item", "пп.": "sub-item", "абз.": "para.",
    "предл.": "sentence", "прим.": "note", "прил.": "annex", "наим.": "title",
}  # fmt: skip


class Note(NamedTuple):
    """One real address of a page, the same in full words, and the general statement in English."""

    address: str
    words: str
    english: str


def shown(text: str) -> str:
    """Any text with every address in it made readable."""
    return _QUOTED.sub(lambda found: _SIGN + found[1].replace("„", "«").replace("“", "»"), text)


def in_act(address: str) -> str:
    """The place in the amended act of an address that runs into quoted wording: ``ст. 22 ч. 1``; "" where it is not whole."""
    _, sign, inner = shown(address).rpartition(_SIGN)
    return inner if sign and inner.startswith("ст. ") else ""


def english(address: str) -> str:
    """``ст. 22 ч. 1 п. 2 пп. «в»`` with its units in English: ``art. 22 part 1 item 2 sub-item «в»``."""
    return _LEVEL.sub(lambda found: _ENGLISH[found[0]], shown(address))


def added(address: str) -> str:
    """A new unit in words: ``новый п. 3 в ст. 5``; of quoted wording ``новый пп. «в», ст. 1 п. 2 › п. 7``."""
    outer, sign, inner = shown(address).rpartition(_SIGN)
    units = _split(inner)
    if not units:
        return f"добавлено: {shown(address)}"
    new = f"{_UNITS[units[-1].split()[0]][2]} {units[-1]}"
    if not sign:
        rest = _spoken(inner).removeprefix(units[-1])
        return f"{new} в{rest}" if len(units) > 1 else new + rest
    rest = _SIGN + " ".join(units[:-1]) if units[:-1] else ""
    return f"{new}, {outer}{rest}"


def inside_out(address: str) -> str:
    """``ст. 5 ч. 1 п. 3`` as it is spoken of, ``п. 3 ч. 1 ст. 5``; one that runs into quoted wording keeps its order."""
    readable = shown(address)
    return readable if _SIGN in readable else _spoken(readable)


def _spoken(address: str) -> str:
    """Innermost unit first. What stands before the first unit names another text and goes behind, in brackets."""
    units = _split(address)
    start = _LEVEL.search(address)
    inside = address[: start.start()].strip() if start else ""
    return " ".join(reversed(units)) + (f" ({inside})" if inside else "") if units else address


def _split(address: str) -> list[str]:
    bounds = [*(found.start() for found in _LEVEL.finditer(address)), len(address)]
    return [address[start:end].strip() for start, end in pairwise(bounds)]


def note(addresses: Iterable[str | None]) -> Note | None:
    """How to read the first of these addresses that needs it; None when all are plain."""
    for address in addresses:
        outer, sign, inner = shown(address or "").rpartition(_SIGN)
        if sign:
            return Note(
                address=f"{outer}{_SIGN}{inner}",
                words=f"{_full(inner)} в тексте, который {_full(outer)} вносит в изменяемый акт",
                english="Before the sign › stands a place in this document, after it a place in the text"
                " that it writes into the act it amends.",
            )
    return None


def _full(address: str) -> str:
    """``пункт 3 части 1 статьи 5``."""
    units = [unit.partition(" ") for unit in reversed(_split(address.replace(_SIGN, " ")))]
    words = [f"{_UNITS[unit][1 if index else 0]} {number}".strip() for index, (unit, _, number) in enumerate(units)]
    return " ".join(words) or address
