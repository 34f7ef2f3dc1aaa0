from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.structure import structure
from diffs.wording import _texts, gender, short, short_en, spoken, spoken_en

# address, in words, in English, short, short in English, gender
ADDRESSES = [
    (
        "ст. 22 ч. 1 п. 2 пп. «в»",
        "подпункт «в» пункта 2 части 1 статьи 22",
        "sub-item «в» of item 2 of part 1 of article 22",
        "пп. «в» п. 2 ч. 1 ст. 22",
        "sub-item «в», item 2, part 1, art. 22",
        "m",
    ),
    (
        "ст. 22.1 ч. 1.1",
        "часть 1.1 статьи 22.1",
        "part 1.1 of article 22.1",
        "ч. 1.1 ст. 22.1",
        "part 1.1, art. 22.1",
        "f",
    ),
    ("п. 1 абз. 3", "абзац третий пункта 1", "paragraph 3 of item 1", "абз. 3 п. 1", "para. 3, item 1", "m"),
    (
        "ст. 5 абз. 21",
        "абзац двадцать первый статьи 5",
        "paragraph 21 of article 5",
        "абз. 21 ст. 5",
        "para. 21, art. 5",
        "m",
    ),
    (
        "абз. 40 предл. 2",
        "предложение 2 абзаца сорокового",
        "sentence 2 of paragraph 40",
        "предл. 2 абз. 40",
        "sentence 2, para. 40",
        "n",
    ),
    (
        "абз. 3 предл. 1",
        "предложение 1 абзаца третьего",
        "sentence 1 of paragraph 3",
        "предл. 1 абз. 3",
        "sentence 1, para. 3",
        "n",
    ),
    ("абз. 107", "абзац 107", "paragraph 107", "абз. 107", "para. 107", "m"),
    ("прил. 1 п. 3", "пункт 3 приложения 1", "item 3 of appendix 1", "п. 3 прил. 1", "item 3, appendix 1", "m"),
    ("прил. 2", "приложение 2", "appendix 2", "прил. 2", "appendix 2", "n"),
    ("Положение п. 5", "пункт 5 Положения", "item 5 of the Regulation", "п. 5 Положения", "item 5, Regulation", "m"),
    (
        "ст. 5 прим. п. 1",
        "пункт 1 примечания статьи 5",
        "item 1 of note of article 5",
        "п. 1 прим. ст. 5",
        "item 1, note, art. 5",
        "m",
    ),
    ("ст. 7 наим.", "наименование статьи 7", "title of article 7", "наим. ст. 7", "title, art. 7", "n"),
    ("часть первая", "часть первая", "part 1", "часть первая", "part 1", "f"),
    (
        "часть третья разд. IV гл. 4.1 § 2",
        "параграф 2 главы 4.1 раздела IV части третьей",
        "§ 2 of chapter 4.1 of section IV of part 3",
        "§ 2 гл. 4.1 разд. IV части третьей",
        "§ 2, ch. 4.1, sec. IV, part 3",
        "m",
    ),
    (
        "ст. 1 п. 2 («п. 7 пп. „в“»)",
        "подпункт «в» пункта 7 в тексте, который вносит пункт 2 статьи 1",
        "sub-item «в» of item 7 in the text brought by item 2 of article 1",
        "пп. «в» п. 7 в тексте п. 2 ст. 1",
        "sub-item «в», item 7 in the text of item 2, art. 1",
        "m",
    ),
]


@pytest.mark.parametrize(("address", "words", "english", "brief", "brief_english", "sex"), ADDRESSES)
def test_addresses_in_words(address: str, words: str, english: str, brief: str, brief_english: str, sex: str) -> None:
    assert spoken(address) == words
    assert spoken_en(address) == english
    assert short(address) == brief
    assert short_en(address) == brief_english
    assert gender(address) == sex


@pytest.mark.parametrize("address", ["", "текст", "ст. 5 как в прошлом", "ст. 1 п. 2 («и иное»)", "форма 5 п. 1"])
def test_an_address_of_unknown_units_stays_as_it_is(address: str) -> None:
    assert spoken(address) == spoken_en(address) == short(address) == short_en(address) == address
    assert gender(address) == "n"


def test_every_address_that_structure_makes_is_understood() -> None:
    text = """Раздел I. Общее
Глава 2. Реестр
§ 3. Ведение
Статья 4. Порядок
1. Реестр ведется:
1) в отделе:
а) бумажном;
Иное указано в законе.
Примечание. Реестр закрыт.
Статья 5
Внести в закон изменения:
1) статью 9 дополнить частью 2 следующего содержания:
«2. Суд ведет:
1) опись.».
Приложение № 1
УТВЕРЖДЕНО
ПОЛОЖЕНИЕ
1. Архив открыт."""
    for section in structure(text):
        assert _texts(section.address), section.address


@given(st.text("ст.ч п12«»()„“абзIV§ "))
def test_no_address_is_refused(address: str) -> None:
    spoken(address)
    short_en(address)
