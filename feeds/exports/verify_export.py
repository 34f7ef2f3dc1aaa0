"""Checks an evidence pack or an exported ledger of Duma Tracker. Needs Python 3.9 or newer and nothing else.

Read it, then run it.

    python3 verify.py                                  the pack that this file lies in
    python3 verify.py PACK.zip [--roots roots.json]    a pack
    python3 verify.py LEDGER.jsonl [--roots roots.json]   a whole ledger

`--roots`: roots of the ledger as they were published, from a copy that you trust: a newspaper, a time stamp, a page that
somebody else archived. Without it you learn that the pack agrees with itself, not that it is as old as it says.

Every check is one line: ``ok``, ``WRONG``, or ``?`` for what cannot be checked here. Exit code 0: nothing is wrong.
What the formats say stands in docs/evidence.md of the project.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

PACK = "duma-tracker-evidence/1"
LEDGER = "duma-tracker-ledger/1"
ROOT = "duma-tracker-root/1"
GENESIS = "0" * 64
LARGEST = 2**30  # bytes of a pack, unpacked
#: What stands beside a line and is not hashed with it.
BESIDE = ("hash", "salt", "payload", "struck")
#: What event.json repeats of the line.
FACTS = (
    "seq",
    "id",
    "kind",
    "document_id",
    "source",
    "bundle",
    "lead",
    "occurred_at",
    "backfilled",
    "level",
    "diff_id",
)
#: Files of a pack that are for reading: made of the others, and fixed by nothing outside.
TO_READ = ("README.en.txt", "README.ru.txt", "diff.html", "records.warc.gz", "verify.py")
CHECKED = (
    "SHA256SUMS",
    "after.txt",
    "before.txt",
    "captures.json",
    "diff.json",
    "event.json",
    "ledger.json",
    "proof.json",
)


class Finding(NamedTuple):
    """One check: whether it held (None: it could not be made), and what was checked."""

    held: bool | None
    what: str


class UnreadableError(Exception):
    """What was given is neither a pack nor a ledger."""


def plain_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says each thing once: of two, a reader might see the one that is not hashed."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise ValueError(f"{twice!r} stands twice in one object")
    return found


def loaded(data: bytes | str) -> Any:
    """What some JSON says."""
    return json.loads(data, object_pairs_hook=plain_object)


# ------------------------------------------------------------ how things are hashed


def canonical(value: Any) -> bytes:
    """The JSON that is hashed: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def short(data: bytes) -> str:
    """Base32 of the first 100 bits of SHA-256: the ids of events, bundles and differences."""
    return base64.b32encode(hashlib.sha256(data).digest())[:20].decode().lower()


def leaf(data: bytes) -> bytes:
    """A leaf of the Merkle tree (RFC 6962)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """A node of the Merkle tree (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Iterable[bytes]) -> str:
    """The Merkle root over some line hashes."""
    level = [leaf(one) for one in hashes]
    while len(level) > 1:
        paired = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex() if level else ""


def climbed(data: bytes, index: int, count: int, beside: list[bytes]) -> str:
    """The root that a proof leads to; empty when the proof is of another length."""
    here, rest = leaf(data), list(beside)
    while count > 1:
        if index ^ 1 < count:
            if not rest:
                return ""
            other = rest.pop(0)
            here = node(other, here) if index % 2 else node(here, other)
        index //= 2
        count = (count + 1) // 2
    return "" if rest else here.hex()


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    """What is hashed of a line."""
    return {name: value for name, value in row.items() if name not in BESIDE}


def id_of(line: dict[str, Any]) -> str:
    """The id that follows from what an event says."""
    names = ("document_id", "source", "kind", "key", "digests", "occurrence")
    return short(canonical([line[name] for name in names]))


