"""What a person at a terminal meets: every command as a process of its own, one clear line and the right exit code."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from db.store import Store
from tracker.models import EventDraft, EventKind, Level, Observation

ROOT = Path(__file__).parents[2]

OLD = "Статья 1\n1. Решение принимается в течение десяти дней.\n2. Срок не продлевается.\n"
NEW = "Статья 1\n1. Решение принимается в течение пяти дней.\n2. Срок не продлевается.\n"


def command(*arguments: str, cwd: Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker.cli", *arguments],
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in lines[0]
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("cheque",), 2, "did you mean check?"),
        (("frobnicate",), 2, "there are:"),
        (("watch", "ad", "1-8"), 2, "did you mean add?"),
        (("read", "missing.html"), 2, "missing.html: no such file"),
        (("read", "."), 2, "a directory"),
        (("read", "page.html", "--source", "nowhere"), 2, "there are: sozd"),
        (("diff", "page.html", "missing.txt"), 2, "missing.txt: no such file"),
        (("capture", "ftp://example.org/x"), 1, "http"),
        (("capture", "not a url"), 1, "URL 'not a url'"),
        (("watch", "add", "12345"), 2, "968530-8"),
        (("watch", "add", "x", "--url", "file:///etc/passwd"), 1, "http"),
        (("watch", "add", "http://10.1.2.3/order"), 1, "only public addresses are fetched"),
        (("watch", "add", "x", "--url", "http://localhost:8000/"), 1, "only public addresses are fetched"),
        (("watch", "remove", "968530-8"), 2, "is not followed"),
        (("watch", "add", "MVD-Order", "--url", "https://example.org/x"), 2, "made of a-z"),
        (("watch", "add", "приказ", "--url", "https://example.org/x"), 2, "made of a-z"),
        (("watch", "add", "968530-8", "--selector", "x"), 2, "a bill is found by its number"),
        (("watch", "add", "федеральный закон от 28.04.2023 № 138-ФЗ", "--selector", "main"), 2, "needs a url"),
        (("watch", "add", ""), 2, "exactly one"),
        (("watch", "add", "foo"), 2, "--url"),
        (("diff", "empty.txt", "page.html"), 1, "empty.txt: the file is empty"),
        (("check", "968530-8"), 2, "is not followed"),
        (("--config", "nowhere.toml", "check"), 2, "nowhere.toml: no such file"),
        (("--config", "wrong.toml", "check"), 2, "did you mean title?"),
        (("--config", "broken.toml", "doctor"), 1, ""),
        (("serve", "--port", "99999999"), 2, "port"),
        (("demo", "--port", "-1"), 2, "port"),
    ],
)
def test_bad_input_is_one_line_and_the_right_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "page.html").write_text("<html><body>x</body></html>")
    (tmp_path / "wrong.toml").write_text('[site]\ntitel = "x"\n')
    (tmp_path / "broken.toml").write_text("[site\n")
    (tmp_path / "empty.txt").write_text("")
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    if words:
        assert words in one_line(done)


def test_read_names_the_class_of_an_error_page_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "error.json").write_text('{"message":"Внутренняя ошибка сервера"}')
    done = command("read", "error.json", "--source", "publication", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["page"] == "error"
    assert json.loads(done.stdout)["error"] == "server_error"
    assert "server_error" in one_line(done)
    (tmp_path / "empty.html").write_bytes(b"")
    done = command("read", "empty.html", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["error"]) == (1, "empty")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"x" * 10000)[:-20])
    assert command("read", "cut.gz", cwd=tmp_path).returncode == 2


def test_read_prints_a_text_as_units(tmp_path: Path) -> None:
    (tmp_path / "law.txt").write_text(OLD)
    done = command("read", "law.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["source"] == "file"
    assert [section["path"] for section in data["sections"]] == ["st-1", "st-1.ch-1", "st-1.ch-2"]


def test_diff_in_three_formats(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(OLD)
    (tmp_path / "new.txt").write_text(NEW)
    done = command("diff", "old.txt", "new.txt", "--format", "json", cwd=tmp_path)
    data = json.loads(done.stdout)
    assert not data["same"]
    (operation,) = data["operations"]
    assert operation["old_address"] == "ст. 1 ч. 1"
    assert ["-", "десяти"] in [[sign, text.strip()] for sign, text in operation["spans"]]
    assert data["significance"]["level"] == 2
    assert set(data) >= {"same", "operations", "groups", "stats", "significance", "noise"}
    text = command("diff", "old.txt", "new.txt", cwd=tmp_path).stdout
    assert "ст. 1 ч. 1" in text
    page = command("diff", "old.txt", "new.txt", "--format", "html", cwd=tmp_path).stdout
    assert "<del>" in page.replace("<del ", "<del>")
    assert "<script" not in page
    (tmp_path / "yo.txt").write_text(NEW.replace("течение", "тёчение"))
    assert "Не считается изменением: буквы е и ё × 1." in command("diff", "new.txt", "yo.txt", cwd=tmp_path).stdout
    same = command("diff", "old.txt", "old.txt", "--format", "json", cwd=tmp_path)
    assert json.loads(same.stdout)["same"]


def test_classify_prints_one_json_line_for_each_title(tmp_path: Path) -> None:
    titles = (
        'О внесении изменений в Федеральный закон "О гражданстве Российской Федерации"\n\n'
        "О внесении изменений в отдельные законодательные акты Российской Федерации\n"
        "О пчеловодстве\n"
    )
    done = command("classify", cwd=tmp_path, given=titles)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["topics"] for row in rows] == [["citizenship"], [], []]
    assert [row["needs_body"] for row in rows] == [False, True, False]
    assert rows[0]["matches"][0].keys() == {"topic", "term", "text"}


def test_classify_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker.cli", "classify"],
        cwd=tmp_path,
        input="О прекращении гражданства\n".encode("cp1251"),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert "line 1 of stdin is not UTF-8" in done.stderr.decode()


def test_without_a_command_there_is_help(tmp_path: Path) -> None:
    done = command(cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) > 10


def test_init_watch_and_doctor_go_together(tmp_path: Path) -> None:
    assert command("init", cwd=tmp_path).returncode == 0
    again = command("init", cwd=tmp_path)
    assert (again.returncode, "is there already" in one_line(again)) == (2, True)
    assert command("watch", "add", "100001-99", cwd=tmp_path).stdout.strip() == "bill/100001-99"
    words = "Указ Президента РФ от 27.01.2026 № 9907"
    added = command("watch", "add", words, "--url", "https://example.org/9907", "--selector", "main", cwd=tmp_path)
    assert added.stdout.strip() == "act/ukaz/2026-01-27/9907"
    (tmp_path / "list.txt").write_text("# notes\n100002-99\n\n100003-99\n")
    assert command("watch", "import", "list.txt", cwd=tmp_path).stdout.split() == ["bill/100002-99", "bill/100003-99"]
    listed = json.loads(command("watch", "list", "--json", cwd=tmp_path).stdout)
    assert "bill/968530-8" in [row["target"] for row in listed if row["origin"] == "watchlist"]
    assert [row["target"] for row in listed if row["origin"] == "cli"] == [
        "act/ukaz/2026-01-27/9907",
        "bill/100001-99",
        "bill/100002-99",
        "bill/100003-99",
    ]
    assert command("watch", "remove", "100002-99", cwd=tmp_path).returncode == 0
    refused = command("watch", "remove", "968530-8", cwd=tmp_path)
    assert (refused.returncode, "watch mute" in one_line(refused)) == (2, True)
    assert command("watch", "mute", "968530-8", cwd=tmp_path).stdout.strip() == "bill/968530-8"
    listed = json.loads(command("watch", "list", "--json", cwd=tmp_path).stdout)
    assert [row["target"] for row in listed if row["muted"]] == ["bill/968530-8"]
    assert command("watch", "confirm", "968530-8", cwd=tmp_path).returncode == 0
    (tmp_path / "tracker.toml").write_text('[[watch]]\nbill = "100009-99"\n')
    refused = command("watch", "remove", "100009-99", cwd=tmp_path)
    assert (refused.returncode, "configuration file" in one_line(refused)) == (2, True)
    assert command("watch", "add", "my-page", "--url", "https://example.org/p", cwd=tmp_path).returncode == 0
    assert command("watch", "remove", "my-page", cwd=tmp_path).returncode == 0
    done = command("doctor", "--offline", cwd=tmp_path)
    assert done.returncode == 1, "nobody can be reached without a contact"
    assert "[http] contact" in done.stdout


def test_the_operator_has_the_last_word_on_a_doubted_page(tmp_path: Path) -> None:
    command("watch", "add", "100001-99", cwd=tmp_path)
    assert command("quarantine", "list", cwd=tmp_path).stdout == ""
    done = command("quarantine", "accept", "7", "--reason", "seen in the newspaper", cwd=tmp_path)
    assert done.returncode == 1
    assert "no open quarantine case 7" in one_line(done)
    assert command("quarantine", "accept", "7", cwd=tmp_path).returncode == 2


def test_a_wrong_line_of_an_import_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("100002-99\nnot a bill\n")
    done = command("watch", "import", "list.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert "list.txt, line 2" in one_line(done)


def test_a_locked_database_is_one_line(tmp_path: Path) -> None:
    command("watch", "add", "100001-99", cwd=tmp_path)
    with sqlite3.connect(tmp_path / "var" / "tracker.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        done = command("watch", "add", "100002-99", cwd=tmp_path)
        other.execute("ROLLBACK")
    other.close()
    assert done.returncode == 1
    waiting, said = done.stderr.strip().splitlines()
    assert "database.locked" in waiting, "a wait of half a minute is not spent in silence"
    assert said.startswith("duma-tracker: ")
    assert "locked by another process" in said


def test_a_damaged_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "tracker.sqlite").write_bytes(b"this is not a database at all, by any means" * 100)
    done = command("watch", "list", cwd=tmp_path)
    assert done.returncode == 1
    assert "tracker.sqlite" in one_line(done)


@pytest.fixture
def running(tmp_path: Path, httpserver: HTTPServer) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`run` on a free port, its sources played by a local server that knows nothing."""
    base = httpserver.url_for("/").rstrip("/")
    (tmp_path / "tracker.toml").write_text(
        f'[http]\nproxy = "{base}"\n[sources.sozd]\nbase_url = "http://sozd.invalid"\ndelay = 0\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "run", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    address = next(line for line in process.stderr if line.startswith("http")).split()[0]
    yield process, address
    process.kill()
    process.communicate()


def test_run_serves_holds_the_lease_and_stops_gracefully(
    tmp_path: Path, running: tuple[subprocess.Popen[str], str]
) -> None:
    process, address = running
    with urllib.request.urlopen(address + "feeds/all.atom", timeout=20) as answer:  # noqa: S310  # a local server
        assert answer.status == 200
        assert b"<feed" in answer.read()
    second = command("run", "--port", "0", cwd=tmp_path)
    assert second.returncode == 75
    assert "another instance" in one_line(second)
    assert command("check", cwd=tmp_path).returncode == 75
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - started < 30
    assert command("watch", "list", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "var" / "tracker.sqlite") as database:
        assert database.execute("SELECT count(*) FROM leases").fetchone() == (0,)
    database.close()


def test_a_mistake_is_corrected_while_run_is_at_work(
    tmp_path: Path, running: tuple[subprocess.Popen[str], str]
) -> None:
    _, address = running
    mistake = EventDraft(
        kind=EventKind.COVERAGE_GAP,
        document_id=None,
        source="sozd",
        key="sozd/x",
        digests=(),
        occurred_at=None,
        level=Level.MAJOR,
        payload={"source": "sozd"},
        scopes=("all",),
    )
    with Store(tmp_path / "var", clock=lambda: datetime.now(UTC)) as store:
        (wrong,) = store.record(Observation(observed_at=datetime.now(UTC), events=(mistake,)))
    done = command("correct", wrong.id, "--reason", "перерыва не было", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with urllib.request.urlopen(address + "feeds/all.atom", timeout=20) as answer:  # noqa: S310  # a local server
        assert "перерыва не было" in answer.read().decode()
    verified = command("verify", cwd=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_an_occupied_port_is_one_line(tmp_path: Path, httpserver: HTTPServer) -> None:
    done = command("serve", "--port", str(httpserver.port), cwd=tmp_path)
    assert done.returncode == 2
    assert "--port" in one_line(done)
