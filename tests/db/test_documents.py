"""Documents, versions, texts, differences and relations as they come back from the file."""

from __future__ import annotations

import dataclasses
import random
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.codec import diff_from_json, diff_to_json
from db.store import FILE_NAME, Store
from tracker.errors import StoreError
from tracker.models import (
    Diff,
    DiffStats,
    Force,
    Group,
    Level,
    NewVersion,
    Noise,
    Observation,
    Operation,
    Part,
    Reason,
    Relation,
    Section,
    Significance,
    Status,
)

if TYPE_CHECKING:
    from tests.db.conftest import Clock, Make


def test_a_document_comes_back_as_it_was_last_recorded(store: Store, make: Make) -> None:
    assert store.document(make.bill) is None
    store.record(Observation(observed_at=make.at(), document=make.document(), aliases={"sozd": "100001-99"}))
    later = dataclasses.replace(
        make.document("О гражданстве", topics=("citizenship", "conscription")), status=Status.ADOPTED, force=Force.DRAFT
    )
    store.record(Observation(observed_at=make.at(1), document=later))

    assert store.document(make.bill) == later
    assert store.documents() == (later,)
    assert store.document_by_alias("sozd", "100001-99") == make.bill
    assert store.document_by_alias("ips", "100001-99") is None


def test_aliases_without_a_document_are_refused(store: Store, make: Make) -> None:
    with pytest.raises(StoreError, match="aliases"):
        store.record(Observation(observed_at=make.at(), aliases={"sozd": "100001-99"}))


def test_a_then_b_then_a_are_three_versions(store: Store, make: Make) -> None:
    for minute, text in enumerate(("А", "Б", "А")):
        store.record(
            Observation(observed_at=make.at(minute), document=make.document(), versions=(make.text(text, "Общее"),))
        )
    versions = store.versions(make.bill)

    assert [version.number for version in versions] == [1, 2, 3]
    assert versions[0].digest == versions[2].digest != versions[1].digest
    assert [store.sections(version.id)[0].text for version in versions] == ["А", "Б", "А"]
    assert store.latest_version(make.key()) == versions[2] == store.version(make.key(), 3)
    assert store.version_by_id(versions[1].id) == versions[1]
    assert store.latest_version(make.key("adopted")) is None
    assert store.version(make.key(), 4) is None


def test_versions_are_ordered_by_position_and_not_by_arrival(store: Store, make: Make) -> None:
    card = NewVersion(
        key=make.key("current", part=Part.CARD),
        position="0",
        label="",
        snapshot_id=None,
        digest="d",
        url=make.url,
        data={},
    )
    late = make.text("раньше", edition="introduced", position="10")
    early = make.text("позже", edition="adopted", position="20")
    store.record(Observation(observed_at=make.at(), document=make.document(), versions=(early, late, card)))

    assert [version.key.edition for version in store.versions(make.bill)] == ["current", "introduced", "adopted"]
    assert [version.key.edition for version in store.versions(make.bill, part=Part.TEXT)] == ["introduced", "adopted"]


def test_a_version_knows_its_evidence(store: Store, make: Make) -> None:
    snapshot, _ = store.keep(source="sozd", response=make.response(b"page"))
    new = dataclasses.replace(make.text("А"), snapshot_id=snapshot.id, cause="file-1")
    store.record(Observation(observed_at=make.at(), document=make.document(), versions=(new,)))
    version = store.latest_version(make.key())

    assert version is not None
    assert (version.snapshot_id, version.snapshot_digest, version.cause) == (snapshot.id, snapshot.digest, "file-1")
    store.extend_version(version.id, make.at(30))
    store.extend_version(version.id, make.at(20))  # a late report does not shorten
    extended = store.version_by_id(version.id)
    assert extended is not None
    assert (extended.observed_at, extended.last_seen) == (make.at(), make.at(30))
    with pytest.raises(StoreError, match="no version 99"):
        store.extend_version(99, make.at())


