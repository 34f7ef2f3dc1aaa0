"""From the outbox of events to messages: who is told of what, in which words, and when it leaves.

An event enters the outbox in the transaction that records it. `fan_out` decides for each subscription, and writes messages and
finishes the outbox in one transaction: a crash at any point leaves either everything to do or everything done. An event is told
to a subscription once; the database holds that. Nothing here touches the network.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, cast

import structlog

from db.store import Store
from diffs.lemmas import lemmas
from feeds.alerts import matching, messages, payload, timing
from feeds.alerts.matching import Matter, Way
from feeds.alerts.messages import Reader
from feeds.alerts.payload import News
from tracker.alerts import Channel, Clause, Gathered, NewDelivery, Subscription
from tracker.models import Diff, Event, EventKind, Relation, SiteInfo, canonical_json

CHANNEL: Final = "alerts"
BATCH: Final = 200
#: How long the log of attempts, messages that came to their end, and the operator's journal are kept unless set otherwise.
KEEP: Final = timedelta(days=30)
_EXPIRY: Final = "alerts/expiry"
#: A digest for mail or chat is cut into parts of this many bytes; a webhook's is under `payload.LIMIT`.
_DIGEST_BYTES: Final = 64_000
#: The last line of the operator's journal that was told, and how many are looked at.
_TOLD: Final = "alerts/journal"
_JOURNAL: Final = 500
_EVERYTHING: Final = 100_000
_TEXTS: Final = (
    EventKind.TEXT_ADDED,
    EventKind.TEXT_CHANGED,
    EventKind.TEXT_UNEXPLAINED,
    EventKind.EDITION_ADDED,
)

log = structlog.get_logger("tracker.alerting")


def prepare(store: Store, info: SiteInfo, now: datetime, *, keep: timedelta = KEEP) -> int:
    """Make every message that is due to be made; how many there are. `now` is aware; logs older than `keep` are dropped."""
    made = fan_out(store, info, now) + digests(store, info, now) + heartbeats(store, info, now)
    made += tell_operators(store, info, now)
    _, next_due, _ = store.job(_EXPIRY)
    if next_due is None or next_due <= now:
        store.forget_logs(now - keep)
        store.mark_job(_EXPIRY, last_run=now, next_due=now + timedelta(hours=1), outcome="ok")
    return made


def fan_out(store: Store, info: SiteInfo, now: datetime) -> int:
    """Turn the outbox into messages, bundle by bundle; how many were made.

    A bundle that cannot be told is logged, stays in the outbox for the next time, and holds up no other.
    """
    subscriptions = store.subscriptions()
    past = Past(store)
    made = 0
    stuck: set[str] = set()
    while waiting := [event for event in store.outbox(CHANNEL, limit=BATCH + len(stuck)) if event.id not in stuck]:
        for bundle in dict.fromkeys(event.bundle for event in waiting):
            events = store.bundle(bundle)
            found = Bundle(matters=tuple(_matters(store, events)), info=info)
            try:
                rows, items = told_to(subscriptions, found, past, now)
            except Exception:
                log.exception("alert.fault", bundle=bundle)
                stuck |= {event.id for event in events}
                continue
            made += store.fan_out(rows, [event.id for event in events], gathered=items)
    return made


def _matters(store: Store, events: Iterable[Event]) -> Iterator[Matter]:
    """What the filters look at, of everything in a bundle that may be told: not of history, not of what was struck."""
    relations: dict[str, tuple[Relation, ...]] = {}
    for event in events:
        if event.backfilled or event.struck:
            continue
        about = event.document_id
        if about is not None and about not in relations:
            relations[about] = store.relations(about)
        line = store.ledger_line(event.id) or {}
        yield Matter(
            event=event,
            diff=store.diff(event.diff_id) if event.diff_id else None,
            scopes=frozenset(cast("Sequence[str]", line.get("scopes", ()))),
            relations=relations.get(about or "", ()),
        )


# ---------------------------------------------------------------- who is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The events of one observation that may be told. `bodies` are those already made: subscriptions of one kind share them.

    `facts`: what another instance said of an event in its own words, by the event's id.
    """

    matters: tuple[Matter, ...]
    info: SiteInfo
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    bodies: dict[tuple[object, ...], bytes] = field(default_factory=dict)

    def news(self, head: Matter, *, alone: bool) -> News:
        """An event with the others of its bundle, strongest first; `alone`: without them."""
        others = sorted(
            (matter for matter in self.matters if matter is not head and not alone),
            key=lambda matter: (matter.event.level, matter.event.seq),
        )
        return News(
            event=head.event,
            diff=head.diff,
            mates=tuple((matter.event, matter.diff) for matter in others),
            facts=self.facts.get(head.event.id),
        )


