"""A database from before English entries: what was read stays as it was read, what is missing is rendered."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from db import events, packing, schema
from db.store import Store
from feeds.site import Site
from tests.feeds.fake_library import INFO, bill
from tracker import publishing
from tracker.models import EventKind, Level
from tracker.payloads import Drafter

AT = datetime(2026, 5, 14, 11, 5, tzinfo=UTC)


def test_old_entries_stay_and_the_other_language_is_added_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = Migrations("tracker")
    for migration in (schema.m001_first, schema.m002_sources, schema.m003_alerts):
        older()(migration)
    database = Database(tmp_path / "tracker.sqlite", execute_plugins=False)
    database.conn.row_factory = sqlite3.Row
    older.apply(database)
    draft = Drafter(document=bill(), source="sozd", silent_before=None).draft(
        EventKind.BILL_STAGE, key="1", level=Level.NOTABLE, payload={"after": "first_reading"}
    )
    with monkeypatch.context() as then:  # when payloads were plain text
        then.setattr(packing, "pack", lambda raw, _: raw.decode())
        (event,) = events.append(database, (draft,), observed_at=AT, salt=lambda: bytes(16))
    database.execute("INSERT INTO entries (seq, atom, rss, json) VALUES (?, ?, ?, ?)", (event.seq, b"a", b"r", b"j"))
    database.execute("DELETE FROM outbox WHERE channel = 'feeds'")
    database.conn.commit()
    database.close()

    with Store(tmp_path, clock=lambda: AT) as store:
        site = Site(store, INFO)
        assert publishing.render_entries(store, site) == 1
        assert publishing.render_entries(store, site) == 0
        assert [body for _, body in store.entries(None, "atom", leads_only=False)] == [b"a"]
        ((_, made),) = store.entries(None, "atom", leads_only=False, language="en")
        assert b"passed at first reading" in made
        assert f"tag:tracker.example,2026:event/{event.id}".encode() in made
