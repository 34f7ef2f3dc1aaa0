"""A pipeline over a real store and a played outside world: what each address answers is set by the test."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.store import Store
from diffs import topics
from tracker.desk import Desk
from tracker.errors import FetchError
from tracker.models import Event, Response, Validators, Watch
from tracker.pipeline import Pipeline, Result
from tracker.workers import Workers

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOZD = "https://sozd.duma.gov.ru"
PORTAL = "http://publication.pravo.gov.ru"
IPS = "http://pravo.gov.ru/proxy/ips"
KREMLIN = "http://kremlin.ru"


class PlayedNetwork:
    """Answers from a dict of pages; an address that is not in it is a connection that fails."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pages: dict[str, tuple[int, bytes, str]] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[str] = []

    def put(
        self, url: str, body: bytes | str, *, status: int = 200, content_type: str = "text/html; charset=utf-8"
    ) -> None:
        self.pages[url] = (status, body.encode() if isinstance(body, str) else body, content_type)

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Response:
        del validators
        self.asked.append(url)
        final_url = self.redirects.get(url, url)
        if final_url not in self.pages:
            raise FetchError(f"{source}: no connection", reason="connection", url=url)
        status, body, content_type = self.pages[final_url]
        return Response(
            url=url,
            final_url=final_url,
            status=status,
            headers=(("Content-Type", content_type),),
            body=body,
            fetched_at=self._world.now,
            via="direct+https",
        )


class World:
    """A clock that is moved by hand, a store on disk, a pipeline."""

    def __init__(self, directory: Path, *, workers: Workers | None = None, salt: bytes | None = None) -> None:
        self.now = START
        self.network = PlayedNetwork(self)
        clock = lambda: self.now  # noqa: E731  # the same for all
        self.store = Store(directory, clock=clock) if salt is None else Store(directory, clock=clock, salt=lambda: salt)
        self.desk = Desk(
            store=self.store,
            network=self.network,
            clock=clock,
            rules=topics.default_rules(),
            base_urls={"sozd": SOZD, "publication": PORTAL, "ips": IPS, "kremlin": KREMLIN, "page": ""},
            workers=workers or Workers(),
        )
        self.pipeline = Pipeline(self.desk, rng=random.Random(1))  # noqa: S311  # the same jitter every time

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def follow(
        self,
        target: str,
        url: str,
        *,
        source: str = "sozd",
        selector: str | None = None,
        origin: str = "cli",
        title: str = "",
    ) -> None:
        self.store.put_watch(
            Watch(
                target=target,
                source=source,
                url=url,
                selector=selector,
                origin=origin,
                added_at=self.now,
                silent_before=self.now,
                title=title,
            )
        )

    def check(self, target: str, source: str | None = None) -> Result:
        """One look at one followed document, as the schedule would take it; `source` where several have it."""
        mine = [watch for watch in self.store.watches() if watch.target == target]
        watch = next(watch for watch in mine if source in {None, watch.source})
        return self.pipeline.check(watch)

    def events(self, *, backfilled: bool | None = False) -> tuple[Event, ...]:
        return self.store.events(backfilled=backfilled, oldest_first=True, limit=1000)

    def kinds(self) -> list[str]:
        return [str(event.kind) for event in self.events()]


def kinds(result: Result) -> list[str]:
    return sorted(str(event.kind) for event in result.events if not event.backfilled)
