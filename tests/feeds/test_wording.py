"""The titles of the voice, the words that must never be missing, and the one line that says which clause changed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffs.normalise import RULES
from feeds import diffview, headline, labels, subject, times, wording
from tests.feeds.fake_library import (
    FakeLibrary,
    bill,
    decree,
    ground,
    law,
    operation,
    rich_diff,
    step,
    text_payload,
    years,
)
from tracker.models import (
    Diff,
    Document,
    EventKind,
    Force,
    Group,
    Level,
    Noise,
    Operation,
    Reason,
    Significance,
    Status,
    force_of,
)


def titled(
    kind: EventKind, document: Document | None, payload: dict[str, Any], diff: Diff | None = None, **more: Any
) -> str:
    event = FakeLibrary().tell(kind, document, payload, diff=diff, **more)
    return str(wording.title(event, diff))


def real(document: Document, **changes: Any) -> Document:
    return replace(document, invented=False, **changes)


def one(*operations: Any) -> Diff:
    return Diff(same=False, operations=operations)


def grounds() -> Diff:
    return replace(
        one(ground(), years(), years(), years(), years()),
        significance=Significance(
            level=Level.KEY, reasons=(Reason(rule="ground", text="Новое основание: ст. 22 ч. 1 п. 2 пп. «в»."),)
        ),
    )


def test_a_new_bill_that_is_a_scan() -> None:
    said = titled(
        EventKind.DOCUMENT_DISCOVERED,
        real(bill(Status.REGISTERED), title="О внесении изменений в статью 22"),
        {"scan_only": True, "reasons": [], "needs_body": False},
    )
    assert said == "[Законопроект внесён] 100001-99 «О внесении изменений в статью 22»: пока скан, текст не прочитан"


def test_a_new_ground_in_the_text_for_the_second_reading() -> None:
    said = titled(EventKind.TEXT_ADDED, real(bill()), text_payload(), grounds())
    assert (
        said
        == "[Законопроект, текст ко 2-му чтению] 100001-99: новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения"
    )


def test_a_unit_is_named_by_its_place_in_the_law_that_it_changes() -> None:
    amends = [{"clause": "st-1", "act": "act/fz/2099-04-28/938-fz", "number": "938-ФЗ"}]
    payload = {**text_payload(), "amends": amends}
    place = "ст. 1 п. 2 («ст. 22 ч. 1 п. 2 пп. „в“»)"
    row = replace(ground(), new_address=place, new_path="st-1.p-2.q.st-22.ch-1.p-2.pp-v")
    diff = replace(
        one(row, years()),
        significance=Significance(level=Level.KEY, reasons=(Reason(rule="ground", text=f"Новое основание: {place}."),)),
    )
    said = titled(EventKind.TEXT_ADDED, real(bill()), payload, diff)
    assert said == (
        "[Законопроект, текст ко 2-му чтению] 100001-99: "
        "новое основание, ст. 22 ч. 1 п. 2 пп. «в» 938-ФЗ; ещё 1 изменение"
    )
    event = FakeLibrary().tell(EventKind.TEXT_ADDED, real(bill()), payload, diff=one(row))
    assert "предлагается новый пп. «в» в п. 2 ч. 1 ст. 22 938-ФЗ." in wording.summary(event, one(row))


@pytest.mark.parametrize(
    "change",
    [
        {"new_path": "st-2.p-2.q.st-22"},  # no article of which the act is known
        {"new_path": None, "ops": ("removed",)},  # articles of the old text may have had other numbers
        {"new_address": "ст. 1 п. 2 («п. 7»)"},  # not a whole place in a law
    ],
)
def test_a_law_is_named_only_where_it_is_known(change: dict[str, Any]) -> None:
    place = {"new_address": "ст. 1 п. 2 («ст. 22 ч. 1»)", "new_path": "st-1.p-2.q.st-22.ch-1"}
    row = replace(ground(), **{**place, **change})
    assert "938-ФЗ" not in headline.headline(one(row), acts={"st-1": "938-ФЗ"})


def test_a_number_in_words() -> None:
    said = titled(EventKind.TEXT_ADDED, real(bill()), text_payload("second-reading"), one(years()))
    assert said == "[Законопроект, принят во 2-м чтении] 100001-99: «десяти» → «пяти» лет, ст. 22 ч. 1 п. 2"


def test_an_unexplained_change_of_a_law_in_force() -> None:
    row = operation(["modified"], "ст. 24 ч. 1", [("-", "а"), ("+", "б")])
    said = titled(EventKind.TEXT_UNEXPLAINED, real(law()), text_payload("current"), one(row), source="ips")
    assert said == "[Закон, в силе] 938-ФЗ, ст. 24 ч. 1: текст на pravo.gov.ru изменился, изменяющий акт не найден"


def test_an_unexplained_change_of_a_bill_blames_nobody() -> None:
    said = titled(EventKind.TEXT_UNEXPLAINED, real(bill()), text_payload("introduced"), one(years()))
    assert "текст на sozd.duma.gov.ru изменился, записи об этом на карточке нет" in said


def test_a_blind_source() -> None:
    said = titled(
        EventKind.COVERAGE_GAP, None, {"source": "sozd", "last_success": "2025-11-12T06:10:00+00:00"}, source="sozd"
    )
    assert said == "[Наблюдение прервано] СОЗД: нет успешной проверки с 12.11 09:10 МСК"


def test_a_closed_item() -> None:
    said = titled(
        EventKind.ACT_PUBLISHED,
        real(decree(), number="123", title=""),
        {
            "publication": {"eo_number": "1", "date": "2099-05-12"},
            "notices": [
                {"kind": "closed_item", "address": "п. 7", "text": "«Для служебного пользования»"},
                {"kind": "gap", "address": "п. 7", "text": "На kremlin.ru после п. 6 идёт п. 8."},
            ],
        },
        source="publication",
    )
    assert said == "[Указ опубликован] № 123: п. 7 «Для служебного пользования»; на kremlin.ru после п. 6 идёт п. 8"


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        (EventKind.BILL_WITHDRAWN, Status.WITHDRAWN, "[Законопроект снят] 100001-99: отозван автором 02.02.2026"),
        (
            EventKind.BILL_RETURNED,
            Status.RETURNED,
            "[Законопроект возвращён автору] 100001-99: возвращён автору 02.02.2026",
        ),
        (
            EventKind.BILL_REJECTED,
            Status.REJECTED,
            "[Законопроект отклонён Думой] 100001-99: отклонён Думой 02.02.2026",
        ),
        (
            EventKind.BILL_VETOED,
            Status.VETOED,
            "[Закон отклонён Президентом, не действует] 100001-99: отклонён Президентом 02.02.2026",
        ),
    ],
)
def test_three_ways_to_fall_are_told_apart(kind: EventKind, status: Status, expected: str) -> None:
    payload = {"step": step("1.2", "2026-02-02T16:31:00+03:00", "снять"), "before": "registered", "after": status}
    assert titled(kind, real(bill(status)), payload) == expected


def test_a_stage_tells_where_it_stood_before() -> None:
    payload = {"before": "under_consideration", "after": "first_reading", "step": step("3.3", "2026-05-13")}
    said = titled(EventKind.BILL_STAGE, real(bill(), title="О тесте"), payload)
    assert said == ("[Законопроект, принят в 1-м чтении] 100001-99 «О тесте»: принят в 1-м чтении 13.05.2026")
    event = FakeLibrary().tell(EventKind.BILL_STAGE, bill(), payload)
    assert ": принят в 1-м чтении 13.05.2026 (прежде: на рассмотрении)." in wording.summary(event)


def test_what_a_committee_proposes_is_a_step_and_not_a_stage() -> None:
    payload = {"step": step("3.1", "2026-04-28", "предложить отклонить законопроект")}
    said = titled(EventKind.BILL_STEP, real(bill(Status.UNDER_CONSIDERATION)), payload)
    assert said == "[Законопроект на рассмотрении] 100001-99: «предложить отклонить законопроект» (комитет, 28.04.2026)"


def test_invented_documents_say_so_first() -> None:
    assert titled(EventKind.TEXT_ADDED, bill(), text_payload(), grounds()).startswith("ДЕМО: вымышленный документ. [")


def test_the_state_and_the_document_survive_a_list_of_seventy_characters() -> None:
    said = titled(EventKind.TEXT_ADDED, real(bill()), text_payload(), grounds())[:70]
    assert "Законопроект" in said
    assert "100001-99" in said
    assert "новое основание" in said


def test_a_summary_says_draft_and_both_times() -> None:
    library = FakeLibrary()
    diff = one(operation(["added"], "ст. 22 ч. 1 п. 2 пп. «в»", [("+", "в) нового;")]))
    event = library.tell(
        EventKind.TEXT_ADDED, real(bill()), text_payload(), diff=diff, at=datetime(2026, 5, 14, 11, 5, tzinfo=UTC)
    )
    assert wording.summary(event, diff) == (
        "Законопроект 100001-99, текст ко 2-му чтению с поправками: предлагается новый пп. «в» в п. 2 ч. 1 ст. 22. "
        "Сравнено с прежним текстом: «Внесённый текст». Это проект, он не действует. "
        "Замечено 14.05.2026 14:05 МСК (11:05 UTC)."
    )


def test_a_withdrawn_bill_changes_no_law_and_silence_means_nothing() -> None:
    library = FakeLibrary()
    fallen = library.tell(EventKind.BILL_WITHDRAWN, real(bill(Status.WITHDRAWN)), {"step": step("1.2", "2026-02-02")})
    assert "Действующий закон этим не изменён." in wording.summary(fallen)
    blind = library.tell(EventKind.COVERAGE_GAP, None, {"source": "sozd", "last_success": None})
    assert "Молчание не означает, что изменений нет." in wording.summary(blind)


def test_an_unread_text_is_told_as_unread() -> None:
    for reason, words in (("scan", "мы его не прочли"), ("format", "не прочитан"), ("broken", "не прочли")):
        event = FakeLibrary().tell(EventKind.TEXT_ADDED, bill(), text_payload(readable=False, unread_reason=reason))
        assert words in wording.summary(event)
        assert "не прочитан" in str(wording.title(event))


def test_a_struck_event_tells_nothing_of_what_it_said() -> None:
    event = FakeLibrary().tell(EventKind.TEXT_ADDED, bill(), text_payload(), struck=True)
    assert str(wording.title(event)) == f"[Содержание удалено] Обновление {event.id[:4]}"
    assert "удалено оператором" in wording.summary(event)
    assert wording.discreet(event) == f"Обновление {event.id[:4]}."


DRAFTS = [status for status in Status if force_of(status) is Force.DRAFT]


@given(
    status=st.sampled_from(DRAFTS),
    force=st.sampled_from(list(Force)),
    kind=st.sampled_from([kind for kind in EventKind if not kind.startswith(("coverage", "correction"))]),
    edition=st.sampled_from([*labels.EDITIONS, "nobody-knows"]),
    readable=st.booleans(),
    whole=st.booleans(),
)
def test_a_draft_is_always_called_a_draft(
    status: Status, force: Force, kind: EventKind, edition: str, readable: bool, whole: bool
) -> None:
    diff = rich_diff() if readable else None
    payload = {**text_payload(edition, readable=readable), "step": step()} if whole else {}
    document = real(replace(bill(status), force=force))
    event = FakeLibrary().tell(kind, document, payload, diff=diff)
    title, summary = str(wording.title(event, diff)), wording.summary(event, diff)
    assert "Законопроект" in title.partition("]")[0]
    assert "Это проект, он не действует." in summary
    assert "This is a draft; it is not in force." in wording.english(event)
    assert "в силе" not in title


@given(
    kind=st.sampled_from(list(EventKind)),
    status=st.sampled_from([None, *Status]),
    payload=st.dictionaries(
        st.sampled_from(
            ["step", "before", "after", "file", "fields", "publication", "notices", "reasons", "change", "steps"]
        ),
        st.one_of(
            st.none(), st.text(max_size=5), st.integers(), st.lists(st.dictionaries(st.text(max_size=3), st.none()))
        ),
    ),
)
def test_no_payload_is_too_poor_to_be_told(kind: EventKind, status: Status | None, payload: dict[str, Any]) -> None:
    event = FakeLibrary().tell(kind, bill(status), payload)
    assert str(wording.title(event))
    assert wording.summary(event).endswith("UTC).")
    assert wording.english(event)


# ---------------------------------------------------------------- the line that names the clause


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (operation(["added"], "ст. 5 п. 3", [("+", "3) иное.")]), "новый п. 3 в ст. 5"),
        (operation(["added"], "ст. 5", [("+", "Статья 5")]), "новая ст. 5"),
        (operation(["removed"], "ст. 5 ч. 1 п. 3", [("-", "3) иное.")]), "исключено: п. 3 ч. 1 ст. 5"),
        (operation(["modified"], "ч. 2", [("=", "вправе"), ("+", " не"), ("=", " являться")]), "добавлено «не», ч. 2"),
        (
            operation(["modified"], "ч. 2", [("-", "вправе"), ("+", "обязан"), ("=", " явиться")]),
            "«вправе» → «обязан», ч. 2",
        ),
        (operation(["modified"], "ст. 9 ч. 2", [("-", "а" * 90), ("+", "б" * 90)]), "изменено: ч. 2 ст. 9"),
        (
            operation(["modified"], "ч. 2", [("=", "до "), ("-", "27"), ("+", "30"), ("=", " лет")]),
            "«27» → «30» лет, ч. 2",
        ),
        (
            operation(["modified"], "ч. 2", [("-", "пяти"), ("+", "десяти"), ("=", " рабочих дней со дня")]),
            "«пяти» → «десяти» рабочих дней, ч. 2",
        ),
        (
            operation(["moved"], "ст. 6", [("=", "то же")], old_address="ст. 5"),
            "перенесено: ст. 5 → ст. 6",
        ),
    ],
)
def test_headlines(row: Any, expected: str) -> None:
    assert headline.headline(one(row)) == expected


def test_a_chain_of_renumbering_is_one_statement() -> None:
    rows = [
        operation(["renumbered"], f"ст. {n + 1}", [("=", "x")], old_address=f"ст. {n}", group="g") for n in range(5, 9)
    ]
    diff = Diff(
        same=False,
        operations=(*rows, operation(["added"], "ст. 5", [("+", "Статья 5")])),
        groups=(Group(id="g", kind="renumbering", text="Статьи 5-8 стали статьями 6-9."),),
    )
    assert headline.headline(diff) == "новая ст. 5; ещё 1 изменение"
    assert headline.headline(replace(diff, operations=tuple(rows))) == "статьи 5-8 стали статьями 6-9"


def test_a_new_unit_is_not_a_ground_unless_the_rule_names_it() -> None:
    other = operation(["added"], "ст. 30 ч. 4", [("+", "4. Иное.")])
    said = headline.headline(replace(grounds(), operations=(other, ground())))
    assert said == "новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 1 изменение"
    struck = Significance(level=Level.KEY, reasons=(Reason(rule="ground", text="Основание исключено: ст. 1."),))
    two = replace(grounds(), operations=(other, other), significance=struck)
    assert "новое основание" not in headline.headline(two)


def test_a_unit_that_lost_its_force_is_said_to_have_lost_it() -> None:
    row = operation(["modified"], "ст. 22 ч. 1 п. 3", [("-", "лишение;"), ("+", "утратил силу;")])
    reasons = (
        Reason(rule="removed", text="Утратил силу: ст. 22 ч. 1 п. 3."),
        Reason(rule="removed", text="Исключено: ст. 9."),
    )
    diff = replace(one(row), significance=Significance(level=Level.NOTABLE, reasons=reasons))
    assert headline.headline(diff) == "утратило силу: п. 3 ч. 1 ст. 22"
    assert headline.headline(diff, language="en") == "repealed: art. 22 part 1 item 3"
    left = replace(diff, significance=Significance(level=Level.NOTABLE, reasons=reasons[1:]))
    assert "утратило" not in headline.headline(left).partition("»")[0]


def test_a_new_unit_of_quoted_wording_names_itself_and_its_place() -> None:
    row = operation(["added"], "ст. 1 п. 2 («п. 7 пп. „в“»)", [("+", "в) иное;")])
    assert headline.headline(one(row)) == "новый пп. «в», ст. 1 п. 2 › п. 7"


def test_quotes_are_russian_and_closed_even_where_a_title_is_cut() -> None:
    straight = 'О внесении изменений в статью 22 Федерального закона "О гражданстве Российской Федерации" и иные акты'
    assert subject.quoted(straight, 200).endswith("закона „О гражданстве Российской Федерации“ и иные акты»")
    assert subject.quoted(straight, 70).endswith("„О гражданстве…“»")


def test_a_bare_file_name_gets_the_word_for_what_it_is() -> None:
    file = {"label": "mainfile.pdf", "role": "opinion", "url": "https://sozd.example/1"}
    said = titled(EventKind.FILE_ADDED, real(bill()), {"file": file, "before": None})
    assert said.endswith("новый файл «mainfile.pdf» (отзыв)")


def test_brackets_of_a_decision_stand_in_the_summary_only() -> None:
    event = FakeLibrary().tell(
        EventKind.BILL_STEP, bill(), {"step": step("6.3", "2026-04-22", "закон одобрен (дата (22.04))")}
    )
    assert wording.title(event).what == "«закон одобрен» (Совет Федерации, 22.04.2026)"
    assert "(дата (22.04))" in wording.summary(event)


def test_typography_is_not_a_change() -> None:
    event = FakeLibrary().tell(EventKind.TEXT_ADDED, bill(), text_payload())
    diff = Diff(same=True, noise=(Noise(rule="quote", count=2),))
    assert wording.title(event, diff).what == "изменилось только оформление, слова те же"
    assert "совпадает с прежним" in wording.title(event, Diff(same=True)).what


@given(st.integers(min_value=0, max_value=10_000))
def test_plurals(count: int) -> None:
    said = headline.changes(count)
    if count % 100 in range(11, 15) or count % 10 == 0 or count % 10 > 4:
        assert said == f"{count} изменений"
    elif count % 10 == 1:
        assert said == f"{count} изменение"
    else:
        assert said == f"{count} изменения"


def test_dates_in_two_zones() -> None:
    night = datetime(2026, 5, 13, 22, 30, tzinfo=UTC)
    assert times.both(night) == "14.05.2026 01:30 МСК (13.05.2026 22:30 UTC)"
    assert times.of_source("2026-02-02") == "02.02.2026"
    assert times.of_source("2026-02-02T16:31:00+03:00") == "02.02.2026 16:31 МСК (13:31 UTC)"
    assert times.of_source("вчера") == "вчера"


@pytest.mark.parametrize(
    ("kind", "force", "state"),
    [
        ("ukaz", Force.IN_FORCE, "Указ, в силе"),
        ("postanovlenie-pravitelstva", Force.REPEALED, "Постановление, утратило силу"),
        ("prikaz-mvd", Force.UNKNOWN, "Приказ, вступление в силу не проверено"),
        ("page", Force.UNKNOWN, "Страница"),
    ],
)
def test_states_of_acts_agree_in_gender(kind: str, force: Force, state: str) -> None:
    assert subject.of_document(replace(decree(), kind=kind, force=force)).state == state


def test_every_rule_of_noise_has_words_and_an_unknown_one_keeps_its_name() -> None:
    for rule in RULES:
        words = diffview.noise_line(Noise(rule=rule, count=2))
        assert re.fullmatch(r"[А-Яа-яё ,]+: 2", words.ru), rule
        assert not re.search(rf"\b{re.escape(rule)}\b", words.ru)
        assert words.en.endswith(": 2")
    assert diffview.noise_line(Noise(rule="brand-new", count=1)) == ("правило «brand-new»: 1", "rule brand-new: 1")


def test_a_correction_tells_what_was_said_and_when() -> None:
    payload = {
        "event": "x",
        "reason": "СОЗД отдал страницу с ошибкой.",
        "said": "файла больше нет",
        "said_at": "2026-05-14T08:05:00+00:00",
    }
    library = FakeLibrary()
    event = library.tell(EventKind.CORRECTION, real(bill()), payload)
    assert wording.summary(event).startswith(
        "Исправление: 14.05.2026 мы сообщили: «файла больше нет». Это неверно, потому что СОЗД отдал страницу с ошибкой. "
    )
    undated = library.tell(EventKind.CORRECTION, real(bill()), {**payload, "said_at": None})
    assert wording.summary(undated).startswith("Исправление: мы сообщили: «файла больше нет».")
    bare = library.tell(EventKind.CORRECTION, real(bill()), {"event": "x"})
    assert wording.summary(bare).startswith("Исправление: мы сообщили неверное. Это неверно. Замечено")


def test_a_blind_source_is_told_in_both_times() -> None:
    payload = {"source": "sozd", "last_success": "2025-11-12T06:10:00+00:00"}
    said = wording.summary(FakeLibrary().tell(EventKind.COVERAGE_GAP, None, payload, source="sozd"))
    assert said.startswith("СОЗД: нет успешной проверки с 12.11.2025 09:10 МСК (06:10 UTC).")
    back = {"source": "sozd", "since": "2025-11-12T06:10:00+00:00", "until": "2025-11-14T07:00:00+00:00", "events": 2}
    event = FakeLibrary().tell(EventKind.COVERAGE_RESTORED, None, back, source="sozd")
    assert wording.title(event).what == "перерыв с 12.11 09:10 до 14.11 10:00 МСК; за это время 2 события"
    assert "до 14.11.2025 10:00 МСК (07:00 UTC)" in wording.summary(event)


def test_the_date_of_the_source_is_not_told_twice() -> None:
    payload = {"step": step("3.1", "2026-04-28", "предложить отклонить законопроект")}
    told = FakeLibrary().tell(EventKind.BILL_STEP, bill(), payload, occurred_at="2026-04-28")
    assert wording.summary(told).count("28.04.2026") == 1
    file = {"label": "Отзыв", "role": "opinion", "url": "https://sozd.example/1"}
    other = FakeLibrary().tell(EventKind.FILE_ADDED, bill(), {"file": file}, occurred_at="2026-04-28T12:00:00+03:00")
    assert "Дата в источнике: 28.04.2026 12:00 МСК (09:00 UTC)." in wording.summary(other)


def test_the_words_that_matched_are_written_as_the_title_has_them() -> None:
    reasons = [{"topic": "citizenship", "term": "c", "text": "гражданстве российской федерации"}]
    library = FakeLibrary()
    found = library.tell(EventKind.DOCUMENT_DISCOVERED, real(bill()), {"reasons": reasons})
    assert wording.title(found).what == "новый документ"
    assert "Новый документ. Найден по словам «гражданстве Российской Федерации»." in wording.summary(found)
    quote = "О внесении изменений в статью 22 Федерального закона «О гражданстве Российской Федерации» (об основаниях)"
    inside = [{**reasons[0], "text": "статью 22 федерального закона «о гражданстве российской федерации"}]
    opened = library.tell(EventKind.DOCUMENT_DISCOVERED, real(bill(), title=quote), {"reasons": inside})
    words = "Найден по словам «статью 22 Федерального закона „О гражданстве Российской Федерации“»."
    assert words in wording.summary(opened), "words that stop inside a quote close it"
    foreign = library.tell(EventKind.DOCUMENT_DISCOVERED, real(bill(), title="Иное"), {"reasons": reasons})
    assert "Найден по словам «гражданстве российской федерации»." in wording.summary(foreign)


def test_an_act_is_read_and_only_its_publisher_publishes_it() -> None:
    said = titled(EventKind.TEXT_ADDED, real(decree()), text_payload("current"), source="kremlin")
    assert said == "[Указ, вступление в силу не проверено] № 923: текст прочитан на kremlin.ru"


def test_a_law_keeps_the_number_of_its_bill_as_a_bill() -> None:
    event = FakeLibrary().tell(EventKind.BILL_STAGE, real(bill(Status.SIGNED)), {"after": "signed", "step": {}})
    assert wording.summary(event).startswith("Закон по законопроекту 100001-99: подписан Президентом.")
    assert wording.english(event).startswith("Law from bill 100001-99:")


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("Закон вступает в силу со дня опубликования.", "«Закон вступает в силу со дня опубликования»."),
        ("Закон вступает в силу с 1 мая 2099 г.", "«Закон вступает в силу с 1 мая 2099 г.»."),
    ],
)
def test_a_quoted_sentence_has_one_full_stop(clause: str, told: str) -> None:
    event = FakeLibrary().tell(
        EventKind.EFFECTIVE_APPROACHING, real(law()), {"clause": clause, "dates": ["2099-05-01"]}
    )
    assert f"В тексте: {told} " in wording.summary(event)
    assert f"In the text: {told} " in wording.summary(event, language="en")


# ---------------------------------------------------------------- editions, and sources that disagree

LISTED = "3 - от 27.04.2099 № 9901-ФЗ (изм.)"


def edition_payload(**more: Any) -> dict[str, Any]:
    named = {"label": LISTED, "date": "2099-04-27", "number": "9901-ФЗ"}
    return {**text_payload("rdk-3"), "label": LISTED, "amended_by": named, **more}


def test_an_edition_is_announced_and_then_told_by_its_name() -> None:
    waiting = edition_payload(readable=False, unread_reason="not_ready")
    said = titled(EventKind.EDITION_ADDED, real(law()), waiting, source="ips")
    assert said.endswith(": объявлена редакция от 27.04.2099 № 9901-ФЗ, текст ещё не готов")
    read = titled(EventKind.TEXT_ADDED, real(law()), edition_payload(), one(years()), source="ips")
    assert ": редакция от 27.04.2099 № 9901-ФЗ: «десяти» → «пяти» лет" in read


def disagreement(diff: Diff, *notices: dict[str, str], acts: tuple[str, ...] = (), page: str | None = None) -> Any:
    other = {"source": "page", "url": page} if page is not None else {"source": "kremlin"}
    rows = [{"source": "ips", "amending_acts": list(acts)}, {**other, "amending_acts": list(acts)}]
    payload = {"sources": rows, "notices": list(notices)}
    return FakeLibrary().tell(EventKind.SOURCES_DISAGREE, real(decree()), payload, diff=diff, source="kremlin")


def removed(address: str, text: str) -> Operation:
    return Operation(
        ops=("removed",),
        old_path="p-7",
        new_path=None,
        old_address=address,
        new_address=None,
        old_text=text,
        new_text=None,
        spans=(("-", text),),
    )


CLOSED = {"kind": "closed_item", "address": "п. 7", "text": "«Для служебного пользования»"}
GAP = {"kind": "gap", "address": "п. 7", "text": "После п. 6 идёт п. 8."}


def test_who_hides_an_item_and_who_prints_its_number() -> None:
    diff = one(removed("п. 7", "7. Для служебного пользования."))
    event = disagreement(diff, CLOSED, GAP)
    assert wording.title(event, diff).what == (
        "п. 7 «Для служебного пользования» на pravo.gov.ru; на kremlin.ru после п. 6 идёт п. 8"
    )
    said = wording.summary(event, diff)
    assert said.count("«Для служебного пользования»") == 1
    assert "о чём он, мы не знаем. Ни один из источников не называет изменяющих актов" in said
    amended = disagreement(diff, CLOSED, GAP, acts=("01.02.2099 № 5",))
    assert "Оба источника называют одни и те же изменяющие акты" in wording.summary(amended, diff)


def test_an_item_that_both_hide_is_not_the_difference() -> None:
    diff = one(years())
    told = wording.title(disagreement(diff, CLOSED, CLOSED), diff).what
    assert told.startswith("тексты на pravo.gov.ru и на kremlin.ru расходятся: «десяти» и «пяти» лет")


@pytest.mark.parametrize(
    ("page", "name"), [("", "наблюдаемой странице"), ("http://www.copy.example/act", "copy.example")]
)
def test_a_watched_page_that_disagrees_is_called_by_its_host(page: str, name: str) -> None:
    diff = one(removed("п. 7", "7. Утвердить положение."))
    told = wording.title(disagreement(diff, page=page), diff).what
    assert told == f"тексты на pravo.gov.ru и на {name} расходятся: п. 7 есть только на pravo.gov.ru"
