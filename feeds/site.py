"""The site as prepared bytes: every path it has, and the page behind each. The live app and static publishing both ask here.

Addresses are those of `docs/` and never change; what stands behind each has a module of its own. English pages are the same
below ``/en``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from feeds import (
    addresses,
    comparepage,
    documentpage,
    downloads,
    eventpage,
    historypage,
    languages,
    ledgerpage,
    listings,
    versionpage,
)
from feeds.addresses import ID_LENGTHS
from feeds.api.budget import Spend
from feeds.api.desk import Finder
from feeds.comparepage import Comparisons
from feeds.feedfiles import FeedFiles
from feeds.frame import Frame, Insight
from feeds.kept import Size
from feeds.library import Library
from feeds.months import Months
from feeds.pages import Page, asset
from feeds.views import month_of
from tracker.models import Event, Language, Part, SiteInfo

_CSS: Final = "text/css; charset=utf-8"
_WALK: Final = 500
_ASSETS: Final = {
    "style.css": _CSS,
    "feed.css": _CSS,
    "icon.svg": "image/svg+xml",
    "keys.js": "text/javascript; charset=utf-8",
}

#: Pages that answer a query string; everywhere else it is not looked at.
_ASKED: Final = frozenset({"/", "/compare"})


class Seen(NamedTuple):
    """How far the record had come: what stands on pages follows from it, but for the times of checks.

    `revision`: the last line of the ledger; `sealed`: the last of them that has a root; `strikes`: how many were erased.
    """

    revision: int
    sealed: int
    strikes: int


class Site:
    """Pages and feeds over a library. Thread-safe as far as the library is."""

    def __init__(
        self, library: Library, info: SiteInfo, *, insight: Insight | None = None, finder: Finder | None = None
    ) -> None:
        self.info = info
        self.finder = finder
        self._library = library
        self._months = Months(library)
        self._files = FeedFiles(library, info, self._months)
        self._assets = {f"/static/{name}": asset(name) for name in _ASSETS}
        self._frames: dict[Language, Frame] = {
            language: Frame(library, info, language, revision=self.revision, months=self._months, insight=insight)
            for language in languages.LANGUAGES
        }
        self._comparisons = Comparisons(self._frames["ru"])

    def frame(self, language: Language) -> Frame:
        """What the pages of a language share: what stands beside them (search, the API) is worded with it."""
        return self._frames[language]

    def limit(self, spend: Spend) -> None:
        """From now on dear pages are made inside of `spend`, which may raise `Exhausted`: anybody may ask."""
        for frame in self._frames.values():
            frame.spend = spend

    def sizes(self) -> tuple[Size, ...]:
        """What is kept in memory because it may be asked for again."""
        return (self._comparisons.size(), *(frame.rows.size() for frame in self._frames.values()))

    def revision(self) -> int:
        """Grows with every recorded event; cheap enough to ask before each answer."""
        newest = self._library.events(limit=1)
        return newest[0].seq if newest else 0

    def seen(self) -> Seen:
        """How far the record has come; cheap enough to ask before each answer."""
        root = self._library.latest_root()
        return Seen(self.revision(), root.last if root else 0, self._library.strike_count())

    def page(self, path: str) -> Page | None:
        """The page at a path (absolute, decoded, without a trailing slash), or None."""
        if path in self._assets:
            content_type = _ASSETS[path.removeprefix("/static/")]
            return Page(
                path=path, content_type=content_type, body=self._assets[path], modified=None, file=self.file(path)
            )
        if not path.startswith("/") or (path.endswith("/") and path != "/") or "//" in path:
            return None
        language, own = languages.split(path)
        return self._page(self._frames[language], own)

    def answer(self, path: str, query: Mapping[str, str]) -> Page | None:
        """The page at a path for a query string. Only a live site has such pages; they are made anew each time."""
        language, own = languages.split(path)
        frame = self._frames[language]
        if own == "/compare":
            return comparepage.free(frame, self._comparisons, query)
        if own != "/":
            return None
        with frame.spend(1.0):
            return listings.timeline(frame, self._months, query)

    def takes_query(self, path: str) -> bool:
        """Whether a page answers its query string."""
        return self.info.live and languages.split(path)[1] in _ASKED

    def _page(self, frame: Frame, path: str) -> Page | None:
        head, _, rest = path.lstrip("/").partition("/")
        if path in listings.PROSE:
            return listings.prose(frame, path)
        match head, rest:
            case "", "":
                return listings.timeline(frame, self._months)
            case "feeds", "":
                return listings.feeds(frame)
            case "sources", "":
                return listings.sources(frame)
            case "documents", number:
                return listings.documents(frame, int(number or "1")) if addresses.is_number(number or "1") else None
            case "compare", "" if self.info.live:
                return comparepage.free(frame, self._comparisons, {})
            case ("feeds", _) | ("calendar.ics", ""):
                return self._feed(frame, path)
            case "event", name:
                event, _, file = name.partition("/")
                return downloads.of_event(frame, event, file) if file else eventpage.page(frame, name)
            case _ if path.endswith(downloads.ENDINGS):
                return downloads.of_list(frame, path)
            case "evidence", name:
                return downloads.of_evidence(frame, name)
            case "ledger", "":
                return ledgerpage.page(frame)
            case "ledger", "roots.json":
                return ledgerpage.roots_file(frame)
            case "topics", name:
                return listings.topic(frame, name)
            case "timeline", name:
                return listings.month(frame, self._months, name)
            case _ if head in ID_LENGTHS:
                return self._document(frame, path)
        return None

    def _document(self, frame: Frame, path: str) -> Page | None:
        """A document, or what stands below it: a version, a pair of versions, the history of a unit."""
        found = addresses.place(path, self._library)
        if found is None:
            return None
        match found.rest:
            case ():
                return documentpage.page(frame, found.document)
            case ("compare", *_, file) if file in downloads.DIFF_FILES:
                return self._pair_file(frame, found, file)
            case ("compare", *_):
                return comparepage.pair(frame, self._comparisons, found)
            case ("history", unit):
                return historypage.page(frame, found.document, unit)
        version = addresses.version_of(found.document.id, found.rest, self._library)
        return versionpage.page(frame, found.document, version) if version else None

    def _pair_file(self, frame: Frame, found: addresses.Place, file: str) -> Page | None:
        pair = addresses.pair_of(addresses.Place(found.document, found.rest[:-1]), self._library)
        return downloads.of_pair(frame, self._comparisons, found.document, pair, file) if pair else None

    def _feed(self, frame: Frame, path: str) -> Page | None:
        found = self._files.file(path, frame.language)
        if found is None:
            return None
        own = frame.layout.own(path)
        return Page(
            path=own,
            content_type=found.content_type,
            body=found.body,
            modified=found.modified,
            file=self.file(own),
            is_feed=True,
            is_final=found.is_final,
        )

    def differing_since(self, seen: Seen) -> Callable[[str], bool]:
        """Path -> whether what stands there may differ from what stood there when the record had come so far.

        Pages that say when something was last checked may always. A change that no event tells (an act that came into force) is
        not known here: who publishes makes everything anew once in a while.
        """
        events = self._since(seen.revision)
        sealed = self.seen().sealed
        unproved = {
            event.id for event in self._since(seen.sealed) if event.seq <= sealed
        }  # a root gave packs their proof
        documents = {event.document_id for event in events if event.document_id}
        named = {event.id for event in events} | {str(event.payload.get("event")) for event in events}
        named |= {mate.id for event in events for mate in self._library.bundle(event.bundle)}
        months = {f"{month_of(event):%Y-%m}" for event in events}

        def differs(path: str) -> bool:
            _, own = languages.split(path)
            parts = own.strip("/").split("/")
            length = ID_LENGTHS.get(parts[0], 0)
            match parts[0]:
                case "event":
                    return parts[-1] in named
                case "evidence":
                    return parts[-1].removesuffix(downloads.PACK) in named | unproved
                case "timeline":
                    return parts[1].partition(".")[0] in months
                case "feeds" if len(parts) > 2 and parts[1] in ID_LENGTHS:
                    return any(own.startswith((f"/feeds/{name}.", f"/feeds/{name}/")) for name in documents)
                case _ if length and len(parts) > length:
                    return "/".join(parts[:length]) in documents
            return True

        return differs

    def _since(self, revision: int) -> list[Event]:
        found: list[Event] = []
        while rows := self._library.events(after_seq=revision, oldest_first=True, limit=_WALK):
            found += rows
            revision = rows[-1].seq
        return found

    def missing(self, path: str) -> Page:
        """The page for an address that does not exist, with links that work from there. It does not repeat the address."""
        language, own = languages.split(path if path.startswith("/") else "/")  # a request may name anything: `GET *`
        frame = self._frames[language]
        return frame.html(own or "/", "missing.html", None, heading=frame.say("Страница не найдена"), is_missing=True)

    def busy(self, path: str) -> Page:
        """The page that stands where one could not be made just now."""
        language, own = languages.split(path)
        frame = self._frames[language]
        return frame.html(own or "/", "busy.html", None, heading=frame.say("Слишком много запросов сразу"))

    def file(self, path: str) -> str:
        """Where a static copy of a path stands, relative to the root of the copy."""
        return self._frames["ru"].layout.file(path)

    # ------------------------------------------------------------ everything there is

    def paths(self) -> Iterator[str]:
        """Every path, leaves first: while a copy is being written no page links to one that is not there yet."""
        yield from self._assets
        yield from (f"/evidence/{event.id}{downloads.PACK}" for event in self._events() if not event.struck)
        for path in self._common_paths():
            for language in languages.LANGUAGES:
                yield f"{languages.prefix(language)}{path}".removesuffix("/") or "/"

    def _common_paths(self) -> Iterator[str]:
        """Every path of one language, leaves first."""
        for event in self._events():
            yield from (f"/event/{event.id}/{name}" for name in downloads.names(event))
            yield f"/event/{event.id}"
        frame = self._frames["ru"]
        for document in self._library.documents():
            yield from historypage.paths(document, frame)
            for version in self._library.versions(document.id):
                if version.key.part in {Part.TEXT, Part.NOTE}:
                    yield addresses.version_path(version)
            yield from comparepage.pairs(document.id, frame)
            yield from (f"/{document.id}/{what}{end}" for what in ("events", "versions") for end in downloads.ENDINGS)
            yield f"/{document.id}"
        months = {f"{month:%Y-%m}": span for month, span in self._months.index().items()}
        lists = [f"/timeline/{name}" for name in months] + [f"/topics/{topic}" for topic in frame.topics()]
        yield from (f"{path}{end}" for path in (*lists, "/documents") for end in downloads.ENDINGS)
        for name, span in months.items():
            parts = len(listings.month_parts(frame, span))
            yield from (listings.month_path(name, number) for number in range(parts, 1, -1))
        yield from lists
        yield from (listings.documents_path(number + 1) for number in reversed(range(listings.document_pages(frame))))
        yield from (*listings.PROSE, "/sources", "/feeds", ledgerpage.ROOTS_PATH, ledgerpage.PATH)
        yield from self._files.paths()
        yield "/"

    def _events(self) -> Iterator[Event]:
        last: int | None = None
        while events := self._library.events(before_seq=last, limit=_WALK):
            yield from events
            last = events[-1].seq
