"""Setting type: words in several inks broken into lines of a column, drawn on a sheet that grows downwards.

Texts are foreign: they are cut before they are measured, a word that is wider than the column is broken, and what does not
fit is said to be missing, never dropped in silence.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from feeds.pictures.fonts import Face
from feeds.textual import clean

PAPER: Final = "#fdfcf8"
PANEL: Final = "#f4f1e8"
INK: Final = "#1d1d1b"
QUIET: Final = "#5c584f"
RULE: Final = "#d9d4c6"
INSERTED: Final = ("#0b3d6b", "#dcebf8")
DELETED: Final = ("#7c3a06", "#fbe6d2")

_TOKEN: Final = re.compile(r"\n|[ \t]+|[^ \t\n]+")
_LONGEST: Final = 6_000  # characters that are ever set in one paragraph
_LONGEST_WORD: Final = 200
_ELLIPSIS: Final = "…"
#: Where a line must not end; a blank that does not break looks like any other.
_TIED: Final = re.compile(r"(?<=№) (?=\S)| (?=[—–]\s)")
#: What the faces lack and what they have instead: the no-break hyphen and blanks other than the common ones.
_INSTEAD: Final = {ord("\u2011"): "-", ord("\u202f"): "\u00a0", ord("\u2009"): " ", ord("\r"): " "}


@dataclass(frozen=True, slots=True)
class Ink:
    """How words look. `ground` is the colour behind them; `line` is drawn under them or through them."""

    face: Face
    color: str = INK
    ground: str | None = None
    line: Literal["under", "through"] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in one ink."""

    text: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Column:
    """Lines of pieces, and whether they hold all that was to be set."""

    lines: tuple[tuple[Piece, ...], ...]
    whole: bool


def column(pieces: Sequence[Piece], width: float, most: int) -> Column:
    """Words broken into at most `most` lines no wider than `width`. A last line that is not the end closes with an ellipsis."""
    lines: list[list[Piece]] = [[]]
    used, whole, blank = 0.0, True, Piece("", pieces[0].ink) if pieces else None
    for cluster in _clusters(_cut(pieces)):
        if cluster is None or not cluster[0].text.strip(" \t"):
            if cluster is None:
                lines.append([])
                used = 0.0
            blank = None if cluster is None else cluster[0]
            continue
        gap = blank.ink.face.width(" ") if blank is not None and lines[-1] else 0.0
        wide = sum(piece.ink.face.width(piece.text) for piece in cluster)
        if lines[-1] and used + gap + wide > width:
            lines.append([])
            used, gap = 0.0, 0.0
        if gap and blank is not None:
            lines[-1].append(Piece(" ", blank.ink))
        for piece in _narrowed(cluster, width) if wide > width else cluster:
            size = piece.ink.face.width(piece.text)
            if lines[-1] and used + gap + size > width:
                lines.append([])
                used, gap = 0.0, 0.0
            lines[-1].append(piece)
            used += gap + size
            gap = 0.0
        blank = None
        if len(lines) > most:
            break
    if len(lines) > most or sum(len(piece.text) for piece in pieces) > _LONGEST:
        lines, whole = lines[:most], False
        lines[-1] = _ended(lines[-1], width)
    return Column(tuple(tuple(_joined(line)) for line in lines), whole)


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    left = _LONGEST
    for piece in pieces:
        text = _TIED.sub("\u00a0", clean(piece.text[:left]).translate(_INSTEAD))
        left -= len(piece.text)
        if text:
            yield replace(piece, text=text)
        if left <= 0:
            return


def _clusters(pieces: Iterable[Piece]) -> Iterator[list[Piece] | None]:
    """What may not be parted by a line end; None is a line end of the text itself; a blank is a cluster of its own."""
    held: list[Piece] = []
    for piece in pieces:
        for token in _TOKEN.findall(piece.text):
            if token.strip(" \t\n"):
                held.append(replace(piece, text=token))
                continue
            if held:
                yield held
                held = []
            yield None if token == "\n" else [replace(piece, text=" ")]  # noqa: S105 - a line end, no secret
    if held:
        yield held


