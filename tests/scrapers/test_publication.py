from __future__ import annotations

import contextlib
import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import publication
from scrapers.publication import (
    BASE_URL,
    card_url,
    day_url,
    fingerprint,
    keep_day,
    read,
    recognises,
    rss_url,
    search_url,
    view_url,
)
from scrapers.readings import from_json, to_json
from tracker.errors import ConfigError, PageError
from tracker.models import Force, PageKind, Problem, Reading, Status

DECREE = "0790e34b-784b-4372-884e-3282622a24bd"
LAW = "82a8bf1c-3bc7-47ed-827f-7affd43a7f27"
ORDER = "2dddb344-d3e2-4785-a899-7aa12bd47b6f"
PRESIDENT = "225698f1-cfbc-4e42-9caa-32f9f7403211"
MVD = "ff850c93-e869-42ec-9547-a63dad38c204"
UNKNOWN = "00000000-0000-4000-8000-000000000099"
DAY = date(2099, 1, 17)


def row(**changes: Any) -> dict[str, Any]:
    return {
        "eoNumber": "0001209901170001",
        "hasSvg": False,
        "zipFileLength": None,
        "publishDateShort": "2099-01-17T00:00:00",
        "complexName": 'Указ Президента Российской Федерации от 16.01.2099 № 17\n "О вымышленном порядке"',
        "pagesCount": 3,
        "pdfFileLength": 59113,
        "jdRegNumber": None,
        "jdRegDate": None,
        "name": "О вымышленном порядке",
        "number": "17",
        "documentDate": "2099-01-16T00:00:00",
        "signatoryAuthorityId": PRESIDENT,
        "documentTypeId": DECREE,
        "title": 'Указ Президента Российской Федерации от 16.01.2099 № 17<br /> "О вымышленном порядке"',
        "viewDate": "17.01.2099",
        "id": UNKNOWN,
        **changes,
    }


def a_list(*rows: dict[str, Any], total: int | None = None) -> bytes:
    count = len(rows) if total is None else total
    envelope = {"items": rows, "itemsTotalCount": count, "itemsPerPage": 200, "currentPage": 1, "pagesTotalCount": 1}
    return json.dumps(envelope, ensure_ascii=False).encode()


def refused(body: bytes, **told: Any) -> PageError:
    with pytest.raises(PageError) as caught:
        read(body, **told)
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- lists and cards


def test_a_row_becomes_an_item() -> None:
    reading = read(a_list(row(), total=431))
    assert (reading.source, reading.page, reading.total) == ("publication", PageKind.LIST, 431)
    (item,) = reading.items
    assert item.id == "act/ukaz/2099-01-16/17"
    assert item.native_id == "0001209901170001"
    assert (item.kind, item.number, item.date, item.published) == ("ukaz", "17", "2099-01-16", "2099-01-17")
    assert item.title == "О вымышленном порядке"
    assert item.url == "http://publication.pravo.gov.ru/document/0001209901170001"
    assert item.fields == {
        "type": "Указ",
        "authority": "Президент Российской Федерации",
        "complex_name": 'Указ Президента Российской Федерации от 16.01.2099 № 17 "О вымышленном порядке"',
        "pages": "3",
        "pdf_size": "59113",
        "has_svg": "false",
    }


def test_a_federal_law_is_not_a_decree_though_the_president_signs_both() -> None:
    (item,) = read(
        a_list(row(documentTypeId=LAW, number="310-ФЗ", complexName="Федеральный закон от 16.01.2099 № 310-ФЗ"))
    ).items
    assert item.id == "act/fz/2099-01-16/310-fz"


def test_unknown_guids_fall_back_to_the_words_of_the_full_name() -> None:
    name = 'Приказ Министерства вымысла Российской Федерации, Федерального агентства сказок от 16.01.2099 № 247/04\n "О сказках"'
    (item,) = read(
        a_list(row(documentTypeId=UNKNOWN, signatoryAuthorityId=UNKNOWN, complexName=name, number="247/04"))
    ).items
    assert item.id == "act/prikaz-ministerstva-vymysla/2099-01-16/247_04"
    assert item.fields["authority"] == "Министерства вымысла Российской Федерации"


