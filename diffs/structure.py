"""From a published text to addressable units of law.

Units: раздел, глава, §, статья, часть ``1.``, пункт ``1)``, подпункт ``а)``, абзац, приложение, примечание, tables. Articles are
numbered through an act, so their paths do not name the chapter: ``st-22.ch-1.p-2.pp-v``; chapters have paths of their own
(``gl-4``). In decrees and regulations ``1.`` is a пункт and what stands below it a подпункт. The new wording that an
amending act quotes is a tree of its own below the item that brings it: ``st-1.p-2.q.st-22.ch-1``; its address names the
place in the amended act: ``ст. 1 п. 2 («ст. 22 ч. 1»)``.

No text is refused: what has no label is a paragraph (``abz-2``), and a text without any label is a list of paragraphs.
Every line of the text is in exactly one section, in order (see `structure`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from diffs import quotes
from diffs.labels import OPENING_QUOTES, Label, components, label_of, ordinal, slug, split_label, split_path, succeeds
from diffs.lines import CELLS, Line, line_of, lines_of
from diffs.notices import find_notices
from diffs.profile import Opening, Profile, profile_of
from diffs.quotes import RUNGS, Target, split_closing
from tracker.models import Section

__all__ = [
    "Profile",
    "components",
    "find_notices",
    "label_of",
    "ordinal",
    "profile_of_text",
    "split_closing",
    "split_label",
    "split_path",
    "structure",
    "structure_editions",
]

_FRAME: Final = re.compile(r"(?:\S+[.)]\s+)?Внести\s")
_POSITION: Final = re.compile(r"\|?\s*(\d{1,4}(?:\.\d{1,3})*)\.?\s+\|\s")
_APPROVED_NAME: Final = re.compile(
    r"^(?:П\s?О\s?Л\s?О\s?Ж\s?Е\s?Н\s?И\s?Е|Положение|Порядок|ПОРЯДОК|Правила|ПРАВИЛА|Инструкция|ИНСТРУКЦИЯ|Регламент|РЕГЛАМЕНТ|Устав|УСТАВ)\b"
)
_THROUGH: Final = frozenset({"chast", "razd", "gl"})  # containers that lend their units no part of the path
_CHAPTERS: Final = _THROUGH | {"par"}
_OWN_PATH: Final = _THROUGH | {"st", "dot"}  # their paths do not name the chapter
_LISTED: Final = frozenset({"paren", "letter"})
_ITEMS: Final = _LISTED | {"dot"}
_WORDED: Final = _ITEMS | {"prim"}  # the line of their label is their first paragraph
_APPENDICES: Final = frozenset({"utv", "pril"})
_SAME_RUNG: Final = {"utv": "pril", "head": "razd"}
_WORDS: Final = {
    "razd": "разд.", "gl": "гл.", "par": "§", "st": "ст.", "ch": "ч.", "p": "п.", "pp": "пп.", "tabl": "табл.",
    "str": "строка", "poz": "позиция", "pril": "прил.", "abz": "абз.",
}  # fmt: skip
_CHAST: Final = ("", "первая", "вторая", "третья", "четвертая", "пятая", "шестая", "седьмая", "восьмая")


def structure(text: str | Sequence[str], profile: Profile | None = None) -> tuple[Section, ...]:
    r"""The units of a published text, in document order.

    `text` may be its published lines. Round trip: ``"\n".join(s.text for s in structure(text))`` equals
    ``"\n".join(publishedlines_of(text))``, that is the text with blank lines dropped and the blanks around each line cut off. A
    line that only holds notes of the publisher belongs to the unit before it. Paths are unique: a repeated one gets ``~2``...

    `profile` says how the act numbers its units; without it the text itself is asked. Two editions of one act are read with
    one profile: ``profile_of_text(old, new)``.
    """
    lines = lines_of(text)
    return _sections(lines, _profile(lines) if profile is None else profile)


def structure_editions(*texts: str | Sequence[str], profile: Profile | None = None) -> tuple[tuple[Section, ...], ...]:
    """The units of several editions of one act, read with one profile: that of `profile_of_text` when none is given."""
    known: dict[str, Line] = {}
    read = [lines_of(text, known) for text in texts]
    if profile is None:
        profile = _profile([line for lines in read for line in lines])
    return tuple(_sections(lines, profile) for lines in read)


def _sections(lines: Sequence[Line], profile: Profile) -> tuple[Section, ...]:
    builder = _Builder()
    builder.read(lines, [_Node("root", "", ())], outer="", profile=profile)
    return tuple(builder.sections)


def profile_of_text(*texts: str | Sequence[str]) -> Profile:
    """How an act numbers its units, by what all these editions of it say together; quoted wording is not asked."""
    return _profile([line for text in texts for line in lines_of(text)])


def _profile(lines: Sequence[Line]) -> Profile:
    return profile_of([Opening(line.label, line.view) for line in quotes.outside(lines)])


# ---------------------------------------------------------------- the tree


@dataclass(slots=True)
class _Node:
    """A unit that is open: what stands below it goes into its path and address."""

    shape: str
    path: str
    parts: tuple[str, ...]
    unit: str = ""  # the path word: st, ch, p, pp...
    label: Label | None = None
    paragraphs: int = 0
    text: str = ""  # the line that opened it
    last: str = ""  # the line that it ended with so far
    clauses: list[str] = field(default_factory=list)  # for the targets of quoted wording
    children: set[str] = field(default_factory=set)
    list_head: _Node | None = None
    list_open: bool = False  # in counted articles: a list runs on, its lines are no parts
    appendices: int = 0
    tables: int = 0
    rows: int = 0

    @property
    def clause(self) -> str:
        """The words of an item; a heading such as "Статья 1" of the amending act itself is none."""
        return self.text if self.shape in _ITEMS else ""


class _Builder:
    """Reads lines into sections; one `read` per context: the act, an appendix goes on in it, a quoted block."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._used: dict[str, int] = {}

    def read(self, lines: Sequence[Line], stack: list[_Node], *, outer: str, profile: Profile) -> None:
        following = _next_labels(lines)
        index = 0
        while index < len(lines):
            line = lines[index]
            before = lines[index - 1] if index else None
            if before is not None and line.view[:1] in OPENING_QUOTES and quotes.opens(before, line):
                end = quotes.end(lines, index, quotes.open_labels(lines, index)) or index + 1
                block = [quotes.unquoted(line), *lines[index + 1 : end]]
                self._read_quote(block, stack, before.view, outer=outer, profile=profile)
                index = end
                continue
            self._read_line(lines, index, stack, following[index], outer=outer, profile=profile)
            index += 1
            if ":" in line.view:
                index = self._read_inside(lines, index, stack, outer=outer, profile=profile)

    def _read_inside(
        self, lines: Sequence[Line], index: int, stack: Sequence[_Node], *, outer: str, profile: Profile
    ) -> int:
        """A quoted block that begins on the line of its formula, which stands before `index`; gives the index behind it."""
        line = lines[index - 1]
        words = quotes.opens_inside(line)
        if not words:
            return index
        end = quotes.end(lines, index - 1, quotes.open_labels(lines, index), first=words) or index
        if end > index:
            block = [quotes.unquoted(line_of("", words, None)), *lines[index:end]]
            self._read_quote(block, stack, line.view.removesuffix(words).rstrip(), outer=outer, profile=profile)
        return end

    def _read_line(
        self,
        lines: Sequence[Line],
        index: int,
        stack: list[_Node],
        following: Label | None,
        *,
        outer: str,
        profile: Profile,
    ) -> None:
        line = lines[index]
        if line.label is not None:
            name = _approved_name(lines, index) if line.label.shape in _APPENDICES else ""
            self._labelled(line, line.label, stack, outer=outer, profile=profile, name=name)
        elif CELLS in line.view:
            self._row(line, stack, outer=outer)
            return
        elif profile.counted and (article := _article(stack)) is not None:
            self._counted(line, stack, article, following, outer=outer)
        else:
            self._paragraph(line, stack, following, outer=outer)
        stack[-1].rows = 0

    # ------------------------------------------------------------ quoted wording

    def _read_quote(
        self, block: Sequence[Line], stack: Sequence[_Node], formula: str, *, outer: str, profile: Profile
    ) -> None:
        item = stack[-1]
        clauses = [clause for node in reversed(stack) for clause in (*reversed(node.clauses), node.clause)]
        above = [clause for clause in clauses if not clause.startswith(formula)]
        target = quotes.target_of(formula, above, block[0].label)
        own = profile_of([Opening(line.label, line.view) for line in block])
        if not own.articles:
            own = Profile(articles=False, first=target.first) if target.first else replace(profile, counted=False)
        within = tuple(_part(unit, number) for unit, number in target.container)
        root = _Node("root", f"{item.path}.q" if item.path else "q", within)
        if block[0].label is None:
            _number_paragraphs(root, target)
        if not block[0].text:  # the block began on the line of its formula, which is a section already
            ghost = _Builder()
            inner = [root]
            ghost.read(block[:1], inner, outer="", profile=own)
            self.read(block[1:], inner, outer=_address(item.parts, outer), profile=own)
        else:
            self.read(block, [root], outer=_address(item.parts, outer), profile=own)

    # ------------------------------------------------------------ lines of one context

    def _labelled(
        self, line: Line, label: Label, stack: list[_Node], *, outer: str, profile: Profile, name: str
    ) -> None:
        shape = _SAME_RUNG.get(label.shape, label.shape)
        if label.shape == "utv" and stack[-1].shape == "pril" and stack[-1].paragraphs < 8:
            self._paragraph(line, stack, None, outer=outer)  # "Приложение" and "УТВЕРЖДЕНО" open one appendix, not two
            return
        rung = RUNGS[shape]
        while RUNGS[stack[-1].shape] >= rung:
            stack.pop()
        parent = stack[-1]
        if parent.shape in _CHAPTERS and (shape in _OWN_PATH or shape in _LISTED):
            parent = next(node for node in reversed(stack) if node.shape not in _CHAPTERS or node is stack[0])
        unit = _unit(shape, parent, stack, profile)
        number = label.number
        if shape == "pril":
            parent.appendices += 1
            number = number or str(parent.appendices)
        own = f"{unit}-{slug(number)}" if number else unit
        head = parent.list_head
        if own in parent.children and shape in _LISTED and head is not None:
            parent = head  # a second list under one article belongs to the paragraph that opens it
        parent.children.add(own)
        parts = (*parent.parts, name or _part(unit, number))
        path = self._add(line, f"{parent.path}.{own}" if parent.path else own, parts, outer)
        first = 1 if shape in _WORDED else 0
        stack.append(_Node(shape, path, parts, unit, label, paragraphs=first, text=line.view, last=line.view))
        if profile.counted and (article := _article(stack)) is not None:
            article.list_open = line.view.endswith(":")

    def _paragraph(self, line: Line, stack: list[_Node], following: Label | None, *, outer: str) -> None:
        top = stack[-1]
        if top.shape in _LISTED and _ends_list(top.last) and not _list_goes_on(stack, following):
            while stack[-1].shape in _LISTED:
                stack.pop()
            top = stack[-1]
        top.paragraphs += 1
        own = f"abz-{top.paragraphs}"
        parts = (*top.parts, f"абз. {top.paragraphs}")
        path = self._add(line, f"{top.path}.{own}" if top.path else own, parts, outer)
        top.list_head = _Node("abz", path, parts, "abz") if line.view.endswith(":") else None
        if top.shape in _LISTED:
            top.last = line.view
        elif _FRAME.match(line.view):
            top.clauses.append(line.view)

    def _counted(self, line: Line, stack: list[_Node], article: _Node, following: Label | None, *, outer: str) -> None:
        """A paragraph of an article whose parts bear no number: a part of its own, or a line of a list in the open part."""
        in_item = stack[-1].shape in _LISTED and (not _ends_list(stack[-1].last) or _list_goes_on(stack, following))
        if article.list_open or in_item:
            self._paragraph(line, stack, following, outer=outer)
        else:
            while stack[-1] is not article:
                stack.pop()
            article.paragraphs += 1
            number = str(article.paragraphs)
            parts = (*article.parts, _part("ch", number))
            path = self._add(line, f"{article.path}.ch-{number}", parts, outer)
            stack.append(_Node("dot", path, parts, "ch", text=line.view, paragraphs=1))
        ended = line.view[-1:]
        article.list_open = ended == ":" or (article.list_open and ended != ".")

    def _row(self, line: Line, stack: Sequence[_Node], *, outer: str) -> None:
        """A row of a table: known by the number in its first cell (позиция), by its place otherwise (строка)."""
        top = stack[-1]
        if not top.rows:
            top.tables += 1
        top.rows += 1
        table = f"tabl-{top.tables}"
        position = _POSITION.match(line.view)
        unit, number = ("poz", position[1]) if position is not None else ("str", str(top.rows))
        parts = (*top.parts, _part("tabl", str(top.tables)), _part(unit, number))
        self._add(line, ".".join(filter(None, [top.path, table, f"{unit}-{number}"])), parts, outer)

    def _add(self, line: Line, path: str, parts: Sequence[str], outer: str) -> str:
        """One more section; gives its path, of which there may have been others."""
        times = self._used[path] = self._used.get(path, 0) + 1
        if times > 1:
            path = f"{path}~{times}"
        self.sections.append(Section(path=path, address=_address(parts, outer), text=line.text))
        return path


