"""What every page of one language shares: the library, the words, the menu, the rows of events, the frame of the layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from feeds import channels, labels, subject, times, views
from feeds.api import budget
from feeds.formats import FORMATS, epoch
from feeds.languages import Speech
from feeds.library import Library
from feeds.months import Months
from feeds.pages import Layout, Page
from feeds.relations import Origin
from tracker.models import Diff, Document, Language, Operation, Section, SiteInfo


class Insight(Protocol):
    """What this room cannot know by itself, handed in: how two texts differ as law, and where a clause came from."""

    def compare(self, old: Sequence[Section], new: Sequence[Section], /) -> Diff:
        """What became of each unit."""

    def forms(self, old: Sequence[Section], new: Sequence[Section], diff: Diff, /) -> tuple[Operation, ...]:
        """Units whose words are the same and whose typography is not: what `diff` called noise, shown."""

    def origin(self, document_id: str, path: str, edition: str, /) -> Origin | None:
        """Where the unit at a path of an edition got its present words; None where that cannot be said."""


class Frame:
    """One language of one site."""

    def __init__(
        self,
        library: Library,
        info: SiteInfo,
        language: Language,
        *,
        revision: Callable[[], int],
        months: Months,
        insight: Insight | None,
    ) -> None:
        self.library = library
        self.info = info
        self.language: Language = language
        self.say = Speech(language)
        self.rows = views.Rows(library, self.say)
        self.layout = Layout(info, self.say)
        self.months = months
        self.insight = insight
        self.spend: budget.Spend = budget.free
        self._revision = revision
        self._topics: tuple[int, tuple[str, ...]] = (-1, ())

    def html(self, path: str, template: str, modified: datetime | None, **context: Any) -> Page:
        """A page in the frame that all share."""
        return self.layout.html(path, template, modified, menu=self.menu(), **context)

    def both(self, moment: datetime) -> str:
        """A moment in Moscow time and UTC."""
        return times.both(moment, language=self.language)

    def menu(self) -> list[tuple[str, str]]:
        """The topics of the menu: every page shows them, so they are counted anew only when something was recorded."""
        return [(topic, self.say.of(labels.topic_short(topic, self.info.topic_names))) for topic in self.topics()]

    def topics(self) -> tuple[str, ...]:
        """The topics of what is followed, ours first."""
        revision = self._revision()
        if self._topics[0] != revision:
            self._topics = (revision, channels.topics(self.library))
        return self._topics[1]

    def newest(self) -> datetime:
        """When the newest event or check of the whole instance was: pages that show freshness change with both."""
        moments = [event.observed_at for event in self.library.events(limit=1)]
        return max([*moments, *self._checks()], default=epoch(self.info))

    def as_of(self) -> str:
        """When the newest successful check was: the date that the page as a whole carries."""
        checks = self._checks()
        return self.both(max(checks)) if checks else ""

    def _checks(self) -> list[datetime]:
        return [state.last_success for state in self.library.source_states() if state.last_success is not None]

    def is_invented(self, document: Document) -> bool:
        """Whether a document is marked as invented wherever it is shown."""
        return self.info.invented or document.invented

    def document_rows(self, documents: Iterable[Document]) -> list[dict[str, Any]]:
        """Documents as a list shows them: name, force, stage; the newest first."""
        rows = []
        for document in sorted(documents, key=lambda row: (row.date or "", row.id), reverse=True):
            about = subject.of_document(document)
            rows.append({"about": about, "path": f"/{about.id}", "status": views.shown_status(about, self.say)})
        return rows

    def source_rows(self) -> list[dict[str, Any]]:
        """Sources with their freshness."""
        states = {state.name: state for state in self.library.source_states()}
        rows = []
        for name in channels.sources(self.library):
            if name not in states:
                continue
            last = self.library.events(scope=f"source:{name}", backfilled=False, limit=1)
            rows.append(
                {
                    "slug": name,
                    "name": labels.source_name(name, language=self.language),
                    "host": labels.source_host(name),
                    "feed": f"/feeds/sources/{name}.atom",
                    "freshness": views.source_freshness(states[name], last[0] if last else None, self.say),
                    "last_change": self.both(last[0].observed_at) if last else "",
                }
            )
        return rows

    def feed_row(self, feed: channels.Channel) -> dict[str, Any]:
        """A feed as a page lists it. The banner of an invented site says once what each title would repeat."""
        mark = f"{self.say.of(labels.DEMO)}. " if self.info.invented else ""
        return {
            "title": feed.title.removeprefix(mark),
            "description": feed.description.removeprefix(mark),
            "links": [(form.label, f"/feeds/{feed.name}.{fmt}") for fmt, form in FORMATS.items()],
        }

    def alternates(self, *feeds: channels.Channel) -> list[tuple[str, str, str]]:
        """(media type, title, path) of feeds that a page announces."""
        return [
            (form.media_type, f"{feed.title} ({form.label})", f"/feeds/{feed.name}.{fmt}")
            for feed in feeds
            for fmt, form in FORMATS.items()
        ]
