"""Where texts are read and compared: in this process, in processes of its own, or on a Dask cluster (`[workers]`).

`Workers.call` stands before a pure function, bytes in and values out; what it gives is the same wherever it ran. A worker
that is lost loses no work: the call is made elsewhere, then alone in a process of this machine. An input that has ended that
one, too, is what ends them; it gives a PageError, and the service lives on. Fetching, recording and sending stay here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, Self, TypeVar

import structlog

from tracker.ahead import Ahead
from tracker.engines import LIMIT_SECONDS, Call, Engine, Pool, Raised, Refused, Returned, UnusableError, difference
from tracker.errors import PageError
from tracker.models import Problem, Section

#: What is smaller is done in this process: to hand it over takes as long as to read it.
SMALL: Final = 8_192
_POLL_SECONDS: Final = 5.0

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("tracker.workers")


@dataclass(slots=True)
class _Handed:
    """A call under way: where it runs, and where it is tried after that."""

    call: Call
    line: deque[Engine]
    engine: Engine | None = None
    future: Future[Any] | None = None


class Workers:
    """Runs calls on `engines`, tried in this order; without any, in this process. Safe from several threads.

    `in_flight`: how many readings may be under way at once.
    """

    def __init__(
        self,
        engines: Sequence[Engine] = (),
        *,
        in_flight: int = 1,
        small: int = SMALL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engines = tuple(engines)
        self._small = small
        self._monotonic = monotonic
        self.in_flight = in_flight if engines else 1
        self.ahead = Ahead(self.in_flight)

    def call(self, size: int, function: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> T:
        """What the function gives or raises. `size`: about how many bytes it reads.

        The function stands at the top of a module and depends on its arguments alone. Raises PageError (`broken`) for an
        input that ends every process that touches it.
        """
        if not self._engines or size < self._small:
            return function(*args, **keywords)
        value: T = self._result(self._handed(Call(function=function, args=args, keywords=keywords, size=size)))
        return value

    def in_order(self, calls: Iterable[tuple[T, Call | None]]) -> Iterator[tuple[T, Callable[[], Any]]]:
        """Each thing with what gives its value, or raises; some calls ahead are under way meanwhile.

        A thing without a call is handed through in its place.
        """
        waiting: deque[tuple[T, Callable[[], Any]]] = deque()
        for thing, call in calls:
            waiting.append((thing, self._begun(call)))
            if len(waiting) >= self.in_flight:
                yield waiting.popleft()
        yield from waiting

    def _begun(self, call: Call | None) -> Callable[[], Any]:
        if call is None:
            return lambda: None
        if not self._engines or call.size < self._small:
            return call.here
        handed = self._handed(call)
        return lambda: self._result(handed)

    def close(self) -> None:
        """Let go of processes and connections."""
        for engine in self._engines:
            engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ one call

    def _handed(self, call: Call) -> _Handed:
        handed = _Handed(call=call, line=deque(self._engines))
        self._hand_on(handed)
        return handed

    def _hand_on(self, handed: _Handed) -> None:
        """To the next engine that takes it; none is left when `future` is None."""
        handed.engine, handed.future = None, None
        while handed.line and handed.future is None:
            handed.engine = handed.line.popleft()
            try:
                handed.future = handed.engine.submit(handed.call)
            except UnusableError:
                continue

    def _result(self, handed: _Handed) -> Any:
        while handed.future is not None and handed.engine is not None:
            outcome = self._outcome(handed.engine, handed.future)
            if isinstance(outcome, Returned | Raised):
                return _value(outcome)
            if outcome is None:
                log.warning("reading.lost", size=handed.call.size)
            else:
                handed.engine.distrust(f"workers differ: {difference(outcome.footing)}")
            self._hand_on(handed)
        return self._by_itself(handed.call)

    def _by_itself(self, call: Call) -> Any:
        """Alone in a process of this machine, so that no other can have ended it."""
        alone = Pool(1)
        try:
            outcome = self._outcome(alone, alone.submit(call))
        except UnusableError as error:
            log.warning("reading.here", reason=str(error))
            return call.here()
        finally:
            alone.close()
        if outcome is None:
            raise PageError(Problem.BROKEN, "what came ends every process that reads it: not read")
        if isinstance(outcome, Refused):  # the code on this disk was replaced, and this process is still of the old
            return call.here()
        return _value(outcome)

    def _outcome(self, engine: Engine, future: Future[Any]) -> Returned | Raised | Refused | None:
        """What came of a call; None when it was lost."""
        deadline = self._monotonic() + LIMIT_SECONDS
        while not self.ahead.wait(future, seconds=_POLL_SECONDS):
            if self._monotonic() > deadline or not engine.is_alive():
                future.cancel()
                return None
        try:
            outcome = future.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - a worker's end has many names; errors of a call are values
            log.debug("worker.lost", reason=type(error).__name__)
            return None
        return outcome if isinstance(outcome, Returned | Raised | Refused) else None


def _value(outcome: Returned | Raised) -> Any:
    if isinstance(outcome, Raised):
        raise outcome.error
    return outcome.value


def size_of(sections: Iterable[Section]) -> int:
    """About how many bytes the texts of some units take."""
    return 2 * sum(len(section.text) for section in sections)
