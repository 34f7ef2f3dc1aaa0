"""The routes of ``/api/v1``: parameters in, what they mean to the desk, bytes out. The words here are the documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BeforeValidator

from feeds.api import models
from feeds.api.desk import Desk, EventQuery, Page, event_filters
from feeds.api.problems import documented
from tracker.models import EventKind, Force, Status
from tracker.queries import MOST
from tracker.queries import Query as SearchQuery

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST: Final = 2**53 - 1  # what JSON numbers hold exactly


class Kind(StrEnum):
    """The first word of an id."""

    BILL = "bill"
    ACT = "act"
    PAGE = "page"


class LevelParameter(StrEnum):
    """Significance, the strongest first."""

    KEY = "key"
    MAJOR = "major"
    NOTABLE = "notable"
    TECHNICAL = "technical"
    TYPOGRAPHIC = "typographic"


class Versions(StrEnum):
    """Which texts are searched."""

    NEWEST = "newest"
    ALL = "all"


class OrderParameter(StrEnum):
    """In which order answers come."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


_NAME: Final = 200
_Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
_TopicName = Annotated[str, Query(max_length=_NAME, description="A topic, as `/api/v1/topics` lists them.")]
_Document = Annotated[str, Query(max_length=_NAME, description="The id of a document.", examples=["bill/100001-99"])]
_VersionPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=400,
        description="The path of a version, as a document lists them.",
        examples=["bill/100001-99/text/sozd/introduced/1"],
    ),
]
_VersionQuery = Annotated[
    str,
    Query(
        min_length=1,
        max_length=400,
        description="The path of a version; a leading slash is allowed.",
        examples=["bill/100001-99/text/sozd/introduced/1"],
    ),
]
_EventId = Annotated[
    str, Path(pattern="^[a-z2-7]{20}$", description="The id of an event.", examples=["mzxw6ytboi5a2b3c4d5e"])
]
_Cursor = Annotated[int | None, Query(ge=0, le=_LARGEST, description="A cursor that an answer gave as `next`.")]


def _iso(value: str) -> str:
    if not _DAY.fullmatch(value):  # pydantic would take a number for seconds since 1970
        raise ValueError("a day is written as 2026-01-31")
    return value


_Day = Annotated[date, BeforeValidator(_iso)]
_Since = Annotated[_Day | None, Query(alias="from", description="From that Moscow day on.")]
_Until = Annotated[_Day | None, Query(alias="to", description="Up to that Moscow day.")]


def router(desk: Desk) -> APIRouter:
    """Every route of the API."""
    made = APIRouter(prefix="/api/v1")
    for add in (_documents, _versions, _events, _search, _lists):
        add(made, desk)
    return made


def _sent(page: Page) -> Response:
    return Response(page.body(), media_type="application/json", headers={"Cache-Control": page.cache})


