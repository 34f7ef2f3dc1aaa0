"""The markup of kremlin.ru as lines of text: preformatted acts as they stand, others a line for each paragraph."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from scrapers.superscript import raised

#: The parser closes `<pre>` at the first table or list inside; `as_parsed` gives it this name, which it leaves alone.
PRE: Final = "preformatted"

# fmt: off
_BLOCKS: Final = frozenset([
    PRE, "article", "blockquote", "br", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
])
# fmt: on
_DROPPED: Final = frozenset(
    ["button", "form", "iframe", "nav", "noscript", "script", "select", "style", "svg", "template"]
)
_CELLS: Final = " | "
_PRE_TAG: Final = re.compile(r"<(/?)pre(?=[\s>/])", re.IGNORECASE)
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_NEWLINE: Final = re.compile(r"\r\n?|\n")
_ENTITY: Final = re.compile(
    r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|quot|apos|amp|lt|gt|nbsp|laquo|raquo|[mn]dash);", re.IGNORECASE
)


def as_parsed(markup: str) -> str:
    """The markup with `<pre>` under a name that lets tables, lists and blocks stand inside it."""
    return _PRE_TAG.sub(rf"<\1{PRE}", markup)


def once(text: str) -> str:
    """The text with entities decoded that the page had escaped twice (`&#34;` for a quotation mark)."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def squeezed(element: Element | None) -> str:
    """The words of an element on one line; empty for no element."""
    return "" if element is None else " ".join(once("".join(element.itertext())).split())


def lines_of(roots: Iterable[Element]) -> list[str]:
    """The lines of elements in page order: one for each block and `<br>`, preformatted ones with their spaces and blank lines.

    Rows of tables with several cells are one line, their cells parted by ` | `; superscript digits become Unicode ones; a
    picture leaves `[рисунок: name]`.
    """
    writer = _Writer()
    for root in roots:
        writer.write(root)
    lines = [once(line) for line in writer.lines]
    while lines and not lines[-1]:
        lines.pop()
    first = next((place for place, line in enumerate(lines) if line), 0)
    return lines[first:]


class _Writer:
    def __init__(self) -> None:
        self._sinks: list[list[str]] = [[]]  # where finished lines go: the text, or the open cell of a row
        self._rows: list[list[str]] = []
        self._line: list[str] = []
        self._pre = self._sup = 0

    @property
    def lines(self) -> list[str]:
        return self._sinks[0]

    def write(self, root: Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            if event == "end":
                self._close(node)
                if node is not root:
                    self._text(node.tail, beside_block=node.tag in _BLOCKS)
            elif node.tag in _DROPPED:
                walk.skip_subtree()
            else:
                self._open(node)
                self._text(node.text, beside_block=node.tag == PRE)
        self._end_line()

    def _open(self, node: Element) -> None:
        if node.tag in _BLOCKS:
            self._end_line()
        if node.tag == PRE:
            self._pre += 1
        elif node.tag == "sup":
            self._sup += 1
        elif node.tag == "img":
            self._line.append(_placeholder(node))
        elif _is_data_row(node):
            self._rows.append([])
        elif _is_data_cell(node):
            self._sinks.append([])

    def _close(self, node: Element) -> None:
        if node.tag in _BLOCKS:
            self._end_line()
        if node.tag == PRE:
            self._pre -= 1
        elif node.tag == "sup":
            self._sup -= 1
        elif _is_data_row(node):
            cells = self._rows.pop()
            if any(cells):
                self._sinks[-1].append(_CELLS.join(cells))
        elif _is_data_cell(node):
            self._rows[-1].append(" ".join(filter(None, self._sinks.pop())))

    def _text(self, text: str | None, *, beside_block: bool) -> None:
        if not text or (beside_block and not text.strip()):
            return  # the line breaks of the source between its blocks are no lines of the act
        if self._sup:
            text = raised(text)
        if not self._pre:
            self._line.append(text)
            return
        first, *others = _NEWLINE.split(text)
        self._line.append(first)
        for line in others:
            self._end_line(blank=True)
            self._line.append(line)

    def _end_line(self, *, blank: bool = False) -> None:
        line = "".join(self._line)
        self._line.clear()
        line = line.rstrip() if self._pre else _SPACE.sub(" ", line).strip(" ")
        if line.strip() or blank:
            self._sinks[-1].append(line)


def _is_data_row(node: Element) -> bool:
    """Rows of one cell and those with a table inside lay the page out; their blocks stay lines."""
    if node.tag != "tr" or sum(child.tag in {"td", "th"} for child in node) < 2:
        return False
    return next(node.iter("table"), None) is None


def _is_data_cell(node: Element) -> bool:
    parent = node.getparent()
    return node.tag in {"td", "th"} and parent is not None and _is_data_row(parent)


def _placeholder(image: Element) -> str:
    name = (image.get("alt") or str(image.get("src") or "").rpartition("/")[2]).strip()
    return f"[рисунок: {name}]" if name else "[рисунок]"
