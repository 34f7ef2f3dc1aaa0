"""What the API answers from: the library, how texts compare, how search is done. One method for each question."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from feeds import addresses, channels, subject, times
from feeds.api import shapes
from feeds.api.budget import LARGEST, Budget, Exhausted, of_texts
from feeds.api.refusals import Refused
from feeds.filters import Filters
from feeds.frame import Frame
from feeds.kept import MB, Kept, Size
from feeds.library import Library
from feeds.textual import clean
from tracker.models import Diff, Document, Event, Force, Level, Status, Version
from tracker.queries import Found, Query

#: Events that one request may look through, and those of a page that costs nothing.
_REACH: Final = 3_000
_BATCH: Final = 200
FREE_PAGE: Final = 100
_REMEMBERED: Final = 8 * MB


class Finder(Protocol):
    """What is handed in for search, and for the shape of a comparison."""

    def find(self, query: Query, /) -> Found:
        """The answer to a query; any words will do."""

    def report(self, diff: Diff, /) -> Mapping[str, Any]:
        """A comparison in the shape of ``duma-tracker diff --format json``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A JSON value and what caches may do with it."""

    value: Any
    cache: str = "no-cache"

    def body(self) -> bytes:
        """UTF-8 without characters that turn a line around."""
        return clean(json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events are wanted. `after` asks for the oldest first, `before` and neither for the newest."""

    document: str = ""
    topic: str = ""
    source: str = ""
    filters: Filters = field(default_factory=Filters)
    leads: bool = False
    backfilled: bool | None = None
    after: int | None = None
    before: int | None = None
    limit: int = 100

    @property
    def scope(self) -> str | None:
        """The narrowest of the scopes; the others are looked at event by event."""
        if self.document:
            return f"document:{self.document}"
        if self.topic:
            return f"topic:{self.topic}"
        return f"source:{self.source}" if self.source else None

    @property
    def cost(self) -> float:
        """What it takes from the budget: nothing for a page of a scope, which is how the ledger is followed."""
        looks = self.filters != Filters(kind=self.filters.kind) or bool(
            self.source and self.scope != f"source:{self.source}"
        )
        return (self.limit / FREE_PAGE if self.limit > FREE_PAGE else 0.0) + (2.0 if looks else 0.0)

    def lets_in(self, event: Event) -> bool:
        """Whether an event meets what its scope does not decide."""
        if self.source and event.source != self.source:
            return False
        if self.topic and self.document:
            about = subject.of_event(event)
            if about is None or self.topic not in about.topics:
                return False
        return self.filters.lets_in(event)


