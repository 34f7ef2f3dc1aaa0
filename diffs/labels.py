"""The labels that open units of law, their numbers in one canonical form, and the paths made of them.

Inserted numbers are printed in many ways (``22.1``, ``22-1``, ``22¹``, ``22^1``, ``22_1``, ``341¹⁻¹``) and have one form here:
``22.1``. That is safe because a label is always one unit; a flattened ``221`` is never guessed at.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from diffs.typography import one_script

_LATIN_OF: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "ch", "ш": "sh", "щ": "sch", "э": "eh", "ю": "yu", "я": "ya",
    # not used by drafters, met all the same
    "ё": "yo", "й": "y", "ъ": "hd", "ы": "yi", "ь": "sf",
}  # fmt: skip
#: The letters that drafters use for sub-points, in order; ё й ъ ы ь are passed over.
LIST_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
OPENING_QUOTES: Final = frozenset('"«„“')
_LOOK_ALIKE: Final = str.maketrans("aceopxyk", "асеорхук")
_TO_DIGITS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻-^_", "0123456789....")
_UNITS: Final = ["", "перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят"]
_TEENS: Final = ["десят", "одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат",
                 "восемнадцат", "девятнадцат"]  # fmt: skip
_ORDINAL: Final = {stem: number for number, stem in enumerate([*_UNITS, *_TEENS, "двадцат"]) if stem} | {"тридцат": 30}
_ORDINAL_ENDING: Final = re.compile(
    r"(?:ый|ий|ой|ая|ья|ое|ье|ого|ьего|ому|ьему|ую|ью|ым|ьим|ом|ьем|ой|ьей|ые|ьи|ых|ьих|ыми|ьими)$"
)

_RAISED: Final = "[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})?"
#: A number as printed, with every rendering of its inserted parts.
NUMBER: Final = rf"\d{{1,4}}(?:[.\-^_]\d{{1,3}}|{_RAISED})*"
_ROMAN: Final = rf"[IVXLCХ]+(?:[.\-^_]\d{{1,2}}|{_RAISED})*"
_AFTER_NUMBER: Final = r'(?:\.(?=\ |$)|(?=\ [А-ЯЁA-Z("«])|$)'
# How a label can begin, mixed letters included: most paragraphs begin otherwise and need no closer look.
_MAY_BEGIN: Final = re.compile(
    r"[0-9A-Za-z§Х]|С[тТA-Za-z]|Г[лЛA-Za-z]|[РЧ][аАA-Za-z]|П[рРA-Za-z]|У[тТA-Za-z]|[а-яё][^)]{0,60}\)",
)
_LABEL: Final = re.compile(
    rf"""(?:
      (?P<dot>(?P<dot_n>{NUMBER})\.)(?=\ |$|[А-ЯЁ«"(])
    | (?P<paren>(?P<paren_n>{NUMBER})\))
    | (?P<st>(?:Статья|СТАТЬЯ)\ (?P<st_n>{NUMBER}|З(?=\.?$))){_AFTER_NUMBER}
    | (?P<gl>(?:Глава|ГЛАВА)\ (?P<gl_n>{NUMBER}|{_ROMAN})){_AFTER_NUMBER}
    | (?P<razd>(?:Раздел|РАЗДЕЛ)\ (?P<razd_n>{_ROMAN}|{NUMBER})){_AFTER_NUMBER}
    | (?P<chast>(?:Часть|ЧАСТЬ)\ (?P<chast_n>[а-я]+|[А-Я]+))$
    | (?P<par>§\ ?(?P<par_n>{NUMBER}))\.?(?=\ |$)
    | (?P<pril>(?:Приложение|ПРИЛОЖЕНИЕ)(?:\ ?(?:№|N)?\ ?(?P<pril_n>\d+))?)(?=$|\ к\ )
    | (?P<utv>(?:УТВЕРЖД[ЕЁ]Н[АОЫ]?|Утвержд[её]н[аоы]?))$
    | (?P<prim>(?:Примечани[ея]|ПРИМЕЧАНИ[ЕЯ])[.:])
    | (?P<head>(?P<head_n>[IVXLC]+)\.)(?=\ [А-ЯЁ])
    | (?P<letter>(?P<letter_n>(?:[а-яёaceopxyk]|([а-я])(?=[а-я]\))[а-я])(?:[.\-^_]?\d{{1,2}}|{_RAISED})?)\))
    )""",
    re.VERBOSE,
)
_MARKUP: Final = re.compile(r"(?<=[\dа-яIVXLC])<sup>\s*(\d+)\s*</sup>")
_FOREIGN: Final = re.compile(r"[^\W\d_]*[A-Za-z]")
_LETTER_THEN_DIGIT: Final = re.compile(r"(?<=[а-яёa-z])(?=\d)")
_RAISED_PART: Final = re.compile(r"(?<=.)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_COMPONENT: Final = re.compile(r"\.(?=[a-z])")
_SMALL: Final = re.compile("[а-яё]")


class Label(NamedTuple):
    """The label that opens a line: its shape, its number in canonical form, and how many characters it takes."""

    shape: str
    number: str
    length: int


def label_of(view: str) -> Label | None:
    """The label at the beginning of a line, if it has one."""
    if _MAY_BEGIN.match(view) is None:
        return None
    found = _LABEL.match(view)
    if found is None:
        return _unusual(view)
    shape = found.lastgroup or ""  # the group that closed last is the outer one
    raw = "" if shape in {"utv", "prim"} else found[f"{shape}_n"] or ""
    number = _number(raw)
    if shape == "letter":
        number = number.translate(_LOOK_ALIKE)
    elif shape == "chast":
        place = ordinal_word(raw)
        if place is None:
            return None
        number = str(place)
    elif shape in {"razd", "gl", "head"}:
        number = number.replace("Х", "X")
    elif number == "З":
        number = "3"  # met in scans: "Статья З" alone on its line can mean nothing else
    return Label(shape, number, found.end())


def _unusual(view: str) -> Label | None:
    """A label in mark-up or in mixed letters: ``22<sup>1</sup>.``, ``Cтатья 5``."""
    head = view[:60]
    plain = _MARKUP.sub(r"^\1", head) if "<sup>" in head else head
    if _FOREIGN.match(plain):
        plain = one_script(plain)
    label = label_of(plain + view[60:]) if plain != head else None
    if label is None:
        return None
    return Label(shape=label.shape, number=label.number, length=label.length + len(head) - len(plain))


def _number(raw: str) -> str:
    """``22-1``, ``22^1``, ``22¹`` -> ``22.1``; letters stay letters: ``а1`` -> ``а.1``."""
    if raw.isascii() and raw.isdecimal():
        return raw
    return _LETTER_THEN_DIGIT.sub(".", _RAISED_PART.sub(r".\1", raw).translate(_TO_DIGITS)).replace("..", ".")


def split_label(text: str) -> tuple[str, str]:
    """A unit's text as its label and its body: ``2) жалобы;`` -> (``2)``, ``жалобы;``). The label may open with a quote."""
    quote = 1 if text[:1] and text[0] in OPENING_QUOTES else 0
    label = label_of(text[quote:])
    if label is None:
        return "", text
    end = quote + label.length
    return text[:end], text[end:].lstrip(" ")


