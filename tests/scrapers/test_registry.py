from __future__ import annotations

import pytest

from scrapers.registry import SOURCES, detect
from tests.scrapers.ips_pages import frame


def test_sources_stand_under_their_names() -> None:
    assert set(SOURCES) == {"sozd", "publication", "ips", "kremlin"}
    for name, source in SOURCES.items():
        assert source.name == name
        assert source.base_url.startswith("http")


@pytest.mark.parametrize(
    ("body", "url", "expected"),
    [
        (b'{"items": [], "itemsTotalCount": 0}', "", "publication"),
        (b"<html></html>", "http://publication.pravo.gov.ru/document/0001209901170001", "publication"),
        (b"<html></html>", "https://sozd.duma.gov.ru/bill/100001-99", "sozd"),
        (b"<html></html>", "http://pravo.gov.ru/proxy/ips/?docbody=&nd=999000001", "ips"),
        (frame("<p>Text</p>"), "", "ips"),
        (b"<html><body>x</body></html>", "https://example.org/", None),
        (b"", "", None),
    ],
)
def test_a_saved_page_finds_its_source(body: bytes, url: str, expected: str | None) -> None:
    assert detect(body, url) == expected
