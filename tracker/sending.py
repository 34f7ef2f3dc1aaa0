"""What the senders of `feeds` are handed: the one address policy, the operator's networks, certificates, a child for Apprise."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp.abc import AbstractResolver
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from feeds.sending import apprise_channel
from feeds.sending.apprise_channel import AppriseSender
from feeds.sending.destinations import Destinations, networks
from feeds.sending.sender import Sender, WebhookSender, tls_context
from scrapers.addresses import check_place, check_url
from tracker.alerts import Channel, Delivery, Outcome, Secret, Subscription
from tracker.errors import ConfigError, DeliveryError


class Settings(Protocol):
    """The section ``[webhooks]`` of `tracker.toml`. `timeout` in seconds, for a whole attempt; `parallel` attempts at once."""

    @property
    def allow_networks(self) -> Sequence[str]:
        """The operator's own networks, which may be sent to, also by plain http."""

    @property
    def ca_bundle(self) -> Path | None:
        """PEM certificates of further authorities."""

    @property
    def parallel(self) -> int:
        """How many attempts are under way at once."""

    @property
    def timeout(self) -> float:
        """How long an attempt may take."""


def destinations(allow_networks: Sequence[str]) -> Destinations:
    """Where messages may go: the policy of the gate, and these networks. Raises `ConfigError`."""
    return Destinations(
        check_url=check_url,
        check_place=functools.partial(check_place, allow_private=False),
        allowed=networks(allow_networks),
    )


def check_channel(channel: Channel, url: Secret, settings: Settings) -> None:
    """Refuse an address that nothing would ever be sent to: `ConfigError`, one line without the address. Looks nothing up."""
    allowed = destinations(settings.allow_networks)
    try:
        if channel is Channel.WEBHOOK:
            allowed.target(url.value)
        else:
            apprise_channel.check(url.value, allowed)
    except DeliveryError as error:
        raise ConfigError(str(error)) from None


class _Channels:
    """Hands each message to the sender of its channel."""

    def __init__(self, senders: dict[Channel, Sender]) -> None:
        self._senders = senders

    async def send(self, subscription: Subscription, delivery: Delivery, *, at: datetime) -> Outcome:
        return await self._senders[subscription.channel].send(subscription, delivery, at=at)


@contextlib.asynccontextmanager
async def open_sender(
    settings: Settings, *, user_agent: str, lookup: AbstractResolver | None = None
) -> AsyncIterator[Sender]:
    """A sender for every channel. `lookup` resolves names, by default as the system does. Raises `ConfigError`."""
    allowed = destinations(settings.allow_networks)
    extra = [] if settings.ca_bundle is None else [settings.ca_bundle]
    webhooks = WebhookSender(
        allowed,
        user_agent=user_agent,
        tls=tls_context(DEFAULT_CA_BUNDLE_PATH, *extra),
        seconds=settings.timeout,
        lookup=lookup,
    )
    child = [sys.executable, "-P", "-m", "tracker.apprise_child", *settings.allow_networks]
    async with webhooks, AppriseSender(allowed, command=child) as apprise:
        yield _Channels({Channel.WEBHOOK: webhooks, Channel.APPRISE: apprise})
