from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffs import normalise, notes
from diffs import unchanged as module
from diffs.compare import _of_wholes, compare, compare_texts, operations_of_texts
from diffs.normalise import cleaned
from diffs.structure import structure_editions
from diffs.unchanged import is_law, shared_by

LONG = (
    "Порядок ведения вымышленного реестра, сроки хранения дел и права лиц, участвующих в деле, определяются настоящим "
    "законом и издаваемыми в соответствии с ним правилами, если иное не установлено договором сторон"
)
WORDS = ["судом", "архивом", "прокурором", "гражданином", "не позднее пяти дней", "или", "за плату", "вправе"]
BODY = st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(lambda pair: f"{LONG} {' и '.join(pair)}.")
LABEL = st.sampled_from(["1. ", "2. ", "3. ", "", ""])
ITEM = st.tuples(st.sampled_from(["1) ", "2) ", "а) ", "б) "]), BODY).map(
    lambda pair: "".join(pair).removesuffix(".") + ";"
)
NOTE = st.sampled_from(["", "", "", " (В редакции Федерального закона от 01.02.2099 № 3-ФЗ)"])
LINE = st.one_of(
    st.tuples(LABEL, BODY, NOTE).map("".join),
    ITEM,
    st.sampled_from(
        [
            "(В редакции Федерального закона от 01.02.2099 № 3-ФЗ)",
            "Смотрите также",
            "Часть. (Утратила силу - Федеральный закон от 01.02.2099 № 3-ФЗ)",
            "Срок, указанный в пункте 1 настоящей статьи, продлевается.",
            "Срок, указанный в части 2 настоящей статьи, продлевается.",
            "Глава 2. Архив",
            "II. Архив",
            "Статья 3 применяется к реестру.",
            "Утратил силу.",
            "Внести в Федеральный закон от 1 марта 2099 года № 7-ФЗ «О реестре» следующие изменения:",
            "Внести в Федеральный закон от 2 марта 2099 года № 8-ФЗ «Об архиве» изменение, исключив статью 2.",
            "Президент Российской Федерации",
            "Президент",
            "Российской Федерации И.О. Вымышленный",
        ]
    ),
)
HEADING = st.sampled_from(
    [
        "Статья 1. Суд",
        "Статья 2. Дело",
        "Статья 2^1. Реестр",
        "Статья 3",
        "Статья 4. Архив",
        "Статья 5. Плата",
        "Статья 22211. Дело",
    ]
)
ARTICLE = st.tuples(HEADING, st.lists(LINE, min_size=1, max_size=5)).map(lambda pair: [pair[0], *pair[1]])
LAW = st.lists(ARTICLE, min_size=2, max_size=6)


@st.composite
def editions(draw: st.DrawFn) -> tuple[str, str]:
    old = draw(LAW)
    new = [list(article) for article in old]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(new) - 1))
        what = draw(st.sampled_from(["line", "drop", "add", "move", "article"]))
        if what == "line":
            new[at][draw(st.integers(0, len(new[at]) - 1))] = draw(LINE)
        elif what == "drop" and len(new) > 1:
            del new[at]
        elif what == "add":
            new[at].insert(draw(st.integers(1, len(new[at]))), draw(LINE))
        elif what == "move":
            new.insert(draw(st.integers(0, len(new) - 1)), new.pop(at))
        else:
            new.insert(at, draw(ARTICLE))
    head = f"Вымышленный закон\n{LONG}."
    tail = draw(
        st.sampled_from(
            ["", "Президент Российской Федерации И.О. Вымышленный\nМосква, Кремль\n№ 1-ФЗ", "Приложение № 1\n1. Бланк."]
        )
    )
    joined = ["\n".join([head, *("\n".join(article) for article in law), tail]) for law in (old, new)]
    return joined[0], joined[1]


@given(editions())
@example(("", ""))
@settings(max_examples=300)
def test_leaving_out_changes_nothing(pair: tuple[str, str]) -> None:
    old, new = pair
    whole = _of_wholes(old, new)
    assert operations_of_texts(old, new) == whole.compared.operations
    assert compare_texts(old, new).significance == compare(whole.old, whole.new).significance
    shared = shared_by(old, new)
    if shared is None:
        return
    for kept, sections in ((shared.old, whole.old), (shared.new, whole.new)):
        assert all(sections[place] == section for place, section in kept.items())
    for first, other, count in shared.same:
        assert whole.old[first : first + count] == whole.new[other : other + count]
    words = [sum(section.text.count(" ") + 1 for section in side) for side in (whole.old, whole.new)]
    read = [sum(section.text.count(" ") + 1 for section in side.values()) for side in (shared.old, shared.new)]
    assert [shared.words_left_out + some for some in read] == words


def law(changed: str = "") -> str:
    articles = [f"Статья {number}. Предмет\n1. {LONG} номер {number}.\n2. {LONG}." for number in range(1, 30)]
    return "\n".join(articles).replace(f"{LONG} номер 17.", changed or f"{LONG} номер 17.")


