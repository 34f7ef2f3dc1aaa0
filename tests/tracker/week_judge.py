"""What must be true of a simulated week; each function gives a sentence for everything that is not.

Growth is judged by medians of quarters, not by single looks: what stands out once is no growth, and what grows without bound
is still growing in the last quarter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tests.tracker.week_life import Life
from tests.tracker.week_sites import BLIND, DAY

#: Caches fill in this time: templates, the dictionary, prepared pages, pages of the database.
WARM: Final = 2 * DAY
MB: Final = 1_000_000.0

#: What must not grow with time: by how much it may vary, as a share and in its own unit.
BOUNDED: Final[Mapping[str, tuple[float, float]]] = {
    "process_resident_memory_bytes": (0.10, 32 * MB),
    "children_bytes": (0.25, 8 * MB),
    "children": (0.0, 1.0),
    "threads": (0.25, 6.0),
    "process_open_fds": (0.25, 16.0),
    "wal_bytes": (0.25, 8 * MB),
    "temporary_files": (0.0, 1.0),
    "quarantine_open": (0.0, 4.0),
    "watches": (0.02, 4.0),
    "outbox_waiting:feeds": (0.0, 16.0),
    "outbox_waiting:alerts": (0.0, 16.0),
}
#: Hours in which what happened last is seen by the slowest look, and looked at once more where that is the rule.
_LATE: Final = 11.0
#: Searches for new documents whose addresses name days: each day has its own, and what they answered is evidence.
_DATED: Final = 40


def of_a_quiet_day(life: Life) -> Mapping[str, int]:
    """Rows that a day brings in which nothing happens, by table, at most; all other tables stay as they are.

    A page that is another at each look is kept at each look, and a receiver that is dead is tried on.
    """
    noisy = 30 * sum(page.noisy for page in life.plan.pages)
    dated = dict.fromkeys(("urls", "states"), _DATED)
    kept = dict.fromkeys(("snapshots", "bodies", "blobs", "texts", "packs"), 2 * _DATED + noisy)
    tried = 3 * int(life.samples[-1].values["deliveries:waiting"])
    return {**dated, **kept, "attempts": tried, "roots": 1}


def growth(life: Life) -> list[str]:
    """What grew although it must not."""
    found = []
    for name, (share, room) in BOUNDED.items():
        before, after = life.quarters(name, after=WARM)
        if after > before * (1 + share) + room:
            found.append(f"{name} grew from {before:,.0f} to {after:,.0f} in {life.plan.last - WARM:.0f} hours")
    return [*found, *caches(life)]


def caches(life: Life) -> list[str]:
    """What is kept in memory has a bound, and at no time was there more."""
    bounds = {name: most for name, most in life.samples[-1].values.items() if name.startswith("cache_max_bytes:")}
    if "cache_max_bytes:pages" not in bounds:
        return ["nothing is known of prepared pages"]
    found = []
    for name, most in bounds.items():
        used = name.replace("_max_", "_")
        highest = max(value for _, value in life.series(used))
        if highest > most:
            found.append(f"{used} rose to {highest:,.0f}, and {most:,.0f} is its bound")
    return found


def news(life: Life) -> list[str]:
    """What was told of too rarely, too often, or without reason."""
    told, late, nothing = life.told(), life.late_texts(), Counter[str]()
    happened = {
        target: life.plan.told.get(target, nothing) + Counter({"text.added": late[target]})
        for target in {*told, *life.plan.told}
    }
    return [
        f"{target}: {dict(told.get(target, nothing))} was told and {dict(happened[target])} happened"
        for target in sorted(happened)
        if told.get(target, nothing) != happened[target]
    ]


def blindness(life: Life) -> list[str]:
    """Readers hear once of the source that was away for more than a day, once of its return, and of no other."""
    expected = Counter({(BLIND[0], "coverage.gap"): 1, (BLIND[0], "coverage.restored"): 1})
    told = life.coverage()
    return [] if told == expected else [f"blindness was told as {dict(told)}"]


def readers(life: Life) -> list[str]:
    """No reader may get an error of ours; to be asked to wait is none."""
    found = [f"a reader of {fault}" for fault in life.answers.faults[:10]]
    if not life.answers.of(200) or not life.answers.of(304):
        found.append("no reader was served")
    return found


def receivers(life: Life) -> list[str]:
    """Who listens gets every event; who is away gets it later; nobody holds up another."""
    news_ids = life.news_ids()
    found = []
    for name, events in life.received.items():
        missing = news_ids - events.keys()
        if name != "dead" and missing:
            found.append(f"the receiver {name!r} lacks {len(missing)} of {len(news_ids)} events")
        if events.keys() - news_ids:
            found.append(f"the receiver {name!r} was told of what is no news")
    if repeated := sum(count > 1 for count in life.received["well"].values()):
        found.append(f"a receiver that is well was told {repeated} events twice")
    return found


def health(life: Life) -> list[str]:
    """What `/health` said against what was so."""
    found = life.lies[:10]
    if not any(words.endswith("fresh 503") for words in life.health):
        found.append("the source that was away was never called stale")
    return found


def evidence(life: Life) -> list[str]:
    """The store is whole, and hours in which nothing happens leave nothing in it."""
    with life.store() as store:
        found = [*store.verify_ledger()[:3], *store.verify_evidence()[:3]]
    allowed = of_a_quiet_day(life)
    quiet = min(hour for hour in life.rows if hour >= life.plan.quiet + _LATE)
    for table, rows in life.rows[life.plan.last].items():
        if (more := rows - life.rows[quiet].get(table, 0)) > allowed.get(table, 0):
            found.append(
                f"table {table}: {more} rows more after {life.plan.last - quiet:.0f} hours in which nothing happened"
            )
    return found


def operator(life: Life) -> list[str]:
    """Every outage that the operator was told of has ended for him too, and the receiver that is dead was given up once."""
    with life.store() as store:
        told = Counter(str(event.kind) for event in store.operator_events(limit=100_000))
        waiting = store.quarantined()
    found = [f"{page.url} still waits to be believed: {page.reason}" for page in waiting]
    if not told["source.failing"] or told["source.failing"] != told["source.recovered"]:
        found.append(f"{told['source.failing']} outages were told and {told['source.recovered']} ends of them")
    if told["subscription.disabled"] != 1:
        found.append(f"{told['subscription.disabled']} receivers were given up, not one")
    return found


def end(life: Life) -> list[str]:
    """It ended when it was told to, and had no fault of its own."""
    faults = [line["event"] for line in life.log if line["level"] in {"error", "critical"}]
    found = [f"{count} times in the log: {event}" for event, count in Counter(faults).items()]
    return found if life.returncode == 0 else [*found, f"exit code {life.returncode}"]


def everything(life: Life) -> list[str]:
    """All of it."""
    parts = (news, blindness, readers, receivers, health, operator, evidence, growth, end)
    return [sentence for part in parts for sentence in part(life)]
