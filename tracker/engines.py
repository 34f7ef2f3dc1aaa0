"""Executors that readings run on: spawned processes of this machine, or a Dask cluster that exists already.

What is handed over is the name of a function of ours and its arguments; what comes back is a value or the error it raised. A
worker that reads by other code, or with other programs, than this process would give other texts: it refuses, and the
reading is made elsewhere. Nothing of the instance (configuration, proxies, subscribers) leaves this process.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import pickle
import platform
import resource
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from scrapers.extract import files
from tracker.errors import ConfigError, TrackerError

#: No reading takes longer: recognising a long scan is given half an hour.
LIMIT_SECONDS: Final = 2_400
#: After it could not be used a cluster is left alone for so long.
AWAY_SECONDS: Final = 300.0
#: Larger bodies stay on this machine: a scheduler holds what it hands on.
LARGE: Final = 8 * 2**20
_MEMORY: Final = 4 * 2**30  # address space of one process, as much as LibreOffice is given
_CONNECT_SECONDS: Final = 10
_ROOMS: Final = ("diffs", "scrapers", "tracker")
_LIBRARIES: Final = ("lxml", "rapidfuzz", "beautifulsoup4", "trafilatura", "pypdfium2", "pymorphy3")

log = structlog.get_logger("tracker.engines")


class UnusableError(TrackerError):
    """An engine cannot be used now; the work is done elsewhere."""


# ---------------------------------------------------------------- in a worker


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function gave."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """What a function raised."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Refused:
    """The worker is not the one that was meant: it would read in another way."""

    footing: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function at the top of a module, and arguments that can be pickled. `size`: about how many bytes go over."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0

    def here(self) -> Any:
        """The value, computed in this process."""
        return self.function(*self.args, **self.keywords)


@cache
def footing() -> Mapping[str, str]:
    """What a reading by this process rests on, by name: equal on two machines, equal texts come of equal bytes."""
    root = Path(__file__).parents[1]
    code = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            code.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    found = {"code": code.hexdigest()[:16], "Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: metadata.version(name) for name in _LIBRARIES}
    found |= {name: "here" if is_here else "not here" for name, is_here in files.tools().items()}
    return found


def perform(call: Call, expected: Mapping[str, str], seconds: int = 0) -> Returned | Raised | Refused:
    """Run in a worker. `seconds`: after them the process ends itself, whatever it is doing (0: it does not)."""
    if footing() != expected:
        return Refused(footing())
    if seconds:
        signal.alarm(seconds)  # its default action needs no Python
    try:
        return Returned(call.here())
    except Exception as error:  # noqa: BLE001 - raised again where the call came from
        return Raised(_portable(error))
    finally:
        if seconds:
            signal.alarm(0)


def _portable(error: Exception) -> Exception:
    """An error that arrives: one that cannot be rebuilt on the other side would be taken for the end of the worker."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - foreign errors fail in many ways
        return RuntimeError(f"{type(error).__name__}: {' '.join(str(error).split())}")
    return error


def _begin() -> None:
    """Set up a process of the pool: bounded memory, Ctrl-C is for the conductor, and no life after its parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):  # a system that bounds it lower, or knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# ---------------------------------------------------------------- engines


class Engine(Protocol):
    """Where calls run."""

    def submit(self, call: Call) -> Future[Any]:
        """Hand over a call. Raises UnusableError."""

    def is_alive(self) -> bool:
        """Whether what was handed over can still come back."""

    def distrust(self, why: str) -> None:
        """Do without it for a while: what its workers give is not what this process would give."""

    def close(self) -> None:
        """Let go of everything."""


