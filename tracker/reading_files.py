"""Saved files, for the commands that work without a database: `read`, `diff`, `watch import`."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Final

from diffs import normalise, structure
from scrapers import registry
from scrapers.extract import files
from tracker.errors import ConfigError, PageError
from tracker.models import DocumentFacts, PageKind, Problem, Reading

MAX_BYTES: Final = 64 * 2**20


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
    chosen = source or registry.detect(body, url) or ("publication" if _is_json(body) else "file")
    if chosen in registry.SOURCES:
        return registry.SOURCES[chosen].read(body, url=url)
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
    """The text of a saved page or file, for a comparison. An empty file is no text: nothing was removed from a law by it."""
    body = bytes_of(path)
    if not body.strip():
        raise PageError(Problem.EMPTY, f"{path}: the file is empty")
    return files.extract(body, name=path.name.removesuffix(".gz")).text
