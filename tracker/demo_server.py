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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Final, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import jinja2

from tracker import demo_acts, demo_cards, demo_files, demo_portal, demo_texts
from tracker.demo_cards import is_up, registered

MOSCOW: Final = ZoneInfo("Europe/Moscow")
HTML: Final = "text/html; charset=UTF-8"
BARE_HTML: Final = "text/html"
JSON: Final = "application/json; charset=utf-8"
PLAIN: Final = "text/plain; charset=UTF-8"
RSS: Final = "application/rss+xml; charset=UTF-8"
WINDOWS: Final = "windows-1251"

#: The parameters of a question.
Asked: TypeAlias = Mapping[str, str]

_DAY: Final = r"(\d{4}-\d\d-\d\d)"
_ROBOTS: Final = b"User-agent: *\nDisallow: /search\n"
_SITES: Final = frozenset({"sozd", "publication", "ips", "kremlin"})
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
    """Something a user adds, as on the command line: the name of an act, and where it is one page the path and CSS selector.

    `backfill`: its history is brought in, too.
    """

    name: str
    url: str | None = None
    selector: str | None = None
    backfill: bool = False


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
        self._data: Mapping[str, Any] = tomllib.loads(demo_texts.read("history.toml"))
        self.title: str = self._data["title"]
        self.title_en: str = self._data["title_en"]
        self.moments: tuple[Moment, ...] = tuple(_moment(row) for row in self._data["moments"])
        self._bills = {bill["number"]: bill for bill in self._data["bills"]}
        self._files = dict(demo_cards.files(self._data))
        self._acts: list[Mapping[str, Any]] = [
            {**act, "complex_name": demo_acts.complex_name(act, self._data["kinds"])} for act in self._data["acts"]
        ]
        self._natives = {act["number"]: act["ips"]["nd"] for act in self._acts if "ips" in act} | self._data["natives"]
        self._pages = jinja2.Environment(
            loader=jinja2.FunctionLoader(lambda name: demo_texts.read(f"pages/{name}")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer | None]], ...] = (
            (re.compile(r"/sozd/bill/(\d+-\d+)"), self._card),
            (re.compile(r"/sozd/bill/(\d+-\d+)/rss"), self._feed),
            (re.compile(r"/sozd/download/([0-9A-F-]{36})"), self._download),
            (re.compile(rf"/sozd/calendar/b/day/{_DAY}/{_DAY}/1\.1"), self._calendar),
            (re.compile(r"/publication/api/Documents"), self._documents),
            (re.compile(r"/publication/api/Document"), self._document),
            (re.compile(r"/ips/proxy/ips/"), self._legal_system),
            (re.compile(r"/kremlin/acts/bank/search"), self._bank_list),
            (re.compile(r"/kremlin/acts/bank/(\d+)/print"), self._bank_text),
            (re.compile(r"/acts/([a-z0-9-]+)"), self._act),
            (re.compile(rf"(?:/(?:{'|'.join(sorted(_SITES))}))?/robots\.txt"), self._robots),
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
        asked = _asked(parts.query, parts.path)
        for pattern, route in self._routes:
            if found := pattern.fullmatch(parts.path):
                answer = route(now, asked, *found.groups())
                if answer is not None:
                    return _truncated(answer) if fault is not None else answer
        return self._page("missing.html", now, status=404)

    def _robots(self, _now: datetime, _asked: Asked) -> Answer:
        return Answer(status=200, content_type=PLAIN, body=_ROBOTS)

    def _page(
        self, template: str, now: datetime, *, status: int = 200, charset: str = "utf-8", **values: Any
    ) -> Answer:
        """A page of a site. Its menu date and the versions of its style files change daily: that is noise by design."""
        today = now.date()
        body = self._pages.get_template(template).render(
            today=today,
            tomorrow=today + timedelta(days=1),
            assets=f"1.4.{(today - _FIRST_ASSETS).days}",
            **values,
        )
        content_type = HTML if charset == "utf-8" else BARE_HTML
        return Answer(status=status, content_type=content_type, body=body.encode(charset))

    # ------------------------------------------------------------ the Duma's bill system

    def _card(self, now: datetime, _asked: Asked, number: str) -> Answer | None:
        bill = self._bills.get(number)
        if bill is None or now < registered(bill):
            return None
        view = demo_cards.card(self._data, bill, self._files, self._note(bill, now), now)
        return self._page("card.html", now, **view)

    def _feed(self, now: datetime, _asked: Asked, number: str) -> Answer | None:
        """The RSS of a bill: the steps that were held, newest first. Files and plans are not told there."""
        bill = self._bills.get(number)
        if bill is None or now < registered(bill):
            return None
        steps = [step for step in demo_cards.steps(self._data, bill, self._files, now) if step["held"]]
        return replace(self._page("rss.xml", now, bill=bill, steps=steps[::-1]), content_type=RSS)

    def _note(self, bill: Mapping[str, Any], now: datetime) -> list[str]:
        note = bill.get("note")
        if note is not None and note["shown"] <= now:
            return [line.removeprefix("# ") for line in demo_texts.read(f"texts/{note['file']}").splitlines() if line]
        return ["ПОЯСНИТЕЛЬНАЯ ЗАПИСКА", bill["note_text"]] if "note_text" in bill else []

    def _download(self, now: datetime, _asked: Asked, file_id: str) -> Answer | None:
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
            text = demo_texts.text(file["text"], file.get("replace", ()))
            return demo_files.retyped(text) if file.get("retyped") else text
        title = self._bills[file["number"]]["title"]
        return f"# {file['label']}\nк законопроекту № {file['number']} {title}\n"

    def _calendar(self, now: datetime, _asked: Asked, first: str, last: str) -> Answer | None:
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

    def _documents(self, now: datetime, asked: Asked) -> Answer:
        listed = demo_portal.documents(self._data, asked, now)
        return _json({"message": "Внутренняя ошибка сервера"}, status=500) if listed is None else _json(listed)

    def _document(self, now: datetime, asked: Asked) -> Answer | None:
        found = demo_portal.document(self._data, asked, now)
        return None if found is None else _json(found)

    # ------------------------------------------------------------ the sites with texts of acts

    def _legal_system(self, now: datetime, asked: Asked) -> Answer | None:
        """A search by day and number, the shell of an act, the print form of an edition. No hits are 204, an empty answer."""
        listed = [act for act in self._acts if demo_acts.is_listed(act, now)]
        if "list_itself" in asked:
            wanted = asked.get("a7date"), asked.get("a8", "").upper()
            found = [act for act in listed if (f"{act['signed']:%d.%m.%Y}", act["number"].upper()) == wanted]
            if not found:
                return Answer(status=204, content_type=BARE_HTML, body=b"")
            return self._page("ips-list.html", now, charset=WINDOWS, acts=found)
        act = next((act for act in listed if act["ips"]["nd"] == asked.get("nd")), None)
        if act is None:
            return None
        editions = demo_acts.editions(act, now)
        if "docbody" in asked:
            return self._page("ips-shell.html", now, charset=WINDOWS, act=act, editions=editions)
        if "docview" not in asked or asked.get("rdk") not in {str(row.rdk) for row in editions if row.ready}:
            return None
        lines = demo_acts.edition_text(act, int(asked["rdk"]), self._natives)
        return self._page("ips-text.html", now, charset=WINDOWS, act=act, mark=demo_files.MARK, lines=lines)

    def _bank_list(self, now: datetime, asked: Asked) -> Answer:
        """The acts of one day. The site writes the year with two digits."""
        acts = [
            act
            for act in self._acts
            if demo_acts.standing(act, _in_bank(act), now) and f"{act['signed']:%d.%m.%y}" == asked.get("date_since")
        ]
        return self._page("bank-list.html", now, acts=acts)

    def _bank_text(self, now: datetime, _asked: Asked, number: str) -> Answer | None:
        act = next((act for act in self._acts if act.get("bank", {}).get("id") == number), None)
        lines = demo_acts.standing(act, _in_bank(act), now) if act is not None else ()
        return self._page("bank-text.html", now, act=act, mark=demo_files.MARK, paragraphs=lines) if lines else None

    def _act(self, now: datetime, _asked: Asked, slug: str) -> Answer | None:
        act = next((act for act in self._acts if act["slug"] == slug), None)
        lines = demo_acts.standing(act, act.get("page", ()), now) if act is not None else ()
        return self._page("act.html", now, act=act, mark=demo_files.MARK, paragraphs=lines) if lines else None


# ---------------------------------------------------------------- reading the data and the questions


def _in_bank(act: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(act.get("bank", {}).get("states", ()))


def _asked(query: str, path: str) -> Asked:
    """The parameters of a question, names in lower case, the last of several values. One site speaks windows-1251."""
    encoding = WINDOWS if path.startswith("/ips/") else "utf-8"
    return {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True, encoding=encoding)}


def _moment(row: Mapping[str, Any]) -> Moment:
    follow = tuple(Follow(**each) for each in row.get("follow", ()))
    return Moment(at=row["at"], label_ru=row["ru"], label_en=row["en"], follow=follow)


def _strikes(fault: Mapping[str, Any], path: str, now: datetime) -> bool:
    """Whether a fault covers this path (itself and what is below it) at this moment."""
    covered = path == fault["path"] or path.startswith(f"{fault['path']}/")
    return bool(covered and fault["since"] <= now < fault["until"])


def _truncated(answer: Answer) -> Answer:
    cut = answer.body[: int(len(answer.body) * _CUT)]
    return replace(answer, body=cut)


def _json(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, content_type=JSON, body=json.dumps(value, ensure_ascii=False).encode())


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


class _Handler(BaseHTTPRequestHandler):
    demo: ClassVar[DemoServer]
    protocol_version = "HTTP/1.1"  # thousands of requests over a few connections
    disable_nagle_algorithm = True  # headers and body are sent one after the other

    def do_GET(self) -> None:
        answer = self.demo.history.answer(local_path(self.path), self.demo.now)
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
