"""Which unit of the old text is which unit of the new one.

Number paths are stable keys of Russian law, so equal paths with equal words are settled first, without any reading. What is
left is matched by its words wherever it stands (moved, renumbered), then, from the outer units to the inner ones, by
likeness among the children of one parent, and by the bare path last. Nothing here looks at a clock, and every tie is
broken by position: the same texts give the same pairs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from diffs.normalise import canonical
from diffs.structure import components, split_label
from diffs.words import similarity, words
from tracker.models import Section

ALIKE: Final = 0.6
_REWRITTEN: Final = 0.35
_FAR_ALIKE: Final = 0.75
_FAR_WORDS: Final = 8
_ALL_PAIRS: Final = 2_500
_COMMON_WORD: Final = 20
_CANDIDATES: Final = 5


@dataclass(kw_only=True)
class Unit:
    """A section with what comparing needs; canonical text and its parts are made when first asked for."""

    index: int
    section: Section

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The components of the path."""
        return tuple(components(self.section.path))

    @cached_property
    def parent(self) -> str:
        """The path of the unit above; empty at the top."""
        return ".".join(self.parts[:-1])

    @cached_property
    def kind(self) -> str:
        """The path word: ``st``, ``ch``, ``p``, ``pp``, ``abz``..."""
        return self.parts[-1].partition("-")[0] if self.parts else ""

    @cached_property
    def canonical(self) -> str:
        """The text in canonical form."""
        return canonical(self.section.text)

    @cached_property
    def _split(self) -> tuple[str, str]:
        return split_label(self.canonical)

    @property
    def label(self) -> str:
        """The label as written: ``2)``, ``Статья 5.``."""
        return self._split[0]

    @property
    def body(self) -> str:
        """The words without the label."""
        return self._split[1]

    @cached_property
    def words(self) -> list[str]:
        """Words and numbers of the body."""
        return words(self.body)


@dataclass(kw_only=True)
class Alignment:
    """Pairs of positions, old to new; what is in no pair was removed or added."""

    old: Sequence[Unit]
    new: Sequence[Unit]
    forward: dict[int, int] = field(default_factory=dict)
    backward: dict[int, int] = field(default_factory=dict)
    _by_path: dict[str, int] = field(default_factory=dict)
    _translated: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.old:
            self._by_path.setdefault(unit.section.path, unit.index)

    def pair(self, old: Unit, new: Unit) -> None:
        """Settle that `new` is what became of `old`. What is settled stays: a unit taken twice would hide a removed one."""
        if old.index in self.forward or new.index in self.backward:
            return
        self.forward[old.index] = new.index
        self.backward[new.index] = old.index
        self._translated.clear()

    def free_old(self) -> list[Unit]:
        """Old units without a partner, in order."""
        return [unit for unit in self.old if unit.index not in self.forward]

    def free_new(self) -> list[Unit]:
        """New units without a partner, in order."""
        return [unit for unit in self.new if unit.index not in self.backward]

    def translate(self, path: str) -> str:
        """Where an old path is found in the new text, as far as is settled: a renumbered parent carries its children."""
        known = self._translated.get(path)
        if known is not None:
            return known
        parts = components(path)
        result = path
        for cut in range(len(parts), 0, -1):
            index = self._by_path.get(".".join(parts[:cut]))
            if index is not None and index in self.forward:
                result = ".".join([self.new[self.forward[index]].section.path, *parts[cut:]])
                break
        self._translated[path] = result
        return result


def align(old: Sequence[Section], new: Sequence[Section]) -> Alignment:
    """Pairs of units of two texts. Sections keep the positions they have in the two sequences."""
    alignment = Alignment(
        old=[Unit(index=index, section=section) for index, section in enumerate(old)],
        new=[Unit(index=index, section=section) for index, section in enumerate(new)],
    )
    headings = _same_path(alignment)
    if alignment.free_old() and alignment.free_new():
        _same_words(alignment)
        _bare_headings(alignment, headings)
        _by_parents(alignment)
        _far_alike(alignment)
    else:
        _bare_headings(alignment, headings)
    return alignment


