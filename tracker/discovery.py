"""Finding what nobody told us to follow: the searches for new documents, and how often each is made.

Four searches, each with marks of its own, and none blinded by another: what the portal publishes, day by day (`portal`); what
is registered at the Duma, day by day (`registrations`); bills on their way that get a new text, for one may be grafted onto our
topics (`readings`); and words in titles, for bills that the registrations have missed (`keywords`). What happened after the last
pass is news, however late it is found: the moment goes with every bill that is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from scrapers import publication
from tracker import keywords, portal, readings, registrations
from tracker.desk import Desk
from tracker.searching import Pass

DISCOVERIES: Final[Mapping[str, Callable[[Desk, datetime], Pass]]] = {
    registrations.SEARCH: registrations.discover,
    publication.NAME: portal.discover,
    readings.SEARCH: readings.discover,
    keywords.SEARCH: keywords.discover,
}

#: How often each search is made, in seconds: some bills live less than a day, few texts less than some hours.
EVERY: Final[Mapping[str, float]] = {
    registrations.SEARCH: 7200.0,
    publication.NAME: 7200.0,
    readings.SEARCH: 10800.0,
    keywords.SEARCH: 86400.0,
}
#: A search that failed is tried again after so long.
AFTER_FAILURE: Final = 900.0
