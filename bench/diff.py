"""How long a comparison of two texts takes and how much it shows, beside seven other ways, in one run.

Usage: python bench/diff.py [--quick] [OLD NEW]

Without texts: the editions under ../shared as far as they are there, the bill of the demonstration, and hostile layouts made
of them. `--quick` leaves out the three peers that take minutes. Each peer runs in an environment of its own, which is made
with pip below the user's cache folder at the first run; a peer that cannot be installed is named and left out.

ms: processor time from the texts in memory to the operations, best of up to twenty runs in a process of its own, start-up of
Python excluded. For git that is: both texts written to files, git started, its output read into spans; "words and marks
apart" is the same with a pattern for words, because git by itself takes all between two blanks for one; "git alone" is what git
needs by itself, with the files on disk, its output unread and the time of comparing two empty files taken off. MB: peak
memory beyond interpreter, libraries and texts. shown: words in deletions and insertions; ratio: that number over the shortest
edit (Indel distance over all words). cut: edges inside a word. Only ratios within one run mean anything.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from rapidfuzz.distance import Indel

from diffs.normalise import normalise
from scrapers.ips import read as read_page

ROOT = Path(__file__).resolve().parents[1]
RUNNER = Path(__file__).with_name("diff_peers.py")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "duma-tracker-bench"
EDITIONS = ROOT.parent / "shared" / "sources" / "real" / "editions"
LAW = EDITIONS / "152-FZ"
CODE = EDITIONS / "TK-197-FZ"
DEMO = ROOT / "tracker" / "demo_history" / "texts"
PAGE = "http://pravo.gov.ru/proxy/ips/?doc_itself=&nd=102074279"
WORD = re.compile(r"\w+")
RUNS, TIME_OUT = 20, 40
GIT = shutil.which("git") or "git"

# What is measured -> what pip calls it (None: it is in our own environment or on the machine).
PEERS: dict[str, str | None] = {
    "ours": None,
    "ours-operations": None,
    "git": None,
    "git-words": None,
    "git-alone": None,
    "changedetection.io": "changedetection.io",
    "diff-match-patch": "diff-match-patch",
    "fast-diff-match-patch": "fast-diff-match-patch",
    "difflib": None,
    "lxml.html.diff": "lxml",
    "redlines": "redlines typing_extensions",  # it imports the second and does not ask for it
}
NAMES = {
    "ours": "duma-tracker, the whole Diff",
    "ours-operations": "duma-tracker, its operations",
    "git": "git diff --word-diff --histogram",
    "git-words": "git, words and marks apart",
    "git-alone": "git alone: files on disk, start taken off, output unread",
    "changedetection.io": "changedetection.io render_diff",
    "diff-match-patch": "diff-match-patch, default",
    "difflib": "difflib over words",
}
SLOW = {"difflib", "lxml.html.diff", "redlines"}


# ---------------------------------------------------------------- the pairs


def read(path: Path) -> str:
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return read_page(raw, url=PAGE).text if ".html" in path.name else raw.decode("utf-8")


def wrapped(text: str, width: int = 78) -> str:
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return "\n".join(lines)


def with_moved_articles(text: str) -> str:
    """Ten articles, words and numbers untouched, to other places."""
    articles = re.split(r"\n(?=Статья \d)", text)
    chance = random.Random(99)  # noqa: S311 - the same places every time
    for _ in range(10):
        article = articles.pop(chance.randrange(1, len(articles) - 1))
        articles.insert(chance.randrange(1, len(articles) - 1), article)
    return "\n".join(articles)


def renumbered(text: str) -> str:
    """A new article in the middle; the numbers of all articles after it grow by one."""
    head, *articles = re.split(r"\n(?=Статья \d+[.^ ])", text)
    middle = next(at for at in range(len(articles) // 2, len(articles)) if re.match(r"Статья \d+\. ", articles[at]))
    shifted = [
        re.sub(r"^Статья (\d+)", lambda found: f"Статья {int(found[1]) + 1}", article) for article in articles[middle:]
    ]
    number = re.findall(r"^Статья (\d+)", articles[middle])[0]
    added = f"Статья {number}. Вымышленная статья\nСуд ведет реестр вымышленных дел."
    return "\n".join([head, *articles[:middle], added, *shifted])


def pairs() -> Iterator[tuple[str, str, str]]:
    """Name, old text, new text. All but the ones "as published" come without the publisher's notes, for everybody."""
    files = {
        "152-FZ": (LAW / "152-fz_rdk33.txt", LAW / "152-fz_rdk37.txt"),
        "TK": (CODE / "tk_2023-11-25_konard.txt.gz", CODE / "tk_current_2026-06-11.txt.gz"),
        "TK from html": (CODE / "tk_2023-11-25_konard.html.gz", CODE / "tk_current_2026-06-11.html.gz"),
        "demo bill": (DEMO / "a-introduced.txt", DEMO / "a-second-reading.txt"),
    }
    texts: dict[str, tuple[str, str]] = {}
    for name, (old, new) in files.items():
        if not (old.is_file() and new.is_file()):
            print(f"\n{name}: {old.name} and {new.name} are not here: left out")
            continue
        published = read(old), read(new)
        texts[name] = normalise(published[0]).text, normalise(published[1]).text
        if name == "TK":
            yield "TK, as published", *published
        yield name, *texts[name]
    name = "TK" if "TK" in texts else "demo bill"
    old_text, new_text = texts[name]
    yield f"{name}, the new text re-wrapped", old_text, wrapped(new_text)
    yield f"{name}, the new text in one line", old_text, " ".join(new_text.split())
    yield f"{name}, both in one line", " ".join(old_text.split()), " ".join(new_text.split())
    if "TK" in texts:
        yield "TK, ten articles moved", old_text, with_moved_articles(old_text)
        yield "TK, an article inserted and all after it renumbered", old_text, renumbered(old_text)
    if "152-FZ" in texts and "TK" in texts:
        yield "total rewrite, 152-FZ to TK", texts["152-FZ"][1], texts["TK"][1]


