from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests import machine
from tests.tracker.world import World
from tracker import demo
from tracker.instance import Instance
from tracker.serving import SiteServer, listen


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "var")
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The demo's invented history, lived through; it takes half a minute, so that all who only look share it."""
    directory = tmp_path_factory.mktemp("replayed")
    with demo.replay(directory, site_url="http://127.0.0.1:8000", console=Console(stderr=True, quiet=True)) as instance:
        yield instance


@pytest.fixture(scope="session")
def living(replayed: Instance) -> Iterator[str]:
    """The address of the demo's live site."""
    server = SiteServer(replayed.site(live=True), listen("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.address
    server.stop()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's browser."""
    return machine.program("chromium", "chromium-browser", "google-chrome", why="pages are not looked at in a browser")
