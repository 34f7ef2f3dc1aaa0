from __future__ import annotations

from diffs.profile import Profile
from diffs.structure import profile_of_text, structure, structure_editions

CODE = """Статья 3. Равенство
Каждый имеет равные возможности.
Не являются нарушением различия, которые:
определяются видом работы;
установлены законом.
Лица, указанные в части второй настоящей статьи, вправе обратиться в суд.
Статья 4. Прекращение
Договор прекращается в случаях:
1) ликвидации;
2) грубого нарушения:
а) прогула;
б) обмана;
3) (Пункт утратил силу - Федеральный закон от 30.06.2096 № 9-ФЗ)
Порядок, предусмотренный частью первой настоящей статьи, устанавливается судом.
Договор прекращается также:
1) по соглашению.
"""


def paths(text: str, profile: Profile | None = None) -> list[str]:
    return [section.path for section in structure(text, profile)]


def test_parts_without_numbers_are_counted() -> None:
    assert profile_of_text(CODE) == Profile(articles=True, first="ch", counted=True, ordinals=True)
    assert paths(CODE) == [
        "st-3",
        "st-3.ch-1",
        "st-3.ch-2",
        "st-3.ch-2.abz-2",
        "st-3.ch-2.abz-3",
        "st-3.ch-3",
        "st-4",
        "st-4.ch-1",
        "st-4.ch-1.p-1",
        "st-4.ch-1.p-2",
        "st-4.ch-1.p-2.pp-a",
        "st-4.ch-1.p-2.pp-b",
        "st-4.ch-1.p-3",
        "st-4.ch-2",
        "st-4.ch-3",
        "st-4.ch-3.p-1",
    ]


def test_numbered_parts_that_are_called_by_words_are_not_counted() -> None:
    text = (
        "Статья 30. Покушение\n1. Приготовлением признается поиск.\n2. Деяние, указанное в части первой настоящей статьи, "
        "наказывается.\nСтатья 31. Отказ\nОтказ освобождает."
    )
    assert profile_of_text(text) == Profile(articles=True, first="ch", ordinals=True)
    assert paths(text) == ["st-30", "st-30.ch-1", "st-30.ch-2", "st-31", "st-31.abz-1"]


def test_first_level_by_the_words_of_the_act_and_by_what_stands_below_it() -> None:
    assert profile_of_text("Статья 1. О\n1. Лица, указанные в пунктах 2 и 3 настоящей статьи").first == "p"
    assert profile_of_text("Статья 1. О\n1. Лица, указанные в части 2 настоящей статьи").first == "ch"
    assert profile_of_text("Статья 1. О\n1. Лица:\nа) одни;\nб) другие.").first == "p"
    assert profile_of_text("Статья 1. О\n1. Лица:\n1) одни;\n2) другие.").first == "ch"
    assert profile_of_text("1. Утвердить:\nа) одно.") == Profile(articles=False, first="p")


def test_a_dot_in_most_article_numbers_is_real() -> None:
    assert profile_of_text("Статья 7.19. О\n1. Раз.\nСтатья 7.20. О\n1. Раз.\nСтатья 7.20¹. О").dotted
    assert not profile_of_text("Статья 7. О\n1. Раз.\nСтатья 7.1. О\n1. Раз.\nСтатья 8. О").dotted


def test_quoted_wording_is_not_asked() -> None:
    text = (
        "Статья 1\n1) дополнить статьей 5 следующего содержания:\n«Статья 5. О\n1. Лица, указанные в пункте 2 настоящей "
        "статьи.\n2. Лица, указанные в пункте 1 настоящей статьи.».\nСтатья 2\n1. Закон вступает в силу."
    )
    assert profile_of_text(text).first == "ch"
    assert paths(text)[-1] == "st-2.ch-1"
    assert "st-1.p-1.q.st-5.p-1" in paths(text)


def test_two_editions_have_one_profile() -> None:
    old = "Статья 1. О\n1. Лица, указанные в пункте 2 настоящей статьи.\n2. Иные."
    new = "Статья 1. О\n1. Лица.\n2. Иные."
    assert paths(new) == ["st-1", "st-1.ch-1", "st-1.ch-2"]
    profile = profile_of_text(old, new)
    assert paths(new, profile) == paths(old, profile) == ["st-1", "st-1.p-1", "st-1.p-2"]
    assert profile == profile_of_text(new, old)
    assert structure_editions(old, new) == (structure(old, profile), structure(new, profile))
