"""One question to each source, for `doctor`: does it answer, may we ask, does it look as it did. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from scrapers import ips, kremlin, publication, registry, sozd
from scrapers.http import Gate, SourcePolicy
from tracker.errors import FetchError, PageError
from tracker.models import Problem
from tracker.payloads import MOSCOW

DEADLINE: Final = 20.0
_PROXY: Final = '[sources.{name}] proxy = "socks5h://127.0.0.1:1080", with the address of a proxy inside Russia'

#: The federal law on citizenship: whoever holds federal laws holds it.
_KNOWN_LAW: Final = (date(2023, 4, 28), "138-ФЗ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one source answered. `is_well`: it can be watched as things stand; `mend` is the line to write or to run."""

    source: str
    is_well: bool
    what: str
    mend: str = ""


def questions(base_urls: Mapping[str, str], today: date) -> dict[str, str]:
    """An address of each source whose answer is known in kind: a list."""
    day, number = _KNOWN_LAW
    return {
        sozd.NAME: sozd.registrations_url(base_urls[sozd.NAME], today - timedelta(days=7), today),
        publication.NAME: publication.day_url(base_urls[publication.NAME], block="president", day=today),
        ips.NAME: ips.search_url(base_urls[ips.NAME], day=day, number=number),
        kremlin.NAME: kremlin.bank_url(base_urls[kremlin.NAME], 1),
    }


def probe(
    base_urls: Mapping[str, str],
    policies: Mapping[str, SourcePolicy],
    *,
    user_agent: str,
    clock: Callable[[], datetime],
) -> tuple[Probe, ...]:
    """Ask every source at once, each once, and wait no longer than the deadline for any."""
    asked = questions(base_urls, clock().astimezone(MOSCOW).date())
    brief = {
        name: replace(policy, deadline=min(policy.deadline, DEADLINE), retries=0) for name, policy in policies.items()
    }
    with Gate(user_agent=user_agent, policies=brief, clock=clock) as gate, ThreadPoolExecutor(len(asked)) as threads:
        found: Iterable[Probe] = threads.map(lambda item: _ask(gate, *item), asked.items())
        return tuple(found)


def _ask(gate: Gate, name: str, url: str) -> Probe:
    try:
        answer = gate.fetch(url, source=name)
        reading = registry.SOURCES[name].read(
            answer.body, url=url, status=answer.status, content_type=answer.header("content-type") or ""
        )
    except FetchError as error:
        return Probe(source=name, is_well=False, what=_unanswered(error), mend=_mend(name, error.reason))
    except PageError as error:
        return _refused(name, url, error)
    return Probe(
        source=name, is_well=True, what=f"answers, and its page reads as it should ({len(reading.items)} rows)"
    )


_SAID: Final = {
    "timeout": "silent: no answer in time, as is usual from outside Russia",
    "connection": "silent: no connection, as is usual from outside Russia",
    "tls": "its certificate is not trusted here",
    "robots": "its robots.txt keeps this page from programs: it is not fetched",
    "unreachable": "its robots.txt could not be had, so the source counts as unreachable",
    "redirect": "it redirects to where we do not follow",
}


def _unanswered(error: FetchError) -> str:
    return f"{_SAID.get(error.reason, 'no usable answer')} ({error})"


def _mend(name: str, reason: str) -> str:
    if reason == "tls":
        return f'[sources.{name}] ca_bundle = "/path/to/the-authority.pem"'
    if reason in {"robots", "address", "redirect"}:
        return f'[sources.{name}] base_url = "..." if the site has moved'
    return _PROXY.format(name=name)


def _refused(name: str, url: str, error: PageError) -> Probe:
    """A page came that is not the page asked for."""
    if error.problem is Problem.LAYOUT_CHANGED:
        mend = f"keep the page and report it: duma-tracker capture '{url}' --source {name} --out {name}.page"
        return Probe(source=name, is_well=False, what=f"its layout has changed ({error})", mend=mend)
    if error.problem in {Problem.BLOCKED, Problem.CAPTCHA, Problem.LOGIN}:
        return Probe(source=name, is_well=False, what=f"it refuses us ({error})", mend=_PROXY.format(name=name))
    return Probe(source=name, is_well=False, what=str(error), mend="wait, then run doctor again")
