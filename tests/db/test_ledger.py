"""The ledger: ids, bundles, the chain of hashes, and what verification says when somebody has been at the file."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db import ledger
from db.store import FILE_NAME, Store
from tracker.errors import StoreError
from tracker.models import EventDraft, EventKind, Level, Observation, RenderedEntry, bundle_id, event_id

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make


def _tamper(directory: Path, *statements: str) -> None:
    """Change the file behind the store's back, as somebody with the file and time would: triggers are no obstacle."""
    connection = sqlite3.connect(directory / FILE_NAME)
    try:
        for trigger in ("ledger_no_update", "ledger_no_delete", "strikes_no_update", "strikes_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def _record(store: Store, make: Make, *drafts: EventDraft, minutes: int = 0) -> tuple[str, ...]:
    events = store.record(Observation(observed_at=make.at(minutes), events=drafts))
    return tuple(event.id for event in events)


@pytest.fixture
def five(store: Store, make: Make) -> tuple[str, ...]:
    """Five recorded events in three bundles."""
    return (
        *_record(store, make, make.draft("a"), make.draft("b")),
        *_record(store, make, make.draft("c"), minutes=1),
        *_record(store, make, make.draft("d"), make.draft("e"), minutes=2),
    )


def test_an_empty_ledger_is_whole(store: Store) -> None:
    assert store.verify_ledger() == ()


def test_an_event_says_everything_it_was_given(store: Store, make: Make) -> None:
    draft = make.draft("a", level=Level.KEY, payload={"title": "Шаг", "n": [1, 2]}, backfilled=True)
    (event,) = store.record(Observation(observed_at=make.at(3), events=(draft,)))

    assert event.id == event_id(
        document_id=make.bill, source="sozd", kind=draft.kind, key="a", digests=draft.digests, occurrence=0
    )
    assert event.bundle == bundle_id([event.id])
    assert (event.seq, event.lead, event.level, event.backfilled) == (1, True, Level.KEY, True)
    assert (event.occurred_at, event.observed_at) == ("2099-03-01", make.at(3))
    assert event.payload == {"title": "Шаг", "n": [1, 2]}
    assert (event.previous_hash, event.struck, event.diff_id) == (ledger.GENESIS, False, None)
    assert store.event(event.id) == event
    assert store.event("nothing") is None


def test_events_keep_their_order_and_the_strongest_leads(store: Store, make: Make) -> None:
    drafts = (
        make.draft("a", level=Level.NOTABLE),
        make.draft("b", level=Level.MAJOR),
        make.draft("c", level=Level.MAJOR),
    )
    events = store.record(Observation(observed_at=make.at(), events=drafts))
    assert [event.level for event in events] == [Level.NOTABLE, Level.MAJOR, Level.MAJOR]
    assert [event.lead for event in events] == [False, True, False]
    assert len({event.bundle for event in events}) == 1
    assert store.bundle(events[0].bundle) == events
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]


def test_what_is_history_leads_only_where_everything_is(store: Store, make: Make) -> None:
    old = make.draft("old", level=Level.KEY, backfilled=True)
    events = store.record(Observation(observed_at=make.at(), events=(old, make.draft("new", level=Level.TECHNICAL))))
    assert [event.lead for event in events] == [False, True]
    (alone,) = store.record(Observation(observed_at=make.at(1), events=(old,)))
    assert alone.lead


def test_a_repeated_fact_is_a_new_event_and_a_repeated_draft_is_not(store: Store, make: Make) -> None:
    first = _record(store, make, make.draft("a"), make.draft("a"))
    again = _record(store, make, make.draft("a"), minutes=1)
    assert len(first) == len(again) == 1
    assert first != again
    assert _record(store, make) == ()
    assert store.verify_ledger() == ()


def test_the_same_history_gives_the_same_ids(tmp_path: Path, clock: Clock, make: Make) -> None:
    ids = []
    for name in ("one", "two"):
        with Store(tmp_path / name, clock=clock) as store:
            ids.append([_record(store, make, make.draft("a"), make.draft("b")), _record(store, make, make.draft("a"))])
    assert ids[0] == ids[1]


def test_a_line_can_be_checked_by_somebody_else(store: Store, make: Make) -> None:
    (event,) = store.record(Observation(observed_at=make.at(), events=(make.draft("a", payload={"a": 1}),)))
    line = store.ledger_line(event.id)
    assert line is not None
    salt = bytes.fromhex(str(line.pop("salt")))
    claimed = line.pop("hash")
    assert ledger.line_hash(line) == claimed == event.hash
    assert ledger.payload_digest(b'{"a":1}', salt) == line["payload_digest"]
    assert store.ledger_line("nothing") is None


