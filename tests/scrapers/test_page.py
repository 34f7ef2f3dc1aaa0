from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import decoded, read, text_of
from scrapers.superscript import raised
from tracker.errors import ConfigError, PageError
from tracker.models import Problem

EDITIONS = Path(__file__).resolve().parents[3] / "shared" / "sources" / "real" / "editions"


def lines(markup: str, selector: str | None = None) -> list[str]:
    return text_of(markup.encode(), selector=selector).split("\n")


def test_one_line_per_block_and_break() -> None:
    page = """<html><head><title>Сайт</title><style>p {}</style></head><body><nav>Меню</nav><script>x()</script>
    <h1>Указ</h1><p>Первый   <b>абзац</b>,
      второй<br>ряд</p><!-- заметка --><div>Внутри <p>абзац</p> после</div><ul><li>один</li><li>два</li></ul></body></html>"""
    assert lines(page) == ["Указ", "Первый абзац, второй", "ряд", "Внутри", "абзац", "после", "один", "два"]


def test_no_break_spaces_stay_and_blank_paragraphs_go() -> None:
    assert lines("<p>1.&nbsp;Часть&nbsp;&nbsp;первая</p><p>&nbsp;</p><p> </p>") == ["1.\u00a0Часть\u00a0\u00a0первая"]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Статья&nbsp;22<sup>1</sup>.</p>", "Статья\u00a022¹."),
        ('<p>Статья 312<span class="W9">1</span>.</p>', "Статья 312¹."),
        ('<p>22<span class="x W9"><a href="#">10</a></span></p>', "22¹⁰"),
        ('<p>Статья 341<span class="W9">1-1</span></p>', "Статья 341¹⁻¹"),
        ('<p>22<span style="font-size:8px; vertical-align: super">1</span></p>', "22¹"),
        ("<p>пункт «а<sup>1</sup>»</p>", "пункт «а¹»"),
        ("<p>слово<sup>*</sup></p>", "слово*"),
        ("<p><sup>(фамилия 1)</sup></p>", "(фамилия 1)"),
        ("<p>H<sub>2</sub>O</p>", "H2O"),
        ("<p>22<sup>1</sup> и 23</p>", "22¹ и 23"),
    ],
)
def test_superscripts_survive_the_loss_of_tags(markup: str, expected: str) -> None:
    assert lines(markup) == [expected]


@given(st.integers(1, 999), st.integers(1, 99))
def test_a_raised_number_is_neither_glued_nor_lost(article: int, inserted: int) -> None:
    (line,) = lines(f"<p>статья {article}<sup>{inserted}</sup></p>")
    assert line != f"статья {article}{inserted}"
    assert line.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")) == f"статья {article}{inserted}"
    assert raised(str(inserted)) in line


def test_tables_go_row_by_row() -> None:
    page = """<table><caption>Перечень</caption><thead><tr><th>№</th><th>Срок</th></tr></thead>
    <tr><td><p>1</p></td><td><p>пять</p><p>лет</p></td></tr><tr><td>2</td><td></td></tr><tr><td></td><td> </td></tr></table>"""
    assert lines(page) == ["Перечень", "№ | Срок", "1 | пять лет", "2 | "]


def test_a_layout_table_is_read_as_blocks() -> None:
    page = """<table><tr><td><p>Слева</p></td><td><p>Статья 1</p><table><tr><td>а</td><td>б</td></tr></table><p>Статья 2</p></td>
    </tr></table><table><tr><td><p>Один</p><p>Два</p></td></tr></table>"""
    assert lines(page) == ["Слева", "Статья 1", "а | б", "Статья 2", "Один", "Два"]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<ol><li>а</li><li><p>б</p><p>в</p></li></ol>", ["1. а", "2. б", "в"]),
        ("<ol start=5><li>а<li value=9>б<li>в</ol>", ["5. а", "9. б", "10. в"]),
        ("<ol reversed><li>а<li>б</ol>", ["2. а", "1. б"]),
        ("<ol type=A><li>а<li>б</ol><ol type=i start=4><li>в</ol>", ["A. а", "B. б", "iv. в"]),
        ("<ol type=a start=27><li>а</ol><ol type=I start=0><li>б</ol>", ["27. а", "0. б"]),
        ("<ol><li><ol><li>а</ol>б</ol>", ["1. 1. а", "б"]),
        ("<ol><li><li> <li>а</ol>", ["3. а"]),
        ("<ol><li>1. а<li>2) б<li>в) г</ol>", ["1. а", "2) б", "в) г"]),
        ("<ol><li>27.01.2099 подписан<li>г. Город</ol>", ["1. 27.01.2099 подписан", "2. г. Город"]),
        ("<ol style='list-style: none inside'><li>а</ol><ol><li style='list-style-type:none'>б</ol>", ["а", "б"]),
        ("<ul><li>а</ul><li>б", ["а", "б"]),
        ("<ol><li><table><tr><td>а<td>б</table></ol>", ["1. а | б"]),
    ],
)
def test_items_keep_the_numbers_that_a_browser_shows(markup: str, expected: list[str]) -> None:
    assert lines(markup) == expected


