from __future__ import annotations

import pytest

from diffs.compare import compare_texts
from diffs.significance import assess
from tracker.models import Level, Significance

GROUNDS = """Статья 22. Основания прекращения гражданства
1. Гражданство Российской Федерации прекращается по следующим основаниям:
1) заявление лица;
2) сообщение заведомо ложных сведений, выразившееся в:
а) подделке документов;
б) обмане должностного лица.
2. Решение может быть обжаловано в течение 30 дней."""


def found(old: str, new: str) -> tuple[Level, dict[str, list[str]]]:
    significance = compare_texts(old, new).significance
    rules: dict[str, list[str]] = {}
    for reason in significance.reasons:
        assert reason.text.strip()
        assert reason.text_en.strip()
        rules.setdefault(reason.rule, []).append(reason.text)
    return significance.level, rules


def test_a_new_ground_is_key_and_the_list_is_counted() -> None:
    new = GROUNDS.replace("лица.\n2.", "лица;\nв) неисполнении обязанности.\n2.")
    level, rules = found(GROUNDS, new)
    assert level is Level.KEY
    assert rules["ground"] == ["Новое основание: ст. 22 ч. 1 п. 2 пп. «в»."]
    assert rules["list"] == ["В списке было 2 подпункта, стало 3: ст. 22 ч. 1 п. 2."]
    assert rules["punctuation"] == ["Изменилась только пунктуация в конце: ст. 22 ч. 1 п. 2 пп. «б»."]


def test_a_ground_struck_out_is_key() -> None:
    level, rules = found(GROUNDS, GROUNDS.replace("\nб) обмане должностного лица.", ""))
    assert level is Level.KEY
    assert rules["ground"] == ["Основание исключено: ст. 22 ч. 1 п. 2 пп. «б»."]


BILL = """Статья 1
Внести в Федеральный закон от 1 марта 2099 года № 7-ФЗ «О гражданстве Российской Федерации» следующие изменения:
1) в статье 21 слово «лицо» заменить словом «гражданин»."""


def test_a_ground_that_a_bill_brings_is_key() -> None:
    item = ";\n2) пункт 2 части 1 статьи 22 дополнить подпунктом «в» следующего содержания:\n«в) неисполнение обязанности.»."
    level, rules = found(BILL, BILL.removesuffix(".") + item)
    assert level is Level.KEY
    assert rules["ground"] == ["Новое основание: ст. 1 п. 2 («пп. „в“»)."]


def test_a_ground_inside_its_own_clause_is_key() -> None:
    item = ";\n2) пункт 2 части 1 статьи 22 дополнить подпунктом «в» следующего содержания: «в) неявка по повестке.»."
    assert found(BILL, BILL.removesuffix(".") + item)[1]["ground"] == ["Новое основание: ст. 1 п. 2."]


NOT_GROUNDS = [
    "2) в части 1 статьи 22 слова «не позднее одного года» заменить словами «не позднее трех лет».",
    "2) статью 22 дополнить частью 2.4 следующего содержания:\n«2.4. Решение о прекращении гражданства вручается лицу.».",
    "2) часть 4 статьи 22 дополнить пунктом 5 следующего содержания:\n«5) обучается в школе.».",
    "2) часть 1 статьи 21 дополнить пунктом 5 следующего содержания:\n«5) окончание школы.».",
    "2) часть 4 изложить в следующей редакции:\n«4. Прекращение гражданства не допускается, если лицо:\n1) учится;\n2) служит.».",
    "2) дополнить частью 6 следующего содержания:\n«6. К решению о прекращении гражданства прилагаются:\n1) справка;\n2) чек.».",
]


@pytest.mark.parametrize("item", NOT_GROUNDS)
def test_instructions_procedure_and_exceptions_are_no_grounds(item: str) -> None:
    assert "ground" not in found(BILL, BILL.removesuffix(".") + ";\n" + item)[1]


