"""`relay`: what another instance publishes, told to a subscription of ours by its own filter, through the same outbox.

Whoever relays needs no proxy and follows no source; whoever publishes holds no name of theirs. Asked is the public API
(``/api/v1/events?after=<cursor>&limit=``: ``{"items": [event], "next": cursor}``), or, when the address ends in ``.json``, a JSON
Feed, which a static site has. What an answer lacks makes an event shorter or lets it pass a filter; it is never an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog

from db.store import Store
from feeds.alerts.matching import Matter
from feeds.textual import clean
from scrapers.http import check_url
from tracker.alerting import Bundle, Past, told_to
from tracker.alerts import Subscription
from tracker.desk import Network
from tracker.errors import FetchError
from tracker.models import (
    Diff,
    Event,
    EventKind,
    Level,
    Operation,
    Reason,
    Significance,
    SiteInfo,
    digest_of,
)

#: What the gate calls it.
SOURCE: Final = "relay"
_PAGE: Final = 100
_PAGES: Final = 200
_LONGEST: Final = {"title": 300, "summary": 1500}  # characters that are taken over
_NAME: Final = 120
_API: Final = "/api/v1/events"

log = structlog.get_logger("tracker.relaying")


def relay(
    store: Store, network: Network, url: str, subscription: Subscription, *, info: SiteInfo, now: datetime
) -> int:
    """One pass: what is new there since the last one becomes messages; how many. The cursor moves with them, or not at all.

    `FetchError` when there is no usable answer.
    """
    address = check_url(url).rstrip("/")
    is_feed = urlsplit(address).path.endswith(".json")
    base = address.partition("/feeds/")[0] if is_feed else address.removesuffix(_API)
    key = f"relay/{subscription.name}/{digest_of(address)[:16]}"
    told = store.state(key)
    cursor = told if isinstance(told, str) else None
    items, cursor = (_feed(network, address), None) if is_feed else _pages(network, f"{base}{_API}", cursor)
    there = SiteInfo(
        title=info.title, base_url=base, authority=info.authority, year=info.year, contact=info.contact, invented=False
    )
    made = 0
    past = Past(store)
    with store.transaction():
        for bundle in _bundles(items, there):
            try:
                rows, gathered = told_to([subscription], bundle, past, now)
            except Exception:  # what another instance says may be shaped in ways that nobody has thought of
                log.exception("relay.fault", events=[matter.event.id for matter in bundle.matters])
                continue
            made += store.fan_out(rows, (), gathered=gathered)
        store.set_state(key, cursor)
    return made


def _pages(network: Network, address: str, cursor: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
    """Everything after the cursor, and the cursor behind it."""
    items: list[Mapping[str, Any]] = []
    for _ in range(_PAGES):
        question = {"limit": str(_PAGE), **({"after": cursor} if cursor else {})}
        answer = _json(network, f"{address}?{urlencode(question)}")
        rows = answer.get("items")
        found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        items += found
        following = answer.get("next")
        if following is None or str(following) == cursor:
            break
        cursor = str(following)
        if not found:
            break
    return items, cursor


def _feed(network: Network, address: str) -> list[Mapping[str, Any]]:
    """The items of a JSON Feed in the shape of the API, oldest first."""
    rows = _json(network, address).get("items")
    items = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [_of_feed(row) for row in reversed(items)]


def _of_feed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    extra = row.get("_duma_tracker")
    facts = extra if isinstance(extra, Mapping) else {}
    document = facts.get("document")
    tags = row.get("tags")
    named = {"id": document, "topics": tags if isinstance(tags, list) else [], "force": facts.get("force")}
    return {
        **facts,
        "id": facts.get("event"),
        "document": {**named, "invented": facts.get("invented")} if isinstance(document, str) else None,
        "title": row.get("title"),
        "summary": row.get("summary"),
        "links": {"page": row.get("url")},
    }


def _json(network: Network, address: str) -> Mapping[str, Any]:
    response = network.fetch(address, source=SOURCE)
    if response.status != 200:
        raise FetchError(f"the other instance answered {response.status}", reason="status", url=address)
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise FetchError(
            "the other instance answered with something else than JSON; give its address, or that of its /feeds/all.json",
            reason="status",
            url=address,
        )
    return found


# ---------------------------------------------------------------- from JSON to what is told


def _bundles(items: Iterable[Mapping[str, Any]], info: SiteInfo) -> Iterator[Bundle]:
    """The events that can be understood, those of one observation together, as that instance would tell them."""
    rows = {
        event.id: (event, item)
        for item in items
        if (event := _event(item)) is not None and not event.backfilled and not event.struck
    }
    for _, group in groupby(rows.values(), key=lambda row: row[0].bundle):
        members = list(group)
        yield Bundle(
            matters=tuple(_matter(event, item) for event, item in members),
            info=info,
            facts={event.id: _facts(item) for event, item in members},
        )


def _event(item: Mapping[str, Any]) -> Event | None:
    """An event of another instance; None for what is none, or of a kind that this version does not know."""
    name, kind, seen = item.get("id"), item.get("kind"), item.get("observed_at")
    try:
        observed_at = datetime.fromisoformat(str(seen))
    except ValueError:
        return None
    known = isinstance(kind, str) and kind in set(EventKind)
    if not isinstance(name, str) or not name or not known or observed_at.tzinfo is None:
        return None
    payload, document = item.get("payload"), item.get("document")
    held = dict(payload) if isinstance(payload, Mapping) else {}
    if isinstance(document, Mapping):
        held.setdefault("document", document)
    about = held.get("document")
    level = _level(item.get("level"))
    return Event(
        seq=item["seq"] if isinstance(item.get("seq"), int) else 0,
        id=clean(name)[:40],
        kind=EventKind(str(kind)),
        document_id=str(about["id"]) if isinstance(about, Mapping) and about.get("id") else None,
        source=str(item.get("source") or "")[:_NAME],
        bundle=str(item.get("bundle") or name)[:_NAME],
        lead=bool(item.get("lead", True)),
        occurred_at=item["occurred_at"] if isinstance(item.get("occurred_at"), str) else None,
        observed_at=observed_at,
        backfilled=bool(item.get("backfilled")),
        level=level or Level.NOTABLE,
        payload=held,
        diff_id=None,
        struck=bool(item.get("struck")),
        hash="",
        previous_hash="",
    )


def _level(value: Any) -> Level | None:
    if isinstance(value, str) and value.upper() in Level.__members__:
        return Level[value.upper()]
    return Level(value) if isinstance(value, int) and value in set(Level) else None


def _matter(event: Event, item: Mapping[str, Any]) -> Matter:
    about = event.payload.get("document")
    topics = about.get("topics") if isinstance(about, Mapping) else None
    scopes = [f"topic:{topic}" for topic in topics] if isinstance(topics, list) else []
    given = item.get("scopes")
    return Matter(
        event=event,
        diff=_diff(item.get("diff")),
        scopes=frozenset(
            [*scopes, f"document:{event.document_id}", f"source:{event.source}"]
            + [str(scope) for scope in (given if isinstance(given, list) else ())]
        ),
        level_known=_level(item.get("level")) is not None,
    )


def _facts(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """That instance's own words for an event, where it gives them."""
    found: dict[str, Any] = {}
    for key, longest in _LONGEST.items():
        words = item.get(key)
        if isinstance(words, str) and words:
            found[key] = {"ru": clean(words)[:longest], "en": clean(words)[:longest]}
        elif isinstance(words, Mapping) and words.get("ru"):
            ru = clean(str(words["ru"]))[:longest]
            found[key] = {"ru": ru, "en": clean(str(words.get("en") or ru))[:longest]}
    return found


def _diff(value: Any) -> Diff | None:
    """A comparison in the shape of ``duma-tracker diff --format json``; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    try:
        significance = value.get("significance") or {}
        return Diff(
            same=bool(value.get("same")),
            operations=tuple(_operation(row) for row in value["operations"]),
            significance=Significance(
                level=_level(significance.get("level")) or Level.NOTABLE,
                reasons=tuple(
                    Reason(rule=str(row["rule"]), text=str(row["text"]), text_en=str(row.get("text_en") or ""))
                    for row in significance.get("reasons") or ()
                ),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _operation(row: Mapping[str, Any]) -> Operation:
    def side(name: str) -> str | None:
        return None if row.get(name) is None else str(row[name])

    spans: Sequence[Any] = row.get("spans") or ()
    return Operation(
        ops=tuple(str(op) for op in row["ops"]),
        old_path=side("old_path"),
        new_path=side("new_path"),
        old_address=side("old_address"),
        new_address=side("new_address"),
        old_text=side("old_text"),
        new_text=side("new_text"),
        spans=tuple((mark, str(text)) for mark, text in spans if mark in {"=", "-", "+"}),
    )
