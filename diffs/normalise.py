"""Noise: what may differ between two copies of one law without the law being different.

Two doors. `normalise` works on a whole text and changes its lines only: hard wraps are undone, editorial notes, signatures
and page furniture are lifted out, characters stay as published. `canonical` works on one unit and folds typography
(spaces, quotes, dashes, the number sign, ё, look-alike letters, superscripts). Every rule has a name and a count, because a
difference that is called noise must say by which rule.

What is never folded: case, any digit, number words, и/или, не, commas, word order, letters of sub-points, brackets that are
not an editorial note. A note "утратил силу" stays in the text: it is all that is left of the unit.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Final

from tracker.models import Noise

_SHORT_DATE: Final = r"\d{2}\.\d{2}\.\d{4}"
# A note of the publisher dates its act as 31.07.2023; a norm that cites another act's wording writes the month in words.
# The date form is what tells "(В редакции ... от 31.07.2023 ...)" from a citation that belongs to the law.
EDITORIAL_NOTE: Final = re.compile(
    r"\s*\((?:"
    rf"(?:[А-ЯЁа-яё]+\.?\s+(?:[\d.^\-]+\s+)?)?[Вв]\s+ред(?:акции|\.)\s[^()]*?{_SHORT_DATE}[^()]*"
    rf"|Дополнени[ея]\s[^()]*?{_SHORT_DATE}[^()]*"
    rf"|(?:[а-яё]+\.\s+[\d.^\-]+\s+)?[Вв]веден[аоы]?\s[^()]*?{_SHORT_DATE}[^()]*"
    r"|[Сс]\s+уч[её]том\s[^()]*?Конституционного\s+Суда[^()]*"
    r"|[Сс]\s+изменениями\s+на\s+\d[^()]*"
    r"|[Сс]м\.\s+текст\s[^()]*?редакции"
    r")\)"
)
_ACT: Final = re.compile(rf"от\s+({_SHORT_DATE})(?:\s+г\.)?\s+(?:№|N)\s*([\w\-/]+)")
_EDITORIAL_LINE: Final = re.compile(
    r"^(?:КонсультантПлюс:\s*примечание\.?|См\.\s+текст\s.*предыдущей редакции\.?"
    r"|Подготовлена редакция документа с изменениями, не вступившими в силу.*)$"
)
_FURNITURE: Final = re.compile(
    r"^(?:Смотрите также|Текст (?:Указа|закона|документа):?|Начать дискуссию|Страница\s+\d+|Поделиться"
    r"|Вносится\s(?!из|со).*|Проект\s+(?:№|N)\s*\d+-\d+.*|_{3,}|-{5,}|\d{12,})$",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(
    r"^Президент\s+Российской\s+Федерации(?:\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё\-]+)?$"
)
_AFTER_SIGNATURE: Final = re.compile(
    r"^(?:Москва,\s+Кремль\.?|\d{1,2}\s+[а-я]+\s+\d{4}\s+(?:года|г\.)|(?:№|N)\s*\d+(?:-\w+)?|_{3,})$"
)

_INVISIBLE: Final = re.compile("[\ufeff\u200b-\u200d\u2060\u00ad]+")
_SPACED_LETTERS: Final = re.compile(
    r"(?<![^\W_])(?:[А-Яа-яЁё]{1,2}[ \u00a0]){3,}[А-Яа-яЁё]{1,2}(?![^\W_])",
)
_ONE_LETTER_WORDS: Final = frozenset("авикосуя")
_MIXED_WORD: Final = re.compile(
    r"(?<![A-Za-zА-Яа-яЁё])(?:[A-Za-z]++[А-Яа-яЁё]|[А-Яа-яЁё]++[A-Za-z])[A-Za-zА-Яа-яЁё]*+",
)
_LATIN: Final = re.compile("[A-Za-z]")
_TO_CYRILLIC: Final = str.maketrans("aceopxykmtbhACEOPXYKMTBH", "асеорхукмтвнАСЕОРХУКМТВН")
_TO_ROMAN: Final = str.maketrans("ХСМІ", "XCMI")
_ROMAN: Final = re.compile(r"[IVXLCDM]+")
_SUPERSCRIPTS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPT_DIGITS: Final = str.maketrans(_SUPERSCRIPTS, "0123456789")
# Nouns that can only be singular: after them 25-6 is one unit. "статьи 25-6" may be a range and stays as it is.
_SINGULAR: Final = (
    r"\b(?:стать(?:я|ю|е|ей|ёй)|част(?:ь|ью)|(?:под)?пункт(?:|а|у|е|ом)|глав(?:а|у|е|ой)|абзац(?:|а|у|е|ем))"
)

_Replacement = str | Callable[[re.Match[str]], str]


def _join_spaced(found: re.Match[str]) -> str:
    letters = re.split("[ \u00a0]", found[0])
    single = [letter for letter in letters if len(letter) == 1]
    if len(single) == len(letters) and found[0].isupper():
        ascending = all(a < b for a, b in pairwise(letters))
        return found[0] if ascending else "".join(letters)  # А Б В Г is a row of labels, У К А З a heading
    unlikely = sum(letter.lower() not in _ONE_LETTER_WORDS for letter in single)
    spelled = len(letters) >= 5 and len(single) >= 0.8 * len(letters) and unlikely >= 3
    return "".join(letters) if spelled else found[0]


def _one_script(found: re.Match[str]) -> str:
    word = found[0]
    roman = word.translate(_TO_ROMAN)
    if _ROMAN.fullmatch(roman) and ("I" in word or "V" in word):
        return roman
    cyrillic = word.translate(_TO_CYRILLIC)
    return word if _LATIN.search(cyrillic) else cyrillic


def _dotted(found: re.Match[str]) -> str:
    return "." + found[0].lstrip("^_").translate(_SUPERSCRIPT_DIGITS)


# The order matters: characters first, then what is recognised by them.
_RULES: Final[tuple[tuple[str, re.Pattern[str], _Replacement], ...]] = (
    ("invisible", _INVISIBLE, ""),
    ("letter-spaced", _SPACED_LETTERS, _join_spaced),
    ("editorial-note", EDITORIAL_NOTE, ""),
    (
        "citation-list",
        re.compile(r"\s*\((?:Собрание\s+законодательства|Ведомости\s+(?:Съезда|Верховного))\s[^()]*\)"),
        "",
    ),
    ("space", re.compile(r"[^\S ]+| {2,}|[^\S ] +"), " "),
    ("quote", re.compile("[«»„“”‟]|''"), '"'),
    ("dash", re.compile(r"(?<=[^\W\d_])[\u2013-\u2015](?=[^\W\d_])"), " - "),
    ("dash", re.compile("[\u2010-\u2015\u2212]"), "-"),
    ("number-sign", re.compile(r"№(?! \d)\s*(?=\d)|(?<!\w)(?:N|No\.)\s?(?=\d)"), "№ "),
    ("look-alike", _MIXED_WORD, _one_script),
    ("yo", re.compile("[ёЁ]"), lambda found: "е" if found[0] == "ё" else "Е"),
    ("abbreviation", re.compile(r"\b(?:ст|п|пп|ч|абз|гл|разд|прил)\.(?=\d)"), lambda found: found[0] + " "),
    ("superscript", re.compile(rf"(?<=\d)(?:[{_SUPERSCRIPTS}]+|[\^_]\d+)"), _dotted),
    (
        "superscript",
        re.compile(rf"(?i:{_SINGULAR}) \d+(?:\.\d+)?-\d+(?![\w\-])"),
        lambda found: found[0].replace("-", "."),
    ),
    (
        "space",
        re.compile(r"^ +| +$| {2,}"),
        lambda found: " " if found.start() > 0 and found.end() < len(found.string) else "",
    ),
)

#: Every name that `Noise.rule` can have: those above, then those of whole texts.
RULES: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(["unicode", *(name for name, _, _ in _RULES), "signature", "furniture", "hard-wrap"])
)


def _fold(text: str, hits: Counter[tuple[str, str]] | None = None) -> str:
    composed = unicodedata.normalize("NFC", text)  # never NFKC: it turns 22¹ into 221
    if hits is not None and composed != text:
        hits["unicode", ""] += 1
    text = composed
    for name, pattern, replacement in _RULES:
        if hits is not None:
            for found in pattern.finditer(text):
                result = replacement if isinstance(replacement, str) else replacement(found)
                if result != found[0]:
                    hits[name, found[0]] += 1
        text = pattern.sub(replacement, text)
    return text


def canonical(text: str) -> str:
    """The form in which units are compared: one line, one typography. Meaning-bearing characters are untouched."""
    return _fold(text)


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
    published = text = unicodedata.normalize("NFC", text)
    steps: list[list[_Edit]] = []
    for _, pattern, replacement in _RULES:
        edits: list[_Edit] = []
        pieces: list[str] = []
        position = length = 0
        for found in pattern.finditer(text):
            result = replacement if isinstance(replacement, str) else replacement(found)
            start, end = found.span()
            pieces += (text[position:start], result)
            length += start - position
            edits.append((length, length + len(result), start, end))
            position, length = end, length + len(result)
        if edits:
            text = "".join([*pieces, text[position:]])
            steps.append(edits)
    return Folded(text, published, tuple(steps))


def explain(old: str, new: str) -> Counter[str]:
    """Which rules removed a difference between two texts, and how many places each."""
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    _fold(old, before)
    _fold(new, after)
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


def is_editorial(line: str) -> bool:
    """Whether a line is nothing but notes of the publisher."""
    if line.startswith("("):
        return not EDITORIAL_NOTE.sub("", line).strip()
    return bool(_EDITORIAL_LINE.match(line))


def published_lines(text: str) -> tuple[str, ...]:
    """The lines of a text without their outer blanks; empty lines are not lines of law."""
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A text without what is not law. `text` has one paragraph a line, its characters as published.

    `editorial` are the notes that were lifted, as published and in order; `amending_acts` the acts they name, once each,
    as ``31.07.2023 № 404-ФЗ``. `noise` counts what each rule did.
    """

    text: str
    noise: tuple[Noise, ...]
    editorial: tuple[str, ...]
    amending_acts: tuple[str, ...]


