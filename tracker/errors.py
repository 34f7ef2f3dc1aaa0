"""The errors of the house. The branch says who must act.

    TrackerError
    ├── ConfigError          the operator mends a setting, an argument or a file name
    ├── BusyError            another instance holds the lease (exit code 75)
    ├── SourceError          a source must be looked at; never shown to readers as a change
    │   ├── FetchError       no usable answer came back (`reason` is machine-readable)
    │   ├── PageError        an answer came, but it is not the page asked for (`problem`)
    │   └── ExtractError     a file holds no text that this code can read (`problem`)
    ├── StoreError           our own data: database, archive, ledger
    └── DeliveryError        a subscriber's end

Foreign exceptions are wrapped once, at the door of the room that met them, with ``raise ... from``. Every message is one
line that says what was wrong, where, and what to do. No message holds a proxy address, a secret or a subscriber.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.models import Problem


class TrackerError(Exception):
    """Root of everything this project raises on purpose."""


class ConfigError(TrackerError):
    """A setting, an argument or a file given by the operator is wrong."""


class BusyError(TrackerError):
    """Another instance is at work on the same store."""


class SourceError(TrackerError):
    """A source did not give what was asked for."""

    def __init__(self, message: str, *, url: str = "") -> None:
        super().__init__(message)
        self.url = url

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders whole: `Exception` alone would forget the keyword arguments."""
        return _rebuilt, (type(self), str(self), dict(self.__dict__))


class FetchError(SourceError):
    """No usable answer. `reason`: one of the words below; `retry_after`: seconds the server asked for, if it did.

    Reasons: ``timeout`` ``connection`` ``tls`` ``too_large`` ``short_body`` ``bad_encoding`` ``redirect`` ``robots``
    (disallowed) ``unreachable`` (robots.txt could not be had) ``address`` (URL not allowed) ``status`` (an HTTP status that
    never carries a page).
    """

    def __init__(self, message: str, *, reason: str, url: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, url=url)
        self.reason = reason
        self.retry_after = retry_after


class PageError(SourceError):
    """An answer that is not the page asked for: block page, captcha, truncated body, other layout.

    `retry_after`: seconds the server asked for, if it did.
    """

    def __init__(self, problem: Problem, message: str, *, url: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, url=url)
        self.problem = problem
        self.retry_after = retry_after


class ExtractError(SourceError):
    """A file whose text cannot be read: a scan, an unknown format, a broken or dangerous file."""

    def __init__(self, problem: Problem, message: str, *, url: str = "") -> None:
        super().__init__(message, url=url)
        self.problem = problem


def _rebuilt(kind: type[SourceError], message: str, fields: dict[str, Any]) -> SourceError:
    error = kind.__new__(kind, message)  # the constructors differ in the order of their arguments
    error.__dict__.update(fields)
    return error


class StoreError(TrackerError):
    """The database, the archive or the ledger is damaged, locked or full."""


class DeliveryError(TrackerError):
    """A message could not be handed to a subscriber."""
