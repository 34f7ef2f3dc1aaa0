"""Who wants what: subscriptions of the configuration and of the command line, their secrets, their state.

Addresses and secrets pass through here into the vault of the store; nothing of them enters a message, a log or a listing.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from db.store import Store
from feeds.sending import signing
from tracker import sending
from tracker.alert_settings import WEEKDAYS, SubscriptionSettings, Webhooks
from tracker.alerts import Channel, Secret, Subscription
from tracker.errors import ConfigError
from tracker.models import Level, OperatorKind
from tracker.setting_types import from_outside

#: How long the secret before the newest one still signs.
ROTATION: Final = timedelta(hours=24)
#: The name of our own trouble in the operator's journal.
JOURNAL: Final = "alerts"


def make(
    entry: SubscriptionSettings,
    *,
    webhooks: Webhooks,
    topics: Collection[str],
    now: datetime,
    origin: Literal["config", "cli"],
    secret: Secret | None,
) -> Subscription:
    """The subscription that an entry asks for, its address resolved and checked; `secret` signs a webhook.

    Raises `ConfigError`: an address nothing would be sent to, an unknown topic, a secret that cannot be had.
    """
    where = f"subscription {entry.name}"
    for topic in entry.topics:
        if topic not in topics:
            near = difflib.get_close_matches(topic, topics, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else "there are: " + ", ".join(topics)
            raise ConfigError(f"{where}: no topic {topic!r}; {hint}")
    url = Secret(from_outside(entry.url.get_secret_value().strip(), where=f"{where}: url").strip())
    if not url.value:
        raise ConfigError(f"{where}: its url is empty")
    try:
        sending.check_channel(entry.channel, url, webhooks)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    return Subscription(
        name=entry.name,
        channel=entry.channel,
        url=url,
        operator=entry.operator,
        filter=entry.filter(),
        secrets=() if secret is None else (secret,),
        language=entry.language,
        discreet=entry.discreet,
        digest=entry.gathering(),
        quiet=entry.quiet_hours(),
        heartbeat=entry.beat(),
        origin=origin,
        created_at=now,
    )


def given_secret(entry: SubscriptionSettings) -> Secret | None:
    """The signing secret that an entry names, checked; None when it names none."""
    if entry.secret is None:
        return None
    where = f"subscription {entry.name}: secret"
    secret = Secret(from_outside(entry.secret.get_secret_value(), where=where).strip())
    try:
        signing.check_secret(secret)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    return secret


def add(
    store: Store,
    entry: SubscriptionSettings,
    *,
    webhooks: Webhooks,
    topics: Collection[str],
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Secret | None:
    """Record a subscription of the command line; the secret that was made for it, to be shown once, where it had none."""
    if store.has_subscription(entry.name):
        raise ConfigError(f"there is a subscription {entry.name} already; take another name, or remove that one first")
    given = given_secret(entry)
    made = signing.new_secret(random_bytes) if given is None and entry.channel is Channel.WEBHOOK else None
    store.put_subscription(make(entry, webhooks=webhooks, topics=topics, now=now, origin="cli", secret=given or made))
    return made


def sync(
    store: Store, entries: Iterable[SubscriptionSettings], *, webhooks: Webhooks, topics: Collection[str], now: datetime
) -> None:
    """Bring the subscriptions of the configuration into the store, and drop those taken out of it.

    What has become of one (since when, switched off, failing) stays; a new secret lets the old one sign for a day more. Secrets
    that have had their day are forgotten, and what lies open is sealed once there is a key.
    """
    wanted = {entry.name: entry for entry in entries}
    reseal = store.vault.seals and store.vault.is_open()
    for known in store.subscriptions():
        if known.origin == "config" and known.name not in wanted:
            store.remove_subscription(known.name)
            continue
        if known.origin == "cli" and known.name in wanted:
            raise ConfigError(
                f"subscriptions: the name {known.name} is taken by one that was added on the command line; "
                f"rename it, or run: duma-tracker webhook remove {known.name}"
            )
        current = known
        if known.old_until is not None and known.old_until <= now:
            current = replace(known, secrets=known.secrets[:1], old_until=None)
        if entry := wanted.pop(known.name, None):
            current = _renewed(current, _configured(entry, webhooks, topics, now), now)
        if current != known or reseal:
            store.put_subscription(current)
    for entry in wanted.values():
        store.put_subscription(_configured(entry, webhooks, topics, now))


def _configured(
    entry: SubscriptionSettings, webhooks: Webhooks, topics: Collection[str], now: datetime
) -> Subscription:
    secret = given_secret(entry)
    if secret is None and entry.channel is Channel.WEBHOOK:
        raise ConfigError(
            f"subscription {entry.name}: a webhook needs its secret; write one into a file and name it: "
            f'secret = "file:/path", or add it by: duma-tracker webhook add'
        )
    return make(entry, webhooks=webhooks, topics=topics, now=now, origin="config", secret=secret)


def _renewed(known: Subscription, written: Subscription, now: datetime) -> Subscription:
    """What is written now, with what has become of it. Another address is a new start."""
    moved = known.url != written.url
    rotated = known.secrets[:1] != written.secrets[:1]
    return replace(
        written,
        created_at=known.created_at,
        enabled=known.enabled or moved,
        disabled_reason="" if moved else known.disabled_reason,
        failing_since=None if moved else known.failing_since,
        secrets=(*written.secrets, *known.secrets[:1]) if rotated else known.secrets,
        old_until=now + ROTATION if rotated and known.secrets else known.old_until,
    )


def named(store: Store, name: str) -> Subscription:
    """One subscription, or a `ConfigError` that names the nearest."""
    found = store.subscription(name)
    if found is None:
        known = [subscription.name for subscription in store.subscriptions()]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else "`duma-tracker webhook list` shows those there are"
        raise ConfigError(f"there is no subscription {name!r}; {hint}")
    return found


def rotate(store: Store, name: str, *, now: datetime, random_bytes: Callable[[int], bytes]) -> Secret:
    """Give a webhook a new secret, to be shown once; the one before it still signs for a day."""
    secret = signing.new_secret(random_bytes)
    with store.transaction():
        known = named(store, name)
        if known.channel is not Channel.WEBHOOK:
            raise ConfigError(f"{name}: only webhooks are signed; a new address is given by remove and add")
        if known.origin == "config":
            raise ConfigError(f"{name}: its secret stands where tracker.toml says; put a new one there")
        store.put_subscription(replace(known, secrets=(secret, *known.secrets[:1]), old_until=now + ROTATION))
    return secret


def disable(store: Store, name: str, reason: str, now: datetime) -> None:
    """Switch a subscription off and note it in the operator's journal; what happens meanwhile waits for it, for thirty days."""
    known = named(store, name)
    with store.transaction():
        store.set_subscription_state(name, enabled=False, reason=reason, failing_since=known.failing_since)
        store.tell_operator(OperatorKind.SUBSCRIPTION_DISABLED, source=JOURNAL, subject=name, at=now, message=reason)


