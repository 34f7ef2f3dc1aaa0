"""What one clause of an amending act does, and to what: its verbs, the acts and the units that they govern.

«в пункте 4 слова "…" заменить словами "…", дополнить предложением …» are two changes of one unit; «изложив пункт 1 в
следующей редакции» has its unit behind the verb; «указанный в статье 5» names a unit that nobody changes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from diffs.citations import Act, Acts
from diffs.masking import BLOT, Clause, between, blotted
from diffs.mentions import Mention, Place, mentions, places

_VERB: Final = re.compile(
    r"(?<!\w)(?:(?P<repeal>призна(?:ть|в)|отменить)|(?P<renumber>счита(?:ть|в))|(?P<restate>излож(?:ить|ив))"
    r"|(?P<replace_words>замен(?:ить|ив))|(?P<delete>исключ(?:ить|ив))|(?P<add>(?:дополн|включ)(?:ить|ив))"
    r"|(?P<suspend>приостанов(?:ить|ив))|(?P<enact>ввести\s+в\s+действие))(?!\w)"
)
_OUT_OF_FORCE: Final = re.compile(r"утративш|не\s*действующ")
_OF_WORDS: Final = re.compile(
    r"(?<!\w)(?:слов(?:о|а|ом|ами)?|цифр\w{1,3}|букв\w{1,3}|предложени\w{1,3}|знак\w{0,3})(?!\w)"
)
_FIRST_OBJECT: Final = re.compile(
    r"\s*(?:(?:его|ее|их|нов\w+|соответственно|после|перед)\s+)*"
    r"(?:слов\w{0,3}|цифр\w{1,3}|букв\w{1,3}|предложени\w{1,3})(?!\w)"
    r"(?:\s*\"[^\"]*\"(?:\s*(?:,|и)(?=\s*\"))?)*"
)
# Where a clause speaks of other acts and units without changing them.
_ASIDE: Final = re.compile(
    r"(?<!\w)(?:в\s+соответствии\s+с|с\s+учетом(?:\s+(?:положений|изменений|требований))?|на\s+основании|в\s+связи\s+с"
    r"|в\s+целях|с\s+изменениями(?:\s+и\s+дополнениями)?|руководствуясь|во\s+исполнение|предусмотренн\w+"
    r"|(?:указанн|названн)\w+(?=\s+в\s)|установленн\w+|определенн\w+|согласно|за\s+исключением|в\s+порядке"
    r"|в\s+части,?\s+(?:касающ|относящ|утвержд|внесени)\w+"
    r"|в\s+редакции(?=\s+(?:федеральн|закона|указа|постановлени|настоящ)))(?!\w)"
)
_ASIDE_ENDS: Final = re.compile(
    r",\s(?!\d|внесенн|предусмотренн|установленн|указанн)|;|:|(?<!\w)(?:следующ|изменени|дополнени)"
)
_BEFORE_TARGET: Final = re.compile(r"\s*(?:(?:в|во|из|к|наименовани\w|названи\w|преамбул\w)\s+)*")
_ANCHOR: Final = re.compile(r"(?<!\w)(?:после|перед|вслед\s+за)\s+$")
_APPROVED: Final[Place] = (("pril", ""),)  # a document that the act approved; which of its appendices is not said
_MOST: Final = 100  # verbs of one clause that are read
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


@dataclass(frozen=True, slots=True)
class _Verb:
    kind: str
    start: int
    end: int
    behind: bool  # a participle: its units follow it


def _verbs(bare: str) -> list[_Verb]:
    found = list(islice(_VERB.finditer(bare), _MOST))
    result: list[_Verb] = []
    for index, verb in enumerate(found):
        kind = verb.lastgroup or ""
        end = found[index + 1].start() if index + 1 < len(found) else len(bare)
        dead = _OUT_OF_FORCE.search(bare, verb.end(), end) is not None
        if (
            verb[0].startswith("призна")
            and not dead
            and not _OUT_OF_FORCE.search(bare, max(0, verb.start() - 40), verb.start())
        ):
            continue  # a court recognises something, a citizen is recognised as something
        kind = "repeal" if dead and kind == "renumber" else kind
        result.append(_Verb(kind, verb.start(), verb.end(), behind=verb[0].endswith("в")))
    return result


class Reader:
    """One clause: where its verbs, acts and units stand, and what stands aside."""

    def __init__(self, clause: Clause, acts: Acts, *, kind: str = "") -> None:
        """Read a clause; `kind` is that of acts of which it gives only date and number."""
        self.clause = clause
        self.verbs = _verbs(clause.bare)
        said = blotted(clause.bare, self._asides())
        cited = acts.cited(clause, kind=kind)
        self._cited = [item for item in cited if said[item.start] != BLOT]
        units = mentions(blotted(said, ((item.start, item.end) for item in self._cited)))
        self._mentions = [
            item for item in units if not _ANCHOR.search(clause.bare[max(0, item.start - 12) : item.start])
        ]

    def _asides(self) -> Iterator[tuple[int, int]]:
        stops = [verb.start for verb in self.verbs]
        last = 0
        for aside in _ASIDE.finditer(self.clause.bare):
            if aside.start() < last:
                continue
            ends = _ASIDE_ENDS.search(self.clause.bare, aside.end())
            last = ends.start() if ends is not None else len(self.clause.bare)
            last = min([last, *stops[bisect_left(stops, aside.end()) :][:1]])
            yield aside.start(), last

    def named(self, start: int, end: int) -> bool:
        """Whether an act is named between two places."""
        return any(item.act.named for item in between(self._cited, start, end))

    def opens_with_target(self, start: int) -> bool:
        """Whether the words from `start` on begin with a unit or an act: «в статье 5 ...», «Федеральный закон от ...»."""
        starts = [*(item.start for item in self._mentions), *(item.start for item in self._cited)]
        first = min((place for place in starts if place >= start), default=None)
        return first is not None and _BEFORE_TARGET.fullmatch(self.clause.bare, start, first) is not None

    def targets(self, start: int, end: int, around: Sequence[Target]) -> list[Target]:
        """What is named between two places, inside `around`; empty when nothing is."""
        result: list[Target] = []
        latest: list[Target] = []
        position = start
        for citation in between(self._cited, start, end):
            units = self._found(position, citation.start)
            position = citation.end
            if citation.act.own:
                continue
            latest = self._placed(units, _acts_around(citation.act, around))
            result += latest
        trailing = self._found(position, end)
        if trailing:
            del result[len(result) - len(latest) :]
            result += self._placed(trailing, latest or around)
        return list(dict.fromkeys(result))

    def _found(self, start: int, end: int) -> list[Mention]:
        return [item for item in between(self._mentions, start, end) if not item.made]

    def _placed(self, units: Sequence[Mention], around: Sequence[Target]) -> list[Target]:
        if not units:
            return list(around)
        by_act: dict[Act, list[Place]] = {}
        for target in around:
            by_act.setdefault(target.act, []).append(target.place)
        return [
            Target(act, place) for act, inside in by_act.items() for place in places(units, self.clause.bare, inside)
        ]

    # ------------------------------------------------------------ operations

    def changes(self, start: int, around: Sequence[Target]) -> list[Change]:
        """The operations from a place of the clause on. A verb without a unit of its own works on that of the verb before it."""
        found: list[Change] = []
        verbs = [verb for verb in self.verbs if verb.start >= start]
        before, previous = start, list(around)
        for index, verb in enumerate(verbs):
            last = index + 1 == len(verbs)
            end = len(self.clause.bare) if last else verbs[index + 1].start
            made = [item for item in between(self._mentions, verb.end, end) if item.made]
            spoken = _FIRST_OBJECT.match(self.clause.bare, verb.end, end)
            done = max(made[-1].end if made else verb.end, spoken.end() if spoken is not None else 0)
            targets = self.targets(before, verb.start, around)
            if not targets and (index == 0 or verb.behind or before == verb.start):
                targets, done = self.targets(verb.end, end, around), end
            previous = targets or previous
            found.append(
                Change(
                    kind=self._kind(verb, before, end),
                    targets=self._made(made, previous) if verb.kind == "add" else previous,
                    words=self.words(before, end if last else done),
                )
            )
            before = done
        return found

    def _kind(self, verb: _Verb, before: int, end: int) -> str:
        if verb.kind == "add" and _FIRST_OBJECT.match(self.clause.bare, verb.end):
            return "add_words"
        if verb.kind == "delete" and _OF_WORDS.search(self.clause.bare, before, end):
            return "delete_words"
        return verb.kind

    def _made(self, made: Sequence[Mention], targets: Sequence[Target]) -> list[Target]:
        """The new units of "дополнить ..."; where their numbers are not told, the unit that gets them."""
        numbered = [item for item in made if item.numbers or item.unit in {"prim", "pril"}]
        return [target for item in numbered for target in self._placed([item], targets)] or list(targets)

    def words(self, start: int, end: int) -> str:
        """What the clause says between two places, as published, on one line; long quotations are cut."""
        words = " ".join(self.clause.text[start:end].split()).strip(" ,;:.")
        return words if len(words) <= _WORDS else words[:_WORDS].rsplit(" ", 1)[0] + "…"


def _acts_around(act: Act, around: Sequence[Target]) -> Sequence[Target]:
    """The act that a clause names; «указанного Федерального закона» is the one that the clauses around it speak of."""
    if not act.named and any(target.act.named for target in around):
        if not act.approved:
            return around
        return [Target(replace(target.act, name=act.name, approved=True), _APPROVED) for target in around]
    return [Target(act, _APPROVED if act.approved else ())]
