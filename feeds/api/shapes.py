"""Records as the JSON of the API: plain values, addresses made absolute, nothing that endangers anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from feeds import addresses, labels, places, subject, times
from feeds.alerts import payload as alerts
from feeds.channels import Channel
from feeds.formats import FORMATS
from feeds.library import Library
from tracker.models import Diff, Document, Event, Relation, Section, SiteInfo, SourceState, Version
from tracker.queries import Found, Fragment, Match, Run

API: Final = "/api/v1"


def both(words: labels.Words) -> dict[str, str]:
    """The same in both languages."""
    return {"ru": words.ru, "en": words.en}


def named(about: subject.Subject, date: str | None) -> dict[str, Any]:
    """A document as events and search name it. Its force is what may be said aloud."""
    return {
        "id": about.id,
        "kind": about.kind,
        "number": about.number,
        "date": date,
        "title": about.title,
        "force": about.force,
        "status": about.status,
        "topics": list(about.topics),
        "invented": about.invented,
    }


def document(value: Document, info: SiteInfo) -> dict[str, Any]:
    """A followed document."""
    about = subject.of_document(value)
    return {
        **named(about, value.date),
        "invented": about.invented or info.invented,
        "comment": about.comment,
        "url": about.url,
        "page": f"{info.base_url}/{about.id}",
        "api": f"{API}/documents/{about.id}",
    }


def relation(value: Relation) -> dict[str, str]:
    """One document acting on another."""
    return {
        "kind": value.kind,
        "from_document": value.from_document,
        "from_path": value.from_path,
        "to_document": value.to_document,
        "to_path": value.to_path,
        "words": value.words,
    }


def version(value: Version) -> dict[str, Any]:
    """One observed state."""
    return {
        "path": version_name(value),
        "part": value.key.part,
        "source": value.key.source,
        "edition": value.key.edition,
        "number": value.number,
        "label": value.label,
        "observed_at": times.iso(value.observed_at),
        "last_seen": times.iso(value.last_seen),
        "digest": value.digest,
        "body_digest": value.snapshot_digest,
        "readable": value.readable,
        "unread_reason": value.unread_reason,
        "url": value.url,
    }


def version_name(value: Version) -> str:
    """``bill/100001-99/text/sozd/introduced/1``."""
    return addresses.version_path(value).lstrip("/")


def units(sections: Sequence[Section]) -> list[dict[str, str]]:
    """The units of a text."""
    return [{"path": section.path, "address": section.address, "text": section.text} for section in sections]


def event(value: Event, diff: Diff | None, info: SiteInfo) -> dict[str, Any]:
    """One line of the ledger with its words."""
    about = subject.of_event(value)
    facts = value.payload.get("document")
    date = facts.get("date") if isinstance(facts, Mapping) else None
    links = alerts.links(value, info)
    return {
        "seq": value.seq,
        "id": value.id,
        "kind": value.kind,
        "document": None if about is None else {**named(about, date), "invented": alerts.is_invented(value, info)},
        "source": value.source,
        "bundle": value.bundle,
        "lead": value.lead,
        "level": alerts.level_name(value.level),
        "occurred_at": value.occurred_at,
        "observed_at": times.iso(value.observed_at),
        "backfilled": value.backfilled,
        "struck": value.struck,
        "title": {"ru": alerts.title(value, diff, info, "ru"), "en": alerts.title(value, diff, info, "en")},
        "summary": {"ru": alerts.summary(value, diff, info, "ru"), "en": alerts.summary(value, diff, info, "en")},
        "payload": value.payload,
        "links": {**links, "diff": f"{links['json']}/diff" if diff is not None else None},
        "hash": value.hash,
        "previous_hash": value.previous_hash,
    }


def captures(value: Event) -> list[dict[str, str]]:
    """The bodies behind an event: digests and times. How they travelled is one word, never an address."""
    rows = []
    for key, side in (("before_snapshot", "before"), ("snapshot", "after")):
        facts = value.payload.get(key)
        if isinstance(facts, Mapping):
            row = {name: str(facts.get(name) or "") for name in ("digest", "first_seen", "via")}
            rows.append({"side": side, **row})
    return rows


def diff_of(value: Event, library: Library) -> Diff | None:
    """The comparison of an event, unless its content was struck."""
    return library.diff(value.diff_id) if value.diff_id and not value.struck else None


# ---------------------------------------------------------------- search


def search(found: Found, info: SiteInfo) -> dict[str, Any]:
    """The answer to a query."""
    return {
        "asked": {
            "words": [{"text": term.said, "also": list(term.also)} for term in found.asked.terms],
            "address": found.asked.address_said,
            "numbers": list(found.asked.numbers),
            "left_out": list(found.asked.left_out),
        },
        "items": [_match(match, info) for match in found.matches],
        "next": found.following,
        "complete": not found.cut,
    }


def _match(value: Match, info: SiteInfo) -> dict[str, Any]:
    about = subject.of_document(value.document)
    return {
        "document": {**named(about, value.document.date), "invented": about.invented or info.invented},
        "title": _runs(value.title),
        "fragments": [_fragment(fragment, info) for fragment in value.fragments],
        "more": value.more,
    }


def _fragment(value: Fragment, info: SiteInfo) -> dict[str, Any]:
    return {
        "version": version_name(value.version),
        "path": value.path,
        "address": places.shown(value.address),
        "stands": value.stands,
        "page": f"{info.base_url}{addresses.version_path(value.version)}#{value.path}",
        "runs": _runs(value.runs),
    }


def _runs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [{"text": text, "marked": marked} for text, marked in runs]


# ---------------------------------------------------------------- what there is


def source(state: SourceState) -> dict[str, Any]:
    """How fresh a source is; why it fails is for the operator."""
    return {
        "name": state.name,
        "title": {"ru": labels.source_name(state.name), "en": labels.source_name(state.name, language="en")},
        "last_success": times.iso(state.last_success) if state.last_success else None,
        "blind_since": times.iso(state.gap_since) if state.gap_since else None,
    }


def topic(name: str, info: SiteInfo) -> dict[str, Any]:
    """A topic."""
    words = labels.topic_name(name, info.topic_names)
    return {"id": name, "title": both(words), "page": f"{info.base_url}/topics/{name}"}


def feed(channel: Channel, info: SiteInfo) -> dict[str, Any]:
    """A feed with its addresses."""
    return {
        "name": channel.name,
        "title": channel.title,
        "description": channel.description,
        "links": {fmt: f"{info.base_url}/feeds/{channel.name}.{fmt}" for fmt in FORMATS},
    }
