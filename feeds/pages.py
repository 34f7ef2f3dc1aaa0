"""How a page is made: templates, the layout that every page shares, and links that work wherever the site stands.

Links inside pages are relative, so that a published folder works from any address, a file server or a memory stick. A page lives
at ``/bill/1`` when served and in ``bill/1/index.html`` when published (`SiteInfo.live`); everything else is equal.

Pages are Russian with English beside it, whatever the reader's browser asks for: the words of the law are Russian, and a page
that is English only in its frame would promise more than it holds.
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

from feeds import labels, places
from feeds.formats import FORMATS
from feeds.textual import clean, typo
from tracker.models import SiteInfo

_HERE: Final = Path(__file__).parent
_HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address of the site. `file` is where a static copy stands, relative to its root. `modified` is UTC, of the content."""

    path: str
    content_type: str
    body: bytes
    modified: datetime | None
    file: str
    is_feed: bool = False


def environment() -> Environment:
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
    return made


def _finalize(value: Any) -> Any:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def asset(name: str) -> bytes:
    """A stylesheet of this room."""
    return (_HERE / "static" / name).read_bytes()


def _is_file(path: str) -> bool:
    return path.startswith("/static/") or (path.startswith("/feeds/") and path.rpartition(".")[2] in FORMATS)


class Layout:
    """Turns templates into pages of one site."""

    def __init__(self, info: SiteInfo) -> None:
        self.info = info
        self._templates = environment()

    def html(
        self,
        path: str,
        template: str,
        modified: datetime | None,
        *,
        menu: Sequence[tuple[str, str]],
        demo: bool = False,
        **context: Any,
    ) -> Page:
        """One page from its template. `demo` adds the mark of invented documents where the whole site is not invented."""
        body = self._templates.get_template(template).render(
            site=self.info,
            path=path,
            to=lambda target: self.link(path, target),
            absolute=lambda target: f"{self.info.base_url}{quote(clean(target))}",
            invented=self.info.invented or demo,
            demo_words=labels.DEMO,
            state_site=labels.STATE_SITE,
            no_site=labels.NO_SITE,
            closed_item=labels.CLOSED_ITEM,
            topics=menu,
            as_of=context.pop("as_of", ""),
            autodiscovery=context.pop("autodiscovery", ()),
            **context,
        )
        return Page(path=path, content_type=_HTML, body=body.encode(), modified=modified, file=self.file(path))

    def file(self, path: str) -> str:
        """Where a static copy of a path stands: feeds and styles under their own name, pages as ``path/index.html``."""
        if path == "/":
            return "index.html"
        return path.lstrip("/") if _is_file(path) else f"{path.lstrip('/')}/index.html"

    def link(self, origin: str, target: str) -> str:
        """A relative link from one path to another. Published pages name their files, so that no server is needed."""
        name, mark, fragment = target.partition("#")
        # A browser resolves from the last slash of the address it shows; a published page is one directory deeper.
        depth = origin.count("/") - (1 if self.info.live or origin == "/" else 0)
        place = name.lstrip("/") if self.info.live else self.file(name)
        return (quote(clean("../" * depth + place)) or "./") + mark + quote(clean(fragment))
