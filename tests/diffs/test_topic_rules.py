from __future__ import annotations

import re
from pathlib import Path

import pytest

from diffs import topic_rules
from diffs.topics import classify, default_rules, load_rules
from tracker.errors import ConfigError

TOPIC = 'schema = 1\n[topic]\nid = "fish"\nru = "Рыба"\nen = "Fish"\n'  # five lines: what is added begins on line 6


def refused(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "own.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_rules([path])
    message = str(caught.value)
    assert "\n" not in message
    place = re.match(rf"{re.escape(str(path))}:(\d+): (.+)", message)
    assert place, message
    return f"{place[1]}: {place[2]}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = 1\n[topic\n", "2: not TOML"),
        ('schema = 1\na = "', "2: not TOML"),
        (b"schema = 1\n\n# \xff\n", "3: not UTF-8"),
        ("[topic]\n", "1: schema must be 1"),
        ("# a file\nschema = 2\n", "2: schema must be 1"),
        ("schema = 1\n\n[[terms]]\n", "3: unknown table 'terms'"),
        ('schema = 1\ntopics = "a"\n', "2: unknown key 'topics'"),
        ('schema = 1\n[topic]\nid = "fish"\nru = "Рыба"\n', "2: [topic] 'fish': en is missing"),
        ('schema = 1\n[topic]\nru = "Рыба"\nid = "Рыба"\n', "4: [topic] 'Рыба': id must be small Latin"),
        ('schema = 1\n[topic]\nid = "citizenship"\nru = "Г"\nen = "C"\n', "3: [topic] 'citizenship': the topic"),
    ],
)
def test_a_file_that_is_no_vocabulary(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert refused(tmp_path, text).startswith(expected)


GOOD = '[[term]]\nid = "a"\ntier = "core"\nphrases = ["рыба"]\n'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('[[term]]\ntier = "core"\n', "6: [[term]]: id is missing"),
        ('[[term]]\nid = "a"\nphrases = ["рыба"]\n', "6: [[term]] 'a': tier is missing"),
        ('[[term]]\nid = "a"\ntier = "big"\nphrases = ["рыба"]\n', "8: [[term]] 'a': tier must be core, strong, weak"),
        ('[[term]]\nid = "a"\ntier = "core"\n', "6: [[term]] 'a': phrases is missing or empty"),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = []\n', "9: [[term]] 'a': phrases is missing or empty"),
        (
            '[[term]]\nid = "a"\ntier = "core"\nphrases = ["рыба", ""]\n',
            "9: [[term]] 'a': an empty phrase matches everything",
        ),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = [\n  "рыба",\n  "…",\n]\n', "11: [[term]] 'a': an empty phrase"),
        (
            '[[term]]\nid = "a"\ntier = "core"\nphrases = [\n  "рыба",\n  "в о",\n]\n',
            "11: [[term]] 'a': 'в о' matches everything",
        ),
        (
            '[[term]]\nid = "a"\ntier = "core"\nphrases = [\n  "рыба",\n  "закон",\n]\n',
            "11: [[term]] 'a': 'закон' matches everything",
        ),
        ('[[mask]]\nid = "a"\nphrases = ["указ …2 федерация"]\n', "8: [[mask]] 'a': 'указ …2 федерация' matches"),
        (
            '[[term]]\nid = "a"\ntier = "core"\nphrases = ["российский федерация"]\n',
            "9: [[term]] 'a': 'российский федерация' ma",
        ),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = ["ры*"]\n', "9: [[term]] 'a': 'ры*' is too short a beginning"),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = ["рыба!"]\n', "9: [[term]] 'a': 'рыба!' is not a word"),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = ["рыба|"]\n', "9: [[term]] 'a': 'рыба|' is not a word"),
        ('[[term]]\nid = "a"\ntier = "core"\nphrases = "рыба"\n', "9: [[term]] 'a': phrases must be a list of texts"),
        (
            '[[term]]\nid = "a"\ntier = "core"\npattern = "("\n',
            "9: [[term]] 'a': the pattern is not a regular expression",
        ),
        ('[[term]]\nid = "a"\ntier = "core"\npattern = ".*"\n', "9: [[term]] 'a': the pattern matches everything"),
        (
            '[[term]]\nid = "a"\ntier = "core"\npattern = "закон|рыба"\n',
            "9: [[term]] 'a': the pattern matches everything",
        ),
        (GOOD + 'colour = "red"\n', "10: [[term]] 'a': unknown key 'colour'"),
        (GOOD + 'any_order = "yes"\n', "10: [[term]] 'a': any_order must be true or false"),
        (
            GOOD + 'topics = ["birds"]\n',
            "10: [[term]] 'a': no topic 'birds': there are citizenship, conscription, fish",
        ),
        (GOOD + 'scope = "note"\n', "10: [[term]] 'a': scope must be any, title, body"),
        (GOOD + GOOD, "11: [[term]] 'a': an entry of this id is there already"),
        (GOOD.replace('"a"', '"duty"'), "7: [[term]] 'duty': an entry of this id is there already"),
        ("x = '''\n[[term]]\n'''\n" + GOOD, "6: [topic] 'fish': unknown key 'x'"),
        (
            '[[mask]]\nid = "m"\nphrases = ["законодательный акт"]\n',
            "8: [[mask]] 'm': 'законодательный акт' matches everything",
        ),
        ('[[demote]]\nid = "d"\nphrases = ["внесение"]\n', "8: [[demote]] 'd': 'внесение' matches everything"),
        ('[[act]]\nid = "f"\nkind = "fz"\nnumber = "1-ФЗ"\n', "6: [[act]] 'f': date is missing"),
        ('[[act]]\nid = "f"\nkind = "fz"\nnumber = "1-ФЗ"\ndate = "2099"\n', "10: [[act]] 'f': date must be a date as"),
        ('[[act]]\nid = "f"\nkind = "ФЗ"\nnumber = "1-ФЗ"\ndate = 2099-01-01\n', "8: [[act]] 'f': kind must be a slug"),
        (
            '[[act]]\nid = "f"\nkind = "fz"\nnumber = "1"\ndate = 2099-01-01\narticles = ["5", "x"]\n',
            "11: [[act]] 'f': articles must be written as 22-26",
        ),
        (
            '[[act]]\nid = "f"\nkind = "fz"\nnumber = "1"\ndate = 2099-01-01\narticles = ["9-5"]\n',
            "11: [[act]] 'f': the articles '9-5' go backwards",
        ),
        (
            '[[act]]\nid = "f"\nkind = "fz"\nnumber = "1"\ndate = 2099-01-01\notherwise = "weak"\n',
            "11: [[act]] 'f': otherwise needs articles",
        ),
        (
            '[[field]]\nid = "f"\ntier = "weak"\nname = "Блок"\ncodes = [""]\n',
            "10: [[field]] 'f': an empty code or value",
        ),
        ('[[field]]\nid = "f"\ntier = "weak"\ncodes = ["1"]\n', "6: [[field]] 'f': name is missing"),
        ('[term]\nid = "a"\n', "6: term must be written as [[term]] tables"),
    ],
)
def test_a_faulty_entry_is_refused_with_its_line(tmp_path: Path, entry: str, expected: str) -> None:
    assert refused(tmp_path, TOPIC + entry).startswith(expected)


