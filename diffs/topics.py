"""Topics of a document by the words of its title, comment and body, under rules that are data.

Matching has its own normal form (lower case, ё as е, straight quotes); a diff must never use it. Order: words that only look
topical are masked out, then terms are looked for. A `core` term or a cited act is enough; a `strong` one is, unless the
title is about social law; a `weak` one only supports others. Titles that say nothing ("О внесении изменений в отдельные
законодательные акты Российской Федерации") need the body: they are never called irrelevant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from diffs.normalise import Folded, folded
from tracker.errors import ConfigError
from tracker.models import Classification, TopicMatch

_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MASK: Final = "§"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A pattern that puts a text under topics. `scope` is ``any`` or ``body`` (not tried on titles)."""

    id: str
    topics: tuple[str, ...]
    tier: str
    pattern: re.Pattern[str]
    scope: str = "any"
    before_mask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRules:
    """Everything `classify` needs, read from TOML."""

    topics: tuple[str, ...]
    terms: tuple[Term, ...]
    masks: tuple[re.Pattern[str], ...]
    generic: tuple[re.Pattern[str], ...]
    demoting: tuple[re.Pattern[str], ...]


def load(toml_text: str) -> TopicRules:
    """Rules from TOML text. Raises ConfigError that names the table at fault."""
    try:
        data = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the topic rules are not TOML ({error}): correct the file") from error
    topics = tuple(data.get("topics", {}))
    if not topics:
        raise ConfigError("the topic rules name no topic: add a [topics.<name>] table")
    terms = [_term(item, topics) for item in data.get("term", [])]
    terms += [_act(item, topics) for item in data.get("act", [])]
    return TopicRules(
        topics=topics,
        terms=tuple(terms),
        masks=tuple(_pattern(item, "mask") for item in data.get("mask", [])),
        generic=tuple(_pattern(item, "generic") for item in data.get("generic", [])),
        demoting=tuple(_pattern(item, "demote") for item in data.get("demote", [])),
    )


@cache
def default_rules() -> TopicRules:
    """The rules that come with the program (`topics.toml` beside this module)."""
    return load(files("diffs").joinpath("topics.toml").read_text(encoding="utf-8"))


def _pattern(item: Mapping[str, Any], table: str) -> re.Pattern[str]:
    name = item.get("id", "?")
    try:
        return re.compile(item["pattern"])
    except KeyError as error:
        raise ConfigError(f'[[{table}]] id = "{name}" in the topic rules has no pattern: add one') from error
    except (re.error, TypeError) as error:
        raise ConfigError(f'[[{table}]] id = "{name}" in the topic rules: the pattern is wrong ({error})') from error


def _named(item: Mapping[str, Any], table: str, topics: Sequence[str]) -> tuple[str, tuple[str, ...], str]:
    name, tier = str(item.get("id", "?")), item.get("tier", "core")
    named = tuple(item.get("topics", ()))
    if not named or not set(named) <= set(topics):
        raise ConfigError(f'[[{table}]] id = "{name}" in the topic rules: topics must be of {", ".join(topics)}')
    if tier not in {"core", "strong", "weak"}:
        raise ConfigError(f'[[{table}]] id = "{name}" in the topic rules: tier must be core, strong or weak')
    return name, named, tier


def _term(item: Mapping[str, Any], topics: Sequence[str]) -> Term:
    name, named, tier = _named(item, "term", topics)
    return Term(
        id=name,
        topics=named,
        tier=tier,
        pattern=_pattern(item, "term"),
        scope=item.get("scope", "any"),
        before_mask=bool(item.get("before_mask", False)),
    )


def _act(item: Mapping[str, Any], topics: Sequence[str]) -> Term:
    """An act is known by number and date together: numbers come again every year."""
    name, named, tier = _named(item, "act", topics)
    number, signed = item.get("number"), item.get("date")
    if not isinstance(number, str) or not isinstance(signed, date):
        raise ConfigError(f'[[act]] id = "{name}" in the topic rules needs number = "..." and date = YYYY-MM-DD')
    words = rf"0?{signed.day} {_MONTHS[signed.month - 1]} {signed.year} г(?:ода|\.)?"
    digits = re.escape(signed.strftime("%d.%m.%Y"))
    when = rf"(?:{digits}|{words})"
    pattern = re.compile(rf"{when}\s*№ ?{re.escape(number.lower())}(?![\w-])")
    return Term(id=name, topics=named, tier=tier, pattern=pattern)


@dataclass(frozen=True, slots=True)
class _Text:
    """One text under classification: what patterns are tried on, and what was published there."""

    matched: str
    source: Folded


def _text(text: str) -> _Text:
    source = folded(text)
    lower = source.text.lower()
    if len(lower) != len(source.text):  # a letter of another alphabet that is two in lower case would shift all places
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in source.text)
    return _Text(lower, source)


@dataclass(frozen=True, slots=True)
class _Hit:
    term: Term
    text: str


def _hits(rules: TopicRules, text: _Text, *, title: bool) -> Iterator[_Hit]:
    masked = text.matched
    for mask in rules.masks:
        masked = mask.sub(lambda found: _MASK * len(found[0]), masked)  # no place may shift
    for term in rules.terms:
        if title and term.scope == "body":
            continue
        found = term.pattern.search(text.matched if term.before_mask else masked)
        if found:
            yield _Hit(term, text.source.published(*found.span()))


def classify(rules: TopicRules, title: str, *, comment: str = "", body: str = "") -> Classification:
    """The topics of a document and the words that say so, as published.

    `needs_body`: the title is generic, neither title nor comment shows a topic, and no body was given.
    """
    texts = [_text(title), _text(comment), _text(body)]
    hits = [hit for place, text in enumerate(texts) if text.matched for hit in _hits(rules, text, title=place == 0)]
    demoted = any(pattern.search(texts[0].matched) for pattern in rules.demoting)
    enough = {"core"} if demoted else {"core", "strong"}
    found = {topic for hit in hits if hit.term.tier in enough for topic in hit.term.topics}
    generic = any(pattern.search(texts[0].matched) for pattern in rules.generic)
    matches = dict.fromkeys(
        TopicMatch(topic=topic, term=hit.term.id, text=hit.text)
        for hit in hits
        for topic in hit.term.topics
        if topic in found
    )
    return Classification(
        topics=tuple(topic for topic in rules.topics if topic in found),
        needs_body=generic and not found and not texts[2].matched,
        matches=tuple(matches),
    )
