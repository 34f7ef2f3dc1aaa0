"""A newcomer's week: the wheel is built and installed in a clean environment, and the service runs for seven simulated days.

    python bench/week.py                                                   # 1,000 documents, 100 readers
    python bench/week.py --documents 100 --readers 20 --speed 3000         # some minutes

Local servers play SOZD, the portal, the legal system, the acts bank and other sites; all of them change and all of them fail,
in every way that `tests/fault_server.py` knows. Readers poll feeds, pages, comparisons, the API and search; five webhooks are
told of every event, some of them badly. Everything is then judged as in `tests/tracker/test_week.py`: what was told against
what happened, and what grew. The exit code is 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tracker import week_judge  # noqa: E402 - after the path is known
from tests.tracker.week_life import Life, Sample, live  # noqa: E402 - the same
from tests.tracker.week_sites import DAY, make_plan  # noqa: E402 - the same

MB = 1e6
COLUMNS = {
    "process_resident_memory_bytes": ("memory, MB", MB),
    "cache_bytes:pages": ("of it prepared pages, MB", MB),
    "children_bytes": ("child that reads files, MB", MB),
    "process_open_fds": ("open files", 1),
    "threads": ("threads", 1),
    "database_bytes": ("database, MB", MB),
    "wal_bytes": ("write-ahead log, MB", MB),
    "temporary_files": ("temporary files", 1),
    "deliveries:waiting": ("messages that wait", 1),
}


def clean_environment() -> dict[str, str]:
    """The environment without anything that leads to this tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DUMA_TRACKER"))}


def run(*command: str | Path, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, env=clean_environment(), check=True, stdout=subprocess.DEVNULL)


def installed(folder: Path) -> Path:
    """The Python of a fresh environment in which the wheel of this tree is installed, with what it needs and nothing else."""
    wheels, fresh = folder / "wheels", folder / "venv"
    venv.create(fresh, with_pip=True)
    python = fresh / "bin" / "python"
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT, cwd=folder)
    (wheel,) = wheels.glob("*.whl")
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel, cwd=folder)
    run(fresh / "bin" / "duma-tracker", "init", folder / "newcomer", cwd=folder)
    return python


def main() -> int:
    given = arguments()
    with tempfile.TemporaryDirectory(dir=given.directory, prefix="week-") as name:
        folder = Path(name)
        began = time.monotonic()
        python = installed(folder)
        print(f"wheel built and installed in {time.monotonic() - began:.0f} s")
        plan = make_plan(given.documents, days=given.days)
        print(
            f"{plan.documents} documents, {sum(map(len, plan.told.values()))} changes, {len(plan.windows)} times of failure"
        )
        home = folder / "week"
        home.mkdir()
        life = live(
            plan,
            home,
            [str(python), "-P", str(ROOT / "bench" / "week_service.py"), "--tick", str(given.tick)],
            clean_environment(),
            speed=given.speed,
            readers=given.readers,
            pause=given.pause,
            tell=show,
        )
        report(life)
        wrong = week_judge.everything(life)
    print("\n".join(["", *wrong]) if wrong else "\nEverything is as it should be.")
    return 1 if wrong else 0


def show(sample: Sample) -> None:
    cells = (f"{label} {sample.values.get(name, 0) / unit:.0f}" for name, (label, unit) in COLUMNS.items())
    print(f"hour {sample.hour:5.1f}: {'; '.join(cells)}", file=sys.stderr, flush=True)


def report(life: Life) -> None:
    """The tables of `docs/performance.md`."""
    numbers = range(life.plan.days)
    days = [[sample for sample in life.samples if DAY * day <= sample.hour < DAY * (day + 1)] for day in numbers]
    print("\n| median of the day | " + " | ".join(str(day + 1) for day in numbers) + " |")
    print("|---" * (len(days) + 1) + "|")
    for name, (label, unit) in COLUMNS.items():
        print(f"| {label} | " + " | ".join(middle(day, name, unit) for day in days) + " |")
    answers = life.answers
    print(f"\nThe week took {life.seconds:.0f} s, {life.samples[-1].values['process_cpu_seconds_total']:.0f} s of CPU.")
    print(f"Sites were asked {sum(life.asked.values())} times: {life.asked}.")
    others = Counter[int]()
    for (_, status), number in answers.codes.items():
        others[status] += number if status not in {200, 304, 429, 503} else 0
    print(
        f"Readers had {answers.all} answers: {answers.of(200)} whole, {answers.of(304)} not modified, "
        f"{answers.of(429, 503)} to wait, others {dict(+others)}; median {answers.share(0.5) * 1000:.0f} ms, "
        f"95 % within {answers.share(0.95) * 1000:.0f} ms."
    )
    print(f"Messages sent, tries included: { {name: each.total() for name, each in life.received.items()} }.")
    print(f"Stopped by SIGTERM in {life.stopped_in:.1f} s, exit code {life.returncode}.")


def middle(day: Sequence[Sample], name: str, unit: float) -> str:
    values = [sample.values[name] for sample in day if name in sample.values]
    return f"{statistics.median(values) / unit:,.0f}" if values else ""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument(
        "--days", type=int, default=7, choices=range(4, 61), metavar="DAYS", help="4 to 60; the last is quiet"
    )
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--pause", type=float, default=4.0, help="real seconds that a reader rests, on average")
    parser.add_argument("--speed", type=float, default=600.0, help="simulated seconds in a real one, at most")
    parser.add_argument("--tick", type=float, default=600.0, help="simulated seconds between two passes")
    parser.add_argument("--directory", type=Path, help="where the store is; /dev/shm leaves the disk out of it")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
