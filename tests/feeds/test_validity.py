"""Every feed, archive, list and calendar is valid by its own standard, whatever the sources have written: in both languages.

Schemas are those of RFC 4287 and JSON Feed 1.1 in `atom.rng` and `json_feed.json`; rules of RSS 2.0, OPML 2.0 and iCalendar
are asked here. Three parsers that know nothing of each other read the same out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import atoma
import fastfeedparser
import feedparser
import icalendar
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from feeds import entries
from feeds.feedfiles import FeedFiles
from feeds.languages import LANGUAGES
from feeds.months import Months
from feeds.textual import LONGEST_TITLE
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tests.feeds.hostile import HOSTILE, hostile
from tracker.models import EventKind, Language

HERE = Path(__file__).parent
#: What XML 1.0 forbids, halves of surrogate pairs among it, and what turns a line around.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d \+0000"
)
PATHS = (
    *(f"/feeds/{name}.{fmt}" for name in ("all", "significant", "bill/100001-99") for fmt in ("atom", "rss", "json")),
    "/feeds/index.opml",
    "/calendar.ics",
)


@cache
def atom_schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(HERE / "atom.rng"))


@cache
def json_schema() -> jsonschema.Draft202012Validator:
    schema = json.loads((HERE / "json_feed.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


# ---------------------------------------------------------------- what each standard asks


def check_atom(body: bytes) -> None:
    tree = etree.fromstring(body)
    assert atom_schema().validate(tree), atom_schema().error_log
    name = {"a": "http://www.w3.org/2005/Atom"}
    assert tree.xpath("a:author/a:name/text()", namespaces=name), "entries without an author have that of the feed"
    assert len(tree.xpath("a:link[@rel='self']", namespaces=name)) == 1
    ids = tree.xpath("a:entry/a:id/text()", namespaces=name)
    assert len(ids) == len(set(ids))
    newest = max(tree.xpath("a:entry/a:updated/text()", namespaces=name), default=None)
    assert newest is None or tree.findtext("a:updated", namespaces=name) == newest


def check_rss(body: bytes) -> None:
    """What RSS 2.0 requires, and what its best practice asks."""
    tree = etree.fromstring(body)
    assert (tree.tag, tree.get("version")) == ("rss", "2.0")
    (channel,) = tree
    assert channel.tag == "channel"
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert len(channel.findall(name)) == 1, name
        assert channel.findtext(name)
    assert is_address(channel.findtext("link"))
    dates = [channel.findtext("lastBuildDate"), *channel.xpath("item/pubDate/text()")]
    assert all(date and RFC822.fullmatch(date) and parsedate_to_datetime(date).tzinfo for date in dates)
    assert len(channel.xpath("*[local-name()='link'][@rel='self'][@type='application/rss+xml']")) == 1
    for item in channel.findall("item"):
        for name in ("title", "link", "guid", "pubDate", "description"):
            assert len(item.findall(name)) == 1, name
        assert is_address(item.findtext("link"))
    assert set(channel.xpath("item/guid/@isPermaLink")) <= {"false"}
    guids = channel.xpath("item/guid/text()")
    assert len(guids) == len(set(guids))


def check_json(body: bytes) -> None:
    feed = json.loads(body)
    json_schema().validate(feed)
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))


def check_opml(body: bytes) -> None:
    """OPML 2.0: a head, a body, outlines with text; those that are feeds have an address."""
    tree = etree.fromstring(body)
    assert (tree.tag, tree.get("version")) == ("opml", "2.0")
    assert [child.tag for child in tree] == ["head", "body"]
    assert RFC822.fullmatch(tree.findtext("head/dateModified") or "")
    outlines = tree.xpath("body//outline")
    assert outlines
    for outline in outlines:
        assert outline.get("text")
        assert (outline.get("type") == "rss") == is_address(outline.get("xmlUrl"))


def check_calendar(body: bytes) -> None:
    """RFC 5545: lines of 75 octets that end in CRLF and are whole characters; what an event must have; no UID twice."""
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() for line in lines[:-1])
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert not calendar.errors
    uids = []
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "URL"} <= set(event)
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
        uids.append(str(event["UID"]))
    assert len(uids) == len(set(uids))


CHECKS = {"atom": check_atom, "rss": check_rss, "json": check_json, "opml": check_opml, "ics": check_calendar}


def is_address(url: str | None) -> bool:
    parts = urlsplit(url or "")
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"[\s<>\"]", url or "")


# ---------------------------------------------------------------- what there is to check


def bodies(library: FakeLibrary, *, paths: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every such file, or of those named, in both languages."""
    made = FeedFiles(library, library.info, Months(library))
    for language in LANGUAGES:
        for path in paths or made.paths():
            found = made.file(path, language)
            assert found is not None, path
            yield path, found.body


def many_months() -> FakeLibrary:
    """A year of one bill, so that there are archives."""
    made = FakeLibrary()
    made.kept_documents[bill().id] = bill()
    for number in range(40):
        at = datetime(2026, 1, 3, 21, 30, tzinfo=UTC) + timedelta(days=9 * number)
        made.tell(EventKind.BILL_STAGE, bill(), {"after": "first_reading"}, at=at)
    return made


