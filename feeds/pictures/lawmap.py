"""The map of a law: a cell for each article, in order, by chapter; how often it changed, and how lately, at a glance.

A cell is a link with words of its own, so the map is a list to those who cannot see it. The number in a cell says how often,
the year under it how lately; the height of the filled part says the year once more, and the pattern of the frame tells an
article that never changed. Shades are of the page's own ink: dark mode and print need nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from lxml import html
from markupsafe import Markup

from feeds import times
from feeds.clausehistory import Chain
from feeds.labels import Words
from feeds.languages import Speech
from feeds.pictures.drawing import element, markup
from tracker.models import Event, Section

_W: Final = 62.0
_H: Final = 54.0

#: Years since the last change -> the filled part of a cell.
_LEVELS: Final = ((1, 1.0), (3, 0.66), (7, 0.33))
_OLDER: Final = 0.12

_CHAPTER: Final = re.compile(r"(?:[a-z]+-[^.]+\.)?gl-.*")
_ARTICLE: Final = re.compile(r"st-[^.]+(?:\.\d+)*")
_HEADING: Final = re.compile(r"^статья\s+[\d.\-]+[¹²³⁴⁵⁶⁷⁸⁹⁰]*\.?\s*", re.IGNORECASE)

_TITLE: Final = Words("Карта закона", "Map of the law")
_TIMES: Final = "раз|раза|раз"
_CHANGED: Final = Words("менялась {times}, последний раз {when}", "changed {times}, last on {when}")
_NEVER: Final = Words("за время наблюдения не менялась", "has not changed while we have watched")
_WHOLE: Final = Words(
    "Статей: {all}; менялись: {changed}. Чаще всего: {most}.",
    "Articles: {all}; changed: {changed}. Most often: {most}.",
)
_NONE: Final = Words("Статей: {all}; ни одна не менялась.", "Articles: {all}; none has changed.")
_LEGEND: Final = Words(
    "Число — сколько раз менялась статья, под ним год последнего изменения. Чем выше закрашено, тем оно новее:",
    "The number says how often an article changed, the year below when it last did. The higher the fill, the newer:",
)
_AGES: Final = (
    Words("не старше года", "within a year"),
    Words("до 3 лет", "up to 3 years"),
    Words("до 7 лет", "up to 7 years"),
    Words("раньше", "earlier"),
    Words("не менялась", "never"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a law. `changes` are the days on which it was changed, in any order; `href` leads to its words.

    `number` is short (``22``, ``22.1``), `address` as people cite it (``ст. 22``); `chapter` is empty where there are none.
    """

    number: str
    address: str
    title: str
    chapter: str
    changes: tuple[date, ...]
    href: str


def articles_of(sections: Sequence[Section], chain: Chain, page: str = "") -> list[Article]:
    """The articles of a text with the days on which the recorded comparisons that led to it touched them or what is in them.

    `page` is the address behind which the anchors of the text stand, relative to where the map is shown. A day is that of the
    source where it names one, else the day when we noticed, in Moscow.
    """
    found: list[Article] = []
    chapter = ""
    for section in sections:
        if _CHAPTER.fullmatch(section.path):
            chapter = " ".join(section.text.split())
        elif _ARTICLE.fullmatch(section.path):
            number = section.address.removeprefix("ст. ")
            title = _HEADING.sub("", " ".join(section.text.split()), count=1)
            changes = tuple(sorted(_days(section.path, chain)))
            href = f"{page}#{section.path}"
            found.append(
                Article(
                    number=number, address=section.address, title=title, chapter=chapter, changes=changes, href=href
                )
            )
    return found


def _days(path: str, chain: Chain) -> set[date]:
    days = set()
    for touch in chain.history(path):
        own = re.compile(re.escape(touch.path) + r"(?:\.[a-z]+-.*)?")  # not article 2.1 with article 2
        if any(own.fullmatch(row.new_path or row.old_path or "") for row in touch.operations):
            days.add(_day(touch.event))
    return days


def _day(event: Event) -> date:
    try:
        return date.fromisoformat((event.occurred_at or "")[:10])
    except ValueError:
        return times.moscow_day(event.observed_at)


