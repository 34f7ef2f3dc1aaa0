from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html

from feeds import clausehistory, views
from feeds.languages import Speech
from feeds.pictures import lawmap, pulse, stages
from feeds.pictures.lawmap import Article
from feeds.views import StageMark
from tests.feeds.exports.comparisons import HOSTILE
from tests.feeds.fake_library import card
from tests.feeds.texts import shelf
from tracker.models import Status

RU, EN = Speech("ru"), Speech("en")
TODAY = date(2026, 11, 22)

MARKS = views.stage_line(Status.FIRST_READING, card()["events"], RU)


def article(number: int, *changes: date, title: str = "Предмет", chapter: str = "Глава 1. Общее") -> Article:
    return Article(
        number=str(number),
        address=f"ст. {number}",
        title=title,
        chapter=chapter,
        changes=changes,
        href=f"#st-{number}",
    )


def test_where_a_bill_stands_in_words() -> None:
    assert stages.words(MARKS, RU) == (
        "Пройдено: Внесён 02.02.2026. Сейчас: 1-е чтение 13.05.2026. "
        "Впереди: 2-е чтение, 3-е чтение, Совет Федерации, Президент, Опубликован."
    )
    dropped = views.stage_line(Status.WITHDRAWN, card()["events"], RU)
    assert "Итог: Снят: отозван автором 13.05.2026." in stages.words(dropped, RU)
    assert "Впереди" not in stages.words(dropped, RU)


def test_a_stage_line_is_one_image_with_its_words_beside_it() -> None:
    root = html.fromstring(stages.picture(MARKS, RU))
    drawings = root.findall(".//svg")
    assert [drawing.get("role") for drawing in drawings] == ["img", "img"]
    for drawing in drawings:
        named = str(drawing.get("aria-labelledby")).split()
        assert [str(root.get_element_by_id(name).text) for name in named] == [
            "Где законопроект сейчас",
            stages.words(MARKS, RU),
        ]
    assert root.findtext(".//figcaption") == stages.words(MARKS, RU)


def test_stations_differ_without_colour() -> None:
    root = html.fromstring(stages.picture(MARKS, RU))
    wide = root.findall(".//svg")[0]
    assert len(wide.findall(".//path")) == 1  # a tick for the one that is behind
    assert len([ring for ring in wide.iter("circle") if ring.get("stroke-dasharray")]) == 5
    assert "впереди" in wide.text_content()
    assert "сейчас" in wide.text_content()


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("say", [RU, EN])
def test_every_status_has_a_line(status: Status, say: Speech) -> None:
    marks = views.stage_line(status, card()["events"], say)
    made = stages.picture(marks, say)
    assert all(html.fromstring(made).text_content().count(mark.name.split()[0]) for mark in marks)


def test_no_stations_no_picture() -> None:
    assert not stages.picture([], RU)
    assert not lawmap.picture([], TODAY, RU)


def test_the_map_is_a_list_of_links_that_say_what_they_show() -> None:
    rows = [article(1), article(2, date(2026, 5, 1), date(2020, 1, 1)), article(3, date(2015, 1, 1), chapter="Глава 2")]
    root = html.fromstring(lawmap.picture(rows, TODAY, RU))
    links = root.xpath("//ul[@class='map-cells']/li/a")
    assert [link.get("href") for link in links] == ["#st-1", "#st-2", "#st-3"]
    assert [link.findtext("span") for link in links] == [
        "ст. 1 Предмет: за время наблюдения не менялась",
        "ст. 2 Предмет: менялась 2 раза, последний раз 1 мая 2026",
        "ст. 3 Предмет: менялась 1 раз, последний раз 1 января 2015",
    ]
    assert [chapter.text for chapter in root.xpath("//p[@class='map-chapter']")] == ["Глава 1. Общее", "Глава 2"]
    assert "Статей: 3; менялись: 2. Чаще всего: ст. 2 (2 раза), ст. 3 (1 раз)." in root.text_content()


def test_how_often_and_how_lately_are_written_in_the_cell() -> None:
    root = html.fromstring(lawmap.picture([article(2, date(2026, 5, 1), date(2020, 1, 1))], TODAY, RU))
    cell = root.xpath("//ul[@class='map-cells']//svg")[0]
    assert [text.text for text in cell.iter("text")] == ["2", "2×", "2026"]
    assert cell.get("aria-hidden") == "true"


