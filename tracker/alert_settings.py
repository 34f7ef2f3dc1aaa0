"""``[webhooks]`` and ``[[subscriptions]]`` of `tracker.toml`; the options of ``webhook add`` are the same words.

No message repeats an address or a secret.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Iterable
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator

from diffs.labels import label_of, slug
from tracker.alerts import Channel, Clause, Digest, Filter, Quiet, Secret
from tracker.errors import ConfigError
from tracker.models import EventKind, Language, Level
from tracker.setting_types import Section, seconds

KEY_VARIABLE: Final = "DUMA_TRACKER_KEY"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEVELS: Final = tuple(level.name.lower() for level in Level)
_SHORTEST_KEY: Final = 16
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DOCUMENT: Final = re.compile(r"(?:bill|act|page)/\S+")
_PATH: Final = re.compile(r"[a-z]+(?:-[a-z0-9.]+)?(?:\.[a-z]+(?:-[a-z0-9.]+)?)*")
_UNITS: Final = {
    "разд": "razd",
    "гл": "gl",
    "§": "par",
    "ст": "st",
    "ч": "ch",
    "п": "p",
    "пп": "pp",
    "абз": "abz",
    "прил": "pril",
}
_THROUGH: Final = frozenset({"razd", "gl", "par"})  # what stands below an article is named without its chapter
_UNIT: Final = re.compile(
    r"(?P<unit>разд|гл|§|ст|ч|пп|п|абз|прил)(?:\.\s*|\s+|(?=\d))(?P<number>[^\s«»„“\"]+|[«„\"][^»“\"]+[»“\"])\s*"
)
_SHORTEST_BEAT: Final = 3600.0
_LONGEST_BEAT: Final = 30 * 86400.0


def sealing_key() -> Secret | None:
    """What encrypts the secrets of subscriptions, from the environment; None when there is none."""
    value = os.environ.get(KEY_VARIABLE, "")
    if not value:
        return None
    if len(value) < _SHORTEST_KEY:
        raise ConfigError(
            f"{KEY_VARIABLE}: shorter than {_SHORTEST_KEY} characters; make one with: openssl rand -base64 32"
        )
    return Secret(value)


class Webhooks(Section):
    """How messages are sent.

    `allow_networks`: the operator's own networks, which may be sent to although they are private; `ca_bundle`: a file of
    certificates trusted beside the usual ones; `parallel`: attempts at once; `timeout`: seconds for an attempt.
    """

    allow_networks: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    parallel: Annotated[int, Field(ge=1, le=1024)] = 256
    timeout: Annotated[float, Field(ge=1, le=60)] = 15.0

    @field_validator("allow_networks")
    @classmethod
    def _networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            try:
                ipaddress.ip_network(value)
            except ValueError:
                raise ValueError(f"{value!r} is no network; write it as 10.1.0.0/16") from None
        return values


class SubscriptionSettings(Section):
    """One subscription as it is written down. `url` may be, and `secret` must be, ``env:NAME`` or ``file:/path``."""

    name: str
    url: SecretStr
    channel: Channel = Channel.WEBHOOK
    secret: SecretStr | None = None
    operator: bool = False
    topics: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    at_least: str = "typographic"
    words_added: tuple[str, ...] = ()
    words_removed: tuple[str, ...] = ()
    every_event: bool = False
    language: Language = "ru"
    discreet: bool = False
    digest: Literal["hour", "day", "week"] | None = None
    at: str | None = None
    weekday: str | None = None
    quiet: str | None = None
    zone: str = "Europe/Moscow"
    heartbeat: float | None = None

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("a name is made of a-z, 0-9 and -, such as ngo-chat")
        return value

    @field_validator("secret")
    @classmethod
    def _outside(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("env:", "file:")):
            raise ValueError("a secret is not written here: name where it is, env:NAME or file:/path")
        return value

    @field_validator("documents")
    @classmethod
    def _documents(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not _DOCUMENT.fullmatch(value):
                raise ValueError(f"{value!r} is no document id, such as bill/968530-8 or act/fz/2023-04-28/138-fz")
        return values

    @field_validator("clauses")
    @classmethod
    def _clauses(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            clause_of(value)
        return values

    @field_validator("kinds")
    @classmethod
    def _kinds(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            _known(value, [str(kind) for kind in EventKind], "kind of event")
        return values

    @field_validator("at_least")
    @classmethod
    def _level(cls, value: str) -> str:
        return _known(value, LEVELS, "level")

    @field_validator("words_added", "words_removed")
    @classmethod
    def _words(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.search(r"\w", value) for value in values):
            raise ValueError("a word without letters would never be found")
        return values

    @field_validator("at")
    @classmethod
    def _at(cls, value: str | None) -> str | None:
        if value is not None:
            _clock(value)
        return value

    @field_validator("weekday")
    @classmethod
    def _weekday(cls, value: str | None) -> str | None:
        return value if value is None else _known(value, WEEKDAYS, "weekday")

    @field_validator("quiet")
    @classmethod
    def _quiet(cls, value: str | None) -> str | None:
        if value is not None:
            _hours(value)
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # what zoneinfo raises for a name that is none, a path, a directory
            raise ValueError("no such time zone; write it as Europe/Moscow") from None
        return value

    @field_validator("heartbeat", mode="before")
    @classmethod
    def _heartbeat(cls, value: Any) -> float | None:
        if value is None:
            return None
        found = seconds(value)
        if not _SHORTEST_BEAT <= found <= _LONGEST_BEAT:
            raise ValueError("a heartbeat comes once an hour at most, and once in 30 days at least")
        return found

    @model_validator(mode="after")
    def _together(self) -> SubscriptionSettings:
        if self.at is not None and self.digest not in {"day", "week"}:
            raise ValueError("at belongs to a digest of the day or the week")
        if self.weekday is not None and self.digest != "week":
            raise ValueError("weekday belongs to a digest of the week")
        if self.operator and (self.filter() != Filter() or self.digest or self.discreet):
            raise ValueError(
                "an operator is told of every trouble at once: filters, digest and discreet belong to readers"
            )
        if self.secret is not None and self.channel is not Channel.WEBHOOK:
            raise ValueError("a secret signs webhooks; other channels have none")
        return self

    def filter(self) -> Filter:
        """What is let through."""
        return Filter(
            topics=self.topics,
            documents=self.documents,
            clauses=tuple(clause_of(value) for value in self.clauses),
            kinds=tuple(EventKind(value) for value in self.kinds),
            at_least=Level[self.at_least.upper()],
            words_added=self.words_added,
            words_removed=self.words_removed,
            every_event=self.every_event,
        )

    def gathering(self) -> Digest | None:
        """How messages are gathered; None: each leaves at once."""
        if self.digest is None:
            return None
        at, weekday = self.at or "09:00", self.weekday or WEEKDAYS[0]
        return Digest(every=self.digest, at=_clock(at), weekday=WEEKDAYS.index(weekday), zone=self.zone)

    def quiet_hours(self) -> Quiet | None:
        """When nothing is sent."""
        if self.quiet is None:
            return None
        begins, ends = _hours(self.quiet)
        return Quiet(begins=begins, ends=ends, zone=self.zone)

    def beat(self) -> timedelta | None:
        """After which silence a heartbeat is sent."""
        return None if self.heartbeat is None else timedelta(seconds=self.heartbeat)


def clause_of(text: str) -> Clause:
    """A clause as people write it, ``act/fz/2023-04-28/138-fz ст. 22 ч. 1`` or with the path ``st-22.ch-1``.

    Raises ValueError for anything else.
    """
    document, _, unit = text.strip().partition(" ")
    unit = unit.strip()
    if not _DOCUMENT.fullmatch(document) or not unit:
        raise ValueError(f"{text!r} is no clause; write it as act/fz/2023-04-28/138-fz ст. 22 ч. 1")
    return Clause(document=document, path=unit if _PATH.fullmatch(unit) else _path_of(unit))


def _path_of(address: str) -> str:
    """``ст. 22 ч. 1 п. 2 пп. «в»`` -> ``st-22.ch-1.p-2.pp-v``."""
    parts: list[tuple[str, str]] = []
    position = 0
    while position < len(address):
        found = _UNIT.match(address, position)
        bare = found["number"].strip('«»„“"').rstrip(",;") if found else ""
        label = label_of(f"{bare})") if bare.lower() == bare else None
        if found is None or not bare:
            raise ValueError(f"{address!r} is no unit; write it from the outside in, such as ст. 22 ч. 1 п. 2 пп. «в»")
        number = label.number if label is not None and label.shape in {"paren", "letter"} else bare
        parts.append((_UNITS[found["unit"]], slug(number)))
        position = found.end()
    below = any(unit not in _THROUGH for unit, _ in parts)
    return ".".join(f"{unit}-{number}" for unit, number in parts if not (below and unit in _THROUGH))


def _known(value: str, words: Iterable[str], what: str) -> str:
    rows = list(words)
    if value not in rows:
        near = difflib.get_close_matches(value, rows, n=1, cutoff=0.4)
        raise ValueError(
            f"no {what} {value!r}; " + (f"did you mean {near[0]}?" if near else "there are: " + ", ".join(rows))
        )
    return value


def _clock(value: str) -> time:
    try:
        found = time.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not re.fullmatch(r"\d\d:\d\d", value):
        raise ValueError(f"{value!r} is no time of day; write it as 09:00")
    return found


def _hours(value: str) -> tuple[time, time]:
    begins, dash, ends = value.partition("-")
    if not dash:
        raise ValueError(f"{value!r} are no hours; write them as 22:00-07:00")
    found = _clock(begins.strip()), _clock(ends.strip())
    if found[0] == found[1]:
        raise ValueError("quiet hours that never end would keep everything back")
    return found
