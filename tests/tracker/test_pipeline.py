"""The rules of the pipeline, each lived through: a real store, the real readers, an outside world that is played."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db.store import Store
from diffs import structure
from scrapers import publication, sozd
from tests.scrapers import sozd_pages as pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, guid
from tests.tracker.world import PORTAL, SOZD, World, kinds
from tracker import bills, demo_files, texts
from tracker.models import EventKind, Part, Reading, Section
from tracker.pipeline import Outcome

NUMBER = pages.NUMBER
URL = f"{SOZD}/bill/{NUMBER}"
TARGET = f"bill/{NUMBER}"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIRST_READING = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"
SECOND_AMENDED = "7B00CE16-3EFD-4012-98B6-EA658C0FD068"

INTRODUCED = """Статья 1
Внести в Федеральный закон от 28 апреля 2099 года № 9138-ФЗ «О гражданстве» следующие изменения:
1) в части 2 статьи 22 слова «десяти лет» заменить словами «двенадцати лет»;
2) в статье 24 слово «вправе» исключить.
Статья 2
Настоящий Федеральный закон вступает в силу по истечении тридцати дней после дня его официального опубликования."""


def with_files(*files: FakeFile, steps: tuple[pages.FakeStep, ...] = ()) -> FakeCard:
    registered = replace(pages.REGISTERED, files=(*pages.REGISTERED.files, *files))
    return FakeCard(steps=(registered, *steps))


def text_file(seed: int, slot: str = pages.INTRODUCED, label: str = "Текст внесенного законопроекта") -> FakeFile:
    return FakeFile(guid(seed), label, slot)


def put_text(world: World, seed: int, text: str, *, status: int = 200) -> None:
    world.network.put(f"{SOZD}/download/{guid(seed)}", demo_files.docx(text), status=status, content_type=DOCX)


def started(world: World, card: FakeCard) -> None:
    world.network.put(URL, card.body())
    world.follow(TARGET, URL)
    assert world.check(TARGET).outcome is Outcome.CHANGED
    world.wait(hours=1)


def look(world: World, card: FakeCard | None = None) -> list[str]:
    if card is not None:
        world.network.put(URL, card.body())
    found = kinds(world.check(TARGET))
    world.wait(hours=1)
    return found


# ---------------------------------------------------------------- texts


def test_a_text_is_told_with_what_changed_since_the_one_before_it_by_position(world: World) -> None:
    first, second = text_file(11), text_file(12, FIRST_READING, "Текст законопроекта, принятого в первом чтении")
    put_text(world, 11, INTRODUCED)
    started(world, with_files(first))
    put_text(world, 12, INTRODUCED.replace("двенадцати", "пяти"))
    held = replace(pages.FIRST, files=(second,))
    found = look(world, with_files(first, steps=(held,)))
    assert found == ["bill.stage", "bill.step", "file.added", "text.added"]
    event = next(e for e in world.events() if e.kind is EventKind.TEXT_ADDED)
    assert event.payload["edition"] == "first-reading"
    assert event.payload["compared_with"]["edition"] == "introduced"
    diff = world.store.diff(event.diff_id or "")
    assert diff is not None
    (operation,) = diff.operations
    assert ("-", "двенадцати") in operation.spans
    assert ("+", "пяти") in operation.spans


def test_a_text_that_arrives_late_takes_its_place_and_is_compared_with_its_predecessor(world: World) -> None:
    later = text_file(13, FIRST_READING, "Текст законопроекта, принятого в первом чтении")
    put_text(world, 13, INTRODUCED.replace("двенадцати", "пяти"))
    card = with_files(steps=(replace(pages.FIRST, files=(later,)),))
    started(world, card)
    put_text(world, 11, INTRODUCED)
    assert "text.added" in look(world, with_files(text_file(11), steps=card.steps[1:]))
    event = next(e for e in reversed(world.events()) if e.kind is EventKind.TEXT_ADDED)
    assert event.payload["edition"] == "introduced"
    assert event.payload["compared_with"] is None, "nothing stands before the first edition, whatever came first"
    order = [version.key.edition for version in world.store.versions(TARGET, part=Part.TEXT)]
    assert order == ["introduced", "first-reading"]


def test_a_file_that_cannot_be_read_is_told_as_such(world: World) -> None:
    started(world, with_files())
    world.network.put(f"{SOZD}/download/{guid(11)}", demo_files.scan(), content_type="application/pdf")
    found = look(world, with_files(replace(text_file(11), format="pdf")))
    assert found == ["file.added", "text.added"]
    event = next(e for e in world.events() if e.kind is EventKind.TEXT_ADDED)
    assert (event.payload["readable"], event.payload["unread_reason"]) == (False, "scan")
    # and the readable text that follows it is the first to be compared with nothing
    put_text(world, 12, INTRODUCED)
    assert look(world, with_files(text_file(12))) == ["file.replaced", "text.changed"]


def test_a_download_that_fails_is_no_change_and_is_tried_again(world: World) -> None:
    started(world, with_files())
    assert look(world, with_files(text_file(11))) == ["file.added"]
    world.network.put(f"{SOZD}/download/{guid(11)}", "<html><body>Файл не найден</body></html>", status=404)
    assert look(world) == []
    world.network.put(f"{SOZD}/download/{guid(11)}", "<html><body>" + "служебная страница " * 500 + "</body></html>")
    assert look(world) == [], "a page of the site in place of a document is never read as law"
    put_text(world, 11, INTRODUCED)
    assert look(world) == ["text.added"]


def test_the_same_text_uploaded_anew_is_a_replaced_file_and_no_new_text(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    started(world, with_files(text_file(11)))
    put_text(world, 12, INTRODUCED.replace("«", '"').replace("»", '"').replace("№ ", "N "))
    assert look(world, with_files(text_file(12))) == ["file.replaced"]


def test_a_to_b_to_a_is_three_versions_and_every_change_is_told(world: World) -> None:
    other = INTRODUCED.replace("тридцати", "десяти")
    put_text(world, 11, INTRODUCED)
    started(world, with_files(text_file(11)))
    for seed, text in ((12, other), (13, INTRODUCED), (14, other)):
        put_text(world, seed, text)
        assert look(world, with_files(text_file(seed))) == ["file.replaced", "text.changed"]
    numbers = [version.number for version in world.store.versions(TARGET, part=Part.TEXT)]
    assert numbers == [1, 2, 3, 4]
    ids = [event.id for event in world.events()]
    assert len(ids) == len(set(ids))


def test_other_bytes_at_the_same_address_are_told_when_seen_twice(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    card = with_files(text_file(11))
    started(world, card)
    world.wait(days=2)
    put_text(world, 11, INTRODUCED.replace("двенадцати", "пяти"))
    assert look(world, card) == []
    assert world.store.state(f"held/sozd/{TARGET}") is not None
    assert look(world, card) == ["text.unexplained"]
    assert look(world, card) == []
    event = world.events()[-1]
    assert event.payload["compared_with"]["version"] == 1


def test_a_flicker_at_the_same_address_is_never_told(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    card = with_files(text_file(11))
    started(world, card)
    world.wait(days=2)
    put_text(world, 11, INTRODUCED.replace("двенадцати", "пяти"))
    assert look(world, card) == []
    put_text(world, 11, INTRODUCED)
    assert look(world, card) == []
    assert look(world, card) == []
    assert world.store.state(f"held/sozd/{TARGET}") is None


def test_a_better_reader_of_ours_is_not_news(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put_text(world, 11, INTRODUCED)
    card = with_files(text_file(11))
    started(world, card)
    genuine = structure.structure

    def finer(text: str) -> tuple[Section, ...]:
        return tuple(replace(section, address=section.address + " (уточнено)") for section in genuine(text))

    monkeypatch.setattr(structure, "structure", finer)
    monkeypatch.setattr(texts, "digest_of", lambda value: "ours/" + str(hash(str(value))))
    world.wait(days=2)
    assert look(world, card) == []
    version = world.store.versions(TARGET, part=Part.TEXT)[0]
    made = world.store.renditions(version.id)
    assert [rendition.pinned for rendition in made] == [True, False]
    assert made[-1].sections[0].address.endswith("(уточнено)")


# ---------------------------------------------------------------- the card


def with_other_menu(card: FakeCard) -> bytes:
    return card.body().replace(b"/2026-02-03", b"/2026-02-09")


def test_a_better_parser_of_cards_is_not_news(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = sozd.read

    def coarser(body: bytes, **what: Any) -> Reading:
        reading = genuine(body, **what)
        assert reading.document is not None
        return replace(reading, document=replace(reading.document, comment=""))

    with monkeypatch.context() as then:
        then.setattr(sozd, "read", coarser)
        then.setattr(bills, "fingerprint", lambda: "of code that dropped the comment")
        started(world, with_files())
    world.network.put(URL, with_other_menu(with_files()))
    assert look(world) == []
    card = world.store.versions(TARGET, part=Part.CARD)[-1]
    assert (world.store.data(card.id) or {})["document"]["comment"] == with_files().comment[1:-1]


def test_a_card_that_todays_code_has_read_is_not_taken_from_the_archive_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(world, with_files())

    def unpacked(_: Store, digest: str) -> bytes:
        raise AssertionError(f"{digest} was unpacked")

    monkeypatch.setattr(Store, "body", unpacked)
    world.network.put(URL, with_other_menu(with_files()))
    assert look(world) == []
    assert look(world, replace(with_files(), comment="(в другой части)")) == ["fields.changed"]


def test_a_vanished_file_is_told_at_the_second_look(world: World) -> None:
    both = with_files(FakeFile(guid(31), "Письмо"), FakeFile(guid(32), "Справка"))
    started(world, both)
    one = with_files(FakeFile(guid(31), "Письмо"))
    assert look(world, one) == []
    assert look(world, one) == ["file.removed"]
    assert look(world, one) == []
    assert look(world, both) == ["file.added"]


def test_a_file_that_comes_back_before_the_second_look_was_never_gone(world: World) -> None:
    both = with_files(FakeFile(guid(31), "Письмо"), FakeFile(guid(32), "Справка"))
    started(world, both)
    assert look(world, with_files(FakeFile(guid(31), "Письмо"))) == []
    assert look(world, both) == []
    assert look(world, both) == []


def test_an_implausible_card_waits_until_two_further_looks_agree(world: World) -> None:
    steps = (pages.COMMITTEE, pages.COUNCIL, pages.FIRST)
    full = with_files(steps=steps)
    started(world, full)
    bare = replace(with_files(), comment="")
    assert look(world, bare) == []
    (row,) = world.store.quarantined()
    assert row.problem == "implausible"
    assert "steps" in row.reason
    world.wait(hours=-0.9)  # too soon: this look does not count
    assert look(world, bare) == []
    assert look(world, bare) == []
    found = look(world, bare)
    assert "bill.step_removed" in found
    assert all(event.payload["confirmed"] for event in world.events() if event.kind is EventKind.BILL_STEP_REMOVED)
    assert world.store.quarantined() == ()


def test_what_the_operator_accepts_is_believed_at_once(world: World) -> None:
    started(world, with_files(steps=(pages.COMMITTEE, pages.COUNCIL, pages.FIRST)))
    bare = with_files()
    assert look(world, bare) == []
    (row,) = world.store.quarantined()
    world.store.settle_quarantine(row.id, "accepted", "the site says so")
    assert "bill.step_removed" in look(world, bare)


def test_withdrawn_is_an_end_of_its_own(world: World) -> None:
    started(world, with_files())
    words = "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права законодательной инициативы"
    step = pages.FakeStep("2.2", "2026-02-03T13:36:00", words)
    assert look(world, with_files(steps=(step,))) == ["bill.step", "bill.withdrawn"]
    event = next(e for e in world.events() if e.kind is EventKind.BILL_WITHDRAWN)
    assert event.lead
    assert event.payload["document"]["force"] == "dropped"


def test_a_page_that_is_gone_is_told_at_the_second_look_and_so_is_its_return(world: World) -> None:
    card = with_files()
    started(world, card)
    world.network.put(URL, "<html><body>404</body></html>", status=404)
    assert look(world) == []
    assert look(world) == ["document.absent"]
    assert look(world) == []
    assert look(world, card) == ["document.restored"]
    assert look(world, card) == []


def test_personal_names_are_in_no_event(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    started(world, with_files(text_file(11)))
    for event in world.events(backfilled=None):
        assert pages.CLERK.split()[0] not in str(event.payload)


# ---------------------------------------------------------------- silence


def test_what_happened_before_the_watch_wakes_nobody_and_what_happened_since_does(world: World) -> None:
    world.now = world.now.replace(month=2, day=7)
    world.follow(TARGET, URL)
    world.wait(days=4)
    world.network.put(URL, FakeCard(steps=(pages.REGISTERED, pages.COMMITTEE, pages.COUNCIL)).body())
    world.check(TARGET)
    told = {str(event.kind): event.payload.get("step", {}) for event in world.events()}
    assert set(told) == {"watch.started", "bill.stage", "bill.step"}
    assert told["bill.step"]["step"] == "2.2"
    history = world.events(backfilled=True)
    assert {event.payload["step"]["step"] for event in history if event.kind is EventKind.BILL_STEP} == {"1.1", "2.1"}


def test_a_bill_filed_and_withdrawn_between_two_passes_is_told(world: World) -> None:
    world.now = world.now.replace(month=2, day=1)
    url = f"{SOZD}/calendar/b/day/2026-02-01/2026-02-02/1.1"
    world.network.put(url, pages.listing("", extra='<div class="not_date_ic m_lupa">Нет данных</div>'))
    world.pipeline.run((), discover=("sozd",))
    world.wait(days=3)
    title = "О внесении изменений в статью 22 Федерального закона «О воинской обязанности и военной службе»"
    row = pages.listing_row(NUMBER, title)
    world.network.put(f"{SOZD}/calendar/b/day/2026-02-01/2026-02-05/1.1", pages.listing(row, total="1"))
    words = "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права законодательной инициативы"
    gone = pages.FakeStep("2.2", "2026-02-03T13:36:00", words)
    card = FakeCard(title=title, steps=(pages.REGISTERED, gone))
    world.network.put(URL, card.body())
    world.pipeline.run((), discover=("sozd",))
    told = {kind for kind in world.kinds() if not kind.startswith("coverage")}
    assert told == {"bill.step", "bill.withdrawn", "document.discovered", "file.added"}
    document = world.store.document(TARGET)
    assert document is not None
    assert document.topics == ("conscription",)


def test_a_bill_off_topic_is_not_followed_and_one_that_says_nothing_is_asked_again(world: World) -> None:
    world.now = world.now.replace(month=2, day=2)
    rows = pages.listing_row(NUMBER, "О пчеловодстве") + pages.listing_row("100002-99", "О внесении изменений")
    world.network.put(f"{SOZD}/calendar/b/day/2026-02-02/2026-02-03/1.1", pages.listing(rows, total="2"))
    note = ("Законопроект направлен на развитие пчеловодства в сельской местности.",)
    world.network.put(URL, FakeCard(title="О пчеловодстве", comment="", steps=(pages.REGISTERED,), note=note).body())
    generic = "О внесении изменений в отдельные законодательные акты Российской Федерации"
    silent = FakeCard(number="100002-99", title=generic, comment="", steps=(pages.REGISTERED,))
    world.network.put(f"{SOZD}/bill/100002-99", silent.body())
    world.pipeline.run((), discover=("sozd",))
    assert world.store.watches() == ()
    world.wait(days=2)
    empty = pages.listing("", extra='<div class="not_date_ic m_lupa">Нет данных</div>')
    world.network.put(f"{SOZD}/calendar/b/day/2026-02-02/2026-02-05/1.1", empty)
    noted = replace(
        silent, note=("Законопроектом предлагается прекращение гражданства Российской Федерации лиц, уклоняющихся",)
    )
    world.network.put(f"{SOZD}/bill/100002-99", noted.body())
    before = world.network.asked.count(URL)
    world.pipeline.run((), discover=("sozd",))
    assert [watch.target for watch in world.store.watches()] == ["bill/100002-99"]
    assert "document.discovered" in world.kinds()
    assert world.network.asked.count(URL) == before, "what was decided is not asked again"


# ---------------------------------------------------------------- pages and publications


PAGE = "https://example.org/act"
ACT = "act/ukaz/2099-01-27/9907"


def page_of(*paragraphs: str) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><body><nav>22.11.2026</nav><div id='text'>{body}</div></body></html>"


def follow_page(world: World, target: str = ACT) -> None:
    world.follow(target, PAGE, source="page", selector="#text", title="Об утверждении порядка")


def test_an_act_on_a_page_begins_with_where_it_stands_then_only_its_changes_are_told(world: World) -> None:
    world.network.put(PAGE, page_of("1. Срок составляет десять дней.", "2. Указ вступает в силу."))
    follow_page(world)
    assert kinds(world.check(ACT)) == ["watch.started"]
    world.wait(hours=1)
    world.network.put(PAGE, page_of("1. Срок составляет пять дней.", "2. Указ вступает в силу."))
    assert kinds(world.check(ACT)) == []
    world.wait(minutes=10)
    assert kinds(world.check(ACT)) == [], "ten minutes are not fifteen"
    world.wait(minutes=6)
    assert kinds(world.check(ACT)) == ["text.unexplained"]


def test_an_amending_act_named_in_the_text_explains_its_change(world: World) -> None:
    world.network.put(PAGE, page_of("1. Срок составляет десять дней."))
    follow_page(world)
    world.check(ACT)
    world.wait(hours=1)
    noted = page_of(
        "(В редакции Указа Президента Российской Федерации от 01.03.2099 № 9910)", "1. Срок составляет пять дней."
    )
    world.network.put(PAGE, noted)
    assert kinds(world.check(ACT)) == ["text.changed"]


def test_a_page_without_its_element_is_a_layout_that_changed(world: World) -> None:
    world.network.put(PAGE, page_of("1. Срок составляет десять дней."))
    follow_page(world)
    world.check(ACT)
    world.wait(hours=1)
    world.network.put(PAGE, "<html><body><p>Новый сайт</p></body></html>")
    result = world.check(ACT)
    assert result.outcome is Outcome.QUARANTINED
    assert "#text" in result.message


def test_a_closed_item_is_told_with_the_text(world: World) -> None:
    listed = publication_list(world, number="9907", title="О призыве граждан Российской Федерации на военную службу")
    world.network.put(*listed)
    world.pipeline.run((), discover=("publication",))
    assert sorted(world.kinds()) == ["act.published", "document.discovered"]
    (document,) = world.store.documents()
    world.network.put(PAGE, page_of("6. Шестой.", "7. Для служебного пользования.", "9. Девятый."))
    follow_page(world, document.id)
    result = world.check(document.id, "page")
    assert kinds(result) == ["text.added"]
    notices = result.events[0].payload["notices"]
    assert {(notice["kind"], notice["address"]) for notice in notices} >= {("closed_item", "п. 7")}
    assert any(notice["kind"] == "gap" for notice in notices)


def publication_list(world: World, *, number: str, title: str) -> tuple[str, str]:
    """The president's block of today with one decree in it; the other blocks are empty."""
    day = (world.now + timedelta(hours=3)).date()
    empty = {"items": [], "itemsTotalCount": 0, "itemsPerPage": 200, "currentPage": 1, "pagesTotalCount": 0}
    for block in publication.BLOCKS:
        url = publication.day_url(PORTAL, block=block, day=day, page_size=200)
        world.network.put(url, json.dumps(empty), content_type="application/json; charset=utf-8")
    item = {
        "eoNumber": f"0001{day:%Y%m%d}9901",
        "hasSvg": False,
        "zipFileLength": None,
        "publishDateShort": f"{day.isoformat()}T00:00:00",
        "complexName": f'Указ Президента Российской Федерации от 11.01.2026 № {number}\n "{title}"',
        "pagesCount": 2,
        "pdfFileLength": 120000,
        "jdRegNumber": None,
        "jdRegDate": None,
        "name": title,
        "number": number,
        "documentDate": "2026-01-11T00:00:00",
        "signatoryAuthorityId": "225698f1-cfbc-4e42-9caa-32f9f7403211",
        "documentTypeId": "0790e34b-784b-4372-884e-3282622a24bd",
        "title": f'Указ Президента Российской Федерации от 11.01.2026 № {number}<br /> "{title}"',
        "viewDate": f"{day:%d.%m.%Y}",
        "id": "00000000-0000-4000-8000-000000000001",
    }
    filled = {**empty, "items": [item], "itemsTotalCount": 1, "pagesTotalCount": 1}
    return publication.day_url(PORTAL, block="president", day=day, page_size=200), json.dumps(filled)