@pytest.mark.parametrize(
    ("days", "filled"), [(0, 1.0), (365, 1.0), (366, 0.66), (1_095, 0.66), (1_100, 0.33), (9_000, 0.12)]
)
def test_the_newer_the_higher(days: int, filled: float) -> None:
    assert lawmap._filled((TODAY - timedelta(days=days), date(1999, 1, 1)), TODAY) == filled


def test_a_law_that_never_changed_says_so() -> None:
    assert lawmap.words([article(1), article(2)], RU) == "Статей: 2; ни одна не менялась."
    assert lawmap.words([article(1), article(2)], EN) == "Articles: 2; none has changed."


def test_articles_and_their_changes_out_of_the_recorded_comparisons() -> None:
    kept = shelf()
    newest = kept.versions[-1]
    events = kept.library.events(scope=f"document:{kept.document.id}")
    path = f"/{kept.document.id}/text/ips/rdk-2/1"
    rows = lawmap.articles_of(
        kept.library.sections(newest.id), clausehistory.chain(path, events, kept.library), "текст"
    )
    assert [(row.number, row.title, row.href) for row in rows] == [
        ("1", "Предмет", "текст#st-1"),
        ("2", "Силы", "текст#st-2"),
    ]
    assert [row.changes for row in rows] == [(date(2026, 5, 13), date(2026, 5, 14)), ()]


def test_article_2_is_not_article_2_1() -> None:
    kept = shelf()
    chain = clausehistory.chain(f"/{kept.document.id}/text/ips/rdk-2/1", kept.library.events(), kept.library)
    link = chain.links[0]
    moved = [replace(row, old_path="st-1.1.ch-3", new_path="st-1.1.ch-3") for row in link.diff.operations]
    other = clausehistory.Chain([replace(link, diff=replace(link.diff, operations=tuple(moved)))])
    section = kept.library.sections(kept.versions[-1].id)[0]
    assert section.path == "st-1"
    assert lawmap.articles_of([section], other)[0].changes == ()


def test_the_months_of_a_document() -> None:
    moments = [datetime(2026, 3, 1, tzinfo=UTC)] * 2 + [datetime(2026, 5, 31, 22, tzinfo=UTC)]  # June in Moscow
    made = pulse.picture("pulse-1", moments, datetime(2026, 11, 22, tzinfo=UTC), RU)
    root = html.fromstring(made)
    assert root.findtext(".//figcaption") == (
        "3 события за 9 месяцев: с марта 2026 по ноябрь 2026. Больше всего — март 2026: 2."
    )
    assert len(root.findall(".//rect")) == 2
    assert [svg.get("aria-labelledby") for svg in root.findall(".//svg")] == ["pulse-1-title pulse-1-desc"]


def test_months_without_events() -> None:
    made = pulse.picture("p", [], datetime(2026, 11, 22, tzinfo=UTC), RU)
    assert "С ноября 2026 по ноябрь 2026 событий не было." in made
    made = pulse.picture("p", [datetime(2016, 1, 1, tzinfo=UTC)], datetime(2026, 11, 22, tzinfo=UTC), EN)
    assert "No events from December 2023 to November 2026." in made


def test_hostile_words_stay_words() -> None:
    marks = [StageMark(name=HOSTILE, state="here", at=HOSTILE)]
    rows = [article(1, TODAY, title=HOSTILE, chapter=HOSTILE)]
    for made in (stages.picture(marks, RU), lawmap.picture(rows, TODAY, RU)):
        assert "<script" not in made
        assert not set("\x00\x07\u202e") & set(made)
        assert not list(html.fromstring(made).iter("script"))


def test_drawings_need_no_inline_style_and_bring_no_colour() -> None:
    made = "".join(
        [
            stages.picture(MARKS, RU),
            lawmap.picture([article(1, TODAY)], TODAY, RU),
            pulse.picture("p", [datetime(2026, 1, 1, tzinfo=UTC)], datetime(2026, 3, 1, tzinfo=UTC), RU),
        ]
    )
    assert "style=" not in made
    colours = {
        str(element.get(name))
        for element in html.fromstring(f"<div>{made}</div>").iter()
        for name in ("fill", "stroke")
        if element.get(name)
    }
    assert colours == {"currentColor", "none", "Canvas"}


def test_the_styles_name_only_what_is_drawn() -> None:
    css = (Path(stages.__file__).parents[1] / "static" / "style.css").read_text("utf-8")
    for name in ("stage-picture", "stages-wide", "stages-tall", "law-map", "map-cells", "map-legend", "pulse-picture"):
        assert f".{name}" in css
