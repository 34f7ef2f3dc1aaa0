"""Deliveries: from the store to the receivers and what came of it back, at least once.

A message is sent first and noted afterwards: whoever is killed between the two sends it again, under the same id. Every
subscription has a worker of its own while something of it is due; one that fails or is slow keeps at most a few of the attempts
that may be under way at once, so it slows no other. The store is asked by one thread, beside the loop, and what came of
attempts is written in groups: one transaction for all that ended meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from aiohttp.abc import AbstractResolver

from db.store import Store
from feeds.alerts.timing import after_quiet
from feeds.sending.apprise_channel import CHILDREN
from feeds.sending.retrying import after
from feeds.sending.sender import Sender
from tracker.alerts import Attempt, Channel, Delivery, DeliveryState, Outcome, Subscription
from tracker.attempts import Recorder, Tried
from tracker.errors import StoreError, TrackerError
from tracker.sending import Settings, open_sender

LOOK_EVERY: Final = 1.0  # seconds between looks for what has become due
_LOADED: Final = 4096  # messages in memory; one has a few kB, 20 at most
_FIRST: Final = 4  # attempts under way for one subscription at first
_MOST: Final = 8  # and once it has shown that it keeps up
_BREATH: Final = 0.05  # seconds between two questions to the store
_LOOK_UPS: Final = 64  # threads in which names are resolved: a dead name server holds each for many seconds
_UNREADABLE: Final = timedelta(minutes=5)  # until a subscription whose secrets could not be read is tried again
_AGAIN: Final = 10.0  # seconds after the store has failed
_GRACE: Final = 3.0  # seconds that attempts under way are given to end, when all ends

T = TypeVar("T")

log = structlog.get_logger("tracker.delivering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a pass did: messages delivered, attempts that failed, and of these the messages that will be tried again."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0


class Deliveries:
    """One run of the loop. Everything but the store is asked in the thread of the loop.

    `parallel`: attempts under way at once. `chance` spreads retries; `monotonic` measures attempts, in seconds.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        *,
        clock: Callable[[], datetime],
        chance: random.Random,
        parallel: int,
        subscriptions: Collection[str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._sender, self._clock, self._chance = store, sender, clock, chance
        self._only, self._monotonic = subscriptions, monotonic
        self._recorder = Recorder(store)
        # Apart: a mail server that takes its time is no reason for webhooks to wait.
        self._slots = {Channel.WEBHOOK: asyncio.Semaphore(parallel), Channel.APPRISE: asyncio.Semaphore(CHILDREN)}
        self._changed = asyncio.Event()
        self._stopping = False
        self._loaded = 0
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._windows: dict[str, int] = {}  # how many attempts at once each has shown to bear
        self._resting: dict[str, datetime] = {}  # asked to be left alone until then
        self._tried: list[tuple[Tried, asyncio.Future[None]]] = []
        self._recording: asyncio.Task[None] | None = None
        self._main: asyncio.Task[Any] | None = None
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="deliveries")
        self.sent = Sent()

    def notify(self) -> None:
        """Look at once: something new may be due."""
        self._changed.set()

    def stop(self) -> None:
        """Finish the attempts under way and note them; begin no other."""
        self._stopping = True
        self._changed.set()

    def give_up(self) -> None:
        """End at once. Attempts that were not answered yet are not noted: they stay due."""
        if self._main is not None:
            self._main.cancel()

    async def once(self, now: datetime) -> Sent:
        """Send everything that is due at that moment. Raises `StoreError`."""
        return await self._run(lambda: now, for_ever=False)

    async def keep_on(self) -> Sent:
        """Send whatever becomes due until `stop`. Raises `StoreError`."""
        return await self._run(self._clock, for_ever=True)

    async def _run(self, moment: Callable[[], datetime], *, for_ever: bool) -> Sent:
        self._main = asyncio.current_task()
        try:
            while not self._stopping:
                self._changed.clear()
                took = await self._take(moment()) if self._loaded < _LOADED // 2 else 0
                if not for_ever and not took and not self._workers:
                    break
                await asyncio.sleep(_BREATH)
                if not took:
                    await self._change(LOOK_EVERY)
                self._reap()
            await asyncio.gather(*self._workers.values())
        finally:
            for task in self._workers.values():
                task.cancel()
            await asyncio.gather(*self._workers.values(), return_exceptions=True)
            if self._recording is not None:  # what was sent is still noted
                await self._recording
            self._desk.shutdown()
        return self.sent

    async def _change(self, seconds: float) -> None:
        """Wait until something has changed, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _reap(self) -> None:
        """Forget the workers that have ended; one that failed fails us all."""
        for name, task in list(self._workers.items()):
            if task.done():
                del self._workers[name]
                task.result()

    async def _take(self, now: datetime) -> int:
        """Give what is due to workers, one for each subscription that has none; how many messages."""
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        busy = [*self._workers, *self._resting]
        # One that fails is asked one message at a time: the backlog of its days is neither read each time nor kept in memory.
        # Who fails is known to the thread of the store.
        found = await self._ask(
            lambda: self._store.due_deliveries(
                now,
                limit=_LOADED - self._loaded,
                subscriptions=self._only,
                skip=busy,
                failing=self._recorder.failing(),
            )
        )
        batches: dict[str, list[Delivery]] = {}
        for delivery in found:
            batches.setdefault(delivery.subscription, []).append(delivery)
        for name, batch in batches.items():
            self._workers[name] = asyncio.create_task(self._work(name, batch))
        return len(found)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._desk, question)

    # ---------------------------------------------------------------- one subscription

    async def _work(self, name: str, batch: Sequence[Delivery]) -> None:
        """Send a batch: a few attempts at a time, more when they go well, up to the first failure.

        What is left then stays due and is taken again: one who fails holds one attempt at a time and no memory.
        """
        self._loaded += len(batch)
        under_way: set[asyncio.Task[Outcome]] = set()
        try:
            subscription = await self._load(name)
            if subscription is None:
                return
            window, well = 1 if subscription.failing_since else self._windows.get(name, _FIRST), True
            for delivery in batch:
                if len(under_way) >= window:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    well = all(task.result().delivered for task in done)
                    window = self._windows[name] = min(window * 2, _MOST) if well else _FIRST
                if not well or self._stopping:
                    break
                under_way.add(asyncio.create_task(self._deliver(subscription, delivery)))
            while under_way:
                done, under_way = await asyncio.wait(under_way)
                for task in done:
                    task.result()
        finally:
            for task in under_way:  # none, unless something has failed that is no answer of a receiver
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            self._loaded -= len(batch)
            self._changed.set()

    async def _load(self, name: str) -> Subscription | None:
        try:
            return await self._ask(lambda: self._recorder.subscription(name))
        except StoreError as error:  # its secrets cannot be read: the others have theirs
            log.error("subscription.unreadable", subscription=name, reason=str(error))  # noqa: TRY400 - one line for the operator
            self._resting[name] = self._clock() + _UNREADABLE
            return None

    async def _deliver(self, subscription: Subscription, delivery: Delivery) -> Outcome:
        """One attempt, noted."""
        async with self._slots[subscription.channel]:
            at, started = self._clock(), self._monotonic()
            outcome = await self._attempt(subscription, delivery, at)
            seconds = self._monotonic() - started
        now = at + timedelta(seconds=seconds)
        state, due_at = after(delivery, outcome, now, self._chance)
        if due_at is not None:  # what failed is not repeated at night either
            due_at = after_quiet(subscription.quiet, due_at)
        if outcome.retry_after and not outcome.delivered:
            self._resting[subscription.name] = now + timedelta(seconds=outcome.retry_after)
        attempt = Attempt(
            delivery=delivery.id,
            subscription=subscription.name,
            message_id=delivery.message_id,
            at=at,
            outcome=outcome,
            seconds=seconds,
        )
        await self._note(Tried(delivery=delivery, attempt=attempt, state=state, due_at=due_at))
        return outcome

    async def _attempt(self, subscription: Subscription, delivery: Delivery, at: datetime) -> Outcome:
        try:
            return await self._sender.send(subscription, delivery, at=at)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message must not stop the others
            fault = type(error).__name__  # its words may hold the address
            log.error("delivery.fault", subscription=subscription.name, message=delivery.message_id, fault=fault)  # noqa: TRY400 - the same
            return Outcome(delivered=False, error=f"the message could not be sent: a fault of this program ({fault})")

    # ---------------------------------------------------------------- writing down

    async def _note(self, tried: Tried) -> None:
        """Return when the attempt is on disk, together with whatever else ended meanwhile."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tried.append((tried, written))
        if self._recording is None:
            self._recording = asyncio.create_task(self._record())
        await written
        outcome, sent = tried.attempt.outcome, self.sent
        self.sent = replace(
            sent,
            delivered=sent.delivered + outcome.delivered,
            failed=sent.failed + (not outcome.delivered),
            waiting=sent.waiting + (tried.state is DeliveryState.WAITING),
        )

    async def _record(self) -> None:
        while self._tried:
            group, self._tried = self._tried, []
            rows = [tried for tried, _ in group]
            try:
                await self._ask(functools.partial(self._recorder.record, rows))
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait for it must hear of it
                _settle((written for _, written in group), error)
            else:
                _settle((written for _, written in group), None)
        self._recording = None


