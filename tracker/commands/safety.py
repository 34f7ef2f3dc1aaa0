"""What keeps a store safe: backup, restore, replay."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from db.store import Store
from tracker import backups, rereading
from tracker.commands.common import stderr
from tracker.commands.configured import settings_of
from tracker.commands.opened import instance_of
from tracker.finding import Finder
from tracker.instance import Instance
from tracker.parts import utc_now
from tracker.rereading import Outcome
from tracker.schedule import Lease


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="With the addresses of channels and the signing secrets.")
@click.pass_context
def backup_command(context: click.Context, file: Path, *, with_secrets: bool) -> None:
    """Write a copy of the store as it now stands into one file; an instance may be at work meanwhile."""
    settings = settings_of(context)
    with Store(settings.storage.directory, clock=utc_now, read_only=True) as store:
        manifest = store.backup(file, with_secrets=with_secrets)
    size, events = file.stat().st_size, manifest.ledger[0]
    left_out = "" if with_secrets else "; addresses and secrets of channels are not in it"
    stderr.print(f"{file}: {size} bytes, {events} events{left_out}", markup=False)
    click.echo(json.dumps(manifest.to_json(), ensure_ascii=False))


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new or empty directory.",
)
def restore_command(file: Path, directory: Path) -> None:
    """Put the store of a backup into a new directory, once it is proved whole."""
    manifest = backups.restore(file, directory, clock=utc_now)
    left_out = "" if manifest.with_secrets else "; subscriptions are switched off, for the backup holds no addresses"
    stderr.print(f"{directory}: {manifest.ledger[0]} events, as of {manifest.created_at}{left_out}", markup=False)
    click.echo(json.dumps(manifest.to_json(), ensure_ascii=False))


@click.command("replay")
@click.option("--document", help="Only this document, by its id.")
@click.option("--after", default="", metavar="ID", help="Only the documents behind this id: where a run was cut off.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only versions first seen from this day on.")
@click.option("--apply", is_flag=True, help="Make what differs the baseline. Silent: no reader is told.")
@click.option("--index", is_flag=True, help="Make the index of search anew afterwards.")
@click.pass_context
def replay_command(
    context: click.Context, *, document: str | None, after: str, since: datetime | None, apply: bool, index: bool
) -> None:
    """Read the archive again with today's code; what differs from the stored texts, as JSON lines."""
    with instance_of(context) as instance, contextlib.ExitStack() as stack:
        if apply or index:
            stack.enter_context(Lease(instance.store))
        first = since.replace(tzinfo=UTC) if since is not None else None
        counts = _replay(instance, document, after, first, apply=apply)
        if index:
            stderr.print(f"{Finder(instance.store).rebuild()} texts and titles indexed", markup=False)
    said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    stderr.print(f"{counts.total()} versions read again: {said or 'none'}", markup=False)


def _replay(
    instance: Instance, document: str | None, after: str, since: datetime | None, *, apply: bool
) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter()
    last = after
    try:
        for row in rereading.reread(instance.desk, only=document, after=after, since=since, apply=apply):
            counts[row.outcome] += 1
            if row.outcome is not Outcome.SAME:
                click.echo(json.dumps(row.to_json(), ensure_ascii=False))
            if row.version.key.document_id != last:
                last, after = row.version.key.document_id, last
    except BaseException:
        stderr.print(f"cut off; to go on: --after '{after}'", markup=False)
        raise
    return counts
