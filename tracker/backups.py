"""The way back from a backup: unpacked beside its place, proved whole, and only then put there by one rename.

`Store.backup` makes the archive; what may be believed of one is in `db.backup`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from db import backup
from db.backup import Manifest
from db.store import FILE_NAME, Store
from tracker.alerts import Secret
from tracker.errors import BusyError, StoreError
from tracker.schedule import LEASE

NO_ADDRESS: Final = "restored from a backup that holds no addresses; remove it and add it again"


def restore(archive: Path, directory: Path, *, clock: Callable[[], datetime]) -> Manifest:
    """Put the store of an archive into a directory that is new or empty; what the archive says of itself.

    The database is brought to the shape that this version knows. Subscriptions whose addresses are not in the archive are
    switched off and say why. Raises `BusyError` when an instance is at work in that directory, `StoreError` when there is a
    store already or the archive is not whole.
    """
    _require_vacant(directory, clock)
    with backup.placing(directory) as scratch:
        manifest = backup.unpack(archive, scratch)
        backup.check(scratch / FILE_NAME, manifest)
        with Store(scratch, clock=clock) as store:
            for problem in (*store.verify_ledger(), *store.verify_evidence()):
                raise StoreError(f"{archive}: {problem}; nothing was restored, use another backup")
            _silence_unaddressed(store)
    return manifest


def _require_vacant(directory: Path, clock: Callable[[], datetime]) -> None:
    if not (directory / FILE_NAME).exists():
        return
    with Store(directory, clock=clock, read_only=True) as store:
        if store.is_leased(LEASE):
            raise BusyError(f"{directory}: an instance is at work there; stop it, and restore into a new directory")
    raise StoreError(f"{directory}: holds a store already; restore into a new directory, then point [storage] there")


def _silence_unaddressed(store: Store) -> None:
    """Subscriptions without an address stay, so that nobody is told twice of what they were told; nothing is sent to them."""
    for name in store.subscription_names():
        if not store.vault.knows(name):
            store.vault.put(name, url=Secret(""), secrets=(), old_until=None)
            store.set_subscription_state(name, enabled=False, reason=NO_ADDRESS, failing_since=None)
