"""The site as prepared bytes: every path it has, and the page behind each. The live app and static publishing both ask here."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final

from feeds import channels, eventpage, labels, places, subject, times, views
from feeds.formats import FORMATS, epoch
from feeds.library import Library
from feeds.pages import Layout, Page, asset
from feeds.textual import outward
from tracker.models import Document, EditionKey, Force, Part, SiteInfo, Version

_CSS: Final = "text/css; charset=utf-8"
TIMELINE_LEADS: Final = 60
_WALK: Final = 500
_ASSETS: Final = {"style.css": _CSS, "feed.css": _CSS, "icon.svg": "image/svg+xml"}

#: The edition whose words became the law.
_ADOPTED: Final = "adopted"

#: Paths of units that open a part of a text and not of one that it quotes: chapters, articles, appendices.
_HEADED: Final = re.compile(r"(?:(?:razd|gl|par|st|pril)-[^.]+(?:\.\d+)?(?:\.|$))+")

#: Documents have ids of different lengths; the first word says how long.
_ID_LENGTHS: Final = {"bill": 2, "page": 2, "act": 4}


class Site:
    """Pages and feeds over a library. Thread-safe as far as the library is."""

    def __init__(self, library: Library, info: SiteInfo) -> None:
        self.info = info
        self._library = library
        self._rows = views.Rows(library)
        self._layout = Layout(info)
        self._assets = {f"/static/{name}": asset(name) for name in _ASSETS}
        self._months: dict[date, tuple[int, int]] = {}
        self._indexed = 0
        self._topics: tuple[int, list[tuple[str, str]]] = (-1, [])
        self._lock = threading.Lock()
        self._routes: dict[str, Callable[[], Page]] = {
            "/": self._timeline,
            "/feeds": self._feeds,
            "/sources": self._sources,
            "/about": self._about,
        }

    def revision(self) -> int:
        """Grows with every recorded event; cheap enough to ask before each answer."""
        newest = self._library.events(limit=1)
        return newest[0].seq if newest else 0

    def page(self, path: str) -> Page | None:
        """The page at a path (absolute, decoded, without a trailing slash), or None."""
        if path in self._routes:
            return self._routes[path]()
        if path in self._assets:
            return Page(
                path=path,
                content_type=_ASSETS[path.removeprefix("/static/")],
                body=self._assets[path],
                modified=None,
                file=self.file(path),
            )
        head, _, rest = path.lstrip("/").partition("/")
        if not rest or path.endswith("/") or "//" in path:
            return None
        if head == "feeds":
            return self._feed(rest)
        if head == "event":
            return self._event(rest)
        if head == "topics":
            return self._topic(rest) if rest in channels.topics(self._library) else None
        if head == "timeline":
            return self._month(rest)
        if head in _ID_LENGTHS:
            return self._document_or_version(path.lstrip("/"), _ID_LENGTHS[head])
        return None

    def paths(self) -> Iterator[str]:
        """Every path, leaves first: while a copy is being written no page links to one that is not there yet."""
        yield from self._assets
        last: int | None = None
        while events := self._library.events(before_seq=last, limit=_WALK):
            yield from (f"/event/{event.id}" for event in events)
            last = events[-1].seq
        documents = self._library.documents()
        for document in documents:
            for version in self._library.versions(document.id):
                if version.key.part in {Part.TEXT, Part.NOTE}:
                    yield views.version_path(version)
            yield f"/{document.id}"
        yield from (f"/timeline/{month:%Y-%m}" for month in self._month_index())
        yield from (f"/topics/{topic}" for topic in channels.topics(self._library))
        yield from ("/about", "/sources", "/feeds")
        yield from (f"/feeds/{feed.name}.{fmt}" for feed in channels.channels(self._library) for fmt in FORMATS)
        yield "/"

    def missing(self, path: str) -> Page:
        """The page for an address that does not exist, with links that work from there."""
        return self._html(path, "missing.html", None, heading="Страница не найдена")

    # ------------------------------------------------------------ the shared frame

    def _html(self, path: str, template: str, modified: datetime | None, **context: Any) -> Page:
        return self._layout.html(path, template, modified, menu=self._menu(), **context)

    def _menu(self) -> list[tuple[str, str]]:
        """The topics of the menu, counted anew when something was recorded: every page shows them."""
        revision = self.revision()
        if self._topics[0] != revision:
            found = channels.topics(self._library)
            self._topics = (revision, [(topic, labels.TOPICS_SHORT.get(topic, topic)) for topic in found])
        return self._topics[1]

    def _as_of(self) -> str:
        """When the newest successful check was: the date that the page as a whole carries."""
        checks = [state.last_success for state in self._library.source_states() if state.last_success is not None]
        return times.both(max(checks)) if checks else ""

    def file(self, path: str) -> str:
        """Where a static copy of a path stands, relative to the root of the copy."""
        return self._layout.file(path)

    # ------------------------------------------------------------ pages

    def _newest(self) -> datetime:
        """When the newest event or check of the whole instance was: pages that show freshness change with both."""
        moments = [event.observed_at for event in self._library.events(limit=1)]
        moments += [state.last_success for state in self._library.source_states() if state.last_success is not None]
        return max(moments, default=epoch(self.info))

    def _timeline(self) -> Page:
        leads = self._library.events(leads_only=True, backfilled=False, limit=TIMELINE_LEADS)
        return self._html(
            "/",
            "timeline.html",
            self._newest(),
            heading="Что изменилось",
            days=self._rows.days(leads),
            months=self._month_links(),
            month=None,
            documents=self._document_rows(self._library.documents()),
            freshness=self._source_rows(),
            as_of=self._as_of(),
            autodiscovery=self._alternates(channels.SIGNIFICANT, channels.ALL),
        )

    def _month(self, name: str) -> Page | None:
        found = {f"{month:%Y-%m}": (month, span) for month, span in self._month_index().items()}.get(name)
        if found is None:
            return None
        month, (first, last) = found
        leads = self._library.events(
            leads_only=True, backfilled=False, after_seq=first - 1, before_seq=last + 1, limit=last - first + 1
        )
        modified = max((event.observed_at for event in leads), default=epoch(self.info))
        return self._html(
            f"/timeline/{name}",
            "timeline.html",
            modified,
            heading=f"Что изменилось: {times.month(month)}",
            days=self._rows.days([event for event in leads if views.month_of(event) == month]),
            months=self._month_links(),
            month=name,
            documents=(),
            freshness=(),
            autodiscovery=self._alternates(channels.SIGNIFICANT, channels.ALL),
        )

    def _month_index(self) -> dict[date, tuple[int, int]]:
        """Moscow month -> first and last sequence number seen in it, newest month first; extended by what came since."""
        with self._lock:
            while events := self._library.events(after_seq=self._indexed, oldest_first=True, limit=_WALK):
                for event in events:
                    first, _ = self._months.get(views.month_of(event), (event.seq, event.seq))
                    self._months[views.month_of(event)] = (first, event.seq)
                self._indexed = events[-1].seq
            return dict(sorted(self._months.items(), reverse=True))

    def _month_links(self) -> list[tuple[str, str]]:
        return [(f"{month:%Y-%m}", times.month(month)) for month in self._month_index()]

    def _topic(self, topic: str) -> Page:
        leads = self._library.events(scope=f"topic:{topic}", leads_only=True, backfilled=False, limit=TIMELINE_LEADS)
        documents = [document for document in self._library.documents() if topic in document.topics]
        feed = channels.topic_channel(topic)
        return self._html(
            f"/topics/{topic}",
            "topic.html",
            self._newest(),
            heading=labels.topic_name(topic).ru,
            english=labels.topic_name(topic).en,
            days=self._rows.days(leads),
            documents=self._document_rows(tuple(documents)),
            feed=self._feed_row(feed),
            as_of=self._as_of(),
            autodiscovery=self._alternates(feed),
        )

    def _document_rows(self, documents: tuple[Document, ...]) -> list[dict[str, Any]]:
        """Documents as a list shows them: name, force, stage."""
        rows = []
        for document in sorted(documents, key=lambda row: (row.date or "", row.id), reverse=True):
            about = subject.of_document(document)
            rows.append({"about": about, "path": f"/{about.id}", "status": views.shown_status(about)})
        return rows

    def _document_or_version(self, path: str, length: int) -> Page | None:
        parts = path.split("/")
        document = self._library.document("/".join(parts[:length]))
        if document is None:
            return None
        if len(parts) == length:
            return self._document(document)
        rest = parts[length:]
        if len(rest) != 4 or rest[0] not in set(Part) or not rest[3].isascii() or not rest[3].isdigit():
            return None
        part, source, edition, number = rest
        if number != str(int(number)) or part not in {Part.TEXT, Part.NOTE}:
            return None
        key = EditionKey(document_id=document.id, part=Part(part), source=source, edition=edition)
        version = self._library.version(key, int(number))
        return self._version(document, version) if version else None

    def _document(self, document: Document) -> Page:
        about = subject.of_document(document)
        scope = f"document:{document.id}"
        events = self._library.events(scope=scope, limit=views.DOCUMENT_EVENTS)
        watches = [watch for watch in self._library.watches(include_muted=True) if watch.target == document.id]
        card = views.card_of(document.id, self._library)
        versions = self._library.versions(document.id)
        steps = (card or {}).get("events") or ()
        moments = [event.observed_at for event in events[:1]]
        moments += [watch.last_checked or watch.added_at for watch in watches]
        checks = [watch.last_success for watch in watches if watch.last_success is not None]
        feed = channels.document_channel(about)
        invented = self.info.invented or document.invented
        return self._html(
            f"/{document.id}",
            "document.html",
            max(moments, default=epoch(self.info)),
            demo=document.invented,
            heading=about.full_name,
            about=about,
            source=outward(document.url, invented=invented),
            stage=views.shown_status(about),
            stages=views.stage_line(about.status, steps) if about.is_bill else (),
            freshness=views.document_freshness(watches, events[0] if events else None),
            last_change=next((times.both(event.observed_at) for event in events if not event.backfilled), ""),
            events=[self._rows.row(event) for event in events if not event.backfilled],
            history=[self._rows.row(event) for event in events if event.backfilled],
            steps=views.step_rows(card),
            votes=views.vote_rows(card),
            note=str((card or {}).get("note") or ""),
            texts=views.text_rows(versions, events, invented=invented),
            files=views.file_rows(card, invented=invented),
            relations=self._relations(document.id),
            topics_of=[(topic, labels.topic_name(topic)) for topic in document.topics],
            feed=self._feed_row(feed),
            as_of=times.both(max(checks)) if checks else "",
            autodiscovery=self._alternates(feed),
        )

    def _relations(self, document_id: str) -> list[dict[str, Any]]:
        """What this document does to others and what is done to it, with the words that say so."""
        rows = []
        for relation in self._library.relations(document_id):
            outgoing = relation.from_document == document_id
            other = relation.to_document if outgoing else relation.from_document
            known = self._library.document(other)
            name = subject.of_document(known).full_name if known else other
            verb = _RELATIONS.get(relation.kind, (relation.kind, relation.kind))[0 if outgoing else 1]
            place = relation.to_path if outgoing else relation.from_path
            rows.append(
                {
                    "verb": verb,
                    "name": name,
                    "path": f"/{other}" if known else None,
                    "place": place,
                    "words": relation.words,
                }
            )
        return rows

    def _version(self, document: Document, version: Version) -> Page:
        about = subject.of_document(document)
        rows = views.text_rows(
            self._library.versions(document.id),
            self._library.events(scope=f"document:{document.id}", limit=views.DOCUMENT_EVENTS),
            invented=self.info.invented or document.invented,
        )
        path = views.version_path(version)
        index = next(number for number, row in enumerate(rows) if row.path == path)
        # A text of an earlier stage stays a draft when the bill has long become a law with another text.
        draft = about.is_bill and version.key.edition != _ADOPTED and about.force is not Force.DROPPED
        sections = self._library.sections(version.id) if version.readable else ()
        return self._html(
            path,
            "version.html",
            version.last_seen,
            demo=document.invented,
            heading=f"{about.full_name}: {rows[index].label}",
            about=about,
            version=rows[index],
            force=labels.FORCE_SENTENCES[Force.DRAFT] if draft else about.force_sentence,
            force_class=Force.DRAFT if draft else about.force,
            digest=version.snapshot_digest or "",
            sections=sections,
            headings={section.path for section in sections if _HEADED.fullmatch(section.path)},
            note=places.note(section.address for section in sections),
            earlier=rows[index - 1] if index else None,
            later=rows[index + 1] if index + 1 < len(rows) else None,
        )

    def _event(self, event_id: str) -> Page | None:
        event = self._library.event(event_id)
        if event is None:
            return None
        row = self._rows.row(event)
        corrections = self._library.corrections_of(event.id)
        about = subject.of_event(event)
        known = event.document_id is not None and self._library.document(event.document_id) is not None
        version_path = str(event.payload.get("version_path") or "")
        return self._html(
            f"/event/{event.id}",
            "event.html",
            max([event.observed_at, *(correction.observed_at for correction in corrections)]),
            demo=row.demo,
            heading=str(row.title).removeprefix(f"{labels.DEMO.ru}. "),
            document_path=f"/{event.document_id}" if known else None,
            version_path=version_path if version_path and self._has_version(version_path) else None,
            corrections=[(self._rows.row(found), str(found.payload.get("reason") or "")) for found in corrections],
            autodiscovery=self._alternates(channels.document_channel(about)) if known and about else (),
            **eventpage.context(event, row, self._rows, self._library, self.info),
        )

    def _has_version(self, path: str) -> bool:
        parts = path.strip("/").split("/")
        length = _ID_LENGTHS.get(parts[0], 0)
        if len(parts) != length + 4 or parts[length] not in set(Part) or not parts[-1].isdigit():
            return False
        key = EditionKey(
            document_id="/".join(parts[:length]),
            part=Part(parts[length]),
            source=parts[length + 1],
            edition=parts[length + 2],
        )
        return self._library.version(key, int(parts[-1])) is not None

    def _feeds(self) -> Page:
        feeds = list(channels.channels(self._library))
        return self._html(
            "/feeds",
            "feeds.html",
            self._newest(),
            heading="Подписки",
            best=self._feed_row(channels.SIGNIFICANT),
            everything=self._feed_row(channels.ALL),
            by_topic=[self._feed_row(feed) for feed in feeds if feed.name.startswith("topics/")],
            by_source=[self._feed_row(feed) for feed in feeds if feed.name.startswith("sources/")],
            by_document=[self._feed_row(feed) for feed in feeds if feed.name.partition("/")[0] in _ID_LENGTHS],
            autodiscovery=self._alternates(channels.SIGNIFICANT, channels.ALL),
        )

    def _feed_row(self, feed: channels.Channel) -> dict[str, Any]:
        links = [(form.label, f"/feeds/{feed.name}.{fmt}") for fmt, form in FORMATS.items()]
        mark = f"{labels.DEMO.ru}. " if self.info.invented else ""  # the banner says it once for the whole page
        return {
            "title": feed.title.removeprefix(mark),
            "description": feed.description.removeprefix(mark),
            "links": links,
        }

    def _alternates(self, *feeds: channels.Channel) -> list[tuple[str, str, str]]:
        """(media type, title, path) of feeds that a page announces."""
        return [
            (form.media_type, f"{feed.title} ({form.label})", f"/feeds/{feed.name}.{fmt}")
            for feed in feeds
            for fmt, form in FORMATS.items()
        ]

    def _feed(self, rest: str) -> Page | None:
        name, _, extension = rest.rpartition(".")
        if extension not in FORMATS:
            return None
        fmt = extension
        feed = channels.channel(name, self._library)
        if feed is None:
            return None
        body, head = channels.render(feed, fmt, self._library, self.info)
        path = f"/feeds/{rest}"
        return Page(
            path=path,
            content_type=FORMATS[fmt].content_type,
            body=body,
            modified=head.updated,
            file=self.file(path),
            is_feed=True,
        )

    def _source_rows(self) -> list[dict[str, Any]]:
        states = {state.name: state for state in self._library.source_states()}
        rows = []
        for name in channels.sources(self._library):
            if name not in states:
                continue
            last = self._library.events(scope=f"source:{name}", backfilled=False, limit=1)
            rows.append(
                {
                    "name": labels.source_name(name),
                    "host": labels.source_host(name),
                    "feed": f"/feeds/sources/{name}.atom",
                    "freshness": views.source_freshness(states[name], last[0] if last else None),
                    "last_change": times.both(last[0].observed_at) if last else "",
                }
            )
        return rows

    def _sources(self) -> Page:
        return self._html(
            "/sources",
            "sources.html",
            self._newest(),
            heading="Источники",
            rows=self._source_rows(),
            blind=labels.BLIND,
        )

    def _about(self) -> Page:
        return self._html("/about", "about.html", None, heading="О проекте")


_RELATIONS: Final = {
    "amends": ("изменяет", "изменяется документом"),
    "enacts": ("принят как закон", "принят по законопроекту"),
    "publishes": ("публикует", "опубликован"),
    "repeals": ("отменяет", "отменяется документом"),
}
