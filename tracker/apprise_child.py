"""The child process in which Apprise works: reads messages from stdin, one JSON object a line, answers each on stdout.

    python -m tracker.apprise_child [NETWORK...]      networks that are the operator's own

Apprise opens its connections itself, so they are judged where nothing gets past: an audit hook of the interpreter sees the
address of every `connect`, after any look-up and any redirect, and raises when the policy does not allow it. It also sees
programs being started, and allows none.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any, Final

import apprise

from feeds.sending.apprise_channel import MAIL, MAIL_PORTS, is_secure, scheme
from feeds.sending.destinations import Destinations
from tracker.sending import destinations

_FORBIDDEN: Final = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "socket.sendto",
    "socket.bind",
)


class Guard:
    """The audit hook. `url` is the address that is being served; without one nothing may be connected to."""

    def __init__(self, allowed: Destinations) -> None:
        self._allowed = allowed
        self.url = ""
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter before each audited operation; raising forbids it."""
        if event == "socket.connect":
            self._connect(arguments[1])
        elif event in _FORBIDDEN:
            raise PermissionError(event)

    def _connect(self, place: Any) -> None:
        if not self._permits(place):
            self.refused = True
            raise PermissionError("this address is not allowed")

    def _permits(self, place: Any) -> bool:
        if not self.url or not isinstance(place, tuple):  # no job, or a socket of this machine
            return False
        host, port = str(place[0]), int(place[1])
        judged = 443 if scheme(self.url) in MAIL and port in MAIL_PORTS else port
        return self._allowed.permits("https" if is_secure(self.url) else "http", host, judged)


def send(job: dict[str, str], guard: Guard, asset: apprise.AppriseAsset) -> str:
    """What became of a message: ``ok``, ``address``, ``url`` or ``failed``."""
    guard.url, guard.refused = job["url"], False
    try:
        service = apprise.Apprise.instantiate(job["url"], asset=asset, suppress_exceptions=True)
        if service is None or not service.verify_certificate or service.redirects:
            return "url"
        html = apprise.NotifyFormat.HTML
        rich = (
            bool(job["html"]) and service.resolve_format(html) == html
        )  # else our own plain text, not one made of the HTML
        told = apprise.Apprise(asset=asset)
        told.add(service)
        fine = bool(
            told.notify(
                title=job["title"],
                body=job["html"] if rich else job["text"],
                body_format=html if rich else apprise.NotifyFormat.TEXT,
            )
        )
    except Exception:  # noqa: BLE001 - a hundred plugins; none of their words may be repeated, they name the address
        fine = False
    finally:
        guard.url = ""
    if fine:
        return "ok"
    return "address" if guard.refused else "failed"


def main(networks: Sequence[str]) -> None:
    """Serve until stdin ends."""
    logging.disable(logging.CRITICAL)
    guard = Guard(destinations(networks))
    asset = apprise.AppriseAsset(
        app_id="Duma Tracker",
        app_desc="Duma Tracker",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    # The first message would otherwise load every plugin within its own deadline, some of which look for programs.
    apprise.Apprise.instantiate("ntfys://warm-up.invalid/topic", asset=asset)
    sys.addaudithook(guard)
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201 - stdout is the pipe to the parent
    for line in sys.stdin:
        print(json.dumps({"outcome": send(json.loads(line), guard, asset)}), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main(sys.argv[1:])
