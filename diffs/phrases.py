"""Phrases of an editor of vocabularies, and where they stand in a text.

A phrase is written in words: ``призыв …9 на военный служба|сбор``. A word stands for all its forms (any form may be written),
``а|б`` for either, ``=слово`` for that form alone, ``слово*`` for whatever begins so, ``…`` for up to four other words and
``…9`` for up to nine (``...`` is the same). Nothing spans the end of a sentence.

`Scanner` finds many phrases in one walk over a text: words of the phrases are inflected once, each word of the text is one
look-up, and only what a phrase knows is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import Final

from diffs import lemmas
from diffs.typography import INVISIBLE, join_spaced

_GAP: Final = re.compile(r"(?:…|\.\.\.)(\d{0,2})")
_USUAL_GAP: Final = 4
_SHORTEST_STEM: Final = 4
_WORD: Final = re.compile(r"[=]?\w+(?:-\w+)*\*?")

# Words, and where a sentence ends. A line that goes on in small letters is a line of a narrow page, not a new sentence; a dot
# behind one or two letters is an abbreviation (г. ст. п.).
_TOKEN: Final = re.compile(
    r"(?P<word>\w+(?:-\w+)*)"
    r"|(?P<end>(?<=[\w)\"»]{3})[.!?][\"»)]*\s+(?=[\"«(]?[А-ЯЁ\d])|;|\n\s*(?![а-яё\s]))"
)
_TO_ONE_TYPOGRAPHY: Final = str.maketrans("«»„“”‟ё–—‑−\u00a0\u202f\u2009", '""""""е----   ')


_Step = tuple[tuple[str, ...], int]  # the alternatives of a word, and how many other words may stand before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in order, their alternatives as written.

    `without`: words that may not stand between the first and the last.
    """

    text: str
    steps: tuple[_Step, ...]
    without: tuple[str, ...] = ()

    @property
    def words(self) -> Iterator[str]:
        """Every alternative of every step, without its marks."""
        for alternatives, _ in self.steps:
            yield from (word.strip("=*") for word in alternatives)


def parse(text: str, *, any_order: bool = False, without: Sequence[str] = ()) -> list[Phrase]:
    """The phrases that a line of a vocabulary stands for: one, or with `any_order` one for every order of its parts.

    Parts are what stands on the two sides of the widest gap. Raises ValueError with the reason.
    """
    steps: list[_Step] = []
    gap = 0
    for item in text.split():
        skipped = _GAP.fullmatch(item)
        if skipped:
            gap = int(skipped[1] or _USUAL_GAP)
            continue
        alternatives = tuple(item.split("|"))
        for word in alternatives:
            _check_word(word, item)
        steps.append((alternatives, gap if steps else 0))
        gap = 0
    if not steps:
        raise ValueError("an empty phrase matches everything")
    for word in without:
        _check_word(word, word)
    orders = _orders(steps) if any_order else [steps]
    return [Phrase(text=text, steps=tuple(order), without=tuple(without)) for order in orders]


def _orders(steps: Sequence[_Step]) -> list[list[_Step]]:
    """Every order of the parts of a phrase that its widest gap keeps apart; inside a part the order stays."""
    widest = max(gap for _, gap in steps)
    parts: list[list[_Step]] = []
    for place, (alternatives, gap) in enumerate(steps):
        if place == 0 or gap == widest:
            parts.append([(alternatives, 0)])
        else:
            parts[-1].append((alternatives, gap))
    return [
        [
            (alternatives, widest if place and not within else gap)
            for place, part in enumerate(order)
            for within, (alternatives, gap) in enumerate(part)
        ]
        for order in permutations(parts)
    ]


def _check_word(word: str, item: str) -> None:
    if not _WORD.fullmatch(word):
        raise ValueError(f"{item!r} is not a word: write «слово», «а|б», «=форма», «нача*» or «…»")
    if word.endswith("*") and len(word.strip("=*")) < _SHORTEST_STEM:
        raise ValueError(f"{item!r} is too short a beginning: give {_SHORTEST_STEM} letters or more")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look into: NFC, nothing invisible, letter-spaced words joined; every place is one of the published text."""

    published: str

    @classmethod
    def of(cls, text: str) -> Text:
        """A text as published, made ready."""
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        return cls(join_spaced(INVISIBLE.sub("", text)))

    def words(self, start: int, end: int) -> str:
        """What stands there, on one line."""
        return " ".join(self.published[start:end].split())

    def folded(self) -> str:
        """Small letters, one kind of quotes, dashes and spaces, ё as е; no place shifts."""
        lower = self.published.lower()
        if len(lower) != len(self.published):  # a letter of another alphabet that is two in lower case
            lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in self.published)
        return lower.translate(_TO_ONE_TYPOGRAPHY)


@dataclass(frozen=True, slots=True)
class Known:
    """A word of a text that some phrase knows: its number among all words, its sentence, its place, what it can stand for."""

    number: int
    sentence: int
    start: int
    end: int
    slots: frozenset[int]


@dataclass(frozen=True, slots=True)
class Walk:
    """A text, the words of it that phrases know, and how many words it has in all."""

    text: Text
    known: tuple[Known, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found: which (as given to the scanner), its words by their place in `Walk.known`, the characters it spans."""

    phrase: int
    at: tuple[int, ...]
    start: int
    end: int


#: A phrase in numbers: the slot of each step and the gap before it; the slots that may not stand between.
_Plan = tuple[tuple[tuple[int, int], ...], frozenset[int]]


