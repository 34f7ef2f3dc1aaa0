"""A look at a text on a web page: an act's text at an address the operator gave, or any page at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from diffs import topics
from tracker import texts
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, good_key, told_value
from tracker.errors import PageError
from tracker.holding import Held, text_doubt
from tracker.models import (
    Document,
    EditionKey,
    EventDraft,
    EventKind,
    Level,
    Observation,
    Part,
    Problem,
    Snapshot,
    Version,
    Watch,
)
from tracker.payloads import Drafter
from tracker.shelf import Shelf
from tracker.texts import KEPT, ReadText

EDITION: Final = "current"


def look(desk: Desk, watch: Watch, page: Page, now: datetime) -> Finding:
    """Read the text, compare it with the last one; a change that no amending act explains waits for a second look."""
    if page.status != 200:
        problem = Problem.NOT_FOUND if page.status in {404, 410} else Problem.SERVER_ERROR
        raise PageError(problem, f"{watch.target}: the server answered {page.status}", url=watch.url)
    keys = Keys.of(watch)
    read = _read(watch, page.body, page.content_type)
    shelf = Shelf(desk.store, watch.target, Part.TEXT, watch.source, partial(_reread, watch))
    key = EditionKey(document_id=watch.target, part=Part.TEXT, source=watch.source, edition=EDITION)
    standing = shelf.latest_of(key, cause=None)
    current = shelf.read(standing)[0] if standing is not None else None
    confirmed = desk.believe(watch, page, read.digest, text_doubt(current.plain, read.plain) if current else None, now)
    held = Held(before=desk.mapping(keys.held), now=now)
    known = desk.store.document(watch.target)
    document = _document(desk, watch, known, read)
    drafter = Drafter(document=document, source=watch.source, silent_before=None, confirmed=confirmed)
    kind = _kind(document, current, read, held)
    events: list[EventDraft] = []
    if current is None and known is None:
        events.append(_started(drafter, watch))
    if kind is not None:
        version = texts.version_of(
            key, read, position="00", label="", snapshot=page.snapshot, url=watch.url, cause=None
        )
        before = shelf.predecessor(standing)
        number = shelf.add(version, read, page.snapshot)
        # The first text of a document that nobody knew is where the watch begins; of a known act it is news.
        if current is not None or known is not None:
            events.append(texts.text_event(drafter, kind, version, number, read, snapshot=page.snapshot, before=before))
    state = {
        good_key(watch.url): page.snapshot.digest,
        keys.told: told_value(watch, page.snapshot.digest),
        keys.held: held.after,
        doubt_key(watch, watch.url): None,
    }
    observation = Observation(observed_at=now, document=document, versions=shelf.new, events=tuple(events), state=state)
    return Finding(observation=observation, well=(watch.url,), waiting=held.after is not None)


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


def _document(desk: Desk, watch: Watch, known: Document | None, read: ReadText) -> Document:
    """The known document, its topics widened by what its text says; or a new one that is called as the operator called it."""
    title = known.title if known else watch.title
    found = topics.classify(desk.rules, title, body=read.plain)
    merged = tuple(dict.fromkeys((*(known.topics if known else ()), *found.topics)))
    if known is not None:
        return desk.mark(replace(known, topics=merged))
    kind, date, number = _parts(watch.target)
    return desk.mark(
        Document(id=watch.target, kind=kind, number=number, date=date, title=title, url=watch.url, topics=merged)
    )


def _parts(target: str) -> tuple[str, str | None, str]:
    """Kind, date and number out of a document id."""
    match target.split("/"):
        case ["act", kind, date, number]:
            return kind, date, number
        case [kind, name]:
            return kind, None, name
        case _:
            return "page", None, target


def _started(drafter: Drafter, watch: Watch) -> EventDraft:
    payload = {
        "status": None,
        "steps": 0,
        "last_step": None,
        "texts": [{"edition": EDITION, "label": "", "url": watch.url}],
    }
    return drafter.draft(EventKind.WATCH_STARTED, key="watch", level=Level.NOTABLE, payload=payload)


def _read(watch: Watch, body: bytes, content_type: str) -> ReadText:
    return texts.read_page(body, selector=watch.selector, content_type=content_type, url=watch.url)


def _reread(watch: Watch, version: Version, snapshot: Snapshot, body: bytes) -> ReadText:
    """A kept text, read by today's code (and today's selector)."""
    del version
    content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
    return _read(watch, body, content_type)
