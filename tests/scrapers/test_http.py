"""The gate against servers that misbehave: real sockets on 127.0.0.1, real TLS, real proxies; only waiting is faked."""

from __future__ import annotations

import contextlib
import gzip
import logging
import random
import socket
import socketserver
import ssl
import threading
import time
import traceback
import tracemalloc
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import cast
from urllib.parse import urlsplit

import pytest
import trustme

from scrapers import http
from scrapers.http import LONGEST_WAIT, MOST_HOSTS, Gate, SourcePolicy, check_url, retry_after
from scrapers.transport import Adapter
from tests.servers import PAGE, Handler, Page, Server, Stoppable, drip, page, raw, redirect, relay, running
from tracker.errors import ConfigError, FetchError
from tracker.models import Response, Validators

AGENT = "duma-tracker/0.1 (+https://tracker.example/about; editors@tracker.example)"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

# ---------------------------------------------------------------- servers


@pytest.fixture
def server() -> Iterator[Server]:
    site = Server()
    with running(site):
        yield site


@pytest.fixture
def proxy() -> Iterator[Server]:
    site = Server()
    with running(site):
        yield site


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[Server]:
    site = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("portal.test", "127.0.0.1").configure_cert(context)
    # The handshake belongs to the thread of the request, so that one client cannot stop the server.
    site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
    site.scheme = "https"
    with running(site):
        yield site


class SocksHandler(socketserver.BaseRequestHandler):
    """SOCKS 5 without login (RFC 1928): notes the name asked for and connects to the port of this machine."""

    def handle(self) -> None:
        site = cast("SocksServer", self.server)
        self.request.recv(257)
        self.request.sendall(b"\x05\x00")
        asked = self.request.recv(262)
        kind, rest = asked[3], asked[4:]
        host = rest[1 : 1 + rest[0]].decode() if kind == 3 else socket.inet_ntoa(rest[:4])
        site.asked.append(host)
        if site.refuse:
            self.request.sendall(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
            return
        with socket.create_connection(("127.0.0.1", int.from_bytes(asked[-2:], "big"))) as far:
            self.request.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            relay(self.request, far)


class SocksServer(Stoppable):
    def __init__(self) -> None:
        super().__init__(SocksHandler)
        self.asked: list[str] = []
        self.refuse = False


@pytest.fixture
def socks_proxy() -> Iterator[SocksServer]:
    site = SocksServer()
    with running(site):
        yield site


# ---------------------------------------------------------------- the gate


class FakeTime:
    """Waiting that takes no time: `sleep` moves `monotonic` and the clock on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.now - 1000.0)


class Opener:
    """Makes gates whose policy is lenient but for what a test says, and closes them."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.names: dict[str, list[str]] = {}
        self.stack = contextlib.ExitStack()

    def lookup(self, host: str) -> list[str]:
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.names[host]

    def __call__(
        self,
        *,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        delay: float = 0.0,
        deadline: float = 30.0,
        max_bytes: int = 2**20,
        retries: int = 0,
        robots: bool = False,
        allow_private: bool = True,
        real_time: bool = False,
    ) -> Gate:
        policy = SourcePolicy(
            proxy=proxy,
            ca_bundle=ca_bundle,
            delay=delay,
            deadline=deadline,
            max_bytes=max_bytes,
            retries=retries,
            robots=robots,
            allow_private=allow_private,
        )
        gate = Gate(
            user_agent=AGENT,
            policies={"portal": policy},
            clock=self.time.clock,
            monotonic=time.monotonic if real_time else self.time.monotonic,
            sleep=self.time.sleep,
            rng=random.Random(1),  # noqa: S311 - repeatable jitter
            lookup=self.lookup,
        )
        return self.stack.enter_context(gate)


@pytest.fixture
def opener() -> Iterator[Opener]:
    made = Opener()
    with made.stack:
        yield made


def get(
    gate: Gate, url: str, validators: Validators | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    return gate.fetch(url, source="portal", validators=validators, headers=headers)


def fail(gate: Gate, url: str, validators: Validators | None = None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(gate, url, validators)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    return caught.value


# ---------------------------------------------------------------- answers


def test_an_answer_is_returned_as_it_came(server: Server, opener: Opener) -> None:
    server.put(
        "/bill", page(headers={"Content-Type": "text/html; charset=windows-1251", "Set-Cookie": "node=1", "X-Two": "a"})
    )
    answer = get(
        opener(), server.url("/bill#top"), headers={"Accept": "text/html", "user-agent": "Mozilla", "Cookie": "a=b"}
    )
    assert (answer.status, answer.body, answer.not_modified) == (200, PAGE, False)
    assert (answer.url, answer.final_url) == (server.url("/bill#top"), server.url("/bill"))
    assert answer.content_type == "text/html"
    assert answer.header("x-two") == "a"
    assert answer.header("set-cookie") is None
    assert answer.fetched_at == NOON
    assert answer.via == "direct+http"
    (_, sent), *_ = server.seen
    assert sent["user-agent"] == AGENT
    assert sent["accept-encoding"] == "gzip"
    assert sent["accept"] == "text/html"
    assert "cookie" not in sent


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 410, 451, 500, 503])
def test_every_final_status_is_evidence(server: Server, opener: Opener, status: int) -> None:
    body = b"" if status == 204 else b"why"
    server.put("/x", page(body, status))
    answer = get(opener(), server.url("/x"))
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize("body", [b"", b"x" * 300, bytes(range(256)) * 3000])
@pytest.mark.parametrize("encoding", ["plain", "gzip", "two members", "chunked"])
def test_bodies_of_every_size_and_encoding(server: Server, opener: Opener, body: bytes, encoding: str) -> None:
    half = len(body) // 2
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part)
    packed = {"Content-Encoding": "gzip"}
    server.put(
        "/x",
        {
            "plain": page(body),
            "gzip": page(gzip.compress(body), headers=packed),
            "two members": page(gzip.compress(body[:half]) + gzip.compress(body[half:]) + bytes(8), headers=packed),
            "chunked": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunked, b"0\r\n\r\n"),
        }[encoding],
    )
    assert get(opener(), server.url("/x")).body == body


