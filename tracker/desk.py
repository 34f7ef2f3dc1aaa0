"""What every look at a document works with: the store, the gate, the clock, the rules.

And the two things done with them: fetching a page so that its bytes are kept before anything reads them, and deciding
whether a doubtful reading is believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

from db.store import Store
from diffs.topics import TopicRules
from scrapers.http import retry_after
from tracker.errors import FetchError, PageError, SourceError
from tracker.holding import agreement
from tracker.models import Document, EditionKey, Observation, Problem, Response, Snapshot, Validators, Watch, digest_of
from tracker.texts import ReadText
from tracker.workers import Workers

#: The sites' own addresses: links to them inside a page lead to the base address in use.
_OFFICIAL: Final = {
    "sozd": ("https://sozd.duma.gov.ru", "http://sozd.duma.gov.ru", "http://sozd.parlament.gov.ru"),
    "publication": ("http://publication.pravo.gov.ru", "https://publication.pravo.gov.ru"),
    "ips": ("http://pravo.gov.ru/proxy/ips", "https://pravo.gov.ru/proxy/ips"),
    "kremlin": ("http://kremlin.ru", "http://www.kremlin.ru", "https://kremlin.ru"),
}
_HOME: Final = re.compile(r"/?(?:(?:index|default)\.[a-z]{3,5})?")


class Network(Protocol):
    """The gate, as the conductor needs it."""

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Response:
        """One answer, or `FetchError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A kept answer. `load` gives its bytes."""

    snapshot: Snapshot
    status: int
    content_type: str
    load: Callable[[], bytes]

    @property
    def body(self) -> bytes:
        """The bytes; of a 304 they are unpacked from the archive."""
        return self.load()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look found, ready to be recorded. `waiting`: something waits for a second look.

    `well`: the addresses whose pages were read and believed. `trouble` is one line for the operator about what could not
    be had this time; it keeps nothing else back. `current`: the text that the source holds for the present one, where this
    look has seen it. `blind`: why that text could not be had, though the page that leads to it could.
    """

    observation: Observation
    well: tuple[str, ...]
    waiting: bool = False
    trouble: str = ""
    current: tuple[EditionKey, ReadText] | None = None
    blind: SourceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The names under which a watch keeps its small state in the store."""

    told: str  # the digest of the page as last read: the same bytes need no reading
    reader: str  # which code read what was last read
    held: str  # facts that wait for a second look
    files: str  # the texts that were fetched, by file
    due: str  # the texts that could not be fetched, and when to try again
    first: str  # the first read is not complete: what it still brings is history
    absent: str  # since when the page is gone
    feed: str  # what the cheap poll last said
    pace: str  # how often the document is worth a look
    address: str  # where the document was found at a source that must be searched for it
    begun: str  # when the watch had its first answer: what stood there then is the past
    named: str  # a text has named the act itself
    native: str  # what such a source calls it
    place: str  # the element of a page where its text was found
    editions: str  # the editions that the source listed, and what became of them
    disagree: str  # a difference between two sources that waits for a second look

    @classmethod
    def of(cls, watch: Watch) -> Keys:
        """The names for one watch."""
        name = f"{watch.source}/{watch.target}"
        return cls(
            told=f"told/{name}",
            reader=f"reader/{name}",
            held=f"held/{name}",
            files=f"files/{name}",
            due=f"due/{name}",
            first=f"first/{name}",
            absent=f"absent/{name}",
            feed=f"feed/{name}",
            pace=f"pace/{name}",
            address=f"address/{name}",
            begun=f"begun/{name}",
            named=f"named/{name}",
            native=f"native/{name}",
            place=f"place/{name}",
            editions=f"editions/{name}",
            disagree=f"disagree/{watch.target}",
        )


def told_value(watch: Watch, digest: str) -> str:
    """What `Keys.told` holds: the same bytes under another selector, or other rules of noise, are another text."""
    noise = " ".join([*watch.remove, *watch.ignore])
    return f"{digest} {watch.selector or ''} {noise}".rstrip()


def good_key(url: str) -> str:
    """Where the digest of the last body that was read well is kept, by address: only such bytes make a request conditional."""
    return f"good/{url}"


def doubt_key(watch: Watch, url: str) -> str:
    """Where the sightings of a doubted reading are kept."""
    return f"doubt/{watch.source}/{watch.target}/{url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clock, network and store are handed in.

    `invented` marks every document of this instance as invented (the demo); `ocr`: scans are recognised by a machine. `workers`:
    where texts are read and compared.
    """

    store: Store
    network: Network
    clock: Callable[[], datetime]
    rules: TopicRules
    base_urls: Mapping[str, str] = field(default_factory=dict)
    invented: bool = False
    ocr: bool = False
    workers: Workers = field(default_factory=Workers)

    def get(self, url: str, *, source: str) -> Page:
        """Fetch a page and keep its bytes. The request is conditional only on bytes that were read well before.

        An answer that asks for a pause is no page, whatever it holds: it is kept, and raises `PageError` with `retry_after`. So
        is the home page of a site in place of another: sites send there from what they have no more.
        """
        good = self.store.state(good_key(url))
        latest = self.store.latest_snapshot(url)
        conditional = latest is not None and latest.digest == good
        response = self.network.fetch(
            url, source=source, validators=self.store.validators(url) if conditional else None
        )
        if response.not_modified:
            kept = self.store.touch(url=url, at=response.fetched_at)
            if kept is None:
                raise FetchError(f"{source}: 304 for a page never seen before", reason="status", url=url)
            snapshot, load = kept, _loader(self.store, kept.digest)
        else:
            snapshot, _ = self.store.keep(source=source, response=response)
            load = _giver(response.body)
        if response.status in {429, 503} and (seconds := retry_after(response)):
            problem = Problem.BLOCKED if response.status == 429 else Problem.MAINTENANCE
            words = f"{source}: the site asks for a pause of {seconds:.0f} s (HTTP {response.status})"
            raise PageError(problem, words, url=url, retry_after=seconds)
        if _is_home(response.final_url) and not _is_home(url):
            words = f"{source}: {url} leads to the home page of its site; the page is gone, or its address must be corrected"
            raise PageError(Problem.WRONG_DOCUMENT, words, url=url)
        content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
        return Page(snapshot=snapshot, status=snapshot.status, content_type=content_type, load=load)

    def mapping(self, key: str) -> dict[str, Any]:
        """A small JSON object of the store, empty when there is none."""
        found = self.store.state(key)
        return dict(cast("Mapping[str, Any]", found)) if isinstance(found, Mapping) else {}

    def absolute(self, url: str, source: str) -> str:
        """An address found in a page, under the base address that this instance uses for the source (a mirror, the demo)."""
        base = self.base_urls[source]
        official = next((site for site in _OFFICIAL.get(source, ()) if url.startswith(site + "/")), None)
        if official is not None and official != base:
            return base + url.removeprefix(official)
        return url if "://" in url else f"{base}/{url.lstrip('/')}"

    def believe(self, watch: Watch, page: Page, reading: Any, doubt: str | None, now: datetime) -> bool:
        """Whether a doubted reading was confirmed; False when there is no doubt. Raises `PageError` while it is not believed.

        Confirmed means: two further fetches at least an hour apart gave the same reading, or the operator accepted it. What
        the operator rejected is never believed. Cases are closed by whoever records the reading.
        """
        if doubt is None:
            return False
        url, digest = page.snapshot.url, digest_of(reading)
        said = {row.state for row in self.store.quarantined(state=None, url=url) if row.reading_digest == digest}
        agreed, memory = agreement(self.mapping(doubt_key(watch, url)) or None, digest, now)
        self.store.set_state(doubt_key(watch, url), memory)
        if "rejected" not in said and (agreed or "accepted" in said):
            return True
        if "rejected" not in said:
            self.store.quarantine(
                document_id=watch.target,
                source=watch.source,
                url=url,
                snapshot_id=page.snapshot.id,
                problem=Problem.IMPLAUSIBLE,
                reason=doubt,
                reading_digest=digest,
                at=now,
            )
        raise PageError(Problem.IMPLAUSIBLE, f"{watch.target}: not believed yet: {doubt}", url=url)

    def began(self, search: str, now: datetime) -> datetime:
        """When a search for new documents was first tried: what was published since then is looked for, however late."""
        known = self.store.state(f"began/{search}")
        if isinstance(known, str):
            return datetime.fromisoformat(known)
        self.store.set_state(f"began/{search}", now.isoformat())
        return now

    def searched(self, search: str) -> datetime | None:
        """When a search for new documents last left nothing out."""
        known = self.store.state(f"searched/{search}")
        return datetime.fromisoformat(known) if isinstance(known, str) else None

    def mark(self, document: Document) -> Document:
        """The same document with the mark of invention where it belongs."""
        invented = self.invented or document.id.endswith("-99")
        return replace(document, invented=invented)


def _loader(store: Store, digest: str) -> Callable[[], bytes]:
    return lambda: store.body(digest)


def _giver(body: bytes) -> Callable[[], bytes]:
    return lambda: body


def _is_home(url: str) -> bool:
    """Whether an address is that of a site's home page."""
    parts = urlsplit(url)
    return not parts.query and _HOME.fullmatch(parts.path) is not None
