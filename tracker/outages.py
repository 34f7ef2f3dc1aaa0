"""Outages: a host in trouble is asked less and told of once, not once per page.

After a few failures in a row, of more than one address, a host is left alone for a while (a circuit breaker); at once, when it
asks for a pause itself. Then it is asked again, as often as before. An address that failed while the host answered others
speaks for itself only, until it is well. Each further round of failures makes the while longer. The operator reads one line
when that begins and one when it ends. Readers have `coverage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

from db.store import Store
from tracker.errors import FetchError, PageError, SourceError
from tracker.models import OperatorKind, Problem

#: A host is left alone after so many failures in a row.
OPEN_AFTER: Final = 3
FIRST_PAUSE: Final = timedelta(minutes=5)
LAST_PAUSE: Final = timedelta(hours=1)

#: Failures that speak of the host. Others speak of one address: an address not allowed, a page that robots.txt keeps for itself,
#: a document that is not there or looks another way.
_HOST_REASONS: Final = frozenset(
    {"timeout", "connection", "tls", "too_large", "short_body", "bad_encoding", "redirect", "status", "unreachable"}
)
_HOST_PROBLEMS: Final = frozenset(
    {
        Problem.BLOCKED,
        Problem.CAPTCHA,
        Problem.MAINTENANCE,
        Problem.LOGIN,
        Problem.SERVER_ERROR,
        Problem.EMPTY,
        Problem.TRUNCATED,
    }
)


def is_of_host(error: SourceError) -> bool:
    """Whether a failure would meet any other page of the host as well."""
    if isinstance(error, FetchError):
        return error.reason in _HOST_REASONS
    return isinstance(error, PageError) and error.problem in _HOST_PROBLEMS


class Outages:
    """The breaker of every host, kept in the store: a restart forgets none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pause(self, source: str, url: str, now: datetime) -> timedelta | None:
        """For how long the host of an address is still left alone; None when it may be asked."""
        until = self._memory(source, url).get("until")
        if until is None:
            return None
        left = datetime.fromisoformat(until) - now
        # A moment further away than any pause was set by a clock that was ahead.
        return left if timedelta(0) < left <= LAST_PAUSE else None

    def reason(self, source: str, url: str) -> str:
        """Why a host is left alone, in one line."""
        return str(self._memory(source, url).get("message", ""))

    def failed(self, source: str, url: str, error: SourceError, now: datetime) -> bool:
        """Count a failure of a host; tell the operator when it is the one too many. False when it speaks of this address only."""
        if not is_of_host(error):
            return False
        memory = self._memory(source, url)
        own, asked = set(memory.get("own", ())), _asked_pause(error)
        if url in own and asked is None:
            return False
        rounds, failures = int(memory.get("rounds", 0)), int(memory.get("failures", 0)) + 1
        addresses = {*memory.get("addresses", ()), url}
        told, until = bool(memory.get("told")), now
        if asked is not None:  # what a server asks of one page it asks of all
            until = now + asked
        # One page that fails says little of a host that has others.
        all_fail = len(addresses) > 1 or len(addresses | own) >= self._pages(source, url)
        if failures >= OPEN_AFTER and (asked is not None or all_fail):
            until = max(until, now + min(FIRST_PAUSE * 2 ** min(rounds, 10), LAST_PAUSE))
            rounds, failures, addresses = rounds + 1, 0, set()
        with self._store.transaction():
            if rounds and not told:
                told = True
                self._tell(OperatorKind.SOURCE_FAILING, source, url, now, str(error))
            after = {
                "failures": failures,
                "rounds": rounds,
                "until": until.isoformat() if until > now else None,
                "told": told,
                "message": str(error),
                "since": memory.get("since") or now.isoformat(),
                "addresses": sorted(addresses)[:OPEN_AFTER],
                "own": sorted(own),
            }
            self._store.set_state(_key(source, url), after)
        return True

    def _pages(self, source: str, url: str) -> int:
        """How many pages of a host are asked for: those of the documents that are followed there, and the search for new ones."""
        watched = sum(watch.source == source and _host(watch.url) == _host(url) for watch in self._store.watches())
        return watched + (self._store.state(f"began/{source}") is not None)

    def succeeded(self, source: str, url: str, now: datetime) -> None:
        """The host answers as it should: its failures are forgotten, and the operator is told if there was an outage."""
        memory = self._memory(source, url)
        if not memory:
            return
        own = {*memory.get("own", ()), *memory.get("addresses", ())} - {url}
        with self._store.transaction():
            if memory.get("told"):
                self._tell(
                    OperatorKind.SOURCE_RECOVERED,
                    source,
                    url,
                    now,
                    f"answers again; in trouble since {memory['since']}",
                )
            self._store.set_state(_key(source, url), {"own": sorted(own)} if own else None)

    def _tell(self, kind: OperatorKind, source: str, url: str, now: datetime, message: str) -> None:
        self._store.tell_operator(kind, source=source, subject=_host(url), at=now, message=message)

    def _memory(self, source: str, url: str) -> Mapping[str, Any]:
        found = self._store.state(_key(source, url))
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _asked_pause(error: SourceError) -> timedelta | None:
    """The pause that the server asked for, as far as it is granted."""
    seconds = getattr(error, "retry_after", None)
    return min(timedelta(seconds=seconds), LAST_PAUSE) if seconds else None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _key(source: str, url: str) -> str:
    return f"outage/{source}/{_host(url)}"
