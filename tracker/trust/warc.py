"""The archive as WARC 1.1 (ISO 28500), which other tools read: request, response, revisit and metadata records.

Records are made of what is kept, and say no more than that. Of a request the method and the address were kept; of an answer its
status, its headers and the body as it was after decoding, so that headers about encodings and lengths on the wire are left
out. So are cookies, marks of proxies and whatever else could speak of us: a header is written only when it is known to speak
of the page (`KEPT_HEADERS`).

An interval in which a URL went on serving the same bytes (a 304, or an equal digest) is a revisit record at its end. How often it
was seen and how the bytes travelled stands in a metadata record. Equal input gives equal bytes: ids are made of what they name,
times are those of the snapshots.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import IO, Final
from urllib.parse import quote, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tracker.models import Snapshot

MEDIA_TYPE: Final = "application/warc"
#: Headers of an answer that speak of the page and of nobody who asked for it.
KEPT_HEADERS: Final = frozenset(
    {
        "content-type",
        "content-language",
        "content-disposition",
        "date",
        "etag",
        "last-modified",
        "location",
        "retry-after",
    }
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = "WARC/1.1"
_CONFORMS: Final = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_IDS: Final = uuid.UUID("8f6f1a52-5d0e-5b77-9c07-3a3f7a3c2b11")  # any constant: a name space of our own
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
_PLAIN: Final = "".join(map(chr, range(0x20, 0x7F)))
_DESCRIPTION: Final = (
    "Made from the archive of Duma Tracker. Of requests the method and the address were kept; bodies are as they were after"
    " decoding; of the headers of answers those that speak of the page."
)


def write(
    out: IO[bytes], snapshots: Callable[[], Iterable[Snapshot]], body: Callable[[str], bytes], *, name: str
) -> int:
    """Write the records of some snapshots, compressed record by record; how many snapshots there were.

    `snapshots` is asked twice, so that none has to be held; `body` gives the bytes of a digest, of which one is held at a time.
    `name`: what the file is called, for its first record, which bears the time of the newest of them.
    """
    newest = max((snapshot.last_seen for snapshot in snapshots()), default=_EPOCH)
    writer = WARCWriter(out, gzip=True, warc_version=_VERSION)
    writer.write_record(_info(name, newest))
    first: dict[tuple[str, str], str] = {}  # (URL, digest) -> when its body was written
    count = 0
    for snapshot in snapshots():
        _write_snapshot(writer, snapshot, body, first)
        count += 1
    return count


def _write_snapshot(
    writer: WARCWriter, snapshot: Snapshot, body: Callable[[str], bytes], first: dict[tuple[str, str], str]
) -> None:
    url, at = _uri(snapshot.url), _date(snapshot.first_seen)
    known = first.get((url, snapshot.digest))
    if known is None:
        answer = _response(snapshot, body(snapshot.digest), url, at)
        first[url, snapshot.digest] = at
    else:
        answer = _revisit(snapshot, url, at, refers_to=known, http=_head(snapshot))
    writer.write_record(answer)
    concurrent = {"WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")}
    writer.write_record(_request(snapshot, url, at, concurrent))
    writer.write_record(_metadata(snapshot, url, at, concurrent))
    if snapshot.last_seen > snapshot.first_seen:
        writer.write_record(_revisit(snapshot, url, _date(snapshot.last_seen), refers_to=first[url, snapshot.digest]))


def _response(snapshot: Snapshot, body: bytes, url: str, at: str) -> ArcWarcRecord:
    head = _head(snapshot)
    head.add_header("Content-Length", str(len(body)))
    return _record(
        "response",
        url,
        at,
        seed=f"{snapshot.id} {snapshot.digest}",
        content=body,
        http=head,
        extra={"WARC-Payload-Digest": f"sha256:{snapshot.digest}"},
    )


def _revisit(
    snapshot: Snapshot, url: str, at: str, *, refers_to: str, http: StatusAndHeaders | None = None
) -> ArcWarcRecord:
    """The same bytes as before, at another time. Of the last answer of an interval no headers were kept."""
    return _record(
        "revisit",
        url,
        at,
        seed=f"{snapshot.id} {snapshot.digest}",
        http=http,
        extra={
            "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            "WARC-Refers-To-Target-URI": url,
            "WARC-Refers-To-Date": refers_to,
            "WARC-Payload-Digest": f"sha256:{snapshot.digest}",
        },
    )


def _request(snapshot: Snapshot, url: str, at: str, extra: dict[str, str]) -> ArcWarcRecord:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    http = StatusAndHeaders(f"GET {target} HTTP/1.1", [("Host", parts.netloc.rpartition("@")[2])], is_http_request=True)
    return _record("request", url, at, seed=str(snapshot.id), http=http, extra=extra)


def _metadata(snapshot: Snapshot, url: str, at: str, extra: dict[str, str]) -> ArcWarcRecord:
    fields = {
        "source": snapshot.source,
        "transport": snapshot.via,
        "first-seen": _date(snapshot.first_seen),
        "last-seen": _date(snapshot.last_seen),
        "times-seen": str(snapshot.count),
    }
    return _record("metadata", url, at, seed=str(snapshot.id), content=_fields(fields), extra=extra)


def _info(name: str, newest: datetime) -> ArcWarcRecord:
    """The record at the head of a file."""
    fields = {
        "software": "duma-tracker",
        "format": "WARC File Format 1.1",
        "conformsTo": _CONFORMS,
        "description": _DESCRIPTION,
    }
    return _record("warcinfo", "", _date(newest), seed=name, content=_fields(fields), extra={"WARC-Filename": name})


def _record(
    kind: str,
    url: str,
    at: str,
    *,
    seed: str,
    content: bytes = b"",
    http: StatusAndHeaders | None = None,
    extra: dict[str, str],
) -> ArcWarcRecord:
    identity = uuid.uuid5(_IDS, hashlib.sha256(f"{kind}\n{url}\n{at}\n{seed}".encode()).hexdigest())
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{identity}>",
        "WARC-Target-URI": url,
        "WARC-Date": at,
        **extra,
    }
    headers = StatusAndHeaders("", [(key, value) for key, value in named.items() if value], protocol=_VERSION)
    # The length is given, else warcio buffers what it is handed in a file of its own and leaves it open.
    length = len(content)
    record = ArcWarcRecord("warc", kind, headers, io.BytesIO(content), http, WARCWriter.WARC_RECORDS[kind], length)
    record.payload_length = length
    return record


def _head(snapshot: Snapshot) -> StatusAndHeaders:
    """The status and what was kept of the headers of an answer."""
    kept = [(name, value) for name, value in snapshot.headers if name.lower() in KEPT_HEADERS]
    head = StatusAndHeaders(_status(snapshot.status), kept, protocol="HTTP/1.1")
    head.percent_encode_non_ascii_headers()  # filename="имя.doc" in the words of RFC 8187, but not whatever stands beside it
    head.headers = [(name, quote(value, safe=_PLAIN)) for name, value in head.headers]
    return head


def _status(status: int) -> str:
    """The status line again: of its words only the number was kept."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} "


def _uri(url: str) -> str:
    """The address in ASCII, as WARC wants it; a name in another script as its host was asked for it."""
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return quote(parts._replace(netloc=host).geturl(), safe=_SAFE)


def _fields(fields: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
