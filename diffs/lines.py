"""Published lines as labels and quotes are recognised in them: without notes, hidden characters and odd blanks.

A line that holds nothing but notes of the publisher belongs to the line before it, whose text it then shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from diffs.labels import Label, label_of
from diffs.normalise import published_lines
from diffs.notes import EDITORIAL_NOTE, has_note, has_remarks, is_editorial
from diffs.typography import HIDDEN

#: What stands between the cells of a row of a table.
CELLS: Final = " | "
_ODD_BLANKS: Final = re.compile(r"[^\S ]+| {2,}")
_HEAD: Final = 80  # characters; every label fits in them
_HIDDEN: Final = dict.fromkeys(map(ord, HIDDEN))
_CLOSING: Final = frozenset('"»”')
_MARKS: Final = frozenset(".;,")


class Line(NamedTuple):
    """A published line, the same as labels and quotes are recognised in it, and the label that opens it."""

    text: str
    view: str
    label: Label | None
    closes: bool  # it ends as a quoted block can: in a closing quote, or one mark behind it


def line_of(text: str, view: str, label: Label | None) -> Line:
    """A line, looked at for the end of a quoted block: once, because many openings may ask."""
    last = view[-1:]
    return Line(text, view, label, last in _CLOSING or (last in _MARKS and view[-2:-1] in _CLOSING))


def lines_of(text: str | Sequence[str], known: dict[str, Line] | None = None) -> list[Line]:
    """Published lines as they are recognised, each with the lines of mere notes behind it.

    `known`: lines of other editions, which are mostly the same; what is read here is added.
    """
    known = {} if known is None else known
    published = published_lines(text) if isinstance(text, str) else text
    whole = text if isinstance(text, str) else "\n".join(text)
    clean = not (any(map(whole.__contains__, HIDDEN)) or has_note(whole))
    merged = published if clean and not has_remarks(published) else _with_notes(published)
    for each in merged:
        if each not in known:
            known[each] = _line(each, clean=clean)
    return list(map(known.__getitem__, merged))


def _with_notes(lines: Iterable[str]) -> list[str]:
    merged: list[str] = []
    pending: list[str] = []  # notes at the very top wait for the first line of law
    for text in lines:
        if not is_editorial(text):
            merged.append("\n".join([*pending, text]))
            pending = []
        elif merged:
            merged[-1] += "\n" + text
        else:
            pending.append(text)
    if pending:
        merged.append("\n".join(pending))
    return merged


def _line(text: str, *, clean: bool) -> Line:
    view = text
    if not clean or "\n" in text:
        view = view.translate(_HIDDEN)
        view = (EDITORIAL_NOTE.sub("", view) if "(" in view else view).replace("\n", " ").strip()
    head = view[:_HEAD]
    # Every blank but the common one is unprintable: most lines need no search.
    if (not head.isprintable() or "  " in head) and _ODD_BLANKS.search(head):
        view = _ODD_BLANKS.sub(" ", view).strip()
        head = view[:_HEAD]
    label = label_of(head)
    return line_of(text, view, label if label is None or CELLS not in view else None)
