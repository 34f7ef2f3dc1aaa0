from __future__ import annotations

import pytest

from diffs.normalise import canonical, cleaned, normalise
from diffs.notes import Annotated, diff_notes, is_editorial, lift
from diffs.structure import structure

NOTES = [
    "(В редакции Федерального закона от 31.07.2098 № 404-ФЗ)",
    "(В редакции федеральных законов от 25.11.2097 № 2-ФЗ; от 31.07.2098 № 4-ФЗ)",
    "(В редакции федеральных законов от 25.11.2097 № 2-ФЗ, от 31.07.2098 № 4-ФЗ)",
    "(Дополнение статьей - Федеральный закон от 31.07.2098 № 4-ФЗ)",
    "(Дополнение статьей\u00a0- Федеральный закон от 31.07.2098\u00a0№\u00a04-ФЗ)",
    "(Дополнение частью - Федеральный закон от 31.07.2098 № 4-ФЗ)",
    "(Статья в редакции Федерального закона от 31.07.2098 № 4-ФЗ)",
    "(Наименование в редакции Федерального закона от 31.07.2098 № 4-ФЗ)",
    "(Часть первая в редакции Федерального закона от 31.07.2098 № 4-ФЗ)",
    "(Дополнение статьей - Федеральный закон от 31.07.2098 № 4-ФЗ) (В редакции Федерального закона от 01.08.2099 № 5-ФЗ)",
    "(С учетом постановлений Конституционного Суда Российской Федерации от 05.02.2097 № 2-П)",
    "(в ред. Федерального закона от 04.08.2098 N 437-ФЗ)",
    "(введена Федеральным законом от 14.04.2098 N 127-ФЗ)",
    "(введен с 01.05.2098 Федеральным законом от 14.04.2098 г. № 127-ФЗ; в ред. Указа от 01.02.2099)",
    "(абзац введен Федеральным законом от 14.04.2098 N 127-ФЗ)",
    "(п. 1 в ред. Федерального закона от 04.08.2098 N 4-ФЗ)",
    "(см. текст в предыдущей редакции)",
    "(с изменениями на 8 августа 2098 года)",
    "КонсультантПлюс: примечание.",
    "Подготовлена редакция документа с изменениями, не вступившими в силу",
    "См. текст пункта в предыдущей редакции",
    "Документ с изменениями, внесенными: Указом от 01.02.2098 № 3",
    "Редакция подготовлена на основе изменений, внесенных законом",
    "(в редакции Указа Президента Российской Федерации от 16 июля 2098 г. N 814)",  # only where it stands alone
]


@pytest.mark.parametrize("note", NOTES)
def test_a_note_is_lifted(note: str) -> None:
    assert is_editorial(note)
    assert cleaned(note).text == ""
    result = normalise(f"1. Норма.\n{note}\n2. Иное.")
    assert result.text == "1. Норма.\n2. Иное."
    assert {remark.line for remark in result.notes} == {0}
    assert " ".join(remark.text for remark in result.notes) == note


@pytest.mark.parametrize(
    "law",
    [
        "1. Дома (введены в эксплуатацию до 01.07.2098) подлежат учету.",
        "12) (Пункт утратил силу - Федеральный закон от 30.06.2098 № 90-ФЗ)",
        "Утратил силу на основании Указа от 01.02.2098 № 3",
        "в срок (не более трех раз) лицо уведомляется",
        "нормы закона (в редакции Федерального закона от 2 июля 2098 года № 3-ФЗ) применяются",
        "(лица, получившие документ в редакции закона от 01.02.2098)",
    ],
)
def test_law_is_no_note(law: str) -> None:
    assert lift(law) == (law, [])
    assert canonical(law).count("(") == law.count("(")


def annotated(text: str) -> Annotated:
    result = normalise(text)
    return Annotated(sections=structure(result.text), notes=result.notes)


def test_a_new_note_beside_unchanged_words_is_told() -> None:
    old = "О реестре\n(В редакции Федерального закона от 01.02.2097 № 1-ФЗ)\nСтатья 5. Порядок\n1. Норма.\n2. Иная норма.\n"
    new = (
        "О реестре\n(В редакции федеральных законов от 01.02.2097 № 1-ФЗ, от 03.04.2099 № 7-ФЗ)\nСтатья 5. Порядок\n1. Норма. "
        "(В редакции Федерального закона от 03.04.2099 № 7-ФЗ)\n2. Иная норма.\n"
    )
    changes = diff_notes(annotated(old), annotated(new))
    assert [(change.path, change.address, change.acts) for change in changes] == [
        ("abz-1", "абз. 1", ("03.04.2099 № 7-ФЗ",)),
        ("st-5.ch-1", "ст. 5 ч. 1", ("03.04.2099 № 7-ФЗ",)),
    ]
    assert changes[1].added == ("(В редакции Федерального закона от 03.04.2099 № 7-ФЗ)",)
    assert changes[1].removed == ()
    back = diff_notes(annotated(new), annotated(old))
    assert [(change.added, change.removed) for change in back] == [(change.removed, change.added) for change in changes]


def test_spacing_of_a_note_is_no_news() -> None:
    one = annotated("1. Норма. (Дополнение частью\u00a0- Федеральный закон от 01.02.2097 № 1-ФЗ)")
    other = annotated("1. Норма. (Дополнение частью - Федеральный  закон от 01.02.2097\u00a0№ 1-ФЗ)")
    assert diff_notes(one, other) == ()
    assert diff_notes(one, one) == ()


def test_a_note_before_the_first_line_has_no_unit() -> None:
    assert [
        change.path for change in diff_notes(annotated("1. А."), annotated("(см. текст в предыдущей редакции)\n1. А."))
    ] == [""]
    only = annotated("(см. текст в предыдущей редакции)")
    assert diff_notes(only, only) == ()
