"""Markup as lines of plain text: the one writer of everything that `scrapers.page` reads.

Law must come out of its markup whole: raised numbers stay raised, rows stay rows, items keep the numbers that a browser
would show, a picture leaves a mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from scrapers.superscript import raised

#: Elements that hold no text of the page. A menu is one only where it is asked for by name.
DROPPED: Final = frozenset(
    ["button", "head", "iframe", "nav", "noscript", "object", "script", "select", "style", "svg", "template", "title"]
)
#: Elements that begin and end a line.
# fmt: off
BLOCKS: Final = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
])
# fmt: on
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_SUPER: Final = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_UNMARKED: Final = re.compile(r"list-style(?:-type)?\s*+:(?:(?!list-style)[^;])*\bnone\b", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"\(?(?:\d[\d.]*[.)]|[^\W\d_]\))(?=\s)")
_INTEGER: Final = re.compile(r"-?[0-9]{1,9}")
_CELLS: Final = " | "
# fmt: off
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
    (5, "v"), (4, "iv"), (1, "i"),
)
# fmt: on


def text_of(root: Tag) -> str:
    """The text of an element, which is read whatever element it is: it was asked for by name."""
    return _Writer(root).write()


def outermost(tags: Sequence[Tag]) -> list[Tag]:
    """These elements without those that stand inside another of them."""
    taken = {id(tag) for tag in tags}
    return [tag for tag in tags if not any(id(parent) in taken for parent in tag.parents)]


class _Writer:
    """Lines in the making. Walks a tree without recursion: hostile pages nest thousands deep."""

    def __init__(self, root: Tag) -> None:
        self._root = root
        self._layout = _layout_rows(root)
        self._line: list[str] = []
        self._sinks: list[list[str]] = [[]]  # where finished lines go: the page, or the open cell of a row
        self._rows: list[list[str]] = []  # the cells of open rows
        self._lists = _Numbering()
        self._markers: list[str] = []  # of opened items that have no line yet
        self._pre = 0
        self._sup = 0

    def write(self) -> str:
        """The lines of the root, joined."""
        stack: list[tuple[PageElement, bool]] = [(self._root, False)]
        while stack:
            node, done = stack.pop()
            if isinstance(node, Tag):
                if done:
                    self._close(node)
                elif node.name not in DROPPED or node is self._root:
                    self._open(node)
                    stack.append((node, True))
                    stack.extend((child, False) for child in reversed(node.contents))
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                self._text(str(node))
        self._end_line()
        return "\n".join(self._sinks[0])

    def _open(self, tag: Tag) -> None:
        if tag.name in BLOCKS or tag.name == "br":
            self._end_line()
        if self._is_data_row(tag):
            self._rows.append([])
        elif self._is_data_cell(tag):
            self._sinks.append([])
        elif tag.name == "pre":
            self._pre += 1
        elif tag.name == "li":
            self._markers.append(self._lists.marker(tag))
        elif tag.name == "img":
            self._line.append(_placeholder(tag))
        if _is_superscript(tag):
            self._sup += 1

    def _close(self, tag: Tag) -> None:
        if tag.name in BLOCKS:
            self._end_line()
        if self._is_data_row(tag):
            cells = self._rows.pop()
            if any(cells):
                self._sinks[-1].append(_CELLS.join(cells))
        elif self._is_data_cell(tag):
            self._rows[-1].append(" ".join(self._sinks.pop()))
        elif tag.name == "pre":
            self._pre -= 1
        elif tag.name == "li":
            del self._markers[-1:]  # an empty item has no line for its marker
        if _is_superscript(tag):
            self._sup -= 1

    def _is_data_row(self, tag: Tag) -> bool:
        return tag.name == "tr" and id(tag) not in self._layout

    def _is_data_cell(self, tag: Tag) -> bool:
        # The parent is looked at, not the open rows: a cell may be the root, or stand outside any row.
        parent = tag.parent
        return tag.name in {"td", "th"} and tag is not self._root and parent is not None and self._is_data_row(parent)

    def _text(self, text: str) -> None:
        if self._sup:
            text = raised(text)
        if not self._pre:
            self._line.append(text)
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for line in others:
            self._end_line()
            self._line.append(line)

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        # Preformatted lines keep their spaces: in old decrees they part s p a c e d words and open paragraphs.
        line = line.rstrip() if self._pre else _SPACE.sub(" ", line).strip(" ")
        if line.strip():
            self._sinks[-1].append(self._marked(line))

    def _marked(self, line: str) -> str:
        """The first line of an item behind its number, unless the page wrote a number itself (and hides the browser's)."""
        marker = "".join(self._markers)
        self._markers.clear()
        return line if not marker or _NUMBERED.match(line) else marker + line


class _Numbering:
    """Counts the items of ordered lists as a browser does."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def marker(self, item: Tag) -> str:
        """What stands before an item: `3. `; nothing in a list without numbers."""
        parent = item.parent
        if (
            parent is None
            or parent.name != "ol"
            or any(_UNMARKED.search(str(t.get("style", ""))) for t in (parent, item))
        ):
            return ""
        backwards = parent.has_attr("reversed")
        if id(parent) not in self._next:
            count = len(parent.find_all("li", recursive=False)) if backwards else 1
            self._next[id(parent)] = _integer(parent.get("start"), count)
        number = _integer(item.get("value"), self._next[id(parent)])
        self._next[id(parent)] = number + (-1 if backwards else 1)
        return f"{_numeral(number, str(parent.get('type', '1')))}. "


def _integer(value: object, otherwise: int) -> int:
    text = str(value or "").strip()
    return int(text) if _INTEGER.fullmatch(text) else otherwise


def _numeral(number: int, style: str) -> str:
    """A number in the style of `<ol type>`: 1, a, A, i, I. Beyond what a style can write it is written in digits."""
    if style in {"a", "A"} and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if style == "A" else letter
    if style in {"i", "I"} and 1 <= number < 4000:
        roman, rest = "", number
        for value, letters in _ROMAN:
            roman += letters * (rest // value)
            rest %= value
        return roman.upper() if style == "I" else roman
    return str(number)


def _layout_rows(root: Tag) -> set[int]:
    """Rows that are no rows of data: those with a table inside and those of one cell."""
    layout = {id(row) for row in root.find_all("tr") if len(row.find_all(["td", "th"], recursive=False)) < 2}
    with_tables: set[int] = set()
    for table in root.find_all("table"):
        for parent in table.parents:
            if parent.name == "tr":
                if id(parent) in with_tables:
                    break
                with_tables.add(id(parent))
    return layout | with_tables


def _is_superscript(tag: Tag) -> bool:
    if tag.name == "sup":
        return True
    return tag.name == "span" and (
        "W9" in tag.get_attribute_list("class") or bool(_SUPER.search(str(tag.get("style", ""))))
    )


def _placeholder(image: Tag) -> str:
    """A mark for a picture that may carry meaning: by its `alt`, else by its file name. An empty `alt` says: decoration."""
    alt = image.get("alt")
    if alt is not None and not str(alt).strip():
        return ""
    try:
        address = urlsplit(str(image.get("src", "")))
    except ValueError:
        address = urlsplit("")
    named = parse_qs(address.query).get("file") or [address.path.rpartition("/")[2]]
    name = str(alt or ("" if address.scheme == "data" else named[0])).strip()
    return f"[рисунок: {name}]" if name else "[рисунок]"
