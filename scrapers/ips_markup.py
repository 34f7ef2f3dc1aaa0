"""What the readers of IPS pages share: numbers in its addresses, the words of an element, what is missing from a page."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from lxml.etree import _Element as Element


class MarkupError(ValueError):
    """Something that every genuine page has is not there; the message names it."""


def asked(url: str, name: str) -> str:
    """The number that an address or link of IPS gives as `nd` or `rdk`; empty when it gives none."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return ""
    value = dict(parse_qsl(query, encoding="cp1251")).get(name, "")
    return value if re.fullmatch(r"[0-9]+", value) else ""


def squeezed(element: Element | None) -> str:
    """The text of an element on one line; empty when there is none."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
