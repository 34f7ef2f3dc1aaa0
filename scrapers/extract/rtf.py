"""RTF to plain text, by the same rules as `docx`: what a reader of the printed page sees, line by line.

striprtf knows the tables of the format (charsets, special characters, destinations) and they are used from there. Its walk
is not: it forgets that a text is raised, deleted or hidden, drops the numbers of old lists and all notes, adds addresses
to links, and 22 with a raised 1 becomes 221. LibreOffice would read all of it too, but needs a second for a file, and the
text would then depend on what is installed. So the walk is ours. Format: Rich Text Format specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from striprtf.striprtf import charset_map, destinations, specialchars

from scrapers.extract.docx import CELLS, PICTURE
from scrapers.extract.readable import is_mojibake
from scrapers.superscript import raised
from tracker.errors import ExtractError
from tracker.models import Problem

EXTRACTOR: Final = "rtf/1"
MAX_DEPTH: Final = 1_000  # Word itself nests a few dozen groups

# Letters come as `\u1057?` or `\'d1`, one by one: rows of them are taken together, which is what makes this fast.
_TOKEN: Final = re.compile(
    r"(?P<letters>(?:\\u-?[0-9]{1,5} ?(?:\\'3f|\?))+)|(?P<bytes>(?:\\'[0-9a-fA-F]{2})+)"
    r"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\(?P<symbol>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\0]+)|[\r\n\0]+|\\",
    re.DOTALL,
)
_CODE: Final = re.compile(r"\\u(-?[0-9]+)")
_RUSSIAN: Final = "cp1251"  # of files that name no code page: they were written in this country
_ANSI_CHARSET: Final = 0
_SYMBOL_BULLET: Final = "\uf0b7"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SKIPPED: Final = (frozenset(destinations) | {"nonshppict", "nonesttables"}) - {
    *("pntext", "footnote", "shptxt", "shppict", "object", "result", "nesttableprops", "fldrslt", "pict", "fonttbl"),
    # Words that striprtf lists and that are no destinations but shapes and properties around text.
    *("do", "shp", "shpinst", "dptxbxtext", "pn", "g"),
}
# Groups marked as optional that hold text all the same, or lead to such.
_OPTIONAL: Final = frozenset(
    {"shppict", "footnote", "shpinst", "do", "dptxbxtext", "shptxt", "nesttableprops", "fldrslt"}
)
_LINE_ENDS: Final = frozenset({"line", "page", "column", "lbr", "softline"})


@dataclass(slots=True)
class _State:
    """What a group inherits from the one around it."""

    font: str = ""
    unicode_skip: int = 1
    high: bool = False
    hidden: bool = False
    deleted: bool = False
    skipped: bool = False
    label: bool = False  # the number of a list item
    in_table: bool = False
    in_list: bool = False
    in_fonts: bool = False
    optional: bool = False  # after `\\*`: skipped unless the word that follows is known
    leave: Callable[[], None] | None = None  # when this group closes


@dataclass(slots=True)
class _Flow:
    """Lines in the making: the body, one note or one text box."""

    lines: list[str] = field(default_factory=list)
    block: list[str] = field(default_factory=list)  # finished lines of the open cell or paragraph
    row: list[list[str]] = field(default_factory=list)
    inner_row: list[str] = field(default_factory=list)  # of a table inside a cell
    framed: bool = False  # the open row holds a table: a frame around text, not a row of data
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    labelled: bool = False

    def add(self, text: str, *, high: bool) -> None:
        """Words of the open line; neighbours that are raised alike are one superscript."""
        if self.pieces and self.pieces[-1][1] == high:
            text = self.pieces.pop()[0] + text
        self.pieces.append((text, high))

    def end_line(self) -> None:
        text = "".join(raised(text) if high else text for text, high in self.pieces)
        text = " ".join([text.rstrip(" \t"), *self.notes]) if self.notes else text
        self.block.extend(line for line in (part.strip(" \t") for part in text.split("\n")) if line.strip())
        self.block.extend(self.boxes)
        self.pieces, self.notes, self.boxes, self.labelled = [], [], [], False

    def end_paragraph(self, *, in_table: bool) -> None:
        self.end_line()
        if not in_table:
            self.lines.extend(self.block)
            self.block = []

    def end_cell(self) -> None:
        self.end_line()
        self.row.append(self.block)
        self.block = []

    def end_inner_cell(self) -> None:
        self.end_line()
        self.inner_row.append(self.block.pop() if self.block else "")

    def end_inner_row(self) -> None:
        if any(self.inner_row):
            self.block.append(CELLS.join(self.inner_row))
        self.inner_row, self.framed = [], True

    def end_row(self) -> None:
        if len(self.row) < 2 or self.framed:
            self.lines.extend(line for cell in self.row for line in cell)
        else:
            texts = [" ".join(cell) for cell in self.row]
            self.lines.extend([CELLS.join(texts)] if any(texts) else [])
        self.row, self.framed = [], False

    def end(self) -> list[str]:
        self.end_paragraph(in_table=False)
        self.end_row()
        return self.lines


def read(body: bytes) -> tuple[str, frozenset[str]]:
    """The text and what to know of it: the flags of `docx.read`, and ``list-numbers-lost``, ``encoding-guessed``.

    Raises ExtractError: `broken` for a file that is cut short or nested too deeply, `scan`, `empty`.
    """
    reader = _Reader(body)
    text = reader.read()
    if is_mojibake(text):  # fonts that claim to be Western, in a file of Cyrillic bytes
        again = _Reader(body, ansi=_RUSSIAN)
        guessed = again.read()
        if is_mojibake(guessed):
            raise ExtractError(Problem.BROKEN, "an RTF file whose letters are in an unknown encoding: not read")
        return guessed, frozenset({*again.flags, "encoding-guessed"})
    if "pictures" in reader.flags and not text.replace(PICTURE, "").strip():
        raise ExtractError(Problem.SCAN, "an RTF file of pictures without text: taken as a scan, not read")
    if not text:
        raise ExtractError(Problem.EMPTY, "an RTF file without any text")
    return text, frozenset(reader.flags)


class _Reader:
    """Walks one file, once. `ansi` is the code page of fonts whose charset is ANSI, where the file is known to lie."""

    def __init__(self, body: bytes, *, ansi: str | None = None) -> None:
        self.flags: set[str] = set()
        self._text = body.decode("latin-1")
        self._ansi = ansi or str(charset_map[_ANSI_CHARSET])
        self._codepage = _RUSSIAN
        self._charsets: dict[str, str] = {}  # encodings by font
        self._default_font = ""
        self._state = _State()
        self._stack: list[_State] = []
        self._flows = [_Flow()]
        self._bytes = bytearray()  # in the encoding of the font; some letters take two
        self._skip = 0  # what stands in for the last \u

    def read(self) -> str:
        for token in self._tokens():
            kind, content = token.lastgroup, token[0]
            if kind == "brace":
                self._skip = 0
                self._brace(content)
                if not self._stack:
                    return self._whole()
            elif kind == "letters":
                self._letters(content)
            elif kind == "bytes":
                self._raw(bytes.fromhex(content.replace("\\'", "")))
            elif kind == "text":
                self._raw(content.encode("latin-1"))
            elif kind is not None and self._skip:
                self._skip -= 1
            elif kind == "symbol":
                self._symbol(token["symbol"])
            elif kind is not None:
                self._word(token["word"], None if token["number"] is None else int(token["number"]))
        raise ExtractError(Problem.BROKEN, "an RTF file that is cut short: fetch it again")

    def _tokens(self) -> Iterator[re.Match[str]]:
        position = self._text.find("{")
        while position >= 0 and (token := _TOKEN.match(self._text, position)) is not None:
            position = token.end()
            if token["word"] == "bin":  # that many bytes of anything
                position += max(0, int(token["number"] or 0))
            yield token

    def _whole(self) -> str:
        self._decode()
        text = "\n".join(self._flows[0].end()).replace(_SYMBOL_BULLET, "•")
        if _SURROGATE.search(text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    # ------------------------------------------------------------ groups

    def _brace(self, brace: str) -> None:
        self._decode()
        if brace == "{":
            if len(self._stack) >= MAX_DEPTH:
                raise ExtractError(
                    Problem.BROKEN, f"an RTF file of more than {MAX_DEPTH} groups in each other: not read"
                )
            self._stack.append(self._state)
            self._state = replace(self._state, optional=False, leave=None)
            return
        if self._state.leave is not None:
            self._state.leave()
        self._state = self._stack.pop()

    def _destination(self, word: str) -> bool:
        """Whether a word says what its group is for; then it has been dealt with."""
        state = self._state
        optional, state.optional = state.optional, False
        if word in _SKIPPED or (optional and word not in _OPTIONAL):
            state.skipped = True
        elif word == "fonttbl":
            state.skipped = state.in_fonts = True
        elif word in {"footnote", "shptxt", "dptxbxtext"}:
            self._flows.append(_Flow())
            self._state = replace(_State(), font=state.font, unicode_skip=state.unicode_skip)
            self._state.leave = self._end_note if word == "footnote" else self._end_box
        elif word in {"listtext", "pntext"}:
            state.label = self._flow.labelled = True
        elif word == "pict":
            state.skipped = True
            self.flags.add("pictures")
            self._flow.add(PICTURE, high=False)
        else:
            return word in _OPTIONAL
        return True

    def _end_note(self) -> None:
        text = " ".join(self._flows.pop().end())
        if text:
            self._flow.notes.append(f"[сноска: {text}]")

    def _end_box(self) -> None:
        lines = self._flows.pop().end()
        self._flow.boxes.extend(lines)

    # ------------------------------------------------------------ characters

    @property
    def _flow(self) -> _Flow:
        return self._flows[-1]

    def _add(self, text: str) -> None:
        state = self._state
        if state.skipped:
            return
        if state.deleted:
            self.flags.add("tracked-changes")
        elif state.hidden:
            self.flags.add("hidden-text")
        else:
            self._flow.add(text.replace("\t", " ") if state.label else text, high=state.high)

    def _raw(self, content: bytes) -> None:
        r"""Bytes in the encoding of the font, less those that stand in for a `\u`."""
        skipped, self._skip = self._skip, max(0, self._skip - len(content))
        if not self._state.skipped:
            self._bytes += content[skipped:]

    def _decode(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._charsets.get(self._state.font, self._codepage), "replace")
            self._bytes.clear()
            self._add(text)

    def _symbol(self, symbol: str) -> None:
        self._decode()
        if symbol == "*":
            self._state.optional = True
        elif symbol in "\r\n":
            self._end_paragraph()
        elif symbol in specialchars:
            self._add(str(specialchars[symbol]))

    def _letters(self, content: str) -> None:
        r"""A row of `\u`, each with one character that stands in for it."""
        if self._state.skipped:
            return
        if self._skip == 0 and self._state.unicode_skip == 1:
            self._decode()
            self._add("".join([_letter(int(code)) for code in _CODE.findall(content)]))
            return
        for code in _CODE.findall(content):
            if self._skip:
                self._skip -= 1
            else:
                self._decode()
                self._add(_letter(int(code)))
                self._skip = self._state.unicode_skip
            self._raw(b"?")

    # ------------------------------------------------------------ words

    def _word(self, word: str, number: int | None) -> None:
        self._decode()
        if self._state.in_fonts:
            self._font_table(word, number)
        elif self._state.skipped or self._destination(word):
            return
        elif word == "u" and number is not None:
            self._add(_letter(number))
            self._skip = self._state.unicode_skip
        elif word in {"super", "up", "sub", "dn", "nosupersub", "v", "deleted", "revised"}:
            self._look(word, number)
        elif word in {"ansicpg", "deff", "f", "uc", "plain"}:
            self._font_state(word, number)
        elif word in {"pard", "intbl", "ls"}:
            self._state.in_table = word == "intbl" or (word == "ls" and self._state.in_table)
            self._state.in_list = word == "ls" and number not in {0, None}
        elif word in {"par", "sect", "cell", "row", "nestcell", "nestrow"}:
            self._block(word)
        elif word in _LINE_ENDS:
            self._add("\n")
        elif word in specialchars:
            self._add(str(specialchars[word]))

    def _look(self, word: str, number: int | None) -> None:
        state, on = self._state, number != 0
        if word == "v":
            state.hidden = on
        elif word in {"deleted", "revised"}:
            state.deleted = on if word == "deleted" else state.deleted
            if on:
                self.flags.add("tracked-changes")
        elif word == "up":  # raised by hand, in half-points; without a number six of them
            state.high = number is None or number >= 4
        else:
            state.high = on and word == "super"

    def _block(self, word: str) -> None:
        ends: Mapping[str, Callable[[], None]] = {
            "cell": self._flow.end_cell,
            "row": self._flow.end_row,
            "nestcell": self._flow.end_inner_cell,
            "nestrow": self._flow.end_inner_row,
        }
        ends.get(word, self._end_paragraph)()

    def _end_paragraph(self) -> None:
        if self._state.deleted:  # the mark was deleted: the paragraph runs on into the next one
            return
        flow = self._flow
        if self._state.in_list and not flow.labelled and any(text.strip() for text, _ in flow.pieces):
            self.flags.add("list-numbers-lost")
        flow.end_paragraph(in_table=self._state.in_table)

    def _font_state(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "plain":
            state.font = self._default_font
            state.high = state.hidden = state.deleted = False
        elif number is None:
            return
        elif word == "ansicpg":
            self._codepage = _codec(f"cp{number}", self._codepage)
        elif word == "deff":
            self._default_font = state.font = str(number)
        elif word == "f":
            state.font = str(number)
        else:
            state.unicode_skip = max(0, number)

    def _font_table(self, word: str, number: int | None) -> None:
        if word == "f":
            self._state.font = str(number)
        elif word == "fcharset" and number is not None:
            known = self._ansi if number == _ANSI_CHARSET else str(charset_map.get(number, self._codepage))
            self._charsets[self._state.font] = _codec(known, self._codepage)
        elif word == "cpg":
            self._charsets[self._state.font] = _codec(f"cp{number}", self._codepage)


def _letter(number: int) -> str:
    r"""The character of a `\u`, whose number is signed."""
    code = number + 0x10000 if number < 0 else number
    return chr(code) if 0x20 <= code <= 0xFFFF else ""


def _codec(name: str, otherwise: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return otherwise
