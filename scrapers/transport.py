"""The wire under the gate: sockets with a deadline, connections that dial checked addresses, bodies with a cap.

requests and urllib3 do HTTP; four things they do not do are added here.

- **A deadline for the whole exchange.** Their timeouts bound one `recv`, so that a server sending a byte now and then holds a
  client for ever. Here every `recv`, of headers as well as of the body, waits only as long as the attempt may still last.
- **Pinned addresses.** A name is looked up once, private addresses are dropped, and the connection goes to the very address
  that was judged: a name that changes its mind (DNS rebinding) gains nothing. The protection ends where a proxy resolves the
  name itself (``http``, ``https``, ``socks5h``); ``socks5`` resolves here and is judged here.
- **A cap on decoded bytes**, and truncated bodies as errors, including a gzip stream that merely stops.
- **Silence about proxies.** Foreign exceptions and log lines name the proxy; none of their text is passed on.

One attempt runs in one thread from connect to last byte, and urllib3 has no way to hand a per-request value down to the
socket: hence the context variable.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import os
import queue
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import SplitResult, unquote

import socks
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util.ssl_ import create_urllib3_context

from scrapers.addresses import host_of, is_public, literal_address
from tracker.errors import ConfigError, FetchError

Lookup: TypeAlias = Callable[[str], Sequence[str]]

_CHUNK: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


# ---------------------------------------------------------------- one attempt and its time


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt to get an answer: a chain of exchanges (redirects) that share `left` seconds of time on the wire."""

    source: str
    proxied: bool
    socks: SplitResult | None
    allow_private: bool
    left: float
    monotonic: Callable[[], float]
    lookup: Lookup
    url: str = ""
    ends_at: float = 0.0

    @property
    def host(self) -> str:
        """The host being asked at the moment."""
        return host_of(self.url)

    @contextlib.contextmanager
    def exchange(self, url: str) -> Iterator[None]:
        """Let the clock run for one request to `url`; waiting for one's turn between requests costs nothing."""
        self.url, self.ends_at = url, self.monotonic() + self.left
        token = _attempt.set(self)
        try:
            yield
        finally:
            _attempt.reset(token)
            self.left = max(0.0, self.ends_at - self.monotonic())

    def remaining(self) -> float:
        """Seconds that the exchange may still take; TimeoutError when there are none."""
        left = self.ends_at - self.monotonic()
        if left <= 0:
            raise TimeoutError("the attempt has used up its time")
        return left

    def failure(self, reason: str, words: str) -> FetchError:
        """A FetchError about this exchange. `words` must be ours: foreign text may hold the proxy's address."""
        return FetchError(f"{self.source}: {words}", reason=reason, url=self.url)


_attempt: ContextVar[Attempt] = ContextVar("attempt")


def _limit(sock: socket.socket) -> None:
    """Bound the next blocking call of a socket by what is left of the attempt."""
    attempt = _attempt.get(None)
    if attempt is not None:
        sock.settimeout(attempt.remaining())


class _PlainSocket(socket.socket):
    """A socket on which no read outlives the attempt."""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        _limit(self)
        return super().recv(bufsize, flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        _limit(self)
        return super().recv_into(buffer, nbytes, flags)


class _TlsSocket(ssl.SSLSocket):
    """The same over TLS; `recv` and `recv_into` both end in `read`."""

    def do_handshake(self, block: bool = False) -> None:
        _limit(self)
        super().do_handshake(block)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - the name that SSLSocket gives it
        _limit(self)
        return super().read(len, buffer)


# ---------------------------------------------------------------- dialling


def _addresses(attempt: Attempt, host: str) -> list[str]:
    """The addresses of a host, within the deadline. The resolver knows no timeout of its own, so it runs aside."""
    literal = literal_address(host)
    if literal is not None:
        return [literal]
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(attempt.lookup(host))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=attempt.remaining())
    except queue.Empty:
        raise TimeoutError("the look-up has used up the time of the attempt") from None
    if isinstance(answer, Exception):
        raise OSError("no address for this name") from answer
    if not answer:
        raise OSError("no address for this name")
    return list(answer)


def _target_addresses(attempt: Attempt, host: str) -> list[str]:
    """The addresses of the host asked for, as far as policy allows them."""
    try:
        found = _addresses(attempt, host)
    except TimeoutError:
        raise
    except OSError as error:
        raise attempt.failure(
            "connection", f"the name {host} has no address: check the URL, or the resolver"
        ) from error
    allowed = found if attempt.allow_private else [address for address in found if is_public(address)]
    if not allowed:
        raise attempt.failure("address", f"{host} leads into a private network: only public addresses are fetched")
    return allowed


