"""verify, evidence, strike and export as an operator meets them, over a copy of the demo's history."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from db.store import FILE_NAME, Store
from feeds.addresses import version_path
from feeds.exports import evidence, verify_export
from feeds.site import Site
from tests.tracker.trust.conftest import AUTHORITY, copied
from tests.tracker.trust.test_packs import SCRIPT, with_diff
from tracker import corrections, publishing
from tracker.commands import trust
from tracker.errors import ConfigError, StoreError
from tracker.instance import Instance
from tracker.models import Event, SiteInfo

CONFIG = f"""
[site]
title = "Трекер"
base_url = "https://tracker.example"
authority = "{AUTHORITY}"
year = 2026
[storage]
directory = "var"
"""


@pytest.fixture
def config(replayed: Instance, tmp_path: Path) -> Path:
    """The configuration of a store that holds the demo's history with its roots."""
    (tmp_path / "var").mkdir()
    later = replayed.clock() + timedelta(days=2)
    with Store(copied(replayed, tmp_path / "var"), clock=lambda: later) as store:
        store.seal(AUTHORITY)
    path = tmp_path / "tracker.toml"
    path.write_text(CONFIG)
    return path


def opened(config: Path) -> Store:
    return Store(config.parent / "var", clock=lambda: datetime.now(UTC))


