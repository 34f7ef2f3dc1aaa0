"""A mistake of ours is mended in the open: the wrong event stays, and a correction goes to everybody who had it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from db.store import Store
from feeds import wording
from tracker.errors import ConfigError, StoreError
from tracker.models import Event, EventDraft, EventKind, Level, Observation, digest_of


def correct(store: Store, event_id: str, reason: str, now: datetime) -> Event:
    """Record a correction of an event: in the same feeds, at least as loud, naming what was said and why it was wrong."""
    wrong = store.event(event_id)
    if wrong is None:
        raise ConfigError(f"there is no event {event_id}; its id is the last part of its page's address")
    if wrong.kind is EventKind.CORRECTION:
        raise ConfigError(
            f"{event_id} is itself a correction; correct the event it speaks of: {wrong.payload.get('event')}"
        )
    said = " ".join(reason.split())
    if not said:
        raise ConfigError("a correction needs its reason: --reason 'what was wrong'")
    diff = store.diff(wrong.diff_id) if wrong.diff_id else None
    line = store.ledger_line(event_id) or {}
    payload = {
        **({"document": wrong.payload["document"]} if "document" in wrong.payload else {}),
        "event": wrong.id,
        "reason": said,
        "said": str(wording.title(wrong, diff)),
        "said_at": wrong.observed_at.isoformat(),
    }
    draft = EventDraft(
        kind=EventKind.CORRECTION,
        document_id=wrong.document_id,
        source=wrong.source,
        key=wrong.id,
        digests=(digest_of(said),),
        occurred_at=None,
        level=min(wrong.level, Level.MAJOR),
        payload=payload,
        scopes=tuple(cast("Sequence[str]", line.get("scopes", ()))),
    )
    recorded = store.record(Observation(observed_at=now, events=(draft,)))
    if not recorded:
        raise StoreError(f"the correction of {event_id} could not be recorded")
    return recorded[0]
