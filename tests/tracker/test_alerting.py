"""From the outbox to messages: exactly once whatever dies, bundles, digests, quiet hours, heartbeats, corrections, strikes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import alerts as sql
from db import events as ledger
from db.store import Store
from feeds.alerts import payload
from tests.feeds.alerts.events import BILL, INFO, LAW, added, changed, diff, document, renumbered
from tracker import alerting, corrections
from tracker.alerts import (
    Attempt,
    Channel,
    Clause,
    DeliveryState,
    Digest,
    Filter,
    Outcome,
    Quiet,
    Secret,
    Subscription,
)
from tracker.models import (
    Diff,
    Document,
    Event,
    EventDraft,
    EventKind,
    Force,
    Level,
    Observation,
    OperatorKind,
    Relation,
    digest_of,
)

START = datetime(2099, 5, 14, 6, 0, tzinfo=UTC)  # 09:00 in Moscow


class Scene:
    """A store with one clock, and makers of what happens."""

    def __init__(self, directory: Path) -> None:
        self.now = START
        self.store = Store(directory, clock=lambda: self.now)

    def subscribe(self, name: str = "ngo", **changes: Any) -> Subscription:
        values = {
            "name": name,
            "channel": Channel.WEBHOOK,
            "url": Secret("https://receiver.example/hook"),
            "secrets": (Secret("whsec_dGVzdA=="),),
            "created_at": self.now,
        }
        made = Subscription(**{**values, **changes})
        self.store.put_subscription(made)
        return made

    def happens(self, *drafts: EventDraft, relations: tuple[Relation, ...] = ()) -> tuple[Event, ...]:
        """One observation, a minute after the last."""
        self.now += timedelta(minutes=1)
        about = Document(
            id=BILL, kind="bill", number="100001-99", date=None, title="О внесении", force=Force.DRAFT, invented=True
        )
        return self.store.record(Observation(observed_at=self.now, document=about, events=drafts, relations=relations))

    def prepare(self) -> int:
        return alerting.prepare(self.store, INFO, self.now)

    def messages(self, name: str | None = None) -> list[dict[str, Any]]:
        """What there is to send, oldest first, each checked by its schema."""
        rows = sorted(self.store.deliveries(subscription=name, limit=10_000), key=lambda row: row.id)
        found = [json.loads(row.body) for row in rows]
        for body in found:
            jsonschema.Draft202012Validator(payload.schema(body["type"])).validate(body)
        return found


def draft(
    key: str = "1",
    kind: EventKind = EventKind.TEXT_CHANGED,
    *,
    about: str | None = BILL,
    level: Level = Level.MAJOR,
    comparison: Diff | None = None,
    scopes: tuple[str, ...] | None = None,
    backfilled: bool = False,
    source: str = "sozd",
    **held: Any,
) -> EventDraft:
    facts: Mapping[str, Any] = {} if about is None else {"document": document(about)}
    return EventDraft(
        kind=kind,
        document_id=about,
        source=source,
        key=key,
        digests=(digest_of(key),),
        occurred_at="2099-05-14",
        level=level,
        payload={**facts, **held},
        scopes=scopes or (f"document:{about}", "topic:citizenship", f"source:{source}"),
        backfilled=backfilled,
        diff=comparison,
    )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.store.close()


TERM = diff(changed("st-22.ch-1", ("-", "десяти"), ("+", "пяти"), ("=", " лет"), address="ст. 22 ч. 1"))

# ---------------------------------------------------------------- who is told of what


def test_one_message_for_a_bundle_led_by_its_lead(scene: Scene) -> None:
    scene.subscribe()
    events = scene.happens(draft("1", comparison=TERM), draft("2", EventKind.BILL_STAGE, level=Level.NOTABLE))
    assert scene.prepare() == 1
    (message,) = scene.messages()
    assert message["data"]["event"]["id"] == events[0].id
    assert [row["id"] for row in message["data"]["bundle"]] == [events[1].id]
    assert scene.store.deliveries()[0].events == (events[0].id, events[1].id)
    assert scene.store.outbox("alerts") == ()
    assert scene.prepare() == 0


def test_every_event_by_itself_when_asked_for(scene: Scene) -> None:
    scene.subscribe(filter=Filter(every_event=True))
    scene.happens(draft("1"), draft("2", EventKind.BILL_STAGE))
    scene.prepare()
    assert [message["data"]["bundle"] for message in scene.messages()] == [[], []]


def test_a_bundle_is_told_when_any_of_it_is_wanted(scene: Scene) -> None:
    scene.subscribe(filter=Filter(kinds=(EventKind.BILL_STAGE,)))
    scene.happens(draft("1", level=Level.KEY), draft("2", EventKind.BILL_STAGE, level=Level.NOTABLE))
    scene.happens(draft("3"))
    scene.prepare()
    (message,) = scene.messages()
    assert message["data"]["event"]["kind"] == "bill.stage"
    assert len(message["data"]["bundle"]) == 1


def test_nothing_is_sent_of_the_past(scene: Scene) -> None:
    scene.happens(draft("1"))
    scene.now += timedelta(hours=1)
    scene.subscribe()
    scene.happens(draft("2", backfilled=True))
    assert scene.prepare() == 0
    assert scene.store.outbox("alerts") == ()
    scene.happens(draft("3"), draft("4", backfilled=True))
    scene.prepare()
    (message,) = scene.messages()
    assert message["data"]["bundle"] == []  # what was backfilled wakes nobody, not as company either


def test_without_subscriptions_the_outbox_is_emptied(scene: Scene) -> None:
    scene.happens(draft("1"))
    assert scene.prepare() == 0
    assert scene.store.outbox("alerts") == ()


def test_filters_reach_the_store(scene: Scene) -> None:
    clause = Clause(document=LAW, path="st-22.ch-1")
    scene.subscribe("clause", filter=Filter(clauses=(clause,)))
    scene.subscribe("words", filter=Filter(words_added=("пять",)))
    scene.subscribe("other", filter=Filter(topics=("conscription",)))
    amends = Relation(
        kind="amends", from_document=BILL, from_path="st-1", to_document=LAW, to_path="st-22.ch-1.p-2", words="изложить"
    )
    scene.happens(draft("1", comparison=TERM), relations=(amends,))
    scene.prepare()
    assert [row.subscription for row in scene.store.deliveries()] == ["words", "clause"]


def test_a_clause_is_followed_through_the_editions_in_the_store(scene: Scene) -> None:
    scene.subscribe(filter=Filter(clauses=(Clause(document=LAW, path="st-22.ch-1"),)))

    def edition(key: str, comparison: Diff, before: str, after: str) -> EventDraft:
        against = {"edition": before, "version": 1, "source": "ips"}
        held: dict[str, Any] = {"part": "text", "edition": after, "version": 1, "compared_with": against}
        return draft(key, EventKind.EDITION_ADDED, about=LAW, comparison=comparison, source="ips", **held)

    moved = diff(added("st-22.ch-1", "Новая"), renumbered("st-22.ch-1", "st-22.ch-2"))
    scene.happens(edition("1", moved, "rdk-1", "rdk-2"))
    scene.happens(edition("2", diff(changed("st-22.ch-1", ("+", "слово"))), "rdk-2", "rdk-3"))
    scene.happens(edition("3", diff(changed("st-22.ch-2", ("+", "слово"))), "rdk-3", "rdk-4"))
    scene.prepare()
    told = [message["data"]["addresses"][0]["new_path"] for message in scene.messages()]
    assert told == ["st-22.ch-1", "st-22.ch-2"]
    assert len(scene.messages()) == 2


def test_blindness_reaches_whom_it_affects(scene: Scene) -> None:
    scene.subscribe("topic", filter=Filter(topics=("citizenship",), kinds=(EventKind.BILL_STAGE,)))
    scene.subscribe("other", filter=Filter(topics=("conscription",)))
    scopes = ("source:sozd", "topic:citizenship")
    scene.happens(draft("1", EventKind.COVERAGE_GAP, about=None, scopes=scopes, source="sozd", last_success=None))
    scene.prepare()
    assert [row.subscription for row in scene.store.deliveries()] == ["topic"]
    assert "Молчание не означает" in scene.messages()[0]["data"]["summary"]["ru"]


def test_a_correction_goes_to_whoever_had_the_event(scene: Scene) -> None:
    scene.subscribe("had", filter=Filter(kinds=(EventKind.TEXT_CHANGED,)))
    scene.subscribe("digest", digest=Digest(every="day"))
    scene.subscribe("not", filter=Filter(kinds=(EventKind.BILL_STAGE,)))
    (wrong,) = scene.happens(draft("1"))
    scene.now += timedelta(minutes=1)
    corrections.correct(scene.store, wrong.id, "не того закона", scene.now)
    scene.subscribe("late")
    scene.prepare()  # event and correction stood in the outbox together
    assert [message["data"]["event"]["kind"] for message in scene.messages("had")] == ["text.changed", "correction"]
    assert scene.messages("not") == []
    assert scene.messages("late") == []
    scene.now += timedelta(days=2)
    scene.prepare()
    (digest,) = scene.messages("digest")
    assert [row["event"]["kind"] for row in digest["data"]["events"]] == ["text.changed", "correction"]


def test_a_bundle_that_cannot_be_told_holds_up_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.subscribe()
    (bad,) = scene.happens(draft("1"))
    (good,) = scene.happens(draft("2"))
    whole = payload.event_body

    def failing(told: payload.News, info: Any) -> bytes:
        if told.event.id == bad.id:
            raise ZeroDivisionError
        return whole(told, info)

    with monkeypatch.context() as patched:
        patched.setattr(payload, "event_body", failing)
        assert scene.prepare() == 1
    printed = "".join(capsys.readouterr())
    assert "alert.fault" in printed
    assert "receiver.example" not in printed  # not in the local variables of a traceback either
    assert "whsec_" not in printed
    assert [event.id for event in scene.store.outbox("alerts")] == [bad.id]
    assert scene.messages()[0]["data"]["event"]["id"] == good.id
    assert scene.prepare() == 1  # it could only not be told then


def test_who_is_switched_off_gets_it_later_and_only_for_thirty_days(scene: Scene) -> None:
    scene.subscribe()
    scene.subscribe("gathers", digest=Digest(every="hour"))
    for name in ("ngo", "gathers"):
        scene.store.set_subscription_state(name, enabled=False, reason="off", failing_since=None)
    scene.happens(draft("1"))
    scene.prepare()
    assert scene.store.due_deliveries(scene.now, limit=9) == ()
    scene.now += timedelta(days=29)
    scene.prepare()
    for name in ("ngo", "gathers"):
        scene.store.set_subscription_state(name, enabled=True, reason="", failing_since=None)
    scene.prepare()
    assert {row.subscription for row in scene.store.due_deliveries(scene.now, limit=9)} == {"ngo", "gathers"}
    for name in ("ngo", "gathers"):
        scene.store.set_subscription_state(name, enabled=False, reason="off", failing_since=None)
    scene.now += timedelta(days=31)
    scene.prepare()
    assert scene.store.deliveries() == ()


# ---------------------------------------------------------------- when it leaves


def test_quiet_hours_keep_a_message_until_they_end(scene: Scene) -> None:
    scene.subscribe(quiet=Quiet(begins=time(8), ends=time(10)))
    scene.happens(draft("1"))
    scene.prepare()
    assert scene.store.deliveries()[0].due_at == datetime(2099, 5, 14, 7, 0, tzinfo=UTC)


def test_a_digest_gathers_and_leaves_once(scene: Scene) -> None:
    scene.subscribe("mail", channel=Channel.APPRISE, digest=Digest(every="day"), secrets=())
    scene.subscribe(digest=Digest(every="day"), quiet=Quiet(begins=time(8), ends=time(10)))
    first = scene.happens(draft("1"), draft("2", EventKind.BILL_STAGE))
    scene.now += timedelta(hours=3)
    second = scene.happens(draft("3"))
    assert scene.prepare() == 0
    scene.now = datetime(
        2099, 5, 15, 6, 30, tzinfo=UTC
    )  # 09:30 in Moscow: the mail is due, the webhook is in quiet hours
    assert scene.prepare() == 1
    assert json.loads(scene.store.deliveries()[0].body)["title"].endswith("2 обновления")
    scene.now = datetime(2099, 5, 15, 7, 0, tzinfo=UTC)
    assert scene.prepare() == 1
    (message,) = scene.messages("ngo")
    assert [row["event"]["id"] for row in message["data"]["events"]] == [first[0].id, second[0].id]
    found = scene.store.deliveries(subscription="ngo")[0]
    assert found.events == (first[0].id, first[1].id, second[0].id)
    assert scene.prepare() == 0


def test_a_digest_too_long_for_one_message_is_sent_in_parts(scene: Scene) -> None:
    scene.subscribe(digest=Digest(every="hour"))
    for number in range(60):
        scene.happens(draft(str(number), comparison=TERM))
        scene.now -= timedelta(minutes=1)
    scene.prepare()
    scene.now += timedelta(hours=2)
    parts = scene.prepare()
    assert parts > 1
    found = scene.messages()
    assert sum(message["data"]["count"] for message in found) == 60
    assert [message["data"]["part"] for message in found] == list(range(1, parts + 1))


def test_operators_are_told_of_troubles_once_and_of_nothing_else(scene: Scene) -> None:
    scene.store.tell_operator(OperatorKind.SOURCE_FAILING, source="sozd", subject="old", at=scene.now, message="before")
    scene.now += timedelta(minutes=1)
    scene.subscribe("ops", operator=True)
    scene.subscribe("ops-chat", operator=True, channel=Channel.APPRISE, secrets=(), language="en")
    scene.subscribe("ngo")
    scene.happens(draft(comparison=diff(added("st-1", "слово"))))
    assert alerting.prepare(scene.store, INFO, scene.now) == 1
    for subject in ("a.example", "b.example"):
        scene.store.tell_operator(
            OperatorKind.SOURCE_FAILING, source="sozd", subject=subject, at=scene.now, message="503 <b>"
        )
    assert alerting.prepare(scene.store, INFO, scene.now) == 2
    assert alerting.prepare(scene.store, INFO, scene.now) == 0
    told = {row.subscription: row for row in scene.store.deliveries() if row.type == "operator"}
    body = json.loads(told["ops"].body)
    jsonschema.Draft202012Validator(payload.schema("operator")).validate(body)
    assert [word["subject"] for word in body["data"]["words"]] == ["a.example", "b.example"]
    chat = json.loads(told["ops-chat"].body)
    assert chat["title"] == "A word to the operator"
    assert "source.failing a.example: 503 <b>" in chat["text"]
    assert "503 &lt;b&gt;" in chat["html"]
    assert {row.subscription for row in scene.store.deliveries() if row.type == "event"} == {"ngo"}


def test_silence_is_broken_by_a_heartbeat_and_by_nothing_else(scene: Scene) -> None:
    scene.subscribe(heartbeat=timedelta(days=1))
    scene.subscribe("silent")
    scene.store.mark_source("sozd", at=scene.now, success=True)
    scene.now += timedelta(hours=23)
    scene.happens(draft("1"))
    assert scene.prepare() == 2
    scene.now += timedelta(hours=23)
    assert scene.prepare() == 0
    scene.now += timedelta(hours=2)
    assert scene.prepare() == 1
    assert scene.prepare() == 0
    beat = scene.messages("ngo")[-1]
    assert beat["type"] == "heartbeat"
    assert beat["data"]["last_checked"] == "2099-05-14T06:00:00Z"
    scene.now += timedelta(days=1)
    assert scene.prepare() == 1


# ---------------------------------------------------------------- what is kept for a while


def test_logs_go_by_age_and_the_record_stays(scene: Scene) -> None:
    scene.subscribe()
    scene.happens(draft("1"))
    scene.prepare()
    for number in range(3):
        scene.store.tell_operator(
            OperatorKind.SOURCE_FAILING, source="sozd", subject=f"s{number}", at=scene.now, message="x"
        )
    (sent,) = scene.store.deliveries()
    failed = Attempt(
        delivery=sent.id,
        subscription="ngo",
        message_id=sent.message_id,
        at=scene.now,
        outcome=Outcome(delivered=False, error="timeout"),
        seconds=1.0,
    )
    scene.store.note_attempt(failed, state=DeliveryState.EXHAUSTED, due_at=None)
    kept = scene.store.event_count(), scene.store.roots(), tuple(scene.store.verify())

    scene.now += timedelta(days=9)
    alerting.prepare(scene.store, INFO, scene.now, keep=timedelta(days=10))
    assert len(scene.store.deliveries()) == 1
    assert len(scene.store.operator_events()) == 3
    scene.now += timedelta(days=2)
    alerting.prepare(scene.store, INFO, scene.now, keep=timedelta(days=10))
    assert scene.store.deliveries() == ()
    assert scene.store.attempts(sent.id) == ()
    assert [line.subject for line in scene.store.operator_events()] == ["s2"]  # the newest: numbers only grow
    assert kept == (scene.store.event_count(), scene.store.roots(), tuple(scene.store.verify()))


# ---------------------------------------------------------------- strikes


def test_what_was_struck_is_sent_to_nobody(scene: Scene) -> None:
    scene.subscribe()
    (early,) = scene.happens(draft("1"))
    scene.store.strike(early.id, "личные данные")
    assert scene.prepare() == 0
    (late,) = scene.happens(draft("2"))
    scene.prepare()
    scene.store.strike(late.id, "личные данные")
    (row,) = scene.store.deliveries()
    assert (row.state, row.body) == (DeliveryState.CANCELLED, b"")
    assert scene.store.replay([row.id], scene.now) == 0


def test_a_digest_that_waits_is_made_anew_without_what_was_struck(scene: Scene) -> None:
    scene.subscribe(digest=Digest(every="hour"))
    (first,) = scene.happens(draft("1", comparison=TERM))
    (second,) = scene.happens(draft("2", comparison=TERM))
    scene.prepare()
    scene.now += timedelta(hours=1)
    scene.prepare()
    scene.store.strike(first.id, "личные данные")
    assert scene.store.deliveries() == ()
    scene.now += timedelta(minutes=1)
    assert scene.prepare() == 1
    (message,) = scene.messages()
    told = {row["event"]["id"]: row["title"]["ru"] for row in message["data"]["events"]}
    assert set(told) == {first.id, second.id}
    assert "Содержание удалено" in told[first.id]
    assert "пяти" not in json.dumps(message["data"]["events"][0], ensure_ascii=False)


# ---------------------------------------------------------------- exactly once


@contextmanager
def dying(step: int) -> Iterator[Callable[[], int]]:
    """The process dies at the `step`-th write of alerts: before it or after it, by turns. Gives how many writes there were."""
    writes = 0
    targets = [(sql, name) for name in ("put_delivery", "gather", "put_digest", "forget_attempts")]
    targets.append((ledger, "finish_outbox"))
    whole = {(module, name): getattr(module, name) for module, name in targets}

    def wrapped(inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes * 2 - 1 == step:
                raise KeyboardInterrupt
            found = inner(*arguments, **named)
            if writes * 2 == step:
                raise KeyboardInterrupt
            return found

        return call

    for (module, name), inner in whole.items():
        setattr(module, name, wrapped(inner))
    try:
        yield lambda: writes
    finally:
        for (module, name), inner in whole.items():
            setattr(module, name, inner)


bundles = st.lists(st.integers(1, 3), min_size=1, max_size=6)
modes = st.lists(
    st.sampled_from([{}, {"filter": Filter(every_event=True)}, {"digest": Digest(every="hour")}, {"discreet": True}]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(bundles, modes, st.lists(st.integers(1, 60), max_size=6))
def test_whatever_dies_every_event_is_told_to_everybody_once(
    sizes: list[int], how: list[dict[str, Any]], deaths: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(Path(directory))
        for number, changes in enumerate(how):
            scene.subscribe(f"s{number}", **changes)
        count = 0
        recorded: list[str] = []
        for size in sizes:
            drafts = [draft(f"{count + place}") for place in range(size)]
            count += size
            recorded += [event.id for event in scene.happens(*drafts)]
        for later, death in enumerate([*deaths, 0]):
            with dying(death):
                try:
                    scene.prepare()
                except KeyboardInterrupt:
                    scene.store.close()
                    scene.store = Store(Path(directory), clock=lambda: scene.now)
            scene.now += timedelta(hours=1 if later % 2 else 2)
        scene.prepare()
        assert scene.store.outbox("alerts") == ()
        rows = scene.store.deliveries(limit=10_000)
        for number in range(len(how)):
            told = [event for row in rows if row.subscription == f"s{number}" for event in row.events]
            assert sorted(told) == sorted(recorded)
        assert len({row.message_id for row in rows}) == len(rows)
        assert all(scene.store.told(event) for event in recorded)
        scene.store.close()


def test_the_same_news_has_the_same_message_id_wherever_it_is_made(scene: Scene, tmp_path: Path) -> None:
    other = Scene(tmp_path / "other")
    for one in (scene, other):
        one.subscribe()
        one.happens(draft("1"))
        one.prepare()
    assert scene.store.deliveries()[0].message_id == other.store.deliveries()[0].message_id
    other.store.close()


def test_a_trial_leaves_at_once_and_counts_as_nothing(scene: Scene) -> None:
    made = scene.subscribe(quiet=Quiet(begins=time(8), ends=time(10)))
    trial = alerting.trial(scene.store, made, INFO, scene.now)
    assert trial.due_at == scene.now
    mail = scene.subscribe("mail", channel=Channel.APPRISE, secrets=())
    assert json.loads(alerting.trial(scene.store, mail, INFO, scene.now).body)["title"]
    assert scene.messages("ngo")[0]["type"] == "test"
    discreet = replace(made, name="quiet", discreet=True)
    scene.store.put_subscription(discreet)
    alerting.trial(scene.store, discreet, INFO, scene.now)
    assert scene.messages("quiet")[0]["data"]["discreet"] is True
