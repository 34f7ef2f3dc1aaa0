"""The text of an act in the markup of IPS: paragraphs as lines, the publisher's notes lifted out of them.

Genuine texts were seen in three wrappers (the print form, the text frame, the bare body) with one markup inside. `.mark` and
`.markx` hold notes; `.markx` those of the newest change. Tables and preformatted acts were never seen genuine: tables are read
by what the style sheet of the genuine pages says of them, preformatted text is left as published, notes included.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qs, urlsplit

from lxml.etree import _Element as Element

from scrapers.ips_markup import MarkupError
from scrapers.superscript import raised
from tracker.models import EditorialNote

_NOTES: Final = {"mark": False, "markx": True}  # class -> whether it belongs to the newest change
_RAISED: Final = frozenset(["W9", "WB"])
# What the style sheet of every page hides: drafts of captions, page breaks, rows that only hold columns apart, hints.
_HIDDEN: Final = frozenset(["HD", "pb3", "pb4", "holder", "ihint0", "ihint1"])
_PREFORMATTED: Final = "M"
_INNER: Final = frozenset(["a", "span"])
_OF_LINKS: Final = frozenset([None, "cmd", "doclink"])
_SHALLOW: Final = frozenset(["ed", "edx", *_NOTES])
_MEANT: Final = _HIDDEN | _RAISED | {*_NOTES, _PREFORMATTED}
_DROPPED: Final = frozenset(["head", "iframe", "link", "meta", "noscript", "script", "select", "style", "title"])
# fmt: off
_BLOCKS: Final = frozenset([
    "body", "br", "center", "div", "h1", "h2", "h3", "h4", "hr", "html", "li", "ol", "p", "pre", "table", "td", "th", "tr", "ul",
])
# fmt: on
_MARKED: Final = frozenset(["a", "sup"])
_DEPTH: Final = 200  # of tags inside each other; genuine texts have less than ten
_CELLS: Final = frozenset(["td", "th"])
_BETWEEN_CELLS: Final = " | "
_LINKED: Final = re.compile(r"[?&/]nd=(\d+)")

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_TOUCHING: Final = " \xa0.,;:)"  # what may follow a word without a space put between
_WORD: Final = re.compile(r"\w")
_NOTE: Final = re.compile(r"\((?:[^()]++|\([^()]*+\))*+(?:\)|$)")
# A note that only records an amendment. Whatever else a note says (утратил силу, исключен, приостановлено) may be all that
# is left of a unit, so it stays in the text as well.
_RECORD: Final = re.compile(r"\(\s*(?:[а-яё]+\s+){0,3}(?:в\s+ред|дополнени[ея]\s|с\s+уч[её]том\s|с\s+изменениями\s)")
_GONE: Final = ("силу", "исключ", "отмен", "приостан", "не действ")

# A run of characters of one line, with what its `_State` says of it: whether it belongs to a note, and to which act it is linked.
# A plain tuple, because a code of laws has tens of thousands.
_Piece: TypeAlias = tuple[str, bool | None, str]


def read_text(root: Element) -> tuple[str, tuple[EditorialNote, ...]]:
    """The lines of an act (no blank ones) and its notes, both as published.

    No-break spaces stay no-break spaces, other white space is one space; superscript digits are Unicode superscripts; a
    row of a table is one line, cells parted by ` | `; a picture leaves `[рисунок: name]`. A note that does more than
    record an amendment is given twice: as a note, and in the text. Raises MarkupError for markup nested beyond reason.
    """
    writer = _Writer()
    writer.write(root, _PLAIN, 0)
    writer.end_line()
    return "\n".join(writer.lines), tuple(writer.notes)


class _Note(NamedTuple):
    """A note that does not know its line yet."""

    text: str
    acts: tuple[str, ...]
    newest: bool


class _State(NamedTuple):
    """What is said of a run of characters: `newest` is None outside notes, `act` the native id that a link in it names."""

    newest: bool | None = None
    act: str = ""
    raised: bool = False


_PLAIN: Final = _State()


class _Writer:
    """Lines in the making."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.notes: list[EditorialNote] = []
        self._line: list[_Piece] = []
        self._noted = False  # whether the line holds a piece of a note
        self._pre = False
        self._row = False

    def write(self, element: Element, state: _State, depth: int) -> None:
        """An element without its tail. Ends the line before and after what is a block."""
        tag, style = element.tag, _style(element)
        if depth and (style in _HIDDEN or tag in _DROPPED):
            return
        if depth > _DEPTH:
            raise MarkupError("a text whose markup is nested as a text's is")
        if tag not in _BLOCKS:
            if tag == "img":
                self._line.append((_placeholder(element), None, ""))
            self._inside(element, _within(state, element, style) if style or tag in _MARKED else state, depth)
            return
        self._break()
        if tag == "p" and not self._row and not len(element) and style not in _MEANT:
            self._add(_spaced(element.text or "").strip())  # most paragraphs are one run of characters
        elif tag == "p" and not self._row and style not in _MEANT and (pieces := _shallow(element)) is not None:
            self._line, self._noted = pieces, any(piece[1] is not None for piece in pieces)
            self.end_line()  # most others hold amended words and notes, and nothing deeper
        elif (tag == "pre" or style == _PREFORMATTED) and not self._row:
            self._pre = True
            self._inside(element, state, depth)
            self.end_line()  # while it is known that its spaces count
            self._pre = False
        elif tag == "tr" and _is_data(element):
            self._row = True
            self._inside(element, state, depth)
            self._row = False
        else:
            if self._row and tag in _CELLS and element.getprevious() is not None:
                self._line.append((_BETWEEN_CELLS, None, ""))
            self._inside(element, state, depth)
        self._break()

    def _inside(self, element: Element, state: _State, depth: int) -> None:
        if element.text:
            self._text(element.text, state)
        for child in element:
            self.write(child, state, depth + 1)
            tail = child.tail
            # White space between two blocks is no line, and half of what stands between two paragraphs.
            if tail and (self._line or self._pre or not tail.isspace()):
                self._text(tail, state)

    def _text(self, text: str, state: _State) -> None:
        newest, act, up = state
        if up:
            text = raised(text)
        if self._pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._line.append((first, None, ""))
            for line in others:
                self.end_line()
                self._line.append((line, None, ""))
            return
        if newest is not None:
            self._noted = True
        self._line.append((text, newest, act))

    def _break(self) -> None:
        """The end of a block: of a line, or inside a row of a table only of a word."""
        if self._row:
            self._line.append((" ", None, ""))
        elif self._line:
            self.end_line()

    def end_line(self) -> None:
        """What was written since the last end of a line becomes one, unless it is blank."""
        found: list[_Note] = []
        if self._noted and not self._pre:
            line, found = _lifted(self._line)
        else:
            line = _words(self._line)
            line = line.rstrip() if self._pre else _spaced(line).strip()
        self._line.clear()
        self._noted = False
        self._add(line)
        place = len(self.lines) - 1
        self.notes += [EditorialNote(line=place, text=n.text, acts=n.acts, newest=n.newest) for n in found]

    def _add(self, line: str) -> None:
        if line and line.strip(" \xa0|"):
            self.lines.append(line)


