"""The promise to a lawyer, on a genuine card: what changed is told, all of it, once; what did not change is not."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.tracker.world import SOZD, World, kinds
from tracker.models import Problem
from tracker.pipeline import Outcome

CARDS = Path(__file__).parents[3] / "shared" / "sources" / "real" / "sozd" / "cards"
NUMBER = "134824-8"
URL = f"{SOZD}/bill/{NUMBER}"
TARGET = f"bill/{NUMBER}"

pytestmark = pytest.mark.skipif(not CARDS.is_dir(), reason=f"the genuine captures are not here: {CARDS.name}")


@pytest.fixture(scope="module")
def card() -> str:
    return gzip.decompress((CARDS / f"{NUMBER}.html.gz").read_bytes()).decode()


@pytest.fixture
def known(world: World, card: str) -> World:
    """A world in which the card was seen once. Its texts cannot be downloaded: that must not matter."""
    world.network.put(URL, card)
    world.follow(TARGET, URL)
    world.check(TARGET)
    world.wait(hours=1)
    return world


def section(card: str) -> tuple[int, int]:
    start = card.index('id="bh_histras"')
    return start, card.index('id="bh_hron"', start)


def edited(card: str) -> str:
    """The card with one edited step, one added file, one replaced file and one new step, in the tab that counts."""
    start, end = section(card)
    tab = card[start:end]
    files = list(re.finditer(r"<span data-fileid=.*?</a>\s*</span>", tab, re.DOTALL))
    assert len(files) > 5
    first = files[0].group(0)
    guid = re.search(r'data-fileid="([0-9A-F-]{36})"', first)
    assert guid is not None
    added = first.replace(guid[1], "11111111-2222-4333-8444-555555555555")
    added = re.sub(r'data-formdatafield="[^"]*"', 'data-formdatafield="99999999-2222-4333-8444-555555555555"', added)
    tab = tab.replace(first, first + added, 1)
    victim = re.search(r'data-fileid="([0-9A-F-]{36})"', files[3].group(0))
    assert victim is not None
    tab = tab.replace(victim[1], "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE")
    tab = tab.replace("зарегистрирован и направлен Председателю", "зарегистрирован и вновь направлен Председателю", 1)
    heading = tab.index('data-eventnum="1.2"')
    at = tab.index("<div id=", heading)
    step = (
        '<div id="12345678-1111-4111-8111-111111111111" class="oz_event bh_etap with_datatime" '
        'data-eventdate="2022-06-02T10:00:00" data-eventnum="1.2"><div class="bh_etap_date">'
        '<span class="mob_not">02.06.2022</span>'
        '<div class="bh_etap_date_time">10:00</div></div><div class="algstname table_div"><div class="table_td">'
        '<span class="name"><ul><li>направлен в Правовое управление</li></ul></span></div></div></div>'
    )
    tab = tab[:at] + step + tab[at:]
    return card[:start] + tab + card[end:]


def test_the_first_look_tells_where_the_bill_stands_and_wakes_nobody_with_its_past(known: World) -> None:
    assert known.kinds() == ["watch.started"]
    history = known.events(backfilled=True)
    assert len(history) > 30
    assert known.events()[0].lead


def test_four_changes_give_four_events_in_one_bundle(known: World, card: str) -> None:
    known.network.put(URL, edited(card))
    result = known.check(TARGET)
    assert kinds(result) == ["bill.step", "bill.step_changed", "file.added", "file.replaced"]
    assert len({event.bundle for event in result.events}) == 1
    assert sum(event.lead for event in result.events) == 1


def test_the_same_card_again_gives_nothing(known: World, card: str) -> None:
    changed = edited(card)
    known.network.put(URL, changed)
    known.check(TARGET)
    before = known.store.event_count()
    known.wait(hours=1)
    assert known.check(TARGET).events == ()
    known.wait(days=2)
    assert known.check(TARGET).events == ()
    assert known.store.event_count() == before


def test_menu_date_and_asset_versions_are_not_news(known: World, card: str) -> None:
    noisy = re.sub(r"/calendar/b/day/\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", "/calendar/b/day/2026-11-22/2026-11-23", card)
    noisy = re.sub(r"\?v=[\w.]+", "?v=999", noisy)
    assert noisy != card
    known.network.put(URL, noisy)
    result = known.check(TARGET)
    assert result.events == ()
    assert known.store.quarantined() == ()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("block", Problem.BLOCKED),
        ("empty", Problem.EMPTY),
        ("half", Problem.TRUNCATED),
        ("no title", Problem.LAYOUT_CHANGED),
    ],
)
def test_a_page_that_is_not_the_card_is_kept_quarantined_and_invisible(
    known: World, card: str, name: str, problem: Problem
) -> None:
    bodies = {
        "block": "<html><head><title>403 Forbidden</title></head><body><h1>Доступ ограничен</h1></body></html>",
        "empty": "",
        "half": card[: len(card) // 2],
        "no title": card.replace('id="oz_name"', 'id="oz_other"'),
    }
    before = known.store.event_count()
    known.network.put(URL, bodies[name])
    result = known.check(TARGET)
    assert result.outcome is Outcome.QUARANTINED
    assert result.events == ()
    assert known.store.event_count() == before
    (row,) = known.store.quarantined()
    assert row.problem is problem
    assert len(row.reason) > 10
    assert "Traceback" not in row.reason
    latest = known.store.latest_snapshot(URL)
    assert latest is not None
    assert known.store.body(latest.digest) == bodies[name].encode()
    known.network.put(URL, card)
    known.wait(hours=1)
    assert known.check(TARGET).events == (), "the page healed: that is not news either"
