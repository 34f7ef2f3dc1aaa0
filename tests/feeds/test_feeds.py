"""Feeds as readers' programs see them: the same ids everywhere, leads and bundles, what stands in an entry.

Whether they are valid, and whether hostile words stay words, is asked in `test_validity.py`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from lxml import html

from feeds import channels, entries
from feeds.formats import FORMATS
from feeds.languages import LANGUAGES
from feeds.library import FeedFormat
from feeds.site import Site
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom, operation, rich_diff, text_payload
from tracker.models import Diff, EventKind, Level, Reason, Significance

XML: tuple[FeedFormat, ...] = ("atom", "rss")


def body(library: FakeLibrary, name: str, fmt: str) -> bytes:
    page = Site(library, library.info).page(f"/feeds/{name}.{fmt}")
    assert page is not None
    assert page.content_type == FORMATS[fmt].content_type  # type: ignore[index]
    return page.body


def parsed(library: FakeLibrary, name: str, fmt: str) -> Any:
    found = feedparser.parse(body(library, name, fmt))
    assert not found.bozo, found.get("bozo_exception")
    return found


def ids(library: FakeLibrary, name: str) -> dict[str, list[str]]:
    return {
        "atom": [entry.id for entry in parsed(library, name, "atom").entries],
        "rss": [entry.id for entry in parsed(library, name, "rss").entries],
        "json": [item["id"] for item in json.loads(body(library, name, "json"))["items"]],
    }


def test_every_feed_is_valid_in_every_format_and_holds_the_same_ids() -> None:
    library = newsroom()
    for feed in channels.channels(library):
        found = ids(library, feed.name)
        assert found["atom"] == found["rss"] == found["json"], feed.name
        assert all(name.startswith("tag:tracker.example,2026:event/") for name in found["atom"])
        assert all(len(name) < 200 and name.isascii() for name in found["atom"])


@pytest.mark.parametrize("fmt", list(FORMATS))
def test_feeds_are_valid_before_the_first_event(fmt: FeedFormat) -> None:
    library = FakeLibrary()
    for name in ("all", "significant"):
        first, second = body(library, name, fmt), body(library, name, fmt)
        assert first == second
        if fmt == "json":
            assert json.loads(first)["items"] == []
        else:
            found = parsed(library, name, fmt)
            assert found.entries == []
            assert found.feed.updated_parsed[:3] == (2026, 1, 1)


def test_an_entry_is_dated_by_when_it_was_seen_and_the_feed_by_its_newest() -> None:
    library = newsroom()
    found = parsed(library, "all", "atom")
    assert found.feed.updated == found.entries[0].updated
    for entry in found.entries:
        assert entry.published == entry.updated
        assert entry.updated.endswith("Z")
    item = parsed(library, "all", "rss").entries[0]
    assert item.published.endswith("+0000")
    assert item.published_parsed == found.entries[0].published_parsed
    assert item.guidislink is False


def test_links_categories_and_self() -> None:
    found = parsed(newsroom(), "topics/citizenship", "atom")
    selfs = [link.href for link in found.feed.links if link.rel == "self"]
    assert selfs == ["https://tracker.example/watch/feeds/topics/citizenship.atom"]
    entry = next(row for row in found.entries if "новое основание" in row.title)
    assert entry.link.startswith("https://tracker.example/watch/event/")
    assert {tag.term for tag in entry.tags} == {"text.added", "citizenship", "draft"}


def test_leads_carry_the_rest_of_their_bundle_and_all_carries_every_event() -> None:
    library = newsroom()
    leads = parsed(library, "bill/100001-99", "atom").entries
    stage = next(row for row in leads if "принят в 1-м чтении 13.05.2026" in row.title)
    assert "В том же обновлении:" in stage.content[0].value
    assert "новый файл" in stage.content[0].value
    assert not [row for row in leads if "новый файл" in row.title]
    everything = parsed(library, "all", "atom").entries
    assert [row for row in everything if "новый файл" in row.title]
    assert len(everything) == sum(not event.backfilled for event in library.kept_events)


def test_history_wakes_nobody() -> None:
    library = newsroom()
    old = next(event for event in library.kept_events if event.backfilled)
    for feed in channels.channels(library):
        assert not [name for name in ids(library, feed.name)["atom"] if name.endswith(old.id)]


def test_significant_lets_in_what_must_fail_open() -> None:
    library = FakeLibrary()
    document = bill()
    library.kept_documents[document.id] = document
    kept = [
        library.tell(EventKind.BILL_STAGE, document, level=Level.KEY),
        library.tell(
            EventKind.TEXT_ADDED, document, text_payload(readable=False, unread_reason="scan"), level=Level.TECHNICAL
        ),
        library.tell(EventKind.COVERAGE_RESTORED, None, {"source": "sozd"}, level=Level.NOTABLE),
    ]
    dull = library.tell(EventKind.FIELDS_CHANGED, document, {"fields": []}, level=Level.TECHNICAL)
    kept.append(library.tell(EventKind.CORRECTION, document, {"event": kept[0].id}, level=Level.NOTABLE))
    library.tell(EventKind.CORRECTION, document, {"event": dull.id}, level=Level.NOTABLE)
    assert [name.rpartition("/")[2] for name in ids(library, "significant")["atom"]] == [
        row.id for row in reversed(kept)
    ]


def test_a_filter_looks_further_when_little_is_left() -> None:
    library = FakeLibrary()
    document = bill()
    first = library.tell(EventKind.BILL_STAGE, document, level=Level.KEY)
    for _ in range(130):
        library.tell(EventKind.FIELDS_CHANGED, document, {"fields": []}, level=Level.TECHNICAL)
    rows = channels.rows(channels.main()[0], "atom", library)
    assert [event.id for event, _ in rows] == [first.id]


def test_the_change_stands_in_the_entry_with_marks_that_survive_stripping() -> None:
    library = newsroom()
    for fmt in XML:
        entry = next(row for row in parsed(library, "significant", fmt).entries if "новое основание" in row.title)
        content = entry.content[0].value if fmt == "atom" else entry.summary
        assert "<del>[−десяти−]</del><ins>{+пяти+}</ins> лет" in content
        assert "Часть 4 статьи 22 стала частью 5." in content
    item = next(row for row in json.loads(body(library, "significant", "json"))["items"] if "основание" in row["title"])
    assert "<ins>{+пяти+}</ins>" in item["content_html"]


def test_demo_feeds_say_so_everywhere() -> None:
    library = newsroom(replace(INFO, invented=True))
    for feed in channels.channels(library):
        found = parsed(library, feed.name, "atom")
        assert found.feed.title.startswith("ДЕМО: вымышленный документ")
        assert found.feed.title.count("ДЕМО") == 1
        for entry in found.entries:
            assert entry.title.startswith("ДЕМО: вымышленный документ")
            assert "ДЕМО: вымышленный документ" in entry.content[0].value


def test_an_entry_does_not_depend_on_the_feed_it_stands_in() -> None:
    library = newsroom()
    event = library.kept_events[6]
    made = entries.render(event, library, library.info)
    for name in ("all", "significant", "topics/citizenship", "bill/100001-99", "sources/sozd"):
        assert made.atom in body(library, name, "atom")
        assert made.rss in body(library, name, "rss")
        assert made.json in body(library, name, "json")


def test_a_struck_event_gives_nothing_away() -> None:
    library = FakeLibrary()
    event = library.tell(EventKind.TEXT_ADDED, bill(), text_payload(), diff=rich_diff(), struck=True)
    made = entries.render(event, library, library.info)
    for fragment in (made.atom, made.rss, made.json):
        assert "десяти" not in fragment.decode()
        assert "удалено" in fragment.decode()


def test_a_code_sized_diff_does_not_swell_the_feed() -> None:
    library = FakeLibrary()
    rows = tuple(
        operation(["modified"], f"ст. {n}", [("=", "слово " * 2000), ("-", "а"), ("+", "б"), ("=", " слово" * 2000)])
        for n in range(300)
    )
    event = library.tell(EventKind.TEXT_ADDED, bill(), text_payload(), diff=Diff(same=False, operations=rows))
    made = entries.render(event, library, library.info)
    assert len(made.json) < 120_000
    assert "на странице события" in made.json.decode()


def test_an_entry_explains_its_marks_and_leaves_long_lists_to_the_page() -> None:
    library = FakeLibrary()
    document = bill()
    library.kept_documents[document.id] = document
    reasons = tuple(Reason(rule="x", text=f"Изменён текст: ст. {n} («ч. 1»).") for n in range(1, 20))
    row = operation(["added"], "ст. 1 п. 2 («п. 7 пп. „в“»)", [("+", "в) иное;")])
    diff = Diff(same=False, operations=(row,), significance=Significance(level=Level.KEY, reasons=reasons))
    library.tell(EventKind.TEXT_ADDED, document, text_payload(), diff=diff)
    (item,) = json.loads(body(library, "all", "json"))["items"]
    said = html.fromstring(f"<div>{item['content_html']}</div>").text_content()
    assert "Отметки: [−исключено−] {+добавлено+}. Адрес ст. 1 п. 2 › п. 7 пп. «в» — это подпункт «в» пункта 7" in said
    assert "и ещё 7 — на странице события" in said
    assert "(«" not in item["title"]
    assert "Документ вымышлен: такой страницы на сайте госоргана нет." in said


def test_an_entry_of_two_sources_says_whose_words_are_whose() -> None:
    library = FakeLibrary()
    payload = {"sources": [{"source": "ips"}, {"source": "kremlin"}]}
    library.tell(EventKind.SOURCES_DISAGREE, bill(), payload, diff=rich_diff())
    (item,) = json.loads(body(library, "all", "json"))["items"]
    said = html.fromstring(f"<div>{item['content_html']}</div>").text_content()
    assert "[−только здесь: ИПС «Законодательство России»−] {+только здесь: Сайт Президента+}" in said
    assert "Слова различаются" in said
    assert "порядок здесь условный" in said
    for words in ("[−исключено−]", "{+добавлено+}", ". Изменено", ". Добавлено"):
        assert words not in said


def test_the_other_language_stands_beside_in_an_entry() -> None:
    library = newsroom()
    event = next(row for row in library.kept_events if row.kind is EventKind.BILL_STAGE)
    russian, english = (
        html.fromstring(json.loads(entries.render(event, library, library.info, language).json)["content_html"])
        for language in LANGUAGES
    )
    assert russian.xpath("string(//p[@lang='en'])").startswith("Draft bill 100001-99: new stage.")
    assert "Законопроект 100001-99: принят в 1-м чтении" in english.xpath("string(//p[@lang='ru'])")
    assert "Draft bill 100001-99: passed at first reading" in english.text_content()


def test_the_mark_of_the_demo_is_not_repeated_in_every_line_of_an_entry() -> None:
    item = next(
        row for row in json.loads(body(newsroom(), "all", "json"))["items"] if "обновлении" in row["content_html"]
    )
    assert item["title"].startswith("ДЕМО: вымышленный документ.")
    assert item["content_html"].count("ДЕМО") == 1
