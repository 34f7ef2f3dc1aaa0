"""Lines made paragraphs again: hard wraps, hyphenation and texts without any line break.

A consolidated text has one paragraph a line, and structure and comparison rest on it. Files and old sites wrap lines at 60 to
80 columns, justify them with doubled spaces, centre headings and print tables in columns; some copies lost every line
break. `reflow` brings all of them to one paragraph a line and leaves alone what is so already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from diffs.typography import join_spaced

_SENTENCE_END: Final = re.compile(r"[.;:!?][\"»”)]?[.;]?$|[»”\"][.;]$")
_LABEL: Final = (
    r"\d+(?:[.^_\-]\d+)*[.)](?!\d)|[а-я](?:[.^]\d+)?\)|(?:Статья|СТАТЬЯ)\s+\d|(?:Глава|ГЛАВА)\s+[\dIVXLC]"
    r"|(?:Раздел|РАЗДЕЛ)\s+[\dIVXLC]|§\s*\d"
)
_UNIT_START: Final = re.compile(rf"(?:[\"«„“]\s*)?(?:{_LABEL}|[-–—•]\s)")
_HEADING: Final = re.compile(r"(?:Статья|СТАТЬЯ|Глава|ГЛАВА|Раздел|РАЗДЕЛ)\s|§|[IVXLC]+\.\s")
_STAMP: Final = re.compile(r"(?i:утвержд[её]н[аоы]?|приложение(?: (?:№|N) ?\d+)?)$")
# A line that ends so points at the number which opens the next one: "в пункте / 15. Иное" is no new unit.
_POINTS_ON: Final = re.compile(
    r"(?:\b(?:пункт|част|стать|подпункт|глав|раздел|абзац)[а-яё]*|\bст\.|\bп\.|\bч\.|№|\bN)$"
)
_BRACKET: Final = re.compile("[()]")
_BAR: Final = re.compile(r"[¦|]|-{5}")
_WHOLE_WORD: Final = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*(?!-?[А-Яа-яЁё]|-$)")
_WORD_HEAD: Final = re.compile(r"[А-Яа-яЁё]+")
_GAP: Final = re.compile(r"(?<=\S) +(?=\S)")
_WIDTHS: Final = range(40, 122)
_LONGEST_BRACKET: Final = 40  # lines; a bracket that never closes must not swallow the text
_UNBROKEN: Final = 1_000  # characters a line on average: no law is written so, its line breaks were lost
_LONG_LINE: Final = 2_000  # characters; a line of such a text that is worth searching for units


def reflow(lines: Sequence[str], counts: Counter[str] | None = None) -> list[str]:
    """One paragraph a line, blanks around it cut off, empty lines dropped. Joins and cuts are counted as ``hard-wrap``."""
    counts = Counter() if counts is None else counts
    if sum(map(len, lines)) > _UNBROKEN * sum(1 for line in lines if line):
        lines = [part for line in lines for part in _parted(line, counts)]
    layout = _layout(lines)
    while layout is not None:
        paragraphs = _Unwrapper(layout, lines, counts).paragraphs()
        if paragraphs == lines:
            break
        # Once more without indents, so that doing it twice is doing it once.
        lines, layout = paragraphs, _layout(paragraphs)
    return _without_stray_hyphens([line for raw in lines if (line := raw.strip())], counts)


# ---------------------------------------------------------------- hard wraps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a text is wrapped: its width, whether paragraphs begin with an indent, whether blank lines part them."""

    width: int
    indented: bool
    parted: bool


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _layout(lines: Sequence[str]) -> _Layout | None:
    """The layout of a text whose line ends fall inside sentences all over it, at one width; None for any other text."""
    full = [line.rstrip() for line in lines if line and not line.isspace()]
    if len(full) < 3 or sum(len(line) >= _WIDTHS.stop for line in full) > 0.02 * len(full):
        return None
    full = [line.expandtabs(8) for line in full]
    lengths = sorted(map(len, full))
    width = lengths[int(0.98 * (len(lengths) - 1))]
    if width not in _WIDTHS:
        return None
    indented = sum(line.startswith("  ") for line in full) >= 0.05 * len(full)
    broken = sum(_is_broken(line, following, width) for line, following in pairwise(full))
    justified = sum("  " in line.strip() and len(line) >= 0.9 * width for line in full)
    sure = broken >= max(2, 0.12 * (len(full) - 1))
    if not sure and not (broken and justified >= max(2, 0.2 * len(full))):
        return None
    blocks = sum(not here.strip() and bool(there.strip()) for here, there in pairwise(["", *lines]))
    return _Layout(width=width, indented=indented, parted=blocks >= 0.12 * len(full))


