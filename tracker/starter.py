"""`init`: a commented `tracker.toml` that works as it stands."""

from __future__ import annotations

import secrets
from datetime import datetime
from importlib import resources
from pathlib import Path

from tracker.errors import ConfigError


def write(directory: Path, now: datetime) -> Path:
    """Write the file; never over another. The authority is random until the operator has a domain of their own."""
    path = directory / "tracker.toml"
    text = resources.files("tracker").joinpath("starter.toml").read_text(encoding="utf-8")
    text = text.replace("{authority}", f"{secrets.token_hex(6)}.invalid").replace("{year}", str(now.year))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ConfigError(f"{path}: is there already; move it away, or edit it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error
    return path
