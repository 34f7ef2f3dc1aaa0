"""How well topic rules do on labelled titles: what an editor of a vocabulary looks at after each change.

The file is tab-separated with a header line; the columns ``title`` and ``label`` are read, others are the editor's. A label is
``neither``, a topic, several joined by ``+``, or ``both`` for the first two topics. Nothing is quoted: a quotation mark is
part of a title.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from diffs.topics import TopicRules, classify, says_nothing
from tracker.errors import ConfigError
from tracker.models import TopicMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTitle:
    """A title, the topics that a person gave it, and its line in the file."""

    line: int
    title: str
    topics: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A title that the rules got wrong for a topic; `matches` are the words that misled them, none where they saw nothing."""

    line: int
    title: str
    topic: str
    matches: tuple[TopicMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One topic: titles found, missed and put under it falsely."""

    topic: str
    found: int
    missed: tuple[Miss, ...]
    false: tuple[Miss, ...]

    @property
    def precision(self) -> float:
        """Of the titles put under the topic, the share that belongs there; 1 when there are none."""
        return _share(self.found, len(self.false))

    @property
    def recall(self) -> float:
        """Of the titles that belong to the topic, the share found; 1 when there are none."""
        return _share(self.found, len(self.missed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores over the titles that say something. `silent`: titles that say nothing, left to their bodies and not scored."""

    titles: int
    silent: tuple[LabelledTitle, ...]
    scores: tuple[Score, ...]


def read_labelled(path: Path, rules: TopicRules) -> list[LabelledTitle]:
    """The titles of a file. Raises ConfigError (file, line, reason) for the first line that cannot be used."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: the labelled titles cannot be read ({error.strerror}): correct the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: save the file as UTF-8") from error
    header = lines[0].split("\t") if lines else []
    if "title" not in header or "label" not in header:
        raise ConfigError(f"{path}:1: the first line must name the columns title and label, parted by tabs")
    title_at, label_at = header.index("title"), header.index("label")
    found: list[LabelledTitle] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) <= max(title_at, label_at) or not cells[title_at].strip():
            raise ConfigError(f"{path}:{number}: no title or no label: give both, parted by tabs")
        topics = _topics(cells[label_at].strip(), rules)
        if topics is None:
            known = ", ".join((*rules.topics, "both", "neither"))
            raise ConfigError(f"{path}:{number}: no topic {cells[label_at].strip()!r}: use {known}")
        found.append(LabelledTitle(line=number, title=cells[title_at].strip(), topics=topics))
    return found


def evaluate(rules: TopicRules, rows: Iterable[LabelledTitle]) -> Evaluation:
    """Precision, recall and every miss of the rules on labelled titles."""
    found = dict.fromkeys(rules.topics, 0)
    missed: dict[str, list[Miss]] = {topic: [] for topic in rules.topics}
    false: dict[str, list[Miss]] = {topic: [] for topic in rules.topics}
    silent: list[LabelledTitle] = []
    titles = 0
    for row in rows:
        result = classify(rules, row.title)
        if not result.topics and says_nothing(rules, row.title):
            silent.append(row)
            continue
        titles += 1
        for topic in row.topics.intersection(result.topics):
            found[topic] += 1
        for topic in row.topics.difference(result.topics):
            missed[topic].append(Miss(line=row.line, title=row.title, topic=topic))
        for topic in set(result.topics) - row.topics:
            why = tuple(match for match in result.matches if match.topic == topic)
            false[topic].append(Miss(line=row.line, title=row.title, topic=topic, matches=why))
    scores = (
        Score(topic=topic, found=found[topic], missed=tuple(missed[topic]), false=tuple(false[topic]))
        for topic in rules.topics
    )
    return Evaluation(titles=titles, silent=tuple(silent), scores=tuple(scores))


def _topics(label: str, rules: TopicRules) -> frozenset[str] | None:
    if label in {"both", "neither"}:
        return frozenset(rules.topics[:2] if label == "both" else ())
    named = frozenset(part.strip() for part in label.split("+"))
    return named if named <= set(rules.topics) else None


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 1.0
