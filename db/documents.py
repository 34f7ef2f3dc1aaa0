"""Facts about documents: the documents themselves, their versions, differences and relations."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from db import blobs, seals, texts
from db.codec import diff_fold, diff_from_json, diff_id, diff_to_json, diff_unfold
from db.connection import from_text, to_text
from tracker.errors import StoreError
from tracker.models import (
    Diff,
    Document,
    EditionKey,
    Force,
    NewVersion,
    Part,
    Relation,
    Status,
    Version,
    canonical_json,
)

_VERSION: Final = """SELECT versions.*, snapshots.digest AS snapshot_digest FROM versions
    LEFT JOIN snapshots ON snapshots.id = versions.snapshot_id """
_OF_KEY: Final = "WHERE document_id = ? AND part = ? AND versions.source = ? AND edition = ? "


def document(db: Database, document_id: str) -> Document | None:
    """One document by its id."""
    row = db.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else _document(row)


def documents(db: Database) -> tuple[Document, ...]:
    """All documents, by id."""
    return tuple(_document(row) for row in db.execute("SELECT * FROM documents ORDER BY id"))


def page(
    db: Database, *, topic: str, kind: str, force: Force | None, status: Status | None, after: str, limit: int
) -> tuple[Document, ...]:
    """Documents by id, behind `after`, that meet every condition given; `kind` is the first word of an id."""
    rows = db.execute(
        """SELECT * FROM documents WHERE id > :after AND (:kind = '' OR (id > :kind || '/' AND id < :kind || '0'))
           AND (:topic = '' OR instr(topics, :named)) AND (:force IS NULL OR force = :force)
           AND (:status IS NULL OR status = :status) ORDER BY id LIMIT :limit""",
        {
            "topic": topic,
            "named": canonical_json(topic),  # topics are kept as a list in JSON
            "kind": kind,
            "force": force,
            "status": status,
            "after": after,
            "limit": limit,
        },
    )
    return tuple(_document(row) for row in rows)


def newest(db: Database, *, topic: str, limit: int, offset: int) -> tuple[Document, ...]:
    """Documents by their own date, the newest first; all, or those of a topic."""
    rows = db.execute(
        """SELECT * FROM documents WHERE :topic = '' OR instr(topics, :named)
           ORDER BY coalesce(date, '') DESC, id DESC LIMIT :limit OFFSET :offset""",
        {"topic": topic, "named": canonical_json(topic), "limit": limit, "offset": offset},
    )
    return tuple(_document(row) for row in rows)


def count(db: Database, topic: str) -> int:
    """How many documents there are, in all or under a topic."""
    sql = "SELECT count(*) FROM documents WHERE :topic = '' OR instr(topics, :named)"
    return int(db.execute(sql, {"topic": topic, "named": canonical_json(topic)}).fetchone()[0])


def topics(db: Database) -> tuple[str, ...]:
    """Every topic that a document is under."""
    rows = db.execute("SELECT DISTINCT topics FROM documents")
    return tuple(sorted({str(topic) for row in rows for topic in json.loads(row["topics"])}))


def acts(db: Database) -> tuple[Document, ...]:
    """The acts among the documents, by id; bills, of which there are far more, are left out."""
    rows = db.execute("SELECT * FROM documents WHERE id >= 'act/' AND id < 'act0' ORDER BY id")
    return tuple(_document(row) for row in rows)


def document_by_alias(db: Database, source: str, native_id: str) -> str | None:
    """The id of the document that a source calls `native_id`."""
    row = db.execute(
        "SELECT document_id FROM aliases WHERE source = ? AND native_id = ?", (source, native_id)
    ).fetchone()
    return None if row is None else str(row["document_id"])


def put_document(db: Database, value: Document) -> None:
    """Record a document as it now stands."""
    db.execute(
        """INSERT INTO documents (id, kind, number, date, title, comment, status, force, url, topics, invented)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, number = excluded.number, date = excluded.date,
           title = excluded.title, comment = excluded.comment, status = excluded.status, force = excluded.force,
           url = excluded.url, topics = excluded.topics, invented = excluded.invented""",
        (
            value.id,
            value.kind,
            value.number,
            value.date,
            value.title,
            value.comment,
            value.status,
            value.force,
            value.url,
            canonical_json(list(value.topics)),
            value.invented,
        ),
    )
    seals.put(db, "documents", value.id)


def put_alias(db: Database, *, source: str, native_id: str, document_id: str) -> None:
    """Record what a source calls a document."""
    db.execute(
        """INSERT INTO aliases (source, native_id, document_id) VALUES (?, ?, ?)
           ON CONFLICT (source, native_id) DO UPDATE SET document_id = excluded.document_id""",
        (source, native_id, document_id),
    )


def versions(db: Database, document_id: str, part: Part | None) -> tuple[Version, ...]:
    """The versions of a document in the order of procedure, or those of one part."""
    rows = db.execute(
        _VERSION + "WHERE document_id = :document AND (:part IS NULL OR part = :part)"
        " ORDER BY part, position, edition, versions.source, number",
        {"document": document_id, "part": part},
    )
    return tuple(_version(row) for row in rows)


def latest_version(db: Database, key: EditionKey) -> Version | None:
    """The last observed state of an edition."""
    row = db.execute(_VERSION + _OF_KEY + "ORDER BY number DESC LIMIT 1", _values(key)).fetchone()
    return None if row is None else _version(row)


def version(db: Database, key: EditionKey, number: int) -> Version | None:
    """One state of an edition by its number, from 1."""
    row = db.execute(_VERSION + _OF_KEY + "AND number = ?", (*_values(key), number)).fetchone()
    return None if row is None else _version(row)


def version_by_id(db: Database, version_id: int) -> Version | None:
    """One version by its id."""
    row = db.execute(_VERSION + "WHERE versions.id = ?", (version_id,)).fetchone()
    return None if row is None else _version(row)


def data(db: Database, version_id: int) -> Mapping[str, Any] | None:
    """What a card said, as its Reading in JSON; None for a version that is a text."""
    row = db.execute("SELECT data FROM versions WHERE id = ?", (version_id,)).fetchone()
    if row is None or row["data"] is None:
        return None
    value: Mapping[str, Any] = json.loads(blobs.get(db, row["data"]))
    return value


def add_version(db: Database, new: NewVersion, observed_at: datetime) -> int:
    """Record the next state of an edition with its text or its data; the id of the version."""
    before = db.execute(
        "SELECT number, data FROM versions WHERE document_id = ? AND part = ? AND source = ? AND edition = ?"
        " ORDER BY number DESC LIMIT 1",
        _values(new.key),
    ).fetchone()
    card = None
    if new.data is not None:
        card = blobs.put(db, canonical_json(new.data).encode(), previous=None if before is None else before["data"])
    at = to_text(observed_at)
    row = db.execute(
        """INSERT INTO versions (document_id, part, source, edition, number, position, label, observed_at, last_seen,
           snapshot_id, digest, readable, unread_reason, url, cause, data)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            *_values(new.key),
            1 if before is None else before["number"] + 1,
            new.position,
            new.label,
            at,
            at,
            new.snapshot_id,
            new.digest,
            new.readable,
            new.unread_reason,
            new.url,
            new.cause,
            card,
        ),
    ).fetchone()
    seals.put(db, "versions", row["id"])
    if new.sections or new.extractor:
        texts.add_rendition(db, row["id"], extractor=new.extractor, sections=new.sections, made_at=observed_at)
    return int(row["id"])


