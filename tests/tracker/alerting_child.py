"""Turns the outbox into messages in a process that a test kills: python alerting_child.py DIRECTORY."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from db.store import Store
from tests.feeds.alerts.events import INFO
from tests.tracker.test_alerting import START
from tracker import alerting


def main(directory: Path) -> None:
    now = START + timedelta(days=2)
    with Store(directory, clock=lambda: now) as store:
        print("begun", flush=True)  # noqa: T201 - the test waits for it
        alerting.prepare(store, INFO, START + timedelta(hours=20))  # gathers, too
        alerting.prepare(store, INFO, now)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
