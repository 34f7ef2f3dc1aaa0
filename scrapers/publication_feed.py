"""The portal's RSS (`/api/rss`) as records of the same shape as those of its JSON.

No genuine answer was ever seen. What is known is reported by readers of the feed: RSS 2.0, flat `<item>` with `<title>` (the
full name of the act), `<link>` (to its page) and `<pubDate>`, ``Tue, 04 Aug 2026 00:00:00 +03:00``: always midnight in Moscow.
The day is taken from the words: as a moment in UTC it is the day before, and libraries drop an offset with a colon in silence.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from tracker.errors import PageError
from tracker.models import Problem

_START: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<rss\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?<!\d)\d{16}(?!\d)")
_DAY: Final = re.compile(r"(?:[A-Z][a-z]{2},\s+)?(\d{1,2})\s+([A-Z][a-z]{2})[a-z]*\s+(\d{4})\b")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_feed(body: bytes) -> bool:
    """Whether a body begins as RSS."""
    return _START.match(body) is not None


def feed_records(body: bytes, url: str) -> list[dict[str, str]]:
    """The entries with the keys `eoNumber`, `publishDateShort` (``YYYY-MM-DD``) and `complexName`; what an entry lacks is empty.

    Raises PageError: TRUNCATED for half of a feed, LAYOUT_CHANGED for XML that is none.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        if b"</rss" not in body[-512:].lower():
            raise PageError(
                Problem.TRUNCATED, f"the RSS breaks off after {len(body)} bytes: fetch it again", url=url
            ) from error
        raise PageError(Problem.LAYOUT_CHANGED, "the RSS is not well-formed XML", url=url) from error
    if root.find("channel") is None:
        raise PageError(Problem.LAYOUT_CHANGED, "RSS without a channel: its layout changed", url=url)
    return [_record(entry) for entry in root.iter("item")]


def _record(entry: Element) -> dict[str, str]:
    said = {name: (entry.findtext(name) or "").strip() for name in ("title", "link", "guid", "pubDate")}
    number = _NUMBER.search(said["link"]) or _NUMBER.search(said["guid"])
    return {
        "eoNumber": number[0] if number else "",
        "publishDateShort": _day(said["pubDate"]),
        "complexName": re.sub(r"<br\s*/?>", "\n", said["title"]),
    }


def _day(words: str) -> str:
    found = _DAY.match(words)
    if not found or found[2] not in _MONTHS:
        return ""
    try:
        return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])).isoformat()
    except ValueError:
        return ""
