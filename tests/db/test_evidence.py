"""Bodies, snapshots and validators: what was returned is kept, cheaply, and can be proved."""

from __future__ import annotations

import base64
import hashlib
import random
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import blobs
from db.store import FILE_NAME, Store
from tracker.errors import StoreError
from tracker.models import Validators

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make


def _query(directory: Path, sql: str, *parameters: object) -> list[tuple[int, ...]]:
    """Read or change the file from outside, as a tool or a failing disk would."""
    connection = sqlite3.connect(directory / FILE_NAME)
    try:
        rows = connection.execute(sql, parameters).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows


def test_a_body_is_kept_by_its_digest(store: Store, make: Make) -> None:
    snapshot, new = store.keep(source="sozd", response=make.response(b"<p>one</p>", headers={"Server": "nginx"}))

    assert new
    assert snapshot.digest == hashlib.sha256(b"<p>one</p>").hexdigest()
    assert (snapshot.size, snapshot.status, snapshot.count, snapshot.via) == (10, 200, 1, "direct+https")
    assert snapshot.headers == (("Server", "nginx"),)
    assert store.body(snapshot.digest) == b"<p>one</p>"
    assert store.latest_snapshot(make.url) == store.snapshot(snapshot.id) == snapshot


def test_an_equal_body_lengthens_the_interval_and_stores_nothing(tmp_path: Path, store: Store, make: Make) -> None:
    first, _ = store.keep(source="sozd", response=make.response(b"same"))
    second, new = store.keep(source="sozd", response=make.response(b"same", minutes=5))

    assert not new
    assert (second.id, second.count) == (first.id, 2)
    assert (second.first_seen, second.last_seen) == (make.at(0), make.at(5))
    assert _query(tmp_path, "SELECT count(*) FROM blobs") == [(1,)]


def test_a_body_that_comes_back_is_a_new_snapshot_of_the_old_bytes(tmp_path: Path, store: Store, make: Make) -> None:
    for minute, body in enumerate((b"A", b"B", b"A")):
        _, new = store.keep(source="sozd", response=make.response(body, minutes=minute))
        assert new

    assert [store.body(snapshot.digest) for snapshot in store.snapshots(make.url)] == [b"A", b"B", b"A"]
    assert _query(tmp_path, "SELECT count(*) FROM bodies") == [(2,)]


def test_the_same_body_with_another_status_is_another_answer(store: Store, make: Make) -> None:
    store.keep(source="sozd", response=make.response(b"x"))
    snapshot, new = store.keep(source="sozd", response=make.response(b"x", minutes=1, status=404))
    assert new
    assert snapshot.status == 404


def test_validators_come_from_the_last_good_answer(store: Store, make: Make) -> None:
    assert store.validators(make.url) is None
    store.keep(source="sozd", response=make.response(b"x", headers={"ETag": '"1"', "Last-Modified": "yesterday"}))
    store.keep(source="sozd", response=make.response(b"down", minutes=1, status=503))
    assert store.validators(make.url) == Validators(etag='"1"', last_modified="yesterday")

    store.keep(source="sozd", response=make.response(b"y", minutes=2))
    assert store.validators(make.url) is None


def test_a_304_lengthens_the_interval(store: Store, make: Make) -> None:
    assert store.touch(url=make.url, at=make.at()) is None
    first, _ = store.keep(source="sozd", response=make.response(b"x", headers={"ETag": '"1"'}))
    touched = store.touch(url=make.url, at=make.at(9))
    assert touched is not None
    assert (touched.id, touched.count, touched.last_seen) == (first.id, 2, make.at(9))


def test_a_304_after_an_error_page_speaks_of_the_body_before_it(store: Store, make: Make) -> None:
    good, _ = store.keep(source="sozd", response=make.response(b"x", headers={"ETag": '"1"'}))
    store.keep(source="sozd", response=make.response(b"down", minutes=1, status=503))
    touched = store.touch(url=make.url, at=make.at(2))

    assert touched is not None
    assert (touched.digest, touched.status, touched.first_seen) == (good.digest, 200, make.at(2))
    assert [snapshot.status for snapshot in store.snapshots(make.url)] == [200, 503, 200]
    assert store.touch(url=make.url, at=make.at(3)) == store.latest_snapshot(make.url)
    assert len(store.snapshots(make.url)) == 3


def test_a_body_that_was_not_believed_is_asked_for_anew(store: Store, make: Make) -> None:
    store.keep(source="sozd", response=make.response(b"blocked", headers={"ETag": '"1"'}))
    store.forget_validators(make.url)
    assert store.validators(make.url) is None
    assert store.touch(url=make.url, at=make.at(1)) is None


def test_an_empty_304_never_becomes_a_body(store: Store, make: Make) -> None:
    response = make.response(b"", status=304)
    object.__setattr__(response, "not_modified", True)
    with pytest.raises(StoreError, match="touch"):
        store.keep(source="sozd", response=response)


