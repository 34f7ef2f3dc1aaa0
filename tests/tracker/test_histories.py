"""Recorded histories, lived again through the whole pipeline, give exactly the recorded events: ids, kinds, titles.

The pages of a history stand in `tests/data/histories`; the demo's are its own. A change of the code that changes what was told,
or its id, shows here as a line of a golden file. Where the change is meant, UPDATE_HISTORIES=1 writes the files anew, and the
lines that moved are read before they are committed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from db.store import Store
from feeds import wording
from tests.tracker.fault_sites import ALL_NEWS
from tests.tracker.fault_world import living
from tests.tracker.world import World
from tracker.instance import Instance

HISTORIES = Path(__file__).parents[1] / "data" / "histories"
PLAYED = ("notice", "order")


def told(store: Store, *, nameless: str = "no kind") -> list[str]:
    """A line for every event, in the order of the ledger; without the id where the kind begins with `nameless`."""
    return [
        "\t".join(
            (
                "-" if event.kind.startswith(nameless) else event.id,
                str(event.kind),
                event.document_id or "-",
                "past" if event.backfilled else "news",
                str(wording.title(event, store.diff(event.diff_id) if event.diff_id else None)),
            )
        )
        for event in store.events(oldest_first=True, limit=100_000)
    ]


def compare(name: str, lines: list[str]) -> None:
    path = HISTORIES / f"{name}.tsv"
    if os.environ.get("UPDATE_HISTORIES") == "1":
        path.write_text("\n".join(lines) + "\n")
    assert lines == path.read_text().splitlines()


@pytest.mark.parametrize("name", PLAYED)
def test_a_page(name: str, world: World) -> None:
    history = json.loads((HISTORIES / f"{name}.json").read_text())
    for follow in history["follow"]:
        world.follow(**follow)
    for moment in history["moments"]:
        world.wait(minutes=moment["minutes"])
        for url, page in moment["pages"].items():
            world.network.put(url, page["body"], status=page.get("status", 200))
        for follow in history["follow"]:
            world.check(follow["target"])
    compare(name, told(world.store))


def test_five_sources(tmp_path: Path) -> None:
    """Every kind of source, with everything that can happen there in a day."""
    with living(tmp_path) as world:
        world.live(0, 30, 60)
        world.change()
        world.live(0, 60, 120, 480, 540, 1600, 1660)
        assert world.news() == ALL_NEWS
        # The address of a file is part of what it is, and these sites have another port each time.
        compare("five-sources", sorted(told(world.instance.store, nameless="file.")))


def test_the_demo(replayed: Instance) -> None:
    compare("demo", told(replayed.store))
