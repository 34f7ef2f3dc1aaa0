"""Finding an act at a source that knows it by a number of its own.

A watch of such a source begins at the address of a search by date and number. When the search names the act, its own
address is kept beside the watch and every later look goes there. Not being listed yet is an answer and no fault; being listed
no more is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeAlias

from scrapers import acts, ips, kremlin, publication
from tracker.desk import Desk, Finding, Keys, Page, good_key, told_value
from tracker.errors import ConfigError, PageError
from tracker.models import Item, Json, Observation, Problem, Reading, Watch

#: Kinds of acts that the acts bank of kremlin.ru holds.
BANK_KINDS: Final = frozenset({"ukaz", "rasporyazhenie-prezidenta", "fz", "fkz"})

#: The portal holds what was published since 10 November 2011; acts are signed some weeks before that at most.
PORTAL_BEGAN: Final = date(2011, 9, 1)
PAGE_SIZE: Final = 200

Look: TypeAlias = Callable[[Desk, Watch, Page, datetime], Finding]


def addresses(
    base_urls: Mapping[str, str],
    act: tuple[str, str, str],
    *,
    nd: str | None = None,
    bank: str | None = None,
    at_bank: bool = False,
) -> dict[str, str]:
    """Where an act is looked for, by source. `act`: its kind, day of signing (``YYYY-MM-DD``) and number, also as in an id.

    `nd` and `bank`: what the legal system and the acts bank call it, where that is known; `at_bank`: look there as well.
    """
    _, day, number = act
    signed = date.fromisoformat(day)
    portal, system, acts_bank = (base_urls[name] for name in (publication.NAME, ips.NAME, kremlin.NAME))
    exact = acts.shown_number(number)
    found = {}
    with suppress(ConfigError):  # a number that the legal system has no letters for cannot be searched for there
        found[ips.NAME] = ips.document_url(system, nd) if nd else ips.search_url(system, day=signed, number=exact)
    if signed >= PORTAL_BEGAN:
        found[publication.NAME] = publication.search_url(
            portal, number=_for_portal(exact), signed_since=signed, signed_until=signed, page_size=PAGE_SIZE
        )
    if at_bank:
        found[kremlin.NAME] = kremlin.print_url(acts_bank, bank) if bank else kremlin.day_url(acts_bank, signed)
    return found


def _for_portal(number: str) -> str:
    """The portal compares numbers letter by letter: of one known only in the letters of an id the day must do."""
    return "" if any("a" <= letter <= "z" for letter in number.lower()) else number


def begun_value(watch: Watch) -> str:
    """What `Keys.begun` holds once a watch had its first answer; a watch that was taken up anew begins anew."""
    return watch.added_at.isoformat()


def follow(
    desk: Desk,
    watch: Watch,
    page: Page,
    reading: Reading,
    now: datetime,
    *,
    address: Callable[[Item], str],
    look: Look,
) -> Finding:
    """What a search found: the look at the act itself, when it is listed. `address`: of the act that a row names."""
    found = [item for item in reading.items if item.id == watch.target]
    keys = Keys.of(watch)
    if not found:
        if desk.store.state(keys.native) is not None:
            raise PageError(Problem.NOT_FOUND, f"{watch.target}: no longer listed by {watch.source}", url=watch.url)
        seen = {
            good_key(watch.url): page.snapshot.digest,
            keys.told: told_value(watch, page.snapshot.digest),
            keys.begun: begun_value(watch),
        }
        return Finding(observation=Observation(observed_at=now, state=seen), well=(watch.url,))
    if len({item.native_id for item in found}) > 1:
        names = ", ".join(sorted({item.native_id for item in found}))
        raise PageError(
            Problem.WRONG_DOCUMENT, f"{watch.target}: {watch.source} lists it more than once ({names})", url=watch.url
        )
    own = replace(watch, url=address(found[0]))
    finding = look(desk, own, desk.get(own.url, source=watch.source), now)
    observation = finding.observation
    state: dict[str, Json] = {
        **observation.state,
        good_key(watch.url): page.snapshot.digest,
        keys.address: own.url,
        keys.native: found[0].native_id,
    }
    return replace(finding, observation=replace(observation, state=state), well=(*finding.well, watch.url))
