"""The two languages of the interface. Russian is the language that everything is written in; English is its translation.

Messages are their own Russian text (gettext), translated in ``locale/en/LC_MESSAGES/messages.po``, which Babel reads at start:
there is nothing to compile. A message without a translation stays Russian, which a test
forbids. Legal texts are never translated: pages gloss their stages, units and kinds of events in English.

English pages and feeds live below ``/en``; everything else about an address is equal.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from babel.core import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tracker.models import Language

LANGUAGES: Final[tuple[Language, ...]] = ("ru", "en")
_LOCALE: Final = Path(__file__).parent / "locale"

#: The plural forms of a message in their order, by CLDR category. Russian fractions ("other") do not occur: things are counted.
_FORMS: Final[dict[Language, tuple[str, ...]]] = {"ru": ("one", "few", "many"), "en": ("one", "other")}


def prefix(language: Language) -> str:
    """What stands before every path of a language: nothing for Russian, ``/en`` for English."""
    return "" if language == "ru" else f"/{language}"


def split(path: str) -> tuple[Language, str]:
    """The language of an absolute path, and the path as it is called in Russian: ``/en/feeds`` is ``/feeds`` in English."""
    head, _, rest = path.removeprefix("/").partition("/")
    if head == "en":
        return "en", f"/{rest}"
    return "ru", path


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The translations of the interface: ``gettext`` takes the Russian words."""
    if language == "ru":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (_LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, ready to speak: what pages are worded with."""

    language: Language

    def __call__(self, message: str, **names: object) -> str:
        """A message of ours, given in Russian, with its ``{names}`` filled in."""
        words = catalogue(self.language).gettext(message)
        return words.format(**names) if names else words

    def count(self, number: int, forms: str) -> str:
        """A number with its noun: ``count(2, "изменение|изменения|изменений")`` is ``2 изменения``.

        `forms` are the Russian ones, for one, few and many; the catalogue translates them as one message.
        """
        words = self(forms).split("|")
        category = Locale.parse(self.language).plural_form(number)
        return f"{number} {words[_FORMS[self.language].index(category)]}"

    def of(self, pair: Pair) -> str:
        """That of two words which is in this language."""
        return pair.ru if self.language == "ru" else pair.en

    @property
    def other(self) -> Language:
        """The language that stands beside."""
        return "en" if self.language == "ru" else "ru"


class Pair(Protocol):
    """The same in both languages."""

    @property
    def ru(self) -> str:
        """In Russian."""

    @property
    def en(self) -> str:
        """In English."""
