"""Typography folded away: the form in which two units of law are compared.

`canonical` folds spaces, quotes, dashes, the number sign, ё, look-alike letters and the renderings of superscripts, and leaves
out notes of the publisher; `folded` does the same and knows the way back; `explain` names the rules that took a difference
away, because a difference that is called noise must say by which rule.

Never folded: case, any digit, number words, и/или, не, commas, word order, letters of sub-points, brackets that are not an
editorial note. A note "утратил силу" stays in the text: it is all that is left of the unit.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from diffs.notes import BARE_NOTE, EDITORIAL_NOTE, has_note
from tracker.models import Noise

#: Characters that show nothing: byte order mark, zero-width ones, the soft hyphen.
HIDDEN: Final = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
#: What is left of й and ё where a text has their parts apart.
DECOMPOSED: Final = "\u0306\u0308"
INVISIBLE: Final = re.compile(f"[{HIDDEN}]+")
_SPACED: Final = re.compile(r"(?<![^\W_])(?:[А-Яа-яЁё]{1,2}[ \u00a0]){3,}[А-Яа-яЁё]{1,2}(?![^\W_])")
# Whatever `_SPACED` can join holds two lone letters side by side; looking for those first is cheap.
_SPACED_HINT: Final = re.compile(r" [А-Яа-яЁё][ \u00a0][А-Яа-яЁё](?![^\W_])")
_SPACED_HINT_NBSP: Final = re.compile(r"\u00a0[А-Яа-яЁё][ \u00a0][А-Яа-яЁё](?![^\W_])")
_ONE_LETTER_WORDS: Final = frozenset("авикосуя")
_MIXED_WORD: Final = re.compile(
    r"(?<![A-Za-zА-Яа-яЁё])(?:[A-Za-z]++[А-Яа-яЁё]|[А-Яа-яЁё]++[A-Za-z])[A-Za-zА-Яа-яЁё]*+",
)
_LATIN: Final = re.compile("[A-Za-z]")
_TO_CYRILLIC: Final = str.maketrans("aceopxykmtbhACEOPXYKMTBH", "асеорхукмтвнАСЕОРХУКМТВН")
_TO_ROMAN: Final = str.maketrans("ХСМІ", "XCMI")
_ROMAN: Final = re.compile(r"[IVXLCDM]+")
_RAISED: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_DIGITS: Final = str.maketrans(_RAISED + "⁻-^_", "0123456789....")
_MARKUP: Final = re.compile(r"</?sup>| ")
# Nouns that can only be singular: after them 25-6 is one unit. "статьи 25-6" may be a range and stays as it is.
_SINGULAR: Final = (
    r"\b(?:стать(?:я|ю|е|ей|ёй)|част(?:ь|ью)|(?:под)?пункт(?:|а|у|е|ом)|глав(?:а|у|е|ой)|абзац(?:|а|у|е|ем))"
)

_Replacement = str | Callable[[re.Match[str]], str]


def join_spaced(text: str) -> str:
    """Letter-spaced words written as words: ``п о с т а н о в л я ю`` -> ``постановляю``."""
    return _SPACED.sub(_joined, text) if _may_be_spaced(text) else text


def _may_be_spaced(text: str) -> bool:
    return _SPACED_HINT.search(text) is not None or ("\u00a0" in text and _SPACED_HINT_NBSP.search(text) is not None)


def looks_spaced(text: str) -> tuple[re.Pattern[str], ...]:
    """What finds every place of a text where letter-spaced words may stand."""
    return (_SPACED_HINT, _SPACED_HINT_NBSP) if "\u00a0" in text else (_SPACED_HINT,)


def _joined(found: re.Match[str]) -> str:
    letters = re.split("[ \u00a0]", found[0])
    capitals = next((at for at, letter in enumerate(letters) if len(letter) > 1 or letter.islower()), len(letters))
    if capitals >= 4:  # a heading; what follows in small letters are words of their own: "П О Л О Ж Е Н И Е о"
        row_of_labels = all(a < b for a, b in pairwise(letters[:capitals]))  # А Б В Г
        return found[0] if row_of_labels else " ".join(["".join(letters[:capitals]), *letters[capitals:]])
    single = [letter for letter in letters if len(letter) == 1]
    unlikely = sum(letter.lower() not in _ONE_LETTER_WORDS for letter in single)
    spelled = len(letters) >= 5 and len(single) >= 0.8 * len(letters) and unlikely >= 3
    return "".join(letters) if spelled else found[0]


def one_script(text: str) -> str:
    """Words that mix look-alike Latin and Cyrillic letters in one script: ``Cтатья`` -> ``Статья``, ``ХIII`` -> ``XIII``."""
    return _MIXED_WORD.sub(_unmixed, text)


def _unmixed(found: re.Match[str]) -> str:
    word = found[0]
    roman = word.translate(_TO_ROMAN)
    if _ROMAN.fullmatch(roman) and ("I" in word or "V" in word):
        return roman
    cyrillic = word.translate(_TO_CYRILLIC)
    return word if _LATIN.search(cyrillic) else cyrillic


def _dotted(found: re.Match[str]) -> str:
    return "." + _MARKUP.sub("", found[0]).lstrip("^_").translate(_TO_DIGITS)


# ---------------------------------------------------------------- the rules

# Most units hold plain characters only, and only few rules concern these; what else a unit holds is found in one search.
_PLAIN: Final = r"а-яА-Я0-9 ,.;:()/%\"\-"
_ODD: Final = re.compile(f"[^{_PLAIN}]")
_LATIN_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BLANKS: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_SPACE: Final = re.compile(r"[^\S ]\s*| \s+")
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SIDE_BY_SIDE: Final = re.compile("[A-Za-z](?:(?=[А-Яа-яЁё])|(?<=[А-Яа-яЁё].))")
_DOT_AND_DIGIT: Final = re.compile(r"\.\d")
_HYPHEN_AND_DIGIT: Final = re.compile(r"-\d")


class _Rule(NamedTuple):
    """One kind of noise.

    It can change only a text that holds one of `marks`, characters that are not plain ones, and that `look` lets pass: both
    are cheap, may skip the rule and never change its result.
    """

    name: str
    pattern: re.Pattern[str]
    replacement: _Replacement
    marks: frozenset[str] = frozenset()
    look: Callable[[str], object] | None = None

    def is_needed(self, text: str, odd: set[str]) -> bool:
        """Whether the rule may find anything in a text with these characters that are not plain."""
        return (not self.marks or not self.marks.isdisjoint(odd)) and (self.look is None or bool(self.look(text)))


# The order matters: characters first, then what is recognised by them. A pattern opens with the characters it is about and
# looks behind them afterwards: so a text is searched for these characters, which is quick, and not tried at every place.
_RULES: Final = (
    _Rule("invisible", INVISIBLE, "", marks=frozenset(HIDDEN)),
    _Rule("letter-spaced", _SPACED, _joined, look=_may_be_spaced),
    _Rule("editorial-note", EDITORIAL_NOTE, "", look=lambda text: "(" in text and has_note(text)),
    _Rule(
        "citation-list",
        re.compile(r"\s*\((?:Собрание\s+законодательства|Ведомости\s+(?:Съезда|Верховного))\s[^()]*\)"),
        "",
        look=lambda text: "Собрание" in text or "Ведомости" in text,
    ),
    _Rule("space", _SPACE, " ", marks=frozenset(_BLANKS)),
    _Rule("space", _SPACE, " ", look=lambda text: "  " in text),
    _Rule("quote", re.compile("[«»„“”‟]|''"), '"', marks=frozenset("«»„“”‟'")),
    _Rule("dash", re.compile(r"[\u2013-\u2015](?<=[^\W\d_].)(?=[^\W\d_])"), " - ", marks=frozenset(_DASHES)),
    _Rule("dash", re.compile(f"[{_DASHES}]"), "-", marks=frozenset(_DASHES)),
    _Rule("number-sign", re.compile(r"№(?! \d)\s*(?=\d)"), "№ ", marks=frozenset("№")),
    _Rule("number-sign", re.compile(r"N(?<!\wN)(?:o\.)?\s?(?=\d)"), "№ ", marks=frozenset("N")),
    _Rule("look-alike", _MIXED_WORD, _unmixed, marks=frozenset(_LATIN_LETTERS), look=_SIDE_BY_SIDE.search),
    _Rule("yo", re.compile("[ёЁ]"), lambda found: "е" if found[0] == "ё" else "Е", marks=frozenset("ёЁ")),
    _Rule(
        "abbreviation",
        re.compile(r"\b(?:ст|п|пп|ч|абз|гл|разд|прил)\.(?=\d)"),
        lambda found: found[0] + " ",
        look=_DOT_AND_DIGIT.search,
    ),
    _Rule(
        "superscript",
        re.compile(
            rf"[<^_{_RAISED}](?:(?<=\d_)\d+|(?:(?<=[\dIVXLC][^_])|(?<=(?<!\w)[а-я][^_]))"
            rf"(?:(?<=<)sup> ?\d+(?:[.-]\d+)? ?</sup>|(?<=\^)\d+|(?<=[{_RAISED}])[{_RAISED}]*(?:⁻[{_RAISED}]+)*))"
        ),
        _dotted,
        marks=frozenset(_RAISED + "^_<"),
    ),
    _Rule(
        "superscript",
        re.compile(rf"(?i:{_SINGULAR}) (?:\d+(?:\.\d+)*|[IVXLC]+)-\d+(?![\w\-])"),
        lambda found: found[0].replace("-", "."),
        look=_HYPHEN_AND_DIGIT.search,
    ),
    _Rule(
        "space",
        re.compile(r"^ +| +$| {2,}"),
        lambda found: " " if found.start() > 0 and found.end() < len(found.string) else "",
        look=lambda text: "  " in text or text[:1] == " " or text[-1:] == " ",
    ),
)
_RULES_OF_PLAIN: Final = tuple(rule for rule in _RULES if not rule.marks)

#: The names of the rules above that `Noise.rule` can have.
TYPOGRAPHIC_RULES: Final = tuple(dict.fromkeys(["unicode", *(rule.name for rule in _RULES)]))


def composed(text: str) -> str:
    """Composed characters (й is one, not two). Never NFKC: it turns 22¹ into 221."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _odd(text: str) -> set[str]:
    """The characters of a text that are not plain ones."""
    return set(_ODD.findall(text))


