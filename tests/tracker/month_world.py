"""A month of an invented Duma - five hundred bills, convocation 99 - on a site of 127.0.0.1, and a tracker that lives through it.

What a page says depends on the simulated moment; between two requests only that clock is waited for. The month has working
days, titles that say nothing, false friends, bills that live a day or some hours, one that is withdrawn and one that is
grafted, one that the calendar forgets, and three days in which the site cannot be reached.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers import sozd
from scrapers.http import SourcePolicy
from tests.fault_server import Fault, FaultServer, _Served
from tests.scrapers import sozd_pages
from tests.scrapers.sozd_pages import FakeCard, FakeFile, FakeStep, guid, listing, listing_row
from tests.servers import running
from tracker import demo_files, discovery, schedule
from tracker.config import Settings, SourceSettings, Storage
from tracker.instance import Instance, open_instance
from tracker.models import Event
from tracker.payloads import MOSCOW
from tracker.schedule import Schedule

COUNT: Final = 500
NOTHING: Final = listing("", extra='<div class="not_date_ic m_lupa">По вашему запросу ничего не найдено</div>')
GENERIC: Final = "О внесении изменений в отдельные законодательные акты Российской Федерации"
WITHDRAWN: Final = "снять законопроект с рассмотрения Государственной Думы в связи с отзывом субъектом права инициативы"
NOTE: Final = "Законопроект направлен на совершенствование правового регулирования."
FIRST_READING: Final = "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89"
SECOND_AMENDED: Final = "7B00CE16-3EFD-4012-98B6-EA658C0FD068"

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


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the month, by the clocks of Moscow."""
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


START: Final = at(2, 9)
OUTAGE: Final = (at(17, 0), at(20, 0))
END: Final = at(31, 23)


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


# ---------------------------------------------------------------- the bills of the month

LAW: Final = "О внесении изменений в Федеральный закон «О воинской обязанности и военной службе»"

#: Ten bills in five hundred, two in a hundred: by what each is found, if it is found.
ON_TOPIC: Final[dict[str, Bill]] = {
    "title": registered(
        "О внесении изменения в статью 22 Федерального закона «О гражданстве Российской Федерации»",
        at(3, 11, 5),
        text=CITIZENS,
        text_at=at(5, 12),
    ),
    "muted": then(registered(LAW, at(5, 16)), Held("2.1", at(26, 12), "предложить принять к рассмотрению")),
    "forgotten": replace(
        registered("О внесении изменений в Федеральный закон «О мобилизации в Российской Федерации»", at(6, 12)),
        forgotten=True,
    ),
    "withdrawn next day": then(
        registered("О внесении изменений в Федеральный закон «Об альтернативной гражданской службе»", at(10, 12)),
        withdrawn(at(11, 15)),
    ),
    "comment": registered(GENERIC, at(11, 13), comment="(в части отсрочки от призыва на военную службу)"),
    "note": registered(
        GENERIC,
        at(12, 10),
        note="Законопроектом прекращается гражданство лиц, уклоняющихся от призыва на военную службу.",
    ),
    "text": registered(GENERIC, at(4, 15), text=CITIZENS, text_at=at(6, 11)),
    "in the outage": registered("О внесении изменений в статьи 4 и 10 закона «О воинской обязанности»", at(18, 14)),
    "whole life in the outage": then(registered(LAW, at(17, 10)), withdrawn(at(19, 12))),
    "some hours": then(registered(LAW, at(24, 10, 30)), withdrawn(at(24, 17, 30))),
}
GRAFT_BILL: Final = then(
    registered("О внесении изменений в Федеральный закон «О пчеловодстве»", at(3, 12), text=BEES, text_at=at(5, 10)),
    read_first(at(13, 12), BEES.replace("двадцати", "тридцати")),
    for_second(at(25, 14), GRAFTED),
    Held("4.3", at(30, 12), "принять законопроект во втором чтении"),
)
#: Bills on their way that stay what they are.
ON_THEIR_WAY: Final = (
    *(
        then(
            registered(f"О внесении изменений в закон «О пасеках № {place}»", at(2, 12), text=BEES, text_at=at(4, 12)),
            read_first(at(11 + place % 2, 12), BEES.replace("десяти", "семи")),
            for_second(at(23 + place % 4, 12), BEES.replace("десяти", "трёх"), after=timedelta(days=place % 3)),
        )
        for place in range(10)
    ),
    then(registered("О внесении изменений в закон «О медоносах»", at(2, 13)), read_first(at(12, 12), "")),  # a scan
)
FALSE_FRIENDS: Final = (
    "О внесении изменений в статью 3 Федерального закона «О почётных гражданах городов»",
    "О совершенствовании гражданско-правовой ответственности хозяйственных обществ",
    "О мобилизации доходов бюджетов субъектов Российской Федерации",
    "О порядке утверждения повестки дня заседаний советов",
    "О внесении изменений в Закон «Об увековечении памяти», в части воинских захоронений",
    "О внесении изменений в статью 5 Федерального закона в части лиц без гражданства",
)
ORDINARY: Final = (
    "О внесении изменений в статью {n} Федерального закона «О рыболовстве»",
    "О внесении изменения в статью {n} Федерального закона «О теплоснабжении»",
    "О внесении изменений в Федеральный закон «О ветеринарии» (статья {n})",
    "О библиотечном деле и статье {n} закона «Об архивах»",
)


