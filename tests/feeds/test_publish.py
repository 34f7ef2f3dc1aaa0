from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from feeds.pages import Page
from feeds.publish import MANIFEST, publish
from feeds.site import Site
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tracker.errors import ConfigError, StoreError
from tracker.models import EventKind


def tree(directory: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file.relative_to(directory)): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in directory.rglob("*")
        if file.is_file()
    }


def test_publishing_twice_writes_nothing_the_second_time(tmp_path: Path) -> None:
    first = publish(Site(newsroom(), INFO), tmp_path)
    before = tree(tmp_path)
    second = publish(Site(newsroom(), INFO), tmp_path)
    assert first.written > 50
    assert (second.written, second.removed, second.unchanged) == (0, 0, first.written)
    assert tree(tmp_path) == before
    assert not [name for name in before if ".publishing-" in name]


def test_two_places_get_the_same_bytes(tmp_path: Path) -> None:
    publish(Site(newsroom(), INFO), tmp_path / "a")
    publish(Site(newsroom(), INFO), tmp_path / "b")
    bodies = [{name: body for name, (body, _) in tree(tmp_path / place).items()} for place in "ab"]
    assert bodies[0] == bodies[1]


def test_only_what_we_wrote_is_removed(tmp_path: Path) -> None:
    library = newsroom()
    publish(Site(library, INFO), tmp_path)
    (tmp_path / "robots.txt").write_text("theirs")
    (tmp_path / "bill" / "100002-99" / "note.txt").write_text("theirs")
    del library.kept_documents["bill/100002-99"], library.kept_documents["act/ukaz/2099-05-12/923"]
    done = publish(Site(library, INFO), tmp_path)
    assert done.removed > 0
    assert not (tmp_path / "bill" / "100002-99" / "index.html").exists()
    assert (tmp_path / "bill" / "100002-99" / "note.txt").exists()
    assert not (tmp_path / "act" / "ukaz").exists()
    assert (tmp_path / "robots.txt").read_text() == "theirs"


def test_a_run_that_died_leaves_nothing_ownerless(tmp_path: Path) -> None:
    library = newsroom()

    class Dying(Site):
        def page(self, path: str) -> None:
            raise RuntimeError(path)

    with pytest.raises(RuntimeError):
        publish(Dying(library, INFO), tmp_path)
    owned = json.loads((tmp_path / MANIFEST).read_text())
    assert set(owned) >= {"index.html", "feeds/all.atom", "bill/100001-99/index.html"}


def test_a_folder_moved_elsewhere_still_works(tmp_path: Path) -> None:
    publish(Site(newsroom(), INFO), tmp_path / "a")
    (tmp_path / "deep").mkdir()
    shutil.move(tmp_path / "a", tmp_path / "deep" / "b")
    page = (tmp_path / "deep" / "b" / "bill" / "100001-99" / "index.html").read_text()
    assert 'href="../../static/style.css"' in page
    assert (tmp_path / "deep" / "b" / "static" / "style.css").exists()


def test_a_name_that_could_leave_the_directory_stops_everything(tmp_path: Path) -> None:
    library = FakeLibrary()
    evil = replace(bill(), id="bill/..")
    library.kept_documents[evil.id] = evil
    library.tell(EventKind.WATCH_STARTED, evil)
    with pytest.raises(StoreError, match="cannot be a file"):
        publish(Site(library, INFO), tmp_path / "out")
    assert {file.name for file in tmp_path.iterdir()} == {"out"}


def test_a_damaged_manifest_and_an_unwritable_place_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(ConfigError, match="remove it to publish afresh"):
        publish(Site(FakeLibrary(), INFO), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot publish to"):
        publish(Site(FakeLibrary(), INFO), tmp_path / "file")


def test_what_no_event_has_touched_is_not_made_again_and_nothing_is_missed(tmp_path: Path) -> None:
    """Publishing only what may differ gives the same bytes as publishing everything."""
    made: list[str] = []

    class Watched(Site):
        def page(self, path: str) -> Page | None:
            made.append(path)
            return super().page(path)

    library = newsroom()
    publish(Watched(library, INFO), tmp_path / "a")
    whole = len(made)
    for step in range(4):
        since = Site(library, INFO).seen()
        known = library.kept_events[0]
        if step == 0:
            library.tell(EventKind.BILL_STAGE, bill(), {"after": "second_reading"})
        elif step == 1:
            library.tell(EventKind.CORRECTION, bill(), {"event": known.id, "reason": "ошибка"})
        elif step == 2:
            library.tell(EventKind.COVERAGE_GAP, None, {"source": "sozd"})
        made.clear()
        publish(Watched(library, INFO), tmp_path / "a", since=since)
        assert len(made) < whole
        publish(Site(library, INFO), tmp_path / "b")
        assert {name: body for name, (body, _) in tree(tmp_path / "a").items()} == {
            name: body for name, (body, _) in tree(tmp_path / "b").items()
        }
    kept = [path for path in made if any(part in path for part in ("/event/", "/text/", "/evidence/"))]
    assert not kept, "nothing was told in the last step"
