"""Subscriptions, messages and the log in a real database; secrets in a real file."""

from __future__ import annotations

import json
import sqlite3
import stat
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlite_utils import Database, Migrations

from db import events, packing, schema
from db.store import Store
from tracker.alerts import (
    Attempt,
    Channel,
    Clause,
    DeliveryState,
    Digest,
    Filter,
    Gathered,
    NewDelivery,
    Outcome,
    Quiet,
    Secret,
    Subscription,
)
from tracker.errors import StoreError
from tracker.models import EventKind, Level, Observation

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make

URL = "https://receiver.example/hook/31337"
SIGNING = "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLXRlc3RzLTAwMQ=="


def subscription(make: Make, name: str = "ngo", **changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "name": name,
        "channel": Channel.WEBHOOK,
        "url": Secret(URL),
        "secrets": (Secret(SIGNING),),
        "created_at": make.at(),
        **changes,
    }
    return Subscription(**values)


def delivery(make: Make, number: int, name: str = "ngo", *events: str, due: int = 0) -> NewDelivery:
    return NewDelivery(
        subscription=name,
        message_id=f"msg_{name}{number}",
        type="event",
        body=b"{}",
        events=events or (f"event{number}",),
        created_at=make.at(due),
        due_at=make.at(due),
    )


def attempt(store: Store, message_id: str, at: datetime, *, delivered: bool = False) -> Attempt:
    found = store.delivery(message_id)
    assert found is not None
    return Attempt(
        delivery=found.id,
        subscription=found.subscription,
        message_id=message_id,
        at=at,
        outcome=Outcome(
            delivered=delivered, status=200 if delivered else 503, error="" if delivered else "answered 503"
        ),
        seconds=0.25,
    )


def test_a_subscription_comes_back_whole(store: Store, make: Make) -> None:
    whole = subscription(
        make,
        filter=Filter(
            topics=("citizenship",),
            documents=("bill/100001-99",),
            clauses=(Clause(document="act/fz/2099-04-28/9138-fz", path="st-22.ch-1"),),
            kinds=(EventKind.TEXT_CHANGED,),
            at_least=Level.MAJOR,
            words_added=("гражданство",),
            words_removed=("срок",),
            every_event=True,
        ),
        secrets=(Secret("whsec_new"), Secret("whsec_old")),
        old_until=make.at(60),
        language="en",
        discreet=True,
        digest=Digest(every="week", at=time(9, 30), weekday=4, zone="Asia/Omsk"),
        quiet=Quiet(begins=time(22), ends=time(7, 15)),
        heartbeat=timedelta(days=7),
        origin="config",
        failing_since=make.at(1),
        enabled=False,
        disabled_reason="it answered 410",
    )
    plain = subscription(make, "press")
    store.put_subscription(plain)
    store.put_subscription(whole)

    assert store.subscriptions() == (whole, plain)
    assert store.subscription("ngo") == whole
    assert store.subscription("nobody") is None
    assert store.remove_subscription("ngo")
    assert not store.remove_subscription("ngo")
    assert store.subscriptions() == (plain,)


def test_secrets_lie_in_a_file_of_their_own_and_never_in_the_database(store: Store, make: Make, tmp_path: Path) -> None:
    store.put_subscription(subscription(make))
    store.close()

    vault = tmp_path / "secrets.json"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    assert URL in vault.read_text()
    for file in tmp_path.glob("tracker.sqlite*"):
        assert b"receiver.example" not in file.read_bytes()
        assert b"whsec_" not in file.read_bytes()


