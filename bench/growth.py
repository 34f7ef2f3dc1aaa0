"""What a store grows to: invented laws, documents x versions, each version 1 % away from the one before it.

    python bench/growth.py DIRECTORY [--documents 10000] [--versions 20] [--no-entries]

Says how many times the whole database is smaller than the texts in it, what takes how much, how much memory filling took from
quarter to quarter, how long any version takes to be read, and what a bill card costs that is fetched daily and in which only
the date of its menu moves.

Everything is recorded in the order of time, as it would have been seen: the first texts of all documents in one month, the next
in the month after it. One event in fifty is significant; the laws name days on which they take effect.

Words come from the dictionary of Russian, as often as words of a language do (Zipf), so that lemmas, index and compression have
to do with what they would meet. Every document is invented. Differences are made by `diffs`, entries of feeds are rendered and
the index of search is made, as a running tracker would. The store stays in DIRECTORY, for `bench/serve.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pymorphy3

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.checking import Site as Site200  # noqa: E402 - after the path is known
from db.store import FILE_NAME, Store  # noqa: E402 - the same
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
    Response,
    Section,
    SiteInfo,
    Status,
    Watch,
    digest_of,
)
from tracker.payloads import Drafter, of_change, of_document  # noqa: E402 - the same

UNITS = 33  # a bill of 9,000 characters
LARGER = {250: 50, 25: 10}  # every 250th document is a code of 450,000 characters, every 25th a law of 90,000
WORDS = 28
VOCABULARY = 20_000
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
START = datetime(2097, 1, 1, 6, 0, tzinfo=UTC)
MONTH = 30  # days between two versions
#: What a share of the database is called -> words in the names of its tables and indexes, in the order they are asked.
SHARES = {
    "search index": ("search_",),
    "entries of feeds": ("entries",),
    "texts and differences": ("blobs", "packs", "texts", "diffs"),
    "versions": ("versions", "renditions"),
    "ledger": ("ledger", "event_scopes", "payloads"),
}
OF_TEXTS = ("search index", "texts and differences")
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

    def first(self, number: int) -> list[list[str]]:
        times = next((size for every, size in LARGER.items() if number % every == 0), 1)
        return [self.say(WORDS) for _ in range(UNITS * times)]

    def amended(self, units: list[list[str]]) -> list[list[str]]:
        """The next version: a hundredth of the words is other words, in one unit of a bill, in several of a larger text."""
        changed = list(units)
        for at in self.random.sample(range(len(units)), len(units) // UNITS):
            unit = list(units[at])
            for place in self.random.sample(range(WORDS), max(1, UNITS * WORDS // 100)):
                unit[place] = self.say(1)[0]
            changed[at] = unit
        return changed


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
    units = make.first(number)
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
                level=Level.KEY if (number + place) % 50 == 0 else Level.NOTABLE,
                payload={**payload, **text},
                digests=(digest,),
                diff=diff,
            )
        )
        yield Observation(
            observed_at=at + timedelta(days=place * MONTH),
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
            state=_days(document, place),
        )


def _days(document: Document, place: int) -> dict[str, Any]:
    """The day on which a law takes effect, as its first text gives it."""
    if place or not document.id.startswith("act/"):
        return {}
    clause = "Настоящий Федеральный закон вступает в силу с 1 сентября 2098 года."
    row = {"clause": clause, "rule": "fixed", "scope": "", "date": "2098-09-01", "dates": ["2098-09-01"]}
    return {f"effective/{document.id}": {"dates": [row]}}


def fill(store: Store, *, documents: int, versions: int) -> int:
    """Record as many documents; the bytes that all their texts would take as plain UTF-8."""
    words = vocabulary()
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    histories = [observations(Invented(words, weights, number), number, versions) for number in range(documents)]
    raw = 0
    for place in range(versions):
        for batch in _batches(histories, 100):
            with store.transaction():
                for history in batch:
                    seen = next(history)
                    store.record(seen)
                    raw += sum(len(unit.text.encode()) + 1 for unit in seen.versions[0].sections)
                    if place == versions - 1:
                        store.put_watch(_watch(seen))
        if (place + 1) % max(1, versions // 4) == 0:
            print(f"{place + 1} versions of each recorded: {memory('VmRSS'):.0f} MB resident", flush=True)
    return raw


def _batches(histories: list[Iterator[Observation]], size: int) -> Iterator[list[Iterator[Observation]]]:
    for start in range(0, len(histories), size):
        yield histories[start : start + size]


def memory(name: str) -> float:
    """A line of `/proc/self/status`, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def reading(store: Store) -> None:
    """How long any version takes: its units out of their packs, and one difference, with nothing at hand."""
    chance = random.Random(7)  # noqa: S311 - the same ones every time
    documents = chance.sample(store.documents(), min(200, store.document_count()))
    versions = [version.id for document in documents for version in store.versions(document.id)]
    events = [event.diff_id for document in documents for event in store.events(scope=f"document:{document.id}")]
    works: dict[str, Sequence[Callable[[], object]]] = {
        "a version": [
            partial(store.sections, version) for version in chance.sample(versions, min(1000, len(versions)))
        ],
        "a difference": [partial(store.diff, name) for name in events if name is not None][:1000],
    }
    for name, calls in works.items():
        times = sorted(took(call) for call in calls)
        print(
            f"{name}: median {statistics.median(times):.2f} ms, p99 {times[int(len(times) * 0.99)]:.2f} ms,"
            f" slowest {times[-1]:.2f} ms of {len(times)}"
        )


