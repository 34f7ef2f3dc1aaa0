"""Superscript digits kept as superscripts: статья 22 with a raised 1 is neither 22 nor 221.

Inserted units of Russian law are numbered by superscripts (статья 22¹, статья 341¹⁻¹). Markup says so, plain text does
not, and a superscript that was once stripped cannot be recovered: so readers of markup call `raised` before they drop the
tags. Unicode superscripts are used because they lose nothing; `N.M` would be ambiguous with the real dots of the КоАП.
"""

from __future__ import annotations

import re
from typing import Final

_RAISED: Final = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_DIGIT: Final = re.compile(r"[0-9]")
_WORD: Final = re.compile(r"[^\W\d_]{2}")


def raised(text: str) -> str:
    """The text of a superscript with its digits raised: `1` -> `¹`, `1-1` -> `¹⁻¹`, `1.1` -> `¹.¹`, `а` and `*` as they are.

    Words set small and high (the captions under the lines of a form) are words, and their digits stay as they are.
    """
    return text.translate(_RAISED) if _DIGIT.search(text) and not _WORD.search(text) else text
