"""Invented pages of the State Duma's bill system, built in its real markup, as its server sends them or as a browser saves them.

Every bill is of the convocation 99, which does not exist; every name is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape

NUMBER = "100001-99"
INTRODUCED = "7CEF4FCB-C185-4DFA-834F-DC9466108658"
SCAN = "8A96D1B0-E2C3-481A-B7C6-3E6077E3CB01"
CLERK = "Выдумкина Небылица Сказочновна"

STAGES = {
    "1": "Внесение законопроекта в Государственную Думу",
    "2": "Предварительное рассмотрение законопроекта, внесенного в Государственную Думу",
    "3": "Рассмотрение законопроекта в первом чтении",
    "4": "Рассмотрение законопроекта во втором чтении",
    "5": "Рассмотрение законопроекта в третьем чтении",
    "6": "Прохождение закона в Совете Федерации",
    "7": "Повторное рассмотрение закона, отклоненного Советом Федерации",
    "8": "Прохождение закона у Президента Российской Федерации",
    "9": "Повторное рассмотрение закона, отклоненного Президентом Российской Федерации",
    "11": "Опубликование закона",
}
TITLES = {
    "1.1": "Регистрация законопроекта и материалов к нему в САДД ГД",
    "2.2": "Рассмотрение Советом Государственной Думы законопроекта, внесенного в Государственную Думу",
    "3.1": "Принятие ответственным комитетом решения о представлении законопроекта в Совет Государственной Думы",
    "3.3": "Рассмотрение законопроекта Государственной Думой",
    "6.3": "Рассмотрение закона на заседании Совета Федерации",
    "8.1": "Рассмотрение закона Президентом Российской Федерации",
    "8.2": "Опубликование закона",
}


def guid(seed: int) -> str:
    """A GUID as the site writes them, in capitals."""
    return f"{seed:08X}-0000-4000-8000-{seed:012X}"


@dataclass(frozen=True)
class FakeFile:
    id: str
    label: str
    slot: str = ""
    format: str = "msword"
    tooltip: str = f"03.02.2026 11:26:05 разместил пользователь {CLERK} (Аппарат выдуманного комитета)"


@dataclass(frozen=True)
class FakeStep:
    """A dated step, or a planned one when `moment` is empty. `clock` shows the time of day."""

    number: str
    moment: str = ""
    decision: str = ""
    clock: bool = False
    id: str = ""
    files: tuple[FakeFile, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    publication: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    extra: str = ""


@dataclass(frozen=True)
class FakeCard:
    number: str = NUMBER
    title: str = "О внесении изменений в Выдуманный закон"
    comment: str = "(в части порядка (и сроков) выдумывания)"
    archived: bool = False
    passport: tuple[tuple[str, str], ...] = (
        ("Субъект права законодательной инициативы", "Депутаты Государственной Думы А.А.Первый, Б.Б.Вторая"),
        ("Форма законопроекта", "Федеральный закон"),
    )
    package: str = guid(9)
    steps: tuple[FakeStep, ...] = ()
    note: tuple[str, ...] = ()
    votes: str = ""
    browser: bool = False
    help: bool = False
    drop: tuple[str, ...] = field(default=())

    def html(self) -> str:
        """The page. `browser` writes what a browser saves; `drop` leaves out parts by their id."""
        page = "\n".join(
            [
                "<!DOCTYPE html>",
                '<html class="color4 font_size13px">',
                "<head><meta charset='utf-8'>",
                f"<title>№{self.number} Законопроект :: Система обеспечения законодательной деятельности</title>",
                f"<script>var CONTOUR='open', BILL_NUMBER='{self.number}'; // captcha, Доступ ограничен, cloudflare</script>",
                "</head><body>",
                '<ul class="nav"><li><a href="/calendar/b/day/2026-02-02/2026-02-03">По датам последних событий</a></li></ul>',
                self._header(),
                self._passport(),
                self._tabs(),
                '<div id="bh_tab_content" class="tab-content ">',
                "" if "bh_histras" in self.drop else self._histras(),
                self._chronology(),
                self._note(),
                f'<div role="tabpanel" class="tab-pane fade bh_votes" id="bh_votes">{self.votes}</div>'
                if self.votes
                else "",
                "</div>",
                self._help(),
                "</body>",
                "</html>",
                "",
            ]
        )
        return page.replace("\n", "\r\n") if self.browser else page

    def body(self) -> bytes:
        return self.html().encode()

    def with_(self, **changes: object) -> FakeCard:
        return replace(self, **changes)  # type: ignore[arg-type]  # the names are checked by replace itself

    def _header(self) -> str:
        tip = "data-original-title" if self.browser else "title"
        archive = '<sup class="ico_arhiv">В архиве</sup>' if self.archived else ""
        status = "" if self.archived else '<span id="current_oz_status">На рассмотрении</span>'
        number = "" if "number_oz_id" in self.drop else f'<span id="number_oz_id">№ {self.number}</span>'
        name = "" if "oz_name" in self.drop else f'<span id="oz_name" class="oz_naimen">{escape(self.title)}</span>'
        comment = (
            f'<p id="oz_name_comment" class="p_namecomment">\n{escape(self.comment)}\n</p>' if self.comment else ""
        )
        return f"""<div class="bill_data_top"><h1 class="h4 bdt_name">
            <div class="type_of_law zp_h1">Законопроект</div>{number} {archive}
            <a class="roundb_oz" {tip}="RSS подписка на обновления по событиям"
            href="/bill/{self.number}/rss"><i>&#xE0E5;</i></a></h1>
            <p class="text-justif mb0">{name}</p>{comment}
            <div class="text-muted bdt_status mb10"><span class="text-uppercase">{status}</span></div></div>"""

    def _passport(self) -> str:
        rows = [f'<div class="opch_r">\n{escape(value)}\n</div>' for _, value in self.passport]
        labels = [label for label, _ in self.passport]
        if self.package:
            icon = '<span class="format-pdf\n   icon-file"></span>'
            rows.append(f'<div class="opch_r"><a href="/download/{self.package}" target="_blank">{icon}</a></div>')
            labels.append("Пакет документов при внесении")
        cells = "\n".join(
            f'<tr><td class="td_hild_l w25p"><div class="opch_l"><span class="opch_l_txt">{label}</span></div></td>'
            f"<td>{row}</td></tr>"
            for label, row in zip(labels, rows, strict=True)
        )
        table = f"<tbody>{cells}</tbody>" if self.browser else cells
        return f'<div id="opc_hild" class="collapse in opc_hild"><table class="table">{table}</table></div>'

    def _tabs(self) -> str:
        names = ["bh_histras", "bh_hron", *(["bh_note"] if self.note else []), *(["bh_votes"] if self.votes else [])]
        return '<ul id="bh_tabs">' + "".join(f'<li><a href="#{name}">.</a></li>' for name in names) + "</ul>"

    def _histras(self) -> str:
        stages: dict[str, list[FakeStep]] = {}
        for step in self.steps:
            stages.setdefault("11" if step.number == "8.2" else step.number.partition(".")[0], []).append(step)
        blocks = "\n".join(self._stage(name, steps) for name, steps in stages.items())
        return (
            f'<div data-id="{self.number}" data-ozid="{guid(1)}" role="tabpanel" class="tab-pane active" id="bh_histras">'
            f'<div id="oz_stages" class="oz_stages_div">{blocks}</div></div>'
        )

    def _stage(self, name: str, steps: list[FakeStep]) -> str:
        blocks: list[str] = []
        headed = ""
        for step in steps:
            if step.number != headed and step.moment:
                headed = step.number
                blocks.append(
                    f'<div class="oz_event bh_etap bh_etap_not" data-eventnum="{step.number}"><div class="table_td">'
                    f'<span class="name">\n{TITLES.get(step.number, "Шаг")}\n</span></div></div>'
                )
            blocks.append(self._step(step) if step.moment else self._planned(step))
        return (
            f'<div data-id="{guid(int(name))}" class="root-stage bh_item bhi{name}        green     " id="arrh_d{name}">'
            f'<div class="ttl"><a href="#" class="lnk">{STAGES[name]}</a></div>'
            f'<div class="child_etaps arrh_div{name}">{"".join(blocks)}</div></div>'
        )

    def _step(self, step: FakeStep) -> str:
        day = ".".join(reversed(step.moment[:10].split("-")))
        clock = f'<div class="bh_etap_date_time">{step.moment[11:16]}</div>' if step.clock else ""
        numbers = "".join(
            f'<span class="flr_mr"><span data-toggle="tooltip" data-original-title="{label}">\n{value}\n</span></span>'
            for label, value in step.numbers
        )
        decision = f"<ul><li>\n{escape(step.decision)}\n</li></ul>" if step.decision else ""
        return f"""<div id="{step.id or guid(hash_of(step))}" class="oz_event bh_etap{" with_datatime" if step.clock else ""}"
            data-eventdate="{step.moment}"
            data-eventnum="{step.number}"
            >
            <div class="arr"></div>
            <div class="bh_etap_date"><span class="mob_not">{day}</span>
            <span class="norm_not">{day[:6]}{day[8:]}</span>{clock}</div>
            <div class="algstname table_div"><div class="table_td">
            <span class="name" title="        Автор события: {CLERK}
            ">{decision}</span></div><div class="table_td mw70">{numbers}</div></div>
            {self._files(step.files)}{_publication(step)}{step.extra}</div>"""

    def _planned(self, step: FakeStep) -> str:
        return f"""<div class="bh_etap oz_event future_event" data-eventdate="2026-03-01T10:00:00" data-eventnum="{step.number}">
            <div class="arr"></div><div class="bh_etap_date"></div><span class="no_data_fevent">Дата события не определена</span>
            <div>{TITLES.get(step.number, "Шаг")}</div>{self._files(step.files)}</div>"""

    def _files(self, files: tuple[FakeFile, ...]) -> str:
        if not files:
            return ""
        shown, hidden = files[:4], files[4:]
        more = ""
        if hidden:
            folded = "".join(map(self._file, hidden))
            more = (
                f'<div class="more_event_files">Показать еще {len(hidden)}</div>'
                f'<div class="hidden_event_files">{folded}<div class="hide_event_files">Скрыть</div></div>'
            )
        return f'<div class="event_files event_files_drag">{"".join(map(self._file, shown))}{more}</div>'

    def _file(self, file: FakeFile) -> str:
        tip = f'data-original-title="{file.tooltip}" title=""' if self.browser else f'title="{file.tooltip}"'
        return (
            f'<span data-fileid="{file.id}" data-formdatafield="{file.slot}">'
            f'<a id="{file.id}" {tip} class="a_event_files" href="/download/{file.id}"><div class="table_icona">'
            f'<div class="table_iconatd1"><span class="format-{file.format}\n      icon-file"></span></div>'
            f'<div class="table_iconatd2"><div class="doc_wrap">\n {escape(file.label)}\n</div></div></div></a></span><br>'
        )

    def _chronology(self) -> str:
        """The second list: the same ids again, and names of steps where their numbers should be."""
        again = "".join(
            f'<div class="oz_event bh_etap" data-eventdate="2001-01-01T00:00:00" data-eventnum="{TITLES.get(s.number, "Шаг")}">'
            f"{self._files(s.files)}</div>"
            for s in self.steps
        )
        pane = f'<div id="div_date"><div id="oz_stages">{again}</div></div>'
        return f'<div role="tabpanel" class="tab-pane fade" id="bh_hron">{pane}</div>'

    def _note(self) -> str:
        if not self.note:
            return ""
        paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.note)
        return f'<div role="tabpanel" class="tab-pane fade bh_note pt20" id="bh_note">{paragraphs}</div>'

    def _help(self) -> str:
        if not self.help:
            return ""
        picture = "data:image/png;base64," + "iVBORw0KGgo" * 20000
        return (
            '<div class="dis_none helpSystemInfo_class"><div class="modal-header">Справочная информация</div>'
            f'<p><img src="{picture}" alt=""></p></div>'
        )


def _publication(step: FakeStep) -> str:
    rows = "".join(
        f'<div class="table_row"><div class="table_td">\n{source}\n</div>'
        + "".join(
            f'<div class="table_td table_tdop"><span data-original-title="{label}" data-placement="top">{value}</span></div>'
            for label, value in spans
        )
        + '<div class="table_td table_tdop"></div></div>'
        for source, spans in step.publication
    )
    return f'<div class="table_div table_divop table_divmob">{rows}</div>' if rows else ""


def hash_of(step: FakeStep) -> int:
    """A number that tells invented steps apart, the same in every run."""
    text = f"{step.number}{step.moment}{step.decision}"
    return sum(ord(character) * (place + 1) for place, character in enumerate(text)) % 0xFFFFFFF


REGISTERED = FakeStep(
    "1.1",
    "2026-02-02T16:31:07",
    "зарегистрирован и направлен Председателю Государственной Думы",
    clock=True,
    id=guid(101),
    files=(FakeFile(guid(201), "Пакет документов при внесении", SCAN, "pdf", "02.02.2026 16:31:33"),),
)
COMMITTEE = FakeStep("2.1", "2026-02-05T12:00:00", "предложить принять законопроект к рассмотрению")
COUNCIL = FakeStep("2.2", "2026-02-09T16:00:00", "назначить ответственный комитет (Выдуманный комитет)")
FIRST = FakeStep(
    "3.3",
    "2026-03-10T10:00:00",
    "принять законопроект в первом чтении; представить поправки к законопроекту (09.04.2026; срок)",
)
SECOND = FakeStep("4.3", "2026-04-14T11:37:00", "принять законопроект во втором чтении")
ADOPTED = FakeStep("5.3", "2026-04-15T12:00:00", "принять закон (Дата направления закона в Совет Федерации 15.04.2026)")
APPROVED = FakeStep("6.3", "2026-04-22T10:00:00", "закон одобрен")
SIGNED = FakeStep("8.1", "2026-04-28T16:53:00", "закон подписан", numbers=(("Номер федерального закона", "1001-ФЗ"),))
PUBLISHED = FakeStep("8.2", "2026-04-28T23:59:59", "закон опубликован")


def listing(rows: str, *, total: str = "", extra: str = "") -> bytes:
    """A page of search results around rows of the result table."""
    counter = f'<a href="#data_source_tab_b">Законопроекты <span class="col_oz">({total})</span></a>' if total else ""
    table = f'<table class="tbl_search_results table table-hover mb0"><tbody>{rows}</tbody></table>' if rows else ""
    return (
        "<!DOCTYPE html><html><head><title>Объекты законотворчества :: Система обеспечения законодательной деятельности</title>"
        f"</head><body>{counter}{table}{extra}</body></html>"
    ).encode()


def listing_row(number: str, title: str, comment: str = "", *, day: str = "02.02.2026", event: str = "") -> str:
    """A row of search results: number, card, day of introduction, initiators, last event and its day."""
    words = f'<div class="o_txt"><div class="fw500">{escape(title)}</div>{escape(comment)}</div>'
    return (
        f'<tr data-clickopen="/bill/{number}"><td>1</td><td><div class="obj_item"><div class="o_top" data-law_number="{number}">'
        f'<a class="o_num" href="/bill/{number}">{number}</a> <span class="o_status">На рассмотрении</span></div>'
        f"{words}</div></td>"
        f"<td>{day}</td><td>Депутаты Государственной Думы А.А.Первый <span>Показать еще 3</span><span>Скрыть</span></td>"
        f"<td>{event or '1.1 Регистрация законопроекта'}</td><td>03.02.2026 10:15</td></tr>"
    )
