"""Genuine texts of ../shared: what noise must not change in them, and what must never get lost."""

from __future__ import annotations

import gzip
import html
import re
import textwrap
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffs.normalise import canonical, normalise, published_lines
from diffs.structure import profile_of_text, structure
from tracker.models import Section

REAL = Path(__file__).resolve().parents[3] / "shared" / "sources" / "real"
LAW = REAL / "editions" / "152-FZ" / "152-fz_rdk37.txt"
OLD_LAW = REAL / "editions" / "152-FZ" / "152-fz_rdk33.txt"
CODE = REAL / "editions" / "TK-197-FZ" / "tk_current_2026-06-11.txt.gz"
OLD_CODE = REAL / "editions" / "TK-197-FZ" / "tk_2023-11-25_konard.txt.gz"
DECREES = sorted((REAL / "kremlin").glob("*.txt"))

pytestmark = pytest.mark.skipif(not LAW.exists(), reason="../shared/sources/real/editions is not here")
seeds = st.integers(0, 2**32)


@cache
def raw(path: Path) -> str:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return html.unescape(text) if path.parent.name == "kremlin" else text


@cache
def units(path: Path) -> tuple[Section, ...]:
    return structure(normalise(raw(path)).text)


def canonical_units(text: str) -> list[tuple[str, str]]:
    return [(section.path, canonical(section.text)) for section in structure(normalise(text).text)]


@cache
def clean_units(path: Path) -> list[tuple[str, str]]:
    return canonical_units(raw(path))


@pytest.mark.parametrize("path", [LAW, OLD_LAW, CODE, OLD_CODE, *DECREES], ids=lambda path: path.stem)
def test_normalising_twice_is_once_and_the_units_give_the_text_back(path: Path) -> None:
    once = normalise(raw(path))
    twice = normalise(once.text)
    assert twice.text == once.text
    assert twice.notes == ()
    assert "\n".join(section.text for section in structure(once.text)) == once.text
    assert "\n".join(section.text for section in structure(raw(path))) == "\n".join(published_lines(raw(path)))


NOISE = (
    (r" ", "\u00a0"),
    (r" ", "  "),
    (r"№ ?", "N "),
    (r"№ (?=\d)", "№"),
    (r"(?<=[а-я])(?=[а-я])", "\u00ad"),
    (r"(?<=[а-я])(?=[а-я])", "\u200b"),
    (r'"(?=\w)', "«"),
    (r'(?<=\w)"', "»"),
    (r" - ", " – "),
    (r" - ", " — "),
    (r"(?<=[А-Яа-я]{3})о(?=[а-я])", "o"),
    (r"(?<=[а-я]{3})е(?=[а-я])", "ё"),
    (r"$", " (В редакции Федерального закона от 31.07.2098 № 4-ФЗ)"),
    (r"\n", "\n\n"),
    (r"\n", "\nСтраница 7\n"),
    (r"\n", "\r\n"),
)


def noisy(text: str, seed: int) -> str:
    """The text with every kind of noise at about every hundredth place where it can be."""
    random = Random(seed)  # noqa: S311 - places for noise, no secrets
    for pattern, replacement in NOISE:
        places = [found for found in re.finditer(pattern, text, re.MULTILINE) if random.random() < 0.01]
        for found in reversed(places):
            text = text[: found.start()] + replacement + text[found.end() :]
    return text


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_noise_at_random_changes_no_unit(seed: int) -> None:
    assert canonical_units(noisy(normalise(raw(LAW)).text, seed)) == clean_units(LAW)


@settings(max_examples=8, deadline=None)
@given(st.integers(60, 80), st.booleans())
def test_a_law_wrapped_again_has_the_same_units(width: int, by_indent: bool) -> None:
    lines = normalise(raw(LAW)).text.split("\n")
    wrap = textwrap.TextWrapper(width, initial_indent="     " if by_indent else "", break_on_hyphens=False)
    wrapped = ("\n" if by_indent else "\n\n").join(map(wrap.fill, lines))
    assert canonical_units(wrapped) == clean_units(LAW)


def test_a_law_wrapped_without_any_mark_keeps_nearly_all_units() -> None:
    lines = normalise(raw(LAW)).text.split("\n")
    wrapped = "\n".join(textwrap.fill(line, 72, break_on_hyphens=False) for line in lines)
    again = canonical_units(wrapped)
    assert len(set(again) & set(clean_units(LAW))) >= 0.98 * len(clean_units(LAW))


def test_a_law_in_one_line_has_its_articles_parts_and_points_again() -> None:
    once = normalise(raw(LAW)).text
    again = {path for path, _ in canonical_units(" ".join(once.split()))}
    labelled = {path for path, _ in clean_units(LAW) if "abz" not in path}
    assert len(again & labelled) >= 0.97 * len(labelled)


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from([r"\d", r"\bне\b", r"\bили\b", r"\bи\b", ","]))
def test_a_digit_or_a_small_word_that_changed_stays_visible(seed: int, pattern: str) -> None:
    random = Random(seed)  # noqa: S311 - a place in a text, no secret
    texts = [canonical(section.text) for section in units(LAW)]
    text = random.choice([text for text in texts if re.search(pattern, text)])
    found = random.choice(list(re.finditer(pattern, text)))
    other = (
        {"не": "", "или": "и", "и": "или", ",": ""}.get(found[0])
        if not found[0].isdigit()
        else str((int(found[0]) + 1) % 10)
    )
    changed = f"{text[: found.start()]}{other}{text[found.end() :]}"
    assert canonical(normalise(changed).text) != text


def test_a_code_whose_parts_are_counted() -> None:
    profile = profile_of_text(raw(OLD_CODE), raw(CODE))
    assert (profile.first, profile.counted, profile.ordinals, profile.dotted) == ("ch", True, True, False)
    assert profile == profile_of_text(raw(CODE)) == profile_of_text(raw(OLD_CODE))
    paths = {section.path for section in units(CODE)}
    assert {"st-81.ch-1.p-6.pp-a", "st-81.ch-1.p-7.1", "st-81.ch-7", "st-278.ch-2.p-2", "st-4.ch-2.abz-6"} <= paths
    assert not [path for path in paths if "~" in path]


def test_decrees_of_the_old_printer() -> None:
    if not DECREES:
        pytest.skip("../shared/sources/real/kremlin is not here")
    commission = {section.path: section.address for section in units(REAL / "kremlin" / "18833.txt")}
    assert commission["pril-1.p-5"] == "Положение п. 5"
    treaty = [section.path for section in units(REAL / "kremlin" / "18656.txt")]
    assert [path for path in treaty if re.fullmatch(r"st-\d+", path)] == [f"st-{number}" for number in range(1, 11)]
    award = normalise(raw(REAL / "kremlin" / "18588.txt")).text.split("\n")
    assert len(award) == 4
