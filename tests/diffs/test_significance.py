from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diffs.compare import compare_texts
from diffs.normalise import canonical
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
    assert rules["ground"] == ["Новое основание: ст. 1 п. 2 («ст. 22 ч. 1 п. 2 пп. „в“»)."]


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
    assert f"{sentence.removesuffix('.')} (п. 1)." in rules["number"]


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
        "1. Настоящий закон вступает в силу с 1 сентября 2099 года.",
        "1. Настоящий закон вступает в силу по истечении десяти дней после дня опубликования.",
    )
    assert level is Level.MAJOR
    assert rules["number"] == ["В тексте появилось число: 10 дней (п. 1)."]
    assert rules["date"] == ["Из текста исключена дата: 1 сентября 2099 года (п. 1)."]
    assert "effective" in rules


def test_dates_are_compared_as_days() -> None:
    _, rules = found("1. Срок до 1 мая 2099 года.", "1. Срок до 1 июня 2099 года.")
    assert rules["date"] == ["Изменена дата: 1 мая 2099 года → 1 июня 2099 года (п. 1)."]
    assert found("1. Срок указан.", "1. Срок указан до 01.06.2099.")[1]["date"] == [
        "В тексте появилась дата: 01.06.2099 (п. 1)."
    ]


def test_numbers_of_a_rewritten_unit_are_not_paired_by_chance() -> None:
    old = "1. Решение принимает начальник отдела по заявлению гражданина в течение 30 дней."
    new = "1. Копия вручается лицу почтой, архив хранит дела десять дней после получения."
    assert found(old, new)[1]["number"] == [
        "В тексте появилось число: 10 дней (п. 1).",
        "Из текста исключено число: 30 дней (п. 1).",
    ]


def test_digits_of_references_are_shown_on_the_side_they_are() -> None:
    assert found("1. Вид по части 2.1 закона.", "1. Вид по части 2.1 и 2.3 закона.")[1]["digits"] == [
        "Появились цифры: 2.3 (п. 1)."
    ]
    assert found("1. Вид по части 2.1 и 2.3 закона.", "1. Вид по части 2.1 закона.")[1]["digits"] == [
        "Исключены цифры: 2.3 (п. 1)."
    ]


def test_the_same_number_written_another_way_is_form() -> None:
    level, rules = found("1. Срок 30 дней.", "1. Срок тридцать дней.")
    assert level is Level.TYPOGRAPHIC
    assert list(rules) == ["number-form"]


def test_the_size_of_a_call_up_is_key() -> None:
    old = "1. Осуществить призыв на военную службу граждан в количестве 120 000 человек."
    level, rules = found(old, old.replace("120 000", "135 000"))
    assert level is Level.KEY
    assert rules["call-up-size"] == ["Изменена численность призыва: 120 000 → 135 000 человек (п. 1)."]


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