def test_an_act_is_told_once_however_often_it_is_listed(world: World) -> None:
    world.network.put(
        *publication_list(world, number="9907", title="О призыве граждан Российской Федерации на военную службу")
    )
    world.pipeline.run((), discover=("publication",))
    told = world.store.event_count()
    world.wait(hours=2)
    world.pipeline.run((), discover=("publication",))
    assert world.store.event_count() == told
    assert told == 2


def test_an_act_with_a_title_that_says_nothing_is_told_as_undecided(world: World) -> None:
    generic = "О внесении изменений в некоторые акты Президента Российской Федерации"
    world.network.put(*publication_list(world, number="9911", title=generic))
    world.pipeline.run((), discover=("publication",))
    found = [event for event in world.events() if event.kind is EventKind.DOCUMENT_DISCOVERED]
    assert [event.payload["needs_body"] for event in found] == [True]


def test_an_act_off_topic_is_not_told(world: World) -> None:
    world.network.put(*publication_list(world, number="9912", title="О награждении государственными наградами"))
    world.pipeline.run((), discover=("publication",))
    assert world.events() == ()


# ---------------------------------------------------------------- blindness


def test_a_day_of_blindness_is_told_once_and_its_end_once(world: World) -> None:
    card = replace(with_files(), title="О гражданстве Российской Федерации")
    started(world, card)
    watches = world.store.watches()
    del world.network.pages[URL]
    for _ in range(60):
        world.pipeline.run(world.store.watches(), discover=())
        world.wait(hours=1)
    assert [kind for kind in world.kinds() if kind.startswith("coverage")] == ["coverage.gap"]
    world.network.put(URL, card.body())
    world.pipeline.run(watches, discover=())
    world.wait(hours=1)
    world.pipeline.run(watches, discover=())
    assert [kind for kind in world.kinds() if kind.startswith("coverage")] == ["coverage.gap", "coverage.restored"]
    gap = next(event for event in world.events() if event.kind is EventKind.COVERAGE_GAP)
    assert world.store.events(scope=f"document:{TARGET}", kinds=[EventKind.COVERAGE_GAP]) == (gap,)
    assert world.store.events(scope="topic:citizenship", kinds=[EventKind.COVERAGE_GAP]) == (gap,)


