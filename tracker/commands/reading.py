"""What works without a database: read, diff, classify, dates, capture."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path

import click

from diffs import compare, dates, normalise, report, structure, topic_scores, topics
from feeds import diffpage, labels
from scrapers import readings, registry
from scrapers.http import Gate
from tracker import capturing, reading_files
from tracker.commands.common import FAILED, Commands, fail, print_json, stderr
from tracker.commands.configured import settings_of
from tracker.errors import ConfigError, SourceError
from tracker.models import EditionKey, Part
from tracker.parts import policies_of, rules_of, utc_now


@click.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--source", help="What the page is from: sozd, publication, ips, kremlin or file; found by itself when not given."
)
@click.option("--url", default="", help="The address the page was saved from.")
def read_command(file: Path, source: str | None, url: str) -> None:
    """Parse a saved page and print what it says as JSON."""
    body = reading_files.bytes_of(file)
    if source is not None and source not in (*registry.SOURCES, "file"):
        known = ", ".join((*registry.SOURCES, "file"))
        raise ConfigError(f"no source {source!r}; there are: {known}")
    try:
        reading = reading_files.read(body, source=source, url=url, name=file.name)
    except SourceError as error:
        problem = getattr(error, "problem", "unreadable")
        print_json(
            {
                "source": source or registry.detect(body, url) or "",
                "page": "error",
                "error": problem,
                "message": str(error),
            }
        )
        fail(f"{file}: {problem}: {error}", FAILED)
    print_json(readings.to_json(reading))


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.pass_context
def diff_command(context: click.Context, old: str, new: str, form: str) -> None:
    """Compare two saved texts or pages as law, or two versions by their addresses on the site."""
    before, after = _law(context, old), _law(context, new)
    reading_files.require_one_script(before, after, (old, new))
    diff = compare.compare_texts(before, after)
    if form == "json":
        print_json(report.to_json(diff))
    elif form == "html":
        click.echo(diffpage.standalone(diff, old_name=Path(old).name, new_name=Path(new).name))
    else:
        noise = {rule: words.ru for rule, words in labels.NOISE.items()}
        click.echo(report.to_text(diff, colour=sys.stdout.isatty(), noise=noise))


_ADDRESS = re.compile(
    r"/?(?P<document>(?:bill|act|page)/.+)/(?P<part>text|note)/(?P<source>[a-z]+)/(?P<edition>[a-z0-9-]+)/(?P<number>\d+)"
)


def _law(context: click.Context, name: str) -> str:
    """The text that a file holds, or a version that the store holds: ``bill/968530-8/text/sozd/introduced/1``."""
    found = _ADDRESS.fullmatch(name.rstrip("/"))
    if found is None or Path(name).exists():
        return reading_files.law_text(Path(name))
    key = EditionKey(
        document_id=found["document"], part=Part(found["part"]), source=found["source"], edition=found["edition"]
    )
    from tracker.commands.opened import instance_of  # noqa: PLC0415 - the whole tracker, for whoever names a version only

    with instance_of(context) as instance:
        version = instance.store.version(key, int(found["number"]))
        sections = instance.store.sections(version.id) if version is not None else ()
    if not sections:
        raise ConfigError(f"{name}: no such version here, or its text was not read")
    return "\n".join(section.text for section in sections)


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    del context
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-01-31", param=parameter) from None


@click.command("dates")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--published", required=True, callback=_day, help="Day of official publication, as 2026-01-31.")
@click.option("--signed", callback=_day, help="Day of signing.")
@click.option("--kind", help="Kind of the act, as fz, ukaz or postanovlenie-pravitelstva: it says what silence means.")
def dates_command(file: Path, published: date, signed: date | None, kind: str | None) -> None:
    """Print the entry-into-force clauses of a text and the dates they give."""
    text = reading_files.law_text(file)
    sections = structure.structure(normalise.normalise(text).text)
    print_json(dates.to_json(dates.effective(sections, published=published, signed=signed, kind=kind)))


@click.command("classify")
@click.pass_context
def classify_command(context: click.Context) -> None:
    """Read titles on stdin, one to a line; print the topics of each as one JSON line."""
    rules = rules_of(settings_of(context))
    if sys.stdin is None:
        raise ConfigError("there is nothing on stdin to classify")
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            text = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ConfigError(f"line {number} of stdin is not UTF-8 text") from error
        if not text.strip():
            continue
        found = topics.classify(rules, text)
        matches = [{"topic": match.topic, "term": match.term, "text": match.text} for match in found.matches]
        row = {"text": text, "topics": list(found.topics), "needs_body": found.needs_body, "matches": matches}
        click.echo(json.dumps(row, ensure_ascii=False))


@click.group("topics", cls=Commands)
def topics_group() -> None:
    """The vocabulary of the topics."""


@topics_group.command("test")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rules",
    "own",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A vocabulary file to try, beside those that come with the tracker and those of the configuration; more than once.",
)
@click.pass_context
def topics_test(context: click.Context, file: Path, own: tuple[Path, ...]) -> None:
    """Print precision, recall and every miss of the vocabulary on a file of labelled titles (columns title and label)."""
    configured = {path.resolve(): path for path in settings_of(context).topics.files}
    rules = topics.load_rules((configured | {path.resolve(): path for path in own}).values())
    found = topic_scores.evaluate(rules, topic_scores.read_labelled(file, rules))
    for score in found.scores:
        click.echo(f"{score.topic}\tprecision {score.precision:.3f}\trecall {score.recall:.3f}\tfound {score.found}")
        for word, misses in (("missed", score.missed), ("false", score.false)):
            for miss in misses:
                because = ", ".join(match.text for match in miss.matches)
                click.echo(
                    f"{score.topic}\t{word}\tline {miss.line}\t{miss.title}" + (f"\t({because})" if because else "")
                )
    click.echo(f"titles that say something: {found.titles}; left to their bodies: {len(found.silent)}")


@click.command("capture")
@click.argument("url")
@click.option("--source", type=click.Choice(sorted({*registry.SOURCES, "page"})), default="page", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), help="File, or directory where the page is named itself."
)
@click.pass_context
def capture_command(context: click.Context, url: str, source: str, out: Path) -> None:
    """Fetch one page through the gate; save its bytes as they came, and its headers beside them."""
    settings = settings_of(context)
    with Gate(user_agent=settings.user_agent, policies=policies_of(settings), clock=utc_now) as gate:
        saved = capturing.capture(gate, url, source=source, out=out)
    click.echo(saved.page)
    for warning in saved.warnings:
        stderr.print(warning, markup=False)
    answer = saved.response
    stderr.print(f"{answer.status}, {len(answer.body)} bytes, {answer.content_type or 'no type'}", markup=False)
