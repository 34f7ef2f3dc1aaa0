"""Lists of acts on kremlin.ru: pages of the bank, results of its search, the news of acts, and their Atom feed.

One entry of a list and the shape of the feed were seen genuine; that a bank entry carries its subject beside its name is what
independent readers of the site report. An entry that cannot be read becomes an item without keys whose `fault` says why.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.etree import _Element as Element

from scrapers.acts import act_id
from scrapers.kremlin_markup import squeezed
from scrapers.kremlin_text import identified
from tracker.errors import PageError
from tracker.models import Item, Problem

#: What the site says instead of a list when a search finds nothing.
EMPTY_RESULT: Final = "Искомая комбинация слов нигде не встречается"

_MOSCOW: Final = ZoneInfo("Europe/Moscow")
_PLACE: Final = re.compile(
    r"/(?:acts/bank|(?:[a-z-]+/)+(?P<news>news))/(?P<id>[0-9]{1,9})(?:/(?:print|page/[0-9]+))?/?"
)
_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def native_id(address: str) -> str:
    """The site's own key in an address: ``24154`` of the bank, ``news/80518`` of the news (another series), or nothing."""
    try:
        found = _PLACE.fullmatch(urlsplit(address).path)
    except ValueError:  # a host in brackets that is none
        return ""
    if not found:
        return ""
    return f"news/{found['id']}" if found["news"] else found["id"]


def read_entries(root: Element, base_url: str) -> tuple[Item, ...]:
    """Every entry of a list page, in page order."""
    rows = root.xpath(f"//*[{_classed('hentry')}][.//*[{_classed('hentry__title')}]]")
    return tuple(_entry(row, base_url) for row in rows)


def read_feed(body: bytes, base_url: str, url: str) -> tuple[Item, ...]:
    """Every entry of the Atom feed. Times come with an offset and become Moscow ones.

    Raises PageError: TRUNCATED for half of a feed, LAYOUT_CHANGED for XML that is none.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    where = url or "a saved page"
    try:
        root = etree.fromstring(body.strip(), parser)
    except etree.XMLSyntaxError as error:
        if b"</feed" not in body[-512:]:
            message = f"{where}: the end of the feed is missing (it was cut on its way); fetch it again"
            raise PageError(Problem.TRUNCATED, message, url=url) from error
        message = f"{where}: the feed is not well-formed XML; look at it"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=url) from error
    if root.tag != f"{_ATOM}feed":
        raise PageError(Problem.LAYOUT_CHANGED, f"{where}: XML that is no Atom feed; look at it", url=url)
    items = tuple(_feed_entry(entry, base_url) for entry in root.iter(f"{_ATOM}entry"))
    if items and all("fault" in item.fields for item in items):
        said = f"{where}: no entry of the feed can be read: {items[0].fields['fault']}"
        raise PageError(Problem.LAYOUT_CHANGED, said, url=url)
    return items


def _classed(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def _entry(row: Element, base_url: str) -> Item:
    link = next(iter(row.xpath(f".//*[{_classed('hentry__title')}]//a[@href]")), None)
    if link is None:
        return _item("", heading=squeezed(row), subject="", published=None, base_url=base_url)
    name = next(iter(link.xpath(f".//*[{_classed('entry-title')}]")), None)
    # In the bank the name is the link's own text, with the subject and the day in elements behind it.
    heading = squeezed(name) or " ".join((link.text or "").split()) or squeezed(link)
    subject = next(iter(row.xpath(f".//*[{_classed('hentry__meta_acts')}]")), None)
    told = next(iter(row.xpath(".//time/@datetime")), "")
    return _item(
        str(link.get("href")),
        heading=heading,
        subject=squeezed(subject),
        published=moment(str(told)),
        base_url=base_url,
    )


def _feed_entry(entry: Element, base_url: str) -> Item:
    links = [
        link.get("href") or "" for link in entry.iterfind(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate"
    ]
    addresses = [*links, (entry.findtext(f"{_ATOM}id") or "").strip()]
    return _item(
        next((address for address in addresses if native_id(address)), ""),
        heading=_plain(entry.findtext(f"{_ATOM}title")),
        subject=_plain(entry.findtext(f"{_ATOM}summary")),
        published=moment((entry.findtext(f"{_ATOM}published") or "").strip()),
        base_url=base_url,
    )


def _item(href: str, *, heading: str, subject: str, published: str | None, base_url: str) -> Item:
    key = native_id(href)
    act = identified(heading)
    fields = {
        "subject": subject,
        "complex_name": heading if act else "",
        "fault": "" if key else f"an entry without a link to an act: {heading[:80]!r}",
    }
    return Item(
        id=act_id(act.kind, "", act.date, act.number) if act and key else "",
        native_id=key,
        kind=act.kind if act else "",
        number=act.number if act else "",
        date=act.date if act else None,
        title=subject if act and subject else heading,
        comment="",
        url=f"{base_url}{urlsplit(href).path}" if key else "",
        published=published,
        fields={name: value for name, value in fields.items() if value},
    )


def _plain(markup: str | None) -> str:
    """The words of a piece of HTML that the feed carries as text; entities escaped twice are decoded too."""
    if not (markup or "").strip():
        return ""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return squeezed(etree.fromstring(f"<html><body>{markup}".encode(), parser))


def moment(value: str) -> str | None:
    """A day as it is, a moment as ISO with the offset of Moscow (a bare time is one of Moscow); None for anything else."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value).isoformat()
        found = datetime.fromisoformat(value)
        return (found.astimezone(_MOSCOW) if found.tzinfo else found.replace(tzinfo=_MOSCOW)).isoformat()
    except (ValueError, OverflowError):  # Moscow time reaches out of the calendar at its ends
        return None
