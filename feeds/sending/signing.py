"""Signatures of webhooks by Standard Webhooks (https://www.standardwebhooks.com): symmetric, version ``v1``.

What is signed is ``id.timestamp.body``: the id stays the same over retries, the timestamp is that of the attempt, the body is the
bytes that are sent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from tracker.alerts import Secret, Subscription
from tracker.errors import ConfigError

_PREFIX: Final = "whsec_"
_SIZES: Final = range(24, 65)  # bytes, as the specification asks


def new_secret(random_bytes: Callable[[int], bytes]) -> Secret:
    """A fresh secret as receivers expect it: ``whsec_`` and 32 bytes in base64."""
    return Secret(_PREFIX + base64.b64encode(random_bytes(32)).decode())


def check_secret(secret: Secret) -> None:
    """Refuse, with `ConfigError` that does not repeat it, what is no secret of 24 to 64 bytes in base64."""
    try:
        size = len(base64.b64decode(secret.value.removeprefix(_PREFIX) + "==", validate=False))
    except (binascii.Error, ValueError):
        size = 0
    if not secret.value.startswith(_PREFIX) or size not in _SIZES:
        raise ConfigError(
            "the signing secret is not whsec_ with 24 to 64 bytes in base64: leave it out and one is made"
        )


def signing_secrets(subscription: Subscription, at: datetime) -> tuple[Secret, ...]:
    """The secrets that sign at that moment: the newest and, until `old_until`, the one before it."""
    rotating = subscription.old_until is not None and at < subscription.old_until
    return subscription.secrets[: 2 if rotating else 1]


def headers(message_id: str, at: datetime, body: bytes, secrets: tuple[Secret, ...]) -> dict[str, str]:
    """The three headers of Standard Webhooks, with a signature by each secret. `body` is UTF-8. Raises `ConfigError`."""
    if not secrets:
        raise ConfigError("the subscription has no signing secret: rotate it")
    for secret in secrets:
        check_secret(secret)
    moment = at.astimezone(UTC)  # the library reads the digits of any other zone as if they were UTC
    text = body.decode()
    signatures = [Webhook(secret.value).sign(message_id, moment, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
