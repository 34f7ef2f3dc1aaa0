"""What a change of a text says in one line: which clause and how much, the most significant operation first.

"В законопроект внесены изменения" is useless to a subscriber; «десяти» → «пяти» лет, ст. 22 ч. 1 п. 2 is the news.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from feeds import places
from feeds.languages import Speech
from tracker.models import Diff, Language, Operation, Span
from tracker.subtrees import subtree_of

PUNCTUATION: Final = "punctuation"
_PAIR_LENGTH: Final = 44

#: Numerals of Russian law in the cases that occur in it; digits count too.
_NUMERAL: Final = re.compile(
    r"\d|\b(?:од(?:ин|на|но|ного|ной|ну|ному|ним)|дв(?:а|е|ух|умя|ум)|тр(?:и|ех|емя|ем)|четыр(?:е|ех|ьмя|ем)"
    r"|(?:пят|шест|сем|восем|восьм|девят|десят)(?:ь|и|ью)|\w+надцат(?:ь|и|ью)|(?:два|три)дцат(?:ь|и|ью)"
    r"|сорока?|\w+десят(?:и|ью)?|девяност[оа]|ст[оа]|дв(?:ести|ухсот)|\w+(?:сот|ста)|тысяч\w*|миллион\w*|полутора)\b"
)

#: Units without which a number is only half said.
_UNIT: Final = re.compile(
    r"\s*((?:рабочих |календарных )?(?:лет|год\w*|месяц\w*|недел\w*|дн(?:ей|я|ям)|день|сут\w+|час\w*|рубл\w*|процент\w*"
    r"|человек\w*|тысяч\w*(?: рубл\w*| человек)?|минимальн\w+ размер\w*))\b"
)

_NEGATION: Final = re.compile(r"\b(?:не|кроме|исключением)\b")


class _Words(NamedTuple):
    """The words of a headline in one language; the words of the law are quoted as they are."""

    ground: str
    repealed: str
    removed: str
    removed_something: str
    moved: str
    renumbered: str
    added_something: str
    adds: str
    strikes: str
    modified: str
    modified_something: str


_WORDS: Final[dict[Language, _Words]] = {
    "ru": _Words(
        ground="новое основание",
        repealed="утратило силу",
        removed="исключено",
        removed_something="исключён фрагмент",
        moved="перенесено",
        renumbered="перенумеровано",
        added_something="новый фрагмент",
        adds="добавлено",
        strikes="исключено",
        modified="изменено",
        modified_something="изменён текст",
    ),
    "en": _Words(
        ground="new ground",
        repealed="repealed",
        removed="removed",
        removed_something="a passage removed",
        moved="moved",
        renumbered="renumbered",
        added_something="a new passage",
        adds="added",
        strikes="struck",
        modified="modified",
        modified_something="text modified",
    ),
}


def changes(number: int, language: Language = "ru") -> str:
    """``4 изменения``."""
    return Speech(language).count(number, "изменение|изменения|изменений")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One operation that could be the headline; the smallest `rank` wins, the earliest of equals."""

    rank: int
    text: str
    subtree: tuple[str, str] | None = None  # the unit that came or went with this one in it


#: Clause of an amending text -> the number of the law that it amends: ``st-1`` -> ``138-ФЗ``.
Acts: TypeAlias = Mapping[str, str]
_NO_ACTS: Final[Acts] = {}


def headline(diff: Diff, *, language: Language = "ru", acts: Acts = _NO_ACTS) -> str:
    """The change in one line, without the name of the document; empty when nothing of law changed.

    Where `acts` says which law a clause amends, a unit of quoted wording is named by its place in that law.
    """
    statements = list(_statements(diff, language, acts))
    if not statements:
        return ""
    ranked = sorted(statements, key=lambda candidate: candidate.rank)
    # What came or went with all that stands in it is one change.
    rest = len({candidate.subtree or number for number, candidate in enumerate(ranked)}) - 1
    return places.shown(ranked[0].text) + (f"; {_more(rest, language)}" if rest else "")


def _more(number: int, language: Language) -> str:
    """``ещё 4 изменения``."""
    if language == "ru":
        return f"ещё {changes(number)}"
    return f"{number} more {'change' if number == 1 else 'changes'}"


def _statements(diff: Diff, language: Language, acts: Acts) -> Iterator[_Candidate]:
    """Every operation as a candidate; operations of one group are one statement unless they also change words."""
    grounds, repealed = _told(diff, "ground"), _told(diff, "removed", opening="Утрати")
    named = " ".join(reason.text for reason in diff.significance.reasons[:1])
    groups = {group.id: group for group in diff.groups}
    subtrees = subtree_of(diff.operations)
    told: set[str] = set()
    for operation in diff.operations:
        group = groups.get(operation.group or "")
        if group is not None and group.kind == PUNCTUATION and len(told_apart(diff)) > 0:
            continue  # what only its stops tell apart is no change of its own beside one of words
        if group is not None and (group.kind == PUNCTUATION or not _changes_words(operation)):
            if group.id not in told:
                told.add(group.id)
                said = group.text if language == "ru" else group.text_en or group.text
                yield _Candidate(rank=80, text=_lower_first(said.rstrip(".")))
            continue
        placed, act = _in_act(operation, acts)
        candidate = _candidate(placed, language, ground=operation in grounds, repealed=operation in repealed)
        address = operation.new_address or operation.old_address
        # The reason that fired best names its clause: that clause leads.
        favoured = 5 if address and _names(named, address) else 0
        of_act = f" {act}" if language == "ru" else f" of {act}"
        said = candidate.text + (of_act if act else "")
        yield _Candidate(rank=candidate.rank - favoured, text=said, subtree=subtrees.get(operation))


