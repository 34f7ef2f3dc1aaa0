"""What kremlin.ru prints around the text of an act: the editor's notes, the heading, the title, the signature.

Acts of the 1990s and 2000s are preformatted: hard-wrapped, justified by doubled spaces, centred by indents, with
s p a c e d headings and Latin letters inside Russian words. All of that is kept, blank lines too: they are what parts
titles, paragraphs and rows of tables there. Newer acts are paragraphs in markup and give a line each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scrapers.acts import parse_act
from tracker.errors import ConfigError
from tracker.models import EditorialNote

_MIXED_WORD: Final = re.compile(r"\b(?:[A-Za-z]+[А-Яа-яЁё]|[А-Яа-яЁё]+[A-Za-z])[A-Za-zА-Яа-яЁё]*")
_TO_CYRILLIC: Final = str.maketrans("aceopxykmtbhACEOPXYKMTBH", "асеорхукмтвнАСЕОРХУКМТВН")

_MONTHS: Final = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
# An act that a note names: its day in figures or in words, and its number.
_NAMED: Final = r"от\s\d{1,2}(?:\.\d\d\.|\s[а-я]{3,8}\s)\d{4}[^()]{0,12}?(?:N|№)\s?\d"
# `(В редакции указов ...)`, `(См. в редакции ...)`, `(Часть в редакции ...)`, `(дополнение внесено Федеральным законом ...)`.
_AMENDED: Final = re.compile(
    rf"\((?:[Сс]м\.\s|[А-ЯЁ][а-яё]+\s(?:[\d.]+\s)?)?(?:[Вв]\sред(?:акции|\.)|[Дд]ополнен[а-яё]+)\s.*?{_NAMED}.*\)"
)
_REPEALED: Final = re.compile(
    r"\(?Утратил[аои]?\sсилу(?!\sв\sчасти)\s(?:[^()]*?\s)??[-–—]\s"
    rf"(?P<by>[^()]*?{_NAMED}[^\s()]*)[^()]*\)?\.?"
)
_REPEAL_CHARACTERS: Final = 400
_NOTE_LINES: Final = 60
_NOTE_CHARACTERS: Final = 20_000  # a note under the heading of a code names hundreds of acts
# What ends the heading of an act: its first unit, its signature, its first annex.
_BODY: Final = re.compile(
    r"\s*(?:\d+[.)]|[IVXLC]+\.|(?:Статья|Глава|Раздел)\s|Президент\s|(?:УТВЕРЖД|Утвержд|ПРИЛОЖЕНИ|Приложени))"
)
_SIGNED: Final = re.compile(
    rf"^[^\S\n]*(?P<day>\d{{1,2}}\s+(?:{_MONTHS})\s+\d{{4}}\s+(?:года|г\.))\s*\n\s*(?P<number>(?:N|№)\s*[\w/-]+)[^\S\n]*$",
    re.MULTILINE,
)
_HEADING_BLOCKS: Final = 6
_TITLE: Final = re.compile(r"(?:Обо?|О|Вопросы)\s")
# How headings look without their spaces; the longer first.
_HEADINGS: Final = {
    "РОССИЙСКАЯФЕДЕРАЦИЯФЕДЕРАЛЬНЫЙКОНСТИТУЦИОННЫЙЗАКОН": "Федеральный конституционный закон",
    "РОССИЙСКАЯФЕДЕРАЦИЯФЕДЕРАЛЬНЫЙЗАКОН": "Федеральный закон",
    "РАСПОРЯЖЕНИЕПРЕЗИДЕНТАРОССИЙСКОЙФЕДЕРАЦИИ": "Распоряжение Президента Российской Федерации",
    "УКАЗПРЕЗИДЕНТАРОССИЙСКОЙФЕДЕРАЦИИ": "Указ Президента Российской Федерации",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """An act as printed: its text without the notes about amendments, the notes, who repealed it (empty: nobody said)."""

    text: str
    remarks: tuple[EditorialNote, ...]
    repealed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which act this is: kind slug, day of signing as ``YYYY-MM-DD``, number."""

    kind: str
    date: str
    number: str


# ---------------------------------------------------------------- the editor's notes


