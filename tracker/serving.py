"""The site over HTTP: uvicorn on one address, without an access log, stopped gracefully by SIGINT and SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import uvicorn

from feeds.app import create_app
from feeds.kept import Size
from feeds.site import Site
from tracker.errors import ConfigError
from tracker.parts import utc_now


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """Take the address before anything is promised; an occupied one is one clear line. `option`: what chooses the port."""
    # The protocol is named because asyncio sends small writes at once only on sockets that say TCP; without it each answer on
    # a connection that is kept open waits 40 ms for an acknowledgement of its headers.
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise ConfigError(f"{host}:{port} cannot be used ({error.strerror}); choose another with {option}") from error
    taken.listen(128)
    return taken


def address_of(taken: socket.socket) -> str:
    """The web address of a socket that listens."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class SiteServer:
    """One site on one address. `now`: the time of day by which `/health` judges how fresh sources are."""

    def __init__(self, site: Site, taken: socket.socket, *, now: Callable[[], datetime] = utc_now) -> None:
        self._taken = taken
        self._app = create_app(site, now=now)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app,
                access_log=False,
                log_config=None,
                server_header=False,
                ws="none",
                lifespan="off",
                timeout_graceful_shutdown=5,
            )
        )

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the site."""
        return address_of(self._taken)

    def sizes(self) -> tuple[Size, ...]:
        """What the site keeps in memory."""
        return self._app.sizes()

    def run(self) -> None:
        """Serve until `stop`, SIGINT, SIGTERM or SIGHUP; answers under way are finished first."""
        with contextlib.closing(self._taken), _signals_end_quietly(self.stop):
            self._server.run(sockets=[self._taken])

    def stop(self) -> None:
        """Ask the server to end. May be called from any thread."""
        self._server.should_exit = True


@contextlib.contextmanager
def _signals_end_quietly(stop: Callable[[], None]) -> Iterator[None]:
    """After its graceful stop uvicorn raises the signal again for whoever stood behind it: let that be nobody.

    Otherwise SIGTERM would kill the process before the store is closed and the lease given back. SIGHUP, of which uvicorn knows
    nothing, asks it to `stop`: a terminal was closed, unless nohup had the signal ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, lambda *_: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
