"""How much a change matters, found mechanically and with every reason named.

The level is that of the best rule; each rule that fired is listed with a sentence in Russian and in English. The sentences
say what is in the text, never what it means for a person. Ranks: a ground for ending citizenship, a mobilisation, the size
of a call-up are `key`; numbers, negations, modal verbs, sanctions, persons, entry into force are `major`; other wording is
`notable`; renumbering is `technical`; punctuation and the way a number is written are `typographic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from diffs import figures, grounds, swaps, turns, wholes
from diffs.findings import Bodies, Change, Finding, finding, gathered, listed, listed_en
from diffs.numerals import Quantity, quantities
from diffs.words import WORD, bare_end
from tracker.models import Level, Operation, Section, Significance


def assess(
    operations: Sequence[Operation],
    old: Sequence[Section],
    new: Sequence[Section],
    bodies: Sequence[Bodies] | None = None,
) -> Significance:
    """The level and the reasons of a list of operations between two texts; `bodies` of the operations, if they are at hand."""
    if not operations:
        return Significance(level=Level.TYPOGRAPHIC)
    known = bodies if bodies is not None else [None] * len(operations)
    changes = [Change(operation=operation, bodies=made) for operation, made in zip(operations, known, strict=True)]
    old_grounds, new_grounds = grounds.Grounds(old), grounds.Grounds(new)
    findings: list[Finding] = list(grounds.came_or_went(changes, old_grounds, new_grounds))
    reworded: list[str] = []
    only_marks: list[str] = []
    for change in changes:
        ops = change.operation.ops
        if change.came or change.went:
            findings += turns.came_or_went(change)
        elif "modified" in ops and _only_marks_at_the_end(change):
            only_marks.append(change.address)
        elif "modified" in ops:
            light = _light(change)
            if light is None:
                findings += [*figures.numbers(change), *turns.turned(change), *swaps.swapped(change)]
                findings += grounds.reworded(change, new_grounds)
            else:
                findings.append(light)
            reworded += [] if light else [change.address]
    if only_marks:
        text = f"Изменилась только пунктуация в конце: {listed(only_marks)}."
        text_en = f"Only the end punctuation changed: {listed_en(only_marks)}."
        findings.append(finding(Level.TYPOGRAPHIC, "punctuation", text, text_en))
    if reworded:
        text, text_en = f"Изменён текст: {listed(reworded)}.", f"Wording changed: {listed_en(reworded)}."
        findings.append(finding(Level.NOTABLE, "wording", text, text_en))
    findings += [*wholes.repeals(changes), *wholes.of_whole(operations, old, new)]
    return Significance(level=min(found.level for found in findings), reasons=gathered(findings))


def _only_marks_at_the_end(change: Change) -> bool:
    return bare_end(change.old) == bare_end(change.new) != ""


def _light(change: Change) -> Finding | None:
    """Changes of form only: punctuation, a number written another way, capitals, a hyphen inside a word."""
    old, new, where = change.old, change.new, change.address
    struck, added = (len(WORD.findall(side)) for side in (change.struck, change.added))
    edited = f"{change.struck} {change.added}"
    if struck == added and WORD.findall(old) == WORD.findall(new):
        if _SIGN.search(edited) or len(_MINUS.findall(old)) != len(_MINUS.findall(new)):
            return None
        # Commas inside a list can change who is meant; only the end of a unit is sure to be form.
        return finding(Level.NOTABLE, "comma", f"Изменена пунктуация: {where}.", f"Punctuation changed: {where}.")
    before, after = change.quantities
    if _with_values(old, before) == _with_values(new, after) and quantities(f"{change.struck} {change.added}"):
        text = f"Число записано иначе, значение прежнее: {where}."
        text_en = f"A number is written another way, same value: {where}."
        return finding(Level.TYPOGRAPHIC, "number-form", text, text_en)
    if old.lower() == new.lower():
        text = f"Изменены прописные и строчные буквы: {where}."
        return finding(Level.TECHNICAL, "capital", text, f"Capital letters changed: {where}.")
    if "-" in edited and _INNER_HYPHEN.sub("", old) == _INNER_HYPHEN.sub("", new):
        text, text_en = f"Изменён перенос в слове: {where}.", f"Hyphenation changed: {where}."
        return finding(Level.TYPOGRAPHIC, "hyphen", text, text_en)
    return None


# What is neither a word nor punctuation says something: %, ‰, °, $, +.
_SIGN: Final = re.compile(r"[^\w\s.,;:!?()\[\]\"'/…-]")
_MINUS: Final = re.compile(r"(?<!\S)-(?=\d)")
_INNER_HYPHEN: Final = re.compile(r"(?<=[а-я])-(?=[а-я])")


def _with_values(text: str, numbers: Iterable[Quantity]) -> str:
    """A text with every number as value and unit, so that "30 дней" and "тридцати дней" are equal."""
    parts, position = [], 0
    for quantity in numbers:
        parts += [text[position : quantity.start], f"{quantity.value.normalize():f}|{quantity.unit}|{quantity.ordinal}"]
        position = quantity.end
    return "".join([*parts, text[position:]])
