"""A day's check of watched bills on a local server that imitates SOZD: CPU of the tracker for each bill, storage included.

    python bench/checking.py [--bills 500]

The server runs in a process of its own; the polite pause is set to zero. What is counted is the CPU time of the tracker's
process: gate, evidence, readers, diff, ledger, database on disk. Cards are as large as real ones.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import multiprocessing
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar

import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scrapers.http import SourcePolicy  # noqa: E402 - after the path is known
from tests.scrapers import sozd_pages as pages  # noqa: E402 - the same
from tracker import config  # noqa: E402 - the same
from tracker.instance import Instance, open_instance, watches_of  # noqa: E402 - the same
from tracker.parts import BASE_URLS  # noqa: E402 - the same
from tracker.pipeline import Outcome, Result  # noqa: E402 - the same

HELP_BYTES = 1_600_000
STEPS = 24
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
STEP_AT = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)


def picture() -> str:
    noise = random.Random(7).randbytes(HELP_BYTES)  # noqa: S311 - the same picture every time
    image = base64.b64encode(noise).decode()
    return f'<div class="dis_none helpSystemInfo_class"><img src="data:image/png;base64,{image}"></div></body>'


def steps(count: int) -> tuple[pages.FakeStep, ...]:
    return (
        pages.REGISTERED,
        *(
            replace(
                pages.FIRST,
                number="3.1",
                id=pages.guid(5000 + index),
                moment=f"{STEP_AT + timedelta(hours=index):%Y-%m-%dT%H:%M:%S}",
                decision=f"решение номер {index}",
            )
            for index in range(count)
        ),
    )


class Site:
    """What the server answers; the phase says what has happened."""

    def __init__(self) -> None:
        self.step_count = STEPS
        self.menu_day = 1
        self.with_feed = True
        self.with_validators = True
        self.served = 0  # cards
        self._help = picture()
        self._cards: dict[int, tuple[str, str]] = {}

    def card(self, number: str) -> bytes:
        if self.step_count not in self._cards:
            page = pages.FakeCard(steps=steps(self.step_count)).html().replace("</body>", self._help)
            self._cards[self.step_count] = (page, pages.NUMBER)
        page, model = self._cards[self.step_count]
        return page.replace(model, number).replace("02-02/2026-02-03", f"02-02/2026-02-{self.menu_day:02d}").encode()

    def feed(self, number: str) -> bytes:
        rows = "".join(
            f"<item><title>(02.02.2026 12:{index:02d}:00) 3.1 Решение комитета</title>"
            f"<description>Принято решение: решение номер {index}</description></item>"
            for index in range(self.step_count)
        )
        link = f"https://sozd.duma.gov.ru/bill/{number}"
        head = f"<title>Законопроект № {number}</title><link>{link}</link>"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{rows}</channel></rss>'.encode()
        )


class Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[0] != "bill" or (parts[-1] == "rss" and not self.site.with_feed):
            self._answer(404, b"<html><body>404 Not Found</body></html>", "text/html")
        elif parts[-1] == "rss":
            self._answer(200, self.site.feed(parts[1]), "application/rss+xml; charset=utf-8")
        else:
            self._answer(200, self.site.card(parts[1]), "text/html; charset=utf-8")
            self.site.served += 1

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        fresh = self.site.with_validators and status == 200 and self.headers.get("If-None-Match") == tag
        self.send_response(304 if fresh else status)
        if self.site.with_validators:
            self.send_header("ETag", tag)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", "0" if fresh else str(len(body)))
        self.end_headers()
        if not fresh:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        del format, args


def serve(pipe: Connection) -> None:
    Handler.site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pipe.send(server.server_address[1])
    import threading  # noqa: PLC0415 - only the server needs it

    threading.Thread(target=server.serve_forever, daemon=True).start()
    while (command := pipe.recv()) is not None:
        served = Handler.site.served
        for name, value in command.items():
            setattr(Handler.site, name, value)
        pipe.send(served)
    server.shutdown()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Remote:
    """The server's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def set(self, **values: Any) -> None:
        self._pipe.send(values)
        self._pipe.recv()

    def served(self, *, reset: bool = False) -> int:
        """How many cards were asked for, since the last reset."""
        self._pipe.send({"served": 0} if reset else {})
        return int(self._pipe.recv())


