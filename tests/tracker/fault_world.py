"""A tracker as it runs - store, gate, schedule, entries - over five local sites that can be made to fail; the clock moves by hand.

    with living(tmp_path) as world:
        world.live(0, 30, 60)                   # a healthy start: what is due at each of these minutes is done
        world.change()                          # steps, files, acts, editions and other words, at every source
        world.sites["sozd"].fault("/", Fault.RESET)
        world.live(0, 60, 120)
        world.sites["sozd"].heal()
        world.live(0, 60, 120)
        assert world.news("sozd") == NEWS["sozd"]

Every source has documents of each kind of look: found at once, found later, changed by an act, changed in silence. Everything
in them is invented.
"""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import structlog
import structlog.testing
import trustme

from scrapers import ips, kremlin, publication, sozd
from scrapers.http import SourcePolicy
from tests.fault_server import FaultServer, faulty
from tests.scrapers import sozd_pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid
from tests.tracker import ips_pages
from tests.tracker.ips_pages import Edition
from tracker import demo_files
from tracker.config import Settings, SourceSettings, Storage
from tracker.instance import Instance, open_instance
from tracker.models import Watch
from tracker.schedule import Schedule

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # noon in Moscow
TODAY: Final = date(2026, 3, 2)
SOURCES: Final = ("sozd", "publication", "ips", "kremlin", "page")

BILL, REGISTERED_BILL = "bill/100001-99", "bill/100002-99"
AWAITED_DECREE, FOUND_DECREE = "act/ukaz/2026-02-28/9907", "act/ukaz/2026-02-28/9908"
LAW, SILENT_LAW, LATE_LAW = "act/fz/2019-04-28/9138-fz", "act/fz/2019-04-29/9139-fz", "act/fz/2026-02-27/9700-fz"
DECREE, LATE_DECREE = "act/ukaz/2019-09-21/9650", "act/ukaz/2026-02-27/9651"
PAGE, WHOLE_PAGE = "page/order", "page/notice"

Told: TypeAlias = tuple[str, str]

#: What `World.change` brings, by source: the events that readers must get, each as often as it stands here.
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

_BEGUN: Final = {("watch.started", target) for target in (BILL, LAW, SILENT_LAW, DECREE, PAGE, WHOLE_PAGE)}
_CAUSE: Final = "(В редакции Федерального закона от 24.02.2026 № 9333-ФЗ)"
_BILL_TEXT: Final = """Статья 1
Внести в статью 22 Федерального закона «О гражданстве» изменение, заменив слова «десяти лет» словами «двенадцати лет».
Статья 2
Настоящий Федеральный закон вступает в силу по истечении тридцати дней после дня его официального опубликования."""
_SEEDS: Final = {"introduced": 11, "first": 12}
_FIRST_READING: Final = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"


# ---------------------------------------------------------------- what the sites show


def put_sozd(site: FaultServer, *, changed: bool) -> None:
    """A bill with its feed and its text; later a first reading with a text, and one more bill registered."""
    text = FakeFile(guid(_SEEDS["introduced"]), "Текст внесенного законопроекта", sozd_pages.INTRODUCED)
    registered = replace(sozd_pages.REGISTERED, files=(*sozd_pages.REGISTERED.files, text))
    steps, told = (registered,), ["(02.02.2026 16:31:07) 1.1 Регистрация законопроекта"]
    site.serve(f"/download/{text.id}", demo_files.docx(_BILL_TEXT), content_type=demo_files.DOCX_TYPE)
    if changed:
        other = FakeFile(guid(_SEEDS["first"]), "Текст законопроекта в первом чтении", _FIRST_READING)
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
        site.serve(_path(AWAITED_DECREE, "publication"), _answer(awaited), content_type=json_type)


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
                _path(target, "ips"), ips_pages.found((nd, name, _title(target))), content_type="text/html"
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
    site.serve("/acts/bank/search", _bank(f"<p>{kremlin_empty()}</p>"))
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
        site.serve(_path(target, "kremlin"), _bank(f'<div class="events">{entry}</div>'))
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


def kremlin_empty() -> str:
    return "Искомая комбинация слов нигде не встречается"


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


