"""How much work may be asked of this machine at once, by everybody together.

Nothing is counted per reader: behind Tor many share one address, and of addresses nothing is kept. What was prepared is not
limited at all, nor are the pages that a reader comes to by following links; searches, comparisons of one's own choice, files
and long lists take from one bucket that fills again, and only so many run at a time. One unit is some 50 ms of a processor.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final, TypeAlias

#: Searches or comparisons: how many a second for long, how many in a burst, how many at a time.
RATE: Final = 20.0
BURST: Final = 100.0
AT_ONCE: Final = 8
#: Characters of both texts of a comparison together; past them it is not made on demand, at them it costs `_DEAREST`.
LARGEST: Final = 8_000_000
_DEAREST: Final = 20.0

#: Cost of a piece of work -> the block in which it is done; raises `Exhausted` instead.
Spend: TypeAlias = Callable[[float], AbstractContextManager[None]]


def of_texts(size: int) -> float:
    """What comparing texts of that many characters costs; a search costs 1."""
    return 1.0 + _DEAREST * size / LARGEST


def of_rows(count: int) -> float:
    """What making a list of that many rows costs."""
    return 1.0 + count / 250


def free(cost: float) -> AbstractContextManager[None]:
    """Where nobody asks but the operator, nothing is limited."""
    del cost
    return contextlib.nullcontext()


class Exhausted(Exception):  # noqa: N818 - it is no error of anybody's
    """There is nothing left; `retry_after` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class Budget:
    """A token bucket with a limit on what runs at a time. Threads share it. `clock` gives seconds that only grow."""

    def __init__(
        self, clock: Callable[[], float], *, rate: float = RATE, burst: float = BURST, at_once: int = AT_ONCE
    ) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._filled = clock()
        self._free = at_once
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def spend(self, cost: float = 1.0) -> Iterator[None]:
        """Do one piece of work of that cost inside, or raise `Exhausted` at once: nobody is kept waiting in a queue."""
        cost = min(cost, self._burst)
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._filled) * self._rate)
            self._filled = now
            if self._left < cost:
                raise Exhausted(max(1, math.ceil((cost - self._left) / self._rate)))
            if self._free == 0:
                raise Exhausted(1)
            self._left -= cost
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
