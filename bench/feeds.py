"""A feed of 1,000 entries: joined from entries that were rendered once, and the same entries put together by other ways.

    python bench/feeds.py [--entries 1000]

The entries are rendered by this project, of invented events with a comparison each, and kept in a store; peers get their id,
title, address, times, categories, summary and HTML as data. What comes out is an Atom feed with all of them (our other formats
beside it). Each peer runs in a process of its own, feedgen in an environment of its own, which is made with pip below the user's
cache folder at the first run. Best of the runs, start-up excluded; only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from db.store import Store  # noqa: E402 - after the path is known
from feeds import channels  # noqa: E402 - the same
from feeds.formats import FORMATS, FeedHead  # noqa: E402 - the same
from feeds.library import FeedFormat  # noqa: E402 - the same
from feeds.site import Site  # noqa: E402 - the same
from tracker import publishing  # noqa: E402 - the same
from tracker.models import (  # noqa: E402 - the same
    Diff,
    Document,
    EventKind,
    Force,
    Level,
    Observation,
    Operation,
    SiteInfo,
    Status,
)
from tracker.payloads import Drafter  # noqa: E402 - the same

RUNNER = Path(__file__).with_name("feed_peers.py")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "duma-tracker-bench"
RUNS, BATCH = 20, 100
START = datetime(2099, 1, 1, 6, 0, tzinfo=UTC)
INFO = SiteInfo(
    title="Bench", base_url="https://bench.example", authority="bench.example", year=2099, invented=True, live=True
)
BILL = Document(
    id="bill/100001-99",
    kind="bill",
    number="100001-99",
    date=None,
    title="О внесении изменений в статью 22 Федерального закона «О вымышленном гражданстве»",
    status=Status.FIRST_READING,
    force=Force.DRAFT,
    topics=("citizenship",),
    invented=True,
)
WORDS = "вымышленное гражданство прекращается по решению вымышленного органа в порядке, который установлен настоящей статьёй"


def comparison(number: int) -> Diff:
    """Three units, of which each says another number of days."""
    rows = [
        Operation(
            ops=("modified",),
            old_path=f"st-22.ch-1.p-{unit}",
            new_path=f"st-22.ch-1.p-{unit}",
            old_address=f"ст. 22 ч. 1 п. {unit}",
            new_address=f"ст. 22 ч. 1 п. {unit}",
            old_text=f"{unit}) {WORDS} в течение {number} дней;",
            new_text=f"{unit}) {WORDS} в течение {number + 1} дней;",
            spans=(("=", f"{unit}) {WORDS} в течение "), ("-", str(number)), ("+", str(number + 1)), ("=", " дней;")),
        )
        for unit in (1, 2, 3)
    ]
    return Diff(same=False, operations=tuple(rows))


def fill(store: Store, count: int) -> None:
    """Events about one bill, an hour apart, each with its comparison; their entries are rendered."""
    drafter = Drafter(document=BILL, source="sozd", silent_before=None)
    for number in range(count):
        draft = drafter.draft(
            EventKind.TEXT_CHANGED,
            key=str(number),
            level=Level.MAJOR,
            payload={"part": "text", "edition": "introduced", "readable": True},
            diff=comparison(number),
        )
        store.record(
            Observation(observed_at=START + timedelta(hours=number), document=BILL, events=(draft,)),
        )
    publishing.render_entries(store, Site(store, INFO))


def best(work: Callable[[], bytes]) -> tuple[float, int]:
    """The best time in milliseconds, and the size of what was made."""
    took, size = [], 0
    for _ in range(RUNS):
        started = time.perf_counter()
        size = len(work())
        took.append(time.perf_counter() - started)
    return min(took) * 1000, size


def python_of(peer: str) -> Path | None:
    """The interpreter of a peer's environment; made at the first run. None when it cannot be installed."""
    if peer == "lxml":
        return Path(sys.executable)
    folder = CACHE / peer
    python = folder / "bin" / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", peer]
        done = subprocess.run(command, capture_output=True, check=False, timeout=600)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            print(f"{peer} could not be installed and is left out: {' '.join(reason)}")
            return None
        (folder / "ready").touch()
    return python


def measured(peer: str, path: Path) -> tuple[float, int] | None:
    """The figures of a peer; None when it cannot be measured."""
    python = python_of(peer)
    if python is None:
        return None
    command = [str(part) for part in (python, RUNNER, peer, path, RUNS)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=300)
    found = json.loads(done.stdout)
    return found["ms"], found["size"]


def as_data(rows: list[bytes]) -> str:
    """Prepared JSON Feed items as what a peer is given, as JSON."""
    items = [json.loads(row) for row in rows]
    names = {"id": "id", "url": "url", "title": "title", "summary": "summary", "content": "content_html"}
    names |= {"tags": "tags", "moment": "date_published"}
    return json.dumps([{name: item[key] for name, key in names.items()} for item in items])


def figures(count: int) -> Iterator[tuple[str, tuple[float, int] | None]]:
    """What is measured -> milliseconds and bytes; None for a peer that cannot be installed."""
    feed = channels.main()[1]
    head = FeedHead(name=feed.name, title=feed.title, description=feed.description, page=feed.page, updated=START)

    def joined(entries: list[bytes], fmt: FeedFormat = "atom") -> bytes:
        return FORMATS[fmt].join(head, entries, INFO)

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), clock=lambda: START) as store:

        def entries(fmt: FeedFormat) -> list[bytes]:
            return [entry for _, entry in channels.rows(feed, fmt, store, count)]

        fill(store, count)
        data = Path(folder) / "entries.json"
        data.write_text(as_data(entries("json")), encoding="utf-8")
        yield "feedgen", measured("feedgen", data)
        yield "lxml, the whole tree each time", measured("lxml", data)
        yield "duma-tracker, read from the store and joined", best(lambda: joined(entries("atom")))
        for fmt, form in FORMATS.items():
            work = partial(joined, entries(fmt), fmt)
            yield f"duma-tracker, prepared entries joined: {form.label}", best(work)


def main() -> int:
    parser = argparse.ArgumentParser(description="A feed of many entries, made in several ways.")
    parser.add_argument("--entries", type=int, default=1000)
    count = parser.parse_args().entries
    found = dict(figures(count))
    print(f"{platform.python_implementation()} {platform.python_version()}, {count:,} entries, Atom unless named\n")
    print("| way | ms | kB | times quicker than feedgen |\n|---|---|---|---|")
    peer = found["feedgen"]
    for name, figure in found.items():
        if figure is not None:
            ratio = f"{peer[0] / figure[0]:.1f}" if peer else ""
            print(f"| {name} | {figure[0]:.2f} | {figure[1] / 1000:,.0f} | {ratio} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
