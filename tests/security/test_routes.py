"""What strangers may ask for, at the doors as they stand in production: default deny, the same headers on every answer, no echo.

Every route that there is comes from the application itself (its pages, its OpenAPI description), so that a new one is covered.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from db.store import Store
from feeds.alerts import payload
from feeds.answers import SECURITY_HEADERS
from feeds.site import Site
from tests.feeds.fake_library import INFO
from tests.tracker.test_api import NEWER, VERSION, fill
from tests.tracker.test_finding import LAW, NOW
from tracker.finding import Finder
from tracker.insight import LawInsight
from tracker.operating import OperatorServer
from tracker.serving import SiteServer, listen

#: What no answer may hold: of files that every machine or this project has, and of the store itself.
FILES = (b"root:x:0", b"[build-system]", b"SQLite format 3", b"localhost", b"import annotations")
ECHO = "zq9xwhatwasasked"
GUARD = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}
#: A request that is not HTTP never reaches us: the server answers it itself, always in the same words.
NO_HTTP = b"Invalid HTTP request received."
METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "BREW")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    names: list[str]


@dataclass
class Doors:
    """The site and the operator's page over one store, as processes of ours serve them."""

    site: Site
    port: int
    operator: int
    directory: Path

    @property
    def ports(self) -> tuple[int, int]:
        return self.port, self.operator

    def raw(self, request: bytes, port: int, *, method: str = "GET") -> Answer:
        """Send bytes, read the first answer; a connection that is closed instead is status 0."""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            with contextlib.suppress(ConnectionError):  # the server may have answered before it has read everything
                connection.sendall(request)
            answer = http.client.HTTPResponse(connection, method=method)
            try:
                answer.begin()
                body = answer.read()
            except (ConnectionError, http.client.BadStatusLine):
                return Answer(0, {}, b"", [])
            names = [name.lower() for name, _ in answer.getheaders()]
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body, names)

    def ask(self, target: str, port: int | None = None, method: str = "GET", **headers: str) -> Answer:
        sent = {"Host": "t.example", "Connection": "close", **headers}
        lines = [f"{method} {target} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in sent.items())]
        return self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"), port or self.port, method=method)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    directory = tmp_path_factory.mktemp("doors")
    with Store(directory, clock=lambda: NOW) as store:
        fill(store)
        site = Site(store, replace(INFO, live=True), insight=LawInsight(store), finder=Finder(store))
        taken, apart = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
        server = SiteServer(site, taken, now=lambda: NOW)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        with OperatorServer(store, INFO, apart):
            yield Doors(site, taken.getsockname()[1], apart.getsockname()[1], directory)
        server.stop()
        thread.join(timeout=20)
        assert not thread.is_alive()


def guarded(answer: Answer, doors: Doors) -> None:
    """The headers of every answer; nothing of this machine."""
    assert answer.status < 500, answer
    if answer.status == 0 or (answer.status == 400 and answer.body == NO_HTTP):
        return
    assert {name: answer.headers.get(name) for name in GUARD} == GUARD
    assert all(answer.names.count(name) == 1 for name in GUARD)
    assert not {"set-cookie", "server", "x-powered-by"} & set(answer.names)
    said = answer.body + repr(answer.headers).encode()
    for mark in (*FILES, str(doors.directory).encode(), str(Path(__file__).parents[2]).encode(), b"Traceback"):
        assert mark not in said


def addresses(doors: Doors) -> list[str]:
    """Everything that answers: the pages, the API by its description, search, health."""
    described = json.loads(doors.ask("/openapi.json").body)
    event = json.loads(doors.ask("/api/v1/events?kind=edition.added&backfilled=false").body)["items"][0]["id"]
    fields = {"document_id": LAW, "version": VERSION, "event_id": event}
    query = {"/api/v1/diff": f"?a={VERSION}&b={NEWER}", "/api/v1/search": "?q=538"}
    api = [path.format(**fields) + query.get(path, "") for path in described["paths"]]
    health = [f"/health{name}" for name in ("", "/live", "/ready", "/fresh")]
    own = [*doors.site.paths(), "/search", "/search?q=538", "/compare", "/?level=key", "/openapi.json"]
    return [*own, *api, *health, *(f"/schemas/{payload.schema_name(kind)}" for kind in payload.NAMES)]


# ---------------------------------------------------------------- what there is


def test_every_route_answers_get_and_head_alone_under_the_same_guard(doors: Doors) -> None:
    found = addresses(doors)
    assert len(found) > 40
    for address in found:
        answer = doors.ask(address)
        guarded(answer, doors)
        assert answer.status == 200, address
        head = doors.ask(address, method="HEAD")
        guarded(head, doors)
        assert (head.status, head.body) == (200, b"")
        if "etag" in answer.headers:
            known = doors.ask(address, If_None_Match=answer.headers["etag"])
            guarded(known, doors)
            assert (known.status, known.body) == (304, b"")
        refused = doors.ask(address, method="POST")
        guarded(refused, doors)
        assert refused.status == 405, address


@pytest.mark.parametrize("method", METHODS)
def test_no_other_method_does_anything(doors: Doors, method: str) -> None:
    for port, path in itertools.product(doors.ports, ("/", "/en", "/api/v1/events", "/health", "/search", f"/{ECHO}")):
        answer = doors.ask(path, port, method)
        guarded(answer, doors)
        is_preflight = method == "OPTIONS" and port == doors.port and path.startswith("/api")
        assert answer.status == (204 if is_preflight else 405), (port, path)
        assert ECHO.encode() not in answer.body


def test_the_operators_port_has_four_addresses_and_the_site_none_of_them_from_it(doors: Doors) -> None:
    own = {"/", "/en", "/metrics", "/static/style.css"}
    for address in {*own, *addresses(doors)}:
        answer = doors.ask(address, doors.operator)
        guarded(answer, doors)
        assert answer.status == (200 if address.partition("?")[0] in own else 404), address
    assert doors.ask("/metrics").status == 404


# ---------------------------------------------------------------- what there is not

UPWARDS = (
    *(
        "../" * 8 + "etc/passwd",
        "..%2f" * 8 + "etc%2fpasswd",
        "%2e%2e/" * 8 + "etc/passwd",
        "..%5c" * 8 + "etc%5cpasswd",
    ),
    *(
        "..\\" * 8 + "etc\\passwd",
        "..%252f" * 8 + "etc%252fpasswd",
        "....//" * 8 + "etc/passwd",
        "..;/" * 8 + "etc/passwd",
    ),
    *("..%c0%af" * 8 + "etc/passwd", "%2fetc%2fpasswd", "/etc/passwd", "%00/etc/passwd", "style.css%00.html"),
    *("../pyproject.toml", "../../tracker.toml", "var/tracker.sqlite3", "tracker.sqlite3", ".git/config", ".env"),
    *("file:%2f%2f%2fetc%2fpasswd", "C:%5cwindows%5cwin.ini", "app.py", "templates/base.html", "server-status"),
)
BELOW = (
    *("/", "/static/", "/en/", "/en/static/", "/feeds/", "/bill/", "/event/", "/evidence/", "/topics/", "/timeline/"),
    *("/documents/", "/compare/", "/ledger/", "/health/", "/search/", "/schemas/", "/api/v1/documents/"),
    *("/api/v1/versions/", "/api/v1/sections/", "/api/v1/events/", f"/{LAW}/", f"/{LAW}/compare/", f"/{LAW}/history/"),
)


@pytest.mark.parametrize("below", BELOW)
def test_no_path_leads_out(doors: Doors, below: str) -> None:
    for port, way in itertools.product(doors.ports, UPWARDS):
        answer = doors.ask(below + way, port)
        guarded(answer, doors)
        assert answer.status in {404, 422}, (port, below + way)


@pytest.mark.parametrize(
    "target",
    [
        f"/{ECHO}",
        f"/en/{ECHO}",
        f"/%3Cscript%3E{ECHO}%3C/script%3E",
        f"/{ECHO}%0d%0aSet-Cookie:%20a=b",
        f"/bill/{ECHO}/",
        f"//{ECHO}.example/index.html",
        f"/feeds/{ECHO}.atom",
        f"/event/{ECHO}",
        f"/health/{ECHO}",
        f"/health?hours={ECHO}",
        f"/schemas/{ECHO}.json",
        f"/?level={ECHO}&kind={ECHO}&topic={ECHO}",
        f"/api/{ECHO}",
        f"/api/v1/{ECHO}",
        f"/api/v1/documents/{ECHO}",
        f"/api/v1/versions/{ECHO}",
        f"/api/v1/sections/{VERSION}?under={ECHO}",
        f"/api/v1/events/{ECHO}",
        "/api/v1/events/" + "a" * 20,
        f"/api/v1/events?limit={ECHO}&from={ECHO}",
        f"/api/v1/diff?a={ECHO}&b={ECHO}",
        f"/api/v1/search?q=1&kind={ECHO}",
    ],
)
def test_what_was_asked_is_not_repeated(doors: Doors, target: str) -> None:
    for port in doors.ports:
        answer = doors.ask(target, port)
        guarded(answer, doors)
        said = answer.body + repr(answer.headers).encode()
        assert ECHO.encode() not in said
        assert b"a" * 20 not in said


@pytest.mark.parametrize(
    "form", ["/search?q={0}&topic={0}&document={0}", "/compare?a={0}&b={0}", "/en/compare?a={0}", "/en/search?q={0}"]
)
def test_forms_alone_show_what_was_typed_into_them_and_as_words(doors: Doors, form: str) -> None:
    answer = doors.ask(form.format(f"%22%3E%3Cscript%3E{ECHO}%3C/script%3E"))
    guarded(answer, doors)
    assert answer.headers["cache-control"] == "no-store"
    page = html.fromstring(answer.body)
    assert page.xpath("//input[contains(@value, $typed)]", typed=f'"><script>{ECHO}</script>')
    assert not [script for script in page.iter("script") if script.text]
    assert not [name for element in page.iter() for name in element.attrib if ECHO in str(name)]


# ---------------------------------------------------------------- what is no proper request


@pytest.mark.parametrize(
    "host", ["evil.example", '"><script>alert(1)</script>', "t.example:99999", "t.example, evil.example", "", "[::1]"]
)
def test_the_host_named_by_a_stranger_changes_nothing(doors: Doors, host: str) -> None:
    others: dict[str, Any] = {
        "X_Forwarded_Host": host,
        "X_Forwarded_For": host,
        "Forwarded": f"host={host}",
        "X_Original_URL": "/about",
    }
    for path in ("/", "/feeds/all.atom", "/api/v1", f"/{LAW}/", "/nothing"):
        usual, odd = doors.ask(path), doors.ask(path, Host=host, **others)
        guarded(odd, doors)
        assert (odd.status, odd.body) == (usual.status, usual.body)
        assert odd.headers.get("location") == usual.headers.get("location")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET http://evil.example/etc/passwd HTTP/1.1",
        b"GET http://t.example/ HTTP/1.1",
        b"GET file:///etc/passwd HTTP/1.1",
        b"GET * HTTP/1.1",
        b"GET ../../etc/passwd HTTP/1.1",
        b"GET \\..\\etc\\passwd HTTP/1.1",
        b"GET //evil.example HTTP/1.1",
        b"GET //evil.example/.. HTTP/1.1",
        b"GET /%ff%fe%ed%a0%80 HTTP/1.1",
        b"GET /% HTTP/1.1",
        b"GET /%zz%u0000 HTTP/1.1",
        b"GET /?%ff=%ed%a0%80&&&==&a;b HTTP/1.1",
        b"GET /search?q=%ed%a0%80%00%ef%bf%bf HTTP/1.1",
        b"GET /search?from=0000-00-00&before=-1&q=%22%22%22*%28OR HTTP/1.1",
        b"GET /" + b"a/" * 4000 + b" HTTP/1.1",
        b"GET /?" + b"a=1&" * 4000 + b" HTTP/1.1",
        b"GET /search?q=" + b"%22" * 4000 + b" HTTP/1.1",
        b"GET /api/v1/search?q=" + b"a%20" * 3000 + b" HTTP/1.1",
        b"GET /api/v1/events?after=" + b"9" * 5000 + b" HTTP/1.1",
        b"GET /documents/" + b"9" * 5000 + b" HTTP/1.1",
        b"GET /health?hours=" + b"9" * 5000 + b" HTTP/1.1",
        b"GET /" + b"a" * 2**20 + b" HTTP/1.1",
        b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 2**20,
        b"GET / HTTP/1.1\r\n" + b"\r\n".join(b"X-%d: 1" % number for number in range(20_000)),
        b"GET / HTTP/1.1\r\nIf-None-Match: " + b'"' * 9000,
        b"GET / HTTP/1.1\r\nIf-Modified-Since: Mon, 99 Jan 99999 99:99:99 +9999",
        b"GET / HTTP/1.1\r\nIf-Modified-Since: Mon, 01 Jan 0001 00:00:00 +2359",
        b"GET / HTTP/1.1\r\nAccept-Encoding: gzip;q=\xff,;;,*;",
        b"GET / HTTP/1.1\r\nRange: bytes=0-0,-1,999999999999-",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3",
        b"GET / HTTP/1.1\r\nContent-Length: -1",
        b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aaaa",
        b"GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
        b"CONNECT evil.example:443 HTTP/1.1",
        b"GET / HTTP/9.9",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\x00\x00\x00\x00",
        b"G\x00T / HTTP/1.1",
    ],
)
def test_no_request_makes_a_fault(doors: Doors, request_line: bytes) -> None:
    method = "CONNECT" if request_line.startswith(b"CONNECT") else "GET"
    for port in doors.ports:
        answer = doors.raw(request_line + b"\r\nHost: t.example\r\nConnection: close\r\n\r\n", port, method=method)
        guarded(answer, doors)
        assert b"evil" not in answer.body
        assert doors.ask("/", port).status == 200


