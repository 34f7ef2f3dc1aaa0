from __future__ import annotations

import pytest

from feeds.site import Site
from tests.scrapers import sozd_pages as pages
from tests.tracker.test_pipeline import TARGET, look, started, with_files
from tests.tracker.world import World
from tracker import corrections, publishing
from tracker.errors import ConfigError
from tracker.models import EventKind, SiteInfo


def test_a_correction_reaches_the_feeds_that_carried_the_mistake(world: World) -> None:
    started(world, with_files())
    look(world, with_files(steps=(pages.COMMITTEE,)))
    wrong = next(event for event in world.events() if event.kind is EventKind.BILL_STEP)
    made = corrections.correct(world.store, wrong.id, "  решение принято\n другим комитетом ", world.now)
    assert made.payload["reason"] == "решение принято другим комитетом"
    assert wrong.payload["document"]["number"] in made.payload["said"]
    assert world.store.events(scope=f"document:{TARGET}", kinds=[EventKind.CORRECTION]) == (made,)
    site = Site(world.store, SiteInfo(title="x", base_url="http://127.0.0.1", authority="test.invalid", year=2026))
    publishing.render_entries(world.store, site)
    page = site.page(f"/event/{wrong.id}")
    assert page is not None
    assert "решение принято другим комитетом" in page.body.decode()
    feed = site.page(f"/feeds/{TARGET}.atom")
    assert feed is not None
    assert "Исправление" in feed.body.decode()
    again = corrections.correct(world.store, wrong.id, "решение принято другим комитетом", world.now)
    assert again.id != made.id


@pytest.mark.parametrize(("event", "reason", "words"), [("nothing", "x", "there is no event"), (None, "  ", "reason")])
def test_a_correction_that_cannot_be_made_is_one_line(world: World, event: str | None, reason: str, words: str) -> None:
    started(world, with_files())
    name = event or world.events()[0].id
    with pytest.raises(ConfigError, match=words):
        corrections.correct(world.store, name, reason, world.now)
    made = corrections.correct(world.store, world.events()[0].id, "x", world.now)
    with pytest.raises(ConfigError, match="itself a correction"):
        corrections.correct(world.store, made.id, "x", world.now)
