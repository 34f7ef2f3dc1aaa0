"""Files that leave the site: every address answers with what it promises, in both languages, and names what it is."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from feeds.pages import Page
from feeds.site import Site
from tracker.instance import Instance
from tracker.models import Event

LAW = "act/fz/2099-04-28/9138-fz"
BILL = "bill/100001-99"
PAIR = f"{BILL}/compare/text/sozd/introduced/1/text/sozd/second-reading-amended/1"


@pytest.fixture(scope="module")
def site(replayed: Instance) -> Site:
    return replayed.site(live=True)


@pytest.fixture(scope="module")
def reading(replayed: Instance) -> Event:
    """The event of the second reading's text."""
    return next(
        event
        for event in replayed.store.events(scope=f"document:{BILL}", limit=500)
        if event.diff_id and event.payload.get("edition") == "second-reading-amended"
    )


def get(site: Site, path: str) -> Page:
    page = site.page(path)
    assert page is not None, path
    assert page.path == path
    return page


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_comparison_of_an_event_as_files(site: Site, reading: Event, prefix: str) -> None:
    base = f"{prefix}/event/{reading.id}"
    word = zipfile.ZipFile(io.BytesIO(get(site, f"{base}/diff.docx").body)).read("word/document.xml").decode()
    assert "<w:ins " in word
    assert "<w:del " in word
    assert "пятнадцати" in word
    html = get(site, f"{base}/diff.html").body.decode()
    said = "This is a draft; it is not in force." if prefix else "Это проект, он не действует."
    assert f"<strong>{said}</strong>" in html
    assert f'<html lang="{"en" if prefix else "ru"}">' in html
    assert "ДЕМО: вымышленный документ" in html
    for name in ("diff.png", "card.png"):
        picture = get(site, f"{base}/{name}")
        assert picture.content_type == "image/png"
        assert picture.body.startswith(b"\x89PNG")


def test_the_page_of_an_event_offers_them_and_a_citation(site: Site, reading: Event) -> None:
    page = get(site, f"/event/{reading.id}").body.decode()
    for name in ("diff.docx", "diff.html", "diff.png"):
        assert f"{reading.id}/{name}" in page
    assert 'property="og:image"' in page
    assert "дата обращения: дд.мм.гггг" in page
    assert "[проект, не действует]" in page


def test_two_versions_as_files(site: Site) -> None:
    word = zipfile.ZipFile(io.BytesIO(get(site, f"/{PAIR}/diff.docx").body)).read("word/document.xml").decode()
    assert "Статья 1" in word
    assert get(site, f"/{PAIR}/diff.html").body
    assert get(site, f"/{PAIR}/diff.png").body.startswith(b"\x89PNG")
    for wrong in (f"/{PAIR}/diff.exe", f"/{BILL}/compare/diff.docx", f"/{LAW}/diff.docx", "/event/nothing/diff.docx"):
        assert site.page(wrong) is None, wrong


@pytest.mark.parametrize(
    "path",
    [
        "/documents",
        "/topics/citizenship",
        f"/{BILL}/events",
        f"/{LAW}/versions",
        "/timeline/2026-04",
        f"/en/{BILL}/events",
    ],
)
def test_lists_as_tables(site: Site, path: str) -> None:
    table = get(site, f"{path}.csv")
    assert table.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.body.decode("utf-8-sig"))))
    lines = [json.loads(line) for line in get(site, f"{path}.jsonl").body.decode().splitlines()]
    assert len(rows) == len(lines) > 1
    assert list(rows[0]) == list(lines[0])
    assert all(row["invented"] == "true" for row in rows if "invented" in row)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.csv",
        "/topics/nothing.csv",
        "/timeline/2020-01.csv",
        "/timeline/x.csv",
        f"/{BILL}/nothing.csv",
        f"/{BILL}/text/events.csv",
        "/.csv",
        "/feeds.csv",
    ],
)
def test_what_is_no_list_has_no_table(site: Site, path: str) -> None:
    assert site.page(path) is None


def test_a_static_site_holds_files_and_no_pictures(replayed: Instance) -> None:
    paths = set(replayed.site(live=False).paths())
    assert any(path.endswith("/diff.docx") for path in paths)
    assert f"/{BILL}/events.csv" in paths
    assert not [path for path in paths if path.endswith(".png")]
