"""The public API and the page of search over a real store: every route, every error, and schemathesis against all of it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from db.store import Store
from diffs import compare
from feeds import app as site_app
from feeds.alerts import payload
from feeds.api import budget
from feeds.api.budget import Budget, Exhausted
from feeds.site import Site
from tests.tracker.test_finding import BILL, LAW, NOW, UNITS, law
from tracker.errors import StoreError
from tracker.finding import Finder
from tracker.insight import LawInsight
from tracker.models import (
    EventDraft,
    EventKind,
    Level,
    Observation,
    Section,
    SiteInfo,
    canonical_json,
)
from tracker.payloads import of_document

INFO = SiteInfo(title="Трекер", base_url="https://t.example", authority="t.example", year=2026)
CHANGED = {**UNITS, "st-22.ch-1": "1. Гражданство Российской Федерации не прекращается."}
VERSION = f"{LAW}/text/ips/rdk-1/1"
NEWER = f"{LAW}/text/ips/rdk-2/1"
OTHER = f"{BILL}/text/ips/rdk-1/1"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Live:
    """The ASGI application, asked without a network."""

    store: Store
    app: Callable[..., Any]
    now: float = 0.0

    def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        path, _, query = address.partition("?")
        got: list[Any] = []

        async def send(message: Any) -> None:
            got.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
            "server": ("t.example", 80),
            "client": ("192.0.2.1", 1),
        }
        asyncio.run(self.app(scope, receive, send))
        found = {key.decode().lower(): value.decode() for key, value in got[0]["headers"]}
        return Answer(got[0]["status"], found, b"".join(part.get("body", b"") for part in got[1:]))

    def get(self, address: str) -> Any:
        answer = self.ask(address)
        assert answer.status == 200, answer.body.decode()
        return answer.json


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with Store(tmp_path, clock=lambda: NOW) as store:
        made = Live(store, lambda: None)
        fill(store)
        site = Site(store, INFO, insight=LawInsight(store), finder=Finder(store))
        made.app = site_app.create_app(site, clock=lambda: made.now)
        yield made


def fill(store: Store) -> None:
    """Two laws, a bill; a change with its comparison, history, blindness."""
    law(store, LAW, "138-ФЗ", "О вымышленном гражданстве", UNITS)
    law(
        store,
        BILL,
        "100001-99",
        'О поправках в закон "О гражданстве", статью 5',
        {"st-1": "Внести в 138-ФЗ изменения."},
    )
    law(store, LAW, "138-ФЗ", "О вымышленном гражданстве", CHANGED, edition="rdk-2")
    store.mark_source("ips", at=NOW, success=True, error=None)
    Finder(store).index()
    document = store.document(LAW)
    assert document is not None
    old, new = (
        tuple(Section(path=path, address=path, text=text) for path, text in rows.items()) for rows in (UNITS, CHANGED)
    )
    snapshot = {"digest": "0" * 64, "first_seen": NOW.isoformat(), "via": "proxy+https"}
    text = EventDraft(
        kind=EventKind.EDITION_ADDED,
        document_id=LAW,
        source="ips",
        key="rdk-2",
        digests=("a",),
        occurred_at="2099-01-02",
        level=Level.MAJOR,
        payload={"document": of_document(document), "edition": "rdk-2", "readable": True, "snapshot": snapshot},
        scopes=(f"document:{LAW}", "topic:citizenship", "source:ips"),
        diff=compare.compare(old, new),
    )
    history = replace(text, key="rdk-1", level=Level.NOTABLE, backfilled=True, diff=None)
    gap = EventDraft(
        kind=EventKind.COVERAGE_GAP,
        document_id=None,
        source="sozd",
        key="gap",
        digests=(),
        occurred_at=None,
        level=Level.MAJOR,
        payload={"source": "sozd", "last_success": NOW.isoformat()},
        scopes=("source:sozd",),
    )
    for drafts in ((history,), (text,), (gap,)):
        store.record(Observation(observed_at=NOW, events=drafts))


def routes(live: Live) -> dict[str, Any]:
    paths: dict[str, Any] = live.get("/openapi.json")["paths"]
    return paths


# ---------------------------------------------------------------- every route


def test_every_route_is_described_and_works(live: Live) -> None:
    event = live.get("/api/v1/events?kind=edition.added&backfilled=false")["items"][0]["id"]
    asked = {
        "/api/v1": "/api/v1",
        "/api/v1/documents": "/api/v1/documents",
        "/api/v1/documents/{document_id}": f"/api/v1/documents/{LAW}",
        "/api/v1/versions/{version}": f"/api/v1/versions/{VERSION}",
        "/api/v1/sections/{version}": f"/api/v1/sections/{VERSION}?under=st-22",
        "/api/v1/diff": f"/api/v1/diff?a={VERSION}&b={NEWER}",
        "/api/v1/events": "/api/v1/events",
        "/api/v1/events/{event_id}": f"/api/v1/events/{event}",
        "/api/v1/events/{event_id}/diff": f"/api/v1/events/{event}/diff",
        "/api/v1/events/{event_id}/evidence": f"/api/v1/events/{event}/evidence",
        "/api/v1/search": "/api/v1/search?q=" + quote("лишение"),
        "/api/v1/sources": "/api/v1/sources",
        "/api/v1/topics": "/api/v1/topics",
        "/api/v1/feeds": "/api/v1/feeds",
    }
    described = live.get("/openapi.json")
    assert set(described["paths"]) == set(asked)
    for path, address in asked.items():
        [(method, operation)] = described["paths"][path].items()
        assert method == "get"
        assert operation["description"]
        answer = live.ask(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json"), path
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json, {**schema, "components": described["components"]})
        problems = {status for status in operation["responses"] if status != "200"}
        assert {"422", "503"} <= problems
        assert all("application/problem+json" in operation["responses"][status]["content"] for status in problems)


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/", "/api/v1/", "/api/v2/events", "/api/v1/nothing", "/api/v1/events/"),
        *("/schemas", "/schemas/", "/schemas/x.json", "/schemas/../payload.py", "/openapi.json/x", "/openapi.yaml"),
        *("/docs", "/redoc", "/api/v1/documents/..%2f.."),
    ],
)
def test_what_is_no_route_is_not_found(live: Live, path: str) -> None:
    answer = live.ask(path)
    assert answer.status == 404
    if path.startswith(("/api", "/schemas")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"])
def test_nothing_can_be_written(live: Live, method: str) -> None:
    for path in ("/api/v1/events", "/openapi.json", "/schemas/webhook-event.v1.json", f"/api/v1/documents/{LAW}"):
        answer = live.ask(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.json["title"] == "Method Not Allowed"
    assert live.ask("/search", method).status == 405


# ---------------------------------------------------------------- what the answers say


def test_documents_are_paged_and_narrowed(live: Live) -> None:
    first = live.get("/api/v1/documents?limit=1")
    assert [row["id"] for row in first["items"]] == [LAW]
    rest = live.get(f"/api/v1/documents?limit=1&after={first['next']}")
    assert ([row["id"] for row in rest["items"]], rest["next"]) == ([BILL], None)
    assert [row["id"] for row in live.get("/api/v1/documents?kind=bill")["items"]] == [BILL]
    assert [row["id"] for row in live.get("/api/v1/documents?force=in_force")["items"]] == [LAW]
    assert live.get("/api/v1/documents?topic=nothing")["items"] == []
    whole = live.get(f"/api/v1/documents/{LAW}")
    assert [row["path"] for row in whole["versions"]] == [VERSION, NEWER]


def test_a_version_and_a_unit_of_it(live: Live) -> None:
    whole = live.get(f"/api/v1/versions/{VERSION}")
    assert [unit["path"] for unit in whole["sections"]] == list(UNITS)
    assert whole["document"]["invented"] is True
    part = live.get(f"/api/v1/sections/{VERSION}?under=st-22")
    assert [unit["path"] for unit in part["sections"]] == ["st-22.ch-1", "st-22.ch-2"]
    assert live.ask(f"/api/v1/sections/{VERSION}?under=st-2").status == 404
    assert live.ask(f"/api/v1/versions/{LAW}").status == 404
    assert live.ask(f"/api/v1/versions/{LAW}/card/ips/rdk-1/1").status == 404


def test_any_two_versions_are_compared(live: Live) -> None:
    found = live.get(f"/api/v1/diff?a=/{VERSION}&b={NEWER}")
    assert [row["new_path"] for row in found["diff"]["operations"]] == ["st-22.ch-1"]
    assert found["page"] == f"https://t.example/compare?a=/{VERSION}&b=/{NEWER}"
    other = live.get(f"/api/v1/diff?a={VERSION}&b={BILL}/text/ips/rdk-1/1")
    assert not other["diff"]["same"]
    assert live.ask(f"/api/v1/diff?a={VERSION}&b=nothing").status == 404
    assert live.ask(f"/api/v1/diff?a={VERSION}").json["errors"] == [{"where": "query.b", "message": "Field required"}]


def test_the_ledger_is_followed_with_a_cursor(live: Live) -> None:
    seen: list[int] = []
    cursor = 0
    for _ in range(5):
        page = live.get(f"/api/v1/events?after={cursor}&limit=1")
        seen += [row["seq"] for row in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == ([1, 2, 3], 3)
    newest = live.get("/api/v1/events?limit=2")
    assert [row["seq"] for row in newest["items"]] == [3, 2]
    last = live.get(f"/api/v1/events?before={newest['next']}&limit=2")
    assert ([row["seq"] for row in last["items"]], last["next"]) == ([1], None)


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        (f"document={LAW}", [2, 1]),
        ("topic=citizenship", [2, 1]),
        ("source=sozd", [3]),
        (f"document={LAW}&source=sozd", []),
        (f"document={LAW}&topic=other", []),
        ("kind=coverage.gap", [3]),
        ("level=major", [3, 2]),
        ("level=key", []),
        ("backfilled=true", [1]),
        ("backfilled=false&leads=true", [3, 2]),
        ("from=2026-03-02&to=2026-03-02", [3, 2, 1]),
        ("from=2026-03-03", []),
        ("to=2026-03-01", []),
    ],
)
def test_events_are_narrowed(live: Live, query: str, seqs: list[int]) -> None:
    assert [row["seq"] for row in live.get(f"/api/v1/events?{query}")["items"]] == seqs


def test_an_event_with_its_evidence(live: Live) -> None:
    row = live.get("/api/v1/events?kind=edition.added&backfilled=false")["items"][0]
    assert row["level"] == "major"
    assert row["title"]["en"]
    assert row["document"]["id"] == LAW
    assert row["links"]["diff"] == f"https://t.example/api/v1/events/{row['id']}/diff"
    whole = live.get(f"/api/v1/events/{row['id']}")
    assert whole["diff"]["operations"][0]["new_path"] == "st-22.ch-1"
    assert whole["captures"] == [
        {"side": "after", "digest": "0" * 64, "first_seen": NOW.isoformat(), "via": "proxy+https"}
    ]
    proof = live.get(f"/api/v1/events/{row['id']}/evidence")
    assert hashlib.sha256(canonical_json(proof["line"]).encode()).hexdigest() == proof["hash"] == row["hash"]
    salted = bytes.fromhex(proof["salt"]) + canonical_json(row["payload"]).encode()
    assert hashlib.sha256(salted).hexdigest() == proof["line"]["payload_digest"]
    assert live.ask("/api/v1/events/" + "a" * 20).status == 404


def test_what_was_struck_is_gone(live: Live) -> None:
    name = live.get("/api/v1/events?kind=edition.added&backfilled=false")["items"][0]["id"]
    live.store.strike(name, "a reason")
    whole = live.get(f"/api/v1/events/{name}")
    assert (whole["struck"], whole["payload"], whole["diff"], whole["captures"]) == (True, {}, None, [])
    assert live.ask(f"/api/v1/events/{name}/diff").status == 410
    assert live.get(f"/api/v1/events/{name}/evidence")["salt"] is None


def test_search(live: Live) -> None:
    found = live.get("/api/v1/search?q=" + quote("ст. 22 ребёнок"))
    [match] = found["items"]
    fragment = match["fragments"][0]
    assert fragment["page"] == f"https://t.example/{NEWER}#st-22.ch-2"
    assert [run["text"] for run in fragment["runs"] if run["marked"]] == ["ребёнка"]
    assert found["asked"] == {
        "words": [{"text": "ребенок", "also": []}],
        "address": "ст. 22",
        "numbers": [],
        "left_out": [],
    }
    old = "/api/v1/search?q=" + quote('"прекращается вследствие утраты"')
    assert live.get(old)["items"] == []
    assert live.get(f"{old}&versions=all")["items"][0]["fragments"][0]["stands"] is False
    assert live.get("/api/v1/search?q=")["items"] == []


def test_sources_topics_feeds(live: Live) -> None:
    assert live.get("/api/v1/sources")["items"][0]["last_success"] == "2026-03-02T09:00:00Z"
    assert [row["id"] for row in live.get("/api/v1/topics")["items"]] == ["citizenship"]
    names = [row["name"] for row in live.get("/api/v1/feeds")["items"]]
    assert names == ["significant", "all", "topics/citizenship", "sources/sozd", "sources/ips"]


def test_webhooks_are_described_by_their_own_schemas(live: Live) -> None:
    webhooks = live.get("/openapi.json")["webhooks"]
    assert {"event", "digest", "heartbeat", "test"} <= set(webhooks) == set(payload.NAMES)
    for name in webhooks:
        answer = live.ask(f"/schemas/webhook-{name}.v1.json")
        assert answer.headers["content-type"] == "application/schema+json"
        jsonschema.Draft202012Validator.check_schema(answer.json)


# ---------------------------------------------------------------- how they are sent


def test_an_answer_has_an_etag_and_is_packed(live: Live) -> None:
    plain = live.ask("/openapi.json")
    packed = live.ask("/openapi.json", accept_encoding="gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    again = live.ask("/openapi.json", if_none_match=packed.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    head = live.ask(f"/api/v1/documents/{LAW}", "HEAD")
    whole = live.ask(f"/api/v1/documents/{LAW}")
    assert (head.status, head.body, head.headers) == (200, b"", whole.headers)


def test_open_to_every_origin_and_without_cookies(live: Live) -> None:
    for path in ("/api/v1/events", "/api/v1/nothing", "/openapi.json", "/search", "/search?q=x"):
        headers = live.ask(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert ("access-control-allow-origin" in headers) is not path.startswith("/search")
    preflight = live.ask("/api/v1/events", "OPTIONS", origin="https://x.example", access_control_request_method="GET")
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, "*")
    assert "access-control-allow-credentials" not in preflight.headers


def test_searches_are_not_cached(live: Live) -> None:
    for path in ("/api/v1/search?q=x", "/search", "/search?q=x", "/en/search?q=x"):
        assert live.ask(path).headers["cache-control"] == "no-store"


def test_a_fault_of_the_store_says_nothing_of_this_machine(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise StoreError("/srv/secret/tracker.sqlite: the disk is full")

    def fault(*_: Any, **__: Any) -> None:
        raise RuntimeError("a query")

    monkeypatch.setattr(Store, "document_page", broken)
    answer = live.ask("/api/v1/documents")
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert b"secret" not in answer.body
    monkeypatch.setattr(Store, "document_page", fault)
    answer = live.ask("/api/v1/documents")
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert b"a query" not in answer.body


# ---------------------------------------------------------------- the budget


def test_work_is_refused_when_everybody_asks_for_too_much(live: Live) -> None:
    for _ in range(int(budget.BURST)):
        assert live.ask("/api/v1/search?q=x").status == 200
    refused = live.ask("/api/v1/search?q=x")
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    page = live.ask("/search?q=x")
    assert (page.status, page.headers["retry-after"]) == (429, "1")
    assert "слишком много" in page.body.decode()
    assert live.ask("/api/v1/events").status == 200  # what is ready is always served
    live.now += 1
    assert live.ask("/api/v1/search?q=x").status == 200


def test_looking_through_events_takes_from_the_budget_and_following_does_not(live: Live) -> None:
    while live.ask("/api/v1/events?level=key").status == 200:
        pass
    refused = live.ask("/api/v1/events?level=key")
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    for dear in ("limit=500", "from=2026-03-02", f"document={LAW}&source=ips", f"document={LAW}&topic=x&source=ips"):
        assert live.ask(f"/api/v1/events?{dear}").status == 429
    for free in (
        "after=0",
        "limit=100",
        f"document={LAW}",
        "topic=citizenship",
        "source=ips",
        "kind=text.added&leads=true",
    ):
        assert live.ask(f"/api/v1/events?{free}").status == 200
    for page in ("/?level=key", f"/compare?a=/{VERSION}&b=/{NEWER}"):
        answer = live.ask(page)
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        assert "Too many requests" in answer.body.decode()
    live.now += 1
    assert live.ask("/?level=key").status == 200


def test_every_comparison_of_ones_own_choice_is_inside_the_budget_and_reading_is_not(live: Live) -> None:
    pair = f"/{LAW}/compare/{NEWER.removeprefix(LAW + '/')}/{VERSION.removeprefix(LAW + '/')}"  # the newer first
    neighbours = f"/{LAW}/compare/{VERSION.removeprefix(LAW + '/')}/{NEWER.removeprefix(LAW + '/')}"
    dear = (
        f"/compare?a=/{VERSION}&b=/{NEWER}",
        f"/en/compare?a=/{VERSION}&b=/{NEWER}",
        f"/compare?a=/{VERSION}&b=/{OTHER}",
        pair,
        f"/en{pair}",
        f"{neighbours}/diff.docx",
        "/documents.csv",
        f"/{LAW}/events.jsonl",
        f"/api/v1/diff?a={VERSION}&b={OTHER}",
    )
    while live.ask("/search?q=x").status == 200:
        pass
    for address in dear:
        answer = live.ask(address)
        assert (answer.status, int(answer.headers["retry-after"]) > 0) == (429, True), address
    assert "Too many requests" in live.ask(dear[1]).body.decode()
    # Whoever reads is never turned away, however many come from one address.
    for page in (
        "/",
        "/en",
        f"/{LAW}",
        f"/{VERSION}",
        neighbours,
        f"/en{neighbours}",
        f"/{LAW}/history/st-22.ch-1",
        "/compare",
        "/feeds",
        "/feeds/all.atom",
        f"/event/{live.store.events(limit=1)[0].id}",
        "/sources",
    ):
        assert live.ask(page).status == 200, page
    live.now += 60
    for address in dear:
        assert live.ask(address).status == 200, address
        live.now += 1
    # What was made for one is there for all.
    while live.ask("/search?q=x").status == 200:
        pass
    assert live.ask("/documents.csv").status == 200


def test_a_longer_comparison_costs_more() -> None:
    assert budget.of_texts(0) == 1
    assert budget.of_texts(budget.LARGEST) > 10 * budget.of_texts(100_000)
    assert budget.of_rows(5_000) > budget.of_rows(5)


def test_only_so_much_runs_at_a_time() -> None:
    at = Budget(lambda: 0.0, rate=1, burst=10, at_once=1)
    with at.spend(), pytest.raises(Exhausted), at.spend():
        pass
    with at.spend(9):
        pass
    with pytest.raises(Exhausted) as refused, at.spend(100):
        pass
    assert refused.value.retry_after == 10


# ---------------------------------------------------------------- the page


def test_the_page_of_search(live: Live) -> None:
    empty = live.ask("/search").body.decode()
    assert 'name="q"' in empty
    assert 'name="robots" content="noindex"' in empty
    page = live.ask("/search?q=" + quote("ст. 22 ребёнок")).body.decode()
    assert "<mark>ребёнка</mark>" in page
    assert f"{NEWER}#st-22.ch-2" in page
    titled = live.ask("/search?q=" + quote("поправки гражданство")).body.decode()
    assert "закон «О\u00a0<mark>гражданстве</mark>», статью 5" in titled, "quotes as on every other page"
    english = live.ask("/en/search?q=" + quote("лишение")).body.decode()
    assert "Searched for:" in english
    assert "Nothing was found." in live.ask("/en/search?q=zzz").body.decode()
    assert "Искать нечего" in live.ask("/search?q=" + quote("и")).body.decode()


def test_the_page_is_not_broken_by_what_is_typed(live: Live) -> None:
    hostile = '<script>alert(1)</script> "\x00 ' + "я" * 5_000
    asked = f"q={quote(hostile)}&document=../..&topic=%00&kind=x&force=x&from=x&to=9999-99-99&before=x&limit=-1"
    answer = live.ask(f"/search?{asked}")
    assert answer.status == 200
    assert b"<script>alert" not in answer.body


def test_the_page_narrows_and_goes_on(live: Live) -> None:
    past = quote("утраты")
    page = live.ask(f"/search?q={past}&versions=all&kind=act&document={LAW}").body.decode()
    assert "прежняя редакция" in page
    assert f'value="{LAW}" checked' in page
    assert "Ничего не найдено" in live.ask(f"/search?q={past}&kind=bill").body.decode()
    both = quote("гражданство")
    newest = live.ask(f"/search?q={both}&order=newest&kind=act").body.decode()
    assert '<option value="newest" selected>' in newest
    assert live.get(f"/api/v1/search?q={both}&order=newest") == live.get(f"/api/v1/search?q={both}&order=relevance")
    assert live.ask(f"/api/v1/search?q={both}&order=oldest").status == 422


# ---------------------------------------------------------------- schemathesis


def test_schemathesis_finds_no_failure(live: Live) -> None:
    """Valid and invalid requests made from the description; every answer is held to it."""
    live.now = 0.0
    schema = schemathesis.openapi.from_asgi("/openapi.json", live.app)
    count = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not any(operation.iter_parameters()):
                continue

            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def holds(case: Any) -> None:
                nonlocal count
                live.now += 10
                case.call_and_validate()
                count += 1

            holds()
    assert count >= 100
