"""Official publications: a look for one act, and the walk over the days of the portal that finds acts on our topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from diffs import topics
from scrapers import publication, readings
from tracker import amending, effective, lookups, payloads
from tracker.desk import Desk, Finding, Keys, Page, good_key, told_value
from tracker.errors import PageError
from tracker.holding import Held
from tracker.models import (
    Classification,
    Document,
    EventDraft,
    EventKind,
    File,
    Item,
    Level,
    Observation,
    Problem,
    Relation,
    Role,
    Status,
    Watch,
    digest_of,
    force_of,
)
from tracker.payloads import MOSCOW, Drafter

PAGE_SIZE: Final = 200
#: Kinds whose texts the state's legal system takes in, besides those of the acts bank; orders of ministries never appear there.
_CONSOLIDATED: Final = frozenset({"postanovlenie-pravitelstva", "rasporyazhenie-pravitelstva", "postanovlenie-ks"})
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
    told = desk.store.document_by_alias(publication.NAME, item.native_id) == item.id
    again = replaced(desk, item, now) if told else None
    if again is None:
        again = announce(desk, item, topics.classify(desk.rules, item.title), now, asked_for=watch)
    held = again.state.get(_print_key(item))
    waiting = isinstance(held, Mapping) and "held" in held
    if waiting:
        state.pop(Keys.of(watch).told)  # the same bytes must be looked at again
    return Finding(observation=replace(again, state={**again.state, **state}), well=(watch.url,), waiting=waiting)


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


def texts_of(desk: Desk, item: Item, now: datetime, *, since: datetime) -> tuple[Watch, ...]:
    """Where the text of an act that was just published will be found: the portal has only a scan of it."""
    _, kind, day, number = item.id.split("/")
    at_bank = kind in lookups.BANK_KINDS
    if not at_bank and kind not in _CONSOLIDATED:
        return ()
    places = lookups.addresses(desk.base_urls, (kind, day, item.number or number), at_bank=at_bank)
    return tuple(
        Watch(
            target=item.id,
            source=source,
            url=url,
            selector=None,
            origin="discovery",
            added_at=now,
            silent_before=since,
        )
        for source, url in places.items()
        if source != publication.NAME and desk.store.watch(item.id, source) is None
    )


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
            # What the text of the act has said of its force since stays.
            force=known.force if known and known.status is Status.PUBLISHED else force_of(Status.PUBLISHED),
            url=item.url,
            topics=merged,
        )
    )
    silent_before = asked_for.silent_before if asked_for else None
    drafter = Drafter(document=document, source=publication.NAME, silent_before=silent_before)
    events = () if told else (_published(drafter, item), *_discovered(drafter, item, found, known, asked_for))
    announced = Observation(
        observed_at=now,
        document=document,
        aliases={publication.NAME: item.native_id},
        events=tuple(events),
        relations=(_publishes(item),),
        state={
            _print_key(item): {"known": publication.fingerprint(item)},
            effective.published_key(item.id): item.published,
        },
    )
    return amending.related(desk.store, announced)


def _publishes(item: Item) -> Relation:
    words = ", ".join(filter(None, (publication.SOURCE_TITLE, item.published)))
    return amending.published(item.id, number=item.native_id, words=words)


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


# ---------------------------------------------------------------- what was published, and then replaced in silence


def replaced(desk: Desk, item: Item, now: datetime) -> Observation | None:
    """What is to be recorded of an act that was told already: its file may be another one than it was.

    The portal gives no digest of a file that may not be fetched; its pages, size and name are what changes with it. A
    difference that was seen twice is told.
    """
    document_id = desk.store.document_by_alias(publication.NAME, item.native_id)
    document = desk.store.document(document_id) if document_id else None
    if document is None:
        return None
    key = _print_key(item)
    memory, seen = desk.mapping(key), publication.fingerprint(item)
    if not memory:
        return Observation(observed_at=now, state={key: {"known": seen}})
    known = memory["known"]
    # The portal's other pages say less of a file than its list does: what is not said has not changed.
    if all(known[name] == seen[name] for name in known.keys() & seen.keys()):
        return Observation(observed_at=now, state={key: {"known": known}}) if "held" in memory else None
    held = Held(before=memory.get("held", {}), now=now)
    if not held.seen_twice("file", digest_of(seen)):
        return Observation(observed_at=now, state={key: {"known": known, "held": held.after}})
    drafter = Drafter(document=document, source=publication.NAME, silent_before=None)
    draft = drafter.draft(
        EventKind.FILE_REPLACED,
        key=item.native_id,
        digests=(digest_of(known), digest_of(seen)),
        level=Level.MAJOR,
        payload={
            "file": readings.file_json(_file(item)),
            "before": readings.file_json(_file(item)),
            "fingerprint": {"before": known, "after": seen},
        },
    )
    return Observation(observed_at=now, events=(draft,), state={key: {"known": seen}})


def _print_key(item: Item) -> str:
    return f"print/{item.native_id}"


def _file(item: Item) -> File:
    return File(
        id=item.native_id,
        event_id=None,
        slot=None,
        step="",
        role=Role.SCAN,
        edition=None,
        label=publication.SOURCE_TITLE,
        format="pdf",
        url=item.url,
        uploaded_at=None,
    )
