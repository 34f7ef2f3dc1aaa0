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
from datetime import datetime, timedelta
from typing import Final, Self

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from db.store import Store
from feeds.site import Site
from tracker import publishing
from tracker.errors import BusyError, StoreError
from tracker.instance import Instance
from tracker.models import Watch
from tracker.pipeline import DISCOVER_EVERY, DISCOVERIES, Result

LEASE: Final = "writer"
LEASE_SECONDS: Final = 120.0
TICK_SECONDS: Final = 20
_JITTER: Final = 5

log = structlog.get_logger("tracker.schedule")


class Lease:
    """Holds the right to write for one process. A context manager: refuses with `BusyError` when another holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        if not self._store.acquire_lease(LEASE, owner=self.owner, seconds=LEASE_SECONDS):
            raise BusyError("another instance is at work on this store; stop it, or wait two minutes if it has died")
        return self

    def renew(self) -> bool:
        """Prolong the lease; False when it was lost, and then this process must not write any more."""
        return self._store.renew_lease(LEASE, owner=self.owner, seconds=LEASE_SECONDS)

    def __exit__(self, *_: object) -> None:
        self._store.release_lease(LEASE, self.owner)


class Schedule:
    """The jobs of one instance. `tick` is the whole of the work and can be called without a scheduler."""

    def __init__(
        self,
        instance: Instance,
        site: Site,
        lease: Lease,
        *,
        on_lost: Callable[[], None],
        rng: random.Random | None = None,
    ) -> None:
        self._instance = instance
        self._site = site
        self._lease = lease
        self._on_lost = on_lost
        self._rng = rng or random.Random()  # noqa: S311  # spreads requests over time; guards nothing
        self._stopping = threading.Event()
        self._busy = threading.Lock()
        # APScheduler logs tracebacks of its own; ours are one line each, through structlog.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})

    def start(self) -> None:
        """Begin ticking, at once for what fell due while nothing ran."""
        self._scheduler.add_job(
            self._guarded, "interval", args=[self.tick], seconds=TICK_SECONDS, jitter=_JITTER, id="tick"
        )
        self._scheduler.add_job(self._guarded, "date", args=[self.tick], id="catch-up")
        self._scheduler.add_job(
            self._guarded, "interval", args=[self.keep_lease], seconds=LEASE_SECONDS / 4, id="lease"
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the look under way, begin no other."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def keep_lease(self) -> None:
        """Prolong the lease; a lost one ends the process, since another may be writing."""
        if not self._lease.renew():
            log.error("lease.lost")
            self._stopping.set()
            self._on_lost()

    def tick(self) -> tuple[Result, ...]:
        """Do what is due: discoveries first, then watches by age, then the entries of what happened."""
        if self._stopping.is_set() or not self._busy.acquire(blocking=False):
            return ()  # told to stop, or the tick before is still at it
        try:
            return self._tick()
        finally:
            self._busy.release()

    def _tick(self) -> tuple[Result, ...]:
        now = self._instance.clock()
        discoveries = [name for name in DISCOVERIES if self._is_due(f"discover/{name}", now)]
        watches = due(self._instance.store.watches(), now)
        if not discoveries and not watches:
            publishing.render_entries(self._instance.store, self._site)
            return ()
        results: list[Result] = []
        for name in discoveries:
            if self._stopping.is_set():
                break
            results.extend(self._instance.pipeline.run((), discover=(name,), progress=_log))
            self._done(f"discover/{name}", now, results)
        for watch in watches:
            if self._stopping.is_set():
                break
            results.extend(self._instance.pipeline.run((watch,), discover=(), progress=_log))
        publishing.render_entries(self._instance.store, self._site)
        return tuple(results)

    def _is_due(self, job: str, now: datetime) -> bool:
        known = self._instance.store.job(job)
        return known is None or known[1] is None or known[1] <= now

    def _done(self, job: str, now: datetime, results: list[Result]) -> None:
        failed = any(result.message for result in results)
        wait = DISCOVER_EVERY * self._rng.uniform(0.9, 1.1) / (8 if failed else 1)
        self._instance.store.mark_job(
            job, last_run=now, next_due=now + timedelta(seconds=wait), outcome="failed" if failed else "ok"
        )

    def _guarded(self, job: Callable[[], object]) -> None:
        """Run a job; a fault of the store is logged in one line and tried again at the next tick."""
        if self._stopping.is_set():
            return
        try:
            job()
        except StoreError as error:
            log.error("store.failed", reason=str(error))  # noqa: TRY400  # one line for the operator, no traceback


def due(watches: tuple[Watch, ...], now: datetime) -> tuple[Watch, ...]:
    """The watches whose time has come, those that waited longest first."""
    ready = [watch for watch in watches if watch.next_due is None or watch.next_due <= now]
    return tuple(sorted(ready, key=lambda watch: (watch.next_due is not None, watch.next_due or now)))


def _log(result: Result) -> None:
    if result.message:
        log.warning("look", target=result.target, outcome=str(result.outcome), reason=result.message)
    else:
        log.info("look", target=result.target, outcome=str(result.outcome), events=len(result.events))
