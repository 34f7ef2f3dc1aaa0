"""Hostile addresses: refused without a packet. Every way to connect or to look a name up fails the test."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.receivers import NOON, Names, Webhooks, delivery, subscription
from tracker.alerts import Channel, Secret
from tracker.errors import ConfigError
from tracker.sending import check_channel, destinations, open_sender

HOSTILE = [
    "http://ngo.example/hook",
    "http://8.8.8.8/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1.:443/",
    "https://①②⑦.⓪.⓪.①/",
    "https://localhost/",
    "https://sub.localhost/",
    "https://LOCALHOST/",
    "https://router.local/",
    "https://vault.internal/",
    "https://nas.home.arpa/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/admin",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://198.18.0.1/",
    "https://192.0.2.8/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:53aa:64c:0:0:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://ngo.example:22/",
    "https://ngo.example:25/",
    "https://ngo.example:0/",
    "https://ngo.example:99999/",
    "https://user:word@ngo.example/",
    "https://ngo.example@127.0.0.1/",
    "https://ngo.example\\@127.0.0.1/",
    "https://127.0.0.1\\@ngo.example/",
    "https://ngo.example/\r\nHost: 127.0.0.1",
    "https:///etc/passwd",
    "https://",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://ngo.example/",
    "unix:///var/run/docker.sock",
    "javascript:alert(1)",
    "https://" + "a" * 64 + ".example/",
    "",
]

HOSTILE_APPRISE = [
    "json://ngo.example/hook",
    "jsons://ngo.example/hook",
    "xmls://ngo.example/",
    "forms://ngo.example/",
    "syslog://",
    "rsyslog://127.0.0.1",
    "dbus://",
    "gnome://",
    "macosx://",
    "windows://",
    "file:///etc/passwd",
    "mqtts://10.0.0.1/topic",
    "apprises://ngo.example/token",
    "https://ngo.example/",
    "ntfy://ngo.example/topic",
    "mailto://user:word@mail.example?to=a@ngo.example",
    "mailtos://user:word@10.0.0.1?to=a@ngo.example",
    "mailtos://user:word@mail.example?smtp=127.0.0.1",
    "mailtos://user:word@mail.example?smtp=localhost",
    "mailtos://user:word@mail.example?mode=insecure",
    "mailtos://user:word@mail.example?verify=no",
    "mailtos://user:word@mail.example?pgpkey=file:///etc/passwd",
    "mailtos://user:word@mail.example?to=a@ngo.example;verify=no",
    "matrixs://user:word@matrix.example/#room?verify=no",
    "ntfys://127.0.0.1/topic",
    "ntfys://[::1]/topic",
    "ntfys://localhost/topic",
    "ntfys://ntfy.example:22/topic",
    "ntfys://ntfy.example/topic?attach=file:///etc/passwd",
    "ntfys://ntfy.example/topic?redirect=yes",
    "ntfys://ntfy.example/topic?+X-Header=1",
    "gotifys://169.254.169.254/token",
    "custom://x",
    "",
]


@pytest.fixture
def no_packets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever would leave this process is noted, and fails."""
    seen: list[str] = []

    def forbidden(name: str) -> Callable[..., Any]:
        def fail(*_: Any, **__: Any) -> Any:
            seen.append(name)
            raise AssertionError(f"{name} was called")

        return fail

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, forbidden(name))
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, forbidden(name))
    for name in ("sock_connect", "create_connection", "getaddrinfo", "subprocess_exec"):
        monkeypatch.setattr(asyncio.BaseEventLoop, name, forbidden(name), raising=False)
    return seen


@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.APPRISE])
def test_hostile_addresses_are_refused_without_a_packet(channel: Channel, no_packets: list[str]) -> None:
    urls = HOSTILE if channel is Channel.WEBHOOK else HOSTILE_APPRISE
    names = Names()

    async def send_all() -> list[bool]:
        async with open_sender(Webhooks(allow_networks=()), user_agent="duma-tracker/0.1", lookup=names) as sender:
            return [
                (await sender.send(subscription(url, channel=channel), delivery(), at=NOON)).delivered for url in urls
            ]

    assert not any(asyncio.run(send_all()))
    assert no_packets == []
    assert names.asked == []


@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.APPRISE])
def test_hostile_addresses_are_refused_when_they_are_entered(channel: Channel, no_packets: list[str]) -> None:
    for url in HOSTILE if channel is Channel.WEBHOOK else HOSTILE_APPRISE:
        with pytest.raises(ConfigError) as refused:
            check_channel(channel, Secret(url), Webhooks(allow_networks=()))
        message = str(refused.value)
        assert "\n" not in message
        assert refused.value.__cause__ is None
        for word in ("127.0.0.1", "ngo.example", "mail.example", "word", "passwd"):
            assert word not in message, url
    assert no_packets == []


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        (Channel.WEBHOOK, "https://ngo.example/hook?key=1"),
        (Channel.WEBHOOK, "https://ngo.example:8443/"),
        (Channel.WEBHOOK, "https://приём.example/"),
        (Channel.WEBHOOK, "https://8.8.8.8/"),
        (Channel.WEBHOOK, "https://[2606:4700::1111]/"),
        (Channel.APPRISE, "mailtos://user:word@mail.example:587?to=a@ngo.example&from=Duma"),
        (Channel.APPRISE, "tgram://123456789:abcdefg_hijklmnop/12315544/"),
        (Channel.APPRISE, "matrixs://user:word@matrix.example/%23room"),
        (Channel.APPRISE, "ntfys://topic"),
        (Channel.APPRISE, "signals://signal.example:8443/+79990000000/+79990000001"),
    ],
)
def test_good_addresses_are_taken(channel: Channel, url: str, no_packets: list[str]) -> None:
    check_channel(channel, Secret(url), Webhooks(allow_networks=()))
    assert no_packets == []


def test_own_networks_open_plain_http_and_any_port_there_and_nowhere_else() -> None:
    own = destinations(("10.1.0.0/16", "fd00::/8"))
    assert own.permits("http", "10.1.2.3", 25)
    assert own.permits("https", "fd00::1", 22)
    assert own.permits("https", "8.8.8.8", 443)
    assert not own.permits("http", "8.8.8.8", 80)
    assert not own.permits("https", "8.8.8.8", 22)
    assert not own.permits("https", "10.2.0.1", 443)
    assert not own.permits("https", "::ffff:10.2.0.1", 443)
    assert not own.permits("https", "fe80::1%eth0", 443)
    for url in ("http://10.1.2.3:25/", "http://vault.internal/", "https://ngo.example/"):
        own.target(url)


@pytest.mark.parametrize("value", ["10.0.0.1/8", "ten", "10.0.0.0/99", ""])
def test_networks_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="allow_networks"):
        destinations((value,))
