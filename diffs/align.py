"""Which unit of the old text is which unit of the new one.

Number paths are stable keys of Russian law, so equal paths with equal words are settled first, without any reading. What is
left is matched by its words wherever it stands (moved, renumbered), then, from the outer units to the inner ones, by
likeness among the children of one parent, and by the bare path last. Nothing here looks at a clock, and every tie is
broken by position: the same texts give the same pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from diffs.normalise import canonical, canonicals
from diffs.structure import components, split_label, split_path
from diffs.words import similarity, words
from tracker.models import Section

ALIKE: Final = 0.6
_REWRITTEN: Final = 0.35
_FAR_ALIKE: Final = 0.75
_FAR_WORDS: Final = 8
_ALL_PAIRS: Final = 2_500
_COMMON_WORD: Final = 20
_CANDIDATES: Final = 5
_LONGEST_LABEL: Final = 40  # characters that a heading without words of its own can take
_OUTERMOST: Final = re.compile(r"[^.]*(?:\.(?![a-z])[^.]*)*")  # the dot of 22.1 separates nothing


class Unit:
    """A section at its place, with what comparing needs; canonical text and its parts are made when first asked for.

    `parent` is the path of the unit above (empty at the top), `kind` the path word: ``st``, ``ch``, ``p``, ``pp``, ``abz``...
    """

    __slots__ = ("_body", "_canonical", "_label", "_parts", "_words", "index", "kind", "parent", "section")

    def __init__(self, index: int, section: Section) -> None:
        self.index = index
        self.section = section
        self.parent, own = split_path(section.path)
        self.kind = own.partition("-")[0]
        self._parts: list[str] | None = None
        self._canonical: str | None = None
        self._label = self._body = ""
        self._words: list[str] | None = None

    def read(self, canon: str) -> str:
        """Take the canonical text from whoever made that of many units at once."""
        self._canonical = canon
        self._label, self._body = split_label(canon)
        return canon

    @property
    def parts(self) -> list[str]:
        """The components of the path."""
        if self._parts is None:
            self._parts = components(self.section.path)
        return self._parts

    @property
    def canonical(self) -> str:
        """The text in canonical form."""
        return self.read(canonical(self.section.text)) if self._canonical is None else self._canonical

    @property
    def label(self) -> str:
        """The label as written: ``2)``, ``Статья 5.``."""
        if self._canonical is None:
            self.read(canonical(self.section.text))
        return self._label

    @property
    def body(self) -> str:
        """The words without the label."""
        if self._canonical is None:
            self.read(canonical(self.section.text))
        return self._body

    @property
    def words(self) -> list[str]:
        """Words and numbers of the body."""
        if self._words is None:
            self._words = words(self.body)
        return self._words


class Alignment:
    """Pairs of places, old to new; what is in no pair was removed or added.

    Texts are given as place -> section, in order; places that are not there belong to units that are the same in both
    texts and need no partner looked for. A code has thousands of units and a new edition touches a few, so a `Unit` is
    made only when somebody asks for it.
    """

    def __init__(self, old: Mapping[int, Section], new: Mapping[int, Section]) -> None:
        self.old = old
        self.new = new
        self.forward: dict[int, int] = {}
        self.backward: dict[int, int] = {}
        self.old_places = _places(old)
        self.new_places = _places(new)
        self._old_units: dict[int, Unit] = {}
        self._new_units: dict[int, Unit] = {}
        self._translated: dict[str, str] = {}
        self._renamed: dict[tuple[str, str], list[tuple[Unit, Unit]]] = defaultdict(list)

    def old_unit(self, index: int) -> Unit:
        """The unit at a place of the old text."""
        unit = self._old_units.get(index)
        if unit is None:
            unit = self._old_units[index] = Unit(index, self.old[index])
        return unit

    def new_unit(self, index: int) -> Unit:
        """The unit at a place of the new text."""
        unit = self._new_units.get(index)
        if unit is None:
            unit = self._new_units[index] = Unit(index, self.new[index])
        return unit

    def pair(self, old: int, new: int) -> None:
        """Settle that `new` is what became of `old`. What is settled stays: a unit taken twice would hide a removed one."""
        if old in self.forward or new in self.backward:
            return
        self.forward[old] = new
        self.backward[new] = old
        if self.old[old].path != self.new[new].path:
            before, after = self.old_unit(old), self.new_unit(new)
            self._renamed[after.parent, after.kind].append((before, after))
            self._translated.clear()
        elif self._translated:
            self._translated.clear()

    def free_old(self) -> list[Unit]:
        """Old units without a partner, in order."""
        return [self.old_unit(index) for index in self.old if index not in self.forward]

    def free_new(self) -> list[Unit]:
        """New units without a partner, in order."""
        return [self.new_unit(index) for index in self.new if index not in self.backward]

    def renamed(self) -> Iterator[tuple[Unit, Unit]]:
        """Pairs whose path changed."""
        for pairs in self._renamed.values():
            yield from pairs

    def is_shifted(self, parent: str, kind: str) -> bool:
        """Whether any child of that kind below a new path got another number than it had."""
        return any(
            before.parts[-1] != after.parts[-1] and self.translate(before.parent) == parent
            for before, after in self._renamed.get((parent, kind), ())
        )

    def translate(self, path: str) -> str:
        """Where an old path is found in the new text, as far as is settled: a renumbered parent carries its children."""
        known = self._translated.get(path)
        if known is not None:
            return known
        parts = components(path)
        result = path
        for cut in range(len(parts), 0, -1):
            index = self.old_places.get(".".join(parts[:cut]))
            if index is not None and index in self.forward:
                result = ".".join([self.new[self.forward[index]].path, *parts[cut:]])
                break
        self._translated[path] = result
        return result


def _places(sections: Mapping[int, Section]) -> dict[str, int]:
    """Path -> place; the first of equal paths, which only foreign section lists have."""
    places: dict[str, int] = {}
    for index, section in sections.items():
        places.setdefault(section.path, index)
    return places


def align(old: Mapping[int, Section], new: Mapping[int, Section]) -> Alignment:
    """Pairs of units of two texts, each given as place -> section."""
    alignment = Alignment(old, new)
    _read_changed(alignment)
    headings = _same_path(alignment)
    if len(alignment.forward) + len(headings) < min(len(old), len(new)):
        _same_words(alignment)
        _bare_headings(alignment, headings)
        _by_parents(alignment)
        _far_alike(alignment)
    else:
        _bare_headings(alignment, headings)
    return alignment


def _read_changed(alignment: Alignment) -> None:
    """The canonical text of every unit that is not the same at the same path: all of these are asked for it."""
    old, new, old_places, new_places = alignment.old, alignment.new, alignment.old_places, alignment.new_places
    same: set[str] = set()
    units = []
    for path, place in old_places.items():
        other = new_places.get(path)
        if other is not None and old[place].text == new[other].text:
            same.add(path)
        else:
            units.append(alignment.old_unit(place))
    units += [alignment.new_unit(place) for path, place in new_places.items() if path not in same]
    for unit, canon in zip(units, canonicals([unit.section.text for unit in units]), strict=True):
        unit.read(canon)


def _same_path(alignment: Alignment) -> list[tuple[int, int]]:
    """Pairs of equal path and equal words. Bare headings ("Статья 2") prove nothing by being equal: they are returned.

    Nor does a unit that is told more than once ("Утратил силу.") where its article got another heading: such a unit waits
    until it is known where its parent is.
    """
    headings: list[tuple[int, int]] = []
    waiting: list[tuple[int, int]] = []
    stable: dict[str, bool] = {}
    for path, before in alignment.old_places.items():
        after = alignment.new_places.get(path)
        if after is None:
            continue
        text = alignment.old[before].text
        if text != alignment.new[after].text and not _equal(alignment, before, after):
            continue
        top = _OUTERMOST.match(path)[0] if "." in path else path  # type: ignore[index]  # it matches any path
        if top not in stable:
            stable[top] = _is_stable(alignment, top)
        if len(text) < _LONGEST_LABEL and not split_label(text.replace("\u00a0", " "))[1]:
            headings.append((before, after))
        elif stable[top]:
            alignment.pair(before, after)
        else:
            waiting.append((before, after))
    if waiting:
        told = [Counter(section.text for section in side.values()) for side in (alignment.old, alignment.new)]
        for before, after in waiting:
            if told[0][alignment.old[before].text] == told[1][alignment.new[after].text] == 1:
                alignment.pair(before, after)
    return headings


def _equal(alignment: Alignment, before: int, after: int) -> bool:
    same = alignment.old[before].text == alignment.new[after].text
    return same or alignment.old_unit(before).canonical == alignment.new_unit(after).canonical


def _is_stable(alignment: Alignment, path: str) -> bool:
    """Whether an outermost unit has the same words in both texts, or none in either."""
    before, after = alignment.old_places.get(path), alignment.new_places.get(path)
    if before is None or after is None:
        return before is after
    return _equal(alignment, before, after)


def _same_words(alignment: Alignment) -> None:
    """Equal bodies elsewhere. Within one parent any text counts; across parents only one that is long enough to be known."""
    buckets: dict[tuple[str, str], tuple[list[Unit], list[Unit]]] = {}
    for side, units in enumerate((alignment.free_old(), alignment.free_new())):
        for unit in units:
            if unit.body:
                buckets.setdefault((unit.kind, unit.body), ([], []))[side].append(unit)
    found = [pair for pair in buckets.values() if all(pair)]
    for olds, news in sorted(found, key=lambda pair: len(pair[0][0].parts)):  # units below go with what is above them
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
            alignment.pair(unit.index, queues[key][taken[key]].index)
            taken[key] += 1
        else:
            left_old.append(unit)
    left_new = [unit for unit in news if unit.index not in alignment.backward]
    return (left_old, left_new) if left_old and left_new else None


def _bare_headings(alignment: Alignment, equal: Iterable[tuple[int, int]]) -> None:
    """A heading without words follows its children: the new heading under which most of them are now."""
    left = []
    crossed = {path for pair in alignment.renamed() for unit in pair for path in _above(unit)}
    for before, after in equal:
        if alignment.old[before].path in crossed:
            left.append((before, after))
        else:  # no child came from elsewhere or went away
            alignment.pair(before, after)
    bare_old = [unit for unit in alignment.free_old() if not unit.body]
    bare_new = {unit.section.path: unit for unit in alignment.free_new() if not unit.body}
    if bare_old and bare_new:
        votes = _votes(alignment, {unit.section.path for unit in bare_old})
        for unit in sorted(bare_old, key=lambda unit: (-sum(votes[unit.section.path].values()), unit.index)):
            path = unit.section.path
            ranked = sorted(votes[path].items(), key=lambda item: (-item[1], item[0] != path, item[0]))
            for target, _ in ranked[:3]:
                twin = bare_new.get(target)
                if twin is not None and twin.kind == unit.kind and twin.index not in alignment.backward:
                    alignment.pair(unit.index, twin.index)
                    break
    for before, after in left:
        alignment.pair(before, after)


def _above(unit: Unit) -> Iterator[str]:
    return (".".join(unit.parts[:cut]) for cut in range(1, len(unit.parts)))


def _votes(alignment: Alignment, wanted: set[str]) -> dict[str, Counter[str]]:
    """For each wanted old path, under which new paths the units below it are now."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for old_index, new_index in alignment.forward.items():
        before, after = alignment.old_unit(old_index).parts, alignment.new_unit(new_index).parts
        for cut in range(1, min(len(before), len(after))):
            path = ".".join(before[:-cut])
            if path in wanted:
                votes[path][".".join(after[:-cut])] += 1
    return votes


