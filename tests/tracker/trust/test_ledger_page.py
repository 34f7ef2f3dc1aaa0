from __future__ import annotations

import json

from lxml import etree

from db.store import Store
from feeds import ledgerpage
from feeds.entries import ATOM
from feeds.site import Site
from tests.tracker.trust.conftest import INFO
from tracker import roots


def test_the_page_shows_roots_in_both_languages(archive: Store) -> None:
    site, made = Site(archive, INFO), archive.roots()
    russian, english = (ledgerpage.page(site.frame(language), made).body.decode() for language in ("ru", "en"))
    for page in (russian, english):
        assert made[-1].hash in page
        assert page.index(made[-1].hash) < page.index(made[0].hash)
        assert "roots.json" in page
    assert "Журнал и его корни" in russian
    assert "The ledger and its roots" in english
    assert "Корней ещё нет" in ledgerpage.page(site.frame("ru"), ()).body.decode()


def test_the_file_holds_every_root_as_it_was_hashed(archive: Store) -> None:
    page = ledgerpage.roots_file(Site(archive, INFO).frame("ru"), archive.roots())
    assert (page.path, page.file) == ("/ledger/roots.json", "ledger/roots.json")
    told = json.loads(page.body)
    assert told["authority"] == INFO.authority
    read = [roots.from_published(row) for row in told["roots"]]
    assert [root.hash for root in read] == [root.hash for root in archive.roots()]
    assert list(archive.verify(published=read)) == []


def test_a_feed_carries_the_newest_root(archive: Store) -> None:
    root = archive.latest_root()
    assert root is not None
    feed = etree.Element(f"{{{ATOM}}}feed")
    ledgerpage.add_to_xml(feed, root)
    element = etree.fromstring(etree.tostring(feed)).find(f"{{{ledgerpage.NAMESPACE}}}root")
    assert element is not None
    assert element.text == root.hash
    told = {name: int(value) if name in {"first", "last", "count"} else value for name, value in element.attrib.items()}
    assert told == root.published
