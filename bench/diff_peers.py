"""One way of comparing two texts, measured: run by `bench/diff.py` with the Python of that peer's own environment.

Usage: python diff_peers.py PEER OLD NEW RUNS    (prints one JSON object)

Start-up and imports are over before the clock starts; the texts are in memory, the operations are out when it stops. Git is a
program of its own, so for it that means: both texts are written to files, git is started and its output is read into spans.
The peer "git-alone" finds the files on disk and leaves the output unread; "git-words" is told what a word is, where git by
itself takes whatever stands between two blanks ("лет," and "лет" are two words for it). The clock counts processor time of
this process and its children, so that what else runs on the machine counts for little. Memory is what the first run needed on
top of interpreter, libraries and texts. Nothing but the standard library is imported here, except by the peer that is asked for.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from html import escape
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

Spans = list[tuple[str, str]]  # ("=", "-" or "+", text)
Work = Callable[[], Any]
Shown = Callable[[Any], Spans]

WORD = re.compile(r"\w+")
SIGNS = {0: "=", -1: "-", 1: "+"}


def ours(old: str, new: str) -> tuple[Work, Shown]:
    compare_texts = import_module("diffs.compare").compare_texts

    return lambda: compare_texts(old, new), lambda diff: shown_by(diff.operations)


def ours_operations(old: str, new: str) -> tuple[Work, Shown]:
    operations_of_texts = import_module("diffs.compare").operations_of_texts

    return lambda: operations_of_texts(old, new), shown_by


def shown_by(operations: Any) -> Spans:
    found: Spans = []
    for operation in operations:
        found += [*operation.spans, ("=", "\n")]
    return found


GIT_DIFF = ("git", "diff", "--no-index", "--word-diff=porcelain", "--histogram")


# Words and marks apart, as the other peers have them. Letters of Russian are letters only where the locale says so.
GIT_WORDS = (*GIT_DIFF, r"--word-diff-regex=\w+|[^\w[:space:]]")
UTF_8 = {**os.environ, "LC_ALL": "C.UTF-8"}


def git(old: str, new: str, command: Sequence[str] = GIT_DIFF) -> tuple[Work, Shown]:
    """Texts in, operations out, as a program has to call it."""

    def work() -> Spans:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / side for side in ("old", "new")]
            for path, text in zip(paths, (old, new), strict=True):
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([*command, *paths], capture_output=True, check=False, env=UTF_8)
        return read_porcelain(done.stdout.decode("utf-8", "replace"))

    return work, lambda spans: spans


def git_words(old: str, new: str) -> tuple[Work, Shown]:
    return git(old, new, GIT_WORDS)


def git_alone(old: str, new: str) -> tuple[Work, Shown]:
    """The program by itself, given two paths."""

    def work() -> bytes:
        return subprocess.run([*GIT_DIFF, old, new], capture_output=True, check=False).stdout

    return work, lambda output: read_porcelain(output.decode("utf-8", "replace"))


def read_porcelain(output: str) -> Spans:
    found: Spans = []
    for line in output.splitlines():
        if line[:1] in {"+", "-"} and not line.startswith(("+++ ", "--- ")):
            found.append((line[0], line[1:]))
        elif line[:1] == " ":
            found.append(("=", line[1:]))
        elif line == "~":
            found.append(("=", "\n"))
    return found


def match_patch(old: str, new: str) -> tuple[Work, Shown]:
    diff_match_patch = import_module("diff_match_patch").diff_match_patch

    return lambda: diff_match_patch().diff_main(old, new), lambda edits: [(SIGNS[sign], text) for sign, text in edits]


def fast_match_patch(old: str, new: str) -> tuple[Work, Shown]:
    diff = import_module("fast_diff_match_patch").diff

    def shown(edits: Any) -> Spans:
        found: Spans = []
        at = {"old": 0, "new": 0}
        for sign, length in edits:
            side, text = ("new", new) if sign == "+" else ("old", old)
            found.append((sign, text[at[side] : at[side] + length]))
            at["old"] += length if sign != "+" else 0
            at["new"] += length if sign != "-" else 0
        return found

    return lambda: diff(old, new, counts_only=True), shown


def standard_difflib(old: str, new: str) -> tuple[Work, Shown]:

    pieces = re.compile(r"\w+|\s+|[^\w\s]")

    def work() -> Any:
        before, after = pieces.findall(old), pieces.findall(new)
        return before, after, SequenceMatcher(None, before, after).get_opcodes()

    def shown(result: Any) -> Spans:
        before, after, codes = result
        found: Spans = []
        for tag, i1, i2, j1, j2 in codes:
            if tag == "equal":
                found.append(("=", "".join(before[i1:i2])))
            else:
                found += [("-", "".join(before[i1:i2])), ("+", "".join(after[j1:j2]))]
        return found

    return work, shown


def lxml_htmldiff(old: str, new: str) -> tuple[Work, Shown]:
    fragments_fromstring = import_module("lxml.html").fragments_fromstring
    htmldiff = import_module("lxml.html.diff").htmldiff

    pages = ["".join(f"<p>{escape(line)}</p>" for line in text.splitlines()) for text in (old, new)]

    def shown(page: Any) -> Spans:
        found: Spans = []
        for part in fragments_fromstring(page):
            if not isinstance(part, str):
                found += [("-" if el.tag == "del" else "+", el.text_content()) for el in part.iter("ins", "del")]
        return found

    return lambda: htmldiff(*pages), shown


def redlines(old: str, new: str) -> tuple[Work, Shown]:
    redlines_of = import_module("redlines").Redlines

    def shown(changes: Any) -> Spans:
        found: Spans = []
        for change in changes:
            found += [("-", change.source_text or ""), ("+", change.test_text or "")]
        return found

    return lambda: redlines_of(old, new).changes, shown


def changedetection(old: str, new: str) -> tuple[Work, Shown]:
    diff = import_module("changedetectionio.diff")
    import_module("loguru").logger.disable("changedetectionio")
    marks = [
        ("-", diff.REMOVED_PLACEMARKER_OPEN, diff.REMOVED_PLACEMARKER_CLOSED),
        ("+", diff.ADDED_PLACEMARKER_OPEN, diff.ADDED_PLACEMARKER_CLOSED),
        ("-", diff.CHANGED_PLACEMARKER_OPEN, diff.CHANGED_PLACEMARKER_CLOSED),
        ("+", diff.CHANGED_INTO_PLACEMARKER_OPEN, diff.CHANGED_INTO_PLACEMARKER_CLOSED),
    ]

    def shown(rendered: Any) -> Spans:
        return [
            (sign, text)
            for sign, start, end in marks
            for text in re.findall(f"{re.escape(start)}(.*?){re.escape(end)}", rendered, re.DOTALL)
        ]

    return lambda: diff.render_diff(old, new, word_diff=True), shown


PEERS: dict[str, Callable[[str, str], tuple[Work, Shown]]] = {
    "ours": ours,
    "ours-operations": ours_operations,
    "git": git,
    "git-words": git_words,
    "git-alone": git_alone,
    "changedetection.io": changedetection,
    "diff-match-patch": match_patch,
    "fast-diff-match-patch": fast_match_patch,
    "difflib": standard_difflib,
    "lxml.html.diff": lxml_htmldiff,
    "redlines": redlines,
}
OUTSIDE = {"git", "git-words", "git-alone"}  # work in a process of their own
ON_DISK = {"git-alone"}


def cuts(spans: Spans) -> int:
    """Edges of spans that stand inside a word, in the old reading or the new one."""
    found = 0
    for skipped in "+-":
        texts = [text for sign, text in spans if sign != skipped and text]
        found += sum(a[-1].isalnum() and b[0].isalnum() for a, b in pairwise(texts))
    return found


def clock() -> float:
    """Processor time in seconds, of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def peak(*, outside: bool) -> float | None:
    """MB: the peak of this process since it was last forgotten, or that of the largest child."""
    if outside:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024


def forget_peak() -> None:
    with suppress(OSError):  # not Linux, or not allowed: the peak then includes what the imports took
        Path("/proc/self/clear_refs").write_text("5")


def main(peer: str, old_path: str, new_path: str, runs: int) -> None:
    outside = peer in OUTSIDE
    on_disk = peer in ON_DISK
    old, new = (path if on_disk else Path(path).read_text(encoding="utf-8") for path in (old_path, new_path))
    work, shown = PEERS[peer](old, new)
    forget_peak()
    before = 0.0 if outside else peak(outside=False)
    started = clock()
    result = work()
    took = [clock() - started]
    after = peak(outside=outside)
    while len(took) < runs and sum(took) < 4:
        started = clock()
        work()
        took.append(clock() - started)
    spans = shown(result)
    said = {
        "ms": min(took) * 1000,
        "memory": after - before if after is not None and before is not None else None,
        "shown": sum(len(WORD.findall(text)) for sign, text in spans if sign != "="),
        "cuts": cuts(spans) if any(sign == "=" for sign, _ in spans) else None,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
