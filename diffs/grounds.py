"""Grounds for the end of citizenship that a text gained or lost.

A ground is an item of a list whose lead-in says that citizenship ends, or an item that an amending act adds to the list of
such grounds (part 1 of articles 22 and 24 of the citizenship act, 138-ФЗ of 28.04.2023). A clause that tells how to amend
("дополнить частями ...") and a part about procedure or about those to whom the grounds do not apply are not grounds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from diffs.findings import Change, Finding, excerpt, finding, is_repealed
from diffs.normalise import canonical
from diffs.structure import components, split_label
from diffs.words import WORD
from tracker.models import Level, Section

_LEAD: Final = re.compile(
    r"""
      \bгражданств\w*[^.;:]{0,120}?\bпрекраща(?:ет|ют)ся\b  # Гражданство ... прекращается:
    | \bпрекраща(?:ет|ют)ся\b[^.;:]{0,60}\bгражданств
    | \bоснования(?:ми|м)?\s+(?:для\s+)?(?:прекращения|лишения|утраты)\b[^.;:]{0,60}\bгражданств
    | \bприн(?:яти|има|ят)\w*\b[^.;:]{0,60}\bо\ прекращении\b[^.;:]{0,60}\bгражданств[^.;]*(?:котор\w+|если|случа\w+)\s*:$
    | \bо\ прекращении\b[^.;:]{0,60}\bгражданств[^.;:]{0,60}\bпринима\w+[^.;]*(?:котор\w+|если|случа\w+)\s*:$
    | \bгражданств\w*[^.;:]{0,80}\bможет\ быть\ прекращено
    | \bрешени\w*[^.;:]{0,80}\bгражданств\w*[^.;:]{0,60}\bподлеж\w+\ отмене
    | \b(?:лиша|лишен|утрачива)\w*[^.;:]{0,60}\bгражданств
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A ground told in one sentence: by what citizenship ends, not from when ("прекращается со дня принятия решения").
_STATES: Final = re.compile(
    r"^гражданство\b[^.;:]{0,120}?\b(?:прекращается|может быть прекращено)\b[^.;:]{0,40}?"
    r"\b(?:в случа\w+|вследствие|в связи|при|если)\b[^:]*$",
    re.IGNORECASE,
)
_NOT_A_LEAD: Final = re.compile(
    r"\bне (?:допуска|прекраща|может|могут|применя|распростран|принима|подлеж)\w*"
    r"|\bза исключением(?: следующих)?(?: случаев| лиц\w*)?,?(?: если| когда| котор\w+)?\s*:$",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    r"прекра[щт]\w*[^.]{0,80}?гражданств|гражданств\w*[^.]{0,60}?прекра[щт]|(?:отмен|лиш)\w+[^.]{0,40}?гражданств",
    re.IGNORECASE,
)
_CITIZENSHIP_ACT: Final = re.compile(r"О гражданстве Российской Федерации", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\bстать\w+ (\d[\d.]*(?:(?:, | и | - )\d[\d.]*)*)", re.IGNORECASE)
_PART: Final = re.compile(r"\bчаст\w+ (\d[\d.]*)", re.IGNORECASE)
_GROUND_ARTICLES: Final = frozenset({"22", "24"})
_NEW_ITEM: Final = re.compile(r'\bдополнить\b[^":]{0,60}\b(?:под)?пункт', re.IGNORECASE)
_NEW_ITEM_INLINE: Final = re.compile(r'\bдополнить\b[^":]{0,60}\b(?:под)?пункт[^:]*\bсодержания: "', re.IGNORECASE)
_ITEMS: Final = frozenset({"p", "pp", "abz"})
_CRIMINAL_CODE: Final = re.compile(r"\bУК\b|Уголовн\w+ кодекс")
# An article of a code in a list of them; not a term ("30 дней"), not the number of an act ("273-ФЗ").
_CODE_ARTICLES: Final = re.compile(
    r"(?<!№ )\b\d{2,3}(?:\.\d+)?\b(?!-| (?:(?:рабочих|календарных) )?(?:дн|лет|год|месяц|час|сут|рубл|тысяч|человек|процент))"
)
_ALTERNATIVE: Final = re.compile(r"^,?\s*(?:а также|либо|или)\b", re.IGNORECASE)
_EXCEPTION: Final = re.compile(r"\b(?:за исключением|кроме|если|при условии)\b", re.IGNORECASE)


class Grounds:
    """Answers for one text whether a unit of it is a ground."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._canonical: dict[str, str] = {}

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {section.path: section.text for section in self._sections}

    def _text(self, path: str) -> str:
        """The canonical text of a unit; empty where there is none. Many questions concern the same few units."""
        text = self._canonical.get(path)
        if text is None:
            text = self._canonical[path] = canonical(self._texts.get(path, ""))
        return text

    @cached_property
    def _leads(self) -> dict[str, str]:
        """The unit that opens the list a unit stands in: its parent or a paragraph before it, if that ends with a colon."""
        leads: dict[str, str] = {}
        openers: dict[str, str] = {}
        for section in self._sections:
            parts = components(section.path)
            parent = ".".join(parts[:-1])
            if parent in openers:
                leads[section.path] = openers[parent]
            paragraph = parts[-1].startswith("abz-")
            end = section.text.rstrip()[-1:]  # a note of the publisher may stand behind the colon
            if end == ":" or (end == ")" and canonical(section.text).endswith(":")):
                openers[parent if paragraph else section.path] = section.path
            elif paragraph and section.text[:1].isupper():
                openers.pop(parent, None)  # a sentence of its own ends the list
        return leads

    @cached_property
    def speaks_of_citizenship(self) -> bool:
        """Whether the text names citizenship at all; most texts do not, and nothing else is looked for in them."""
        return "гражданств" in "\n".join(section.text for section in self._sections).lower()

    def chain(self, path: str) -> list[str]:
        """The lead-ins above a unit, nearest first; they end where a quoted wording begins."""
        found: list[str] = []
        lead = self._leads.get(path)
        while lead is not None:
            found.append(lead)
            lead = self._leads.get(lead)
        return found

    def is_ground(self, path: str) -> bool:
        """Whether the unit at `path` is an item of a list of grounds."""
        if not self.speaks_of_citizenship:
            return False
        own = self._text(path)
        kind = (components(path) or [""])[-1].partition("-")[0]
        if not WORD.search(own) or ("тратил" in own.lower() and is_repealed(split_label(own)[1])):
            return False
        if "дополнить" in own.lower() and _NEW_ITEM_INLINE.search(own):
            return self._adds_to_grounds(path)
        if _STATES.match(split_label(own)[1]) and not _NOT_A_LEAD.search(own):
            return True
        if kind not in _ITEMS or (kind == "abz" and not own[:1].islower()):
            return False
        top = path
        for lead in self.chain(path):
            text = self._text(lead)
            if _NOT_A_LEAD.search(text):
                return False
            if _LEAD.search(text):
                return True
            top = lead
        parts = components(top)
        quoted = len(parts) > 2 and parts[-2] == "q" and parts[-1].partition("-")[0] in _ITEMS
        return quoted and self._adds_to_grounds(".".join(parts[:-2]))

    def _adds_to_grounds(self, clause: str) -> bool:
        """Whether an amending clause puts an item into the list of grounds of the citizenship act."""
        if not _NEW_ITEM.search(self._text(clause)):
            return False
        above = self.above(clause)
        if not any(_CITIZENSHIP_ACT.search(text) for text in above):
            return False
        part = article = None
        for text in above:
            place = text.partition("содержания:")[0]
            part = part or _PART.search(place)
            article = _ARTICLE.search(place)
            if article:
                break
        if article is None or not _GROUND_ARTICLES & set(re.findall(r"\d+(?:\.\d+)*", article[1])):
            return False
        return part is None or part[1].rstrip(".") == "1"

    def above(self, path: str) -> list[str]:
        """Canonical texts of a unit and of all above it, innermost first, with the paragraphs that open them."""
        parts = components(path)
        found: list[str] = []
        for cut in range(len(parts), 0, -1):
            at = ".".join(parts[:cut])
            found += [self._text(name) for name in (at, f"{at}.abz-1") if name in self._texts]
        return found

    def speaks_of_the_end(self, path: str) -> bool:
        """Whether the unit itself or a lead-in above it says that citizenship ends."""
        texts = [self._text(name) for name in (path, *self.chain(path))]
        if not any("гражданств" in text.lower() for text in texts):
            return False
        return any(map(_ENDS.search, texts)) and not any(map(_NOT_A_LEAD.search, texts))


def came_or_went(changes: Sequence[Change], old: Grounds, new: Grounds) -> Iterator[Finding]:
    """Grounds that were added or struck out; what stands inside a ground that came as a whole is part of it."""
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for change in changes:
        added = change.came
        if not added and not change.went:
            continue
        path = (change.operation.new_path if added else change.operation.old_path) or ""
        parts = components(path)
        inside = any(".".join(parts[:cut]) in told[added] for cut in range(1, len(parts)))
        if inside or not (new if added else old).is_ground(path):
            continue
        told[added].add(path)
        where = change.address
        if added:
            yield finding(Level.KEY, "ground", f"Новое основание: {where}.", f"New ground: {where}.")
        else:
            yield finding(Level.KEY, "ground", f"Основание исключено: {where}.", f"Ground struck out: {where}.")


def reworded(change: Change, new: Grounds) -> Iterator[Finding]:
    """A ground that got more articles of the criminal code, or an alternative and nothing taken away."""
    path = change.operation.new_path or ""
    if not new.speaks_of_citizenship:
        return
    ground = new.is_ground(path)
    if ground or new.speaks_of_the_end(path):
        yield from _articles(change, new, path)
    if not ground or _EXCEPTION.search(change.new):
        return
    for edit in change.edits:
        if not edit.struck and _ALTERNATIVE.match(edit.added.strip()):
            words, where = excerpt(edit.added), change.address
            yield finding(
                Level.KEY,
                "ground_wider",
                f"В основание добавлены слова «{words}»: {where}.",
                f"Words added to a ground, «{words}»: {where}.",
            )


def _articles(change: Change, new: Grounds, path: str) -> Iterator[Finding]:
    if not any(map(_CRIMINAL_CODE.search, new.above(path))):
        return
    before = Counter(_CODE_ARTICLES.findall(change.struck))
    come = list((Counter(_CODE_ARTICLES.findall(change.added)) - before).elements())
    if come:
        shown, where = ", ".join(come), change.address
        text = f"В перечень оснований добавлены статьи: {shown} ({where})."
        yield finding(Level.KEY, "ground_wider", text, f"Articles added to the grounds: {shown} ({where}).")
