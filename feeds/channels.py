"""Which feeds there are, and which events stand in each.

``all`` and the sources carry every event; topics, documents and ``significant`` carry leads with the rest of the bundle inside.
What was history when we came is in no feed: it stands on the pages and wakes nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from feeds import labels, subject
from feeds.formats import FORMATS, FeedHead, epoch
from feeds.library import FeedFormat, Library
from tracker.models import Event, EventKind, Level, SiteInfo

ENTRIES: Final = 100
_COVERAGE: Final = frozenset({EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed before its entries: names for people, the scope it draws from, and what it lets in."""

    name: str
    title: str
    description: str
    page: str
    scope: str | None
    leads_only: bool
    keep: Callable[[Event, Library], bool] | None = None


def _significant(event: Event, library: Library) -> bool:
    """Levels 1 and 2, and whatever must fail open: an unread text, our own blindness, our corrections of what stood here."""
    if event.level <= Level.MAJOR or event.kind in _COVERAGE or event.payload.get("readable") is False:
        return True
    if event.kind is EventKind.CORRECTION:
        wrong = library.event(str(event.payload.get("event")))
        return wrong is None or _significant(wrong, library)
    return False


ALL: Final = Channel(
    name="all",
    title="Все события",
    description="Каждое событие по отдельности, включая процедурные шаги и технические правки.",
    page="/",
    scope=None,
    leads_only=False,
)
SIGNIFICANT: Final = Channel(
    name="significant",
    title="Главное",
    description="Ключевые и важные изменения по всем темам: стадии, основания, сроки, числа, круг лиц; перерывы в наблюдении.",
    page="/",
    scope=None,
    leads_only=True,
    keep=_significant,
)


def channel(name: str, library: Library) -> Channel | None:
    """The feed of that name (``all``, ``significant``, ``topics/<t>``, ``sources/<s>`` or a document id), None if unknown."""
    if name in {ALL.name, SIGNIFICANT.name}:
        return ALL if name == ALL.name else SIGNIFICANT
    if name.startswith("topics/"):
        topic = name.removeprefix("topics/")
        return topic_channel(topic) if topic in topics(library) else None
    if name.startswith("sources/"):
        source = name.removeprefix("sources/")
        return source_channel(source) if source in sources(library) else None
    document = library.document(name)
    return document_channel(subject.of_document(document)) if document else None


def topic_channel(topic: str) -> Channel:
    """The feed of a topic."""
    words = labels.topic_name(topic)
    return Channel(
        name=f"topics/{topic}",
        title=words.ru,
        description=f"Тема «{words.ru}»: одна запись на обновление, остальное перечислено внутри.",
        page=f"/topics/{topic}",
        scope=f"topic:{topic}",
        leads_only=True,
    )


def source_channel(source: str) -> Channel:
    """The feed of a source: every event."""
    name = labels.source_name(source)
    return Channel(
        name=f"sources/{source}",
        title=name,
        description=f"Каждое событие, замеченное в источнике «{name}».",
        page="/sources",
        scope=f"source:{source}",
        leads_only=False,
    )


def document_channel(about: subject.Subject) -> Channel:
    """The feed of one document."""
    mark = f"{labels.DEMO.ru}. " if about.invented else ""
    return Channel(
        name=about.id,
        title=f"{mark}{about.full_name}",
        description=f"{mark}{about.quoted_title or about.full_name}. {about.force_sentence.ru}".strip(),
        page=f"/{about.id}",
        scope=f"document:{about.id}",
        leads_only=True,
    )


def topics(library: Library) -> tuple[str, ...]:
    """Topics of followed documents and of recorded events, ours first."""
    found = {topic for document in library.documents() for topic in document.topics}
    found |= {scope.removeprefix("topic:") for scope in library.scopes() if scope.startswith("topic:")}
    return (*(topic for topic in labels.TOPICS if topic in found), *sorted(found - set(labels.TOPICS)))


def sources(library: Library) -> tuple[str, ...]:
    """Sources that were asked or that told something, in the order of our list."""
    found = {state.name for state in library.source_states()}
    found |= {scope.removeprefix("source:") for scope in library.scopes() if scope.startswith("source:")}
    return (*(name for name in labels.SOURCES if name in found), *sorted(found - set(labels.SOURCES)))


def channels(library: Library) -> Iterator[Channel]:
    """Every feed of the site."""
    yield SIGNIFICANT
    yield ALL
    yield from (topic_channel(topic) for topic in topics(library))
    yield from (source_channel(source) for source in sources(library))
    yield from (document_channel(subject.of_document(document)) for document in library.documents())


def rows(feed: Channel, fmt: FeedFormat, library: Library, count: int = ENTRIES) -> tuple[tuple[Event, bytes], ...]:
    """The newest `count` entries of a feed. Asks for more while the filter leaves too few and the store has more."""
    limit = count
    while True:
        found = library.entries(feed.scope, fmt, leads_only=feed.leads_only, limit=limit)
        kept = [
            (event, fragment)
            for event, fragment in found
            if not event.backfilled and (feed.keep is None or feed.keep(event, library))
        ]
        if len(kept) >= count or len(found) < limit:
            return tuple(kept[:count])
        limit *= 4


def render(feed: Channel, fmt: FeedFormat, library: Library, info: SiteInfo) -> tuple[bytes, FeedHead]:
    """A whole feed and what it says about itself."""
    entries = rows(feed, fmt, library)
    updated = max((event.observed_at for event, _ in entries), default=epoch(info))
    head = FeedHead(name=feed.name, title=feed.title, description=feed.description, page=feed.page, updated=updated)
    return FORMATS[fmt].join(head, [fragment for _, fragment in entries], info), head
