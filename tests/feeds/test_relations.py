"""Relations as readers get them: one line for each act, with its units, the texts that say so, and what was dropped since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from feeds.relations import Line, address, worded
from tracker.models import Document, EditionKey, Language, Part, Relation, Version

BILL = "bill/100001-99"
ACT = "act/fz/2098-04-28/9138-fz"
LAW = "act/fz/2099-07-31/9281-fz"
DECREE = "act/ukaz/2098-09-21/9647"
DAY = datetime(2099, 1, 1, tzinfo=UTC)
INTRODUCED, FIRST, SECOND = "text/sozd/introduced/1", "text/sozd/first-reading/1", "text/sozd/second-reading/1"


@dataclass
class Shelf:
    """A library of what these tests need."""

    known: tuple[Document, ...] = ()
    texts: tuple[Version, ...] = ()
    said: tuple[Relation, ...] = ()

    def document(self, document_id: str, /) -> Document | None:
        return next((row for row in self.known if row.id == document_id), None)

    def versions(self, document_id: str, /, *, part: Part | None = None) -> tuple[Version, ...]:
        return tuple(row for row in self.texts if row.key.document_id == document_id and part in {None, row.key.part})

    def relations(self, document_id: str, /) -> tuple[Relation, ...]:
        return tuple(row for row in self.said if document_id in {row.from_document, row.to_document})


def text(edition: str, position: str, *, readable: bool = True) -> Version:
    return Version(
        id=int(position),
        key=EditionKey(document_id=BILL, part=Part.TEXT, source="sozd", edition=edition),
        number=1,
        position=position,
        label="",
        observed_at=DAY,
        last_seen=DAY,
        snapshot_id=None,
        snapshot_digest=None,
        digest="",
        readable=readable,
        unread_reason=None if readable else "scan",
        url="",
        cause=None,
    )


TEXTS = (text("introduced", "1"), text("first-reading", "3"), text("second-reading", "5"))
CITIZENSHIP = Document(id=ACT, kind="fz", number="9138-ФЗ", date="2098-04-28", title="О выдуманном гражданстве")
DRAFT = Document(id=BILL, kind="bill", number="100001-99", date="2099-01-01", title="О внесении изменений")


def amends(
    clause: str, path: str, words: str = "изложить", *, to: str = ACT, kind: str = "amends", of: str = BILL
) -> Relation:
    return Relation(kind=kind, from_document=of, from_path=clause, to_document=to, to_path=path, words=words)


def lines(
    said: Iterable[Relation],
    *,
    of: str = BILL,
    known: tuple[Document, ...] = (CITIZENSHIP, DRAFT),
    texts: tuple[Version, ...] = TEXTS,
    language: Language = "ru",
) -> tuple[Line, ...]:
    shelf = Shelf(known, texts, tuple(said))
    return worded(shelf.relations(of), of, shelf, language)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("st-22.ch-1.p-2.pp-v", "ст. 22 ч. 1 п. 2 пп. «в»"),
        ("st-22.1.p-3.2", "ст. 22.1 п. 3.2"),
        ("pril-2.p-5.pp-zh.1", "прил. 2 п. 5 пп. «ж.1»"),
        ("p-1.pp-2.abz-3", "п. 1 пп. 2 абз. 3"),
        ("st-7.prim", "ст. 7 прим."),
        ("gl-VIII.1", "гл. VIII.1"),
        ("st-5~2", "ст. 5"),
        ("odd-1", "odd-1"),
        ("", ""),
    ],
)
def test_paths_are_shown_as_people_write_them(path: str, words: str) -> None:
    assert address(path) == words


def test_many_clauses_are_one_line_with_the_units_in_the_order_of_law() -> None:
    paths = ["st-22.1", "st-22.ch-10", "st-9", "st-22.ch-2", "st-22.ch-2", ""]
    (line,) = lines(amends(f"{SECOND}#st-1.p-{number}", path) for number, path in enumerate(paths, 1))
    assert line.places == "ст. 9, ст. 22 ч. 2, ст. 22 ч. 10, ст. 22.1"
    assert line.sentence == (
        "предлагает внести изменения в ст. 9, ст. 22 ч. 2, ст. 22 ч. 10, ст. 22.1 Федерального закона от 28.04.2098 № 9138-ФЗ"
        " «О выдуманном гражданстве»"
    )
    assert (line.path, line.outgoing, line.dropped) == (f"/{ACT}", True, False)
    assert line.clauses[1].link == f"/{BILL}/{SECOND}#st-1.p-5"


def test_a_unit_is_told_once_with_the_texts_that_say_so() -> None:
    said = [
        amends(f"{text}#st-1.p-{place}", "st-22", f"слова {place}")
        for place, text in enumerate((INTRODUCED, FIRST, SECOND))
    ]
    ((clause,),) = (line.clauses for line in lines(said))
    assert clause.texts == ("внесённый текст", "текст, принятый в 1-м чтении", "текст, принятый во 2-м чтении")
    assert (clause.words, clause.dropped) == ("слова 2", False)


def test_what_a_later_text_no_longer_says_is_marked() -> None:
    said = [amends(f"{INTRODUCED}#st-1", "st-24"), amends(f"{FIRST}#st-1", "st-22"), amends(f"{SECOND}#st-1", "st-22")]
    (line,) = lines(said)
    assert [(clause.path, clause.dropped) for clause in line.clauses] == [("st-22", False), ("st-24", True)]
    assert line.places == "ст. 22"
    assert line.sentence.endswith("(в последнем тексте больше нет: ст. 24)")
    (gone,) = lines(said[:2])
    assert gone.dropped
    assert gone.sentence.endswith("(в последнем тексте этого нет)")
    assert {clause.dropped for clause in gone.clauses} == {True}


def test_a_text_that_could_not_be_read_drops_nothing() -> None:
    texts = (*TEXTS[:2], text("second-reading", "5", readable=False))
    (line,) = lines([amends(f"{FIRST}#st-1", "st-22")], texts=texts)
    assert not line.dropped


def test_a_title_says_nothing_beside_a_text_and_speaks_where_there_is_none() -> None:
    by_title = amends("", "st-30")
    (line,) = lines([by_title, amends(f"{SECOND}#st-1", "st-22")])
    assert line.places == "ст. 22"
    (line,) = lines([by_title])
    assert (line.places, line.clauses[0].texts, line.clauses[0].link, line.dropped) == ("ст. 30", (), None, False)


def test_an_act_that_is_not_followed_has_the_title_that_the_words_quote() -> None:
    words = "Внести в Указ Президента от 21 сентября 2098 года № 9647 «О выдуманном» изменение"
    (line,) = lines([amends(f"{SECOND}#st-2", "p-1", words, to=DECREE)])
    assert line.sentence == "предлагает внести изменения в п. 1 Указа от 21.09.2098 № 9647 «О выдуманном»"
    assert line.path is None
    (line,) = lines([amends(f"{SECOND}#st-2", "", "Внести изменения", to=DECREE)])
    assert line.sentence == "предлагает внести изменения в Указ от 21.09.2098 № 9647"


def test_both_directions_and_the_bill_behind_a_law_that_is_not_followed() -> None:
    enacts = amends("", "", "закон подписан", to=LAW, kind="enacts")
    said = [enacts, amends("", "", "2 - от 31.07.2099", of=LAW), amends(f"{SECOND}#st-1", "st-22")]
    (by_bill,) = lines(said[2:], of=ACT)
    assert by_bill.sentence == "изменить предлагает законопроект № 100001-99 «О внесении изменений»: ст. 22"
    assert (by_bill.path, by_bill.outgoing, by_bill.by) == (f"/{BILL}", False, None)
    (by_law,) = lines(said, of=ACT)
    assert by_law.sentence == "изменяется Федеральным законом от 31.07.2099 № 9281-ФЗ: ст. 22", "a law is no bill"
    assert (by_law.path, by_law.by) == (None, ("100001-99", f"/{BILL}"))
    (became, changes) = lines(said, of=BILL)
    assert became.sentence == "стал законом: Федеральный закон от 31.07.2099 № 9281-ФЗ"
    assert changes.kind == "amends"
    assert lines(said, of=LAW)[-1].sentence == "принят по законопроекту № 100001-99 «О внесении изменений»"


def test_what_a_law_changes_is_said_by_its_own_text_else_by_the_last_text_of_its_bill() -> None:
    enacts = amends("", "", "закон подписан", to=LAW, kind="enacts")
    of_bill = [amends(f"{FIRST}#st-1", "st-24"), amends(f"{SECOND}#st-1", "st-22")]
    (line,) = lines([enacts, *of_bill], of=ACT)
    assert (line.places, line.dropped) == ("ст. 22", False)
    (line,) = lines([enacts, *of_bill, amends("st-1.p-1", "st-25", of=LAW)], of=ACT)
    assert line.places == "ст. 25"


def test_a_publication_is_told_by_its_words_and_number() -> None:
    published = Relation(
        kind="publishes",
        from_document="publication/0001209907310018",
        from_path="",
        to_document=LAW,
        to_path="",
        words="Выдуманный портал, 2099-07-31",
    )
    (line,) = lines([published], of=LAW)
    assert line.sentence == "официально опубликован: Выдуманный портал, 31.07.2099, № 0001209907310018"
    assert line.path is None


def test_a_repeal_and_a_long_list() -> None:
    many = [amends(f"{SECOND}#st-1.p-{number}", f"st-{number}") for number in range(1, 10)]
    (line,) = lines(many)
    assert line.places.endswith("ст. 6 и ещё 3")
    assert len(line.clauses) == 9
    (line,) = lines([amends(f"{SECOND}#st-3", "", kind="repeals")])
    assert (
        line.sentence
        == "предлагает признать утратившим силу: Федеральный закон от 28.04.2098 № 9138-ФЗ «О выдуманном гражданстве»"
    )
    (line,) = lines([amends(f"{SECOND}#st-3", "", kind="repeals")], of=ACT)
    assert line.sentence.startswith("признать утратившим силу предлагает законопроект № 100001-99")


def test_the_same_in_english() -> None:
    said = [amends(f"{INTRODUCED}#st-1", "st-24"), amends(f"{SECOND}#st-1", "st-22")]
    (line,) = lines(said, language="en")
    assert line.sentence == (
        "proposes to amend Federal Law of 28.04.2098 № 9138-ФЗ «О выдуманном гражданстве»: ст. 22"
        " (no longer in the newest text: ст. 24)"
    )
    assert line.clauses[0].texts == ("text passed at second reading",)
