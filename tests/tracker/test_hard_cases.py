"""Hard cases that a review proved wrong once. Each is lived through on a real store; none may come back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import click
import pytest

from db.store import Store
from feeds import entries
from feeds.library import Library
from feeds.site import Site
from tests.scrapers import sozd_pages as pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, guid
from tests.tracker.test_pipeline import (
    INTRODUCED,
    NUMBER,
    PAGE,
    TARGET,
    URL,
    look,
    page_of,
    publication_list,
    put_text,
    started,
    text_file,
    with_files,
)
from tests.tracker.world import SOZD, World, kinds
from tracker import config, lookups, publishing, schedule
from tracker.commands import work
from tracker.errors import ConfigError, StoreError
from tracker.instance import Instance
from tracker.models import Event, EventKind, Language, RenderedEntry, Response, SiteInfo, Validators, Watch
from tracker.pipeline import COVERAGE, Outcome, Result
from tracker.schedule import Lease, Schedule

JSON = "application/json; charset=utf-8"
FULL = with_files(steps=(pages.COMMITTEE, pages.COUNCIL, pages.FIRST))
BARE = with_files()
CALL_UP = "О внесении изменений в статью 22 Федерального закона «О воинской обязанности и военной службе»"
GENERIC = "О внесении изменений в отдельные законодательные акты Российской Федерации"
WITHDRAWN = "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права законодательной инициативы"
NOTHING = pages.listing("", extra='<div class="not_date_ic m_lupa">Нет данных</div>')


def calendar(world: World, first: str, after: str, body: bytes) -> None:
    world.network.put(f"{SOZD}/calendar/b/day/{first}/{after}/1.1", body)


def schedule_of(world: World) -> Schedule:
    """A schedule over the played world, without a lease and without searches of its own."""
    info = SiteInfo(title="x", base_url="http://127.0.0.1", authority="test.invalid", year=2026)
    site = Site(world.store, info)
    instance = SimpleNamespace(
        store=world.store,
        clock=lambda: world.now,
        pipeline=world.pipeline,
        settings=config.Settings(),
        site=lambda *, live: Site(world.store, replace(info, live=live)),
    )
    return Schedule(cast("Instance", instance), site)


def watch_of(world: World, target: str, source: str) -> Watch:
    found = world.store.watch(target, source)
    assert found is not None
    return found


# ---------------------------------------------------------------- quarantine


def test_the_same_doubt_may_come_a_second_time(world: World) -> None:
    started(world, FULL)
    for card in (BARE, FULL, BARE):
        for _ in range(4):
            look(world, card)
    assert world.store.quarantined() == ()


def test_what_the_operator_rejected_is_never_believed(world: World) -> None:
    started(world, FULL)
    look(world, BARE)
    (row,) = world.store.quarantined()
    world.store.settle_quarantine(row.id, "rejected", "nonsense")
    for _ in range(6):
        assert look(world, BARE) == []


def test_a_case_is_closed_when_the_page_is_well_again(world: World) -> None:
    started(world, FULL)
    look(world, BARE)
    assert len(world.store.quarantined()) == 1
    look(world, FULL)
    assert world.store.quarantined() == ()
    world.network.put(URL, b"")
    world.check(TARGET)
    world.wait(hours=1)
    assert len(world.store.quarantined()) == 1
    look(world, FULL)
    assert world.store.quarantined() == ()


def test_a_text_released_from_doubt_is_marked_confirmed(world: World) -> None:
    put_text(world, 11, INTRODUCED * 2)
    started(world, with_files(text_file(11)))
    put_text(world, 12, INTRODUCED[:200])
    for _ in range(12):
        look(world, with_files(text_file(12)))
    changed = [event for event in world.events() if event.kind is EventKind.TEXT_CHANGED]
    assert [event.payload.get("confirmed") for event in changed] == [True]


# ---------------------------------------------------------------- one page, several who look


def two_parts(first: str, second: str) -> str:
    return (
        f"<html><body><div id='a'><p>1. {first} дней.</p></div><div id='b'><p>1. {second} дней.</p></div></body></html>"
    )


def test_two_watches_of_one_page_are_both_told(world: World) -> None:
    world.network.put(PAGE, two_parts("десять", "десять"))
    for name in ("a", "b"):
        world.follow(f"page/{name}", PAGE, source="page", selector=f"#{name}", title=name)
        world.check(f"page/{name}")
    world.wait(hours=1)
    world.network.put(PAGE, two_parts("пять", "пять"))
    assert kinds(world.check("page/a")) == ["text.changed"]
    assert kinds(world.check("page/b")) == ["text.changed"]


def test_a_bill_left_undecided_and_followed_by_hand_is_told(world: World) -> None:
    world.now = world.now.replace(month=2, day=10)
    card = FakeCard(title=GENERIC, comment="", steps=(pages.REGISTERED,))
    calendar(world, "2026-02-10", "2026-02-11", pages.listing(pages.listing_row(NUMBER, GENERIC), total="1"))
    world.network.put(URL, card.body())
    world.pipeline.run((), discover=("sozd",))
    world.follow(TARGET, URL)
    world.check(TARGET)
    world.wait(days=2)
    calendar(world, "2026-02-10", "2026-02-13", NOTHING)
    world.network.put(URL, replace(card, steps=(pages.REGISTERED, pages.COMMITTEE, pages.COUNCIL)).body())
    world.pipeline.run(world.store.watches(), discover=("sozd",))
    assert "bill.step" in world.kinds()


# ---------------------------------------------------------------- silence


def test_a_text_that_failed_on_the_first_read_is_still_history(world: World) -> None:
    world.now = world.now.replace(year=2030)
    card = with_files(text_file(11))
    started(world, card)
    put_text(world, 11, INTRODUCED)
    assert look(world, card) == [], "uploaded in 2026, followed since 2030"
    assert len([e for e in world.events(backfilled=True) if e.kind is EventKind.TEXT_ADDED]) == 1
    put_text(world, 12, INTRODUCED.replace("двенадцати", "пяти"))
    late = replace(text_file(12), tooltip="03.04.2030 11:26:05")
    assert look(world, with_files(late)) == ["file.replaced", "text.changed"], "and after it everything is news again"


def test_what_bears_no_date_is_history_on_the_first_read(world: World) -> None:
    world.now = world.now.replace(year=2030)
    world.network.put(URL, with_files(FakeFile(guid(31), "Письмо", tooltip="")).body())
    world.follow(TARGET, URL)
    assert kinds(world.check(TARGET)) == ["watch.started"]


def test_a_card_that_failed_in_the_first_pass_is_news_in_the_second(world: World) -> None:
    world.now = world.now.replace(month=2, day=1)
    calendar(world, "2026-02-01", "2026-02-02", NOTHING)
    world.pipeline.run((), discover=("sozd",))
    world.wait(days=3)
    calendar(world, "2026-02-01", "2026-02-05", pages.listing(pages.listing_row(NUMBER, CALL_UP), total="1"))
    world.pipeline.run((), discover=("sozd",))
    world.wait(hours=1)
    calendar(world, "2026-02-04", "2026-02-05", NOTHING)
    gone = pages.FakeStep("2.2", "2026-02-03T13:36:00", WITHDRAWN)
    world.network.put(URL, FakeCard(title=CALL_UP, steps=(pages.REGISTERED, gone)).body())
    world.pipeline.run((), discover=("sozd",))
    assert {"bill.withdrawn", "bill.step"} <= set(world.kinds())


def test_a_crash_between_deciding_and_following_loses_no_bill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.now = world.now.replace(month=2, day=2)
    card = FakeCard(title=GENERIC, comment="", steps=(pages.REGISTERED,))
    calendar(world, "2026-02-02", "2026-02-03", pages.listing(pages.listing_row(NUMBER, GENERIC), total="1"))
    world.network.put(URL, card.body())
    world.pipeline.run((), discover=("sozd",))
    world.wait(days=2)
    calendar(world, "2026-02-02", "2026-02-05", NOTHING)
    told = replace(
        card, note=("Законопроектом предлагается прекращение гражданства Российской Федерации лиц, уклоняющихся",)
    )
    world.network.put(URL, told.body())

    def full(*_: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.store), "put_watch", full)
        failed = world.pipeline.run((), discover=("sozd",))
        assert "disk full" in [result.message for result in failed]
    world.wait(hours=2)
    world.pipeline.run((), discover=("sozd",))
    assert [watch.target for watch in world.store.watches()] == [TARGET]


def test_discovery_leaves_an_operators_watch_alone(world: World) -> None:
    world.now = world.now.replace(month=2, day=2)
    calendar(world, "2026-02-02", "2026-02-03", pages.listing(pages.listing_row(NUMBER, CALL_UP), total="1"))
    world.network.put(URL, FakeCard(title=CALL_UP, steps=(pages.REGISTERED,)).body())
    world.follow(TARGET, URL, origin="config")
    world.pipeline.run(world.store.watches(), discover=("sozd",))
    assert watch_of(world, TARGET, "sozd").origin == "config"


def test_a_list_of_registrations_shorter_than_it_claims_is_no_complete_pass(world: World) -> None:
    world.now = world.now.replace(month=2, day=2)
    listed = pages.listing(pages.listing_row("100009-99", "О пчеловодстве"), total="40")
    calendar(world, "2026-02-02", "2026-02-03", listed)
    note = ("Законопроект направлен на развитие пчеловодства.",)
    bees = FakeCard(number="100009-99", title="О пчеловодстве", comment="", steps=(pages.REGISTERED,), note=note)
    world.network.put(f"{SOZD}/bill/100009-99", bees.body())
    assert "40" in world.pipeline.discover("sozd").trouble
    assert world.desk.searched("sozd") is None
    world.wait(days=3)
    calendar(world, "2026-02-02", "2026-02-03", pages.listing(pages.listing_row(NUMBER, CALL_UP), total="1"))
    calendar(world, "2026-02-02", "2026-02-06", NOTHING)
    world.network.put(URL, FakeCard(title=CALL_UP, steps=(pages.REGISTERED,)).body())
    found = world.pipeline.discover("sozd")
    assert [watch.target for watch in found.followed] == [TARGET], "the short day was asked for again"
    assert found.trouble == ""
    assert world.desk.searched("sozd") is not None


def test_a_bill_followed_anew_after_years_wakes_nobody_with_what_was_missed(world: World) -> None:
    started(world, with_files())
    world.store.remove_watch(TARGET)
    world.wait(days=400)
    world.follow(TARGET, URL)
    assert look(world, with_files(steps=(pages.COMMITTEE, pages.COUNCIL))) == []
    assert "bill.step" in {str(event.kind) for event in world.events(backfilled=True)}
    later = pages.FakeStep("3.1", "2027-05-02T12:00:00", "предложить принять законопроект в первом чтении")
    assert look(world, with_files(steps=(pages.COMMITTEE, pages.COUNCIL, later))) == ["bill.step"]


def test_an_unexplained_change_wakes_readers_though_another_file_is_dead(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    card = with_files(text_file(11), text_file(12, label="Текст, который не скачать"))
    started(world, card)
    world.wait(days=2)
    put_text(world, 11, INTRODUCED.replace("двенадцати", "пяти"))
    found = [kind for _ in range(60) for kind in look(world, card)]
    assert found == ["text.unexplained"]


def test_days_before_the_first_pass_that_succeeds_are_walked(world: World) -> None:
    title = "О призыве граждан Российской Федерации на военную службу"
    world.pipeline.discover("publication")  # the portal does not answer on the day of the installation
    url, filled = publication_list(world, number="9907", title=title)
    pages_of_the_day = dict(world.network.pages)
    world.wait(days=1)
    publication_list(world, number="9908", title=title)
    world.network.pages.update(pages_of_the_day)
    world.network.put(url, filled, content_type=JSON)
    world.pipeline.discover("publication")
    assert world.kinds().count("act.published") == 1


def test_a_day_that_cannot_be_read_holds_up_no_later_one_and_is_tried_again(world: World) -> None:
    title = "О призыве граждан Российской Федерации на военную службу"
    url, filled = publication_list(world, number="9907", title=title)
    world.network.put(url, '{"items": [{}], "itemsTotalCount": 1}', content_type=JSON)
    assert world.pipeline.discover("publication").trouble
    world.wait(days=1)
    other, later = publication_list(world, number="9908", title=title)
    world.network.put(
        other, later.replace("11.01.2026", "12.01.2026").replace("2026-01-11", "2026-01-12"), content_type=JSON
    )
    assert world.pipeline.discover("publication").trouble
    assert world.kinds().count("act.published") == 1
    world.network.put(url, filled, content_type=JSON)
    assert world.pipeline.discover("publication").trouble == ""
    assert world.kinds().count("act.published") == 2


def test_a_crash_after_a_day_that_could_not_be_read_does_not_lose_the_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "О призыве граждан Российской Федерации на военную службу"
    url, filled = publication_list(world, number="9907", title=title)
    world.pipeline.discover("publication")  # nothing is listed yet
    world.network.put(url, '{"items": [{}], "itemsTotalCount": 1}', content_type=JSON)
    world.wait(days=1)
    publication_list(world, number="9908", title="О награждении")
    genuine = type(world.store).set_discovery_pass

    def crash_after(store: Store, source: str, at: datetime) -> None:
        genuine(store, source, at)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(world.store), "set_discovery_pass", crash_after)
        with pytest.raises(KeyboardInterrupt):
            world.pipeline.discover("publication")  # the mark has moved past the bad day
    world.network.put(url, filled, content_type=JSON)
    world.pipeline.discover("publication")
    assert world.kinds().count("act.published") == 1


# ---------------------------------------------------------------- several files in one edition


def two_files() -> tuple[FakeFile, FakeFile]:
    first = replace(text_file(11), tooltip="03.02.2026 11:00:00")
    second = replace(text_file(12, label="Текст внесенного законопроекта (2)"), tooltip="03.02.2026 12:00:00")
    return first, second


def test_of_two_files_in_one_edition_each_is_compared_with_itself(world: World) -> None:
    first, second = two_files()
    put_text(world, 11, INTRODUCED)
    put_text(world, 12, INTRODUCED.replace("двенадцати", "пяти"))
    started(world, with_files(first, second))
    again = replace(first, tooltip="04.02.2026 11:00:00")  # the same file and the same bytes, uploaded anew
    assert look(world, with_files(again, second)) == ["file.replaced"]


def test_of_two_files_in_one_edition_the_earlier_may_come_late(world: World) -> None:
    first, second = two_files()
    put_text(world, 12, INTRODUCED.replace("двенадцати", "пяти"))
    started(world, with_files(first, second))
    put_text(world, 11, INTRODUCED)
    found = [kind for _ in range(60) for kind in look(world, with_files(first, second))]
    assert found == []


def test_a_replaced_file_is_compared_with_the_one_it_replaced(world: World) -> None:
    first, second = two_files()
    put_text(world, 11, INTRODUCED)
    put_text(world, 12, "\n".join(f"{number}. Приложение, строка {number}." for number in range(1, 200)))
    started(world, with_files(first, second))
    put_text(world, 13, INTRODUCED.replace("двенадцати", "пяти"))
    third = replace(text_file(13), tooltip="05.02.2026 12:00:00")
    assert look(world, with_files(third, second)) == ["file.replaced", "text.changed"]
    (event,) = [event for event in world.events() if event.kind is EventKind.TEXT_CHANGED]
    assert event.payload["compared_with"]["version"] == 1
    assert event.payload["change"]["operations"] == 1


# ---------------------------------------------------------------- publications


def listed_act(world: World, *, total: int = 1, number: str = "9907") -> tuple[str, str]:
    """An old decree in the answer to the search for it."""
    url = lookups.addresses(world.desk.base_urls, ("ukaz", "2019-01-11", "9907"))["publication"]
    item = {
        "eoNumber": "0001201901119901",
        "publishDateShort": "2019-01-11T00:00:00",
        "complexName": f'Указ Президента Российской Федерации от 11.01.2019 № {number}\n "О призыве граждан на военную службу"',
        "name": "О призыве граждан на военную службу",
        "number": number,
        "documentDate": "2019-01-11T00:00:00",
        "signatoryAuthorityId": "225698f1-cfbc-4e42-9caa-32f9f7403211",
        "documentTypeId": "0790e34b-784b-4372-884e-3282622a24bd",
        "viewDate": "11.01.2019",
    }
    world.network.put(url, json.dumps({"items": [item], "itemsTotalCount": total}), content_type=JSON)
    return "act/ukaz/2019-01-11/9907", url


def test_an_old_act_followed_by_text_and_by_publication_wakes_nobody(world: World) -> None:
    target, url = listed_act(world)
    world.network.put(PAGE, page_of("1. Срок составляет десять дней."))
    world.follow(target, PAGE, source="page", selector="#text", title="О призыве")
    world.follow(target, url, source="publication")
    for watch in world.store.watches():
        world.pipeline.check(watch)
    assert "act.published" not in world.kinds()
    assert "act.published" in {str(event.kind) for event in world.events(backfilled=True)}


def test_a_list_that_is_gone_says_nothing_about_the_act(world: World) -> None:
    target, url = listed_act(world)
    world.follow(target, url, source="publication")
    world.check(target)
    world.network.put(url, json.dumps({"message": "not found"}), status=404, content_type=JSON)
    for _ in range(3):
        world.wait(hours=1)
        world.check(target)
    assert "document.absent" not in world.kinds()


def test_a_search_that_was_ignored_is_no_answer(world: World) -> None:
    target, url = listed_act(world, total=1_600_000, number="1")
    world.follow(target, url, source="publication")
    assert world.check(target).outcome is Outcome.QUARANTINED


def test_one_bad_block_holds_up_no_other(world: World) -> None:
    title = "О призыве граждан Российской Федерации на военную службу"
    url, filled = publication_list(world, number="9907", title=title)
    world.network.put(url.replace("president", "government"), filled, content_type=JSON)
    world.network.put(url, "{}", content_type=JSON)
    found = world.pipeline.discover("publication")
    assert "act.published" in world.kinds()
    assert "president" in found.trouble
    assert world.desk.searched("publication") is None


def test_one_bad_row_hides_no_other(world: World) -> None:
    url, filled = publication_list(
        world, number="9907", title="О призыве граждан Российской Федерации на военную службу"
    )
    data = json.loads(filled)
    data["items"].insert(0, {**data["items"][0], "eoNumber": "x"})
    data["itemsTotalCount"] = 2
    world.network.put(url, json.dumps(data), content_type=JSON)
    found = world.pipeline.discover("publication")
    assert "act.published" in world.kinds()
    assert "row 1" in found.trouble


def test_half_a_character_stops_nothing(world: World) -> None:
    title = "О призыве граждан Российской Федерации на военную службу \\ud800"
    url, filled = publication_list(world, number="9907", title="TITLE")
    world.network.put(url, filled.replace("TITLE", title), content_type=JSON)
    started(world, with_files())
    world.pipeline.run(world.store.watches(), discover=("publication",))
    assert "act.published" in world.kinds()


# ---------------------------------------------------------------- one fault keeps nothing else from being looked at


def test_a_wrong_selector_is_refused_by_the_configuration() -> None:
    with pytest.raises(ConfigError, match="not a CSS selector"):
        config.parse({"watch": [{"page": "aaa", "url": PAGE, "selector": "div["}]}, where="x")


def test_a_fault_of_ours_with_one_document_is_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schedule, "DISCOVERIES", {})
    world.network.put(PAGE, page_of("1. Срок."))
    world.network.put(URL, with_files().body())
    world.follow("page/aaa", PAGE, source="page", selector="div[", title="a")
    world.follow(TARGET, URL)
    made = schedule_of(world)
    for _ in range(3):
        made.tick()
        world.wait(minutes=1)
    assert watch_of(world, TARGET, "sozd").last_success is not None
    assert "not a CSS selector" in "".join(capfd.readouterr())
    assert world.store.outbox("feeds") == (), "and what the others brought can be read"


def test_one_event_that_cannot_be_rendered_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started(world, with_files())
    look(world, with_files(steps=(pages.COMMITTEE, pages.COUNCIL)))
    wrong = world.events()[-1].id
    genuine = entries.render

    def render(event: Event, library: Library, info: SiteInfo, language: Language) -> RenderedEntry:
        if event.id == wrong:
            raise RuntimeError("cannot be told")
        return genuine(event, library, info, language)

    site = schedule_of(world)._site
    with monkeypatch.context() as patched:
        patched.setattr(entries, "render", render)
        publishing.render_entries(world.store, site)
    assert [event.id for event in world.store.outbox("feeds")] == [wrong]
    assert publishing.render_entries(world.store, site) == 1


def test_a_clock_that_was_ahead_once_blinds_nobody(world: World) -> None:
    started(world, with_files())
    world.wait(days=365)
    world.check(TARGET)
    world.wait(days=-365)
    assert [watch.target for watch in schedule.due(world.store.watches(), world.now)] == [TARGET]
    del world.network.pages[URL]
    live(world, 30)
    assert "coverage.gap" in world.kinds()


def test_a_tick_that_fails_is_logged_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    made = schedule_of(world)
    monkeypatch.setattr(made, "tick", lambda: 1 / 0)
    made._guarded()
    assert "ZeroDivisionError" in "".join(capfd.readouterr())


def test_a_dead_file_is_asked_for_ever_more_rarely(world: World) -> None:
    started(world, with_files(text_file(11)))
    asked = len(world.network.asked)
    end = world.now + timedelta(days=3)
    while world.now < end:
        for watch in schedule.due(world.store.watches(), world.now):
            world.pipeline.check(watch)
        world.wait(minutes=5)
    files = [url for url in world.network.asked[asked:] if "/download/" in url]
    assert 3 <= len(files) <= 12


def test_a_document_told_to_be_gone_is_not_hammered(world: World) -> None:
    started(world, with_files())
    world.network.put(URL, "<html><body>404</body></html>", status=404)
    for _ in range(5):
        look(world)
    world.check(TARGET)
    following = watch_of(world, TARGET, "sozd").next_due
    assert following is not None
    assert following - world.now > timedelta(minutes=20)


def test_a_server_that_asks_to_wait_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started(world, with_files())

    def busy(url: str, *, source: str, validators: Validators | None = None) -> Response:
        del source, validators
        return Response(
            url=url,
            final_url=url,
            status=503,
            headers=(("Retry-After", "7200"), ("Content-Type", "text/html")),
            body=b"<html><body>busy</body></html>",
            fetched_at=world.now,
            via="direct+https",
        )

    monkeypatch.setattr(world.network, "fetch", busy)
    world.check(TARGET)
    following = watch_of(world, TARGET, "sozd").next_due
    assert following is not None
    assert following - world.now >= timedelta(hours=2)


# ---------------------------------------------------------------- blindness


def live(world: World, hours: int, *, discover: tuple[str, ...] = ()) -> None:
    for _ in range(hours):
        world.pipeline.run(schedule.due(world.store.watches(), world.now), discover=discover)
        world.wait(hours=1)


def coverage_of(world: World) -> list[str]:
    return [kind for kind in world.kinds() if kind.startswith("coverage")]


def test_a_source_asked_once_a_day_is_not_blind(world: World) -> None:
    world.pipeline._every["page"] = 86400.0
    world.network.put(PAGE, page_of("1. Срок."))
    world.follow("page/a", PAGE, source="page", selector="#text", title="a")
    live(world, 24 * 6)
    assert coverage_of(world) == []


def test_one_dead_host_is_told_while_another_answers(world: World) -> None:
    other = "https://other.example/x"
    for target, url in (("page/a", PAGE), ("page/b", other)):
        world.network.put(url, page_of("1. Срок."))
        world.follow(target, url, source="page", selector="#text", title=target)
    live(world, 2)
    del world.network.pages[other]
    live(world, 100)
    assert coverage_of(world) == ["coverage.gap"]
    world.network.put(other, page_of("1. Срок."))
    live(world, 3)
    assert coverage_of(world) == ["coverage.gap", "coverage.restored"]


def test_one_document_that_cannot_be_read_is_told_by_itself(world: World) -> None:
    other = f"{SOZD}/bill/100002-99"
    world.network.put(other, FakeCard(number="100002-99", steps=(pages.REGISTERED,)).body())
    world.follow("bill/100002-99", other)
    world.check("bill/100002-99")
    started(world, with_files())
    world.network.put(other, b"<html><body></body></html>")
    live(world, 60)
    (gap,) = [event for event in world.events() if event.kind is EventKind.COVERAGE_GAP]
    assert gap.document_id == "bill/100002-99"
    assert world.store.events(scope=f"document:{TARGET}", kinds=[EventKind.COVERAGE_GAP]) == ()


def test_a_search_that_fails_for_a_day_is_told(world: World) -> None:
    started(world, with_files())
    live(world, 60, discover=("sozd",))
    (gap,) = [event for event in world.events() if event.kind is EventKind.COVERAGE_GAP]
    assert gap.payload["search"] is True


def test_a_dead_site_is_told_once_and_not_for_every_eye_that_looks_there(world: World) -> None:
    for number in ("100001-99", "100002-99", "100003-99"):
        url = f"{SOZD}/bill/{number}"
        world.network.put(url, FakeCard(number=number, title=CALL_UP, steps=(pages.REGISTERED,)).body())
        world.follow(f"bill/{number}", url)
    live(world, 1)
    world.network.pages.clear()
    live(world, 80, discover=("sozd",))
    gaps = [event for event in world.events() if event.kind is EventKind.COVERAGE_GAP]
    assert len(gaps) == 1
    assert world.store.events(scope="topic:conscription", kinds=[EventKind.COVERAGE_GAP]) == tuple(gaps)


def test_a_page_followed_long_after_another_was_dropped_is_no_gap(world: World) -> None:
    world.network.put(PAGE, page_of("1. Срок."))
    world.follow("page/a", PAGE, source="page", selector="#text", title="a")
    live(world, 1)
    world.store.remove_watch("page/a")
    world.wait(days=30)
    world.follow("page/b", PAGE, source="page", selector="#text", title="b")
    live(world, 1)
    assert coverage_of(world) == []


def test_a_bill_followed_while_its_site_is_dead_does_not_say_that_it_sees_again(world: World) -> None:
    started(world, replace(with_files(), title=CALL_UP))
    world.network.pages.clear()
    live(world, 40)
    assert coverage_of(world) == ["coverage.gap"]
    for number in ("100002-99", "100003-99"):
        world.follow(f"bill/{number}", f"{SOZD}/bill/{number}")
    live(world, 60)
    assert coverage_of(world) == ["coverage.gap"]
    world.network.put(URL, with_files().body())
    live(world, 2)
    assert coverage_of(world)[1] == "coverage.restored"


def test_a_page_told_to_be_gone_is_no_blindness(world: World) -> None:
    started(world, with_files())
    world.network.put(URL, "<html><body>404</body></html>", status=404)
    live(world, 100)
    assert [kind for kind in world.kinds() if kind != "watch.started"] == ["document.absent"]


def test_a_page_that_never_comes_to_rest_counts_as_unseen(world: World) -> None:
    world.network.put(PAGE, page_of("1. Срок составляет десять дней."))
    target = "act/ukaz/2099-01-27/9907"
    world.follow(target, PAGE, source="page", selector="#text", title="Об утверждении порядка")
    world.check(target)
    for number in range(60):
        world.wait(hours=1)
        world.network.put(PAGE, page_of("1. Срок составляет пять дней.", f"Температура воздуха {number} градусов."))
        world.pipeline.run(world.store.watches(), discover=())
    assert "coverage.gap" in world.kinds()


def test_looking_at_one_document_forgets_nothing_about_the_search(world: World) -> None:
    started(world, with_files())
    live(world, 40, discover=("sozd",))
    world.pipeline.run(world.store.watches(), discover=())
    live(world, 3, discover=("sozd",))
    assert coverage_of(world) == ["coverage.gap"]


def test_the_return_counts_all_that_was_caught_up(world: World) -> None:
    addresses = [f"{PAGE}/{number}" for number in range(5)]
    for number, url in enumerate(addresses):
        world.network.put(url, page_of("1. десять дней."))
        world.follow(f"page/p{number}", url, source="page", selector="#text", title="x")
    live(world, 1)
    world.wait(days=3)
    for url in addresses:
        world.network.put(url, page_of("1. пять дней."))
    live(world, 1)
    returned = [event for event in world.events() if event.kind is EventKind.COVERAGE_RESTORED]
    assert [event.payload["events"] for event in returned] == [5]


# ---------------------------------------------------------------- exit codes, settings, the lease


def result(outcome: Outcome, message: str = "", target: str = "discovery") -> Result:
    return Result(target=target, source="sozd", outcome=outcome, message=message)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([result(Outcome.UNCHANGED), result(Outcome.CHANGED, target=COVERAGE)], 0),
        ([result(Outcome.UNCHANGED), result(Outcome.FAILED, "x")], 3),
        ([result(Outcome.CHANGED, "a file could not be had", TARGET)], 3),
        ([result(Outcome.FAILED, "x"), result(Outcome.QUARANTINED, "y")], 1),
    ],
)
def test_exit_codes_of_a_pass(results: list[Result], code: int) -> None:
    if code == 0:
        work._exit_by(results)
        return
    with pytest.raises(click.exceptions.Exit) as caught:
        work._exit_by(results)
    assert caught.value.exit_code == code


def test_the_failure_of_one_search_does_not_hasten_the_other(world: World) -> None:
    url, filled = publication_list(world, number="9912", title="О награждении")
    world.network.put(url, filled, content_type=JSON)
    schedule_of(world).tick()
    assert world.store.job("discover/publication")[2] == "ok"
    assert world.store.job("discover/sozd")[2] == "failed"


@pytest.mark.parametrize(
    "proxy", ["http://user:s3cret@[s3cret-host]:3128", "http://s3cret:port", "socks5h://s3cret:99999999"]
)
def test_no_message_repeats_a_proxy(proxy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.parse({"http": {"proxy": proxy}}, where="t")
    assert "s3cret" not in str(caught.value)


def test_the_address_of_a_page_is_taken_as_it_is() -> None:
    assert config.WatchSettings(page="a", url="https://example.org/order/").url == "https://example.org/order/"


@pytest.mark.parametrize("every", [float("inf"), float("nan"), "99d", 0])
def test_how_often_is_a_sensible_time(every: Any) -> None:
    with pytest.raises(ConfigError, match="every"):
        config.parse({"sources": {"page": {"every": every}}}, where="t")


def test_a_look_that_outlasts_the_lease_of_another_records_nothing(world: World) -> None:
    started(world, with_files())
    world.network.put(URL, with_files(steps=(pages.COMMITTEE,)).body())
    with Lease(world.store):
        world.store.fence(("writer", "somebody who held it before"))
        before = world.store.event_count()
        with pytest.raises(Exception, match="taken over"):
            world.pipeline.run(world.store.watches(), discover=())
        assert world.store.event_count() == before


@pytest.mark.parametrize("home", ["https://example.org/", "https://example.org", "https://www.example.org/index.php"])
def test_the_home_page_of_a_site_is_not_the_new_text_of_a_page_that_leads_there(world: World, home: str) -> None:
    world.network.put(PAGE, page_of("1. Призыв проводится дважды в год."))
    world.follow("page/a", PAGE, source="page", selector="#text", title="a")
    world.check("page/a")
    world.network.put(home, page_of("Добро пожаловать на сайт ведомства, новости дня и приемная."))
    world.network.redirects[PAGE] = home
    for _ in range(3):
        world.wait(hours=2)
        looked = world.check("page/a")
        assert (looked.outcome, looked.events) == (Outcome.QUARANTINED, ())
        assert "home page" in looked.message
    del world.network.redirects[PAGE]
    world.wait(hours=2)
    assert world.check("page/a").outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("https://example.org/old", "https://example.org/new"),
        ("https://example.org/old", "https://example.org/?id=5"),
        ("http://example.org/", "https://www.example.org/"),
        ("https://example.org/index.html", "https://example.org/"),
    ],
)
def test_a_page_that_moved_is_read_where_it_is_now(world: World, asked: str, given: str) -> None:
    world.network.put(given, page_of("1. Призыв проводится дважды в год."))
    world.network.redirects[asked] = given
    world.follow("page/a", asked, source="page", selector="#text", title="a")
    assert world.check("page/a").outcome is Outcome.CHANGED
