"""A published copy that `run` keeps: after every event, for the times of checks, and whole when something was struck."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

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


def test_packs_get_their_proof_when_the_day_gets_its_root(world: World, tmp_path: Path) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    made = publisher(world, tmp_path / "kept")
    made.publish(world.now)
    event = world.store.events(limit=1)[0]
    pack = tmp_path / "kept" / "evidence" / f"{event.id}.zip"

    def root() -> object:
        with zipfile.ZipFile(pack) as packed:
            return json.loads(packed.read("proof.json"))["root"]

    assert root() is None
    world.wait(hours=26)
    made.publish(world.now)  # whole, by the day
    world.wait(hours=1)
    step(world, pages.REGISTERED, pages.COMMITTEE)
    made.publish(world.now)
    event = world.store.events(limit=1)[0]
    pack = tmp_path / "kept" / "evidence" / f"{event.id}.zip"
    assert root() is None
    world.wait(hours=22)  # another day, and not yet time to make everything anew
    publishing.render_entries(world.store, Site(world.store, INFO))
    newest = world.store.latest_root()
    assert newest is not None
    made.publish(world.now)
    assert root() == newest.published
    publishing.publish_site(world.store, Site(world.store, INFO), tmp_path / "whole")
    assert pack.read_bytes() == (tmp_path / "whole" / "evidence" / pack.name).read_bytes()


def test_a_damaged_line_keeps_no_news_from_readers(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.follow(f"bill/{NUMBER}", f"{SOZD}/bill/{NUMBER}")
    step(world, pages.REGISTERED)
    with world.store._write() as db:
        db.execute("DROP TRIGGER ledger_no_update")
        db.execute("UPDATE ledger SET hash = 'x' WHERE seq = 1")
    world.wait(hours=26)
    assert publishing.render_entries(world.store, Site(world.store, INFO)) > 0
    assert world.store.roots() == ()
    assert "duma-tracker verify" in "".join(capsys.readouterr())


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
