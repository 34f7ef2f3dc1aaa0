"""The operator's page and the metrics over HTTP: a listener of its own, which no proxy in front of the site can hand out."""

from __future__ import annotations

import socket
import threading
from typing import Final, Self

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from db.store import Store
from feeds import languages, operatorpage
from feeds.answers import SECURITY_HEADERS
from tracker.metrics import CONTENT_TYPE, Metrics
from tracker.models import Language, SiteInfo
from tracker.serving import address_of

_DELIVERIES: Final = 200
_JOURNAL: Final = 100


def report(store: Store) -> operatorpage.Report:
    """What stands in the store now."""
    return operatorpage.Report(
        subscriptions=store.subscriptions(),
        counts=store.delivery_counts(),
        deliveries=[(row, store.attempts(row.id)) for row in store.deliveries(limit=_DELIVERIES)],
        journal=store.operator_events(limit=_JOURNAL),
    )


class OperatorApp:
    """The ASGI application: one page in two languages, its stylesheet, and the metrics."""

    def __init__(self, store: Store, info: SiteInfo, metrics: Metrics) -> None:
        self._store = store
        self._info = info
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        if scope["type"] != "http":
            return
        status, content_type, body = 404, "text/plain; charset=utf-8", b"not found\n"
        if scope["method"] not in {"GET", "HEAD"}:
            status, body = 405, b"GET or HEAD only\n"
        elif scope["path"] == "/static/style.css":
            status, content_type, body = 200, "text/css; charset=utf-8", operatorpage.style()
        elif scope["path"] == "/metrics":
            body = await run_in_threadpool(self._metrics.render)
            status, content_type = 200, CONTENT_TYPE
        elif scope["path"] in {"/", "/en"}:
            language, _ = languages.split(scope["path"])
            body = await run_in_threadpool(self._page, language)
            status, content_type = 200, "text/html; charset=utf-8"
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *SECURITY_HEADERS,
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _page(self, language: Language) -> bytes:
        return operatorpage.page(report(self._store), self._info, language)


class OperatorServer:
    """Serves the operator's page from a thread while it is open (a context manager)."""

    def __init__(self, store: Store, info: SiteInfo, taken: socket.socket, metrics: Metrics | None = None) -> None:
        self._taken = taken
        self._server = uvicorn.Server(
            uvicorn.Config(
                OperatorApp(store, info, metrics or Metrics(store)),
                access_log=False,
                log_config=None,
                server_header=False,
                ws="none",
                lifespan="off",
            )
        )
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)

    @property
    def address(self) -> str:
        """Where the operator's browser finds it."""
        return address_of(self._taken)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._taken.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._taken])
