"""How long a feed of a thousand entries takes: joined from entries that were rendered once, beside feedgen making it anew.

Usage: python bench/feeds.py [ENTRIES]

feedgen runs in an environment of its own, made with pip below the user's cache folder at the first run. Both write Atom with the
same titles, ids, links, dates and contents; best of several runs in a process of its own, imports excluded. Only the ratio within
one run means anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "duma-tracker-bench"
ENTRIES, RUNS = 1_000, 7

PEER = """
import json, sys, time
from feedgen.feed import FeedGenerator
rows = json.load(open(sys.argv[1]))
best = 1e9
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    feed = FeedGenerator()
    feed.id("tag:tracker.example,2026:feed/all")
    feed.title("All")
    feed.link(href="https://tracker.example/feeds/all.atom", rel="self")
    feed.author(name="Tracker")
    for row in rows:
        entry = feed.add_entry(order="append")
        entry.id(row["id"])
        entry.title(row["title"])
        entry.link(href=row["url"])
        entry.published(row["at"])
        entry.updated(row["at"])
        entry.summary(row["summary"])
        entry.content(row["content"], type="html")
    body = feed.atom_str()
    best = min(best, time.perf_counter() - started)
print(json.dumps({"ms": best * 1000, "bytes": len(body)}))
"""


def rows(count: int) -> list[dict[str, str]]:
    """Entries of the size that a changed clause has."""
    begun = datetime(2026, 5, 14, 11, 5, tzinfo=UTC)
    words = (
        "решение может быть принято, если со дня приобретения прошло не более <del>десяти</del> <ins>пяти</ins> лет; "
    )
    return [
        {
            "id": f"tag:tracker.example,2026:event/{number:020d}",
            "title": f"[Законопроект, принят во 2-м чтении] {number}-99: «десяти» → «пяти» лет, ст. 22 ч. 1 п. 2",
            "url": f"https://tracker.example/event/{number:020d}",
            "at": (begun - timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "summary": f"Законопроект {number}-99. Это проект, он не действует.",
            "content": f"<p>{words * 8}</p>",
        }
        for number in range(count)
    ]


def peer(path: Path) -> dict[str, float]:
    folder = CACHE / "feedgen"
    python = folder / "bin" / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "feedgen"], check=True, timeout=600)
        (folder / "ready").touch()
    done = subprocess.run([python, "-c", PEER, str(path), str(RUNS)], capture_output=True, check=True, timeout=600)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def ours(made: list[dict[str, str]], fmt: str) -> tuple[float, int]:
    """Join fragments that were rendered once, as the site does when something new was told."""
    from lxml import etree  # noqa: PLC0415 - after the peer, so that nothing of it is in its process

    from feeds.formats import FORMATS, FeedHead  # noqa: PLC0415
    from tracker.models import SiteInfo  # noqa: PLC0415

    def entry(row: dict[str, str]) -> bytes:
        element = etree.Element("{http://www.w3.org/2005/Atom}entry", nsmap={None: "http://www.w3.org/2005/Atom"})
        for name in ("id", "title", "published", "updated", "summary", "content"):
            key = "at" if name in {"published", "updated"} else name
            etree.SubElement(element, f"{{http://www.w3.org/2005/Atom}}{name}").text = row[key]
        return etree.tostring(element, encoding="utf-8")

    fragments = [entry(row) if fmt == "atom" else json.dumps(row, ensure_ascii=False).encode() for row in made]
    info = SiteInfo(title="Tracker", base_url="https://tracker.example", authority="tracker.example", year=2026)
    head = FeedHead(name="all", title="All", description="", page="/", updated=datetime(2026, 5, 14, tzinfo=UTC))
    best, size = float("inf"), 0
    for _ in range(RUNS * 20):
        started = time.perf_counter()
        size = len(FORMATS[fmt].join(head, fragments, info))  # type: ignore[index]
        best = min(best, time.perf_counter() - started)
    return best * 1000, size


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else ENTRIES
    made = rows(count)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.json"
        path.write_text(json.dumps(made))
        theirs = peer(path)
    sys.path.insert(0, str(ROOT))
    print(f"{count} entries\n\n| way | ms | bytes | ratio |\n|---|---|---|---|")
    print(f"| feedgen, Atom | {theirs['ms']:.1f} | {theirs['bytes']:,.0f} | 1 |")
    for fmt in ("atom", "rss", "json"):
        ms, size = ours(made, fmt)
        print(f"| duma-tracker, {fmt}, entries rendered before | {ms:.3f} | {size:,} | {theirs['ms'] / ms:.0f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