def _by_parents(alignment: Alignment) -> None:
    """From the outer units to the inner ones, among the children of one parent: equal, alike, same path."""
    old_by_depth: dict[int, list[Unit]] = defaultdict(list)
    new_by_depth: dict[int, list[Unit]] = defaultdict(list)
    for unit in alignment.free_old():
        old_by_depth[len(unit.parts)].append(unit)
    for unit in alignment.free_new():
        new_by_depth[len(unit.parts)].append(unit)
    for depth in sorted(old_by_depth):
        families: dict[tuple[str, str], tuple[list[Unit], list[Unit]]] = {}
        for unit in old_by_depth[depth]:
            families.setdefault((alignment.translate(unit.parent), unit.kind), ([], []))[0].append(unit)
        for unit in new_by_depth[depth]:
            families.setdefault((unit.parent, unit.kind), ([], []))[1].append(unit)
        for olds, news in families.values():
            if olds and news:
                _family(alignment, olds, news)


def _family(alignment: Alignment, olds: list[Unit], news: list[Unit]) -> None:
    if len(olds) == len(news) == 1 and _is_certain(alignment, olds[0], news[0]):
        alignment.pair(olds[0].index, news[0].index)
        return
    for old, new in _equal_bodies(olds, news):
        alignment.pair(old.index, new.index)
    olds = [unit for unit in olds if unit.index not in alignment.forward]
    news = [unit for unit in news if unit.index not in alignment.backward]
    for old, new in _alike(alignment, olds, news, cutoff=ALIKE):
        alignment.pair(old.index, new.index)
    by_path = {unit.section.path: unit for unit in news if unit.index not in alignment.backward}
    if not by_path:
        return
    shifted = alignment.is_shifted(news[0].parent, news[0].kind)
    for unit in olds:
        twin = by_path.get(alignment.translate(unit.section.path)) if unit.index not in alignment.forward else None
        # Where numbers were shifted a number no longer proves that the unit is the same.
        if twin is not None and (not shifted or similarity(unit.words, twin.words) >= _REWRITTEN):
            alignment.pair(unit.index, twin.index)


