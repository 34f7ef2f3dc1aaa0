"""The new wording that an amending act quotes: where it begins and ends, and which unit of the amended act it is.

«1) часть 2 статьи 21 изложить в следующей редакции: «2. ...»;» brings a text of another act. Its quotes do not always balance
(an outer closing quote is often swallowed by an inner one), its last full stop or semicolon belongs to the clause around it,
and what it is has to be put together from the clause and the clauses above: «1) в статье 22: а) дополнить частью 3».
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from diffs.labels import NUMBER, OPENING_QUOTES, Label, label_of, ordinal_word, succeeds
from diffs.lines import Line, line_of
from diffs.typography import one_script

_QUOTES: Final = '"«„“”»'
_FORMULA: Final = re.compile(r"(?:следующего\s+содержания|(?:следующей|новой)\s+редакции|в\s+редакции)\s*:$")
_INLINE: Final = re.compile(r"(?:следующего\s+содержания|(?:следующей|новой)\s+редакции)\s*:\s*(?=[\"«„“])")
_COLON_AND_QUOTE: Final = re.compile(r":\s*[\"«„“]")
_STRONG_END: Final = re.compile(r"[.;:!?)][\"»”][.;,]$")
_WEAK_END: Final = re.compile(r"[\"»”][.;,]?$")
_LONGEST_QUOTE: Final = 2_000  # lines; keeps a text of quotes that never close from being read over and over
_NEAR: Final = 400  # lines above a quote in which the labels that are open there are looked for

# Where a unit stands in the ladder; a label closes everything from its own rung downwards.
RUNGS: Final = {
    "root": 0, "pril": 1, "chast": 2, "razd": 3, "gl": 4, "par": 5, "st": 6, "prim": 7, "dot": 8, "paren": 9, "letter": 10,
}  # fmt: skip


def opens(before: Line | None, line: Line) -> bool:
    """Whether a line begins a quoted block: it opens with a quote below words such as "в следующей редакции:"."""
    return line.view[:1] in OPENING_QUOTES and before is not None and before.view.endswith(":") and _is_formula(before)


def _is_formula(line: Line) -> bool:
    return bool(_FORMULA.search(one_script(line.view[-60:])))


def opens_inside(line: Line) -> str | None:
    """What of a quoted block stands on the line of its formula: ``... в следующей редакции: "1. Установить``."""
    if _COLON_AND_QUOTE.search(line.view) is None or (found := _INLINE.search(one_script(line.view))) is None:
        return None
    return line.view[found.end() :]


def end(lines: Sequence[Line], start: int, outer: Sequence[Label], *, first: str | None = None) -> int | None:
    """Index after the last line of the quoted block that opens at `start`, or at the words `first` inside that line.

    The block ends where its quotes balance. Balance alone cannot be trusted, so a line that ends like a block and is followed
    by the next of the `outer` labels ends it too. None when nothing looks like its end.
    """
    guillemets = (first or lines[start].view)[0] == "«"
    depth, read = 0, start
    fallback = None
    stop = min(len(lines), start + _LONGEST_QUOTE)
    for index in [at for at in range(start, stop) if lines[at].closes]:
        views = [first if first is not None and at == start else lines[at].view for at in range(read, index + 1)]
        depth, read = depth + sum(_depth(view, guillemets=guillemets) for view in views), index + 1
        view = views[-1]
        following = lines[index + 1].label if index + 1 < len(lines) else None
        expected = index + 1 == len(lines) or any(succeeds(label, following) for label in outer)
        balanced = depth <= 0 if guillemets else depth % 2 == 0
        strong = bool(_STRONG_END.search(view, max(0, len(view) - 3)))
        if expected or (balanced and (strong or view[-1] in ".;")) or (strong and not guillemets and following is None):
            return index + 1
        if strong and fallback is None:
            fallback = index + 1
    return fallback


