"""The example receivers of the documentation, run as their readers run them: with the reference libraries of PyPI and npm."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from feeds.sending import signing
from tests import machine
from tests.receivers import BODY, OLDER, SECRET, Webhooks, delivery, subscription
from tracker.alerts import Secret
from tracker.sending import open_sender

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "receivers"
CACHE = ROOT / ".venv" / "node"


def _node_receiver() -> list[str]:
    """The command of the Node example, in a folder with the library of npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        machine.missing("node and npm are missing: the Node receiver cannot be run")
    assert node is not None
    assert npm is not None
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "receiver.mjs"):
        shutil.copy(EXAMPLES / name, CACHE)
    if not (CACHE / "node_modules" / "standardwebhooks").is_dir():
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        try:
            done = subprocess.run(command, cwd=CACHE, capture_output=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            machine.missing("npm did not answer in two minutes: the Node receiver cannot be run")
        if done.returncode:
            machine.missing("npm could not install standardwebhooks: the Node receiver cannot be run")
    return [node, str(CACHE / "receiver.mjs")]


Command = Sequence[str]


@pytest.fixture(params=["python", "node"])
def command(request: pytest.FixtureRequest) -> Command:
    return [sys.executable, str(EXAMPLES / "receiver.py")] if request.param == "python" else _node_receiver()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: Command, folder: Path, secret: Secret) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """A receiver at work: its URL, and a function that ends it and gives the ids that it printed."""
    port = _free_port()
    environment = {**os.environ, "WEBHOOK_SECRET": secret.value, "WEBHOOK_FILE": str(folder / "messages")}
    with subprocess.Popen([*command, str(port)], env=environment, stdout=subprocess.PIPE, cwd=folder) as process:

        def ended() -> list[str]:
            process.kill()
            printed, _ = process.communicate()
            return [json.loads(line)["id"] for line in printed.splitlines()]

        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}/hook", ended
        finally:
            process.kill()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1000):
        assert process.poll() is None, "the receiver has ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the receiver does not listen")


def send(
    url: str, *ids: str, at: datetime | None = None, secrets: tuple[Secret, ...] = (SECRET,), body: bytes = BODY
) -> list[int | None]:
    """The statuses that the sender was given."""

    async def run() -> list[int | None]:
        moment = at or datetime.now(UTC)
        one = subscription(url, secrets=secrets, old_until=moment + timedelta(hours=24))
        async with open_sender(Webhooks(), user_agent="duma-tracker/0.1") as sender:
            return [(await sender.send(one, delivery(message_id=name, body=body), at=moment)).status for name in ids]

    return asyncio.run(run())


def test_messages_are_taken_and_repeats_recognised_also_after_a_restart(command: Command, tmp_path: Path) -> None:
    with running(command, tmp_path, SECRET) as (url, ended):
        assert send(url, "msg_1", "msg_2", "msg_1") == [204, 204, 204]
        assert ended() == ["msg_1", "msg_2"]
    with running(command, tmp_path, SECRET) as (url, ended):
        assert send(url, "msg_1", "msg_3") == [204, 204]
        assert ended() == ["msg_3"]


def test_what_is_not_ours_or_stale_is_refused(command: Command, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with running(command, tmp_path, SECRET) as (url, ended):
        assert send(url, "msg_1", secrets=(OLDER,)) == [401]
        assert send(url, "msg_1", at=now - timedelta(minutes=6)) == [401]
        assert send(url, "msg_1", at=now + timedelta(minutes=6)) == [401]
        assert send(url, "msg_1", body=b'{"type":"event","data":"' + b"x" * 100_000 + b'"}') == [401]
        assert ended() == []


def test_tampering_is_noticed(command: Command, tmp_path: Path) -> None:
    signed = signing.headers("msg_1", datetime.now(UTC), BODY, (SECRET,))
    other_time = str(int(signed["webhook-timestamp"]) - 1)
    with running(command, tmp_path, SECRET) as (url, ended):
        statuses = [
            requests.post(url, data=body, headers={**signed, **changed}, timeout=10).status_code
            for body, changed in (
                (BODY.replace(b"100001", b"100002"), {}),
                (BODY, {"webhook-id": "msg_2"}),
                (BODY, {"webhook-timestamp": other_time}),
                (BODY, {"webhook-signature": "v1,AAAA"}),
                (BODY, {"webhook-signature": ""}),
                (BODY, {}),
            )
        ]
        assert statuses == [401, 401, 401, 401, 401, 204]
        assert ended() == ["msg_1"]


@pytest.mark.parametrize("known", [SECRET, OLDER], ids=["new", "old"])
def test_during_a_rotation_either_secret_is_enough(command: Command, tmp_path: Path, known: Secret) -> None:
    with running(command, tmp_path, known) as (url, ended):
        assert send(url, "msg_1", secrets=(SECRET, OLDER)) == [204]
        assert ended() == ["msg_1"]
