"""WARC files as other tools read them: warcio's own check, its reader, and what must never be in one."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from db.store import Store
from tests.db.conftest import START, Make
from tracker.models import Snapshot
from tracker.trust import warc

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Last-Modified": "Sun, 01 Mar 2099 08:00:00 GMT",
    "Set-Cookie": "session=secret",
    "Via": "1.1 relay.example",
    "X-Client-IP": "192.0.2.7",
    "Content-Encoding": "gzip",
    "Content-Length": "11",
    "Transfer-Encoding": "chunked",
}


def written(store: Store) -> bytes:
    out = io.BytesIO()
    warc.write(out, store.snapshots_in, store.body, name="archive.warc.gz")
    return out.getvalue()


def records(content: bytes) -> list[tuple[str, dict[str, str], dict[str, str], bytes]]:
    """(type, headers of the record, headers of the answer, body) of each, digests checked."""
    return [
        (
            record.rec_type,
            dict(record.rec_headers.headers),
            dict(record.http_headers.headers) if record.http_headers else {},
            record.content_stream().read(),
        )
        for record in ArchiveIterator(io.BytesIO(content), check_digests="raise")
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A page that stays, changes, fails, and is as it was before."""
    make = Make()
    first, second = b"<p>\xd0\xbe\xd0\xb4\xd0\xb8\xd0\xbd</p>" * 9, b"<p>two</p>" * 20
    with Store(tmp_path / "var", clock=lambda: START) as opened:
        for minutes, body, status in (
            (0, first, 200),
            (1, first, 200),
            (2, second, 200),
            (3, b"", 503),
            (4, first, 200),
        ):
            opened.keep(source="sozd", response=make.response(body, minutes=minutes, status=status, headers=HEADERS))
        opened.touch(url=make.url, at=make.at(60))
        yield opened


def test_another_tool_finds_nothing_wrong(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "archive.warc.gz"
    path.write_bytes(written(store))
    command = [str(Path(sys.executable).with_name("warcio")), "check", "-v", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert "failed" not in done.stdout
    assert "exception" not in done.stdout


def test_each_interval_is_an_answer_and_a_revisit(store: Store) -> None:
    found = records(written(store))
    kinds = Counter(kind for kind, *_ in found)
    # Three bodies; the page as it was before, and the ends of two intervals, are revisits of the first.
    assert kinds == {"warcinfo": 1, "response": 3, "revisit": 3, "request": 4, "metadata": 4}
    answers = [(row, body) for kind, row, _, body in found if kind == "response"]
    assert [body for _, body in answers] == [store.body(snapshot.digest) for snapshot in store.snapshots(Make.url)[:3]]
    revisits = [row for kind, row, *_ in found if kind == "revisit"]
    assert [row["WARC-Date"][11:16] for row in revisits] == ["09:01", "09:04", "10:00"]
    assert {row["WARC-Refers-To-Date"] for row in revisits} == {answers[0][0]["WARC-Date"]}
    assert {row["WARC-Payload-Digest"] for row in revisits} == {answers[0][0]["WARC-Payload-Digest"]}
    assert len({row["WARC-Record-ID"] for _, row, *_ in found}) == len(found)
    told = next(body for kind, _, _, body in found if kind == "metadata").decode()
    assert "transport: direct+https\r\n" in told
    assert "times-seen: 2\r\n" in told


def test_nothing_speaks_of_who_asked(store: Store) -> None:
    for kind, _, headers, body in records(written(store)):
        assert headers.keys() <= {"Content-Type", "Last-Modified", "Content-Length", "Host"}
        for secret in (b"secret", b"relay.example", b"192.0.2.7"):
            assert secret not in body
        if kind == "response":
            assert headers["Content-Length"] == str(len(body))
        if kind == "request":
            assert headers == {"Host": "bills.example"}


def test_equal_archives_give_equal_files(store: Store) -> None:
    assert written(store) == written(store)


def test_a_period_is_what_stood_in_it(store: Store) -> None:
    at = Make().at
    chosen = list(store.snapshots_in(since=at(2), until=at(4)))
    assert [snapshot.status for snapshot in chosen] == [200, 503]
    assert len(list(store.snapshots_in(since=at(30)))) == 1  # the last interval goes on
    assert list(store.snapshots_in(until=at(0))) == []
    assert list(store.snapshots_in(urls=["https://other.example/"])) == []
    assert len(list(store.snapshots_in(urls=[Make.url]))) == 4


@example(body=b"", status=200, value=";\u00a0=ё", path="")
@given(
    body=st.binary(max_size=300),
    status=st.integers(100, 599),
    value=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40),
    path=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
)
def test_whatever_a_server_answers_is_read_back(body: bytes, status: int, value: str, path: str) -> None:
    snapshot = Snapshot(
        id=1,
        source="page",
        url=f"https://пример.example/{path}",
        status=status,
        headers=(("Content-Type", value.strip() or "x"),),
        digest=hashlib.sha256(body).hexdigest(),
        size=len(body),
        first_seen=datetime(2099, 1, 1, tzinfo=UTC),
        last_seen=datetime(2099, 1, 2, tzinfo=UTC),
        count=2,
        via="proxy+http",
    )
    out = io.BytesIO()
    assert warc.write(out, lambda: [snapshot, replace(snapshot, id=2)], lambda _: body, name="x") == 2
    found = records(out.getvalue())
    assert [kind for kind, *_ in found] == [
        "warcinfo",
        *("response", "request", "metadata", "revisit"),
        *("revisit", "request", "metadata", "revisit"),
    ]
    assert found[1][3] == body
    assert found[1][1]["WARC-Target-URI"].isascii()
    assert found[4][1]["WARC-Date"] == "2099-01-02T00:00:00.000000Z"
    assert datetime.fromisoformat(found[4][1]["WARC-Date"]) - snapshot.first_seen == timedelta(days=1)
