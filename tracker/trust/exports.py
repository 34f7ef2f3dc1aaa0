"""What leaves the archive as a file: evidence packs, WARC, the whole ledger. Files are whole or not there at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Final, TypeAlias

from db.store import Store
from feeds import addresses
from feeds.exports import evidence
from tracker.errors import ConfigError, StoreError
from tracker.models import Event, SiteInfo, Snapshot
from tracker.trust import warc

#: Gives the same snapshots each time it is asked.
Chosen: TypeAlias = Callable[[], Iterable[Snapshot]]

LEDGER: Final = "duma-tracker-ledger/1"
_EVERY: Final = 2**31


def pack(store: Store, info: SiteInfo, event_id: str, *, raw: bool) -> bytes:
    """The evidence pack of an event. `raw`: with the files as servers sent them, which are for the operator only."""
    event = _unstruck(store, event_id)
    made = evidence.pack(event.id, store, info, more=_raw(store, event) if raw else None)
    if made is None:
        raise ConfigError(f"{event_id}: was struck or taken out just now; nothing was written")
    return made


def _raw(store: Store, event: Event) -> dict[str, bytes]:
    """The files behind an event and their records, as they were first seen: what is seen again later changes no pack."""
    snapshots = {kept.snapshot.id: kept.snapshot for kept in evidence.captures(event, store)}
    first = [replace(snapshots[key], last_seen=snapshots[key].first_seen, count=1) for key in sorted(snapshots)]
    records = io.BytesIO()
    warc.write(records, lambda: first, store.body, name="records.warc.gz")
    bodies = {f"raw/{snapshot.digest}": store.body(snapshot.digest) for snapshot in first}
    return {**bodies, "records.warc.gz": records.getvalue()}


def snapshots_of(
    store: Store,
    *,
    event_id: str | None,
    document_id: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Chosen:
    """The snapshots behind an event, or of a document, or of a period; each may be narrowed by a period."""
    if event_id is not None:
        event = _unstruck(store, event_id)
        kept = {capture.snapshot.id: capture.snapshot for capture in evidence.captures(event, store)}
        return lambda: [kept[key] for key in sorted(kept)]
    urls = None if document_id is None else _urls_of(store, document_id)
    return lambda: store.snapshots_in(urls=urls, since=since, until=until)


def _urls_of(store: Store, document_id: str) -> frozenset[str]:
    """Every address that a version of a document came from, or that it is watched at."""
    if store.document(document_id) is None:
        raise ConfigError(f"{document_id}: no such document; its id is its address on the site, as bill/968530-8")
    ids = {version.snapshot_id for version in store.versions(document_id)}
    came = {kept.url for key in ids if key is not None and (kept := store.snapshot(key))}
    return frozenset(came | {watch.url for watch in store.watches(include_muted=True) if watch.target == document_id})


def told_of(store: Store, event: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What else shows the words of an event: pages of its texts, and the other events of those texts. Ask before it is struck."""
    compared = [version for version in evidence.texts(event, store) if version is not None]
    ids = {version.id for version in compared}
    others = (
        row.id
        for row in store.events(scope=f"document:{event.document_id}", limit=_EVERY)
        if row.id != event.id and not row.struck
        if any(version is not None and version.id in ids for version in evidence.texts(row, store))
    )
    return tuple(addresses.version_path(version) for version in compared), tuple(others)


def _unstruck(store: Store, event_id: str) -> Event:
    event = store.event(event_id)
    if event is None:
        raise ConfigError(f"there is no event {event_id}; its id is the last part of its page's address")
    if event.struck:
        raise ConfigError(f"{event_id}: its content was struck, and nothing of it is given out any more")
    return event


def write_ledger(out: IO[bytes], store: Store, authority: str) -> int:
    """The whole ledger as JSON Lines: a heading, every line with its payload, every root. How many lines there were."""
    count = 0
    _put(out, {"format": LEDGER, "authority": authority})
    for line in store.ledger():
        _put(out, line)
        count += 1
    for root in store.roots():
        _put(out, {"root": root.published})
    return count


def _put(out: IO[bytes], row: object) -> None:
    out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its place when the block ends well. Only its owner may read it: it may hold raw pages."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
