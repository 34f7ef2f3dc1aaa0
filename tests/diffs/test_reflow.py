from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.normalise import normalise
from diffs.reflow import reflow
from diffs.structure import structure

LAW = """Статья 1. Предмет регулирования настоящего вымышленного закона
1. Настоящий Федеральный закон регулирует отношения, связанные с ведением реестра вымышленных дел и получением сведений из него.
2. Уполномоченный орган вносит сведения в реестр в течение десяти рабочих дней со дня поступления заявления гражданина, \
если иное не установлено федеральным законом.
3. Основаниями для отказа во внесении сведений в реестр являются:
1) представление документов, содержащих недостоверные сведения, либо документов, выданных с нарушением порядка;
2) отсутствие у заявителя права на внесение сведений, предусмотренного частью 2 настоящей статьи.
Статья 2. Порядок обжалования решений об отказе
1. Решение об отказе может быть обжаловано в суд в порядке, установленном законодательством о судопроизводстве.
2. Жалоба рассматривается в течение тридцати дней (в исключительных случаях, требующих запроса документов, срок \
может быть продлен).
"""
PARAGRAPHS = LAW.splitlines()
WIDTHS = st.integers(60, 80)


def wrapped(width: int, *, indent: str = "", blank: bool = False) -> str:
    blocks = [textwrap.fill(line, width, initial_indent=indent, break_on_hyphens=False) for line in PARAGRAPHS]
    return ("\n\n" if blank else "\n").join(blocks)


@given(WIDTHS)
def test_paragraphs_with_an_indent_are_found_again(width: int) -> None:
    assert reflow(wrapped(width, indent="     ").splitlines()) == PARAGRAPHS


@given(WIDTHS)
def test_paragraphs_between_blank_lines_are_found_again(width: int) -> None:
    assert reflow(wrapped(width, blank=True).splitlines()) == PARAGRAPHS


@given(WIDTHS)
def test_paragraphs_without_any_mark_are_found_by_their_labels_and_ends(width: int) -> None:
    assert reflow(wrapped(width).splitlines()) == PARAGRAPHS


def test_a_justified_decree() -> None:
    text = """
                              У К А З

     В  целях  повышения   доверия   общества   к   государственным
институтам,  обеспечения условий для добросовестного и эффективного
исполнения    обязанностей     государственными     служащими     и
исключения злоупотреблений п о с т а н о в л я ю:
     1. Утвердить  прилагаемые  общие принципы служебного поведения
государственных служащих.
     2. Настоящий  Указ  вступает  в  силу  со дня его официального
опубликования.
"""
    assert normalise(text).text.splitlines() == [
        "УКАЗ",
        (
            "В целях повышения доверия общества к государственным институтам, обеспечения условий для добросовестного и "
            "эффективного исполнения обязанностей государственными служащими и исключения злоупотреблений постановляю:"
        ),
        "1. Утвердить прилагаемые общие принципы служебного поведения государственных служащих.",
        "2. Настоящий Указ вступает в силу со дня его официального опубликования.",
    ]


def test_a_short_act_is_unwrapped_too() -> None:
    text = """          О награждении вымышленным орденом
                  Вымышленного А.А.

     За  большой  вклад в обеспечение учета вымышленных дел Палаты
Реестров  наградить  орденом Реестра Вымышленного Александра - главу
палаты    (управляющего)     Реестровой     палаты    Вымышленной
области.
"""
    assert reflow(text.splitlines()) == [
        "О награждении вымышленным орденом Вымышленного А.А.",
        (
            "За большой вклад в обеспечение учета вымышленных дел Палаты Реестров наградить орденом Реестра Вымышленного "
            "Александра - главу палаты (управляющего) Реестровой палаты Вымышленной области."
        ),
    ]


