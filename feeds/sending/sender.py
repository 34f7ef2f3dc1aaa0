"""The sender of webhooks: one signed POST, to an address that was judged, within a deadline.

aiohttp does HTTP; what it is kept from is following redirects, cookies, a proxy of the environment, and looking a name up
behind our back: the addresses of a name are looked up once for each connection, judged, and the connection goes to one of
those. No exception of it is passed on and nothing is logged: their words name the host.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from feeds.sending import signing
from feeds.sending.destinations import REFUSED, Destinations
from feeds.sending.retrying import retry_after
from tracker.alerts import Delivery, Outcome, Subscription
from tracker.errors import ConfigError, DeliveryError

DEADLINE: Final = 15.0  # seconds, from the look-up to the end of the answer
_MOST: Final = 4096  # bytes of an answer
_KEPT_ALIVE: Final = (
    3.0  # seconds; servers close idle connections after five and more, and a POST is not repeated by itself
)


class Sender(Protocol):
    """Whatever makes one attempt. It never raises for what the far side does: that is what `Outcome` says."""

    async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
        """Make one attempt at that moment."""


def tls_context(*ca_files: str | Path) -> ssl.SSLContext:
    """A context that verifies: the CAs of the system, and those of files. Raises `ConfigError`."""
    context = ssl.create_default_context()
    for path in ca_files:
        try:
            context.load_verify_locations(path)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(f"{path}: not a readable file with PEM certificates of authorities") from error
    return context


class _RefusedError(OSError):
    """A name that leads nowhere it may lead."""


class PinningResolver(AbstractResolver):
    """Looks a name up and hands on only addresses that `permits` allows (address, port): what it judged is what is dialled."""

    def __init__(self, lookup: AbstractResolver, permits: Callable[[str, int], bool]) -> None:
        self._lookup, self._permits = lookup, permits

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        """The addresses of a name that may be dialled, or OSError."""
        found = await self._lookup.resolve(host, port, family)
        allowed = [one for one in found if self._permits(one["host"], port)]
        if found and not allowed:
            raise _RefusedError
        return allowed

    async def close(self) -> None:
        """Nothing is held; the look-up belongs to whoever handed it in."""


class WebhookSender:
    """Sends signed requests. An async context manager: connections are kept for a few seconds and shared by all attempts.

    `seconds` bounds an attempt as a whole; `lookup` resolves names (by default the system, in threads).
    """

    def __init__(
        self,
        destinations: Destinations,
        *,
        user_agent: str,
        tls: ssl.SSLContext,
        seconds: float = DEADLINE,
        lookup: AbstractResolver | None = None,
    ) -> None:
        self._destinations, self._tls = destinations, tls
        self._user_agent, self._seconds, self._lookup = user_agent, seconds, lookup
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._target = functools.lru_cache(4096)(destinations.target)  # pure, and asked for each attempt

    async def __aenter__(self) -> Self:
        self._sessions = {scheme: self._session(scheme) for scheme in ("http", "https")}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    def _session(self, scheme: str) -> aiohttp.ClientSession:
        # One for each scheme: a resolver is not told whether plain http is asked for.
        lookup = self._lookup or aiohttp.ThreadedResolver()
        connector = aiohttp.TCPConnector(
            limit=0,  # whoever calls bounds the attempts; waiting here would eat the deadline of one that has done nothing wrong
            resolver=PinningResolver(lookup, functools.partial(self._destinations.permits, scheme)),
            use_dns_cache=False,
            ssl=self._tls,
            keepalive_timeout=_KEPT_ALIVE,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=_MOST,
            timeout=aiohttp.ClientTimeout(),  # none of its own: `send` bounds everything together
            headers={"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        )

    async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
        """One attempt. 2xx is delivered, once its answer has ended or shown its first 4 kB; everything else has failed."""
        try:
            target = self._target(subscription.url.value)
            headers = signing.headers(delivery.message_id, at, delivery.body, signing.signing_secrets(subscription, at))
        except (ConfigError, DeliveryError) as error:
            return Outcome(delivered=False, error=str(error))
        headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(target, delivery.body, headers, at)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return Outcome(delivered=False, error=self._words(error))

    async def _exchange(self, target: URL, body: bytes, headers: dict[str, str], at: datetime) -> Outcome:
        session = self._sessions[target.scheme]
        async with session.post(target, data=body, headers=headers, allow_redirects=False) as response:
            left = _MOST
            while left > 0 and (chunk := await response.content.read(left)):
                left -= len(chunk)
            if not response.content.at_eof():
                response.close()  # not read to its end, so of no further use
            return _outcome(response.status, response.headers.get("Retry-After"), at)

    def _words(self, error: Exception) -> str:
        """One sentence of ours for a foreign exception, told apart by type."""
        match error:
            case TimeoutError():
                return f"no complete answer within {self._seconds:g} s"
            case aiohttp.ClientConnectorCertificateError():
                return "the certificate of the receiver is not trusted"
            case aiohttp.ClientSSLError():
                return "no TLS could be agreed on with the receiver"
            case aiohttp.ClientConnectorError(os_error=_RefusedError()):
                return REFUSED
            case aiohttp.ClientConnectorDNSError():
                return "the host of the receiver has no address"
            case aiohttp.ClientConnectorError():
                return "no connection to the receiver"
            case aiohttp.ClientResponseError() | ValueError():
                return "the receiver does not speak HTTP"
            case _:
                return "the receiver broke the connection off"


def _outcome(status: int, wait: str | None, at: datetime) -> Outcome:
    if 200 <= status < 300:
        return Outcome(delivered=True, status=status)
    words = f"HTTP {status}"
    if 300 <= status < 400:
        words += ": redirects are not followed"
    elif status == 410:
        words += ": the receiver wants no more"
    return Outcome(delivered=False, status=status, error=words, retry_after=retry_after(wait, at), gone=status == 410)
