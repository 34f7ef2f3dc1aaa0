"""What the sites of the demo answer: the bundled, invented history rendered in the markup of the real ones.

`History.answer` is a pure function of an address and a simulated moment; `DemoServer` puts it on a local port. The history
itself is data (`demo_history/`): what stood on which page since when. `docs/demo.md` tells it as a story.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import jinja2

from tracker import demo_cards, demo_files
from tracker.demo_cards import guid, is_up, registered
from tracker.errors import ConfigError

MOSCOW: Final = ZoneInfo("Europe/Moscow")
HTML: Final = "text/html; charset=UTF-8"
JSON: Final = "application/json; charset=utf-8"
PLAIN: Final = "text/plain; charset=UTF-8"

_DATA: Final = resources.files("tracker") / "demo_history"
_DAY: Final = r"(\d{4}-\d\d-\d\d)"
_ROBOTS: Final = b"User-agent: *\nDisallow: /search\n"
_BLOCKS: Final = frozenset(
    "president assembly council_1 council_2 government federal_authorities court subjects international".split()  # noqa: SIM905 - codes read better in a row
)
_SITES: Final = frozenset({"sozd", "publication"})
_CUT: Final = 0.4  # how much of a truncated page arrives
_FIRST_ASSETS: Final = date(2026, 1, 1)  # the style files of the site get a new version every day


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site answers: status, media type, body and further headers."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Something a user adds: the document, the source that reads it, the path on the demo's server, a CSS selector."""

    target: str
    source: str
    url: str
    selector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A simulated moment at which one pass is made, what can be seen then, and what a user starts to follow before it."""

    at: datetime
    label_ru: str
    label_en: str
    follow: tuple[Follow, ...] = ()


class History:
    """The bundled history. `moments` are in order; `answer` gives what any address says at any moment."""

    def __init__(self) -> None:
        with (_DATA / "history.toml").open("rb") as file:
            self._data: Mapping[str, Any] = tomllib.load(file)
        self.title: str = self._data["title"]
        self.title_en: str = self._data["title_en"]
        self.moments: tuple[Moment, ...] = tuple(_moment(row) for row in self._data["moments"])
        self._bills = {bill["number"]: bill for bill in self._data["bills"]}
        self._files = dict(demo_cards.files(self._data))
        self._pages = jinja2.Environment(
            loader=jinja2.FunctionLoader(lambda name: _read(f"pages/{name}")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer | None]], ...] = (
            (re.compile(r"/sozd/bill/(\d+-\d+)"), self._card),
            (re.compile(r"/sozd/download/([0-9A-F-]{36})"), self._download),
            (re.compile(rf"/sozd/calendar/b/day/{_DAY}/{_DAY}/1\.1"), self._calendar),
            (re.compile(r"/publication/api/Documents"), self._publications),
            (re.compile(r"/publication/api/Document"), self._publication),
            (re.compile(r"/acts/([a-z0-9-]+)"), self._act),
            (
                re.compile(r"(?:/sozd|/publication)?/robots\.txt"),
                lambda _: Answer(status=200, content_type=PLAIN, body=_ROBOTS),
            ),
        )

    def answer(self, path_and_query: str, at: datetime) -> Answer:
        """What ``http://<server><path_and_query>`` says at that moment. The same question at one moment has one answer."""
        now = at.astimezone(MOSCOW)
        parts = urlsplit(path_and_query)
        fault = next((fault for fault in self._data["faults"] if _strikes(fault, parts.path, now)), None)
        if fault is not None and fault["kind"] == "unavailable":
            return self._page("unavailable.html", now, status=503)
        if fault is not None and fault["kind"] == "captcha":
            return self._page("captcha.html", now)
        for pattern, route in self._routes:
            if found := pattern.fullmatch(parts.path):
                query = (parse_qs(parts.query),) if pattern.pattern.startswith("/publication/api") else ()
                answer = route(now, *found.groups(), *query)
                if answer is not None:
                    return _truncated(answer) if fault is not None else answer
        return self._page("missing.html", now, status=404)

    def _page(self, template: str, now: datetime, *, status: int = 200, **values: Any) -> Answer:
        """A page of a site. Its menu date and the versions of its style files change daily: that is noise by design."""
        today = now.date()
        body = self._pages.get_template(template).render(
            today=today,
            tomorrow=today + timedelta(days=1),
            assets=f"1.4.{(today - _FIRST_ASSETS).days}",
            **values,
        )
        return Answer(status=status, content_type=HTML, body=body.encode())

    # ------------------------------------------------------------ the Duma's bill system

    def _card(self, now: datetime, number: str) -> Answer | None:
        bill = self._bills.get(number)
        if bill is None or now < registered(bill):
            return None
        view = demo_cards.card(self._data, bill, self._files, self._note(bill, now), now)
        return self._page("card.html", now, **view)

    def _note(self, bill: Mapping[str, Any], now: datetime) -> list[str]:
        note = bill.get("note")
        if note is not None and note["shown"] <= now:
            return [line.removeprefix("# ") for line in _read(f"texts/{note['file']}").splitlines() if line]
        return ["ПОЯСНИТЕЛЬНАЯ ЗАПИСКА", bill["note_text"]] if "note_text" in bill else []

    def _download(self, now: datetime, file_id: str) -> Answer | None:
        file = self._files.get(file_id)
        if file is None or not is_up(file, now):
            return None
        if file["format"] == "pdf":
            body, content_type, suffix = demo_files.scan(), demo_files.PDF_TYPE, "pdf"
        else:
            body, content_type, suffix = demo_files.docx(self._file_text(file)), demo_files.DOCX_TYPE, "docx"
        name = f"{file['number']}-{file['key']}.{suffix}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Last-Modified": _http_date(file["uploaded"]),
        }
        return Answer(status=200, content_type=content_type, body=body, headers=headers)

    def _file_text(self, file: Mapping[str, Any]) -> str:
        if "text" in file:
            text = _text(file["text"], file.get("replace", ()))
            return demo_files.retyped(text) if file.get("retyped") else text
        title = self._bills[file["number"]]["title"]
        return f"# {file['label']}\nк законопроекту № {file['number']} {title}\n"

    def _calendar(self, now: datetime, first: str, last: str) -> Answer | None:
        """Bills registered between two days, both included, newest first."""
        try:
            days = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            return None
        bills = [
            {**bill, "registered": registered(bill)}
            for bill in self._data["bills"]
            if registered(bill) <= now and days[0] <= registered(bill).date() <= days[1]
        ]
        bills.sort(key=lambda bill: bill["registered"], reverse=True)
        return self._page("calendar.html", now, first=days[0], last=days[1], bills=bills)

    # ------------------------------------------------------------ the publication portal

    def _publications(self, now: datetime, query: Mapping[str, list[str]]) -> Answer:
        """The list, newest first. As on the portal, a date of another form than DD.MM.YYYY is silently ignored."""
        asked = {name.lower(): values[-1] for name, values in query.items()}
        block = asked.get("block", "president")
        if block not in _BLOCKS:
            return _json({"message": "Внутренняя ошибка сервера"}, status=500)
        day = _russian_day(asked.get("date", "")) if asked.get("periodtype") == "day" else None
        rows = [
            self._record(row)
            for row in self._data["publications"]
            if block == "president" and row["published"] <= now and day in (None, row["published"].date())
        ]
        rows.sort(key=lambda row: (row["publishDateShort"], row["eoNumber"]), reverse=True)
        size, index = _positive(asked.get("pagesize"), 30), _positive(asked.get("index"), 1)
        return _json(
            {
                "items": rows[(index - 1) * size : index * size],
                "itemsTotalCount": len(rows),
                "itemsPerPage": size,
                "currentPage": index,
                "pagesTotalCount": -(-len(rows) // size),
            }
        )

    def _publication(self, now: datetime, query: Mapping[str, list[str]]) -> Answer | None:
        wanted = {name.lower(): values[-1] for name, values in query.items()}.get("eonumber")
        row = next((row for row in self._data["publications"] if row["eo_number"] == wanted), None)
        if row is None or row["published"] > now:
            return None
        kind = self._data["kinds"][row["kind"]]
        card = {
            "documentType": {"weight": kind["weight"], "name": row["kind"], "id": kind["id"]},
            "signatoryAuthorities": [self._data["signatory"]],
        }
        return _json({**card, **self._record(row)})

    def _record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """One row with the fields of the portal, in their order."""
        kind = self._data["kinds"][row["kind"]]
        header = f"{kind['header']} от {row['signed']:%d.%m.%Y} № {row['number']}"
        return {
            "eoNumber": row["eo_number"],
            "hasSvg": False,
            "zipFileLength": None,
            "publishDateShort": f"{row['published']:%Y-%m-%d}T00:00:00",
            "complexName": f'{header}\n "{row["name"]}"',
            "pagesCount": row["pages"],
            "pdfFileLength": row["pdf_size"],
            "jdRegNumber": None,
            "jdRegDate": None,
            "name": row["name"],
            "number": row["number"],
            "documentDate": f"{row['signed']}T00:00:00",
            "signatoryAuthorityId": self._data["signatory"]["id"],
            "documentTypeId": kind["id"],
            "title": f'{header}<br /> "{row["name"]}"',
            "viewDate": f"{row['published']:%d.%m.%Y}",
            "id": guid("publication", row["eo_number"]).lower(),
        }

    # ------------------------------------------------------------ the site with texts of acts

    def _act(self, now: datetime, slug: str) -> Answer | None:
        act = next((act for act in self._data["acts"] if act["slug"] == slug), None)
        states = [state for state in act["states"] if state["since"] <= now] if act is not None else []
        if act is None or not states:
            return None
        text = _text(act["text"], (*act.get("replace", ()), *states[-1].get("replace", ())))
        lines = [paragraph for paragraph in demo_files.paragraphs(text) if paragraph.runs]
        return self._page("act.html", now, act=act, mark=demo_files.MARK, paragraphs=lines)


# ---------------------------------------------------------------- reading the data


def _read(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


def _text(name: str, replace: Iterable[tuple[str, str]]) -> str:
    """A bundled text with its replacements made. One that does not fit exactly once is a mistake in the history."""
    text = _read(f"texts/{name}")
    for old, new in replace:
        if text.count(old) != 1:
            raise ConfigError(
                f"demo history: {name} holds {old[:60]!r} not exactly once; mend demo_history/history.toml"
            )
        text = text.replace(old, new)
    return text


def _moment(row: Mapping[str, Any]) -> Moment:
    follow = tuple(Follow(**each) for each in row.get("follow", ()))
    return Moment(at=row["at"], label_ru=row["ru"], label_en=row["en"], follow=follow)


def _strikes(fault: Mapping[str, Any], path: str, now: datetime) -> bool:
    """Whether a fault covers this path (itself and what is below it) at this moment."""
    covered = path == fault["path"] or path.startswith(f"{fault['path']}/")
    return bool(covered and fault["since"] <= now < fault["until"])


def _truncated(answer: Answer) -> Answer:
    cut = answer.body[: int(len(answer.body) * _CUT)]
    return Answer(status=answer.status, content_type=answer.content_type, body=cut, headers=answer.headers)


def _json(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, content_type=JSON, body=json.dumps(value, ensure_ascii=False).encode())


def _russian_day(text: str) -> date | None:
    found = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _positive(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"[1-9]\d{0,5}", text) else default


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


# ---------------------------------------------------------------- on a local port


def local_path(target: str) -> str:
    """A request target as a path of the history.

    A client that uses the server as its proxy asks for whole addresses (RFC 9112, 3.2.2); the first label of the host then
    names the site: ``http://sozd.demo.invalid/bill/1-99`` is ``/sozd/bill/1-99``. Other hosts have no prefix.
    """
    parts = urlsplit(target)
    if not parts.netloc:
        return target
    site = (parts.hostname or "").partition(".")[0]
    prefix = f"/{site}" if site in _SITES else ""
    return f"{prefix}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


class DemoServer:
    """A `History` served on 127.0.0.1, at a port the system chose; `now` is the simulated moment and may be set at any time.

    It answers as a proxy, too: ``http://sozd.demo.invalid/bill/...`` is ``/sozd/bill/...`` here.

    Answers carry an ETag, files a Last-Modified too; conditional requests get a 304. It may be asked directly or as an HTTP
    proxy. Nothing is logged.
    """

    def __init__(self, history: History, now: datetime) -> None:
        self.history = history
        self.now = now
        handler = type("BoundHandler", (_Handler,), {"demo": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        """The address of the server, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _on_one_server(target: str) -> str:
    """The path here of an address asked for through this server as a proxy: each site is a folder, named by its host."""
    parts = urlsplit(target)
    if not parts.hostname:
        return target
    site = parts.hostname.removesuffix("demo.invalid").rstrip(".")
    return (f"/{site}" if site else "") + parts.path + (f"?{parts.query}" if parts.query else "")


class _Handler(BaseHTTPRequestHandler):
    demo: ClassVar[DemoServer]
    protocol_version = "HTTP/1.1"  # thousands of requests over a few connections
    disable_nagle_algorithm = True  # headers and body are sent one after the other

    def do_GET(self) -> None:
        answer = self.demo.history.answer(_on_one_server(self.path), self.demo.now)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        if answer.status == 200:
            headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        unchanged = answer.status == 200 and self._holds(headers)
        self.send_response(304 if unchanged else answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not unchanged:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(answer.body)

    def _holds(self, headers: Mapping[str, str]) -> bool:
        """Whether the client already has this body. An ETag in the request outweighs a date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return headers["ETag"] in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        since, modified = self.headers.get("If-Modified-Since"), headers.get("Last-Modified")
        if since is None or modified is None:
            return False
        try:
            return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # a date that is none is ignored
            return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given by http.server
        """Nobody's requests are written down."""
