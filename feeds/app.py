"""The live site (ASGI): prepared bytes with strong ETags in front of a small FastAPI application.

A page is rendered when the record or the minute has moved on, then sent as it stands: a 304 costs no rendering. Nothing about
a reader is kept: no cookies, no query strings; the server that runs this must keep no access log.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.pages import Page
from feeds.site import Site
from tracker.errors import TrackerError

Headers: TypeAlias = list[tuple[bytes, bytes]]

#: First words of paths that the FastAPI application answers.
_SERVICE: Final = frozenset({"health"})

_FRESH_SECONDS: Final = 60.0  # pages show when sources were last checked, and that moves without a new event
_REVISION_SECONDS: Final = 1.0  # how often the store is asked whether anything happened
_KEPT_BYTES: Final = 64 * 1024 * 1024
_WORTH_PACKING: Final = 512  # bytes
_QUERY_FIELDS: Final = 20  # more than any form of ours has

SECURITY_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
            b"form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A page ready to be sent, plain and packed, and the moment until which it may be sent unasked."""

    page: Page
    plain: bytes
    packed: bytes | None
    etag: str
    revision: int
    until: float

    @property
    def size(self) -> int:
        """Bytes that keeping it costs."""
        return len(self.plain) + len(self.packed or b"")


def create_app(site: Site, *, clock: Callable[[], float] = time.monotonic) -> ASGIApp:
    """The ASGI application of a live site. `clock` gives seconds that only grow."""
    service = FastAPI(title="Duma Tracker", docs_url=None, redoc_url=None, openapi_url=None)

    @service.get("/health")
    def health() -> JSONResponse:
        """Whether the store answers. Freshness of sources is for readers, on /sources."""
        try:
            return JSONResponse({"status": "ok", "events": site.revision()})
        except TrackerError:
            return JSONResponse({"status": "store unavailable"}, status_code=503)

    return PreparedPages(site, service, clock)


class PreparedPages:
    """Sends pages of a site; hands the few service paths to the application behind it."""

    def __init__(self, site: Site, service: ASGIApp, clock: Callable[[], float]) -> None:
        self._site = site
        self._service = service
        self._clock = clock
        self._kept: OrderedDict[str, _Prepared] = OrderedDict()
        self._bytes = 0
        self._revision = -1
        self._revision_until = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._service(scope, receive, send)
            return
        path = _path(scope)
        if path.strip("/").partition("/")[0] in _SERVICE:
            await self._service(scope, receive, _with_security(send))
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        if scope["query_string"] and self._site.takes_query(path):
            await self._answer_query(scope, send, path)
            return
        prepared = await self._prepared(path)
        if prepared is not None:
            await _send_page(scope, send, prepared)
        elif target := await self._moved(path):
            await _answer(send, 308, [(b"location", target.encode())], b"")
        else:
            shown = scope.get("raw_path", path.encode()).decode(
                "latin-1"
            )  # as the browser has it: its links count slashes
            page = await run_in_threadpool(self._site.missing, shown)
            headers = [(b"content-type", page.content_type.encode()), (b"cache-control", b"no-store")]
            await _answer(send, 404, headers, page.body, head=scope["method"] == "HEAD")

    async def _answer_query(self, scope: Scope, send: Send, path: str) -> None:
        """A page made for what one reader asked. It is neither kept nor cached: what people look for is their own business."""
        query = _query(scope["query_string"])
        page = await run_in_threadpool(self._site.answer, path, query)
        if page is None:
            page, status = await run_in_threadpool(self._site.missing, path), 404
        else:
            status = 200
        headers = [(b"content-type", page.content_type.encode()), (b"cache-control", b"no-store")]
        await _answer(send, status, headers, page.body, head=scope["method"] == "HEAD")

    async def _prepared(self, path: str) -> _Prepared | None:
        now = self._clock()
        if now >= self._revision_until:
            self._revision = await run_in_threadpool(self._site.revision)
            self._revision_until = now + _REVISION_SECONDS
        kept = self._kept.get(path)
        if kept is not None and kept.revision == self._revision and now < kept.until:
            self._kept.move_to_end(path)
            return kept
        made = await run_in_threadpool(_prepare, self._site, path, self._revision, now + _FRESH_SECONDS)
        if made is not None:
            self._keep(path, made)
        return made

    def _keep(self, path: str, made: _Prepared) -> None:
        """Remember a page; forget those that were asked for longest ago."""
        old = self._kept.pop(path, None)
        self._kept[path] = made
        self._bytes += made.size - (old.size if old else 0)
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size

    async def _moved(self, path: str) -> str | None:
        """Where a page is that was asked for as a directory or a published file. The answer is relative: never another host."""
        for ending in ("/index.html", "/"):
            if path.endswith(ending) and path != ending:
                wanted = path.removesuffix(ending)
                if wanted and await self._prepared(wanted) is not None:
                    return f"../{quote(wanted.rpartition('/')[2])}"
        return "./" if path == "/index.html" else None


