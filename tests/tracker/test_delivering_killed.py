"""Killed at any moment, nothing is lost: 1,000 events for 20 subscriptions, a sender that is killed -9 again and again."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from db.store import Store
from tests.receivers import BODY, NOON, subscription
from tracker.alerts import DeliveryState, NewDelivery

EVENTS, SUBSCRIPTIONS = 1000, 20
LONGEST_RUN = 1.2  # seconds until a kill
CHILD = Path(__file__).with_name("delivering_child.py")


class Receivers:
    """All receivers in one server. Now and then one fails the first time that it sees a message."""

    def __init__(self) -> None:
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.refused: set[str] = set()
        self._chance = random.Random(7)  # noqa: S311 - it decides who fails
        self.port = 0

    async def receive(self, request: web.Request) -> web.Response:
        await request.read()
        message = request.headers["webhook-id"]
        if message not in self.refused and self._chance.random() < 0.01:
            self.refused.add(message)
            return web.Response(status=503)
        self.accepted[request.path, message] += 1
        return web.Response(status=204)


@contextmanager
def running() -> Iterator[Receivers]:
    """The server in a thread of its own."""
    receivers, ready, loop = Receivers(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        application = web.Application()
        application.router.add_post("/{name}", receivers.receive)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        receivers.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield receivers
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def fill(store: Store, port: int, events: int = EVENTS) -> set[tuple[str, str]]:
    """Put everything that is to be sent; paths and ids that must arrive."""
    names = [f"ngo{number}" for number in range(SUBSCRIPTIONS)]
    for name in names:
        store.put_subscription(subscription(f"http://127.0.0.1:{port}/{name}", name=name))
    rows = [
        NewDelivery(
            subscription=name,
            message_id=f"msg_{name}_{event}",
            type="event",
            body=BODY,
            events=(f"E{event}",),
            created_at=NOON,
            due_at=NOON,
        )
        for event in range(events)
        for name in names
    ]
    store.fan_out(rows, ())
    return {(f"/{row.subscription}", row.message_id) for row in rows}


def test_every_message_arrives_whatever_is_killed(tmp_path: Path) -> None:
    chance, kills = random.Random(), 0  # noqa: S311 - when to kill; any moment will do
    with running() as receivers:
        with Store(tmp_path, clock=lambda: NOON) as store:
            expected = fill(store, receivers.port)
        assert len(expected) == EVENTS * SUBSCRIPTIONS
        command = [sys.executable, str(CHILD), str(tmp_path), str(time.time())]
        while True:
            with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
                assert child.stdout is not None
                child.stdout.readline()  # begun: from here on every moment is one of the deliveries
                try:
                    code = child.wait(chance.uniform(0.01, LONGEST_RUN) if kills < 12 else 60)
                except subprocess.TimeoutExpired:
                    kills += 1
                    child.kill()
                    continue
                assert code == 0
                break
    assert kills > 0
    assert set(receivers.accepted) == expected  # none is missing, and none came under another id
    repeats = sum(receivers.accepted.values()) - len(expected)
    assert repeats <= kills * SUBSCRIPTIONS * 8  # only what was under way when it was killed
    with Store(tmp_path, clock=lambda: NOON) as store:
        waiting = (DeliveryState.WAITING, DeliveryState.EXHAUSTED, DeliveryState.CANCELLED)
        assert store.deliveries(states=waiting, limit=1) == ()
        assert len(store.deliveries(states=(DeliveryState.DELIVERED,), limit=len(expected) + 1)) == len(expected)


def test_told_to_end_it_notes_what_is_under_way(tmp_path: Path) -> None:
    """After SIGTERM nothing is sent twice."""
    with running() as receivers:
        with Store(tmp_path, clock=lambda: NOON) as store:
            expected = fill(store, receivers.port, events=100)
        command = [sys.executable, str(CHILD), str(tmp_path), str(time.time())]
        with subprocess.Popen([*command, "once"], stdout=subprocess.PIPE) as child:
            while not receivers.accepted:
                assert child.poll() is None
                time.sleep(0.005)
            child.terminate()
            assert child.wait(60) == 0
        at_first = len(receivers.accepted)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    assert 0 < at_first < len(expected)
    assert set(receivers.accepted) == expected
    assert set(receivers.accepted.values()) == {1}
