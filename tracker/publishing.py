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
from feeds.site import Seen, Site
from tracker.errors import StoreError
from tracker.finding import Finder

CHANNEL: Final = "feeds"
BATCH: Final = 500
#: How old the times of the last checks on published pages may become, and pages that no event has touched.
FRESHNESS: Final = timedelta(minutes=10)
WHOLE: Final = timedelta(days=1)

log = structlog.get_logger("tracker.publishing")


def render_entries(store: Store, site: Site) -> int:
    """Render the entries of all events that have none yet, and make what is new findable; gives how many were rendered.

    One that cannot be rendered is logged, stays in the outbox for the next time, and holds up no other. A day that is over
    gets its root here: whatever looks, publishes or serves comes by.
    """
    try:
        store.seal(site.info.authority)
    except StoreError as error:  # a damaged line must not keep news from readers
        log.error("root.failed", reason=str(error))  # noqa: TRY400 - one line for the operator, no traceback
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


def publish_site(store: Store, site: Site, directory: Path, *, since: Seen | None = None) -> publish.Published:
    """Write the static site; says which files were written or changed. `since`: see `feeds.publish.publish`."""
    render_entries(store, site)
    return publish.publish(site, directory, since=since)


class _Done(NamedTuple):
    """How far the record had come when the site was published, and when that was."""

    seen: Seen
    at: datetime

    def is_older(self, now: datetime, age: timedelta) -> bool:
        """Whether it is too long ago (or ahead: the clock may have jumped)."""
        return not timedelta(0) <= now - self.at < age


class Publisher:
    """Keeps one directory as the site now is: after every event, every ten minutes for the times of the last checks.

    What no event can have touched is made anew once a day only, and at once when something was struck.
    """

    def __init__(self, store: Store, site: Site, directory: Path) -> None:
        self._store = store
        self._site = site
        self._directory = directory
        self._last: _Done | None = None
        self._whole: _Done | None = None

    def publish(self, now: datetime) -> publish.Published | None:
        """Publish when it is time to; None when it is not."""
        seen, last, whole = self._site.seen(), self._last, self._whole
        if last is None or whole is None or whole.seen.strikes != seen.strikes or whole.is_older(now, WHOLE):
            done = publish_site(self._store, self._site, self._directory)
            self._whole = _Done(seen, now)
        elif last.seen != seen or last.is_older(now, FRESHNESS):
            done = publish_site(self._store, self._site, self._directory, since=last.seen)
        else:
            return None
        self._last = _Done(seen, now)
        return done
