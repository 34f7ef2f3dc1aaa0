"""Puts an instance together from its settings: store, gate, desk, pipeline, site. The only place where all rooms meet."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Final

from db.store import Store, random_salt
from diffs.topics import TopicRules
from feeds.site import Site
from scrapers import acts, sozd
from scrapers import page as web_page
from scrapers.http import Gate, SourcePolicy
from tracker import alert_settings, config, lookups, watchlist
from tracker.config import Settings, WatchSettings
from tracker.desk import Desk, Keys
from tracker.engines import Address, Cluster, Pool
from tracker.errors import ConfigError
from tracker.finding import Finder
from tracker.insight import LawInsight
from tracker.models import SiteInfo, Watch
from tracker.parts import BASE_URLS, base_urls_of, policies_of, rules_of, utc_now
from tracker.pipeline import Pipeline
from tracker.stopping import Departure
from tracker.workers import Workers

#: Readings on a cluster at once, when the configuration does not say.
CLUSTER_IN_FLIGHT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(AbstractContextManager["Instance"]):
    """One running tracker. Close it, or use it as a context manager."""

    settings: Settings
    store: Store
    gate: Gate
    network: Departure
    desk: Desk
    pipeline: Pipeline
    clock: Callable[[], datetime]
    invented: bool

    def site(self, *, live: bool, base_url: str | None = None) -> Site:
        """The site over this store. `live` False: as static files."""
        info = site_info(self.settings, self.desk.rules, invented=self.invented)
        here = replace(info, live=live, base_url=base_url or info.base_url)
        return Site(self.store, here, insight=LawInsight(self.store), finder=Finder(self.store))

    def sync_watches(self) -> None:
        """Bring the watches of the configuration and of the default watchlist into the store.

        Those taken out of either are no longer followed; what the operator lists goes before what is listed by default.
        """
        now = self.clock()
        default = self.settings.watchlist
        listed = [entry.settings() for entry in watchlist.followed(default.topics)] if default.follow else []
        wanted = {
            (watch.target, watch.source): watch
            for origin, entries in ((watchlist.ORIGIN, listed), ("config", self.settings.watch))
            for entry in entries
            for watch in watches_of(entry, self.desk.base_urls, now=now, origin=origin)
        }
        for watch in self.store.watches(include_muted=True):
            if watch.origin in {"config", watchlist.ORIGIN} and (watch.target, watch.source) not in wanted:
                self.store.remove_watch(watch.target, watch.source)
        for (target, source), watch in wanted.items():
            known = self.store.watch(target, source)
            if known is None:
                self.store.put_watch(watch)
            elif _where(known) != _where(watch):
                if known.url != watch.url:  # what was found by the old address is not what is asked for now
                    self.store.set_state(Keys.of(known).address, None)
                self.store.put_watch(
                    replace(
                        known,
                        url=watch.url,
                        selector=watch.selector,
                        remove=watch.remove,
                        ignore=watch.ignore,
                        next_due=now,
                    )
                )

    def close(self) -> None:
        """Let go of the workers, the network and the database."""
        self.desk.workers.close()
        self.gate.close()
        self.store.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_instance(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    rng: random.Random | None = None,
    salt: Callable[[], bytes] = random_salt,
    policies: Mapping[str, SourcePolicy] | None = None,
    invented: bool = False,
) -> Instance:
    """Open the store and the gate of an instance. `policies` overrides how sources are asked (the demo's local server)."""
    store = Store(settings.storage.directory, clock=clock, salt=salt, key=alert_settings.sealing_key())
    gate = Gate(
        user_agent=settings.user_agent,
        policies=policies if policies is not None else policies_of(settings),
        # A source without settings of its own goes the common way, too: never past the proxy.
        default=SourcePolicy(proxy=config.secret(settings.http.proxy, where="http.proxy")),
        clock=clock,
        sleep=sleep,
        monotonic=monotonic,
        rng=rng,
    )
    network = Departure(gate)
    desk = Desk(
        store=store,
        network=network,
        clock=clock,
        rules=rules_of(settings),
        base_urls=base_urls_of(settings),
        invented=invented,
        ocr=settings.files.ocr,
        workers=workers_of(settings),
    )
    every = {name: found for name in BASE_URLS if (found := settings.source(name).every) is not None}
    return Instance(
        settings=settings,
        store=store,
        gate=gate,
        network=network,
        desk=desk,
        pipeline=Pipeline(desk, every=every, rng=rng),
        clock=clock,
        invented=invented,
    )


def workers_of(settings: Settings) -> Workers:
    """Where texts are read and compared. Nothing is started or reached before the first text.

    Raises ConfigError when what the engine needs is not installed, or a TLS file is not there.
    """
    asked = settings.workers
    if asked.engine == "process":
        pool = Pool(asked.processes)
        # What was lost with a process is read again by another, which may have died of its neighbour.
        return Workers((pool, pool), in_flight=asked.in_flight or 2 * asked.processes)
    if asked.engine == "dask":
        # What the cluster does not take is read in a process here.
        return Workers((Cluster(cluster_address(settings)), Pool(1)), in_flight=asked.in_flight or CLUSTER_IN_FLIGHT)
    return Workers()


def cluster_address(settings: Settings) -> Address:
    """The Dask scheduler of the configuration. Raises ConfigError when a TLS file is not there."""
    asked = settings.workers
    for name in ("ca_file", "cert_file", "key_file"):
        path = getattr(asked, name)
        if path is not None and not path.is_file():
            raise ConfigError(f"workers.{name}: {path}: no such file")
    return Address(url=asked.address or "", ca=asked.ca_file, cert=asked.cert_file, key=asked.key_file)


def site_info(settings: Settings, rules: TopicRules, *, invented: bool = False) -> SiteInfo:
    """What pages and feeds need to know of this instance."""
    site = settings.site
    return SiteInfo(
        title=site.title,
        base_url=site.base_url,
        authority=site.authority,
        year=site.year,
        contact=settings.http.contact,
        invented=invented,
        topic_names={name: (topic.ru, topic.en) for name, topic in rules.names.items()},
    )


def watches_of(entry: WatchSettings, base_urls: Mapping[str, str], *, now: datetime, origin: str) -> tuple[Watch, ...]:
    """What an entry of the configuration or the command line asks to follow, a watch for each source."""
    target = config.watch_target(entry)
    if entry.bill:
        places = {sozd.NAME: sozd.card_url(base_urls[sozd.NAME], sozd.bill_number(entry.bill))}
    elif entry.url:
        places = {web_page.NAME: entry.url}
    else:
        places = lookups.addresses(
            base_urls, acts.parse_act(entry.act or ""), nd=entry.nd, bank=entry.kremlin, at_bank=bool(entry.kremlin)
        )
    return tuple(
        Watch(
            target=target,
            source=source,
            url=url,
            selector=entry.selector,
            origin=origin,
            added_at=now,
            silent_before=now,
            title=entry.title or "",
            remove=entry.remove,
            ignore=entry.ignore,
        )
        for source, url in places.items()
    )


def _where(watch: Watch) -> tuple[object, ...]:
    return watch.url, watch.selector, watch.remove, watch.ignore