def test_a_version_needs_its_document_and_its_evidence(store: Store, make: Make) -> None:
    with pytest.raises(StoreError, match="breaks a rule"):
        store.record(Observation(observed_at=make.at(), versions=(make.text("А"),)))
    lost = dataclasses.replace(make.text("А"), snapshot_id=17)
    with pytest.raises(StoreError, match="breaks a rule"):
        store.record(Observation(observed_at=make.at(), document=make.document(), versions=(lost,)))
    assert store.documents() == ()


def test_an_unread_version_has_no_text_and_says_why(store: Store, make: Make) -> None:
    scan = dataclasses.replace(make.text(), extractor="", readable=False, unread_reason="скан")
    store.record(Observation(observed_at=make.at(), document=make.document(), versions=(scan,)))
    version = store.latest_version(make.key())
    assert version is not None
    assert (version.readable, version.unread_reason) == (False, "скан")
    assert store.sections(version.id) == ()
    assert store.renditions(version.id) == ()
    assert store.data(version.id) is None


def test_card_data_comes_back(store: Store, make: Make) -> None:
    readings = [{"source": "sozd", "events": [{"id": str(step)} for step in range(count)]} for count in (3, 4)]
    for reading in readings:
        card = NewVersion(
            key=make.key("current", part=Part.CARD),
            position="0",
            label="",
            snapshot_id=None,
            digest="d",
            url=make.url,
            data=reading,
        )
        store.record(Observation(observed_at=make.at(), document=make.document(), versions=(card,)))
    assert [store.data(version.id) for version in store.versions(make.bill)] == readings
    assert store.data(99) is None


def test_a_new_rendition_becomes_the_baseline_in_silence(store: Store, make: Make, clock: Clock) -> None:
    store.record(Observation(observed_at=make.at(), document=make.document(), versions=(make.text("А"),)))
    version = store.versions(make.bill)[0]
    better = (Section(path="st-1.ch-1", address="ст. 1 ч. 1", text="А"),)
    clock.move(seconds=60)
    store.add_rendition(version.id, extractor="docx/2", sections=better)
    store.add_rendition(version.id, extractor="docx/2", sections=better)

    pinned, baseline = store.renditions(version.id)
    assert (pinned.pinned, pinned.extractor, pinned.made_at) == (True, "docx/1", make.at())
    assert (baseline.pinned, baseline.extractor, baseline.made_at) == (False, "docx/2", make.at(1))
    assert store.sections(version.id) == baseline.sections == better
    assert store.events() == ()
    with pytest.raises(StoreError, match="no version 99"):
        store.add_rendition(99, extractor="docx/2", sections=better)


def test_texts_are_stored_once_and_the_database_stays_small(tmp_path: Path, store: Store, make: Make) -> None:
    source = random.Random(3)  # noqa: S311 - the same law in every run
    words = [f"слово{number}" for number in range(2000)]
    units = [" ".join(source.choices(words, k=30)) for _ in range(100)]
    states: list[tuple[str, ...]] = []
    with store.transaction():
        for number in range(30):
            units[source.randrange(100)] += f" с изменением {number}"
            states.append(tuple(units))
            store.record(
                Observation(observed_at=make.at(number), document=make.document(), versions=(make.text(*units),))
            )

    for version, state in zip(store.versions(make.bill), states, strict=True):
        assert tuple(section.text for section in store.sections(version.id)) == state
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    distinct, stored = (
        connection.execute(sql).fetchone()[0]
        for sql in ("SELECT count(*) FROM texts", "SELECT sum(length(data)) FROM blobs")
    )
    connection.close()
    raw = sum(len(text.encode()) for state in states for text in state)
    assert distinct == 100 + 29  # the first state already holds the first change
    assert stored * 30 < raw


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.lists(st.text(max_size=60), max_size=12), min_size=1, max_size=6))
def test_any_texts_come_back(states: list[list[str]], clock: Clock, make: Make) -> None:
    with tempfile.TemporaryDirectory() as directory, Store(Path(directory), clock=clock) as store:
        for state in states:
            store.record(Observation(observed_at=make.at(), document=make.document(), versions=(make.text(*state),)))
        versions = store.versions(make.bill)
        assert [[section.text for section in store.sections(version.id)] for version in versions] == states


