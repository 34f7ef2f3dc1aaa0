"""Archives that nobody misses anything in, the calendar, the list of feeds: in both languages."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds import calendar, channels, feedfiles, languages
from feeds.feedfiles import FeedFile, FeedFiles
from feeds.formats import HISTORY
from feeds.months import Months
from tests.feeds.fake_library import INFO, FakeLibrary, bill, law
from tracker.models import EventKind, Json, Language, Level, SourceState, Status

ATOM = "{http://www.w3.org/2005/Atom}"


def year() -> FakeLibrary:
    """A year of one bill: something every fourth day, and a check in the month after."""
    made = FakeLibrary()
    made.kept_documents[bill().id] = bill()
    made.kept_documents[law().id] = law()
    for number in range(90):
        made.tell(
            EventKind.BILL_STAGE,
            bill() if number % 3 else law(),
            level=Level.KEY if number % 7 == 0 else Level.TECHNICAL,
            at=datetime(2025, 11, 3, 21, 30, tzinfo=UTC) + timedelta(days=4 * number),
        )
    checked = datetime(2026, 11, 22, tzinfo=UTC)
    made.kept_sources.append(
        SourceState(
            name="sozd",
            last_attempt=checked,
            last_success=checked,
            failing_since=None,
            last_error=None,
            gap_since=None,
        )
    )
    return made


def files(library: FakeLibrary) -> FeedFiles:
    return FeedFiles(library, INFO, Months(library))


def get(made: FeedFiles, path: str, language: Language = "ru") -> FeedFile:
    found = made.file(path, language)
    assert found is not None, path
    return found


def links(body: bytes) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in etree.fromstring(body).findall(f"{ATOM}link")}


def walk(made: FeedFiles, name: str, language: Language) -> Iterator[bytes]:
    """The living feed and every archive that it leads to, the newest first."""
    base = f"{INFO.base_url}{languages.prefix(language)}"
    path: str | None = f"/feeds/{name}.atom"
    while path:
        body = get(made, path, language).body
        yield body
        before = links(body).get("prev-archive")
        assert before is None or before.startswith(base)
        path = before.removeprefix(base) if before else None


@pytest.mark.parametrize("language", languages.LANGUAGES)
@pytest.mark.parametrize("name", ["all", "significant", "topics/citizenship", "bill/100001-99", "sources/sozd"])
def test_from_the_living_feed_back_to_the_first_entry_nothing_is_missed(name: str, language: Language) -> None:
    library = year()
    ids = [
        etree.fromstring(body).xpath("//*[local-name()='entry']/*[local-name()='id']/text()")
        for body in walk(files(library), name, language)
    ]
    assert len(ids) == 13, "the living feed and the twelve months that are over"
    in_archives = [one for page in ids[1:] for one in page]
    assert len(in_archives) == len(set(in_archives))
    wanted = {
        "all": library.kept_events,
        "significant": [event for event in library.kept_events if event.level <= Level.MAJOR],
        "bill/100001-99": [event for event in library.kept_events if event.document_id == "bill/100001-99"],
    }.get(name, library.kept_events)
    assert {one.rpartition("/")[2] for page in ids for one in page} == {event.id for event in wanted}


@pytest.mark.parametrize("name", ["all", "significant"])
def test_a_crowded_month_is_several_archives_and_nothing_is_missed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedfiles, "_PART", 3)
    monkeypatch.setattr(channels, "ENTRIES", 5)
    library = year()
    made = files(library)
    bodies = list(walk(made, name, "ru"))
    ids = [etree.fromstring(body).xpath("//*[local-name()='entry']/*[local-name()='id']/text()") for body in bodies]
    assert all(0 < len(page) <= 3 for page in ids[1:])
    wanted = [event for event in library.kept_events if name == "all" or event.level <= Level.MAJOR]
    assert {one.rpartition("/")[2] for page in ids for one in page} == {event.id for event in wanted}
    in_archives = [one for page in ids[1:] for one in page]
    assert len(in_archives) == len(set(in_archives))
    for newer, older in itertools.pairwise(bodies[1:]):
        assert links(older)["next-archive"] == links(newer)["self"]
    listed = [path for path in made.paths() if path.startswith(f"/feeds/{name}") and path.endswith(".atom")]
    walked = [links(body)["self"].removeprefix(INFO.base_url) for body in bodies]
    assert listed == walked[::-1]
    if name == "all":
        assert "/feeds/all/2026-03/3.atom" in walked
        for nothing in ("/feeds/all/2026-03/1.atom", "/feeds/all/2026-03/4.atom", "/feeds/all/2026-03/0.atom"):
            assert made.file(nothing, "ru") is None


def test_an_archive_is_marked_linked_and_final() -> None:
    made = files(year())
    body = get(made, "/feeds/all/2026-03.atom").body
    assert etree.fromstring(body).find(f"{{{HISTORY}}}archive") is not None
    assert links(body)["current"] == f"{INFO.base_url}/feeds/all.atom"
    assert links(body)["next-archive"].endswith("/feeds/all/2026-04.atom")
    assert get(made, "/feeds/all/2026-03.atom").is_final
    assert not get(made, "/feeds/all.atom").is_final
    assert etree.fromstring(get(made, "/feeds/all.atom").body).find(f"{{{HISTORY}}}archive") is None
    rss = etree.fromstring(get(made, "/feeds/all/2026-03.rss").body)
    assert rss.find(f"channel/{{{HISTORY}}}archive") is not None
    feed = json.loads(get(made, "/feeds/all/2026-03.json").body)
    assert feed["next_url"].endswith("/feeds/all/2026-02.json")


def test_archives_are_documents_of_one_feed_and_lead_on_in_every_format() -> None:
    made = files(year())
    living, archive = (etree.fromstring(get(made, f"/feeds/{name}.atom").body) for name in ("all", "all/2026-03"))
    assert living.findtext(f"{ATOM}id") == archive.findtext(f"{ATOM}id")
    for name in ("all", "all/2026-03"):
        atom = links(get(made, f"/feeds/{name}.atom").body)
        rss = {
            link.get("rel"): link.get("href")
            for link in etree.fromstring(get(made, f"/feeds/{name}.rss").body).iter(f"{ATOM}link")
        }
        for rel in ("self", "prev-archive", "next-archive", "current"):
            assert rss.get(rel) == (atom[rel].removesuffix("atom") + "rss" if rel in atom else None), (name, rel)


def test_an_archive_does_not_change_when_more_is_told() -> None:
    library = year()
    before = get(files(library), "/feeds/all/2026-03.atom").body
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 11, 22, tzinfo=UTC))
    assert get(files(library), "/feeds/all/2026-03.atom").body == before


@pytest.mark.parametrize("fmt", ["atom", "rss", "json"])
def test_an_archive_of_a_bill_stays_as_it_was_when_the_bill_becomes_a_law(fmt: str) -> None:
    library = year()
    path = f"/feeds/bill/100001-99/2026-03.{fmt}"
    before = get(files(library), path).body
    library.kept_documents[bill().id] = bill(Status.PUBLISHED)
    assert get(files(library), path).body == before
    assert get(files(library), f"/feeds/bill/100001-99.{fmt}").body.decode().count("Закон по законопроекту")


def test_the_newest_archive_has_yet_to_learn_of_the_next() -> None:
    library = year()
    newest = get(files(library), "/feeds/all/2026-10.atom")
    assert not newest.is_final
    assert "next-archive" not in links(newest.body)
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 11, 22, tzinfo=UTC))
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 12, 2, tzinfo=UTC))
    later = get(files(library), "/feeds/all/2026-10.atom")
    assert later.is_final
    assert links(later.body)["next-archive"].endswith("/feeds/all/2026-11.atom")


def test_what_was_looked_up_of_past_months_is_looked_up_again_when_another_is_over() -> None:
    library = year()
    made = files(library)
    assert made.file("/feeds/all/2026-11.atom", "ru") is None
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 11, 22, tzinfo=UTC))
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 12, 2, tzinfo=UTC))
    assert made.file("/feeds/all/2026-11.atom", "ru") is not None


def test_an_archive_says_that_nothing_will_be_added_to_it() -> None:
    made = files(year())
    assert json.loads(get(made, "/feeds/all/2026-03.json").body)["expired"] is True
    assert "expired" not in json.loads(get(made, "/feeds/all.json").body)


def test_the_running_month_and_months_without_entries_have_no_archive() -> None:
    made = files(year())
    for path in (
        "/feeds/all/2026-11.atom",
        "/feeds/all/2020-01.atom",
        "/feeds/all/2026-13.atom",
        "/feeds/nothing/2026-03.atom",
        "/feeds/all/2026-03.xml",
        "/feeds/.atom",
    ):
        assert made.file(path, "ru") is None, path


def test_every_path_is_a_file_and_ids_are_equal_in_both_languages() -> None:
    made = files(year())
    paths = list(made.paths())
    assert len(paths) == len(set(paths)) > 100
    for path in paths:
        for language in languages.LANGUAGES:
            assert get(made, path, language).body
    ids = [
        [row["id"] for row in json.loads(get(made, "/feeds/all.json", language).body)["items"]]
        for language in languages.LANGUAGES
    ]
    assert ids[0] == ids[1]


def test_the_list_of_feeds_names_every_feed_once() -> None:
    for language in languages.LANGUAGES:
        tree = etree.fromstring(get(files(year()), "/feeds/index.opml", language).body)
        urls = tree.xpath("//outline/@xmlUrl")
        assert len(urls) == len(set(urls)) == 6
        assert all(url.startswith(f"{INFO.base_url}{languages.prefix(language)}/feeds/") for url in urls)


# ---------------------------------------------------------------- the calendar


def dated(library: FakeLibrary, *rows: dict[str, Json]) -> FakeLibrary:
    library.kept_states[f"effective/{law().id}"] = {"dates": list(rows), "told": []}
    return library


def row(
    *dates: str, scope: str = "", rule: str = "day", clause: str = "Закон вступает в силу со дня; его, опубликования."
) -> dict[str, Json]:
    return {
        "clause": clause,
        "rule": rule,
        "scope": scope,
        "date": dates[0] if len(dates) == 1 else None,
        "dates": list(dates),
    }


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Вступает в силу: Закон 938-ФЗ"), ("en", "Takes effect: Federal law 938-ФЗ")]
)
def test_a_day_that_the_text_gives_is_a_whole_day(language: Language, words: str) -> None:
    body, _ = calendar.render(dated(year(), row("2099-08-11")), INFO, language)
    (event,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert words in str(event["SUMMARY"])
    assert event.decoded("DTSTART").isoformat() == "2099-08-11"
    assert event.decoded("DTEND").isoformat() == "2099-08-12"
    assert str(event["STATUS"]) == "CONFIRMED"
    assert "со дня; его, опубликования." in str(event["DESCRIPTION"])
    assert str(event["URL"]) == f"{INFO.base_url}{languages.prefix(language)}/{law().id}"


def test_two_candidates_are_both_tentative_and_say_so() -> None:
    body, _ = calendar.render(dated(year(), row("2099-08-11", "2099-08-12", scope="ст. 5")), INFO, "ru")
    events = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert [event.decoded("DTSTART").isoformat() for event in events] == ["2099-08-11", "2099-08-12"]
    assert {str(event["STATUS"]) for event in events} == {"TENTATIVE"}
    assert all(
        "Может вступить в силу" in str(event["SUMMARY"]) and "ст. 5" in str(event["SUMMARY"]) for event in events
    )
    assert len({str(event["UID"]) for event in events}) == 2


def test_the_past_and_drafts_are_no_dates_to_wait_for() -> None:
    library = dated(year(), row("2020-01-01", rule="retroactive"))
    library.kept_states[f"effective/{bill().id}"] = {"dates": [row("2099-01-01")]}
    library.kept_states["effective/act/fz/2099-01-01/1-fz"] = {"dates": [row("2099-01-01")]}
    body, _ = calendar.render(library, INFO, "ru")
    assert icalendar.Calendar.from_ical(body).walk("VEVENT") == []


def test_the_same_record_gives_the_same_bytes() -> None:
    first, second = (calendar.render(dated(year(), row("2099-08-11")), INFO, "ru")[0] for _ in range(2))
    assert first == second


def test_a_uid_is_the_same_in_both_languages_and_a_new_event_of_another_act_changes_nothing() -> None:
    library = dated(year(), row("2099-08-11"), row("2099-08-11"), row("2099-08-11", "2099-08-12", scope="ст. 5"))
    made = {
        language: icalendar.Calendar.from_ical(calendar.render(library, INFO, language)[0]).walk("VEVENT")
        for language in languages.LANGUAGES
    }
    uids = [[str(event["UID"]) for event in made[language]] for language in languages.LANGUAGES]
    assert uids[0] == uids[1]
    assert len(uids[0]) == len(set(uids[0])) == 3
    assert "art. 5" in str(made["en"][1]["SUMMARY"]) + str(made["en"][0]["SUMMARY"])
    before = calendar.render(library, INFO, "ru")
    library.tell(EventKind.BILL_STAGE, bill(), at=datetime(2026, 11, 22, tzinfo=UTC))
    assert calendar.render(library, INFO, "ru") == before


@given(st.text(max_size=300), st.text(max_size=60))
def test_hostile_words_stay_one_value_and_lines_stay_short(clause: str, scope: str) -> None:
    library = dated(year(), row("2099-08-11", scope=scope, clause=clause + "\r\nBEGIN:VEVENT\nX:1"))
    body, _ = calendar.render(library, replace(INFO, invented=True), "ru")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    body.decode()
    (event,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("ДЕМО")