def test_headings_stamps_and_tables() -> None:
    text = """     УТВЕРЖДЕНО
     Указом Главы
     от 14 ноября 2098 г.

                         П О Л О Ж Е Н И Е
                о Комиссии по вопросам реестра
                     при Главе Палаты

     1. Комиссия является совещательным  органом,  обеспечивающим
реализацию полномочий  по  решению  вопросов,  указанных  в статье
15. Иное устанавливается законом.

Начальник службы                                     2850

Заместитель начальника                               2650
главного управления

     Выдумкин А.А.    - председатель   управления,  член   совета,
                        ответственный за ведение реестра
"""
    assert reflow(text.splitlines()) == [
        "УТВЕРЖДЕНО",
        "Указом Главы",
        "от 14 ноября 2098 г.",
        "ПОЛОЖЕНИЕ о Комиссии по вопросам реестра при Главе Палаты",
        (
            "1. Комиссия является совещательным органом, обеспечивающим реализацию полномочий по решению вопросов, указанных в "
            "статье 15. Иное устанавливается законом."
        ),
        "Начальник службы                                     2850",
        "Заместитель начальника                               2650",
        "главного управления",
        "Выдумкин А.А. - председатель управления, член совета, ответственный за ведение реестра",
    ]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("правонару-", "шение", "правонарушение"),  # the text has the whole word
        ("социально-", "экономическое", "социально-экономическое"),  # the text has the compound
        ("какое-", "либо", "какое-либо"),
        ("подтвер-", "ждение", "подтверждение"),
    ],
)
def test_a_word_that_the_line_end_cut_is_made_whole(first: str, second: str, whole: str) -> None:
    text = (
        f"Настоящий закон регулирует отношения, в которых имеет место {first}\n"
        f"{second} и всякое правонарушение, а также социально-экономическое\n"
        "развитие палаты и порядок ведения реестра вымышленных дел, при\n"
        "котором учитываются все сведения.\n"
    )
    assert f"имеет место {whole} и всякое" in reflow(text.splitlines())[0]


def test_a_hyphen_left_inside_a_line_goes_where_the_text_has_the_whole_word() -> None:
    lines = [
        "О правонаруше-ниях и иных правонарушениях.",
        "О правонарушениях.",
        "Купля-продажа и кое-что; из-за чего-либо.",
    ]
    assert reflow(lines) == ["О правонарушениях и иных правонарушениях.", *lines[1:]]
    assert reflow(["О правонаруше-ниях."]) == ["О правонаруше-ниях."]  # nothing says that it is one word


def test_a_text_with_one_paragraph_a_line_is_left_alone() -> None:
    text = "Статья 1. Цели\nЦелями являются:\nорганизация труда;\nтрудоустройство;\nразрешение споров."
    assert normalise(text).text == text
    assert normalise(text).noise == ()


def test_a_law_in_one_line_is_cut_where_its_units_begin() -> None:
    text = " ".join(PARAGRAPHS * 3)
    again = normalise(text).text
    assert again.splitlines() == PARAGRAPHS * 3
    assert normalise(again).text == again


def test_numbers_in_running_text_begin_no_unit() -> None:
    sentence = (
        "Порядок, указанный в пункте 3. Иное и в статье 5 (1) закона, применяется в 2098 г. Органы а) и б) едины, "
    )
    text = "Статья 1. Порядок 1. " + sentence * 30 + "а именно так. 2. Иное. Статья 2. Сроки 1. Срок."
    lines = normalise(text).text.splitlines()
    assert [line[:12] for line in lines] == ["Статья 1. По", "1. Порядок, ", "2. Иное.", "Статья 2. Ср", "1. Срок."]


@given(
    st.lists(
        st.sampled_from([*PARAGRAPHS, "", "   слово", "- пункт", "а) да", "(не", "Слово слово-", "| а | б |"]),
        max_size=14,
    )
)
def test_reflow_twice_is_once(lines: list[str]) -> None:
    once = reflow(lines)
    assert reflow(once) == once
    assert "".join("".join(once).split()) == "".join("".join(lines).split())


@given(st.text(alphabet="аб \n\t\u00a01.)(-—«»|Ст", max_size=200))
def test_any_text_is_read(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once
    structure(once)


def test_a_date_at_the_beginning_of_a_line_is_no_label() -> None:
    """Nor does the bracket of a label close a bracket of the text."""
    wrapped = """1. В уведомлении указываются сведения, перечисленные в пунктах этой
части, а также иные сведения, которые оператор считает нужными;
2) перечень вымышленных данных; (Дополнение пунктом - Указ от
14.07.2099 № 9266)
3) предполагаемые пользователи вымышленных данных и порядок их
уведомления о том, что реестр ведется в соответствии с Указом от
15.07.2099 № 9267, если иное не предусмотрено."""
    assert [line.split(" ", 1)[0] for line in reflow(wrapped.splitlines())] == ["1.", "2)", "3)"]
