"""The interface in two languages: every message has its English words, with the same names in them; nothing is left over."""

from __future__ import annotations

import io
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from feeds import languages
from feeds.languages import Speech

FEEDS = Path(languages.__file__).parent
CATALOGUE = FEEDS / "locale" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "say": None, "n_": (2,), "count": (2,)}


def messages() -> dict[str, str]:
    """Message -> a place where it stands."""
    found: dict[str, str] = {}
    for path in sorted(FEEDS.rglob("*.html")):
        for line, _, words, _ in babel_extract(io.BytesIO(path.read_bytes()), ("_", "n_"), (), {"encoding": "utf-8"}):
            for word in (words,) if isinstance(words, str) else words or ():
                if isinstance(word, str):
                    found.setdefault(word, f"{path.name}:{line}")
    for path in sorted(FEEDS.rglob("*.py")):
        for line, words, _, _ in extract("python", io.BytesIO(path.read_bytes()), keywords=KEYWORDS):
            word = words if isinstance(words, str) else words[0]
            if re.search("[а-яё]", word, re.IGNORECASE):
                found.setdefault(word, f"{path.name}:{line}")
    return found


def translations() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(row.id): str(row.string) for row in read_po(file, locale="en") if row.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_message_is_translated_and_nothing_else_is() -> None:
    here, there = messages(), translations()
    missing = {word: place for word, place in here.items() if not there.get(word)}
    assert missing == {}
    assert set(there) - set(here) == set()


def test_a_translation_names_what_the_message_names() -> None:
    for russian, english in translations().items():
        assert fields(russian) == fields(english), russian
        assert re.search("[а-яё]", re.sub("“[^”]*”", "", english), re.IGNORECASE) is None, english


def test_counted_things_have_three_russian_forms_and_two_english() -> None:
    rows = [(russian, english) for russian, english in translations().items() if "|" in russian]
    assert rows
    for russian, english in rows:
        assert russian.count("|") == 2, russian
        assert english.count("|") == 1, english


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (0, "0 изменений", "0 changes"),
        (1, "1 изменение", "1 change"),
        (2, "2 изменения", "2 changes"),
        (5, "5 изменений", "5 changes"),
        (11, "11 изменений", "11 changes"),
        (21, "21 изменение", "21 changes"),
        (112, "112 изменений", "112 changes"),
    ],
)
def test_numbers_agree_with_their_nouns(number: int, russian: str, english: str) -> None:
    forms = "изменение|изменения|изменений"
    assert Speech("ru").count(number, forms) == russian
    assert Speech("en").count(number, forms) == english


@pytest.mark.parametrize(
    ("path", "language", "own"),
    [
        ("/", "ru", "/"),
        ("/en", "en", "/"),
        ("/en/feeds", "en", "/feeds"),
        ("/english", "ru", "/english"),
        ("/feeds", "ru", "/feeds"),
    ],
)
def test_a_path_says_its_language(path: str, language: str, own: str) -> None:
    assert languages.split(path) == (language, own)