def test_a_ground_that_comes_with_its_own_list_is_one_ground() -> None:
    new = GROUNDS.replace("лица.\n2.", "лица;\n3) совершение преступления:\nа) против порядка;\nб) против суда.\n2.")
    assert found(GROUNDS, new)[1]["ground"] == ["Новое основание: ст. 22 ч. 1 п. 3."]


def test_a_ground_told_in_one_sentence() -> None:
    new = GROUNDS + "\n3. Гражданство Российской Федерации прекращается также в случае неявки по повестке."
    assert found(GROUNDS, new)[1]["ground"] == ["Новое основание: ст. 22 ч. 3."]
    later = GROUNDS + "\n3. Гражданство Российской Федерации прекращается со дня принятия решения."
    assert "ground" not in found(GROUNDS, later)[1]


def test_a_sentence_after_the_list_is_no_item_of_it() -> None:
    assert "ground" not in found(GROUNDS, GROUNDS.replace("лица.\n2.", "лица.\nРешение вручается лицу.\n2."))[1]


def test_an_alternative_put_into_a_ground_widens_it() -> None:
    level, rules = found(GROUNDS, GROUNDS.replace("подделке документов", "подделке документов либо их сокрытии"))
    assert level is Level.KEY
    assert rules["ground_wider"] == ["В основание добавлены слова «либо их сокрытии»: ст. 22 ч. 1 п. 2 пп. «а»."]


def test_an_exception_struck_inside_a_ground_stays_major() -> None:
    old = GROUNDS.replace("документов;", "документов, за исключением справок о составе семьи;")
    level, rules = found(old, GROUNDS)
    assert level is Level.MAJOR
    assert rules["exception"] == [
        "Снято исключение «за исключением справок о составе семьи»: ст. 22 ч. 1 п. 2 пп. «а»."
    ]


def test_a_new_article_number_in_a_list_of_crimes_is_a_ground() -> None:
    old = (
        "Статья 24. Прекращение гражданства в связи с преступлениями\n"
        "1. Гражданство прекращается при осуждении по статьям 205, 205.1 Уголовного кодекса."
    )
    level, rules = found(old, old.replace("205.1", "205.1, 207.3"))
    assert level is Level.KEY
    assert rules["ground_wider"] == ["В перечень оснований добавлены статьи: 207.3 (ст. 24 ч. 1)."]


def test_grounds_of_another_matter_are_not_key() -> None:
    old = "Статья 77. Основания прекращения договора\n1. Основаниями являются:\n1) соглашение сторон;\n2) истечение срока."
    level, rules = found(old, old + "\n3) отказ работника.")
    assert level is Level.NOTABLE
    assert "ground" not in rules


NUMBERS = [
    ("не старше десяти лет", "не старше пяти лет", "В тексте изменено число: 10 → 5 лет."),
    ("в возрасте восемнадцати лет", "в возрасте четырнадцати лет", "В тексте изменено число: 18 → 14 лет."),
    ("в течение 30 дней", "в течение 30 рабочих дней", "В тексте изменено число: 30 дней → 30 рабочих дней."),
    ("в течение тридцати дней", "в течение трех месяцев", "В тексте изменено число: 30 дней → 3 месяца."),
    (
        "штраф в размере 500 рублей",
        "штраф в размере десяти тысяч рублей",
        "В тексте изменено число: 500 → 10 000 рублей.",
    ),
    ("тридцатидневный срок", "десятидневный срок", "В тексте изменено число: 30 → 10 дней."),
    ("срок подачи заявления", "срок подачи заявления десять дней", "В тексте появилось число: 10 дней."),
    ("срок подачи заявления десять дней", "срок подачи заявления", "Из текста исключено число: 10 дней."),
]


@pytest.mark.parametrize(("old", "new", "sentence"), NUMBERS)
def test_numbers_in_digits_and_words(old: str, new: str, sentence: str) -> None:
    level, rules = found(f"1. Решение принимается: {old} по закону.", f"1. Решение принимается: {new} по закону.")
    assert level is Level.MAJOR
    assert sentence in rules["number"]


