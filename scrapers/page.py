"""Any web page, or the part of it that a CSS selector names, as plain text that can be compared.

For pages that no module of their own reads. BeautifulSoup copes with broken markup; bytes are decoded here, because
labels of encodings lie: saved pages still say windows-1251 after they became UTF-8.

`read` is for pages: without a selector it reads the element that holds the main text (`scrapers.page_main` says which), and
in any case without what moves on every page (`scrapers.page_noise`). `text_of` is for documents that come as HTML: all of
it, nothing left out. Both write by `scrapers.page_writer`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bs4 import BeautifulSoup, Tag

from scrapers import page_main, page_noise, page_writer
from scrapers.page_noise import check_ignore, check_selector
from scrapers.pages import refuse_non_page
from tracker.errors import PageError
from tracker.models import Noise, Problem

__all__ = ["NAME", "WHOLE_PAGE", "PageText", "Way", "check_ignore", "check_selector", "decoded", "read", "text_of"]

NAME: Final = "page"
#: The `place` of a page that is read whole.
WHOLE_PAGE: Final = ":root"

_CHARSET: Final = re.compile(rb"""<meta[^<>]+?charset\s*+=[\s"']*+([a-z0-9_.:-]+)""", re.IGNORECASE)
_HEADER_CHARSET: Final = re.compile(r"charset\s*+=[\s\"']*+([a-z0-9_.:-]+)", re.IGNORECASE)
_SAMPLE: Final = 100_000  # bytes in which two encodings are weighed
_WORD: Final = re.compile("[а-яё]{3}")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml\b[^>]*>", re.IGNORECASE)