def test_a_connection_is_kept_alive(server: Server, opener: Opener) -> None:
    ports: list[int] = []

    def note(handler: Handler) -> None:
        ports.append(handler.client_address[1])
        handler.send(200, PAGE)

    server.put("/x", note)
    gate = opener()
    for _ in range(3):
        get(gate, server.url("/x"))
    assert len(set(ports)) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", PAGE), "short_body"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"64\r\nonly this"), "short_body"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\nZZZ\r\n"), "short_body"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n"), "short_body"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(PAGE)[:-20]), "short_body"),
        (page(PAGE, 206, {"Content-Range": f"bytes 0-{len(PAGE) - 1}/5000"}), "short_body"),
        (page(PAGE, headers={"Content-Encoding": "gzip"}), "bad_encoding"),
        (page(PAGE, headers={"Content-Encoding": "br"}), "bad_encoding"),
        (page(PAGE, headers={"Transfer-Encoding": "gzip, chunked"}), "bad_encoding"),
        (page(b"x" * (2**20 + 1)), "too_large"),
        (raw(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 2**16] * 17), "too_large"),
        (raw(b"not http at all\r\n\r\n"), "connection"),
        (raw(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 200, b"\r\n"), "connection"),
        (raw(), "connection"),
        (raw(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "status"),
        (page(b"", 304), "status"),
        (page(b"", 300), "status"),
        (page(b"", 302), "redirect"),
    ],
)
def test_answers_that_are_none(server: Server, opener: Opener, answer: Page, reason: str) -> None:
    server.put("/x", answer)
    error = fail(opener(), server.url("/x"))
    assert error.reason == reason
    assert error.url == server.url("/x")
    assert "portal" in str(error)


def test_a_body_of_exactly_the_cap_is_whole(server: Server, opener: Opener) -> None:
    server.put("/x", page(b"x" * 1000))
    server.put("/z", page(gzip.compress(b"x" * 1000), headers={"Content-Encoding": "gzip"}))
    gate = opener(max_bytes=1000)
    assert len(get(gate, server.url("/x")).body) == 1000
    assert len(get(gate, server.url("/z")).body) == 1000


