"""`webhook`, `deliver` and `relay` at a terminal: processes of their own, real receivers, one clear line for bad input."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook
from werkzeug import Request, Response

from db.store import Store
from tests.tracker.test_alerting import draft
from tracker import cli
from tracker.models import Document, Force, Observation

ROOT = Path(__file__).parents[2]
SECRET_PATH = "hook-3133731337"
KEY = "a long and random key of the operator"


class Terminal:
    """A directory with a `tracker.toml`; remembers everything that was printed, to search it for secrets."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.printed = ""
        self.patch = patch
        self._capsys = capsys
        patch.chdir(directory)
        (directory / "tracker.toml").write_text(
            '[site]\nauthority = "tracker.example"\nyear = 2099\nbase_url = "https://tracker.example"\n'
            '[webhooks]\nallow_networks = ["127.0.0.0/8"]\n'
        )

    def run(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """What a command printed: its data, or, when it fails, its complaint. In this process: starting one takes seconds."""
        self.patch.setattr(sys, "stdin", io.StringIO(given))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        done = self._capsys.readouterr()
        return self._said(ended.value.code, code, done.out, done.err)

    def process(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """The same as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
        )
        return self._said(done.returncode, code, done.stdout, done.stderr)

    def _said(self, code: object, expected: int, out: str, err: str) -> str:
        self.printed += out + err
        assert code == expected, out + err
        assert "Traceback" not in err
        return (err if code and not out else out).strip()

    def record(self, key: str) -> None:
        about = Document(
            id="bill/100001-99",
            kind="bill",
            number="100001-99",
            date=None,
            title="О внесении",
            force=Force.DRAFT,
            invented=True,
        )
        with Store(self.directory / "var", clock=lambda: datetime.now(UTC)) as store:
            store.record(Observation(observed_at=datetime.now(UTC), document=about, events=(draft(key),)))


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    stopping = signal.getsignal(signal.SIGTERM)
    made = Terminal(tmp_path, capsys, monkeypatch)
    yield made
    signal.signal(signal.SIGTERM, stopping)
    structlog.reset_defaults()  # it would write to the stderr of this test
    assert SECRET_PATH not in made.printed  # no address, whatever was done


@pytest.fixture
def receiver(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request(f"/{SECRET_PATH}").respond_with_data("ok")
    return httpserver


def address(receiver: HTTPServer) -> str:
    return receiver.url_for(f"/{SECRET_PATH}")


def add(terminal: Terminal, receiver: HTTPServer, name: str = "ngo", *options: str) -> str:
    return terminal.run("webhook", "add", "-", "--name", name, *options, given=address(receiver) + "\n")


def test_from_add_to_delivered_and_replayed(terminal: Terminal, receiver: HTTPServer) -> None:
    secret = add(terminal, receiver, "ngo", "--topic", "citizenship")
    assert secret.startswith("whsec_")
    assert "readable by you alone" in terminal.printed
    assert terminal.run("webhook", "test", "ngo").split("\t")[1] == "delivered (200)"
    terminal.record("1")
    assert json.loads(terminal.run("deliver")) == {"delivered": 1, "failed": 0, "waiting": 0}
    requests = [request for request, _ in receiver.log]
    assert [verified(request, secret)["type"] for request in requests] == ["test", "event"]

    log = json.loads(terminal.run("webhook", "log", "ngo", "--json"))
    assert [row["state"] for row in log] == ["delivered", "delivered"]
    event = next(row for row in log if row["type"] == "event")
    assert terminal.run("webhook", "replay", event["message_id"]) == "1"
    terminal.run("deliver")
    assert receiver.log[-1][0].headers["webhook-id"] == event["message_id"]
    assert receiver.log[-1][0].get_data() == requests[1].get_data()

    assert terminal.run("webhook", "replay", "--since", "2000-01-01") == "0"  # nothing is lost
    assert (
        terminal.run("webhook", "replay", "--since", "2000-01-01", "--until", "2999-01-01", "--all", "--to", "ngo")
        == "2"
    )

    fresh = terminal.run("webhook", "rotate", "ngo")
    terminal.run("deliver")
    for key in (secret, fresh):
        verified(receiver.log[-1][0], key)
    terminal.run("webhook", "remove", "ngo")
    assert terminal.run("webhook", "list") == ""


def verified(request: Request, secret: str) -> dict[str, str]:
    found: dict[str, str] = Webhook(secret).verify(request.get_data(), dict(request.headers.items()))
    return found


def test_failures_have_their_exit_codes_and_are_kept(terminal: Terminal, httpserver: HTTPServer) -> None:
    answers = iter([500, 500, 500])
    httpserver.expect_request(f"/{SECRET_PATH}").respond_with_handler(lambda _: Response(status=next(answers)))
    httpserver.expect_request("/good").respond_with_data("ok")
    add(terminal, httpserver)
    assert "500" in terminal.run("webhook", "test", "ngo", code=1)
    terminal.run("webhook", "add", "env:GOOD", "--name", "good", code=2)
    terminal.patch.setenv("GOOD", httpserver.url_for("/good"))
    terminal.run("webhook", "add", "env:GOOD", "--name", "good")
    terminal.record("1")
    assert terminal.run("deliver", code=3)
    (row,) = json.loads(terminal.run("webhook", "log", "--json", "--state", "waiting"))
    assert (row["type"], row["attempts"]) == ("event", 1)
    (row,) = json.loads(terminal.run("webhook", "log", "--json", "--state", "cancelled"))
    assert row["type"] == "test"  # tried once
    listed = terminal.run("webhook", "log", "ngo")
    assert "500" in listed


def test_lists_show_filters_and_states_and_no_address(terminal: Terminal, receiver: HTTPServer) -> None:
    terminal.patch.setenv("DUMA_TRACKER_KEY", KEY)
    options = ("--kind", "text.changed", "--at-least", "major", "--clause", "act/fz/2099-04-28/9138-fz ст. 22 ч. 1")
    add(terminal, receiver, "ngo", *options, "--document", "100001-99", "--digest", "day", "--heartbeat", "7d")
    terminal.run("webhook", "disable", "ngo", "--reason", "the receiver moves")
    line = terminal.run("webhook", "list")
    for words in (
        "ngo\twebhook\tdisabled (the receiver moves)\tcli",
        "kinds=text.changed",
        "at_least=major",
        "st-22.ch-1",
    ):
        assert words in line
    (row,) = json.loads(terminal.run("webhook", "list", "--json"))
    assert row["filter"]["documents"] == ["bill/100001-99"]
    assert row["digest"] == "day 09:00 Europe/Moscow"
    assert "switched off" in terminal.run("webhook", "test", "ngo", code=2)
    terminal.run("webhook", "enable", "ngo")
    assert "\tenabled\t" in terminal.run("webhook", "list")
    assert SECRET_PATH not in (terminal.directory / "var" / "secrets.json").read_text()
    terminal.patch.setenv("DUMA_TRACKER_KEY", KEY + " mistyped")
    said = terminal.run("webhook", "list", code=1)
    assert "the key in DUMA_TRACKER_KEY does not open it" in said
    assert len(said.splitlines()) == 1


def test_doctor_tells_of_subscriptions_and_of_secrets_that_lie_open(terminal: Terminal, receiver: HTTPServer) -> None:
    add(terminal, receiver)
    said = terminal.run("doctor", "--offline", code=1)  # the contact is missing, too
    assert "subscription ngo: on" in said
    assert "lie unencrypted" in said
    assert "chmod" not in said
    (terminal.directory / "var" / "secrets.json").chmod(0o644)
    assert "chmod 600" in terminal.run("doctor", "--offline", code=1)
    terminal.patch.setenv("DUMA_TRACKER_KEY", KEY)
    terminal.run("webhook", "list")
    assert "lie unencrypted" not in terminal.run("doctor", "--offline", code=1)
    terminal.patch.setenv("DUMA_TRACKER_KEY", "short")
    assert "shorter than 16" in terminal.run("doctor", "--offline", code=1)


def test_subscriptions_of_the_file_are_delivered_to(terminal: Terminal, receiver: HTTPServer) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8mX0Z3XNqgQ="
    with (terminal.directory / "tracker.toml").open("a") as file:
        file.write(
            '[[subscriptions]]\nname = "press"\nurl = "env:HOOK"\nsecret = "env:SIGNING"\ntopics = ["citizenship"]\n'
        )
    terminal.patch.setenv("HOOK", address(receiver))
    terminal.patch.setenv("SIGNING", secret)
    terminal.run("webhook", "list")
    terminal.record("1")
    terminal.run("deliver")
    assert verified(receiver.log[0][0], secret)["type"] == "event"
    assert "put a new one there" in terminal.run("webhook", "rotate", "press", code=2)
    assert "take it out there" in terminal.run("webhook", "remove", "press", code=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("webhook", "ad", "x"), "did you mean add?"),
        (("webhook", "add", "-", "--name", "ngo"), "its url is empty"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}"), "--name"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "Наш"), "made of a-z"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--topic", "citizen"), "citizenship"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--kind", "text"), "no kind of event"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--clause", "ст. 1"), "write it as"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--document", "12"), "968530-8"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--at-least", "much"), "at-least"),
        (("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--heartbeat", "1s"), "once an hour"),
        (
            ("webhook", "add", f"https://x.example/{SECRET_PATH}", "--name", "x", "--secret", "whsec_x"),
            "name where it is",
        ),
        (("webhook", "add", f"ftp://x.example/{SECRET_PATH}", "--name", "x"), "subscription x"),
        (("webhook", "add", f"https://10.0.0.1/{SECRET_PATH}", "--name", "x"), "subscription x"),
        (("webhook", "add", "env:NOT_SET_AT_ALL", "--name", "x"), "NOT_SET_AT_ALL is not set"),
        (("webhook", "test", "nobody"), "no subscription 'nobody'"),
        (("webhook", "log", "nobody"), "no subscription 'nobody'"),
        (("webhook", "rotate", "nobody"), "no subscription 'nobody'"),
        (("webhook", "enable", "nobody"), "no subscription 'nobody'"),
        (("webhook", "remove", "nobody"), "no subscription 'nobody'"),
        (("webhook", "replay"), "name messages"),
        (("webhook", "replay", "msg_x"), "no message 'msg_x'"),
        (("webhook", "replay", "msg_x", "--since", "2099-01-01"), "name messages"),
        (("webhook", "replay", "--since", "yesterday"), "is no time"),
        (("relay", "https://other.example", "--to", "nobody"), "no subscription 'nobody'"),
        (("relay", "https://other.example", "--to", "x", "--every", "1s"), "once a minute"),
        (("relay", "https://other.example", "--to", "x", "--every", "often"), "not a duration"),
    ],
)
def test_bad_input_is_one_line(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    said = terminal.run(*arguments, given="\n", code=2)
    assert len(said.splitlines()) == 1, said
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("webhook", "add", f"ftp://x.example/{SECRET_PATH}", "--name", "x"), "subscription x"),
        (("webhook", "add", "-", "--name", "x"), "its url is empty"),
        (("webhook", "test", "nobody"), "no subscription 'nobody'"),
        (("webhook", "replay", "msg_x"), "no message 'msg_x'"),
        (("relay", "https://other.example", "--to", "nobody"), "no subscription 'nobody'"),
    ],
)
def test_bad_input_to_a_process_is_one_line(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    said = terminal.process(*arguments, given="\n", code=2)
    assert len(said.splitlines()) == 1, said
    assert words in said
