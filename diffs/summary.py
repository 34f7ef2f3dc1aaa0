"""A comparison in one line, in Russian and in English: «изменён п. 2 ч. 1 ст. 22: «десяти» → «пяти» лет; +14/−9 слов».

The change that matters most leads: a new ground, a number, what turns a norm round, what came or went, other wording, and last
what only changed its place. The rest is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from diffs.figures import numbers
from diffs.findings import Change, Edit, excerpt
from diffs.numerals import plural, quantities
from diffs.swaps import swapped
from diffs.turns import turned
from diffs.wording import gender, short, short_en
from diffs.words import WORD
from tracker.models import Diff, Level, Operation
from tracker.subtrees import subtree_of

_QUOTED: Final = 44  # characters of words that a line quotes
_READ: Final = 200  # reworded units whose words are weighed; in a rewritten code any of the first will do
_CHANGED: Final = {"m": "изменён", "f": "изменена", "n": "изменено"}
_ADDED: Final = {"m": "добавлен", "f": "добавлена", "n": "добавлено"}
_REMOVED: Final = {"m": "исключён", "f": "исключена", "n": "исключено"}
_LOST: Final = {"m": "утратил", "f": "утратила", "n": "утратило"}
_MOVED: Final = {"m": "перенесён", "f": "перенесена", "n": "перенесено"}
_MORE: Final = ("изменение", "изменения", "изменений")
_INNER: Final = re.compile('"([^"]*)"')
_WORDS: Final = ("слово", "слова", "слов")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line in both languages; both are empty when nothing of law changed."""

    ru: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    rank: int
    ru: str
    en: str
    subtree: tuple[str, str] | None = None  # the unit that came or went with this one in it


def summary(diff: Diff) -> Summary:
    """The line for a diff: its strongest change, how many more there are, how many words came and went."""
    ranked = sorted(_statements(diff), key=lambda statement: statement.rank)
    # What came or went with all that stands in it is one change, told by its strongest statement.
    known: dict[object, _Statement] = {}
    for number, statement in enumerate(ranked):
        known.setdefault(statement.subtree or number, statement)
    statements = list(known.values())
    if not statements:
        return Summary()
    first, rest = statements[0], len(statements) - 1
    ru, en = [first.ru], [first.en]
    if rest:
        ru.append(f"ещё {rest} {plural(rest, _MORE)}")
        en.append(f"{rest} more {'change' if rest == 1 else 'changes'}")
    added, removed = diff.stats.words_added, diff.stats.words_removed
    if added or removed:
        figures = f"+{added}/−{removed}"
        ru.append(f"{figures} {plural(removed, _WORDS)}")
        en.append(f"{figures} {'word' if removed == 1 else 'words'}")
    return Summary(ru="; ".join(ru), en="; ".join(en))


def _statements(diff: Diff) -> Iterator[_Statement]:
    """Every operation as a statement; those of one group are one unless they also change words."""
    groups = {group.id: group for group in diff.groups}
    grounds = " ".join(reason.text for reason in diff.significance.reasons if reason.rule == "ground") + " "
    stops = {group.id for group in diff.groups if group.kind == "punctuation"}
    quiet = stops if any(operation.group not in stops for operation in diff.operations) else set()
    subtrees = subtree_of(diff.operations)
    told: set[str] = set()
    read = 0
    for operation in diff.operations:
        if operation.group in quiet:
            continue  # what only its stops tell apart is no change of its own beside one of words; so pages count too
        group = groups.get(operation.group or "")
        if group is not None and (
            group.kind == "punctuation" or not {"added", "removed", "modified"} & set(operation.ops)
        ):
            if group.id not in told:
                told.add(group.id)
                ru, en = (text[:1].lower() + text[1:].rstrip(".") for text in (group.text, group.text_en or group.text))
                yield _Statement(rank=80, ru=ru, en=en)
            continue
        ground = f": {operation.new_address or operation.old_address}." in grounds
        if "modified" in operation.ops:
            read += 1
            yield _modified(operation, weighed=read <= _READ, ground=ground)
        else:
            yield replace(_whole(operation, ground=ground), subtree=subtrees.get(operation))