def line_problems(row: dict[str, Any], payload: Any, *, struck: bool = False) -> Iterator[str]:
    """What is wrong with one line and its payload, which is there with its salt unless it was struck."""
    line = line_of(row)
    if sha256(canonical(line)) != row["hash"]:
        yield "its hash is not that of the line"
    if id_of(line) != line["id"]:
        yield "its id does not follow from what it says"
    if struck:
        if payload is not None or row["salt"] is not None:
            yield "it is called struck, but its payload or the salt is there"
    elif payload is None or row["salt"] is None:
        yield "the payload or its salt is gone and was never struck"
    elif sha256(bytes.fromhex(row["salt"]) + canonical(payload)) != line["payload_digest"]:
        yield "the payload is not the one that the line was written for"


def root_problems(root: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a root by itself."""
    record = {name: value for name, value in root.items() if name != "hash"}
    if root.get("format") != ROOT:
        yield "it is of another format"
    elif sha256(canonical(record)) != root["hash"]:
        yield "its hash is not that of its record"
    elif root["count"] != root["last"] - root["first"] + 1:
        yield "it counts other lines than it names"


def published(path: Path | None) -> dict[str, dict[str, Any]] | None:
    """Published roots by their hash: a list, one root, or an object with ``roots``."""
    if path is None:
        return None
    try:
        found = loaded(path.read_bytes())
        listed = found.get("roots", [found]) if isinstance(found, dict) else found
        problems = [problem for root in listed for problem in root_problems(root)]
        roots = {root["hash"]: root for root in listed}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"{path}: holds no published roots ({type(error).__name__}: {error})") from error
    if problems or not roots:
        raise UnreadableError(f"{path}: {problems[0] if problems else 'holds no published root'}; give a whole copy")
    return roots


# ------------------------------------------------------------ a pack


def pack_findings(files: dict[str, bytes], roots: dict[str, dict[str, Any]] | None) -> Iterator[Finding]:
    """Every check of an evidence pack."""
    told = loaded(files["event.json"])
    row = loaded(files["ledger.json"])
    if told.get("format") != PACK:
        raise UnreadableError(f"this is a pack of the format {told.get('format')}, this script reads {PACK}")
    yield from sum_findings(files)
    problems = list(line_problems(row, told["payload"]))
    yield Finding(
        not problems, "; ".join(problems) or f"line {row['seq']} of the ledger and its payload: {row['hash']}"
    )
    same = canonical(told["event"]) == canonical({name: row[name] for name in FACTS})
    known = told.keys() == {"format", "event", "address", "payload"}
    yield Finding(same and known, "event.json says of the event what the line says, and nothing else")
    yield from text_findings(files, row)
    captures = loaded(files["captures.json"])
    yield from capture_findings(files, captures, told["payload"])
    yield from proof_findings(loaded(files["proof.json"]), row, roots)
    yield from other_findings(files, captures)


def other_findings(files: dict[str, bytes], captures: list[dict[str, Any]]) -> Iterator[Finding]:
    """The files that prove nothing, so that nobody takes them for proof."""
    raw = {f"raw/{row['sha256']}" for row in captures}
    for name in sorted(files.keys() - raw - {*TO_READ, *CHECKED}):
        yield Finding(False, f"{name}: is no file of a pack")
    to_read = [name for name in TO_READ if name in files]
    if to_read:
        yield Finding(None, f"{', '.join(to_read)}: to be read beside what is checked here; nothing fixes their words")


def sum_findings(files: dict[str, bytes]) -> Iterator[Finding]:
    """The list of files. It is no proof: whoever changes a file can change the list."""
    lines = (line.partition("  ") for line in files["SHA256SUMS"].decode().splitlines())
    listed = {name: digest for digest, _, name in lines}
    for name in sorted(listed.keys() | files.keys() - {"SHA256SUMS"}):
        if name not in files or name not in listed or sha256(files[name]) != listed[name]:
            yield Finding(False, f"{name}: is not the file that was packed")


def text_findings(files: dict[str, bytes], row: dict[str, Any]) -> Iterator[Finding]:
    """The comparison is the one that the line names, and its words stand in the texts."""
    if row["diff_id"] is None:
        for name in ("diff.json", "diff.html"):
            if name in files:
                yield Finding(False, f"{name}: the line names no comparison")
        for name in ("before.txt", "after.txt"):
            if name in files:
                yield Finding(None, f"{name}: the line does not fix its words")
        return
    yield Finding(
        short(files["diff.json"]) == row["diff_id"], f"diff.json is the comparison {row['diff_id']} of the line"
    )
    operations = loaded(files["diff.json"])["operations"]
    for side, name in (("old_text", "before.txt"), ("new_text", "after.txt")):
        if name not in files:
            yield Finding(None, f"{name} is not in this pack")
            continue
        text = files[name].decode()
        missing = [row for row in operations if row[side] and row[side] not in text]
        yield Finding(not missing, f"{name} holds the words of every changed place")


def capture_findings(files: dict[str, bytes], captures: list[dict[str, Any]], payload: Any) -> Iterator[Finding]:
    """The digests of the files that servers sent; the files themselves, where they are in the pack."""
    named = {}
    for key, role in (("before_snapshot", "before"), ("snapshot", "after")):
        if payload.get(key):
            named[role] = payload[key]
            rows = [row for row in captures if row["role"] == role]
            told = [{"digest": row["sha256"], "first_seen": row["first_seen"], "via": row["via"]} for row in rows]
            yield Finding(
                told == [named[role]], f"captures.json says of the file {role} what the event says: SHA-256, time, way"
            )
    for row in captures:
        if row["role"] not in named:
            yield Finding(None, f"the file of {row['url']} ({row['role']}) is named by captures.json, not by the event")
        raw = [body for name, body in files.items() if name.startswith(f"raw/{row['sha256']}")]
        held = sha256(raw[0]) == row["sha256"] if raw else None
        yield Finding(
            held,
            f"the file of {row['url']} ({row['role']}): SHA-256 {row['sha256']}"
            + ("" if raw else ", not in this pack"),
        )


def proof_findings(
    proof: dict[str, Any], row: dict[str, Any], roots: dict[str, dict[str, Any]] | None
) -> Iterator[Finding]:
    """The way from the line to the root of its day."""
    root = proof["root"]
    if root is None:
        yield Finding(None, "the root of the day was not made yet when this pack was: nothing outside fixes the line")
        reach = max((one["last"] for one in (roots or {}).values()), default=0)
        if row["seq"] <= reach:
            yield Finding(
                False, f"the published roots reach line {reach}, but no proof leads to them: get the pack anew"
            )
        return
    problems = list(root_problems(root))
    yield Finding(not problems, "; ".join(problems) or f"root of {root['day']}: {root['hash']}")
    beside = [bytes.fromhex(step) for step in proof["beside"]]
    top = climbed(bytes.fromhex(row["hash"]), proof["index"], root["count"], beside)
    place = root["first"] + proof["index"] == row["seq"]
    yield Finding(place and top == root["tree"], f"line {row['seq']} is one of those that the root stands for")
    if roots is None:
        yield Finding(None, "whether the root was published: give --roots with a copy that you trust")
    else:
        yield Finding(root["hash"] in roots, "the root is one of those that were published")


# ------------------------------------------------------------ a ledger


def ledger_findings(rows: Iterable[dict[str, Any]], roots: dict[str, dict[str, Any]] | None) -> Iterator[Finding]:
    """Every check of an exported ledger, line by line. Lines are named when something is wrong with them."""
    last, hashes, struck, own = (0, GENESIS), [], 0, []
    for row in rows:
        if "root" in row:
            own.append(row["root"])
            continue
        name = f"line {row['seq']} (event {row['id']})"
        if (row["seq"] - 1, row["previous_hash"]) != last:
            yield Finding(False, f"{name}: it does not continue line {last[0]}")
        problems = line_problems(row, row["payload"], struck=row["struck"] is not None)
        yield from (Finding(False, f"{name}: {problem}") for problem in problems)
        struck += row["struck"] is not None
        last = (row["seq"], row["hash"])
        hashes.append(bytes.fromhex(row["hash"]))
    yield Finding(True, f"{len(hashes)} lines were read, {struck} of them struck; the last has the hash {last[1]}")
    yield from chain_findings(own, hashes)
    if roots is None:
        yield Finding(None, "whether the roots were published: give --roots with a copy that you trust")
        return
    for root in roots.values():
        held = any(root == one for one in own)
        yield Finding(held, f"the published root of {root['day']} ({root['hash']}) is one of this ledger")


def chain_findings(own: list[dict[str, Any]], hashes: list[bytes]) -> Iterator[Finding]:
    """The roots of a ledger: each follows on the one before and stands for its lines."""
    last, before = 0, GENESIS
    for root in own:
        name = f"root of {root['day']} (lines {root['first']} to {root['last']})"
        yield from (Finding(False, f"{name}: {problem}") for problem in root_problems(root))
        if (root["first"], root["previous_hash"]) != (last + 1, before):
            yield Finding(False, f"{name}: it does not continue the root before")
        lines = hashes[root["first"] - 1 : root["last"]]
        if not lines or tree_root(lines) != root["tree"] or lines[-1].hex() != root["head"]:
            yield Finding(False, f"{name}: the lines are not those that it stands for")
        last, before = root["last"], root["hash"]
    open_lines = len(hashes) - last
    yield Finding(True, f"{len(own)} roots were read; {open_lines} lines are newer than the last of them")


# ------------------------------------------------------------ reading


def files_of(path: Path, roots_path: Path | None) -> dict[str, bytes] | None:
    """The files of a pack, zipped or unpacked, where published roots may lie among them; None when it is no pack."""
    if path.is_dir():
        beside = roots_path.resolve() if roots_path else None
        found = [one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts]
        found = [one for one in found if one.resolve() != beside]
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if sum(about.file_size for about in packed.infolist()) > LARGEST:
                raise UnreadableError(f"{path}: unpacks to more than any pack holds")
            names = packed.namelist()
            if len(set(names)) != len(names):
                raise ValueError("two files in it have one name")
            return {name: packed.read(name) for name in names}
    return None


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of an exported ledger behind its heading."""
    with path.open(encoding="utf-8") as lines:
        heading = loaded(next(lines, "null"))
        if not isinstance(heading, dict) or heading.get("format") != LEDGER:
            raise UnreadableError(f"{path}: is neither an evidence pack nor an exported ledger")
        for line in lines:
            yield loaded(line)


def findings(path: Path, roots_path: Path | None) -> Iterator[Finding]:
    """Every check of what lies at a path."""
    roots, files = published(roots_path), files_of(path, roots_path)
    if files is None:
        yield from ledger_findings(rows_of(path), roots)
    elif {"event.json", "ledger.json", "proof.json", "captures.json", "SHA256SUMS"} <= files.keys():
        yield from pack_findings(files, roots)
    else:
        raise UnreadableError(f"{path}: holds no evidence pack")


def plain(text: str) -> str:
    """Foreign words without characters that steer a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def main() -> int:
    """Check what was asked for; 0: nothing is wrong, 1: something is, 2: it cannot be read."""
    parser = argparse.ArgumentParser(description="Checks an evidence pack or an exported ledger of Duma Tracker.")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).parent, help="a pack or a ledger")
    parser.add_argument("--roots", type=Path, help="published roots, from a copy that you trust")
    given = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    wrong = unchecked = 0
    try:
        for finding in findings(given.path, given.roots):
            mark = "?" if finding.held is None else "ok" if finding.held else "WRONG"
            sys.stdout.write(f"{mark:<6}{plain(finding.what)}\n")
            wrong += finding.held is False
            unchecked += finding.held is None
    except UnreadableError as error:
        sys.stderr.write(f"{plain(str(error))}\n")
        return 2
    # RuntimeError: JSON that is too deep, a zip that is encrypted.
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        sys.stderr.write(f"{given.path}: cannot be read ({error})\n")
        return 2
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        sys.stdout.write(f"WRONG it is not as its format says ({type(error).__name__}: {plain(str(error))})\n")
        return 1
    rest = f"; {unchecked} things marked ? were not checked" if unchecked else ""
    sys.stdout.write(f"{'something' if wrong else 'nothing'} is wrong{rest}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
