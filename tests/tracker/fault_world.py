"""A tracker as it runs - store, gate, schedule, entries - over five local sites that can fail. The clock is moved by hand.

with living(tmp_path) as world:
    world.live(0, 30, 60)                   # a healthy start: what is due at each of these minutes is done
    world.change()                          # steps, files, acts, editions and other words, at every source
    world.sites["sozd"].fault("/", Fault.RESET)
    world.live(0, 60, 120)
    world.sites["sozd"].heal()
    world.live(0, 60, 120)
    assert world.news("sozd") == NEWS["sozd"]
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing
import trustme

from scrapers.http import SourcePolicy
from tests.fault_server import FaultServer, faulty
from tests.tracker.fault_sites import BEGUN, FOLLOWED, PAGE, PUT, SOURCES, START, Told, search_path
from tracker.config import Settings, SourceSettings, Storage
from tracker.instance import Instance, open_instance
from tracker.models import Watch
from tracker.schedule import Schedule


class World:
    """The sites, and one instance over one store; `reopen` is a restart of its process."""

    def __init__(self, directory: Path, sites: Mapping[str, FaultServer], bundle: str | None) -> None:
        self.now = START
        self.sites = sites
        self._directory, self._bundle = directory, bundle
        for name, put in PUT.items():
            put(sites[name], changed=False)
        self._opened: Instance | None = None
        self.reopen()
        for target, source, path in FOLLOWED:
            self.follow(target, source, path or search_path(target, source))

    @property
    def instance(self) -> Instance:
        assert self._opened is not None
        return self._opened

    def reopen(self, *, hurried: bool = False, trusting: bool = True) -> None:
        """Start again over the same store. `hurried`: with next to no time for an answer, for when none will come."""
        self.close()
        bases = {name: SourceSettings(base_url=self.sites[name].url("")) for name in SOURCES if name != "page"}
        policies = {
            name: SourcePolicy(
                delay=0,
                deadline=0.05 if hurried else 30.0,
                robots=not hurried,  # else nothing but robots.txt would be asked for
                retries=0,
                allow_private=True,
                max_bytes=2**20,
                ca_bundle=self._bundle if trusting else None,
            )
            for name in SOURCES
        }
        self._opened = open_instance(
            Settings(storage=Storage(directory=self._directory), sources=bases),
            clock=lambda: self.now,
            policies=policies,
            rng=random.Random(1),  # noqa: S311 - the same jitter every time
        )
        self.schedule = Schedule(self.instance, self.instance.site(live=True), rng=random.Random(1))  # noqa: S311 - as above

    def follow(self, target: str, source: str, path: str) -> None:
        self.instance.store.put_watch(
            Watch(
                target=target,
                source=source,
                url=self.sites[source].url(path),
                selector="#text" if target == PAGE else None,
                origin="cli",
                added_at=self.now,
                silent_before=self.now,
            )
        )

    def change(self) -> None:
        """Let something happen at every source."""
        for name, put in PUT.items():
            put(self.sites[name], changed=True)

    def live(self, *minutes: float) -> None:
        """Do what is due at each of these moments, counted from now; the last of them is then now."""
        began = self.now
        for minute in minutes:
            self.now = began + timedelta(minutes=minute)
            self.schedule.tick()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def told(self, source: str = "") -> Counter[Told]:
        """What readers were woken for: kind and document (the source, where there is none)."""
        events = self.instance.store.events(backfilled=False, limit=1000)
        return Counter((str(each.kind), each.document_id or "") for each in events if source in {"", each.source})

    def news(self, source: str = "") -> Counter[Told]:
        """The same, but for where the watches began and for what could not be seen."""
        told = self.told(source)
        return Counter({row: told[row] for row in told if row not in BEGUN and not row[0].startswith("coverage.")})

    def journal(self, source: str = "") -> list[str]:
        """What the operator was told, in order."""
        events = self.instance.store.operator_events()
        return [str(each.kind) for each in reversed(events) if source in {"", each.source}]


@contextlib.contextmanager
def living(directory: Path, *, authority: trustme.CA | None = None) -> Iterator[World]:
    """A world that ends by itself and leaves neither threads nor files. With an `authority` its sites speak TLS."""
    before = threading.active_count()
    temporary = directory / "temporary"
    temporary.mkdir()
    bundle = directory / "ca.pem"
    if authority is not None:
        authority.cert_pem.write_to_path(str(bundle))
    with contextlib.ExitStack() as stack:
        sites = {name: stack.enter_context(faulty(authority=authority)) for name in SOURCES}
        world = World(directory / "var", sites, str(bundle) if authority else None)
        stack.callback(world.close)
        with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs() as logged:
            patch.setattr(tempfile, "tempdir", str(temporary))
            yield world
        assert [line for line in logged if line["log_level"] in {"error", "critical"}] == [], "no fault of our own"
        assert world.instance.store.verify_evidence() == ()
        assert world.instance.store.verify_ledger() == ()
    assert threading.active_count() == before
    # The child that reads files is kept between lives, with a folder of its own.
    assert [path.name for path in temporary.iterdir() if not path.name.startswith("duma-tracker-read-")] == []
    assert {path.name for path in (directory / "var").iterdir()} == {"tracker.sqlite"}