class Past:
    """What the store knows of the past: who had an event, and where clauses have stood. Ways are read once and kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ways: dict[tuple[Clause, datetime], Way] = {}

    def told(self, event_id: str) -> tuple[str, ...]:
        """The subscriptions that had an event."""
        return self._store.told(event_id)

    def paths(self, clause: Clause, event: Event, since: datetime) -> frozenset[str]:
        """The paths of a clause in the texts that an event compares, for a subscription made at `since`."""
        way = self._ways.get((clause, since))
        # What happened after it was read is not on it.
        if way is None or (event.document_id == clause.document and event.diff_id and event.id not in way.at):
            way = self._ways[clause, since] = matching.way_of(clause, self._texts(clause.document, since))
        return way.paths(event)

    def _texts(self, document: str, since: datetime) -> Iterator[tuple[Event, Diff | None]]:
        texts = self._store.events(
            scope=f"document:{document}", kinds=_TEXTS, backfilled=False, oldest_first=True, limit=_EVERYTHING
        )
        for text in texts:
            if text.observed_at >= since:
                yield text, self._store.diff(text.diff_id) if text.diff_id else None


def told_to(
    subscriptions: Iterable[Subscription], bundle: Bundle, past: Past, now: datetime
) -> tuple[list[NewDelivery], list[Gathered]]:
    """The messages that a bundle makes, and what waits for digests.

    A subscription that is switched off is served as well: its messages wait for it, thirty days at most.
    """
    rows: list[NewDelivery] = []
    items: list[Gathered] = []
    for subscription in subscriptions:
        for news in _chosen(subscription, bundle, past):
            if subscription.digest is None:
                rows.append(_delivery(subscription, news, bundle, now))
            else:
                items += _gathered(subscription, news, bundle.info, now)
    return rows, items


def _chosen(subscription: Subscription, bundle: Bundle, past: Past) -> list[News]:
    """What a subscription is told of a bundle: each event that its filter lets through, or all of it under one head."""
    if subscription.operator:
        return []
    wanted = [
        matter
        for matter in bundle.matters
        if matter.event.observed_at >= subscription.created_at and _is_wanted(subscription, matter, past)
    ]
    if subscription.filter.every_event:
        return [bundle.news(matter, alone=True) for matter in wanted]
    if not wanted:
        return []
    head = min(wanted, key=lambda matter: (not matter.event.lead, matter.event.level, matter.event.seq))
    return [bundle.news(head, alone=False)]


def _is_wanted(subscription: Subscription, matter: Matter, past: Past) -> bool:
    event, wanted = matter.event, subscription.filter
    if event.kind is EventKind.CORRECTION:
        had_it = subscription.name in past.told(str(event.payload.get("event")))
        return matching.lets_through(wanted, matter, lemmas, had_it=had_it)
    targets = {relation.to_document for relation in matter.relations} | {event.document_id}
    paths = {
        clause: past.paths(clause, event, subscription.created_at)
        for clause in wanted.clauses
        if clause.document in targets
    }
    return matching.lets_through(wanted, replace(matter, paths=paths) if paths else matter, lemmas)


# ---------------------------------------------------------------- messages


def _delivery(subscription: Subscription, news: News, bundle: Bundle, now: datetime) -> NewDelivery:
    if subscription.channel is Channel.WEBHOOK:
        key: tuple[object, ...] = (news.event.id, bool(news.mates), subscription.discreet)
    else:
        key = (news.event.id, bool(news.mates), subscription.name)
    if key not in bundle.bodies:
        bundle.bodies[key] = _body(subscription, news, bundle.info)
    events = (news.event.id, *(mate.id for mate, _ in news.mates))
    return new_delivery(subscription, "event", bundle.bodies[key], now, events=events)


def _body(subscription: Subscription, news: News, info: SiteInfo) -> bytes:
    if subscription.channel is Channel.APPRISE:
        return messages.event_message(news, info, reader_of(subscription))
    return payload.discreet_body(news.event) if subscription.discreet else payload.event_body(news, info)


def _gathered(subscription: Subscription, news: News, info: SiteInfo, now: datetime) -> Iterator[Gathered]:
    """The head with what the digest says of it; the rest of its bundle goes along."""
    if subscription.digest is None:
        return
    due_at = timing.after_quiet(subscription.quiet, timing.next_digest(subscription.digest, now))
    contents = [
        (news.event.id, payload.item_of(news, info, discreet=subscription.discreet)),
        *((mate.id, b"") for mate, _ in news.mates),
    ]
    for event, content in contents:
        yield Gathered(subscription=subscription.name, event=event, content=content, due_at=due_at)


def new_delivery(
    subscription: Subscription, kind: str, body: bytes, now: datetime, *, events: tuple[str, ...] = ()
) -> NewDelivery:
    """A message to leave now, or when quiet hours end. Its id is made of what it tells: the same news has the same id."""
    named = [subscription.name, subscription.created_at.isoformat(), kind, list(events) or now.isoformat()]
    raw = hashlib.sha256(canonical_json(named).encode()).digest()
    return NewDelivery(
        subscription=subscription.name,
        message_id=f"msg_{base64.b32encode(raw)[:26].decode().lower()}",
        type=kind,
        body=body,
        events=events,
        created_at=now,
        due_at=timing.after_quiet(subscription.quiet, now),
    )


def reader_of(subscription: Subscription) -> Reader:
    """To whom mail and chat messages speak."""
    return Reader(name=subscription.name, language=subscription.language, discreet=subscription.discreet)


# ---------------------------------------------------------------- digests, heartbeats


def digests(store: Store, info: SiteInfo, now: datetime) -> int:
    """Make the digests whose time has come; how many messages."""
    known = {subscription.name: subscription for subscription in store.subscriptions()}
    made = 0
    for name, group in groupby(store.gathered(now), key=lambda item: item.subscription):
        subscription = known[name]
        for new in _digest(subscription, list(group), store, info, now):
            made += store.put_digest(new)
    return made


def _digest(
    subscription: Subscription, items: Sequence[Gathered], store: Store, info: SiteInfo, now: datetime
) -> Iterator[NewDelivery]:
    """The parts of one digest. What was struck while it waited says only that."""
    contents = [_content(item, subscription, store, info) for item in items]
    is_webhook = subscription.channel is Channel.WEBHOOK
    parts = payload.chunks(contents, payload.LIMIT if is_webhook else _DIGEST_BYTES)
    for number, places in enumerate(parts, start=1):
        said = [contents[place] for place in places if contents[place]]
        if is_webhook:
            body = payload.digest_body(said, now, info, discreet=subscription.discreet, part=number, parts=len(parts))
        else:
            body = messages.digest_message(said, info, reader_of(subscription), part=number, parts=len(parts))
        yield new_delivery(subscription, "digest", body, now, events=tuple(items[place].event for place in places))


def _content(item: Gathered, subscription: Subscription, store: Store, info: SiteInfo) -> bytes:
    event = store.event(item.event)
    if event is None or not event.struck:
        return item.content
    return payload.item_of(News(event=event), info, discreet=subscription.discreet)


def heartbeats(store: Store, info: SiteInfo, now: datetime) -> int:
    """Tell those who asked for it that there was nothing to tell, and when the sources were last seen; how many messages."""
    made = 0
    for subscription in store.subscriptions():
        if subscription.heartbeat is None or not subscription.enabled:
            continue
        last = store.last_message(subscription.name) or subscription.created_at
        if now - last < subscription.heartbeat:
            continue
        states = store.source_states()
        if subscription.channel is Channel.WEBHOOK:
            body = payload.heartbeat_body(states, now, info, discreet=subscription.discreet)
        else:
            body = messages.heartbeat_message(states, now, info, reader_of(subscription))
        made += store.put_delivery(new_delivery(subscription, "heartbeat", body, now))
    return made


def tell_operators(store: Store, info: SiteInfo, now: datetime) -> int:
    """Tell those who run this of what came into the operator's journal; how many messages. What came at once is one message."""
    seen = store.state(_TOLD)
    after = seen if isinstance(seen, int) else 0
    fresh = [word for word in reversed(store.operator_events(limit=_JOURNAL)) if word.id > after]
    if not fresh:
        return 0
    made = 0
    with store.transaction():
        for subscription in store.subscriptions():
            words = [word for word in fresh if word.at >= subscription.created_at]
            if not subscription.operator or not words:
                continue
            if subscription.channel is Channel.WEBHOOK:
                body = payload.operator_body(words, now, info)
            else:
                body = messages.operator_message(words, info, reader_of(subscription))
            made += store.put_delivery(new_delivery(subscription, "operator", body, now))
        store.set_state(_TOLD, fresh[-1].id)
    return made


def trial(store: Store, subscription: Subscription, info: SiteInfo, now: datetime) -> NewDelivery:
    """Put a message that tests the channel of a subscription into the outbox, to leave at once."""
    if subscription.channel is Channel.WEBHOOK:
        body = payload.trial_body(subscription.name, now, info, discreet=subscription.discreet)
    else:
        body = messages.trial_message(info, reader_of(subscription))
    new = replace(new_delivery(subscription, "test", body, now), due_at=now)
    store.put_delivery(new)
    return new
