"""The instance that a command works with, and the documents in it."""

from __future__ import annotations

import click

from tracker import config
from tracker.commands.configured import settings_of
from tracker.errors import ConfigError
from tracker.instance import Instance, open_instance


def instance_of(context: click.Context) -> Instance:
    """The instance of these settings, to be closed by whoever opened it."""
    return open_instance(settings_of(context))


def followed(instance: Instance, name: str) -> str:
    """The document that a person means by the name it was added under, by its id, its number or its words."""
    known = {watch.target for watch in instance.store.watches(include_muted=True)}
    bare = name.strip()
    for target in (bare, f"page/{bare}", f"bill/{bare}"):
        if target in known:
            return target
    try:
        target = config.watch_target(config.entry_of(bare))
    except ConfigError:
        target = bare
    if target not in known:
        raise ConfigError(f"{target} is not followed; `duma-tracker watch list` shows what is")
    return target