def _settle(futures: Iterable[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():  # whoever waited was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


def deliver_due(
    store: Store,
    now: datetime,
    *,
    clock: Callable[[], datetime],
    settings: Settings,
    user_agent: str,
    chance: random.Random | None = None,
    subscriptions: Collection[str] | None = None,
    lookup: AbstractResolver | None = None,
) -> Sent:
    """One pass: everything that is due at `now`, of some subscriptions or of all. Raises `StoreError`, `ConfigError`.

    SIGTERM ends it early and in order when it runs in the main thread.
    """

    async def run() -> Sent:
        _widen_look_ups()
        async with open_sender(settings, user_agent=user_agent, lookup=lookup) as sender:
            deliveries = Deliveries(
                store,
                sender,
                clock=clock,
                chance=chance or _chance(),
                parallel=settings.parallel,
                subscriptions=subscriptions,
            )
            with _stopped_by_signal(deliveries):
                return await deliveries.once(now)

    return asyncio.run(run())


class Deliverer:
    """The deliveries of `run`: a thread of its own that looks every second, and at once when it is told to."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime], settings: Settings, user_agent: str) -> None:
        self._store, self._clock, self._settings, self._user_agent = store, clock, settings, user_agent
        self._stopping = threading.Event()
        self._running: tuple[asyncio.AbstractEventLoop, Deliveries] | None = None
        self._thread = threading.Thread(target=self._keep_on, name="deliverer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def notify(self) -> None:
        """Something new may be due."""
        self._tell(Deliveries.notify)

    def stop(self) -> None:
        """Finish and note the attempts under way, then end.

        What no receiver has answered within a few seconds is given up; it is sent under its old id at the next start.
        """
        self._stopping.set()
        self._tell(Deliveries.stop)
        self._thread.join(_GRACE)
        self._tell(Deliveries.give_up)
        self._thread.join()

    def _tell(self, word: Callable[[Deliveries], None]) -> None:
        running = self._running
        if running is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                running[0].call_soon_threadsafe(word, running[1])

    def _keep_on(self) -> None:
        """Run; a fault is logged, and after a while it runs again: alerts must not end with one."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._run())
            except asyncio.CancelledError:
                log.info("deliveries.given_up")
            except TrackerError as error:
                log.error("deliveries.failed", reason=str(error))  # noqa: TRY400 - one line for the operator, no traceback
            except Exception:
                log.exception("deliveries.fault")
            finally:
                self._running = None
            self._stopping.wait(_AGAIN)

    async def _run(self) -> None:
        _widen_look_ups()
        async with open_sender(self._settings, user_agent=self._user_agent) as sender:
            deliveries = Deliveries(
                self._store, sender, clock=self._clock, chance=_chance(), parallel=self._settings.parallel
            )
            self._running = asyncio.get_running_loop(), deliveries
            if not self._stopping.is_set():
                await deliveries.keep_on()


def _chance() -> random.Random:
    return random.Random()  # noqa: S311 - spreads retries over time; guards nothing


def _widen_look_ups() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_LOOK_UPS, thread_name_prefix="look-up"))


@contextlib.contextmanager
def _stopped_by_signal(deliveries: Deliveries) -> Iterator[None]:
    """SIGTERM stops in order; only the main thread hears signals."""
    loop, heard = asyncio.get_running_loop(), threading.current_thread() is threading.main_thread()
    if heard:
        loop.add_signal_handler(signal.SIGTERM, deliveries.stop)
    try:
        yield
    finally:
        if heard:
            loop.remove_signal_handler(signal.SIGTERM)
