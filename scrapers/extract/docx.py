"""DOCX to plain text: what a reader of the printed page sees, line by line.

Tracked insertions are text and deletions are not (the text as if every change were accepted), automatic numbers and
superscripts are written out, tables go row by row, notes stand in brackets behind their paragraph. Headers, footers,
comments and page numbers are not text of the document. Format: ECMA-376 part 1 (WordprocessingML).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from scrapers.extract.archive import Archive
from scrapers.extract.numbering import Numbering, W, number_of, value_of
from scrapers.superscript import raised
from tracker.errors import ExtractError
from tracker.models import Problem

EXTRACTOR: Final = "docx/1"

_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ALTERNATE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PICTURES: Final = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip",
    "{urn:schemas-microsoft-com:vml}imagedata",
    "{urn:schemas-microsoft-com:office:office}OLEObject",
)
PICTURE: Final = "[рисунок]"
CELLS: Final = " | "

_TEXT: Final = f"{W}t"
_RUN_PROPERTIES: Final = f"{W}rPr"
_RUN_STYLE: Final = f"{W}rStyle"
_ALIGN: Final = f"{W}vertAlign"
_POSITION: Final = f"{W}position"
_VANISH: Final = f"{W}vanish"
_VALUE: Final = f"{W}val"
_OFF: Final = frozenset({"0", "false", "off"})
_PARAGRAPH: Final = f"{W}p"
_RUN: Final = f"{W}r"
_PARAGRAPH_PROPERTIES: Final = f"{W}pPr"

_CHARACTERS: Final[Mapping[str, str]] = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
    f"{W}softHyphen": "\N{SOFT HYPHEN}",
}
_HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")
_DELETED: Final = frozenset({f"{W}del", f"{W}moveFrom"})
_INSERTED: Final = frozenset({f"{W}ins", f"{W}moveTo"})
# Elements that only wrap what matters.
_WRAPPERS: Final = frozenset(
    {f"{W}{name}" for name in ("hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo")}
    | _INSERTED
)
_ALTERNATIVES: Final = f"{_ALTERNATE}AlternateContent"
_SYMBOL: Final = f"{W}sym"
_DRAWINGS: Final = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
_REFERENCES: Final = frozenset({f"{W}footnoteReference", f"{W}endnoteReference"})
_FORMULAS: Final = frozenset({f"{_MATH}oMath", f"{_MATH}oMathPara"})
# What makes a paragraph more than its words. Most have none of it, and are then read in one go, five times as fast.
_TELLING: Final = (
    *(_VANISH, _ALIGN, _POSITION, _RUN_STYLE, _SYMBOL, _ALTERNATIVES, *_CHARACTERS),
    *(*_DELETED, *_INSERTED, *_DRAWINGS, *_REFERENCES, *_FORMULAS),
)
_OWN_NUMBER: Final = f"{W}numPr"
_PARAGRAPH_STYLE: Final = f"{W}pStyle"
_NOT_ITSELF: Final = _DELETED | _WRAPPERS | {_ALTERNATIVES}


def read(archive: Archive) -> tuple[str, frozenset[str]]:
    """The text and what to know of it: ``tracked-changes``, ``hidden-text`` (left out), ``pictures``, ``formulas``.

    Raises ExtractError: `broken` for damaged XML, `scan` for pictures without text, `empty` for nothing at all.
    """
    main = archive.target("", "officeDocument") or "word/document.xml"
    root = archive.xml(main)
    if root is None:
        raise ExtractError(Problem.BROKEN, "the archive has no Word document inside")
    body = root.find(f"{W}body")
    if body is None:
        raise ExtractError(Problem.FORMAT, "a Word file of an unknown dialect (strict OOXML?): this format is not read")

    def part(kind: str) -> etree._Element | None:
        name = archive.target(main, kind)
        return None if name is None else archive.xml(name)

    reader = _Reader(Numbering(part("numbering")), _Styles(part("styles")), body, part("footnotes"), part("endnotes"))
    text = "\n".join(reader.lines(body))
    if not text.replace(PICTURE, "").strip():
        if "pictures" in reader.flags:
            raise ExtractError(Problem.SCAN, "a Word file of pictures without text: taken as a scan, not read")
        raise ExtractError(Problem.EMPTY, "a Word file without any text")
    return text, frozenset(reader.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """What a style contributes to text; None where it says nothing and its base decides."""

    base: str | None
    num_id: str | None
    level: str | None
    superscript: bool | None


class _Styles:
    """Named styles with their inheritance."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._numbered: dict[str | None, bool] = {}
        for each in () if root is None else root.iter(f"{W}style"):
            numbering = each.find(f"{W}pPr/{W}numPr")
            run = each.find(f"{W}rPr")
            self._styles[str(each.get(f"{W}styleId"))] = _Style(
                base=value_of(each, "basedOn"),
                num_id=None if numbering is None else value_of(numbering, "numId"),
                level=None if numbering is None else value_of(numbering, "ilvl"),
                superscript=None if run is None else _superscript({child.tag: child.get(_VALUE) for child in run}),
            )

    def is_numbered(self, name: str | None) -> bool:
        """Whether paragraphs of a style belong to a list."""
        if name not in self._numbered:
            self._numbered[name] = any(style.num_id is not None for _, style in self.chain(name))
        return self._numbered[name]

    def chain(self, name: str | None) -> Iterator[tuple[str, _Style]]:
        """A style and those it is based on, nearest first; a circle is walked once."""
        seen: set[str] = set()
        while name is not None and name not in seen and name in self._styles:
            seen.add(name)
            style = self._styles[name]
            yield name, style
            name = style.base


