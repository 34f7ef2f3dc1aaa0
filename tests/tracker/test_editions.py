"""An act in the state's legal system: found by date and number, followed edition by edition, its past brought in on request."""

from __future__ import annotations

from datetime import date

import pytest

from scrapers import ips
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tests.tracker.world import IPS, World, kinds
from tracker.editions import placed
from tracker.models import EditionRef, EventKind, OperatorKind, Part
from tracker.pipeline import Outcome, Result

ND = "699000001"
TARGET = "act/fz/2098-04-28/9138-fz"
SEARCH = ips.search_url(IPS, day=date(2098, 4, 28), number="9138-ФЗ")
SHELL = ips.document_url(IPS, ND)
TITLE = "О выдуманном гражданстве"
NAME = "Федеральный закон от 28.04.2098 № 9138-ФЗ"
HTML = "text/html"

ORIGINAL = Edition(rdk=0, label="Исходная редакция")
FIRST = Edition(rdk=1, label="1 - от 12.08.2098 № 9210-ФЗ (изм.)")
SECOND = Edition(rdk=2, label="2 - от 24.10.2098 № 9333-ФЗ (изм.)")
LATE = Edition(rdk=3, label="3 - от 02.09.2098 № 9299-ФЗ (изм.)")


def law(term: str, *notes: str, extra: str = "") -> bytes:
    head = ('<p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p>', '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>', f'<p class="T">{TITLE}</p>')
    noted = tuple(
        f'<p class="C"><span class="markx">(В редакции Федерального закона {note})</span></p>' for note in notes
    )
    body = (
        '<p class="H">Статья&nbsp;22. Основания прекращения гражданства</p>',
        f"1. Гражданство прекращается по истечении {term} лет со дня приобретения.",
        '<p class="H">Статья&nbsp;22<span class="W9">1</span>. Порядок</p>',
        "1. Решение принимает уполномоченный орган внутренних дел, если иное не установлено.",
    )
    return ips_pages.text(ND, (*head, *noted, *body, *((extra,) if extra else ())))


def put_shell(world: World, *editions: Edition, selected: int) -> None:
    world.network.put(SHELL, ips_pages.shell(ND, TITLE, editions, selected=selected), content_type=HTML)


def put_text(world: World, rdk: int, body: bytes) -> None:
    world.network.put(ips.edition_url(IPS, ND, str(rdk)), body, content_type=HTML)


def look(world: World, **wait: float) -> Result:
    result = world.check(TARGET)
    world.wait(**(wait or {"hours": 6}))
    return result


@pytest.fixture
def followed(world: World) -> World:
    """The law in its first edition, found by the search and looked at once."""
    world.network.put(SEARCH, ips_pages.found((ND, NAME, TITLE)), content_type=HTML)
    put_shell(world, ORIGINAL, FIRST, selected=1)
    put_text(world, 0, law("десяти"))
    put_text(world, 1, law("девяти", "от 12.08.2098 № 9210-ФЗ"))
    world.follow(TARGET, SEARCH, source="ips")
    result = look(world)
    assert result.outcome is Outcome.CHANGED, result.message
    return world


def test_an_act_is_found_by_its_date_and_number_and_followed_where_it_is(followed: World) -> None:
    assert [str(event.kind) for event in followed.events(backfilled=None)] == ["watch.started", "text.added"]
    assert followed.kinds() == ["watch.started"], "the text that was there before we looked is no news"
    document = followed.store.document(TARGET)
    assert document is not None
    assert (document.title, document.number) == (TITLE, "9138-ФЗ")
    assert "citizenship" in document.topics
    followed.network.asked.clear()
    assert look(followed).outcome is Outcome.UNCHANGED
    assert followed.network.asked == [SHELL]
    (version,) = followed.store.versions(TARGET, part=Part.TEXT)
    assert [section.path for section in followed.store.sections(version.id)][-2:] == ["st-22.1", "st-22.1.ch-1"]


def test_an_act_that_is_not_listed_yet_is_no_fault(world: World) -> None:
    world.network.put(SEARCH, b"", status=204, content_type=HTML)
    world.follow(TARGET, SEARCH, source="ips")
    assert look(world).outcome is Outcome.UNCHANGED
    world.network.put(
        SEARCH, ips_pages.found(("1", "Федеральный закон от 28.04.2098 № 9139-ФЗ", "Другой")), content_type=HTML
    )
    assert look(world).outcome is Outcome.UNCHANGED
    assert world.kinds() == []
    assert world.store.quarantined() == ()


