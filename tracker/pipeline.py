"""From a fetch to the record, in the order of the design.

`Pipeline.check` is one look at one document:

    fetch -> keep the bytes -> classify the page -> read -> normalise -> structure -> compare with the predecessor
          -> significance, topics, relations -> version + change + events + outbox in ONE transaction

The steps between fetch and record are pure and live in `bills`, `pages`, `publications`. Failure is not change: a page that
is blocked, cut, empty or doubtful is kept, quarantined and told to the operator only. `Pipeline.run` is one polite pass over
everything. Publishing and delivering run from the store afterwards; neither can cost a fetch.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final

import structlog

from scrapers import ips, kremlin, publication, sozd
from scrapers import page as web_page
from tracker import (
    amending,
    bill_feed,
    bills,
    cadence,
    coverage,
    disagreement,
    discovery,
    editions,
    effective,
    pages,
    publications,
)
from tracker.bill_texts import texts_due
from tracker.cadence import Pace
from tracker.desk import Desk, Finding, Keys, Page, doubt_key, told_value
from tracker.errors import BusyError, FetchError, PageError, SourceError, TrackerError
from tracker.holding import AGREEING_FETCHES, AGREEMENT, SECOND_LOOK, Held
from tracker.models import (
    Event,
    EventDraft,
    EventKind,
    Level,
    Observation,
    OperatorKind,
    Problem,
    Watch,
)
from tracker.outages import Outages, is_of_host
from tracker.payloads import Drafter
from tracker.searching import Pass, said, source_of

#: How often a source is asked when the configuration does not say, in seconds.
EVERY: Final[Mapping[str, float]] = {
    sozd.NAME: 1800.0,
    publication.NAME: 3600.0,
    ips.NAME: 21600.0,
    kremlin.NAME: 21600.0,
    web_page.NAME: 3600.0,
}
AFTER_FAILURE: Final = timedelta(minutes=15)
_GRACE: Final = timedelta(seconds=10)
_AT_LEAST: Final = timedelta(minutes=1)
_REMINDED: Final = timedelta(days=30)
_PATIENCE: Final = 86400.0  # the longest wait a server may ask for

#: What results of a pass are about when not about a document.
DISCOVERY: Final = "discovery"
COVERAGE: Final = "coverage"
CALENDAR: Final = "calendar"

#: Reads one kept page of a watch: the registry of what can be followed.
LOOKS: Final[Mapping[str, Callable[[Desk, Watch, Page, datetime], Finding]]] = {
    sozd.NAME: bills.look,
    publication.NAME: publications.look,
    ips.NAME: editions.look,
    kremlin.NAME: pages.look_at_bank,
    web_page.NAME: pages.look,
}

#: Sources of act texts: how what was kept of them is read again.
REREADERS: Final[disagreement.Rereaders] = {
    ips.NAME: editions.rereader,
    kremlin.NAME: pages.rereader,
    web_page.NAME: pages.rereader,
}

#: The searches for new documents, by name.
DISCOVERIES: Final = discovery.DISCOVERIES

#: Sources that hold more of the past than one look brings.
HISTORIES: Final[Mapping[str, Callable[[Desk, Watch, Callable[[], datetime]], Iterator[Observation | SourceError]]]] = {
    ips.NAME: editions.import_history,
}

#: Sources with a cheap poll: whether it says that nothing happened, and what to note when the page itself was read.
POLLS: Final[Mapping[str, Callable[[Desk, Watch, datetime], bool]]] = {sozd.NAME: bill_feed.is_still}

#: Sources whose pages link texts that are fetched by a clock of their own.
_TEXTS_DUE: Final[Mapping[str, Callable[[Desk, Watch, datetime], bool]]] = {
    sozd.NAME: texts_due,
    ips.NAME: editions.editions_due,
}

log = structlog.get_logger("tracker.pipeline")


class Outcome(StrEnum):
    """How one look ended."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"  # seen, and waiting for a second look
    QUARANTINED = "quarantined"
    FAILED = "failed"
    PAUSED = "paused"  # not asked: the host is in trouble and is left alone for a while

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
    search: str = ""  # the search for new documents that it is about
    blind: SourceError | None = None  # what mattered most could not be had, though the page could


class _Nothing(Enum):
    """Why there is nothing to record."""

    POLLED = "the cheap poll says so"
    KNOWN = "the page came, and was read before"


#: Sources whose looks read nothing that looks at other documents record: these may be under way together.
_OWN: Final = frozenset({sozd.NAME, ips.NAME, kremlin.NAME, web_page.NAME})


