"""What the C library does with the memory of many threads, seen in processes of their own."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")

HEAPS = """
import ctypes, sys, threading
from pathlib import Path
from tracker import memory

if sys.argv[2] == "few":
    memory.use_few_heaps()
begun, done = threading.Barrier(13), threading.Event()
kept = []

def work():
    kept.append(bytes(5000))
    begun.wait()
    done.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
begun.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
done.set()
print(Path(sys.argv[1]).read_text().count("<heap "))
"""

HOLES = """
from pathlib import Path
from tracker import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

kept = [bytes([1]) * 8000 for _ in range(8000)]  # 64 MB, of which every eighth piece is needed on
kept = [piece for place, piece in enumerate(kept) if place % 8 == 0]
before = resident()
memory.give_back()
print(before - resident())
"""


def run(program: str, *arguments: str, **environment: str) -> int:
    """What a program prints, in a process of its own in which nobody has decided anything about memory."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, env={**clean, "PYTHONPATH": str(ROOT), **environment}, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def test_threads_share_two_heaps(tmp_path: Path) -> None:
    assert run(HEAPS, str(tmp_path / "info"), "as it is", MALLOC_ARENA_MAX="7") == 7  # as it is counted here
    assert run(HEAPS, str(tmp_path / "info"), "few") == 2


def test_what_the_environment_says_is_left_alone(tmp_path: Path) -> None:
    assert run(HEAPS, str(tmp_path / "info"), "few", MALLOC_ARENA_MAX="5") == 5


def test_holes_between_what_is_kept_go_back_to_the_system() -> None:
    assert run(HOLES) > 30_000_000
