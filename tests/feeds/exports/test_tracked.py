from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.exports import published, tracked
from feeds.languages import Speech
from scrapers.extract import docx as reader
from scrapers.extract.archive import Archive
from tests.feeds.exports.comparisons import HOSTILE, of_editions, of_event, of_texts, sections
from tests.feeds.texts import EDITIONS
from tracker.models import Diff, Operation, Section

RU, EN = Speech("ru"), Speech("en")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = {"w": W[1:-1]}


def part(made: bytes, name: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return etree.fromstring(archive.read(name))


def paragraphs(made: bytes, *, accept: bool) -> list[str]:
    """The words of the law with every change accepted or rejected, by the rules of ECMA-376 and nothing of ours."""
    gone, kept_text = ("ins", "delText") if not accept else ("del", "t")
    out: list[str] = []
    carried = ""
    for paragraph in part(made).iter(f"{W}p"):
        if paragraph.find("w:pPr/w:pStyle[@w:val='Trackerlaw']", NAMES) is None:
            continue
        words = carried
        for run in paragraph.iter(f"{W}r"):
            parent = run.getparent()
            if parent is not None and parent.tag == f"{W}{gone}":
                continue
            words += "".join(_said(child) for child in run)
        carried = ""
        if paragraph.find(f"w:pPr/w:rPr/w:{gone}", NAMES) is not None:
            carried = words  # its mark is gone: it runs on into the next one
            continue
        out.append(words)
    assert carried == ""
    assert kept_text
    return out


def _said(child: etree._Element) -> str:
    if child.tag in {f"{W}t", f"{W}delText"}:
        return child.text or ""
    return {f"{W}br": "\n", f"{W}tab": "\t"}.get(str(child.tag), "")


def as_published(rows: Sequence[Section]) -> list[str]:
    return [published.plain(row.text) for row in rows]


texts = st.lists(
    st.text(st.sampled_from('абв где «»"-–—1.\n\t\x00\u202e<&>é¹'), max_size=24).map(lambda words: f"1. {words}"),
    max_size=7,
)


@settings(max_examples=60)
@given(texts, texts)
def test_accepting_gives_the_new_text_and_rejecting_the_old_one(old: list[str], new: list[str]) -> None:
    before, after = sections(*old), sections(*new)
    made = tracked.whole(of_texts(before, after), before, after, RU)
    assert paragraphs(made, accept=True) == as_published(after)
    assert paragraphs(made, accept=False) == as_published(before)


places = st.one_of(st.none(), st.integers(min_value=-1, max_value=6))


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    old, new = draw(st.tuples(places, places))
    return Operation(
        ops=tuple(draw(st.sets(st.sampled_from(["added", "removed", "modified", "moved", "renumbered"]), min_size=1))),
        old_path=None,
        new_path=None,
        old_address="ст. 1",
        new_address=None,
        old_text="а",
        new_text="б",
        spans=draw(st.sampled_from([(), (("=", "а"), ("+", "б"))])),
        old_index=old,
        new_index=new,
    )


@settings(max_examples=80)
@given(texts, texts, st.lists(operations(), max_size=6))
def test_no_comparison_however_wrong_can_falsify_the_texts(
    old: list[str], new: list[str], wrong: list[Operation]
) -> None:
    before, after = sections(*old), sections(*new)
    rows = published.merged(before, after, Diff(same=False, operations=tuple(wrong)))
    assert [row.new for row in rows if row.new is not None] == as_published(after)
    assert [row.old for row in rows if row.old is not None] == as_published(before)
    for row in rows:
        assert "".join(text for kind, text in row.spans if kind != "+") == (row.old or "")
        assert "".join(text for kind, text in row.spans if kind != "-") == (row.new or "")


@pytest.mark.parametrize(("old", "new"), [(0, 1), (1, 2), (0, 2), (2, 0)])
def test_our_own_reader_of_word_files_reads_the_new_text(old: int, new: int) -> None:
    comparison, before, after = of_editions(old, new)
    text, flags = reader.read(Archive(tracked.whole(comparison, before, after, RU)))
    lines = text.split("\n")
    law = lines[lines.index(tracked.TEXT_BEGINS.ru) + 1 : -1]
    assert law == [row.text for row in after]
    assert "tracked-changes" in flags


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
@pytest.mark.parametrize(("choice", "edition"), [("accept", 2), ("reject", 0)])
def test_pandoc_reads_both_texts(tmp_path: Path, choice: str, edition: int) -> None:
    comparison, before, after = of_editions(0, 2)
    file = tmp_path / "diff.docx"
    file.write_bytes(tracked.whole(comparison, before, after, RU))
    command = ["pandoc", f"--track-changes={choice}", "--to=plain", "--wrap=none", str(file)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    lines = [line for line in said.split("\n") if line]
    assert lines[lines.index(tracked.TEXT_BEGINS.ru) + 1 : -1] == EDITIONS[edition][1]


def words_of(made: bytes) -> Iterator[str]:
    for paragraph in docx.Document(io.BytesIO(made)).paragraphs:
        yield paragraph.text


def test_the_first_page_says_what_the_file_is() -> None:
    lines = list(words_of(tracked.changes(of_event(), RU)))
    front = "\n".join(lines[: lines.index(tracked.CHANGES_BEGIN.ru)])
    assert lines[0] == "ДЕМО: вымышленный документ / DEMO: invented document"
    assert "[Законопроект, текст ко 2-му чтению]" in front
    assert "Это проект, он не действует. This is a draft; it is not in force." in front
    assert "Было: Внесённый текст; СОЗД; получен 12.05.2026 09:10 МСК (06:10 UTC)" in front
    assert "Стало: Текст ко 2-му чтению; СОЗД; получен 14.05.2026 14:05 МСК (11:05 UTC)" in front
    assert "https://tracker.example/watch/event/" in front
    assert "Это не официальный текст" in front


def test_a_real_document_bears_no_mark_of_invention() -> None:
    made = tracked.changes(of_event(invented=False), RU)
    assert not any("ДЕМО" in line for line in words_of(made))
    assert "ДЕМО".encode() not in etree.tostring(part(made, "word/header1.xml"), encoding="utf-8")


def test_every_page_carries_the_marks_and_the_address() -> None:
    comparison, before, after = of_editions()
    made = docx.Document(io.BytesIO(tracked.whole(comparison, before, after, EN)))
    top, bottom = (place.paragraphs[0].text for place in (made.sections[0].header, made.sections[0].footer))
    assert top == "DEMO: invented document · Federal law 938-ФЗ · The document is in force."
    assert comparison.link in bottom


def test_changes_are_signed_and_dated_by_the_capture() -> None:
    comparison, before, after = of_editions()
    root = part(tracked.whole(comparison, before, after, RU))
    revisions = [*root.iter(f"{W}ins"), *root.iter(f"{W}del")]
    assert {row.get(f"{W}author") for row in revisions} == {"Duma Tracker"}
    assert {row.get(f"{W}date") for row in revisions} == {"2026-05-13T06:10:00Z"}
    identities = [row.get(f"{W}id") for row in revisions]
    assert len(identities) == len(set(identities))


def test_addresses_stand_in_comments_and_not_in_the_text() -> None:
    comparison, before, after = of_editions()
    made = tracked.whole(comparison, before, after, RU)
    said = ["".join(comment.itertext()) for comment in part(made, "word/comments.xml")]
    assert said == ["ст. 1 ч. 2. Добавлено", "ст. 1 ч. 2 → ст. 1 ч. 3. Изменено, перенумеровано"]
    assert "ст. 1 ч. 2" not in "\n".join(paragraphs(made, accept=True))


def test_a_unit_that_moved_is_struck_in_one_place_and_written_in_another() -> None:
    long = "обязанность явиться по повестке в течение тридцати дней со дня её получения"
    before = sections(f"1. {long}", "2. Второе положение остаётся.", "3. Третье положение остаётся.")
    after = sections("1. Второе положение остаётся.", "2. Третье положение остаётся.", f"3. {long}")
    made = tracked.whole(of_texts(before, after), before, after, RU)
    assert paragraphs(made, accept=True) == as_published(after)
    assert paragraphs(made, accept=False) == as_published(before)


def test_only_changed_units_each_under_its_address() -> None:
    comparison, _, _ = of_editions()
    lines = list(words_of(tracked.changes(comparison, RU)))
    assert "ст. 1 ч. 2. Добавлено" in lines
    assert not any(line.startswith("Статья 2") for line in lines)


def test_equal_texts_say_that_they_are_equal() -> None:
    same = sections("1. Одно и то же.")
    assert "Слова текстов совпадают." in list(words_of(tracked.changes(of_texts(same, same), RU)))


def test_two_sources_are_neither_older_nor_newer() -> None:
    comparison = replace(of_event(), are_times=False)
    front = "\n".join(words_of(tracked.changes(comparison, RU)))
    assert "Тексты из разных источников или документов" in front
    assert "Было:" not in front


def test_hostile_and_huge_words_are_harmless() -> None:
    before, after = sections(HOSTILE, "а" * 3_000_000), sections(HOSTILE * 2, "б " * 1_000_000)
    made = tracked.whole(of_texts(before, after), before, after, RU)
    said = "\n".join(paragraphs(made, accept=True))
    assert "<script>alert(1)</script> ]]> &amp;" in said
    assert not set("\x00\x07\u202e\ufffe") & set(said)
    assert paragraphs(made, accept=True) == as_published(after)
    assert paragraphs(made, accept=False) == as_published(before)


def test_a_long_address_and_a_missing_state_do_no_harm() -> None:
    comparison = replace(of_event(), link="https://tracker.example/" + "а" * 2_000, state="")
    lines = list(words_of(tracked.changes(comparison, RU)))
    assert not any(line.startswith("[") for line in lines[:3])


def test_the_same_comparison_gives_the_same_bytes() -> None:
    comparison, before, after = of_editions()
    assert tracked.whole(comparison, before, after, RU) == tracked.whole(comparison, before, after, RU)
    made = tracked.changes(comparison, RU)
    assert made == tracked.changes(comparison, RU)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None
    properties = docx.Document(io.BytesIO(made)).core_properties
    assert properties.modified == datetime(2026, 5, 13, 6, 10, tzinfo=UTC)
    assert properties.author == "Duma Tracker"
