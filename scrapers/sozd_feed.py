"""The RSS of one bill on sozd.duma.gov.ru (`/bill/<N>/rss`): its steps in a few kilobytes, the cheap way to see that it moved.

Never seen genuine; what is known comes from two independent consumers: an item's title is "(DD.MM.YYYY HH:MM:SS) 3.1 name of the
step", its description holds "Принято решение: ...", `pubDate` may be missing, and the order is not to be relied upon. So this
checks itself: a feed with an item that has no number or no date, or with no item at all, is refused, not read in part.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from lxml.etree import HTMLParser, XMLParser, XMLSyntaxError, fromstring, tostring
from lxml.etree import _Element as Element

from scrapers.pages import is_html
from scrapers.sozd_markup import (
    BILL_NUMBER,
    MOSCOW,
    document_id,
    moscow_moment,
    named_bill,
    russian_moment,
    split_decisions,
)
from scrapers.sozd_refusals import fail, missing
from scrapers.sozd_urls import NAME, base_of, card_url
from tracker.models import DocumentFacts, PageKind, Problem, Reading, Step, digest_of

_START: Final = re.compile(rb"(?>\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^<>]*>)*+<(?:rss|rdf:RDF|feed)\b", re.DOTALL)
_END: Final = re.compile(rb"</(?:rss|rdf:RDF|feed)\s*>")
_HEAD_BYTES: Final = 2048
_ITEM: Final = re.compile(rb"<item[\s/>]")
_TITLE: Final = re.compile(
    r"(?:\(?(?P<moment>[0-9]{2}\.[0-9]{2}\.[0-9]{4}(?:\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?)\)?\s*)?"
    r"(?P<step>[0-9]{1,2}\.[0-9]{1,2})(?!\.?[0-9])\.?\s*(?P<name>.*)"
)
_DECISION: Final = re.compile(r"Принят[оы]\s+решени[ея]\s*:", re.IGNORECASE)
_LABEL: Final = re.compile(
    r"[А-ЯЁ][^:;()]{2,60}:(?:\s|$)"
)  # what else a description says of a step stands behind a label
_BREAK: Final = re.compile(r"<\s*+(?:br|/?p|/?div|/?li|/?tr)\b[^<>]*+>", re.IGNORECASE)
_NUMBER: Final = re.compile(rf"(?<![0-9-])({BILL_NUMBER.pattern})(?![0-9-])")
_GUID: Final = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
_FILLERS: Final = ("T23:59:59", "T00:00:00")


def is_feed(body: bytes) -> bool:
    """Whether a body begins as a feed, whatever its server calls it."""
    return _START.match(body.removeprefix(b"\xef\xbb\xbf")[:_HEAD_BYTES]) is not None


def is_feed_url(url: str) -> bool:
    """Whether an address is that of a bill's feed."""
    return named_bill(url) is not None and urlsplit(url).path.rstrip("/").endswith("/rss")


def read_feed(body: bytes, url: str) -> Reading:
    """The steps of a bill (page ``list``), in the order in which they happened, whatever the order of the feed.

    A step has number, name, moment (Moscow, ISO) and decisions; its stage is not told. `document` is None when the feed does
    not say whose it is. Raises PageError: TRUNCATED for half a feed, WRONG_DOCUMENT for that of another bill than `url`
    names, LAYOUT_CHANGED for HTML or anything else that is no such feed, and for XML that declares a document type.
    """
    root = _parsed(body, url)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        missing(url, "an RSS channel (rss/channel)")
    items = channel.findall("item")
    if not items:
        missing(url, "any step (item): every bill has at least its registration")
    if len(items) != len(_ITEM.findall(body)):
        fail(Problem.TRUNCATED, url, "the feed is damaged: not all of its items could be read; fetch it again")
    document = _document(channel, items, url)
    steps = sorted((_step(item, url) for item in items), key=_order)
    ids = Counter(step.id for step in steps)
    # An id that several items carry is that of something else.
    events = tuple(replace(step, id=None) if ids[step.id] > 1 else step for step in steps)
    return Reading(source=NAME, page=PageKind.LIST, document=document, events=events)


def feed_digest(reading: Reading) -> str:
    """SHA-256 of what a feed tells of its bill: it moves when a step comes, goes or changes, and for nothing else."""
    told = sorted([step.step, step.at, step.title, list(step.decisions)] for step in reading.events)
    return digest_of([reading.document.id if reading.document else None, told])


