"""The append-only ledger of events in the database: appending, reading, striking, verifying; entries and outbox."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlite_utils import Database

from db import documents, ledger, packing, seals
from db.connection import from_text, to_text
from tracker.errors import StoreError
from tracker.models import (
    Event,
    EventDraft,
    EventKind,
    Json,
    Language,
    Level,
    RenderedEntry,
    bundle_id,
    canonical_json,
    event_id,
)

Format = Literal["atom", "rss", "json"]
_FORMATS: Final[tuple[Format, ...]] = ("atom", "rss", "json")
_HEAD: Final = "ledger_head"  # the key in `meta` under which the end of the ledger is noted

#: The scope of what may have to be told to everybody, whatever they follow. It is no word of the ledger's: it follows from a
#: line and its payload, and is kept in a table so that a hundred such events are found among a million others.
SIGNIFICANT: Final = "significant"
_LOUD: Final = "level <= 2 OR kind IN ('coverage.gap', 'coverage.restored', 'correction')"
#: The same as `_may_matter`, of lines that are recorded.
_MAY_MATTER: Final = f"{_LOUD} OR json_extract(plain(payload), '$.readable') = 0"
SCHEMA_SIGNIFICANT: Final = (
    "CREATE TABLE significant (seq INTEGER PRIMARY KEY REFERENCES ledger (seq)) STRICT",
    # Payloads were not packed then.
    f"INSERT INTO significant SELECT seq FROM events WHERE {_LOUD} OR json_extract(payload, '$.readable') = 0",  # noqa: S608 - constants
)
_MONTH: Final = "strftime('%Y-%m', observed_at, '+3 hours')"  # Moscow has had no other hour since 2014
SCHEMA_MONTHS: Final = (f"CREATE INDEX ledger_by_month ON ledger ({_MONTH}, seq)",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """An erased payload: which event's, when, and the operator's reason."""

    event_id: str
    struck_at: datetime
    reason: str


def append(
    db: Database, drafts: Sequence[EventDraft], *, observed_at: datetime, salt: Callable[[], bytes]
) -> tuple[Event, ...]:
    """Append the events of one observation in the order given; a draft that repeats one before it is left out."""
    named: dict[str, tuple[EventDraft, int]] = {}
    for draft in drafts:
        occurrence = _occurrences(db, draft)
        name = event_id(
            document_id=draft.document_id,
            source=draft.source,
            kind=draft.kind,
            key=draft.key,
            digests=draft.digests,
            occurrence=occurrence,
        )
        named.setdefault(name, (draft, occurrence))
    if not named:
        return ()
    bundle = bundle_id(list(named))
    # The first of the strongest; what is history leads only where everything is.
    lead = min(named, key=lambda name: (named[name][0].backfilled, named[name][0].level))
    channels = [row["name"] for row in db.execute("SELECT name FROM channels")]
    seq, previous_hash = head(db)
    for name, (draft, occurrence) in named.items():
        seq += 1
        line: dict[str, Json] = {
            "seq": seq,
            "id": name,
            "kind": str(draft.kind),
            "document_id": draft.document_id,
            "source": draft.source,
            "key": draft.key,
            "digests": list(draft.digests),
            "occurrence": occurrence,
            "bundle": bundle,
            "lead": name == lead,
            "occurred_at": draft.occurred_at,
            "observed_at": to_text(observed_at),
            "backfilled": draft.backfilled,
            "level": int(draft.level),
            "diff_id": None
            if draft.diff is None
            else documents.put_diff(db, draft.diff, document_id=draft.document_id),
            "scopes": list(dict.fromkeys(draft.scopes)),
        }
        previous_hash = _append_line(db, line, payload=canonical_json(draft.payload), salt=salt(), after=previous_hash)
        if _may_matter(draft):
            db.execute("INSERT INTO significant (seq) VALUES (?)", (seq,))
        db.conn.executemany("INSERT INTO outbox (channel, seq) VALUES (?, ?)", [(channel, seq) for channel in channels])
    _note_head(db, seq, previous_hash)
    return bundle_events(db, bundle)


def _may_matter(draft: EventDraft) -> bool:
    """Whether an event may have to be told to everybody."""
    loud = draft.kind in {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED, EventKind.CORRECTION}
    return draft.level <= Level.MAJOR or loud or draft.payload.get("readable") is False


def event(db: Database, name: str) -> Event | None:
    """One event by its id."""
    row = db.execute("SELECT * FROM events WHERE id = ?", (name,)).fetchone()
    return None if row is None else _event(row)


def events(
    db: Database,
    *,
    scope: str | None,
    kinds: Collection[EventKind],
    leads_only: bool,
    backfilled: bool | None,
    after_seq: int | None,
    before_seq: int | None,
    limit: int,
    oldest_first: bool,
) -> tuple[Event, ...]:
    """Events that meet every condition given, newest first unless asked otherwise."""
    tables, seq = _joined(scope)
    conditions = {
        "event_scopes.scope = :scope": scope not in {None, SIGNIFICANT},
        "kind IN (SELECT value FROM json_each(:kinds))": bool(kinds),
        "lead = 1": leads_only,
        "backfilled = :backfilled": backfilled is not None,
        f"{seq} > :after": after_seq is not None,
        f"{seq} < :before": before_seq is not None,
    }
    where = " AND ".join(sql for sql, wanted in conditions.items() if wanted) or "TRUE"
    order = "ASC" if oldest_first else "DESC"
    rows = db.execute(
        f"SELECT events.* FROM {tables} WHERE {where} ORDER BY {seq} {order} LIMIT :limit",  # noqa: S608 - constants
        {
            "scope": scope,
            "kinds": json.dumps([str(kind) for kind in kinds]),
            "backfilled": backfilled,
            "after": after_seq,
            "before": before_seq,
            "limit": limit,
        },
    )
    return tuple(_event(row) for row in rows)


def bundle_events(db: Database, bundle: str) -> tuple[Event, ...]:
    """The events of one observation, in order."""
    return tuple(_event(row) for row in db.execute("SELECT * FROM events WHERE bundle = ? ORDER BY seq", (bundle,)))


def corrections_of(db: Database, name: str) -> tuple[Event, ...]:
    """The corrections that name an event, oldest first."""
    rows = db.execute("SELECT * FROM events WHERE kind = ? ORDER BY seq", (EventKind.CORRECTION,))
    return tuple(found for found in map(_event, rows) if found.payload.get("event") == name)


def seqs(db: Database, *, scope: str | None, leads_only: bool, after_seq: int, before_seq: int) -> tuple[int, ...]:
    """The numbers of the lines between two others that tell of news, newest first: what is divided into pages."""
    table, seq = _joined(scope, "ledger")
    in_scope = "TRUE" if scope in {None, SIGNIFICANT} else "event_scopes.scope = :scope"
    rows = db.execute(
        f"""SELECT ledger.seq FROM {table} WHERE {in_scope} AND backfilled = 0 AND (lead = 1 OR NOT :leads_only)
            AND {seq} > :after AND {seq} < :before ORDER BY {seq} DESC""",  # noqa: S608 - constants of this module
        {"scope": scope, "leads_only": leads_only, "after": after_seq, "before": before_seq},
    )
    return tuple(row["seq"] for row in rows)


def count(db: Database, scope: str | None) -> int:
    """How many events there are, in all or in one scope."""
    if scope is None:
        return int(db.execute("SELECT count(*) FROM ledger").fetchone()[0])
    if scope == SIGNIFICANT:
        return int(db.execute("SELECT count(*) FROM significant").fetchone()[0])
    return int(db.execute("SELECT count(*) FROM event_scopes WHERE scope = ?", (scope,)).fetchone()[0])


def counts_by_kind(db: Database) -> dict[EventKind, int]:
    """How many events there are of each kind."""
    rows = db.execute("SELECT kind, count(*) AS number FROM ledger GROUP BY kind ORDER BY kind")
    return {EventKind(row["kind"]): int(row["number"]) for row in rows}


def outbox_counts(db: Database) -> dict[str, int]:
    """How many events each channel has not finished with."""
    rows = db.execute(
        """SELECT name, count(outbox.seq) AS number FROM channels LEFT JOIN outbox ON outbox.channel = channels.name
           GROUP BY name ORDER BY name"""
    )
    return {row["name"]: int(row["number"]) for row in rows}


def scopes(db: Database, prefix: str) -> tuple[str, ...]:
    """Every scope that has an event and begins so. The index is leapt through: a scope costs the same with one event or many."""
    rows = db.execute(
        """WITH RECURSIVE found (scope) AS (
             SELECT min(scope) FROM event_scopes WHERE scope >= :prefix
             UNION ALL SELECT (SELECT min(scope) FROM event_scopes WHERE scope > found.scope) FROM found
             WHERE substr(found.scope, 1, length(:prefix)) = :prefix
           ) SELECT scope FROM found WHERE substr(scope, 1, length(:prefix)) = :prefix""",
        {"prefix": prefix},
    )
    return tuple(row["scope"] for row in rows)


def months(db: Database, after_seq: int) -> dict[str, tuple[int, int]]:
    """The Moscow months (``2026-05``) of what was recorded behind `after_seq`, with the first and the last line of each."""
    # The index is leapt through, as in `scopes`; what came last is told by its lines.
    sql = f"""SELECT {_MONTH} AS month, min(seq) AS first, max(seq) AS last FROM ledger NOT INDEXED
              WHERE seq > :after GROUP BY month ORDER BY month"""  # noqa: S608 - constants
    if not after_seq:
        sql = f"""WITH RECURSIVE found (month) AS (
                    SELECT (SELECT {_MONTH} FROM ledger ORDER BY {_MONTH} LIMIT 1)
                    UNION ALL SELECT (SELECT {_MONTH} FROM ledger WHERE {_MONTH} > month ORDER BY {_MONTH} LIMIT 1)
                    FROM found WHERE month IS NOT NULL
                  ) SELECT month, (SELECT min(seq) FROM ledger WHERE {_MONTH} = month) AS first,
                    (SELECT max(seq) FROM ledger WHERE {_MONTH} = month) AS last
                  FROM found WHERE month IS NOT NULL"""  # noqa: S608 - constants
    rows = db.execute(sql, {"after": after_seq})
    return {row["month"]: (row["first"], row["last"]) for row in rows}


def line(db: Database, name: str) -> dict[str, Json] | None:
    """What the hash of an event was made of, with ``hash``, and ``salt`` (hex) unless struck: a proof that others can check."""
    row = db.execute("SELECT * FROM events WHERE id = ?", (name,)).fetchone()
    if row is None:
        return None
    entry = _entry(row)
    return {**entry.line, "hash": entry.hash, "salt": None if entry.salt is None else entry.salt.hex()}


def lines(db: Database) -> Iterator[dict[str, Json]]:
    """Every line with ``hash``, ``salt`` (hex), ``payload`` and ``struck`` (when, or None), in order."""
    for row in db.execute("SELECT * FROM events ORDER BY seq"):
        entry = _entry(row)
        yield {
            **entry.line,
            "hash": entry.hash,
            "salt": None if entry.salt is None else entry.salt.hex(),
            "payload": None if entry.payload is None else json.loads(entry.payload),
            "struck": row["struck_at"],
        }


def verify(db: Database, *, advance: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Problems of the ledger in plain words. A struck payload is not one; see `strikes`. `advance` is told of each line."""

    def entries_told() -> Iterator[ledger.Entry]:
        for row in db.execute("SELECT * FROM events ORDER BY seq"):
            advance()
            yield _entry(row)

    yield from ledger.check(entries_told(), head=head(db))
    links = (
        ledger.Link(line=_strike_line(row), hash=row["hash"])
        for row in db.execute(
            "SELECT strikes.*, ledger.id AS event FROM strikes JOIN ledger USING (seq) ORDER BY number"
        )
    )
    yield from ledger.check_links(links, what="strike")
    scattered = db.execute(
        """SELECT DISTINCT seq FROM (
             SELECT * FROM (SELECT seq, value AS scope FROM ledger, json_each(scopes) EXCEPT SELECT seq, scope FROM event_scopes)
             UNION ALL
             SELECT * FROM (SELECT seq, scope FROM event_scopes EXCEPT SELECT seq, value FROM ledger, json_each(scopes))
           ) ORDER BY seq"""
    )
    for row in scattered:
        yield f"line {row['seq']}: tampered: it is listed in other feeds than it was recorded for"
    missed = db.execute(
        f"SELECT seq FROM events WHERE ({_MAY_MATTER}) AND seq NOT IN (SELECT seq FROM significant) ORDER BY seq"  # noqa: S608 - constants
    )
    for row in missed:
        yield f"line {row['seq']}: tampered: it is missing from the feed of significant changes"


