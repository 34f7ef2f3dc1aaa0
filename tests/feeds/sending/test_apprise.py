"""The channel of mail and chat: real children, real services on 127.0.0.1."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import socketserver
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from feeds.sending.apprise_channel import HOSTED, OPEN, AppriseSender
from tests.receivers import NOON, Webhooks, delivery, pages, receiving, subscription
from tests.servers import Stoppable, drip, page, redirect, running
from tracker.alerts import Channel, Outcome
from tracker.sending import destinations, open_sender

MESSAGE = {
    "title": "Призыв: изменение",
    "text": "Текст изменён.",
    "html": "<p>Текст <ins>изменён</ins>.</p>",
    "language": "ru",
}
BODY = json.dumps(MESSAGE).encode()


def send(*urls: str, networks: Sequence[str] = ("127.0.0.0/8",), body: bytes = BODY) -> list[Outcome]:
    async def run() -> list[Outcome]:
        async with open_sender(Webhooks(allow_networks=networks), user_agent="duma-tracker/0.1") as sender:
            return [
                await sender.send(subscription(url, channel=Channel.APPRISE), delivery(body=body), at=NOON)
                for url in urls
            ]

    return asyncio.run(run())


def test_a_message_reaches_a_service_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as service, receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        where = f"127.0.0.1:{service.port}"
        outcomes = send(f"ntfy://{where}/topic", f"gotify://{where}/ABCDEFGHIJKLMNO")
        assert [outcome.delivered for outcome in outcomes] == [True, True]
        to_ntfy = json.loads(service.received[0].body)
        assert (to_ntfy["title"], to_ntfy["message"]) == (MESSAGE["title"], MESSAGE["text"])
        assert proxy.seen == []


def test_every_kind_that_is_listed_is_known_to_apprise() -> None:
    # In a process of its own: some of its plugins warn while they are loaded.
    script = "import apprise, json; print(json.dumps(apprise.Apprise().details()['schemas'], default=str))"
    services = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
    known = {
        kind for service in services for kind in (service["protocols"] or []) + (service["secure_protocols"] or [])
    }
    assert HOSTED | set(OPEN) | set(OPEN.values()) <= known


class _MailHandler(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a message needs."""

    timeout = 5

    def handle(self) -> None:
        server = cast("MailServer", self.server)
        self.wfile.write(b"220 mail.test\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")
            if command == b"QUIT":
                return


class MailServer(Stoppable):
    def __init__(self) -> None:
        super().__init__(_MailHandler)
        self.mails: list[bytes] = []


def test_mail_carries_both_forms() -> None:
    server = MailServer()
    with running(server):
        url = f"mailto://127.0.0.1:{server.port}?to=reader@ngo.example&from=tracker@site.example"
        assert send(url) == [Outcome(delivered=True)]
    [mail] = [email.message_from_bytes(raw, policy=email.policy.default) for raw in server.mails]
    assert mail["Subject"] == MESSAGE["title"]
    assert mail["To"] == "reader@ngo.example"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "Текст" in plain.get_content()
    assert "<ins>изменён</ins>" in html.get_content()


def test_what_the_service_refuses_has_failed_without_its_address() -> None:
    with receiving() as service:
        url = pages(service, "/", page(b"secret", 500)).replace("http://", "ntfy://") + "secrettopic"
        assert send(url) == [Outcome(delivered=False, error="the service did not take the message")]


def test_redirects_are_not_followed() -> None:
    with receiving() as service, receiving() as inner:
        service.put("*", redirect(inner.url("/")))
        [outcome] = send(f"ntfy://127.0.0.1:{service.port}/topic")
        assert not outcome.delivered
        assert inner.seen == []


def test_a_name_that_leads_inside_is_refused_at_the_connection() -> None:
    """Of no name does anybody know where it leads but whoever connects: the child is asked then."""
    with receiving() as service:
        [outcome] = send(f"ntfys://localhost:{service.port}/topic", networks=("10.0.0.0/8",))
        assert "not allowed" in outcome.error
        assert service.open == []


def test_a_damaged_message_is_a_failure() -> None:
    assert "damaged" in send("ntfys://topic", body=b"[]")[0].error


_CHILDREN = {
    "hangs": "import sys, time; print('{}', flush=True); sys.stdin.readline(); time.sleep(60)",
    "dies": "print('{}', flush=True)",
    "never starts": "raise SystemExit(1)",
    "babbles": "import sys; print('{}', flush=True); sys.stdin.readline(); print('what', flush=True); sys.stdin.read()",
}


@pytest.mark.parametrize("kind", list(_CHILDREN))
def test_a_child_that_fails_is_ended_and_replaced(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    good = "import sys\nprint('{}', flush=True)\nfor _ in sys.stdin: print('{\"outcome\": \"ok\"}', flush=True)"
    script.write_text(_CHILDREN[kind])

    async def run() -> list[Outcome]:
        sender = AppriseSender(destinations(()), command=[sys.executable, str(script)], seconds=1)
        async with sender:
            one = subscription("ntfys://topic", channel=Channel.APPRISE)
            first = await sender.send(one, delivery(body=BODY), at=NOON)
            script.write_text(good)
            return [first, *[await sender.send(one, delivery(body=BODY), at=NOON) for _ in range(2)]]

    first, *others = asyncio.run(run())
    assert not first.delivered
    assert first.error
    assert [outcome.delivered for outcome in others] == [True, True]


def test_a_service_that_drips_is_cut_off() -> None:
    async def run() -> Outcome:
        with receiving() as service:
            service.put("*", drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"))
            command = [sys.executable, "-P", "-m", "tracker.apprise_child", "127.0.0.0/8"]
            async with AppriseSender(destinations(("127.0.0.0/8",)), command=command, seconds=1.5) as sender:
                url = f"ntfy://127.0.0.1:{service.port}/topic"
                return await sender.send(subscription(url, channel=Channel.APPRISE), delivery(body=BODY), at=NOON)

    assert "did not answer" in asyncio.run(run()).error