# (rule, before, after, the sentence without its place)
TURNS = [
    ("negation", "лицо подлежит вызову", "лицо не подлежит вызову", "Добавлено «не подлежит»"),
    ("negation", "лицо не подлежит вызову", "лицо подлежит вызову", "Исключено «не подлежит»"),
    (
        "negation",
        "орган не вправе вызвать лицо, если оно обязано явиться",
        "орган вправе вызвать лицо, если оно не обязано явиться",
        "Добавлено «не обязано»",
    ),
    ("negation", "правомерный отказ в приеме дела", "неправомерный отказ в приеме дела", "«правомерный» → «неправомерный»"),
    ("limit", "срок не менее 30 дней со дня вызова", "срок не более 30 дней со дня вызова", "«менее» → «более»"),
    ("limit", "не ранее дня вызова в суд", "не позднее дня вызова в суд", "«ранее» → «позднее»"),
    ("limit", "на срок свыше 30 дней подряд", "на срок 30 дней подряд", "Исключено «свыше»"),
    ("conjunction", "справка и заявление", "справка и (или) заявление", "Добавлено «или»"),
    ("modal", "орган обязан принять дело", "орган может принять дело", "«обязан» → «может»"),
    ("modal", "выезд разрешается всем лицам", "выезд запрещается всем лицам", "«разрешается» → «запрещается»"),
    ("modal", "орган принимает дело", "орган вправе принимать дело", "Добавлено «вправе»"),
    ("persons", "выплата родителям и детям", "выплата родителям, супругам и детям", "Изменён круг лиц, добавлено «супругам»"),
    (
        "persons",
        "граждане обязаны явиться в суд",
        "граждане мужского пола и инвалиды обязаны явиться в суд",
        "Изменён круг лиц, добавлено «мужского пола и инвалиды»",
    ),
    ("persons", "дело ведет руководитель", "дело ведет сотрудник", "Изменён круг лиц, «руководитель» → «сотрудник»"),
    ("procedure", "дело можно вести", "дело можно обжаловать", "Изменён текст о порядке решения или обжалования (обжалование)"),
    (
        "sanction",
        "наказывается штрафом от пятисот рублей",
        "наказывается штрафом от тысячи рублей",
        "Изменён текст о санкции или ограничении",
    ),
    (
        "effective",
        "закон вступает в силу с 1 мая 2099 года и распространяется на правоотношения, возникшие с 1 мая 2098 года",
        "закон вступает в силу с 1 мая 2099 года",
        "Изменён порядок вступления в силу или действия во времени",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new", "sentence"), TURNS)
def test_words_that_turn_a_norm_round_are_named(rule: str, old: str, new: str, sentence: str) -> None:
    found_rules = found(f"1. Настоящий {old}.", f"1. Настоящий {new}.")[1]
    assert f"{sentence}: п. 1." in found_rules[rule]


# (rule, before, after): the words of the rule are there, and nothing was turned
NOT_TURNED = [
    ("negation", "лицо, не имеющее жилья, вносится в список", "лицо, не имеющее жилья, вносится в реестр"),
    ("negation", "лицо не подлежит вызову в суд", "вызову в суд лицо не подлежит"),
    ("negation", "прием ведет отдел", "неделя дана на прием"),
    ("modal", "обязанность ведет отдел", "обязанность ведет сектор"),
    ("modal", "дело ведет отдел", "дело ведет должностной отдел"),
    ("modal", "решение вправе принять начальник отдела", "решение вправе принять начальник сектора"),
    ("limit", "срок не более 30 дней", "срок не более 20 дней"),
    ("conjunction", "справка и заявление", "справка, опись и заявление"),
    ("persons", "решение принимается по заявлению", "решение принимается по заявлению гражданина"),
    (
        "persons",
        "случаи, предусмотренные законодательством о нотариате",
        "случаи, предусмотренные законодательством о правовом положении иностранных граждан, о нотариате",
    ),
    ("persons", 'случаи по закону "О суде"', 'случаи по закону "О детях и инвалидах"'),
    ("persons", "граждане обязаны явиться", "гражданин обязан явиться"),
    ("effective", "договор вступает в силу с 1 мая 2099 года", "договор вступает в силу с 1 мая 2100 года"),
    ("effective", "указ вступает в силу с 1 мая 2099 г. Дело ведет суд", "указ вступает в силу с 1 мая 2099 г. Дело ведет отдел"),
    ("sanction", "учреждение, исполняющее наказание", "учреждение, исполняющее наказания"),
    ("procedure", "решение суда хранится в отделе", "решение суда хранится в секторе"),
    ("mobilisation", "служба по мобилизации ведется", "служба по мобилизации велась"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), NOT_TURNED)
def test_words_that_stay_or_only_name_something_turn_nothing(rule: str, old: str, new: str) -> None:
    head = "" if rule == "effective" and old.startswith("договор") else "Настоящий "
    assert rule not in found(f"1. {head}{old}.", f"1. {head}{new}.")[1]


SAME_VALUES = [
    ("10 000 рублей", "десять тысяч рублей"),
    ("10 000 рублей", "10 тыс. рублей"),
    ("десяти рабочих дней", "10 (десяти) рабочих дней"),
    ("18-летнего возраста", "восемнадцатилетнего возраста"),
    ("500 000 рублей", "пятисот тысяч рублей"),
]


@pytest.mark.parametrize(("old", "new"), SAME_VALUES)
def test_one_sum_in_two_notations_is_one_sum(old: str, new: str) -> None:
    level, rules = found(f"1. Сбор до {old} вносится в отдел.", f"1. Сбор до {new} вносится в отдел.")
    assert (level, list(rules)) == (Level.TYPOGRAPHIC, ["number-form"])
    reworded = found(f"1. Сбор до {old} вносится в отдел.", f"1. Сбор до {new} уплачивается в сектор.")[1]
    assert "number" not in reworded


REFERENCES = [
    ("пункт 18 части 2", "пункт 20 части 2"),
    ("пунктами 18 и 19 части 2", "пунктами 20 и 21 части 2"),
    ("частью восемнадцатой статьи 5", "частью двадцатой статьи 5"),
    ("статьями 14 - 18", "статьями 14 - 20"),
    ("приложением № 3", "приложением № 4"),
]


@pytest.mark.parametrize(("old", "new"), REFERENCES)
def test_a_reference_is_no_age_and_no_term(old: str, new: str) -> None:
    level, rules = found(f"1. Случаи указаны {old} закона.", f"1. Случаи указаны {new} закона.")
    assert level is Level.NOTABLE
    assert "number" not in rules


def test_renumbering_and_moving_are_technical_whatever_the_words() -> None:
    fine = "Гражданин не вправе выезжать, если не уплачен штраф 500 рублей."
    old = f"Статья 1\n1. Суд ведет реестр дел.\n2. {fine}\nСтатья 2\n1. Архив хранит дела вечно."
    renumbered = old.replace("2. Гражданин", "3. Гражданин")
    moved = f"Статья 1\n1. Суд ведет реестр дел.\nСтатья 2\n1. Архив хранит дела вечно.\n2. {fine}"
    assert found(old, renumbered)[0] is Level.TECHNICAL
    assert found(old, moved)[0] is Level.TECHNICAL


def test_a_decision_on_a_call_up_is_key_with_its_size() -> None:
    old = "1. Норма о службе."
    new = old + "\n2. Осуществить с 1 апреля 2099 г. призыв на военную службу граждан в количестве 120 000 человек."
    level, rules = found(old, new)
    assert level is Level.KEY
    assert rules["call-up"] == ["В тексте появилось решение о призыве, 120 000 человек: п. 2."]


def test_a_new_act_amended_is_told() -> None:
    act = "Федеральный закон от 2 мая 2099 года № 9-ФЗ"
    second = f"\nСтатья 2\nВнести в {act} «О суде» следующие изменения:\n1) статью 3 исключить."
    level, rules = found(BILL, BILL + second)
    assert level is Level.NOTABLE
    assert rules["amended-act"] == [f"Появился ещё один изменяемый акт: {act}."]
    assert found(BILL + second, BILL)[1]["amended-act"] == [
        "Больше не изменяется акт: Федеральный закон от 2 мая 2099 года № 9-ФЗ."
    ]
    code = second.replace(
        "Федеральный закон от 2 мая 2099 года № 9-ФЗ «О суде»", "статью 5 Кодекса о реестрах (СЗ, 2099, № 1)"
    )
    assert rules.keys() == found(BILL, BILL + code)[1].keys()


def test_the_same_acts_amended_are_not_told() -> None:
    bill = BILL.replace("№ 7-ФЗ «О гражданстве Российской Федерации»", "№ 7-ФЗ")
    assert "amended-act" not in found(BILL, bill)[1]
    assert "amended-act" not in found("1. Ведется реестр дел.", BILL)[1]


def test_a_text_that_more_than_doubled_is_told() -> None:
    old = "\n".join(
        f"{number}. Суд ведет реестр дел номер {number} и хранит их в архиве вечно." for number in range(1, 9)
    )
    new = old + "".join(f"\n{number}. Отдел проверяет опись {number} по заявлению лица." for number in range(9, 30))
    assert "doubled" in found(old, new)[1]
    assert "doubled" not in found(old, old + "\n9. Отдел проверяет опись.")[1]


def test_one_statement_for_all_its_places() -> None:
    old = "\n".join(f"{number}. Дело {number}-е хранится по статье 22.1 закона в отделе." for number in range(1, 9))
    rules = found(old, old.replace("22.1", "22.2"))[1]
    assert rules["digits"] == ["Изменены цифры: 22.1 → 22.2 (п. 1, п. 2, п. 3, п. 4, п. 5 и ещё 3)."]


def test_references_are_shown_as_digits() -> None:
    level, rules = found(
        "1. Порядок указан в части 2 статьи 22.1 закона.", "1. Порядок указан в части 2 статьи 22.2 закона."
    )
    assert level is Level.NOTABLE
    assert rules["digits"] == ["Изменены цифры: 22.1 → 22.2 (п. 1)."]


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
    assert rules["punctuation"] == ["Изменилась только пунктуация в конце: ст. 1 п. 2 («ст. 9 ч. 4»)."]
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
    new = "1. Суд ведет список лиц.\n2. Выезд за границу свободен.\n3. Архив хранит дела вечно."
    level, rules = found(old, new)
    assert level is Level.NOTABLE
    assert rules["rewrite"] == ["Текст переписан: общего с прежним меньше половины."]


def test_long_lists_of_places_are_cut() -> None:
    old = "1. Первая норма."
    _, rules = found(old, old + "".join(f"\n{n}. Норма о предмете {n}-м." for n in range(2, 11)))
    assert rules["added"] == ["Добавлено: п. 2, п. 3, п. 4, п. 5, п. 6 и ещё 4."]


def test_nothing_changed() -> None:
    assert assess((), (), ()) == Significance(level=Level.TYPOGRAPHIC)


SENTENCES = [
    "Штраф в размере от 500 до 3 000 рублей налагается по статье 21.5 в течение 30 дней со дня вызова",
    "Гражданин в возрасте от 18 до 27 лет или 18-летнего возраста вызывается повесткой № 7 по форме 12-В",
    "Срок 10-15 суток исчисляется с 1 мая 2099 года по закону от 28.04.2099 № 138-ФЗ в 25 процентах случаев",
]


@given(st.sampled_from(SENTENCES), st.integers(0, 200), st.sampled_from("123456789"))
def test_any_digit_that_changed_is_shown(sentence: str, at: int, digit: str) -> None:
    places = [place for place, char in enumerate(sentence) if char.isdecimal()]
    place = places[at % len(places)]
    assume(sentence[place] != digit)
    changed = sentence[:place] + digit + sentence[place + 1 :]
    level, rules = found(f"1. {sentence}.", f"1. {changed}.")
    assert level <= Level.NOTABLE
    assert {"number", "date", "digits"} & rules.keys()


@given(st.sampled_from(SENTENCES), st.integers(1, 30))
def test_any_negation_that_came_is_shown(sentence: str, at: int) -> None:
    words = sentence.split(" ")
    place = 1 + at % (len(words) - 1)
    level, rules = found(f"1. {sentence}.", f"1. {' '.join([*words[:place], 'не', *words[place:]])}.")
    assert level <= Level.MAJOR
    assert "negation" in rules


NORM = "Статья 5. Порядок\n1. Реестр ведется вечно.\n2. {}"


@pytest.mark.parametrize(
    ("old", "new", "rule", "sentence"),
    [
        ("Хранить при 5 °C.", "Хранить при -5 °C.", "number", "Перед числом появился минус: -5 (ст. 5 ч. 2)."),
        ("Сумма от -1,5 до 3.", "Сумма от 1,5 до 3.", "number", "Перед числом снят минус: -1,5 (ст. 5 ч. 2)."),
        ("Явиться в течение месяца.", "Явиться в течение года.", "number", "1 месяц → 1 год"),
        ("Явиться не позднее суток.", "Явиться не позднее двух суток.", "number", "1 → 2 дня"),
        ("Явиться в срок 30 (тридцать) дней.", "Явиться в срок 30 (сорок) дней.", "number", "число: 40 дней"),
        ("Явиться дважды.", "Явиться трижды.", "number", "2 → 3 раза"),
        ("Призываются до 27 лет.", "Призываются по 27 лет.", "limit", "«до» → «по»"),
        ("Действует с 1 мая 2099 года.", "Действует до 1 мая 2099 года.", "limit", "«с» → «до»"),
        ("Выезд разрешен.", "Выезд запрещен.", "modal", "«разрешен» → «запрещен»"),
    ],
)
def test_what_turns_a_norm_round_in_a_few_letters(old: str, new: str, rule: str, sentence: str) -> None:
    level, rules = found(NORM.format(old), NORM.format(new))
    assert level is Level.MAJOR
    assert sentence in rules[rule][0]
    assert found(NORM.format(new), NORM.format(old))[0] is Level.MAJOR


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("Явиться в течение месяца.", "Явиться в течение одного месяца.", Level.TYPOGRAPHIC),
        ("Явиться в течение года.", "Явиться в течение календарного года.", Level.NOTABLE),
        ("Призываются с 18 лет.", "Призываются от 18 лет.", Level.NOTABLE),
        ("Срок 1 - 5 лет.", "Срок 1 -5 лет.", Level.NOTABLE),
    ],
)
def test_what_only_looks_as_if_it_turned_a_norm_round(old: str, new: str, level: Level) -> None:
    assert found(NORM.format(old), NORM.format(new))[0] is level


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Штраф от 500 до 3000 рублей.", "Штраф от 10000 до 30000 рублей."),
        ("Штраф от пятисот до трех тысяч рублей.", "Штраф от десяти тысяч до тридцати тысяч рублей."),
    ],
)
def test_both_ends_of_a_range_are_told_as_changed(old: str, new: str) -> None:
    assert found(NORM.format(old), NORM.format(new))[1]["number"] == [
        "В тексте изменено число: 500 → 10 000 рублей (ст. 5 ч. 2).",
        "В тексте изменено число: 3000 → 30 000 рублей (ст. 5 ч. 2).",
    ]


