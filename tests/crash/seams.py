"""The seams at which the crash suite kills: what is under way there, and what must be true when it was begun again.

Each seam makes a fresh place for a round from templates, says what its children do first and what they do after a kill, and
in the end gives every violation in words.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from lxml import etree
from sqlite_utils import Database

from db import schema
from db.store import FILE_NAME, Store
from tests.crash import work
from tests.crash.zygote import Zygote
from tests.fault_server import FaultServer, faulty
from tests.receivers import SECRET
from tests.tracker import test_alerting
from tests.tracker.fault_sites import (
    ALL_NEWS,
    BEGUN,
    FOLLOWED,
    PAGE,
    PUT,
    SOURCES,
    START,
    search_path,
)
from tests.tracker.test_alerting import Scene
from tests.tracker.test_delivering_killed import Receivers
from tracker.alerts import DeliveryState, Secret
from tracker.models import Watch

Request = Mapping[str, Any]

EVENTS, SUBSCRIPTIONS = 60, 3
_PARALLEL: Final = 8  # attempts that may be under way for one subscription


class Seam(ABC):
    """One kind of work. `prepare` is called once for each round, in a directory of its own."""

    name: str

    @abstractmethod
    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        """What the child that is killed does, the one after it, which may be killed as well, and the last one."""

    @abstractmethod
    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        """What is not as it must be after all that was done."""


class Sites:
    """The five sites with a store that follows them, before and after something happened at each."""

    def __init__(self, directory: Path, sites: Mapping[str, FaultServer], zygote: Zygote) -> None:
        self.bases = {name: site.url("") for name, site in sites.items()}
        self.before, self.after = directory / "before", directory / "after"
        for name, put in PUT.items():
            put(sites[name], changed=False)
        with work.opened(self.before, self.bases, lambda: START) as instance:
            for target, source, path in FOLLOWED:
                url = sites[source].url(path or search_path(target, source))
                selector = "#text" if target == PAGE else None
                watch = Watch(
                    target=target,
                    source=source,
                    url=url,
                    selector=selector,
                    origin="cli",
                    added_at=START,
                    silent_before=START,
                )
                instance.store.put_watch(watch)
        zygote.whole(self.look(self.before, 0, 30, 60))
        for name, put in PUT.items():
            put(sites[name], changed=True)
        shutil.copytree(self.before, self.after)
        zygote.whole(self.look(self.after, 61, 120, 180))
        zygote.whole(self.look(self.after, 1600, 1660, 1720))
        with Store(self.after, clock=lambda: START) as store:
            self.events = _news(store)

    def look(self, directory: Path, *minutes: int) -> Request:
        return {"work": "check", "directory": str(directory), "bases": self.bases, "minutes": minutes}


@contextlib.contextmanager
def sites(directory: Path, zygote: Zygote) -> Iterator[Sites]:
    """The sites while they serve."""
    with contextlib.ExitStack() as stack:
        yield Sites(directory, {name: stack.enter_context(faulty()) for name in SOURCES}, zygote)


def _news(store: Store, *, backfilled: bool | None = None) -> dict[str, tuple[str, str]]:
    """What happened, by id, with the past or without. For how long nobody looked depends on the kill, and is left out."""
    events = store.events(backfilled=backfilled, limit=1000)
    return {
        event.id: (str(event.kind), event.document_id or "")
        for event in events
        if not event.kind.startswith("coverage.")
    }


def _damage(store: Store) -> Iterator[str]:
    yield from store.verify_ledger()
    yield from store.verify_evidence()


class Checking(Seam):
    """Looks at five sources, of which each has news."""

    name = "check"

    def __init__(self, world: Sites) -> None:
        self._world = world

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        shutil.copytree(self._world.before, directory / "var")
        look = self._world.look
        # The lease of a dead instance runs out by itself: whoever comes after it comes later.
        first, again = look(directory / "var", 61, 120, 180), look(directory / "var", 300, 360, 420)
        return first, again, look(directory / "var", 1600, 1660, 1720)

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        del kills
        with Store(directory / "var", clock=lambda: START) as store:
            yield from _damage(store)
            told, expected = Counter(_news(store, backfilled=False).values()), ALL_NEWS + Counter(BEGUN)
            yield from (f"lost: {row}" for row in (expected - told).elements())
            yield from (f"doubled: {row}" for row in (told - expected).elements())
            if _news(store) != self._world.events:
                yield "events bear other ids than undisturbed ones"
            yield from (f"no entry: {event.kind}" for event in store.outbox("feeds"))


class Publishing(Seam):
    """An update of a published site, which somebody reads all the while."""

    name = "publish"

    def __init__(self, world: Sites, directory: Path, zygote: Zygote) -> None:
        self._world = world
        self._old, self._new = directory / "published-before", directory / "published-after"
        zygote.whole(self._publishing(world.before, self._old))
        shutil.copytree(self._old, self._new)
        zygote.whole(self._publishing(world.after, self._new))
        self._stop = threading.Event()
        self._broken: list[str] = []
        self._reader: threading.Thread | None = None

    def _publishing(self, store: Path, to: Path) -> Request:
        return {"work": "publish", "directory": str(store), "to": str(to)}

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        shutil.copytree(self._world.after, directory / "var")
        shutil.copytree(self._old, directory / "site")
        self._stop, self._broken = threading.Event(), []
        self._reader = threading.Thread(target=self._read, args=(directory / "site",), daemon=True)
        self._reader.start()
        request = self._publishing(directory / "var", directory / "site")
        return request, request, request

    def _read(self, site: Path) -> None:
        """Read feeds and pages as anybody would, whatever happens to who writes them."""
        while True:
            for path in _files(site):
                with contextlib.suppress(FileNotFoundError):
                    if not _is_whole(path.suffix, path.read_bytes()):
                        self._broken.append(path.name)
            if self._stop.wait(0.01):
                return

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        del kills
        assert self._reader is not None
        self._stop.set()
        self._reader.join()
        yield from (f"half written: {name}" for name in set(self._broken))
        site = directory / "site"
        there, expected = ({str(path.relative_to(top)) for path in _files(top)} for top in (site, self._new))
        yield from (f"not published: {name}" for name in expected - there)
        yield from (f"left behind: {name}" for name in there - expected)
        for name in expected & there:
            if (site / name).read_bytes() != (self._new / name).read_bytes():
                yield f"not as it must be: {name}"


def _files(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file() and not path.name.startswith(".")]


def _is_whole(suffix: str, body: bytes) -> bool:
    try:
        if suffix in {".atom", ".rss", ".xml", ".opml", ".xsl"}:
            etree.fromstring(body)
        elif suffix == ".json":
            json.loads(body)
        elif suffix == ".html":
            return body.rstrip().endswith(b"</html>")
        elif suffix == ".ics":
            return body.rstrip().endswith(b"END:VCALENDAR")
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


class Delivering(Seam):
    """Messages that are made and sent while receivers now and then refuse."""

    name = "deliver"

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers
        self._events: list[str] = []

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        scene = Scene(directory / "var")
        for number in range(SUBSCRIPTIONS):
            url = f"http://127.0.0.1:{self._receivers.port}/{directory.name}-{number}"
            scene.subscribe(f"{directory.name}-{number}", url=Secret(url), secrets=(SECRET,))
        drafts = [test_alerting.draft(str(number)) for number in range(EVENTS)]
        self._events = [event.id for draft in drafts for event in scene.happens(draft)]
        scene.store.close()
        now = (test_alerting.START + timedelta(hours=20)).isoformat()
        first = {"work": "deliver", "directory": str(directory / "var"), "now": now}
        later = (test_alerting.START + timedelta(hours=44)).isoformat()
        return first, first, {**first, "now": later}

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        with Store(directory / "var", clock=lambda: test_alerting.START) as store:
            yield from _damage(store)
            if store.outbox("alerts"):
                yield "events wait in the outbox still"
            rows = store.deliveries(limit=100_000)
        for number in range(SUBSCRIPTIONS):
            name = f"{directory.name}-{number}"
            mine = [row for row in rows if row.subscription == name]
            told = Counter(event for row in mine for event in row.events)
            if told != Counter(self._events):
                yield f"{name}: not every event is in one message"
            if any(row.state is not DeliveryState.DELIVERED for row in mine):
                yield f"{name}: not every message is noted as delivered"
            came = {message: times for (path, message), times in self._receivers.accepted.items() if path == f"/{name}"}
            if set(came) != {row.message_id for row in mine}:
                yield f"{name}: what came is not what was made"
            if sum(came.values()) - len(came) > kills * _PARALLEL:
                yield f"{name}: more came again than was under way when it was killed"


class BackingUp(Seam):
    """A backup over the one of yesterday."""

    name = "backup"

    def __init__(self, world: Sites, zygote: Zygote) -> None:
        self._world, self._zygote = world, zygote

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        shutil.copytree(self._world.after, directory / "var")
        copy = directory / "copies" / "copy.tar.zst"
        copy.parent.mkdir()
        first: Request = {"work": "backup", "directory": str(self._world.before), "to": str(copy)}
        self._zygote.whole(first)
        request = {**first, "directory": str(directory / "var")}
        return request, request, {"work": "restore", "archive": str(copy), "to": str(directory / "there")}

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        del kills
        with Store(directory / "there", clock=lambda: START) as store:
            yield from _damage(store)
            restored = _news(store)
        with Store(self._world.before, clock=lambda: START) as store:
            older = _news(store)
        if restored not in (older, self._world.events):
            yield "the backup is neither the one before nor the new one"
        copy = directory / "copies" / "copy.tar.zst"
        self._zygote.whole({"work": "backup", "directory": str(directory / "var"), "to": str(copy)})
        if names := {path.name for path in copy.parent.iterdir()} - {copy.name}:
            yield f"left behind: {names}"


class Restoring(Seam):
    """A backup on its way back."""

    name = "restore"

    def __init__(self, world: Sites, directory: Path, zygote: Zygote) -> None:
        self._world, self._zygote = world, zygote
        self._archive = directory / "archive.tar.zst"
        zygote.whole({"work": "backup", "directory": str(world.after), "to": str(self._archive)})

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        places = (directory / name for name in ("there", "elsewhere", "last"))
        first, again, last = ({"work": "restore", "archive": str(self._archive), "to": str(place)} for place in places)
        return first, again, last

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        del kills
        for name in ("there", "elsewhere", "last"):
            if not (directory / name).exists():  # the whole of it, or nothing
                continue
            with Store(directory / name, clock=lambda: START, read_only=True) as store:
                yield from _damage(store)
                if _news(store) != self._world.events:
                    yield f"{name} holds something else"


class Migrating(Seam):
    """A store of an older version that is opened by this one."""

    name = "migrate"

    def __init__(self, directory: Path) -> None:
        self._older = directory / "older"
        self._older.mkdir()
        database = Database(self._older / FILE_NAME)
        database.conn.execute("PRAGMA journal_mode = WAL")
        schema.MIGRATIONS.apply(database, stop_before="m002_sources")
        rows = [
            (f"bill/{number}-99", "bill", str(number), "О выдуманном", "", "draft", "", "[]", 1)
            for number in range(3000)
        ]
        with database.conn:
            database.conn.executemany(
                """INSERT INTO documents (id, kind, number, title, comment, force, url, topics, invented)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                rows,
            )
        database.close()

    def prepare(self, directory: Path) -> tuple[Request, Request, Request]:
        shutil.copytree(self._older, directory / "var")
        request = {"work": "migrate", "directory": str(directory / "var")}
        return request, request, request

    def violations(self, directory: Path, kills: int) -> Iterator[str]:
        del kills
        with Store(directory / "var", clock=lambda: START, read_only=True) as store:
            yield from _damage(store)
            if len(store.documents()) != 3000:
                yield "documents are missing"
        with contextlib.closing(sqlite3.connect(directory / "var" / FILE_NAME)) as connection:
            if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                yield found
