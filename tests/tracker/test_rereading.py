"""The archive read again: quiet while the code is the same, a report and a silent baseline when it is not, never an event."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from db.store import Store
from tests.tracker.world import World
from tracker import rereading
from tracker.cli import cli
from tracker.errors import StoreError
from tracker.instance import Instance
from tracker.models import EditionKey, NewVersion, Observation, Part, Section, Version, digest_of
from tracker.parts import utc_now
from tracker.rereading import Outcome
from tracker.schedule import Lease

URL = "https://page.example/order"
PAGE = "page/order"


@pytest.fixture
def order(world: World) -> World:
    """A page that was read twice, the second time by worse code than today's."""
    world.follow(PAGE, URL, source="page", selector="#text")
    world.network.put(URL, "<html><body><div id='text'><p>1. Десять дней.</p><p>2. Порядок.</p></div></body></html>")
    world.check(PAGE)
    return world


def latest(world: World) -> Version:
    return world.store.versions(PAGE, part=Part.TEXT)[-1]


def worse(world: World) -> tuple[Section, ...]:
    """As if an older version of this code had read the page."""
    made = (Section(path="p-1", address="п. 1", text="Десять"),)
    world.store.add_rendition(latest(world).id, extractor="older/1", sections=made)
    return made


def test_what_reads_the_same_is_silent(order: World) -> None:
    rows = list(rereading.reread(order.desk))
    assert [row.outcome for row in rows] == [Outcome.SAME]


def test_a_better_reading_is_told_to_the_operator_only(order: World) -> None:
    whole = order.store.sections(latest(order).id)
    events = order.events(backfilled=None)
    baseline = worse(order)
    (row,) = rereading.reread(order.desk)
    assert row.outcome is Outcome.DIFFERS
    assert row.detail == {"before": 1, "after": len(whole), "first": whole[0].path}
    assert order.store.sections(latest(order).id) == baseline  # a look changes nothing
    (row,) = rereading.reread(order.desk, apply=True)
    assert row.applied
    assert order.store.sections(latest(order).id) == whole
    assert [each.outcome for each in rereading.reread(order.desk, apply=True)] == [Outcome.SAME]
    assert order.events(backfilled=None) == events
    assert order.store.renditions(latest(order).id)[0].pinned
    order.wait(hours=2)
    assert order.check(PAGE).events == ()  # nor is it news at the next look
    assert order.store.outbox("feeds") == order.store.outbox("alerts")


def test_what_cannot_be_compared_says_why(order: World) -> None:
    key = EditionKey(document_id=PAGE, part=Part.TEXT, source="page", edition="typed")
    typed = NewVersion(
        key=key,
        position="01",
        label="",
        snapshot_id=None,
        digest=digest_of("typed"),
        url=URL,
        extractor="none",
        sections=(Section(path="p-1", address="", text="Слова."),),
    )
    order.store.record(Observation(observed_at=order.now, versions=(typed,)))
    assert [row.outcome for row in rereading.reread(order.desk)] == [Outcome.SAME, Outcome.MISSING]
    order.store.remove_watch(PAGE)
    assert [row.outcome for row in rereading.reread(order.desk)] == [Outcome.UNFOLLOWED, Outcome.MISSING]
    with pytest.raises(StoreError, match="there is no document bill/none"):
        list(rereading.reread(order.desk, only="bill/none"))


def test_it_goes_on_where_it_was(order: World) -> None:
    assert list(rereading.reread(order.desk, after="page/a"))
    assert list(rereading.reread(order.desk, after=PAGE)) == []
    assert list(rereading.reread(order.desk, since=order.now)) != []
    order.wait(seconds=1)
    assert list(rereading.reread(order.desk, since=order.now)) == []


def test_the_whole_demo_reads_today_as_it_was_recorded(replayed: Instance) -> None:
    """Cards, texts of bills in every format, editions, decrees, pages: nothing differs."""
    rows = list(rereading.reread(replayed.desk))
    found = Counter(row.outcome for row in rows)
    assert [row.to_json() for row in rows if row.outcome in {Outcome.DIFFERS, Outcome.REFUSED}] == []
    assert found[Outcome.SAME] > 20
    assert {row.version.key.part for row in rows} >= {Part.CARD, Part.TEXT}


def test_the_command(replayed: Instance, tmp_path: Path) -> None:
    replayed.store.backup(tmp_path / "copy", with_secrets=False)
    assert CliRunner().invoke(cli, ["restore", str(tmp_path / "copy"), "--to", str(tmp_path / "var")]).exit_code == 0
    config = tmp_path / "tracker.toml"
    config.write_text(f'[storage]\ndirectory = "{tmp_path / "var"}"\n')
    command = ["--config", str(config), "replay"]
    quiet = CliRunner().invoke(cli, [*command, "--index"])
    assert (quiet.exit_code, quiet.stdout) == (0, ""), quiet.output
    assert "indexed" in quiet.stderr
    with Store(tmp_path / "var", clock=replayed.clock) as store:
        version = next(
            version for each in store.documents() for version in store.versions(each.id) if store.sections(version.id)
        )
        store.add_rendition(version.id, extractor="older/1", sections=())
        events = store.event_count()
    told = CliRunner().invoke(cli, [*command, "--apply", "--document", version.key.document_id])
    assert told.exit_code == 0, told.output
    (line,) = told.stdout.splitlines()
    assert (json.loads(line)["outcome"], json.loads(line)["applied"]) == ("differs", True)
    with Store(tmp_path / "var", clock=replayed.clock) as store:
        assert store.event_count() == events
        assert store.sections(version.id)


def test_it_writes_only_while_nobody_else_does(tmp_path: Path) -> None:
    config = tmp_path / "tracker.toml"
    config.write_text(f'[storage]\ndirectory = "{tmp_path / "var"}"\n')
    with Store(tmp_path / "var", clock=utc_now) as store, Lease(store):
        busy = CliRunner().invoke(cli, ["--config", str(config), "replay", "--apply"])
        assert "another instance is at work" in str(busy.exception)
        assert CliRunner().invoke(cli, ["--config", str(config), "replay"]).exit_code == 0
