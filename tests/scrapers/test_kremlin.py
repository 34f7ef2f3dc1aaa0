from __future__ import annotations

import contextlib
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.kremlin import BASE_URL, bank_url, day_url, document_url, news_feed_url, print_url, read, recognises
from scrapers.readings import from_json, to_json
from tracker.errors import ConfigError, PageError
from tracker.models import EditorialNote, Force, PageKind, Problem

URL = "http://kremlin.ru/acts/bank/990001/print"
CANONICAL = '<link rel="canonical" href="http://kremlin.ru/acts/bank/990001">'

OLD = """\
                              У К А З

                  ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ


              О вымышленном порядке награждения
                     сказочных животных

        (В редакции указов Президента Российской Федерации
         от 13.09.2098 г. N 1161; от 06.02.2099 г. N 138)


     В  целях  сохранения сказок и на основании статьи 24 закона
"О сказках" п о с т а н о в л я ю:
     1. Наградить  кота  ученого  (не  более  двух раз)  орденом
(В редакции Указа Президента Российской Федерации от 13.09.2098 г.
N 1161)
     2. Настоящий Указ вступает в силу со дня его подписания.


     Президент Российской Федерации                      И.Царевич

     Москва, Кремль
     31 июля 2097 года
     N 817
"""
OLD_TEXT = OLD.replace(
    """        (В редакции указов Президента Российской Федерации
         от 13.09.2098 г. N 1161; от 06.02.2099 г. N 138)
""",
    "",
).rstrip()

NEW = """
<p>УКАЗ</p>
<p>ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ</p>
<p>О вымышленном порядке</p>
<p>(В редакции Указа Президента Российской Федерации от 01.02.2099 г. № 5)</p>
<p>В целях порядка п о с т а н о в л я ю:</p>
<p>1. Утвердить сказку&nbsp;о статье 22<sup>1</sup>.</p>
<h4>Общие <a href="/acts/bank/990002">положения</a></h4>
<table><tr><td><p>Кот</p></td><td><p>ученый</p></td></tr><tr><td>Дуб</td><td>зеленый</td></tr></table>
<ul><li>после таблицы</li></ul>
<p>Президент Российской Федерации И.Царевич</p>
<p>Москва, Кремль<br>31 июля 2099 года<br>№ 817</p>
"""


def print_page(text: str, head: str = CANONICAL) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8">{head}</head>
<body><pre id="special_pre">{text}</pre></body></html>""".encode()


def view_page(
    text: str, *, heading: str = "", lead: str = "", more: str = "", canonical: str = CANONICAL, footer: str = ""
) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8"><title>{heading} • Президент России</title>{canonical}</head>
<body><nav>Меню</nav><article class="read__in hentry h-entry"><h1>{heading}</h1>
<div class="read__lead entry-summary p-summary" itemprop="description">{lead}</div>
<div class="reader_act_body">{text}</div>{more}</article>{footer}</body></html>""".encode()


def entry(
    href: str = "/acts/bank/990001",
    name: str = "Указ Президента Российской Федерации от 31.07.2099&nbsp;г. № 817",
    subject: str = "О&nbsp;вымышленном порядке",
    told: str = "2099-08-01",
) -> str:
    return f"""<div class="hentry h-entry hentry_event hentry_doc" data-id="1" role="listitem">
<h3 class="hentry__title hentry__title_special"><a href="{href}" rel="bookmark">{name}
<span class="hentry__meta_acts">{subject}</span>
<span class="hentry__meta"><time class="published dt-published" datetime="{told}">1 августа 2099 года</time></span>
</a></h3></div>"""


def list_page(*entries: str) -> bytes:
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"></head><body><div class="events">{"".join(entries)}</div></body></html>""".encode()


