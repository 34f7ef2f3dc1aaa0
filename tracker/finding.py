"""Search: what the store holds becomes findable, and a reader's query becomes an answer.

`diffs` knows Russian and the law's addresses, `db` keeps the index; what is indexed and how an answer is put together is here.
Nothing of a query is kept or logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from db.store import Store
from diffs import fragments, lemmas, queries, report
from tracker.models import Diff, Document
from tracker.queries import MOST, Asked, Found, Fragment, Match, Near, Place, Places, Query, Run, Term

#: Documents found by their titles that one answer begins with.
TITLES: Final = 10
_BATCH: Final = 50  # renditions that are indexed in one transaction, for which others wait
_TITLE_WIDTH: Final = 400
_CAREFUL: Final = 2_000  # so much was indexed that the index is worth tidying


@dataclass(frozen=True, slots=True)
class Finder:
    """Indexes and searches one store."""

    store: Store

    def index(self, *, stopped: Callable[[], bool] = lambda: False) -> int:
        """Index what is not indexed yet; how many texts and titles that were. May be interrupted and called again."""
        total = 0
        while not stopped() and (done := self.store.index(lemmas.tokens, limit=_BATCH)):
            total += done
        if total >= _CAREFUL:
            self.store.optimise_index()
        return total

    def rebuild(self) -> int:
        """Make the index anew: for a new dictionary, or when it is in doubt."""
        self.store.forget_index()
        return self.index()

    def find(self, query: Query, /) -> Found:
        """The documents and units that hold what was asked for. Any words will do; none is an error."""
        query = replace(query, limit=max(1, min(query.limit, MOST)))
        asked = queries.understand(query.words)
        if asked.is_empty:
            return Found(asked=asked)
        dated = zip(asked.numbers, asked.dates, strict=True)
        named = {number: self.store.numbered(number, query, day=day) for number, day in dated}
        documents = tuple(dict.fromkeys(name for names in named.values() for name in names))
        if documents and (asked.terms or asked.address):
            # Several laws bear one number: all of them are looked through. A number that names none is a word like any other.
            terms = (*asked.terms, *_words(number for number, names in named.items() if not names))
            inside = self._places(terms, asked, query, documents)
            if inside.by_document:
                return self._found(asked, terms, (), inside)
        terms = (*asked.terms, *_words(asked.numbers))
        titled: tuple[str, ...] = ()
        if not asked.address:
            titled = self.store.titled(terms, query, limit=TITLES)
            # What bears the number comes before what only mentions it.
            titled = tuple(dict.fromkeys((*(() if asked.terms else documents[:MOST]), *titled)))
        places = self._places(terms, asked, query, titled=titled)
        return self._found(asked, terms, titled if query.before is None else (), places)

    def report(self, diff: Diff, /) -> Mapping[str, Any]:
        """A comparison in the shape of ``duma-tracker diff --format json``."""
        return report.to_json(diff)

    def _places(
        self,
        terms: Sequence[Term],
        asked: Asked,
        query: Query,
        documents: Sequence[str] = (),
        titled: Sequence[str] = (),
    ) -> Places:
        phrases = any(near.exact for term in terms for near in term.options)
        holds = partial(fragments.holds, terms=terms) if phrases else None
        if query.order == "newest" or query.document:  # one document is read from what came last
            return self.store.places(terms, asked.address, query, documents=documents, holds=holds)
        return self.store.ranked(terms, asked.address, query, titled=titled, documents=documents, holds=holds)

    def _found(self, asked: Asked, terms: Sequence[Term], titled: Sequence[str], places: Places) -> Found:
        matches = []
        for name in dict.fromkeys((*titled, *places.by_document)):
            document = self.store.document(name)
            if document is None:
                continue
            made = (self._fragment(place, terms) for place in places.by_document.get(name, ()))
            matches.append(
                Match(
                    document=document,
                    title=_title(document, terms),
                    fragments=tuple(found for found in made if found is not None),
                    more=name in places.more,
                )
            )
        return Found(asked=asked, matches=tuple(matches), following=places.following, cut=places.cut)

    def _fragment(self, place: Place, terms: Sequence[Term]) -> Fragment | None:
        version = self.store.version_by_id(place.newest if place.last is None else place.last)
        if version is None:
            return None
        runs = fragments.fragment(place.text, terms)
        return Fragment(version=version, path=place.path, address=place.address, runs=runs, stands=place.last is None)


def _words(numbers: Iterable[str]) -> list[Term]:
    return [
        Term(said=number, options=(Near(tuple(lemmas.lemmas(word) for word in lemmas.WORD.findall(number))),))
        for number in numbers
    ]


def _title(document: Document, terms: Sequence[Term]) -> tuple[Run, ...]:
    whole = " ".join(part for part in (document.title, document.comment) if part)
    return fragments.fragment(whole, terms, width=_TITLE_WIDTH)
