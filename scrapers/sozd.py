"""Reads pages of the State Duma's bill system (СОЗД, sozd.duma.gov.ru): the card of a bill, its RSS, and lists of bills.

The one door to the `sozd_*` modules. Cards are read as genuine ones are; no genuine feed, list or calendar page was ever seen,
so what reads those takes what other readers of the site found, and refuses a page that is not that.
"""

from __future__ import annotations

from typing import Final

from scrapers.pages import is_html, refuse_cut, refuse_non_page
from scrapers.sozd_card import read_card
from scrapers.sozd_feed import feed_digest, is_feed, is_feed_url, read_feed
from scrapers.sozd_files import file_name
from scrapers.sozd_lists import read_list
from scrapers.sozd_markup import document_id, named_bill
from scrapers.sozd_refusals import fail, missing
from scrapers.sozd_slots import EDITION_ORDER
from scrapers.sozd_urls import (
    BASE_URL,
    NAME,
    bill_number,
    card_url,
    download_url,
    feed_url,
    is_own,
    registrations_url,
    search_url,
)
from tracker.models import Problem, Reading

__all__ = [
    "BASE_URL",
    "EDITION_ORDER",
    "NAME",
    "bill_number",
    "card_url",
    "document_id",
    "download_url",
    "feed_digest",
    "feed_url",
    "file_name",
    "read",
    "recognises",
    "registrations_url",
    "search_url",
]

_CARD_MARKS: Final = (b"number_oz_id", b"bh_histras", b"bill_data_top")
_LIST_MARKS: Final = (b"tbl_search_results", b"calen_num", b"not_date_ic")
_SITE_MARK: Final = "Система обеспечения законодательной деятельности".encode()


def recognises(body: bytes, url: str) -> bool:
    """Whether a page looks like one of this source, by its address or by marks of its markup. Cheap; refuses nothing."""
    if is_own(url):
        return True
    if is_feed(body):
        return b"duma.gov.ru/bill/" in body
    return _SITE_MARK in body or b"number_oz_id" in body or (b"tbl_search_results" in body and b"/bill/" in body)


def read(body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
    """What a saved page says: a bill card (page ``document``), the RSS of a bill or a list of bills (page ``list``).

    `url` may be empty: then links are made absolute against the public site. Raises PageError with EMPTY, BLOCKED, CAPTCHA,
    MAINTENANCE, LOGIN, NOT_FOUND, BAD_REQUEST or SERVER_ERROR for answers that are no page; TRUNCATED for half of one;
    WRONG_DOCUMENT for another bill than `url` names; UNFILTERED for a list that ignored the question in `url`;
    LAYOUT_CHANGED, naming what is missing, for anything else.
    """
    card = any(mark in body for mark in _CARD_MARKS)
    own = card or any(mark in body for mark in _LIST_MARKS)
    if not own or status >= 400:
        # A page with the source's own markup is its page, whatever words its titles hold.
        refuse_non_page(body, status=status, content_type=content_type, url=url)
    if is_feed(body) or is_feed_url(url):
        return read_feed(body, url)
    refuse_cut(body, url=url)
    if not is_html(body):
        missing(url, "any HTML")
    if card:
        return read_card(body, url)
    if named_bill(url):
        if own:
            fail(Problem.WRONG_DOCUMENT, url, "a list of bills came instead of the bill card; check the number")
        missing(url, "the number of the bill (#number_oz_id)")
    return read_list(body, url)