def test_a_row_and_its_card_give_one_id() -> None:
    name = 'Приказ Министерства вымысла Российской Федерации, Федерального агентства сказок от 16.01.2099 № 247/04\n "О сказках"'
    record = row(documentTypeId=ORDER, signatoryAuthorityId=UNKNOWN, complexName=name, number="247/04")
    card = {
        "documentType": {"weight": 70, "name": "Приказ", "id": ORDER},
        "signatoryAuthorities": [
            {"isMain": False, "weight": 1, "name": "Федеральное агентство сказок", "id": UNKNOWN},
            {"isMain": True, "weight": 2, "name": "Министерство вымысла Российской Федерации", "id": UNKNOWN},
        ],
        **record,
    }
    document = read(json.dumps(card).encode()).document
    assert document is not None
    assert document.id == read(a_list(record)).items[0].id
    assert document.fields["authority"] == "Министерство вымысла Российской Федерации"
    assert document.fields["signatories"] == "Министерство вымысла Российской Федерации; Федеральное агентство сказок"


def test_a_card_tells_the_publication_as_one_step() -> None:
    reading = read(json.dumps(row(jdRegNumber="73635", jdRegDate="2099-01-15T00:00:00")).encode())
    document, (step,) = reading.document, reading.events
    assert reading.page is PageKind.DOCUMENT
    assert document is not None
    assert (document.id, document.title) == ("act/ukaz/2099-01-16/17", "О вымышленном порядке")
    # When it takes effect stands in the text, which the portal does not give.
    assert (document.status, document.force) == (Status.PUBLISHED, Force.UNKNOWN)
    assert (document.fields["minjust_number"], document.fields["minjust_date"]) == ("73635", "2099-01-15")
    assert (step.id, step.step, step.stage, step.at) == ("0001209901170001", "published", "Опубликование", "2099-01-17")
    (published,) = step.publication
    assert (published.number, published.date, published.url) == (step.id, step.at, document.url)
    assert published.source == "Официальный интернет-портал правовой информации"


def test_registration_in_a_region_is_not_the_ministry_of_justice() -> None:
    (item,) = read(a_list(row(eoNumber="7601209901170003", jdRegNumber="40-14604"))).items
    assert item.fields["registration_number"] == "40-14604"
    assert "minjust_number" not in item.fields


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("О сказках\r\n", "О сказках"),
        ("О сказках\n \n \n", "О сказках"),
        ('"О сказках"', "О сказках"),
        ('"О сказках общества "Лукоморье"', 'О сказках общества "Лукоморье"'),
        ('О статье 3 закона "О законе "О сказках"', 'О статье 3 закона "О законе "О сказках"'),
        ("О территориях \nСказочной области", "О территориях Сказочной области"),
        ('Указ Президента Российской Федерации от 16.01.2099 № 17\n "О вымышленном порядке"', "О вымышленном порядке"),
        ("", "О вымышленном порядке"),
    ],
)
def test_oddities_of_names_are_cleaned(name: str, expected: str) -> None:
    assert read(a_list(row(name=name))).items[0].title == expected


def test_a_row_without_a_signing_date_has_no_id_but_stands_in_the_list() -> None:
    (item,) = read(a_list(row(documentDate=None, complexName="Соглашение о вымысле"))).items
    assert (item.id, item.date, item.native_id) == ("", None, "0001209901170001")


def test_an_empty_list_is_an_answer() -> None:
    reading = read(a_list(total=0))
    assert (reading.items, reading.total) == ((), 0)


def test_readings_survive_json() -> None:
    for body in (a_list(row(), row(eoNumber="0001209901170002")), json.dumps(row()).encode()):
        reading = read(body)
        assert from_json(json.loads(json.dumps(to_json(reading)))) == reading


