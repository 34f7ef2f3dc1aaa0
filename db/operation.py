"""What the conductor needs to remember between runs: watches, how sources answer, quarantine, state, leases, jobs, a journal."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from db.connection import from_optional_text, from_text, to_optional_text, to_text
from tracker.errors import StoreError
from tracker.models import (
    Json,
    OperatorEvent,
    OperatorKind,
    Problem,
    Quarantined,
    SourceState,
    Watch,
    canonical_json,
)

OPEN: Final = "open"
SETTLED: Final = frozenset({"released", "healed", "accepted", "rejected"})

# ---------------------------------------------------------------- watches


def watches(db: Database, *, include_muted: bool, target: str | None) -> tuple[Watch, ...]:
    """What is followed, by target and source; only one target when it is given."""
    only = "" if target is None else "AND target = :target"
    rows = db.execute(
        f"SELECT * FROM watches WHERE (muted = 0 OR :muted) {only} ORDER BY target, source",  # noqa: S608 - constants
        {"muted": include_muted, "target": target},
    )
    return tuple(_watch(row) for row in rows)


def watch(db: Database, target: str, source: str) -> Watch | None:
    """One watch."""
    row = db.execute("SELECT * FROM watches WHERE target = ? AND source = ?", (target, source)).fetchone()
    return None if row is None else _watch(row)


def put_watch(db: Database, value: Watch) -> None:
    """Follow something, or change how it is followed. Unknown (None) times of checks leave the known ones in place."""
    db.execute(
        """INSERT INTO watches (target, source, url, selector, origin, title, added_at, silent_before, next_due,
             last_checked, last_success, muted, remove, ignore) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (target, source) DO UPDATE SET url = excluded.url, selector = excluded.selector,
             origin = excluded.origin, title = excluded.title, added_at = excluded.added_at,
             silent_before = excluded.silent_before,
             next_due = coalesce(excluded.next_due, next_due), last_checked = coalesce(excluded.last_checked, last_checked),
             last_success = coalesce(excluded.last_success, last_success), muted = excluded.muted,
             remove = excluded.remove, ignore = excluded.ignore""",
        (
            value.target,
            value.source,
            value.url,
            value.selector,
            value.origin,
            value.title,
            to_text(value.added_at),
            to_text(value.silent_before),
            to_optional_text(value.next_due),
            to_optional_text(value.last_checked),
            to_optional_text(value.last_success),
            value.muted,
            canonical_json(value.remove),
            canonical_json(value.ignore),
        ),
    )


def remove_watch(db: Database, target: str, source: str | None) -> int:
    """Stop following a target, at one source or at all; how many watches went."""
    cursor = db.execute(
        "DELETE FROM watches WHERE target = :target AND (:source IS NULL OR source = :source)",
        {"target": target, "source": source},
    )
    return cursor.rowcount


def mark_checked(
    db: Database, target: str, source: str, *, at: datetime, next_due: datetime | None, success: bool
) -> None:
    """Note a check of a watch and when the next one is due."""
    moment = to_text(at)
    db.execute(
        """UPDATE watches SET last_checked = ?, next_due = ?, last_success = coalesce(?, last_success)
           WHERE target = ? AND source = ?""",
        (moment, to_optional_text(next_due), moment if success else None, target, source),
    )


def _watch(row: sqlite3.Row) -> Watch:
    return Watch(
        target=row["target"],
        source=row["source"],
        url=row["url"],
        selector=row["selector"],
        origin=row["origin"],
        title=row["title"],
        added_at=from_text(row["added_at"]),
        silent_before=from_text(row["silent_before"]),
        next_due=from_optional_text(row["next_due"]),
        last_checked=from_optional_text(row["last_checked"]),
        last_success=from_optional_text(row["last_success"]),
        muted=bool(row["muted"]),
        remove=tuple(json.loads(row["remove"])),
        ignore=tuple(json.loads(row["ignore"])),
    )


# ---------------------------------------------------------------- sources


def source_state(db: Database, name: str) -> SourceState | None:
    """How one source has been answering."""
    row = db.execute("SELECT * FROM sources WHERE name = ?", (name,)).fetchone()
    return None if row is None else _source_state(row)


def source_states(db: Database) -> tuple[SourceState, ...]:
    """How all sources have been answering, by name."""
    return tuple(_source_state(row) for row in db.execute("SELECT * FROM sources ORDER BY name"))


def mark_source(db: Database, name: str, *, at: datetime, success: bool, error: str | None) -> None:
    """Note an answer of a source, or a failure; `failing_since` is the first failure after the last success."""
    moment = to_text(at)
    if success:
        db.execute(
            """INSERT INTO sources (name, last_attempt, last_success) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET
               last_attempt = excluded.last_attempt, last_success = excluded.last_success, failing_since = NULL,
               last_error = NULL""",
            (name, moment, moment),
        )
        return
    db.execute(
        """INSERT INTO sources (name, last_attempt, failing_since, last_error) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET last_attempt = excluded.last_attempt,
           failing_since = coalesce(failing_since, excluded.failing_since), last_error = excluded.last_error""",
        (name, moment, moment, error),
    )


def set_gap(db: Database, name: str, since: datetime | None) -> None:
    """Note that readers have been told that a source is blind, or (None) that it sees again."""
    db.execute(
        "INSERT INTO sources (name, gap_since) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET gap_since = excluded.gap_since",
        (name, to_optional_text(since)),
    )


def _source_state(row: sqlite3.Row) -> SourceState:
    return SourceState(
        name=row["name"],
        last_attempt=from_optional_text(row["last_attempt"]),
        last_success=from_optional_text(row["last_success"]),
        failing_since=from_optional_text(row["failing_since"]),
        last_error=row["last_error"],
        gap_since=from_optional_text(row["gap_since"]),
    )


def discovery_pass(db: Database, source: str) -> datetime | None:
    """When the last discovery pass over a source was completed."""
    row = db.execute("SELECT completed_at FROM discovery WHERE source = ?", (source,)).fetchone()
    return None if row is None else from_text(row["completed_at"])


def set_discovery_pass(db: Database, source: str, at: datetime) -> None:
    """Note a completed discovery pass."""
    db.execute(
        """INSERT INTO discovery (source, completed_at) VALUES (?, ?)
           ON CONFLICT (source) DO UPDATE SET completed_at = excluded.completed_at""",
        (source, to_text(at)),
    )


# ---------------------------------------------------------------- what operators are told


def tell_operator(db: Database, *, kind: OperatorKind, source: str, subject: str, at: datetime, message: str) -> None:
    """Add a line to the operator's journal."""
    db.execute(
        "INSERT INTO operator_events (kind, source, subject, at, message) VALUES (?, ?, ?, ?, ?)",
        (kind, source, subject, to_text(at), message),
    )


