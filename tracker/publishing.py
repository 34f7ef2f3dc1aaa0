"""From the store to what readers get. Runs separately from the looks at the sources, and can be run again at any time.

The outbox's channel ``feeds`` holds the events whose entries were not rendered yet: each is rendered once, stored, and only
then taken off the list, so that a crash in between loses nothing and an entry never changes afterwards.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from db.store import Store
from feeds import entries, publish
from feeds.site import Site

CHANNEL: Final = "feeds"


def render_entries(store: Store, site: Site) -> int:
    """Render the entries of all events that have none yet; gives how many."""
    count = 0
    while waiting := store.outbox(CHANNEL):
        for event in waiting:
            store.save_entry(entries.render(event, store, site.info))
            store.finish_outbox(CHANNEL, [event.id])
            count += 1
    return count


def publish_site(store: Store, site: Site, directory: Path) -> publish.Published:
    """Write the static site; says which files were written or changed."""
    render_entries(store, site)
    return publish.publish(site, directory)
