"""Any history of observations, strikes and deliveries agrees with a model of three lists."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db.store import Store
from tracker.models import EventDraft, EventKind, Level, Observation, event_id

NOW = datetime(2099, 3, 1, tzinfo=UTC)
_DRAFTS = st.builds(
    EventDraft,
    kind=st.sampled_from([EventKind.BILL_STEP, EventKind.TEXT_CHANGED]),
    document_id=st.sampled_from([None, "bill/100001-99"]),
    source=st.just("sozd"),
    key=st.sampled_from("ab"),
    digests=st.sampled_from([(), ("d",)]),
    occurred_at=st.none(),
    level=st.sampled_from(Level),
    payload=st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=2),
    scopes=st.sampled_from([(), ("topic:a",), ("topic:a", "topic:b")]),
    backfilled=st.booleans(),
)


class History(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.directory.name), clock=lambda: NOW)
        self.recorded: list[tuple[str, EventDraft]] = []
        self.seen: Counter[tuple[object, ...]] = Counter()
        self.struck: set[str] = set()
        self.waiting: list[str] = []

    @rule(drafts=st.lists(_DRAFTS, max_size=4))
    def record(self, drafts: list[EventDraft]) -> None:
        expected: dict[str, EventDraft] = {}
        facts: set[tuple[object, ...]] = set()
        for draft in drafts:
            fact = (draft.document_id, draft.kind, draft.key, draft.digests)
            facts.add(fact)
            name = event_id(
                document_id=draft.document_id,
                source="sozd",
                kind=draft.kind,
                key=draft.key,
                digests=draft.digests,
                occurrence=self.seen[fact],
            )
            expected.setdefault(name, draft)
        self.seen.update(facts)
        events = self.store.record(Observation(observed_at=NOW, events=tuple(drafts)))

        assert [event.id for event in events] == list(expected)
        assert [event.payload for event in events] == [draft.payload for draft in expected.values()]
        ranks = [(draft.backfilled, draft.level) for draft in expected.values()]
        assert [event.lead for event in events] == [
            rank == min(ranks) and rank not in ranks[:number] for number, rank in enumerate(ranks)
        ]
        self.recorded += expected.items()
        self.waiting += expected

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def strike(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([name for name, _ in self.recorded]))
        self.store.strike(name, "причина")
        self.struck.add(name)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        done = data.draw(st.lists(st.sampled_from(self.waiting), unique=True))
        self.store.finish_outbox("feeds", done)
        self.waiting = [name for name in self.waiting if name not in done]

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = Store(Path(self.directory.name), clock=lambda: NOW)

    @invariant()
    def agrees(self) -> None:
        names = [name for name, _ in self.recorded]
        events = self.store.events(oldest_first=True, limit=1000)
        assert [event.id for event in events] == names
        assert {event.id for event in events if event.struck} == self.struck
        assert [event.id for event in self.store.outbox("feeds", limit=1000)] == self.waiting
        for scope in ("topic:a", "topic:b"):
            expected = [name for name, draft in self.recorded if scope in draft.scopes]
            assert [event.id for event in self.store.events(scope=scope, oldest_first=True, limit=1000)] == expected
            assert self.store.event_count(scope) == len(expected)
        assert self.store.verify_ledger() == ()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.directory.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