class _Reader:
    """Walks one document in order, once: lists count and notes are used up as they are met."""

    def __init__(
        self,
        numbering: Numbering,
        styles: _Styles,
        body: etree._Element,
        footnotes: etree._Element | None,
        endnotes: etree._Element | None,
    ) -> None:
        self.flags: set[str] = set()
        self._numbering = numbering
        self._styles = styles
        self._notes = {
            (reference, str(note.get(f"{W}id"))): note
            for reference, root in ((f"{W}footnoteReference", footnotes), (f"{W}endnoteReference", endnotes))
            for note in (() if root is None else root)
            if isinstance(note.tag, str)
        }
        roots = [root for root in (body, footnotes, endnotes) if root is not None]
        self._busy = _paragraphs_around(element for root in roots for element in root.iter(*_TELLING))
        self._numbered = _paragraphs_around(
            element
            for root in roots
            for element in root.iter(_OWN_NUMBER, _PARAGRAPH_STYLE)
            if element.tag == _OWN_NUMBER or styles.is_numbered(element.get(_VALUE))
        )
        self._behind: list[str] = []  # notes of the paragraph in hand
        self._boxes: list[etree._Element] = []  # text boxes anchored in it
        self._in_note = False

    def lines(self, container: etree._Element) -> list[str]:
        """The lines of a body, a cell, a note or a text box; blank ones are layout and are left out."""
        out: list[str] = []
        kept = ""  # of a paragraph whose mark was deleted: it runs on into the next one
        for block in self._unwrapped(container):
            if block.tag == _PARAGRAPH:
                text = kept + (self._inline(block) if block in self._busy else _plain(block))
                kept = ""
                if block in self._busy and self._mark_deleted(block):
                    kept = text
                    continue
                self._put(out, self._label(block) + text if block in self._numbered else text)
            elif block.tag == f"{W}tbl":
                self._put(out, kept)
                kept = ""
                self._table(block, out)
        self._put(out, kept)
        return out

    def _put(self, out: list[str], text: str) -> None:
        notes, boxes, self._behind, self._boxes = self._behind, self._boxes, [], []
        text = " ".join([text.rstrip(" \t"), *notes]) if notes else text
        out.extend([line.strip(" \t") for line in text.split("\n") if line.strip()])
        for box in boxes:
            out.extend(self.lines(box))

    def _unwrapped(self, container: etree._Element) -> Iterator[etree._Element]:
        """Children, with those of wrappers in their place and deleted ones left out."""
        for child in container:
            tag = child.tag
            if tag not in _NOT_ITSELF:
                yield child
            elif tag in _DELETED:
                self.flags.add("tracked-changes")
            elif tag in _WRAPPERS:
                if tag in _INSERTED:
                    self.flags.add("tracked-changes")
                yield from self._unwrapped(child)
            elif len(child):  # the first alternative is for today's programs, the others repeat it for older ones
                yield from self._unwrapped(child[0])

    def _mark_deleted(self, paragraph: etree._Element) -> bool:
        mark = paragraph.find(f"{_PARAGRAPH_PROPERTIES}/{_RUN_PROPERTIES}")
        if mark is None:
            return False
        changed = {child.tag for child in mark}
        if changed & (_DELETED | _INSERTED):
            self.flags.add("tracked-changes")
        return bool(changed & _DELETED)

    def _label(self, paragraph: etree._Element) -> str:
        """The automatic number: the paragraph's own list, else that of its style. List 0 means: none."""
        properties = paragraph.find(_PARAGRAPH_PROPERTIES)
        if properties is None:
            return ""
        own = properties.find(f"{W}numPr")
        num_id = None if own is None else value_of(own, "numId")
        level = None if own is None else value_of(own, "ilvl")
        if num_id is None:
            for name, style in self._styles.chain(value_of(properties, "pStyle")):
                if style.num_id is not None:
                    num_id = style.num_id
                    level = level or style.level or str(self._numbering.level_of(num_id, name))
                    break
        return "" if num_id is None else self._numbering.label(num_id, number_of(level, 0))

    # ------------------------------------------------------------ tables

    def _table(self, table: etree._Element, out: list[str]) -> None:
        for row in self._unwrapped(table):
            if row.tag != f"{W}tr":
                continue
            if any(row.find(f"{W}trPr/{deleted}") is not None for deleted in _DELETED):
                self.flags.add("tracked-changes")
                continue
            cells = [cell for cell in self._unwrapped(row) if cell.tag == f"{W}tc"]
            if len(cells) < 2 or row.find(f".//{W}tbl") is not None:  # a frame around text, not a row of data
                for cell in cells:
                    out.extend(self.lines(cell))
                continue
            texts = [" ".join(self.lines(cell)) for cell in cells]
            if any(texts):
                out.append(CELLS.join(texts))

    # ------------------------------------------------------------ runs

    def _inline(self, parent: etree._Element) -> str:
        out: list[str] = []
        for child in self._unwrapped(parent):
            tag = child.tag
            if tag == _RUN:
                self._run(child, out)
            elif tag in _FORMULAS:
                self.flags.add("formulas")
                out.extend(piece.text or "" for piece in child.iter(f"{_MATH}t"))
        return "".join(out)

    def _run(self, run: etree._Element, out: list[str]) -> None:
        high = False
        for child in run:
            tag = child.tag
            if tag == _TEXT:
                text = (child.text or "").replace("\n", " ")
                out.append(raised(text) if high else text)
            elif tag == _RUN_PROPERTIES:  # always the first child
                hidden, high = self._look(child)
                if hidden:
                    self.flags.add("hidden-text")
                    return
            elif tag in _CHARACTERS:
                out.append(_CHARACTERS[str(tag)])
            else:
                self._object(child, out)

    def _look(self, properties: etree._Element) -> tuple[bool, bool]:
        """(hidden, superscript) of a run, by its own properties or by those of its style."""
        own = {child.tag: child.get(_VALUE) for child in properties}
        hidden = _VANISH in own and own[_VANISH] not in _OFF
        high = _superscript(own)
        if high is None and _RUN_STYLE in own:
            inherited = (style.superscript for _, style in self._styles.chain(own[_RUN_STYLE]))
            high = next((each for each in inherited if each is not None), None)
        return hidden, bool(high)

    def _object(self, element: etree._Element, out: list[str]) -> None:
        """What stands in a run and is no character: drawings, references to notes, symbols, alternatives of those."""
        if element.tag == _SYMBOL:
            out.append(_symbol(element))
        elif element.tag in _DRAWINGS:
            out.append(self._picture(element))
        elif element.tag in _REFERENCES:
            self._note(element)
        elif element.tag == _ALTERNATIVES and len(element):
            self._run(element[0], out)

    def _picture(self, drawing: etree._Element) -> str:
        boxes = [box for box in drawing.iter(f"{W}txbxContent") if not _has_ancestor(box, f"{W}txbxContent", drawing)]
        self._boxes.extend(boxes)
        if not boxes and next(drawing.iter(*_PICTURES), None) is not None:
            self.flags.add("pictures")
            return PICTURE
        return ""

    def _note(self, reference: etree._Element) -> None:
        # A note is used once, and notes of notes are not followed: Word writes neither, and both could grow for ever.
        note = None if self._in_note else self._notes.pop((str(reference.tag), str(reference.get(f"{W}id"))), None)
        if note is None:
            return
        behind, boxes, self._in_note = self._behind, self._boxes, True
        self._behind, self._boxes = [], []
        text = " ".join(self.lines(note))
        self._behind, self._boxes, self._in_note = behind, boxes, False
        if text:
            self._behind.append(f"[сноска: {text}]")


