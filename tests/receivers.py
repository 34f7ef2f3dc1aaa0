"""Receivers of webhooks on 127.0.0.1, and what is needed to send to them: for tests of the sender and of the deliveries."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from aiohttp.abc import AbstractResolver, ResolveResult

from tests.servers import Handler, Page, Server, page, running
from tracker.alerts import Channel, Delivery, DeliveryState, Secret, Subscription

SECRET = Secret("whsec_" + "c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZyE")
OLDER = Secret("whsec_" + "b2xkZXIgb2YgYSB0ZXN0LCAzMiBieXRlcyBsb25nISE")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BODY = '{"type":"event","timestamp":"2026-11-02T12:00:00Z","data":{"title":"Законопроект № 100001-99"}}'.encode()
OK = page(b"")


@dataclass(frozen=True)
class Webhooks:
    """The section ``[webhooks]``."""

    allow_networks: Sequence[str] = ("127.0.0.0/8",)
    ca_bundle: Path | None = None
    parallel: int = 64
    timeout: float = 15.0


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver(Server):
    """Answers each POST with the next page of its path; a path without pages answers 200."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.received: list[Received] = []
        self.pages["*"] = [OK]


class _Handler(Handler):
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # noqa: N802 - the name that the standard library calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        cast("Receiver", self.server).received.append(Received(self.path, headers, body))
        self.do_GET()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A running receiver that stops by itself."""
    receiver = Receiver()
    with running(receiver):
        yield receiver


class Names(AbstractResolver):
    """A name server of a test: each question takes the next answer of the name, the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        del family
        self.asked.append(host)
        given = self.answers.get(host)
        if given is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


def subscription(url: str, *, name: str = "ngo", **fields: Any) -> Subscription:
    defaults: dict[str, Any] = {"channel": Channel.WEBHOOK, "secrets": (SECRET,), "created_at": NOON}
    return Subscription(name=name, url=Secret(url), **{**defaults, **fields})


def delivery(*, attempts: int = 0, body: bytes = BODY, **fields: Any) -> Delivery:
    defaults: dict[str, Any] = {
        "id": 1,
        "subscription": "ngo",
        "message_id": "msg_1",
        "type": "event",
        "events": ("E1",),
        "created_at": NOON,
        "due_at": NOON,
        "state": DeliveryState.WAITING,
    }
    return Delivery(attempts=attempts, body=body, **{**defaults, **fields})


def pages(receiver: Server, path: str, *given: Page) -> str:
    """Put pages on a path; the URL to send to."""
    receiver.put(path, *given)
    return receiver.url(path)
