"""Every fault of the fault server is what it says, seen through the gate; and healing heals."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from scrapers.http import Gate, SourcePolicy, retry_after
from scrapers.pages import refuse_non_page
from tests.fault_server import OUTAGE, RETRY_AFTER, Fault, FaultServer, faulty
from tracker.errors import FetchError, PageError
from tracker.models import Problem, Response, Validators

PAGE = "<html><body>" + "<p>Статья 1. Текст.</p>" * 40 + "</body></html>"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

REASONS = {
    Fault.DRIP: "timeout",
    Fault.SLOW_HEADERS: "timeout",
    Fault.RESET: "connection short_body",  # a reset may overtake what was sent before it
    Fault.SHORT_BODY: "short_body",
    Fault.ENDLESS: "too_large",
    Fault.BAD_GZIP: "bad_encoding",
    Fault.GZIP_BOMB: "too_large",
    Fault.REDIRECT_LOOP: "redirect",
    Fault.NOT_MODIFIED: "status",
}
PROBLEMS = {
    Fault.EMPTY: Problem.EMPTY,
    Fault.CAPTCHA: Problem.CAPTCHA,
    Fault.BLOCK_PAGE: Problem.BLOCKED,
    Fault.HTML_FOR_FILE: Problem.BLOCKED,
    Fault.TOO_MANY: Problem.BLOCKED,
    Fault.UNAVAILABLE: Problem.MAINTENANCE,
}
Ask = Callable[..., Response]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ask(authority: trustme.CA, tmp_path: Path) -> Ask:
    """One request through a gate that has little time and no patience."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))

    def asked(
        site: FaultServer, path: str = "/file.json", *, etag: str | None = None, deadline: float = 0.5
    ) -> Response:
        policy = SourcePolicy(
            delay=0,
            deadline=deadline,
            retries=0,
            robots=False,
            allow_private=True,
            max_bytes=2**20,
            ca_bundle=str(bundle),
        )
        gate = Gate(
            user_agent="test",
            policies={"site": policy},
            clock=lambda: NOON,
            rng=random.Random(1),  # noqa: S311 - repeatable
        )
        with gate:
            return gate.fetch(site.url(path), source="site", validators=Validators(etag=etag))

    return asked


@pytest.mark.parametrize("fault", [fault for fault in Fault if not fault.is_of_tls])
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_every_fault_is_what_it_says_and_heals(authority: trustme.CA, ask: Ask, fault: Fault, *, secure: bool) -> None:
    with faulty(authority=authority if secure else None) as site:
        site.serve("/file.json", PAGE, content_type="application/json")
        site.serve("/well", PAGE)
        site.fault("/file", fault)
        # A bomb of 300 MB is unpacked up to the cap; on a busy machine the handshake alone may take a while.
        deadline = 1 if fault in {Fault.DRIP, Fault.SLOW_HEADERS} else 20
        if fault in REASONS:
            with pytest.raises(FetchError) as caught:
                ask(site, deadline=deadline)
            assert caught.value.reason in REASONS[fault].split()
        elif fault in PROBLEMS:
            answer = ask(site, deadline=deadline)
            with pytest.raises(PageError) as told:
                refuse_non_page(answer.body, status=answer.status, content_type=answer.content_type, url=answer.url)
            assert told.value.problem is PROBLEMS[fault]
        else:
            answer = ask(site, deadline=deadline)
            assert (answer.body, answer.header("content-type")) == (PAGE.encode(), "application/json; charset=koi8-r")
        assert ask(site, "/well", deadline=20).body == PAGE.encode()
        site.heal()
        assert ask(site, deadline=20).body == PAGE.encode()


def test_waits_are_asked_for(ask: Ask) -> None:
    with faulty() as site:
        for fault, seconds in ((Fault.TOO_MANY, RETRY_AFTER), (Fault.UNAVAILABLE, OUTAGE)):
            site.fault("/", fault)
            assert retry_after(ask(site)) == seconds


@pytest.mark.parametrize(("fault", "reason"), [(Fault.HANGING_TLS, "timeout"), (Fault.WRONG_CERTIFICATE, "tls")])
def test_faults_of_tls(authority: trustme.CA, ask: Ask, fault: Fault, reason: str) -> None:
    with faulty(authority=authority) as site:
        site.serve("/file.json", PAGE)
        assert ask(site, deadline=20).status == 200
        site.fault("/", fault)
        with pytest.raises(FetchError) as caught:
            ask(site, deadline=1 if fault is Fault.HANGING_TLS else 20)
        assert caught.value.reason == reason
        site.heal("/")
        assert ask(site, deadline=20).status == 200


def test_faults_of_tls_are_those_of_a_whole_server_that_speaks_it(authority: trustme.CA) -> None:
    with faulty(authority=authority) as site, pytest.raises(ValueError, match="prefix /"):
        site.fault("/bill/", Fault.HANGING_TLS)
    with faulty() as site, pytest.raises(ValueError, match="authority"):
        site.fault("/", Fault.WRONG_CERTIFICATE)


def test_the_longest_prefix_counts_and_queries_may_be_served_apart(ask: Ask) -> None:
    with faulty() as site:
        site.serve("/list", "any")
        site.serve("/list?page=2", "second")
        site.fault("/", Fault.EMPTY)
        site.fault("/list", Fault.CAPTCHA)
        assert "робот" in ask(site, "/list?page=2").body.decode()
        assert ask(site, "/other").body == b""
        site.heal("/list")
        assert ask(site, "/list").body == b""
        site.heal()
        assert (ask(site, "/list?page=2").body, ask(site, "/list?page=1").body) == (b"second", b"any")
        assert ask(site, "/other").status == 404


def test_a_served_page_answers_conditions(ask: Ask) -> None:
    with faulty() as site:
        site.serve("/x", "one", {"X-Kind": "a"})
        first = ask(site, "/x")
        assert first.header("x-kind") == "a"
        assert ask(site, "/x", etag=first.header("etag")).not_modified
        site.fault("/", Fault.NOT_MODIFIED)
        assert ask(site, "/x", etag=first.header("etag")).not_modified, "an honest 304 is no fault"
        site.serve("/x", "two")
        assert ask(site, "/x", etag=first.header("etag")).body == b"two"


def test_a_server_stops_while_it_trickles(ask: Ask) -> None:
    before = threading.active_count()
    with ExitStack() as stack:
        for fault in (Fault.DRIP, Fault.ENDLESS):
            site = stack.enter_context(faulty())
            site.fault("/", fault)
            with pytest.raises(FetchError):
                ask(site)
    assert threading.active_count() == before
