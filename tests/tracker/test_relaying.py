"""`relay` against a real server: the API page by page, a JSON Feed, answers that are neither, and the same told once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feeds import entries
from scrapers.http import Gate, SourcePolicy
from tests.feeds.alerts.events import BILL, INFO, LAW, document
from tests.tracker.test_alerting import START, TERM, Scene, draft
from tracker import relaying
from tracker.alerts import Clause, Digest, Filter
from tracker.errors import FetchError
from tracker.models import EventKind, Level, Validators
from tracker.models import Response as Answer


class Other:
    """Another instance: its public API over HTTP."""

    def __init__(self, server: HTTPServer) -> None:
        self.items: list[dict[str, Any]] = []
        self.asked: list[str | None] = []
        self.url = server.url_for("").rstrip("/")
        server.expect_request("/robots.txt").respond_with_data("", status=404)
        server.expect_request("/api/v1/events").respond_with_handler(self._answer)

    def happens(self, name: str, **changes: Any) -> None:
        self.items.append(
            {
                "id": name,
                "seq": len(self.items) + 1,
                "kind": "text.changed",
                "document": document(),
                "source": "sozd",
                "level": 2,
                "bundle": f"bundle-{name}",
                "lead": True,
                "observed_at": "2099-05-14T12:00:00Z",
                "occurred_at": "2099-05-14",
                "payload": {"part": "text"},
                "title": f"Событие {name}",
                "summary": {"ru": f"Случилось {name}", "en": f"It happened: {name}"},
                **changes,
            }
        )

    def _answer(self, request: Request) -> Response:
        after = request.args.get("after")
        self.asked.append(after)
        start = int(after or 0)
        page = self.items[start : start + int(request.args["limit"])]
        following = str(start + len(page)) if page else after
        return Response(json.dumps({"items": page, "next": following}), content_type="application/json")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def other(httpserver: HTTPServer) -> Other:
    return Other(httpserver)


@pytest.fixture
def gate(scene: Scene) -> Iterator[Gate]:
    policy = SourcePolicy(allow_private=True, delay=0, retries=0)
    with Gate(
        user_agent="test/1 (+x@example.org)", policies={relaying.SOURCE: policy}, clock=lambda: scene.now
    ) as made:
        yield made


def relay(scene: Scene, gate: Gate, url: str, name: str = "ngo") -> int:
    subscription = scene.store.subscription(name)
    assert subscription is not None
    return relaying.relay(scene.store, gate, url, subscription, info=INFO, now=scene.now)


def test_what_is_new_there_is_told_here_once(scene: Scene, gate: Gate, other: Other) -> None:
    scene.subscribe()
    for number in range(250):
        other.happens(f"event{number}")
    assert relay(scene, gate, other.url) == 250
    assert relay(scene, gate, other.url) == 0
    other.happens("late")
    assert relay(scene, gate, other.url) == 1
    message = scene.messages()[-1]
    assert message["data"]["event"]["id"] == "late"
    assert message["data"]["title"] == {"ru": "Событие late", "en": "Событие late"}
    assert message["data"]["summary"]["en"] == "It happened: late"
    assert message["data"]["links"]["page"] == f"{other.url}/event/late"
    assert message["data"]["invented"] is True
    assert other.asked[-2] == "250"


def test_the_past_history_and_unknown_kinds_are_passed_over(scene: Scene, gate: Gate, other: Other) -> None:
    scene.subscribe()
    other.happens("old", observed_at="2099-05-13T00:00:00Z")
    other.happens("history", backfilled=True)
    other.happens("future-kind", kind="text.sung")
    other.happens("timeless", observed_at="soon")
    other.happens("struck", struck=True)
    other.happens("good")
    other.items.append({"odd": True})
    assert relay(scene, gate, other.url) == 1


def test_filters_are_ours(scene: Scene, gate: Gate, other: Other) -> None:
    comparison = {
        "same": False,
        "operations": [
            {
                "ops": ["modified"],
                "old_path": "st-22.ch-1",
                "new_path": "st-22.ch-1",
                "old_address": "ст. 22 ч. 1",
                "new_address": "ст. 22 ч. 1",
                "old_text": "десяти лет",
                "new_text": "пяти лет",
                "spans": [["-", "десяти"], ["+", "пяти"], ["=", " лет"]],
            }
        ],
        "significance": {"level": 2, "reasons": [{"rule": "term", "text": "Изменён срок"}]},
    }
    wanted = {
        "topic": Filter(topics=("conscription",)),
        "level": Filter(at_least=Level.KEY),
        "words": Filter(words_added=("пять",)),
        "other-words": Filter(words_added=("присяга",)),
        "clause": Filter(clauses=(Clause(document=LAW, path="st-22.ch-1"),)),
        "other-clause": Filter(clauses=(Clause(document=LAW, path="st-23"),)),
        "digest": Filter(),
    }
    for name, conditions in wanted.items():
        scene.subscribe(name, filter=conditions, digest=Digest(every="hour") if name == "digest" else None)
    other.happens("change", document=document(LAW), diff=comparison)
    reached = [name for name in wanted if relay(scene, gate, other.url, name)]
    assert reached == ["words", "clause"]
    message = scene.messages("words")[0]
    assert message["data"]["excerpt"][0]["spans"] == comparison["operations"][0]["spans"]  # type: ignore[index]
    scene.now = scene.now.replace(hour=20)
    scene.prepare()
    assert scene.messages("digest")[0]["data"]["events"][0]["event"]["id"] == "change"


def test_one_message_for_what_was_seen_at_once(scene: Scene, gate: Gate, other: Other) -> None:
    scene.subscribe()
    other.happens("stage", kind="bill.stage", bundle="b", lead=False, level="notable")
    other.happens("text", bundle="b", lead=True, level="major")
    assert relay(scene, gate, other.url) == 1
    (message,) = scene.messages()
    assert message["data"]["event"]["id"] == "text"
    assert [row["id"] for row in message["data"]["bundle"]] == ["stage"]


def test_a_level_nobody_gave_passes(scene: Scene, gate: Gate, other: Other) -> None:
    scene.subscribe(filter=Filter(at_least=Level.KEY))
    other.happens("weightless", level=None)
    other.happens("odd", level=[7])
    assert relay(scene, gate, other.url) == 2


def test_a_static_instance_is_followed_by_its_feed(
    scene: Scene, gate: Gate, httpserver: HTTPServer, tmp_path: Path
) -> None:
    there = Scene(tmp_path / "there")
    scene.subscribe(filter=Filter(topics=("citizenship",)))
    recorded = [*there.happens(draft("1", comparison=TERM)), *there.happens(draft("2", EventKind.BILL_STAGE))]
    rows = [json.loads(entries.render(event, there.store, INFO).json) for event in reversed(recorded)]
    there.store.close()
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/feeds/all.json").respond_with_json(
        {"version": "https://jsonfeed.org/version/1.1", "items": rows}
    )
    url = httpserver.url_for("/feeds/all.json")
    assert relay(scene, gate, url) == 2
    assert relay(scene, gate, url) == 0
    first = scene.messages()[0]["data"]
    assert first["event"]["id"] == recorded[0].id
    assert first["document"]["id"] == BILL
    assert first["force"]["value"] == "draft"
    assert first["invented"] is True
    assert "пяти" in first["title"]["ru"]


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 404), ("<html>", 200), ("[]", 200), ("nul", 200), ("[" * 100_000, 200), ("{}", 500)],
)
def test_an_answer_that_is_none_is_one_line_and_moves_no_cursor(
    scene: Scene, gate: Gate, httpserver: HTTPServer, body: str, status: int
) -> None:
    scene.subscribe()
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api/v1/events").respond_with_data(body, status=status)
    with pytest.raises(FetchError) as caught:
        relay(scene, gate, httpserver.url_for(""))
    assert "\n" not in str(caught.value)
    assert scene.store.states("relay/") == {}


def test_an_empty_answer_is_fine(scene: Scene, gate: Gate, other: Other) -> None:
    scene.subscribe()
    assert relay(scene, gate, other.url + "/") == 0
    assert relay(scene, gate, other.url + "/api/v1/events") == 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
_ITEM_KEYS = ("id", "kind", "document", "source", "level", "bundle", "lead", "observed_at", "occurred_at")
_OPTIONAL_KEYS = ("payload", "title", "summary", "diff", "scopes", "seq", "struck")
keys = st.sampled_from((*_ITEM_KEYS, *_OPTIONAL_KEYS))


class Played:
    """A network that answers every question with the same bytes, once."""

    def __init__(self, items: list[Any]) -> None:
        self._pages = [items, []]

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Answer:
        del source, validators
        body = json.dumps({"items": self._pages.pop(0), "next": "1"}).encode()
        return Answer(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=START, via="direct+https")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(keys, json_values, max_size=8), max_size=4))
def test_no_item_of_another_instance_makes_trouble_or_hides_another(hostile: list[dict[str, Any]]) -> None:
    whole = {"id": "x", "kind": "text.changed", "observed_at": "2099-05-14T12:00:00Z", "document": document()}
    items = [*({**whole, **changes} for changes in hostile), {**whole, "id": "good", "bundle": "good"}]
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(Path(directory))
        subscription = scene.subscribe()
        relaying.relay(scene.store, Played(items), "https://other.example", subscription, info=INFO, now=scene.now)
        assert scene.store.told("good") == ("ngo",)
        scene.messages()
        scene.store.close()
