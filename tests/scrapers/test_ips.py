from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import ips
from scrapers.readings import from_json, to_json
from tests.scrapers.ips_pages import ND, fragment, frame, note, option, printed, row, rows, shell
from tracker.errors import ConfigError, PageError
from tracker.models import EditionRef, PageKind, Problem, Reading

BASE = ips.BASE_URL
ACT = ("от&nbsp;01.02.2099&nbsp;№&nbsp;9-ФЗ", "999000009")
LATER = ("от&nbsp;03.04.2099&nbsp;№&nbsp;34-ФЗ", "999000034")

LAW = (
    '<p>&nbsp;</p><p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p><p>&nbsp;</p><p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>'
    '<p class="T">О порядке игры в городки</p><p class="I">Принят Государственной Думой&nbsp;&nbsp;&nbsp;1 января 2098 года</p>'
    f'<p class="C">{note("(В редакции федеральных законов ", ACT, LATER, newest=True)}</p>'
    '<p class="H">Статья&nbsp;1<span class="W9">1</span>. Игра</p>'
    f"<p>1.&nbsp;Играть разрешается.{note('&nbsp;(В редакции Федерального закона ', ACT)}</p>"
    f"<p>2. {note('(Часть утратила силу - Федеральный закон ', LATER, newest=True)}</p>"
    '<p class="I">Президент Российской Федерации&nbsp;&nbsp;&nbsp;&nbsp;И.Иванов</p><p>Москва, Кремль</p>'
    "<p>2&nbsp;января&nbsp;2098&nbsp;года</p><p>№&nbsp;1-ФЗ</p><p>&nbsp;</p>"
)


def lines(body: str) -> list[str]:
    """The lines of a text, with plain spaces for no-break ones."""
    return ips.read(frame(body)).text.replace("\xa0", " ").split("\n")


def refusal(body: bytes, *, url: str = "", status: int = 200) -> Problem:
    with pytest.raises(PageError) as caught:
        ips.read(body, url=url, status=status)
    assert "\n" not in str(caught.value)
    return caught.value.problem


# ---------------------------------------------------------------- addresses


def test_addresses_are_those_the_site_uses() -> None:
    assert ips.document_url(BASE, ND) == f"http://pravo.gov.ru/proxy/ips/?docbody=&nd={ND}"
    whole = f"http://pravo.gov.ru/proxy/ips/?docview&page=1&print=1&nd={ND}&rdk=37&&empire="
    assert ips.edition_url(BASE, ND, "37") == ips.edition_url(f"{BASE}/", ND, "rdk-37") == whole


def test_a_search_is_asked_in_the_encoding_of_the_site() -> None:
    exact = ips.search_url(BASE, day=date(2099, 2, 1), number="9–ФЗ")
    assert exact.endswith("&a7type=1&a7date=01.02.2099&a8=9-%D4%C7&a8type=2&sort=7&page=firstlast")
    assert exact.startswith("http://pravo.gov.ru/proxy/ips/?list_itself=&")
    assert "&a1=%CE+%E3%F0%E0%E6%E4%E0%ED%F1%F2%E2%E5&" in ips.title_search_url(BASE, " О  гражданстве ")


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ConfigError):
        ips.document_url(BASE, "1&rdk=2")
    with pytest.raises(ConfigError):
        ips.edition_url(BASE, ND, "n")
    with pytest.raises(ConfigError):
        ips.title_search_url(BASE, "ст. 22¹")


# ---------------------------------------------------------------- whose page it is


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"", f"{BASE}/?docbody=&nd={ND}"),
        (b"<html></html>", "http://www.pravo.gov.ru/proxy/ips/?list_itself="),
        (shell([option(0, "Исходная редакция", selected=True)]), ""),
        (shell([]), ""),
        (frame(LAW), ""),
        (printed(LAW, name="Федеральный закон"), ""),
        (fragment(LAW), ""),
        (rows(row("Указ", nd="999000002", title="О")), ""),
    ],
)
def test_its_pages_are_recognised(body: bytes, url: str) -> None:
    assert ips.recognises(body, url)


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"", ""),
        (b"<html><body>docbody</body></html>", "http://publication.pravo.gov.ru/proxy/ips/"),
        (b'<html><table class="list_elem"></table></html>', "http://pravo.gov.ru/news"),
        (b"<html></html>", "http://[broken"),
    ],
)
def test_other_pages_are_not(body: bytes, url: str) -> None:
    assert not ips.recognises(body, url)


