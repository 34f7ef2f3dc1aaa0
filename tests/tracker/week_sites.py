"""A week of five sites on 127.0.0.1, in the time of a clock that is handed in: what each page says when, and how it fails.

A `Plan` holds everything that will happen and everything that must be told of it. Sites change and fail until the last day
begins; that one is quiet, so that all of it can have been seen when the week ends. A week may have more days than seven.
"""

from __future__ import annotations

import json
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, TypeAlias

from scrapers import ips, kremlin, publication
from scrapers.kremlin_lists import EMPTY_RESULT
from tests.fault_server import HTML, NOT_FOUND, Fault, FaultServer, Served
from tests.tracker import ips_pages
from tests.tracker.duma_world import (
    BEES,
    ORDINARY,
    START,
    Bill,
    Duma,
    Held,
    numbered,
    read_first,
    registered,
    then,
    withdrawn,
)
from tests.tracker.ips_pages import Edition

DAY: Final = 24.0
HEALTHY: Final = 8.0  # hours before anything happens
SITES: Final = ("sozd", "publication", "ips", "kremlin", "page")
#: Down for longer than a day: readers must be told that the tracker is blind there, and that it sees again.
BLIND: Final = ("kremlin", 40.0, 72.0)

Hours: TypeAlias = float


class Blow(Enum):
    """What a site may do to us beside the faults of `FaultServer`."""

    ERROR = auto()  # 500
    STALE = auto()  # an old copy, and 304 to whoever has it: what has changed meanwhile is not admitted
    HALF = auto()  # half of a page under the length of that half


@dataclass(frozen=True)
class Window:
    """Hours of the week in which a site fails."""

    site: str
    begins: Hours
    ends: Hours
    how: Fault | Blow


def at(hours: Hours) -> datetime:
    return START + timedelta(hours=hours)


def hour(now: datetime) -> Hours:
    return (now - START).total_seconds() / 3600


# ---------------------------------------------------------------- what happens


@dataclass(frozen=True)
class Act:
    """An act with a text that is changed at some hours. `native`: what its source calls it."""

    target: str
    native: str
    changes: tuple[Hours, ...] = ()
    silent: bool = False  # a text that changes with nothing to explain it

    @property
    def day(self) -> date:
        return date.fromisoformat(self.target.split("/")[2])

    @property
    def number(self) -> str:
        return self.target.rpartition("/")[2].replace("-fz", "-ФЗ")

    @property
    def name(self) -> str:
        kind = "Федеральный закон" if "/fz/" in self.target else "Указ"
        return f"{kind} от {self.day:%d.%m.%Y} № {self.number}"

    def state(self, now: datetime) -> int:
        """How many of its changes have happened."""
        return sum(change <= hour(now) for change in self.changes)


@dataclass(frozen=True)
class WebPage:
    """A page of anybody. `noisy`: beside its text stands a number that is another in every hour."""

    name: str
    changes: tuple[Hours, ...]
    selected: bool
    noisy: bool

    def state(self, now: datetime) -> int:
        return sum(change <= hour(now) for change in self.changes)


@dataclass(frozen=True)
class Plan:
    """All that happens in a week, and all that must be told: `told` by document and kind, each as often as it stands there."""

    bills: tuple[Bill, ...]
    followed_bills: frozenset[str]
    laws: tuple[Act, ...]
    decrees: tuple[Act, ...]
    awaited: tuple[Act, ...]
    pages: tuple[WebPage, ...]
    windows: tuple[Window, ...]
    days: int
    told: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def quiet(self) -> Hours:
        """After this hour nothing happens."""
        return (self.days - 1) * DAY

    @property
    def last(self) -> Hours:
        """The end."""
        return self.days * DAY

    @property
    def documents(self) -> int:
        return sum(map(len, (self.followed_bills, self.laws, self.decrees, self.awaited, self.pages)))


