"""The demo, whole: what `make run` shows must be true, valid, linked and marked."""

from __future__ import annotations

import functools
import http.server
import json
import threading
import warnings
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tracker import demo, publishing
from tracker.instance import Instance

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # feedparser's own house
    import feedparser

BASE = "http://127.0.0.1:8000/"
MARK = "ДЕМО: вымышленный документ"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, replayed: Instance) -> Path:
    """What `duma-tracker demo --out` writes; the command itself is run by `tests/packaging`."""
    out = tmp_path_factory.mktemp("demo") / "site"
    publishing.publish_site(replayed.store, replayed.site(live=False), out)
    return out


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is given by http.server
        pass


def entries(site: Path, feed: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((site / "feeds" / f"{feed}.json").read_text())["items"]
    return found


def entry_told(site: Path, *words: str) -> dict[str, object]:
    """The one entry whose title holds all of these words."""
    (entry,) = [item for item in entries(site, "all") if all(word in str(item["title"]) for word in words)]
    return entry


def titles(site: Path, feed: str = "all") -> list[str]:
    return [str(item["title"]) for item in entries(site, feed)]


def test_the_story_is_told_as_readers_must_hear_it(site: Path) -> None:
    told = list(reversed(titles(site)))
    expected = [
        "пока скан, текст не прочитан",
        "отозван автором",
        "после п. 6 идёт п. 8",
        "Для служебного пользования» на pravo.gov.ru; на kremlin.ru после п. 6 идёт п. 8",
        "принят в 1-м чтении",
        "Наблюдение прервано",
        "Наблюдение восстановлено",
        "новое основание",
        "принят Думой",
        "подписан Президентом",
        "9901-ФЗ",
        "9138-ФЗ: объявлена редакция от 27.04.2026 № 9901-ФЗ, текст ещё не готов",
        "9138-ФЗ: редакция от 27.04.2026 № 9901-ФЗ: новое основание",
        "изменяющий акт не найден",
        "тексты на pravo.gov.ru и",
    ]
    at = 0
    for words in expected:
        found = next((place for place in range(at, len(told)) if words in told[place]), None)
        assert found is not None, f"{words!r} is not told, or not in its place"
        at = found
    assert not any("100003-99" in title or "пчел" in title.lower() for title in told)


def test_the_captcha_and_the_truncated_page_left_no_trace_for_readers(site: Path) -> None:
    for path in site.rglob("*"):
        if path.suffix in {".html", ".atom", ".rss", ".json"}:
            text = path.read_text(errors="replace").lower()
            assert "captcha" not in text, path
            assert "капч" not in text, path
    assert not any("удалена запись" in title for title in titles(site))


def test_the_second_reading_shows_its_words(site: Path) -> None:
    content = str(entry_told(site, "100001-99", "новое основание")["content_html"])
    for struck, added in (("десяти", "пяти"), ("тридцати", "пятнадцати")):
        assert f"<del>{struck}" in _bare(content)
        assert f"<ins>{added}" in _bare(content)
    assert "за исключением" in content
    assert "Это проект, он не действует." in content


def _bare(content: str) -> str:
    """Without the textual marks that stand beside the elements for readers that strip them."""
    for mark in ("[−", "−]", "{+", "+}", "[было:", "[стало:"):
        content = content.replace(mark, "")
    return content.replace("<del> ", "<del>").replace("<ins> ", "<ins>")


def test_the_law_shows_what_the_bill_did_to_it(site: Path) -> None:
    entry = entry_told(site, "9138-ФЗ: редакция от 27.04.2026 № 9901-ФЗ: новое")
    content = _bare(str(entry["content_html"]))
    assert "<del>одного года" in content
    assert "<ins>трех лет" in content
    page = (site / "act/fz/2099-04-28/9138-fz/index.html").read_text()
    for words in ("Исходная редакция", "Редакция от 31.07.2099", "Редакция от 24.10.2099", "Редакция от 27.04.2026"):
        assert words in page
    law = (site / "act/fz/2099-04-28/9138-fz/text/ips/rdk-3/2/index.html").read_text()
    assert "22¹" in law
    assert "(В редакции" not in law


def test_every_source_was_seen_well(site: Path) -> None:
    sources = (site / "sources/index.html").read_text()
    assert "Успешной проверки ещё не было" not in sources
    gaps = [title for title in titles(site) if "Наблюдение прервано" in title]
    assert len(gaps) == 1
    assert "Портал опубликования" in gaps[0]


def all_feeds(site: Path, suffix: str) -> list[Path]:
    return sorted((site / "feeds").rglob(f"*.{suffix}"))


def test_every_feed_parses_without_a_warning_and_ids_agree_across_formats(site: Path) -> None:
    atoms = all_feeds(site, "atom")
    assert len(atoms) > 8
    for atom in atoms:
        ids: list[list[str]] = []
        for suffix in ("atom", "rss"):
            parsed = feedparser.parse(atom.with_suffix(f".{suffix}").read_bytes())
            assert not parsed.bozo, (atom, parsed.get("bozo_exception"))
            ids.append([entry.id for entry in parsed.entries])
        ids.append([item["id"] for item in json.loads(atom.with_suffix(".json").read_text())["items"]])
        assert ids[0] == ids[1] == ids[2], atom
        assert all(name.startswith(f"tag:{demo.AUTHORITY},") for name in ids[0])


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attrs:
            if name in {"href", "src"} and value is not None:
                self.found.append(value)
            if name in {"id", "name"} and value:
                self.names.add(value)


def test_every_link_of_every_page_resolves(site: Path) -> None:
    pages = {path: _links(path.read_text()) for path in site.rglob("*.html")}
    assert len(pages) > 60
    for path, links in pages.items():
        for link in links.found:
            parts = urlsplit(link.removeprefix(BASE))
            assert not parts.scheme, f"{path.relative_to(site)} leads out of the invented world: {link}"
            folder = site if link.startswith(BASE) else path.parent
            target = (folder / unquote(parts.path)).resolve() if parts.path or folder == site else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{path.relative_to(site)}: {link}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in pages[target].names, f"{path.relative_to(site)}: {link}"


def test_every_link_of_every_feed_resolves(site: Path) -> None:
    for feed in all_feeds(site, "json"):
        for item in json.loads(feed.read_text())["items"]:
            links = _links(str(item["content_html"])).found
            for link in (str(item["url"]), *links):
                address = urljoin(BASE, link)
                assert address.startswith(BASE), f"{feed.name} leads out of the invented world: {link}"
                target = site / unquote(urlsplit(address).path).strip("/")
                assert target.is_file() or (target / "index.html").is_file(), f"{feed.name}: {link}"


def _links(text: str) -> _Links:
    found = _Links()
    found.feed(text)
    return found


def test_everything_is_marked_as_invented(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text()
        assert MARK in text, path
        assert "noindex" in text, path
    for item in entries(site, "all"):
        assert MARK in f"{item['title']} {item['content_html']}"


def test_nothing_of_clerks_proxies_or_this_machine_is_published(site: Path) -> None:
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            for word in ("разместил пользователь", "Автор события", str(site), "Set-Cookie"):
                assert word not in text, (path, word)


def test_the_same_demo_gives_the_same_entries(site: Path, replayed: Instance) -> None:
    again = replayed.site(live=False)
    for path in ("/feeds/all.atom", "/en/feeds/all.atom", "/calendar.ics"):
        page = again.page(path)
        assert page is not None
        assert page.body == (site / path.lstrip("/")).read_bytes()


@pytest.mark.parametrize("width", [360, 1200])
def test_pages_in_a_real_browser(site: Path, served: str, chromium: str, width: int) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    event, announced, edition, disagreed = (
        urlsplit(str(entry_told(site, *words)["url"])).path.strip("/")
        for words in (
            ("100001-99", "новое основание"),
            ("9138-ФЗ: объявлена",),
            ("9138-ФЗ: редакция",),
            ("9901-ФЗ", "расходятся"),
        )
    )
    pages = (
        "",
        "bill/100001-99/",
        "act/fz/2099-04-28/9138-fz/",
        "feeds/",
        "sources/",
        "about/",
        "en/",
        f"en/{event}/",
        "cite/",
    )
    requests: list[str] = []
    complaints: list[str] = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=False)
            page.on("request", lambda request: requests.append(request.url))
            page.on("console", lambda message: complaints.append(message.text))
            for path in (*pages, *(f"{name}/" for name in (event, announced, edition, disagreed))):
                answer = page.goto(served + path)
                assert answer is not None
                assert answer.status == 200
                overflow = page.locator("html").evaluate("node => node.scrollWidth - node.clientWidth")
                assert overflow <= 0, f"{path} scrolls sideways at {width}"
            page.goto(served + event + "/")
            assert page.locator("del:visible").count() > 0
            assert page.locator("ins:visible").count() > 0
            assert page.locator("h1").count() == 1
        finally:
            browser.close()
    assert all(url.startswith(served) for url in requests), "a page asked somebody else"
    assert complaints == []