def test_headers_inside_texts_and_comments_are_no_entries(tmp_path: Path) -> None:
    text = TOPIC + "# '''\n" + GOOD + "gloss = '''\n[[term]]\n'''\n" + GOOD.replace('"a"', '"b"') + 'colour = "red"\n'
    assert refused(tmp_path, text).startswith("18: [[term]] 'b': unknown key 'colour'")


def test_entries_written_inline_have_the_line_of_their_table(tmp_path: Path) -> None:
    text = 'schema = 1\nterm = [{ id = "a", topics = ["citizenship"], tier = "big", phrases = ["рыба"] }]\n'
    assert refused(tmp_path, text).startswith("2: [[term]] 'a': tier must be")


def test_a_file_that_is_not_there_and_one_without_a_topic(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: the vocabulary cannot be read"):
        load_rules([tmp_path / "none.toml"])
    assert refused(tmp_path, "schema = 1\n" + GOOD).startswith("2: [[term]] 'a': which topic? add topics")
    alone = tmp_path / "alone.toml"
    alone.write_text("schema = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"alone\.toml:1: no file has a \[topic\]"):
        load_rules([alone], shipped=False)
    with pytest.raises(ConfigError, match="no vocabulary"):
        load_rules(shipped=False)


def test_a_file_may_add_to_a_topic_that_is_there(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'schema = 1\n[titles]\nempty = ["рыбный закон"]\n[[term]]\nid = "a"\ntopics = ["citizenship"]\ntier = "core"\n'
        'phrases = ["паспорт гражданин"]\n',
        encoding="utf-8",
    )
    rules = load_rules([own])
    assert classify(rules, "О паспорте гражданина").topics == ("citizenship",)
    assert classify(default_rules(), "О паспорте гражданина").topics == ()
    assert classify(rules, "О внесении изменений в рыбные законы").needs_body


def test_the_shipped_files_stand_the_tests_of_a_users_file() -> None:
    topic_rules.check_reach(topic_rules.shipped())
    vocabulary = topic_rules.read(topic_rules.shipped())
    assert [topic.id for topic in vocabulary.topics] == ["citizenship", "conscription"]
    for source in topic_rules.shipped():
        for table in ("term", "mask", "act", "field", "demote"):
            for entry in source.data.get(table, []):
                assert entry.get("gloss"), f"{source.name}: {entry['id']} has no English gloss"


def test_documents_of_acts_are_ids() -> None:
    documents = {act.id: act.document for act in topic_rules.read(topic_rules.shipped()).acts}
    assert documents["138-fz"] == "act/fz/2023-04-28/138-fz"
    assert documents["postanovlenie-719-2006"] == "act/postanovlenie-pravitelstva/2006-11-27/719"
