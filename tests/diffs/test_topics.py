from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pymorphy3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.amended import AmendedUnit
from diffs.topics import classify, default_rules, load_rules, says_nothing

RULES = default_rules()
SHARED = Path(__file__).resolve().parents[3] / "shared"
TITLES = SHARED / "law" / "titles-dev.tsv"
API = SHARED / "sources" / "real" / "api-duma"
CODE = SHARED / "sources" / "real" / "editions" / "TK-197-FZ" / "tk_current_2026-06-11.txt.gz"
DICTIONARY = pymorphy3.MorphAnalyzer(lang="ru")
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
CITIZENSHIP, CONSCRIPTION = "citizenship", "conscription"
GENERIC = "О внесении изменений в отдельные законодательные акты Российской Федерации"


def topics_of(title: str) -> tuple[str, ...]:
    return classify(RULES, title).topics


# ---------------------------------------------------------------- families of words, made by the dictionary


def inflected(words: str, case: str, number: str) -> str:
    """An adjective and its noun (or a noun alone) in a case; what the dictionary does not decline stays."""
    found = []
    head = DICTIONARY.parse(words.rsplit(maxsplit=1)[-1])[0]
    for word in words.split():
        reading = next(one for one in DICTIONARY.parse(word) if one.tag.POS in {"ADJF", "NOUN", "PRTF"})
        grammemes = {case, number}
        if reading.tag.POS != "NOUN" and number == "sing":
            grammemes.add(str(head.tag.gender))
        form = reading.inflect(grammemes)
        found.append(form.word if form else word)
    return " ".join(found)


SPOKEN = {
    "воинский учёт": ("sing", CONSCRIPTION),
    "воинская обязанность": ("sing", CONSCRIPTION),
    "призывная комиссия": ("plur", CONSCRIPTION),
    "призывной пункт": ("plur", CONSCRIPTION),
    "призывник": ("plur", CONSCRIPTION),
    "военный комиссариат": ("plur", CONSCRIPTION),
    "мобилизация": ("sing", CONSCRIPTION),
    "мобилизационная подготовка": ("sing", CONSCRIPTION),
    "альтернативная гражданская служба": ("sing", CONSCRIPTION),
    "военнообязанный": ("plur", CONSCRIPTION),
    "двойное гражданство": ("sing", CITIZENSHIP),
    "приобретённое гражданство": ("sing", CITIZENSHIP),
}


@pytest.mark.parametrize(
    ("words", "case", "number", "topic"),
    [
        (words, case, number, topic)
        for words, (most, topic) in SPOKEN.items()
        for number in dict.fromkeys(("sing", most))
        for case in CASES
    ],
)
def test_every_case_and_number_is_heard(words: str, case: str, number: str, topic: str) -> None:
    assert topics_of(f"Вопросы, связанные с указанным: {inflected(words, case, number)}") == (topic,)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("end", ["прекращение", "лишение", "утрата", "аннулирование"])
@pytest.mark.parametrize(
    "whose",
    ["гражданства", "российского гражданства", "гражданства Российской Федерации", "приобретённого гражданства"],
)
def test_the_end_of_citizenship_in_every_case(end: str, case: str, whose: str) -> None:
    assert topics_of(f"Некоторые вопросы: {inflected(end, case, 'sing')} {whose}") == (CITIZENSHIP,)


@pytest.mark.parametrize("grammemes", [{"past", "masc"}, {"past", "plur"}, {"futr", "3per", "sing"}, {"INFN"}])
@pytest.mark.parametrize("verb", ["прекратить", "лишить", "утратить"])
@pytest.mark.parametrize("order", ["{verb} гражданство", "гражданство он {verb}"])
def test_verbs_and_either_order(verb: str, grammemes: set[str], order: str) -> None:
    form = DICTIONARY.parse(verb)[0].inflect(grammemes)
    assert topics_of(f"О том, что {order.format(verb=form.word)}") == (CITIZENSHIP,)


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        (f"О призыве {when} граждан Российской Федерации на военную службу", CONSCRIPTION)
        for when in ("в 2099 году", "в апреле - июле 2099 г.", "в октябре — декабре 2099 г.", "")
    ]
    + [
        (f"{who} {what}", CONSCRIPTION)
        for who in ("Об ответственности лиц, уклоняющихся от", "Об уклонении от", "О лицах, уклонившихся от")
        for what in ("призыва", "мобилизации", "прохождения военной службы", "постановки на воинский учет")
    ]
    + [
        (f"О {how} {what}", CITIZENSHIP)
        for how in ("порядке", "сроках", "упрощении")
        for what in (
            "приёма в гражданство", "выхода из гражданства", "восстановления в российском гражданстве", "отказа от гражданства",
        )
    ],
)  # fmt: skip
def test_phrases_with_other_words_between(title: str, topic: str) -> None:
    assert topics_of(title) == (topic,)


