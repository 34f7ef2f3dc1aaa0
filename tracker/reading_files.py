"""Saved files, for the commands that work without a database: `read`, `diff`, `watch import`."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from diffs import normalise, structure
from scrapers import registry
from scrapers.extract import files
from scrapers.extract.readable import is_mojibake
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, PageKind, Problem, Reading

MAX_BYTES: Final = 64 * 2**20
_SAMPLE: Final = 50_000
_ENOUGH: Final = 200  # letters, to judge a text by
_OTHER_SCRIPT: Final = 0.6
_USUAL_SHARE: Final = 0.2
_CYRILLIC: Final = re.compile("[а-яёА-ЯЁ]")
_NOT_LATIN: Final = re.compile(r"[^\x00-\x7f\s]")


def bytes_of(path: Path) -> bytes:
    """The bytes of a file; a gzip file is unpacked. Too large, missing or damaged files are one clear line."""
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
        if body.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                body = packed.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise ConfigError(f"{path}: a directory, not a file") from None
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(body) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES // 2**20} MB")
    return body


def text_of(path: Path) -> str:
    """A UTF-8 text file."""
    try:
        return bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error


def read(body: bytes, *, source: str | None, url: str, name: str) -> Reading:
    """What a saved page says: by its source, or as a text made of units when it is a file with a text."""
    if not body.strip():
        raise PageError(Problem.EMPTY, "the file is empty")
    try:
        urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"{url!r} is no address: give the one that the page was saved from") from error
    chosen = source or registry.detect(body, url) or ("publication" if _is_json(body) else "file")
    if chosen in registry.SOURCES:
        reading = registry.SOURCES[chosen].read(body, url=url)
        if not reading.text:
            return reading
        return replace(reading, sections=structure.structure(normalise.normalise(reading.text).text))
    extracted = files.extract(body, name=name)
    normal = normalise.normalise(extracted.text)
    return Reading(
        source="file",
        page=PageKind.DOCUMENT,
        document=DocumentFacts(id="", kind=extracted.format, number="", date=None, title=name, url=url),
        sections=structure.structure(normal.text),
    )


def _is_json(body: bytes) -> bool:
    return re.match(rb"\s*[\[{]\s*[\[{\"\]}]", body) is not None


def law_text(path: Path) -> str:
    """A saved page or file as the text of an act, for a comparison.

    A file without words is no text: nothing was removed from a law by it. Text that was read by a wrong encoding is
    refused: every word of it would look changed.
    """
    body = bytes_of(path)
    if not body.strip():
        raise PageError(Problem.EMPTY, f"{path}: the file is empty")
    name = path.name.removesuffix(".gz")
    source = registry.detect(body, "")
    reading = registry.SOURCES[source].read(body) if source is not None else None
    text = reading.text if reading is not None and reading.text else _extracted(body, name)
    if not any(map(str.isalnum, text)):
        raise PageError(Problem.EMPTY, f"{path}: the file holds no words")
    if is_mojibake(text) or _is_wrongly_decoded(text):
        raise PageError(Problem.BROKEN, f"{path}: its letters are no words; save it as UTF-8 or windows-1251")
    return text


def _extracted(body: bytes, name: str) -> str:
    return files.extract(body, name=name).text


def require_one_script(old: str, new: str, names: tuple[str, str]) -> None:
    """Refuse to compare a Russian text with one in other letters: nothing of the one could be in the other."""
    shares = [_cyrillic_share(text) for text in (old, new)]
    if None in shares:
        return
    first, second = (share or 0.0 for share in shares)
    if abs(first - second) > _OTHER_SCRIPT:
        raise PageError(
            Problem.WRONG_DOCUMENT,
            f"{names[0]} and {names[1]} are in two languages ({first:.0%} and {second:.0%} Cyrillic letters): nothing to compare",
        )


def _cyrillic_share(text: str) -> float | None:
    """The share of Cyrillic letters; None of a text too short to tell."""
    sample = text[:_SAMPLE]
    letters = sum(char.isalpha() for char in sample)
    return len(_CYRILLIC.findall(sample)) / letters if letters >= _ENOUGH else None


def _is_wrongly_decoded(text: str) -> bool:
    """Cyrillic letters that make no Russian: bytes of KOI8-R, of DOS (cp866) or of UTF-8 read as windows-1251.

    A third of the letters of any Russian text are о, е, а, и, н, т; shuffled by a wrong table they are not. What the table of
    DOS is shuffled into are signs more than letters: so all that is not Latin is counted.
    """
    sample = text[:_SAMPLE]
    characters = _NOT_LATIN.findall(sample)
    if len(characters) < _ENOUGH or 4 * len(_CYRILLIC.findall(sample)) < len(characters):
        return False
    return sum(character in "оеаинт" for character in characters) < _USUAL_SHARE * len(characters)
