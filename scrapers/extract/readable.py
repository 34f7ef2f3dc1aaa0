"""Whether the letters of a text are letters: bytes read in a wrong encoding, or fonts that do not say what they show."""

from __future__ import annotations

import re
from typing import Final

_WESTERN: Final = re.compile("[\u00c0-\u00ff]")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
# Private characters, undecoded ones and controls. Private ones below F100 are bullets of symbol fonts.
_NO_LETTER: Final = re.compile("[\ufffd\ue000-\uefff\uf100-\uf8ff\x00-\x08\x0e-\x1f]")
_FEW: Final = 10


def is_mojibake(text: str) -> bool:
    """Cyrillic bytes read as Western ones, or characters that are none: `Ñòàòüÿ` for `Статья`."""
    western, cyrillic = len(_WESTERN.findall(text)), len(_CYRILLIC.findall(text))
    unknown = len(_NO_LETTER.findall(text))
    return (western >= _FEW and western > cyrillic) or unknown > max(_FEW, len(text) // 50)
