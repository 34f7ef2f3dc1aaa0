"""A month of registrations through the real gate, schedule and store: exactly the right bills, each told exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from tests.tracker.month_world import COUNT, END, ON_TOPIC, OUTAGE, Tracker, at, living
from tracker.models import Event, EventKind

#: What each bill is told of, one word for each thing that happened to it. All of it is news, whenever it was found.
FOUND = Counter({"document.discovered": 1, "bill.step": 1, "file.added": 1})
TEXT = Counter({"file.added": 1, "text.added": 1})
END_OF_IT = Counter({"bill.step": 1, "bill.withdrawn": 1})
TOLD = {
    "title": FOUND + TEXT,
    "muted": FOUND,
    "forgotten": FOUND,
    "withdrawn next day": FOUND + END_OF_IT,
    "comment": FOUND,
    "note": FOUND,
    "text": FOUND + TEXT,
    "in the outage": FOUND,
    "whole life in the outage": FOUND + END_OF_IT,
    "some hours": FOUND + END_OF_IT,
}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """The month, lived through: with a restart in a quiet hour, one in the outage, and a user who mutes a bill."""
    with living(tmp_path_factory.mktemp("month") / "var") as tracker:
        tracker.live(at(12, 13))
        tracker.reopen()
        tracker.live(at(18, 12))
        tracker.reopen()
        tracker.live(at(20, 15))
        store = tracker.instance.store
        watch = store.watch(tracker.bill("muted").target, "sozd")
        assert watch is not None
        store.put_watch(replace(watch, muted=True))
        tracker.live(END)
        yield tracker


def test_the_month_is_what_it_should_be(month: Tracker) -> None:
    assert len(month.month) == COUNT == 50 * len(ON_TOPIC)
    assert TOLD.keys() == ON_TOPIC.keys()


def test_exactly_the_right_bills_are_followed(month: Tracker) -> None:
    right = {*(month.bill(name).target for name in ON_TOPIC), month.grafted.target}
    watches = month.instance.store.watches(include_muted=True)
    assert {watch.target for watch in watches} == right
    assert {watch.origin for watch in watches} == {"discovery"}
    assert [watch.target for watch in watches if watch.muted] == [month.bill("muted").target]


@pytest.mark.parametrize("name", TOLD)
def test_each_is_told_once_and_none_of_it_as_history(month: Tracker, name: str) -> None:
    target = month.bill(name).target
    assert month.told(target) == TOLD[name]
    assert month.told(target, backfilled=True) == Counter()


def test_nothing_else_is_told_but_the_outage_once(month: Tracker) -> None:
    ours = {*(month.bill(name).target for name in ON_TOPIC), month.grafted.target}
    others = [event for event in month.events(backfilled=False) if event.document_id not in ours]
    assert [str(event.kind) for event in others] == ["coverage.gap", "coverage.restored"]
    gap, restored = others
    begin, end = (moment.astimezone(UTC) for moment in OUTAGE)
    assert begin < gap.observed_at < end <= restored.observed_at
    assert gap.payload["search"] is False, "one word for the site, not one for each search"


def test_what_happened_in_the_outage_is_told_as_soon_as_the_site_is_back(month: Tracker) -> None:
    for name in ("in the outage", "whole life in the outage"):
        found = discovered(month, month.bill(name).target)
        assert (found.observed_at - OUTAGE[1].astimezone(UTC)).total_seconds() < 600


def test_a_bill_that_lives_some_hours_is_told_while_it_lives(month: Tracker) -> None:
    bill = month.bill("some hours")
    assert discovered(month, bill.target).observed_at < bill.steps[-1].at


def test_a_title_that_says_nothing_is_opened(month: Tracker) -> None:
    assert "отсрочки от призыва" in reasons(discovered(month, month.bill("comment").target))
    assert "прекращается гражданство" in reasons(discovered(month, month.bill("note").target))
    by_text = discovered(month, month.bill("text").target)
    assert "часть 2 статьи 22" in reasons(by_text)
    assert by_text.payload["by_text"]["edition"] == "introduced"


def test_a_graft_is_found_with_the_diff_that_shows_it(month: Tracker) -> None:
    target = month.grafted.target
    found = discovered(month, target)
    assert at(25, 15).astimezone(UTC) < found.observed_at < at(25, 19).astimezone(UTC)
    assert "статьи 24" in reasons(found)
    assert found.payload["status"] == "first_reading"
    by_text = found.payload["by_text"]
    assert (by_text["edition"], by_text["compared_with"]["edition"]) == ("second-reading-amended", "first-reading")
    diff = month.instance.store.diff(found.diff_id or "")
    assert diff is not None
    assert any("неявка по повестке" in (operation.new_text or "") for operation in diff.operations)
    assert month.told(target) == FOUND + TEXT + Counter({"bill.step": 1, "bill.stage": 1}) - Counter({"file.added": 1})
    history = month.told(target, backfilled=True)
    assert history == Counter({"bill.step": 2, "bill.stage": 1, "file.added": 3, "text.added": 2})


def test_a_bill_that_the_calendar_forgot_is_found_by_its_words(month: Tracker) -> None:
    bill = month.bill("forgotten")
    assert (discovered(month, bill.target).observed_at - bill.registered).total_seconds() < 26 * 3600


def test_the_operator_hears_of_what_could_not_be_read_and_of_the_outage(month: Tracker) -> None:
    told = Counter(str(event.kind) for event in month.instance.store.operator_events())
    assert told == Counter({"source.failing": 1, "source.recovered": 1, "document.quarantined": 1})


def test_the_site_was_asked_politely(month: Tracker) -> None:
    cards = Counter(path for path, _ in month.site.seen if path.startswith("/bill/") and not path.endswith("/rss"))
    dropped = [
        bill for bill in month.month if len(bill.steps) == 1 and bill.note and bill.number not in followed(month)
    ]
    once = sum(cards[f"/bill/{bill.number}"] == 1 for bill in dropped)
    assert once > 0.9 * len(dropped), "what is off topic is looked at once"
    assert month.instance.store.verify_ledger() == ()


def followed(month: Tracker) -> set[str]:
    return {watch.target.removeprefix("bill/") for watch in month.instance.store.watches(include_muted=True)}


def discovered(month: Tracker, target: str) -> Event:
    (event,) = (
        event
        for event in month.events(backfilled=False)
        if event.kind is EventKind.DOCUMENT_DISCOVERED and event.document_id == target
    )
    return event


def reasons(event: Event) -> str:
    return " · ".join(reason["text"] for reason in event.payload["reasons"])
