"""Lists of bills, on invented pages after what readers of the site report: no genuine list was ever seen."""

from __future__ import annotations

from datetime import date

import pytest

from scrapers import sozd
from tests.scrapers.sozd_pages import NUMBER, listing, listing_row
from tracker.errors import PageError
from tracker.models import PageKind, Problem

URL = f"https://sozd.duma.gov.ru/bill/{NUMBER}"
OZ = "https://sozd.duma.gov.ru/oz?page=1"
NONE = '<div class="not_date_ic m_lupa">Ничего не найдено</div>'


def problem_of(body: bytes, url: str = "") -> tuple[Problem, str]:
    with pytest.raises(PageError) as caught:
        sozd.read(body, url=url)
    assert "\n" not in str(caught.value)
    return caught.value.problem, str(caught.value)


# ---------------------------------------------------------------- result tables


def test_search_results() -> None:
    rows = listing_row(
        NUMBER, "О внесении изменений в Выдуманный закон", " (в части (всего) выдуманного)"
    ) + listing_row(
        "100002-99", "О второй выдумке", day="01.02.2026", event="3.3 Рассмотрение законопроекта Государственной Думой"
    )
    reading = sozd.read(listing(rows, total="36 407"), url=OZ)
    assert (reading.page, reading.total, len(reading.items)) == (PageKind.LIST, 36407, 2)
    first, second = reading.items
    assert (first.id, first.native_id, first.kind, first.number) == (f"bill/{NUMBER}", NUMBER, "bill", NUMBER)
    assert (first.title, first.comment) == ("О внесении изменений в Выдуманный закон", "в части (всего) выдуманного")
    assert (first.date, first.url) == ("2026-02-02", URL)
    assert first.fields == {
        "initiators": "Депутаты Государственной Думы А.А.Первый",
        "last_event": "1.1 Регистрация законопроекта",
        "last_event_date": "2026-02-03",
        "status": "На рассмотрении",
    }
    assert second.fields["last_event"] == "3.3 Рассмотрение законопроекта Государственной Думой"
    assert (second.comment, second.date) == ("", "2026-02-01")


@pytest.mark.parametrize("noise", ["Показать еще 3", "Показать ещё 12", "Скрыть", "Показать  еще"])
def test_initiators_lose_the_noise_of_folding(noise: str) -> None:
    row = listing_row(NUMBER, "О выдумке").replace("<span>Показать еще 3</span>", f"<span>{noise}</span> Б.Б.Вторая ")
    (item,) = sozd.read(listing(row)).items
    assert item.fields["initiators"] == "Депутаты Государственной Думы А.А.Первый Б.Б.Вторая"


def test_the_state_is_not_that_of_which_a_title_speaks() -> None:
    row = listing_row(NUMBER, "О документах, что В архиве, и о том, что Снят с рассмотрения")
    (item,) = sozd.read(listing(row)).items
    assert item.fields["status"] == "На рассмотрении"
    (archived,) = sozd.read(listing(row.replace("o_status", "ico_arhiv").replace("На рассмотрении", "В архиве"))).items
    assert archived.fields["status"] == "В архиве"


def test_a_row_without_a_day_of_introduction_does_not_take_that_of_its_event() -> None:
    (item,) = sozd.read(listing(listing_row(NUMBER, "О выдумке", day=""))).items
    assert item.date is None
    assert item.fields["last_event_date"] == "2026-02-03"


@pytest.mark.parametrize(
    "mend",
    [
        ('href="/bill/100001-99"', ""),
        ('href="/bill/100001-99"', 'href="#" data-clickopen="/bill/100001-99"'),
        ('href="/bill/100001-99"', 'href="https://sozd.duma.gov.ru/bill/100001-99?x=1"'),
    ],
)
def test_a_row_names_its_bill_in_more_than_one_place(mend: tuple[str, str]) -> None:
    (item,) = sozd.read(listing(listing_row(NUMBER, "О выдумке").replace(*mend))).items
    assert (item.number, item.title) == (NUMBER, "О выдумке")


