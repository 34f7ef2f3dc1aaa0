"""What goes wrong, told as RFC 9457 problem details: the same shape for every error of the API."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from feeds.api.refusals import MEANINGS, Refused
from feeds.textual import clean
from tracker.errors import StoreError

MEDIA_TYPE: Final = "application/problem+json"


class Fault(BaseModel):
    """One parameter that is not what it must be."""

    where: str = Field(description="The place and the name of the parameter.", examples=["query.limit"])
    message: str = Field(examples=["Input should be less than or equal to 500"])


class Problem(BaseModel):
    """An error, by RFC 9457."""

    type: str = Field(description="A URI that names the kind of problem.", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no such event here"])
    errors: list[Fault] = Field(default=[], description="For 422: every parameter that was not understood.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with, for its description. Every one may meet a store that does not answer."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": MEANINGS[status][1], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({*statuses, 422, 503})
    }


def body_of(status: int, detail: str, errors: tuple[Fault, ...] = ()) -> bytes:
    """The bytes of a problem."""
    said = Problem(type="about:blank", title=MEANINGS.get(status, ("Error", ""))[0], status=status, detail=detail)
    shown = said.model_dump(exclude={"errors"}) | (
        {"errors": [fault.model_dump() for fault in errors]} if errors else {}
    )
    return clean(json.dumps(shown, ensure_ascii=False)).encode()


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        if not isinstance(error, Refused):  # what the router says by itself
            detail = MEANINGS.get(error.status_code, ("", detail))[1]
        return Response(body_of(error.status_code, detail), error.status_code, error.headers, MEDIA_TYPE)

    @app.exception_handler(RequestValidationError)
    def misunderstood(_: Request, error: RequestValidationError) -> Response:
        # What was sent is not repeated: a search term has no business in an error.
        faults = tuple(
            Fault(where=".".join(str(part) for part in row["loc"]), message=str(row["msg"])) for row in error.errors()
        )
        return Response(body_of(422, MEANINGS[422][1], faults), 422, media_type=MEDIA_TYPE)

    @app.exception_handler(StoreError)
    def unavailable(_: Request, __: StoreError) -> Response:
        # The message names a path of this machine.
        return Response(body_of(503, MEANINGS[503][1]), 503, {"Retry-After": "10"}, MEDIA_TYPE)
