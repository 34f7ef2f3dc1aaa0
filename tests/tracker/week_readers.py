"""Readers of a site, many at once: feed readers, people who follow links, programs that follow the ledger, people who search.

They keep their connections, ask conditionally as browsers and feed readers do, and remember nothing but how they were answered.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote, urljoin, urlsplit

_LINK: Final = re.compile(rb'href="([^"#]+)')
_WORDS: Final = (
    "гражданство",
    "повестка",
    "призыв",
    "ст. 1 ч. 1",
    "прекращение гражданства",
    "десяти лет",
    "9001-ФЗ",
    "улей",
)
_FEEDS: Final = tuple(
    f"{prefix}/feeds/{name}.{ending}"
    for prefix in ("", "/en")
    for name in ("all", "significant", "topics/citizenship", "topics/conscription", "sources/sozd", "sources/ips")
    for ending in ("atom", "rss", "json")
)
_REMEMBERED: Final = 200  # validators of a reader
_PATIENCE: Final = 60.0  # real seconds for an answer


@dataclass
class Answers:
    """How readers were answered: status codes by kind of reader, seconds, and what should not have been."""

    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def of(self, *codes: int) -> int:
        return sum(count for (_, code), count in self.codes.items() if code in codes)

    @property
    def all(self) -> int:
        return self.codes.total()

    def share(self, part: float) -> float:
        """The seconds within which a part of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class IdleError(Exception):
    """The connection was closed before the question was seen."""


class Connection:
    """A connection that is kept, to one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._used = False

    async def get(self, target: str, headers: dict[str, str] | None = None) -> Answer:
        lines = [f"GET {target} HTTP/1.1", "Host: tracker.example", "Accept-Encoding: gzip"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await self._head()).decode("latin-1").split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        status = int(head[0].split()[1])
        body = b"" if status == 304 else await self._reader.readexactly(int(found["content-length"]))
        if found.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(status, found, body)

    async def _head(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionResetError) as error:
            if getattr(error, "partial", b"") or not self._used:
                raise  # in the middle of an answer, or before the first
            raise IdleError from error
        finally:
            self._used = True


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Connection]:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


Ask: TypeAlias = Callable[[str], Awaitable[Answer]]


class Readers:
    """So many readers of a site. `pause`: real seconds that each rests after an answer, on average."""

    def __init__(self, address: str, number: int, *, pause: float, seed: int = 1) -> None:
        self._address, self._number, self._pause, self._seed = address, number, pause, seed
        self._stopping = asyncio.Event()
        self.answers = Answers()

    async def run(self) -> None:
        """Read until `stop`."""
        async with asyncio.TaskGroup() as group:
            for place in range(self._number):
                group.create_task(self._read(place))

    def stop(self) -> None:
        self._stopping.set()

    async def _read(self, place: int) -> None:
        rng = random.Random(self._seed * 1000 + place)  # noqa: S311 - what is read next
        manner = ("feeds", "pages", "ledger", "feeds", "search")[place % 5]
        habit = {"feeds": _feeds, "pages": _pages, "ledger": _ledger, "search": _search}[manner]
        validators: dict[str, dict[str, str]] = {}
        while not self._stopping.is_set():
            async with connected(self._address) as connection:

                async def ask(target: str, connection: Connection = connection) -> Answer:
                    await self._rest(rng)
                    return await self._asked(connection, manner, target, validators)

                # A server may close a connection that nobody has used for some seconds: clients then open another.
                with suppress(IdleError):
                    await habit(ask, rng, self._stopping)

    async def _rest(self, rng: random.Random) -> None:
        try:
            async with asyncio.timeout(rng.uniform(0.5, 1.5) * self._pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _asked(
        self, connection: Connection, manner: str, target: str, validators: dict[str, dict[str, str]]
    ) -> Answer:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await connection.get(target, validators.get(target))
        except TimeoutError:
            self.answers.faults.append(f"{manner}: no answer in {_PATIENCE:.0f} s: {target}")
            raise
        self.answers.seconds.append(time.monotonic() - began)
        self.answers.codes[manner, answer.status] += 1
        refused = answer.status in {429, 503} and "retry-after" in answer.headers
        if answer.status >= 500 and not refused:
            self.answers.faults.append(f"{manner}: {answer.status}: {target}")
        if answer.status == 200 and "etag" in answer.headers:
            if len(validators) >= _REMEMBERED:
                validators.clear()
            validators[target] = {"If-None-Match": answer.headers["etag"]}
        return answer


async def _feeds(ask: Ask, rng: random.Random, stopping: asyncio.Event) -> None:
    """Ask for the same few feeds again and again."""
    mine = rng.sample(_FEEDS, 4)
    while not stopping.is_set():
        for target in mine:
            await ask(target)


async def _pages(ask: Ask, rng: random.Random, stopping: asyncio.Event) -> None:
    """Go from the front page, or from the documents, wherever links lead: to diffs, versions, comparisons, exports."""
    while not stopping.is_set():
        here = rng.choice(("/", "/en", "/documents", "/sources", "/feeds"))
        for _ in range(6):
            answer = await ask(here)
            links = [urljoin(here, link.decode()) for link in _LINK.findall(answer.body)]
            own = [link.replace("&amp;", "&") for link in links if link.startswith("/") and not link.startswith("//")]
            if not own:
                break
            here = rng.choice(own)


async def _ledger(ask: Ask, rng: random.Random, stopping: asyncio.Event) -> None:
    """Follow the events by their cursor; look at one of them and at its diff."""
    cursor = "0"
    while not stopping.is_set():
        answer = await ask(f"/api/v1/events?after={quote(cursor)}&limit=50")
        if answer.status != 200:
            continue
        said = json.loads(answer.body)
        cursor = str(said.get("next") or cursor)
        rows = said["items"]
        if rows:
            one = rng.choice(rows)["id"]
            await ask(f"/api/v1/events/{one}")
            await ask(f"/api/v1/events/{one}/diff")
        await ask("/api/v1/sources")


async def _search(ask: Ask, rng: random.Random, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        words = quote(rng.choice(_WORDS))
        await ask(f"/search?q={words}")
        await ask(f"/api/v1/search?q={words}")
        await ask(f"/?source={rng.choice(('sozd', 'ips', 'kremlin', 'page'))}")