def test_a_sign_is_no_punctuation() -> None:
    for old, new in (("Пошлина 100 $.", "Пошлина 100 ₽."), ("Угол 10° к оси.", "Угол 10 к оси.")):
        assert list(found(NORM.format(old), NORM.format(new))[1]) == ["wording"]


def test_a_negation_written_apart_is_not_told_as_struck_out() -> None:
    rules = found(NORM.format("Лицо небоеспособно."), NORM.format("Лицо не боеспособно."))[1]
    assert rules["negation"] == ["Добавлено «не боеспособно»: ст. 5 ч. 2."]


def test_sentences_are_well_formed() -> None:
    """No bracket that opens nowhere, no second dot behind an address that ends in one, an English point in a fraction."""
    rules = found(NORM.format("Лица (кроме женщин) обязаны."), NORM.format("Лица обязаны."))[1]
    assert rules["exception"] == ["Снято исключение «кроме женщин»: ст. 5 ч. 2."]
    note = f"{NORM.format('Реестр открыт.')}\nПримечание. Реестр ведут люди."
    assert found(note, note.replace("люди", "машины"))[1]["wording"] == ["Изменён текст: ст. 5 прим."]
    fraction = compare_texts(NORM.format("Не более 1,5 года."), NORM.format("Не более 2,5 года.")).significance
    assert fraction.reasons[0].text_en == "A number in the text changed: 1.5 → 2.5 years (ст. 5 ч. 2)."


