"""Writes the whole site to a directory that any file server can serve: atomically, and touching only what changed.

A reader never sees half a file (temporary file, then rename), nor a link to a page that is not there yet (leaves are written
first), and files that somebody else put into the directory are never removed (a manifest remembers which are ours).
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from feeds.site import Seen, Site
from tracker.errors import ConfigError, StoreError

MANIFEST: Final = ".duma-tracker-published.json"

#: What a path may be made of before it becomes a file name: no dots alone, nothing that a shell or a server reads.
_SEGMENT: Final = re.compile(r"^(?!\.+$)[\w.~-]{1,200}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What one run of publishing did, in numbers of files."""

    written: int
    unchanged: int
    removed: int


def publish(site: Site, directory: Path, *, since: Seen | None = None) -> Published:
    """Write every page of the site under `directory`. A second run over the same data writes nothing.

    `since`: how far the record had come when the site was published here last; what cannot have changed is not made again.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if (directory / "index.html").exists() and not (directory / MANIFEST).exists():
            raise ConfigError(f"{directory} holds a site that is not ours; publish into an empty directory")
        return _publish(site, directory, since)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"cannot publish to {directory}: {reason}; check that the directory is writable") from error


def _publish(site: Site, directory: Path, since: Seen | None) -> Published:
    before = _read_manifest(directory)
    # Named before they are written: a run that dies half way must not leave files that nobody owns.
    paths = tuple(site.paths())
    _write_manifest(directory, before | {site.file(path) for path in paths})
    now: set[str] = set()
    written = unchanged = 0
    may_differ = site.differing_since(since) if since is not None else _always
    for path in paths:
        if site.file(path) in before and not may_differ(path) and _target(directory, site.file(path)).is_file():
            now.add(site.file(path))
            unchanged += 1
            continue
        page = site.page(path)
        if page is None:  # dropped while we were writing: the next run tells
            continue
        target = _target(directory, page.file)
        now.add(page.file)
        if _holds(target, page.body):
            unchanged += 1
        else:
            _replace(target, page.body)
            written += 1
    stale = before - now
    for name in stale:
        _remove(directory, name)
    _write_manifest(directory, now)
    return Published(written=written, unchanged=unchanged, removed=len(stale))


def _always(_path: str) -> bool:
    return True


def _target(directory: Path, name: str) -> Path:
    """The file of a page. A name that could leave the directory is our own error and stops everything."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or not all(_SEGMENT.match(part) for part in parts):
        raise StoreError(f"a page is named {name!r}, which cannot be a file; look for a document with such an id")
    return directory.joinpath(*parts)


def _holds(target: Path, body: bytes) -> bool:
    try:
        return target.stat().st_size == len(body) and target.read_bytes() == body
    except FileNotFoundError:
        return False


def _replace(target: Path, body: bytes) -> None:
    """Write beside the target and rename over it: readers see the old file or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".publishing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove(directory: Path, name: str) -> None:
    """Remove a file that an earlier run wrote, and the directories that it leaves empty."""
    target = _target(directory, name)
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == directory or any(parent.iterdir()):
            break
        parent.rmdir()


def _read_manifest(directory: Path) -> set[str]:
    try:
        found = json.loads((directory / MANIFEST).read_bytes())
    except FileNotFoundError:
        return set()
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ConfigError(
            f"{directory / MANIFEST} is not a list of files; remove it to publish afresh, nothing else is lost"
        )
    return set(found)


def _write_manifest(directory: Path, names: set[str]) -> None:
    body = (json.dumps(sorted(names), ensure_ascii=False, indent=0) + "\n").encode()
    if not _holds(directory / MANIFEST, body):
        _replace(directory / MANIFEST, body)
