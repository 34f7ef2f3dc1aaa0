"""What comes instead of a page, told by status, by words that a visitor would see, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.pages import is_html, refuse_non_page
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
