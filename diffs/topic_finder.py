"""Where topic rules speak in a text: terms, acts by name or by date and number, values of a passport, amended units.

`Finder` holds the rules compiled; it decides nothing. `diffs.topics` weighs what it finds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Final

from diffs import topic_rules
from diffs.amended import AmendedUnit
from diffs.labels import components
from diffs.phrases import Phrase, Scanner, Text, Walk
from diffs.terms import MONTHS
from diffs.topic_rules import Act, Term, Vocabulary
from diffs.typography import canonical

_DAY: Final = rf"(?P<day>\d{{1,2}})(?:\.(?P<month>\d{{1,2}})\.|\s+(?P<name>{'|'.join(MONTHS)})\s+)(?P<year>\d{{4}})"
_NUMBER: Final = r"(?:№|N[oо°º]?\.?)\s*(?P<number>\d[\w./-]*)"
_CITED: Final = (
    re.compile(rf"(?<!\d){_DAY}(?:\s*(?:года|г\.?))?\s*,?\s*{_NUMBER}", re.IGNORECASE),
    re.compile(rf"{_NUMBER}\s+от\s+{_DAY}", re.IGNORECASE),
)
# The word that says of what kind a cited act is stands before its date, with its issuer between them or a list of others.
_KIND_WORD: Final = re.compile(
    r"(указ|постановлен|распоряжен|приказ|закон|кодекс|решени|определени)[а-я]*", re.IGNORECASE
)
_KIND_OF: Final = {"ukaz": "указ", "postanovlenie": "постановлен", "rasporyazhenie": "распоряжен", "prikaz": "приказ"}
_KIND_REACH: Final = 240
# "в статьи 8, 10 - 12 и 51 Федерального закона "", or "... закона от ": the articles named before an act.
_ARTICLES: Final = re.compile(
    r"\bстать(?:я|и|ю|е|ей|ям|ях|ями) (?P<list>\d[\d.]*(?:(?:, | и | - |-)\d[\d.]*)*)"
    r"(?: (?:федеральн|конституционн|закон|российск|федераци|указ|президент|постановлен|правительств|настоящ)[а-я]*){0,6}"
    r"(?: от)? ?\"?$",
    re.IGNORECASE,
)
_ARTICLE_RANGE: Final = re.compile(r"(\d[\d.]*)(?:(?: - |-)(\d[\d.]*))?")
_ARTICLES_REACH: Final = 160
# "Внести в статью 22 Федерального закона ...": an act named so is changed, not mentioned.
_CHANGES: Final = re.compile(r"\bвнес(?:ти|ение|ении|ению|ения)\b|\bпризна(?:ть|ние|нии) утративш", re.IGNORECASE)
_MENTIONS: Final = re.compile(
    r"(?<=\w{3})[;:.]\s+(?=[А-ЯЁ\d])|\b(?:слов(?:о|а|ами|ом)|дополни\w+|излож\w+|замен\w+|соответстви\w+|предусмотр\w+)\b"
)
_CHANGES_REACH: Final = 400
_LONGEST_NAME: Final = 1000  # characters
_LONGEST_RANGE: Final = 500  # articles; the Civil Code has 1,551, but no bill changes a third of them in a row
_NEAR: Final = 20  # characters in which a quotation mark beside a name stands
_QUOTES_AND_STOP: Final = 4  # characters that a title may have beside the name of an act and still be that name
_QUOTE: Final = frozenset("\"«»„“”‟'")
_BRACKETED: Final = re.compile(r"\([^()]*\)")
_QUOTED: Final = re.compile(r"[\"«„“][^\"«»„“”]*[\"»”“]?")
_WORD: Final = re.compile(r"\w+(?:-\w+)*")


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that speaks of topics: by which rule, of what worth, in which words."""

    id: str
    topics: tuple[str, ...]
    tier: str
    text: str
    start: int = 0
    changes: bool = False  # the act is changed, not mentioned