def _same_path(alignment: Alignment) -> list[tuple[Unit, Unit]]:
    """Pairs of equal path and equal words. Bare headings ("Статья 2") prove nothing by being equal: they are returned."""
    new_by_path: dict[str, Unit] = {}
    for unit in alignment.new:
        new_by_path.setdefault(unit.section.path, unit)
    headings = []
    seen: set[str] = set()
    for unit in alignment.old:
        path = unit.section.path
        twin = new_by_path.get(path)
        if twin is None or path in seen:
            continue
        seen.add(path)
        if unit.section.text == twin.section.text or unit.canonical == twin.canonical:
            if len(unit.section.text) < 40 and not unit.body:
                headings.append((unit, twin))
            else:
                alignment.pair(unit, twin)
    return headings


def _same_words(alignment: Alignment) -> None:
    """Equal bodies elsewhere. Within one parent any text counts; across parents only one that is long enough to be known."""
    buckets: dict[tuple[str, str], tuple[list[Unit], list[Unit]]] = {}
    for side, units in enumerate((alignment.free_old(), alignment.free_new())):
        for unit in units:
            if unit.body:
                buckets.setdefault((unit.kind, unit.body), ([], []))[side].append(unit)
    for olds, news in buckets.values():
        if not olds or not news:
            continue
        left = _pair_in_order(alignment, olds, news, same_parent=True)
        if left is not None and len(olds[0].words) >= 4:
            _pair_in_order(alignment, *left, same_parent=False)


def _pair_in_order(
    alignment: Alignment, olds: Sequence[Unit], news: Sequence[Unit], *, same_parent: bool
) -> tuple[list[Unit], list[Unit]] | None:
    queues: dict[str, list[Unit]] = defaultdict(list)
    for unit in news:
        queues[unit.parent if same_parent else ""].append(unit)
    taken: Counter[str] = Counter()
    left_old = []
    for unit in olds:
        key = alignment.translate(unit.parent) if same_parent else ""
        if taken[key] < len(queues.get(key, ())):
            alignment.pair(unit, queues[key][taken[key]])
            taken[key] += 1
        else:
            left_old.append(unit)
    left_new = [unit for unit in news if unit.index not in alignment.backward]
    return (left_old, left_new) if left_old and left_new else None


