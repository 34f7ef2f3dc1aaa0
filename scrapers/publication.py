"""publication.pravo.gov.ru, the official publication portal: lists of published acts and their cards.

The portal tells that an act was published, when and under which number; its texts are scans and are not taken. Answers
are JSON in UTF-8, the site's own list is an HTML fragment, and there is RSS; all are read. Plain HTTP only: its port 443 does
not answer.

A question the portal does not understand it ignores: a date in ISO form, or a misspelled parameter, gives the whole
list of 1.6 million acts. So addresses are made here and nowhere else, and `keep_day` checks what came back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from lxml import etree, html

from scrapers.acts import act_id, kind_slug
from scrapers.pages import refuse_non_page
from scrapers.publication_feed import feed_records, is_feed
from scrapers.titles import FullName, bare_title, day_of
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, Item, PageKind, Problem, Publication, Reading, Status, Step

NAME: Final = "publication"
BASE_URL: Final = "http://publication.pravo.gov.ru"
SOURCE_TITLE: Final = "Официальный интернет-портал правовой информации"

# Federal laws and decrees, government acts, orders of ministries, rulings of the Constitutional Court.
BLOCKS: Final[tuple[str, ...]] = ("president", "government", "federal_authorities", "court")
PAGE_SIZES: Final = (10, 30, 100, 200)  # anything else is refused

TYPES: Final[Mapping[str, str]] = {
    "82a8bf1c-3bc7-47ed-827f-7affd43a7f27": "Федеральный закон",
    "93273da3-3133-4acf-96c2-4adc1ae70e19": "Федеральный конституционный закон",
    "0790e34b-784b-4372-884e-3282622a24bd": "Указ",
    "fd5a8766-f6fd-4ac2-8fd9-66f414d314ac": "Постановление",
    "7ff5b3b5-3757-44f1-bb76-3766cabe3593": "Распоряжение",
    "2dddb344-d3e2-4785-a899-7aa12bd47b6f": "Приказ",
    "7a766fb3-5104-4579-a777-25bc88c0ddc9": "Определение",
}
AUTHORITIES: Final[Mapping[str, str]] = {
    "225698f1-cfbc-4e42-9caa-32f9f7403211": "Президент Российской Федерации",
    "8005d8c9-4b6d-48d3-861a-2a37e69fccb3": "Правительство Российской Федерации",
    "1e57a3e5-9122-41e5-b3cf-0ab68ed3601a": "Государственная Дума Федерального Собрания Российской Федерации",
    "730e580c-c6ad-4aca-be1a-b49f7e4694fe": "Совет Федерации Федерального Собрания Российской Федерации",
    "72b9c96e-9091-4b4e-b5eb-113a8432d2cd": "Конституционный Суд Российской Федерации",
    "ff850c93-e869-42ec-9547-a63dad38c204": "Министерство внутренних дел Российской Федерации",
    "948d1a72-9090-41e8-b09d-18afc8ad4223": "Министерство обороны Российской Федерации",
    "f69ec43f-3fa5-4611-a286-52acdcc77334": "Министерство юстиции Российской Федерации",
    "1d0def12-868d-4712-89f9-623ac74de4cd": "Министерство иностранных дел Российской Федерации",
    "8fff7a3b-ed5f-490d-aa68-f90efab6e0e5": "Федеральная служба безопасности Российской Федерации",
}

_EO_NUMBER: Final = re.compile(r"\d{16}")
_KEPT_OUT: Final = {401: Problem.LOGIN, 403: Problem.BLOCKED, 429: Problem.BLOCKED, 451: Problem.BLOCKED}
_FINGERPRINT: Final = ("complex_name", "pages", "pdf_size", "zip_size", "has_svg")
_ROW: Final = "//div[contains(concat(' ', normalize-space(@class), ' '), ' documents-table-row ')]"


# ---------------------------------------------------------------- addresses


def day_url(base_url: str, *, block: str, day: date, index: int = 1, page_size: int = 200) -> str:
    """The list of one block for one day of publication (Moscow calendar), newest first; pages count from 1."""
    query = [("Block", block), ("PeriodType", "day"), ("Date", _russian(day))]
    return _list_url(base_url, query, index, page_size)


def search_url(
    base_url: str,
    *,
    document_types: Sequence[str] = (),
    authority: str = "",
    block: str = "",
    number: str = "",
    name: str = "",
    since: date | None = None,
    until: date | None = None,
    signed_since: date | None = None,
    signed_until: date | None = None,
    index: int = 1,
    page_size: int = 200,
) -> str:
    """A search: GUIDs of types (any of them) and of a signatory, the exact number, words of the name.

    `since` and `until` bound the day of publication, the other two that of signing; all are inclusive.
    """
    query = [("DocumentTypes", guid) for guid in document_types]
    query += [("SignatoryAuthorityId", authority), ("Block", block), ("Number", number), ("Name", name)]
    days = {
        "PublishDateFrom": since,
        "PublishDateTo": until,
        "DocumentDateFrom": signed_since,
        "DocumentDateTo": signed_until,
    }
    query += [(key, _russian(day)) for key, day in days.items() if day is not None]
    return _list_url(base_url, query, index, page_size)


def card_url(base_url: str, eo_number: str) -> str:
    """The card of one publication (JSON), by its 16-digit number. The form `/api/Document/<number>` does not exist."""
    return f"{base_url.rstrip('/')}/api/Document?eoNumber={_checked(eo_number)}"


def view_url(base_url: str, eo_number: str) -> str:
    """The page of one publication for people."""
    return f"{base_url.rstrip('/')}/document/{_checked(eo_number)}"


def rss_url(base_url: str, *, block: str, page_size: int = 200) -> str:
    """The newest publications of one block as RSS: names, numbers and days only, but light. A second way to the same facts."""
    if page_size not in PAGE_SIZES:
        raise ConfigError(f"the portal gives pages of {PAGE_SIZES} rows, not of {page_size}")
    return f"{base_url.rstrip('/')}/api/rss?{urlencode({'block': block, 'pageSize': page_size})}"


def _list_url(base_url: str, query: Sequence[tuple[str, str]], index: int, page_size: int) -> str:
    if page_size not in PAGE_SIZES or index < 1:
        raise ConfigError(
            f"the portal gives pages of {PAGE_SIZES} rows counted from 1, not page {index} of {page_size}"
        )
    filled = [(key, value) for key, value in query if value]
    return f"{base_url.rstrip('/')}/api/Documents?{urlencode([*filled, ('PageSize', page_size), ('Index', index)])}"


def _russian(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _checked(eo_number: str) -> str:
    if not _EO_NUMBER.fullmatch(eo_number):
        raise ConfigError(f"a publication number has 16 digits, as 0001202609170018, not {eo_number[:40]!r}")
    return eo_number


# ---------------------------------------------------------------- reading


def recognises(body: bytes, url: str) -> bool:
    """Whether this is an answer of the portal: by its host, or by a shape that no other source has."""
    if (urlsplit(url).hostname or "").lower() == (urlsplit(BASE_URL).hostname or ""):
        return True
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        marks = (b"documents-item-name", "Официальное опубликование правовых актов".encode())
        return any(mark in body for mark in marks) or (is_feed(body) and b"//publication.pravo.gov.ru/" in body)
    if start != b"{":
        return False
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return b'"eoNumber"' in body
    keys = set(data)
    return {"items", "itemsTotalCount"} <= keys or "eoNumber" in keys or _is_refusal(data)


def read(body: bytes, *, url: str = "", status: int = 200, content_type: str = "") -> Reading:
    """A list (JSON, fragment, RSS) or a card as a Reading. Raises PageError for every answer that is neither.

    A saved file has no status; its body then decides. `content_type` is not believed: error pages are HTML under any label.
    """
    text = body.strip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise PageError(Problem.EMPTY, "the portal answered with no body: nothing can be said, ask again", url=url)
    if status < 400 and is_feed(text):
        return _read_feed(text, url)
    if text.startswith(b"<"):
        return _read_html(body, url=url, status=status, content_type=content_type)
    data = _load(body, url, status)
    if isinstance(data, dict):
        _refuse_error(data, url, status)
        if "items" in data:
            return _read_list(data, url)
        if "eoNumber" in data:
            return _read_card(data, url)
    raise PageError(Problem.LAYOUT_CHANGED, "JSON that is neither a list of acts nor a card of one", url=url)


def keep_day(reading: Reading, day: date, *, limit: int = 5000) -> Reading:
    """The rows published on `day`. Raises PageError (unfiltered) when the portal did not answer for that day.

    Nothing is published at more than `limit` acts a day. Rows of other days are dropped when the list is whole; when more
    rows exist than were given, the wanted ones may be among those not seen, and silence would be a lie.
    """
    total = reading.total
    if total is not None and total > limit:
        raise PageError(Problem.UNFILTERED, f"the list for {day} claims {total} acts: the portal ignored the question")
    kept = tuple(item for item in reading.items if item.published == day.isoformat() or "fault" in item.fields)
    strays = len(reading.items) - len(kept)
    if strays and (total is None or total > len(reading.items)):
        claim = "no total" if total is None else f"{total} in all"
        raise PageError(
            Problem.UNFILTERED,
            f"the list for {day} holds {strays} rows of other days ({claim}): the portal ignored the question",
        )
    return replace(reading, items=kept)


def fingerprint(item: Item) -> dict[str, str]:
    """What of a publication changes when its file is silently put up again under the same number: equal means the same upload.

    ``name`` and ``complex_name`` (as printed), ``pages``, ``pdf_size`` and ``zip_size`` (bytes), ``has_svg``: facts of the
    portal's JSON, lists and cards alike (`pagesCount`, `pdfFileLength`, `zipFileLength`, `hasSvg`). RSS and the fragment give
    names only, so only what both of two fingerprints hold may be compared: what is missing was not said.
    """
    printed = {"name": item.title, **{key: item.fields.get(key, "") for key in _FINGERPRINT}}
    return {key: value for key, value in printed.items() if value}


# ---------------------------------------------------------------- JSON


def _load(body: bytes, url: str, status: int) -> Any:
    try:
        return _whole_characters(json.loads(body))
    except (ValueError, RecursionError) as error:
        if status >= 400:
            raise _refused(status, "an answer that is not JSON", url) from error
        if _is_cut(body):
            message = f"the JSON breaks off after {len(body)} bytes: fetch it again"
            raise PageError(Problem.TRUNCATED, message, url=url) from error
        raise PageError(Problem.LAYOUT_CHANGED, "not JSON, though the API answers in JSON", url=url) from error


def _whole_characters(value: Any) -> Any:
    """The same data with lone halves of characters replaced: JSON allows them, and nothing can write them down."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {_whole_characters(key): _whole_characters(item) for key, item in value.items()}
    return value


