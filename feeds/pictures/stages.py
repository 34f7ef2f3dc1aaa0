"""Where a bill stands, drawn: a line of stations, lying on a wide screen and standing on a phone.

Both drawings say the same; the stylesheet shows one of them, and without any stylesheet both are there. A station that was
reached holds a tick, the present one a ring, one that lies ahead is empty and dashed: no colour is needed. The words under
the drawing say it all once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lxml import html
from markupsafe import Markup

from feeds.labels import Words
from feeds.languages import Speech
from feeds.pictures.drawing import element, image, markup
from feeds.views import StageMark

_WIDE: Final = 103.0  # pixels from station to station
_TALL: Final = 52.0
_R: Final = 9.0
_LINE: Final = 12  # characters of a name on one line of the lying drawing

_TITLE: Final = Words("Где законопроект сейчас", "Where the bill stands")
_NOW: Final = Words("сейчас", "now")
_AHEAD: Final = Words("впереди", "ahead")
_ENDED: Final = Words("Итог: {station}.", "In the end: {station}.")
_STANDS: Final = Words("Сейчас: {station}.", "Now: {station}.")
_PASSED: Final = Words("Пройдено: {stations}.", "Passed: {stations}.")
_LEFT: Final = Words("Впереди: {stations}.", "Ahead: {stations}.")


def picture(marks: Sequence[StageMark], say: Speech) -> Markup:
    """The stage line as a figure: two drawings, of which a stylesheet shows one, and the same in words."""
    if not marks:
        return Markup("")
    title, said = say.of(_TITLE), words(marks, say)
    figure = element(
        "figure",
        image(
            "stages-wide",
            (_WIDE * len(marks) + 24, 92),
            title,
            said,
            [part for place, mark in enumerate(marks) for part in _lying(marks, place, mark, say)],
            class_="stages-wide",
        ),
        image(
            "stages-tall",
            (320, _TALL * len(marks)),
            title,
            said,
            [part for place, mark in enumerate(marks) for part in _standing(marks, place, mark, say)],
            class_="stages-tall",
        ),
        element("figcaption", said),
        class_="stage-picture",
    )
    return markup(figure)


def words(marks: Sequence[StageMark], say: Speech) -> str:
    """``Пройдено: внесён 02.02.2026. Сейчас: 1-е чтение 13.05.2026. Впереди: 2-е чтение, …``."""
    parts = []
    stands = _STANDS if _goes_on(marks) else _ENDED
    for state, phrase in (("done", _PASSED), ("here", stands), ("ahead", _LEFT)):
        named = ", ".join(f"{mark.name} {mark.at}".strip() for mark in marks if mark.state == state)
        if named:
            parts.append(say.of(phrase).format(station=named, stations=named))
    return " ".join(parts)


def _lying(marks: Sequence[StageMark], place: int, mark: StageMark, say: Speech) -> list[html.HtmlElement]:
    x, y = place * _WIDE + _R + 3, _R + 4
    found = [_way(x + _R + 3, y, x + _WIDE - _R - 3, y, marks[place + 1])] if place + 1 < len(marks) else []
    found += _station(x, y, mark)
    lines = _broken(mark.name)
    for number, line in enumerate(lines):
        found.append(_text(line, x - _R, y + 30 + 15 * number, mark))
    for number, line in enumerate(_below(marks, mark, say), len(lines)):
        found.append(_text(line, x - _R, y + 30 + 15 * number, mark, quiet=True))
    return found


def _standing(marks: Sequence[StageMark], place: int, mark: StageMark, say: Speech) -> list[html.HtmlElement]:
    x, y = _R + 4, place * _TALL + _R + 4
    found = [_way(x, y + _R + 3, x, y + _TALL - _R - 3, marks[place + 1])] if place + 1 < len(marks) else []
    found += _station(x, y, mark)
    found.append(_text(mark.name, x + 24, y + 5, mark))
    found.append(_text(", ".join(_below(marks, mark, say)), x + 24, y + 21, mark, quiet=True))
    return found


def _station(x: float, y: float, mark: StageMark) -> list[html.HtmlElement]:
    """Reached: full, with a tick. Present: a ring around a dot. Ahead: dashed and empty."""
    if mark.state == "ahead":
        dashes = element("circle", cx=x, cy=y, r=_R, fill="none", stroke="currentColor", stroke_width=1.5)
        dashes.set("stroke-dasharray", "3 3")
        dashes.set("opacity", "0.75")
        return [dashes]
    if mark.state == "here":
        return [
            element("circle", cx=x, cy=y, r=_R + 1.5, fill="none", stroke="currentColor", stroke_width=3),
            element("circle", cx=x, cy=y, r=_R - 4.5, fill="currentColor"),
        ]
    tick = element("path", d=f"M{x - 4:.1f} {y:.1f}l3 3.2 5-6.4", fill="none", class_="tick", stroke_width=2)
    tick.set("stroke", "Canvas")  # the colour of the page behind it, in light and in dark
    return [element("circle", cx=x, cy=y, r=_R, fill="currentColor"), tick]


def _way(x1: float, y1: float, x2: float, y2: float, after: StageMark) -> html.HtmlElement:
    """The line to the next station: whole where it has been gone, dashed where not."""
    line = element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor", stroke_width=2)
    if after.state == "ahead":
        line.set("stroke-dasharray", "2 5")
        line.set("opacity", "0.75")
    return line


def _text(words_: str, x: float, y: float, mark: StageMark, *, quiet: bool = False) -> html.HtmlElement:
    weight = "700" if mark.state == "here" and not quiet else "400"
    return element("text", words_, x=x, y=y, fill="currentColor", font_size=12 if quiet else 13, font_weight=weight)


def _goes_on(marks: Sequence[StageMark]) -> bool:
    """Whether anything lies ahead: a dropped bill and a published law stand where they stand for good."""
    return any(mark.state == "ahead" for mark in marks)


def _below(marks: Sequence[StageMark], mark: StageMark, say: Speech) -> list[str]:
    """What stands under a name: the date, and the state in a word for whom shapes say nothing."""
    if mark.state == "ahead":
        return [say.of(_AHEAD)]
    now = [say.of(_NOW)] if mark.state == "here" and _goes_on(marks) else []
    return [*([mark.at] if mark.at else []), *now]


def _broken(name: str) -> list[str]:
    """A name on at most two lines."""
    if len(name) <= _LINE or " " not in name:
        return [name]
    middle = min(
        (place for place, letter in enumerate(name) if letter == " "), key=lambda place: abs(place - len(name) / 2)
    )
    return [name[:middle], name[middle + 1 :]]