def feed(*entries: str) -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{"".join(entries)}</feed>""".encode()


FEED_ENTRY = """<entry><title>Указ Президента Российской Федерации от 31.07.2099 г. № 817 &amp;#171;О сказке&amp;#187;</title>
<id>http://kremlin.ru/acts/news/990518</id><published>2099-08-01T23:30:00+04:00</published>
<link href="http://kremlin.ru/acts/news/990518" rel="alternate" type="text/html"/>
<summary type="html">&lt;p&gt;О вымышленном &lt;b&gt;порядке&lt;/b&gt;&lt;/p&gt;</summary></entry>"""


def refused(body: bytes, **told: object) -> PageError:
    with pytest.raises(PageError) as caught:
        read(body, **told)  # type: ignore[arg-type]  # keyword arguments of several types
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- addresses


def test_an_act_has_a_page_and_a_print_view() -> None:
    assert document_url(BASE_URL, "24154") == "http://kremlin.ru/acts/bank/24154"
    assert print_url("http://127.0.0.1:8000/", "24154") == "http://127.0.0.1:8000/acts/bank/24154/print"


@pytest.mark.parametrize("bank_id", ["", "news/80518", "24154/print", "٣"])
def test_what_is_no_number_of_the_bank_is_refused(bank_id: str) -> None:
    with pytest.raises(ConfigError, match="24154"):
        print_url(BASE_URL, bank_id)


def test_a_day_is_searched_with_a_year_of_two_digits() -> None:
    asked = urlsplit(day_url(BASE_URL, date(2026, 8, 1), page=3))
    assert asked.path == "/acts/bank/search"
    assert parse_qs(asked.query) == {"date_since": ["01.08.26"], "date_till": ["01.08.26"], "page": ["3"]}


def test_lists_have_their_addresses() -> None:
    assert bank_url(BASE_URL, 2) == "http://kremlin.ru/acts/bank/page/2"
    assert news_feed_url(BASE_URL) == "http://kremlin.ru/acts/news/feed"
    with pytest.raises(ConfigError, match="count from 1"):
        bank_url(BASE_URL, 0)


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"x", "http://kremlin.ru/acts/bank/1"),
        (b"x", "http://www.kremlin.ru/"),
        (print_page(OLD), ""),
        (view_page(NEW), ""),
        (list_page(entry()), ""),
        (feed(FEED_ENTRY), ""),
    ],
)
def test_its_pages_are_recognised(body: bytes, url: str) -> None:
    assert recognises(body, url)


@pytest.mark.parametrize("body", [b"", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", b"<pre>x</pre>", b"{}"])
def test_others_are_not(body: bytes) -> None:
    assert not recognises(body, "https://notkremlin.ru/acts/bank/1")


# ---------------------------------------------------------------- the print view of an old act


def test_a_preformatted_act_keeps_its_lines_its_spaces_and_its_blank_lines() -> None:
    reading = read(print_page(OLD), url=URL)
    assert (reading.source, reading.page) == ("kremlin", PageKind.DOCUMENT)
    assert reading.text == OLD_TEXT


def test_an_act_says_itself_which_it_is() -> None:
    document = read(print_page(OLD), url=URL).document
    assert document is not None
    assert (document.id, document.kind, document.number, document.date) == (
        "act/ukaz/2097-07-31/817",
        "ukaz",
        "817",
        "2097-07-31",
    )
    assert document.title == "О вымышленном порядке награждения сказочных животных"
    assert document.url == "http://kremlin.ru/acts/bank/990001"
    assert document.fields == {"bank_id": "990001"}
    assert (document.status, document.force) == (None, Force.UNKNOWN)


def test_a_note_under_the_heading_is_a_remark_and_one_inside_a_paragraph_stays() -> None:
    reading = read(print_page(OLD))
    (note,) = reading.remarks
    assert note.text == (
        "(В редакции указов Президента Российской Федерации от 13.09.2098 г. N 1161; от 06.02.2099 г. N 138)"
    )
    assert reading.text.split("\n")[note.line].strip() == "сказочных животных"
    assert "(В редакции Указа Президента Российской Федерации от 13.09.2098 г.\nN 1161)" in reading.text


def test_a_page_that_escaped_its_text_twice_reads_as_one_that_did_not() -> None:
    once, twice = OLD.replace('"', "&#34;"), OLD.replace('"', "&amp;#34;")
    assert read(print_page(twice)) == read(print_page(once)) == read(print_page(OLD))


def test_latin_letters_do_not_hide_the_kind_and_stay_in_the_text() -> None:
    latin = OLD.replace("У К А З", "У K A З").replace("N 817", "N 817-pп")
    reading = read(print_page(latin))
    assert reading.document is not None
    assert reading.document.id == "act/ukaz/2097-07-31/817-rp"
    assert "У K A З" in reading.text


def test_an_order_and_a_law_are_told_by_their_headings() -> None:
    order = OLD.replace("У К А З", "Р А С П О Р Я Ж Е Н И Е").replace("N 817", "N 817-рп")
    law = OLD.replace("У К А З", "РОССИЙСКАЯ ФЕДЕРАЦИЯ").replace("ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ", "ФЕДЕРАЛЬНЫЙ ЗАКОН")
    documents = [read(print_page(text)).document for text in (order, law.replace("N 817", "N 817-ФЗ"))]
    assert [document.id for document in documents if document] == [
        "act/rasporyazhenie-prezidenta/2097-07-31/817-rp",
        "act/fz/2097-07-31/817-fz",
    ]


def test_what_an_act_does_not_say_stays_empty() -> None:
    document = read(print_page("     Просто  слова  о  сказках.", head="")).document
    assert document is not None
    assert (document.id, document.kind, document.number, document.date, document.title) == ("", "", "", None, "")
    assert document.fields == {}


def test_an_order_without_a_title_has_none() -> None:
    text = OLD.replace("              О вымышленном порядке награждения\n                     сказочных животных\n", "")
    document = read(print_page(text)).document
    assert document is not None
    assert document.title == ""


# ---------------------------------------------------------------- notes


REPEALED = """\
                                   Утратилo силу с 1 августа 2099 г. -
                                      Указ Президента Российской
                                   Федерации от 25.07.2099 г. N 763