def test_a_gzip_bomb_stops_early(server: Server, opener: Opener) -> None:
    pack = zlib.compressobj(wbits=31)
    bomb = b"".join(pack.compress(bytes(2**20)) for _ in range(100)) + pack.flush()
    server.put("/x", page(bomb, headers={"Content-Encoding": "gzip"}))
    gate = opener(max_bytes=2**20)
    tracemalloc.start()
    try:
        assert fail(gate, server.url("/x")).reason == "too_large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b""),
    ],
    ids=["status line", "header", "body", "chunks", "continue", "silence"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dripping_server_does_not_outlive_the_deadline(
    server: Server, tls_server: Server, opener: Opener, ca_file: str, scheme: str, head: bytes, drop: bytes
) -> None:
    site = server if scheme == "http" else tls_server
    site.put("/x", drip(head, drop))
    gate = opener(deadline=0.3, real_time=True, ca_bundle=ca_file)
    assert fail(gate, site.url("/x")).reason == "timeout"


def test_a_chain_of_redirects_shares_one_deadline(server: Server, opener: Opener) -> None:
    def slow(handler: Handler) -> None:
        opener.time.now += 4
        handler.send(302, b"", {"Location": "/x"})

    server.put("/x", slow)
    error = fail(opener(deadline=10), server.url("/x"))
    assert error.reason == "timeout"
    assert len(server.seen) == 3


def test_a_resolver_that_hangs_does_not_outlive_the_deadline(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(opener, "lookup", lambda host: [host] * released.wait(10))
    assert fail(opener(deadline=0.2, real_time=True), "http://slow.test/").reason == "timeout"
    released.set()


# ---------------------------------------------------------------- conditions, redirects, cookies


def test_conditional_requests(server: Server, opener: Opener) -> None:
    def answer(handler: Handler) -> None:
        known = handler.headers["If-None-Match"] == '"v1"' and handler.headers["If-Modified-Since"] is not None
        handler.send(
            304 if known else 200,
            b"" if known else PAGE,
            {"ETag": '"v1"', "Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT"},
        )

    server.put("/x", answer)
    gate = opener()
    first = get(gate, server.url("/x"))
    assert (first.status, first.body) == (200, PAGE)
    again = get(
        gate, server.url("/x"), Validators(etag=first.header("etag"), last_modified=first.header("last-modified"))
    )
    assert (again.status, again.not_modified, again.body) == (304, True, b"")
    assert get(gate, server.url("/x"), Validators(etag='"v0"', last_modified="then")).body == PAGE


def test_a_validator_that_is_no_header_value_is_not_sent(server: Server, opener: Opener) -> None:
    server.put("/x", page())
    get(opener(), server.url("/x"), Validators(etag='"a"\r\nHost: other', last_modified=""))
    assert not {"if-none-match", "if-modified-since"} & server.seen[0][1].keys()


def test_redirects_are_followed_with_cookies_of_the_chain_only(server: Server, opener: Opener) -> None:
    server.put("/x", redirect("/дом?a=б#c".encode().decode("latin-1"), {"Set-Cookie": "node=7; Path=/"}))
    server.put("/%D0%B4%D0%BE%D0%BC", page())
    gate = opener()
    answer = get(gate, server.url("/x"), Validators(etag='"v1"'))
    assert (answer.status, answer.body, answer.url) == (200, PAGE, server.url("/x"))
    assert answer.final_url == server.url("/%D0%B4%D0%BE%D0%BC?a=%D0%B1")
    (_, first), (_, second) = server.seen
    assert "cookie" not in first
    assert second["cookie"] == "node=7"
    assert first["if-none-match"] == '"v1"'
    assert "if-none-match" not in second
    get(gate, server.url("/x"))
    assert "cookie" not in server.seen[2][1]


def test_credentials_stay_with_the_host_they_were_given_for(server: Server, opener: Opener) -> None:
    opener.names = {"one.test": ["127.0.0.1"], "two.test": ["127.0.0.1"]}
    server.put("/x", redirect(server.url("/y", "two.test"), {"Set-Cookie": "node=7"}))
    server.put("/y", page())
    get(
        opener(),
        server.url("/x", "one.test"),
        headers={"Authorization": "Bearer sesame", "Referer": "http://one.test/"},
    )
    (_, first), (_, second) = server.seen
    assert first["authorization"] == "Bearer sesame"
    assert "authorization" not in second
    assert "cookie" not in second
    assert second["referer"] == "http://one.test/"


def test_five_redirects_are_followed_and_a_loop_is_not(server: Server, opener: Opener) -> None:
    for number in range(5):
        server.put(f"/{number}", redirect(f"/{number + 1}"))
    server.put("/5", page())
    server.put("/loop", redirect("/loop"))
    gate = opener(retries=3)
    assert get(gate, server.url("/0")).final_url == server.url("/5")
    assert fail(gate, server.url("/loop")).reason == "redirect"
    assert server.paths().count("/loop") == 6


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://clerk:sesame@127.0.0.1/",
        "http://[",
        "//a\\b/",
        "javascript:alert(1)",
    ],
)
def test_redirects_to_what_is_no_web_address(server: Server, opener: Opener, target: str) -> None:
    server.put("/x", redirect(target))
    error = fail(opener(), server.url("/x"))
    assert error.reason == "address"
    assert "sesame" not in str(error)


