"""Feeds by the letter: RFC 4287 as a schema, JSON Feed 1.1 as a schema, RSS 2.0 by its rules, and three parsers of others.

Every feed of the newsroom and every archive, in both languages; then the same of texts that mean harm.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from feeds import languages
from feeds.feedfiles import FeedFiles
from feeds.months import Months
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tests.feeds.test_feedfiles import year
from tracker.models import EventKind, Language, Level

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # their own house
    import atoma
    import fastfeedparser
    import feedparser

HERE = Path(__file__).parent
ATOM = etree.RelaxNG(etree.parse(HERE / "atom.rng"))
JSON_FEED = jsonschema.Draft202012Validator(json.loads((HERE / "json_feed.json").read_text()))

#: What a page of the state could hold, or what somebody could make it hold.
HOSTILE = (
    "<script>alert(1)</script>",
    "]]></description></item>",
    '"><img src=x onerror=alert(1)>',
    "\x00\x08\x1b[31m\ufffe\uffff",
    "\u202eнеправильно\u202c \u2066закон\u2069",
    "\ud800 lone surrogate",
    "&lt;b&gt; &amp; &#0; &nbsp;",
    "а" * 5_000_000,
    "𝕋𝕖𝕩𝕥 🏛️ ﷽",
    "",
)


def every(library: FakeLibrary, language: Language) -> Iterator[tuple[str, bytes]]:
    made = FeedFiles(library, INFO, Months(library))
    for path in made.paths():
        found = made.file(path, language)
        assert found is not None, path
        yield path, found.body


def check(path: str, body: bytes) -> None:
    """One feed, by the rules of its format."""
    match path.rpartition(".")[2]:
        case "atom":
            tree = etree.fromstring(body)
            assert ATOM.validate(tree), f"{path}: {ATOM.error_log.last_error}"
            ids = tree.xpath("/*/*[local-name()='entry']/*[local-name()='id']/text()")
            moments = tree.xpath("/*/*[local-name()='entry']/*[local-name()='updated']/text()")
            assert len(ids) == len(set(ids)), path
            if moments:
                assert tree.findtext("{*}updated") == max(moments), path
        case "rss":
            check_rss(path, etree.fromstring(body))
        case "json":
            JSON_FEED.validate(json.loads(body))
    # A title of JSON Feed is plain text: there a bracket is a bracket. In XML it would be an element.
    banned = (b"\x00", b"\x1b") if path.endswith(".json") else (b"<script", b"\x00", b"\x1b")
    assert not any(word in body for word in banned), path


def check_rss(path: str, tree: Any) -> None:
    """RSS 2.0: what its specification and the validators of the trade ask for."""
    assert tree.tag == "rss"
    assert tree.get("version") == "2.0"
    (channel,) = tree
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name), f"{path}: {name}"
    assert channel.find("{http://www.w3.org/2005/Atom}link[@rel='self']").get("type") == "application/rss+xml"
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert len(guids) == len(set(guids)), path
    for item in channel.findall("item"):
        assert item.findtext("title") or item.findtext("description"), path
        assert item.find("guid").get("isPermaLink") == "false"
        assert item.findtext("link").startswith("http")
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo is not None
        assert {child.tag for child in item} <= {"title", "link", "guid", "pubDate", "category", "description"}


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_every_feed_keeps_the_rules_of_its_format(language: Language) -> None:
    checked = 0
    for library in (newsroom(), year(), FakeLibrary()):
        for path, body in every(library, language):
            check(path, body)
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_three_parsers_of_others_read_the_same(language: Language) -> None:
    bodies = dict(every(newsroom(), language))
    items = json.loads(bodies["/feeds/all.json"])["items"]
    titles = [item["title"] for item in items]
    for fmt in ("atom", "rss"):
        body = bodies[f"/feeds/all.{fmt}"]
        parsed = feedparser.parse(body)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert [entry.id for entry in parsed.entries] == [item["id"] for item in items]
        quick = fastfeedparser.parse(body)
        assert [entry["title"] for entry in quick["entries"]] == titles
    atom = atoma.parse_atom_bytes(bodies["/feeds/all.atom"])
    assert [entry.title.value for entry in atom.entries] == titles
    assert [entry.id_ for entry in atom.entries] == [item["id"] for item in items]
    rss = atoma.parse_rss_bytes(bodies["/feeds/all.rss"])
    assert [item.title for item in rss.items] == titles
    held = atoma.parse_json_feed_bytes(bodies["/feeds/all.json"])
    assert [item.title for item in held.items] == titles


def told(words: str) -> FakeLibrary:
    """A library in which everything that comes from outside says `words`."""
    made = FakeLibrary()
    document = bill(title=words or "-")
    made.kept_documents[document.id] = document
    made.tell(
        EventKind.DOCUMENT_DISCOVERED,
        document,
        {"reasons": [{"topic": words, "term": words, "text": words}]},
        level=Level.KEY,
    )
    made.tell(
        EventKind.BILL_STEP, document, {"step": {"step": "2.1", "title": words, "decisions": [words], "at": words[:40]}}
    )
    made.tell(EventKind.FIELDS_CHANGED, document, {"fields": [{"name": words, "before": words, "after": words}]})
    made.tell(EventKind.FILE_ADDED, document, {"file": {"label": words, "role": words, "url": words}})
    made.tell(EventKind.CORRECTION, document, {"event": "x", "reason": words, "said": words})
    made.tell(EventKind.COVERAGE_GAP, None, {"source": words, "last_success": words}, source="sozd")
    return made


@pytest.mark.parametrize("language", languages.LANGUAGES)
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_texts_that_mean_harm_stay_harmless_and_valid(words: str, language: Language) -> None:
    for path, body in every(told(words), language):
        check(path, body)
        assert len(body) < 2_000_000, f"{path}: {len(body)}"
        if path.endswith(".json"):
            for item in json.loads(body)["items"]:
                assert len(item["title"]) < 1_000
                content = html.fromstring(f"<div>{item['content_html']}</div>")
                assert not content.xpath("//script | //img | //@onerror | //@style")
                assert not any(mark in item["title"] for mark in "\u202e\u2066\x00")


@settings(max_examples=30)
@given(st.text(max_size=200))
def test_any_text_at_all_gives_valid_feeds(words: str) -> None:
    for path, body in every(told(words), "ru"):
        check(path, body)