def _parsed(body: bytes, url: str) -> Element:
    if is_html(body):
        missing(url, "a feed (HTML came in its place)")
    markup = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    # A little damage, as a bare "&", is mended by the parser; that no item fell out is checked by counting.
    parser = XMLParser(resolve_entities=False, load_dtd=False, no_network=True, recover=True, remove_comments=True)
    try:
        root = fromstring(markup, parser)
    except XMLSyntaxError as error:
        missing(url, "any XML", cause=error)
    if root is None:
        missing(url, "any XML")
    if root.getroottree().docinfo.doctype:
        fail(Problem.LAYOUT_CHANGED, url, "the feed declares a document type, which is not safe to read; look at it")
    if is_feed(body) and not _END.search(markup[-64:]):
        fail(Problem.TRUNCATED, url, "the end of the feed is missing (it was cut on its way); fetch it again")
    return root


# ---------------------------------------------------------------- whose feed it is


def _document(channel: Element, items: list[Element], url: str) -> DocumentFacts | None:
    title = _text(channel, "title")
    named = {number for item in items if (number := named_bill(_text(item, "link")))}
    number = named_bill(_text(channel, "link")) or _number_in(title)
    if number is None and len(named) == 1:
        number = named.pop()
    wanted = named_bill(url)
    others = sorted(({number} if number else set()) | named) if wanted else []
    if others and others != [wanted]:
        told = ", ".join(other for other in others if other != wanted)
        fail(Problem.WRONG_DOCUMENT, url, f"the feed of bill {told} came instead of {wanted}; check the number")
    if number is None:
        return None
    return DocumentFacts(
        id=document_id(number), kind="bill", number=number, date=None, title="", url=card_url(base_of(url), number)
    )


def _number_in(title: str) -> str | None:
    found = _NUMBER.search(title)
    return found[1] if found else None


# ---------------------------------------------------------------- steps


def _step(item: Element, url: str) -> Step:
    title = _text(item, "title")
    found = _TITLE.fullmatch(title)
    if found is None:
        missing(url, f"the number of a step in the title of an item (it says {title[:80]!r})")
    at = russian_moment(found["moment"] or "") or _published(item)
    if at is None:
        missing(url, f"the date of a step {found['step']} (title or pubDate of an item)")
    return Step(
        id=next((given.upper() for given in _GUID.findall(_text(item, "guid"))), None),
        step=found["step"],
        stage="",
        # Steps without a time of day carry a filler, as on the card: the fact is a date.
        at=at[:10] if at[10:19] in _FILLERS else at,
        planned=False,
        title=found["name"].strip(),
        decisions=_decisions(item),
    )


def _published(item: Element) -> str | None:
    try:
        moment = parsedate_to_datetime(_text(item, "pubDate"))
        # A moment without a zone is the server's own: Moscow.
        return moscow_moment(moment.astimezone(MOSCOW).replace(tzinfo=None) if moment.tzinfo else moment)
    except (ValueError, OverflowError):
        return None


def _decisions(item: Element) -> tuple[str, ...]:
    """What stands behind "Принято решение:", up to the next label; nothing else of a description is kept."""
    told: list[str] = []
    for line in _lines(_text(item, "description", keep_lines=True)):
        opening = _DECISION.search(line)
        if opening is not None:
            told = [line[opening.end() :]]
        elif told and _LABEL.match(line):
            break
        elif told:
            told.append(line)
    return split_decisions(" ".join(" ".join(told).split()))


def _lines(description: str) -> list[str]:
    """The lines that a reader of a description sees: it may hold HTML."""
    lines = (_without_tags(part) for part in _BREAK.sub("\n", description).split("\n"))
    return [line for line in lines if line]


def _without_tags(part: str) -> str:
    if "<" in part or "&" in part:
        root = fromstring(f"<html><body>{part}</body></html>", HTMLParser(remove_comments=True))
        part = tostring(root, method="text", encoding="unicode")
    return " ".join(part.split())


def _text(parent: Element, name: str, *, keep_lines: bool = False) -> str:
    child = parent.find(name)
    if child is None:
        return ""
    words = tostring(child, method="text", encoding="unicode", with_tail=False)
    return words if keep_lines else " ".join(words.split())


def _order(step: Step) -> tuple[str, tuple[int, ...], str, tuple[str, ...]]:
    # What carries no time of day, publication above all, comes after everything of its day.
    moment = step.at or ""
    number = tuple(int(part) for part in step.step.split("."))
    return moment if "T" in moment else f"{moment}T23:59:59", number, step.title, step.decisions
