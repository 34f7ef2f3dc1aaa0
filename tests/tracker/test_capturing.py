"""Captures over a real gate and a local server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.http import Gate, SourcePolicy
from tests.servers import Server, page, redirect, running
from tracker import capturing
from tracker.errors import ConfigError, FetchError
from tracker.models import Response

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CARD = "<html><body>Законопроект № 100001-99</body></html>".encode("cp1251")


@pytest.fixture
def site() -> Iterator[Server]:
    made = Server()
    with running(made):
        yield made


@pytest.fixture
def gates() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def gate(gates: ExitStack, **policy: object) -> Gate:
    lenient = {"delay": 0.0, "retries": 0, "allow_private": True, "robots": False, **policy}
    made = SourcePolicy(**lenient)  # type: ignore[arg-type]  # each test gives the right types
    return gates.enter_context(Gate(user_agent="test", policies={"sozd": made}, clock=lambda: NOON))


def told(capture: capturing.Capture) -> dict[str, object]:
    found: dict[str, object] = json.loads(capture.side.read_bytes())
    return found


def test_a_page_is_saved_as_it_came_with_what_was_said_of_it(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    headers = {
        "Content-Type": "text/html; charset=windows-1251",
        "ETag": '"1"',
        "Set-Cookie": "node=7",
        "X-Ip": "203.0.113.7",
    }
    site.put("/bill/1", page(CARD, headers=headers))
    saved = capturing.capture(gate(gates), site.url("/bill/1"), source="sozd", out=tmp_path / "card.html")
    assert saved.page.read_bytes() == CARD
    assert saved.side.name == "card.html.capture.json"
    described = told(saved)
    assert (described["source"], described["status"], described["via"]) == ("sozd", 200, "direct+http")
    assert described["url"] == described["final_url"] == site.url("/bill/1")
    assert described["fetched_at"] == "2026-11-02T12:00:00+00:00"
    assert ["ETag", '"1"'] in described["headers"]  # type: ignore[operator]  # a list
    assert described["withheld"] == ["X-Ip"]
    text = saved.side.read_text()
    assert "node=7" not in text
    assert "203.0.113.7" not in text
    assert saved.warnings == ()


def test_a_saved_page_is_given_back_as_the_gate_gave_it(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/old", redirect("/new"))
    site.put("/new", page(CARD, headers={"Content-Type": "text/html", "X-Two": "a"}))
    saved = capturing.capture(gate(gates), site.url("/old"), source="sozd", out=tmp_path)
    assert capturing.load(saved.page) == saved.response
    assert saved.response.final_url.endswith("/new")


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_error_page_is_worth_saving_too(site: Server, gates: ExitStack, tmp_path: Path, status: int) -> None:
    site.put("/bill/1", page(b"why", status, {"Content-Type": "text/html"}))
    saved = capturing.capture(gate(gates), site.url("/bill/1"), source="sozd", out=tmp_path)
    assert (saved.page.read_bytes(), told(saved)["status"]) == (b"why", status)
    assert saved.page.name == f"127.0.0.1_bill_1.{status}.html"


def test_nothing_is_overwritten_and_nobody_is_asked_in_vain(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/x", page(CARD))
    through = gate(gates)
    out = tmp_path / "x.html"
    capturing.capture(through, site.url("/x"), source="sozd", out=out)
    before = out.stat().st_mtime_ns
    for missing in (None, out):
        if missing is not None:
            missing.unlink()  # the description alone is enough to refuse
        with pytest.raises(ConfigError, match="exists already") as caught:
            capturing.capture(through, site.url("/x"), source="sozd", out=out)
        assert "\n" not in str(caught.value)
        assert not out.exists() or out.stat().st_mtime_ns == before
    assert site.paths() == ["/x"]


def test_the_same_page_twice_into_a_directory_is_refused(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/x", page(CARD))
    through = gate(gates)
    capturing.capture(through, site.url("/x"), source="sozd", out=tmp_path)
    with pytest.raises(ConfigError, match="exists already"):
        capturing.capture(through, site.url("/x"), source="sozd", out=tmp_path)


def test_robots_are_obeyed_and_then_nothing_is_written(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/robots.txt", page(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"}))
    with pytest.raises(FetchError) as caught:
        capturing.capture(gate(gates, robots=True), site.url("/x"), source="sozd", out=tmp_path)
    assert caught.value.reason == "robots"
    assert list(tmp_path.iterdir()) == []


def test_a_proxy_leaves_no_trace(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("*", page(CARD, headers={"Via": "1.1 relay", "X-Cache": "MISS from relay"}))
    through = gate(gates, proxy=f"http://clerk:sesame@127.0.0.1:{site.port}")
    saved = capturing.capture(through, "http://portal.test/bill", source="sozd", out=tmp_path)
    text = saved.side.read_text()
    assert told(saved)["via"] == "proxy+http"
    for secret in ("relay", "sesame", "clerk", "127.0.0.1", str(site.port)):
        assert secret not in text


def test_a_page_that_names_an_address_says_so_without_naming_it(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/x", page("<html>Доступ ограничен. Ваш IP: 8.8.4.4</html>".encode(), 403))
    site.put("/y", page(b"<html>192.168.0.1, version 1.2.3.4.5</html>"))
    through = gate(gates)
    (warning,) = capturing.capture(through, site.url("/x"), source="sozd", out=tmp_path).warnings
    assert "8.8.4.4" not in warning
    assert capturing.capture(through, site.url("/y"), source="sozd", out=tmp_path).warnings == ()


def test_a_place_that_cannot_be_written_is_one_line(site: Server, gates: ExitStack, tmp_path: Path) -> None:
    site.put("/x", page(CARD))
    with pytest.raises(ConfigError, match="cannot be written"):
        capturing.capture(gate(gates), site.url("/x"), source="sozd", out=tmp_path / "nowhere" / "x.html")


def answer(url: str, status: int = 200, content_type: str = "text/html") -> Response:
    headers = (("Content-Type", content_type),)
    return Response(
        url=url, final_url=url, status=status, headers=headers, body=b"x", fetched_at=NOON, via="direct+https"
    )


@pytest.mark.parametrize(
    ("url", "content_type", "name"),
    [
        ("https://sozd.duma.gov.ru/bill/100001-99", "text/html", "sozd.duma.gov.ru_bill_100001-99.html"),
        (
            "https://sozd.duma.gov.ru/oz?b%5BYear%5D=2099&x=%D1%8F",
            "text/html",
            "sozd.duma.gov.ru_oz_b_Year_2099_x.html",
        ),
        ("http://a.example/api/list.json?page=2", "application/json", "a.example_api_list.json_page_2.json"),
        ("http://a.example/file.pdf", "application/pdf", "a.example_file.pdf"),
        ("http://a.example/../../etc/passwd", "", "a.example_.._.._etc_passwd.bin"),
        ("http://a.example/", "text/plain", "a.example.txt"),
    ],
)
def test_names_are_made_of_addresses(url: str, content_type: str, name: str) -> None:
    assert capturing.name_of(answer(url, content_type=content_type)) == name


def test_long_addresses_give_short_names_that_differ() -> None:
    one, two = (capturing.name_of(answer(f"http://a.example/{'x' * 500}{end}")) for end in "12")
    assert one != two
    assert len(one) < 150


@pytest.mark.parametrize("side", ["", "{}", "[]", '{"url": 1}', "not json"])
def test_a_broken_description_is_one_line(tmp_path: Path, side: str) -> None:
    out = tmp_path / "x.html"
    out.write_bytes(b"x")
    capturing.side_of(out).write_text(side)
    with pytest.raises(ConfigError, match="not the description"):
        capturing.load(out)


def test_other_bytes_and_missing_files_are_told(tmp_path: Path) -> None:
    saved = capturing.save(answer("http://a.example/"), tmp_path / "x.html", source="page")
    saved.page.write_bytes(b"y")
    with pytest.raises(ConfigError, match="not the bytes"):
        capturing.load(saved.page)
    saved.side.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        capturing.load(saved.page)