def canonical(text: str) -> str:
    """The form in which units are compared: one line, one typography. Meaning-bearing characters are untouched."""
    odd = _odd(text)
    if odd:
        whole = composed(text)
        if whole != text:
            text, odd = whole, _odd(whole)
    for rule in _RULES if odd else _RULES_OF_PLAIN:  # none brings a mark that a later one is about
        if rule.is_needed(text, odd):
            text = rule.pattern.sub(rule.replacement, text)
    return text


# Where a text of plain characters may hold something for `_RULES_OF_PLAIN`, in texts joined by line feeds.
_PERHAPS: Final = (
    _SPACED_HINT,
    BARE_NOTE,
    re.compile(r"\((?:Собрание|Ведомости)\s"),
    _DOT_AND_DIGIT,
    _HYPHEN_AND_DIGIT,
    re.compile(f"[^{_PLAIN}\\n]"),
)
_TWO_BLANKS: Final = re.compile("  ")


def hits(looks: Iterable[re.Pattern[str]], joined: str, texts: Sequence[str]) -> set[int]:
    """Which of some texts, `joined` by line feeds, hold the beginning of what any of the patterns finds."""
    ends = list(accumulate(len(text) + 1 for text in texts))
    return {bisect_right(ends, found.start()) for look in looks for found in look.finditer(joined)}