def test_equal_articles_are_left_out() -> None:
    shared = shared_by(law(), law("Суд ведет реестр."))
    assert shared is not None
    assert [section.path for section in shared.new.values()] == ["st-17", "st-17.ch-1", "st-17.ch-2"]
    assert [(old, new) for old, new, _ in shared.same] == [(at, at) for at in range(0, 87, 3) if at != 48]
    assert {count for _, _, count in shared.same} == {3}
    diff = compare_texts(law(), law("Суд ведет реестр."))
    assert [op.new_path for op in diff.operations] == ["st-17.ch-1"]


def test_an_appendix_without_a_label_is_part_of_the_last_article() -> None:
    form = "\n".join(f"{LONG} в строке {number}." for number in range(1, 20))
    old = f"{law()}\nПриложение № 1. Бланк\n{form}"
    new = old.replace("в строке 7.", "в графе 7.")
    operations = operations_of_texts(old, new)
    assert operations == _of_wholes(old, new).compared.operations
    assert [operation.new_path for operation in operations] == ["st-29.ch-2.abz-9"]


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda text: text.replace("2. Порядок", "«2. Порядок"),  # a quoted wording
        lambda text: text.replace(" ", "\u00ad ", 1),  # hidden characters
        lambda text: " ".join(text.split()),  # lost line breaks
        lambda text: text.replace(", ", ",\n"),  # wrapped lines
    ],
)
def test_nothing_is_left_out_of_a_text_that_is_not_plain(spoiled: object) -> None:
    assert callable(spoiled)
    assert shared_by(spoiled(law()), spoiled(law("Суд ведет реестр."))) is None


def test_the_words_of_both_texts_are_counted_whole() -> None:
    old, new = law(), law("Суд ведет реестр.")
    sides = structure_editions(old, new)
    total = sum(section.text.count(" ") + 1 for side in sides for section in side)
    changed = len(f"{LONG} номер 17.".split()) + 3
    assert compare_texts(old, new).similarity == pytest.approx(1 - changed / total, abs=0.001)


@pytest.mark.parametrize(
    "line",
    [
        "(В редакции Федерального закона от 01.02.2099 № 3-ФЗ)",
        "(Дополнение частью - Федеральный закон от 01.02.2099 № 3-ФЗ) (В редакции Федерального закона от 02.02.2099 № 4-ФЗ)",
        "КонсультантПлюс: примечание.",
        "См. текст в предыдущей редакции.",
        "Документ с изменениями, внесенными: вымышленным законом",
        "Подготовлена редакция документа с изменениями, не вступившими в силу",
        "Редакция подготовлена на основе изменений, внесенных вымышленным законом",
        "Смотрите также",
        "СМОТРИТЕ ТАКЖЕ",
        "Текст закона:",
        "Начать дискуссию",
        "Страница 7",
        "Поделиться",
        "Вносится вымышленными депутатами",
        "Проект № 100001-99",
        "____",
        "------",
        "100001990001",
        "PAGEREF _Toc1",
        'HYPERLINK "http://example.org/"',
        "Президент Российской Федерации И.О. Вымышленный",
    ],
)
def test_lines_that_cleaning_removes_are_not_law(line: str) -> None:
    assert cleaned(line).text == ""
    assert not is_law(line)
    assert line[0] in module._REMARKABLE


def test_every_beginning_of_a_line_that_may_vanish_is_known() -> None:
    """The count of units rests on it: whoever adds a pattern to the cleaning adds its beginning to `MAY_VANISH`."""
    patterns = [normalise._FURNITURE, normalise._SIGNATURE, notes._EDITORIAL_LINE]
    known = {"(", "см", "те", "на", "ст", "по", "вн", "пр", "ко", "до", "ре", "_{", "-{", "\\d", "pa"}
    for pattern in patterns:
        body = pattern.pattern.removeprefix("^").removeprefix("(?:").removesuffix("$").removesuffix(")")
        depth, start, options = 0, 0, []
        for at, char in enumerate(body):
            depth += (char in "([") - (char in ")]") if body[at - 1 : at] != "\\" else 0
            if char == "|" and depth == 0:
                options.append(body[start:at])
                start = at + 1
        options.append(body[start:])
        assert {option.lower().lstrip("\\")[:2].replace("([", "(").removesuffix("[") for option in options} <= {
            *known,
            "d{",
        }
    assert normalise.MAY_VANISH.match("смотрите")


def test_what_lost_its_superscript_is_a_paragraph_of_the_article_before_it() -> None:
    """Which may be one that both texts share: its address must not be that of an earlier article."""
    articles = [f"Статья {number}. Дело\n1. {LONG} {word}." for number, word in enumerate(WORDS, 1)]
    articles[1] += f"\n2. {LONG}.\n3. {LONG} {LONG}."
    lost = articles[5].replace("Статья 6.", "Статья 511111.")
    old, new = "\n".join(articles), "\n".join([*articles[:5], lost, *articles[6:]]).replace("3. Поря", "3. Иной поря")
    operations = operations_of_texts(old, new)
    assert operations == _of_wholes(old, new).compared.operations
    assert [op.new_path for op in operations if op.new_path] == ["st-2.ch-3", "st-5.ch-1.abz-2", "st-5.ch-1~2"]
