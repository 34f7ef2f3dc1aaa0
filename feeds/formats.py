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
from urllib.parse import quote

from lxml import etree

from feeds import labels, times
from feeds.entries import ATOM, rfc822, tag_uri
from feeds.languages import Speech, prefix
from feeds.library import FeedFormat
from feeds.textual import bounded, clean
from tracker.models import Language, SiteInfo
from tracker.roots import Root

_XML: Final = b"<?xml version='1.0' encoding='utf-8'?>\n"
#: Feed Paging and Archiving (RFC 5005).
HISTORY: Final = "http://purl.org/syndication/history/1.0"
#: The element that carries the newest root of the ledger, and its name in a JSON Feed, where names of one's own begin so.
LEDGER: Final = "urn:duma-tracker:ledger:1"
JSON_ROOT: Final = "_ledger_root"
_GENERATOR: Final = "duma-tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says about itself. `name` is its path under ``/feeds/`` without the extension; `page` the path of its page.

    `is_archive` says that it will never change (RFC 5005); `previous`, `following` and `current` are the names of the archives
    beside it and of the living feed. `root` is the newest of the ledger: whoever keeps the feed can hold us to it.
    """

    name: str
    title: str
    description: str
    page: str
    updated: datetime
    language: Language = "ru"
    is_archive: bool = False
    previous: str | None = None
    following: str | None = None
    current: str | None = None
    root: Root | None = None


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
    demo = Speech(head.language).of(labels.DEMO)
    mark = f"{demo}. " if info.invented and not head.title.startswith(demo) else ""
    return clean(f"{mark}{bounded(head.title)} — {info.title}")


def feed_url(name: str, info: SiteInfo, extension: str, language: Language) -> str:
    """The address of a feed or of an archive, absolute."""
    return f"{info.base_url}{prefix(language)}/feeds/{quote(clean(name))}.{extension}"


def page_url(page: str, info: SiteInfo, language: Language) -> str:
    """The address of a page, absolute."""
    return info.base_url + (f"{prefix(language)}{quote(clean(page))}".removesuffix("/") or "/")


def _links(head: FeedHead, info: SiteInfo, extension: str) -> list[tuple[str, str]]:
    """(relation, address) of the pages of one feed (RFC 5005, section 4)."""
    beside = (("prev-archive", head.previous), ("next-archive", head.following), ("current", head.current))
    return [(rel, feed_url(name, info, extension, head.language)) for rel, name in beside if name]


def join_atom(head: FeedHead, fragments: Sequence[bytes], info: SiteInfo) -> bytes:
    """Atom (RFC 4287)."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "fh": HISTORY})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", head.language)

    def add(parent: etree._Element, name: str, text: str | None, **attributes: str) -> etree._Element:
        child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        child.text = text
        return child

    # All documents of one feed have its id (RFC 5005): an archive is not another feed.
    add(feed, "id", tag_uri(info, f"feed{prefix(head.language)}/{head.current or head.name}"))
    add(feed, "title", feed_title(head, info))
    add(feed, "subtitle", bounded(clean(head.description)))
    add(feed, "updated", times.iso(head.updated))
    own = feed_url(head.name, info, "atom", head.language)
    add(feed, "link", None, rel="self", type="application/atom+xml", href=own)
    for rel, href in _links(head, info, "atom"):
        add(feed, "link", None, rel=rel, type="application/atom+xml", href=href)
    add(feed, "link", None, rel="alternate", type="text/html", href=page_url(head.page, info, head.language))
    add(add(feed, "author", None), "name", clean(info.title))
    add(feed, "generator", _GENERATOR)
    _add_root(feed, head.root)
    if head.is_archive:
        etree.SubElement(feed, f"{{{HISTORY}}}archive")
    return _joined(feed, fragments, b"</feed>", head)


def join_rss(head: FeedHead, fragments: Sequence[bytes], info: SiteInfo) -> bytes:
    """RSS 2.0 with the Atom self link that its validators ask for."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "fh": HISTORY})
    channel = etree.SubElement(rss, "channel")
    etree.SubElement(channel, "title").text = feed_title(head, info)
    etree.SubElement(channel, "link").text = page_url(head.page, info, head.language)
    etree.SubElement(channel, "description").text = bounded(clean(head.description))
    etree.SubElement(channel, "language").text = head.language
    etree.SubElement(channel, "lastBuildDate").text = rfc822(head.updated)
    etree.SubElement(channel, "generator").text = _GENERATOR
    etree.SubElement(channel, "ttl").text = "30"
    own = feed_url(head.name, info, "rss", head.language)
    for rel, href in [("self", own), *_links(head, info, "rss")]:
        etree.SubElement(channel, f"{{{ATOM}}}link", {"rel": rel, "type": "application/rss+xml", "href": href})
    _add_root(channel, head.root)
    if head.is_archive:
        etree.SubElement(channel, f"{{{HISTORY}}}archive")
    return _joined(rss, fragments, b"</channel></rss>", head)


def _add_root(parent: etree._Element, root: Root | None) -> None:
    """Atom and RSS let in elements of other name spaces."""
    if root is not None:
        told = {name: str(value) for name, value in root.published.items()}
        etree.SubElement(parent, f"{{{LEDGER}}}root", told, nsmap={"ledger": LEDGER}).text = root.hash


def _joined(root: etree._Element, fragments: Sequence[bytes], closing: bytes, head: FeedHead) -> bytes:
    # A stylesheet makes a feed that was opened in a browser readable; scripts and XSLT have no place here.
    # Its address is relative, as everywhere on the site: a published folder works from any place.
    href = "../" * (head.name.count("/") + 1 + prefix(head.language).count("/")) + "static/feed.css"
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
    shell: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_title(head, info),
        "description": bounded(clean(head.description)),
        "home_page_url": page_url(head.page, info, head.language),
        "feed_url": feed_url(head.name, info, "json", head.language),
        "language": head.language,
        "authors": [{"name": clean(info.title), "url": f"{info.base_url}{prefix(head.language)}/about"}],
    }
    if head.previous:  # JSON Feed pages lead from the newest entries to the older ones
        shell["next_url"] = feed_url(head.previous, info, "json", head.language)
    if head.is_archive:
        shell["expired"] = True  # nothing will ever be added to it
    if head.root is not None:
        shell[JSON_ROOT] = head.root.published
    shell["items"] = []
    opening = json.dumps(shell, ensure_ascii=False).encode().removesuffix(b"]}")
    rest = (piece for fragment in fragments[1:] for piece in (b",\n", fragment))
    return b"".join([opening, *fragments[:1], *rest, b"]}\n"])


FORMATS: Final[dict[FeedFormat, Format]] = {
    "atom": Format(media_type="application/atom+xml", label="Atom", join=join_atom),
    "rss": Format(media_type="application/rss+xml", label="RSS", join=join_rss),
    "json": Format(media_type="application/feed+json", label="JSON Feed", join=join_json),
}
