"""Words that turn a norm round: negations, exceptions, limits, и/или, may and must, who is meant, what is threatened.

Each rule looks at the places of one unit that were edited and names the words that made it fire. A word that was there
before and still is says nothing; nor does one that only names something (a citation, an office, a part of another word).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from diffs.dates import speaks_of_time
from diffs.findings import Change, Edit, Finding, excerpt, finding
from diffs.numerals import quantities, written
from diffs.words import WORD
from tracker.models import Level

# Words of an edit; in a longer one a word is part of a new clause and does not turn the old one.
_FEW: Final = 4
_SHORT: Final = 10


def turned(change: Change) -> Iterator[Finding]:
    """What in a reworded unit may turn the norm round."""
    for rule in _RULES:
        yield from rule(change)
    if _threats(change.struck) != _threats(change.added) or _sum_of_a_sanction(change):
        yield _sanction(change)
    if speaks_of_time(change.operation.old_text or "") != speaks_of_time(change.operation.new_text or ""):
        yield _effective(change)
    for verb, pattern, _ in _ORDERS:
        declares = _declares(change.new, verb, pattern)
        if declares != _declares(change.old, verb, pattern):
            yield from _orders(change, change.new if declares else change.old, added=declares)


def came_or_went(change: Change) -> Iterator[Finding]:
    """What in a unit that was added or struck out as a whole matters by itself."""
    added = change.came
    body = change.new if added else change.old
    yield from _orders(change, body, added=added)
    if speaks_of_time((change.operation.new_text if added else change.operation.old_text) or ""):
        yield _effective(change)
    if _threats(body):
        yield _sanction(change)


# ---------------------------------------------------------------- orders of the state

_ORDERS: Final = (
    ("объявить", re.compile(r"\bобъявить\b[^.]{0,80}мобилизаци", re.IGNORECASE), "mobilisation"),
    ("осуществить", re.compile(r"\bосуществить\b(?:[^.]|\bг\.){0,120}\bпризыв\b", re.IGNORECASE), "call-up"),
)
_ORDER_WORDS: Final = {
    "mobilisation": ("объявление мобилизации", "A declaration of mobilisation"),
    "call-up": ("решение о призыве", "A decision on a call-up"),
}


def _declares(body: str, verb: str, order: re.Pattern[str]) -> bool:
    return verb in body.lower() and order.search(body) is not None


def _orders(change: Change, body: str, *, added: bool) -> Iterator[Finding]:
    word, word_en = ("появилось", "appeared") if added else ("исключено", "was struck out")
    for verb, pattern, rule in _ORDERS:
        if not _declares(body, verb, pattern):
            continue
        people = next(
            (f", {written(number.value)} человек" for number in quantities(body) if number.unit == "person"), ""
        )
        people_en = people.replace("человек", "people")
        name, name_en = _ORDER_WORDS[rule]
        text = f"В тексте {word} {name}{people}: {change.address}."
        yield finding(Level.KEY, rule, text, f"{name_en} {word_en}{people_en}: {change.address}.")


# ---------------------------------------------------------------- sanctions, time

_SANCTION: Final = re.compile(
    r"\bзапреща(?:ет|ют)ся выезд|\bвременн\w+ ограничени\w+|\bвременн\w+ мер\w*|\bограничени\w+ права на выезд"
    r"|\bштраф\w*|\bлишени\w+ (?:свободы|права)|\bнаказыва\w+|\bарест\w*",
    re.IGNORECASE,
)
# Without one of these no word of a sanction can be there: a look at the letters is much cheaper than a search.
_THREATENS: Final = ("запреща", "временн", "ограничени", "штраф", "лишени", "наказыва", "арест")
_PUNISHES: Final = re.compile(r"\bштраф\w*|\bнаказыва\w+|\bлишени\w+ свободы|\bарест\w*", re.IGNORECASE)


def _threats(text: str) -> Counter[str]:
    """The words of a sanction that a text has."""
    lower = text.lower()
    return Counter(_SANCTION.findall(text) if any(map(lower.__contains__, _THREATENS)) else ())


def _sum_of_a_sanction(change: Change) -> bool:
    """Whether a unit that threatens a punishment got other numbers."""
    if not (_threats(change.old) and _PUNISHES.search(change.old) and _PUNISHES.search(change.new)):
        return False
    sides = [Counter((one.value, one.unit) for one in side if one.unit) for side in change.quantities]
    return sides[0] != sides[1]


def _sanction(change: Change) -> Finding:
    text = f"Изменён текст о санкции или ограничении: {change.address}."
    return finding(Level.MAJOR, "sanction", text, f"Text on a sanction or restriction changed: {change.address}.")


def _effective(change: Change) -> Finding:
    text = f"Изменён порядок вступления в силу или действия во времени: {change.address}."
    return finding(Level.MAJOR, "effective", text, f"Entry into force or scope in time changed: {change.address}.")


# ---------------------------------------------------------------- negations and exceptions

_NEGATION: Final = re.compile(r"\b(?:не|ни)\b(?: [\w-]+)?")
_NO_GOOD_REASON: Final = re.compile(r"\bбез уважительн\w+ причин\w*", re.IGNORECASE)
# Each with a word without which it need not be looked for.
_EXCEPTIONS: Final = (
    ("исключением", re.compile(r"\bза исключением\b", re.IGNORECASE)),
    ("кроме", re.compile(r"\bкроме\b(?! того)", re.IGNORECASE)),
    ("если", re.compile(r"\bесли иное\b|\bесли .{0,40}не установлено иное", re.IGNORECASE)),
)


def _negations(change: Change) -> Iterator[Finding]:
    """A "не" that came, went or went over to another word; a word that turned into its own negation."""
    old, new = change.old.lower(), change.new.lower()
    before, after = Counter(_NEGATION.findall(old)), Counter(_NEGATION.findall(new))
    if before != after:
        before, after = before - _of_numbers(change, 0), after - _of_numbers(change, 1)
    gone, come = list((before - after).elements()), list((after - before).elements())
    if before.total() != after.total():
        grew = after.total() > before.total()
        yield _negated(change, come if grew else gone, added=grew)
    elif gone:
        words = [Counter(WORD.findall(side)) for side in (old, new)]
        # "не подлежит" -> "подлежит" beside "обязан" -> "не обязан": the count says nothing, the words do.
        freed = [phrase for phrase in gone if _bare(phrase, words[1], after) > _bare(phrase, words[0], before)]
        bound = [phrase for phrase in come if _bare(phrase, words[0], before) > _bare(phrase, words[1], after)]
        for phrases, added in ((freed, False), (bound, True)):
            if phrases:
                yield _negated(change, phrases, added=added)
    for edit in change.edits:
        yield from _prefixes(change, edit)
    if "уважительн" in old or "уважительн" in new:
        here, there = Counter(_NO_GOOD_REASON.findall(old)), Counter(_NO_GOOD_REASON.findall(new))
        if here.total() != there.total():
            grew = there.total() > here.total()
            reasons = there - here if grew else here - there  # as the text inflects them
            yield _negated(change, list(reasons), added=grew)


def _bare(phrase: str, words: Counter[str], negated: Counter[str]) -> int:
    """How often the word of "не подлежит" stands without its "не"."""
    return words[phrase.partition(" ")[2]] - negated[phrase]


def _negated(change: Change, phrases: list[str], *, added: bool) -> Finding:
    shown = _quoted(phrases[:3])
    word, word_en = ("Добавлено", "Added") if added else ("Исключено", "Struck out")
    text = f"{word} {shown}: {change.address}."
    return finding(Level.MAJOR, "negation", text, f"{word_en}: {shown}: {change.address}.")


def _prefixes(change: Change, edit: Edit) -> Iterator[Finding]:
    old, new = WORD.findall(edit.struck.lower()), WORD.findall(edit.added.lower())
    if max(len(old), len(new)) > _FEW:
        return
    split = {"не", "без"} & {*old, *new}  # "небоеспособен" -> "не боеспособен" negates as before
    for first in old:
        for second in new:
            longer, shorter = (first, second) if len(first) > len(second) else (second, first)
            if not split and len(shorter) >= 4 and longer in {f"не{shorter}", f"без{shorter}", f"бес{shorter}"}:
                text = f"«{first}» → «{second}»: {change.address}."
                yield finding(Level.MAJOR, "negation", text, text)


def _exceptions(change: Change) -> Iterator[Finding]:
    """An exception that came or went, with its first words."""
    both = f"{change.old}\n{change.new}".lower()
    for word, pattern in _EXCEPTIONS:
        if word not in both:
            continue
        before, after = pattern.findall(change.old), pattern.findall(change.new)
        if len(before) == len(after):
            continue
        added = len(after) > len(before)
        edited = change.added if added else change.struck
        found = pattern.search(edited) or pattern.search(change.new if added else change.old)
        words = _whole(excerpt(found.string[found.start() :].partition(" … ")[0])) if found else ""
        verb, verb_en = ("Добавлено", "added") if added else ("Снято", "struck out")
        text = f"{verb} исключение «{words}»: {change.address}."
        yield finding(Level.MAJOR, "exception", text, f"An exception {verb_en}, «{words}»: {change.address}.")


def _whole(words: str) -> str:
    """Without the first letters of the next clause ("если иное не предусмотрено законом, по") and a bracket not opened here."""
    return re.sub(r",\s*\w{1,3}$", "", words if "(" in words else words.rstrip(")"))


# ---------------------------------------------------------------- limits, and/or, may and must

_LIMIT: Final = re.compile(r"\b(?:менее|более|меньше|больше|ранее|раньше|позднее|позже|старше|моложе|свыше)\b")
_JOIN: Final = re.compile(r"\b(?:и|или|либо)\b")
_MODALS: Final = (
    re.compile(
        r"\b(?:вправе|может|могут|имеет право|имеют право|допускается|допускаются|разреш(?:ается|аются|ен[аоы]?))\b"
    ),
    re.compile(r"\b(?:обязан[аоы]?|должен|должн[аоы]|подлеж(?:ит|ат|ащ\w+))\b"),
    re.compile(r"\bзапрещ(?:ается|аются|ен[аоы]?)\b"),
)


def _limits(change: Change) -> Iterator[Finding]:
    """«не ранее» → «не позднее», «менее» → «более»: the number stays and means the other side."""
    for edit in change.edits:
        for found in _swapped(change, edit, "limit", _LIMIT.findall, both=False):
            old, new = (Counter(_LIMIT.findall(side.lower())) for side in (edit.struck, edit.added))
            if bool(old) == bool(new) or not (old or new) <= _bare_limits(change, 1 if new else 0):
                yield found
        ends = [side.strip(" ").lower() for side in (edit.struck, edit.added)]
        if all(map(_ENDS.__contains__, ends)) and _ENDS[ends[0]] != _ENDS[ends[1]] and _opens_with_number(edit.behind):
            text = f"«{ends[0]}» → «{ends[1]}»: {change.address}."
            yield finding(Level.MAJOR, "limit", text, text)


_BEFORE_NUMBER: Final = re.compile(
    rf"((?:\bне )?{_LIMIT.pattern})(?:,? чем)?(?: за| через| по истечении| в течение| в размере| на| до)?\s*$"
)
_LONGEST_LIMIT: Final = 40  # characters of "не позднее чем по истечении"


def _of_numbers(change: Change, side: int) -> Counter[str]:
    """The limits of one side (0 old, 1 new) that came or went with their number, whose finding says enough: "не позднее"."""
    text, there = (change.old, change.new)[side].lower(), change.quantities[1 - side]
    known = {(one.value, one.unit) for one in there}
    heads = (
        _BEFORE_NUMBER.search(text[max(0, one.start - _LONGEST_LIMIT) : one.start])
        for one in change.quantities[side]
        if one.unit and (one.value, one.unit) not in known
    )
    return Counter(head[1] for head in heads if head)


def _bare_limits(change: Change, side: int) -> Counter[str]:
    """The same without "не"."""
    limits: Counter[str] = Counter()
    for phrase, count in _of_numbers(change, side).items():
        limits[phrase.removeprefix("не ")] += count
    return limits


# Which end of a stretch of numbers a word names; "до 27 лет" may leave out what "по 27 лет" takes in.
_ENDS: Final = {"от": "first", "с": "first", "со": "first", "до": "before", "по": "last", "после": "behind"}


def _opens_with_number(words: str) -> bool:
    return any(number.start <= 1 for number in quantities(words[:_REACH]))


_AND_OR: Final = re.compile(r"\s*\((?:и|или)\)\s*")


def _conjunctions(change: Change) -> Iterator[Finding]:
    """«и» → «или», and the brackets that make «и» an «и (или)»."""
    for edit in change.edits:
        if (edit.struck or edit.added) and _AND_OR.fullmatch(edit.struck + edit.added):
            yield from _swapped(change, edit, "conjunction", _JOIN.findall, both=False)
        yield from _swapped(change, edit, "conjunction", _JOIN.findall, both=True)


def _swapped(
    change: Change, edit: Edit, rule: str, find: Callable[[str], list[str]], *, both: bool
) -> Iterator[Finding]:
    """Words of one class that took each other's place in a short edit; `both`: only where both sides have one."""
    if any(len(WORD.findall(side)) > _FEW for side in (edit.struck, edit.added)):
        return
    old, new = find(edit.struck.lower()), find(edit.added.lower())
    if old == new or (both and not (old and new)):
        return
    if old and new:
        text = text_en = f"{_quoted(old)} → {_quoted(new)}: {change.address}."
    else:
        words = _quoted(new or old)
        text = f"{'Добавлено' if new else 'Исключено'} {words}: {change.address}."
        text_en = f"{'Added' if new else 'Struck out'}: {words}: {change.address}."
    yield finding(Level.MAJOR, rule, text, text_en)


