"""The three searches for bills, each by itself: what each finds, what blinds it, and that it blinds no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import sozd
from tests.scrapers import sozd_pages as pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid
from tests.tracker.duma_world import BEES, GENERIC, GRAFTED, NOTE, NOTHING, SECOND_AMENDED, WITHDRAWN
from tests.tracker.world import SOZD, World
from tracker import demo_files, keywords, readings, registrations, searching
from tracker.models import EventKind, Watch
from tracker.payloads import MOSCOW

REGISTRATIONS, READINGS, KEYWORDS = "sozd", "sozd/readings", "sozd/keywords"
CALL_UP = "О внесении изменений в статью 22 Федерального закона «О воинской обязанности и военной службе»"
TITLE = "О внесении изменений в Федеральный закон «О пчеловодстве»"
NUMBER = "100001-99"
TARGET = f"bill/{NUMBER}"


def url(number: str = NUMBER) -> str:
    return f"{SOZD}/bill/{number}"


def day_of(world: World) -> date:
    return world.now.astimezone(MOSCOW).date()


def calendar(world: World, *rows: str, since: date | None = None) -> None:
    """What the calendar lists from a day on, until tomorrow."""
    today = day_of(world)
    asked = sozd.registrations_url(SOZD, since or today, today + timedelta(days=1))
    world.network.put(asked, pages.listing("".join(rows)) if rows else NOTHING)


def steps(world: World, rows: dict[str, Iterable[str]] | None = None, *, since: date | None = None) -> None:
    """What the search by steps lists from a day on, until tomorrow: rows by step, nothing for the others."""
    today = day_of(world)
    for step in readings.STEPS:
        found = "".join((rows or {}).get(step, ()))
        asked = sozd.search_url(SOZD, event=step, since=since or today, until=today + timedelta(days=1))
        world.network.put(asked, pages.listing(found) if found else NOTHING)


def words(world: World, rows: dict[str, Iterable[str]] | None = None, *, since: date | None = None) -> None:
    """What the search by words lists from a day on, until tomorrow: rows by stem, nothing for the others."""
    today = day_of(world)
    for stem in (stem for stems in keywords.STEMS.values() for stem in stems):
        found = "".join((rows or {}).get(stem, ()))
        asked = sozd.search_url(SOZD, title=stem, since=since or today, until=today + timedelta(days=1))
        world.network.put(asked, pages.listing(found) if found else NOTHING)


def row(title: str = TITLE, number: str = NUMBER, *, day: date = date(2026, 2, 2), last: str = "1.1 Шаг") -> str:
    made = pages.listing_row(number, title, day="02.02.2026", event=last)
    return made.replace("03.02.2026 10:15", f"{day:%d.%m.%Y} 10:15")


def word_file(seed: int, slot: str, moment: str) -> FakeFile:
    return FakeFile(guid(seed), "Текст законопроекта", slot, "msword", moment)


def put_text(world: World, seed: int, text: str) -> None:
    world.network.put(f"{SOZD}/download/{guid(seed)}", demo_files.docx(text), content_type=demo_files.DOCX_TYPE)


def bees(*more: FakeStep, number: str = NUMBER, title: str = TITLE) -> FakeCard:
    """A bill that is none of ours; its introduced text is on bees."""
    files = (word_file(11, pages.INTRODUCED, "04.02.2026 12:00:00"),)
    first = replace(pages.REGISTERED, files=(*pages.REGISTERED.files, *files))
    return FakeCard(number=number, title=title, comment="", note=(NOTE,), steps=(first, *more))


def put_bees(world: World, card: FakeCard | None = None, number: str = NUMBER) -> None:
    put_text(world, 11, BEES)
    world.network.put(url(number), (card or bees(number=number)).body())


def followed(world: World) -> list[str]:
    return [watch.target for watch in world.store.watches()]


def journal(world: World) -> list[str]:
    return [f"{event.kind} {event.subject}" for event in reversed(world.store.operator_events())]


def for_second(*files: FakeFile) -> FakeStep:
    return FakeStep("4.1", "2026-03-02T11:00:00", "предложить принять законопроект во втором чтении", files=files)


# ---------------------------------------------------------------- bills on their way


def test_a_text_that_comes_after_its_step_is_waited_for(world: World) -> None:
    steps(world, {"4.1": [row(day=day_of(world), last="4.1 Шаг")]})
    put_bees(world, bees(for_second()))
    assert world.pipeline.run((), discover=(READINGS,))[-1].events == ()
    assert followed(world) == []
    world.wait(hours=3)
    asked = world.network.asked.count(url())
    world.pipeline.run((), discover=(READINGS,))
    assert world.network.asked.count(url()) == asked, "it is not asked for at every pass"
    world.wait(hours=10)
    steps(world, since=date(2026, 3, 2))
    put_text(world, 12, GRAFTED)
    put_bees(world, bees(for_second(word_file(12, SECOND_AMENDED, "02.03.2026 20:00:00"))))
    world.pipeline.run((), discover=(READINGS,))
    assert followed(world) == [TARGET]
    told = {str(event.kind) for event in world.events()}
    assert told == {"document.discovered", "bill.step", "text.added", "file.added"}
    assert [e.payload["step"]["step"] for e in world.events() if e.kind is EventKind.BILL_STEP] == ["4.1"]
    (found,) = (event for event in world.events() if event.kind is EventKind.DOCUMENT_DISCOVERED)
    assert found.payload["by_text"]["edition"] == "second-reading-amended"
    assert found.diff_id is not None


def test_a_text_that_cannot_be_read_is_told_to_the_operator_once_and_tried_again(world: World) -> None:
    steps(world, {"4.1": [row(day=day_of(world), last="4.1 Шаг")]})
    scan = replace(word_file(12, SECOND_AMENDED, "02.03.2026 11:30:00"), format="pdf")
    world.network.put(f"{SOZD}/download/{guid(12)}", demo_files.scan(), content_type=demo_files.PDF_TYPE)
    put_bees(world, bees(for_second(scan)))
    found = world.pipeline.discover(READINGS)
    assert found.trouble == "", "a scan is no trouble with the site"
    for _ in range(4):
        world.wait(hours=13)
        steps(world, since=date(2026, 3, 2))
        world.pipeline.discover(READINGS)
    assert journal(world) == [f"document.quarantined {TARGET}"]
    assert "watch add" in world.store.operator_events()[0].message
    put_text(world, 12, GRAFTED)
    world.wait(hours=13)
    steps(world, since=date(2026, 3, 2))
    assert [watch.target for watch in world.pipeline.discover(READINGS).followed] == [TARGET]


def test_a_bill_is_looked_at_once_for_each_step(world: World) -> None:
    first = FakeStep(
        "3.3", "2026-03-02T10:00:00", "принять", files=(word_file(13, SECOND_AMENDED, "02.03.2026 10:00:00"),)
    )
    put_text(world, 13, BEES)
    put_bees(world, bees(first))
    steps(world, {"3.3": [row(day=day_of(world), last="3.3 Шаг")]})
    for _ in range(5):
        world.pipeline.discover(READINGS)
        world.wait(hours=2)
    assert world.network.asked.count(url()) == 1
    steps(world, {"4.1": [row(day=day_of(world), last="4.1 Шаг")]})
    world.pipeline.discover(READINGS)
    assert world.network.asked.count(url()) == 2


def test_many_bills_are_looked_at_in_more_than_one_pass_and_none_is_lost(world: World) -> None:
    numbers = [f"{100001 + place}-99" for place in range(readings.MOST + 5)]
    steps(world, {"1.3": [row(number=number, day=day_of(world), last="1.3 Шаг") for number in numbers]})
    for number in numbers:
        card = FakeCard(number=number, title=CALL_UP, steps=(pages.REGISTERED,))
        world.network.put(url(number), card.body())
    assert len(world.pipeline.discover(READINGS).followed) == readings.MOST
    assert world.desk.searched(READINGS) is None, "the search is not complete"
    world.wait(hours=3)
    assert len(world.pipeline.discover(READINGS).followed) == 5
    assert world.desk.searched(READINGS) == world.now


def test_a_host_that_fails_in_between_costs_nothing(world: World) -> None:
    numbers = [f"{100001 + place}-99" for place in range(8)]
    steps(world, {"5.3": [row(number=number, day=day_of(world), last="5.3 Шаг") for number in numbers]})
    found = world.pipeline.discover(READINGS)
    assert found.failure is not None
    assert sum(asked.startswith(f"{SOZD}/bill/") for asked in world.network.asked) == 3
    for number in numbers:
        world.network.put(url(number), FakeCard(number=number, title=CALL_UP, steps=(pages.REGISTERED,)).body())
    world.wait(hours=1)
    assert len(world.pipeline.discover(READINGS).followed) == 8


@pytest.mark.parametrize("search", [REGISTRATIONS, READINGS])
def test_a_text_that_the_site_does_not_give_is_tried_again_ever_more_rarely(world: World, search: str) -> None:
    title = GENERIC if search == REGISTRATIONS else TITLE
    calendar(world, row(title))
    steps(world, {"1.3": [row(title, day=day_of(world), last="1.3 Шаг")]})
    world.network.put(url(), bees(title=title).body())
    assert "its text" in world.pipeline.discover(search).trouble
    address, quiet = f"{SOZD}/download/{guid(11)}", 0
    for _ in range(40):
        world.wait(minutes=15)
        calendar(world, row(title))
        steps(world)
        quiet += world.pipeline.discover(search).trouble == ""
    assert world.network.asked.count(address) < 9
    assert quiet > 30, "one file is no blindness"
    put_text(world, 11, GRAFTED)
    world.wait(hours=10)
    calendar(world, row(title), since=date(2026, 3, 2))
    steps(world, since=date(2026, 3, 2))
    assert [watch.target for watch in world.pipeline.discover(search).followed] == [TARGET]


def test_an_ended_bill_is_not_waited_for(world: World) -> None:
    steps(world, {"3.3": [row(day=day_of(world), last="3.3 Шаг")]})
    put_bees(world, bees(FakeStep("3.3", "2026-03-02T10:00:00", "отклонить законопроект")))
    world.pipeline.discover(READINGS)
    world.wait(days=2)
    steps(world, since=date(2026, 3, 2))
    world.pipeline.discover(READINGS)
    assert world.network.asked.count(url()) == 1


# ---------------------------------------------------------------- by words


def test_a_bill_that_the_calendar_forgot_is_found_by_words_and_known_ones_are_not_asked_again(world: World) -> None:
    words(world)
    world.pipeline.discover(KEYWORDS)
    world.wait(days=1)
    card = FakeCard(title=CALL_UP, steps=(replace(pages.REGISTERED, moment="2026-03-02T15:00:00"),))
    world.network.put(url(), card.body())
    words(world, {"воинск": [row(CALL_UP)]}, since=date(2026, 3, 2))
    world.pipeline.run((), discover=(KEYWORDS,))
    assert followed(world) == [TARGET]
    assert {str(event.kind) for event in world.events()} >= {"document.discovered", "bill.step"}
    asked = world.network.asked.count(url())
    world.pipeline.discover(KEYWORDS)
    assert world.network.asked.count(url()) == asked


def test_a_search_by_words_that_does_not_find_what_is_there_says_so(world: World) -> None:
    today = day_of(world)
    numbers = ["100001-99", "100002-99", "100003-99"]
    for number in numbers:
        step = replace(pages.REGISTERED, moment="2026-03-02T09:00:00")
        world.network.put(url(number), FakeCard(number=number, title=CALL_UP, steps=(step,)).body())
    calendar(world, *(row(CALL_UP, number) for number in numbers))
    world.pipeline.run((), discover=(REGISTRATIONS,))
    words(world)
    assert "none of 3 bills is listed" in world.pipeline.discover(KEYWORDS).doubt
    words(world, {"воинск": [row(CALL_UP, numbers[0], day=today)]})
    found = world.pipeline.discover(KEYWORDS)
    assert (found.trouble, found.doubt) == ("", "")


# ---------------------------------------------------------------- each by itself


LAYOUT = "<html><body><h1>Объекты законотворчества</h1><p>Новый вид страницы.</p></body></html>"


def test_a_new_look_of_the_search_page_blinds_neither_registrations_nor_readers_of_bills(world: World) -> None:
    for _ in range(30):
        steps(world)
        words(world)
        for asked in [asked for asked in world.network.pages if "/oz?" in asked]:
            world.network.put(asked, LAYOUT)
        for back in range(2):  # from the day of the last pass on
            calendar(world, row("О рыболовстве"), since=day_of(world) - timedelta(days=back))
        put_bees(world)
        assert world.pipeline.discover(REGISTRATIONS).trouble == ""
        world.pipeline.run((), discover=(READINGS,), searches=(REGISTRATIONS, READINGS, KEYWORDS))
        world.wait(hours=1)
    gaps = [event for event in world.events() if event.kind is EventKind.COVERAGE_GAP]
    assert [event.payload["search_name"] for event in gaps] == [READINGS]
    assert world.desk.searched(REGISTRATIONS) is not None
    assert journal(world) == [], "one search is no outage of the host"


def test_a_dead_calendar_blinds_neither_of_the_others(world: World) -> None:
    steps(world, {"1.3": [row(CALL_UP, "100005-99", day=day_of(world), last="1.3 Шаг")]})
    words(world, {"воинск": [row(CALL_UP, "100006-99")]})
    for number in ("100005-99", "100006-99"):
        world.network.put(url(number), FakeCard(number=number, title=CALL_UP, steps=(pages.REGISTERED,)).body())
    world.pipeline.run((), discover=(REGISTRATIONS, READINGS, KEYWORDS))
    assert followed(world) == ["bill/100005-99", "bill/100006-99"]
    assert world.desk.searched(REGISTRATIONS) is None
    assert world.desk.searched(READINGS) == world.desk.searched(KEYWORDS) == world.now


def test_what_a_user_has_muted_no_search_finds_again(world: World) -> None:
    world.network.put(url(), FakeCard(title=CALL_UP, steps=(pages.REGISTERED,)).body())
    calendar(world, row(CALL_UP))
    world.pipeline.run((), discover=(REGISTRATIONS,))
    (watch,) = world.store.watches()
    assert watch.origin == "discovery"
    world.store.put_watch(replace(watch, muted=True))
    words(world, {"воинск": [row(CALL_UP)]})
    steps(world, {"4.1": [row(CALL_UP, day=day_of(world), last="4.1 Шаг")]})
    before = world.store.event_count()
    world.wait(hours=2)
    world.pipeline.run(world.store.watches(), discover=(REGISTRATIONS, READINGS, KEYWORDS))
    assert world.store.event_count() == before
    muted = world.store.watch(TARGET, "sozd")
    assert isinstance(muted, Watch)
    assert muted.muted


# ---------------------------------------------------------------- what is left undecided


def test_a_title_that_says_nothing_waits_for_the_text_though_the_note_speaks_of_other_things(world: World) -> None:
    card = FakeCard(title=GENERIC, comment="", note=(NOTE,), steps=(pages.REGISTERED,))
    world.network.put(url(), card.body())
    calendar(world, row(GENERIC))
    world.pipeline.run((), discover=(REGISTRATIONS,))
    assert followed(world) == []
    world.wait(days=1)
    calendar(world, since=date(2026, 3, 2))
    put_text(world, 12, GRAFTED)
    text = word_file(12, pages.INTRODUCED, "03.03.2026 11:00:00")
    told = replace(card, steps=(replace(pages.REGISTERED, files=(*pages.REGISTERED.files, text)),))
    world.network.put(url(), told.body())
    world.pipeline.run((), discover=(REGISTRATIONS,))
    assert followed(world) == [TARGET]
    (found,) = (event for event in world.events() if event.kind is EventKind.DOCUMENT_DISCOVERED)
    assert found.payload["by_text"]["edition"] == "introduced"


def test_what_nothing_has_decided_in_two_months_is_told_to_the_operator(world: World) -> None:
    world.network.put(url(), FakeCard(title=GENERIC, comment="", steps=(pages.REGISTERED,)).body())
    calendar(world, row(GENERIC))
    world.pipeline.discover(REGISTRATIONS)
    world.wait(days=61)
    calendar(world, since=date(2026, 3, 2))
    world.pipeline.discover(REGISTRATIONS)
    assert f"document.quarantined {TARGET}" in journal(world)
    asked = world.network.asked.count(url())
    world.pipeline.discover(REGISTRATIONS)
    assert world.network.asked.count(url()) == asked


# ---------------------------------------------------------------- a search that finds nothing


def test_a_calendar_that_names_nobody_for_long_is_blind_and_what_it_missed_is_found(world: World) -> None:
    calendar(world)
    for _ in range(28):
        found = world.pipeline.run((), discover=(REGISTRATIONS,))
        world.wait(hours=12)
        calendar(world, since=date(2026, 3, 2))
    assert "no bill was listed in" in found[0].message
    gaps = [event for event in world.events() if event.kind is EventKind.COVERAGE_GAP]
    assert [event.payload["search_name"] for event in gaps] == [REGISTRATIONS]
    assert journal(world) == [f"source.layout_changed {REGISTRATIONS}"]
    gone = FakeStep("2.2", "2026-03-06T12:00:00", WITHDRAWN)
    step = replace(pages.REGISTERED, moment="2026-03-05T12:00:00")
    world.network.put(url(), FakeCard(title=CALL_UP, steps=(step, gone)).body())
    calendar(world, row(CALL_UP), since=date(2026, 3, 2))
    world.pipeline.run((), discover=(REGISTRATIONS,))
    told = [str(event.kind) for event in world.events()]
    assert {"document.discovered", "bill.step", "bill.withdrawn", "coverage.restored"} <= set(told)


def test_a_bill_that_waits_for_its_text_does_not_prove_that_the_calendar_answers(world: World) -> None:
    card = FakeCard(title=GENERIC, comment="", steps=(replace(pages.REGISTERED, moment="2026-03-02T09:00:00"),))
    world.network.put(url(), card.body())
    calendar(world, row(GENERIC))
    for _ in range(14):
        found = world.pipeline.discover(REGISTRATIONS)
        world.wait(days=1)
        calendar(world, since=date(2026, 3, 2))
    assert world.network.asked.count(url()) > 10
    assert "no bill was listed in" in found.doubt


def test_a_calendar_that_lists_other_days_than_were_asked_for_is_blind_too(world: World) -> None:
    step = replace(pages.REGISTERED, moment="2025-10-05T12:00:00")
    anchors = "".join(f'<a class="calen_num" href="/bill/10000{n}-99">10000{n}-99 О рыболовстве</a>' for n in range(5))
    for place in range(5):
        number = f"10000{place}-99"
        card = FakeCard(number=number, title="О рыболовстве", comment="", note=(NOTE,), steps=(step,))
        world.network.put(url(number), card.body())
    for _ in range(14):
        today = day_of(world)
        asked = sozd.registrations_url(SOZD, date(2026, 3, 2), today + timedelta(days=1))
        world.network.put(asked, pages.listing("", extra=anchors))
        found = world.pipeline.discover(REGISTRATIONS)
        world.wait(days=1)
    assert "no bill was listed in" in found.doubt


def test_a_recess_is_no_blindness() -> None:
    july, september = datetime(2026, 7, 31, 18, tzinfo=UTC), datetime(2026, 9, 1, 9, tzinfo=UTC)
    assert searching.working_days(july, september, recess=registrations.RECESS) == 0
    assert searching.working_days(july, september, recess=()) == 21
    december, january = datetime(2026, 12, 25, tzinfo=UTC), datetime(2027, 1, 12, tzinfo=UTC)
    assert searching.working_days(december, january, recess=registrations.RECESS) <= registrations.PATIENCE


@given(st.integers(0, 4000), st.integers(0, 400))
def test_working_days_are_five_in_seven_and_never_more_with_a_recess(offset: int, days: int) -> None:
    since = datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=offset)
    now = since + timedelta(days=days)
    bare = searching.working_days(since, now, recess=())
    assert abs(bare - days * 5 / 7) < 3
    assert 0 <= searching.working_days(since, now, recess=registrations.RECESS) <= bare


def test_a_host_that_dies_while_bills_are_decided_is_not_hammered_and_nothing_is_lost(world: World) -> None:
    numbers = [f"{100001 + place}-99" for place in range(9)]
    calendar(world, *(row(CALL_UP, number, day=day_of(world)) for number in numbers))
    found = world.pipeline.discover(REGISTRATIONS)
    assert found.failure is not None
    assert sum(asked.startswith(f"{SOZD}/bill/") for asked in world.network.asked) == 3
    for number in numbers:
        world.network.put(url(number), FakeCard(number=number, title=CALL_UP, steps=(pages.REGISTERED,)).body())
    world.wait(hours=1)
    assert len(world.pipeline.discover(REGISTRATIONS).followed) == 9


@pytest.mark.parametrize("search", [REGISTRATIONS, READINGS, KEYWORDS])
def test_a_step_that_bears_an_earlier_hour_than_the_last_pass_is_news(world: World, search: str) -> None:
    """The site shows a step hours after the moment it bears; the pass in between has not seen it."""
    calendar(world)
    steps(world)
    words(world)
    world.pipeline.run((), discover=(REGISTRATIONS, READINGS, KEYWORDS))
    world.wait(days=1)
    other = row("О рыболовстве", "100009-99", day=day_of(world), last="1.3 Шаг")
    world.network.put(url("100009-99"), bees(number="100009-99").body())
    put_text(world, 11, BEES)
    since = date(2026, 3, 2)
    calendar(world, other.replace("02.02.2026", "03.03.2026"), since=since)
    steps(world, {"1.3": [other]}, since=since)
    words(world, since=since)
    world.pipeline.run((), discover=(REGISTRATIONS, READINGS, KEYWORDS))
    world.wait(hours=2)
    mine = row(CALL_UP, day=day_of(world), last="1.3 Шаг").replace("02.02.2026", "03.03.2026")
    step = replace(pages.REGISTERED, moment="2026-03-03T10:00:00", clock=True)  # seven in the morning, of Greenwich
    world.network.put(url(), FakeCard(title=CALL_UP, steps=(step,)).body())
    first = since if search == KEYWORDS else day_of(world)
    calendar(world, mine)
    steps(world, {"1.3": [mine]})
    words(world, {"воинск": [mine]}, since=first)
    world.pipeline.run((), discover=(search,))
    assert {"document.discovered", "bill.step"} <= set(world.kinds())


def test_a_calendar_that_looks_another_way_is_asked_for_few_days_and_all_are_found_later(world: World) -> None:
    calendar(world)
    world.pipeline.discover(REGISTRATIONS)
    for _ in range(20):
        world.wait(days=1)
        first, today = date(2026, 3, 2), day_of(world)
        for offset in range((today - first).days + 1):
            day = first + timedelta(days=offset)
            world.network.put(sozd.registrations_url(SOZD, day, day + timedelta(days=1)), LAYOUT)
        world.network.put(sozd.registrations_url(SOZD, first, today + timedelta(days=1)), LAYOUT)
        before = len(world.network.asked)
        assert "2026-03-0" in world.pipeline.discover(REGISTRATIONS).trouble
        assert len(world.network.asked) - before <= 4
    world.network.put(url(), FakeCard(title=CALL_UP, steps=(pages.REGISTERED,)).body())
    for offset in range(21):
        day = date(2026, 3, 2) + timedelta(days=offset)
        world.network.put(sozd.registrations_url(SOZD, day, day + timedelta(days=1)), NOTHING)
    calendar(world, row(CALL_UP), since=date(2026, 3, 2))
    found = world.pipeline.discover(REGISTRATIONS)
    assert [watch.target for watch in found.followed] == [TARGET]
    assert found.trouble == ""