NO_NUMBERS = [
    ("вступает в силу с 1 сентября 2099 года", "вступает в силу в порядке, установленном для актов"),
    ("указан в пункте 2 части 1 статьи 22", "указан в пунктах 2 и 3 части 1 статьи 22"),
    ("указан в части 1 закона", "указан в частях 1 и 2 закона"),
    ("дополнить частями 7 - 9 закона", "дополнить частями 7 - 10 закона"),
    ("указан в абзаце первом закона", "указан в абзаце втором закона"),
    ("указан в первом предложении закона", "указан во втором предложении закона"),
    ('изложить: "2) решение суда"', 'изложить: "3) решение суда"'),
    ("принят от 1 марта 2099 года № 7-ФЗ", "принят от 2 мая 2099 года № 9-ФЗ"),
    ("в течение 30 дней и по заявлению лица", "по заявлению лица и в течение 30 дней"),
]


@pytest.mark.parametrize(("old", "new"), NO_NUMBERS)
def test_names_of_units_acts_and_days_are_no_quantities(old: str, new: str) -> None:
    _, rules = found(f"1. Настоящий порядок {old}.", f"1. Настоящий порядок {new}.")
    assert "number" not in rules


def test_a_date_and_a_term_are_not_one_number() -> None:
    level, rules = found(
        "1. Закон вступает в силу с 1 сентября 2099 года.",
        "1. Закон вступает в силу по истечении десяти дней после дня опубликования.",
    )
    assert level is Level.MAJOR
    assert rules["number"] == ["В тексте появилось число: 10 дней."]
    assert rules["date"] == ["Из текста исключена дата: 1 сентября 2099 года."]
    assert "effective" in rules


def test_dates_are_compared_as_days() -> None:
    _, rules = found("1. Срок до 1 мая 2099 года.", "1. Срок до 1 июня 2099 года.")
    assert rules["date"] == ["Изменена дата: 1 мая 2099 года → 1 июня 2099 года."]
    assert found("1. Срок указан.", "1. Срок указан до 01.06.2099.")[1]["date"] == [
        "В тексте появилась дата: 01.06.2099."
    ]


def test_numbers_of_a_rewritten_unit_are_not_paired_by_chance() -> None:
    old = "1. Решение принимает начальник отдела по заявлению гражданина в течение 30 дней."
    new = "1. Копия вручается лицу почтой, архив хранит дела десять дней после получения."
    assert found(old, new)[1]["number"] == ["В тексте появилось число: 10 дней.", "Из текста исключено число: 30 дней."]


def test_digits_of_references_are_shown_on_the_side_they_are() -> None:
    assert found("1. Вид по части 2.1 закона.", "1. Вид по части 2.1 и 2.3 закона.")[1]["digits"] == [
        "Появились цифры: 2.3."
    ]
    assert found("1. Вид по части 2.1 и 2.3 закона.", "1. Вид по части 2.1 закона.")[1]["digits"] == [
        "Исключены цифры: 2.3."
    ]


def test_the_same_number_written_another_way_is_form() -> None:
    level, rules = found("1. Срок 30 дней.", "1. Срок тридцать дней.")
    assert level is Level.TYPOGRAPHIC
    assert list(rules) == ["number-form"]


def test_the_size_of_a_call_up_is_key() -> None:
    old = "1. Осуществить призыв на военную службу граждан в количестве 120 000 человек."
    level, rules = found(old, old.replace("120 000", "135 000"))
    assert level is Level.KEY
    assert rules["call-up-size"] == ["Изменена численность призыва: 120 000 → 135 000 человек."]


def test_a_declaration_of_mobilisation_is_key() -> None:
    level, rules = found(
        "1. Норма о службе.", "1. Норма о службе.\n2. Объявить в Российской Федерации частичную мобилизацию."
    )
    assert level is Level.KEY
    assert rules["mobilisation"] == ["В тексте появилось объявление мобилизации: п. 2."]


