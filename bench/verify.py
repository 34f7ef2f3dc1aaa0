"""How long `verify` takes, and how much memory, as the store grows.

    python bench/verify.py [--documents 500 1000 2000] [--versions 5] [--directory DIR]

Stores of invented laws are filled, with a page of each version as a server would have sent it and a root for every day; each is
then verified by a process of its own. Time should grow with the size of the store, memory should not. It is the processor's time:
on a busy machine that of the clock tells nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import growth  # noqa: E402 - after the path is known
from db.store import Store  # noqa: E402 - the same
from tracker.models import Response  # noqa: E402 - the same

FILLER = "<p>Меню, подвал и справка, одинаковые на каждой странице.</p>" * 200


def fill(directory: Path, documents: int, versions: int) -> None:
    """A store of so many documents, their pages, and the roots of all days."""
    now = growth.START
    with Store(directory, clock=lambda: now) as store:
        growth.fill(store, documents=documents, versions=versions)
        for document in store.documents():
            with store.transaction():
                for version in store.versions(document.id):
                    words = "".join(f"<p>{section.text}</p>" for section in store.sections(version.id))
                    store.keep(
                        source="ips",
                        response=Response(
                            url=f"https://law.example/{document.id}",
                            final_url=f"https://law.example/{document.id}",
                            status=200,
                            headers=(("Content-Type", "text/html; charset=utf-8"),),
                            body=f"<html>{FILLER}{words}</html>".encode(),
                            fetched_at=version.observed_at,
                            via="direct+https",
                        ),
                    )
        now += timedelta(days=30 * versions + 30)
        store.seal(growth.INFO.authority)


def verified(directory: Path) -> dict[str, float]:
    """Verify a store in this process: what it holds, seconds, MB at the peak."""
    with Store(directory, clock=lambda: growth.START, read_only=True) as store:
        started = time.process_time()
        problems = list(store.verify())
        seconds = time.process_time() - started
        if problems:
            raise SystemExit(f"an honest store was said to be none: {problems[0]}")
        held = {"events": store.event_count(), "roots": len(store.roots()), "megabytes": store.size() / 1e6}
    return {**held, "seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Fill, verify, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--versions", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="where the stores are made; a temporary one by default")
    parser.add_argument("--only", type=Path, help=argparse.SUPPRESS)  # a store that is there, in a process of its own
    given = parser.parse_args()
    if given.only:
        print(json.dumps(verified(given.only)))
        return
    print("documents  versions  events  roots  database MB    CPU s  ms/version  peak MB")
    with tempfile.TemporaryDirectory(prefix="verify-", dir=given.directory) as scratch:
        for documents in given.documents:
            directory = Path(scratch, str(documents))
            fill(directory, documents, given.versions)
            command = [sys.executable, __file__, "--only", str(directory)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout)
            versions = documents * given.versions
            print(
                f"{documents:9}  {versions:8}  {row['events']:6}  {row['roots']:5}  {row['megabytes']:11.1f}  "
                f"{row['seconds']:7.2f}  {row['seconds'] * 1000 / versions:10.2f}  {row['peak']:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
