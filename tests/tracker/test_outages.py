"""A host in trouble is asked less and told of once, to the operator; readers and other hosts do not notice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scrapers import sozd_pages as pages
from tests.tracker.world import SOZD, World
from tracker.errors import FetchError, PageError
from tracker.models import OperatorKind, Problem
from tracker.outages import FIRST_PAUSE, LAST_PAUSE, OPEN_AFTER, Outages
from tracker.pipeline import Outcome, Result

CARD = pages.FakeCard(steps=(pages.REGISTERED,))
BLOCK_PAGE = "<html><head><title>DDoS-Guard</title></head><body>Checking your browser before accessing</body></html>"


def follow_many(world: World, count: int) -> list[str]:
    urls = [f"{SOZD}/bill/{100000 + index}-99" for index in range(1, count + 1)]
    for index, url in enumerate(urls, 1):
        world.follow(f"bill/{100000 + index}-99", url)
    return urls


def told(world: World) -> list[OperatorKind]:
    return [word.kind for word in reversed(world.store.operator_events())]


def run(world: World) -> tuple[Result, ...]:
    return world.pipeline.run(world.store.watches(), discover=())


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(world: World) -> None:
    follow_many(world, 8)
    results = run(world)
    assert [result.outcome for result in results] == [Outcome.FAILED] * OPEN_AFTER + [Outcome.PAUSED] * 5
    assert sum(bool(result.message) for result in results) == OPEN_AFTER + 1, "one line for all that was not asked"
    assert told(world) == [OperatorKind.SOURCE_FAILING]
    asked = len(world.network.asked)
    run(world)
    assert len(world.network.asked) == asked, "the host is left alone"
    for _ in range(5):
        world.wait(hours=2)
        run(world)
    assert told(world) == [OperatorKind.SOURCE_FAILING]
    world.network.put(f"{SOZD}/bill/{pages.NUMBER}", CARD.body())
    world.wait(hours=2)
    world.check(f"bill/{pages.NUMBER}")
    assert told(world) == [OperatorKind.SOURCE_FAILING, OperatorKind.SOURCE_RECOVERED]
    assert world.store.operator_events()[0].subject == "sozd.duma.gov.ru"


def test_the_pause_grows_and_has_an_end(world: World) -> None:
    outages, error = Outages(world.store), FetchError("no connection", reason="connection")
    pauses = []
    for _ in range(8):
        for _ in range(OPEN_AFTER):
            assert outages.pause("sozd", SOZD, world.now) is None
            outages.failed("sozd", SOZD, error, world.now)
        pauses.append(outages.pause("sozd", SOZD, world.now))
        world.wait(hours=1)
    assert pauses[0] == FIRST_PAUSE
    assert pauses[-1] == LAST_PAUSE
    assert pauses == sorted(pauses, key=lambda pause: pause or timedelta(0))
    assert outages.pause("sozd", SOZD, world.now - timedelta(days=3)) is None, "a clock that jumped back blinds nobody"


def test_pages_that_always_fail_do_not_keep_the_others_from_being_seen(world: World) -> None:
    urls = follow_many(world, 8)
    for url in urls[OPEN_AFTER:]:
        world.network.put(url, CARD.with_(number=url.rpartition("/")[2]).body())
    for _ in range(4):
        due = sorted(world.store.watches(), key=lambda watch: (watch.next_due is not None, watch.next_due or world.now))
        world.pipeline.run(due, discover=())
        world.wait(hours=2)
    seen = [watch.target for watch in world.store.watches() if watch.last_success is not None]
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (FetchError("x", reason="timeout"), True),
        (FetchError("x", reason="tls"), True),
        (FetchError("x", reason="unreachable"), True),
        (FetchError("x", reason="robots"), False),
        (FetchError("x", reason="address"), False),
        (FetchError("x", reason="too_large"), True),
        (PageError(Problem.CAPTCHA, "x"), True),
        (PageError(Problem.LOGIN, "x"), True),
        (PageError(Problem.LAYOUT_CHANGED, "x"), False),
        (PageError(Problem.NOT_FOUND, "x"), False),
    ],
)
def test_only_failures_of_the_host_close_it(world: World, error: FetchError | PageError, *, counts: bool) -> None:
    outages = Outages(world.store)
    for _ in range(OPEN_AFTER):
        outages.failed("sozd", SOZD, error, world.now)
    assert (outages.pause("sozd", SOZD, world.now) is not None) is counts


def test_one_host_says_nothing_of_another(world: World) -> None:
    outages, error = Outages(world.store), FetchError("x", reason="timeout")
    for _ in range(OPEN_AFTER):
        outages.failed("page", "https://a.example/x", error, world.now)
    assert outages.pause("page", "https://a.example/y", world.now) is not None
    assert outages.pause("page", "https://b.example/x", world.now) is None


def test_a_block_page_on_every_card_is_one_outage_and_no_news(world: World) -> None:
    for url in follow_many(world, 6):
        world.network.put(url, BLOCK_PAGE)
    run(world)
    assert told(world) == [OperatorKind.SOURCE_FAILING]
    assert world.kinds() == []


def test_a_new_layout_is_told_once_however_many_pages_have_it(world: World) -> None:
    for url in follow_many(world, 6):
        world.network.put(
            url, "<html><body>" + "<p>Совсем другая страница о законопроектах</p>" * 200 + "</body></html>"
        )
    results = run(world)
    assert {result.outcome for result in results} == {Outcome.QUARANTINED}
    assert told(world) == [OperatorKind.SOURCE_LAYOUT_CHANGED]
    world.network.put(f"{SOZD}/bill/{pages.NUMBER}", CARD.body())
    world.check(f"bill/{pages.NUMBER}")
    world.wait(hours=1)
    run(world)
    assert told(world).count(OperatorKind.SOURCE_LAYOUT_CHANGED) == 2, (
        "it was mended where it was seen first; it is news again"
    )