def _quoted(words: Iterable[str]) -> str:
    """Words that need not stand side by side in the text: each in marks of its own, each once."""
    return ", ".join(f"«{word}»" for word in dict.fromkeys(words))


def _modals(change: Change) -> Iterator[Finding]:
    """«вправе» → «обязан» and back, or either of them put in or taken out by a few words."""
    for edit in change.edits:
        old, new = _modal(edit.struck.lower()), _modal(edit.added.lower())
        if old and new:
            if set(old) != set(new):
                first, second = next(iter(old.values())), next(iter(new.values()))
                text = f"«{first}» → «{second}»: {change.address}."
                yield finding(Level.MAJOR, "modal", text, text)
        elif old or new:
            yield from _swapped(change, edit, "modal", lambda side: list(_modal(side).values()), both=False)


def _modal(text: str) -> dict[int, str]:
    """The first modal word of each class that a text has, classes by the order of `_MODALS`."""
    found = ((number, pattern.search(text)) for number, pattern in enumerate(_MODALS))
    return {number: match[0] for number, match in found if match}


# ---------------------------------------------------------------- who is meant

_PERSON: Final = re.compile(
    r"\bлиц\w*,? без гражданства|\bиностранн\w+ граждан\w*|\bчлен\w+ (?:их |его |ее )?сем\w+|\bдолжностн\w+ лиц\w*"
    r"|\bюридическ\w+ лиц\w*|\bиндивидуальн\w+ предпринимател\w*|\bгражданин\w*|\bграждан(?:е|ка|ки|ке|ам|ами|ах)?\b"
    r"|\bвоеннослужащ\w+|\bпризывник\w*|\bработник\w*|\bсотрудник\w*|\bруководител\w*|\bсупруг\w*|\bродител\w+"
    r"|\bдет(?:и|ей|ям|ьми|ях)\b|\bнесовершеннолетн\w+|\bинвалид\w*|\bстудент\w*|\bобучающ\w+|\bпенсионер\w*|\bженщин\w*"
    r"|\bмужчин\w*|\bжен(?:а|ы|е|ам|ами)\b|\bлиц(?:о|а|у|ом|ам|ами|ах)?\b",
    re.IGNORECASE,
)
_CITED: Final = re.compile(
    r'"[^"]*"|\bзакон\w*(?: российской федерации)?(?:,? об? [^,.;"]+)+(?:, об? [^,.;"]+)*', re.IGNORECASE
)
_REACH: Final = 300  # characters around an edit in which the name of an act may stand
_LIST_OPENS: Final = re.compile(r"^[\s,]*(?:и|или|либо|а также|,)\s|^\s*,")
_ENDS_OF_PERSON: Final = 5  # letters that tell one person from another whatever the case


