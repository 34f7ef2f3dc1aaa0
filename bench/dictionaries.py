"""Makes the dictionaries that `db.packing` compresses with, out of the demonstration: nothing in them is of a real document.

    python bench/dictionaries.py DIRECTORY     (writes there)

What was compressed with a dictionary needs it for ever, so one that is in `db/dictionaries` is never made anew: a better one
gets a number of its own and stands beside it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import zstandard
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from feeds import entries  # noqa: E402 - after the path is known
from feeds.languages import LANGUAGES  # noqa: E402 - the same
from tracker.demo import replay  # noqa: E402 - the same
from tracker.models import canonical_json  # noqa: E402 - the same

SITE = "https://tracker.example"
#: Name -> (number, size in bytes, level). Numbers below 32768 and above 2^31 are reserved by zstd.
MADE = {"payloads": (40_001, 32 * 1024, 12), "entries": (40_002, 112 * 1024, 12)}


def samples() -> dict[str, list[bytes]]:
    """Payloads and entries of every event of the demonstration."""
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as scratch, replay(Path(scratch), site_url=SITE, console=console) as made:
        events = made.store.events(limit=10_000, oldest_first=True)
        info = made.site(live=True).info
        rendered = [entries.render(event, made.store, info, language) for event in events for language in LANGUAGES]
        payloads = [canonical_json(event.payload).encode() for event in events]
    return {
        "payloads": payloads,
        "entries": [body for entry in rendered for body in (entry.atom, entry.rss, entry.json)],
    }


def main(directory: Path) -> None:
    for name, found in samples().items():
        number, size, level = MADE[name]
        made = zstandard.train_dictionary(size, [*found], dict_id=number, level=level)
        (directory / f"{number}-{name}.zdict").write_bytes(made.as_bytes())
        print(f"{name}: {len(found)} samples, {sum(map(len, found)):,} bytes; dictionary of {len(made):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