class Pool:
    """Processes of this machine, spawned when they are first needed and anew after one has died."""

    def __init__(self, processes: int, *, seconds: int = LIMIT_SECONDS) -> None:
        self._processes = processes
        self._seconds = seconds
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, call: Call) -> Future[Any]:
        """Hand over a call; a broken pool is replaced."""
        with self._lock:
            try:
                return self._submit(call)
            except BrokenProcessPool:
                self._end(wait=False)
            except OSError as error:
                raise UnusableError(f"no process can be started ({error}): free memory") from error
            try:
                return self._submit(call)
            except (BrokenProcessPool, OSError) as error:
                raise UnusableError(f"no process can be started ({error}): free memory") from error

    def _submit(self, call: Call) -> Future[Any]:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")  # a fork would take locks and connections along
            self._executor = ProcessPoolExecutor(self._processes, mp_context=context, initializer=_begin)
        return self._executor.submit(perform, call, footing(), self._seconds)

    def is_alive(self) -> bool:
        """A dead process is told by its future."""
        return True

    def distrust(self, why: str) -> None:
        """The code on this disk was replaced while this process runs: its processes are of another version now."""
        log.warning("pool.differs", reason=why)

    def _end(self, *, wait: bool) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=wait, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """End the processes, when they are done with what they read."""
        with self._lock:
            self._end(wait=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Dask scheduler, and how the connection is secured: paths of PEM files, all three or none."""

    url: str
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


class Cluster:
    """A Dask cluster that others run. One that cannot be used is left alone for a while.

    Raises ConfigError when the package `distributed` is not installed.
    """

    def __init__(self, address: Address, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if util.find_spec("distributed") is None:
            raise ConfigError(
                'workers.engine = "dask" needs a package: pip install "duma-tracker[dask]"; or set engine = "process"'
            )
        self._address = address
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._client: Any = None
        self._executor: Executor | None = None
        self._away_until = 0.0

    def submit(self, call: Call) -> Future[Any]:
        """Hand over a call."""
        if call.size > LARGE:
            raise UnusableError("too large to travel")
        with self._lock:
            try:
                return self._connected().submit(perform, call, footing())
            except (
                OSError,
                RuntimeError,
                ValueError,
            ) as error:  # no connection; closed meanwhile; not the cluster's TLS
                self._leave(error)
                raise UnusableError("the cluster cannot be reached") from error

    def _connected(self) -> Executor:
        if self._executor is not None:
            return self._executor
        if self._monotonic() < self._away_until:
            raise UnusableError("the cluster is left alone for a while")
        self._client = connect(self._address)
        # Not by content: to hash a body twice is slower than to read it.
        self._executor = self._client.get_executor(pure=False)
        assert self._executor is not None  # the library says no types  # noqa: S101
        return self._executor

    def is_alive(self) -> bool:
        """Whether the scheduler answers and has a worker; otherwise it is left alone."""
        with self._lock:
            if self._client is None:
                return False
            try:
                if self._client.nthreads():
                    return True
                self._leave("it has no workers")
            except Exception as error:  # noqa: BLE001 - whatever the library raises, there is no answer
                self._leave(error)
            return False

    def distrust(self, why: str) -> None:
        """Leave the cluster alone: it is there, and not usable."""
        with self._lock:
            self._leave(why)

    def _leave(self, why: object) -> None:
        words = " ".join(str(why).split()) or type(why).__name__
        log.warning("cluster.left", reason=words, seconds=int(AWAY_SECONDS))
        self._away_until = self._monotonic() + AWAY_SECONDS
        self._close()

    def _close(self) -> None:
        client, self._client, self._executor = self._client, None, None
        if client is not None:
            with contextlib.suppress(Exception):  # it may be gone already
                client.close(timeout=2)

    def close(self) -> None:
        """Disconnect."""
        with self._lock:
            self._close()


def connect(address: Address) -> Any:
    """A client of a cluster. Raises OSError when it cannot be reached, ValueError when the TLS files cannot be used."""
    from distributed import Client, Security  # noqa: PLC0415 - an extra, and slow to import

    security = None
    if address.ca is not None:
        security = Security(  # type: ignore[no-untyped-call]
            tls_ca_file=str(address.ca),
            tls_client_cert=str(address.cert),
            tls_client_key=str(address.key),
            require_encryption=True,
        )
    return Client(  # type: ignore[no-untyped-call]
        address.url, security=security, timeout=_CONNECT_SECONDS, set_as_default=False
    )


def survey(address: Address) -> tuple[int, tuple[str, ...]]:
    """How many threads a cluster has, and how its workers differ from this process, each difference once.

    Raises UnusableError when it cannot be reached, or holds workers that cannot say (they lack our code).
    """
    try:
        client = connect(address)
        try:
            threads = sum(client.nthreads().values())
            said: Mapping[str, Mapping[str, str]] = client.run(footing)
        finally:
            client.close(timeout=2)
    except Exception as error:  # whatever the library raises, the cluster is of no use
        raise UnusableError(" ".join(str(error).split()) or type(error).__name__) from error
    return threads, tuple(sorted({words for found in said.values() if (words := difference(found))}))


def difference(theirs: Mapping[str, str]) -> str:
    """What a worker rests on that this process does not, by name, its side first; empty when there is nothing."""
    ours = footing()
    names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    return ", ".join(f"{name} {theirs.get(name, 'unknown')} (here {ours.get(name, 'unknown')})" for name in names)
