"""An invented Duma, convocation 99: bills with their steps and files, and what its system shows of them at a moment.

Whoever tells a story of it (a month of five hundred bills, a week of one thousand documents) puts the bills together and serves
the pages at the times of a clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from itertools import count
from typing import Final
from urllib.parse import parse_qs, urlsplit

from scrapers import sozd
from tests.fault_server import HTML, NOT_FOUND, Served
from tests.scrapers import sozd_pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid, listing, listing_row
from tracker import demo_files
from tracker.payloads import MOSCOW

#: When its stories begin: a Monday.
START: Final = datetime(2026, 3, 2, 9, tzinfo=MOSCOW)

NOTHING: Final = listing("", extra='<div class="not_date_ic m_lupa">По вашему запросу ничего не найдено</div>')
GENERIC: Final = "О внесении изменений в отдельные законодательные акты Российской Федерации"
WITHDRAWN: Final = "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права инициативы"
NOTE: Final = "Законопроект направлен на совершенствование правового регулирования."
FIRST_READING: Final = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"
SECOND_AMENDED: Final = "7B00CE16-3EFD-4012-98B6-EA658C0FD068"
RSS: Final = "application/rss+xml; charset=utf-8"

BEES: Final = """Статья 1
Внести в Федеральный закон от 30 декабря 2020 года № 9490-ФЗ «О пчеловодстве в Российской Федерации» следующие изменения:
1) в части 2 статьи 5 слова «десяти ульев» заменить словами «двадцати ульев»;
2) в статье 9 слово «вправе» исключить.
Статья 2
Настоящий Федеральный закон вступает в силу по истечении тридцати дней после дня его официального опубликования."""
#: What was put into the bill on bees between its readings.
GRAFT: Final = """Статья 2
Внести в часть 1 статьи 24 Федерального закона от 28 апреля 2023 года № 138-ФЗ «О гражданстве Российской Федерации» изменение,
дополнив ее пунктом 9 следующего содержания:
«9) неявка по повестке военного комиссариата.».
Статья 3"""
GRAFTED: Final = BEES.replace("Статья 2", GRAFT)
CITIZENS: Final = """Статья 1
Внести в часть 2 статьи 22 Федерального закона от 28 апреля 2023 года № 138-ФЗ «О гражданстве Российской Федерации» изменение,
заменив слова «десяти лет» словами «двенадцати лет».
Статья 2
Настоящий Федеральный закон вступает в силу со дня его официального опубликования."""
#: Titles of bills that are about nothing of ours; `n` is any number.
ORDINARY: Final = (
    "О внесении изменений в статью {n} Федерального закона «О рыболовстве»",
    "О внесении изменения в статью {n} Федерального закона «О теплоснабжении»",
    "О внесении изменений в Федеральный закон «О ветеринарии» (статья {n})",
    "О библиотечном деле и статье {n} закона «Об архивах»",
)


@dataclass(frozen=True)
class Upload:
    """A file of a step; with a `text` it is a Word file, else a scan."""

    at: datetime
    label: str
    slot: str
    text: str = ""
    seed: int = 0

    def file(self) -> FakeFile:
        shown = f"{self.at:%d.%m.%Y %H:%M:%S}"
        return FakeFile(guid(self.seed), self.label, self.slot, "msword" if self.text else "pdf", shown)


@dataclass(frozen=True)
class Held:
    """A step that was held, and the files that were put to it."""

    number: str
    at: datetime
    decision: str
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class Bill:
    title: str
    steps: tuple[Held, ...]
    comment: str = ""
    note: str = ""
    number: str = ""
    forgotten: bool = False  # by the calendar

    @property
    def target(self) -> str:
        return f"bill/{self.number}"

    @property
    def registered(self) -> datetime:
        return self.steps[0].at

    def held(self, now: datetime) -> list[Held]:
        return [step for step in self.steps if step.at <= now]

    def card(self, now: datetime) -> FakeCard:
        shown = tuple(
            FakeStep(
                step.number,
                f"{step.at:%Y-%m-%dT%H:%M:%S}",
                step.decision,
                files=tuple(upload.file() for upload in step.files if upload.at <= now),
                id=guid(int(self.number[:6]) * 100 + place),
            )
            for place, step in enumerate(self.steps)
            if step.at <= now
        )
        return FakeCard(number=self.number, title=self.title, comment=self.comment, note=(self.note,), steps=shown)


def registered(
    title: str,
    moment: datetime,
    *,
    comment: str = "",
    note: str = NOTE,
    text: str = "",
    text_at: datetime | None = None,
) -> Bill:
    """A bill with a scan at its registration and, when it is given, a Word text later."""
    scan = Upload(moment, "Пакет документов при внесении", sozd_pages.SCAN)
    word = (Upload(text_at, "Текст внесенного законопроекта", sozd_pages.INTRODUCED, text),) if text_at else ()
    step = Held("1.1", moment, "зарегистрирован и направлен Председателю Государственной Думы", (scan, *word))
    return Bill(title, (step,), comment, note)


def then(bill: Bill, *steps: Held) -> Bill:
    return replace(bill, steps=(*bill.steps, *steps))


def withdrawn(moment: datetime) -> Held:
    return Held("2.2", moment, WITHDRAWN)


def read_first(moment: datetime, text: str) -> Held:
    upload = Upload(moment, "Текст законопроекта, принятого в первом чтении", FIRST_READING, text)
    return Held("3.3", moment, "принять законопроект в первом чтении", (upload,))


def for_second(moment: datetime, text: str, *, after: timedelta = timedelta(hours=1)) -> Held:
    label = "Текст законопроекта ко второму чтению с учетом поправок"
    upload = Upload(moment + after, label, SECOND_AMENDED, text)
    return Held("4.1", moment, "предложить принять законопроект во втором чтении", (upload,))


def numbered(bills: Iterable[Bill]) -> tuple[Bill, ...]:
    """The bills in the order of their registration, each with its number, each of their files with an id."""
    seeds = count(1)
    return tuple(
        replace(
            bill,
            number=f"{100001 + place}-99",
            steps=tuple(
                replace(step, files=tuple(replace(upload, seed=next(seeds)) for upload in step.files))
                for step in bill.steps
            ),
        )
        for place, bill in enumerate(sorted(bills, key=lambda bill: bill.registered))
    )


# ---------------------------------------------------------------- its pages


class Duma:
    """The pages of its system, as they are at a moment."""

    def __init__(self, bills: Sequence[Bill]) -> None:
        self._bills = bills
        self._by_number = {bill.number: bill for bill in bills}
        self._files = {guid(upload.seed): upload for bill in bills for step in bill.steps for upload in step.files}

    def page(self, path: str, now: datetime) -> Served:
        """What stands at a path (with its query) at a moment."""
        parts = urlsplit(path)
        match parts.path.strip("/").split("/"):
            case ["bill", number, *rest]:
                bill = self._by_number[number]
                if bill.registered > now:
                    return NOT_FOUND
                return _shown(_feed(bill, now), RSS) if rest else _shown(bill.card(now).body())
            case ["download", file]:
                if text := self._files[file].text:
                    return _shown(demo_files.docx(text), demo_files.DOCX_TYPE)
                return _shown(demo_files.scan(), demo_files.PDF_TYPE)
            case ["calendar", "b", "day", first, last, "1.1"]:
                return _shown(self._calendar(first, last, now))
            case ["oz"]:
                return _shown(self._search({name: values[0] for name, values in parse_qs(parts.query).items()}, now))
        return NOT_FOUND

    def _calendar(self, first: str, last: str, now: datetime) -> bytes:
        """Numbers and titles of the bills registered on some days."""
        mine = [
            bill
            for bill in self._bills
            if bill.registered <= now and not bill.forgotten and first <= bill.registered.date().isoformat() <= last
        ]
        rows = "".join(
            f'<div class="calen_item"><a class="calen_num" href="/bill/{bill.number}">{bill.number}</a>'
            f"<div>{escape(bill.title)}</div></div>"
            for bill in reversed(mine)
        )
        return listing("", extra=rows) if mine else NOTHING

    def _search(self, asked: dict[str, str], now: datetime) -> bytes:
        """Result rows of the bills that took a step in a period, by a stem of their titles where one is asked for."""
        since, until = (datetime.strptime(end, "%d.%m.%Y").date() for end in asked["b[ExistsEventsDate]"].split(" - "))  # noqa: DTZ007 - a day
        stem = asked.get("b[Annotation]", "")
        mine = [
            bill
            for bill in self._bills
            if stem in bill.title.casefold()
            and any(
                step.number == asked["b[ExistsEvents][]"] and since <= step.at.date() <= until
                for step in bill.held(now)
            )
        ]
        rows = "".join(_row(bill, now) for bill in mine)
        return listing(rows, total=str(len(mine))) if mine else NOTHING


def _shown(body: bytes, content_type: str = HTML) -> Served:
    return Served(200, body, {}, content_type)


def _row(bill: Bill, now: datetime) -> str:
    last = bill.held(now)[-1]
    row = listing_row(
        bill.number, bill.title, f" {bill.comment}", day=f"{bill.registered:%d.%m.%Y}", event=f"{last.number} Шаг"
    )
    return row.replace("03.02.2026 10:15", f"{last.at:%d.%m.%Y %H:%M}")


def _feed(bill: Bill, now: datetime) -> bytes:
    items = "".join(
        f"<item><title>({step.at:%d.%m.%Y %H:%M:%S}) {step.number} Шаг</title>"
        f"<description>Принято решение: {step.decision}</description></item>"
        for step in bill.held(now)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Законопроект № {bill.number}</title>'
        f"<link>{sozd.BASE_URL}/bill/{bill.number}</link>{items}</channel></rss>"
    ).encode()
