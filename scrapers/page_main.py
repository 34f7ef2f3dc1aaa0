"""Where the main text of a page stands: the element that holds it, and a CSS selector that finds it again.

The library trafilatura judges what of a page is text and what is boilerplate. It judges well and writes badly: it glues a
raised number to the one before it (статья 22¹ becomes 221), drops lists and short paragraphs, and the paragraphs it keeps
may be others tomorrow, when a neighbouring list has moved. So its text is never used. It only says *where*: the smallest
element that holds every line it kept becomes the place of the text, and all of that element is read by our own writer.

Checks of our own: headings of law (Статья 5, Приложение № 1) belong to the text wherever they stand; a place that leaves
out more than a third of the page's prose is not believed, and the page is then read whole.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from lxml import etree

from scrapers.page_writer import BLOCKS, DROPPED

_INLINE: Final = frozenset({"hi", "ref", "del"})  # of trafilatura's own markup
_NO_LETTER: Final = re.compile(r"[\W_]+")
_SENTENCE: Final = 15  # letters; shorter lines (a number in a cell, a button) stand in many places of a page
_UNIT: Final = re.compile(r"\s*(?:Статья|Глава|Раздел|Приложение|Параграф)\s+(?:№\s*)?[\dIVXLCМХ]+\b")
_CONTAINERS: Final = frozenset({"article", "blockquote", "body", "center", "div", "form", "main", "section", "td"})
_EVERYTHING: Final = frozenset({"html", "body", "[document]"})
_NAMES: Final = frozenset({"article", "body", "html", "main"})
_DEEPEST: Final = 200  # levels of markup; trafilatura recurses


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the page: the block element that it stands in, its letters and digits, how many of them are in links."""

    owner: Tag
    text: str
    letters: str
    linked: int

    @property
    def is_prose(self) -> bool:
        return len(self.letters) >= _SENTENCE and 2 * self.linked < len(self.letters)


def find_main(soup: BeautifulSoup) -> Tag | None:
    """The element that holds the main text; None when none can be told from the page as a whole."""
    lines = list(_lines(soup))
    kept = _kept_letters(str(soup)) if _depth(soup) <= _DEEPEST else frozenset()
    times = Counter(line.letters for line in lines)
    found = [
        line for line in lines if len(line.letters) >= _SENTENCE and line.letters in kept and times[line.letters] == 1
    ]
    if not found:
        return None
    units = [line for line in lines if _UNIT.match(line.text) and 2 * line.linked < len(line.letters)]
    place = _common([line.owner for line in (*found, *units)])
    if place is None or place.name in _EVERYTHING:
        return None
    inside = {id(place), *(id(tag) for tag in place.find_all(True))}
    prose = [(id(line.owner) in inside, len(line.letters)) for line in lines if line.is_prose]
    within = sum(size for held, size in prose if held)
    return place if 3 * within >= 2 * sum(size for _, size in prose) else None


def lines_outside(soup: BeautifulSoup, places: Sequence[Tag]) -> int:
    """How many lines of the page stand in none of the places."""
    inside = {id(tag) for place in places for tag in (place, *place.find_all(True))}
    return sum(bool(line.letters) and id(line.owner) not in inside for line in _lines(soup))


def selector_of(tag: Tag, soup: BeautifulSoup) -> str:
    """A CSS selector that finds this element and no other.

    It hangs on the nearest name (an id, a class, `main`) that tells the element apart; below the name it counts siblings.
    """
    steps: list[str] = []
    node: Tag | None = tag
    while node is not None and node.name != "[document]":
        step = _named(node)
        selector = " > ".join([step, *steps])
        if step != node.name or node.name in _NAMES:
            found = soup.select(selector, limit=2)
            if len(found) == 1 and found[0] is tag:  # elements that are alike count as equal
                return selector
        nth = 1 + sum(isinstance(each, Tag) and each.name == node.name for each in node.previous_siblings)
        alone = node.parent is None or len(node.parent.find_all(node.name, recursive=False)) == 1
        steps.insert(0, step if alone else f"{step}:nth-of-type({nth})")
        node = node.parent
    return " > ".join(steps)


def _named(tag: Tag) -> str:
    if tag.get("id"):
        return f"{soupsieve.escape(tag.name)}#{soupsieve.escape(str(tag['id']))}"
    classes = [str(name) for name in tag.get_attribute_list("class") if name]
    return soupsieve.escape(tag.name) + "".join(f".{soupsieve.escape(name)}" for name in classes)


def _common(tags: Sequence[Tag]) -> Tag | None:
    """The smallest container that holds all these elements; the article around it, when there is one."""
    shared = _chain(tags[0])
    for tag in tags[1:]:
        chain = _chain(tag)
        length = next(
            (place for place, pair in enumerate(zip(shared, chain, strict=False)) if pair[0] is not pair[1]),
            min(len(shared), len(chain)),
        )
        del shared[length:]
    article = next((tag for tag in reversed(shared) if tag.name == "article"), None)
    return article or next((tag for tag in reversed(shared) if tag.name in _CONTAINERS), None)


def _chain(tag: Tag) -> list[Tag]:
    """The element with everything around it, outermost first."""
    return [*reversed(list(tag.parents)), tag]


def _lines(root: Tag) -> Iterator[_Line]:
    """The lines of a page, cut as a browser cuts them: at block elements and at `<br>`."""
    owners, links = [root], 0
    parts: list[str] = []
    linked: list[str] = []

    def finished() -> Iterator[_Line]:
        text = "".join(parts)
        if text.strip():
            yield _Line(owner=owners[-1], text=text, letters=_letters(text), linked=len(_letters("".join(linked))))
        parts.clear()
        linked.clear()

    stack: list[tuple[PageElement, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if isinstance(node, Tag):
            if node.name in DROPPED:
                continue
            if node.name in BLOCKS or node.name == "br":
                yield from finished()
            if done:
                if node.name in BLOCKS:
                    owners.pop()
                links -= node.name == "a"
                continue
            if node.name in BLOCKS:
                owners.append(node)
            links += node.name == "a"
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            parts.append(str(node))
            if links:
                linked.append(str(node))
    yield from finished()


def _letters(text: str) -> str:
    """What two programs that treat spaces, signs and accents differently agree upon."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFC", text))


def _depth(soup: BeautifulSoup) -> int:
    """How deep the markup nests."""
    deepest, depth = 0, {id(soup): 0}
    for tag in soup.find_all(True):
        depth[id(tag)] = depth[id(tag.parent)] + 1
        deepest = max(deepest, depth[id(tag)])
    return deepest


def _kept_letters(markup: str) -> frozenset[str]:
    """The lines that trafilatura takes for text. It is asked for everything that makes two calls alike: no deduplication."""
    import trafilatura  # noqa: PLC0415 - 0.1 s and 12 MB, needed only by whoever follows a page without a selector

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it complains of pages; we say so ourselves
    try:
        found = trafilatura.bare_extraction(
            markup, include_comments=False, include_tables=True, deduplicate=False, with_metadata=False
        )
    except Exception:  # noqa: BLE001 - a fault of the library on strange markup must not cost the page: it is read whole
        return frozenset()
    body = getattr(found, "body", None)
    if body is None:
        return frozenset()
    lines: list[list[str]] = [[]]
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if element.tag not in _INLINE:
            lines.append([])
        lines[-1].append((element.text if event == "start" else element.tail) or "")
    return frozenset(filter(None, (_letters("".join(parts)) for parts in lines)))
