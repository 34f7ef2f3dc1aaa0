"""When an act begins to work, by its own words: its entry-into-force clauses and the days they give.

Only what the act says of itself counts. A wording that it writes into another act ("статью 9 дополнить частью 3: «3. Часть 7
вступает в силу...»") and norms about contracts, orders or other acts are left out. Where an act says nothing of itself, the
default of its kind stands: art. 6 of the law 5-ФЗ of 14.06.1994 for laws, items 5 to 12 of the decree 763 of 23.05.1996 for the
President's, the Government's and the ministries' acts. A day that cannot be known from the text alone is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - the word `date` is taken by the field of that name
from itertools import pairwise
from typing import Any, Final

from diffs.normalise import folded, normalise
from diffs.structure import components, split_label, structure
from diffs.terms import Term, candidates, days_in, read
from tracker.models import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveDate:
    """One statement of an act about its own time.

    `clause` is the sentence as published, empty for a default. `rule` is a machine name (``days_after_publication``, ``date``,
    ``default_federal_law``, ``retroactive``...; ``other`` when the words are of no known kind). `scope` is what it concerns:
    empty for the act, else ``статья 3``. `dates` are all days it may mean (``YYYY-MM-DD``), `date` is set when there is one.
    """

    clause: str
    rule: str
    scope: str = ""
    date: str | None = None
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A statement before anything is counted. `days`: those that a retroactive clause names.

    `noun` is the kind of act when the subject is that word alone ("Указ вступает в силу ..."), without "настоящий".
    """

    text: str
    scope: str
    term: Term
    days: tuple[Date, ...] = ()
    noun: str = ""


def effective(
    source: str | Sequence[Section],
    *,
    published: Date | None = None,
    signed: Date | None = None,
    kind: str | None = None,
) -> tuple[EffectiveDate, ...]:
    """The entry-into-force clauses of a published text (or its sections), in order, with the days they give.

    `published` is the day of the first official publication (Moscow), `signed` that of signing, `kind` the slug of a document's
    kind (``fz fkz bill ukaz postanovlenie-pravitelstva prikaz-mvd``...): without it nothing is concluded from silence.
    """
    bases: dict[str, tuple[Date, ...]] = {}
    if published is not None:
        bases["publication"] = (published,)
    if signed is not None:
        bases["signing"] = (signed,)
    read_of = clauses(structure(normalise(source).text) if isinstance(source, str) else source)
    noun = _NOUNS.get((kind or "").partition("-")[0])
    # "Указ вступает в силу ..." in a decree is said of the decree; in a law it is a norm about decrees.
    found = tuple(clause for clause in read_of if not clause.noun or noun in {None, clause.noun})
    main = next((clause for clause in found if not clause.scope and clause.term.rule not in _OF_THE_PAST), None)
    silent = None if main else _default(kind, bases)
    entry = candidates(main.term, bases) if main else silent[1] if silent else ()
    if entry:
        bases["entry"] = entry
    told = [
        _told(clause.text, clause.term.rule, clause.scope, clause.days or candidates(clause.term, bases))
        for clause in found
    ]
    if silent is None:
        return tuple(told)
    rule, days, sure = silent
    default = _told("", rule, "", days)
    return (default if sure else replace(default, date=None), *told)


def to_json(found: Sequence[EffectiveDate]) -> list[dict[str, Any]]:
    """The list that `duma-tracker dates` prints."""
    return [
        {"clause": one.clause, "rule": one.rule, "scope": one.scope, "date": one.date, "dates": list(one.dates)}
        for one in found
    ]


def _told(clause: str, rule: str, scope: str, days: Sequence[Date]) -> EffectiveDate:
    dates = tuple(day.isoformat() for day in days)
    return EffectiveDate(clause=clause, rule=rule, scope=scope, date=dates[0] if len(dates) == 1 else None, dates=dates)


# ---------------------------------------------------------------- when nothing is said

_TEN_DAYS: Final = Term(rule="days_after_publication", base="publication", count="after", amount=10)
_SEVEN_DAYS: Final = replace(_TEN_DAYS, amount=7)
_SIGNING: Final = Term(rule="signing_day", base="signing", count="on")
# Whether a decree is normative, or an act of the Government touches rights and duties, no rule can read: both days stand.
_DEFAULTS: Final = {
    "fz": ("default_federal_law", (_TEN_DAYS,)),
    "bill": ("default_federal_law", (_TEN_DAYS,)),
    "fkz": ("default_constitutional_law", (_TEN_DAYS,)),
    "ukaz": ("default_decree", (_SEVEN_DAYS, _SIGNING)),
    "rasporyazhenie-prezidenta": ("default_decree", (_SEVEN_DAYS, _SIGNING)),
    "postanovlenie-pravitelstva": ("default_government", (_SEVEN_DAYS, _SIGNING)),
    "rasporyazhenie-pravitelstva": ("default_government", (_SEVEN_DAYS, _SIGNING)),
}
_NOUNS: Final = {
    "fz": "закон", "fkz": "закон", "bill": "закон", "ukaz": "указ", "rasporyazhenie": "распоряжение",
    "postanovlenie": "постановление", "prikaz": "приказ",
}  # fmt: skip
_MINISTRY: Final = ("default_ministry", (_TEN_DAYS,))