def _is_cut(body: bytes) -> bool:
    """Whether a JSON object or array was opened and never closed."""
    text = body.decode("utf-8", "replace").strip("\ufeff \t\r\n")
    bare = re.sub(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', "", text, flags=re.DOTALL)
    return text[:1] in {"{", "["} and len(re.findall(r"[\[{]", bare)) > len(re.findall(r"[\]}]", bare))


def _is_refusal(data: Mapping[str, Any]) -> bool:
    """The two forms of errors: ProblemDetails (RFC 7807) and a bare message."""
    return isinstance(data.get("errors"), dict) or ("title" in data and "traceId" in data) or set(data) == {"message"}


def _refuse_error(data: Mapping[str, Any], url: str, status: int) -> None:
    if _is_refusal(data):
        if "message" not in data:
            problems = data.get("errors") or {}
            reasons = [f"{name}: {_joined(words)}" for name, words in problems.items()] or [_joined(data.get("title"))]
            message = f"the portal refused the request: {_one_line('; '.join(reasons))}"
            raise PageError(Problem.BAD_REQUEST, message, url=url)
        text = _one_line(_joined(data["message"]))
        if "валидации" in text:
            raise PageError(Problem.BAD_REQUEST, f"the portal refused the request: {text}", url=url)
        raise _refused(status if status >= 400 else 500, text, url)
    if status >= 400:
        raise _refused(status, "a body without an error", url)


def _refused(status: int, words: str, url: str) -> PageError:
    if status == 404:
        return PageError(Problem.NOT_FOUND, f"the portal knows no such address: {words}", url=url)
    problem = _KEPT_OUT.get(status, Problem.SERVER_ERROR if status >= 500 else Problem.BAD_REQUEST)
    return PageError(problem, f"the portal answered with an error: {words}", url=url)


def _joined(words: object) -> str:
    return " ".join(str(word) for word in words) if isinstance(words, list) else str(words)


def _one_line(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 200 else f"{plain[:199]}…"


def _read_list(data: Mapping[str, Any], url: str) -> Reading:
    rows, total = data["items"], data.get("itemsTotalCount")
    if not isinstance(rows, list) or not isinstance(total, int):
        message = "the list has no rows or no total (items, itemsTotalCount): its layout changed"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=url)
    items = tuple(_row(row, place, url) for place, row in enumerate(rows, 1))
    if items and all("fault" in item.fields for item in items):
        raise PageError(Problem.LAYOUT_CHANGED, f"no row can be read: {items[0].fields['fault']}", url=url)
    return Reading(source=NAME, page=PageKind.LIST, items=items, total=total)


def _row(row: object, place: int, url: str) -> Item:
    """One row. What cannot be read becomes an item without keys whose `fault` says why: it must not hide the others."""
    try:
        return _item(_facts(row, f"row {place}", url))
    except PageError as error:
        words = row.get("name") or row.get("complexName") if isinstance(row, dict) else None
        return Item(
            id="",
            native_id="",
            kind="",
            number="",
            date=None,
            title=words if isinstance(words, str) else "",
            url="",
            comment="",
            fields={"fault": str(error)},
        )


def _read_card(data: Mapping[str, Any], url: str) -> Reading:
    facts = _facts(data, "the card", url)
    return Reading(
        source=NAME,
        page=PageKind.DOCUMENT,
        document=DocumentFacts(
            id=facts.id,
            kind=facts.kind,
            number=facts.number,
            date=facts.date,
            title=facts.title,
            status=Status.PUBLISHED,
            url=facts.url,
            fields=facts.fields,
        ),
        events=(
            Step(
                id=facts.eo_number,
                step="published",
                stage="Опубликование",
                at=facts.published,
                planned=False,
                title="Официальное опубликование",
                publication=(
                    Publication(source=SOURCE_TITLE, number=facts.eo_number, date=facts.published, url=facts.url),
                ),
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a row and a card say alike."""

    eo_number: str
    kind: str
    number: str
    date: str | None
    title: str
    published: str
    fields: Mapping[str, str]

    @property
    def id(self) -> str:
        return act_id(self.kind, "", self.date or "", self.number)

    @property
    def url(self) -> str:
        return view_url(BASE_URL, self.eo_number)


def _item(facts: _Facts) -> Item:
    return Item(
        id=facts.id,
        native_id=facts.eo_number,
        kind=facts.kind,
        number=facts.number,
        date=facts.date,
        title=facts.title,
        comment="",
        url=facts.url,
        published=facts.published,
        fields=facts.fields,
    )


def _facts(row: object, where: str, url: str) -> _Facts:
    """One JSON record. The key and the day of publication are required; whatever else is missing stays empty."""
    if not isinstance(row, dict):
        raise PageError(Problem.LAYOUT_CHANGED, f"{where} is not a record", url=url)
    eo_number = str(row.get("eoNumber"))
    published = day_of(row.get("publishDateShort")) or day_of(row.get("viewDate"))
    complex_name = _text(row, "complexName") or re.sub(r"<br\s*/?>", "\n", _text(row, "title"))
    if not _EO_NUMBER.fullmatch(eo_number) or not published or not complex_name:
        message = f"{where} has no publication number, day or name (eoNumber, publishDateShort, complexName)"
        raise PageError(Problem.LAYOUT_CHANGED, message, url=url)
    full_name = FullName.of(complex_name)
    signatories = _signatories(row)
    # The words of the title before the card's own: a list has only those, and both must give one id.
    kind = TYPES.get(_text(row, "documentTypeId")) or full_name.kind or _text(row.get("documentType"), "name")
    known = AUTHORITIES.get(_text(row, "signatoryAuthorityId"))
    authority = known or full_name.authority or next(iter(signatories), "")
    registry = (
        "minjust" if eo_number.startswith("0001") else "registration"
    )  # regions register acts in lists of their own
    fields = {
        "type": kind,
        "authority": known or next(iter(signatories), authority),
        "signatories": "; ".join(signatories),
        "complex_name": " ".join(complex_name.split()),
        "pages": _text(row, "pagesCount"),
        "pdf_size": _text(row, "pdfFileLength"),
        "zip_size": _text(row, "zipFileLength"),
        "has_svg": _text(row, "hasSvg").lower(),
        f"{registry}_number": _text(row, "jdRegNumber"),
        f"{registry}_date": day_of(row.get("jdRegDate")) or "",
    }
    return _Facts(
        eo_number=eo_number,
        kind=kind_slug(kind, authority),
        number=_text(row, "number") or full_name.number,
        date=day_of(row.get("documentDate")) or full_name.date,
        title=bare_title(_text(row, "name"), full_name),
        published=published,
        fields={key: value for key, value in fields.items() if value},
    )


def _text(row: object, key: str) -> str:
    value = row.get(key) if isinstance(row, dict) else None
    return "" if value is None else str(value).strip()


def _signatories(row: Mapping[str, Any]) -> list[str]:
    """Names in a card, the main one first; a list has none."""
    listed = row.get("signatoryAuthorities")
    records = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [_text(each, "name") for each in sorted(records, key=lambda each: not each.get("isMain"))]


# ---------------------------------------------------------------- RSS and HTML


def _read_feed(body: bytes, url: str) -> Reading:
    """The feed of a block: the newest publications of as many days as fit; it claims no total."""
    items = tuple(_row(record, place, url) for place, record in enumerate(feed_records(body, url), 1))
    if items and all("fault" in item.fields for item in items):
        raise PageError(Problem.LAYOUT_CHANGED, f"no entry can be read: {items[0].fields['fault']}", url=url)
    return Reading(source=NAME, page=PageKind.LIST, items=items)


def _read_html(body: bytes, *, url: str, status: int, content_type: str) -> Reading:
    """The fragment behind the site's own list; any other HTML is not an answer."""
    root = _parsed(body)
    if root is not None and status < 400 and root.xpath("//*[contains(@class, 'documents-container')]"):
        items = tuple(_fragment_item(row, place, url) for place, row in enumerate(root.xpath(_ROW), 1))
        return Reading(source=NAME, page=PageKind.LIST, items=items)
    if status == 404 or (root is not None and "Страница не найдена" in " ".join(root.text_content().split())):
        raise PageError(Problem.NOT_FOUND, "the portal's page «Страница не найдена»: no such address", url=url)
    refuse_non_page(body, status=status, content_type=content_type, url=url)
    raise PageError(Problem.LAYOUT_CHANGED, "an HTML page came where the API answers in JSON", url=url)


def _parsed(body: bytes) -> html.HtmlElement | None:
    try:
        return html.fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return None


def _fragment_item(row: html.HtmlElement, place: int, url: str) -> Item:
    """A row of the fragment holds the full name and a few labelled values, no GUIDs: read as a record with those."""
    links = row.xpath(".//a[contains(concat(' ', normalize-space(@class), ' '), ' documents-item-name ')]")
    pairs = {
        " ".join(label.text_content().split()).rstrip(":"): " ".join(value.text_content().split())
        for label, value in zip(
            row.xpath(".//*[contains(@class, 'info-name')]"),
            row.xpath(".//*[contains(@class, 'info-data')]"),
            strict=False,
        )
    }
    name = "\n".join(filter(None, (" ".join(part.split()) for part in links[0].itertext()))) if links else ""
    record = {
        "eoNumber": str(links[0].get("href", "")).rpartition("/")[2] if links else None,
        "viewDate": pairs.get("Дата опубликования"),
        "complexName": name,
    }
    return _item(_facts(record, f"row {place} of the fragment", url))
