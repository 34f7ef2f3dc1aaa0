"""Files that cannot be compared say so in one line; none of them is taken for a law that changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tracker import reading_files
from tracker.errors import ConfigError, ExtractError, PageError

RUSSIAN = (
    "Статья 1. Предмет\n"
    + "1. Настоящий Федеральный закон регулирует отношения в области воинского учета граждан.\n" * 8
)
ENGLISH = (
    "Article 1. Subject\n" + "1. This federal law governs the relations in the field of military registration.\n" * 8
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the file is empty"),
        ("\u00a0\u200b\n\ufeff \u00ad\n".encode(), "the file holds no words"),
        ("«»;".encode() * 99, "the file holds no words"),
        (random.Random(3).randbytes(50_000), "neither a document nor text"),  # noqa: S311 - the same bytes every time
        (RUSSIAN.encode("koi8-r"), "its letters are no words"),
        (RUSSIAN.encode("cp866"), "its letters are no words"),
        (RUSSIAN.encode().decode("cp1251", "replace").encode(), "its letters are no words"),
        (b"a" * (reading_files.MAX_BYTES + 1), "larger than"),
    ],
    ids=["empty", "only blanks", "only marks", "binary", "koi8-r", "cp866", "mojibake", "too large"],
)
def test_what_is_no_law_is_refused_in_one_line(tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "law.txt"
    path.write_bytes(body)
    with pytest.raises((ConfigError, ExtractError, PageError)) as caught:
        reading_files.law_text(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", [None, "kremlin", "sozd"])
def test_an_address_that_is_none_is_said_in_one_line(source: str | None) -> None:
    with pytest.raises(ConfigError, match="is no address") as caught:
        reading_files.read(RUSSIAN.encode(), source=source, url="http://[saved", name="law.txt")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_every_usual_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "law.txt"
    path.write_bytes(RUSSIAN.encode(encoding))
    assert reading_files.law_text(path) == RUSSIAN.strip()


def test_two_languages_are_not_compared() -> None:
    with pytest.raises(PageError, match="two languages"):
        reading_files.require_one_script(RUSSIAN, ENGLISH, ("old.txt", "new.txt"))
    reading_files.require_one_script(RUSSIAN, RUSSIAN + ENGLISH[:100], ("old.txt", "new.txt"))
    reading_files.require_one_script(RUSSIAN, "№ 1", ("old.txt", "new.txt"))
