"""The live site (ASGI): prepared bytes with strong ETags in front of the API.

A page is rendered when the record or the minute has moved on, then sent as it stands: a 304 costs no rendering. Nothing about
a reader is kept: no cookies, no query strings; the server that runs this must keep no access log.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qsl, quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from feeds import answers, health, languages, searchpage
from feeds.answers import Headers, answer
from feeds.api.budget import Budget, Exhausted
from feeds.api.desk import Desk
from feeds.api.service import service as api
from feeds.health import Health
from feeds.kept import MB, Kept, Size
from feeds.pages import Page
from feeds.site import Seen, Site

#: First words of paths that the API answers.
_API: Final = frozenset({"api", "openapi.json", "schemas"})

_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
_NO_STORE: Final = (b"cache-control", b"no-store")

_FRESH_SECONDS: Final = 60.0  # pages show when sources were last checked, and that moves without a new event
_REVISION_SECONDS: Final = 1.0  # how often the store is asked whether anything happened
_KEPT_BYTES: Final = 32 * MB
_QUERY_FIELDS: Final = 20  # more than any form of ours has

log = structlog.get_logger("feeds.app")


@dataclass(frozen=True, slots=True)
class _Form:
    """A page as it is sent: its bytes with their headers, and the headers of a 304."""

    body: bytes
    headers: Headers
    unchanged: Headers


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A page ready to be sent, plain and packed, and the moment until which it may be sent unasked."""

    page: Page
    packed: bytes | None
    forms: tuple[_Form, _Form]  # plain, packed
    etag: str
    seen: Seen
    until: float


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    site: Site, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _utc_now
) -> PreparedPages:
    """The ASGI application of a live site. `clock` gives seconds that only grow, `now` the time of day."""
    frame, budget = site.frame("ru"), Budget(clock)
    site.limit(budget.spend)
    desk = Desk(frame, site.finder, budget)
    return PreparedPages(site, desk, Health(frame.library, site.revision, now), clock)