def make_plan(documents: int, *, days: int = 7, seed: int = 1, slow: Collection[str] = SITES) -> Plan:
    """A week with so many followed documents: bills, pages, laws, decrees, awaited acts; and with bills nobody follows yet.

    `slow`: the sites that also fail by being slow, which costs real seconds.
    """
    rng = random.Random(seed)  # noqa: S311 - invented hours, nothing to guess
    told: dict[str, Counter[str]] = {}
    quiet = (days - 1) * DAY
    share = {name: max(2, round(documents * part)) for name, part in _SHARES.items()}

    def moment(until: Hours = quiet) -> Hours:
        return rng.uniform(HEALTHY, until)

    followed = [_bill(rng, place, moment) for place in range(documents - sum(share.values()))]
    found = [
        registered(f"О внесении изменений в закон «О воинской обязанности» (часть {n})", at(moment()))
        for n in range(max(1, documents // 100))
    ]
    found += [registered(ORDINARY[n % 4].format(n=n), at(moment())) for n in range(max(1, documents // 50))]
    bills = numbered([*followed, *found])
    laws = tuple(
        Act(
            f"act/fz/2019-04-28/{9000 + n}-fz",
            f"699{n:06}",
            (moment(quiet - (_FETCHED_AGAIN if n % 3 else 0)),) if n % 3 < 2 else (),
            silent=n % 3 == 1,
        )
        for n in range(share["laws"])
    )
    decrees = tuple(
        Act(f"act/ukaz/2019-09-21/{9000 + n}", str(990000 + n), (moment(),) if n % 2 else ())
        for n in range(share["decrees"])
    )
    awaited = tuple(
        Act(f"act/ukaz/2026-02-28/{9500 + n}", f"00012026030{n:05}", (moment(),) if n % 2 else ())
        for n in range(share["awaited"])
    )
    pages = tuple(
        WebPage(f"p-{n}", _apart(n % 4, moment), selected=n % 5 != 0, noisy=n % 10 == 3) for n in range(share["pages"])
    )
    for bill in bills:
        told[bill.target] = _told_of_bill(bill, followed={each.title for each in followed})
    for law in laws:
        told[law.target] = Counter({"text.unexplained" if law.silent else "edition.added": len(law.changes)})
    told |= {act.target: Counter({"text.changed": len(act.changes)}) for act in decrees}
    told |= {act.target: Counter({"act.published": len(act.changes)}) for act in awaited}
    told |= {f"page/{page.name}": Counter({"text.changed": len(page.changes)}) for page in pages}
    mine = {bill.number for bill in bills if bill.title in {each.title for each in followed}}
    return Plan(
        bills=bills,
        followed_bills=frozenset(mine),
        laws=laws,
        decrees=decrees,
        awaited=awaited,
        pages=pages,
        windows=_windows(rng, slow, quiet),
        days=days,
        told={target: +kinds for target, kinds in told.items()},
    )


#: Where the settings look for the secret that signs.
SECRET_VARIABLE: Final = "WEEK_SECRET"
_SHARES: Final = {"laws": 0.12, "decrees": 0.08, "awaited": 0.05, "pages": 0.2}


def _apart(number: int, moment: Callable[[], Hours]) -> tuple[Hours, ...]:
    """Some hours, a day at least between two: a change that is undone before anybody looks was none."""
    found: list[Hours] = []
    while len(found) < number:
        one = moment()
        if all(abs(one - other) > 24 for other in found):
            found.append(one)
    return tuple(sorted(found))


def _bill(rng: random.Random, place: int, moment: Callable[[], Hours]) -> Bill:
    """A bill that is followed: a fifth is on its way, a fifth rests, the others have rested long; two in three move."""
    age = (20, 100, 400, 400, 400)[place % 5]
    came = START - timedelta(days=age + rng.random())
    bill = registered(f"О внесении изменений в закон «О пасеках № {place}»", came, text=BEES, text_at=came)
    match place % 6:
        case 0 | 1:
            return then(bill, Held("2.1", at(moment()), "предложить принять законопроект к рассмотрению"))
        case 2:
            return then(bill, read_first(at(moment()), BEES.replace("двадцати", "тридцати")))
        case 3:
            return then(bill, withdrawn(at(moment())))
        case _:
            return bill


def _told_of_bill(bill: Bill, *, followed: set[str]) -> Counter[str]:
    if bill.title not in followed:
        ours = "воинской обязанности" in bill.title
        return Counter({"document.discovered": 1, "bill.step": 1, "file.added": 1}) if ours else Counter()
    told = Counter[str]()
    for step in bill.steps[1:]:
        told["bill.step"] += 1
        told["bill.withdrawn"] += step.number == "2.2"
        told["bill.stage"] += step.number in {"2.1", "3.3"}
        told["file.added"] += len(step.files)
        told["text.added"] += sum(bool(upload.text) for upload in step.files)
    return told


def _windows(rng: random.Random, slow: Collection[str], quiet: Hours) -> tuple[Window, ...]:
    """Each site fails in each way for some hours; one of them fails for more than a day."""
    faults: list[Fault | Blow] = [*Blow, *(fault for fault in Fault if fault not in _LEFT_OUT and not fault.is_of_tls)]
    found = [Window(BLIND[0], BLIND[1], BLIND[2], Fault.RESET)]
    for site in SITES:
        mine = [fault for fault in rng.sample(faults, len(faults)) if fault not in _SLOW or site in slow]
        room = (quiet - HEALTHY) / len(mine)
        for place, fault in enumerate(mine):
            begins = HEALTHY + place * room + rng.uniform(0, room / 3)
            most = _UNBELIEVED if (site, fault) == ("page", Blow.HALF) else _LONGEST
            hours = min(rng.uniform(room / 8, room / 2), most)
            found.append(Window(site, begins, begins + _SLOW.get(fault, hours), fault))
    return tuple(found)


#: Three hundred megabytes and an endless stream are a matter of the size cap, which has tests of its own; here they would be
#: most of the work. A wrong charset is no failure.
_LEFT_OUT: Final = {Fault.GZIP_BOMB, Fault.ENDLESS, Fault.WRONG_CHARSET}
#: Hours of a failure at most, however long the week is: only `BLIND` is to last for a day.
_LONGEST: Final = 4.5
#: Hours in which three looks, an hour apart, have no room: another text that three of them see on a page of anybody is its text
#: (`tracker/holding.py`), and half of a page is nothing but another text.
_UNBELIEVED: Final = 1.9
#: Hours before the last day after which no text changes in silence: it is fetched again once a day, and then once more.
_FETCHED_AGAIN: Final = 14.0
#: Hours of faults that cost real seconds.
_SLOW: Final[Mapping[Fault | Blow, Hours]] = {Fault.DRIP: 1.0, Fault.SLOW_HEADERS: 1.0}


# ---------------------------------------------------------------- the sites


class WeekSite(FaultServer, ABC):
    """A site whose pages depend on the hour, and which fails in its windows."""

    def __init__(self, name: str, plan: Plan, clock: Callable[[], datetime]) -> None:
        self._windows = [window for window in plan.windows if window.site == name]
        self._now = clock
        self.asked = 0
        super().__init__(pace=0.05)

    def window(self) -> Window | None:
        """The one that is open, the longest if there are several."""
        now = hour(self._now())
        found = [window for window in self._windows if window.begins <= now < window.ends]
        return max(found, key=lambda window: window.ends - window.begins, default=None)

    def shown_at(self) -> datetime:
        """The moment as of which the site answers."""
        window = self.window()
        return at(window.begins) if window is not None and window.how is Blow.STALE else self._now()

    def fault_of(self, path: str) -> Fault | None:
        del path
        window = self.window()
        return window.how if window is not None and isinstance(window.how, Fault) else None

    def answer_to(self, path: str) -> Served:
        self.seen.clear()  # a week of requests
        self.asked += 1
        window = self.window()
        served = self.answer(path, self.shown_at())
        if window is not None and window.how is Blow.ERROR:
            return Served(500, b"<html><body><h1>500</h1></body></html>", {}, HTML)
        if window is not None and window.how is Blow.HALF and served.status == 200:
            return replace(served, body=served.body[: len(served.body) // 2])
        return served

    @abstractmethod
    def answer(self, path: str, now: datetime) -> Served:
        """What stands at a path at a moment."""


class WeekDuma(WeekSite):
    """The Duma's bill system."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        super().__init__("sozd", plan, clock)
        self._duma = Duma(plan.bills)

    def answer(self, path: str, now: datetime) -> Served:
        return self._duma.page(path, now)


class WeekPortal(WeekSite):
    """The portal of publication: decrees that appear there."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        super().__init__("publication", plan, clock)
        self._acts = plan.awaited

    def answer(self, path: str, now: datetime) -> Served:
        if path.startswith("/robots"):
            return NOT_FOUND
        days = {
            publication.day_url("", block="president", day=at(each).date(), page_size=200)
            for act in self._acts
            for each in act.changes
        }
        rows = [
            _published(act)
            for act in self._acts
            if act.state(now) and (path == _search(act) or (path in days and path == _day_list(act)))
        ]
        return Served(200, _listed(rows), {}, "application/json; charset=utf-8")


def _search(act: Act) -> str:
    return publication.search_url("", number=act.number, signed_since=act.day, signed_until=act.day, page_size=200)


def _day_list(act: Act) -> str:
    return publication.day_url("", block="president", day=at(act.changes[0]).date(), page_size=200)


def _listed(rows: Sequence[Mapping[str, Any]]) -> bytes:
    total = len(rows)
    answer = {"items": rows, "itemsTotalCount": total, "itemsPerPage": 200, "currentPage": 1}
    return json.dumps({**answer, "pagesTotalCount": min(total, 1)}).encode()


def _published(act: Act) -> dict[str, Any]:
    name = "О призыве граждан Российской Федерации на военную службу"
    full = f"Указ Президента Российской Федерации от {act.day:%d.%m.%Y} № {act.number}"
    day = at(act.changes[0])
    return {
        "eoNumber": act.native,
        "hasSvg": False,
        "zipFileLength": None,
        "publishDateShort": f"{day:%Y-%m-%d}T00:00:00",
        "complexName": f'{full}\n "{name}"',
        "pagesCount": 2,
        "pdfFileLength": 120000,
        "jdRegNumber": None,
        "jdRegDate": None,
        "name": name,
        "number": act.number,
        "documentDate": f"{act.day}T00:00:00",
        "signatoryAuthorityId": "225698f1-cfbc-4e42-9caa-32f9f7403211",
        "documentTypeId": "0790e34b-784b-4372-884e-3282622a24bd",
        "title": f'{full}<br /> "{name}"',
        "viewDate": f"{day:%d.%m.%Y}",
        "id": f"00000000-0000-4000-8000-0000000{act.number:0>5}",
    }


class WeekSystem(WeekSite):
    """The legal system: laws with their editions."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        super().__init__("ips", plan, clock)
        self._laws = {law.native: law for law in plan.laws}
        self._shells = {ips.document_url("", nd): nd for nd in self._laws}
        self._texts = {ips.edition_url("", nd, rdk): (nd, rdk) for nd in self._laws for rdk in ("1", "2")}

    def answer(self, path: str, now: datetime) -> Served:
        if path.startswith("/robots"):
            return NOT_FOUND
        if path in self._shells:
            return Served(200, self._shell(self._laws[self._shells[path]], now), {}, "text/html")
        if path in self._texts:
            nd, rdk = self._texts[path]
            law = self._laws[nd]
            if rdk == "1" or (law.state(now) and not law.silent):
                return Served(200, _edition(law, rdk, now), {}, "text/html")
        return Served(204, b"", {}, "text/html")  # a search that finds nothing

    def _shell(self, law: Act, now: datetime) -> bytes:
        editions = (
            Edition(rdk=1, label="1 - от 12.08.2019 № 9210-ФЗ (изм.)"),
            Edition(rdk=2, label="2 - от 24.02.2026 № 9333-ФЗ (изм.)"),
        )
        shown = editions[: 1 + (law.state(now) and not law.silent)]
        return ips_pages.shell(law.native, f"О пчеловодстве № {law.number}", shown, selected=shown[-1].rdk)


def _edition(law: Act, rdk: str, now: datetime) -> bytes:
    cause = "(В редакции Федерального закона от 24.02.2026 № 9333-ФЗ)"
    term = "пяти" if rdk == "2" else "семи" if law.silent and law.state(now) else "девяти"
    noted = (f'<p class="C"><span class="markx">{cause}</span></p>',) if rdk == "2" else ()
    text = (
        '<p class="T">РОССИЙСКАЯ ФЕДЕРАЦИЯ</p>',
        '<p class="T">ФЕДЕРАЛЬНЫЙ ЗАКОН</p>',
        f'<p class="T">О пчеловодстве № {law.number}</p>',
        *noted,
        '<p class="H">Статья&nbsp;1. Основания прекращения гражданства</p>',
        f"1. Гражданство прекращается по истечении {term} лет со дня приобретения.",
        "2. Решение принимает уполномоченный орган внутренних дел, если иное не установлено.",
    )
    return ips_pages.text(law.native, text)


class WeekBank(WeekSite):
    """The acts bank: decrees, whole, each on one page."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        super().__init__("kremlin", plan, clock)
        self._acts = {kremlin.print_url("", act.native): act for act in plan.decrees}

    def answer(self, path: str, now: datetime) -> Served:
        if path.startswith("/robots"):
            return NOT_FOUND
        act = self._acts.get(path)
        body = _whole_page(f"<p>{EMPTY_RESULT}</p>") if act is None else _decree(act, now)
        return Served(200, body.encode(), {}, HTML)


def _decree(act: Act, now: datetime) -> str:
    changed = act.state(now)
    term = "пяти" if changed else "десяти"
    note = "     (В редакции Указа Президента Российской Федерации\n     от 27.02.2026 г. N 9701)\n" if changed else ""
    text = (
        f"                  У К А З\n\n        ПРЕЗИДЕНТА РОССИЙСКОЙ ФЕДЕРАЦИИ\n\n     О призыве на военную службу\n\n{note}\n"
        f"     В целях порядка п о с т а н о в л я ю:\n     1. Призвать граждан на срок до {term} месяцев.\n"
        "     2. Настоящий Указ вступает в силу со дня подписания.\n\n"
        f"     Президент Российской Федерации             И.Царевич\n\n     Москва, Кремль\n"
        f"     {act.day.day} сентября {act.day.year} года\n     N {act.number}\n"
    )
    link = f'<link rel="canonical" href="{kremlin.BASE_URL}/acts/bank/{act.native}">'
    return _whole_page(f'<pre id="special_pre">{text}</pre>', link)


class WeekWeb(WeekSite):
    """Pages of anybody."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        super().__init__("page", plan, clock)
        self._pages = {f"/{page.name}": page for page in plan.pages}

    def answer(self, path: str, now: datetime) -> Served:
        page = self._pages.get(path)
        if page is None:
            return NOT_FOUND
        term = ("десять", "девять", "восемь", "семь")[page.state(now)]
        prose = "".join(f"<p>{n}. Гражданин является в военный комиссариат по повестке.</p>" for n in range(1, 13))
        noise = f"<aside>Просмотров: {1000 + int(hour(now))}</aside>" if page.noisy else ""
        text = f"<main id='text'><article><p>Срок составляет {term} дней со дня вручения повестки.</p>{prose}</article></main>"
        return Served(200, _whole_page(f"<nav><a href='/'>Главная</a></nav>{text}{noise}").encode(), {}, HTML)


def _whole_page(body: str, head: str = "") -> str:
    return f'<!DOCTYPE html>\n<html lang="ru"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


MAKERS: Final[Mapping[str, Callable[[Plan, Callable[[], datetime]], WeekSite]]] = {
    "sozd": WeekDuma,
    "publication": WeekPortal,
    "ips": WeekSystem,
    "kremlin": WeekBank,
    "page": WeekWeb,
}


def settings(plan: Plan, addresses: Mapping[str, str], receivers: Mapping[str, str]) -> str:
    """The `tracker.toml` of somebody who follows all of it. `addresses` of the sites, `receivers`: URLs of webhooks by name."""
    lines = ["[watchlist]", "follow = false", "[webhooks]", 'allow_networks = ["127.0.0.0/8"]', "timeout = 2"]
    for name in SITES[:-1]:
        lines += [f"[sources.{name}]", f'base_url = "{addresses[name]}"', "delay = 0"]
    for name, url in receivers.items():
        lines += [
            "[[subscriptions]]",
            f'name = "{name}"',
            f'url = "{url}"',
            f'secret = "env:{SECRET_VARIABLE}"',
            "every_event = true",
        ]
    for number in sorted(plan.followed_bills):
        lines += ["[[watch]]", f'bill = "{number}"']
    for law in plan.laws:
        lines += ["[[watch]]", f'act = "{law.name}"', f'nd = "{law.native}"']
    for decree in plan.decrees:
        lines += ["[[watch]]", f'act = "{decree.name}"', f'kremlin = "{decree.native}"']
    for act in plan.awaited:
        lines += ["[[watch]]", f'act = "{act.name}"']
    for page in plan.pages:
        lines += ["[[watch]]", f'page = "{page.name}"', f'url = "{addresses["page"]}/{page.name}"']
        lines += ['selector = "#text"'] if page.selected else []
    return "\n".join(lines) + "\n"
