"""A whole check beside changedetection.io and urlwatch: the same local pages, in one run.

    python bench/checks.py [--bills 30] [--rounds 3]

A server imitates bill cards as large as real ones (2.2 MB, of which 1.6 MB are a help picture). Every tool watches the same
addresses through four kinds of rounds:

- **304**: validators are given and honoured. changedetection.io sends none, so it gets the page.
- **200, same**: no validators; the same bytes.
- **200, menu**: no validators; only the date in the menu has moved, which no reader of a bill is told of.
- **changed**: the bill is a step further.

What is run, each in a process and (the peers) an environment of its own, which is made with pip at the first run:

- **duma-tracker**: `Pipeline.run` over all watches, as `run` and `check` do: gate, evidence, reader, comparison, ledger, a
  database on disk. The bill's RSS, which is asked first where there is one, does not exist here.
- **changedetection.io**: the service itself, with its plain fetcher, as installed; a round is `recheck_all` of its API, done
  by its workers. It makes a diff when somebody looks (or is notified): that is asked of its API for each page and told apart.
- **urlwatch**: the command, with the filter `html2text` for every job; it compares, stores and prints its report. Its start-up
  (`urlwatch --list`) is taken off.

CPU: user and system time of the tool's processes for each page; what the service takes when idle is taken off. Memory: the
peak of resident memory over the whole run, and what the tool had before its first check.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.checking import Clock, Remote, opened, processor, running  # noqa: E402 - after the path is known
from bench.diff import python_of  # noqa: E402 - the same

TICKS = os.sysconf("SC_CLK_TCK")
QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 300.0
Figures = dict[str, float]  # CPU in ms for each page, by kind of round


class Tool(Protocol):
    """Something that looks at all pages once."""

    def look(self, remote: Remote) -> float:
        """CPU of one round in seconds."""

    def memory(self) -> tuple[float, float]:
        """Resident memory before the first check and at its peak, MB."""


# ---------------------------------------------------------------- processes


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.extend(int(child) for child in path.read_text().split())
    return found


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, of those below it, and of those that ended."""
    ticks = 0
    for each in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def status_of(pid: int, name: str) -> float:
    """A line of `/proc/PID/status` over a process and those below it, MB."""
    total = 0
    for each in tree(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith(name))
    return total / 1024


# ---------------------------------------------------------------- the tools


def serve_ours(pipe: Connection, directory: Path, port: int, count: int) -> None:
    """The tracker's process: one pass for each word on the pipe, answered with its CPU seconds."""
    from datetime import timedelta  # noqa: PLC0415 - only this process needs it

    clock = Clock()
    with opened(directory, port, clock, count) as instance:
        pipe.send(os.getpid())
        while pipe.recv():
            clock.now += timedelta(hours=1)
            started = time.process_time()
            results = instance.pipeline.run(instance.store.watches(), discover=())
            took = time.process_time() - started
            pipe.send((took, [(str(result.outcome), len(result.events)) for result in results]))


class Ours:
    def __init__(self, directory: Path, remote: Remote, count: int) -> None:
        self._pipe, theirs = get_context("spawn").Pipe()
        arguments = (theirs, directory, remote.port, count)
        self._process = get_context("spawn").Process(target=serve_ours, args=arguments, daemon=True)
        self._process.start()
        self._pid: int = self._pipe.recv()
        self._before = status_of(self._pid, "VmRSS")
        self.told: list[tuple[str, int]] = []

    def look(self, remote: Remote) -> float:
        del remote
        self._pipe.send(True)
        took, self.told = self._pipe.recv()
        return float(took)

    def memory(self) -> tuple[float, float]:
        return self._before, status_of(self._pid, "VmHWM")

    def close(self) -> None:
        self._pipe.send(False)
        self._process.join(30)


