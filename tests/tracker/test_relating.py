"""From a clause in today's law to the bill and the reading that wrote it: an invented history, lived through the pipeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from diffs import structure
from feeds import relations
from scrapers import ips, sozd
from tests.scrapers import sozd_pages as pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tests.tracker.world import IPS, SOZD, World
from tracker import amending, cards, demo_files, publications
from tracker.models import (
    Classification,
    Document,
    EditionKey,
    EventKind,
    Item,
    Level,
    NewVersion,
    Observation,
    Part,
    Relation,
    digest_of,
)
from tracker.payloads import Drafter
from tracker.pipeline import Outcome
from tracker.relating import origin_of

BILL = "bill/100001-99"
LAW = "act/fz/2099-07-31/9281-fz"
ACT = "act/fz/2098-04-28/9138-fz"
TITLE = "О выдуманном гражданстве"
ND = "699000001"
GENUINE = Path(__file__).resolve().parents[3] / "shared/sources/real/sozd/cards/1001390-6.trimmed.html"
EDITIONS = (
    Edition(rdk=0, label="Исходная редакция"),
    Edition(rdk=1, label="1 - от 12.08.2098 № 9210-ФЗ (изм.)"),
    Edition(rdk=2, label="2 - от 31.07.2099 № 9281-ФЗ (изм.)"),
    Edition(rdk=3, label="3 - от 02.09.2099 № 9299-ФЗ (изм.)"),
)
SLOTS = {
    "introduced": pages.INTRODUCED,
    "first-reading": "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89",
    "second-reading": "0A531D03-E589-418F-A2DB-645F9B9FD5B8",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FRAME = "Статья 1\nВнести в Федеральный закон от 28 апреля 2098 года № 9138-ФЗ «О выдуманном гражданстве» следующие изменения:\n"
END = "\nСтатья 2\nНастоящий Федеральный закон вступает в силу со дня его официального опубликования."
INTRODUCED = (
    FRAME + "1) в статье 24 слово «вправе» заменить словом «обязан»;\n2) статью 25 признать утратившей силу." + END
)
FIRST = (
    FRAME
    + "1) в статье 24 слово «вправе» заменить словом «обязан»;\n"
    + "2) в части 1 статьи 22 слово «десяти» заменить словом «семи»."
    + END
)
SECOND = (
    FRAME
    + "1) статью 22 изложить в следующей редакции:\n"
    + "«Статья 22. Основания прекращения гражданства\n"
    + "1. Гражданство прекращается по истечении пяти лет со дня приобретения.\n"
    + "2. Решение о прекращении может быть обжаловано в суд.»;\n"
    + "2) в статье 26 слово «месяца» исключить."
    + END
)


def law(term: str, *, second: bool, paper: str, last: str) -> bytes:
    rows = (
        '<p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p>',
        '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>',
        f'<p class="T">{TITLE}</p>',
        '<p class="H">Статья&nbsp;22. Основания прекращения гражданства</p>',
        f"1. Гражданство прекращается по истечении {term} лет со дня приобретения.",
        *(("2.&nbsp;Решение о прекращении может быть обжаловано в суд.",) if second else ()),
        '<p class="H">Статья&nbsp;26. Сроки</p>',
        f"1. Заявление подается на {paper} в течение {last}дней.",
    )
    return ips_pages.text(ND, rows)


def follow_act(world: World, *, known: tuple[int, ...] = (0, 1, 2, 3)) -> None:
    """The act with its editions; the texts of those in `known` can be had."""
    search = ips.search_url(IPS, day=date(2098, 4, 28), number="9138-ФЗ")
    shown = tuple(replace(row, ready=row.rdk in known) for row in EDITIONS[min(known) :])
    world.network.put(search, ips_pages.found((ND, "Федеральный закон от 28.04.2098 № 9138-ФЗ", TITLE)))
    world.network.put(ips.document_url(IPS, ND), ips_pages.shell(ND, TITLE, shown, selected=3))
    texts = {
        0: law("десяти", second=False, paper="бумаге", last="месяца и десяти "),
        1: law("десяти", second=False, paper="бланке", last="месяца и десяти "),
        2: law("пяти", second=True, paper="бланке", last="и десяти "),
        3: law("пяти", second=True, paper="портале", last="и десяти "),
    }
    for rdk in known:
        world.network.put(ips.edition_url(IPS, ND, str(rdk)), texts[rdk])
    world.follow(ACT, search, source="ips")
    watch = next(watch for watch in world.store.watches() if watch.target == ACT)
    results = list(world.pipeline.backfill(watch))
    assert {result.outcome for result in results} == {Outcome.CHANGED}, [result.message for result in results]


def file(seed: int, edition: str) -> FakeFile:
    return FakeFile(
        guid(seed), f"Текст: {edition}", SLOTS[edition], tooltip=f"0{seed}.03.2026 11:26:05 разместил пользователь"
    )


def follow_bill(world: World, *texts: tuple[str, str], signed: bool = True) -> None:
    """The bill with these texts (edition, text), each at its step."""
    steps = {"introduced": pages.REGISTERED, "first-reading": pages.FIRST, "second-reading": pages.SECOND}
    listed: list[FakeStep] = []
    for seed, (edition, text) in enumerate(texts, 1):
        world.network.put(f"{SOZD}/download/{guid(seed)}", demo_files.docx(text), content_type=DOCX)
        listed.append(replace(steps[edition], files=(file(seed, edition),)))
    if signed:
        number = (("Номер федерального закона", "9281-ФЗ"),)
        portal = ("Официальный Интернет-портал (www.pravo.gov.ru)", (("Номер опубликования", "0001209907310018"),))
        listed.append(FakeStep("8.1", "2099-07-31T23:59:59", "закон подписан", numbers=number))
        listed.append(FakeStep("8.2", "2099-07-31T23:59:59", "закон опубликован", publication=(portal,)))
    title = "О внесении изменений в отдельные законодательные акты Российской Федерации"
    card = FakeCard(number="100001-99", title=title, comment="", steps=tuple(listed))
    world.network.put(f"{SOZD}/{BILL}", card.body())
    if world.store.watch(BILL, "sozd") is None:
        world.follow(BILL, f"{SOZD}/{BILL}")
    assert world.check(BILL).outcome is Outcome.CHANGED
    world.wait(hours=1)


ALL = (("introduced", INTRODUCED), ("first-reading", FIRST), ("second-reading", SECOND))


@pytest.fixture
def told(world: World) -> World:
    follow_bill(world, *ALL)
    follow_act(world)
    return world


def test_a_clause_leads_to_the_act_the_bill_and_the_text_that_first_said_it(told: World) -> None:
    origin = origin_of(told.store, ACT, "st-22.ch-1", "rdk-3")
    assert origin is not None
    assert (origin.version.key.edition, origin.path) == ("rdk-2", "st-22.ch-1"), "the last edition did not touch it"
    assert (origin.act, origin.bill) == (LAW, BILL)
    assert origin.reading is not None
    assert origin.reading.key.edition == "second-reading", "the first reading changed the clause, to other words"
    assert origin.clause == "st-1.p-1"
    assert origin.words.startswith("статью 22 изложить в следующей редакции")
    assert (origin.oldest, origin.unread) == (False, ())


def test_a_new_clause_and_a_word_taken_out(told: World) -> None:
    added = origin_of(told.store, ACT, "st-22.ch-2", "rdk-2")
    taken = origin_of(told.store, ACT, "st-26.ch-1", "rdk-2")
    assert added is not None
    assert taken is not None
    assert (added.act, added.clause) == (LAW, "st-1.p-1")
    assert (taken.act, taken.clause) == (LAW, "st-1.p-2")


def test_a_clause_of_the_first_text_of_a_law_comes_from_the_bill_that_is_the_law(world: World) -> None:
    draft = """Статья 22. Основания прекращения гражданства
