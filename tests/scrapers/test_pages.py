"""What comes instead of a page, told by status, by words that a visitor would see, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.pages import is_html, refuse_cut, refuse_non_page
from tests.scrapers.notices import ACTS, NOTICES
from tracker.errors import PageError
from tracker.models import Problem

URL = "https://example.org/bill/100001-99"


def page(body: str, title: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


def problem_of(body: bytes, status: int = 200, content_type: str = "text/html; charset=utf-8") -> Problem | None:
    try:
        refuse_non_page(body, status=status, content_type=content_type, url=URL)
    except PageError as error:
        refused = error
    else:
        return None
    assert refused.url == URL
    assert "\n" not in str(refused)
    assert str(refused).startswith(URL)
    return refused.problem


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (page("<h1>Подтвердите, что вы не робот</h1>"), Problem.CAPTCHA),
        (page("Введите символы с картинки"), Problem.CAPTCHA),
        (page('<form action="/check"><div class="g-recaptcha"></div></form>'), Problem.CAPTCHA),
        (page('<img src="/captcha.png?1"><input name="code">', "Проверка"), Problem.CAPTCHA),
        (page("Checking your browser before accessing", "Just a moment..."), Problem.BLOCKED),
        (page("", "DDOS-GUARD"), Problem.BLOCKED),
        (page("<h1>403 Forbidden</h1><hr>nginx"), Problem.BLOCKED),
        (page("Доступ к сайту ограничен"), Problem.BLOCKED),
        (page("Доступ ограничен. Ваш IP-адрес внесён в список"), Problem.BLOCKED),
        (page("<script>document.cookie='a=1';location.reload()</script>"), Problem.BLOCKED),
        (page("На сайте ведутся технические работы"), Problem.MAINTENANCE),
        (page("Сервис временно недоступен"), Problem.MAINTENANCE),
        (page("Проводятся регламентные работы"), Problem.MAINTENANCE),
        (page("Страница не найдена"), Problem.NOT_FOUND),
        (page("<h1>502 Bad Gateway</h1>"), Problem.SERVER_ERROR),
        ("<html><body>Доступ запрещен</body></html>".encode("cp1251"), Problem.BLOCKED),
        (page("меню " * 2000, "Страница не найдена"), Problem.NOT_FOUND),
        (b"", Problem.EMPTY),
        (b" \r\n\t", Problem.EMPTY),
    ],
)
def test_notices_with_status_200(body: bytes, problem: Problem) -> None:
    assert problem_of(body) is problem


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (403, page("x"), Problem.BLOCKED),
        (403, page("Подтвердите, что вы не робот"), Problem.CAPTCHA),
        (403, b"", Problem.BLOCKED),
        (403, page(""), Problem.BLOCKED),
        (401, b"", Problem.LOGIN),
        (401, page("Checking your browser"), Problem.BLOCKED),
        (403, page('<form><input type="password"></form>', "Авторизация"), Problem.LOGIN),
        (429, page("x"), Problem.BLOCKED),
        (451, page("x"), Problem.BLOCKED),
        (503, page("x"), Problem.MAINTENANCE),
        (503, page("Checking your browser"), Problem.BLOCKED),
        (503, page("технические работы"), Problem.MAINTENANCE),
        (502, page("x"), Problem.SERVER_ERROR),
        (500, b'{"error":"x"}', Problem.SERVER_ERROR),
        (404, page("технические работы"), Problem.NOT_FOUND),
        (404, b"", Problem.NOT_FOUND),
        (410, page("x"), Problem.NOT_FOUND),
        (400, b"{}", Problem.BAD_REQUEST),
        (418, b"{}", Problem.BAD_REQUEST),
    ],
)
def test_error_statuses(status: int, body: bytes, problem: Problem) -> None:
    assert problem_of(body, status) is problem


@pytest.mark.parametrize("name", NOTICES)
def test_notices_as_servers_word_them(name: str) -> None:
    markup, problem = NOTICES[name]
    assert problem_of(markup.encode()) is problem
    assert problem_of(markup.encode("cp1251", "replace")) is problem


@pytest.mark.parametrize("name", ACTS)
def test_a_short_act_is_an_act_whatever_it_speaks_of(name: str) -> None:
    assert problem_of(ACTS[name].encode()) is None


@pytest.mark.parametrize("name", ACTS)
def test_a_notice_above_or_instead_of_an_act_is_a_notice(name: str) -> None:
    """The same pages with the title of a notice, which no act has."""
    start, title, rest = ACTS[name].partition("<title>")
    assert title, "every act has one"
    _, _, body = rest.partition("</title>")
    assert problem_of(f"{start}<title>403 Forbidden</title>{body}".encode()) is Problem.BLOCKED


def test_a_corner_for_logging_in_is_no_form_in_place_of_a_page() -> None:
    corner = '<form action="/auth"><input name="login"><input type="password" name="p"><button>Войти</button></form>'
    assert problem_of(page(corner + "<p>Документ о выдумках. </p>" * 30, "Документы")) is None
    assert problem_of(page(corner, "Документы")) is Problem.LOGIN


@pytest.mark.parametrize("markup", ["", " \n ", "<div></div>", "<script>load()</script>", "<!-- nothing -->"])
def test_a_page_without_a_word_is_empty(markup: str) -> None:
    assert problem_of(page(markup)) is Problem.EMPTY


@pytest.mark.parametrize("markup", ['<img src="scan.png">', '<iframe src="/text">', "<p>.</p>"])
def test_a_page_that_shows_something_is_not(markup: str) -> None:
    assert problem_of(page(markup)) is None


def cut_of(body: bytes) -> Problem | None:
    try:
        refuse_cut(body, url=URL)
    except PageError as error:
        return error.problem
    return None


def test_a_page_that_was_cut() -> None:
    whole = page("документ " * 50)
    assert cut_of(whole) is None
    assert cut_of(whole + b"\n<!-- 0.2 s -->\n") is None
    assert cut_of(whole.replace(b"</html>", b"</HTML >")) is None
    assert {cut_of(whole[:length]) for length in range(30, len(whole) - 8, 40)} == {Problem.TRUNCATED}
    assert cut_of(whole[100:]) is Problem.TRUNCATED
    assert cut_of(b'{"html": 1}') is None


@pytest.mark.parametrize("piece", ["<!--", "<!---->", "<title>", "<h1>", "<", "<script>", "&#", "<input ", "об "])
def test_hostile_markup_costs_no_time(piece: str) -> None:
    body = b"<html>" + piece.encode() * (200_000 // len(piece.encode()))
    is_html(piece.encode() * 5000)
    problem_of(body)


@pytest.mark.parametrize("content_type", ["application/json", "application/pdf", "application/msword", "text/plain"])
def test_html_where_something_else_was_announced(content_type: str) -> None:
    assert problem_of(page("здравствуйте"), content_type=content_type) is Problem.BLOCKED


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page("<script>var captcha = 'cloudflare; Доступ ограничен';</script><p>Документ</p>"), "text/html"),
        (page("<!-- captcha, технические работы --><p>Документ</p>"), "text/html"),
        (page("О защите от подбора captcha и DDoS-Guard. " + "Статья. " * 500), "text/html"),
        (page("Об ограничении доступа к информации"), "text/html"),
        (page("О работах по содержанию дорог, технические регламенты"), ""),
        (b'{"name": "captcha, cloudflare, 403 Forbidden"}', "application/json"),
        (page("документ"), ""),
        (page("документ"), "application/xhtml+xml"),
        (b"%PDF-1.4", "application/pdf"),
    ],
)
def test_pages_pass(body: bytes, content_type: str) -> None:
    assert problem_of(body, content_type=content_type) is None


def test_html_is_known_by_its_beginning() -> None:
    assert is_html(b"\xef\xbb\xbf\n<!-- saved\n--> <!DOCTYPE HTML>")
    assert is_html(b'<?xml version="1.0"?><html>')
    assert not is_html(b'{"html": "<html>"}')
    assert not is_html(b"PK\x03\x04")


@given(
    st.binary(max_size=300),
    st.sampled_from([200, 204, 301, 404, 500]),
    st.sampled_from(["", "text/html", "application/json"]),
)
def test_any_answer_is_passed_or_refused(body: bytes, status: int, content_type: str) -> None:
    assert (
        problem_of(body, status, content_type) is None
        or status >= 400
        or body.strip() == b""
        or b"<" in body
        or content_type
    )