def _in_act(operation: Operation, acts: Acts) -> tuple[Operation, str]:
    """The operation by its place in the law that its clause amends, and the number of that law; "" where either is not known.

    `acts` are those of the new text: of what only the old one has, or what moved, nothing is known.
    """
    act = acts.get((operation.new_path or "").partition(".")[0], "")
    place = places.in_act(operation.new_address or "") if act and {"added", "modified"} & set(operation.ops) else ""
    return (replace(operation, old_address=place, new_address=place), act) if place else (operation, "")


def told_apart(diff: Diff) -> tuple[Operation, ...]:
    """The operations that are changes of their own: not those that a group of punctuation tells together."""
    quiet = {group.id for group in diff.groups if group.kind == PUNCTUATION}
    return tuple(operation for operation in diff.operations if operation.group not in quiet)


def _names(text: str, address: str) -> bool:
    return re.search(re.escape(address) + r"(?![\w.]*\w)", text) is not None


def _changes_words(operation: Operation) -> bool:
    return bool({"added", "removed", "modified"} & set(operation.ops))


def _told(diff: Diff, rule: str, *, opening: str = "") -> tuple[Operation, ...]:
    """The operations whose new place the sentences of a rule name, or those sentences that begin so."""
    told = (reason.text for reason in diff.significance.reasons if reason.rule == rule)
    said = " ".join(text for text in told if text.startswith(opening))
    return tuple(one for one in diff.operations if one.new_address and _names(said, one.new_address))


def _candidate(operation: Operation, language: Language, *, ground: bool, repealed: bool) -> _Candidate:
    words = _WORDS[language]
    old, new = (_address(place, language) for place in (operation.old_address, operation.new_address))
    if "added" in operation.ops:
        if ground:
            return _Candidate(rank=10, text=_joined(words.ground, new))
        return _Candidate(rank=40, text=_added(operation.new_address or "", language))
    if "removed" in operation.ops:
        gone = _located(words.removed, operation.old_address, language)
        return _Candidate(rank=40, text=gone or words.removed_something)
    if "modified" in operation.ops and repealed:
        return _Candidate(rank=10 if ground else 40, text=_located(words.repealed, operation.new_address, language))
    if "modified" in operation.ops:
        return _modified(operation.spans, operation.new_address or operation.old_address or "", language)
    if "moved" in operation.ops:
        return _Candidate(rank=82, text=f"{words.moved}: {old} → {new}")
    return _Candidate(rank=84, text=f"{words.renumbered}: {old} → {new}")


def _address(address: str | None, language: Language) -> str:
    return (address or "") if language == "ru" else places.english(address or "")


def _located(what: str, address: str | None, language: Language) -> str:
    """``изменено: п. 2 ч. 1 ст. 22``; empty without an address."""
    if not address:
        return ""
    return f"{what}: {places.inside_out(address) if language == 'ru' else places.english(address)}"


def _added(address: str, language: Language) -> str:
    if not address:
        return _WORDS[language].added_something
    return places.added(address) if language == "ru" else f"new {places.english(address)}"


def _modified(spans: tuple[Span, ...], address: str, language: Language) -> _Candidate:
    pairs = list(replacements(spans))
    for old, new, after in pairs:
        if _is_number(old) and _is_number(new):
            unit = _UNIT.match(after)
            words = f"«{_cut(old)}» → «{_cut(new)}»" + (f" {unit[1]}" if unit else "")
            return _Candidate(rank=20, text=_joined(words, _address(address, language)))
    negated = any(bool(_NEGATION.search(old)) != bool(_NEGATION.search(new)) for old, new, _ in pairs)
    return _Candidate(rank=25 if negated else 50, text=_worded(pairs, address, language))


def _worded(pairs: list[tuple[str, str, str]], address: str, language: Language) -> str:
    """A single short replacement is quoted; anything longer is only located."""
    words, where = _WORDS[language], _address(address, language)
    if len(pairs) == 1:
        old, new, _ = pairs[0]
        if old and new and max(len(old), len(new)) <= _PAIR_LENGTH:
            return _joined(f"«{old}» → «{new}»", where)
        if new and not old:
            return _joined(f"{words.adds} «{_cut(new)}»", where)
        if old and not new:
            return _joined(f"{words.strikes} «{_cut(old)}»", where)
    return _located(words.modified, address, language) or words.modified_something


def replacements(spans: Iterable[Span]) -> Iterator[tuple[str, str, str]]:
    """(old words, new words, what follows) for every place where words differ; either of the first two may be empty."""
    rows = list(spans)
    index = 0
    while index < len(rows):
        if rows[index][0] == "=":
            index += 1
            continue
        old, new = "", ""
        while index < len(rows) and rows[index][0] != "=":
            if rows[index][0] == "-":
                old += rows[index][1]
            else:
                new += rows[index][1]
            index += 1
        after = rows[index][1] if index < len(rows) else ""
        if old.strip() or new.strip():
            yield _bare(old), _bare(new), after


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:").replace("«", "„").replace("»", "“")


def _is_number(text: str) -> bool:
    return bool(text) and len(text) <= _PAIR_LENGTH and _NUMERAL.search(text.lower().replace("ё", "е")) is not None


def _cut(text: str) -> str:
    return text if len(text) <= _PAIR_LENGTH else text[:_PAIR_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _joined(words: str, address: str) -> str:
    if not address:
        return words
    return f"{words}, {address}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