def took(work: Callable[[], object]) -> float:
    """Milliseconds, the better of two times: other work on the machine is nothing of ours."""
    times = []
    for _ in range(2):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1e3)
    return min(times)


def daily(days: int = 60) -> None:
    """What the evidence of one card grows by a day: the file after `days` days, less what it was after the first."""
    site = Site200()
    with tempfile.TemporaryDirectory(prefix="duma-tracker-bench-") as folder:
        sizes = []
        with Store(Path(folder), clock=lambda: START) as store:
            for day in range(days):
                site.menu_day = 1 + day % 28
                body = site.card("200001-99").replace(b"02-02/2026-02", f"02-02/2026-{1 + day // 28:02d}".encode())
                headers = (("Date", f"{START + timedelta(days=day):%a, %d %b %Y %H:%M:%S GMT}"),)
                address = "https://sozd.example/bill/200001-99"
                store.keep(
                    source="sozd",
                    response=Response(
                        url=address,
                        final_url=address,
                        status=200,
                        headers=headers,
                        body=body,
                        fetched_at=START + timedelta(days=day),
                        via="direct+https",
                    ),
                )
                sizes.append(store.size())
    print(
        f"a card of {len(body) / 1e6:.1f} MB polled daily: {sizes[0] / 1e6:.1f} MB on the first day,"
        f" then {(sizes[-1] - sizes[0]) / (days - 1):,.0f} bytes a day"
    )


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


def build(directory: Path, *, documents: int, versions: int, entries: bool) -> None:
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
        while waiting := store.outbox("alerts", limit=1000):  # nobody subscribes
            store.finish_outbox("alerts", [event.id for event in waiting])
        sizes = table_sizes(directory)
        count = documents * versions
        print(f"{documents:,} documents x {versions} versions: {raw / 1e6:,.0f} MB of plain text")
        print(
            f"recorded in {filled - started:.0f} s ({(filled - started) / count * 1e3:.1f} ms for each version),"
            f" indexed in {indexed - filled:.0f} s, entries in {rendered - indexed:.0f} s;"
            f" at most {memory('VmHWM'):.0f} MB resident"
        )
        tell_sizes(sizes, raw, count)
        reading(store)


def tell_sizes(sizes: dict[str, int], raw: int, versions: int) -> None:
    """What the tables take, each with its indexes, and what they are together beside the raw texts."""
    shares: dict[str, int] = {}
    for name, size in sizes.items():
        share = next((share for share, words in SHARES.items() if any(word in name for word in words)), "the rest")
        shares[share] = shares.get(share, 0) + size
    for share, size in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"| {share} | {size / 1e6:,.1f} MB | {size / versions:,.0f} bytes for each version |")
    whole = sum(sizes.values())
    texts = sum(shares.get(name, 0) for name in OF_TEXTS)
    entries = shares.get("entries of feeds", 0)
    print(f"whole database {whole / 1e6:,.0f} MB: the texts are {raw / whole:.1f}x that,", end=" ")
    print(f"{raw / (whole - entries):.1f}x without entries, {raw / texts:.1f}x texts, differences and index alone")


def table_sizes(directory: Path) -> dict[str, int]:
    """Bytes of each table and index."""
    with contextlib.closing(sqlite3.connect(directory / FILE_NAME)) as database:
        return dict(database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--documents", type=int, default=10_000)
    arguments.add_argument("--versions", type=int, default=20)
    arguments.add_argument("--no-entries", action="store_true", help="render no entries of feeds")
    chosen = arguments.parse_args()
    build(
        chosen.directory,
        documents=chosen.documents,
        versions=chosen.versions,
        entries=not chosen.no_entries,
    )
    daily()