@pytest.mark.parametrize(
    ("form", "other"), [("без уважительных причин", "по любой причине"), ("без уважительной причины", "")]
)
def test_words_in_quotes_are_those_of_the_text(form: str, other: str) -> None:
    rules = found(NORM.format(f"Неявка {form} карается."), NORM.format(f"Неявка {other} карается."))[1]
    assert rules["negation"] == [f"Исключено «{form}»: ст. 5 ч. 2."]
    assert misquoted(NORM.format("Выезд и прием и выдача."), NORM.format("Выезд либо прием или выдача.")) == []


DEMO = Path(__file__).parents[2] / "tracker" / "demo_history" / "texts"


def misquoted(old: str, new: str) -> list[str]:
    """What the reasons show in quotes and neither text has; the quotes of addresses apart."""
    diff = compare_texts(old, new)
    texts = _flat(old) + "\n" + _flat(new)
    missing = []
    for reason in diff.significance.reasons:
        said = reason.text
        addresses = {place for op in diff.operations for place in (op.old_address, op.new_address) if place}
        for address in sorted(addresses, key=len, reverse=True):
            said = said.replace(address, "")
        said = re.sub(r"\(«[^»]*»\)", "", said)  # the place that an amending clause names
        missing += [words for words in re.findall("«([^»]*)»", said) if _flat(words.rstrip("…")) not in texts]
    return missing


