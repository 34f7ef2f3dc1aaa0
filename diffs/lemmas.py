"""Russian words and their dictionary forms. The one module that knows pymorphy3.

Two directions. `lemmas` takes a word apart (what may it be a form of?), for the search index; `forms` puts one together (all
its forms), for topic rules: inflecting a few hundred words of a vocabulary once is far cheaper than taking apart every word
of every text. Everywhere case, ё and е, look-alike Latin letters and invisible characters make no difference.

The dictionary is opened at the first use (about 0.15 s) and kept; a new word costs about 0.1 ms, a known one nothing.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from diffs.typography import INVISIBLE, one_script

#: A word, a number, a number of a document: ``138-фз``.
WORD: Final = re.compile(r"\w+(?:-\w+)*")
_RUSSIAN: Final = re.compile(r"[а-я][0-9а-я-]{0,63}")
# A form of two words ("стали": сталь, стать) is both; readings this much rarer than the first are accidents of the dictionary.
_PLAUSIBLE: Final = 0.01
_FUNCTION_WORDS: Final = frozenset({"PREP", "CONJ", "PRCL", "INTJ"})
# Readings are kept of so many words (some 10 MB): 570,000 words of real laws and pages are 25,000 different ones. What is longer
# is hardly a word, and could be of any size.
_KEPT_WORDS: Final = 32_768
_LONGEST_KEPT: Final = 64
_KEPT_VOCABULARY: Final = 2_048  # all forms of a word are some kilobytes; the vocabularies have 400 words


@cache
def _dictionary() -> Any:
    import pymorphy3  # noqa: PLC0415 - its dictionary is opened when a word is first asked for, not at start-up

    return pymorphy3.MorphAnalyzer(lang="ru")


def _readings(word: str) -> Any:
    """What a plain word may be, the likeliest first; nothing for what is no Russian word.

    The analyser breaks on letters that Unicode does not name (Tangut), and has nothing to say of foreign ones anyway.
    """
    return _dictionary().parse(word) if _RUSSIAN.fullmatch(word) else ()


def plain(word: str) -> str:
    """A word as it is compared: lower case, ё as е, one script, nothing invisible."""
    return one_script(INVISIBLE.sub("", word)).lower().replace("ё", "е")


class _Known(NamedTuple):
    """What the dictionary says of a word. `is_silent`: it means nothing alone."""

    lemmas: tuple[str, ...]
    is_silent: bool = False


def _look_up(word: str) -> _Known:
    bare = plain(word)
    readings = _readings(bare)
    if not readings:
        return _Known((bare,))
    least = readings[0].score * _PLAUSIBLE
    found = dict.fromkeys(plain(reading.normal_form) for reading in readings if reading.score >= least)
    return _Known(tuple(found), str(readings[0].tag.POS) in _FUNCTION_WORDS)


_kept = lru_cache(maxsize=_KEPT_WORDS)(_look_up)


def _known(word: str) -> _Known:
    return (_kept if len(word) <= _LONGEST_KEPT else _look_up)(word)


def kept_words() -> int:
    """Of how many words the readings are kept in memory."""
    return _kept.cache_info().currsize


def lemmas(word: str) -> tuple[str, ...]:
    """The dictionary forms a word may belong to, the likeliest first: ``призванных`` -> ``призвать``, ``призванный``."""
    return _known(word).lemmas


@lru_cache(maxsize=_KEPT_VOCABULARY)
def forms(word: str) -> frozenset[str]:
    """Every form of the word that this form most likely belongs to, participles of a verb included, and the form itself."""
    readings = _readings(plain(word))
    first = readings[0].normal_form if readings else word
    return frozenset(
        {plain(word), *(plain(form.word) for one in readings if one.normal_form == first for form in one.lexeme)}
    )


def is_function_word(word: str) -> bool:
    """Whether a word means nothing alone: a preposition, a conjunction, a particle."""
    return _known(word).is_silent


def tokens(text: str) -> list[str]:
    """The lemmas of a text in its order, for a search index; a word that may be a form of two words gives both.

    To find a word in such an index, look for any of its `lemmas`: forms that share a dictionary form then find each other.
    Words that mean nothing alone are left out: they are a quarter of every text and nobody looks for them.
    """
    words = (_known(found[0]) for found in WORD.finditer(INVISIBLE.sub("", text)))
    return [lemma for word in words if not word.is_silent for lemma in word.lemmas]
