"""What events say of the archive, held against the archive: versions, digests, snapshots, differences, rendered entries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlite_utils import Database

from db import packing
from db.connection import from_text
from tracker.errors import StoreError
from tracker.models import EventKind

#: Kinds whose digest is that of the version they tell of.
_OF_A_TEXT: Final = frozenset(
    {EventKind.TEXT_ADDED, EventKind.TEXT_CHANGED, EventKind.TEXT_UNEXPLAINED, EventKind.EDITION_ADDED}
)
#: What such an event repeats of its version.
_REPEATED: Final = ("label", "readable", "unread_reason", "url")


def problems(db: Database, advance: Callable[[], None]) -> Iterator[str]:
    """Events that name what is not there or is something else, in plain words."""
    rows = db.execute("SELECT seq, id, kind, document_id, digests, payload, observed_at FROM events ORDER BY seq")
    for row in rows:
        advance()
        payload = _payload(row)
        if payload is not None:  # struck, or no JSON any more: the ledger has named it
            name = f"event {row['id']} (line {row['seq']})"
            yield from (f"{name}: tampered: {problem}" for problem in _of_event(db, row, payload))
    yield from _untold(db)


def unrendered(db: Database) -> Iterator[str]:
    """Events that are neither in the feeds nor on the way there, and struck ones that still are."""
    rows = db.execute(
        """SELECT id, seq, struck_at, (SELECT count(*) FROM entries WHERE entries.seq = events.seq) AS rendered
           FROM events WHERE (struck_at IS NULL) = (rendered = 0)
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE channel = 'feeds' AND outbox.seq = events.seq) ORDER BY seq"""
    )
    for row in rows:
        what = "its entry in the feeds is gone" if row["struck_at"] is None else "struck, but its entry is still there"
        yield f"event {row['id']} (line {row['seq']}): tampered: {what}"


def _payload(row: sqlite3.Row) -> Mapping[str, Any] | None:
    try:
        found = json.loads(packing.text_of(row["payload"] or "null"))
    except (ValueError, StoreError):
        return None
    return found if isinstance(found, Mapping) else None


def _of_event(db: Database, row: sqlite3.Row, payload: Mapping[str, Any]) -> Iterator[str]:
    about = payload.get("document")
    if isinstance(about, Mapping) and about.get("id") != row["document_id"]:
        yield f"it is told of {row['document_id']} and speaks of {about.get('id')}"
    if (document := row["document_id"]) and not _is_there(db, "documents", "id", document):
        yield f"the document {document} is missing"
    if row["kind"] == EventKind.CORRECTION and not _is_there(db, "ledger", "id", str(payload.get("event"))):
        yield f"the event that it corrects ({payload.get('event')}) is missing"
    path = payload.get("version_path")
    version = _version_at(db, str(path)) if path else None
    if path and version is None:
        yield f"the version {path} is missing"
    if version is not None and row["kind"] in _OF_A_TEXT:
        yield from _of_version(row, payload, version, str(path))
    for key in ("snapshot", "before_snapshot"):
        yield from _of_snapshot(db, payload.get(key), key)


def _of_version(row: sqlite3.Row, payload: Mapping[str, Any], version: sqlite3.Row, path: str) -> Iterator[str]:
    """The version an event tells of: its digest stands in the line, much of it in the payload."""
    if version["digest"] not in json.loads(row["digests"]):
        yield f"the version {path} has another digest"
    stored = {**dict(version), "readable": bool(version["readable"])}
    for key in _REPEATED:
        if key in payload and payload[key] != stored[key]:
            yield f"the version {path} says {stored[key]!r} for its {key} instead of {payload[key]!r}"
    snapshot = payload.get("snapshot")
    if isinstance(snapshot, Mapping) and snapshot.get("digest") != version["snapshot_digest"]:
        yield f"the version {path} was made of other bytes than those told of (SHA-256 {snapshot.get('digest')})"


def _of_snapshot(db: Database, facts: Any, key: str) -> Iterator[str]:
    """The bytes that an event names must be kept, and a snapshot of them must say the same of their way here."""
    if not isinstance(facts, Mapping):
        return
    digest = str(facts.get("digest"))
    if not _is_there(db, "bodies", "digest", digest):
        yield f"the body {digest} that it names ({key}) is missing"


def _untold(db: Database) -> Iterator[str]:
    """Snapshots of which the versions that were made of them know something else."""
    rows = db.execute(
        """SELECT versions.id, snapshots.id AS snapshot, observed_at, first_seen FROM versions
           JOIN snapshots ON snapshots.id = snapshot_id WHERE first_seen > observed_at"""
    )
    for row in rows:
        yield (
            f"snapshot {row['snapshot']}: tampered: its bytes came at {from_text(row['first_seen']).isoformat()}, "
            f"after the version {row['id']} that was made of them"
        )


def _version_at(db: Database, path: str) -> sqlite3.Row | None:
    """The version at ``/bill/100001-99/text/sozd/introduced/1``."""
    document, *key = path.strip("/").rsplit("/", 4)
    if len(key) != 4 or not key[3].isdigit():
        return None
    row: sqlite3.Row | None = db.execute(
        """SELECT versions.*, snapshots.digest AS snapshot_digest FROM versions
           LEFT JOIN snapshots ON snapshots.id = snapshot_id
           WHERE document_id = ? AND part = ? AND versions.source = ? AND edition = ? AND number = ?""",
        (document, *key[:3], int(key[3])),
    ).fetchone()
    return row


def _is_there(db: Database, table: str, column: str, value: str) -> bool:
    return db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (value,)).fetchone() is not None  # noqa: S608 - constants
