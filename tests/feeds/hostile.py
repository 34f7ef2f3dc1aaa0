"""A library in which a source has put the same words into every place that it may write to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.feeds.fake_library import INFO, START, FakeLibrary, bill, law, operation, rich_diff, text_payload
from tracker.models import Document, EventKind, Group, Level, Reason, Significance, SourceState, Status

#: Scripts, ends of CDATA, control characters, non-characters, half a surrogate pair, words that turn a line around.
HOSTILE = (
    '<script>alert("x")</script> ]]> &amp; \x00\x0b\x1b\x85\ufffe\uffff\ud800 \u202eтекст\u2066 '
    "<img src=x onerror=alert(1)> \r\n'\""
)


def hostile(words: str = HOSTILE, *, ours: str | None = None) -> FakeLibrary:
    """Three documents, an event for each way of telling something, a calendar: all in these words.

    `ours`: what stands where in truth only words of ours do, those of addresses, statements and reasons.
    """
    own = words if ours is None else ours
    library = FakeLibrary(info=replace(INFO, topic_names={"own": (own, own)}))
    draft = replace(bill(), title=words, comment=words, number=words, url=words, topics=("citizenship", "own"))
    act = replace(law(), title=words, number=words, url=f"https://pravo.example/{words}")
    page = replace(law(), id="page/rules", kind="page", title=words, number="", status=Status.PUBLISHED)
    for document in (draft, act, page):
        library.kept_documents[document.id] = document
    diff = replace(
        rich_diff(),
        operations=(
            operation(["modified"], own, [("=", words), ("-", words), ("+", words), ("=", words)]),
            operation(["added"], own, [("+", words)]),
        ),
        groups=(Group(id="g", kind="renumbering", text=own, text_en=own),),
        significance=Significance(level=Level.KEY, reasons=(Reason(rule="x", text=own, text_en=own),)),
    )
    step = {"step": words, "stage": words, "at": words, "title": words, "decisions": [words, words]}
    file = {"label": words, "role": "other", "url": words}
    notices = [{"kind": kind, "address": words, "text": words} for kind in ("closed_item", "gap")]
    sources = [{"source": name, "url": f"https://{name}.example/{words}"} for name in ("ips", "page")]
    text = text_payload(words, label=words, notices=notices, flags=[words])
    text["compared_with"] = {"edition": words, "label": words, "version": 1}
    fields = [{"name": words, "before": words, "after": words}]
    dates = {"clause": words, "rule": "day", "scope": words, "date": None, "dates": ["2099-08-11", "2099-08-12"]}
    told: tuple[tuple[EventKind, Document | None, Mapping[str, Any]], ...] = (
        (EventKind.DOCUMENT_DISCOVERED, draft, {"reasons": [{"topic": "own", "term": words, "text": words}]}),
        (EventKind.BILL_STEP, draft, {"step": step}),
        (EventKind.BILL_STEP_CHANGED, draft, {"before": step, "after": step, "changed": [words]}),
        (EventKind.BILL_STAGE, draft, {"before": words, "after": words, "step": step}),
        (EventKind.FILE_ADDED, draft, {"file": file}),
        (EventKind.FIELDS_CHANGED, draft, {"fields": fields}),
        (EventKind.EDITION_ADDED, act, {**text, "amended_by": {"label": words}}),
        (EventKind.ACT_PUBLISHED, act, {"publication": {"eo_number": words, "date": words, "pages": words}}),
        (EventKind.SOURCES_DISAGREE, act, {"sources": sources, "notices": notices}),
        (EventKind.EFFECTIVE_APPROACHING, act, dates),
        (EventKind.TEXT_UNEXPLAINED, page, {**text, "url": words}),
        (EventKind.DOCUMENT_ABSENT, page, {"seen_at": words, "missing_at": words}),
        (EventKind.COVERAGE_GAP, None, {"source": words, "last_success": words, "search_name": words}),
        (EventKind.CORRECTION, draft, {"event": words, "reason": words, "said": words, "said_at": words}),
        (EventKind.TEXT_ADDED, draft, text),
    )
    for kind, about, payload in told:
        library.tell(kind, about, payload, level=Level.KEY, diff=diff if about else None, occurred_at=words)
    library.kept_states[f"effective/{act.id}"] = {"dates": [dates], "told": []}
    library.kept_sources.append(
        SourceState(
            name="sozd",
            last_attempt=START,
            last_success=START,
            failing_since=None,
            last_error=words,
            gap_since=None,
        )
    )
    return library
