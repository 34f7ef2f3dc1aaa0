"""From the store to what readers get. Runs separately from the looks at the sources, and can be run again at any time.

The outbox's channel ``feeds`` holds the events whose entries were not rendered yet: each is rendered once, stored, and only
then taken off the list, so that a crash in between loses nothing and an entry never changes afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from db.store import Store
from feeds import entries, publish
from feeds.languages import LANGUAGES
from feeds.site import Site
from tracker.finding import Finder

CHANNEL: Final = "feeds"
BATCH: Final = 500
#: How old the times of the last checks on published pages may become, and pages that no event has touched.
FRESHNESS: Final = timedelta(minutes=10)
WHOLE: Final = timedelta(days=1)

log = structlog.get_logger("tracker.publishing")


def render_entries(store: Store, site: Site) -> int:
    """Render the entries of all events that have none yet, and make what is new findable; gives how many were rendered.

    One that cannot be rendered is logged, stays in the outbox for the next time, and holds up no other.
    """
    count = 0
    stuck: set[str] = set()
    while waiting := [event for event in store.outbox(CHANNEL, limit=BATCH + len(stuck)) if event.id not in stuck]:
        for event in waiting:
            try:
                made = [entries.render(event, store, site.info, language) for language in LANGUAGES]
            except Exception:
                log.exception("entry.fault", event_id=event.id)
                stuck.add(event.id)
                continue
            with store.transaction():
                for entry in made:
                    store.save_entry(entry)
                store.finish_outbox(CHANNEL, [event.id])
            count += 1
    Finder(store).index()
    return count


def publish_site(store: Store, site: Site, directory: Path, *, since: int | None = None) -> publish.Published:
    """Write the static site; says which files were written or changed. `since`: see `feeds.publish.publish`."""
    render_entries(store, site)
    return publish.publish(site, directory, since=since)


class _Done(NamedTuple):
    """What a run of publishing had seen, counted, and when it was."""

    seen: int
    at: datetime

    def is_behind(self, seen: int, now: datetime, age: timedelta) -> bool:
        """Whether more has happened since, or it is too long ago (or ahead: the clock may have jumped)."""
        return self.seen != seen or not timedelta(0) <= now - self.at < age


class Publisher:
    """Keeps one directory as the site now is: after every event, every ten minutes for the times of the last checks.

    What no event can have touched is made anew once a day only, and at once when something was struck.
    """

    def __init__(self, store: Store, site: Site, directory: Path) -> None:
        self._store = store
        self._site = site
        self._directory = directory
        self._last: _Done | None = None  # by the revision of the site
        self._whole: _Done | None = None  # by the number of strikes

    def publish(self, now: datetime) -> publish.Published | None:
        """Publish when it is time to; None when it is not."""
        revision, strikes = self._site.revision(), len(self._store.strikes())
        whole = self._whole is None or self._whole.is_behind(strikes, now, WHOLE)
        if self._last is not None and not whole and not self._last.is_behind(revision, now, FRESHNESS):
            return None
        since = None if whole or self._last is None else self._last.seen
        done = publish_site(self._store, self._site, self._directory, since=since)
        self._last = _Done(revision, now)
        if whole:
            self._whole = _Done(strikes, now)
        return done
