"""The pages: every link resolves, nothing runs, nothing is fetched from elsewhere, a draft is called a draft."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import etree, html

from feeds import labels, listings, views
from feeds.diffpage import standalone
from feeds.diffview import plain, view
from feeds.languages import Speech
from feeds.pages import Page, asset
from feeds.site import Site
from feeds.textual import typo, web_address
from tests.feeds.fake_library import (
    INFO,
    FakeLibrary,
    bill,
    decree,
    newsroom,
    operation,
    rich_diff,
    text_payload,
    years,
)
from tests.feeds.hostile import HOSTILE, hostile
from tracker.models import Diff, EventKind, Noise, Status

ORIGIN = "http://site.example"


def site(*, live: bool = False, invented: bool = False) -> Site:
    info = replace(INFO, live=live, invented=invented)
    return Site(newsroom(info), info)


def pages(made: Site) -> dict[str, Page]:
    found = {}
    for path in made.paths():
        page = made.page(path)
        assert page is not None, path
        assert page.path == path
        found[path] = page
    return found


def is_shown(page: Page) -> bool:
    """Whether it is a page of the site and not a file to take away."""
    return page.content_type.startswith("text/html") and not page.path.endswith(".html")


def text(page: Page | None) -> str:
    assert page is not None
    return " ".join(html.fromstring(page.body).text_content().split())


@pytest.mark.parametrize("live", [True, False])
def test_every_internal_link_resolves(live: bool) -> None:
    made = site(live=live)
    found = pages(made)
    places = {page.path if live else f"/{page.file}": page for page in found.values()}
    checked = 0
    for place, page in places.items():
        if not is_shown(page):
            continue
        tree = html.fromstring(page.body)
        for link in [*tree.xpath("//a/@href"), *tree.xpath("//link[@rel!='canonical']/@href")]:
            if link.startswith(("https://", "http://")):
                continue
            target = urlsplit(urljoin(ORIGIN + place, link))
            assert target.netloc == "site.example", link
            if live and target.path.removeprefix("/en") in {"/search", "/compare"}:
                continue  # answered by the service, see test_app
            other = places.get(unquote(target.path)) or (made.page(unquote(target.path)) if live else None)
            assert other is not None, f"{place} -> {link}"
            if target.fragment:
                assert html.fromstring(other.body).xpath("//*[@id=$name]", name=unquote(target.fragment)), link
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("live", [True, False])
def test_every_link_of_every_feed_is_a_page_of_the_site(live: bool) -> None:
    made = site(live=live)
    found = pages(made)
    known = {f"{INFO.base_url}{path}" for path in found}
    checked = 0
    for path, page in found.items():
        if path.endswith(".json") and page.is_feed:
            feed = json.loads(page.body)
            links = [feed["home_page_url"], feed["feed_url"], feed["authors"][0]["url"]]
            for item in feed["items"]:
                links += [item["url"], item["_duma_tracker"]["about"]]
                links += html.fromstring(f"<div>{item['content_html']}</div>").xpath("//@href")
        elif page.is_feed and not path.endswith(".ics"):
            tree = etree.fromstring(page.body)
            links = tree.xpath("//@href | //@xmlUrl | //@htmlUrl | //channel/link/text() | //item/link/text()")
            for content in tree.xpath("//*[local-name()='content' or local-name()='description']/text()"):
                links += html.fromstring(f"<div>{content}</div>").xpath("//@href")
        else:
            continue
        for link in links:
            assert link in known, f"{path} -> {link}"
            checked += 1
    assert checked > 200


def test_an_invented_document_has_no_link_to_a_state_site_and_a_real_one_has() -> None:
    for path, page in pages(site()).items():
        if is_shown(page):
            outer = [link for link in html.fromstring(page.body).xpath("//a/@href") if "://" in link]
            assert outer == [], path
    library = FakeLibrary()
    document = replace(bill(), invented=False)
    library.kept_documents[document.id] = document
    event = library.tell(EventKind.BILL_STAGE, document, {"after": "first_reading"})
    made = Site(library, INFO)
    for path in (f"/{document.id}", f"/event/{event.id}"):
        shown = made.page(path)
        assert shown is not None
        (link,) = html.fromstring(shown.body).xpath("//a[@href='https://sozd.example/bill/100001-99']")
        assert link.get("rel") == "noreferrer noopener nofollow"
        assert "он увидит адрес вашего подключения" in text(shown)
    marked = Site(library, replace(INFO, invented=True)).page(f"/{document.id}")
    assert marked is not None
    assert b'href="https://sozd.example' not in marked.body


def test_a_watched_page_is_named_by_its_own_address() -> None:
    library = FakeLibrary()
    document = replace(bill(), invented=False)
    library.kept_documents[document.id] = document
    payload = {**text_payload("current"), "url": "https://page.example/law"}
    event = library.tell(EventKind.TEXT_UNEXPLAINED, document, payload, diff=rich_diff(), source="page")
    page = Site(library, INFO).page(f"/event/{event.id}")
    assert page is not None
    assert html.fromstring(page.body).xpath("//section[contains(@class, 'evidence')]//a/@href")[0] == payload["url"]


def test_a_text_of_an_earlier_stage_stays_a_draft_when_the_bill_is_a_law() -> None:
    library = FakeLibrary()
    document = replace(bill(Status.PUBLISHED), invented=False)
    library.kept_documents[document.id] = document
    for edition in ("introduced", "adopted"):
        library.keep_version(document, edition)
    made = Site(library, INFO)
    assert "Это проект, он не действует." in text(made.page(f"/{document.id}/text/sozd/introduced/1"))
    assert "Это проект" not in text(made.page(f"/{document.id}/text/sozd/adopted/1"))
    assert "Закон по законопроекту 100001-99" in text(made.page(f"/{document.id}"))


def test_an_address_of_quoted_wording_is_explained_once_where_it_stands() -> None:
    library = FakeLibrary()
    document = bill()
    library.kept_documents[document.id] = document
    row = operation(["added"], "ст. 1 п. 2 («п. 7 пп. „в“»)", [("+", "в) иное;")])
    event = library.tell(EventKind.TEXT_ADDED, document, text_payload(), diff=Diff(same=False, operations=(row, row)))
    said = text(Site(library, INFO).page(f"/event/{event.id}"))
    assert said.count("подпункт «в» пункта 7 в тексте, который пункт 2 статьи 1 вносит в изменяемый акт") == 1
    assert "(«п. 7" not in said
    assert "изменяемый акт" not in text(site().page("/bill/100001-99"))


def test_headings_come_in_order_and_foreign_words_say_their_language() -> None:
    for path, page in pages(site()).items():
        if not is_shown(page):
            continue
        tree = html.fromstring(page.body)
        levels = [int(element.tag[1]) for element in tree.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        assert tree.xpath("//body/a[@class='skip']/@href") == ["#main"]
        assert tree.xpath("//main[@id='main']/@tabindex") == ["-1"]
        for words in tree.xpath("//main//text()[not(ancestor-or-self::*[@lang='en'])]"):
            assert "not in force" not in words, path


CSS = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_every_ink_is_readable_on_every_paper(dark: bool) -> None:
    blocks = asset("style.css").decode().split(":root {")
    colours = dict(CSS.findall(blocks[2 if dark else 1].partition("}")[0]))
    pairs = [(ink, paper) for ink in ("ink", "quiet", "accent", "alarm") for paper in ("paper", "panel")]
    for ink, paper in [
        *pairs,
        ("ins-ink", "ins-bg"),
        ("del-ink", "del-bg"),
        ("alarm", "alarm-bg"),
        ("ink", "alarm-bg"),
    ]:
        light, deep = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (deep + 0.05) >= 4.5, (ink, paper)


def test_published_links_climb_no_higher_than_the_folder() -> None:
    for page in pages(site(live=False)).values():
        if is_shown(page):
            here = posixpath.dirname(page.file)
            for link in html.fromstring(page.body).xpath("//a/@href | //link[@rel='stylesheet']/@href"):
                if "://" not in link and not link.startswith("#"):
                    assert not posixpath.normpath(posixpath.join(here, link)).startswith("..")
                    assert not link.startswith("/")


def test_nothing_runs_and_nothing_comes_from_elsewhere() -> None:
    for page in pages(site()).values():
        if not is_shown(page):
            continue
        tree = html.fromstring(page.body)
        # The one script only presses keys for the reader; everything works without it.
        scripts = tree.xpath("//script")
        assert all(script.get("src").endswith("/static/keys.js") and not script.text for script in scripts)
        assert not tree.xpath("//iframe | //object | //embed | //form | //*[@style] | //style")
        assert not tree.xpath("//@*[starts-with(name(), 'on')]")
        assert not tree.xpath("//*[not(self::script)]/@src")
        for link in tree.xpath("//a[starts-with(@href, 'http')]"):
            if not link.get("href").startswith(INFO.base_url):
                assert "noreferrer" in link.get("rel")
        assert tree.get("lang") == ("en" if re.match(r"/en(/|$)", page.path) else "ru")
        assert tree.xpath("count(//h1)") == 1
        assert tree.xpath("//meta[@name='viewport']")


@pytest.mark.parametrize("status", [Status.REGISTERED, Status.FIRST_READING, Status.SECOND_READING])
def test_pages_of_a_draft_say_draft(status: Status) -> None:
    library = FakeLibrary()
    document = replace(bill(status), invented=False)
    library.kept_documents[document.id] = document
    event = library.tell(EventKind.TEXT_ADDED, document, text_payload(), diff=rich_diff())
    library.keep_version(document, "introduced")
    made = Site(library, INFO)
    for path in (f"/{document.id}", f"/event/{event.id}", f"/{document.id}/text/sozd/introduced/1"):
        assert "Это проект, он не действует." in text(made.page(path))
        assert "This is a draft; it is not in force." in text(made.page(path))


def test_invented_documents_are_marked_and_not_indexed() -> None:
    for page in pages(site(invented=True)).values():
        if is_shown(page):
            assert b'<meta name="robots" content="noindex">' in page.body
            assert "ДЕМО: вымышленный документ" in text(page)
            title = html.fromstring(page.body).findtext(".//title")
            assert title is not None
            assert title.startswith("DEMO" if re.match("/en(/|$)", page.path) else "ДЕМО")
    mixed = site()
    marked = mixed.page("/bill/100001-99")
    assert marked is not None
    assert b"noindex" in marked.body
    plain_page = mixed.page("/about")
    assert plain_page is not None
    assert b"noindex" not in plain_page.body


def test_the_document_page_shows_where_it_stands_and_how_fresh_that_is() -> None:
    page = site().page("/bill/100001-99")
    assert page is not None
    tree = html.fromstring(page.body)
    (figure,) = tree.xpath("//figure[@class='stage-picture']")
    assert "Сейчас: 1-е чтение 13.05.2026." in " ".join(figure.findtext("figcaption").split())
    assert figure.xpath(".//svg[@role='img']//title")
    said = text(page)
    assert "Изменений нет; проверено 22.11 в 14:05 МСК (11:05 UTC)." in said
    assert "Документ вымышлен: такой страницы на сайте госоргана нет." in said
    assert "javascript:" not in page.body.decode()
    assert "предлагает внести изменения в ст. 22 Федерального закона от 28.04.2099 № 938-ФЗ" in said
    assert "за 321, против 57, воздержались 2" in said
    assert "До начала наблюдения, по данным источника: 1" in said


def test_the_line_of_stages_of_a_fallen_bill_ends_with_its_fall() -> None:
    marks = views.stage_line(
        Status.WITHDRAWN,
        [{"step": "1.1", "at": "2026-02-01"}, {"step": "1.2", "at": "2026-02-02"}],
        Speech("ru"),
    )
    assert [(mark.name, mark.state, mark.at) for mark in marks] == [
        ("Внесён", "done", "01.02.2026"),
        ("Снят: отозван автором", "here", "02.02.2026"),
    ]
    rejected = views.stage_line(
        Status.REJECTED,
        [{"step": "1.1", "at": "2026-02-01"}, {"step": "3.3", "at": "2026-03-01"}],
        Speech("ru"),
    )
    assert [mark.name for mark in rejected] == ["Внесён", "Отклонён Думой"]


def test_no_change_is_never_said_without_a_check() -> None:
    library = newsroom()
    watch = library.kept_watches[0]
    say = Speech("ru")
    assert views.document_freshness([], None, say).blind
    assert views.document_freshness([replace(watch, last_success=None)], None, say).blind
    later = replace(watch, last_checked=watch.added_at.replace(year=2027))
    assert "Молчание не означает" in views.document_freshness([later], None, say).text
    news = replace(library.kept_events[0], observed_at=watch.last_success or watch.added_at)
    assert "замечены изменения" in views.document_freshness([watch], news, say).text
    assert "Изменений нет; проверено" in views.document_freshness([watch], library.kept_events[0], say).text
    blind = next(state for state in library.kept_sources if state.gap_since)
    assert "Нет успешной проверки" in views.source_freshness(blind, None, say).text


def test_the_event_page_carries_what_a_journalist_needs() -> None:
    made = site()
    library = newsroom()
    event = next(row for row in library.kept_events if row.kind is EventKind.TEXT_ADDED)
    page = made.page(f"/event/{event.id}")
    said = text(page)
    for words in (
        "Было / Стало",
        "14.05.2026 14:05 МСК (11:05 UTC)",
        "12.05.2026 09:10 МСК (06:10 UTC)",
        "ab" * 32,
        "cd" * 32,
        "Новое основание",
        "New ground",
        "После ч. 2 идёт ч. 4.",
        "[исключено: десяти] [добавлено: пяти]",
        "Этого места здесь нет.",
        "Слова те же, изменилось только место: 1",
        "Хеш показывает",
        f"https://tracker.example/watch/event/{event.id}",
        f"tag:tracker.example,2026:event/{event.id}",
        "через посредника, HTTP без шифрования",
    ):
        assert words in said, words
    assert page is not None
    assert html.fromstring(page.body).xpath("//section[@id='st-22.ch-1.p-2']//a[@href='#st-22.ch-1.p-2']")


def test_a_correction_puts_a_banner_on_the_page_it_corrects() -> None:
    library = newsroom()
    made = Site(library, INFO)
    right = next(row for row in library.kept_events if row.kind is EventKind.CORRECTION)
    wrong = str(right.payload["event"])
    assert "Исправление. Это сообщение неверно, потому что страница была отдана" in text(made.page(f"/event/{wrong}"))
    assert "Исправляет сообщение:" in text(made.page(f"/event/{right.id}"))
    assert "есть исправление" in text(made.page("/"))


def test_a_version_page_has_an_anchor_for_every_section() -> None:
    page = site().page("/bill/100001-99/text/sozd/second-reading-amended/1")
    assert page is not None
    tree = html.fromstring(page.body)
    assert tree.xpath("//div[@id='st-22.ch-1.p-2.pp-v']")
    levels = [element.tag for element in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[:2] == ["h1", "h2"]
    assert set(levels[1:]) == {"h2"}
    cited = "".join(tree.xpath("//dl[contains(@class, 'cite')]//text()"))
    assert "[проект, не действует]" in cited
    assert "/bill/100001-99/text/sozd/second-reading-amended/1" in cited
    unread = text(site().page("/bill/100002-99/text/sozd/introduced/1"))
    assert "Опубликован скан; мы его не прочли." in unread


def test_the_feeds_page_opens_with_one_recommendation() -> None:
    said = text(site().page("/feeds"))
    assert said.index("Если нужна одна лента — эта.") < said.index("Без пропусков")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//",
        "/nothing",
        "/bill",
        "/bill/100009-99",
        "/bill/100001-99/",
        "/bill/100001-99/text",
        "/bill/100001-99/text/sozd/introduced/01",
        "/bill/100001-99/text/sozd/introduced/99",
        "/bill/100001-99/text/sozd/introduced/²",
        "/bill/100001-99/card/sozd/card/1",
        "/event/",
        "/event/none",
        "/feeds/all",
        "/feeds/all.xml",
        "/feeds/.atom",
        "/feeds/topics/none.atom",
        "/topics/none",
        "/timeline/2026-99",
        "/static/../app.py",
        "/../etc/passwd",
    ],
)
def test_unknown_paths_are_nothing(path: str) -> None:
    assert site().page(path) is None


def test_hostile_text_stays_text_on_pages() -> None:
    library = hostile()
    made = Site(library, INFO)
    for path in [f"/event/{event.id}" for event in library.kept_events] + ["/", "/bill/100001-99", "/feeds"]:
        page = made.page(path)
        assert page is not None
        tree = html.fromstring(page.body)
        assert not tree.xpath("//script[not(@src)] | //img | //@onerror")
        assert not [link for link in tree.xpath("//a/@href") if "javascript" in link]
        assert b"\x00" not in page.body
        assert "\u202e" not in page.body.decode()


def test_months_hold_every_lead() -> None:
    made = site()
    months = [path for path in made.paths() if path.startswith("/timeline/") and "." not in path]
    assert months == ["/timeline/2026-05"]
    assert "100001-99" in text(made.page(months[0]))


def test_a_crowded_month_is_several_pages_and_every_lead_is_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MONTH_PAGE", 4)
    library = newsroom()
    made = Site(library, INFO)
    months = [path for path in made.paths() if path.startswith("/timeline/") and "." not in path]
    assert months[-1] == "/timeline/2026-05"
    assert set(months[:-1]) == {f"/timeline/2026-05/{number}" for number in range(2, len(months) + 1)}
    trees = [html.fromstring(page.body) for path in months if (page := made.page(path))]
    shown = [one.get("id") for tree in trees for one in tree.xpath("//article[contains(@class, 'event')]")]
    leads = [event for event in library.kept_events if event.lead and not event.backfilled]
    assert sorted(shown) == sorted(f"e-{event.id}" for event in leads)
    assert trees[-1].xpath("//a[@rel='next']/@href")
    assert not trees[-1].xpath("//a[@rel='prev']")
    for nothing in (
        "/timeline/2026-05/1",
        f"/timeline/2026-05/{len(months) + 1}",
        "/timeline/2026-05/x",
        "/timeline/2026-05/02",
    ):
        assert made.page(nothing) is None, nothing


def test_the_page_of_feeds_names_the_newest_documents_and_where_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Здесь только новейшие" not in text(site().page("/feeds"))
    monkeypatch.setattr(listings, "_FEEDS_OF_DOCUMENTS", 1)
    assert "Здесь только новейшие" in text(site().page("/feeds"))


def test_the_page_of_two_sources_says_that_neither_text_is_newer() -> None:
    library = FakeLibrary()
    sources = [{"source": "ips"}, {"source": "kremlin"}]
    event = library.tell(EventKind.SOURCES_DISAGREE, decree(), {"sources": sources}, diff=rich_diff())
    made = Site(library, INFO)
    assert "порядок здесь условный" in text(made.page(f"/event/{event.id}"))
    assert "the order is arbitrary" in text(made.page(f"/en/event/{event.id}"))
    changed = library.tell(EventKind.TEXT_CHANGED, bill(), text_payload("reading-2"), diff=rich_diff())
    assert "порядок здесь условный" not in text(made.page(f"/event/{changed.id}"))


def test_the_guide_calls_a_law_what_titles_call_a_law() -> None:
    assert labels.BILL_STATES[Status.ADOPTED].ru.startswith("Закон принят Думой"), "the words of titles"
    guide = text(site().page("/about"))
    assert "Законом мы называем его с принятия Думой в третьем чтении" in guide
    assert "Законом он становится после подписания" not in guide
    assert "once the Duma has adopted it at third reading" in text(site().page("/en/about"))


# ---------------------------------------------------------------- diffs by themselves


def test_a_standalone_page_is_one_file() -> None:
    page = standalone(rich_diff(), old_name=HOSTILE, new_name="второе чтение.docx")
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //img | //link | //@src")
    assert len(tree.xpath("//style")) == 1
    assert "Новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения." in tree.text_content()
    same = standalone(Diff(same=True, noise=(Noise(rule="quote", count=1),)), old_name="a", new_name="b")
    assert "Слова текстов совпадают. Различается только оформление." in same


def test_plain_text_and_anchors() -> None:
    diff = Diff(same=False, operations=(years(), years()))
    assert "[−десяти−]{+пяти+} лет" in plain(diff)
    assert [unit.anchor for unit in view(diff).units] == ["st-22.ch-1.p-2", "st-22.ch-1.p-2-2"]
    assert plain(Diff(same=True)) == ""


def test_outer_spaces_stand_outside_the_marks() -> None:
    unit = view(
        Diff(same=False, operations=(operation(["modified"], "ч. 1", [("=", "лицам"), ("+", " и детям"), ("=", ".")]),))
    )
    assert "лицам <ins>" in unit.units[0].together


def test_only_web_addresses_become_links_and_headings_do_not_break_badly() -> None:
    assert web_address("http://pravo.example/x") == "http://pravo.example/x"
    for bad in ("javascript:alert(1)", "//x", "https://", None, 5, "http://[::1", "data:text/html,x"):
        assert web_address(bad) is None
    assert typo("в ст. 22 — № 5") == "в\u00a0ст.\u00a022\u00a0— №\u00a05"
    assert typo('закона "О тесте" в 1-м') == "закона «О\u00a0тесте» в\u00a01\u2011м"