def test_preformatted_text_keeps_its_lines_and_spaces() -> None:
    assert lines("<pre>\n     У К А З   П Р Е З И Д Е Н Т А\n\n  О порядке\r\nучета  </pre><p>Конец</p>") == [
        "     У К А З   П Р Е З И Д Е Н Т А",
        "  О порядке",
        "учета",
        "Конец",
    ]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ('<img src="?pict.jpg&amp;oid=99&amp;file=image1.png">', "a [рисунок: image1.png] b"),
        ('<img src="/files/formula.gif?x=1">', "a [рисунок: formula.gif] b"),
        ('<img src="x.gif" alt="формула">', "a [рисунок: формула] b"),
        ('<img src="line.gif" alt="">', "a b"),
        ('<img src="data:image/png;base64,AAAA">', "a [рисунок] b"),
        ('<img src="http://[broken">', "a [рисунок] b"),
        ("<img>", "a [рисунок] b"),
    ],
)
def test_a_picture_leaves_a_mark(image: str, expected: str) -> None:
    assert lines(f"<p>a {image} b</p>") == [expected]


def test_a_selector_names_the_part_that_is_read() -> None:
    page = '<div class="menu">Меню</div><div class="text"><p>Один</p></div><div class="text">Два</div>'
    assert lines(page, "div.text") == ["Один", "Два"]
    assert lines(page, ".text p, .text") == ["Один", "Два"], "a match inside a match is read once"
    assert lines("<nav>Меню</nav><p>Текст</p>", "nav") == ["Меню"], "what is asked for by name is read"
    assert lines("<table><tr id=r><td>а<td>б</tr></table>", "#r") == ["а | б"]
    assert lines("<table><tr><td id=c><p>а<p>б<td>в</table>", "#c") == ["а", "б"]


def test_what_the_operator_calls_noise_is_left_out_and_nothing_else() -> None:
    page = b"<p>a</p><div class=x>b</div><p>c 12</p><p>d</p>"
    assert text_of(page, selector=None, remove=[".x"], ignore=[r" \d\d", "^d$"]) == "a\nc"
    assert text_of(b"<p>20:14:05</p>", selector=None) == "20:14:05", "a document has no clock"
    with pytest.raises(PageError) as caught:
        text_of(page, selector=".x", remove=["div"])
    assert caught.value.problem is Problem.LAYOUT_CHANGED


def test_a_selector_that_matches_nothing_is_named() -> None:
    with pytest.raises(PageError, match=r"'#text_content'") as caught:
        text_of(b"<html><body><p>x</p></body></html>", selector="#text_content", url="http://127.0.0.1/act")
    assert caught.value.problem is Problem.LAYOUT_CHANGED
    assert caught.value.url == "http://127.0.0.1/act"


@pytest.mark.parametrize("selector", ["p[[", "", "::", "p:unknown", ">"])
def test_a_wrong_selector_is_the_operators_error(selector: str) -> None:
    with pytest.raises(ConfigError) as caught:
        text_of(b"<html><body><p>x</p></body></html>", selector=selector)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("", Problem.EMPTY),
        (" \n ", Problem.EMPTY),
        ("<html><body><script>x()</script></body></html>", Problem.EMPTY),
        ("<html><body><p>&nbsp;</p></body></html>", Problem.EMPTY),
        ("<html><body><h1>Страница не найдена</h1></body></html>", Problem.NOT_FOUND),
        ("<html><body>Подтвердите, что вы не робот</body></html>", Problem.CAPTCHA),
    ],
)
def test_what_is_no_page_is_refused(page: str, problem: Problem) -> None:
    with pytest.raises(PageError) as caught:
        text_of(page.encode(), selector=None)
    assert caught.value.problem is problem


PAGE = "<html><head>{meta}</head><body><p>Статья 22. «Реестр» — № 5 ещё</p></body></html>"
META = '<meta http-equiv="Content-Type" content="text/html; charset={}" />'


@pytest.mark.parametrize(
    ("encoding", "meta", "content_type"),
    [
        ("utf-8", "", ""),
        ("utf-8", META.format("utf-8"), ""),
        ("utf-8", META.format("windows-1251"), ""),  # saved again, the old label left
        ("utf-8", "", "text/html; charset=windows-1251"),
        ("utf-8-sig", META.format("windows-1251"), ""),
        ("cp1251", META.format("windows-1251"), ""),
        ("cp1251", META.format("windows-1251; charset=windows-1251"), ""),
        ("cp1251", "", "text/html; charset=windows-1251"),
        ("cp1251", "", "text/html"),
        ("cp1251", META.format("no-such-charset"), ""),
        ("koi8-r", META.format("koi8-r"), ""),
        ("koi8-r", META.format("koi8-r"), "text/html; charset=windows-1251"),
        ("cp1251", META.format("windows-1251"), "text/html; charset=koi8-r"),
        ("utf-16", "", ""),
    ],
)
def test_encodings_are_told_from_the_bytes(encoding: str, meta: str, content_type: str) -> None:
    page = PAGE.format(meta=meta)
    if encoding == "koi8-r":
        page = page.replace("«", '"').replace("»", '"').replace("—", "-").replace("№", "N")
    expected = re.sub(r".*<p>|</p>.*", "", page)
    assert text_of(page.encode(encoding), selector="p", content_type=content_type) == expected


