from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.files import extract
from tracker.errors import ExtractError
from tracker.models import Problem

MakeDocx: TypeAlias = Callable[..., bytes]


def run(text: str, properties: str = "") -> str:
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs: str, properties: str = "") -> str:
    """A paragraph; plain words become a run."""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def item(text: str, level: int = 0, number: str = "1") -> str:
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(place: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def numbering(*levels: str, lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') -> str:
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{lists}'


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{inner}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def ins(inner: str) -> str:
    return f'<w:ins w:id="1" w:author="x" w:date="2099-01-01T00:00:00Z">{inner}</w:ins>'


def deleted(text: str) -> str:
    return f'<w:del w:id="2" w:author="x"><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


# ---------------------------------------------------------------- paragraphs and runs

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), max_size=40
)


@given(
    paragraphs=st.lists(st.lists(WORDS, max_size=4), max_size=8).filter(
        lambda all_: any("".join(one).strip() for one in all_)
    )
)
def test_any_paragraphs_in_the_same_text_out(docx: MakeDocx, paragraphs: list[list[str]]) -> None:
    """Cut into runs anywhere; only blank paragraphs and spaces at the ends of lines are layout."""
    body = "".join(p(*(run(piece) for piece in pieces)) for pieces in paragraphs)
    texts = ["".join(pieces).strip(" ") for pieces in paragraphs]
    got = extract(docx(body))
    assert got.text.split("\n") == [text for text in texts if text.strip()]
    assert (got.format, got.extractor, got.flags) == ("docx", "docx/1", ())


def test_characters_that_are_elements(docx: MakeDocx) -> None:
    body = p(
        "<w:r><w:t>до</w:t><w:tab/><w:t>после</w:t><w:br/><w:t>ряд</w:t><w:cr/><w:t>а</w:t><w:noBreakHyphen/><w:t>б</w:t>"
        '<w:softHyphen/><w:t>в</w:t><w:sym w:font="x" w:char="00A7"/><w:sym w:char="oops"/><w:sym/></w:r>'
    )
    assert extract(docx(body)).text == "до\tпосле\nряд\nа\u2011б\u00adв§"


def test_no_break_and_soft_characters_stay(docx: MakeDocx) -> None:
    assert extract(docx(p("ст.\u00a022 граж\u00adданство"))).text == "ст.\u00a022 граж\u00adданство"


@pytest.mark.parametrize(
    ("properties", "text", "expected"),
    [
        ('<w:vertAlign w:val="superscript"/>', "1", "статья 22¹."),
        ('<w:vertAlign w:val="superscript"/>', "1-1", "статья 22¹⁻¹."),
        ('<w:vertAlign w:val="superscript"/>', "*", "статья 22*."),
        ('<w:vertAlign w:val="subscript"/>', "1", "статья 221."),
        ('<w:vertAlign w:val="baseline"/>', "1", "статья 221."),
        ('<w:position w:val="6"/><w:sz w:val="18"/>', "1", "статья 22¹."),
        ('<w:position w:val="-6"/>', "1", "статья 221."),
        ('<w:rStyle w:val="Child"/>', "1", "статья 22¹."),
        ('<w:rStyle w:val="Child"/><w:vertAlign w:val="baseline"/>', "1", "статья 221."),
        ('<w:rStyle w:val="Unknown"/>', "1", "статья 221."),
    ],
)
def test_superscripts_are_written_out(docx: MakeDocx, properties: str, text: str, expected: str) -> None:
    styles = (
        '<w:style w:styleId="Base"><w:basedOn w:val="Child"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:styleId="Child"><w:basedOn w:val="Base"/><w:rPr><w:b/></w:rPr></w:style>'
    )
    body = p(run("статья 22"), run(text, properties), run("."))
    assert extract(docx(body, styles=styles)).text == expected


