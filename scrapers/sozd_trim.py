"""Cuts out of a page's bytes what nobody reads, before the parser sees it: the help window with its pictures, other panes.

2.2 of a card's 2.5 MB are a help window with pictures inside attributes, and of the rest menus, chronology and transcripts are
three quarters of the work of parsing. Every cut checks itself: what is not put together as on all genuine cards stays whole.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from scrapers.sozd_refusals import fail
from tracker.models import Problem

_HELP: Final = b"helpSystemInfo_class"
_PICTURE: Final = b";base64,"
_PANE: Final = b'id="bh_'
_PANES: Final = frozenset({b"histras", b"hron", b"note", b"comments", b"video", b"trans", b"votes"})
_PANES_READ: Final = frozenset({b"histras", b"note", b"votes"})
_LONGEST: Final = 16  # the name of a pane and its quote
_CLOSED: Final = (b"div", b"span", b"ul")  # tags that HTML never lets a page leave open


def without_help(body: bytes, content: bytes) -> bytes:
    """The page up to its help window, which stands behind everything that is read; whole when `content` stands behind it.

    `content` is a mark of what is read and holds a double quote.
    """
    end = _end_of_content(body, content)
    return body if end == len(body) else body[:end]


def card_parts(body: bytes, url: str) -> bytes:
    """The markup of a card that is read: header, passport and the panes of interest, which stand side by side.

    A page that is not put together in this way is given back whole. Tags of the steps match on all genuine cards; where they
    do not, a piece was lost: PageError with TRUNCATED.
    """
    end = _end_of_content(body, _PANE)
    panes = _panes(body, end)
    top = body.find(b"bill_data_top")
    if top < 0 or not panes or panes[0][1] != b"histras" or panes[0][0] < top:
        return body[:end]
    kept = [_unindented(body[body.rfind(b"<", 0, top) : panes[0][0]])]
    for (start, name), (behind, _) in pairwise([*panes, (end, b"")]):
        if name not in _PANES_READ:
            continue
        pane = _unindented(body[start:behind])
        if name == b"histras" and behind < end:
            _refuse_gap(pane, url)
        kept.append(pane)
    return b" ".join(kept)


def _end_of_content(body: bytes, content: bytes) -> int:
    """Where the help window begins; the end of the page without one, or when `content` stands behind its beginning."""
    start = body.find(_HELP)
    if start < 0 or _stands_behind(body, start, content):
        return len(body)
    return max(body.rfind(b"<", 0, start), 0)


def _stands_behind(body: bytes, start: int, content: bytes) -> bool:
    """Whether `content` stands behind a place. Pictures are leapt over, up to the quote that ends them."""
    while (picture := body.find(_PICTURE, start)) >= 0:
        if body.find(content, start, picture) >= 0:
            return True
        quote = body.find(b'"', picture)
        if quote < 0:
            return False
        # From a little before the quote: it may be the one in `content`.
        start = max(quote - len(content), picture + len(_PICTURE))
    return body.find(content, start) >= 0


def _panes(body: bytes, end: int) -> list[tuple[int, bytes]]:
    """Where each pane begins, and its name, in page order; the first of each name."""
    panes: dict[bytes, int] = {}
    at = body.find(_PANE, 0, end)
    while at >= 0:
        start = at + len(_PANE)
        name = body[start : start + _LONGEST].partition(b'"')[0]
        if name in _PANES:
            panes.setdefault(name, body.rfind(b"<", 0, at))
        at = body.find(_PANE, start, end)
    return sorted((place, name) for name, place in panes.items())


def _unindented(markup: bytes) -> bytes:
    """Markup without indentation, which is half of it; no reader tells one white space from many."""
    return b" ".join(markup.split())


def _refuse_gap(pane: bytes, url: str) -> None:
    if any(pane.count(b"<" + tag) != pane.count(b"</" + tag) for tag in _CLOSED):
        fail(Problem.TRUNCATED, url, "a piece is missing amid the steps (their tags do not match); fetch it again")
