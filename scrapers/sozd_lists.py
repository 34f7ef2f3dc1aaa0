"""Lists of bills on sozd.duma.gov.ru: results of a search, and the calendar of registrations.

No genuine capture of such a page was ever seen. What is known comes from independent readers of the site: rows of
`table.tbl_search_results` (number, title, comment, day of introduction, initiators, last event and its day), anchors
`a.calen_num` in the calendar, a total in `span.col_oz`, `div.not_date_ic` when nothing was found. Any link to a bill makes a
row; what stands beside it is taken where it is recognised and left empty where it is not.
"""

from __future__ import annotations

import re
from typing import Final

from lxml.etree import _Element as Element

from scrapers.sozd_markup import (
    BILL_NUMBER,
    document_id,
    first_with_class,
    has_class,
    named_bill,
    russian_date,
    squeezed,
    tooltip,
    with_class,
)
from tracker.models import Item

_TOTAL: Final = re.compile(r"\(?\s*([0-9][0-9\s]*)\)?")
_EVENT: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\s+\S")
_LEADING_NUMBER: Final = re.compile(
    rf"^(?:(?:законопроект|проект)\s+)?№?\s*{BILL_NUMBER.pattern}[\s.:,-]*", re.IGNORECASE
)
_MORE: Final = re.compile(r"\s*(?:Показать еще\s*[0-9]*|Скрыть)\s*")
# The site's own words for the state of a bill.
_STATES: Final = ("Снят с рассмотрения", "В архиве", "На рассмотрении")
_CONTAINERS: Final = frozenset({"div", "li", "p", "td", "tr", "dd", "h3", "h4", "h5"})
_CLIMB: Final = 4  # anchor -> cell -> row is the most that a calendar needs


def says_empty(root: Element) -> bool:
    """Whether the page says in its own markup that nothing was found."""
    return first_with_class(root, "div", "not_date_ic") is not None


def claimed_total(root: Element) -> int | None:
    """How many bills a list claims over all its pages; None when no counter, or none of several, is that of bills."""
    counters = list(with_class(root, "span", "col_oz"))
    if len(counters) > 1:  # one per kind of object: bills are behind the tab "b"
        counters = [counter for counter in counters if _tab_of(counter).endswith("tab_b")]
    found = _TOTAL.search(squeezed(counters[0])) if len(counters) == 1 else None
    return int("".join(found[1].split())) if found else None


def read_items(root: Element, base_url: str) -> tuple[Item, ...]:
    """Every bill that the page links, once, in page order."""
    items: dict[str, Item] = {}
    for link in root.iter("a"):
        href = link.get("href") or ""
        number = named_bill(href)
        if number is None or href.rstrip("/").endswith("/rss"):
            continue
        row = _table_row(link)
        item = _loose_item(link, number, base_url) if row is None else _row_item(row, number, base_url)
        known = items.get(number)
        if known is None or (item.title and not known.title):
            items[number] = item
    return tuple(items.values())


def split_comment(text: str) -> tuple[str, str]:
    """A title and the comment in brackets that ends it, without its brackets."""
    if text.endswith(")"):
        depth = 0
        for place in range(len(text) - 1, -1, -1):
            depth += (text[place] == ")") - (text[place] == "(")
            if depth == 0:
                return text[:place].rstrip(), text[place + 1 : -1].strip()
    return text, ""


def _tab_of(counter: Element) -> str:
    return next((str(link.get("href") or "") for link in counter.iterancestors("a")), "")


def _table_row(link: Element) -> Element | None:
    """The row of a result table around a link, None outside of one."""
    row = next(link.iterancestors("tr"), None)
    table = next(link.iterancestors("table"), None)
    return row if table is not None and has_class(table, "tbl_search_results") else None


def _row_item(row: Element, number: str, base_url: str) -> Item:
    """A row of results. Columns go by what they hold: the order was reported, never seen."""
    described = first_with_class(row, "div", "o_txt")
    heading = None if described is None else first_with_class(described, "div", "fw500")
    title = squeezed(heading) if heading is not None else squeezed(described)
    rest = squeezed(described).removeprefix(title).strip() if heading is not None else ""
    title, comment = (title, _unbracketed(rest)) if rest else split_comment(title)
    cells = [squeezed(cell) for cell in row.iterchildren("td")][2:]
    dates = [day for cell in cells if len(cell) <= 16 and (day := russian_date(cell))]
    event = next((cell for cell in cells if _EVENT.match(cell)), "")
    initiators = next((_MORE.sub(" ", cell).strip() for cell in cells if cell != event and _wordy(cell)), "")
    whole = squeezed(row)
    fields = {
        "initiators": initiators,
        "last_event": event,
        "last_event_date": dates[-1] if event and len(dates) > 1 else "",
        "status": next((state for state in _STATES if state in whole), ""),
    }
    return _item(number, base_url, date=dates[0] if dates else None, title=title, comment=comment, fields=fields)


def _loose_item(link: Element, number: str, base_url: str) -> Item:
    """A bill outside a result table: its words are those of the link, of its tooltip, or of the smallest block of its own."""
    words = _without_number(squeezed(link)) or _without_number(tooltip(link)) or _neighbouring(link, number)
    title, comment = split_comment(words)
    return _item(number, base_url, date=None, title=title, comment=comment, fields={})


def _item(number: str, base_url: str, *, date: str | None, title: str, comment: str, fields: dict[str, str]) -> Item:
    return Item(
        id=document_id(number),
        native_id=number,
        kind="bill",
        number=number,
        date=date,
        title=title,
        comment=comment,
        url=f"{base_url}/bill/{number}",
        fields={name: value for name, value in fields.items() if value},
    )


def _neighbouring(link: Element, number: str) -> str:
    """The words around a bare number, as long as they are about this bill alone."""
    block = link.getparent()
    for _ in range(_CLIMB):
        if block is None or block.tag not in _CONTAINERS:
            return ""
        if any(named_bill(other.get("href") or "") not in {None, number} for other in block.iter("a")):
            return ""
        words = _without_number(squeezed(block))
        if _wordy(words):
            return words
        block = block.getparent()
    return ""


def _without_number(text: str) -> str:
    return _LEADING_NUMBER.sub("", text).strip()


def _unbracketed(text: str) -> str:
    title, comment = split_comment(text)
    return comment if comment and not title else text


def _wordy(text: str) -> bool:
    """More than a number, a date or a mark."""
    return sum(character.isalpha() for character in text) > 8
