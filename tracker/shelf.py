"""The texts of one document in the order of the procedure, with those that the present look adds.

Editions stand by *position* (the step of the procedure), never by arrival: a text that comes late takes its place and is
compared with the one before it. What it is compared with is read again from the kept bytes by today's code; a better
reading of an old text is stored beside the old one, silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from db.store import Store
from tracker.errors import PageError
from tracker.models import EditionKey, NewVersion, Part, Snapshot, Version
from tracker.texts import Predecessor, ReadText

#: Reads the kept bytes of a version again: (version, snapshot, body) -> text.
Rereader = Callable[[Version, Snapshot, bytes], ReadText]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """One text on the shelf: stored already, or added by this look."""

    key: EditionKey
    number: int
    position: str
    label: str
    readable: bool
    stored: Version | None
    added: tuple[ReadText, Snapshot] | None


class Shelf:
    """The versions of one part of one document at one source."""

    def __init__(self, store: Store, document_id: str, part: Part, source: str, reread: Rereader) -> None:
        self._store = store
        self._reread = reread
        versions = [v for v in store.versions(document_id, part=part) if v.key.source == source]
        self._slots = [
            _Slot(
                key=version.key,
                number=version.number,
                position=version.position,
                label=version.label,
                readable=version.readable,
                stored=version,
                added=None,
            )
            for version in versions
        ]
        self._new: list[NewVersion] = []

    @property
    def new(self) -> tuple[NewVersion, ...]:
        """The versions added by this look."""
        return tuple(self._new)

    @property
    def is_empty(self) -> bool:
        """Whether no text of this part was ever seen."""
        return not self._slots

    def next_number(self, key: EditionKey) -> int:
        """The number that the next version of an edition will get."""
        return sum(slot.key == key for slot in self._slots) + 1

    def current(self, key: EditionKey) -> ReadText | None:
        """The newest text of an edition, read by today's code."""
        slots = [slot for slot in self._slots if slot.key == key]
        return self._read(slots[-1])[0] if slots else None

    def predecessor(self, key: EditionKey, position: str) -> Predecessor | None:
        """What a new version of an edition is compared with: the readable text before it."""
        before = [
            slot
            for slot in self._slots
            if slot.readable and (slot.key == key or (slot.position, slot.key.edition) < (position, key.edition))
        ]
        if not before:
            return None
        slot = max(before, key=lambda slot: (slot.key == key, slot.position, slot.key.edition, slot.number))
        read, snapshot = self._read(slot)
        return Predecessor(
            key=slot.key, number=slot.number, label=slot.label, sections=read.sections, snapshot=snapshot
        )

    def add(self, version: NewVersion, read: ReadText, snapshot: Snapshot) -> int:
        """Put a new version in its place; gives its number."""
        number = self.next_number(version.key)
        self._new.append(version)
        self._slots.append(
            _Slot(
                key=version.key,
                number=number,
                position=version.position,
                label=version.label,
                readable=version.readable,
                stored=None,
                added=(read, snapshot),
            )
        )
        return number

    def _read(self, slot: _Slot) -> tuple[ReadText, Snapshot | None]:
        if slot.added is not None:
            return slot.added
        version = slot.stored
        assert version is not None  # a slot is stored or added  # noqa: S101
        kept = self._store.sections(version.id)
        fallback = ReadText(digest=version.digest, extractor="kept", sections=kept, unread_reason=version.unread_reason)
        snapshot = self._store.snapshot(version.snapshot_id) if version.snapshot_id is not None else None
        if snapshot is None:
            return fallback, None
        try:
            today = self._reread(version, snapshot, self._store.body(snapshot.digest))
        except PageError:  # today's reader is stricter than the one that read it then
            return fallback, snapshot
        if today.sections and today.sections != kept:
            self._store.add_rendition(version.id, extractor=today.extractor, sections=today.sections)
        return today, snapshot
