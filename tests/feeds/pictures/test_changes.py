from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from feeds.languages import Speech
from feeds.pictures import changes, fonts, share
from feeds.pictures.fonts import Face
from feeds.pictures.setting import Ink, Piece, column
from tests.feeds.exports.comparisons import HOSTILE, of_editions, of_event, of_texts, sections
from tests.feeds.fake_library import INFO, FakeLibrary, bill, newsroom
from tracker.errors import ConfigError
from tracker.models import EventKind, SiteInfo

RU, EN = Speech("ru"), Speech("en")
PLAIN = Ink(Face("serif", 30))

drawn = pytest.mark.skipif(not fonts.available(), reason="no font with Cyrillic letters is installed")


def opened(made: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(made))
    image.load()
    return image


def said(made: bytes) -> dict[str, str]:
    return {str(name): str(words) for name, words in opened(made).info.items()}


@drawn
def test_a_picture_says_inside_the_file_where_it_is_from() -> None:
    comparison = of_event()
    made = changes.picture(comparison, RU)
    image = opened(made)
    assert image.format == "PNG"
    assert image.width == 1200
    assert said(made)["Source"] == comparison.link
    assert said(made)["Disclaimer"] == "ДЕМО: вымышленный документ / DEMO: invented document"
    assert said(made)["Title"].startswith("[Законопроект, текст ко 2-му чтению] 100001-99: новое основание")


@drawn
def test_the_mark_of_invention_runs_from_edge_to_edge() -> None:
    invented, real = (opened(changes.picture(of_event(invented=mark), RU)) for mark in (True, False))
    assert {invented.getpixel((x, 5)) for x in range(invented.width)} == {(29, 29, 27)}
    assert {real.getpixel((x, 5)) for x in range(real.width)} == {(253, 252, 248)}


@drawn
def test_struck_and_added_words_differ_without_colour() -> None:
    """A grey copy still tells them apart: the stroke is through the words or under them."""
    face = Face("serif", 40)
    old, new = ([piece for piece in changes.marked([(kind, "слово")], face) if piece.ink.line] for kind in ("-", "+"))
    assert [piece.ink.line for piece in (*old, *new)] == ["through", "under"]
    signs = [next(iter(changes.marked([(kind, "слово")], face))).text[0] for kind in ("-", "+")]
    assert signs == ["\N{MINUS SIGN}", "+"]


@drawn
@pytest.mark.parametrize("say", [RU, EN])
def test_the_same_comparison_gives_the_same_bytes(say: Speech) -> None:
    comparison = of_event(say.language)
    assert changes.picture(comparison, say) == changes.picture(comparison, say)


@drawn
def test_a_long_comparison_ends_with_how_much_is_left() -> None:
    old = sections(*(f"{number}. Срок составляет десять лет со дня {'вымысла ' * 30}." for number in range(1, 60)))
    new = sections(*(row.text.replace("десять", "пять") for row in old))
    assert 1_500 < opened(changes.picture(of_texts(old, new), RU)).height < 3_500


@drawn
def test_texts_that_are_equal_and_units_that_only_moved_have_a_picture() -> None:
    same = sections("1. Одно и то же.")
    assert opened(changes.picture(of_texts(same, same), RU)).height > 300
    assert opened(changes.picture(of_editions(0, 1)[0], RU)).height > 300


@drawn
def test_hostile_and_huge_words_are_drawn_and_bounded() -> None:
    old, new = sections("1. Тихо."), sections("1. " + HOSTILE + "щ" * 3_000_000)
    comparison = replace(of_texts(old, new, bill(title=HOSTILE * 1_000)), title=HOSTILE * 10_000)
    image = opened(changes.picture(comparison, RU))
    assert image.height < 4_000


def test_a_picture_in_words_for_whoever_cannot_see_it() -> None:
    assert changes.alternative(of_event(), RU) == (
        "ДЕМО: вымышленный документ. [Законопроект, текст ко 2-му чтению] 100001-99: новое основание, "
        "ст. 22 ч. 1 п. 2 пп. «в»; ещё 4 изменения. Это проект, он не действует. 4 изменения."
    )


@drawn
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_event_has_a_picture_to_share(language: str) -> None:
    library = newsroom()
    say = EN if language == "en" else RU
    for event in library.kept_events:
        diff = library.diff(event.diff_id) if event.diff_id else None
        made = share.picture(event, diff, INFO, say)
        assert opened(made).size == (1200, 630)
        assert made == share.picture(event, diff, INFO, say)
        assert share.alternative(event, diff, say)


@drawn
def test_what_was_struck_is_not_drawn() -> None:
    library = FakeLibrary()
    struck = library.tell(EventKind.FIELDS_CHANGED, bill(), struck=True)
    assert "О внесении изменений" not in said(share.picture(struck, None, INFO, RU))["Title"]


@drawn
def test_an_invented_site_marks_every_picture() -> None:
    library = newsroom()
    gap = next(event for event in library.kept_events if event.kind is EventKind.COVERAGE_GAP)
    site = SiteInfo(title="Демо", base_url="https://demo.example", authority="demo.example", year=2026, invented=True)
    assert "Disclaimer" in said(share.picture(gap, None, site, RU))
    assert "Disclaimer" not in said(share.picture(gap, None, INFO, RU))


@drawn
def test_lines_never_leave_the_column() -> None:
    pieces = [Piece("слово, " * 40, PLAIN), Piece("щ" * 150, PLAIN), Piece("\nещё строка", Ink(Face("sans", 20)))]
    made = column(pieces, 400, 100)
    assert made.whole
    for line in made.lines:
        assert sum(piece.ink.face.width(piece.text) for piece in line) <= 401
    assert made.lines[-1][0].text == "ещё строка"


@drawn
def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    made = column([Piece("слово " * 400, PLAIN)], 400, 3)
    assert not made.whole
    assert len(made.lines) == 3
    assert made.lines[-1][-1].text.endswith("…")
    assert column([], 400, 3).lines == ((),)


def test_without_a_font_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_SYSTEM", {"serif": (), "sans": ()})
    monkeypatch.setattr(fonts, "_PACKAGES", {"serif": ("no_such_package", "x"), "sans": ("no_such_package", "x")})
    fonts._font.cache_clear()
    try:
        assert not fonts.available()
        with pytest.raises(ConfigError, match=r"no font with Cyrillic letters was found.*pip install fontpkg"):
            changes.picture(of_event(), RU)
    finally:
        fonts._font.cache_clear()