def test_a_mark_of_byte_order_is_no_obstacle() -> None:
    assert read(b"\xef\xbb\xbf" + a_list(row())).total == 1


FRAGMENT = """<div class="documents-container"><div class="documents-table">
<div class="documents-table-row"><div class="documents-table-cell documents-fill">
  <a href="/document/0001209908190017"><img class="documents-document-image" alt="Документ" src="/images/document.svg" /></a>
  <a class="documents-item-name" href="/document/0001209908190017">
    Распоряжение Правительства Российской Федерации от 18.08.2099 № 2198-р
    <br/>
    "О вымышленном представителе"
  </a>
  <div class="infoindocumentlist">
    <div><span class="info-name">Номер опубликования:</span><span class="info-data">0001209908190017</span></div>
    <div><span class="info-name">Дата опубликования:</span><span class="info-data">19.08.2099</span></div>
  </div>
</div></div></div></div>"""


def test_the_fragment_of_the_site_is_a_list_too() -> None:
    reading = read(FRAGMENT.encode())
    (item,) = reading.items
    assert (reading.page, reading.total) == (PageKind.LIST, None)
    assert item.id == "act/rasporyazhenie-pravitelstva/2099-08-18/2198-r"
    assert (item.native_id, item.published) == ("0001209908190017", "2099-08-19")
    assert item.title == "О вымышленном представителе"


def test_a_fragment_without_rows_is_an_empty_list() -> None:
    assert read(b'<div class="documents-container"><div class="documents-table"></div></div>').items == ()


# ---------------------------------------------------------------- answers that are none


def test_problem_details_name_the_parameter() -> None:
    body = {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "|99.",
        "errors": {"DocumentTypes": ["The value 'сказка' is not valid."]},
    }
    error = refused(json.dumps(body).encode(), status=400)
    assert error.problem is Problem.BAD_REQUEST
    assert "DocumentTypes: The value 'сказка' is not valid." in str(error)


@pytest.mark.parametrize(
    ("message", "status", "problem"),
    [
        ("Внутренняя ошибка сервера", 500, Problem.SERVER_ERROR),
        ("Внутренняя ошибка сервера", 200, Problem.SERVER_ERROR),
        ("Ошибки валидации: \r\n'Block Code' не должно быть пусто.\r\n", 400, Problem.BAD_REQUEST),
        ("Ошибки валидации: \r\n'Block Code' не должно быть пусто.\r\n", 200, Problem.BAD_REQUEST),
        ("Иное", 403, Problem.BLOCKED),
        ("Иное", 409, Problem.BAD_REQUEST),
        ("Иное", 404, Problem.NOT_FOUND),
    ],
)
def test_bare_messages_are_told_by_their_words_and_status(message: str, status: int, problem: Problem) -> None:
    error = refused(json.dumps({"message": message}).encode(), status=status)
    assert error.problem is problem
    assert "не должно быть пусто" in str(error) or "не должно" not in message