def test_a_body_cut_inside_a_letter_is_still_utf8() -> None:
    assert decoded("Закон".encode()[:-1], "text/html; charset=utf-8").startswith("Зако")


@pytest.mark.parametrize(
    "announced", ["iso-8859-1", "utf-8", "us-ascii", "windows-1252", "koi8-r", "hex", "idna", "undefined"]
)
def test_a_header_that_is_wrong_or_no_charset_changes_no_letter_of_a_page(announced: str) -> None:
    page = "<html><body><p>Статья 1. Гражданин обязан состоять на воинском учете.</p></body></html>"
    assert decoded(page.encode("cp1251"), f"text/html; charset={announced}") == page


def test_one_damaged_byte_leaves_the_rest_of_a_page_as_it_is() -> None:
    page = "<html><body><p>Статья 1. Гражданин обязан состоять на воинском учете.</p></body></html>"
    body = page.encode().replace("обязан".encode(), "обязан".encode() + b"\xff")
    assert decoded(body) == page.replace("обязан", "обязан\ufffd")


def test_a_header_and_a_style_without_end_are_walked_once() -> None:
    """Either would take minutes if every mark of it were a beginning."""
    page = "<p>Статья 1. Гражданин обязан.</p>"
    assert decoded(page.encode("cp1251"), "text/html; charset=" + " " * 200_000) == page
    assert lines(f'<ol style="{"list-style: all" * 60_000}"><li>один</li></ol>') == ["1. один"]


def test_a_western_page_keeps_its_letters() -> None:
    page = "<p>L'année dernière, créée à Besançon, façade, où, élève, déjà vu, noël</p>"
    assert decoded(page.encode("latin-1"), "text/html; charset=iso-8859-1") == page


def test_xhtml_and_bare_words_are_pages_too() -> None:
    assert lines(
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>а</body></html>'
    ) == ["а"]
    assert lines('<?xml version="1.0"?><rss><title>а</title><p>б</p></rss>') == ["б"]
    assert lines("слова") == ["слова"]
    assert lines("page.html") == ["page.html"]
    assert lines("http://127.0.0.1/page.html") == ["http://127.0.0.1/page.html"]


def test_a_page_nested_thousands_deep_is_read() -> None:
    assert lines("<div>" * 5000 + "дно" + "</div>" * 5000) == ["дно"]


@given(
    st.lists(
        st.text(alphabet="абвг 1\u00a0№«»", min_size=1).map(str.strip).filter(lambda text: bool(text.strip())),
        min_size=1,
    )
)
def test_paragraphs_in_are_lines_out(paragraphs: list[str]) -> None:
    page = "".join(f"<p>{text}</p>" for text in paragraphs)
    assert lines(page) == [re.sub(" +", " ", text) for text in paragraphs]


@given(st.text(alphabet='<>/ptdrablesu="й1 \n', max_size=120))
def test_any_markup_is_read_or_refused(markup: str) -> None:
    for reader in (text_of, lambda body, selector: read(body, selector=selector).text):
        try:
            text = reader(markup.encode(), selector=None)
        except PageError:
            continue
        assert all(line.strip() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("page", "plain"),
    [
        ("152-FZ/152-fz_rdk33.body.html", "152-FZ/152-fz_rdk33.txt"),
        ("152-FZ/152-fz_rdk37.body.html", "152-FZ/152-fz_rdk37.txt"),
        ("TK-197-FZ/tk_current_2026-06-11.html.gz", "TK-197-FZ/tk_current_2026-06-11.txt.gz"),
        ("TK-197-FZ/tk_2023-11-25_konard.html.gz", "TK-197-FZ/tk_2023-11-25_konard.txt.gz"),
    ],
)
@pytest.mark.skipif(not EDITIONS.is_dir(), reason="genuine editions of laws are not here: sources/real/editions")
def test_genuine_laws_read_as_others_read_them(page: str, plain: str) -> None:
    """The plain texts were made by another program: one paragraph a line, superscripts as ^n."""

    def load(name: str) -> bytes:
        raw = (EDITIONS / name).read_bytes()
        return gzip.decompress(raw) if name.endswith(".gz") else raw

    def bare(text: str) -> list[str]:
        flat = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")).replace("^", "")
        return [line for line in (" ".join(line.split()) for line in flat.split("\n")) if line]

    body = load(page)
    text = text_of(body, selector="#text_content" if b'"text_content"' in body else None)
    wanted = load(plain).decode()
    assert bare(text) == bare(wanted)
    assert len(re.findall("[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", text)) == wanted.count("^")
    assert read(body, selector=None).text == text, "the main text of a page that holds a law is the law"
