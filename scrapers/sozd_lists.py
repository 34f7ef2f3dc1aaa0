"""Lists of bills on sozd.duma.gov.ru: results of a search, and the calendar of registrations.

No genuine capture of such a page was ever seen. What is known comes from independent readers of the site: rows of
`table.tbl_search_results` (number, title, comment, day of introduction, initiators, last event and its day), one such table for
each kind of object; anchors `a.calen_num` in the calendar; `#obj_list` in 2018-19; a total in `span.col_oz`, and
`div.not_date_ic.m_lupa` when nothing was found. The layouts are tried in this order. Failing all of them, any link to a bill
makes an item that says so (`fields["found_by"]` is ``link``); a page that holds neither is refused, for it is no "no news".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

from lxml.etree import _Element as Element

from scrapers.sozd_markup import (
    BILL_NUMBER,
    class_names,
    document_id,
    first_with_class,
    has_class,
    named_bill,
    parsed,
    russian_date,
    split_comment,
    squeezed,
    tooltip,
    with_class,
)
from scrapers.sozd_refusals import fail, missing
from scrapers.sozd_trim import without_help
from scrapers.sozd_urls import NAME, base_of
from tracker.models import Item, PageKind, Problem, Reading

_TOTAL: Final = re.compile(r"\(?\s*([0-9][0-9\s]{0,12})\)?")
_EVENT: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\s+\S")
_LEADING_NUMBER: Final = re.compile(
    rf"^(?:(?:законопроект|проект)\s+)?№?\s*{BILL_NUMBER.pattern}[\s.:,-]*", re.IGNORECASE
)
_MORE: Final = re.compile(r"\s*(?:Показать\s+ещ[её](?:\s+[0-9]+)?|Скрыть)\s*")
# The site's own words for the state of a bill.
_STATES: Final = ("Снят с рассмотрения", "В архиве", "На рассмотрении")
_CONTAINERS: Final = frozenset({"div", "li", "p", "td", "tr", "dd", "h3", "h4", "h5"})
_CLIMB: Final = 4  # anchor -> cell -> row is the most that a calendar needs
_REGISTERED: Final = "1.1"
_PANE: Final = "data_source_tab_"  # one for each kind of object
_BILLS: Final = "b"
_DAYS: Final = re.compile(r"/calendar/b/(?:day|year)/([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})/1\.1")
_SLACK: Final = timedelta(days=31)  # letters and papers of a bill may be dated long before it is registered
_ENOUGH: Final = 3  # bills whose days say that the question was ignored; a list that ignored it holds ten and more


def read_list(body: bytes, url: str) -> Reading:
    """The bills of a list, in page order. PageError: LAYOUT_CHANGED, or UNFILTERED when it ignored the days in `url`."""
    root = parsed(without_help(body, b'href="/bill/'), url)
    items = read_items(root, base_of(url), empty=says_empty(root))
    total = claimed_total(root)
    if not items and (not says_empty(root) or total):
        missing(url, "any bill, and the notice that there are none (div.not_date_ic.m_lupa)")
    _refuse_unfiltered(items, url)
    return Reading(source=NAME, page=PageKind.LIST, items=items, total=total)


def says_empty(root: Element) -> bool:
    """Whether the page says in its own markup that nothing was found among the bills."""
    notices = (div for div in root.iter("div") if {"not_date_ic", "m_lupa"} <= class_names(div.get("class")))
    return any(_tab_around(notice) in {"", _BILLS} for notice in notices)


def claimed_total(root: Element) -> int | None:
    """How many bills a list claims over all its pages; None when no counter, or none of several, is that of bills."""
    counters = list(with_class(root, "span", "col_oz"))
    if len(counters) > 1:  # one per kind of object: bills are behind the tab "b"
        counters = [counter for counter in counters if _tab_of(counter).endswith(_PANE + _BILLS)]
    found = _TOTAL.search(squeezed(counters[0])) if len(counters) == 1 else None
    return int("".join(found[1].split())) if found else None


def read_items(root: Element, base_url: str, *, empty: bool = False) -> tuple[Item, ...]:
    """Every bill of the first layout that holds any, once, in page order.

    In a list that says it is `empty`, mere links are no bills of it.
    """
    for layout in (_rows, _calendar, _old_list):
        if items := _once(layout(root, base_url)):
            return items
    return () if empty else _once(_links(root, base_url))


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    """The first item of each number that has a title, else the first."""
    kept: dict[str, Item] = {}
    for item in items:
        known = kept.get(item.number)
        if known is None or (item.title and not known.title):
            kept[item.number] = item
    return tuple(kept.values())


# ---------------------------------------------------------------- layouts


def _rows(root: Element, base_url: str) -> Iterator[Item]:
    """Rows of the result tables: of the one of bills where the page tells them apart, else of those that link bills."""
    tables = list(with_class(root, "table", "tbl_search_results"))
    tabs = {_tab_around(table) for table in tables}
    for table in tables:
        if _BILLS in tabs and _tab_around(table) != _BILLS:
            continue
        for row in table.iter("tr"):
            number = _number_of(row)
            if number is not None:
                yield _row_item(row, number, base_url)


def _calendar(root: Element, base_url: str) -> Iterator[Item]:
    return (_loose_item(link, number, base_url) for link, number in _bill_links(root) if has_class(link, "calen_num"))


def _old_list(root: Element, base_url: str) -> Iterator[Item]:
    """The layout of 2018-19: a block for each bill, its number and date in spans."""
    blocks = next((element for element in root.iter("div", "ul") if element.get("id") == "obj_list"), None)
    for block in () if blocks is None else blocks:
        number = _number_of(block)
        if number is not None:
            yield _block_item(block, number, base_url)


def _links(root: Element, base_url: str) -> Iterator[Item]:
    return (_loose_item(link, number, base_url, found_by="link") for link, number in _bill_links(root))


def _bill_links(root: Element) -> Iterator[tuple[Element, str]]:
    for link in root.iter("a"):
        href = link.get("href") or ""
        number = named_bill(href)
        if number is not None and not href.rstrip("/").endswith("/rss"):
            yield link, number


def _number_of(block: Element) -> str | None:
    """The number of the bill that a row is about: of its link, else as its markup or its words give it."""
    linked = next((number for _, number in _bill_links(block)), None)
    if linked is not None:
        return linked
    for element in block.iter("tr", "div", "span"):
        opened = named_bill(element.get("data-clickopen") or "")
        given = (element.get("data-law_number") or "").strip()
        if has_class(element, "o_num"):
            given = squeezed(element).removeprefix("№").strip()
        if opened or BILL_NUMBER.fullmatch(given):
            return opened or given
    return None


# ---------------------------------------------------------------- items


def _row_item(row: Element, number: str, base_url: str) -> Item:
    """A row of results. Columns go by what they hold, and by standing before or behind the last event."""
    title, comment = _described(row)
    cells = [squeezed(cell) for cell in row.iterchildren("td")][2:]
    place = next((place for place, cell in enumerate(cells) if _EVENT.match(cell)), len(cells))
    event = cells[place] if place < len(cells) else ""
    initiators = next((cell for cell in cells[:place] if _wordy(cell)), "")
    fields = {
        "initiators": " ".join(_MORE.sub(" ", initiators).split()),
        "last_event": event,
        "last_event_date": _first_day(cells[place + 1 :]) or "",
        "status": _state(row),
    }
    return _item(number, base_url, date=_first_day(cells[:place]), title=title, comment=comment, fields=fields)


def _block_item(block: Element, number: str, base_url: str) -> Item:
    title, comment = _described(block)
    if not title:
        link = next((link for link, _ in _bill_links(block)), None)
        title, comment = split_comment(_without_number(squeezed(link)))
    day = russian_date(squeezed(first_with_class(block, "span", "o_date")))
    return _item(number, base_url, date=day, title=title, comment=comment, fields={"status": _state(block)})


def _loose_item(link: Element, number: str, base_url: str, *, found_by: str = "") -> Item:
    """A bill outside a result table: its words are those of the link, of its tooltip, or of the smallest block of its own."""
    words = _without_number(squeezed(link)) or _without_number(tooltip(link)) or _neighbouring(link, number)
    title, comment = split_comment(words)
    return _item(number, base_url, date=None, title=title, comment=comment, fields={"found_by": found_by})


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


def _described(block: Element) -> tuple[str, str]:
    """Title and comment of a row, from its `div.o_txt`."""
    described = first_with_class(block, "div", "o_txt")
    heading = None if described is None else first_with_class(described, "div", "fw500")
    if heading is None:
        return split_comment(squeezed(described))
    title = squeezed(heading)
    rest = squeezed(described).removeprefix(title).strip()
    return (title, _unbracketed(rest)) if rest else split_comment(title)


def _state(block: Element) -> str:
    """The state of a bill in the words beside its number; its title may hold the same words."""
    head = first_with_class(block, "div", "o_top")
    words = squeezed(head)
    return next((state for state in _STATES if state in words), "")


def _first_day(cells: list[str]) -> str | None:
    return next((day for cell in cells if len(cell) <= 16 and (day := russian_date(cell))), None)


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


# ---------------------------------------------------------------- what a list is about


def _tab_of(counter: Element) -> str:
    return next((str(link.get("href") or "") for link in counter.iterancestors("a")), "")


def _tab_around(element: Element) -> str:
    """``b`` inside the pane of bills, ``p`` inside that of draft resolutions; empty outside of such panes."""
    names = ((pane.get("id") or "").partition(_PANE) for pane in element.iterancestors())
    return next((kind for _, pane, kind in names if pane), "")


def _refuse_unfiltered(items: tuple[Item, ...], url: str) -> None:
    """A list of other days than were asked for is refused. Bills show it by their introduction, or by their last step."""
    asked = _days_asked(url)
    if asked is None:
        return
    step, since, until = asked
    if step == _REGISTERED:
        days = [item.date for item in items if item.date]
        answered, what = any(since <= day <= until for day in days), "introduced"
    else:  # the step asked for may have been followed by others, and none stands before it
        days = [day for item in items if (day := item.fields.get("last_event_date"))]
        answered, what = any(day >= since for day in days), "moved"
    if len(days) >= _ENOUGH and not answered:
        said = f"none of {len(days)} bills was {what} on the days asked for: the list ignored the question"
        fail(Problem.UNFILTERED, url, f"{said}; look at the page")


def _days_asked(url: str) -> tuple[str, str, str] | None:
    """The step that an address asks for and its days, those of registrations with slack; None when it asks for no days."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    step = query.get("b[ExistsEvents][]", [""])[0]
    first, _, last = query.get("b[ExistsEventsDate]", [""])[0].partition(" - ")
    since, until = russian_date(first), russian_date(last)
    if found := _DAYS.search(parts.path):
        step, (since, until) = _REGISTERED, found.groups()
    if not step or since is None or until is None:
        return None
    slack = _SLACK if step == _REGISTERED else timedelta(0)
    try:
        early, late = date.fromisoformat(since) - slack, date.fromisoformat(until) + slack
    except (ValueError, OverflowError):
        return None  # no days of any calendar: the site's affair
    return step, early.isoformat(), late.isoformat()


def _without_number(text: str) -> str:
    return _LEADING_NUMBER.sub("", text).strip()


def _unbracketed(text: str) -> str:
    title, comment = split_comment(text)
    return comment if comment and not title else text


def _wordy(text: str) -> bool:
    """More than a number, a date or a mark."""
    return sum(character.isalpha() for character in text) > 8
