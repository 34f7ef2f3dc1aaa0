"""Topics of a document by the words of its title, comment and body, the acts it changes and its passport, under rules that are data.

What decides, in this order: the acts and articles that it changes, whatever it is called; its title and comment, false friends
hidden; its passport; its body, where a passing mention is not enough. A `core` hit is enough; a `strong` one is, unless the
title is about social law; a `weak` one never is, it asks for the body. A title that says nothing ("О внесении изменений в
отдельные законодательные акты Российской Федерации") asks for the body too: no title is called irrelevant for what it leaves out.

The rules stand in ``vocabulary/*.toml`` (`diffs.topic_rules`), written as phrases (`diffs.phrases`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from diffs import topic_rules
from diffs.amended import AmendedUnit
from diffs.labels import components
from diffs.phrases import Found, Phrase, Scanner, Text, Walk
from diffs.topic_rules import Act, Term, Topic, Vocabulary
from diffs.typography import canonical
from diffs.vocabulary_file import VocabularyFile
from tracker.models import Classification, TopicMatch

_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_DAY: Final = rf"(?P<day>\d{{1,2}})(?:\.(?P<month>\d{{1,2}})\.|\s+(?P<name>{'|'.join(_MONTHS)})\s+)(?P<year>\d{{4}})"
_NUMBER: Final = r"(?:№|N[oо°º]?\.?)\s*(?P<number>\d[\w./-]*)"
_CITED: Final = (
    re.compile(rf"(?<!\d){_DAY}(?:\s*(?:года|г\.?))?\s*,?\s*{_NUMBER}", re.IGNORECASE),
    re.compile(rf"{_NUMBER}\s+от\s+{_DAY}", re.IGNORECASE),
)
# The word that says of what kind a cited act is stands before its date, with its issuer between them or a list of others.
_KIND_WORD: Final = re.compile(r"(указ|постановлен|распоряжен|приказ|закон|кодекс|решени|определени)[а-я]*", re.IGNORECASE)
_KIND_OF: Final = {"ukaz": "указ", "postanovlenie": "постановлен", "rasporyazhenie": "распоряжен", "prikaz": "приказ"}
_KIND_REACH: Final = 240
# "в статьи 8, 10 - 12 и 51 Федерального закона "": the articles named before an act.
_ARTICLES: Final = re.compile(
    r"\bстать(?:я|и|ю|е|ей|ям|ях|ями) (?P<list>\d[\d.]*(?:(?:, | и | - |-)\d[\d.]*)*)"
    r"(?: (?:федеральн|конституционн|закон|российск|федераци|указ|президент|постановлен|правительств|настоящ)[а-я]*){0,6} ?\"?$",
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
_QUOTE: Final = frozenset("\"«»„“”‟'")
_BRACKETED: Final = re.compile(r"\([^()]*\)")
_QUOTED: Final = re.compile(r"[\"«„“][^\"«»„“”]*[\"»”“]?")
_WORD: Final = re.compile(r"\w+(?:-\w+)*")

# How often a body must speak of a topic: a short text says what it is about in one sentence; a longer one twice at least and
# once for every so many words. A code of law that names call-up here and there (once for 1,000 words in the Labour Code)
# is not about call-up; an explanatory note that is about it names it every 50.
_SHORT: Final = 100
_WORDS_FOR_ONE: Final = 300
# When the title leaves it open - it says nothing, or speaks weakly of the topic - less is asked.
_SHORT_OPEN: Final = 300
_WORDS_FOR_ONE_OPEN: Final = 500


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something that speaks of topics: by which rule, of what worth, in which words."""

    id: str
    topics: tuple[str, ...]
    tier: str
    text: str
    start: int = 0
    changes: bool = False  # the act is changed, not mentioned


@dataclass(frozen=True, kw_only=True)
class TopicRules:
    """Everything `classify` needs. Words are inflected when a text is first classified, not when the rules are read."""

    vocabulary: Vocabulary

    @property
    def topics(self) -> tuple[str, ...]:
        """The ids of the topics, in the order of their files."""
        return tuple(topic.id for topic in self.vocabulary.topics)

    @property
    def names(self) -> Mapping[str, Topic]:
        """What people call each topic."""
        return {topic.id: topic for topic in self.vocabulary.topics}

    @cached_property
    def _finder(self) -> _Finder:
        return _Finder(self.vocabulary)