def normalise(text: str) -> Normalised:
    """A whole text, unwrapped and freed from notes, signatures and page furniture."""
    counts: Counter[str] = Counter()
    text, hits = _INVISIBLE.subn("", text)
    counts["invisible"] += hits
    lines = _unwrap(text.splitlines(), counts)
    editorial: list[str] = []
    kept: list[str] = []
    for line in _without_furniture(lines, counts):
        rest = _lift_notes(line, editorial, counts)
        if rest:
            kept.append(_joined_letters(rest, counts))
    acts = dict.fromkeys(f"{date} № {number}" for note in editorial for date, number in _ACT.findall(note))
    return Normalised(
        text="\n".join(kept), noise=noise_of(counts), editorial=tuple(editorial), amending_acts=tuple(acts)
    )


def _lift_notes(line: str, editorial: list[str], counts: Counter[str]) -> str:
    if _EDITORIAL_LINE.match(line):
        found, rest = [line], ""
    elif "(" in line:
        found = [note[0].strip() for note in EDITORIAL_NOTE.finditer(line)]
        rest = EDITORIAL_NOTE.sub("", line).strip() if found else line
    else:
        return line
    editorial += found
    counts["editorial-note"] += len(found)
    return rest


def _joined_letters(line: str, counts: Counter[str]) -> str:
    joined = _SPACED_LETTERS.sub(_join_spaced, line)
    counts["letter-spaced"] += joined != line
    return joined


