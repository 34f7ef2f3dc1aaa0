"""What people are told of a bill card. Pure: readings in, event drafts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from diffs.cards import CardChange, FieldsChange, FileChange, StageChange, StepChange, compare_cards
from scrapers import acts, readings, sozd
from tracker import amending, payloads
from tracker.holding import Held
from tracker.models import (
    Classification,
    Document,
    EventDraft,
    EventKind,
    Level,
    Reading,
    Relation,
    Role,
    digest_of,
)
from tracker.payloads import Drafter

#: Where an edition stands in the procedure; editions this code does not know stand last, in the order of their names.
_POSITIONS = {edition: f"{index:02d}" for index, edition in enumerate(sozd.EDITION_ORDER)}


def position_of(edition: str | None) -> str:
    """The place of an edition in the procedure, as a string that sorts."""
    return _POSITIONS.get(edition or "", "99")


#: What the card calls the number of a signed law, at the step of its signing.
_LAW_NUMBER: Final = "Номер федерального закона"
_OF_TEXT: Final = ("edition", "label", "version_path", "compared_with", "change")


def card_news(drafter: Drafter, old: Reading | None, new: Reading, held: Held) -> tuple[EventDraft, ...]:
    """The events between two readings of a card. Vanished files wait in `held` until they are missed a second time.

    `old` must hold the files that are still waiting (see `with_held_files`).
    """
    drafts: list[EventDraft] = []
    for change in compare_cards(old, new):
        if isinstance(change, FileChange) and change.kind is EventKind.FILE_REMOVED and change.before is not None:
            file = readings.file_json(change.before)
            if not held.seen_twice(f"file:{change.before.id}", digest_of(file), fact=file):
                continue
        drafts.append(_draft(drafter, change, new))
    return tuple(drafts)


def with_held_files(old: Reading | None, held: Held) -> Reading | None:
    """The card as last told: files that vanished and were not yet missed twice still stand on it."""
    if old is None:
        return None
    known = {file.id for file in old.files}
    waiting = [
        readings.file_from_json(fact) for key, fact in held.facts("file:") if key.removeprefix("file:") not in known
    ]
    return replace(old, files=(*old.files, *waiting)) if waiting else old


def _draft(drafter: Drafter, change: CardChange, reading: Reading) -> EventDraft:
    if isinstance(change, StepChange):
        return _step_event(drafter, change, reading)
    if isinstance(change, FileChange):
        return _file_event(drafter, change)
    if isinstance(change, StageChange):
        return _stage_event(drafter, change)
    return _fields_event(drafter, change)


def _step_event(drafter: Drafter, change: StepChange, reading: Reading) -> EventDraft:
    step = change.after or change.before
    before = readings.step_json(change.before) if change.before else None
    after = readings.step_json(change.after) if change.after else None
    status = reading.document.status if reading.document else None
    payload: dict[str, Any]
    if change.kind is EventKind.BILL_STEP_CHANGED:
        payload = {"before": before, "after": after, "changed": list(change.changed)}
    else:
        payload = {"step": after or before, "status": status}
    return drafter.draft(
        change.kind,
        key=(step.id if step else None) or "",
        digests=(digest_of(before), digest_of(after)),
        occurred_at=step.at if step else None,
        level=change.level,
        payload=payload,
    )


def _file_event(drafter: Drafter, change: FileChange) -> EventDraft:
    before = readings.file_json(change.before) if change.before else None
    after = readings.file_json(change.after) if change.after else None
    shown = change.after or change.before
    return drafter.draft(
        change.kind,
        key=shown.id if shown else "",
        digests=(digest_of(before), digest_of(after)),
        occurred_at=change.after.uploaded_at if change.after else None,
        level=change.level,
        payload={"file": after or before, "before": before if after else None},
    )


def _stage_event(drafter: Drafter, change: StageChange) -> EventDraft:
    step = readings.step_json(change.step) if change.step else None
    payload: dict[str, Any] = {"before": change.before, "after": change.after, "step": step, "status": change.after}
    return drafter.draft(
        change.kind,
        key=f"{change.before or ''}>{change.after or ''}",
        digests=(digest_of(step),),
        occurred_at=change.step.at if change.step else None,
        level=change.level,
        payload=payload,
    )


def _fields_event(drafter: Drafter, change: FieldsChange) -> EventDraft:
    fields = [{"name": name, "before": before, "after": after} for name, before, after in change.fields]
    return drafter.draft(
        change.kind, key="fields", digests=(digest_of(fields),), level=change.level, payload={"fields": fields}
    )


def started(drafter: Drafter, reading: Reading) -> EventDraft:
    """The first word about a bill that a user follows: where it stands."""
    held = sorted((step for step in reading.events if step.at), key=lambda step: step.at or "")
    texts_seen = [
        {"edition": file.edition, "label": file.label, "format": file.format}
        for file in reading.files
        if file.role is Role.BILL_TEXT
    ]
    payload = {
        "status": reading.document.status if reading.document else None,
        "steps": len(held),
        "last_step": readings.step_json(held[-1]) if held else None,
        "texts": texts_seen,
    }
    return drafter.draft(EventKind.WATCH_STARTED, key="watch", level=Level.NOTABLE, payload=payload, always_news=True)


def discovered(drafter: Drafter, reading: Reading, found: Classification, text: EventDraft | None = None) -> EventDraft:
    """The first word about a bill that the tracker found by itself, and the words that put it under its topics.

    `text`: the event of the text that put it there (a graft), whose diff is shown.
    """
    roles = {file.role for file in reading.files}
    payload = {
        "reasons": payloads.of_reasons(found),
        "needs_body": found.needs_body and not found.topics,
        "scan_only": Role.SCAN in roles and Role.BILL_TEXT not in roles,
        "registered": reading.document.date if reading.document else None,
        "status": reading.document.status if reading.document else None,
        "by_text": {name: text.payload.get(name) for name in _OF_TEXT} if text is not None else None,
    }
    return drafter.draft(
        EventKind.DOCUMENT_DISCOVERED,
        key="discovered",
        digests=text.digests if text is not None else (),
        level=Level.MAJOR,
        payload=payload,
        diff=text.diff if text is not None else None,
        always_news=True,
    )


def relations_of(
    reading: Reading, document: Document, by_alias: Callable[[str, str], str | None]
) -> tuple[Relation, ...]:
    """The law that a signed bill became, by the number and the day of signing on its card, and where that was published.

    Where the card does not say, by the number of its publication, when the act of that number is known here.
    """
    law, words = _signed(reading)
    found = []
    for step in reading.events:
        for publication in step.publication:
            if publication.number is None:
                continue
            law = law or by_alias("publication", publication.number) or ""
            said = ", ".join(filter(None, (publication.source, publication.date)))
            words = words or f"{said}: {publication.number}"
            if law:
                found.append(amending.published(law, number=publication.number, words=said))
    if law:
        found.append(
            Relation(kind="enacts", from_document=document.id, from_path="", to_document=law, to_path="", words=words)
        )
    return tuple(dict.fromkeys(found))


def _signed(reading: Reading) -> tuple[str, str]:
    """The id of the law that a bill became and the words that say so; empty before it was signed."""
    for step in reading.events:
        number = step.numbers.get(_LAW_NUMBER, "")
        suffix = number.rpartition("-")[2].lower()
        if step.at and suffix in {"фз", "фкз"}:
            law = acts.act_id(suffix, "", step.at[:10], number)
            return law, f"{', '.join(step.decisions) or step.title}, {step.at[:10]}, № {number}"
    return "", ""
