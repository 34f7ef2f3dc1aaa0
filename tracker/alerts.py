"""The words of alerts: who wants what, what is to be sent, what came of each attempt. Standard library only, like `models`.

Addresses of channels and signing secrets are secrets everywhere: `Secret` shows itself to nobody by accident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from tracker.models import EventKind, Language, Level


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that is used and never shown: not in a repr, a log line, an error or a traceback."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class Channel(StrEnum):
    """How a message travels: a signed HTTP request, or whatever Apprise can reach (mail and chat services)."""

    WEBHOOK = "webhook"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One unit of one document, such as ``st-22.ch-1`` of ``act/fz/2023-04-28/138-fz``; units below it belong to it."""

    document: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a subscription lets through. Empty means no condition; conditions of different kinds must all hold.

    `topics`, `documents` and `clauses` are one condition: any of them is enough. Words are compared by lemma. What could not be
    read, or has no known level, passes every condition about its content: filters fail open.
    """

    topics: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    at_least: Level = Level.TYPOGRAPHIC
    words_added: tuple[str, ...] = ()
    words_removed: tuple[str, ...] = ()
    every_event: bool = False  # False: one message for each bundle, by its lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Messages gathered and sent together: hourly, daily at `at`, or weekly on `weekday` (0 is Monday) at `at`, in `zone`."""

    every: Literal["hour", "day", "week"]
    at: time = time(9)
    weekday: int = 0
    zone: str = "Europe/Moscow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the day in `zone` in which nothing is sent; what comes meanwhile waits for their end. May cross midnight."""

    begins: time
    ends: time
    zone: str = "Europe/Moscow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants what, and how it reaches them. `name` is the operator's own short name, unique for ever.

    `secrets` sign webhooks, the newest first; `old_until` is when the older one stops signing (rotation). `discreet`: no topic,
    no document, no telling link. `created_at`: nothing observed before it is ever sent. `failing_since`: every attempt since then
    has failed. `operator`: it is told of our own troubles (`OperatorEvent`), and of no event at all.
    """

    name: str
    channel: Channel
    url: Secret
    operator: bool = False
    filter: Filter = field(default_factory=Filter)
    secrets: tuple[Secret, ...] = ()
    old_until: datetime | None = None
    language: Language = "ru"
    discreet: bool = False
    digest: Digest | None = None
    quiet: Quiet | None = None
    heartbeat: timedelta | None = None
    origin: Literal["config", "cli"] = "cli"
    created_at: datetime
    enabled: bool = True
    disabled_reason: str = ""
    failing_since: datetime | None = None


class DeliveryState(StrEnum):
    """``waiting`` for its time or its next attempt; ``delivered``; ``exhausted`` after the last attempt; ``cancelled``."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one subscription. `message_id` stays the same over retries and replays: receivers know repeats by it.

    `body` is what is sent, byte for byte, made once. `events` are the ids of the events it tells of (none: a test, a heartbeat).
    `attempts` counts those made; `due_at` is when the next one is.
    """

    id: int
    subscription: str
    message_id: str
    type: str
    body: bytes
    events: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    attempts: int
    state: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A message before it is recorded. `events`: the ids of what it tells of; each is told to a subscription once, for ever."""

    subscription: str
    message_id: str
    type: str
    body: bytes
    events: tuple[str, ...]
    created_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An event that waits for a digest, which is due at `due_at`. `content` is what the digest will say of it, made once.

    Empty content: it is told along with the lead of its bundle.
    """

    subscription: str
    event: str
    content: bytes
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt. `error` is one line without any address or name of the channel; empty when it went well.

    `status` is the HTTP status where there was one; `retry_after` in seconds as the receiver asked; `gone`: it answered 410.
    """

    delivered: bool
    status: int | None = None
    error: str = ""
    retry_after: float | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One line of the delivery log; `seconds` is how long it took."""

    delivery: int
    subscription: str
    message_id: str
    at: datetime
    outcome: Outcome
    seconds: float


#: When a message that failed is tried again, counted from the attempt before (Standard Webhooks, with a longer tail).
RETRIES: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
