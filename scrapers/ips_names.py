"""Which act a page of IPS holds, by the names that are printed on it.

The print form carries the full name in its header; a text alone says its kind at the top and its date and number either under
the heading (acts of the Government) or under the signature (laws and decrees of the President).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scrapers.acts import act_id, kind_slug, parse_act, split_kind
from scrapers.titles import FullName
from tracker.errors import ConfigError

_HEADING_LINES: Final = 12  # an act says what it is within these
_WORDS: Final = (
    "федеральный конституционный закон",
    "федеральный закон",
    "постановление",
    "распоряжение",
    "указ",
    "приказ",
    "закон",
)
_STATE: Final = frozenset(["российская федерация", "именем российской федерации"])
_TITLE: Final = re.compile(r"Об?о?\s.+")
_MONTH: Final = r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
_DATE: Final = rf"\d{{1,2}}\s+{_MONTH}\s+\d{{4}}\s*(?:года|г\.)"
_NUMBER: Final = r"(?:№|N)\s*\S+"
_DATED: Final = re.compile(rf"от\s+(?:{_DATE}|\d\d\.\d\d\.\d{{4}}(?:\s*г\.)?)\s+{_NUMBER}")
_DATE_LINE: Final = re.compile(_DATE)
_NUMBER_LINE: Final = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Kind slug, day of signing (``YYYY-MM-DD``), number and title of an act; what is not printed is empty or None."""

    kind: str = ""
    date: str | None = None
    number: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        """The document id; empty unless kind, date and number are known."""
        return act_id(self.kind, "", self.date or "", self.number)


def name_in(text: str) -> Named:
    """`Кодекс Российской Федерации от 30.11.1994 г. № 51-ФЗ (Собрание законодательства …)`, as headers and rows print it."""
    full = FullName.of(" ".join(text.partition(" (")[0].split()))
    return Named(kind=_kind(full.kind, full.authority, full.number), date=full.date, number=full.number)


def name_of(lines: Sequence[str]) -> Named:
    """What the lines of a text say about the act that they are."""
    heading = [" ".join(line.split()) for line in lines[:_HEADING_LINES]]
    date, number = _dated(heading) or _signed(lines) or (None, "")
    kind, authority = _headed(heading)
    title = next((line for line in heading if _TITLE.fullmatch(line)), "")
    return Named(kind=_kind(kind, authority, number), date=date, number=number, title=title)


def _kind(kind: str, authority: str, number: str) -> str:
    """The suffix of a federal law is its kind, whatever it is called: codes are laws."""
    suffix = number.rpartition("-")[2].lower()
    return kind_slug(suffix, "") if suffix in {"фз", "фкз"} else kind_slug(kind, authority)


def _headed(heading: Sequence[str]) -> tuple[str, str]:
    """The kind and its issuer, whether the issuer stands on the same line, on the next (genitive) or above (nominative)."""
    for place, line in enumerate(heading):
        words = next((word for word in _WORDS if line.lower() == word or line.lower().startswith(f"{word} ")), None)
        if words is None or not line.isupper():
            continue
        kind, authority = split_kind(f"{words} {_capital(line[len(words) :])}".strip())
        below = heading[place + 1] if place + 1 < len(heading) else ""
        if not authority and below.isupper() and below.lower().startswith(("президента ", "правительства ")):
            authority = _capital(below)
        if not authority and place and heading[place - 1].isupper() and heading[place - 1].lower() not in _STATE:
            authority = _capital(heading[place - 1])
        return kind, authority
    return "", ""


def _capital(words: str) -> str:
    return words.strip().lower().capitalize()


def _dated(heading: Sequence[str]) -> tuple[str, str] | None:
    line = next((line for line in heading if _DATED.fullmatch(line)), None)
    return _parsed(line) if line else None


def _signed(lines: Sequence[str]) -> tuple[str, str] | None:
    """The first line that is nothing but a date, with a line below that is nothing but a number."""
    for line, following in pairwise(lines):
        if _DATE_LINE.fullmatch(line.strip()) and _NUMBER_LINE.fullmatch(following.strip()):
            return _parsed(f"от {line} {following}")
    return None


def _parsed(text: str) -> tuple[str, str] | None:
    try:
        _, date, number = parse_act(f"указ {text}")  # any kind will do: only the rest is wanted
    except ConfigError:
        return None
    return date, number