def strike(db: Database, name: str, *, reason: str, at: datetime) -> None:
    """Erase what an event says and everything rendered from it; the line and its place in the chain stay.

    With the payload goes its salt, without which the digest in the line betrays nothing, and the comparison, unless an event
    that stands tells of the same one. Entries of the same bundle name what was found beside them: they are rendered anew.
    """
    row = db.execute("SELECT seq, bundle, diff_id, struck_at FROM events WHERE id = ?", (name,)).fetchone()
    if row is None:
        raise StoreError(f"there is no event {name} to strike; check the id")
    db.execute("DELETE FROM payloads WHERE seq = ?", (row["seq"],))
    rendered = db.execute(
        "SELECT DISTINCT entries.seq FROM entries JOIN ledger USING (seq) WHERE bundle = ?", (row["bundle"],)
    ).fetchall()
    for entry in rendered:
        db.execute("DELETE FROM entries WHERE seq = ?", (entry["seq"],))
        if entry["seq"] != row["seq"]:
            db.execute("INSERT INTO outbox VALUES ('feeds', ?) ON CONFLICT DO NOTHING", (entry["seq"],))
    if row["struck_at"] is None:
        _append_strike(db, row["seq"], name, reason=reason, at=at)
    if row["diff_id"] is not None and not _is_told(db, row["diff_id"]):
        documents.erase_diff(db, row["diff_id"])


