"""From the store to the receivers and back: a real store, real receivers on 127.0.0.1; time is a number that the test moves."""

from __future__ import annotations

import asyncio
import json
import random
import time as wall
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.store import Store
from db.vault import FILE_NAME as VAULT
from tests.receivers import BODY, NOON, Receiver, Webhooks, receiving, subscription
from tests.servers import Page, page
from tracker.alerts import RETRIES, Attempt, Channel, Delivery, DeliveryState, NewDelivery, Outcome, Quiet, Subscription
from tracker.delivering import Deliverer, Deliveries, Sent, deliver_due
from tracker.errors import StoreError
from tracker.models import OperatorKind

AGENT = "duma-tracker/0.1"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def put(store: Store, name: str, numbers: range, at: datetime = NOON, body: bytes = BODY) -> None:
    rows = [
        NewDelivery(
            subscription=name,
            message_id=f"msg_{name}_{number}",
            type="event",
            body=body,
            events=(f"E{number}",),
            created_at=at,
            due_at=at,
        )
        for number in numbers
    ]
    store.fan_out(rows, ())


def follow(store: Store, receiver: Receiver, *answers: Page, name: str = "ngo", count: int = 1, **fields: Any) -> None:
    """A subscription whose receiver gives these answers, and messages that are due."""
    receiver.put(f"/{name}", *(answers or (page(b""),)))
    store.put_subscription(subscription(receiver.url(f"/{name}"), name=name, **fields))
    put(store, name, range(count))


def deliver(store: Store, clock: Clock, **options: Any) -> Sent:
    settings = options.pop("settings", Webhooks())
    return deliver_due(store, clock(), clock=clock, settings=settings, user_agent=AGENT, **options)


def only(store: Store) -> Delivery:
    [found] = store.deliveries()
    return found


# ---------------------------------------------------------------- what follows from an answer


def test_what_is_due_is_delivered_once(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, count=30)
    put(store, "ngo", range(30, 31), NOON + timedelta(hours=1))
    assert deliver(store, clock) == Sent(delivered=30)
    assert deliver(store, clock) == Sent()
    assert sorted(got.id for got in receiver.received) == sorted(f"msg_ngo_{number}" for number in range(30))
    states = [delivery.state for delivery in store.deliveries(limit=99)]
    assert (states.count(DeliveryState.DELIVERED), states.count(DeliveryState.WAITING)) == (30, 1)


def test_a_failure_is_repeated_later_under_the_same_id(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, page(b"", 500), page(b""))
    assert deliver(store, clock) == Sent(failed=1, waiting=1)
    failed = only(store)
    assert failed.attempts == 1
    assert RETRIES[0] <= failed.due_at - NOON <= RETRIES[0] * 1.1 + timedelta(seconds=1)
    assert deliver(store, clock) == Sent()  # not before its time
    clock.advance(seconds=7)
    assert deliver(store, clock) == Sent(delivered=1)
    first, second = receiver.received
    assert first.id == second.id
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 7
    assert [(line.outcome.status, line.outcome.delivered) for line in store.attempts(failed.id)] == [
        (500, False),
        (200, True),
    ]
    found = store.subscription("ngo")
    assert found is not None
    assert found.failing_since is None


def test_a_receiver_that_asks_for_a_pause_gets_it_for_everything(
    store: Store, receiver: Receiver, clock: Clock
) -> None:
    follow(store, receiver, page(b"", 429, {"Retry-After": "120"}), count=20)
    failed = deliver(store, clock).failed
    assert 1 <= failed == len(receiver.received) <= 4  # what was under way when the first answer came
    asked = [found for found in store.deliveries() if found.attempts]
    assert len(asked) == failed
    for found in asked:
        assert timedelta(seconds=120) <= found.due_at - NOON <= timedelta(seconds=134)


def test_gone_switches_off_at_once(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, page(b"", 410), count=20)
    failed = deliver(store, clock).failed
    assert 1 <= failed == len(receiver.received) <= 4
    assert deliver(store, clock) == Sent()
    found = store.subscription("ngo")
    assert found is not None
    assert not found.enabled
    assert "410" in found.disabled_reason
    [told] = store.operator_events()
    assert (told.kind, told.subject) == (OperatorKind.SUBSCRIPTION_DISABLED, "ngo")
    assert receiver.url() not in told.message
    states = [delivery.state for delivery in store.deliveries()]
    assert (states.count(DeliveryState.EXHAUSTED), states.count(DeliveryState.WAITING)) == (failed, 20 - failed)