def load_rules(paths: Iterable[Path] = (), *, shipped: bool = True) -> TopicRules:
    """The rules of the given files, beside those that come with the program unless `shipped` is false.

    Raises ConfigError (file, line, reason) for the first fault: what cannot be read, an unknown key or topic, an id given
    twice, a phrase that is empty or matches everything.
    """
    own = tuple(VocabularyFile.read(path) for path in paths)
    vocabulary = topic_rules.read((*(topic_rules.shipped() if shipped else ()), *own))
    topic_rules.check_reach(own)
    return TopicRules(vocabulary=vocabulary)


@cache
def default_rules() -> TopicRules:
    """The rules that come with the program."""
    return load_rules()


def classify(
    rules: TopicRules,
    title: str,
    *,
    comment: str = "",
    body: str = "",
    amended: Sequence[AmendedUnit] = (),
    fields: Mapping[str, str] | None = None,
) -> Classification:
    """The topics of a document and the words that say so, as published.

    `comment`: the bracketed note of a bill's card; `body`: its explanatory note, its text, or both; `amended`: the units that
    it changes; `fields`: the passport of the card by its labels. `needs_body`: no topic was found, neither a body nor a list of
    amended units was given, and the title says nothing or speaks weakly of a topic.
    """
    find = rules._finder  # noqa: SLF001 - the compiled half of the same thing
    heading = [hit for text in (title, comment) if text for hit in find.in_heading(Text.of(text))]
    passport = list(find.in_fields(fields or {}))
    changed = list(find.in_amended(amended))
    demoted = find.demoted(Text.of(title))
    empty = says_nothing(rules, title)
    found = {
        topic
        for hit in (*heading, *passport, *changed)
        for topic in hit.topics
        if hit.tier == "core" or (hit.tier == "strong" and topic not in demoted)
    }
    supported = {topic for hit in (*heading, *passport, *changed) for topic in hit.topics} - demoted
    text = find.in_body(Text.of(body)) if body else _Body((), 0)
    found |= {
        topic for topic in rules.topics if text.shows(topic, demoted=topic in demoted, leads=empty or topic in supported)
    }
    hits = (*changed, *heading, *passport, *text.hits)
    matches = dict.fromkeys(
        TopicMatch(topic=topic, term=hit.id, text=hit.text)
        for hit in hits
        for topic in hit.topics
        if topic in found and hit.tier != "weak"
    )
    return Classification(
        topics=tuple(topic for topic in rules.topics if topic in found),
        needs_body=not found and not body and not amended and (empty or bool(supported)),
        matches=tuple(matches),
    )


def says_nothing(rules: TopicRules, title: str) -> bool:
    """Whether a title leaves open what the document is about; its bracketed comments, which go stale, are not asked."""
    return rules._finder.empty(title)  # noqa: SLF001 - the compiled half of the same thing


@dataclass(frozen=True, slots=True)
class _Body:
    """What a body says: its hits, and how many words it has."""

    hits: tuple[_Hit, ...]
    words: int

    def shows(self, topic: str, *, demoted: bool, leads: bool) -> bool:
        """Whether it speaks of a topic, and not in passing. `leads`: the title leaves the topic open."""
        tiers = {"core"} if demoted else {"core", "strong"}
        hits = [hit for hit in self.hits if topic in hit.topics and hit.tier in tiers]
        if any(hit.changes for hit in hits):
            return True
        short, words_for_one = (_SHORT_OPEN, _WORDS_FOR_ONE_OPEN) if leads else (_SHORT, _WORDS_FOR_ONE)
        return len(hits) >= (1 if self.words <= short else max(2.0, self.words / words_for_one))


