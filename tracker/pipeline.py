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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from scrapers import page as web_page
from scrapers import publication, sozd
from tracker import bills, coverage, discovery, pages, publications
from tracker.bill_texts import texts_due
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, told_value
from tracker.errors import BusyError, FetchError, PageError, TrackerError
from tracker.holding import AGREEING_FETCHES, AGREEMENT, SECOND_LOOK, Held
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
_AT_LEAST: Final = timedelta(minutes=1)
_PATIENCE: Final = 86400.0  # the longest wait a server may ask for

#: What results of a pass are about when not about a document.
DISCOVERY: Final = "discovery"
COVERAGE: Final = "coverage"

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


log = structlog.get_logger("tracker.pipeline")


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
        searches: Collection[str] | None = None,
        progress: Callable[[Result], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Result, ...]:
        """One pass: find new documents, look at the given ones and the found ones, tell of blindness that began or ended.

        `searches`: the sources in which this instance looks for new documents at all, when that is more than `discover`.
        `stopped` is asked between two looks.
        """
        results: list[Result] = []
        searches = discover if searches is None else searches

        def done(result: Result) -> None:
            results.append(result)
            progress(result)

        blind = self._blindness(searches, {})  # what a downtime of ours left untold
        found: list[Watch] = []
        for source in discover:
            if not stopped():
                new = self.discover(source)
                found.extend(new.followed)
                outcome = Outcome.FAILED if new.trouble else Outcome.CHANGED if new.events else Outcome.UNCHANGED
                done(Result(target=DISCOVERY, source=source, outcome=outcome, events=new.events, message=new.trouble))
        for watch in (*watches, *found):
            if not stopped():
                done(self.check_safely(watch))
        blind += self._blindness(searches, _counts(results))
        for event in blind:
            done(Result(target=COVERAGE, source=event.source, outcome=Outcome.CHANGED, events=(event,)))
        return tuple(results)

    def _blindness(self, searches: Collection[str], caught_up: Mapping[str, int]) -> tuple[Event, ...]:
        return coverage.observe(self.desk, self.desk.clock(), searches, self._every, caught_up)

    def discover(self, source: str) -> discovery.Pass:
        """One discovery pass over one source. Its failure counts for the source like any other."""
        now = self.desk.clock()
        try:
            found = DISCOVERIES[source](self.desk, now)
        except BusyError:
            raise
        except Exception as error:  # a fault of ours in one search must not blind the others
            if not isinstance(error, TrackerError):
                log.exception("discovery.fault", source=source)
            found = discovery.Pass(source=source, trouble=_fault(error))
        self.desk.store.mark_source(source, at=now, success=not found.trouble, error=found.trouble or None)
        return found

    # ------------------------------------------------------------ one look

    def check_safely(self, watch: Watch) -> Result:
        """`check`, for many: what goes wrong with one document is its own result and keeps no other from being looked at.

        A store that cannot even note that is broken as a whole; its error passes through and stops the run.
        """
        try:
            return self.check(watch)
        except BusyError:
            raise
        except Exception as error:  # see above
            if not isinstance(error, TrackerError):
                log.exception("look.fault", target=watch.target)
            now = self.desk.clock()
            self.desk.store.mark_checked(
                watch.target, watch.source, at=now, next_due=now + AFTER_FAILURE, success=False
            )
            return _result(watch, Outcome.FAILED, message=_fault(error))

    def check(self, watch: Watch) -> Result:
        """One look at one document. A source's fault gives a result; faults of our own raise."""
        now = self.desk.clock()
        page: Page | None = None
        try:
            page = self.desk.get(watch.url, source=watch.source)
            told = self.desk.store.state(Keys.of(watch).told)
            if told == told_value(watch, page.snapshot.digest) and not self._waiting(watch, now):
                result = _result(watch, Outcome.UNCHANGED)
                self._settle(watch, (watch.url,))
            else:
                result = self._record(watch, LOOKS[watch.source](self.desk, watch, page, now))
        except FetchError as error:
            result = _result(watch, Outcome.FAILED, message=str(error), retry_after=error.retry_after)
        except PageError as error:
            result = self._refuse(watch, error, now, retry_after=page.retry_after if page else None)
        ok = result.outcome.is_success
        store = self.desk.store
        store.mark_source(watch.source, at=now, success=ok, error=result.message or None)
        # What waits for a second look was not seen to be unchanged: a page that never comes to rest counts as unseen.
        seen = ok and result.outcome is not Outcome.HELD
        store.mark_checked(
            watch.target, watch.source, at=now, next_due=self._next_due(watch, result, now), success=seen
        )
        return result

    def _waiting(self, watch: Watch, now: datetime) -> bool:
        """Whether bytes that are known must be looked at all the same: for a second look, or for texts that are due."""
        keys = Keys.of(watch)
        states = (keys.held, keys.absent, doubt_key(watch, watch.url))
        return any(self.desk.store.state(key) for key in states) or texts_due(self.desk, watch, now)

    def _record(self, watch: Watch, finding: Finding) -> Result:
        observation = self._back(watch, finding.observation)
        with self.desk.store.transaction():
            events = self.desk.store.record(observation)
            self._settle(watch, finding.well)
        quiet = Outcome.HELD if finding.waiting else Outcome.UNCHANGED
        outcome = Outcome.CHANGED if events else quiet
        return _result(watch, outcome, events=events, message=finding.trouble)

    def _settle(self, watch: Watch, well: Collection[str]) -> None:
        """Close this document's quarantine cases of pages that are believed now."""
        for url in well:
            for row in self.desk.store.quarantined(url=url):
                if row.document_id != watch.target:
                    continue
                agreed = row.problem is Problem.IMPLAUSIBLE and row.count > AGREEING_FETCHES
                state, reason = (
                    ("released", "further fetches agree") if agreed else ("healed", "the page is well again")
                )
                self.desk.store.settle_quarantine(row.id, state, reason)

    def _back(self, watch: Watch, observation: Observation) -> Observation:
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
            back_at = observation.observed_at.isoformat()
            payload = {"url": watch.url, "seen_at": absent["seen_at"], "restored_at": back_at}
            draft = drafter.draft(
                EventKind.DOCUMENT_RESTORED,
                key="absence",
                digests=(absent["since"],),
                level=Level.MAJOR,
                payload=payload,
            )
            events = (draft, *events)
        return replace(observation, events=events, state=state)

    # ------------------------------------------------------------ what is not believed

    def _refuse(self, watch: Watch, error: PageError, now: datetime, *, retry_after: float | None) -> Result:
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
        is_document = watch.source != publication.NAME  # a list that is gone says nothing about the acts on it
        if error.problem is Problem.NOT_FOUND and is_document and watch.last_success is not None:
            events = self._gone(watch, watch.last_success, now)
        return _result(watch, Outcome.QUARANTINED, events=events, message=str(error), retry_after=retry_after)

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
        absent = self.desk.mapping(Keys.of(watch).absent)
        if self.desk.store.state(Keys.of(watch).held) or (absent and not absent.get("told")):
            wait = min(every, SECOND_LOOK) + _GRACE
        elif self.desk.store.state(doubt_key(watch, watch.url)):
            wait = min(every, AGREEMENT) + _GRACE
        elif not result.outcome.is_success and not absent:
            wait = min(every, AFTER_FAILURE)
        else:
            wait = every * self._rng.uniform(0.9, 1.1)
        asked = timedelta(seconds=min(result.retry_after or 0.0, _PATIENCE))
        return now + max(wait, asked, _AT_LEAST)


def _fault(error: Exception) -> str:
    """A fault of ours in one line."""
    return str(error) if isinstance(error, TrackerError) else f"{type(error).__name__}: {' '.join(str(error).split())}"


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