1. Гражданство прекращается по истечении {} лет со дня приобретения.
Статья 26. Сроки
1. Заявление подается на бумаге."""
    texts = (("introduced", draft.format("трех")), ("first-reading", draft.format("десяти")))
    follow_bill(world, *texts, signed=False)
    follow_act(world)
    enacts = Relation(
        kind="enacts", from_document=BILL, from_path="", to_document=ACT, to_path="", words="закон подписан"
    )
    world.store.record(Observation(observed_at=world.now, relations=(enacts,)))
    origin = origin_of(world.store, ACT, "st-22.ch-1", "rdk-1")
    assert origin is not None
    assert origin.reading is not None
    assert (origin.act, origin.bill, origin.oldest) == (ACT, BILL, False)
    assert (origin.reading.key.edition, origin.clause) == ("first-reading", "st-22.ch-1")


def kept(world: World, edition: str, text: str) -> None:
    """A text of the act, put into the store as if it had been read."""
    sections = structure.structure(text)
    version = NewVersion(
        key=EditionKey(document_id=ACT, part=Part.TEXT, source="ips", edition=edition),
        position=edition,
        label="",
        snapshot_id=None,
        digest=digest_of(text),
        url="",
        extractor="test",
        sections=sections,
    )
    document = act("9138-fz", "2098-04-28", TITLE)
    world.store.record(Observation(observed_at=world.now, document=document, versions=(version,)))


def test_a_clause_is_followed_through_other_numbers(world: World) -> None:
    first = "1. Гражданство прекращается по заявлению."
    old = "Решение о прекращении гражданства может быть обжаловано в суд в течение трех месяцев."
    new = "Решение вручается лицу под расписку в течение десяти рабочих дней со дня его принятия."
    kept(world, "rdk-0", f"Статья 22. Порядок\n{first}\n2. {old}")
    kept(world, "rdk-1", f"Статья 22. Порядок\n{first}\n2. {new}\n3. {old}")
    kept(world, "rdk-2", f"Статья 22. Порядок\n{first}\n2. {new}\n3. {old}\n4. Иное определяет орган.")
    found = {number: origin_of(world.store, ACT, f"st-22.ch-{number}", "rdk-2") for number in (2, 3, 4)}
    assert {
        number: (origin.version.key.edition, origin.path, origin.oldest) for number, origin in found.items() if origin
    } == {
        2: ("rdk-1", "st-22.ch-2", False),
        3: ("rdk-0", "st-22.ch-2", True),
        4: ("rdk-2", "st-22.ch-4", False),
    }


def test_what_is_not_known_stays_unknown(told: World) -> None:
    other = origin_of(told.store, ACT, "st-26.ch-1", "rdk-3")
    assert other is not None
    assert (other.act, other.bill, other.reading) == ("act/fz/2099-09-02/9299-fz", "", None)
    original = origin_of(told.store, ACT, "st-22", "rdk-3")
    assert original is not None
    assert (original.version.key.edition, original.act, original.bill) == ("rdk-0", ACT, "")
    assert not original.oldest
    assert origin_of(told.store, ACT, "st-99", "rdk-3") is None
    assert origin_of(told.store, ACT, "st-22", "rdk-9") is None
    assert origin_of(told.store, "act/fz/2098-04-28/1-fz", "st-22", "rdk-0") is None


def test_editions_that_were_not_read_are_named(world: World) -> None:
    follow_bill(world, *ALL)
    follow_act(world, known=(1, 3))
    origin = origin_of(world.store, ACT, "st-22.ch-1", "rdk-3")
    assert origin is not None
    assert (origin.version.key.edition, origin.unread) == ("rdk-3", ("rdk-2",))
    oldest = origin_of(world.store, ACT, "st-22", "rdk-3")
    assert oldest is not None
    assert (oldest.version.key.edition, oldest.oldest, oldest.act) == ("rdk-1", True, "")


def test_the_way_is_told_in_both_languages(told: World) -> None:
    origin = origin_of(told.store, ACT, "st-22.ch-1", "rdk-3")
    assert origin is not None
    russian, english = (relations.way(origin, told.store, language) for language in ("ru", "en"))
    assert [stop.path for stop in russian] == [stop.path for stop in english]
    assert [stop.path for stop in russian] == [
        f"/{ACT}/text/ips/rdk-2/1#st-22.ch-1",
        None,
        f"/{BILL}",
        f"/{BILL}/text/sozd/second-reading/1#st-1.p-1",
    ]
    assert russian[0].sentence == "Нынешние слова впервые стоят здесь: редакция от 31.07.2099 № 9281-ФЗ"
    assert russian[1].sentence == "Внесены документом: Федеральный закон от 31.07.2099 № 9281-ФЗ"
    assert russian[2].sentence.startswith("Законопроект № 100001-99 «О внесении изменений")
    assert "ст. 1 п. 1: «статью 22 изложить" in russian[3].sentence
    assert english[3].sentence.startswith("First said in: text passed at second reading")


# ---------------------------------------------------------------- what is recorded


def rows(world: World, document_id: str, kind: str) -> list[Relation]:
    return [row for row in world.store.relations(document_id) if row.kind == kind]


def test_every_text_of_a_bill_says_what_it_changes(told: World) -> None:
    said = {(row.from_path, row.to_path) for row in rows(told, BILL, "amends") if row.to_document == ACT}
    assert said == {
        ("text/sozd/introduced/1#st-1.p-1", "st-24"),
        ("text/sozd/introduced/1#st-1.p-2", "st-25"),
        ("text/sozd/first-reading/1#st-1.p-1", "st-24"),
        ("text/sozd/first-reading/1#st-1.p-2", "st-22.ch-1"),
        ("text/sozd/second-reading/1#st-1.p-1", "st-22"),
        ("text/sozd/second-reading/1#st-1.p-2", "st-26"),
    }


def test_the_event_of_a_text_names_the_law_that_each_article_amends(told: World) -> None:
    telling = [row for row in told.events() if "amends" in row.payload]
    assert [(row.kind, row.document_id) for row in telling] == [("text.added", BILL)]
    assert telling[0].payload["amends"] == [{"clause": "st-1", "act": ACT, "number": "9138-ФЗ"}]


def test_an_article_that_amends_two_acts_names_neither(world: World) -> None:
    named = "Федерального закона от 28 апреля 2098 года № 9138-ФЗ", "Федерального закона от 1 мая 2098 года № 9140-ФЗ"
    text = f"Статья 1\nПризнать утратившими силу:\n1) статью 2 {named[0]};\n2) статью 3 {named[1]}.\n" + (
        FRAME.replace("Статья 1", "Статья 2") + "1) статью 25 признать утратившей силу."
    )
    document = Document(id=BILL, kind="bill", number="100001-99", date=None, title="О вымысле")
    version = NewVersion(
        key=EditionKey(document_id=BILL, part=Part.TEXT, source="sozd", edition="introduced"),
        position="1",
        label="",
        snapshot_id=None,
        digest=digest_of(text),
        url="",
        sections=structure.structure(text),
    )
    draft = Drafter(document=document, source="sozd", silent_before=None).draft(
        EventKind.TEXT_ADDED,
        key="text/sozd/introduced/1",
        level=Level.MAJOR,
        payload={},
        digests=(version.digest,),
    )
    seen = Observation(observed_at=world.now, document=document, versions=(version,), events=(draft,))
    (event,) = amending.related(world.store, seen).events
    assert event.payload["amends"] == [{"clause": "st-2", "act": ACT, "number": "9138-ФЗ"}]


def test_the_second_state_of_a_text_is_told_by_its_number(world: World) -> None:
    follow_bill(world, ("introduced", INTRODUCED), signed=False)
    world.network.put(f"{SOZD}/download/{guid(1)}", demo_files.docx(FIRST), content_type=DOCX)
    for _ in range(2):
        world.wait(hours=25)
        world.check(BILL)
    assert {row.from_path.partition("#")[0] for row in rows(world, BILL, "amends")} == {
        "text/sozd/introduced/1",
        "text/sozd/introduced/2",
    }


def test_a_signed_bill_enacts_its_law_and_the_law_is_published(told: World) -> None:
    (enacts,) = rows(told, LAW, "enacts")
    assert (enacts.from_document, enacts.to_document) == (BILL, LAW)
    assert enacts.words == "закон подписан, 2099-07-31, № 9281-ФЗ"
    (publishes,) = rows(told, LAW, "publishes")
    assert publishes.from_document == "publication/0001209907310018"
    assert {row.from_document for row in rows(told, ACT, "amends")} >= {LAW, BILL}


def test_a_bill_on_its_way_enacts_nothing(world: World) -> None:
    follow_bill(world, *ALL, signed=False)
    assert rows(world, BILL, "enacts") == []


def test_a_published_act_says_by_its_title_what_it_amends(world: World) -> None:
    world.store.record(Observation(observed_at=world.now, document=act("9138-fz", "2098-04-28", TITLE)))
    item = Item(
        id=LAW,
        native_id="0001209907310018",
        kind="fz",
        number="9281-ФЗ",
        date="2099-07-31",
        title=f"О внесении изменения в статью 22 Федерального закона «{TITLE}»",
        comment="",
        url="",
        published="2099-08-01",
    )
    world.store.record(publications.announce(world.desk, item, Classification(topics=("citizenship",)), world.now))
    (amends,) = rows(world, LAW, "amends")
    assert (amends.to_document, amends.to_path) == (ACT, "st-22")
    (publishes,) = rows(world, LAW, "publishes")
    assert publishes.words == "Официальный интернет-портал правовой информации, 2099-08-01"


@pytest.mark.skipif(not GENUINE.is_file(), reason="the genuine card (../shared/sources/real/sozd/cards) is not here")
def test_the_law_on_a_genuine_card() -> None:
    reading = sozd.read(GENUINE.read_bytes(), url="https://sozd.duma.gov.ru/bill/1001390-6")
    bill = Document(id="bill/1001390-6", kind="bill", number="1001390-6", date=None, title="")
    publishes, enacts = cards.relations_of(reading, bill, lambda _source, _number: None)
    assert (enacts.kind, enacts.to_document) == ("enacts", "act/fz/2018-10-03/353-fz")
    assert (publishes.from_document, publishes.to_document) == ("publication/0001201810030023", enacts.to_document)


def act(number: str, day: str, title: str) -> Document:
    return Document(id=f"act/fz/{day}/{number}", kind="fz", number=number, date=day, title=title)


def test_an_act_cited_by_its_title_is_the_followed_one(world: World) -> None:
    for one in (act("9062-fz", "2070-05-31", TITLE), act("9138-fz", "2098-04-28", TITLE)):
        world.store.record(Observation(observed_at=world.now, document=one))
    bill = Document(
        id="bill/100002-99",
        kind="bill",
        number="100002-99",
        date="2099-01-01",
        title=f"О внесении изменений в статью 22 Федерального закона «{TITLE}»",
    )
    for day, law_id in (("2099-01-01", ACT), ("2080-01-01", "act/fz/2070-05-31/9062-fz"), ("2060-01-01", None)):
        looked = amending.related(world.store, Observation(observed_at=world.now, document=replace(bill, date=day)))
        assert [(row.to_document, row.to_path) for row in looked.relations] == ([(law_id, "st-22")] if law_id else [])


def test_a_clause_that_changes_a_unit_twice_is_one_relation_with_all_its_words() -> None:
    text = FRAME + "1) в статье 24 слово «вправе» заменить словом «обязан», слово «может» исключить."
    units = amending.units_of(structure.structure(text))
    (relation,) = amending.relations(BILL, units, text="text/sozd/introduced/1")
    assert relation.from_path == "text/sozd/introduced/1#st-1.p-1"
    assert relation.words == "в статье 24 слово «вправе» заменить словом «обязан»; слово «может» исключить"


def test_titles_that_many_acts_share_name_none() -> None:
    shared = act("1-fz", "2098-01-01", "О внесении изменений в отдельные законодательные акты Российской Федерации")
    assert amending.known_titles([shared, act("2-fz", "2098-01-01", TITLE)]) == {
        "о выдуманном гражданстве": "act/fz/2098-01-01/2-fz"
    }