def _shallow(paragraph: Element) -> list[_Piece] | None:
    """The pieces of a paragraph that holds only characters, amended words, and notes with links; None of any other."""
    pieces: list[_Piece] = [(paragraph.text or "", None, "")]
    for child in paragraph:
        style = child.get("class")
        if child.tag != "span" or style not in _SHALLOW:
            return None
        newest = _NOTES.get(style)
        pieces.append((child.text or "", newest, ""))
        for link in child:
            if link.tag not in _INNER or len(link) or link.get("class") not in _OF_LINKS:
                return None
            found = _LINKED.search(link.get("href") or "") if newest is not None else None
            pieces.append((link.text or "", newest, found[1] if found else ""))
            pieces.append((link.tail or "", newest, ""))
        pieces.append((child.tail or "", None, ""))
    return pieces


def _within(state: _State, element: Element, style: str) -> _State:
    """The state inside an element of a line."""
    newest, act, up = state
    if style in _NOTES:
        return _State(_NOTES[style], act, up)
    if style in _RAISED or element.tag == "sup":
        return _State(newest, act, True)
    if newest is not None and element.tag == "a":
        found = _LINKED.search(element.get("href") or "")
        return _State(newest, found[1] if found else "", up)
    return state


def _style(element: Element) -> str:
    """The class of an element; of several, one that means something here."""
    name = element.get("class") or ""
    return next((word for word in name.split() if word in _MEANT), "") if " " in name else name


