"""Found words in their text: whether a phrase really stands there, and a fragment in which what was found is marked. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from diffs.lemmas import lemmas
from diffs.typography import HIDDEN
from tracker.queries import Near, Run, Term

#: Characters of a fragment, about; it begins and ends between words.
WIDTH: Final = 280
#: Characters of a unit that are looked through: the longest real ones have a tenth of that.
_READ: Final = 200_000
_BEFORE: Final = 90  # characters shown before the first thing found
#: How far apart words may stand that only together mean what was asked.
_GAP: Final = 6
_WORD_OR_HIDDEN: Final = re.compile(rf"[\w{HIDDEN}]+(?:-[\w{HIDDEN}]+)*")
_BREAK: Final = re.compile(r"\s+")


class _Word(NamedTuple):
    start: int
    end: int
    lemmas: tuple[str, ...]


def holds(text: str, terms: Iterable[Term]) -> bool:
    """Whether every phrase stands in a text word by word. Terms that are no phrases count as found: the index knows."""
    phrases = [term for term in terms if any(near.exact for near in term.options)]
    words = _words(text) if phrases else []
    return all(any(True for near in term.options for _ in _places(words, near)) for term in phrases)


def fragment(text: str, terms: Sequence[Term], *, width: int = WIDTH) -> tuple[Run, ...]:
    """The part of a text where most stands of what was looked for; what was cut away is an ellipsis."""
    words = _words(text)
    told: dict[int, set[int]] = {}  # place of a word -> the terms that it belongs to
    for number, term in enumerate(terms):
        for place in {place for near in term.options for row in _places(words, near) for place in row}:
            told.setdefault(place, set()).add(number)
    found = sorted(told)
    first, last = _window(text, [(words[place], told[place]) for place in found], width)
    runs: list[Run] = [("… ", False)] if first else []
    position = first
    for place in found:
        word = words[place]
        if word.start < position or word.end > last:
            continue
        if word.start > position:
            runs.append((text[position : word.start], False))
        runs.append((text[word.start : word.end], True))
        position = word.end
    if position < last:
        runs.append((text[position:last], False))
    if last < len(text):
        runs.append((" …", False))
    return tuple(runs)


def _words(text: str) -> list[_Word]:
    found = _WORD_OR_HIDDEN.finditer(text, 0, _READ)
    return [_Word(word.start(), word.end(), lemmas(word[0])) for word in found]


def _places(words: Sequence[_Word], near: Near) -> Iterator[tuple[int, ...]]:
    """Where the words of `near` stand together, as places of words."""
    wanted = [frozenset(word) for word in near.words]
    for start, word in enumerate(words):
        if wanted[0].isdisjoint(word.lemmas):
            continue
        if near.exact:
            row = range(start, start + len(wanted))
            if row.stop <= len(words) and not any(
                one.isdisjoint(words[at].lemmas) for at, one in zip(row, wanted, strict=True)
            ):
                yield tuple(row)
            continue
        around = range(max(0, start - _GAP), min(len(words), start + _GAP + 1))
        others = [next((at for at in around if not one.isdisjoint(words[at].lemmas)), None) for one in wanted[1:]]
        if None not in others:
            yield (start, *(at for at in others if at is not None))


def _window(text: str, found: Sequence[tuple[_Word, set[int]]], width: int) -> tuple[int, int]:
    """The part to show: of `width` characters, with the most of the terms, then of the words found; the first of such."""
    if len(text) <= width:
        return 0, len(text)
    best = 0
    if found:
        held: list[tuple[int, int]] = []
        shown: Counter[int] = Counter()  # term -> its words between this place and the end of the window
        behind = 0
        for place, (word, terms) in enumerate(found):
            while behind < len(found) and found[behind][0].end <= word.start + width - _BEFORE:
                shown.update(found[behind][1])
                behind += 1
            held.append((len(+shown), behind - place))
            if place < behind:
                shown.subtract(terms)
            else:  # a word longer than the window
                behind = place + 1
        best = max(0, found[held.index(max(held))][0].start - _BEFORE)
    best = min(best, len(text) - width)
    if best:
        space = _BREAK.search(text, best, best + _BEFORE)
        best = space.end() if space else best
    last = min(len(text), best + width)
    if last < len(text):
        last = text.rfind(" ", best, last + 1) if " " in text[best:last] else last
    return best, last
