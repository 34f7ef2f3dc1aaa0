"""What moves on a page though nothing happened: the rules of the operator, and those for what every page has.

A rule may hide a change, so each is narrow, each is counted (`Noise`), and none of the built-in ones touches an element
that speaks of law or a line that could be one. What stands in the element that holds the main text is judged here; what
stands outside of it is not read anyway (see `scrapers.page_main`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from soupsieve import SelectorSyntaxError

from scrapers import page_writer
from tracker.errors import ConfigError
from tracker.models import Noise

#: Lines that no pattern of the operator touches, so that a careless one cannot eat a paragraph of law nor take for ever.
LONGEST_NOISE: Final = 200  # characters
_LONGEST_PATTERN: Final = 500
_MOST_REPETITIONS: Final = 3
_FEW: Final = 20  # repetitions up to which a counted one is harmless

_DAY: Final = r"(?:понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)"
_MONTH: Final = r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
_DATE: Final = rf"(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?(?: ?г(?:\.|ода)?)?|\d{{1,2}}\.\d{{2}}\.\d{{4}})"
_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?\(?(?:мск|msk|по московскому времени)\)?)?"
_NOW: Final = r"(?:сегодня|сейчас|текущ(?:ая дата|ее время)|московское время|время в москве|время на сервере)[:,]? ?"
_NETWORK: Final = (
    r"(?:вконтакте|vk|телеграмм?|telegram|одноклассники|ok|whatsapp|viber|twitter|facebook|мой мир|живой журнал|x|max)"
)
# A date alone is no clock: it may be the day of an act. Nor is an hour alone: it may be that of a sitting.
_IS_CLOCK: Final = (
    rf"{_NOW}(?:{_DAY},? ?)?(?:{_DATE})?(?:,? ?{_DAY})?,?(?: ?в)? ?(?:{_CLOCK})?|\d{{1,2}}:\d{{2}}:\d{{2}}"
)
_IS_COUNTER: Final = (
    r"(?:количество |число |всего )?(?:просмотр(?:ов|ы|ено)|прочитано|прочтений|посещений|посетител(?:ей|и)|скачиваний"
    r"|скачано|views|онлайн|на сайте)(?: (?:страницы|документа|сегодня|всего|за день|за сутки))?[: (-]{1,3}\d[\d ]{0,15}\)?"
    r"(?: ?(?:тыс\.?|раза?|человека?))?|\d[\d ]{0,15} (?:просмотр(?:а|ов)?|прочтени(?:е|я|й)|посещени(?:е|я|й)|views?)"
)
_IS_SHARE: Final = (
    rf"(?:поделиться|рассказать друзьям|share)(?:,? (?:в|с|on|ссылкой|страницей|новостью|друзьями|соцсетях|социальных сетях"
    rf"|{_NETWORK})){{0,8}}[:.]?|{_NETWORK}(?:[ ,|]{{1,3}}{_NETWORK}){{1,9}}"
    r"|(?:распечатать|версия для печати|(?:скопировать|отправить) ссылку|print)[:.]?"
)
_IS_COOKIES: Final = (
    r"(?=.{0,600}\Z)(?=.{0,600}(?:cookie|куки))(?:мы |(?:наш |этот |данный |на (?:нашем |этом )?)?сайте? |продолжая "
    r"|оставаясь |используя |нажимая |для (?:улучшения|удобства|корректной) |we |this (?:web)?site |by (?:continuing|using) )"
    r".{0,600}"
)
_LINE_RULES: Final = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("clock", _IS_CLOCK),
        ("counter", _IS_COUNTER),
        ("share", _IS_SHARE),
        ("cookies", _IS_COOKIES),
    )
)
_TODAY: Final = re.compile(rf"{_DAY},? {_DATE}(?:,? {_CLOCK})?|{_DATE},? {_DAY}(?:,? {_CLOCK})?", re.IGNORECASE)
_MASTHEAD: Final = 10  # lines
_SPACES: Final = re.compile(r"\s+")

# Words of `class`, `id` and `role` by which pages name what is not their text.
_FURNITURE: Final = re.compile(
    r"(?:\A|[^a-z])(?:share|sharing|socials?|related|breadcrumbs?|cookies?|banners?|promo|adv|advert|ads|sidebar|recommended"
    r"|recommendations?|popular|read-?also|counters?|views|subscribe|subscription|pagination|pager|navigation|search"
    r"|contentinfo|complementary)(?:[^a-z]|\Z)",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(
    r"(?:читайте|смотрите|см\.) (?:также|ещ[её])|(?:материалы|новости|ещ[её]) по теме|похожие (?:новости|материалы|документы)"
    r"|другие (?:новости|материалы)|(?:последние|популярные|главные) новости|(?:read|see) also|related(?: \w{1,20})?",
    re.IGNORECASE,
)
_OF_LAW: Final = re.compile(
    r"утратил|утрачив|действу|в\s+силу|редакци|приостан|отмен[её]н|изменени|стать[яие]|закон|указ\b|постановл|приказ|распоряж",
    re.IGNORECASE,
)
_SMALL: Final = 300  # characters besides links; more than that in one piece is content, whatever its class says
_PAGES: Final = frozenset({"html", "body", "main", "article"})


def check_selector(selector: str) -> None:
    """Raise ConfigError, in one line, for what is not a CSS selector."""
    if ":contains(" in selector:  # soupsieve would warn of it at every page
        raise ConfigError(f"{selector!r} is not a CSS selector: write :-soup-contains() for :contains()")
    try:
        soupsieve.compile(selector)
    except (SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{selector!r} is not a CSS selector: {reason}") from error


def check_ignore(pattern: str) -> None:
    """Raise ConfigError, in one line, for a pattern that is no regular expression, that matches nothing, or that may not end.

    The standard `re` has no timeout, and the pages are not ours: a pattern must be harmless whatever it is run on. So no
    repetition of a group that itself repeats or chooses (time grows exponentially), and three unbounded repetitions at
    most, on lines of 200 characters at most (a fraction of a second at worst).
    """
    _compiled(pattern)


def remove_elements(soup: BeautifulSoup, selectors: Sequence[str]) -> tuple[Noise, ...]:
    """Take out what the operator's CSS selectors match. One that matches nothing today is no fault: banners come and go."""
    counts: Counter[str] = Counter()
    for selector in selectors:
        check_selector(selector)
        for tag in page_writer.outermost(soup.select(selector)):
            tag.extract()
            counts[f"remove {selector}"] += 1
    return _noise(counts)


