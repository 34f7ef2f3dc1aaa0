"""The page of search: a form, what was looked for, what was found. Works without JavaScript; nothing of a query is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, Literal
from urllib.parse import urlencode

from feeds import addresses, labels, places, subject, versionpage, views
from feeds.api.desk import Desk
from feeds.api.refusals import Refused
from feeds.frame import Frame
from feeds.pages import Page
from feeds.textual import typo
from tracker.models import Document, Force
from tracker.queries import Found, Fragment, Match, Query

PATH: Final = "/search"
_LONGEST: Final = 500
_KINDS: Final[Mapping[str, labels.Words]] = {
    "bill": labels.Words("законопроекты", "bills"),
    "act": labels.Words("законы и указы", "laws and decrees"),
    "page": labels.Words("страницы ведомств", "pages of ministries"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of search and how it is sent."""

    page: Page
    status: int = 200
    retry_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One document that was found."""

    about: subject.Subject
    title: Sequence[tuple[str, bool]]
    status: str
    fragments: Sequence[Mapping[str, Any]]
    more: str


def answer(frame: Frame, desk: Desk, asked: Mapping[str, str]) -> Answer:
    """The page for the fields of the form; the empty form when no words are given."""
    query = _query(asked)
    if not query.words.strip():
        return Answer(page=_page(frame, query, None))
    try:
        return Answer(page=_page(frame, query, desk.find(query)))
    except Refused as refused:
        wait = (refused.headers or {}).get("Retry-After")
        page = _page(frame, query, None, refused=True)
        return Answer(page=page, status=refused.status_code, retry_after=int(wait) if wait else None)


def _query(asked: Mapping[str, str]) -> Query:
    """What the form asks; what it asks that we do not know is left out, never an error."""
    kind: Literal["", "bill", "act", "page"] = ""
    match asked.get("kind"):
        case "bill" | "act" | "page" as known:
            kind = known
    force, before = asked.get("force", ""), asked.get("before", "")
    return Query(
        words=asked.get("q", "")[:_LONGEST],
        document=asked.get("document", "")[:200].strip("/"),
        topic=asked.get("topic", "")[:100],
        kind=kind,
        force=Force(force) if force in set(Force) else None,
        since=_day(asked.get("from", "")),
        until=_day(asked.get("to", "")),
        every_version=asked.get("versions") == "all",
        order="newest" if asked.get("order") == "newest" else "relevance",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _fields(query: Query, **others: object) -> str:
    """The form as a query string."""
    fields = {
        "q": query.words,
        "document": query.document,
        "topic": query.topic,
        "kind": query.kind,
        "force": query.force or "",
        "from": query.since or "",
        "to": query.until or "",
        "versions": "all" if query.every_version else "",
        "order": "newest" if query.order == "newest" else "",
        **others,
    }
    return urlencode({name: str(value) for name, value in fields.items() if value})


def _page(frame: Frame, query: Query, found: Found | None, *, refused: bool = False) -> Page:
    say = frame.say
    inside = frame.library.document(query.document) if query.document else None
    return frame.html(
        PATH,
        "search.html",
        None,
        heading=say("Поиск"),
        indexed=False,
        query=query,
        refused=refused,
        asked=found.asked if found else None,
        rows=[_row(match, query, frame) for match in found.matches] if found else (),
        cut=bool(found and found.cut),
        older=f"{PATH}?{_fields(query, before=found.following)}" if found and found.following is not None else None,
        everywhere=f"{PATH}?{_fields(query, versions='all')}" if found and not query.every_version else None,
        inside=_name(inside, frame) if inside else "",
        narrowed=any(
            (
                query.topic,
                query.kind,
                query.force,
                query.since,
                query.until,
                query.every_version,
                query.order == "newest",
            )
        ),
        choices={
            "topics": frame.menu(),
            "kinds": [(kind, say.of(words)) for kind, words in _KINDS.items()],
            "forces": [(str(force), say.of(words)) for force, words in labels.FORCE_NAMES.items()],
        },
    )


def _row(match: Match, query: Query, frame: Frame) -> _Row:
    about = subject.of_document(match.document)
    return _Row(
        about=about,
        title=_title(match.title),
        status=views.shown_status(about, frame.say),
        fragments=[_fragment(fragment, frame) for fragment in match.fragments],
        more=f"{PATH}?{_fields(query, document=about.id)}" if match.more and not query.document else "",
    )


def _title(runs: Sequence[tuple[str, bool]]) -> Sequence[tuple[str, bool]]:
    """The runs of a title with the quotes of every other heading; `typo` puts one character in the place of one."""
    rest = iter(typo("".join(text for text, _ in runs)))
    return [("".join(islice(rest, len(text))), marked) for text, marked in runs]


def _fragment(fragment: Fragment, frame: Frame) -> Mapping[str, Any]:
    return {
        "path": f"{addresses.version_path(fragment.version)}#{fragment.path}",
        "address": places.shown(fragment.address) if fragment.address else frame.say("Текст"),
        "edition": versionpage.labelled(fragment.version, frame),
        "runs": fragment.runs,
        "stands": fragment.stands,
    }


def _name(document: Document, frame: Frame) -> str:
    about = subject.of_document(document)
    return about.full_name if frame.language == "ru" else about.english_name
