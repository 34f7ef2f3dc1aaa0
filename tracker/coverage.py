"""Blindness is a fact for readers: a source without a successful check for 24 hours is told once, and its return once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from tracker.desk import Desk
from tracker.models import Event, EventDraft, EventKind, Level, Observation, SourceState
from tracker.payloads import scopes_of

BLIND_AFTER: Final = timedelta(hours=24)


def observe(desk: Desk, now: datetime, in_use: Collection[str], caught_up: Mapping[str, int]) -> tuple[Event, ...]:
    """Tell of every source in use that was not seen for a day, and of every one that sees again.

    It does not matter whether the source or the tracker itself was down: readers were not told of changes either way.
    `caught_up`: how many events each source brought in the pass that has just ended.
    """
    events: list[Event] = []
    for state in desk.store.source_states():
        if state.gap_since is None and state.name in in_use and _is_blind(state, now):
            events.extend(_tell_gap(desk, state, now))
        elif state.gap_since is not None and state.last_success is not None and state.last_success >= state.gap_since:
            events.extend(_tell_return(desk, state, now, caught_up.get(state.name, 0)))
    return tuple(events)


def _is_blind(state: SourceState, now: datetime) -> bool:
    since = state.last_success or state.failing_since
    return since is not None and now - since >= BLIND_AFTER


def _tell_gap(desk: Desk, state: SourceState, now: datetime) -> tuple[Event, ...]:
    last = state.last_success.isoformat() if state.last_success else None
    draft = EventDraft(
        kind=EventKind.COVERAGE_GAP,
        document_id=None,
        source=state.name,
        key=f"gap/{last or ''}",
        digests=(),
        occurred_at=last,
        level=Level.MAJOR,
        payload={"source": state.name, "last_success": last},
        scopes=_affected(desk, state.name),
    )
    events: tuple[Event, ...] = ()
    told = f"gap/{state.name}"  # written with the event: a crash before `set_gap` does not tell it twice
    if desk.store.state(told) != draft.key:
        events = desk.store.record(Observation(observed_at=now, events=(draft,), state={told: draft.key}))
    desk.store.set_gap(state.name, now)
    return events


def _tell_return(desk: Desk, state: SourceState, now: datetime, count: int) -> tuple[Event, ...]:
    told = f"gap/{state.name}"
    key = desk.store.state(told)  # the key of the gap that was told: its last successful look
    since = str(key).removeprefix("gap/") or None if key is not None else None
    draft = EventDraft(
        kind=EventKind.COVERAGE_RESTORED,
        document_id=None,
        source=state.name,
        key=f"gap/{since or ''}",
        digests=(),
        occurred_at=state.last_success.isoformat() if state.last_success else None,
        level=Level.NOTABLE,
        payload={"source": state.name, "since": since, "until": now.isoformat(), "events": count},
        scopes=_affected(desk, state.name),
    )
    events: tuple[Event, ...] = ()
    if key is not None:
        events = desk.store.record(Observation(observed_at=now, events=(draft,), state={told: None}))
    desk.store.set_gap(state.name, None)
    return events


def _affected(desk: Desk, source: str) -> tuple[str, ...]:
    """The feeds in which silence would mislead: the source's own, its documents', and every topic's."""
    scopes = [f"source:{source}", *(f"topic:{topic}" for topic in desk.rules.topics)]
    for watch in desk.store.watches():
        document = desk.store.document(watch.target)
        if watch.source == source and document is not None:
            scopes.extend(scopes_of(document, source))
    return tuple(dict.fromkeys(scopes))
