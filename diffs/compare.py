"""Two texts of law compared as law: which units were added, removed, reworded, moved, renumbered.

Texts that differ only in typography are the same (`Diff.same`), with the rules that said so counted in `Diff.noise`. A unit
whose number changed and whose words did not is renumbered, never modified. `apply` and `revert` walk between the two
texts by the operations alone; `diffs.history` follows one unit through many texts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diffs.align import Alignment, Unit, align
from diffs.findings import Bodies
from diffs.groups import grouped, punctuation
from diffs.layout import Laid, agreed
from diffs.normalise import explain, noise_of, normalise
from diffs.order import Run, in_order
from diffs.significance import assess
from diffs.structure import structure_editions
from diffs.unchanged import Shared, shared_by
from diffs.words import spans, words
from tracker.models import Diff, DiffStats, Group, Operation, Section, Span

_LABEL: Final = 4  # words that a number may add to an operation: "Статья 5" to "Статья 6"


def compare_texts(old: str, new: str) -> Diff:
    """Two published texts compared. What `normalise` lifted from one text only is counted as noise too.

    Texts that differ and are told the same always name a rule for it.
    """
    if old == new:
        return Diff(same=True)
    found = _of_texts(old, new, assessed=True)
    counts = Counter(found.compared.noise)
    for rule in sorted(found.noise[0].keys() | found.noise[1].keys()):
        counts[rule] += abs(found.noise[0][rule] - found.noise[1][rule])
    if not found.compared.operations and not +counts:
        counts = _silent(old, new, found)
    return _diff(found.compared, found.old, found.new, noise=counts, words=found.words())


def _silent(old: str, new: str, found: _OfTexts) -> Counter[str]:
    """What was left out where each rule did as much on either side: other blanks, else other notes or another signature."""
    rules = (+found.noise[0] | +found.noise[1]).keys()
    return Counter({"space"} if not rules or old.split() == new.split() else rules)


def operations_of_texts(old: str, new: str) -> tuple[Operation, ...]:
    """The operations of `compare_texts` alone, for whoever asks neither how much they matter nor what was noise."""
    return _of_texts(old, new, assessed=False).compared.operations


def compare(old: Sequence[Section], new: Sequence[Section]) -> Diff:
    """Two section lists compared. Operations stand in the order of the new text, removed units at their old place."""
    found = _compared(dict(enumerate(old)), dict(enumerate(new)), ())
    return _diff(found, old, new, noise=found.noise, words=_words(old) + _words(new))


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """What is known before anybody asks how much it matters: `bodies` are those of the operations.

    `in_place`: nothing that was left out has moved.
    """

    alignment: Alignment
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...]
    noise: Counter[str]
    in_place: bool
    bodies: tuple[Bodies, ...]

    @cached_property
    def _alone(self) -> tuple[int, int]:
        """Words of units added, removed; most were read to align them."""
        added, removed = (
            sum(len(unit.words) for unit in units) for units in (self.alignment.free_new(), self.alignment.free_old())
        )
        return added, removed

    @cached_property
    def _edits(self) -> tuple[list[str], list[str]]:
        """What was added to units that stayed, and struck from them."""
        shown = [
            span
            for operation, bodies in zip(self.operations, self.bodies, strict=True)
            if operation.old_path is not None and operation.new_path is not None
            for span in bodies.spans
        ]
        added, struck = ([text for sign, text in shown if sign == wanted] for wanted in "+-")
        return added, struck

    @cached_property
    def changed(self) -> tuple[int, int]:
        """The words that the operations show: added, removed. Labels are not words of a unit."""
        added, removed = (
            alone + len(words("\n".join(texts))) for alone, texts in zip(self._alone, self._edits, strict=True)
        )
        return added, removed

    def changes_at_most(self, words: int) -> bool:
        """Whether the operations show no more words than that, labels included."""
        labels = _LABEL * len(self.operations)
        # Words of one letter: where even these are few enough, those of edits are not counted.
        most = sum(self._alone) + sum((len(text) + 1) // 2 for texts in self._edits for text in texts)
        return most + labels <= words or sum(self.changed) + labels <= words


def _compared(old: Mapping[int, Section], new: Mapping[int, Section], same: Sequence[Run]) -> _Compared:
    """Two texts, place -> unit, of which the runs `same` were left out."""
    alignment = align(old, new)
    kept = in_order([*((before, after, 1) for before, after in alignment.forward.items()), *same])
    places = {place for first, _, count in kept for place in range(first, first + count)}
    noise: Counter[str] = Counter()
    made = _operations(alignment, kept, places, noise)
    bodies = [bodies for _, bodies in made]
    operations, groups = grouped([operation for operation, _ in made])
    operations, groups = punctuation(operations, bodies, groups)
    return _Compared(
        alignment=alignment,
        operations=tuple(operations),
        groups=tuple(groups),
        noise=noise,
        in_place=all(first in places for first, _, _ in same),
        bodies=tuple(bodies),
    )


def _diff(found: _Compared, old: Sequence[Section], new: Sequence[Section], *, noise: Counter[str], words: int) -> Diff:
    added, removed = found.changed
    return Diff(
        same=not found.operations,
        operations=found.operations,
        groups=found.groups,
        stats=DiffStats(
            words_added=added,
            words_removed=removed,
            moved=sum("moved" in operation.ops for operation in found.operations),
            renumbered=sum("renumbered" in operation.ops for operation in found.operations),
        ),
        significance=assess(found.operations, old, new, found.bodies),
        noise=noise_of(noise),
        similarity=round(max(0.0, 1.0 - (added + removed) / words), 4) if words else 1.0,
    )


def _words(sections: Iterable[Section]) -> int:
    """Words by their blanks: reading units that nobody touched into words would cost more than the comparison."""
    texts = [section.text for section in sections]
    return "\n".join(texts).count(" ") + len(texts)


# ---------------------------------------------------------------- whole texts


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfTexts:
    """Two published texts compared: the units that were read, what cleaning did on either side, the words of both."""

    compared: _Compared
    old: Sequence[Section]
    new: Sequence[Section]
    noise: tuple[Counter[str], Counter[str]]
    words: Callable[[], int]


def _of_texts(old: str, new: str, *, assessed: bool) -> _OfTexts:
    shared = shared_by(old, new, assessed=assessed)
    if shared is not None:
        found = _of_shared(shared)
        if found is not None:
            return found
    return _of_wholes(old, new)


def _of_shared(shared: Shared) -> _OfTexts | None:
    compared = _compared(shared.old, shared.new, shared.same)
    old, new = tuple(shared.old.values()), tuple(shared.new.values())
    words = _words(old), _words(new)
    if not compared.in_place or words[1] > 2 * words[0] or not compared.changes_at_most(sum(words) // 2):
        return None  # what may count as rewritten, or moved in large pieces, is judged as a whole
    return _OfTexts(
        compared=compared,
        old=old,
        new=new,
        noise=shared.noise,
        words=lambda: sum(words) + 2 * shared.words_left_out,
    )


def _of_wholes(old: str, new: str) -> _OfTexts:
    normal = normalise(old), normalise(new)
    noise = [Counter({noise.rule: noise.count for noise in side.noise}) for side in normal]
    laid = [
        Laid(published=text, lines=side.text.splitlines(), mended=hits["hard-wrap"])
        for text, side, hits in zip((old, new), normal, noise, strict=True)
    ]
    lines = agreed(*laid)
    before, after = structure_editions(*lines)
    for hits, mine, own in zip(noise, lines, laid, strict=True):
        hits["hard-wrap"] += abs(len(mine) - len(own.lines))
    return _OfTexts(
        compared=_compared(dict(enumerate(before)), dict(enumerate(after)), ()),
        old=before,
        new=after,
        noise=(noise[0], noise[1]),
        words=lambda: _words(before) + _words(after),
    )


# ---------------------------------------------------------------- operations


_Made = tuple[Operation, Bodies]  # an operation with the words it was made of


def _operations(alignment: Alignment, kept: Sequence[Run], places: set[int], noise: Counter[str]) -> list[_Made]:
    """`kept` are the runs of units that kept their order, `places` their old places."""
    keyed: list[tuple[tuple[int, int, int], _Made]] = []
    for index in alignment.old:
        if index not in alignment.forward:  # it is told behind the unit that it stood behind
            at = bisect_left(kept, (index,)) - 1
            anchor = kept[at][1] + kept[at][2] - 1 if at >= 0 else -1
            keyed.append(((anchor, 1, index), _removed(alignment.old_unit(index))))
    for index, section in alignment.new.items():
        old_index = alignment.backward.get(index)
        if old_index is None:
            keyed.append(((index, 0, 0), _added(alignment.new_unit(index))))
            continue
        in_place = old_index in places
        if in_place and alignment.old[old_index] == section:
            continue
        before, after = alignment.old_unit(old_index), alignment.new_unit(index)
        if before.section.text != section.text and before.body == after.body:
            noise.update(_typography(before, after))
        one = _two_sided(alignment, before, after, in_place=in_place)
        if one is not None:
            keyed.append(((index, 0, 0), one))
    keyed.sort(key=lambda item: item[0])
    return [one for _, one in keyed]


def _typography(before: Unit, after: Unit) -> Counter[str]:
    """What of the typography of a unit changed beside its label, which may have another number."""
    old, new = before.section.text, after.section.text
    if old[len(before.label) :] == new[len(after.label) :]:  # the number is all that changed, and no noise
        old, new = old[: len(before.label)], new[: len(after.label)]
    return explain(old, new)


def _removed(unit: Unit) -> _Made:
    section, body = unit.section, unit.body
    operation = Operation(
        ops=("removed",),
        old_path=section.path,
        new_path=None,
        old_address=section.address,
        new_address=None,
        old_text=section.text,
        new_text=None,
        spans=(("-", unit.canonical),) if unit.canonical else (),
        old_index=unit.index,
    )
    return operation, Bodies(body, "", (("-", body),) if body else ())


def _added(unit: Unit) -> _Made:
    section, body = unit.section, unit.body
    operation = Operation(
        ops=("added",),
        old_path=None,
        new_path=section.path,
        old_address=None,
        new_address=section.address,
        old_text=None,
        new_text=section.text,
        spans=(("+", unit.canonical),) if unit.canonical else (),
        new_index=unit.index,
    )
    return operation, Bodies("", body, (("+", body),) if body else ())


def _two_sided(alignment: Alignment, before: Unit, after: Unit, *, in_place: bool) -> _Made | None:
    old, new = before.section, after.section
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
    body = spans(before.body, after.body)
    operation = Operation(
        ops=tuple(ops),
        old_path=old.path,
        new_path=new.path,
        old_address=old.address,
        new_address=new.address,
        old_text=old.text,
        new_text=new.text,
        spans=_joined([*_label_spans(before, after), *body]),
        old_index=before.index,
        new_index=after.index,
    )
    return operation, Bodies(before.body, after.body, body)


def _label_spans(before: Unit, after: Unit) -> Iterator[Span]:
    """Label and body are compared apart: a new number must not make the words beside it look new."""
    old, new = (unit.canonical[: len(unit.canonical) - len(unit.body)] for unit in (before, after))
    if old == new:
        yield from spans(old, new)
        return
    yield from spans(before.label, after.label)
    yield from spans(old[len(before.label) :], new[len(after.label) :])


def _joined(parts: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for sign, text in parts:
        if joined and joined[-1][0] == sign:
            joined[-1] = (sign, joined[-1][1] + text)
        else:
            joined.append((sign, text))
    return tuple(joined)


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
