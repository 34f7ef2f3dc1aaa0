"""Other people's programs (LibreOffice, antiword, tesseract), run on hostile files.

They get limits, a bare environment and a folder of their own. They are called in the child process only (`child`), which
leads a process group of its own, so that what a program leaves behind goes with the group, and which has no network where
the system allows that.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tracker.errors import ExtractError
from tracker.models import Problem

MAX_FILE: Final = 256 * 2**20
MAX_OPEN: Final = 256
_MEMORY: Final = 4 * 2**30  # address space: LibreOffice maps much more than it uses
_CONVERSION_SECONDS: Final = 90
_POLL_SECONDS: Final = 0.05
_OFFICE: Final = ("soffice", "libreoffice")
_LANGUAGE: Final = "rus"

# Nothing in a document may run, and nothing that it links is fetched; there is no dialogue to ask anybody.
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun"><value>false</value></prop></item>
</oor:items>
"""  # noqa: E501 - the lines are LibreOffice's


class OverrunError(ExtractError):
    """A program took too long. Its process may have children: whoever catches this must end the whole process group."""


def tools() -> Mapping[str, bool]:
    """The outside programs that reading can use (``soffice`` ``antiword`` ``tesseract`` ``tesseract-rus``): whether each is here.

    None is needed for DOCX, RTF, HTML and PDF with a text layer. DOC needs LibreOffice or, worse, antiword; ODT LibreOffice; the
    recognition of scans tesseract with its Russian data.
    """
    tesseract = shutil.which("tesseract")
    return {
        "soffice": office() is not None,
        "antiword": shutil.which("antiword") is not None,
        "tesseract": tesseract is not None,
        "tesseract-rus": tesseract is not None and _speaks_russian(tesseract),
    }


def office() -> str | None:
    """Where LibreOffice is; None when it is not installed."""
    return next((found for name in _OFFICE if (found := shutil.which(name)) is not None), None)


def _speaks_russian(tesseract: str) -> bool:
    try:
        listed = subprocess.run([tesseract, "--list-langs"], capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return _LANGUAGE.encode() in listed.stdout.split()


def to_docx(body: bytes, *, suffix: str, folder: Path) -> bytes:
    """A document that LibreOffice reads (DOC, ODT) as DOCX. Raises ExtractError (broken) when it does not read it."""
    program = office()
    if program is None:
        raise ExtractError(Problem.FORMAT, "LibreOffice is not installed")
    given, made = folder / f"given{suffix}", folder / "made"
    given.write_bytes(body)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck"]
    command += ["--convert-to", "docx:MS Word 2007 XML", "--outdir", str(made), str(given)]
    run(command, folder=folder, seconds=_CONVERSION_SECONDS)
    result = made / "given.docx"
    if not result.is_file():
        raise ExtractError(
            Problem.BROKEN, "LibreOffice could not read the file: it is damaged (or Writer is not installed)"
        )
    return result.read_bytes()


def run(command: Sequence[str], *, folder: Path, seconds: int) -> bytes:
    """What a program wrote to its standard output. `seconds` bounds its time and its processor time.

    Raises ExtractError (broken) when it fails or crashes, OverrunError when it is not done in time.
    """
    name = Path(command[0]).name
    answer = folder / "answer"
    with answer.open("wb") as stdout:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(folder),
            preexec_fn=lambda: limit(memory=_MEMORY, processor=seconds, hard=True),  # noqa: PLW1509 - one thread
        )
        _wait(process, name, seconds)
    if process.returncode < 0:
        raise ExtractError(Problem.BROKEN, f"the file makes {name} crash (signal {-process.returncode}): not read")
    if process.returncode > 0:
        raise ExtractError(Problem.BROKEN, f"{name} could not read the file: it is damaged")
    return answer.read_bytes()


def _wait(process: subprocess.Popen[bytes], name: str, seconds: int) -> None:
    parent = os.getppid()
    deadline = time.monotonic() + seconds
    while True:
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if os.getppid() == parent and time.monotonic() < deadline:
                continue
            process.kill()
            process.wait()
            raise OverrunError(Problem.BROKEN, f"{name} needs more than {seconds} s for the file: not read") from None
        return


def environment(folder: Path) -> dict[str, str]:
    """All that a child learns of our environment: where programs are. No secret, no proxy, no home."""
    kept = {name: value for name in ("PATH", "TESSDATA_PREFIX") if (value := os.environ.get(name))}
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",  # LibreOffice without a screen
        "OMP_THREAD_LIMIT": "1",  # tesseract's threads slow each other down
    }


def limit(*, memory: int, processor: int, hard: bool = False) -> None:
    """Bound this process: bytes of address space, further seconds of processor time, file size and open files; no core dumps.

    A system that does not know a limit (macOS and the address space) goes without it. `hard` limits hold for ever.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + processor
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: MAX_FILE,
        resource.RLIMIT_NOFILE: MAX_OPEN,
        resource.RLIMIT_CORE: 0,
    }
    for which, value in wanted.items():
        _, ceiling = resource.getrlimit(which)
        bounded = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (bounded, bounded if hard else ceiling))
