"""Which acts a bill, a law or a decree amends, repeals or enacts, and which units of them: read from its text or its title.

An amending act names an act once, in a frame («Внести в Федеральный закон ... следующие изменения:»), and its units in lists
below it: «1) в статье 22: а) в части 1 слова ... исключить». What stands above is carried down. New wording that is quoted
says nothing about the amending act, whatever commands stand in it; an act that is only mentioned is not amended.

A clause that stands under a frame and is not understood counts as ``amend`` of what is known of its place: nothing is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from diffs.amended import AmendedUnit
from diffs.citations import Act, Acts, Identify, title_key
from diffs.commands import Reader, Target
from diffs.masking import Clause, clause_of
from diffs.mentions import path_of
from diffs.structure import components, split_label
from tracker.models import Section

__all__ = ["AmendedUnit", "Identify", "amended", "amended_by_title", "title_key"]

_NOWHERE: Final = (Target(Act()),)
_COMMANDS: Final = re.compile(
    r"внести|признать|приостановить|ввести\s+в\s+действие|утвердить|дополнить|исключить|изложить|заменить|включить|считать|отменить"
)
_MAY_COMMAND: Final = re.compile(f"(?i:{_COMMANDS.pattern})")
_MAY_OPEN: Final = re.compile(r"(?:\S+\s+)?В\s[^:]*:\s*$")
_REASON: Final = re.compile(
    r"(?:в|на|с|во|по)\s+(?:целях|связи|соответствии|основани\w+|учетом|исполнение)(?!\w)[^:;]{0,2000}?\s(?="
    rf"(?:{_COMMANDS.pattern})(?!\w))"
)
_DECREES: Final = re.compile(r"(?<!\w)постановля(?:ю|ет)\s*:\s*")
_CHANGES: Final = re.compile(r"(?<!\w)(?:изменени|дополнени)")
_APPROVED_CHANGES: Final = re.compile(r"утвердить\s+(?:прилагаемые\s+)?изменения(?!\w)")
_APPROVE: Final = re.compile(r"утвердить(?!\w)")
_ATTACHED: Final = re.compile(r"(?:утвердить)?\s*(?:(?:прилагаем|следующ)\w+)?\s*")
_NO_COMMAND: Final = re.compile(
    r"(?:настоящ|установить|положения\s|действие\s|действия\s|президент\s)|.*вступа\w+\s+в\s+силу"
)
_BRINGS_CHANGES: Final = re.compile(r"изменени[ея],?\s+(?:котор\w+\s+)?внос\w+")
_LISTS_DEAD_ACTS: Final = re.compile(r"(?:перечень|список)(?!\w).*(?:утративш|не\s*действующ)")
_CARRIED: Final = frozenset({"repeal", "suspend", "delete", "enact"})  # "Признать утратившими силу:" and a list
_MOST: Final = 20  # units that a clause hands down to those below it; more are handed down as the unit around them
_ENOUGH: Final = (
    20_000  # changes of one text; the longest laws make a few thousand, a hostile text may ask for millions
)
_TITLE_LINES: Final = 12


def amended(
    sections: Sequence[Section], *, identify: Identify | None = None, known: Mapping[str, str] | None = None
) -> tuple[AmendedUnit, ...]:
    """What an act changes, in the order of its text (`sections` as `diffs.structure` gives them), each change once.

    `identify(kind, date, number)` makes a document id of the words of an act; without it `act` stays empty, save for codes, and
    `act_kind act_date act_number` tell the same. `known` gives ids by title (under `title_key`) for acts named by title only.
    """
    walk = _Walk(Acts(identify=identify, known=known or {}))
    walk.read(sections)
    return tuple(dict.fromkeys(unit for found in walk.found for unit in found))


# ---------------------------------------------------------------- titles

_DEED: Final = re.compile(
    r"(?<!\w)(?:(?P<amend>внесении\s+(?:изменени|дополнени|поправ)\w*(?:\s+и\s+(?:изменени|дополнени)\w*)?)"
    r"|(?P<repeal>признании\s+(?:утративш|не\s*действующ)\w+(?:\s+силу)?|отмене)"
    r"|(?P<suspend>приостановлении(?:\s+действия)?)|(?P<enact>введении\s+в\s+действие))(?!\w)"
)
_QUOTE: Final = re.compile('[«"]')


def amended_by_title(
    title: str, *, identify: Identify | None = None, known: Mapping[str, str] | None = None
) -> tuple[AmendedUnit, ...]:
    """What a title says that its act changes: «О внесении изменений в статьи 22 и 24 Федерального закона «О гражданстве ...»».

    Titles name acts by their titles: `name` is given, `act` where `known` or `identify` (see `amended`) has an id. A title that
    names no act ("в отдельные законодательные акты") gives nothing: only the text can tell.
    """
    clause = clause_of(title)
    deeds = list(_DEED.finditer(clause.bare))
    if not deeds and (quote := _QUOTE.search(title)) is not None:  # «Проект закона № ... «О внесении изменений ...»»
        clause = clause_of(title[quote.end() :].rstrip(" .\n").removesuffix("»").removesuffix('"'))
        deeds = list(_DEED.finditer(clause.bare))
    reader = Reader(clause, Acts(identify=identify, known=known or {}))
    bounds = [*(deed.start() for deed in deeds), len(clause.bare)]
    return tuple(
        dict.fromkeys(
            _unit(target, deed.lastgroup or "", reader.words(deed.start(), end), "")
            for deed, end in zip(deeds, bounds[1:], strict=True)
            for target in reader.targets(deed.end(), end, _NOWHERE)
            if target.act.named
        )
    )


# ---------------------------------------------------------------- texts


@dataclass(slots=True)
class _Open:
    """A clause whose list is being read: what it hands down, and where its own finding goes when its list brings none."""

    scope: list[str]  # the path below which it holds
    depth: float
    targets: Sequence[Target]
    kind: str  # what its items do where they do not say: "Признать утратившими силу:"
    words: str
    path: str
    slot: list[AmendedUnit]
    silent: bool = False  # it brings new wording; what stands below is not the amending act's
    doubtful: bool = False  # no frame: below it only what is certainly a change counts
    fruitful: bool = False


class _Walk:
    """Reads sections in order; `found` has a list for each clause."""

    def __init__(self, acts: Acts) -> None:
        self.found: list[list[AmendedUnit]] = []
        self._acts = acts
        self._open: list[_Open] = []
        self._left = _ENOUGH

    def read(self, sections: Sequence[Section]) -> None:
        appendix, body = "", 0
        for index, section in enumerate(sections):
            parts = components(section.path)
            if not parts or "q" in parts:
                continue
            if self._left <= 0:
                break
            self._close(parts)
            if parts[0].startswith("pril"):
                if parts[0] != appendix:
                    appendix, body = parts[0], index + self._open_appendix(sections[index : index + _TITLE_LINES])
                if index < body or not self._open:
                    continue  # a heading; a regulation, a list, a treaty: they command nothing
            if self._open or _MAY_COMMAND.search(section.text) or _MAY_OPEN.match(section.text):
                self._clause(section, parts)
        while self._open:
            self._leave()

    def _close(self, parts: list[str]) -> None:
        """Leave the lists that a section does not belong to. A list that brought nothing is told by the clause that opens it."""
        while self._open:
            last = self._open[-1]
            listed = bool(last.scope) or parts[0].startswith(("p-", "pp-", "abz-", "ch-", "tabl-"))
            if listed and parts[: len(last.scope)] == last.scope:
                return
            self._leave()

    def _leave(self) -> None:
        last = self._open.pop()
        if not (last.fruitful or last.silent or last.doubtful):
            self._add(last.slot, last.targets, last.kind or "amend", last.words, last.path)

    def _add(self, slot: list[AmendedUnit], targets: Sequence[Target], kind: str, words: str, path: str) -> None:
        slot += [_unit(target, kind, words, path) for target in targets[: max(0, self._left)]]
        self._left -= len(targets)
        for above in self._open:
            above.fruitful = True

    # ------------------------------------------------------------ one clause

    def _clause(self, section: Section, parts: list[str]) -> None:
        clause = clause_of(section.text)
        body = split_label(clause.text)[1]
        start = _command(clause, len(clause.text) - len(body))
        above = next((one for one in reversed(self._open) if not one.silent), None)
        reader = Reader(clause, self._acts, kind=_inherited_kind(above))
        labelled = not parts[-1].startswith(("abz-", "tabl-", "str-", "poz-"))
        if (
            self._open
            and self._open[-1].silent
            and (labelled or not (reader.verbs and reader.opens_with_target(start)))
        ):
            return
        slot: list[AmendedUnit] = []
        self.found.append(slot)
        one = _Item(section, parts, clause, reader, start, slot, labelled=labelled)
        if clause.bare.startswith("внести", start) or _APPROVED_CHANGES.match(clause.bare, start):
            self._frame(one, above)
        elif _APPROVE.match(clause.bare, start) and _is_own(clause, start):
            self._approve(one)
        elif above is not None:
            self._item(one, above)
        elif _is_own(clause, start) or reader.opens_with_target(start):
            self._bare_command(one)

    def _frame(self, one: _Item, above: _Open | None) -> None:
        """«Внести в ... следующие изменения:», with its list below it or the change in the same sentence."""
        bare, reader = one.clause.bare, one.reader
        if not (above is not None or _is_own(one.clause, one.start)) or not _CHANGES.search(bare, one.start):
            return
        colon = bare.find(":", one.start)
        stops = [verb.start for verb in reader.verbs if verb.start > one.start]
        end = min([colon if colon >= 0 else len(bare), *stops])
        around = reader.targets(one.start, end, above.targets if above is not None else _NOWHERE) or list(_NOWHERE)
        if stops:
            for change in reader.changes(end, around):
                self._add(one.slot, change.targets, change.kind, change.words, one.section.path)
        elif one.colon:
            self._push(one, around, "")
        else:
            self._add(one.slot, around, "amend", reader.words(one.start, end), one.section.path)

    def _approve(self, one: _Item) -> None:
        """«Утвердить прилагаемое Положение о ...»: a document of its own that the act brings into the world."""
        found = _ATTACHED.match(one.clause.bare, one.start)
        start = found.end() if found is not None else one.start
        stops = [place for mark in "(.;:" if (place := one.clause.bare.find(mark, start)) >= 0]
        name = one.reader.words(start, min([*stops, len(one.clause.text)]))
        target = Target(Act(name=name), (("pril", ""),))
        if name:
            self._add(one.slot, [target], "enact", one.reader.words(one.start, len(one.clause.text)), one.section.path)
        elif one.colon:
            self._push(one, [target], "enact")

    def _item(self, one: _Item, above: _Open) -> None:
        """A clause below a frame or another list."""
        bare, reader = one.clause.bare, one.reader
        if not bare[one.start :].strip():
            return
        changes = reader.changes(one.start, above.targets)
        if changes and not (one.colon and changes[-1].kind in _CARRIED):
            for change in changes:
                self._add(one.slot, change.targets, change.kind, change.words, one.section.path)
            self._push_silent(one)
        elif changes:
            self._push(one, changes[-1].targets, changes[-1].kind)
        elif not _NO_COMMAND.match(bare, one.start):
            self._without_verb(one, above)

    def _without_verb(self, one: _Item, above: _Open) -> None:
        """«в статье 22:», an item of a list of dead acts, or words that are not understood."""
        bare, reader = one.clause.bare, one.reader
        targets = reader.targets(one.start, len(bare), above.targets)
        opening = reader.opens_with_target(one.start)
        if one.colon and (opening or bare.startswith(("в ", "из "), one.start)):
            self._push(one, targets or above.targets, above.kind).doubtful = above.doubtful
        elif above.kind == "enact" and not targets:
            self._approve(one)
        elif above.doubtful:
            return
        elif opening or one.labelled or (above.kind and bare.rstrip().endswith(";")):
            words = reader.words(one.start, len(one.clause.text))
            self._add(one.slot, targets or above.targets, above.kind or "amend", words, one.section.path)
            self._push_silent(one)

    def _bare_command(self, one: _Item) -> None:
        """A clause without a frame: it has to name the act itself, or to open a list that does."""
        reader, end = one.reader, len(one.clause.bare)
        changes = reader.changes(one.start, _NOWHERE)
        if one.colon and not changes and reader.named(one.start, end):
            self._push(one, reader.targets(one.start, end, _NOWHERE), "").doubtful = True
        if one.colon and len(changes) == 1 and changes[0].kind in _CARRIED and _is_own(one.clause, one.start):
            self._push(one, changes[0].targets, changes[0].kind)
            return
        for change in changes:
            named = [target for target in change.targets if target.act.named or target.act.kind]
            self._add(one.slot, named, change.kind, change.words, one.section.path)
        if one.slot:
            self._push_silent(one)

    # ------------------------------------------------------------ lists

    def _push(self, one: _Item, targets: Sequence[Target], kind: str) -> _Open:
        return self._enter(one, _handed_down(targets), kind)

    def _push_silent(self, one: _Item) -> None:
        if one.colon and one.labelled:
            self._enter(one, (), "").silent = True

    def _enter(self, one: _Item, targets: Sequence[Target], kind: str) -> _Open:
        scope = one.parts if one.labelled else one.parts[:-1]
        depth = len(scope) + (0 if one.labelled else 0.5)
        while self._open and self._open[-1].depth >= depth:
            self._leave()
        words = one.reader.words(one.start, len(one.clause.text))
        entry = _Open(list(scope), depth, targets, kind, words, one.section.path, one.slot)
        self._open.append(entry)
        return entry

    def _open_appendix(self, sections: Sequence[Section]) -> int:
        """The heading of an appendix; gives how many of these sections it takes.

        «ИЗМЕНЕНИЯ, которые вносятся в ...» and «ПЕРЕЧЕНЬ актов, утративших силу» are frames as well.
        """
        appendix = sections[0].path
        heading = list(takewhile(lambda one: one.path == appendix or one.path.startswith(f"{appendix}.abz-"), sections))
        clause = clause_of(" ".join(section.text for section in heading))
        brings, dead = _BRINGS_CHANGES.search(clause.bare), _LISTS_DEAD_ACTS.search(clause.bare)
        found = brings or dead
        if found is None:
            return len(heading)
        reader = Reader(clause, self._acts)
        targets = reader.targets(found.end(), len(clause.bare), _NOWHERE) if brings is not None else []
        slot: list[AmendedUnit] = []
        self.found.append(slot)
        words = reader.words(found.start(), len(clause.text))
        kind = "" if brings is not None else "repeal"
        self._open.append(_Open([appendix], 1, _handed_down(targets or _NOWHERE), kind, words, appendix, slot))
        return len(heading)


@dataclass(frozen=True, slots=True)
class _Item:
    """A section as a clause that is being read."""

    section: Section
    parts: list[str]
    clause: Clause
    reader: Reader
    start: int  # where the command begins
    slot: list[AmendedUnit]
    labelled: bool

    @property
    def colon(self) -> bool:
        """Whether a list or a new wording follows."""
        return self.clause.bare.rstrip().endswith(":")


def _command(clause: Clause, start: int) -> int:
    """Where the command of a clause begins: behind its label, its reasons, "постановляю:"."""
    decrees = _DECREES.search(clause.bare, start)
    start = decrees.end() if decrees is not None else start
    reason = _REASON.match(clause.bare, start)
    return reason.end() if reason is not None else start


def _is_own(clause: Clause, start: int) -> bool:
    """Whether a command is the act's own: a sentence, not an order in a list of orders ("Правительству: а) внести ...")."""
    if _COMMANDS.match(clause.bare, start) is None:
        return False
    return clause.text[start].isupper() or bool(clause.bare[:start].strip(" .0123456789абвгд)"))


def _inherited_kind(above: _Open | None) -> str:
    return next((target.act.kind for target in above.targets if target.act.kind), "") if above is not None else ""


def _handed_down(targets: Sequence[Target]) -> Sequence[Target]:
    while len(targets) > _MOST:
        targets = tuple(dict.fromkeys(Target(target.act, target.place[:-1]) for target in targets))
        if not any(target.place for target in targets):
            return targets[:_MOST]
    return targets


def _unit(target: Target, kind: str, words: str, path: str) -> AmendedUnit:
    act = target.act
    return AmendedUnit(
        act=act.id,
        name=act.name,
        path=path_of(target.place),
        words=words,
        kind=kind,
        act_kind=act.kind,
        act_date=act.date,
        act_number=act.number,
        from_path=path,
    )
