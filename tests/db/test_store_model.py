"""The store beside a model of it: any sequence of steps, with reopening between them, leaves both with the same facts."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db.store import Store
from tests.db.conftest import START, Make
from tracker.errors import StoreError
from tracker.models import Event, EventDraft, Observation, RenderedEntry

EDITIONS = ("introduced", "first-reading")
KEYS = tuple(f"step-{number}" for number in range(4))


class StoreBesideModel(RuleBasedStateMachine):
    """`told`: events in order with the key and digest they were told by; `texts`: versions of each edition."""

    def __init__(self) -> None:
        super().__init__()
        self.make = Make()
        self.now = START
        self.told: list[Event] = []
        self.keys: list[str] = []
        self.texts: dict[str, list[tuple[str, ...]]] = {edition: [] for edition in EDITIONS}
        self.waiting: dict[str, list[str]] = {"feeds": [], "alerts": []}
        self.entries: dict[str, bytes] = {}
        self.struck: set[str] = set()
        self.bodies: list[bytes] = []
        self.directory = Path(tempfile.mkdtemp())

    @initialize()
    def begin(self) -> None:
        self.store = Store(self.directory, clock=lambda: self.now)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert self.store.verify_ledger() == self.store.verify_evidence() == ()
            self.store.close()
        shutil.rmtree(self.directory)

    # ------------------------------------------------------------ steps

    @rule(keys=st.lists(st.sampled_from(KEYS), max_size=3, unique=True), data=st.data())
    def observe(self, keys: list[str], data: st.DataObject) -> None:
        """Any facts, new or told before, and perhaps a text."""
        self.now += timedelta(minutes=1)
        versions: tuple[Any, ...] = ()
        if data.draw(st.booleans()):
            edition = data.draw(st.sampled_from(EDITIONS))
            units = tuple(data.draw(st.lists(st.sampled_from(["Срок.", "Порядок.", "Иное."]), min_size=1, max_size=3)))
            versions = (self.make.text(*units, edition=edition),)
            self.texts[edition].append(units)
        drafts = tuple(self.make.draft(key) for key in keys)
        observed = Observation(observed_at=self.now, document=self.make.document(), versions=versions, events=drafts)
        recorded = self.store.record(observed)
        assert len(recorded) == len(keys)  # told again is another occurrence, not the same event
        self.told += recorded
        self.keys += keys
        for channel in self.waiting:
            self.waiting[channel] += [event.id for event in recorded]

    @rule(body=st.binary(max_size=40))
    def keep(self, body: bytes) -> None:
        """An answer: the same as the last one lengthens it, any other is another snapshot, also one of long ago."""
        _, fresh = self.store.keep(source="sozd", response=self.make.response(body))
        assert fresh == (not self.bodies or self.bodies[-1] != body)
        if fresh:
            self.bodies.append(body)

    @precondition(lambda self: self.told)
    @rule(channel=st.sampled_from(["feeds", "alerts"]), data=st.data())
    def finish(self, channel: str, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from([event.id for event in self.told]), unique=True))
        self.store.finish_outbox(channel, names)
        self.waiting[channel] = [name for name in self.waiting[channel] if name not in names]

    @precondition(lambda self: self.told)
    @rule(body=st.binary(min_size=1, max_size=5), data=st.data())
    def render(self, body: bytes, data: st.DataObject) -> None:
        """The first rendering stays; of what was struck none is kept."""
        name = data.draw(st.sampled_from([event.id for event in self.told]))
        self.store.save_entry(RenderedEntry(event_id=name, language="ru", atom=body, rss=body, json=body))
        if name not in self.struck:
            self.entries.setdefault(name, body)

    @precondition(lambda self: any(event.id not in self.struck for event in self.told))
    @rule(data=st.data())
    def strike(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([event.id for event in self.told if event.id not in self.struck]))
        self.store.strike(name, "названо лицо")
        self.struck.add(name)
        # Entries of the same bundle name what was found beside them: they are rendered anew.
        bundle = next(event.bundle for event in self.told if event.id == name)
        rendered = {event.id for event in self.told if event.bundle == bundle and event.id in self.entries}
        self.entries = {each: body for each, body in self.entries.items() if each not in rendered}
        again = (rendered - {name}).union(self.waiting["feeds"])
        self.waiting["feeds"] = [event.id for event in self.told if event.id in again]

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True))
    def fail_half_way(self, keys: list[str]) -> None:
        """What is begun and not ended leaves nothing."""
        with pytest.raises(StoreError, match="the power went"):
            self._cut_off(tuple(self.make.draft(key) for key in keys))

    def _cut_off(self, drafts: tuple[EventDraft, ...]) -> None:
        with self.store.transaction():
            self.store.record(Observation(observed_at=self.now, document=self.make.document(), events=drafts))
            raise StoreError("the power went")

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store(self.directory, clock=lambda: self.now)

    # ------------------------------------------------------------ what holds always

    @invariant()
    def the_ledger_is_what_was_told(self) -> None:
        if not hasattr(self, "store"):
            return
        events = self.store.events(oldest_first=True, limit=1000)
        assert [event.id for event in events] == [event.id for event in self.told]
        assert len({event.id for event in events}) == len(events)
        assert [event.struck for event in events] == [event.id in self.struck for event in events]
        assert {strike.event_id for strike in self.store.strikes()} == self.struck
        lines = [self.store.ledger_line(event.id) or {} for event in events]
        assert [line["key"] for line in lines] == self.keys
        occurrences = [(line["key"], line["occurrence"]) for line in lines]
        assert max(Counter(occurrences).values(), default=1) == 1
        for bundle in {event.bundle for event in events}:
            mates = self.store.bundle(bundle)
            assert [event.id for event in mates] == [event.id for event in events if event.bundle == bundle]
            assert sum(event.lead for event in mates) == 1

    @invariant()
    def the_outbox_is_what_waits(self) -> None:
        if hasattr(self, "store"):
            for channel, names in self.waiting.items():
                assert [event.id for event in self.store.outbox(channel)] == names

    @invariant()
    def entries_and_texts_are_those_given(self) -> None:
        if not hasattr(self, "store"):
            return
        found = self.store.entries(None, "atom", leads_only=False, limit=1000)
        assert {event.id: body for event, body in found} == self.entries
        for edition, texts in self.texts.items():
            versions = [each for each in self.store.versions(Make.bill) if each.key.edition == edition]
            assert [version.number for version in versions] == list(range(1, len(texts) + 1))
            stored = [tuple(section.text for section in self.store.sections(version.id)) for version in versions]
            assert stored == texts
        assert [self.store.body(snapshot.digest) for snapshot in self.store.snapshots(Make.url)] == self.bodies


TestStoreBesideModel = StoreBesideModel.TestCase
TestStoreBesideModel.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
