"""What is followed by default (`watchlist.toml`), and the check that a page found there is the one that was meant.

The keys were collected from secondary sources. So the first page that answers to one must carry the title that goes with it, or,
where no title is known, speak of the topic; another page is kept apart and told to the operator, never followed in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Final

from pydantic import BaseModel, ConfigDict

from tracker import config
from tracker.config import WatchSettings
from tracker.errors import PageError
from tracker.models import Problem, Watch

ORIGIN: Final = "watchlist"
_OF_ONE_ACT: Final = 0.6


class Entry(BaseModel):
    """One act or bill. `verified` and `unverified` name its keys; `known`: what is known of one without a usable key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    about: str
    topics: tuple[str, ...]
    bill: str | None = None
    act: str | None = None
    nd: str | None = None
    kremlin: str | None = None
    title: str = ""
    verified: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    follow: bool = True
    known: tuple[str, ...] = ()

    def settings(self) -> WatchSettings:
        """The entry as a ``[[watch]]`` of the configuration."""
        return WatchSettings(bill=self.bill, act=self.act, nd=self.nd, kremlin=self.kremlin, title=self.title or None)


@cache
def entries() -> tuple[Entry, ...]:
    """The shipped list."""
    text = resources.files("tracker").joinpath("watchlist.toml").read_text(encoding="utf-8")
    return tuple(Entry.model_validate(row) for row in tomllib.loads(text)["entry"])


def followed(topics: Collection[str]) -> tuple[Entry, ...]:
    """The entries to follow: all with a usable key, or those of some topics."""
    return tuple(
        entry
        for entry in entries()
        if entry.follow and (not topics or not entry.topics or set(entry.topics) & set(topics))
    )


@cache
def expected() -> Mapping[str, Entry]:
    """The entries by document id."""
    return {config.watch_target(entry.settings()): entry for entry in entries() if entry.follow}


def require_meant(watch: Watch, *, title: str, topics: Collection[str], undecided: bool) -> None:
    """Raise `PageError` when the first page of a default watch is another document than the list means.

    `topics`: what the page is about; `undecided`: its title does not say, and its text is not read yet.
    """
    entry = expected().get(watch.target)
    if watch.origin != ORIGIN or entry is None:
        return
    if entry.title and title and not is_same_title(entry.title, title):
        raise PageError(
            Problem.WRONG_DOCUMENT,
            f"{watch.target}: the default watchlist means {_short(entry.title)!r}, the page is {_short(title)!r}; not followed",
            url=watch.url,
        )
    if not entry.title and entry.unverified and entry.topics and not undecided and not set(entry.topics) & set(topics):
        raise PageError(
            Problem.WRONG_DOCUMENT,
            f"{watch.target}: the default watchlist means {', '.join(entry.topics)}, the page is {_short(title)!r}; not followed",
            url=watch.url,
        )


def is_same_title(one: str, other: str) -> bool:
    """Whether two titles name one act: quotes and spaces do not count, nor a little that one has before or behind.

    A law that amends another quotes the other's title: it is much longer, and another act.
    """
    shorter, longer = sorted((_letters(one), _letters(other)), key=len)
    return shorter in longer and len(shorter) >= _OF_ONE_ACT * len(longer)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower().replace("ё", "е") if char.isalnum())


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