# ---------------------------------------------------------------- typography

LOOKS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "capitals": str.upper,
    "no ё": lambda text: text.replace("ё", "е"),
    "decomposed": lambda text: text.replace("й", "и\u0306"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "lines": lambda text: text.replace(" ", "\n"),
    "soft hyphens": lambda text: text.replace("ажд", "аж\u00adд").replace("инс", "ин\u00adс"),
    "look-alikes": lambda text: text.replace("о", "o").replace("с", "c").replace("а", "a"),
    "straight quotes": lambda text: text.replace("«", '"').replace("»", '"'),
    "low quotes": lambda text: text.replace("«", "„").replace("»", "“"),
    "bare N": lambda text: text.replace("№ ", "N"),
}
SET = {
    "О внесении изменений в статью 22 Федерального закона «О гражданстве Российской Федерации»": (CITIZENSHIP,),
    "О внесении изменений в Федеральный закон «О воинской обязанности и военной службе»": (CONSCRIPTION,),
    "О прекращении приобретённого гражданства": (CITIZENSHIP,),
    "О ведении воинского учёта": (CONSCRIPTION,),
    "О реализации Федерального закона от 28.04.2023 № 138-ФЗ": (CITIZENSHIP,),
    "О правовом положении лиц без гражданства": (),
    "О почётных гражданах": (),
}


@pytest.mark.parametrize(("title", "look"), list(product(SET, LOOKS)))
def test_typography_changes_nothing(title: str, look: str) -> None:
    assert topics_of(LOOKS[look](title)) == SET[title]


def test_matches_are_told_as_published() -> None:
    (match,) = classify(RULES, "Положение о Воинском\u00a0 Учёте граждан").matches
    assert (match.topic, match.term, match.text) == (CONSCRIPTION, "registration", "Воинском Учёте")
    (match,) = classify(RULES, "İİİ и Положение о Воинском учёте İ").matches
    assert match.text == "Воинском учёте"


# ---------------------------------------------------------------- false friends


@pytest.mark.parametrize(
    "title",
    [
        f"О внесении изменений в законодательство в части следующего: {inflected(words, case, number)}"
        for words, number in (
            ("почётный гражданин", "plur"),
            ("гражданско-правовой договор", "plur"),
            ("гражданская оборона", "sing"),
            ("гражданский кодекс", "sing"),
            ("воинское захоронение", "plur"),
            ("воинское звание", "plur"),
            ("контрактная система", "sing"),
            ("публичный призыв", "plur"),
            ("присяжный заседатель", "plur"),
            ("климатическая повестка", "sing"),
        )
        for case in CASES
    ],
)
def test_false_friends_in_every_case(title: str) -> None:
    found = classify(RULES, title)
    assert (found.topics, found.needs_body) == ((), False)


@pytest.mark.parametrize(
    "title",
    [
        "О правовом положении лиц без гражданства",
        "О временном удостоверении личности лица без гражданства",
        "О днях воинской славы и памятных датах",
        "О почетном звании «Город воинской славы»",
        "О мобилизации доходов бюджета",
        "О мобилизации дополнительных финансовых ресурсов",
        "О повестке дня заседания",
        "О публичных призывах к экстремизму",
        "О призывах к массовым беспорядкам",
        "Об уклонении от уплаты налогов",
        "О пенсионном обеспечении лиц, проходивших военную службу по контракту",
        "О кредитных каникулах для лиц, призванных на военную службу по мобилизации",
        "О государственной гражданской службе",
        "О лишении права управления транспортными средствами граждан",
        "О прекращении действия Соглашения о взаимных поездках граждан",
        "О Гражданском процессуальном кодексе (138-ФЗ от 14.11.2002)",
        "О вручении судебных повесток",
        "О присяге судей",
        "О государственном материальном резерве",
    ],
)
def test_false_friends(title: str) -> None:
    found = classify(RULES, title)
    assert (found.topics, found.needs_body) == ((), False)