def _is_told(db: Database, diff_id: str) -> bool:
    """Whether an event that stands tells of a comparison."""
    told = db.execute("SELECT 1 FROM events WHERE diff_id = ? AND struck_at IS NULL", (diff_id,)).fetchone()
    return told is not None


def _append_strike(db: Database, seq: int, name: str, *, reason: str, at: datetime) -> None:
    last = db.execute("SELECT number, hash FROM strikes ORDER BY number DESC LIMIT 1").fetchone()
    values: dict[str, Any] = {
        "number": 1 if last is None else last["number"] + 1,
        "seq": seq,
        "event": name,
        "struck_at": to_text(at),
        "reason": reason,
        "previous_hash": ledger.GENESIS if last is None else last["hash"],
    }
    db.execute(
        """INSERT INTO strikes (number, seq, struck_at, reason, previous_hash, hash)
           VALUES (:number, :seq, :struck_at, :reason, :previous_hash, :hash)""",
        {**values, "hash": ledger.line_hash(_strike_line(values))},
    )


def strikes(db: Database) -> tuple[Strike, ...]:
    """All erasures, in order."""
    rows = db.execute("SELECT strikes.*, ledger.id AS event FROM strikes JOIN ledger USING (seq) ORDER BY number")
    return tuple(
        Strike(event_id=row["event"], struck_at=from_text(row["struck_at"]), reason=row["reason"]) for row in rows
    )


