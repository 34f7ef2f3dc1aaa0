"""A vocabulary file as data that knows its lines: every fault is told with file, line and reason.

`tomllib` gives values without places. The headers of a file stand in their order, so the n-th ``[[term]]`` is the n-th term,
and a key is looked for between its header and the next.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from tracker.errors import ConfigError

_HEADER: Final = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_QUOTES: Final = re.compile("'''|\"\"\"")


class VocabularyFile:
    """One parsed file. Raises ConfigError for what is not UTF-8 or not TOML."""

    def __init__(self, name: str, raw: bytes) -> None:
        self.name = name
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise ConfigError(f"{name}:{line}: not UTF-8 text: save the file as UTF-8") from error
        self._lines = text.replace("\r\n", "\n").split("\n")
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = _TOML_LINE.search(str(error))
            line = int(place[1]) if place and place[1] else len(self._lines)
            reason = _TOML_LINE.sub("", str(error)).strip()
            raise ConfigError(f"{name}:{line}: not TOML: {reason}") from error
        self._headers = list(_headers(self._lines))

    @classmethod
    def read(cls, path: Path) -> VocabularyFile:
        """A file on disk. Raises ConfigError when it cannot be read."""
        try:
            return cls(str(path), path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: the vocabulary cannot be read ({error.strerror}): correct its path") from error

    def line(self, table: str = "", place: int = 0, key: str = "", value: str = "") -> int:
        """The line of the `place`-th table of that name, of a key in it, of a value of that key; the nearest one known."""
        first, last = self._extent(table, place)
        if key:
            pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
            first = next((n for n in range(first, last) if pattern.match(self._lines[n])), first)
        if value:
            first = next((n for n in range(first, last) if value in self._lines[n]), first)
        return first + 1

    def fault(self, reason: str, table: str = "", place: int = 0, key: str = "", value: str = "") -> NoReturn:
        """Refuse the file for what stands there."""
        raise ConfigError(f"{self.name}:{self.line(table, place, key, value)}: {reason}")

    def tables(self, name: str, keys: Mapping[str, type]) -> list[Entry]:
        """The ``[[name]]`` tables, each checked: its keys known, its values of their types."""
        found = self.data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.fault(f"{name} must be written as [[{name}]] tables", name)
        return [Entry(self, name, place, item).checked(keys) for place, item in enumerate(found)]

    def table(self, name: str, keys: Mapping[str, type]) -> Entry | None:
        """The ``[name]`` table, checked; None when there is none."""
        found = self.data.get(name)
        if found is None:
            return None
        if not isinstance(found, dict):
            self.fault(f"{name} must be written as a [{name}] table", name)
        return Entry(self, name, 0, found).checked(keys)

    def only(self, known: Collection[str]) -> None:
        """Refuse keys and tables that nothing reads."""
        for name in self.data:
            if name not in known:
                table = isinstance(self.data[name], (dict, list))
                what = "table" if table else "key"
                self.fault(f"unknown {what} {name!r}: use {', '.join(known)}", table=name if table else "", key=name)

    def _extent(self, table: str, place: int) -> tuple[int, int]:
        if not table:
            return 0, len(self._lines)
        starts = [at for at, name in self._headers if name == table]
        if place >= len(starts):  # written inline: term = [{...}]
            pattern = re.compile(rf"\s*[\"']?{re.escape(table)}[\"']?\s*=")
            first = next((n for n, line in enumerate(self._lines) if pattern.match(line)), 0)
            return first, len(self._lines)
        after = [at for at, _ in self._headers if at > starts[place]]
        return starts[place], after[0] if after else len(self._lines)


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a file: its values, and where it stands."""

    file: VocabularyFile
    table: str
    place: int
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """What the entry is called; "" when it has no name."""
        return str(self.values.get("id", ""))

    def fault(self, reason: str, key: str = "", value: str = "") -> NoReturn:
        """Refuse the file for this entry."""
        header = f"[{self.table}]" if isinstance(self.file.data[self.table], dict) else f"[[{self.table}]]"
        name = f"{header} {self.id!r}: " if self.id else f"{header}: "
        self.file.fault(name + reason, self.table, self.place, key, value)

    def checked(self, keys: Mapping[str, type]) -> Entry:
        """The entry itself, when every key is known and every value of its type."""
        for key, value in self.values.items():
            if key not in keys:
                self.fault(f"unknown key {key!r}: use {', '.join(keys)}", key)
            wanted = keys[key]
            if wanted is list:
                if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                    self.fault(f"{key} must be a list of texts", key)
            elif not isinstance(value, wanted) or (wanted is date and isinstance(value, datetime)):
                self.fault(f"{key} must be {_TYPES[wanted]}", key)
        return self

    def text(self, key: str, default: str = "") -> str:
        """A text of the entry, without outer blanks."""
        return str(self.values.get(key, default)).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts of the entry."""
        return tuple(self.values.get(key, ()))

    def flag(self, key: str) -> bool:
        """A true or false of the entry; false when not given."""
        return bool(self.values.get(key, False))

    def required(self, key: str) -> str:
        """A text of the entry that must be there."""
        value = self.text(key)
        if not value:
            self.fault(f"{key} is missing or empty", key)
        return value


_TYPES: Final = {str: "a text", bool: "true or false", int: "a whole number", date: "a date as 2023-04-28"}


def _headers(lines: list[str]) -> list[tuple[int, str]]:
    """Line and name of every header that is not inside a text of several lines."""
    found: list[tuple[int, str]] = []
    inside = ""
    for number, line in enumerate(lines):
        header = None if inside else _HEADER.match(line)
        if header:
            found.append((number, header[1]))
        for quotes in _QUOTES.findall(line if inside or not line.lstrip().startswith("#") else ""):
            inside = "" if inside == quotes else inside or quotes
    return found
