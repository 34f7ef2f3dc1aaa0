"""From the store to what readers get. Runs separately from the looks at the sources, and can be run again at any time.

The outbox's channel ``feeds`` holds the events whose entries were not rendered yet: each is rendered once, stored, and only
then taken off the list, so that a crash in between loses nothing and an entry never changes afterwards.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog

from db.store import Store
from feeds import entries, publish
from feeds.languages import LANGUAGES
from feeds.site import Site

CHANNEL: Final = "feeds"
BATCH: Final = 500

log = structlog.get_logger("tracker.publishing")


def render_entries(store: Store, site: Site) -> int:
    """Render the entries of all events that have none yet; gives how many.

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
    return count


def publish_site(store: Store, site: Site, directory: Path) -> publish.Published:
    """Write the static site; says which files were written or changed."""
    render_entries(store, site)
    return publish.publish(site, directory)