def _paragraphs_around(elements: Iterable[etree._Element]) -> set[etree._Element]:
    """The paragraphs that hold these elements; kept in a set, an element stays the same object for all who meet it."""
    return {paragraph for element in elements for paragraph in element.iterancestors(_PARAGRAPH)}


def _plain(paragraph: etree._Element) -> str:
    return "".join([piece.text or "" for piece in paragraph.iter(_TEXT)]).replace("\n", " ")


def _superscript(properties: Mapping[Any, str | None]) -> bool | None:
    """Whether run properties raise the text: by `vertAlign`, or by hand with `position` (half-points above the line)."""
    if (align := properties.get(_ALIGN)) is not None:
        return align == "superscript"
    position = properties.get(_POSITION)
    return None if position is None else number_of(position, 0) >= 4


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font by its code; without a code nothing."""
    code = str(element.get(f"{W}char", ""))
    value = int(code, 16) if 0 < len(code) <= 4 and all(digit in _HEXADECIMAL for digit in code) else 0
    return chr(value) if value >= 0x20 and not 0xD800 <= value <= 0xDFFF else ""


def _has_ancestor(element: etree._Element, tag: str, top: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if parent.tag in {tag, f"{_ALTERNATE}Fallback"}:
            return True
        parent = parent.getparent()
    return False