def ordinal(number: str) -> int | None:
    """The place of a whole number or of a sub-point's letter in its list; None for inserted numbers (``22.1``)."""
    if number.isdecimal() and number.isascii():
        return int(number)
    place = LIST_LETTERS.find(number) if len(number) == 1 else -1
    return place + 1 if place >= 0 else None


def ordinal_word(words: str) -> int | None:
    """``второй`` -> 2, ``двадцать первая`` -> 21, up to 39; None for any other word."""
    tens, _, last = words.lower().replace("ё", "е").rpartition(" ")
    base = {"": 0, "двадцать": 20, "тридцать": 30}.get(tens)
    place = _ORDINAL.get(_ORDINAL_ENDING.sub("", last))
    if base is None or place is None or (base and place > 9):
        return None
    return base + place


def succeeds(label: Label, following: Label | None) -> bool:
    """Whether a label is the next one of the same list: ``3)`` after ``2)``; in КоАП ``7.20`` after ``7.19``."""
    if following is None or following.shape != label.shape:
        return False
    chapter, _, last = label.number.rpartition(".")
    chapter_after, _, last_after = following.number.rpartition(".")
    here, there = ordinal(last), ordinal(last_after)
    return chapter == chapter_after and here is not None and there is not None and there == here + 1


def slug(number: str) -> str:
    """A number as a path writes it, in Latin letters."""
    return number if number.isascii() else _SMALL.sub(lambda found: _LATIN_OF[found[0]], number)


def split_path(path: str) -> tuple[str, str]:
    """A path as that of the unit above and its last component: ``st-22.1.p-3`` -> (``st-22.1``, ``p-3``)."""
    at = path.rfind(".")
    while at >= 0 and not "a" <= path[at + 1 : at + 2] <= "z":
        at = path.rfind(".", 0, at)
    return path[: max(at, 0)], path[at + 1 :]


def components(path: str) -> list[str]:
    """A path cut into its parts; the dot of an inserted number (``st-22.1``) is not a separator."""
    return _COMPONENT.split(path) if path else []
