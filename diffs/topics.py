"""Topics of a document by its words, the acts it changes and its passport, under rules that are data.

What decides, in this order: the acts and articles that it changes, whatever it is called; its title and comment, false friends
hidden; its passport; its body, where a passing mention is not enough. A `core` hit is enough; a `strong` one is, unless the title
is about social law, or the body more often; a `weak` one never is, it asks for the body. A title that says nothing ("О
внесении изменений в отдельные законодательные акты Российской Федерации") asks for the body too: no title is called irrelevant
for what it leaves out.

The rules stand in ``vocabulary/*.toml`` (`diffs.topic_rules`), written as phrases (`diffs.phrases`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from diffs import topic_rules
from diffs.amended import AmendedUnit
from diffs.topic_finder import Finder, Hit
from diffs.topic_rules import Topic, Vocabulary
from diffs.vocabulary_file import VocabularyFile
from tracker.models import Classification, TopicMatch

# How often a body must speak of a topic. A short text says what it is about in one place; a longer one in two at least, and in
# one for every so many words: a code of law that names call-up once in 1,500 words (the Labour Code) is not about call-up,
# an explanatory note that is about it names it every 50. When the title leaves the topic open less is asked.
_SHORT: Final = 100
_WORDS_FOR_ONE: Final = 300
# When the title leaves it open - it says nothing, or speaks weakly of the topic - less is asked.
_SHORT_ASKED: Final = 300
_WORDS_FOR_ONE_ASKED: Final = 500
# An act by name, its date and number and the words of its name are one place, not four.
_ONE_PLACE: Final = 80  # characters
_WORDS_TOLD: Final = 5


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
    def finder(self) -> Finder:
        """The rules compiled, at the first use."""
        return Finder(self.vocabulary)


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
    find = rules.finder
    heading = find.walk(_one_line(title))
    demoted = {topic for topic, _ in find.demotions(heading)}
    sure = [
        *find.in_amended(amended),
        *find.hits(heading, "title"),
        *(find.hits(find.walk(_one_line(comment)), "title") if comment else ()),
        *find.in_fields(fields or {}),
    ]
    found = {topic for hit in sure for topic in hit.topics if _decides(hit, topic, demoted)}
    opened = set(rules.topics) if find.empty(heading) else {topic for hit in sure for topic in hit.topics} - demoted
    text = _body(find, body) if body.strip() else None
    if text:
        found |= {topic for topic in rules.topics if text.shows(topic, demoted, asked=topic in opened)}
    return Classification(
        topics=tuple(topic for topic in rules.topics if topic in found),
        needs_body=bool(opened) and not (found or text or amended),
        matches=tuple(_matches([*sure, *(text.hits if text else ())], found)),
    )


def says_nothing(rules: TopicRules, title: str) -> bool:
    """Whether a title leaves open what the document is about; its bracketed comments, which go stale, are not asked."""
    return rules.finder.empty(rules.finder.walk(_one_line(title)))


def _one_line(title: str) -> str:
    """A title without its line breaks: in a title no sentence ends there."""
    return " ".join(title.split())


def _decides(hit: Hit, topic: str, demoted: Collection[str]) -> bool:
    """Whether a hit alone is enough for a topic."""
    return hit.tier == "core" or (hit.tier == "strong" and topic not in demoted)


def _matches(hits: Iterable[Hit], found: Collection[str]) -> Iterator[TopicMatch]:
    """The words that decided, a few for each rule: a law on military duty names it on every page."""
    told: dict[tuple[str, str], set[str]] = {}
    for hit in hits:
        for topic in hit.topics:
            words = told.setdefault((topic, hit.id), set())
            if topic in found and hit.tier != "weak" and hit.text not in words and len(words) < _WORDS_TOLD:
                words.add(hit.text)
                yield TopicMatch(topic=topic, term=hit.id, text=hit.text)


def _body(find: Finder, body: str) -> _Body:
    walk = find.walk(body)
    other: dict[str, list[int]] = {}
    for topic, start in find.demotions(walk):
        other.setdefault(topic, []).append(start)
    return _Body(find.hits(walk, "body"), walk.words, {topic: _places(starts) for topic, starts in other.items()})


@dataclass(frozen=True, slots=True)
class _Body:
    """What a body says: its hits, how many words it has, in how many places it speaks of a matter that is none of a topic's."""

    hits: tuple[Hit, ...]
    words: int
    other: Mapping[str, int]

    def shows(self, topic: str, demoted: Collection[str], *, asked: bool) -> bool:
        """Whether it speaks of a topic, and not in passing. `asked`: the title leaves the topic open."""
        hits = [hit for hit in self.hits if topic in hit.topics and _decides(hit, topic, demoted)]
        short, words_for_one = (_SHORT_ASKED, _WORDS_FOR_ONE_ASKED) if asked else (_SHORT, _WORDS_FOR_ONE)
        needed = 1 if self.words <= short else max(2, self.words / words_for_one)
        places = _places(hit.start for hit in hits)
        if any(hit.changes for hit in hits):
            return True
        # A note on allowances names those who serve, and allowances more often.
        is_other = self.other.get(topic, 0) > places and not any(hit.tier == "core" for hit in hits)
        return places >= needed and not is_other


def _places(starts: Iterable[int]) -> int:
    """How many places there are among these."""
    count, last = 0, -_ONE_PLACE
    for start in sorted(starts):
        if start - last >= _ONE_PLACE:
            count, last = count + 1, start
    return count
