"""What came of attempts, written down: the log, the state of each message, and what follows for its subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.store import Store
from feeds.sending.retrying import hopeless
from tracker.alerts import Attempt, Delivery, DeliveryState, Subscription
from tracker.models import OperatorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt and the message as it was before."""

    delivery: Delivery
    attempt: Attempt
    state: DeliveryState
    due_at: datetime | None


class Recorder:
    """Reads subscriptions; writes down attempts, in groups, and what follows from them for the subscriptions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since: dict[
            str, datetime | None
        ] = {}  # `failing_since` as it is stored, so that most groups change nothing

    def subscription(self, name: str) -> Subscription | None:
        """A subscription as it is now; None when it is gone or switched off."""
        found = self._store.subscription(name)
        if found is None or not found.enabled:
            return None
        self._since[name] = found.failing_since
        return found

    def failing(self) -> tuple[str, ...]:
        """The subscriptions of which the last that was recorded was a failure."""
        return tuple(name for name, since in self._since.items() if since is not None)

    def record(self, rows: Sequence[Tried]) -> None:
        """One transaction for all of it."""
        by_name: dict[str, list[Tried]] = {}
        for row in rows:
            by_name.setdefault(row.delivery.subscription, []).append(row)
        with self._store.transaction():
            self._store.note_attempts([(row.attempt, row.state, row.due_at) for row in rows])
            for name, of_one in by_name.items():
                self._judge(name, of_one)

    def _judge(self, name: str, rows: Sequence[Tried]) -> None:
        """Note since when a subscription fails, and switch it off when it asks for that or there is no more hope."""
        since, reason = self._since.get(name), ""
        if any(row.attempt.outcome.delivered for row in rows):
            failing = None
        else:
            failing = since or min(row.attempt.at for row in rows)
            if any(hopeless(row.delivery, failing_since=since, now=row.attempt.at) for row in rows):
                reason = "every attempt of the last five days has failed"
        gone = [row for row in rows if row.attempt.outcome.gone]
        if gone:
            reason = "the receiver wants no more messages (HTTP 410)"
        if failing == since and not reason:
            return
        current = self._store.subscription(name)  # whatever somebody else has written meanwhile stays
        if current is None:
            return
        switched_off = bool(reason) and current.enabled
        self._store.set_subscription_state(
            name,
            enabled=current.enabled and not reason,
            reason=reason if switched_off else current.disabled_reason,
            failing_since=failing,
        )
        self._since[name] = failing
        if switched_off:
            self._store.tell_operator(
                OperatorKind.SUBSCRIPTION_DISABLED,
                source="alerts",
                subject=name,
                at=max(row.attempt.at for row in rows),
                message=f"subscription {name} is switched off: {reason}; see `webhook log {name}`, then `webhook enable {name}`",
            )