def test_https_is_not_left_for_http(server: Server, tls_server: Server, opener: Opener, ca_file: str) -> None:
    server.put("/y", page())
    tls_server.put("/x", redirect(server.url("/y")))
    assert fail(opener(ca_bundle=ca_file), tls_server.url("/x")).reason == "redirect"
    assert not server.seen


# ---------------------------------------------------------------- the address policy


def test_private_addresses_are_refused_before_anything_connects(server: Server, opener: Opener) -> None:
    opener.names = {"inside.test": ["127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1"]}
    gate = opener(allow_private=False, retries=3)
    for url in (
        server.url("/"),
        server.url("/", "localhost"),
        server.url("/", "[::1]"),
        server.url("/", "inside.test"),
    ):
        assert fail(gate, url).reason == "address"
    assert not server.seen
    assert not opener.time.slept


def test_a_redirect_into_a_private_network_is_refused(server: Server, proxy: Server, opener: Opener) -> None:
    proxy.put("*", redirect(server.url("/secret")))
    gate = opener(allow_private=False, proxy=proxy.url(""))
    assert fail(gate, "http://portal.test/").reason == "address"
    assert proxy.paths() == ["http://portal.test/"]
    assert not server.seen


def test_a_name_without_addresses(opener: Opener) -> None:
    error = fail(opener(), "http://nowhere.test/")
    assert error.reason == "connection"
    assert "nowhere.test" in str(error)


def test_the_second_address_of_a_name_is_tried(server: Server, opener: Opener) -> None:
    opener.names = {"two.test": ["127.0.0.2", "127.0.0.1"]}  # nothing listens on the first
    server.put("/x", page())
    assert get(opener(), server.url("/x", "two.test")).body == PAGE
    assert server.seen[0][1]["host"] == f"two.test:{server.port}"


def test_the_environment_does_not_count(server: Server, opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    server.put("/x", page())
    assert get(opener(), server.url("/x")).via == "direct+http"


# ---------------------------------------------------------------- retries and politeness


def test_what_may_pass_is_tried_again(server: Server, opener: Opener) -> None:
    short = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", PAGE)
    server.put("/x", page(b"busy", 503), short, raw(), page())
    assert get(opener(retries=3), server.url("/x")).body == PAGE
    first, second, third = opener.time.slept
    assert 1 <= first <= 3
    assert 2 <= second <= 6
    assert 4 <= third <= 12


@pytest.mark.parametrize(("status", "tries"), [(503, 4), (502, 4), (429, 4), (404, 1), (501, 1), (403, 1)])
def test_which_statuses_are_tried_again(server: Server, opener: Opener, status: int, tries: int) -> None:
    server.put("/x", page(b"why", status))
    answer = get(opener(retries=3), server.url("/x"))
    assert (answer.status, answer.body, len(server.seen)) == (status, b"why", tries)


def test_errors_outlast_the_retries(server: Server, opener: Opener) -> None:
    server.put("/x", raw())
    assert fail(opener(retries=2), server.url("/x")).reason == "connection"
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (format_datetime(NOON + timedelta(seconds=45), usegmt=True), 45),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), 0),
        ("Mon, 02 Nov 2026 12:01:00 -0000", 60),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("", None),
    ],
)
def test_retry_after_in_both_forms(server: Server, opener: Opener, value: str, seconds: float | None) -> None:
    server.put("/x", page(b"busy", 429, {"Retry-After": value}), page())
    gate = opener(retries=0)
    assert retry_after(get(gate, server.url("/x"))) == seconds
    server.put("/x", page(b"busy", 503, {"Retry-After": value}), page())
    assert get(opener(retries=1), server.url("/x")).status == 200
    (slept,) = opener.time.slept
    assert slept == seconds if (seconds or 0) > 3 else slept <= 3


