"""Tells a page from what comes instead of a page: nothing, a block page, a captcha, a notice of maintenance, an error.

Every source calls `refuse_non_page` before it reads anything, so that a failure is never mistaken for a change. The test is
made on what a visitor would see, never on scripts, and only on pages too short to be a document: an act about captchas is
an act. Wordings: the notices of DDoS-Guard, Cloudflare, Qrator, nginx, Yandex SmartCaptcha and of Russian state sites.
"""

from __future__ import annotations

import html
import re
from typing import Final, NoReturn

from tracker.errors import PageError
from tracker.models import Problem

# Notices are small files with a few sentences; documents, cards and lists of any use exceed one limit or the other.
_NOTICE_BYTES: Final = 256 * 1024
_NOTICE_CHARACTERS: Final = 3000
_TITLE_CHARACTERS: Final = 80
_HEAD_BYTES: Final = 1024

_INVISIBLE: Final = re.compile(
    r"<!--.*?-->|<(script|style|svg|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG: Final = re.compile(r"<[^>]*>")
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")
_HTML_START: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE
)

# In the order of telling: a captcha is also a block, a block page often mentions maintenance.
_WORDS: Final = (
    (
        Problem.CAPTCHA,
        re.compile(
            r"captcha|капч[аиуе]\b|(?:вы|я)\s+не\s+робот|не\s+являетесь\s+роботом|символы\s+с\s+(?:картинки|изображения)"
            r"|i.?m\s+not\s+a\s+robot|you\s+are\s+(?:not\s+a\s+robot|human)",
            re.IGNORECASE,
        ),
    ),
    (
        Problem.BLOCKED,
        re.compile(
            r"ddos-guard|cloudflare|qrator|just\s+a\s+moment|checking\s+your\s+browser|проверка\s+(?:вашего\s+)?браузера"
            r"|enable\s+javascript\s+and\s+cookies|доступ\s+(?:к\s+(?:сайту|ресурсу|странице|порталу)\s+)?"
            r"(?:ограничен|запрещ[её]н|заблокирован)|(?:ваш|с\s+вашего)\s+ip|access\s+(?:to\s+this\s+\w+\s+)?(?:has\s+been\s+)?"
            r"(?:denied|forbidden|blocked)|\b403\s+forbidden|request\s+(?:blocked|rejected)|запрос\s+(?:заблокирован|отклон[её]н)"
            r"|too\s+many\s+requests|слишком\s+много\s+запросов|подозрительн\w+\s+(?:активность|трафик)|unusual\s+traffic",
            re.IGNORECASE,
        ),
    ),
    (
        Problem.MAINTENANCE,
        re.compile(
            r"технически[ехм]+\s+работ|регламентны[ехм]+\s+работ|профилактически[ехм]+\s+работ|(?:временно|сервис)\s+недоступ"
            r"|ведутся\s+(?:\w+\s+)?работы|under\s+maintenance|maintenance\s+(?:mode|work)|temporarily\s+unavailable"
            r"|service\s+unavailable|скоро\s+верн[её]мся",
            re.IGNORECASE,
        ),
    ),
    (
        Problem.NOT_FOUND,
        re.compile(
            r"страница\s+не\s+(?:найдена|существует)|page\s+not\s+found|\b404\s+not\s+found|ошибка\s+404", re.IGNORECASE
        ),
    ),
    (
        Problem.SERVER_ERROR,
        re.compile(
            r"bad\s+gateway|gateway\s+time-?out|internal\s+server\s+error|внутренняя\s+ошибка\s+сервера", re.IGNORECASE
        ),
    ),
)
# Widgets and cookie challenges that say nothing in words; looked for in the markup of a page without content.
_CAPTCHA_MARKUP: Final = re.compile(
    r"g-recaptcha|h-captcha|smart-captcha|smartcaptcha|cf-turnstile|captcha", re.IGNORECASE
)
_CHALLENGE_MARKUP: Final = re.compile(
    r"/cdn-cgi/|cf-chl|__ddg\d|ddos-guard|document\.cookie|location\.reload", re.IGNORECASE
)
_WORDLESS_CHARACTERS: Final = 400