def test_lines_cannot_be_changed_by_accident(tmp_path: Path, five: tuple[str, ...]) -> None:
    assert len(five) == 5
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    try:
        for statement in (
            "UPDATE ledger SET level = 5",
            "DELETE FROM ledger",
            "REPLACE INTO ledger SELECT * FROM ledger",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute("PRAGMA recursive_triggers = ON").execute(statement)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "level = 1",
        "kind = 'act.published'",
        "observed_at = '2099-01-01T00:00:00.000000+00:00'",
        "backfilled = 1",
        "occurred_at = NULL",
        "payload_digest = hash",
        "id = 'aaaaaaaaaaaaaaaaaaaa'",
    ],
)
def test_a_changed_line_is_named(tmp_path: Path, store: Store, five: tuple[str, ...], change: str) -> None:
    _tamper(tmp_path, f"UPDATE ledger SET {change} WHERE seq = 3")  # noqa: S608 - from the list above
    problems = [problem for problem in store.verify_ledger() if not problem.startswith("bundle")]
    assert problems
    assert all("(line 3): tampered" in problem or problem.startswith("line 3: tampered") for problem in problems)
    if not change.startswith("id"):
        assert five[2] in problems[0]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE payloads SET payload = '{}' WHERE seq = 3", "(line 3): tampered: the payload was altered"),
        ("UPDATE payloads SET salt = x'00' WHERE seq = 3", "(line 3): tampered: the payload was altered"),
        ("DELETE FROM payloads WHERE seq = 3", "(line 3): tampered: the payload is gone and was never struck"),
        ("DELETE FROM ledger WHERE seq = 3", "(line 4): tampered: it follows line 2"),
        ("DELETE FROM ledger WHERE seq = 5", "the ledger ends with line 4, but line 5 was written last"),
        ("UPDATE ledger SET lead = 1 - lead WHERE seq > 3", "(line 4): tampered: the line was altered"),
        ("UPDATE event_scopes SET scope = 'topic:x' WHERE seq = 2", "line 2: tampered: it is listed in other feeds"),
        ("DELETE FROM event_scopes WHERE seq = 4", "line 4: tampered: it is listed in other feeds"),
    ],
)
def test_other_tampering_is_named(
    tmp_path: Path, store: Store, five: tuple[str, ...], statement: str, says: str
) -> None:
    assert store.verify_ledger() == ()
    assert len(five) == 5
    _tamper(tmp_path, statement)
    assert any(says in problem for problem in store.verify_ledger())


def test_a_forged_line_with_a_right_hash_breaks_the_chain(tmp_path: Path, store: Store, five: tuple[str, ...]) -> None:
    line = store.ledger_line(five[2])
    assert line is not None
    forged = {name: value for name, value in line.items() if name not in {"hash", "salt"}} | {"level": 1}
    _tamper(tmp_path, f"UPDATE ledger SET level = 1, hash = '{ledger.line_hash(forged)}' WHERE seq = 3")  # noqa: S608 - our own hash
    assert store.verify_ledger() == (
        f"event {five[3]} (line 4): tampered: it does not continue line 3, which was replaced",
        "line 3: tampered: it is missing from the feed of significant changes",
    )


def test_a_struck_payload_is_gone_and_the_chain_is_whole(
    tmp_path: Path, store: Store, make: Make, clock: Clock
) -> None:
    secret = "Иванова-Незабудкина"
    first, second = _record(store, make, make.draft("a", payload={"clerk": secret}), make.draft("b"))
    store.save_entry(RenderedEntry(event_id=first, atom=secret.encode(), rss=b"", json=b""))
    clock.move(seconds=60)
    store.strike(first, "личные данные")

    event = store.event(first)
    assert event is not None
    assert event.struck
    assert event.payload == {}
    assert store.verify_ledger() == ()
    assert [(strike.event_id, strike.struck_at, strike.reason) for strike in store.strikes()] == [
        (first, make.at(1), "личные данные")
    ]
    assert store.entries(None, "atom", leads_only=False) == ()
    line = store.ledger_line(first)
    assert line is not None
    assert line["salt"] is None
    store.wipe()
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes()
    store.strike(first, "ещё раз")
    store.strike(second, "и это")
    assert len(store.strikes()) == 2
    assert store.verify_ledger() == ()


def test_an_unknown_event_cannot_be_struck(store: Store) -> None:
    with pytest.raises(StoreError, match="no event nothing"):
        store.strike("nothing", "reason")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE strikes SET reason = 'x' WHERE number = 1", "strike 1: tampered: the line was altered"),
        ("DELETE FROM strikes WHERE number = 1", "strike 2: tampered: it does not continue strike 0"),
        ("INSERT INTO payloads VALUES (1, '{}', x'00')", "(line 1): struck, but its payload is still there"),
    ],
)
def test_tampering_with_strikes_is_named(
    tmp_path: Path, store: Store, five: tuple[str, ...], statement: str, says: str
) -> None:
    store.strike(five[0], "личные данные")
    store.strike(five[1], "личные данные")
    _tamper(tmp_path, statement)
    assert any(says in problem for problem in store.verify_ledger())


def test_a_strike_inside_a_transaction_is_undone_with_it(store: Store, five: tuple[str, ...]) -> None:
    with pytest.raises(StoreError, match="no event nothing"), store.transaction():  # noqa: PT012 - the block is the subject
        store.strike(five[0], "x")
        store.strike("nothing", "x")
    assert store.strikes() == ()
    assert store.verify_ledger() == ()


def test_corrections_are_found_by_the_event_they_name(store: Store, make: Make, five: tuple[str, ...]) -> None:
    correction = dataclasses.replace(
        make.draft("fix"), kind=EventKind.CORRECTION, payload={"event": five[0], "text": "ошибка"}
    )
    (fix,) = store.record(Observation(observed_at=make.at(9), events=(correction,)))
    assert store.corrections_of(five[0]) == (fix,)
    assert store.corrections_of(five[1]) == ()
