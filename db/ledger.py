"""The hash chain of the ledger: pure functions over its lines.

A line is everything an event says but its payload. It holds the salted digest of the payload and the hash of the line
before it; its own hash is SHA-256 over the canonical JSON of all that. The payload and the salt stand apart: erasing them
leaves the chain whole, and without the salt nobody can guess a short payload back from its digest.

Erasures ("strikes") are lines of a chain of their own, so that one cannot be slipped in or taken out unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.models import EventKind, Json, bundle_id, digest_of, event_id

GENESIS: Final = "0" * 64


def payload_digest(payload: bytes, salt: bytes) -> str:
    """SHA-256 (hex) of the salt followed by the canonical JSON of a payload."""
    return hashlib.sha256(salt + payload).hexdigest()


def line_hash(line: Mapping[str, Json]) -> str:
    """The hash (hex) of a line, which holds the hash of the line before it as ``previous_hash``."""
    return digest_of(dict(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line as it stands in the database, its hash, and its payload with the salt unless they were erased."""

    line: Mapping[str, Json]
    hash: str
    payload: str | None
    salt: bytes | None
    struck: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line of a plain chain, as of the strikes, and its hash."""

    line: Mapping[str, Json]
    hash: str


def check(entries: Iterable[Entry], *, head: tuple[int, str]) -> Iterator[str]:
    """Problems of a ledger in plain words, in order; none when it is whole.

    `head`: the number and hash of the last line as they were noted when it was written, ``(0, GENESIS)`` for an empty
    ledger. A line that was altered is named once; the lines after it are checked against the hash that it shows.
    """
    last = (0, GENESIS)
    bundle: tuple[str, list[tuple[str, bool]]] = ("", [])  # the events of one observation stand together
    for entry in entries:
        seq = int(str(entry.line["seq"]))
        name = f"event {entry.line['id']} (line {seq})"
        if seq != last[0] + 1:
            yield f"{name}: tampered: it follows line {last[0]}, so lines between them were taken out"
        elif entry.line["previous_hash"] != last[1]:
            yield f"{name}: tampered: it does not continue line {last[0]}, which was replaced"
        if line_hash(entry.line) != entry.hash:
            yield f"{name}: tampered: the line was altered, its hash says otherwise"
        elif _id_of(entry.line) != entry.line["id"]:
            yield f"{name}: tampered: the id does not follow from what the event says"
        yield from _check_payload(entry, name)
        if bundle[0] != entry.line["bundle"]:
            yield from _check_bundle(*bundle)
            bundle = (str(entry.line["bundle"]), [])
        bundle[1].append((str(entry.line["id"]), bool(entry.line["lead"])))
        last = (seq, entry.hash)
    yield from _check_bundle(*bundle)
    if last != head:
        yield f"the ledger ends with line {last[0]}, but line {head[0]} was written last: tampered: lines were taken out or added"


def _check_bundle(bundle: str, members: Sequence[tuple[str, bool]]) -> Iterator[str]:
    ids = [member for member, _ in members]
    if members and (bundle_id(ids) != bundle or sum(lead for _, lead in members) != 1):
        yield f"bundle {bundle}: tampered: its events or its lead are not those that were recorded together"


def check_links(links: Iterable[Link], *, what: str) -> Iterator[str]:
    """Problems of a plain chain in plain words; `what` names its lines."""
    last = (0, GENESIS)
    for link in links:
        number = int(str(link.line["number"]))
        if number != last[0] + 1 or link.line["previous_hash"] != last[1]:
            yield f"{what} {number}: tampered: it does not continue {what} {last[0]}"
        if line_hash(link.line) != link.hash:
            yield f"{what} {number}: tampered: the line was altered, its hash says otherwise"
        last = (number, link.hash)


def _id_of(line: Mapping[str, Json]) -> str:
    digests = line["digests"]
    document_id = line["document_id"]
    return event_id(
        document_id=None if document_id is None else str(document_id),
        source=str(line["source"]),
        kind=EventKind(str(line["kind"])),
        key=str(line["key"]),
        digests=[str(digest) for digest in digests] if isinstance(digests, list) else [],
        occurrence=int(str(line["occurrence"])),
    )


def _check_payload(entry: Entry, name: str) -> Iterator[str]:
    if entry.payload is None or entry.salt is None:
        if not entry.struck:
            yield f"{name}: tampered: the payload is gone and was never struck"
    elif entry.struck:
        yield f"{name}: struck, but its payload is still there; strike it again"
    elif payload_digest(entry.payload.encode(), entry.salt) != entry.line["payload_digest"]:
        yield f"{name}: tampered: the payload was altered"
