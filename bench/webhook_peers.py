"""One way of sending, measured: run by `bench/webhooks.py` in a process of its own.

Usage: python webhook_peers.py WAY PORT MESSAGES FIRST BEYOND [dead]    (prints one JSON object)

FIRST and BEYOND: the numbers of the receivers. Start-up, imports and the filling of the store are over before the clock starts.
With `dead` one more receiver, with as many messages as any other, takes connections and never answers.
"""

from __future__ import annotations

import asyncio
import json
import queue
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SECRET = "whsec_c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZyE="  # noqa: S105 - nobody's
BODY = json.dumps(
    {"type": "event", "timestamp": "2026-11-02T12:00:00Z", "data": {"text": "ж" * 1950}}, ensure_ascii=False
).encode()


@dataclass(frozen=True)
class Webhooks:
    """The section ``[webhooks]``."""

    allow_networks: tuple[str, ...] = ("127.0.0.0/8",)
    ca_bundle: None = None
    parallel: int = 256
    timeout: float = 15.0


def now() -> datetime:
    return datetime.now(UTC)


def subscription_to(url: str, name: str) -> Any:
    from tracker.alerts import Channel, Secret, Subscription  # noqa: PLC0415 - each way is imported only where it is measured

    return Subscription(
        name=name, channel=Channel.WEBHOOK, url=Secret(url), secrets=(Secret(SECRET),), created_at=now()
    )


def requests_threads(port: int, messages: int, names: list[str]) -> dict[str, Any]:
    import requests  # noqa: PLC0415 - the same
    from standardwebhooks import Webhook  # noqa: PLC0415 - the same

    jobs: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    counts = {True: 0, False: 0}
    lock = threading.Lock()
    signer = Webhook(SECRET)

    def work() -> None:
        with requests.Session() as session:
            while (number := jobs.get()) is not None:
                at, message = now(), f"msg_{number}"
                headers = {
                    "content-type": "application/json",
                    "webhook-id": message,
                    "webhook-timestamp": str(int(at.timestamp())),
                    "webhook-signature": signer.sign(message, at, BODY.decode()),
                }
                url = f"http://127.0.0.1:{port}/{names[number % len(names)]}"
                answer = session.post(url, data=BODY, headers=headers, timeout=15, allow_redirects=False)
                with lock:
                    counts[answer.ok] += 1

    threads = [threading.Thread(target=work) for _ in range(32)]
    for number in range(messages):
        jobs.put(number)
    for _ in threads:
        jobs.put(None)
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - started, "delivered": counts[True], "failed": counts[False]}


def sender(port: int, messages: int, names: list[str]) -> dict[str, Any]:
    from tracker.alerts import Delivery, DeliveryState  # noqa: PLC0415 - the same
    from tracker.sending import open_sender  # noqa: PLC0415 - the same

    async def run() -> dict[str, Any]:
        targets = {name: subscription_to(f"http://127.0.0.1:{port}/{name}", name) for name in names}
        counts, slots = {True: 0, False: 0}, asyncio.Semaphore(256)
        async with open_sender(Webhooks(), user_agent="duma-tracker/0.1") as open_:

            async def send(number: int) -> None:
                name = names[number % len(names)]
                delivery = Delivery(
                    id=number,
                    subscription=name,
                    message_id=f"msg_{number}",
                    type="event",
                    body=BODY,
                    events=(),
                    created_at=now(),
                    due_at=now(),
                    attempts=0,
                    state=DeliveryState.WAITING,
                )
                async with slots:
                    counts[(await open_.send(targets[name], delivery, at=now())).delivered] += 1

            started = time.perf_counter()
            await asyncio.gather(*(send(number) for number in range(messages)))
            return {"seconds": time.perf_counter() - started, "delivered": counts[True], "failed": counts[False]}

    return asyncio.run(run())


def deliveries(port: int, messages: int, names: list[str]) -> dict[str, Any]:
    """The whole: a filled store on disk, the loop of `deliver` and `run`, every attempt noted. p50, p95: ms since all was due."""
    from db.store import Store  # noqa: PLC0415 - the same
    from tracker.alerts import Delivery, NewDelivery, Outcome, Subscription  # noqa: PLC0415 - the same
    from tracker.delivering import Deliveries  # noqa: PLC0415 - the same
    from tracker.sending import open_sender  # noqa: PLC0415 - the same

    class Watched:
        """The sender, with a note of when each attempt ended."""

        def __init__(self, inner: Any, last: Callable[[], None]) -> None:
            self.inner, self.last = inner, last
            self.ended: list[float] = []
            self.counts = {True: 0, False: 0}

        async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
            outcome: Outcome = await self.inner.send(subscription, delivery, at=at)
            if subscription.name != "dead":
                self.ended.append(time.perf_counter())
                self.counts[outcome.delivered] += 1
                if len(self.ended) == messages:
                    self.last()
            return outcome

    async def run(store: Store) -> dict[str, Any]:
        async with open_sender(Webhooks(), user_agent="duma-tracker/0.1") as inner:
            # Nobody waits for the dead one: the loop stops when all others have theirs.
            watched = Watched(inner, lambda: loop.stop() if "dead" in names else None)
            chance = random.Random(0)  # noqa: S311 - it spreads retries
            loop = Deliveries(store, watched, clock=now, chance=chance, parallel=256)
            started = time.perf_counter()
            await loop.once(now())
            seconds = time.perf_counter() - started
        p50, p95 = (1000 * (sorted(watched.ended)[int(messages * part)] - started) for part in (0.5, 0.95))
        counts = {"delivered": watched.counts[True], "failed": watched.counts[False]}
        return {"seconds": seconds, "p50": p50, "p95": p95, **counts}

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), clock=now) as store:
        for name in names:
            store.put_subscription(subscription_to(f"http://127.0.0.1:{port}/{name}", name))
        at = now()
        each = messages // len([name for name in names if name != "dead"])
        rows = [
            NewDelivery(
                subscription=name,
                message_id=f"msg_{name}_{number}",
                type="event",
                body=BODY,
                events=(f"E{number}",),
                created_at=at,
                due_at=at,
            )
            for number in range(each)
            for name in names
        ]
        store.fan_out(rows, ())
        return asyncio.run(run(store))


WAYS: dict[str, Callable[[int, int, list[str]], dict[str, Any]]] = {
    "requests": requests_threads,
    "sender": sender,
    "deliveries": deliveries,
}


def main(way: str, *figures: str) -> None:
    port, messages, first, beyond = map(int, figures[:4])
    dead = [name for name in figures[4:] if name]
    print(json.dumps(WAYS[way](port, messages, [*map(str, range(first, beyond)), *dead])))


if __name__ == "__main__":
    main(*sys.argv[1:])
