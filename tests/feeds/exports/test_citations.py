from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date

import pytest

from feeds import subject
from feeds.exports import citations
from feeds.exports.citations import Citation
from tests.feeds.exports.comparisons import HOSTILE
from tests.feeds.fake_library import INFO, FakeLibrary, bill, law, newsroom
from tracker.models import Document, Event, EventKind, Force, Status

TODAY = date(2026, 11, 22)
REJECTED = (Status.SF_REJECTED, Status.VETOED)


def cited(event: Event, library: FakeLibrary) -> Citation:
    return citations.of_event(event, library.diff(event.diff_id) if event.diff_id else None, INFO, TODAY)


def told(document: Document, kind: EventKind = EventKind.BILL_STAGE) -> Citation:
    library = FakeLibrary()
    return cited(library.tell(kind, document, {"status": document.status}), library)


def test_a_change_by_the_russian_standard() -> None:
    library = newsroom()
    event = next(row for row in library.kept_events if row.kind is EventKind.TEXT_ADDED and row.diff_id)
    assert cited(event, library).gost == (
        "[ДЕМО: вымышленный документ] О внесении изменений в статью 22 Федерального закона «О гражданстве Российской "
        "Федерации» : законопроект № 100001-99 : новое основание, ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения : "
        "[проект, не действует] : замечено 14.05.2026 14:05 МСК (11:05 UTC) // Трекер Думы : [сайт]. 2026. 14 мая. "
        f"URL: https://tracker.example/watch/event/{event.id} (дата обращения: 22.11.2026)."
    )


def test_an_act_is_named_with_its_issuer_and_its_day() -> None:
    library, document = FakeLibrary(), law()
    version = library.keep_version(document, "current", source="ips")
    assert citations.of_version(document, version, INFO, TODAY).gost == (
        "[ДЕМО: вымышленный документ] О гражданстве (вымышленная редакция) : федеральный закон от 28 апреля 2099 г. "
        "№ 938-ФЗ : текущая редакция : [в силе] : ИПС «Законодательство России», снимок от 12.05.2026 09:10 МСК "
        "(06:10 UTC) // Трекер Думы : [сайт]. 2026. 12 мая. "
        "URL: https://tracker.example/watch/act/fz/2099-04-28/938-fz/text/ips/current/1 (дата обращения: 22.11.2026)."
    )


def test_plain_words_in_both_languages() -> None:
    made = told(replace(bill(Status.WITHDRAWN), invented=False), EventKind.BILL_WITHDRAWN)
    assert made.plain.startswith("[Законопроект снят] 100001-99")
    assert "Это проект, он не принят. Действующий закон этим не изменён." in made.plain
    assert made.plain.endswith("(дата обращения: 22.11.2026).")
    assert "This draft was not adopted. The law in force is not changed by it." in made.plain_en
    assert "https://tracker.example/watch/en/event/" in made.plain_en
    assert made.plain_en.endswith("(accessed 22 November 2026).")
    assert "ДЕМО" not in made.plain


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("force", list(Force))
def test_every_form_says_whether_it_binds_anyone(status: Status, force: Force) -> None:
    document = replace(bill(status), force=force)
    made, about = told(document), subject.of_document(document)
    assert about.force_sentence.ru in made.plain
    assert about.force_sentence.ru in made.markdown
    assert about.force_sentence.en in made.plain_en
    badge = about.force_sentence.ru.rstrip(".") if status in REJECTED else about.force_name.ru
    assert f"[{badge[:1].lower()}{badge[1:]}]" in made.gost


@pytest.mark.parametrize("status", REJECTED)
def test_a_rejected_law_is_not_called_unpublished(status: Status) -> None:
    made = told(bill(status))
    assert "[закон отклонён и не действует]" in made.gost
    assert "законопроект" in made.gost


def test_an_introduced_text_stays_a_draft_when_the_bill_is_law() -> None:
    library, document = FakeLibrary(), replace(bill(Status.PUBLISHED), force=Force.IN_FORCE)
    made = citations.of_version(document, library.keep_version(document, "introduced"), INFO, TODAY)
    assert "[проект, не действует]" in made.gost
    assert "Это проект, он не действует." in made.plain


def test_a_page_made_once_for_everybody_leaves_the_day_of_access_to_the_reader() -> None:
    library = FakeLibrary()
    made = citations.of_event(library.tell(EventKind.BILL_STAGE, bill()), None, INFO, None)
    assert made.gost.endswith("(дата обращения: дд.мм.гггг).")
    assert made.plain_en.endswith("(accessed dd.mm.yyyy).")


def test_a_source_that_was_blind_has_no_document() -> None:
    library = newsroom()
    event = next(row for row in library.kept_events if row.kind is EventKind.COVERAGE_GAP)
    assert cited(event, library).gost.startswith("[Наблюдение прервано] ИПС «Законодательство России»: нет успешной")


def test_what_was_struck_is_cited_without_its_content() -> None:
    library = FakeLibrary()
    made = cited(library.tell(EventKind.BILL_STAGE, bill(), struck=True), library)
    assert "О внесении изменений" not in "".join(astuple(made))
    assert "Содержание удалено" in made.gost


def test_hostile_titles_stay_one_line_and_no_markup() -> None:
    made = told(replace(bill(), title=HOSTILE + "](javascript:alert(1)) **x** " + "а" * 1_000_000))
    for form in astuple(made):
        assert "\n" not in form
        assert not set("\x00\x07\u202e") & set(form)
        assert len(form) < 2_500
    assert "\\]" in made.markdown
    assert "\\<script\\>" in made.markdown
    assert "](javascript" not in made.markdown.replace("\\](javascript", "")