def _article(stack: Sequence[_Node]) -> _Node | None:
    """The article that is open."""
    for node in reversed(stack):  # asked at every line: a loop is twice as fast as a generator
        if node.shape == "st":
            return node
    return None


def _number_paragraphs(root: _Node, target: Target) -> None:
    """Unlabelled quoted paragraphs are counted from the one that the clause names; where it names none, only in the quote."""
    if target.paragraph is None:
        root.parts = ()
    else:
        root.paragraphs = target.paragraph - 1


def _unit(shape: str, parent: _Node, stack: Sequence[_Node], profile: Profile) -> str:
    if shape == "dot":
        shapes = [node.shape for node in stack]
        bare = profile.articles and "st" not in shapes
        return "p" if bare or "pril" in shapes or "prim" in shapes else profile.first
    if shape == "paren":
        return "pp" if parent.unit == "p" and parent.shape == "dot" else "p"
    return "pp" if shape == "letter" else shape


def _ends_list(item: str) -> bool:
    """Whether an item can be the last of its list: it ends in a full stop, or all that is left of it is that it was repealed."""
    return item.endswith(".") or (item.endswith(")") and "утратил" in item)


def _list_goes_on(stack: Sequence[_Node], following: Label | None) -> bool:
    """Whether the next label continues a list that is open: then an unlabelled line belongs to the current item.

    Only items make a list: that another part or article follows says nothing of whose the line is.
    """
    items = (node.label for node in stack[-2:] if node.shape in _LISTED)
    return any(label is not None and succeeds(label, following) for label in items)


def _next_labels(lines: Sequence[Line]) -> list[Label | None]:
    """For each line, the label of the next labelled line after it."""
    found: list[Label | None] = []
    label: Label | None = None
    for line in reversed(lines):
        found.append(label)
        label = line.label or label
    return found[::-1]


def _approved_name(lines: Sequence[Line], index: int) -> str:
    """The name by which an approved act is cited (``Положение``), looked for in the lines below УТВЕРЖДЕНО at `index`."""
    for line in lines[index + 1 : index + 12]:
        if line.label is not None and line.label.shape != "utv":
            return ""
        found = _APPROVED_NAME.match(line.view)
        if found:
            return found[0].replace(" ", "").capitalize()
    return ""


def _part(unit: str, number: str) -> str:
    if unit == "prim":
        return "прим."
    if unit == "chast":
        return f"часть {_CHAST[int(number)]}"
    return f"{_WORDS[unit]} «{number}»" if unit == "pp" and not number[0].isdigit() else f"{_WORDS[unit]} {number}"


def _address(parts: Sequence[str], outer: str) -> str:
    inner = " ".join(parts)
    if not outer:
        return inner
    quoted = inner.replace("«", "„").replace("»", "“")
    return f"{outer} («{quoted}»)" if inner else outer
