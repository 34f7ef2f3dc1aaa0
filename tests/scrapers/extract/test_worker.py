"""The parent lives, whatever a file does to its reader, and the next file is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import pytest

from scrapers.extract import worker
from scrapers.extract.files import extract
from scrapers.extract.reading import Extracted, Job
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

MakeDocx: TypeAlias = Callable[..., bytes]

# What hostile files do to a parser, done here by their reader.
READER = r"""
import ctypes, os, signal, subprocess, sys, time
from scrapers.extract import child, programs
from scrapers.extract.reading import Extracted

def read(job, folder):
    what = job.body[:40]
    if what == b"hang":
        time.sleep(3600)
    elif what == b"spin":
        while True:
            pass
    elif what == b"crash":
        ctypes.string_at(0)
    elif what == b"eat":
        held = []
        while True:
            held.append(bytes(2**20))
    elif what == b"leave":
        os._exit(3)
    elif what == b"killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == b"killed once" and not os.path.exists(job.name):
        open(job.name, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == b"bug":
        raise KeyError("x")
    elif what == b"print":
        print("noise", flush=True)
        os.write(1, b'{"number": 1, "size": 0}\n')
    elif what == b"nonsense":
        return Extracted(text="", format="", extractor="", flags=None)
    elif what == b"program hangs":
        programs.run(["sh", "-c", "sleep 3600 & wait"], folder=folder, seconds=1)
    elif what == b"program writes":
        programs.run(["sh", "-c", "head -c 999999999 /dev/zero"], folder=folder, seconds=30)
    elif what == b"program fails":
        programs.run(["false"], folder=folder, seconds=30)
    elif what == b"write":
        (folder / "big").write_bytes(bytes(2**20) * 300)
    elif what == b"environment":
        return Extracted(text=str(sorted(os.environ)) + os.getcwd(), format="text", extractor="x")
    elif what == b"pid":
        return Extracted(text=str(os.getpid()), format="text", extractor="x")
    return Extracted(text=f"{len(job.body)} {job.name}", format="text", extractor="x")

child.serve(read, memory=2**29, processor=2)
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("reader") / "reader.py"
    path.write_text(READER, encoding="utf-8")
    return str(path)


@pytest.fixture
def workers(script: str) -> Iterator[worker.Workers]:
    made = worker.Workers((sys.executable, script))
    yield made
    made.close()


def refused(workers: worker.Workers, body: bytes, name: str = "") -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        workers.read(Job(body=body, name=name))
    assert "\n" not in str(caught.value)
    assert caught.value.problem is Problem.BROKEN
    return caught.value


def answer(workers: worker.Workers, body: bytes = b"law", name: str = "") -> str:
    return workers.read(Job(body=body, name=name)).text


# ---------------------------------------------------------------- what a file may do


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"spin", "processor time"),
        (b"crash", f"crash (signal {signal.SIGSEGV.value})"),
        (b"eat", "memory"),
        (b"leave", "without an answer (status 3)"),
        (b"killed", "crash (signal 9)"),
        (b"bug", "KeyError"),
        (b"nonsense", "nonsense"),
        (b"program hangs", "sh needs more than 1 s"),
        (b"program writes", "sh"),
        (b"program fails", "false could not read the file"),
        (b"write", "OSError"),
    ],
)
def test_after_any_harm_the_next_file_is_read(workers: worker.Workers, body: bytes, words: str) -> None:
    assert answer(workers) == "3 "
    assert words in str(refused(workers, body))
    assert answer(workers, b"next file") == "9 "


def test_a_hang_ends(script: str) -> None:
    workers = worker.Workers((sys.executable, script), seconds=1)
    assert "more than 1 s" in str(refused(workers, b"hang"))
    patient = worker.Workers((sys.executable, script))
    assert answer(patient) == "3 "
    workers.close()
    patient.close()


def test_what_a_program_left_running_ends_with_it(workers: worker.Workers) -> None:
    group = int(answer(workers, b"pid"))
    refused(workers, b"program hangs")
    wait_until(lambda: is_gone(-group))


def test_a_child_that_somebody_else_ended_is_asked_again(workers: worker.Workers, tmp_path: Path) -> None:
    assert answer(workers, b"killed once", str(tmp_path / "once")).startswith("11 ")


def test_a_child_that_died_between_files_is_replaced(workers: worker.Workers) -> None:
    for sign in (signal.SIGKILL, signal.SIGTERM):
        old = int(answer(workers, b"pid"))
        os.kill(old, sign)
        assert int(answer(workers, b"pid")) != old


def test_noise_on_its_output_is_not_taken_for_an_answer(workers: worker.Workers) -> None:
    assert answer(workers, b"print") == "5 "
    assert answer(workers) == "3 "


