"""Where a bill stands, derived from the decisions of its dated steps: a State Duma card prints only "live" or "archived".

Steps are taken in the order of their dates, then of their numbers. Proposals of committees, postponements and "законопроект не
рассматривался" change nothing; a return to the second reading undoes what came after it. Wordings: genuine cards, answers of
the Duma's API, and the Regulations of the State Duma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from tracker.models import Status


class DatedStep(NamedTuple):
    """What the status needs of one step: the moment as the page's machine date, the number, the decisions."""

    moment: str
    number: str
    decisions: tuple[str, ...]


# Committees only propose: of the Duma in 2.1 to 5.1 (7.1, 9.1 on repeated consideration), of the Federation Council in 6.2.
_PROPOSING: Final = frozenset({"2.1", "3.1", "4.1", "5.1", "6.2", "7.1", "9.1"})
_PRELIMINARY: Final = frozenset({None, Status.REGISTERED})

_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_REMOVED: Final = re.compile(
    r"снять\b(?=.*\b(?:законопроект|закон|проект)\b)(?!.*(?:повестк|заседани)).*\bрассмотрения\b"
)
_RETURNED: Final = re.compile(r"(?:вернуть|возвратить)\s+(?:законопроект|проект)\b.*\b(?:субъект|инициатор|автор)")
_SECOND_AGAIN: Final = re.compile(r"(?:вернуть|возвратить)\s+(?:законопроект|закон|проект)\b.*\bвторо(?:го|му)\s+чтени")
_REJECTED: Final = re.compile(r"отклонить\s+(?:законопроект|закон|проект)\b")
_PASSED: Final = re.compile(r"принять\s+(?:законопроект|проект)\b.*\bво?\s+(первом|втором|третьем)\s+чтении")
_ADOPTED: Final = re.compile(
    r"принять\s+(?:федеральный\s+(?:конституционный\s+)?)?закон\b|принять\s+законопроект\b.*\b(?:в\s+целом|как\s+закон)\b"
)
_TAKEN_UP_AGAIN: Final = re.compile(
    r"назначить|включить|принять\s+законопроект\s+к\s+рассмотрению|подготовить\s+законопроект"
)
_BY_READING: Final = {"первом": Status.FIRST_READING, "втором": Status.SECOND_READING, "третьем": Status.ADOPTED}


def derive_status(steps: Iterable[DatedStep]) -> Status | None:
    """The status after the last decisive step; None when not even a registration is known."""
    status: Status | None = None
    for step in sorted(steps, key=_order):
        status = _after(status, step)
    return status


def _order(step: DatedStep) -> tuple[str, tuple[int, ...]]:
    # Publication carries no time of day (23:59:59, on old cards 00:00:00): it comes after everything of its day.
    moment = step.moment[:10] + "T23:59:59" if step.number == "8.2" else step.moment
    return moment, tuple(int(part) for part in re.findall(r"\d+", step.number))


def _after(status: Status | None, step: DatedStep) -> Status | None:
    if step.number not in _PROPOSING:
        outcomes = [found for decision in step.decisions if (found := _outcome(step.number, decision)) is not None]
        if Status.ADOPTED in outcomes:  # one sitting may pass the second reading and the law, in either order of words
            return Status.ADOPTED
        if outcomes:
            return outcomes[-1]
        if status is Status.RETURNED and step.number == "2.2" and any(map(_TAKEN_UP_AGAIN.match, step.decisions)):
            return Status.UNDER_CONSIDERATION  # the author mended what the bill had been returned for
    if status in _PRELIMINARY and step.number.startswith(("2.", "3.")):
        return Status.UNDER_CONSIDERATION
    if status is None and step.number == "1.1":
        return Status.REGISTERED
    return status


def _outcome(number: str, decision: str) -> Status | None:
    """What one decision of one step makes of the bill, None for the many that decide nothing."""
    whole = decision.lower().replace("ё", "е")
    words = _IN_BRACKETS.sub(" ", whole).strip()
    if number == "8.2":
        return Status.PUBLISHED if "опубликован" in words else None
    if number == "8.1":
        return Status.SIGNED if "подписан" in words else Status.VETOED if "отклонен" in words else None
    if number == "6.3":
        return _of_federation_council(words)
    if _SECOND_AGAIN.match(words):
        return Status.SECOND_READING_RETURNED
    if _RETURNED.match(words):
        return Status.RETURNED
    if _REMOVED.match(words):
        # Without a withdrawal by its author it is the Duma that ends the bill.
        return Status.WITHDRAWN if "отзыв" in whole else Status.REJECTED
    return _of_vote(words) if number.endswith(".3") and number != "1.3" else None


def _of_federation_council(words: str) -> Status | None:
    if "отклонен" in words or "не одобрен" in words:
        return Status.SF_REJECTED
    return Status.SF_APPROVED if "одобрен" in words else None


def _of_vote(words: str) -> Status | None:
    if _REJECTED.match(words):
        return Status.REJECTED
    if _ADOPTED.match(words):
        return Status.ADOPTED
    passed = _PASSED.match(words)
    return _BY_READING[passed[1]] if passed else None
