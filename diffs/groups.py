"""Operations that are one statement: a chain of renumbering, a unit that moved with all below it, marks at line ends.

"Части 2-31 стали частями 3-32" is one fact for a reader, not thirty.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from diffs.findings import Bodies, listed, listed_en
from diffs.structure import components, ordinal
from diffs.words import bare_end
from tracker.models import Group, Operation

_NAMES: Final = {
    "razd": ("Раздел", "разделом", "Разделы", "стали разделами", "Section"),
    "gl": ("Глава", "главой", "Главы", "стали главами", "Chapter"),
    "par": ("Параграф", "параграфом", "Параграфы", "стали параграфами", "Paragraph"),
    "st": ("Статья", "статьёй", "Статьи", "стали статьями", "Article"),
    "ch": ("Часть", "частью", "Части", "стали частями", "Part"),
    "p": ("Пункт", "пунктом", "Пункты", "стали пунктами", "Item"),
    "pp": ("Подпункт", "подпунктом", "Подпункты", "стали подпунктами", "Sub-item"),
    "abz": ("Абзац", "абзацем", "Абзацы", "стали абзацами", "Paragraph"),
    "pril": ("Приложение", "приложением", "Приложения", "стали приложениями", "Appendix"),
}
_FEMININE: Final = frozenset({"gl", "st", "ch"})
_NEUTER: Final = frozenset({"pril"})


def grouped(operations: Sequence[Operation]) -> tuple[list[Operation], list[Group]]:
    """Chains of renumbered siblings, and units that moved with everything below them, each as one group."""
    roots = [at for at, operation in enumerate(operations) if _is_root(operation)]
    chains = _chains(operations, roots)
    group_of: dict[int, int] = {at: number for number, chain in enumerate(chains) for at in chain}
    by_new_path = {op.new_path: at for at, op in enumerate(operations) if op.new_path is not None}
    members: dict[int, list[int]] = defaultdict(list)
    for at, operation in enumerate(operations):
        if "moved" in operation.ops or "renumbered" in operation.ops:
            owner = at if at in group_of else _ancestor(operation, by_new_path, group_of)
            if owner is not None:
                members[group_of[owner]].append(at)
    result = list(operations)
    groups: list[Group] = []
    for number, chain in enumerate(chains):
        if len(members[number]) < 2:
            continue
        group_id = f"g{len(groups) + 1}"
        groups.append(_group(group_id, [operations[at] for at in chain]))
        for at in members[number]:
            result[at] = replace(result[at], group=group_id)
    return result, groups


def _own(path: str | None) -> str:
    return components(path or "")[-1] if path else ""


def _parent(path: str | None) -> str:
    return ".".join(components(path or "")[:-1])


def _is_root(operation: Operation) -> bool:
    """Whether the change of place is the unit's own and not its parent's."""
    if operation.old_path is None or operation.new_path is None:
        return False
    if "moved" in operation.ops:
        return True
    return "renumbered" in operation.ops and _own(operation.old_path) != _own(operation.new_path)


def _chains(operations: Sequence[Operation], roots: Sequence[int]) -> list[list[int]]:
    chains: list[list[int]] = []
    open_chains: dict[tuple[str, str, str], int] = {}
    covered: set[str] = set()
    removed: dict[tuple[str, str], list[tuple[int, ...]]] = defaultdict(list)
    for operation in operations:
        place = _place(operation.old_address) if operation.new_path is None else None
        if place is not None:
            removed[_parent(operation.old_path), _own(operation.old_path).partition("-")[0]].append(place)
    for at in roots:
        operation = operations[at]
        old_path, new_path = operation.old_path or "", operation.new_path or ""
        parent_old, parent_new = _parent(old_path), _parent(new_path)
        if "moved" in operation.ops:
            if parent_new not in covered:
                chains.append([at])
            covered.add(new_path)
            continue
        key = (parent_old, parent_new, _own(new_path).partition("-")[0])
        last = open_chains.get(key)
        gone = removed[parent_old, _own(old_path).partition("-")[0]]
        if last is not None and _follows(operations[chains[last][-1]], operation, gone):
            chains[last].append(at)
        else:
            open_chains[key] = len(chains)
            chains.append([at])
    return chains


def punctuation(
    operations: Sequence[Operation], bodies: Sequence[Bodies], groups: Sequence[Group]
) -> tuple[list[Operation], list[Group]]:
    """Units of which only the marks at the end changed, as one more group; `bodies` are their words, old and new.

    Such a unit may have a new number too; it joins when a group of renumbering tells that already.
    """
    members = [
        at
        for at, operation in enumerate(operations)
        if "modified" in operation.ops and "moved" not in operation.ops
        if bare_end(bodies[at].old) == bare_end(bodies[at].new) != ""
        if "renumbered" not in operation.ops or operation.group is not None
    ]
    result = list(operations)
    if not members:
        return result, list(groups)
    group_id = f"g{len(groups) + 1}"
    for at in members:
        result[at] = replace(operations[at], group=group_id)
    places = [operations[at].new_address or "" for at in members]
    group = Group(
        id=group_id,
        kind="punctuation",
        text=f"Изменилась только пунктуация в конце: {listed(places)}.",
        text_en=f"Only the end punctuation changed: {listed_en(places)}.",
    )
    return result, [*groups, group]


def _number_of(address: str | None) -> str:
    return (address or "").rstrip("»)").rpartition(" ")[2].strip("«»„“")


def _place(address: str | None) -> tuple[int, ...] | None:
    """The last number of an address as it sorts: ``ст. 22.1`` -> (22, 1), ``пп. «в»`` -> (3,)."""
    numbers = [ordinal(part) for part in _number_of(address).split(".")]
    return None if None in numbers else tuple(number for number in numbers if number is not None)


def _follows(first: Operation, second: Operation, removed: Iterable[tuple[int, ...]]) -> bool:
    """Whether the second unit was shifted as far as the first one, and no unit between them was taken out."""
    steps = [(_place(op.old_address), _place(op.new_address)) for op in (first, second)]
    (here, here_new), (there, there_new) = steps
    if here is None or here_new is None or there is None or there_new is None:
        return False
    shifted = (
        here_new[0] - here[0] == there_new[0] - there[0] and here_new[1:] == here[1:] and there_new[1:] == there[1:]
    )
    return shifted and here < there and not any(here < place < there for place in removed)


def _ancestor(operation: Operation, by_path: dict[str, int], group_of: dict[int, int]) -> int | None:
    parts = components(operation.new_path or "")
    for cut in range(len(parts) - 1, 0, -1):
        at = by_path.get(".".join(parts[:cut]))
        if at is not None and at in group_of:
            return at
    return None


def _group(group_id: str, chain: Sequence[Operation]) -> Group:
    first, last = chain[0], chain[-1]
    if "moved" in first.ops:
        text = f"Перенесено: {first.old_address} → {first.new_address}."
        return Group(id=group_id, kind="move", text=text, text_en=f"Moved: {first.old_address} → {first.new_address}.")
    unit = _own(first.new_path).partition("-")[0]
    one, instrumental, many, became, english = _NAMES.get(unit, _NAMES["abz"])
    old, new = _range(first.old_address, last.old_address), _range(first.new_address, last.new_address)
    where = _above(first.new_address or "")
    place = f" ({where})" if where else ""
    if len(chain) > 1:
        text = f"{many} {old} {became} {new}{place}."
        english_text = f"{english}s {old} became {new}{place}."
    else:
        verb = "стала" if unit in _FEMININE else "стало" if unit in _NEUTER else "стал"
        text = f"{one} {old} {verb} {instrumental} {new}{place}."
        english_text = f"{english} {old} became {new}{place}."
    return Group(id=group_id, kind="renumbering", text=text, text_en=english_text)


_OWN_PART: Final = re.compile(r" ?[^ («]+ [«„]?[^ «„]+?[»“]?(?=(?:»\))?$)")


def _above(address: str) -> str:
    """The address of the unit above: ``ст. 22 ч. 1 п. 2`` -> ``ст. 22 ч. 1``; inside a quoted wording too."""
    return _OWN_PART.sub("", address, count=1).removesuffix(" («»)")


def _range(first: str | None, last: str | None) -> str:
    def name(address: str | None) -> str:
        number = _number_of(address)
        return number if number[:1].isdigit() or number[:1] in "IVXLC" else f"«{number}»"

    return name(first) if first == last else f"{name(first)}–{name(last)}"