def _is_data(row: Element) -> bool:
    """Rows of one cell, and rows that hold tables of their own, are layout."""
    return sum(cell.tag in _CELLS for cell in row) > 1 and next(row.iter("table"), None) is None


def _words(pieces: list[_Piece]) -> str:
    return "".join([text for text, _, _ in pieces])


def _spaced(text: str) -> str:
    """White space as HTML shows it. Most lines have none but single spaces, and are left alone."""
    return _SPACE.sub(" ", text) if "  " in text or "\n" in text or "\t" in text or "\r" in text else text


def _lifted(pieces: list[_Piece]) -> tuple[str, list[_Note]]:
    """A line without its notes, and the notes."""
    notes: list[_Note] = []
    parts: list[str] = []  # an empty one: a note stood here
    for noted, group in _regions(pieces):
        text = _spaced(_words(group))
        if noted:
            text, found = _parted(group)
            notes += found
        parts.append(text)
    return _joined(parts).strip(), notes


def _regions(pieces: list[_Piece]) -> list[tuple[bool, list[_Piece]]]:
    """Stretches outside and inside of notes. The source cuts one note into several spans; white space between is no gap."""
    regions: list[tuple[bool, list[_Piece]]] = []
    for piece in pieces:
        noted = piece[1] is not None
        if regions and regions[-1][0] == noted:
            regions[-1][1].append(piece)
        elif noted and len(regions) > 1 and not _words(regions[-1][1]).strip():
            _, gap = regions.pop()
            regions[-1][1].extend([*gap, piece])
        else:
            regions.append((noted, [piece]))
    return regions


def _parted(pieces: list[_Piece]) -> tuple[str, list[_Note]]:
    """What of a stretch of notes stays in the text (mostly nothing), and its notes one by one."""
    text = _words(pieces)
    bare = text.strip()
    if bare[:1] == "(" and bare.find(")") == len(bare) - 1 and bare.rfind("(") == 0 and _is_record(bare):
        # One note and nothing beside it, as most are.
        acts = tuple(dict.fromkeys(act for _, _, act in pieces if act))
        return "", [_Note(" ".join(bare.split()), acts, any(newest and words.strip() for words, newest, _ in pieces))]
    starts = [0, *accumulate(len(words) for words, _, _ in pieces)]
    notes: list[_Note] = []
    kept: list[str] = []
    binding = False
    end = 0
    for found in _NOTE.finditer(text):
        under = pieces[bisect_right(starts, found.start()) - 1 : bisect_left(starts, found.end())]
        acts = tuple(dict.fromkeys(act for _, _, act in under if act))
        notes.append(
            _Note(" ".join(found[0].split()), acts, any(newest and words.strip() for words, newest, _ in under))
        )
        before = text[end : found.start()]
        kept.append(before.rstrip())
        if not _is_record(found[0]):
            binding = True
            kept += [before[len(before.rstrip()) :], found[0]]
        end = found.end()
    rest = _spaced("".join([*kept, text[end:]]))
    return (rest if binding or _WORD.search(rest) else ""), notes


def _is_record(note: str) -> bool:
    """Whether a note says no more than that an act amended the unit."""
    plain = note.lower()
    return _RECORD.match(plain) is not None and not any(word in plain for word in _GONE)


def _joined(parts: list[str]) -> str:
    """The parts of a line, words on both sides of a lifted note kept apart."""
    line = ""
    for place, part in enumerate(parts):
        if part:
            line = (line.rstrip() if part[0].isspace() and line[-1:].isspace() else line) + part
            continue
        following = "".join(parts[place + 1 : place + 2])
        if not following or following[0] in _TOUCHING:
            line = line.rstrip()
        elif line and not line[-1].isspace():
            line += " "
    return line


def _placeholder(image: Element) -> str:
    """A mark for a picture, mostly a formula: by its file name, so that a formula never vanishes without a trace."""
    try:
        address = urlsplit(image.get("src") or "")
    except ValueError:
        address = urlsplit("")
    file = "" if address.scheme == "data" else address.path.rpartition("/")[2]
    name = (image.get("alt") or parse_qs(address.query).get("file", [file])[0]).strip()
    return f"[рисунок: {name}]" if name else "[рисунок]"
