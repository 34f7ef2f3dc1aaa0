"""What `run` does over time, with a clock that is moved by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.store import Store
from tests.scrapers import sozd_pages as pages
from tests.tracker.world import SOZD, World
from tracker import config, memory, publishing
from tracker.errors import BusyError
from tracker.instance import Instance, open_instance
from tracker.models import Watch
from tracker.schedule import Lease, Schedule, due

NUMBER = pages.NUMBER
URL = f"{SOZD}/bill/{NUMBER}"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def instance(tmp_path: Path, clock: Clock, world: World) -> Iterator[Instance]:
    """An instance whose network is the played one; its store is its own."""
    settings = config.parse(
        {"storage": {"directory": str(tmp_path / "own")}, "watch": [{"bill": NUMBER}]}, where="test"
    )
    made = open_instance(settings, clock=clock)
    world.network.put(URL, pages.FakeCard(steps=(pages.REGISTERED,)).body())
    object.__setattr__(made.desk, "network", world.network)
    with made:
        made.sync_watches()
        yield made


@pytest.fixture
def schedule(instance: Instance) -> Iterator[Schedule]:
    with Lease(instance.store):
        made = Schedule(instance, instance.site(live=True))
        yield made
        made.stop()


def asked(world: World) -> int:
    return world.network.asked.count(URL)


def test_a_watch_is_looked_at_when_it_is_due_and_not_before(
    schedule: Schedule, instance: Instance, clock: Clock, world: World
) -> None:
    schedule.tick()
    assert asked(world) == 1
    schedule.tick()
    assert asked(world) == 1
    clock.now += timedelta(minutes=40)
    schedule.tick()
    assert asked(world) == 2
    (watch,) = instance.store.watches()
    assert watch.next_due is not None
    assert timedelta(minutes=26) < watch.next_due - clock.now < timedelta(minutes=34)


def test_what_fell_due_during_a_downtime_is_caught_up_once(
    schedule: Schedule, clock: Clock, world: World, instance: Instance
) -> None:
    schedule.tick()
    clock.now += timedelta(days=4)
    schedule.tick()
    schedule.tick()
    assert asked(world) == 2
    last, following, outcome = instance.store.job("discover/sozd")
    assert last == clock.now
    assert following is not None
    assert following > clock.now
    assert outcome == "failed", "the played world has no list of registrations"


def test_a_failing_discovery_is_tried_again_sooner_than_a_good_one(
    schedule: Schedule, clock: Clock, instance: Instance
) -> None:
    schedule.tick()
    _, following, outcome = instance.store.job("discover/publication")
    assert outcome == "failed"
    assert following is not None
    assert following - clock.now < timedelta(minutes=20)


def test_entries_are_ready_when_the_tick_ends(schedule: Schedule, instance: Instance) -> None:
    schedule.tick()
    assert instance.store.outbox(publishing.CHANNEL) == ()
    assert len(instance.store.entries(None, "atom", leads_only=False)) > 0


def test_a_crash_between_the_record_and_the_rendering_loses_no_entry(instance: Instance) -> None:
    instance.pipeline.run(instance.store.watches(), discover=())
    assert instance.store.entries(None, "atom", leads_only=False) == ()
    waiting = len(instance.store.outbox(publishing.CHANNEL))
    assert waiting > 0
    assert publishing.render_entries(instance.store, instance.site(live=True)) == waiting
    assert publishing.render_entries(instance.store, instance.site(live=True)) == 0


def test_two_ticks_never_overlap(schedule: Schedule, world: World) -> None:
    inside, release = threading.Event(), threading.Event()
    genuine = world.network.fetch

    def slow(url: str, **keywords: object) -> object:
        inside.set()
        assert release.wait(10)
        return genuine(url, **keywords)  # type: ignore[arg-type]

    world.network.fetch = slow  # type: ignore[method-assign, assignment]
    first = threading.Thread(target=schedule.tick)
    first.start()
    assert inside.wait(10)
    assert schedule.tick() == ()
    release.set()
    first.join(10)
    assert asked(world) == 1


def test_a_second_instance_is_refused_and_a_dead_one_forgotten(instance: Instance, clock: Clock) -> None:
    with Lease(instance.store):
        with pytest.raises(BusyError, match="another instance"), Lease(instance.store):
            pass
        clock.now += timedelta(minutes=3)
        with Lease(instance.store):
            pass


def test_a_lost_lease_is_told_and_nothing_is_recorded_any_more(instance: Instance, clock: Clock, world: World) -> None:
    lost: list[bool] = []
    with Lease(instance.store, on_lost=lambda: lost.append(True)) as lease:
        clock.now += timedelta(minutes=3)
        with Store(instance.settings.storage.directory, clock=clock) as other, Lease(other):
            assert not lease.renew()
            assert not lease.renew()
            with pytest.raises(BusyError):
                instance.pipeline.run(instance.store.watches(), discover=())
    assert lost == [True]
    assert asked(world) == 0
    assert instance.store.event_count() == 0


def test_who_was_told_to_stop_looks_at_nothing_any_more(schedule: Schedule, world: World) -> None:
    schedule.stop()
    assert schedule.tick() == ()
    assert asked(world) == 0


def test_a_lease_is_renewed_while_the_work_lasts(instance: Instance, clock: Clock) -> None:
    with Lease(instance.store) as lease:
        for _ in range(5):
            clock.now += timedelta(seconds=100)
            assert lease.renew()
        with pytest.raises(BusyError), Lease(instance.store):
            pass


def test_those_that_waited_longest_come_first(clock: Clock) -> None:
    def watch(name: str, next_due: datetime | None) -> Watch:
        return Watch(
            target=name,
            source="sozd",
            url="",
            selector=None,
            origin="cli",
            added_at=clock.now,
            silent_before=clock.now,
            next_due=next_due,
        )

    hour = timedelta(hours=1)
    rows = (
        watch("late", clock.now - hour),
        watch("later", clock.now - 2 * hour),
        watch("new", None),
        watch("no", clock.now + hour),
    )
    assert [row.target for row in due(rows, clock.now)] == ["new", "later", "late"]


def test_a_watch_taken_out_of_the_configuration_is_no_longer_followed(instance: Instance) -> None:
    assert [row.target for row in instance.store.watches()] == [f"bill/{NUMBER}"]
    instance.pipeline.run(instance.store.watches(), discover=())
    emptied = instance.settings.model_copy(update={"watch": ()})
    object.__setattr__(instance, "settings", emptied)
    instance.sync_watches()
    assert instance.store.watches() == ()
    assert instance.store.document(f"bill/{NUMBER}") is not None, "what was recorded stays"


def test_while_it_runs_free_memory_goes_back(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = threading.Event()
    monkeypatch.setattr(memory, "INTERVAL", 0.05)
    monkeypatch.setattr(memory, "give_back", given_back.set)
    schedule.start()
    assert given_back.wait(30)
