"""What the rules of significance work with: an operation with its words and edits at hand, and what a rule found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diffs.normalise import canonical
from diffs.structure import split_label
from diffs.words import spans
from tracker.models import Level, Operation, Reason, Span

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, with the level it asks for."""

    level: Level
    reason: Reason


def finding(level: Level, rule: str, text: str, text_en: str) -> Finding:
    """A finding of `rule` with its sentence in Russian and in English."""
    return Finding(level, Reason(rule=rule, text=text, text_en=text_en))


@dataclass(kw_only=True)
class Change:
    """An operation with its bodies (canonical texts without labels) and edits, made when first asked for."""

    operation: Operation

    @cached_property
    def address(self) -> str:
        """Where the unit stands now; where it stood when it is gone."""
        return self.operation.new_address or self.operation.old_address or ""

    @cached_property
    def old(self) -> str:
        """The old body; empty when there was none."""
        return split_label(canonical(self.operation.old_text or ""))[1]

    @cached_property
    def new(self) -> str:
        """The new body; empty when there is none."""
        return split_label(canonical(self.operation.new_text or ""))[1]

    @cached_property
    def body_spans(self) -> tuple[Span, ...]:
        """The spans without the label."""
        return spans(self.old, self.new)

    @cached_property
    def edits(self) -> list[tuple[str, str]]:
        """(struck, added) of each place that was edited."""
        found: list[tuple[str, str]] = []
        fresh = True
        for sign, text in self.body_spans:
            if sign == "=":
                fresh = True
                continue
            if fresh:
                found.append(("", ""))
                fresh = False
            struck, added = found[-1]
            found[-1] = (struck + text, added) if sign == "-" else (struck, added + text)
        return found

    @cached_property
    def struck(self) -> str:
        """All that was struck, one line."""
        return " … ".join(filter(None, (struck for struck, _ in self.edits)))

    @cached_property
    def added(self) -> str:
        """All that was added, one line."""
        return " … ".join(filter(None, (added for _, added in self.edits)))


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
