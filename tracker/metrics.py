"""What a monitoring system asks of a running tracker, as Prometheus metrics. They name sources and kinds, never a person.

Freshness per source is the one that matters: ``time() - duma_tracker_source_last_success_timestamp_seconds``.
"""

from __future__ import annotations

import platform
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from typing import Final

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.store import Store
from diffs import lemmas
from feeds.kept import Size

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "duma_tracker"


class StoreCollector(Collector):
    """Reads the store when it is asked; keeps nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Every metric of the store."""
        yield from self._sources()
        kinds = CounterMetricFamily(f"{_PREFIX}_events", "Events in the ledger, by kind.", labels=["kind"])
        for kind, count in self._store.event_counts().items():
            kinds.add_metric([str(kind)], count)
        yield kinds
        waiting = GaugeMetricFamily(
            f"{_PREFIX}_outbox_waiting", "Events that a channel has not finished with.", labels=["channel"]
        )
        for channel, count in self._store.outbox_counts().items():
            waiting.add_metric([channel], count)
        yield waiting
        deliveries = GaugeMetricFamily(f"{_PREFIX}_deliveries", "Messages of alerts, by state.", labels=["state"])
        for state, count in self._store.delivery_counts().items():
            deliveries.add_metric([str(state)], count)
        yield deliveries
        open_cases = len(self._store.quarantined())
        yield GaugeMetricFamily(f"{_PREFIX}_quarantine_open", "Pages that are kept and not believed.", value=open_cases)
        watched = len(self._store.watches())
        yield GaugeMetricFamily(f"{_PREFIX}_watches", "Addresses that are looked at.", value=watched)
        size = self._store.size()
        yield GaugeMetricFamily(f"{_PREFIX}_database_bytes", "Size of the database file.", value=size)
        free = shutil.disk_usage(self._store.vault.path.parent).free
        yield GaugeMetricFamily(f"{_PREFIX}_disk_free_bytes", "Space that is left beside the database.", value=free)

    def _sources(self) -> Iterator[Metric]:
        success = GaugeMetricFamily(
            f"{_PREFIX}_source_last_success_timestamp_seconds",
            "When a source last gave a proper answer.",
            labels=["source"],
        )
        failing = GaugeMetricFamily(
            f"{_PREFIX}_source_failing", "1 while a source gives no proper answer.", labels=["source"]
        )
        for state in self._store.source_states():
            if state.last_success is not None:
                success.add_metric([state.name], state.last_success.timestamp())
            failing.add_metric([state.name], float(state.failing_since is not None))
        yield success
        yield failing


class ProcessState(Collector):
    """What this process is, and how many threads it has."""

    def collect(self) -> Iterator[Metric]:
        """Versions and threads."""
        yield GaugeMetricFamily(f"{_PREFIX}_threads", "Threads of this process.", value=threading.active_count())
        build = GaugeMetricFamily(f"{_PREFIX}_build_info", "What runs here.", labels=["version", "python", "sqlite"])
        build.add_metric([metadata.version("duma-tracker"), platform.python_version(), sqlite3.sqlite_version], 1)
        yield build


class KeptInMemory(Collector):
    """What is in memory because it may be asked for again: each has a bound, and may grow until then."""

    def __init__(self, kept: Callable[[], Iterable[Size]]) -> None:
        self._kept = kept

    def collect(self) -> Iterator[Metric]:
        """Entries, bytes and the bound of each cache; of the words that the dictionary was asked for, entries only."""
        entries = GaugeMetricFamily(f"{_PREFIX}_cache_entries", "What is kept in memory, by cache.", labels=["cache"])
        used = GaugeMetricFamily(f"{_PREFIX}_cache_bytes", "Memory that it takes.", labels=["cache"])
        most = GaugeMetricFamily(f"{_PREFIX}_cache_max_bytes", "Memory that it may take.", labels=["cache"])
        for size in self._kept():
            entries.add_metric([size.name], size.entries)
            used.add_metric([size.name], size.bytes)
            most.add_metric([size.name], size.limit)
        entries.add_metric(["words"], lemmas.kept_words())
        yield from (entries, used, most)


class Metrics:
    """The metrics of one running tracker: of its store, of its process (memory, CPU, open files), and of its looks.

    `kept`: what the site keeps in memory.
    """

    def __init__(self, store: Store, *, kept: Callable[[], Iterable[Size]] = tuple) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(namespace=_PREFIX, registry=self._registry)
        self._registry.register(ProcessState())
        self._registry.register(KeptInMemory(kept))
        self._registry.register(StoreCollector(store))
        self._looks = Counter(
            f"{_PREFIX}_checks",
            "Looks at sources since this process began, by how they ended.",
            labelnames=["source", "outcome"],
            registry=self._registry,
        )

    def looked(self, source: str, outcome: str) -> None:
        """Count a look. Both words are of a fixed set."""
        self._looks.labels(source, outcome).inc()

    def render(self) -> bytes:
        """All of them as text."""
        return generate_latest(self._registry)
