"""When a document was busy: its events by month, as a row of bars small enough to stand beside its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from lxml import html
from markupsafe import Markup

from feeds import times
from feeds.labels import Words
from feeds.languages import Speech
from feeds.pictures.drawing import element, image, markup

_MONTHS: Final = 36  # the newest; a longer row is not read but admired
_STEP: Final = 9.0
_BAR: Final = 6.0
_HEIGHT: Final = 40.0
_FOOT: Final = 14.0

_TITLE: Final = Words("События по месяцам", "Events by month")
_SAID: Final = Words(
    "{count} за {months}: с {first} по {last}. Больше всего — {most}: {peak}.",
    "{count} in {months}: from {first} to {last}. Most in {most}: {peak}.",
)
_QUIET: Final = Words("С {first} по {last} событий не было.", "No events from {first} to {last}.")


def picture(name: str, moments: Iterable[datetime], until: datetime, say: Speech) -> Markup:
    """The events of a document by Moscow month up to `until`, at most 36 months. `name` makes ids of its own on the page."""
    found = [times.moscow_day(moment) for moment in moments]
    last = times.moscow_day(until).replace(day=1)
    months = list(_months(min(found, default=last), last))[-_MONTHS:]
    counts = Counter(day.replace(day=1) for day in found)
    said = words(counts, months, say)
    bars = [
        part
        for place, month in enumerate(months)
        for part in _bar(place, counts[month], max(counts.values(), default=0))
    ]
    line = element("line", x1=0, y1=_HEIGHT, x2=len(months) * _STEP, y2=_HEIGHT, stroke="currentColor", stroke_width=1)
    ends = [_end(months[0], 0, "start"), _end(months[-1], len(months) * _STEP, "end")] if len(months) > 8 else []
    svg = image(
        name,
        (max(len(months) * _STEP, _STEP), _HEIGHT + _FOOT),
        say.of(_TITLE),
        said,
        [*bars, line, *ends],
        class_="pulse",
    )
    return markup(element("figure", svg, element("figcaption", said), class_="pulse-picture"))


def words(counts: Counter[date], months: list[date], say: Speech) -> str:
    """The row in a sentence."""
    language = say.language
    first, last = (times.month(month, language=language) for month in (months[0], months[-1]))
    if language == "ru":
        first, last = _genitive(months[0]), times.month(months[-1])
    total = sum(counts[month] for month in months)
    if not total:
        return say.of(_QUIET).format(first=first, last=last)
    most = max(months, key=lambda month: (counts[month], month))
    return say.of(_SAID).format(
        count=_count(total, say, ("событие", "события", "событий"), "event"),
        months=_count(len(months), say, ("месяц", "месяца", "месяцев"), "month"),
        first=first,
        last=last,
        most=times.month(most, language=language),
        peak=counts[most],
    )


def _count(number: int, say: Speech, forms: tuple[str, str, str], english: str) -> str:
    if say.language == "en":
        return f"{number} {english}{'' if number == 1 else 's'}"
    return Speech("ru").count(number, "|".join(forms))


def _genitive(month: date) -> str:
    return times.day(month).partition(" ")[2]


def _months(first: date, last: date) -> Iterator[date]:
    """The first days of the months from one to the other; at least the last one."""
    at = min(first.replace(day=1), last)
    while at <= last:
        yield at
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)


def _bar(place: int, number: int, most: int) -> list[html.HtmlElement]:
    if not number:
        return []
    height = max(3.0, (_HEIGHT - 4) * number / most)
    return [element("rect", x=place * _STEP + 1, y=_HEIGHT - height, width=_BAR, height=height, fill="currentColor")]


def _end(month: date, x: float, anchor: str) -> html.HtmlElement:
    made = element("text", f"{month:%m.%Y}", x=x, y=_HEIGHT + 12, fill="currentColor", font_size=10)
    made.set("text-anchor", anchor)
    return made