# ---------------------------------------------------------------- editions


def test_a_shell_lists_the_editions_as_the_site_orders_them() -> None:
    page = shell(
        [
            option(0, "Исходная редакция"),
            option(1, "1 - от 01.02.2099 № 9-ФЗ (изм.)"),
            option(None, "2 - от 02.03.2099 № 23-ФЗ (изм.)(не готова)"),
            option(7, "7 - от 03.04.2099 № 34-П (изм.)", selected=True),
            option(4, "4 - от 05.06.2097 № 56-ФЗ (изм.)"),
        ],
        title="О порядке игры в городки",
    )
    reading = ips.read(page, url=ips.document_url(BASE, ND))
    assert reading.page is PageKind.DOCUMENT
    assert reading.document is not None
    assert reading.document.title == "О порядке игры в городки"
    assert reading.document.fields == {"nd": ND}
    assert reading.document.url == ips.document_url(BASE, ND)
    assert [(e.id, e.current, e.available, e.date, e.act) for e in reading.editions] == [
        ("rdk-0", False, True, None, ""),
        ("rdk-1", False, True, "2099-02-01", "9-ФЗ"),
        ("rdk-2", False, False, "2099-03-02", "23-ФЗ"),
        ("rdk-7", True, True, "2099-04-03", "34-П"),
        ("rdk-4", False, True, "2097-06-05", "56-ФЗ"),
    ]
    assert reading.editions[2].label == "2 - от 02.03.2099 № 23-ФЗ (изм.)(не готова)"


def test_the_only_edition_is_the_current_one() -> None:
    (only,) = ips.read(shell([option(0, "Исходная редакция")])).editions
    assert (only.id, only.current, only.available) == ("rdk-0", True, True)


def test_a_shell_without_the_list_shows_the_edition_of_its_frame() -> None:
    reading = ips.read(shell([], rdk="0"))
    assert reading.editions == (EditionRef(id="rdk-0", label="", current=True, available=True),)


@pytest.mark.parametrize(
    "options",
    [
        [option(0, "Исходная редакция"), option(1, "1 - от 01.02.2099 № 9-ФЗ (изм.)")],  # none is selected
        [
            option(None, "готовится"),
            option(1, "1 - от 01.02.2099 № 9-ФЗ", selected=True),
        ],  # an edition without a number
        [option(None, "1 - от 01.02.2099 № 9-ФЗ (изм.)(не готова)", selected=True)],  # no number of the document
    ],
)
def test_a_list_of_editions_that_cannot_be_understood_is_a_changed_layout(options: list[str]) -> None:
    assert refusal(shell(options)) is Problem.LAYOUT_CHANGED


def test_a_shell_that_was_cut_in_its_list_is_half_a_page() -> None:
    whole = shell([option(0, "Исходная редакция"), option(1, "1 - от 01.02.2099 № 9-ФЗ (изм.)", selected=True)])
    cut = whole[: whole.index(b"<option")]
    assert refusal(cut, url=ips.document_url(BASE, ND)) is Problem.TRUNCATED


# ---------------------------------------------------------------- texts


def test_a_text_is_read_alike_in_all_its_wrappers() -> None:
    readings = [
        ips.read(frame(LAW)),
        ips.read(printed(LAW, name="Федеральный закон от 02.01.2098 г. № 1-ФЗ (Собрание, ст. 1)")),
        ips.read(fragment(LAW)),
    ]
    assert len({reading.text for reading in readings}) == 1
    assert len({reading.remarks for reading in readings}) == 1
    assert {reading.document.id for reading in readings if reading.document} == {"act/fz/2098-01-02/1-fz"}