@pytest.mark.parametrize(
    ("body", "told", "problem"),
    [
        (b"", {}, Problem.EMPTY),
        (b"", {"status": 204}, Problem.EMPTY),
        (b"slow down", {"status": 429}, Problem.BLOCKED),
        (b"who are you", {"status": 401}, Problem.LOGIN),
        (b"  \r\n", {}, Problem.EMPTY),
        (b"\xef\xbb\xbf", {}, Problem.EMPTY),
        ("<html><body><h1>Страница не найдена</h1></body></html>".encode(), {}, Problem.NOT_FOUND),
        (b"<html><body>x</body></html>", {"status": 404}, Problem.NOT_FOUND),
        ("<html><body><p>Главная страница портала</p></body></html>".encode(), {}, Problem.LAYOUT_CHANGED),
        ("<html><title>x</title><body>Ведутся технические работы</body></html>".encode(), {}, Problem.MAINTENANCE),
        ("<html><body>Доступ ограничен</body></html>".encode(), {"status": 403}, Problem.BLOCKED),
        (b"true", {}, Problem.LAYOUT_CHANGED),
        (b"[]", {}, Problem.LAYOUT_CHANGED),
        (b'[{"block":"president","documentsCount":4}]', {}, Problem.LAYOUT_CHANGED),
        (b'{"answer": 42}', {}, Problem.LAYOUT_CHANGED),
        (b'{"items": {}, "itemsTotalCount": 1}', {}, Problem.LAYOUT_CHANGED),
        (b'{"items": []}', {}, Problem.LAYOUT_CHANGED),
        (b'{"items": [1], "itemsTotalCount": 1}', {}, Problem.LAYOUT_CHANGED),
        (b'{"eoNumber": "0001209901170001"}', {}, Problem.LAYOUT_CHANGED),
        (b"plain words", {}, Problem.LAYOUT_CHANGED),
        (b"Bad Gateway", {"status": 502}, Problem.SERVER_ERROR),
        (b"{}", {"status": 500}, Problem.SERVER_ERROR),
        (b"[" * 100_000, {}, Problem.TRUNCATED),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, told: dict[str, Any], problem: Problem) -> None:
    assert refused(body, **told).problem is problem


@pytest.mark.parametrize("missing", ["eoNumber", "complexName", "publishDateShort"])
def test_a_row_that_lost_what_is_required_is_named_and_does_not_hide_the_others(missing: str) -> None:
    changes = {missing: None, **({"viewDate": None} if missing == "publishDateShort" else {}), "title": ""}
    good, bad = publication.read(a_list(row(), row(**changes))).items
    assert good.native_id
    assert "fault" not in good.fields
    assert (bad.id, bad.native_id) == ("", "")
    assert "row 2" in bad.fields["fault"]
    error = refused(a_list(row(**changes)))
    assert error.problem is Problem.LAYOUT_CHANGED
    assert "row 1" in str(error)


def test_half_a_character_is_replaced() -> None:
    body = a_list(row(name="О призыве HALF")).replace(b"HALF", b"\\ud800")
    (item,) = publication.read(body).items
    assert item.title.encode().decode().startswith("О призыве")


@given(st.data())
def test_every_cut_of_a_list_is_a_failure_never_a_shorter_list(data: st.DataObject) -> None:
    body = a_list(row(), row(name='"О сказках "Лукоморье"', eoNumber="0001209901170002"))
    size = data.draw(st.integers(0, len(body) - 1))
    error = refused(body[:size])
    assert error.problem is (Problem.TRUNCATED if size else Problem.EMPTY)


@given(st.binary(max_size=300) | st.text(alphabet='{}[]"<>:,/abeoNumritsдо \n', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    recognises(body, "")
    with contextlib.suppress(PageError):
        read(body)


# ---------------------------------------------------------------- the day that was asked for


def stray(number: int) -> dict[str, Any]:
    return row(eoNumber=f"000120990116{number:04d}", publishDateShort="2099-01-16T00:00:00")


def test_rows_of_other_days_are_dropped_when_the_whole_list_is_in_hand() -> None:
    kept = keep_day(read(a_list(row(), stray(1))), DAY)
    assert [item.native_id for item in kept.items] == ["0001209901170001"]


def test_a_page_of_a_longer_day_is_kept() -> None:
    assert len(keep_day(read(a_list(row(), total=431)), DAY).items) == 1


@pytest.mark.parametrize(
    "reading",
    [
        read(a_list(row(), total=1_593_675)),
        read(a_list(row(), stray(1), total=4000)),
        read(a_list(stray(1), total=300)),
        read(FRAGMENT.encode()),
    ],
    ids=["absurd total", "strays and more unseen", "small block, other day", "fragment of another day"],
)
def test_an_ignored_question_is_never_silence(reading: Reading) -> None:
    with pytest.raises(PageError) as caught:
        keep_day(reading, DAY)
    assert caught.value.problem is Problem.UNFILTERED


def test_a_day_without_publications_is_an_empty_list() -> None:
    assert keep_day(read(a_list(total=0)), DAY).items == ()


# ---------------------------------------------------------------- addresses


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_day_is_asked_for_in_the_only_form_the_portal_understands() -> None:
    url = day_url(BASE_URL, block="president", day=date(2099, 1, 7), index=2)
    assert url.startswith("http://publication.pravo.gov.ru/api/Documents?")
    assert query(url) == {
        "Block": ["president"],
        "PeriodType": ["day"],
        "Date": ["07.01.2099"],
        "PageSize": ["200"],
        "Index": ["2"],
    }


def test_a_search_repeats_types_and_writes_russian_dates() -> None:
    url = search_url(
        "http://127.0.0.1:8000/", document_types=(DECREE, LAW), since=date(2099, 1, 7), until=DAY, number="310-ФЗ"
    )
    asked = query(url)
    assert asked["DocumentTypes"] == [DECREE, LAW]
    assert (asked["PublishDateFrom"], asked["PublishDateTo"]) == (["07.01.2099"], ["17.01.2099"])
    assert asked["Number"] == ["310-ФЗ"]
    assert not {"DocumentDateFrom", "Block", "Name"} & set(asked)
    assert url.startswith("http://127.0.0.1:8000/api/Documents?")


def test_cards_and_pages_have_their_addresses() -> None:
    assert card_url(BASE_URL, "0001209901170001") == f"{BASE_URL}/api/Document?eoNumber=0001209901170001"
    assert view_url(BASE_URL, "0001209901170001") == f"{BASE_URL}/document/0001209901170001"


@pytest.mark.parametrize("number", ["", "17", "0001209901170001/..", "000120990117000x"])
def test_a_wrong_publication_number_is_refused(number: str) -> None:
    with pytest.raises(ConfigError, match="16 digits"):
        card_url(BASE_URL, number)


@pytest.mark.parametrize(("size", "index"), [(20, 1), (50, 1), (200, 0)])
def test_pages_the_portal_refuses_are_not_asked_for(size: int, index: int) -> None:
    with pytest.raises(ConfigError):
        day_url(BASE_URL, block="president", day=DAY, page_size=size, index=index)


@pytest.mark.parametrize("block", publication.BLOCKS)
def test_the_feed_of_a_block_has_its_address(block: str) -> None:
    assert rss_url(BASE_URL + "/", block=block, page_size=100) == f"{BASE_URL}/api/rss?block={block}&pageSize=100"
    with pytest.raises(ConfigError):
        rss_url(BASE_URL, block=block, page_size=50)


# ---------------------------------------------------------------- the fingerprint


def test_a_fingerprint_holds_what_a_new_upload_changes() -> None:
    (item,) = read(a_list(row(zipFileLength=1200, hasSvg=True))).items
    assert fingerprint(item) == {
        "name": "О вымышленном порядке",
        "complex_name": 'Указ Президента Российской Федерации от 16.01.2099 № 17 "О вымышленном порядке"',
        "pages": "3",
        "pdf_size": "59113",
        "zip_size": "1200",
        "has_svg": "true",
    }


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"pagesCount": 4}, "pages"),
        ({"pdfFileLength": 59114}, "pdf_size"),
        ({"name": "О другом порядке"}, "name"),
        ({"hasSvg": True}, "has_svg"),
    ],
)
def test_a_silent_upload_shows_in_the_fingerprint(changed: dict[str, Any], key: str) -> None:
    before, after = (fingerprint(read(a_list(record)).items[0]) for record in (row(), row(**changed)))
    assert {name for name in before if before[name] != after[name]} == {key}