def test_a_card_whose_menu_date_moves_costs_little(tmp_path: Path, store: Store, make: Make) -> None:
    source = random.Random(7)  # noqa: S311 - the same page in every run
    words = [f"слово{number}" for number in range(3000)]
    picture = base64.b64encode(source.randbytes(1_300_000)).decode()
    text = " ".join(source.choices(words, k=20_000))
    days = 40
    for day in range(days):
        page = f"<nav>{day:02}.03.2099</nav><p>{text}</p><img src='data:image/png;base64,{picture}'>".encode()
        assert len(page) > 2_000_000
        store.keep(source="sozd", response=make.response(page, minutes=day * 1440))

    (keyframe, changes), *_ = _query(
        tmp_path,
        "SELECT sum(length(data)) FILTER (WHERE depth = 0), sum(length(data)) FILTER (WHERE depth > 0) FROM blobs",
    )
    assert changes / (days - 1) < 2_000
    assert changes / (days - 1) + keyframe / blobs.MAX_FAMILY <= 20_000  # bytes a day, keyframes included
    assert _query(tmp_path, "SELECT count(*) FROM blobs WHERE depth = 0") == [(1,)]
    assert store.verify_evidence() == ()


def test_chains_and_families_stay_short(
    tmp_path: Path, store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "MAX_FAMILY", 30)
    page = random.Random(1).randbytes(1000).hex()  # noqa: S311 - the same page in every run
    with store.transaction():
        for day in range(100):
            store.keep(source="sozd", response=make.response(f"{day} {page}".encode(), minutes=day))

    parents = {blob: parent for blob, parent in _query(tmp_path, "SELECT id, parent FROM blobs")}  # noqa: C416 - dict(rows) is untyped
    lengths = [_chain(parents, blob) for blob in parents]
    assert max(lengths) == blobs.MAX_CHAIN == 8
    assert lengths.count(1) == 4  # keyframes: 100 bodies in families of 30
    assert store.verify_evidence() == ()


def _chain(parents: dict[int, int], blob: int | None) -> int:
    return 0 if blob is None else 1 + _chain(parents, parents[blob])


def test_a_body_that_became_something_else_is_a_keyframe(tmp_path: Path, store: Store, make: Make) -> None:
    source = random.Random(2)  # noqa: S311 - the same bytes in every run
    store.keep(source="sozd", response=make.response(source.randbytes(5000)))
    store.keep(source="sozd", response=make.response(source.randbytes(5000), minutes=1))
    assert _query(tmp_path, "SELECT count(*) FROM blobs WHERE depth = 0") == [(2,)]


_EDITS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 400), st.binary(max_size=200)), min_size=1, max_size=14
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.binary(max_size=3000), edits=_EDITS)
def test_every_body_comes_back_through_its_chain(
    first: bytes, edits: list[tuple[int, int, bytes]], clock: Clock, make: Make
) -> None:
    with tempfile.TemporaryDirectory() as directory, Store(Path(directory), clock=clock) as store:
        bodies = [first]
        for start, length, insert in edits:
            bodies.append(bodies[-1][:start] + insert + bodies[-1][start + length :])
        kept = [store.keep(source="sozd", response=make.response(body))[0] for body in bodies]
        assert [store.body(snapshot.digest) for snapshot in kept] == bodies
        assert store.verify_evidence() == ()


def test_a_damaged_frame_is_noticed(tmp_path: Path, store: Store, make: Make) -> None:
    page = random.Random(4).randbytes(2000)  # noqa: S311 - the same page in every run
    first, _ = store.keep(source="sozd", response=make.response(page))
    second, _ = store.keep(source="sozd", response=make.response(page + b"!", minutes=1))
    _query(
        tmp_path,
        "UPDATE blobs SET data = CAST(substr(data, 1, 90) || x'0000' || substr(data, 93) AS BLOB) WHERE depth = 0",
    )

    with pytest.raises(StoreError, match="damaged"):
        store.body(second.digest)  # it leans on the damaged keyframe
    problems = store.verify_evidence()
    assert len(problems) == 2
    assert all("damaged" in problem and "restore" in problem for problem in problems)
    assert store.latest_snapshot(make.url) == second
    assert first.digest != second.digest


def test_a_body_under_a_wrong_digest_is_noticed(tmp_path: Path, store: Store, make: Make) -> None:
    first, _ = store.keep(source="sozd", response=make.response(b"the first body"))
    store.keep(source="sozd", response=make.response(b"the second body", minutes=1))
    _query(tmp_path, "UPDATE bodies SET blob = (SELECT max(id) FROM blobs)")
    with pytest.raises(StoreError, match=f"{first.digest} is damaged"):
        store.body(first.digest)


def test_a_body_that_was_never_kept_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="no body with digest"):
        store.body("0" * 64)


@pytest.mark.parametrize("sql", ["DELETE FROM blobs WHERE depth = 0", "UPDATE blobs SET parent = id WHERE depth = 1"])
def test_a_broken_chain_is_an_error(tmp_path: Path, store: Store, make: Make, sql: str) -> None:
    page = random.Random(4).randbytes(2000)  # noqa: S311 - the same page in every run
    store.keep(source="sozd", response=make.response(page))
    second, _ = store.keep(source="sozd", response=make.response(page + b"!", minutes=1))
    _query(tmp_path, sql)
    with pytest.raises(StoreError, match="chain is broken"):
        store.body(second.digest)
