"""A look at a bill: its card and the explanatory note that the card holds. The texts it links are `bill_texts`' business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import scrapers
from diffs import topics
from diffs.amended import AmendedUnit
from scrapers import readings, sozd
from tracker import amending, cadence, cards, payloads, texts, watchlist
from tracker.bill_texts import BillTexts, Collected, rereader
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, good_key, told_value
from tracker.errors import PageError
from tracker.holding import Held, card_doubt
from tracker.models import (
    Classification,
    Document,
    EditionKey,
    EventDraft,
    EventKind,
    NewVersion,
    Observation,
    Part,
    Problem,
    Reading,
    Snapshot,
    Version,
    Watch,
    digest_of,
)
from tracker.payloads import Drafter
from tracker.shelf import Shelf
from tracker.texts import ReadText

CARD_EDITION: Final = "current"


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """Read a card, compare it with the last one, fetch the texts it links that are new."""
    keys = Keys.of(watch)
    reading = sozd.read(page.body, url=watch.url, status=page.status, content_type=page.content_type)
    data = readings.to_json(reading)
    key = EditionKey(document_id=watch.target, part=Part.CARD, source=watch.source, edition=CARD_EDITION)
    version = desk.store.latest_version(key)
    held = Held(before=desk.mapping(keys.held), now=now)
    old = _card_before(desk, version, watch)
    confirmed = desk.believe(watch, page, data, card_doubt(old, reading), now)
    document, found = describe(desk, reading, watch.target)
    if old is None:
        watchlist.require_meant(
            watch, title=document.title, topics=found.topics, undecided=found.needs_body or not reading.note
        )
    unread = frozenset(
        desk.mapping(keys.first)
    )  # texts that the first read could not have: they are history when they come
    drafter = Drafter(
        document=document,
        source=watch.source,
        # A bill that is followed anew has a past, too: what happened while nobody followed it is history.
        silent_before=watch.silent_before if old is None or watch.last_success is None else None,
        confirmed=confirmed,
    )
    collected = BillTexts(desk, watch, drafter, held, now, unread=unread).collect(reading)
    # What is followed anyway is not put under a topic by mere words of a text: only by the acts that it changes.
    words = watch.origin == "discovery" and not document.topics
    by_text = _by_text(desk, reading, document, collected, words=words)
    if by_text is not None:
        document, found, _ = by_text
        drafter = replace(drafter, document=document)
    still_unread = {guid: True for guid in collected.due or {} if old is None or guid in unread}
    note_events, note_versions = _note(desk, watch, drafter, reading, page.snapshot)
    text = by_text[2] if by_text is not None else None
    if text is not None and text.diff is None and watch.origin != "discovery":
        text = None  # the first text of a bill that somebody follows anyway is no news of its own
    events = (
        *(_greeting(watch, drafter, reading, found, text) if old is None or by_text is not None else ()),
        *(payloads.of_this(draft, document) for draft in collected.events),
        *note_events,
        *cards.card_news(drafter, cards.with_held_files(old, held), reading, held),
    )
    versions = (*collected.versions, *note_versions)
    if version is None or desk.store.data(version.id) != data:
        versions = (*versions, _card_version(key, data, page, watch))
    observation = Observation(
        observed_at=now,
        document=document,
        aliases={watch.source: document.number},
        versions=versions,
        events=events,
        relations=cards.relations_of(reading, document, desk.store.document_by_alias),
        state={
            good_key(watch.url): page.snapshot.digest,
            doubt_key(watch, watch.url): None,
            keys.told: told_value(watch, page.snapshot.digest),
            keys.reader: fingerprint(),
            keys.held: held.after,
            keys.files: collected.files,
            keys.due: collected.due,
            keys.first: still_unread or None,
            keys.pace: cadence.of_bill(reading, now).to_json(),
            **collected.state,
        },
    )
    return Finding(
        observation=observation,
        well=(watch.url, *collected.well),
        waiting=held.after is not None,
        trouble=collected.trouble,
    )


def describe(desk: Desk, reading: Reading, target: str) -> tuple[Document, Classification]:
    """The document that a card describes, and its topics. A topic once found stays: the words may go, the matter does not."""
    facts = reading.document
    if facts is None:
        raise PageError(Problem.LAYOUT_CHANGED, f"{target}: the page describes no document")
    found = classified(desk, reading)
    known = desk.store.document(target)
    merged = tuple(dict.fromkeys((*(known.topics if known else ()), *found.topics)))
    document = Document(
        id=target,
        kind=facts.kind,
        number=facts.number,
        date=facts.date,
        title=facts.title,
        comment=facts.comment,
        status=facts.status,
        force=facts.force,
        url=facts.url,
        topics=merged,
    )
    return desk.mark(document), found


def classified(desk: Desk, reading: Reading, text: ReadText | None = None, *, words: bool = True) -> Classification:
    """The topics of a bill by its card, and by a text of it: the units of acts that it changes and, with `words`, its words."""
    facts = reading.document
    if facts is None:
        return Classification()

    def by(body: str, units: tuple[AmendedUnit, ...] = ()) -> Classification:
        amended = (*units, *amending.units_of_title(facts.title))
        return topics.classify(
            desk.rules, facts.title, comment=facts.comment, body=body, amended=amended, fields=facts.fields
        )

    card = by(reading.note)
    if text is None:
        return card
    # Each by itself: a long text must not drown what a note says, nor a note what a text does.
    found = by(text.plain if words else "", amending.units_of(text.sections))
    return Classification(
        topics=tuple(topic for topic in desk.rules.topics if topic in {*card.topics, *found.topics}),
        needs_body=card.needs_body and found.needs_body,
        matches=tuple(dict.fromkeys((*card.matches, *found.matches))),
    )


def _by_text(
    desk: Desk, reading: Reading, document: Document, collected: Collected, *, words: bool
) -> tuple[Document, Classification, EventDraft] | None:
    """The bill under the topics that only its text has brought, the words that say so, and the word about that text.

    None when the text brought none.
    """
    if not collected.read:
        return None
    event, newest = collected.read[-1]
    whole = classified(desk, reading, newest, words=words)
    merged = tuple(dict.fromkeys((*document.topics, *whole.topics)))
    if merged == document.topics:
        return None
    new = set(merged) - set(document.topics)
    for earlier, read in reversed(collected.read[:-1]):
        if not new <= set(classified(desk, reading, read, words=words).topics):
            break
        event = earlier
    matches = tuple(match for match in whole.matches if match.topic in new)
    return replace(document, topics=merged), Classification(topics=merged, matches=matches), event


def _greeting(
    watch: Watch, drafter: Drafter, reading: Reading, found: Classification, text: EventDraft | None
) -> tuple[EventDraft, ...]:
    """The first word about a bill, or the word that its text has made it one of ours (`text` shows by which change)."""
    if watch.origin == "discovery" or text is not None or (found.matches and watch.last_success is not None):
        return (cards.discovered(drafter, reading, found, text),)
    return (cards.started(drafter, reading),)


def _card_before(desk: Desk, version: Version | None, watch: Watch) -> Reading | None:
    """The card as last seen, by today's code: a better parser must not look like a change of the page.

    It is read again when other code has read it: most of an unchanged look would go into unpacking and reading 2 MB.
    """
    if version is None:
        return None
    kept = readings.from_json(desk.store.data(version.id) or {})
    if version.snapshot_digest is None or desk.store.state(Keys.of(watch).reader) == fingerprint():
        return kept
    try:
        return sozd.read(desk.store.body(version.snapshot_digest), url=watch.url)
    except PageError:  # today's parser is stricter than the one that read it then
        return kept


@cache
def fingerprint() -> str:
    """Which code reads cards: SHA-256 (hex) over the sources of its room, so that no one has to remember a number."""
    sources = sorted(Path(scrapers.__path__[0]).rglob("*.py"))
    return digest_of([[path.name, path.read_text(encoding="utf-8")] for path in sources])


def _card_version(key: EditionKey, data: Mapping[str, Any], page: Page, watch: Watch) -> NewVersion:
    return NewVersion(
        key=key,
        position="00",
        label="",
        snapshot_id=page.snapshot.id,
        digest=digest_of(data),
        url=watch.url,
        extractor="sozd",
        data=data,
    )


def _note(
    desk: Desk, watch: Watch, drafter: Drafter, reading: Reading, card: Snapshot
) -> tuple[tuple[EventDraft, ...], tuple[NewVersion, ...]]:
    """The explanatory note, which the card itself holds. With the bill's first reading it is no news of its own."""
    if not reading.note:
        return (), ()
    shelf = Shelf(desk.store, watch.target, Part.NOTE, watch.source, rereader(desk), workers=desk.workers)
    key = EditionKey(document_id=watch.target, part=Part.NOTE, source=watch.source, edition=CARD_EDITION)
    read = texts.read_plain(reading.note)
    current = shelf.latest_of(key, cause=None)
    if current is not None and shelf.read(current)[0].digest == read.digest:
        return (), ()
    version = texts.version_of(key, read, position="00", label="", snapshot=card, url=watch.url, cause=None)
    number = shelf.add(version, read, card)
    if drafter.silent_before is not None:
        return (), shelf.new
    kind = EventKind.TEXT_ADDED if current is None else EventKind.TEXT_CHANGED
    before = shelf.predecessor(current)
    event = texts.text_event(drafter, kind, version, number, read, snapshot=card, before=before, workers=desk.workers)
    return (event,), shelf.new
