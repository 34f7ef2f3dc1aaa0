"""Notes of a publisher inside a consolidated text, "(В редакции Федерального закона от ... № ...)": metadata, never law.

They are lifted out before texts are compared. A new note beside unchanged words is still a signal, "touched", so notes have a
diff of their own: `diff_notes`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.models import EditorialNote, Section

_SHORT_DATE: Final = r"\d{2}\.\d{2}\.\d{4}"
_UNIT: Final = (
    r"(?:[Сс](?:тать|трок)|[Чч]аст|[Пп](?:ункт|одпункт|араграф|римечани|риложени|реамбул|озици|редложени)|[Аа]бзац|[Гг]лав"
    r"|[Рр]аздел|[Нн](?:аименовани|умераци)|пп?|ст|ч|абз|гл|разд|прим|прил)"
)
_OF_UNIT: Final = rf"(?:{_UNIT}[а-яё]*\.?\s+(?:[\w.^\-]+\s+)??){{0,2}}"
# A note of the publisher dates its act as 31.07.2023; a norm that cites another act's wording writes the month in words.
# The date form is what tells "(В редакции ... от 31.07.2023 ...)" from a citation that belongs to the law.
_NOTE: Final = (
    rf"\((?=[ВвДСсЧчПпАаГгРрНн])(?:"
    # "(введена ...)" by an act, which has a number: "введены в эксплуатацию до 01.07.2099" is part of a norm.
    rf"{_OF_UNIT}[Вв](?:\s+ред(?:акции|\.)\s[^()]*?{_SHORT_DATE}"
    rf"|веден[аоы]?\s[^()]*?{_SHORT_DATE}(?:\s+г\.)?\s+(?:№|N))[^()]*"
    rf"|Дополнени[ея]\s[^()]*?{_SHORT_DATE}[^()]*"
    r"|[Сс]\s+уч[её]том\s[^()]*?Конституционного\s+Суда[^()]*"
    r"|[Сс]\s+изменениями\s+на\s+\d[^()]*"
    r"|[Сс]м\.\s+текст\s[^()]*?редакции"
    r")\)"
)
EDITORIAL_NOTE: Final = re.compile(rf"\s*{_NOTE}")
#: A note without the blanks before it: it opens with a literal, so most text is passed over at the speed of a search.
BARE_NOTE: Final = re.compile(_NOTE)
_EDITORIAL_LINE: Final = re.compile(
    r"^(?:КонсультантПлюс:\s*примечание\.?|См\.\s+текст\s.*предыдущей редакции\.?|Документ с изменениями, внесенными:.*"
    r"|Подготовлена редакция документа с изменениями, не вступившими в силу.*|Редакция подготовлена на основе изменений.*"
    # A month in words is a note only where nothing else stands on the line: inside a sentence it may cite another act.
    r"|\([Вв]\s+ред(?:акции|\.)\s[^()]*\s\d{4}\s+г(?:ода|\.)[^()]*\))$"
)
_ACT: Final = re.compile(rf"от\s+({_SHORT_DATE})(?:\s+г\.)?\s+(?:№|N)\s*([\w\-/]+)")
_OPENS: Final = re.compile(r"КонсультантПлюс:|См\.|Документ с|Подготовлена|Редакция подг|\([Вв]\s")


def lift(line: str) -> tuple[str, list[str]]:
    """A line without the notes of the publisher, and those notes. Nothing is left of a line that was only a note."""
    if _OPENS.match(line) and _EDITORIAL_LINE.match(line):
        return "", [line]
    found = [note[0] for note in BARE_NOTE.finditer(line)] if "(" in line else []
    return (EDITORIAL_NOTE.sub("", line).strip() if found else line), found


def has_note(text: str) -> bool:
    """Whether a note of the publisher stands anywhere in a text."""
    return BARE_NOTE.search(text) is not None


def has_remarks(lines: Iterable[str]) -> bool:
    """Whether any line is nothing but a note of the kind that bears no date in figures, so that `has_note` passes it over."""
    return any(map(_EDITORIAL_LINE.match, filter(_OPENS.match, lines)))


def is_editorial(line: str) -> bool:
    """Whether a line is nothing but notes of the publisher."""
    return bool(line) and not lift(line)[0]


def amending_acts(notes: Iterable[str]) -> tuple[str, ...]:
    """The acts that notes name, once each and in order, as ``31.07.2023 № 404-ФЗ``."""
    return tuple(dict.fromkeys(f"{date} № {number}" for note in notes for date, number in _ACT.findall(note)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChange:
    """The notes that a unit got or lost between two editions, on one line each as published.

    `acts` are those that the new notes name and the old ones did not: who touched the unit.
    """

    path: str
    address: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """A text in units with the notes that were lifted from it; `EditorialNote.line` counts the lines of all units joined."""

    sections: Sequence[Section]
    notes: Sequence[EditorialNote]


def diff_notes(old: Annotated, new: Annotated) -> tuple[NoteChange, ...]:
    """What the publisher noted anew, unit by unit, whether or not the words of the unit changed.

    Notes before the first unit have an empty path. Spacing inside a note does not count. In the order of the new text;
    units that only the old text has come last.
    """
    before, after = _by_path(old), _by_path(new)
    addresses = {section.path: section.address for text in (old, new) for section in text.sections}
    changes = []
    for path in dict.fromkeys([*after, *before]):
        here, there = before.get(path, Counter()), after.get(path, Counter())
        added, removed = tuple((there - here).elements()), tuple((here - there).elements())
        if added or removed:
            known = set(amending_acts(here))
            acts = tuple(act for act in amending_acts(added) if act not in known)
            address = addresses.get(path, "")
            changes.append(NoteChange(path=path, address=address, added=added, removed=removed, acts=acts))
    return tuple(changes)


def _by_path(text: Annotated) -> Mapping[str, Counter[str]]:
    paths = [section.path for section in text.sections for _ in range(section.text.count("\n") + 1)]
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for note in text.notes:
        path = paths[min(note.line, len(paths) - 1)] if note.line >= 0 and paths else ""
        words = re.sub(r"(?<=[а-яё])\s*-\s+(?=[А-ЯЁ])", " - ", " ".join(note.text.split()))
        found[path][words] += 1
    return found