def test_after_the_last_retry_it_stays_listed_and_can_be_replayed(
    store: Store, receiver: Receiver, clock: Clock
) -> None:
    follow(store, receiver, *[page(b"", 503)] * 10, page(b""))
    for wait in (timedelta(0), *RETRIES):
        clock.now += wait * 1.1 + timedelta(seconds=1)
        assert deliver(store, clock).failed == 1
    exhausted = only(store)
    assert (exhausted.state, exhausted.attempts) == (DeliveryState.EXHAUSTED, 10)
    clock.advance(days=1)
    assert deliver(store, clock) == Sent()
    store.replay([exhausted.id], clock())
    assert deliver(store, clock) == Sent(delivered=1)
    assert len({got.id for got in receiver.received}) == 1
    assert len(receiver.received) == 11


def test_five_days_of_nothing_but_failures_switch_off(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, page(b"", 500))
    deliver(store, clock)
    clock.advance(days=5, minutes=1)
    put(store, "ngo", range(1, 2), clock())
    deliver(store, clock)  # a retry of the first and a first attempt of the second
    found = store.subscription("ngo")
    assert found is not None
    assert (found.enabled, found.failing_since) == (False, NOON)
    assert "five days" in found.disabled_reason
    assert [told.kind for told in store.operator_events()] == [OperatorKind.SUBSCRIPTION_DISABLED]


def test_one_success_among_failures_keeps_it_on(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, page(b"", 500), page(b""), page(b"", 500))
    deliver(store, clock)
    clock.advance(days=3)
    put(store, "ngo", range(1, 2), clock())
    deliver(store, clock)
    clock.advance(days=3)
    deliver(store, clock)
    found = store.subscription("ngo")
    assert found is not None
    assert found.enabled
    assert store.operator_events() == ()


def test_what_the_operator_switched_off_meanwhile_stays_off(store: Store, receiver: Receiver, clock: Clock) -> None:
    def switch_off(handler: Any) -> None:
        store.set_subscription_state("ngo", enabled=False, reason="by hand", failing_since=None)
        handler.send(500, b"")

    follow(store, receiver, switch_off)
    deliver(store, clock)
    found = store.subscription("ngo")
    assert found is not None
    assert (found.enabled, found.disabled_reason) == (False, "by hand")


def test_a_retry_waits_for_the_end_of_quiet_hours(store: Store, receiver: Receiver, clock: Clock) -> None:
    quiet = Quiet(begins=time(15), ends=time(18), zone="Europe/Moscow")  # noon UTC is 15:00 there
    follow(store, receiver, page(b"", 500), quiet=quiet)
    deliver(store, clock)
    assert only(store).due_at == NOON + timedelta(hours=3)


def test_only_the_subscriptions_asked_for(store: Store, receiver: Receiver, clock: Clock) -> None:
    follow(store, receiver, name="one")
    follow(store, receiver, name="two")
    assert deliver(store, clock, subscriptions=("one",)) == Sent(delivered=1)
    assert [got.id for got in receiver.received] == ["msg_one_0"]


def test_secrets_that_cannot_be_read_stop_nobody_else(
    store: Store, receiver: Receiver, clock: Clock, tmp_path: Path
) -> None:
    follow(store, receiver, name="one")
    follow(store, receiver, name="two")
    entries = json.loads((tmp_path / VAULT).read_text())
    del entries["one"]
    (tmp_path / VAULT).write_text(json.dumps(entries))
    assert deliver(store, clock) == Sent(delivered=1)


# ---------------------------------------------------------------- side by side


class Stub:
    """A sender that does what a test says, and notes how many attempts are under way at once."""

    def __init__(self, answer: Callable[[Subscription, Delivery], Any]) -> None:
        self.answer = answer
        self.under_way: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.most_of_all = 0

    async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
        del at
        name = subscription.name
        self.under_way[name] = self.under_way.get(name, 0) + 1
        self.most[name] = max(self.most.get(name, 0), self.under_way[name])
        self.most_of_all = max(self.most_of_all, sum(self.under_way.values()))
        try:
            await asyncio.sleep(0)
            outcome = await self.answer(subscription, delivery)
            assert isinstance(outcome, Outcome)
            return outcome
        finally:
            self.under_way[name] -= 1


def run(store: Store, clock: Clock, stub: Stub, *, parallel: int = 64) -> Sent:
    async def pass_() -> Sent:
        chance = random.Random(0)  # noqa: S311 - it only spreads waits
        return await Deliveries(store, stub, clock=clock, chance=chance, parallel=parallel).once(clock())

    return asyncio.run(pass_())


def follow_many(store: Store, names: list[str], count: int) -> None:
    for name in names:
        store.put_subscription(subscription("https://ngo.example/", name=name))
        put(store, name, range(count))


