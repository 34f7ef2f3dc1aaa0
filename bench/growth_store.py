"""A store of invented laws, filled fast: documents x versions, each version 1 % away from the one before it.

    python bench/growth_store.py DIRECTORY [--documents 2000] [--versions 20] [--from 0]

`--from` adds to a store that holds as many documents already.

Words come from the dictionary of Russian, as often as words of a language do (Zipf), so that lemmas, index and compression have
to do with what they would meet. Every document is invented. Entries of feeds are rendered and the index of search is made, as
a running tracker would.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymorphy3

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from db.store import FILE_NAME, Store  # noqa: E402 - after the path is known
from diffs.compare import compare  # noqa: E402 - the same
from feeds.site import Site  # noqa: E402 - the same
from tracker import publishing  # noqa: E402 - the same
from tracker.finding import Finder  # noqa: E402 - the same
from tracker.models import (  # noqa: E402 - the same
    Document,
    EditionKey,
    EventDraft,
    EventKind,
    Force,
    Level,
    NewVersion,
    Observation,
    Part,
    Section,
    SiteInfo,
    Status,
    Watch,
    digest_of,
)
from tracker.payloads import Drafter, of_change, of_document  # noqa: E402 - the same

UNITS = 33
WORDS = 28
VOCABULARY = 20_000
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
START = datetime(2097, 1, 1, 6, 0, tzinfo=UTC)
TOPICS = ("citizenship", "conscription")
INFO = SiteInfo(
    title="Bench", base_url="https://tracker.example", authority="tracker.example", year=2097, invented=True, live=True
)


def vocabulary(size: int = VOCABULARY) -> list[str]:
    """Forms of Russian words in a fixed random order; the first are the most frequent."""
    words = pymorphy3.MorphAnalyzer(lang="ru").dictionary.words
    openings = map("".join, itertools.product(LETTERS, repeat=2))
    some = (itertools.islice(words.iteritems(opening), 0, 300, 10) for opening in openings)
    forms = sorted({word for word, _ in itertools.chain.from_iterable(some) if word.isalpha()})
    chosen = random.Random(1).sample(forms, min(size, len(forms)))  # noqa: S311 - the same words every time
    return ["гражданства", "призыве", "прекращение", "Федерации", *chosen]


@dataclass
class Invented:
    """Makes documents and their versions; the same ones for the same seed."""

    words: list[str]
    weights: list[float]
    seed: int

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - the same store every time

    def say(self, count: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self.weights, k=count)

    def document(self, number: int) -> Document:
        is_act = number % 5 == 0
        name = f"{1000 + number}-ФЗ" if is_act else f"{100000 + number}-99"
        return Document(
            id=f"act/fz/2097-01-01/{1000 + number}-fz" if is_act else f"bill/{name}",
            kind="Федеральный закон" if is_act else "bill",
            number=name,
            date=f"20{90 + number % 9}-{1 + number % 12:02}-{1 + number % 28:02}",
            title=f"О {' '.join(self.say(8))}",
            status=None if is_act else Status.REGISTERED,
            force=Force.IN_FORCE if is_act else Force.DRAFT,
            topics=(TOPICS[number % 2],),
            invented=True,
        )

    def first(self) -> list[list[str]]:
        return [self.say(WORDS) for _ in range(UNITS)]

    def amended(self, units: list[list[str]]) -> list[list[str]]:
        """The next version: a hundredth of the words is other words, all in one unit."""
        at = self.random.randrange(UNITS)
        unit = list(units[at])
        for place in self.random.sample(range(WORDS), max(1, UNITS * WORDS // 100)):
            unit[place] = self.say(1)[0]
        return [*units[:at], unit, *units[at + 1 :]]


def sections(units: list[list[str]]) -> tuple[Section, ...]:
    return tuple(
        Section(
            path=f"st-{1 + index // 4}.ch-{1 + index % 4}",
            address=f"ст. {1 + index // 4} ч. {1 + index % 4}",
            text=f"{1 + index % 4}. {' '.join(words)}.",
        )
        for index, words in enumerate(units)
    )


def observations(make: Invented, number: int, versions: int) -> Iterator[Observation]:
    """The history of one document."""
    document = make.document(number)
    source = "ips" if document.id.startswith("act/") else "sozd"
    at = START + timedelta(minutes=number)
    drafter = Drafter(document=document, source=source, silent_before=None)
    units = make.first()
    for place in range(versions):
        events: list[EventDraft] = []
        if place == 0:
            text = {"version_path": "", "label": "Текст", "edition": "introduced", "readable": True}
            payload: dict[str, Any] = {
                "sources": [source],
                "status": document.status,
                "documents": [of_document(document)],
            }
            kind, diff = EventKind.DOCUMENT_DISCOVERED, None
        else:
            old = sections(units)
            units = make.amended(units)
            diff = compare(old, sections(units))
            kind, payload = EventKind.TEXT_CHANGED, {"change": of_change(diff)}
            text = {"label": "Текст", "edition": "introduced", "readable": True}
        now = sections(units)
        key = EditionKey(document_id=document.id, part=Part.TEXT, source=source, edition="introduced")
        text["version_path"] = f"/{document.id}/text/{source}/introduced/{place + 1}"
        digest = digest_of([unit.text for unit in now])
        events.append(
            drafter.draft(
                kind,
                key=f"text/{place}",
                level=Level.NOTABLE,
                payload={**payload, **text},
                digests=(digest,),
                diff=diff,
            )
        )
        yield Observation(
            observed_at=at + timedelta(days=place * 30),
            document=document,
            versions=(
                NewVersion(
                    key=key,
                    position="10",
                    label="Текст",
                    snapshot_id=None,
                    digest=digest,
                    url="https://law.example/",
                    extractor="bench/1",
                    sections=now,
                ),
            ),
            events=tuple(events),
        )


def fill(store: Store, *, documents: range, versions: int) -> int:
    """Record the documents of these numbers; the bytes that all their texts would take as plain UTF-8."""
    words = vocabulary()
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    raw = 0
    for number in documents:
        with store.transaction():
            for seen in observations(Invented(words, weights, number), number, versions):
                store.record(seen)
                raw += sum(len(unit.text.encode()) + 1 for unit in seen.versions[0].sections)
            store.put_watch(_watch(seen))
        if number % 500 == 499:
            print(f"  {number + 1} documents", file=sys.stderr, flush=True)
    return raw


def _watch(seen: Observation) -> Watch:
    key = seen.versions[0].key
    return Watch(
        target=key.document_id,
        source=key.source,
        url="https://law.example/",
        selector=None,
        origin="cli",
        added_at=START,
        silent_before=START,
        last_checked=seen.observed_at,
        last_success=seen.observed_at,
    )


def build(directory: Path, *, documents: range, versions: int, entries: bool) -> None:
    """A whole store, as a tracker would leave it; says what took how long and what takes how much."""
    with Store(directory, clock=lambda: START) as store:
        store.mark_source("ips", at=START, success=True, error=None)
        store.mark_source("sozd", at=START, success=True, error=None)
        vocabulary()  # opens the dictionary
        started = time.perf_counter()
        raw = fill(store, documents=documents, versions=versions)
        filled = time.perf_counter()
        Finder(store).index()
        indexed = time.perf_counter()
        if entries:
            publishing.render_entries(store, Site(store, INFO))
        rendered = time.perf_counter()
    sizes = table_sizes(directory)
    whole = sum(sizes.values())
    search = sum(size for name, size in sizes.items() if "search_" in name)
    rendering = sum(size for name, size in sizes.items() if "entries" in name)
    print(f"{len(documents):,} documents x {versions} versions: {raw / 1e6:,.0f} MB of plain text")
    print(
        f"recorded in {filled - started:.0f} s, indexed in {indexed - filled:.0f} s, entries in {rendered - indexed:.0f} s"
    )
    print(
        f"database {whole / 1e6:,.0f} MB, of it search {search / 1e6:,.0f} MB, entries of feeds {rendering / 1e6:,.0f} MB"
    )
    if documents.start == 0:
        print(f"plain text is {raw / whole:.1f}x the database, {raw / (whole - rendering):.1f}x without entries")


def table_sizes(directory: Path) -> dict[str, int]:
    """Bytes of each table and index."""
    with contextlib.closing(sqlite3.connect(directory / FILE_NAME)) as database:
        return dict(database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--documents", type=int, default=2000)
    arguments.add_argument("--versions", type=int, default=20)
    arguments.add_argument("--from", type=int, default=0, dest="start", help="documents that the store holds already")
    arguments.add_argument("--no-entries", action="store_true", help="render no entries of feeds")
    chosen = arguments.parse_args()
    build(
        chosen.directory,
        documents=range(chosen.start, chosen.documents),
        versions=chosen.versions,
        entries=not chosen.no_entries,
    )
