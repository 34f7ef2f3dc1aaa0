"""One way of making a feed of given entries, measured: run by `bench/feeds.py` with the Python of that peer's own environment.

Usage: python feed_peers.py PEER ENTRIES.json RUNS    (prints one JSON object: ms, the best of the runs, and the size)

Start-up, imports and the reading of the entries are over before the clock starts; the bytes of an Atom feed are out when it
stops. Nothing but the standard library is imported here, except by the peer that is asked for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

ATOM = "http://www.w3.org/2005/Atom"


def feedgen(entries: list[dict[str, Any]]) -> bytes:
    """As its documentation shows it."""
    feed = import_module("feedgen.feed").FeedGenerator()
    feed.id("tag:bench.example,2099:feed/all")
    feed.title("Bench")
    feed.subtitle("Bench")
    feed.author({"name": "Bench"})
    feed.link(href="https://bench.example/feeds/all.atom", rel="self")
    for entry in entries:
        made = feed.add_entry(order="append")
        made.id(entry["id"])
        made.title(entry["title"])
        made.link(href=entry["url"])
        made.published(entry["moment"])
        made.updated(entry["moment"])
        for term in entry["tags"]:
            made.category(term=term)
        made.summary(entry["summary"])
        made.content(entry["content"], type="html")
    body: bytes = feed.atom_str()
    return body


def lxml(entries: list[dict[str, Any]]) -> bytes:
    """The whole feed as a tree, each time."""
    etree = import_module("lxml.etree")

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        child.text = text
        return child

    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    add(feed, "id", "tag:bench.example,2099:feed/all")
    add(feed, "title", "Bench")
    add(feed, "subtitle", "Bench")
    add(feed, "updated", entries[0]["moment"].isoformat())
    add(feed, "link", rel="self", href="https://bench.example/feeds/all.atom")
    add(add(feed, "author"), "name", "Bench")
    for entry in entries:
        made = add(feed, "entry")
        add(made, "id", entry["id"])
        add(made, "title", entry["title"])
        add(made, "link", href=entry["url"])
        add(made, "published", entry["moment"].isoformat())
        add(made, "updated", entry["moment"].isoformat())
        for term in entry["tags"]:
            add(made, "category", term=term)
        add(made, "summary", entry["summary"])
        add(made, "content", entry["content"], type="html")
    body: bytes = etree.tostring(feed, xml_declaration=True, encoding="utf-8")
    return body


PEERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {"feedgen": feedgen, "lxml": lxml}


def main(peer: str, path: str, runs: str) -> None:
    entries = json.loads(Path(path).read_text(encoding="utf-8"))
    for entry in entries:
        entry["moment"] = datetime.fromisoformat(entry["moment"])
    took, size, count = [], 0, 0
    for _ in range(int(runs)):
        started = time.perf_counter()
        body = PEERS[peer](entries)
        took.append(time.perf_counter() - started)
        size, count = len(body), body.count(b"<entry")
    if count != len(entries):
        raise SystemExit(f"{count} entries in the feed instead of {len(entries)}")
    print(json.dumps({"ms": min(took) * 1000, "size": size}))


if __name__ == "__main__":
    main(*sys.argv[1:])
