"""The one gate to the network: everything this project fetches passes `Gate.fetch`.

What the gate sees to: the address policy, robots.txt, one request at a time and a pause per host, a deadline and a size cap per
attempt, conditional requests, redirects followed by hand, retries, verified TLS, the proxy of a source. What it does not do:
judge the answer. Whatever final status came, with its body, is evidence and is returned; `FetchError` means that there was no
usable answer at all.

Nothing of the environment counts (no ``HTTP_PROXY``, no ``.netrc``); the User-Agent is the one given, and it is honest.
"""

from __future__ import annotations

import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import requests
from protego import Protego
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from scrapers.addresses import check_place, check_url, host_of, look_up, origin_of, scheme_of
from scrapers.transport import Adapter, Attempt, Lookup, explain, hush_libraries, read_body, tls_context
from tracker.errors import ConfigError, FetchError
from tracker.models import Response, Validators

__all__ = ["Gate", "SourcePolicy", "check_place", "check_url", "retry_after"]

MAX_REDIRECTS: Final = 5
LONGEST_WAIT: Final = 120.0  # seconds; a server that asks for more is left to the scheduler
LONGEST_CRAWL_DELAY: Final = 60.0
FIRST_BACKOFF: Final = 2.0  # seconds, doubled with every retry
ROBOTS_LIFE: Final = timedelta(hours=24)  # RFC 9309, 2.4
ROBOTS_TROUBLE_LIFE: Final = timedelta(minutes=5)  # so that a source that is down is not waited for once per document
ROBOTS_BYTES: Final = 4 * 2**20
#: Hosts of which connections and rules are remembered: a page can redirect to another host at every look.
MOST_HOSTS: Final = 256

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RETRIED_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_TRANSIENT: Final = frozenset({"connection", "timeout", "short_body"})
_PROXY_SCHEMES: Final = ("http", "https", "socks5", "socks5h")

