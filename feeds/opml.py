"""The list of feeds as OPML 2.0: one file that a reader imports whole."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from feeds import channels
from feeds.entries import rfc822
from feeds.formats import epoch, feed_url, page_url
from feeds.languages import Speech
from feeds.library import Library
from feeds.textual import bounded, clean
from tracker.models import Language, SiteInfo


def render(library: Library, info: SiteInfo, language: Language) -> tuple[bytes, datetime]:
    """The list, and when the newest event behind it was seen. Atom is listed: it is the canonical format."""
    say = Speech(language)
    newest = library.events(limit=1)
    modified = newest[0].observed_at if newest else epoch(info)
    root = etree.Element("opml", {"version": "2.0"})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(info.title)
    etree.SubElement(head, "dateModified").text = rfc822(modified)
    body = etree.SubElement(root, "body")
    groups: dict[str, list[channels.Channel]] = {}
    for feed in channels.channels(library, language=language, own=info.topic_names):
        kind = feed.name.partition("/")[0]
        groups.setdefault(
            kind if kind in {"topics", "sources"} else "documents" if "/" in feed.name else "main", []
        ).append(feed)
    names = {
        "main": clean(info.title),
        "topics": say("По темам"),
        "sources": say("По источникам"),
        "documents": say("По документам"),
    }
    for group, feeds in groups.items():
        outer = etree.SubElement(body, "outline", {"text": names[group]})
        for feed in feeds:
            etree.SubElement(
                outer,
                "outline",
                {
                    "type": "rss",  # OPML calls every feed so, whatever its format
                    "text": bounded(clean(feed.title)).strip() or feed.name,
                    "description": bounded(clean(feed.description)),
                    "xmlUrl": feed_url(feed.name, info, "atom", language),
                    "htmlUrl": page_url(feed.page, info, language),
                    "language": language,
                },
            )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True), modified