def _narrowed(cluster: Sequence[Piece], width: float) -> Iterator[Piece]:
    """A word wider than the column, in parts that fit."""
    for piece in cluster:
        part = ""
        for letter in piece.text[:_LONGEST_WORD]:
            if part and piece.ink.face.width(part + letter) > width:
                yield replace(piece, text=part)
                part = ""
            part += letter
        if part:
            yield replace(piece, text=part)


def _ended(line: list[Piece], width: float) -> list[Piece]:
    """The line with an ellipsis, short enough to hold it."""
    kept = list(line)
    while kept:
        if not kept[-1].text.strip():
            kept.pop()
            continue
        mark = Piece(f" {_ELLIPSIS}", replace(kept[-1].ink, ground=None, line=None))
        if sum(piece.ink.face.width(piece.text) for piece in [*kept, mark]) <= width:
            return [*kept, mark]
        kept.pop()
    return kept


def _joined(line: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours in one ink as one piece, so that grounds and lines run through."""
    held: Piece | None = None
    for piece in line:
        if held is not None and held.ink == piece.ink:
            held = replace(held, text=held.text + piece.text)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held


class Sheet:
    """A picture that is written from top to bottom; what is drawn waits until its height is known."""

    def __init__(self, width: int, margin: int) -> None:
        self.width = width
        self.margin = margin
        self.y = 0.0
        self._strokes: list[Callable[[ImageDraw.ImageDraw], None]] = []

    @property
    def inner(self) -> float:
        """Pixels between the margins."""
        return self.width - 2 * self.margin

    def down(self, pixels: float) -> None:
        """Leaves room."""
        self.y += pixels

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        """A filled rectangle."""
        self._strokes.append(
            lambda draw: draw.rectangle((round(left), round(top), round(right) - 1, round(bottom) - 1), fill)
        )

    def rule(self, color: str = RULE, thick: int = 2) -> None:
        """A line between the margins."""
        self.box(self.margin, self.y, self.width - self.margin, self.y + thick, color)
        self.y += thick

    def lines(self, set_: Column, *, leading: float, left: float | None = None) -> None:
        """Sets a column at the cursor. `leading` is the distance of base lines in pixels."""
        at = self.margin if left is None else left
        for line in set_.lines:
            self.line(line, at, self.y, leading)
            self.y += leading

    def line(self, pieces: Sequence[Piece], left: float, top: float, leading: float) -> None:
        """One line of pieces in a strip of the height `leading`."""
        x = left
        for piece in pieces:
            wide = piece.ink.face.width(piece.text)
            self._strokes.append(_stroke(piece, x, top, wide, leading))
            x += wide

    def png(self, height: int | None, facts: Sequence[tuple[str, str]]) -> bytes:
        """The picture as a file, `facts` inside it as text; the height of what was set when none is given."""
        image = Image.new("RGB", (self.width, height or round(self.y)), PAPER)
        draw = ImageDraw.Draw(image)
        for stroke in self._strokes:
            stroke(draw)
        about = PngInfo()
        for name, words in facts:
            about.add_itxt(name, clean(words)[:2_000])
        out = io.BytesIO()
        image.save(out, "PNG", pnginfo=about)
        return out.getvalue()


def _stroke(piece: Piece, x: float, top: float, wide: float, leading: float) -> Callable[[ImageDraw.ImageDraw], None]:
    ink, size = piece.ink, piece.ink.face.size
    base = top + leading * 0.5 + size * 0.34
    bold = max(2, round(size / 14))

    def draw_on(draw: ImageDraw.ImageDraw) -> None:
        if ink.ground:
            draw.rectangle((x - 1, base - size * 0.92, x + wide, base + size * 0.30), ink.ground)
        draw.text((x, base), piece.text, ink.color, ink.face.font(), anchor="ls")
        if ink.line:
            at = base + size * 0.14 if ink.line == "under" else base - size * 0.27
            draw.rectangle((x, round(at), x + wide - 1, round(at) + bold - 1), ink.color)

    return draw_on
