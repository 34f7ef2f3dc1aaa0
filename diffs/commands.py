"""What one clause of an amending act does, and to what: its verbs, the acts and the units that they govern.

«в пункте 4 слова "…" заменить словами "…", дополнить предложением …» are two changes of one unit; «изложив пункт 1 в
следующей редакции» has its unit behind the verb; «указанный в статье 5» names a unit that nobody changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diffs import citations, mentions
from diffs.citations import Act, Acts, Citation
from diffs.masking import BLOT, Clause
from diffs.mentions import Mention, Place

_VERB: Final = re.compile(
    r"(?<!\w)(?:(?P<repeal>призна(?:ть|в)(?=[^;]*(?:утративш|не\s+действующ|недействующ))|считать(?=[^;]*утративш)|отменить)"
    r"|(?P<renumber>счита(?:ть|в))|(?P<restate>излож(?:ить|ив))|(?P<replace_words>замен(?:ить|ив))"
    r"|(?P<delete>исключ(?:ить|ив))|(?P<add>(?:дополн|включ)(?:ить|ив))|(?P<suspend>приостанов(?:ить|ив))"
    r"|(?P<enact>ввести\s+в\s+действие))(?!\w)"
)
_KINDS: Final = ("repeal", "renumber", "restate", "replace_words", "delete", "add", "suspend", "enact")
_GERUND: Final = "ив"
_OF_WORDS: Final = re.compile(r"(?<!\w)(?:слов(?:о|а|ом|ами)?|цифр\w{1,3}|букв\w{1,3}|предложени\w{1,3}|знак\w{0,3})(?!\w)")
_FIRST_OBJECT: Final = re.compile(
    rf"\s*(?:(?:его|ее|их|нов\w+|соответственно|после|перед|текст\w*)(?:\s+|\s*\"{BLOT}*\"\s*))*"
    r"(?:слов\w{0,3}|цифр\w{1,3}|букв\w{1,3}|предложени\w{1,3})(?!\w)"
)
#: Where a clause speaks of other acts and units without changing them.
_ASIDE: Final = re.compile(
    r"(?<!\w)(?:в\s+соответствии\s+с|с\s+уч[ею]том\s+(?:положений|изменений|требований)?|на\s+основании|в\s+связи\s+с|в\s+целях"
    r"|руководствуясь|во\s+исполнение|предусмотренн\w+|указанн\w+\s+(?=в)|установленн\w+|определенн\w+|названн\w+\s+(?=в)"
    r"|в\s+редакции\s+(?=федеральн|закона|указа|постановлени|настоящ)|согласно|за\s+исключением|в\s+порядке)(?!\w)"
)
_ASIDE_ENDS: Final = re.compile(r",\s(?!\d)|;|:|(?<!\w)(?:следующ|изменени|дополнени)")
_ANCHOR: Final = re.compile(r"(?<!\w)(?:после|перед|вслед\s+за)\s+$")
_WORDS: Final = 400  # characters of a clause that are quoted


@dataclass(frozen=True, slots=True)
class Target:
    """A unit of an act; no act where the clause leaves that to the clauses around it."""

    act: Act
    place: Place = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One operation of a clause on its targets, and the words that say so."""

    kind: str
    targets: list[Target]
    words: str


