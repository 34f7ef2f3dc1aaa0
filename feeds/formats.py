"""Joins prepared entries into feeds. The shell of a feed is built as a tree; entries stand in it as they were rendered once.

Joining bytes is what makes a feed of a thousand entries cost a fraction of a millisecond. It is safe because each fragment is one
whole element, serialised by lxml (or one JSON object), and the shell is cut at its own last closing tag.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from feeds import labels, times
from feeds.entries import ATOM, rfc822, tag_uri
from feeds.library import FeedFormat
from feeds.textual import clean
from tracker.models import SiteInfo

_XML: Final = b"<?xml version='1.0' encoding='utf-8'?>\n"
_GENERATOR: Final = "duma-tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says about itself. `name` is its path under ``/feeds/`` without the extension; `page` the path of its page."""

    name: str
    title: str
    description: str
    page: str
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One feed format. `join` takes the head, the fragments (newest first), and the site."""

    media_type: str
    label: str
    join: Callable[[FeedHead, Sequence[bytes], SiteInfo], bytes]

    @property
    def content_type(self) -> str:
        """The header that is sent."""
        return f"{self.media_type}; charset=utf-8"


def epoch(info: SiteInfo) -> datetime:
    """The date of a feed without entries: stable, so that 304 works before the first event."""
    return datetime(info.year, 1, 1, tzinfo=UTC)


def feed_title(head: FeedHead, info: SiteInfo) -> str:
    """The title that a reader's list shows; invented feeds say so first."""
    mark = f"{labels.DEMO.ru}. " if info.invented and not head.title.startswith(labels.DEMO.ru) else ""
    return clean(f"{mark}{head.title} — {info.title}")


def _self_url(head: FeedHead, info: SiteInfo, extension: str) -> str:
    return f"{info.base_url}/feeds/{head.name}.{extension}"


def _page_url(head: FeedHead, info: SiteInfo) -> str:
    return f"{info.base_url}{head.page}"


def join_atom(head: FeedHead, fragments: Sequence[bytes], info: SiteInfo) -> bytes:
    """Atom (RFC 4287)."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "ru")

    def add(parent: etree._Element, name: str, text: str | None, **attributes: str) -> etree._Element:
        child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        child.text = text
        return child

    add(feed, "id", tag_uri(info, f"feed/{head.name}"))
    add(feed, "title", feed_title(head, info))
    add(feed, "subtitle", clean(head.description))
    add(feed, "updated", times.iso(head.updated))
    add(feed, "link", None, rel="self", type="application/atom+xml", href=_self_url(head, info, "atom"))
    add(feed, "link", None, rel="alternate", type="text/html", href=_page_url(head, info))
    add(add(feed, "author", None), "name", clean(info.title))
    add(feed, "generator", _GENERATOR)
    return _joined(feed, fragments, b"</feed>", head)


def join_rss(head: FeedHead, fragments: Sequence[bytes], info: SiteInfo) -> bytes:
    """RSS 2.0 with the Atom self link that its validators ask for."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM})
    channel = etree.SubElement(rss, "channel")
    etree.SubElement(channel, "title").text = feed_title(head, info)
    etree.SubElement(channel, "link").text = _page_url(head, info)
    etree.SubElement(channel, "description").text = clean(head.description)
    etree.SubElement(channel, "language").text = "ru"
    etree.SubElement(channel, "lastBuildDate").text = rfc822(head.updated)
    etree.SubElement(channel, "generator").text = _GENERATOR
    etree.SubElement(channel, "ttl").text = "30"
    etree.SubElement(
        channel,
        f"{{{ATOM}}}link",
        {"rel": "self", "type": "application/rss+xml", "href": _self_url(head, info, "rss")},
    )
    return _joined(rss, fragments, b"</channel></rss>", head)


def _joined(root: etree._Element, fragments: Sequence[bytes], closing: bytes, head: FeedHead) -> bytes:
    # A stylesheet makes a feed that was opened in a browser readable; scripts and XSLT have no place here.
    # Its address is relative, as everywhere on the site: a published folder works from any place.
    href = "../" * (head.name.count("/") + 1) + "static/feed.css"
    style = etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{href}"')
    shell = etree.tostring(root, encoding="utf-8")
    opening = shell[: -len(closing)]
    return b"".join(
        [
            _XML,
            etree.tostring(style),
            b"\n",
            opening,
            b"\n",
            *(fragment + b"\n" for fragment in fragments),
            closing,
            b"\n",
        ]
    )


def join_json(head: FeedHead, fragments: Sequence[bytes], info: SiteInfo) -> bytes:
    """JSON Feed 1.1."""
    shell = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_title(head, info),
        "description": clean(head.description),
        "home_page_url": _page_url(head, info),
        "feed_url": _self_url(head, info, "json"),
        "language": "ru",
        "authors": [{"name": clean(info.title), "url": f"{info.base_url}/about"}],
        "items": [],
    }
    opening = json.dumps(shell, ensure_ascii=False).encode().removesuffix(b"]}")
    rest = (piece for fragment in fragments[1:] for piece in (b",\n", fragment))
    return b"".join([opening, *fragments[:1], *rest, b"]}\n"])


FORMATS: Final[dict[FeedFormat, Format]] = {
    "atom": Format(media_type="application/atom+xml", label="Atom", join=join_atom),
    "rss": Format(media_type="application/rss+xml", label="RSS", join=join_rss),
    "json": Format(media_type="application/feed+json", label="JSON Feed", join=join_json),
}