@contextmanager
def running() -> Iterator[Remote]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Remote(ours)
    finally:
        ours.send(None)
        process.join(10)


def opened(directory: Path, port: int, clock: Clock, count: int) -> Instance:
    settings = config.parse(
        {"storage": {"directory": str(directory)}, "sources": {"sozd": {"base_url": f"http://127.0.0.1:{port}"}}},
        where="bench",
    )
    local = SourcePolicy(delay=0.0, robots=False, allow_private=True)
    instance = open_instance(settings, clock=clock, policies=dict.fromkeys(BASE_URLS, local))
    for index in range(count):
        entry = config.entry_of(f"{200001 + index}-99")
        for watch in watches_of(entry, instance.desk.base_urls, now=clock(), origin="cli"):
            instance.store.put_watch(watch)
    return instance


def measured(name: str, instance: Instance, expected: Outcome) -> None:
    watches = instance.store.watches()
    wall, cpu = time.perf_counter(), time.process_time()
    results: list[Result] = [instance.pipeline.check(watch) for watch in watches]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    wrong = [result for result in results if result.outcome is not expected]
    if wrong:
        raise SystemExit(f"{name}: {len(wrong)} of {len(results)} ended as {wrong[0].outcome}: {wrong[0].message}")
    count = len(results)
    print(f"{name:<58}{cpu / count * 1000:>9.2f}{wall / count * 1000:>9.2f}")


def plain(port: int, count: int) -> None:
    """The floor: the same conditional requests without a tracker."""
    session = requests.Session()
    url = f"http://127.0.0.1:{port}/bill/200001-99/rss"
    tag = session.get(url, timeout=10).headers["ETag"]
    cpu = time.process_time()
    for _ in range(count):
        session.get(url, headers={"If-None-Match": tag}, timeout=10)
    print(f"{'(requests alone, 304)':<58}{(time.process_time() - cpu) / count * 1000:>9.2f}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bills", type=int, default=500)
    count = parser.parse_args().bills
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores, {processor()}")
    print(f"{count} bills, cards of {len(Site().card(pages.NUMBER)) / 1e6:.1f} MB, {STEPS + 1} steps each")
    print(f"{'':<58}{'CPU ms':>9}{'wall ms':>9}")
    with running() as remote, tempfile.TemporaryDirectory(prefix="duma-tracker-bench-") as folder:
        clock = Clock()
        with opened(Path(folder), remote.port, clock, count) as instance:
            measured("first look: card fetched, read, recorded", instance, Outcome.CHANGED)
            clock.now += timedelta(minutes=30)
            measured("unchanged: the feed is asked, 304", instance, Outcome.UNCHANGED)
            clock.now += timedelta(minutes=30)
            plain(remote.port, count)
            remote.set(step_count=STEPS + 1)
            measured("changed: the feed moved, a step more on the card", instance, Outcome.CHANGED)
            clock.now += timedelta(minutes=30)
            remote.set(with_feed=False)
            for day in (4, 5, 6):  # the feed is given up after a few failures
                remote.set(menu_day=day)
                for watch in instance.store.watches():
                    instance.pipeline.check(watch)
                clock.now += timedelta(minutes=30)
            remote.set(menu_day=7)
            measured("no feed, unchanged card with another menu date: 200", instance, Outcome.UNCHANGED)
            clock.now += timedelta(minutes=30)
            measured("no feed, unchanged card: 304", instance, Outcome.UNCHANGED)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"database after it all: {size / 1e6:.0f} MB")
    return 0


def processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    raise SystemExit(main())