def test_a_new_edition_is_news_with_what_it_changed(followed: World) -> None:
    put_shell(followed, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(followed, 2, law("пяти", "от 12.08.2098 № 9210-ФЗ", "от 24.10.2098 № 9333-ФЗ"))
    assert kinds(look(followed)) == ["edition.added"]
    event = followed.events()[-1]
    assert event.payload["amended_by"] == {"label": SECOND.label, "date": "2098-10-24", "number": "9333-ФЗ"}
    assert event.payload["compared_with"]["edition"] == "rdk-1"
    diff = followed.store.diff(event.diff_id or "")
    assert diff is not None
    (operation,) = diff.operations
    assert (operation.new_path, ("-", "девяти") in operation.spans, ("+", "пяти") in operation.spans) == (
        "st-22.ch-1",
        True,
        True,
    )
    amends = {(row.from_document, row.kind) for row in followed.store.relations(TARGET)}
    assert ("act/fz/2098-10-24/9333-fz", "amends") in amends
    assert kinds(look(followed)) == []


def test_an_edition_without_a_text_is_told_and_its_text_when_it_comes(followed: World) -> None:
    waiting = Edition(rdk=2, label=SECOND.label, ready=False)
    put_shell(followed, ORIGINAL, FIRST, waiting, selected=1)
    assert kinds(look(followed)) == ["edition.added"]
    event = followed.events()[-1]
    assert (event.payload["readable"], event.payload["unread_reason"]) == (False, "not_ready")
    assert kinds(look(followed)) == []
    put_shell(followed, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(followed, 2, law("пяти", "от 24.10.2098 № 9333-ФЗ"))
    assert kinds(look(followed)) == ["text.added"]
    assert followed.events()[-1].payload["compared_with"]["edition"] == "rdk-1"


def test_a_text_that_cannot_be_had_is_told_as_an_edition_and_tried_again(followed: World) -> None:
    put_shell(followed, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(followed, 2, law("пяти")[:600])  # cut on the way
    result = look(followed)
    assert kinds(result) == ["edition.added"]
    assert "rdk-2" in result.message
    put_text(followed, 2, law("пяти", "от 24.10.2098 № 9333-ФЗ"))
    assert kinds(look(followed)) == ["text.added"]


def test_other_words_under_one_name_wait_for_a_second_look(followed: World) -> None:
    put_text(followed, 1, law("семи", "от 12.08.2098 № 9210-ФЗ"))
    followed.wait(hours=24)
    assert look(followed, minutes=20).outcome is Outcome.HELD
    assert kinds(look(followed)) == ["text.unexplained"]
    assert followed.events()[-1].payload["edition"] == "rdk-1"


def test_other_words_with_a_new_amending_act_are_explained(followed: World) -> None:
    put_text(followed, 1, law("семи", "от 12.08.2098 № 9210-ФЗ", "от 24.10.2098 № 9333-ФЗ"))
    followed.wait(hours=24)
    assert kinds(look(followed)) == ["text.changed"]


def test_notes_of_the_publisher_are_no_norm(followed: World) -> None:
    note = '<p>1. Решение принимает суд. <span class="mark">(В редакции Федерального закона от 01.01.2099 № 9400-ФЗ)</span></p>'
    put_shell(followed, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(followed, 2, law("девяти", "от 24.10.2098 № 9333-ФЗ", extra=note))
    look(followed)
    version = followed.store.versions(TARGET, part=Part.TEXT)[-1]
    assert not [section for section in followed.store.sections(version.id) if "9400" in section.text]


def test_a_cut_list_is_no_change(followed: World) -> None:
    body = ips_pages.shell(ND, TITLE, (ORIGINAL, FIRST), selected=1)
    followed.network.put(SHELL, body[: len(body) // 2], content_type=HTML)
    assert look(followed).outcome is Outcome.QUARANTINED
    assert followed.kinds() == ["watch.started"]


def test_an_act_of_another_name_under_that_number_is_not_followed_silently(world: World) -> None:
    world.network.put(SHELL, ips_pages.shell(ND, TITLE, (ORIGINAL,), selected=0), content_type=HTML)
    other = (
        '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>',
        '<p class="T">О пчеловодстве</p>',
        "от 1 января 2097 года № 9001-ФЗ",
        "Статья 1. Пчёлы летают свободно и собирают мёд.",
    )
    world.network.put(SHELL, ips_pages.shell(ND, "О пчеловодстве", (ORIGINAL,), selected=0), content_type=HTML)
    put_text(world, 0, ips_pages.text(ND, other))
    world.follow(TARGET, SHELL, source="ips", title=TITLE)
    known = world.store.document(TARGET)
    assert known is None
    result = look(world)
    if result.outcome is not Outcome.QUARANTINED:  # a page that does not name itself is told by its title
        assert world.store.document(TARGET) is not None
        pytest.fail("the law on bees was taken for the law on citizenship")
    assert world.store.operator_events()[0].kind is OperatorKind.DOCUMENT_QUARANTINED


def test_the_past_is_brought_in_edition_by_edition_and_wakes_nobody(followed: World) -> None:
    put_shell(followed, ORIGINAL, FIRST, SECOND, LATE, selected=2)
    put_text(followed, 2, law("пяти", "от 24.10.2098 № 9333-ФЗ"))
    put_text(followed, 3, law("шести", "от 02.09.2098 № 9299-ФЗ"))
    look(followed)
    before = followed.kinds()
    watch = followed.store.watch(TARGET, "ips")
    assert watch is not None
    results = list(followed.pipeline.backfill(watch))
    assert followed.kinds() == before
    history = [event for event in followed.events(backfilled=True) if event.kind is EventKind.EDITION_ADDED]
    assert [event.payload["edition"] for event in history] == ["rdk-0", "rdk-1"], "the others were told as news"
    assert [event.occurred_at for event in history] == [None, "2098-08-12"]
    assert [event.diff_id is not None for event in history] == [False, True]
    assert sum(len(result.events) for result in results) == 2
    order = [version.key.edition for version in followed.store.versions(TARGET, part=Part.TEXT)]
    assert order == ["rdk-0", "rdk-1", "rdk-2", "rdk-3"], "by the list, never by date"
    assert [result.events for result in followed.pipeline.backfill(watch)] == [()], "once is enough"


def test_a_law_that_vanishes_is_searched_for_anew_and_then_told(followed: World) -> None:
    del followed.network.pages[SHELL]
    followed.network.put(SHELL, "<html><body><p>Страница не найдена</p></body></html>", status=404)
    look(followed, minutes=20)
    moved = "699000002"
    followed.network.put(SEARCH, ips_pages.found((moved, NAME, TITLE)), content_type=HTML)
    followed.network.put(
        ips.document_url(IPS, moved), ips_pages.shell(moved, TITLE, (ORIGINAL, FIRST), selected=1), content_type=HTML
    )
    followed.network.put(
        ips.edition_url(IPS, moved, "1"),
        law("девяти", "от 12.08.2098 № 9210-ФЗ").replace(ND.encode(), moved.encode()),
        content_type=HTML,
    )
    assert look(followed).outcome is Outcome.UNCHANGED, "its number changed, the law did not"
    assert followed.kinds() == ["watch.started"]
    followed.network.put(SEARCH, b"", status=204, content_type=HTML)
    followed.network.put(
        ips.document_url(IPS, moved), b"<html><body>404 Not Found</body></html>", status=404, content_type=HTML
    )
    for _ in range(4):
        look(followed, minutes=20)
    assert followed.kinds() == ["watch.started", "document.absent"]


@pytest.mark.parametrize(
    ("known", "listed", "expected"),
    [
        ({}, ["a", "b"], ["a", "b"]),
        ({"a": "5000.5", "c": "5001.5"}, ["a", "b", "c"], ["a", "b", "c"]),
        ({"a": "5000.5", "c": "5000.55", "d": "5001.5"}, ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        ({"b": "5000.5"}, ["a", "b"], ["a", "b"]),
        ({"c": "5000.5"}, ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        ({"a": "5000.5", "b": "5001.5"}, ["a", "x", "y", "z", "b", "w"], ["a", "x", "y", "z", "b", "w"]),
    ],
)
def test_a_late_entry_takes_its_place_and_moves_no_other(
    known: dict[str, str], listed: list[str], expected: list[str]
) -> None:
    before = {name: {"position": place, "what": "read"} for name, place in known.items()}
    rows = [EditionRef(id=name, label="", current=False, available=True) for name in listed]
    memory = placed(before, rows)
    assert sorted(memory, key=lambda name: str(memory[name]["position"])) == expected
    assert {name: memory[name]["position"] for name in known} == known


# ---------------------------------------------------------------- what a list, a crash or a clock may do


def later_editions(world: World, *numbers: int) -> tuple[Edition, ...]:
    """Editions whose texts stand each with a term of its own."""
    found = []
    for number in numbers:
        note = f"от {number % 28 + 1:02d}.01.2099 № {9500 + number}-ФЗ"
        put_text(world, number, law(f"{number} с половиной", note))
        found.append(Edition(rdk=number, label=f"{number} - {note} (изм.)"))
    return tuple(found)


def test_an_edition_that_a_list_leaves_out_is_no_news_when_it_is_back(followed: World) -> None:
    more = later_editions(followed, 2, 3, 4)
    put_shell(followed, ORIGINAL, FIRST, *more, selected=4)
    look(followed)
    told = followed.kinds()
    put_shell(followed, ORIGINAL, *more[1:], selected=4)
    look(followed)
    put_shell(followed, ORIGINAL, FIRST, *more, selected=4)
    look(followed)
    assert followed.kinds() == told


def test_a_list_that_lost_most_of_itself_is_doubted(followed: World) -> None:
    put_shell(followed, ORIGINAL, FIRST, *later_editions(followed, 2, 3, 4), selected=4)
    look(followed)
    told = followed.kinds()
    put_shell(followed, ORIGINAL, selected=0)
    assert look(followed).outcome is Outcome.QUARANTINED
    assert followed.kinds() == told


def test_two_editions_listed_before_the_first_known_one_take_their_places(followed: World) -> None:
    low = later_editions(followed, 7, 8)
    put_shell(followed, *low, ORIGINAL, FIRST, selected=1)
    assert look(followed).outcome is Outcome.CHANGED


def test_an_act_followed_before_it_is_listed_is_news_when_it_comes(world: World) -> None:
    world.network.put(SEARCH, b"", status=204, content_type=HTML)
    world.follow(TARGET, SEARCH, source="ips")
    look(world)
    world.network.put(SEARCH, ips_pages.found((ND, NAME, TITLE)), content_type=HTML)
    put_shell(world, ORIGINAL, selected=0)
    put_text(world, 0, law("десяти"))
    look(world)
    assert world.kinds() == ["watch.started", "text.added"]


def test_a_first_text_that_fails_keeps_the_next_edition_news(world: World) -> None:
    world.network.put(SEARCH, ips_pages.found((ND, NAME, TITLE)), content_type=HTML)
    put_shell(world, ORIGINAL, FIRST, selected=1)
    world.follow(TARGET, SEARCH, source="ips")
    result = look(world)
    assert result.blind is not None
    watch = world.store.watch(TARGET, "ips")
    assert watch is not None
    assert watch.last_success is None, "without the text that counts nothing was seen"
    put_text(world, 1, law("девяти", "от 12.08.2098 № 9210-ФЗ"))
    put_shell(world, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(world, 2, law("пяти", "от 24.10.2098 № 9333-ФЗ"))
    look(world)
    look(world)
    assert "edition.added" in world.kinds()


def test_a_watch_taken_up_anew_begins_anew(followed: World) -> None:
    told = followed.kinds()
    followed.store.remove_watch(TARGET)
    followed.wait(days=90)
    put_shell(followed, ORIGINAL, FIRST, *later_editions(followed, 2, 3), selected=3)
    followed.follow(TARGET, SEARCH, source="ips")
    look(followed)
    assert followed.kinds() == told, "what happened while nobody followed is history"


def test_a_law_that_is_given_another_title_is_followed_on(world: World) -> None:
    named = (
        '<p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p>',
        '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>',
        f'<p class="T">{TITLE}</p>',
        "Статья 1. Предмет",
        "Президент Российской Федерации",
        "28 апреля 2098 года",
        "№ 9138-ФЗ",
    )
    world.network.put(SEARCH, ips_pages.found((ND, NAME, TITLE)), content_type=HTML)
    put_shell(world, ORIGINAL, selected=0)
    put_text(world, 0, ips_pages.text(ND, named))
    world.follow(TARGET, SEARCH, source="ips")
    look(world)
    renamed = ips_pages.shell(ND, "О совсем другом предмете ведения", (ORIGINAL, FIRST), selected=1)
    world.network.put(SHELL, renamed, content_type=HTML)
    put_text(world, 1, ips_pages.text(ND, (*named, "Статья 2. Новое")))
    assert kinds(look(world)) == ["edition.added"]


def test_one_wrong_text_does_not_hold_back_the_others(followed: World) -> None:
    more = later_editions(followed, 2, 3)
    followed.network.put(
        ips.edition_url(IPS, ND, "2"),
        ips_pages.text("611111111", ("ФЕДЕРАЛЬНЫЙ ЗАКОН", "О пчёлах", "Статья 1. Мёд")),
        content_type=HTML,
    )
    put_shell(followed, ORIGINAL, FIRST, *more, selected=3)
    look(followed)
    told = [event.payload["edition"] for event in followed.events() if event.kind is EventKind.EDITION_ADDED]
    assert told == ["rdk-2", "rdk-3"]


def test_backfill_leaves_news_to_the_next_look(followed: World) -> None:
    put_text(followed, 1, law("семи", "от 12.08.2098 № 9210-ФЗ"))  # other words under a known name
    watch = followed.store.watch(TARGET, "ips")
    assert watch is not None
    list(followed.pipeline.backfill(watch))
    followed.wait(hours=25)
    look(followed, minutes=20)
    assert kinds(look(followed)) == ["text.unexplained"]


def test_backfill_of_a_source_that_does_not_answer_ends_at_once(followed: World) -> None:
    watch = followed.store.watch(TARGET, "ips")
    assert watch is not None
    followed.network.pages.clear()
    results = list(followed.pipeline.backfill(watch))
    assert [result.outcome for result in results] == [Outcome.FAILED]


def test_a_clock_that_was_ahead_stops_no_recheck(followed: World) -> None:
    followed.wait(days=400)
    look(followed)
    followed.wait(days=-390)
    put_text(followed, 1, law("семи", "от 12.08.2098 № 9210-ФЗ"))
    look(followed, minutes=20)
    assert kinds(look(followed)) == ["text.unexplained"]


def test_a_text_that_was_awaited_from_the_beginning_is_news_when_it_comes(world: World) -> None:
    waiting = Edition(rdk=2, label=SECOND.label, ready=False)
    world.network.put(SEARCH, ips_pages.found((ND, NAME, TITLE)), content_type=HTML)
    put_shell(world, ORIGINAL, FIRST, waiting, selected=1)
    put_text(world, 1, law("девяти", "от 12.08.2098 № 9210-ФЗ"))
    world.follow(TARGET, SEARCH, source="ips")
    look(world)
    assert world.kinds() == ["watch.started"]
    put_shell(world, ORIGINAL, FIRST, SECOND, selected=2)
    put_text(world, 2, law("пяти", "от 24.10.2098 № 9333-ФЗ"))
    assert kinds(look(world)) == ["text.added"]


def test_a_new_edition_is_compared_with_the_current_one_before_it(followed: World) -> None:
    """The genuine list of one code has an edition of 1997 between two of the last years."""
    stray = Edition(rdk=5, label="5 - от 19.03.2098 № 9060-ФЗ (изм.)")
    put_text(followed, 5, law("двух", "от 19.03.2098 № 9060-ФЗ"))
    put_shell(followed, ORIGINAL, FIRST, stray, selected=1)
    look(followed)
    put_shell(followed, ORIGINAL, FIRST, stray, Edition(rdk=6, label="6 - от 13.12.2098 № 9459-ФЗ (изм.)"), selected=6)
    put_text(followed, 6, law("пяти", "от 13.12.2098 № 9459-ФЗ"))
    look(followed)
    event = followed.events()[-1]
    assert (event.payload["edition"], event.payload["compared_with"]["edition"]) == ("rdk-6", "rdk-1")


def test_a_new_edition_that_lost_most_of_the_law_is_doubted(followed: World) -> None:
    long = tuple(f"{number}. Норма номер {number} устанавливает порядок, сроки и условия." for number in range(2, 40))
    body = ips_pages.text(ND, ("ФЕДЕРАЛЬНЫЙ ЗАКОН", TITLE, "Статья 1. Предмет", *long))
    put_text(followed, 2, body)
    put_shell(followed, ORIGINAL, FIRST, SECOND, selected=2)
    look(followed)
    put_text(followed, 3, ips_pages.text(ND, ("ФЕДЕРАЛЬНЫЙ ЗАКОН", TITLE, "Статья 1. Предмет", long[0])))
    put_shell(followed, ORIGINAL, FIRST, SECOND, Edition(rdk=3, label="3 - от 01.12.2098 № 9401-ФЗ (изм.)"), selected=3)
    look(followed)
    event = followed.events()[-1]
    assert (event.payload["edition"], event.payload["readable"]) == ("rdk-3", False)
    assert event.payload["unread_reason"] == "not_fetched"


def test_an_edition_that_is_listed_no_more_is_told_to_the_operator(followed: World) -> None:
    more = later_editions(followed, 2, 3, 4)
    put_shell(followed, ORIGINAL, FIRST, *more, selected=4)
    look(followed)
    put_shell(followed, ORIGINAL, *more, selected=4)
    look(followed)
    look(followed)
    assert [word.message for word in followed.store.operator_events()] == ["the edition rdk-1 is listed no more"]
