"""Where the settings of a command come from."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import config


def config_path(context: click.Context) -> Path | None:
    """The configuration file that was named, if one was."""
    path: Path | None = context.find_root().obj
    return path


def settings_of(context: click.Context) -> config.Settings:
    """The settings in force."""
    return config.load(config_path(context))
