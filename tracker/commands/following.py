"""What is followed: watch add, list, remove, import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from scrapers import http
from tracker import config, reading_files, watchlist
from tracker.commands.common import Commands, print_json, stderr
from tracker.commands.opened import followed, instance_of
from tracker.config import WatchSettings
from tracker.errors import ConfigError
from tracker.instance import Instance, watches_of
from tracker.models import Watch


@click.group("watch", cls=Commands)
def watch_group() -> None:
    """What is followed."""


@watch_group.command("add")
@click.argument("name")
@click.option("--url", help="Where the text of an act, or a page, is found.")
@click.option("--select", "--selector", "selector", help="CSS selector of the element that holds the text.")
@click.option("--remove", multiple=True, help="CSS selector of what is no text there; may be given more than once.")
@click.option("--ignore", multiple=True, help="Regular expression of lines that are no text; more than once.")
@click.option("--nd", help="What the state's legal system calls an act, when it is known.")
@click.option("--kremlin", help="The number of an act in the acts bank of kremlin.ru, to follow it there, too.")
@click.option("--title", help="What to call it where the source does not say.")
@click.pass_context
def watch_add(context: click.Context, /, name: str, **settings: Any) -> None:
    """Follow a bill by number, an act by its words or id, or any page by its address (or a name and its --url)."""
    for address in (settings["url"], name if "://" in name else None):
        if address is not None:
            http.check_place(http.check_url(address), allow_private=False)
    entry = config.entry_of(name, **settings)
    with instance_of(context) as instance:
        if not _follow(instance, entry):
            stderr.print(f"{config.watch_target(entry)} is followed already", markup=False)


def _follow(instance: Instance, entry: WatchSettings) -> bool:
    """Follow an entry at every source it names; False when that was so already."""
    new = [
        watch
        for watch in watches_of(entry, instance.desk.base_urls, now=instance.clock(), origin="cli")
        if instance.store.watch(watch.target, watch.source) is None
    ]
    with instance.store.transaction():
        for watch in new:
            instance.store.put_watch(watch)
    if new:
        click.echo(new[0].target)
    return bool(new)


@watch_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_context
def watch_list(context: click.Context, as_json: bool) -> None:
    """Show what is followed, and when it was last seen."""
    with instance_of(context) as instance:
        instance.sync_watches()
        rows = [_row(watch) for watch in instance.store.watches(include_muted=True)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['target']}\t{row['source']}\t{row['origin']}\t{row['last_success'] or 'not seen yet'}\t{row['url']}"
        )


def _row(watch: Watch) -> dict[str, Any]:
    return {
        "target": watch.target,
        "source": watch.source,
        "url": watch.url,
        "selector": watch.selector,
        "origin": watch.origin,
        "added_at": watch.added_at.isoformat(),
        "last_success": watch.last_success.isoformat() if watch.last_success else None,
        "next_due": watch.next_due.isoformat() if watch.next_due else None,
        "muted": watch.muted,
    }


@watch_group.command("known")
def watch_known() -> None:
    """Show the default watchlist as JSON: its keys, which of them are verified, and what has no usable key."""
    print_json([entry.model_dump() for entry in watchlist.entries()])


@watch_group.command("mute")
@click.argument("name")
@click.pass_context
def watch_mute(context: click.Context, name: str) -> None:
    """Look at a document no longer, and do not find it again. What was recorded stays."""
    _set(context, name, muted=True)


@watch_group.command("confirm")
@click.argument("name")
@click.pass_context
def watch_confirm(context: click.Context, name: str) -> None:
    """Keep what the tracker found by itself, and look again at what was muted."""
    _set(context, name, muted=False)


def _set(context: click.Context, name: str, *, muted: bool) -> None:
    with instance_of(context) as instance:
        instance.sync_watches()
        target = followed(instance, name)
        with instance.store.transaction():
            for watch in instance.store.watches(include_muted=True):
                if watch.target == target:
                    origin = "cli" if watch.origin == "discovery" and not muted else watch.origin
                    instance.store.put_watch(replace(watch, muted=muted, origin=origin))
    click.echo(target)


@watch_group.command("remove")
@click.argument("name")
@click.pass_context
def watch_remove(context: click.Context, name: str) -> None:
    """Follow a document no longer. What was recorded stays."""
    with instance_of(context) as instance:
        instance.sync_watches()
        target = followed(instance, name)
        mine = [watch for watch in instance.store.watches(include_muted=True) if watch.target == target]
        if any(watch.origin == "config" for watch in mine):
            raise ConfigError(f"{target} stands in the configuration file; take its [[watch]] out there")
        if any(watch.origin == watchlist.ORIGIN for watch in mine):
            raise ConfigError(
                f"{target} stands in the default watchlist; `duma-tracker watch mute {target}` leaves it out"
            )
        instance.store.remove_watch(target)


@watch_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def watch_import(context: click.Context, file: Path) -> None:
    """Follow every bill or act of a text file, one to a line; empty lines and lines with # are passed over."""
    lines = reading_files.text_of(file).splitlines()
    wanted = [
        (number, line.strip()) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    entries = []
    for number, line in wanted:
        try:
            entries.append(config.entry_of(line))
        except ConfigError as error:
            raise ConfigError(f"{file}, line {number}: {error}") from error
    with instance_of(context) as instance:
        for entry in entries:
            _follow(instance, entry)
