"""A look at a text that stands at one address: an act in the acts bank of kremlin.ru, an act or any page at an address given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from scrapers import kremlin
from tracker import act_documents, effective, lookups, texts
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, good_key, told_value
from tracker.errors import PageError
from tracker.holding import Held, text_doubt
from tracker.models import (
    Document,
    DocumentFacts,
    EditionKey,
    EventDraft,
    EventKind,
    Item,
    Observation,
    PageKind,
    Part,
    Problem,
    Reading,
    Snapshot,
    Version,
    Watch,
)
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf
from tracker.texts import KEPT, ReadText

EDITION: Final = "current"
_MAX_PAGES: Final = 10


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """A look at the address that the operator gave."""
    if page.status != 200:
        problem = Problem.NOT_FOUND if page.status in {404, 410} else Problem.SERVER_ERROR
        raise PageError(problem, f"{watch.target}: the server answered {page.status}", url=watch.url)
    place = place_of(desk, watch)
    body = page.body
    read = desk.workers.call(len(body), _read, watch, body, page.content_type, place=place)
    if place and read.place != place:
        message = f"{watch.target}: the element that held the text is gone; give a selector, or follow the page anew"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=watch.url)
    return _compared(desk, watch, page, read, facts=None, now=now, silent_before=None)


def look_at_bank(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """A look at the acts bank, where an act must first be found by its date and number."""
    reading = kremlin.read(page.body, url=watch.url, status=page.status, content_type=page.content_type)
    if reading.page is PageKind.LIST:
        return lookups.follow(
            desk, watch, page, _in_bank(desk, watch, reading), now, address=_address(desk, watch), look=look_at_bank
        )
    if not reading.text.strip():
        raise PageError(Problem.EMPTY, f"{watch.target}: the page holds no text", url=watch.url)
    # The text of an act that was published long ago is where the watch begins; of one that was just found it is news.
    awaited = desk.store.state(Keys.of(watch).begun) == lookups.begun_value(watch)
    silent_before = None if watch.origin == "discovery" or awaited else now
    read = desk.workers.call(2 * len(reading.text), texts.read_act, reading)
    return _compared(desk, watch, page, read, facts=reading.document, now=now, silent_before=silent_before)


def rereader(watch: Watch, place: str = "") -> Rereader:
    """How the kept texts of a watch are read again; of a page at the `place` where its text stands now."""
    return _reread_bank if watch.source == kremlin.NAME else partial(_reread, watch, place)


def place_of(desk: Desk, watch: Watch) -> str:
    """The element of a page where its text stood at the last look; empty when none has found it."""
    known = desk.store.state(_place_key(watch))
    return known if isinstance(known, str) else ""


def _place_key(watch: Watch) -> str:
    # Another selector, or none, is another question; so is a page that is followed anew.
    return f"{Keys.of(watch).place} {watch.added_at.isoformat()} {watch.selector or ''}".rstrip()


def _compared(
    desk: Desk,
    watch: Watch,
    page: Page,
    read: ReadText,
    *,
    facts: DocumentFacts | None,
    now: datetime,
    silent_before: datetime | None,
) -> Finding:
    """Compare the text with the last one; a change that no amending act explains waits for a second look."""
    keys = Keys.of(watch)
    known = desk.store.document(watch.target)
    act_documents.require_same(watch, known, facts)
    shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, rereader(watch, read.place), workers=desk.workers)
    key = EditionKey(document_id=watch.target, part=Part.TEXT, source=watch.source, edition=EDITION)
    standing = shelf.latest_of(key, cause=None)
    current = shelf.read(standing)[0] if standing is not None else None
    confirmed = desk.believe(watch, page, read.digest, text_doubt(current.plain, read.plain) if current else None, now)
    held = Held(before=desk.mapping(keys.held), now=now)
    document = act_documents.document_of(desk, watch, read.plain, facts)
    drafter = Drafter(
        document=document,
        source=watch.source,
        silent_before=silent_before if current is None else None,
        confirmed=confirmed,
    )
    kind = _kind(document, current, read, held)
    events: list[EventDraft] = []
    if current is None and known is None:
        listed = [{"edition": EDITION, "label": "", "url": watch.url}]
        events.append(act_documents.started(drafter, listed))
    if kind is not None:
        version = texts.version_of(
            key, read, position="00", label="", snapshot=page.snapshot, url=watch.url, cause=None
        )
        before = shelf.predecessor(standing)
        number = shelf.add(version, read, page.snapshot)
        # The first text of a document that nobody knew is where the watch begins; of a known act it is news.
        if current is not None or known is not None:
            event = texts.text_event(
                drafter, kind, version, number, read, snapshot=page.snapshot, before=before, workers=desk.workers
            )
            events.append(event)
    state = {
        good_key(watch.url): page.snapshot.digest,
        keys.told: told_value(watch, page.snapshot.digest),
        keys.held: held.after,
        doubt_key(watch, watch.url): None,
        _place_key(watch): read.place or None,
        **effective.noted(desk, document, read.sections),
    }
    observation = Observation(observed_at=now, document=document, versions=shelf.new, events=tuple(events), state=state)
    return Finding(observation=observation, well=(watch.url,), waiting=held.after is not None, current=(key, read))


def _kind(document: Document, current: ReadText | None, read: ReadText, held: Held) -> EventKind | None:
    """What the new text is: the first, the same (None), explained by a new amending act, or unexplained and seen twice."""
    if current is None:
        return EventKind.TEXT_ADDED
    if current.digest == read.digest:
        return None
    # Which acts an old text named is known only when its bytes were read just now as they were read then.
    explained = current.extractor != KEPT and bool(set(read.amending_acts) - set(current.amending_acts))
    if document.kind == "page" or explained:
        return EventKind.TEXT_CHANGED
    return EventKind.TEXT_UNEXPLAINED if held.seen_twice("text", read.digest) else None


def _address(desk: Desk, watch: Watch) -> Callable[[Item], str]:
    return lambda item: kremlin.print_url(desk.base_urls[watch.source], item.native_id)


def _in_bank(desk: Desk, watch: Watch, reading: Reading) -> Reading:
    """What the bank lists of a day, page by page until the act is there; without the news, which have no text behind them."""
    found = {item.native_id: item for item in reading.items}
    _, day, _ = act_documents.parts(watch.target)
    number = 1
    while day and reading.items and number < _MAX_PAGES and not any(item.id == watch.target for item in found.values()):
        number += 1
        url = kremlin.day_url(desk.base_urls[watch.source], date.fromisoformat(day), number)
        page = desk.get(url, source=watch.source)
        more = kremlin.read(page.body, url=url, status=page.status, content_type=page.content_type)
        if not {item.native_id for item in more.items} - found.keys():
            break
        found |= {item.native_id: item for item in more.items}
    return replace(reading, items=tuple(item for item in found.values() if item.native_id.isdecimal()))


def _read(watch: Watch, body: bytes, content_type: str, *, place: str) -> ReadText:
    return texts.read_page(
        body,
        place=place,
        selector=watch.selector,
        content_type=content_type,
        url=watch.url,
        remove=watch.remove,
        ignore=watch.ignore,
    )


def _reread(watch: Watch, place: str, version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    """A kept text, read by today's code, by today's selector and at today's place."""
    del version
    return _read(watch, body, _type_of(snapshot), place=place)


def _reread_bank(version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    del version
    return texts.read_act(kremlin.read(body, url=snapshot.url, status=snapshot.status, content_type=_type_of(snapshot)))


def _type_of(snapshot: Snapshot) -> str:
    return next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