LIBRARIES: dict[str, Callable[[], FakeLibrary]] = {
    "before the first event": FakeLibrary,
    "a newsroom": newsroom,
    "an invented site": lambda: newsroom(replace(INFO, invented=True)),
    "a year": many_months,
    "hostile": hostile,
    "hostile, invented": lambda: replace(made := hostile(), info=replace(made.info, invented=True)),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_file_is_valid_by_its_standard(name: str) -> None:
    seen = set()
    for path, body in bodies(LIBRARIES[name]()):
        extension = path.rpartition(".")[2]
        CHECKS[extension](body)
        assert not FORBIDDEN.search(body.decode()), path
        seen.add(extension)
    assert seen == set(CHECKS)


def told(body: bytes, extension: str) -> list[tuple[str, str]]:
    """(id, title) as they stand in the file."""
    if extension == "json":
        return [(item["id"], item["title"]) for item in json.loads(body)["items"]]
    tree = etree.fromstring(body)
    ids = tree.xpath("//*[local-name()='entry']/*[local-name()='id']/text() | //item/guid/text()")
    titles = [
        node.text or "" for node in tree.xpath("//*[local-name()='entry']/*[local-name()='title'] | //item/title")
    ]
    return list(zip(ids, titles, strict=True))


def by_feedparser(body: bytes, _: str) -> list[tuple[str, str]]:
    found: Any = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return [(entry.id, entry.title) for entry in found.entries]


def by_atoma(body: bytes, extension: str) -> list[tuple[str, str]]:
    if extension == "atom":
        return [(entry.id_, entry.title.value) for entry in atoma.parse_atom_bytes(body).entries]
    if extension == "rss":
        return [(item.guid, item.title) for item in atoma.parse_rss_bytes(body).items]
    return [(item.id_, item.title) for item in atoma.parse_json_feed_bytes(body).items]


def by_fastfeedparser(body: bytes, _: str) -> list[tuple[str, str]]:
    return [(entry.id, entry.title) for entry in fastfeedparser.parse(body).entries]


@pytest.mark.parametrize("parse", [by_feedparser, by_atoma, by_fastfeedparser])
@pytest.mark.parametrize("name", ["a newsroom", "an invented site", "a year"])
def test_three_parsers_read_the_same_entries_out_of_it(parse: Any, name: str) -> None:
    for path, body in bodies(LIBRARIES[name]()):
        extension = path.rpartition(".")[2]
        if extension in {"atom", "rss"} or (extension == "json" and parse is not by_feedparser):
            assert parse(body, extension) == told(body, extension), path


def test_parsers_read_hostile_feeds_without_complaint() -> None:
    for path, body in bodies(hostile(), paths=PATHS[:6]):
        extension = path.rpartition(".")[2]
        for parse in (by_feedparser, by_atoma, by_fastfeedparser):
            if extension != "json":
                assert [one for one, _ in parse(body, extension)] == [one for one, _ in told(body, extension)]


# ---------------------------------------------------------------- hostile words


def contents(body: bytes, extension: str) -> list[str]:
    """The HTML that a reader's program shows."""
    if extension == "json":
        return [item["content_html"] for item in json.loads(body)["items"]]
    tree = etree.fromstring(body)
    return list(tree.xpath("//*[local-name()='entry']/*[local-name()='content']/text() | //item/description/text()"))


@pytest.mark.parametrize(
    "given_words", [HOSTILE, "]]>", "<![CDATA[<b>", "&#x0;&lt;script&gt;", "\ud800" * 9, "\x00", ""]
)
def test_hostile_words_are_only_words(given_words: str) -> None:
    for path, body in bodies(hostile(given_words)):
        extension = path.rpartition(".")[2]
        CHECKS[extension](body)
        if extension not in {"atom", "rss", "json"}:
            continue
        for content in contents(body, extension):
            tree = html.fromstring(f"<div>{content}</div>")
            assert {element.tag for element in tree.iter()} <= {
                "div",
                "p",
                "ul",
                "li",
                "h4",
                "a",
                "ins",
                "del",
                "strong",
            }
            assert {name for element in tree.iter() for name in element.attrib} <= {"href", "rel", "lang"}
            assert all(is_address(link) for link in tree.xpath("//a/@href")), path
            if given_words == HOSTILE:
                assert '<script>alert("x")</script> ]]> &amp;' in tree.text_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "giant",
    ["слово " * 900_000, "б" * 5_000_000, " " * 5_000_000, "(" * 2_500_000 + ")" * 2_500_000, "<b>&\x00" * 1_000_000],
    ids=["words", "one word", "blanks", "brackets", "markup"],
)
def test_titles_of_megabytes_stay_titles(giant: str, language: Language) -> None:
    library = hostile(giant, ours="ст. 22 ч. 1")
    library.kept_diffs.clear()
    made = FeedFiles(library, INFO, Months(library))
    for path in PATHS:
        found = made.file(path, language)
        assert found is not None
        CHECKS[path.rpartition(".")[2]](found.body)
        assert len(found.body) < 1_000_000, path
    entry = json.loads(library.rendered[library.kept_events[-1].id, language].json)
    assert len(entry["title"]) <= LONGEST_TITLE + 1


def test_texts_of_megabytes_do_not_swell_an_entry() -> None:
    library = hostile("слово " * 900_000, ours="ст. 22 ч. 1")
    made = entries.render(library.kept_events[-1], library, INFO)
    assert len(made.json) < 300_000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(exclude_categories=()), max_size=80), st.sampled_from(PATHS), st.sampled_from(list(LANGUAGES))
)
def test_no_words_break_a_file(given_words: str, path: str, language: Language) -> None:
    library = hostile(given_words)
    found = FeedFiles(library, library.info, Months(library)).file(path, language)
    assert found is not None
    CHECKS[path.rpartition(".")[2]](found.body)
    assert not FORBIDDEN.search(found.body.decode())
