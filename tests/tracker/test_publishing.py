"""A published copy that `run` keeps: after every event, for the times of checks, and whole when something was struck."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from feeds.site import Site
from tests.feeds.fake_library import INFO
from tests.scrapers import sozd_pages as pages
from tests.tracker.world import SOZD, World
from tracker import publishing
from tracker.publishing import FRESHNESS, WHOLE, Publisher

NUMBER = "100001-99"


def publisher(world: World, directory: Path) -> Publisher:
    return Publisher(world.store, Site(world.store, INFO), directory)


def step(world: World, *steps: pages.FakeStep) -> None:
    card = pages.FakeCard(number=NUMBER, title="О вымышленном гражданстве", comment="", steps=steps)
    world.network.put(f"{SOZD}/bill/{NUMBER}", card.body())
    world.check(f"bill/{NUMBER}")


def test_the_copy_follows_events_and_checks_and_is_made_whole_once_a_day(world: World, tmp_path: Path) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    made = publisher(world, tmp_path)
    first = made.publish(world.now)
    assert first is not None
    assert first.written > 20
    assert made.publish(world.now) is None, "nothing happened, and no time has passed"
    world.wait(hours=2)
    step(world, pages.REGISTERED, pages.COMMITTEE)
    told = made.publish(world.now)
    assert told is not None
    assert 0 < told.written < first.written + 20
    event = world.store.events(limit=1)[0]
    assert (tmp_path / "event" / event.id / "index.html").is_file()
    world.wait(seconds=FRESHNESS.total_seconds() + 1)
    again = made.publish(world.now)
    assert again is not None
    assert again.written <= 12, "only pages that say when something was checked"
    world.wait(seconds=WHOLE.total_seconds())
    assert made.publish(world.now) is not None


def test_what_was_struck_leaves_the_copy_at_once(world: World, tmp_path: Path) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    made = publisher(world, tmp_path)
    made.publish(world.now)
    event = next(row for row in world.events() if row.kind == "watch.started")
    page = tmp_path / "event" / event.id / "index.html"
    assert "О вымышленном гражданстве" in page.read_text()
    world.store.strike(event.id, "named a person")
    assert made.publish(world.now) is not None
    assert "О вымышленном гражданстве" not in page.read_text()
    assert "удалено" in page.read_text()


def test_a_clock_that_goes_back_does_not_stop_it(world: World, tmp_path: Path) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    made = publisher(world, tmp_path)
    made.publish(world.now)
    assert made.publish(world.now - timedelta(days=3)) is not None


def test_entries_are_rendered_in_both_languages(world: World) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    publishing.render_entries(world.store, Site(world.store, INFO))
    russian, english = (
        world.store.entries(None, "json", leads_only=False, language=language) for language in ("ru", "en")
    )
    assert len(russian) == len(english) > 0
    assert b'"language": "en"' in english[0][1]
