"""Bills that nobody follows and that get a new text on their way: a graft makes a bill ours long after its registration.

A bill that was off topic when it was registered may be filled with another matter by a new wording or by the amendments for the
second reading. So each pass asks which bills got such a text, looks at the card of each and at its newest text, and follows
those that are ours now. The look of the pipeline then tells in which text the topic appeared, and shows the diff.

A step without its text yet, and a text that cannot be read, wait and are looked at again; the second is told to the operator.
Some thirty bills a week take such a step: a bill is looked at once for each, not more than `MOST` in a pass.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from scrapers import sozd
from tracker import candidates, cards, retrying, searching
from tracker.candidates import Candidate, Seen
from tracker.desk import Desk
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import Item, Status, Watch
from tracker.outages import OPEN_AFTER, is_of_host
from tracker.payloads import MOSCOW
from tracker.searching import TRIED_FOR, Pass, Recess

SEARCH: Final = f"{sozd.NAME}/readings"

#: The steps that bring a text, in their order, and the first edition that each may bring (see `scrapers.sozd_slots`).
STEPS: Final[Mapping[str, str]] = {
    "1.3": "revised",
    "3.3": "first-reading",
    "4.1": "second-reading-committee",
    "4.3": "second-reading",
    "5.3": "adopted",
}
MOST: Final = 40
#: No readings in January and from the end of July into September; in other months no three weeks are without one.
RECESS: Final[Recess] = (((1, 1), (1, 20)), ((5, 1), (5, 11)), ((7, 25), (9, 20)))
PATIENCE: Final = 15  # working days
#: A step whose text is not there yet is looked at again so often, for so long.
_AGAIN: Final = timedelta(hours=12)
_AWAITED: Final = timedelta(days=30)
_ENDED: Final = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.RETURNED})


def discover(desk: Desk, now: datetime) -> Pass:
    """Ask which bills got a new text since the last pass; look at those that are not followed, and follow those that are ours."""
    mark = searching.mark_of(desk, SEARCH, now)
    today = now.astimezone(MOSCOW).date()
    first = min(mark.astimezone(MOSCOW).date(), today)
    trouble: list[str] = []
    failure: SourceError | None = None
    found: dict[str, tuple[str, Item]] = {}
    for step in STEPS:
        try:
            listed = searching.listed(desk, partial(_address, desk, step, first, today))
        except (FetchError, PageError) as error:
            if is_of_host(error):
                return Pass(search=SEARCH, trouble=str(error), failure=error)
            trouble.append(f"{step}: {error}")
            failure = error
            break  # the other lists are of the same kind; bills that wait for their text are looked at all the same
        if listed.short:
            trouble.append(f"{step}: {listed.short}")
        found |= {item.native_id: (step, item) for item in listed.items}
    _line_up(desk, found, now, since=searching.news_since(desk, SEARCH, mark, now))
    worked = _work(desk, now, listed=found)
    seen_on = (item.fields.get("last_event_date", "") for _, item in found.values())
    if not trouble and any(day >= first.isoformat() for day in (*seen_on, *worked.stepped)):
        desk.store.set_discovery_pass(SEARCH, now)
    quiet = searching.silence(desk, SEARCH, now, patience=PATIENCE, recess=RECESS)
    words = searching.said((*trouble, *worked.trouble))
    searching.note_complete(desk, SEARCH, now, complete=not (words or quiet or worked.left))
    failure = failure or worked.failure
    return Pass(search=SEARCH, followed=worked.followed, trouble=words, doubt=quiet, failure=failure)


def _address(desk: Desk, step: str, first: date, today: date, page: int) -> str:
    # The end asked for is the day after: whether the site counts its last day in is not known.
    until = today + timedelta(days=1)
    return sozd.search_url(desk.base_urls[sozd.NAME], event=step, since=first, until=until, page=page)


# ---------------------------------------------------------------- the line of bills to look at


def _line_up(desk: Desk, found: Mapping[str, tuple[str, Item]], now: datetime, *, since: datetime) -> None:
    """Note the bills to look at: those whose last step is not the one at which they were looked at before."""
    today = now.astimezone(MOSCOW).date().isoformat()
    with desk.store.transaction():
        for number, (step, item) in found.items():
            if candidates.is_known(desk, number):
                continue
            last, day = item.fields.get("last_event", ""), item.fields.get("last_event_date", today)
            mark = f"{step} {last} {day}"
            before = desk.mapping(_key(number))
            if before.get("mark") == mark:
                continue
            waited = before if before.get("waits") else {}
            row: dict[str, Any] = {
                "mark": mark,
                "step": step,
                "since": waited.get("since") or since.isoformat(),
                "listed_at": now.isoformat(),
                "waits": {"failures": 0, "next": now.isoformat()},
                "text": before.get("text"),
            }
            desk.store.set_state(_key(number), row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worked:
    """What the looks of a pass brought. `stepped`: days of steps of listed bills; `left`: how many wait for the next pass."""

    followed: tuple[Watch, ...]
    stepped: tuple[str, ...]
    trouble: tuple[str, ...]
    failure: SourceError | None
    left: int


def _work(desk: Desk, now: datetime, *, listed: Container[str]) -> _Worked:
    """Look at the bills that are due, those that have waited longest first; `listed` are those of this pass."""
    due = _due(desk, now)
    followed: list[Watch] = []
    stepped: list[str] = []
    trouble: list[str] = []
    failure: SourceError | None = None
    failed = 0
    for number, row in due[:MOST]:
        try:
            seen = candidates.look(desk, number, known_text=row["text"])
        except (FetchError, PageError) as error:
            trouble.append(f"bill {number}: {error}")
            _failed(desk, number, row, error, now)
            failed = failed + 1 if is_of_host(error) else 0
            if failed >= OPEN_AFTER:
                failure = error
                break
            continue
        failed = 0
        stepped.extend(step.at for step in seen.reading.events if step.at and number in listed)
        if seen.found.topics:
            since = datetime.fromisoformat(row["since"])
            candidate = Candidate(number=number, listed_at=now, silent_before=since)
            with desk.store.transaction():
                desk.store.set_state(_key(number), None)
                followed.append(candidates.follow(desk, candidate, seen, now))
        elif seen.failed is not None:
            trouble.append(f"bill {number}: its text: {seen.failed}")
            _failed(desk, number, row, seen.failed, now)
        else:
            _off_topic(desk, number, row, seen, now)
    return _Worked(
        followed=tuple(followed),
        stepped=tuple(stepped),
        trouble=tuple(trouble),
        failure=failure,
        left=max(len(due) - MOST, 0),
    )


def _due(desk: Desk, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The bills to look at now. What is known, or has long been looked at, is forgotten on the way."""
    due: list[tuple[str, dict[str, Any]]] = []
    for key, state in desk.store.states(_key("")).items():
        number = key.removeprefix(_key(""))
        row: dict[str, Any] = dict(state) if isinstance(state, Mapping) else {}
        if not row or candidates.is_known(desk, number) or now - _listed_at(row) > TRIED_FOR:
            desk.store.set_state(key, None)
        elif row["waits"] and retrying.is_due(row["waits"], now):
            due.append((number, row))
    return sorted(due, key=lambda entry: (entry[1]["waits"]["next"], entry[0]))


