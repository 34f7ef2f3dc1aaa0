"""How readers of the State Duma's pages refuse one: each message is one line that names the place and what to do."""

from __future__ import annotations

from typing import NoReturn

from tracker.errors import PageError
from tracker.models import Problem


def fail(problem: Problem, url: str, said: str, *, cause: Exception | None = None) -> NoReturn:
    """Raise PageError: `said` is what is wrong and what to do about it, `cause` the foreign error behind it."""
    raise PageError(problem, f"{url or 'a saved page'}: {said}", url=url) from cause


def missing(url: str, what: str, *, cause: Exception | None = None) -> NoReturn:
    """Raise PageError with LAYOUT_CHANGED: the page lacks what every such page has."""
    said = f"the page no longer shows {what}; the site changed its layout, the reader must be mended"
    fail(Problem.LAYOUT_CHANGED, url, said, cause=cause)
