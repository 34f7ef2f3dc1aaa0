"""How long a comparison of two editions takes, and how much it shows, beside git and diff-match-patch, in one run.

Usage: python bench/diff.py [OLD NEW]    (texts, plain or .gz; without arguments the editions under ../shared, as far as
they are there, and the bill of the demonstration)

`shown` is the number of words in deletions and insertions, `ratio` that number over the shortest edit (Indel distance over
all words of both texts). Only ratios within one run mean anything.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from rapidfuzz.distance import Indel

from diffs.compare import compare_texts
from diffs.normalise import normalise

ROOT = Path(__file__).resolve().parents[1]
EDITIONS = ROOT.parent / "shared" / "sources" / "real" / "editions"
DEMO = ROOT / "tracker" / "demo_history" / "texts"
PAIRS = (
    ("152-FZ", EDITIONS / "152-FZ" / "152-fz_rdk33.txt", EDITIONS / "152-FZ" / "152-fz_rdk37.txt"),
    (
        "TK-197-FZ",
        EDITIONS / "TK-197-FZ" / "tk_2023-11-25_konard.txt.gz",
        EDITIONS / "TK-197-FZ" / "tk_current_2026-06-11.txt.gz",
    ),
    ("demo bill", DEMO / "a-introduced.txt", DEMO / "a-second-reading.txt"),
)
WORD = re.compile(r"\w+")
RUNS = 3


def read(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def ours(old: str, new: str) -> int:
    stats = compare_texts(old, new).stats
    return stats.words_added + stats.words_removed


def git(old: str, new: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("old", old), ("new", new)):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        command = ["git", "diff", "--no-index", "--word-diff=porcelain", "--histogram", "old", "new"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return sum(len(WORD.findall(line)) for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---")))


def match_patch(old: str, new: str) -> int:
    from diff_match_patch import diff_match_patch  # noqa: PLC0415 - a peer may be absent

    return sum(len(WORD.findall(text)) for sign, text in diff_match_patch().diff_main(old, new) if sign)


def measure(work: Callable[[str, str], int], old: str, new: str) -> tuple[float, int]:
    best, shown = float("inf"), 0
    for _ in range(RUNS):
        start = time.perf_counter()
        shown = work(old, new)
        best = min(best, time.perf_counter() - start)
    return best * 1000, shown


def table(name: str, old: str, new: str) -> None:
    # Everybody gets the same law: notes of the publisher are not part of the contest.
    old, new = normalise(old).text, normalise(new).text
    shortest = int(Indel.distance(WORD.findall(old), WORD.findall(new)))
    print(f"\n{name}: {len(old)} and {len(new)} characters, shortest edit {shortest} words")
    print(f"{'method':<34}{'ms':>10}{'shown':>10}{'ratio':>8}")
    rows: list[tuple[str, Callable[[str, str], int]]] = [("duma-tracker compare_texts", ours)]
    if shutil.which("git"):
        rows.append(("git diff --word-diff --histogram", git))
    else:
        print("git is not installed: skipped")
    if find_spec("diff_match_patch"):
        rows.append(("diff-match-patch, default", match_patch))
    else:
        print("diff-match-patch is not installed: skipped")
    for label, work in rows:
        took, shown = measure(work, old, new)
        print(f"{label:<34}{took:>10.1f}{shown:>10}{shown / shortest if shortest else 0:>8.2f}")


def main(arguments: list[str]) -> int:
    if len(arguments) == 2:
        first, second = (Path(argument) for argument in arguments)
        table(f"{first.name} -> {second.name}", read(first), read(second))
        return 0
    if arguments:
        print("Name two texts or none: python bench/diff.py OLD NEW")
        return 2
    for name, old, new in PAIRS:
        if old.is_file() and new.is_file():
            table(name, read(old), read(new))
        else:
            print(f"\n{name}: the two texts are not here ({old.parent.name}/{old.name}, {new.name}): skipped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
