"""Prepared pages against a bare ASGI application that sends the same bytes; pages of a large store; search.

    python bench/growth.py DIRECTORY --documents 2000 && python bench/serve.py DIRECTORY

The two servers run under the same uvicorn, each in a process of its own, in turns; a client in a third process keeps a few
connections busy and reads every answer whole. Pages are made anew each time, search is what `/search` does without its HTML.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import uvicorn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.growth import INFO, vocabulary  # noqa: E402 - after the path is known
from db.store import Store  # noqa: E402 - the same
from feeds.app import create_app  # noqa: E402 - the same
from feeds.site import Site  # noqa: E402 - the same
from tracker.finding import Finder  # noqa: E402 - the same
from tracker.insight import LawInsight  # noqa: E402 - the same
from tracker.queries import Query  # noqa: E402 - the same
from tracker.serving import listen  # noqa: E402 - the same

CONNECTIONS = 8
SECONDS = 3.0
ROUNDS = 3


def open_store(directory: Path) -> Store:
    return Store(directory, clock=lambda: datetime.now(UTC))


def site_of(store: Store) -> Site:
    return Site(store, INFO, insight=LawInsight(store), finder=Finder(store))


# ---------------------------------------------------------------- servers


def bare(answers: dict[str, tuple[int, list[tuple[bytes, bytes]], bytes]]) -> Any:
    """An ASGI application that knows nothing but bytes."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        conditional = any(name == b"if-none-match" for name, _ in scope["headers"])
        status, headers, body = answers[f"{scope['path']}{' 304' if conditional else ''}"]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def serve(make: Callable[..., Any], argument: Any, pipe: Connection) -> None:
    """A server process: tells its port, then serves until it is terminated."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        make(argument), access_log=False, log_config=None, server_header=False, lifespan="off", loop="asyncio"
    )
    pipe.send(listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])


def ours(directory: Path) -> Any:
    return create_app(site_of(open_store(directory)))


class Served:
    """A server in a process of its own, for as long as the block lasts."""

    def __init__(self, make: Callable[..., Any], argument: Any) -> None:
        here, there = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(make, argument, there))
        self._process.start()
        self.port: int = here.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


# ---------------------------------------------------------------- the client


async def _one(port: int, request: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await _read(reader)
    writer.close()
    return answer


async def _read(reader: asyncio.StreamReader) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    length = int(dict(headers).get(b"content-length", b"0"))
    body = await reader.readexactly(length) if length else b""
    return int(first.split()[1]), headers, body


async def _keep_asking(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        place = head.find(b"content-length: ")
        if place >= 0:
            await reader.readexactly(int(head[place + 16 : head.index(b"\r", place)]))
        count += 1
    writer.close()
    return count


async def _load(port: int, request: bytes, seconds: float) -> float:
    until = time.perf_counter() + seconds
    counts = await asyncio.gather(*(_keep_asking(port, request, until) for _ in range(CONNECTIONS)))
    return sum(counts) / seconds


def load(port: int, request: bytes, seconds: float) -> float:
    """Answers a second, measured in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_loaded, (port, request, seconds)))


def _loaded(port: int, request: bytes, seconds: float) -> float:
    return asyncio.run(_load(port, request, seconds))


def request_of(path: str, etag: str = "") -> bytes:
    known = f"If-None-Match: {etag}\r\n" if etag else ""
    return f"GET {path} HTTP/1.1\r\nHost: tracker.example\r\nAccept-Encoding: gzip\r\n{known}\r\n".encode()


# ---------------------------------------------------------------- what is measured


def prepared(directory: Path) -> None:
    """Our rate and that of the bare application for a feed, an event page, a 304, in turns."""
    with open_store(directory) as store:
        event = next(event for event in store.events(limit=50) if event.diff_id)
    paths = {"feed, 100 entries": "/feeds/all.atom", "event page": f"/event/{event.id}"}
    with Served(ours, directory) as tracker:
        answers: dict[str, tuple[int, list[tuple[bytes, bytes]], bytes]] = {}
        requests = {}
        for name, path in paths.items():
            status, headers, body = asyncio.run(_one(tracker.port, request_of(path)))
            own = [row for row in headers if row[0] != b"date"]
            answers[path] = (status, own, body)
            requests[name] = request_of(path)
            etag = dict(headers)[b"etag"].decode()
            conditional = request_of(path, etag)
            status, headers, _ = asyncio.run(_one(tracker.port, conditional))
            answers[f"{path} 304"] = (status, [row for row in headers if row[0] != b"date"], b"")
            requests[f"{name}, 304"] = conditional
        with Served(bare, answers) as peer:
            print("| what | bytes | bare uvicorn, /s | duma-tracker, /s | ratio |")
            print("|---|---|---|---|---|")
            for name, request in requests.items():
                rates: dict[str, list[float]] = {"bare": [], "ours": []}
                for _ in range(ROUNDS):
                    rates["bare"].append(load(peer.port, request, SECONDS))
                    rates["ours"].append(load(tracker.port, request, SECONDS))
                theirs, mine = max(rates["bare"]), max(rates["ours"])
                path = paths[name.removesuffix(", 304")]
                size = 0 if name.endswith("304") else len(answers[path][2])
                print(f"| {name} | {size:,} | {theirs:,.0f} | {mine:,.0f} | {mine / theirs:.2f} |")


