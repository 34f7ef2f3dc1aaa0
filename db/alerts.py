"""Subscriptions, what is to be sent to them, and the log of attempts. Secrets are elsewhere: see `db.vault`.

A row of `alert_items` says that an event was told to a subscription, or waits for its digest; its key makes twice impossible.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlite_utils import Database

from db.connection import from_optional_text, from_text, to_optional_text, to_text
from tracker.alerts import (
    Attempt,
    Channel,
    Clause,
    Delivery,
    DeliveryState,
    Digest,
    Filter,
    Gathered,
    NewDelivery,
    Outcome,
    Quiet,
    Secret,
    Subscription,
)
from tracker.errors import StoreError
from tracker.models import EventKind, Level, canonical_json

#: What a subscription is called in the outbox of events.
CHANNEL: Final = "alerts"

# ---------------------------------------------------------------- subscriptions


def put_subscription(db: Database, value: Subscription) -> None:
    """Record a subscription, or what has become of it; its secrets are not written here."""
    db.execute(
        """INSERT INTO subscriptions (name, channel, settings, origin, created_at, enabled, disabled_reason, failing_since)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET channel = excluded.channel, settings = excluded.settings,
             origin = excluded.origin, created_at = excluded.created_at, enabled = excluded.enabled,
             disabled_reason = excluded.disabled_reason, failing_since = excluded.failing_since""",
        (
            value.name,
            value.channel,
            _settings_to_json(value),
            value.origin,
            to_text(value.created_at),
            value.enabled,
            value.disabled_reason,
            to_optional_text(value.failing_since),
        ),
    )


def subscriptions(db: Database, name: str | None = None) -> tuple[sqlite3.Row, ...]:
    """The rows of all subscriptions by name, or of one; `subscription_of` makes records of them."""
    return tuple(
        db.execute("SELECT * FROM subscriptions WHERE :name IS NULL OR name = :name ORDER BY name", {"name": name})
    )


def remove_subscription(db: Database, name: str) -> bool:
    """Forget a subscription with everything that was sent, or waited to be sent, to it."""
    for table in ("attempts", "alert_items", "deliveries"):
        db.execute(f"DELETE FROM {table} WHERE subscription = ?", (name,))  # noqa: S608 - constants
    return db.execute("DELETE FROM subscriptions WHERE name = ?", (name,)).rowcount > 0


def set_subscription_state(
    db: Database, name: str, *, enabled: bool, reason: str, failing_since: datetime | None
) -> None:
    """Switch a subscription on or off, and note since when every attempt has failed."""
    cursor = db.execute(
        "UPDATE subscriptions SET enabled = ?, disabled_reason = ?, failing_since = ? WHERE name = ?",
        (enabled, reason, to_optional_text(failing_since), name),
    )
    if cursor.rowcount == 0:
        raise StoreError(f"there is no subscription {name}; `duma-tracker webhook list` shows those there are")


def subscription_of(
    row: sqlite3.Row, *, url: Secret, secrets: tuple[Secret, ...], old_until: datetime | None
) -> Subscription:
    """A subscription of its row and its secrets."""
    settings: dict[str, Any] = json.loads(row["settings"])
    digest, quiet, heartbeat = settings["digest"], settings["quiet"], settings["heartbeat"]
    return Subscription(
        name=row["name"],
        channel=Channel(row["channel"]),
        url=url,
        operator=settings.get("operator", False),  # not in rows that were written before there was such a thing
        filter=_filter_of(settings["filter"]),
        secrets=secrets,
        old_until=old_until,
        language=settings["language"],
        discreet=settings["discreet"],
        digest=None if digest is None else Digest(**{**digest, "at": time.fromisoformat(digest["at"])}),
        quiet=None
        if quiet is None
        else Quiet(
            begins=time.fromisoformat(quiet["begins"]), ends=time.fromisoformat(quiet["ends"]), zone=quiet["zone"]
        ),
        heartbeat=None if heartbeat is None else timedelta(seconds=heartbeat),
        origin=row["origin"],
        created_at=from_text(row["created_at"]),
        enabled=bool(row["enabled"]),
        disabled_reason=row["disabled_reason"],
        failing_since=from_optional_text(row["failing_since"]),
    )


def _settings_to_json(value: Subscription) -> str:
    digest, quiet = value.digest, value.quiet
    return canonical_json(
        {
            "operator": value.operator,
            "filter": {**asdict(value.filter), "at_least": int(value.filter.at_least)},
            "language": value.language,
            "discreet": value.discreet,
            "digest": None if digest is None else {**asdict(digest), "at": digest.at.isoformat()},
            "quiet": None
            if quiet is None
            else {"begins": quiet.begins.isoformat(), "ends": quiet.ends.isoformat(), "zone": quiet.zone},
            "heartbeat": None if value.heartbeat is None else value.heartbeat.total_seconds(),
        }
    )


def _filter_of(value: Mapping[str, Any]) -> Filter:
    return Filter(
        topics=tuple(value["topics"]),
        documents=tuple(value["documents"]),
        clauses=tuple(Clause(**clause) for clause in value["clauses"]),
        kinds=tuple(EventKind(kind) for kind in value["kinds"]),
        at_least=Level(value["at_least"]),
        words_added=tuple(value["words_added"]),
        words_removed=tuple(value["words_removed"]),
        every_event=value["every_event"],
    )


# ---------------------------------------------------------------- what is to be sent


def put_delivery(db: Database, new: NewDelivery) -> bool:
    """Record a message. False, and nothing recorded: an event of it was told to this subscription before."""
    known = db.execute(
        """SELECT 1 FROM alert_items WHERE subscription = ? AND event IN (SELECT value FROM json_each(?)) LIMIT 1""",
        (new.subscription, json.dumps(new.events)),
    ).fetchone()
    if known is not None:
        return False
    delivery = _insert_delivery(db, new)
    db.conn.executemany(
        "INSERT INTO alert_items (subscription, event, delivery) VALUES (?, ?, ?)",
        [(new.subscription, event, delivery) for event in new.events],
    )
    return True


def _insert_delivery(db: Database, new: NewDelivery) -> int:
    row = db.execute(
        """INSERT INTO deliveries (subscription, message_id, type, body, created_at, due_at, attempts, state)
           VALUES (?, ?, ?, ?, ?, ?, 0, ?) RETURNING id""",
        (
            new.subscription,
            new.message_id,
            new.type,
            new.body,
            to_text(new.created_at),
            to_text(new.due_at),
            DeliveryState.WAITING,
        ),
    ).fetchone()
    return int(row["id"])


def gather(db: Database, item: Gathered) -> None:
    """Let an event wait for a digest, unless it was told or waits already."""
    db.execute(
        "INSERT INTO alert_items (subscription, event, due_at, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (item.subscription, item.event, to_text(item.due_at), item.content),
    )


def gathered(db: Database, now: datetime) -> tuple[Gathered, ...]:
    """What waits for a digest whose time has come, of enabled subscriptions, in the order in which it happened."""
    rows = db.execute(
        """SELECT alert_items.* FROM alert_items
           JOIN subscriptions ON subscriptions.name = alert_items.subscription AND enabled = 1
           WHERE due_at <= ? ORDER BY alert_items.subscription, alert_items.id""",
        (to_text(now),),
    )
    return tuple(
        Gathered(
            subscription=row["subscription"],
            event=row["event"],
            content=row["content"],
            due_at=from_text(row["due_at"]),
        )
        for row in rows
    )


def put_digest(db: Database, new: NewDelivery) -> bool:
    """Record a digest in place of what waited for it. False, and nothing recorded: not all of that waits any more."""
    names = json.dumps(new.events)
    waiting = db.execute(
        """SELECT count(*) FROM alert_items
           WHERE subscription = ? AND due_at IS NOT NULL AND event IN (SELECT value FROM json_each(?))""",
        (new.subscription, names),
    ).fetchone()[0]
    if waiting != len(new.events):
        return False
    delivery = _insert_delivery(db, new)
    db.execute(
        """UPDATE alert_items SET delivery = ?, due_at = NULL
           WHERE subscription = ? AND event IN (SELECT value FROM json_each(?))""",
        (delivery, new.subscription, names),
    )
    return True


def told(db: Database, event: str) -> tuple[str, ...]:
    """The subscriptions that were told of an event, or will be by their next digest."""
    rows = db.execute("SELECT subscription FROM alert_items WHERE event = ? ORDER BY subscription", (event,))
    return tuple(row["subscription"] for row in rows)


def last_message(db: Database, subscription: str) -> datetime | None:
    """When the newest message to a subscription was made."""
    row = db.execute("SELECT max(created_at) AS at FROM deliveries WHERE subscription = ?", (subscription,)).fetchone()
    return from_optional_text(row["at"])


def due_deliveries(
    db: Database,
    now: datetime,
    *,
    limit: int,
    subscriptions: Collection[str] | None,
    skip: Collection[str],
    failing: Collection[str],
) -> tuple[Delivery, ...]:
    """What waits and whose time has come, of enabled subscriptions: the oldest of each first, then the next of each.

    Only of `subscriptions` when they are given; those of `skip` are left out, and of those `failing` comes the oldest alone.
    """
    rows = db.execute(
        """WITH due AS (
             SELECT deliveries.id, row_number() OVER (PARTITION BY subscription ORDER BY due_at, deliveries.id) AS turn
             FROM deliveries JOIN subscriptions ON subscriptions.name = subscription AND enabled = 1
             WHERE state = 'waiting' AND due_at <= :now
               AND (:names IS NULL OR subscription IN (SELECT value FROM json_each(:names)))
               AND subscription NOT IN (SELECT value FROM json_each(:skip))
           )
           SELECT deliveries.* FROM due JOIN deliveries USING (id)
           WHERE turn = 1 OR subscription NOT IN (SELECT value FROM json_each(:failing))
           ORDER BY turn, due_at, id LIMIT :limit""",
        {
            "now": to_text(now),
            "names": None if subscriptions is None else json.dumps(list(subscriptions)),
            "skip": json.dumps(list(skip)),
            "failing": json.dumps(list(failing)),
            "limit": limit,
        },
    )
    return _deliveries(db, rows)


def deliveries(
    db: Database,
    *,
    subscription: str | None,
    states: Collection[DeliveryState],
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> tuple[Delivery, ...]:
    """Messages that meet every condition given, newest first; `since` and `until` are of when they were made."""
    rows = db.execute(
        """SELECT * FROM deliveries
           WHERE (:subscription IS NULL OR subscription = :subscription)
             AND (:states = '[]' OR state IN (SELECT value FROM json_each(:states)))
             AND (:since IS NULL OR created_at >= :since) AND (:until IS NULL OR created_at < :until)
           ORDER BY created_at DESC, id DESC LIMIT :limit""",
        {
            "subscription": subscription,
            "states": json.dumps([str(state) for state in states]),
            "since": to_optional_text(since),
            "until": to_optional_text(until),
            "limit": limit,
        },
    )
    return _deliveries(db, rows)


def delivery_counts(db: Database) -> dict[DeliveryState, int]:
    """How many messages are in each state, of all subscriptions together."""
    rows = db.execute("SELECT state, count(*) AS count FROM deliveries GROUP BY state")
    return dict.fromkeys(DeliveryState, 0) | {DeliveryState(row["state"]): row["count"] for row in rows}


def delivery(db: Database, message_id: str) -> Delivery | None:
    """One message by its id."""
    found = _deliveries(db, db.execute("SELECT * FROM deliveries WHERE message_id = ?", (message_id,)))
    return found[0] if found else None


def replay(db: Database, delivery_ids: Iterable[int], now: datetime) -> int:
    """Send again from the beginning, under the same ids; how many. What was erased cannot be sent again."""
    cursor = db.execute(
        """UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = ?
           WHERE id IN (SELECT value FROM json_each(?)) AND body != x''""",
        (to_text(now), json.dumps(list(delivery_ids))),
    )
    return int(cursor.rowcount)


def cancel(db: Database, delivery_id: int) -> None:
    """Try a message that waits no more."""
    db.execute("UPDATE deliveries SET state = 'cancelled' WHERE id = ? AND state = 'waiting'", (delivery_id,))


def erase(db: Database, event: str, at: datetime) -> None:
    """Erase what messages hold of an event that was struck. A digest that still waits is made anew, without it."""
    rows = db.execute(
        """SELECT DISTINCT deliveries.id, state = 'waiting' AND content IS NOT NULL AS is_digest
           FROM alert_items JOIN deliveries ON deliveries.id = delivery WHERE event = ?""",
        (event,),
    ).fetchall()
    db.execute("UPDATE alert_items SET content = x'' WHERE event = ? AND content IS NOT NULL", (event,))
    for row in rows:
        if row["is_digest"]:
            moment = to_text(at)
            db.execute("UPDATE alert_items SET delivery = NULL, due_at = ? WHERE delivery = ?", (moment, row["id"]))
            db.execute("DELETE FROM attempts WHERE delivery = ?", (row["id"],))
            db.execute("DELETE FROM deliveries WHERE id = ?", (row["id"],))
        else:
            db.execute(
                """UPDATE deliveries SET body = x'', state = CASE state WHEN 'delivered' THEN state ELSE 'cancelled' END
                   WHERE id = ?""",
                (row["id"],),
            )


def _deliveries(db: Database, rows: Iterable[sqlite3.Row]) -> tuple[Delivery, ...]:
    found = list(rows)
    events: dict[int, list[str]] = {row["id"]: [] for row in found}
    items = db.execute(
        "SELECT delivery, event FROM alert_items WHERE delivery IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(events)),),
    )
    for item in items:
        events[item["delivery"]].append(item["event"])
    return tuple(
        Delivery(
            id=row["id"],
            subscription=row["subscription"],
            message_id=row["message_id"],
            type=row["type"],
            body=row["body"],
            events=tuple(events[row["id"]]),
            created_at=from_text(row["created_at"]),
            due_at=from_text(row["due_at"]),
            attempts=row["attempts"],
            state=DeliveryState(row["state"]),
        )
        for row in found
    )


# ---------------------------------------------------------------- the log


def note_attempt(db: Database, attempt: Attempt, *, state: DeliveryState, due_at: datetime | None) -> None:
    """Write a line of the log and what has become of the message; nothing when the subscription is gone.

    A message that no longer waits (it was cancelled meanwhile) keeps its state.
    """
    cursor = db.execute(
        """UPDATE deliveries SET attempts = attempts + 1, due_at = coalesce(:due_at, due_at),
             state = CASE state WHEN 'waiting' THEN :state ELSE state END
           WHERE id = :id""",
        {"state": state, "due_at": to_optional_text(due_at), "id": attempt.delivery},
    )
    if cursor.rowcount == 0:
        return
    outcome = attempt.outcome
    db.execute(
        """INSERT INTO attempts (delivery, subscription, message_id, at, delivered, status, error, retry_after, gone, seconds)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            attempt.delivery,
            attempt.subscription,
            attempt.message_id,
            to_text(attempt.at),
            outcome.delivered,
            outcome.status,
            outcome.error,
            outcome.retry_after,
            outcome.gone,
            attempt.seconds,
        ),
    )


