"""Reads IPS «Законодательство России» (pravo.gov.ru/proxy/ips): the editions of an act, their texts, and searches.

An act is known here by its `nd`, an edition by its `rdk`. Three kinds of pages matter: the shell of a document, which lists
its editions; the text of one edition; the frame with the rows of a search. Texts are asked for in the print form, because the
text frame is cut by the server at some 550-710 KB (`textCompleted = 'False'`, the inner document left open). The print form
names its act in full, and carries the day of printing: its bytes differ from day to day, its text does not.

Everything is windows-1251, mostly without saying so; saved copies are UTF-8. Plain HTTP only: port 443 does not answer.
Numbers of editions are not chronological: the current one is the selected one. An `nd` found anywhere but in a search names a
wrong act often enough; `DocumentFacts` says which act a text is, so that it can be checked.

Never seen genuine: a text as one `pre` block, a table, a shell without a list of editions, the whole frame of a search (its
rows were).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NoReturn
from urllib.parse import quote_plus, urlsplit

from lxml import etree
from lxml.etree import _Element as Element

from scrapers.ips_lists import read_editions, read_rows
from scrapers.ips_markup import MarkupError, asked, squeezed
from scrapers.ips_names import Named, name_in, name_of
from scrapers.ips_text import read_text
from scrapers.page import decoded
from scrapers.pages import refuse_non_page
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, PageKind, Problem, Reading

NAME: Final = "ips"
BASE_URL: Final = "http://pravo.gov.ru/proxy/ips"

_HOSTS: Final = frozenset(["pravo.gov.ru", "www.pravo.gov.ru"])
_PATH: Final = "/proxy/ips"
_TEXT_MARKS: Final = (b"textCompleted", b"<title>Complex</title>", b"KODEKS HTTP", b'id="bdoc"', b'class="pravo-doc"')
_SHELL_MARKS: Final = (b'name="doc_editions"', b"?doc_itself=&nd=")
_ROW_MARK: Final = b'class="list_elem'
_HEAD: Final = 32 * 1024  # marks stand before the text, and a code of laws has megabytes

_COMPLETED: Final = re.compile(rb"textCompleted\s*=\s*'(\w*)'")
_NUMBER: Final = re.compile(r"docNum\s*=\s*parseInt\('(\d+)'")
# A text is a document inside a document: the outer may be closed where the inner was cut.
_DOCUMENTS: Final = re.compile(rb"<(/?)html[\s>]", re.IGNORECASE)
_PARTS: Final = re.compile(rb"<(/?)(?:div|table)\b", re.IGNORECASE)
_OPENED: Final = re.compile(r"<html[\s>]", re.IGNORECASE)
_CLOSED: Final = re.compile(r"</html\s*>", re.IGNORECASE)
_INNER: Final = re.compile(r"<title>\s*Complex\s*</title>")  # every text is a document of its own with this title
_BODY: Final = re.compile(r"<body[\s>]", re.IGNORECASE)
_ORIGINAL: Final = "Исходная редакция"
_DASHES: Final = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")


# ---------------------------------------------------------------- addresses


def document_url(base: str, nd: str) -> str:
    """The shell of a document: its title and its editions."""
    return f"{base.rstrip('/')}/?docbody=&nd={_digits(nd)}"


def edition_url(base: str, nd: str, rdk: str) -> str:
    """The whole text of one edition, in the print form; `rdk` is its number or the id of its EditionRef (``37``, ``rdk-37``)."""
    return (
        f"{base.rstrip('/')}/?docview&page=1&print=1&nd={_digits(nd)}&rdk={_digits(rdk.removeprefix('rdk-'))}&&empire="
    )


def search_url(base: str, *, day: date, number: str) -> str:
    """The acts of one day of signing and exactly one number (``138-ФЗ``): several issuers may have one."""
    asked_for = _encoded(number.translate(_DASHES))
    return (
        f"{base.rstrip('/')}/?list_itself=&x=0&y=0&bpas=cd00000&a7type=1&a7date={day:%d.%m.%Y}"
        f"&a8={asked_for}&a8type=2&sort=7&page=firstlast"
    )


def title_search_url(base: str, title: str) -> str:
    """The acts whose title holds the words, newest first; the first 20 rows."""
    return f"{base.rstrip('/')}/?list_itself=&bpas=cd00000&a1={_encoded(title)}&sort=7&page=first"


def _digits(number: str) -> str:
    if not re.fullmatch(r"[0-9]+", number):
        raise ConfigError(f"documents and editions of IPS have numbers as 102108261, not {number[:40]!r}")
    return number


def _encoded(words: str) -> str:
    """Percent-encoded windows-1251: the search takes UTF-8 for other words and finds the wrong acts without a complaint."""
    try:
        return quote_plus(" ".join(words.split()), encoding="cp1251", errors="strict")
    except UnicodeEncodeError as error:
        raise ConfigError(f"IPS cannot search for {words[:60]!r}: a letter is not in windows-1251") from error


# ---------------------------------------------------------------- reading


def recognises(body: bytes, url: str) -> bool:
    """Whether a page is one of this source, by its address or by marks of its markup. Cheap; refuses nothing."""
    try:
        address = urlsplit(url)
    except ValueError:
        address = urlsplit("")
    if (address.hostname or "") in _HOSTS and address.path.startswith(_PATH):
        return True
    return _is_own(body)


def _is_own(body: bytes) -> bool:
    return (
        _holds_text(body) or any(mark in body for mark in _SHELL_MARKS) or (_ROW_MARK in body and b"?docbody=" in body)
    )


def _holds_text(body: bytes) -> bool:
    head = body[:_HEAD]
    return any(mark in head for mark in _TEXT_MARKS)


def read(body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
    """What a page says: a document's editions, the text of one edition, or the rows of a search.

    A shell gives `editions` and the title; `fields` hold the ``nd``. A text gives `text`, `remarks` (the publisher's
    notes) and the act it says it is; `fields` hold ``nd`` and ``rdk`` where the page or `url` names them. A search without
    hits is answered with 204: only that is an empty list.

    Raises PageError with EMPTY, BLOCKED, CAPTCHA, MAINTENANCE, NOT_FOUND, BAD_REQUEST or SERVER_ERROR for answers that are
    no page; TRUNCATED for a part of one, by the network or by the server; WRONG_DOCUMENT for another document or edition
    than `url` names; LAYOUT_CHANGED, naming what is missing, for anything else.
    """
    if status == 204 and not body.strip() and not asked(url, "nd"):
        return Reading(source=NAME, page=PageKind.LIST)
    if status >= 400 or not _is_own(body):
        # A page with the source's own markup is its page, whatever words its acts hold.
        refuse_non_page(body, status=status, content_type=content_type, url=url)
    _refuse_half(body, url)
    # The header is not asked for the charset: a wrong one would make other words of the same bytes.
    page = decoded(body).replace("\0", "\ufffd")
    try:
        if _holds_text(body):
            return _read_text(page, url)
        if _ROW_MARK in body:
            return Reading(source=NAME, page=PageKind.LIST, items=read_rows(_parsed(page, url), BASE_URL))
        return _read_shell(_parsed(page, url), url)
    except MarkupError as error:
        _missing(url, str(error), error)


def _refuse_half(body: bytes, url: str) -> None:
    completed = _COMPLETED.search(body)
    if completed and completed[1].lower() != b"true":
        _fail(Problem.TRUNCATED, url, "the server gave the beginning of the text only; ask for the print form")
    documents = _DOCUMENTS.findall(body)
    if documents.count(b"/") < documents.count(b""):
        _fail(Problem.TRUNCATED, url, "the end of the page is missing (it was cut on its way); fetch it again")
    parts = () if documents else _PARTS.findall(body)
    if parts.count(b"/") < parts.count(b""):
        _fail(Problem.TRUNCATED, url, "the end of the saved part is missing; save it again")


def _parsed(markup: str, url: str) -> Element:
    # Without huge_tree the parser stops at the 256th nested tag and keeps quiet about the rest of the page.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(b"<html>" + markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        _missing(url, "any readable HTML", error)
    if parser.error_log.filter_from_fatals():
        _missing(url, "markup that can be read to its end")
    return root


# ---------------------------------------------------------------- the shell


def _read_shell(shell: Element, url: str) -> Reading:
    nd, editions = read_editions(shell)
    _same(nd, url)
    title = squeezed(next(shell.iter("title"), None))
    return Reading(source=NAME, page=PageKind.DOCUMENT, document=_facts(Named(title=title), nd, ""), editions=editions)


def _facts(named: Named, nd: str, rdk: str) -> DocumentFacts:
    fields = {"nd": nd, "rdk": rdk}
    return DocumentFacts(
        id=named.id,
        kind=named.kind,
        number=named.number,
        date=named.date,
        title=named.title,
        url=document_url(BASE_URL, nd) if nd else "",
        fields={key: value for key, value in fields.items() if value},
    )


# ---------------------------------------------------------------- a text


def _read_text(page: str, url: str) -> Reading:
    printed = _NUMBER.search(page)
    if printed:
        _same(printed[1], url)
    nd, rdk = printed[1] if printed else asked(url, "nd"), asked(url, "rdk")
    outer, content = _content(page, url)
    text, remarks = read_text(content)
    if not text:
        _missing(url, "any text of the act")
    named = _named(outer, text.split("\n"), rdk, url)
    return Reading(source=NAME, page=PageKind.DOCUMENT, document=_facts(named, nd, rdk), text=text, remarks=remarks)


def _content(page: str, url: str) -> tuple[Element | None, Element]:
    """What stands around the text, where something does, and the element that holds the text and nothing else."""
    inner = _INNER.search(page)
    if inner:
        start = max((tag.start() for tag in _OPENED.finditer(page, 0, inner.start())), default=0)
        body, end = _BODY.search(page, inner.end()), _CLOSED.search(page, inner.end())
        if body is None or end is None:
            _missing(url, "the body of the text")
        around = _parsed(page[:start], url) if page[:start].strip() else None
        return around, _parsed(page[body.start() : end.start()], url)
    root = _parsed(page, url)
    content = next((each for each in root.iter("div", "pre") if _is_content(each)), None)
    if content is None:
        _missing(url, "the text of the act (#text_content)")
    return root, content


def _is_content(element: Element) -> bool:
    return element.tag == "pre" or element.get("id") == "text_content" or element.get("class") == "pravo-doc"


def _named(outer: Element | None, lines: list[str], rdk: str, url: str) -> Named:
    """The act by the header of the print form, else by its own lines; the title by the page's."""
    own = name_of(lines)
    if outer is None:
        return own
    title = squeezed(next(outer.iter("title"), None)) or own.title
    rule = next(outer.iter("hr"), None)
    header = name_in(squeezed(rule.getprevious())) if rule is not None else Named()
    if rule is not None and rdk.strip("0") and any(squeezed(cell) == _ORIGINAL for cell in outer.iter("td")):
        _fail(Problem.WRONG_DOCUMENT, url, f"the original text came instead of edition {rdk}; fetch it again")
    best = header if header.id else own
    return Named(kind=best.kind, date=best.date, number=best.number, title=title)


# ---------------------------------------------------------------- refusals


def _same(nd: str, url: str) -> None:
    wanted = asked(url, "nd")
    if wanted and wanted != nd:
        _fail(Problem.WRONG_DOCUMENT, url, f"document nd={nd} came instead of nd={wanted}; fetch it again")


def _missing(url: str, what: str, cause: Exception | None = None) -> NoReturn:
    said = f"the page no longer shows {what}; the site changed its layout, the reader must be mended"
    raise PageError(Problem.LAYOUT_CHANGED, f"{url or 'a saved page'}: {said}", url=url) from cause


def _fail(problem: Problem, url: str, said: str) -> NoReturn:
    raise PageError(problem, f"{url or 'a saved page'}: {said}", url=url)