def _flat(text: str) -> str:
    return canonical(" ".join(text.split())).lower().replace("ё", "е")


def test_every_quote_of_the_demo_stands_in_its_texts() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(DEMO.glob("*.txt"))]
    assert len(texts) > 2
    for old, new in permutations(texts, 2):
        assert misquoted(old, new) == []


@pytest.mark.parametrize(("old", "new"), [
    *((old, new) for _, old, new in (*MAJOR, *NOT_TURNED)),
    *((old, new) for _, old, new, _ in TURNS),
    *((old, new) for old, new, _ in NUMBERS),
    *NO_NUMBERS, *SAME_VALUES, *REFERENCES,
])  # fmt: skip
def test_every_quote_stands_in_one_of_the_texts(old: str, new: str) -> None:
    for first, second in ((old, new), (new, old)):
        assert misquoted(f"1. Настоящий {first}.", f"1. Настоящий {second}.") == []


REPEALS = [
    "утратил силу.",
    "Утратил силу. - Федеральный закон от 28.12.2098 № 5-ФЗ.",
    "утратил силу с 1 мая 2099 года. - Федеральный закон от 28.12.2098 № 5-ФЗ.",
    "(Утратил силу - Федеральный закон от 28.12.2098 № 5-ФЗ)",
    "утратил силу в соответствии с Федеральным законом от 28.12.2098 № 5-ФЗ.",
]


