"""The first command of all: init."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import starter
from tracker.commands.common import stderr
from tracker.parts import utc_now


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path())
def init_command(directory: Path) -> None:
    """Write a commented tracker.toml with a default watchlist."""
    path = starter.write(directory, utc_now())
    stderr.print(f"{path} is written. Read it through, then: duma-tracker doctor, duma-tracker run", markup=False)
