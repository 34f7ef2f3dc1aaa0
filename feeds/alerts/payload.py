"""The body of a webhook, by Standard Webhooks: ``{"type", "timestamp", "data"}``. Shapes are published in ``schemas/``.

A body is under 20 kB whatever an event holds: excerpt, reasons and the rest of the bundle are cut until it is, and then
``truncated`` is true. It is made once; every attempt sends the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

from feeds import diffview, labels, places, subject, times, wording
from feeds.languages import LANGUAGES, prefix
from feeds.textual import clean
from tracker.models import Diff, Event, Language, Level, Operation, OperatorEvent, SiteInfo, SourceState

#: No body is longer than this, in bytes.
LIMIT: Final = 20_000
NAMES: Final = ("event", "digest", "heartbeat", "test", "operator")
#: Words to the operator in one message.
WORDS: Final = 12
_VERSION: Final = 1
_CONTEXT: Final = 120  # characters of unchanged text on each side of a change
_OPERATIONS: Final = 20
_REASONS: Final = 20
_MATES: Final = 30
_ADDRESSES: Final = 60
_TITLE: Final = 300
_NAME: Final = 80
_TOPICS: Final = 10
_SUMMARY: Final = 1500
_SPAN: Final = 1200
_SHORT: Final = 200


def schema_name(kind: str) -> str:
    """The file name of a schema: ``webhook-event.v1.json``."""
    return f"webhook-{kind}.v{_VERSION}.json"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a whole body (type, timestamp and data) of one of `NAMES`."""
    text = resources.files("feeds.alerts").joinpath("schemas", schema_name(kind)).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event to be told, with the others of its observation, strongest first, and every comparison they hold.

    `facts` overrides parts of what is derived, for an event of another instance, which has its own words for it (`relay`).
    """

    event: Event
    diff: Diff | None = None
    mates: tuple[tuple[Event, Diff | None], ...] = ()
    facts: Mapping[str, Any] | None = None


def body_of(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The bytes of a message."""
    return encoded({"type": kind, "timestamp": times.iso(at), "data": data})


