"""What the children of the crash suite do: the real commands' work over a real store, with a clock that is told to them."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from db.store import Store
from scrapers.http import SourcePolicy
from tests.feeds.alerts.events import INFO
from tests.receivers import Webhooks
from tests.tracker.fault_sites import SOURCES, START
from tracker import alerting, backups, publishing
from tracker.alerts import DeliveryState
from tracker.config import Settings, SourceSettings, Storage
from tracker.delivering import deliver_due
from tracker.instance import Instance, open_instance
from tracker.schedule import Lease, Schedule


def opened(directory: Path, bases: Mapping[str, str], clock: Callable[[], datetime]) -> Instance:
    """An instance over local sites, which are asked without delay."""
    policy = SourcePolicy(delay=0, retries=0, allow_private=True, max_bytes=2**20)
    return open_instance(
        Settings(
            storage=Storage(directory=directory),
            sources={name: SourceSettings(base_url=base) for name, base in bases.items() if name != "page"},
        ),
        clock=clock,
        policies=dict.fromkeys(SOURCES, policy),
        rng=random.Random(1),  # noqa: S311 - the same jitter every time
    )


def check(request: Mapping[str, Any]) -> None:
    """`run`: what is due at each of some minutes since the start is looked at, recorded and rendered."""
    now = [START]
    with opened(Path(request["directory"]), request["bases"], lambda: now[0]) as instance:
        schedule = Schedule(instance, instance.site(live=True), rng=random.Random(1))  # noqa: S311 - as above
        for minute in request["minutes"]:
            now[0] = START + timedelta(minutes=minute)
            with Lease(instance.store):
                schedule.tick()


def publish(request: Mapping[str, Any]) -> None:
    """`publish DIR`."""
    with opened(Path(request["directory"]), {}, lambda: START + timedelta(days=1)) as instance:
        publishing.publish_site(instance.store, instance.site(live=False), Path(request["to"]))


def deliver(request: Mapping[str, Any]) -> None:
    """The alerts of `run`: messages are made out of the outbox and sent until none waits. Time runs a hundred times as fast."""
    begun = time.time()

    def clock() -> datetime:
        since = request.get("since", begun)
        return datetime.fromisoformat(request["now"]) + timedelta(seconds=(time.time() - since) * 100)

    with Store(Path(request["directory"]), clock=clock) as store:
        alerting.prepare(store, INFO, clock())
        while store.deliveries(states=(DeliveryState.WAITING,), limit=1):
            deliver_due(store, clock(), clock=clock, settings=Webhooks(), user_agent="duma-tracker/0.1")


def backup(request: Mapping[str, Any]) -> None:
    """`backup FILE`."""
    with Store(Path(request["directory"]), clock=lambda: START, read_only=True) as store:
        store.backup(Path(request["to"]), with_secrets=False)


def restore(request: Mapping[str, Any]) -> None:
    """`restore FILE --to DIR`."""
    backups.restore(Path(request["archive"]), Path(request["to"]), clock=lambda: START)


def migrate(request: Mapping[str, Any]) -> None:
    """What opening a store of an older version does."""
    Store(Path(request["directory"]), clock=lambda: START).close()


WORK: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    "check": check,
    "publish": publish,
    "deliver": deliver,
    "backup": backup,
    "restore": restore,
    "migrate": migrate,
}


def do(request: Mapping[str, Any]) -> None:
    """One piece of work; what goes wrong is said on stderr."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        WORK[request["work"]](request)
    except BaseException:
        traceback.print_exc()
        raise
