"""Evidence: the bytes that servers returned, addressed by their SHA-256 and kept before anything reads them.

An answer that repeats the one before lengthens an interval and stores nothing. A new body is compressed against the last
body of the same URL (see `db.blobs`): a bill card of 2.5 MB in which a menu date moves every day costs a few hundred bytes
a day. A body is checked against its digest whenever it is read.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db import blobs, seals
from db.codec import headers_from_json, headers_to_json
from db.connection import from_text, to_optional_text, to_text
from tracker.errors import StoreError
from tracker.models import Response, Snapshot, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A body's SHA-256 (hex), and the body compressed; None when it is already kept."""

    digest: str
    packed: blobs.Packed | None


def prepare(db: Database, response: Response) -> Prepared:
    """What of the work can be done without holding up other writers."""
    digest = hashlib.sha256(response.body).hexdigest()
    if _blob_of(db, digest) is not None:
        return Prepared(digest=digest, packed=None)
    latest = latest_snapshot(db, response.url)
    previous = None if latest is None else _blob_of(db, latest.digest)
    return Prepared(digest=digest, packed=blobs.pack(db, response.body, previous=previous))


def keep(db: Database, *, source: str, response: Response, prepared: Prepared) -> tuple[Snapshot, bool]:
    """Record an answer. True: it differs from the URL's last one, by its body or by its status."""
    digest = prepared.digest
    at = to_text(response.fetched_at)
    latest = latest_snapshot(db, response.url)
    new = latest is None or latest.digest != digest or latest.status != response.status
    if latest is None or new:
        if _blob_of(db, digest) is None:
            packed = prepared.packed or blobs.pack(db, response.body)
            db.execute("INSERT INTO bodies (digest, blob) VALUES (?, ?)", (digest, blobs.insert(db, packed)))
        snapshot_id = _add_snapshot(
            db,
            (source, response.url, response.status, headers_to_json(response.headers), digest, len(response.body)),
            (at, response.via),
        )
    else:
        snapshot_id = latest.id
        _lengthen(db, snapshot_id, at)
    _note_attempt(db, source=source, response=response, snapshot_id=snapshot_id, at=at)
    return _existing(db, snapshot_id), new


def touch(db: Database, *, url: str, at: datetime) -> Snapshot | None:
    """Record a 304: the body that the validators came with still stands. None when no such body is known.

    When another answer came in between (an error page, which sets no validators), a new interval of the old body begins.
    """
    row = db.execute("SELECT validated FROM urls WHERE url = ?", (url,)).fetchone()
    validated = None if row is None or row["validated"] is None else snapshot(db, row["validated"])
    latest = latest_snapshot(db, url)
    if validated is None or latest is None:
        return None
    moment = to_text(at)
    snapshot_id = latest.id
    if latest.digest == validated.digest and latest.status == validated.status:
        _lengthen(db, snapshot_id, moment)
    else:
        snapshot_id = _add_snapshot(
            db,
            (
                validated.source,
                url,
                validated.status,
                headers_to_json(validated.headers),
                validated.digest,
                validated.size,
            ),
            (moment, validated.via),
        )
    db.execute(
        "UPDATE urls SET validated = ?, last_attempt = ?, last_status = 304 WHERE url = ?", (snapshot_id, moment, url)
    )
    return _existing(db, snapshot_id)


def validators(db: Database, url: str) -> Validators | None:
    """What makes the next request conditional; None when the server gave nothing."""
    row = db.execute("SELECT etag, last_modified FROM urls WHERE url = ?", (url,)).fetchone()
    if row is None or (row["etag"] is None and row["last_modified"] is None):
        return None
    return Validators(etag=row["etag"], last_modified=row["last_modified"])


def forget_validators(db: Database, url: str) -> None:
    """Make the next request unconditional, because the body that came with the validators was not believed."""
    db.execute("UPDATE urls SET etag = NULL, last_modified = NULL, validated = NULL WHERE url = ?", (url,))


def latest_snapshot(db: Database, url: str) -> Snapshot | None:
    """The last answer of a URL."""
    row = db.execute("SELECT * FROM snapshots WHERE url = ? ORDER BY id DESC LIMIT 1", (url,)).fetchone()
    return None if row is None else _snapshot(row)