def remove_furniture(soup: BeautifulSoup) -> tuple[Noise, ...]:
    """Take out what a page has besides its text: shares, breadcrumbs, advertisements, lists of other pages, head and foot.

    Only what has few words of its own besides its links, and none that speak of law; else it stays, and at worst is noise.
    """
    counts: Counter[str] = Counter()
    for string in soup.find_all(string=lambda text: bool(text) and _ALSO.fullmatch(_title(text)) is not None):
        if any(parent is soup for parent in string.parents):  # it has not gone with another list
            _remove_also(string, counts)
    stack: list[Tag] = [soup]
    while stack:
        for tag in [child for child in stack.pop().contents if isinstance(child, Tag)]:
            if _is_furniture(tag):
                tag.extract()
                counts["furniture"] += 1
            else:
                stack.append(tag)
    return _noise(counts)


def drop_moving_lines(text: str, *, whole: bool) -> tuple[str, tuple[Noise, ...]]:
    """The text without clocks, counters, calls to share and notes on cookies, where they have a line to themselves.

    The text of a `whole` page begins with its masthead, where a date with the day of the week is today's.
    """
    counts: Counter[str] = Counter()
    kept = []
    for place, line in enumerate(text.split("\n")):
        plain = _SPACES.sub(" ", line).strip()
        rule = next((name for name, words in _LINE_RULES if words.fullmatch(plain)), None)
        if whole and place < _MASTHEAD and _TODAY.fullmatch(plain):
            rule = "clock"
        if rule is None:
            kept.append(line)
        else:
            counts[rule] += 1
    return "\n".join(kept), _noise(counts)


def drop_ignored(text: str, ignore: Sequence[str]) -> tuple[str, tuple[Noise, ...]]:
    """The text without what the operator's patterns match.

    Each is tried on each line apart and takes out what it matches, the line when nothing else was on it.
    """
    patterns = [(f"ignore {pattern}", _compiled(pattern)) for pattern in ignore]
    counts: Counter[str] = Counter()
    kept = []
    for line in text.split("\n"):
        left = line
        for name, words in patterns if len(line) <= LONGEST_NOISE else ():
            left, found = words.subn("", left)
            counts[name] += found
        if left != line:
            left = _SPACES.sub(" ", left).strip()
        if left.strip():
            kept.append(left)
    return "\n".join(kept), _noise(counts)


def _noise(counts: Counter[str]) -> tuple[Noise, ...]:
    return tuple(Noise(rule=rule, count=count) for rule, count in counts.items() if count)


# ---------------------------------------------------------------- elements


