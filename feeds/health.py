"""``/health``: alive, ready and fresh are three questions, and a machine that asks wants one status code for each.

``/health/live``: the process answers (it asks the store nothing). ``/health/ready``: the store answers too, so readers can be
sent here. ``/health/fresh``: every source that is asked gave a proper answer within ``?hours=24``. ``/health``: readiness, with
the names of the sources that are stale. None of them says why, nor anything about readers or subscribers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from feeds.library import Library
from tracker.errors import TrackerError
from tracker.models import SourceState

PATH: Final = "/health"
HOURS: Final = 24
_LONGEST: Final = 720  # hours
#: A source that was asked this long after another one is no longer asked at all.
_FORGOTTEN: Final = timedelta(days=1)


class Answer(NamedTuple):
    """A status code, and the same in JSON."""

    status: int
    body: bytes


class Health:
    """The state of a live site over a library. `revision` asks the store how many events there are; `now` is aware."""

    def __init__(self, library: Library, revision: Callable[[], int], now: Callable[[], datetime]) -> None:
        self._library = library
        self._revision = revision
        self._now = now

    def answer(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """What to say at a path; None where there is nothing. Asks the store."""
        questions = {PATH: self._whole, f"{PATH}/ready": self._ready, f"{PATH}/fresh": self._fresh}
        if path not in questions:
            return None
        try:
            hours = int(query.get("hours") or HOURS)
        except ValueError:
            hours = 0
        if not 1 <= hours <= _LONGEST:
            return _said(400, status="hours is a whole number from 1 to 720")
        try:
            return questions[path](timedelta(hours=hours))
        except TrackerError:  # its words are for the operator's log
            return _said(503, status="store unavailable")

    def _ready(self, _: timedelta) -> Answer:
        return _said(200, status="ready", events=self._revision())

    def _whole(self, age: timedelta) -> Answer:
        events = self._revision()
        stale = [state.name for state in self._asked() if not self._is_fresh(state, age)]
        return _said(200, status="ok", events=events, stale=stale)

    def _fresh(self, age: timedelta) -> Answer:
        states = list(self._asked())
        sources = {
            state.name: {
                "last_success": state.last_success.isoformat() if state.last_success else None,
                "stale": not self._is_fresh(state, age),
            }
            for state in states
        }
        fresh = bool(states) and all(self._is_fresh(state, age) for state in states)
        return _said(200 if fresh else 503, status="fresh" if fresh else "stale", sources=sources)

    def _asked(self) -> Iterator[SourceState]:
        """The sources that are still asked: a document is followed there, or new ones are searched for."""
        states = self._library.source_states()
        followed = {watch.source for watch in self._library.watches()}
        newest = max((state.last_attempt for state in states if state.last_attempt), default=None)
        for state in states:
            is_old = newest and state.last_attempt and newest - state.last_attempt > _FORGOTTEN
            if state.name in followed or not is_old:
                yield state

    def _is_fresh(self, state: SourceState, age: timedelta) -> bool:
        return state.last_success is not None and self._now() - state.last_success <= age


#: The process answers: nothing else is asked.
LIVE: Final = Answer(200, b'{"status": "alive"}\n')


def _said(code: int, **words: object) -> Answer:
    return Answer(code, json.dumps(words).encode() + b"\n")
