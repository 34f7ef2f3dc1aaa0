"""How a page is made: templates, the layout that every page shares, and links that work wherever the site stands.

Links inside pages are relative, so that a published folder works from any address, a file server or a memory stick. A page lives
at ``/bill/1`` when served and in ``bill/1/index.html`` when published (`SiteInfo.live`); everything else is equal.

A Russian page has English beside its most important words, an English page has its own under ``/en``; the words of the law are
Russian in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feeds import labels, languages, places
from feeds.languages import Speech
from feeds.textual import clean, typo
from tracker.models import Language, SiteInfo

_HERE: Final = Path(__file__).parent
_HTML: Final = "text/html; charset=utf-8"

#: What ends the path of a file; everything else is a page.
_EXTENSIONS: Final = frozenset("atom rss json opml ics css js svg png docx html csv jsonl zip".split())  # noqa: SIM905 - a list of words

#: First words of paths that are the same in every language.
_COMMON: Final = frozenset({"static", "api", "schemas", "openapi.json", "health", "metrics", "evidence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address of the site. `file` is where a static copy stands, relative to its root. `modified` is UTC, of the content.

    `is_final`: it will never change, and whoever has it need not ask again.
    """

    path: str
    content_type: str
    body: bytes
    modified: datetime | None
    file: str
    is_feed: bool = False
    is_final: bool = False


def environment(say: Speech) -> Environment:
    """The templates of this room: everything is escaped, control characters are dropped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.filters["typo"] = typo
    made.filters["places"] = places.shown
    made.filters["in_english"] = places.english
    russian = Markup("") if say.language == "ru" else Markup(' lang="ru"')  # on what holds words of the law
    made.globals.update(_=say, n_=say.count, of=say.of, lang=say.language, other=say.other, ru=russian)
    return made


def _finalize(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def asset(name: str) -> bytes:
    """A stylesheet of this room."""
    return (_HERE / "static" / name).read_bytes()


def _is_file(path: str) -> bool:
    return path.rpartition("/")[2].rpartition(".")[2] in _EXTENSIONS and "." in path.rpartition("/")[2]


class Layout:
    """Turns templates into pages of one site in one language. Paths are given without the language and leave with it."""

    def __init__(self, info: SiteInfo, say: Speech) -> None:
        self.info = info
        self._say = say
        self._templates = environment(say)

    def html(
        self,
        path: str,
        template: str,
        modified: datetime | None,
        *,
        menu: Sequence[tuple[str, str]],
        demo: bool = False,
        is_missing: bool = False,
        **context: Any,
    ) -> Page:
        """One page from its template. `demo` adds the mark of invented documents where the whole site is not invented.

        `is_missing`: nothing stands at that path, and nothing in the page repeats it.
        """
        body = self._templates.get_template(template).render(
            site=self.info,
            path=path,
            to=lambda target: self.link(path, target),
            is_missing=is_missing,
            in_other=self.link(path, "/" if is_missing else path, self._say.other),
            absolute=self.absolute,
            invented=self.info.invented or demo,
            demo_words=labels.DEMO,
            state_site=labels.STATE_SITE,
            no_site=labels.NO_SITE,
            closed_item=labels.CLOSED_ITEM,
            topics=menu,
            as_of=context.pop("as_of", ""),
            autodiscovery=context.pop("autodiscovery", ()),
            picture=context.pop("picture", None),
            indexed=context.pop("indexed", True),
            **context,
        )
        own = self.own(path)
        return Page(path=own, content_type=_HTML, body=body.encode(), modified=modified, file=self.file(own))

    def own(self, path: str) -> str:
        """A path in this language, as it is asked for."""
        return self._in(path, self._say.language)

    def absolute(self, path: str) -> str:
        """The whole address of a page in this language, for people to copy."""
        return f"{self.info.base_url}{quote(clean(self.own(path)), safe='/#:')}"

    @staticmethod
    def _in(path: str, language: Language) -> str:
        if path.split("/", 2)[1].partition("#")[0] in _COMMON:
            return path
        return f"{languages.prefix(language)}{path}".removesuffix("/") or "/"

    @staticmethod
    def file(path: str) -> str:
        """Where a static copy of a path stands: feeds, styles and the like under their own name, pages as ``path/index.html``."""
        if path == "/":
            return "index.html"
        return path.lstrip("/") if _is_file(path) else f"{path.lstrip('/')}/index.html"

    def link(self, origin: str, target: str, language: Language | None = None) -> str:
        """A relative link from one path to another, in the same language or in the one given.

        A browser resolves from the last slash of the address it shows; a published page, which names its file so that no server
        is needed, is one directory deeper.
        """
        name, mark, fragment = target.partition("#")
        name, _, query = name.partition("?")
        here, there = self.own(origin), self._in(name, language or self._say.language)
        depth = here.count("/") - (1 if self.info.live or here == "/" else 0)
        place = there.lstrip("/") if self.info.live else self.file(there)
        asked = f"?{query}" if query else ""  # already escaped by who built it
        return (quote(clean("../" * depth + place)) or "./") + asked + mark + quote(clean(fragment))
