"""Which Moscow months have events, and where each begins and ends in the ledger: extended by what was recorded since."""

from __future__ import annotations

import threading
from datetime import date
from typing import Final, TypeAlias

from feeds import views
from feeds.library import Library

_WALK: Final = 500

Span: TypeAlias = tuple[int, int]


class Months:
    """The months of one ledger. Threads may share it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._spans: dict[date, Span] = {}
        self._indexed = 0
        self._lock = threading.Lock()

    def index(self) -> dict[date, Span]:
        """First day of a month -> first and last sequence number seen in it, newest month first."""
        with self._lock:
            while events := self._library.events(after_seq=self._indexed, oldest_first=True, limit=_WALK):
                for event in events:
                    first, _ = self._spans.get(views.month_of(event), (event.seq, event.seq))
                    self._spans[views.month_of(event)] = (first, event.seq)
                self._indexed = events[-1].seq
            return dict(sorted(self._spans.items(), reverse=True))

    def named(self, name: str) -> tuple[date, Span] | None:
        """The month called ``2026-05``; None when nothing was seen in it."""
        return next(((month, span) for month, span in self.index().items() if f"{month:%Y-%m}" == name), None)