# ---------------------------------------------------------------- acts


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("Федеральный закон от 28.04.2023 N 138-ФЗ", (CITIZENSHIP,)),
        ("Федеральный закон № 138-ФЗ от 28 апреля 2023 года", (CITIZENSHIP,)),
        ("Федеральный закон от 28 апреля 2023 г. № 138-ФЗ", (CITIZENSHIP,)),
        ("Федеральный закон от 14 ноября 2002 года № 138-ФЗ", ()),
        ("Федеральный закон от 25.07.2002 № 115-ФЗ", ()),
        ("Федеральный закон от 25.07.2002 № 113-ФЗ", (CONSCRIPTION,)),
        ("Указ Президента Российской Федерации от 29.09.2025 № 690", ()),
        ("Указ Президента Российской Федерации от 30.09.2022 № 690", (CITIZENSHIP, CONSCRIPTION)),
        ("постановление Правительства Российской Федерации от 30.09.2022 № 690", ()),
        ("Указ Президента Российской Федерации от 30.09.2022 № 6901", ()),
    ],
)
def test_an_act_is_kind_number_and_date(words: str, topics: tuple[str, ...]) -> None:
    assert topics_of(f"О признании утратившим силу: {words}") == topics
    assert classify(RULES, "О рыбалке", body=f"Основание: {words}.").topics == topics


@pytest.mark.parametrize(
    ("act", "topics"),
    [
        ("статью 21.5 Кодекса Российской Федерации об административных правонарушениях", (CONSCRIPTION,)),
        ("статьи 20.1 и 21.6 КоАП", (CONSCRIPTION,)),
        ("статью 32.2 Кодекса Российской Федерации об административных правонарушениях", ()),
        ("статью 328 Уголовного кодекса Российской Федерации", (CONSCRIPTION,)),
        ("статью 15 Федерального закона от 15.08.1996 № 114-ФЗ", (CONSCRIPTION,)),
        ("статьи 14 и 16 Федерального закона от 15 августа 1996 года № 114-ФЗ", ()),
        ("статьи 327 - 329 Уголовного кодекса Российской Федерации", (CONSCRIPTION,)),
        ("статью 328-1 Уголовного кодекса Российской Федерации", (CONSCRIPTION,)),
        ("статью 3281 Уголовного кодекса Российской Федерации", ()),
        ("статью 158 Уголовного кодекса Российской Федерации", ()),
        ("статью 4 Федерального закона «Об обороне»", (CONSCRIPTION,)),
        ("статью 25 Федерального закона «Об обороне»", ()),
        (
            "статью 15 Федерального закона «О порядке выезда из Российской Федерации и въезда в Российскую Федерацию»",
            (CONSCRIPTION,),
        ),
        (
            "статью 27 Федерального закона «О порядке выезда из Российской Федерации и въезда в Российскую Федерацию»",
            (),
        ),
    ],
)
def test_articles_decide_where_only_some_matter(act: str, topics: tuple[str, ...]) -> None:
    assert topics_of(f"О внесении изменений в {act}") == topics


def test_the_act_itself_is_on_topic_by_its_bare_name() -> None:
    assert topics_of("Об обороне") == (CONSCRIPTION,)
    assert topics_of("О внесении изменений в Федеральный закон «О гражданской обороне»") == ()