PUT: Final = {
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


def _path(target: str, source: str) -> str:
    """Where an act is searched at a source, as a path of its site."""
    if source == "ips":
        return ips.search_url("", day=_day(target), number=_number(target))
    if source == "kremlin":
        return kremlin.day_url("", _day(target))
    return publication.search_url(
        "", number=_number(target), signed_since=_day(target), signed_until=_day(target), page_size=200
    )


_FOLLOWED: Final = (
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


# ---------------------------------------------------------------- the tracker


class World:
    """The sites, and one instance over one store; `reopen` is a restart of its process."""

    def __init__(self, directory: Path, sites: Mapping[str, FaultServer], bundle: str | None) -> None:
        self.now = START
        self.sites = sites
        self._directory, self._bundle = directory, bundle
        for name, put in PUT.items():
            put(sites[name], changed=False)
        self._opened: Instance | None = None
        self.reopen()
        for target, source, path in _FOLLOWED:
            self.follow(target, source, path or _path(target, source))

    @property
    def instance(self) -> Instance:
        assert self._opened is not None
        return self._opened

    def reopen(self, *, hurried: bool = False, trusting: bool = True) -> None:
        """Start again over the same store. `hurried`: with next to no time for an answer, for when none will come."""
        self.close()
        bases = {name: SourceSettings(base_url=self.sites[name].url("")) for name in SOURCES if name != "page"}
        policies = {
            name: SourcePolicy(
                delay=0,
                deadline=0.05 if hurried else 30.0,
                robots=not hurried,  # else nothing but robots.txt would be asked for
                retries=0,
                allow_private=True,
                max_bytes=2**20,
                ca_bundle=self._bundle if trusting else None,
            )
            for name in SOURCES
        }
        self._opened = open_instance(
            Settings(storage=Storage(directory=self._directory), sources=bases),
            clock=lambda: self.now,
            policies=policies,
            rng=random.Random(1),  # noqa: S311 - the same jitter every time
        )
        self.schedule = Schedule(self.instance, self.instance.site(live=True), rng=random.Random(1))  # noqa: S311 - as above

    def follow(self, target: str, source: str, path: str) -> None:
        self.instance.store.put_watch(
            Watch(
                target=target,
                source=source,
                url=self.sites[source].url(path),
                selector="#text" if target == PAGE else None,
                origin="cli",
                added_at=self.now,
                silent_before=self.now,
            )
        )

    def change(self) -> None:
        """Let something happen at every source."""
        for name, put in PUT.items():
            put(self.sites[name], changed=True)

    def live(self, *minutes: float) -> None:
        """Do what is due at each of these moments, counted from now; the last of them is then now."""
        began = self.now
        for minute in minutes:
            self.now = began + timedelta(minutes=minute)
            self.schedule.tick()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def told(self, source: str = "") -> Counter[Told]:
        """What readers were woken for: kind and document (the source, where there is none)."""
        events = self.instance.store.events(backfilled=False, limit=1000)
        return Counter((str(each.kind), each.document_id or "") for each in events if source in {"", each.source})

    def news(self, source: str = "") -> Counter[Told]:
        """The same, but for where the watches began and for what could not be seen."""
        told = self.told(source)
        return Counter({row: told[row] for row in told if row not in _BEGUN and not row[0].startswith("coverage.")})

    def journal(self, source: str = "") -> list[str]:
        """What the operator was told, in order."""
        events = self.instance.store.operator_events()
        return [str(each.kind) for each in reversed(events) if source in {"", each.source}]


@contextlib.contextmanager
def living(directory: Path, *, authority: trustme.CA | None = None, pace: float = 1.0) -> Iterator[World]:
    """A world that ends by itself and leaves neither threads nor files. With an `authority` its sites speak TLS."""
    before = threading.active_count()
    temporary = directory / "temporary"
    temporary.mkdir()
    bundle = directory / "ca.pem"
    if authority is not None:
        authority.cert_pem.write_to_path(str(bundle))
    with contextlib.ExitStack() as stack:
        sites = {name: stack.enter_context(faulty(authority=authority, pace=pace)) for name in SOURCES}
        world = World(directory / "var", sites, str(bundle) if authority else None)
        stack.callback(world.close)
        with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs() as logged:
            patch.setattr(tempfile, "tempdir", str(temporary))
            yield world
        assert [line for line in logged if line["log_level"] in {"error", "critical"}] == [], "no fault of our own"
        assert world.instance.store.verify_evidence() == ()
        assert world.instance.store.verify_ledger() == ()
    assert threading.active_count() == before
    # The child that reads files is kept between lives, with a folder of its own.
    assert [path.name for path in temporary.iterdir() if not path.name.startswith("duma-tracker-read-")] == []
    assert {path.name for path in (directory / "var").iterdir()} == {"tracker.sqlite"}
