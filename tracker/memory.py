"""Why a process that runs for months stays as large as it was after a day: few heaps, and what is free goes back.

glibc gives threads heaps of their own, eight for each core. Pages that are kept for long are made in all of them, beside much
that is soon gone, and a heap shrinks by itself only at its end: over some days such holes take more than all that is kept
(measured in `docs/performance.md`, "A week"). Python lets one thread work at a time, so that more heaps gain it next to nothing.

With another C library both functions do nothing.
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Mapping
from functools import cache
from typing import Final

#: Seconds between two calls of `give_back`; one takes some milliseconds.
INTERVAL: Final = 60.0

_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
_HEAPS: Final = 2
#: With these whoever starts the process has decided already.
_DECIDED: Final = ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")


@cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def use_few_heaps(environment: Mapping[str, str] = os.environ) -> None:
    """Let new threads share two heaps, unless the environment says how many there are to be. Call it before they begin."""
    library = _glibc()
    if library is not None and not any(name in environment for name in _DECIDED):
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Give what is free in the heaps back to the system, holes between what is in use included."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
