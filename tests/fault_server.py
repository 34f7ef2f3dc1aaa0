"""A site that can be made to fail in every way that sites fail, and be healed again: for tests of a whole source.

    with faulty() as site:
        site.serve("/bill/100001-99", CARD)
        ...                                       # a healthy pass
        site.fault("/bill/", Fault.RESET)
        ...                                       # nothing may be told, nothing may be lost
        site.heal()
        site.serve("/bill/100001-99", CHANGED)
        ...                                       # exactly the change is told

Served pages have an ETag and answer conditional requests, like those of the real sites. What is not served is a 404, also
robots.txt. A fault covers every path that begins with its prefix; the longest prefix counts.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, cast

import trustme

from tests.servers import Handler, Server, running

HTML = "text/html; charset=utf-8"
RETRY_AFTER = 600  # seconds, what 429 asks for
OUTAGE = 3600  # seconds, what 503 asks for
_CAPTCHA = "<html><body><h1>Подтвердите, что вы не робот</h1><div class='smart-captcha'></div></body></html>".encode()
_BLOCKED = "<html><body><h1>Доступ к сайту ограничен</h1><p>Запрос отклонён.</p></body></html>".encode()
_FRONT = "<!DOCTYPE html><html><head><title>Портал</title></head><body><h1>Добро пожаловать</h1></body></html>".encode()


class Fault(Enum):
    """How a request may end. The last two happen before anybody says a path: they are faults of the whole server."""

    DRIP = auto()  # a byte of the body in each `pace`
    SLOW_HEADERS = auto()  # a byte of the headers in each `pace`
    RESET = auto()  # the connection is reset in the middle of the body
    SHORT_BODY = auto()  # half of what Content-Length promised
    ENDLESS = auto()  # a body without a length and without an end
    BAD_GZIP = auto()  # damaged in the middle
    GZIP_BOMB = auto()  # 300 MB of zeros
    WRONG_CHARSET = auto()  # the right bytes under a wrong label
    EMPTY = auto()  # 200 and nothing
    CAPTCHA = auto()  # with 200
    BLOCK_PAGE = auto()  # with 200
    HTML_FOR_FILE = auto()  # the front page under the media type of what was asked for
    REDIRECT_LOOP = auto()
    NOT_MODIFIED = auto()  # 304 where no condition was set
    TOO_MANY = auto()  # 429 with Retry-After
    UNAVAILABLE = auto()  # 503 with Retry-After of an hour, until healed
    HANGING_TLS = auto()  # the hello is never answered
    WRONG_CERTIFICATE = auto()  # of an authority that nobody trusts

    @property
    def is_of_tls(self) -> bool:
        return self in {Fault.HANGING_TLS, Fault.WRONG_CERTIFICATE}


@dataclass(frozen=True)
class Served:
    status: int
    body: bytes
    headers: Mapping[str, str]
    content_type: str


NOT_FOUND = Served(404, b"nothing here", {}, "text/plain")


class FaultServer(Server):
    """A site on 127.0.0.1; with an `authority` it speaks TLS, with a certificate of that authority."""

    def __init__(self, *, authority: trustme.CA | None = None, pace: float = 1.0) -> None:
        super().__init__(_FaultHandler)
        self.pace = pace
        self.stopping = threading.Event()
        self._served: dict[str, Served] = {}
        self._faults: dict[str, Fault] = {}
        self._tls = None if authority is None else (_context(authority), _context(trustme.CA()))
        self.scheme = "http" if authority is None else "https"

    def serve(
        self,
        path: str,
        body: bytes | str,
        headers: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        content_type: str = HTML,
    ) -> None:
        """Put an answer on a path, with its query or for any query."""
        data = body.encode() if isinstance(body, str) else body
        self._served[path] = Served(status, data, dict(headers or {}), content_type)

    def fault(self, prefix: str, fault: Fault) -> None:
        """Let every request under a prefix fail. Faults of TLS belong to the whole server: their prefix is `/`."""
        if fault.is_of_tls and (prefix != "/" or self._tls is None):
            raise ValueError(f"{fault} needs the prefix / and a server with an authority")
        self._faults[prefix] = fault
        self._hang_up()

    def heal(self, prefix: str | None = None) -> None:
        """Take back the fault of a prefix, or all of them."""
        for each in [prefix] if prefix is not None else list(self._faults):
            del self._faults[each]
        self._hang_up()

    def answer_to(self, path: str) -> Served:
        return self._served.get(path) or self._served.get(path.partition("?")[0]) or NOT_FOUND

    def fault_of(self, path: str) -> Fault | None:
        prefixes = [prefix for prefix, fault in self._faults.items() if path.startswith(prefix) and not fault.is_of_tls]
        return self._faults[max(prefixes, key=len)] if prefixes else None

    def _hang_up(self) -> None:
        """Close what is open: a connection that is kept alive would know nothing of a fault of TLS."""
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the connection, well or badly."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        told = self._faults.get("/")
        if told is Fault.HANGING_TLS:
            self.stopping.wait(30)
            return
        right, wrong = self._tls
        request.settimeout(5)
        context = wrong if told is Fault.WRONG_CERTIFICATE else right
        with context.wrap_socket(request, server_side=True) as connection:
            self.open.append(connection)
            super().finish_request(connection, client_address)

    def server_close(self) -> None:
        self.stopping.set()
        super().server_close()


class _FaultHandler(Handler):
    """Answers as the server was told to."""

    disable_nagle_algorithm = (
        True  # headers and body are written apart: the second would wait 40 ms for word of the first
    )

    @property
    def place(self) -> FaultServer:
        return cast("FaultServer", self.server)

    def do_GET(self) -> None:  # noqa: N802 - the name that the standard library calls
        self.place.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        served, fault = self.place.answer_to(self.path), self.place.fault_of(self.path)
        if fault is None:
            self._well(served)
        else:
            self._badly(served, fault)

    def _well(self, served: Served) -> None:
        headers = {"Content-Type": served.content_type, **served.headers}
        if served.status == 200:
            headers.setdefault("ETag", f'"{hashlib.sha256(served.body).hexdigest()[:16]}"')
            if self.headers["If-None-Match"] == headers["ETag"]:
                self.send(304, b"", headers)
                return
        self.send(served.status, served.body, headers)

    def _badly(self, served: Served, fault: Fault) -> None:
        typed = {"Content-Type": served.content_type}
        body = served.body
        match fault:
            case Fault.WRONG_CHARSET:
                bare = served.content_type.partition(";")[0]
                self.send(served.status, body, {"Content-Type": f"{bare}; charset=koi8-r"})
            case Fault.EMPTY:
                self.send(200, b"", typed)
            case Fault.CAPTCHA:
                self.send(200, _CAPTCHA, {"Content-Type": HTML})
            case Fault.BLOCK_PAGE:
                self.send(200, _BLOCKED, {"Content-Type": HTML})
            case Fault.HTML_FOR_FILE:
                self.send(200, _FRONT, typed)
            case Fault.REDIRECT_LOOP:
                self.send(302, b"", {"Location": self.path})
            case Fault.NOT_MODIFIED:
                self._claim_not_modified(served)
            case Fault.TOO_MANY:
                self.send(429, b"slow down", {"Retry-After": str(RETRY_AFTER)})
            case Fault.UNAVAILABLE:
                self.send(503, b"back in an hour", {"Retry-After": str(OUTAGE)})
            case Fault.BAD_GZIP:
                packed = bytearray(gzip.compress(body + bytes(64), mtime=0))
                packed[len(packed) // 2] ^= 0xFF
                self.send(200, bytes(packed), {**typed, "Content-Encoding": "gzip"})
            case Fault.GZIP_BOMB:
                self.send(200, _bomb(), {**typed, "Content-Encoding": "gzip"})
            case _:
                self._break_off(body, fault)

    def _claim_not_modified(self, served: Served) -> None:
        if self.headers["If-None-Match"] or self.headers["If-Modified-Since"]:
            self._well(served)
        else:
            self.send(304, b"")

    def _break_off(self, body: bytes, fault: Fault) -> None:
        """Faults of a connection that is written to by hand, and not used again."""
        self.close_connection = True
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % max(len(body), 1000)
        half = body[: len(body) // 2]
        match fault:
            case Fault.SHORT_BODY:
                self.wfile.write(whole + half)
            case Fault.RESET:
                self.wfile.write(whole + half)
                # Closing a socket that must not linger sends RST; closed by number, so that nobody says goodbye first.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            case Fault.DRIP:
                self.wfile.write(whole)
                self._trickle(body + b" " * 1000)
            case Fault.SLOW_HEADERS:
                self._trickle(whole)
            case Fault.ENDLESS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
                while not self.place.stopping.is_set():
                    self.wfile.write(b"<p>" + b"x" * 65536)
            case _:
                raise AssertionError(fault)

    def _trickle(self, data: bytes) -> None:
        for place in range(len(data)):
            self.wfile.write(data[place : place + 1])
            if self.place.stopping.wait(self.place.pace):
                return


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@lru_cache
def _bomb() -> bytes:
    pack = zlib.compressobj(wbits=31)
    return b"".join(pack.compress(bytes(2**20)) for _ in range(300)) + pack.flush()


@contextlib.contextmanager
def faulty(*, authority: trustme.CA | None = None, pace: float = 1.0) -> Iterator[FaultServer]:
    """A running site that stops by itself."""
    site = FaultServer(authority=authority, pace=pace)
    with running(site):
        yield site
