"""Who is told: webhook add, list, test, log, replay, rotate, disable, enable, remove; deliver; relay.

No command shows an address; a secret is shown once, when it is made.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final

import click
from pydantic import ValidationError

from tracker import alerting, config, delivering, relaying, subscriptions
from tracker.alert_settings import KEY_VARIABLE, LEVELS, WEEKDAYS, SubscriptionSettings
from tracker.alerts import Attempt, Channel, Delivery, DeliveryState
from tracker.commands.common import FAILED, PARTLY, Commands, print_json, stderr
from tracker.commands.opened import instance_of
from tracker.errors import BusyError, ConfigError
from tracker.instance import Instance, site_info
from tracker.schedule import Lease
from tracker.setting_types import seconds

_PATIENCE: Final = 30.0  # seconds that `test` waits for an instance that is running
_LISTED: Final = 100


@click.group("webhook", cls=Commands)
def webhook_group() -> None:
    """Who is told: by signed webhooks, mail or chat."""


@webhook_group.command("add")
@click.argument("url")
@click.option("--name", required=True, help="A short name of yours for it: a-z, 0-9 and -.")
@click.option(
    "--channel",
    type=click.Choice([str(channel) for channel in Channel]),
    default=str(Channel.WEBHOOK),
    show_default=True,
    help="webhook: signed HTTPS requests; apprise: mail and chat, by an address of Apprise.",
)
@click.option("--operator", is_flag=True, help="Our own troubles with sources and channels, and nothing else.")
@click.option("--topic", "topics", multiple=True, help="Only documents of this topic; more than once.")
@click.option(
    "--document", "documents", multiple=True, help="Only this document, by number, words or id; more than once."
)
@click.option("--clause", "clauses", multiple=True, help='Only one clause: "act/fz/2023-04-28/138-fz ст. 22 ч. 1".')
@click.option("--kind", "kinds", multiple=True, help="Only this kind of event, such as text.changed; more than once.")
@click.option("--at-least", type=click.Choice(LEVELS), default="typographic", help="Only what matters as much as this.")
@click.option("--word-added", "words_added", multiple=True, help="Only when this word, in any form, was added.")
@click.option("--word-removed", "words_removed", multiple=True, help="Only when this word was removed.")
@click.option("--every-event", is_flag=True, help="A message for each event, not one for each observation.")
@click.option("--language", type=click.Choice(["ru", "en"]), default="ru", help="Of mail and chat messages.")
@click.option("--discreet", is_flag=True, help="Messages name no topic and no document and hold no link.")
@click.option("--digest", type=click.Choice(["hour", "day", "week"]), help="Gather messages.")
@click.option("--at", help="When a digest of the day or the week leaves, 09:00.")
@click.option("--weekday", type=click.Choice(WEEKDAYS), help="When a digest of the week leaves.")
@click.option("--quiet", help="Hours in which nothing is sent: 22:00-07:00.")
@click.option("--zone", default="Europe/Moscow", show_default=True, help="The time zone of these hours.")
@click.option("--heartbeat", help="A message when there was none for so long: 7d.")
@click.option("--secret", help="Where a signing secret stands, env:NAME or file:/path; without it one is made.")
@click.pass_context
def webhook_add(context: click.Context, /, url: str, name: str, **options: Any) -> None:
    """Tell URL of what happens. As - (a line of stdin), env:NAME or file:/path it stays out of your shell's history."""
    address = sys.stdin.readline().strip() if url == "-" else url
    options["documents"] = tuple(_document(document) for document in options["documents"])
    entry = _entry(
        {"url": address, "name": name, **{key: value for key, value in options.items() if value is not None}}
    )
    with instance_of(context) as instance:
        _sync(instance)
        made = subscriptions.add(
            instance.store,
            entry,
            webhooks=instance.settings.webhooks,
            topics=instance.desk.rules.topics,
            now=instance.clock(),
            random_bytes=os.urandom,
        )
        is_open = not instance.store.vault.seals
    if made is not None:
        click.echo(made.value)
        stderr.print("This secret is shown once; the receiver needs it to check signatures.", markup=False)
    if is_open:
        stderr.print(
            f"Address and secret lie unencrypted in secrets.json, readable by you alone; set {KEY_VARIABLE} to encrypt them.",
            markup=False,
        )
    if address == url and not url.startswith(("env:", "file:")):
        stderr.print(
            "The address now stands in the history of your shell; - or env:NAME would keep it out.", markup=False
        )


def _document(name: str) -> str:
    return name if name.startswith(("bill/", "act/", "page/")) else config.watch_target(config.entry_of(name))


def _entry(values: dict[str, Any]) -> SubscriptionSettings:
    try:
        return SubscriptionSettings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(config.first_fault(error)) from None


def _sync(instance: Instance) -> None:
    subscriptions.sync(
        instance.store,
        instance.settings.subscriptions,
        webhooks=instance.settings.webhooks,
        topics=instance.desk.rules.topics,
        now=instance.clock(),
    )


