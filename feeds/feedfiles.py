"""Every file that a feed reader or a calendar asks for: the living feeds, their archives, the list of feeds, the calendar.

A living feed holds the newest hundred entries and leads to its archives (RFC 5005): one for each Moscow month that is over and
in which the feed has an entry. What stands in an archive never changes, so that a reader who was away for a year misses nothing;
its head says nothing that could. The newest archive is still to learn the address of the one behind it.
"""

from __future__ import annotations

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

#: A month of one feed may hold as many entries as the ledger has events in it.
_WHOLE: Final = 1_000_000
_WALK: Final = 100


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
        self._over: tuple[dict[date, Span], dict[str, tuple[date, ...]]] = ({}, {})

    def file(self, path: str, language: Language) -> FeedFile | None:
        """The file at a path without its language: ``/feeds/all.atom``, ``/feeds/all/2026-05.atom``, ``/calendar.ics``."""
        if path == "/calendar.ics":
            body, modified = calendar.render(self._library, self._info, language)
            return FeedFile(content_type="text/calendar; charset=utf-8", body=body, modified=modified)
        if path == "/feeds/index.opml":
            body, modified = opml.render(self._library, self._info, language)
            return FeedFile(content_type="text/x-opml; charset=utf-8", body=body, modified=modified)
        name, _, extension = path.removeprefix("/feeds/").rpartition(".")
        fmt = next((fmt for fmt in FORMATS if fmt == extension), None)
        if fmt is None or not path.startswith("/feeds/"):
            return None
        feed = channels.channel(name, self._library, language=language, own=self._info.topic_names)
        if feed is not None:
            return self._living(feed, fmt)
        name, _, month = name.rpartition("/")
        feed = channels.channel(name, self._library, language=language, own=self._info.topic_names)
        return self._archive(feed, fmt, month) if feed is not None else None

    def paths(self) -> Iterator[str]:
        """Every such path of one language, the archives before the feeds that lead to them."""
        yield "/calendar.ics"
        for feed in channels.channels(self._library, own=self._info.topic_names):
            names = [f"{feed.name}/{month:%Y-%m}" for month in self._archived(feed)]
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
            previous=f"{feed.name}/{archived[-1]:%Y-%m}" if archived else None,
            root=self._library.latest_root(),
        )
        return self._joined(head, fmt, [entry for _, entry in found])

    def _archive(self, feed: Channel, fmt: FeedFormat, name: str) -> FeedFile | None:
        archived = self._archived(feed)
        ordered = list(archived)
        month = next((month for month in ordered if f"{month:%Y-%m}" == name), None)
        if month is None:
            return None
        at = ordered.index(month)
        whole = channels.rows(feed, fmt, self._library, _WHOLE, span=archived[month])
        found = [(event, entry) for event, entry in whole if month_of(event) == month]
        say, words = Speech(feed.language), times.month(month, language=feed.language)
        head = FeedHead(
            name=f"{feed.name}/{name}",
            title=f"{feed.lasting_title or feed.title}: {words}",
            description=say("Архив ленты: всё, что стояло в ней за {month}.", month=words),
            page=feed.page,
            updated=max((event.observed_at for event, _ in found), default=epoch(self._info)),
            language=feed.language,
            is_archive=True,
            previous=f"{feed.name}/{ordered[at - 1]:%Y-%m}" if at else None,
            following=f"{feed.name}/{ordered[at + 1]:%Y-%m}" if at + 1 < len(ordered) else None,
            current=feed.name,
        )
        return self._joined(head, fmt, [entry for _, entry in found])

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