@dataclass
class Scanner:
    """Phrases, ready to be looked for. `groups` are sets of phrases that are looked for together."""

    groups: Sequence[Sequence[Phrase]]
    _slot_ids: dict[str, int] = field(init=False, default_factory=dict)

    @cached_property
    def _compiled(self) -> list[list[_Plan]]:
        """Phrases with numbers for words: every set of alternatives that occurs is one slot."""
        return [
            [
                (
                    tuple((self._slot("|".join(alternatives)), gap) for alternatives, gap in phrase.steps),
                    frozenset(self._slot(word) for word in phrase.without),
                )
                for phrase in group
            ]
            for group in self.groups
        ]

    def _slot(self, alternatives: str) -> int:
        return self._slot_ids.setdefault(alternatives, len(self._slot_ids))

    @cached_property
    def _by_first(self) -> list[dict[int, list[int]]]:
        tables: list[dict[int, list[int]]] = []
        for group in self._compiled:
            table: dict[int, list[int]] = defaultdict(list)
            for number, (steps, _) in enumerate(group):
                table[steps[0][0]].append(number)
            tables.append(dict(table))
        return tables

    @cached_property
    def _begun(self) -> list[dict[frozenset[int], tuple[int, ...]]]:
        """What `_begun_by` has found, by group: most words of a text fill the same few slots."""
        return [{} for _ in self.groups]

    @cached_property
    def _vocabulary(self) -> tuple[dict[str, frozenset[int]], tuple[tuple[str, int], ...]]:
        """Form of a word -> the slots it fills; then the beginnings of words that fill one."""
        _ = self._compiled
        found: dict[str, set[int]] = defaultdict(set)
        stems: list[tuple[str, int]] = []
        for alternatives, slot in self._slot_ids.items():
            for word in alternatives.split("|"):
                if word.endswith("*"):
                    stems.append((lemmas.plain(word.strip("=*")), slot))
                    continue
                for form in {lemmas.plain(word[1:])} if word.startswith("=") else lemmas.forms(word):
                    found[form].add(slot)
        return {form: frozenset(slots) for form, slots in found.items()}, tuple(stems)

    @cached_property
    def _seen(self) -> dict[str, frozenset[int]]:
        """Words as texts spell them -> slots. Bounded: a text of a thousand spellings of everything must not fill memory."""
        return {}

    def _slots_of(self, word: str) -> frozenset[int]:
        forms, stems = self._vocabulary
        plain = lemmas.plain(word)
        slots = forms.get(plain, frozenset())
        begun = frozenset(slot for stem, slot in stems if plain.startswith(stem))
        if not slots and not begun and "-" in plain and not plain.partition("-")[0].endswith(_COMBINING):
            begun = frozenset().union(*(forms.get(part, frozenset()) for part in plain.split("-")))
        if len(self._seen) >= _MOST_SPELLINGS:
            self._seen.clear()
        self._seen[word] = slots | begun
        return self._seen[word]

    def walk(self, published: str) -> Walk:
        """A text as published, and the words of it that the phrases know."""
        text = Text.of(published)
        known: list[Known] = []
        number = sentence = 0
        seen = self._seen
        for token in _TOKEN.finditer(text.published):
            if token.lastgroup == "end":
                sentence += 1
                continue
            number += 1
            word = token[0]
            slots = seen.get(word)
            if slots is None:
                slots = self._slots_of(word)
            if slots:
                known.append(Known(number, sentence, token.start(), token.end(), slots))
        return Walk(text, tuple(known), number)

    def find(self, group: int, walk: Walk, *, blocked: Sequence[Collection[int]] = ()) -> Iterator[Found]:
        """The phrases of a group in a text, once for each place where their first word stands.

        `blocked`: for each phrase the known words (by their place in `walk.known`) that it may not use.
        """
        begun, compiled = self._begun[group], self._compiled[group]
        for place, word in enumerate(walk.known):
            numbers = begun.get(word.slots)
            if numbers is None:
                numbers = begun[word.slots] = self._begun_by(group, word.slots)
            for number in numbers:
                barred = blocked[number] if blocked else ()
                at = () if place in barred else _rest(walk.known, (place,), compiled[number], barred)
                if at:
                    yield Found(number, at, word.start, walk.known[at[-1]].end)

    def _begun_by(self, group: int, slots: frozenset[int]) -> tuple[int, ...]:
        """The phrases of a group that may begin with a word of these slots."""
        by_first = self._by_first[group]
        return tuple(number for slot in slots for number in by_first.get(slot, ()))


_MOST_SPELLINGS: Final = 200_000
# «граждан-резервистов» are citizens and reservists; «гражданско-патриотический» is a word of its own.
_COMBINING: Final = ("о", "е")


def _rest(known: Sequence[Known], at: tuple[int, ...], plan: _Plan, barred: Collection[int]) -> tuple[int, ...]:
    """Where all words of a phrase stand when its first ones stand `at`; empty when they do not."""
    steps, without = plan
    if len(at) == len(steps):
        return at
    slot, gap = steps[len(at)]
    last = known[at[-1]]
    for place in range(at[-1] + 1, len(known)):
        word = known[place]
        if word.number - last.number > gap + 1 or word.sentence != last.sentence:
            break
        if slot in word.slots and place not in barred:
            found = _rest(known, (*at, place), plan, barred)
            if found:
                return found
        if not without.isdisjoint(word.slots):
            break
    return ()
