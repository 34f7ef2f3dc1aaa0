"""The timeline narrowed: exactly what was asked for, page after page, and nothing that could not be read is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from feeds import filters
from feeds.filters import Filters
from feeds.site import Site
from tests.feeds.fake_library import INFO, START, FakeLibrary, bill, decree
from tracker.models import EventKind, Level

LIVE = replace(INFO, live=True)


def library() -> FakeLibrary:
    made = FakeLibrary()
    made.kept_documents = {bill().id: bill(), decree().id: decree()}
    for number in range(200):
        document = decree() if number % 4 == 0 else bill()
        made.tell(
            EventKind.ACT_PUBLISHED if number % 4 == 0 else EventKind.BILL_STAGE,
            document,
            {"readable": False} if number % 50 == 3 else {},
            level=Level(number % 5 + 1),
            at=START + timedelta(hours=6 * number),
            source="publication" if number % 4 == 0 else "sozd",
        )
    return made


@given(
    st.sampled_from(["", "citizenship", "conscription", "beekeeping"]),
    st.sampled_from(["", "bill.stage", "act.published", "nonsense"]),
    st.sampled_from(["", "key", "notable", "nonsense"]),
    st.sampled_from(["", "sozd", "publication"]),
    st.sampled_from(["", "2026-05-20", "2026-99-99"]),
    st.sampled_from(["", "2026-06-01"]),
)
def test_pages_together_hold_exactly_what_was_asked_for(
    topic: str, kind: str, level: str, source: str, since: str, until: str
) -> None:
    made = library()
    query = {"topic": topic, "kind": kind, "level": level, "source": source, "from": since, "to": until}
    asked = Filters.of(query)
    expected = [
        event.seq
        for event in reversed(made.kept_events)
        if (not topic or f"topic:{topic}" in made.event_scopes[event.id]) and asked.lets_in(event)
    ]
    seen: list[int] = []
    page = asked
    for _ in range(20):
        found = filters.found(page, made)
        seen += [event.seq for event in found.events]
        if found.before is None:
            break
        page = Filters.of({**query, "before": str(found.before)})
    assert seen == expected


def test_an_unread_text_passes_every_level() -> None:
    made = library()
    found = filters.found(Filters.of({"level": "key"}), made)
    assert any(event.payload.get("readable") is False and event.level > Level.KEY for event in found.events)


@pytest.mark.parametrize("before", ["-1", "x", "1e9", "9" * 40, "٣"])
def test_a_broken_cursor_is_the_beginning(before: str) -> None:
    assert Filters.of({"before": before}).before is None


def test_the_page_offers_and_remembers_what_was_chosen() -> None:
    here = Site(library(), LIVE)
    page = here.answer("/", {"topic": "citizenship", "level": "key"})
    assert page is not None
    tree = html.fromstring(page.body)
    assert tree.xpath("//select[@name='topic']/option[@selected]/@value") == ["citizenship"]
    assert tree.xpath("//select[@name='level']/option[@selected]/@value") == ["key"]
    assert tree.xpath("//details[@class='filters']/@open") == [""] or tree.xpath("//details[@class='filters'][@open]")
    following = tree.xpath("//a[@rel='next']/@href")
    assert following == [] or "topic=citizenship" in following[0]


def test_a_published_site_has_no_form_and_says_why() -> None:
    page = Site(library(), INFO).page("/")
    assert page is not None
    assert b"<form" not in page.body
    assert "только на работающем сервисе" in page.body.decode()