def strike_count(db: Database) -> int:
    """How many erasures there are."""
    return int(db.execute("SELECT count(*) FROM strikes").fetchone()[0])


def outbox(db: Database, channel: str, limit: int) -> tuple[Event, ...]:
    """The events that a channel has not finished with, oldest first."""
    rows = db.execute(
        "SELECT events.* FROM outbox JOIN events USING (seq) WHERE channel = ? ORDER BY outbox.seq LIMIT ?",
        (channel, limit),
    )
    return tuple(_event(row) for row in rows)


def finish_outbox(db: Database, channel: str, names: Iterable[str]) -> None:
    """Take events out of a channel's outbox."""
    db.conn.executemany(
        "DELETE FROM outbox WHERE channel = ? AND seq = (SELECT seq FROM ledger WHERE id = ?)",
        [(channel, name) for name in names],
    )


def register_channel(db: Database, name: str) -> None:
    """From now on the channel gets a row for every event."""
    db.execute("INSERT INTO channels (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))


def save_entry(db: Database, entry: RenderedEntry) -> None:
    """Keep an event as rendered for the feeds. The first rendering stays: an entry never changes once it may have been read.

    What was struck while it was rendered is not kept.
    """
    event = db.execute("SELECT seq, struck_at FROM events WHERE id = ?", (entry.event_id,)).fetchone()
    if event is None:
        raise StoreError(f"there is no event {entry.event_id} to keep an entry of; check the id")
    if event["struck_at"] is not None:
        return
    known = db.execute("SELECT * FROM entries WHERE seq = ?", (event["seq"],)).fetchone()
    bodies = {} if known is None else _bodies(known)
    if entry.language in bodies:
        return
    bodies[entry.language] = [entry.atom, entry.rss, entry.json]
    _put_entry(db, event["seq"], bodies)


def _put_entry(db: Database, seq: int, bodies: Mapping[str, Sequence[bytes]]) -> None:
    # The languages say much the same: together they take little more than one of them.
    every = [body for each in bodies.values() for body in each]
    lengths = " ".join(str(len(body)) for body in every).encode()
    data = packing.pack(lengths + b"\n" + b"".join(every), packing.ENTRIES)
    db.execute(
        """INSERT INTO entries (seq, languages, data, seal) VALUES (?, ?, ?, ?)
           ON CONFLICT (seq) DO UPDATE SET languages = excluded.languages, data = excluded.data, seal = excluded.seal""",
        (seq, " ".join(bodies), data, seals.of_entry(seq, bodies)),
    )


def damaged_entries(db: Database) -> Iterator[str]:
    """Rendered entries that cannot be read any more, or are not as they were rendered, in plain words."""
    for row in db.execute("SELECT entries.*, id FROM entries JOIN ledger USING (seq) ORDER BY seq"):
        name = f"event {row['id']} (line {row['seq']})"
        try:
            bodies = _bodies(row)
        except StoreError:
            yield f"{name}: damaged: its entry in the feeds cannot be read"
            continue
        if row["seal"] != seals.of_entry(row["seq"], bodies):
            yield f"{name}: tampered: its entry in the feeds was altered, its seal says otherwise"


def pack_older(db: Database) -> None:
    """Payloads and entries of a store that knew no packing, packed. Called by the migration, which has moved the old tables."""
    for row in db.execute("SELECT seq, payload, salt FROM payloads_before").fetchall():
        packed = packing.pack(row["payload"].encode(), packing.PAYLOADS)
        db.execute("INSERT INTO payloads (seq, payload, salt) VALUES (?, ?, ?)", (row["seq"], packed, row["salt"]))
    languages = [row["language"] for row in db.execute("SELECT DISTINCT language FROM entries_before")]
    for row in db.execute("SELECT DISTINCT seq FROM entries_before").fetchall():
        bodies = {}
        for language in languages:
            key = (language, row["seq"])
            each = db.execute("SELECT * FROM entries_before WHERE language = ? AND seq = ?", key).fetchone()
            if each is not None:
                bodies[language] = [each[name] for name in _FORMATS]
        _put_entry(db, row["seq"], bodies)


def _bodies(row: sqlite3.Row) -> dict[str, list[bytes]]:
    """The rendered entries of an event: language -> Atom, RSS, JSON."""
    lengths, _, joined = packing.unpack(row["data"]).partition(b"\n")
    bodies, start = [], 0
    for length in map(int, lengths.split()):
        bodies.append(joined[start : start + length])
        start += length
    languages = row["languages"].split()
    of_each = len(_FORMATS)
    if start != len(joined) or len(bodies) != len(languages) * of_each:
        raise StoreError(f"the entry of line {row['seq']} is damaged; restore the database from a backup")
    return {language: bodies[at * of_each : (at + 1) * of_each] for at, language in enumerate(languages)}


def entries(
    db: Database,
    *,
    scope: str | None,
    fmt: Format,
    leads_only: bool,
    limit: int,
    language: Language,
    after_seq: int | None,
    before_seq: int | None,
) -> tuple[tuple[Event, bytes], ...]:
    """The newest rendered entries with their events; what was backfilled is left out."""
    tables, seq = _joined(scope)
    in_scope = "TRUE" if scope in {None, SIGNIFICANT} else "event_scopes.scope = :scope"
    after = "" if after_seq is None else f"AND {seq} > :after_seq"
    before = "" if before_seq is None else f"AND {seq} < :before_seq"
    rows = db.execute(
        f"""SELECT events.*, languages, data
            FROM {tables} CROSS JOIN entries ON entries.seq = events.seq AND instr(languages, :language)
            WHERE {in_scope} AND backfilled = 0 AND (lead = 1 OR NOT :leads_only) {after} {before}
            ORDER BY {seq} DESC LIMIT :limit""",  # noqa: S608 - constants of this module
        {
            "scope": scope,
            "leads_only": leads_only,
            "limit": limit,
            "language": language,
            "after_seq": after_seq,
            "before_seq": before_seq,
        },
    )
    place = _FORMATS.index(fmt)
    return tuple((_event(row), _bodies(row)[language][place]) for row in rows)


def _joined(scope: str | None, rows: str = "events") -> tuple[str, str]:
    """Where events (or their lines alone: ``ledger``) are read from, and the column that orders them.

    CROSS JOIN and this column keep SQLite to one way: it walks the scope from its end and stops at the limit.
    """
    if scope is None:
        return rows, f"{rows}.seq"
    table = "significant" if scope == SIGNIFICANT else "event_scopes"
    return f"{table} CROSS JOIN {rows} ON {rows}.seq = {table}.seq", f"{table}.seq"


def _occurrences(db: Database, draft: EventDraft) -> int:
    row = db.execute(
        """SELECT count(*) FROM ledger
           WHERE document_id IS ? AND source = ? AND kind = ? AND key = ? AND digests = ?""",
        (draft.document_id, draft.source, draft.kind, draft.key, canonical_json(list(draft.digests))),
    ).fetchone()
    return int(row[0])


def head(db: Database) -> tuple[int, str]:
    """The last line of the ledger: its number (0: there is none) and its hash."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_HEAD,)).fetchone()
    if row is None:
        return 0, ledger.GENESIS
    seq, _, last_hash = row["value"].partition(" ")
    return int(seq), last_hash


def _note_head(db: Database, seq: int, last_hash: str) -> None:
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_HEAD, f"{seq} {last_hash}"),
    )


def _append_line(db: Database, line: dict[str, Json], *, payload: str, salt: bytes, after: str) -> str:
    """Write one line with its payload and scopes; its hash."""
    whole: dict[str, Json] = {
        **line,
        "payload_digest": ledger.payload_digest(payload.encode(), salt),
        "previous_hash": after,
    }
    own_hash = ledger.line_hash(whole)
    scopes = whole["scopes"]
    db.execute(
        """INSERT INTO ledger (seq, id, kind, document_id, source, key, digests, occurrence, bundle, lead, occurred_at,
             observed_at, backfilled, level, diff_id, scopes, payload_digest, previous_hash, hash)
           VALUES (:seq, :id, :kind, :document_id, :source, :key, :digests, :occurrence, :bundle, :lead, :occurred_at,
             :observed_at, :backfilled, :level, :diff_id, :scopes, :payload_digest, :previous_hash, :hash)""",
        {
            **whole,
            "digests": canonical_json(whole["digests"]),
            "scopes": canonical_json(scopes),
            "hash": own_hash,
        },
    )
    db.execute(
        "INSERT INTO payloads (seq, payload, salt) VALUES (?, ?, ?)",
        (whole["seq"], packing.pack(payload.encode(), packing.PAYLOADS), salt),
    )
    db.execute(
        "INSERT INTO event_scopes (scope, seq) SELECT value, :seq FROM json_each(:scopes)",
        {"seq": whole["seq"], "scopes": canonical_json(scopes)},
    )
    return own_hash


def _entry(row: sqlite3.Row) -> ledger.Entry:
    """A row of the view `events` as the line that was hashed."""
    line: dict[str, Json] = {name: row[name] for name in row.keys() if name not in _NOT_IN_LINE}  # noqa: SIM118 - a Row iterates over values
    line |= {
        "digests": json.loads(row["digests"]),
        "scopes": json.loads(row["scopes"]),
        "lead": bool(row["lead"]),
        "backfilled": bool(row["backfilled"]),
    }
    return ledger.Entry(
        line=line,
        hash=row["hash"],
        payload=_payload(row),
        salt=row["salt"],
        struck=row["struck_at"] is not None,
    )


def _payload(row: sqlite3.Row) -> str | None:
    """The payload as it was hashed; None when it is gone, empty (which no digest is of) when it cannot be unpacked."""
    try:
        return None if row["payload"] is None else packing.text_of(row["payload"])
    except StoreError:
        return ""


_NOT_IN_LINE: Final = frozenset({"hash", "payload", "salt", "struck_at"})


def _strike_line(values: sqlite3.Row | dict[str, Any]) -> dict[str, Json]:
    return {name: values[name] for name in ("number", "seq", "event", "struck_at", "reason", "previous_hash")}


def _event(row: sqlite3.Row) -> Event:
    return Event(
        seq=row["seq"],
        id=row["id"],
        kind=EventKind(row["kind"]),
        document_id=row["document_id"],
        source=row["source"],
        bundle=row["bundle"],
        lead=bool(row["lead"]),
        occurred_at=row["occurred_at"],
        observed_at=from_text(row["observed_at"]),
        backfilled=bool(row["backfilled"]),
        level=Level(row["level"]),
        payload={} if row["payload"] is None else json.loads(packing.text_of(row["payload"])),
        diff_id=row["diff_id"],
        struck=row["struck_at"] is not None,
        hash=row["hash"],
        previous_hash=row["previous_hash"],
    )