def pages(directory: Path) -> None:
    """How long pages take to be made, from a store that has been open for a while."""
    with open_store(directory) as store:
        site = site_of(store)
        documents = [document.id for document in store.documents()]
        chosen = random.Random(5).sample(documents, min(60, len(documents)))  # noqa: S311 - the same ones every time
        texts = {name: [version for version in store.versions(name) if version.readable] for name in chosen}
        compared = [event for event in store.events(limit=3_000) if event.diff_id]
        started = time.perf_counter()
        site.page("/")
        first = (time.perf_counter() - started) * 1e3
        kinds: dict[str, Iterable[str]] = {
            "timeline": ["/", "/en"] * 10,
            "document": [f"/{name}" for name in chosen],
            "event with its diff": [f"/event/{event.id}" for event in compared[:: max(1, len(compared) // 60)]],
            "version": [f"/{name}/{_segments(rows[-1])}" for name, rows in texts.items()],
            "two versions compared": [
                f"/{name}/compare/{_segments(rows[0])}/{_segments(rows[-1])}" for name, rows in list(texts.items())[:20]
            ],
        }
        month = sorted(store.months())[-2]
        law = next(name for name in documents if name.startswith("act/"))
        kinds |= {
            "month, a page of it": [f"/timeline/{month}", f"/timeline/{month}/2"] * 3,
            "topic": ["/topics/citizenship"] * 5,
            "list of documents": ["/documents", "/documents/2"] * 3,
            "page of feeds": ["/feeds"] * 5,
            "list of feeds (OPML), made anew": ["/feeds/index.opml", "/en/feeds/index.opml"],
            "calendar": ["/calendar.ics"] * 3,
            "feed of significant changes": ["/feeds/significant.atom"] * 5,
            "archive of a month, 1,000 entries at most": [f"/feeds/all/{month}.atom", f"/feeds/all/{month}/2.atom"],
            "history of a clause": [f"/{law}/history/st-1.ch-1"] * 3,
        }
        print(f"{len(documents):,} documents; the first page of the timeline after a start took {first:,.0f} ms")
        print("| page | median, ms | slowest, ms |")
        print("|---|---|---|")
        for name, paths in kinds.items():
            times = [took(lambda path=path: site.page(path)) for path in paths]  # type: ignore[misc]
            print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} |")
        print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _segments(version: Any) -> str:
    key = version.key
    return f"{key.part}/{key.source}/{key.edition}/{version.number}"


def took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def search(directory: Path) -> None:
    """Queries of every sort, each asked three times; the best of the three counts, as for a store that is in use."""
    chance = random.Random(3)  # noqa: S311 - the same queries every time
    words = vocabulary()
    often, seldom = words[:40], words[400:4000]
    sorts: dict[str, list[str]] = {
        "a frequent word": chance.sample(often, 20),
        "a rare word": chance.sample(seldom, 40),
        "two frequent words": [" ".join(chance.sample(often, 2)) for _ in range(20)],
        "a frequent and a rare word": [f"{chance.choice(often)} {chance.choice(seldom)}" for _ in range(20)],
        "a phrase": ['"' + " ".join(chance.sample(often, 2)) + '"' for _ in range(20)],
        "a word with synonyms": ["лишение", "прекратить", "призвать", "утрата"],
        "a unit": [f"ст. {number} ч. 2 {chance.choice(often)}" for number in range(1, 9)],
        "a unit of a law": [f"ст. {number} {1000 + 5 * number}-ФЗ" for number in range(1, 9)],
        "under a topic": chance.sample(often, 20),
    }
    with open_store(directory) as store:
        finder = Finder(store)
        everything: list[float] = []
        print("| query | median, ms | p95, ms |")
        print("|---|---|---|")
        for name, queries in sorts.items():
            topic = "citizenship" if name == "under a topic" else ""
            times = []
            for query in queries:
                asked = Query(words=query, topic=topic)
                times.append(min(took(lambda asked=asked: finder.find(asked)) for _ in range(3)))  # type: ignore[misc]
            everything += times
            print(f"| {name} | {statistics.median(times):.1f} | {percentile(times):.1f} |")
        print(f"| all {len(everything)} | {statistics.median(everything):.1f} | {percentile(everything):.1f} |")


def percentile(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--only", choices=["prepared", "pages", "search"])
    given = arguments.parse_args()
    for part in (prepared, pages, search):
        if given.only in {None, part.__name__}:
            print(f"\n{part.__name__}")
            part(given.directory)