def test_words_inside_links_fields_and_controls_are_read(docx: MakeDocx) -> None:
    body = (
        p(
            f'<w:hyperlink r:id="x" xmlns:r="urn:r">{run("ссылка")}</w:hyperlink>',
            f"<w:smartTag>{run(' метка')}</w:smartTag>",
        )
        + f"<w:sdt><w:sdtPr/><w:sdtContent>{p('поле формы')}</w:sdtContent></w:sdt>"
        + p(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("стр. 5"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            f'<w:fldSimple w:instr="NUMPAGES">{run(" из 9")}</w:fldSimple>',
        )
    )
    assert extract(docx(body)).text == "ссылка метка\nполе формы\nстр. 5 из 9"


def test_hidden_text_is_left_out_and_told(docx: MakeDocx) -> None:
    got = extract(docx(p(run("видно"), run(" тайно", "<w:vanish/>"), run(" снова", '<w:vanish w:val="0"/>'))))
    assert (got.text, got.flags) == ("видно снова", ("hidden-text",))


def test_formulas_give_their_characters(docx: MakeDocx) -> None:
    got = extract(docx(p("где ", "<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>")))
    assert (got.text, got.flags) == ("где a=b", ("formulas",))


# ---------------------------------------------------------------- tracked changes


def test_insertions_are_text_and_deletions_are_not(docx: MakeDocx) -> None:
    got = extract(docx(p(run("до "), deleted("27"), ins(run("30")), run(" лет"))))
    assert (got.text, got.flags) == ("до 30 лет", ("tracked-changes",))


def test_moved_text_stands_where_it_went(docx: MakeDocx) -> None:
    body = p(f'<w:moveFrom w:id="1">{run("слова")}</w:moveFrom>', run("прежде")) + p(
        f'<w:moveTo w:id="2">{run("слова")}</w:moveTo>'
    )
    got = extract(docx(body))
    assert (got.text, got.flags) == ("прежде\nслова", ("tracked-changes",))


def test_a_deleted_paragraph_mark_joins_two_paragraphs(docx: MakeDocx) -> None:
    mark = '<w:rPr><w:del w:id="3"/></w:rPr>'
    body = p("Первая половина", properties=mark) + p(" и вторая") + p(deleted("всё"), properties=mark) + p("Конец")
    got = extract(docx(body))
    assert (got.text, got.flags) == ("Первая половина и вторая\nКонец", ("tracked-changes",))


def test_deleted_items_of_a_list_are_not_counted(docx: MakeDocx) -> None:
    properties = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = item("а") + p(deleted("б"), properties=f'{properties}<w:rPr><w:del w:id="3"/></w:rPr>') + item("в")
    got = extract(docx(body, numbering=numbering(level(0, "decimal", "%1)"))))
    assert got.text == "1) а\n2) в"


def test_deleted_rows_are_gone(docx: MakeDocx) -> None:
    body = table(
        row("а", "б"), row("в", "г", properties='<w:del w:id="4"/>'), row("д", "е", properties='<w:ins w:id="5"/>')
    )
    got = extract(docx(body))
    assert (got.text, got.flags) == ("а | б\nд | е", ("tracked-changes",))


def test_a_text_without_changes_has_no_flag(docx: MakeDocx) -> None:
    assert extract(docx(p("до 30 лет"))).flags == ()


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("form", "pattern", "expected"),
    [
        ("decimal", "%1)", ["1)", "2)", "3)"]),
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("decimalZero", "%1.", ["01.", "02.", "03."]),
        ("lowerLetter", "%1)", ["a)", "b)", "c)"]),
        ("upperLetter", "%1.", ["A.", "B.", "C."]),
        ("russianLower", "%1)", ["а)", "б)", "в)"]),
        ("russianUpper", "%1.", ["А.", "Б.", "В."]),
        ("lowerRoman", "%1.", ["i.", "ii.", "iii."]),
        ("upperRoman", "Глава %1.", ["Глава I.", "Глава II.", "Глава III."]),
        ("bullet", "\uf0b7", ["•", "•", "•"]),
        ("bullet", "–", ["–", "–", "–"]),
        ("none", "§", ["§", "§", "§"]),
        ("ordinalText", "%1.", ["1.", "2.", "3."]),
    ],
)
def test_automatic_numbers_are_written_out(docx: MakeDocx, form: str, pattern: str, expected: list[str]) -> None:
    body = item("слово") * 3
    got = extract(docx(body, numbering=numbering(level(0, form, pattern))))
    assert got.text.split("\n") == [f"{label} слово" for label in expected]


