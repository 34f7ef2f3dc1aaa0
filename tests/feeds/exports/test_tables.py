from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.exports import tables
from tests.feeds.exports.comparisons import HOSTILE
from tests.feeds.fake_library import INFO, FakeLibrary, bill, law, newsroom
from tracker.models import Diff, Event, EventKind, Status

COLUMNS = {
    "events": tables.EVENT_COLUMNS,
    "documents": tables.DOCUMENT_COLUMNS,
    "versions": tables.VERSION_COLUMNS,
}


def read(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def as_typed(cell: str) -> str:
    """What docs/exports.md tells a script to do: one apostrophe away from the beginning, where there is one."""
    return cell.removeprefix("'")


def events(library: FakeLibrary) -> list[tables.Row]:
    def diff_of(event: Event) -> Diff | None:
        return library.diff(event.diff_id) if event.diff_id else None

    return list(tables.event_rows(library.kept_events, diff_of, INFO, "ru"))


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["=1+1", "+7", "-1", "@SUM(A1)", "'=1", "''", "\t=1", " =1", "a\nb", 'a"b', "a,b", "\u202e=1", "＝1", "\r\n=1"]
)


@given(st.lists(st.fixed_dictionaries({"one": cells, "two": cells}), max_size=5), st.booleans())
def test_what_was_written_can_be_read_back(rows: list[dict[str, str]], bom: bool) -> None:
    found = read(tables.csv_bytes(("one", "two"), rows, bom=bom))
    written = [{name: tables._text(row[name]) for name in row} for row in rows]
    assert [{name: as_typed(cell) for name, cell in row.items()} for row in found] == written


@given(cells)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    [row] = read(tables.csv_bytes(("cell",), [{"cell": cell}]))
    assert not row["cell"].lstrip(" \n\u00a0").startswith(tuple("=+-@＝＋－＠\t\r"))


@pytest.mark.parametrize("name", COLUMNS)
def test_the_documented_columns_are_those_of_the_files(name: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "exports.md").read_text("utf-8")
    documented = re.search(rf"### {name}\n(.*?)(?:\n##|\Z)", page, re.DOTALL)
    assert documented
    assert tuple(re.findall(r"^\| `(\w+)`", documented[1], re.MULTILINE)) == COLUMNS[name]


def test_every_event_is_a_row_that_says_its_force() -> None:
    library = newsroom()
    rows = events(library)
    assert [row["id"] for row in rows] == [event.id for event in library.kept_events]
    text = next(row for row in rows if row["kind"] == "text.added" and row["document_id"] == "bill/100001-99")
    assert text["force"] == "draft"
    assert text["force_name"] == "Проект, не действует"
    assert text["invented"] is True
    assert text["title"] == "100001-99: новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения"
    assert text["observed_at"] == "2026-05-14T11:05:00Z"
    assert text["observed_moscow"] == "14.05.2026 14:05 МСК (11:05 UTC)"


def test_an_event_about_a_source_has_no_document_and_no_force() -> None:
    row = next(row for row in events(newsroom()) if row["kind"] == "coverage.gap")
    assert (row["document_id"], row["document"], row["force"]) == (None, None, None)


def test_what_the_operator_struck_stays_struck() -> None:
    library = FakeLibrary()
    library.tell(EventKind.FIELDS_CHANGED, bill(), {"fields": []}, struck=True)
    made = tables.csv_bytes(tables.EVENT_COLUMNS, events(library)).decode()
    assert "О внесении изменений" not in made
    assert "Содержание удалено" in made


def test_documents_and_their_texts() -> None:
    library, document = FakeLibrary(), bill(Status.PUBLISHED)
    first = library.keep_version(document, "introduced")
    rows = list(tables.document_rows([document, law()], INFO, "en"))
    assert [row["topics"] for row in rows] == [("citizenship",), ("citizenship",)]
    assert rows[1]["url"] == "https://tracker.example/watch/en/act/fz/2099-04-28/938-fz"
    [text] = tables.version_rows(document, [first], INFO, "ru")
    assert text["force"] == "draft"  # the text as introduced, though the bill has become a law
    assert text["first_seen"] == "2026-05-12T06:10:00Z"


def test_json_lines_hold_the_same_with_types() -> None:
    library = newsroom()
    made = tables.json_lines(tables.EVENT_COLUMNS, events(library))
    rows = [json.loads(line) for line in made.decode().splitlines()]
    assert list(rows[0]) == list(tables.EVENT_COLUMNS)
    assert rows[0]["backfilled"] is False
    assert rows[0]["seq"] == 1
    [document] = (
        tables.json_lines(tables.DOCUMENT_COLUMNS, tables.document_rows([bill()], INFO, "ru")).decode().splitlines()
    )
    assert json.loads(document)["topics"] == ["citizenship"]


def test_hostile_words_stay_one_row_and_one_line() -> None:
    document = replace(bill(), title=HOSTILE, comment="=cmd|' /C calc'!A0", url="javascript:alert(1)")
    rows = list(tables.document_rows([document], INFO, "ru"))
    [row] = read(tables.csv_bytes(tables.DOCUMENT_COLUMNS, rows))
    assert row["comment"] == "'=cmd|' /C calc'!A0"
    assert row["source_url"] == ""
    assert not set("\x00\x07\u202e\r") & set(row["title"])
    assert tables.json_lines(tables.DOCUMENT_COLUMNS, rows).count(b"\n") == 1


def test_the_mark_for_excel_and_the_line_ends_of_the_standard() -> None:
    rows: list[tables.Row] = [{"a": "я"}]
    assert tables.csv_bytes(("a",), rows) == "a\r\nя\r\n".encode()
    assert tables.csv_bytes(("a",), rows, bom=True) == b"\xef\xbb\xbf" + "a\r\nя\r\n".encode()
    assert tables.csv_bytes(("a",), []) == b"a\r\n"


def test_equal_lists_give_equal_bytes() -> None:
    one, two = (tables.csv_bytes(tables.EVENT_COLUMNS, events(newsroom())) for _ in range(2))
    assert one == two