def _depth(view: str, *, guillemets: bool) -> int:
    """What a line adds to the quotes that are open; straight quotes are only counted, for opening and closing look the same."""
    return view.count("«") - view.count("»") if guillemets else sum(map(view.count, _QUOTES))


def open_labels(lines: Sequence[Line], index: int) -> list[Label]:
    """Labels that are open before line `index`, nearest first: one of each rung, upwards."""
    found: list[Label] = []
    rung = 99
    for at in range(index - 1, max(0, index - _NEAR) - 1, -1):
        label = lines[at].label
        if label is not None and RUNGS.get(label.shape, 0) < rung:
            rung = RUNGS.get(label.shape, 0)
            found.append(label)
    return found


def outside(lines: Sequence[Line]) -> list[Line]:
    """The lines that are an act's own words."""
    kept: list[Line] = []
    index = 0
    while index < len(lines):
        if opens(lines[index - 1] if index else None, lines[index]):
            index = end(lines, index, open_labels(kept, len(kept))) or index + 1
        else:
            kept.append(lines[index])
            index += 1
    return kept


def unquoted(line: Line) -> Line:
    """The first line of a quoted block without its opening quote, as far as it is recognised; the text stays."""
    view = line.view[1:].lstrip()
    return line_of(line.text, view, label_of(view))


def split_closing(text: str) -> tuple[str, str]:
    """A quoted unit's text without the marks that close the block: ``3. Срок.».`` -> (``3. Срок.``, ``».``).

    The closing quote and what follows it belong to the amending clause: whether ``».`` or ``»;`` stands there says nothing
    about the unit. The second part is empty where no outer quote closes.
    """
    found = _WEAK_END.search(text, max(0, len(text) - 3))
    if found is None:
        return text, ""
    inner = text[1:] if text[0] in OPENING_QUOTES else text
    straight = found[0][0] == '"'
    unbalanced = (
        inner.count('"') % 2 == 1 if straight else inner.count("«") + inner.count("„") < sum(map(inner.count, "»”"))
    )
    if not unbalanced and _STRONG_END.search(text, max(0, len(text) - 3)) is None:
        return text, ""
    return text[: found.start()], found[0]


# ---------------------------------------------------------------- which unit of which article

