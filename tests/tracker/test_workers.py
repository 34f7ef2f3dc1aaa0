"""Texts are read elsewhere and nothing changes for it: the same ledger, nothing lost with a worker, no input that ends us all."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from scrapers import ips
from tests.scrapers import sozd_pages as pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, guid
from tests.tracker import ips_pages, worker_tasks
from tests.tracker.ips_pages import Edition
from tests.tracker.world import IPS, SOZD, World
from tracker import config, demo_files, doctor, engines
from tracker.ahead import Ahead
from tracker.engines import Address, Call, Cluster, Pool, UnusableError
from tracker.errors import ConfigError, PageError
from tracker.instance import open_instance, workers_of
from tracker.models import Problem
from tracker.workers import Workers

distributed = pytest.importorskip("distributed", reason="the package distributed is not installed: no Dask cluster")
ROOT = Path(__file__).parents[2]
BILLS = 9
PAGE = "https://notices.example.org/order"
ND = "699000001"
ACT = "act/fz/2098-04-28/9138-fz"
SHELL = ips.document_url(IPS, ND)
NO_DASHBOARD: dict[str, Any] = {
    "dashboard_address": "127.0.0.1:0",  # it must have a port: any free one
    "scheduler_kwargs": {"dashboard": False},
    "silence_logs": 50,
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers in processes of their own, each with a nanny that starts it anew."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        **NO_DASHBOARD,
    ) as made:
        yield made


@pytest.fixture
def pool() -> Iterator[Workers]:
    shared = Pool(2)
    with Workers((shared, shared), in_flight=4, small=0) as workers:
        yield workers


@pytest.fixture
def on_cluster(cluster: Any) -> Iterator[Workers]:
    with Workers((Cluster(Address(url=cluster.scheduler_address)), Pool(1)), in_flight=4, small=0) as workers:
        yield workers


# ---------------------------------------------------------------- the same ledger


def text_of(bill: int, term: str, articles: int = 12) -> str:
    rows = (
        f"Статья {number}\n1) в части {number} статьи {bill + 10} слова «десяти лет» заменить словами «{term} лет»;"
        for number in range(1, articles + 1)
    )
    return "\n".join(rows)


def card(bill: int, *files: FakeFile) -> bytes:
    registered = replace(pages.REGISTERED, files=files)
    return FakeCard(number=f"{100000 + bill}-99", steps=(registered,), note=(f"Записка к проекту {bill}.",)).body()


def file_of(bill: int, number: int) -> FakeFile:
    return FakeFile(guid(1000 * bill + number), "Текст внесенного законопроекта", pages.INTRODUCED)


def url_of(bill: int) -> str:
    return f"{SOZD}/bill/{100000 + bill}-99"


def put_file(world: World, bill: int, number: int, body: bytes) -> None:
    world.network.put(f"{SOZD}/download/{guid(1000 * bill + number)}", body, content_type=demo_files.DOCX_TYPE)


def law(term: str, *notes: str) -> bytes:
    noted = tuple(
        f'<p class="C"><span class="markx">(В редакции Федерального закона {note})</span></p>' for note in notes
    )
    body = ('<p class="H">Статья&nbsp;22. Основания</p>', f"1. Гражданство прекращается через {term} лет.")
    return ips_pages.text(ND, ('<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>', '<p class="T">О выдуманном</p>', *noted, *body))


def put_act(world: World, *terms: str) -> None:
    editions = tuple(
        Edition(rdk=number, label=f"{number} - от 12.08.209{number} № 92{number}0-ФЗ (изм.)")
        for number in range(len(terms))
    )
    world.network.put(
        SHELL, ips_pages.shell(ND, "О выдуманном", editions, selected=len(terms) - 1), content_type="text/html"
    )
    for number, term in enumerate(terms):
        notes = [f"от 12.08.209{earlier} № 92{earlier}0-ФЗ" for earlier in range(1, number + 1)]
        world.network.put(ips.edition_url(IPS, ND, str(number)), law(term, *notes), content_type="text/html")


def lived(directory: Path, workers: Workers) -> tuple[list[Any], list[Any]]:
    """A few passes over a small world, with things that go wrong: what they gave, and every line of the ledger with its hash."""
    world = World(directory, workers=workers, salt=b"the same salt...")
    told: list[Any] = []

    def look(**wait: float) -> None:
        results = world.pipeline.run(world.store.watches(), discover=())
        told.extend((row.target, row.outcome, row.message, tuple(event.id for event in row.events)) for row in results)
        world.wait(**wait)

    for bill in range(BILLS):
        world.follow(f"bill/{100000 + bill}-99", url_of(bill))
        put_file(world, bill, 1, demo_files.docx(text_of(bill, "двух")))
        world.network.put(url_of(bill), card(bill, file_of(bill, 1)))
    put_file(world, 2, 1, b"<html><body>" + "служебная страница ".encode() * 400 + b"</body></html>")
    put_file(world, 3, 1, demo_files.scan())
    world.network.pages.pop(url_of(4))
    world.network.put(PAGE, f"<html><body><main><p>{'Порядок выдуманный. ' * 40}</p></main></body></html>")
    world.follow("page/order", PAGE, source="page", selector="main")
    put_act(world, "десять", "девять", "восемь", "семь")
    world.follow(ACT, SHELL, source="ips")
    world.follow(ACT, PAGE, source="page", selector="main")
    look(hours=1)
    for bill in (0, 1, 5, 8):
        put_file(world, bill, 2, demo_files.docx(text_of(bill, "трех")))
        world.network.put(url_of(bill), card(bill, file_of(bill, 2)))
    put_act(world, "десять", "девять", "восемь", "семь", "шесть")
    look(hours=1)
    for bill in (2, 3, 5, 6):  # the host breaks down in the middle of a pass
        world.network.pages.pop(url_of(bill))
    world.network.put(url_of(1), b"<html><body>captcha</body></html>")
    look(minutes=20)
    for bill in range(BILLS):
        put_file(world, bill, 3, demo_files.docx(text_of(bill, "пяти")))
        world.network.put(url_of(bill), card(bill, file_of(bill, 3)))
    look(hours=2)
    look(hours=2)
    watch = world.store.watch(ACT, "ips")
    assert watch is not None
    told.extend((row.outcome, row.message) for row in world.pipeline.backfill(watch))
    lines = [
        (event, world.store.diff(event.diff_id) if event.diff_id else None)
        for event in world.store.events(oldest_first=True, limit=10_000)
    ]
    assert world.store.verify_ledger() == ()
    world.store.close()
    return told, lines


def test_every_engine_gives_the_same_results_and_the_same_ledger(
    tmp_path: Path, pool: Workers, on_cluster: Workers
) -> None:
    inline = lived(tmp_path / "inline", Workers())
    outcomes = {row[1] for row in inline[0] if len(row) == 4}
    assert outcomes >= {"changed", "unchanged", "failed", "quarantined", "paused"}, (
        "the world is too kind to prove anything"
    )
    assert len(inline[1]) > 50
    assert lived(tmp_path / "process", pool) == inline
    assert lived(tmp_path / "dask", on_cluster) == inline


class PlaguedPool(Pool):
    """One of its processes is killed with every twentieth call."""

    deaths = 0
    taken = 0

    def submit(self, call: Call) -> Future[Any]:
        future = super().submit(call)
        self.taken += 1
        if self.taken % 20 == 0:
            self.deaths += 1
            kill(processes_of(self)[0])
        return future


def test_workers_that_die_all_the_time_change_nothing(tmp_path: Path) -> None:
    inline = lived(tmp_path / "inline", Workers())
    plagued = PlaguedPool(2)
    with Workers((plagued, plagued), in_flight=4, small=0) as workers:
        assert lived(tmp_path / "process", workers) == inline
    assert plagued.deaths > 2


# ---------------------------------------------------------------- lost workers


def processes_of(pool: Pool) -> list[int]:
    executor = pool._executor
    return sorted(executor._processes) if executor is not None else []


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def calls(book: Path, count: int) -> Iterator[tuple[int, Call]]:
    for number in range(count):
        yield number, Call(function=worker_tasks.noted, args=(number, book, 0.02), size=100_000)


def test_a_cluster_worker_killed_in_the_middle_loses_no_work(tmp_path: Path, cluster: Any, on_cluster: Workers) -> None:
    workers: Mapping[str, Any] = cluster.workers
    done = []
    for number, value in on_cluster.in_order(calls(tmp_path, 60)):
        done.append((number, value()))
        if number == 20:
            kill(next(iter(workers.values())).pid)
    assert done == [(number, 2 * number) for number in range(60)], "each once, in order"
    read = {path.name.partition("-")[0] for path in tmp_path.iterdir()}
    assert read == {str(number) for number in range(60)}


def test_a_killed_process_of_the_pool_loses_no_work(tmp_path: Path) -> None:
    shared = Pool(2)
    done = []
    with Workers((shared, shared), in_flight=4, small=0) as workers:
        for number, value in workers.in_order(calls(tmp_path, 60)):
            done.append((number, value()))
            if number in {15, 30}:
                kill(processes_of(shared)[0])
    assert done == [(number, 2 * number) for number in range(60)]


def test_an_input_that_ends_every_process_is_refused_and_its_neighbours_are_read(tmp_path: Path, pool: Workers) -> None:
    def some() -> Iterator[tuple[int, Call]]:
        for number, call in calls(tmp_path, 12):
            yield number, replace(call, function=worker_tasks.ended, args=(number,)) if number == 5 else call

    found: list[int | str] = []
    for _, value in pool.in_order(some()):
        try:
            found.append(value())
        except PageError as error:
            found.append(error.problem)
    assert found == [2 * number if number != 5 else Problem.BROKEN for number in range(12)]
    assert pool.call(9_000, worker_tasks.process) != os.getpid(), "the pool is there again"


def test_one_that_ended_only_its_first_process_is_read(tmp_path: Path, pool: Workers) -> None:
    assert pool.call(9_000, worker_tasks.ended_once, tmp_path) == "read"


def test_a_cluster_whose_scheduler_goes_away_is_done_without(tmp_path: Path) -> None:
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", **NO_DASHBOARD
    ) as brief:
        own = Pool(1)
        workers = Workers((Cluster(Address(url=brief.scheduler_address)), own), in_flight=2, small=0)
        assert workers.call(9_000, worker_tasks.noted, 1, tmp_path) == 2
    with workers:
        assert workers.call(9_000, worker_tasks.noted, 2, tmp_path) == 4
        assert workers.call(9_000, worker_tasks.process) in processes_of(own)


def test_a_cluster_that_does_not_answer_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_CONNECT_SECONDS", 1)
    moments = iter((0.0, 0.0, 1.0, 1_000.0, 1_000.0))
    nobody = Cluster(Address(url="tcp://127.0.0.1:1"), monotonic=lambda: next(moments))
    call = Call(function=worker_tasks.process, args=())
    reasons = []
    for _ in range(3):
        with pytest.raises(UnusableError) as caught:
            nobody.submit(call)
        reasons.append(str(caught.value))
    assert reasons == [
        "the cluster cannot be reached",
        "the cluster is left alone for a while",
        "the cluster cannot be reached",
    ]


def test_a_worker_of_another_version_refuses_and_the_text_is_read_here(
    on_cluster: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "footing", lambda: {"code": "of tomorrow"})
    assert on_cluster.call(9_000, worker_tasks.process) == os.getpid()


def test_processes_of_a_pool_end_with_their_parent() -> None:
    code = (
        "import os, sys, time\n"
        "from tests.tracker import worker_tasks\n"
        "from tracker.engines import Pool\n"
        "from tracker.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    print(Workers((Pool(1),), in_flight=2, small=0).call(9_000, worker_tasks.process), flush=True)\n"
        "    time.sleep(600)\n"
    )
    script = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert script.stdout is not None
    assert int(script.stdout.readline()) != script.pid
    script.kill()
    script.communicate(timeout=60)  # until the last process that could write there has ended


# ---------------------------------------------------------------- TLS, doctor


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate authority of the cluster's own, and a certificate by it for everybody."""
    folder = tmp_path_factory.mktemp("papers")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(folder / "cert.pem", append=True)
    return {f"{name}_file": str(folder / f"{name}.pem") for name in ("ca", "cert", "key")}


