"""Readers in a real browser: a lawyer subscribes and lands on the clause, a journalist reads a diff, whoever asks finds.

Each walks with JavaScript off, because nothing may depend on it; keys are tried with it on. axe-core judges every kind of page.
"""

from __future__ import annotations

import re
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # feedparser's own house
    import feedparser

sync_api = pytest.importorskip("playwright.sync_api")

LAW = "act/fz/2099-04-28/9138-fz"
BILL = "bill/100001-99"
TEXTS = (f"{BILL}/text/sozd/introduced/1", f"{BILL}/text/sozd/second-reading-amended/1")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        made = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(browser: Any) -> Iterator[Any]:
    """A tab with JavaScript."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def second_reading(living: str, prefix: str = "") -> str:
    """The address of the event that tells of the second reading."""
    with urllib.request.urlopen(f"{living}{prefix}feeds/significant.atom") as answer:  # noqa: S310 - our own server
        feed = feedparser.parse(answer.read())
    assert not feed.bozo
    words = "новое основание" if not prefix else "new ground"
    (entry,) = [row for row in feed.entries if "100001-99" in row.title and words in row.title]
    return f"{living}{urlsplit(entry.link).path.lstrip('/')}"


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Если нужна одна лента — эта."), ("en/", "If you need one feed, take this one.")]
)
def test_a_lawyer_subscribes_and_lands_on_the_clause(living: str, page: Any, prefix: str, words: str) -> None:
    page.goto(f"{living}{prefix}")
    page.locator("nav a", has_text="Подписки" if not prefix else "Feeds").click()
    assert page.locator(".best .say").inner_text() == words
    assert page.locator(".best .formats a").first.get_attribute("href").endswith("significant.atom")
    page.goto(second_reading(living, prefix))
    assert (
        page.locator("p.force")
        .first.inner_text()
        .startswith("Это проект, он не действует." if not prefix else "This is a draft")
    )
    clause = page.locator("section.unit").first
    clause.locator("a.anchor").click()
    assert "#" in page.url
    assert clause.locator("del:visible").count() + clause.locator("ins:visible").count() > 0


def test_a_journalist_opens_a_diff_switches_views_picks_versions_and_prints(living: str, page: Any) -> None:
    page.goto(second_reading(living))
    assert page.locator(".unit .together:visible").count() > 0
    page.locator("label", has_text="Рядом").click()
    assert page.locator(".unit .together:visible").count() == 0
    assert page.locator(".unit .beside:visible").count() > 0
    page.locator("nav.outline summary").click()
    page.locator("nav.outline a").nth(2).click()
    assert urlsplit(page.url).fragment
    page.locator("a", has_text="С контекстом").first.click()
    assert "/compare/" in page.url
    assert page.locator("details.same:visible").count() == 0
    page.locator("label", has_text="С контекстом").click()
    assert page.locator("details.same:visible").count() > 0
    page.locator("select[name=a]").select_option(f"/{TEXTS[0]}")
    page.locator("select[name=b]").select_option(f"/{TEXTS[1]}")
    page.locator("form.picker button").click()
    assert "Внесённый текст" in page.locator("h1").inner_text()
    before = page.locator("h1").inner_text()
    page.locator("a", has_text="Поменять местами").click()
    assert page.locator("h1").inner_text() == " → ".join(reversed(before.split(" → ")))
    page.emulate_media(media="print")
    assert page.locator(".masthead nav").is_hidden()
    assert page.locator("section.unit").first.is_visible()


def test_any_two_texts_are_compared_by_their_addresses(living: str, page: Any) -> None:
    page.goto(f"{living}compare")
    page.locator("input[name=a]").fill(f"{living}{TEXTS[0]}")
    page.locator("input[name=b]").fill(f"{living}{LAW}/text/ips/rdk-3/2#st-22")
    page.locator("form.picker button").click()
    assert "9138-ФЗ" in page.locator("h1").inner_text()
    assert page.locator("section.unit").count() > 0


def test_from_a_clause_of_the_law_back_to_the_bill_that_wrote_it(living: str, page: Any) -> None:
    page.goto(f"{living}{LAW}")
    page.locator("table a", has_text="состояние 2").or_(page.locator("table a", has_text="9901-ФЗ")).last.click()
    past = page.locator("[id='st-22.ch-1.p-2.pp-a'] a.past")
    past.click()
    assert "История места: ст. 22 ч. 1 п. 2" in page.locator("h1").inner_text().replace("\xa0", " ")
    way = page.locator("ol.way")
    assert "9901-ФЗ" in way.inner_text()
    way.locator("a", has_text=re.compile("законопроект", re.IGNORECASE)).first.click()
    assert BILL in page.url


def test_the_timeline_is_narrowed_without_a_script(living: str, page: Any) -> None:
    page.goto(living)
    page.locator("details.filters summary").click()
    page.locator("select[name=topic]").select_option("citizenship")
    page.locator("select[name=level]").select_option("key")
    page.locator("details.filters button").click()
    assert "topic=citizenship" in page.url
    levels = set(page.locator("article.event > .meta .level").all_inner_texts())
    assert "ключевое" in levels
    assert levels <= {"ключевое", "важное"}  # the other because its text could not be read: filters fail open


@pytest.mark.parametrize(("prefix", "section"), [("", "Поиск"), ("en/", "Search")])
def test_an_inflected_form_finds_the_clause(living: str, page: Any, prefix: str, section: str) -> None:
    page.goto(f"{living}{prefix}")
    page.locator("nav a", has_text=section).click()
    page.locator("input[name=q]").fill("воинским учётам")
    page.locator("main button").first.click()
    found = page.locator("main mark").all_inner_texts()
    assert {word.lower() for word in found} & {"воинский", "воинского", "воинскому", "воинском"}
    page.locator("main a[href*='#']").first.click()
    place = urlsplit(page.url).fragment
    assert page.locator(f"[id='{place}']").is_visible()


def test_a_journalist_finds_a_citation_and_files(living: str, page: Any) -> None:
    page.goto(second_reading(living))
    page.locator(".take summary").click()
    cited = page.locator("dl.cite").inner_text()
    assert "[проект, не действует]" in cited
    assert "// Duma Tracker : [сайт]" in cited
    with page.expect_download() as started:
        page.locator(".take a", has_text="Word").click()
    assert started.value.suggested_filename.endswith(".docx")


def test_keys_walk_through_the_changes(living: str, scripted: Any) -> None:
    scripted.goto(second_reading(living))
    scripted.keyboard.press("n")
    first = scripted.evaluate("document.activeElement.id")
    scripted.keyboard.press("n")
    second = scripted.evaluate("document.activeElement.id")
    scripted.keyboard.press("p")
    assert first != second
    assert scripted.evaluate("document.activeElement.id") == first
    scripted.keyboard.press("v")
    assert scripted.locator("#beside").is_checked()


PAGES = (
    "",
    "en",
    "documents",
    "topics/citizenship",
    BILL,
    f"en/{BILL}",
    LAW,
    f"{TEXTS[1]}",
    f"{LAW}/history/st-22.ch-1.p-2.pp-a",
    f"{BILL}/compare/text/sozd/introduced/1/text/sozd/second-reading-amended/1",
    "compare",
    "search?q=%D0%B3%D1%80%D0%B0%D0%B6%D0%B4%D0%B0%D0%BD%D1%81%D1%82%D0%B2%D0%BE",
    "en/search",
    "feeds",
    "sources",
    "about",
    "en/privacy",
    "cite",
    "nowhere",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(living: str, browser: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The browser holds axe-core back by the page's own policy, unless the test asks it not to.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    found: dict[str, list[str]] = {}
    for path in (*PAGES, urlsplit(second_reading(living)).path.lstrip("/")):
        tab.goto(f"{living}{path}")
        violations = axe.run(tab).response["violations"]
        if violations:
            found[path] = [f"{row['id']}: {row['nodes'][0]['html'][:160]}" for row in violations]
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways(living: str, browser: Any, width: int) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    tab = context.new_page()
    for path in (*PAGES, urlsplit(second_reading(living, "en/")).path.lstrip("/")):
        tab.goto(f"{living}{path}")
        overflow = tab.locator("html").evaluate("node => node.scrollWidth - node.clientWidth")
        assert overflow <= 0, f"/{path} scrolls sideways at {width}"
    context.close()


def test_pages_ask_nobody_else_and_complain_of_nothing(living: str, scripted: Any) -> None:
    requests: list[str] = []
    complaints: list[str] = []
    scripted.on("request", lambda request: requests.append(request.url))
    scripted.on("console", lambda message: complaints.append(message.text))
    scripted.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES[:-1]:
        answer = scripted.goto(f"{living}{path}")
        assert answer.status == 200, path
    assert all(url.startswith(living) for url in requests)
    assert complaints == []
    assert scripted.context.cookies() == []
