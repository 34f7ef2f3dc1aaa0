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
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from scrapers.http import SourcePolicy
from tests.fault_server import Fault, FaultServer, Served
from tests.servers import running
from tests.tracker.duma_world import (
    BEES,
    CITIZENS,
    GENERIC,
    GRAFTED,
    ORDINARY,
    START,
    Bill,
    Duma,
    Held,
    for_second,
    numbered,
    read_first,
    registered,
    then,
    withdrawn,
)
from tracker import discovery, schedule
from tracker.config import Settings, SourceSettings, Storage
from tracker.instance import Instance, open_instance
from tracker.models import Event
from tracker.payloads import MOSCOW
from tracker.schedule import Schedule

COUNT: Final = 500


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the month, by the clocks of Moscow."""
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


OUTAGE: Final = (at(17, 0), at(20, 0))
END: Final = at(31, 23)


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
    return numbered(found)


# ---------------------------------------------------------------- the site


class DumaSite(FaultServer):
    """The Duma's bill system as it is at the simulated moment."""

    def __init__(self, month: tuple[Bill, ...], clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._duma, self._clock = Duma(month), clock

    def answer_to(self, path: str) -> Served:
        return self._duma.page(path, self._clock())


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
