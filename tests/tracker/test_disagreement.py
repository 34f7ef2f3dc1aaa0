"""One act at two sources: told when they claim one legal state in two texts, seen twice; silent otherwise."""

from __future__ import annotations

import pytest

from scrapers import ips
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tests.tracker.world import IPS, World
from tracker.models import EventKind
from tracker.pipeline import Result

ND = "699000001"
TARGET = "act/ukaz/2019-09-21/9647"
TITLE = "О выдуманной мобилизации"
SHELL = ips.document_url(IPS, ND)
BANK = "https://copy.example.org/ukaz"
NOTE = "(В редакции Указа Президента Российской Федерации от 12.10.2019 № 9702)"
OTHER_NOTE = "(В редакции Указа Президента Российской Федерации от 30.11.2019 № 9801)"
HEAD = ("УКАЗ", "ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ", TITLE)
ITEMS = tuple(
    f"{number}. Установить порядок номер {number} для всех органов, чтобы они его соблюдали." for number in range(1, 9)
)


def put_system(world: World, items: tuple[str, ...], note: str = NOTE) -> None:
    world.network.put(
        SHELL, ips_pages.shell(ND, TITLE, (Edition(rdk=1, label="1 - от 12.10.2019 № 9702 (изм.)"),), selected=1)
    )
    noted = f'<p class="C"><span class="markx">{note}</span></p>'
    world.network.put(
        ips.edition_url(IPS, ND, "1"), ips_pages.text(ND, (*HEAD, noted, *items)), content_type="text/html"
    )


def put_copy(world: World, items: tuple[str, ...], note: str = NOTE) -> None:
    rows = "".join(f"<p>{row}</p>" for row in (*HEAD, note, *items))
    world.network.put(BANK, f"<html><body><main>{rows}</main></body></html>")


@pytest.fixture
def both(world: World) -> World:
    world.follow(TARGET, SHELL, source="ips", title=TITLE)
    world.follow(TARGET, BANK, source="page", selector="main", title=TITLE)
    return world


def look(world: World, source: str, **wait: float) -> Result:
    watch = world.store.watch(TARGET, source)
    assert watch is not None
    result = world.pipeline.check(watch)
    world.wait(**(wait or {"minutes": 20}))
    return result


def disagreements(world: World) -> list[dict[str, object]]:
    return [dict(event.payload) for event in world.events() if event.kind is EventKind.SOURCES_DISAGREE]


def test_one_text_at_both_sources_is_no_news(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, ITEMS)
    for source in ("ips", "page", "ips", "page"):
        look(both, source)
    assert disagreements(both) == []


def test_a_hidden_item_is_told_once_and_after_a_second_look(both: World) -> None:
    closed = "7. Для служебного пользования."
    put_system(both, (*ITEMS[:6], closed, ITEMS[7]))
    put_copy(both, (*ITEMS[:6], ITEMS[7]))
    look(both, "ips")
    look(both, "page")
    assert disagreements(both) == [], "seen once"
    look(both, "page")
    (told,) = disagreements(both)
    sides = told["sources"]
    assert isinstance(sides, list)
    assert [side["source"] for side in sides] == ["ips", "page"]
    event = next(event for event in both.events() if event.kind is EventKind.SOURCES_DISAGREE)
    diff = both.store.diff(event.diff_id or "")
    assert diff is not None
    assert [(operation.ops, operation.old_path) for operation in diff.operations] == [(("removed",), "p-7")]
    for source in ("page", "ips", "page"):
        look(both, source, hours=7)
    assert len(disagreements(both)) == 1


def test_a_difference_that_passes_is_not_told(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, ITEMS[:7])
    look(both, "ips")
    look(both, "page")
    put_copy(both, ITEMS)
    for _ in range(3):
        look(both, "page")
    assert disagreements(both) == []


def test_two_legal_states_differ_of_course(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, ITEMS[:7], OTHER_NOTE)
    for source in ("ips", "page", "page", "ips", "page"):
        look(both, source)
    assert disagreements(both) == []


def test_typography_is_no_disagreement(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, tuple(row.replace(" ", "\u00a0", 1).replace("номер", "но\u00adмер") for row in ITEMS))
    for source in ("ips", "page", "page"):
        look(both, source)
    assert disagreements(both) == []


def test_texts_without_any_amending_act_are_compared_only_with_the_original(both: World) -> None:
    put_system(both, ITEMS, note="")
    put_copy(both, ITEMS[:7], note="")
    for source in ("ips", "page", "page", "page"):
        look(both, source)
    assert disagreements(both) == [], (
        "the edition of the system is not the original one: whose state the copy is, nobody says"
    )


def test_an_extract_is_no_disagreement(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, ITEMS[:2])
    for source in ("ips", "page", "page", "page"):
        look(both, source)
    assert disagreements(both) == []


def test_a_source_that_is_followed_no_more_keeps_nobody_waiting(both: World) -> None:
    put_system(both, ITEMS)
    put_copy(both, ITEMS[:7])
    look(both, "ips")
    look(both, "page")
    both.store.remove_watch(TARGET, "ips")
    look(both, "page")
    both.network.asked.clear()
    look(both, "page")
    watch = both.store.watch(TARGET, "page")
    assert watch is not None
    assert watch.next_due is not None
    assert (watch.next_due - both.now).total_seconds() > 1500