_DIFF = Diff(
    same=False,
    operations=(
        Operation(
            ops=("modified", "renumbered"),
            old_path="st-1",
            new_path="st-2",
            old_address="ст. 1",
            new_address="ст. 2",
            old_text="было «так»",
            new_text="стало «иначе»",
            spans=(("-", "было"), ("+", "стало"), ("=", " ")),
            group="g1",
            old_index=0,
            new_index=1,
        ),
    ),
    groups=(Group(id="g1", kind="renumbering", text="Статьи 1-3 стали 2-4", text_en="Articles 1-3 became 2-4"),),
    stats=DiffStats(words_added=2, words_removed=2, moved=0, renumbered=3),
    significance=Significance(level=Level.MAJOR, reasons=(Reason(rule="deadline", text="Изменён срок"),)),
    noise=(Noise(rule="quotes", count=2),),
    similarity=0.75,
)


def test_a_difference_is_stored_once_by_its_content(store: Store, make: Make) -> None:
    first, second = store.record(
        Observation(observed_at=make.at(), events=(make.draft("a", diff=_DIFF), make.draft("b", diff=_DIFF)))
    )
    assert first.diff_id is not None
    assert first.diff_id == second.diff_id
    assert store.diff(first.diff_id) == _DIFF
    assert store.diff("unknown") is None


@given(
    st.builds(
        Diff,
        same=st.booleans(),
        similarity=st.floats(0, 1),
        operations=st.lists(
            st.builds(
                Operation,
                ops=st.just(("modified",)),
                spans=st.lists(st.tuples(st.sampled_from("=-+"), st.text(max_size=9)), max_size=4).map(tuple),
            ),
            max_size=3,
        ).map(tuple),
    )
)
def test_any_difference_survives_its_json(diff: Diff) -> None:
    assert diff_from_json(diff_to_json(diff)) == diff


def test_relations_are_found_from_both_ends(store: Store, make: Make) -> None:
    relation = Relation(
        kind="amends", from_document=make.bill, from_path="st-1", to_document="act/x", to_path="st-22", words="внести"
    )
    reworded = dataclasses.replace(relation, words="дополнить")
    store.record(Observation(observed_at=make.at(), relations=(relation, reworded)))
    assert store.relations(make.bill) == store.relations("act/x") == (reworded,)


def test_the_acts_among_the_documents(store: Store, make: Make) -> None:
    act = dataclasses.replace(make.document("Об акте"), id="act/fz/2099-01-01/1-fz", kind="fz")
    page = dataclasses.replace(act, id="page/actual", kind="page")
    for document in (make.document("О проекте"), act, page):
        store.record(Observation(observed_at=make.at(), document=document))
    assert store.acts() == (act,)


def test_half_a_character_is_refused_in_one_line(store: Store, make: Make) -> None:
    with pytest.raises(StoreError, match="half a character"):
        store.record(Observation(observed_at=make.at(), document=make.document("\ud83d")))
    assert store.documents() == ()


def test_documents_by_page_by_date_and_by_topic(store: Store, make: Make) -> None:
    rows = [
        dataclasses.replace(make.document(topics=(topic,)), id=name, date=date)
        for name, date, topic in (
            ("act/fz/2099-01-01/1-fz", "2099-01-01", "citizenship"),
            ("bill/100001-99", None, "conscription"),
            ("bill/100002-99", "2099-02-02", "citizenship"),
        )
    ]
    for row in rows:
        store.record(Observation(observed_at=make.at(), document=row))
    law, undated, bill = rows
    assert store.newest_documents(limit=2) == (bill, law)
    assert store.newest_documents(limit=2, offset=2) == (undated,)
    assert store.newest_documents(topic="citizenship", limit=9) == (bill, law)
    assert (store.document_count(), store.document_count("conscription")) == (3, 1)
    assert store.topics() == ("citizenship", "conscription")
    every = {"topic": "", "kind": "", "force": None, "status": None, "after": "", "limit": 9}
    assert store.document_page(**every) == (law, undated, bill)  # type: ignore[arg-type]
    assert store.document_page(**every | {"kind": "bill", "after": undated.id}) == (bill,)  # type: ignore[arg-type]
    assert store.document_page(**every | {"topic": "citizen"}) == ()  # type: ignore[arg-type]