def test_a_list_and_a_card_of_one_upload_have_one_fingerprint() -> None:
    document = read(json.dumps(row()).encode()).document
    assert document is not None
    listed = fingerprint(read(a_list(row())).items[0])
    assert {key: document.fields[key] for key in listed if key != "name"} == {
        key: value for key, value in listed.items() if key != "name"
    }


def test_a_fingerprint_of_the_feed_holds_names_only() -> None:
    assert set(fingerprint(read(a_feed(ENTRY)).items[0])) == {"name", "complex_name"}


# ---------------------------------------------------------------- the feed


def a_feed(*entries: str) -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>x</title>{"".join(entries)}</channel></rss>""".encode()


ENTRY = """<item><title>Федеральный закон от 03.08.2099 № 999-ФЗ
 "О вымышленном &amp; придуманном"</title><link>http://publication.pravo.gov.ru/document/0001209908040001</link>
 <pubDate>Tue, 04 Aug 2099 00:00:00 +03:00</pubDate></item>"""


def test_an_entry_of_the_feed_is_an_item_on_its_moscow_day() -> None:
    reading = read(a_feed(ENTRY), content_type="application/rss+xml; charset=utf-8")
    assert (reading.page, reading.total) == (PageKind.LIST, None)
    (item,) = reading.items
    assert (item.id, item.native_id) == ("act/fz/2099-08-03/999-fz", "0001209908040001")
    assert item.title == "О вымышленном & придуманном"
    assert item.published == "2099-08-04", "midnight in Moscow is the day before in UTC"


def test_a_feed_and_the_list_give_one_item() -> None:
    record = row(signatoryAuthorityId=UNKNOWN, pagesCount=None, pdfFileLength=None, hasSvg=None)
    entry = (
        f"<item><title>{record['complexName']}</title><link>{view_url(BASE_URL, '0001209901170001')}</link>"
        "<pubDate>Sat, 17 Jan 2099 00:00:00 +03:00</pubDate></item>"
    )
    assert read(a_feed(entry)).items == read(a_list(record)).items


def test_an_entry_that_cannot_be_read_is_named_and_hides_no_other() -> None:
    nameless = "<item><title>x</title><link>http://publication.pravo.gov.ru/</link></item>"
    good, bad = read(a_feed(ENTRY, nameless)).items
    assert "fault" not in good.fields
    assert "row 2" in bad.fields["fault"]
    assert refused(a_feed(nameless)).problem is Problem.LAYOUT_CHANGED


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (a_feed(ENTRY)[:-20], Problem.TRUNCATED),
        (a_feed(ENTRY)[:120], Problem.TRUNCATED),
        (a_feed("<item>&unknown;</item>"), Problem.LAYOUT_CHANGED),
        (b"<rss version='2.0'></rss>", Problem.LAYOUT_CHANGED),
    ],
)
def test_half_a_feed_is_a_failure(body: bytes, problem: Problem) -> None:
    assert refused(body).problem is problem


def test_an_empty_feed_is_an_empty_list() -> None:
    assert read(a_feed()).items == ()


@pytest.mark.parametrize("told", ["", "yesterday", "Tue, 31 Feb 2099 00:00:00 +03:00", "Tue, 04 Foo 2099"])
def test_a_day_that_is_none_is_a_fault(told: str) -> None:
    entry = ENTRY.replace("Tue, 04 Aug 2099 00:00:00 +03:00", told)
    assert "fault" in read(a_feed(ENTRY, entry)).items[1].fields


# ---------------------------------------------------------------- recognition


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"anything", "http://publication.pravo.gov.ru/api/Documents?Block=president"),
        (a_list(row()), ""),
        (a_list(row())[:200], ""),
        (json.dumps(row()).encode(), ""),
        (FRAGMENT.encode(), ""),
        (a_feed(ENTRY), ""),
        (b'{"message": "x"}', ""),
        (b'{"errors": {}}', ""),
    ],
)
def test_the_portal_is_recognised(body: bytes, url: str) -> None:
    assert recognises(body, url)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html></html>", b"words", b'{"bill": 1}', b"{broken"])
def test_others_are_not(body: bytes) -> None:
    assert not recognises(body, "https://example.org/api/Documents")


def test_the_blocks_watched_are_blocks_of_the_portal() -> None:
    known = {"president", "assembly", "government", "federal_authorities", "court", "subjects", "international"}
    assert set(publication.BLOCKS) <= known
