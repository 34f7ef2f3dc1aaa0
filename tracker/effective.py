"""When followed acts begin to work: noted when a text is read, told to readers some days before, shown as the force of the act.

Only what the text gives is used. A day that the words leave open stays open: both candidates are told, and the act is not called
in force by the earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from diffs import dates
from tracker.desk import Desk
from tracker.models import (
    Document,
    Event,
    EventDraft,
    EventKind,
    Force,
    Json,
    Level,
    Observation,
    Part,
    Section,
    Status,
)
from tracker.payloads import MOSCOW, Drafter

#: Readers are told so long before.
NOTICE: Final = timedelta(days=10)

#: Clauses that speak of the past are no dates to wait for.
_OF_THE_PAST: Final = frozenset({"retroactive", "not_retroactive"})
_DECIDED_HERE: Final = frozenset({Force.UNKNOWN, Force.PUBLISHED_NOT_IN_FORCE, Force.IN_FORCE})


def published_key(document_id: str) -> str:
    """Where the day of an act's official publication is kept, as ``YYYY-MM-DD``."""
    return f"published/{document_id}"


def noted(desk: Desk, document: Document, sections: Sequence[Section]) -> dict[str, Json]:
    """State to be recorded with a text of an act: the dates that it gives. Nothing of an act whose publication is not known."""
    published = desk.store.state(published_key(document.id))
    if not document.id.startswith("act/") or not isinstance(published, str) or not sections:
        return {}
    found = dates.effective(
        sections,
        published=date.fromisoformat(published[:10]),
        signed=date.fromisoformat(document.date) if document.date else None,
        kind=document.kind,
    )
    listed: list[Json] = [dict(row) for row in dates.to_json(found)]
    return {_key(document.id): {"dates": listed, "told": desk.mapping(_key(document.id)).get("told", [])}}


def _overdue(desk: Desk) -> None:
    """Note the dates of acts whose publication was found after their text."""
    known = desk.store.states("effective/")
    for key in desk.store.states("published/"):
        document = desk.store.document(key.removeprefix("published/"))
        if document is None or _key(document.id) in known:
            continue
        readable = [version for version in desk.store.versions(document.id, part=Part.TEXT) if version.readable]
        if readable:
            newest = max(readable, key=lambda version: version.observed_at)
            for name, value in noted(desk, document, desk.store.sections(newest.id)).items():
                desk.store.set_state(name, value)


def observe(desk: Desk, now: datetime) -> tuple[Event, ...]:
    """Tell of the days that are near, and let every act have the force that its day gives it."""
    _overdue(desk)
    today = now.astimezone(MOSCOW).date()
    events: list[Event] = []
    for key, entry in desk.store.states("effective/").items():
        document = desk.store.document(key.removeprefix("effective/"))
        if document is None or not isinstance(entry, Mapping):
            continue
        memory = desk.mapping(key)
        rows = [row for row in memory["dates"] if row["dates"] and row["rule"] not in _OF_THE_PAST]
        dated = _with_force(document, rows, today)
        due = [row for row in rows if _is_near(row, today) and _name(row) not in memory["told"]]
        if dated == document and not due:
            continue
        told = [*memory["told"], *map(_name, due)]
        observation = Observation(
            observed_at=now,
            document=dated,
            events=tuple(_draft(dated, row) for row in due),
            state={key: {**memory, "told": told}},
        )
        events.extend(desk.store.record(observation))
    return tuple(events)


def _with_force(document: Document, rows: list[Any], today: date) -> Document:
    """The act with the force that its own day gives; unchanged where the day is open or somebody else has decided."""
    whole = next((row for row in rows if not row["scope"]), None)
    if whole is None or document.force not in _DECIDED_HERE or document.status not in {None, Status.PUBLISHED}:
        return document
    first, last = (date.fromisoformat(day) for day in (min(whole["dates"]), max(whole["dates"])))
    if today < first:
        return replace(document, force=Force.PUBLISHED_NOT_IN_FORCE)
    # Between two candidates nobody can say.
    return replace(document, force=Force.IN_FORCE if today >= last else Force.UNKNOWN)


def _is_near(row: Mapping[str, Any], today: date) -> bool:
    return timedelta(0) < date.fromisoformat(min(row["dates"])) - today <= NOTICE


def _draft(document: Document, row: Mapping[str, Any]) -> EventDraft:
    return Drafter(document=document, source="tracker", silent_before=None).draft(
        EventKind.EFFECTIVE_APPROACHING,
        key=_name(row),
        level=Level.NOTABLE if row["scope"] else Level.MAJOR,
        payload={name: row[name] for name in ("clause", "rule", "scope", "date", "dates")},
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{'|'.join(row['dates'])} {row['scope']}".rstrip()


def _key(document_id: str) -> str:
    return f"effective/{document_id}"
