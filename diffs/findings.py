"""What the rules of significance work with: an operation with its words and edits at hand, and what a rule found in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from diffs.normalise import canonical
from diffs.numerals import Quantity, quantities
from diffs.structure import split_label
from diffs.words import spans
from tracker.models import Level, Operation, Reason, Span

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, with the level it asks for.

    A finding with a place (`where`) says the same of every place it is made in: `gathered` tells it once for all of them.
    """

    level: Level
    reason: Reason
    where: str = ""


def finding(level: Level, rule: str, text: str, text_en: str, *, where: str = "") -> Finding:
    """A finding of `rule` with its sentence in Russian and in English. An address may end in a dot: "ст. 2 прим."."""
    if not where and text.endswith(".."):
        text, text_en = text[:-1], text_en.removesuffix(".")
    return Finding(level, Reason(rule=rule, text=text, text_en=text_en), where)


def gathered(findings: Iterable[Finding]) -> tuple[Reason, ...]:
    """The reasons, strongest first, each once; places behind the sentence: "... 10 → 5 лет (ст. 3 ч. 1, ст. 4)."."""
    places: dict[tuple[Level, Reason], dict[str, None]] = {}
    for found in sorted(findings, key=lambda found: found.level):
        places.setdefault((found.level, found.reason), {})[found.where] = None
    reasons = []
    for (_, reason), wheres in places.items():
        named = [where for where in wheres if where]
        told = reason
        if named:
            told = Reason(
                rule=reason.rule,
                text=f"{reason.text.removesuffix('.')} ({listed(named)}).",
                text_en=f"{reason.text_en.removesuffix('.')} ({listed_en(named)}).",
            )
        reasons.append(told)
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Edit:
    """One place that was edited: what was struck, what was added, the unchanged words before and behind it."""

    struck: str
    added: str
    before: str
    behind: str


class Bodies(NamedTuple):
    """The canonical texts of a unit without labels, old and new (empty when there is none), and the spans between them."""

    old: str
    new: str
    spans: tuple[Span, ...]


# A whole unit of an edition in force: "утратил силу.", "Утратила силу. - Федеральный закон от ...", "(Утратил силу - ...)".
_REPEALED: Final = re.compile(
    r"^\(?утратил[аои]?\s+силу(?:\s+с\s+\d[^;()]{0,40}?)?[\s.;,]*(?:$|[-()]|в соответствии)", re.IGNORECASE
)


def is_repealed(body: str) -> bool:
    """Whether a canonical body without its label only says that the unit lost its force."""
    return _REPEALED.match(body) is not None


@dataclass(kw_only=True)
class Change:
    """An operation with its bodies and edits, made when first asked for; `bodies`, when whoever compared has them at hand."""

    operation: Operation
    bodies: Bodies | None = None

    @cached_property
    def address(self) -> str:
        """Where the unit stands now; where it stood when it is gone."""
        return self.operation.new_address or self.operation.old_address or ""

    @cached_property
    def old(self) -> str:
        """The old body; empty when there was none."""
        return self.bodies.old if self.bodies else split_label(canonical(self.operation.old_text or ""))[1]

    @cached_property
    def new(self) -> str:
        """The new body; empty when there is none."""
        return self.bodies.new if self.bodies else split_label(canonical(self.operation.new_text or ""))[1]

    @property
    def repealed(self) -> bool:
        """Whether words of law gave way to a notice of their repeal, as editions in force do instead of deleting a unit."""
        return "modified" in self.operation.ops and is_repealed(self.new) and not is_repealed(self.old)

    @property
    def revived(self) -> bool:
        """Whether a unit that was repealed got words again."""
        return "modified" in self.operation.ops and is_repealed(self.old) and not is_repealed(self.new)

    @property
    def came(self) -> bool:
        """Whether the words of the unit are new as a whole."""
        return "added" in self.operation.ops or self.revived

    @property
    def went(self) -> bool:
        """Whether the words of the unit are gone as a whole."""
        return "removed" in self.operation.ops or self.repealed

    @cached_property
    def body_spans(self) -> tuple[Span, ...]:
        """The spans without the label."""
        return self.bodies.spans if self.bodies else spans(self.old, self.new)

    @cached_property
    def quantities(self) -> tuple[tuple[Quantity, ...], tuple[Quantity, ...]]:
        """The numbers of the old body and of the new one."""
        return quantities(self.old), quantities(self.new)

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The places that were edited, in order."""
        found: list[Edit] = []
        struck = added = before = ""
        for sign, text in (*self.body_spans, ("=", "")):
            if sign == "-":
                struck += text
            elif sign == "+":
                added += text
            else:
                if struck or added:
                    found.append(Edit(struck, added, before, text))
                struck = added = ""
                before = text
        return tuple(found)

    @cached_property
    def struck(self) -> str:
        """All that was struck, one line."""
        return " … ".join(filter(None, (edit.struck for edit in self.edits)))

    @cached_property
    def added(self) -> str:
        """All that was added, one line."""
        return " … ".join(filter(None, (edit.added for edit in self.edits)))


def listed(addresses: Iterable[str]) -> str:
    """The first five addresses and how many more there are, in Russian."""
    shown = list(addresses)
    return ", ".join(shown[:_SHOWN]) + (f" и ещё {len(shown) - _SHOWN}" if len(shown) > _SHOWN else "")


def listed_en(addresses: Iterable[str]) -> str:
    """The same in English."""
    shown = list(addresses)
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")


def excerpt(words: str, length: int = 70) -> str:
    """Words to be quoted in a sentence, cut at a blank."""
    words = words.strip(" ,;:.")
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
