"""The document that a text of an act belongs to, and the first word about it. Shared by every source of act texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from diffs import topics
from scrapers import acts
from tracker import watchlist
from tracker.desk import Desk
from tracker.errors import PageError
from tracker.models import Document, DocumentFacts, EventDraft, EventKind, Level, Problem, Watch
from tracker.payloads import Drafter


def document_of(desk: Desk, watch: Watch, text: str, facts: DocumentFacts | None = None) -> Document:
    """The known document, its topics widened by what its text says; or a new one, called as its source or its operator calls it.

    A topic once found stays: the words may go, the matter does not.
    """
    known = desk.store.document(watch.target)
    title = known.title if known else (facts.title if facts and facts.title else watch.title)
    found = topics.classify(desk.rules, title, body=text)
    if known is None:
        said = facts.title if facts else ""
        watchlist.require_meant(watch, title=said, topics=found.topics, undecided=found.needs_body)
    merged = tuple(dict.fromkeys((*(known.topics if known else ()), *found.topics)))
    if known is not None:
        return desk.mark(replace(known, title=title or watch.title, topics=merged))
    kind, day, number = parts(watch.target)
    number = facts.number if facts and facts.number else number
    return desk.mark(
        Document(id=watch.target, kind=kind, number=number, date=day, title=title, url=watch.url, topics=merged)
    )


def parts(target: str) -> tuple[str, str | None, str]:
    """Kind, date and number out of a document id."""
    match target.split("/"):
        case ["act", kind, day, number]:
            return kind, day, acts.shown_number(number)
        case [kind, name]:
            return kind, None, name
        case _:
            return "page", None, target


def require_same(watch: Watch, known: Document | None, facts: DocumentFacts | None, *, title: str = "") -> None:
    """Raise `PageError` when a page says that it holds another act than the one that is followed.

    Native ids are not trusted: one list of them names another law under the number of this one.
    """
    if facts is not None and facts.id and facts.id != watch.target:
        raise PageError(
            Problem.WRONG_DOCUMENT,
            f"{watch.target}: the page holds {facts.id}; check its native id in the configuration",
            url=watch.url,
        )
    if (
        (facts is None or not facts.id)
        and known is not None
        and known.title
        and title
        and not watchlist.is_same_title(known.title, title)
    ):
        raise PageError(
            Problem.WRONG_DOCUMENT,
            f"{watch.target}: the page is called {_short(title)!r}, and the act {_short(known.title)!r}; check its native id",
            url=watch.url,
        )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def started(drafter: Drafter, texts: Sequence[Mapping[str, Any]]) -> EventDraft:
    """The first word about an act or a page that a user follows: what is there. `texts`: ``edition label url`` of each."""
    payload = {"status": None, "steps": 0, "last_step": None, "texts": list(texts)}
    return drafter.draft(EventKind.WATCH_STARTED, key="watch", level=Level.NOTABLE, payload=payload, always_news=True)
