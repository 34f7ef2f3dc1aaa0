"""Functions that workers are given in tests: like those of the house they stand at the top of a module."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tracker.errors import PageError
from tracker.models import Problem


def noted(number: int, book: Path, pause: float = 0.0) -> int:
    """Write a line of one's own when done, whoever else writes; gives the number doubled."""
    time.sleep(pause)
    with (book / f"{number}-{os.getpid()}-{time.monotonic_ns()}").open("w"):
        pass
    return 2 * number


def process() -> int:
    return os.getpid()


def ended(_: int) -> None:
    """What a crash of a parser looks like from outside."""
    os.kill(os.getpid(), signal.SIGKILL)


def ended_once(book: Path) -> str:
    """Ends the first process that tries, and no other: somebody else's fault."""
    try:
        (book / "first").touch(exist_ok=False)
    except FileExistsError:
        return "read"
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def refused(words: str) -> None:
    raise PageError(Problem.EMPTY, words, url="https://example.org/a")


class AwkwardError(Exception):
    """An error that cannot be rebuilt elsewhere."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def awkward() -> None:
    raise AwkwardError("a", "b")
