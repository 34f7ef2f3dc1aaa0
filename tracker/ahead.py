"""Looks that go ahead while others wait for their readings: many under way, one at work, recorded in their order.

A look is a function that fetches, has texts read elsewhere (`tracker.workers`) and records. Each has a thread, but only one
has the floor: it gives it up where it waits for a reading, and where it waits for its turn to record. So the store has one
writer and the sources one visitor, nothing of a look need be safe from another, and what comes of many looks is what would
come of them one after the other:

- looks begin in their order and record in their order;
- two of one document, or one that stands alone (it reads what others record), are never under way together;
- once a look has failed no other begins until that is recorded: it may be the host's trouble.

How many are under way is bounded, and with that the memory.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")
Out = TypeVar("Out")

_CALLER: Final = -1


class _AbandonedError(BaseException):
    """The pass is over: this look ends without a word. Nothing of it was recorded, and it stays due."""


@dataclass(eq=False, slots=True)
class _Look(Generic[Item, Out]):
    number: int
    item: Item
    key: str
    alone: bool
    begun: bool = False
    failing: bool = False
    done: bool = False
    result: Out | None = None
    error: BaseException | None = None


class Ahead:
    """Runs looks ahead, `limit` at most. One pass at a time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._changed = threading.Condition()
        self._looks: deque[_Look[Any, Any]] = deque()  # in their order, until they are handed out
        self._wanting: dict[int, Callable[[], bool]] = {}  # by number of the look
        self._taken = False
        self._closed = False
        self._mine = threading.local()

    def run(
        self,
        items: Iterable[Item],
        look: Callable[[Item], Out],
        *,
        key: Callable[[Item], str],
        alone: Callable[[Item], bool],
        stopped: Callable[[], bool],
    ) -> Iterator[Out]:
        """What comes of each look, in order. The caller has the floor while it holds a result.

        `key`: looks of one key never overlap; `alone`: those that nothing may overlap. `stopped` is asked before a look
        begins. What a look raises is raised in its turn, and the looks behind it are abandoned.
        """
        self._closed, self._taken = False, False
        self._looks.clear()
        coming = enumerate(items)
        with ThreadPoolExecutor(self.limit, thread_name_prefix="look") as threads:
            try:
                while True:
                    while len(self._looks) < self.limit and (found := next(coming, None)) is not None:
                        number, item = found
                        next_look: _Look[Item, Out] = _Look(number=number, item=item, key=key(item), alone=alone(item))
                        with self._changed:
                            self._looks.append(next_look)
                        threads.submit(self._attend, next_look, look, stopped)
                    if not self._looks:
                        return
                    head: _Look[Item, Out] = self._looks[0]
                    self._take(partial(_is_done, head))
                    with self._changed:
                        self._looks.popleft()
                    if head.error is not None:
                        raise head.error
                    if head.begun:
                        yield head.result  # type: ignore[misc]  # a look that has begun and not failed has a result
                    self._give()
            finally:
                with self._changed:
                    self._closed, self._taken = True, False
                    self._changed.notify_all()

    def turn(self, *, failing: bool = False) -> bool:
        """Wait until every look before this one is recorded; whether it had gone ahead of any.

        `failing`: it did not go well, and no other look may begin meanwhile. Outside a pass it is always one's turn.
        """
        look = self._look()
        if look is None:
            return False
        with self._changed:
            look.failing = failing
            if self._looks[0] is look:
                return False
        self._give()
        self._take(lambda: self._looks[0] is look)
        return True

    def wait(self, future: Future[Any], *, seconds: float) -> bool:
        """Let others work until a reading is done or the time is over; whether it is done."""
        if self._look() is None:
            return bool(wait([future], timeout=seconds).done)
        self._give()
        future.add_done_callback(lambda _: self._tell())
        with self._changed:
            self._changed.wait_for(lambda: future.done() or self._closed, timeout=seconds)
        self._take(lambda: True)
        return future.done()

    def _look(self) -> _Look[Any, Any] | None:
        return getattr(self._mine, "look", None)

    def _attend(self, look: _Look[Any, Any], work: Callable[[Any], Any], stopped: Callable[[], bool]) -> None:
        """The life of a look, in a thread of its own."""
        self._mine.look = look
        try:
            self._take(lambda: self._may_begin(look))
            if not stopped():
                look.begun = True
                look.result = work(look.item)
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits for this look
            look.error = error
        finally:
            self._mine.look = None
            with self._changed:
                look.done = True
            if not isinstance(look.error, _AbandonedError):
                self._give()

    def _may_begin(self, look: _Look[Any, Any]) -> bool:
        for other in self._looks:
            if other is look:
                return True
            if not (other.begun or other.done) or other.failing or other.alone or look.alone or other.key == look.key:
                return False
        return False

    def _take(self, ready: Callable[[], bool]) -> None:
        """Wait for the floor. Of those that are ready it goes to the caller of `run`, then to the look that stands first."""
        look = self._look()
        number = _CALLER if look is None else look.number
        with self._changed:
            self._wanting[number] = ready
            try:
                self._changed.wait_for(lambda: self._closed or (not self._taken and self._next() == number))
            finally:
                del self._wanting[number]
            if self._closed:
                raise _AbandonedError
            self._taken = True

    def _next(self) -> int | None:
        return min((number for number, ready in self._wanting.items() if ready()), default=None)

    def _give(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _is_done(look: _Look[Any, Any]) -> bool:
    return look.done