def test_a_text_keeps_the_published_characters() -> None:
    assert ips.read(frame(LAW)).text.split("\n") == [
        "РОССИЙСКАЯ ФЕДЕРАЦИЯ",
        "ФЕДЕРАЛЬНЫЙ ЗАКОН",
        "О порядке игры в городки",
        "Принят Государственной Думой\xa0\xa0\xa01 января 2098 года",
        "Статья\xa01¹. Игра",
        "1.\xa0Играть разрешается.",
        "2. (Часть утратила силу - Федеральный закон от\xa003.04.2099\xa0№\xa034-ФЗ)",
        "Президент Российской Федерации\xa0\xa0\xa0\xa0И.Иванов",
        "Москва, Кремль",
        "2\xa0января\xa02098\xa0года",
        "№\xa01-ФЗ",
    ]


def test_notes_stand_beside_the_text() -> None:
    remarks = ips.read(frame(LAW)).remarks
    assert [(n.line, n.text, n.acts, n.newest) for n in remarks] == [
        (
            3,
            "(В редакции федеральных законов от 01.02.2099 № 9-ФЗ, от 03.04.2099 № 34-ФЗ)",
            ("999000009", "999000034"),
            True,
        ),
        (5, "(В редакции Федерального закона от 01.02.2099 № 9-ФЗ)", ("999000009",), False),
        (6, "(Часть утратила силу - Федеральный закон от 03.04.2099 № 34-ФЗ)", ("999000034",), True),
    ]


# What is in braces is a note (class `mark`), in angle quotes one of the newest change (`markx`).
@pytest.mark.parametrize(
    ("paragraph", "text", "remarks"),
    [
        # the site cuts one note into several spans
        ("А.{(Дополнение частью - Закон} {9}{)}", "А.", ["(Дополнение частью - Закон 9)"]),
        # two notes in one span, one of them newer
        (
            "1. {(Дополнение частью - Закон 9) «(Утратила силу - Закон 34)»}",
            "1. (Утратила силу - Закон 34)",
            ["(Дополнение частью - Закон 9)", "(Утратила силу - Закон 34)"],
        ),
        # the unit stands inside the note
        ("{Часть.} {(Утратила силу - Закон 9)}", "Часть. (Утратила силу - Закон 9)", ["(Утратила силу - Закон 9)"]),
        ("{(Строка исключена - Закон 9)}", "(Строка исключена - Закон 9)", ["(Строка исключена - Закон 9)"]),
        # never closed
        ("А<br>{(Статья в редакции Закона 9}", "А", ["(Статья в редакции Закона 9"]),
        # amid a sentence
        ("А {(В редакции Закона 9)}; Б", "А; Б", ["(В редакции Закона 9)"]),
        ("А{ (В редакции Закона 9)}Б", "А Б", ["(В редакции Закона 9)"]),
        # what nobody knows stays in the text
        ("А {(Применяется с оговоркой)}", "А (Применяется с оговоркой)", ["(Применяется с оговоркой)"]),
        ("А {оговорка}", "А оговорка", []),
        # brackets of the law are the law's
        ("А (в редакции, действующей на день игры) Б", "А (в редакции, действующей на день игры) Б", []),
    ],
)
def test_notes_of_every_shape(paragraph: str, text: str, remarks: list[str]) -> None:
    paragraph = paragraph.replace("{", '<span class="mark" style="">').replace("«", '<span class="markx">')
    reading = ips.read(frame(f"<p>{paragraph.replace('}', '</span>').replace('»', '</span>')}</p>"))
    assert reading.text == text
    assert [n.text for n in reading.remarks] == remarks
    assert [n.newest for n in reading.remarks] == ["34" in n.text for n in reading.remarks]


def test_a_note_before_the_first_line_says_so() -> None:
    (remark,) = ips.read(frame(f"<p>{note('(В редакции Закона ', ACT)}</p><p>А</p>")).remarks
    assert remark.line == -1


def test_links_of_the_print_form_name_acts_too() -> None:
    linked = '<span class="mark">(В редакции Закона <a href="k6clnthook://&amp;nd=999000009">от 01.02.2099</a>)</span>'
    (remark,) = ips.read(printed(f"<p>А {linked}</p>", name="Указ")).remarks
    assert remark.acts == ("999000009",)


