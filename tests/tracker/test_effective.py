"""An act that is to begin to work: told some days before, and called in force from its day on, never earlier."""

from __future__ import annotations

from tests.tracker.test_pipeline import publication_list
from tests.tracker.world import World
from tracker import publications
from tracker.models import Classification, EventKind, Force, Item

PAGE = "https://text.example.org/ukaz"
HEAD = ("УКАЗ", "ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ", "О призыве граждан Российской Федерации на военную службу")
ITEM = "1. Осуществить призыв на военную службу граждан Российской Федерации в количестве ста человек."


def published(world: World, clause: str) -> str:
    """A decree found on the portal on the day of `world.now`, and its text at an address."""
    world.network.put(*publication_list(world, number="9907", title=HEAD[2]))
    world.pipeline.run((), discover=("publication",))
    (document,) = world.store.documents()
    rows = "".join(f"<p>{row}</p>" for row in (*HEAD, ITEM, clause))
    world.network.put(PAGE, f"<html><body><main>{rows}</main></body></html>")
    world.follow(document.id, PAGE, source="page", selector="main")
    world.check(document.id, "page")
    return document.id


def force(world: World, document_id: str) -> Force:
    document = world.store.document(document_id)
    assert document is not None
    return document.force


def passes(world: World) -> list[dict[str, object]]:
    world.pipeline.run((), discover=())
    return [dict(event.payload) for event in world.events() if event.kind is EventKind.EFFECTIVE_APPROACHING]


def test_a_day_is_told_ten_days_before_and_once(world: World) -> None:
    target = published(world, "2. Настоящий Указ вступает в силу с 1 апреля 2026 г.")
    assert passes(world) == []
    assert force(world, target) is Force.PUBLISHED_NOT_IN_FORCE
    world.wait(days=20)  # 22 March
    (told,) = passes(world)
    assert (told["date"], told["scope"]) == ("2026-04-01", "")
    world.wait(days=1)
    assert len(passes(world)) == 1
    assert force(world, target) is Force.PUBLISHED_NOT_IN_FORCE
    world.wait(days=9)
    passes(world)
    assert force(world, target) is Force.IN_FORCE


def test_a_day_that_the_words_leave_open_is_no_day(world: World) -> None:
    target = published(
        world, "2. Настоящий Указ вступает в силу по истечении одного месяца со дня его официального опубликования."
    )
    world.wait(days=25)
    (told,) = passes(world)
    assert told["date"] is None
    dates = told["dates"]
    assert isinstance(dates, list)
    assert len(dates) == 2
    first = dates[0]
    while world.now.date().isoformat() <= first:
        assert force(world, target) is not Force.IN_FORCE
        world.wait(days=1)
        passes(world)
    world.wait(days=2)
    passes(world)
    assert force(world, target) is Force.IN_FORCE


def test_a_decree_in_force_from_its_publication_is_called_that(world: World) -> None:
    target = published(world, "2. Настоящий Указ вступает в силу со дня его официального опубликования.")
    assert passes(world) == [], "its day is not near, it is here"
    assert force(world, target) is Force.IN_FORCE
    world.wait(hours=2)
    world.pipeline.run((), discover=("publication",))
    assert force(world, target) is Force.IN_FORCE, "another look at the portal does not forget it"


def test_silence_of_a_decree_leaves_its_force_open(world: World) -> None:
    target = published(world, "2. Правительству Российской Федерации обеспечить выполнение.")
    passes(world)
    assert force(world, target) is Force.UNKNOWN


def test_a_publication_found_after_the_text_counts_as_well(world: World) -> None:
    clause = "2. Настоящий Указ вступает в силу с 1 апреля 2026 г."
    rows = "".join(f"<p>{row}</p>" for row in (*HEAD, ITEM, clause))
    world.network.put(PAGE, f"<html><body><main>{rows}</main></body></html>")
    target = "act/ukaz/2026-01-11/9907"
    world.follow(target, PAGE, source="page", selector="main", title=HEAD[2])
    world.check(target, "page")
    assert passes(world) == []
    world.network.put(*publication_list(world, number="9907", title=HEAD[2]))
    world.pipeline.run((), discover=("publication",))
    world.wait(days=25)
    assert len(passes(world)) == 1


def test_an_act_in_force_stays_so_when_the_portal_is_looked_at_again(world: World) -> None:
    target = published(world, "2. Настоящий Указ вступает в силу с 1 апреля 2026 г.")
    day = world.now
    world.wait(days=31)
    passes(world)
    assert force(world, target) is Force.IN_FORCE
    act = Item(
        id=target,
        native_id="9999000000000001",
        kind="ukaz",
        number="9907",
        date=f"{day:%Y-%m-%d}",
        title=HEAD[2],
        comment="",
        url="",
        published=f"{day:%Y-%m-%d}",
    )
    again = publications.announce(world.desk, act, Classification(), world.now)
    assert again.document is not None
    assert again.document.force is Force.IN_FORCE
