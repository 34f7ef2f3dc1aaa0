"""The shape of the database, as migrations that are applied in order and never changed once released.

Tables are STRICT: a column holds what it says. Times are ISO 8601 text in UTC. Everything large is in `blobs`, compressed;
everything else can be read with any SQLite tool.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database, Migrations

from db import events, roots, seals, search, tallies, texts
from db.connection import Connections
from tracker.errors import StoreError

_EVIDENCE: Final = (
    # `parent` is the blob whose content is the zstd dictionary, `root` the keyframe at the start of the chain, `depth` the
    # distance from it, `kin` how many blobs of the line stand between this one and the keyframe in order of arrival.
    """CREATE TABLE blobs (
        id INTEGER PRIMARY KEY, parent INTEGER REFERENCES blobs (id), root INTEGER REFERENCES blobs (id),
        depth INTEGER NOT NULL, kin INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE bodies (digest TEXT PRIMARY KEY, blob INTEGER NOT NULL REFERENCES blobs (id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL,
        digest TEXT NOT NULL REFERENCES bodies (digest), size INTEGER NOT NULL, first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL, count INTEGER NOT NULL, via TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX snapshots_by_url ON snapshots (url, id)",
    # `validated` is the snapshot that the validators came with: the one that a 304 speaks of.
    """CREATE TABLE urls (
        url TEXT PRIMARY KEY, source TEXT NOT NULL, etag TEXT, last_modified TEXT,
        validated INTEGER REFERENCES snapshots (id), last_attempt TEXT NOT NULL, last_status INTEGER NOT NULL,
        last_via TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

_FACTS: Final = (
    """CREATE TABLE documents (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL, date TEXT, title TEXT NOT NULL,
        comment TEXT NOT NULL, status TEXT, force TEXT NOT NULL, url TEXT NOT NULL, topics TEXT NOT NULL,
        invented INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE aliases (
        source TEXT NOT NULL, native_id TEXT NOT NULL, document_id TEXT NOT NULL REFERENCES documents (id),
        PRIMARY KEY (source, native_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE versions (
        id INTEGER PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents (id), part TEXT NOT NULL,
        source TEXT NOT NULL, edition TEXT NOT NULL, number INTEGER NOT NULL, position TEXT NOT NULL, label TEXT NOT NULL,
        observed_at TEXT NOT NULL, last_seen TEXT NOT NULL, snapshot_id INTEGER REFERENCES snapshots (id),
        digest TEXT NOT NULL, readable INTEGER NOT NULL, unread_reason TEXT, url TEXT NOT NULL, cause TEXT,
        data INTEGER REFERENCES blobs (id),
        UNIQUE (document_id, part, source, edition, number)
    ) STRICT""",
    # Distinct unit texts are numbered in order of arrival; a pack holds `count` of them from number `first` on.
    "CREATE TABLE texts (digest BLOB PRIMARY KEY, id INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE packs (
        first INTEGER PRIMARY KEY, count INTEGER NOT NULL, blob INTEGER NOT NULL REFERENCES blobs (id)
    ) STRICT""",
    # `sections` is the list of (path, address, text number); `pack` the blob that later packs of the line are packed against.
    """CREATE TABLE renditions (
        id INTEGER PRIMARY KEY, version_id INTEGER NOT NULL REFERENCES versions (id), extractor TEXT NOT NULL,
        sections INTEGER NOT NULL REFERENCES blobs (id), pack INTEGER REFERENCES blobs (id), pinned INTEGER NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX renditions_by_version ON renditions (version_id, id)",
    "CREATE TABLE diffs (id TEXT PRIMARY KEY, blob INTEGER NOT NULL REFERENCES blobs (id)) STRICT, WITHOUT ROWID",
    """CREATE TABLE relations (
        kind TEXT NOT NULL, from_document TEXT NOT NULL, from_path TEXT NOT NULL, to_document TEXT NOT NULL,
        to_path TEXT NOT NULL, words TEXT NOT NULL,
        PRIMARY KEY (from_document, from_path, to_document, to_path, kind)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX relations_by_target ON relations (to_document)",
)

_EVENTS: Final = """CREATE VIEW events AS SELECT ledger.*, payloads.payload, payloads.salt, strikes.struck_at
    FROM ledger LEFT JOIN payloads ON payloads.seq = ledger.seq LEFT JOIN strikes ON strikes.seq = ledger.seq"""

_LEDGER: Final = (
    """CREATE TABLE ledger (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, document_id TEXT, source TEXT NOT NULL,
        key TEXT NOT NULL, digests TEXT NOT NULL, occurrence INTEGER NOT NULL, bundle TEXT NOT NULL, lead INTEGER NOT NULL,
        occurred_at TEXT, observed_at TEXT NOT NULL, backfilled INTEGER NOT NULL, level INTEGER NOT NULL,
        diff_id TEXT REFERENCES diffs (id), scopes TEXT NOT NULL, payload_digest TEXT NOT NULL,
        previous_hash TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX ledger_by_fact ON ledger (document_id, kind, key)",
    "CREATE INDEX ledger_by_bundle ON ledger (bundle)",
    "CREATE INDEX ledger_by_kind ON ledger (kind, seq)",
    """CREATE TABLE event_scopes (
        scope TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES ledger (seq), PRIMARY KEY (scope, seq)
    ) STRICT, WITHOUT ROWID""",
    # Apart from the ledger, so that a payload can be erased and the chain of hashes still stands.
    """CREATE TABLE payloads (
        seq INTEGER PRIMARY KEY REFERENCES ledger (seq), payload TEXT NOT NULL, salt BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE strikes (
        number INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE REFERENCES ledger (seq), struck_at TEXT NOT NULL,
        reason TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT""",
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in ("ledger", "strikes")
        for verb in ("update", "delete")
    ),
    _EVENTS,
    "CREATE TABLE channels (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "INSERT INTO channels (name) VALUES ('feeds')",
    """CREATE TABLE outbox (
        channel TEXT NOT NULL REFERENCES channels (name), seq INTEGER NOT NULL REFERENCES ledger (seq),
        PRIMARY KEY (channel, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE entries (
        seq INTEGER PRIMARY KEY REFERENCES ledger (seq), atom BLOB NOT NULL, rss BLOB NOT NULL, json BLOB NOT NULL
    ) STRICT""",
)

_OPERATION: Final = (
    """CREATE TABLE watches (
        target TEXT NOT NULL, source TEXT NOT NULL, url TEXT NOT NULL, selector TEXT, origin TEXT NOT NULL,
        title TEXT NOT NULL, added_at TEXT NOT NULL, silent_before TEXT NOT NULL, next_due TEXT, last_checked TEXT,
        last_success TEXT, muted INTEGER NOT NULL, PRIMARY KEY (target, source)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sources (
        name TEXT PRIMARY KEY, last_attempt TEXT, last_success TEXT, failing_since TEXT, last_error TEXT, gap_since TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY, document_id TEXT, source TEXT NOT NULL, url TEXT NOT NULL,
        snapshot_id INTEGER REFERENCES snapshots (id), problem TEXT NOT NULL, reason TEXT NOT NULL, reading_digest TEXT,
        first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, count INTEGER NOT NULL, state TEXT NOT NULL,
        settled_at TEXT, settled_reason TEXT
    ) STRICT""",
    "CREATE INDEX quarantine_by_url ON quarantine (url, state)",
    "CREATE TABLE states (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE discovery (source TEXT PRIMARY KEY, completed_at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE leases (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL, renewed_at TEXT NOT NULL, seconds REAL NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE jobs (name TEXT PRIMARY KEY, last_run TEXT, next_due TEXT, outcome TEXT) STRICT, WITHOUT ROWID",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


def m001_first(db: Database) -> None:
    """Evidence, facts, ledger, operation."""
    for statement in (*_EVIDENCE, *_FACTS, *_LEDGER, *_OPERATION):
        db.execute(statement)


def m002_sources(db: Database) -> None:
    """What operators are told; the noise rules of a watched page; what a blob shares with its parent at both ends."""
    db.execute("ALTER TABLE blobs ADD COLUMN prefix INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE blobs ADD COLUMN suffix INTEGER NOT NULL DEFAULT 0")
    db.execute(
        """CREATE TABLE operator_events (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT"""
    )
    db.execute("ALTER TABLE watches ADD COLUMN remove TEXT NOT NULL DEFAULT '[]'")
    db.execute("ALTER TABLE watches ADD COLUMN ignore TEXT NOT NULL DEFAULT '[]'")


_ALERTS: Final = (
    "INSERT INTO channels (name) VALUES ('alerts') ON CONFLICT DO NOTHING",
    # No address and no secret of a subscription ever stands in this file: see `db.vault`.
    """CREATE TABLE subscriptions (
        name TEXT PRIMARY KEY, channel TEXT NOT NULL, settings TEXT NOT NULL, origin TEXT NOT NULL, created_at TEXT NOT NULL,
        enabled INTEGER NOT NULL, disabled_reason TEXT NOT NULL, failing_since TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY, subscription TEXT NOT NULL REFERENCES subscriptions (name), message_id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL, body BLOB NOT NULL, created_at TEXT NOT NULL, due_at TEXT NOT NULL, attempts INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX deliveries_waiting ON deliveries (subscription, due_at) WHERE state = 'waiting'",
    "CREATE INDEX deliveries_by_subscription ON deliveries (subscription, created_at)",
    # An event told to a subscription (by `delivery`, until that is forgotten), or waiting for its digest: then `due_at` says
    # when that is made and `content` what it will say. Events of other instances stand here, too.
    """CREATE TABLE alert_items (
        id INTEGER PRIMARY KEY, subscription TEXT NOT NULL REFERENCES subscriptions (name), event TEXT NOT NULL,
        delivery INTEGER REFERENCES deliveries (id), due_at TEXT, content BLOB, UNIQUE (subscription, event)
    ) STRICT""",
    "CREATE INDEX alert_items_by_event ON alert_items (event)",
    "CREATE INDEX alert_items_by_delivery ON alert_items (delivery) WHERE delivery IS NOT NULL",
    "CREATE INDEX alert_items_gathered ON alert_items (due_at) WHERE due_at IS NOT NULL",
    """CREATE TABLE attempts (
        id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, subscription TEXT NOT NULL, message_id TEXT NOT NULL,
        at TEXT NOT NULL, delivered INTEGER NOT NULL, status INTEGER, error TEXT NOT NULL, retry_after REAL,
        gone INTEGER NOT NULL, seconds REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX attempts_by_delivery ON attempts (delivery)",
    "CREATE INDEX attempts_by_time ON attempts (at)",
)


def m003_alerts(db: Database) -> None:
    """Subscriptions, messages to them, the log of attempts. From now on every event enters the outbox of alerts."""
    for statement in _ALERTS:
        db.execute(statement)


def m004_entry_languages(db: Database) -> None:
    """Entries in more than one language. Those there are are Russian; the outbox of the feeds asks for the others."""
    db.execute(
        """CREATE TABLE entries_in (
            seq INTEGER NOT NULL REFERENCES ledger (seq), language TEXT NOT NULL, atom BLOB NOT NULL, rss BLOB NOT NULL,
            json BLOB NOT NULL, PRIMARY KEY (language, seq)
        ) STRICT"""
    )
    db.execute("INSERT INTO entries_in SELECT seq, 'ru', atom, rss, json FROM entries")
    db.execute("INSERT INTO outbox (channel, seq) SELECT 'feeds', seq FROM entries WHERE TRUE ON CONFLICT DO NOTHING")
    db.execute("DROP TABLE entries")
    db.execute("ALTER TABLE entries_in RENAME TO entries")


def m005_search(db: Database) -> None:
    """The index of search, empty; what stands in the store is indexed when the conductor next asks for it."""
    for statement in search.SCHEMA:
        db.execute(statement)


_FIRST_SEALED: Final = ("snapshots", "versions", "renditions")
_FIRST_COUNTED: Final = (
    *("blobs", "bodies", "snapshots", "documents", "aliases", "versions", "packs", "renditions", "diffs", "relations"),
    "quarantine",
)


def m006_roots(db: Database) -> None:
    """Roots of the ledger; what `verify` holds the archive against: digests of renditions, counts and seals of rows."""
    db.execute("ALTER TABLE renditions ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
    counted = tallies.TABLE, *tallies.schema(*_FIRST_COUNTED)
    for statement in (*roots.SCHEMA, *counted, *seals.schema(*_FIRST_SEALED)):
        db.execute(statement)
    texts.fill_digests(db)
    seals.fill(db, *_FIRST_SEALED)


def m007_significant(db: Database) -> None:
    """The scope of significant events and the months, so that neither is looked for in the whole ledger."""
    for statement in (*events.SCHEMA_SIGNIFICANT, *events.SCHEMA_MONTHS):
        db.execute(statement)


def m008_packing(db: Database) -> None:
    """Payloads and entries packed (see `db.packing`), the entries of an event in all languages together."""
    # The view speaks of payloads: it is made anew behind them.
    db.execute("DROP VIEW events")
    db.execute("ALTER TABLE payloads RENAME TO payloads_before")
    db.execute("ALTER TABLE entries RENAME TO entries_before")
    # A payload is packed; one that is plain text is read as it is.
    db.execute(
        """CREATE TABLE payloads (
            seq INTEGER PRIMARY KEY REFERENCES ledger (seq), payload ANY NOT NULL, salt BLOB NOT NULL
        ) STRICT"""
    )
    # `languages`: those of the bodies in `data`, in their order, separated by spaces.
    db.execute(
        """CREATE TABLE entries (
            seq INTEGER PRIMARY KEY REFERENCES ledger (seq), languages TEXT NOT NULL, data BLOB NOT NULL,
            seal BLOB NOT NULL
        ) STRICT"""
    )
    events.pack_older(db)
    db.execute("DROP TABLE payloads_before")
    db.execute("DROP TABLE entries_before")
    db.execute(_EVENTS)


def m009_documents(db: Database) -> None:
    """Seals of documents, whose titles and statuses stand on every page; the number of roots."""
    for statement in (*seals.schema("documents"), *tallies.schema("roots")):
        db.execute(statement)
    seals.fill(db, "documents")


_IN_ORDER: Final = (
    m001_first,
    m002_sources,
    m003_alerts,
    m004_entry_languages,
    m005_search,
    m006_roots,
    m007_significant,
    m008_packing,
    m009_documents,
)
MIGRATIONS: Final = Migrations("tracker")
for _migration in _IN_ORDER:
    MIGRATIONS()(_migration)
KNOWN: Final = frozenset(migration.__name__ for migration in _IN_ORDER)


def prepare(connections: Connections) -> None:
    """Bring the file to the shape that this code knows; refuse one that a newer code has made."""
    with connections.read() as db:
        applied = {migration.name for migration in MIGRATIONS.applied(db)}
        pending = [migration.name for migration in MIGRATIONS.pending(db)]
    if unknown := applied - KNOWN:
        raise StoreError(
            f"{connections.path}: written by a newer version of Duma Tracker ({', '.join(sorted(unknown))}); upgrade this one"
        )
    if not pending:
        return
    if connections.read_only:
        raise StoreError(
            f"{connections.path}: made by an older version of Duma Tracker; run `duma-tracker doctor` once to bring it up to date"
        )
    # Two processes may open a new file at once: the second finds nothing left to do.
    with connections.write() as db:
        MIGRATIONS.apply(db)
