"""What the operations of a comparison say together: units that came or went, lists that grew, acts amended, a rewrite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from diffs.findings import Change, Finding, excerpt, finding, listed, listed_en
from diffs.normalise import canonical
from diffs.numerals import plural
from diffs.structure import components, split_path
from diffs.wording import gender
from diffs.words import WORD
from tracker.models import Level, Operation, Section

_REWRITE: Final = 0.5
_SHORT_TEXT: Final = 60  # words; a text of a few lines doubles by any sentence


def of_whole(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[Finding]:
    """Everything that no single operation says."""
    yield from _counts(operations)
    yield from _amended_acts(old, new)
    yield from _rewrite(operations, old, new)
    yield from _lists(operations, old, new)


def _counts(operations: Sequence[Operation]) -> Iterator[Finding]:
    added = [op.new_address or "" for op in operations if "added" in op.ops]
    removed = [op.old_address or "" for op in operations if "removed" in op.ops]
    moved = sum("moved" in op.ops for op in operations)
    renumbered = sum("renumbered" in op.ops for op in operations)
    if added:
        yield finding(Level.NOTABLE, "added", f"Добавлено: {listed(added)}.", f"Added: {listed_en(added)}.")
    if removed:
        yield finding(Level.NOTABLE, "removed", f"Исключено: {listed(removed)}.", f"Removed: {listed_en(removed)}.")
    if moved:
        text = f"Перенесено единиц текста: {moved}."
        yield finding(Level.TECHNICAL, "moved", text, f"Units moved: {moved}.")
    if renumbered:
        text = f"Изменена нумерация единиц текста: {renumbered}."
        yield finding(Level.TECHNICAL, "renumbered", text, f"Units renumbered: {renumbered}.")


def repeals(changes: Iterable[Change]) -> Iterator[Finding]:
    """Units whose words gave way to "утратил силу", and those that got words again: as weighty as a removal, an addition."""
    repealed, revived = [], []
    for change in changes:
        if change.repealed:
            repealed.append(change.address)
        elif change.revived:
            revived.append(change.address)
    if repealed:
        lost = _LOST[gender(repealed[0])] if len(repealed) == 1 else "Утратили"
        text, text_en = f"{lost} силу: {listed(repealed)}.", f"Repealed: {listed_en(repealed)}."
        yield finding(Level.NOTABLE, "removed", text, text_en)
    if revived:
        text = f"Появился текст на месте утратившего силу: {listed(revived)}."
        yield finding(Level.NOTABLE, "added", text, f"Words where a repeal stood: {listed_en(revived)}.")


_LOST: Final = {"m": "Утратил", "f": "Утратила", "n": "Утратило"}


# ---------------------------------------------------------------- acts amended

_FRAME: Final = re.compile(
    r"\bвнести (?:изменени[ея] )?в (?P<act>.+?)"
    r"(?: следующ(?:ие|ее) (?:изменени|дополнени)|,? изменени[ея]\b|, (?:излож|дополн|замен|исключ|призна)ив|:$|$)",
    re.IGNORECASE,
)
_ACT_KEY: Final = re.compile(r"\bот (\d{1,2} [а-я]+ \d{4}) (?:года|г\.) (№ [\w-]+)", re.IGNORECASE)
_PLACE: Final = re.compile(r"^[^А-Я]*(?=[А-Я])")


def _amended_acts(old: Sequence[Section], new: Sequence[Section]) -> Iterator[Finding]:
    """Acts that the text amends now and did not amend before, and those it let go."""
    before, after = _acts(old), _acts(new)
    if not before or not after:
        return  # not two amending acts
    for key, name in after.items():
        if key not in before:
            text, text_en = f"Появился ещё один изменяемый акт: {name}.", f"A further act is amended: {name}."
            yield finding(Level.NOTABLE, "amended-act", text, text_en)
    for key, name in before.items():
        if key not in after:
            text, text_en = f"Больше не изменяется акт: {name}.", f"An act is no longer amended: {name}."
            yield finding(Level.NOTABLE, "amended-act", text, text_en)


def _acts(sections: Sequence[Section]) -> dict[str, str]:
    """The acts that the frames of an amending act name: key (number and date, or the name) -> words to show."""
    found: dict[str, str] = {}
    for section in sections:
        if "нести" not in section.text or "q" in components(section.path):
            continue  # a quoted wording may itself be an amending act
        frame = _FRAME.search(canonical(section.text))
        if frame is None:
            continue
        name = _PLACE.sub("", frame["act"])
        key = _ACT_KEY.search(name)
        shown = f"{excerpt(name[: key.start()], 60)} от {key[1]} года {key[2]}" if key else excerpt(name)
        found[f"{key[1]} {key[2]}" if key else name.lower()] = shown
    return found


# ---------------------------------------------------------------- a rewrite


def _rewrite(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[Finding]:
    if not (old and new and any({"added", "removed", "modified"} & set(op.ops) for op in operations)):
        return
    sizes = ["\n".join(section.text for section in side).count(" ") + len(side) for side in (old, new)]
    edited = [text for op in operations for sign, text in op.spans if sign != "="]
    most = sum(
        (len(text) + 1) // 2 for text in edited
    )  # words of one letter: where even these are few, none are counted
    if 1 - most / sum(sizes) < _REWRITE and 1 - sum(len(WORD.findall(text)) for text in edited) / sum(sizes) < _REWRITE:
        text = "Текст переписан: общего с прежним меньше половины."
        text_en = "The text was rewritten: less than half is shared with the previous one."
        yield finding(Level.NOTABLE, "rewrite", text, text_en)
    if sizes[1] > 2 * sizes[0] >= _SHORT_TEXT:
        text = f"Текст вырос больше чем вдвое: с {sizes[0]} до {sizes[1]} слов."
        text_en = f"The text more than doubled: from {sizes[0]} to {sizes[1]} words."
        yield finding(Level.NOTABLE, "doubled", text, text_en)


# ---------------------------------------------------------------- lists

_COUNTED: Final = {
    "p": ("пункт", "пункта", "пунктов"),
    "pp": ("подпункт", "подпункта", "подпунктов"),
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
        path = operation.new_path if "added" in operation.ops else operation.old_path
        parent, unit = _split(path or "")
        if unit not in _COUNTED:
            continue
        if "added" in operation.ops:
            touched[old_parent_of.get(parent) or parent, parent, unit] = None
        elif "removed" in operation.ops:
            touched[parent, new_parent_of.get(parent) or parent, unit] = None
    if not touched:
        return
    sizes_old, sizes_new = _sizes(old), _sizes(new)
    addresses = {section.path: section.address for section in new}
    for parent_old, parent_new, unit in touched:
        before, after = sizes_old[parent_old, unit], sizes_new[parent_new, unit]
        if before and after and before != after:
            where = f": {addresses[parent_new]}" if addresses.get(parent_new) else ""
            text = f"В списке было {before} {plural(before, _COUNTED[unit])}, стало {after}{where}."
            yield finding(Level.NOTABLE, "list", text, f"The list had {before} items, now {after}{where}.")


def _split(path: str) -> tuple[str, str]:
    """The path of the unit above, and the kind of the last one: ``st-22.1.p-3`` -> (``st-22.1``, ``p``)."""
    parent, own = split_path(path)
    return parent, own.partition("-")[0]


def _sizes(sections: Sequence[Section]) -> Counter[tuple[str, str]]:
    # What is counted has a path such as st-22.p-3: most units of a code do not, and need no closer look.
    return Counter(_split(section.path) for section in sections if "p-" in section.path)
