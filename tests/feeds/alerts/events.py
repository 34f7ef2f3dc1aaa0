"""Makers of invented events and comparisons for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tracker.models import (
    Diff,
    DiffStats,
    Event,
    EventKind,
    Level,
    Operation,
    Reason,
    Significance,
    SiteInfo,
    Span,
    event_id,
)

BILL = "bill/100001-99"
LAW = "act/fz/2099-04-28/9138-fz"
SEEN = datetime(2099, 5, 14, 11, 5, tzinfo=UTC)
INFO = SiteInfo(
    title="Трекер Думы",
    base_url="https://tracker.example",
    authority="tracker.example",
    year=2099,
    contact="tracker@example.org",
)


def document(identity: str = BILL, **changes: Any) -> dict[str, Any]:
    is_bill = identity.startswith("bill/")
    return {
        "id": identity,
        "kind": "bill" if is_bill else "fz",
        "number": "100001-99" if is_bill else "9138-ФЗ",
        "date": "2099-04-28",
        "title": "О внесении изменений в статью 22 выдуманного закона",
        "comment": "",
        "url": "",
        "status": "first_reading" if is_bill else None,
        "force": "draft" if is_bill else "in_force",
        "topics": ["citizenship"],
        "invented": True,
        **changes,
    }


def event(
    kind: EventKind = EventKind.TEXT_CHANGED,
    *,
    about: str | None = BILL,
    key: str = "1",
    level: Level = Level.MAJOR,
    source: str = "sozd",
    seq: int = 1,
    lead: bool = True,
    backfilled: bool = False,
    struck: bool = False,
    **payload: Any,
) -> Event:
    held = {} if about is None or struck else {"document": document(about)}
    name = event_id(document_id=about, source=source, kind=kind, key=key, digests=(), occurrence=0)
    return Event(
        seq=seq,
        id=name,
        kind=kind,
        document_id=about,
        source=source,
        bundle=f"bundle{key}",
        lead=lead,
        occurred_at="2099-05-14",
        observed_at=SEEN,
        backfilled=backfilled,
        level=level,
        payload={**held, **payload},
        diff_id=None,
        struck=struck,
        hash="",
        previous_hash="",
    )


def changed(path: str, *spans: Span, address: str = "", old_path: str | None = None) -> Operation:
    """A unit whose words changed; with `old_path` it also got another number."""
    old = "".join(text for mark, text in spans if mark != "+")
    new = "".join(text for mark, text in spans if mark != "-")
    return Operation(
        ops=("modified", "renumbered") if old_path else ("modified",),
        old_path=old_path or path,
        new_path=path,
        old_address=address or old_path or path,
        new_address=address or path,
        old_text=old,
        new_text=new,
        spans=spans,
        old_index=0,
        new_index=0,
    )


def added(path: str, text: str, *, address: str = "") -> Operation:
    return Operation(
        ops=("added",),
        old_path=None,
        new_path=path,
        old_address=None,
        new_address=address or path,
        old_text=None,
        new_text=text,
        new_index=0,
    )


def removed(path: str, text: str) -> Operation:
    return Operation(
        ops=("removed",),
        old_path=path,
        new_path=None,
        old_address=path,
        new_address=None,
        old_text=text,
        new_text=None,
        old_index=0,
    )


def renumbered(old: str, new: str) -> Operation:
    return Operation(
        ops=("renumbered",),
        old_path=old,
        new_path=new,
        old_address=old,
        new_address=new,
        old_text="Слова.",
        new_text="Слова.",
        old_index=0,
        new_index=0,
    )


def diff(*operations: Operation, level: Level = Level.MAJOR, reasons: tuple[Reason, ...] = ()) -> Diff:
    return Diff(
        same=False,
        operations=operations,
        stats=DiffStats(words_added=1),
        significance=Significance(level=level, reasons=reasons),
    )
