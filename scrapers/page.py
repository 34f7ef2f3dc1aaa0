"""Any web page, or the part of it that a CSS selector names, as plain text that can be compared.

For pages that no module of their own reads. BeautifulSoup copes with broken markup; bytes are decoded here, because
labels of encodings lie: saved pages still say windows-1251 after they became UTF-8.
"""

from __future__ import annotations

import codecs
import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from soupsieve import SelectorSyntaxError

from scrapers.pages import refuse_non_page
from scrapers.superscript import raised
from tracker.errors import ConfigError, PageError
from tracker.models import Problem

NAME: Final = "page"

_DROPPED: Final = frozenset(
    ["button", "head", "iframe", "nav", "noscript", "object", "script", "select", "style", "svg", "template", "title"]
)
# fmt: off
_BLOCKS: Final = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
])
# fmt: on
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_CHARSET: Final = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_.:-]+)""", re.IGNORECASE)
_HEADER_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?\s*([a-z0-9_.:-]+)", re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml\b[^>]*>", re.IGNORECASE)
_SUPER: Final = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_CELLS: Final = " | "


def text_of(body: bytes, *, selector: str | None, content_type: str = "", url: str = "") -> str:
    """The text: one line per block element and per `<br>`, no blank lines, no-break spaces as they are.

    A row of a table is one line, its cells parted by ` | `; rows that hold tables of their own are layout and are read
    as blocks. Superscript digits become Unicode superscripts (`<sup>`, and `span.W9` of the state's legal system).
    A picture that is not mere decoration leaves `[рисунок: name]`, so that a formula never vanishes without a trace.

    `selector` is a CSS selector; every match counts, a match inside a match once. Without it the whole page is read.
    Raises ConfigError for a selector that is not CSS, PageError for a page that is none or has nothing there.
    """
    refuse_non_page(body, status=200, content_type=content_type, url=url)
    if not body.strip():
        raise PageError(Problem.EMPTY, "the page has no body: nothing can be said, ask again", url=url)
    soup = BeautifulSoup(_markup(decoded(body, content_type)), "lxml")
    text = "\n".join(filter(None, (_Writer(root).write() for root in _roots(soup, selector, url))))
    if not text:
        where = f"the part {selector!r} of the page" if selector else "the page"
        raise PageError(Problem.EMPTY, f"{where} holds no text", url=url)
    return text


def decoded(body: bytes, content_type: str = "") -> str:
    """The body of a page as text. Bytes that are valid UTF-8 are UTF-8; else the header, the `<meta>`, windows-1251.

    Russian text in windows-1251 is practically never valid UTF-8, so the first test does not misfire. What cannot be
    decoded becomes U+FFFD.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    header, meta = _HEADER_CHARSET.search(content_type), _CHARSET.search(body[:4096])
    for label in (header and header[1], meta and meta[1].decode("ascii")):
        try:
            return body.decode(label or "unnamed", "replace")
        except LookupError:
            continue
    return body.decode("cp1251", "replace")


def _markup(text: str) -> str:
    """What BeautifulSoup takes without doubting it: no XML declaration (XHTML is read as HTML), some tag."""
    text = _XML_DECLARATION.sub("", text)
    return text if "<" in text else f"<p>{text}</p>"


def check_selector(selector: str) -> None:
    """Raise ConfigError, in one line, for what is not a CSS selector."""
    try:
        soupsieve.compile(selector)
    except (SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{selector!r} is not a CSS selector: {reason}") from error


def _roots(soup: BeautifulSoup, selector: str | None, url: str) -> list[Tag]:
    if selector is None:
        return [soup]
    check_selector(selector)
    found = soup.select(selector)
    if not found:
        message = f"the selector {selector!r} matches nothing: the page was rebuilt, or the selector is wrong"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=url)
    taken = {id(each) for each in found}
    return [each for each in found if not any(id(parent) in taken for parent in each.parents)]


class _Writer:
    """Lines in the making. Walks a tree without recursion: hostile pages nest thousands deep."""

    def __init__(self, root: Tag) -> None:
        self._root = root
        self._layout = _layout_rows(root)
        self._line: list[str] = []
        self._sinks: list[list[str]] = [[]]  # where finished lines go: the page, or the open cell of a row
        self._rows: list[list[str]] = []  # the cells of open rows
        self._pre = 0
        self._sup = 0

    def write(self) -> str:
        """The text of the root, which is read whatever element it is: it was asked for by name."""
        stack: list[tuple[PageElement, bool]] = [(self._root, False)]
        while stack:
            node, done = stack.pop()
            if isinstance(node, Tag):
                if done:
                    self._close(node)
                elif node.name not in _DROPPED or node is self._root:
                    self._open(node)
                    stack.append((node, True))
                    stack.extend((child, False) for child in reversed(node.contents))
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                self._text(str(node))
        self._end_line()
        return "\n".join(self._sinks[0])

    def _open(self, tag: Tag) -> None:
        if tag.name in _BLOCKS or tag.name == "br":
            self._end_line()
        if self._is_data_row(tag):
            self._rows.append([])
        elif self._is_data_cell(tag):
            self._sinks.append([])
        elif tag.name == "pre":
            self._pre += 1
        elif tag.name == "img":
            self._line.append(_placeholder(tag))
        if _is_superscript(tag):
            self._sup += 1

    def _close(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._end_line()
        if self._is_data_row(tag):
            cells = self._rows.pop()
            if any(cells):
                self._sinks[-1].append(_CELLS.join(cells))
        elif self._is_data_cell(tag):
            self._rows[-1].append(" ".join(self._sinks.pop()))
        elif tag.name == "pre":
            self._pre -= 1
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
            self._sinks[-1].append(line)


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
