"""`search`: the full text of everything that is followed, on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

import click

from feeds import addresses, places
from feeds.textual import clean
from tracker.commands.common import FAILED, fail, stderr
from tracker.commands.opened import instance_of
from tracker.finding import Finder
from tracker.models import Force
from tracker.queries import MOST, Found, Fragment, Match, Order, Query, Run


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    del context
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-01-31", param=parameter) from None


@click.command("search")
@click.argument("query", nargs=-1)
@click.option("--document", default="", help="Only in this document, by its id: bill/968530-8.")
@click.option("--topic", default="", help="Only documents of this topic.")
@click.option("--kind", type=click.Choice(["bill", "act", "page"]), help="Only such documents.")
@click.option("--force", type=click.Choice([str(force) for force in Force]), help="Only documents in that legal state.")
@click.option("--since", callback=_day, help="Only documents of that date or later, as 2026-01-31.")
@click.option("--until", callback=_day, help="Only documents of that date or earlier.")
@click.option("--all-versions", is_flag=True, help="Also what stands in no newest text any more.")
@click.option(
    "--order",
    type=click.Choice(["relevance", "newest"]),
    default="relevance",
    show_default=True,
    help="What comes first.",
)
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="Documents at most.")
@click.option("--rebuild", is_flag=True, help="Make the index anew first.")
@click.pass_context
def search_command(
    context: click.Context,
    *,
    query: tuple[str, ...],
    document: str,
    topic: str,
    kind: Literal["bill", "act", "page"] | None,
    force: str | None,
    since: date | None,
    until: date | None,
    all_versions: bool,
    order: Order,
    limit: int,
    rebuild: bool,
) -> None:
    """Find words in any form, "phrases", units and numbers (ст. 22 ч. 1 138-ФЗ) in all texts and titles: one JSON line each."""
    if not query and not rebuild:
        raise click.UsageError("nothing to look for; give words, a number or an article")
    with instance_of(context) as instance:
        finder = Finder(instance.store)
        if rebuild:
            stderr.print(f"{finder.rebuild()} texts and titles are indexed", markup=False)
        else:
            finder.index()
        if not query:
            return
        asked = Query(
            words=" ".join(query),
            document=document.strip("/"),
            topic=topic,
            kind=kind or "",
            force=Force(force) if force else None,
            since=since,
            until=until,
            every_version=all_versions,
            order=order,
            limit=limit,
        )
        found = finder.find(asked)
    lines = (
        _for_people(found)
        if sys.stdout.isatty()
        else (clean(json.dumps(row, ensure_ascii=False)) for row in rows(found))
    )
    for line in lines:
        click.echo(line)
    if found.cut:
        stderr.print("too much was found; narrow the search", style="yellow", markup=False)
    if found.asked.is_empty:
        fail("nothing to look for: these words mean nothing alone", FAILED)


def rows(found: Found) -> Iterator[dict[str, Any]]:
    """One row for each unit that was found, and one for each document of which only the title was."""
    for match in found.matches:
        about = match.document
        head = {"document": about.id, "number": about.number, "title": about.title, "force": str(about.force)}
        if not match.fragments:
            yield {
                **head,
                "version": None,
                "path": None,
                "address": None,
                "stands": None,
                "fragment": _marked(match.title),
            }
        for fragment in match.fragments:
            yield {
                **head,
                "version": _version(fragment),
                "path": fragment.path,
                "address": fragment.address,
                "stands": fragment.stands,
                "fragment": _marked(fragment.runs),
            }


def _version(fragment: Fragment) -> str:
    return addresses.version_path(fragment.version).lstrip("/")


def _marked(runs: Sequence[Run]) -> str:
    """A fragment in plain text, what was looked for in **asterisks**."""
    return "".join(f"**{text}**" if marked else text for text, marked in runs)


def _for_people(found: Found) -> Iterator[str]:
    for match in found.matches:
        yield f"{match.document.number}  {_coloured(match.title)}"
        yield from _fragments(match)
        yield ""
    if not found.matches and not found.asked.is_empty:
        yield "nothing was found"


def _fragments(match: Match) -> Iterator[str]:
    for fragment in match.fragments:
        past = "" if fragment.stands else " (earlier text)"
        yield f"  {places.shown(fragment.address)}{past}  {_version(fragment)}#{fragment.path}"
        yield f"    {_coloured(fragment.runs)}"
    if match.more:
        yield f"  more: --document {match.document.id}"


def _coloured(runs: Sequence[Run]) -> str:
    return "".join(click.style(clean(text), bold=True) if marked else clean(text) for text, marked in runs)