class Reader:
    """One clause: where its verbs, acts and units stand, and what stands aside."""

    def __init__(self, clause: Clause, acts: Acts, *, kind: str = "") -> None:
        """Read a clause; `kind` is that of acts of which it gives only date and number."""
        self.clause = clause
        self.verbs = list(_VERB.finditer(clause.bare))
        asides = self._asides()
        cited = acts.cited(clause, kind=kind)
        self._cited = [item for item in cited if not _inside(item.start, asides)]
        self._mentions = [
            item
            for item in mentions.mentions(_without(clause.bare, cited))
            if not _inside(item.start, asides) and not _ANCHOR.search(clause.bare[max(0, item.start - 12) : item.start])
        ]

    def _asides(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        stops = [verb.start() for verb in self.verbs]
        for aside in _ASIDE.finditer(self.clause.bare):
            if found and aside.start() < found[-1][1]:
                continue
            ends = _ASIDE_ENDS.search(self.clause.bare, aside.end())
            end = ends.start() if ends is not None else len(self.clause.bare)
            found.append((aside.start(), min([end, *(stop for stop in stops if stop >= aside.end())])))
        return found

    def named(self, start: int, end: int) -> bool:
        """Whether an act is named between two places."""
        return any(item.act.named for item in citations.each(self._cited, start, end))

    def opens_with_target(self, start: int) -> bool:
        """Whether the words from `start` on begin with a unit or an act: «в статье 5 ...», «Федеральный закон от ...»."""
        first = min([item.start for item in (*self._mentions, *self._cited) if item.start >= start], default=-1)
        return first >= 0 and bool(re.fullmatch(r"\s*(?:(?:в|во|из|к)\s+|наименование\s+|название\s+)*", self.clause.bare[start:first]))

    def targets(self, start: int, end: int, around: Sequence[Target], *, made: bool = False) -> list[Target]:
        """What is named between two places, inside `around`; empty when nothing is. With `made`, what the clause makes too."""
        result: list[Target] = []
        latest: list[Target] = []
        position = start
        for citation in citations.each(self._cited, start, end):
            units = self._units(position, citation.start, made=made)
            position = citation.end
            if citation.act.own:
                continue
            latest = self._placed(units, _acts_around(citation.act, around))
            result += latest
        trailing = self._units(position, end, made=made)
        if trailing:
            del result[len(result) - len(latest) :]
            result += self._placed(trailing, latest or around)
        return list(dict.fromkeys(result))

    def _units(self, start: int, end: int, *, made: bool) -> list[Mention]:
        return [item for item in mentions.each(self._mentions, start, end) if made or not item.made]

    def _placed(self, units: Sequence[Mention], around: Sequence[Target]) -> list[Target]:
        if not units:
            return list(around)
        by_act: dict[Act, list[Place]] = {}
        for target in around:
            by_act.setdefault(target.act, []).append(target.place)
        return [
            Target(act, place)
            for act, inside in by_act.items()
            for place in mentions.places(units, self.clause.bare, inside)
        ]

    # ------------------------------------------------------------ operations

    def changes(self, start: int, around: Sequence[Target]) -> list[Change]:
        """The operations from a place of the clause on. A verb without a unit of its own works on that of the verb before it."""
        found: list[Change] = []
        verbs = [verb for verb in self.verbs if verb.start() >= start]
        before, previous = start, list(around)
        for index, verb in enumerate(verbs):
            end = verbs[index + 1].start() if index + 1 < len(verbs) else len(self.clause.bare)
            made = [item for item in mentions.each(self._mentions, verb.end(), end) if item.made]
            object_end = made[-1].end if made else verb.end()
            targets = self.targets(before, verb.start(), around)
            if not targets and (index == 0 or verb[0].endswith(_GERUND) or before == end):
                targets = self.targets(verb.end(), end, around)
                object_end = end
            targets = targets or previous
            kind = self._kind(verb, before, end)
            previous = targets
            if kind == "add":
                targets = self._made(made, targets)
            words = self.words(before, end if index + 1 == len(verbs) else max(object_end, verb.end()))
            found.append(Change(kind, targets, words))
            before = object_end
        return found

    def _kind(self, verb: re.Match[str], before: int, end: int) -> str:
        kind = next(name for name in _KINDS if verb[name])
        if kind == "add" and _FIRST_OBJECT.match(self.clause.bare, verb.end()):
            return "add_words"
        if kind == "delete" and _OF_WORDS.search(self.clause.bare, before, end):
            return "delete_words"
        return kind

    def _made(self, made: Sequence[Mention], targets: Sequence[Target]) -> list[Target]:
        """The new units of "дополнить ..."; where their numbers are not told, the unit that gets them."""
        numbered = [item for item in made if item.numbers or item.unit in {"prim", "pril"}]
        return [target for item in numbered for target in self._placed([item], targets)] or list(targets)

    def words(self, start: int, end: int) -> str:
        """What the clause says between two places, as published, on one line; long quotations are cut."""
        words = " ".join(self.clause.text[start:end].split()).strip(" ,;:.")
        return words if len(words) <= _WORDS else words[:_WORDS].rsplit(" ", 1)[0] + "…"


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _without(bare: str, cited: Sequence[Citation]) -> str:
    """A clause with its acts blotted out: «части второй Налогового кодекса» names no part of an article."""
    pieces: list[str] = []
    position = 0
    for item in cited:
        pieces += (bare[position : item.start], BLOT * (item.end - item.start))
        position = item.end
    return "".join([*pieces, bare[position:]])


def _acts_around(act: Act, around: Sequence[Target]) -> Sequence[Target]:
    """The act that a clause names; «указанного Федерального закона» is the one that the clauses around it speak of."""
    if not act.named and any(target.act.named for target in around):
        return around
    return [Target(act, (("pril", ""),) if act.approved else ())]