def bills() -> tuple[Bill, ...]:
    """The month, in the order of registration. The same one every time."""
    rng = random.Random(5)  # noqa: S311 - invented days, nothing to guess
    days = [day for day in range(2, 32) if date(2026, 3, day).weekday() < 5]

    def moment() -> datetime:
        return at(rng.choice(days), rng.randrange(10, 19), rng.randrange(60))

    found = [*ON_TOPIC.values(), GRAFT_BILL, *ON_THEIR_WAY]
    found += [registered(title, moment()) for title in FALSE_FRIENDS]
    for _ in range(14):  # as many say nothing, and are about nothing of ours: their text says so days later
        came = moment()
        found.append(registered(GENERIC, came, text=BEES, text_at=came + timedelta(days=2)))
    while len(found) < COUNT:
        found.append(registered(rng.choice(ORDINARY).format(n=rng.randrange(2, 90)), moment()))
    found.sort(key=lambda bill: bill.registered)
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
        for place, bill in enumerate(found)
    )


# ---------------------------------------------------------------- the site


class DumaSite(FaultServer):
    """The Duma's bill system as it is at the simulated moment."""

    def __init__(self, month: tuple[Bill, ...], clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._month, self._clock = month, clock
        self._by_number = {bill.number: bill for bill in month}
        self._files = {guid(upload.seed): upload for bill in month for step in bill.steps for upload in step.files}

    def answer_to(self, path: str) -> _Served:
        body, content_type = self._page(path, self._clock())
        if body is not None:
            self.serve(path, body, content_type=content_type)
        return super().answer_to(path)

    def _page(self, path: str, now: datetime) -> tuple[bytes | None, str]:
        html = "text/html; charset=utf-8"
        parts = urlsplit(path)
        match parts.path.strip("/").split("/"):
            case ["bill", number, *rest]:
                bill = self._by_number[number]
                if bill.registered > now:
                    return None, html
                return (
                    (_feed(bill, now), "application/rss+xml; charset=utf-8") if rest else (bill.card(now).body(), html)
                )
            case ["download", file]:
                upload = self._files[file]
                return (
                    (demo_files.docx(upload.text), demo_files.DOCX_TYPE)
                    if upload.text
                    else (demo_files.scan(), demo_files.PDF_TYPE)
                )
            case ["calendar", "b", "day", first, last, "1.1"]:
                return self._calendar(first, last, now), html
            case ["oz"]:
                return self._search({name: values[0] for name, values in parse_qs(parts.query).items()}, now), html
        return None, html

    def _calendar(self, first: str, last: str, now: datetime) -> bytes:
        """Numbers and titles of the bills registered on some days."""
        mine = [
            bill
            for bill in self._month
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
            for bill in self._month
            if stem in bill.title.casefold()
            and any(
                step.number == asked["b[ExistsEvents][]"] and since <= step.at.date() <= until
                for step in bill.held(now)
            )
        ]
        rows = "".join(_row(bill, now) for bill in mine)
        return listing(rows, total=str(len(mine))) if mine else NOTHING


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


# ---------------------------------------------------------------- the tracker


class Tracker:
    """One instance that looks for bills at the site alone; `reopen` is a restart of its process."""

    def __init__(self, directory: Path, month: tuple[Bill, ...]) -> None:
        self.now = START.astimezone(UTC)
        self.month = month
        self.site = DumaSite(month, lambda: self.now)
        self._directory = directory
        self._opened: Instance | None = None

    @property
    def instance(self) -> Instance:
        assert self._opened is not None
        return self._opened

    def reopen(self) -> None:
        self.close()
        self._opened = open_instance(
            Settings(
                storage=Storage(directory=self._directory), sources={"sozd": SourceSettings(base_url=self.site.url(""))}
            ),
            clock=lambda: self.now,
            sleep=self._wait,
            monotonic=self._seconds,
            policies={"sozd": SourcePolicy(delay=1.0, retries=0, allow_private=True)},
            rng=random.Random(1),  # noqa: S311 - the same jitter every time
        )
        self._schedule = Schedule(self.instance, self.instance.site(live=True), rng=random.Random(1))  # noqa: S311 - as above

    def _seconds(self) -> float:
        return self.now.timestamp()

    def _wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def live(self, until: datetime, *, hours: int = 2) -> None:
        """Do what is due every two hours, up to a moment; the site fails while the outage lasts."""
        moment = self.now
        while moment < until:
            self.now = max(self.now, moment)
            out = OUTAGE[0] <= self.now < OUTAGE[1]
            if out != (self.site.fault_of("/") is not None):
                self.site.fault("/", Fault.RESET) if out else self.site.heal()
            self._schedule.tick()
            moment += timedelta(hours=hours)
        self.now = max(self.now, until.astimezone(UTC))

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def bill(self, name: str) -> Bill:
        """A bill of `ON_TOPIC` as it stands in the month, with its number."""
        wanted = ON_TOPIC[name]
        return next(bill for bill in self.month if (bill.title, bill.registered) == (wanted.title, wanted.registered))

    @property
    def grafted(self) -> Bill:
        return next(
            bill for bill in self.month if (bill.title, bill.registered) == (GRAFT_BILL.title, GRAFT_BILL.registered)
        )

    def events(self, *, backfilled: bool) -> tuple[Event, ...]:
        return self.instance.store.events(backfilled=backfilled, oldest_first=True, limit=1000)

    def told(self, target: str, *, backfilled: bool = False) -> Counter[str]:
        return Counter(str(event.kind) for event in self.events(backfilled=backfilled) if event.document_id == target)


@contextlib.contextmanager
def living(directory: Path) -> Iterator[Tracker]:
    """A tracker at the beginning of the month; it and its site end by themselves."""
    tracker = Tracker(directory, bills())
    only = {name: each for name, each in discovery.DISCOVERIES.items() if name.startswith("sozd")}
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "DISCOVERIES", only)  # nobody plays the portal here
        stack.enter_context(running(tracker.site))
        stack.callback(tracker.close)
        tracker.reopen()
        yield tracker
