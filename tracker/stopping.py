"""A gate to the network that can be let go of: a server that is slow to answer must not hold up the end of a process."""

from __future__ import annotations

import queue
import threading
from typing import TypeAlias

from scrapers.http import Gate
from tracker.errors import BusyError
from tracker.models import Response, Validators

_Answers: TypeAlias = "queue.SimpleQueue[Response | BaseException]"


class Departure:
    """The gate, asked by threads that nobody waits for once `stop` was called.

    A fetch that was abandoned has told nobody anything: nothing is recorded of it, and the look is due again when a process
    next begins.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._stopped = False
        self._lock = threading.Lock()
        self._waiting: set[_Answers] = set()

    def stop(self) -> None:
        """From now on every fetch ends with `BusyError`, those under way too."""
        with self._lock:
            self._stopped = True
            for answers in self._waiting:
                answers.put(_stopped())

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Response:
        """What `Gate.fetch` gives or raises; `BusyError` after `stop`."""
        answers: _Answers = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._gate.fetch(url, source=source, validators=validators))
            except BaseException as error:  # noqa: BLE001 - raised again by the thread that asked
                answers.put(error)

        with self._lock:
            if self._stopped:
                raise _stopped()
            self._waiting.add(answers)
        try:
            threading.Thread(target=ask, name="fetch", daemon=True).start()
            answer = answers.get()
        finally:
            with self._lock:
                self._waiting.discard(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def _stopped() -> BusyError:
    return BusyError("stopped while a source was being asked; it is asked again at the next start")
