"""The operator's page: on a port of its own, and with no address or secret of anybody on it."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from lxml import html
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp, Message

from diffs import lemmas
from feeds import operatorpage
from feeds.app import create_app
from feeds.site import Site
from tests.feeds.fake_library import INFO
from tests.tracker.world import World
from tracker.alerts import Attempt, Channel, DeliveryState, NewDelivery, Outcome, Secret, Subscription
from tracker.metrics import Metrics
from tracker.operating import OperatorServer, report
from tracker.serving import listen

NOW = datetime(2026, 5, 14, 11, 5, tzinfo=UTC)
ADDRESS = "https://hooks.example/very-secret-path"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def told(world: World) -> World:
    """A store with one subscription whose message failed once."""
    world.store.put_subscription(
        Subscription(
            name="helpers", channel=Channel.WEBHOOK, url=Secret(ADDRESS), secrets=(Secret(SIGNING),), created_at=NOW
        )
    )
    world.store.put_delivery(
        NewDelivery(
            subscription="helpers",
            message_id="msg_1",
            type="event.recorded",
            body=b'{"words": "<script>"}',
            events=(),
            created_at=NOW,
            due_at=NOW,
        )
    )
    (delivery,) = world.store.deliveries()
    attempt = Attempt(
        delivery=delivery.id,
        subscription="helpers",
        message_id="msg_1",
        at=NOW,
        outcome=Outcome(delivered=False, status=503, error="the answer was 503 <b>"),
        seconds=0.25,
    )
    world.store.note_attempt(attempt, state=DeliveryState.WAITING, due_at=NOW + timedelta(seconds=5))
    return world


@pytest.fixture
def served(told: World) -> Iterator[str]:
    with OperatorServer(told.store, INFO, listen("127.0.0.1", 0)) as server:
        yield server.address


def ask(address: str, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.mark.parametrize(("path", "words"), [("/", "попытки кончились"), ("/en", "attempts exhausted")])
def test_every_attempt_is_told_and_no_address(served: str, path: str, words: str) -> None:
    status, headers, body = ask(served, path)
    said = " ".join(html.fromstring(body).text_content().split())
    assert status == 200
    assert words in said
    assert "helpers" in said
    assert "msg_1" in said
    assert "the answer was 503 <b>, 0.2 s" in said
    for secret in ("hooks.example", "very-secret", "whsec", "MfKQ9r8"):
        assert secret not in body.decode()
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_the_metrics_say_how_fresh_each_source_is_and_name_nobody(told: World, served: str) -> None:
    told.store.mark_source("sozd", at=NOW, success=True)
    status, headers, body = ask(served, "/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }
    assert samples["duma_tracker_source_last_success_timestamp_seconds", ("sozd",)] == NOW.timestamp()
    assert samples["duma_tracker_deliveries", ("waiting",)] == 1
    assert samples["duma_tracker_outbox_waiting", ("alerts",)] == 0
    assert samples["duma_tracker_database_bytes", ()] > 4096
    assert any(name == "duma_tracker_process_open_fds" for name, _ in samples)
    assert "helpers" not in body.decode()
    assert "hooks.example" not in body.decode()


def test_the_metrics_count_looks_by_how_they_ended_and_say_what_runs(world: World) -> None:
    metrics = Metrics(world.store)
    for outcome in ("unchanged", "unchanged", "failed"):
        metrics.looked("sozd", outcome)
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }
    assert samples["duma_tracker_checks_total", "sozd", "unchanged"] == 2
    assert samples["duma_tracker_checks_total", "failed", "sozd"] == 1
    assert samples[("duma_tracker_threads",)] >= 1
    assert samples[("duma_tracker_disk_free_bytes",)] > 0
    assert any(key[0] == "duma_tracker_build_info" for key in samples)


def test_the_metrics_say_what_is_kept_in_memory_and_how_much_may_be(world: World) -> None:
    lemmas.lemmas("пасечник")
    app = create_app(Site(world.store, replace(INFO, live=True)))
    answer = asyncio.run(asked(app, "/about"))
    samples = {
        (sample.name.removeprefix("duma_tracker_cache_"), sample.labels["cache"]): sample.value
        for family in text_string_to_metric_families(Metrics(world.store, kept=app.sizes).render().decode())
        for sample in family.samples
        if sample.name.startswith("duma_tracker_cache_")
    }
    assert samples["entries", "pages"] == 1
    assert len(answer) < samples["bytes", "pages"] < len(answer) * 2 + 10_000  # plain, packed, and the headers of both
    assert samples["entries", "words"] >= 1
    bounded = {cache for what, cache in samples if what == "max_bytes"}
    assert bounded == {"pages", "comparisons", "comparisons_api", "titles_ru", "titles_en"}
    assert sum(samples["max_bytes", cache] for cache in bounded) <= 80_000_000  # of a small machine's 512 MB


async def asked(app: ASGIApp, path: str) -> bytes:
    """The body of the page at a path."""
    sent: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await app(scope, receive, send)
    return b"".join(sent)


def test_nothing_else_answers(served: str) -> None:
    assert ask(served, "/static/style.css")[0] == 200
    assert ask(served, "/feeds/all.atom")[0] == 404
    assert ask(served, "/../tracker.toml")[0] == 404
    assert ask(served, "/", "POST")[0] == 405
    assert ask(served, "/", "HEAD")[2] == b""


def test_an_empty_store_says_so(world: World) -> None:
    page = operatorpage.page(report(world.store), INFO, "ru").decode()
    assert "Рассылок нет." in page
    assert "Сообщений ещё не было." in page