def enable(store: Store, name: str) -> None:
    """Switch a subscription on again; what waited for it leaves."""
    if not named(store, name).url.value:
        raise ConfigError(
            f"{name}: its address is not here, only the backup's list was restored; remove it and add it again"
        )
    store.set_subscription_state(name, enabled=True, reason="", failing_since=None)


def described(subscription: Subscription) -> dict[str, Any]:
    """A subscription as lists show it: nothing of its address, nothing of its secrets."""
    wanted, digest, quiet = subscription.filter, subscription.digest, subscription.quiet
    conditions = {
        "topics": list(wanted.topics),
        "documents": list(wanted.documents),
        "clauses": [f"{clause.document} {clause.path}" for clause in wanted.clauses],
        "kinds": [str(kind) for kind in wanted.kinds],
        "at_least": None if wanted.at_least is Level.TYPOGRAPHIC else wanted.at_least.name.lower(),
        "words_added": list(wanted.words_added),
        "words_removed": list(wanted.words_removed),
        "every_event": wanted.every_event or None,
    }
    weekday = f" {WEEKDAYS[digest.weekday]}" if digest and digest.every == "week" else ""
    at = f" {digest.at:%H:%M} {digest.zone}" if digest and digest.every != "hour" else ""
    return {
        "name": subscription.name,
        "channel": str(subscription.channel),
        "state": "enabled" if subscription.enabled else "disabled",
        "reason": subscription.disabled_reason,
        "origin": subscription.origin,
        "created_at": subscription.created_at.isoformat(),
        "failing_since": subscription.failing_since.isoformat() if subscription.failing_since else None,
        "language": subscription.language,
        "discreet": subscription.discreet,
        "operator": subscription.operator,
        "digest": f"{digest.every}{weekday}{at}" if digest else None,
        "quiet": f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M} {quiet.zone}" if quiet else None,
        "heartbeat_hours": subscription.heartbeat.total_seconds() / 3600 if subscription.heartbeat else None,
        "filter": {name: value for name, value in conditions.items() if value},
    }