@pytest.mark.parametrize(
    ("unit", "topics"),
    [
        (AmendedUnit(act="act/fz/2023-04-28/138-fz", path="st-22.ch-1.p-2", words="в статье 22"), (CITIZENSHIP,)),
        (AmendedUnit(act="act/fz/2023-04-28/138-fz"), (CITIZENSHIP,)),
        (AmendedUnit(act="act/fz/2002-11-14/138-fz", path="st-22"), ()),
        (AmendedUnit(act="act/fz/1998-03-28/53-fz", path="st-7.1"), (CONSCRIPTION,)),
        (AmendedUnit(act="act/fz/2001-12-30/195-fz", path="st-21.5.ch-1"), (CONSCRIPTION,)),
        (AmendedUnit(act="act/fz/2001-12-30/195-fz", path="st-32.2"), ()),
        (AmendedUnit(act="act/fz/2001-12-30/195-fz"), ()),
        (AmendedUnit(act="act/fz/1996-06-13/63-fz", path="st-328.1"), (CONSCRIPTION,)),
        (AmendedUnit(act="act/fz/1996-06-13/63-fz", path="st-327.9"), ()),
        (AmendedUnit(act="act/postanovlenie-pravitelstva/2006-11-27/719", path="pril-1.p-5"), (CONSCRIPTION,)),
        (AmendedUnit(name="О воинской обязанности и военной службе", path="st-51"), (CONSCRIPTION,)),
        (AmendedUnit(name="«Об обороне»", path="st-25"), ()),
        (AmendedUnit(name="О рыболовстве", path="st-22"), ()),
        (AmendedUnit(act_kind="Федеральный закон", act_date="2023-04-28", act_number="138-ФЗ"), (CITIZENSHIP,)),
        (AmendedUnit(act_kind="Федеральный закон", act_date="2002-11-14", act_number="138-ФЗ"), ()),
        (AmendedUnit(act_kind="Указ Президента", act_date="2022-09-21", act_number="647"), (CONSCRIPTION,)),
        (AmendedUnit(act_kind="постановление Правительства", act_date="2022-09-21", act_number="647"), ()),
        (AmendedUnit(), ()),
    ],
)
def test_amended_units_decide_whatever_the_title_says(unit: AmendedUnit, topics: tuple[str, ...]) -> None:
    for title in (GENERIC, "О рыболовстве"):
        found = classify(RULES, title, amended=[AmendedUnit(name="О рыболовстве"), unit])
        assert (found.topics, found.needs_body) == (topics, False)
        assert {match.topic for match in found.matches} == set(topics)
    if unit.words:
        assert [match.text for match in classify(RULES, GENERIC, amended=[unit]).matches] == [unit.words]


# ---------------------------------------------------------------- titles that say nothing


EMPTY = [
    f"О внесении {change} в {what}{end}"
    for change in ("изменений", "изменения", "изменений и дополнений")
    for what in (
        "отдельные законодательные акты Российской Федерации",
        "некоторые законодательные акты Российской Федерации",
        "Кодекс Российской Федерации об административных правонарушениях",
        "статьи 3.5 и 12.24 Кодекса Российской Федерации об административных правонарушениях",
        "Уголовный кодекс Российской Федерации и статью 151 Уголовно-процессуального кодекса Российской Федерации",
        "Уголовный кодекс Российской Федерации и отдельные законодательные акты Российской Федерации",
        "Федеральный закон «О полиции» и отдельные законодательные акты Российской Федерации",
        "статью 3 Федерального закона «О внесении изменений в отдельные законодательные акты Российской Федерации»",
        "некоторые акты Президента Российской Федерации",
        "отдельные постановления Правительства Российской Федерации",
    )
    for end in (
        "",
        ".",
        " (в части недвижимости)",
        " и признании утратившими силу отдельных положений законодательных актов",
    )
]


@pytest.mark.parametrize("title", EMPTY)
def test_titles_that_say_nothing_need_the_body(title: str) -> None:
    assert says_nothing(RULES, title)
    assert classify(RULES, title).needs_body
    assert classify(RULES, title, comment="(о недвижимости)").needs_body
    on_topic = classify(RULES, title, comment="(в части ведения воинского учета)")
    assert (on_topic.topics, on_topic.needs_body) == ((CONSCRIPTION,), False)
    off_topic = classify(RULES, title, body="Законопроект уточняет порядок рыбалки.")
    assert (off_topic.topics, off_topic.needs_body) == ((), False)


@pytest.mark.parametrize(
    "title",
    [
        "О рыболовстве и сохранении водных биологических ресурсов",
        "О внесении изменений в Налоговый кодекс Российской Федерации",
        "О внесении изменений в Федеральный закон «О полиции»",
        "О внесении изменений в отдельные законодательные акты Российской Федерации по вопросу оборота древесины",
        "О внесении изменений в Закон «О рыбалке и о внесении изменений в отдельные законодательные акты»",
    ],
)
def test_titles_that_say_something_are_taken_at_their_word(title: str) -> None:
    found = classify(RULES, title)
    assert (found.topics, found.needs_body) == ((), False)


