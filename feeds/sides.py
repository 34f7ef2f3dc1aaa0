"""What the two texts of a comparison are called; and two sources that disagree, in words.

Of two sources neither is older and neither is right, so nothing there was "added" or "removed". The first source of the
payload is the old side of the diff, the second the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from feeds import headline, labels, phrases, places
from feeds.diffview import Sides
from feeds.labels import Words
from feeds.languages import Speech
from tracker.models import Diff, Event, Language

_SOME_PAGE: Final = Words("наблюдаемой странице", "the watched page")
_ON: Final = Words("на", "on")


def called(event: Event, say: Speech) -> Sides:
    """What the two texts of an event are called: older and newer; of two sources, their names."""
    rows = event.payload.get("sources")
    if isinstance(rows, list) and len(rows) == 2:
        first, second = (labels.source_name(str(row.get("source")), language=say.language) for row in rows)
        return Sides(before=first, after=second, are_times=False)
    new = phrases.edition_label(event.payload, language=say.language)
    against = event.payload.get("compared_with")
    if not isinstance(against, Mapping):
        return Sides(before="", after=new)
    old = phrases.edition_label(against, language=say.language)
    return Sides(before=say("{edition}, прежний текст", edition=old) if old == new else old, after=new)


def between(
    sources: Sequence[Mapping[str, Any]],
    notices: Sequence[Mapping[str, Any]],
    diff: Diff | None,
    *,
    language: Language = "ru",
) -> str:
    """``п. 7 «Для служебного пользования» на pravo.gov.ru; на kremlin.ru после п. 6 идёт п. 8``, or how the words differ."""
    hosts = [_host(row, language) for row in sources]
    if len(hosts) != 2:
        return ""
    hidden = list(_hidden(hosts, notices, diff, language)) if diff is not None else []
    if hidden:
        return "; ".join(hidden)
    what = f": {_difference(hosts, diff, language)}" if diff is not None and diff.operations else ""
    if language == "en":
        return f"the texts on {hosts[0]} and on {hosts[1]} differ{what}"
    return f"тексты на {hosts[0]} и на {hosts[1]} расходятся{what}"


def states(sources: Sequence[Mapping[str, Any]]) -> Words:
    """Why the two texts were compared at all."""
    if any(row.get("amending_acts") for row in sources):
        return Words(
            "Оба источника называют одни и те же изменяющие акты, но слова у них разные.",
            "Both sources name the same amending acts, but their words differ.",
        )
    return Words(
        "Ни один из источников не называет изменяющих актов, а слова у них разные.",
        "Neither source names any amending act, and their words differ.",
    )


def _host(row: Mapping[str, Any], language: Language) -> str:
    source, url = str(row.get("source") or ""), str(row.get("url") or "")
    known = labels.source_host(source, url)
    return Speech(language).of(_SOME_PAGE) if source == "page" and not url else known


def _hidden(
    hosts: Sequence[str], notices: Sequence[Mapping[str, Any]], diff: Diff, language: Language
) -> Iterator[str]:
    """Notices about a unit that only one side has: published without its words by the one, left out by the other."""
    only = {row.old_address: 0 for row in diff.operations if "removed" in row.ops}
    only |= {row.new_address: 1 for row in diff.operations if "added" in row.ops}
    on = Speech(language).of(_ON)
    for notice in notices:
        side = only.get(str(notice.get("address") or ""))
        if side is None:
            continue
        line = phrases.lower(phrases.notice_line(notice, language=language).rstrip("."))
        yield f"{on} {hosts[1 - side]} {line}" if notice.get("kind") == "gap" else f"{line} {on} {hosts[side]}"


def _difference(hosts: Sequence[str], diff: Diff, language: Language) -> str:
    """The difference that matters most in one line, in the order of the sources."""
    say = Speech(language)
    others = len(diff.operations) - 1
    rest = ""
    if others:
        more = say.count(others, "различие|различия|различий")
        rest = f"; ещё {more}" if language == "ru" else f"; {more} more"
    line = headline.headline(diff, language=language).partition("; ")[0]
    if line.startswith("«"):
        return line.replace(" → ", " и " if language == "ru" else " and ", 1) + rest
    first = diff.operations[0]
    address = first.new_address or first.old_address or ""
    where = places.inside_out(address) if language == "ru" else places.english(address)
    if {"added", "removed"} & set(first.ops):
        host = hosts["added" in first.ops]
        if language == "en":
            return f"{where or 'one passage'} stands only on {host}{rest}"
        return f"{where or 'один фрагмент'} есть только на {host}{rest}"
    words = "разные слова" if language == "ru" else "different words"
    return (f"{words}, {where}" if where else words) + rest
