"""The files that put the tracker on a machine: what they name exists, and the programs that read them take them."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import trustme
import yaml

from tests import machine
from tracker.cli import cli
from tracker.commands.work import run_command

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"


def service() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (PACKAGING / "duma-tracker.service").read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def options(words: list[str]) -> None:
    """A command line that our command line takes."""
    program, *rest = words
    assert program == "/opt/duma-tracker/bin/duma-tracker"
    with cli.make_context("duma-tracker", [*rest], resilient_parsing=False) as context:
        assert context.params["path"] == Path("/etc/duma-tracker/tracker.toml")
        name, *own = context._protected_args + context.args if hasattr(context, "_protected_args") else context.args
        assert name == "run"
        run_command.make_context("run", own, parent=context)


def test_the_service_starts_what_there_is_and_gives_it_time_to_end() -> None:
    unit = service()
    (start,) = unit["ExecStart"]
    options(shlex.split(start))
    assert int(unit["TimeoutStopSec"][0]) > 15
    assert unit["StateDirectoryMode"] == ["0700"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]


def test_systemd_takes_the_service_and_calls_it_hardened(tmp_path: Path) -> None:
    analyze = machine.program("systemd-analyze", why="the service is not checked")
    text = (PACKAGING / "duma-tracker.service").read_text()
    unit = tmp_path / "duma-tracker.service"
    unit.write_text(text.replace("/opt/duma-tracker/bin/duma-tracker", "/bin/true"))  # which exists everywhere
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)
    assert "duma-tracker" not in done.stderr, done.stderr
    shown = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout[-500:]


def instructions() -> list[tuple[str, str]]:
    text = (PACKAGING / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in lines)]


def test_the_image_copies_what_there_is_and_runs_as_nobody() -> None:
    rows = instructions()
    copied = [rest.split()[:-1] for word, rest in rows if word == "COPY" and "--from" not in rest]
    for name in [name for names in copied for name in names]:
        assert (ROOT / name).exists(), name
    rooms = re.findall(r"packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())[0].replace('"', "").split(", ")
    assert set(rooms) <= {name for names in copied for name in names}
    last = [word for word, _ in rows]
    assert last.index("USER") > last.index("ARG")
    assert dict(rows)["USER"] == "10001:10001"
    assert dict(rows)["STOPSIGNAL"] == "SIGTERM"
    command = yaml.safe_load(dict(rows)["ENTRYPOINT"]) + yaml.safe_load(dict(rows)["CMD"])
    options(command)
    assert "/health/ready" in dict(rows)["HEALTHCHECK"]
    assert all("latest" not in rest and ":" in rest for word, rest in rows if word == "FROM")


def test_the_image_is_built_without_what_is_nobodys_business() -> None:
    assert not [rest for word, rest in instructions() if word == "COPY" and rest.split()[0] in {".", "./"}]
    assert not [rest for word, rest in instructions() if word == "ADD"]


def test_the_composition_is_closed() -> None:
    found: dict[str, Any] = yaml.safe_load((PACKAGING / "compose.yaml").read_text())
    tracker = found["services"]["tracker"]
    assert (PACKAGING / tracker["build"]["context"]).resolve() == ROOT
    assert (ROOT / tracker["build"]["dockerfile"]).exists()
    assert tracker["ports"] == ["127.0.0.1:8000:8000"]
    assert tracker["read_only"] is True
    assert tracker["cap_drop"] == ["ALL"]
    assert {volume.split(":")[1] for volume in tracker["volumes"]} == {
        "/etc/duma-tracker/tracker.toml",
        dict(instructions())["VOLUME"],
    }


def nginx(folder: Path) -> Path:
    """Our site inside a whole configuration, with a certificate made for it."""
    authority = trustme.CA()
    issued = authority.issue_cert("tracker.example")
    issued.private_key_pem.write_to_path(str(folder / "privkey.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "fullchain.pem"))
    site = (PACKAGING / "nginx.conf").read_text().replace("/etc/letsencrypt/live/tracker.example", str(folder))
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{temporary}\n{site}\n}}\n")
    return whole


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    program = machine.program("nginx", why="its configuration is not checked")
    command = [program, "-t", "-q", "-p", str(tmp_path), "-c", str(nginx(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_writes_nothing_down_about_readers() -> None:
    text = (PACKAGING / "nginx.conf").read_text()
    assert text.count("server {") == text.count("access_log off;") == text.count("error_log /dev/null;")
    assert "X-Forwarded-For" not in text
    assert "X-Real-IP" not in text
