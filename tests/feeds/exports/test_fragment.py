from __future__ import annotations

from dataclasses import replace

from lxml import html

from feeds import diffpage
from feeds.exports import fragment
from feeds.languages import Speech
from tests.feeds.exports.comparisons import HOSTILE, of_event, of_texts, sections
from tests.feeds.fake_library import INFO, bill
from tracker.models import SiteInfo

RU, EN = Speech("ru"), Speech("en")


def test_words_keep_their_marks_without_any_style() -> None:
    made = fragment.fragment(of_event(), RU)
    assert "в течение <del>[−десяти−]</del><ins>{+пяти+}</ins> лет" in made
    assert "class=" not in made
    assert "style=" not in made
    assert "Отметки: [−исключено−], {+добавлено+}." in made


def test_every_piece_says_by_itself_where_it_is_from() -> None:
    comparison = of_event()
    pieces = fragment.hunks(comparison, RU)
    assert len(pieces) == len(comparison.diff.operations)
    for piece in pieces:
        said = html.fromstring(piece).text_content()
        assert "ДЕМО: вымышленный документ." in said
        assert "Законопроект 100001-99" in said
        assert "Это проект, он не действует." in said
        assert "Было: Внесённый текст; СОЗД; получен 12.05.2026 09:10 МСК (06:10 UTC)." in said
        assert "Стало: Текст ко 2-му чтению; СОЗД; получен 14.05.2026 14:05 МСК (11:05 UTC)." in said
        assert f"{comparison.link}#" in said


def test_the_whole_is_well_formed_and_links_to_every_place() -> None:
    comparison = of_event()
    root = html.fromstring(fragment.fragment(comparison, RU))
    links = [str(link.get("href")) for link in root.iter("a")]
    assert f"{comparison.link}#st-22.ch-1.p-2" in links
    assert comparison.link in links
    assert not list(root.iter("script", "img", "style"))


def test_words_keep_their_distance_when_the_marks_are_dropped() -> None:
    old, new = sections("1. Срок десять лет."), sections("1. Срок не более пяти лет.")
    root = html.fromstring(fragment.fragment(of_texts(old, new), RU))
    for element in list(root.iter("del")):
        element.drop_tree()
    said = " ".join(root.text_content().replace("{+", "").replace("+}", "").split())
    assert "1. Срок не более пяти лет." in said


def test_two_sources_have_marks_of_their_own() -> None:
    made = fragment.fragment(replace(of_event(), are_times=False), RU)
    assert "только в первом тексте" in made
    assert "Было:" not in made


def test_english_frames_russian_words() -> None:
    made = fragment.fragment(of_event("en"), EN)
    assert made.startswith('<article lang="en">')
    assert "This is a draft; it is not in force." in made
    assert '<p lang="ru">' in made


def test_hostile_words_are_text() -> None:
    old, new = sections("1. Тихо."), sections(f"1. {HOSTILE}")
    site = SiteInfo(title="<b>Сайт</b>", base_url=INFO.base_url, authority="x", year=2026)
    made = fragment.fragment(replace(of_texts(old, new, bill(title=HOSTILE)), site=site), RU)
    assert "<script" not in made
    assert "<b>" not in made
    assert not set("\x00\x07\u202e") & set(made)


def test_a_page_to_mail_says_what_it_shows() -> None:
    page = diffpage.of_comparison(of_event(), "ru")
    root = html.fromstring(page)
    said = " ".join(root.text_content().split())
    assert root.findtext(".//title") == (
        "ДЕМО: вымышленный документ. [Законопроект, текст ко 2-му чтению] "
        "100001-99: новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения"
    )
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "Это проект, он не действует. This is a draft; it is not in force." in said
    assert "получен 12.05.2026 09:10 МСК (06:10 UTC)" in said
    assert not list(root.iter("script", "img", "link"))


def test_a_page_taken_from_the_english_site_is_framed_in_english() -> None:
    page = diffpage.of_comparison(of_event(language="en"), "en")
    root = html.fromstring(page)
    assert root.get("lang") == "en"
    assert str(root.findtext(".//title")).startswith("DEMO: invented document. [Draft bill, ")
    # What is left in Russian is the law itself, and says so.
    for element in root.xpath("//*[@lang='ru'] | //style"):
        element.drop_tree()
    framing = " ".join(root.text_content().split())
    for said in (
        "Before",
        "After",
        "Seen",
        "Permanent address",
        "captured 12 May 2026",
        "This is a draft; it is not in force.",
    ):
        assert said in framing, said
    for russian in ("Было", "Стало", "Замечено", "Почему", "Слов", "изменён", "проект", "Законопроект"):
        assert russian not in framing, russian


def test_a_page_of_two_sources_calls_neither_older() -> None:
    page = diffpage.of_comparison(replace(of_event(invented=False), are_times=False), "ru").partition("</style>")[2]
    assert "Чем тексты различаются" in page
    assert "Тексты из разных источников или документов" in page
    assert "порядок здесь условный" in page, "the reasons speak of what changed"
    assert "Было / Стало" not in page
    assert "Слов добавлено" not in page
    assert "ДЕМО" not in page


def test_a_text_that_is_called_by_its_source_names_it_once() -> None:
    told = of_event()
    one = replace(told.before, name="Сайт Президента", source="Сайт Президента", captured=None)
    assert one.line(Speech("ru")) == "Сайт Президента"
    assert replace(one, name="Текущая редакция").line(Speech("ru")) == "Текущая редакция; Сайт Президента"


def test_hostile_words_do_not_leave_the_page() -> None:
    old, new = sections("1. Тихо."), sections(f"1. {HOSTILE}")
    page = diffpage.of_comparison(of_texts(old, new, bill(title=HOSTILE)), "ru")
    assert "<script" not in page
    assert "\u202e" not in page
