"""The State Duma's markup and its conventions as its readers need them: squeezed text, classes, tooltips, Moscow times.

Browsers move `title` to `data-original-title`, add `tbody` and keep line breaks inside class attributes; everything here takes
both the raw answer of the server and the page as a browser saved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml.etree import HTMLParser, XMLSyntaxError, fromstring, tostring
from lxml.etree import _Element as Element

from scrapers.sozd_refusals import fail
from tracker.models import Problem

Parts: TypeAlias = Mapping[str, Element]

MOSCOW: Final = ZoneInfo("Europe/Moscow")
BILL_NUMBER: Final = re.compile(r"[0-9]{2,8}-[1-9][0-9]?")

_IDS: Final = frozenset({"number_oz_id", "oz_name", "oz_name_comment", "opc_hild", "bh_histras", "bh_note", "bh_votes"})
_BILL_PATH: Final = re.compile(rf"/bill/({BILL_NUMBER.pattern})(?![0-9-])")
_BRACKET: Final = re.compile(r"[()]")
_BRACKET_OR_SEMICOLON: Final = re.compile(r"[();]")
_RUSSIAN_DATE: Final = re.compile(r"\b([0-9]{2})\.([0-9]{2})\.([0-9]{4})\b(?:\s+([0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?")


def parsed(markup: bytes, url: str) -> Element:
    """The tree of a page. PageError with LAYOUT_CHANGED for bytes in which no parser finds HTML."""
    # The plain parser: lxml.html would look a Python class up for every element that is touched.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, collect_ids=False)
    # The leading tag gives even a page of nothing but a doctype a root; the page's own tag merges with it.
    try:
        return fromstring(b"<html>" + _clean(markup), parser)
    except XMLSyntaxError as error:
        fail(Problem.LAYOUT_CHANGED, url, "the page holds no readable HTML; look at it", cause=error)


def _clean(markup: bytes) -> bytes:
    """Markup in which a stray byte is one U+FFFD; the parser would guess another encoding for the rest of the page."""
    try:
        markup.decode("utf-8")
    except UnicodeDecodeError:
        markup = markup.decode("utf-8", errors="replace").encode()
    return markup.replace(b"\0", "\ufffd".encode())


def squeezed(element: Element | None) -> str:
    """The text of an element with every run of white space (no-break spaces too) as one space; empty for no element."""
    if element is None:
        return ""
    # Four times faster than joining itertext(); an element without others inside has all its text at hand.
    text = tostring(element, method="text", encoding="unicode", with_tail=False) if len(element) else element.text
    return " ".join(text.split()) if text else ""


@lru_cache(maxsize=1024)
def class_names(attribute: str | None) -> frozenset[str]:
    """The classes of a class attribute. A page repeats the same few hundreds of times."""
    return frozenset(attribute.split()) if attribute else frozenset()


def has_class(element: Element, name: str) -> bool:
    """Whether a class is among those of an element."""
    return name in class_names(element.get("class"))


def with_class(parent: Element, tag: str, name: str) -> Iterator[Element]:
    """The elements of a tag below a parent that carry a class, in document order."""
    return (element for element in parent.iter(tag) if name in class_names(element.get("class")))


def first_with_class(parent: Element, tag: str, name: str) -> Element | None:
    """The first such element, None without one."""
    for element in parent.iter(tag):
        if name in class_names(element.get("class")):
            return element
    return None


def by_id(root: Element) -> Parts:
    """The parts of a card by id, the first of each: ids of these pages repeat."""
    parts: dict[str, Element] = {}
    for element in root.iter("div", "span", "p"):
        name = element.get("id")
        if name in _IDS:
            parts.setdefault(name, element)
    return parts


def tooltip(element: Element) -> str:
    """The squeezed tooltip, wherever the page keeps it; empty without one."""
    return " ".join(raw_tooltip(element).split())


def raw_tooltip(element: Element) -> str:
    """The tooltip with its white space."""
    return element.get("data-original-title") or element.get("title") or ""


def opening_bracket(text: str) -> int:
    """Where the bracket that ends a text was opened; -1 for a text that ends otherwise, or a bracket never opened."""
    if not text.endswith(")"):
        return -1
    last = text.rfind("(")
    if text.find(")", last) == len(text) - 1:
        return last  # nearly always
    depth = 0
    for found in reversed(list(_BRACKET.finditer(text))):
        depth += 1 if found[0] == ")" else -1
        if depth == 0:
            return found.start()
    return -1


def split_comment(text: str) -> tuple[str, str]:
    """A title and the comment in brackets that ends it, without its brackets."""
    opening = opening_bracket(text)
    return (text[:opening].rstrip(), text[opening + 1 : -1].strip()) if opening >= 0 else (text, "")


def split_decisions(text: str) -> tuple[str, ...]:
    """Decisions joined by ``;``, which also stands inside brackets: only the outer ones separate."""
    parts: list[str] = []
    depth = start = 0
    for found in _BRACKET_OR_SEMICOLON.finditer(text):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            parts.append(text[start : found.start()])
            start = found.end()
    parts.append(text[start:])
    return tuple(part.strip() for part in parts if part.strip())


def document_id(number: str) -> str:
    """The id of a bill in this project: ``bill/968530-8``."""
    return f"bill/{number}"


def absolute(base_url: str, href: str) -> str:
    """A link of a page as an absolute URL, empty when it is none (``http://[``); `base_url` is scheme and host."""
    # Nearly all links are plain paths: joining them is a tenth of the time of a reading.
    if href[:1] == "/" and href[1:2] != "/":
        return base_url + href
    try:
        return urljoin(base_url, href)
    except ValueError:  # one that a clerk mistyped must not hide the rest of the card
        return ""


def named_bill(url: str) -> str | None:
    """The bill number in an address of a card, None for any other address."""
    found = _BILL_PATH.search(url)
    return found[1] if found else None


def moscow_moment(moment: datetime) -> str:
    """A naive Moscow time as ISO with the offset that Moscow had on that day (+04:00 in 2011-2014)."""
    return moment.replace(tzinfo=MOSCOW).isoformat()


def russian_date(text: str) -> str | None:
    """The first ``DD.MM.YYYY`` of a text as ``YYYY-MM-DD``; None for none, or for a day that does not exist."""
    moment = russian_moment(text)
    return moment[:10] if moment else None


def russian_moment(text: str) -> str | None:
    """The first ``DD.MM.YYYY [HH:MM[:SS]]`` of a text as a Moscow moment in ISO, as a date when it has no time."""
    found = _RUSSIAN_DATE.search(text)
    if not found:
        return None
    day, month, year, clock = found.groups()
    try:
        if clock is None:
            return date(int(year), int(month), int(day)).isoformat()
        return moscow_moment(datetime.fromisoformat(f"{year}-{month}-{day}T{clock}"))
    except ValueError:
        return None
