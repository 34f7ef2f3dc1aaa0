"""What five sites show, before and after something happened at each: pages in the real markup, every document invented.

Every source has documents of each kind of look: found at once, found later, changed by an act, changed in silence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias

from scrapers import ips, kremlin, publication, sozd
from scrapers.kremlin_lists import EMPTY_RESULT
from tests.fault_server import FaultServer
from tests.scrapers import sozd_pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tracker import demo_files

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # noon in Moscow
TODAY: Final = date(2026, 3, 2)
SOURCES: Final = ("sozd", "publication", "ips", "kremlin", "page")

BILL, REGISTERED_BILL = "bill/100001-99", "bill/100002-99"
AWAITED_DECREE, FOUND_DECREE = "act/ukaz/2026-02-28/9907", "act/ukaz/2026-02-28/9908"
LAW, SILENT_LAW, LATE_LAW = "act/fz/2019-04-28/9138-fz", "act/fz/2019-04-29/9139-fz", "act/fz/2026-02-27/9700-fz"
DECREE, LATE_DECREE = "act/ukaz/2019-09-21/9650", "act/ukaz/2026-02-27/9651"
PAGE, WHOLE_PAGE = "page/order", "page/notice"

Told: TypeAlias = tuple[str, str]

#: What the change of every site brings, by source: the events that readers must get, each as often as it stands here.
NEWS: Final[Mapping[str, Counter[Told]]] = {
    "sozd": Counter(
        [
            ("bill.step", BILL),
            ("bill.stage", BILL),
            ("file.added", BILL),
            ("text.added", BILL),
            ("document.discovered", REGISTERED_BILL),
            ("bill.step", REGISTERED_BILL),
            ("file.added", REGISTERED_BILL),
        ]
    ),
    "publication": Counter(
        [("act.published", AWAITED_DECREE), ("act.published", FOUND_DECREE), ("document.discovered", FOUND_DECREE)]
    ),
    "ips": Counter(
        [
            ("edition.added", LAW),
            ("text.unexplained", SILENT_LAW),
            ("watch.started", LATE_LAW),
            ("text.added", LATE_LAW),
        ]
    ),
    "kremlin": Counter([("text.changed", DECREE), ("watch.started", LATE_DECREE)]),
    "page": Counter([("text.changed", PAGE), ("text.changed", WHOLE_PAGE)]),
}
ALL_NEWS: Final = sum(NEWS.values(), Counter[Told]())

BEGUN: Final = {("watch.started", target) for target in (BILL, LAW, SILENT_LAW, DECREE, PAGE, WHOLE_PAGE)}
_CAUSE: Final = "(В редакции Федерального закона от 24.02.2026 № 9333-ФЗ)"
_BILL_TEXT: Final = """Статья 1
Внести в статью 22 Федерального закона «О гражданстве» изменение, заменив слова «десяти лет» словами «двенадцати лет».
Статья 2
Настоящий Федеральный закон вступает в силу по истечении тридцати дней после дня его официального опубликования."""
_FIRST_READING: Final = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"


# ---------------------------------------------------------------- what the sites show


def put_sozd(site: FaultServer, *, changed: bool) -> None:
    """A bill with its feed and its text; later a first reading with a text, and one more bill registered."""
    text = FakeFile(guid(11), "Текст внесенного законопроекта", sozd_pages.INTRODUCED)
    registered = replace(sozd_pages.REGISTERED, files=(*sozd_pages.REGISTERED.files, text))
    steps: tuple[FakeStep, ...] = (registered,)
    told = ["(02.02.2026 16:31:07) 1.1 Регистрация законопроекта"]
    site.serve(f"/download/{text.id}", demo_files.docx(_BILL_TEXT), content_type=demo_files.DOCX_TYPE)
    if changed:
        other = FakeFile(guid(12), "Текст законопроекта в первом чтении", _FIRST_READING)
        steps += (FakeStep("3.3", "2026-03-02T14:10:00", "принять законопроект в первом чтении", files=(other,)),)
        told.append("(02.03.2026 14:10:00) 3.3 Рассмотрение законопроекта Государственной Думой")
        body = demo_files.docx(_BILL_TEXT.replace("двенадцати", "пяти"))
        site.serve(f"/download/{other.id}", body, content_type=demo_files.DOCX_TYPE)
    number = BILL.removeprefix("bill/")
    site.serve(f"/bill/{number}", FakeCard(number=number, steps=steps).body())
    site.serve(f"/bill/{number}/rss", _feed(number, told), content_type="application/rss+xml; charset=utf-8")
    _put_registrations(site, listed=changed)


def _feed(number: str, titles: list[str]) -> str:
    items = "".join(
        f"<item><title>{title}</title><description>Принято решение: принять</description></item>" for title in titles
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Законопроект № {number}</title>'
        f"<link>{sozd.BASE_URL}/bill/{number}</link>{items}</channel></rss>"
    )


def _put_registrations(site: FaultServer, *, listed: bool) -> None:
    number, title = REGISTERED_BILL.removeprefix("bill/"), "О внесении изменений в Закон «О воинской обязанности»"
    row = sozd_pages.listing_row(number, title, day="02.03.2026")
    empty = sozd_pages.listing("", extra='<div class="not_date_ic m_lupa">Нет данных</div>')
    site.serve("/oz", empty)
    for first, last in ((a, b) for a in range(8) for b in range(a + 1, 9)):
        url = sozd.registrations_url("", TODAY + timedelta(days=first), TODAY + timedelta(days=last))
        site.serve(url, sozd_pages.listing(row, total="1") if listed and first == 0 else empty)
    if listed:
        step = replace(sozd_pages.REGISTERED, moment="2026-03-02T14:20:00", id=guid(102))
        step = replace(
            step, files=(FakeFile(guid(202), "Пакет документов", sozd_pages.SCAN, "pdf", "02.03.2026 14:20:33"),)
        )
        site.serve(f"/bill/{number}", FakeCard(number=number, title=title, package=guid(8), steps=(step,)).body())


def put_publication(site: FaultServer, *, changed: bool) -> None:
    """Empty days; later two decrees, one of them awaited."""
    json_type = "application/json; charset=utf-8"
    awaited, found = _published("9907", 1), _published("9908", 2)
    site.serve("/api/Documents", _answer(), content_type=json_type)
    if changed:
        day = publication.day_url("", block="president", day=TODAY, page_size=200)
        site.serve(day, _answer(found, awaited), content_type=json_type)
        site.serve(search_path(AWAITED_DECREE, "publication"), _answer(awaited), content_type=json_type)


def _answer(*rows: dict[str, Any]) -> str:
    count = len(rows)
    return json.dumps(
        {
            "items": rows,
            "itemsTotalCount": count,
            "itemsPerPage": 200,
            "currentPage": 1,
            "pagesTotalCount": min(count, 1),
        }
    )


def _published(number: str, place: int) -> dict[str, Any]:
    name = "О призыве граждан Российской Федерации на военную службу"
    full = f"Указ Президента Российской Федерации от 28.02.2026 № {number}"
    return {
        "eoNumber": f"000120260302990{place}",
        "hasSvg": False,
        "zipFileLength": None,
        "publishDateShort": "2026-03-02T00:00:00",
        "complexName": f'{full}\n "{name}"',
        "pagesCount": 2,
        "pdfFileLength": 120000,
        "jdRegNumber": None,
        "jdRegDate": None,
        "name": name,
        "number": number,
        "documentDate": "2026-02-28T00:00:00",
        "signatoryAuthorityId": "225698f1-cfbc-4e42-9caa-32f9f7403211",
        "documentTypeId": "0790e34b-784b-4372-884e-3282622a24bd",
        "title": f'{full}<br /> "{name}"',
        "viewDate": "02.03.2026",
        "id": f"00000000-0000-4000-8000-00000000000{place}",
    }


def put_ips(site: FaultServer, *, changed: bool) -> None:
    """A law with one edition, later two; a law whose words change in silence; a law that is listed only later."""
    site.serve("/", b"", status=204, content_type="text/html")  # a search that finds nothing
    first = Edition(rdk=1, label="1 - от 12.08.2019 № 9210-ФЗ (изм.)")
    second = Edition(rdk=2, label="2 - от 24.02.2026 № 9333-ФЗ (изм.)")
    for target, nd in ((LAW, "699000001"), (SILENT_LAW, "699000002"), (LATE_LAW, "699000003")):
        if target != LATE_LAW or changed:
            name = f"Федеральный закон от {_day(target):%d.%m.%Y} № {_number(target)}"
            site.serve(
                search_path(target, "ips"), ips_pages.found((nd, name, _title(target))), content_type="text/html"
            )
    _put_law(site, LAW, "699000001", (first, second) if changed else (first,))
    _put_law(site, SILENT_LAW, "699000002", (first,), term="семи" if changed else "девяти")
    if changed:
        _put_law(site, LATE_LAW, "699000003", (Edition(rdk=0, label="Исходная редакция"),))


def _put_law(site: FaultServer, target: str, nd: str, editions: tuple[Edition, ...], term: str = "девяти") -> None:
    shown = ips_pages.shell(nd, _title(target), editions, selected=editions[-1].rdk)
    site.serve(ips.document_url("", nd), shown, content_type="text/html")
    for edition in editions:
        noted = (f'<p class="C"><span class="markx">{_CAUSE}</span></p>',) if edition.rdk == 2 else ()
        text = (
            '<p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p>',
            '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>',
            f'<p class="T">{_title(target)}</p>',
            *noted,
            '<p class="H">Статья&nbsp;1. Основания прекращения гражданства</p>',
            f"1. Гражданство прекращается по истечении {'пяти' if edition.rdk == 2 else term} лет со дня приобретения.",
            "2. Решение принимает уполномоченный орган внутренних дел, если иное не установлено.",
        )
        site.serve(ips.edition_url("", nd, str(edition.rdk)), ips_pages.text(nd, text), content_type="text/html")


def put_kremlin(site: FaultServer, *, changed: bool) -> None:
    """A decree that is amended; a decree that comes into the bank only later."""
    site.serve("/acts/bank/search", _bank(f"<p>{EMPTY_RESULT}</p>"))
    note = "     (В редакции Указа Президента Российской Федерации\n     от 27.02.2026 г. N 9701)\n" if changed else ""
    shown = {DECREE: "990001", **({LATE_DECREE: "990002"} if changed else {})}
    for target, bank_id in shown.items():
        day, number = _day(target), _number(target)
        name = f"Указ Президента Российской Федерации от {day:%d.%m.%Y}&nbsp;г. № {number}"
        entry = (
            '<div class="hentry h-entry hentry_event hentry_doc" data-id="1" role="listitem"><h3 class="hentry__title">'
            f'<a href="/acts/bank/{bank_id}" rel="bookmark">{name}<span class="hentry__meta_acts">{_title(target)}</span>'
            "</a></h3></div>"
        )
        site.serve(search_path(target, "kremlin"), _bank(f'<div class="events">{entry}</div>'))
        term = "пяти" if changed and target == DECREE else "десяти"
        text = (
            f"                  У К А З\n\n        ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ\n\n     {_title(target)}\n\n"
            f"{note if target == DECREE else ''}\n     В целях порядка п о с т а н о в л я ю:\n"
            f"     1. Призвать граждан на срок до {term} месяцев.\n     2. Настоящий Указ вступает в силу со дня подписания.\n\n"
            f"     Президент Российской Федерации             И.Царевич\n\n     Москва, Кремль\n     {_written(day)} года\n"
            f"     N {number}\n"
        )
        link = f'<link rel="canonical" href="{kremlin.BASE_URL}/acts/bank/{bank_id}">'
        site.serve(f"/acts/bank/{bank_id}/print", _bank(f'<pre id="special_pre">{text}</pre>', link))


def _bank(body: str, head: str = "") -> str:
    return f'<!DOCTYPE html>\n<html lang="ru"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def put_page(site: FaultServer, *, changed: bool) -> None:
    """A page of which a part is followed, and one of which the main text is."""
    term = "пять" if changed else "десять"
    order = _bank(f"<nav>Меню</nav><div id='text'><p>1. Срок составляет {term} дней.</p></div>")
    site.serve("/order", order.replace("utf-8", "windows-1251").encode("cp1251"), content_type="text/html")
    prose = "".join(f"<p>{place}. Гражданин является в военный комиссариат по повестке.</p>" for place in range(1, 13))
    article = f"<main><article><p>Срок составляет {term} дней со дня вручения повестки.</p>{prose}</article></main>"
    site.serve("/notice", _bank(f"<nav><a href='/'>Главная</a></nav>{article}<footer>Подвал</footer>"))


PUT: Final[Mapping[str, Callable[..., None]]] = {
    "sozd": put_sozd,
    "publication": put_publication,
    "ips": put_ips,
    "kremlin": put_kremlin,
    "page": put_page,
}


def _title(target: str) -> str:
    return f"О выдуманном гражданстве № {_number(target)}" if "/fz/" in target else "О призыве на военную службу"


def _number(target: str) -> str:
    return target.rpartition("/")[2].replace("-fz", "-ФЗ")


def _day(target: str) -> date:
    return date.fromisoformat(target.split("/")[2])


def _written(day: date) -> str:
    return f"{day.day} {({2: 'февраля', 9: 'сентября'})[day.month]} {day.year}"


def search_path(target: str, source: str) -> str:
    """Where an act is searched at a source, as a path of its site."""
    if source == "ips":
        return ips.search_url("", day=_day(target), number=_number(target))
    if source == "kremlin":
        return kremlin.day_url("", _day(target))
    return publication.search_url(
        "", number=_number(target), signed_since=_day(target), signed_until=_day(target), page_size=200
    )


FOLLOWED: Final = (
    (BILL, "sozd", f"/{BILL}"),
    (AWAITED_DECREE, "publication", ""),
    (LAW, "ips", ""),
    (SILENT_LAW, "ips", ""),
    (LATE_LAW, "ips", ""),
    (DECREE, "kremlin", ""),
    (LATE_DECREE, "kremlin", ""),
    (PAGE, "page", "/order"),
    (WHOLE_PAGE, "page", "/notice"),
)