def _default(kind: str | None, bases: dict[str, tuple[Date, ...]]) -> tuple[str, tuple[Date, ...], bool] | None:
    """(rule, its days, whether the days known are all that it may mean) for a kind of act that has a default."""
    known = _MINISTRY if (kind or "").startswith("prikaz-") else _DEFAULTS.get(kind or "")
    if known is None:
        return None
    rule, terms = known
    days = {day for term in terms for day in candidates(term, bases)}
    return rule, tuple(sorted(days)), len(terms) == 1


# ---------------------------------------------------------------- clauses

RETROACTIVE: Final = "retroactive"
_NOT_RETROACTIVE: Final = "not_retroactive"
_OF_THE_PAST: Final = frozenset({RETROACTIVE, _NOT_RETROACTIVE})
_ACT: Final = (
    r"(?:федеральн\w+ )?(?:конституционн\w+ )?(?:закон|кодекс|указ|распоряжени|постановлени|приказ|решени)\w*(?: рф\b)?"
)
_UNIT: Final = (
    r"(?:(?:стать|част|пункт|подпункт|абзац|глав|раздел|параграф|приложени|предложени|примечани)\w*"
    r"|положени[яй])"
)
_VERB: Final = re.compile(
    r"(?P<not>\bне )?(?:(?P<entry>\bвступ(?:ает|ают|ит|ят|ающ\w+) в силу\b|\b(?:ввод(?:ит|ят)ся|ввести) в действие\b)"
    r"|(?P<back>\bраспространя(?:ет|ют)(?:ся| свое действие)(?: также)? на (?:право)?отношения\b"
    r"|\bприменя(?:ет|ют)ся (?:также )?к (?:право)?отношениям\b))",
    re.IGNORECASE,
)
_BACK_IN_TIME: Final = re.compile(r"\bвозникш|\bвозникли\b", re.IGNORECASE)
_OWN_ACT: Final = re.compile(rf"настоящ\w+ {_ACT}\b", re.IGNORECASE)
_BARE_ACT: Final = re.compile(
    r"(?:федеральный )?(?:конституционный )?(?P<noun>закон|указ|распоряжение|постановление|приказ)", re.IGNORECASE
)
# "Ввести в действие [с 1 мая 2099 года] [статью 2] настоящий закон": the verb stands before what it is said of.
_OBJECT: Final = re.compile(
    rf"^\s*(?:со? [^,.;:\"·]{{1,40}}? )?(?:настоящ(?:ий|ее|ую) {_ACT}\b|(?P<units>{_UNIT}\b[^,;:]{{1,80}}? настоящего {_ACT}\b))",
    re.IGNORECASE,
)
_NOT_UNTIL: Final = re.compile(r"^\s*(?:до|ранее)\b", re.IGNORECASE)
_NOT_BEFORE: Final = Term(rule="not_before", base="other")
_FORCE_OF: Final = re.compile(r"^действие ", re.IGNORECASE)
_OWN_UNITS: Final = re.compile(rf"{_UNIT}\b", re.IGNORECASE)
_OWN_CHANGES: Final = re.compile(r"изменени\w+\b.*\bнастоящ", re.IGNORECASE)
_LEADING: Final = re.compile(
    r"^[\s,;]*(?:(?:и|а также|а|при этом|(?:установить|определить)[^,]*, что)\s+)*", re.IGNORECASE
)
# What stands between the units and their own verb: "статьи 3, которая вступает", "статьи 3, вступающей".
_RELATIVE: Final = re.compile(r",(?: котор\w+)?$")
_OF_THIS_ACT: Final = re.compile(rf" настоящ\w+ {_ACT}(?=\s*$)", re.IGNORECASE)
_EXCEPT: Final = re.compile(r",? за исключением ", re.IGNORECASE)
_NEXT_SUBJECT: Final = re.compile(rf"[;,] (?:(?:а также|а|и) )?(?=(?:{_UNIT}|настоящ\w+)\b)", re.IGNORECASE)
_ELLIPSIS: Final = re.compile(
    rf"(?:^|[;,] )(?:а )?(?P<scope>{_UNIT}\b[^;]{{0,300}}?) - (?=(?:со?|по истечении|через) )", re.IGNORECASE
)
_NOMINATIVE: Final = {
    "статью": "статья", "главу": "глава",
    "статьи": "статья", "статей": "статьи", "части": "часть", "частей": "части", "пункта": "пункт", "пунктов": "пункты",
    "подпункта": "подпункт", "подпунктов": "подпункты", "абзаца": "абзац", "абзацев": "абзацы", "главы": "глава", "глав": "главы",
    "раздела": "раздел", "разделов": "разделы", "положений": "положения",
}  # fmt: skip
_QUOTED: Final = re.compile(r'"([^"]{1,3})"')


