"""How long it takes to read a bill card, a Word file and a law, beside the usual libraries, in one run.

Usage: python bench/reading.py [--runs N]

The files are genuine captures under ../shared as far as they are there, else pages made up in the real markup by the tests
of this project; the Word file is always made up (300 KB of text, a table, tracked changes). Which it was is said in front of
each table. Each peer runs in an environment of its own, made with pip below the user's cache folder at the first run; a peer
that cannot be installed is named and left out.

ms: best of N runs (15) in each of three rounds, in a process of its own, start-up excluded: bytes in, plain values out.
ratio: that over ours. Every way has to say the same of a file; the last column tells what it said. Only ratios within one run
mean anything.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUNNER = Path(__file__).with_name("reading_peers.py")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "duma-tracker-bench"
CARDS = ROOT.parent / "shared" / "sources" / "real" / "sozd" / "cards"
LAW = ROOT.parent / "shared" / "sources" / "real" / "editions" / "TK-197-FZ" / "tk_current_2026-06-11.html.gz"
ROUNDS, RUNS, TIME_OUT = 3, 15, 300

# Way of reading -> what pip installs for it (empty: nothing, it is ours), and its name in the table. The first is ours.
SOUP = ("beautifulsoup4", "lxml")
WAYS: dict[str, tuple[tuple[str, ...], str]] = {
    "card-ours": ((), "duma-tracker"),
    "card-soup-find": (SOUP, "BeautifulSoup + lxml, find_all"),
    "card-soup-select": (SOUP, "BeautifulSoup + lxml, select"),
    "docx-ours": ((), "duma-tracker"),
    "docx-ours-child": ((), "duma-tracker, in its guarded child process"),
    "docx-python-docx": (("python-docx",), "python-docx"),
    "law-ours": ((), "duma-tracker"),
    "law-soup": (SOUP, "BeautifulSoup + lxml"),
}
# Tells how a way's facts compare with ours.
Compare = Callable[[Any, Any], str]


# ---------------------------------------------------------------- what is read


def cards() -> Iterator[tuple[str, bytes]]:
    captures = sorted(CARDS.glob("*.html.gz"))
    for path in captures:
        yield f"bill card {path.name.partition('.')[0]}, a genuine capture", gzip.decompress(path.read_bytes())
    if not captures:
        yield "bill card, made up (no captures beside the repository)", made_up_card()


def made_up_card() -> bytes:
    from tests.scrapers import sozd_pages as pages  # noqa: PLC0415 - only without the captures

    steps = [pages.REGISTERED]
    for place in range(30):
        files = tuple(pages.FakeFile(pages.guid(1000 + 2 * place + n), f"Иной документ {n}") for n in range(2))
        moment = f"2026-03-{place % 28 + 1:02}T10:00:00"
        steps.append(pages.FakeStep("3.1", moment, "предложить отклонить", id=pages.guid(900 + place), files=files))
    page = pages.FakeCard(steps=tuple(steps), note=("Слово. " * 40,) * 40, help=True).body()
    return page.replace(b"iVBORw0KGgo", b"iVBORw0KGgo" * 10)  # the help window of real cards weighs 2.2 MB


def laws() -> Iterator[tuple[str, bytes]]:
    if LAW.is_file():
        yield "law of 1.5 MB (TK), a genuine capture", gzip.decompress(LAW.read_bytes())
        return
    from tests.scrapers import ips_pages  # noqa: PLC0415 - only without the capture

    paragraphs = [
        f'<p><span class="H">Статья {n}<span class="W9">1</span>. О выдумке</span></p>\r\n<p>{n}. {"Слово закона. " * 20}</p>'
        for n in range(1, 2000)
    ]
    yield "law, made up (no capture beside the repository)", ips_pages.frame("\n".join(paragraphs))


SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(number: int) -> str:
    """Every tenth has a tracked change: ten years become five."""
    start = run(f"{number}. Гражданин, принявший выдуманное решение, в течение ")
    end = run(" лет со дня его принятия уведомляет о нем выдуманный орган в порядке, установленном выдуманным законом.")
    if number % 10:
        return f"<w:p>{start}{run('десяти')}{end}</w:p>"
    author = 'w:author="-" w:date="2026-02-02T10:00:00Z"'
    deleted = f'<w:del w:id="{2 * number}" {author}><w:r><w:delText>десяти</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="{2 * number + 1}" {author}>{run("пяти")}</w:ins>'
    return f"<w:p>{start}{deleted}{inserted}{end}</w:p>"


def cell(text: str) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr><w:p>{run(text)}</w:p></w:tc>'


def word_files() -> Iterator[tuple[str, bytes]]:
    rows = "".join(f"<w:tr>{cell(f'строка {n}')}{cell(f'сумма {n}00 рублей')}</w:tr>" for n in range(1, 41))
    table = f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>{rows}</w:tbl>'
    text = "".join(map(paragraph, range(1, 1001))) + table + "".join(map(paragraph, range(1001, 2001)))
    types = f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}"/>'
    relations = f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
    kinds = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{kinds}{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        "word/document.xml": f"<w:document {SPACE}><w:body>{text}</w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    yield "Word file, made up: 300 KB of text, a table, tracked changes", out.getvalue()


# ---------------------------------------------------------------- what is said of it


def same_card(ours: Any, theirs: Any) -> str:
    if ours == theirs:
        return f"the same {len(ours[1])} steps and {len(ours[2])} files"
    return f"not the same: {len(theirs[1])} steps and {len(theirs[2])} files"


def right_text(_ours: Any, text: Any) -> str:
    """What a lawyer needs: the inserted word, without the deleted one, and the table in its place, row by row."""
    changed = [line for line in text.splitlines() if re.match(r"\d+0\. Гражданин", line)]
    tracked = bool(changed) and all(" пяти " in line and "десяти" not in line for line in changed)
    rows = [text.find(f"строка {n}") for n in (1, 20, 40)]
    placed = text.find("1000. Гражданин") < rows[0] < rows[1] < rows[2] < text.find("1001. Гражданин")
    return f"tracked changes {'right' if tracked else 'WRONG'}, table {'right' if placed else 'WRONG'}"


def size_of_law(_ours: Any, facts: Any) -> str:
    lines, notes = facts
    characters = sum(len("".join(line.split())) for line in lines)
    return f"{len(lines):,} lines of {characters:,} characters, {len(notes):,} notes of the publisher"


# ---------------------------------------------------------------- the contest


def python_of(wanted: tuple[str, ...]) -> Path | None:
    """The interpreter of a peer's environment; made at the first run. None when it cannot be installed."""
    if not wanted:
        return Path(sys.executable)
    folder = CACHE / "-".join(wanted)
    python = folder / "bin" / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *wanted]
        done = subprocess.run(command, capture_output=True, check=False, timeout=600)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            print(f"{' '.join(wanted)} could not be installed and is left out: {' '.join(reason)}")
            return None
        (folder / "ready").touch()
    return python


