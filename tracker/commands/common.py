"""What the commands share: where settings come from, what an instance is opened with, how things are printed."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from rich.console import Console

from tracker import config
from tracker.errors import ConfigError
from tracker.instance import Instance, open_instance

FAILED: Final = 1
USAGE: Final = 2
PARTLY: Final = 3
BUSY: Final = 75

#: Everything that is not data.
stderr = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """A command group that names the nearest command when it does not know one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name, or a usage error with a hint."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "there are: " + ", ".join(known)
            raise click.UsageError(f"no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


def config_path(context: click.Context) -> Path | None:
    """The configuration file that was named, if one was."""
    path: Path | None = context.find_root().obj
    return path


def settings_of(context: click.Context) -> config.Settings:
    """The settings in force."""
    return config.load(config_path(context))


def instance_of(context: click.Context) -> Instance:
    """The instance of these settings, to be closed by whoever opened it."""
    return open_instance(settings_of(context))


def fail(message: str, code: int) -> NoReturn:
    """End with one line and an exit code."""
    stderr.print(f"duma-tracker: {message}", style="red", markup=False)
    raise SystemExit(code)


def print_json(data: Any) -> None:
    """Data on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


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
