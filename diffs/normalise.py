"""Noise: what may differ between two copies of one law without the law being different.

Two doors. `normalise` works on a whole text and changes its lines only: lost and hard line breaks are mended (`diffs.reflow`),
editorial notes (`diffs.notes`), signatures and page furniture are lifted out, characters stay as published. `canonical`
works on one unit and folds typography (`diffs.typography`). Every rule has a name and a count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from diffs.notes import BARE_NOTE, EDITORIAL_NOTE, NoteChange, amending_acts, diff_notes, is_editorial, lift
from diffs.reflow import reflow
from diffs.typography import (
    DECOMPOSED,
    HIDDEN,
    INVISIBLE,
    TYPOGRAPHIC_RULES,
    Folded,
    canonical,
    canonicals,
    composed,
    explain,
    folded,
    hits,
    join_spaced,
    looks_spaced,
    noise_of,
)
from tracker.models import EditorialNote, Noise

__all__ = [
    "EDITORIAL_NOTE",
    "MAY_VANISH",
    "RULES",
    "Cleaned",
    "Folded",
    "Normalised",
    "NoteChange",
    "canonical",
    "canonicals",
    "cleaned",
    "cleaned_lines",
    "diff_notes",
    "explain",
    "folded",
    "is_editorial",
    "noise_of",
    "normalise",
    "published_lines",
    "reflow",
]

# "Вносится депутатами ..." ends without a mark, a norm ("Вносится плата.") does not; a code of twenty digits is one of a budget
# or an account, a bar code is shorter.
_FURNITURE: Final = re.compile(
    r"^(?:Смотрите также|Текст (?:Указа|закона|документа):?|Начать дискуссию|Страница\s+\d+|Поделиться"
    r"|Вносится\s(?!из|со).*[^.;:]|Проект\s+(?:№|N)\s*\d+-\d+.*|_{3,}|-{5,}|\d{12,15}|PAGEREF\s.*)$",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(
    r"^Президент\s+Российской\s+Федерации(?:\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё\-]+)?$"
)
# A cheap look: what begins with another character is neither furniture nor a signature.
_FURNITURE_BEGINS: Final = frozenset("СсТтНнПпВв_-0123456789Pp")
#: How lines begin that cleaning may leave nothing of. First letters stand in sets, so that other lines are passed at once.
MAY_VANISH: Final = re.compile(
    r"\(|[Сс](?i:мотрите|м\.|траница)|[Тт](?i:екст )|[Нн](?i:ачать )|[Пп](?i:оделиться|роект|резидент|одготовлена)"
    r"|[Вв](?i:носится)|[Кк](?i:онсультант)|[Дд](?i:окумент с)|[Рр](?i:едакция)|_{3}|-{5}|\d{12}|[Pp](?i:ageref)"
    r"|[Hh](?i:yperlink)"
)
_MAY_VANISH_BEGINS: Final = _FURNITURE_BEGINS | set("(КкДдРрHh")
_AFTER_SIGNATURE: Final = re.compile(
    r"^(?:Москва,\s+Кремль\.?|\d{1,2}\s+[а-я]+\s+\d{4}\s+(?:года|г\.)|(?:№|N)\s*\d+(?:-\w+)?|_{3,})$"
)
# What Word keeps behind a link or a page number when a file is read as text.
_FIELD_CODE: Final = re.compile(
    r'\s*\b(?:HYPERLINK|PAGEREF)\s+(?:\\[a-z]\s+)?(?:"[^"]*"|_\w+)(?:\s+\\[a-z*](?:\s+"[^"]*")?)*'
)

#: Every name that `Noise.rule` can have: those of single units, then those of whole texts.
RULES: Final[tuple[str, ...]] = tuple(dict.fromkeys([*TYPOGRAPHIC_RULES, "signature", "furniture", "hard-wrap"]))


#: Characters other than the line feed at which a line ends.
_RARE_BREAKS: Final = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def published_lines(text: str) -> tuple[str, ...]:
    """The lines of a text without their outer blanks; empty lines are not lines of law."""
    rare = any(mark in text for mark in _RARE_BREAKS)
    lines = text.splitlines() if rare else text.split("\n")  # which takes a third of the time
    return tuple(filter(None, map(str.strip, lines)))


class Cleaned(NamedTuple):
    """One line of law without what is not law: empty when nothing of it was. `rules` did it, once for each place."""

    text: str
    notes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def cleaned(line: str) -> Cleaned:
    """A line freed from notes, page furniture and letter spacing, by itself: its neighbours play no part.

    What needs them is `normalise`'s: line breaks, and the date and number below a signature.
    """
    if line[:1] in _FURNITURE_BEGINS:
        if _FURNITURE.match(line):
            return Cleaned("", rules=("furniture",))
        if _SIGNATURE.match(line):
            return Cleaned("", rules=("signature",))
    text, notes = lift(line)
    rules = ["editorial-note"] * len(notes)
    if "HYPERLINK" in text or "PAGEREF" in text:
        text, codes = _FIELD_CODE.subn("", text)
        rules += ["furniture"] * codes
    joined = join_spaced(text)
    if joined != text:
        rules.append("letter-spaced")
    return Cleaned(joined.strip(), tuple(notes), tuple(rules))


def cleaned_lines(lines: Sequence[str]) -> list[Cleaned]:
    """`cleaned` of many published lines: those with nothing to lift, most of them, are found by a few searches through all."""
    joined = "\n".join(lines)
    if "HYPERLINK" in joined or "PAGEREF" in joined:
        return [cleaned(line) for line in lines]
    touched = hits((BARE_NOTE, *looks_spaced(joined)), joined, lines)
    return [
        cleaned(line)
        if at in touched or (line[:1] in _MAY_VANISH_BEGINS and MAY_VANISH.match(line))
        else Cleaned(line.strip())
        for at, line in enumerate(lines)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A text without what is not law. `text` has one paragraph a line, its characters as published.

    `notes` are the publisher's notes that were lifted, each with the line of `text` behind which it stood; `editorial` the
    same as plain words; `amending_acts` the acts they name, once each, as ``31.07.2023 № 404-ФЗ``. `noise` counts what each
    rule did.
    """

    text: str
    noise: tuple[Noise, ...]
    editorial: tuple[str, ...]
    amending_acts: tuple[str, ...]
    notes: tuple[EditorialNote, ...]


def normalise(text: str) -> Normalised:
    """A whole text, unwrapped and freed from notes, signatures and page furniture. Twice is once."""
    counts: Counter[str] = Counter()
    decomposed = sum(map(text.count, DECOMPOSED))
    if decomposed:  # labels, quotes and notes are known by words that hold й
        text, counts["unicode"] = composed(text), decomposed
    if any(character in text for character in HIDDEN):
        text, counts["invisible"] = INVISIBLE.subn("", text)
    kept: list[str] = []
    notes: list[EditorialNote] = []
    signed = False
    lines = reflow(text.splitlines(), counts)
    for line, clean in zip(lines, cleaned_lines(lines), strict=True):
        if signed and _AFTER_SIGNATURE.match(line):
            counts["signature"] += 1
            continue
        signed = "signature" in clean.rules
        if clean.rules:
            counts.update(clean.rules)
        if clean.text:
            kept.append(clean.text)
        if clean.notes:
            notes += [EditorialNote(line=len(kept) - 1, text=note) for note in clean.notes]
    editorial = tuple(note.text for note in notes)
    return Normalised(
        text="\n".join(kept),
        noise=noise_of(counts),
        editorial=editorial,
        amending_acts=amending_acts(editorial),
        notes=tuple(notes),
    )
