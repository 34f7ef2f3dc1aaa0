"""Delivers until nothing is left, in a process that a test kills: python delivering_child.py DIRECTORY EPOCH [once].

Time runs a hundred times as fast as on the wall since EPOCH, so that retries need no patience.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from db.store import Store
from tests.receivers import NOON, Webhooks
from tracker.alerts import DeliveryState
from tracker.delivering import deliver_due


def main(directory: Path, epoch: float, *, once: bool) -> None:
    def clock() -> datetime:
        return NOON + timedelta(seconds=(time.time() - epoch) * 100)

    with Store(directory, clock=clock) as store:
        print("begun", flush=True)  # noqa: T201 - the test waits for it
        while store.deliveries(states=(DeliveryState.WAITING,), limit=1):
            deliver_due(store, clock(), clock=clock, settings=Webhooks(), user_agent="duma-tracker/0.1")
            if once:
                break


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), once="once" in sys.argv)
