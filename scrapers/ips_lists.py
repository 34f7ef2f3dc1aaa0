"""The frames of IPS that list something: the editions of a document, and the rows that a search found."""

from __future__ import annotations

import re
from typing import Final

from lxml.etree import _Element as Element

from scrapers.ips_markup import MarkupError, asked, squeezed
from scrapers.ips_names import name_in
from scrapers.titles import day_of
from tracker.models import EditionRef, Item

_VALUE: Final = re.compile(r"(\d+),(\d+)")
_NOT_READY: Final = "не готова"
_LABEL_NUMBER: Final = re.compile(r"\s*(\d+)\s*-")
_AMENDING: Final = re.compile(r"от\s+(\d\d\.\d\d\.\d{4})\s+№\s*(\S+)")


def read_editions(shell: Element) -> tuple[str, tuple[EditionRef, ...]]:
    """The document's `nd` and its editions, in the order of the list, which is neither dense nor chronological.

    An edition that is announced and has no text yet (`n`, «не готова») is not available. A document without the list has
    the one edition that the frame of the text shows; that was never seen genuine.
    """
    select = next((each for each in shell.iter("select") if each.get("name") == "doc_editions"), None)
    if select is None:
        return _framed(shell)
    options = list(select.iter("option"))
    pairs = [_VALUE.fullmatch((option.get("value") or "").strip()) for option in options]
    natives = {pair[2] for pair in pairs if pair}
    if len(natives) != 1:
        raise MarkupError("the number of the document in its list of editions (select[name=doc_editions])")
    editions = tuple(
        _edition(option, pair and pair[1], sole=len(options) == 1) for option, pair in zip(options, pairs, strict=True)
    )
    if sum(edition.current for edition in editions) != 1:
        raise MarkupError("which edition is the current one (option[selected])")
    return natives.pop(), editions


def _edition(option: Element, rdk: str | None, *, sole: bool) -> EditionRef:
    label = squeezed(option)
    if rdk is None:
        numbered = _LABEL_NUMBER.match(label)
        if numbered is None:
            raise MarkupError(f"the number of the edition {label[:60]!r}")
        number, available = numbered[1], False
    else:
        number, available = rdk, _NOT_READY not in label
    amending = _AMENDING.search(label)
    return EditionRef(
        id=f"rdk-{number}",
        label=label,
        current=sole or option.get("selected") is not None,
        available=available,
        date=day_of(amending[1]) if amending else None,
        act=amending[2] if amending else "",
    )


def _framed(shell: Element) -> tuple[str, tuple[EditionRef, ...]]:
    frame = next((each for each in shell.iter("iframe") if each.get("id") == "list"), None)
    source = "" if frame is None else frame.get("src") or ""
    nd, rdk = asked(source, "nd"), asked(source, "rdk")
    if not nd or not rdk:
        raise MarkupError("the list of editions (select[name=doc_editions])")
    return nd, (EditionRef(id=f"rdk-{rdk}", label="", current=True, available=True),)


def read_rows(page: Element, base: str) -> tuple[Item, ...]:
    """The rows of a search, at least one: a search without hits has no page. `base` makes the address of each document."""
    tables = [table for table in page.iter("table") if "list_elem" in (table.get("class") or "").split()]
    if not tables:
        raise MarkupError("any row of the search (table.list_elem)")
    return tuple(_row(table, base) for table in tables)


def _row(table: Element, base: str) -> Item:
    link = next((a for a in table.iter("a") if "docbody" in (a.get("href") or "") and squeezed(a)), None)
    nd = "" if link is None else asked(link.get("href") or "", "nd")
    if link is None or not nd:
        raise MarkupError("the link to the document in a row (table.list_elem a[href])")
    name = squeezed(link)
    named = name_in(name)
    spans = {(span.get("class") or ""): span for span in reversed(list(table.iter("span")))}
    fields = {"name": name, "status": squeezed(spans.get("tiny_italic_bold"))}
    return Item(
        id=named.id,
        native_id=nd,
        kind=named.kind,
        number=named.number,
        date=named.date,
        title=squeezed(spans.get("bold")),
        comment="",
        url=f"{base}/?docbody=&nd={nd}",
        fields={key: value for key, value in fields.items() if value},
    )