# What the gate decides itself, or must be able to interpret in the answer, is not for callers to set.
_RESERVED: Final = frozenset(
    {"accept-encoding", "user-agent", "host", "cookie", "proxy-authorization", "range", "if-range"}
    | {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
    | {"connection", "content-length", "te", "transfer-encoding", "upgrade"}
)
_CREDENTIALS: Final = frozenset({"authorization"})
# Proxies sign what they pass on; their names are not for the archive.
_PROXY_MARKS: Final = frozenset({"via", "x-cache", "x-cache-lookup", "x-squid-error", "x-forwarded-for", "forwarded"})

_VALIDATOR: Final = re.compile(r"[\x21-\x7e][\x20-\x7e]*")
_FOLD: Final = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePolicy:
    """How one source is asked.

    `proxy` (``http://``, ``https://``, ``socks5://``, ``socks5h://``) is a secret and appears in no message. `ca_bundle` is a
    PEM file trusted besides the default CAs, only for the host of the URL that is fetched, not for hosts it redirects to.
    `delay`: seconds between the end of one request to a host and the start of the next. `deadline`: seconds on the wire for
    one attempt, redirects included, from connect to the last byte. `max_bytes` caps the decoded body. `allow_private` permits
    private addresses and any port: for local servers of demonstrations and tests.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    delay: float = 1.0
    deadline: float = 60.0
    max_bytes: int = 64 * 2**20
    retries: int = 3
    robots: bool = True
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A URL to get, with everything that stays the same over redirects and retries."""

    url: str
    source: str
    policy: SourcePolicy
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What one exchange brought: a final answer, or the `location` to go to."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Robots:
    """What is known of one origin's robots.txt until `expires`. No `rules`: everything is allowed."""

    expires: datetime
    rules: Protego | None = None
    trouble: str = ""
    retry_after: float | None = None


class _RobotsError(FetchError):
    """robots.txt could not be had, after as many tries as the policy grants: the page's own retries must not multiply them."""


class _Lane:
    """The queue before one host: one request at a time, with a pause between two."""

    def __init__(self) -> None:
        self.robots_lock = threading.Lock()
        self.adapters: dict[tuple[str | None, str | None], Adapter] = {}
        self._lock = threading.Lock()
        self._last_end = float("-inf")
        self._not_before = float("-inf")

    @contextmanager
    def turn(self, delay: float, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
        """Wait for one's turn, at least `delay` seconds after the last request ended."""
        with self._lock:
            wait = max(self._last_end + delay, self._not_before) - monotonic()
            if wait > 0:
                sleep(wait)
            try:
                yield
            finally:
                self._last_end = monotonic()

    def close(self) -> None:
        """Close idle connections; whoever asks again opens new ones."""
        for adapter in list(self.adapters.values()):
            adapter.close()

    def is_idle(self, now: float) -> bool:
        """Whether nobody asks or waits here, and nobody has to."""
        return now >= self._not_before and not self._lock.locked() and not self.robots_lock.locked()

    def hold(self, until: float) -> None:
        """Let nobody ask before a moment (monotonic): a host that is in trouble is spared by every thread."""
        with self._lock:
            self._not_before = max(self._not_before, until)


class Gate:
    """Fetches URLs by the policy of their source. Safe to share between threads; a context manager that closes connections.

    `user_agent` should name the project and a contact. `clock` gives aware UTC times; `monotonic` and `sleep` measure and
    spend waiting; `rng` spreads retries; `lookup` turns a host name into IP addresses.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        policies: Mapping[str, SourcePolicy],
        clock: Callable[[], datetime],
        default: SourcePolicy = SourcePolicy(),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
        lookup: Lookup = look_up,
    ) -> None:
        if not (user_agent.isascii() and user_agent.isprintable() and user_agent.strip()):
            raise ConfigError("the User-Agent must be one line of ASCII: name the project and a contact")
        self._user_agent = user_agent
        # RFC 9309, 2.2.1: robots.txt names the product, not the whole line.
        self._product = user_agent.split(maxsplit=1)[0].partition("/")[0]
        self._policies, self._default = dict(policies), default
        self._clock, self._monotonic, self._sleep, self._lookup = clock, monotonic, sleep, lookup
        self._rng = rng or random.Random()  # noqa: S311 - jitter is no secret
        self._lanes: dict[str, _Lane] = {}
        self._robots: dict[tuple[str, str | None], _Robots] = {}
        self._registry_lock = threading.Lock()
        self._contexts: dict[str | None, ssl.SSLContext] = {None: tls_context(None, source="")}
        for name, policy in {"(default)": default, **policies}.items():
            if policy.proxy is not None:
                _check_proxy(policy.proxy, source=name)
            if policy.ca_bundle not in self._contexts:
                self._contexts[policy.ca_bundle] = tls_context(policy.ca_bundle, source=name)
        hush_libraries()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections. The gate can still be used: it opens new ones."""
        with self._registry_lock:
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()

    def fetch(
        self,
        url: str,
        *,
        source: str,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET `url` by the policy of `source`: the answer with any final status, or FetchError.

        `validators` make the request conditional; the answer may then be `not_modified`. They go to `url` alone, not to where
        it redirects: they would be compared with another resource there. `headers` are extra ones (Accept, Referer); those
        that the gate decides itself are ignored. The answer's `url` is `url` as given. Set-Cookie is not passed on.

        An answer 429, 500, 502, 503 or 504 is returned when retries are used up or the server asks for a wait of more than
        two minutes; `retry_after` tells how long.
        """
        request = _Request(
            url=check_url(url),
            source=source,
            policy=self._policies.get(source, self._default),
            headers={name: value for name, value in (headers or {}).items() if name.lower() not in _RESERVED},
            conditional=_conditional(validators),
        )
        return replace(self._persist(request), url=url)

    def _persist(self, request: _Request) -> Response:
        """Try, and try again what may pass.

        A loop of our own: urllib3's Retry ends with the headers and knows no deadline over a streamed body; general retry
        libraries know neither Retry-After nor that the pause belongs to the host, where other threads must respect it too.
        """
        tried = 0
        while True:
            wait = FIRST_BACKOFF * 2**tried * self._rng.uniform(0.5, 1.5)
            last = tried >= request.policy.retries
            try:
                response = self._follow(request)
            except FetchError as error:
                if last or error.reason not in _TRANSIENT or isinstance(error, _RobotsError):
                    raise
                where = error.url
            else:
                asked = retry_after(response) or 0.0
                if last or response.status not in _RETRIED_STATUSES or asked > LONGEST_WAIT:
                    return response
                where, wait = response.final_url, max(wait, asked)
            self._lane(where).hold(self._monotonic() + wait)
            tried += 1

    def _follow(self, request: _Request) -> Response:
        """One attempt: the chain from `request.url` to a final answer. Cookies live as long as the chain."""
        policy = request.policy
        attempt = Attempt(
            source=request.source,
            proxied=policy.proxy is not None,
            socks=_socks(policy),
            allow_private=policy.allow_private,
            left=policy.deadline,
            monotonic=self._monotonic,
            lookup=self._lookup,
        )
        jar, url = RequestsCookieJar(), request.url
        check_place(url, allow_private=policy.allow_private)
        for _ in range(MAX_REDIRECTS + 1):
            pause = self._permitted_pause(url, request)
            answer = self._exchange(attempt, request, url, jar, pause)
            if answer.location is None:
                return Response(
                    url=request.url,
                    final_url=url,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    fetched_at=self._clock(),
                    via=f"{'proxy' if attempt.proxied else 'direct'}+{scheme_of(url)}",
                    not_modified=answer.status == 304,
                )
            url = _next_hop(attempt, answer.location)
        raise attempt.failure(
            "redirect", f"{host_of(request.url)} redirects more than {MAX_REDIRECTS} times: check the URL"
        )

    def _exchange(self, attempt: Attempt, request: _Request, url: str, jar: RequestsCookieJar, pause: float) -> _Answer:
        """One request and its answer, in the turn of this host, within what is left of the attempt."""
        policy, lane = request.policy, self._lane(url)
        proxies = {"http": policy.proxy, "https": policy.proxy} if policy.proxy and attempt.socks is None else {}
        in_body = False
        with lane.turn(pause, self._monotonic, self._sleep), attempt.exchange(url):
            prepared = requests.Request("GET", url, headers=self._headers_for(url, request), cookies=jar).prepare()
            try:
                adapter = self._adapter(lane, request, url)
                with adapter.send(prepared, stream=True, timeout=attempt.remaining(), proxies=proxies) as answer:
                    extract_cookies_to_jar(jar, prepared, answer.raw)  # type: ignore[no-untyped-call]
                    location = _judge_status(
                        attempt, answer.raw, conditional=bool(request.conditional) and url == request.url
                    )
                    if location is not None:
                        return _Answer(status=answer.raw.status, location=location)
                    in_body = True
                    body = read_body(attempt, answer.raw, limit=policy.max_bytes)
                    return _Answer(status=answer.raw.status, headers=_kept_headers(answer.raw, policy.proxy), body=body)
            except (requests.RequestException, HTTPError, OSError) as error:
                failure = explain(attempt, error, in_body=in_body)
        # Outside the handler, so that the foreign exception does not follow as context: it may name the proxy.
        try:
            raise failure
        finally:
            del failure  # else the error, its traceback and this frame keep each other, and what was read, in memory

    def _headers_for(self, url: str, request: _Request) -> dict[str, str]:
        elsewhere = origin_of(url) != origin_of(request.url)
        extra = {
            name: value for name, value in request.headers.items() if not (elsewhere and name.lower() in _CREDENTIALS)
        }
        conditional = request.conditional if url == request.url else {}
        return {"Accept": "*/*", **extra, **conditional, "User-Agent": self._user_agent, "Accept-Encoding": "gzip"}

    def _lane(self, url: str) -> _Lane:
        host = host_of(url)
        with self._registry_lock:
            lane = self._lanes.pop(host) if host in self._lanes else _Lane()
            self._lanes[host] = lane  # asked for last, it stands last
            gone = [name for name in list(self._lanes)[:-MOST_HOSTS] if self._lanes[name].is_idle(self._monotonic())]
            for lane_before in [self._lanes.pop(name) for name in gone]:
                lane_before.close()
        return lane

    def _adapter(self, lane: _Lane, request: _Request, url: str) -> Adapter:
        """The connection of a lane for one way of asking. Called in one's turn."""
        bundle = request.policy.ca_bundle if host_of(url) == host_of(request.url) else None
        key = (request.policy.proxy, bundle)
        if key not in lane.adapters:
            lane.adapters[key] = Adapter(self._contexts[bundle], self._contexts[None])
        return lane.adapters[key]

    def _permitted_pause(self, url: str, request: _Request) -> float:
        """The pause to keep before asking for `url`; FetchError when robots.txt forbids it or cannot be had."""
        policy, host = request.policy, host_of(url)
        if not policy.robots:
            return policy.delay
        known = self._robots_for(url, request)
        if known.trouble:
            raise _RobotsError(
                f"{request.source}: robots.txt of {host} {known.trouble}: the source counts as unreachable, try later",
                reason="unreachable",
                url=url,
                retry_after=known.retry_after,
            )
        if known.rules is None:
            return policy.delay
        if not known.rules.can_fetch(url, self._product):
            path = urlsplit(url).path
            raise FetchError(
                f"{request.source}: robots.txt of {host} disallows {path}: this page is not to be fetched by programs",
                reason="robots",
                url=url,
            )
        return max(policy.delay, min(known.rules.crawl_delay(self._product) or 0.0, LONGEST_CRAWL_DELAY))

    def _robots_for(self, url: str, request: _Request) -> _Robots:
        """What robots.txt of an origin says, asked for at most once a day over each way of travelling."""
        key = (origin_of(url), request.policy.proxy)
        with self._lane(url).robots_lock:
            known = self._robots.get(key)
            if known is None or known.expires <= self._clock():
                known = self._ask_robots(key[0], request)
                with self._registry_lock:
                    self._robots.pop(key, None)
                    self._robots[key] = known
                    for old in list(self._robots)[:-MOST_HOSTS]:
                        del self._robots[old]
            return known

    def _ask_robots(self, origin: str, request: _Request) -> _Robots:
        """RFC 9309, 2.3.1: 4xx allows everything, 5xx and silence allow nothing.

        A host that cannot be reached, trusted or allowed at all is reported as that; the page would have met the same.
        """
        policy = replace(request.policy, robots=False, max_bytes=ROBOTS_BYTES)
        try:
            answer = self._persist(_Request(url=f"{origin}/robots.txt", source=request.source, policy=policy))
        except FetchError as error:
            if error.reason in {"connection", "tls", "address"}:
                # The cause of our own error carries no proxy address; the error itself would repeat it line by line.
                raise _RobotsError(str(error), reason=error.reason, url=error.url) from error.__cause__
            words = {"timeout": "did not come in time"}.get(error.reason, f"could not be had ({error.reason})")
            return _Robots(expires=self._clock() + ROBOTS_TROUBLE_LIFE, trouble=words)
        if answer.status >= 500:
            return _Robots(
                expires=self._clock() + ROBOTS_TROUBLE_LIFE,
                trouble=f"is answered with status {answer.status}",
                retry_after=retry_after(answer),
            )
        expires = self._clock() + ROBOTS_LIFE
        if answer.status >= 400:
            return _Robots(expires=expires)
        return _Robots(expires=expires, rules=Protego.parse(answer.body.decode("utf-8-sig", "replace")))


def retry_after(response: Response) -> float | None:
    """Seconds from `fetched_at` that the server asks to wait (RFC 9110, 10.2.3: seconds or a date); None when it does not."""
    value = (response.header("retry-after") or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - response.fetched_at).total_seconds())


def _check_proxy(proxy: str, *, source: str) -> None:
    """A proxy must be a URL this gate can dial. The message does not repeat it."""
    try:
        parts = urlsplit(proxy)
        valid = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(
            f"the proxy of source {source} must be one of {', '.join(_PROXY_SCHEMES)}, as http://host:port"
        )


def _socks(policy: SourcePolicy) -> SplitResult | None:
    parts = urlsplit(policy.proxy or "")
    return parts if parts.scheme.startswith("socks") else None


def _conditional(validators: Validators | None) -> dict[str, str]:
    """The conditional headers. A validator that cannot stand in a header is left out: asking for the whole is always right."""
    if validators is None:
        return {}
    named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in named.items() if value and _VALIDATOR.fullmatch(value)}


def _judge_status(attempt: Attempt, raw: BaseHTTPResponse, *, conditional: bool) -> str | None:
    """The Location of a redirect; None when the answer is final; FetchError for a status that carries no whole page."""
    status, host = raw.status, attempt.host
    if status in _REDIRECTS:
        location = raw.headers.get("location")
        if not location:
            raise attempt.failure("redirect", f"{host} redirects (status {status}) without saying where to")
        return location
    if status == 304 and not conditional:
        raise attempt.failure("status", f"{host} answered 304 (not modified) to a request without conditions")
    if status == 206:
        raise attempt.failure(
            "short_body", f"{host} sent a part of the page (status 206) where all of it was asked for"
        )
    if status == 407 and attempt.proxied:
        raise attempt.failure("status", "the proxy asks for a login: check the user and password of the proxy setting")
    if status != 304 and not (200 <= status <= 299 or 400 <= status <= 599):
        raise attempt.failure("status", f"{host} answered with status {status}, which carries no page")
    return None


def _next_hop(attempt: Attempt, location: str) -> str:
    """The URL that a Location leads to, when policy lets us go there."""
    # http.client reads headers as Latin-1; escaping those bytes gives back what a server sent raw, in whatever charset.
    escaped = quote(location.encode("latin-1", "replace"), safe="!#$%&'()*+,/:;=?@[]~\\")
    host = attempt.host
    try:
        target = check_url(urljoin(attempt.url, escaped))
        check_place(target, allow_private=attempt.allow_private)
    except (FetchError, ValueError) as error:
        detail = f": {error}" if isinstance(error, FetchError) else ""
        raise attempt.failure("address", f"{host} redirects to an address that is not allowed{detail}") from error
    if scheme_of(attempt.url) == "https" and scheme_of(target) == "http":
        raise attempt.failure("redirect", f"{host} redirects from https to http, which anybody on the way could read")
    return target


def _kept_headers(raw: BaseHTTPResponse, proxy: str | None) -> tuple[tuple[str, str], ...]:
    """The headers as sent, one entry per line, without cookies and without what a proxy wrote about itself."""
    kept = ((name, _FOLD.sub(" ", value).strip()) for name, value in raw.headers.items())
    plain = tuple((name, value) for name, value in kept if not name.lower().startswith("set-cookie"))
    if proxy is None:
        return plain
    own_name = (urlsplit(proxy).hostname or "").lower()
    return tuple(
        (name, value)
        for name, value in plain
        if name.lower() not in _PROXY_MARKS and not name.lower().startswith("proxy-") and own_name not in value.lower()
    )