class Pipeline:
    """Looks at documents and records what happened to them."""

    def __init__(
        self, desk: Desk, *, every: Mapping[str, float] | None = None, rng: random.Random | None = None
    ) -> None:
        self.desk = desk
        self._every = {**EVERY, **(every or {})}
        self._rng = rng or random.Random()  # noqa: S311  # spreads requests over time; guards nothing
        self._outages = Outages(desk.store)

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

        `searches`: the searches for new documents that this instance makes at all, when those are more than `discover`.
        `stopped` is asked between two looks.
        """
        results: list[Result] = []
        searches = discover if searches is None else searches
        paused: set[str] = set()

        def done(result: Result) -> None:
            if result.outcome is Outcome.PAUSED:  # one word for an outage, not one for every page
                result = replace(result, message="") if result.message in paused else result
                paused.add(result.message)
            results.append(result)
            progress(result)

        blind = self._blindness(searches, {})  # what a downtime of ours left untold
        found: list[Watch] = []
        for search in discover:
            if not stopped():
                new = self.discover(search)
                found.extend(new.followed)
                done(
                    Result(
                        target=DISCOVERY,
                        source=source_of(search),
                        search=search,
                        outcome=_outcome_of(new),
                        events=new.events,
                        message=said(filter(None, (new.trouble, new.doubt))),
                    )
                )
        with contextlib.closing(self._looks((*watches, *found), stopped)) as looked:
            for result in looked:
                done(result)
        for event in effective.observe(self.desk, self.desk.clock()):
            done(Result(target=CALENDAR, source=event.source, outcome=Outcome.CHANGED, events=(event,)))
        blind += self._blindness(searches, _counts(results))
        for event in blind:
            done(Result(target=COVERAGE, source=event.source, outcome=Outcome.CHANGED, events=(event,)))
        return tuple(results)

    def _looks(self, watches: Sequence[Watch], stopped: Callable[[], bool]) -> Generator[Result, None, None]:
        """One look after the other; with workers, some under way while others wait for their readings."""
        if self.desk.workers.in_flight > 1 and len(watches) > 1:
            yield from self.desk.workers.ahead.run(
                watches,
                self.check_safely,
                key=lambda watch: watch.target,
                alone=lambda watch: watch.source not in _OWN,
                stopped=stopped,
            )
            return
        for watch in watches:
            if not stopped():
                yield self.check_safely(watch)

    def _blindness(self, searches: Collection[str], caught_up: Mapping[str, int]) -> tuple[Event, ...]:
        every = {**discovery.EVERY, **self._every}
        return coverage.observe(self.desk, self.desk.clock(), searches, every, caught_up)

    def discover(self, search: str) -> Pass:
        """One pass of one search. Its failure counts for the source like any other."""
        now = self.desk.clock()
        source = source_of(search)
        # Beside the registrations a search has an address of its own: that it fails says little of the host.
        address = self.desk.base_urls[source] + search.removeprefix(source)
        if self._outages.pause(source, address, now) is not None:
            return Pass(search=search, trouble=self._outages.reason(source, address), paused=True)
        try:
            found = DISCOVERIES[search](self.desk, now)
        except BusyError:
            raise
        except Exception as error:  # a fault of ours in one search must not blind the others
            if not isinstance(error, TrackerError):
                log.exception("discovery.fault", search=search)
            found = Pass(search=search, trouble=_fault(error))
        if found.failure is not None:
            if search == source or getattr(found.failure, "retry_after", None):
                self._outages.failed(source, address, found.failure, now)
        elif not found.trouble:
            self._outages.succeeded(source, address, now)
        wrong = said(filter(None, (found.trouble, found.doubt)))
        self.desk.store.mark_source(source, at=now, success=not wrong, error=wrong or None)
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
            self.desk.workers.ahead.turn()
            now = self.desk.clock()
            self.desk.store.mark_checked(
                watch.target, watch.source, at=now, next_due=now + AFTER_FAILURE, success=False
            )
            return _result(watch, Outcome.FAILED, message=_fault(error))

    def check(self, watch: Watch) -> Result:
        """One look at one document. A source's fault gives a result; faults of our own raise."""
        now = self.desk.clock()
        watch = self._addressed(watch)
        ahead = self.desk.workers.ahead
        found: Finding | _Nothing | FetchError | PageError = _Nothing.POLLED
        paused = self._outages.pause(watch.source, watch.url, now)
        held_before = self.desk.store.state(Keys.of(watch).held) is not None
        if paused is None:
            try:
                found = self._find(watch, now)
            except (FetchError, PageError) as error:
                found = error
        if ahead.turn(failing=isinstance(found, FetchError | PageError)):
            # Had the looks before this one been recorded then, it would not have asked.
            paused = paused or self._outages.pause(watch.source, watch.url, now)
        if paused is not None:
            return self._left_alone(watch, now, paused)
        result = self._recorded(watch, found, now)
        ok = result.outcome.is_success
        store = self.desk.store
        with store.transaction():
            if result.blind is not None:
                self._outages.failed(watch.source, watch.url, result.blind, now)
            elif ok:
                self._outages.succeeded(watch.source, watch.url, now)
            store.mark_source(watch.source, at=now, success=ok, error=result.message or None)
            # What waits for a second look again was not seen to be unchanged: a page that never comes to rest counts as unseen.
            seen = ok and result.blind is None and (result.outcome is not Outcome.HELD or not held_before)
            due = self._next_due(watch, result, now)
            store.mark_checked(watch.target, watch.source, at=now, next_due=due, success=seen)
        return result

    def _find(self, watch: Watch, now: datetime) -> Finding | _Nothing:
        """Ask for the page, by the cheap poll first where there is one; read it when it is not known already. Records nothing."""
        waiting = self._waiting(watch, now)
        poll = POLLS.get(watch.source)
        if poll is not None and not waiting and poll(self.desk, watch, now):
            return _Nothing.POLLED
        page = self.desk.get(watch.url, source=watch.source)
        told = self.desk.store.state(Keys.of(watch).told)
        # An empty answer says nothing by its bytes: it may be an empty list, or an answer that was lost.
        if told == told_value(watch, page.snapshot.digest) and page.snapshot.size and not waiting:
            return _Nothing.KNOWN
        finding = LOOKS[watch.source](self.desk, watch, page, now)
        return disagreement.weigh(self.desk, watch, finding, REREADERS, now)

    def _recorded(self, watch: Watch, found: Finding | _Nothing | FetchError | PageError, now: datetime) -> Result:
        """Record what was found, or that it could not be had."""
        if isinstance(found, FetchError | PageError):
            return self._failed(watch, found, now)
        if isinstance(found, Finding):
            result = self._record(watch, found)
        else:
            result = _result(watch, Outcome.UNCHANGED)
            if found is _Nothing.POLLED:
                return result
            self._settle(watch, (watch.url,))
        if watch.source in POLLS:
            bill_feed.settle(self.desk, watch, result.events, now)
        return result

    def _failed(self, watch: Watch, error: FetchError | PageError, now: datetime) -> Result:
        """Note that the page could not be had, or is not the one asked for."""
        if isinstance(error, PageError):
            result = self._refuse(watch, error, now)
            alone = is_of_host(error)
        else:
            result = _result(watch, Outcome.FAILED, message=str(error), retry_after=error.retry_after)
            alone = True
        if not self._outages.failed(watch.source, watch.url, error, now) and alone:
            self._tell_unfetchable(watch, error, now)
        return result

    def _left_alone(self, watch: Watch, now: datetime, pause: timedelta) -> Result:
        """A document of a host in trouble: not asked for, and due again when the host is."""
        message = f"not asked, the host is left alone for a while: {self._outages.reason(watch.source, watch.url)}"
        due = now + max(pause, _AT_LEAST) * self._rng.uniform(1.0, 1.1)
        self.desk.store.mark_checked(watch.target, watch.source, at=now, next_due=due, success=False)
        return _result(watch, Outcome.PAUSED, message=message)

    def backfill(self, watch: Watch) -> Iterator[Result]:
        """Bring in what the source holds of the past, recorded piece by piece: it can be stopped, and goes on where it was."""
        looked = self.check_safely(watch)
        yield looked
        if not looked.outcome.is_success:
            return  # what is news now would be taken for the past
        watch = self._addressed(watch)
        for found in HISTORIES[watch.source](self.desk, watch, self.desk.clock):
            if isinstance(found, Observation):
                events = self.desk.store.record(amending.related(self.desk.store, found))
                yield _result(watch, Outcome.CHANGED, events=events)
            else:
                self._outages.failed(watch.source, watch.url, found, self.desk.clock())
                yield _result(watch, Outcome.FAILED, message=str(found))

    def _addressed(self, watch: Watch) -> Watch:
        """The watch at the address where its document was found, for a source that must be searched for it."""
        found_at = self.desk.store.state(Keys.of(watch).address)
        return replace(watch, url=found_at) if isinstance(found_at, str) else watch

    def _waiting(self, watch: Watch, now: datetime) -> bool:
        """Whether bytes that are known must be looked at all the same: for a second look, or for texts that are due."""
        keys = Keys.of(watch)
        states = (keys.held, keys.absent, doubt_key(watch, watch.url))
        if any(self.desk.store.state(key) for key in states) or disagreement.is_waiting(self.desk, watch):
            return True
        due = _TEXTS_DUE.get(watch.source)
        return due is not None and due(self.desk, watch, now)

    def _record(self, watch: Watch, finding: Finding) -> Result:
        observation = self._back(watch, finding.observation)
        with self.desk.store.transaction():
            events = self.desk.store.record(amending.related(self.desk.store, observation))
            self._settle(watch, finding.well)
        quiet = Outcome.HELD if finding.waiting else Outcome.UNCHANGED
        outcome = Outcome.CHANGED if events else quiet
        result = _result(watch, outcome, events=events, message=finding.trouble)
        return replace(result, blind=finding.blind) if finding.blind is not None else result

    def _settle(self, watch: Watch, well: Collection[str]) -> None:
        """Close this document's quarantine cases of pages that are believed now."""
        for url in well:
            if self.desk.store.state(f"layout/{watch.source}") == url:
                self.desk.store.set_state(f"layout/{watch.source}", None)
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
        self._tell_operator(watch, error, now)
        events: tuple[Event, ...] = ()
        is_document = watch.source != publication.NAME  # a list that is gone says nothing about the acts on it
        if error.problem is Problem.NOT_FOUND and is_document and watch.last_success is not None:
            events = self._gone(watch, watch.last_success, now)
        return _result(watch, Outcome.QUARANTINED, events=events, message=str(error), retry_after=error.retry_after)

    def _tell_unfetchable(self, watch: Watch, error: SourceError, now: datetime) -> None:
        """One word for a page that alone cannot be had (not allowed, or its host answers others); the next after a month."""
        key = f"unfetchable/{watch.source}/{watch.target}"
        known = self.desk.store.state(key)
        if isinstance(known, str) and now - datetime.fromisoformat(known) < _REMINDED:
            return
        self.desk.store.set_state(key, now.isoformat())
        self.desk.store.tell_operator(
            OperatorKind.DOCUMENT_QUARANTINED, source=watch.source, subject=watch.target, at=now, message=str(error)
        )

    def _tell_operator(self, watch: Watch, error: PageError, now: datetime) -> None:
        """One word for a page of a new look, whichever of the source's pages showed it first; one for each new case otherwise."""
        if is_of_host(error):
            return  # the outage is told as one
        store = self.desk.store
        kind, subject = OperatorKind.DOCUMENT_QUARANTINED, watch.target
        if error.problem is Problem.LAYOUT_CHANGED:
            key = f"layout/{watch.source}"
            if isinstance(store.state(key), str):
                return
            store.set_state(key, watch.url)
            kind, subject = OperatorKind.SOURCE_LAYOUT_CHANGED, watch.source
        else:
            cases = [case for case in store.quarantined(url=watch.url) if case.problem is error.problem]
            if not cases or cases[-1].count > 1:
                return
        store.tell_operator(kind, source=watch.source, subject=subject, at=now, message=str(error))

    def _gone(self, watch: Watch, last_seen: datetime, now: datetime) -> tuple[Event, ...]:
        keys = Keys.of(watch)
        if self.desk.store.state(keys.address) is not None:
            self.desk.store.set_state(keys.address, None)  # native ids change: it is searched for anew
            return ()
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
        pace = self.desk.mapping(Keys.of(watch).pace)
        base = timedelta(seconds=self._every[watch.source])
        every = cadence.interval(base, Pace.from_json(pace)) if pace else base
        absent = self.desk.mapping(Keys.of(watch).absent)
        second = self.desk.store.state(Keys.of(watch).held) or disagreement.is_waiting(self.desk, watch)
        if second or (absent and not absent.get("told")):
            wait = min(every, SECOND_LOOK) + _GRACE
        elif self.desk.store.state(doubt_key(watch, watch.url)):
            wait = min(every, AGREEMENT) + _GRACE
        elif not result.outcome.is_success and not absent:
            wait = min(every, AFTER_FAILURE)
        else:
            wait = every * self._rng.uniform(0.9, 1.1)
        failed = self.desk.mapping(Keys.of(watch).due).values()
        if retries := [datetime.fromisoformat(entry["next"]) - now for entry in failed]:
            wait = min(wait, max(min(retries), _AT_LEAST) + _GRACE)
        asked = timedelta(seconds=min(result.retry_after or 0.0, _PATIENCE))
        if result.outcome is not Outcome.PAUSED and (pause := self._outages.pause(watch.source, watch.url, now)):
            asked = max(asked, pause * 1.2)  # behind those that were not asked because of this failure
        return now + max(wait, asked, _AT_LEAST)


def _outcome_of(found: Pass) -> Outcome:
    if found.paused:
        return Outcome.PAUSED
    if found.trouble:
        return Outcome.FAILED
    return Outcome.CHANGED if found.events else Outcome.UNCHANGED


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