def extend_version(db: Database, version_id: int, at: datetime) -> None:
    """The version still stood at that time."""
    cursor = db.execute("UPDATE versions SET last_seen = max(last_seen, ?) WHERE id = ?", (to_text(at), version_id))
    if cursor.rowcount == 0:
        raise StoreError(f"there is no version {version_id} to extend; check the number")


def put_diff(db: Database, value: Diff, *, document_id: str | None) -> str:
    """Store a difference once, by its content; its id. `document_id`: the document whose words it repeats."""
    text = diff_to_json(value)
    name = diff_id(text)
    row = db.execute("SELECT blob FROM diffs WHERE id = ?", (name,)).fetchone()
    if row is None:
        base = None if document_id is None else texts.latest_pack(db, document_id)
        folded = diff_fold(text)
        packed = blobs.pack(db, folded) if base is None else blobs.pack_beside(db, folded, base=base)
        db.execute("INSERT INTO diffs (id, blob) VALUES (?, ?)", (name, blobs.insert(db, packed)))
    elif blobs.size_of(db, row["blob"]) == 0:  # it was erased, and happened again
        blobs.rewrite(db, row["blob"], diff_fold(text))
    return name


def erase_diff(db: Database, name: str) -> None:
    """Leave nothing of a difference but its id. No other blob leans on a difference, so nothing else is lost."""
    row = db.execute("SELECT blob FROM diffs WHERE id = ?", (name,)).fetchone()
    if row is not None:
        blobs.rewrite(db, row["blob"], b"")


