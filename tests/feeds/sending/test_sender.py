"""The sender against receivers that misbehave: real sockets on 127.0.0.1, real TLS."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from tests.receivers import BODY, OLDER, SECRET, Names, Receiver, Webhooks, delivery, pages, receiving, subscription
from tests.servers import Handler, drip, page, raw, redirect, running
from tracker.alerts import Outcome
from tracker.sending import open_sender

AGENT = "duma-tracker/0.1 (+https://tracker.example/about)"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running_receiver:
        yield running_receiver


def send(
    *urls: str, at: datetime | None = None, settings: Webhooks | None = None, names: Names | None = None, **fields: Any
) -> list[Outcome]:
    """One attempt to each URL by one sender, one after the other."""

    async def run() -> list[Outcome]:
        moment = at or datetime.now(UTC)
        async with open_sender(settings or Webhooks(), user_agent=AGENT, lookup=names) as sender:
            return [await sender.send(subscription(url, **fields), delivery(), at=moment) for url in urls]

    return asyncio.run(run())


def test_what_is_sent_is_what_was_signed(receiver: Receiver) -> None:
    assert send(receiver.url("/hook?key=1")) == [Outcome(delivered=True, status=200)]
    [got] = receiver.received
    assert (got.path, got.body) == ("/hook?key=1", BODY)
    assert Webhook(SECRET.value).verify(got.body, dict(got.headers))["type"] == "event"
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"] == AGENT
    assert set(got.headers) == {
        *("host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    }


def test_tampering_and_stale_timestamps_are_noticed_by_the_reference_library(receiver: Receiver) -> None:
    send(receiver.url())
    send(receiver.url(), at=datetime.now(UTC) - timedelta(minutes=6))
    fresh, stale = receiver.received
    library = Webhook(SECRET.value)
    for body, headers in (
        (fresh.body.replace(b"100001", b"100002"), fresh.headers),
        (fresh.body, {**fresh.headers, "webhook-id": "msg_2"}),
        (fresh.body, {**fresh.headers, "webhook-timestamp": str(int(fresh.headers["webhook-timestamp"]) + 1)}),
        (stale.body, stale.headers),
    ):
        with pytest.raises(WebhookVerificationError):
            library.verify(body, dict(headers))


def test_during_a_rotation_both_secrets_are_accepted(receiver: Receiver) -> None:
    now = datetime.now(UTC)
    send(receiver.url(), secrets=(SECRET, OLDER), old_until=now + timedelta(hours=1))
    send(receiver.url(), secrets=(SECRET, OLDER), old_until=now - timedelta(hours=1))
    during, afterwards = receiver.received
    for secret in (SECRET, OLDER):
        Webhook(secret.value).verify(during.body, dict(during.headers))
    Webhook(SECRET.value).verify(afterwards.body, dict(afterwards.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(OLDER.value).verify(afterwards.body, dict(afterwards.headers))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_delivered(receiver: Receiver, status: int) -> None:
    assert send(pages(receiver, "/", page(b"" if status == 204 else b"fine", status))) == [
        Outcome(delivered=True, status=status)
    ]


@pytest.mark.parametrize("status", [304, 400, 401, 404, 429, 500, 503])
def test_everything_else_has_failed(receiver: Receiver, status: int) -> None:
    [outcome] = send(pages(receiver, "/", page(b"", status)))
    assert (outcome.delivered, outcome.status, outcome.gone) == (False, status, False)
    assert f"HTTP {status}" in outcome.error


def test_a_wait_that_is_asked_for_is_told(receiver: Receiver) -> None:
    [outcome] = send(pages(receiver, "/", page(b"", 429, {"Retry-After": "120"})))
    assert (outcome.status, outcome.retry_after) == (429, 120)


def test_gone_is_told(receiver: Receiver) -> None:
    [outcome] = send(pages(receiver, "/", page(b"", 410)))
    assert outcome.gone
    assert not outcome.delivered


def test_redirects_are_failures_and_nothing_reaches_their_target(receiver: Receiver) -> None:
    with receiving() as inner:
        urls = [
            pages(receiver, f"/{status}", page(b"", status, {"Location": inner.url("/inside")}))
            for status in (301, 302, 303, 307, 308)
        ]
        outcomes = send(*urls, pages(receiver, "/self", redirect("/self")))
        assert inner.received == []
    assert [outcome.delivered for outcome in outcomes] == [False] * 6
    assert "redirect" in outcomes[0].error


def reset(handler: Handler) -> None:
    handler.close_connection = True
    handler.wfile.write(_HEAD + b"half")
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())


@pytest.mark.parametrize(
    "answer",
    [
        reset,
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 100_000 + b"\r\n"),
    ],
    ids=["reset", "nothing", "short", "bad-chunk", "not-http", "long-header", "endless-headers"],
)
def test_answers_that_break_off_are_failures(receiver: Receiver, answer: Any) -> None:
    [outcome] = send(pages(receiver, "/", answer))
    assert not outcome.delivered
    assert "receiver" in outcome.error


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "body", "informational"],
)
def test_a_drip_ends_at_the_deadline(receiver: Receiver, answer: Any) -> None:
    [outcome] = send(pages(receiver, "/", answer), settings=Webhooks(timeout=0.3))
    assert outcome == Outcome(delivered=False, error="no complete answer within 0.3 s")


def test_a_look_up_counts_against_the_deadline() -> None:
    class Silent(Names):
        async def resolve(self, *_: Any, **__: Any) -> Any:
            await asyncio.Event().wait()

    [outcome] = send("https://ngo.test/", names=Silent(), settings=Webhooks(timeout=0.2))
    assert "within 0.2 s" in outcome.error


def test_of_a_large_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    pieces: list[int] = []

    def large(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
        try:
            for _ in range(160):
                handler.wfile.write(b"x" * 65536)
                pieces.append(65536)
        except OSError:
            return

    assert send(pages(receiver, "/", large)) == [Outcome(delivered=True, status=200)]
    assert sum(pieces) < 10_485_760  # hung up before the end; the rest are buffers of the system


def test_connections_are_kept_and_no_cookies(receiver: Receiver) -> None:
    url = pages(receiver, "/", page(b"fine", 200, {"Set-Cookie": "a=b; Path=/"}))
    send(url, url, url)
    assert len(receiver.open) == 1
    assert all("cookie" not in got.headers for got in receiver.received)


def test_no_proxy_of_the_environment(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert send(receiver.url())[0].delivered
        assert proxy.received == []


# ---------------------------------------------------------------- names


def test_a_name_that_leads_inside_is_refused(receiver: Receiver) -> None:
    names = Names(ngo_test=[["127.0.0.1"]], mixed_test=[["10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]])
    outcomes = send(
        f"https://ngo.test:{receiver.port}/",
        f"https://mixed.test:{receiver.port}/",
        "https://unknown.test/",
        names=names,
        settings=Webhooks(allow_networks=()),
    )
    assert ["not allowed" in outcome.error for outcome in outcomes] == [True, True, False]
    assert "no address" in outcomes[2].error
    assert receiver.open == []


def test_a_name_that_changes_its_mind_gains_nothing(receiver: Receiver) -> None:
    """What was judged is what is dialled: the name is asked once for each connection, and judged each time."""
    names = Names(ngo_test=[["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"]])
    url = f"http://ngo.test:{receiver.port}/"
    receiver.put("*", page(b"", 200, {"Connection": "close"}))
    outcomes = send(url, url, url, names=names)
    assert [outcome.delivered for outcome in outcomes] == [True, False, True]
    assert len(names.asked) == 3
    assert len(receiver.received) == 2


def test_plain_http_goes_to_own_networks_only(receiver: Receiver) -> None:
    names = Names(ngo_test=[["8.8.8.8", "127.0.0.1"]])
    assert send(f"http://ngo.test:{receiver.port}/", names=names)[0].delivered
    names = Names(ngo_test=[["8.8.8.8"]])
    [outcome] = send(f"http://ngo.test:{receiver.port}/", names=names)
    assert "not allowed" in outcome.error


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Receiver]:
    site = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ngo.test").configure_cert(context)
    site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
    site.scheme = "https"
    with running(site):
        yield site


def test_tls_with_the_authority_of_the_operator(secure: Receiver, trusted: Path) -> None:
    names = Names(ngo_test=[["127.0.0.1"]])
    url = secure.url("/hook", host="ngo.test")
    assert send(url, names=names, settings=Webhooks(ca_bundle=trusted)) == [Outcome(delivered=True, status=200)]
    assert secure.received[0].headers["host"] == f"ngo.test:{secure.port}"


def test_certificates_are_always_verified(secure: Receiver, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(ngo_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    [unknown] = send(secure.url("/", host="ngo.test"), names=names)
    assert "certificate" in unknown.error
    [misnamed] = send(secure.url("/", host="other.test"), names=names, settings=Webhooks(ca_bundle=trusted))
    assert "certificate" in misnamed.error
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    assert not send(secure.url("/", host="ngo.test"), names=names)[0].delivered
    assert secure.received == []


def test_tls_to_a_port_that_speaks_plainly(receiver: Receiver) -> None:
    names = Names(ngo_test=[["127.0.0.1"]])
    receiver.put("*", raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    [outcome] = send(f"https://ngo.test:{receiver.port}/", names=names, settings=Webhooks(timeout=1))
    assert not outcome.delivered


# ---------------------------------------------------------------- silence


def test_no_word_and_no_line_names_the_receiver(
    receiver: Receiver, secure: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    names = Names(secrethost_test=[["127.0.0.1"]], inside_test=[["10.0.0.1"]])
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    receiver.put(
        "/secretpath/cookie", page(b"secretbody", 500, {"Set-Cookie": "secret\x01=b", "Retry-After": "secret"})
    )
    receiver.put("/secretpath/reset", reset)
    outcomes = send(
        receiver.url("/secretpath/cookie"),
        receiver.url("/secretpath/reset"),
        f"https://secrethost.test:{secure.port}/secretpath",
        f"http://secrethost.test:{dead}/secretpath",
        "https://inside.test/secretpath",
        "https://nowhere.test/secretpath",
        "https://user:secret@secrethost.test/",
        "http://[secrethost",
        names=names,
    )
    said = " ".join([outcome.error for outcome in outcomes] + [record.getMessage() for record in caplog.records])
    assert not any(outcome.delivered for outcome in outcomes)
    for word in ("secret", ".test", "127.0.0.1", str(receiver.port), str(dead), SECRET.value):
        assert word not in said