def _is_broken(line: str, following: str, width: int) -> bool:
    """Whether a line end cuts a sentence where the width made it so."""
    opening = following.lstrip()
    return (
        opening[0].islower()
        and not _SENTENCE_END.search(line)
        and len(line) + len(opening.split(maxsplit=1)[0]) >= 0.85 * width
        and not _UNIT_START.match(opening)
    )


class _Unwrapper:
    """Joins the lines of one wrapped text."""

    def __init__(self, layout: _Layout, lines: Sequence[str], counts: Counter[str]) -> None:
        self._layout = layout
        self._lines = [line.expandtabs(8).rstrip() for line in lines]
        self._counts = counts
        self._vocabulary: frozenset[str] | None = None

    def paragraphs(self) -> list[str]:
        done: list[str] = []
        for block in _blocks(self._lines):
            if not _hangs(block) and _is_table(block):
                done += [line.strip() for line in block]
            elif _hangs(block) or _is_centred(block):
                done += self._joined(block, lambda _, line: not _UNIT_START.match(line.lstrip()))
            else:
                done += self._joined(block, self._continues)
        return done

    def _joined(self, block: Sequence[str], continues: Callable[[str, str], bool]) -> list[str]:
        done: list[list[str]] = []
        brackets = opened = 0  # open brackets of the paragraph, lines since the first of them
        previous = ""
        for line in block:
            words = join_spaced(" ".join(line.split()))
            bracketed = brackets > 0 and opened < _LONGEST_BRACKET
            if done and not _STAMP.match(done[-1][0]) and (bracketed or continues(previous, line)):
                self._append(done[-1], words)
                self._counts["hard-wrap"] += 1
            else:
                done.append([words])
                brackets = 0
            for bracket in _BRACKET.findall(words):  # that of a label ("2)") closes nothing
                brackets = brackets + 1 if bracket == "(" else max(0, brackets - 1)
            opened = opened + 1 if brackets else 0
            previous = line
        return [" ".join(parts) for parts in done]

    def _append(self, parts: list[str], words: str) -> None:
        """Adds a line to a paragraph; a word that the line end cut in two is made whole."""
        last = parts[-1]
        if not (last[-1:] == "-" and last[-2:-1].isalpha()):
            parts.append(words)
            return
        head, tail = re.split(r"[^\w-]", last)[-1][:-1], _WORD_HEAD.match(words)
        cut = tail is not None and words[0].islower() and self._was_cut(head.lower(), tail[0].lower())
        parts[-1] = (last[:-1] if cut else last) + words

    def _was_cut(self, head: str, tail: str) -> bool:
        """Whether the hyphen between two halves belongs to the line end and not to the word. The text itself decides."""
        if self._vocabulary is None:
            self._vocabulary = frozenset(word.lower() for line in self._lines for word in _WHOLE_WORD.findall(line))
        if f"{head}-{tail}" in self._vocabulary:
            return False
        if head + tail in self._vocabulary:
            return True
        return not _is_compound(head, tail) and not (head[-1] in "ое" and tail in self._vocabulary)

    def _continues(self, previous: str, line: str) -> bool:
        """Whether a line goes on with the paragraph of the line before it."""
        words, layout = line.lstrip(), self._layout
        ended = bool(_SENTENCE_END.search(previous))
        full = len(previous) + 1 + len(words.split(maxsplit=1)[0]) > layout.width  # the next word had no room
        if _UNIT_START.match(words) and not self._is_number_of_text(previous, line, full=full and not ended):
            return False
        if layout.indented and _indent(line) <= 1:
            return True  # paragraphs of this text begin with an indent, and this line has none
        if layout.indented and (_indent(line) < 10 or _indent(previous) < 10):
            return False
        if layout.parted:
            return full or not ended
        # A full line that ends a sentence can end its paragraph too. Most paragraphs of law open with a label, so it is rarer.
        return not previous.endswith((";", ":")) and (full or words[0].islower())

    def _is_number_of_text(self, previous: str, line: str, *, full: bool) -> bool:
        """Whether what looks like a label only stands first by accident: "в пункте / 15. Иное", "лица / - граждане"."""
        words = line.lstrip()
        if _HEADING.match(words):
            return False
        unindented = self._layout.indented and _indent(line) == 0
        dash = words[0] in "-–—" and full
        return bool(_POINTS_ON.search(previous)) or dash or (unindented and not _SENTENCE_END.search(previous))


