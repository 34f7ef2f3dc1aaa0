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
from scrapers.extract import programs
from tracker import config, probing
from tracker.alert_settings import KEY_VARIABLE, sealing_key
from tracker.config import DEFAULT_FILE, Settings
from tracker.engines import UnusableError, survey
from tracker.errors import ConfigError, StoreError
from tracker.instance import cluster_address, workers_of
from tracker.parts import base_urls_of, policies_of, rules_of, utc_now

LITTLE_SPACE: Final = 1_000_000_000
RECENT: Final = 10  # words of the operator's journal that are shown


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


def examine(path: Path | None, *, network: bool) -> tuple[Finding, ...]:
    """Look at configuration, secrets, directory, database, ledger and tools; with `network`, ask every source once as well."""
    try:
        settings = config.load(path)
        policies_of(settings)
        sealing_key()
        rules = rules_of(settings)
        workers_of(settings).close()
    except ConfigError as error:
        return (Finding(is_fault=True, what=str(error), mend="mend this line, then run doctor again"),)
    return (
        *_configuration(settings, path),
        Finding(is_fault=False, what=f"topics: {', '.join(rules.topics)}"),
        *_directory(settings.storage.directory),
        *_published(settings.site.publish),
        *_programs(),
        *_store(settings),
        *_workers(settings, network=network),
        *(_sources(settings) if network else ()),
    )


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


def _published(folder: Path | None) -> Iterator[Finding]:
    """The folder of the static copy, if there is to be one."""
    if folder is None:
        return
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        yield Finding(is_fault=False, what=f"the static copy goes to {folder}")
    else:
        yield Finding(
            is_fault=True,
            what=f"the static copy cannot be written to {place}",
            mend='[site] publish = "/another/folder"',
        )


#: Program -> what it reads for us, and how it is installed.
_PROGRAMS: Final = {
    "soffice": ("DOC and ODT, with tracked changes told apart", "apt-get install libreoffice-writer-nogui"),
    "antiword": ("DOC where LibreOffice is missing; tracked changes run together", "apt-get install antiword"),
    "tesseract": ("scans, when recognition is asked for", "apt-get install tesseract-ocr"),
    "tesseract-rus": ("Russian scans", "apt-get install tesseract-ocr-rus"),
}


def _programs() -> Iterator[Finding]:
    """Programs that read files which we do not read ourselves. Without them such a text is told as not read."""
    for name, is_here in programs.tools().items():
        purpose, install = _PROGRAMS[name]
        what = f"{name} is {'here' if is_here else 'not here'}: reads {purpose}"
        yield Finding(is_fault=False, what=what, mend="" if is_here else install)


def _subscriptions(store: Store) -> Iterator[Finding]:
    """Who is told, whether anything arrives there, and how well their secrets are kept."""
    try:
        for subscription in store.subscriptions():
            state = "on" if subscription.enabled else f"switched off: {subscription.disabled_reason}"
            failing = (
                f", failing since {subscription.failing_since:%Y-%m-%d %H:%M} UTC" if subscription.failing_since else ""
            )
            yield Finding(
                is_fault=subscription.failing_since is not None,
                what=f"subscription {subscription.name}: {state}{failing}",
                mend=f"duma-tracker webhook log {subscription.name}" if failing else "",
            )
        if store.vault.is_shared():
            yield Finding(
                is_fault=True,
                what="other users of this machine may read the secrets of subscriptions",
                mend=f"chmod 600 {store.vault.path}",
            )
        if store.vault.is_open():
            yield Finding(
                is_fault=False,
                what=f"addresses and secrets of subscriptions lie unencrypted in {store.vault.path}",
                mend=f'export {KEY_VARIABLE}="$(openssl rand -base64 32)", for every command, and keep it elsewhere',
            )
    except StoreError as error:
        yield Finding(is_fault=True, what=str(error))


def _workers(settings: Settings, *, network: bool) -> Iterator[Finding]:
    """Where texts are read; of a cluster, with `network`, whether it reads as this machine does."""
    asked = settings.workers
    if asked.engine != "dask":
        where = f"{asked.processes} processes of this machine" if asked.engine == "process" else "this process"
        yield Finding(is_fault=False, what=f"texts are read in {where}")
        return
    address = cluster_address(settings)
    if address.ca is None:
        yield Finding(
            is_fault=False,
            what="the way to the cluster is not encrypted; whoever reaches its scheduler runs programs on its workers",
            mend='[workers] address = "tls://...", with ca_file, cert_file, key_file',
        )
    if not network:
        return
    try:
        threads, differences = survey(address)
    except UnusableError as error:
        mend = "start its scheduler and workers, with this tracker installed; until then texts are read here"
        yield Finding(is_fault=True, what=f"the cluster is of no use: {error}", mend=mend)
        return
    mend = "" if threads else "dask worker ADDRESS --nworkers 2 --nthreads 1"
    yield Finding(is_fault=not threads, what=f"the cluster has {threads} threads", mend=mend)
    for words in differences:
        mend = "install the same there and here; until then texts are read here"
        yield Finding(is_fault=True, what=f"workers of the cluster differ: {words}", mend=mend)


def _sources(settings: Settings) -> Iterator[Finding]:
    """One question to each source."""
    base_urls = base_urls_of(settings)
    for found in probing.probe(base_urls, policies_of(settings), user_agent=settings.user_agent, clock=utc_now):
        yield Finding(is_fault=not found.is_well, what=f"{found.source}: {found.what}", mend=found.mend)


def _store(settings: Settings) -> Iterator[Finding]:
    yield Finding(is_fault=False, what=f"SQLite {sqlite3.sqlite_version}")
    if not (settings.storage.directory / "tracker.sqlite").exists():
        yield Finding(is_fault=False, what="nothing was looked at yet", mend="duma-tracker check")
        return
    try:
        with Store(settings.storage.directory, clock=utc_now, read_only=True, key=sealing_key()) as store:
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
            yield from _subscriptions(store)
            for word in store.operator_events(limit=RECENT):
                yield Finding(
                    is_fault=False, what=f"{word.at:%Y-%m-%d %H:%M} UTC {word.kind} {word.subject}: {word.message}"
                )
            for row in store.quarantined():
                yield Finding(
                    is_fault=False, what=f"quarantine: {row.document_id or row.url}: {row.reason} (x{row.count})"
                )
    except StoreError as error:
        yield Finding(is_fault=True, what=str(error), mend="stop the other process, or restore a backup")