def test_of_several_tables_the_one_of_bills_is_read() -> None:
    drafts = f"<table class='tbl_search_results'>{listing_row('100009-99', 'Проект постановления')}</table>"
    bare = (
        "<table class='tbl_search_results'><tr><td>1</td><td><a href='/initiative/7'>Инициатива</a></td></tr></table>"
    )
    bills = f"<table class='tbl_search_results'>{listing_row(NUMBER, 'О выдумке')}</table>"
    panes = f'<div id="data_source_tab_p">{drafts}</div><div id="data_source_tab_b">{bills}</div>'
    assert [item.number for item in sozd.read(listing("", extra=panes)).items] == [NUMBER]
    assert [item.number for item in sozd.read(listing("", extra=bare + bills)).items] == [NUMBER]


def test_links_beside_a_table_are_not_its_rows() -> None:
    aside = '<div><a href="/bill/100007-99">Смотрите также</a></div>'
    assert [item.number for item in sozd.read(listing(listing_row(NUMBER, "О выдумке"), extra=aside)).items] == [NUMBER]


def test_of_several_counters_the_one_of_bills_counts() -> None:
    other = '<a href="#data_source_tab_p">Проекты <span class="col_oz">(7)</span></a>'
    assert sozd.read(listing(listing_row(NUMBER, "О выдумке"), total="12", extra=other)).total == 12
    assert sozd.read(listing(listing_row(NUMBER, "О выдумке"), extra=other.replace("tab_p", "x") * 2)).total is None


# ---------------------------------------------------------------- other layouts


def test_the_calendar() -> None:
    page = (
        '<div class="calen_item"><a class="calen_num" href="/bill/100001-99">100001-99</a>'
        "<div>О внесении изменений в Выдуманный закон (в части выдумки)</div></div>"
        '<div class="calen_item"><a class="calen_num" href="/bill/100002-99">№ 100002-99 О второй выдумке</a></div>'
        '<div class="calen_item"><a class="calen_num" href="/bill/100003-99" title="О третьей выдумке">100003-99</a></div>'
        '<div><a class="calen_num" href="/bill/100004-99">100004-99</a> '
        '<a class="calen_num" href="/bill/100005-99">100005-99</a></div>'
        '<a href="/bill/100001-99/rss">RSS</a><a href="/bill/100001-99">100001-99</a><a href="/bill/100006-99">иное</a>'
    )
    items = sozd.read(listing("", extra=page)).items
    assert [(item.number, item.title, item.comment) for item in items] == [
        ("100001-99", "О внесении изменений в Выдуманный закон", "в части выдумки"),
        ("100002-99", "О второй выдумке", ""),
        ("100003-99", "О третьей выдумке", ""),
        ("100004-99", "", ""),
        ("100005-99", "", ""),
    ]
    assert not any(item.fields for item in items)


def test_the_list_of_2018() -> None:
    page = (
        '<div id="obj_list"><div><span class="o_num"><strong>100001-99</strong></span>'
        '<span class="o_date o_date_div">02.02.2026</span><a href="/bill/100001-99">О выдумке (в части сказок)</a></div>'
        '<div><span class="o_num"><strong>№ 95041740-1</strong></span><div class="o_txt">О второй</div></div>'
        '<div class="pager"><a class="merge_pagination" href="/oz?page=2">2</a></div></div>'
        '<a href="/bill/100009-99">Смотрите также</a>'
    )
    first, second = sozd.read(listing("", extra=page), url=OZ).items
    assert (first.number, first.date, first.title, first.comment) == (
        NUMBER,
        "2026-02-02",
        "О выдумке",
        "в части сказок",
    )
    assert (second.number, second.date, second.title) == ("95041740-1", None, "О второй")
    assert second.url == "https://sozd.duma.gov.ru/bill/95041740-1"


def test_what_is_found_by_mere_links_says_so() -> None:
    page = (
        '<p>Новое: <a href="/bill/100001-99">№ 100001-99 О выдумке</a>, <a href="/bill/95041740-1">95041740-1</a></p>'
    )
    first, second = sozd.read(listing("", extra=page), url=OZ).items
    assert (first.number, first.title, first.fields) == (NUMBER, "О выдумке", {"found_by": "link"})
    assert (second.number, second.fields) == ("95041740-1", {"found_by": "link"})


