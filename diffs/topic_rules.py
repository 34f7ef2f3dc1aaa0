"""What puts a text under a topic, as data: read from vocabulary files, checked, merged.

A vocabulary file (``vocabulary/*.toml`` beside this module, or a user's own) has at most one ``[topic]`` and any number of
``[[term]]``, ``[[act]]``, ``[[mask]]``, ``[[demote]]`` and ``[[field]]`` tables; ``[titles]`` says which titles say
nothing. Entries are about the topic of their file unless they name others. Masks hide false friends from their own topics only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

from diffs import lemmas, phrases
from diffs.labels import slug
from diffs.phrases import Phrase
from diffs.vocabulary_file import Entry, VocabularyFile
from tracker.errors import ConfigError

#: How much one hit is worth. core: enough alone · strong: enough, unless the title is about social law ([[demote]]) · weak:
#: never enough, it asks for the body and lowers what the body must show.
TIERS: Final = ("core", "strong", "weak")
SCOPES: Final = ("any", "title", "body")
_SCHEMA: Final = 1

_Rule = TypeVar("_Rule")
_TEXT, _LIST, _FLAG = str, list, bool
_COMMON: Final[dict[str, type]] = {"id": _TEXT, "topics": _LIST, "gloss": _TEXT}
_KEYS: Final[dict[str, dict[str, type]]] = {
    "topic": {"id": _TEXT, "ru": _TEXT, "en": _TEXT},
    "term": _COMMON
    | {"tier": _TEXT, "scope": _TEXT, "phrases": _LIST, "pattern": _TEXT}
    | {"any_order": _FLAG, "without": _LIST, "sees_masked": _FLAG},
    "act": _COMMON
    | {"tier": _TEXT, "kind": _TEXT, "number": _TEXT, "date": date, "names": _LIST}
    | {"articles": _LIST, "otherwise": _TEXT},
    "mask": _COMMON | {"phrases": _LIST, "whole_name": _FLAG},
    "demote": _COMMON | {"phrases": _LIST},
    "field": _COMMON | {"tier": _TEXT, "name": _TEXT, "codes": _LIST, "values": _LIST},
    "titles": {"empty": _LIST, "beside": _LIST, "frame": _LIST},
}
_ARTICLE: Final = re.compile(r"\d+(?:\.\d+)*(?: ?- ?\d+(?:\.\d+)*)?")
_KIND: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")
# Titles that say nothing: what finds a word of its own in them would find itself everywhere.
_EMPTY_TITLES: Final = (
    "О внесении изменений в отдельные законодательные акты Российской Федерации",
    "Об утверждении порядка и о внесении изменений в некоторые акты Правительства Российской Федерации",
    "О внесении изменений в статью 1 Федерального закона и признании утратившими силу отдельных положений законодательства",
    "О внесении изменения в Указ Президента Российской Федерации и в Положение, утверждённое этим Указом",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic and what people call it."""

    id: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that speak of a topic. `sees_masked`: false friends are not hidden from it."""

    id: str
    topics: tuple[str, ...]
    tier: str
    scope: str
    phrases: tuple[Phrase, ...]
    pattern: re.Pattern[str] | None
    sees_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act of a topic, known by kind, number and date together (numbers come again every year), or by its name.

    With `articles` only a change of one of them counts as `tier`; any other change of the act counts as `otherwise`, or not at
    all. A document that is called like an act that counts at all is that act, and counts as `tier`.
    """

    id: str
    topics: tuple[str, ...]
    tier: str
    document: str
    kind: str
    number: str
    date: str
    names: tuple[Phrase, ...]
    articles: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    otherwise: str

    def tier_of(self, article: str) -> str:
        """What a change of an article (``21.5``; "" for none named) counts; "" for nothing."""
        if not self.articles:
            return self.tier
        number = tuple(int(part) for part in article.split(".") if part.isdigit())
        inside = any(first <= number and number[: len(last)] <= last for first, last in self.articles)
        return self.tier if number and inside else self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """False friends. `whole_name`: hidden up to the end of the name of the act that begins so."""

    id: str
    topics: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    whole_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demotion:
    """Words of a title that speak of another matter: strong terms then decide nothing."""

    id: str
    topics: tuple[str, ...]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """A value of the bill's passport: a classifier code it begins with, or words in it."""

    id: str
    topics: tuple[str, ...]
    tier: str
    name: str
    codes: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyTitles:
    """What titles are made of that say nothing: `empty` objects, objects that say little `beside` those, and the `frame`."""

    empty: tuple[Phrase, ...] = ()
    beside: tuple[Phrase, ...] = ()
    frame: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All rules of all files."""

    topics: tuple[Topic, ...] = ()
    terms: tuple[Term, ...] = ()
    acts: tuple[Act, ...] = ()
    masks: tuple[Mask, ...] = ()
    demotions: tuple[Demotion, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    titles: EmptyTitles = EmptyTitles()


@cache
def shipped() -> tuple[VocabularyFile, ...]:
    """The files that come with the program."""
    folder = files("diffs").joinpath("vocabulary")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return tuple(VocabularyFile(one.name, one.read_bytes()) for one in found)


def read(sources: Iterable[VocabularyFile]) -> Vocabulary:
    """The rules of several files as one. Raises ConfigError (file, line, reason) for the first fault."""
    opened = tuple(sources)
    reader = _Reader(opened)
    return Vocabulary(
        topics=tuple(reader.topics.values()),
        terms=tuple(reader.each("term", reader.term)),
        acts=tuple(reader.each("act", reader.act)),
        masks=tuple(reader.each("mask", reader.mask)),
        demotions=tuple(reader.each("demote", reader.demotion)),
        fields=tuple(reader.each("field", reader.field)),
        titles=reader.titles(),
    )


class _Reader:
    """Reads entries, knowing the topics of all files."""

    def __init__(self, sources: Sequence[VocabularyFile]) -> None:
        self._sources = sources
        self._ids: set[tuple[str, str]] = set()
        self.topics: dict[str, Topic] = {}
        self._own: dict[str, tuple[str, ...]] = {}
        for source in sources:
            source.only(("schema", *_KEYS))
            if source.data.get("schema") != _SCHEMA:
                source.fault(f"schema must be {_SCHEMA}: write schema = {_SCHEMA} at the top", key="schema")
            entry = source.table("topic", _KEYS["topic"])
            self._own[source.name] = (self._topic(entry),) if entry else ()
        if not sources:
            raise ConfigError("no vocabulary of topics is given: name a file")
        if not self.topics:
            sources[0].fault("no file has a [topic]: add one")

    def _topic(self, entry: Entry) -> str:
        name = entry.required("id")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            entry.fault("id must be small Latin letters, digits and hyphens: it stands in addresses of feeds", "id")
        if name in self.topics:
            entry.fault(f"the topic {name!r} is there already: a topic is described in one file", "id")
        self.topics[name] = Topic(id=name, ru=entry.required("ru"), en=entry.required("en"))
        return name

    def each(self, table: str, make: Callable[[Entry, tuple[str, ...]], _Rule]) -> Iterator[_Rule]:
        """The entries of a table in all files; no two of them are called the same."""
        for source in self._sources:
            for entry in source.tables(table, _KEYS[table]):
                name = entry.required("id")
                if (table, name) in self._ids:
                    entry.fault("an entry of this id is there already: give it another", "id")
                self._ids.add((table, name))
                yield make(entry, self._topics_of(entry))

    def _topics_of(self, entry: Entry) -> tuple[str, ...]:
        named = entry.texts("topics") or self._own[entry.file.name]
        for topic in named:
            if topic not in self.topics:
                entry.fault(f"no topic {topic!r}: there are {', '.join(self.topics)}", "topics")
        if not named:
            entry.fault(f"which topic? add topics = [...]; there are {', '.join(self.topics)}")
        return named

    def term(self, entry: Entry, topics: tuple[str, ...]) -> Term:
        pattern = _pattern(entry)
        found = _phrases(entry, "phrases", needed=pattern is None)
        return Term(
            id=entry.id,
            topics=topics,
            tier=_choice(entry, "tier", TIERS),
            scope=_choice(entry, "scope", SCOPES, "any"),
            phrases=found,
            pattern=pattern,
            sees_masked=entry.flag("sees_masked"),
        )

    def act(self, entry: Entry, topics: tuple[str, ...]) -> Act:
        kind, number, signed = entry.required("kind"), entry.required("number"), entry.values.get("date")
        if signed is None:
            entry.fault("date is missing: numbers come again every year, so an act is known by number and date")
        if not _KIND.fullmatch(kind):
            entry.fault(f"kind must be a slug such as fz, ukaz, postanovlenie-pravitelstva, not {kind!r}", "kind")
        articles = tuple(_articles(entry, spec) for spec in entry.texts("articles"))
        otherwise = _choice(entry, "otherwise", ("", *TIERS), "")
        if otherwise and not articles:
            entry.fault(
                "otherwise needs articles: without them every change of the act counts as its tier", "otherwise"
            )
        return Act(
            id=entry.id,
            topics=topics,
            tier=_choice(entry, "tier", TIERS, "core"),
            document=f"act/{kind}/{signed}/{slug(number.lower())}",
            kind=kind,
            number=number.lower(),
            date=str(signed),
            names=_phrases(entry, "names", needed=False),
            articles=articles,
            otherwise=otherwise,
        )

    def mask(self, entry: Entry, topics: tuple[str, ...]) -> Mask:
        found = _phrases(entry, "phrases")
        return Mask(id=entry.id, topics=topics, phrases=found, whole_name=entry.flag("whole_name"))

    def demotion(self, entry: Entry, topics: tuple[str, ...]) -> Demotion:
        return Demotion(id=entry.id, topics=topics, phrases=_phrases(entry, "phrases"))

    def field(self, entry: Entry, topics: tuple[str, ...]) -> FieldRule:
        codes, values = entry.texts("codes"), entry.texts("values")
        if not any((*codes, *values)) or not all(one.strip() for one in (*codes, *values)):
            entry.fault(
                "an empty code or value matches everything: give codes or values", "codes" if codes else "values"
            )
        return FieldRule(
            id=entry.id,
            topics=topics,
            tier=_choice(entry, "tier", TIERS),
            name=entry.required("name"),
            codes=codes,
            values=tuple(phrases.Text.of(value).folded() for value in values),
        )

    def titles(self) -> EmptyTitles:
        found: dict[str, tuple[Phrase, ...]] = dict.fromkeys(_KEYS["titles"], ())
        for source in self._sources:
            entry = source.table("titles", _KEYS["titles"])
            if entry:
                found |= {key: found[key] + _phrases(entry, key, needed=False) for key in found}
        return EmptyTitles(**found)


def _choice(entry: Entry, key: str, known: Sequence[str], default: str | None = None) -> str:
    value = entry.required(key) if default is None else entry.text(key, default)
    if value not in known:
        entry.fault(f"{key} must be {', '.join(filter(None, known))}, not {value!r}", key)
    return value


def _phrases(entry: Entry, key: str, *, needed: bool = True) -> tuple[Phrase, ...]:
    written = entry.texts(key)
    if needed and not written:
        entry.fault(f"{key} is missing or empty: an empty entry finds nothing or everything", key)
    without = entry.texts("without")
    found: list[Phrase] = []
    for text in written:
        try:
            found += phrases.parse(text, any_order=entry.flag("any_order"), without=without)
        except ValueError as error:
            entry.fault(str(error), key, text)
    return tuple(found)


def _pattern(entry: Entry) -> re.Pattern[str] | None:
    written = entry.text("pattern")
    if not written:
        return None
    try:
        pattern = re.compile(written)
    except (re.error, OverflowError) as error:
        entry.fault(f"the pattern is not a regular expression ({error})", "pattern")
    if pattern.search("") or any(pattern.search(phrases.Text.of(title).folded()) for title in _EMPTY_TITLES):
        entry.fault("the pattern matches everything: it is found in titles that say nothing", "pattern")
    return pattern


def _articles(entry: Entry, spec: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if not _ARTICLE.fullmatch(spec):
        entry.fault(f"articles must be written as 22-26 or 21.5, not {spec!r}", "articles", spec)
    first, _, last = spec.partition("-")
    low, high = (tuple(int(part) for part in one.strip().split(".")) for one in (first, last or first))
    if low > high:
        entry.fault(f"the articles {spec!r} go backwards", "articles", spec)
    return low, high


def check_reach(sources: Iterable[VocabularyFile]) -> None:
    """Refuse phrases that are found in titles that say nothing: they would put everything under a topic, or hide everything."""
    entries = [
        (entry, key, text)
        for source in sources
        for table, key in (("term", "phrases"), ("mask", "phrases"), ("demote", "phrases"))
        for entry in source.tables(table, _KEYS[table])
        for text in entry.texts(key)
    ]
    parsed = [phrases.parse(text) for _, _, text in entries]
    for (entry, key, text), (phrase, *_) in zip(entries, parsed, strict=True):
        if all(lemmas.is_function_word(word) for word in phrase.words):
            entry.fault(f"{text!r} matches everything: it is made of words like «в» and «о» only", key, text)
    scanner = phrases.Scanner(parsed)
    for title in _EMPTY_TITLES:
        walk = scanner.walk(title)
        for place, (entry, key, text) in enumerate(entries):
            if any(scanner.find(place, walk)):
                entry.fault(f"{text!r} matches everything: it is found in titles that say nothing", key, text)
