"""What is handed out of the ledger every day: its page, ``roots.json``, and the newest root in the head of each feed."""

from __future__ import annotations

import json

from lxml import etree

from db.store import Store
from feeds import formats
from feeds.site import Site
from tests.tracker.trust.conftest import INFO
from tracker import roots


def body(site: Site, path: str) -> bytes:
    page = site.page(path)
    assert page is not None, path
    return page.body


def test_the_page_shows_roots_in_both_languages(archive: Store) -> None:
    site, made = Site(archive, INFO), archive.roots()
    russian, english = body(site, "/ledger").decode(), body(site, "/en/ledger").decode()
    for page in (russian, english):
        assert made[-1].hash in page
        assert page.index(made[-1].hash) < page.index(made[0].hash)
        assert "roots.json" in page
    assert "Журнал и его корни" in russian
    assert "The ledger and its roots" in english


def test_the_file_holds_every_root_as_it_was_hashed(archive: Store) -> None:
    page = Site(archive, INFO).page("/ledger/roots.json")
    assert page is not None
    assert page.file == "ledger/roots.json"
    told = json.loads(page.body)
    assert told["authority"] == INFO.authority
    read = [roots.from_published(row) for row in told["roots"]]
    assert [root.hash for root in read] == [root.hash for root in archive.roots()]
    assert list(archive.verify(published=read)) == []


def test_a_living_feed_carries_the_newest_root(archive: Store) -> None:
    root = archive.latest_root()
    assert root is not None
    site = Site(archive, INFO)
    for path in ("/feeds/all.atom", "/feeds/all.rss", "/en/feeds/significant.atom"):
        found = etree.fromstring(body(site, path)).findall(f".//{{{formats.LEDGER}}}root")
        assert [element.text for element in found] == [root.hash]
        numbers = {"first", "last", "count"}
        told = {name: int(value) if name in numbers else value for name, value in found[0].attrib.items()}
        assert told == root.published
        assert found[0].getnext() is not None  # in the head, before the entries
    assert json.loads(body(site, "/feeds/all.json"))[formats.JSON_ROOT] == root.published


def test_an_archive_never_changes_and_carries_none(archive: Store) -> None:
    site = Site(archive, INFO)
    archives = [path for path in site.paths() if path.startswith("/feeds/all/") and path.endswith(".atom")]
    assert archives
    for path in archives:
        assert formats.LEDGER.encode() not in body(site, path)
