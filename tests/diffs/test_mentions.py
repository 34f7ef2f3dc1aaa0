from __future__ import annotations

import pytest

from diffs.masking import clause_of
from diffs.mentions import mentions, path_of, places


def paths(text: str) -> list[str]:
    bare = clause_of(text).bare
    return [path_of(place) for place in places(mentions(bare), bare, [()])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("подпункт «в» пункта 2 части 1 статьи 22", ["st-22.ch-1.p-2.pp-v"]),
        ("подпункты «а» - «в» и «д» пункта 2", ["p-2.pp-a", "p-2.pp-b", "p-2.pp-v", "p-2.pp-d"]),
        ("статьи 29 - 31", ["st-29", "st-30", "st-31"]),
        ("частями 7 - 9", ["ch-7", "ch-8", "ch-9"]),
        ("части 2^1 - 2^3", ["ch-2.1", "ch-2.2", "ch-2.3"]),
        ("статьи 5 - 7¹", ["st-5", "st-6", "st-7", "st-7.1"]),
        ("статьи 5¹ - 7", ["st-5.1", "st-6", "st-7"]),
        ("статьи 7.19 - 7.21", ["st-7.19", "st-7.20", "st-7.21"]),
        ("статьи 7.30 - 8.2", ["st-7.30", "st-8.2"]),  # where chapter 7 ends nobody says
        ("статью 25-6", ["st-25.6"]),
        ("часть 2 статьи 25-26", ["st-25.26.ch-2"]),
        ("статьи 25-26", [""]),
        ("статьи 25-6", ["st-25.6"]),
        ("статью 22_1", ["st-22.1"]),
        ("абзацы второй - четвертый и двадцать первый", ["abz-2", "abz-3", "abz-4", "abz-21"]),
        ("часть третью^1", ["ch-3.1"]),
        ("главы V - VII раздела II", ["gl-V", "gl-VI", "gl-VII"]),
        ("§ параграф 2 главы 5", ["gl-5.par-2"]),
        ("приложение № 3", ["pril-3"]),
        ("пункт 5 раздела II приложения № 1", ["pril-1.p-5"]),
        ("абзац первый пункта 7 и пункт 8", ["p-7.abz-1", "p-8"]),
        ("пункт 1 части 1 и часть 3 статьи 22", ["st-22.ch-1.p-1", "st-22.ch-3"]),
        ("часть 7 статьи 12, части 6 - 8 статьи 20", ["st-12.ch-7", "st-20.ch-6", "st-20.ch-7", "st-20.ch-8"]),
        ("в части 1 статьи 5 пункт 3", ["st-5.ch-1.p-3"]),
        ("части 1 и 2 статей 3 и 4", ["st-3.ch-1", "st-3.ch-2", "st-4.ch-1", "st-4.ch-2"]),
        ("третье предложение второго абзаца статьи 5", ["st-5.abz-2"]),
        ("участие частных лиц в постатейном учете", [""]),
    ],
)
def test_places_that_words_name(text: str, expected: list[str]) -> None:
    assert paths(text) == expected


def test_a_list_longer_than_any_drafter_writes_names_the_unit_around_it() -> None:
    assert paths("пункты 1 - 99 частей 1 - 50 статьи 5") == [f"st-5.ch-{number}" for number in range(1, 51)]
