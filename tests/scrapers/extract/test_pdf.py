from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract import pdf
from scrapers.extract.files import extract, tools
from tracker.errors import ExtractError
from tracker.models import Problem

Convert: TypeAlias = Callable[[bytes, str], bytes]
MakeDocx: TypeAlias = Callable[..., bytes]

WIDTH, HEIGHT = 600, 800


def words(text: str, *, x: float = 50, y: float = 700, size: float = 12, mode: int = 0) -> bytes:
    return f"BT /F0 {size} Tf {mode} Tr 1 0 0 1 {x} {y} Tm <{text.encode('cp1251').hex()}> Tj ET\n".encode()


def picture(width: float = WIDTH, height: float = HEIGHT) -> bytes:
    return b"q %d 0 0 %d 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n" % (width, height)


def outline() -> bytes:
    return b"50 50 m 60 60 l 70 50 l f\n"


def written(*contents: bytes, catalog: str = "", trailer: str = "", unicode: bool = True, image: bytes = b"") -> bytes:
    """A PDF of pages with these contents, in a font whose codes are windows-1251."""
    codes = [code for code in range(0x20, 0x100) if code != 0x98]
    rows = "".join(f"<{code:02x}> <{ord(bytes([code]).decode('cp1251')):04x}>\n" for code in codes)
    mapping = (
        f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange {len(codes)} beginbfchar {rows} endbfchar endcmap"
    )
    first = 6
    kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(contents)))
    to_unicode = "/ToUnicode 4 0 R" if unicode else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} /MediaBox [0 0 {WIDTH} {HEIGHT}] >>".encode(),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding {to_unicode} >>".encode(),
        stream(mapping.encode()),
        image or b"null",
    ]
    for place, content in enumerate(contents):
        resources = "/Resources << /Font << /F0 3 0 R >> /XObject << /I 5 0 R /F 5 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {resources} /Contents {first + 2 * place + 1} 0 R >>".encode(),
            stream(content),
        ]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer << /Size {len(places) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + end


def stream(content: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(content)} {more} >>\nstream\n".encode() + content + b"\nendstream"


def refused(body: bytes, **told: Any) -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        extract(body, **told)
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- the text layer


def test_lines_of_all_pages_in_order() -> None:
    first = words("Статья 1. Цели") + words("Настоящий закон", y=680)
    got = extract(written(first, words("Статья 2")), name="law.docx")
    assert (got.text, got.format, got.extractor, got.flags) == (
        "Статья 1. Цели\nНастоящий закон\nСтатья 2",
        "pdf",
        "pdf/1",
        (),
    )


@given(st.text(st.sampled_from("абвгдежзиклмнопрстуфхцчшщэюяАБВ0123456789.,"), min_size=1, max_size=30))
def test_any_words_in_the_same_words_out(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    # Behind a first line, for a number alone on a line is a page number.
    body = written(words("Статья") + words(text, y=600) + words("конец", y=500))
    assert pdf.read(body, tmp_path_factory.getbasetemp(), ocr=False)[0] == f"Статья\n{text}\nконец"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (words("Статья 22") + words("1", x=105, y=705, size=7) + words(". Цели", x=110), "Статья 22¹. Цели"),
        (words("ст. 341") + words("1-1", x=91, y=705, size=7) + words("и", x=106), "ст. 341¹⁻¹ и"),
        (words("Срок 22") + words("а", x=92, y=705, size=7) + words(" лет", x=96), "Срок 22а лет"),
        (words("Пункт 2") + words("3", x=93, y=697, size=7), None),  # below the line
        (words("12") + words("5", x=50, y=688), "12\n5"),  # the next line
        (words("12 34 56"), "12 34 56"),
    ],
)
def test_superscripts_stay_superscripts(content: bytes, expected: str | None) -> None:
    text = extract(written(content)).text
    assert text == expected if expected else "³" not in text


def test_turned_text_has_no_superscripts() -> None:
    turned = b"BT /F0 12 Tf 0 1 -1 0 100 100 Tm <3132333435> Tj ET\n"
    got = extract(written(turned))
    assert (got.text, got.flags) == ("12345", ("superscripts-lost",))


def test_cells_of_a_table_are_no_superscripts() -> None:
    cells = (
        words("первая строка") + words("вторая", y=686) + words("1", x=200, y=693) + words("2", x=230, y=693, size=9)
    )
    assert extract(written(cells)).text == "первая строка\nвторая\n1 2"


def test_the_number_of_a_note_stands_above_its_first_word() -> None:
    note = words("1", y=105, size=6) + words("Сноска", x=55, y=100, size=10)
    assert extract(written(words("Слово") + note)).text == "Слово\n¹Сноска"


def test_page_numbers_go_and_other_numbers_stay() -> None:
    pages = [words(str(number), y=780) + words(f"Статья {number}") + words("5", y=600) for number in (1, 2, 3)]
    assert extract(written(*pages)).text == "Статья 1\n5\nСтатья 2\n5\nСтатья 3\n5"
    assert extract(written(words("17") + words("Статья", y=600))).text == "17\nСтатья"


def test_a_stamp_is_no_scan() -> None:
    got = extract(written(words("Статья 1") + picture(80, 80)))
    assert (got.text, got.flags) == ("Статья 1", ("pictures",))