def test_no_title_and_a_weak_one_need_the_body() -> None:
    assert classify(RULES, "").needs_body
    assert classify(RULES, "О трудоустройстве уволенных с военной службы").needs_body
    assert not classify(RULES, "О трудоустройстве уволенных с военной службы", body="О работе.").needs_body
    assert classify(
        RULES, "О чем-то ином", fields={"Тематический блок законопроектов": "Оборона и безопасность"}
    ).needs_body


# ---------------------------------------------------------------- bodies and passports


PASSING = "Законопроект уточняет порядок рыболовства и торговли рыбой в прибрежных водах. " * 80


def test_a_passing_mention_does_not_decide_and_a_body_about_it_does() -> None:
    mention = "Льготы сохраняются за лицами, призванными на военную службу."
    assert classify(RULES, GENERIC, body=PASSING + mention).topics == ()
    assert classify(RULES, GENERIC, body=mention).topics == (CONSCRIPTION,)
    about = (
        "Повестка военного комиссариата вручается лицу, подлежащему призыву на военную службу. Рыбалка не нужна. " * 20
    )
    assert classify(RULES, "О рыболовстве", body=about).topics == (CONSCRIPTION,)


SOCIAL = """Законопроект подготовлен в целях социальной поддержки военнослужащих. Право на ежемесячное пособие имеют дети
военнослужащих, проходящих военную службу по контракту, и супруга военнослужащего, проходящего военную службу по призыву.
Предлагается распространить выплату на детей уволенных. Размер пособия индексируется, компенсация за жилье остается.
---
Предлагается освободить от налога на доходы граждан, призванных на военную службу по мобилизации. Налоговая льгота
предоставляется по заявлению налогоплательщика, выплата налога возобновляется после увольнения."""


@pytest.mark.parametrize("body", SOCIAL.split("---"))
def test_a_note_on_allowances_is_not_about_those_who_serve(body: str) -> None:
    assert classify(RULES, GENERIC, body=body).topics == ()
    core = " Порядок вручения повесток военного комиссариата и призыва на военную службу уточняется."
    assert classify(RULES, GENERIC, body=body + core * 2).topics == (CONSCRIPTION,)
    amended = [AmendedUnit(act="act/fz/1998-03-28/53-fz", path="st-7.1")]
    assert classify(RULES, GENERIC, body=body, amended=amended).topics == (CONSCRIPTION,)


