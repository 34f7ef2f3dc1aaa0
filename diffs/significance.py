"""How much a change matters, found mechanically and with every reason named.

The level is that of the best rule; each rule that fired is listed with a sentence in Russian and in English. The sentences
say what is in the text, never what it means for a person. Ranks: a ground for ending citizenship, a mobilisation, the size
of a call-up are `key`; numbers, negations, modal verbs, sanctions, persons, entry into force are `major`; other wording is
`notable`; renumbering is `technical`; punctuation and the way a number is written are `typographic`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from diffs import figures, grounds
from diffs.findings import Change, Finding, excerpt, finding, listed, listed_en
from diffs.numerals import plural, quantities
from diffs.structure import components
from diffs.words import WORD, bare_end
from tracker.models import Level, Operation, Section, Significance

_REWRITE: Final = 0.5


def assess(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Significance:
    """The level and the reasons of a list of operations between two texts."""
    if not operations:
        return Significance(level=Level.TYPOGRAPHIC)
    changes = [Change(operation=operation) for operation in operations]
    old_grounds, new_grounds = grounds.Grounds(old), grounds.Grounds(new)
    findings: list[Finding] = list(grounds.came_or_went(changes, old_grounds, new_grounds))
    reworded: list[str] = []
    only_marks: list[str] = []
    for change in changes:
        ops = change.operation.ops
        if "added" in ops or "removed" in ops:
            findings += _unit_came_or_went(change)
        elif "modified" in ops and _only_marks_at_the_end(change):
            only_marks.append(change.address)
        elif "modified" in ops:
            light = _light(change)
            findings += [light] if light else [*_turned(change), *grounds.reworded(change, new_grounds)]
            reworded += [] if light else [change.address]
    if only_marks:
        text = f"Изменилась только пунктуация в конце: {listed(only_marks)}."
        text_en = f"Only the end punctuation changed: {listed_en(only_marks)}."
        findings.append(finding(Level.TYPOGRAPHIC, "punctuation", text, text_en))
    findings += _of_whole(operations, old, new)
    if reworded:
        text, text_en = f"Изменён текст: {listed(reworded)}.", f"Wording changed: {listed_en(reworded)}."
        findings.append(finding(Level.NOTABLE, "wording", text, text_en))
    findings += _lists(operations, old, new)
    unique = {(found.level, found.reason): None for found in sorted(findings, key=lambda found: found.level)}
    reasons = tuple(reason for _, reason in unique)
    return Significance(level=min(level for level, _ in unique), reasons=reasons)


# ---------------------------------------------------------------- one operation


def _unit_came_or_went(change: Change) -> Iterator[Finding]:
    added = "added" in change.operation.ops
    body = change.new if added else change.old
    yield from _orders(change, body, added=added)
    if _EFFECTIVE.search(body):
        yield _effective(change)
    if _SANCTION.search(body):
        yield _sanction(change)


_DECLARES: Final = re.compile(r"\bобъявить\b[^.]{0,80}мобилизаци", re.IGNORECASE)


def _orders(change: Change, body: str, *, added: bool) -> Iterator[Finding]:
    if _DECLARES.search(body):
        word, word_en = ("появилось", "appeared") if added else ("исключено", "was struck out")
        text = f"В тексте {word} объявление мобилизации: {change.address}."
        yield finding(Level.KEY, "mobilisation", text, f"A declaration of mobilisation {word_en}: {change.address}.")


_EFFECTIVE: Final = re.compile(
    r"\bвступа(?:ет|ют) в силу|\bприменя(?:ется|ются) к (?:право)?отношениям|\bраспространя(?:ет|ют)ся на (?:право)?отношения"
)
_SANCTION: Final = re.compile(
    r"\bзапреща(?:ет|ют)ся выезд|\bвременн\w+ ограничени\w+|\bвременн\w+ мер\w*|\bограничени\w+ права на выезд"
    r"|\bштраф\w*|\bлишени\w+ (?:свободы|права)|\bнаказыва\w+|\bарест\w*",
    re.IGNORECASE,
)


def _effective(change: Change) -> Finding:
    text = f"Изменён порядок вступления в силу или действия во времени: {change.address}."
    return finding(Level.MAJOR, "effective", text, f"Entry into force or scope in time changed: {change.address}.")


def _sanction(change: Change) -> Finding:
    text = f"Изменён текст о санкции или ограничении: {change.address}."
    return finding(Level.MAJOR, "sanction", text, f"Text on a sanction or restriction changed: {change.address}.")


def _turned(change: Change) -> Iterator[Finding]:
    """What in a reworded unit may turn the norm round."""
    yield from figures.numbers(change)
    yield from _negations(change)
    yield from _exceptions(change)
    yield from _conjunctions(change)
    yield from _modals(change)
    yield from _persons(change)
    if _SANCTION.search(f"{change.struck} … {change.added}"):
        yield _sanction(change)
    if _EFFECTIVE.search(change.old) or _EFFECTIVE.search(change.new):
        yield _effective(change)
    declares = bool(_DECLARES.search(change.new))
    if declares != bool(_DECLARES.search(change.old)):
        yield from _orders(change, change.new if declares else change.old, added=declares)


def _only_marks_at_the_end(change: Change) -> bool:
    return bare_end(change.old) == bare_end(change.new) != ""


def _light(change: Change) -> Finding | None:
    """Changes of form only: punctuation, a number written another way, capitals, a hyphen inside a word."""
    old, new, where = change.old, change.new, change.address
    if WORD.findall(old) == WORD.findall(new):
        # Commas inside a list can change who is meant; only the end of a unit is sure to be form.
        return finding(Level.NOTABLE, "comma", f"Изменена пунктуация: {where}.", f"Punctuation changed: {where}.")
    if _with_values(old) == _with_values(new):
        text = f"Число записано иначе, значение прежнее: {where}."
        text_en = f"A number is written another way, same value: {where}."
        return finding(Level.TYPOGRAPHIC, "number-form", text, text_en)
    if old.lower() == new.lower():
        text = f"Изменены прописные и строчные буквы: {where}."
        return finding(Level.TECHNICAL, "capital", text, f"Capital letters changed: {where}.")
    if _INNER_HYPHEN.sub("", old) == _INNER_HYPHEN.sub("", new):
        text, text_en = f"Изменён перенос в слове: {where}.", f"Hyphenation changed: {where}."
        return finding(Level.TYPOGRAPHIC, "hyphen", text, text_en)
    return None


_INNER_HYPHEN: Final = re.compile(r"(?<=[а-я])-(?=[а-я])")


def _with_values(text: str) -> str:
    """A text with every number as value and unit, so that "30 дней" and "тридцати дней" are equal."""
    parts, position = [], 0
    for quantity in quantities(text):
        parts += [text[position : quantity.start], f"{quantity.value.normalize():f}|{quantity.unit}|{quantity.ordinal}"]
        position = quantity.end
    return "".join([*parts, text[position:]])


# ---------------------------------------------------------------- words that turn a norm round

_NEGATIONS: Final = (
    ("не", re.compile(r"\b(?:не|ни)\b", re.IGNORECASE)),
    ("без уважительной причины", re.compile(r"\bбез уважительн\w+ причин\w*", re.IGNORECASE)),
)
_EXCEPTIONS: Final = (
    re.compile(r"\bза исключением\b", re.IGNORECASE),
    re.compile(r"\bкроме\b(?! того)", re.IGNORECASE),
    re.compile(r"\bесли иное\b|\bесли .{0,40}не установлено иное", re.IGNORECASE),
)


def _negations(change: Change) -> Iterator[Finding]:
    for name, pattern in _NEGATIONS:
        before, after = len(pattern.findall(change.old)), len(pattern.findall(change.new))
        if before != after:
            word = "Добавлено" if after > before else "Исключено"
            word_en = "Added" if after > before else "Struck out"
            text = f"{word} «{name}»: {change.address}."
            yield finding(Level.MAJOR, "negation", text, f"{word_en}: «{name}»: {change.address}.")


def _exceptions(change: Change) -> Iterator[Finding]:
    """An exception that came or went, with its first words."""
    for pattern in _EXCEPTIONS:
        before, after = pattern.findall(change.old), pattern.findall(change.new)
        if len(before) == len(after):
            continue
        added = len(after) > len(before)
        edited = change.added if added else change.struck
        found = pattern.search(edited) or pattern.search(change.new if added else change.old)
        words = excerpt(found.string[found.start() :].partition(" … ")[0]) if found else ""
        word, word_en = ("Добавлено", "added") if added else ("Снято", "struck out")
        text = f"{word} исключение «{words}»: {change.address}."
        yield finding(Level.MAJOR, "exception", text, f"An exception {word_en}, «{words}»: {change.address}.")


def _conjunctions(change: Change) -> Iterator[Finding]:
    for struck, added in change.edits:
        old, new = WORD.findall(struck.lower()), WORD.findall(added.lower())
        if not (len(old) <= 4 and len(new) <= 4):
            continue
        joins = [[word for word in side if word in {"и", "или", "либо"}] for side in (old, new)]
        if joins[0] and joins[1] and joins[0] != joins[1]:
            text = f"«{' '.join(joins[0])}» → «{' '.join(joins[1])}»: {change.address}."
            yield finding(Level.MAJOR, "conjunction", text, text)


_MAY: Final = re.compile(r"\b(?:вправе|может|могут|имеет право|имеют право)\b", re.IGNORECASE)
_MUST: Final = re.compile(r"\b(?:обязан\w*|должен|должн\w+|подлеж\w+)\b", re.IGNORECASE)


def _modals(change: Change) -> Iterator[Finding]:
    for first, second in ((_MAY, _MUST), (_MUST, _MAY)):
        old = first.search(change.struck)
        new = second.search(change.added)
        if old and new and not second.search(change.struck):
            text = f"«{old[0]}» → «{new[0]}»: {change.address}."
            yield finding(Level.MAJOR, "modal", text, text)


_PERSONS: Final = re.compile(
    r"\bлиц\w*,? без гражданства|\bиностранн\w+ граждан\w*|\bчлен\w+ (?:их |его )?сем\w+", re.IGNORECASE
)


def _persons(change: Change) -> Iterator[Finding]:
    before, after = len(_PERSONS.findall(change.old)), len(_PERSONS.findall(change.new))
    if before != after:
        where = change.address
        yield finding(Level.MAJOR, "persons", f"Изменён круг лиц: {where}.", f"The persons covered changed: {where}.")


# ---------------------------------------------------------------- the operations together


def _of_whole(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[Finding]:
    added = [op.new_address or "" for op in operations if "added" in op.ops]
    removed = [op.old_address or "" for op in operations if "removed" in op.ops]
    moved = [op for op in operations if "moved" in op.ops]
    renumbered = [op for op in operations if "renumbered" in op.ops]
    if added:
        yield finding(Level.NOTABLE, "added", f"Добавлено: {listed(added)}.", f"Added: {listed_en(added)}.")
    if removed:
        yield finding(Level.NOTABLE, "removed", f"Исключено: {listed(removed)}.", f"Removed: {listed_en(removed)}.")
    if moved:
        yield finding(
            Level.TECHNICAL, "moved", f"Перенесено единиц текста: {len(moved)}.", f"Units moved: {len(moved)}."
        )
    if renumbered:
        count = len(renumbered)
        yield finding(
            Level.TECHNICAL, "renumbered", f"Изменена нумерация единиц текста: {count}.", f"Units renumbered: {count}."
        )
    if old and new and (added or removed or any("modified" in op.ops for op in operations)):
        total = sum(section.text.count(" ") + 1 for section in (*old, *new))
        changed = sum(len(WORD.findall(text)) for op in operations for sign, text in op.spans if sign != "=")
        if total and 1 - changed / total < _REWRITE:
            text = "Текст переписан: общего с прежним меньше половины."
            yield finding(
                Level.NOTABLE,
                "rewrite",
                text,
                "The text was rewritten: less than half is shared with the previous one.",
            )


_COUNTED: Final = {
    "p": ("пункт", "пункта", "пунктов"),
    "pp": ("подпункт", "подпункта", "подпунктов"),
    "ch": ("часть", "части", "частей"),
    "st": ("статья", "статьи", "статей"),
}


_AMENDS: Final = re.compile(r"\b(?:дополнить|заменить|исключить|изложить|признать утратившим|считать)\b", re.IGNORECASE)


def _lists(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[Finding]:
    """Lists that grew or shrank, as "В списке было 3 пункта, стало 4"."""
    old_parent_of = {op.new_path: op.old_path for op in operations if op.old_path and op.new_path}
    new_parent_of = {path: parent for parent, path in old_parent_of.items()}
    touched: dict[tuple[str, str, str], None] = {}
    for operation in operations:
        if _AMENDS.search(operation.new_text or operation.old_text or ""):
            continue  # how many instructions an amending article has is no matter of the law it amends
        if "added" in operation.ops:
            parent = _parent(operation.new_path)
            touched[old_parent_of.get(parent) or parent, parent, _unit(operation.new_path)] = None
        elif "removed" in operation.ops:
            parent = _parent(operation.old_path)
            touched[parent, new_parent_of.get(parent) or parent, _unit(operation.old_path)] = None
    if not touched:
        return
    sizes_old, sizes_new = _sizes(old), _sizes(new)
    addresses = {section.path: section.address for section in new}
    for parent_old, parent_new, unit in touched:
        before, after = sizes_old[parent_old, unit], sizes_new[parent_new, unit]
        if unit in {"p", "pp"} and before and after and before != after:
            forms = _COUNTED[unit]
            where = f": {addresses[parent_new]}" if addresses.get(parent_new) else ""
            text = f"В списке было {before} {plural(before, forms)}, стало {after}{where}."
            yield finding(Level.NOTABLE, "list", text, f"The list had {before} items, now {after}{where}.")


def _parent(path: str | None) -> str:
    return ".".join(components(path or "")[:-1])


def _unit(path: str | None) -> str:
    parts = components(path or "")
    return parts[-1].partition("-")[0] if parts else ""


def _sizes(sections: Sequence[Section]) -> Counter[tuple[str, str]]:
    return Counter((_parent(section.path), _unit(section.path)) for section in sections)