def test_blank_pages_are_no_scan() -> None:
    assert extract(written(words("Статья 1"), b"")).text == "Статья 1"
    assert refused(written(b"", b"")).problem is Problem.EMPTY


def test_a_script_is_not_run() -> None:
    body = written(words("Статья 1"), catalog="/OpenAction << /S /JavaScript /JS (app.alert\\(1\\);) >>")
    assert extract(body).text == "Статья 1"


# ---------------------------------------------------------------- scans


@pytest.mark.parametrize(
    "page",
    [
        picture(),
        picture() + words("Статья 1", mode=3),  # words that a machine put under the picture
        words("Статья 1") + picture(),
        picture(WIDTH, HEIGHT / 3) + picture(WIDTH, HEIGHT / 3),  # in strips
        picture(WIDTH / 4, HEIGHT / 4) + words("Статья 1", mode=3),
        b"q 300 0 0 400 0 0 cm /F Do Q " + words("Статья 1"),  # the picture is inside a form that makes it large
        outline(),
    ],
)
def test_a_picture_of_a_page_is_a_scan(page: bytes) -> None:
    form = stream(picture(2, 2), "/Type /XObject /Subtype /Form /BBox [0 0 2 2]")
    error = refused(written(page, page, image=form))
    assert error.problem is Problem.SCAN
    assert "whose pages are pictures" in str(error)


def test_one_scanned_page_makes_the_file_a_scan() -> None:
    error = refused(written(words("Статья 1"), picture(), words("Статья 3")))
    assert error.problem is Problem.SCAN
    assert "of 3 pages of which some are pictures (2)" in str(error)


def test_letters_that_are_none_are_a_scan() -> None:
    error = refused(written(words("Статья первая настоящего закона"), unicode=False))
    assert error.problem is Problem.SCAN


def test_without_tesseract_recognition_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExtractError, match="install tesseract with Russian") as caught:
        pdf.read(written(picture()), tmp_path, ocr=True)
    assert caught.value.problem is Problem.SCAN


def test_a_scan_is_recognised_when_asked_for(docx: MakeDocx, convert: Convert, needs: Callable[[str], str]) -> None:
    needs("tesseract")
    assert tools()["tesseract-rus"], "tesseract is installed without its Russian data (tesseract-ocr-rus)"
    paragraph = (
        '<w:p><w:r><w:rPr><w:sz w:val="36"/></w:rPr><w:t>Статья первая. Гражданство прекращается</w:t></w:r></w:p>'
    )
    with pypdfium2.PdfDocument(convert(docx(paragraph), "pdf")) as printed:
        bitmap = printed[0].render(scale=3, grayscale=True)
        rows = bytes(bitmap.buffer)
        pixels = b"".join(rows[y * bitmap.stride : y * bitmap.stride + bitmap.width] for y in range(bitmap.height))
        size = f"/Width {bitmap.width} /Height {bitmap.height}"
        bitmap.close()
    head = f"/Type /XObject /Subtype /Image {size} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    scanned = written(b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, HEIGHT), image=stream(zlib.compress(pixels), head))
    assert refused(scanned).problem is Problem.SCAN
    got = extract(scanned, ocr=True)
    assert got.text == "Статья первая. Гражданство прекращается"
    assert (got.format, got.extractor, got.flags) == ("pdf", "pdf/1+tesseract", ("ocr",))


def test_a_scan_of_nothing_stays_a_scan(needs: Callable[[str], str]) -> None:
    needs("tesseract")
    with pytest.raises(ExtractError, match="no words were recognised"):
        extract(written(picture()), ocr=True)


def test_a_text_layer_needs_no_recognition() -> None:
    assert extract(written(words("Статья 1")), ocr=True).extractor == "pdf/1"


# ---------------------------------------------------------------- damaged and dangerous files


def test_an_encrypted_file_is_named() -> None:
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    error = refused(written(words("Статья 1"), trailer=lock))
    assert error.problem is Problem.BROKEN
    assert "encrypted" in str(error)


@pytest.mark.parametrize("body", [b"%PDF-1.4\n%\xe2\xe3", b"\r\n\0junk%PDF-1.7", b"%PDF-1.7\nstartxref\n5\n%%EOF\n"])
def test_damage_is_told(body: bytes) -> None:
    assert refused(body).problem is Problem.BROKEN


@given(st.integers(8, 2000))
def test_a_cut_file_is_broken_never_a_shorter_text(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    whole = written(*[words(f"Статья {number}") for number in range(20)])
    with pytest.raises(ExtractError) as caught:
        pdf.read(whole[:-cut], tmp_path_factory.getbasetemp(), ocr=False)
    assert caught.value.problem is Problem.BROKEN


def test_a_page_that_unpacks_to_much_costs_only_itself() -> None:
    bomb = written(words("x")).replace(
        stream(words("x")), stream(zlib.compress(b" " * 1_500_000_000, 1), "/Filter /FlateDecode")
    )
    assert refused(bomb).problem in {Problem.BROKEN, Problem.EMPTY}
    assert extract(written(words("Статья 1"))).text == "Статья 1"


def test_pages_without_end_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(ExtractError, match="3 pages"):
        pdf.read(written(b"", b"", b""), tmp_path, ocr=False)
