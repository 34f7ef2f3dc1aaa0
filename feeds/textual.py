"""Foreign text on its way out: what XML forbids and what turns a line around is dropped, links are only http and https."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

#: XML 1.0 allows tab, newline, return and the planes without surrogates and the two non-characters. Direction overrides
#: (Trojan Source) never occur in Russian law and can make a page show other words than it holds.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Text that may stand in XML, HTML and JSON."""
    # Nothing of what is forbidden is printable, and nearly every text is: this asks a hundred times quicker.
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


_LONGEST_ADDRESS: Final = 2_000
#: Characters of a title that a reader's list can bear.
LONGEST_TITLE: Final = 400


def bounded(text: str, length: int = LONGEST_TITLE) -> str:
    """Text cut at a word when it is longer than anybody reads: a source may send a title of megabytes."""
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0].rstrip(" ,;:(«") + "…"


def web_address(url: object) -> str | None:
    """The address when it may become a link: http or https with a host, and not longer than servers take."""
    if not isinstance(url, str) or len(url) > _LONGEST_ADDRESS:
        return None
    cleaned = clean(url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    return cleaned if parts.scheme in {"http", "https"} and parts.hostname else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """An address outside the site as people see it. `href` is None where a link would lead nowhere: of an invented document."""

    address: str
    href: str | None


def outward(url: object, *, invented: bool) -> Outward | None:
    """What to show of an address; None when it is not one."""
    address = web_address(url)
    return Outward(address=address, href=None if invented else address) if address else None


#: Where a line of Russian must not break: between a unit and its number, after a short preposition, before a dash.
_TIED: Final = re.compile(
    r"(?:(?<=\bст\.)|(?<=\bч\.)|(?<=\bпп\.)|(?<=\bп\.)|(?<=\bгл\.)|(?<=\bабз\.)|(?<=№)|(?<=\b\d-м)|(?<=\b\d-му)"
    r"|(?<=\b[вкосуиВКОСУИ])|(?<=\b(?:во|ко|со|об|на|по|от|до|не|из|за)))[ ](?=\S)|[ ](?=[—→›])"
)

_ORDINAL: Final = re.compile(r"(?<=\d)-(?=(?:м|му|е|й|го)\b)")
_OPENING: Final = re.compile(r'(?:(?<=^)|(?<=[\s(«]))"(?=\S)')


def typo(text: str) -> str:
    """A heading with Russian quotes, and unbroken where typography wants it. Never used on the text of a law."""
    quoted = _OPENING.sub("«", text).replace('"', "»")
    return _ORDINAL.sub("\u2011", _TIED.sub("\u00a0", quoted))