def measured(python: Path, way: str, path: Path, runs: int) -> dict[str, Any] | str:
    """Time and facts of one way, or the reason why there are none."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if python == Path(sys.executable) else None
    try:
        command = [str(python), str(RUNNER), way, str(path), str(runs)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=TIME_OUT, env=environment)
    except subprocess.TimeoutExpired:
        return f"more than {TIME_OUT} s"
    if done.returncode:
        return (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no answer"])[-1][:90]
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(name: str, body: bytes, pythons: dict[str, Path], compare: Compare, runs: int) -> None:
    print(f"\n**{name}** ({len(body):,} bytes)\n\n| way | ms | ratio | what it read |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(body)
        # In rounds: what else the machine does then falls on everybody.
        rounds = [{way: measured(python, way, path, runs) for way, python in pythons.items()} for _ in range(ROUNDS)]
    ours: dict[str, Any] | None = None
    for way in pythons:
        taken = [each[way] for each in rounds]
        figures = [each for each in taken if not isinstance(each, str)]
        if len(figures) < len(taken):
            print(f"| {WAYS[way][1]} | not measured: {next(each for each in taken if isinstance(each, str))} | | |")
            continue
        best = min(figures, key=lambda each: float(each["ms"]))
        ours = ours or best
        said = compare(ours["facts"], best["facts"])
        print(f"| {WAYS[way][1]} | {best['ms']:.1f} | {best['ms'] / ours['ms']:.1f} | {said} |", flush=True)


def machine() -> str:
    try:
        models = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        models = []
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"


def main(arguments: list[str]) -> int:
    runs = arguments[1] if len(arguments) == 2 and arguments[0] == "--runs" else str(RUNS)
    if (arguments and len(arguments) != 2) or not runs.isdecimal() or not int(runs):
        print("Usage: python bench/reading.py [--runs N]")
        return 2
    print(machine())
    pythons = {way: python_of(wanted) for way, (wanted, _) in WAYS.items()}
    contests: tuple[tuple[str, Callable[[], Iterator[tuple[str, bytes]]], Compare], ...] = (
        ("card", cards, same_card),
        ("docx", word_files, right_text),
        ("law", laws, size_of_law),
    )
    for kind, files, compare in contests:
        ready = {way: python for way, python in pythons.items() if python is not None and way.startswith(f"{kind}-")}
        for name, body in files():
            table(name, body, ready, compare, int(runs))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # made-up pages come from the tests
    raise SystemExit(main(sys.argv[1:]))
