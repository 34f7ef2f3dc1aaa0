from __future__ import annotations

import ipaddress
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.addresses import LONGEST_URL, check_place, check_url, is_public
from tracker.errors import FetchError


@pytest.mark.parametrize(
    ("given_url", "sent"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:8000/api/", "http://example.org:8000/api/"),
        ("http://example.org./", "http://example.org/"),
        (
            "http://правительство.рф/документы",
            "http://xn--80aealotwbjpid2k.xn--p1ai/%D0%B4%D0%BE%D0%BA%D1%83%D0%BC%D0%B5%D0%BD%D1%82%D1%8B",
        ),
        ("http://example.org/a/../b", "http://example.org/b"),
        ("http://example.org/?q=a@b", "http://example.org/?q=a@b"),
        ("http://[2A00::1]:80/", "http://[2a00::1]/"),
    ],
)
def test_urls_have_one_form(given_url: str, sent: str) -> None:
    assert check_url(given_url) == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://a b.org/",
        "http://example.org/a b",
        "http://example.org/\r\nHost: other",
        "http://example.org\\@other.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org:port/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://-bad-.org/",
        "http://a..b/",
        f"http://{'a' * 64}.org/",
        "http://example.org/" + "a" * LONGEST_URL,
        "http://example.org/" + "я" * (LONGEST_URL // 2),
    ],
)
def test_other_urls_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.reason == "address"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "url",
    [
        "http://clerk:sesame@example.org/",
        "https://sesame@example.org",
        "http://sesame\\@example.org/",
        "http://a@sesame@b/",
    ],
)
def test_a_login_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert "user name" in str(caught.value)
    assert "sesame" not in caught.value.url
    assert not any("sesame" in line for line in traceback.format_exception_only(caught.value))


@given(
    st.one_of(
        st.text(),
        st.text().map("http://example.org/{}".format),
        st.from_regex(r"https?://[^/]{1,30}/.{0,30}", fullmatch=True),
    )
)
def test_checking_twice_changes_nothing(url: str) -> None:
    try:
        once = check_url(url)
    except FetchError:
        return
    assert once.isascii()
    assert check_url(once) == once


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:102:304::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff0e::1",
        "2001:db8::1",
        "192.0.0.8",
        "192.0.0.9",
        "192.88.99.1",
        "::ffff:192.88.99.1",
        "3fff:fff::1",
    ],
)
def test_private_addresses_in_every_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["95.173.136.70", "2a00:1450::1", "::ffff:95.173.136.70", "64:ff9b::5fad:8846", "192.0.1.1", "192.88.98.255"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_does_not_change_where_it_leads(address: ipaddress.IPv4Address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://[::1]/",
        "http://localhost:8000/",
        "http://printer.local/",
        "http://example.org:22/",
    ],
)
def test_places_that_a_url_shows_to_be_wrong(url: str) -> None:
    checked = check_url(url)
    with pytest.raises(FetchError) as caught:
        check_place(checked, allow_private=False)
    assert caught.value.reason == "address"
    check_place(checked, allow_private=True)


def test_ports_that_state_sites_use() -> None:
    check_place("http://actual.example.org:8000/api/", allow_private=False)
    check_place("https://localhost.example.org/", allow_private=False)
