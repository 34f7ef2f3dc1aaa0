"""The service: looks, the site, messages and the operator's page in one process, until it is told to stop.

The command `run` opens the real instance and calls this; whoever simulates a service calls it with an instance of another
clock, and with ticks that keep step with it.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tracker import memory, subscriptions
from tracker.errors import BusyError
from tracker.instance import Instance, site_info
from tracker.metrics import Metrics
from tracker.operating import OperatorServer
from tracker.schedule import EVERY_DAY, Lease, Rhythm, Schedule
from tracker.serving import SiteServer, listen

Place: TypeAlias = tuple[str, int]


def run(
    instance: Instance,
    place: Place,
    *,
    operator: Place | None = None,
    rhythm: Rhythm = EVERY_DAY,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Keep looking and serve the site at a place (host, port), and the operator's page at another, until SIGINT or SIGTERM.

    `tell` is given a line for each address when it can be used. Raises `BusyError` when another instance is at work on the
    store, or has taken it over.
    """
    memory.use_few_heaps()
    with Lease(instance.store) as lease, contextlib.ExitStack() as sockets:
        taken = sockets.enter_context(listen(*place))
        beside = sockets.enter_context(listen(*operator, option="--operator-port")) if operator else None
        site = instance.site(live=True)
        server = SiteServer(site, taken, now=instance.clock)
        instance.sync_watches()
        subscriptions.sync(
            instance.store,
            instance.settings.subscriptions,
            webhooks=instance.settings.webhooks,
            topics=instance.desk.rules.topics,
            now=instance.clock(),
        )
        lease.on_lost = server.stop
        metrics = Metrics(instance.store, kept=server.sizes)
        schedule = Schedule(instance, site, metrics=metrics, rhythm=rhythm)
        schedule.start()
        tell(f"{server.address} - looking and serving; stop with Ctrl-C")
        try:
            with _operator(instance, beside, metrics, tell):
                server.run()
        finally:
            schedule.stop()
        if lease.lost:
            raise BusyError("another instance has taken over this store; this one has stopped")


@contextlib.contextmanager
def _operator(
    instance: Instance, taken: socket.socket | None, metrics: Metrics, tell: Callable[[str], None]
) -> Iterator[None]:
    """The operator's page and the metrics beside the site, when there is a place for them."""
    if taken is None:
        yield
        return
    info = site_info(instance.settings, instance.desk.rules, invented=instance.invented)
    with OperatorServer(instance.store, info, taken, metrics) as server:
        tell(f"{server.address} - for the operator only")
        yield
