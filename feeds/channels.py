"""Which feeds there are, and which events stand in each.

``all`` and the sources carry every event; topics, documents and ``significant`` carry leads with the rest of the bundle inside.
What was history when we came is in no feed: it stands on the pages and wakes nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from feeds import labels, subject
from feeds.labels import TopicNames
from feeds.languages import Speech
from feeds.library import FeedFormat, Library
from feeds.months import Span
from tracker.models import Event, EventKind, Language, Level

ENTRIES: Final = 100
_AT_ONCE: Final = 1_000
_COVERAGE: Final = frozenset({EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed before its entries: names for people, the scope it draws from, and what it lets in.

    `lasting_title` is a title that the fate of its document cannot change, for archives; empty where `title` is one.
    """

    name: str
    title: str
    description: str
    page: str
    scope: str | None
    leads_only: bool
    keep: Callable[[Event, Library], bool] | None = None
    language: Language = "ru"
    lasting_title: str = ""


def _significant(event: Event, library: Library) -> bool:
    """Levels 1 and 2, and whatever must fail open: an unread text, our own blindness, our corrections of what stood here."""
    if event.level <= Level.MAJOR or event.kind in _COVERAGE or event.payload.get("readable") is False:
        return True
    if event.kind is EventKind.CORRECTION:
        wrong = library.event(str(event.payload.get("event")))
        return wrong is None or _significant(wrong, library)
    return False


def lets_in(feed: Channel, event: Event, library: Library) -> bool:
    """Whether an event of the feed's scope stands in it."""
    return not event.backfilled and (feed.keep is None or feed.keep(event, library))


_ALL: Final = "all"
_SIGNIFICANT: Final = "significant"
_NO_NAMES: Final[TopicNames] = {}


def main(language: Language = "ru") -> tuple[Channel, Channel]:
    """The feed to take if it is to be one, and the feed that leaves nothing out."""
    say = Speech(language)
    significant = Channel(
        name=_SIGNIFICANT,
        title=say("Главное"),
        description=say(
            "Ключевые и важные изменения по всем темам: стадии, основания, сроки, числа, круг лиц; перерывы в наблюдении."
        ),
        page="/",
        scope=_SIGNIFICANT,
        leads_only=True,
        keep=_significant,
        language=language,
    )
    everything = Channel(
        name=_ALL,
        title=say("Все события"),
        description=say("Каждое событие по отдельности, включая процедурные шаги и технические правки."),
        page="/",
        scope=None,
        leads_only=False,
        language=language,
    )
    return significant, everything


def channel(name: str, library: Library, *, language: Language = "ru", own: TopicNames = _NO_NAMES) -> Channel | None:
    """The feed of that name (``all``, ``significant``, ``topics/<t>``, ``sources/<s>`` or a document id), None if unknown."""
    if name in {_ALL, _SIGNIFICANT}:
        return main(language)[name == _ALL]
    if name.startswith("topics/"):
        topic = name.removeprefix("topics/")
        return topic_channel(topic, language=language, own=own) if topic in topics(library) else None
    if name.startswith("sources/"):
        source = name.removeprefix("sources/")
        return source_channel(source, language=language) if source in sources(library) else None
    document = library.document(name)
    return document_channel(subject.of_document(document), language=language) if document else None


def topic_channel(topic: str, *, language: Language = "ru", own: TopicNames = _NO_NAMES) -> Channel:
    """The feed of a topic."""
    say = Speech(language)
    title = say.of(labels.topic_name(topic, own))
    return Channel(
        name=f"topics/{topic}",
        title=title,
        description=say("Тема «{topic}»: одна запись на обновление, остальное перечислено внутри.", topic=title),
        page=f"/topics/{topic}",
        scope=f"topic:{topic}",
        leads_only=True,
        language=language,
    )


def source_channel(source: str, *, language: Language = "ru") -> Channel:
    """The feed of a source: every event."""
    say = Speech(language)
    name = labels.source_name(source, language=language)
    return Channel(
        name=f"sources/{source}",
        title=name,
        description=say("Каждое событие, замеченное в источнике: {source}.", source=name),
        page="/sources",
        scope=f"source:{source}",
        leads_only=False,
        language=language,
    )


def document_channel(about: subject.Subject, *, language: Language = "ru") -> Channel:
    """The feed of one document."""
    say = Speech(language)
    mark = f"{say.of(labels.DEMO)}. " if about.invented else ""
    name = about.full_name if language == "ru" else about.english_name
    return Channel(
        name=about.id,
        title=f"{mark}{name}",
        description=f"{mark}{about.quoted_title or name}. {say.of(about.force_sentence)}".strip(),
        page=f"/{about.id}",
        scope=f"document:{about.id}",
        leads_only=True,
        language=language,
        lasting_title=f"{mark}{about.name}",
    )


def topics(library: Library) -> tuple[str, ...]:
    """Topics of followed documents and of recorded events, ours first."""
    found = {*library.topics(), *(scope.removeprefix("topic:") for scope in library.scopes("topic:"))}
    return (*(topic for topic in labels.TOPICS if topic in found), *sorted(found - set(labels.TOPICS)))


def sources(library: Library) -> tuple[str, ...]:
    """Sources that were asked or that told something, in the order of our list."""
    found = {state.name for state in library.source_states()}
    found |= {scope.removeprefix("source:") for scope in library.scopes("source:")}
    return (*(name for name in labels.SOURCES if name in found), *sorted(found - set(labels.SOURCES)))


def channels(library: Library, *, language: Language = "ru", own: TopicNames = _NO_NAMES) -> Iterator[Channel]:
    """Every feed of the site in one language."""
    yield from main(language)
    yield from (topic_channel(topic, language=language, own=own) for topic in topics(library))
    yield from (source_channel(source, language=language) for source in sources(library))
    for document in library.documents():
        yield document_channel(subject.of_document(document), language=language)


def rows(
    feed: Channel, fmt: FeedFormat, library: Library, count: int = ENTRIES, *, span: Span | None = None
) -> tuple[tuple[Event, bytes], ...]:
    """The newest `count` entries of a feed, of the whole ledger or of a span of it.

    Asks for more while the filter leaves too few and the store has more.
    """
    after, before = (span[0] - 1, span[1] + 1) if span else (None, None)
    limit = min(count, _AT_ONCE)
    kept: list[tuple[Event, bytes]] = []
    while True:
        found = library.entries(
            feed.scope,
            fmt,
            leads_only=feed.leads_only,
            limit=limit,
            language=feed.language,
            after_seq=after,
            before_seq=before,
        )
        kept += [(event, fragment) for event, fragment in found if lets_in(feed, event, library)]
        if len(kept) >= count or len(found) < limit:
            return tuple(kept[:count])
        before, limit = found[-1][0].seq, min(4 * limit, _AT_ONCE)