def test_a_key_seals_the_file_and_a_wrong_one_says_so(tmp_path: Path, clock: Clock, make: Make) -> None:
    key = Secret("a long and random key of the operator")
    with Store(tmp_path, clock=clock, key=key) as store:
        store.put_subscription(subscription(make))
        assert store.subscription("ngo") == subscription(make)
        assert not store.vault.is_open()
    assert "receiver.example" not in (tmp_path / "secrets.json").read_text()

    for wrong, said in ((Secret("another key"), "does not open it"), (None, "set DUMA_TRACKER_KEY")):
        with Store(tmp_path, clock=clock, key=wrong) as store, pytest.raises(StoreError, match=said) as caught:
            store.subscriptions()
        assert "\n" not in str(caught.value)
        assert "key of the operator" not in repr(caught.value)


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"ngo": 1}', '{"ngo": {}}'])
def test_a_damaged_vault_is_one_clear_line(store: Store, make: Make, tmp_path: Path, damage: str) -> None:
    store.put_subscription(subscription(make))
    (tmp_path / "secrets.json").write_text(damage)
    with pytest.raises(StoreError, match="is damaged"):
        store.subscriptions()
    for inner in ("{}", "7", '{"url": 1, "secrets": 2, "old_until": 3}'):
        (tmp_path / "secrets.json").write_text(f'{{"ngo": {{"plain": {inner}}}}}')
        with pytest.raises(StoreError, match="the entry ngo is damaged"):
            store.subscriptions()
    (tmp_path / "secrets.json").unlink()
    with pytest.raises(StoreError, match="holds nothing for the subscription ngo"):
        store.subscriptions()
    assert store.remove_subscription("ngo")


def test_an_event_is_told_once_and_leaves_the_outbox_in_the_same_breath(store: Store, make: Make) -> None:
    store.put_subscription(subscription(make))
    first, second = store.record(Observation(observed_at=make.at(), events=(make.draft("a"), make.draft("b"))))
    assert [event.id for event in store.outbox("alerts")] == [first.id, second.id]

    assert store.fan_out([delivery(make, 1, "ngo", first.id)], [first.id]) == 1
    assert [event.id for event in store.outbox("alerts")] == [second.id]
    assert store.fan_out([delivery(make, 2, "ngo", first.id)], [first.id]) == 0
    assert store.told(first.id) == ("ngo",)
    assert len(store.deliveries()) == 1


def test_what_waits_for_a_digest_becomes_one_message(store: Store, make: Make) -> None:
    store.put_subscription(subscription(make))
    items = [Gathered(subscription="ngo", event=f"e{n}", content=b"{}", due_at=make.at(n)) for n in (1, 2, 30)]
    store.fan_out([], [], gathered=items)
    store.fan_out([], [], gathered=items)
    assert [item.event for item in store.gathered(make.at(5))] == ["e1", "e2"]
    assert store.told("e1") == ("ngo",)

    digest = delivery(make, 1, "ngo", "e1", "e2")
    assert store.put_digest(digest)
    assert not store.put_digest(delivery(make, 2, "ngo", "e1", "e2"))
    assert store.gathered(make.at(5)) == ()
    assert not store.put_delivery(delivery(make, 3, "ngo", "e1"))
    found = store.delivery(digest.message_id)
    assert found is not None
    assert found.events == ("e1", "e2")


def test_due_deliveries_are_fair_and_leave_out_who_is_disabled(store: Store, make: Make) -> None:
    for name in ("big", "off", "small"):
        store.put_subscription(subscription(make, name))
    for number in range(5):
        store.put_delivery(delivery(make, number, "big", f"b{number}", due=number))
    store.put_delivery(delivery(make, 9, "small", "s9", due=9))
    store.put_delivery(delivery(make, 1, "off", "o1"))
    store.put_delivery(delivery(make, 99, "small", "s99", due=99))
    store.set_subscription_state("off", enabled=False, reason="410", failing_since=None)

    assert [row.message_id for row in store.due_deliveries(make.at(10), limit=2)] == ["msg_big0", "msg_small9"]
    assert len(store.due_deliveries(make.at(10), limit=99)) == 6
    only = store.due_deliveries(make.at(10), limit=99, subscriptions=("small",))
    assert [row.message_id for row in only] == ["msg_small9"]
    assert store.due_deliveries(make.at(10), limit=99, subscriptions=()) == ()
    spared = store.due_deliveries(make.at(10), limit=99, failing=("big",))
    assert [row.message_id for row in spared] == ["msg_big0", "msg_small9"], "the backlog of one that fails is not read"


