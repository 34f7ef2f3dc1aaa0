"""The bundled history: complete, deterministic, and readable by the same code that reads the real sites."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import requests
from lxml import etree

from diffs import compare, normalise, structure, topics
from scrapers import ips, kremlin, page, publication, sozd
from scrapers.extract import files
from tracker import demo_files
from tracker.demo_server import MOSCOW, Answer, DemoServer, History, Moment, local_path
from tracker.errors import ExtractError, PageError
from tracker.models import Problem, Reading, Role, Section, Status

BASE = "http://127.0.0.1/sozd"
A = "/sozd/bill/100001-99"
B = "/sozd/bill/100002-99"
LAW = "/acts/fz-9901"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def history() -> History:
    return History()


def moscow(month: int, day: int, hour: int = 20, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW)


END = moscow(5, 15)

#: When the card of bill 100001-99 comes as something else.
FAULTS = {moscow(1, 19, 10): Problem.CAPTCHA, moscow(2, 10, 10): Problem.TRUNCATED}


def since_registered(history: History) -> list[Moment]:
    """The moments since bill 100001-99 is there."""
    return [moment for moment in history.moments if moment.at >= moscow(1, 12, 17)]


def card(history: History, path: str, at: datetime) -> Reading:
    answer = history.answer(path, at)
    number = path.rpartition("/")[2]
    return sozd.read(answer.body, url=f"{BASE}/bill/{number}", status=answer.status, content_type=answer.content_type)


def status(history: History, path: str, at: datetime) -> Status | None:
    facts = card(history, path, at).document
    assert facts is not None
    return facts.status


def download(history: History, url: str, at: datetime) -> Answer:
    return history.answer(f"/sozd{url[url.index('/download/') :]}", at)


def bill_text(history: History, edition: str, at: datetime = END) -> tuple[Section, ...]:
    file = next(file for file in card(history, A, at).files if file.edition == edition)
    answer = download(history, file.url, at)
    text = files.extract(answer.body, name=file.label, content_type=answer.content_type).text
    return structure.structure(normalise.normalise(text).text)


def act_text(history: History, path: str, at: datetime) -> str:
    answer = history.answer(path, at)
    return page.text_of(answer.body, selector="#text_content", content_type=answer.content_type, url=path)


#: Number, day of signing and `nd` of what the legal system has.
BASE_LAW, FIRST_DECREE, *_ = ACTS = (
    ("9138-ФЗ", date(2099, 4, 28), "699913801"),
    ("9907", date(2026, 1, 27), "699990701"),
    ("9908", date(2026, 3, 17), "699990801"),
    ("9901-ФЗ", date(2026, 4, 27), "699990101"),
)
IPS = "http://ips.demo.invalid/proxy/ips"
KREMLIN = "http://kremlin.demo.invalid"


def search(number: str, signed: date) -> str:
    return local_path(ips.search_url(IPS, day=signed, number=number))


def edition(nd: str, rdk: int) -> str:
    return local_path(ips.edition_url(IPS, nd, str(rdk)))


def bank_day(signed: date) -> str:
    return local_path(kremlin.day_url(KREMLIN, signed))


def of_system(history: History, path: str, at: datetime) -> Reading:
    answer = history.answer(path, at)
    assert answer.content_type == "text/html", "the site does not say which letters it uses"
    return ips.read(answer.body, url=IPS + path.removeprefix("/ips/proxy/ips"), status=answer.status)


def of_bank(history: History, path: str, at: datetime) -> Reading:
    answer = history.answer(path, at)
    url = KREMLIN + path.removeprefix("/kremlin")
    return kremlin.read(answer.body, url=url, status=answer.status, content_type=answer.content_type)


def sections_of(reading: Reading) -> tuple[Section, ...]:
    return structure.structure(normalise.normalise(reading.text).text)


def joined(sections: tuple[Section, ...]) -> str:
    return "\n".join(section.text for section in sections)


def every_path(history: History, at: datetime) -> list[str]:
    """Everything that could be asked at a moment: cards, their files, lists, acts."""
    day = at.astimezone(MOSCOW).date()
    paths = [A, f"{A}/rss", B, "/sozd/bill/100003-99", LAW, "/robots.txt", "/ips/robots.txt", "/nothing"]
    paths.extend(search(number, signed) for number, signed, _ in ACTS)
    paths.extend(f"/ips/proxy/ips/?docbody=&nd={nd}" for _, _, nd in ACTS)
    paths.extend(edition(nd, rdk) for _, _, nd in ACTS for rdk in range(4))
    paths.extend(bank_day(signed) for _, signed, _ in ACTS)
    paths.extend(f"/kremlin/acts/bank/{number}/print" for number in ("990701", "990801", "990101"))
    paths.append(f"/sozd/calendar/b/day/{day - timedelta(days=2)}/{day}/1.1")
    paths.append(f"/publication/api/Documents?Block=president&PeriodType=day&Date={day:%d.%m.%Y}&PageSize=200&Index=1")
    with contextlib.suppress(PageError):  # not there yet, or one of the faults of the story
        paths.extend("/sozd" + file.url[file.url.index("/download/") :] for file in card(history, A, at).files)
    return paths


# ---------------------------------------------------------------- the time line


def test_moments_are_ordered_labelled_and_few_enough(history: History) -> None:
    moments = history.moments
    assert 60 <= len(moments) <= 90
    assert [moment.at for moment in moments] == sorted({moment.at for moment in moments})
    assert all(moment.at.tzinfo is not None and moment.label_ru and moment.label_en for moment in moments)
    assert moments[0].at == moscow(1, 12, 10)
    assert history.title
    assert history.title_en


def test_what_users_follow_is_there_when_they_follow_it(history: History) -> None:
    followed = [(moment, follow) for moment in history.moments for follow in moment.follow]
    assert [follow.name for _, follow in followed] == [
        "Федеральный закон от 28.04.2099 № 9138-ФЗ",
        "act/fz/2026-04-27/9901-fz",
    ]
    (first, law), (second, copy) = followed
    assert law.url is None
    assert law.backfill
    assert of_system(history, search(*BASE_LAW[:2]), first.at).items[0].id == "act/fz/2099-04-28/9138-fz"
    assert copy.url is not None
    assert act_text(history, copy.url, second.at)


def test_every_answer_is_the_same_twice(history: History) -> None:
    again = History()
    for moment in history.moments:
        for path in every_path(history, moment.at):
            assert history.answer(path, moment.at) == again.answer(path, moment.at), path


def test_nothing_is_answered_before_it_happened(history: History) -> None:
    before = moscow(1, 12, 9)
    assert {history.answer(path, before).status for path in (A, f"{A}/rss", B, LAW, "/sozd/bill/100003-99")} == {404}
    assert history.answer("/sozd/bill/999999-99", END).status == 404
    assert history.answer("/sozd/calendar/b/day/2026-13-45/2026-01-01/1.1", END).status == 404


# ---------------------------------------------------------------- bill cards


def test_bill_goes_through_every_stage(history: History) -> None:
    expected = [
        (moscow(1, 12, 17), Status.REGISTERED),
        (moscow(1, 22, 12), Status.REGISTERED),
        (moscow(1, 26), Status.UNDER_CONSIDERATION),
        (moscow(3, 11, 13), Status.FIRST_READING),
        (moscow(4, 14, 13), Status.SECOND_READING),
        (moscow(4, 15, 13), Status.ADOPTED),
        (moscow(4, 22, 13), Status.SF_APPROVED),
        (moscow(4, 27, 18), Status.SIGNED),
        (moscow(4, 28), Status.PUBLISHED),
    ]
    assert [status(history, A, at) for at, _ in expected] == [wanted for _, wanted in expected]


def test_every_card_of_the_story_is_read_except_for_its_two_faults(history: History) -> None:
    refused: dict[datetime, Problem] = {}
    for moment in since_registered(history):
        try:
            reading = card(history, A, moment.at)
        except PageError as error:
            refused[moment.at] = error.problem
        else:
            assert reading.document is not None
            assert reading.document.fields["Форма законопроекта"] == "Федеральный закон"
    assert refused == FAULTS


def test_cards_between_news_differ_in_menu_date_and_asset_version_only(history: History) -> None:
    first, second = history.answer(A, moscow(1, 27)), history.answer(A, moscow(1, 28))
    assert first.body != second.body
    differing = [
        line for line, other in zip(first.body.splitlines(), second.body.splitlines(), strict=True) if line != other
    ]
    assert differing
    assert all(b"?v=" in line or b"/calendar/b/day/" in line for line in differing)
    assert card(history, A, moscow(1, 27)) == card(history, A, moscow(1, 28))


def test_only_a_scan_at_introduction_then_text_and_note(history: History) -> None:
    before, after = card(history, A, moscow(1, 12, 17)), card(history, A, moscow(1, 15, 12))
    assert [file.role for file in before.files] == [Role.SCAN]
    assert not before.note
    scan = download(history, before.files[0].url, moscow(1, 12, 17))
    with pytest.raises(ExtractError) as raised:
        files.extract(scan.body, name="scan.pdf", content_type=scan.content_type)
    assert raised.value.problem is Problem.SCAN
    assert {file.role for file in after.files} >= {Role.SCAN, Role.BILL_TEXT, Role.NOTE, Role.FINANCE}
    assert "в течение тридцати дней" in after.note


def test_steps_are_planned_before_they_are_held(history: History) -> None:
    planned = {
        step.step: moment.at
        for moment in reversed(since_registered(history))
        if moment.at not in FAULTS
        for step in card(history, A, moment.at).events
        if step.planned
    }
    assert set(planned) >= {"2.1", "2.2", "3.1", "3.2", "3.3"}
    held = {step.step for step in card(history, A, END).events if not step.planned}
    assert set(planned) <= held
    legal = next(file for file in card(history, A, moscow(2, 16)).files if file.step == "3.1")
    assert legal.event_id is None
    assert legal.role is Role.CONCLUSION


def test_a_decision_is_corrected_under_the_same_id(history: History) -> None:
    def step(at: datetime) -> tuple[str | None, tuple[str, ...]]:
        found = next(step for step in card(history, A, at).events if step.step == "2.2")
        return found.id, found.decisions

    (before_id, before), (after_id, after) = step(moscow(2, 3)), step(moscow(2, 4))
    assert before_id == after_id
    assert set(after) - set(before) == {"назначить комитет-соисполнитель (Комитет Государственной Думы по обороне)"}


def test_a_file_is_replaced_in_the_same_slot(history: History) -> None:
    def text(at: datetime) -> tuple[str | None, str]:
        (file,) = [file for file in card(history, A, at).files if file.edition == "first-reading"]
        return file.slot, file.id

    old, new = text(moscow(3, 12)), text(moscow(3, 13))
    assert old[0] == new[0] == "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"
    assert old[1] != new[1]
    assert history.answer(f"/sozd/download/{old[1]}", moscow(3, 13)).status == 404


def test_publication_and_law_number_stand_on_the_card(history: History) -> None:
    reading = card(history, A, END)
    steps = {step.step: step for step in reading.events}
    assert steps["8.1"].numbers["Номер федерального закона"] == "9901-ФЗ"
    assert steps["8.2"].publication[0].number == "0001202604289901"
    assert reading.document is not None
    assert reading.document.archived
    assert [vote.passed for vote in reading.votes] == [True] * 4


def test_second_bill_lives_for_one_day(history: History) -> None:
    assert status(history, B, moscow(1, 14, 16)) is Status.REGISTERED
    assert status(history, B, moscow(1, 15, 15)) is Status.REGISTERED
    assert status(history, B, moscow(1, 15, 17)) is Status.WITHDRAWN


def test_no_clerk_is_left_in_what_is_read(history: History) -> None:
    said = repr(card(history, A, END))
    assert not any(name in said for name in ("Вересков", "Полянская", "Озерцов"))


# ---------------------------------------------------------------- the calendar and the topics


def calendar(history: History, first: date, last: date, at: datetime) -> Reading:
    path = f"/sozd/calendar/b/day/{first}/{last}/1.1"
    answer = history.answer(path, at)
    return sozd.read(answer.body, url=f"http://127.0.0.1{path}", status=answer.status, content_type=answer.content_type)


def test_calendar_lists_registrations_and_says_when_there_are_none(history: History) -> None:
    january = calendar(history, date(2026, 1, 12), date(2026, 1, 15), moscow(1, 15))
    assert [item.native_id for item in january.items] == ["100003-99", "100002-99", "100001-99", "100000-99"]
    assert calendar(history, date(2026, 1, 12), date(2026, 1, 12), moscow(1, 12, 10)).items[0].native_id == "100000-99"
    assert calendar(history, date(2026, 2, 7), date(2026, 2, 8), moscow(2, 8)).items == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("100000-99", set()),
        ("100001-99", {"citizenship", "conscription"}),
        ("100002-99", {"conscription"}),
        ("100003-99", set()),
        ("100004-99", set()),
    ],
)
def test_bills_are_on_the_topics_they_should_be_on(history: History, number: str, expected: set[str]) -> None:
    reading = card(history, f"/sozd/bill/{number}", END)
    assert reading.document is not None
    facts = reading.document
    found = topics.classify(topics.default_rules(), facts.title, comment=facts.comment, body=reading.note)
    assert set(found.topics) == expected
    assert expected or (reading.note and not found.needs_body)


# ---------------------------------------------------------------- the texts


def test_introduced_text_and_second_reading_differ_as_the_story_says(history: History) -> None:
    before, after = bill_text(history, "introduced"), bill_text(history, "second-reading-amended")
    old, new = joined(before), joined(after)
    assert "не более десяти лет" in old
    assert "не более пяти лет" in new
    assert "в течение тридцати дней со дня получения уведомления" in old
    assert "в течение пятнадцати дней со дня получения уведомления" in new
    assert "за исключением лица, обучающегося" in old
    assert "за исключением" not in new
    grounds = [section.path for section in after if section.path.startswith("st-1.p-1.pp-a.q.p-2.pp-")]
    assert [path[-1] for path in grounds] == ["a", "b", "v"]
    diff = compare.compare(before, after)
    assert diff.significance.level == 1
    assert any("renumbered" in operation.ops for operation in diff.operations)


def test_first_reading_text_is_the_introduced_one_retyped(history: History) -> None:
    diff = compare.compare(bill_text(history, "introduced"), bill_text(history, "first-reading"))
    assert diff.same
    assert {noise.rule for noise in diff.noise} >= {"quote", "number-sign"}


def test_replaced_file_brings_back_one_sentence(history: History) -> None:
    old = bill_text(history, "first-reading", moscow(3, 12))
    (operation,) = compare.compare(old, bill_text(history, "first-reading", moscow(3, 13))).operations
    assert [text.strip() for sign, text in operation.spans if sign != "="] == [
        "К представлению прилагаются документы, подтверждающие направление и получение уведомления."
    ]


def test_law_changes_once_and_nothing_explains_it(history: History) -> None:
    texts = [act_text(history, LAW, moment.at) for moment in history.moments if moment.at >= moscow(4, 29, 11)]
    assert len(set(texts)) == 2
    before, after = texts[0], texts[-1]
    assert texts == [before] * texts.count(before) + [after] * texts.count(after)
    assert "в течение пятнадцати дней со дня получения" in before
    assert "в течение десяти дней со дня получения" in after
    assert before.replace("в течение пятнадцати дней", "в течение десяти дней") == after
    assert normalise.normalise(after).amending_acts == ()
    since = [moment.at for moment in history.moments if act_text_changed(history, moment.at)]
    assert since[1] - since[0] >= timedelta(minutes=15)


def act_text_changed(history: History, at: datetime) -> bool:
    return at >= moscow(5, 1) and "в течение десяти дней со дня получения" in act_text(history, LAW, at)


def test_every_word_file_is_a_sound_archive_of_sound_xml(history: History) -> None:
    seen = 0
    for file in card(history, A, END).files:
        answer = download(history, file.url, END)
        assert answer.status == 200
        assert "filename=" in answer.headers["Content-Disposition"]
        if answer.content_type != demo_files.DOCX_TYPE:
            assert answer.body.startswith(b"%PDF-1.4")
            assert answer.body.endswith(b"%%EOF\n")
            continue
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            assert archive.testzip() is None
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            roots = [etree.fromstring(archive.read(name)) for name in archive.namelist()]
        assert any(root.tag == f"{WORD}document" for root in roots)
        assert demo_files.MARK in "".join(next(root for root in roots if root.tag == f"{WORD}hdr").itertext())
        seen += 1
    assert seen >= 10


def test_superscripts_survive_in_files_and_pages(history: History) -> None:
    assert "2¹. Уведомление" in joined(bill_text(history, "introduced"))
    assert "2¹. Уведомление" in act_text(history, LAW, END)


# ---------------------------------------------------------------- the legal system and the acts bank


def test_a_search_finds_an_act_when_it_is_there_and_is_empty_otherwise(history: History) -> None:
    number, signed, nd = FIRST_DECREE
    early = history.answer(search(number, signed), moscow(1, 28))
    assert (early.status, early.body) == (204, b"")
    assert of_system(history, search(number, signed), moscow(1, 28)).items == ()
    (item,) = of_system(history, search(number, signed), moscow(1, 29)).items
    assert (item.id, item.native_id) == ("act/ukaz/2026-01-27/9907", nd)
    assert history.answer(search("9902-ФЗ", date(2026, 4, 27)), END).status == 204
    assert history.answer("/ips/proxy/ips/?docbody=&nd=1", END).status == 404


def test_the_new_edition_of_the_law_is_announced_before_its_text(history: History) -> None:
    def listed(at: datetime) -> list[tuple[str, bool, bool]]:
        shell = of_system(history, f"/ips/proxy/ips/?docbody=&nd={BASE_LAW[2]}", at)
        assert shell.document is not None
        assert shell.document.title == "О гражданстве Российской Федерации"
        return [(row.id, row.available, row.current) for row in shell.editions]

    older = [("rdk-0", True, False), ("rdk-1", True, False)]
    assert listed(moscow(4, 29)) == [*older, ("rdk-2", True, True)]
    assert listed(moscow(4, 30)) == [*older, ("rdk-2", True, True), ("rdk-3", False, False)]
    assert listed(moscow(5, 6)) == [*older, ("rdk-2", True, False), ("rdk-3", True, True)]
    assert history.answer(edition(BASE_LAW[2], 3), moscow(5, 5)).status == 404
    assert history.answer(edition(BASE_LAW[2], 4), END).status == 404


def test_every_edition_says_which_act_it_is_and_its_notes_are_no_norm(history: History) -> None:
    for rdk in range(4):
        reading = of_system(history, edition(BASE_LAW[2], rdk), END)
        assert reading.document is not None
        assert reading.document.id == "act/fz/2099-04-28/9138-fz"
        assert "(В редакции" not in reading.text
        assert ("22¹" in reading.text) == (rdk >= 1)
        assert bool(reading.remarks) == (rdk >= 1)
    newest = [remark for remark in reading.remarks if remark.newest]
    assert newest
    assert all("9901-ФЗ" in remark.text for remark in newest)
    assert {act for remark in newest for act in remark.acts} >= {"699990101"}
    assert "(Часть утратила силу - Федеральный закон от 31.07.2099 № 9281-ФЗ)" in reading.text, "all that is left"


def test_between_two_editions_only_notes_have_changed(history: History) -> None:
    one, two, three = (sections_of(of_system(history, edition(BASE_LAW[2], rdk), END)) for rdk in range(3))
    terms = [(text.strip(), sign) for row in compare.compare(one, two).operations for sign, text in row.spans]
    assert {("десяти", "-"), ("пяти", "+")} <= set(terms)
    assert compare.compare(two, three).same


def test_the_last_edition_is_what_the_bill_says(history: History) -> None:
    """Every unit that the adopted text writes into the law stands in it, word for word."""
    law = joined(sections_of(of_system(history, edition(BASE_LAW[2], 3), END)))
    flat = normalise.canonical(law)
    quoted = [row for row in bill_text(history, "adopted") if ".q." in row.path]
    assert len(quoted) > 15
    for row in quoted:
        words = normalise.canonical(row.text).strip(' "«»;.')
        assert words in flat, row.path
    assert "не позднее трех лет" in law
    assert "пунктами 1 и 2 части 1 статьи 22" in law


def test_one_source_prints_what_the_other_leaves_out(history: History) -> None:
    at = moscow(1, 29)
    system = of_system(history, edition(FIRST_DECREE[2], 0), at)
    (item,) = of_bank(history, bank_day(FIRST_DECREE[1]), at).items
    bank = of_bank(history, f"/kremlin/acts/bank/{item.native_id}/print", at)
    assert system.document is not None
    assert bank.document is not None
    assert system.document.id == bank.document.id == item.id == "act/ukaz/2026-01-27/9907"
    (closed,) = structure.find_notices(sections_of(system))
    (gap,) = structure.find_notices(sections_of(bank))
    assert (closed.kind, gap.kind) == ("closed_item", "gap")
    (operation,) = compare.compare(sections_of(system), sections_of(bank)).operations
    assert (operation.ops, operation.old_path) == (("removed",), "p-7")
    assert of_bank(history, bank_day(date(2026, 1, 1)), at).items == ()
    assert history.answer("/kremlin/acts/bank/1/print", at).status == 404


def test_the_amendment_of_the_decree_is_explained_at_both(history: History) -> None:
    readings = [
        of_system(history, edition(FIRST_DECREE[2], 1), moscow(3, 20, 11)),
        of_bank(history, "/kremlin/acts/bank/990701/print", moscow(3, 20, 11)),
    ]
    for reading in readings:
        assert "за десять дней" in reading.text
        assert "9908" in " ".join(remark.text for remark in reading.remarks)
    assert "за двадцать дней" in of_bank(history, "/kremlin/acts/bank/990701/print", moscow(3, 19)).text


# ---------------------------------------------------------------- the cheap poll


def feed(history: History, at: datetime) -> Reading:
    url = sozd.feed_url(BASE, "100001-99")
    answer = history.answer(f"{A}/rss", at)
    return sozd.read(answer.body, url=url, status=answer.status, content_type=answer.content_type)


def test_the_feed_of_a_bill_moves_with_the_steps_of_its_card_and_with_nothing_else(history: History) -> None:
    seen: dict[str, str] = {}
    for moment in since_registered(history):
        if moment.at in FAULTS:
            continue
        steps = [step for step in card(history, A, moment.at).events if not step.planned]
        told = feed(history, moment.at)
        assert sorted((step.step, step.at) for step in told.events) == sorted((step.step, step.at) for step in steps)
        key = repr([(step.id, step.decisions) for step in steps])
        assert seen.setdefault(key, sozd.feed_digest(told)) == sozd.feed_digest(told)
    assert len(set(seen.values())) == len(seen) > 15


# ---------------------------------------------------------------- the portal


def published(history: History, day: date, at: datetime, *, block: str = "president") -> Reading:
    url = publication.day_url("http://127.0.0.1/publication", block=block, day=day)
    answer = history.answer(url.removeprefix("http://127.0.0.1"), at)
    return publication.read(answer.body, url=url, status=answer.status, content_type=answer.content_type)


def test_portal_lists_the_acts_of_a_day(history: History) -> None:
    decrees = published(history, date(2026, 1, 28), moscow(1, 28, 10, 30))
    assert {item.id for item in decrees.items} == {"act/ukaz/2026-01-27/9907", "act/ukaz/2026-01-27/9906"}
    laws = published(history, date(2026, 4, 28), moscow(4, 28, 10, 30))
    assert "act/fz/2026-04-27/9901-fz" in {item.id for item in laws.items}
    assert published(history, date(2026, 1, 28), moscow(1, 28, 9)).items == ()
    assert published(history, date(2026, 1, 28), END, block="court").items == ()
    on_topic = {
        item.number
        for item in (*decrees.items, *laws.items)
        if topics.classify(topics.default_rules(), item.title).topics
    }
    assert on_topic == {"9907", "9901-ФЗ"}


def test_portal_cards_agree_with_its_lists(history: History) -> None:
    for item in published(history, date(2026, 4, 28), END).items:
        url = publication.card_url("http://127.0.0.1/publication", item.native_id)
        answer = history.answer(url.removeprefix("http://127.0.0.1"), END)
        reading = publication.read(answer.body, url=url, status=answer.status, content_type=answer.content_type)
        assert reading.document is not None
        assert reading.document.id == item.id
    assert history.answer("/publication/api/Document?eoNumber=0000000000000000", END).status == 404


def test_portal_pages_refuses_and_ignores_as_the_real_one(history: History) -> None:
    whole = json.loads(history.answer("/publication/api/Documents?Date=2026-04-28&PeriodType=day", END).body)
    assert whole["itemsTotalCount"] == 6
    second = json.loads(history.answer("/publication/api/Documents?PageSize=4&Index=2", END).body)
    assert (len(second["items"]), second["pagesTotalCount"], second["currentPage"]) == (2, 2, 2)
    assert history.answer("/publication/api/Documents?Block=nonsense", END).status == 500
    asked = publication.search_url(
        "http://127.0.0.1/publication", number="9907", signed_since=date(2026, 1, 27), signed_until=date(2026, 1, 27)
    )
    (found,) = json.loads(history.answer(asked.removeprefix("http://127.0.0.1"), END).body)["items"]
    assert found["number"] == "9907"


def test_portal_is_out_for_two_days_and_is_asked_often_enough_to_notice(history: History) -> None:
    answers = {
        moment.at: history.answer("/publication/api/Documents?Block=president", moment.at).status
        for moment in history.moments
    }
    out = [at for at, code in answers.items() if code == 503]
    assert len(out) >= 3
    assert out[-1] - out[0] > timedelta(hours=24)
    assert answers[moscow(3, 16, 20)] == answers[moscow(3, 19, 10)] == 200
    assert [item.number for item in published(history, date(2026, 3, 18), moscow(3, 19, 10)).items] == ["9908"]
    assert history.answer(A, out[0]).status == 200


# ---------------------------------------------------------------- over HTTP


@pytest.fixture
def server(history: History) -> Iterator[DemoServer]:
    with DemoServer(history, moscow(1, 15, 12)) as running:
        yield running


def test_server_answers_what_the_history_says(server: DemoServer, history: History) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for moment in history.moments[::7]:
            server.now = moment.at
            for path in every_path(history, moment.at):
                wanted = history.answer(path, moment.at)
                got = session.get(f"{server.url}{path}", timeout=10)
                assert (got.status_code, got.content) == (wanted.status, wanted.body)
                assert got.headers["Content-Type"] == wanted.content_type


def test_server_honours_conditional_requests(server: DemoServer, history: History) -> None:
    link = next(file.url for file in card(history, A, server.now).files if file.edition == "introduced")
    url = f"{server.url}/sozd{link[link.index('/download/') :]}"
    with requests.Session() as session:
        session.trust_env = False
        first = session.get(url, timeout=10)
        server.now = END
        assert session.get(url, timeout=10).headers["ETag"] == first.headers["ETag"]
        for condition in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
            {"If-Modified-Since": first.headers["Last-Modified"]},
        ):
            unchanged = session.get(url, headers=condition, timeout=10)
            assert (unchanged.status_code, unchanged.content) == (304, b"")
        for condition in (
            {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]},
            {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
            {"If-Modified-Since": "long ago"},
        ):
            assert session.get(url, headers=condition, timeout=10).status_code == 200


def test_server_gives_a_card_a_new_tag_every_day(server: DemoServer) -> None:
    with requests.Session() as session:
        session.trust_env = False
        first = session.get(f"{server.url}{A}", timeout=10).headers["ETag"]
        assert session.get(f"{server.url}{A}", headers={"If-None-Match": first}, timeout=10).status_code == 304
        server.now += timedelta(days=1)
        assert session.get(f"{server.url}{A}", headers={"If-None-Match": first}, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://ips.demo.invalid/proxy/ips/?docbody=&nd=1", "/ips/proxy/ips/?docbody=&nd=1"),
        ("http://kremlin.demo.invalid/acts/bank/1/print", "/kremlin/acts/bank/1/print"),
        ("/sozd/bill/1-99?a=b", "/sozd/bill/1-99?a=b"),
        ("http://sozd.demo.invalid/bill/1-99", "/sozd/bill/1-99"),
        ("http://publication.demo.invalid/api/Documents?Block=president", "/publication/api/Documents?Block=president"),
        ("http://demo.invalid/acts/fz-9901", "/acts/fz-9901"),
        ("http://demo.invalid", "/"),
    ],
)
def test_whole_addresses_name_their_site_by_host(target: str, path: str) -> None:
    assert local_path(target) == path


def test_server_may_be_asked_as_a_proxy(server: DemoServer, history: History) -> None:
    with requests.Session() as session:
        session.trust_env = False
        got = session.get("http://sozd.demo.invalid/bill/100001-99", proxies={"http": server.url}, timeout=10)
    assert got.content == history.answer(A, server.now).body
