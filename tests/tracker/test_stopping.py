"""`run` as a process: it stops whoever lets it wait, gives everything back, and logs lines of JSON."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.store import Store
from tests.servers import Handler, Server, running
from tracker.alerts import DeliveryState, NewDelivery
from tracker.parts import utc_now
from tracker.serving import listen

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HIDDEN = "very-secret-path"


@dataclass
class Silent:
    """A page that is asked for and does not answer before it is let go."""

    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __call__(self, handler: Handler) -> None:
        self.asked.set()
        self.released.wait(60)
        handler.close_connection = True


@pytest.fixture
def silent() -> Iterator[tuple[Server, Silent, Silent]]:
    """A server that is source (as a proxy) and receiver at once, and answers neither."""

    class Receiving(Handler):
        def do_POST(self) -> None:  # noqa: N802 - the name that http.server gives it
            receiver(self)

    source, receiver = Silent(), Silent()
    server = Server(Receiving)
    server.put("*", source)
    with running(server):
        yield server, source, receiver
        source.released.set()
        receiver.released.set()


def begun(folder: Path, server: Server) -> subprocess.Popen[str]:
    (folder / "tracker.toml").write_text(
        f'[http]\nproxy = "http://127.0.0.1:{server.port}"\n'
        '[sources.sozd]\nbase_url = "http://sozd.invalid"\ndelay = 0\n'
        '[webhooks]\nallow_networks = ["127.0.0.0/8"]\n'
        f'[[subscriptions]]\nname = "ngo"\nurl = "{server.url("/" + HIDDEN)}"\nsecret = "env:NGO_SECRET"\n'
    )
    return subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "run", "--port", "0", "--operator-port", "0"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NGO_SECRET": SECRET},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_run_ends_in_order_while_a_source_and_a_receiver_keep_it_waiting(
    tmp_path: Path, silent: tuple[Server, Silent, Silent], number: signal.Signals
) -> None:
    server, source, receiver = silent
    with begun(tmp_path, server) as process:
        try:
            assert source.asked.wait(60)
            with Store(tmp_path / "var", clock=utc_now) as store:
                now = utc_now()
                store.put_delivery(
                    NewDelivery(
                        subscription="ngo",
                        message_id="msg_1",
                        type="test",
                        body=b"{}",
                        events=(),
                        created_at=now,
                        due_at=now,
                    )
                )
            assert receiver.asked.wait(60)
            process.send_signal(number)
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, log
    with closing(sqlite3.connect(tmp_path / "var" / "tracker.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM leases").fetchone() == (0,)
    with Store(tmp_path / "var", clock=utc_now) as store:
        (delivery,) = store.deliveries()
        assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 0)
        assert all(state.failing_since is None for state in store.source_states())  # our own end is nobody's failure
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"tick.ended", "deliveries.given_up"} <= {line["event"] for line in lines}
    assert all({"timestamp", "level", "logger"} <= line.keys() for line in lines)
    for secret in (SECRET, HIDDEN, str(server.port)):
        assert secret not in log


def test_nothing_begins_while_the_operators_port_is_taken(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").write_text('[sources.sozd]\nbase_url = "http://sozd.invalid"\n')
    with closing(listen("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", "run", "--port", "0", "--operator-port", str(port)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"duma-tracker: 127.0.0.1:{port} cannot be used (Address already in use); choose another with --operator-port"
    ]
    with Store(tmp_path / "var", clock=utc_now) as store:
        assert store.source_states() == ()