def _path(scope: Scope) -> str:
    """The path below the mount point. It never reaches a file system: pages are looked up by name."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) or "/" if root and path.startswith(root) else path


def _query(raw: bytes) -> dict[str, str]:
    """The fields of a query string, the last of each name; nothing for one that no form of ours has made."""
    try:
        return dict(parse_qsl(raw.decode("latin-1"), max_num_fields=_QUERY_FIELDS))
    except ValueError:
        return {}


def _prepare(site: Site, path: str, revision: int, until: float) -> _Prepared | None:
    page = site.page(path)
    if page is None:
        return None
    packed = gzip.compress(page.body, compresslevel=6, mtime=0) if len(page.body) >= _WORTH_PACKING else None
    return _Prepared(
        page=page,
        plain=page.body,
        packed=packed,
        etag=hashlib.sha256(page.body).hexdigest()[:32],
        revision=revision,
        until=until,
    )


async def _send_page(scope: Scope, send: Send, prepared: _Prepared) -> None:
    asked = _header(scope["headers"], b"accept-encoding")
    packed = prepared.packed if asked and _accepts_gzip(asked) else None
    # A strong validator names bytes: the packed form has its own.
    etag = f'"{prepared.etag}-gzip"' if packed is not None else f'"{prepared.etag}"'
    headers: Headers = [
        (b"etag", etag.encode()),
        (b"vary", b"accept-encoding"),
        (b"cache-control", _freshness(prepared.page)),
    ]
    if prepared.page.modified is not None:
        headers.append(
            (b"last-modified", format_datetime(prepared.page.modified.astimezone(UTC), usegmt=True).encode())
        )
    if _not_modified(scope["headers"], prepared):
        await _answer(send, 304, headers, None)
        return
    headers.append((b"content-type", prepared.page.content_type.encode()))
    if packed is not None:
        headers.append((b"content-encoding", b"gzip"))
    body = prepared.plain if packed is None else packed
    await _answer(send, 200, headers, body, head=scope["method"] == "HEAD")


def _freshness(page: Page) -> bytes:
    """How long a page may be shown unasked."""
    if page.is_final:  # but for what an operator strikes, which caches must not show for a year
        return b"public, max-age=86400"
    return b"public, max-age=300" if page.is_feed else b"public, max-age=60"


def _not_modified(headers: Iterable[tuple[bytes, bytes]], prepared: _Prepared) -> bool:
    """RFC 9110 §13: If-None-Match decides alone when it is there; dates are compared in whole seconds."""
    known = _header(headers, b"if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in known.split(",")}
        return "*" in tags or prepared.etag in tags
    since = _header(headers, b"if-modified-since")
    if since is None or prepared.page.modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return _aware(moment) >= prepared.page.modified.replace(microsecond=0)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    values = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return ", ".join(values) if values else None


def _accepts_gzip(value: str) -> bool:
    for row in value.lower().split(","):
        coding, _, parameters = row.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


async def _answer(send: Send, status: int, headers: Headers, body: bytes | None, *, head: bool = False) -> None:
    """Send a whole answer. `body` None is a 304, which has no length of its own."""
    sent = [*headers, *SECURITY_HEADERS]
    if body is not None:
        sent.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if head or body is None else body})


def _with_security(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *SECURITY_HEADERS, (b"cache-control", b"no-store")]}
        await send(message)

    return guarded
