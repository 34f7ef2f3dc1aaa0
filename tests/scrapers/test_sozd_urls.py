"""Addresses of the bill system, and what a download is called."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import sozd
from tests.scrapers.sozd_pages import guid
from tracker.errors import ConfigError


def asked(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_addresses() -> None:
    assert sozd.card_url("http://127.0.0.1:8000/", "968530-8") == "http://127.0.0.1:8000/bill/968530-8"
    assert sozd.feed_url("http://127.0.0.1:8000", "968530-8") == "http://127.0.0.1:8000/bill/968530-8/rss"
    assert sozd.download_url(sozd.BASE_URL, f" {guid(7).lower()}") == f"https://sozd.duma.gov.ru/download/{guid(7)}"


@pytest.mark.parametrize("text", ["", "7", "../oz", guid(7) + "0", guid(7) + "/x"])
def test_what_is_no_file_id(text: str) -> None:
    with pytest.raises(ConfigError, match="id of a file") as caught:
        sozd.download_url(sozd.BASE_URL, text)
    assert "\n" not in str(caught.value)


def test_the_calendar_of_registrations() -> None:
    url = sozd.registrations_url(sozd.BASE_URL, date(2026, 1, 30), date(2026, 2, 2))
    assert url == "https://sozd.duma.gov.ru/calendar/b/day/2026-01-30/2026-02-02/1.1"
    assert sozd.registrations_url(sozd.BASE_URL, date(2026, 1, 30), date(2026, 2, 2), page=2) == f"{url}?page=2"


def test_the_search() -> None:
    url = sozd.search_url(
        sozd.BASE_URL,
        title="воинск & призыв",
        comment="отсрочк",
        convocation=9,
        since=date(2026, 1, 30),
        until=date(2026, 2, 2),
        page=3,
        count=1000,
    )
    assert url.startswith("https://sozd.duma.gov.ru/oz?")
    assert url.isascii()
    assert asked(url) == {
        "b[ClassOfTheObjectLawmakingId]": "1",
        "b[Annotation]": "воинск & призыв",
        "b[NameComment]": "отсрочк",
        "b[Convocation][]": "9",
        "b[ExistsEvents][]": "1.1",
        "b[ExistsEventsDate]": "30.01.2026 - 02.02.2026",
        "b[submit]": "1",
        "count_items": "1000",
        "page": "3",
    }


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (date(2026, 1, 30), None, "30.01.2026 - "),
        (None, date(2026, 2, 2), " - 02.02.2026"),
        (None, None, None),
    ],
)
def test_either_end_of_a_period_may_be_open(since: date | None, until: date | None, period: str | None) -> None:
    given = asked(sozd.search_url(sozd.BASE_URL, event="8.2", since=since, until=until))
    assert given.get("b[ExistsEventsDate]") == period
    assert given.get("b[ExistsEvents][]") == (None if period is None else "8.2")


# ---------------------------------------------------------------- names of downloads


def latin(text: str, encoding: str) -> str:
    """A header with raw bytes, as an HTTP client hands it over."""
    return text.encode(encoding).decode("latin-1")


NAME = "Текст законопроекта.docx"


@pytest.mark.parametrize(
    "value",
    [
        f"attachment; filename*=UTF-8''{quote(NAME)}",
        f"attachment; filename=\"x.pdf\"; FILENAME*=utf-8'ru'{quote(NAME)}",
        f"attachment; filename*=windows-1251''{quote(NAME, encoding='cp1251')}",
        latin(f'attachment; filename="{NAME}"', "utf-8"),
        latin(f'attachment;filename="{NAME}"', "cp1251"),
        latin(f"attachment; filename={NAME}", "cp1251"),
        f'attachment; filename="{NAME}"',
        f'attachment; filename="{quote(NAME)}"',
        f"attachment; filename={quote(NAME, encoding='cp1251')}",
        'attachment; filename="=?UTF-8?B?0KLQtdC60YHRgiDQt9Cw0LrQvtC90L7Qv9GA0L7QtdC60YLQsC5kb2N4?="',
        latin(f'attachment; filename="C:\\Документы\\{NAME}"', "cp1251"),
        latin(f'attachment; filename="../../{NAME}"', "utf-8"),
        latin(f"attachment; filename*=nonsense''%00; filename=\"{NAME}\"", "utf-8"),
        latin(f"attachment; filename*=UTF-8''%FF; filename=\"{NAME}\"", "utf-8"),
    ],
)
def test_a_name_in_any_form_that_servers_send(value: str) -> None:
    assert sozd.file_name((("Content-Type", "x"), ("content-disposition", value))) == NAME


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("attachment", ""),
        ("", ""),
        ("inline; filename=", ""),
        ('attachment; filename=""', ""),
        ("attachment; filename=100% готово.pdf", "100% готово.pdf"),
        ('attachment; filename="a \\"b\\"; c.doc"; size=3', 'a "b"; c.doc'),
        ('attachment; filename="a.doc', "a.doc"),
        ("filename=a.rtf", "a.rtf"),
        ('attachment; filename="a\r\n\x00\u202ecod.exe"', "acod.exe"),
        ('attachment; filename="=?nonsense?B?AAAA?="', "=?nonsense?B?AAAA?="),
        ('attachment; filename=".."', ""),
    ],
)
def test_odd_names(value: str, name: str) -> None:
    assert sozd.file_name([("Content-Disposition", value)]) == name


def test_an_answer_that_names_nothing() -> None:
    assert sozd.file_name([]) == ""
    assert sozd.file_name([("Content-Type", "application/msword; name=x.doc")]) == ""


@given(st.text(max_size=60))
def test_any_header_gives_a_name_without_folders(value: str) -> None:
    name = sozd.file_name([("Content-Disposition", f"attachment; filename={value}; filename*={value}")])
    assert "/" not in name
    assert "\\" not in name
    assert "\n" not in name