@dataclass
class _Finder:
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

    def in_heading(self, text: Text) -> Iterator[_Hit]:
        """The hits of a title or a comment."""
        walk = self._scanner.walk(text)
        yield from self._named(text, walk)
        yield from self._cited(text)
        yield from self._spoken(text, walk, "title")

    def in_body(self, text: Text) -> _Body:
        """The hits of a body, acts first; each stands where it was found."""
        walk = self._scanner.walk(text)
        hits = (*self._named(text, walk), *self._cited(text), *self._spoken(text, walk, "body"))
        return _Body(hits, walk.words)

    def in_amended(self, units: Sequence[AmendedUnit]) -> Iterator[_Hit]:
        """The acts of the rules among those that a document changes."""
        for unit in units:
            article = next((part[3:] for part in components(unit.path) if part.startswith("st-")), "")
            for act in self.vocabulary.acts:
                known = act.document == unit.act if unit.act else self._is_called(act, unit.name)
                tier = act.tier_of(article) if known else ""
                if tier:
                    yield _Hit(act.id, act.topics, tier, unit.words or unit.name or unit.act)

    def in_fields(self, fields: Mapping[str, str]) -> Iterator[_Hit]:
        """What the passport says: ``010.050.010 Гражданство (см. также 200.050.010)``, several joined by commas."""
        for rule in self.vocabulary.fields:
            value = fields.get(rule.name, "")
            codes = re.findall(r"(?<![\d.])\d{3}(?:\.\d{3}){0,2}", _BRACKETED.sub("", value))
            if any(code.startswith(rule.codes) for code in codes) or any(
                words in Text.of(value).folded() for words in rule.values
            ):
                yield _Hit(rule.id, rule.topics, rule.tier, value)

    def demoted(self, title: Text) -> set[str]:
        """The topics for which the title speaks of another matter."""
        found = self._scanner.find(self._DEMOTIONS, self._scanner.walk(title))
        return {topic for one in found for topic in self._demotions[one.phrase].topics}

    # ------------------------------------------------------------ acts

    def _named(self, text: Text, walk: Walk) -> Iterator[_Hit]:
        """Acts by name: between quotes, or as the whole of a text."""
        for found in self._scanner.find(self._NAMES, walk):
            act = self._names[found.phrase]
            if _is_name(text.published, found.start, found.end, code=_is_code(act.names)):
                yield from self._act_hits(text, act, found.start, found.end)

    def _cited(self, text: Text) -> Iterator[_Hit]:
        """Acts by date and number, of the right kind."""
        for pattern in _CITED:
            for found in pattern.finditer(text.published):
                for act in self._act_of.get((_date(found), found["number"].lower().rstrip(".-/")), ()):
                    if _may_be(act.kind, text.published[max(0, found.start() - _KIND_REACH) : found.start()]):
                        yield from self._act_hits(text, act, found.start(), found.end())

    def _act_hits(self, text: Text, act: Act, start: int, end: int) -> Iterator[_Hit]:
        """What naming an act counts, with the articles that stand before it; the words begin with them."""
        first, articles = _articles_before(text.published, start)
        itself = act.otherwise and text.words(start, end) == text.words(0, len(text.published))
        tier = act.tier if itself else min((act.tier_of(article) for article in articles), key=_worth)
        if tier:
            words = text.words(first if articles != ("",) else start, end)
            yield _Hit(act.id, act.topics, tier, words, start, _is_changed(text.published, start))

    def _is_called(self, act: Act, name: str) -> bool:
        text = Text.of(name.strip(" \"«»„“”"))
        found = self._scanner.find(self._NAMES, self._scanner.walk(text))
        return any(
            self._names[one.phrase] is act and _is_name(text.published, one.start, one.end, code=_is_code(act.names))
            for one in found
        )

    # ------------------------------------------------------------ words

    def _spoken(self, text: Text, walk: Walk, place: str) -> Iterator[_Hit]:
        """Terms, each at every place where it stands, false friends hidden."""
        hidden = self._hidden(text, walk)
        spans = {topic: [(walk.known[at].start, walk.known[at].end) for at in known] for topic, known in hidden.items()}
        blocked = [self._hidden_from(term, hidden) for term in self._terms] if hidden else ()
        told: set[tuple[str, int]] = set()  # two phrases of a term that end in one word are one hit
        for found in self._scanner.find(self._TERMS, walk, blocked=blocked):
            term = self._terms[found.phrase]
            if term.scope in {"any", place} and (term.id, found.end) not in told:
                told.add((term.id, found.end))
                yield _Hit(term.id, term.topics, term.tier, text.words(found.start, found.end), found.start)
        folded = text.folded() if any(term.pattern for term in self.vocabulary.terms) else ""
        for term in self.vocabulary.terms:
            if term.pattern and term.scope in {"any", place}:
                yield from _by_pattern(term, text, folded, [] if term.sees_masked else _spans_of(term, spans))

    def _hidden(self, text: Text, walk: Walk) -> dict[str, set[int]]:
        """The known words that are false friends, for each topic."""
        hidden: dict[str, set[int]] = {}
        for found in self._scanner.find(self._MASKS, walk):
            mask = self._masks[found.phrase]
            end = _end_of_name(text.published, found.end) if mask.whole_name else found.end
            at = {n for n in range(found.at[0], len(walk.known)) if walk.known[n].start < end} if mask.whole_name else found.at
            for topic in mask.topics:
                hidden.setdefault(topic, set()).update(at)
        return hidden

    @staticmethod
    def _hidden_from(term: Term, hidden: Mapping[str, set[int]]) -> Collection[int]:
        if term.sees_masked:
            return ()
        return set().union(*(hidden.get(topic, ()) for topic in term.topics))

    def empty(self, title: str) -> bool:
        """Whether every word of a title is one that says nothing."""
        text = Text.of(_BRACKETED.sub(" ", title))
        walk = self._scanner.walk(text)
        objects = list(self._scanner.find(self._EMPTY, walk))
        if objects:  # beside acts that are not named, those that are say little
            objects += self._scanner.find(self._BESIDE, walk)
        spans = [(one.start, one.end) for one in (*objects, *self._scanner.find(self._FRAME, walk))]
        if objects:
            spans += [found.span() for found in _QUOTED.finditer(text.published)]
        return all(
            found[0][0].isdigit() or any(start <= found.start() < end for start, end in spans)
            for found in _WORD.finditer(text.published)
        )


