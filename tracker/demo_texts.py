"""The bundled texts of the demo, with the replacements that make one state of a text out of another."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Final

from tracker.errors import ConfigError

DATA: Final = resources.files("tracker") / "demo_history"


def read(name: str) -> str:
    """A bundled file as it is."""
    return (DATA / name).read_text(encoding="utf-8")


def text(name: str, replace: Iterable[tuple[str, str]]) -> str:
    """A bundled text with its replacements made. One that does not fit exactly once is a mistake in the history."""
    made = read(f"texts/{name}")
    for old, new in replace:
        if made.count(old) != 1:
            raise ConfigError(
                f"demo history: {name} holds {old[:60]!r} not exactly once; mend demo_history/history.toml"
            )
        made = made.replace(old, new)
    return made
