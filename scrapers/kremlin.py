"""kremlin.ru, the bank of acts of the President's site: texts of decrees and laws, lists, the Atom feed of acts.

The print view holds the whole text of an act, the ordinary view often only its first part. The bank keeps one text of an act,
the current one, with editor's notes where it was amended; it has no history. Plain HTTP only: port 443 does not answer.

Genuine captures exist of the text of ten acts, of one entry of a list and of the shape of the feed; never of a whole page. The
rest is as independent readers of the site describe it, is read tolerantly, and refuses what it does not know.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NoReturn
from urllib.parse import urlencode, urlsplit

from lxml import etree
from lxml.etree import _Element as Element

from scrapers.acts import act_id
from scrapers.kremlin_lists import EMPTY_RESULT, native_id, read_entries, read_feed
from scrapers.kremlin_markup import PRE, as_parsed, lines_of, squeezed
from scrapers.kremlin_text import Identity, Printed, identified, part, signed, title_in
from scrapers.page import decoded
from scrapers.pages import is_html, refuse_non_page
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, PageKind, Problem, Reading

NAME: Final = "kremlin"
BASE_URL: Final = "http://kremlin.ru"

_HOST: Final = "kremlin.ru"
_MARKS: Final = (b"special_pre", b"reader_act_body", b"hentry_doc", EMPTY_RESULT.encode())
_FEED: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<feed\b")
_FEED_MARK: Final = b"//kremlin.ru/"
_MORE: Final = "Показать следующую страницу документа"
_ACT_PATH: Final = re.compile(r"/acts/(?:bank|news)/(?P<id>[0-9]{1,9})(?:/(?P<view>print|page)(?:/[0-9]+)?)?/?")
_TAIL: Final = 4096


# ---------------------------------------------------------------- addresses


def print_url(base: str, bank_id: str) -> str:
    """The print view of an act: its whole text on one page."""
    return f"{document_url(base, bank_id)}/print"


def document_url(base: str, bank_id: str) -> str:
    """The page of an act for people, by its number in the bank (digits, as ``24154``)."""
    if not re.fullmatch(r"[0-9]{1,9}", bank_id):
        raise ConfigError(f"an act in the bank of kremlin.ru has a number, as 24154, not {bank_id[:40]!r}")
    return f"{base.rstrip('/')}/acts/bank/{bank_id}"


def day_url(base: str, day: date, page: int = 1) -> str:
    """The acts of one day, by the bank's search; pages count from 1. The site writes the year with two digits."""
    written = f"{day:%d.%m.%y}"
    query = {"date_since": written, "date_till": written, "page": _page(page)}
    return f"{base.rstrip('/')}/acts/bank/search?{urlencode(query)}"


def bank_url(base: str, page: int) -> str:
    """A page of the whole bank, newest first; pages count from 1."""
    return f"{base.rstrip('/')}/acts/bank/page/{_page(page)}"


def news_feed_url(base: str) -> str:
    """The Atom feed of the newest acts."""
    return f"{base.rstrip('/')}/acts/news/feed"


def _page(page: int) -> int:
    if page < 1:
        raise ConfigError(f"the pages of kremlin.ru count from 1, not {page}")
    return page


# ---------------------------------------------------------------- reading


def recognises(body: bytes, url: str) -> bool:
    """Whether a page is of kremlin.ru: by its host, by marks of its markup, by the links of its feed. Cheap; refuses nothing."""
    host = (urlsplit(url).hostname or "").lower()
    if host == _HOST or host.endswith(f".{_HOST}"):
        return True
    return any(mark in body for mark in _MARKS) or (_FEED.match(body) is not None and _FEED_MARK in body)