class ChangeDetection:
    """The service, driven through its API."""

    def __init__(self, python: Path, directory: Path, remote: Remote, addresses: list[str]) -> None:
        self._port = free_port()
        command = [python.with_name("changedetection.io"), "-C", "-d", directory, "-h", "127.0.0.1", "-p", self._port]
        environment = {
            **os.environ,
            "ALLOW_IANA_RESTRICTED_ADDRESSES": "true",
            "DISABLE_VERSION_CHECK": "true",
            "LOGGER_LEVEL": "WARNING",
        }
        self._process = subprocess.Popen(
            [str(part) for part in (*command, "-l", "WARNING")],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._key = self._started(directory)
        self._before = status_of(self._process.pid, "VmRSS")
        self._idle = self._idling()
        self.watches = [self._ask("POST", "watch", {"url": address})["uuid"] for address in addresses]
        self._settled(remote, len(addresses))

    def _started(self, directory: Path) -> str:
        settings = directory / "changedetection.json"
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError, KeyError):
                self._key = json.loads(settings.read_text())["settings"]["application"]["api_access_token"]
                self._ask("GET", "systeminfo")
                time.sleep(5)  # what it starts beside itself
                return str(self._key)
            time.sleep(0.5)
        raise SystemExit("changedetection.io does not answer")

    def _idling(self) -> float:
        """CPU seconds a second of a service that has nothing to do."""
        before, started = cpu_of(self._process.pid), time.monotonic()
        time.sleep(8)
        return (cpu_of(self._process.pid) - before) / (time.monotonic() - started)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"x-api-key": self._key, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own service
            raw = answer.read()
        return json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode()

    def _settled(self, remote: Remote, count: int) -> None:
        """Wait until every page was asked for and the service does no more than when it is idle."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            before = cpu_of(self._process.pid)
            time.sleep(QUIET_SECONDS)
            busy = cpu_of(self._process.pid) - before
            if remote.served() >= count and busy <= max(0.05, 2 * self._idle) * QUIET_SECONDS:
                return
        raise SystemExit("changedetection.io does not come to rest")

    def _counted(self, work: Any) -> float:
        before, started = cpu_of(self._process.pid), time.monotonic()
        work()
        spent = time.monotonic() - started
        return max(0.0, cpu_of(self._process.pid) - before - self._idle * spent)

    def look(self, remote: Remote) -> float:
        def work() -> None:
            remote.served(reset=True)
            self._ask("GET", "watch?recheck_all=1")
            self._settled(remote, len(self.watches))

        return self._counted(work)

    def diffs(self) -> float:
        """CPU seconds of making the newest diff of every page."""
        return self._counted(
            lambda: [
                self._ask("GET", f"watch/{name}/difference/previous/latest?word_diff=true") for name in self.watches
            ]
        )

    def changes(self) -> int:
        """Snapshots of the first page: one more than changes told."""
        return len(self._ask("GET", f"watch/{self.watches[0]}/history"))

    def memory(self) -> tuple[float, float]:
        return self._before, status_of(self._process.pid, "VmHWM")

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


class UrlWatch:
    """The command, as cron runs it."""

    def __init__(self, python: Path, directory: Path, addresses: list[str]) -> None:
        directory.mkdir()
        jobs = "\n---\n".join(f"url: {address}\nfilter:\n  - html2text" for address in addresses)
        (directory / "urls.yaml").write_text(jobs)
        (directory / "hooks.py").write_text("")
        files = {"urls": "urls.yaml", "config": "urlwatch.yaml", "hooks": "hooks.py", "cache": "cache.db"}
        options = [part for name, file in files.items() for part in (f"--{name}", str(directory / file))]
        self._command = [str(python.with_name("urlwatch")), *options]
        self._home = {**os.environ, "HOME": str(directory)}
        self.said = ""
        self._peak = 0.0
        self._run("--list")
        self._start, self._start_memory = min(self._run("--list") for _ in range(3))

    def _run(self, *more: str) -> tuple[float, float]:
        """CPU seconds of the command, and its peak of resident memory, MB, as far as looking every 20 ms shows it."""
        peak = 0.0
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen([*self._command, *more], env=self._home, stdout=said, stderr=said)
            ended = 0
            while not ended:
                peak = max(peak, status_of(process.pid, "VmHWM"))
                time.sleep(0.02)
                ended, status, used = os.wait4(process.pid, os.WNOHANG)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            self.said = said.read()
        return used.ru_utime + used.ru_stime, peak

    def look(self, remote: Remote) -> float:
        del remote
        took, memory = self._run()
        self._peak = max(self._peak, memory)
        return took - self._start

    def memory(self) -> tuple[float, float]:
        return self._start_memory, self._peak


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# ---------------------------------------------------------------- the run


def phases(remote: Remote, rounds: int) -> Iterator[tuple[str, bool]]:
    """Sets the server for each round in turn; the kind of the round, and whether it counts."""
    day, steps = 2, 24

    def now(*, validators: bool) -> None:
        remote.set(menu_day=day, step_count=steps, with_validators=validators)

    now(validators=True)
    for counted in (False, False, False, *[True] * rounds):  # the first looks are for finding one's feet
        yield "304", counted
    now(validators=False)
    for counted in (False, *[True] * rounds):
        yield "200, same", counted
    for _ in range(rounds):
        day += 1
        now(validators=False)
        yield "200, menu", True
    for _ in range(rounds):
        steps += 1
        now(validators=False)
        yield "changed", True


def measured(tool: Tool, remote: Remote, count: int, rounds: int) -> Figures:
    """The best round of each kind, in ms for each page."""
    best: Figures = {}

    def note(kind: str, seconds: float) -> None:
        best[kind] = min(best.get(kind, float("inf")), seconds / count * 1000)

    for kind, counted in phases(remote, rounds):
        took = tool.look(remote)
        require(tool, kind, counted)
        if counted:
            note(kind, took)
        if kind == "changed" and isinstance(tool, ChangeDetection):
            note("diff", tool.diffs())
    return best


def require(tool: Tool, kind: str, counted: bool) -> None:
    """No figure of a look that did not see what there was to see."""
    if not counted:
        return
    wrong = ""
    if isinstance(tool, Ours):
        expected = "changed" if kind == "changed" else "unchanged"
        wrong = next((f"{outcome}" for outcome, _ in tool.told if outcome != expected), "")
    elif isinstance(tool, UrlWatch) and ("CHANGED:" in tool.said) != (kind == "changed"):
        wrong = tool.said[-300:]
    if wrong:
        raise SystemExit(f"{type(tool).__name__}: a round of {kind!r} ended so: {wrong}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bills", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["duma-tracker", "changedetection.io", "urlwatch"])
    given = parser.parse_args()
    count, rounds = given.bills, given.rounds
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {processor()}; {count} cards, {rounds} rounds")
    results: dict[str, tuple[Figures, tuple[float, float]]] = {}
    with running() as remote, tempfile.TemporaryDirectory(prefix="duma-tracker-bench-") as folder:
        remote.set(with_feed=False)
        addresses = [f"http://127.0.0.1:{remote.port}/bill/{200001 + index}-99" for index in range(count)]
        if given.only in {None, "duma-tracker"}:
            ours = Ours(Path(folder) / "ours", remote, count)
            results["duma-tracker"] = measured(ours, remote, count, rounds), ours.memory()
            ours.close()
        python = python_of("urlwatch", "urlwatch")
        if python and given.only in {None, "urlwatch"}:
            watching = UrlWatch(python, Path(folder) / "urlwatch", addresses)
            results["urlwatch"] = measured(watching, remote, count, rounds), watching.memory()
        python = python_of("changedetection.io", "changedetection.io")
        if python and given.only in {None, "changedetection.io"}:
            remote.set(menu_day=2, step_count=24, with_validators=True)
            remote.served(reset=True)
            service = ChangeDetection(python, Path(folder) / "changedetection", remote, addresses)
            try:
                results["changedetection.io"] = measured(service, remote, count, rounds), service.memory()
                if service.changes() != rounds + 1:
                    raise SystemExit(f"changedetection.io kept {service.changes()} snapshots of {rounds} changes")
            finally:
                service.close()
    kinds = ["304", "200, same", "200, menu", "changed", "diff"]
    print(f"| CPU, ms for each page | {' | '.join(kinds)} | MB before | MB at most |")
    print(f"|{'---|' * (len(kinds) + 3)}")
    for name, (figures, memory) in results.items():
        cells = [f"{figures[kind]:.1f}" if kind in figures else "" for kind in kinds]
        print(f"| {name} | {' | '.join(cells)} | {memory[0]:.0f} | {memory[1]:.0f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
