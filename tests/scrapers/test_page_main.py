"""Pages that somebody follows without a selector: what of them is text, and what may change without any news."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from scrapers import page_main
from scrapers.page import WHOLE_PAGE, PageText, Way, read
from tracker.errors import ConfigError, PageError
from tracker.models import Problem

LAW = """<p>В соответствии со статьей 22<sup>1</sup> закона утвердить прилагаемый порядок учета граждан.</p>
<ol><li>Гражданин сообщает о переезде в течение пяти дней со дня переезда.</li><li>Отметка.</li></ol>
<table><tr><th>№</th><th>Срок</th></tr><tr><td>1</td><td>пять лет</td></tr></table>
<p>Настоящий приказ вступает в силу со дня официального опубликования.</p><p>Министр</p>"""
LAW_LINES = [
    "В соответствии со статьей 22¹ закона утвердить прилагаемый порядок учета граждан.",
    "1. Гражданин сообщает о переезде в течение пяти дней со дня переезда.",
    "2. Отметка.",
    "№ | Срок",
    "1 | пять лет",
    "Настоящий приказ вступает в силу со дня официального опубликования.",
    "Министр",
]
BANNERS = (
    "",
    '<div class="banner"><a href="/a">Пройдите опрос о качестве услуг</a></div>',
    '<div class="top-banner">Горячая линия работает круглосуточно и без выходных дней</div>',
)
ALSO = (
    "",
    '<div><h3>Читайте также</h3><ul><li><a href="/n1">Ведомство провело заседание</a></li></ul></div>',
    "<h3>Материалы по теме:</h3><ul>"
    + "".join(f'<li><a href="/n{n}">Новость {n} о работе ведомства за неделю</a></li>' for n in range(12))
    + "</ul>",
)
COUNTERS = ("<p>Просмотров: 12</p>", "<p>Просмотров: 1 204</p><p>Поделиться в ВКонтакте</p>", "")


def site(text: str = LAW, *, banner: str = "", also: str = "", counter: str = "", aside: str = "") -> bytes:
    """A page of an invented ministry: menu, crumbs, text in a column, a column of news, foot."""
    return f"""<!DOCTYPE html><html><head><title>Приказ</title></head><body>
    <div id="top"><ul><li><a href="/">Главная</a></li><li><a href="/docs">Документы</a></li></ul>
    <div class="today">Сегодня 22 ноября 2026, 20:14 мск</div></div>{banner}
    <div class="breadcrumbs"><a href="/">Главная</a> / <a href="/docs">Документы</a> / Приказ</div>
    <h1>Приказ о порядке учета</h1>
    <div class="columns"><div class="column wide"><div class="text">{banner}{text}{counter}{also}</div></div>
    <div class="column">{aside}<p><a href="/n1">Ведомство провело заседание коллегии</a></p></div></div>
    <footer><p>Ведомство, 2026. При использовании материалов ссылка на сайт обязательна.</p></footer></body></html>""".encode()


def main_of(page: bytes, place: str = "") -> PageText:
    return read(page, selector=None, place=place)


def test_the_main_text_is_whole_and_nothing_beside_it() -> None:
    found = main_of(site())
    assert found.text.split("\n") == ["Приказ о порядке учета", *LAW_LINES]
    assert (found.way, found.place) == (Way.MAIN, "div.text")
    assert {noise.rule: noise.count for noise in found.noise}["outside"] > 0


@pytest.mark.parametrize("known", [False, True], ids=["anew", "at the known place"])
def test_what_rotates_around_the_text_changes_nothing(*, known: bool) -> None:
    place = main_of(site()).place if known else ""
    texts = {
        main_of(site(banner=banner, also=also, counter=counter), place).text
        for banner, also, counter in itertools.product(BANNERS, ALSO, COUNTERS)
    }
    assert texts == {"\n".join(["Приказ о порядке учета", *LAW_LINES])}


def test_the_same_page_is_read_alike_every_time() -> None:
    assert len({main_of(site(also=ALSO[2])).text for _ in range(5)}) == 1


def test_a_change_in_any_line_of_the_text_is_seen() -> None:
    for line in ("пяти дней", "Отметка.", "пять лет", "Министр", "<sup>1</sup>", "№"):
        assert main_of(site(LAW.replace(line, "иное"))).text != main_of(site()).text, line


def test_the_known_place_is_read_also_when_little_is_left_of_the_text() -> None:
    known = main_of(site())
    aside = (
        "<p>Коллегия ведомства обсудила итоги года и приняла решение о дальнейшей работе в этом направлении.</p>" * 5
    )
    found = main_of(site("<p>Утратил силу.</p>", aside=aside), known.place)
    assert found.text == "Приказ о порядке учета\nУтратил силу."
    assert found.place == known.place


def test_a_place_that_is_gone_is_found_anew_and_says_so() -> None:
    known = main_of(site())
    rebuilt = site().replace(b'class="text"', b'class="article-body"')
    found = main_of(rebuilt, known.place)
    assert found.text == known.text
    assert (found.way, found.place) == (Way.MAIN, "div.article-body")
    assert main_of(site(), found.place).text == known.text, "the old page at a place it lacks is found anew as well"


def test_an_empty_place_is_a_failure_and_no_change() -> None:
    with pytest.raises(PageError) as caught:
        main_of(site("").replace(b"<h1>", b"<h2>").replace(b"</h1>", b"</h2>"), "div.text")
    assert caught.value.problem is Problem.EMPTY


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><p>Коротко.</p></body></html>",
        "<html><body><ul><li><a href='/a'>Приказ № 1 о мерах</a></li><li><a href='/b'>Приказ № 2</a></li></ul></body></html>",
        "<html><body>"
        + "<div><p>Равные части страницы, каждая со своим отдельным текстом.</p></div>" * 8
        + "</body></html>",
        "<html><body>" + "<div>" * 900 + "<p>Глубоко вложенный, но всё же читаемый текст страницы.</p></body></html>",
        "<pre>   У К А З\n\nО порядке учета граждан по месту их жительства в пределах страны</pre>",
    ],
    ids=["a word", "links", "equal parts", "deep", "preformatted"],
)
def test_where_no_main_text_can_be_told_the_page_is_read_whole(page: str) -> None:
    found = main_of(page.encode())
    assert (found.way, found.place) == (Way.WHOLE, WHOLE_PAGE)
    assert main_of(page.encode(), WHOLE_PAGE) == found


def test_a_page_can_be_read_whole_on_request_so_that_two_are_compared_alike() -> None:
    found = main_of(site(), WHOLE_PAGE)
    assert found.way is Way.WHOLE
    assert "Ведомство провело заседание коллегии" in found.text
    assert set(LAW_LINES) <= set(found.text.split("\n"))


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ('id="1st.text"', r"div#\31 st\.text"),
        ('class="a b:c"', r"div.a.b\:c"),
        ('class="column"', "div.columns > div.column:nth-of-type(2)"),
        ("", "div.columns > div:nth-of-type(2)"),
    ],
)
def test_a_place_names_one_element(attributes: str, place: str) -> None:
    side = '<div class="column"><p><a href="/n1">Новость</a></p></div>'
    page = (
        f'<html><body><p>Сайт</p><div class="columns">{side}<div {attributes}>{LAW}</div></div></body></html>'.encode()
    )
    found = main_of(page)
    assert (found.place, found.text.split("\n")) == (place, LAW_LINES)
    assert main_of(page, found.place).text == found.text


def test_parts_of_a_law_outside_the_article_are_brought_in() -> None:
    body = "".join(
        f"<p>Статья {n}. Гражданин вправе обратиться в орган учета по месту пребывания.</p>" for n in range(9)
    )
    page = site(f'<div class="act">{body}</div><div class="annex"><p>Приложение № 1</p><p>Форма заявления</p></div>')
    found = main_of(page).text.split("\n")
    assert found[-2:] == ["Приложение № 1", "Форма заявления"]
    assert "Статья 0. Гражданин вправе обратиться в орган учета по месту пребывания." in found


def test_a_place_that_leaves_out_much_prose_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "Настоящий приказ вступает в силу со дня официального опубликования."
    monkeypatch.setattr(page_main, "_kept_letters", lambda _: frozenset({line.replace(" ", "").replace(".", "")}))
    others = "".join(f"<p>Другой абзац номер {n}, который библиотека сочла лишним.</p>" for n in range(9))
    page = f"<html><body><div class='a'>{others}</div><div class='b'><p>{line}</p></div></body></html>"
    assert main_of(page.encode()).way is Way.WHOLE


def test_a_fault_of_the_library_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("trafilatura.bare_extraction", fail)
    assert main_of(site()).way is Way.WHOLE


def test_what_is_called_a_sidebar_may_still_be_the_page() -> None:
    page = (
        site()
        .replace(b"<body>", b'<body class="has-sidebar"><div class="with-sidebar">')
        .replace(b"</body>", b"</div></body>")
    )
    page = page.replace(b"<h1>", b"<h2>").replace(b"</h1>", b"</h2>")
    assert set(LAW_LINES) <= set(main_of(page).text.split("\n"))


def test_a_reference_to_law_is_no_reading_list() -> None:
    text = LAW + '<p>См. также:</p><p>Указ от 27.01.2099 <a href="/9">№ 9</a></p>'
    assert "Указ от 27.01.2099 № 9" in main_of(site(text)).text


def test_notices_about_law_are_no_furniture() -> None:
    notice = '<div class="banner">Документ утратил силу с 1 марта 2099 года</div>'
    assert "Документ утратил силу с 1 марта 2099 года" in main_of(site(notice + LAW)).text


@pytest.mark.parametrize(
    "line",
    [
        "Сегодня 22 ноября 2026, 20:14 мск",
        "Сегодня: воскресенье, 22 ноября 2026 г.",
        "Текущее время: 20:14",
        "20:14:05",
        "Просмотров: 1 204",
        "Количество просмотров 17",
        "1204 просмотра",
        "Поделиться",
        "Поделиться в ВКонтакте, Telegram",
        "ВКонтакте | Telegram | Одноклассники",
        "Версия для печати",
        "Мы используем файлы cookie. Продолжая пользоваться сайтом, вы соглашаетесь с этим.",
        "Наш сайт использует куки для удобства посетителей",
    ],
)
def test_lines_that_every_page_has_are_no_text(line: str) -> None:
    found = read(f"<main><p>Статья 1</p><p>{line}</p></main>".encode(), selector="main")
    assert found.text == "Статья 1"
    assert sum(noise.count for noise in found.noise) == 1


@pytest.mark.parametrize(
    "line",
    [
        "27 января 2026 года",
        "15:00",
        "среда, 5 августа 2026 года",
        "Оператор сайта обязан уведомить о файлах cookie.",
        "Порядок просмотра дел: 12 дней",
        "Поделиться правом собственности нельзя",
        "1204",
    ],
)
def test_lines_that_may_be_law_stay(line: str) -> None:
    assert read(f"<main><p>Статья 1</p><p>{line}</p></main>".encode(), selector="main").text.split("\n")[1] == line


def test_the_masthead_of_a_whole_page_may_carry_todays_date() -> None:
    def page(day: str) -> bytes:
        return f"<p>{day}</p><p>Статья 1</p>".encode()

    assert (
        main_of(page("суббота, 21 ноября 2026 г.")).text
        == main_of(page("22 ноября 2026, воскресенье")).text
        == "Статья 1"
    )


def test_the_operator_takes_elements_and_parts_of_lines_out() -> None:
    page = "<main><p>Статья 1 (обновлено 12.03)</p><p>Курс 81,2</p><div class=x>Опрос<div class=x>!</div></div></main>".encode()
    found = read(
        page, selector="main", remove=["div.x", ".not-there"], ignore=[r"\(обновлено [\d.]{1,10}\)", r"^Курс .*"]
    )
    assert found.text == "Статья 1"
    assert {(noise.rule, noise.count) for noise in found.noise} == {
        ("remove div.x", 1),
        (r"ignore \(обновлено [\d.]{1,10}\)", 1),
        ("ignore ^Курс .*", 1),
    }


def test_a_pattern_touches_no_long_line_and_leaves_others_as_they_are() -> None:
    law = "Гражданин\u00a0обязан  " + "сообщить о переезде " * 20
    page = f"<main><p>{law}</p><pre>  а  б</pre><p>сообщить</p></main>".encode()
    assert read(page, selector="main", ignore=["сообщить"]).text.split("\n") == [
        " ".join(law.split(" ")).replace("  ", " ").strip(),
        "  а  б",
    ]


# fmt: off
REFUSED = [
    "(", "[", "*", "a**", "a{99999999999}", "(?i", r"\g", "", "a*", "^", "(?=a)?", "x" * 501, "(?x) a b",
    "(a+)+b", "(a|b)*c", "((a)?b){2,}", "(?:a+b){9}", "(?P<n>.*c)+", r"(\d+\s*)+$",
    ".*a.*b.*c.*d", "a{1,}b{2,}c{3,}d{4,900}", "[[a]b", "[a--b]", "[a&&b]",
]
# fmt: on


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_wrong_or_endless_pattern_is_refused_in_one_line(pattern: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(b"<p>x</p>", selector=None, ignore=[pattern])
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("ignore: ")


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"^Просмотров за (?:день|сутки)?: \d+$", "Просмотров за день: 12"),
        (r"(?i)обновлено \d{2}\.\d{2}\.\d{4}", "ОБНОВЛЕНО 01.02.2026"),
        (r"[()\[\]|+*]\d{1,3}", "[12"),
        (r"[]a]{3}", "]a]"),
        (r"(?:a+b)?c", "aabc"),
        (r"курс .+? руб\.", "курс 81,2 руб."),
        (r"\(+\*", "((*"),
    ],
)
def test_honest_patterns_are_taken(pattern: str, line: str) -> None:
    assert read(f"<p>Текст</p><p>{line}</p>".encode(), selector=None, ignore=[pattern]).text == "Текст"


def test_a_selector_that_would_warn_at_every_page_is_refused() -> None:
    with pytest.raises(ConfigError, match="-soup-contains"):
        read(b"<p>x</p>", selector=None, remove=["p:contains(x)"])


def test_whoever_follows_no_page_does_not_pay_for_the_library() -> None:
    code = "import sys, scrapers.page; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