def _bare_headings(alignment: Alignment, equal: Iterable[tuple[Unit, Unit]]) -> None:
    """A heading without words follows its children: the new heading under which most of them are now."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for old_index, new_index in alignment.forward.items():
        before, after = alignment.old[old_index].parts, alignment.new[new_index].parts
        for cut in range(1, min(len(before), len(after))):
            votes[".".join(before[:-cut])][".".join(after[:-cut])] += 1
    bare_new = {unit.section.path: unit for unit in alignment.free_new() if not unit.body}
    bare_old = [unit for unit in alignment.free_old() if not unit.body]
    for unit in sorted(bare_old, key=lambda unit: (-sum(votes[unit.section.path].values()), unit.index)):
        path = unit.section.path
        ranked = sorted(votes[path].items(), key=lambda item: (-item[1], item[0] != path, item[0]))
        for target, _ in ranked[:3]:
            twin = bare_new.get(target)
            if twin is not None and twin.kind == unit.kind and twin.index not in alignment.backward:
                alignment.pair(unit, twin)
                break
    for unit, twin in equal:
        if unit.index not in alignment.forward and twin.index not in alignment.backward:
            alignment.pair(unit, twin)


def _by_parents(alignment: Alignment) -> None:
    """From the outer units to the inner ones, among the children of one parent: equal, alike, same path."""
    old_by_depth: dict[int, list[Unit]] = defaultdict(list)
    new_by_depth: dict[int, list[Unit]] = defaultdict(list)
    for unit in alignment.free_old():
        old_by_depth[len(unit.parts)].append(unit)
    for unit in alignment.free_new():
        new_by_depth[len(unit.parts)].append(unit)
    siblings: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in alignment.new:
        siblings[unit.parent, unit.kind].append(unit)
    for depth in sorted(old_by_depth):
        families: dict[tuple[str, str], tuple[list[Unit], list[Unit]]] = {}
        for unit in old_by_depth[depth]:
            families.setdefault((alignment.translate(unit.parent), unit.kind), ([], []))[0].append(unit)
        for unit in new_by_depth[depth]:
            families.setdefault((unit.parent, unit.kind), ([], []))[1].append(unit)
        for olds, news in families.values():
            if olds and news:
                _family(alignment, olds, news, siblings[news[0].parent, news[0].kind])


def _family(alignment: Alignment, olds: list[Unit], news: list[Unit], siblings: Sequence[Unit]) -> None:
    for old, new in _equal_bodies(olds, news):
        alignment.pair(old, new)
    olds = [unit for unit in olds if unit.index not in alignment.forward]
    news = [unit for unit in news if unit.index not in alignment.backward]
    for old, new in _alike(alignment, olds, news, cutoff=ALIKE):
        alignment.pair(old, new)
    by_path = {unit.section.path: unit for unit in news if unit.index not in alignment.backward}
    shifted = _is_shifted(alignment, siblings)
    for unit in olds:
        twin = by_path.get(alignment.translate(unit.section.path)) if unit.index not in alignment.forward else None
        if twin is None:
            continue
        # Where numbers were shifted a number no longer proves that the unit is the same.
        if not shifted or similarity(unit.words, twin.words) >= _REWRITTEN:
            alignment.pair(unit, twin)


def _equal_bodies(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    queues: dict[str, list[Unit]] = defaultdict(list)
    for unit in reversed(news):
        if unit.body:
            queues[unit.body].append(unit)
    for unit in olds:
        if queues.get(unit.body):
            yield unit, queues[unit.body].pop()


def _is_shifted(alignment: Alignment, siblings: Sequence[Unit]) -> bool:
    """Whether any sibling that has a partner got another number."""
    for new in siblings:
        old_index = alignment.backward.get(new.index)
        if old_index is not None:
            old = alignment.old[old_index]
            if alignment.translate(old.parent) == new.parent and old.parts[-1] != new.parts[-1]:
                return True
    return False


def _alike(
    alignment: Alignment, olds: Sequence[Unit], news: Sequence[Unit], *, cutoff: float
) -> Iterator[tuple[Unit, Unit]]:
    """Pairs over `cutoff`, best first; the same path counts a little, nearer positions break ties."""
    scored = []
    for old, new in _candidates(olds, news):
        alike = similarity(old.words, new.words, cutoff=cutoff)
        if alike >= cutoff and (old.words or new.words):
            bonus = 0.1 if alignment.translate(old.section.path) == new.section.path else 0.0
            scored.append((-(alike + bonus), abs(old.index - new.index), old.index, new.index, old, new))
    scored.sort(key=lambda row: row[:4])
    used_old: set[int] = set()
    used_new: set[int] = set()
    for *_, old, new in scored:
        if old.index not in used_old and new.index not in used_new:
            used_old.add(old.index)
            used_new.add(new.index)
            yield old, new


def _candidates(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """All pairs of small families; in large ones only units that share their rarer words (a few each)."""
    if len(olds) * len(news) <= _ALL_PAIRS:
        for old in olds:
            for new in news:
                yield old, new
        return
    holders: dict[str, list[Unit]] = defaultdict(list)
    for unit in news:
        for word in sorted(set(unit.words)):
            holders[word].append(unit)
    by_index = {unit.index: unit for unit in news}
    for old in olds:
        shared: Counter[int] = Counter()
        for word in sorted(set(old.words)):
            if len(holders[word]) <= _COMMON_WORD:
                shared.update(unit.index for unit in holders[word])
        ranked = sorted(shared.items(), key=lambda item: (-item[1], abs(item[0] - old.index), item[0]))
        for index, _ in ranked[:_CANDIDATES]:
            yield old, by_index[index]


def _far_alike(alignment: Alignment) -> None:
    """Units that moved to another parent and were edited on the way: only long and very similar ones."""
    olds = [unit for unit in alignment.free_old() if len(unit.words) >= _FAR_WORDS]
    news = [unit for unit in alignment.free_new() if len(unit.words) >= _FAR_WORDS]
    kinds = dict.fromkeys(unit.kind for unit in olds)
    for kind in kinds:
        same_old = [unit for unit in olds if unit.kind == kind]
        same_new = [unit for unit in news if unit.kind == kind]
        for old, new in _alike(alignment, same_old, same_new, cutoff=_FAR_ALIKE):
            alignment.pair(old, new)


def in_order(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Old positions of a longest run of pairs that kept their order (longest increasing subsequence); the rest moved."""
    tails: list[int] = []
    tail_pairs: list[int] = []
    previous: list[int] = []
    for at, (_, new_index) in enumerate(pairs):
        place = bisect_left(tails, new_index)
        previous.append(tail_pairs[place - 1] if place else -1)
        if place == len(tails):
            tails.append(new_index)
            tail_pairs.append(at)
        else:
            tails[place] = new_index
            tail_pairs[place] = at
    kept: set[int] = set()
    at = tail_pairs[-1] if tail_pairs else -1
    while at >= 0:
        kept.add(pairs[at][0])
        at = previous[at]
    return kept
