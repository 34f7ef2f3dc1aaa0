"""The default watchlist: its keys are sound, what it means is checked against the page, nothing is followed in silence."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from scrapers import ips
from tests.scrapers import sozd_pages as pages
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tests.tracker.world import IPS, SOZD, World
from tracker import config, watchlist
from tracker.errors import PageError
from tracker.instance import open_instance, watches_of
from tracker.models import OperatorKind, Watch
from tracker.pipeline import Outcome
from tracker.watchlist import Entry

COLLECTED = Path(__file__).resolve().parents[3] / "shared" / "law" / "watchlist.tsv"


def entry(name: str) -> Entry:
    return next(entry for entry in watchlist.entries() if entry.id == name)


def test_every_entry_has_a_key_or_says_what_is_known() -> None:
    for one in watchlist.entries():
        assert one.about, one.id
        if one.follow:
            assert bool(one.bill) != bool(one.act), one.id
            keys = {name for name in ("bill", "act", "nd", "kremlin") if getattr(one, name)}
            assert keys == {*one.verified, *one.unverified}, one.id
            assert config.watch_target(one.settings())
        else:
            assert (one.bill, one.act) == (None, None), one.id
    ids = [one.id for one in watchlist.entries()]
    assert len(ids) == len(set(ids))
    targets = [config.watch_target(one.settings()) for one in watchlist.entries() if one.follow]
    assert len(targets) == len(set(targets))


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Матвеев", ""),
        ("поднят до 30 лет", "act/fz/2023-08-04/439-fz"),
        ("Закон о гражданстве; прекращение", "act/fz/2023-04-28/138-fz"),
        ("Частичная мобилизация", "act/ukaz/2022-09-21/647"),
        ("заключивших контракт", "act/ukaz/2022-09-30/690"),
        ("стала основанием прекращения", "act/fz/2024-08-08/281-fz"),
    ],
)
def test_the_events_that_started_the_project_are_findable(words: str, key: str) -> None:
    found = [one for one in watchlist.entries() if words in one.about]
    assert found
    if key:
        assert key in {config.watch_target(one.settings()) for one in found if one.follow}
    else:
        assert all(not one.follow and one.known for one in found)


def usable_keys(row: dict[str, str]) -> set[str]:
    """The keys of a row of the collected list by which a document can be followed."""
    found = {row["bill_no"]} - {""}
    if row["official_no"] and re.fullmatch(r"\d\d\.\d\d\.\d{4}", row["act_date"]):
        found.add(f"от {row['act_date']} № {row['official_no']}")
        found |= {row["pravo_nd"]} if row["pravo_nd"].isdecimal() else set()
        found |= {row["kremlin_id"].removeprefix("acts/bank/")} - {""}
    return found


@pytest.mark.skipif(not COLLECTED.is_file(), reason="the collected list (../shared/law/watchlist.tsv) is not here")
def test_every_usable_key_that_was_collected_is_there() -> None:
    with COLLECTED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 57
    for row in rows:
        mine = [one for one in watchlist.entries() if one.id in {row["id"], f"{row['id']}-bill"}]
        assert mine, row["id"]
        kept = " ".join(" ".join(filter(None, (one.bill, one.act, one.nd, one.kremlin))) for one in mine)
        assert {key for key in usable_keys(row) if key not in kept} == set(), row["id"]
        assert bool(usable_keys(row)) == any(one.follow for one in mine), row["id"]
        topics = {"both": {"citizenship", "conscription"}, "context": set[str]()}.get(row["topic"], {row["topic"]})
        assert all(set(one.topics) >= topics for one in mine), row["id"]


def test_no_address_of_a_news_page_is_shipped() -> None:
    assert "http" not in Path(watchlist.__file__).with_name("watchlist.toml").read_text(encoding="utf-8")


def test_it_is_followed_only_when_the_operator_says_so(tmp_path: Path) -> None:
    for follow in (False, True):
        data = {"storage": {"directory": str(tmp_path / str(follow))}, "watchlist": {"follow": follow}}
        with open_instance(config.parse(data, where="test")) as instance:
            instance.sync_watches()
            origins = {watch.origin for watch in instance.store.watches()}
            assert origins == ({watchlist.ORIGIN} if follow else set())
            if follow:
                sources = {watch.source for watch in instance.store.watches() if watch.target.endswith("/53-fz")}
                assert sources == {"ips", "kremlin"}, "the portal holds nothing of 1998"
    data = {"storage": {"directory": str(tmp_path / "True")}}
    with open_instance(config.parse(data, where="test")) as instance:
        instance.sync_watches()
        assert instance.store.watches() == (), "and no longer when it is taken out"


def follow(world: World, one: Entry, source: str) -> Watch:
    watches = watches_of(one.settings(), world.desk.base_urls, now=world.now, origin=watchlist.ORIGIN)
    watch = next(watch for watch in watches if watch.source == source)
    world.store.put_watch(watch)
    return watch


def put_law(world: World, nd: str, title: str) -> None:
    world.network.put(
        ips.document_url(IPS, nd), ips_pages.shell(nd, title, (Edition(rdk=0, label="Исходная редакция"),), selected=0)
    )
    rows = ("ФЕДЕРАЛЬНЫЙ ЗАКОН", title, "Статья 1. Предмет", "1. Настоящий Федеральный закон регулирует выдуманное.")
    world.network.put(ips.edition_url(IPS, nd, "0"), ips_pages.text(nd, rows))


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("О воинской обязанности и военной службе", Outcome.CHANGED),
        ("О ВОИНСКОЙ ОБЯЗАННОСТИ И  ВОЕННОЙ СЛУЖБЕ", Outcome.CHANGED),
        ("О внесении изменений в Федеральный закон «О воинской обязанности и военной службе»", Outcome.QUARANTINED),
        ("О пчеловодстве", Outcome.QUARANTINED),
    ],
)
def test_another_title_under_a_number_is_reported_and_not_followed(world: World, title: str, outcome: Outcome) -> None:
    one = entry("base-53fz")
    watch = follow(world, one, "ips")
    put_law(world, one.nd or "", title)
    assert world.pipeline.check(watch).outcome is outcome
    told = [word.kind for word in world.store.operator_events()]
    assert told == ([OperatorKind.DOCUMENT_QUARANTINED] if outcome is Outcome.QUARANTINED else [])
    assert (world.store.document(watch.target) is None) is (outcome is Outcome.QUARANTINED)
    assert (world.kinds() == []) is (outcome is Outcome.QUARANTINED)


def test_a_bill_without_a_known_title_must_at_least_be_on_topic(world: World) -> None:
    one = entry("207803-8")
    assert (one.title, one.verified) == ("", ())
    watch = follow(world, one, "sozd")
    card = pages.FakeCard(
        number="207803-8",
        title="О пчеловодстве",
        comment="",
        steps=(pages.REGISTERED,),
        note=("Закон о пчелах и меде.",) * 20,
    )
    world.network.put(f"{SOZD}/bill/207803-8", card.body())
    assert world.pipeline.check(watch).outcome is Outcome.QUARANTINED
    assert world.store.document("bill/207803-8") is None
    on_topic = card.with_(
        title="О внесении изменения в статью 24 Федерального закона «О воинской обязанности и военной службе»"
    )
    world.network.put(f"{SOZD}/bill/207803-8", on_topic.body())
    world.wait(hours=1)
    assert world.pipeline.check(watch).outcome is Outcome.CHANGED


def test_what_the_operator_lists_is_not_doubted(world: World) -> None:
    watch = Watch(
        target=config.watch_target(entry("base-53fz").settings()),
        source="ips",
        url="",
        selector=None,
        origin="config",
        added_at=world.now,
        silent_before=world.now,
    )
    watchlist.require_meant(watch, title="О пчеловодстве", topics=(), undecided=False)
    with pytest.raises(PageError):
        watchlist.require_meant(
            Watch(**{**{name: getattr(watch, name) for name in watch.__slots__}, "origin": watchlist.ORIGIN}),
            title="О пчеловодстве",
            topics=(),
            undecided=False,
        )