_BY_STATUS: Final = {
    400: Problem.BAD_REQUEST,
    401: Problem.BLOCKED,
    403: Problem.BLOCKED,
    404: Problem.NOT_FOUND,
    410: Problem.NOT_FOUND,
    429: Problem.BLOCKED,
    451: Problem.BLOCKED,
    503: Problem.MAINTENANCE,
}
_SAID: Final = {
    Problem.EMPTY: "an empty answer came instead of the page; try again later",
    Problem.CAPTCHA: "a captcha came instead of the page; wait, ask less often, or fetch from inside Russia",
    Problem.BLOCKED: "a block page came instead of the page; wait, or set a proxy inside Russia for this source",
    Problem.MAINTENANCE: "the site says it is unavailable or under maintenance; try again later",
    Problem.NOT_FOUND: "the site says that this page does not exist; check the number or the address",
    Problem.BAD_REQUEST: "the site refused the request as malformed; check the address",
    Problem.SERVER_ERROR: "the site answered with an error of its own; try again later",
}


def is_html(body: bytes) -> bool:
    """Whether a body begins as an HTML page, whatever its server calls it."""
    return _HTML_START.match(body.removeprefix(b"\xef\xbb\xbf")[:_HEAD_BYTES]) is not None


def refuse_non_page(body: bytes, *, status: int, content_type: str, url: str) -> None:
    """Raise PageError when an answer is not a page of the source at all; return when a parser may look at it.

    `body` is decoded from content encodings; `content_type` may be empty and may carry parameters. Problems raised:
    EMPTY, CAPTCHA, BLOCKED, MAINTENANCE, NOT_FOUND, BAD_REQUEST, SERVER_ERROR. HTML under a media type that promises
    something else (``application/json``, a file) is BLOCKED: that is how block pages slip in with status 200.
    """
    markup = is_html(body) or "html" in content_type.lower()
    said = _problem_said(body) if markup else None
    if status >= 400:
        by_status = _BY_STATUS.get(status, Problem.SERVER_ERROR if status >= 500 else Problem.BAD_REQUEST)
        # The words of the page decide between a block, a captcha and maintenance; a missing page stays missing.
        told = said is not None and by_status in {Problem.BLOCKED, Problem.MAINTENANCE, Problem.SERVER_ERROR}
        _refuse(said if told and said is not None else by_status, url, f"HTTP {status}")
    if not body.strip():
        _refuse(Problem.EMPTY, url, f"HTTP {status}")
    if said is not None:
        _refuse(said, url, f"HTTP {status}")
    announced = content_type.partition(";")[0].strip().lower()
    if announced and not announced.endswith(("html", "xhtml+xml", "/xml", "octet-stream")) and is_html(body):
        _refuse(Problem.BLOCKED, url, f"HTTP {status}, HTML where {announced} was announced")


def _problem_said(body: bytes) -> Problem | None:
    """What a short HTML page tells its visitor, None for pages that hold content."""
    if len(body) > _NOTICE_BYTES:
        return None
    source = _decoded(body)
    visible_markup = _INVISIBLE.sub(" ", source)
    visible = _SPACE.sub(" ", html.unescape(_TAG.sub(" ", visible_markup))).strip()
    title = _TITLE.search(source)
    heading = html.unescape(title[1]) if title else ""
    # A site may wrap its notice in menus; then the short title of the page still says it.
    told = visible if len(visible) <= _NOTICE_CHARACTERS else heading if len(heading) <= _TITLE_CHARACTERS else ""
    for problem, words in _WORDS:
        if words.search(told):
            return problem
    if len(visible) <= _WORDLESS_CHARACTERS:
        if _CAPTCHA_MARKUP.search(visible_markup):
            return Problem.CAPTCHA
        if _CHALLENGE_MARKUP.search(source) and len(visible_markup) < _NOTICE_CHARACTERS:
            return Problem.BLOCKED
    return None


def _decoded(body: bytes) -> str:
    """The page as text. Notices of older gateways are windows-1251 whatever their headers say."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1251", errors="replace")


def _refuse(problem: Problem, url: str, detail: str) -> NoReturn:
    where = url or "a saved page"
    raise PageError(problem, f"{where}: {_SAID[problem]} ({detail})", url=url)