def test_russian_letters_skip_those_that_are_never_numbers(docx: MakeDocx) -> None:
    got = extract(docx(item("x") * 31, numbering=numbering(level(0, "russianLower", "%1"))))
    labels = [line.partition(" ")[0] for line in got.text.split("\n")]
    assert "".join(labels[:29]) == "абвгдежзиклмнопрстуфхцчшщыэюя"
    assert labels[29:] == ["аа", "бб"]


def test_levels_count_within_their_parents(docx: MakeDocx) -> None:
    levels = (level(0, "decimal", "%1."), level(1, "decimal", "%1.%2."), level(2, "russianLower", "%3)"))
    body = "".join(item("x", place) for place in (0, 1, 2, 2, 1, 2, 0, 1))
    got = extract(docx(body, numbering=numbering(*levels)))
    assert got.text.split("\n") == ["1. x", "1.1. x", "а) x", "б) x", "1.2. x", "а) x", "2. x", "2.1. x"]


def test_a_level_that_was_skipped_counts_as_begun(docx: MakeDocx) -> None:
    levels = (
        level(0, "upperRoman", "%1."),
        level(1, "decimal", "%1.%2."),
        level(2, "decimal", "%1.%2.%3.", "<w:isLgl/>"),
    )
    got = extract(docx(item("x", 2) + item("x", 1), numbering=numbering(*levels)))
    assert got.text.split("\n") == ["1.1.1. x", "I.2. x"]


def test_lists_of_one_definition_count_on_unless_told_to_start_anew(docx: MakeDocx) -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    lists = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{more}</w:num>'
        for number, more in ((1, ""), (2, ""), (3, override))
    )
    body = item("x") + item("x", number="2") + item("x", number="3") + item("x", number="3")
    got = extract(docx(body, numbering=numbering(level(0, "decimal", "%1)"), lists=lists)))
    assert got.text.split("\n") == ["1) x", "2) x", "5) x", "6) x"]


def test_a_level_may_never_restart_and_a_label_may_touch_its_text(docx: MakeDocx) -> None:
    levels = (
        level(0, "decimal", "%1.", '<w:suff w:val="space"/>'),
        level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/><w:suff w:val="nothing"/>'),
    )
    body = item("x") + item("x", 1) + item("x") + item("x", 1)
    assert extract(docx(body, numbering=numbering(*levels))).text.split("\n") == ["1. x", "1)x", "2. x", "2)x"]


def test_a_style_may_number_its_paragraphs(docx: MakeDocx) -> None:
    styles = (
        '<w:style w:styleId="Point"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Special"><w:basedOn w:val="Point"/></w:style>'
    )
    levels = (level(0, "decimal", "%1."), level(1, "decimal", "(%2)", '<w:pStyle w:val="Point"/>'))
    off = '<w:pStyle w:val="Point"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = (
        p("x", properties='<w:pStyle w:val="Point"/>')
        + p("x", properties='<w:pStyle w:val="Special"/>')
        + p("x", properties=off)
    )
    got = extract(docx(body, styles=styles, numbering=numbering(*levels)))
    assert got.text.split("\n") == ["(1) x", "(2) x", "x"]


def test_a_list_defined_by_a_style_is_found(docx: MakeDocx) -> None:
    parts = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Articles"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="Articles"/>{level(0, "decimal", "Статья %1.")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    assert extract(docx(item("x") * 2, numbering=parts)).text == "Статья 1. x\nСтатья 2. x"


def test_a_numbered_empty_paragraph_shows_its_number(docx: MakeDocx) -> None:
    body = item("x") + item("") + item("x")
    assert extract(docx(body, numbering=numbering(level(0, "decimal", "%1.")))).text == "1. x\n2.\n3. x"


@pytest.mark.parametrize("body", [item("x", number="7"), item("x", 5), item("x", 99), item("x", -1)])
def test_lists_that_are_not_defined_have_no_labels(docx: MakeDocx, body: str) -> None:
    assert extract(docx(body, numbering=numbering(level(0, "decimal", "%1.")))).text == "x"
    assert extract(docx(body)).text == "x"


# ---------------------------------------------------------------- tables


def test_tables_go_row_by_row(docx: MakeDocx) -> None:
    body = p("До") + table(row("№", "Срок"), row("1", p("пять") + p("лет")), row("2", ""), row("", "")) + p("После")
    assert extract(docx(body)).text == "До\n№ | Срок\n1 | пять лет\n2 | \nПосле"


