"""The live site over real HTTP: a local uvicorn that stops by itself."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn

from feeds.app import create_app
from feeds.pages import Page
from feeds.site import Seen, Site
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tracker.errors import StoreError
from tracker.models import EventKind, Level


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class CountingSite:
    """A real site that counts how often it renders."""

    library: FakeLibrary
    rendered: list[str] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        self.site = Site(self.library, replace(INFO, live=True))

    def page(self, path: str) -> Page | None:
        self.rendered.append(path)
        return self.site.page(path)

    def revision(self) -> int:
        if self.broken:
            raise StoreError("the database is locked")
        return self.site.revision()

    def seen(self) -> Seen:
        if self.broken:
            raise StoreError("the database is locked")
        return self.site.seen()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.site, name)


@dataclass
class Served:
    port: int
    site: CountingSite
    clock: Clock

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@pytest.fixture
def served() -> Iterator[Served]:
    site, clock = CountingSite(newsroom(replace(INFO, live=True))), Clock()
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(site, clock=clock), log_config=None, lifespan="off", access_log=False)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Served(listening.getsockname()[1], site, clock)
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()
    assert not thread.is_alive()


def test_a_feed_has_strong_validators_and_a_304_costs_no_rendering(served: Served) -> None:
    first, body = served.ask("/feeds/all.atom")
    assert first.status == 200
    assert first.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert first.headers["cache-control"] == "public, max-age=300"
    etag = first.headers["etag"]
    assert etag.startswith('"')
    again, nothing = served.ask("/feeds/all.atom", If_None_Match=f'"other", W/{etag}')
    assert (again.status, nothing) == (304, b"")
    assert again.headers["etag"] == etag
    since, _ = served.ask("/feeds/all.atom", If_Modified_Since=first.headers["last-modified"])
    assert since.status == 304
    older, _ = served.ask("/feeds/all.atom", If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT")
    assert older.status == 200
    # An entity tag that does not match wins over a date that does.
    both, full = served.ask(
        "/feeds/all.atom", If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"]
    )
    assert (both.status, full) == (200, body)
    assert served.site.rendered.count("/feeds/all.atom") == 1


def test_an_archive_that_will_never_change_may_be_kept_for_a_day(served: Served) -> None:
    for month in (6, 7):
        at = datetime(2026, month, 20, tzinfo=UTC)
        served.site.library.tell(EventKind.BILL_STAGE, bill(), {"after": "second_reading"}, at=at)
    kept = {
        path: served.ask(path)[0].headers["cache-control"]
        for path in ("/feeds/all/2026-05.atom", "/", "/feeds/all.rss")
    }
    assert list(kept.values()) == ["public, max-age=86400", "public, max-age=60", "public, max-age=300"]


def test_gzip_has_an_etag_of_its_own_and_the_same_content(served: Served) -> None:
    plain, body = served.ask("/")
    packed, squeezed = served.ask("/", Accept_Encoding="br, gzip;q=0.8")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(squeezed) == body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "accept-encoding"
    refused, _ = served.ask("/", Accept_Encoding="gzip;q=0")
    assert refused.headers["content-encoding"] is None
    known, _ = served.ask("/", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert known.status == 304


def test_head_says_what_get_would(served: Served) -> None:
    full, body = served.ask("/about")
    head, nothing = served.ask("/about", "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["content-length"] == str(len(body))
    assert head.headers["etag"] == full.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/", "/feeds/all.json", "/nothing/here", "/health", "/static/style.css", "/bill/100001-99/"]
)
def test_every_answer_is_guarded_and_sets_no_cookie(served: Served, path: str) -> None:
    answer, _ = served.ask(path)
    policy = answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["set-cookie"] is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/static/../../pyproject.toml", 404),
        ("/static/%2e%2e/app.py", 404),
        ("/..%2f..%2fetc%2fpasswd", 404),
        ("//evil.example/", 404),
        ("/docs", 404),
        ("/redoc", 404),
        ("/%00", 404),
        ("/feeds/%D0%B0.atom", 404),
        ("/feeds/all.atom?utm=1", 200),
    ],
)
def test_paths(served: Served, path: str, status: int) -> None:
    answer, body = served.ask(path)
    assert answer.status == status
    if status == 404:
        assert "Страница не найдена" in body.decode()


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/bill/100001-99/", "../100001-99"),
        ("/bill/100001-99/index.html", "../100001-99"),
        ("/feeds/", "../feeds"),
        ("/index.html", "./"),
    ],
)
def test_published_addresses_lead_to_served_ones(served: Served, path: str, location: str) -> None:
    answer, _ = served.ask(path)
    assert (answer.status, answer.headers["location"]) == (308, location)


def test_only_reading_is_allowed(served: Served) -> None:
    answer, _ = served.ask("/", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_new_event_is_seen_within_a_second_and_freshness_within_a_minute(served: Served) -> None:
    before, _ = served.ask("/feeds/all.atom")
    library = served.site.library
    library.tell(EventKind.BILL_STAGE, bill(), {"after": "second_reading"}, level=Level.KEY)
    served.clock.now += 2
    after, _ = served.ask("/feeds/all.atom")
    assert after.headers["etag"] != before.headers["etag"]
    served.ask("/sources")
    served.clock.now += 2
    served.ask("/sources")
    assert served.site.rendered.count("/sources") == 1
    served.clock.now += 61
    served.ask("/sources")
    assert served.site.rendered.count("/sources") == 2


def test_health_tells_whether_the_store_answers(served: Served) -> None:
    answer, body = served.ask("/health")
    assert (answer.status, json.loads(body)["status"]) == (200, "ok")
    served.site.broken = True
    broken, words = served.ask("/health")
    assert broken.status == 503
    assert b"locked" not in words
