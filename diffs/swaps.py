"""Words that stand for the opposite or for another measure: «с согласия» and «без согласия», «ежегодно» and «ежемесячно».

Each rule looks for a word of one class that took the place of another of the same class; what only came with a longer new
clause is that clause's and turns nothing round. «Только» and its like limit a norm by themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Final

from diffs.findings import Change, Finding, finding
from diffs.words import WORD
from tracker.models import Level

_SHORT: Final = 10  # words of an edit; a longer one is a new clause

# Letters without which neither is looked for, then the two patterns.
_OPPOSITES: Final = (
    ("отсутств", re.compile(r"\bпри (?:\w+ )?наличии\b"), re.compile(r"\bпри (?:\w+ )?отсутствии\b")),
    ("согласи", re.compile(r"\bс (?:\w+ ){0,2}согласия\b"), re.compile(r"\bбез (?:\w+ ){0,2}согласия\b")),
    ("учета", re.compile(r"\bс (?:\w+ )?учетом\b"), re.compile(r"\bбез (?:\w+ )?учета\b")),
)
_OFTEN: Final = re.compile(
    r"\b(?P<stem>еже(?:годн|квартальн|месячн|недельн|дневн|суточн|часн)"
    r"|раз в (?:год|полгода|квартал|месяц|недел|день|сутки))\w*"
)
_TIMES: Final = re.compile(
    r"\b(?P<stem>одинарн|двойн|тройн|полуторн|четверн|пятерн)\w+"
    r"(?= (?:размер|сумм|оплат|став|оклад|стоимост|тариф|величин))"
)
_MOBILISATION: Final = re.compile(r"\b(?P<stem>частичн|всеобщ|общ)\w+(?= мобилизаци)")
_ONLY: Final = re.compile(r"(?<!\bне )\b(?:только|исключительно|лишь)\b")


def swapped(change: Change) -> Iterator[Finding]:
    """What in a reworded unit took the place of its opposite or of another measure."""
    sides = (change.old.lower().replace("ё", "е"), change.new.lower().replace("ё", "е"))
    both = "\n".join(sides)
    if "отсутств" in both or ("без " in both and ("согласи" in both or "учета" in both)):
        yield from _opposites(change, sides)
    if "еже" in both or "раз в " in both:
        yield from _measure(change, sides, _OFTEN, "В тексте изменена периодичность", "How often changed in the text")
    if "йн" in both or "рн" in both:
        yield from _measure(change, sides, _TIMES, "В тексте изменена кратность", "A multiple in the text changed")
    if "мобилизаци" in both:
        yield from _mobilisation(change, sides)
    if any(sides[0].count(word) != sides[1].count(word) for word in ("только", "исключительно", "лишь")):
        yield from _only(change, sides)


def _opposites(change: Change, sides: tuple[str, str]) -> Iterator[Finding]:
    for letters, *patterns in _OPPOSITES:
        if not any(letters in side for side in sides):
            continue
        counts = [[Counter(pattern.findall(side)) for side in sides] for pattern in patterns]
        for first, second in (counts, counts[::-1]):
            gone, come = first[0] - first[1], second[1] - second[0]
            if gone and come:
                text = f"«{next(iter(gone))}» → «{next(iter(come))}»: {change.address}."
                yield finding(Level.MAJOR, "negation", text, text)


def _measure(
    change: Change, sides: tuple[str, str], pattern: re.Pattern[str], said: str, said_en: str
) -> Iterator[Finding]:
    """A word of a measure in place of another; the words are those of the text, compared by their stems."""
    words = [{found["stem"]: found[0] for found in pattern.finditer(side)} for side in sides]
    gone = [word for stem, word in words[0].items() if stem not in words[1]]
    come = [word for stem, word in words[1].items() if stem not in words[0]]
    for edit in change.edits:
        struck, added = (side.lower().replace("ё", "е") for side in (edit.struck, edit.added))
        pair = next(
            ((old, new) for old, new in product(gone, come) if _holds(old, struck) and _holds(new, added)), None
        )
        if pair:
            shown = f"«{pair[0]}» → «{pair[1]}»"
            yield finding(Level.MAJOR, "number", f"{said}: {shown}.", f"{said_en}: {shown}.", where=change.address)


def _holds(word: str, edited: str) -> bool:
    """Whether an edit took a word, or a part of it: "год" of "раз в год"."""
    edited = edited.strip(" ,.;:")
    return word in edited or (edited != "" and edited in word)


def _mobilisation(change: Change, sides: tuple[str, str]) -> Iterator[Finding]:
    words = [{found["stem"].removeprefix("все"): found[0] for found in _MOBILISATION.finditer(side)} for side in sides]
    gone = [word for stem, word in words[0].items() if stem not in words[1]]
    come = [word for stem, word in words[1].items() if stem not in words[0]]
    if gone and come:
        text = f"Изменён вид мобилизации, «{gone[0]}» → «{come[0]}»: {change.address}."
        text_en = f"The kind of mobilisation changed, «{gone[0]}» → «{come[0]}»: {change.address}."
        level = Level.KEY if "объявить" in sides[1] else Level.MAJOR
        yield finding(level, "mobilisation", text, text_en)


def _only(change: Change, sides: tuple[str, str]) -> Iterator[Finding]:
    """«Только» put in or taken out by a few words."""
    before, after = (Counter(_ONLY.findall(side)) for side in sides)
    if before.total() == after.total():
        return
    added = after.total() > before.total()
    word = next(iter(after - before if added else before - after))
    for edit in change.edits:
        side = edit.added if added else edit.struck
        if word in side.lower() and max(len(WORD.findall(one)) for one in (edit.struck, edit.added)) <= _SHORT:
            verb, verb_en = ("Добавлено", "added") if added else ("Снято", "struck out")
            text = f"{verb} ограничение «{word}»: {change.address}."
            yield finding(Level.MAJOR, "exception", text, f"A limiting word {verb_en}, «{word}»: {change.address}.")
            return
