"""Local servers for tests: threads on 127.0.0.1 that stop by themselves, and answers of every kind to put on their paths."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

PAGE = b"<html>" + b"0123456789" * 40 + b"</html>"


class Handler(BaseHTTPRequestHandler):
    """Hands a request to the page that the test has put on its path."""

    protocol_version = "HTTP/1.1"
    timeout = 5  # a test that leaves a connection open must not hang its neighbours

    @property
    def site(self) -> Server:
        return cast("Server", self.server)

    def do_GET(self) -> None:
        self.site.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        pages = self.site.pages.get(self.path.partition("?")[0], self.site.pages.get("*", []))
        if not pages:
            self.send(404, b"nothing here")
            return
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        page(self)

    def do_CONNECT(self) -> None:
        """Tunnel to the port of this machine that the test has given to that name."""
        self.site.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        port = self.site.tunnels.get(self.path)
        if port is None:
            self.send(403, b"not from here")
            return
        with socket.create_connection(("127.0.0.1", port)) as far:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            relay(self.connection, far)
        self.close_connection = True

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Keep quiet."""


Page = Callable[[Handler], None]


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side closes."""
    ends = {one: other, other: one}
    while True:
        for ready in select.select(list(ends), [], [], 5)[0]:
            data = ready.recv(65536)
            if not data:
                return
            ends[ready].sendall(data)


class Stoppable(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A server that hangs up on its clients when it stops, and waits for the threads that served them."""

    daemon_threads = False

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.open: list[socket.socket] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken pipes are what these tests are made of."""


class Server(Stoppable):
    def __init__(self, handler: type[Handler] = Handler) -> None:
        super().__init__(handler)
        self.pages: dict[str, list[Page]] = {}
        self.tunnels: dict[str, int] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.scheme = "http"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def put(self, path: str, *pages: Page) -> None:
        self.pages[path] = list(pages)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


@contextlib.contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(body: bytes = PAGE, status: int = 200, headers: Mapping[str, str] | None = None) -> Page:
    return lambda handler: handler.send(status, body, headers)


def redirect(target: str, headers: Mapping[str, str] | None = None) -> Page:
    return page(b"", 302, {"Location": target, **(headers or {})})


def raw(*parts: bytes) -> Page:
    """An answer written by hand; the connection closes after it."""

    def write(handler: Handler) -> None:
        for part in parts:
            handler.wfile.write(part)
        handler.close_connection = True

    return write


def drip(head: bytes, drop: bytes) -> Page:
    """A server that never falls silent and never ends (but for the sake of the tests, after ten seconds)."""

    def write(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        for _ in range(500):
            handler.wfile.write(drop)
            if select.select([handler.connection], [], [], 0.02)[0]:
                return  # the client has hung up

    return write
