"""What the sites with texts of acts show of the demo's acts at a moment: views of the bundled history for the templates. Pure.

An act of `demo_history/history.toml` stands at up to three places: a page of a site with texts (`page`), the acts bank of
kremlin.ru (`bank`), the state's legal system (`ips`), which alone keeps every edition. The states of a page, and the editions
in the order of their list, build on one another. A publisher's note stands in braces: ``{(В редакции ...)}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from tracker import demo_files, demo_texts

Row = Mapping[str, Any]

_NOTE: Final = re.compile(r"\{([^{}]*)\}")
_BRACES: Final = str.maketrans("", "", "{}")
_NAMED: Final = re.compile(r"(от \d\d\.\d\d\.\d{4} № [^\s,;)]+)")
_NUMBERED: Final = re.compile(r"^(Статья|Глава|\d+[.)]|[а-я]\)) ")
_STYLES: Final = {"T": "T", "C": "C", "R": "I", "I": ""}  # of a text's lines -> of the paragraphs of the legal system


class Edition(NamedTuple):
    """An entry of the list of editions. `ready`: its text can be had."""

    rdk: int
    label: str
    ready: bool
    current: bool


class Span(NamedTuple):
    """A stretch of a paragraph. `pieces` of a note: words and the `nd` of the act they name; of law: words and whether raised."""

    note: bool
    newest: bool
    pieces: tuple[tuple[str, Any], ...]


class Line(NamedTuple):
    """A paragraph of the legal system with its class."""

    style: str
    spans: tuple[Span, ...]


def complex_name(act: Row, kinds: Mapping[str, Row]) -> str:
    """``Указ Президента Российской Федерации от 27.01.2026 № 9907``."""
    return f"{kinds[act['kind']]['header']} от {act['signed']:%d.%m.%Y} № {act['number']}"


# ---------------------------------------------------------------- a page that has one text at a time


def standing(act: Row, states: Sequence[Row], now: datetime) -> tuple[demo_files.Paragraph, ...]:
    """The text of an act on a page at a moment; empty before its first state."""
    past = [state for state in states if state["since"] <= now]
    if not past:
        return ()
    made = demo_texts.text(act["text"], (*act.get("replace", ()), *_replaced(past)))
    return tuple(paragraph for paragraph in demo_files.paragraphs(made.translate(_BRACES)) if paragraph.runs)


def _replaced(states: Iterable[Row]) -> Iterator[tuple[str, str]]:
    return chain.from_iterable(state.get("replace", ()) for state in states)


# ---------------------------------------------------------------- the legal system


def is_listed(act: Row, now: datetime) -> bool:
    """Whether the legal system has the act."""
    return bool("ips" in act and act["ips"]["since"] <= now)


def editions(act: Row, now: datetime) -> list[Edition]:
    """The list of editions at a moment. The last one that has a text is the current one."""
    listed = [row for row in act["ips"]["editions"] if row.get("listed", now) <= now]
    ready = [row["rdk"] for row in listed if row.get("ready", now) <= now]
    return [
        Edition(rdk=row["rdk"], label=row["label"], ready=row["rdk"] in ready, current=row["rdk"] == ready[-1])
        for row in listed
    ]


def edition_text(act: Row, rdk: int, natives: Mapping[str, str]) -> list[Line]:
    """The paragraphs of one edition. `natives`: number of an act -> its `nd`, for the links of notes."""
    rows = act["ips"]["editions"]
    until = next(place for place, row in enumerate(rows, 1) if row["rdk"] == rdk)
    made = demo_texts.text(act["text"], (*act.get("replace", ()), *_replaced(rows[:until])))
    newest = _NAMED.search(rows[until - 1]["label"])
    return [
        _line(paragraph, newest[0] if newest else "", natives)
        for paragraph in demo_files.paragraphs(made)
        if paragraph.runs
    ]


def _line(paragraph: demo_files.Paragraph, newest: str, natives: Mapping[str, str]) -> Line:
    spans: list[Span] = []
    for words, raised in paragraph.runs:
        # `split` with one group gives law and notes in turn.
        for place, part in enumerate(_NOTE.split(words)):
            if part and place % 2:
                spans.append(Span(note=True, newest=bool(newest) and newest in part, pieces=_linked(part, natives)))
            elif part:
                spans.append(Span(note=False, newest=False, pieces=((part, raised),)))
    style = _STYLES[paragraph.style]
    first = spans[0].pieces[0][0]
    if not style and first.startswith(("Статья", "Глава")):
        style = "H"
    if not spans[0].note:  # the site sets numbers and what they number together
        (_, raised), *_others = spans[0].pieces
        spans[0] = spans[0]._replace(pieces=((_NUMBERED.sub("\\1\u00a0", first), raised),))
    return Line(style=style, spans=tuple(spans))


def _linked(note: str, natives: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((part, natives.get(part.rpartition(" ")[2], "")) for part in _NAMED.split(note) if part)
