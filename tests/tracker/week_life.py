"""A simulated week of the real service: started as a process, read, made to fail, watched from outside, judged, stopped.

What is measured comes from `/metrics`, from the process as the system sees it, and from the files it leaves; what is judged comes
from the store and from what receivers got.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import statistics
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families

from db.store import Store
from tests.receivers import SECRET, Receiver
from tests.servers import Handler, page, running
from tests.tracker.duma_world import START
from tests.tracker.week_readers import Answers, Readers
from tests.tracker.week_sites import BLIND, MAKERS, SECRET_VARIABLE, SITES, Plan, WeekSite, at, hour, settings
from tracker import schedule
from tracker.models import Event, EventKind

_STARTING: Final = 300.0  # real seconds
_SETTLING: Final = 600.0
_STOPPING: Final = 120.0
_HEALTHY_STRETCH: Final = 8.0  # hours in which every source is asked at least once, whatever happened before
_MARGIN: Final = 1.0
_EVENT_ID: Final = re.compile(rb'"event":\s*\{"id":\s*"([^"]+)"')


@dataclass(frozen=True)
class Sample:
    """One look at the service from outside: `hour` of the week, and values by name."""

    hour: float
    values: Mapping[str, float]


@dataclass
class Life:
    """What was seen of a week."""

    plan: Plan
    directory: Path
    speed: float
    samples: list[Sample] = field(default_factory=list)
    rows: dict[float, dict[str, int]] = field(default_factory=dict)  # rows of each table, by hour
    answers: Answers = field(default_factory=Answers)
    health: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)  # what /health said and was not so
    received: dict[str, Counter[str]] = field(default_factory=dict)  # by receiver: how often each event came
    asked: dict[str, int] = field(default_factory=dict)  # requests that each site had
    seconds: float = 0.0
    stopped_in: float = 0.0
    returncode: int | None = None
    log: list[dict[str, Any]] = field(default_factory=list)

    def series(self, name: str, *, after: float = 0.0) -> list[tuple[float, float]]:
        return [
            (sample.hour, sample.values[name])
            for sample in self.samples
            if sample.hour >= after and name in sample.values
        ]

    def quarters(self, name: str, *, after: float) -> tuple[float, float]:
        """The medians of the first and of the last quarter of a series, from an hour on: robust against what stands out."""
        values = [value for _, value in self.series(name, after=after)]
        part = max(1, len(values) // 4)
        return statistics.median(values[:part]), statistics.median(values[-part:])

    def store(self) -> Store:
        return Store(self.directory / "var", clock=lambda: datetime.now(UTC), read_only=True)

    def news(self) -> tuple[Event, ...]:
        """Every event that woke somebody."""
        with self.store() as store:
            return store.events(backfilled=False, limit=1_000_000)

    def told(self) -> dict[str, Counter[str]]:
        """What readers were told of each document, but for where watches began and for blindness."""
        found: dict[str, Counter[str]] = {}
        for event in self.news():
            kind = str(event.kind)
            if not kind.startswith("coverage.") and kind != "watch.started":
                found.setdefault(event.document_id or event.source, Counter())[kind] += 1
        return found

    def late_texts(self) -> Counter[str]:
        """How many editions of each document were told before their text could be had: each text is told when it comes."""
        return Counter(
            str(event.document_id)
            for event in self.news()
            if event.kind is EventKind.EDITION_ADDED and not event.payload["readable"]
        )

    def coverage(self) -> Counter[tuple[str, str]]:
        """How often each source was told to be unseen, and to be seen again."""
        kinds = ((event.source, str(event.kind)) for event in self.news())
        return Counter(each for each in kinds if each[1].startswith("coverage."))

    def news_ids(self) -> set[str]:
        """The events that subscribers to everything must get."""
        return {event.id for event in self.news()}


# ---------------------------------------------------------------- receivers


class Receivers:
    """Five webhooks: one is well, one fails at every third message, one is slow, one is down for a day, one is dead."""

    def __init__(self, clock: SharedClock) -> None:
        self._clock = clock
        self._server = Receiver()
        self._count = 0
        self.urls = {name: self._server.url(f"/{name}") for name in ("well", "flaky", "slow", "away")}
        self._nobody = socket.socket()  # its port is taken, and nobody listens on it
        self._nobody.bind(("127.0.0.1", 0))
        self.urls["dead"] = f"http://127.0.0.1:{self._nobody.getsockname()[1]}/dead"
        self._server.put("/well", page(b""))
        self._server.put("/flaky", self._flaky)
        self._server.put("/slow", self._slow)
        self._server.put("/away", self._away)

    def _flaky(self, handler: Handler) -> None:
        self._count += 1
        handler.send(500 if self._count % 3 == 0 else 204, b"")

    def _slow(self, handler: Handler) -> None:
        time.sleep(0.05)
        handler.send(200, b"")

    def _away(self, handler: Handler) -> None:
        away = BLIND[1] <= hour(self._clock()) < BLIND[1] + 24
        handler.send(503 if away else 200, b"")

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        with self._nobody, running(self._server):
            yield

    def received(self) -> dict[str, Counter[str]]:
        """How often each receiver was sent each event, successes and failures alike; an event under two ids would be two."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.urls}
        ids: dict[tuple[str, str], set[str]] = {}
        for request in self._server.received:
            match = _EVENT_ID.search(request.body)
            if match is not None:
                name, event = request.path.strip("/"), match.group(1).decode()
                found[name][event] += 1
                ids.setdefault((name, event), set()).add(request.id)
        assert all(len(each) == 1 for each in ids.values()), "one event, one id of its message"
        return found


