"""What all commands share: how they are found, how they end, how things are printed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NoReturn

import click
from rich.console import Console

FAILED: Final = 1
USAGE: Final = 2
PARTLY: Final = 3
BUSY: Final = 75

#: Everything that is not data.
stderr = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """A command group that names the nearest command when it does not know one.

    `later`: command -> ``module:name``. Such a command is imported when it is asked for: all of them take a second and a half.
    """

    def __init__(self, *args: Any, later: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._later = dict(later or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if cmd_name in self._later:
            module, _, name = self._later.pop(cmd_name).partition(":")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

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


def fail(message: str, code: int) -> NoReturn:
    """End with one line and an exit code."""
    stderr.print(f"duma-tracker: {message}", style="red", markup=False)
    raise SystemExit(code)


def print_json(data: Any) -> None:
    """Data on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