def _is_certain(alignment: Alignment, old: Unit, new: Unit) -> bool:
    """Whether two units that are alone in their family are one whatever their words are: the path stayed, numbers too."""
    return alignment.translate(old.section.path) == new.section.path and not alignment.is_shifted(new.parent, new.kind)


def _equal_bodies(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    queues: dict[str, list[Unit]] = defaultdict(list)
    for unit in reversed(news):
        if unit.body:
            queues[unit.body].append(unit)
    for unit in olds:
        if queues.get(unit.body):
            yield unit, queues[unit.body].pop()


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
        for word in set(unit.words):
            holders[word].append(unit)
    by_index = {unit.index: unit for unit in news}
    for old in olds:
        shared: Counter[int] = Counter()
        for word in set(old.words):
            held = holders.get(word, ())
            if len(held) <= _COMMON_WORD:
                shared.update([unit.index for unit in held])
        ranked = sorted(shared.items(), key=lambda item: (-item[1], abs(item[0] - old.index), item[0]))
        for index, _ in ranked[:_CANDIDATES]:
            yield old, by_index[index]


def _far_alike(alignment: Alignment) -> None:
    """Units that moved to another parent and were edited on the way: only long and very similar ones."""
    olds, news = _by_kind(alignment.free_old()), _by_kind(alignment.free_new())
    for kind in (kind for kind in olds if kind in news):
        same_old = [unit for unit in olds[kind] if len(unit.words) >= _FAR_WORDS]
        same_new = [unit for unit in news[kind] if len(unit.words) >= _FAR_WORDS] if same_old else []
        for old, new in _alike(alignment, same_old, same_new, cutoff=_FAR_ALIKE):
            alignment.pair(old.index, new.index)


def _by_kind(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    kinds: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        kinds[unit.kind].append(unit)
    return kinds