def _get(
    api: APIRouter, path: str, model: type[Any], name: str, tag: str, *problems: int
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return api.get(path, response_model=model, operation_id=name, tags=[tag], responses=documented(*problems))


def _documents(api: APIRouter, desk: Desk) -> None:
    @_get(api, "/documents", models.Documents, "listDocuments", "documents")
    def list_documents(
        *,
        topic: _TopicName = "",
        kind: Annotated[Kind | None, Query(description="Only bills, acts or pages.")] = None,
        force: Annotated[Force | None, Query(description="Only documents in that legal state.")] = None,
        status: Annotated[Status | None, Query(description="Only bills at that stage.")] = None,
        after: Annotated[str, Query(max_length=_NAME, description="`next` of the page before.")] = "",
        limit: _Limit = 100,
    ) -> Response:
        """The documents that are followed, by id."""
        return _sent(desk.documents(topic=topic, kind=kind or "", force=force, status=status, after=after, limit=limit))

    @_get(api, "/documents/{document_id:path}", models.DocumentWhole, "getDocument", "documents", 404)
    def get_document(
        document_id: Annotated[
            str,
            Path(min_length=1, max_length=_NAME, description="The id, slashes and all.", examples=["bill/100001-99"]),
        ],
    ) -> Response:
        """One document with its versions in the order of procedure and its relations."""
        return _sent(desk.document(document_id))


def _versions(api: APIRouter, desk: Desk) -> None:
    @_get(api, "/versions/{version:path}", models.Version, "getVersion", "versions", 404)
    def get_version(version: _VersionPath) -> Response:
        """One observed state of a text with its units."""
        return _sent(desk.version(version))

    @_get(api, "/sections/{version:path}", models.Sections, "getSections", "versions", 404)
    def get_sections(
        version: _VersionPath,
        under: Annotated[
            str, Query(max_length=_NAME, description="Only this unit and those below it.", examples=["st-22"])
        ] = "",
    ) -> Response:
        """The units of one version, all or those of one unit."""
        return _sent(desk.sections(version, under))

    @_get(api, "/diff", models.Comparison, "compareVersions", "versions", 404, 429)
    def compare_versions(a: _VersionQuery, b: _VersionQuery) -> Response:
        """Any two versions compared as law, of one document or of two: what was added, removed, reworded, moved, renumbered.

        Comparing takes work: when everybody together asks for too much, the answer is 429 with `Retry-After`.
        """
        return _sent(desk.compare(a.strip("/"), b.strip("/")))


def _events(api: APIRouter, desk: Desk) -> None:
    @_get(api, "/events", models.Events, "listEvents", "events", 429)
    def list_events(
        *,
        document: _Document = "",
        topic: _TopicName = "",
        source: Annotated[str, Query(max_length=_NAME, description="A source, as `/api/v1/sources` lists them.")] = "",
        kind: Annotated[EventKind | None, Query(description="Only events of that kind.")] = None,
        level: Annotated[
            LevelParameter | None, Query(description="At least that significant; what was not read passes.")
        ] = None,
        since: _Since = None,
        until: _Until = None,
        leads: Annotated[bool, Query(description="Only the strongest event of each observation.")] = False,
        backfilled: Annotated[
            bool | None, Query(description="true: only history; false: only news; without it: both.")
        ] = None,
        after: _Cursor = None,
        before: _Cursor = None,
        limit: _Limit = 100,
    ) -> Response:
        """Events, newest first; with `after`, oldest first from behind that cursor: that is how to follow the ledger.

        Begin with `after=0`, keep `next`, ask again with it. A page without events may move the cursor on as well. Pages of
        up to 100 events narrowed by at most one of `document`, `topic`, `source`, and by `kind`, `leads`, `backfilled`, are
        never refused.
        """
        query = EventQuery(
            document=document,
            topic=topic,
            source=source,
            filters=event_filters(kind, level or "", since, until),
            leads=leads,
            backfilled=backfilled,
            after=after,
            before=before,
            limit=limit,
        )
        return _sent(desk.events(query))

    @_get(api, "/events/{event_id}", models.EventWhole, "getEvent", "events", 404)
    def get_event(event_id: _EventId) -> Response:
        """One event with what changed in the text, the captures behind it, its bundle and its corrections."""
        return _sent(desk.event(event_id))

    @_get(api, "/events/{event_id}/diff", models.Diff, "getEventDiff", "events", 404, 410)
    def get_event_diff(event_id: _EventId) -> Response:
        """What an event changed in the text, as it was recorded."""
        return _sent(desk.event_diff(event_id))

    @_get(api, "/events/{event_id}/evidence", models.Evidence, "getEventEvidence", "events", 404)
    def get_event_evidence(event_id: _EventId) -> Response:
        """What proves an event: its line in the hash-chained ledger, and the digests of what the source served."""
        return _sent(desk.evidence(event_id))


def _search(api: APIRouter, desk: Desk) -> None:
    @_get(api, "/search", models.Search, "search", "search", 429)
    def search(
        *,
        q: Annotated[
            str,
            Query(
                max_length=500,
                description="Words in any form, phrases in quotes, units, numbers.",
                examples=["лишение"],
            ),
        ],
        document: _Document = "",
        topic: _TopicName = "",
        kind: Annotated[Kind | None, Query(description="Only bills, acts or pages.")] = None,
        force: Annotated[Force | None, Query(description="Only documents in that legal state.")] = None,
        since: Annotated[_Day | None, Query(alias="from", description="Only documents of that date or later.")] = None,
        until: Annotated[_Day | None, Query(alias="to", description="Only documents of that date or earlier.")] = None,
        versions: Annotated[
            Versions, Query(description="Only what stands now, or all that ever stood.")
        ] = Versions.NEWEST,
        order: Annotated[
            OrderParameter,
            Query(description="The most relevant documents first, or those whose texts were recorded last."),
        ] = OrderParameter.RELEVANCE,
        before: _Cursor = None,
        limit: Annotated[int, Query(ge=1, le=MOST, description="How many documents at most.")] = 20,
    ) -> Response:
        """Texts and titles of everything that is followed. Any inflected form finds the others; any text is a valid query.

        `ст. 22 ч. 1 138-ФЗ "прекращение гражданства"` looks for the phrase in part 1 of article 22 of laws with that number.
        A search for "лишение" also finds what the law calls "прекращение гражданства". Queries are neither kept nor logged.
        A cursor is good for the order that it came with; inside of one `document` the newest wording always comes first.
        """
        query = SearchQuery(
            words=q,
            document=document,
            topic=topic,
            kind=kind.value if kind else "",
            force=force,
            since=since,
            until=until,
            every_version=versions is Versions.ALL,
            order=order.value,
            before=before,
            limit=limit,
        )
        return _sent(desk.search(query))


def _lists(api: APIRouter, desk: Desk) -> None:
    @_get(api, "", models.Index, "getIndex", "lists")
    def get_index() -> Response:
        """Where to go from here."""
        return _sent(desk.index())

    @_get(api, "/sources", models.Sources, "listSources", "lists")
    def list_sources() -> Response:
        """The sources and how fresh they are."""
        return _sent(desk.sources())

    @_get(api, "/topics", models.Topics, "listTopics", "lists")
    def list_topics() -> Response:
        """The topics that are followed."""
        return _sent(desk.topics())

    @_get(api, "/feeds", models.Feeds, "listFeeds", "lists")
    def list_feeds() -> Response:
        """The feeds of everything, of topics and of sources."""
        return _sent(desk.feeds())
