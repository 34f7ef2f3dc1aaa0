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
from scrapers import ips
from tracker import editions, payloads
from tracker.desk import Desk, Finding, Keys
from tracker.holding import SECOND_LOOK
from tracker.models import EditionKey, EventDraft, EventKind, Level, Part, Snapshot, Watch, digest_of
from tracker.payloads import Drafter
from tracker.shelf import Rereader, Shelf, Standing
from tracker.texts import ReadText
from tracker.workers import size_of

#: The order in which two sources are compared: the first is shown as the old side.
_ORDER: Final = ("ips", "kremlin", "page")

_ORIGINAL: Final = "rdk-0"
_WHOLE: Final = 0.5
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
    others = {_pair_name(watch, other): (other, text) for other, (text, _) in _others(desk, watch, rereaders)}
    # What was noted of a source that is followed no more is forgotten.
    after = {name: entry for name, entry in memory.items() if name in others or not _is_about(name, watch)}
    for name, (other, text) in others.items():
        known = memory.get(name, {})
        if not _is_one_state((key, read), (other, text)):
            # Two legal states: of course they differ. What was told of the last common one is not told again.
            after.pop(name, None)
            if known.get("said"):
                after[name] = {"pair": "", "since": now.isoformat(), "told": True, "said": known["said"]}
            continue
        pair = digest_of(sorted((text.digest, read.digest)))
        if text.digest == read.digest:
            after.pop(name, None)
            continue
        if known.get("pair") != pair:
            after[name] = {"pair": pair, "since": now.isoformat(), "told": False, "said": known.get("said")}
            waiting = True
        elif not known["told"] and now - datetime.fromisoformat(known["since"]) < SECOND_LOOK:
            waiting = True
        elif not known["told"]:
            draft = _drafted(desk, watch, finding, (key, read), (other, text))
            said = _said(draft)
            after[name] = {**known, "told": True, "said": said}
            # The same difference under a new legal state is the same news.
            if draft is not None and said != known.get("said"):
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
    """Whether a difference between this source and another waits for a second look."""
    memory = desk.mapping(Keys.of(watch).disagree)
    return any(not entry.get("told") and _is_about(name, watch) for name, entry in memory.items())


def _pair_name(watch: Watch, other: EditionKey) -> str:
    return "/".join(sorted((watch.source, other.source), key=_rank))


def _is_about(name: str, watch: Watch) -> bool:
    return watch.source in name.split("/")


def _is_one_state(first: tuple[EditionKey, ReadText], second: tuple[EditionKey, ReadText]) -> bool:
    """Whether two texts claim the same legal state, and both the whole of it.

    They name the same amending acts; where they name none, the one must be the original edition of the legal system. A text
    that is half the other is an extract.
    """
    texts = [text for _, text in (first, second)]
    acts = [set(text.amending_acts) for text in texts]
    original = any(key.source == ips.NAME and key.edition == _ORIGINAL for key, _ in (first, second))
    lengths = sorted(len(text.plain) for text in texts)
    return acts[0] == acts[1] and (bool(acts[0]) or original) and lengths[0] >= _WHOLE * lengths[1]


def _others(
    desk: Desk, watch: Watch, rereaders: Rereaders
) -> list[tuple[EditionKey, tuple[ReadText, Snapshot | None]]]:
    """The newest readable text of the same act at every other source that is followed."""
    found = []
    for other in desk.store.watches():
        if other.target != watch.target or other.source == watch.source or other.source not in rereaders:
            continue
        shelf = Shelf(
            desk.store, watch.target, Part.TEXT, other.source, rereaders[other.source](other), workers=desk.workers
        )
        newest: Standing | None = shelf.newest(readable=True)
        current = editions.current_of(desk, other) if other.source == ips.NAME else None
        if newest is not None and current is not None:
            newest = shelf.latest_of(replace(newest.key, edition=current), cause=None)
            newest = newest if newest is not None and newest.readable else None
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
    size = size_of(first[1].sections) + size_of(second[1].sections)
    diff = desk.workers.call(size, compare.compare, first[1].sections, second[1].sections)
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


def _said(draft: EventDraft | None) -> str | None:
    """What a disagreement says, as a digest: which units differ, and by which words."""
    if draft is None or draft.diff is None:
        return None
    return digest_of(
        [[*row.ops, row.old_path, row.new_path, [list(span) for span in row.spans]] for row in draft.diff.operations]
    )


def _side(key: EditionKey, read: ReadText) -> dict[str, Any]:
    return {
        "source": key.source,
        "edition": key.edition,
        "path": f"/{key.document_id}/{key.part}/{key.source}/{key.edition}",
        "amending_acts": list(read.amending_acts),
        "notices": payloads.of_notices(read.notices),
    }


def _rank(source: str) -> int:
    return _ORDER.index(source) if source in _ORDER else len(_ORDER)
