"""How long it takes to classify 100,000 titles and a law of 1.7 MB, beside the regular expressions of the first draft.

    python bench/topics.py [--titles 100000]

Titles: the labelled ones under ../shared, numbers and articles varied, so that no two are alike; without them, titles made of
invented parts. The law: the Labour Code under ../shared, else a text of that size made of the same parts. One process, one
core, start-up of the dictionary shown apart. The peer is ../shared/law/vocabulary.toml, matched with `re` in the order it
prescribes (normalise, masks, terms); it is left out when the file is not there.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import random
import re
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from diffs.topics import classify, load_rules  # noqa: E402 - after the path is known
from diffs.typography import canonical  # noqa: E402 - the same

SHARED = ROOT.parent / "shared"
LABELLED = SHARED / "law" / "titles-dev.tsv"
DRAFT = SHARED / "law" / "vocabulary.toml"
CODE = SHARED / "sources" / "real" / "editions" / "TK-197-FZ" / "tk_current_2026-06-11.txt.gz"
LAW_BYTES = 1_700_000
SUBJECTS = (
    "воинской обязанности", "рыболовстве", "гражданстве", "государственных закупках", "почётных гражданах",
    "альтернативной гражданской службе", "охране озёр", "лицах без гражданства", "публичных призывах", "налоговом учёте",
)  # fmt: skip
ACTS = ("Федеральный закон", "Закон Российской Федерации", "Указ Президента Российской Федерации")


def labelled() -> list[str]:
    if not LABELLED.is_file():
        return [f"О внесении изменений в статью 5 {act} «О {subject}»" for act in ACTS for subject in SUBJECTS]
    return [line.split("\t")[0] for line in LABELLED.read_text(encoding="utf-8").splitlines()[1:]]


def varied(count: int) -> Iterator[str]:
    """Titles no two of which are alike: the given ones with other numbers, and now and then another subject behind them."""
    chance = random.Random(11)  # noqa: S311 - the same titles every time
    known = labelled()
    for number in range(count):
        title = re.sub(r"\d+", lambda _: str(chance.randint(1, 400)), known[number % len(known)])
        yield f"{title} (в части положений о {chance.choice(SUBJECTS)}, {number})"


def law() -> str:
    if CODE.is_file():
        return gzip.decompress(CODE.read_bytes()).decode("utf-8")
    text = "\n".join(f"Статья {number}. О {SUBJECTS[number % len(SUBJECTS)]} и ином." for number in range(30_000))
    return text.encode()[:LAW_BYTES].decode("utf-8", "ignore")


def draft() -> Callable[[str], set[str]] | None:
    """The classifier of the first draft: topics of a text by its masks, acts and terms."""
    if not DRAFT.is_file():
        return None
    data = tomllib.loads(DRAFT.read_text(encoding="utf-8"))
    masks = [re.compile(item["pattern"]) for item in data["mask"] if item.get("enabled", True)]
    terms = [
        (item["topic"], item.get("tier", "core"), item.get("before_mask", False), re.compile(item["pattern"]))
        for table in ("act", "term")
        for item in data[table]
    ]

    def topics(text: str) -> set[str]:
        whole = canonical(text).lower()
        masked = whole
        for mask in masks:
            masked = mask.sub(" § ", masked)
        return {
            topic
            for topic, tier, before, pattern in terms
            if tier != "weak" and pattern.search(whole if before else masked)
        }

    return topics


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--titles", type=int, default=100_000)
    count = parser.parse_args().titles
    titles, text = list(varied(count)), law()
    loading = seconds(load_rules)
    rules = load_rules()
    opening = seconds(lambda: classify(rules, "О воинском учёте"))
    print(f"Python {platform.python_version()}, {platform.machine()}; CPU seconds of one process")
    print(f"rules read: {loading:.2f} s; dictionary opened and words inflected: {opening:.2f} s")
    found = [0]

    def ours() -> None:
        found[0] = sum(bool(classify(rules, title).topics) for title in titles)

    took = seconds(ours)
    print(f"{count:,} titles: {took:.1f} s, {took / count * 1e6:.0f} us each; on topic: {found[0]:,}")
    size = len(text.encode()) / 1e6
    source = "the Labour Code" if CODE.is_file() else "generated"
    print(f"a law of {size:.1f} MB ({source}): {seconds(lambda: classify(rules, 'О труде', body=text)):.2f} s")
    peer = draft()
    if peer is None:
        print("the draft of regular expressions is not here: no peer")
        return
    took = seconds(lambda: [peer(title) for title in titles])
    print(f"draft, {count:,} titles: {took:.1f} s; the law: {seconds(lambda: peer(text)):.2f} s")


if __name__ == "__main__":
    main()
