"""Reads pages of the State Duma's bill system (СОЗД, sozd.duma.gov.ru): the card of a bill, and lists of bills.

The card is read as genuine pages of 2022-2024 have it, raw answers of the server and browser dumps alike. Only the pane
`#bh_histras` tells what happened: the page repeats steps and files elsewhere, merged or under the same ids. Tooltips name the
people who typed a card in; nothing of them is kept.

No genuine capture of a list or calendar page was ever seen: that part rests on what other readers of the site found, takes any
link to a bill for a row, and refuses a page that holds neither rows nor the site's marker of emptiness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final, NoReturn
from urllib.parse import urlsplit

from lxml import etree
from lxml.etree import _Element as Element

from scrapers.pages import is_html, refuse_non_page
from scrapers.sozd_lists import claimed_total, read_items, says_empty, split_comment
from scrapers.sozd_markup import (
    BILL_NUMBER,
    Parts,
    absolute,
    by_id,
    document_id,
    first_with_class,
    has_class,
    named_bill,
    russian_moment,
    squeezed,
)
from scrapers.sozd_slots import EDITION_ORDER
from scrapers.sozd_status import derive_status
from scrapers.sozd_steps import EntangledError, StepError, StepsRead, read_steps
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, PageKind, Problem, Reading, Step, Vote, force_of

__all__ = [
    "BASE_URL",
    "EDITION_ORDER",
    "NAME",
    "bill_number",
    "card_url",
    "document_id",
    "read",
    "recognises",
    "registrations_url",
]

NAME: Final = "sozd"
BASE_URL: Final = "https://sozd.duma.gov.ru"

_HOST: Final = "sozd.duma.gov.ru"
_OLD_HOST: Final = "sozd.parlament.gov.ru"  # still printed in older answers of the Duma's API
_CARD_MARKS: Final = (b"number_oz_id", b"bh_histras", b"bill_data_top")
_LIST_MARKS: Final = (b"tbl_search_results", b"calen_num", b"not_date_ic")
_SITE_MARK: Final = "Система обеспечения законодательной деятельности".encode()
_HELP: Final = b"helpSystemInfo_class"
_PANES: Final = (b"bh_histras", b"bh_hron", b"bh_note", b"bh_comments", b"bh_video", b"bh_trans", b"bh_votes")
_PANES_READ: Final = frozenset({b"bh_histras", b"bh_note", b"bh_votes"})
_CLOSED: Final = (b"div", b"span", b"ul")  # tags that HTML never lets a page leave open
_INLINE_IMAGE: Final = re.compile(rb"data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+")
_DASHES: Final = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_TAIL: Final = 4096


def recognises(body: bytes, url: str) -> bool:
    """Whether a page looks like one of this source, by its address or by marks of its markup. Cheap; refuses nothing."""
    if (urlsplit(url).hostname or "") in {_HOST, _OLD_HOST}:
        return True
    return _SITE_MARK in body or b"number_oz_id" in body or (b"tbl_search_results" in body and b"/bill/" in body)


def bill_number(text: str) -> str:
    """A bill number as people write it ("№ 137677-8 ") in its one form, ``137677-8``. ConfigError for anything else."""
    number = text.translate(_DASHES).strip().removeprefix("№").strip()
    if not BILL_NUMBER.fullmatch(number):
        raise ConfigError(f"{text.strip()!r} is not a bill number: write it as 968530-8, number and convocation")
    return number


def card_url(base_url: str, number: str) -> str:
    """The address of a bill's card."""
    return f"{base_url.rstrip('/')}/bill/{number}"


def registrations_url(base_url: str, since: date, until: date) -> str:
    """The address of the calendar of bills registered (event 1.1) on the days from `since` to `until`, both included."""
    return f"{base_url.rstrip('/')}/calendar/b/day/{since.isoformat()}/{until.isoformat()}/1.1"