class PreparedPages:
    """Sends pages of a site; hands the paths of the API to the application behind it."""

    def __init__(self, site: Site, desk: Desk, health: Health, clock: Callable[[], float]) -> None:
        self._site = site
        self._health = health
        self._desk = desk
        self._api = api(desk)
        self._clock = clock
        self._kept: Kept[str, _Prepared] = Kept("pages", _KEPT_BYTES)
        self._seen = Seen(-1, -1, -1)
        self._seen_until = float("-inf")

    def sizes(self) -> tuple[Size, ...]:
        """What is kept here and behind it in memory, for the operator."""
        return (self._kept.size(), self._desk.size(), *self._site.sizes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a fault of ours is one answer like any other, and one line for the operator."""
        if scope["type"] != "http":
            return
        try:
            await self._answer(scope, receive, send)
        except Exhausted as exhausted:
            await self._answer_busy(scope, send, exhausted.retry_after)
        except Exception:
            log.exception("answer.fault")  # it is not said of which page: that is the reader's business
            await answer(send, 500, [_PLAIN, _NO_STORE], b"something went wrong here; try again later\n")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope)
        head = path.strip("/").partition("/")[0]
        if head in _API:
            await self._api(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        if path == health.PATH or path.startswith(f"{health.PATH}/"):
            await self._answer_health(scope, send, path)
            return
        if languages.split(path)[1] == searchpage.PATH:
            await self._answer_search(scope, send, path)
            return
        if scope["query_string"] and self._site.takes_query(path):
            await self._answer_query(scope, send, path)
            return
        prepared = await self._prepared(path)
        if prepared is not None:
            await _send_page(scope, send, prepared)
        elif target := await self._moved(path):
            await answer(send, 308, [(b"location", target.encode())], b"")
        else:
            shown = scope.get("raw_path", path.encode()).decode(
                "latin-1"
            )  # as the browser has it: its links count slashes
            page = await run_in_threadpool(self._site.missing, shown)
            headers = [(b"content-type", page.content_type.encode()), _NO_STORE]
            await answer(send, 404, headers, page.body, head=scope["method"] == "HEAD")

    async def _answer_health(self, scope: Scope, send: Send, path: str) -> None:
        """For machines that watch this one. Being alive is told without a thread: all of them may be waiting."""
        said: health.Answer | None = health.LIVE
        if path != f"{health.PATH}/live":
            said = await run_in_threadpool(self._health.answer, path, _query(scope["query_string"]))
        if said is None:
            said = health.Answer(404, b'{"status": "not found"}\n')
        headers = [(b"content-type", b"application/json"), _NO_STORE]
        await answer(send, said.status, headers, said.body, head=scope["method"] == "HEAD")

    async def _answer_query(self, scope: Scope, send: Send, path: str) -> None:
        """A page made for what one reader asked. It is neither kept nor cached: what people look for is their own business."""
        page = await run_in_threadpool(self._site.answer, path, _query(scope["query_string"]))
        if page is None:
            page, status = await run_in_threadpool(self._site.missing, path), 404
        else:
            status = 200
        headers = [(b"content-type", page.content_type.encode()), _NO_STORE]
        await answer(send, status, headers, page.body, head=scope["method"] == "HEAD")

    async def _answer_busy(self, scope: Scope, send: Send, retry_after: int) -> None:
        page = await run_in_threadpool(self._site.busy, _path(scope))
        headers = [(b"content-type", page.content_type.encode()), _NO_STORE, (b"retry-after", b"%d" % retry_after)]
        await answer(send, 429, headers, page.body, head=scope["method"] == "HEAD")

    async def _answer_search(self, scope: Scope, send: Send, path: str) -> None:
        """Search: neither kept nor cached, and refused when everybody together asks for too much."""
        frame = self._site.frame(languages.split(path)[0])
        answered = await run_in_threadpool(searchpage.answer, frame, self._desk, _query(scope["query_string"]))
        headers = [(b"content-type", answered.page.content_type.encode()), _NO_STORE]
        if answered.retry_after is not None:
            headers.append((b"retry-after", str(answered.retry_after).encode()))
        await answer(send, answered.status, headers, answered.page.body, head=scope["method"] == "HEAD")

    async def _prepared(self, path: str) -> _Prepared | None:
        now = self._clock()
        if now >= self._seen_until:
            self._seen = await run_in_threadpool(self._site.seen)
            self._seen_until = now + _REVISION_SECONDS
        kept = self._kept.get(path)
        if kept is not None and kept.seen == self._seen and now < kept.until:
            return kept
        made = await run_in_threadpool(_prepare, self._site, path, self._seen, now + _FRESH_SECONDS, kept)
        if made is not None:
            self._kept.put(path, made)
        return made

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


def _prepare(site: Site, path: str, seen: Seen, until: float, known: _Prepared | None) -> _Prepared | None:
    page = site.page(path)
    if page is None:
        return None
    if known is not None and page == known.page:  # as it mostly is: to pack a large one costs more than to make it
        return replace(known, seen=seen, until=until)
    packed = gzip.compress(page.body, compresslevel=6, mtime=0) if len(page.body) >= answers.WORTH_PACKING else None
    etag = hashlib.sha256(page.body).hexdigest()[:32]
    plain = _form(page, page.body, etag, packed=False)
    return _Prepared(
        page=page,
        packed=packed,
        forms=(plain, plain if packed is None else _form(page, packed, etag, packed=True)),
        etag=etag,
        seen=seen,
        until=until,
    )


def _form(page: Page, body: bytes, etag: str, *, packed: bool) -> _Form:
    """Every header of a page in one form: they are made once, with the body."""
    unchanged: Headers = [
        *answers.validators(etag, packed=packed),
        (b"cache-control", _freshness(page)),
        *answers.SECURITY_HEADERS,
    ]
    if page.modified is not None:
        unchanged.append((b"last-modified", format_datetime(page.modified.astimezone(UTC), usegmt=True).encode()))
    headers = [
        *unchanged,
        (b"content-type", page.content_type.encode()),
        *([(b"content-encoding", b"gzip")] if packed else []),
        (b"content-length", str(len(body)).encode()),
    ]
    return _Form(body=body, headers=headers, unchanged=unchanged)


def _freshness(page: Page) -> bytes:
    """How long a page may be shown unasked."""
    if page.is_final:  # but for what an operator strikes, which caches must not show for a year
        return b"public, max-age=86400"
    return b"public, max-age=300" if page.is_feed else b"public, max-age=60"


async def _send_page(scope: Scope, send: Send, prepared: _Prepared) -> None:
    packed = prepared.packed is not None and answers.accepts_gzip(scope["headers"])
    form = prepared.forms[packed]
    if answers.not_modified(scope["headers"], prepared.etag, prepared.page.modified):
        await send({"type": "http.response.start", "status": 304, "headers": form.unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    body = b"" if scope["method"] == "HEAD" else form.body
    await send({"type": "http.response.start", "status": 200, "headers": form.headers})
    await send({"type": "http.response.body", "body": body})
