"""Every source by name: one line here and one module make a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from scrapers import ips, kremlin, publication, sozd
from tracker.models import Reading

# (body, address or "") -> whether the page belongs to the source.
Recognises: TypeAlias = Callable[[bytes, str], bool]


class Read(Protocol):
    """The reader of a source."""

    def __call__(self, body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
        """The answer as a Reading; raises PageError for what is no page of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the conductor needs of a source; `base_url` is its default address."""

    name: str
    base_url: str
    recognises: Recognises
    read: Read


SOURCES: Final[dict[str, Source]] = {
    sozd.NAME: Source(name=sozd.NAME, base_url=sozd.BASE_URL, recognises=sozd.recognises, read=sozd.read),
    publication.NAME: Source(
        name=publication.NAME,
        base_url=publication.BASE_URL,
        recognises=publication.recognises,
        read=publication.read,
    ),
    ips.NAME: Source(name=ips.NAME, base_url=ips.BASE_URL, recognises=ips.recognises, read=ips.read),
    kremlin.NAME: Source(
        name=kremlin.NAME, base_url=kremlin.BASE_URL, recognises=kremlin.recognises, read=kremlin.read
    ),
}


def detect(body: bytes, url: str) -> str | None:
    """The name of the source that a saved page came from; None when no source knows it."""
    return next((name for name, source in SOURCES.items() if source.recognises(body, url)), None)
