"""Official publications: a look for one act, and the walk over the days of the portal that finds acts on our topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from diffs import topics
from scrapers import publication
from tracker import payloads
from tracker.desk import Desk, Finding, Keys, Page, good_key, told_value
from tracker.errors import PageError
from tracker.models import (
    Classification,
    Document,
    EventDraft,
    EventKind,
    Item,
    Level,
    Observation,
    Problem,
    Status,
    Watch,
    digest_of,
    force_of,
)
from tracker.payloads import MOSCOW, Drafter

PAGE_SIZE: Final = 200
#: A walk that fell behind catches up this many days at a time; the rest follows at the next pass.
CATCH_UP: Final = timedelta(days=31)


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """Look for one act in the list that was asked for by its number and date. Not listed yet is an answer, not a fault."""
    reading = publication.read(page.body, url=watch.url, status=page.status, content_type=page.content_type)
    item = next((item for item in reading.items if item.id == watch.target), None)
    state = {good_key(watch.url): page.snapshot.digest, Keys.of(watch).told: told_value(watch, page.snapshot.digest)}
    faults = [row.fields["fault"] for row in reading.items if "fault" in row.fields]
    if item is None and faults:
        raise PageError(
            Problem.LAYOUT_CHANGED, f"{watch.target}: it may be a row that cannot be read: {faults[0]}", url=watch.url
        )
    if item is None:
        if (reading.total or 0) > len(reading.items):
            message = f"{watch.target}: not among {len(reading.items)} of {reading.total} acts listed; was the question ignored?"
            raise PageError(Problem.UNFILTERED, message, url=watch.url)
        return Finding(observation=Observation(observed_at=now, state=state), well=(watch.url,))
    observation = announce(desk, item, topics.classify(desk.rules, item.title), now, asked_for=watch)
    return Finding(observation=replace(observation, state=state), well=(watch.url,))


def search_address(base_url: str, *, day: str, number: str) -> str:
    """The list that would hold an act, by its day of signing (``YYYY-MM-DD``) and its number as the portal writes it.

    Of a number known only in the letters of an id (``2000-r``) the day must do.
    """
    signed = date.fromisoformat(day)
    exact = number.replace("-fkz", "-ФКЗ").replace("-fz", "-ФЗ")
    if any("a" <= letter <= "z" for letter in exact.lower()):
        exact = ""
    return publication.search_url(base_url, number=exact, signed_since=signed, signed_until=signed, page_size=PAGE_SIZE)


def days_to_walk(last_pass: datetime | None, now: datetime) -> tuple[date, ...]:
    """The Moscow days to ask for: from the day of the last pass (it may have grown since) to today, oldest first."""
    today = now.astimezone(MOSCOW).date()
    first = last_pass.astimezone(MOSCOW).date() if last_pass else today
    first = min(first, today)
    count = min(today - first, CATCH_UP).days + 1
    return tuple(first + timedelta(days=index) for index in range(count))


def published_on(desk: Desk, block: str, day: date) -> Iterator[Item]:
    """Everything published on a day in one block, re-filtered locally."""
    index, rows, total = 1, 0, 1
    while rows < total:
        url = publication.day_url(
            desk.base_urls[publication.NAME], block=block, day=day, index=index, page_size=PAGE_SIZE
        )
        page = desk.get(url, source=publication.NAME)
        reading = publication.read(page.body, url=url, status=page.status, content_type=page.content_type)
        total = reading.total or 0
        kept = publication.keep_day(reading, day)
        desk.store.set_state(good_key(url), page.snapshot.digest)
        yield from kept.items
        rows += len(reading.items)
        index += 1
        if not reading.items and rows < total:
            raise PageError(Problem.TRUNCATED, f"publication: {rows} of {total} rows of {day}", url=url)


def wanted(desk: Desk, items: Iterable[Item]) -> Iterator[tuple[Item, Classification]]:
    """The acts to tell of: on our topics by title, or with a title that says nothing (the body must decide), not told yet."""
    for item in items:
        if not item.id or desk.store.document_by_alias(publication.NAME, item.native_id) is not None:
            continue
        found = topics.classify(desk.rules, item.title, comment=item.comment)
        if found.topics or found.needs_body or desk.store.document(item.id) is not None:
            yield item, found


def announce(
    desk: Desk, item: Item, found: Classification, now: datetime, *, asked_for: Watch | None = None
) -> Observation:
    """The record of a publication: the act, the event, and why it was let in."""
    known = desk.store.document(item.id)
    told = desk.store.document_by_alias(publication.NAME, item.native_id) == item.id
    merged = tuple(dict.fromkeys((*(known.topics if known else ()), *found.topics)))
    document = desk.mark(
        Document(
            id=item.id,
            kind=item.kind,
            number=item.number,
            date=item.date,
            title=item.title,
            status=Status.PUBLISHED,
            force=force_of(Status.PUBLISHED),
            url=item.url,
            topics=merged,
        )
    )
    silent_before = asked_for.silent_before if asked_for else None
    drafter = Drafter(document=document, source=publication.NAME, silent_before=silent_before)
    events = () if told else (_published(drafter, item), *_discovered(drafter, item, found, known, asked_for))
    return Observation(
        observed_at=now, document=document, aliases={publication.NAME: item.native_id}, events=tuple(events)
    )


def _published(drafter: Drafter, item: Item) -> EventDraft:
    facts: dict[str, Any] = {
        "eo_number": item.native_id,
        "date": item.published,
        "url": item.url,
        "pages": item.fields.get("pages"),
        "size": item.fields.get("pdf_size"),
    }
    return drafter.draft(
        EventKind.ACT_PUBLISHED,
        key=item.native_id,
        digests=(digest_of(facts),),
        occurred_at=item.published,
        level=Level.MAJOR if drafter.document.topics else Level.NOTABLE,
        payload={"publication": facts, "status": Status.PUBLISHED, "topics": list(drafter.document.topics)},
    )


def _discovered(
    drafter: Drafter, item: Item, found: Classification, known: Document | None, asked_for: Watch | None
) -> tuple[EventDraft, ...]:
    if known is not None or asked_for is not None:
        return ()
    payload = {
        "reasons": payloads.of_reasons(found),
        "needs_body": found.needs_body and not found.topics,
        "scan_only": False,
        "registered": None,
        "status": Status.PUBLISHED,
    }
    level = Level.NOTABLE if found.topics else Level.TECHNICAL
    draft = drafter.draft(
        EventKind.DOCUMENT_DISCOVERED, key="discovered", occurred_at=item.published, level=level, payload=payload
    )
    return (draft,)
