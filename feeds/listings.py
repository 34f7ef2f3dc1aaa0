"""The pages that list: the timeline and its months, topics, documents, sources, feeds; and the pages of plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from feeds import addresses, channels, filters, labels, subject, times, views
from feeds.formats import epoch
from feeds.frame import Frame
from feeds.months import Months, Span
from feeds.pages import Page
from tracker.models import EventKind, Level

TIMELINE_LEADS: Final = 60
#: The timeline names the documents that moved last; all of them stand on a page of their own.
_RECENT_DOCUMENTS: Final = 12
_DOCUMENTS_PAGE: Final = 200
#: Leads on one page of a month.
_MONTH_PAGE: Final = 200
#: Feeds of documents that the page of feeds names; each document names its own.
_FEEDS_OF_DOCUMENTS: Final = 100


def timeline(frame: Frame, months: Months, query: Mapping[str, str] | None = None) -> Page:
    """What changed, newest first; narrowed by a query string where the site is live."""
    asked = filters.Filters.of(query or {})
    found = filters.found(asked, frame.library)
    first = asked.is_empty and asked.before is None
    say = frame.say
    recent = dict.fromkeys(event.document_id for event in found.events if event.document_id) if first else {}
    known = [document for name in recent if (document := frame.library.document(name)) is not None]
    return frame.html(
        "/",
        "timeline.html",
        frame.newest(),
        heading=say("Что изменилось"),
        days=frame.rows.days(found.events),
        months=_month_links(frame, months),
        month=None,
        number=1,
        pages=1,
        earlier=None,
        later=None,
        documents=frame.document_rows(known[:_RECENT_DOCUMENTS]),
        documents_count=frame.library.document_count(),
        freshness=frame.source_rows() if first else (),
        as_of=frame.as_of(),
        filters=asked,
        first=first,
        choices=_choices(frame) if frame.info.live else None,
        older=f"/?{asked.query(before=found.before)}" if found.before and frame.info.live else None,
        autodiscovery=frame.alternates(*channels.main(frame.language)),
    )


def _choices(frame: Frame) -> dict[str, list[tuple[str, str]]]:
    """What the form of the timeline offers: (value, words)."""
    say = frame.say
    return {
        "topics": [(topic, say.of(labels.topic_name(topic, frame.info.topic_names))) for topic in frame.topics()],
        "kinds": sorted(((str(kind), say.of(labels.EVENTS[kind])) for kind in EventKind), key=lambda row: row[1]),
        "levels": [(level.name.lower(), say.of(labels.LEVELS[level])) for level in Level],
        "sources": [
            (source, labels.source_name(source, language=frame.language)) for source in channels.sources(frame.library)
        ],
    }


def month(frame: Frame, months: Months, name: str) -> Page | None:
    """One Moscow month of the timeline: ``2026-05``, and when it was a full one ``2026-05/2`` and so on, the newest first."""
    month_name, _, part = name.partition("/")
    found = months.named(month_name)
    if found is None or part == "1" or (part and not addresses.is_number(part)):
        return None
    first_day, span = found
    number, parts = int(part or 1), month_parts(frame, span)
    if number > len(parts):
        return None
    first, last = parts[number - 1]
    leads = frame.library.events(
        leads_only=True, backfilled=False, after_seq=first - 1, before_seq=last + 1, limit=_MONTH_PAGE
    )
    modified = max((event.observed_at for event in leads), default=epoch(frame.info))
    words = times.month(first_day, language=frame.language)
    return frame.html(
        f"/timeline/{name}",
        "timeline.html",
        modified,
        heading=frame.say("Что изменилось: {month}", month=words),
        days=frame.rows.days([event for event in leads if views.month_of(event) == first_day]),
        months=_month_links(frame, months),
        month=month_name,
        number=number,
        pages=len(parts),
        earlier=month_path(month_name, number - 1) if number > 1 else None,
        later=month_path(month_name, number + 1) if number < len(parts) else None,
        documents=(),
        documents_count=0,
        freshness=(),
        filters=None,
        first=False,
        choices=None,
        older=None,
        autodiscovery=frame.alternates(*channels.main(frame.language)),
    )


def month_parts(frame: Frame, span: Span) -> list[Span]:
    """The pages of a month as spans of the ledger, the newest first. A month of history alone has one page, which is empty."""
    leads = frame.library.seqs(None, leads_only=True, after_seq=span[0] - 1, before_seq=span[1] + 1)
    pages = [leads[start : start + _MONTH_PAGE] for start in range(0, len(leads), _MONTH_PAGE)]
    return [(page[-1], page[0]) for page in pages] or [span]


def month_path(name: str, number: int) -> str:
    """``/timeline/2026-05``, ``/timeline/2026-05/2``."""
    return f"/timeline/{name}" if number == 1 else f"/timeline/{name}/{number}"


def _month_links(frame: Frame, months: Months) -> list[tuple[str, str]]:
    return [(f"{row:%Y-%m}", times.month(row, language=frame.language)) for row in months.index()]


def topic(frame: Frame, name: str) -> Page | None:
    """What changed under one topic, and the documents under it."""
    if name not in frame.topics():
        return None
    leads = frame.library.events(scope=f"topic:{name}", leads_only=True, backfilled=False, limit=TIMELINE_LEADS)
    documents = frame.library.newest_documents(topic=name, limit=_DOCUMENTS_PAGE)
    feed = channels.topic_channel(name, language=frame.language, own=frame.info.topic_names)
    words = labels.topic_name(name, frame.info.topic_names)
    return frame.html(
        f"/topics/{name}",
        "topic.html",
        frame.newest(),
        heading=frame.say.of(words),
        english=words.en if frame.language == "ru" else "",
        days=frame.rows.days(leads),
        documents=frame.document_rows(documents),
        more=max(0, frame.library.document_count(name) - _DOCUMENTS_PAGE),
        feed=frame.feed_row(feed),
        as_of=frame.as_of(),
        autodiscovery=frame.alternates(feed),
    )


def documents(frame: Frame, number: int) -> Page | None:
    """Everything that is followed, two hundred documents a page, the newest first."""
    pages = document_pages(frame)
    if not 1 <= number <= pages:
        return None
    start = (number - 1) * _DOCUMENTS_PAGE
    return frame.html(
        documents_path(number),
        "documents.html",
        frame.newest(),
        heading=frame.say("За чем мы следим"),
        documents=frame.document_rows(frame.library.newest_documents(limit=_DOCUMENTS_PAGE, offset=start)),
        count=frame.library.document_count(),
        earlier=documents_path(number - 1) if number > 1 else None,
        later=documents_path(number + 1) if number < pages else None,
        number=number,
        pages=pages,
    )


def documents_path(number: int) -> str:
    """``/documents``, ``/documents/2``."""
    return "/documents" if number == 1 else f"/documents/{number}"


def document_pages(frame: Frame) -> int:
    """How many pages the list of documents has."""
    return max(1, -(-frame.library.document_count() // _DOCUMENTS_PAGE))


def feeds(frame: Frame) -> Page:
    """Which feed to take."""
    language, library, own = frame.language, frame.library, frame.info.topic_names
    significant, everything = channels.main(language)
    newest = [subject.of_document(row) for row in library.newest_documents(limit=_FEEDS_OF_DOCUMENTS)]
    return frame.html(
        "/feeds",
        "feeds.html",
        frame.newest(),
        heading=frame.say("Подписки"),
        best=frame.feed_row(significant),
        everything=frame.feed_row(everything),
        by_topic=[
            frame.feed_row(channels.topic_channel(topic, language=language, own=own)) for topic in frame.topics()
        ],
        by_source=[
            frame.feed_row(channels.source_channel(source, language=language)) for source in channels.sources(library)
        ],
        by_document=[frame.feed_row(channels.document_channel(about, language=language)) for about in newest],
        more_documents=max(0, library.document_count() - _FEEDS_OF_DOCUMENTS),
        autodiscovery=frame.alternates(significant, everything),
    )


def sources(frame: Frame) -> Page:
    """When each source last gave a proper answer."""
    return frame.html(
        "/sources",
        "sources.html",
        frame.newest(),
        heading=frame.say("Источники"),
        rows=frame.source_rows(),
        blind=labels.BLIND,
    )


#: Pages of plain words: path -> (template, heading).
PROSE: Final[Mapping[str, tuple[str, str]]] = {
    "/about": ("about.html", "О проекте"),
    "/privacy": ("privacy.html", "Что мы храним о читателях"),
    "/cite": ("cite.html", "Как ссылаться"),
}


def prose(frame: Frame, path: str) -> Page:
    """A page that says the same to everybody, always."""
    template, heading = PROSE[path]
    context: dict[str, Any] = {"heading": frame.say(heading)}
    return frame.html(path, template, None, **context)
