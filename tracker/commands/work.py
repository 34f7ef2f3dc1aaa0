"""The tracker at work: demo, doctor, check, run, serve, publish, backfill, correct."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.progress import Progress

from tracker import corrections, demo, doctor, memory, publishing, service
from tracker.commands.common import FAILED, PARTLY, stderr
from tracker.commands.configured import config_path, settings_of
from tracker.commands.opened import followed, instance_of
from tracker.errors import ConfigError
from tracker.instance import Instance, open_instance
from tracker.models import Watch
from tracker.pipeline import CALENDAR, COVERAGE, DISCOVERIES, HISTORIES, Result
from tracker.schedule import Lease
from tracker.serving import SiteServer, listen


@click.command("demo")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write the static site here and exit.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
def demo_command(out: Path | None, port: int) -> None:
    """Replay a bundled, invented history through the whole pipeline, then serve the site. Needs no network."""
    demo.run(out=out, port=port, console=stderr)


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no source.")
@click.pass_context
def doctor_command(context: click.Context, *, offline: bool) -> None:
    """Say what is wrong with the set-up and with each source, and the line that mends it."""
    findings = doctor.examine(config_path(context), network=not offline)
    for finding in findings:
        click.echo(finding.line())
    if any(finding.is_fault for finding in findings):
        raise click.exceptions.Exit(FAILED)


@click.command("check")
@click.argument("watches", metavar="[WATCH...]", nargs=-1)
@click.pass_context
def check_command(context: click.Context, watches: tuple[str, ...]) -> None:
    """Look once, politely, at everything that is followed, or only at the given documents."""
    with instance_of(context) as instance, Lease(instance.store):
        instance.sync_watches()
        chosen = _chosen(instance, watches)
        results = _with_progress(instance, chosen, discover=() if watches else tuple(DISCOVERIES))
        publishing.render_entries(instance.store, instance.site(live=True))
    _tell(results)
    _exit_by(results)


def _chosen(instance: Instance, names: Sequence[str]) -> tuple[Watch, ...]:
    watches = instance.store.watches()
    wanted = {followed(instance, name) for name in names}
    return tuple(watch for watch in watches if not names or watch.target in wanted)


def _with_progress(instance: Instance, watches: Sequence[Watch], *, discover: Sequence[str]) -> tuple[Result, ...]:
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("checking", total=len(watches) or None)

        def done(result: Result) -> None:
            progress.advance(task)
            if result.message:
                stderr.print(f"{result.target}: {result.outcome}: {result.message}", style="yellow", markup=False)

        return instance.pipeline.run(watches, discover=discover, searches=tuple(DISCOVERIES), progress=done)


def _tell(results: Iterable[Result]) -> None:
    """The events of some looks, one JSON line each."""
    for result in results:
        for event in result.events:
            row = {"event": event.id, "kind": event.kind, "document": event.document_id}
            click.echo(json.dumps(row, ensure_ascii=False))


def _exit_by(results: Iterable[Result]) -> None:
    """1 when nothing could be looked at, 3 when something could not."""
    looked = [result for result in results if result.target not in {COVERAGE, CALENDAR}]
    if looked and not any(result.outcome.is_success for result in looked):
        raise click.exceptions.Exit(FAILED)
    if any(result.message for result in looked):
        raise click.exceptions.Exit(PARTLY)


_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port."
)


@click.command("run")
@_host
@_port
@click.option(
    "--operator-port",
    type=click.IntRange(0, 65535),
    help="Serve the operator's page (deliveries, sources) on this port of this machine; 0 takes any free one.",
)
@click.option(
    "--operator-host",
    default="127.0.0.1",
    show_default=True,
    help="Where that page listens; another address only inside a network that nobody else is on.",
)
@click.pass_context
def run_command(context: click.Context, host: str, port: int, operator_port: int | None, operator_host: str) -> None:
    """Keep looking, and serve the site, until stopped."""
    settings = settings_of(context)
    with open_instance(settings) as instance:
        service.run(
            instance,
            (host, port),
            operator=None if operator_port is None else (operator_host, operator_port),
            tell=lambda line: stderr.print(line, markup=False),
        )


@click.command("serve")
@_host
@_port
@click.pass_context
def serve_command(context: click.Context, host: str, port: int) -> None:
    """Serve the site of a store, without looking."""
    memory.use_few_heaps()
    with instance_of(context) as instance:
        server = SiteServer(instance.site(live=True), listen(host, port))
        stderr.print(f"{server.address} - serving; stop with Ctrl-C", markup=False)
        server.run()


@click.command("publish")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def publish_command(context: click.Context, directory: Path) -> None:
    """Write the site as static files."""
    with instance_of(context) as instance:
        done = publishing.publish_site(instance.store, instance.site(live=False), directory)
    stderr.print(
        f"{directory}: {done.written} files written, {done.unchanged} as before, {done.removed} removed", markup=False
    )


@click.command("backfill")
@click.argument("name")
@click.pass_context
def backfill_command(context: click.Context, name: str) -> None:
    """Bring in the history that the sources hold of a document: every edition of a law, each compared with the one before."""
    results: list[Result] = []
    with instance_of(context) as instance, Lease(instance.store):
        instance.sync_watches()
        target = followed(instance, name)
        watches = [watch for watch in instance.store.watches() if watch.target == target and watch.source in HISTORIES]
        if not watches:
            raise ConfigError(f"{target}: its sources hold no history but what the first look has recorded")
        with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
            task = progress.add_task(target, total=None)
            for watch in watches:
                for result in instance.pipeline.backfill(watch):
                    results.append(result)
                    progress.advance(task)
                    if result.message:
                        stderr.print(
                            f"{result.target}: {result.outcome}: {result.message}", style="yellow", markup=False
                        )
        publishing.render_entries(instance.store, instance.site(live=True))
    _tell(results)
    _exit_by(results)


@click.command("correct")
@click.argument("event")
@click.option("--reason", required=True, help="Why it was wrong, in a sentence for readers.")
@click.pass_context
def correct_command(context: click.Context, event: str, reason: str) -> None:
    """Tell readers that an event was wrong, in every feed that carried it; also while `run` is at work."""
    # No lease: one transaction records it, and the first rendering of an entry is the one that stays, whoever makes it.
    with instance_of(context) as instance:
        correction = corrections.correct(instance.store, event, reason, instance.clock())
        publishing.render_entries(instance.store, instance.site(live=True))
    click.echo(correction.id)
