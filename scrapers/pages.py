"""Tells a page from what comes instead of a page: nothing, a block page, a captcha, a notice of maintenance, a form, an error.

Every source calls `refuse_non_page` before it reads anything, so that a failure is never mistaken for a change. The test is
made on what a visitor would see, never on scripts, only on pages too short to be a document, and only where a notice would say
it: an act about captchas is an act. Wordings: the notices of DDoS-Guard, Cloudflare, Qrator, nginx, Yandex SmartCaptcha, Bitrix
and of Russian state sites.
"""

from __future__ import annotations

import html
import re
from itertools import takewhile
from typing import Final, NoReturn

from tracker.errors import PageError
from tracker.models import Problem

# Notices are small files with a few sentences; documents, cards and lists of any use exceed one limit or the other.
_NOTICE_BYTES: Final = 256 * 1024
_NOTICE_CHARACTERS: Final = 3000
_LEAD_CHARACTERS: Final = 600
_TITLE_CHARACTERS: Final = 80
_HEAD_BYTES: Final = 1024

_INVISIBLE: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG: Final = re.compile(r"<[^<>]*>")
_HEADING: Final = re.compile(r"<(h[1-3])\b[^<>]*>(.{0,1000}?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_TITLE: Final = re.compile(r"<title\b[^<>]*>(.{0,1000}?)</title>", re.DOTALL | re.IGNORECASE)
_HTML_START: Final = re.compile(
    # Atomic: a page of nothing but comments must not be tried in every way of telling them apart.
    rb"\s*+(?:<\?xml[^>]*>\s*+)?(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b",
    re.DOTALL | re.IGNORECASE,
)
_HTML_END: Final = b"</html"
_TAIL_BYTES: Final = 4096

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
            r"|enable\s+javascript\s+and\s+cookies|доступ\s+(?:к\s+(?:\w+\s+){0,2}(?:сайту|ресурсу|странице|порталу)\s+)?"
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
_PASSWORD: Final = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_LOGIN: Final = re.compile(
    r"(?:вход|войти|войдите|авториз(?:ация|уйтесь)|требуется\s+(?:вход|авторизация)|логин|log\s?in|sign\s?in|"
    r"authentication\s+required|unauthorized)\b",
    re.IGNORECASE,
)
_PICTURED: Final = re.compile(r"<(?:img|input|frame|iframe|object|embed|canvas)\b", re.IGNORECASE)

# What marks a text of law, whose own sentences may hold any of the words above.
_ACT: Final = re.compile(
    r"(?:(?:федеральный|конституционный)\s+)*(?:закон|кодекс|указ|постановление|распоряжение|приказ"
    r"|пояснительная записка)\b",
    re.IGNORECASE,
)
_REQUISITES: Final = re.compile(r"(?:№|\bN)\s?[0-9]")
_ENACTS: Final = re.compile(
    r"(?:\b(?:постановля(?:ю|ет)|приказываю)|п о с т а н о в л я (?:ю|е т)|п р и к а з ы в а ю)\s?:"
    r"|\bвступает в силу с|\bвнести в .{1,200}изменени[ея]\b",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"(?:Статья|СТАТЬЯ|Глава|ГЛАВА)\s+[0-9IVX]+")
_UNIT: Final = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*[.)]|[а-я]\))(?:\s|$)")
_ACT_TITLE: Final = re.compile(rf"(?:{_ACT.pattern}|об?\b.{{30}})", re.IGNORECASE)