def test_one_that_never_answers_slows_no_other(store: Store, clock: Clock) -> None:
    """The dead one answers only when all others have all their messages: were one of them to wait for it, this would not end."""
    names = [f"ngo{number}" for number in range(9)]
    follow_many(store, [*names, "dead"], 40)
    done = 0
    others = asyncio.Event()

    async def answer(subscription: Subscription, delivery: Delivery) -> Outcome:
        del delivery
        nonlocal done
        if subscription.name == "dead":
            await others.wait()
            return Outcome(delivered=False, error="late")
        done += 1
        if done == 9 * 40:
            others.set()
        return Outcome(delivered=True, status=200)

    stub = Stub(answer)
    sent = run(store, clock, stub)
    assert sent.delivered == 9 * 40
    assert stub.most["dead"] <= 4  # it has not shown that it keeps up
    assert max(stub.most[name] for name in names) <= 8


def test_attempts_at_once_are_bounded(store: Store, clock: Clock) -> None:
    follow_many(store, [f"ngo{number}" for number in range(8)], 20)

    async def answer(subscription: Subscription, delivery: Delivery) -> Outcome:
        del subscription, delivery
        await asyncio.sleep(0.001)
        return Outcome(delivered=True, status=200)

    stub = Stub(answer)
    assert run(store, clock, stub, parallel=5).delivered == 160
    assert stub.most_of_all <= 5


def test_a_fault_of_ours_is_one_failure(store: Store, clock: Clock) -> None:
    follow_many(store, ["one", "two"], 3)

    async def answer(subscription: Subscription, delivery: Delivery) -> Outcome:
        if subscription.name == "one" and delivery.message_id.endswith("_0"):
            raise ZeroDivisionError
        return Outcome(delivered=True, status=200)

    assert run(store, clock, Stub(answer)) == Sent(delivered=5, failed=1, waiting=1)


def test_what_could_not_be_noted_is_sent_again(
    store: Store, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(store, receiver, count=3)

    def full(rows: list[tuple[Attempt, DeliveryState, datetime | None]]) -> None:
        del rows
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "note_attempts", full)
        with pytest.raises(StoreError, match="full"):
            deliver(store, clock)
    sent_before = {got.id for got in receiver.received}
    assert sent_before
    assert deliver(store, clock) == Sent(delivered=3)
    assert {got.id for got in receiver.received} == {f"msg_ngo_{number}" for number in range(3)}


# ---------------------------------------------------------------- the thread of `run`


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds, with a limit that only a fault reaches."""
    for _ in range(2000):
        if condition():
            return
        wall.sleep(0.01)
    raise AssertionError("it never came true")


def test_the_thread_delivers_what_becomes_due_and_stops_in_order(
    store: Store, receiver: Receiver, clock: Clock
) -> None:
    follow(store, receiver)
    deliverer = Deliverer(store, clock=clock, settings=Webhooks(), user_agent=AGENT)
    deliverer.start()
    try:
        wait_for(lambda: len(receiver.received) == 1)
        put(store, "ngo", range(1, 3))
        deliverer.notify()
        wait_for(lambda: len(receiver.received) == 3)
    finally:
        deliverer.stop()
    assert {found.state for found in store.deliveries()} == {DeliveryState.DELIVERED}
    deliverer.notify()  # nobody is there any more, and that is no fault
    assert len({got.id for got in receiver.received}) == len(receiver.received)


def test_the_thread_carries_chat_as_well(store: Store, receiver: Receiver, clock: Clock) -> None:
    chat = subscription(f"ntfy://127.0.0.1:{receiver.port}/topic", name="chat", channel=Channel.APPRISE, secrets=())
    store.put_subscription(chat)
    message = {"title": "Призыв", "text": "Текст изменён.", "html": "", "language": "ru"}
    put(store, "chat", range(1), body=json.dumps(message).encode())
    deliverer = Deliverer(store, clock=clock, settings=Webhooks(), user_agent=AGENT)
    deliverer.start()
    try:
        wait_for(lambda: len(receiver.received) == 1)
    finally:
        deliverer.stop()
    assert only(store).state is DeliveryState.DELIVERED
    assert json.loads(receiver.received[0].body)["message"] == message["text"]


def test_the_thread_survives_a_fault_of_the_store(
    store: Store, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(store, receiver)
    monkeypatch.setattr("tracker.delivering._AGAIN", 0.01)
    healthy, faults = store.due_deliveries, [StoreError("locked"), ZeroDivisionError()]

    def due(*args: Any, **options: Any) -> tuple[Delivery, ...]:
        if faults:
            raise faults.pop()
        return healthy(*args, **options)

    monkeypatch.setattr(store, "due_deliveries", due)
    deliverer = Deliverer(store, clock=clock, settings=Webhooks(), user_agent=AGENT)
    deliverer.start()
    try:
        wait_for(lambda: len(receiver.received) == 1)
    finally:
        deliverer.stop()
    assert not faults