def test_a_blind_hour_is_not_worth_a_word(world: World) -> None:
    card = with_files()
    started(world, card)
    del world.network.pages[URL]
    result = world.check(TARGET)
    assert result.outcome is Outcome.FAILED
    assert world.kinds() == ["watch.started"]
    state = world.store.source_state("sozd")
    assert state is not None
    assert state.failing_since is not None


def test_a_downtime_of_the_tracker_itself_is_told_too(world: World) -> None:
    started(world, with_files())
    world.wait(days=3)
    world.pipeline.run(world.store.watches(), discover=())
    assert [kind for kind in world.kinds() if kind.startswith("coverage")] == ["coverage.gap", "coverage.restored"]


# ---------------------------------------------------------------- the same history anywhere


def test_the_same_history_gives_the_same_ids(tmp_path_factory: pytest.TempPathFactory) -> None:
    lives = []
    for name in ("one", "two"):
        world = World(tmp_path_factory.mktemp(name))
        put_text(world, 11, INTRODUCED)
        started(world, with_files(text_file(11)))
        put_text(world, 12, INTRODUCED.replace("двенадцати", "пяти"))
        look(world, with_files(text_file(12), steps=(pages.COMMITTEE,)))
        lives.append([(event.id, event.bundle, event.lead) for event in world.events(backfilled=None)])
        world.store.close()
    assert lives[0] == lives[1]
    assert len(lives[0]) > 5