def _remove_also(string: NavigableString, counts: Counter[str]) -> None:
    """Take out a "read also" list: the element around such a title when only links stand in it, or the list behind it."""
    title = string.parent
    if title is None or title.name == "a":
        return
    while title.parent is not None and title.parent.name not in _PAGES and _stands_alone(title.parent):
        title = title.parent
    around, behind = title.parent, title.find_next_sibling(True)
    if around is not None and around.name not in _PAGES and _title(_unlinked(around)) == _title(string):
        around.extract()
    elif isinstance(behind, Tag) and behind.find("a") is not None and _says_little(behind):
        behind.extract()
        title.extract()
    else:
        return
    counts["read also"] += 1


def _stands_alone(tag: Tag) -> bool:
    """Whether one string is all that an element says."""
    return len(list(islice(tag.stripped_strings, 2))) == 1


def _title(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" :.")


def _is_furniture(tag: Tag) -> bool:
    if tag.name in _PAGES:
        return False
    if tag.name in {"header", "footer"}:
        named = not any(parent.name in {"article", "main"} for parent in tag.parents)
    else:
        words = [*tag.get_attribute_list("class"), tag.get("id"), tag.get("role")]
        named = tag.name == "aside" or any(_FURNITURE.search(str(word)) for word in words if word)
    return named and _says_little(tag) and tag.find("h1") is None


def _says_little(tag: Tag) -> bool:
    own = _unlinked(tag)
    return len(own) <= _SMALL and not _OF_LAW.search(own)


def _unlinked(tag: Tag) -> str:
    """The words of an element that do not lead elsewhere; of many words no more than tells that they are many."""
    parts: list[str] = []
    length = 0
    stack: list[PageElement] = [tag]
    while stack and length <= _SMALL:
        node = stack.pop()
        if isinstance(node, Tag):
            if node.name != "a" and node.name not in page_writer.DROPPED:
                stack.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString) and node.strip():
            parts.append(_SPACES.sub(" ", node).strip())
            length += len(parts[-1]) + 1
    return " ".join(parts)


# ---------------------------------------------------------------- patterns

_TOKEN: Final = re.compile(
    r"(?P<atom>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P=\w+\)|\(\?#[^)]*\)|\(\?[aiLmsux-]+\))"
    r"|(?P<open>\((?:\?(?:P<\w+>|<[=!]|[:=!>]|\(\w+\)|[aiLmsux-]+:))?)"
    r"|(?P<close>\))|(?P<choice>\|)|(?P<times>[*+?]|\{\d*,?\d*\})(?P<how>[?+]?)|.",
    re.DOTALL,
)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > _LONGEST_PATTERN:
        raise ConfigError(f"ignore: a pattern of more than {_LONGEST_PATTERN} characters: split it into several")
    fault = _fault(pattern)
    try:
        compiled = re.compile(pattern) if fault is None else None
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"ignore: {pattern!r} is not a regular expression: {error}") from error
    if compiled is not None and compiled.flags & re.VERBOSE:
        fault = "write it without the flag x"
    elif compiled is not None and compiled.search("") is not None:
        fault = "it matches where there is nothing; say what the noise looks like"
    if compiled is None or fault is not None:
        raise ConfigError(f"ignore: {pattern!r} cannot be used: {fault}")
    return compiled


def _fault(pattern: str) -> str | None:
    """Why a pattern might take for ever, or would make `re` warn; None when it is harmless. Says nothing of its syntax."""
    groups = [False]  # for each open group: whether it repeats or chooses
    closed = False  # what a closed group said, while it is the last atom
    repetitions = 0
    for token in _TOKEN.finditer(pattern):
        group, closed = closed, False
        if token["open"]:
            groups.append(False)
        elif token["close"]:
            closed = groups.pop() if len(groups) > 1 else False
            groups[-1] |= closed
        elif token["choice"]:
            groups[-1] = True
        elif token["times"]:
            most = _most(token["times"])
            if group and most != 1:
                return "a repeated group must not hold a repetition or a choice: it may take for ever"
            repetitions += most is None or most > _FEW
            groups[-1] = True
        elif token["atom"] and re.match(r"\[\^?\[|\[.*(?:--|&&|~~|\|\|)", token["atom"], re.DOTALL):
            return "inside [...] write \\[ for a bracket, and no sign twice"
    if repetitions > _MOST_REPETITIONS:
        return f"more than {_MOST_REPETITIONS} unbounded repetitions; write {{1,9}} where the length is known"
    return None


def _most(times: str) -> int | None:
    """How often a quantifier repeats at most; None without a bound. `{}` and the like are plain text: once."""
    if times in {"*", "+"}:
        return None
    low, comma, high = times.strip("{}?").partition(",")
    if not comma:
        return int(low) if low else 1
    return int(high) if high else None