def test_attempts_are_logged_replayed_and_forgotten(store: Store, make: Make) -> None:
    store.put_subscription(subscription(make))
    store.put_delivery(delivery(make, 1))
    failed = attempt(store, "msg_ngo1", make.at(1))
    store.note_attempt(failed, state=DeliveryState.WAITING, due_at=make.at(6))
    found = store.delivery("msg_ngo1")
    assert found is not None
    assert (found.attempts, found.state, found.due_at) == (1, DeliveryState.WAITING, make.at(6))
    store.note_attempts([(attempt(store, "msg_ngo1", make.at(6)), DeliveryState.EXHAUSTED, None)])
    assert store.attempts(found.id)[0] == failed
    assert store.deliveries(states=(DeliveryState.EXHAUSTED,))[0].attempts == 2
    assert store.due_deliveries(make.at(60), limit=9) == ()

    assert store.replay([found.id], make.at(70)) == 1
    again = store.due_deliveries(make.at(70), limit=9)
    assert [(row.message_id, row.attempts) for row in again] == [("msg_ngo1", 0)]
    store.note_attempt(
        attempt(store, "msg_ngo1", make.at(71), delivered=True), state=DeliveryState.DELIVERED, due_at=None
    )
    assert store.forget_logs(make.at(60)) == 0
    assert len(store.attempts(found.id)) == 1
    assert store.forget_logs(make.at(80)) == 1
    assert store.deliveries() == ()
    assert not store.put_delivery(delivery(make, 2, "ngo", "event1"))  # told for ever


def test_an_attempt_for_a_removed_subscription_is_no_error(store: Store, make: Make) -> None:
    store.put_subscription(subscription(make))
    store.put_delivery(delivery(make, 1))
    late = attempt(store, "msg_ngo1", make.at(1))
    store.remove_subscription("ngo")
    store.note_attempt(late, state=DeliveryState.DELIVERED, due_at=None)
    assert store.attempts(late.delivery) == ()


def test_deliveries_are_listed_by_time_and_subscription(store: Store, make: Make) -> None:
    for name in ("ngo", "press"):
        store.put_subscription(subscription(make, name))
        for number in (1, 2, 3):
            store.put_delivery(delivery(make, number, name, due=number))
    listed = store.deliveries(subscription="ngo", since=make.at(2), until=make.at(3))
    assert [row.message_id for row in listed] == ["msg_ngo2"]
    assert len(store.deliveries(limit=4)) == 4
    assert store.delivery_counts() == {**dict.fromkeys(DeliveryState, 0), DeliveryState.WAITING: 6}
    assert store.last_message("ngo") == make.at(3)
    assert store.last_message("nobody") is None


def test_the_log_holds_no_address(store: Store, make: Make) -> None:
    store.put_subscription(subscription(make))
    shown = repr(store.subscriptions()) + str(store.subscription("ngo")) + json.dumps(str(store.deliveries()))
    assert "receiver.example" not in shown
    assert "whsec_" not in shown


def test_a_database_from_before_alerts_gets_them_and_its_past_is_told_to_nobody(
    tmp_path: Path, clock: Clock, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = Migrations("tracker")
    for migration in (schema.m001_first, schema.m002_sources):
        older()(migration)
    database = Database(tmp_path / "tracker.sqlite", execute_plugins=False)
    database.conn.row_factory = sqlite3.Row
    older.apply(database)
    past = (make.draft("past"),)
    with monkeypatch.context() as then:  # when payloads were plain text
        then.setattr(packing, "pack", lambda raw, _: raw.decode())
        events.append(database, past, observed_at=make.at(), salt=lambda: bytes(16))
    database.conn.commit()
    database.close()

    with Store(tmp_path, clock=clock) as store:
        assert store.event_count() == 1
        assert store.outbox("alerts") == ()
        (new,) = store.record(Observation(observed_at=make.at(1), events=(make.draft("new"),)))
        assert [event.id for event in store.outbox("alerts")] == [new.id]