# ---------------------------------------------------------------- nothing


def test_nothing_found_is_told_apart_from_nothing_understood() -> None:
    assert sozd.read(listing("", extra=NONE)).items == ()
    assert sozd.read(listing("", extra=NONE, total="0")).total == 0
    assert sozd.read(listing("", extra=NONE + '<a href="/bill/100001-99">Смотрите также</a>')).items == ()
    problem, message = problem_of(listing("", extra="<p>Что-то другое</p>"), OZ)
    assert problem is Problem.LAYOUT_CHANGED
    assert "not_date_ic" in message
    assert problem_of(listing("", total="0", extra="<p>Что-то другое</p>"))[0] is Problem.LAYOUT_CHANGED
    assert problem_of(listing("", total="5", extra=NONE))[0] is Problem.LAYOUT_CHANGED
    assert problem_of(listing("", extra='<div class="not_date_ic">Календарь</div>'))[0] is Problem.LAYOUT_CHANGED


def test_the_emptiness_of_another_kind_of_object_is_not_that_of_bills() -> None:
    panes = f'<div id="data_source_tab_p">{NONE}</div><div id="data_source_tab_b">Иначе</div>'
    assert problem_of(listing("", extra=panes))[0] is Problem.LAYOUT_CHANGED
    assert sozd.read(listing("", extra=panes.replace("Иначе", NONE))).items == ()


def test_half_of_a_list_is_told() -> None:
    whole = listing(listing_row(NUMBER, "О выдумке") * 3)
    assert problem_of(whole[: len(whole) // 2])[0] is Problem.TRUNCATED


# ---------------------------------------------------------------- the question


@pytest.mark.parametrize(
    "url",
    [
        sozd.registrations_url(sozd.BASE_URL, date(2026, 6, 1), date(2026, 6, 5)),
        sozd.search_url(sozd.BASE_URL, since=date(2026, 6, 1), until=date(2026, 6, 5)),
    ],
)
def test_a_list_that_ignored_the_days_asked_for(url: str) -> None:
    old = "".join(listing_row(f"10000{n}-99", "О выдумке") for n in range(4))
    problem, message = problem_of(listing(old), url)
    assert problem is Problem.UNFILTERED
    assert "4 bills" in message
    fresh = listing_row("100005-99", "О выдумке", day="02.06.2026")
    assert len(sozd.read(listing(old + fresh), url=url).items) == 5
    assert len(sozd.read(listing(listing_row(NUMBER, "О выдумке")), url=url).items) == 1, "one bill may be dated early"


@pytest.mark.parametrize(
    "url",
    [
        sozd.search_url(sozd.BASE_URL, title="гражданств", since=date(2026, 6, 1)),
        sozd.search_url(sozd.BASE_URL, title="гражданств"),
        sozd.search_url(sozd.BASE_URL, event="8.2", since=date(2026, 2, 1), until=date(2026, 2, 2)),
        sozd.search_url(sozd.BASE_URL, event="8.2", until=date(2026, 6, 5)),
        "https://sozd.duma.gov.ru/calendar/b/day/2026-06-01/2026-06-05",
        "https://sozd.duma.gov.ru/calendar/b/day/2026-16-01/0001-01-01/1.1",
    ],
)
def test_a_question_that_days_of_introduction_do_not_answer(url: str) -> None:
    old = "".join(listing_row(f"10000{n}-99", "О выдумке") for n in range(4))
    assert len(sozd.read(listing(old), url=url).items) == 4


def test_a_search_by_a_step_that_lists_only_bills_that_rested_since() -> None:
    url = sozd.search_url(sozd.BASE_URL, event="4.1", since=date(2026, 6, 1), until=date(2026, 6, 5))
    old = "".join(listing_row(f"10000{n}-99", "О выдумке") for n in range(3))
    problem, message = problem_of(listing(old), url)
    assert problem is Problem.UNFILTERED
    assert "moved" in message
    moved = listing_row("100005-99", "О выдумке").replace("03.02.2026 10:15", "17.06.2026 10:15")
    assert len(sozd.read(listing(old + moved), url=url).items) == 4, "the step may have been followed by others"