def clauses(sections: Sequence[Section]) -> Iterator[Clause]:
    """The statements of an act about its own time, not counted yet."""
    listing = False
    for section in sections:
        parts = components(section.path)
        if "q" in parts or any(part.startswith("pril") for part in parts):
            continue  # new wording of another act; an approved regulation or contract
        if listing:
            item = list(_items(section.text))
            yield from item
            listing = bool(item)
        if not _worth_reading(section.text):
            continue
        for sentence in _sentences(section.text):
            found = list(_in_sentence(sentence))
            yield from found
            listing = bool(found) and found[-1].term.rule == "other" and sentence.masked.rstrip().endswith(":")


def speaks_of_time(text: str) -> tuple[str, ...]:
    """The canonical sentences of one unit in which an act tells of its own entry into force or of its scope in time."""
    if not _worth_reading(text):
        return ()
    return tuple(sentence.view for sentence in _sentences(text) if any(_in_sentence(sentence)))


def _worth_reading(text: str) -> bool:
    """A cheap look before anything is folded: most units of a code say nothing of the kind."""
    return any(map(text.__contains__, _TELLING))


_TELLING: Final = ("силу", "отношения", "действие", "СИЛУ", "ОТНОШЕНИЯ", "ДЕЙСТВИЕ")


@dataclass(frozen=True, slots=True)
class _Sentence:
    published: str
    view: str  # canonical
    masked: str  # canonical, with what stands in quotes blotted out; as long as the view


_BREAK: Final = re.compile(r"(?<=[.;])\s+(?=[А-ЯЁ])")
_ABBREVIATED: Final = re.compile(
    r"(?:(?<!\d )\bг|\b(?:ст|ч|п|пп|абз|гл|разд|им)|\b[А-ЯЁ])\.$"  # "2099 г." ends a sentence, "г. Москва" does not
)


def _sentences(text: str) -> Iterator[_Sentence]:
    fold = folded(text)
    view = fold.text
    masked = _masked(view)
    body = len(view) - len(split_label(view)[1])
    cuts = [
        found.end()
        for found in _BREAK.finditer(masked, body)
        if not _ABBREVIATED.search(masked, max(0, found.start() - 6), found.start())
    ]
    for start, end in pairwise([body, *cuts, len(view)]):
        yield _Sentence(fold.published(start, end), view[start:end], masked[start:end])


def _masked(view: str) -> str:
    """Canonical text with quoted words blotted out, letters of sub-points excepted.

    A new wording (after "следующего содержания:") is blotted out to its end. Any other quote ends at the first closing mark:
    of `"О внесении изменений в Закон "О гражданстве"` nobody writes the third one.
    """
    kept: list[str] = []
    inside = whole = False
    for index, char in enumerate(view):
        if char == '"':
            opens = view[index + 1 : index + 2].strip() != "" and view[index - 1 : index] in {"", " ", "(", ":"}
            if opens and not inside:
                inside = True
                whole = index == 0 or view[max(0, index - 2) : index].rstrip().endswith(":")
            elif not opens and not whole:
                inside = False
            kept.append('"')
        else:
            kept.append("·" if inside else char)
    for letter in _QUOTED.finditer(view):
        if "·" in kept[letter.start(1) : letter.end(1)] and "·" not in kept[letter.start() - 1 : letter.start()]:
            kept[letter.start(1) : letter.end(1)] = letter[1]
    return "".join(kept)