def _is_compound(head: str, tail: str) -> bool:
    """Words that are always written with a hyphen: кое-кто, по-прежнему, из-за, какой-либо."""
    return head in {"кое", "по", "из", "во", "в"} or tail in {"то", "либо", "нибудь", "таки", "за", "под"}


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Runs of lines between blank ones."""
    block: list[str] = []
    for line in lines:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_centred(block: Sequence[str]) -> bool:
    """Whether every line of a block is set in the middle or to the right: a heading, a stamp, a note on the whole act."""
    indents = [_indent(line) for line in block]
    if len(block) < 2 or min(indents) < 3 or (len(set(indents)) == 1 and indents[0] < 10):
        return False
    if min(indents) >= 10:
        return True
    middles = [(_indent(line) + len(line)) / 2 for line in block]
    return max(middles) - min(middles) <= 4


def _hangs(block: Sequence[str]) -> bool:
    """Whether the lines of a block hang below the words of its first line: a name, a dash, and who that is."""
    column = _indent(block[-1])
    return (
        len(block) > 1
        and column >= 10
        and all(_indent(line) == column for line in block[1:])
        and _indent(block[0]) < 10
    )


def _is_table(block: Sequence[str]) -> bool:
    """Whether a block is printed in columns: ruled, or with wide gaps between words that stand beside single blanks."""
    if any(_BAR.search(line) for line in block):
        return True
    return sum(map(_has_columns, block)) >= max(1, 0.3 * len(block))


def _has_columns(line: str) -> bool:
    """A wide gap in a line whose other gaps are narrow. Justified lines have gaps of nearly one width."""
    gaps = [len(gap) for gap in _GAP.findall(line)]
    return bool(gaps) and max(gaps) >= 3 and (max(gaps) - min(gaps) >= 2 or (len(gaps) <= 2 and max(gaps) >= 8))


# ---------------------------------------------------------------- hyphens left inside lines

_INNER_HYPHEN: Final = re.compile(r"-(?=[а-яё]{2})")
_LETTERS: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
_MOST_HYPHENS: Final = 64  # distinct suspects looked up; a text with more of them is not a wrapped one with remains


def _without_stray_hyphens(lines: list[str], counts: Counter[str]) -> list[str]:
    """``правонаруше-ниях`` -> ``правонарушениях`` where the text has the whole word elsewhere and more often."""
    text = "\n".join(lines)
    suspects: dict[str, str] = {}
    for hyphen in _INNER_HYPHEN.finditer(text):
        head, tail = text[max(0, hyphen.start() - 30) : hyphen.start()], text[hyphen.end() : hyphen.end() + 30]
        head = head[len(head.rstrip(_LETTERS)) :]
        tail = tail[: len(tail) - len(tail.lstrip(_LETTERS))]
        if len(head) > 1 and not _is_compound(head, tail):
            suspects[f"{head}-{tail}"] = head + tail
    if not suspects or len(suspects) > _MOST_HYPHENS:
        return lines
    for cut, whole in suspects.items():
        if " " + cut.partition("-")[2] in text:
            continue  # the second half is a word of its own: a compound
        if whole in text and (hits := text.count(cut)) < text.count(whole):
            text = text.replace(cut, whole)
            counts["hard-wrap"] += hits
    return text.split("\n")


# ---------------------------------------------------------------- texts without line breaks

_INSERTED: Final = r"(?:[.^_-]\d{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}){0,3}"
_MARKER: Final = re.compile(
    r" (?=[\"«„]?(?:[РГС§\d]|[а-я][\d.^⁰¹²³⁴⁵⁶⁷⁸⁹]{0,3}\)))(?P<quote>[\"«„]?)(?:"
    r"(?P<head>(?:Раздел|РАЗДЕЛ|Глава|ГЛАВА|§) ?(?:\d{1,3}|[IVXLC]{1,7})(?:[.^-]\d{1,2})?\.? (?=[А-ЯЁ]))"
    rf"|Статья (?P<st>\d{{1,4}}){_INSERTED}\. (?=[А-ЯЁ(])"
    rf"|(?P<dot>\d{{1,3}})(?P<dot_more>{_INSERTED})\. (?=[А-ЯЁ(])"
    rf"|(?P<paren>\d{{1,3}})(?P<paren_more>{_INSERTED})\) (?=[\w(\"«])"
    r"|(?P<letter>[а-я])(?P<letter_more>(?:[.^]?\d|[⁰¹²³⁴⁵⁶⁷⁸⁹])?)\) (?=[\w(\"«]))"
)
_LIST_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
_FEW_MARKERS: Final = 3


def _parted(line: str, counts: Counter[str]) -> list[str]:
    """A line that holds many units cut where units begin. Linear: one search, and each marker is judged by the last ones."""
    if len(line) <= _LONG_LINE:
        return [line]
    line = " " + " ".join(line.split())
    last = _Last()
    cuts = [found.start() for found in _MARKER.finditer(line) if last.begins(found)]
    if len(cuts) < _FEW_MARKERS:
        return [line]
    counts["hard-wrap"] += len(cuts)
    pieces = (line[start:end].strip() for start, end in pairwise([0, *cuts, len(line)]))
    return [piece for piece in pieces if piece]


class _Last:
    """The numbers of the units that are open, by which a marker is told from a number in running text."""

    def __init__(self) -> None:
        self._dot = self._paren = self._letter = 0

    def begins(self, found: re.Match[str]) -> bool:
        """Whether a marker begins a unit; then it is remembered."""
        before = found.string[found.start() - 1] if found.start() else "."
        quoted = bool(found["quote"]) and before == ":"
        ended = before in '.;:!?»”")' or quoted
        if found["head"] or found["st"]:
            self._dot = self._paren = self._letter = 0
            return not found["quote"] or quoted
        if found["dot"]:
            return self._dotted(int(found["dot"]), inserted=bool(found["dot_more"]), ended=ended, quoted=quoted)
        if not ended:
            return False
        if found["paren"]:
            number, inserted = int(found["paren"]), bool(found["paren_more"])
            if number not in {1, self._paren + (not inserted)} and before != ";" and not quoted:
                return False
            self._paren, self._letter = number, 0
            return True
        number = _LIST_LETTERS.find(found["letter"]) + 1
        if number not in {1, self._letter + (not found["letter_more"])} and before != ";" and not quoted:
            return False
        self._letter = number
        return True

    def _dotted(self, number: int, *, inserted: bool, ended: bool, quoted: bool) -> bool:
        first = number == 1 and self._dot == 0 and not inserted  # it may follow a heading, which has no full stop
        if not (first or quoted or (ended and number == self._dot + (not inserted))):
            return False
        if not quoted:
            self._dot = number
        self._paren = self._letter = 0
        return True
