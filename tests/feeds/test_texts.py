"""Versions, comparisons of any two, and the history of a clause: what a journalist walks through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from diffs import compare
from diffs.structure import structure
from feeds import clausehistory, diffview, versionpage
from feeds.addresses import pair_path, version_path
from feeds.pages import Page
from feeds.relations import Origin
from feeds.site import Site
from tests.feeds.fake_library import INFO, decree
from tests.feeds.texts import Insight, Shelf, shelf
from tracker.models import Event

LIVE = replace(INFO, live=True)


def words(page: Page | None) -> str:
    assert page is not None
    return " ".join(html.fromstring(page.body).text_content().split())


def site(made: Shelf, insight: Insight | None = None, *, live: bool = True) -> Site:
    return Site(made.library, LIVE if live else INFO, insight=insight or Insight())


def events(made: Shelf) -> tuple[Event, ...]:
    return made.library.events(scope=f"document:{made.document.id}")


def test_a_clause_is_followed_back_through_a_renumbering_to_where_it_was_added() -> None:
    made = shelf()
    chain = clausehistory.chain(version_path(made.versions[-1]), events(made), made.library)
    assert len(chain.links) == 2
    steps = list(chain.history("st-1.ch-3"))
    assert [step.path for step in steps] == ["st-1.ch-3", "st-1.ch-3"]
    assert steps[0].operations[0].spans == (
        ("=", "3. Срок составляет "),
        ("-", "пять лет"),
        ("+", "три года"),
        ("=", "."),
    )
    assert steps[1].operations[0].old_path == "st-1.ch-2"
    (added,) = chain.history("st-1.ch-2")
    assert added.operations[0].ops == ("added",)
    assert chain.changed == {"st-1.ch-3": 2, "st-1.ch-2": 1}


def test_an_article_has_the_history_of_its_parts() -> None:
    made = shelf()
    chain = clausehistory.chain(version_path(made.versions[-1]), events(made), made.library)
    assert [len(step.operations) for step in chain.history("st-1")] == [1, 2]
    assert list(chain.history("st-2")) == []


def test_the_words_of_a_unit_that_was_put_in_the_place_of_another_have_no_past_of_its() -> None:
    """A path is not identity: the part 2 of today is new, though there was another part 2 before."""
    old = structure(["Статья 1. Предмет", "1. Реестр ведет суд.", "2. Срок составляет десять лет по закону."])
    middle = structure(["Статья 1. Предмет", "1. Реестр ведет суд.", "2. Срок составляет девять лет по закону."])
    new = structure(["Статья 1. Предмет", "1. Реестр ведет суд.", "2. Пчелы живут в ульях, и мед их сладок."])
    made = shelf()
    event = events(made)[0]
    links = [
        clausehistory.Link(event=event, diff=compare.compare(middle, new), before="b"),
        clausehistory.Link(event=event, diff=compare.compare(old, middle), before="a"),
    ]
    chain = clausehistory.Chain(links)
    replaced = any("added" in row.ops for row in links[0].diff.operations)
    assert chain.changed["st-1.ch-2"] == (1 if replaced else 2)
    assert len(list(chain.history("st-1.ch-2"))) == (1 if replaced else 2)


def test_article_2_1_is_no_part_of_article_2() -> None:
    old = structure(["Статья 2. Предмет", "1. Реестр ведет суд.", "Статья 2.1. Срок", "1. Срок составляет десять лет."])
    new = structure(["Статья 2. Предмет", "1. Реестр ведет суд.", "Статья 2.1. Срок", "1. Срок составляет пять лет."])
    chain = clausehistory.Chain(
        [clausehistory.Link(event=events(shelf())[0], diff=compare.compare(old, new), before="a")]
    )
    assert list(chain.history("st-2")) == []
    assert len(list(chain.history("st-2.1"))) == 1


def test_the_page_of_a_clause_shows_every_change_and_where_the_words_come_from() -> None:
    made = shelf()
    origin = Origin(version=made.versions[-1], path="st-1.ch-3", act="act/fz/2099-05-05/939-fz")
    page = site(made, Insight(origin)).page(f"/{made.document.id}/history/st-1.ch-3")
    said = words(page)
    assert "История места: ст. 1 ч. 3" in said
    assert "Срок составляет три года." in said
    assert "Откуда эти слова" in said
    assert "939-ФЗ" in said
    assert said.index("три года") < said.index("десять")
    assert site(made).page(f"/{made.document.id}/history/st-9") is None


def test_two_versions_are_compared_in_context_and_remembered() -> None:
    made, insight = shelf(), Insight()
    here = site(made, insight)
    path = pair_path(made.versions[0], made.versions[2])
    first, second = here.page(path), here.page(f"/en{path}")
    assert insight.asked == 1
    said = words(first)
    assert "Слов добавлено: 7, исключено: 4." in said
    assert "Без изменений: " in said
    assert "Реестр ведет" in said
    assert "Показать различия в оформлении: 1" in said
    assert "Words added" in words(second)
    swapped = here.page(pair_path(made.versions[2], made.versions[0]))
    assert "Срок составляет" in words(swapped)


def test_any_two_texts_are_compared_by_what_a_person_pastes() -> None:
    made = shelf()
    made.library.kept_documents[decree().id] = decree()
    other = made.library.keep_version(decree(), "current", structure(["1. Призвать граждан."]), source="kremlin")
    here = site(made)
    whole = f"https://tracker.example/watch/en{version_path(made.versions[0])}#st-1"
    page = here.answer("/compare", {"a": whole, "b": version_path(other)})
    assert page is not None
    assert "Призвать граждан" in words(page)
    assert "Закон 938-ФЗ: Исходная редакция" in words(page)
    assert "Чем тексты различаются" in words(page), "of two documents neither is what the other was"
    assert "Тексты из разных источников или документов" in words(page)
    assert "только здесь: Закон 938-ФЗ: Исходная редакция" in words(page)
    for word in ("Было / Стало", "Слов добавлено", "исключённые слова"):
        assert word not in words(page)
    assert here.takes_query("/compare")
    assert here.takes_query("/en/compare")
    assert not site(made, live=False).takes_query("/compare")


@pytest.mark.parametrize(
    "pasted", ["", "nonsense", "/bill/100009-99", "http://[", "/act/fz/x", "/" * 500, "\u202e/bill", "a" * 9000]
)
def test_what_is_no_text_gets_the_form_and_one_line(pasted: str) -> None:
    made = shelf()
    page = site(made).answer("/compare", {"a": pasted, "b": version_path(made.versions[0])})
    assert page is not None
    assert ("Текста с таким адресом здесь нет" in words(page)) == bool(pasted)


def test_a_version_names_what_it_can_be_compared_with_and_which_places_have_a_past() -> None:
    made = shelf()
    page = site(made).page(version_path(made.versions[-1]))
    assert page is not None
    tree = html.fromstring(page.body)
    choices = tree.xpath("//details[@class='choices']//a/@href")
    assert len(choices) == 2
    assert [link.rpartition("/")[2] for link in tree.xpath("//a[@class='past']/@href")] == ["st-1.ch-2", "st-1.ch-3"]
    older = site(made).page(version_path(made.versions[0]))
    assert older is not None
    assert html.fromstring(older.body).xpath("//a[@class='past']") == []


def test_a_static_site_holds_neighbours_and_first_with_last() -> None:
    made = shelf()
    here = site(made, live=False)
    pairs = [path for path in here.paths() if "/compare/" in path and not path.startswith("/en/")]
    assert pairs == [
        pair_path(made.versions[0], made.versions[1]),
        pair_path(made.versions[0], made.versions[2]),
        pair_path(made.versions[1], made.versions[2]),
    ]
    assert all(here.page(path) is not None for path in pairs)
    assert here.page("/compare") is None


def test_a_text_that_was_not_read_is_not_compared() -> None:
    made = shelf()
    scan = made.library.keep_version(made.document, "rdk-3", source="ips", position="09", unread_reason="scan")
    page = site(made).page(pair_path(made.versions[0], scan))
    assert "не прочитан, сравнить их нельзя" in words(page)
    assert "Слов добавлено" not in words(page)


LINES = st.lists(
    st.sampled_from(
        [
            "Суд ведет реестр.",
            "Запись вносится сразу.",
            "Срок пять лет.",
            "Срок шесть лет.",
            "Пчелы живут.",
            "Мед сладок.",
        ]
    ),
    max_size=8,
)


@given(LINES, LINES)
def test_the_context_holds_every_unit_of_the_new_text_once_and_in_order(old: list[str], new: list[str]) -> None:
    here = structure([f"{number}. {line}" for number, line in enumerate(old, 1)])
    there = structure([f"{number}. {line}" for number, line in enumerate(new, 1)])
    diff = compare.compare(here, there)
    view = diffview.with_context(diffview.view(diff), diff, here, there)
    shown: list[str] = []
    for block in view.blocks:
        if isinstance(block, diffview.Unchanged):
            shown += [section.path for section in block.sections]
            assert block.count == len(block.sections)
        elif block.path is not None:
            shown.append(block.path)
    assert shown == [section.path for section in there]
    gone = [block for block in view.blocks if isinstance(block, diffview.Unit) and block.path is None]
    assert len(gone) == sum(row.new_path is None for row in diff.operations)


def test_published_pairs_hold_reading_with_reading() -> None:
    made = shelf()
    versions = [
        replace(made.versions[0], key=replace(made.versions[0].key, edition=edition))
        for edition in ("introduced", "revised", "first-reading", "second-reading", "adopted")
    ]
    found = versionpage.published(versions)
    assert {(0, 2), (0, 3), (0, 4), (2, 3), (2, 4), (3, 4)} <= found
    assert (1, 3) not in found