def _failed(desk: Desk, number: str, row: Mapping[str, Any], error: SourceError, now: datetime) -> None:
    """A bill that could not be looked at is tried again ever more rarely, and told once when that goes on."""
    waits = retrying.later(row["waits"], now)
    with desk.store.transaction():
        desk.store.set_state(_key(number), {**row, "waits": waits})
        if waits["failures"] == candidates.LASTING:
            candidates.tell_unread(desk, number, f"it cannot be read ({error})", now)


def _off_topic(desk: Desk, number: str, row: Mapping[str, Any], seen: Seen, now: datetime) -> None:
    """Remember a bill that is not ours by what was read. It waits on when the text of its step was not."""
    ended = seen.reading.document is not None and seen.reading.document.status in _ENDED
    read = seen.text is not None and cards.position_of(seen.text.edition) >= cards.position_of(STEPS[row["step"]])
    over = now - _listed_at(row) > _AWAITED
    waits = None if ended or (read and not seen.unread) or over else {"failures": 0, "next": (now + _AGAIN).isoformat()}
    after = {
        **row,
        "waits": waits,
        "text": seen.text.id if seen.text is not None else row["text"],
        "said": bool(row.get("said") or seen.unread),
    }
    with desk.store.transaction():
        desk.store.set_state(_key(number), after)
        if seen.unread and not row.get("said"):
            words = f"its text at step {row['step']} cannot be read ({seen.unread})"
            candidates.tell_unread(desk, number, words, now)


def _listed_at(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(row["listed_at"]))


def _key(number: str) -> str:
    return f"reading/{number}"
