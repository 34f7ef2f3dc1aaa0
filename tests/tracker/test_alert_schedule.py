"""`run` tells subscribers by itself, beside the looks; a fault is logged and tried again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.tracker.test_alerting import draft
from tests.tracker.world import World
from tracker import alerting, config, subscriptions
from tracker.alert_settings import SubscriptionSettings
from tracker.errors import StoreError
from tracker.instance import Instance, open_instance
from tracker.models import Document, Observation
from tracker.schedule import Lease, Rhythm, Schedule


@pytest.fixture
def instance(tmp_path: Path, world: World) -> Iterator[Instance]:
    """An instance whose sources are the played ones; what it sends is sent."""
    settings = config.parse(
        {"storage": {"directory": str(tmp_path / "own")}, "webhooks": {"allow_networks": ["127.0.0.0/8"]}}, where="test"
    )
    with open_instance(settings) as made:
        object.__setattr__(made.desk, "network", world.network)
        yield made


@pytest.fixture
def running(instance: Instance) -> Iterator[Schedule]:
    with Lease(instance.store):
        made = Schedule(instance, instance.site(live=True), rhythm=Rhythm(alerts=0.1))
        yield made
        made.stop()


def happens(instance: Instance, key: str) -> None:
    about = Document(id="bill/100001-99", kind="bill", number="100001-99", date=None, title="О внесении", invented=True)
    instance.store.record(Observation(observed_at=datetime.now(UTC), document=about, events=(draft(key),)))


def test_what_happens_is_told_while_the_instance_runs(
    instance: Instance, running: Schedule, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    entry = SubscriptionSettings.model_validate({"name": "ngo", "url": httpserver.url_for("/hook")})
    subscriptions.add(
        instance.store,
        entry,
        webhooks=instance.settings.webhooks,
        topics=instance.desk.rules.topics,
        now=datetime.now(UTC),
        random_bytes=bytes,
    )
    running.start()
    happens(instance, "1")
    until = time.monotonic() + 30
    while time.monotonic() < until and not httpserver.log:
        time.sleep(0.05)
    assert len(httpserver.log) == 1
    running.stop()
    assert instance.store.outbox(alerting.CHANNEL) == ()
    (delivery,) = instance.store.deliveries()
    assert delivery.state == "delivered"


def test_a_fault_is_logged_and_tried_again(
    instance: Instance, running: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(instance, "1")
    for fault in (StoreError("the disk is full"), ZeroDivisionError()):

        def failing(*_: object, fault: Exception = fault) -> int:
            raise fault

        with monkeypatch.context() as patched:
            patched.setattr(alerting, "prepare", failing)
            running._alert()
    assert len(instance.store.outbox(alerting.CHANNEL)) == 1
    running._alert()
    assert instance.store.outbox(alerting.CHANNEL) == ()