def picture(articles: Sequence[Article], today: date, say: Speech) -> Markup:
    """The map with its legend, as HTML. `today` is what "lately" is counted from."""
    if not articles:
        return Markup("")
    section = element(
        "figure",
        element("figcaption", element("strong", say.of(_TITLE)), f". {words(articles, say)}"),
        class_="law-map",
    )
    for chapter, cells in groupby(articles, key=lambda article: article.chapter):
        if chapter:
            section.append(element("p", chapter, class_="map-chapter", lang="ru"))
        section.append(element("ul", *(_item(article, today, say) for article in cells), class_="map-cells"))
    section.append(_legend(say))
    return markup(section)


def words(articles: Sequence[Article], say: Speech) -> str:
    """The map in a sentence: how many articles, how many changed, which most often."""
    changed = [article for article in articles if article.changes]
    if not changed:
        return say.of(_NONE).format(all=len(articles))
    most = sorted(changed, key=lambda article: (-len(article.changes), -max(article.changes).toordinal()))[:3]
    named = ", ".join(f"{article.address} ({_times(len(article.changes), say)})" for article in most)
    return say.of(_WHOLE).format(all=len(articles), changed=len(changed), most=named)


def _times(number: int, say: Speech) -> str:
    if say.language == "en":
        return f"{number} time{'' if number == 1 else 's'}"
    return Speech("ru").count(number, _TIMES)


def _item(article: Article, today: date, say: Speech) -> html.HtmlElement:
    """A cell: the drawing for the eye, the sentence for the ear."""
    if article.changes:
        when = times.day(max(article.changes), language=say.language)
        said = say.of(_CHANGED).format(times=_times(len(article.changes), say), when=when)
    else:
        said = say.of(_NEVER)
    name = f"{article.address} {article.title}".strip()
    line = f"{name}: {said}"
    return element(
        "li", element("a", _cell(article, today), element("span", line, class_="said"), href=article.href, title=line)
    )


def _cell(article: Article, today: date) -> html.HtmlElement:
    filled = _filled(article.changes, today)
    latest = max(article.changes, default=None)
    parts = [*_ground(filled), _text(article.number, 17, 14, bold=True)]
    if latest is not None:
        parts += [_text(f"{len(article.changes)}×", 34, 13), _text(str(latest.year), 48, 11)]
    return _svg(parts)


def _filled(changes: Iterable[date], today: date) -> float:
    """The part of a cell that is filled: newer is higher; 0 for never."""
    latest = max(changes, default=None)
    if latest is None:
        return 0.0
    age = (today - latest).days / 365.25
    return next((part for years, part in _LEVELS if age <= years), _OLDER)


def _ground(filled: float) -> list[html.HtmlElement]:
    height = (_H - 3) * filled
    frame = element(
        "rect", x=1.5, y=1.5, width=_W - 3, height=_H - 3, fill="none", stroke="currentColor", stroke_width=1, rx=2
    )
    if not filled:
        frame.set("stroke-dasharray", "2 3")
        return [frame]
    ground = element("rect", x=1.5, y=_H - 1.5 - height, width=_W - 3, height=height, fill="currentColor", rx=1)
    ground.set("fill-opacity", f"{0.08 + 0.20 * filled:.2f}")
    return [ground, frame]


def _text(said: str, y: float, size: float, *, bold: bool = False) -> html.HtmlElement:
    made = element("text", said, x=_W / 2, y=y, fill="currentColor", font_size=size, font_weight=700 if bold else 400)
    made.set("text-anchor", "middle")
    return made


def _svg(parts: Sequence[html.HtmlElement]) -> html.HtmlElement:
    made = element("svg", *parts, viewBox=f"0 0 {_W:g} {_H:g}", width=_W, height=_H, focusable="false")
    made.set("aria-hidden", "true")
    return made


def _legend(say: Speech) -> html.HtmlElement:
    steps = [*(part for _, part in _LEVELS), _OLDER, 0.0]
    items = [
        element("li", _svg(_ground(part)), element("span", say.of(age))) for part, age in zip(steps, _AGES, strict=True)
    ]
    return element("div", element("p", say.of(_LEGEND)), element("ul", *items), class_="map-legend")