@pytest.mark.parametrize("notice", REPEALS)
def test_a_ground_that_lost_its_force_is_a_ground_struck_out(notice: str) -> None:
    old = GROUNDS.replace("лица;\n2)", "лица, не более пяти раз;\n2)")
    repealed = old.replace("заявление лица, не более пяти раз;", notice)
    level, rules = found(old, repealed)
    assert level is Level.KEY
    assert rules == {
        "ground": ["Основание исключено: ст. 22 ч. 1 п. 1."],
        "removed": ["Утратил силу: ст. 22 ч. 1 п. 1."],
    }
    level, rules = found(repealed, old)
    assert level is Level.KEY
    assert rules == {
        "ground": ["Новое основание: ст. 22 ч. 1 п. 1."],
        "added": ["Появился текст на месте утратившего силу: ст. 22 ч. 1 п. 1."],
    }


@pytest.mark.parametrize("notice", REPEALS)
def test_a_unit_that_lost_its_force_is_told_as_such(notice: str) -> None:
    old = NORM.format("Выдача не более пяти раз в суд, кроме лиц.")
    new = NORM.format(notice.replace("тратил ", "тратила "))
    level, rules = found(old, new)
    assert (level, rules["removed"]) == (Level.NOTABLE, ["Утратила силу: ст. 5 ч. 2."])
    assert rules.keys() <= {"removed", "rewrite"}
    assert found(new, old)[0] is Level.NOTABLE


def test_what_speaks_of_lost_force_is_not_repealed() -> None:
    rules = found(NORM.format("Выдан паспорт."), NORM.format("Утратил силу паспорт, выданный до обмена."))[1]
    assert "removed" not in rules


def test_a_repealed_ground_that_goes_or_comes_is_no_ground() -> None:
    old = GROUNDS.replace("лица;", "лица;\n1.1) утратил силу;")
    assert "ground" not in found(old, GROUNDS)[1]
    assert "ground" not in found(GROUNDS, old)[1]


