"""The address policy: which URLs may be asked for, and to which networks a name may lead.

Two questions, answered separately because they are asked at different moments. `check_url` and `check_place` judge what a URL
shows by itself: scheme, login, host, port, literal addresses. `is_public` judges one IP address, after the name was looked up
and before anything connects to it.

URLs come from configuration, but also from pages and redirects, that is from strangers: a link to ``http://127.0.0.1/`` or to
the router of the operator must end here.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests

from tracker.errors import FetchError

LONGEST_URL: Final = 8000  # RFC 9110, 4.1: what every recipient should support

# Parsers disagree about backslashes and blanks inside a URL; where they disagree, a check can be walked around.
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\s]")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LOCAL_NAMES: Final = ("localhost", "local", "internal", "home.arpa")

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # RFC 4291, 2.4
_TEREDO: Final = ipaddress.IPv6Network("2001::/32")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
#: Networks that IANA's registries of special addresses set apart, and the tables of some Pythons call public: protocol
#: assignments, the relays of 6to4 (RFC 7526), the second block for documentation (RFC 9637).
_SET_APART: Final = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))
_SET_APART_6: Final = ipaddress.IPv6Network("3fff::/20")


def _refused(url: str, words: str, *, shown: bool = True) -> FetchError:
    """The error for a URL that may not be asked for. `shown=False` keeps a URL that holds a secret out of it."""
    quoted = f" {ascii(url)[:200]}" if shown else ""
    return FetchError(f"URL{quoted} {words}", reason="address", url=url if shown else "")


def _too_long(url: str) -> FetchError:
    return _refused(url, f"is longer than {LONGEST_URL} characters: check where it came from")


def check_url(url: str) -> str:
    """The URL as it will be sent: http or https, ASCII host (IDNA), escaped path, no default port, no fragment.

    Raises `FetchError` with reason ``address`` and one line that says what is wrong. A URL with a login in it is refused and
    not repeated in the message. Applying it twice changes nothing.
    """
    if len(url) > LONGEST_URL:
        raise _too_long(url)
    if "@" in url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]:
        raise _refused(url, "holds a user name or password: take them out", shown=False)
    if _UNSAFE.search(url):
        raise _refused(url, "holds spaces, control characters or backslashes: escape them")
    if scheme_of(url) not in _DEFAULT_PORTS:
        raise _refused(url, "does not start with http:// or https://: only those are fetched")
    try:
        # One normaliser, the library's own: what is checked here is, character for character, what it sends later.
        sent = requests.Request("GET", url).prepare().url or ""
        parts = urlsplit(sent)
        host, port = _host(parts.hostname or ""), urlsplit(url).port  # the normaliser drops a port 0
    except (requests.RequestException, ValueError) as error:
        raise _refused(url, "has no valid host name or port: correct it") from error
    if port == 0 or "@" in parts.netloc:
        raise _refused(url, "has no valid host name or port: correct it", shown="@" not in parts.netloc)
    shown_host = f"[{host}]" if ":" in host else host
    netloc = shown_host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{shown_host}:{port}"
    checked = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    if len(checked) > LONGEST_URL:
        raise _too_long(url)
    return checked


def scheme_of(url: str) -> str:
    """The scheme of a URL in lower case; empty when there is no ``://``."""
    scheme, found, _ = url.partition("://")
    return scheme.lower() if found else ""


def host_of(url: str) -> str:
    """The host of a checked URL: a name or an address without brackets."""
    return urlsplit(url).hostname or ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a checked URL: ``https://example.org``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(host: str) -> str:
    """A host name in one form, or ValueError."""
    if ":" in host:
        if "%" in host:
            raise ValueError("an address with a zone")
        return str(ipaddress.IPv6Address(host))
    name = host.removesuffix(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("not a host name")
    return name


def literal_address(host: str) -> str | None:
    """The IP address that a host is written as, also in the old forms (``127.1``, ``0x7f000001``); None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return str(ipaddress.IPv4Address(socket.inet_aton(host)))
    except OSError:
        return None


def check_place(url: str, *, allow_private: bool) -> None:
    """Refuse what a checked URL shows without any look-up: a private literal, a local name, a port of another protocol.

    This holds through a proxy too: the name is resolved over there, but a literal address would reach the proxy's own
    neighbours. Ports below 1024 other than 80 and 443 belong to other protocols; state sites do use 8000 and the like.
    """
    if allow_private:
        return
    host, port = host_of(url), urlsplit(url).port
    address = literal_address(host)
    if address is not None and not is_public(address):
        raise _refused(url, "leads into a private network: only public addresses are fetched")
    if address is None and host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES) + _LOCAL_NAMES[:1]):
        raise _refused(url, "names a machine of a private network: only public addresses are fetched")
    if port is not None and port < 1024 and port not in _DEFAULT_PORTS.values():
        raise _refused(url, f"asks for port {port}, which is not the web's: use 80, 443 or a port from 1024 up")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet.

    `ipaddress.is_global` alone is not enough: it says yes to multicast, to ``::127.0.0.1``, to site-local addresses, and to
    6to4 and NAT64 addresses that wrap a private IPv4 address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        apart = any(ip in network for network in _SET_APART)
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or apart)
    wrapped = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if wrapped is not None:
        return is_public(str(wrapped))
    return ip in _GLOBAL_UNICAST and ip.is_global and ip not in _TEREDO and ip not in _SET_APART_6


def look_up(host: str) -> list[str]:
    """The addresses of a name, as the system resolves it, without repetitions. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