def forget_operator_events(db: Database, before: datetime) -> int:
    """Drop old lines of the operator's journal, never the newest: the numbers of lines only grow. How many went."""
    return int(
        db.execute(
            "DELETE FROM operator_events WHERE at < ? AND id < (SELECT max(id) FROM operator_events)",
            (to_text(before),),
        ).rowcount
    )


def operator_events(db: Database, limit: int) -> tuple[OperatorEvent, ...]:
    """The journal of the operator, newest first."""
    rows = db.execute("SELECT * FROM operator_events ORDER BY id DESC LIMIT ?", (limit,))
    return tuple(
        OperatorEvent(
            id=row["id"],
            kind=OperatorKind(row["kind"]),
            source=row["source"],
            subject=row["subject"],
            at=from_text(row["at"]),
            message=row["message"],
        )
        for row in rows
    )


# ---------------------------------------------------------------- quarantine


def quarantine(
    db: Database,
    *,
    document_id: str | None,
    source: str,
    url: str,
    snapshot_id: int | None,
    problem: Problem,
    reason: str,
    reading_digest: str | None,
    at: datetime,
) -> Quarantined:
    """Note a page that was not believed. The same page with the same problem again lengthens the open case."""
    moment = to_text(at)
    case = db.execute(
        """UPDATE quarantine SET last_seen = max(last_seen, ?), count = count + 1
           WHERE state = ? AND url = ? AND problem = ? AND reading_digest IS ? RETURNING *""",
        (moment, OPEN, url, problem, reading_digest),
    ).fetchone()
    if case is None:
        case = db.execute(
            """INSERT INTO quarantine (document_id, source, url, snapshot_id, problem, reason, reading_digest, first_seen,
               last_seen, count, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) RETURNING *""",
            (document_id, source, url, snapshot_id, problem, reason, reading_digest, moment, moment, OPEN),
        ).fetchone()
    return _quarantined(case)


def quarantined(db: Database, *, state: str | None, url: str | None) -> tuple[Quarantined, ...]:
    """Cases in one state, or (None) in all of them, of one address or (None) of all; oldest first."""
    rows = db.execute(
        """SELECT * FROM quarantine WHERE (:state IS NULL OR state = :state) AND (:url IS NULL OR url = :url)
           ORDER BY id""",
        {"state": state, "url": url},
    )
    return tuple(_quarantined(row) for row in rows)


def settle_quarantine(db: Database, case_id: int, *, state: str, reason: str, at: datetime) -> None:
    """Close an open case: ``released`` by further fetches, ``healed`` by a page that is well again, or by the operator."""
    if state not in SETTLED:
        raise StoreError(f"a quarantined page cannot become {state!r}; use one of {', '.join(sorted(SETTLED))}")
    cursor = db.execute(
        "UPDATE quarantine SET state = ?, settled_reason = ?, settled_at = ? WHERE id = ? AND state = ?",
        (state, reason, to_text(at), case_id, OPEN),
    )
    if cursor.rowcount == 0:
        raise StoreError(f"there is no open quarantine case {case_id}; see `duma-tracker quarantine list`")


