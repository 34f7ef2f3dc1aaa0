"""Bodies of webhooks: by their published schemas, under 20 kB whatever happens, and telling nothing when they are discreet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.alerts import messages, payload
from feeds.alerts.messages import Reader
from feeds.alerts.payload import LIMIT, News
from tests.feeds.alerts.events import BILL, INFO, SEEN, added, changed, diff, document, event
from tracker.models import Diff, EventKind, Language, Level, OperatorEvent, OperatorKind, Reason, SourceState

REASON = Reason(rule="term", text="Изменён срок: десять → пять лет", text_en="A term changed: ten to five years")
TERM = diff(
    changed("st-22.ch-1", ("=", "в течение "), ("-", "десяти"), ("+", "пяти"), ("=", " лет"), address="ст. 22 ч. 1"),
    added("st-22.ch-1.p-3", "новое основание", address="ст. 22 ч. 1 п. 3"),
    reasons=(REASON,),
)
STATES = (
    SourceState(name="sozd", last_attempt=SEEN, last_success=SEEN, failing_since=None, last_error=None, gap_since=None),
    SourceState(
        name="ips",
        last_attempt=SEEN,
        last_success=None,
        failing_since=SEEN,
        last_error="http://10.0.0.1",
        gap_since=None,
    ),
)


def valid(kind: str, body: bytes) -> Any:
    assert len(body) < LIMIT
    found = json.loads(body)
    jsonschema.Draft202012Validator(payload.schema(kind)).validate(found)
    assert found["type"] == kind
    return found["data"]


@pytest.mark.parametrize("kind", payload.NAMES)
def test_the_schemas_are_schemas_and_named_by_their_version(kind: str) -> None:
    schema = payload.schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == payload.schema_name(kind) == f"webhook-{kind}.v1.json"


def test_words_to_the_operator_fit_the_schema_however_many_and_long() -> None:
    kinds = payload.schema("operator")["properties"]["data"]["properties"]["words"]["items"]["properties"]["kind"][
        "enum"
    ]
    assert kinds == list(OperatorKind)
    word = OperatorEvent(
        id=1, kind=OperatorKind.SOURCE_FAILING, source="sozd", subject="ж" * 900, at=SEEN, message='"' * 900
    )
    data = valid("operator", payload.operator_body([word] * 60, SEEN, INFO))
    assert len(data["words"]) + data["more"] == 60


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize("comparison", [None, TERM])
def test_every_kind_of_event_fits_the_schema(kind: EventKind, comparison: Diff | None) -> None:
    about = None if kind.startswith("coverage.") else BILL
    data = valid("event", payload.event_body(News(event=event(kind, about=about), diff=comparison), INFO))
    assert data["event"]["kind"] == kind
    assert data["schema"] == "https://tracker.example/schemas/webhook-event.v1.json"
    assert data["summary"]["ru"]
    assert data["summary"]["en"]


def test_an_event_is_told_in_full() -> None:
    head = event(key="1", level=Level.MAJOR)
    mate = event(EventKind.BILL_STAGE, key="2", level=Level.NOTABLE)
    body = payload.event_body(News(event=head, diff=TERM, mates=((mate, None),)), INFO)
    data = valid("event", body)
    assert json.loads(body)["timestamp"] == "2099-05-14T11:05:00Z"
    assert data["document"]["id"] == BILL
    assert data["force"]["value"] == "draft"
    assert data["invented"] is True
    assert data["title"]["ru"].startswith("ДЕМО: вымышленный документ")
    assert data["title"]["en"].startswith("DEMO: invented document")
    assert data["significance"]["reasons"] == [
        {"rule": "term", "ru": REASON.text, "en": "A term changed: ten to five years"}
    ]
    assert [row["address"] for row in data["addresses"]] == ["ст. 22 ч. 1", "ст. 22 ч. 1 п. 3"]
    assert data["excerpt"][0]["spans"] == [["=", "в течение "], ["-", "десяти"], ["+", "пяти"], ["=", " лет"]]
    assert [row["id"] for row in data["bundle"]] == [mate.id]
    assert data["links"]["page"] == f"https://tracker.example/event/{head.id}"
    assert data["truncated"] is False


def test_a_draft_says_that_it_is_a_draft_in_both_languages() -> None:
    data = valid("event", payload.event_body(News(event=event(), diff=TERM), INFO))
    assert "не действует" in data["summary"]["ru"]
    assert "not in force" in data["summary"]["en"]


def test_a_rewritten_code_is_cut_and_says_so() -> None:
    operations = [added(f"st-{number}", "слово " * 2000, address=f"ст. {number}") for number in range(500)]
    reasons = tuple(Reason(rule="ground", text="причина " * 40) for _ in range(200))
    mates = tuple((event(EventKind.FILE_ADDED, key=f"mate{number}"), None) for number in range(200))
    body = payload.event_body(News(event=event(), diff=diff(*operations, reasons=reasons), mates=mates), INFO)
    assert valid("event", body)["truncated"] is True


hostile = st.text(st.characters(codec="utf-8"), max_size=4000) | st.sampled_from(
    ["\x00\x01" * 3000, "\u202e" * 3000, '"\\' * 5000, "<script>" * 900, "я" * 9000, "\ud800" * 2000, "𝔄" * 9000]
)


@settings(max_examples=60, deadline=None)
@given(hostile, hostile, st.lists(hostile, max_size=8))
def test_no_text_makes_a_body_too_long_or_wrong(title: str, name: str, texts: list[str]) -> None:
    about = event(about=BILL, label=name)
    facts = document(title=title, number=name, comment=name, kind=name, date=name, topics=[name] * 40)
    held = {**about.payload, "document": facts}
    operations = [changed("st-1", ("-", text), ("+", text[::-1]), address=name) for text in texts]
    told = News(event=replace(about, payload=held), diff=diff(*operations))
    valid("event", payload.event_body(told, INFO))
    valid("digest", payload.digest_body([payload.item_of(told, INFO, discreet=False)], SEEN, INFO, **ONE))


ONE: Any = {"discreet": False, "part": 1, "parts": 1}


def test_digests_are_cut_into_parts_that_lose_nothing() -> None:
    items = [payload.item_of(News(event=event(key=str(n)), diff=TERM), INFO, discreet=False) for n in range(90)]
    parts = payload.chunks([*items, b"", b""], LIMIT)
    assert [place for part in parts for place in part] == list(range(92))
    assert len(parts) > 1
    told = 0
    for number, places in enumerate(parts, 1):
        said = [items[place] for place in places if place < 90]
        body = payload.digest_body(said, SEEN, INFO, discreet=False, part=number, parts=len(parts))
        told += valid("digest", body)["count"]
    assert told == 90
    assert payload.chunks([b"", b""], LIMIT) == [[0, 1]]
    assert payload.chunks([], LIMIT) == []


def test_heartbeats_say_when_the_sources_were_last_seen_and_nothing_of_our_network() -> None:
    body = payload.heartbeat_body(STATES, SEEN, INFO, discreet=False)
    data = valid("heartbeat", body)
    assert data["last_checked"] == "2099-05-14T11:05:00Z"
    assert data["sources"][1] == {"source": "ips", "name": "ИПС «Законодательство России»", "last_success": None}
    assert data["all_answered"] is False
    assert b"10.0.0.1" not in body
    assert json.loads(payload.heartbeat_body(STATES[:1], SEEN, INFO, discreet=True))["data"]["all_answered"] is True
    assert valid("heartbeat", payload.heartbeat_body((), SEEN, INFO, discreet=False))["last_checked"] is None


def test_a_test_says_that_it_is_one() -> None:
    assert valid("test", payload.trial_body("ngo", SEEN, INFO, discreet=False))["subscription"] == "ngo"


# ---------------------------------------------------------------- discreet


TELLING = (
    "100001",
    "22",
    "закон",
    "tracker.example",
    "citizenship",
    "гражданств",
    "bill",
    "draft",
    "text.changed",
    "sozd",
    "СОЗД",
    "Duma",
    "Дум",
    "http",
    "ngo",
)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_discreet_messages_tell_nothing(language: Language) -> None:
    head = event()
    told = News(event=head, diff=TERM, mates=((event(EventKind.BILL_STAGE, key="2"), None),))
    reader = Reader(name="ngo", language=language, discreet=True)
    item = payload.item_of(told, INFO, discreet=True)
    bodies = {
        "event": payload.discreet_body(head),
        "digest": payload.digest_body([item, item], SEEN, INFO, discreet=True, part=1, parts=1),
        "heartbeat": payload.heartbeat_body(STATES, SEEN, INFO, discreet=True),
        "test": payload.trial_body("ngo", SEEN, INFO, discreet=True),
    }
    for kind, body in bodies.items():
        assert valid(kind, body)["discreet"] is True
    chat = [
        messages.event_message(told, INFO, reader),
        messages.digest_message([item, item], INFO, reader, part=1, parts=1),
        messages.heartbeat_message(STATES, SEEN, INFO, reader),
        messages.trial_message(INFO, reader),
    ]
    for body in (*bodies.values(), *chat):
        words = body.decode().replace("2099-05-14T11:05:00Z", "")
        assert head.id not in words
        for telling in TELLING:
            assert telling not in words, (telling, words)
    assert head.id[:4] in bodies["event"].decode()
    assert f"{head.id[:4]}" in chat[0].decode()


# ---------------------------------------------------------------- mail and chat


@pytest.mark.parametrize("language", ["ru", "en"])
def test_messages_for_mail_and_chat(language: Language) -> None:
    mate = event(EventKind.BILL_STAGE, key="2")
    reader = Reader(name="ngo-mail", language=language)
    found = json.loads(messages.event_message(News(event=event(), diff=TERM, mates=((mate, None),)), INFO, reader))
    assert set(found) == {"title", "text", "html", "language"}
    for form in ("text", "html"):
        assert "пяти" in found[form]
        page = "/event/" if language == "ru" else "/en/event/"
        assert f"https://tracker.example{page}" in found[form]
        assert "ngo-mail" in found[form]  # how to stop
        assert "tracker@example.org" in found[form]
    assert "[−десяти−]{+пяти+}" in found["text"]
    assert "<del>[−десяти−]</del><ins>{+пяти+}</ins>" in found["html"]
    assert ("больше не получать" in found["text"] or "не получать" in found["text"]) == (language == "ru")
    assert ("DEMO" in found["title"]) == (language == "en")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_digests_heartbeats_and_tests_for_mail_and_chat(language: Language) -> None:
    reader = Reader(name="ngo-mail", language=language)
    items = [payload.item_of(News(event=event(key=str(n)), diff=TERM), INFO, discreet=False) for n in range(3)]
    digest = json.loads(messages.digest_message(items, INFO, reader, part=1, parts=2))
    assert "(1/2)" in digest["title"]
    assert ("3 обновления" in digest["title"]) == (language == "ru")
    page = "/event/" if language == "ru" else "/en/event/"
    assert digest["text"].count(f"https://tracker.example{page}") == 3
    assert digest["html"].count("<h2>") == 3
    beat = json.loads(messages.heartbeat_message(STATES, SEEN, INFO, reader))
    assert "14:05" in beat["text"]
    assert "10.0.0.1" not in beat["html"]
    assert ("Молчание не означает" in beat["text"]) == (language == "ru")
    well = json.loads(messages.heartbeat_message(STATES[:1], SEEN, INFO, reader))
    assert well["title"] in {"Новостей нет, наблюдение работает", "No news; the watch is working"}
    assert json.loads(messages.trial_message(INFO, reader))["title"]


def test_foreign_text_is_escaped_in_mail_and_a_title_is_one_line() -> None:
    held = {"document": document(title='<img src=x onerror="alert(1)">\r\nBcc: all@example.org', number="1<b>")}
    about = replace(event(EventKind.DOCUMENT_DISCOVERED), payload=held)
    comparison = diff(changed("st-1", ("-", "<script>"), ("+", "</p>"), address="ст. 1 <i>"))
    found = json.loads(messages.event_message(News(event=about, diff=comparison), INFO, Reader(name="ngo")))
    assert "<script>" not in found["html"]
    assert "<img" not in found["html"]
    assert "<i>" not in found["html"]
    assert "\n" not in found["title"]
    assert "\r" not in found["title"]


def test_the_same_event_gives_the_same_bytes() -> None:
    told = News(event=event(), diff=TERM)
    assert payload.event_body(told, INFO) == payload.event_body(told, INFO)
