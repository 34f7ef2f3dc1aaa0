"""Which readings are plausible: the bounds beyond which a page that parsed well is still not believed."""

from __future__ import annotations

import pytest

from scrapers import sozd
from tests.scrapers.sozd_pages import COMMITTEE, FIRST, REGISTERED, FakeCard, FakeFile, FakeStep, guid
from tracker.holding import card_doubt, text_doubt
from tracker.models import Reading


def card(*steps: FakeStep, files: int = 0) -> Reading:
    given = tuple(FakeFile(guid(number), f"Текст {number}") for number in range(1, files + 1))
    first, *others = steps
    return sozd.read(
        FakeCard(steps=(FakeStep(first.number, first.moment, first.decision, files=given), *others)).body()
    )


@pytest.mark.parametrize(
    ("before", "after", "doubted"),
    [
        ((REGISTERED, COMMITTEE, FIRST), (REGISTERED,), True),
        ((REGISTERED, COMMITTEE, FIRST), (REGISTERED, COMMITTEE), False),
        ((REGISTERED, COMMITTEE), (REGISTERED,), False),
    ],
)
def test_a_procedure_that_lost_more_than_half_of_its_steps(
    before: tuple[FakeStep, ...], after: tuple[FakeStep, ...], doubted: bool
) -> None:
    assert (card_doubt(card(*before), card(*after)) is not None) is doubted


@pytest.mark.parametrize(("before", "after", "doubted"), [(4, 1, True), (4, 2, False), (3, 1, False)])
def test_a_card_that_lost_more_than_half_of_its_files(before: int, after: int, doubted: bool) -> None:
    assert (card_doubt(card(REGISTERED, files=before), card(REGISTERED, files=after)) is not None) is doubted


@pytest.mark.parametrize(("before", "after", "doubted"), [(402, 200, True), (402, 201, False), (400, 1, False)])
def test_a_text_that_lost_more_than_half_of_itself(before: int, after: int, doubted: bool) -> None:
    assert (text_doubt("т" * before, "т" * after) is not None) is doubted
