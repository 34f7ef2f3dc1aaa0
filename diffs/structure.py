"""From a published text to addressable units of law.

Units: раздел, глава, §, статья, часть ``1.``, пункт ``1)``, подпункт ``а)``, абзац, приложение, примечание. Articles are
numbered through an act, so their paths do not name the chapter: ``st-22.ch-1.p-2.pp-v``; chapters have paths of their own
(``gl-4``). In decrees and regulations ``1.`` is a пункт and what stands below it a подпункт. The new wording that an
amending act quotes is a tree of its own below the item that brings it: ``st-1.p-2.q.st-22.ch-1``.

No text is refused: what has no label is a paragraph (``abz-2``), and a text without any label is a list of paragraphs.
Every line of the text is in exactly one section, in order (see `structure`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from diffs.normalise import EDITORIAL_NOTE, is_editorial, published_lines
from tracker.models import Notice, Section

_LETTERS: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "ch", "ш": "sh", "щ": "sch", "э": "eh", "ю": "yu", "я": "ya",
    # not used by drafters, met all the same
    "ё": "yo", "й": "y", "ъ": "hd", "ы": "yi", "ь": "sf",
}  # fmt: skip
# The letters that drafters use for sub-points, in order; ё й ъ ы ь are passed over.
LIST_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
_LOOK_ALIKE: Final = str.maketrans("aceopxyk", "асеорхук")
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        ["первая", "вторая", "третья", "четвертая", "пятая", "шестая", "седьмая", "восьмая"], start=1
    )
}

_NUM: Final = r"\d{1,4}(?:(?:[.\-^_]\d{1,3})|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})*"
_ROMAN: Final = r"[IVXLCХ]+(?:[.\-^_]\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})*"
_QUOTES: Final = '"«„“”»'
_OPENING: Final = '"«„“'
_OPENING_MARKS: Final = frozenset(_OPENING)
_LABEL: Final = re.compile(
    rf"""(?:
      (?P<st>(?:Статья|СТАТЬЯ)\ (?P<st_n>{_NUM}))(?:\.(?=\ |$)|(?=\ [А-ЯЁA-Z("«])|$)
    | (?P<gl>(?:Глава|ГЛАВА)\ (?P<gl_n>{_NUM}|{_ROMAN}))(?:\.(?=\ |$)|(?=\ [А-ЯЁA-Z("«])|$)
    | (?P<razd>(?:Раздел|РАЗДЕЛ)\ (?P<razd_n>{_ROMAN}|{_NUM}))(?:\.(?=\ |$)|(?=\ [А-ЯЁA-Z("«])|$)
    | (?P<chast>(?:Часть|ЧАСТЬ)\ (?P<chast_n>[а-я]+|[А-Я]+))$
    | (?P<par>§\ ?(?P<par_n>{_NUM}))\.?(?=\ |$)
    | (?P<pril>(?:Приложение|ПРИЛОЖЕНИЕ)(?:\ ?(?:№|N)?\ ?(?P<pril_n>\d+))?)(?=$|\ к\ )
    | (?P<utv>(?:УТВЕРЖД[ЕЁ]Н[АОЫ]?|Утвержд[её]н[аоы]?))$
    | (?P<prim>(?:Примечани[ея]|ПРИМЕЧАНИ[ЕЯ])[.:])
    | (?P<head>(?P<head_n>[IVXLC]+)\.)(?=\ [А-ЯЁ])
    | (?P<dot>(?P<dot_n>{_NUM})\.)(?=\ |$|[А-ЯЁ«"(])
    | (?P<paren>(?P<paren_n>{_NUM})\))
    | (?P<letter>(?P<letter_n>(?:[а-яёaceopxyk]|([а-я])(?=[а-я]\))[а-я])(?:[.\-^_]?\d{{1,2}}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}})?)\))
    )""",
    re.VERBOSE,
)
_BLANKS: Final = re.compile(r"[^\S ]+| {2,}")
_HIDDEN: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))

_FORMULA: Final = re.compile(r"(?:следующего содержания|(?:следующей|новой) редакции|в редакции)\s*:$")
_FRAME: Final = re.compile(r"следующ(?:ие|ее) (?:изменени|дополнени)")
_STRONG_END: Final = re.compile(r"[.;:!?)][\"»”][.;,]$")
_WEAK_END: Final = re.compile(r"[\"»”][.;,]?$")
_LONGEST_QUOTE: Final = 2_000  # lines; keeps a text of quotes that never close from being read over and over
_APPROVED_NAME: Final = re.compile(
    r"^(?:П\s?О\s?Л\s?О\s?Ж\s?Е\s?Н\s?И\s?Е|Положение|Порядок|ПОРЯДОК|Правила|ПРАВИЛА|Инструкция|ИНСТРУКЦИЯ|Регламент|РЕГЛАМЕНТ|Устав|УСТАВ)\b"
)

# Where a unit stands in the ladder; a label closes everything from its own rung downwards.
_RUNGS: Final = {
    "root": 0, "pril": 1, "chast": 2, "razd": 3, "gl": 4, "par": 5, "st": 6, "prim": 7, "dot": 8, "paren": 9, "letter": 10,
}  # fmt: skip
_THROUGH: Final = frozenset({"chast", "razd", "gl"})  # containers that lend their units no part of the path


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one act names its units: whether it has articles, and whether ``1.`` is a часть (``ch``) or a пункт (``p``)."""

    articles: bool
    first: Literal["ch", "p"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The label that opens a line: its shape, its number in canonical form, and how many characters it takes."""

    shape: str
    number: str
    length: int


@dataclass(slots=True)
class _Node:
    shape: str
    path: str
    parts: tuple[str, ...]
    unit: str = ""  # the path word: st, ch, p, pp...
    label: Label | None = None
    paragraphs: int = 0
    text: str = ""
    children: set[str] = field(default_factory=set)
    last_is_list_head: _Node | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    view: str
    label: Label | None


def _view(text: str) -> str:
    """A line as labels are recognised in it: no hidden characters, plain single spaces, no notes of the publisher."""
    view = text.translate(_HIDDEN)
    if "(" in view:
        view = EDITORIAL_NOTE.sub("", view)
    return _BLANKS.sub(" ", view.replace("\n", " ")).strip()


def _number(raw: str) -> str:
    """``22-1``, ``22^1``, ``22¹`` -> ``22.1``; letters stay letters: ``а1`` -> ``а.1``."""
    plain = re.sub("(?<=.)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r".\1", raw).translate(_SUPERSCRIPT)
    plain = re.sub(r"[\-^_]", ".", plain)
    return re.sub(r"(?<=[а-яёa-z])(?=\d)", ".", plain)


def label_of(view: str) -> Label | None:
    """The label at the beginning of a line, if it has one."""
    found = _LABEL.match(view)
    if found is None:
        return None
    shape = found.lastgroup or ""
    shape = next(name for name in ("st", "gl", "razd", "chast", "par", "pril", "utv", "prim", "head", "dot", "paren", "letter")
                 if found[name] is not None)  # fmt: skip
    raw = "" if shape in {"utv", "prim"} else found[f"{shape}_n"] or ""
    number = _number(raw)
    if shape == "letter":
        number = number.translate(_LOOK_ALIKE)
    elif shape == "chast":
        ordinal = _ORDINALS.get(number.lower().replace("ё", "е"))
        if ordinal is None:
            return None
        number = str(ordinal)
    elif shape in {"razd", "gl", "head"}:
        number = number.replace("Х", "X")
    return Label(shape=shape, number=number, length=found.end())


def split_label(text: str) -> tuple[str, str]:
    """A unit's text as its label and its body: ``2) жалобы;`` -> (``2)``, ``жалобы;``). The label may open with a quote."""
    quote = 1 if text[:1] and text[0] in _OPENING else 0
    label = label_of(text[quote:])
    if label is None:
        return "", text
    end = quote + label.length
    return text[:end], text[end:].lstrip(" ")


def _slug(number: str) -> str:
    return re.sub("[а-яё]", lambda found: _LETTERS[found[0]], number)


_TO_POINT: Final = re.compile(r"\bпункт\w*\s+\d[\d.,\s\-–—и]*\s*настоящей статьи")
_TO_PART: Final = re.compile(
    r"\bчаст\w+\s+(?:\d[\d.,\s\-–—и]*|перв\w+|втор\w+|трет\w+|четверт\w+|пят\w+|шест\w+)\s*настоящей статьи"
)


def profile_of(views: Sequence[str]) -> Profile:
    """The profile of an act by the words it uses of itself; часть is the default of today's drafting guide."""
    labels = [label_of(view) for view in views]
    articles = any(label is not None and label.shape == "st" for label in labels)
    if not articles:
        return Profile(articles=False, first="p")
    points = sum(len(_TO_POINT.findall(view)) for view in views if "настоящей статьи" in view)
    parts = sum(len(_TO_PART.findall(view)) for view in views if "настоящей статьи" in view)
    if points != parts:
        return Profile(articles=True, first="p" if points > parts else "ch")
    shapes = [label.shape for label in labels if label is not None]
    below = Counter(after for here, after in pairwise(shapes) if here == "dot")
    return Profile(articles=True, first="p" if below["letter"] > below["paren"] else "ch")


def structure(text: str) -> tuple[Section, ...]:
    r"""The units of a published text, in document order.

    Round trip: ``"\n".join(s.text for s in structure(text))`` equals ``"\n".join(published_lines(text))``, that is the text
    with blank lines dropped and the blanks around each line cut off. A line that only holds notes of the publisher
    belongs to the unit before it. Paths are unique: a repeated one gets ``~2``, ``~3``...
    """
    lines = _lines(published_lines(text))
    builder = _Builder()
    outside = [line.view for line in _outside_quotes(lines)]
    builder.read(lines, root=_Node("root", "", ()), outer="", profile=profile_of(outside))
    return tuple(builder.sections)


def _lines(published: Iterable[str]) -> list[_Line]:
    merged: list[str] = []
    pending: list[str] = []  # notes at the very top wait for the first line of law
    for text in published:
        if is_editorial(text):
            if merged:
                merged[-1] += "\n" + text
            else:
                pending.append(text)
        else:
            merged.append("\n".join([*pending, text]))
            pending = []
    if pending:
        merged.append("\n".join(pending))
    lines = []
    for text in merged:
        view = _view(text)
        lines.append(_Line(text, view, label_of(view)))
    return lines


# ---------------------------------------------------------------- quoted new wording


def _opens_quote(before: _Line | None, line: _Line) -> bool:
    return before is not None and line.view[:1] in _OPENING_MARKS and bool(_FORMULA.search(before.view))


def _quote_end(lines: Sequence[_Line], start: int, outer: Sequence[Label]) -> int:
    """Index after the last line of the quoted block that opens at `start`.

    The block ends where its quotes balance. Balance alone cannot be trusted (an outer closing quote is often swallowed by
    an inner one), so a line that ends like a block and is followed by the next label of the amending act ends it too.
    """
    guillemets = lines[start].view[0] == "«"
    depth = 0
    fallback = None
    for index in range(start, min(len(lines), start + _LONGEST_QUOTE)):
        view = lines[index].view
        if guillemets:
            depth += view.count("«") - view.count("»")
        else:
            depth += sum(view.count(mark) for mark in _QUOTES)
        if not _WEAK_END.search(view):
            continue
        following = lines[index + 1].label if index + 1 < len(lines) else None
        expected = index + 1 == len(lines) or any(_succeeds(label, following) for label in outer)
        balanced = depth <= 0 if guillemets else depth % 2 == 0
        strong = bool(_STRONG_END.search(view))
        if expected or (balanced and (strong or view[-1] in ".;")) or (strong and not guillemets and following is None):
            return index + 1
        if strong and fallback is None:
            fallback = index + 1
    return fallback or start + 1


def _succeeds(label: Label, following: Label | None) -> bool:
    if following is None or following.shape != label.shape:
        return False
    here, there = ordinal(label.number), ordinal(following.number)
    return here is not None and there is not None and there == here + 1


def _open_labels(lines: Sequence[_Line], index: int) -> list[Label]:
    """Labels that are open before line `index`, nearest first: one of each rung, upwards."""
    found: list[Label] = []
    rung = 99
    for line in reversed(lines[max(0, index - 400) : index]):
        if line.label is not None and _RUNGS.get(line.label.shape, 0) < rung:
            rung = _RUNGS.get(line.label.shape, 0)
            found.append(line.label)
    return found


def _outside_quotes(lines: Sequence[_Line]) -> Iterable[_Line]:
    outside: list[_Line] = []
    index = 0
    while index < len(lines):
        if _opens_quote(lines[index - 1] if index else None, lines[index]):
            index = _quote_end(lines, index, _open_labels(outside, len(outside)))
        else:
            outside.append(lines[index])
            index += 1
    return outside


def ordinal(number: str) -> int | None:
    """The place of a whole number or of a sub-point's letter in its list; None for inserted numbers (``22.1``)."""
    if number.isdecimal() and number.isascii():
        return int(number)
    place = LIST_LETTERS.find(number) if len(number) == 1 else -1
    return place + 1 if place >= 0 else None


# ---------------------------------------------------------------- the tree


_WORDS: Final = {"razd": "разд.", "gl": "гл.", "par": "§", "st": "ст.", "ch": "ч.", "p": "п.", "pp": "пп."}


class _Builder:
    """Reads lines into sections; one `read` per context: the act, an appendix goes on in it, a quoted block."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._used: Counter[str] = Counter()

    def read(self, lines: Sequence[_Line], *, root: _Node, outer: str, profile: Profile) -> None:
        stack = [root]
        following = _next_labels(lines)
        index = 0
        while index < len(lines):
            line = lines[index]
            before = lines[index - 1] if index else None
            if _opens_quote(before, line):
                end = _quote_end(lines, index, _open_labels(lines, index))
                self._read_quote(lines[index:end], item=stack[-1], outer=outer, profile=profile, formula=before)
                index = end
                continue
            if line.label is not None:
                name = _approved_name(lines, index)
                self._labelled(line, line.label, stack, outer=outer, profile=profile, name=name)
            else:
                self._paragraph(line, stack, following[index], outer=outer)
            index += 1

    def _read_quote(
        self, lines: Sequence[_Line], *, item: _Node, outer: str, profile: Profile, formula: _Line | None
    ) -> None:
        first = lines[0]
        view = first.view[1:].lstrip()
        inner = [_Line(first.text, view, label_of(view)), *lines[1:]]
        words = formula.view if formula else ""
        named = re.search(r"\b(част[ьияеюй]|пункт)", words, re.IGNORECASE)
        own = profile_of([line.view for line in inner])
        if own.articles:
            quoted = own
        elif named is not None:
            quoted = Profile(articles=False, first="p" if named[1].lower() == "пункт" else "ch")
        else:
            quoted = profile
        root = _Node("root", f"{item.path}.q" if item.path else "q", ())
        self.read(inner, root=root, outer=_address(item.parts, outer), profile=quoted)

    def _labelled(
        self, line: _Line, label: Label, stack: list[_Node], *, outer: str, profile: Profile, name: str
    ) -> None:
        shape = {"utv": "pril", "head": "razd"}.get(label.shape, label.shape)
        if label.shape == "utv" and stack[-1].shape == "pril" and stack[-1].paragraphs < 8:
            self._paragraph(line, stack, None, outer=outer)  # "Приложение" and "УТВЕРЖДЕНО" open one appendix, not two
            return
        while _RUNGS[stack[-1].shape] >= _RUNGS[shape]:
            stack.pop()
        parent = stack[-1]
        if shape in {"st", "dot", *_THROUGH} or (shape in {"paren", "letter"} and parent.shape in {*_THROUGH, "par"}):
            parent = next(node for node in reversed(stack) if node.shape not in {*_THROUGH, "par"} or node is stack[0])
        unit = self._unit(shape, parent, stack, profile)
        number = label.number
        if shape == "pril":
            number = number or str(1 + sum(child.startswith("pril-") for child in parent.children))
        slug = f"{unit}-{_slug(number)}" if number else unit
        head = parent.last_is_list_head
        if slug in parent.children and shape in {"paren", "letter"} and head is not None:
            parent = head  # a second list under one article belongs to the paragraph that opens it
        parent.children.add(slug)
        node = _Node(
            shape,
            self._path(f"{parent.path}.{slug}" if parent.path else slug),
            (*parent.parts, name or _part(unit, number)),
            unit,
            label,
            text=line.view,
        )
        node.paragraphs = 1 if shape in {"dot", "paren", "letter", "prim"} else 0
        stack.append(node)
        self._add(line, node.path, _address(node.parts, outer))

    @staticmethod
    def _unit(shape: str, parent: _Node, stack: Sequence[_Node], profile: Profile) -> str:
        if shape == "dot":
            bare = profile.articles and not any(node.shape == "st" for node in stack)
            appended = any(node.shape in {"pril", "prim"} for node in stack)
            return "p" if bare or appended else profile.first
        if shape == "paren":
            return "pp" if parent.unit == "p" and parent.shape == "dot" else "p"
        return "pp" if shape == "letter" else shape

    def _paragraph(self, line: _Line, stack: list[_Node], following: Label | None, *, outer: str) -> None:
        top = stack[-1]
        if top.shape in {"paren", "letter"} and top.text.endswith(".") and not self._list_goes_on(stack, following):
            while stack[-1].shape in {"paren", "letter"}:
                stack.pop()
            top = stack[-1]
        top.paragraphs += 1
        slug = f"abz-{top.paragraphs}"
        path = self._path(f"{top.path}.{slug}" if top.path else slug)
        parts = (*top.parts, f"абз. {top.paragraphs}")
        top.last_is_list_head = _Node("abz", path, parts, "abz") if line.view.endswith(":") else None
        if top.shape in {"paren", "letter"}:
            top.text = line.view
        self._add(line, path, _address(parts, outer))

    @staticmethod
    def _list_goes_on(stack: Sequence[_Node], following: Label | None) -> bool:
        """Whether the next label continues a list that is open: then an unlabelled line belongs to the current item."""
        return any(node.label is not None and _succeeds(node.label, following) for node in stack[-2:])

    def _path(self, path: str) -> str:
        self._used[path] += 1
        return path if self._used[path] == 1 else f"{path}~{self._used[path]}"

    def _add(self, line: _Line, path: str, address: str) -> None:
        self.sections.append(Section(path=path, address=address, text=line.text))


def _next_labels(lines: Sequence[_Line]) -> list[Label | None]:
    """For each line, the label of the next labelled line after it."""
    found: list[Label | None] = []
    label: Label | None = None
    for line in reversed(lines):
        found.append(label)
        label = line.label or label
    return found[::-1]


def _approved_name(lines: Sequence[_Line], index: int) -> str:
    """The name by which an approved act is cited (``Положение``), looked for in the lines below УТВЕРЖДЕНО."""
    label = lines[index].label
    if label is None or label.shape not in {"utv", "pril"}:
        return ""
    for line in lines[index + 1 : index + 12]:
        if line.label is not None and line.label.shape != "utv":
            return ""
        found = _APPROVED_NAME.match(line.view)
        if found:
            return found[0].replace(" ", "").capitalize()
    return ""


def _part(unit: str, number: str) -> str:
    if unit == "pril":
        return f"прил. {number}"
    if unit == "prim":
        return "прим."
    if unit == "chast":
        return f"часть {next(word for word, n in _ORDINALS.items() if str(n) == number)}"
    return f"{_WORDS[unit]} «{number}»" if unit == "pp" and not number[0].isdigit() else f"{_WORDS[unit]} {number}"


def _address(parts: Sequence[str], outer: str) -> str:
    inner = " ".join(parts)
    if not outer:
        return inner
    quoted = inner.replace("«", "„").replace("»", "“")
    return f"{outer} («{quoted}»)" if inner else outer


# ---------------------------------------------------------------- what a reader must be told about one text

_CLOSED: Final = re.compile(r"[\"«(]?\s*для\s+служ(?:ебного|\.)\s+польз(?:ования|\.)\s*[\"»)]?", re.IGNORECASE)
_STEPS: Final = {"ch": "ч.", "p": "п.", "pp": "пп."}


def components(path: str) -> list[str]:
    """A path cut into its parts; the dot of an inserted number (``st-22.1``) is not a separator."""
    return re.split(r"\.(?=[a-z])", path) if path else []


def find_notices(sections: Sequence[Section]) -> tuple[Notice, ...]:
    """Items that were published without their content, and holes in numbering. Facts to show, never parse errors."""
    notices: list[Notice] = []
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for section in sections:
        closed = _CLOSED.search(section.text)
        if closed:
            words = closed[0].strip(' "«»()')
            notices.append(Notice(kind="closed_item", address=section.address, text=f"«{words}»"))
        parts = components(section.path)
        unit, _, _ = parts[-1].partition("-") if parts else ("", "", "")
        quoted_root = len(parts) >= 2 and parts[-2] == "q"  # a quoted part begins with whatever number it has
        if unit not in _STEPS or quoted_root:
            continue
        label = label_of(_view(section.text).lstrip(_OPENING))
        place = ordinal(label.number.split(".")[0]) if label is not None else None
        if label is None or place is None:
            continue
        key = (".".join(parts[:-1]), unit)
        previous = last.get(key)
        if previous is not None and place > previous[0] + 1:
            notices.append(_gap(section, unit, label.number, previous, place))
        last[key] = (place, label.number)
    return tuple(notices)


def _gap(section: Section, unit: str, number: str, previous: tuple[int, str], place: int) -> Notice:
    letters = not number[0].isdigit()

    def name(at: int) -> str:
        return f"«{LIST_LETTERS[at - 1]}»" if letters else str(at)

    word = _STEPS[unit]
    missing = name(previous[0] + 1) if place == previous[0] + 2 else f"{name(previous[0] + 1)}–{name(place - 1)}"
    own = _part(unit, number)
    stem = section.address.removesuffix(own) if section.address.endswith(own) else ""
    before = f"«{previous[1]}»" if letters else previous[1]
    here = f"«{number}»" if letters else number
    return Notice(kind="gap", address=f"{stem}{word} {missing}", text=f"После {word} {before} идёт {word} {here}.")
