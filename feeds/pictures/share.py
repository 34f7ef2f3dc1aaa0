"""The picture that stands beside a shared link (Open Graph): 1200 x 630, read at the size of a stamp.

It says what the title of the event says, in what force the document is, and the words that changed most; the rest is behind
the link. Nothing in it is said by colour alone, and an invented document says so from edge to edge.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from feeds import diffview, labels, places, subject, times, wording
from feeds.labels import Words
from feeds.languages import Speech
from feeds.pictures.changes import KICKER, SMALL, SMALL_BOLD, banner, elided, marked, shown_units, spaced
from feeds.pictures.fonts import Face
from feeds.pictures.setting import INK, PAPER, QUIET, RULE, Ink, Piece, Sheet, column
from feeds.subject import Subject
from feeds.textual import typo
from tracker.models import Diff, Event, Force, Operation, SiteInfo

WIDTH, HEIGHT = 1200, 630
_MARGIN: Final = 64
_FOOT: Final = 92  # the strip at the bottom
_CONTEXT: Final = 70
_LAW: Final = Face("serif", 32)
_LEADING: Final = 50
_TITLES: Final = ((56, 66, 3), (48, 58, 4), (40, 50, 5))  # size, leading, lines that it may take; the last is cut
_BADGE: Final = Ink(Face("sans", 25, bold=True), PAPER)
_BADGE_OPEN: Final = Ink(Face("sans", 25, bold=True), INK)
_NAME: Final = Ink(Face("serif", 30), QUIET)
_ADDRESS: Final = Ink(Face("sans", 25), QUIET)

_SEEN: Final = Words("Замечено", "Noticed")
_SOURCE: Final = Words("Источник", "Source")


def picture(event: Event, diff: Diff | None, info: SiteInfo, say: Speech) -> bytes:
    """An event as PNG. `diff` is its comparison, where it has one. Raises ConfigError without a font."""
    about = None if event.struck else subject.of_event(event)
    title = wording.title(event, diff, language=say.language)
    invented = info.invented or title.demo
    words = f"{title.subject}: {title.what}" if title.what else title.subject
    sheet = Sheet(WIDTH, _MARGIN)
    banner(sheet, invented, say)
    sheet.down(34)
    sheet.lines(column([Piece(title.state, KICKER)], sheet.inner, 1), leading=38)
    sheet.down(4)
    _title(sheet, typo(places.shown(words)))
    _badge(sheet, about, say)
    best = _best(diff, words) if diff is not None and not event.struck else None
    if best is not None:
        _law(sheet, best, say)
    elif about is not None and about.quoted_title not in words:
        _name(sheet, about, say)
    _foot(sheet, event, info, say)
    mark = [("Disclaimer", f"{labels.DEMO.ru} / {labels.DEMO.en}")] if invented else []
    return sheet.png(HEIGHT, [("Title", f"[{title.state}] {places.shown(words)}"), *mark])


def alternative(event: Event, diff: Diff | None, say: Speech) -> str:
    """The picture in words, for whoever cannot see it."""
    about = None if event.struck else subject.of_event(event)
    force = say.of(about.force_sentence) if about else ""
    return f"{places.shown(str(wording.title(event, diff, language=say.language)))}. {force}".strip()


def _title(sheet: Sheet, words: str) -> None:
    for size, leading, most in _TITLES:
        found = column([Piece(words, Ink(Face("serif", size, bold=True)))], sheet.inner, most)
        if found.whole or size == _TITLES[-1][0]:
            sheet.lines(found, leading=leading)
            return


def _badge(sheet: Sheet, about: Subject | None, say: Speech) -> None:
    """Whether it binds anyone: white on black where it does, a frame where it does not."""
    if about is None or about.kind == "page":
        return
    sentence = about.force_sentence
    short = about.force_name if sentence != labels.REJECTED_LAW else sentence
    in_force = about.force is Force.IN_FORCE
    ink = _BADGE if in_force else _BADGE_OPEN
    words = say.of(short).rstrip(".")
    wide, height = ink.face.width(words) + 36, 46
    sheet.down(14)
    left, top = sheet.margin, sheet.y
    sheet.box(left, top, left + wide, top + height, INK)
    if not in_force:
        sheet.box(left + 3, top + 3, left + wide - 3, top + height - 3, PAPER)
    sheet.line([Piece(words, ink)], left + 18, top, height)
    sheet.down(height + 20)


def _best(diff: Diff, title: str) -> Operation | None:
    """The change whose address the title names, the longest of those that it holds; else the first one."""
    told = shown_units(diff)
    named = [row for row in told if (row.new_address or row.old_address or "\n") in title]
    return max(named, key=lambda row: len(row.new_address or row.old_address or ""), default=told[0] if told else None)


def _name(sheet: Sheet, about: Subject, say: Speech) -> None:
    """What the document is called, where the title of the event has only its number."""
    name = about.full_name if say.language == "ru" else about.english_name
    room = HEIGHT - _FOOT - 16 - sheet.y
    words = [Piece(typo(f"{name} {about.quoted_title}"), _NAME)]
    sheet.lines(column(words, sheet.inner, max(1, int(room // 44))), leading=44)


def _law(sheet: Sheet, operation: Operation, say: Speech) -> None:
    """As many lines of the changed words as there is room for."""
    room = HEIGHT - _FOOT - 16 - sheet.y - 40
    if room < _LEADING:
        return
    spans = spaced(elided(diffview.spans_of(operation), _CONTEXT))
    head = f"{diffview.heading(operation, say)} — {diffview.verbs(operation, say).lower()}"
    sheet.lines(column([Piece(typo(head), _ADDRESS)], sheet.inner, 1), leading=38)
    sheet.lines(column(list(marked(spans, _LAW)), sheet.inner, int(room // _LEADING)), leading=_LEADING)


def _foot(sheet: Sheet, event: Event, info: SiteInfo, say: Speech) -> None:
    top = HEIGHT - _FOOT
    sheet.box(0, top, WIDTH, HEIGHT, PAPER)
    sheet.box(sheet.margin, top, WIDTH - sheet.margin, top + 2, RULE)
    host = urlsplit(info.base_url).hostname or info.base_url
    source = labels.source_host(event.source, str(event.payload.get("url") or ""))
    seen = f"{say.of(_SEEN)} {times.both(event.observed_at, language=say.language)}"
    right = column([Piece(seen, SMALL)], sheet.inner, 1).lines
    wide = sum(piece.ink.face.width(piece.text) for line in right for piece in line)
    left = column([Piece(f"{info.title}\u00a0", SMALL_BOLD), Piece(host, SMALL)], sheet.inner - wide - 24, 1).lines
    for lines, at in ((left, sheet.margin), (right, WIDTH - sheet.margin - wide)):
        for line in lines:
            sheet.line(line, at, top + 8, 40)
    below = column([Piece(f"{say.of(_SOURCE)}: {source}", SMALL)], sheet.inner, 1)
    for line in below.lines:
        sheet.line(line, sheet.margin, top + 44, 36)