def test_one_place_counts_once_however_many_rules_it_meets() -> None:
    cited = (
        "Это следует из Федерального закона от 28 апреля 2023 года № 138-ФЗ «О гражданстве Российской Федерации», "
        "как сказано ранее."
    )
    assert classify(RULES, GENERIC, body=PASSING[: len(PASSING) // 2] + cited).topics == ()


@pytest.mark.parametrize(
    "frame",
    [
        "Внести в статью 22 Федерального закона от 28 апреля 2023 года № 138-ФЗ «О гражданстве Российской Федерации» изменение.",
        "Предлагается внести изменения в Федеральный закон «О гражданстве Российской Федерации».",
        "Признать утратившим силу Федеральный закон от 28.04.2023 № 138-ФЗ.",
    ],
)
def test_an_act_that_the_body_changes_decides(frame: str) -> None:
    assert classify(RULES, GENERIC, body=PASSING + frame).topics == (CITIZENSHIP,)


def test_an_act_cited_in_a_change_of_another_is_a_mention() -> None:
    body = "Внести в закон «О рыбе» изменение, дополнив словами «в соответствии с Федеральным законом от 28.04.2023 № 138-ФЗ»."
    assert classify(RULES, GENERIC, body=PASSING + body).topics == ()


def test_body_terms_are_not_tried_on_titles() -> None:
    words = "сообщение заведомо ложных сведений в отношении обязательства соблюдать Конституцию"
    assert topics_of(words) == ()
    assert classify(RULES, "О чем-то", body=words).topics == (CITIZENSHIP,)


def test_nothing_spans_two_sentences() -> None:
    assert topics_of("О прекращении работ. Паспорт и гражданство") == ()


def test_a_body_tells_a_few_words_of_each_rule() -> None:
    body = "".join(f"Призыв {number} лиц на военную службу. " for number in range(50))
    assert len(classify(RULES, GENERIC, body=body).matches) == 5


def test_the_passport_of_a_bill() -> None:
    branch = {
        "Отрасль законодательства": "160.040.000 Безопасность общества, 010.050.010 Гражданство (см. также 200.050.010)"
    }
    found = classify(RULES, GENERIC, fields=branch)
    assert found.topics == (CITIZENSHIP,)
    assert found.matches[0].text == branch["Отрасль законодательства"]
    assert classify(RULES, GENERIC, fields={"Отрасль законодательства": "010.050.000 Права"}).needs_body
    reference = {"Отрасль законодательства": "160.040.000 Общество (см. также 010.050.010)"}
    assert classify(RULES, "О рыбалке", fields=reference).topics == ()


def test_words_far_apart_are_no_phrase_in_another_order() -> None:
    body = "Военный суд рассматривает дела граждан. Служба судебных приставов и иностранный суд им помогают."
    assert classify(RULES, "О судах", body=body).topics == ()
    assert topics_of("О судах военных округов, граждан, службе приставов и иностранных судах") == ()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_any_text_can_be_classified(title: str, comment: str, body: str) -> None:
    classify(RULES, title, comment=comment, body=body)


@given(st.lists(st.sampled_from([*SET, *EMPTY[:3], "\n", "; "]), max_size=8).map(" ".join))
def test_matches_are_words_of_the_text(text: str) -> None:
    found = classify(RULES, "О чем-то", body=text)
    assert {match.topic for match in found.matches} == set(found.topics)
    assert all(match.text in " ".join(text.split()) for match in found.matches)


# ---------------------------------------------------------------- genuine texts


@pytest.mark.skipif(not TITLES.is_file(), reason="the labelled titles (../shared/law/titles-dev.tsv) are not here")
def test_labelled_titles() -> None:
    missed, false = [], []
    with TITLES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            result = classify(RULES, row["title"])
            wanted = {"both": {CITIZENSHIP, CONSCRIPTION}, "neither": set[str]()}.get(row["label"], {row["label"]})
            if says_nothing(RULES, row["title"]) and not result.topics:
                assert result.needs_body
                continue
            missed += [row["title"] for topic in wanted - set(result.topics)]
            false += [row["title"] for topic in set(result.topics) - wanted]
    assert (missed, false) == ([], [])


@pytest.mark.skipif(
    not API.is_dir(), reason="the genuine lists of bills (../shared/sources/real/api-duma) are not here"
)
def test_genuine_lists_of_bills() -> None:
    laws = {
        law["name"]: law.get("comments") or ""
        for page in API.glob("mock_api_laws_page_*.json")
        for law in json.loads(page.read_text(encoding="utf-8"))["laws"]
    }
    found = {name: classify(RULES, name, comment=comment) for name, comment in laws.items()}
    on_topic = [name for name, result in found.items() if result.topics]
    assert all("гражданств" in name for name in on_topic)
    assert on_topic
    assert all(result.needs_body for name, result in found.items() if name == GENERIC)


@pytest.mark.skipif(not CODE.is_file(), reason="the Labour Code (../shared/sources/real/editions) is not here")
def test_a_code_that_names_call_up_in_passing_is_off_topic() -> None:
    body = gzip.decompress(CODE.read_bytes()).decode("utf-8")
    assert classify(RULES, "Трудовой кодекс Российской Федерации", body=body).topics == ()


# ---------------------------------------------------------------- a user's topic


def test_a_third_topic_in_a_file_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "fish.toml"
    own.write_text(
        """schema = 1
[topic]
id = "fish"
ru = "Рыболовство"
en = "Fishing"
[[mask]]
id = "fish-oil"
phrases = ["рыбий жир"]
[[term]]
id = "fish-word"
tier = "core"
phrases = ["рыболовство|рыбий"]
[[term]]
id = "fish-pattern"
tier = "core"
pattern = 'краб\\w* \\d+'
[[term]]
id = "angling-conscripts"
tier = "core"
topics = ["fish", "conscription"]
phrases = ["служебный рыбалка"]
""",
        encoding="utf-8",
    )
    rules = load_rules([own])
    assert rules.topics == (CITIZENSHIP, CONSCRIPTION, "fish")
    assert rules.names["fish"].ru == "Рыболовство"
    assert classify(rules, "О рыболовстве").topics == ("fish",)
    assert classify(rules, "О рыбьем жире").topics == ()
    assert classify(rules, "О Крабах 12").topics == ("fish",)
    assert classify(rules, "О служебной рыбалке").topics == (CONSCRIPTION, "fish")
    assert classify(rules, "О воинском учете").topics == (CONSCRIPTION,)
