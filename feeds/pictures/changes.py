"""A comparison as a picture: what people show each other when nobody follows a link.

A screenshot is cut, passed on and stripped of where it came from; this picture carries it all: what the document is, whether
it binds anyone, both texts with the times of their captures, the words, the address. Struck and underlined words have a
minus and a plus in front, so that no colour is needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from feeds import diffview, headline, labels, places, times
from feeds.exports.comparison import SHA_SHOWN, Comparison
from feeds.labels import Words
from feeds.languages import Speech
from feeds.pictures.fonts import Face
from feeds.pictures.setting import DELETED, INK, INSERTED, PANEL, PAPER, QUIET, Column, Ink, Piece, Sheet, column
from feeds.textual import typo
from tracker.models import Diff, Operation, Span

WIDTH: Final = 1200
_MARGIN: Final = 72
_TALLEST: Final = 2_200  # a picture that is taller is shown so small that nobody reads it
_UNIT_LINES: Final = 14
_FEW, _CONTEXT, _LESS_CONTEXT = (
    3,
    150,
    70,
)  # characters of unchanged words beside a change: fewer where there are many changes
_LAW: Final = Face("serif", 31)
_LEADING: Final = 48
_GAP: Final = 10  # pixels between the dashes of a bar

TOP: Final = Ink(Face("sans", 25, bold=True), PAPER)
KICKER: Final = Ink(Face("sans", 25, bold=True), QUIET)
SMALL: Final = Ink(Face("sans", 23), QUIET)
SMALL_BOLD: Final = Ink(Face("sans", 23, bold=True), INK)
_TITLE: Final = Ink(Face("serif", 46, bold=True))
_NAME: Final = Ink(Face("serif", 27), QUIET)
_FORCE: Final = Ink(Face("sans", 27, bold=True))
_FORCE_ENGLISH: Final = Ink(Face("sans", 23), QUIET)
_ADDRESS: Final = Ink(Face("sans", 27, bold=True))
_VERB: Final = Ink(Face("sans", 27), QUIET)

_ADDED: Final = Words("добавлено", "added")
_REMOVED: Final = Words("исключено", "removed")
_MORE: Final = Words("… ещё {changes} — по адресу ниже", "… {changes} more at the address below")
_CUT: Final = Words("Место показано не целиком.", "Not all of this place is shown.")
_SEEN: Final = Words("Замечено", "Noticed")
_SAME: Final = Words("Слова текстов совпадают.", "The words of the texts are the same.")


def picture(comparison: Comparison, say: Speech) -> bytes:
    """The comparison as PNG, 1200 pixels wide and as tall as it must be. Raises ConfigError without a font."""
    sheet = Sheet(WIDTH, _MARGIN)
    _head(sheet, comparison, say)
    _units(sheet, comparison, say)
    _foot(sheet, comparison, say)
    return sheet.png(None, facts(comparison, say))


def alternative(comparison: Comparison, say: Speech) -> str:
    """The picture in words, for whoever cannot see it: the title, the force, how many changes."""
    told = shown_units(comparison.diff)
    said = headline.changes(len(told), say.language) if told else say.of(_SAME)
    mark = f"{say.of(labels.DEMO)}. " if comparison.invented else ""
    return " ".join(part for part in (f"{mark}{comparison.full_title}.", say.of(comparison.force), f"{said}.") if part)


def facts(comparison: Comparison, say: Speech) -> list[tuple[str, str]]:
    """What a picture says of itself inside the file, by the names of the PNG standard."""
    mark = [("Disclaimer", f"{labels.DEMO.ru} / {labels.DEMO.en}")] if comparison.invented else []
    return [
        ("Title", comparison.full_title),
        ("Description", alternative(comparison, say)),
        ("Source", comparison.link),
        *mark,
    ]


def shown_units(diff: Diff) -> tuple[Operation, ...]:
    """The operations that change words and are changes of their own; where none does, all of them."""
    told = headline.told_apart(diff) or diff.operations
    return tuple(row for row in told if {"added", "removed", "modified"} & set(row.ops)) or tuple(told)


# ---------------------------------------------------------------- parts that every picture has


def banner(sheet: Sheet, invented: bool, say: Speech) -> None:
    """The mark of invented documents, white on black, from edge to edge."""
    if not invented:
        return
    height = 58
    sheet.box(0, 0, sheet.width, height, INK)
    words = f"{labels.DEMO.ru}   {labels.DEMO.en}" if say.language == "ru" else f"{labels.DEMO.en}   {labels.DEMO.ru}"
    sheet.line([Piece(words, TOP)], sheet.margin, 0, height)
    sheet.y = height


def force(sheet: Sheet, sentence: Words, *, dashed: bool, say: Speech) -> None:
    """The sentence that says whether the text binds anyone, in a box with a bar: whole where it binds, broken where not."""
    if not sentence.ru:
        return
    inner = sheet.inner - 48
    first, second = (sentence.ru, sentence.en) if say.language == "ru" else (sentence.en, sentence.ru)
    own = column([Piece(first, _FORCE)], inner, 3)
    other = column([Piece(second, _FORCE_ENGLISH)], inner, 3)
    height = 18 * 2 + 38 * len(own.lines) + 32 * len(other.lines)
    sheet.box(sheet.margin, sheet.y, sheet.width - sheet.margin, sheet.y + height, PANEL)
    parts = round((height + _GAP) / 26) if dashed else 1
    pitch = (height + _GAP) / parts
    for part in range(parts):
        top = sheet.y + part * pitch
        sheet.box(sheet.margin, top, sheet.margin + 7, top + pitch - _GAP, INK)
    below = sheet.y + height
    sheet.down(18)
    sheet.lines(own, leading=38, left=sheet.margin + 32)
    sheet.lines(other, leading=32, left=sheet.margin + 32)
    sheet.y = below


def marked(spans: Sequence[Span], face: Face) -> Iterator[Piece]:
    """Words of the law: what went is struck behind a minus, what came is underlined behind a plus."""
    signs = Face("sans", face.size, bold=True)
    for kind, text in spans:
        if kind == "=" or not text.strip():
            yield Piece(text, Ink(face))
            continue
        color, ground = DELETED if kind == "-" else INSERTED
        if text[:1].isspace():
            yield Piece(" ", Ink(face))
        yield Piece("\u2212\u00a0" if kind == "-" else "+\u00a0", Ink(signs, color, ground))
        yield Piece(text.strip(), Ink(face, color, ground, "through" if kind == "-" else "under"))
        if text[-1:].isspace():
            yield Piece(" ", Ink(face))


def spaced(spans: Sequence[Span]) -> list[Span]:
    """The spans with a blank between what went and what came in its place."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1][0] == "-" and span[0] == "+" and not out[-1][1][-1:].isspace() and not span[1][:1].isspace():
            out.append(("=", " "))
        out.append(span)
    return out