def _without_furniture(lines: Iterable[str], counts: Counter[str]) -> Iterable[str]:
    signed = False
    for line in lines:
        if _SIGNATURE.match(line) or (signed and _AFTER_SIGNATURE.match(line)):
            counts["signature"] += 1
            signed = True
            continue
        signed = False
        if _FURNITURE.match(line):
            counts["furniture"] += 1
        else:
            yield line


# ---------------------------------------------------------------- hard wraps

_SENTENCE_END: Final = re.compile(r"[.;:!?][\"»”)]?[.;]?$|[»”\"][.;]$")
_UNIT_START: Final = re.compile(
    r"^(?:[\"«„“]\s*)?(?:\d+(?:[.^_\-]\d+)*[.)]|[а-я](?:[.^]\d+)?\)|Статья\s+\d|Глава\s+[\dIVXLC]|Раздел\s+[\dIVXLC]|§\s*\d|[-–—•]\s)"
)
_TABLE_ROW: Final = re.compile(r"[¦|]|-{5}")
_WRAP_WIDTHS: Final = range(40, 121)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether line ends fall inside sentences all over the text, at one width."""
    full = [line for line in lines if line.strip()]
    if len(full) < 4 or max(map(len, full)) not in _WRAP_WIDTHS:
        return False
    broken = sum(
        1
        for line, following in pairwise(full)
        if not _SENTENCE_END.search(line.rstrip())
        and following.lstrip()[0].islower()
        and not _UNIT_START.match(following.lstrip())
    )
    return broken >= max(2, 0.12 * (len(full) - 1))


def _unwrap(raw: list[str], counts: Counter[str]) -> list[str]:
    """Lines joined to paragraphs, if and only if the text is hard-wrapped; otherwise the lines as they are."""
    lines = [line.expandtabs(8).rstrip() for line in raw]
    if not _is_wrapped(lines):
        return [line.strip() for line in lines if line.strip()]
    width = max(map(len, lines))
    indented = sum(line.startswith("  ") for line in lines if line) >= 0.05 * len(lines)
    paragraphs: list[str] = []
    previous = ""
    for line in lines:
        if not line:
            previous = ""
            continue
        words = " ".join(line.split())
        open_note = bool(paragraphs) and paragraphs[-1].startswith("(") and ")" not in paragraphs[-1]
        if previous and (open_note or _continues(previous, line, width=width, indented=indented)):
            paragraphs[-1] += ("" if re.search(r"\w-$", paragraphs[-1]) else " ") + words
            counts["hard-wrap"] += 1
        else:
            paragraphs.append(words)
        previous = line
    return paragraphs


def _continues(previous: str, line: str, *, width: int, indented: bool) -> bool:
    words = line.lstrip()
    if _UNIT_START.match(words) or _TABLE_ROW.search(previous) or _TABLE_ROW.search(line):
        return False
    indent, before = len(line) - len(words), len(previous) - len(previous.lstrip())
    if indented and indent <= 1:
        return True  # paragraphs of this text begin with an indent, and this line has none
    if indented and indent < 10 and before < 10:
        return False
    if words[0].islower():
        return not previous.endswith((";", ":"))
    return not indented and len(previous) >= 0.75 * width and not _SENTENCE_END.search(previous)
