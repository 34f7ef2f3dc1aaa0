"""A backfill of bills with their texts, in one process, with one and two processes that read, and on a Dask cluster.

    python bench/backfill.py [--documents 2000] [--ways inline process:1 process:2 dask:2] [--directory DIR]

A local server imitates the Duma's site: every bill has a card and two texts, as introduced and of the first reading, in turns
DOCX, RTF and HTML, invented and all different. The polite pause is set to zero. Each way runs in a process of its own with
all that belongs to it (readers, scheduler, workers); CPU and memory are of them all, the server left out. Every way must give
the same events. `--directory`: where the databases stand; a folder in memory (/dev/shm) leaves out the disk.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import multiprocessing
import platform
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scrapers.http import SourcePolicy  # noqa: E402 - after the path is known
from tests.scrapers import sozd_pages as pages  # noqa: E402 - the same
from tracker import config, demo_files  # noqa: E402 - the same
from tracker.instance import open_instance, watches_of  # noqa: E402 - the same
from tracker.parts import BASE_URLS  # noqa: E402 - the same

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ARTICLES = 24
FIRST_READING = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"
FORMATS = ("docx", "rtf", "html")
LABELS = {"docx": "msword", "rtf": "rtf", "html": "html"}
TYPES = {"docx": demo_files.DOCX_TYPE, "rtf": "application/rtf", "html": "text/html; charset=utf-8"}
SPAWN = multiprocessing.get_context("spawn")


# ---------------------------------------------------------------- the site


@cache
def words() -> tuple[str, ...]:
    dice = random.Random(3)  # noqa: S311 - the same words every time
    syllables = [a + b for a in "бвгдклмнпрст" for b in ("а", "е", "и", "о", "у", "ение", "ость", "ать")]
    return tuple("".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(4000))


def text(bill: int, reading: int) -> str:
    """An invented bill; its second text changes words in a sixth of the articles, and adds one."""
    dice = random.Random(bill)  # noqa: S311 - see above
    rows = []
    for article in range(1, ARTICLES + 1):
        rows.append(f"Статья {article}. {' '.join(dice.choices(words(), k=5)).capitalize()}")
        rows.extend(f"{part}. {' '.join(dice.choices(words(), k=30)).capitalize()}." for part in (1, 2))
        if reading and article % 6 == 0:
            rows[-1] = rows[-1].replace(" ", " не ", 2)
    if reading:
        rows.append(f"Статья {ARTICLES + 1}. {' '.join(dice.choices(words(), k=20)).capitalize()}")
    return "\n".join(rows)


def file(bill: int, reading: int) -> tuple[bytes, str]:
    """The bytes of a text and their content type."""
    form, plain = FORMATS[(bill + reading) % 3], text(bill, reading)
    if form == "docx":
        body = demo_files.docx(plain)
    elif form == "rtf":
        coded = "".join(f"\\u{ord(char)}?" if ord(char) > 127 else char for char in plain)
        body = ("{\\rtf1\\ansi\\ansicpg1251 " + coded.replace("\n", "\\par\n") + "\\par}").encode("ascii")
    else:
        rows = "".join(f"<p>{row}</p>" for row in plain.split("\n"))
        body = f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{rows}</body></html>".encode()
    return body, TYPES[form]


def card(bill: int) -> bytes:
    files = [
        pages.FakeFile(pages.guid(10 * bill + reading), label, slot, LABELS[FORMATS[(bill + reading) % 3]])
        for reading, (label, slot) in enumerate(
            (("Текст внесенного законопроекта", pages.INTRODUCED), ("Текст к первому чтению", FIRST_READING))
        )
    ]
    steps = (replace(pages.REGISTERED, files=(files[0],)), replace(pages.FIRST, files=(files[1],)))
    return pages.FakeCard(number=f"{bill}-99", steps=steps, help=True).body()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[0] == "download":
            body, content_type = file(*divmod(int(parts[1].partition("-")[0], 16), 10))
        elif parts[0] == "bill" and len(parts) == 2:
            body, content_type = card(int(parts[1].partition("-")[0])), "text/html; charset=utf-8"
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        del format, args


def serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pipe.send(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.recv()
    server.shutdown()


@contextlib.contextmanager
def served() -> Iterator[int]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(10)


# ---------------------------------------------------------------- one way


@contextlib.contextmanager
def workers(way: str) -> Iterator[dict[str, Any]]:
    """The section of the configuration for a way; its cluster runs meanwhile."""
    engine, _, number = way.partition(":")
    if engine == "inline":
        yield {"engine": "inline"}
    elif engine == "process":
        yield {"engine": "process", "processes": int(number)}
    else:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=cluster, args=(theirs, int(number)))
        process.start()
        try:
            yield {"engine": "dask", "address": ours.recv(), "in_flight": 2 * int(number)}
        finally:
            ours.send(None)
            process.join(30)


def cluster(pipe: Connection, number: int) -> None:
    from distributed import LocalCluster  # noqa: PLC0415 - only this way needs it

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=number,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        silence_logs=50,
    ) as made:
        pipe.send(made.scheduler_address)
        pipe.recv()


def run(way: str, port: int, count: int, directory: str | None, pipe: Connection) -> None:
    with tempfile.TemporaryDirectory(prefix="duma-tracker-bench-", dir=directory) as folder, workers(way) as section:
        settings = config.parse(
            {
                "storage": {"directory": folder},
                "sources": {"sozd": {"base_url": f"http://127.0.0.1:{port}"}},
                "workers": section,
            },
            where="bench",
        )
        local = SourcePolicy(delay=0.0, robots=False, allow_private=True)
        with open_instance(settings, clock=lambda: NOW, policies=dict.fromkeys(BASE_URLS, local)) as instance:
            for bill in range(count + 20):
                entry = config.entry_of(f"{200001 + bill}-99")
                for watch in watches_of(entry, instance.desk.base_urls, now=NOW, origin="cli"):
                    instance.store.put_watch(watch)
            watches = instance.store.watches()
            instance.pipeline.run(watches[:20], discover=())  # everything has started
            pipe.send("begin")
            pipe.recv()
            began = time.perf_counter()
            results = instance.pipeline.run(watches[20:], discover=())
            seconds = time.perf_counter() - began
            wrong = [result for result in results if result.message or not result.events]
            if wrong:
                raise SystemExit(f"{way}: {wrong[0].target}: {wrong[0].outcome} {wrong[0].message}")
            events = instance.store.events(backfilled=None, oldest_first=True, limit=100 * count)
            told = hashlib.sha256("\n".join(event.id for event in events).encode()).hexdigest()
            pipe.send((seconds, len(events), told))
            pipe.recv()  # until it was measured


@dataclass
class Use:
    """CPU seconds and memory (bytes, shared pages counted once) of a tree of processes."""

    cpu: float = 0.0
    conductor: float = 0.0
    memory: int = 0
    conductor_memory: int = 0


def measured(process: psutil.Process, done: threading.Event) -> Use:
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    use = Use()
    while True:
        over = done.is_set()
        memory = 0
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = each.cpu_times()
                last[each.pid] = times.user + times.system
                first.setdefault(each.pid, last[each.pid] if not use.memory else 0.0)
                held = each.memory_full_info().pss
                memory += held
                if each.pid == process.pid:
                    use.conductor_memory = max(use.conductor_memory, held)
        use.memory = max(use.memory, memory)
        if over:
            break
        done.wait(1.0)
    use.cpu = sum(last[pid] - first[pid] for pid in last)
    use.conductor = last[process.pid] - first[process.pid]
    return use


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--ways", nargs="+", default=["inline", "process:1", "process:2", "dask:2"])
    parser.add_argument("--directory")
    asked = parser.parse_args()
    kilobytes = sum(len(file(bill, reading)[0]) for bill in range(30) for reading in (0, 1)) / 60_000
    print(
        f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores; {asked.documents} bills of two texts,"
    )
    print(f"{len(text(1, 0)):,} characters in {kilobytes:.0f} kB each; cards of {len(card(200001)) / 1000:.0f} kB")
    print(
        f"{'':<12}{'docs/s':>8}{'ratio':>7}{'s':>8}{'CPU s':>8}{'conductor':>10}{'MB':>6}{'conductor':>10}{'events':>8}"
    )
    base = 0.0
    seen: set[str] = set()
    with served() as port:
        for way in asked.ways:
            ours, theirs = SPAWN.Pipe()
            process = SPAWN.Process(target=run, args=(way, port, asked.documents, asked.directory, theirs))
            process.start()
            ours.recv()
            done = threading.Event()
            uses: list[Use] = []
            sampler = threading.Thread(
                target=lambda p=process, d=done, u=uses: u.append(measured(psutil.Process(p.pid), d))
            )
            sampler.start()
            ours.send(None)
            seconds, events, told = ours.recv()
            done.set()
            sampler.join()
            ours.send(None)
            process.join()
            seen.add(told)
            speed = asked.documents / seconds
            base = base or speed
            (use,) = uses
            print(
                f"{way:<12}{speed:>8.1f}{speed / base:>7.2f}{seconds:>8.1f}{use.cpu:>8.1f}{use.conductor:>10.1f}"
                f"{use.memory / 1e6:>6.0f}{use.conductor_memory / 1e6:>10.0f}{events:>8}",
                flush=True,
            )
    if len(seen) != 1:
        raise SystemExit("the ways gave different events")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
