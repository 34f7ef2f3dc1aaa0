"""What the newsroom takes away, by its address: a comparison as Word, HTML and a picture; lists as CSV and JSON Lines.

The file of a thing stands below the page of the thing: ``/event/<id>/diff.docx``, ``/topics/citizenship.csv``. What it carries
is made in `feeds.exports` and `feeds.pictures`; here is only which address asks for what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final

from feeds import addresses, comparepage, diffpage, sides, versionpage, views
from feeds.api import budget
from feeds.comparepage import Comparisons
from feeds.exports import comparison, evidence, tables, tracked
from feeds.exports.comparison import Comparison
from feeds.formats import epoch
from feeds.frame import Frame
from feeds.pages import Page
from feeds.pictures import changes, fonts, share
from tracker.models import Document, Event, Version

_PNG: Final = "image/png"
_HTML: Final = "text/html; charset=utf-8"
#: Events that one list holds; the API has all of them.
_LONGEST: Final = 5_000

PLAIN_FILES: Final = ("diff.docx", "diff.html")
DIFF_FILES: Final = (*PLAIN_FILES, "diff.png")
CARD: Final = "card.png"
#: How the evidence pack of an event is called behind its id.
PACK: Final = ".zip"
#: What making a file takes from the budget; others cost 1.
_COSTS: Final = {"diff.docx": 2.0, "diff.png": 3.0, CARD: 1.0, PACK: 3.0}
LISTS: Final = ("csv", "jsonl")
ENDINGS: Final = tuple(f".{extension}" for extension in LISTS)


def names(event: Event) -> tuple[str, ...]:
    """The files below the page of an event that a static site holds. Pictures, which take time to draw, only a live one makes."""
    return PLAIN_FILES if event.diff_id and not event.struck else ()


def of_event(frame: Frame, event_id: str, name: str) -> Page | None:
    """A file below the page of an event."""
    event = frame.library.event(event_id)
    if event is None or event.struck:
        return None
    path = f"/event/{event.id}/{name}"
    diff = frame.rows.diff(event)
    if name == CARD:
        if not fonts.available():
            return None
        with frame.spend(_COSTS[CARD]):
            return _file(frame, path, _PNG, share.picture(event, diff, frame.info, frame.say), event.observed_at)
    if diff is None:
        return None
    made = comparison.of_event(event, diff, frame.info, sides.called(event, frame.say), frame.language)
    with frame.spend(_COSTS.get(name, 1.0)):
        return _of_diff(frame, path, made, event.observed_at, lambda: tracked.changes(made, frame.say))


def of_evidence(frame: Frame, name: str) -> Page | None:
    """The evidence pack of an event, ``<id>.zip``. It is the same in both languages and holds both."""
    event = frame.library.event(name.removesuffix(PACK)) if name.endswith(PACK) else None
    if event is None:
        return None
    with frame.spend(_COSTS[PACK]):
        made = evidence.pack(event.id, frame.library, frame.info)
    return _file(frame, f"/evidence/{name}", evidence.MEDIA_TYPE, made, None) if made is not None else None


def of_pair(
    frame: Frame, comparisons: Comparisons, document: Document, pair: tuple[Version, Version], name: str
) -> Page | None:
    """A file below the page of two versions: the Word file holds the whole text."""
    old, new = pair
    if frame.insight is None or not (old.readable and new.readable):
        return None
    texts = frame.library.sections(old.id), frame.library.sections(new.id)
    size = comparepage.size_of(texts)
    if size > budget.LARGEST:
        return None
    path = f"{addresses.pair_path(old, new)}/{name}"
    with frame.spend(budget.of_texts(size) + _COSTS.get(name, 1.0)):
        diff, _ = comparisons.of(old, new, texts)
        made = comparison.of_versions((document, old), (document, new), diff, frame.info, frame.language)
        return _of_diff(frame, path, made, new.last_seen, lambda: tracked.whole(made, *texts, frame.say))


def _of_diff(frame: Frame, path: str, made: Comparison, modified: datetime, word: Callable[[], bytes]) -> Page | None:
    name = path.rpartition("/")[2]
    if name == "diff.docx":
        return _file(frame, path, tracked.CONTENT_TYPE, word(), modified)
    if name == "diff.png" and fonts.available():
        return _file(frame, path, _PNG, changes.picture(made, frame.say), modified)
    if name == "diff.html":
        return _file(frame, path, _HTML, diffpage.of_comparison(made, frame.language).encode(), modified)
    return None


# ---------------------------------------------------------------- lists


def of_list(frame: Frame, path: str) -> Page | None:
    """A list of the site as a table: of documents, of a topic, of a month, of one document."""
    name, _, extension = path.rpartition(".")
    if extension not in LISTS:
        return None
    parts = name.strip("/").split("/")
    match parts:
        case ["documents"]:
            return _documents(frame, path, frame.library.documents())
        case ["topics", topic] if topic in frame.topics():
            return _events(frame, path, frame.library.events(scope=f"topic:{topic}", limit=_LONGEST))
        case ["timeline", month]:
            return _month(frame, path, month)
        case [*_, "events" | "versions" as what]:
            found = addresses.place("/".join(parts[:-1]), frame.library)
            if found is None or found.rest:
                return None
            if what == "events":
                scope = f"document:{found.document.id}"
                return _events(frame, path, frame.library.events(scope=scope, limit=_LONGEST))
            return _versions(frame, path, found.document)
    return None


def _month(frame: Frame, path: str, name: str) -> Page | None:
    try:
        first = date.fromisoformat(f"{name}-01")
    except ValueError:
        return None
    found = frame.months.index().get(first)
    if found is None:
        return None
    events = frame.library.events(after_seq=found[0] - 1, before_seq=found[1] + 1, limit=_LONGEST)
    return _events(frame, path, [event for event in events if views.month_of(event) == first])


def _documents(frame: Frame, path: str, documents: Sequence[Document]) -> Page:
    with frame.spend(budget.of_rows(len(documents))):
        rows = tables.document_rows(documents, frame.info, frame.language)
        return _table(frame, path, tables.DOCUMENT_COLUMNS, rows, frame.newest())


def _events(frame: Frame, path: str, events: Sequence[Event]) -> Page:
    with frame.spend(budget.of_rows(len(events))):
        rows = tables.event_rows(events, frame.rows.diff, frame.info, frame.language)
        modified = max((event.observed_at for event in events), default=epoch(frame.info))
        return _table(frame, path, tables.EVENT_COLUMNS, rows, modified)


def _versions(frame: Frame, path: str, document: Document) -> Page:
    versions = frame.library.versions(document.id)
    ordered = [row for part in ("text", "note") for row in versionpage.comparable(versions, part, readable=False)]
    with frame.spend(budget.of_rows(len(ordered))):
        rows = tables.version_rows(document, ordered, frame.info, frame.language)
        modified = max((row.last_seen for row in ordered), default=epoch(frame.info))
        return _table(frame, path, tables.VERSION_COLUMNS, rows, modified)


def _table(frame: Frame, path: str, columns: tuple[str, ...], rows: Iterable[tables.Row], modified: datetime) -> Page:
    if path.endswith(".csv"):
        return _file(frame, path, tables.CSV_TYPE, tables.csv_bytes(columns, rows, bom=True), modified)
    return _file(frame, path, tables.JSON_LINES_TYPE, tables.json_lines(columns, rows), modified)


def _file(frame: Frame, path: str, content_type: str, body: bytes, modified: datetime | None) -> Page:
    own = frame.layout.own(path)
    return Page(path=own, content_type=content_type, body=body, modified=modified, file=frame.layout.file(own))