def _persons(change: Change) -> Iterator[Finding]:
    """Persons added to or struck from those a norm names, or put in each other's place."""
    for edit in change.edits:
        if any(len(WORD.findall(side)) > _SHORT for side in (edit.struck, edit.added)):
            continue
        gone, come = _people(edit.struck), _people(edit.added)
        if set(gone) == set(come) or _cited(edit):
            continue
        listed = _LIST_OPENS.match(f"{edit.added or edit.struck} ")
        if not ((gone and come) or listed or _governs(edit)):
            continue
        where = change.address
        old, new = (excerpt(side) if WORD.search(side) else "" for side in (edit.struck, edit.added))
        words = f"«{old}» → «{new}»" if old and new else f"добавлено «{new}»" if new else f"исключено «{old}»"
        words_en = words.replace("добавлено", "added").replace("исключено", "struck out")
        text = f"Изменён круг лиц, {words}: {where}."
        yield finding(Level.MAJOR, "persons", text, f"The persons covered changed, {words_en}: {where}.")


def _people(text: str) -> dict[str, None]:
    """The persons that words name, by the beginning of each word: "гражданину" and "гражданина" are one."""
    named = (
        " ".join(word[:_ENDS_OF_PERSON] for word in WORD.findall(found.lower())) for found in _PERSON.findall(text)
    )
    return dict.fromkeys(named)


