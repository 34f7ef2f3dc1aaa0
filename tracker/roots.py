"""The words of ledger roots, which the store makes, pages publish and anyone can check: see `docs/evidence.md`.

A *root* stands for the lines that were written since the root before: its hash, once it was seen elsewhere (a newspaper, a
time stamp, a copy of the feed), fixes every one of them. A *proof* shows one line below a root without the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tracker.models import Json, digest_of

FORMAT: Final = "duma-tracker-root/1"
#: The hash before the first.
GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The lines `first`..`last` of a ledger in one hash.

    `number` counts roots from 1. `day` (UTC) is the one after whose end it was made; days of roots are never an order: the
    clock may have jumped. `head` is the hash of the last line, `tree` the Merkle root (RFC 6962) over the hashes of the lines as
    bytes. `hash` is SHA-256 over the canonical JSON of `record`.
    """

    number: int
    authority: str
    day: str
    first: int
    last: int
    head: str
    tree: str
    previous_hash: str
    hash: str

    @property
    def count(self) -> int:
        """How many lines it stands for."""
        return self.last - self.first + 1

    @property
    def record(self) -> dict[str, Json]:
        """What is hashed."""
        return {
            "format": FORMAT,
            "authority": self.authority,
            "day": self.day,
            "first": self.first,
            "last": self.last,
            "count": self.count,
            "head": self.head,
            "tree": self.tree,
            "previous_hash": self.previous_hash,
        }

    @property
    def published(self) -> dict[str, Json]:
        """What is hashed, and the hash: a root as it is published."""
        return {**self.record, "hash": self.hash}

    @property
    def is_whole(self) -> bool:
        """Whether the hash is that of the record."""
        return digest_of(self.record) == self.hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A line of the ledger and the way up to the root that stands for it; no root while the day of the line is not over.

    `line` holds everything that is hashed, with ``hash`` and ``salt`` (hex, None when struck); `beside` are the hashes (hex)
    beside the way, from the bottom up; `index` is the place of the line among the `root`'s, from 0.
    """

    line: dict[str, Any]
    root: Root | None
    index: int = 0
    beside: tuple[str, ...] = ()


def from_published(value: object) -> Root:
    """A root as it was published, of unknown number (0). Raises ValueError for anything else."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ValueError("is no root of a ledger")
    words = {name: value.get(name) for name in ("authority", "day", "head", "tree", "previous_hash", "hash")}
    first, last, count = value.get("first"), value.get("last"), value.get("count")
    if type(first) is not int or type(last) is not int or count != last - first + 1:
        raise ValueError("does not say which lines it stands for")
    if not all(isinstance(word, str) for word in words.values()):
        raise ValueError("is no whole root of a ledger")
    return Root(number=0, first=first, last=last, **{name: str(word) for name, word in words.items()})
