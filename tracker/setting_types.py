"""What the sections of `tracker.toml` have in common: unknown keys are errors, durations, values kept outside the file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from tracker.errors import ConfigError

_DURATION: Final = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(s|m|h|d)\s*$")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Section(BaseModel):
    """A section of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def seconds(text: str | float) -> float:
    """Read a duration, ``90`` or ``"30m"``, as seconds."""
    if isinstance(text, int | float):
        return float(text)
    match = _DURATION.match(text)
    if match is None:
        raise ValueError('not a duration: write "30s", "15m", "2h" or "1d"')
    return float(match[1]) * _SECONDS[match[2]]


def from_outside(value: str, *, where: str) -> str:
    """A value that may stand elsewhere: ``env:NAME``, ``file:/path``, or itself. It never enters a message."""
    kind, _, name = value.partition(":")
    if kind == "env":
        found = os.environ.get(name, "")
        if not found:
            raise ConfigError(f"{where}: the environment variable {name} is not set")
        return found
    if kind == "file":
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{where}: the file {name} cannot be read") from error
    return value
