"""The words that differ between two wordings of one unit.

Works on canonical text. A token is a whole word, number or punctuation mark; blanks travel with the token after them.
The shortest edit over tokens comes from rapidfuzz (Indel, i.e. longest common subsequence), which has no time budget and is
the same every time. It is then made readable: diff-match-patch's semantic clean-up joins edits over a few repeated words,
and edits slide to the edge of a clause. A unit that was rewritten is told as one old and one new wording instead of a mosaic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, Postfix, Prefix

from diffs.numerals import CARDINALS, ORDINALS
from tracker.models import Span

Sign = Literal["=", "-", "+"]

REWRITTEN: Final = 0.35
_MATRIX: Final = 400_000_000  # bits: 50 MB
_WORD: Final = r"\w+(?:[\u0300-\u036f]+\w*)*"
# Most words are plain ones before a plain mark: this finds nothing that what follows it would not, and finds it sooner.
_PLAIN_WORD: Final = r"[а-яА-Я]++(?=[ ,.;:)])"
_WORDS: Final = rf"{_PLAIN_WORD}|\d+(?:[.,]\d+)+|{_WORD}(?:-{_WORD})*"
#: A word or mark with the blanks before it, and the two apart.
TOKEN: Final = re.compile(rf"(\s*+)({_WORDS}|\S|\Z)")
_WHOLE_TOKEN: Final = re.compile(rf"\s*+(?:{_WORDS}|\S|\Z)")
WORD: Final = re.compile(_WORDS)
# A run of marks is tried from its beginning only: a hostile line of brackets would take the square of its length.
_NEXT_WORD: Final = re.compile(rf"(?<![ ,.;:()])[ ,.;:()]*+({_WORDS})")  # no word is tried for at a mark
# Words that turn a norm round: shown as they are, never hidden inside a longer edit that repeats them.
_KEPT: Final = frozenset({"не", "ни", "и", "или", "либо", "кроме", "исключением", *CARDINALS, *ORDINALS})
_LONGEST_SCRAP: Final = 3
_SHORT: Final = 120  # characters; a shorter text is looked at as a whole
_BESIDE: Final = (
    _LONGEST_SCRAP + 2
)  # blanks between an edit and what it surely does not look at: more words than a scrap has
_PART: Final = (
    400  # hunks; keeps the clean-up, which inserts into a list, from growing with the square of a hostile text
)
_PRIVATE: Final = 0xF0000  # two planes of private code points
_PRIVATE_SIZE: Final = 0x1FFFE
_SEMANTIC: Final = diff_match_patch()


_Token = str  # a word with the blanks before it
_Code = tuple[str, int, int, int, int]  # tag, from, to in the old text, from, to in the new one


@dataclass(slots=True)
class _Hunk:
    """Equal words, as tokens of the old text and of the new one, then what was struck and what was put in their place."""

    old: list[_Token] = field(default_factory=list)
    new: list[_Token] = field(default_factory=list)
    struck: list[_Token] = field(default_factory=list)
    added: list[_Token] = field(default_factory=list)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = _WHOLE_TOKEN.findall(text)
    while found and not found[-1]:  # as which the end of a text is found
        found.pop()
    return found


def _parts(token: _Token) -> tuple[str, str]:
    """The blanks of a token and its word."""
    found = TOKEN.match(token)
    return (found[1], found[2]) if found is not None else ("", token)


def _bare(tokens: Iterable[_Token]) -> list[str]:
    """The words of tokens, without the blanks."""
    return list(map(str.lstrip, tokens))


def words(text: str) -> list[str]:
    """The words and numbers of a text, without punctuation."""
    return _NEXT_WORD.findall(text)


_CLAUSE_END: Final = re.compile(r'"[.;,]?$')


def bare_end(text: str) -> str:
    """A canonical unit without the marks at its end, which change when a unit is put behind it or taken away there.

    A closing quote that nothing in the unit opens is such a mark: it and the stop after it belong to the amending clause.
    """
    if text.count('"') % 2:
        text = _CLAUSE_END.sub("", text)
    return text.rstrip(" .;,:")


def similarity(old: Sequence[str], new: Sequence[str], *, cutoff: float = 0.0) -> float:
    """0..1 over two word lists: twice the common words over all words; 0 when under `cutoff`."""
    if 2 * min(len(old), len(new)) < cutoff * (len(old) + len(new)):
        return 0.0  # too unlike in length, whatever the words are
    return float(Indel.normalized_similarity(old, new, score_cutoff=cutoff))


def spans(old: str, new: str) -> tuple[Span, ...]:
    """``=``, ``-``, ``+`` spans between two canonical texts.

    ``=`` and ``-`` joined give `old`, ``=`` and ``+`` joined give `new`. Under a similarity of 0.35 the unit counts as
    rewritten: one ``-`` and one ``+``.
    """
    if old == new:
        return (("=", old),) if old else ()
    head, tail = _surroundings(old, new)
    while True:
        end, new_end = len(old) - tail, len(new) - tail
        before, after = _tokens(old[head:end]), _tokens(new[head:new_end])
        bare = _bare(before), _bare(after)
        if _is_rewritten(*bare, beside=old[:head] + old[end:]):
            return (("-", old), ("+", new))
        hunks = _without_scraps(_hunks(before, after, _opcodes(*bare)))
        if _slide(hunks) or not (head or tail):
            return _merged([("=", old[:head]), *_written(hunks), ("=", old[end:])])
        head = tail = 0


def _surroundings(old: str, new: str) -> tuple[int, int]:
    """How many characters at either end are the same and so far from what differs that no edit looks at them."""
    if min(len(old), len(new)) < _SHORT:
        return 0, 0
    same = int(Prefix.similarity(old, new))
    ends = int(Postfix.similarity(old[same:], new[same:]))
    head, tail = same, len(old) - ends - 1
    for _ in range(_BESIDE):
        head = max(old.rfind(" ", 0, head), 0)
        tail = old.find(" ", tail + 1)
        if tail < 0:
            tail = len(old)
    # A token ends before a blank, if that is the first one.
    return 0 if old[head - 1 : head].isspace() else head, 0 if old[tail - 1 : tail].isspace() else len(old) - tail


def _is_rewritten(before: Sequence[str], after: Sequence[str], *, beside: str) -> bool:
    """Whether two wordings share too little to be told as edits; `beside` stands next to them in both."""
    if min(len(before), len(after)) <= 2:
        return False
    old, new = _worded(before), _worded(after)
    distance, total = Indel.distance(old, new), len(old) + len(new)
    if not distance or 1.0 - distance / total >= REWRITTEN:
        return False
    return 1.0 - distance / (total + 2 * len(words(beside))) < REWRITTEN


def _worded(bare: Iterable[str]) -> list[str]:
    """What `words` finds, among the words and marks of a text: a mark is one character."""
    return [word for word in bare if len(word) > 1 or word.isalnum() or word == "_"]


def _hunks(before: list[_Token], after: list[_Token], codes: Iterable[_Code]) -> list[_Hunk]:
    last = _Hunk()
    hunks = [last]
    for tag, i1, i2, j1, j2 in codes:
        if tag == "equal":
            if last.struck or last.added:
                last = _Hunk()
                hunks.append(last)
            last.old += before[i1:i2]
            last.new += after[j1:j2]
        else:
            last.struck += before[i1:i2]
            last.added += after[j1:j2]
    return hunks


def _opcodes(before: list[str], after: list[str]) -> Iterator[_Code]:
    """The shortest edit; where its matrix would be too large, the shortest over sentences and then inside them."""
    if len(before) * len(after) <= _MATRIX:
        yield from _plain_opcodes(before, after)
        return
    old, new = _sentences(before), _sentences(after)
    if len(old) * len(new) > _MATRIX:
        yield "replace", 0, len(before), 0, len(after)
        return
    keys = [[" ".join(tokens[start:end]) for start, end in cuts] for tokens, cuts in ((before, old), (after, new))]
    for tag, i1, i2, j1, j2 in _replaced(_plain_opcodes(*keys)):
        a1, b1 = old[i1][0] if i1 < len(old) else len(before), new[j1][0] if j1 < len(new) else len(after)
        a2, b2 = old[i2 - 1][1] if i2 > i1 else a1, new[j2 - 1][1] if j2 > j1 else b1
        if tag == "equal" or (a2 - a1) * (b2 - b1) > _MATRIX:
            yield tag, a1, a2, b1, b2
        else:
            for inner, k1, k2, m1, m2 in _plain_opcodes(before[a1:a2], after[b1:b2]):
                yield inner, a1 + k1, a1 + k2, b1 + m1, b1 + m2


def _plain_opcodes(before: list[str], after: list[str]) -> Iterator[_Code]:
    for code in Indel.opcodes(before, after):
        yield code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end


def _replaced(codes: Iterable[_Code]) -> Iterator[_Code]:
    """Deletions and insertions side by side as one replacement."""
    run: tuple[int, int, int, int] | None = None
    for tag, i1, i2, j1, j2 in codes:
        if tag != "equal":
            run = (run[0], i2, run[2], j2) if run else (i1, i2, j1, j2)
            continue
        if run:
            yield "replace", *run
            run = None
        yield tag, i1, i2, j1, j2
    if run:
        yield "replace", *run


def _sentences(tokens: Sequence[str]) -> list[tuple[int, int]]:
    cuts = [at + 1 for at, token in enumerate(tokens) if token in {".", ";", ":"}]
    ends = [*cuts, len(tokens)] if not cuts or cuts[-1] != len(tokens) else cuts
    return list(zip([0, *ends], ends, strict=False))


def _without_scraps(hunks: list[_Hunk]) -> list[_Hunk]:
    """Hunks after diff-match-patch's semantic clean-up: a few equal words between longer edits join these to one.

    It is run between the words that must stay visible: negations, conjunctions, numbers, and runs of more than three.
    """
    result: list[_Hunk] = []
    part = hunks[:1]
    for hunk in hunks[1:]:
        bridge = hunk.old
        if len(bridge) > _LONGEST_SCRAP or len(part) >= _PART or any(map(_must_stay, bridge)):
            result += _cleaned(part)
            part = []
        part.append(hunk)
    return result + _cleaned(part)


def _must_stay(token: _Token) -> bool:
    word = token.lstrip().lower()
    return word in _KEPT or (not word.isalpha() and any(map(str.isdecimal, word)))


def _size(hunk: _Hunk) -> int:
    """The tokens of the longer side of an edit."""
    return max(len(hunk.struck), len(hunk.added))


def _cleaned(part: list[_Hunk]) -> list[_Hunk]:
    """One part through `diff_cleanupSemantic`, every distinct word as one private character; its first equality stays."""
    if len(part) < 2 or (len(part) == 2 and len(part[1].old) > min(map(_size, part))):
        return part  # only words that are no more than either edit beside them are a scrap
    before, after = list(part[0].struck), list(part[0].added)
    pieces = [(-1, part[0].struck), (1, part[0].added)]
    for hunk in part[1:]:
        before += [*hunk.old, *hunk.struck]
        after += [*hunk.new, *hunk.added]
        pieces += [(0, hunk.old), (-1, hunk.struck), (1, hunk.added)]
    distinct = dict.fromkeys(_bare((*before, *after)))
    if len(distinct) > _PRIVATE_SIZE:
        return part
    codes = {word: chr(_PRIVATE + at) for at, word in enumerate(distinct)}
    edits = [(sign, "".join(map(codes.__getitem__, _bare(tokens)))) for sign, tokens in pieces if tokens]
    _SEMANTIC.diff_cleanupSemantic(edits)
    last = _Hunk(part[0].old, part[0].new)
    cleaned = [last]
    olds, news = iter(before), iter(after)
    for sign, text in edits:
        if sign == 0:
            if last.struck or last.added:
                last = _Hunk()
                cleaned.append(last)
            last.old += islice(olds, len(text))
            last.new += islice(news, len(text))
        elif sign < 0:
            last.struck += islice(olds, len(text))
        else:
            last.added += islice(news, len(text))
    return cleaned


def _slide(hunks: list[_Hunk]) -> bool:
    """A pure insertion or deletion may stand in several places; choose the one that begins or ends with punctuation.

    False when an edit might slide beyond the first token or the last one.
    """
    inside = True
    if hunks[-1].struck or hunks[-1].added:
        hunks.append(_Hunk())  # what an edit at the end slides over stands behind it then
    for index, hunk in enumerate(hunks):
        if bool(hunk.struck) == bool(hunk.added):
            continue
        following = hunks[index + 1]
        edit = hunk.struck or hunk.added
        left = _common(reversed(hunk.old), reversed(hunk.new), reversed(edit))
        right = _common(following.old, following.new, edit)
        inside = inside and not (
            (index == 0 and left == len(hunk.old) < len(edit))
            or (index == len(hunks) - 2 and right == len(following.old) < len(edit))
        )
        if not left and not right:
            continue
        ring = hunk.old[len(hunk.old) - left :] + edit + following.old[:right]
        size = len(edit)
        best = max(
            range(left + right + 1),
            key=lambda at: (_clause_score(ring[at : at + size], ring[at - 1].lstrip() if at else ""), at == left, -at),
        )
        _shift(hunk, edit, following, best - left)
    return inside


def _common(old: Iterable[_Token], new: Iterable[_Token], edit: Iterable[_Token]) -> int:
    """How many tokens of the equal text repeat the edit, blanks included, so that the edit may move over them."""
    count = 0
    for before, after, token in zip(old, new, edit, strict=False):
        if before != after or before != token:
            break
        count += 1
    return count


def _clause_score(edit: Sequence[_Token], before: str) -> int:
    first, last = edit[0].lstrip(), edit[-1].lstrip()
    if last in {";", "."} and (not before or not before[0].isalnum()):
        return 3
    if first in {",", ";"} and last not in {",", ";"}:
        return 2
    return 1 if last in {",", ";", "."} and not before[:1].isalnum() else 0


def _shift(hunk: _Hunk, edit: list[_Token], following: _Hunk, by: int) -> None:
    """Move an edit over the equal tokens behind it, or before it when `by` is negative."""
    for _ in range(by):
        hunk.old.append(edit[0])
        hunk.new.append(edit.pop(0))
        edit.append(following.old.pop(0))
        following.new.pop(0)
    for _ in range(-by):
        following.old.insert(0, edit[-1])
        following.new.insert(0, edit.pop())
        edit.insert(0, hunk.old.pop())
        hunk.new.pop()


def _written(hunks: Iterable[_Hunk]) -> Iterator[tuple[Sign, str]]:
    for hunk in hunks:
        if hunk.old == hunk.new:
            same = list(hunk.old)
        else:
            same = []
            for old, new in zip(hunk.old, hunk.new, strict=True):
                if old == new:
                    same.append(old)
                else:  # the same word after another blank: only the blank differs
                    (gap, word), (new_gap, _) = _parts(old), _parts(new)
                    yield from (("=", "".join(same)), ("-", gap), ("+", new_gap))
                    same = [word]
        struck, added = "".join(hunk.struck), "".join(hunk.added)
        if struck[:1] == added[:1] == " ":  # the blank before a replaced word belongs to neither wording
            same.append(" ")
            struck, added = struck[1:], added[1:]
        yield from (("=", "".join(same)), ("-", struck), ("+", added))


def _merged(parts: Iterable[tuple[Sign, str]]) -> tuple[Span, ...]:
    """Neighbours of one sign joined; within an edit what was struck stands before what was added."""
    merged: list[Span] = []
    equal = struck = added = ""
    for sign, text in parts:
        if not text:
            continue
        if sign == "=":
            merged += _edit(struck, added)
            struck = added = ""
            equal += text
            continue
        if equal:
            merged.append(("=", equal))
            equal = ""
        if sign == "-":
            struck += text
        else:
            added += text
    merged += _edit(struck, added)
    if equal:
        merged.append(("=", equal))
    return tuple(merged)


def _edit(struck: str, added: str) -> Iterator[Span]:
    if struck:
        yield "-", struck
    if added:
        yield "+", added