def _whole(operation: Operation, *, ground: bool) -> _Statement:
    old, new = operation.old_address or "", operation.new_address or ""
    if "added" in operation.ops:
        if ground:
            return _new_ground(new)
        return _Statement(rank=40, ru=f"{_ADDED[gender(new)]} {_place(new)}", en=f"added: {_place_en(new)}")
    if "removed" in operation.ops:
        if ground:
            return _lost_ground(old)
        return _Statement(rank=40, ru=f"{_REMOVED[gender(old)]} {_place(old)}", en=f"removed: {_place_en(old)}")
    if "moved" in operation.ops:
        ru, en = f"{_MOVED[gender(old)]} {_place(old)}", f"moved: {_place_en(old)}"
        return _Statement(rank=82, ru=f"{ru} → {_place(new)}", en=f"{en} → {_place_en(new)}")
    return _Statement(
        rank=84,
        ru=f"изменён номер: {_place(old)} → {_place(new)}",
        en=f"renumbered: {_place_en(old)} → {_place_en(new)}",
    )


def _new_ground(place: str) -> _Statement:
    return _Statement(rank=10, ru=f"новое основание: {short(place)}", en=f"new ground: {short_en(place)}")


def _lost_ground(place: str) -> _Statement:
    return _Statement(rank=10, ru=f"исключено основание: {short(place)}", en=f"ground struck out: {short_en(place)}")


def _repealed(place: str, *, ground: bool) -> _Statement:
    """A unit whose words gave way to «утратил силу»."""
    if ground:
        return _lost_ground(place)
    return _Statement(rank=40, ru=f"{_LOST[gender(place)]} силу {_place(place)}", en=f"repealed: {_place_en(place)}")


def _modified(operation: Operation, *, weighed: bool, ground: bool) -> _Statement:
    change = Change(operation=operation)
    if change.repealed or (change.revived and ground):
        return _repealed(change.address, ground=ground) if change.repealed else _new_ground(change.address)
    ru, en = f"{_CHANGED[gender(change.address)]} {_place(change.address)}", f"changed: {_place_en(change.address)}"
    if not weighed:
        return _Statement(rank=60, ru=ru, en=en)
    number = next(filter(None, map(_number, change.edits)), "")
    if number:
        return _Statement(rank=20, ru=f"{ru}: {number}", en=f"{en}: {number}")
    turns = any(found.level <= Level.MAJOR for found in chain(numbers(change), turned(change), swapped(change)))
    rank = 25 if turns else 50
    words = _replaced(change)
    return (
        _Statement(rank=rank, ru=f"{ru}: {words[0]}", en=f"{en}: {words[1]}")
        if words
        else _Statement(rank=rank, ru=ru, en=en)
    )


def _number(edit: Edit) -> str:
    """«десяти» → «пяти» лет, when an edit puts a number that counts something in another's place."""
    old, new = (quantities(side + edit.behind[:_QUOTED]) for side in (edit.struck, edit.added))
    if not (old and new and old[0].unit and new[0].unit) or (old[0].value, old[0].unit) == (new[0].value, new[0].unit):
        return ""
    struck, added = _bare(edit.struck), _bare(edit.added)
    if not struck or not added or max(len(struck), len(added)) > _QUOTED:
        return ""
    # The unit stands behind the edit, unless it changed too.
    rest = (edit.added + edit.behind)[len(edit.added) : new[0].end].strip()
    return f"«{struck}» → «{added}»" + (f" {rest}" if rest else "")


def _replaced(change: Change) -> tuple[str, str] | None:
    """The words of a single short edit, in Russian and in English; None when there are more or longer ones."""
    edits = [edit for edit in change.edits if WORD.search(edit.struck) or WORD.search(edit.added)]
    if len(edits) != 1:
        return None
    struck, added = _bare(edits[0].struck), _bare(edits[0].added)
    if struck and added:
        words = f"«{struck}» → «{added}»"
        return (words, words) if max(len(struck), len(added)) <= _QUOTED else None
    words = excerpt(struck or added, _QUOTED)
    if not words:
        return None
    return (f"добавлено «{words}»", f"added «{words}»") if added else (f"исключено «{words}»", f"struck out «{words}»")


def _bare(words: str) -> str:
    """Words to be quoted, their own quotes being inner ones; empty for marks alone."""
    words = _INNER.sub(r"„\1“", words).replace('"', "")
    return words.strip(" ,;:.") if WORD.search(words) else ""


def _place(address: str) -> str:
    return short(address) if address else "текст"


def _place_en(address: str) -> str:
    return short_en(address) if address else "text"
