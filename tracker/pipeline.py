"""From a fetch to the record, in the order of the design.

`Pipeline.check` is one look at one document:

    fetch -> keep the bytes -> classify the page -> read -> normalise -> structure -> compare with the predecessor
          -> significance, topics, relations -> version + change + events + outbox in ONE transaction

The steps between fetch and record are pure and live in `bills`, `pages`, `publications`. Failure is not change: a page that
is blocked, cut, empty or doubtful is kept, quarantined and told to the operator only. `Pipeline.run` is one polite pass over
everything. Publishing and delivering run from the store afterwards; neither can cost a fetch.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from scrapers import page as web_page
from scrapers import publication, sozd
from tracker import bills, coverage, discovery, pages, publications
from tracker.desk import Desk, Finding, Keys, Page, doubt_key
from tracker.errors import FetchError, PageError
from tracker.holding import AGREEMENT, SECOND_LOOK, Held
from tracker.models import (
    Event,
    EventDraft,
    EventKind,
    Level,
    Observation,
    Problem,
    Watch,
)
from tracker.payloads import Drafter

#: How often a source is asked when the configuration does not say, in seconds.
EVERY: Final[Mapping[str, float]] = {sozd.NAME: 1800.0, publication.NAME: 3600.0, web_page.NAME: 3600.0}
#: How often new documents are looked for, in seconds: some bills live less than a day.
DISCOVER_EVERY: Final = 7200.0
AFTER_FAILURE: Final = timedelta(minutes=15)
_GRACE: Final = timedelta(seconds=10)

#: Reads one kept page of a watch: the registry of what can be followed.
LOOKS: Final[Mapping[str, Callable[[Desk, Watch, Page, datetime], Finding]]] = {
    sozd.NAME: bills.look,
    publication.NAME: publications.look,
    web_page.NAME: pages.look,
}

DISCOVERIES: Final[Mapping[str, Callable[[Desk, datetime], discovery.Pass]]] = {
    sozd.NAME: discovery.discover_bills,
    publication.NAME: discovery.discover_publications,
}


class Outcome(StrEnum):
    """How one look ended."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"  # seen, and waiting for a second look
    QUARANTINED = "quarantined"
    FAILED = "failed"

    @property
    def is_success(self) -> bool:
        """Whether the source was seen as it is."""
        return self in {Outcome.UNCHANGED, Outcome.CHANGED, Outcome.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one look brought. `message` is for the operator, one line."""

    target: str
    source: str
    outcome: Outcome
    events: tuple[Event, ...] = ()
    message: str = ""
    retry_after: float | None = None


class Pipeline:
    """Looks at documents and records what happened to them."""

    def __init__(
        self, desk: Desk, *, every: Mapping[str, float] | None = None, rng: random.Random | None = None
    ) -> None:
        self.desk = desk
        self._every = {**EVERY, **(every or {})}
        self._rng = rng or random.Random()  # noqa: S311  # spreads requests over time; guards nothing

    # ------------------------------------------------------------ a pass

    def run(
        self,
        watches: Collection[Watch],
        *,
        discover: Collection[str] = tuple(DISCOVERIES),
        progress: Callable[[Result], None] = lambda _: None,
    ) -> tuple[Result, ...]:
        """One pass: find new documents, look at the given ones and the found ones, tell of blindness that began or ended."""
        results: list[Result] = []

        def done(result: Result) -> None:
            results.append(result)
            progress(result)

        in_use = {*discover, *(watch.source for watch in watches)}
        blind = coverage.observe(self.desk, self.desk.clock(), in_use, {})  # what a downtime of ours left untold
        found: list[Watch] = []
        for source in discover:
            new = self.discover(source)
            found.extend(new.followed)
            if new.trouble or new.events:
                outcome = Outcome.FAILED if new.trouble else Outcome.CHANGED
                done(Result(target="discovery", source=source, outcome=outcome, events=new.events, message=new.trouble))
        for watch in (*watches, *found):
            done(self.check(watch))
        blind += coverage.observe(self.desk, self.desk.clock(), in_use, _counts(results))
        for event in blind:
            done(Result(target="coverage", source=event.source, outcome=Outcome.CHANGED, events=(event,)))
        return tuple(results)

    def discover(self, source: str) -> discovery.Pass:
        """One discovery pass over one source. Its failure counts for the source like any other."""
        now = self.desk.clock()
        found = DISCOVERIES[source](self.desk, now)
        self.desk.store.mark_source(source, at=now, success=not found.trouble, error=found.trouble or None)
        return found

    # ------------------------------------------------------------ one look

    def check(self, watch: Watch) -> Result:
        """One look at one document. A source's fault never raises; a fault of our own store does, and stops the run."""
        now = self.desk.clock()
        try:
            page = self.desk.get(watch.url, source=watch.source)
            if page.known and watch.last_success is not None and not self._waiting(watch, now):
                result = _result(watch, Outcome.UNCHANGED)
            else:
                result = self._record(watch, LOOKS[watch.source](self.desk, watch, page, now), now)
        except FetchError as error:
            result = _result(watch, Outcome.FAILED, message=str(error), retry_after=error.retry_after)
        except PageError as error:
            result = self._refuse(watch, error, now)
        ok = result.outcome.is_success
        store = self.desk.store
        store.mark_source(watch.source, at=now, success=ok, error=result.message or None)
        store.mark_checked(watch.target, watch.source, at=now, next_due=self._next_due(watch, result, now), success=ok)
        return result

    def _waiting(self, watch: Watch, now: datetime) -> bool:
        """Whether bytes that are known must be looked at all the same: something waits for a second look or a second fetch."""
        keys = Keys.of(watch)
        states = (keys.held, keys.due, keys.absent, doubt_key(watch.url))
        return any(self.desk.store.state(key) for key in states) or bills.texts_due(self.desk, watch, now)

    def _record(self, watch: Watch, finding: Finding, now: datetime) -> Result:
        back = self._back(watch, finding.observation, now)
        events = self.desk.store.record(back)
        quiet = Outcome.HELD if finding.waiting else Outcome.UNCHANGED
        outcome = Outcome.CHANGED if events else quiet
        return _result(watch, outcome, events=events, message=finding.trouble)

    def _back(self, watch: Watch, observation: Observation, now: datetime) -> Observation:
        """The observation, with the word that a document which had gone is there again."""
        keys = Keys.of(watch)
        absent = self.desk.mapping(keys.absent)
        if not absent:
            return observation
        state = {**observation.state, keys.absent: None}
        events = observation.events
        document = observation.document or self.desk.store.document(watch.target)
        if absent.get("told") and document is not None:
            drafter = Drafter(document=document, source=watch.source, silent_before=None)
            payload = {"url": watch.url, "seen_at": absent["seen_at"], "restored_at": now.isoformat()}
            draft = drafter.draft(
                EventKind.DOCUMENT_RESTORED,
                key="absence",
                digests=(absent["since"],),
                level=Level.MAJOR,
                payload=payload,
            )
            events = (draft, *events)
        return Observation(
            observed_at=observation.observed_at,
            document=observation.document,
            aliases=observation.aliases,
            versions=observation.versions,
            events=events,
            relations=observation.relations,
            state=state,
        )

    # ------------------------------------------------------------ what is not believed

    def _refuse(self, watch: Watch, error: PageError, now: datetime) -> Result:
        """Keep a page that is not the one asked for out of sight. A document that is gone is told at the second look."""
        store = self.desk.store
        if error.problem is not Problem.IMPLAUSIBLE:  # a doubted reading stands in quarantine already
            latest = store.latest_snapshot(watch.url)
            store.quarantine(
                document_id=watch.target,
                source=watch.source,
                url=watch.url,
                snapshot_id=latest.id if latest else None,
                problem=error.problem,
                reason=str(error),
                reading_digest=None,
                at=now,
            )
        events: tuple[Event, ...] = ()
        if error.problem is Problem.NOT_FOUND and watch.last_success is not None:
            events = self._gone(watch, watch.last_success, now)
        return _result(watch, Outcome.QUARANTINED, events=events, message=str(error))

    def _gone(self, watch: Watch, last_seen: datetime, now: datetime) -> tuple[Event, ...]:
        keys = Keys.of(watch)
        absent = self.desk.mapping(keys.absent)
        if absent.get("told"):
            return ()
        since = absent.get("since") or now.isoformat()
        seen_at = absent.get("seen_at") or last_seen.isoformat()
        held = Held(before={"gone": {"digest": "", "since": since}} if absent else {}, now=now)
        document = self.desk.store.document(watch.target)
        told = held.seen_twice("gone", "") and document is not None
        drafts: tuple[EventDraft, ...] = ()
        if told and document is not None:
            drafter = Drafter(document=document, source=watch.source, silent_before=None)
            payload = {"url": watch.url, "seen_at": seen_at, "missing_at": since}
            drafts = (
                drafter.draft(
                    EventKind.DOCUMENT_ABSENT, key="absence", digests=(since,), level=Level.MAJOR, payload=payload
                ),
            )
        memory = {"since": since, "seen_at": seen_at, "told": told}
        return self.desk.store.record(Observation(observed_at=now, events=drafts, state={keys.absent: memory}))

    # ------------------------------------------------------------ when to look again

    def _next_due(self, watch: Watch, result: Result, now: datetime) -> datetime:
        every = timedelta(seconds=self._every[watch.source])
        keys = Keys.of(watch)
        if self.desk.store.state(keys.held) or self.desk.store.state(keys.absent):
            return now + min(every, SECOND_LOOK) + _GRACE
        if self.desk.store.state(doubt_key(watch.url)):
            return now + min(every, AGREEMENT) + _GRACE
        if not result.outcome.is_success or result.message:
            wait = timedelta(seconds=result.retry_after) if result.retry_after else AFTER_FAILURE
            return now + max(min(every, wait), timedelta(minutes=1))
        return now + every * self._rng.uniform(0.9, 1.1)


def _result(
    watch: Watch,
    outcome: Outcome,
    *,
    events: tuple[Event, ...] = (),
    message: str = "",
    retry_after: float | None = None,
) -> Result:
    return Result(
        target=watch.target,
        source=watch.source,
        outcome=outcome,
        events=events,
        message=message,
        retry_after=retry_after,
    )


def _counts(results: Sequence[Result]) -> Mapping[str, int]:
    """How many events each source brought in a pass."""
    counts: dict[str, int] = {}
    for result in results:
        counts[result.source] = counts.get(result.source, 0) + len(result.events)
    return counts
