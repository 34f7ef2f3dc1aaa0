"""Search from the store to the answer: any inflected form finds the others, and the answer names the unit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from db.store import Store
from feeds.site import Site
from tests.tracker.world import World
from tracker import publishing
from tracker.cli import cli
from tracker.commands.search import rows
from tracker.finding import Finder
from tracker.models import (
    Document,
    EditionKey,
    Force,
    NewVersion,
    Observation,
    Part,
    Section,
    SiteInfo,
    digest_of,
)
from tracker.queries import Found, Query

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LAW = "act/fz/2099-01-01/138-fz"
OTHER = "act/fz/2098-05-05/138-fz"
BILL = "bill/100001-99"
UNITS = {
    "st-22.ch-1": "1. Гражданство Российской Федерации прекращается вследствие утраты.",
    "st-22.ch-2": "2. Решение о прекращении гражданства ребёнка принимается по заявлению родителей.",
    "st-23.ch-1": "1. Призванные на воен\u00adную службу граждане (№ 53-ФЗ) учёту не подлежат.",
}


def law(store: Store, name: str, number: str, title: str, units: dict[str, str], *, edition: str = "rdk-1") -> None:
    sections = tuple(
        Section(path=path, address=path.replace("st-", "ст. ").replace(".ch-", " ч. "), text=text)
        for path, text in units.items()
    )
    is_bill = name.startswith("bill/")
    store.record(
        Observation(
            observed_at=NOW,
            document=Document(
                id=name,
                kind="bill" if is_bill else "Федеральный закон",
                number=number,
                date=None if is_bill else name.split("/")[2],
                title=title,
                force=Force.DRAFT if is_bill else Force.IN_FORCE,
                invented=True,
            ),
            versions=(
                NewVersion(
                    key=EditionKey(document_id=name, part=Part.TEXT, source="ips", edition=edition),
                    position=edition,
                    label="Текст",
                    snapshot_id=None,
                    digest=digest_of(units),
                    url="",
                    extractor="ips/1",
                    sections=sections,
                ),
            ),
        )
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, clock=lambda: NOW) as opened:
        law(opened, LAW, "138-ФЗ", "О вымышленном гражданстве", UNITS)
        law(opened, OTHER, "138-ФЗ", "О вымышленных дорогах", {"st-22": "Дороги открываются по заявлению."})
        law(opened, BILL, "100001-99", "О поправках", {"st-1": "Внести в 138-ФЗ изменения."})
        Finder(opened).index()
        yield opened


def ask(store: Store, words: str, **narrowed: str | int | None) -> Found:
    return Finder(store).find(replace(Query(words=words), **narrowed))  # type: ignore[arg-type]


def units(found: Found) -> list[tuple[str, str]]:
    return [(match.document.id, fragment.path) for match in found.matches for fragment in match.fragments]


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("гражданству", ["st-22.ch-1", "st-22.ch-2"]),
        ("прекратить гражданство", ["st-22.ch-1", "st-22.ch-2"]),
        ("ПРЕКРАЩЕНИЯМИ", ["st-22.ch-1", "st-22.ch-2"]),
        ("лишение", ["st-22.ch-1", "st-22.ch-2"]),
        ("дети", ["st-22.ch-2"]),
        ("призвать служба", ["st-23.ch-1"]),
        ("военных", ["st-23.ch-1"]),
        ("учет", ["st-23.ch-1"]),
        ("53-фз", ["st-23.ch-1"]),
        ('"прекращение гражданства"', ["st-22.ch-2"]),
        ('"гражданства прекращение"', []),
        ("ст. 23", ["st-23.ch-1"]),
        ("гражданин ст. 23 ч. 1", ["st-23.ch-1"]),
        ("гражданство ст. 23", []),
        ("в и на", []),
    ],
)
def test_what_finds_what(store: Store, words: str, paths: list[str]) -> None:
    assert [path for _, path in units(ask(store, words))] == paths


def test_an_answer_names_the_text_and_marks_the_words(store: Store) -> None:
    found = ask(store, "лишение")
    fragment = found.matches[0].fragments[0]
    assert (fragment.version.key.edition, fragment.address, fragment.stands) == ("rdk-1", "ст. 22 ч. 1", True)
    assert [text for text, marked in fragment.runs if marked] == ["Гражданство", "прекращается", "утраты"]
    assert found.asked.terms[0].also[:2] == ("прекращение гражданства", "утрата гражданства")


def test_a_number_names_every_law_that_bears_it(store: Store) -> None:
    found = ask(store, "138-ФЗ")
    assert {match.document.id for match in found.matches[:2]} == {OTHER, LAW}
    assert units(found) == [(BILL, "st-1")]


def test_a_citation_names_one_law_of_several(store: Store) -> None:
    for said in ("Федеральный закон от 05.05.2098 № 138-ФЗ", "138 фз от 5 мая 2098 года"):
        assert ask(store, said).matches[0].document.id == OTHER
    assert ask(store, "138-ФЗ").matches[0].document.id == LAW
    assert units(ask(store, "заявление № 138-ФЗ от 01.01.2099")) == [(LAW, "st-22.ch-2")]
    # No law bears the number on that day: the day is taken for a slip.
    assert {match.document.id for match in ask(store, "138-ФЗ от 31.12.2099").matches} >= {LAW, OTHER}


def test_what_bears_a_number_comes_before_what_mentions_it(store: Store) -> None:
    for number in range(20):
        name = f"bill/1002{number:02}-99"
        law(store, name, name.removeprefix("bill/"), "О внесении изменений в 138-ФЗ", {"st-1": "Текст."})
    Finder(store).index()
    found = [match.document.id for match in ask(store, "138-ФЗ").matches]
    assert found[:2] == [LAW, OTHER]
    assert len(found) > 10
    narrowed = ask(store, "138-ФЗ", kind="bill").matches
    assert {match.document.id.partition("/")[0] for match in narrowed} == {"bill"}


def test_a_unit_of_a_law_by_its_number(store: Store) -> None:
    assert units(ask(store, "ст. 22 138-ФЗ")) == [
        (OTHER, "st-22"),
        (LAW, "st-22.ch-1"),
        (LAW, "st-22.ch-2"),
    ]
    assert units(ask(store, "заявление 138-фз", document=LAW)) == [(LAW, "st-22.ch-2")]
    # No document has this number, so it is a word like any other.
    assert units(ask(store, "служба 53-ФЗ")) == [(LAW, "st-23.ch-1")]


def test_titles_come_first(store: Store) -> None:
    found = ask(store, "вымышленный")
    assert [match.document.id for match in found.matches] == [LAW, OTHER]
    assert ("вымышленном", True) in found.matches[0].title


def test_what_says_more_of_it_comes_first_unless_the_newest_are_asked_for(store: Store) -> None:
    said = {"st-1": "Статья 1. О порядке.", "st-1.ch-1": "1. Удостоверение выдаётся лицу.", "st-2": "Статья 2. Прочее."}
    heading = {**said, "st-2": "Статья 2. Удостоверение", "st-2.ch-1": "1. Удостоверение именное."}
    title = {"st-1.ch-1": "1. Порядок выдачи удостоверения."}
    law(store, "act/fz/2099-02-01/1-fz", "1-ФЗ", "Об удостоверении", title)
    law(store, "act/fz/2099-02-02/2-fz", "2-ФЗ", "О внесении изменений в Федеральный закон об удостоверении лица", said)
    law(store, "act/fz/2099-02-03/3-fz", "3-ФЗ", "О прочем", heading)
    law(store, "act/fz/2099-02-04/4-fz", "4-ФЗ", "Об ином", said)
    Finder(store).index()

    def numbers(**narrowed: str | int | None) -> list[str]:
        return [match.document.number for match in ask(store, "удостоверение", **narrowed).matches]

    # What is called so, what amends it, what has a heading about it, what only mentions it.
    assert numbers() == ["1-ФЗ", "2-ФЗ", "3-ФЗ", "4-ФЗ"]
    assert numbers(order="newest") == ["2-ФЗ", "1-ФЗ", "4-ФЗ", "3-ФЗ"]
    best = ask(store, "удостоверение").matches[2]
    assert [fragment.path for fragment in best.fragments] == ["st-2", "st-1.ch-1", "st-2.ch-1"]
    first = ask(store, "удостоверение", limit=3)
    assert first.following == 3
    rest = ask(store, "удостоверение", limit=3, before=first.following)
    assert ([match.document.number for match in rest.matches], rest.following) == (["4-ФЗ"], None)
    assert ask(store, "удостоверение", before=2**53 - 1).matches == ()


def test_the_very_unit_comes_before_what_stands_inside_it(store: Store) -> None:
    deep = {"st-7.ch-1.p-2": "2) лицо призвано;", "st-7.ch-1": "1. Лицо вправе:"}
    law(store, "act/fz/2099-03-01/7-fz", "7-ФЗ", "О седьмом", deep)
    Finder(store).index()
    [match] = ask(store, "ст. 7 ч. 1 лицо").matches
    assert [fragment.path for fragment in match.fragments] == ["st-7.ch-1", "st-7.ch-1.p-2"]


def test_earlier_texts_only_when_asked(store: Store) -> None:
    law(store, LAW, "138-ФЗ", "О вымышленном гражданстве", {"st-22.ch-1": "1. Новые слова."}, edition="rdk-2")
    Finder(store).index()
    assert units(ask(store, "родители")) == []
    found = ask(store, "родители", every_version=True)
    fragment = found.matches[0].fragments[0]
    assert (fragment.version.key.edition, fragment.stands) == ("rdk-1", False)


def test_rebuilding_gives_the_same_answers(store: Store) -> None:
    before = ask(store, "гражданство")
    assert Finder(store).rebuild() == 6
    assert ask(store, "гражданство") == before


def test_what_a_look_recorded_is_findable_when_its_entries_are(tmp_path: Path) -> None:
    world = World(tmp_path)
    law(world.store, LAW, "138-ФЗ", "О гражданстве", UNITS)
    info = SiteInfo(title="t", base_url="https://t.example", authority="t.example", year=2026)
    publishing.render_entries(world.store, Site(world.store, info))
    assert units(ask(world.store, "родители")) == [(LAW, "st-22.ch-2")]
    world.store.close()


def test_hostile_letters_stop_nothing(store: Store) -> None:
    law(store, BILL, "100001-99", "𗀀" * 10, {"st-1": "\U00017000слово\u202e " + "я" * 100_000}, edition="rdk-2")
    Finder(store).index()
    assert ask(store, "𗀀").asked.terms
    assert units(ask(store, "𗀀слово")) == [(BILL, "st-1")]


def configured(tmp_path: Path) -> str:
    path = tmp_path / "tracker.toml"
    path.write_text(
        '[site]\ntitle = "t"\nbase_url = "https://t.example"\nauthority = "t.example"\nyear = 2026\n'
        f'[storage]\ndirectory = "{tmp_path}"\n',
        encoding="utf-8",
    )
    return str(path)


def test_the_command_prints_a_line_for_each_unit(store: Store, tmp_path: Path) -> None:
    store.close()
    run = CliRunner().invoke(cli, ["--config", configured(tmp_path), "search", "лишение", "--limit", "3"])
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.exit_code == 0, run.output
    assert [line["path"] for line in lines] == ["st-22.ch-1", "st-22.ch-2"]
    assert lines[0]["version"] == f"{LAW}/text/ips/rdk-1/1"
    assert "**прекращении** **гражданства**" in lines[1]["fragment"]


def test_the_command_refuses_what_says_nothing(store: Store, tmp_path: Path) -> None:
    store.close()
    config = configured(tmp_path)
    assert CliRunner().invoke(cli, ["--config", config, "search", "и"]).exit_code == 1
    assert CliRunner().invoke(cli, ["--config", config, "search"]).exit_code == 2
    assert CliRunner().invoke(cli, ["--config", config, "search", "x", "--since", "завтра"]).exit_code == 2
    rebuilt = CliRunner().invoke(cli, ["--config", config, "search", "--rebuild"])
    assert (rebuilt.exit_code, rebuilt.stderr) == (0, "6 texts and titles are indexed\n")


def test_a_document_found_by_its_title_is_a_row_of_its_own(store: Store) -> None:
    [row] = rows(ask(store, "поправки"))
    assert (row["document"], row["path"], row["fragment"]) == (BILL, None, "О **поправках**")
