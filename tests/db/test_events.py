"""Reading events: scopes, cursors, outbox, rendered entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from db.store import Store
from tracker.errors import StoreError
from tracker.models import Event, EventKind, Level, Observation, RenderedEntry

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make


@pytest.fixture
def history(store: Store, make: Make) -> tuple[Event, ...]:
    """Seven events: a backfilled one, then three bundles of two, in two topics."""
    recorded = [
        *store.record(
            Observation(observed_at=make.at(), events=(make.draft("old", backfilled=True, scopes=("topic:a",)),))
        )
    ]
    for number in range(3):
        drafts = (
            make.draft(f"step-{number}", scopes=("topic:a", "source:sozd")),
            make.draft(
                f"text-{number}", kind=EventKind.TEXT_CHANGED, level=Level.KEY, scopes=("topic:b", "source:sozd")
            ),
        )
        recorded += store.record(Observation(observed_at=make.at(number + 1), events=drafts))
    return tuple(recorded)


def test_events_come_newest_first_and_by_every_condition(store: Store, history: tuple[Event, ...]) -> None:
    newest = history[::-1]
    assert store.events() == newest
    assert store.events(oldest_first=True) == history
    assert store.events(limit=2) == newest[:2]
    assert store.events(scope="topic:b") == tuple(event for event in newest if event.kind is EventKind.TEXT_CHANGED)
    assert store.events(scope="topic:a", limit=2, oldest_first=True) == (history[0], history[1])
    assert store.events(kinds=(EventKind.TEXT_CHANGED, EventKind.CORRECTION)) == store.events(scope="topic:b")
    assert store.events(leads_only=True) == tuple(event for event in newest if event.lead)
    assert store.events(backfilled=True) == history[:1]
    assert store.events(backfilled=False) == newest[:-1]
    assert store.events(after_seq=2, before_seq=5, oldest_first=True) == history[2:4]
    assert store.events(scope="source:sozd", after_seq=2, leads_only=True, limit=1) == (history[6],)
    assert store.events(scope="topic:nothing") == ()


def test_events_are_counted_by_scope(store: Store, history: tuple[Event, ...]) -> None:
    assert store.event_count() == len(history)
    assert (store.event_count("topic:a"), store.event_count("topic:b"), store.event_count("x")) == (4, 3, 0)
    assert store.scopes() == ("source:sozd", "topic:a", "topic:b")


def test_what_may_matter_to_everybody_is_a_scope_of_its_own(store: Store, make: Make) -> None:
    told = [
        make.draft("key", level=Level.KEY, kind=EventKind.TEXT_CHANGED),
        make.draft("unread", kind=EventKind.TEXT_ADDED, payload={"readable": False}),
        make.draft("gap", kind=EventKind.COVERAGE_GAP),
        make.draft("correction", kind=EventKind.CORRECTION, payload={"event": "x"}),
        make.draft("history", level=Level.MAJOR, backfilled=True),
    ]
    quiet = [make.draft("step"), make.draft("read", kind=EventKind.TEXT_ADDED, payload={"readable": True})]
    events = [
        event
        for minute, draft in enumerate((*quiet, *told))
        for event in store.record(Observation(observed_at=make.at(minute), events=(draft,)))
    ]
    assert [event.seq for event in store.events(scope="significant")] == [7, 6, 5, 4, 3]
    assert store.seqs("significant", leads_only=True, after_seq=3, before_seq=7) == (6, 5, 4)
    assert store.event_count("significant") == 5
    assert "significant" not in store.scopes()
    assert store.seqs(None, leads_only=False, after_seq=0, before_seq=8) == (6, 5, 4, 3, 2, 1)
    assert store.verify_ledger() == ()
    with store._connections.write() as db:
        db.execute("DELETE FROM significant WHERE seq = ?", (events[3].seq,))
    assert store.verify_ledger() == ("line 4: tampered: it is missing from the feed of significant changes",)


def test_each_channel_has_its_own_outbox(store: Store, make: Make, history: tuple[Event, ...]) -> None:
    store.register_channel("webhooks")
    store.register_channel("webhooks")
    late = store.record(Observation(observed_at=make.at(9), events=(make.draft("late"),)))

    assert store.outbox("feeds") == (*history, *late)
    assert store.outbox("feeds", limit=3) == history[:3]
    assert store.outbox("webhooks") == late  # a channel hears of what comes after it
    assert store.outbox("unknown") == ()
    store.finish_outbox("feeds", [event.id for event in history])
    store.finish_outbox("feeds", [])
    assert store.outbox("feeds") == late
    assert store.outbox("webhooks") == late


def test_entries_join_into_feeds(store: Store, history: tuple[Event, ...]) -> None:
    for event in history:
        name = event.id.encode()
        store.save_entry(RenderedEntry(event_id=event.id, atom=b"<" + name, rss=b"[" + name, json=b"{" + name))
    told = [event for event in reversed(history) if not event.backfilled]

    assert store.entries(None, "atom", leads_only=False) == tuple((event, b"<" + event.id.encode()) for event in told)
    assert store.entries(None, "rss", leads_only=True, limit=1) == ((history[2 + 4], b"[" + history[6].id.encode()),)
    in_topic = store.entries("topic:a", "json", leads_only=False)
    assert [event for event, _ in in_topic] == [history[5], history[3], history[1]]
    assert in_topic[0][1] == b"{" + history[5].id.encode()
    assert store.entries("topic:a", "json", leads_only=True) == ()
    assert store.entries("topic:nothing", "json", leads_only=False) == ()


def test_an_entry_once_rendered_stays_as_it_is(store: Store, history: tuple[Event, ...]) -> None:
    last = history[-1]
    for body in (b"1", b"2"):
        store.save_entry(RenderedEntry(event_id=last.id, atom=body, rss=body, json=body))
    assert [body for _, body in store.entries(None, "atom", leads_only=False)] == [b"1"]
    with pytest.raises(StoreError, match="no event nothing"):
        store.save_entry(RenderedEntry(event_id="nothing", atom=b"", rss=b"", json=b""))


def test_a_scope_is_walked_and_not_sorted(store: Store, history: tuple[Event, ...]) -> None:
    queries: list[tuple[str, object]] = []
    with store._connections.bare() as db, db.tracer(lambda sql, parameters: queries.append((sql, parameters))):
        assert len(store.events(scope="topic:a", after_seq=1)) == 3
        assert store.entries("topic:a", "atom", leads_only=True) == ()
        assert len(store.events(before_seq=3)) == 2
        assert len(store.events(scope="significant", leads_only=True, before_seq=9)) == 3
        assert store.entries("significant", "atom", leads_only=True, before_seq=9) == ()
        assert len(store.seqs("topic:a", leads_only=False, after_seq=0, before_seq=9)) == 3
        assert len(store.seqs(None, leads_only=True, after_seq=0, before_seq=9)) == 3
    with store._read() as db:
        plans = [
            [row["detail"] for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]  # type: ignore[arg-type]
            for sql, parameters in queries
        ]
    assert history
    assert len(plans) == 7
    assert not any("TEMP B-TREE" in step or "SCAN" in step for plan in plans for step in plan), plans


def test_scopes_by_their_beginning_and_months_of_moscow(store: Store, clock: Clock, make: Make) -> None:
    scopes = ("document:bill/100001-99", "source:sozd", "topic:citizenship", "topic:conscription")
    late = clock.now.replace(month=3, day=31, hour=21, minute=30)  # the first of April in Moscow
    store.record(Observation(observed_at=clock.now, document=make.document(), events=(make.draft(scopes=scopes),)))
    store.record(Observation(observed_at=late, events=(make.draft("step-2", scopes=scopes[:1]),)))
    assert store.scopes("topic:") == scopes[2:]
    assert store.scopes() == scopes
    assert store.scopes("nothing:") == ()
    assert store.months() == {"2099-03": (1, 1), "2099-04": (2, 2)}
    assert store.months(1) == {"2099-04": (2, 2)}
