"""How an answer leaves over HTTP: the headers that each one has, whether the asker has it already, whether gzip is taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

from starlette.types import Send

Headers: TypeAlias = list[tuple[bytes, bytes]]

WORTH_PACKING: Final = 512  # bytes

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


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """A header of a request, all of its lines joined."""
    values = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return ", ".join(values) if values else None


def accepts_gzip(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the asker takes gzip."""
    for row in (header(headers, b"accept-encoding") or "").lower().split(","):
        coding, _, parameters = row.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def not_modified(headers: Iterable[tuple[bytes, bytes]], etag: str, modified: datetime | None) -> bool:
    """RFC 9110 §13: If-None-Match decides alone when it is there; dates are compared in whole seconds."""
    known = header(headers, b"if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in known.split(",")}
        return "*" in tags or etag in tags
    since = header(headers, b"if-modified-since")
    if since is None or modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) >= modified.replace(microsecond=0)


def validators(etag: str, *, packed: bool) -> Headers:
    """The ETag of one form of a body, and what it depends on: a strong validator names bytes, so the packed form has its own."""
    tag = f'"{etag}-gzip"' if packed else f'"{etag}"'
    return [(b"etag", tag.encode()), (b"vary", b"accept-encoding")]


async def answer(send: Send, status: int, headers: Headers, body: bytes | None, *, head: bool = False) -> None:
    """Send a whole answer. `body` None is a 304, which has no length of its own."""
    sent = [*headers, *SECURITY_HEADERS]
    if body is not None:
        sent.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if head or body is None else body})