def canonicals(texts: Sequence[str]) -> list[str]:
    """`canonical` of many texts: those with nothing to fold, most of them, are found by a few searches through all."""
    joined = "\n".join(texts)
    touched = hits((*_PERHAPS, _TWO_BLANKS) if "  " in joined else _PERHAPS, joined, texts)
    touched.update(at for at, text in enumerate(texts) if text != text.strip(" ") or "\n" in text)
    return [canonical(text) if at in touched else text for at, text in enumerate(texts)]


_Edit = tuple[int, int, int, int]  # a replacement: from, to in the text after a rule, from, to in the text before it


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in canonical form that knows what was published at each of its places."""

    text: str
    _published: str
    _edits: tuple[list[_Edit], ...]

    def published(self, start: int, end: int) -> str:
        """What was published where ``text[start:end]`` stands, on one line."""
        for edits in reversed(self._edits):
            at = bisect_right(edits, start, key=itemgetter(0)) - 1
            if at >= 0:
                _, new_end, old_start, old_end = edits[at]
                start = old_start if start < new_end else start - new_end + old_end
            at = bisect_left(edits, end, key=itemgetter(0)) - 1
            if at >= 0:
                _, new_end, _, old_end = edits[at]
                end = old_end if end <= new_end else end - new_end + old_end
        return " ".join(self._published[start:end].split())


def folded(text: str) -> Folded:
    """`canonical` of a text, with the way back to the published characters (composed ones where they were not)."""
    published = text = composed(text)
    steps: list[list[_Edit]] = []
    odd = _odd(text)
    for rule in _RULES:
        if not rule.is_needed(text, odd):
            continue
        edits: list[_Edit] = []
        pieces: list[str] = []
        position = length = 0
        for start, end, result in _hits(rule, text):
            pieces += (text[position:start], result)
            length += start - position
            edits.append((length, length + len(result), start, end))
            position, length = end, length + len(result)
        if edits:
            text = "".join([*pieces, text[position:]])
            odd = _odd(text)
            steps.append(edits)
    return Folded(text, published, tuple(steps))


def _hits(rule: _Rule, text: str) -> list[tuple[int, int, str]]:
    """Where a rule changes a text: from, to, what stands there then."""
    return [
        (found.start(), found.end(), result)
        for found in rule.pattern.finditer(text)
        if (result := rule.replacement if isinstance(rule.replacement, str) else rule.replacement(found)) != found[0]
    ]


def _work(text: str) -> Counter[tuple[str, str]]:
    """What each rule did to a text: (rule, characters it replaced) -> how often."""
    work: Counter[tuple[str, str]] = Counter()
    whole = composed(text)
    if whole != text:
        work["unicode", ""] += 1
    text = whole
    for rule in _RULES:
        if rule.is_needed(text, _odd(text)):
            work.update((rule.name, text[start:end]) for start, end, _ in _hits(rule, text))
            text = rule.pattern.sub(rule.replacement, text)
    return work


def explain(old: str, new: str) -> Counter[str]:
    """Which rules removed a difference between two texts, and how many places each."""
    before, after = _work(old), _work(new)
    counts: Counter[str] = Counter()
    for rule in {name for name, _ in before | after}:
        gone = sum(n for (name, _), n in (before - after).items() if name == rule)
        come = sum(n for (name, _), n in (after - before).items() if name == rule)
        if gone or come:
            counts[rule] = max(gone, come)
    if not counts and old != new:  # the same marks in other places
        counts.update({name for name, _ in before | after})
    return counts


def noise_of(counts: Counter[str]) -> tuple[Noise, ...]:
    """Counts as records, by rule name."""
    return tuple(Noise(rule=rule, count=count) for rule, count in sorted(counts.items()) if count)