class Way(StrEnum):
    """How the text of a page was found."""

    SELECTED = "selected"  # what the operator's selector names
    MAIN = "main"  # the element that holds the main text
    WHOLE = "whole"  # the page, because no such element could be told


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of a page, and how it was come by.

    `place` is a CSS selector of what was read. Give it to the next `read` of the same page, and to that of the page it is
    compared with: then both are read at the same place, and a judgement that fell otherwise today is not taken for a change
    of the text. A text whose `place` is another than before was found anew: the page was rebuilt. `noise`: what was left
    out, by rule; lines outside the main text are counted as ``outside``.
    """

    text: str
    way: Way
    place: str
    noise: tuple[Noise, ...] = ()


def read(
    body: bytes,
    *,
    selector: str | None,
    place: str = "",
    content_type: str = "",
    url: str = "",
    remove: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> PageText:
    """The text of a page without its noise; the lines are those of `text_of`.

    `selector` names the text, every match counts. Without it the text stands at `place`, where an earlier `read` found it,
    as long as one element is there; else where the main text is found now. The only heading `<h1>` of a page belongs to its
    text also from outside. `remove`: CSS selectors of elements that are no text; `ignore`: regular expressions, tried on
    each line of 200 characters at most, of what is no text in a line.

    Raises ConfigError for a selector or a pattern that is none, PageError for a page that is none or has nothing there.
    """
    soup = _soup(body, content_type, url)
    noise = list(page_noise.remove_elements(soup, remove))
    if selector is not None:
        roots, way, place = _selected(soup, selector, url), Way.SELECTED, selector
    else:
        noise += page_noise.remove_furniture(soup)
        roots, way, place = _main(soup, place)
        if way is Way.MAIN and (left_out := page_main.lines_outside(soup, roots)):
            noise.append(Noise(rule="outside", count=left_out))
    text, moving = page_noise.drop_moving_lines(_written(roots), whole=way is Way.WHOLE)
    text, ignored = page_noise.drop_ignored(text, ignore)
    _require_text(text, None if way is Way.WHOLE else place, url)
    return PageText(text=text, way=way, place=place, noise=(*noise, *moving, *ignored))


def text_of(
    body: bytes,
    *,
    selector: str | None,
    content_type: str = "",
    url: str = "",
    remove: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> str:
    """The text of a document in HTML: one line per block element and per `<br>`, no blank lines, no-break spaces as they are.

    A row of a table is one line, its cells parted by ` | `; rows that hold tables of their own are layout and are read
    as blocks. Items of ordered lists have the numbers that a browser shows. Superscript digits become Unicode superscripts
    (`<sup>`, and `span.W9` of the state's legal system). A picture that is not mere decoration leaves `[рисунок: name]`, so
    that a formula never vanishes without a trace.

    `selector` is a CSS selector; every match counts, a match inside a match once. Without it the whole page is read.
    `remove` and `ignore` as in `read`; nothing else is left out. Raises ConfigError for a selector or a pattern that is none,
    PageError for a page that is none or has nothing there.
    """
    soup = _soup(body, content_type, url)
    page_noise.remove_elements(soup, remove)
    text, _ = page_noise.drop_ignored(_written([soup] if selector is None else _selected(soup, selector, url)), ignore)
    _require_text(text, selector, url)
    return text


def decoded(body: bytes, content_type: str = "") -> str:
    """The body of a page as text. Bytes that are valid UTF-8 are UTF-8; else the header, the `<meta>`, windows-1251.

    Russian text in windows-1251 is practically never valid UTF-8, so the first test does not misfire. Servers name charsets that
    their pages do not have (a default that was switched on, a page that was moved), and read by a wrong one every word would look
    changed. So the charsets that are named, windows-1251 and UTF-8 are tried, in this order, and the one that gives the most
    words in small Russian letters is right: koi8-r and windows-1251 taken for each other turn small letters into capitals,
    Western letters with marks stand alone. What cannot be decoded becomes U+FFFD.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    header, meta = _HEADER_CHARSET.search(content_type), _CHARSET.search(body[:4096])
    labels = [header and header[1], meta and meta[1].decode("ascii"), "cp1251", "utf-8"]
    names = sorted(filter(None, labels), key=lambda name: -len(_WORD.findall(_by(name, body[:_SAMPLE]) or "")))
    return next(text for name in names if (text := _by(name, body)) is not None)


def _by(charset: str, body: bytes) -> str | None:
    """A body in a charset; None when that is none. Python's codecs with other tasks (``hex``, ``idna``) are none of text."""
    try:
        return body.decode(charset, "replace")
    except (LookupError, UnicodeError):
        return None


def _markup(text: str) -> str:
    """What BeautifulSoup takes without doubting it: no XML declaration (XHTML is read as HTML), some tag."""
    text = _XML_DECLARATION.sub("", text)
    return text if "<" in text else f"<p>{text}</p>"


def _soup(body: bytes, content_type: str, url: str) -> BeautifulSoup:
    refuse_non_page(body, status=200, content_type=content_type, url=url)
    if not body.strip():
        raise PageError(Problem.EMPTY, "the page has no body: nothing can be said, ask again", url=url)
    return BeautifulSoup(_markup(decoded(body, content_type)), "lxml")


def _require_text(text: str, place: str | None, url: str) -> None:
    if not text:
        where = f"the part {place!r} of the page" if place else "the page"
        raise PageError(Problem.EMPTY, f"{where} holds no text", url=url)


def _written(roots: Sequence[Tag]) -> str:
    return "\n".join(filter(None, map(page_writer.text_of, roots)))


def _selected(soup: BeautifulSoup, selector: str, url: str) -> list[Tag]:
    check_selector(selector)
    found = soup.select(selector)
    if not found:
        message = f"the selector {selector!r} matches nothing: the page was rebuilt, or the selector is wrong"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=url)
    return page_writer.outermost(found)


def _main(soup: BeautifulSoup, known: str) -> tuple[list[Tag], Way, str]:
    """What holds the main text: the known place, else the one that is found, else everything."""
    if known == WHOLE_PAGE:
        return [soup], Way.WHOLE, WHOLE_PAGE
    if known:
        check_selector(known)
    there = soup.select(known, limit=2) if known else []
    main = there[0] if len(there) == 1 else page_main.find_main(soup)
    if main is None:
        return [soup], Way.WHOLE, WHOLE_PAGE
    place = known if len(there) == 1 else page_main.selector_of(main, soup)
    headings = soup.find_all("h1", limit=2)
    alone = len(headings) == 1 and not any(each is main for each in (headings[0], *headings[0].parents))
    return [*(headings if alone else ()), main], Way.MAIN, place
