"""Official names of acts taken apart: the header (kind, issuer, date, number) and the title behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrapers.acts import split_kind

_HEADER: Final = re.compile(
    r"(?P<words>.+?)\s+от\s+(?P<date>\d\d\.\d\d\.\d{4})\s*(?:г\.)?\s*№\s*(?P<number>\S+(?:\s(?:ГД|СФ))?)"
    r"(?:\s+(?P<rest>[\"«].*))?"
)
_QUOTES: Final = re.compile(r"[\"«»]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FullName:
    """`Указ Президента Российской Федерации от 16.01.2026 № 17`, a line break, `"О …"` in its parts; unknown parts are empty.

    `line` is the header as written, `rest` the title behind it, still in its quotes.
    """

    line: str = ""
    kind: str = ""
    authority: str = ""
    date: str | None = None
    number: str = ""
    rest: str = ""

    @staticmethod
    def of(text: str) -> FullName:
        """The first line is the header, with or without the title on it. A name of another form is all `rest`."""
        first, _, below = text.strip().partition("\n")
        first = " ".join(first.split())  # a long run of spaces would be tried from each of them
        found = _HEADER.fullmatch(first)
        if found is None:
            return FullName(rest=" ".join(text.split()))
        kind, authority = split_kind(found["words"])
        return FullName(
            line=first[: found.end("number")],
            kind=kind,
            authority=authority,
            date=day_of(found["date"]),
            number=found["number"],
            rest=" ".join(f"{found['rest'] or ''} {below}".split()),
        )


def bare_title(name: str, full_name: FullName) -> str:
    """The title alone: without its own header (records of 2013), line breaks, quotes around the whole.

    Taken from `name`; from the full name when `name` holds no title.
    """
    text = " ".join(name.split())
    if full_name.line:
        text = text.removeprefix(full_name.line).strip()
    return unwrapped(text or full_name.rest)


def unwrapped(text: str) -> str:
    """The text without quotes that wrap the whole of it.

    Russian typography merges closing quotes, so `"О мерах "Акрон"` opens two and closes one: the last quote then belongs
    to the inner name, and only the first is dropped. Quotes inside stay as they are, balanced or not.
    """
    if len(text) < 2 or text[0] not in '"«' or text[-1] not in '"»':
        return text
    depth = 0
    for found in _QUOTES.finditer(text):
        place = found.start()
        last = place == len(text) - 1
        opens = text[place] == "«" or (text[place] == '"' and not last and (place == 0 or text[place - 1] in ' (["«'))
        depth += 1 if opens else -1
        if depth == 0 and not last:
            return text  # the first quote is closed before the end: it wraps a part
    return text[1:].strip() if depth else text[1:-1].strip()


def day_of(value: object) -> str | None:
    """``2026-01-17T00:00:00`` and ``17.01.2026`` as ``2026-01-17``: a Moscow calendar day, never a moment."""
    text = value if isinstance(value, str) else ""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text[:10], form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
