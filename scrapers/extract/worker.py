"""Child processes that read files, kept between files and replaced after any failure.

A child takes about 0.2 s to start and a bill a few milliseconds to read, so children are kept; each is renewed after
`FILES_EACH` files for the memory's sake. A child ends when its input does, so it never outlives its parent for long.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from scrapers.extract import child, programs
from scrapers.extract.reading import Extracted, Job
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

FILES_EACH: Final = 200
MAX_TEXT: Final = 128 * 2**20
_MAX_LINE: Final = 64 * 2**10
_START_SECONDS: Final = 60
_ENDING_SECONDS: Final = 0.5
_ROOT: Final = Path(__file__).parents[2]
_COMMAND: Final = (sys.executable, "-m", "scrapers.extract.child")
_FROM_OUTSIDE: Final = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT})
_SPENT: Final = frozenset({signal.SIGXCPU, signal.SIGALRM})


class _LostError(Exception):
    """The child went away without an answer. `status`: its exit status, negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


class _Worker:
    """One child process and its folder. Used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="duma-tracker-read-"))
        self._jobs = 0
        self._busy = True  # until it has said what it was asked
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=programs.environment(self._folder) | {"PYTHONPATH": str(_ROOT)},
                start_new_session=True,  # Ctrl-C is for the parent, and the whole group can be ended
            )
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            with self._deadline(_START_SECONDS):
                self._receive()
            self._busy = False
        except BaseException:
            self.close()
            raise

    @property
    def usable(self) -> bool:
        """Whether another file may be given to it."""
        return self._jobs < FILES_EACH and self._process.poll() is None

    def ask(self, job: Job, *, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The answer to a job: its line, its text. Raises _LostError, and TimeoutError when it took longer than `seconds`."""
        self._jobs += 1
        self._busy = True
        told: dict[str, Any] = {"number": self._jobs, "size": len(job.body)}
        told |= {"name": job.name[-200:], "content_type": job.content_type[-200:], "ocr": job.ocr}
        with self._deadline(seconds):
            stdin = _pipe(self._process.stdin)
            with contextlib.suppress(BrokenPipeError):  # the answer, or its absence, says why
                stdin.write(json.dumps(told).encode() + b"\n")
                stdin.write(job.body)
                stdin.flush()
            said, text = self._receive()
        if said.get("number") != self._jobs:
            raise _LostError(0)
        self._busy = False
        return said, text

    def _receive(self) -> tuple[dict[str, Any], bytes]:
        stdout = _pipe(self._process.stdout)
        line = stdout.readline(_MAX_LINE)
        try:
            said = json.loads(line)
            size = int(said["size"])
        except (ValueError, TypeError, KeyError) as error:
            raise _LostError(self.close()) from error
        text = stdout.read(size) if 0 <= size <= MAX_TEXT else b""
        if len(text) != size:
            raise _LostError(self.close())
        return said, text

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Within it every wait for the child ends after `seconds`, by the end of the child; then TimeoutError is raised."""
        late = threading.Event()

        def end() -> None:
            late.set()
            if self._process.poll() is None:
                self._kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except _LostError as error:
            if late.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
            timer.join()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> int:
        """End the child and all that it started, remove its folder; its exit status. May be called again."""
        if not _pipe(self._process.stdout).closed:
            if not self._busy:
                self._close_input()  # then it ends by itself; a busy one might not take what is left to write
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_SECONDS)  # one that is dying says what of
            self._kill()
            self._process.wait()
            self._close_input()
            _pipe(self._process.stdout).close()
            shutil.rmtree(self._folder, ignore_errors=True)
        return self._process.wait()

    def _close_input(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()

    def forget(self) -> None:
        """After a fork the child belongs to the other process: leave it alone."""
        self._process.returncode = 0
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()


class Workers:
    """As many children as there are processors, started when they are needed. Safe from several threads, and across a fork."""

    def __init__(self, command: Sequence[str] = _COMMAND, *, seconds: float = child.WALL_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._reset()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._idle: list[_Worker] = []

    def _forget(self) -> None:
        for worker in self._idle:
            worker.forget()
        self._reset()

    def close(self) -> None:
        """End the children that are idle. They start again when they are needed."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def read(self, job: Job) -> Extracted:
        """What `reading.read` gives, read by a child. Raises the same, and ExtractError (broken) for what ends a child."""
        seconds = child.OCR_WALL_SECONDS if job.ocr else self._seconds
        with self._free:
            try:
                try:
                    return _result(*self._ask(job, seconds))
                except _LostError as error:
                    # Somebody else ended it (the system, short of memory; an operator): that says nothing of the file.
                    if -error.status in _FROM_OUTSIDE or error.status >= 0:
                        return _result(*self._ask(job, seconds))
                    raise
            except TimeoutError as error:
                raise ExtractError(
                    Problem.BROKEN, f"the file takes more than {seconds:g} s to read: not read"
                ) from error
            except _LostError as error:
                raise ExtractError(Problem.BROKEN, _told(error.status)) from error

    def _ask(self, job: Job, seconds: float) -> tuple[dict[str, Any], bytes]:
        worker = self._take()
        try:
            said, text = worker.ask(job, seconds=seconds)
        except BaseException:  # also an interrupt: half an answer must never be taken for the next one
            worker.close()
            raise
        if said.get("last") or not worker.usable:
            worker.close()
        else:
            with self._lock:
                self._idle.append(worker)
        return said, text

    def _take(self) -> _Worker:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                break
            if worker.usable:
                return worker
            worker.close()
        try:
            return _Worker(self._command)
        except (OSError, _LostError, TimeoutError) as error:
            message = f"the process that reads files cannot be started ({error}): free memory, then try again"
            raise PageError(Problem.BROKEN, " ".join(message.split())) from error


def _result(said: dict[str, Any], text: bytes) -> Extracted:
    """The result or the error that an answer tells; one that tells neither comes from a child that was taken over."""
    try:
        if "error" not in said:
            flags = tuple(str(flag) for flag in said["flags"])
            return Extracted(
                text=text.decode(), format=str(said["format"]), extractor=str(said["extractor"]), flags=flags
            )
        kind: type[ExtractError | PageError] = {"PageError": PageError, "ExtractError": ExtractError}[said["error"]]
        error = kind(Problem(said["problem"]), str(said["message"]))
    except (KeyError, TypeError, ValueError) as odd:
        raise ExtractError(Problem.BROKEN, "the file makes its reader talk nonsense: not read") from odd
    raise error


def _told(status: int) -> str:
    if -status in _SPENT:
        return "the file takes more processor time than reading a law does: not read"
    if status < 0:
        return f"the file makes its reader crash (signal {-status}): not read"
    return f"the process that reads files ended without an answer (status {status}): not read"


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise _LostError(0)
    return pipe