def part(lines: list[str]) -> Printed:
    """The text parted from the editor's notes about amendments that are paragraphs of their own, wherever they stand.

    A note inside a paragraph stays: its lines are those of the law. So does the note in the heading that the whole act is
    repealed, for every reader of the text must see it; it is a remark as well.
    """
    wrapped = _is_wrapped(lines)
    kept: list[str] = []
    remarks: list[EditorialNote] = []
    repealed_by = ""
    in_heading, place, last = True, 0, -1
    while place < len(lines):
        line = lines[place]
        in_heading = in_heading and not (_BODY.match(line) or (wrapped and line[:1].strip()))
        end = _note_end(lines, place, wrapped=wrapped)
        words = " ".join(" ".join(lines[place:end]).split())
        plain = one_script(words)
        amended = _AMENDED.fullmatch(plain) is not None and _first_bracket(plain) == len(plain)
        repealed = _REPEALED.fullmatch(plain) if in_heading and len(plain) < _REPEAL_CHARACTERS else None
        if amended or repealed:
            remarks.append(EditorialNote(line=last, text=words))
        if repealed:
            repealed_by = repealed_by or words[repealed.start("by") : repealed.end("by")]
        if amended:
            place = end
            continue
        if line:
            last = len(kept)
        if line or kept:  # a note that opened the page leaves blank lines behind
            kept.append(line)
        place += 1
    return Printed(text="\n".join(kept).rstrip("\n"), remarks=tuple(remarks), repealed_by=repealed_by)


def _is_wrapped(lines: Iterable[str]) -> bool:
    """Whether these are the hard-wrapped lines of an old act: only those are indented."""
    return any(line.startswith("  ") for line in lines)


def _note_end(lines: list[str], place: int, *, wrapped: bool) -> int:
    """Where the paragraph that begins at a line ends, if it may be a note; `place` itself if none begins there."""
    bracketed = lines[place].lstrip(" ").startswith("(")
    if not bracketed and not one_script(lines[place].lstrip(" ")).startswith("Утратил"):
        return place
    if wrapped and place and lines[place - 1] and not lines[place].startswith(" "):
        return place  # a line of a paragraph that began above
    depth = length = 0
    for end in range(place, min(place + _NOTE_LINES, len(lines))):
        length += len(lines[end])
        depth += lines[end].count("(") - lines[end].count(")")
        following = lines[end + 1][:1] if end + 1 < len(lines) else ""
        if length > _NOTE_CHARACTERS:
            break
        if bracketed and depth <= 0:
            in_paragraph = wrapped and bool(following.strip())  # what follows at the margin continues it
            return place if in_paragraph else end + 1
        if not bracketed and not (wrapped and following):
            return end + 1
    return place


def _first_bracket(words: str) -> int:
    """How long the bracket is that opens a text."""
    depth = 0
    for place, character in enumerate(words, 1):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return 0


# ---------------------------------------------------------------- which act it is


def one_script(text: str) -> str:
    """The text, letter for letter, with Latin look-alikes in Russian words made Russian: to recognise by, not to keep."""
    return _MIXED_WORD.sub(lambda found: found[0].translate(_TO_CYRILLIC), text)


def identified(heading: str) -> Identity | None:
    """The act that a heading names (`Указ Президента Российской Федерации от 29.07.2002 г. № 798`), None when it names none."""
    try:
        kind, date, number = parse_act(one_script(heading))
    except ConfigError:
        return None
    return Identity(kind=kind, date=date, number=number)


def signed(text: str) -> Identity | None:
    """The act by its own first words (`У К А З ПРЕЗИДЕНТА ...`) and by the day and the number under the first signature."""
    start = "".join(text[:500].split()).upper().translate(_TO_CYRILLIC)
    kind = next((name for words, name in _HEADINGS.items() if start.startswith(words)), "")
    found = _SIGNED.search(text)
    return identified(f"{kind} от {found['day']} {found['number']}") if kind and found else None


def title_in(text: str) -> str:
    """The title below the heading, in one line; empty for an act without one.

    In a hard-wrapped act it is a block of centred lines, in others one line; it says what the act is about ("О ...").
    """
    lines = text.split("\n")
    wrapped = _is_wrapped(lines)
    blocks = text.split("\n\n") if wrapped else [line for line in lines if line]
    for block in blocks[:_HEADING_BLOCKS]:
        rows = [row for row in block.split("\n") if row]
        words = " ".join(" ".join(rows).split())
        if _TITLE.match(one_script(words)) and (not wrapped or all(row.startswith("    ") for row in rows)):
            return words
    return ""
