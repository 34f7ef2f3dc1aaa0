"""The cheap poll of a bill: what it saves, and when it is not believed."""

from __future__ import annotations

from dataclasses import replace

from tests.scrapers import sozd_pages as pages
from tests.tracker.world import SOZD, World
from tracker.models import OperatorKind
from tracker.pipeline import Outcome

NUMBER = pages.NUMBER
URL = f"{SOZD}/bill/{NUMBER}"
FEED = f"{URL}/rss"
TARGET = f"bill/{NUMBER}"
XML = "application/rss+xml; charset=utf-8"


def feed(*items: str, built: str = "") -> str:
    rows = "".join(
        f"<item><title>{title}</title><description>Принято решение: зарегистрирован</description></item>"
        for title in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Законопроект № {NUMBER}</title>'
        f"<link>{URL}</link>{built}{rows}</channel></rss>"
    )


REGISTERED = "(02.02.2026 16:31:00) 1.1 Регистрация законопроекта и материалов к нему"
FIRST = "(02.03.2026 12:00:00) 3.3 Рассмотрение законопроекта Государственной Думой"


def started(world: World, *, with_feed: bool = True) -> pages.FakeCard:
    card = pages.FakeCard(steps=(pages.REGISTERED,))
    world.network.put(URL, card.body())
    if with_feed:
        world.network.put(FEED, feed(REGISTERED), content_type=XML)
    world.follow(TARGET, URL)
    assert world.check(TARGET).outcome is Outcome.CHANGED
    world.wait(minutes=30)
    world.network.asked.clear()
    return card


def test_the_card_is_left_alone_while_the_feed_does_not_move(world: World) -> None:
    started(world)
    assert world.check(TARGET).outcome is Outcome.UNCHANGED
    assert world.network.asked == [FEED]
    watch = world.store.watch(TARGET, "sozd")
    assert watch is not None
    assert watch.last_success == world.now, "a feed that says nothing new is a look"


def test_the_card_is_read_when_the_feed_moves(world: World) -> None:
    card = started(world)
    world.network.put(FEED, feed(FIRST, REGISTERED), content_type=XML)
    world.network.put(URL, replace(card, steps=(*card.steps, pages.FIRST)).body())
    assert "bill.step" in [str(event.kind) for event in world.check(TARGET).events]
    world.network.asked.clear()
    world.wait(minutes=30)
    world.check(TARGET)
    assert world.network.asked == [FEED]


def test_order_and_build_date_of_a_feed_do_not_move_it(world: World) -> None:
    started(world)
    world.network.put(
        FEED, feed(REGISTERED, built="<lastBuildDate>Mon, 02 Mar 2026 12:31:00 +0300</lastBuildDate>"), content_type=XML
    )
    world.check(TARGET)
    assert world.network.asked == [FEED]


def test_a_card_that_could_not_be_had_is_asked_for_again(world: World) -> None:
    card = started(world)
    world.network.put(FEED, feed(FIRST, REGISTERED), content_type=XML)
    del world.network.pages[URL]
    assert world.check(TARGET).outcome is Outcome.FAILED
    world.network.put(URL, replace(card, steps=(*card.steps, pages.FIRST)).body())
    world.wait(minutes=30)
    assert "bill.step" in [str(event.kind) for event in world.check(TARGET).events]


def test_the_card_is_read_at_a_slow_cadence_anyway(world: World) -> None:
    started(world)
    world.wait(hours=24)
    world.check(TARGET)
    assert world.network.asked[:2] == [FEED, URL]


def test_a_feed_that_was_silent_about_a_step_is_not_asked_for_a_week(world: World) -> None:
    card = started(world)
    world.network.put(URL, replace(card, steps=(*card.steps, pages.FIRST)).body())
    world.wait(hours=24)
    assert "bill.step" in [str(event.kind) for event in world.check(TARGET).events]
    assert world.store.operator_events()[0].kind is OperatorKind.SOURCE_LAYOUT_CHANGED
    for _ in range(3):
        world.network.asked.clear()
        world.wait(hours=1)
        world.check(TARGET)
        assert world.network.asked == [URL]
    world.wait(days=7)
    world.network.asked.clear()
    world.check(TARGET)
    assert FEED in world.network.asked


def test_without_a_feed_the_card_is_asked_each_time(world: World) -> None:
    card = started(world, with_feed=False)
    for _ in range(4):
        world.check(TARGET)
        assert URL in world.network.asked
        world.network.asked.clear()
        world.wait(minutes=30)
    assert world.check(TARGET).outcome is Outcome.UNCHANGED
    assert world.network.asked == [URL], "a feed that is not there is not asked for a day"
    assert world.store.operator_events() == (), "it is no outage"
    assert card is not None


def test_a_page_of_the_site_in_place_of_the_feed_is_no_feed(world: World) -> None:
    started(world)
    world.network.put(FEED, "<html><head><title>DDoS-Guard</title></head><body>Checking your browser</body></html>")
    world.check(TARGET)
    assert world.network.asked == [FEED, URL]
