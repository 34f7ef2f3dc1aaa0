"""Addresses of the State Duma's bill system: cards, their feeds, files, and the lists in which bills are found.

The card, its feed and downloads are linked on genuine cards. Calendar and search are known from independent readers of the
site: names of their filters are those which at least one of them has used.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

from scrapers.sozd_markup import BILL_NUMBER
from tracker.errors import ConfigError

NAME: Final = "sozd"
BASE_URL: Final = "https://sozd.duma.gov.ru"

_HOST: Final = "sozd.duma.gov.ru"
_OLD_HOST: Final = "sozd.parlament.gov.ru"  # still printed in older answers of the Duma's API
_DASHES: Final = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_GUID: Final = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
_BILLS: Final = "1"  # b[ClassOfTheObjectLawmakingId]: neither draft resolutions nor draft initiatives


def is_own(url: str) -> bool:
    """Whether an address is one of the site's."""
    return (urlsplit(url).hostname or "") in {_HOST, _OLD_HOST}


def base_of(url: str) -> str:
    """Scheme and host that links of the page are relative to: those of `url`, else the public site."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.hostname == _OLD_HOST:
        return BASE_URL
    return f"{parts.scheme}://{parts.netloc}"


def bill_number(text: str) -> str:
    """A bill number as people write it ("№ 137677-8 ") in its one form, ``137677-8``. ConfigError for anything else."""
    number = text.translate(_DASHES).strip().removeprefix("№").strip()
    if not BILL_NUMBER.fullmatch(number):
        raise ConfigError(f"{text.strip()!r} is not a bill number: write it as 968530-8, number and convocation")
    return number


def card_url(base_url: str, number: str) -> str:
    """The address of a bill's card."""
    return f"{_root(base_url)}/bill/{number}"


def feed_url(base_url: str, number: str) -> str:
    """The address of the RSS of a bill's events: a few kilobytes beside a card of 2.5 MB."""
    return f"{card_url(base_url, number)}/rss"


def download_url(base_url: str, guid: str) -> str:
    """The address of a file. Its format is not in the address: see `sozd_files.file_name`. ConfigError for no GUID."""
    if not _GUID.fullmatch(guid.strip()):
        raise ConfigError(
            f"{guid.strip()!r} is not the id of a file: it is written as 32 hexadecimal digits in five groups"
        )
    return f"{_root(base_url)}/download/{guid.strip().upper()}"


def registrations_url(base_url: str, since: date, until: date, *, page: int = 1) -> str:
    """The address of the calendar of bills registered (event 1.1) on the days from `since` to `until`, both included."""
    address = f"{_root(base_url)}/calendar/b/day/{since.isoformat()}/{until.isoformat()}/1.1"
    return f"{address}?page={page}" if page > 1 else address


def search_url(
    base_url: str,
    *,
    title: str | None = None,
    comment: str | None = None,
    convocation: int | None = None,
    event: str = "1.1",
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    count: Literal[10, 250, 500, 1000] = 250,
) -> str:
    """The address of a search among bills, `count` rows a page, pages numbered from 1.

    `title` and `comment` are searched by the stems of their words. `event` is the number of a step that happened between
    `since` and `until`, both included, either end open; it is not asked for when both are.
    """
    asked: list[tuple[str, str]] = [("b[ClassOfTheObjectLawmakingId]", _BILLS)]
    if title:
        asked.append(("b[Annotation]", title))
    if comment:
        asked.append(("b[NameComment]", comment))
    if convocation is not None:
        asked.append(("b[Convocation][]", str(convocation)))
    if since is not None or until is not None:
        asked += [("b[ExistsEvents][]", event), ("b[ExistsEventsDate]", f"{_day(since)} - {_day(until)}")]
    asked += [("b[submit]", "1"), ("count_items", str(count)), ("page", str(page))]
    return f"{_root(base_url)}/oz?{urlencode(asked)}"


def _root(base_url: str) -> str:
    return base_url.rstrip("/")


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day is not None else ""