class Desk:
    """Answers questions. Threads may share it as far as they may share the library."""

    def __init__(self, frame: Frame, finder: Finder | None, budget: Budget) -> None:
        self.info = frame.info
        self.library: Library = frame.library
        self._frame = frame
        self._finder = finder
        self._budget = budget
        self._compared: Kept[tuple[int, int], Mapping[str, Any]] = Kept("comparisons_api", _REMEMBERED)

    def size(self) -> Size:
        """How much of what was compared is remembered."""
        return self._compared.size()

    # ------------------------------------------------------------ documents and versions

    def documents(
        self,
        *,
        topic: str,
        kind: str,
        force: Force | None,
        status: Status | None,
        after: str,
        limit: int,
    ) -> Page:
        """Documents by id."""
        rows = self.library.document_page(
            topic=topic, kind=kind, force=force, status=status, after=after, limit=limit + 1
        )
        shown = rows[:limit]
        following = shown[-1].id if len(rows) > limit else None
        return Page(value={"items": [shapes.document(row, self.info) for row in shown], "next": following})

    def document(self, name: str) -> Page:
        """A document with its versions and relations."""
        found = self._document(name)
        return Page(
            value={
                **shapes.document(found, self.info),
                "versions": [shapes.version(row) for row in self.library.versions(found.id)],
                "relations": [shapes.relation(row) for row in self.library.relations(found.id)],
            }
        )

    def version(self, name: str) -> Page:
        """A version with its units."""
        document, version = self._version(name)
        about = subject.of_document(document)
        named = {**shapes.named(about, document.date), "invented": about.invented or self.info.invented}
        sections = self.library.sections(version.id) if version.readable else ()
        return Page(value={**shapes.version(version), "document": named, "sections": shapes.units(sections)})

    def sections(self, name: str, under: str) -> Page:
        """The units of a version, all or those of one unit."""
        _, version = self._version(name)
        sections = self.library.sections(version.id) if version.readable else ()
        below = f"{under}."
        kept = [row for row in sections if not under or row.path == under or row.path.startswith(below)]
        if under and not kept:
            raise Refused(404, "there is no such unit in this version")
        return Page(value={"version": shapes.version_name(version), "sections": shapes.units(kept)})

    def _document(self, name: str) -> Document:
        found = self.library.document(name)
        if found is None:
            raise Refused(404, "no such document is followed here")
        return found

    def _version(self, name: str) -> tuple[Document, Version]:
        found = addresses.version_at(f"/{name}", self.library)
        if found is None:
            raise Refused(404, "there is no such version here")
        return found

    # ------------------------------------------------------------ comparison

    def compare(self, first: str, second: str) -> Page:
        """Any two versions. What was compared is remembered; what was not yet takes from the budget by its size."""
        old, new = self._version(first)[1], self._version(second)[1]
        page = f"{self.info.base_url}/compare?a=/{shapes.version_name(old)}&b=/{shapes.version_name(new)}"
        head = {"a": shapes.version_name(old), "b": shapes.version_name(new), "page": page}
        known = self._compared.get((old.id, new.id))
        return Page(value={**head, "diff": known or self._comparison(old, new)})

    def _comparison(self, old: Version, new: Version) -> Mapping[str, Any]:
        insight, finder = self._frame.insight, self._finder
        if insight is None or finder is None:
            raise Refused(503, "this instance compares no texts")
        if not (old.readable and new.readable):
            raise Refused(422, "one of the two was not read as text; `unread_reason` of the version says why")
        texts = self.library.sections(old.id), self.library.sections(new.id)
        size = sum(len(section.text) for sections in texts for section in sections)
        if size > LARGEST:
            raise Refused(422, "these texts are too long to be compared on demand")
        with self.within_budget(of_texts(size)):
            made = finder.report(insight.compare(*texts))
        self._compared.put((old.id, new.id), made)
        return made

    @contextlib.contextmanager
    def within_budget(self, cost: float = 1.0) -> Iterator[None]:
        """Do work of that cost inside, or raise `Refused` with 429: what everybody together may ask for is limited."""
        try:
            with self._budget.spend(cost):
                yield
        except Exhausted as error:
            raise Refused(429, retry_after=error.retry_after) from error

    # ------------------------------------------------------------ events

    def events(self, query: EventQuery) -> Page:
        """Events that meet every condition; the cursor goes on where looking ended, whether or not anything was found."""
        if not query.cost:
            return self._events(query)
        with self.within_budget(query.cost):
            return self._events(query)

    def _events(self, query: EventQuery) -> Page:
        forward = query.after is not None
        cursor = query.after if forward else query.before
        found: list[Event] = []
        more = False
        for looked, row in enumerate(self._walk(query, cursor)):
            if len(found) == query.limit or looked == _REACH:
                more = True
                break
            if not forward and query.filters.since and times.moscow_day(row.observed_at) < query.filters.since:
                break
            cursor = row.seq
            if query.lets_in(row):
                found.append(row)
        items = [shapes.event(row, shapes.diff_of(row, self.library), self.info) for row in found]
        return Page(value={"items": items, "next": cursor if forward or more else None})

    def _walk(self, query: EventQuery, cursor: int | None) -> Iterator[Event]:
        """The events of a scope from the cursor on."""
        forward = query.after is not None
        rows: tuple[Event, ...] | None = None
        while rows is None or len(rows) == _BATCH:
            rows = self.library.events(
                scope=query.scope,
                kinds=(query.filters.kind,) if query.filters.kind else (),
                leads_only=query.leads,
                backfilled=query.backfilled,
                after_seq=cursor if forward else None,
                before_seq=None if forward else cursor,
                limit=_BATCH,
                oldest_first=forward,
            )
            yield from rows
            cursor = rows[-1].seq if rows else cursor

    def event(self, name: str) -> Page:
        """An event with everything that belongs to it."""
        event = self._event(name)
        diff = shapes.diff_of(event, self.library)
        return Page(
            value={
                **shapes.event(event, diff, self.info),
                "diff": self._report(diff) if diff is not None else None,
                "captures": shapes.captures(event),
                "others": [other.id for other in self.library.bundle(event.bundle) if other.id != event.id],
                "corrections": [row.id for row in self.library.corrections_of(event.id)],
            }
        )

    def event_diff(self, name: str) -> Page:
        """What changed in the text of an event."""
        event = self._event(name)
        diff = shapes.diff_of(event, self.library)
        if event.struck:
            raise Refused(410)
        if diff is None:
            raise Refused(404, "this event compares no texts")
        return Page(value=self._report(diff))

    def evidence(self, name: str) -> Page:
        """The line of the ledger that proves an event."""
        event = self._event(name)
        line = dict(self.library.ledger_line(event.id) or {})
        hashed, salt = line.pop("hash", event.hash), line.pop("salt", None)
        return Page(
            value={"event": event.id, "line": line, "hash": hashed, "salt": salt, "captures": shapes.captures(event)}
        )

    def _event(self, name: str) -> Event:
        found = self.library.event(name)
        if found is None:
            raise Refused(404, "there is no such event here")
        return found

    def _report(self, diff: Diff) -> Mapping[str, Any]:
        if self._finder is None:
            raise Refused(503, "this instance compares no texts")
        return self._finder.report(diff)

    # ------------------------------------------------------------ search and what there is

    def search(self, query: Query) -> Page:
        """What was found. Neither kept nor cached: what people look for is their own business."""
        return Page(value=shapes.search(self.find(query), self.info), cache="no-store")

    def find(self, query: Query) -> Found:
        """The answer to a query, out of the budget; `Refused` when there is none left."""
        if self._finder is None:
            raise Refused(503, "this instance has no search")
        with self.within_budget():
            return self._finder.find(query)

    def sources(self) -> Page:
        """Sources and how fresh they are."""
        return Page(value={"items": [shapes.source(state) for state in self.library.source_states()]})

    def topics(self) -> Page:
        """Topics of what is followed."""
        return Page(value={"items": [shapes.topic(name, self.info) for name in self._frame.topics()]})

    def feeds(self) -> Page:
        """The feeds of everything, of topics and of sources."""
        rows = [
            *channels.main(),
            *(channels.topic_channel(name, own=self.info.topic_names) for name in self._frame.topics()),
            *(channels.source_channel(name) for name in channels.sources(self.library)),
        ]
        return Page(value={"items": [shapes.feed(row, self.info) for row in rows]})

    def index(self) -> Page:
        """Where to go from here."""
        names = ("documents", "events", "search", "diff", "sources", "topics", "feeds")
        return Page(
            value={
                "title": self.info.title,
                "description": "Bills, laws and decrees on Russian citizenship and conscription: every text, every change.",
                "invented": self.info.invented,
                "documentation": f"{self.info.base_url}/openapi.json",
                "links": {name: f"{self.info.base_url}{shapes.API}/{name}" for name in names},
            }
        )


def event_filters(kind: Any, level: str, since: date | None, until: date | None) -> Filters:
    """The conditions of the timeline, for the events of the API."""
    return Filters(
        kind=kind,
        at_least=Level[level.upper()] if level else Level.TYPOGRAPHIC,
        since=since,
        until=until,
    )
