"""Mail and chat through Apprise, in child processes that can be killed.

Apprise speaks to each service with an HTTP stack of its own, synchronously and without a deadline for the whole; and some of
its hundred and more kinds of addresses write files, speak to the desktop or post to any URL. So: only the kinds listed here;
each message is handed to a child process, which judges every connection (see the child's own module) and is killed when it does
not answer in time. The address travels by a pipe, never in arguments or the environment, and is never logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from datetime import datetime
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote, unquote_plus, urlsplit

from feeds.sending.destinations import REFUSED, Destinations
from tracker.alerts import Delivery, Outcome, Subscription
from tracker.errors import DeliveryError

CHILDREN: Final = 4
DEADLINE: Final = 45.0  # seconds for a message: some services take several requests, mail several round trips
_START: Final = 30.0  # seconds for a child to load Apprise

#: Services that live at one public place; the address holds keys, no host.
HOSTED: Final = frozenset(
    {"tgram", "slack", "discord", "pover", "pbul", "threema", "wxteams", "gchat", "line", "zulip"}
)
#: Services that anybody may run: the kind that speaks TLS, and the one that does not.
OPEN: Final = {
    "mailtos": "mailto",
    "matrixs": "matrix",
    "ntfys": "ntfy",
    "signals": "signal",
    "gotifys": "gotify",
    "mmosts": "mmost",
    "rockets": "rocket",
    "nctalks": "nctalk",
    "mastodons": "mastodon",
}
_PLAIN: Final = frozenset(OPEN.values())
MAIL: Final = frozenset({"mailto", "mailtos"})
MAIL_PORTS: Final = frozenset(
    {25, 465, 587, 2525}
)  # RFC 6409, RFC 8314, and the one that providers offer where 25 is closed

#: What may stand behind the ``?``: who, and how it looks. Nothing that names a file, a URL, a header, or weakens TLS.
_OPTIONS: Final = frozenset(
    {
        "to",
        "from",
        "name",
        "cc",
        "bcc",
        "reply",
        "smtp",
        "mode",
        "user",
        "pass",
        "token",
        "format",
        "overflow",
        "priority",
    }
    | {
        "tags",
        "thread",
        "topic",
        "silent",
        "preview",
        "image",
        "footer",
        "botname",
        "visibility",
        "msgtype",
        "version",
        "auth",
    }
)
_CUTS: Final = re.compile(r"[?&;#]")
#: What a child inherits: enough to find Python and its libraries, no keys and no proxy.
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
_WORDS: Final = {
    "address": REFUSED,
    "url": "the address is not one that Apprise understands",
    "failed": "the service did not take the message",
    "timeout": f"the service did not answer within {DEADLINE:g} s",
    "crashed": "the message could not be handed to the service",
}


def scheme(url: str) -> str:
    """The kind of an Apprise address: ``tgram``."""
    return url.partition("://")[0].strip().lower()


def is_secure(url: str) -> bool:
    """Whether the kind of an address speaks TLS."""
    return scheme(url) not in _PLAIN


def check(url: str, destinations: Destinations) -> None:
    """Refuse an address whose kind is not listed, that asks for what is not allowed, or that leads into a private network.

    `DeliveryError` in one line without the address. Looks nothing up; a child judges every connection once more.
    """
    kind = scheme(url)
    if kind not in HOSTED and kind not in OPEN and kind not in _PLAIN:
        known = ", ".join(sorted(HOSTED | set(OPEN)))
        raise DeliveryError(f"this kind of address is not sent to: use one of {known}")
    if kind in _PLAIN and not destinations.allowed:
        raise DeliveryError(
            f"{kind}:// is not encrypted: write {_secured(kind)}://, or name the host's network in allow_networks"
        )
    try:
        options = _options(url)
        parts = urlsplit(url)
        places = [] if kind in HOSTED else [(unquote(parts.hostname or ""), parts.port)]
    except ValueError:
        raise DeliveryError(_WORDS["url"]) from None
    _check_options(options, plain=kind in _PLAIN)
    places += [(value, None) for name, value in options if name == "smtp"]
    for host, port in places:
        _check_host(host, port, mail=kind in MAIL, plain=kind in _PLAIN, destinations=destinations)


def _secured(kind: str) -> str:
    return next(secure for secure, plain in OPEN.items() if plain == kind)


def _options(url: str) -> list[tuple[str, str]]:
    """What stands behind the ``?``, names in lower case. Cut at every sign at which any parser might cut."""
    pairs = [part.partition("=") for part in _CUTS.split(url.partition("?")[2]) if part]
    return [(unquote_plus(name).strip().lower(), unquote_plus(value).strip()) for name, _, value in pairs]


def _check_options(options: Sequence[tuple[str, str]], *, plain: bool) -> None:
    for name, value in options:
        if name not in _OPTIONS or "://" in value:
            raise DeliveryError(
                f"the address asks for what is not allowed; behind the ? may stand: {', '.join(sorted(_OPTIONS))}"
            )
        if name == "mode" and value.lower().startswith("insecure") and not plain:
            raise DeliveryError("mode=insecure is not allowed: mail is sent by TLS")


def _check_host(host: str, port: int | None, *, mail: bool, plain: bool, destinations: Destinations) -> None:
    """Judge a host that is written as an address; names are judged by the child, as what they lead to."""
    if ":" in host or host.replace(".", "").isdigit():
        judged = 443 if port is None or (mail and port in MAIL_PORTS) else port
        if not destinations.permits("http" if plain else "https", host, judged):
            raise DeliveryError(REFUSED)
    elif not plain and not destinations.allowed:
        shown = f"[{host}]" if ":" in host else host
        if port is not None and not (mail and port in MAIL_PORTS):
            shown += f":{port}"
        destinations.target(f"https://{shown}/")


class AppriseSender:
    """Hands messages to child processes, at most `CHILDREN` of them. An async context manager.

    `command` starts a child: it reads one JSON object a line (``url title text html``) and answers each with one
    (``{"outcome": "ok" | "address" | "url" | "failed"}``), after a first line that says that it is ready.
    """

    def __init__(self, destinations: Destinations, *, command: Sequence[str], seconds: float = DEADLINE) -> None:
        self._destinations, self._command, self._seconds = destinations, command, seconds
        self._free = asyncio.Semaphore(CHILDREN)
        self._idle: list[Process] = []
        self._home: TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._idle:
            await _end(self._idle.pop())
        if self._home is not None:
            self._home.cleanup()

    async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
        """One attempt. `delivery.body` is JSON with ``title``, ``text`` and ``html`` (may be empty)."""
        del at
        try:
            check(subscription.url.value, self._destinations)
            said = json.loads(delivery.body)
            job = {name: str(said.get(name, "")) for name in ("title", "text", "html")} | {
                "url": subscription.url.value
            }
        except DeliveryError as error:
            return Outcome(delivered=False, error=str(error))
        except (ValueError, AttributeError):
            return Outcome(delivered=False, error="the message is damaged: it is not the JSON that was recorded")
        async with self._free:
            answer = await self._hand_over(job)
        return Outcome(delivered=answer == "ok", error="" if answer == "ok" else _WORDS.get(answer, _WORDS["crashed"]))

    async def _hand_over(self, job: dict[str, str]) -> str:
        """What a child says of a job. One that is late, or says nothing, is killed and not used again."""
        child: Process | None = None
        try:
            child = self._idle.pop() if self._idle else await self._start()
            async with asyncio.timeout(self._seconds):
                answer = str((await _ask(child, job))["outcome"])
            self._idle.append(child)
        except TimeoutError:
            answer = "timeout"
        except (OSError, ValueError, LookupError):
            answer = "crashed"
        finally:
            if child is not None and child not in self._idle:
                await _end(child)
        return answer

    async def _start(self) -> Process:
        if self._home is None:
            self._home = TemporaryDirectory(prefix="duma-tracker-")
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {
            "HOME": self._home.name
        }
        child = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
        )
        try:
            async with asyncio.timeout(_START):
                await _read(child)
        except BaseException:
            await _end(child)
            raise
        return child


async def _ask(child: Process, job: dict[str, str]) -> dict[str, Any]:
    if child.stdin is None:
        raise OSError
    child.stdin.write(json.dumps(job).encode() + b"\n")
    await child.stdin.drain()
    return await _read(child)


async def _read(child: Process) -> dict[str, Any]:
    """One line of a child, or ValueError when it is no JSON object: an ended child says nothing."""
    if child.stdout is None:
        raise OSError
    answer = json.loads(await child.stdout.readline())
    if not isinstance(answer, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what was read, not what was given
    return answer


async def _end(child: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.wait()
