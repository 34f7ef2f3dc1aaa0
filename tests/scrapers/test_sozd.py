"""Reading a bill card and lists of bills, on invented pages in the real markup."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers import sozd
from scrapers.readings import to_json
from scrapers.sozd_markup import opening_bracket, split_decisions
from tests.scrapers.sozd_pages import (
    ADOPTED,
    APPROVED,
    CLERK,
    COMMITTEE,
    COUNCIL,
    FIRST,
    INTRODUCED,
    NUMBER,
    PUBLISHED,
    REGISTERED,
    SECOND,
    SIGNED,
    FakeCard,
    FakeFile,
    FakeStep,
    guid,
    listing,
    listing_row,
)
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, Force, PageKind, Problem, Role, Status

URL = f"https://sozd.duma.gov.ru/bill/{NUMBER}"
PENDING = FakeCard(steps=(REGISTERED,))


def facts(card: FakeCard) -> DocumentFacts:
    document = sozd.read(card.body()).document
    assert document is not None
    return document


def status_of(*steps: FakeStep) -> Status | None:
    return facts(FakeCard(steps=steps)).status


def problem_of(body: bytes, url: str = "", status: int = 200) -> tuple[Problem, str]:
    with pytest.raises(PageError) as caught:
        sozd.read(body, url=url, status=status)
    assert "\n" not in str(caught.value)
    return caught.value.problem, str(caught.value)


# ---------------------------------------------------------------- numbers and addresses


@pytest.mark.parametrize("text", ["137677-8", "№ 137677-8 ", "№137677-8", "137677–8", " № 137677-8\n"])
def test_a_bill_number_has_one_form(text: str) -> None:
    assert sozd.bill_number(text) == "137677-8"


@pytest.mark.parametrize("convocation", [*range(1, 13), 99])
def test_convocations_come_and_go(convocation: int) -> None:
    for number in (f"12-{convocation}", f"100001-{convocation}", f"1342678-{convocation}", f"95041740-{convocation}"):
        assert sozd.bill_number(f"№ {number}") == number
        reading = sozd.read(PENDING.with_(number=number).body(), url=sozd.card_url(sozd.BASE_URL, number))
        assert reading.document is not None
        assert (reading.document.id, reading.document.number) == (f"bill/{number}", number)


@pytest.mark.parametrize(
    "text", ["", "8", "1-8", "137677", "123456789-8", "137677-0", "137677-8а", "137677-8 и 137678-8", "١٢٣٤-٨"]
)
def test_what_is_no_bill_number_is_refused_with_the_form_expected(text: str) -> None:
    with pytest.raises(ConfigError, match="968530-8") as caught:
        sozd.bill_number(text)
    assert "\n" not in str(caught.value)


def test_ids() -> None:
    assert sozd.document_id("968530-8") == "bill/968530-8"


def test_pages_of_the_source_are_recognised() -> None:
    assert sozd.recognises(PENDING.body(), "")
    assert sozd.recognises(listing(listing_row(NUMBER, "О выдумке")), "")
    assert sozd.recognises(b"", URL)
    assert not sozd.recognises(b"<!DOCTYPE html><html><title>x</title></html>", "https://example.org/bill/1")


# ---------------------------------------------------------------- the card


def test_a_bill_that_was_just_registered() -> None:
    reading = sozd.read(PENDING.body(), url=URL)
    assert (reading.source, reading.page) == ("sozd", PageKind.DOCUMENT)
    assert reading.document == DocumentFacts(
        id=f"bill/{NUMBER}",
        kind="bill",
        number=NUMBER,
        date="2026-02-02",
        title="О внесении изменений в Выдуманный закон",
        comment="в части порядка (и сроков) выдумывания",
        status=Status.REGISTERED,
        force=Force.DRAFT,
        archived=False,
        url=URL,
        fields={
            "Субъект права законодательной инициативы": "Депутаты Государственной Думы А.А.Первый, Б.Б.Вторая",
            "Форма законопроекта": "Федеральный закон",
            "Пакет документов при внесении": f"https://sozd.duma.gov.ru/download/{guid(9)}",
        },
    )
    (step,) = reading.events
    assert (step.id, step.step, step.at, step.planned) == (guid(101), "1.1", "2026-02-02T16:31:07+03:00", False)
    assert step.stage == "Внесение законопроекта в Государственную Думу"
    assert step.title == "Регистрация законопроекта и материалов к нему в САДД ГД"
    assert step.decisions == ("зарегистрирован и направлен Председателю Государственной Думы",)
    (scan,) = reading.files
    assert (scan.role, scan.edition, scan.format) == (Role.SCAN, None, "pdf")
    assert (scan.id, scan.event_id) == (guid(201), guid(101))
    assert scan.url == f"https://sozd.duma.gov.ru/download/{guid(201)}"
    assert scan.uploaded_at == "2026-02-02T16:31:33+03:00"


def test_the_pages_of_server_and_browser_read_alike() -> None:
    files = tuple(FakeFile(guid(300 + n), f"Иной документ {n}") for n in range(7))
    card = PENDING.with_(steps=(REGISTERED, COUNCIL, FakeStep("3.1", files=files), FIRST), note=("Один", "Два"))
    raw = sozd.read(card.body())
    assert sozd.read(card.with_(browser=True, help=True).body()) == raw
    assert len(raw.files) == 8


def test_links_follow_the_address_that_was_asked() -> None:
    here = f"http://127.0.0.1:8765/bill/{NUMBER}"
    reading = sozd.read(PENDING.body(), url=here)
    assert reading.document is not None
    assert reading.document.url == here
    assert reading.files[0].url.startswith("http://127.0.0.1:8765/download/")
    old = sozd.read(PENDING.body(), url=f"http://sozd.parlament.gov.ru/bill/{NUMBER}")
    assert old.document is not None
    assert old.document.url == URL


def test_a_time_of_day_is_told_only_where_the_page_shows_it() -> None:
    steps = (
        REGISTERED,
        FakeStep("2.2", "2013-07-02T12:00:00", "иное решение"),
        FakeStep("3.3", "2013-07-03T09:15:00", "законопроект не рассматривался", clock=True),
        PUBLISHED,
    )
    at = [step.at for step in sozd.read(FakeCard(steps=steps).body()).events]
    assert at == ["2026-02-02T16:31:07+03:00", "2013-07-02", "2013-07-03T09:15:00+04:00", "2026-04-28"]


def test_registration_may_be_later_than_other_steps() -> None:
    letter = FakeStep("1.3", "2026-01-18T16:44:00", "дополнение состава инициаторов законопроекта", clock=True)
    card = FakeCard(steps=(REGISTERED, letter))
    assert facts(card).date == "2026-02-02"
    assert facts(card).status is Status.REGISTERED


def test_two_steps_may_share_number_and_moment() -> None:
    twins = tuple(
        FakeStep("6.1", "2026-04-16T10:00:00", decision, id=guid(seed)) for seed, decision in ((401, "а"), (402, "б"))
    )
    assert [step.id for step in sozd.read(FakeCard(steps=(REGISTERED, *twins)).body()).events] == [
        guid(101),
        guid(401),
        guid(402),
    ]


def test_a_planned_step_has_files_but_no_date() -> None:
    planned = FakeStep("3.1", files=(FakeFile(guid(501), "Заключение Правового управления (повторно)", "", "rtf"),))
    reading = sozd.read(FakeCard(steps=(REGISTERED, COUNCIL, planned)).body())
    step = reading.events[-1]
    assert (step.id, step.at, step.planned, step.step) == (None, None, True, "3.1")
    assert (
        step.title
        == "Принятие ответственным комитетом решения о представлении законопроекта в Совет Государственной Думы"
    )
    file = reading.files[-1]
    assert (file.event_id, file.step, file.label, file.format) == (
        None,
        "3.1",
        "Заключение Правового управления (повторно)",
        "rtf",
    )
    assert file.role is Role.CONCLUSION


def test_a_planned_step_alone_is_no_step() -> None:
    assert problem_of(FakeCard(steps=(FakeStep("3.1"),)).body())[0] is Problem.LAYOUT_CHANGED


def test_reference_numbers_are_kept_and_clerks_are_not() -> None:
    link = '<a href="/download/AAAA">\n118, п.101\n</a>'
    step = FakeStep(
        "3.3",
        "2026-03-10T10:00:00",
        "принять законопроект в первом чтении",
        numbers=(("Номер и пункт протокола", link), ("Номер постановления Государственной Думы", "4389-99 ГД")),
    )
    reading = sozd.read(FakeCard(steps=(REGISTERED, step)).body())
    assert reading.events[-1].numbers == {
        "Номер и пункт протокола": "118, п.101",
        "Номер постановления Государственной Думы": "4389-99 ГД",
    }
    assert len(reading.files) == 1, "a protocol is not a file of the step"
    shown = json.dumps(to_json(reading), ensure_ascii=False)
    assert not any(name in shown for name in CLERK.split())


@pytest.mark.parametrize("typed", ["http://[publication.pravo.gov.ru/", "//[", "https://[::1/Document"])
def test_an_address_that_was_mistyped_hides_nothing_of_the_card(typed: str) -> None:
    number = f'№&nbsp;<a href="{typed}">0001202604280001</a>'
    step = replace(PUBLISHED, publication=(("Официальный портал", (("Номер публикации", number),)),))
    read = sozd.read(FakeCard(steps=(REGISTERED, step)).body())
    assert len(read.events) == 2
    assert read.events[-1].publication[0].url is None
    assert read.events[-1].publication[0].source == "Официальный портал"


def test_a_file_without_a_usable_address_is_refused_by_name() -> None:
    body = FakeCard(steps=(replace(REGISTERED, files=(FakeFile(guid(7), "Текст"),)),)).body()
    damaged = body.replace(f"/download/{guid(7)}".encode(), b"//[download")
    assert damaged != body
    problem, said = problem_of(damaged)
    assert problem is Problem.LAYOUT_CHANGED
    assert "address of a file" in said


def test_publication_goes_by_the_words_of_tooltips() -> None:
    portal = '№&nbsp;<a href="http://publication.pravo.gov.ru/Document/View/0001202604280001">0001202604280001</a>'
    step = FakeStep(
        "8.2",
        "2026-04-28T23:59:59",
        "закон опубликован",
        publication=(
            (
                "Официальный Интернет-портал (www.pravo.gov.ru)",
                (("Дата опубликования", "28.04.2026"), ("Номер опубликования", portal)),
            ),
            (
                "Собрание законодательства Российской Федерации",
                (("Номер статьи в СЗ РФ", "ст.&nbsp;4544"), ("Номер издания СЗ РФ", "№ 30")),
            ),
            ("Российская газета", (("Дата опубликования", "30.04.2026"),)),
        ),
    )
    portal_row, collection, newspaper = sozd.read(FakeCard(steps=(REGISTERED, step)).body()).events[-1].publication
    assert (portal_row.number, portal_row.date) == ("0001202604280001", "2026-04-28")
    assert portal_row.url == "http://publication.pravo.gov.ru/Document/View/0001202604280001"
    assert portal_row.fields == {}
    assert collection.source == "Собрание законодательства Российской Федерации"
    assert collection.fields == {"Номер статьи в СЗ РФ": "ст. 4544", "Номер издания СЗ РФ": "№ 30"}
    assert (newspaper.number, newspaper.date, newspaper.url) == (None, "2026-04-30", None)


def test_note_and_votes() -> None:
    votes = """<h2 class="h5"><span class="collapse_htxt"><span class="p_opc_top">10.03.2026</span></span></h2>
        <div id="bh_votes_num1"><table><tr>
        <td class="td_first"><div class="color_gr_dar">11:46:21</div><div>(1 чтение) О выдумке</div></td>
        <td class="td_last"><div class="success">Принят</div>
        <div>За: 325</div><div>Против: 0</div><div>Воздержалось: 1</div></td></tr>
        <tr><td class="td_first"><div class="color_gr_dar">11:40:00</div><div>Поправка 1</div></td>
        <td class="td_last"><div class="danger">Отклонен</div><div>За: 5</div></td></tr></table></div>"""
    reading = sozd.read(PENDING.with_(note=("ПОЯСНИТЕЛЬНАЯ   ЗАПИСКА", "  ", "к проекту"), votes=votes).body())
    assert reading.note == "ПОЯСНИТЕЛЬНАЯ ЗАПИСКА\nк проекту"
    passed, failed = reading.votes
    assert (passed.at, passed.subject, passed.passed) == ("2026-03-10T11:46:21+03:00", "(1 чтение) О выдумке", True)
    assert (passed.ayes, passed.noes, passed.abstained) == (325, 0, 1)
    assert (failed.passed, failed.ayes, failed.noes, failed.abstained) == (False, 5, None, None)


def test_the_comment_loses_only_brackets_that_enclose_all_of_it() -> None:
    assert facts(PENDING.with_(comment="(о сроках) и (о порядке)")).comment == "(о сроках) и (о порядке)"
    assert facts(PENDING.with_(comment="")).comment == ""


def test_a_finished_bill_is_archived() -> None:
    assert facts(PENDING.with_(archived=True)).archived


def test_white_space_and_markup_in_titles_are_plain_text() -> None:
    hostile = "О  <script>alert(1)</script>\u00a0\n& «выдумке»"
    assert facts(PENDING.with_(title=hostile)).title == "О <script>alert(1)</script> & «выдумке»"


def test_a_stray_byte_spoils_one_character_and_no_more() -> None:
    whole = sozd.read(PENDING.body())
    spoiled = sozd.read(PENDING.body().replace("Выдуманный".encode(), b"\xff\x00", 1))
    assert spoiled.document is not None
    assert spoiled.document.title == "О внесении изменений в \ufffd\ufffd закон"
    assert (spoiled.events, spoiled.files) == (whole.events, whole.files)


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ()),
        ("а", ("а",)),
        ("а; б (в; г (д; е)); ж", ("а", "б (в; г (д; е))", "ж")),
        ("а;", ("а",)),
        ("а) ; б", ("а)", "б")),
        ("иное решение (раз; два", ("иное решение (раз; два",)),
    ],
)
def test_decisions_are_split_outside_of_brackets(text: str, wanted: tuple[str, ...]) -> None:
    assert split_decisions(text) == wanted


@given(st.text(st.sampled_from("аб()"), max_size=12))
def test_the_bracket_that_ends_a_text(text: str) -> None:
    opening = opening_bracket(text)
    if opening < 0:
        assert not text.endswith(")") or text.count("(") < text.count(")") or text.rfind("(") == -1
        return
    inner = text[opening + 1 : -1]
    depths = [inner[: place + 1].count("(") - inner[: place + 1].count(")") for place in range(len(inner))]
    assert (text[opening], text[-1]) == ("(", ")")
    assert inner.count("(") == inner.count(")")
    assert min(depths, default=0) >= 0


@given(st.lists(st.text(st.sampled_from("абв (;)"), max_size=12), max_size=5))
def test_no_word_of_a_decision_is_lost(parts: list[str]) -> None:
    text = ";".join(parts)
    kept = "".join(split_decisions(text))
    assert [c for c in kept if c not in "; "] == [c for c in text if c not in "; "]


# ---------------------------------------------------------------- files


def file_of(step: str, label: str, slot: str = "", tooltip: str = "") -> tuple[Role, str | None, str, str | None]:
    when = "2026-03-01T10:00:00"
    fake = FakeFile(guid(7), label, slot, tooltip=tooltip or "01.03.2026 10:00:00")
    (file,) = sozd.read(FakeCard(steps=(REGISTERED_BARE, FakeStep(step, when, "решение", files=(fake,)))).body()).files
    return file.role, file.edition, file.label, file.uploaded_at


REGISTERED_BARE = FakeStep("1.1", "2026-02-02T16:31:07", "зарегистрирован", clock=True, id=guid(102))


@pytest.mark.parametrize(
    ("step", "slot", "label", "role", "edition"),
    [
        ("1.1", INTRODUCED, "Текст внесенного законопроекта", Role.BILL_TEXT, "introduced"),
        ("1.1", INTRODUCED, "text0000000000.pdf", Role.BILL_TEXT, "introduced"),
        ("1.1", INTRODUCED.lower(), "x", Role.BILL_TEXT, "introduced"),
        (
            "1.3",
            "0C7B6EFC-C79A-432E-A8CF-C9997C6E45FE",
            "Текст законопроекта (новая редакция)",
            Role.BILL_TEXT,
            "revised",
        ),
        ("3.1", "F8B258A0-0A47-4012-8578-63A0E230F0B2", "Текст", Role.BILL_TEXT, "first-reading-committee"),
        ("3.3", "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89", "Текст", Role.BILL_TEXT, "first-reading"),
        (
            "4.1",
            "0942E50B-7DC7-477B-BC35-7565F92CD616",
            "Текст законопроекта к третьему чтению",
            Role.BILL_TEXT,
            "second-reading-committee",
        ),
        ("4.1", "7B00CE16-3EFD-4012-98B6-EA658C0FD068", "Текст", Role.BILL_TEXT, "second-reading-amended"),
        ("4.3", "0A531D03-E589-418F-A2DB-645F9B9FD5B8", "Текст", Role.BILL_TEXT, "second-reading"),
        ("4.3", "C29D498E-8210-480F-9046-E4A27683736F", "Текст", Role.BILL_TEXT, "adopted"),
        (
            "5.1",
            "2655FF6A-8DE3-4FC6-91CD-5AF29823A811",
            "Текст законопроекта ко второму чтению",
            Role.BILL_TEXT,
            "third-reading-committee",
        ),
        ("5.3", "9B94D39C-D0A0-42DD-A387-EFD23ED9C014", "Текст", Role.BILL_TEXT, "adopted"),
        ("5.3", "", "Текст закона, направляемого в Совет Федерации", Role.BILL_TEXT, "adopted"),
        ("5.3", "", "Текст принятого закона, направляемого в Совет Федерации", Role.BILL_TEXT, "adopted"),
        ("1.1", "", "Текст внесенного законопроекта", Role.BILL_TEXT, "introduced"),
        (
            "4.1",
            "",
            "Текст законопроекта ко второму чтению с учетом поправок",
            Role.BILL_TEXT,
            "second-reading-amended",
        ),
        ("4.1", "", "Текст законопроекта, принятого в первом чтении", Role.BILL_TEXT, "second-reading-committee"),
        ("5.1", "D463C512-E120-4612-8896-A1C463F3629A", "Текст законопроекта", Role.BILL_TEXT, None),
        ("5.1", "D463C512-E120-4612-8896-A1C463F3629A", "Проект постановления о принятии", Role.DECISION, None),
        ("1.1", "8A96D1B0-E2C3-481A-B7C6-3E6077E3CB01", "Пакет документов при внесении", Role.SCAN, None),
        ("1.1", "", "Пояснительная записка к законопроекту", Role.NOTE, None),
        ("1.1", "2BB65FB1-32E8-4B9B-ABDA-560A504DB989", "Текст законопроекта", Role.NOTE, None),
        ("1.1", "7185724E-45FF-4E2B-AAD3-F6790BEDB0A9", "Финансово-экономическое обоснование", Role.FINANCE, None),
        ("4.1", "3446EFCE-A0E4-4760-816F-3B7D7A7A508E", "Таблица", Role.AMENDMENTS, None),
        ("4.1", "", "Таблица поправок, рекомендуемых к принятию", Role.AMENDMENTS, None),
        ("1.3", "ABA1F866-DB63-4FE0-8922-B3A7A0B583F1", "mainfile.pdf", Role.OPINION, None),
        ("6.3", "80B36D25-B11F-455E-9551-F4F69EB2FA72", "Постановление Совета Федерации", Role.DECISION, None),
        ("4.1", "", "Письмо в Совет ГД", Role.LETTER, None),
        ("3.1", "554EFA09-8FC8-4E6B-88CD-2D861CF7A0B9", "Иной документ", Role.OTHER, None),
        ("3.1", "00000000-1111-2222-3333-444444444444", "Заключение ответственного комитета", Role.CONCLUSION, None),
    ],
)
def test_the_slot_decides_and_the_label_stands_in_for_it(
    step: str, slot: str, label: str, role: Role, edition: str | None
) -> None:
    assert file_of(step, label, slot)[:2] == (role, edition)


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("Решение (Комитет Государственной Думы по выдумкам)", "Решение"),
        ("Заключение (повторно) (Комитет по выдумкам (и сказкам))", "Заключение (повторно)"),
        ("Заключение(повторно)", "Заключение(повторно)"),
        ("Заключение ( 3 чт.)", "Заключение ( 3 чт.)"),
        (
            "Заключение (по законопроектам, предусмотренным частью 3)",
            "Заключение (по законопроектам, предусмотренным частью 3)",
        ),
        ("Письмо (Сказкин А.Б.)", "Письмо"),
        (f"Письмо ({CLERK})", "Письмо"),
        ("(Комитет по выдумкам)", "(Комитет по выдумкам)"),
        ("Письмо Комитет по выдумкам)", "Письмо Комитет по выдумкам)"),
    ],
)
def test_a_label_loses_the_body_that_signed_it(printed: str, kept: str) -> None:
    assert file_of("4.1", printed)[2] == kept


@pytest.mark.parametrize(
    ("tooltip", "wanted"),
    [
        (f"18.07.2023 16:48:51 разместил пользователь {CLERK} (Отдел)", "2023-07-18T16:48:51+03:00"),
        ("18.07.2013 16:48:51", "2013-07-18T16:48:51+04:00"),
        ("31.02.2023 16:48:51", None),
        ("разместил пользователь", None),
    ],
)
def test_the_upload_is_the_leading_timestamp_of_the_tooltip(tooltip: str, wanted: str | None) -> None:
    assert file_of("4.1", "Письмо", tooltip=tooltip)[3] == wanted


def test_a_file_is_told_once_and_all_hidden_ones_are_told() -> None:
    files = tuple(FakeFile(guid(600 + n), f"Иной документ {n}") for n in range(9))
    card = FakeCard(
        steps=(
            REGISTERED,
            FakeStep("3.1", "2026-03-01T10:00:00", "предложить", files=files),
            FakeStep("4.1", files=files[:2]),
        )
    )
    assert [file.id for file in sozd.read(card.body()).files] == [guid(201), *(file.id for file in files)]


def test_editions_stand_in_the_order_of_the_procedure() -> None:
    assert sozd.EDITION_ORDER[0] == "introduced"
    assert sozd.EDITION_ORDER[-1] == "adopted"
    assert len(set(sozd.EDITION_ORDER)) == 9
    steps = {edition: step for step, edition in EDITIONS_BY_STEP}
    assert [steps[edition] for edition in sozd.EDITION_ORDER] == sorted(steps.values())


EDITIONS_BY_STEP = [
    ("1.1", "introduced"),
    ("1.3", "revised"),
    ("3.1", "first-reading-committee"),
    ("3.3", "first-reading"),
    ("4.1", "second-reading-committee"),
    ("4.1", "second-reading-amended"),
    ("4.3", "second-reading"),
    ("5.1", "third-reading-committee"),
    ("5.3", "adopted"),
]


@pytest.mark.parametrize("step", ["1.3", "4.3", "7.3"])
def test_a_known_slot_decides_at_any_step(step: str) -> None:
    assert file_of(step, "Письмо", INTRODUCED)[:2] == (Role.BILL_TEXT, "introduced")


# ---------------------------------------------------------------- the status


RETURNED_TO_SECOND = FakeStep("5.3", "2026-04-14T11:35:00", "возвратить законопроект к процедуре второго чтения")


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((REGISTERED,), Status.REGISTERED),
        ((REGISTERED, COMMITTEE), Status.UNDER_CONSIDERATION),
        ((REGISTERED, COUNCIL), Status.UNDER_CONSIDERATION),
        ((REGISTERED, COUNCIL, FIRST), Status.FIRST_READING),
        ((REGISTERED, FIRST, SECOND), Status.SECOND_READING),
        (
            (REGISTERED, FIRST, FakeStep("5.3", "2026-04-14T11:38:00", RETURNED_TO_SECOND.decision), SECOND),
            Status.SECOND_READING_RETURNED,
        ),
        ((REGISTERED, FIRST, SECOND, RETURNED_TO_SECOND), Status.SECOND_READING),  # the vote of 11:37 comes after
        ((REGISTERED, FIRST, SECOND, ADOPTED), Status.ADOPTED),
        (
            (
                REGISTERED,
                FIRST,
                FakeStep("4.3", "2026-04-14T11:00:00", "принять закон; принять законопроект во втором чтении"),
            ),
            Status.ADOPTED,
        ),
        ((REGISTERED, ADOPTED, APPROVED), Status.SF_APPROVED),
        ((REGISTERED, ADOPTED, FakeStep("6.3", "2026-04-22T10:00:00", "закон отклонён")), Status.SF_REJECTED),
        ((REGISTERED, ADOPTED, APPROVED, SIGNED), Status.SIGNED),
        ((REGISTERED, ADOPTED, APPROVED, FakeStep("8.1", "2026-04-28T16:53:00", "закон отклонен")), Status.VETOED),
        ((REGISTERED, ADOPTED, APPROVED, SIGNED, PUBLISHED), Status.PUBLISHED),
        ((REGISTERED, ADOPTED, SIGNED, FakeStep("8.2", "2026-04-28T00:00:00", "закон опубликован")), Status.PUBLISHED),
        ((REGISTERED, COUNCIL, FakeStep("3.3", "2026-03-10T10:00:00", "отклонить законопроект")), Status.REJECTED),
        (
            (
                REGISTERED,
                FIRST,
                FakeStep("4.3", "2026-04-10T10:00:00", "отклонить законопроект и снять с дальнейшего рассмотрения"),
            ),
            Status.REJECTED,
        ),
        (
            (REGISTERED, FakeStep("3.1", "2026-03-01T10:00:00", "предложить отклонить законопроект")),
            Status.UNDER_CONSIDERATION,
        ),
        (
            (REGISTERED, FIRST, FakeStep("4.1", "2026-04-01T10:00:00", "предложить отклонить законопроект")),
            Status.FIRST_READING,
        ),
        (
            (REGISTERED, FIRST, FakeStep("4.3", "2026-04-01T10:00:00", "законопроект не рассматривался")),
            Status.FIRST_READING,
        ),
        (
            (REGISTERED, FIRST, FakeStep("4.3", "2026-04-01T10:00:00", "перенести рассмотрение законопроекта")),
            Status.FIRST_READING,
        ),
        (
            (
                REGISTERED,
                FIRST,
                FakeStep("4.3", "2026-04-01T10:00:00", "снять законопроект с рассмотрения данного заседания"),
            ),
            Status.FIRST_READING,
        ),
        (
            (
                REGISTERED,
                FIRST,
                FakeStep("5.1", "2026-04-01T10:00:00", "предложить возвратить законопроект к процедуре второго чтения"),
            ),
            Status.FIRST_READING,
        ),
        (
            (
                REGISTERED,
                FakeStep(
                    "3.3",
                    "2026-03-10T10:00:00",
                    "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права инициативы",
                ),
            ),
            Status.WITHDRAWN,
        ),
        (
            (
                REGISTERED,
                FakeStep(
                    "2.2",
                    "2026-02-20T10:00:00",
                    "снять с рассмотрения Государственной Думы законопроект (в связи с отзывом)",
                ),
            ),
            Status.WITHDRAWN,
        ),
        (
            (
                REGISTERED,
                FakeStep(
                    "2.2",
                    "2026-02-20T10:00:00",
                    "вернуть законопроект субъекту права законодательной инициативы для выполнения требований Конституции РФ",
                ),
            ),
            Status.RETURNED,
        ),
        (
            (
                REGISTERED,
                FakeStep(
                    "2.2", "2026-02-20T10:00:00", "возвратить законопроект субъекту права законодательной инициативы"
                ),
                FakeStep("2.2", "2026-03-20T10:00:00", "назначить ответственный комитет (Выдуманный комитет)"),
            ),
            Status.UNDER_CONSIDERATION,
        ),
        (
            (
                REGISTERED,
                FakeStep("1.3", "2026-02-20T10:00:00", "официальный отзыв Правительства Российской Федерации"),
            ),
            Status.REGISTERED,
        ),
        ((REGISTERED, FIRST, FakeStep("4.1"), FakeStep("5.3")), Status.FIRST_READING),
    ],
)
def test_where_a_bill_stands(steps: tuple[FakeStep, ...], status: Status) -> None:
    assert status_of(*steps) is status


@pytest.mark.parametrize("order", list(permutations((REGISTERED, FIRST, SECOND, ADOPTED))))
def test_the_page_may_be_sorted_either_way(order: tuple[FakeStep, ...]) -> None:
    assert status_of(*order) is Status.ADOPTED


@pytest.mark.parametrize(
    ("status", "force"),
    [(Status.REJECTED, Force.DROPPED), (Status.ADOPTED, Force.ADOPTED_NOT_PUBLISHED), (Status.REGISTERED, Force.DRAFT)],
)
def test_force_follows_the_status(status: Status, force: Force) -> None:
    last = {
        Status.REJECTED: (FakeStep("3.3", "2026-03-10T10:00:00", "отклонить законопроект"),),
        Status.ADOPTED: (ADOPTED,),
        Status.REGISTERED: (),
    }
    document = facts(FakeCard(steps=(REGISTERED, *last[status])))
    assert (document.status, document.force) == (status, force)


# ---------------------------------------------------------------- pages that are refused


@pytest.mark.parametrize(
    ("card", "missing"),
    [
        (PENDING.with_(drop=("number_oz_id",)), "number"),
        (PENDING.with_(drop=("oz_name",)), "title"),
        (PENDING.with_(drop=("bh_histras",)), "#bh_histras"),
        (PENDING.with_(steps=()), "dated step"),
    ],
)
def test_a_missing_part_is_named(card: FakeCard, missing: str) -> None:
    problem, message = problem_of(card.body(), URL)
    assert problem is Problem.LAYOUT_CHANGED
    assert missing in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('data-eventdate="2026-02-02T16:31:07"', 'data-eventdate="завтра"'),
        ('data-eventdate="2026-02-02T16:31:07"', ""),
        (f'<div id="{guid(101)}"', "<div"),
        ('data-eventnum="1.1"', 'data-eventnum="Регистрация"'),
        (f'data-id="{NUMBER}"', 'data-id="100002-99"'),
    ],
)
def test_a_step_that_cannot_be_told_is_not_skipped(old: str, new: str) -> None:
    page = PENDING.html()
    assert old in page
    assert problem_of(page.replace(old, new).encode())[0] is Problem.LAYOUT_CHANGED


def test_another_bill_than_the_address_names() -> None:
    problem, message = problem_of(PENDING.body(), "https://sozd.duma.gov.ru/bill/100002-99")
    assert problem is Problem.WRONG_DOCUMENT
    assert NUMBER in message
    assert "100002-99" in message
    assert sozd.read(PENDING.body(), url=f"{URL}?sortEventsByNum=num_up").document is not None
    assert problem_of(listing(listing_row(NUMBER, "О выдумке")), URL)[0] is Problem.WRONG_DOCUMENT


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_answer(body: bytes) -> None:
    assert problem_of(body, URL)[0] is Problem.EMPTY


def test_a_pane_behind_the_help_window_is_read() -> None:
    """The window stands behind everything on all genuine cards; should that change, nothing may be lost."""
    page = PENDING.with_(help=True, note=("Одно слово",)).html()
    start, end = page.index('<div class="dis_none helpSystemInfo_class'), page.index("</body>")
    window = page[start:end]
    moved = page.replace(window, "").replace('<div id="opc_hild"', f'{window}<div id="opc_hild"')
    assert sozd.read(moved.encode()) == sozd.read(page.encode()) == sozd.read(page.replace(window, "").encode())
    single = moved.replace('src="data', "src='data").replace('" alt=""', "' alt=''")
    assert sozd.read(single.encode()) == sozd.read(page.encode())


@pytest.mark.parametrize("mark", [";base64,", '"', 'id="bh_', 'id="bh_note', "helpSystemInfo_class;base64,"])
def test_hostile_pages_cost_no_time(mark: str) -> None:
    body = PENDING.with_(help=True).body().replace(b"iVBORw0KGgo", mark.encode() * 3)
    assert problem_of(body[: body.rindex(b"</html")])[0] is Problem.TRUNCATED
    try:
        sozd.read(body)
    except PageError:
        return


def test_every_cut_of_a_page_is_told() -> None:
    whole = PENDING.with_(help=True).body().rstrip()
    places = [len(whole) * share // 20 for share in range(1, 20)]
    assert {problem_of(whole[:place], URL)[0] for place in places} == {Problem.TRUNCATED}
    assert problem_of(whole[len(whole) // 2 :], URL)[0] is Problem.TRUNCATED


def test_a_piece_lost_amid_the_steps_is_told() -> None:
    page = PENDING.with_(steps=(REGISTERED, COUNCIL, FIRST)).html()
    start = page.index('<div class="algstname')
    end = page.index('<div class="algstname', start + 1)
    assert problem_of((page[:start] + page[end + 40 :]).encode())[0] is Problem.TRUNCATED


def test_steps_that_run_together_are_not_believed() -> None:
    """A page that a browser mended after a loss: its tags match, but one step stands inside another."""
    page = PENDING.with_(steps=(REGISTERED, FakeStep("2.2", "2026-02-09T16:00:00", "решение"))).html()
    inner = '<div class="oz_event bh_etap" id="X" data-eventdate="2026-02-09T16:00:00" data-eventnum="1.1"></div>'
    mended = page.replace('<div class="arr"></div>', inner, 1)
    problem, message = problem_of(mended.encode())
    assert problem is Problem.TRUNCATED
    assert "run together" in message


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page(status: int) -> None:
    assert problem_of(b"<html><body>x</body></html>", URL, status)[0] is Problem.NOT_FOUND


def test_an_error_status_is_believed_over_the_page() -> None:
    assert problem_of(PENDING.body(), URL, 503)[0] is Problem.MAINTENANCE


def test_a_page_of_another_kind() -> None:
    body = b"<!DOCTYPE html><html><body><p>" + b"hello " * 2000 + b"</p></body></html>"
    assert problem_of(body, URL)[0] is Problem.LAYOUT_CHANGED
    assert problem_of(body)[0] is Problem.LAYOUT_CHANGED
    assert problem_of(b"%PDF-1.4 not a page")[0] is Problem.LAYOUT_CHANGED


def test_words_of_blocking_inside_a_bill_do_not_block_it() -> None:
    card = PENDING.with_(
        title="О запрете captcha, DDoS-Guard и Cloudflare", note=("Доступ ограничен. Технические работы.",)
    )
    assert facts(card).title == "О запрете captcha, DDoS-Guard и Cloudflare"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 6000), st.integers(0, 6000), st.binary(max_size=40))
def test_a_damaged_page_is_read_or_refused_but_never_crashes(start: int, length: int, junk: bytes) -> None:
    body = FakeCard(steps=(REGISTERED, COUNCIL, FIRST)).body()
    start = start % len(body)
    try:
        sozd.read(body[:start] + junk + body[start + length :], url=URL)
    except PageError:
        return


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(junk: bytes) -> None:
    for body in (junk, b"<html>" + junk + b"</html>", b"<html>" + junk + b'<i id="number_oz_id">1234-9</i></html>'):
        with pytest.raises(PageError):
            sozd.read(body)