def elided(spans: Sequence[Span], context: int) -> list[Span]:
    """The spans with long unchanged runs shortened to what stands beside a change."""
    out: list[Span] = []
    last = len(spans) - 1
    for index, (kind, text) in enumerate(spans):
        if kind != "=" or len(text) <= 2 * context + 20 or not last:
            out.append((kind, text))
            continue
        head = "" if index == 0 else text[:context].rsplit(" ", 1)[0] + " "
        tail = "" if index == last else " " + text[-context:].split(" ", 1)[-1]
        out.append(("=", f"{head}…{tail}"))
    return out


# ---------------------------------------------------------------- the parts of this one


def _head(sheet: Sheet, of: Comparison, say: Speech) -> None:
    banner(sheet, of.invented, say)
    sheet.down(46)
    sheet.lines(column([Piece(of.state, KICKER)], sheet.inner, 2), leading=36)
    sheet.down(6)
    sheet.lines(column([Piece(typo(places.shown(of.title)), _TITLE)], sheet.inner, 5), leading=58)
    sheet.down(10)
    sheet.lines(column([Piece(typo(of.document(say.language)), _NAME)], sheet.inner, 3), leading=38)
    sheet.down(22)
    force(sheet, of.force, dashed=not binds(of), say=say)
    sheet.down(24)
    for name, text in zip(of.names(say), (of.before, of.after), strict=True):
        digest = f"; SHA-256\u00a0{text.digest[:SHA_SHOWN]}…" if text.digest else ""
        label = [Piece(f"{name}:\u00a0", SMALL_BOLD)] if name else []
        sheet.lines(column([*label, Piece(f"{text.line(say)}{digest}", SMALL)], sheet.inner, 3), leading=33)
    sheet.down(20)
    _legend(sheet, of, say)
    sheet.down(14)
    sheet.rule()


def binds(of: Comparison) -> bool:
    """Whether the newer text is in force."""
    return of.binds == "in_force"


def _legend(sheet: Sheet, of: Comparison, say: Speech) -> None:
    names = (say.of(_REMOVED), say.of(_ADDED)) if of.are_times else (of.before.name, of.after.name)
    spans: list[Span] = [("-", names[0][:60]), ("=", "   "), ("+", names[1][:60])]
    sheet.lines(column(list(marked(spans, Face("serif", 24))), sheet.inner, 2), leading=38)


def _units(sheet: Sheet, of: Comparison, say: Speech) -> None:
    told = shown_units(of.diff)
    if not told:
        sheet.down(30)
        sheet.lines(column([Piece(say.of(_SAME), Ink(_LAW))], sheet.inner, 2), leading=_LEADING)
    context = _CONTEXT if len(told) <= _FEW else _LESS_CONTEXT
    for number, operation in enumerate(told):
        address = column(
            [
                Piece(typo(diffview.heading(operation, say)), _ADDRESS),
                Piece(f" — {diffview.verbs(operation, say).lower()}", _VERB),
            ],
            sheet.inner,
            3,
        )
        spans = spaced(elided(diffview.spans_of(operation), context))
        words = column(list(marked(spans, _LAW)), sheet.inner, _UNIT_LINES)
        if number and sheet.y + 34 + 40 * len(address.lines) + _LEADING * len(words.lines) > _TALLEST:
            _more(sheet, len(told) - number, say)
            return
        sheet.down(34)
        sheet.lines(address, leading=40)
        sheet.down(4)
        sheet.lines(words, leading=_LEADING)
        _said_cut(sheet, words, say)


def _said_cut(sheet: Sheet, words: Column, say: Speech) -> None:
    if not words.whole:
        sheet.lines(column([Piece(say.of(_CUT), SMALL)], sheet.inner, 1), leading=36)


def _more(sheet: Sheet, left: int, say: Speech) -> None:
    sheet.down(34)
    words = say.of(_MORE).format(changes=headline.changes(left, say.language))
    sheet.lines(column([Piece(words, _ADDRESS)], sheet.inner, 2), leading=40)


def _foot(sheet: Sheet, of: Comparison, say: Speech) -> None:
    sheet.down(34)
    sheet.rule()
    sheet.down(18)
    seen = f"{say.of(_SEEN)} {times.both(of.seen, language=say.language)}"
    sheet.lines(
        column([Piece(f"{of.site.title}\u00a0\u00a0", SMALL_BOLD), Piece(seen, SMALL)], sheet.inner, 2), leading=34
    )
    sheet.lines(column([Piece(of.link, SMALL)], sheet.inner, 3), leading=34)
    sheet.down(40)