def encoded(value: Any) -> bytes:
    """Compact JSON in UTF-8, without characters that could turn a line around or break XML behind it."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()


# ---------------------------------------------------------------- one event


def event_body(told: News, info: SiteInfo) -> bytes:
    """A message about one event, under `LIMIT`."""
    data = event_data(told, info)
    return body_of("event", told.event.observed_at, fitted("event", told.event.observed_at, data))


def discreet_body(event: Event) -> bytes:
    """A message that tells a bystander nothing: no topic, no document, no link."""
    return body_of("event", event.observed_at, {"discreet": True, **discreet_item(event)})


def discreet_item(event: Event) -> dict[str, Any]:
    """What a discreet message says of an event: the first four characters of its id."""
    mark = event.id[:4]
    return {"reference": mark, "text": {"ru": wording.discreet(event), "en": f"Update {mark}."}}


def event_data(told: News, info: SiteInfo) -> dict[str, Any]:
    """Everything that a message about one event says, before it is cut to size."""
    event, diff = told.event, told.diff
    about = subject.of_event(event)
    item = brief(told, info)
    return {
        "schema": f"{info.base_url}/schemas/{schema_name('event')}",
        "discreet": False,
        **item,
        "event": {**item["event"], "bundle": event.bundle, "confirmed": bool(event.payload.get("confirmed"))},
        "status": str(about.status) if about and about.status else None,
        "significance": _significance(event, diff),
        "addresses": _addresses(diff),
        "excerpt": [_excerpt(operation) for operation in _told_apart(diff)[:_OPERATIONS]],
        "bundle": [_mate(mate, mate_diff, info) for mate, mate_diff in told.mates[:_MATES]],
        "links": links(event, info),
        "truncated": len(told.mates) > _MATES or _is_long(diff),
        **(told.facts or {}),
    }


def brief(told: News, info: SiteInfo) -> dict[str, Any]:
    """An event in short: what stands in a digest, and heads a message of its own."""
    event, diff = told.event, told.diff
    about = subject.of_event(event)
    document = event.payload.get("document") if about else None
    facts = document if isinstance(document, Mapping) else {}
    return {
        "event": {
            "id": event.id,
            "kind": str(event.kind),
            "source": _cut(event.source, _NAME),
            "occurred_at": None if event.occurred_at is None else _cut(event.occurred_at, _NAME),
            "observed_at": times.iso(event.observed_at),
        },
        "document": None
        if about is None
        else {
            "id": _cut(about.id, _NAME),
            "kind": _cut(about.kind, _NAME),
            "name": _cut(about.name, _TITLE),
            "number": _cut(about.number, _TITLE),
            "date": _cut(str(facts["date"]), _NAME) if facts.get("date") else None,
            "title": _cut(about.title, _TITLE),
            "topics": [_cut(topic, _NAME) for topic in about.topics[:_TOPICS]],
        },
        "title": {language: _cut(title(event, diff, info, language), _TITLE) for language in LANGUAGES},
        "summary": {language: _cut(summary(event, diff, info, language), _SUMMARY) for language in LANGUAGES},
        "force": None
        if about is None
        else {"value": str(about.force), "ru": about.force_name.ru, "en": about.force_name.en},
        "level": level_name(event.level),
        "invented": is_invented(event, info),
        "links": {name: links(event, info)[name] for name in ("page", "page_en")},
        **(told.facts or {}),
    }


def title(event: Event, diff: Diff | None, info: SiteInfo, language: Language) -> str:
    """The title of an event, marked when it is invented."""
    return str(wording.title(event, diff, demo=info.invented, language=language))


def summary(event: Event, diff: Diff | None, info: SiteInfo, language: Language) -> str:
    """The event in sentences, marked when it is invented."""
    mark = f"{getattr(labels.DEMO, language)}. " if is_invented(event, info) else ""
    return mark + wording.summary(event, diff, language=language)


def is_invented(event: Event, info: SiteInfo) -> bool:
    """Whether the instance, or the document, does not exist."""
    about = subject.of_event(event)
    return info.invented or (about is not None and about.invented)


def links(event: Event, info: SiteInfo) -> dict[str, str]:
    """Where an event is read by people and by programs, and where its evidence is had."""
    return {
        "page": f"{info.base_url}/event/{event.id}",
        "page_en": f"{info.base_url}{prefix('en')}/event/{event.id}",
        "json": f"{info.base_url}/api/v1/events/{event.id}",
        "evidence": f"{info.base_url}/api/v1/events/{event.id}/evidence",
    }


def level_name(level: Level) -> str:
    """``key major notable technical typographic``."""
    return level.name.lower()


def _significance(event: Event, diff: Diff | None) -> dict[str, Any]:
    reasons = diff.significance.reasons if diff is not None else ()
    return {
        "level": int(event.level),
        "name": level_name(event.level),
        "reasons": [
            {"rule": reason.rule, "ru": places.shown(reason.text), "en": places.shown(reason.text_en or reason.text)}
            for reason in reasons[:_REASONS]
        ],
    }


def _told_apart(diff: Diff | None) -> Sequence[Operation]:
    """The operations as an excerpt tells them: those that change words first, each in the order of the text."""
    if diff is None:
        return ()
    words = {"added", "removed", "modified"}
    return sorted(diff.operations, key=lambda operation: not words & set(operation.ops))


def _addresses(diff: Diff | None) -> list[dict[str, Any]]:
    rows = [
        {
            "old_path": operation.old_path,
            "new_path": operation.new_path,
            "address": places.shown(operation.new_address or operation.old_address or ""),
            "ops": list(operation.ops),
        }
        for operation in _told_apart(diff)
    ]
    return rows[:_ADDRESSES]


def _excerpt(operation: Operation) -> dict[str, Any]:
    return {
        "address": places.shown(operation.new_address or operation.old_address or ""),
        "ops": list(operation.ops),
        "spans": [[mark, _cut(text, _SPAN)] for mark, text in spans(operation)],
    }


def spans(operation: Operation) -> Iterable[tuple[str, str]]:
    """The words of one operation, with a little of what stands around each change."""
    rows = diffview.spans_of(operation)
    for index, (mark, text) in enumerate(rows):
        if mark != "=" or len(text) <= 2 * _CONTEXT:
            yield mark, text
            continue
        head = "" if index == 0 else text[:_CONTEXT]
        tail = "" if index == len(rows) - 1 else text[-_CONTEXT:]
        yield mark, f"{head}…{tail}"


def _mate(event: Event, diff: Diff | None, info: SiteInfo) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": str(event.kind),
        "level": level_name(event.level),
        "title": {language: _cut(title(event, diff, info, language), _TITLE) for language in LANGUAGES},
        "page": links(event, info)["page"],
    }


def _is_long(diff: Diff | None) -> bool:
    rows = _told_apart(diff)
    return len(rows) > _OPERATIONS or any(len(text) > _SPAN for row in rows for _, text in spans(row))


def _cut(text: str, length: int) -> str:
    plain = clean(text)
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


# ---------------------------------------------------------------- to size


def fitted(kind: str, at: datetime, data: Mapping[str, Any], limit: int = LIMIT) -> dict[str, Any]:
    """The data cut until the whole body is within the limit: excerpt first, then addresses, bundle, reasons, words."""
    found = dict(data)
    while len(body_of(kind, at, found)) >= limit:
        found["truncated"] = True
        if not _shorten(found):
            break
    return found


def _shorten(data: dict[str, Any]) -> bool:
    """Drop half of the longest list that may be cut, at last half of the summary; False when nothing is left to cut."""
    lists = [name for name in ("excerpt", "addresses", "bundle") if data.get(name)]
    if lists:
        longest = max(lists, key=lambda name: len(encoded(data[name])))
        data[longest] = data[longest][: len(data[longest]) // 2]
        return True
    reasons = data.get("significance", {}).get("reasons")
    if reasons:
        data["significance"] = {**data["significance"], "reasons": reasons[: len(reasons) // 2]}
        return True
    words: Mapping[str, str] = data["summary"]
    length = max(map(len, words.values()))
    data["summary"] = {language: _cut(text, length // 2) for language, text in words.items()}
    return length > _SHORT


# ---------------------------------------------------------------- digests, heartbeats, tests


def digest_body(
    items: Sequence[bytes], at: datetime, info: SiteInfo, *, discreet: bool, part: int, parts: int
) -> bytes:
    """A message about several events; `items` are those of `item_of`, as they were gathered. `part` of `parts` counts from 1."""
    head: dict[str, Any] = (
        {"discreet": True} if discreet else {"schema": _schema_url("digest", info), "discreet": False}
    )
    rows = [json.loads(item) for item in items]
    return body_of("digest", at, {**head, "part": part, "parts": parts, "count": len(rows), "events": rows})


def item_of(told: News, info: SiteInfo, *, discreet: bool) -> bytes:
    """What a digest will say of an event."""
    if discreet:
        return encoded(discreet_item(told.event))
    item = brief(told, info)
    while len(encoded(item)) > _ITEM and _shorten(item):
        pass  # until it is short enough, or nothing more can be cut
    return encoded(item)


def chunks(items: Sequence[bytes], limit: int) -> list[list[int]]:
    """The items, by their places, in as many digests as keep each within `limit` bytes; empty ones go with those before."""
    found: list[list[int]] = []
    size = 0
    for index, item in enumerate(items):
        if not found or (item and size + len(item) + 1 > limit - _DIGEST_HEAD):
            found.append([])
            size = 0
        found[-1].append(index)
        size += len(item) + 1
    return found


_FRESH: Final = timedelta(hours=24)
_ITEM: Final = 16_000  # bytes of one event in a digest; hardly any has more than 3,000
_DIGEST_HEAD: Final = 600  # bytes of a digest that are not its items


def heartbeat_body(states: Sequence[SourceState], at: datetime, info: SiteInfo, *, discreet: bool) -> bytes:
    """A message that says: nothing was sent for a while, and here is when the sources last answered."""
    checked = max((state.last_success for state in states if state.last_success), default=None)
    said = {"last_checked": times.iso(checked) if checked else None, "all_answered": all_answered(states, at)}
    if discreet:
        return body_of("heartbeat", at, {"discreet": True, **said})
    rows = [
        {
            "source": state.name,
            "name": labels.source_name(state.name),
            "last_success": times.iso(state.last_success) if state.last_success else None,
        }
        for state in states
    ]
    data = {"schema": _schema_url("heartbeat", info), "discreet": False, **said, "sources": rows}
    return body_of("heartbeat", at, {**data, "invented": info.invented})


def all_answered(states: Sequence[SourceState], now: datetime) -> bool:
    """Whether silence means anything: every source was seen within a day."""
    return bool(states) and all(state.last_success and now - state.last_success <= _FRESH for state in states)


def operator_body(words: Sequence[OperatorEvent], at: datetime, info: SiteInfo) -> bytes:
    """Our own troubles, oldest first, for whoever runs this; the first `WORDS` of them."""
    data = {
        "schema": _schema_url("operator", info),
        "words": [
            {
                "kind": str(word.kind),
                "source": word.source,
                "subject": word.subject[:_SHORT],
                "at": times.iso(word.at),
                "message": word.message[:_SHORT],
            }
            for word in words[:WORDS]
        ],
        "more": max(len(words) - WORDS, 0),
        "invented": info.invented,
    }
    return body_of("operator", at, data)


def trial_body(subscription: str, at: datetime, info: SiteInfo, *, discreet: bool) -> bytes:
    """A message that tests a channel."""
    if discreet:
        return body_of("test", at, {"discreet": True, "text": {"ru": "Проверка.", "en": "A test."}})
    data = {
        "schema": _schema_url("test", info),
        "discreet": False,
        "subscription": subscription,
        "text": {
            "ru": "Проверочное сообщение: канал работает, подпись можно проверить. Событий в нём нет.",
            "en": "A test message: the channel works and its signature can be checked. It tells of no event.",
        },
        "invented": info.invented,
    }
    return body_of("test", at, data)


def _schema_url(kind: str, info: SiteInfo) -> str:
    return f"{info.base_url}/schemas/{schema_name(kind)}"
