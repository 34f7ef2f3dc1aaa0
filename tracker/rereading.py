"""`replay`: the archive read again by today's code, and how that differs from what stands in the store.

Such differences are ours, not the state's: they are technical, told to the operator and to nobody else, and never become
events. Applied, a new reading of a text becomes its baseline in silence; what was published of it stays pinned. A card has no
second reading: what it said then is what was compared then.

No more versions are in memory than are being read at once. Nothing is kept of a run: one that was cut off goes on behind the
document it named last, and what was applied already is found equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from scrapers import page as web_page
from scrapers import readings, sozd
from tracker import bill_texts, pages
from tracker.desk import Desk
from tracker.engines import Call
from tracker.errors import PageError, SourceError, StoreError
from tracker.models import Document, Json, Part, Section, Snapshot, Version, canonical_json
from tracker.pipeline import REREADERS
from tracker.shelf import Rereader
from tracker.texts import ReadText

_AT_ONCE: Final = 100  # documents


class Outcome(StrEnum):
    """What today's code makes of a version, beside its baseline."""

    SAME = "same"
    DIFFERS = "differs"
    REFUSED = "refused"  # today's reader takes the page for something else
    MISSING = "missing"  # the bytes cannot be had: none were kept, or they are damaged
    UNFOLLOWED = "unfollowed"  # how a page is read stands in its watch, and there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """One version, read again. `detail` says which units or fields differ, `reason` why nothing could be compared."""

    version: Version
    outcome: Outcome
    extractor: str = ""
    detail: Mapping[str, Json] | None = None
    reason: str = ""
    applied: bool = False

    def to_json(self) -> dict[str, Json]:
        """One line of the report."""
        key = self.version.key
        return {
            "document": key.document_id,
            "part": str(key.part),
            "source": key.source,
            "edition": key.edition,
            "version": self.version.number,
            "outcome": str(self.outcome),
            "extractor": self.extractor or None,
            "detail": dict(self.detail) if self.detail is not None else None,
            "reason": self.reason or None,
            "applied": self.applied,
        }


def reread(
    desk: Desk, *, only: str | None = None, after: str = "", since: datetime | None = None, apply: bool = False
) -> Iterator[Reread]:
    """Every kept version by document, read by today's code.

    `only`: one document; `after`: those behind that id; `since`: versions first seen from then on. `apply`: what differs
    becomes the baseline.
    """
    versions = (
        version
        for document in _documents(desk, only, after)
        for version in desk.store.versions(document.id)
        if since is None or version.observed_at >= since
    )
    for (version, refusal), read in desk.workers.in_order(_begun(desk, version) for version in versions):
        yield refusal or _compared(desk, version, read, apply=apply)


def _documents(desk: Desk, only: str | None, after: str) -> Iterator[Document]:
    if only is not None:
        document = desk.store.document(only)
        if document is None:
            raise StoreError(f"there is no document {only}; `duma-tracker search` finds those there are")
        yield document
        return
    while batch := desk.store.document_page(topic="", kind="", force=None, status=None, after=after, limit=_AT_ONCE):
        yield from batch
        after = batch[-1].id


def _begun(desk: Desk, version: Version) -> tuple[tuple[Version, Reread | None], Call | None]:
    """A version with the call that reads it, or with the reason why it cannot be read."""

    def refused(outcome: Outcome, reason: str) -> tuple[tuple[Version, Reread], None]:
        return (version, Reread(version=version, outcome=outcome, reason=reason)), None

    try:
        snapshot = desk.store.snapshot(version.snapshot_id) if version.snapshot_id is not None else None
        if snapshot is None:
            return refused(Outcome.MISSING, "no bytes were kept")
        body = desk.store.body(snapshot.digest)
    except StoreError as error:
        return refused(Outcome.MISSING, str(error))
    if version.key.part is Part.CARD:
        return (version, None), Call(function=_card_today, args=(snapshot, body), size=len(body))
    reader = _reader(desk, version)
    if reader is None:
        return refused(Outcome.UNFOLLOWED, "its page is followed no more")
    return (version, None), Call(function=reader, args=(version, snapshot, body), size=len(body))


def _compared(desk: Desk, version: Version, read: Callable[[], Any], *, apply: bool) -> Reread:
    try:
        today = read()
    except PageError as error:
        return Reread(version=version, outcome=Outcome.REFUSED, reason=f"{error.problem}: {error}")
    except SourceError as error:
        return Reread(version=version, outcome=Outcome.REFUSED, reason=str(error))
    if version.key.part is Part.CARD:
        return _card(desk, version, today)
    return _text(desk, version, today, apply=apply)


def _reader(desk: Desk, version: Version) -> Rereader | None:
    key = version.key
    if key.source == sozd.NAME:
        return bill_texts.rereader(desk)
    watch = desk.store.watch(key.document_id, key.source)
    if watch is None:
        return None
    if key.source == web_page.NAME:
        return pages.rereader(watch, pages.place_of(desk, watch))
    made = REREADERS.get(key.source)
    return made(watch) if made is not None else None


def _text(desk: Desk, version: Version, today: ReadText, *, apply: bool) -> Reread:
    before = desk.store.sections(version.id)
    if today.sections == before:
        return Reread(version=version, outcome=Outcome.SAME, extractor=today.extractor)
    if before and not today.sections:  # a program that read it then is missing today
        reason = today.unread_reason or "no text was found"
        return Reread(version=version, outcome=Outcome.REFUSED, extractor=today.extractor, reason=reason)
    if apply:
        desk.store.add_rendition(version.id, extractor=today.extractor, sections=today.sections)
    return Reread(
        version=version,
        outcome=Outcome.DIFFERS,
        extractor=today.extractor,
        detail=_units(before, today.sections),
        applied=apply,
    )


def _units(before: tuple[Section, ...], after: tuple[Section, ...]) -> dict[str, Json]:
    """How many units there were and are, and at which path they first part."""
    pairs = zip(before, after, strict=False)
    at = next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(before), len(after)))
    first = after[at] if at < len(after) else before[at]
    return {"before": len(before), "after": len(after), "first": first.path}


def _card_today(snapshot: Snapshot, body: bytes) -> dict[str, Any]:
    content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
    return readings.to_json(sozd.read(body, url=snapshot.url, status=snapshot.status, content_type=content_type))


def _card(desk: Desk, version: Version, after: Mapping[str, Any]) -> Reread:
    before: Mapping[str, Any] = desk.store.data(version.id) or {}
    fields = sorted(name for name in before.keys() | after.keys() if not _equal(before.get(name), after.get(name)))
    if not fields:
        return Reread(version=version, outcome=Outcome.SAME, extractor=sozd.NAME)
    return Reread(
        version=version, outcome=Outcome.DIFFERS, extractor=sozd.NAME, detail={"fields": [str(name) for name in fields]}
    )


def _equal(one: Json, other: Json) -> bool:
    return canonical_json(one) == canonical_json(other)