_PIECES = st.sampled_from(
    [
        *(
            "bill",
            "act",
            "fz",
            "page",
            "event",
            "feeds",
            "en",
            "api",
            "v1",
            "documents",
            "versions",
            "sections",
            "compare",
        ),
        *(
            "history",
            "text",
            "sozd",
            "ips",
            "rdk-1",
            "all.atom",
            "index.html",
            "topics",
            "timeline",
            "2026-05",
            "ledger",
        ),
        *(
            "evidence",
            "diff.json",
            "events.csv",
            "static",
            "search",
            "health",
            "..",
            ".",
            "",
            "%00",
            "%2f",
            "%ED%A0%80",
        ),
        *(
            *LAW.split("/"),
            "1",
            "0",
            "-1",
            "99999999999999999999",
            "1e9",
            "%D9%A3",
            "%C2%B2",
            "?a=1",
            "?q=%22",
            "#",
            "\\",
        ),
    ]
)


@settings(max_examples=300)
@given(pieces=st.lists(_PIECES | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12), max_size=8))
@example(pieces=["timeline", "%D9%A3"])
@example(pieces=["documents", "%C2%B2"])
def test_paths_made_of_our_own_words_find_a_page_or_nothing(doors: Doors, pieces: list[str]) -> None:
    for port in doors.ports:
        answer = doors.ask("/" + "/".join(pieces), port)
        guarded(answer, doors)
        assert answer.status in {200, 308, 400, 404, 422}
        if answer.status == 308:  # never to another host
            assert answer.headers["location"].startswith(("../", "./"))