def test_superscripts_tables_and_pictures() -> None:
    body = (
        '<p>5<span class="ed"><span class="W9">1-1</span></span> м<span class="WB">2</span>, H<span class="W8">2</span>O</p>'
        '<table class="G12C"><tr class="holder"><td>&nbsp;</td><td>&nbsp;</td></tr>'
        "<tr><td><p>Город</p><p>ок</p></td><td><p>Цена</p></td></tr><tr><td></td><td>&nbsp;</td></tr></table>"
        "<table><tr><td><p>Одна</p><p>ячейка</p></td></tr></table>"
        '<table><tr><td>Слой<table><tr><td>1</td><td><p class="M">2\n3</p></td></tr></table></td><td>Рядом</td></tr></table>'
        '<p>где <img src="?pict.jpg&amp;oid=1&amp;edition=12&amp;file=image1.png"> и <img src="data:image/png;base64,AA"></p>'
        '<p class="HD">спрятано</p><p class="C pb3">разрыв</p>'
        '<p class="I">Председатель<br>Игры</p><p class="M">Счет  1\n   всего 2</p>'
    )
    assert lines(body) == [
        "5¹⁻¹ м², H2O",
        "Город ок | Цена",
        "Одна",
        "ячейка",
        "Слой",
        "1 | 2 3",
        "Рядом",
        "где [рисунок: image1.png] и [рисунок]",
        "Председатель",
        "Игры",
        "Счет  1",
        "   всего 2",
    ]


def test_a_note_in_a_table_leaves_the_row() -> None:
    body = f"<p>А</p><table><tr><td>Б</td><td>В {note('(В редакции Закона ', ACT)}</td></tr></table><p>Г</p>"
    reading = ips.read(frame(body))
    assert reading.text == "А\nБ | В\nГ"
    assert [n.line for n in reading.remarks] == [1]


def test_preformatted_acts_are_left_as_they_are() -> None:
    body = '<pre id="bdoc">     ЗАКОН\n\n   Статья 1. Играть\n<font class="ed">разрешается</font>.\n</pre>'
    page = frame("", title="Закон").replace(b"<title>Complex</title>", b"")
    page = page.replace(b"<body></body>", f"<body>{body}</body>".encode("cp1251"))
    assert ips.read(page).text == "     ЗАКОН\n   Статья 1. Играть\nразрешается."


def test_markup_nested_beyond_reason_is_refused_not_cut() -> None:
    for depth in (300, 900, 5000):
        deep = "<p>А</p>" + "<span>" * depth + "Б" + "</span>" * depth + "<p>В</p>"
        assert refusal(frame(deep)) is Problem.LAYOUT_CHANGED
    assert lines("<p>А" + "<span>" * 150 + "Б" + "</span>" * 150 + "В</p>") == ["АБВ"]


# ---------------------------------------------------------------- which act it is


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Распоряжение Правительства Российской Федерации от 03.02.2098 г. № 99-р (Собрание, ст. 1)",
            "act/rasporyazhenie-pravitelstva/2098-02-03/99-r",
        ),
        ("Кодекс Российской Федерации от 03.02.2098 г. № 99-ФЗ", "act/fz/2098-02-03/99-fz"),
        ("Указ Президента Российской Федерации от 03.02.2098 г. № 990", "act/ukaz/2098-02-03/990"),
        ("Без имени", ""),
    ],
)
def test_the_print_form_names_its_act(name: str, expected: str) -> None:
    reading = ips.read(printed("<p>Текст</p>", name=name, title="О городках"), url=ips.edition_url(BASE, ND, "2"))
    assert reading.document is not None
    assert reading.document.id == expected
    assert reading.document.title == "О городках"
    assert reading.document.fields == {"nd": ND, "rdk": "2"}


