"""What can be refused, and how it is said: without the framework, because pages that take no part in the API refuse too."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException

#: Status -> what it is called here and what it means.
MEANINGS: Final = {
    404: ("Not Found", "There is no such thing here."),
    405: ("Method Not Allowed", "Only GET and HEAD: the API is read-only."),
    410: ("Gone", "The operator has erased the content; the ledger line stands."),
    422: ("Unprocessable Content", "A parameter is not what it must be; `errors` says which."),
    429: (
        "Too Many Requests",
        "Everybody together asks for more than this machine can do; `Retry-After` says when to try again.",
    ),
    500: ("Internal Server Error", "A fault of ours."),
    503: ("Service Unavailable", "The store does not answer; try again a little later."),
}


class Refused(HTTPException):
    """An answer that is a problem. `retry_after` in seconds."""

    def __init__(self, status: int, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(
            status,
            detail or MEANINGS[status][1],
            {"Retry-After": str(retry_after)} if retry_after is not None else None,
        )
