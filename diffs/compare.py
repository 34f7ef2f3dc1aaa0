"""Two texts of law compared as law: which units were added, removed, reworded, moved, renumbered.

Texts that differ only in typography are the same (`Diff.same`), with the rules that said so counted in `Diff.noise`. A unit
whose number changed and whose words did not is renumbered, never modified. `apply` and `revert` walk between the two
texts by the operations alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from diffs.align import Alignment, Unit, align, in_order
from diffs.findings import listed, listed_en
from diffs.normalise import canonical, explain, noise_of, normalise
from diffs.significance import assess
from diffs.structure import components, ordinal, split_label, structure
from diffs.words import WORD, bare_end, spans
from tracker.models import Diff, DiffStats, Group, Operation, Section, Span


def compare_texts(old: str, new: str) -> Diff:
    """Two published texts compared. What `normalise` lifted from one text only is counted as noise too."""
    before, after = normalise(old), normalise(new)
    diff = compare(structure(before.text), structure(after.text))
    counts = Counter({noise.rule: noise.count for noise in diff.noise})
    hits = [{noise.rule: noise.count for noise in side.noise} for side in (before, after)]
    for rule in sorted(hits[0].keys() | hits[1].keys()):
        counts[rule] += abs(hits[0].get(rule, 0) - hits[1].get(rule, 0))
    return replace(diff, noise=noise_of(counts))


def compare(old: Sequence[Section], new: Sequence[Section]) -> Diff:
    """Two section lists compared. Operations stand in the order of the new text, removed units at their old place."""
    alignment = align(old, new)
    noise: Counter[str] = Counter()
    operations = _operations(alignment, noise)
    operations, groups = _punctuation(*_grouped(operations))
    stats, similarity = _measures(alignment, operations)
    return Diff(
        same=not operations,
        operations=operations,
        groups=groups,
        stats=stats,
        significance=assess(operations, old, new),
        noise=noise_of(noise),
        similarity=similarity,
    )


def _operations(alignment: Alignment, noise: Counter[str]) -> tuple[Operation, ...]:
    kept = in_order(sorted(alignment.forward.items()))
    keyed: list[tuple[tuple[int, int, int], Operation]] = []
    anchor = -1
    for unit in alignment.old:
        if unit.index not in alignment.forward:
            keyed.append(((anchor, 1, unit.index), _one_sided("removed", unit)))
        elif unit.index in kept:
            anchor = alignment.forward[unit.index]
    for unit in alignment.new:
        if unit.index not in alignment.backward:
            keyed.append(((unit.index, 0, 0), _one_sided("added", unit)))
            continue
        before = alignment.old[alignment.backward[unit.index]]
        if before.section.text != unit.section.text and before.body == unit.body:
            noise.update(explain(before.section.text, unit.section.text))
        operation = _two_sided(alignment, before, unit, in_place=before.index in kept)
        if operation is not None:
            keyed.append(((unit.index, 0, 0), operation))
    keyed.sort(key=lambda item: item[0])
    return tuple(operation for _, operation in keyed)


def _one_sided(what: str, unit: Unit) -> Operation:
    section, added = unit.section, what == "added"
    sign: Span = ("+" if added else "-", unit.canonical)
    return Operation(
        ops=(what,),
        old_path=None if added else section.path,
        new_path=section.path if added else None,
        old_address=None if added else section.address,
        new_address=section.address if added else None,
        old_text=None if added else section.text,
        new_text=section.text if added else None,
        spans=(sign,) if unit.canonical else (),
        old_index=None if added else unit.index,
        new_index=unit.index if added else None,
    )


def _two_sided(alignment: Alignment, before: Unit, after: Unit, *, in_place: bool) -> Operation | None:
    old, new = before.section, after.section
    if old == new and in_place:
        return None
    ops = []
    at_home = alignment.translate(before.parent) == after.parent
    if before.body != after.body:
        ops.append("modified")
    if not at_home or not in_place:
        ops.append("moved")
    renamed = old.path != new.path or old.address != new.address or before.label != after.label
    if renamed and (at_home or before.label != after.label):
        ops.append("renumbered")
    if not ops:
        return None
    return Operation(
        ops=tuple(ops),
        old_path=old.path,
        new_path=new.path,
        old_address=old.address,
        new_address=new.address,
        old_text=old.text,
        new_text=new.text,
        spans=_spans(before, after),
        old_index=before.index,
        new_index=after.index,
    )


def _spans(before: Unit, after: Unit) -> tuple[Span, ...]:
    """Label and body are compared apart: a new number must not make the words beside it look new."""
    glue_old = before.canonical[len(before.label) : len(before.canonical) - len(before.body)]
    glue_new = after.canonical[len(after.label) : len(after.canonical) - len(after.body)]
    parts = [*spans(before.label, after.label), *spans(glue_old, glue_new), *spans(before.body, after.body)]
    joined: list[Span] = []
    for sign, text in parts:
        if joined and joined[-1][0] == sign:
            joined[-1] = (sign, joined[-1][1] + text)
        else:
            joined.append((sign, text))
    return tuple(joined)


# ---------------------------------------------------------------- groups

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


def _grouped(operations: tuple[Operation, ...]) -> tuple[tuple[Operation, ...], tuple[Group, ...]]:
    """Chains of renumbered siblings, and units that moved with everything below them, each as one group."""
    roots = [at for at, operation in enumerate(operations) if _is_root(operation)]
    chains = _chains(operations, roots)
    group_of: dict[int, int] = {at: number for number, chain in enumerate(chains) for at in chain}
    by_new_path = {op.new_path: at for at, op in enumerate(operations) if op.new_path is not None}
    members: dict[int, list[int]] = defaultdict(list)
    for at, operation in enumerate(operations):
        owner = at if at in group_of else _ancestor(operation, by_new_path, group_of)
        if owner is not None and {"moved", "renumbered"} & set(operation.ops):
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
    return tuple(result), tuple(groups)


def _own(path: str | None) -> str:
    return components(path or "")[-1] if path else ""


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
    for at in roots:
        operation = operations[at]
        old_path, new_path = operation.old_path or "", operation.new_path or ""
        parent_old, parent_new = ".".join(components(old_path)[:-1]), ".".join(components(new_path)[:-1])
        if "moved" in operation.ops:
            if parent_new not in covered:
                chains.append([at])
            covered.add(new_path)
            continue
        key = (parent_old, parent_new, _own(new_path).partition("-")[0])
        last = open_chains.get(key)
        if last is not None and _follows(operations[chains[last][-1]], operation):
            chains[last].append(at)
        else:
            open_chains[key] = len(chains)
            chains.append([at])
    return chains


def _punctuation(
    operations: tuple[Operation, ...], groups: tuple[Group, ...]
) -> tuple[tuple[Operation, ...], tuple[Group, ...]]:
    """Units of which only the marks at the end changed, as one group: they are one statement and not so many changes.

    Such a unit may have a new number too; it joins when a group of renumbering tells that already.
    """
    members = [
        at
        for at, operation in enumerate(operations)
        if "modified" in operation.ops and "moved" not in operation.ops and _only_end_marks(operation)
        if "renumbered" not in operation.ops or operation.group is not None
    ]
    if not members:
        return operations, groups
    result = list(operations)
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
    return tuple(result), (*groups, group)


def _only_end_marks(operation: Operation) -> bool:
    bodies = [split_label(canonical(text or ""))[1] for text in (operation.old_text, operation.new_text)]
    return bare_end(bodies[0]) == bare_end(bodies[1]) != ""


def _number_of(address: str | None) -> str:
    return (address or "").rstrip("»)").rpartition(" ")[2].strip("«»„“")


def _follows(first: Operation, second: Operation) -> bool:
    def step(one: str | None, two: str | None) -> bool:
        here, there = ordinal(_number_of(one)), ordinal(_number_of(two))
        return here is not None and there is not None and there == here + 1

    return step(first.old_address, second.old_address) and step(first.new_address, second.new_address)


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
    if len(chain) > 1:
        text = f"{many} {old} {became} {new}."
        english_text = f"{english}s {old} became {new}."
    else:
        verb = "стала" if unit in _FEMININE else "стало" if unit in _NEUTER else "стал"
        text = f"{one} {old} {verb} {instrumental} {new}."
        english_text = f"{english} {old} became {new}."
    return Group(id=group_id, kind="renumbering", text=text, text_en=english_text)


def _range(first: str | None, last: str | None) -> str:
    def name(address: str | None) -> str:
        number = _number_of(address)
        return number if number[:1].isdigit() or number[:1] in "IVXLC" else f"«{number}»"

    return name(first) if first == last else f"{name(first)}–{name(last)}"


# ---------------------------------------------------------------- measures


def _measures(alignment: Alignment, operations: Sequence[Operation]) -> tuple[DiffStats, float]:
    added = removed = 0
    for operation in operations:
        plus, minus = _counted(operation)
        added += plus
        removed += minus
    # A blank count is enough for the units nobody touched; reading them into words would cost more than the comparison.
    total_old = sum(unit.section.text.count(" ") + 1 for unit in alignment.old)
    total_new = sum(unit.section.text.count(" ") + 1 for unit in alignment.new)
    total = total_old + total_new
    similarity = 1.0 if not total else max(0.0, min(1.0, 1.0 - (added + removed) / total))
    stats = DiffStats(
        words_added=added,
        words_removed=removed,
        moved=sum("moved" in operation.ops for operation in operations),
        renumbered=sum("renumbered" in operation.ops for operation in operations),
    )
    return stats, round(similarity, 4)


def _counted(operation: Operation) -> tuple[int, int]:
    """Words added and removed; the labels of units are not words of theirs."""
    if operation.old_text is None or operation.new_text is None:
        _, body = split_label(canonical(operation.new_text or operation.old_text or ""))
        count = len(WORD.findall(body))
        return (count, 0) if operation.old_text is None else (0, count)
    plus = sum(len(WORD.findall(text)) for sign, text in operation.spans if sign == "+")
    minus = sum(len(WORD.findall(text)) for sign, text in operation.spans if sign == "-")
    if "renumbered" in operation.ops:
        labels = (split_label(canonical(text))[0] for text in (operation.old_text, operation.new_text))
        for sign, text in spans(*labels):
            plus -= len(WORD.findall(text)) if sign == "+" else 0
            minus -= len(WORD.findall(text)) if sign == "-" else 0
    return plus, minus


# ---------------------------------------------------------------- there and back


def apply(old: Sequence[Section], diff: Diff) -> tuple[Section, ...]:
    """The new text from the old one and the operations: paths, addresses and texts.

    Units that differ in typography only have no operation and keep the spelling of `old`; all others come out exactly.
    Raises ValueError when the operations were made for another text.
    """
    return _walk(
        old,
        diff,
        source=lambda op: (op.old_index, op.old_path, op.old_address, op.old_text),
        target=lambda op: (op.new_index, op.new_path, op.new_address, op.new_text),
    )


def revert(new: Sequence[Section], diff: Diff) -> tuple[Section, ...]:
    """The old text from the new one and the operations; the mirror of `apply`."""
    return _walk(
        new,
        diff,
        source=lambda op: (op.new_index, op.new_path, op.new_address, op.new_text),
        target=lambda op: (op.old_index, op.old_path, op.old_address, op.old_text),
    )


_Side = tuple[int | None, str | None, str | None, str | None]


def _walk(
    sections: Sequence[Section],
    diff: Diff,
    *,
    source: Callable[[Operation], _Side],
    target: Callable[[Operation], _Side],
) -> tuple[Section, ...]:
    gone: set[int] = set()
    placed: dict[int, Section] = {}
    for operation in diff.operations:
        index, path, _, _ = source(operation)
        if index is not None:
            if not 0 <= index < len(sections) or sections[index].path != path:
                raise ValueError(f"the operations were made for another text: no unit {path} at place {index}")
            gone.add(index)
        index, path, address, text = target(operation)
        if index is not None:
            placed[index] = Section(path=path or "", address=address or "", text=text or "")
    untouched = iter(section for index, section in enumerate(sections) if index not in gone)
    size = len(sections) - len(gone) + len(placed)
    if placed and max(placed) >= size:
        raise ValueError(f"the operations were made for another text: place {max(placed)} of {size}")
    return tuple(placed[index] if index in placed else next(untouched) for index in range(size))