def test_a_child_reads_many_files_but_not_for_ever(workers: worker.Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answer(workers, b"pid")
    assert answer(workers, b"pid") == first
    monkeypatch.setattr(worker, "FILES_EACH", 3)
    assert answer(workers, b"pid") == first
    assert answer(workers, b"pid") != first


def test_no_secret_is_handed_down(workers: worker.Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUMA_TRACKER_SECRET", "x")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    told = answer(workers, b"environment")
    assert "SECRET" not in told
    assert "PROXY" not in told


def test_the_folder_of_a_child_goes_with_it(workers: worker.Workers) -> None:
    folder = Path(answer(workers, b"environment").rpartition("]")[2])
    assert folder.is_dir()
    refused(workers, b"crash")
    wait_until(lambda: not folder.exists())


def test_large_files_cross_whole(workers: worker.Workers) -> None:
    assert answer(workers, b"x" * 30_000_000) == "30000000 "


@pytest.mark.parametrize(
    "command", [("/nowhere/python",), (sys.executable, "-c", ""), (sys.executable, "-c", "print('hello')")]
)
def test_a_child_that_cannot_start_says_nothing_of_the_file(command: tuple[str, ...]) -> None:
    with pytest.raises(PageError, match="cannot be started") as caught:
        worker.Workers(command).read(Job(body=b"x"))
    assert caught.value.problem is Problem.BROKEN


# ---------------------------------------------------------------- threads, forks, signals, the end


def test_many_threads_get_their_own_answers(docx: MakeDocx) -> None:
    texts = [f"Статья {number}" for number in range(60)]
    files = [docx(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert [got.text for got in pool.map(extract, files)] == texts


def test_threads_with_good_and_bad_files(workers: worker.Workers) -> None:
    def one(number: int) -> str:
        body = b"crash" if number % 5 == 0 else b"x" * number
        try:
            return answer(workers, body)
        except ExtractError as error:
            return str(error.problem)

    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(one, range(1, 41)))
    assert got == ["broken" if number % 5 == 0 else f"{number} " for number in range(1, 41)]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


START = """
    import os, signal, sys
    from scrapers.extract import worker
    from scrapers.extract.reading import Job
    workers = worker.Workers((sys.executable, sys.argv[1]))
    def pid():
        return int(workers.read(Job(body=b"pid")).text)
    """


def test_a_program_that_ends_leaves_nothing_and_says_nothing(script: str) -> None:
    done = run(START + "\n    print(pid())", script)
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: is_gone(int(done.stdout)))


def test_closing_leaves_no_zombie(script: str) -> None:
    code = """
    from tracker.errors import ExtractError
    first = pid()
    for body in (b"crash", b"program hangs", b"killed"):
        try:
            workers.read(Job(body=body))
        except ExtractError:
            pass
    pid()
    workers.close()
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        print("alone")
    print(pid() != first)
    """
    done = run(START + code, script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alone\nTrue\n", "")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_the_child_ends_with_its_parent(script: str, sign: signal.Signals) -> None:
    code = """
    print(pid(), workers.read(Job(body=b"environment")).text.rpartition("]")[2], flush=True)
    os.kill(os.getpid(), int(sys.argv[2]))
    """
    done = run(START + code, script, str(sign.value))
    assert done.returncode == -sign.value
    child, folder = done.stdout.split()
    wait_until(lambda: is_gone(int(child)) and not Path(folder).exists())


def test_a_handler_of_the_parent_still_gets_its_signal(script: str) -> None:
    code = """
    def stop(*_):
        print("stopped")
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    pid()
    os.kill(os.getpid(), signal.SIGTERM)
    """
    done = run(START + code, script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


def test_an_interrupt_while_a_file_is_read_leaves_no_half_answer(script: str) -> None:
    code = """
    class Enough(Exception):
        pass
    def stop(*_):
        raise Enough
    signal.signal(signal.SIGALRM, stop)
    for body in (b"hang", b"hang" + bytes(50_000_000)):
        first = pid()
        signal.alarm(1)
        try:
            while True:
                workers.read(Job(body=body))
        except Enough:
            pass
        print(workers.read(Job(body=b"law")).text, pid() != first)
    """
    done = run(START + code, script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3  True\n" * 2, "")


def test_a_fork_does_not_share_the_child(script: str) -> None:
    code = """
    before = pid()
    forked = os.fork()
    if forked == 0:
        own = pid()
        workers.close()
        os._exit(0 if own != before else 1)
    _, status = os.waitpid(forked, 0)
    print(os.waitstatus_to_exitcode(status), pid() == before)
    """
    done = run(START + code, script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


def is_gone(pid: int) -> bool:
    try:
        if pid < 0:
            os.killpg(-pid, 0)
        else:
            os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A process that nobody has collected yet has ended all the same.
    stat = Path(f"/proc/{abs(pid)}/stat")
    return pid > 0 and stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("nothing came of it within a minute")


def test_the_answer_is_the_record_itself(workers: worker.Workers) -> None:
    assert workers.read(Job(body=b"law", name="a")) == Extracted(text="3 a", format="text", extractor="x")