@pytest.fixture(scope="module")
def secured(papers: dict[str, str]) -> Iterator[Any]:
    security = distributed.Security(
        tls_ca_file=papers["ca_file"],
        require_encryption=True,
        **{
            f"tls_{role}_{part}": papers[f"{part}_file"]
            for role in ("scheduler", "worker", "client")
            for part in ("cert", "key")
        },
    )
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tls",
        host="127.0.0.1",
        security=security,
        **NO_DASHBOARD,
    ) as made:
        yield made


def test_a_cluster_behind_tls_reads_for_those_who_hold_its_certificates(
    tmp_path: Path, secured: Any, papers: dict[str, str]
) -> None:
    section = {"engine": "dask", "address": secured.scheduler_address, **papers}
    settings = config.parse({"storage": {"directory": str(tmp_path)}, "workers": section}, where="tracker.toml")
    assert secured.scheduler_address.startswith("tls://")
    with workers_of(settings) as workers:
        assert workers.call(9_000, worker_tasks.noted, 3, tmp_path) == 6
        assert workers.call(9_000, worker_tasks.process) == os.getpid(), "the cluster of this test has threads here"
    findings = [(row.is_fault, row.what) for row in doctor._workers(settings, network=True)]
    assert findings == [(False, "the cluster has 1 threads")]


