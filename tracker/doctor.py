"""`doctor`: what is wrong with a set-up, and the exact line that mends it. Looks, and changes nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.store import Store
from tracker import config
from tracker.config import DEFAULT_FILE, Settings
from tracker.errors import ConfigError, StoreError
from tracker.instance import policies_of, utc_now

LITTLE_SPACE: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `mend` is the line to write or to run, when something is wrong."""

    is_fault: bool
    what: str
    mend: str = ""

    def line(self) -> str:
        """For a terminal: one line."""
        mark = "wrong" if self.is_fault else "ok   "
        return f"{mark}  {self.what}" + (f"  ->  {self.mend}" if self.mend else "")


def examine(path: Path | None) -> tuple[Finding, ...]:
    """Look at configuration, secrets, directory, database, ledger and sources, in this order."""
    try:
        settings = config.load(path)
        policies_of(settings)
    except ConfigError as error:
        return (Finding(is_fault=True, what=str(error), mend="mend this line, then run doctor again"),)
    return (*_configuration(settings, path), *_directory(settings.storage.directory), *_store(settings))


def _configuration(settings: Settings, path: Path | None) -> Iterator[Finding]:
    if path is None and not DEFAULT_FILE.exists():
        yield Finding(is_fault=False, what="no tracker.toml here: the defaults hold", mend="duma-tracker init")
    else:
        yield Finding(is_fault=False, what=f"{path or DEFAULT_FILE} is understood")
    if not settings.http.contact and not settings.http.user_agent:
        yield Finding(
            is_fault=True,
            what="sources cannot reach you if we trouble them",
            mend='[http] contact = "tracker@your.domain"',
        )
    if settings.site.authority.endswith(".invalid"):
        yield Finding(
            is_fault=False,
            what=f"entry ids are made of {settings.site.authority}, which is nobody's domain",
            mend='[site] authority = "your.domain", before the first entry is published',
        )
    if not any(settings.source(name).proxy for name in ("sozd", "publication")) and not settings.http.proxy:
        yield Finding(
            is_fault=False,
            what="no proxy is set; from outside Russia some sources usually need one",
            mend='[http] proxy = "socks5h://127.0.0.1:1080"',
        )


def _directory(directory: Path) -> Iterator[Finding]:
    place = (
        directory if directory.exists() else next(parent for parent in directory.absolute().parents if parent.exists())
    )
    if not os.access(place, os.W_OK | os.X_OK):
        yield Finding(is_fault=True, what=f"{place} cannot be written to", mend=f'chown -R "$USER" {place}')
        return
    free = shutil.disk_usage(place).free
    yield Finding(
        is_fault=free < LITTLE_SPACE,
        what=f"{free / 1e9:.1f} GB are free at {place}",
        mend='[storage] directory = "/a/larger/disk"' if free < LITTLE_SPACE else "",
    )


def _store(settings: Settings) -> Iterator[Finding]:
    yield Finding(is_fault=False, what=f"SQLite {sqlite3.sqlite_version}")
    if not (settings.storage.directory / "tracker.sqlite").exists():
        yield Finding(is_fault=False, what="nothing was looked at yet", mend="duma-tracker check")
        return
    try:
        with Store(settings.storage.directory, clock=utc_now, read_only=True) as store:
            faults = store.verify_ledger()
            for fault in faults:
                yield Finding(is_fault=True, what=f"ledger: {fault}", mend="restore the database from a backup")
            if not faults:
                yield Finding(is_fault=False, what=f"the ledger of {store.event_count()} events is whole")
            for state in store.source_states():
                seen = state.last_success.isoformat(timespec="minutes") if state.last_success else "never"
                trouble = (
                    f"; failing since {state.failing_since.isoformat(timespec='minutes')}"
                    if state.failing_since
                    else ""
                )
                yield Finding(
                    is_fault=state.failing_since is not None,
                    what=f"{state.name}: last seen {seen}{trouble}" + (f": {state.last_error}" if trouble else ""),
                    mend=f'[sources.{state.name}] proxy = "socks5h://127.0.0.1:1080", if it cannot be reached'
                    if trouble
                    else "",
                )
            for row in store.quarantined():
                yield Finding(
                    is_fault=False, what=f"quarantine: {row.document_id or row.url}: {row.reason} (x{row.count})"
                )
    except StoreError as error:
        yield Finding(is_fault=True, what=str(error), mend="stop the other process, or restore a backup")
