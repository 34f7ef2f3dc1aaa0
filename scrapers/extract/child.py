"""The child process that reads files: `python -m scrapers.extract.child`, started by `worker` and by nobody else.

Jobs come in on standard input: one line of JSON (`number`, `size`, `name`, `content_type`, `ocr`), then the bytes. Answers
go out on standard output: one line of JSON (`number`, `size`, `last`, and the fields of the result or of the error), then
the text in UTF-8. Nothing else crosses: no code, no pickle. A line ``{"ready": true}`` comes first. The end of the input
is the end of the child.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from scrapers.extract import programs
from scrapers.extract.reading import Extracted, Job, read
from tracker.errors import ExtractError, PageError
from tracker.models import Problem

MEMORY: Final = 2**30
PROCESSOR_SECONDS: Final = 60
OCR_PROCESSOR_SECONDS: Final = 600  # pages are drawn here
WALL_SECONDS: Final = 180
OCR_WALL_SECONDS: Final = 1_800
_GRACE_SECONDS: Final = 10
_NEW_USER_AND_NETWORK: Final = 0x10000000 | 0x40000000


def serve(
    reader: Callable[[Job, Path], Extracted] = read, *, memory: int = MEMORY, processor: int = PROCESSOR_SECONDS
) -> None:
    """Answer jobs until the input ends. The arguments are for tests: what reads a file, and the limits (bytes, seconds)."""
    folder = Path.cwd()
    incoming, outgoing = sys.stdin.buffer, _take_over_output()
    _leave_network()
    programs.limit(memory=memory, processor=processor)
    _send(outgoing, {"ready": True})
    while line := incoming.readline():
        told = json.loads(line)
        job = Job(
            body=incoming.read(told["size"]), name=told["name"], content_type=told["content_type"], ocr=told["ocr"]
        )
        programs.limit(memory=memory, processor=OCR_PROCESSOR_SECONDS if job.ocr else processor)
        # Should the parent die meanwhile, nobody else would end a hang; the default action of this signal needs no Python.
        signal.alarm((OCR_WALL_SECONDS if job.ocr else WALL_SECONDS) + _GRACE_SECONDS)
        try:
            last = _answer(outgoing, reader, job, told["number"])
        except BrokenPipeError:  # the parent is gone
            last = True
        signal.alarm(0)
        if last:
            os.killpg(0, signal.SIGKILL)  # what a program left running goes with us
    shutil.rmtree(folder, ignore_errors=True)  # the parent does it too, unless it died


def _answer(outgoing: BinaryIO, reader: Callable[[Job, Path], Extracted], job: Job, number: int) -> bool:
    """Read one file and say what came of it; whether this process should not be used again."""
    last = False
    text = b""
    said: dict[str, Any]
    try:
        with tempfile.TemporaryDirectory(dir=Path.cwd(), ignore_cleanup_errors=True) as folder:
            extracted = reader(job, Path(folder))
        text = extracted.text.encode("utf-8", "replace")
        said = {**dataclasses.asdict(extracted), "text": None}
    except (ExtractError, PageError) as error:
        said = {"error": type(error).__name__, "problem": error.problem, "message": " ".join(str(error).split())}
        last = isinstance(error, programs.OverrunError)
        said["error"] = "ExtractError" if last else said["error"]
    except MemoryError:
        said = _broken("the file needs more memory than reading a law takes: not read")
        last = True
    except Exception as error:  # noqa: BLE001 - whatever a file does to a parser, the next file is read
        said = _broken(f"the file upsets its reader ({type(error).__name__}): not read")
    _send(outgoing, {**said, "number": number, "last": last}, text)
    return last


def _broken(message: str) -> dict[str, Any]:
    return {"error": "ExtractError", "problem": Problem.BROKEN, "message": message}


def _send(outgoing: BinaryIO, said: dict[str, Any], text: bytes = b"") -> None:
    outgoing.write(json.dumps({**said, "size": len(text)}).encode() + b"\n" + text)
    outgoing.flush()


def _take_over_output() -> BinaryIO:
    """The way to the parent, out of reach of libraries that print."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(own, "wb")


def _leave_network() -> None:
    """A network of its own without any way out, where the system lets users do that (Linux, mostly): no document calls home."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK)


if __name__ == "__main__":
    serve()