_BY_STATUS: Final = {
    400: Problem.BAD_REQUEST,
    401: Problem.LOGIN,
    403: Problem.BLOCKED,
    404: Problem.NOT_FOUND,
    410: Problem.NOT_FOUND,
    429: Problem.BLOCKED,
    451: Problem.BLOCKED,
    503: Problem.MAINTENANCE,
}
# Statuses that say too little: the words of the page decide between a block, a captcha, maintenance and a form.
_TOLD_BY_WORDS: Final = frozenset({Problem.BLOCKED, Problem.MAINTENANCE, Problem.SERVER_ERROR, Problem.LOGIN})
_SAID: Final = {
    Problem.EMPTY: "an empty answer came instead of the page; try again later",
    Problem.CAPTCHA: "a captcha came instead of the page; wait, ask less often, or fetch from inside Russia",
    Problem.BLOCKED: "a block page came instead of the page; wait, or set a proxy inside Russia for this source",
    Problem.MAINTENANCE: "the site says it is unavailable or under maintenance; try again later",
    Problem.LOGIN: "a form to log in came instead of the page; the page is not public, or its address moved",
    Problem.TRUNCATED: "the page was cut on its way; fetch it again",
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
    EMPTY, CAPTCHA, BLOCKED, MAINTENANCE, LOGIN, NOT_FOUND, BAD_REQUEST, SERVER_ERROR. HTML under a media type that promises
    something else (``application/json``, a file) is BLOCKED: that is how block pages slip in with status 200.
    """
    markup = is_html(body) or "html" in content_type.lower()
    said = _problem_said(body) if markup else None
    if status >= 400:
        by_status = _BY_STATUS.get(status, Problem.SERVER_ERROR if status >= 500 else Problem.BAD_REQUEST)
        told = said if by_status in _TOLD_BY_WORDS and said is not Problem.EMPTY else None
        _refuse(told or by_status, url, f"HTTP {status}")
    if not body.strip():
        _refuse(Problem.EMPTY, url, f"HTTP {status}")
    if said is not None:
        _refuse(said, url, f"HTTP {status}")
    announced = content_type.partition(";")[0].strip().lower()
    if announced and not announced.endswith(("html", "xhtml+xml", "/xml", "octet-stream")) and is_html(body):
        _refuse(Problem.BLOCKED, url, f"HTTP {status}, HTML where {announced} was announced")


def refuse_cut(body: bytes, *, url: str) -> None:
    """Raise PageError with TRUNCATED for an HTML page that lost its end or its beginning on the way.

    For sources whose pages always end with ``</html>``: HTML itself lets a page leave it out. What is no HTML at all passes.
    """
    begins, ends = is_html(body), _HTML_END in body[-_TAIL_BYTES:].lower()
    if begins != ends:
        lost = "end" if begins else "beginning"
        _refuse(Problem.TRUNCATED, url, f"its {lost} is missing")


def _problem_said(body: bytes) -> Problem | None:
    """What a short HTML page tells its visitor, None for pages that hold content."""
    if len(body) > _NOTICE_BYTES:
        return None
    source = _decoded(body)
    found = _TITLE.search(source)
    title = _words(found[1]) if found else ""
    markup = _INVISIBLE.sub(" ", _TITLE.sub(" ", source, count=1))
    lines = [words for part in _TAG.sub("\n", markup).split("\n") if (words := _words(part))]
    visible = " ".join(lines)
    places = [title] if len(title) <= _TITLE_CHARACTERS and not _ACT_TITLE.match(title) else []
    if len(visible) <= _NOTICE_CHARACTERS and not any(_is_law(line) for line in lines):
        headings = (_words(heading[2]) for heading in _HEADING.finditer(markup))
        places += [heading for heading in headings if not _ACT_TITLE.match(heading)]
        places.append(" ".join(takewhile(_opens_no_law, lines))[:_LEAD_CHARACTERS])
    for problem, wording in _WORDS:
        if any(wording.search(place) for place in places):
            return problem
    if any(_is_law(line) or _ACT_TITLE.match(line) for line in lines):
        return None
    return _problem_shown(source, markup, visible, title)


def _is_law(line: str) -> bool:
    """Whether a line stands in texts of law only: an article, words that enact, a heading with a number or in capitals."""
    heading = _ACT.match(line) is not None and (line.isupper() or _REQUISITES.search(line) is not None)
    return heading or _ARTICLE.match(line) is not None or _ENACTS.search(line) is not None


def _opens_no_law(line: str) -> bool:
    """Whether a line may still be a notice's: neither a numbered unit nor the title of an act begins with it."""
    return not (_UNIT.match(line) or _ACT_TITLE.match(line))


def _words(markup: str) -> str:
    """The words of a piece of markup in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _problem_shown(source: str, markup: str, visible: str, title: str) -> Problem | None:
    """What pages of few words show: the widget of a captcha, a challenge to the browser, a form to log in, nothing."""
    if len(visible) <= _WORDLESS_CHARACTERS:
        if _CAPTCHA_MARKUP.search(markup):
            return Problem.CAPTCHA
        if _CHALLENGE_MARKUP.search(source) and len(markup) < _NOTICE_CHARACTERS:
            return Problem.BLOCKED
    # Many pages of content have a corner for logging in: there the form is not what the page is about.
    form = _PASSWORD.search(markup) is not None
    if len(visible) <= _NOTICE_CHARACTERS and (_LOGIN.match(title) or (form and len(visible) <= _WORDLESS_CHARACTERS)):
        return Problem.LOGIN
    if not visible and not _PICTURED.search(markup):
        return Problem.EMPTY
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
