"""Comparing genuine laws of ../shared, and the texts of the demonstration: what changed, all of it, and nothing else."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffs.compare import _of_wholes, apply, compare, compare_texts, operations_of_texts, revert
from diffs.history import edges
from diffs.normalise import canonical, normalise, published_lines
from diffs.structure import components, structure_editions
from diffs.unchanged import is_law, shared_by
from diffs.words import TOKEN
from tracker.models import Diff, Section

ROOT = Path(__file__).resolve().parents[2]
EDITIONS = ROOT.parent / "shared" / "sources" / "real" / "editions"
LAW = (EDITIONS / "152-FZ" / "152-fz_rdk33.txt", EDITIONS / "152-FZ" / "152-fz_rdk37.txt")
CODE = (
    EDITIONS / "TK-197-FZ" / "tk_2023-11-25_konard.txt.gz",
    EDITIONS / "TK-197-FZ" / "tk_current_2026-06-11.txt.gz",
)
BILL = tuple(
    ROOT / "tracker" / "demo_history" / "texts" / name for name in ("a-introduced.txt", "a-second-reading.txt")
)
needs_captures = pytest.mark.skipif(
    not EDITIONS.is_dir(), reason="the shared captures (../shared/sources/real/editions) are not here"
)
pairs = pytest.mark.parametrize(
    "pair",
    [pytest.param(LAW, marks=needs_captures), pytest.param(CODE, marks=needs_captures), BILL],
    ids=["law", "code", "bill"],
)


@cache
def read(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


@cache
def compared(pair: tuple[Path, Path]) -> Diff:
    return compare_texts(read(pair[0]), read(pair[1]))


@cache
def sections(pair: tuple[Path, Path]) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    old, new = structure_editions(*(normalise(read(path)).text for path in pair))
    return old, new


def articles(diff: Diff) -> list[str]:
    """The outermost units that any operation touches, in the order of the new text."""
    return list(dict.fromkeys(components(op.new_path or op.old_path or "")[0] for op in diff.operations))


# Checked by eye against the two texts, and against a comparison of the articles' bare lines.
CHANGED_IN_THE_LAW = "6 9 10 11 13.1 23"
CHANGED_IN_THE_CODE = (
    "41 51 59 64 64.1 73 81 83 100 115 128 135 152 153 158.1 178 179 234 236 244 252 256 259 261 264.1 265 268 273 275 281.1 "
    "282 284 318 327.6 327.7 332 333 339 341.1 341.1.1 341.1.2 341.1.3 341.1.4 341.2 341.2.1 341.3 341.4 341.5 348.1 348.2 348.5 "
    "348.6 348.12 349.1 349.2 349.3 351.7 351.8 353 357 375"
)

CAME = "158.1 264.1 281.1 341.1.1 341.1.2 341.1.3 341.1.4 341.2.1 351.8"


@needs_captures
@pytest.mark.parametrize(
    ("pair", "numbers"), [(LAW, CHANGED_IN_THE_LAW), (CODE, CHANGED_IN_THE_CODE)], ids=["law", "code"]
)
def test_the_articles_that_changed(pair: tuple[Path, Path], numbers: str) -> None:
    assert articles(compared(pair)) == [f"st-{number}" for number in numbers.split()]


@needs_captures
def test_articles_that_came_as_a_whole() -> None:
    came = [op.new_path for op in compared(CODE).operations if op.ops == ("added",)]
    whole = [path for path in came if path and len(components(path)) == 1]
    assert whole == [f"st-{number}" for number in CAME.split()]
    moved = [(op.old_path, op.new_path) for op in compared(CODE).operations if op.ops == ("moved",)]
    assert moved == [("st-275.ch-3", "st-281.1.ch-1")]


@pairs
def test_there_and_back(pair: tuple[Path, Path]) -> None:
    old, new = sections(pair)
    diff = compare(old, new)

    def law(side: tuple[Section, ...]) -> list[tuple[str, str, str]]:
        return [(section.path, section.address, canonical(section.text)) for section in side]

    assert law(apply(old, diff)) == law(new)
    assert law(revert(new, diff)) == law(old)
    assert len(edges(diff, old, new)) == len(new) + sum(op.new_index is None for op in diff.operations)


@pairs
def test_leaving_out_what_is_equal_changes_nothing(pair: tuple[Path, Path]) -> None:
    old, new = map(read, pair)
    whole = _of_wholes(old, new)
    assert operations_of_texts(old, new) == whole.compared.operations
    direct = compare(whole.old, whole.new)
    diff = compared(pair)
    assert (diff.groups, diff.stats, diff.similarity) == (direct.groups, direct.stats, direct.similarity)
    assert diff.significance == direct.significance


@needs_captures
def test_most_of_a_code_is_left_out() -> None:
    shared = shared_by(*map(read, CODE))
    assert shared is not None
    assert len(shared.new) < 0.25 * len(sections(CODE)[1])
    lines = [line for path in CODE for line in published_lines(read(path))]
    assert [line for line in lines if is_law(line) != bool(normalise(line).text)] == []


@pairs
def test_the_same_every_time_and_no_word_is_cut(pair: tuple[Path, Path]) -> None:
    assert compare_texts(*map(read, pair)) == compared(pair)
    for op in compared(pair).operations:
        for skipped, text in (("+", op.old_text), ("-", op.new_text)):
            whole = canonical(text or "")
            edges_of_words = {0, len(whole)}
            for found in TOKEN.finditer(whole):
                edges_of_words |= {found.start(), found.start(2), found.end()}
            at = 0
            for sign, part in op.spans:
                if sign != skipped:
                    at += len(part)
                    assert at in edges_of_words


# ---------------------------------------------------------------- noise and needles

TEXTS = [path for path in (LAW[1], BILL[1]) if path.is_file()]
NOISE = (
    (re.compile("(?<=[а-я]) (?=[а-я])"), "\u00a0"),
    (re.compile("(?<=[а-я]) (?=[а-я])"), "  "),
    (re.compile("(?<=[а-я] )«([^«»\\n]*)»(?=[ ,.;])"), r'"\1"'),
    (re.compile('(?<=[а-я] )"([^"\\n]*)"(?=[ ,.;])'), r"«\1»"),
    (re.compile("(?<= )[-–—](?= )"), "—"),
    (re.compile("№ ?(?=\\d)"), "N "),
    (re.compile(r"(?<=\bе)е\b|(?<=уч)е(?=т)|(?<=\bвс)е\b|(?<=утвержд)е(?=н)"), "ё"),
    (re.compile("(?<=[а-я])(?=[а-я])"), "\u00ad"),
    (re.compile("(?<=\\bс)о(?=[бвг])"), "o"),
    (re.compile("(?<=[.;])$", re.MULTILINE), " (В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"),
)


@given(st.data())
@settings(max_examples=60)
def test_noise_gives_no_operation(data: st.DataObject) -> None:
    text = read(data.draw(st.sampled_from(TEXTS)))
    noisy = text
    for _ in range(data.draw(st.integers(1, 4))):
        pattern, instead = data.draw(st.sampled_from(NOISE))
        places = list(pattern.finditer(noisy))
        if places:
            found = places[data.draw(st.integers(0, len(places) - 1))]
            noisy = noisy[: found.start()] + found.expand(instead) + noisy[found.end() :]
    diff = compare_texts(text, noisy)
    assert diff.operations == ()
    assert diff.same


NEEDLES = (
    (re.compile(r"(?<![\d.,^№/-])\d(?![\d.)^-])"), lambda digit: str((int(digit) + 1) % 10)),
    (re.compile(r"(?<=[а-я] )не (?=[а-я])"), lambda _: ""),
    (re.compile(r"(?<=[а-я] )или(?= [а-я])"), lambda _: "и"),
)
PUBLISHERS = re.compile(r"\([^()]*\d\d\.\d\d\.\d{4}[^()]*\)|\((?:Собрание законодательства|Ведомости)[^()]*\)")


@given(st.data())
@settings(max_examples=100)
def test_a_digit_a_negation_a_conjunction_is_always_found(data: st.DataObject) -> None:
    text = read(data.draw(st.sampled_from(TEXTS)))
    pattern, instead = data.draw(st.sampled_from(NEEDLES))
    places = list(pattern.finditer(text))
    assume(places)
    found = places[data.draw(st.integers(0, len(places) - 1))]
    # What the publisher wrote about the text, and where a cited act was printed, is not the law that is compared.
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    behind = text[found.end() : text.find("\n", found.end())]
    lifted = PUBLISHERS.sub("", f"{line}\x00{behind}")
    signed = re.search(r"^(?:Президент Российской|Москва, Кремль|\d+ [а-я]+ \d{4} года$|№ )", line + found[0] + behind)
    assume("\x00" in lifted and not signed)
    diff = compare_texts(text, text[: found.start()] + instead(found[0]) + text[found.end() :])
    assert not diff.same
    assert diff.stats.words_added + diff.stats.words_removed <= 3 or "renumbered" in diff.operations[0].ops


@pairs
def test_a_text_beside_itself(pair: tuple[Path, Path]) -> None:
    for path in pair:
        assert compare_texts(read(path), read(path)) == Diff(same=True)
        assert compare(*[sections(pair)[0]] * 2) == Diff(same=True)
