"""What follows from an attempt: delivered, tried again later, or given up. Pure; chance is handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random
from typing import Final

from tracker.alerts import RETRIES, Delivery, DeliveryState, Outcome

LONGEST_WAIT: Final = timedelta(hours=24)  # what a receiver may ask for
HOPELESS: Final = timedelta(days=5)  # of nothing but failures: then the subscription is disabled
_JITTER: Final = 0.1  # of the wait, added: never earlier than asked


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3: seconds or a date), from 0 to 24 hours; None for none."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT.total_seconds())


def after(delivery: Delivery, outcome: Outcome, now: datetime, chance: Random) -> tuple[DeliveryState, datetime | None]:
    """The state of a delivery after one more attempt, and when the next one is due, if there is one.

    `delivery` is as it was before the attempt.
    """
    if outcome.delivered:
        return DeliveryState.DELIVERED, None
    if outcome.gone or delivery.attempts >= len(RETRIES):
        return DeliveryState.EXHAUSTED, None
    wait = max(RETRIES[delivery.attempts], timedelta(seconds=outcome.retry_after or 0))
    return DeliveryState.WAITING, now + wait * (1 + chance.uniform(0, _JITTER))


def hopeless(delivery: Delivery, *, failing_since: datetime | None, now: datetime) -> bool:
    """Whether a failed attempt is one too many: nothing but failures for five days, and this was no first attempt.

    A first attempt may come weeks after the last failure; a hiccup then is no reason.
    """
    return failing_since is not None and now - failing_since >= HOPELESS and delivery.attempts > 0
