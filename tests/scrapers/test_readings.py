"""A Reading as JSON and back, for any Reading."""

from __future__ import annotations

import json
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from scrapers.readings import from_json, to_json
from tracker.models import (
    DocumentFacts,
    EditionRef,
    File,
    Force,
    Item,
    PageKind,
    Publication,
    Reading,
    Role,
    Section,
    Status,
    Step,
    Vote,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MAYBE = st.none() | TEXT
WORDS = st.dictionaries(TEXT, TEXT, max_size=3)
COUNT = st.none() | st.integers(0, 10**6)

PUBLICATION = st.builds(Publication, source=TEXT, number=MAYBE, date=MAYBE, url=MAYBE, fields=WORDS)
READING = st.builds(
    Reading,
    source=TEXT,
    page=st.sampled_from(PageKind),
    document=st.none()
    | st.builds(
        DocumentFacts,
        id=TEXT,
        kind=TEXT,
        number=TEXT,
        date=MAYBE,
        title=TEXT,
        comment=TEXT,
        status=st.none() | st.sampled_from(Status),
        force=st.sampled_from(Force),
        archived=st.booleans(),
        url=TEXT,
        fields=WORDS,
    ),
    events=st.lists(
        st.builds(
            Step,
            id=MAYBE,
            step=TEXT,
            stage=TEXT,
            at=MAYBE,
            planned=st.booleans(),
            title=TEXT,
            decisions=st.lists(TEXT, max_size=3).map(tuple),
            numbers=WORDS,
            publication=st.lists(PUBLICATION, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    files=st.lists(
        st.builds(
            File,
            id=TEXT,
            event_id=MAYBE,
            slot=MAYBE,
            step=TEXT,
            role=st.sampled_from(Role),
            edition=MAYBE,
            label=TEXT,
            format=MAYBE,
            url=TEXT,
            uploaded_at=MAYBE,
        ),
        max_size=2,
    ).map(tuple),
    sections=st.lists(st.builds(Section, path=TEXT, address=TEXT, text=TEXT), max_size=2).map(tuple),
    editions=st.lists(
        st.builds(EditionRef, id=TEXT, label=TEXT, current=st.booleans(), available=st.booleans()), max_size=2
    ).map(tuple),
    items=st.lists(
        st.builds(
            Item,
            id=TEXT,
            native_id=TEXT,
            kind=TEXT,
            number=TEXT,
            date=MAYBE,
            title=TEXT,
            comment=TEXT,
            url=TEXT,
            published=MAYBE,
            fields=WORDS,
        ),
        max_size=2,
    ).map(tuple),
    note=TEXT,
    votes=st.lists(
        st.builds(
            Vote, at=MAYBE, subject=TEXT, passed=st.none() | st.booleans(), ayes=COUNT, noes=COUNT, abstained=COUNT
        ),
        max_size=2,
    ).map(tuple),
    total=COUNT,
)


@given(READING)
def test_a_reading_survives_json(reading: Reading) -> None:
    assert from_json(json.loads(json.dumps(to_json(reading), ensure_ascii=False))) == reading


@given(READING)
def test_json_holds_plain_values_only(reading: Reading) -> None:
    def plain(value: object) -> bool:
        if type(value) is dict:
            return all(type(key) is str and plain(item) for key, item in value.items())
        if type(value) is list:
            return all(map(plain, value))
        return value is None or type(value) in {str, int, bool}

    assert plain(to_json(reading))


def test_the_documented_keys() -> None:
    step = Step(id="G", step="1.1", stage="s", at="2026-02-02", planned=False, title="t")
    document = DocumentFacts(id="bill/100001-99", kind="bill", number="100001-99", date=None, title="О выдумке")
    data = to_json(Reading(source="sozd", page=PageKind.DOCUMENT, document=document, events=(step,)))
    documented = ["source", "page", "document", "events", "files", "sections", "editions", "items"]
    assert [key for key in data if key in documented] == documented
    assert set(data) - set(documented) == {"note", "votes", "total", "text", "remarks"}
    assert list(data["document"]) == [
        *("id", "kind", "number", "date", "title", "comment", "status", "force", "archived", "url", "fields")
    ]
    assert data["events"] == [
        {
            "id": "G",
            "step": "1.1",
            "stage": "s",
            "at": "2026-02-02",
            "planned": False,
            "title": "t",
            "decisions": [],
            "numbers": {},
            "publication": [],
        }
    ]
    assert (data["document"]["status"], data["document"]["force"], data["page"]) == (None, "unknown", "document")


def test_keys_follow_the_records() -> None:
    data = to_json(Reading(source="x", page=PageKind.LIST))
    assert set(data) == {field.name for field in fields(Reading)}
    assert from_json({"source": "x", "page": "list"}) == Reading(source="x", page=PageKind.LIST)
