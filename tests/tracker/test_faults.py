"""Every fault that a site can have, at every source: no false event, nothing lost, one word for the operator.

A life of the matrix: a healthy start; then the world changes (steps, files, acts, editions, other words) in the moment in which
every address of every site begins to fail; a day and more of that; then all is well. The faults that cost real seconds (drip,
slow headers, hanging TLS) are met with a deadline of 50 ms: nothing that is to be seen can come in time, so no test hangs on
the speed of the machine. All sources go through one gate, and a life is shared by the tests of its fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from tests.fault_server import OUTAGE, RETRY_AFTER, Fault
from tests.tracker.fault_sites import (
    ALL_NEWS,
    AWAITED_DECREE,
    BILL,
    DECREE,
    LAW,
    NEWS,
    PAGE,
    SOURCES,
    WHOLE_PAGE,
    Told,
)
from tests.tracker.fault_world import World, living
from tracker.models import Response, Validators

#: Minutes: from the start, from the moment of the fault, from the healing.
BEFORE = (0, 30, 60, 90)
DURING = (0, 6, 20, 60, 180, 420, 780, 1200, 1500, 1620, 1640)
DURING_SLOW = (0, 20, 180, 780, 1500)
AFTER = (0, 30, 60, 120, 420, 780, 1140, 1500, 1520, 1880, 1900)

SLOW = {Fault.DRIP, Fault.SLOW_HEADERS, Fault.HANGING_TLS}
#: The right bytes under a wrong label, and 304 to what was not asked before: something can be seen through them.
HARMLESS, PARTIAL = Fault.WRONG_CHARSET, Fault.NOT_MODIFIED
TOTAL = [fault for fault in Fault if fault not in {HARMLESS, PARTIAL}]

FAILED_AND_RECOVERED = ["source.failing", "source.recovered"]
BLIND_AND_SEEING: Counter[str] = Counter(["coverage.gap", "coverage.restored"])


def by_name(fault: Fault) -> str:
    return fault.name.lower()


@dataclass(frozen=True)
class Life:
    """What was told in a life of the matrix, by source: while the sites failed, and in all."""

    during: dict[str, Counter[Told]]
    news: dict[str, Counter[Told]]
    coverage: dict[str, Counter[str]]
    journal_during: dict[str, list[str]]
    journal: dict[str, list[str]]
    open_cases: int


def coverage_of(world: World, source: str) -> Counter[str]:
    return Counter(kind for kind, _ in world.told(source).elements() if kind.startswith("coverage."))


def start(world: World) -> None:
    """A healthy start; then something happens everywhere."""
    world.live(*BEFORE)
    world.now += timedelta(minutes=28)
    assert world.news() == Counter()
    assert world.journal() == []
    world.change()


def strike(world: World, fault: Fault, *sources: str, prefix: str = "/") -> None:
    for source in sources or SOURCES:
        world.sites[source].fault(prefix, fault)


def heal(world: World) -> None:
    for site in world.sites.values():
        site.heal()
    world.now += timedelta(minutes=5)


def lived(directory: Path, fault: Fault, authority: trustme.CA) -> Life:
    with living(directory, authority=authority if fault.is_of_tls else None) as world:
        start(world)
        strike(world, fault)
        if fault in SLOW:
            world.reopen(hurried=True)
        world.live(*(DURING_SLOW if fault in SLOW else DURING))
        during = {source: world.news(source) for source in SOURCES}
        journal_during = {source: world.journal(source) for source in SOURCES}
        if fault in SLOW:
            world.reopen()
        heal(world)
        world.live(*AFTER)
        return Life(
            during=during,
            news={source: world.news(source) for source in SOURCES},
            coverage={source: coverage_of(world, source) for source in SOURCES},
            journal_during=journal_during,
            journal={source: world.journal(source) for source in SOURCES},
            open_cases=len(world.instance.store.quarantined()),
        )


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def life_with(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Callable[[Fault], Life]:
    lives: dict[Fault, Life] = {}

    def found(fault: Fault) -> Life:
        if fault not in lives:
            lives[fault] = lived(tmp_path_factory.mktemp(fault.name.lower()), fault, authority)
        return lives[fault]

    return found


# ---------------------------------------------------------------- every fault at every source


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("fault", TOTAL, ids=by_name)
class TestEverySource:
    def test_tells_readers_nothing_false(self, life_with: Callable[[Fault], Life], fault: Fault, source: str) -> None:
        life = life_with(fault)
        assert life.during[source] == Counter()
        assert life.coverage[source] == BLIND_AND_SEEING

    def test_loses_nothing_and_tells_all_once(
        self, life_with: Callable[[Fault], Life], fault: Fault, source: str
    ) -> None:
        life = life_with(fault)
        assert life.news[source] == NEWS[source]
        assert life.open_cases == 0

    def test_tells_the_operator_once(self, life_with: Callable[[Fault], Life], fault: Fault, source: str) -> None:
        life = life_with(fault)
        # The front page of a site in place of its pages is what a new layout looks like; the portal's answers are no pages.
        layout = fault is Fault.HTML_FOR_FILE and source != "publication"
        expected = ["source.layout_changed"] if layout else FAILED_AND_RECOVERED
        assert life.journal_during[source] == expected[:1]
        assert life.journal[source] == expected


@pytest.mark.parametrize("source", SOURCES)
def test_a_wrong_charset_changes_no_word(life_with: Callable[[Fault], Life], source: str) -> None:
    life = life_with(HARMLESS)
    assert life.during[source] == NEWS[source]
    assert life.news[source] == NEWS[source]
    assert (life.journal[source], life.coverage[source]) == ([], Counter())


@pytest.mark.parametrize("source", SOURCES)
def test_304_to_a_first_question_hides_only_what_is_new(life_with: Callable[[Fault], Life], source: str) -> None:
    life = life_with(PARTIAL)
    # An edition whose text could not be had is told at once, and its text when it comes.
    expected = NEWS[source] + Counter({("text.added", LAW): int(source == "ips")})
    assert life.during[source] <= expected
    assert life.news[source] == expected
    # robots.txt is such a first question, after a day again: then the whole site is closed, which is another outage; and so are
    # the first question of a text and that of a list.
    outages = [kind for kind in life.journal[source] if kind.startswith("source.")]
    assert outages in ([], FAILED_AND_RECOVERED, 2 * FAILED_AND_RECOVERED, 3 * FAILED_AND_RECOVERED)


# ---------------------------------------------------------------- one source, one document, one kind of page


@pytest.mark.parametrize("source", SOURCES)
def test_other_sources_do_not_notice(tmp_path: Path, source: str) -> None:
    with living(tmp_path) as world:
        start(world)
        strike(world, Fault.RESET, source)
        world.live(*DURING)
        assert world.news() == ALL_NEWS - NEWS[source]
        assert world.journal() == ["source.failing"]
        assert sum(coverage_of(world, other).total() for other in SOURCES if other != source) == 0
        heal(world)
        world.live(*AFTER)
        assert world.news() == ALL_NEWS


ONE_OF_EACH = {
    "sozd": f"/{BILL}",
    "publication": "/api/Documents?Number=",
    "ips": "/?docbody=&nd=699000001",
    "kremlin": "/acts/bank/990001",
    "page": "/order",
}
OF_ONE = Counter({row: count for row, count in ALL_NEWS.items() if row[1] in {BILL, LAW, DECREE, PAGE, AWAITED_DECREE}})


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CAPTCHA], ids=by_name)
def test_one_document_that_fails_speaks_for_no_other(tmp_path: Path, fault: Fault) -> None:
    with living(tmp_path) as world:
        start(world)
        for source, prefix in ONE_OF_EACH.items():
            strike(world, fault, source, prefix=prefix)
        world.live(*range(0, 480, 15), 780, 1140, 1500, 1620, 1640)
        assert world.news() - OF_ONE == ALL_NEWS - OF_ONE, "the others are seen as ever"
        assert world.news() <= ALL_NEWS
        assert world.journal().count("source.failing") == 0, "one page is no outage"
        heal(world)
        world.live(*AFTER)
        assert world.news() == ALL_NEWS


OF_FILES = [
    Fault.RESET,
    Fault.BAD_GZIP,
    Fault.GZIP_BOMB,
    Fault.EMPTY,
    Fault.CAPTCHA,
    Fault.HTML_FOR_FILE,
    Fault.TOO_MANY,
]


@pytest.mark.parametrize("fault", OF_FILES, ids=by_name)
def test_what_is_known_of_a_text_is_told_before_it_can_be_had(tmp_path: Path, fault: Fault) -> None:
    late = Counter([("text.added", BILL), ("text.added", LAW)])
    with living(tmp_path) as world:
        start(world)
        strike(world, fault, "sozd", prefix="/download/")
        strike(world, fault, "ips", prefix="/?docview")
        world.live(0, 30, 120, 420, 440)
        told = world.news()
        assert {("bill.step", BILL), ("file.added", BILL), ("edition.added", LAW)} <= set(told)
        assert not told & late
        assert "source.failing" not in world.journal("sozd")
        heal(world)
        world.live(*AFTER)
        assert world.news() == ALL_NEWS | late


# ---------------------------------------------------------------- moments


class Blow:
    """Lets `happen` before the n-th request from now."""

    def __init__(self, world: World, number: int, happen: Callable[[], None]) -> None:
        self._gate, self._left, self._happen = world.instance.gate, number, happen
        world.instance.pipeline.desk = replace(world.instance.desk, network=self)

    def fetch(self, url: str, *, source: str, validators: Validators | None = None) -> Response:
        self._left -= 1
        if self._left == 0:
            self._happen()
        return self._gate.fetch(url, source=source, validators=validators)


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("number", range(1, 36, 5))
def test_a_fault_that_strikes_within_a_pass_loses_nothing(tmp_path: Path, number: int) -> None:
    late = Counter([("text.added", LAW), ("text.added", BILL)])  # what its page links may come after the page
    with living(tmp_path) as world:
        start(world)
        Blow(world, number, lambda: strike(world, Fault.RESET))
        world.live(0, 30, 420, 440)
        assert world.news() <= ALL_NEWS | late
        assert world.sites["page"].fault_of("/") is Fault.RESET, "the blow has fallen"
        heal(world)
        world.live(*AFTER)
        assert ALL_NEWS <= world.news() <= ALL_NEWS | late
        assert all(world.journal(source) in ([], FAILED_AND_RECOVERED) for source in SOURCES)


@pytest.mark.parametrize("number", range(3, 36, 5))
def test_a_process_that_dies_within_a_pass_loses_nothing(tmp_path: Path, number: int) -> None:
    def die() -> None:
        raise Killed

    with living(tmp_path) as world:
        start(world)
        Blow(world, number, die)
        with pytest.raises(Killed):
            world.live(0, 30, 420, 440)
        world.reopen()
        world.live(*AFTER)
        assert world.news() == ALL_NEWS
        assert world.journal() == []


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CAPTCHA, Fault.UNAVAILABLE, Fault.WRONG_CERTIFICATE], ids=by_name)
def test_a_restart_in_an_outage_changes_nothing(tmp_path: Path, authority: trustme.CA, fault: Fault) -> None:
    with living(tmp_path, authority=authority if fault.is_of_tls else None) as world:
        start(world)
        strike(world, fault)
        for minute in (0, 6, 50, 120, 200, 300, 500, 400):
            world.reopen()
            world.now += timedelta(minutes=minute)
            world.live(0)
        assert world.news() == Counter()
        heal(world)
        world.reopen()
        world.live(*AFTER)
        assert world.news() == ALL_NEWS
        for source in SOURCES:
            assert world.journal(source) == FAILED_AND_RECOVERED
            assert coverage_of(world, source) == BLIND_AND_SEEING


# ---------------------------------------------------------------- what a site asks for


@pytest.mark.parametrize(
    ("fault", "seconds"), [(Fault.TOO_MANY, RETRY_AFTER), (Fault.UNAVAILABLE, OUTAGE)], ids=["429", "503"]
)
def test_a_site_that_asks_for_a_pause_gets_it(tmp_path: Path, fault: Fault, seconds: int) -> None:
    with living(tmp_path) as world:
        for number in range(6):  # more documents than failures that it takes to leave a host alone
            world.sites["page"].serve(
                f"/more/{number}", "<html><body><p>1. Ещё одна страница о призыве.</p></body></html>"
            )
            world.follow(f"page/more-{number}", "page", f"/more/{number}")
        world.live(*BEFORE)
        strike(world, fault)
        asked = {source: [(world.now, len(site.seen))] for source, site in world.sites.items()}
        for _ in range(100):
            world.now += timedelta(minutes=5)
            world.schedule.tick()
            for source, site in world.sites.items():
                if len(site.seen) > asked[source][-1][1]:
                    asked[source].append((world.now, len(site.seen)))
        for source, rounds in asked.items():
            moments = [moment for moment, _ in rounds[1:]]
            assert len(moments) > 1, source
            pauses = [later - sooner for sooner, later in pairwise(moments)]
            assert min(pauses) >= timedelta(seconds=seconds), source


# ---------------------------------------------------------------- certificates


def test_an_authority_that_is_not_trusted_is_told_once_and_a_bundle_mends_it(
    tmp_path: Path, authority: trustme.CA
) -> None:
    with living(tmp_path, authority=authority) as world:
        world.reopen(trusting=False)
        world.live(0, 10, 30, 120, 240, 480)
        assert world.told() == Counter()
        assert all(world.journal(source) == ["source.failing"] for source in SOURCES)
        messages = [event.message for event in world.instance.store.operator_events()]
        assert all("ca_bundle" in message for message in messages), messages
        world.reopen()
        world.live(0, 30, 60, 90)
        assert all(world.journal(source) == FAILED_AND_RECOVERED for source in SOURCES)
        assert {row for row in world.told() if row[0] == "watch.started"} >= {
            ("watch.started", target) for target in (BILL, LAW, DECREE, PAGE, WHOLE_PAGE)
        }
