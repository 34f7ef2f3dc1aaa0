"""Every file that a feed reader or a calendar asks for: the living feeds, their archives, the list of feeds, the calendar.

A living feed holds the newest hundred entries and leads to its archives (RFC 5005): one for each Moscow month that is over and
in which the feed has an entry. What stands in an archive never changes, so that a reader who was away for a year misses nothing;
its head says nothing that could. The newest archive is still to learn the address of the one behind it.

A month of more than a thousand entries is several archives, the newest first: ``all/2026-05``, ``all/2026-05/2`` and so on. So
no file is larger than a reader, or this machine, takes easily.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from feeds import calendar, channels, opml, times
from feeds.channels import Channel
from feeds.formats import FORMATS, FeedHead, epoch
from feeds.languages import Speech
from feeds.library import FeedFormat, Library
from feeds.months import Months, Span
from feeds.views import month_of
from tracker.models import Language, SiteInfo

#: Entries of one archive.
_PART: Final = 1_000
_WALK: Final = 100
_ARCHIVE: Final = re.compile(r"(.+)/(\d{4}-\d{2})(?:/([1-9]\d{0,4}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """One file. `is_final`: it will never change, but for what an operator strikes."""

    content_type: str
    body: bytes
    modified: datetime
    is_final: bool = False


class FeedFiles:
    """The feed files of one site."""

    def __init__(self, library: Library, info: SiteInfo, months: Months) -> None:
        self._library = library
        self._info = info
        self._months = months
        self._lists: dict[Language, tuple[int, FeedFile]] = {}
        self._over: tuple[dict[date, Span], dict[str, tuple[date, ...]]] = ({}, {})

    def file(self, path: str, language: Language) -> FeedFile | None:
        """The file at a path without its language: ``/feeds/all.atom``, ``/feeds/all/2026-05.atom``, ``/calendar.ics``."""
        if path == "/calendar.ics":
            body, modified = calendar.render(self._library, self._info, language)
            return FeedFile(content_type="text/calendar; charset=utf-8", body=body, modified=modified)
        if path == "/feeds/index.opml":
            return self._list(language)
        name, _, extension = path.removeprefix("/feeds/").rpartition(".")
        fmt = next((fmt for fmt in FORMATS if fmt == extension), None)
        if fmt is None or not path.startswith("/feeds/"):
            return None
        feed = channels.channel(name, self._library, language=language, own=self._info.topic_names)
        if feed is not None:
            return self._living(feed, fmt)
        parsed = _ARCHIVE.fullmatch(name)
        if parsed is None or parsed[3] == "1":
            return None
        feed = channels.channel(parsed[1], self._library, language=language, own=self._info.topic_names)
        return self._archive(feed, fmt, parsed[2], int(parsed[3] or 1)) if feed is not None else None

    def _list(self, language: Language) -> FeedFile:
        """The list of all feeds; it names every document, and is made anew only when something was recorded."""
        newest = self._library.events(limit=1)
        revision = newest[0].seq if newest else 0
        known, made = self._lists.get(language, (-1, None))
        if made is None or known != revision:
            body, modified = opml.render(self._library, self._info, language)
            made = FeedFile(content_type="text/x-opml; charset=utf-8", body=body, modified=modified)
            self._lists[language] = (revision, made)
        return made

    def paths(self) -> Iterator[str]:
        """Every such path of one language, the archives before the feeds that lead to them."""
        yield "/calendar.ics"
        for feed in channels.channels(self._library, own=self._info.topic_names):
            archived = self._archived(feed)
            names = [
                _name(feed, month, part)
                for month, span in archived.items()
                for part in range(len(self._parts(feed, span)), 0, -1)
            ]
            yield from (f"/feeds/{name}.{fmt}" for name in (*names, feed.name) for fmt in FORMATS)
        yield "/feeds/index.opml"

    def _living(self, feed: Channel, fmt: FeedFormat) -> FeedFile:
        found = channels.rows(feed, fmt, self._library)
        archived = list(self._archived(feed))
        head = FeedHead(
            name=feed.name,
            title=feed.title,
            description=feed.description,
            page=feed.page,
            updated=max((event.observed_at for event, _ in found), default=epoch(self._info)),
            language=feed.language,
            previous=_name(feed, archived[-1]) if archived else None,
            root=self._library.latest_root(),
        )
        return self._joined(head, fmt, [entry for _, entry in found])

    def _archive(self, feed: Channel, fmt: FeedFormat, name: str, part: int) -> FeedFile | None:
        archived = self._archived(feed)
        month = next((month for month in archived if f"{month:%Y-%m}" == name), None)
        parts = self._parts(feed, archived[month]) if month is not None else []
        if month is None or part > len(parts):
            return None
        whole = channels.rows(feed, fmt, self._library, _PART, span=parts[part - 1])
        found = [(event, entry) for event, entry in whole if month_of(event) == month]
        say, words = Speech(feed.language), times.month(month, language=feed.language)
        previous, following = self._beside(feed, archived, month, part, len(parts))
        head = FeedHead(
            name=_name(feed, month, part),
            title=f"{feed.lasting_title or feed.title}: {words}",
            description=say("Архив ленты: всё, что стояло в ней за {month}.", month=words),
            page=feed.page,
            updated=max((event.observed_at for event, _ in found), default=epoch(self._info)),
            language=feed.language,
            is_archive=True,
            previous=previous,
            following=following,
            current=feed.name,
        )
        return self._joined(head, fmt, [entry for _, entry in found])

    def _beside(
        self, feed: Channel, archived: dict[date, Span], month: date, part: int, parts: int
    ) -> tuple[str | None, str | None]:
        """The names of the archives before and after one, None where there is none."""
        ordered = list(archived)
        at = ordered.index(month)
        earlier = _name(feed, ordered[at - 1]) if at else None
        previous = _name(feed, month, part + 1) if part < parts else earlier
        if part > 1:
            return previous, _name(feed, month, part - 1)
        later = ordered[at + 1] if at + 1 < len(ordered) else None
        return previous, _name(feed, later, len(self._parts(feed, archived[later]))) if later else None

    def _parts(self, feed: Channel, span: Span) -> list[Span]:
        """A month cut where a thousand of what may stand in a feed are together, the newest first."""
        found = self._library.seqs(
            feed.scope, leads_only=feed.leads_only, after_seq=span[0] - 1, before_seq=span[1] + 1
        )
        cut = [found[start : start + _PART] for start in range(0, len(found), _PART)]
        return [(part[-1], part[0]) for part in cut]

    def _joined(self, head: FeedHead, fmt: FeedFormat, entries: list[bytes]) -> FeedFile:
        form = FORMATS[fmt]
        body = form.join(head, entries, self._info)
        return FeedFile(
            content_type=form.content_type, body=body, modified=head.updated, is_final=head.following is not None
        )

    def _archived(self, feed: Channel) -> dict[date, Span]:
        """The months of a feed that are over, oldest first. A month is over when something was seen or checked after it.

        Looked for once, as long as no further month is over: a month that is over gets no more events.
        """
        now = self._this_month()
        over = {month: span for month, span in self._months.index().items() if now is not None and month < now}
        known = self._over
        if known[0] != over:
            known = self._over = (over, {})
        months = known[1].get(feed.name)
        if months is None:
            months = tuple(month for month in reversed(over) if self._has_entry(feed, month, over[month]))
            known[1][feed.name] = months
        return {month: over[month] for month in months}

    def _has_entry(self, feed: Channel, month: date, span: Span) -> bool:
        before = span[1] + 1
        while found := self._library.events(
            scope=feed.scope,
            leads_only=feed.leads_only,
            backfilled=False,
            after_seq=span[0] - 1,
            before_seq=before,
            limit=_WALK,
        ):
            # Between the events of a month stand those of others only where the clock jumped.
            if any(month_of(event) == month and channels.lets_in(feed, event, self._library) for event in found):
                return True
            before = found[-1].seq
        return False

    def _this_month(self) -> date | None:
        """The month in which something was last seen or checked: the only clock of this room."""
        moments = [event.observed_at for event in self._library.events(limit=1)]
        moments += [state.last_success for state in self._library.source_states() if state.last_success is not None]
        return times.moscow_day(max(moments)).replace(day=1) if moments else None


def _name(feed: Channel, month: date, part: int = 1) -> str:
    """The name of an archive: ``all/2026-05``, ``all/2026-05/2``."""
    return f"{feed.name}/{month:%Y-%m}" + (f"/{part}" if part > 1 else "")
