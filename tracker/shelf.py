"""The texts of one document in the order of the procedure, with those that the present look adds.

Editions stand by *position* (the step of the procedure, then the time of upload), never by arrival: a text that comes late
takes its place and is compared with the one before it. What it is compared with is read again from the kept bytes by
today's code; a better reading of an old text is stored beside the old one, silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from db.store import Store
from tracker.errors import PageError
from tracker.models import EditionKey, NewVersion, Part, Snapshot, Version
from tracker.texts import Predecessor, ReadText, kept_text
from tracker.workers import Workers

#: Reads the kept bytes of a version again: (version, snapshot, body) -> text. It can be pickled: a worker may do it.
Rereader = Callable[[Version, Snapshot, bytes], ReadText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One text on the shelf: stored already, or added by this look. `cause` is the file that brought it."""

    key: EditionKey
    number: int
    position: str
    label: str
    cause: str | None
    readable: bool
    stored: Version | None
    added: tuple[ReadText, Snapshot] | None


class Shelf:
    """The versions of one part of one document at one source."""

    def __init__(
        self, store: Store, document_id: str, part: Part, source: str, reread: Rereader, *, workers: Workers
    ) -> None:
        self._store = store
        self._workers = workers
        self._reread = reread
        self._standing = [
            Standing(
                key=version.key,
                number=version.number,
                position=version.position,
                label=version.label,
                cause=version.cause,
                readable=version.readable,
                stored=version,
                added=None,
            )
            for version in store.versions(document_id, part=part)
            if version.key.source == source
        ]
        self._new: list[NewVersion] = []

    @property
    def new(self) -> tuple[NewVersion, ...]:
        """The versions added by this look."""
        return tuple(self._new)

    def latest_of(self, key: EditionKey, *, cause: str | None) -> Standing | None:
        """The newest version of an edition that one file brought; None when it brought none."""
        mine = [text for text in self._standing if text.key == key and text.cause == cause]
        return max(mine, key=lambda text: text.number) if mine else None

    def latest_gone(self, key: EditionKey, linked: Collection[str]) -> Standing | None:
        """The newest version of an edition whose file is linked no more: what a new file there has replaced."""
        gone = [text for text in self._standing if text.key == key and text.cause not in linked]
        return max(gone, key=lambda text: text.number) if gone else None

    def newest(self, *, readable: bool = False) -> Standing | None:
        """The last text by position; `readable`: of those that could be read."""
        mine = [text for text in self._standing if text.readable or not readable]
        return max(mine, key=lambda text: (text.position, text.key.edition, text.number)) if mine else None

    def last_place(self, key: EditionKey) -> str | None:
        """The last place taken in an edition."""
        return max((text.position for text in self._standing if text.key == key), default=None)

    def before(
        self, key: EditionKey, position: str, *, readable: bool = False, other_than: EditionKey | None = None
    ) -> Standing | None:
        """The text that stands before a place, the latest by position.

        `readable`: of those that could be read; `other_than`: of those of other editions.
        """
        place = (position, key.edition)
        earlier = [
            text
            for text in self._standing
            if (text.position, text.key.edition) <= place and (text.readable or not readable) and text.key != other_than
        ]
        return max(earlier, key=lambda text: (text.position, text.key.edition, text.number)) if earlier else None

    def add(self, version: NewVersion, read: ReadText, snapshot: Snapshot) -> int:
        """Put a new version in its place; gives its number."""
        number = sum(text.key == version.key for text in self._standing) + 1
        self._new.append(version)
        self._standing.append(
            Standing(
                key=version.key,
                number=number,
                position=version.position,
                label=version.label,
                cause=version.cause,
                readable=version.readable,
                stored=None,
                added=(read, snapshot),
            )
        )
        return number

    def predecessor(self, text: Standing | None) -> Predecessor | None:
        """A standing text as the one that a new text is compared with; an unreadable one cannot be."""
        if text is None or not text.readable:
            return None
        read, snapshot = self.read(text)
        return Predecessor(
            key=text.key, number=text.number, label=text.label, sections=read.sections, snapshot=snapshot
        )

    def read(self, text: Standing) -> tuple[ReadText, Snapshot | None]:
        """A standing text by today's code, with the snapshot behind it."""
        if text.added is not None:
            return text.added
        version = text.stored
        assert version is not None  # a text is stored or added  # noqa: S101
        kept = self._store.sections(version.id)
        fallback = kept_text(kept, digest=version.digest, unread_reason=version.unread_reason)
        snapshot = self._store.snapshot(version.snapshot_id) if version.snapshot_id is not None else None
        if snapshot is None:
            return fallback, None
        try:
            body = self._store.body(snapshot.digest)
            today = self._workers.call(len(body), self._reread, version, snapshot, body)
        except PageError:  # today's reader is stricter than the one that read it then
            return fallback, snapshot
        if kept and not today.sections:  # a program that read it then is missing today
            return fallback, snapshot
        if today.sections != kept:
            self._store.add_rendition(version.id, extractor=today.extractor, sections=today.sections)
        return today, snapshot
