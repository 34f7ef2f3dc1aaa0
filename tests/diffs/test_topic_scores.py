from __future__ import annotations

from pathlib import Path

import pytest

from diffs.topic_scores import evaluate, read_labelled
from diffs.topics import default_rules
from tracker.errors import ConfigError

RULES = default_rules()


def test_scores_and_every_miss(tmp_path: Path) -> None:
    path = tmp_path / "titles.tsv"
    path.write_text(
        "number\ttitle\tlabel\n"
        "1\tО воинском учёте\tconscription\n"
        "2\tО контрактах иностранных граждан о военной службе\tboth\n"
        "\n"
        '3\tО лишении "гражданства"\tneither\n'
        "4\tО рыболовстве\tcitizenship\n"
        "5\tО внесении изменений в отдельные законодательные акты\tconscription\n"
        "6\tО призыве на военную службу\tcitizenship+conscription\n",
        encoding="utf-8-sig",
    )
    result = evaluate(RULES, read_labelled(path, RULES))
    citizenship, conscription = result.scores
    assert (result.titles, [row.line for row in result.silent]) == (5, [7])
    assert (conscription.found, conscription.precision, conscription.recall) == (3, 1.0, 1.0)
    assert (citizenship.found, citizenship.precision, citizenship.recall) == (1, 0.5, 1 / 3)
    assert [(miss.line, miss.title) for miss in citizenship.missed] == [
        (6, "О рыболовстве"),
        (8, "О призыве на военную службу"),
    ]
    (false,) = citizenship.false
    assert (false.line, {match.term for match in false.matches}) == (5, {"ends"})


def test_nothing_to_score_is_no_failure() -> None:
    result = evaluate(RULES, [])
    assert [(score.precision, score.recall) for score in result.scores] == [(1.0, 1.0), (1.0, 1.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", r":1: the first line must name the columns title and label"),
        ("title\tkind\n", r":1: the first line must name"),
        ("title\tlabel\nО рыбе\n", r":2: no title or no label"),
        ("title\tlabel\n\n\tneither\n", r":3: no title or no label"),
        ("title\tlabel\nО рыбе\tfish\n", r":2: no topic 'fish': use citizenship, conscription, both, neither"),
    ],
)
def test_faulty_files_are_refused_with_line_and_reason(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "titles.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=expected):
        read_labelled(path, RULES)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labelled(tmp_path / "none.tsv", RULES)
    path = tmp_path / "titles.tsv"
    path.write_bytes(b"title\tlabel\n\xff\tneither\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_labelled(path, RULES)