# ---------------------------------------------------------------- the peers


def python_of(peer: str, requirement: str | None) -> Path | None:
    """The interpreter of the peer's environment; made at the first run. None when it cannot be installed."""
    if requirement is None:
        return Path(sys.executable)
    folder = CACHE / peer
    python = folder / "bin" / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *requirement.split()],
            capture_output=True,
            check=False,
            timeout=600,
        )
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            print(f"{peer} could not be installed and is left out: {' '.join(reason)}")
            return None
        (folder / "ready").touch()
    return python


def measured(python: Path, peer: str, old: Path, new: Path) -> dict[str, float | None] | str:
    """The figures of one peer, or the reason why there are none."""
    command = [str(part) for part in (python, RUNNER, peer, old, new, RUNS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if python == Path(sys.executable) else None
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=TIME_OUT, env=environment)
    except subprocess.TimeoutExpired:
        return f"more than {TIME_OUT} s"
    if done.returncode:
        return (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no answer"])[-1][:90]
    figures: dict[str, float | None] = json.loads(done.stdout.splitlines()[-1])
    return figures


def start_of_git(folder: Path) -> float:
    """What starting git costs, in ms of processor time."""
    empty = [folder / "empty-old", folder / "empty-new"]
    for path in empty:
        path.write_text("")
    took = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([GIT, "diff", "--no-index", *map(str, empty)], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(took) * 1000


def row(label: str, figures: dict[str, float | None] | str, shortest: int) -> str:
    if isinstance(figures, str):
        return f"| {label} | not measured: {figures} | | | | |"
    ms, memory, shown, cuts = (figures[key] for key in ("ms", "memory", "shown", "cuts"))
    ratio = f"{(shown or 0) / shortest:.2f}" if shortest else ""
    cells = [label, f"{ms:.1f}", "" if memory is None else f"{memory:.0f}", f"{shown}", ratio]
    return "| " + " | ".join([*cells, "" if cuts is None else f"{cuts}"]) + " |"


def table(name: str, old: str, new: str, pythons: dict[str, Path]) -> None:
    shortest = int(Indel.distance(WORD.findall(old), WORD.findall(new)))
    print(f"\n**{name}**: {len(old):,} and {len(new):,} characters, shortest edit {shortest:,} words\n")
    print("| way | ms | MB | shown | ratio | cut |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / side for side in ("old.txt", "new.txt")]
        for path, text in zip(paths, (old, new), strict=True):
            path.write_text(text, encoding="utf-8")
        for peer, python in pythons.items():
            figures = measured(python, peer, *paths)
            if peer == "git-alone" and not isinstance(figures, str) and figures["ms"] is not None:
                figures["ms"] = max(0.0, figures["ms"] - start_of_git(Path(folder)))
            print(row(NAMES.get(peer, peer), figures, shortest), flush=True)


def machine() -> str:
    try:
        models = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        models = []
    model = models[0] if models else platform.processor() or platform.machine()
    version = subprocess.run([GIT, "--version"], capture_output=True, check=False, text=True).stdout.strip()
    return f"{model}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, {version}"


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    named = [Path(argument) for argument in arguments if argument != "--quick"]
    if len(named) not in {0, 2} or not all(path.is_file() for path in named):
        print("Name two texts or none: python bench/diff.py [--quick] [OLD NEW]")
        return 2
    print(machine())
    pythons = {peer: python_of(peer, wanted) for peer, wanted in PEERS.items() if not (quick and peer in SLOW)}
    ready = {peer: python for peer, python in pythons.items() if python is not None}
    if named:
        table(f"{named[0].name} -> {named[1].name}", read(named[0]), read(named[1]), ready)
        return 0
    for name, old, new in pairs():
        table(name, old, new, ready)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