_NOUNS: Final = {
    "pril": r"приложени\w+", "razd": r"раздел\w*", "gl": "глав(?:[аыеу]|ой|ам|ами|ах)?", "par": r"параграф\w*",
    "st": "стат(?:ь[яиею]|ь?ей|ьям|ьями|ьях)", "prim": r"примечани\w+", "ch": "част(?:ь|и|ью|ей|ям|ями|ях)",
    "pp": r"подпункт\w*", "p": r"пункт\w*", "abz": r"абзац\w*",
}  # fmt: skip
_STEPS: Final = {
    unit: step for step, unit in enumerate(("pril", "razd", "gl", "par", "st", "prim", "ch", "p", "pp", "abz"))
}
_HEADINGS: Final = frozenset({"razd", "gl", "par"})  # articles are cited without them
_STEP_OF_SHAPE: Final = {"dot": "ch", "paren": "p", "letter": "pp"}
_ORDINAL: Final = (
    r"(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|[а-я]{0,9}десят|[а-я]+надцат|двадцат|тридцат)[а-яё]+"
)
_MENTION: Final = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{unit}>{noun})' for unit, noun in _NOUNS.items())})(?!\w)"
    rf"(?:\s+(?:(?:№|N)\s*)?(?:(?P<n>{NUMBER}|[IVXLC]+)(?!\w)|[\"«„](?P<letter>[а-я](?:[.^]?\d|[¹²³⁴⁵⁶⁷⁸⁹])?)[\"»“]"
    rf"|(?P<word>(?:(?:двадцать|тридцать)\s+)?{_ORDINAL}))(?P<more>\s*(?:,|\bи\b|-|–|—)\s*(?=\d|[\"«„]|{_ORDINAL}))?)?",
    re.IGNORECASE,
)
_CITATION: Final = re.compile(r"\"(?P<short>[^\"]{1,3})\"|\"[^\"]*\"|«[^«»]{4,}»|\([^()]*\)")
_ACT: Final = re.compile(r"\b(?:Федеральн|Кодекс|Закон|Указ|Положени|Основ|постановлени|распоряжени)", re.IGNORECASE)
_CHANGE: Final = re.compile(r"\b(?:изменени|дополнени)[яей]*,")
_ADDING: Final = re.compile(r"\bдополни(?:ть|в)\s")
_FRAME: Final = re.compile(r"^(?:\S+[.)]\s+)?Внести\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a quoted block is in the act that it amends.

    `container`: the units around it, outermost first, as (unit, number). `first`: what ``1.`` is in it, where the clause says.
    `paragraph`: the number of its first unlabelled paragraph, None where the clause does not say.
    """

    container: tuple[tuple[str, str], ...]
    first: Literal["ch", "p"] | None
    paragraph: int | None


class _Mention(NamedTuple):
    unit: str
    number: str | None
    several: bool


def target_of(formula: str, above: Iterable[str], first: Label | None) -> Target:
    """The target of a quoted block whose first line has the label `first`.

    `formula` is the clause that brings it; `above` are the clauses in which that one stands, nearest first.
    """
    clause = _mentions(formula)
    named = _named(formula)
    one = next((mention.unit for mention in named or clause if mention.unit in {"ch", "p"}), None)
    step = _STEPS["abz"] if first is None else _STEPS.get(_STEP_OF_SHAPE.get(first.shape, first.shape), -1)
    if first is not None and first.shape == "dot" and one == "p":
        step = _STEPS["p"]
    container: dict[str, str] = {}
    reach = step
    for mentions in [clause, *map(_mentions, above)]:
        # A clause further up can only name what lies further out than all that was named below it.
        here = {
            unit: (number, several) for unit, number, several in reversed(mentions) if number and _STEPS[unit] < reach
        }
        for unit, (number, several) in here.items():
            if not several and (unit not in _HEADINGS or step < _STEPS["st"]):
                container[unit] = number
        reach = min([reach, *(_STEPS[unit] for unit in here)])
    return Target(
        container=tuple(sorted(container.items(), key=lambda item: _STEPS[item[0]])),
        first="p" if one == "p" else "ch" if one == "ch" else None,
        paragraph=_first_paragraph(named or clause),
    )


def _first_paragraph(mentions: Sequence[_Mention]) -> int | None:
    numbers = [mention.number for mention in mentions if mention.unit == "abz"]
    if not numbers:
        return 1
    return int(numbers[0]) if numbers[0] is not None and numbers[0].isdecimal() else None


def _named(formula: str) -> list[_Mention]:
    """What the clause adds: the units behind "дополнить"."""
    return _mentions(_ADDING.split(formula, maxsplit=1)[-1]) if _ADDING.search(formula) else []


def _mentions(clause: str) -> list[_Mention]:
    clause = _CITATION.sub(lambda found: found[0] if found["short"] else " ", one_script(clause))
    frame = _FRAME.match(clause)
    if frame is not None and (act := _ACT.search(clause, frame.end())) is not None:
        change = _CHANGE.search(clause, act.end())  # between the two stand the numbers of the act and not of its units
        clause = clause[: act.start()] + (clause[change.end() :] if change is not None else "")
    return [_mention(found) for found in _MENTION.finditer(clause)]


def _mention(found: re.Match[str]) -> _Mention:
    unit = next(name for name in _NOUNS if found[name] is not None)
    number = found["n"] or found["letter"]
    if number is not None:
        label = label_of(f"{number})")
        number = label.number if label is not None else number  # an inserted number in its one form
    elif found["word"]:
        place = ordinal_word(" ".join(found["word"].split()))
        number = str(place) if place is not None else None
    return _Mention(unit, number, several=bool(found["more"]))