def test_doctor_says_what_is_wrong_with_a_cluster(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = {"engine": "dask", "address": cluster.scheduler_address}
    settings = config.parse({"storage": {"directory": str(tmp_path)}, "workers": section}, where="tracker.toml")
    cluster.wait_for_workers(2)
    not_secret, fine = doctor._workers(settings, network=True)
    assert "not encrypted" in not_secret.what
    assert (fine.is_fault, fine.what) == (False, "the cluster has 2 threads")
    ours = engines.footing()
    monkeypatch.setattr(engines, "footing", StandIn({**ours, "lxml": "0.1"}))
    *_, differing = doctor._workers(settings, network=True)
    assert differing.is_fault
    assert differing.what == f"workers of the cluster differ: lxml {ours['lxml']} (here 0.1)"


class StandIn:
    """Says another footing here; on a worker, where it comes as a pickle, it is the real one."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said

    def __call__(self) -> Mapping[str, str]:
        return self._said

    def __reduce__(self) -> str | tuple[Any, ...]:
        return getattr, (engines, "footing")


def test_doctor_says_that_a_cluster_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_CONNECT_SECONDS", 1)
    section = {"engine": "dask", "address": "tcp://127.0.0.1:1"}
    settings = config.parse({"storage": {"directory": str(tmp_path)}, "workers": section}, where="tracker.toml")
    *_, absent = doctor._workers(settings, network=True)
    assert absent.is_fault
    assert absent.what.startswith("the cluster is of no use: ")
    assert "\n" not in absent.line()


# ---------------------------------------------------------------- values and errors


@pytest.fixture(params=["pool", "on_cluster"])
def workers(request: pytest.FixtureRequest) -> Workers:
    found: Workers = request.getfixturevalue(request.param)
    return found


def test_what_a_function_raises_is_raised_here(workers: Workers) -> None:
    with pytest.raises(PageError, match=r"^nothing there$") as caught:
        workers.call(9_000, worker_tasks.refused, "nothing there")
    assert (caught.value.problem, caught.value.url) == (Problem.EMPTY, "https://example.org/a")
    with pytest.raises(RuntimeError, match="AwkwardError: a b"):
        workers.call(9_000, worker_tasks.awkward)


def test_small_work_stays_here() -> None:
    shared = Pool(1)
    with Workers((shared, shared), in_flight=2) as workers:
        assert workers.call(100, worker_tasks.process) == os.getpid()
        assert workers.call(100_000, worker_tasks.process) != os.getpid()


def test_no_more_readings_are_under_way_than_were_asked_for(tmp_path: Path, pool: Workers) -> None:
    begun: list[int] = []

    def some() -> Iterator[tuple[int, Call]]:
        for number, call in calls(tmp_path, 20):
            begun.append(number)
            yield number, call

    for number, value in pool.in_order(some()):
        assert len(begun) - number <= pool.in_flight
        value()


# ---------------------------------------------------------------- looks that go ahead


def passed(looks: list[Callable[[Ahead], str]], *, limit: int = 3, **keywords: Any) -> tuple[list[str], Ahead]:
    ahead = Ahead(limit)
    rules: dict[str, Any] = {"key": id, "alone": lambda _: False, "stopped": lambda: False, **keywords}
    return list(ahead.run(looks, lambda look: look(ahead), **rules)), ahead


def test_a_look_that_waits_lets_the_next_begin_and_all_are_recorded_in_order() -> None:
    held: Future[None] = Future()
    order: list[str] = []

    def first(ahead: Ahead) -> str:
        order.append("first asks")
        assert ahead.wait(held, seconds=60)
        ahead.turn()
        order.append("first records")
        return "first"

    def second(ahead: Ahead) -> str:
        order.append("second asks")
        held.set_result(None)
        assert ahead.turn(), "it had gone ahead"
        order.append("second records")
        return "second"

    found, _ = passed([first, second])
    assert found == ["first", "second"]
    assert order == ["first asks", "second asks", "first records", "second records"]


@pytest.mark.parametrize("rule", [{"key": lambda _: "one document"}, {"alone": lambda _: True}])
def test_looks_that_touch_each_other_are_never_under_way_together(rule: dict[str, Any]) -> None:
    under_way: list[str] = []

    def look(name: str) -> Callable[[Ahead], str]:
        def work(ahead: Ahead) -> str:
            under_way.append(name)
            assert under_way == [name]
            ahead.wait(Future(), seconds=0.01)
            ahead.turn()
            assert under_way.pop() == name
            return name

        return work

    assert passed([look("a"), look("b"), look("c")], **rule)[0] == ["a", "b", "c"]


def test_after_a_failure_no_other_look_begins_until_it_is_recorded() -> None:
    order: list[str] = []
    held: Future[None] = Future()

    def slow(ahead: Ahead) -> str:
        ahead.wait(held, seconds=60)
        ahead.turn()
        order.append("slow records")
        return "slow"

    def failing(ahead: Ahead) -> str:
        threading.Timer(0.05, held.set_result, (None,)).start()
        ahead.turn(failing=True)
        order.append("failing records")
        return "failing"

    def third(_: Ahead) -> str:
        order.append("third begins")
        return "third"

    assert passed([slow, failing, third])[0] == ["slow", "failing", "third"]
    assert order == ["slow records", "failing records", "third begins"]


def test_a_fault_ends_the_pass_in_its_turn_and_the_rest_is_abandoned() -> None:
    recorded: list[str] = []

    def good(ahead: Ahead) -> str:
        ahead.turn()
        recorded.append("good")
        return "good"

    def bad(_: Ahead) -> str:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        passed([good, bad, good, good, good])
    assert recorded == ["good"]


def test_a_pass_that_is_stopped_begins_no_other_look() -> None:
    begun: list[int] = []

    def look(number: int) -> Callable[[Ahead], str]:
        def work(ahead: Ahead) -> str:
            begun.append(number)
            ahead.turn()
            return str(number)

        return work

    found, _ = passed([look(number) for number in range(9)], stopped=lambda: len(begun) > 3)
    assert found == ["0", "1", "2", "3"]
    assert begun == [0, 1, 2, 3]


# ---------------------------------------------------------------- settings


def test_without_the_package_the_setting_gives_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config.parse({"workers": {"engine": "dask", "address": "tcp://127.0.0.1:8786"}}, where="tracker.toml")
    monkeypatch.setattr("tracker.engines.util.find_spec", lambda _: None)
    with pytest.raises(
        ConfigError, match=r'^workers.engine = "dask" needs a package: pip install "duma-tracker\[dask\]"'
    ):
        workers_of(settings)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"engine": "dask"}, 'engine = "dask" needs the address of a scheduler'),
        ({"engine": "dask", "address": "10.0.0.1"}, "workers.address: not a scheduler's address"),
        ({"engine": "dask", "address": "tls://10.0.0.1:8786"}, "belong together"),
        ({"address": "tcp://10.0.0.1:8786", "ca_file": "ca.pem"}, "ca_file, cert_file and key_file belong together"),
        ({"processes": 0}, "workers.processes"),
        ({"engin": "dask"}, "unknown key workers.engin; did you mean engine?"),
    ],
)
def test_settings_that_make_no_sense_are_named(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("?", r"\?")):
        config.parse({"workers": section}, where="tracker.toml")


def test_an_instance_takes_its_workers_from_the_configuration(tmp_path: Path) -> None:
    settings = config.parse(
        {"storage": {"directory": str(tmp_path)}, "workers": {"engine": "process", "processes": 1}}, where="t"
    )
    with open_instance(settings) as instance:
        assert instance.desk.workers.in_flight == 2
        assert instance.desk.workers.call(100_000, worker_tasks.process) != os.getpid()