def read(body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
    """An act with its text (page ``document``), or a list of acts: bank, search, news, Atom feed (page ``list``).

    Raises PageError with EMPTY, BLOCKED, CAPTCHA, MAINTENANCE, NOT_FOUND, BAD_REQUEST or SERVER_ERROR for answers that are no
    page; TRUNCATED for half of one, and for a page that holds only a part of an act's text; WRONG_DOCUMENT for another act
    than `url` names; LAYOUT_CHANGED for anything else.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    feed = _FEED.match(body) is not None
    if status >= 400 or not (feed or any(mark in body for mark in _MARKS)):
        # A page with the site's own markup is its page, whatever words the titles of acts hold.
        refuse_non_page(body, status=status, content_type=content_type, url=url)
    if feed:
        return Reading(source=NAME, page=PageKind.LIST, items=read_feed(body, BASE_URL, url))
    if is_html(body) and b"</html" not in body[-_TAIL:].lower():
        _fail(Problem.TRUNCATED, url, "the end of the page is missing (it was cut on its way); fetch it again")
    root = _parsed(decoded(body, content_type), url)
    text = _text_parts(root)
    if text:
        return _read_document(root, text, url)
    if _ACT_PATH.fullmatch(urlsplit(url).path):
        _fail(Problem.LAYOUT_CHANGED, url, "the page of an act holds no text (pre#special_pre, div.reader_act_body)")
    return _read_list(root, url)


def _parsed(markup: str, url: str) -> Element:
    # The parser drops what stands too deep: below 256 elements, with `huge_tree` below 2048, which it then says.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        # The leading tag gives even a fragment of two elements one root; the page's own tag merges with it.
        root = etree.fromstring(f"<html>{as_parsed(markup)}".encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        said = f"{url or 'a saved page'}: the page holds no readable HTML; look at it"
        raise PageError(Problem.LAYOUT_CHANGED, said, url=url) from error
    if parser.error_log.filter_from_fatals():
        _fail(Problem.LAYOUT_CHANGED, url, "the markup is nested beyond what can be read whole; look at it")
    return root


def _text_parts(root: Element) -> list[Element]:
    """The elements that hold the text of an act: of the print view, else of the ordinary one, else of an old bare page."""
    for path in (
        "//*[@id = 'special_pre']",
        "//*[contains(concat(' ', normalize-space(@class), ' '), ' reader_act_body ')]",
        f"//{PRE}",
    ):
        found: list[Element] = root.xpath(path)
        taken = set(found)
        if found:
            return [each for each in found if taken.isdisjoint(each.iterancestors())]
    return []


# ---------------------------------------------------------------- an act


def _read_document(root: Element, parts: list[Element], url: str) -> Reading:
    bank_id = _bank_id(root, url)
    _refuse_part(root, bank_id, url)
    printed = part(lines_of(parts))
    if not printed.text:
        _fail(Problem.LAYOUT_CHANGED, url, "the place of the text (pre#special_pre, div.reader_act_body) is empty")
    return Reading(
        source=NAME,
        page=PageKind.DOCUMENT,
        document=_facts(root, printed, bank_id),
        text=printed.text,
        remarks=printed.remarks,
    )


def _bank_id(root: Element, url: str) -> str:
    """The number of the act in the bank, by the page's own link to itself, else by its address; empty when neither tells."""
    canonical = next(iter(root.xpath("//link[@rel = 'canonical']/@href")), "")
    own, asked = native_id(str(canonical)), native_id(url)
    if own and asked and own != asked:
        _fail(Problem.WRONG_DOCUMENT, url, f"the page is that of act {own}, not of {asked}; check the number")
    known = own or asked
    return known if known.isdecimal() else ""


def _refuse_part(root: Element, bank_id: str, url: str) -> None:
    """Raise when the page continues elsewhere: a part of a text, taken for the whole, would tell of changes that are none."""
    address = _ACT_PATH.fullmatch(urlsplit(url).path)
    links = (str(link) for link in root.xpath("//a/@href"))
    pages = any(f"/acts/bank/{bank_id}/page/" in link for link in links) if bank_id else False
    if pages or (address and address["view"] == "page") or _MORE in squeezed(root):
        whole = f"/acts/bank/{bank_id}/print" if bank_id else "its print view"
        _fail(Problem.TRUNCATED, url, f"the page holds only a part of the act's text; fetch {whole}, which holds all")


def _facts(root: Element, printed: Printed, bank_id: str) -> DocumentFacts:
    heading, act = _named_in_heading(root)
    act = act or signed(printed.text)
    lead = next(iter(root.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' read__lead ')]")), None)
    fields = {"bank_id": bank_id, "complex_name": heading, "repealed_by": printed.repealed_by}
    return DocumentFacts(
        id=act_id(act.kind, "", act.date, act.number) if act else "",
        kind=act.kind if act else "",
        number=act.number if act else "",
        date=act.date if act else None,
        title=squeezed(lead) or title_in(printed.text) or heading,
        url=document_url(BASE_URL, bank_id) if bank_id else "",
        fields={name: value for name, value in fields.items() if value},
    )


def _named_in_heading(root: Element) -> tuple[str, Identity | None]:
    """The heading that names the act, and the act. Other headings are the site's own."""
    # The title of a window ends with the name of the site.
    for element in root.xpath("//h1 | //head/title"):
        heading = squeezed(element).partition("•")[0].strip()
        act = identified(heading)
        if act:
            return heading, act
    return "", None


# ---------------------------------------------------------------- lists


def _read_list(root: Element, url: str) -> Reading:
    items = read_entries(root, BASE_URL)
    if not items and EMPTY_RESULT not in squeezed(root):
        _fail(Problem.LAYOUT_CHANGED, url, "neither an act nor a list (div.hentry) nor an empty result; look at it")
    if items and all("fault" in item.fields for item in items):
        _fail(Problem.LAYOUT_CHANGED, url, f"no entry of the list can be read: {items[0].fields['fault']}")
    return Reading(source=NAME, page=PageKind.LIST, items=items)


def _fail(problem: Problem, url: str, words: str) -> NoReturn:
    raise PageError(problem, f"{url or 'a saved page'}: {words}", url=url)