def snapshot(db: Database, snapshot_id: int) -> Snapshot | None:
    """One snapshot by its number."""
    row = db.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    return None if row is None else _snapshot(row)


def snapshots(db: Database, url: str) -> tuple[Snapshot, ...]:
    """All answers of a URL, oldest first."""
    return tuple(_snapshot(row) for row in db.execute("SELECT * FROM snapshots WHERE url = ? ORDER BY id", (url,)))


def snapshots_in(
    db: Database, *, urls: Collection[str] | None, since: datetime | None, until: datetime | None
) -> Iterator[Snapshot]:
    """Snapshots whose interval touches a period, of some URLs or of all, oldest first."""
    rows = db.execute(
        """SELECT * FROM snapshots WHERE (:urls IS NULL OR url IN (SELECT value FROM json_each(:urls)))
           AND (:since IS NULL OR last_seen >= :since) AND (:until IS NULL OR first_seen < :until) ORDER BY id""",
        {
            "urls": None if urls is None else json.dumps(sorted(urls)),
            "since": to_optional_text(since),
            "until": to_optional_text(until),
        },
    )
    return (_snapshot(row) for row in rows)


def body(db: Database, digest: str) -> bytes:
    """The bytes with that SHA-256 (hex), checked."""
    blob = _blob_of(db, digest)
    if blob is None:
        raise StoreError(
            f"no body with digest {digest} is kept; check the digest, or restore the archive from a backup"
        )
    content = blobs.get(db, blob)
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreError(f"the body {digest} is damaged: its bytes give another digest; restore it from a backup")
    return content


def damaged(db: Database) -> Iterator[str]:
    """Read every body and say in plain words which ones cannot be had any more."""
    for row in db.execute("SELECT digest FROM bodies ORDER BY blob").fetchall():
        try:
            body(db, row["digest"])
        except StoreError as error:
            yield str(error)


def _blob_of(db: Database, digest: str) -> int | None:
    row = db.execute("SELECT blob FROM bodies WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else int(row["blob"])


def _add_snapshot(db: Database, what: tuple[str, str, int, str, str, int], seen: tuple[str, str]) -> int:
    at, via = seen
    row = db.execute(
        """INSERT INTO snapshots (source, url, status, headers, digest, size, first_seen, last_seen, count, via)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?) RETURNING id""",
        (*what, at, at, via),
    ).fetchone()
    seals.put(db, "snapshots", row["id"])
    return int(row["id"])


def _lengthen(db: Database, snapshot_id: int, at: str) -> None:
    db.execute("UPDATE snapshots SET last_seen = max(last_seen, ?), count = count + 1 WHERE id = ?", (at, snapshot_id))


def _note_attempt(db: Database, *, source: str, response: Response, snapshot_id: int, at: str) -> None:
    db.execute(
        """INSERT INTO urls (url, source, last_attempt, last_status, last_via) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (url) DO UPDATE SET source = excluded.source, last_attempt = excluded.last_attempt,
           last_status = excluded.last_status, last_via = excluded.last_via""",
        (response.url, source, at, response.status, response.via),
    )
    if 200 <= response.status < 300:  # an error page says nothing about the body that the validators stand for
        db.execute(
            "UPDATE urls SET etag = ?, last_modified = ?, validated = ? WHERE url = ?",
            (response.header("etag"), response.header("last-modified"), snapshot_id, response.url),
        )


def _existing(db: Database, snapshot_id: int) -> Snapshot:
    found = snapshot(db, snapshot_id)
    if found is None:
        raise StoreError(f"snapshot {snapshot_id} vanished while it was written; run `duma-tracker doctor`")
    return found


def _snapshot(row: sqlite3.Row) -> Snapshot:
    return Snapshot(
        id=row["id"],
        source=row["source"],
        url=row["url"],
        status=row["status"],
        headers=headers_from_json(row["headers"]),
        digest=row["digest"],
        size=row["size"],
        first_seen=from_text(row["first_seen"]),
        last_seen=from_text(row["last_seen"]),
        count=row["count"],
        via=row["via"],
    )