@webhook_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_context
def webhook_list(context: click.Context, *, as_json: bool) -> None:
    """Show subscriptions: names, channels, filters, states. No address is shown."""
    with instance_of(context) as instance:
        _sync(instance)
        rows = [subscriptions.described(row) for row in instance.store.subscriptions()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        shown = {**row.pop("filter"), **{key: row[key] for key in _SHOWN if row[key]}}
        words = " ".join(f"{key}={_listed(value)}" for key, value in shown.items())
        reason = f" ({row['reason']})" if row["reason"] else ""
        click.echo(f"{row['name']}\t{row['channel']}\t{row['state']}{reason}\t{row['origin']}\t{words}")


_SHOWN: Final = ("language", "discreet", "digest", "quiet", "heartbeat_hours", "failing_since")


def _listed(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


@webhook_group.command("test")
@click.argument("name")
@click.pass_context
def webhook_test(context: click.Context, name: str) -> None:
    """Send a message that says that it is a test, and say what came of it."""
    with instance_of(context) as instance:
        _sync(instance)
        subscription = subscriptions.named(instance.store, name)
        if not subscription.enabled:
            raise ConfigError(f"{name} is switched off; duma-tracker webhook enable {name}")
        info = site_info(instance.settings, instance.desk.rules, invented=instance.invented)
        trial = alerting.trial(instance.store, subscription, info, instance.clock())
        try:
            with Lease(instance.store):
                _deliver(instance, only=(name,))
        except BusyError:
            _wait_for(instance, trial.message_id)
        found = instance.store.delivery(trial.message_id)
        log = instance.store.attempts(found.id) if found else ()
        if found is not None:
            instance.store.cancel(found.id)  # a test is tried once
    if not log:
        raise ConfigError(f"{name}: nothing was tried within {_PATIENCE:.0f} seconds; look again: webhook log {name}")
    click.echo(_attempt_line(log[-1]))
    if not log[-1].outcome.delivered:
        raise click.exceptions.Exit(FAILED)


def _wait_for(instance: Instance, message_id: str) -> None:
    """The instance that is running sends what is due; see what comes of it."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        found = instance.store.delivery(message_id)
        if found is None or found.attempts:
            return
        time.sleep(0.25)


@webhook_group.command("log")
@click.argument("name", required=False)
@click.option("--state", "states", multiple=True, type=click.Choice([str(state) for state in DeliveryState]))
@click.option("--limit", type=click.IntRange(1, 10_000), default=_LISTED, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON list, with every attempt.")
@click.pass_context
def webhook_log(
    context: click.Context, name: str | None, states: tuple[str, ...], limit: int, *, as_json: bool
) -> None:
    """What was sent, newest first, and what came of it; kept for thirty days."""
    with instance_of(context) as instance:
        if name is not None:
            subscriptions.named(instance.store, name)
        rows = [
            _delivery_row(delivery, instance.store.attempts(delivery.id))
            for delivery in instance.store.deliveries(
                subscription=name, states=tuple(DeliveryState(state) for state in states), limit=limit
            )
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        last = row["log"][-1]["outcome"] if row["log"] else "not tried yet"
        click.echo(
            f"{row['created_at']}\t{row['subscription']}\t{row['message_id']}\t{row['type']}\t{row['state']}\t"
            f"{row['attempts']}\t{last}"
        )


def _delivery_row(delivery: Delivery, log: tuple[Attempt, ...]) -> dict[str, Any]:
    return {
        "message_id": delivery.message_id,
        "subscription": delivery.subscription,
        "type": delivery.type,
        "events": list(delivery.events),
        "created_at": delivery.created_at.isoformat(),
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "due_at": delivery.due_at.isoformat() if delivery.state is DeliveryState.WAITING else None,
        "log": [
            {"at": attempt.at.isoformat(), "seconds": round(attempt.seconds, 3), "outcome": _said(attempt)}
            for attempt in log
        ],
    }


def _attempt_line(attempt: Attempt) -> str:
    return f"{attempt.message_id}\t{_said(attempt)}\t{attempt.seconds:.2f} s"


def _said(attempt: Attempt) -> str:
    outcome = attempt.outcome
    if outcome.delivered:
        return f"delivered ({outcome.status})" if outcome.status else "delivered"
    return outcome.error or f"failed ({outcome.status})"


@webhook_group.command("replay")
@click.argument("messages", metavar="[MESSAGE_ID...]", nargs=-1)
@click.option("--since", help="A day or a moment, 2026-05-14 or 2026-05-14T09:00+03:00; a day is of UTC.")
@click.option("--until", help="The same, exclusive.")
@click.option("--to", "name", help="Only of one subscription.")
@click.option("--all", "delivered_too", is_flag=True, help="Of a range also what was delivered.")
@click.pass_context
def webhook_replay(
    context: click.Context,
    messages: tuple[str, ...],
    since: str | None,
    until: str | None,
    name: str | None,
    *,
    delivered_too: bool,
) -> None:
    """Send messages again under their old ids: the given ones, or those of a range of time that never arrived."""
    if bool(messages) == bool(since or until):
        raise click.UsageError("name messages, or give a range by --since and --until")
    if messages and (name or delivered_too):
        raise click.UsageError("--to and --all belong to a range")
    with instance_of(context) as instance:
        store = instance.store
        if messages:
            found = [_message(instance, message) for message in messages]
        else:
            if name is not None:
                subscriptions.named(store, name)
            states = (DeliveryState.EXHAUSTED, *((DeliveryState.DELIVERED,) if delivered_too else ()))
            found = list(
                store.deliveries(
                    subscription=name, states=states, since=_moment(since), until=_moment(until), limit=_EVERYTHING
                )
            )
        count = store.replay([delivery.id for delivery in found], instance.clock())
    click.echo(count)
    stderr.print("They leave with the next pass of `run` or `deliver`.", markup=False)


_EVERYTHING: Final = 1_000_000


def _message(instance: Instance, message_id: str) -> Delivery:
    found = instance.store.delivery(message_id)
    if found is None:
        raise ConfigError(f"there is no message {message_id!r}; `duma-tracker webhook log` shows those there are")
    if not found.body:
        raise ConfigError(f"{message_id}: what it told was erased; it cannot be sent again")
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time_of_day(), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is no time; write it as 2026-05-14 or 2026-05-14T09:00+03:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@webhook_group.command("rotate")
@click.argument("name")
@click.pass_context
def webhook_rotate(context: click.Context, name: str) -> None:
    """Give a webhook a new secret, printed once. For 24 hours messages are signed with the old one, too."""
    with instance_of(context) as instance:
        secret = subscriptions.rotate(instance.store, name, now=instance.clock(), random_bytes=os.urandom)
    click.echo(secret.value)
    stderr.print("This secret is shown once; the old one signs beside it for 24 hours.", markup=False)


@webhook_group.command("disable")
@click.argument("name")
@click.option("--reason", default="switched off by the operator", show_default=True)
@click.pass_context
def webhook_disable(context: click.Context, name: str, reason: str) -> None:
    """Send nothing more to it; what happens meanwhile waits, thirty days at most."""
    with instance_of(context) as instance:
        subscriptions.disable(instance.store, name, " ".join(reason.split()), instance.clock())


@webhook_group.command("enable")
@click.argument("name")
@click.pass_context
def webhook_enable(context: click.Context, name: str) -> None:
    """Send to it again, what waited included."""
    with instance_of(context) as instance:
        subscriptions.enable(instance.store, name)


@webhook_group.command("remove")
@click.argument("name")
@click.pass_context
def webhook_remove(context: click.Context, name: str) -> None:
    """Forget a subscription with its address, its secrets and its log."""
    with instance_of(context) as instance:
        if any(entry.name == name for entry in instance.settings.subscriptions):
            raise ConfigError(f"{name} stands in tracker.toml; take it out there")
        if not instance.store.remove_subscription(name):
            subscriptions.named(instance.store, name)


# ---------------------------------------------------------------- deliver, relay


@click.command("deliver")
@click.pass_context
def deliver_command(context: click.Context) -> None:
    """Send what is due, once: `run` does it by itself."""
    with instance_of(context) as instance, Lease(instance.store):
        _sync(instance)
        info = site_info(instance.settings, instance.desk.rules, invented=instance.invented)
        alerting.prepare(instance.store, info, instance.clock(), keep=instance.settings.storage.logs_kept_for)
        sent = _deliver(instance)
    _finish(sent)


@click.command("relay")
@click.argument("url")
@click.option("--to", "name", required=True, help="The subscription whose filter and channel are used.")
@click.option("--every", help="Go on, asking so often: 5m. Without it one pass is made.")
@click.pass_context
def relay_command(context: click.Context, url: str, name: str, every: str | None) -> None:
    """Tell a subscription of what another instance publishes: its address, or that of a JSON feed of a static one."""
    pause = _pause(every)
    while True:
        with instance_of(context) as instance, Lease(instance.store):
            _sync(instance)
            subscription = subscriptions.named(instance.store, name)
            relaying.relay(
                instance.store,
                instance.gate,
                url,
                subscription,
                info=site_info(instance.settings, instance.desk.rules, invented=instance.invented),
                now=instance.clock(),
            )
            sent = _deliver(instance, only=(name,))
        if pause is None:
            _finish(sent)
            return
        time.sleep(pause)


def _pause(every: str | None) -> float | None:
    if every is None:
        return None
    try:
        found = seconds(every)
    except ValueError as error:
        raise click.UsageError(f"--every: {error}") from None
    if found < timedelta(minutes=1).total_seconds():
        raise click.UsageError("--every: another instance is asked once a minute at most")
    return found


def _deliver(instance: Instance, only: tuple[str, ...] | None = None) -> delivering.Sent:
    return delivering.deliver_due(
        instance.store,
        instance.clock(),
        clock=instance.clock,
        settings=instance.settings.webhooks,
        user_agent=instance.settings.user_agent,
        subscriptions=only,
    )


def _finish(sent: delivering.Sent) -> None:
    """1 when nothing arrived, 3 when something did not."""
    click.echo(json.dumps({"delivered": sent.delivered, "failed": sent.failed, "waiting": sent.waiting}))
    if sent.failed:
        raise click.exceptions.Exit(PARTLY if sent.delivered else FAILED)
