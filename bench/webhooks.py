"""Signed deliveries to receivers of which some are slow and some fail: the sender, the whole of the deliveries, and a peer.

    python bench/webhooks.py [--messages 10000]

1,000 receivers in a process of their own on 127.0.0.1; 2 % of them answer after two seconds, 3 % with 500, the others at once.
Every way runs in a fresh process and sends the same messages, of 4 kB, each signed by Standard Webhooks, each attempted once.
Afterwards: what one receiver that never answers does to the times of others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

RECEIVERS = 1000
SLOW, FAILING = 20, 30  # of them
STEADY = range(2000, 2050)  # others, for the second question: what takes time is their answers, not this machine
EACH, ROUNDS = 24, 5
PEERS = Path(__file__).with_name("webhook_peers.py")
_OK = b"HTTP/1.1 204 No Content\r\n\r\n"
_ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


class Receiver(asyncio.Protocol):
    """As little of HTTP as it takes: what is measured is the sender. The number of the receiver stands in the path."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = cast("asyncio.Transport", transport), b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        name = head[:40].split(b" ")[1]
        if name == b"/dead":
            return
        number = int(name[1:])
        if number < SLOW:
            asyncio.get_running_loop().call_later(2.0, self.answer, _OK)
        elif number in STEADY:
            asyncio.get_running_loop().call_later(0.3, self.answer, _OK)
        else:
            self.answer(_ERROR if number < SLOW + FAILING else _OK)

    def answer(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


def _serve(port: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0, backlog=1024)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def receivers() -> Iterator[int]:
    """The process of the receivers; its port."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def measured(way: str, port: int, messages: int, numbers: range, *, dead: bool = False) -> dict[str, Any]:
    """One way in a fresh process."""
    figures = (port, messages, numbers.start, numbers.stop)
    command = [sys.executable, str(PEERS), way, *map(str, figures), "dead" if dead else ""]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


NAMES = {
    "requests": "requests, 32 threads, a session each, signing; no store, no address policy",
    "sender": "duma-tracker: sender, signing, address policy; no store",
    "deliveries": "duma-tracker: the whole, with the store (SQLite on disk, every attempt noted)",
}


def throughput(messages: int) -> None:
    print("| way | s | deliveries/s | ratio | delivered | failed |\n|---|---|---|---|---|---|")
    with receivers() as port:
        rows = {way: measured(way, port, messages, range(RECEIVERS)) for way in NAMES}
    for way, found in rows.items():
        rate, ratio = messages / found["seconds"], rows["requests"]["seconds"] / found["seconds"]
        counts = f"{found['delivered']} | {found['failed']}"
        print(f"| {NAMES[way]} | {found['seconds']:.1f} | {rate:,.0f} | {ratio:.1f} | {counts} |")


def one_dead() -> None:
    """The times of receivers that answer after 0.3 s, alone and beside a dead one, in turns; the best round of each."""
    print("\n| receivers | p50 of those that answer, ms | p95, ms | change of p95 |\n|---|---|---|---|")
    times: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    with receivers() as port:
        for _ in range(ROUNDS):
            for dead, found in times.items():
                found.append(measured("deliveries", port, EACH * len(STEADY), STEADY, dead=dead))
    without, beside = (min(times[dead], key=lambda found: float(found["p95"])) for dead in (False, True))
    print(f"| {len(STEADY)} | {without['p50']:.0f} | {without['p95']:.0f} | |")
    change = beside["p95"] / without["p95"] - 1
    print(f"| {len(STEADY)}, and one that never answers | {beside['p50']:.0f} | {beside['p95']:.0f} | {change:+.1%} |")


def main(messages: int) -> None:
    print(f"{platform.processor() or platform.machine()}, CPython {platform.python_version()}; {messages:,} messages\n")
    throughput(messages)
    one_dead()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=10_000)
    main(arguments.parse_args().messages)