def test_a_long_retry_after_is_left_to_the_scheduler(server: Server, opener: Opener) -> None:
    server.put("/x", page(b"busy", 503, {"Retry-After": "3600"}))
    answer = get(opener(retries=3), server.url("/x"))
    assert answer.status == 503
    assert retry_after(answer) == 3600 > LONGEST_WAIT
    assert not opener.time.slept
    assert len(server.seen) == 1


def test_the_delay_runs_from_the_end_of_a_request(server: Server, opener: Opener) -> None:
    def slow(handler: Handler) -> None:
        opener.time.now += 7
        handler.send(200, PAGE)

    server.put("/x", slow)
    gate = opener(delay=5)
    for _ in range(3):
        get(gate, server.url("/x"))
    assert opener.time.slept == [5, 5]
    opener.time.now += 3
    get(gate, server.url("/x"))
    assert opener.time.slept[2:] == [2]


def test_one_request_at_a_time_per_host(server: Server, opener: Opener) -> None:
    active, most = 0, 0
    counting = threading.Lock()

    def count(handler: Handler) -> None:
        nonlocal active, most
        with counting:
            active += 1
            most = max(most, active)
        time.sleep(0.01)
        with counting:
            active -= 1
        handler.send(200, PAGE)

    server.put("/x", count)
    gate = opener(real_time=True)
    threads = [threading.Thread(target=get, args=(gate, server.url("/x"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.seen) == 8
    assert most == 1


def test_two_hosts_are_asked_side_by_side(server: Server, opener: Opener) -> None:
    opener.names = {"one.test": ["127.0.0.1"], "two.test": ["127.0.0.1"]}
    both = threading.Barrier(2, timeout=5)

    def meet(handler: Handler) -> None:
        both.wait()
        handler.send(200, PAGE)

    server.put("/x", meet)
    gate = opener(real_time=True)
    answers: list[Response] = []
    threads = [
        threading.Thread(target=lambda host=host: answers.append(get(gate, server.url("/x", host))))
        for host in opener.names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200, 200]


# ---------------------------------------------------------------- robots.txt


def robots(text: str) -> Page:
    return page(text.encode(), headers={"Content-Type": "text/plain"})


def test_robots_rules_are_obeyed_and_asked_for_once(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", robots("\ufeffUser-agent: *\nDisallow: /search\n"))
    server.put("/bill", page())
    gate = opener(robots=True)
    for _ in range(2):
        assert get(gate, server.url("/bill")).body == PAGE
    error = fail(gate, server.url("/search?q=secret"))
    assert error.reason == "robots"
    assert "disallows /search" in str(error)
    assert fail(gate, server.url("/a/../search")).reason == "robots"
    assert server.paths() == ["/robots.txt", "/bill", "/bill"]


def test_robots_rules_for_us_by_name(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", robots("User-agent: tracker\nDisallow: /a\n\nUser-agent: Duma-Tracker\nDisallow: /b\n"))
    server.put("/a", page())
    gate = opener(robots=True)
    assert get(gate, server.url("/a")).status == 200
    assert fail(gate, server.url("/b")).reason == "robots"


def test_robots_rules_hold_after_redirects_too(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", robots("User-agent: *\nDisallow: /search\n"))
    server.put("/bill", redirect("/search"))
    assert fail(opener(robots=True), server.url("/bill")).reason == "robots"
    assert "/search" not in server.paths()


def test_robots_rules_live_a_day(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", robots(""), robots("User-agent: *\nDisallow: /\n"))
    server.put("/bill", page())
    gate = opener(robots=True)
    get(gate, server.url("/bill"))
    opener.time.now += 23 * 3600
    get(gate, server.url("/bill"))
    opener.time.now += 3600
    assert fail(gate, server.url("/bill")).reason == "robots"


def test_hosts_that_were_asked_long_ago_are_forgotten(
    server: Server, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_adapters: set[Adapter] = set()

    class Noted(Adapter):
        def __init__(self, *contexts: ssl.SSLContext) -> None:
            super().__init__(*contexts)
            open_adapters.add(self)

        def close(self) -> None:
            super().close()
            open_adapters.discard(self)

    monkeypatch.setattr(http, "Adapter", Noted)
    server.put("/robots.txt", robots(""))
    server.put("/bill", page())
    gate = opener(robots=True)
    port = urlsplit(server.url("")).port
    hosts = [f"host-{number}.example" for number in range(MOST_HOSTS + 1)]
    opener.names = {host: ["127.0.0.1"] for host in hosts}

    def asks_for_rules(host: str) -> bool:
        before = server.paths().count("/robots.txt")
        get(gate, f"http://{host}:{port}/bill")
        return server.paths().count("/robots.txt") > before

    assert all(asks_for_rules(host) for host in hosts)
    assert len(open_adapters) == MOST_HOSTS
    assert asks_for_rules(hosts[0])
    assert not asks_for_rules(hosts[-1])
    assert len(open_adapters) == MOST_HOSTS


def test_missing_robots_rules_allow(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", page(b"no", 403))
    server.put("/bill", page())
    assert get(opener(robots=True), server.url("/bill")).body == PAGE


def test_a_server_error_instead_of_robots_rules_means_unreachable(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", page(b"", 503, {"Retry-After": "600"}), robots(""))
    server.put("/bill", page())
    gate = opener(robots=True)
    error = fail(gate, server.url("/bill"))
    assert (error.reason, error.retry_after) == ("unreachable", 600)
    assert fail(gate, server.url("/bill")).reason == "unreachable"
    assert server.paths() == ["/robots.txt"]
    opener.time.now += 300
    assert get(gate, server.url("/bill")).body == PAGE


def test_silence_instead_of_robots_rules_means_unreachable(server: Server, opener: Opener) -> None:
    server.put("/robots.txt", drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "))
    assert fail(opener(robots=True, deadline=0.2, real_time=True), server.url("/bill")).reason == "unreachable"


def test_a_dead_host_is_reported_as_that_and_not_tried_over_and_over(opener: Opener) -> None:
    assert fail(opener(robots=True, retries=2), f"http://127.0.0.1:{closed_port()}/").reason == "connection"
    assert len(opener.time.slept) == 2


@pytest.mark.parametrize(("asked", "kept"), [("10", 10), ("0.1", 5), ("3600", 60)])
def test_crawl_delay_raises_the_delay(server: Server, opener: Opener, asked: str, kept: float) -> None:
    server.put("/robots.txt", robots(f"User-agent: *\nCrawl-delay: {asked}\n"))
    server.put("/bill", page())
    gate = opener(robots=True, delay=5)
    get(gate, server.url("/bill"))
    get(gate, server.url("/bill"))
    assert opener.time.slept == [kept, kept]


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_an_unknown_certificate_is_refused_and_its_ca_accepted(
    tls_server: Server, opener: Opener, ca_file: str
) -> None:
    tls_server.put("/x", page())
    error = fail(opener(retries=3), tls_server.url("/x"))
    assert error.reason == "tls"
    assert "ca_bundle" in str(error)
    assert not opener.time.slept
    answer = get(opener(ca_bundle=ca_file), tls_server.url("/x"))
    assert (answer.body, answer.via) == (PAGE, "direct+https")


def test_a_certificate_for_another_host_is_refused(tls_server: Server, opener: Opener, ca_file: str) -> None:
    opener.names = {"other.test": ["127.0.0.1"]}
    assert fail(opener(ca_bundle=ca_file), tls_server.url("/x", "other.test")).reason == "tls"


def test_an_extra_ca_does_not_vouch_for_other_hosts(tls_server: Server, opener: Opener, ca_file: str) -> None:
    opener.names = {"portal.test": ["127.0.0.1"]}
    tls_server.put("/x", redirect(tls_server.url("/y", "portal.test")))
    tls_server.put("/y", page())
    gate = opener(ca_bundle=ca_file)
    assert fail(gate, tls_server.url("/x")).reason == "tls"
    assert get(gate, tls_server.url("/y", "portal.test")).body == PAGE


def test_a_server_that_speaks_no_tls(server: Server, opener: Opener) -> None:
    server.put("/x", page())
    assert fail(opener(), f"https://127.0.0.1:{server.port}/x").reason in {"tls", "connection"}


def test_a_missing_ca_file_is_told_at_once() -> None:
    with pytest.raises(ConfigError, match="CA file of source portal"):
        Gate(user_agent=AGENT, policies={"portal": SourcePolicy(ca_bundle="/nowhere/ca.pem")}, clock=lambda: NOON)


# ---------------------------------------------------------------- proxies


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_http_proxy_is_used_and_leaves_no_trace(proxy: Server, opener: Opener) -> None:
    opener.names = {"relay.test": ["127.0.0.1"]}
    marks = {
        "Via": "1.1 relay.test",
        "X-Cache": "MISS",
        "Proxy-Agent": "x",
        "X-Served-By": "relay.test:3128",
        "ETag": '"1"',
    }
    proxy.put("*", page(headers=marks))
    gate = opener(proxy=f"http://clerk:sesame@relay.test:{proxy.port}", allow_private=False)
    answer = get(gate, "http://portal.test/bill?a=1")
    assert (answer.body, answer.via) == (PAGE, "proxy+http")
    assert proxy.paths() == ["http://portal.test/bill?a=1"]
    assert proxy.seen[0][1]["proxy-authorization"].startswith("Basic ")
    assert answer.header("etag") == '"1"'
    assert {name.lower() for name, _ in answer.headers} == {"server", "date", "content-length", "etag"}


def test_https_goes_through_a_tunnel_and_is_verified_end_to_end(
    proxy: Server, tls_server: Server, opener: Opener, ca_file: str
) -> None:
    proxy.tunnels["portal.test:443"] = tls_server.port
    tls_server.put("/x", page())
    answer = get(opener(proxy=proxy.url(""), ca_bundle=ca_file, allow_private=False), "https://portal.test/x")
    assert (answer.body, answer.via) == (PAGE, "proxy+https")
    assert fail(opener(proxy=proxy.url("")), "https://portal.test/x").reason == "tls"


def test_an_https_proxy_must_be_verified_by_the_default_cas(tls_server: Server, opener: Opener, ca_file: str) -> None:
    error = fail(opener(proxy=tls_server.url(""), ca_bundle=ca_file), "http://portal.test/x")
    assert error.reason == "connection"
    assert not tls_server.seen


def test_an_https_proxy_carries_both_schemes(
    tls_server: Server, authority: trustme.CA, opener: Opener, ca_file: str
) -> None:
    tls_server.tunnels["portal.test:443"] = tls_server.port
    tls_server.put("/x", page())
    tls_server.put("/slow", drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    tls_server.put("http://portal.test/x", page())
    gate = opener(proxy=tls_server.url(""), ca_bundle=ca_file, allow_private=False)
    hasty = opener(proxy=tls_server.url(""), ca_bundle=ca_file, deadline=0.5, real_time=True)
    for made in (gate, hasty):
        authority.configure_trust(made._contexts[None])  # as if the proxy's CA were one of the well-known
    assert get(gate, "http://portal.test/x").body == PAGE
    assert get(gate, "https://portal.test/x").via == "proxy+https"
    assert fail(hasty, "https://portal.test/slow").reason == "timeout"
    assert tls_server.paths() == ["http://portal.test/x", "portal.test:443", "/x", "portal.test:443", "/slow"]


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
@pytest.mark.parametrize("target", ["http://portal.test/", "https://portal.test/"])
@pytest.mark.parametrize("robots", [False, True])
def test_a_dead_proxy_is_not_named(
    opener: Opener, caplog: pytest.LogCaptureFixture, scheme: str, target: str, *, robots: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    opener.names = {"relay.test": ["127.0.0.1"], "portal.test": ["95.173.136.70"]}
    port = closed_port()
    gate = opener(proxy=f"{scheme}://clerk:sesame@relay.test:{port}", retries=1, robots=robots)
    error = fail(gate, target)
    assert error.reason == "connection"
    told = "".join(traceback.format_exception(error)) + caplog.text + repr(error.__cause__) + repr(error.__context__)
    for secret in ("relay.test", "sesame", "clerk", f"{port}", "127.0.0.1"):
        assert secret not in told
    assert "sesame" not in repr(SourcePolicy(proxy="http://clerk:sesame@relay.test"))


def test_a_proxy_that_refuses(proxy: Server, opener: Opener) -> None:
    proxy.put("*", page(b"login", 407, {"Proxy-Authenticate": "Basic"}))
    assert fail(opener(proxy=proxy.url("")), "http://portal.test/").reason == "status"
    error = fail(opener(proxy=proxy.url("")), "https://portal.test/")
    assert error.reason == "connection"
    assert f"{proxy.port}" not in str(error)


def test_socks_proxies_resolve_where_their_scheme_says(
    server: Server, socks_proxy: SocksServer, opener: Opener
) -> None:
    server.put("/x", page())
    address = f"127.0.0.1:{socks_proxy.port}"
    answer = get(opener(proxy=f"socks5h://{address}", allow_private=False), server.url("/x", "portal.test"))
    assert (answer.body, answer.via) == (PAGE, "proxy+http")
    opener.names = {"portal.test": ["95.173.136.70"], "inside.test": ["10.0.0.1"]}
    local = opener(proxy=f"socks5://{address}", allow_private=False)
    assert get(local, server.url("/x", "portal.test")).body == PAGE
    assert fail(local, server.url("/x", "inside.test")).reason == "address"
    assert socks_proxy.asked == ["portal.test", "95.173.136.70"]


def test_tls_and_deadline_hold_through_socks(
    tls_server: Server, socks_proxy: SocksServer, opener: Opener, ca_file: str
) -> None:
    tls_server.put("/x", page())
    tls_server.put("/slow", drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    far = f"socks5h://127.0.0.1:{socks_proxy.port}"
    assert get(opener(proxy=far, ca_bundle=ca_file), tls_server.url("/x", "portal.test")).via == "proxy+https"
    hasty = opener(proxy=far, ca_bundle=ca_file, deadline=0.5, real_time=True)
    assert fail(hasty, tls_server.url("/slow", "portal.test")).reason == "timeout"


def test_a_socks_proxy_that_refuses(socks_proxy: SocksServer, opener: Opener) -> None:
    socks_proxy.refuse = True
    address = f"127.0.0.1:{socks_proxy.port}"
    error = fail(opener(proxy=f"socks5h://{address}"), "http://portal.test/")
    assert error.reason == "connection"
    assert "127.0.0.1" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "proxy_url", ["relay.test:3128", "ftp://relay.test", "http://", "http://relay.test:port", "socks4://relay.test"]
)
def test_a_proxy_setting_that_is_none(proxy_url: str) -> None:
    with pytest.raises(ConfigError, match="proxy of source portal") as caught:
        Gate(user_agent=AGENT, policies={"portal": SourcePolicy(proxy=proxy_url)}, clock=lambda: NOON)
    assert "relay" not in "".join(traceback.format_exception(caught.value))


def test_the_user_agent_is_one_line() -> None:
    for agent in ("", " ", "трекер", "tracker\r\nHost: other"):
        with pytest.raises(ConfigError, match="User-Agent"):
            Gate(user_agent=agent, policies={}, clock=lambda: NOON)


def test_check_url_is_part_of_the_gate(server: Server, opener: Opener) -> None:
    assert check_url("HTTP://Example.org") == "http://example.org/"
    assert fail(opener(), "file:///etc/passwd").reason == "address"
    assert not server.seen