def _quarantined(row: sqlite3.Row) -> Quarantined:
    return Quarantined(
        id=row["id"],
        document_id=row["document_id"],
        source=row["source"],
        url=row["url"],
        snapshot_id=row["snapshot_id"],
        problem=Problem(row["problem"]),
        reason=row["reason"],
        reading_digest=row["reading_digest"],
        first_seen=from_text(row["first_seen"]),
        last_seen=from_text(row["last_seen"]),
        count=row["count"],
        state=row["state"],
    )


# ---------------------------------------------------------------- state, meta


def state(db: Database, key: str) -> Json | None:
    """A small value that the conductor keeps beside the facts."""
    row = db.execute("SELECT value FROM states WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    value: Json = json.loads(row["value"])
    return value


def set_state(db: Database, key: str, value: Json) -> None:
    """Keep a value; None deletes it."""
    if value is None:
        db.execute("DELETE FROM states WHERE key = ?", (key,))
        return
    db.execute(
        "INSERT INTO states (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, canonical_json(value)),
    )


def states(db: Database, prefix: str) -> dict[str, Json]:
    """All values whose key begins with `prefix`."""
    rows = db.execute(
        "SELECT key, value FROM states WHERE key >= :prefix AND substr(key, 1, length(:prefix)) = :prefix ORDER BY key",
        {"prefix": prefix},
    )
    return {row["key"]: json.loads(row["value"]) for row in rows}


def meta(db: Database, key: str) -> str | None:
    """A setting that belongs to the store itself, such as the authority of its ids."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def set_meta(db: Database, key: str, value: str) -> None:
    """Keep a setting of the store."""
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


# ---------------------------------------------------------------- leases, jobs


def acquire_lease(db: Database, name: str, *, owner: str, seconds: float, now: datetime) -> bool:
    """Take a lease for `seconds`, if nobody else holds it.

    A lease that was renewed in the future shows that the clock has jumped back. It is not taken away, its holder may be
    alive; but it is made to run from now on, so that a dead holder keeps others out for one term and not until the clock
    has caught up.
    """
    row = db.execute("SELECT * FROM leases WHERE name = ?", (name,)).fetchone()
    if row is not None and row["owner"] != owner:
        renewed_at = from_text(row["renewed_at"])
        if renewed_at > now:
            db.execute("UPDATE leases SET renewed_at = ? WHERE name = ?", (to_text(now), name))
            return False
        if now < renewed_at + timedelta(seconds=row["seconds"]):
            return False
    db.execute(
        """INSERT INTO leases (name, owner, renewed_at, seconds) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
           owner = excluded.owner, renewed_at = excluded.renewed_at, seconds = excluded.seconds""",
        (name, owner, to_text(now), seconds),
    )
    return True


def renew_lease(db: Database, name: str, *, owner: str, seconds: float, now: datetime) -> bool:
    """Hold a lease for `seconds` more. False: somebody else has taken it, or it was released."""
    cursor = db.execute(
        "UPDATE leases SET renewed_at = ?, seconds = ? WHERE name = ? AND owner = ?",
        (to_text(now), seconds, name, owner),
    )
    return cursor.rowcount == 1


def release_lease(db: Database, name: str, owner: str) -> None:
    """Let a lease go, if it is the owner's."""
    db.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (name, owner))


def is_leased(db: Database, name: str, *, now: datetime) -> bool:
    """Whether a lease stands that has not run out; one from the future (the clock jumped back) may be held."""
    row = db.execute("SELECT renewed_at, seconds FROM leases WHERE name = ?", (name,)).fetchone()
    return row is not None and now < from_text(row["renewed_at"]) + timedelta(seconds=row["seconds"])


def holds_lease(db: Database, name: str, owner: str) -> bool:
    """Whether a lease still stands in that owner's name."""
    row = db.execute("SELECT owner FROM leases WHERE name = ?", (name,)).fetchone()
    return row is not None and row["owner"] == owner


def job(db: Database, name: str) -> tuple[datetime | None, datetime | None, str | None]:
    """When a job last ran, when it is due next, how it ended."""
    row = db.execute("SELECT last_run, next_due, outcome FROM jobs WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None, None, None
    return from_optional_text(row["last_run"]), from_optional_text(row["next_due"]), row["outcome"]


def mark_job(
    db: Database, name: str, *, last_run: datetime | None, next_due: datetime | None, outcome: str | None
) -> None:
    """Note a run of a job and when it is due next."""
    db.execute(
        """INSERT INTO jobs (name, last_run, next_due, outcome) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
           last_run = excluded.last_run, next_due = excluded.next_due, outcome = excluded.outcome""",
        (name, to_optional_text(last_run), to_optional_text(next_due), outcome),
    )
