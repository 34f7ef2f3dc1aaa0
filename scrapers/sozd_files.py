"""What a download of the State Duma is called: the name in its Content-Disposition, whose ending tells a file's type.

The address of a file names no format and the card only an icon (``msword`` is .doc and .docx alike), so the name in the
answer and the first bytes decide, never the label. No genuine answer was ever seen: the header is read in every form that
servers send - RFC 6266 ``filename*``, percent-encoding, encoded words, and raw UTF-8 or windows-1251.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

_PARAMETER: Final = re.compile(r';\s*(filename\*?)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)', re.IGNORECASE)
_EXTENDED: Final = re.compile(r"([\w.:+-]*)'[^']*'(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_ENCODED_WORD: Final = re.compile(r"=\?[\w.:+-]+\?[bq]\?[^?]*\?=", re.IGNORECASE)
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # also what turns the direction of reading


def file_name(headers: Iterable[tuple[str, str]]) -> str:
    """The name of a file from the headers of its answer, without folders; empty when they name none."""
    disposition = next((value for key, value in headers if key.lower() == "content-disposition"), "")
    given: dict[str, str] = {}
    for key, value in _PARAMETER.findall(f";{disposition}"):
        given.setdefault(key.lower(), value.strip())
    name = _extended(given.get("filename*", "")) or _plain(given.get("filename", ""))
    return _CONTROL.sub("", name).replace("\\", "/").rpartition("/")[2].strip(" .")


def _extended(value: str) -> str:
    """``UTF-8''%D0%90.docx``; empty for what is no such value, or an encoding that nobody knows."""
    found = _EXTENDED.fullmatch(_unquoted(value))
    if found is None:
        return ""
    try:
        return unquote_to_bytes(found[2]).decode(found[1] or "utf-8")
    except (LookupError, UnicodeError):
        return ""


def _plain(value: str) -> str:
    name = _mended(_unquoted(value))
    if _ENCODED_WORD.search(name):
        return _decoded_words(name)
    return _percent_decoded(name) if _PERCENT.search(name) else name


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip('"')


def _mended(name: str) -> str:
    """Headers travel as Latin-1: bytes of another encoding come as mojibake."""
    try:
        raw = name.encode("latin-1")
    except UnicodeEncodeError:
        return name  # decoded already
    for encoding in ("utf-8", "cp1251"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _decoded_words(name: str) -> str:
    try:
        parts = decode_header(name)
        return "".join(part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in parts)
    except (HeaderParseError, LookupError, UnicodeError):
        return name


def _percent_decoded(name: str) -> str:
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        return unquote(name, encoding="cp1251", errors="replace")
