"""`run`: keeps looking. APScheduler ticks; what is due, when it last ran and how it ended stand in our own tables.

Jobs are defined here, in code, never in a job store: a restart reads the tables and catches up at once with what fell due
while the process was down. One lease in the store keeps a second instance out; it is renewed while this one lives and
expires by itself when it dies.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from db.store import Store
from feeds.site import Site
from tracker import alerting, delivering, discovery, memory, publishing
from tracker.errors import BusyError, StoreError, TrackerError
from tracker.instance import Instance
from tracker.metrics import Metrics
from tracker.models import Watch
from tracker.pipeline import DISCOVERIES, Result

LEASE: Final = "writer"
LEASE_SECONDS: Final = 120.0
GRACE_SECONDS: Final = 3

log = structlog.get_logger("tracker.schedule")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two ticks, and between two looks for messages to be made. A clock that runs faster needs shorter ones."""

    tick: float = 20.0
    alerts: float = 5.0


EVERY_DAY: Final = Rhythm()


class Lease:
    """Holds the right to write for one process. A context manager: refuses with `BusyError` when another holds it.

    While it is held, a thread of its own renews it, however long a look takes, and the store records only in its name.
    A lease that was lost all the same (the machine slept) is told to `on_lost`, once.
    """

    def __init__(self, store: Store, *, on_lost: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self.on_lost = on_lost
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lost = False
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        if not self._store.acquire_lease(LEASE, owner=self.owner, seconds=LEASE_SECONDS):
            raise BusyError("another instance is at work on this store; stop it, or wait two minutes if it has died")
        self._store.fence((LEASE, self.owner))
        self._thread.start()
        return self

    def renew(self) -> bool:
        """Prolong the lease; False when it was lost, and then nothing of this process is recorded any more."""
        if not self.lost and not self._store.renew_lease(LEASE, owner=self.owner, seconds=LEASE_SECONDS):
            self.lost = True
            log.error("lease.lost")
            self.on_lost()
        return not self.lost

    def _keep(self) -> None:
        while not self._released.wait(LEASE_SECONDS / 4):
            try:
                if not self.renew():
                    return
            except StoreError as error:
                log.error("lease.failed", reason=str(error))  # noqa: TRY400  # tried again before the term ends

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._thread.join()
        self._store.fence(None)
        self._store.release_lease(LEASE, self.owner)


class Schedule:
    """The jobs of one instance. `tick` is the whole of the work and can be called without a scheduler."""

    def __init__(
        self,
        instance: Instance,
        site: Site,
        *,
        rng: random.Random | None = None,
        metrics: Metrics | None = None,
        rhythm: Rhythm = EVERY_DAY,
    ) -> None:
        self._instance = instance
        self._site = site
        self._metrics = metrics
        self._rhythm = rhythm
        self._rng = rng or random.Random()  # noqa: S311  # spreads requests over time; guards nothing
        self._stopping = threading.Event()
        self._busy = threading.Lock()
        # APScheduler logs tracebacks of its own; `_guarded` logs what happens in a tick.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        self._deliverer: delivering.Deliverer | None = None
        directory = instance.settings.site.publish
        static = instance.site(live=False)
        self._publisher = publishing.Publisher(instance.store, static, directory) if directory else None

    def start(self) -> None:
        """Begin ticking, at once for what fell due while nothing ran; begin to tell subscribers."""
        tick = self._rhythm.tick
        self._scheduler.add_job(self._guarded, "interval", seconds=tick, jitter=tick / 4, id="tick")
        self._scheduler.add_job(self._guarded, "date", id="catch-up")
        # Apart from the looks, which may take an hour: messages neither wait for them nor hold them up.
        self._scheduler.add_job(self._alert, "interval", seconds=self._rhythm.alerts, id="alerts")
        self._scheduler.add_job(memory.give_back, "interval", seconds=memory.INTERVAL, id="memory")
        self._scheduler.start()
        self._deliverer = delivering.Deliverer(
            self._instance.store,
            clock=self._instance.clock,
            settings=self._instance.settings.webhooks,
            user_agent=self._instance.settings.user_agent,
        )
        self._deliverer.start()

    def stop(self) -> None:
        """Finish the look under way, begin no other.

        One whose source lets us wait is given up after a few seconds: nothing is recorded of it, and it stays due.
        """
        self._stopping.set()
        ending = threading.Thread(target=self._deliverer.stop) if self._deliverer is not None else None
        if ending is not None:
            ending.start()  # both may take their few seconds at once
        if self._busy.acquire(timeout=GRACE_SECONDS):
            self._busy.release()
        self._instance.network.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if ending is not None:
            ending.join()

    def tick(self) -> tuple[Result, ...]:
        """Do what is due: discoveries first, then watches by age; render the entries of what happened, also on the way."""
        if self._stopping.is_set() or not self._busy.acquire(blocking=False):
            return ()  # told to stop, or the tick before is still at it
        try:
            return self._tick()
        finally:
            self._busy.release()

    def _tick(self) -> tuple[Result, ...]:
        instance = self._instance
        now = instance.clock()
        searches = [name for name in DISCOVERIES if self._is_due(name, now)]
        watches = due(instance.store.watches(), now)
        try:
            if not searches and not watches:
                return ()
            return instance.pipeline.run(
                watches,
                discover=searches,
                searches=tuple(DISCOVERIES),
                progress=self._looked,
                stopped=self._stopping.is_set,
            )
        finally:
            publishing.render_entries(instance.store, self._site)
            self._publish(now)

    def _publish(self, now: datetime) -> None:
        """Bring the published copy up to date; a fault of its disk costs no look."""
        if self._publisher is None or self._stopping.is_set():
            return
        try:
            done = self._publisher.publish(now)
        except TrackerError as error:
            log.error("publish.failed", reason=str(error))  # noqa: TRY400  # one line for the operator, no traceback
            return
        if done is not None and (done.written or done.removed):
            log.info("published", written=done.written, removed=done.removed)

    def _looked(self, result: Result) -> None:
        """After each look: log it, note when a search is due again, make its entries readable."""
        if result.message:
            log.warning("look", target=result.target, outcome=str(result.outcome), reason=result.message)
        else:
            log.info("look", target=result.target, outcome=str(result.outcome), events=len(result.events))
        if self._metrics is not None:
            self._metrics.looked(result.source, str(result.outcome))
        if result.search:
            self._searched(result)
        if result.events:
            publishing.render_entries(self._instance.store, self._site)

    def _is_due(self, search: str, now: datetime) -> bool:
        last_run, next_due, _ = self._instance.store.job(f"discover/{search}")
        return next_due is None or next_due <= now or (last_run is not None and last_run > now)

    def _searched(self, result: Result) -> None:
        failed = not result.outcome.is_success
        every = discovery.AFTER_FAILURE if failed else discovery.EVERY[result.search]
        wait = every * self._rng.uniform(0.9, 1.1)
        now = self._instance.clock()
        self._instance.store.mark_job(
            f"discover/{result.search}",
            last_run=now,
            next_due=now + timedelta(seconds=wait),
            outcome="failed" if failed else "ok",
        )

    def _alert(self) -> None:
        """Make the messages that are due to be made, and have them sent; a fault is logged, and it is tried again."""
        try:
            keep = self._instance.settings.storage.logs_kept_for
            made = alerting.prepare(self._instance.store, self._site.info, self._instance.clock(), keep=keep)
            if made and self._deliverer is not None:
                self._deliverer.notify()
        except TrackerError as error:
            log.error("alerts.failed", reason=str(error))  # noqa: TRY400  # one line for the operator, no traceback
        except Exception:
            log.exception("alerts.fault")

    def _guarded(self) -> None:
        """A tick whose faults are logged, and which is tried again: the work of years must not end with one of them."""
        try:
            self.tick()
        except BusyError as error:  # the work was given back
            log.info("tick.ended", reason=str(error))
        except TrackerError as error:
            log.error("tick.failed", reason=str(error))  # noqa: TRY400  # one line for the operator, no traceback
        except Exception:
            log.exception("tick.fault")


def due(watches: tuple[Watch, ...], now: datetime) -> tuple[Watch, ...]:
    """The watches whose time has come, those that waited longest first.

    One that was looked at in the future is due as well: the clock was ahead then, and must not keep us blind until it is
    right.
    """
    ready = [
        watch
        for watch in watches
        if watch.next_due is None
        or watch.next_due <= now
        or (watch.last_checked is not None and watch.last_checked > now)
    ]
    return tuple(sorted(ready, key=lambda watch: (watch.next_due is not None, watch.next_due or now)))
