"""The public API as an ASGI application: ``/api/v1``, ``/openapi.json``, ``/schemas/...``. Read-only, open to every origin.

No cookies, no accounts, no log. Every answer has a strong ETag; every error is a problem by RFC 9457.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds import answers
from feeds.alerts import payload as alerts
from feeds.answers import Headers
from feeds.api import problems, routes
from feeds.api.desk import Desk
from feeds.api.refusals import MEANINGS, Refused
from tracker.models import SiteInfo

VERSION: Final = "1"
log = structlog.get_logger("feeds.api")
_OPEN: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_METHODS: Final = b"GET, HEAD"
_ABOUT: Final = """Everything that the site shows, for programs: documents, every observed version of their texts,
what changed between any two, the append-only ledger of events, full-text search.

- **Read-only and open**: no keys, no accounts, no cookies, every origin allowed. Nothing about who asks is kept.
- **Limits** are on the machine as a whole, never on a reader: what is ready is always served; searches and comparisons
  are answered 429 with `Retry-After` when everybody together asks for too much.
- **Following**: `GET /api/v1/events?after=0`, then again with `next`.
- **Errors** are `application/problem+json`. **Times** are UTC where they are ours, and as the source gave them elsewhere.
- A `draft` is not in force. `invented` documents do not exist.

Webhooks carry the same facts; their bodies are described below and at `/schemas/`."""
_TAGS: Final = (
    ("documents", "What is followed."),
    ("versions", "Every observed state of a text, and how any two differ."),
    ("events", "The append-only ledger: what was noticed, and when."),
    ("search", "Full text over all versions and titles."),
    ("lists", "Sources, topics, feeds."),
)


def service(desk: Desk) -> ASGIApp:
    """The API of one site."""
    info = desk.info
    app = FastAPI(title=f"{info.title}: API", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    problems.install(app)
    app.include_router(routes.router(desk))
    described = json.dumps(description(app, info), ensure_ascii=False).encode()

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        """The description of this API (OpenAPI 3.1)."""
        return Response(described, media_type="application/json", headers={"Cache-Control": "public, max-age=300"})

    @app.get("/schemas/{name}", include_in_schema=False)
    def schema(name: str) -> Response:
        """A JSON Schema of a webhook's body."""
        known = {alerts.schema_name(kind): kind for kind in alerts.NAMES}
        if name not in known:
            raise Refused(404)
        body = json.dumps(alerts.schema(known[name]), ensure_ascii=False, indent=1).encode()
        return Response(body, media_type="application/schema+json", headers={"Cache-Control": "public, max-age=300"})

    return Answering(app)


def description(app: FastAPI, info: SiteInfo) -> dict[str, Any]:
    """The OpenAPI document: the routes, the problems, and the webhooks that subscribers get."""
    made: dict[str, Any] = get_openapi(
        title=app.title,
        version=VERSION,
        openapi_version="3.1.0",
        description=_ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in _TAGS],
        servers=[{"url": info.base_url}],
    )
    schemas = made["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schemas["Problem"].pop("$defs", {})
    made["webhooks"] = {name: _webhook(name) for name in alerts.NAMES}
    return made


def _webhook(name: str) -> dict[str, Any]:
    schema = {key: value for key, value in alerts.schema(name).items() if key not in {"$schema", "$id"}}
    return {
        "post": {
            "operationId": f"webhook-{name}",
            "summary": str(schema.get("title", name)),
            "description": "Signed by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`).",
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": {"2XX": {"description": "Taken. Anything else is tried again."}},
        }
    }


class Answering:
    """Sends the answers of an application whole: ETag, 304, gzip, HEAD, the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await answers.answer(send, 204, [*_OPEN, *_preflight()], None)
            return
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        status, headers, body = await self._asked(asked, receive)
        await _send(scope, send, status, headers, body)

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[int, Headers, bytes]:
        status, headers, parts = 500, [], []

        async def kept(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(scope, receive, kept)
        except Exception:  # a fault of ours is one answer like any other; the operator's log has the rest
            log.exception("answer.fault")
            return (
                500,
                [(b"content-type", problems.MEDIA_TYPE.encode())],
                problems.body_of(500, MEANINGS[500][1]),
            )
        return status, headers, b"".join(parts)


def _preflight() -> Headers:
    return [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", b"accept, if-none-match, if-modified-since"),
        (b"access-control-max-age", b"86400"),
        (b"allow", b"GET, HEAD, OPTIONS"),
    ]


async def _send(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    own = [(name, value) for name, value in headers if name != b"content-length"]
    head = scope["method"] == "HEAD"
    if status != 200:
        if not any(name == b"cache-control" for name, _ in own):
            own.append((b"cache-control", b"no-store"))
        if status == 405:
            own = [*(row for row in own if row[0] != b"allow"), (b"allow", _METHODS)]
        await answers.answer(send, status, [*own, *_OPEN], body, head=head)
        return
    etag = hashlib.sha256(body).hexdigest()[:32]
    packed = answers.accepts_gzip(scope["headers"]) and len(body) >= answers.WORTH_PACKING
    own += [*answers.validators(etag, packed=packed), *_OPEN]
    if answers.not_modified(scope["headers"], etag, None):
        kept = [row for row in own if row[0] != b"content-type"]
        await answers.answer(send, 304, kept, None)
        return
    if packed:
        own.append((b"content-encoding", b"gzip"))
        body = await run_in_threadpool(gzip.compress, body, 5, mtime=0)
    await answers.answer(send, 200, own, body, head=head)
