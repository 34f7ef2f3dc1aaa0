"""Two sources that disagree, in words: neither is older and neither is right, so nothing here was "added" or "removed".

The first source of the payload is the old side of the diff, the second the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from feeds import headline, labels, phrases, places
from tracker.models import Diff

_SOME_PAGE: Final = "наблюдаемой странице"


def between(sources: Sequence[Mapping[str, Any]], notices: Sequence[Mapping[str, Any]], diff: Diff | None) -> str:
    """``п. 7 «Для служебного пользования» на pravo.gov.ru; на kremlin.ru после п. 6 идёт п. 8``, or how the words differ."""
    hosts = [_host(row) for row in sources]
    if len(hosts) != 2:
        return ""
    hidden = list(_hidden(hosts, notices, diff)) if diff is not None else []
    if hidden:
        return "; ".join(hidden)
    what = f": {_difference(hosts, diff)}" if diff is not None and diff.operations else ""
    return f"тексты на {hosts[0]} и на {hosts[1]} расходятся{what}"


def states(sources: Sequence[Mapping[str, Any]]) -> str:
    """Why the two texts were compared at all."""
    if any(row.get("amending_acts") for row in sources):
        return "Оба источника называют одни и те же изменяющие акты, но слова у них разные."
    return "Ни один из источников не называет изменяющих актов, а слова у них разные."


def _host(row: Mapping[str, Any]) -> str:
    source, url = str(row.get("source") or ""), str(row.get("url") or "")
    known = labels.source_host(source, url)
    return _SOME_PAGE if source == "page" and not url else known


def _hidden(hosts: Sequence[str], notices: Sequence[Mapping[str, Any]], diff: Diff) -> Iterator[str]:
    """Notices about a unit that only one side has: published without its words by the one, left out by the other."""
    only = {row.old_address: 0 for row in diff.operations if "removed" in row.ops}
    only |= {row.new_address: 1 for row in diff.operations if "added" in row.ops}
    for notice in notices:
        side = only.get(str(notice.get("address") or ""))
        if side is None:
            continue
        line = phrases.lower(phrases.notice_line(notice).rstrip("."))
        yield f"на {hosts[1 - side]} {line}" if notice.get("kind") == "gap" else f"{line} на {hosts[side]}"


def _difference(hosts: Sequence[str], diff: Diff) -> str:
    """The difference that matters most in one line, in the order of the sources."""
    count = len(diff.operations) - 1
    rest = f"; ещё {headline.plural(count, 'различие', 'различия', 'различий')}" if count else ""
    line = headline.headline(diff).partition("; ещё ")[0]
    if line.startswith("«"):
        return line.replace(" → ", " и ", 1) + rest
    first = diff.operations[0]
    address = places.inside_out(first.new_address or first.old_address or "")
    if {"added", "removed"} & set(first.ops):
        return f"{address or 'один фрагмент'} есть только на {hosts['added' in first.ops]}{rest}"
    return (f"разные слова, {address}" if address else "разные слова") + rest
