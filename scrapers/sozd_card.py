"""The card of a bill on sozd.duma.gov.ru, as genuine pages of 2022-2024 have it, raw answers and browser dumps alike.

Only the pane `#bh_histras` tells what happened: the page repeats steps and files elsewhere, merged or under the same ids.
Tooltips name the people who typed a card in; nothing of them is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element as Element

from scrapers.sozd_markup import (
    BILL_NUMBER,
    Parts,
    absolute,
    by_id,
    class_names,
    document_id,
    first_with_class,
    named_bill,
    parsed,
    russian_moment,
    split_comment,
    squeezed,
)
from scrapers.sozd_refusals import fail, missing
from scrapers.sozd_status import derive_status
from scrapers.sozd_steps import EntangledError, StepError, StepsRead, read_steps
from scrapers.sozd_trim import card_parts
from scrapers.sozd_urls import NAME, base_of, card_url
from tracker.models import DocumentFacts, PageKind, Problem, Reading, Step, Vote, force_of

_BALLOTS: Final = re.compile(r"(За|Против|Воздержалось):?\s*([0-9]{1,9})")


def read_card(body: bytes, url: str) -> Reading:
    """What a card says. Raises PageError with TRUNCATED, WRONG_DOCUMENT or LAYOUT_CHANGED, naming what is missing."""
    root = parsed(card_parts(body, url), url)
    parts = by_id(root)
    number = _number(parts, url)
    base = base_of(url)
    title = squeezed(parts.get("oz_name"))
    if not title:
        missing(url, "the title of the bill (#oz_name)")
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
        missing(url, "the number of the bill (#number_oz_id)")
    wanted = named_bill(url)
    if wanted is not None and wanted != printed[0]:
        fail(Problem.WRONG_DOCUMENT, url, f"the card of bill {printed[0]} came instead of {wanted}; check the number")
    return printed[0]


def _steps(parts: Parts, number: str, url: str, base: str) -> StepsRead:
    pane = parts.get("bh_histras")
    if pane is None:
        missing(url, "the pane of steps (#bh_histras)")
    shown = (pane.get("data-id") or "").strip()
    if shown and shown != number:
        missing(url, f"the pane of steps of this bill (#bh_histras belongs to {shown})")
    try:
        found = read_steps(pane, base)
    except EntangledError as error:
        said = "a piece is missing from the middle of the steps (they run together); fetch it again"
        fail(Problem.TRUNCATED, url, said, cause=error)
    except StepError as error:
        missing(url, str(error), cause=error)
    if not found.dated:
        missing(url, "any dated step (#bh_histras .oz_event[data-eventdate])")
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
            links = (absolute(base, link.get("href") or "") for link in cell.iter("a") if link.get("href"))
            value = " ".join(filter(None, links))
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
        passed, ballots = _outcome(result)
        yield Vote(
            at=russian_moment(f"{day} {squeezed(clock)}"),
            subject=squeezed(next((div for div in about.iter("div") if div is not clock), about)),
            passed=passed,
            ayes=ballots.get("За"),
            noes=ballots.get("Против"),
            abstained=ballots.get("Воздержалось"),
        )


def _outcome(result: Element) -> tuple[bool | None, dict[str, int]]:
    """Whether a vote passed, None where the page does not say, and the ballots by their words."""
    passed: bool | None = None
    ballots: dict[str, int] = {}
    for div in result.iter("div"):
        names = class_names(div.get("class"))
        if passed is None and ("success" in names or "danger" in names):
            passed = "success" in names
        if found := _BALLOTS.fullmatch(squeezed(div)):
            ballots.setdefault(found[1], int(found[2]))
    return passed, ballots