def _in_sentence(sentence: _Sentence) -> Iterator[Clause]:
    verbs = list(_VERB.finditer(sentence.masked))
    scope: str | None = None
    noun = ""
    starts = [0]  # where the subject of each verb begins; the words of the verb before it end there
    for before, verb in pairwise(verbs):
        starts.append(_subject_start(sentence.masked, before.end(), verb.start()))
    for index, verb in enumerate(verbs):
        subject = sentence.view[starts[index] : verb.start()]
        own = _scope(subject)
        bare = _BARE_ACT.fullmatch(subject.strip()) if own is None else None
        if bare:
            own = ""
        if own is None and verb[0].lower().startswith("ввести"):
            own = _object(sentence.view[verb.end() :])
        if own is not None or not re.fullmatch(r"[\s,]*(?:и|но|а также)?\s*", subject):
            scope = own  # "... и распространяется на ..." keeps the subject of the verb before it
            noun = bare["noun"].lower() if bare else ""
        if scope is None:
            continue
        end = starts[index + 1] if index + 1 < len(verbs) else len(sentence.view)
        words = sentence.masked[verb.end() : end]
        if verb["back"] and _BACK_IN_TIME.search(words):
            rule = _NOT_RETROACTIVE if verb["not"] else RETROACTIVE
            yield Clause(text=sentence.published, scope=scope, term=Term(rule=rule), days=days_in(words), noun=noun)
        if verb["entry"] and verb["not"] and _NOT_UNTIL.match(words):
            yield Clause(text=sentence.published, scope=scope, term=_NOT_BEFORE, noun=noun)
        if verb["back"] or verb["not"]:
            continue
        first = verb.end()
        for told in _told_terms(sentence, scope, first, first + len(_EXCEPT.split(words)[0])):
            yield replace(told, noun=noun)


def _object(words: str) -> str | None:
    """What "ввести в действие" is said of, by the words behind it: as `_scope`."""
    found = _OBJECT.match(words)
    if found is None:
        return None
    return _units(_nominative(found["units"])) if found["units"] else ""


def _subject_start(masked: str, start: int, end: int) -> int:
    """Where, between two verbs, the words of the first end and the subject of the second begins."""
    between = masked[start:end]
    joined = re.search(r"(?:,? (?:и|но|а также)| и)\s*$", between)
    excepted = list(_EXCEPT.finditer(between))
    if excepted:
        return start + excepted[-1].start()
    if joined:
        return start + joined.start()
    subjects = list(_NEXT_SUBJECT.finditer(between))
    return start + subjects[-1].start() if subjects else start


def _told_terms(sentence: _Sentence, scope: str, start: int, end: int) -> Iterator[Clause]:
    """The term behind a verb, and those told without one: "..., статья 2 - с 1 июля 2099 года"."""
    others = list(_ELLIPSIS.finditer(sentence.masked, start, end))
    bounds = [*(other.start() for other in others), end]
    yield Clause(text=sentence.published, scope=scope, term=read(sentence.masked[start : bounds[0]]))
    for other, stop in zip(others, bounds[1:], strict=True):
        units = _units(sentence.view[other.start("scope") : other.end("scope")])
        yield Clause(text=sentence.published, scope=units, term=read(sentence.masked[other.end() : stop]))


def _items(text: str) -> Iterator[Clause]:
    """An item of the list that "вступает в силу в следующие сроки:" opens."""
    for sentence in _sentences(text):
        for other in _ELLIPSIS.finditer(sentence.masked):
            scope = _units(sentence.view[other.start("scope") : other.end("scope")])
            yield Clause(text=sentence.published, scope=scope, term=read(sentence.masked[other.end() :]))


# ---------------------------------------------------------------- whom a clause concerns


def _scope(subject: str) -> str | None:
    """What a subject names: empty for the act itself, its units in words, None for anything else."""
    excepted = list(_EXCEPT.finditer(subject))
    if excepted:
        words = _nominative(_RELATIVE.sub("", subject[excepted[-1].end() :].rstrip()))
        return _units(words) if _OWN_UNITS.match(words) else None
    words = _LEADING.sub("", subject).strip()
    named = _RELATIVE.split(words)
    if len(named) > 1:  # ", и статьи 3, которая": the next of several exceptions
        words = _nominative(named[0])
    if _FORCE_OF.match(words):
        words = _nominative(_FORCE_OF.sub("", words))
    if _OWN_ACT.match(words):
        return ""
    if _OWN_UNITS.match(words) or _OWN_CHANGES.match(words):
        return _units(words)
    return None


def _nominative(words: str) -> str:
    """The genitive at the head of some words turned: ``статьи 2`` -> ``статья 2``."""
    first, blank, rest = words.partition(" ")
    return _NOMINATIVE.get(first.lower(), first) + blank + rest


def _units(words: str) -> str:
    """``Пункты 1 и 2 статьи 3 настоящего Федерального закона`` -> ``пункты 1 и 2 статьи 3``."""
    words = _QUOTED.sub(r"«\1»", _OF_THIS_ACT.sub("", words.strip(" ,;:")))
    return words[:1].lower() + words[1:]
