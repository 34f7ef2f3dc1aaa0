"""Three invented editions of one law in a library in memory, compared as the tracker compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from diffs import compare, forms
from diffs.structure import structure
from feeds.relations import Origin
from tests.feeds.fake_library import START, FakeLibrary, law
from tracker.models import Diff, Document, EventKind, Operation, Section, Version

EDITIONS = (
    (
        "rdk-0",
        [
            "Статья 1. Предмет",
            "1. Реестр ведет «суд».",
            "2. Срок составляет десять лет.",
            "Статья 2. Силы",
            "Закон вступает в силу сегодня.",
        ],
    ),
    (
        "rdk-1",
        [
            "Статья 1. Предмет",
            "1. Реестр ведет «суд».",
            "2. Запись вносится бесплатно.",
            "3. Срок составляет пять лет.",
            "Статья 2. Силы",
            "Закон вступает в силу сегодня.",
        ],
    ),
    (
        "rdk-2",
        [
            "Статья 1. Предмет",
            '1. Реестр ведет "суд".',
            "2. Запись вносится бесплатно.",
            "3. Срок составляет три года.",
            "Статья 2. Силы",
            "Закон вступает в силу сегодня.",
        ],
    ),
)


class Insight:
    """What the conductor hands in, without a store behind it."""

    def __init__(self, origin: Origin | None = None) -> None:
        self.asked = 0
        self._origin = origin

    def compare(self, old: Sequence[Section], new: Sequence[Section], /) -> Diff:
        self.asked += 1
        return compare.compare(old, new)

    def forms(self, old: Sequence[Section], new: Sequence[Section], diff: Diff, /) -> tuple[Operation, ...]:
        return forms.forms(old, new, diff)

    def origin(self, document_id: str, path: str, edition: str, /) -> Origin | None:
        del document_id, path, edition
        return self._origin


@dataclass(frozen=True)
class Shelf:
    """The library with the three editions in it."""

    library: FakeLibrary
    document: Document
    versions: tuple[Version, ...]


def shelf() -> Shelf:
    """Three editions, each told by an event with its comparison."""
    library, document = FakeLibrary(), law()
    library.kept_documents[document.id] = document
    versions: list[Version] = []
    for place, (edition, lines) in enumerate(EDITIONS):
        version = library.keep_version(
            document, edition, structure(lines), source="ips", position=f"{place:02}", at=START + timedelta(days=place)
        )
        payload: dict[str, Any] = {
            "part": "text",
            "edition": edition,
            "version": 1,
            "readable": True,
            "version_path": f"/{document.id}/text/ips/{edition}/1",
        }
        diff = None
        if versions:
            before = versions[-1]
            diff = compare.compare(library.sections(before.id), library.sections(version.id))
            payload["compared_with"] = {
                "part": "text",
                "source": "ips",
                "edition": before.key.edition,
                "version": 1,
                "label": "",
            }
        library.tell(
            EventKind.EDITION_ADDED, document, payload, diff=diff, source="ips", at=START + timedelta(days=place)
        )
        versions.append(version)
    return Shelf(library=library, document=document, versions=tuple(versions))