# ---------------------------------------------------------------- the clock, the process


class SharedClock:
    """Reads the time that the service writes."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(struct.pack("<d", START.timestamp()))
        self.path = path

    def __call__(self) -> datetime:
        with self.path.open("rb") as file:
            return datetime.fromtimestamp(struct.unpack("<d", file.read(8))[0], UTC)


class Service:
    """The process, from outside."""

    def __init__(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        self._log = directory / "log"
        self._temporary = directory / "temporary"
        self._temporary.mkdir()
        self._database = directory / "var" / "tracker.sqlite"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=directory,
                stderr=log,
                env={**environment, "TMPDIR": str(self._temporary), SECRET_VARIABLE: SECRET.value},
            )
        self.site, self.operator = self._addresses()

    def _addresses(self) -> tuple[str, str]:
        until = time.monotonic() + _STARTING
        while time.monotonic() < until and self.process.poll() is None:
            found = re.findall(r"^(http://\S+) - ", self._log.read_text(), re.MULTILINE)
            if len(found) == 2:
                return found[0].rstrip("/"), found[1].rstrip("/")
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the service did not begin: {self._log.read_text()[-2000:]}")

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def values(self) -> dict[str, float]:
        """What the operator's monitoring sees, and what the system knows of the process and its files."""
        with urllib.request.urlopen(f"{self.operator}/metrics", timeout=120) as answer:  # noqa: S310 - of this machine
            families = text_string_to_metric_families(answer.read().decode())
            found = {_name(sample.name, sample.labels): sample.value for each in families for sample in each.samples}
        wal = self._database.with_name("tracker.sqlite-wal")
        found["wal_bytes"] = float(wal.stat().st_size) if wal.exists() else 0.0
        files = [path for path in self._temporary.rglob("*") if path.is_file()]
        found["temporary_files"], found["children"] = float(len(files)), 0.0
        found["children_bytes"] = 0.0
        for child in self._children():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
                found["children_bytes"] += pages * os.sysconf("SC_PAGE_SIZE")
                found["children"] += 1
        return found

    def _children(self) -> list[str]:
        found: list[str] = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # the thread has ended
                found += (task / "children").read_text().split()
        return found

    def rows(self) -> dict[str, int]:
        """The rows of each table."""
        with contextlib.closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as database:
            names = [
                row[0]
                for row in database.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
                )
            ]
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608

    def ask(self, path: str) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(f"{self.site}{path}", timeout=120) as answer:  # noqa: S310 - of this machine
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def stop(self) -> float:
        """End it as systemd does; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOPPING)
        finally:
            self.process.kill()
        return time.monotonic() - began


def _name(name: str, labels: Mapping[str, str]) -> str:
    short = name.removeprefix("duma_tracker_")
    return f"{short}:{','.join(labels.values())}" if labels and "version" not in labels else short


# ---------------------------------------------------------------- what must be true of /health


def may_be_stale(plan: Plan, site: str, now: float) -> bool:
    """Whether no success within a day can be taken for granted: no stretch of health was long enough for every look."""
    bad = sorted((window.begins, window.ends) for window in plan.windows if window.site == site)
    edge, longest = max(0.0, now - 24.0 + _MARGIN), 0.0
    for begins, ends in bad:
        longest = max(longest, min(begins, now - _MARGIN) - edge)
        edge = max(edge, ends)
    longest = max(longest, now - _MARGIN - edge)
    return longest < _HEALTHY_STRETCH


def must_be_stale(site: str, now: float) -> bool:
    """Whether there was no success within a day: the site was down for all of it."""
    return site == BLIND[0] and BLIND[1] + 24 + _MARGIN < now < BLIND[2] - _MARGIN


def _examine(life: Life, service: Service, clock: SharedClock) -> None:
    """Ask `/health` and note what is not so, by the time before and by the time after the answer."""
    before = hour(clock())
    for path, expected in (("/health/live", 200), ("/health/ready", 200), ("/health", 200)):
        status, _ = service.ask(path)
        life.health[f"{path} {status}"] += 1
        if status != expected:
            life.lies.append(f"hour {before:.1f}: {path} answered {status}")
    status, said = service.ask("/health/fresh")
    life.health[f"/health/fresh {status}"] += 1
    after = hour(clock())
    stale = {name for name, state in said["sources"].items() if state["stale"]}
    if (status == 503) != bool(stale or not said["sources"]):
        life.lies.append(f"hour {before:.1f}: {status} with stale {sorted(stale)}")
    if after - before > _MARGIN:  # a slow machine: of what moment this was said is not known
        return
    moments = (before, after)
    life.lies += [
        f"hour {before:.1f}: {name} was called {'stale' if name in stale else 'fresh'}"
        for name in SITES
        if (name in stale and not any(may_be_stale(life.plan, name, now) for now in moments))
        or (name not in stale and all(must_be_stale(name, now) for now in moments))
    ]


# ---------------------------------------------------------------- the week


def live(
    plan: Plan,
    directory: Path,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    speed: float,
    readers: int,
    pause: float,
    every: float = 1.0,
    tell: Callable[[Sample], None] = lambda _: None,
) -> Life:
    """Live through a week. `command` starts the service (its arguments are added here); `every`: hours between two samples."""
    life = Life(plan=plan, directory=directory, speed=speed)
    clock = SharedClock(directory / "clock")
    sites: dict[str, WeekSite] = {name: make(plan, clock) for name, make in MAKERS.items()}
    receivers = Receivers(clock)
    with contextlib.ExitStack() as stack:
        for site in sites.values():
            stack.enter_context(running(site))
        stack.enter_context(receivers.listening())
        addresses = {name: site.url("") for name, site in sites.items()}
        (directory / "tracker.toml").write_text(settings(plan, addresses, receivers.urls))
        arguments = ["tracker.toml", str(clock.path), "--start", START.isoformat(), "--days", str(plan.days)]
        began = time.monotonic()
        service = Service([*command, *arguments, "--speed", str(speed)], directory, environment)
        stack.enter_context(service.process)
        stack.callback(service.process.kill)
        with _reading(service.site, readers, pause) as (life.answers, reading):
            _watch(life, service, clock, reading, every, tell)
        life.seconds = time.monotonic() - began
        _settle(life, service)
        life.stopped_in = service.stop()
        life.returncode, life.log = service.process.returncode, service.log()
        life.received = receivers.received()
        life.asked = {name: site.asked for name, site in sites.items()}
    return life


@contextlib.contextmanager
def _reading(address: str, number: int, pause: float) -> Iterator[tuple[Answers, threading.Thread]]:
    """Readers in a thread of their own; what went wrong with them is raised here."""
    loop = asyncio.new_event_loop()
    crowd = Readers(address, number, pause=pause)
    failed: list[BaseException] = []

    def read() -> None:
        try:
            loop.run_until_complete(crowd.run())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=read, name="readers")
    thread.start()
    try:
        yield crowd.answers, thread
    finally:
        loop.call_soon_threadsafe(crowd.stop)
        thread.join()
        loop.close()
        if failed:
            raise failed[0]


def _watch(
    life: Life,
    service: Service,
    clock: SharedClock,
    reading: threading.Thread,
    every: float,
    tell: Callable[[Sample], None],
) -> None:
    """Sample until the week is over."""
    due, counted = 0.0, 0
    while (now := hour(clock())) < life.plan.last - 0.001:
        if service.process.poll() is not None or not reading.is_alive():
            raise AssertionError(f"the service or a reader has ended: {service.log()[-3:]}")
        if now < due:
            time.sleep(0.02)
            continue
        due = now + every
        life.samples.append(Sample(now, service.values()))
        if now > 4:
            _examine(life, service, clock)
        if now >= counted:
            life.rows[now] = service.rows()
            counted += 12
        tell(life.samples[-1])


def _settle(life: Life, service: Service) -> None:
    """The clock stands; wait until the service has done what was due and told what can be told."""
    until = time.monotonic() + _SETTLING
    end = at(life.plan.last)
    while time.monotonic() < until:
        values = service.values()
        with life.store() as store:
            late = schedule.due(store.watches(), end)
        if not late and not any(value for name, value in values.items() if name.startswith("outbox_waiting")):
            life.samples.append(Sample(life.plan.last, values))
            life.rows[life.plan.last] = service.rows()
            return
        time.sleep(0.2)
    raise AssertionError(f"the service did not come to rest: {len(late)} looks are late, {values}")
