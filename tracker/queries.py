"""The words of search: what a reader asks for, what the index is asked for, what was found. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from tracker.models import Document, Force, Version

#: A run of text and whether it is what was looked for.
Run: TypeAlias = tuple[str, bool]

Order: TypeAlias = Literal["relevance", "newest"]

#: Documents on one page of answers, at most.
MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reader typed, and how they narrowed it. Empty means no condition.

    `kind` is the first word of an id (``act``, ``bill``, ``page``); `since` and `until` are about the document's own date;
    `before` is the cursor that the page before gave.
    """

    words: str
    document: str = ""
    topic: str = ""
    kind: Literal["", "act", "bill", "page"] = ""
    force: Force | None = None
    since: date | None = None
    until: date | None = None
    every_version: bool = False
    limit: int = 20
    before: int | None = None
    order: Order = "relevance"


@dataclass(frozen=True, slots=True)
class Near:
    """Words that must stand together, each as any of its dictionary forms; `exact`: side by side and in this order.

    `silent` are the words of a phrase (by their places) that the index does not hold, because they mean nothing alone.
    """

    words: tuple[tuple[str, ...], ...]
    exact: bool = False
    silent: frozenset[int] = frozenset()

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The words that the index is asked for."""
        return tuple(word for place, word in enumerate(self.words) if place not in self.silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing looked for: any of these will do. `also` names those that were not typed but mean the same."""

    said: str
    options: tuple[Near, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query understood. `address` is a path of units (``st-22``, ``ch-1``), `address_said` the same for people.

    `numbers` are numbers of documents, `dates` the dates said with each (``2023-04-28``, "" for none); `left_out` are words
    that were not looked for, because they mean nothing alone or because there were too many.
    """

    terms: tuple[Term, ...] = ()
    address: tuple[str, ...] = ()
    address_said: str = ""
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to look for."""
        return not (self.terms or self.address or self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Words that stand, or stood, at an address. `first` and `last` are ids of versions; `last` None: they still stand."""

    id: int
    document_id: str
    part: str
    source: str
    path: str
    address: str
    text: str
    first: int
    last: int | None
    newest: int  # the newest version of this text


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places by document, as many as were asked for. `following` is where the next page begins, None at the end.

    `more` says of which documents there are further places; `cut` that the search was ended before it had seen everything.
    """

    by_document: Mapping[str, tuple[Place, ...]]
    more: frozenset[str]
    following: int | None
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Words found in a unit: where they stand, and the text around them. `version` is the newest that holds them.

    `stands`: they are in the newest version of that text.
    """

    version: Version
    path: str
    address: str
    runs: tuple[Run, ...]
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A document that was found: by its title or number (`title` holds marks then), by its text, or by both."""

    document: Document
    title: tuple[Run, ...]
    fragments: tuple[Fragment, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a query: what was looked for, what was found, where the next page begins."""

    asked: Asked
    matches: tuple[Match, ...] = ()
    following: int | None = None
    cut: bool = False
