"""Two sources, one act, one legal state, and not one text: that is news, and neither is declared right.

Sources are never merged. Two texts claim the same legal state when they name the same amending acts; then they are compared,
and a difference that two looks a quarter of an hour apart have seen is told once, with the diff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from diffs import compare
from tracker import payloads
from tracker.desk import Desk, Finding, Keys
from tracker.holding import SECOND_LOOK
from tracker.models import EditionKey, EventDraft, EventKind, Level, Part, Snapshot, Watch, digest_of
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf, Standing
from tracker.texts import ReadText

#: The order in which two sources are compared: the first is shown as the old side.
_ORDER: Final = ("ips", "kremlin", "page")

#: How the kept texts of a source are read again, by source.
Rereaders: TypeAlias = Mapping[str, Callable[[Watch], Rereader]]


def weigh(desk: Desk, watch: Watch, finding: Finding, rereaders: Rereaders, now: datetime) -> Finding:
    """The finding of a look, with what the text it brought says against the texts of other sources."""
    document = finding.observation.document or desk.store.document(watch.target)
    if finding.current is None or document is None or not watch.target.startswith("act/"):
        return finding
    key, read = finding.current
    memory = desk.mapping(Keys.of(watch).disagree)
    events: list[EventDraft] = []
    waiting = False
    after = dict(memory)
    for other, theirs in _others(desk, watch, rereaders):
        name = "/".join(sorted((watch.source, other.source), key=_rank))
        text, _ = theirs
        if set(text.amending_acts) != set(read.amending_acts):
            after.pop(name, None)  # two legal states: of course they differ
            continue
        pair = digest_of(sorted((text.digest, read.digest)))
        known = memory.get(name, {})
        if text.digest == read.digest:
            after.pop(name, None)
            continue
        if known.get("pair") != pair:
            after[name] = {"pair": pair, "since": now.isoformat(), "told": False}
            waiting = True
        elif not known["told"] and now - datetime.fromisoformat(known["since"]) < SECOND_LOOK:
            waiting = True
        elif not known["told"]:
            draft = _drafted(desk, watch, finding, (key, read), (other, text))
            after[name] = {**known, "told": True}
            if draft is not None:
                events.append(draft)
    if after == memory and not events:
        return replace(finding, waiting=finding.waiting or waiting)
    observation = replace(
        finding.observation,
        document=document,
        events=(*finding.observation.events, *events),
        state={**finding.observation.state, Keys.of(watch).disagree: after or None},
    )
    return replace(finding, observation=observation, waiting=finding.waiting or waiting)


def is_waiting(desk: Desk, watch: Watch) -> bool:
    """Whether a difference of this act's sources waits for a second look."""
    return any(not entry.get("told") for entry in desk.mapping(Keys.of(watch).disagree).values())


def _others(
    desk: Desk, watch: Watch, rereaders: Rereaders
) -> list[tuple[EditionKey, tuple[ReadText, Snapshot | None]]]:
    """The newest readable text of the same act at every other source that is followed."""
    found = []
    for other in desk.store.watches():
        if other.target != watch.target or other.source == watch.source or other.source not in rereaders:
            continue
        shelf = Shelf(desk.store, watch.target, Part.TEXT, other.source, rereaders[other.source](other))
        newest: Standing | None = shelf.newest(readable=True)
        if newest is not None:
            found.append((newest.key, shelf.read(newest)))
    return found


def _drafted(
    desk: Desk,
    watch: Watch,
    finding: Finding,
    mine: tuple[EditionKey, ReadText],
    theirs: tuple[EditionKey, ReadText],
) -> EventDraft | None:
    first, second = sorted((mine, theirs), key=lambda side: _rank(side[0].source))
    diff = compare.compare(first[1].sections, second[1].sections)
    document = finding.observation.document or desk.store.document(watch.target)
    if diff.same or document is None:
        return None
    payload: Mapping[str, Any] = {
        "sources": [_side(*first), _side(*second)],
        "change": payloads.of_change(diff),
        "notices": payloads.of_notices(first[1].notices) + payloads.of_notices(second[1].notices),
    }
    return Drafter(document=document, source=watch.source, silent_before=None).draft(
        EventKind.SOURCES_DISAGREE,
        key=f"{first[0].source}/{second[0].source}",
        digests=(first[1].digest, second[1].digest),
        level=min(diff.significance.level, Level.MAJOR),
        payload=payload,
        diff=diff,
    )


def _side(key: EditionKey, read: ReadText) -> dict[str, Any]:
    return {
        "source": key.source,
        "edition": key.edition,
        "path": f"/{key.document_id}/{key.part}/{key.source}/{key.edition}",
        "amending_acts": list(read.amending_acts),
    }


def _rank(source: str) -> int:
    return _ORDER.index(source) if source in _ORDER else len(_ORDER)