def _first_to_answer(
    attempt: Attempt, addresses: Sequence[str], dial: Callable[[str, float], socket.socket]
) -> socket.socket:
    """Connect to the first address that answers. A dead one may use only its share of the time that is left."""
    failure: OSError | None = None
    for index, address in enumerate(addresses):
        try:
            return dial(address, attempt.remaining() / (len(addresses) - index))
        except OSError as error:
            failure = error
    raise failure or OSError("no address to connect to")


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ipaddress.ip_address(address.partition("%")[0]).version == 6 else socket.AF_INET


def _dial(host: str, port: int, *, to_proxy: bool) -> socket.socket:
    """A connected socket to a host (or to an HTTP proxy), through a SOCKS proxy when the attempt has one."""
    attempt = _attempt.get()
    if attempt.socks is not None:
        return _dial_through_socks(attempt, attempt.socks, host, port)

    def connect(address: str, seconds: float) -> socket.socket:
        sock = _PlainSocket(_family(address), socket.SOCK_STREAM)
        try:
            sock.settimeout(seconds)
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock

    addresses = _addresses(attempt, host) if to_proxy else _target_addresses(attempt, host)
    return _first_to_answer(attempt, addresses, connect)


def _dial_through_socks(attempt: Attempt, proxy: SplitResult, host: str, port: int) -> socket.socket:
    """A connection that a SOCKS 5 proxy made. ``socks5h`` hands it the name, ``socks5`` an address judged here.

    PySocks bounds each of its few reads, not their sum: the proxy is the operator's own.
    """
    far_resolves = proxy.scheme == "socks5h"
    target = host if far_resolves else _target_addresses(attempt, host)[0]

    def connect(address: str, seconds: float) -> socket.socket:
        sock = socks.socksocket(_family(address), socket.SOCK_STREAM)
        try:
            sock.set_proxy(
                socks.SOCKS5,
                address,
                proxy.port or 1080,
                rdns=far_resolves,
                username=unquote(proxy.username) if proxy.username else None,
                password=unquote(proxy.password) if proxy.password else None,
            )
            sock.settimeout(seconds)
            sock.connect((target, port))
        except BaseException:
            sock.close()
            raise
        return _PlainSocket(fileno=sock.detach())

    return _first_to_answer(attempt, _addresses(attempt, proxy.hostname or ""), connect)


def _connected(connection: HTTPConnection) -> socket.socket:
    """`_dial` with the exceptions that urllib3 expects of `_new_conn`."""
    try:
        return _dial(connection._dns_host, connection.port, to_proxy=connection.proxy is not None)  # noqa: SLF001 - see below
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "no connection in time") from error
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error


# `_new_conn` is the seam that urllib3's own SOCKS support uses; `_dns_host` is what it dials.


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def tls_context(ca_bundle: str | None, *, source: str) -> ssl.SSLContext:
    """A verifying context: the CAs that requests ships, and the operator's extra file when given."""
    context = create_urllib3_context()
    context.sslsocket_class = _TlsSocket
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle is not None:
        try:
            context.load_verify_locations(ca_bundle)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(
                f"the CA file of source {source} cannot be read: give the path of a file with PEM certificates ({ca_bundle})"
            ) from error
    return context


class Adapter(HTTPAdapter):
    """The adapter of one host: one connection, kept alive, on sockets with a deadline, always verified.

    `context` verifies the host, `proxy_context` an ``https`` proxy: an extra CA for a host does not vouch for a proxy.
    """

    def __init__(self, context: ssl.SSLContext, proxy_context: ssl.SSLContext) -> None:
        self._context, self._proxy_context = context, proxy_context
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make the manager of direct connections."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        _use_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Make the manager of connections through an HTTP proxy."""
        manager = super().proxy_manager_for(
            proxy, ssl_context=self._context, proxy_ssl_context=self._proxy_context, **proxy_kwargs
        )
        _use_our_pools(manager)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context already holds the CAs; whatever `verify` says, a certificate is required."""
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"

    def close(self) -> None:
        """Close the idle connections now; urllib3 would leave that to the garbage collector."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - not a dict: iterating over it is an error
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()


def _use_our_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


# ---------------------------------------------------------------- the body