"""


def test_a_repealed_act_says_so_in_text_remark_and_field() -> None:
    text = OLD.replace("              О вымышленном", f"{REPEALED}              О вымышленном")
    reading = read(print_page(text))
    assert reading.document is not None
    assert reading.document.fields["repealed_by"] == "Указ Президента Российской Федерации от 25.07.2099 г. N 763"
    assert reading.document.force is Force.UNKNOWN
    assert reading.document.title == "О вымышленном порядке награждения сказочных животных"
    assert [note.text.partition(" - ")[0] for note in reading.remarks] == [
        "Утратилo силу с 1 августа 2099 г.",
        "(В редакции указов Президента Российской Федерации от 13.09.2098 г. N 1161; от 06.02.2099 г. N 138)",
    ]
    assert REPEALED.rstrip() in reading.text


@pytest.mark.parametrize(
    "unit",
    [
        "     1. (Утратил  силу - Указ Президента Российской Федерации\nот 31.12.2098 г. N 1574)\n",
        "     УТВЕРЖДЕН\n\n     (Утратил  силу - Указ Президента Российской Федерации\nот 31.12.2098 г. N 1574)\n",
    ],
)
def test_a_repealed_unit_is_not_a_repealed_act(unit: str) -> None:
    reading = read(print_page(OLD.replace("     2. Настоящий", f"{unit}     2. Настоящий")))
    assert reading.document is not None
    assert "repealed_by" not in reading.document.fields
    assert unit.rstrip() in reading.text


def test_a_partial_repeal_is_not_that_of_the_act() -> None:
    note = (
        "  (Утратил силу в части, касающейся кота, - Указ Президента Российской Федерации от 07.04.2099 г. N 332)\n\n"
    )
    reading = read(print_page(OLD.replace("     В  целях", f"{note}     В  целях")))
    assert reading.document is not None
    assert "repealed_by" not in reading.document.fields


def test_a_note_in_a_stamp_is_lifted_and_a_citation_is_not() -> None:
    stamp = "     УТВЕРЖДЕНО\n     Указом Президента\n     (в редакции Указа Президента\n     от 16 июля 2098 г.\n     N 814)\n\n"
    cited = (
        "     3. Внести в сказку\n     (в редакции Указа от 16 июля 2098 г. N 814)\nследующие изменения (прилагаются)\n"
    )
    reading = read(print_page(OLD + "\n" + stamp + cited))
    assert [note.text for note in reading.remarks][1:] == ["(в редакции Указа Президента от 16 июля 2098 г. N 814)"]
    assert cited.rstrip() in reading.text


def test_a_bracket_that_goes_on_is_no_note() -> None:
    line = "<p>(в редакции Указа от 16 июля 2098 г. N 814) следующие изменения (прилагаются)</p>"
    reading = read(print_page(f"{NEW}{line}"))
    assert reading.text.endswith("следующие изменения (прилагаются)")


def test_a_note_before_everything_stands_before_the_first_line() -> None:
    note = "<p>(дополнение внесено Федеральным законом от 31.07.2099 г. № 404-ФЗ)</p>"
    reading = read(print_page(note + NEW))
    assert reading.remarks[0] == EditorialNote(
        line=-1, text="(дополнение внесено Федеральным законом от 31.07.2099 г. № 404-ФЗ)"
    )
    wrapped = read(print_page("        (В редакции Указа Президента\n      от 13.09.2098 г. N 1161)\n\n" + OLD))
    assert [note.line for note in wrapped.remarks] == [-1, 6]
    assert wrapped.text == OLD_TEXT


# ---------------------------------------------------------------- a newer act


def test_paragraphs_are_lines_and_nothing_behind_a_table_is_lost() -> None:
    reading = read(print_page(NEW))
    assert reading.text.split("\n") == [
        "УКАЗ",
        "ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ",
        "О вымышленном порядке",
        "В целях порядка п о с т а н о в л я ю:",
        "1. Утвердить сказку\xa0о статье 22¹.",
        "Общие положения",
        "Кот | ученый",
        "Дуб | зеленый",
        "после таблицы",
        "Президент Российской Федерации И.Царевич",
        "Москва, Кремль",
        "31 июля 2099 года",
        "№ 817",
    ]
    assert reading.remarks == (
        EditorialNote(line=2, text="(В редакции Указа Президента Российской Федерации от 01.02.2099 г. № 5)"),
    )
    assert reading.document is not None
    assert (reading.document.id, reading.document.title) == ("act/ukaz/2099-07-31/817", "О вымышленном порядке")


def test_the_heading_of_a_page_names_the_act() -> None:
    page = view_page(
        "<p>Слова&nbsp;закона.</p><script>var x = 1;</script>",
        heading="Федеральный закон от 27.07.2099&nbsp;г. № 999-ФЗ",
        lead="О вымышленном порядке",
    )
    reading = read(page, url="http://kremlin.ru/acts/bank/990001")
    assert reading.text == "Слова\xa0закона."
    assert reading.document is not None
    assert (reading.document.id, reading.document.title) == ("act/fz/2099-07-27/999-fz", "О вымышленном порядке")
    assert reading.document.fields == {
        "bank_id": "990001",
        "complex_name": "Федеральный закон от 27.07.2099 г. № 999-ФЗ",
    }


def test_an_old_page_holds_its_text_in_a_bare_pre() -> None:
    page = f'<!DOCTYPE html><html><meta charset="utf-8"><h1>Указ</h1><pre>{OLD}</pre></html>'.encode()
    assert read(page, url="http://kremlin.ru/acts/bank/990001").text == OLD_TEXT


def test_a_pre_that_is_never_closed_ends_with_its_container() -> None:
    page = view_page(f"<pre>{OLD}", footer="<footer>Подвал сайта</footer>")
    assert read(page).text == OLD_TEXT


def test_a_picture_leaves_a_mark_and_layout_tables_stay_lines() -> None:
    text = '<table><tr><td><p>1. Сказка</p><p>2. Быль <img src="/i/f.png"></p></td></tr></table><p>x<img></p>'
    assert read(print_page(text)).text.split("\n") == ["1. Сказка", "2. Быль [рисунок: f.png]", "x[рисунок]"]


# ---------------------------------------------------------------- what is not the whole act


MORE = '<a href="/acts/bank/990001/page/2">Показать следующую страницу документа</a>'


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (view_page(NEW, more=MORE), ""),
        (view_page(NEW, more="<button>Показать следующую&nbsp;страницу документа</button>"), ""),
        (view_page(NEW, more='<a href="/acts/bank/990001/page/2">Дальше</a>'), ""),
        (view_page(NEW), "http://kremlin.ru/acts/bank/990001/page/2"),
    ],
)
def test_a_part_of_a_text_is_never_taken_for_the_whole(body: bytes, url: str) -> None:
    error = refused(body, url=url)
    assert error.problem is Problem.TRUNCATED
    assert "/acts/bank/990001/print" in str(error)


@pytest.mark.parametrize(
    ("body", "told", "problem"),
    [
        (b"", {}, Problem.EMPTY),
        (print_page(OLD)[:-30], {}, Problem.TRUNCATED),
        (print_page(OLD), {"status": 404}, Problem.NOT_FOUND),
        (print_page(OLD), {"status": 502}, Problem.SERVER_ERROR),
        (print_page(""), {"url": URL}, Problem.LAYOUT_CHANGED),
        (print_page(OLD), {"url": "http://kremlin.ru/acts/bank/990002/print"}, Problem.WRONG_DOCUMENT),
        (list_page(entry()), {"url": URL}, Problem.LAYOUT_CHANGED),
        (b"<html><body><p>words</p></body></html>", {}, Problem.LAYOUT_CHANGED),
        ("<html><title>Доступ запрещён</title></html>".encode(), {"url": URL}, Problem.BLOCKED),
        ("<html><body>Подтвердите, что вы не робот</body></html>".encode(), {"url": URL}, Problem.CAPTCHA),
        (list_page('<div class="hentry"><h3 class="hentry__title">Указ</h3></div>'), {}, Problem.LAYOUT_CHANGED),
    ],
)
def test_what_is_no_page_of_the_source_is_told_apart(body: bytes, told: dict[str, object], problem: Problem) -> None:
    assert refused(body, **told).problem is problem


def test_an_act_about_captchas_is_an_act() -> None:
    assert "капчи" in read(print_page("<p>О порядке показа капчи</p>")).text


# ---------------------------------------------------------------- lists


def test_an_entry_of_the_bank_is_an_item() -> None:
    (item,) = read(list_page(entry()), url=bank_url(BASE_URL, 1)).items
    assert (item.id, item.native_id) == ("act/ukaz/2099-07-31/817", "990001")
    assert (item.kind, item.number, item.date, item.published) == ("ukaz", "817", "2099-07-31", "2099-08-01")
    assert item.title == "О вымышленном порядке"
    assert item.url == "http://kremlin.ru/acts/bank/990001"
    assert item.fields == {
        "subject": "О вымышленном порядке",
        "complex_name": "Указ Президента Российской Федерации от 31.07.2099 г. № 817",
    }


def test_news_are_numbered_apart_from_the_bank() -> None:
    name = '<span class="entry-title p-name" itemprop="name">Указ о награждении сказочных животных</span>'
    (item,) = read(list_page(entry("/acts/news/990001", name, "", "2099-08-01T16:30:00+04:00"))).items
    assert (item.id, item.native_id) == ("", "news/990001")
    assert item.title == "Указ о награждении сказочных животных"
    assert item.published == "2099-08-01T15:30:00+03:00"
    with pytest.raises(ConfigError):
        print_url(BASE_URL, item.native_id)


def test_a_fragment_is_a_list_too() -> None:
    assert len(read((entry() + entry("/acts/bank/990002")).encode()).items) == 2


def test_an_entry_without_a_link_is_named_and_hides_no_other() -> None:
    broken = '<div class="hentry"><h3 class="hentry__title"><a href="/media/5">Снимок</a></h3></div>'
    good, bad = read(list_page(entry(), broken)).items
    assert good.native_id == "990001"
    assert "Снимок" in bad.fields["fault"]


def test_a_search_without_results_is_an_empty_list() -> None:
    reading = read(list_page("<p>Искомая комбинация слов нигде не&nbsp;встречается.</p>"))
    assert (reading.page, reading.items, reading.total) == (PageKind.LIST, (), None)


@pytest.mark.parametrize("told", ["", "2099-13-01", "скоро", "0001-01-01T00:00:00+14:00"])
def test_a_day_that_is_none_stays_absent(told: str) -> None:
    assert read(list_page(entry(told=told))).items[0].published is None


# ---------------------------------------------------------------- the feed


def test_an_entry_of_the_feed_is_an_item_in_moscow_time() -> None:
    (item,) = read(feed(FEED_ENTRY), url=news_feed_url(BASE_URL), content_type="application/atom+xml").items
    assert (item.id, item.native_id) == ("act/ukaz/2099-07-31/817", "news/990518")
    assert item.published == "2099-08-01T22:30:00+03:00"
    assert item.title == "О вымышленном порядке"
    assert item.fields["complex_name"].endswith("№ 817 «О сказке»")
    assert item.url == "http://kremlin.ru/acts/news/990518"


def test_a_bare_time_is_one_of_moscow() -> None:
    (item,) = read(feed(FEED_ENTRY.replace("+04:00", ""))).items
    assert item.published == "2099-08-01T23:30:00+03:00"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (feed(FEED_ENTRY)[:-12], Problem.TRUNCATED),
        (feed("<entry>&unknown;</entry>"), Problem.LAYOUT_CHANGED),
        (b"<feed><entry/></feed>", Problem.LAYOUT_CHANGED),
        (feed("<entry><title>x</title></entry>"), Problem.LAYOUT_CHANGED),
        (b"<!DOCTYPE feed [<!ENTITY a 'b'>]>" + feed(FEED_ENTRY).partition(b"?>")[2], Problem.LAYOUT_CHANGED),
    ],
)
def test_what_is_no_feed_is_a_failure(body: bytes, problem: Problem) -> None:
    assert refused(body, url=news_feed_url(BASE_URL)).problem is problem


def test_an_empty_feed_is_an_empty_list() -> None:
    assert read(feed()).items == ()


# ---------------------------------------------------------------- whatever comes


@pytest.mark.parametrize("body", [print_page(OLD), print_page(NEW), list_page(entry()), feed(FEED_ENTRY)])
def test_readings_survive_json(body: bytes) -> None:
    reading = read(body)
    assert from_json(to_json(reading)) == reading


@given(st.data())
def test_every_cut_of_a_page_is_a_failure_never_a_shorter_text(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from([print_page(OLD), print_page(NEW), list_page(entry()), feed(FEED_ENTRY)]))
    end = data.draw(st.integers(0, len(body) - 10))
    with pytest.raises(PageError):
        read(body[:end])


LINES = st.sampled_from(
    [*OLD.split("\n"), "(", ")", "     (В редакции от 01.01.2099 N 5", "Утратил силу - от 1 мая 2099 N", ""]
)


@given(st.lists(LINES, max_size=30))
def test_text_and_remarks_hold_every_word_of_the_page(lines: list[str]) -> None:
    lines = [*lines, "конец"]
    reading = read(print_page("\n" + "\n".join(lines)))
    kept = reading.text.split("\n")
    words = sorted(" ".join([reading.text, *(note.text for note in reading.remarks)]).split())
    assert not set(words) - set(" ".join(lines).split()), "nothing is invented"
    assert not set(" ".join(lines).split()) - set(words), "nothing is lost"
    assert all(-1 <= note.line < len(kept) for note in reading.remarks)


@pytest.mark.parametrize("href", ["http://[::1/acts/bank/1", "/acts/bank/٣", "/acts/bank/9999999999", ""])
def test_a_hostile_link_is_no_link(href: str) -> None:
    document = read(print_page(OLD, head=f'<link rel="canonical" href="{href}">')).document
    assert document is not None
    assert document.url == ""
    assert "fault" in read(list_page(entry(), entry(href))).items[1].fields


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for start in (b"", b'<pre id="special_pre">', b'<div class="hentry">', b"<feed "):
        with contextlib.suppress(PageError):
            read(start + body)


def test_a_deep_page_loses_nothing_or_is_refused() -> None:
    def page(depth: int) -> bytes:
        return print_page("<p>до</p>" + "<b>" * depth + "глубоко" + "</b>" * depth + "<p>после</p>")

    assert read(page(1500)).text == "до\nглубоко\nпосле"
    assert refused(page(5000)).problem is Problem.LAYOUT_CHANGED