@pytest.mark.parametrize(
    ("paragraphs", "expected", "title"),
    [
        (
            "УКАЗ|ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ|О городках|1. Играть.|Москва, Кремль|1&nbsp;мая&nbsp;2098&nbsp;года|№&nbsp;250",
            "act/ukaz/2098-05-01/250",
            "О городках",
        ),
        (
            "ПРАВИТЕЛЬСТВО РОССИЙСКОЙ ФЕДЕРАЦИИ|ПОСТАНОВЛЕНИЕ|от&nbsp;3 февраля 2098 г. № 99|Об игре|1 мая 2098 года|№ 5",
            "act/postanovlenie-pravitelstva/2098-02-03/99",
            "Об игре",
        ),
        (
            "РАСПОРЯЖЕНИЕ ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ|от 03.02.2098 № 9-рп|Играть.",
            "act/rasporyazhenie-prezidenta/2098-02-03/9-rp",
            "",
        ),
        (
            "МИНИСТЕРСТВО ОБОРОНЫ РОССИЙСКОЙ ФЕДЕРАЦИИ|ПРИКАЗ|от 3 февраля 2098 г. № 77",
            "act/prikaz-minoborony/2098-02-03/77",
            "",
        ),
        ("Указом введено|Играть.|99 мая 2098 года|№ 5", "", ""),
    ],
)
def test_a_text_says_which_act_it_is(paragraphs: str, expected: str, title: str) -> None:
    document = ips.read(fragment("".join(f"<p>{words}</p>" for words in paragraphs.split("|")))).document
    assert document is not None
    assert (document.id, document.title) == (expected, title)


# ---------------------------------------------------------------- searches


def test_rows_of_a_search() -> None:
    page = rows(
        row(
            "Федеральный закон от 01.02.2099 № 9-ФЗ",
            nd="999000009",
            title="О &quot;городках&quot;",
            status="Действует c изменениями",
        ),
        row(
            "Постановление Совета игроков от 25.01.2091 № 6",
            nd="999000010",
            title="О бите",
            status="Утратил силу",
            place=1,
        ),
        row("Памятка", nd="999000011", title="", place=2),
    )
    reading = ips.read(page, url=ips.search_url(BASE, day=date(2099, 2, 1), number="9-ФЗ"))
    assert reading.page is PageKind.LIST
    first, second, third = reading.items
    assert (first.id, first.native_id, first.kind, first.number, first.date) == (
        "act/fz/2099-02-01/9-fz",
        "999000009",
        "fz",
        "9-ФЗ",
        "2099-02-01",
    )
    assert first.title == 'О "городках"'
    assert first.url == ips.document_url(BASE, "999000009")
    assert first.fields == {"name": "Федеральный закон от 01.02.2099 № 9-ФЗ", "status": "Действует c изменениями"}
    assert (second.id, second.native_id) == ("act/postanovlenie-soveta-igrokov/2091-01-25/6", "999000010")
    assert (third.id, third.title, third.fields["name"]) == ("", "", "Памятка")


def test_only_204_is_a_search_without_hits() -> None:
    url = ips.search_url(BASE, day=date(2099, 2, 1), number="9-ФЗ")
    assert ips.read(b"", url=url, status=204) == Reading(source="ips", page=PageKind.LIST)
    assert refusal(b"", url=url, status=200) is Problem.EMPTY
    assert refusal(b"", url=ips.document_url(BASE, ND), status=204) is Problem.EMPTY


def test_a_row_without_its_link_is_a_changed_layout() -> None:
    page = rows(row("Указ", nd="999000009", title="О").replace("docbody", "newbody"), "?docbody=")
    assert refusal(page) is Problem.LAYOUT_CHANGED
    unnumbered = rows(row("Указ", nd="", title="О"))
    assert refusal(unnumbered) is Problem.LAYOUT_CHANGED
    empty = rows('<div class="list_elements"><a href="?docbody=">x</a></div>')
    assert refusal(empty) is Problem.LAYOUT_CHANGED


# ---------------------------------------------------------------- what is no page


def test_a_text_that_the_server_cut_is_half_a_text() -> None:
    whole = frame(LAW, completed="False")
    cut = whole.replace(b"</body></html>\n        </div>", b"\n        </div>")
    for body in (whole, cut, frame(LAW).replace(b"</body></html>\n        </div>", b"\n        </div>")):
        assert refusal(body) is Problem.TRUNCATED


@pytest.mark.parametrize(
    "page", [frame(LAW), printed(LAW, name="Указ"), fragment(LAW), shell([]), rows(row("Указ", nd="9", title="О"))]
)
def test_a_page_cut_anywhere_is_never_read(page: bytes) -> None:
    last = page.rstrip().rindex(b"</")
    for length in range(60, last, 97):
        assert refusal(page[:length])


