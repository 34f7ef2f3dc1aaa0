"""The cheap poll of a bill: its RSS, a few kilobytes beside a card of 2.5 MB. The card is fetched when the feed moved.

The feed was never seen genuine, and it tells of steps only, not of every file. So it is not simply believed: the whole card is
read at a slow cadence anyway, a feed that cannot be read is as good as none, and one that was silent about a step which the
card shows is not asked for a week.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from scrapers import sozd
from tracker.cadence import LIVELY, Pace
from tracker.desk import Desk, Keys, good_key
from tracker.errors import FetchError, PageError
from tracker.models import Event, EventKind, OperatorKind, Watch

#: After so many failures in a row a feed counts as not there, and is not asked for a day.
_FAILURES: Final = 3
_AFTER_FAILURES: Final = timedelta(days=1)
#: So often a card is asked again that does not show what its feed has told.
_LAG: Final = 8
_AFTER_SILENCE: Final = timedelta(days=7)

_STEPS: Final = frozenset({EventKind.BILL_STEP, EventKind.BILL_STEP_CHANGED, EventKind.BILL_STEP_REMOVED})


def is_still(desk: Desk, watch: Watch, now: datetime) -> bool:
    """Whether the feed says that nothing happened since the card was last read, and the card is not due anyway."""
    keys = Keys.of(watch)
    memory = desk.mapping(keys.feed)
    if _is_later(memory.get("not_before"), now):
        return False
    seen = _seen(desk, watch, memory, now)
    if seen is None:
        return False
    digest, body = seen
    read_at = memory.get("card_at")
    pace = desk.mapping(keys.pace)
    whole = Pace.from_json(pace).whole if pace else LIVELY.whole
    if digest == memory.get("digest") and read_at is not None:
        age = now - datetime.fromisoformat(read_at)
        if timedelta(0) <= age < whole:
            return True
    # Kept apart until the card has been read: a card that cannot be had now must be asked for again.
    desk.store.set_state(keys.feed, {**memory, "pending": [digest, body], "failures": 0})
    return False


def settle(desk: Desk, watch: Watch, events: Collection[Event], now: datetime) -> None:
    """Note that the card was read; `events` are what it brought."""
    keys = Keys.of(watch)
    memory = desk.mapping(keys.feed)
    pending = memory.get("pending")
    if not isinstance(pending, list):
        return
    digest, body = pending
    stepped = any(event.kind in _STEPS and not event.backfilled for event in events)
    lag = int(memory.get("lag", 0))
    if memory.get("digest") not in {None, digest} and not stepped and lag < _LAG:
        # The card may lag behind its feed: it is asked again until it shows what the feed has told.
        desk.store.set_state(keys.feed, {**memory, "lag": lag + 1, "failures": 0})
        return
    silent = digest == memory.get("digest") and stepped
    after: dict[str, Any] = {"digest": digest, "body": body, "card_at": now.isoformat(), "failures": 0}
    if silent:
        after["not_before"] = (now + _AFTER_SILENCE).isoformat()
        desk.store.tell_operator(
            OperatorKind.SOURCE_LAYOUT_CHANGED,
            source=watch.source,
            subject=watch.target,
            at=now,
            message="the RSS was silent about a step that the card shows; for a week the card is asked each time",
        )
    desk.store.set_state(keys.feed, after)


def _seen(desk: Desk, watch: Watch, memory: dict[str, Any], now: datetime) -> tuple[str, str] | None:
    """What the feed says, as a digest, and the digest of its bytes; None when it cannot be read."""
    url = sozd.feed_url(desk.base_urls[watch.source], sozd.bill_number(watch.target.removeprefix("bill/")))
    try:
        page = desk.get(url, source=watch.source)
        body = page.snapshot.digest
        if body == memory.get("body"):
            return str(memory["digest"]), body
        digest = sozd.feed_digest(sozd.read(page.body, url=url, status=page.status, content_type=page.content_type))
    except (FetchError, PageError):
        failures = int(memory.get("failures", 0)) + 1
        after = {**memory, "failures": failures}
        if failures >= _FAILURES:
            after = {**after, "failures": 0, "not_before": (now + _AFTER_FAILURES).isoformat()}
        desk.store.set_state(Keys.of(watch).feed, after)
        return None
    desk.store.set_state(good_key(url), body)
    return digest, body


def _is_later(value: Any, now: datetime) -> bool:
    return isinstance(value, str) and now < datetime.fromisoformat(value) <= now + _AFTER_SILENCE
