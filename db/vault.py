"""Addresses of channels and signing secrets: one small file beside the database, readable by its owner alone.

They never enter the database, so a copy of it, a backup or a look with any SQLite tool holds none of them. With a key every entry
is sealed (Fernet: AES-128-CBC and HMAC-SHA-256; the key is derived from the operator's words by SHA-256, so they must be long and
random); without one the file's mode is all that guards them. The file is replaced whole, never written in place.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken

from tracker.alerts import Secret
from tracker.errors import StoreError

FILE_NAME: Final = "secrets.json"


class Vault:
    """The secrets of every subscription, by its name. `key`: what seals them, None to keep them as they are.

    Calls that write must not overlap: the store makes them inside its own write transaction, which one process has at a time.
    """

    def __init__(self, directory: Path, *, key: Secret | None) -> None:
        self.path = directory / FILE_NAME
        self._read: tuple[tuple[int, int, int], dict[str, dict[str, Any]]] | None = None
        self._fernet = None if key is None else Fernet(_derived(key))

    @property
    def seals(self) -> bool:
        """Whether what is put from now on is encrypted."""
        return self._fernet is not None

    def put(self, name: str, *, url: Secret, secrets: tuple[Secret, ...], old_until: datetime | None) -> None:
        """Keep the secrets of a subscription in place of those it had."""
        bundle = {
            "url": url.value,
            "secrets": [secret.value for secret in secrets],
            "old_until": None if old_until is None else old_until.isoformat(),
        }
        self._write({**self._entries(), name: self._closed(bundle)})

    def get(self, name: str) -> tuple[Secret, tuple[Secret, ...], datetime | None]:
        """The address, the secrets, and until when the older of them signs."""
        entry = self._entries().get(name)
        if entry is None:
            raise StoreError(
                f"{self.path}: holds nothing for the subscription {name}; remove it and add it again, or restore the file"
            )
        bundle = self._opened(entry)
        try:
            until = bundle["old_until"]
            return (
                Secret(bundle["url"]),
                tuple(Secret(value) for value in bundle["secrets"]),
                None if until is None else datetime.fromisoformat(until),
            )
        except (KeyError, TypeError, ValueError):  # its message could hold what must not be shown
            raise StoreError(
                f"{self.path}: the entry {name} is damaged; remove the subscription and add it again"
            ) from None

    def knows(self, name: str) -> bool:
        """Whether something is kept for a subscription; it is not opened."""
        return name in self._entries()

    def forget(self, name: str) -> None:
        """Erase the secrets of a subscription."""
        entries = self._entries()
        if name in entries:
            self._write({other: entry for other, entry in entries.items() if other != name})

    def is_open(self) -> bool:
        """Whether any entry lies there unencrypted."""
        return any("plain" in entry for entry in self._entries().values())

    def is_shared(self) -> bool:
        """Whether other users of the machine may read the file."""
        return self.path.exists() and bool(self.path.stat().st_mode & 0o077)

    def _closed(self, bundle: dict[str, Any]) -> dict[str, Any]:
        if self._fernet is None:
            return {"plain": bundle}
        return {"sealed": self._fernet.encrypt(json.dumps(bundle).encode()).decode()}

    def _opened(self, entry: dict[str, Any]) -> dict[str, Any]:
        if "plain" in entry:
            bundle: dict[str, Any] = entry["plain"]
            return bundle
        if self._fernet is None:
            raise StoreError(f"{self.path}: is encrypted; set DUMA_TRACKER_KEY to the key it was made with")
        try:
            bundle = json.loads(self._fernet.decrypt(str(entry["sealed"])))
        except InvalidToken:
            raise StoreError(
                f"{self.path}: the key in DUMA_TRACKER_KEY does not open it; set the key it was made with"
            ) from None
        return bundle

    def _entries(self) -> dict[str, dict[str, Any]]:
        """The file as it is; it is read again only when it was replaced."""
        try:
            about = self.path.stat()
            stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
            if self._read is not None and self._read[0] == stamp:
                return self._read[1]
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be read ({error.strerror}); mend its owner or mode") from error
        except ValueError:
            raise StoreError(
                f"{self.path}: is damaged; restore it, or remove it and add the subscriptions again"
            ) from None
        if not isinstance(found, dict) or not all(
            isinstance(entry, dict) and entry.keys() & {"plain", "sealed"} for entry in found.values()
        ):
            raise StoreError(f"{self.path}: is damaged; restore it, or remove it and add the subscriptions again")
        self._read = (stamp, found)
        return found

    def _write(self, entries: dict[str, dict[str, Any]]) -> None:
        fresh = self.path.with_suffix(".new")
        try:
            fresh.unlink(missing_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(entries, ensure_ascii=False, indent=1).encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise StoreError(f"{self.path}: cannot be written ({error.strerror}); nothing was changed") from error


def _derived(key: Secret) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(key.value.encode()).digest())
