from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.phrases import Scanner, parse


def found(text: str, *written: str, any_order: bool = False, without: tuple[str, ...] = ()) -> list[str]:
    phrases = [phrase for one in written for phrase in parse(one, any_order=any_order, without=without)]
    scanner = Scanner([phrases])
    walk = scanner.walk(text)
    return [walk.text.words(one.start, one.end) for one in scanner.find(0, walk)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("воинский учет", "о воинском учёте граждан", ["воинском учёте"]),
        ("воинского учёта", "о воинском учете", ["воинском учете"]),
        ("воинский учет", "о воинском строгом учете", []),
        ("воинский …1 учет", "о воинском строгом учете", ["воинском строгом учете"]),
        ("воинский ... учет", "о воинском раз два три четыре учете", ["воинском раз два три четыре учете"]),
        ("воинский … учет", "о воинском раз два три четыре пять учете", []),
        (
            "прием|выход …1 гражданство",
            "выход из гражданства, прием в гражданство",
            ["выход из гражданства", "прием в гражданство"],
        ),
        ("=граждане", "граждане и гражданин", ["граждане"]),
        ("граждан*", "Гражданское право граждан", ["Гражданское", "граждан"]),
        ("призыв …9 служба", "призыв. Военная служба", []),
        ("призыв …9 служба", "призыв;\nслужба", []),
        ("призыв …9 служба", "призыв в 2099 г. на службу", ["призыв в 2099 г. на службу"]),
        ("призыв …9 служба", "призыв на\nвоенную\n службу", ["призыв на военную службу"]),
        ("призыв …9 служба", "призыв\nСлужба", []),
    ],
)
def test_phrases(phrase: str, text: str, words: list[str]) -> None:
    assert found(text, phrase) == words


def test_any_order_and_words_that_may_not_stand_between() -> None:
    assert found("гражданства лишён", "лишить …2 гражданство") == []
    assert found("гражданства лишён", "лишить …2 гражданство", any_order=True) == ["гражданства лишён"]
    assert found("прекращение действия гражданства", "прекращение …2 гражданство", without=("действие",)) == []


def test_any_order_turns_parts_and_not_the_words_in_them() -> None:
    phrase = "иностранный …1 гражданин …9 военный служба"
    assert found("военная служба молодых иностранных граждан", phrase, any_order=True)
    assert found("иностранные молодые граждане на военной службе", phrase, any_order=True)
    assert found("военные граждане и служба иностранных лиц", phrase, any_order=True) == []
    assert found("служба военная иностранных граждан", phrase, any_order=True) == []


def test_words_that_are_barred_are_not_used() -> None:
    scanner = Scanner([parse("воинский …3 учет"), parse("строгий учет")])
    walk = scanner.walk("воинский строгий учет и учет")
    barred = {at for one in scanner.find(1, walk) for at in one.at}
    (other,) = scanner.find(0, walk, blocked=[barred])
    assert walk.text.words(other.start, other.end) == "воинский строгий учет и учет"


@pytest.mark.parametrize("text", ["", "  ", "…", "…3", "слово!", "а||б", "ср*", "=*"])
def test_what_is_no_phrase_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"phrase|word|beginning"):
        parse(text)


WORDS = ["призыв", "призыва", "на", "военную", "службу", "службы", "рыба", ".", ";", "\n", "Призыв", "СЛУЖБА"]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_what_is_found_is_in_the_text_and_holds_its_words(text: str) -> None:
    for words in found(text, "призыв …3 служба"):
        assert words in " ".join(text.split())
        assert words.lower().startswith("призыв")
        assert words.lower().split()[-1].startswith("служб")
        assert len([word for word in words.split() if word.isalpha()]) <= 5


@given(st.text(max_size=80))
def test_any_text_can_be_walked(text: str) -> None:
    found(text, "призыв …3 служба")
