"""Which Moscow months have events, and where each begins and ends in the ledger: extended by what was recorded since."""

from __future__ import annotations

import threading
from datetime import date
from typing import TypeAlias

from feeds.library import Library

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
            for name, (first, last) in self._library.months(self._indexed).items():
                month = date.fromisoformat(f"{name}-01")
                self._spans[month] = (self._spans.get(month, (first, last))[0], last)
            self._indexed = max((last for _, last in self._spans.values()), default=0)
            return dict(sorted(self._spans.items(), reverse=True))

    def named(self, name: str) -> tuple[date, Span] | None:
        """The month called ``2026-05``; None when nothing was seen in it."""
        return next(((month, span) for month, span in self.index().items() if f"{month:%Y-%m}" == name), None)
