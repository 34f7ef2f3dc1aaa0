"""A topic of one's own: a file named in the configuration is known everywhere, and one that cannot be used is refused by line."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from diffs.topics import TopicRules, classify
from feeds.site import Site
from tests.scrapers import sozd_pages as pages
from tests.tracker.world import SOZD, World
from tracker import config, doctor
from tracker.errors import ConfigError
from tracker.instance import open_instance, site_info
from tracker.parts import rules_of
from tracker.pipeline import Pipeline

DOCS = Path(__file__).parents[2] / "docs" / "topics.md"


def example() -> str:
    """The vocabulary that the documentation shows."""
    blocks: list[str] = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "[[term]]" in block)


def configured(directory: Path, vocabulary: str) -> Path:
    (directory / "words").mkdir()
    (directory / "words" / "exit.toml").write_text(vocabulary, encoding="utf-8")
    path = directory / "tracker.toml"
    path.write_text('[http]\ncontact = "role@example.org"\n[topics]\nfiles = ["words/exit.toml"]\n', encoding="utf-8")
    return path


def rules_at(path: Path) -> TopicRules:
    return rules_of(config.load(path))


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("О временном ограничении права граждан на выезд", ("exit",)),
        ("О запрете выезда должников", ("exit",)),
        ("О выездных заседаниях судов", ()),
        ("О сроке действия заграничного паспорта", ("exit",)),
        ("О государственной пошлине за заграничный паспорт", ()),
        ("О внесении изменений в статью 15 Федерального закона от 15.08.1996 № 114-ФЗ", ("conscription", "exit")),
        ("О лишении гражданства", ("citizenship",)),
    ],
)
def test_the_documented_vocabulary_does_what_is_said_of_it(tmp_path: Path, title: str, found: tuple[str, ...]) -> None:
    rules = rules_at(configured(tmp_path, example()))
    assert rules.topics == ("citizenship", "conscription", "exit")
    assert (rules.names["exit"].ru, rules.names["exit"].en) == ("Выезд из страны", "Leaving the country")
    assert classify(rules, title).topics == found


def test_paths_are_counted_from_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path, example())
    monkeypatch.chdir(tmp_path / "words")
    assert rules_at(Path("../tracker.toml")).topics[-1] == "exit"
    with open_instance(config.load(Path("../tracker.toml"))) as instance:
        assert instance.desk.rules.topics[-1] == "exit"


def test_without_own_files_the_shipped_topics_hold() -> None:
    assert rules_of(config.Settings()).topics == ("citizenship", "conscription")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('["ограничение|запрет|право …3 выезд"', '["в о"', "matches everything", "в о"),
        ('tier = "strong"', 'tier = "strong"\npattern = "(выезд"', "not a regular expression", "(выезд"),
        ('id = "exit-passport"', 'id = "exit-limits"', "is there already", "exit-limits"),
        ("[[demote]]", "[[demotion]]", "unknown table", "demotion"),
        ('id = "exit" ', 'id = "citizenship" ', "is there already", 'id = "citizenship"'),
    ],
)
def test_a_vocabulary_that_cannot_be_used_is_refused_by_line(
    tmp_path: Path, old: str, new: str, line: str, reason: str
) -> None:
    text = example().replace(old, new, 1)
    assert text != example()
    path = configured(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        rules_at(path)
    place = re.match(r"(.+exit\.toml):(\d+): .*" + re.escape(line), str(caught.value))
    assert place, str(caught.value)
    lines = text.splitlines()
    assert any(reason in row for row in lines[int(place[2]) - 1 : int(place[2]) + 1])
    (finding,) = doctor.examine(path, network=False)
    assert finding.is_fault
    assert str(caught.value) in finding.what


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tracker.toml"
    path.write_text('[topics]\nfiles = ["no.toml"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no\.toml: the vocabulary cannot be read"):
        rules_at(path)


def test_doctor_names_the_topics(tmp_path: Path) -> None:
    findings = doctor.examine(configured(tmp_path, example()), network=False)
    assert "topics: citizenship, conscription, exit" in [finding.what for finding in findings]


def test_the_commands_know_it(tmp_path: Path) -> None:
    configured(tmp_path, example())
    (tmp_path / "titles.tsv").write_text("title\tlabel\nО запрете на выезд должников\texit\n", encoding="utf-8")

    def said(*arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", *arguments],
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    assert '"topics": ["exit"]' in said("classify", given="О запрете на выезд\n")
    for extra in ((), ("--rules", str(tmp_path / "words" / "exit.toml"))):
        assert "exit\tprecision 1.000\trecall 1.000\tfound 1" in said("topics", "test", "titles.tsv", *extra)


def test_its_documents_have_pages_and_feeds(tmp_path: Path, world: World) -> None:
    rules = rules_at(configured(tmp_path, example()))
    world.desk = replace(world.desk, rules=rules)
    world.pipeline = Pipeline(world.desk)
    card = pages.FakeCard(number="100001-99", title="О запрете выезда должников", comment="", steps=(pages.REGISTERED,))
    world.network.put(f"{SOZD}/bill/100001-99", card.body())
    world.follow("bill/100001-99", f"{SOZD}/bill/100001-99")
    world.check("bill/100001-99")
    document = world.store.document("bill/100001-99")
    assert document is not None
    assert document.topics == ("exit",)
    assert "topic:exit" in world.store.scopes()
    site = Site(world.store, site_info(config.Settings(), world.desk.rules, invented=False))
    page = site.page("/topics/exit")
    assert page is not None
    assert "<h1>Выезд из страны</h1>" in page.body.decode()
    feed = site.page("/en/feeds/topics/exit.atom")
    assert feed is not None
    assert "Leaving the country" in feed.body.decode()