def test_every_event_stands_in_a_whole_ledger(world: World) -> None:
    put_text(world, 11, INTRODUCED)
    started(world, with_files(text_file(11)))
    assert world.store.verify_ledger() == ()
    assert world.store.verify_evidence() == ()


def test_a_file_of_the_portal_that_was_replaced_in_silence_is_told_after_a_second_look(world: World) -> None:
    url, listed = publication_list(
        world, number="9907", title="О призыве граждан Российской Федерации на военную службу"
    )
    world.network.put(url, listed, content_type="application/json; charset=utf-8")
    world.pipeline.run((), discover=("publication",))
    told = world.kinds()
    world.network.put(url, listed.replace("120000", "125000"), content_type="application/json; charset=utf-8")
    for _ in range(3):
        world.wait(hours=2)
        world.pipeline.run((), discover=("publication",))
    assert world.kinds() == [*told, "file.replaced"]
    prints = world.events()[-1].payload["fingerprint"]
    assert (prints["before"]["pdf_size"], prints["after"]["pdf_size"]) == ("120000", "125000")


def test_the_same_of_an_act_that_is_followed(world: World) -> None:
    url, listed = publication_list(
        world, number="9907", title="О призыве граждан Российской Федерации на военную службу"
    )
    world.follow("act/ukaz/2026-01-11/9907", url, source="publication")
    world.network.put(url, listed, content_type="application/json; charset=utf-8")
    world.check("act/ukaz/2026-01-11/9907")
    world.network.put(url, listed.replace("120000", "125000"), content_type="application/json; charset=utf-8")
    found = []
    for _ in range(3):
        world.wait(hours=1)
        found += kinds(world.check("act/ukaz/2026-01-11/9907"))
    assert found == ["file.replaced"]