# ---------------------------------------------------------------- places in a text


def _worth(tier: str) -> int:
    return (*topic_rules.TIERS, "").index(tier)


def _date(found: re.Match[str]) -> str:
    month = int(found["month"]) if found["month"] else _MONTHS.index(found["name"].lower()) + 1
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
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return (not before or before[-1] in _QUOTE) and (not after or after[0] in _QUOTE or after[0] in ".(")


def _end_of_name(text: str, start: int) -> int:
    """The closing quote behind a place; the end of the text when there is none."""
    return next((at for at in range(start, len(text)) if text[at] in _QUOTE), len(text))


def _articles_before(text: str, start: int) -> tuple[int, tuple[str, ...]]:
    """Where the articles that stand before the name of an act begin, and which they are; ``("",)`` for none."""
    from_ = max(0, start - _ARTICLES_REACH)
    before = text[from_:start]
    found = _ARTICLES.search(canonical(before).replace("«", '"') + ("" if before[-1:].strip() else " "))
    if not found:
        return start, ("",)
    named: list[str] = []
    for first, last in _ARTICLE_RANGE.findall(found["list"]):
        named.append(first.rstrip("."))
        if last and first.isdigit() and last.rstrip(".").isdigit():
            named += [str(number) for number in range(int(first) + 1, min(int(last), int(first) + 500) + 1)]
    word = max((at.start() for at in re.finditer(r"стать", before, re.IGNORECASE)), default=len(before))
    return from_ + word, tuple(named)


def _is_changed(text: str, start: int) -> bool:
    """Whether the act named at a place is what a sentence changes."""
    before = text[max(0, start - _CHANGES_REACH) : start]
    verbs = list(_CHANGES.finditer(before))
    return bool(verbs) and not _MENTIONS.search(before, verbs[-1].end())


def _by_pattern(term: Term, text: Text, folded: str, hidden: Sequence[tuple[int, int]]) -> Iterator[_Hit]:
    for found in term.pattern.finditer(folded) if term.pattern else ():
        start, end = found.span()
        if not any(start < to and from_ < end for from_, to in hidden):
            yield _Hit(term.id, term.topics, term.tier, text.words(start, end), start)


def _spans_of(term: Term, spans: Mapping[str, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    return [span for topic in term.topics for span in spans.get(topic, ())]