def diff(db: Database, name: str) -> Diff | None:
    """A difference by its id; None also for one that was erased."""
    text = _diff_text(db, name)
    return None if text is None else diff_from_json(text)


def diff_json(db: Database, name: str) -> bytes | None:
    """The canonical JSON of a difference; None also for one that was erased."""
    text = _diff_text(db, name)
    return None if text is None else text.encode()


def _diff_text(db: Database, name: str) -> str | None:
    row = db.execute("SELECT blob FROM diffs WHERE id = ?", (name,)).fetchone()
    stored = b"" if row is None else blobs.get(db, row["blob"])
    return diff_unfold(stored) if stored else None


def put_relation(db: Database, value: Relation) -> None:
    """Record a relation, or the words that now state it."""
    db.execute(
        """INSERT INTO relations (kind, from_document, from_path, to_document, to_path, words) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET words = excluded.words""",
        (value.kind, value.from_document, value.from_path, value.to_document, value.to_path, value.words),
    )


def relations(db: Database, document_id: str) -> tuple[Relation, ...]:
    """All relations from a document and to it."""
    rows = db.execute(
        """SELECT kind, from_document, from_path, to_document, to_path, words FROM relations
           WHERE from_document = :document OR to_document = :document
           ORDER BY from_document, from_path, to_document, to_path, kind""",
        {"document": document_id},
    )
    return tuple(Relation(**dict(row)) for row in rows)


def _values(key: EditionKey) -> tuple[str, str, str, str]:
    return (key.document_id, key.part, key.source, key.edition)


def _document(row: sqlite3.Row) -> Document:
    return Document(
        id=row["id"],
        kind=row["kind"],
        number=row["number"],
        date=row["date"],
        title=row["title"],
        comment=row["comment"],
        status=None if row["status"] is None else Status(row["status"]),
        force=Force(row["force"]),
        url=row["url"],
        topics=tuple(json.loads(row["topics"])),
        invented=bool(row["invented"]),
    )


def _version(row: sqlite3.Row) -> Version:
    return Version(
        id=row["id"],
        key=EditionKey(
            document_id=row["document_id"], part=Part(row["part"]), source=row["source"], edition=row["edition"]
        ),
        number=row["number"],
        position=row["position"],
        label=row["label"],
        observed_at=from_text(row["observed_at"]),
        last_seen=from_text(row["last_seen"]),
        snapshot_id=row["snapshot_id"],
        snapshot_digest=row["snapshot_digest"],
        digest=row["digest"],
        readable=bool(row["readable"]),
        unread_reason=row["unread_reason"],
        url=row["url"],
        cause=row["cause"],
    )
