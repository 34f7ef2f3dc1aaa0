"""The titles of the voice in English: the same order, the same facts, the words of the law in Russian."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import headline, labels, times, wording
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
from tests.feeds.test_wording import CLOSED, DRAFTS, GAP, LISTED, disagreement, grounds, one, real, removed
from tracker.models import Diff, Document, EventKind, Force, Status


def titled(
    kind: EventKind, document: Document | None, payload: dict[str, Any], diff: Diff | None = None, **more: Any
) -> str:
    event = FakeLibrary().tell(kind, document, payload, diff=diff, **more)
    return str(wording.title(event, diff, language="en"))


SINCE = {"source": "sozd", "last_success": "2025-11-12T06:10:00+00:00"}
SHORT = "О внесении изменений в статью 22"
HOSTED = {**GAP, "text": "На kremlin.ru после п. 6 идёт п. 8."}
NOTICES = {"publication": {"date": "2099-05-12"}, "notices": [CLOSED, HOSTED]}
FELL = {"step": step("1.2", "2026-02-02T16:31:00+03:00", "снять"), "before": "registered"}


@pytest.mark.parametrize(
    ("kind", "document", "payload", "diff", "expected"),
    [
        (
            EventKind.DOCUMENT_DISCOVERED,
            real(bill(Status.REGISTERED), title=SHORT),
            {"scan_only": True},
            None,
            "[Draft bill, introduced] 100001-99 «О внесении изменений в статью 22»: only a scan so far, text not read",
        ),
        (
            EventKind.TEXT_ADDED,
            real(bill()),
            text_payload("second-reading-committee"),
            grounds(),
            (
                "[Draft bill, text for the second reading] 100001-99: "
                "new ground, art. 22 part 1 item 2 sub-item «в»; 4 more changes"
            ),
        ),
        (
            EventKind.TEXT_ADDED,
            real(bill()),
            text_payload("second-reading"),
            one(years()),
            "[Draft bill, text passed at second reading] 100001-99: «десяти» → «пяти» лет, art. 22 part 1 item 2",
        ),
        (
            EventKind.TEXT_UNEXPLAINED,
            real(law()),
            {**text_payload("current"), "url": "http://pravo.gov.ru/x"},
            one(operation(["modified"], "ст. 24 ч. 1", [("-", "а"), ("+", "б")])),
            (
                "[Federal law, in force] 938-ФЗ, art. 24 part 1: "
                "the text on pravo.gov.ru changed, no amending act was found"
            ),
        ),
        (
            EventKind.COVERAGE_GAP,
            None,
            SINCE,
            None,
            "[Watch interrupted] SOZD, the Duma's bill system: no successful check since 12 Nov 09:10 MSK",
        ),
        (
            EventKind.ACT_PUBLISHED,
            real(decree(), number="123", title=""),
            NOTICES,
            None,
            (
                "[Presidential decree published] № 123: item 7: «Для служебного пользования»; "
                "on kremlin.ru after item 6 comes item 8"
            ),
        ),
        (
            EventKind.BILL_WITHDRAWN,
            real(bill(Status.WITHDRAWN)),
            FELL,
            None,
            "[Draft bill, withdrawn] 100001-99: withdrawn by its author 2 February 2026",
        ),
        (
            EventKind.BILL_VETOED,
            real(bill(Status.VETOED)),
            FELL,
            None,
            "[Law vetoed by the President, not in force] 100001-99: vetoed by the President 2 February 2026",
        ),
    ],
)
def test_the_table_of_the_voice(
    kind: EventKind, document: Document | None, payload: dict[str, Any], diff: Diff | None, expected: str
) -> None:
    source = "ips" if kind is EventKind.TEXT_UNEXPLAINED else "sozd"
    assert titled(kind, document, payload, diff, source=source) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (operation(["added"], "ст. 5 п. 3", [("+", "3) иное.")]), "new art. 5 item 3"),
        (operation(["removed"], "ст. 5 ч. 1 п. 3", [("-", "3) иное.")]), "removed: art. 5 part 1 item 3"),
        (operation(["modified"], "ч. 2", [("=", "вправе"), ("+", " не"), ("=", " являться")]), "added «не», part 2"),
        (operation(["modified"], "ст. 9 ч. 2", [("-", "а" * 90), ("+", "б" * 90)]), "modified: art. 9 part 2"),
        (operation(["moved"], "ст. 6", [("=", "то же")], old_address="ст. 5"), "moved: art. 5 → art. 6"),
        (operation(["removed"], "", [("-", "3) иное.")]), "a passage removed"),
    ],
)
def test_headlines(row: Any, expected: str) -> None:
    assert headline.headline(one(row), language="en") == expected


def test_a_unit_is_named_by_its_place_in_the_law_that_it_changes() -> None:
    place = "ст. 1 п. 2 («ст. 22 ч. 1 п. 2 пп. „в“»)"
    row = replace(ground(), new_address=place, new_path="st-1.p-2.q.st-22.ch-1.p-2.pp-v")
    payload = {**text_payload(), "amends": [{"clause": "st-1", "act": "act/fz/2099-04-28/938-fz", "number": "938-ФЗ"}]}
    diff = replace(grounds(), operations=(row,))
    said = titled(EventKind.TEXT_ADDED, real(bill()), payload, diff)
    assert said.endswith(": new art. 22 part 1 item 2 sub-item «в» of 938-ФЗ")


def test_an_edition_and_its_act_are_dated_in_english() -> None:
    named = {"label": LISTED, "date": "2099-04-27", "number": "9901-ФЗ"}
    payload = {**text_payload("rdk-3"), "label": LISTED, "amended_by": named}
    said = titled(EventKind.TEXT_ADDED, real(law()), payload, one(years()), source="ips")
    assert said == (
        "[Federal law, in force] 938-ФЗ: edition of 27 April 2099 № 9901-ФЗ: «десяти» → «пяти» лет, art. 22 part 1 item 2"
    )


def test_two_sources_that_disagree() -> None:
    diff = one(removed("п. 7", "7. Для служебного пользования."))
    event = disagreement(diff, CLOSED, GAP)
    assert wording.title(event, diff, language="en").what == (
        "item 7: «Для служебного пользования» on pravo.gov.ru; on kremlin.ru after item 6 comes item 8"
    )
    assert "We do not know which text is right." in wording.summary(event, diff, language="en")


def test_the_line_beside_two_sources_calls_neither_text_newer() -> None:
    event = disagreement(one(years()))
    event = replace(event, payload={**event.payload, "change": {"summary": {"en": "changed: «десяти» → «пяти» лет"}}})
    said = wording.english(event)
    assert "sources disagree. Neither text is the newer one." in said
    assert "→" not in said
    assert "changed" not in said


def test_a_day_that_is_open_stays_open() -> None:
    payload = {"clause": "Вступает в силу.", "scope": "ст. 5", "dates": ["2099-08-11", "2099-08-12"]}
    said = titled(EventKind.EFFECTIVE_APPROACHING, real(law()), payload, source="tracker")
    assert said.endswith("938-ФЗ: art. 5 may take effect 11 August 2099 or 12 August 2099: the text allows both dates")


@pytest.mark.parametrize(
    ("search", "russian", "english"),
    [
        (None, "СОЗД, поиск новых документов", "SOZD, the Duma's bill system, search for new documents"),
        (
            "sozd/readings",
            "СОЗД, поиск поправок к чтениям",
            "SOZD, the Duma's bill system, search for amendments at readings",
        ),
        ("sozd/keywords", "СОЗД, поиск по словам", "SOZD, the Duma's bill system, search by words"),
    ],
)
def test_a_blind_search_is_called_by_its_name(search: str | None, russian: str, english: str) -> None:
    event = FakeLibrary().tell(EventKind.COVERAGE_GAP, None, {**SINCE, "search": True, "search_name": search})
    assert wording.title(event).subject == russian
    assert wording.title(event, language="en").subject == english


def test_a_summary_says_draft_and_both_times() -> None:
    diff = one(operation(["added"], "ст. 22 ч. 1 п. 2 пп. «в»", [("+", "в) нового;")]))
    at = datetime(2026, 5, 14, 11, 5, tzinfo=UTC)
    event = FakeLibrary().tell(EventKind.TEXT_ADDED, real(bill()), text_payload(), diff=diff, at=at)
    assert wording.summary(event, diff, language="en") == (
        "Draft bill 100001-99, text for the second reading, with amendments: proposes a new art. 22 part 1 item 2 "
        "sub-item «в». Compared with the earlier text: “Text as introduced”. This is a draft; it is not in force. "
        "Seen 14 May 2026 14:05 MSK (11:05 UTC)."
    )


def test_silence_struck_words_and_a_discreet_line() -> None:
    library = FakeLibrary()
    blind = library.tell(EventKind.COVERAGE_GAP, None, SINCE)
    said = wording.summary(blind, language="en")
    assert said.startswith(
        "SOZD, the Duma's bill system: no successful check since 12 November 2025 09:10 MSK (06:10 UTC)."
    )
    assert "Silence does not mean that nothing changed." in said
    struck = library.tell(EventKind.TEXT_ADDED, bill(), text_payload(), struck=True)
    assert str(wording.title(struck, language="en")) == f"[Content erased] Update {struck.id[:4]}"
    assert wording.discreet(struck, language="en") == f"Update {struck.id[:4]}."


def test_times_in_english() -> None:
    night = datetime(2026, 5, 13, 22, 30, tzinfo=UTC)
    assert times.both(night, language="en") == "14 May 2026 01:30 MSK (13 May 2026 22:30 UTC)"
    assert times.short(night, language="en") == "14 May 01:30 MSK"
    assert times.of_source("2026-02-02", language="en") == "2 February 2026"


@given(
    status=st.sampled_from(DRAFTS),
    force=st.sampled_from(list(Force)),
    kind=st.sampled_from([kind for kind in EventKind if not kind.startswith(("coverage", "correction"))]),
    edition=st.sampled_from([*labels.EDITIONS, "nobody-knows"]),
    whole=st.booleans(),
)
def test_a_draft_is_always_called_a_draft(
    status: Status, force: Force, kind: EventKind, edition: str, whole: bool
) -> None:
    payload = {**text_payload(edition), "step": step()} if whole else {}
    diff = rich_diff()
    event = FakeLibrary().tell(kind, real(replace(bill(status), force=force)), payload, diff=diff)
    title, summary = str(wording.title(event, diff, language="en")), wording.summary(event, diff, language="en")
    assert "Draft bill" in title.partition("]")[0]
    assert "This is a draft; it is not in force." in summary
    assert "in force]" not in title


@given(
    kind=st.sampled_from(list(EventKind)),
    status=st.sampled_from([None, *Status]),
    payload=st.dictionaries(
        st.sampled_from(
            ["step", "before", "after", "file", "fields", "publication", "notices", "amends", "dates", "sources"]
        ),
        st.one_of(
            st.none(), st.text(max_size=5), st.integers(), st.lists(st.dictionaries(st.text(max_size=3), st.none()))
        ),
    ),
)
def test_no_payload_is_too_poor_to_be_told(kind: EventKind, status: Status | None, payload: dict[str, Any]) -> None:
    event = FakeLibrary().tell(kind, bill(status), payload)
    assert str(wording.title(event, language="en")).startswith("DEMO: invented document. [")
    assert wording.summary(event, language="en").endswith("UTC).")