def test_a_table_that_only_frames_text_is_read_as_text(docx: MakeDocx) -> None:
    inner = table(row("а", "б"))
    body = table(row(p("Один") + p("Два"))) + table(row("Слева", p("Справа") + inner + p("")))
    assert extract(docx(body)).text == "Один\nДва\nСлева\nСправа\nа | б"


def test_items_of_a_list_in_cells_are_counted_in_reading_order(docx: MakeDocx) -> None:
    body = table(row(item("а"), item("б")), row(item("в"), item("г")))
    assert extract(docx(body, numbering=numbering(level(0, "decimal", "%1.")))).text == "1. а | 2. б\n3. в | 4. г"


# ---------------------------------------------------------------- notes, boxes, pictures

REFERENCE = '<w:r><w:rPr><w:rStyle w:val="x"/></w:rPr><w:footnoteReference w:id="{}"/></w:r>'


def test_notes_stand_in_brackets_behind_their_paragraph(docx: MakeDocx) -> None:
    notes = (
        f'<w:footnote w:type="separator" w:id="-1">{p("черта")}</w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>", " Первая.")}{p("Второй абзац.")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="2">{p("Концевая.")}</w:endnote>'
    body = (
        p(run("Слово"), REFERENCE.format(2), run(" и дело. "), '<w:r><w:endnoteReference w:id="2"/></w:r>')
        + p(run("Повтор"), REFERENCE.format(2))
        + p(run("Без сноски"), REFERENCE.format(77))
    )
    got = extract(docx(body, footnotes=notes, endnotes=endnotes))
    assert got.text == "Слово и дело. [сноска: Первая. Второй абзац.] [сноска: Концевая.]\nПовтор\nБез сноски"


def test_a_note_that_refers_to_itself_ends(docx: MakeDocx) -> None:
    notes = f'<w:footnote w:id="2">{p(run("Сама"), REFERENCE.format(2))}</w:footnote>'
    assert extract(docx(p(run("Слово"), REFERENCE.format(2)), footnotes=notes)).text == "Слово [сноска: Сама]"


def test_a_text_box_is_read_once_after_its_paragraph(docx: MakeDocx) -> None:
    box = f"<w:txbxContent>{p('В рамке')}</w:txbxContent>"
    choice = f'<mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
    body = p(
        run("Абзац"),
        f"<w:r><mc:AlternateContent>{choice}<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    got = extract(docx(body + p("Далее")))
    assert (got.text, got.flags) == ("Абзац\nВ рамке\nДалее", ())


def test_of_two_alternatives_the_first_is_read(docx: MakeDocx) -> None:
    choice, fallback = "<mc:Choice><w:t>новое</w:t></mc:Choice>", "<mc:Fallback><w:t>старое</w:t></mc:Fallback>"
    body = p(
        f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>", "<w:r><mc:AlternateContent/></w:r>"
    )
    assert extract(docx(body)).text == "новое"


PICTURE = "<w:r><w:drawing><a:blip/></w:drawing></w:r>"


def test_a_picture_leaves_a_mark_and_a_drawn_line_does_not(docx: MakeDocx) -> None:
    body = (
        p(run("Формула "), PICTURE)
        + p("<w:r><w:pict><v:line/></w:pict></w:r>")
        + p("<w:r><w:pict><v:imagedata/></w:pict></w:r>")
    )
    got = extract(docx(body))
    assert (got.text, got.flags) == ("Формула [рисунок]\n[рисунок]", ("pictures",))


def test_pictures_without_words_are_a_scan(docx: MakeDocx) -> None:
    with pytest.raises(ExtractError, match="scan") as caught:
        extract(docx(p(PICTURE) * 3))
    assert caught.value.problem is Problem.SCAN


@pytest.mark.parametrize("body", ["", "<w:p/>", p("  "), table(row("", ""))])
def test_a_file_without_words_is_empty(docx: MakeDocx, body: str) -> None:
    with pytest.raises(ExtractError) as caught:
        extract(docx(body))
    assert caught.value.problem is Problem.EMPTY


def test_the_main_part_is_found_by_its_relation(docx: MakeDocx) -> None:
    assert (
        extract(docx(item("x"), main="word/document2.xml", numbering=numbering(level(0, "decimal", "%1.")))).text
        == "1. x"
    )