# (rule, before, after, the sentence without its place)
SWAPS = [
    ("negation", "выдается при наличии справки", "выдается при отсутствии справки", "«при наличии» → «при отсутствии»"),
    ("negation", "перевод с согласия лица", "перевод без согласия лица", "«с согласия» → «без согласия»"),
    (
        "negation", "перевод с письменного согласия лица", "перевод без согласия лица",
        "«с письменного согласия» → «без согласия»",
    ),
    ("negation", "с учетом доходов семьи", "без учета доходов семьи", "«с учетом» → «без учета»"),
    ("number", "отчет сдается ежегодно", "отчет сдается ежемесячно", "периодичность: «ежегодно» → «ежемесячно»"),
    ("number", "ежеквартальный отчет", "еженедельный отчет", "периодичность: «ежеквартальный» → «еженедельный»"),
    ("number", "сдается один раз в год", "сдается два раза в год", "число: 1 → 2 раза"),
    ("number", "сдается раз в год", "сдается раз в месяц", "периодичность: «раз в год» → «раз в месяц»"),
    ("number", "в двойном размере платы", "в тройном размере платы", "кратность: «двойном» → «тройном»"),
    ("number", "в двукратном размере платы", "в трехкратном размере платы", "число: 2 → 3 раза"),
    ("exception", "вызов по почте", "вызов только по почте", "Добавлено ограничение «только»"),
    ("exception", "вызов исключительно по почте", "вызов по почте", "Снято ограничение «исключительно»"),
    ("mobilisation", "частичная мобилизация идет", "всеобщая мобилизация идет", "«частичная» → «всеобщая»"),
    ("mobilisation", "об общей мобилизации граждан", "о частичной мобилизации граждан", "«общей» → «частичной»"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new", "sentence"), SWAPS)
def test_words_that_took_the_place_of_their_opposite(rule: str, old: str, new: str, sentence: str) -> None:
    for first, second in ((old, new), (new, old)):
        level, rules = found(NORM.format(f"Норма: {first}."), NORM.format(f"Норма: {second}."))
        assert level is Level.MAJOR
        assert rule in rules
        assert misquoted(NORM.format(f"Норма: {first}."), NORM.format(f"Норма: {second}.")) == []
    rules = found(NORM.format(f"Норма: {old}."), NORM.format(f"Норма: {new}."))[1]
    assert any(sentence in said for said in rules[rule])


def test_a_declared_mobilisation_of_another_kind_is_key() -> None:
    decree = NORM.format("Объявить в Российской Федерации частичную мобилизацию.")
    assert found(decree, decree.replace("частичную", "общую"))[0] is Level.KEY


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("двойное гражданство лица", "тройное гражданство лица"),
        ("зачет взносов и ежегодно отчет", "ежегодно отчет и зачет взносов"),
        ("не подлежит только сдаче", "не подлежит лишь сдаче"),
        ("отчет", "не только отчет, но и опись"),
        ("исключительное право лица", "право лица"),
        ("мобилизация общей техники", "мобилизация частичной техники"),
        ("перевод с общего согласия лица", "перевод с полного согласия лица"),
    ],
)
def test_what_only_looks_like_a_swap(old: str, new: str) -> None:
    rules = found(NORM.format(f"Норма: {old}."), NORM.format(f"Норма: {new}."))[1]
    assert not {"number", "exception", "mobilisation"} & rules.keys()
    assert not any("→" in said for said in rules.get("negation", []))


@pytest.mark.parametrize("limit", ["не позднее", "не менее чем за", "не более"])
def test_a_limit_that_comes_with_its_number_is_part_of_it(limit: str) -> None:
    for old in ("Решение принимается в срок 30 дней.", "Решение принимается."):
        new = (
            f"Решение принимается в срок {limit} 20 дней." if "срок" in old else f"Решение принимается {limit} 20 дней."
        )
        for first, second in ((old, new), (new, old)):
            rules = found(NORM.format(first), NORM.format(second))[1]
            assert "number" in rules
            assert not {"negation", "limit"} & rules.keys()
    stays = found(NORM.format("Решение в срок 30 дней."), NORM.format(f"Решение в срок {limit} 30 дней."))[1]
    assert "negation" in stays
