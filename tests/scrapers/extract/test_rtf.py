from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract import rtf
from scrapers.extract.files import extract
from scrapers.extract.readable import is_mojibake
from tracker.errors import ExtractError
from tracker.models import Problem

FONTS = r"{\fonttbl{\f0\froman\fcharset204 Times New Roman;}{\f1\fswiss\fcharset0 Arial;}{\f2\fnil\fcharset2 Symbol;}}"


def document(inner: str, head: str = r"\ansi\ansicpg1251\deff0" + FONTS) -> bytes:
    return ("{\\rtf1" + head + inner + "}").encode("latin-1")


def hexed(text: str, encoding: str = "cp1251") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def coded(text: str, stand_in: str = "?") -> str:
    units = memoryview(text.encode("utf-16-le")).cast("H")
    return "".join(f"\\u{unit - 0x10000 if unit > 0x7FFF else unit}{stand_in}" for unit in units)


def text_of(inner: str) -> str:
    return rtf.read(document(inner))[0]


def flags_of(inner: str) -> set[str]:
    return set(rtf.read(document(inner))[1])


def refused(body: bytes) -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        extract(body)
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- letters

LETTERS = st.text(
    st.characters(
        min_codepoint=0x20, exclude_categories=["Cs", "Cc", "Co", "Zl", "Zp", "Cn"], exclude_characters="\ufffd"
    ),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() and not is_mojibake(text))


@given(text=LETTERS, stand_in=st.sampled_from(["?", "\\'3f", " ?", " X"]))
def test_any_letters_in_the_same_letters_out(text: str, stand_in: str) -> None:
    assert text_of(r"\pard " + coded(text, stand_in) + r"\par ") == text.strip(" \t")


@given(st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюяёЁАЯ№«»— 0123456789.,"), min_size=1).filter(str.strip))
def test_windows_letters_as_codes_and_as_bytes(text: str) -> None:
    assert text_of(hexed(text)) == text.strip()
    assert rtf.read(document(text.encode("cp1251").decode("latin-1")))[0] == text.strip()


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (r"\f0 " + hexed("Закон"), "Закон"),
        (r"\f1\'e9t\'e9 {\f0 " + hexed("дом") + r"} \'e9", "été дом é"),
        (r"\f1 x\plain " + hexed("дом"), "xдом"),
        (r"\uc2\u1057ab\uc0\u1090\u1072", "Ста"),
        (r"{\uc3\u1057abc}\u1090?", "Ст"),
        (r"\uc1\u1057{?}", "С?"),  # a group ends what stands in for a letter
        (r"\u178 2x", "²x"),
        (r"a\~b\_c\-d\emdash\endash\ldblquote x\rdblquote\{\}\\", "a\xa0b\u2011c\xadd—–“x”{}\\"),
        (r"a\line b\tab c", "a\nb\tc"),
        (r"a" + "\r\n" + r"b\par" + "\r\n" + "c", "ab\nc"),
        ("a\\\nb", "a\nb"),
        (r"\f2 \u-3913?\f0  x", "• x"),
        (r"\unknownword5 x{\*\unknown hidden}y", "xy"),
    ],
)
def test_characters(inner: str, expected: str) -> None:
    assert text_of(inner) == expected


def test_encodings_of_the_file() -> None:
    assert rtf.read(document(hexed("Статья", "cp866"), r"\pc\ansicpg866"))[0] == "Статья"
    assert rtf.read(document(hexed("Статья"), r"\ansi"))[0] == "Статья"
    assert rtf.read(document(hexed("Статья"), r"\ansi\ansicpg99999"))[0] == "Статья"
    assert rtf.read(document(hexed("日本", "cp932"), r"\ansi\deff0{\fonttbl{\f0\fcharset128 x;}}"))[0] == "日本"


def test_fonts_that_lie_about_their_letters_are_found_out() -> None:
    text, flags = rtf.read(document(r"\f1 " + hexed("Статья первая закона")))
    assert (text, set(flags)) == ("Статья первая закона", {"encoding-guessed"})


def test_letters_that_nothing_explains_are_refused() -> None:
    error = refused(document(coded("ÀÁÂÃÄÅÆÇÈÉÊ" * 3)))
    assert error.problem is Problem.BROKEN
    assert "encoding" in str(error)


# ---------------------------------------------------------------- what the page shows


@pytest.mark.parametrize(
    "raised",
    [
        r"22{\super 1}.",
        r"22\super 1\nosupersub .",
        r"22\up6 1\up0 .",
        r"22{\super\'31}.",
        r"22{\super \u49?}.",
        r"22\super 1\plain .",
    ],
)
def test_superscripts_stay_superscripts(raised: str) -> None:
    assert text_of(raised) == "22¹."


def test_superscripts_of_several_pieces() -> None:
    assert text_of(r"341{\super 1}{\super -1}, 5{\sub 2}{\super0 3}, {\super abc 1}") == "341¹⁻¹, 523, abc 1"


def test_deleted_words_are_no_text() -> None:
    inner = r"x {\deleted 27}{\revised 30} y"
    assert text_of(inner) == "x 30 y"
    assert flags_of(inner) == {"tracked-changes"}
    assert text_of(r"a{\deleted\par }b\par c") == "ab\nc"
    assert flags_of("x") == set()