def run(command: click.Command, config: Path, *arguments: str) -> int:
    try:
        done = command.main(list(arguments), obj=config, standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return done if isinstance(done, int) else 0


def roots_file(config: Path, **changes: object) -> Path:
    with opened(config) as store:
        published = [root.published for root in store.roots()]
    path = config.parent / "roots.json"
    path.write_text(json.dumps({"roots": [{**root, **changes} for root in published]}))
    return path


def changed_text(config: Path) -> Event:
    with opened(config) as store:
        return with_diff(store)


# ------------------------------------------------------------ verify


def test_an_honest_store_passes(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trust.verify_command, config, "--root", str(roots_file(config))) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "everything is as it was written" in told.err


def test_what_is_wrong_is_named_a_line_each(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roots = roots_file(config)
    with closing(sqlite3.connect(config.parent / "var" / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("UPDATE payloads SET payload = '{}' WHERE seq = 7")
        connection.execute("DROP TRIGGER roots_no_delete")
        connection.execute("DELETE FROM roots WHERE number = 2")
    assert run(trust.verify_command, config, "--root", str(roots)) == 1
    told = capsys.readouterr().out
    assert "(line 7): tampered: the payload was altered\n" in told
    assert "it does not continue root 1" in told
    assert "this store has no such root" in told


def test_a_strike_is_said_and_is_no_fault(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = changed_text(config)
    assert run(trust.strike_command, config, event.id, "--reason", "личные\nданные") == 0
    capsys.readouterr()
    assert run(trust.verify_command, config) == 0
    assert capsys.readouterr().out.startswith(f"event {event.id}: struck on ")


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"roots": 5}', "[[]]", '[{"format":"duma-tracker-root/1"}]'])
def test_a_file_without_roots_is_refused(config: Path, content: str) -> None:
    path = config.parent / "given.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"give the roots\.json of the site"):
        run(trust.verify_command, config, "--root", str(path))


# ------------------------------------------------------------ evidence


def test_a_pack_is_written_for_its_owner_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = config.parent / "pack.zip"
    assert run(trust.evidence_command, config, changed_text(config).id, "--raw", "--out", str(out)) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.stat().st_mode & 0o077 == 0
    assert "records.warc.gz" in zipfile.ZipFile(out).namelist()
    with pytest.raises(ConfigError, match="there is no event"):
        run(trust.evidence_command, config, "nothing", "--out", str(out))
    assert not list(config.parent.glob(".*.new"))


# ------------------------------------------------------------ strike


def test_a_strike_leaves_nothing_on_the_published_site(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(CONFIG.replace("[storage]", 'publish = "public"\n[storage]'))
    event = changed_text(config)
    with opened(config) as store:
        site = Site(store, info())
        publishing.publish_site(store, site, config.parent / "public")
    page = config.parent / "public" / "event" / event.id
    assert {"index.html", "diff.docx", "diff.html"} <= {file.name for file in page.iterdir()}
    assert run(trust.strike_command, config, event.id, "--reason", "личные данные") == 0
    assert "backups, still hold it" in capsys.readouterr().err
    with opened(config) as store:
        struck = store.event(event.id)
        assert struck is not None
        assert struck.struck
        assert struck.payload == {}
        assert list(store.verify()) == []
        assert entry(store, struck) == ""
    assert {file.name for file in page.iterdir()} == {"index.html"}
    assert "Содержание удалено" in (page / "index.html").read_text()
    feeds = (config.parent / "public" / "feeds").rglob("*.atom")
    assert not [file for file in feeds if f"event/{event.id}</id>" in file.read_text()]


def test_entries_beside_a_struck_one_no_longer_name_what_it_said(config: Path) -> None:
    with opened(config) as store:
        publishing.render_entries(store, Site(store, info()))
        mate, lead = next(
            (event, found)
            for event in store.events(backfilled=False, limit=500)
            for found in store.bundle(event.bundle)
            if not event.lead and found.lead and not found.backfilled and event.id in entry(store, found)
        )
        before = entry(store, lead)
    assert run(trust.strike_command, config, mate.id, "--reason", "личные данные") == 0
    with opened(config) as store:
        after = entry(store, lead)
        assert entry(store, mate) == ""
        assert list(store.verify()) == []
    assert "Содержание удалено" in after
    assert "Содержание удалено" not in before


def info() -> SiteInfo:
    return SiteInfo(title="x", base_url="https://tracker.example", authority=AUTHORITY, year=2026, live=False)


def entry(store: Store, event: Event) -> str:
    found = store.entries(None, "atom", leads_only=False, limit=1000)
    return next((body.decode() for row, body in found if row.id == event.id), "")


def test_a_strike_names_the_corrections_that_repeat_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = changed_text(config)
    with opened(config) as store:
        made = corrections.correct(store, wrong.id, "это был другой текст", datetime.now(UTC))
    assert run(trust.strike_command, config, wrong.id, "--reason", "x") == 0
    assert f"its correction {made.id} repeats its title" in capsys.readouterr().err


def test_a_strike_names_what_still_shows_the_text(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = changed_text(config)
    with opened(config) as store:
        old, new = (version for version in evidence.texts(event, store) if version is not None)
        mates = [
            row.id
            for row in store.events(scope=f"document:{event.document_id}", limit=500)
            if row.id != event.id and {old, new} & set(evidence.texts(row, store))
        ]
    assert mates
    assert run(trust.strike_command, config, event.id, "--reason", "x") == 0
    told = " ".join(capsys.readouterr().err.split())
    assert f"stays, as the document's: on {version_path(old)} and {version_path(new)}, in /compare, /search" in told
    assert [name for name in mates if f"event {name} tells of the same text" not in told] == []
    assert run(trust.strike_command, config, mates[0], "--reason", "x") == 0
    assert f"event {event.id} tells" not in capsys.readouterr().err  # it was struck


def test_a_strike_that_cannot_be_made_changes_nothing(config: Path) -> None:
    with pytest.raises(ConfigError, match="there is no event"):
        run(trust.strike_command, config, "nothing", "--reason", "x")
    with pytest.raises(ConfigError, match="needs its reason"):
        run(trust.strike_command, config, changed_text(config).id, "--reason", " \n ")
    with opened(config) as store:
        assert store.strikes() == ()


# ------------------------------------------------------------ export


def test_the_ledger_is_checked_by_the_script_alone(config: Path) -> None:
    assert run(trust.strike_command, config, changed_text(config).id, "--reason", "x") == 0
    out, roots = config.parent / "ledger.jsonl", roots_file(config)
    assert run(trust.export_command, config, "--ledger", "--out", str(out)) == 0
    command = [sys.executable, "-I", str(SCRIPT), str(out), "--roots", str(roots)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "lines were read, 1 of them struck" in done.stdout
    assert done.stdout.count("the published root of") == len(json.loads(roots.read_text())["roots"])


def test_a_place_that_cannot_be_written_is_named_as_it_was_given(config: Path) -> None:
    out = config.parent / "nowhere" / "ledger.jsonl"
    with pytest.raises(StoreError, match=r"/nowhere/ledger\.jsonl: cannot be written \(No such file"):
        run(trust.export_command, config, "--ledger", "--out", str(out))


def test_an_altered_ledger_is_found_by_the_script(config: Path) -> None:
    out, roots = config.parent / "ledger.jsonl", roots_file(config)
    run(trust.export_command, config, "--ledger", "--out", str(out))
    whole = out.read_text().splitlines(keepends=True)
    heading, first, second, *rest = whole
    row = json.loads(second)
    for lines, says in (
        ([heading, first, *rest], "line 3 (event"),
        ([heading, second, first, *rest], "it does not continue line 0"),
        (
            [heading, first, json.dumps({**row, "payload": {}}) + "\n", *rest],
            "not the one that the line was written for",
        ),
        ([heading, first, json.dumps({**row, "payload": None}) + "\n", *rest], "was never struck"),
        ([heading, first, json.dumps({**row, "payload": {}, "salt": None}) + "\n", *rest], "was never struck"),
        ([heading, first, json.dumps({**row, "struck": "2026-01-01"}) + "\n", *rest], "but its payload or the salt"),
        (
            [heading, first, json.dumps({**row, "level": 1, "kind": "x"}) + "\n", *rest],
            "its hash is not that of the line",
        ),
        (whole[:-1], "is one of this ledger"),
        (whole[:20], "is one of this ledger"),
        ([heading, *[line for line in whole[1:] if '"root"' not in line[:8]]], "is one of this ledger"),
    ):
        out.write_text("".join(lines))
        wrong = [found.what for found in verify_export.findings(out, roots) if found.held is False]
        assert any(says in what for what in wrong), says


def test_an_event_a_document_and_a_period_are_exported(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = changed_text(config)
    sizes = []
    for number, arguments in enumerate(
        (
            ["--event", event.id],
            ["--document", str(event.document_id)],
            ["--since", "2026-03-01", "--until", "2026-04-01"],
            [],
        )
    ):
        out = config.parent / f"{number}.warc.gz"
        assert run(trust.export_command, config, "--warc", *arguments, "--out", str(out)) == 0
        command = [str(Path(sys.executable).with_name("warcio")), "check", str(out)]
        assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
        sizes.append(int(capsys.readouterr().err.rpartition(": ")[2].split()[0]))
    assert sizes[0] == 3  # both files and the page that told of them
    assert sizes[0] < sizes[1] < sizes[3]
    assert 0 < sizes[2] < sizes[3]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--event", "x"],
        ["--ledger", "--document", "bill/1"],
        ["--warc", "--event", "x", "--since", "2026-01-01"],
        ["--warc", "--since", "yesterday"],
    ],
)
def test_an_export_that_makes_no_sense_is_a_usage_error(config: Path, arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        run(trust.export_command, config, *arguments)


def test_an_export_of_what_is_not_there_leaves_no_file(config: Path) -> None:
    out = config.parent / "out"
    for arguments in (["--event", "nothing"], ["--document", "bill/1"]):
        with pytest.raises(ConfigError, match=r"no such document|there is no event"):
            run(trust.export_command, config, "--warc", *arguments, "--out", str(out))
    assert not out.exists()
    assert not list(config.parent.glob(".*.new"))