class _Gunzip:
    """Decodes gzip with a cap on each step. The only encoding that is offered, so the only one accepted."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP)
        self._fed = False

    def feed(self, data: bytes, room: int) -> bytes:
        """What `data` unpacks to, at most `room` bytes of it (then the caller gives up). Raises zlib.error."""
        out = b""
        while data and len(out) < room:
            self._fed = True
            if self._inflate.eof:
                if data[0] != 0x1F:  # padding after the last member, which RFC 1952 readers ignore
                    break
                self._inflate = zlib.decompressobj(_GZIP)
            out += self._inflate.decompress(data, room - len(out))
            data = self._inflate.unused_data
        return out

    @property
    def complete(self) -> bool:
        """Whether the stream came to its own end."""
        return self._inflate.eof or not self._fed


def _decoder(attempt: Attempt, raw: BaseHTTPResponse) -> _Gunzip | None:
    transfer = raw.headers.get("transfer-encoding", "").strip().lower()
    if transfer not in ("", "identity", "chunked"):
        raise attempt.failure("bad_encoding", f"{attempt.host} used a transfer encoding that was not offered")
    named = [token.strip().lower() for token in raw.headers.get("content-encoding", "").split(",")]
    encodings = [token for token in named if token not in ("", "identity")]
    if not encodings:
        return None
    if encodings not in (["gzip"], ["x-gzip"]):
        raise attempt.failure("bad_encoding", f"{attempt.host} used a content encoding that was not offered")
    return _Gunzip()


def read_body(attempt: Attempt, raw: BaseHTTPResponse, *, limit: int) -> bytes:
    """The body, decoded from transfer and content encodings: whole, in time, and at most `limit` bytes, or FetchError."""
    decoder = _decoder(attempt, raw)
    body, received = bytearray(), 0
    while chunk := raw.read1(_CHUNK, decode_content=False):
        attempt.remaining()
        received += len(chunk)
        if decoder is None:
            body += chunk
        else:
            try:
                body += decoder.feed(chunk, limit - len(body) + 1)
            except zlib.error as error:
                raise attempt.failure(
                    "bad_encoding", f"{attempt.host} sent a body that is not the gzip it claims"
                ) from error
        if max(len(body), received) > limit:  # `received`: a stream of empty gzip members grows nowhere else
            raise attempt.failure(
                "too_large", f"{attempt.host} sent more than {limit} bytes: raise max_bytes if it should"
            )
    if decoder is not None and not decoder.complete:
        raise attempt.failure("short_body", f"{attempt.host} ended a gzip body before its end")
    return bytes(body)


# ---------------------------------------------------------------- what went wrong


def _causes(error: BaseException) -> list[BaseException]:
    """An exception with everything it wraps: causes, contexts, urllib3's `reason`, exceptions among its arguments."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        item = waiting.pop()
        if isinstance(item, BaseException) and not any(item is known for known in found):
            found.append(item)
            waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found


def explain(attempt: Attempt, error: Exception, *, in_body: bool) -> FetchError:
    """The one sentence for a foreign exception, told apart by type, never by its words.

    With a proxy in between the exception is left out of the chain as well: its text holds the proxy's address.
    """
    failure = _failure(attempt, _causes(error), in_body=in_body)
    if not attempt.proxied:
        failure.__cause__ = error
    return failure


def _failure(attempt: Attempt, causes: Sequence[BaseException], *, in_body: bool) -> FetchError:
    host, way = attempt.host, " through the proxy" if attempt.proxied else ""

    def first(*kinds: type[BaseException]) -> Any:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if first(
        TimeoutError, ReadTimeoutError
    ):  # not urllib3's own TimeoutError: there a refused connection is one as well
        return attempt.failure(
            "timeout", f"{host} did not answer completely in time{way}: try later, or raise its deadline"
        )
    if first(ProxyError, socks.ProxyError):
        return attempt.failure(
            "connection", f"the proxy made no connection to {host}: check that it runs, and its login"
        )
    untrusted = first(ssl.SSLCertVerificationError)
    if untrusted:
        return attempt.failure(
            "tls",
            f"the certificate of {host} is not trusted ({untrusted.verify_message}): set ca_bundle if its CA is known",
        )
    if first(ssl.SSLError) and not first(ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError):
        return attempt.failure("tls", f"no TLS could be agreed on with {host}{way}: check the scheme and the port")
    if in_body:
        return attempt.failure("short_body", f"{host} broke off the body{way}")
    broken = first(OSError)
    number = (broken.errno if broken is not None else None) or 0
    detail = f" ({os.strerror(number)})" if number in errno.errorcode else ""
    return attempt.failure("connection", f"{host} could not be reached or broke off{way}{detail}: try later")


def _names_no_proxy(record: logging.LogRecord) -> bool:
    """Logging filter: libraries print the host they connect to, which may be the proxy."""
    del record
    attempt = _attempt.get(None)
    return attempt is None or not attempt.proxied


def hush_libraries() -> None:
    """Keep proxy addresses out of the logs of the libraries underneath. Calling it again changes nothing."""
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.poolmanager", "urllib3.response", "socks"):
        logging.getLogger(name).addFilter(_names_no_proxy)
