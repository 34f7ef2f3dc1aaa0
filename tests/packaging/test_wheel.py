"""The wheel: everything that runs is inside it. Built and installed anew, away from this tree."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
ROOMS = ("tracker", "scrapers", "diffs", "db", "feeds")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DUMA_TRACKER"))}
    done = subprocess.run(command, cwd=cwd, env=bare, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(ROOT)]
    if importlib.util.find_spec("hatchling"):
        command.insert(4, "--no-build-isolation")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and not os.environ.get("CI") and "hatchling" in done.stderr:
        pytest.skip("the wheel cannot be built: hatchling is neither installed nor to be had from a package index")
    assert done.returncode == 0, done.stderr[-3000:]
    (made,) = out.glob("*.whl")
    return made


def test_every_file_that_is_kept_in_git_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    here = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == here
    assert {Path(name).suffix for name in inside} >= {".py", ".html", ".css", ".js", ".po", ".toml", ".json", ".xml"}


def test_installed_anew_it_shows_the_demo(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment that has the libraries (from here, to save a download) and not this tree."""
    fresh = tmp_path / "venv"
    venv.create(fresh, with_pip=False, symlinks=True)
    python = fresh / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=tmp_path)
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).stdout.strip()
    )
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import tracker.cli, feeds; print(tracker.cli.__file__, feeds.__file__)", cwd=tmp_path)
    assert all(Path(place).is_relative_to(site) for place in where.stdout.split())
    out = tmp_path / "site"
    run(fresh / "bin" / "duma-tracker", "demo", "--out", out, cwd=tmp_path)
    assert (out / "index.html").stat().st_size > 1000
    assert (out / "feeds" / "all.atom").read_bytes().startswith(b"<?xml")
    run(fresh / "bin" / "duma-tracker", "init", tmp_path / "own", cwd=tmp_path)
    assert (tmp_path / "own" / "tracker.toml").exists()


def test_what_the_wheel_asks_for_is_what_was_tested(wheel: Path) -> None:
    """Every requirement is pinned in `constraints.txt`, and that version is the one installed here."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        asked = re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", archive.read(name).decode(), re.MULTILINE)
    pins = {
        _plain(line.split("==")[0]): line.split("==")[1]
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line and not line.startswith("#")
    }
    assert len(asked) > 20
    assert "lxml-html-clean" in asked, "the pip that comes with Python 3.11 does not install it for trafilatura"
    for library in asked:
        assert Version(pins[_plain(library)]) == Version(metadata.version(library)), library


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
