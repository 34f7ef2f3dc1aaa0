"""The documentation names every command, option, setting and event kind, and nothing that is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tracker.alert_settings import SubscriptionSettings, Webhooks
from tracker.cli import cli
from tracker.config import (
    Files,
    Http,
    Settings,
    Site,
    SourceSettings,
    Storage,
    Topics,
    Watchlist,
    WatchSettings,
    WorkerSettings,
)
from tracker.models import EventKind

ROOT = Path(__file__).parents[1]


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


@pytest.mark.parametrize(("name", "command"), list(commands(cli)), ids=[name for name, _ in commands(cli)])
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    assert f"`{name}" in text
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name != "help":
            assert parameter.opts[0] in text, f"{name} {parameter.opts[0]}"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    names = {f"site.{name}" for name in Site.model_fields}
    names |= {f"storage.{name}" for name in Storage.model_fields} | {f"http.{name}" for name in Http.model_fields}
    names |= {f"topics.{name}" for name in Topics.model_fields}
    names |= {f"files.{name}" for name in Files.model_fields} | {f"watchlist.{name}" for name in Watchlist.model_fields}
    names |= {f"sources.<name>.{name}" for name in SourceSettings.model_fields}
    names |= set(WatchSettings.model_fields)
    names |= {f"workers.{name}" for name in WorkerSettings.model_fields}
    names |= {f"webhooks.{name}" for name in Webhooks.model_fields} | set(SubscriptionSettings.model_fields)
    for name in names:
        assert f"`{name}`" in text, name
    sections = {"site", "storage", "http", "sources", "topics", "files", "watchlist", "watch"}
    assert set(Settings.model_fields) == sections | {"workers", "webhooks", "subscriptions"}


def test_every_event_kind_is_documented() -> None:
    text = (ROOT / "docs" / "events.md").read_text()
    for kind in EventKind:
        assert f"`{kind}`" in text, kind


def test_links_inside_the_documentation_lead_somewhere() -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_both_readmes_give_the_same_commands() -> None:
    blocks = [
        re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL) for name in ("README.md", "README.ru.md")
    ]
    commands_of = [[line.split("#")[0].strip() for block in found for line in block.splitlines()] for found in blocks]
    assert commands_of[0] == commands_of[1]
    assert "make run" in commands_of[0]
    assert "make test" in commands_of[0]


def spoken(path: Path) -> Iterator[list[str]]:
    """What is said to our program in a document's shell blocks, without redirections."""
    for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.DOTALL):
        for line in block.splitlines():
            for part in re.split(r"\|\|?|&&|;", line):
                words = shlex.split(re.sub(r"[<>] *\S+", "", part), comments=True)
                if words and Path(words[0]).name == "duma-tracker":
                    yield words[1:]


def understood(group: click.Group, words: list[str], parent: click.Context | None = None) -> None:
    """Walk down to the command that the words name and have it read its options, without running anything."""
    known = group.list_commands(click.Context(group))
    name = next(word for number, word in enumerate(words) if word in known and words[number - 1] != "--config")
    at = words.index(name)
    context = group.make_context(group.name, words[: at + 1], parent=parent)
    command = group.get_command(context, name)
    assert command is not None
    if isinstance(command, click.Group):
        understood(command, words[at + 1 :], context)
    else:
        command.make_context(name, words[at + 1 :], parent=context)


@pytest.mark.parametrize(
    "path", sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))), ids=lambda path: path.name
)
def test_every_command_line_in_the_documentation_is_understood(path: Path) -> None:
    for words in spoken(path):
        try:
            understood(cli, words)
        except click.exceptions.Exit:  # --help and --version
            continue
        except click.UsageError as error:
            if "does not exist" in error.format_message():  # the reader's file
                continue
            pytest.fail(f"{path.name}: {' '.join(words)}: {error.format_message()}")