@dataclass
class Finder:
    """Rules ready to be looked for in texts."""

    vocabulary: Vocabulary
    _act_of: dict[tuple[str, str], list[Act]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for act in self.vocabulary.acts:
            self._act_of.setdefault((act.date, act.number), []).append(act)

    _MASKS, _TERMS, _NAMES, _DEMOTIONS, _EMPTY, _BESIDE, _FRAME = range(7)

    @cached_property
    def _terms(self) -> list[Term]:
        """The term of each phrase."""
        return [term for term in self.vocabulary.terms for _ in term.phrases]

    @cached_property
    def _masks(self) -> list[topic_rules.Mask]:
        return [mask for mask in self.vocabulary.masks for _ in mask.phrases]

    @cached_property
    def _names(self) -> list[Act]:
        return [act for act in self.vocabulary.acts for _ in act.names]

    @cached_property
    def _demotions(self) -> list[topic_rules.Demotion]:
        return [demotion for demotion in self.vocabulary.demotions for _ in demotion.phrases]

    @cached_property
    def _scanner(self) -> Scanner:
        rules = self.vocabulary
        groups: list[list[Phrase]] = [
            [phrase for mask in rules.masks for phrase in mask.phrases],
            [phrase for term in rules.terms for phrase in term.phrases],
            [phrase for act in rules.acts for phrase in act.names],
            [phrase for demotion in rules.demotions for phrase in demotion.phrases],
            list(rules.titles.empty),
            list(rules.titles.beside),
            list(rules.titles.frame),
        ]
        return Scanner(groups)

    # ------------------------------------------------------------ where hits come from

    def walk(self, published: str) -> Walk:
        """A text made ready for the questions below."""
        return self._scanner.walk(published)

    def hits(self, walk: Walk, place: str) -> tuple[Hit, ...]:
        """What a ``title`` (or a comment) or a ``body`` says: acts first."""
        return (*self._named(walk), *self._cited(walk.text), *self._spoken(walk, place))

    def in_amended(self, units: Sequence[AmendedUnit]) -> Iterator[Hit]:
        """The acts of the rules among those that a document changes."""
        for unit in units:
            article = next((part[3:] for part in components(unit.path) if part.startswith("st-")), "")
            for act in self._acts_of(unit):
                tier = act.tier_of(article)
                if tier:
                    yield Hit(act.id, act.topics, tier, unit.words or unit.name or unit.act)

    def in_fields(self, fields: Mapping[str, str]) -> Iterator[Hit]:
        """What the passport says: ``010.050.010 Гражданство (см. также 200.050.010)``, several joined by commas."""
        for rule in self.vocabulary.fields:
            value = fields.get(rule.name, "")
            codes = re.findall(r"(?<![\d.])\d{3}(?:\.\d{3}){0,2}", _BRACKETED.sub("", value))
            if any(code.startswith(rule.codes) for code in codes) or any(
                words in Text.of(value).folded() for words in rule.values
            ):
                yield Hit(rule.id, rule.topics, rule.tier, value)

    def demotions(self, walk: Walk) -> Iterator[tuple[str, int]]:
        """The topics for which a text speaks of another matter, and where it does."""
        for found in self._scanner.find(self._DEMOTIONS, walk):
            for topic in self._demotions[found.phrase].topics:
                yield topic, found.start

    def empty(self, title: Walk) -> bool:
        """Whether every word of a title is one that says nothing; words in brackets are not asked.

        A name in quotes says something, unless an object without a name stands beside it: what that is decides.
        """
        text = title.text.published
        frame, beside, objects = (
            [(one.start, one.end) for one in self._scanner.find(group, title)]
            for group in (self._FRAME, self._BESIDE, self._EMPTY)
        )
        frame += [found.span() for found in _BRACKETED.finditer(text)]
        quoted = [name.span() for name in _QUOTED.finditer(text)]
        silent = _merged([*frame, *beside, *objects])
        names = [span for span in quoted if not _covered(text, *span, silent)]
        if any(_outside(start, names) for start, _ in objects):
            frame += [*beside, *names]
        return _covered(text, 0, len(text), _merged([*frame, *objects]))

    # ------------------------------------------------------------ acts

    def _named(self, walk: Walk) -> Iterator[Hit]:
        """Acts by name: between quotes, or as the whole of a text."""
        text = walk.text
        for found in self._scanner.find(self._NAMES, walk):
            act = self._names[found.phrase]
            if _is_name(text.published, found.start, found.end, code=_is_code(act.names)):
                yield from self._act_hits(text, act, found.start, found.end)

    def _cited(self, text: Text) -> Iterator[Hit]:
        """Acts by date and number, of the right kind."""
        for pattern in _CITED:
            for found in pattern.finditer(text.published):
                for act in self._act_of.get((_date(found), found["number"].lower().rstrip(".-/")), ()):
                    if _may_be(act.kind, text.published[max(0, found.start() - _KIND_REACH) : found.start()]):
                        yield from self._act_hits(text, act, found.start(), found.end())

    def _act_hits(self, text: Text, act: Act, start: int, end: int) -> Iterator[Hit]:
        """What naming an act counts, with the articles that stand before it; the words begin with them."""
        first, articles = _articles_before(text.published, start)
        itself = act.otherwise and len(text.published) - (end - start) < _QUOTES_AND_STOP
        tier = act.tier if itself else min((act.tier_of(article) for article in articles), key=_worth)
        if tier:
            words = text.words(first if articles != ("",) else start, end)
            yield Hit(act.id, act.topics, tier, words, start, _is_changed(text.published, start))

    def _acts_of(self, unit: AmendedUnit) -> list[Act]:
        """The acts that a unit may be of: by id; without one by date and number, and where the rules know none such by name."""
        if unit.act:
            return [act for act in self.vocabulary.acts if act.document == unit.act]
        dated = self._act_of.get((unit.act_date, unit.act_number.lower()), ())
        return [act for act in dated if _may_be(act.kind, unit.act_kind)] or self._called(unit.name)

    def _called(self, name: str) -> list[Act]:
        """The acts of that name."""
        walk = self._scanner.walk(name.strip(' "«»„“”'))
        found = self._scanner.find(self._NAMES, walk)
        acts = (
            self._names[one.phrase]
            for one in found
            if _is_name(walk.text.published, one.start, one.end, code=_is_code(self._names[one.phrase].names))
        )
        return list(dict.fromkeys(acts))

    # ------------------------------------------------------------ words

    def _spoken(self, walk: Walk, place: str) -> Iterator[Hit]:
        """Terms, each at every place where it stands, false friends hidden."""
        text, hidden = walk.text, self._hidden(walk)
        spans = {topic: [(walk.known[at].start, walk.known[at].end) for at in known] for topic, known in hidden.items()}
        barred = {
            topics: frozenset().union(*(hidden.get(topic, ()) for topic in topics))
            for topics in {term.topics for term in self.vocabulary.terms}
        }
        blocked = [() if term.sees_masked else barred[term.topics] for term in self._terms] if hidden else ()
        told: set[tuple[str, int]] = set()  # two phrases of a term that end in one word are one hit
        for found in self._scanner.find(self._TERMS, walk, blocked=blocked):
            term = self._terms[found.phrase]
            if term.scope in {"any", place} and (term.id, found.end) not in told:
                told.add((term.id, found.end))
                yield Hit(term.id, term.topics, term.tier, text.words(found.start, found.end), found.start)
        folded = text.folded() if any(term.pattern for term in self.vocabulary.terms) else ""
        for term in self.vocabulary.terms:
            if term.pattern and term.scope in {"any", place}:
                yield from _by_pattern(term, text, folded, [] if term.sees_masked else _spans_of(term, spans))

    def _hidden(self, walk: Walk) -> dict[str, set[int]]:
        """The known words that are false friends, for each topic."""
        hidden: dict[str, set[int]] = {}
        for found in self._scanner.find(self._MASKS, walk):
            mask, at = self._masks[found.phrase], found.at
            if mask.whole_name:
                end = _end_of_name(walk.text.published, found.end)
                last = next((n for n in range(at[0], len(walk.known)) if walk.known[n].start >= end), len(walk.known))
                at = tuple(range(at[0], last))
            for topic in mask.topics:
                hidden.setdefault(topic, set()).update(at)
        return hidden


# ---------------------------------------------------------------- places in a text


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters in spans that do not meet, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _outside(place: int, merged: Sequence[Span]) -> bool:
    at = bisect_right(merged, place, key=itemgetter(0)) - 1
    return at < 0 or merged[at][1] <= place


def _covered(text: str, first: int, last: int, merged: Sequence[Span]) -> bool:
    """Whether spans hold every word of a part of a text; numbers need none."""
    return all(
        found[0][0].isdigit() or not _outside(found.start(), merged) for found in _WORD.finditer(text, first, last)
    )


def _worth(tier: str) -> int:
    return (*topic_rules.TIERS, "").index(tier)


def _date(found: re.Match[str]) -> str:
    month = int(found["month"]) if found["month"] else MONTHS.index(found["name"].lower()) + 1
    return f"{found['year']}-{month:02}-{int(found['day']):02}"


def _may_be(kind: str, before: str) -> bool:
    """Whether what stands before a date and number may name an act of that kind; silence may."""
    wanted = _KIND_OF.get(kind.partition("-")[0])
    words = _KIND_WORD.findall(before)
    return wanted is None or not words or words[-1].lower() == wanted


def _is_code(names: Sequence[Phrase]) -> bool:
    """A code is named without quotes."""
    return any("кодекс" in word.lower() for name in names for word in name.words)


def _is_name(text: str, start: int, end: int, *, code: bool) -> bool:
    if code:
        return True
    before, after = text[max(0, start - _NEAR) : start].rstrip(), text[end : end + _NEAR].lstrip()
    return (not before or before[-1] in _QUOTE) and (not after or after[0] in _QUOTE or after[0] in ".(")


def _end_of_name(text: str, start: int) -> int:
    """The closing quote behind a place; the end of the longest name when there is none."""
    last = min(len(text), start + _LONGEST_NAME)
    return next((at for at in range(start, last) if text[at] in _QUOTE), last)


def _articles_before(text: str, start: int) -> tuple[int, tuple[str, ...]]:
    """Where the articles that stand before the name of an act begin, and which they are; ``("",)`` for none."""
    from_ = max(0, start - _ARTICLES_REACH)
    before = text[from_:start]
    found = _ARTICLES.search(canonical(before) + ("" if before[-1:].strip() else " "))
    if not found:
        return start, ("",)
    named: list[str] = []
    for first, last in _ARTICLE_RANGE.findall(found["list"]):
        named.append(first.rstrip("."))
        if last and first.isdigit() and last.rstrip(".").isdigit():
            named += [str(number) for number in range(int(first) + 1, min(int(last), int(first) + _LONGEST_RANGE) + 1)]
    word = max((at.start() for at in re.finditer(r"стать", before, re.IGNORECASE)), default=len(before))
    return from_ + word, tuple(named)


def _is_changed(text: str, start: int) -> bool:
    """Whether the act named at a place is what a sentence changes."""
    before = text[max(0, start - _CHANGES_REACH) : start]
    verbs = list(_CHANGES.finditer(before))
    return bool(verbs) and not _MENTIONS.search(before, verbs[-1].end())


def _by_pattern(term: Term, text: Text, folded: str, hidden: Sequence[Span]) -> Iterator[Hit]:
    for found in term.pattern.finditer(folded) if term.pattern else ():
        start, end = found.span()
        if not any(start < to and from_ < end for from_, to in hidden):
            yield Hit(term.id, term.topics, term.tier, text.words(start, end), start)


def _spans_of(term: Term, spans: Mapping[str, list[Span]]) -> list[Span]:
    return [span for topic in term.topics for span in spans.get(topic, ())]
