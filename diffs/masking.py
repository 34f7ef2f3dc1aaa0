"""A clause without what it quotes: so that new wording, titles and lists of publications are not read as commands.

Quotes do not always balance: of «О внесении изменений в Федеральный закон «О гражданстве» the last mark is often swallowed.
Where they do balance in a clause they are counted; where not, a quote ends at its first closing mark, and one that opens
behind a colon (a new wording) runs to the end of the clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Protocol, TypeVar

from diffs.typography import INVISIBLE, one_script

BLOT: Final = "·"
_QUOTES: Final = re.compile('[«»„“”‟"]')
_OPENING: Final = frozenset("«„")
_CLOSING: Final = frozenset("»”")
_SUP: Final = re.compile(r"<sup>\s*(\d+)\s*</sup>")
_BLANK: Final = re.compile(r"[^\S ]")
_FOLD: Final = str.maketrans(
    {
        **dict.fromkeys("«»„“”‟", '"'),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\u2012\u2014\u2015\u2212", "–"),
        "ё": "е",
    }
)
_LETTER: Final = re.compile(r"[а-я](?:[.^_\-]?\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})?")
_APPENDIX: Final = re.compile(r"приложени\w+(?:\s+(?:№|n)\s*\d+)?")
_BRACKETS: Final = re.compile("[()]")


@dataclass(frozen=True, slots=True)
class Clause:
    """The words of one unit, and the same laid bare.

    `bare` is in lower case, with straight quotes and е for ё; what stands in quotes and brackets is blotted out. It is as long as
    `text`, so that a place in one is a place in the other.
    Letters of sub-points stay: ``подпункт "в"``; so do appendices: ``таблица 3 (приложение № 2)``.
    """

    text: str
    bare: str


class Placed(Protocol):
    """What stands somewhere in a clause."""

    @property
    def start(self) -> int:
        """Its first place."""

    @property
    def end(self) -> int:
        """The place behind it."""


_Any = TypeVar("_Any", bound=Placed)
_start: Final = attrgetter("start")


def between(items: Sequence[_Any], start: int, end: int) -> list[_Any]:
    """Those of `items`, which are in order, that stand between two places."""
    first = bisect_left(items, start, key=_start)
    return [item for item in items[first : bisect_left(items, end, lo=first, key=_start)] if item.end <= end]


def clause_of(text: str) -> Clause:
    """A unit's text as a clause."""
    text = one_script(_BLANK.sub(" ", _SUP.sub(r"^\1", INVISIBLE.sub("", text))))
    lower = text.lower()
    if len(lower) != len(text):  # a letter of another alphabet that is two in lower case would shift all places
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    bare = lower.translate(_FOLD)
    bare = blotted(bare, (span for span in _quoted(text) if not _LETTER.fullmatch(bare, *span)))
    return Clause(text, blotted(bare, (span for span in _bracketed(bare) if not _APPENDIX.fullmatch(bare, *span))))


def blotted(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with some of its places blotted out; it keeps its length."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += (text[position:start], BLOT * (end - start))
        position = end
    return "".join([*pieces, text[position:]])


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """What stands in the outermost quotes: from, to."""
    marks = [(found.start(), _opens(text, found.start())) for found in _QUOTES.finditer(text)]
    balanced = 2 * sum(opening for _, opening in marks) == len(marks)
    start: int | None = None
    depth = 0
    wording = False
    for at, opening in marks:
        depth += 1 if opening else -1
        if start is None and opening:
            start, depth = at + 1, 1
            wording = text[max(0, at - 3) : at].rstrip().endswith(":")
        elif start is not None and not opening and (depth <= 0 if balanced else not wording):
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _opens(text: str, at: int) -> bool:
    """Whether a quotation mark opens; straight ones look the same and are told by the blanks around them."""
    if text[at] in _OPENING or text[at] in _CLOSING:
        return text[at] in _OPENING
    before, after = text[at - 1] if at else " ", text[at + 1 : at + 2]
    return (before.isspace() or before in "(«„") and bool(after.strip())


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    """What stands in the outermost round brackets that close; the bracket of a label (``1)``) opened nowhere."""
    opened: list[int] = []
    outer: list[tuple[int, int]] = []
    for found in _BRACKETS.finditer(text):
        if found[0] == "(":
            opened.append(found.end())
        elif opened:
            start = opened.pop()
            while outer and outer[-1][0] > start:
                outer.pop()
            outer.append((start, found.start()))
    yield from outer
