"""`demo`: replays the bundled, invented history by simulated days through the real pipeline, from a local server.

The real gate asks, the real parsers read, the real store keeps; only the clock is simulated and the sites are played by
`demo_server`. The sites' addresses are under `demo.invalid` and reached through that server as a proxy, so that nothing in
the store depends on the port it happened to get: the demo gives the same entries on every machine.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import Progress

from scrapers import page as web_page
from scrapers.http import SourcePolicy
from tracker import config, publishing
from tracker.demo_server import DemoServer, Follow, History
from tracker.instance import Instance, open_instance, watches_of
from tracker.parts import BASE_URLS
from tracker.pipeline import DISCOVERIES, HISTORIES
from tracker.serving import SiteServer, listen

DOMAIN: Final = "demo.invalid"
PASS_EVERY: Final = timedelta(hours=23)
#: No bill of its Duma would be found by steps or by words alone, and asking each day would take a third of the replay.
SEARCHES: Final = tuple(name for name in DISCOVERIES if "/" not in name)
AUTHORITY: Final = "demo.duma-tracker.invalid"


class SimulatedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it was set to."""
        return self.now


def settings_for(directory: Path, site_url: str) -> config.Settings:
    """The configuration of the demo: the same settings anyone would write, at invented addresses."""
    return config.parse(
        {
            "site": {"title": "Duma Tracker", "base_url": site_url, "authority": AUTHORITY, "year": 2026},
            "storage": {"directory": str(directory)},
            "http": {"contact": "demo@duma-tracker.invalid"},
            "sources": {
                name: {"base_url": f"http://{name}.{DOMAIN}{urlsplit(base).path}"}
                for name, base in BASE_URLS.items()
                if name != web_page.NAME
            },
        },
        where="demo",
    )


def replay(directory: Path, *, site_url: str, console: Console) -> Instance:
    """Live the history through; gives the instance, whose clock stands at its end. The caller closes it."""
    history = History()
    clock = SimulatedClock(history.moments[0].at)
    salts = random.Random(16)  # noqa: S311 - there is nothing to hide, and the roots of its days are the same every time
    with DemoServer(history, clock.now) as server:
        through = SourcePolicy(proxy=f"http://127.0.0.1:{server.port}", delay=0.0)
        instance = open_instance(
            settings_for(directory, site_url),
            clock=clock,
            sleep=lambda _: None,
            rng=random.Random(99),  # noqa: S311 - the same demo every time
            salt=lambda: salts.randbytes(16),
            policies=dict.fromkeys(BASE_URLS, through),
            invented=True,
        )
        site = instance.site(live=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=len(history.moments))
            for moment in history.moments:
                for quiet in _between(clock.now, moment.at):
                    clock.now = server.now = quiet
                    _pass(instance)
                clock.now = server.now = moment.at
                progress.update(task, description=f"{moment.at:%d.%m.%Y %H:%M}  {moment.label_ru}")
                for follow in moment.follow:
                    _follow(instance, follow)
                _pass(instance)
                publishing.render_entries(instance.store, site)
                progress.advance(task)
    return instance


def _pass(instance: Instance) -> None:
    # On disk in one piece: a replay that is cut off is thrown away, and thousands of small commits would be most of its time.
    with instance.store.transaction():
        instance.pipeline.run(instance.store.watches(), discover=SEARCHES)


def _between(last: datetime, following: datetime) -> Iterator[datetime]:
    """The passes of a day on which nothing happens: a tracker that runs would look then, too."""
    quiet = last + PASS_EVERY
    while quiet < following:
        yield quiet
        quiet += PASS_EVERY


def _follow(instance: Instance, follow: Follow) -> None:
    """What `watch add` and `backfill` do."""
    url = f"http://{DOMAIN}{follow.url}" if follow.url else None
    entry = config.entry_of(follow.name, url=url, selector=follow.selector)
    for watch in watches_of(entry, instance.desk.base_urls, now=instance.clock(), origin="cli"):
        instance.store.put_watch(watch)
        if follow.backfill and watch.source in HISTORIES:
            for _ in instance.pipeline.backfill(watch):
                pass


def run(*, out: Path | None, port: int, console: Console) -> None:
    """Replay, then write the static site to `out` or serve it on `port`."""
    taken = None if out is not None else listen("127.0.0.1", port)
    site_url = f"http://127.0.0.1:{taken.getsockname()[1] if taken else port}"
    with (
        tempfile.TemporaryDirectory(prefix="duma-tracker-demo-") as scratch,
        replay(Path(scratch), site_url=site_url, console=console) as instance,
    ):
        count = instance.store.event_count()
        if out is not None:
            publishing.publish_site(instance.store, instance.site(live=False), out)
            console.print(
                f"{count} events of an invented history are in {out}; open {out / 'index.html'}", markup=False
            )
            return
        if taken is not None:
            server = SiteServer(instance.site(live=True), taken)
            console.print(f"{count} events of an invented history. Open {server.address}", markup=False)
            console.print(f"A feed to try: {server.address}feeds/all.atom - stop with Ctrl-C", markup=False)
            server.run()
