"""Children that die: a process that has loaded the whole program and forks one for each piece of work.

Loading takes longer than most of the work does; a hundred rounds of a crash suite cannot pay for it each. Forking is done
here and not in the process of the tests, which has threads. Run as a program it reads one JSON object a line and answers with
the child's process id, and with how it ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds; what takes longer hangs


class Zygote:
    """The mother of the children, seen from the tests."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def begin(self, request: Mapping[str, Any]) -> int:
        """Start a piece of work (see `tests.crash.work`); the process id of the child."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return int(self._line(PATIENCE) or 0)

    def ended(self, seconds: float = PATIENCE) -> int | None:
        """How the child ended (as `subprocess` counts: negative for a signal); None when it has not after `seconds`."""
        line = self._line(seconds)
        return None if line is None else os.waitstatus_to_exitcode(int(line))

    def killed_after(self, request: Mapping[str, Any], seconds: float) -> bool:
        """Let a child work and kill it -9 after `seconds`. False: it had ended well before."""
        child = self.begin(request)
        code = self.ended(seconds)
        if code is None:
            with suppress(ProcessLookupError):  # it has ended in this moment
                os.kill(child, signal.SIGKILL)
            code = self.ended()
        assert code in (0, -signal.SIGKILL), f"{request['work']} ended with {code}"
        return code != 0

    def whole(self, request: Mapping[str, Any]) -> None:
        """Let a child work to its end."""
        self.begin(request)
        assert self.ended() == 0, f"{request['work']} did not end well"

    def _line(self, seconds: float) -> bytes | None:
        """The next line, read without a buffer: what a buffer holds back `select` does not see."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return None
        return self._process.stdout.readline()


@contextmanager
def mother() -> Iterator[Zygote]:
    """A mother for some tests; she goes when they are done."""
    command = [sys.executable, "-m", "tests.crash.zygote"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        yield Zygote(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def main() -> None:
    from tests.crash import work  # noqa: PLC0415 - only the program needs it

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work.do(json.loads(line))
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(child, flush=True)  # noqa: T201 - the answer
        print(os.waitpid(child, 0)[1], flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
