"""Blindness is a fact for readers. What could not be looked at for a day is told once, and its return once.

Looked at from the reader: a host that answers nothing, one document that cannot be read while its neighbours can, a search
for new documents that fails - each leaves a feed silent for a reason that is not "no change". It does not matter whether
the source was down or the tracker itself: nobody was told of changes either way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlsplit

from tracker.desk import Desk, Keys
from tracker.models import Document, Event, EventDraft, EventKind, Level, Observation, Watch
from tracker.payloads import of_document, scopes_of
from tracker.searching import source_of

BLIND_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eye:
    """Something that looks: at a host, at one document, for new documents. `since` is its last success, or when it began.

    `watches`: what it looks at. What there is to say of them is asked for when something is told, not at every pass.
    """

    name: str
    source: str
    since: datetime
    succeeded: datetime | None
    blind: bool
    watches: tuple[Watch, ...] = ()
    is_host: bool = False
    search: str = ""


def observe(
    desk: Desk, now: datetime, searches: Collection[str], every: Mapping[str, float], caught_up: Mapping[str, int]
) -> tuple[Event, ...]:
    """Tell of everything that went blind, and of everything that sees again.

    `searches`: the searches for new documents; `every`: how often a source or a search is asked, in seconds;
    `caught_up`: how many events each source brought in the pass that has just ended.
    """
    told = desk.store.states("gap/")
    documents = list(_documents(desk, now, every, told))
    # A dead host fails the search there, too: one word about it is enough.
    dead = {eye.source for eye in documents if eye.blind and eye.is_host}
    eyes = [*documents, *_searches(desk, now, searches, every, told=told, dead=dead)]
    events: list[Event] = []
    for eye in eyes:
        gap = told.get(f"gap/{eye.name}")
        if eye.blind and gap is None:
            events.extend(_tell_gap(desk, eye, now))
        elif not eye.blind and isinstance(gap, Mapping):
            events.extend(_tell_return(desk, eye, gap, now, caught_up.get(eye.source, 0)))
    for key in told.keys() - {f"gap/{eye.name}" for eye in eyes}:
        if not key.startswith("gap/discovery/"):  # a search that was not asked about still goes on
            desk.store.set_state(key, None)  # nobody looks there any more
    _note_gaps(desk, eyes)
    return tuple(events)


def _documents(desk: Desk, now: datetime, every: Mapping[str, float], told: Mapping[str, Any]) -> Iterator[_Eye]:
    """One eye for each host of a source when none of its documents could be seen, else one for each that could not.

    A document that was told to be gone is no blindness; one that was only just added says nothing yet.
    """
    absent = desk.store.states("absent/")
    watches = sorted((watch for watch in desk.store.watches() if not _is_gone(absent, watch)), key=_host)
    for (source, host), group in groupby(watches, key=_host):
        patience = max(BLIND_AFTER, timedelta(seconds=2 * every.get(source, 0.0)))
        rows = [watch for watch in group if watch.last_success or now - watch.added_at >= patience]
        if not rows:
            continue
        gap = told.get(f"gap/{source}/{host}")
        back = desk.store.state(f"returned/{source}/{host}")
        returned = datetime.fromisoformat(back) if isinstance(back, str) else None
        # A host that came back has told of the day before; its documents count from then.
        blind = [watch for watch in rows if now - max(_since(watch, now), returned or _since(watch, now)) >= patience]
        successes = [watch.last_success for watch in rows if watch.last_success is not None]
        newest = max(successes, default=None)
        # A host that was told to be blind sees again by a success, and by nothing else.
        whole = (len(blind) == len(rows)) if gap is None else not _is_later(newest, gap)
        if gap is not None and not whole:
            desk.store.set_state(f"returned/{source}/{host}", now.isoformat())
            blind = []
        yield _Eye(
            name=f"{source}/{host}",
            source=source,
            since=max(_since(watch, now) for watch in rows),
            succeeded=newest,
            blind=whole,
            watches=tuple(rows),
            is_host=True,
        )
        for watch in rows:
            # While the whole host is told, its documents are not told one by one; what was told of them stays told.
            name = f"{source}/{host}/{watch.target}"
            alone = f"gap/{name}" in told or _is_alone(_since(watch, now), newest, patience, now)
            if not whole or f"gap/{name}" in told:
                yield _Eye(
                    name=name,
                    source=source,
                    since=_since(watch, now),
                    succeeded=watch.last_success,
                    blind=watch in blind and alone,
                    watches=(watch,),
                )


def _is_alone(since: datetime, newest: datetime | None, patience: timedelta, now: datetime) -> bool:
    """Whether an eye went blind by itself. When its host answers nobody any more, the word about the host is near."""
    return newest is None or newest - since >= patience / 2 or now - newest >= patience


def _is_gone(absent: Mapping[str, Any], watch: Watch) -> bool:
    told = absent.get(Keys.of(watch).absent)
    return isinstance(told, Mapping) and bool(told.get("told"))


def _is_later(success: datetime | None, gap: Any) -> bool:
    since = gap.get("since") if isinstance(gap, Mapping) else None
    return success is not None and (since is None or success > datetime.fromisoformat(str(since)))


def _searches(
    desk: Desk,
    now: datetime,
    searches: Collection[str],
    every: Mapping[str, float],
    *,
    told: Collection[str],
    dead: Collection[str],
) -> Iterator[_Eye]:
    """One eye for each search. While the host, or the first search of a source, is told to be blind, the others are not told."""
    blind = set(dead)
    newest: dict[str, datetime] = {}
    seen = [(watch.source, watch.last_success) for watch in desk.store.watches()]
    for source, success in (*seen, *((source_of(search), desk.searched(search)) for search in searches)):
        if success is not None and success <= now:
            newest[source] = max(success, newest.get(source, success))
    for search in searches:
        source = source_of(search)
        patience = max(BLIND_AFTER, timedelta(seconds=2 * every.get(search, 0.0)))
        reached = desk.searched(search)
        began = min(reached or desk.began(search, now), now)
        back = desk.store.state(f"returned/{source}/{urlsplit(desk.base_urls[source]).hostname or ''}")
        # A host that came back has told of the day before; the searches there count from then.
        counted = max(began, datetime.fromisoformat(back)) if isinstance(back, str) else began
        overdue = now - min(counted, now) >= patience
        alone = source not in blind and _is_alone(began, newest.get(source), patience, now)
        yield _Eye(
            name=f"discovery/{search}",
            source=source,
            since=began,
            succeeded=reached,
            blind=overdue and (alone or f"gap/discovery/{search}" in told),
            search=search,
        )
        if overdue:
            blind.add(source)


def _host(watch: Watch) -> tuple[str, str]:
    return watch.source, urlsplit(watch.url).hostname or ""


def _since(watch: Watch, now: datetime) -> datetime:
    """The last success; one in the future, from when the clock was ahead, says nothing."""
    known = [moment for moment in (watch.last_success, watch.added_at) if moment is not None and moment <= now]
    return known[0] if known else now


def _tell_gap(desk: Desk, eye: _Eye, now: datetime) -> tuple[Event, ...]:
    last = eye.succeeded.isoformat() if eye.succeeded else None
    state = {f"gap/{eye.name}": {"since": eye.since.isoformat(), "last_success": last}}
    draft = _draft(
        desk, eye, EventKind.COVERAGE_GAP, Level.MAJOR, since=eye.since.isoformat(), told={"last_success": last}
    )
    return desk.store.record(Observation(observed_at=now, events=(draft,), state=state))


def _tell_return(desk: Desk, eye: _Eye, gap: Mapping[str, Any], now: datetime, count: int) -> tuple[Event, ...]:
    told = {"since": gap.get("last_success") or gap.get("since"), "until": now.isoformat(), "events": count}
    draft = _draft(desk, eye, EventKind.COVERAGE_RESTORED, Level.NOTABLE, since=gap.get("since"), told=told)
    return desk.store.record(Observation(observed_at=now, events=(draft,), state={f"gap/{eye.name}": None}))


def _draft(
    desk: Desk, eye: _Eye, kind: EventKind, level: Level, *, since: str | None, told: Mapping[str, Any]
) -> EventDraft:
    """What is told of an interruption that began at `since`: whose it is, and what is `told` of its beginning or its end."""
    document = _document(desk, eye)
    return EventDraft(
        kind=kind,
        document_id=document.id if document else None,
        source=eye.source,
        key=f"{eye.name}/{since}",
        digests=(),
        occurred_at=None,
        level=level,
        payload={
            **_named(document),
            "source": eye.source,
            **told,
            "search": bool(eye.search),
            "search_name": eye.search or None,
        },
        scopes=_scopes(desk, eye),
    )


def _document(desk: Desk, eye: _Eye) -> Document | None:
    """The document that an eye looks at, when it looks at one alone and something is known of it."""
    return None if eye.is_host or eye.search else desk.store.document(eye.watches[0].target)


def _named(document: Document | None) -> dict[str, Any]:
    return {"document": of_document(document)} if document else {}


def _note_gaps(desk: Desk, eyes: Iterable[_Eye]) -> None:
    """What the page of sources shows: since when a source has been told to be blind."""
    told = desk.store.states("gap/")
    for state in desk.store.source_states():
        mine = [eye for eye in eyes if eye.source == state.name and f"gap/{eye.name}" in told]
        mine = [eye for eye in mine if eye.is_host or eye.search]
        since = min((eye.since for eye in mine), default=None)
        if since != state.gap_since:
            desk.store.set_gap(state.name, since)


def _scopes(desk: Desk, eye: _Eye) -> tuple[str, ...]:
    """The feeds in which silence would mislead: the source's own, its documents', and their topics'."""
    if eye.search:
        return (f"source:{eye.source}", *(f"topic:{topic}" for topic in desk.rules.topics))
    of_all = [scope for watch in eye.watches for scope in _of_document(desk, watch)]
    return tuple(dict.fromkeys([f"source:{eye.source}", *of_all])) if eye.is_host else tuple(of_all)


def _of_document(desk: Desk, watch: Watch) -> tuple[str, ...]:
    document = desk.store.document(watch.target)
    return scopes_of(document, watch.source) if document else (f"source:{watch.source}", f"document:{watch.target}")