MAJOR = [
    ("negation", "гражданин подлежит вызову в суд", "гражданин не подлежит вызову в суд"),
    ("exception", "лица привлекаются к суду", "лица, за исключением судей, привлекаются к суду"),
    ("negation", "неявка без уважительной причины карается", "неявка в любом случае карается"),
    ("conjunction", "заявление и справка подаются в суд", "заявление или справка подаются в суд"),
    ("modal", "орган вправе отказать в приеме заявления", "орган обязан отказать в приеме заявления"),
    ("persons", "заключается с гражданином на срок", "заключается с гражданином и лицом без гражданства на срок"),
    ("sanction", "за неявку наступает ответственность", "за неявку наступает ответственность в виде штрафа"),
    ("effective", "закон вступает в силу со дня опубликования", "закон вступает в силу с 1 января 2100 года"),
]


@pytest.mark.parametrize(("rule", "old", "new"), MAJOR)
def test_words_that_turn_a_norm_round(rule: str, old: str, new: str) -> None:
    level, rules = found(f"1. Настоящий {old}.", f"1. Настоящий {new}.")
    assert level is Level.MAJOR
    assert rule in rules
    assert "wording" in rules


def test_references_are_shown_as_digits() -> None:
    level, rules = found(
        "1. Порядок указан в части 2 статьи 22.1 закона.", "1. Порядок указан в части 2 статьи 22.2 закона."
    )
    assert level is Level.NOTABLE
    assert rules["digits"] == ["Изменены цифры: 22.1 → 22.2."]


def test_a_comma_inside_is_more_than_form() -> None:
    level, rules = found("1. Лица указанные в списке.", "1. Лица, указанные в списке.")
    assert (level, list(rules)) == (Level.NOTABLE, ["comma"])


def test_the_closing_quote_of_an_amending_clause_is_form() -> None:
    bill = (
        BILL.removesuffix(".")
        + ";\n2) статью 9 дополнить частями 3 и 4 следующего содержания:\n«3. Суд ведет дело.\n4. Дело хранится.»."
    )
    level, rules = found(bill, bill.replace("хранится.»", "хранится.\n5. Архив открыт.»"))
    assert level is Level.NOTABLE
    assert rules["punctuation"] == ["Изменилась только пунктуация в конце: ст. 1 п. 2 («ч. 4»)."]
    assert "comma" not in rules


def test_instructions_are_not_counted_as_a_list() -> None:
    bill = BILL.removesuffix(".") + ";\n2) статью 9 исключить."
    rules = found(bill, bill.removesuffix(".") + ";\n3) статью 10 исключить.")[1]
    assert "list" not in rules


def test_capitals_hyphens_and_renumbering_are_low() -> None:
    assert found("1. Ведется реестр дел.", "1. Ведется Реестр дел.")[0] is Level.TECHNICAL
    assert found("1. О правонаруше-ниях лиц.", "1. О правонарушениях лиц.")[0] is Level.TYPOGRAPHIC
    level, rules = found("1. Суд ведет реестр дел.\n3. Иное.", "2. Суд ведет реестр дел.\n3. Иное.")
    assert (level, list(rules)) == (Level.TECHNICAL, ["renumbered"])


def test_a_rewrite_is_told() -> None:
    old = "1. Уведомление направляется заказным письмом.\n2. Срок ответа год."
    new = "1. Суд ведет список лиц.\n2. Выезд за границу разрешен.\n3. Архив хранит дела вечно."
    level, rules = found(old, new)
    assert level is Level.NOTABLE
    assert rules["rewrite"] == ["Текст переписан: общего с прежним меньше половины."]


def test_long_lists_of_places_are_cut() -> None:
    old = "1. Первая норма."
    _, rules = found(old, old + "".join(f"\n{n}. Норма о предмете {n}-м." for n in range(2, 11)))
    assert rules["added"] == ["Добавлено: п. 2, п. 3, п. 4, п. 5, п. 6 и ещё 4."]


def test_nothing_changed() -> None:
    assert assess((), (), ()) == Significance(level=Level.TYPOGRAPHIC)