def _cited(edit: Edit) -> bool:
    """Whether the edit stands in the name of an act: "законодательством о правовом положении иностранных граждан"."""
    before, edited = edit.before[-_REACH:], edit.added or edit.struck
    text = f"{before}{edited}{edit.behind[:_REACH]}"
    at, end = len(before), len(before) + len(edited)
    return any(found.start() < end and found.end() > at for found in _CITED.finditer(text))


_GOVERNS: Final = re.compile(
    r"^[^.;:]{0,120}?\b(?:обязан[аоы]?|подлежит|подлежат|вправе|должен|должн[аоы]|мо(?:жет|гут))\b"
)


def _governs(edit: Edit) -> bool:
    """Whether the edit stands in the clause before "обязан", "подлежат", "вправе": it names whom they bind."""
    return bool(_GOVERNS.match(edit.behind))


# ---------------------------------------------------------------- procedure

# Russian and English name, letters without which the pattern finds nothing, the pattern.
_PROCEDURE: Final = (
    ("обжалование", "appeal", ("жал", "апелл", "касс"), r"\bобжал\w+|\bжалоб\w*|\bапелляц\w+|\bкассац\w+"),
    ("суд", "court", ("суд",), r"\bсуд(?:а|у|ом|е|ы|ов|ебн\w+)?\b"),
    ("военный комиссариат", "military commissariat", ("комиссариат",), r"\bвоенн\w+ комиссариат\w*"),
    ("призывная комиссия", "call-up commission", ("призывн",), r"\bпризывн\w+ комисси\w*"),
    ("органы внутренних дел", "the interior", ("внутренних", "мвд"), r"\bорган\w* внутренних дел\b|\bМВД\b"),
    ("прокурор", "prosecutor", ("прокур",), r"\bпрокур\w+"),
)
_OF_PROCEDURE: Final = {name: re.compile(pattern, re.IGNORECASE) for name, _, _, pattern in _PROCEDURE}


def _procedure(change: Change) -> Iterator[Finding]:
    """Who decides and how a decision is appealed: words of these matters that came or went."""
    both = f"{change.struck}\n{change.added}".lower()
    named = [
        (name, name_en)
        for name, name_en, letters, _ in _PROCEDURE
        if any(map(both.__contains__, letters))
        and len(_OF_PROCEDURE[name].findall(change.struck)) != len(_OF_PROCEDURE[name].findall(change.added))
    ]
    if named:
        words, words_en = ", ".join(word for word, _ in named), ", ".join(word_en for _, word_en in named)
        text = f"Изменён текст о порядке решения или обжалования ({words}): {change.address}."
        text_en = f"Text on who decides or on appeal changed ({words_en}): {change.address}."
        yield finding(Level.NOTABLE, "procedure", text, text_en)


_RULES: Final = (_negations, _exceptions, _limits, _conjunctions, _modals, _persons, _procedure)
