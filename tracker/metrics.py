"""What a monitoring system asks of a running tracker, as Prometheus metrics. They name sources and kinds, never a person.

Freshness per source is the one that matters: ``time() - duma_tracker_source_last_success_timestamp_seconds``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.store import Store

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


def render(store: Store) -> bytes:
    """All metrics as text: those of the store and of this process (memory, CPU, open files)."""
    registry = CollectorRegistry()
    ProcessCollector(namespace=_PREFIX, registry=registry)
    registry.register(StoreCollector(store))
    return generate_latest(registry)
