"""One of several processes that write to one store at once: python -m tests.crash.writer DIRECTORY NAME COUNT."""

from __future__ import annotations

import sys
from pathlib import Path

from db.store import Store
from tests.db.conftest import START, Make
from tracker.models import Observation


def main(directory: Path, name: str, count: int) -> None:
    make = Make()
    with Store(directory, clock=lambda: START) as store:
        for number in range(count):
            store.keep(source="sozd", response=make.response(f"{name} {number}".encode() * 50))
            text = make.text(f"Срок {number} дней.", "Порядок.", edition=name)
            drafts = (make.draft(f"{name}-{number}-a"), make.draft(f"{name}-{number}-b"))
            store.record(
                Observation(observed_at=make.at(number), document=make.document(), versions=(text,), events=drafts)
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
