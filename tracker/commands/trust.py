"""What makes the record checkable: verify, evidence, strike, export."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

import click
from rich.progress import Progress

from db.store import Store
from tracker import publishing, roots
from tracker.commands.common import FAILED, stderr
from tracker.commands.configured import settings_of
from tracker.commands.opened import instance_of
from tracker.errors import ConfigError
from tracker.parts import utc_now
from tracker.roots import Root
from tracker.trust import exports, warc


@click.command("verify")
@click.option(
    "--root",
    "published",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Roots as they were published (roots.json, from a copy that you trust); may be given several times.",
)
@click.pass_context
def verify_command(context: click.Context, published: tuple[Path, ...]) -> None:
    """Recompute everything that is kept and name whatever is not as it was written, one line each."""
    known = [root for path in published for root in roots_in(path)]
    settings = settings_of(context)
    count = 0
    with Store(settings.storage.directory, clock=utc_now, read_only=True) as store:
        for problem in _with_progress(store, known):
            click.echo(_one_line(problem))
            count += 1
        for strike in store.strikes():
            click.echo(_one_line(f"event {strike.event_id}: struck on {strike.struck_at:%Y-%m-%d}: {strike.reason}"))
        told = f"{store.event_count()} events, {len(store.roots())} roots"
    stderr.print(f"{told}: {f'{count} problems' if count else 'everything is as it was written'}", markup=False)
    if count:
        raise click.exceptions.Exit(FAILED)


def _with_progress(store: Store, published: Iterable[Root]) -> Iterable[str]:
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("")

        def begin(part: str, rows: int) -> None:
            progress.reset(task, description=part, total=rows or None)

        yield from store.verify(published=published, begin=begin, advance=lambda: progress.advance(task))


def roots_in(path: Path) -> tuple[Root, ...]:
    """The roots of a file: one, a list of them, or the ``roots.json`` of a site."""
    try:
        found = json.loads(path.read_bytes())
        listed = found.get("roots", [found]) if isinstance(found, dict) else found
        if not isinstance(listed, list):
            raise ConfigError(f"{path}: holds no roots; give the roots.json of the site")
        return tuple(roots.from_published(row) for row in listed)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}; give the roots.json of the site, as it was published") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())


_out = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")


@click.command("evidence")
@click.argument("event")
@click.option(
    "--raw", is_flag=True, help="With the files as servers sent them. They may name clerks: not for publication."
)
@_out
@click.pass_context
def evidence_command(context: click.Context, event: str, *, raw: bool, out: Path | None) -> None:
    """Write the evidence pack of an event: texts, comparison, digests, the proof up to the root of its day."""
    path = out or Path(f"evidence-{event}.zip")
    with instance_of(context) as instance:
        made = exports.pack(instance.store, instance.site(live=True).info, event, raw=raw)
    with exports.replacing(path) as file:
        file.write(made)
    click.echo(path)


@click.command("strike")
@click.argument("event")
@click.option("--reason", required=True, help="Why, for whoever verifies the ledger later; it is kept for ever.")
@click.pass_context
def strike_command(context: click.Context, event: str, reason: str) -> None:
    """Erase what an event says, for good. Its line stays in the ledger, and its page says that it was struck."""
    said = _one_line(reason)
    if not said:
        raise ConfigError("a strike needs its reason: --reason 'why it was erased'")
    with instance_of(context) as instance:
        store = instance.store
        found = store.event(event)
        if found is None:
            raise ConfigError(f"there is no event {event}; its id is the last part of its page's address")
        corrections = [row.id for row in store.corrections_of(event) if not row.struck]
        pages, others = exports.told_of(store, found)
        store.strike(event, said)
        publishing.render_entries(store, instance.site(live=True))
        if directory := instance.settings.site.publish:
            publishing.publish_site(store, instance.site(live=False), directory)
        store.wipe()
    if pages:
        told = f"the text that it told of stays, as the document's: on {' and '.join(pages)}, in /compare, /search, the API"
        stderr.print(f"{told} and the archive; what withholds it is in docs/operating.md", markup=False)
    for name in others:
        stderr.print(f"event {name} tells of the same text; strike that as well if its words must go", markup=False)
    for name in corrections:
        stderr.print(f"its correction {name} repeats its title; strike that as well if the title must go", markup=False)
    stderr.print("copies written by `publish` elsewhere, and backups, still hold it: make them anew", markup=False)
    click.echo(event)


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    del context
    try:
        return None if value is None else datetime.combine(date.fromisoformat(value), time(), UTC)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-01-31", param=parameter) from None


@click.command("export")
@click.option(
    "--warc",
    "form",
    flag_value="warc",
    help="Raw answers of servers as WARC 1.1. They may name clerks: not for publication.",
)
@click.option(
    "--ledger", "form", flag_value="ledger", help="The whole ledger as JSON Lines, for docs/verify_export.py."
)
@click.option("--event", help="Only what stands behind this event.")
@click.option("--document", help="Only the addresses of this document, as bill/968530-8.")
@click.option("--since", callback=_moment, help="Only what was seen on this day (UTC) or later.")
@click.option("--until", callback=_moment, help="Only what was first seen before this day (UTC).")
@_out
@click.pass_context
def export_command(
    context: click.Context,
    *,
    form: str | None,
    event: str | None,
    document: str | None,
    since: datetime | None,
    until: datetime | None,
    out: Path | None,
) -> None:
    """Write the archive as WARC (of an event, a document, a period, or all of it), or the whole ledger."""
    narrowed = any(value is not None for value in (event, document, since, until))
    if form is None or (form == "ledger" and narrowed):
        raise click.UsageError("say what to export: --warc with --event, --document or a period, or --ledger alone")
    if event is not None and (document, since, until) != (None, None, None):
        raise click.UsageError("an event is exported alone: leave out --document, --since and --until")
    with instance_of(context) as instance:
        store = instance.store
        if form == "ledger":
            path = out or Path("ledger.jsonl")
            with exports.replacing(path) as file:
                told = f"{exports.write_ledger(file, store, instance.settings.site.authority)} lines"
        else:
            path = out or Path("archive.warc.gz")
            chosen = exports.snapshots_of(store, event_id=event, document_id=document, since=since, until=until)
            told = f"{_write_warc(path, chosen, store)} snapshots"
    stderr.print(f"{path}: {told}", markup=False)
    click.echo(path)


def _write_warc(path: Path, chosen: exports.Chosen, store: Store) -> int:
    with exports.replacing(path) as file:
        return warc.write(file, chosen, store.body, name=path.name)