def attempts(db: Database, delivery_id: int) -> tuple[Attempt, ...]:
    """The log of one message, oldest first."""
    rows = db.execute("SELECT * FROM attempts WHERE delivery = ? ORDER BY id", (delivery_id,))
    return tuple(
        Attempt(
            delivery=row["delivery"],
            subscription=row["subscription"],
            message_id=row["message_id"],
            at=from_text(row["at"]),
            outcome=Outcome(
                delivered=bool(row["delivered"]),
                status=row["status"],
                error=row["error"],
                retry_after=row["retry_after"],
                gone=bool(row["gone"]),
            ),
            seconds=row["seconds"],
        )
        for row in rows
    )


def forget_attempts(db: Database, before: datetime) -> int:
    """Drop old lines of the log, messages that came to their end, and what waited for a subscription that is switched off.

    That an event was told stays known.
    """
    times = {"before": to_text(before)}
    over = """SELECT id FROM deliveries WHERE created_at < :before AND due_at < :before AND (
                state IN ('delivered', 'cancelled', 'exhausted')
                OR state = 'waiting' AND subscription IN (SELECT name FROM subscriptions WHERE enabled = 0))"""
    db.execute("DELETE FROM attempts WHERE at < :before", times)
    db.execute(
        """UPDATE alert_items SET due_at = NULL, content = NULL
           WHERE due_at < :before AND subscription IN (SELECT name FROM subscriptions WHERE enabled = 0)""",
        times,
    )
    db.execute(f"UPDATE alert_items SET delivery = NULL, content = NULL WHERE delivery IN ({over})", times)  # noqa: S608 - constants
    return int(db.execute(f"DELETE FROM deliveries WHERE id IN ({over})", times).rowcount)  # noqa: S608 - constants


def fan_out(db: Database, rows: Sequence[NewDelivery], items: Sequence[Gathered]) -> int:
    """Record messages and what waits for digests; how many messages are new."""
    made = sum(put_delivery(db, row) for row in rows)
    for item in items:
        gather(db, item)
    return made
