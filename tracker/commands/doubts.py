"""The operator's say about pages that were kept and not believed: quarantine list, accept, reject."""

from __future__ import annotations

import json

import click

from tracker.commands.common import Commands
from tracker.commands.opened import instance_of
from tracker.errors import ConfigError
from tracker.models import Problem


@click.group("quarantine", cls=Commands)
def quarantine_group() -> None:
    """Pages that were kept and not believed."""


@quarantine_group.command("list")
@click.pass_context
def quarantine_list(context: click.Context) -> None:
    """Show the open cases as JSON lines, oldest first."""
    with instance_of(context) as instance:
        for row in instance.store.quarantined():
            case = {
                "case": row.id,
                "document": row.document_id,
                "source": row.source,
                "url": row.url,
                "problem": row.problem,
                "reason": row.reason,
                "first_seen": row.first_seen.isoformat(),
                "last_seen": row.last_seen.isoformat(),
                "count": row.count,
            }
            click.echo(json.dumps(case, ensure_ascii=False))


def _settle(context: click.Context, case: int, state: str, reason: str) -> None:
    with instance_of(context) as instance:
        row = next((row for row in instance.store.quarantined() if row.id == case), None)
        if state == "accepted" and row is not None and row.problem is not Problem.IMPLAUSIBLE:
            raise ConfigError(f"case {case} is no reading that could be believed: {row.reason}")
        instance.store.settle_quarantine(case, state, reason)


_reason = click.option("--reason", required=True, help="Why, for whoever reads the record later.")


@quarantine_group.command("accept")
@click.argument("case", type=int)
@_reason
@click.pass_context
def quarantine_accept(context: click.Context, case: int, reason: str) -> None:
    """Believe a doubted page: the next look records it."""
    _settle(context, case, "accepted", reason)


@quarantine_group.command("reject")
@click.argument("case", type=int)
@_reason
@click.pass_context
def quarantine_reject(context: click.Context, case: int, reason: str) -> None:
    """Never believe a doubted page, however often it is seen."""
    _settle(context, case, "rejected", reason)