def read(body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
    """What a saved page says: a bill card (page ``document``) or a list of bills (page ``list``).

    `url` may be empty: then links are made absolute against the public site. Raises PageError with EMPTY, BLOCKED, CAPTCHA,
    MAINTENANCE, NOT_FOUND, BAD_REQUEST or SERVER_ERROR for answers that are no page; TRUNCATED for half of one;
    WRONG_DOCUMENT for another bill than `url` names; LAYOUT_CHANGED, naming what is missing, for anything else.
    """
    own = any(mark in body for mark in _CARD_MARKS + _LIST_MARKS)
    if not own or status >= 400:
        # A page with the source's own markup is its page, whatever words its titles hold.
        refuse_non_page(body, status=status, content_type=content_type, url=url)
    _refuse_half(body, url)
    if any(mark in body for mark in _CARD_MARKS):
        return _read_card(_parsed(_parts_read(body, url), url), url)
    if named_bill(url):
        if own:
            _fail(Problem.WRONG_DOCUMENT, url, "a list of bills came instead of the bill card; check the number")
        _missing(url, "the number of the bill (#number_oz_id)")
    return _read_list(_parsed(_without_help(body, b'href="/bill/'), url), url)


def _refuse_half(body: bytes, url: str) -> None:
    closed = b"</html" in body[-_TAIL:].lower()
    if closed and is_html(body):
        return
    if closed or is_html(body):
        end = "beginning" if closed else "end"
        _fail(Problem.TRUNCATED, url, f"the {end} of the page is missing (it was cut on its way); fetch it again")
    _missing(url, "any HTML")


def _parsed(markup: bytes, url: str) -> Element:
    # The plain parser: lxml.html would look a Python class up for every element that is touched.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True)
    # The leading tag gives even a page of nothing but a doctype a root; the page's own tag merges with it.
    try:
        return etree.fromstring(b"<html>" + _clean(markup), parser)
    except etree.XMLSyntaxError as error:
        said = f"{_place(url)}: the page holds no readable HTML; look at it"
        raise PageError(Problem.LAYOUT_CHANGED, said, url=url) from error


def _clean(markup: bytes) -> bytes:
    """Markup in which a stray byte is one U+FFFD; the parser would guess another encoding for the rest of the page."""
    try:
        markup.decode("utf-8")
    except UnicodeDecodeError:
        markup = markup.decode("utf-8", errors="replace").encode()
    return markup.replace(b"\0", "\ufffd".encode())


def _without_help(body: bytes, content: bytes) -> bytes:
    """The page without its help window: 2.2 of 2.5 MB, pictures inside attributes, behind everything that is read.

    Should `content`, a mark of what is read, ever stand behind the window, only the pictures go.
    """
    start = body.find(_HELP)
    if start < 0:
        return body
    if body.find(content, start) >= 0:
        return _INLINE_IMAGE.sub(b"", body)
    return body[: max(body.rfind(b"<", 0, start), 0)]


def _parts_read(body: bytes, url: str) -> bytes:
    """The markup of a card that is read: header, passport and the panes of interest, which stand side by side.

    The rest - menus, chronology, transcripts - is three quarters of the work of parsing. A page that is not put together in
    this way is given back whole. Tags of the steps match on all genuine cards; where they do not, a piece was lost: TRUNCATED.
    """
    body = _without_help(body, b'id="bh_')
    panes = sorted((body.rfind(b"<", 0, at), name) for name in _PANES if (at := body.find(b'id="%s"' % name)) >= 0)
    top = body.find(b"bill_data_top")
    if top < 0 or not panes or panes[0][1] != b"bh_histras" or panes[0][0] < top:
        return body
    kept = [body[body.rfind(b"<", 0, top) : panes[0][0]]]
    for (start, name), (end, _) in pairwise([*panes, (len(body), b"")]):
        pane = body[start:end]
        if name in _PANES_READ:
            kept.append(pane)
        if name == b"bh_histras" and end < len(body):
            _refuse_gap(pane, url)
    return b"".join(kept)


def _refuse_gap(pane: bytes, url: str) -> None:
    if any(pane.count(b"<" + tag) != pane.count(b"</" + tag) for tag in _CLOSED):
        _fail(Problem.TRUNCATED, url, "a piece is missing amid the steps (their tags do not match); fetch it again")


def _base(url: str) -> str:
    """Scheme and host that links of the page are relative to: those of `url`, else the public site."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.hostname == _OLD_HOST:
        return BASE_URL
    return f"{parts.scheme}://{parts.netloc}"


# ---------------------------------------------------------------- the card


def _read_card(root: Element, url: str) -> Reading:
    parts = by_id(root)
    number = _number(parts, url)
    base = _base(url)
    title = squeezed(parts.get("oz_name"))
    if not title:
        _missing(url, "the title of the bill (#oz_name)")
    found = _steps(parts, number, url, base)
    status = derive_status(found.dated)
    document = DocumentFacts(
        id=document_id(number),
        kind="bill",
        number=number,
        date=_registered(found.steps),
        title=title,
        comment=_comment(parts),
        status=status,
        force=force_of(status),
        archived=first_with_class(root, "sup", "ico_arhiv") is not None,
        url=card_url(base, number),
        fields=_passport(parts, base),
    )
    return Reading(
        source=NAME,
        page=PageKind.DOCUMENT,
        document=document,
        events=found.steps,
        files=found.files,
        note=_note(parts),
        votes=tuple(_votes(parts)),
    )


def _number(parts: Parts, url: str) -> str:
    printed = BILL_NUMBER.search(squeezed(parts.get("number_oz_id")))
    if printed is None:
        _missing(url, "the number of the bill (#number_oz_id)")
    wanted = named_bill(url)
    if wanted is not None and wanted != printed[0]:
        _fail(Problem.WRONG_DOCUMENT, url, f"the card of bill {printed[0]} came instead of {wanted}; check the number")
    return printed[0]


def _steps(parts: Parts, number: str, url: str, base: str) -> StepsRead:
    pane = parts.get("bh_histras")
    if pane is None:
        _missing(url, "the pane of steps (#bh_histras)")
    shown = (pane.get("data-id") or "").strip()
    if shown and shown != number:
        _missing(url, f"the pane of steps of this bill (#bh_histras belongs to {shown})")
    try:
        found = read_steps(pane, base)
    except EntangledError:
        _fail(
            Problem.TRUNCATED,
            url,
            "a piece is missing from the middle of the steps (they run together); fetch it again",
        )
    except StepError as error:
        raise PageError(Problem.LAYOUT_CHANGED, _sentence(url, str(error)), url=url) from error
    if not found.dated:
        _missing(url, "any dated step (#bh_histras .oz_event[data-eventdate])")
    return found


def _registered(steps: tuple[Step, ...]) -> str | None:
    """The day of registration, which may be later than that of other steps; the first one, should there be two."""
    return min((step.at[:10] for step in steps if step.step == "1.1" and step.at is not None), default=None)


def _comment(parts: Parts) -> str:
    printed = squeezed(parts.get("oz_name_comment"))
    before, inner = split_comment(printed)
    return inner if inner and not before else printed


def _passport(parts: Parts, base: str) -> dict[str, str]:
    """Label -> value. A value that is only an icon is the address of its file."""
    fields: dict[str, str] = {}
    table = parts.get("opc_hild")
    for row in () if table is None else table.iter("tr"):
        label = squeezed(first_with_class(row, "span", "opch_l_txt"))
        cell = first_with_class(row, "div", "opch_r")
        value = squeezed(cell)
        if not value and cell is not None:
            value = " ".join(absolute(base, link.get("href") or "") for link in cell.iter("a") if link.get("href"))
        if label and value:
            fields[label] = f"{fields[label]}; {value}" if label in fields else value
    return fields


def _note(parts: Parts) -> str:
    """The explanatory note as the card gives it, one paragraph a line."""
    pane = parts.get("bh_note")
    if pane is None:
        return ""
    paragraphs = [words for paragraph in pane.iter("p") if (words := squeezed(paragraph))]
    return "\n".join(paragraphs) or squeezed(pane)


def _votes(parts: Parts) -> Iterator[Vote]:
    pane = parts.get("bh_votes")
    if pane is None:
        return
    day = ""
    for element in pane.iter("h2", "tr"):
        if element.tag == "h2":
            day = squeezed(element)
            continue
        about, result = first_with_class(element, "td", "td_first"), first_with_class(element, "td", "td_last")
        if about is None or result is None:
            continue
        clock = first_with_class(about, "div", "color_gr_dar")
        yield Vote(
            at=russian_moment(f"{day} {squeezed(clock)}"),
            subject=squeezed(next((div for div in about.iter("div") if div is not clock), about)),
            passed=_passed(result),
            ayes=_count(result, "За"),
            noes=_count(result, "Против"),
            abstained=_count(result, "Воздержалось"),
        )


def _passed(result: Element) -> bool | None:
    for div in result.iter("div"):
        if has_class(div, "success") or has_class(div, "danger"):
            return has_class(div, "success")
    return None


def _count(result: Element, name: str) -> int | None:
    for div in result.iter("div"):
        found = re.fullmatch(rf"{name}:?\s*([0-9]+)", squeezed(div))
        if found:
            return int(found[1])
    return None


# ---------------------------------------------------------------- lists


def _read_list(root: Element, url: str) -> Reading:
    items = read_items(root, _base(url))
    total = claimed_total(root)
    if not items and (not says_empty(root) or total):
        _missing(url, "any bill, and the notice that there are none (div.not_date_ic)")
    return Reading(source=NAME, page=PageKind.LIST, items=items, total=total)


# ---------------------------------------------------------------- refusals


def _place(url: str) -> str:
    return url or "a saved page"


def _sentence(url: str, what: str) -> str:
    return f"{_place(url)}: the page no longer shows {what}; the site changed its layout, the reader must be mended"


def _missing(url: str, what: str) -> NoReturn:
    raise PageError(Problem.LAYOUT_CHANGED, _sentence(url, what), url=url)


def _fail(problem: Problem, url: str, said: str) -> NoReturn:
    raise PageError(problem, f"{_place(url)}: {said}", url=url)
