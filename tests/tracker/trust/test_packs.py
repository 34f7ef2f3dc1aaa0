"""Evidence packs of the demo's invented history, checked by the script that anyone may run without our code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.store import Store
from feeds.exports import evidence, verify_export
from tests.tracker.trust.conftest import AUTHORITY, INFO, copied
from tracker import corrections
from tracker.errors import ConfigError
from tracker.instance import Instance
from tracker.models import Event, EventKind, Section, canonical_json
from tracker.trust import exports

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_export.py"


def pack(store: Store, event: Event) -> bytes:
    made = evidence.pack(event.id, store, INFO)
    assert made is not None
    return made


def files_in(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def with_diff(store: Store) -> Event:
    """A text of a bill that was changed."""
    changed = store.events(kinds=[EventKind.TEXT_CHANGED], limit=500)
    return next(event for event in changed if event.diff_id and str(event.document_id).startswith("bill/"))


def judged(files: dict[str, bytes], store: Store) -> list[str]:
    """What the script finds wrong, against the roots of the store; a file that it cannot read is wrong as well."""
    roots = {root.hash: root.published for root in store.roots()}
    try:
        return [row.what for row in verify_export.pack_findings(files, roots) if row.held is False]
    except (verify_export.UnreadableError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return [repr(error)]


def run(path: Path, *more: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", str(SCRIPT), str(path), *more], capture_output=True, text=True, timeout=60, check=False
    )


def test_every_event_of_a_history_has_a_pack_that_holds(archive: Store) -> None:
    events = archive.events(limit=1000)
    assert len(events) > 90
    for event in events:
        files = files_in(pack(archive, event))
        assert judged(files, archive) == []
        assert ("diff.json" in files) == (event.diff_id is not None)
        assert {"README.ru.txt", "README.en.txt", "verify.py", "SHA256SUMS"} <= files.keys()


def test_the_script_needs_nothing_of_ours(archive: Store, tmp_path: Path) -> None:
    path, roots = tmp_path / "pack.zip", tmp_path / "roots.json"
    path.write_bytes(pack(archive, with_diff(archive)))
    roots.write_text(json.dumps({"roots": [root.published for root in archive.roots()]}))
    done = run(path, "--roots", str(roots))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "ok    the root is one of those that were published\n" in done.stdout
    assert done.stdout.endswith("\nnothing is wrong; 5 things marked ? were not checked\n")
    assert "?     README.en.txt, README.ru.txt, diff.html, verify.py: to be read" in done.stdout
    assert "?     whether the root was published" in run(path).stdout


def test_an_unpacked_pack_is_checked_by_the_script_inside(archive: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(archive, with_diff(archive)))) as packed:
        packed.extractall(tmp_path / "pack")
    command = [sys.executable, "-I", str(tmp_path / "pack" / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    roots = tmp_path / "pack" / "roots.json"  # where the README says to put it
    roots.write_text(json.dumps({"roots": [root.published for root in archive.roots()]}))
    done = subprocess.run(
        [*command, "--roots", "roots.json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path / "pack",
    )
    assert done.returncode == 0, done.stdout
    roots.unlink()
    (tmp_path / "pack" / "diff.json").write_text("{}")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "WRONG diff.json: is not the file that was packed" in done.stdout


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"{}\n", b'{"format":"another"}\n', b"\xff\xfe"])
def test_what_is_neither_a_pack_nor_a_ledger_is_said_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_bytes(content)
    done = run(path)
    assert done.returncode in {1, 2}
    assert len((done.stdout + done.stderr).splitlines()) <= 2
    assert "Traceback" not in done.stderr


def test_a_comparison_slipped_into_an_event_without_one_is_named(archive: Store) -> None:
    files = files_in(pack(archive, next(row for row in archive.events(limit=500) if row.diff_id is None)))
    for name in ("diff.json", "diff.html"):
        assert judged(forged(files, name, b"{}"), archive) == [f"{name}: the line names no comparison"]


def test_two_files_of_one_name_are_no_pack(archive: Store, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(pack(archive, with_diff(archive)))
    with zipfile.ZipFile(path, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("event.json", packed.read("event.json"))
    done = run(path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "two files in it have one name" in done.stdout


def test_a_damaged_or_endlessly_deep_file_is_said_in_one_line(archive: Store, tmp_path: Path) -> None:
    path = tmp_path / "given"
    whole = pack(archive, with_diff(archive))
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        about = packed.getinfo("diff.html")
    begins = about.header_offset + 30 + len(about.filename)
    for content in (
        whole[:begins] + b"\xff" * about.compress_size + whole[begins + about.compress_size :],
        b"[" * 100_000 + b"\n",
        b'{"format":"duma-tracker-ledger/1"}\n' + b"[" * 100_000 + b"\n",
    ):
        path.write_bytes(content)
        done = run(path)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "[1]", '{"roots":[]}', '[{"format":"duma-tracker-root/1","hash":""}]']
)
def test_roots_that_are_none_confirm_nothing(archive: Store, tmp_path: Path, content: str) -> None:
    path, roots = tmp_path / "pack.zip", tmp_path / "roots.json"
    path.write_bytes(pack(archive, with_diff(archive)))
    roots.write_text(content)
    done = run(path, "--roots", str(roots))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(roots) in done.stderr


def test_a_pack_is_the_same_whenever_it_is_made(archive: Store) -> None:
    event = with_diff(archive)
    before = pack(archive, event)
    for capture in evidence.captures(event, archive):
        archive.touch(url=capture.snapshot.url, at=capture.snapshot.last_seen + timedelta(days=9))
    _, new = evidence.texts(event, archive)
    assert new is not None
    archive.add_rendition(new.id, extractor="newer/1", sections=[Section(path="", address="", text="иначе прочитано")])
    assert pack(archive, event) == before
    assert exports.pack(archive, INFO, event.id, raw=True) == exports.pack(archive, INFO, event.id, raw=True)


def test_the_root_of_the_day_is_the_one_thing_that_comes_later(replayed: Instance, tmp_path: Path) -> None:
    now = [replayed.clock()]
    with Store(copied(replayed, tmp_path), clock=lambda: now[0]) as store:
        newest = corrections.correct(store, with_diff(store).id, "это был другой текст", now[0])
        early = files_in(pack(store, newest))
        assert json.loads(early["proof.json"])["root"] is None
        assert judged(early, store) == []
        assert "ещё не было" in early["README.ru.txt"].decode()
        now[0] += timedelta(days=2)
        store.seal(AUTHORITY)
        late = files_in(pack(store, newest))
        changed = {name for name in late if late[name] != early[name]}
        assert changed == {"proof.json", "README.ru.txt", "README.en.txt", "SHA256SUMS"}
        assert judged(late, store) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_a_pack_can_be_altered_unseen(archive: Store, data: st.DataObject) -> None:
    files = files_in(pack(archive, with_diff(archive)))
    name = data.draw(st.sampled_from(sorted(files.keys() - {"SHA256SUMS"})))
    body = bytearray(files[name])
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    assert judged({**files, name: bytes(body)}, archive)


def forged(files: dict[str, bytes], name: str, body: bytes) -> dict[str, bytes]:
    """Another file with its line in the list, as somebody who knows how packs are made would do it."""
    sums = files["SHA256SUMS"].decode().splitlines()
    own = f"{verify_export.sha256(body)}  {name}"
    listed = "\n".join([*(line for line in sums if not line.endswith(f"  {name}")), own]) + "\n"
    return {**files, name: body, "SHA256SUMS": listed.encode()}


def test_who_knows_how_packs_are_made_cannot_alter_them_either(archive: Store) -> None:
    files = files_in(pack(archive, with_diff(archive)))

    def edited(name: str, **changes: object) -> dict[str, bytes]:
        return forged(files, name, canonical_json({**json.loads(files[name]), **changes}).encode())

    event = json.loads(files["event.json"])
    line = json.loads(files["ledger.json"])
    diff = json.loads(files["diff.json"])
    rehashed = {**line, "level": 1}
    rehashed["hash"] = verify_export.sha256(verify_export.canonical(verify_export.line_of(rehashed)))
    root = json.loads(files["proof.json"])["root"]
    new_root = {**root, "tree": "0" * 64}
    new_root["hash"] = verify_export.sha256(
        verify_export.canonical({key: value for key, value in new_root.items() if key != "hash"})
    )
    captures = json.loads(files["captures.json"])
    for forgery in (
        edited("event.json", payload={**event["payload"], "label": "иначе"}),
        edited("event.json", event={**event["event"], "level": 5}),
        edited("ledger.json", level=1),
        edited("ledger.json", id="a" * 20),
        edited("ledger.json", salt="00" * 16),
        # without its salt nobody could tell that the payload is another
        forged(
            edited("event.json", payload={"label": "иначе"}),
            "ledger.json",
            canonical_json({**line, "salt": None}).encode(),
        ),
        edited("event.json", payload=None),
        edited("event.json", event={}),
        edited("event.json", event={**event["event"], "title": "иначе"}),
        edited("event.json", event={**event["event"], "level": float(event["event"]["level"])}),
        edited("event.json", statement="иначе"),
        forged(files, "event.json", b'{"payload":{"label":"no"},' + files["event.json"][1:]),
        forged(files, "expert.txt", b"an opinion that nobody packed"),
        edited("proof.json", root=None),
        forged(files, "ledger.json", canonical_json(rehashed).encode()),
        edited("diff.json", operations=[*diff["operations"], *diff["operations"]]),
        edited("proof.json", index=5),
        edited("proof.json", beside=["0" * 64]),
        edited("proof.json", root=new_root),
        forged(files, "captures.json", canonical_json([{**row, "sha256": "0" * 64} for row in captures]).encode()),
        forged(files, "before.txt", "иначе".encode()),
        forged(files, "after.txt", "иначе".encode()),
    ):
        assert judged(forgery, archive)


def test_a_pack_says_what_it_is_in_both_languages(archive: Store) -> None:
    event = with_diff(archive)
    files = files_in(pack(archive, event))
    russian, english = files["README.ru.txt"].decode(), files["README.en.txt"].decode()
    for words in ("ЧТО ЭТО ДОКАЗЫВАЕТ", "ЧЕГО ЭТО НЕ ДОКАЗЫВАЕТ", "ДЕМО: вымышленный документ", "не видно", event.hash):
        assert words in russian
    for words in (
        "WHAT THIS PROVES",
        "WHAT THIS DOES NOT PROVE",
        "DEMO: invented document",
        "cannot be seen",
        event.hash,
    ):
        assert words in english
    for name in ("before.txt", "after.txt", "diff.html"):
        body = files[name].decode()
        assert "ДЕМО: вымышленный документ" in body
        assert "Это проект, он не действует." in body
    assert "<script" not in files["diff.html"].decode()


def test_two_sources_that_disagree_are_both_in_the_pack(archive: Store) -> None:
    event = next(event for event in archive.events(kinds=[EventKind.SOURCES_DISAGREE], limit=50))
    files = files_in(pack(archive, event))
    assert {"before.txt", "after.txt"} <= files.keys()
    assert {row["role"] for row in json.loads(files["captures.json"])} >= {"before", "after"}


def test_a_public_pack_holds_no_raw_file_and_the_operators_does(archive: Store) -> None:
    event = with_diff(archive)
    public, raw = files_in(pack(archive, event)), files_in(exports.pack(archive, INFO, event.id, raw=True))
    assert not [name for name in public if name.startswith("raw/") or name.endswith(".gz")]
    captures = json.loads(raw["captures.json"])
    assert {f"raw/{row['sha256']}" for row in captures} | {"records.warc.gz"} == raw.keys() - public.keys()
    assert judged(raw, archive) == []
    assert "не публикуйте" in raw["README.ru.txt"].decode()
    broken = {**raw, f"raw/{captures[0]['sha256']}": b"other"}
    assert len(judged(broken, archive)) == 2  # the list of files, and the digest


def test_what_was_struck_has_no_pack(archive: Store) -> None:
    event = with_diff(archive)
    archive.strike(event.id, "личные данные")
    assert evidence.pack(event.id, archive, INFO) is None
    assert evidence.pack("nothing", archive, INFO) is None
    with pytest.raises(ConfigError, match="was struck"):
        exports.pack(archive, INFO, event.id, raw=False)
    with pytest.raises(ConfigError, match="there is no event"):
        exports.pack(archive, INFO, "nothing", raw=False)
