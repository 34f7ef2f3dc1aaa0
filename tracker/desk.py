"""What every look at a document works with: the store, the gate, the clock, the rules.

And the two things done with them: fetching a page so that its bytes are kept before anything reads them, and deciding
whether a doubtful reading is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol, cast

from db.store import Store
from diffs.topics import TopicRules
from tracker.errors import FetchError, PageError
from tracker.holding import agreement
from tracker.models import Document, Observation, Problem, Response, Snapshot, Validators, Watch, digest_of

#: The sites' own addresses: links to them inside a page lead to the base address in use.
_OFFICIAL: Final = {
    "sozd": ("https://sozd.duma.gov.ru", "http://sozd.duma.gov.ru", "http://sozd.parlament.gov.ru"),
    "publication": ("http://publication.pravo.gov.ru", "https://publication.pravo.gov.ru"),
}


class Network(Protocol):
    """The gate, as the conductor needs it."""

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Response:
        """One answer, or `FetchError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A kept answer. `known` means that these very bytes were read without trouble before."""

    snapshot: Snapshot
    body: bytes
    status: int
    content_type: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look found, ready to be recorded. `waiting`: something waits for a second look.

    `trouble` is one line for the operator about what could not be had this time; it keeps nothing else back.
    """

    observation: Observation
    waiting: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The names under which a watch keeps its small state in the store."""

    held: str
    files: str
    due: str
    absent: str

    @classmethod
    def of(cls, watch: Watch) -> Keys:
        """The names for one watch."""
        name = f"{watch.source}/{watch.target}"
        return cls(
            held=f"held/{name}",
            files=f"files/{name}",
            due=f"due/{name}",
            absent=f"absent/{name}",
        )


def good_key(url: str) -> str:
    """Where the digest of the last body that was read well is kept."""
    return f"good/{url}"


def doubt_key(url: str) -> str:
    """Where the sightings of a doubted reading are kept."""
    return f"doubt/{url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clock, network and store are handed in. `invented` marks every document of this instance as invented (the demo)."""

    store: Store
    network: Network
    clock: Callable[[], datetime]
    rules: TopicRules
    base_urls: Mapping[str, str] = field(default_factory=dict)
    invented: bool = False

    def get(self, url: str, *, source: str) -> Page:
        """Fetch a page and keep its bytes. The request is conditional only on bytes that were read well before."""
        good = self.store.state(good_key(url))
        latest = self.store.latest_snapshot(url)
        known = latest is not None and latest.digest == good
        response = self.network.fetch(url, source=source, validators=self.store.validators(url) if known else None)
        if response.not_modified:
            kept = self.store.touch(url=url, at=response.fetched_at)
            if kept is None:
                raise FetchError(f"{source}: 304 for a page never seen before", reason="status", url=url)
            snapshot, body = kept, self.store.body(kept.digest)
        else:
            snapshot, _ = self.store.keep(source=source, response=response)
            body = response.body
        content_type = next((value for name, value in snapshot.headers if name.lower() == "content-type"), "")
        return Page(
            snapshot=snapshot,
            body=body,
            status=snapshot.status,
            content_type=content_type,
            known=snapshot.digest == good,
        )

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

        Confirmed means: two further fetches at least an hour apart gave the same reading, or the operator accepted it.
        """
        if doubt is None:
            return False
        digest = digest_of(reading)
        rows = self.store.quarantined(state=None)
        mine = [row for row in rows if row.url == page.snapshot.url and row.reading_digest == digest]
        if any(row.state == "accepted" for row in mine):
            return True
        url = page.snapshot.url
        agreed, memory = agreement(self.mapping(doubt_key(url)) or None, digest, now)
        self.store.set_state(doubt_key(url), memory)
        if agreed:
            for row in mine:
                self.store.settle_quarantine(row.id, "released", "two further fetches agree")
            return True
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

    def mark(self, document: Document) -> Document:
        """The same document with the mark of invention where it belongs."""
        invented = self.invented or document.id.endswith("-99")
        return replace(document, invented=invented)
