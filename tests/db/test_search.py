"""The index of search over a real database; the words of these tests are their own lemmas."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.store import FILE_NAME, Store
from tests.db.conftest import START, Clock, Make
from tracker.models import Document, Force, NewVersion, Observation
from tracker.queries import Near, Places, Query, Term

ANY = Query(words="")


def words(text: str) -> Sequence[str]:
    return text.lower().replace(".", " ").replace(",", " ").split()


def term(*options: str, exact: bool = False) -> Term:
    return Term(
        said=options[0],
        options=tuple(Near(tuple((word,) for word in option.split()), exact=exact) for option in options),
    )


def record(store: Store, make: Make, *versions: NewVersion, document: Document | None = None) -> None:
    store.record(Observation(observed_at=START, document=document or make.document(), versions=versions))


def index(store: Store, limit: int = 50) -> int:
    total = 0
    while done := store.index(words, limit=limit):
        total += done
    return total


def found(places: Places) -> dict[str, list[str]]:
    return {name: [place.path for place in rows] for name, rows in places.by_document.items()}


def ask(store: Store, *texts: str, query: Query = ANY, address: Sequence[str] = ()) -> dict[str, list[str]]:
    return found(store.places([term(text) for text in texts], address, query))


def test_words_are_found_where_they_stand(store: Store, make: Make) -> None:
    record(store, make, make.text("утрата гражданства", "призыв на службу"))
    assert ask(store, "призыв") == {}
    assert index(store) == 2  # a text and a title
    assert ask(store, "призыв") == {make.bill: ["st-2"]}
    assert ask(store, "призыв", "службу") == {make.bill: ["st-2"]}
    assert ask(store, "призыв", "гражданства") == {}
    assert ask(store, "гражданства", address=("st-1",)) == {make.bill: ["st-1"]}
    assert ask(store, "гражданства", address=("st-2",)) == {}


def test_indexing_again_changes_nothing(store: Store, make: Make) -> None:
    record(store, make, make.text("один", "два"))
    assert index(store, limit=1) == 2
    assert index(store) == 0
    assert ask(store, "два") == {make.bill: ["st-2"]}


def test_an_index_that_was_interrupted_goes_on(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as store:
        record(store, make, make.text("один"), make.text("один два"), make.text("три"))

        def dies(text: str) -> Sequence[str]:
            if "три" in text:
                raise KeyboardInterrupt
            return words(text)

        store.index(words, limit=1)
        with pytest.raises(KeyboardInterrupt):
            store.index(dies, limit=50)
    with Store(tmp_path, clock=clock) as store:
        index(store)
        assert ask(store, "три") == {make.bill: ["st-1"]}
        assert ask(store, "один") == {}
        assert ask(store, "один", query=replace(ANY, every_version=True)) == {make.bill: ["st-1"]}


def test_only_what_stands_unless_asked(store: Store, make: Make) -> None:
    record(store, make, make.text("прежние слова", "общее"))
    index(store)
    record(store, make, make.text("новые слова", "общее"))
    index(store)
    assert ask(store, "прежние") == {}
    past = store.places([term("прежние")], (), replace(ANY, every_version=True)).by_document[make.bill][0]
    assert (past.first, past.last) == (1, 1)
    common = store.places([term("общее")], (), ANY).by_document[make.bill][0]
    assert (common.first, common.last, common.newest) == (1, None, 2)
    record(store, make, make.text("прежние слова", "общее"))
    index(store)
    assert ask(store, "прежние") == {make.bill: ["st-1"]}
    assert ask(store, "новые") == {}


def test_an_older_edition_that_arrives_late_is_not_the_newest(store: Store, make: Make) -> None:
    record(store, make, make.text("второе чтение", edition="second-reading", position="20"))
    record(store, make, make.text("первое чтение", edition="introduced", position="10"))
    index(store)
    assert ask(store, "второе") == {make.bill: ["st-1"]}
    assert ask(store, "первое") == {}
    assert ask(store, "первое", query=replace(ANY, every_version=True)) == {make.bill: ["st-1"]}


def test_a_better_reading_takes_the_place_of_the_worse(store: Store, make: Make) -> None:
    record(store, make, make.text("испорчено"))
    index(store)
    store.add_rendition(1, extractor="docx/2", sections=make.text("исправлено").sections)
    index(store)
    assert ask(store, "исправлено") == {make.bill: ["st-1"]}
    assert ask(store, "испорчено", query=replace(ANY, every_version=True)) == {}


def test_a_unit_that_moved_is_found_where_it_stands_now(store: Store, make: Make) -> None:
    record(store, make, make.text("первая", "вторая"))
    record(store, make, make.text("новая", "первая", "вторая"))
    index(store)
    assert ask(store, "вторая") == {make.bill: ["st-3"]}
    assert ask(store, "вторая", address=("st-2",)) == {}


def test_words_together_and_any_of_several(store: Store, make: Make) -> None:
    far = "прекращение " + "слово " * 30 + "гражданства"
    record(store, make, make.text("прекращение гражданства", far, "лишение прав"))
    index(store)
    together = store.places([term("лишение", "прекращение гражданства")], (), ANY)
    assert found(together) == {make.bill: ["st-1", "st-3"]}


def test_the_caller_has_the_last_word_on_a_text(store: Store, make: Make) -> None:
    record(store, make, make.text("а б", "б а"))
    index(store)
    places = store.places([term("а б", exact=True)], (), ANY, holds=lambda text: text == "а б")
    assert found(places) == {make.bill: ["st-1"]}


def other(make: Make, name: str, **facts: object) -> Document:
    return replace(make.document(), id=name, number=name.rpartition("/")[2], **facts)  # type: ignore[arg-type]


def text_of(make: Make, name: str, *texts: str, source: str = "sozd") -> NewVersion:
    made = make.text(*texts)
    return replace(made, key=replace(made.key, document_id=name, source=source))


def test_filters(store: Store, make: Make) -> None:
    law = other(make, "act/fz/2099-01-01/9-fz", force=Force.IN_FORCE, topics=("conscription",), date="2099-01-01")
    record(store, make, make.text("слово"))
    record(store, make, text_of(make, law.id, "слово"), document=law)
    index(store)
    everything = {law.id: ["st-1"], make.bill: ["st-1"]}
    assert ask(store, "слово") == everything
    for narrow in (
        replace(ANY, kind="act"),
        replace(ANY, topic="conscription"),
        replace(ANY, document=law.id),
        replace(ANY, force=Force.IN_FORCE),
        replace(ANY, since=START.date().replace(month=1, day=1), until=START.date().replace(month=1, day=1)),
    ):
        assert ask(store, "слово", query=narrow) == {law.id: ["st-1"]}
    assert ask(store, "слово", query=replace(ANY, topic="script")) == {}
    assert ask(store, "слово", query=replace(ANY, document="' OR 1=1 --")) == {}
    assert found(store.places([term("слово")], (), ANY, documents=[make.bill])) == {make.bill: ["st-1"]}


def test_pages_follow_each_other_without_gaps(store: Store, make: Make) -> None:
    names = [f"bill/10000{number}-99" for number in range(7)]
    for name in names:
        record(store, make, text_of(make, name, "слово"), document=other(make, name))
    index(store)
    seen: list[str] = []
    query = replace(ANY, limit=3)
    for _ in range(4):
        places = store.places([term("слово")], (), query)
        seen += places.by_document
        if places.following is None:
            break
        query = replace(query, before=places.following)
    assert seen == names[::-1]


def test_three_places_of_each_document_and_fifty_of_the_one_asked_for(store: Store, make: Make) -> None:
    record(store, make, make.text(*(f"слово {number}" for number in range(60))))
    index(store)
    places = store.places([term("слово")], (), ANY)
    assert len(places.by_document[make.bill]) == 3
    assert places.more == {make.bill}
    inside = replace(ANY, document=make.bill)
    first = store.places([term("слово")], (), inside)
    rest = store.places([term("слово")], (), replace(inside, before=first.following))
    paths = [place.path for page in (first, rest) for place in page.by_document[make.bill]]
    assert len(paths) == len(set(paths)) == 60


def test_what_was_recorded_last_comes_first_and_then_the_order_of_the_text(store: Store, make: Make) -> None:
    name = other(make, "bill/100002-99")
    record(store, make, make.text(*(f"слово {number}" for number in range(6))))
    record(store, make, text_of(make, name.id, "слово"), document=name)
    record(store, make, make.text(*(f"слово {number}" for number in range(5)), "новое слово"))
    index(store)
    assert list(ask(store, "слово").items()) == [(make.bill, ["st-6", "st-1", "st-2"]), (name.id, ["st-1"])]
    inside = ask(store, "слово", query=replace(ANY, document=make.bill))
    assert inside == {make.bill: ["st-6", *(f"st-{number}" for number in range(1, 6))]}
    read: list[str] = []

    def holds(text: str) -> bool:
        read.append(text)
        return text != "слово 0"

    places = store.places([term("слово", exact=True)], (), ANY, holds=holds)
    assert found(places)[make.bill] == ["st-6", "st-2", "st-3"]
    assert read == ["новое слово", "слово", "слово 0", "слово 1", "слово 2"]


def test_a_search_that_reads_too_much_is_cut_and_goes_on(store: Store, make: Make) -> None:
    record(store, make, make.text("слово один"))
    record(store, make, *(make.text(*(f"слово {n}.{v}" for n in range(30)), edition=f"e{v}") for v in range(10)))
    index(store)
    query = replace(ANY, every_version=True)
    looks = 0
    while True:
        places = store.places([term("слово", exact=True)], (), query, holds=lambda text: text == "слово один")
        looks += 1
        if not places.cut:
            break
        query = replace(query, before=places.following)
    assert found(places) == {make.bill: ["st-1"]}
    assert looks == 2


def test_one_law_of_two_sources_is_shown_once(store: Store, make: Make) -> None:
    record(store, make, text_of(make, make.bill, "слово"), text_of(make, make.bill, "слово", source="ips"))
    index(store)
    assert ask(store, "слово") == {make.bill: ["st-1"]}


def test_titles_and_numbers_follow_the_document(store: Store, make: Make) -> None:
    record(store, make, document=make.document(title="О прежнем"))
    index(store)
    assert store.titled([term("прежнем")], ANY, limit=5) == (make.bill,)
    record(store, make, document=make.document(title="О новом"))
    index(store)
    assert store.titled([term("прежнем")], ANY, limit=5) == ()
    assert store.titled([term("новом")], ANY, limit=5) == (make.bill,)
    assert store.numbered("100001-99", ANY) == (make.bill,)
    assert store.numbered("1", ANY) == ()
    assert store.titled([], ANY, limit=5) == ()


def test_what_was_there_before_the_index_is_found(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as store:
        record(store, make, make.text("слово"))
    with sqlite3.connect(tmp_path / FILE_NAME) as old:  # as a store that knew no search
        for table in ("words", "lines", "paths", "places", "documents", "titles", "stale", "mark"):
            old.execute(f"DROP TABLE search_{table}")
        for trigger in ("new", "renamed"):
            old.execute(f"DROP TRIGGER documents_{trigger}")
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm005_search'")
    old.close()
    with Store(tmp_path, clock=clock) as store:
        assert index(store) == 2
        assert ask(store, "слово") == {make.bill: ["st-1"]}


def test_the_index_can_be_made_anew(store: Store, make: Make) -> None:
    record(store, make, make.text("слово"))
    index(store)
    store.forget_index()
    assert ask(store, "слово") == {}
    assert index(store) == 2
    store.optimise_index()
    assert ask(store, "слово") == {make.bill: ["st-1"]}
    assert store.titled([term("изменений")], ANY, limit=5) == (make.bill,)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_no_token_is_ever_syntax(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in token):
        return
    with Store(tmp_path_factory.mktemp("store"), clock=Clock()) as store:
        store.places([term(f"{token}x", f"a {token}y")], (token,), replace(ANY, document=token, topic=token))
        store.titled([term(f"{token}x")], ANY, limit=3)
        store.numbered(token, ANY)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10", "20", "30"]), st.lists(st.sampled_from(["а", "б", "в", "г"]), min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 3),
)
def test_what_stands_is_what_the_newest_version_holds(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, list[str]]], step: int
) -> None:
    make = Make()
    with Store(tmp_path_factory.mktemp("store"), clock=Clock()) as store:
        for number, (position, texts) in enumerate(history):
            record(store, make, make.text(*texts, edition=f"e{position}", position=position))
            if number % step == 0:
                index(store, limit=1)
        index(store)
        newest = max(store.versions(make.bill), key=lambda version: (version.position, version.number))
        standing = {(section.path, section.text) for section in store.sections(newest.id)}
        ever = {
            (section.path, section.text)
            for version in store.versions(make.bill)
            for section in store.sections(version.id)
        }
        for letter in "абвг":
            query = replace(ANY, document=make.bill)
            assert sorted(ask(store, letter, query=query).get(make.bill, [])) == _paths(standing, letter)
            always = ask(store, letter, query=replace(query, every_version=True))
            assert sorted(always.get(make.bill, [])) == _paths(ever, letter)


def _paths(units: set[tuple[str, str]], letter: str) -> list[str]:
    return sorted(path for path, text in units if text == letter)
