from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from db.store import FILE_NAME, Store
from tracker.instance import Instance
from tracker.models import SiteInfo

AUTHORITY = "tracker.example"
INFO = SiteInfo(
    title="Трекер", base_url="https://tracker.example", authority=AUTHORITY, year=2026, live=False, invented=True
)


def copied(replayed: Instance, directory: Path) -> Path:
    """A copy of the demo's store that a test may do anything to."""
    source = replayed.settings.storage.directory / FILE_NAME
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(directory / FILE_NAME)) as new:
        old.backup(new)
    return directory


@pytest.fixture
def archive(replayed: Instance, tmp_path: Path) -> Iterator[Store]:
    """The demo's invented history with all of its roots."""
    later = replayed.clock() + timedelta(days=2)
    directory = tmp_path / "var"
    directory.mkdir()
    with Store(copied(replayed, directory), clock=lambda: later) as store:
        store.seal(AUTHORITY)
        yield store
