"""The RSS of a bill, on feeds made up after what two consumers of it report. No genuine one was ever seen."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import sozd
from tests.scrapers.sozd_pages import NUMBER, REGISTERED, FakeCard, guid, listing, listing_row
from tracker.errors import PageError
from tracker.models import PageKind, Problem, Reading

URL = f"https://sozd.duma.gov.ru/bill/{NUMBER}/rss"
CARD = URL.removesuffix("/rss")


def item(title: str, description: str = "", extra: str = "") -> str:
    return f"<item><title>{title}</title><link>{CARD}</link><description>{description}</description>{extra}</item>"


FIRST = item("(02.02.2026 16:31:07) 1.1 Регистрация законопроекта", "Принято решение: зарегистрирован и направлен")
THIRD = item(
    "(10.03.2026 10:00:00) 3.3 Рассмотрение законопроекта Государственной Думой",
    "Принято решение: принять законопроект в первом чтении; представить поправки (09.04.2026; срок)",
)
LAST = item("(28.04.2026 23:59:59) 8.2 Опубликование закона", "Принято решение: закон опубликован")


def feed(
    *items: str, title: str = f"Законопроект № {NUMBER}", link: str = CARD, head: str = "", start: str = ""
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{start}<rss version="2.0"><channel><title>{title}</title>'
        f"<link>{link}</link><description>События</description>{head}{''.join(items)}</channel></rss>\n"
    ).encode()


def read(body: bytes, url: str = URL) -> Reading:
    return sozd.read(body, url=url, content_type="application/rss+xml")


def problem_of(body: bytes, url: str = URL, status: int = 200) -> tuple[Problem, str]:
    with pytest.raises(PageError) as caught:
        sozd.read(body, url=url, status=status)
    assert "\n" not in str(caught.value)
    return caught.value.problem, str(caught.value)


def test_the_address() -> None:
    assert sozd.feed_url("https://sozd.duma.gov.ru/", NUMBER) == URL


def test_steps_in_the_order_in_which_they_happened() -> None:
    reading = read(feed(LAST, FIRST, THIRD))
    assert (reading.source, reading.page) == ("sozd", PageKind.LIST)
    assert reading.document is not None
    assert (reading.document.id, reading.document.number, reading.document.url) == (f"bill/{NUMBER}", NUMBER, CARD)
    assert [(step.step, step.at, step.title) for step in reading.events] == [
        ("1.1", "2026-02-02T16:31:07+03:00", "Регистрация законопроекта"),
        ("3.3", "2026-03-10T10:00:00+03:00", "Рассмотрение законопроекта Государственной Думой"),
        ("8.2", "2026-04-28", "Опубликование закона"),
    ]
    assert reading.events[1].decisions == (
        "принять законопроект в первом чтении",
        "представить поправки (09.04.2026; срок)",
    )
    assert not any(step.planned or step.id or step.stage for step in reading.events)


def test_publication_comes_after_all_else_of_its_day() -> None:
    signed = item("(28.04.2026 16:53:00) 8.1 Рассмотрение закона Президентом")
    assert [step.step for step in read(feed(LAST, signed)).events] == ["8.1", "8.2"]


@pytest.mark.parametrize(
    ("title", "extra", "at", "step"),
    [
        ("3.1 Решение", "<pubDate>Tue, 10 Mar 2026 07:00:00 GMT</pubDate>", "2026-03-10T10:00:00+03:00", "3.1"),
        ("3.1. Решение", "<pubDate>Tue, 10 Mar 2026 10:00:00</pubDate>", "2026-03-10T10:00:00+03:00", "3.1"),
        ("(10.03.2026) 3.1 Решение", "<pubDate>Wed, 11 Mar 2026 07:00:00 GMT</pubDate>", "2026-03-10", "3.1"),
        ("(10.03.2013 10:00) 3.1 Решение", "", "2013-03-10T10:00:00+04:00", "3.1"),
        (" ( 10.03.2026  10:00:00)\n 10.11  Решение ".replace("( ", "("), "", "2026-03-10T10:00:00+03:00", "10.11"),
    ],
)
def test_number_and_date_of_a_step(title: str, extra: str, at: str, step: str) -> None:
    (found,) = read(feed(item(title, extra=extra))).events
    assert (found.at, found.step, found.title) == (at, step, "Решение")


@pytest.mark.parametrize(
    ("title", "extra"),
    [
        ("Решение", "<pubDate>Tue, 10 Mar 2026 07:00:00 GMT</pubDate>"),
        ("(10.03.2026 10:00:00) Решение", ""),
        ("3.1 Решение", ""),
        ("(31.02.2026 10:00:00) 3.1 Решение", ""),
        ("3.1 Решение", "<pubDate>на днях</pubDate>"),
        ("3.1 Решение", "<pubDate>Fri, 31 Dec 9999 23:59:59 -1400</pubDate>"),
        ("", ""),
    ],
)
def test_a_step_that_cannot_be_told_is_not_skipped(title: str, extra: str) -> None:
    assert problem_of(feed(FIRST, item(title, extra=extra)))[0] is Problem.LAYOUT_CHANGED


@pytest.mark.parametrize(
    ("description", "decisions"),
    [
        ("", ()),
        ("Автор события: Сказочник А.Б.", ()),
        ("Принято решение:", ()),
        ("Принято решение: а; б (в; г)", ("а", "б (в; г)")),
        ("<![CDATA[<p>Принято решение: <b>а</b></p><p>Номер постановления: 7</p>]]>", ("а",)),
        ("Принято решение:&lt;br/&gt;а&lt;br/&gt;б&lt;br&gt;Автор события: Сказочник А.Б.", ("а б",)),
        ("Дата: 10.03.2026\nПринято решение: а &amp;amp; б\nАвтор: Сказочник", ("а & б",)),
        ("ПРИНЯТО  РЕШЕНИЕ : а", ("а",)),
    ],
)
def test_of_a_description_only_the_decision_is_kept(description: str, decisions: tuple[str, ...]) -> None:
    (step,) = read(feed(item("(10.03.2026 10:00:00) 3.1 Решение", description))).events
    assert step.decisions == decisions


def test_a_description_of_nothing_but_open_tags_is_walked_once() -> None:
    """It would take minutes if every tag were looked for the end of the last one."""
    told = "Принято решение: принять" + "&lt;p " * 300_000
    assert read(feed(item("(02.02.2026) 1.1 Регистрация", told))).events[0].decisions == ("принять",)


def test_ids_are_kept_where_they_tell_steps_apart() -> None:
    def ids(first: str, second: str) -> list[str | None]:
        reading = read(
            feed(
                item("(10.03.2026) 3.1 А", extra=f"<guid isPermaLink='false'>{first}</guid>"),
                item("(11.03.2026) 3.2 Б", extra=f"<guid>{second}</guid>"),
            )
        )
        return [step.id for step in reading.events]

    assert ids(guid(1), f"https://sozd.duma.gov.ru/#{guid(2).lower()}") == [guid(1), guid(2)]
    assert ids(guid(1), guid(1)) == [None, None]
    assert ids("1", "2") == [None, None]


# ---------------------------------------------------------------- whose feed it is


@pytest.mark.parametrize(
    ("title", "link", "number"),
    [
        ("Законопроект", CARD, NUMBER),
        (f"События по законопроекту № {NUMBER} от 2026-02-02", "https://sozd.duma.gov.ru/", NUMBER),
        ("События", "http://sozd.parlament.gov.ru/bill/95041740-1", "95041740-1"),
    ],
)
def test_a_feed_says_whose_it_is(title: str, link: str, number: str) -> None:
    bare = item("(10.03.2026) 3.1 А").replace(f"<link>{CARD}</link>", "")
    document = sozd.read(feed(bare, title=title, link=link)).document
    assert document is not None
    assert document.number == number


def test_a_feed_that_does_not_say_whose_it_is() -> None:
    bare = item("(10.03.2026) 3.1 А").replace(f"<link>{CARD}</link>", "")
    reading = read(feed(bare, title="События от 2026-02-02", link=""))
    assert reading.document is None
    assert len(reading.events) == 1
    named = read(feed(item("(10.03.2026) 3.1 А"), title="События", link=""))
    assert named.document is not None, "the links of its items say it"


@pytest.mark.parametrize(
    "body",
    [
        feed(FIRST, link="https://sozd.duma.gov.ru/bill/100002-99"),
        feed(FIRST.replace(CARD, ""), title="Законопроект № 100002-99", link=""),
        feed(FIRST, THIRD.replace(NUMBER, "100002-99")),
    ],
)
def test_the_feed_of_another_bill(body: bytes) -> None:
    problem, message = problem_of(body)
    assert problem is Problem.WRONG_DOCUMENT
    assert "100002-99" in message


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", Problem.EMPTY),
        (feed(), Problem.LAYOUT_CHANGED),
        (feed(FIRST)[:-20], Problem.TRUNCATED),
        (feed(FIRST, THIRD)[:420], Problem.TRUNCATED),
        (feed(FIRST, THIRD).replace(b"</item>", b"", 1), Problem.TRUNCATED),
        (b"<rss version='2.0'></rss>", Problem.LAYOUT_CHANGED),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>", Problem.LAYOUT_CHANGED),
        (b"not found", Problem.LAYOUT_CHANGED),
        (b'{"error": 1}', Problem.LAYOUT_CHANGED),
        (FakeCard(steps=(REGISTERED,)).body(), Problem.LAYOUT_CHANGED),
        (listing(listing_row(NUMBER, "О выдумке")), Problem.LAYOUT_CHANGED),
        (b"<!DOCTYPE html><html><body><h1>403 Forbidden</h1></body></html>", Problem.BLOCKED),
        ("<html><body>На сайте ведутся технические работы</body></html>".encode(), Problem.MAINTENANCE),
        (b"<!DOCTYPE html><html><body>" + b"x" * 5000 + b"</body></html>", Problem.LAYOUT_CHANGED),
    ],
)
def test_what_is_no_feed(body: bytes, problem: Problem) -> None:
    assert problem_of(body)[0] is problem


def test_a_missing_feed() -> None:
    assert problem_of(b"", status=404)[0] is Problem.NOT_FOUND


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE rss>",
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE rss [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
    ],
)
def test_a_document_type_is_refused(start: str) -> None:
    body = feed(FIRST, start=start)
    problem, message = problem_of(body)
    assert problem is Problem.LAYOUT_CHANGED
    assert "document type" in message
    wide = body.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert problem_of(wide)[0] is Problem.LAYOUT_CHANGED


def test_a_little_damage_is_mended() -> None:
    body = feed(FIRST, item("(10.03.2026) 3.1 О чае & кофе")).replace(b"</rss>", b"</rss><!-- 0.1 s -->")
    assert [step.step for step in read(body).events] == ["1.1", "3.1"]
    old = feed(FIRST).decode().replace("UTF-8", "windows-1251").encode("cp1251")
    assert read(b"\xef\xbb\xbf \n" + feed(FIRST)).events == read(old).events == read(feed(FIRST)).events


def test_a_page_of_nothing_but_comments_takes_no_time() -> None:
    assert problem_of(b"<!---->" * 5000)[0] in Problem


def test_a_saved_feed_is_known_without_its_address() -> None:
    assert sozd.recognises(feed(FIRST), "")
    assert not sozd.recognises(feed(FIRST).replace(b"duma.gov.ru", b"example.org"), "")
    assert sozd.read(feed(FIRST)).events == read(feed(FIRST)).events


@given(st.integers(0, 900), st.integers(0, 200), st.binary(max_size=20))
def test_a_damaged_feed_is_read_or_refused_but_never_crashes(start: int, length: int, junk: bytes) -> None:
    body = feed(FIRST, THIRD)
    try:
        read(body[:start] + junk + body[start + length :])
    except PageError:
        return


# ---------------------------------------------------------------- the digest


def test_the_digest_does_not_move_for_nothing() -> None:
    digests = {sozd.feed_digest(read(feed(*order))) for order in permutations((FIRST, THIRD, LAST))}
    digests.add(
        sozd.feed_digest(read(feed(FIRST, THIRD, LAST, head="<lastBuildDate>now</lastBuildDate><ttl>60</ttl>")))
    )
    spaced = [each.replace(" ", " \t ").replace("><", ">\n  <") for each in (FIRST, THIRD, LAST)]
    digests.add(sozd.feed_digest(read(feed(*spaced))))
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("зарегистрирован", "возвращен"),
        ("16:31:07", "16:31:08"),
        (") 1.1 ", ") 1.3 "),
        ("Регистрация законопроекта", "Регистрация законопроектов"),
    ],
)
def test_the_digest_moves_with_what_is_told(old: str, new: str) -> None:
    changed = FIRST.replace(old, new)
    assert changed != FIRST
    digests = {sozd.feed_digest(read(feed(*items))) for items in ((FIRST,), (changed,), (FIRST, FIRST), (FIRST, THIRD))}
    assert len(digests) == 4