def test_another_document_is_refused() -> None:
    other = ips.document_url(BASE, "999000002")
    assert refusal(frame(LAW), url=other) is Problem.WRONG_DOCUMENT
    assert refusal(shell([option(0, "Исходная редакция")]), url=other) is Problem.WRONG_DOCUMENT


def test_an_address_that_names_no_number_names_no_document() -> None:
    document = ips.read(printed(LAW, name="Указ"), url=f"{BASE}/?docview&nd=²&rdk=x").document
    assert document is not None
    assert (document.fields, document.url) == ({}, "")


def test_the_original_in_place_of_an_edition_is_refused() -> None:
    page = printed(LAW, name="Указ", state="Исходная редакция")
    assert ips.read(page, url=ips.edition_url(BASE, ND, "0")).text
    assert refusal(page, url=ips.edition_url(BASE, ND, "2")) is Problem.WRONG_DOCUMENT


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"", 200, Problem.EMPTY),
        ("<html><body>Доступ к сайту ограничен</body></html>".encode("cp1251"), 200, Problem.BLOCKED),
        ("<html><body>Ведутся технические работы</body></html>".encode("cp1251"), 200, Problem.MAINTENANCE),
        (b"<html><body><h1>502 Bad Gateway</h1></body></html>", 502, Problem.SERVER_ERROR),
        (frame(LAW), 500, Problem.SERVER_ERROR),
        ("<html><body>Добро пожаловать</body></html>".encode("cp1251"), 200, Problem.LAYOUT_CHANGED),
        (b'{"items": []}', 200, Problem.LAYOUT_CHANGED),
        (frame("<p>&nbsp;</p>"), 200, Problem.LAYOUT_CHANGED),
        (b"\0", 200, Problem.LAYOUT_CHANGED),
    ],
)
def test_what_comes_instead_of_a_page(body: bytes, status: int, problem: Problem) -> None:
    assert refusal(body, url=ips.document_url(BASE, ND), status=status) is problem


def test_an_act_about_block_pages_is_an_act() -> None:
    reading = ips.read(frame("<p>Доступ к сайту ограничен, ведутся технические работы</p>"))
    assert reading.text == "Доступ к сайту ограничен, ведутся технические работы"


def test_a_copy_in_utf8_reads_like_the_original() -> None:
    page = frame(LAW)
    assert ips.read(page.decode("cp1251").encode()) == ips.read(page)


def test_a_wrong_charset_in_the_header_changes_no_word() -> None:
    page = frame(LAW)
    assert ips.read(page, content_type="text/html; charset=koi8-r") == ips.read(page)


def test_readings_survive_json() -> None:
    for page in (frame(LAW), shell([option(0, "Исходная редакция")]), rows(row("Указ", nd="9", title="О"))):
        reading = ips.read(page)
        assert from_json(to_json(reading)) == reading


@given(st.binary(max_size=400), st.sampled_from([b"", b"textCompleted", b'name="doc_editions"', b'class="pravo-doc"']))
def test_any_bytes_give_a_reading_or_a_page_error(body: bytes, mark: bytes) -> None:
    with suppress(PageError):
        ips.read(mark + body)


_WORDS = st.text("абв (),.;\xa0", max_size=8)
_SPAN = st.tuples(st.sampled_from(["", "ed", "mark", "markx", "W4"]), _WORDS)


@given(st.lists(st.lists(_SPAN, max_size=5), min_size=1, max_size=4))
def test_words_outside_notes_are_never_lost(paragraphs: list[list[tuple[str, str]]]) -> None:
    body = "<p>Начало</p>" + "".join(
        "<p>" + "".join(f'<span class="{style}">{words}</span>' for style, words in spans) + "</p>"
        for spans in paragraphs
    )
    reading = ips.read(frame(body))
    outside = [words for spans in paragraphs for style, words in spans if style not in {"mark", "markx"}]
    letters = [letter for words in outside for letter in words if letter.isalpha()]
    left = iter(reading.text)
    assert all(letter in left for letter in letters)
    assert all(-1 <= n.line < len(reading.text.split("\n")) for n in reading.remarks)