def test_hidden_words_are_left_out_and_told() -> None:
    inner = r"x{\v hidden}{\v0 y}"
    assert text_of(inner) == "xy"
    assert flags_of(inner) == {"hidden-text"}


def test_numbers_of_lists() -> None:
    new = r"\pard{\listtext\pard\plain 1)\tab}\ls1 a\par\pard{\listtext 2)\tab}\ls1 b\par"
    old = r"\pard{\pntext\f0 1)\tab}{\*\pn\pnlvlbody\pndec{\pntxta )}}a\par{\pntext 2)\tab}b\par"
    assert text_of(new) == text_of(old) == "1) a\n2) b"
    assert flags_of(new) == flags_of(old) == set()


def test_a_list_whose_numbers_are_not_written_says_so() -> None:
    assert flags_of(r"\pard\ls3\ilvl0 a\par") == {"list-numbers-lost"}
    assert flags_of(r"\pard\ls0 a\par") == set()


def row(*cells: str) -> str:
    return r"\trowd\cellx1\cellx2\pard\intbl " + "".join(cell + r"\cell " for cell in cells) + r"\row "


def test_tables() -> None:
    assert text_of(r"a\par" + row("1", r"x\par y", "") + row("2", "z") + r"\pard b\par") == "a\n1 | x y | \n2 | z\nb"
    assert text_of(row("one") + row(r"a\par b")) == "one\na\nb"


def test_a_table_in_a_frame() -> None:
    inner = r"\intbl\itap2 1\nestcell 2\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}"
    assert text_of(r"\trowd\pard\intbl x\cell " + inner + r"\cell\row\pard y\par") == "x\n1 | 2\ny"


def test_notes_stand_behind_their_paragraph() -> None:
    note = r"{\super\chftn{\*\footnote\chftn\pard\plain note\par more}}"
    assert text_of(f"a{note} b\\par c") == "a b [сноска: note more]\nc"
    assert text_of(r"a{\footnote note} b") == "a b [сноска: note]"


def test_boxes_follow_their_paragraph() -> None:
    shape = r"{\shp{\*\shpinst{\sp{\sn name}{\sv value}}{\shptxt\pard box\par line\par}}{\shprslt again}}"
    assert text_of(f"a{shape}b\\par c") == "ab\nbox\nline\nc"


def test_what_is_no_text() -> None:
    head = r"{\info{\title t}}{\stylesheet{\s0 Normal;}}{\colortbl;\red0;}{\*\generator g;}{\header h}{\footer f}"
    field = r'{\field{\*\fldinst HYPERLINK "http://example.org"}{\fldrslt link}}'
    assert text_of(head + field + r"{\*\bkmkstart b}x{\*\bkmkend b}") == "linkx"


def test_pictures_leave_a_mark() -> None:
    inner = r"a {\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict 00}}b"
    assert text_of(inner) == "a [рисунок]b"
    assert flags_of(inner) == {"pictures"}
    embedded = r"x{\object\objemb{\*\objclass Excel.Sheet}{\*\objdata 0105}{\result{\pict 00}}}"
    assert text_of(embedded) == "x[рисунок]"


# ---------------------------------------------------------------- damaged and dangerous files


def test_binary_data_is_stepped_over() -> None:
    assert text_of("a{\\pict\\bin5 {}}}\\}b") == "a[рисунок]b"
    assert refused(document(r"a\bin999999999 b")).problem is Problem.BROKEN
    assert text_of(r"a\bin-5 b") == "ab"


@given(st.integers(1, 60))
def test_a_cut_file_is_broken_never_a_shorter_text(cut: int) -> None:
    whole = document(r"\pard " + hexed("Статья 1") + r"\par {\b x}\par")
    with pytest.raises(ExtractError) as caught:
        rtf.read(whole[:-cut])
    assert caught.value.problem is Problem.BROKEN


def test_what_follows_the_document_is_ignored() -> None:
    assert rtf.read(document("x") + b"\0\0}{\\par junk")[0] == "x"


def test_nesting_without_end_is_refused() -> None:
    assert text_of("{" * 900 + "x" + "}" * 900) == "x"
    assert refused(document("{" * 1_000_000)).problem is Problem.BROKEN


@pytest.mark.parametrize(
    ("inner", "problem"), [("", Problem.EMPTY), (r"\par\par", Problem.EMPTY), (r"{\pict 00}", Problem.SCAN)]
)
def test_no_text(inner: str, problem: Problem) -> None:
    assert refused(document(inner)).problem is problem


@given(
    st.lists(
        st.sampled_from(
            [*"{}\\?5x ", "\\'e9", "\\u", "\\uc", "\\bin", "\\par", "\\cell", "\\row", "\\*", "\\footnote", "\n"]
        )
    )
)
def test_any_rtf_is_text_or_a_clear_error(pieces: list[str]) -> None:
    try:
        text, _ = rtf.read(document("".join(pieces)))
    except ExtractError:
        return
    assert text.strip()


def test_through_the_door() -> None:
    got = extract(document(r"x{\super 1}"), name="law.rtf")
    assert (got.text, got.format, got.extractor, got.flags) == ("x¹", "rtf", "rtf/1", ())
